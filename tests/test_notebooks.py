"""The masters as they are stored: nbval can only compare what these guards have seen in order."""

from __future__ import annotations

import ast
import html
import os
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbformat import NotebookNode

import ecokit
from ecokit import exercises
from ecokit.cli import copies, masters, ways
from ecokit.errors import CourseError
from tests.companies import copy_of
from tests.leaks import leaked
from tests.planted import found, plants

ROOT = Path(__file__).resolve().parents[1]
MASTERS = copies.masters(ROOT / "notebooks")
SEEDS = (2, 4, 5)  # whose companies other tests make, too
COMPANIES = [(name, SEEDS[n % len(SEEDS)]) for n, name in enumerate(MASTERS)]
if "ECOKIT_COMPANIES" in os.environ:  # `make companies` asks ten of each
    COMPANIES = [(name, seed) for seed in (2, *range(4, 13)) for name in MASTERS]
LESSONS = [name for name in MASTERS if ways.topic_of(name)]  # others hold no exercise of their own

FORBIDDEN = {
    "a path": r"(?<![\w/.])/(home|root|Users|tmp|usr|opt|var|private|mnt|work)/|\b[A-Z]:\\\\?\w",
    "an address in memory": r"\b0x[0-9a-f]{6,}",
    "a time that was measured": r"Wall time|CPU times|[nµm]s ± |\dit/s|\d\d:\d\d<\d\d:\d\d",
    "a random id": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|\b[0-9a-f]{32}\b",
}


def faults(nb: NotebookNode) -> Iterator[str]:
    """Yield what keeps nbval from checking a stored notebook, or would differ elsewhere."""
    if nb.get("metadata", {}).get("widgets"):
        yield "the notebook stores the state of widgets"
    expected = 1
    for cell in nb.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        place = f"cell {cell.id}"
        if cell.execution_count is None:
            yield f"{place} was not executed: nbval compares nothing"
        elif cell.execution_count != expected:
            yield f"{place} was executed out of order"
        expected = (cell.execution_count or expected) + 1
        yield from (f"{place} {fault}" for fault in source_faults(cell.source))
        yield from (f"{place} {fault}" for fault in output_faults(cell))


def source_faults(source: str) -> Iterator[str]:
    """Yield what a code cell may not hold."""
    if re.search(r"^\s*[%!?]|^\s*\w+\s*=\s*[%!]", source, re.MULTILINE):
        yield "uses a magic or a shell command: nbval passes unknown ones, browsers have no shell"
    if source.rstrip().endswith(";"):
        yield "ends with a semicolon: assign the result instead"


def output_faults(cell: NotebookNode) -> Iterator[str]:
    """Yield what the stored outputs of a cell may not hold."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if errors and "raises-exception" not in copies.tags(cell):
        yield f"failed with {errors[0].ename}"
    if not errors and "raises-exception" in copies.tags(cell):
        yield "is tagged raises-exception and raised nothing"
    pictured = any("image/png" in output.get("data", {}) for output in cell.outputs)
    if pictured and not cell.metadata.get("mystnb", {}).get("image", {}).get("alt"):
        yield "shows a picture that is not described"
    for output in cell.outputs:
        if output.get("name") == "stderr":
            yield "prints a warning"
        if masters.WIDGET in output.get("data", {}):
            yield "stores the view of a widget"
        for text in texts(output):
            for what, pattern in FORBIDDEN.items():
                if re.search(pattern, text):
                    yield f"prints {what}"


def texts(output: NotebookNode) -> Iterator[str]:
    """Yield the readable parts of an output."""
    yield output.get("text", "")
    data = output.get("data", {})
    for kind in ("text/plain", "text/html", "text/markdown"):
        yield re.sub(r"data:image/\w+;base64,[A-Za-z0-9+/=\s]+", "", data.get(kind, ""))


@pytest.mark.parametrize("name", MASTERS)
def test_a_master_is_stored_as_nbval_needs_it(name: str) -> None:
    assert not list(faults(MASTERS[name]))
    stored = (ROOT / "notebooks" / name).read_bytes()
    assert copies.to_bytes(masters.normalise(MASTERS[name])) == stored, "run `make notebooks`"


@pytest.mark.parametrize("name", MASTERS)
def test_a_master_is_tagged_so_that_nothing_leaks(name: str) -> None:
    copies.check(MASTERS[name], name)
    ids = [cell.id for cell in MASTERS[name].cells]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(f"{Path(name).stem}-") for one in ids), "readable ids: topic-03"


@pytest.mark.parametrize("name", LESSONS)
def test_a_master_shows_each_exercise_of_its_topic_once(name: str) -> None:
    shown = [
        found
        for cell in MASTERS[name].cells
        if copies.EXERCISE in copies.tags(cell)
        for found in re.findall(r"exercises\.show\(\s*[\"']([^\"']+)", cell.source)
    ]
    assert sorted(shown) == sorted(one.id for one in exercises.all(topic=Path(name).stem))


@pytest.mark.parametrize(("name", "seed"), COMPANIES)
def test_a_learner_can_run_the_copy_with_another_company(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cells, in this process; nbval runs the same with the bundled company, in a kernel."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ecokit, "load_shop", partial(copy_of, seed), raising=False)
    known: dict[str, Any] = {"__name__": "__main__"}
    for cell in copies.learner(MASTERS[name], name).cells:
        if cell.cell_type == "code":
            wrong = "raises-exception" in copies.tags(cell)
            with pytest.raises((CourseError, KeyError)) if wrong else nullcontext():
                exec(compile(cell.source, f"{name}, cell {cell.id}", "exec"), known)
            plt.close("all")  # as a kernel does after each cell
    assert not (tmp_path / ".ecokit" / "progress.json").exists(), "nobody has answered yet"


@pytest.mark.parametrize("name", LESSONS)
def test_no_answer_is_in_the_learners_copy(name: str) -> None:
    given = copies.to_bytes(copies.learner(MASTERS[name], name))
    assert not leaked(MASTERS.values(), {name: given})
    assert copies.answers(MASTERS[name])
    whole = copies.to_bytes(MASTERS[name])
    assert leaked(MASTERS[name], {name: whole}), "the leak test must find them in the master"


# --- a cell shows a call and its result, not how it is dressed ---

LINES, WIDTH, DRESS = 20, 88, 3
"""A cell has at most so many lines, of so many characters, of which so many are dress."""

DRAWING = {"matplotlib", "seaborn", "plotly", "IPython"}
STYLING = {"style", "set_axis", "format_index", "strftime", "set_title", "set_xlabel", "axvline"}


def overdressed(source: str) -> Iterator[str]:
    """Yield what of a cell's code belongs into `theme.table`, a plot or a topic's function."""
    lines = source.splitlines()
    if len(lines) > LINES:
        yield f"has {len(lines)} lines"
    if any(len(line) > WIDTH for line in lines):
        yield f"has a line of more than {WIDTH} characters"
    dress: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(one.name for one in node.names)]
            if DRAWING & {name.partition(".")[0] for name in names}:
                yield "draws by hand: call a function of ecokit.plots"
        if isinstance(node, ast.Attribute) and node.attr in STYLING:
            yield f"styles by hand: .{node.attr}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "theme.figure":
                yield "draws by hand: call a function of ecokit.plots"
            if called == "theme.table":
                keywords = [one.value for one in node.keywords]
                dress.update(*map(rows, [*node.args[1:], *keywords]))
                if ".rename(" in ast.unparse(node.args[0]):
                    yield "names columns for show"
            if called == "print":
                dress.update(*map(rows, node.args))
        if isinstance(node, ast.Dict) and any(map(is_format, node.values)):
            dress |= rows(node)
    if len(dress) > DRESS:
        yield f"has {len(dress)} lines of dress"


def rows(node: ast.expr) -> set[int]:
    """Return the lines that an expression stands on."""
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def is_format(node: ast.expr) -> bool:
    """Say whether an expression is a format such as ``"{:.1f}"``."""
    return isinstance(node, ast.Constant) and "{" in str(node.value) and ":" in str(node.value)


@pytest.mark.parametrize("name", MASTERS)
def test_a_cell_shows_a_call_and_not_its_dress(name: str) -> None:
    found = [
        f"{cell.id} {fault}"
        for cell in MASTERS[name].cells
        if cell.cell_type == "code"
        for fault in overdressed(cell.source)
    ]
    assert not found, "\n".join(found)


DRESSED = {
    "too_long": "a = 1\n" * 21,
    "too_wide": "a = " + "1 + " * 25 + "1",
    "drawn_by_hand": "import matplotlib.pyplot as plt",
    "drawn_from": "from seaborn import lineplot",
    "an_empty_figure": "fig, ax = theme.figure(height=3)",
    "styled": "told.style.format('{:.1f}')",
    "new_names": "theme.table(told.rename(columns={'a': 'b'}))",
    "new_axis": "theme.table(told.set_axis(['a'], axis=1))",
    "dates_as_text": "told.assign(month=told['month'].dt.strftime('%Y'))",
    "many_formats": "theme.table(told, {\n" + "'a': '{:.1f}',\n" * 4 + "})",
    "formats_before": "shown = {\n" + "'a': '{:.1f}',\n" * 4 + "}",
    "many_arguments": "theme.table(\ntold,\n" + "".join(f"{k}=1,\n" for k in "abcde") + ")",
    "printed_table": "".join(f"print(f'{{a:>{n}}}')\n" for n in range(5)),
}


@pytest.mark.parametrize("kind", DRESSED)
def test_a_dressed_cell_is_refused(kind: str) -> None:
    assert list(overdressed(DRESSED[kind]))


def test_a_plain_cell_passes() -> None:
    source = """
rates = topic.rates(shop, by="month")
print(f"{len(rates):,} rows")
theme.table(rates[["month", "rate"]], percent="rate", caption="Rates")
"""
    assert not list(overdressed(source))


# --- the guards themselves: notebooks named by what is wrong with them ---


def stored(
    source: str = "1 + 1", count: int | None = 1, *tags: str, **output: object
) -> NotebookNode:
    outputs = [nbformat.v4.new_output(**output)] if output else []
    return nbformat.v4.new_code_cell(
        source, execution_count=count, outputs=outputs, metadata={"tags": list(tags)}
    )


def printed(text: str) -> NotebookNode:
    return stored(output_type="stream", name="stdout", text=text)


PICTURE = {"image/png": "iVBORw0KGgo="}
VIEW = {masters.WIDGET: {"model_id": "a" * 32}}
DEFECTS: dict[str, Callable[[], list[NotebookNode]]] = {
    "not_executed": lambda: [stored(count=None)],
    "executed_out_of_order": lambda: [stored(count=2), stored(count=1)],
    "executed_with_a_gap": lambda: [stored(count=1), stored(count=3)],
    "magic_unknown": lambda: [stored("%frobnicate\nraise ValueError")],
    "magic_of_a_cell": lambda: [stored("%%bash\nls")],
    "shell_command": lambda: [stored("files = !ls")],
    "semicolon_at_the_end": lambda: [stored("plot();")],
    "error_stored": lambda: [
        stored(output_type="error", ename="KeyError", evalue="'x'", traceback=[])
    ],
    "raises_nothing": lambda: [stored("1", 1, "raises-exception")],
    "warning_printed": lambda: [stored(output_type="stream", name="stderr", text="Future")],
    "widget_view_stored": lambda: [stored(output_type="display_data", data=VIEW)],
    "path_of_linux": lambda: [printed("/home/ann/course/data.csv")],
    "path_of_windows": lambda: [printed(r"C:\Users\ann")],
    "address_printed": lambda: [printed("<Shop object at 0x7f83a1b2c3d4>")],
    "time_measured": lambda: [printed("Wall time: 12.1 ms")],
    "progress_bar": lambda: [printed("100%|##| 8/8 [00:01<00:00,  7.90it/s]")],
    "picture_without_words": lambda: [stored(output_type="display_data", data=PICTURE)],
    "random_id": lambda: [printed("3f2504e0-4f89-11d3-9a0c-0305e82c3301")],
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_noticed(defect: str) -> None:
    assert list(faults(nbformat.v4.new_notebook(cells=DEFECTS[defect]())))


def test_widget_state_is_noticed() -> None:
    assert list(faults(nbformat.v4.new_notebook(metadata={"widgets": {"state": {}}})))


def test_a_sound_notebook_has_no_fault() -> None:
    cells = [stored(), stored(count=2), nbformat.v4.new_markdown_cell("50 % of / and 12:30")]
    cells.append(
        stored("x = 7 % 2", 3, output_type="stream", name="stdout", text="2025-06-18 10:00")
    )
    assert not list(faults(nbformat.v4.new_notebook(cells=cells)))


def test_a_leak_is_found_however_it_is_hidden() -> None:
    tried = list(plants(seed=1))
    assert len(tried) >= 29
    assert not [plant.kind for plant in tried if not found(plant)]


def test_a_shared_cell_may_stand_as_a_whole_and_none_of_its_lines_alone() -> None:
    master = MASTERS["service-center/competitors.ipynb"]
    shared = next(c for c in master.cells if copies.SHARED in copies.tags(c))
    assert not leaked(master, {"page.html": f"<pre>{html.escape(shared.source)}</pre>"})
    lines = "\n".join(shared.source.splitlines()[1:])
    assert leaked(master, {"page.html": f"<pre>{html.escape(lines)}</pre>"})
