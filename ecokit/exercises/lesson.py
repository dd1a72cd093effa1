"""What a lesson shows above an exercise, run once more for another company.

The cells come from the topic's notebook: those under the same heading, and of the earlier ones
those that they need. Whoever practises sees the tables and figures of the company that is asked
about, may change a number in a cell and run it, and opens no other notebook.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from IPython.display import Markdown, display

from ecokit import topics
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _
from ecokit.shop.paths import course_root

if TYPE_CHECKING:
    from ecokit.shop import Shop

COMPANY = "_company_of_the_day"  # the name that stands for the call that loads the shop
NOT_SHOWN = frozenset({"answer", "exercise"})  # tags of cells that are no lesson


@dataclass(frozen=True)
class Above:
    """What stands above an exercise in its notebook.

    Attributes
    ----------
    setup : tuple of str
        Code of earlier cells that define what the shown ones use.
    shown : tuple of pairs
        The cells under the exercise's heading: ``"code"`` or ``"markdown"``, and the source.
    """

    setup: tuple[str, ...]
    shown: tuple[tuple[str, str], ...]


def above(exercise: Exercise) -> Above | None:
    """Return what stands above an exercise; None where its notebook is not at hand."""
    topic = next(one for one in topics.topics() if one.name == exercise.topic)
    path = course_root() / "notebooks" / topic.notebook
    if not path.is_file():
        return None
    before: list[tuple[str, str]] = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        tags = set(cell["metadata"].get("tags", ()))
        if "exercise" in tags and re.search(rf"[\"']{exercise.id}[\"']", source):
            return _split(before)
        if not tags & NOT_SHOWN and "exercises.progress(" not in source:
            before.append((cell["cell_type"], source))
    return None


def _split(cells: list[tuple[str, str]]) -> Above:
    """Return the cells of the last section that shows something, and the code that they need."""
    last = max(n for n, (kind, _source) in enumerate(cells) if kind == "code")
    heads = [
        n
        for n, (kind, source) in enumerate(cells[:last])
        if kind == "markdown" and re.search(r"^## ", source, re.MULTILINE)
    ]
    start = max(heads, default=0)
    shown = tuple(cells[start:])
    wanted = set().union(*(names(source)[1] for kind, source in shown if kind == "code"))
    setup: list[str] = []
    for kind, source in reversed(cells[:start]):
        if kind != "code":
            continue
        made, used = names(source)
        if made & wanted:
            setup.insert(0, source)
            wanted |= used
    return Above(tuple(setup), shown)


def names(source: str) -> tuple[set[str], set[str]]:
    r"""Return the names that some code makes or changes, and those that it uses.

    Examples
    --------
    >>> made, used = names("import math\nrows['share'] = math.sqrt(total)")
    >>> sorted(made), sorted(used)
    (['math', 'rows'], ['math', 'rows', 'total'])
    """
    made: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (made if isinstance(node.ctx, ast.Store) else used).add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {one.asname or one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            made |= {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    return made, used


def run(source: str, space: dict[str, Any]) -> None:
    """Run a cell as a notebook does: what its last line gives is shown."""
    tree = ast.parse(re.sub(r"\bload_shop\(\s*\)", COMPANY, source))
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        del tree.body[-1]
    exec(compile(tree, "<lesson>", "exec"), space)  # the course's own lines, or the learner's
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "<lesson>", "eval"), space)
        if value is not None:
            display(value)  # type: ignore[no-untyped-call]


class Lesson(widgets.VBox):  # type: ignore[misc]
    """A button that opens the cells above an exercise, for a company.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    shop : Shop
        The company that it is asked about.
    """

    def __init__(self, exercise: Exercise, shop: Shop) -> None:
        self._above = above(exercise)
        self._space: dict[str, Any] = {COMPANY: shop, "shop": shop, "__name__": "__lesson__"}
        self._button = widgets.Button(
            description=_("Show what the lesson shows above it, for this company"),
            layout={"width": "auto"},
        )
        self._button.on_click(self._open)
        super().__init__([self._button] if self._above else [])

    def _open(self, _button: object) -> None:
        if self._above is None:
            return
        self._button.disabled = True
        parts = list(self._parts(self._above))
        self.children = [self._button, *parts]

    def _parts(self, told: Above) -> Iterator[widgets.Widget]:
        out = widgets.Output()
        with out:
            for source in told.setup:
                self._try(source, quiet=True)
        yield out
        for kind, source in told.shown:
            if kind == "code":
                yield self._cell(source)
            else:
                text = widgets.Output()
                text.append_display_data(Markdown(source))  # type: ignore[no-untyped-call]
                yield text

    def _cell(self, source: str) -> widgets.Widget:
        area = widgets.Textarea(
            value=source, rows=source.count("\n") + 1, layout={"width": "100%", "height": "auto"}
        )
        button = widgets.Button(description=_("Run"))
        out = widgets.Output()

        def clicked(_button: object = None) -> None:
            out.clear_output(wait=True)
            with out:
                self._try(area.value)

        button.on_click(clicked)
        clicked()
        return widgets.VBox([area, button, out])

    def _try(self, source: str, quiet: bool = False) -> None:
        """Run a cell; what goes wrong in it is told in a line."""
        try:
            if quiet:
                with _nothing_shown():
                    run(source, self._space)
            else:
                run(source, self._space)
        except Exception as trouble:  # a cell that the learner has changed may do anything
            print(f"{type(trouble).__name__}: {html.unescape(str(trouble))}")


def _nothing_shown() -> Any:
    from IPython.utils.capture import capture_output

    return capture_output()
