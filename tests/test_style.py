"""What ruff cannot see: sources stand where they are shown, and the formatter formats."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ecokit import topics

ROOT = Path(__file__).resolve().parents[1]

SHARED = [*topics.names(), "experiments"]
"""The topics, and what they share."""

MODULES = [
    file
    for file in sorted((ROOT / "ecokit").rglob("*.py"))
    if "_course" not in file.parts  # the built course
]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


def sections(text: str) -> dict[str, str]:
    """Return the sections of a docstring by their headings, in order."""
    found = re.split(r"^(\w[\w ]*)\n-+$", text, flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def functions(topic: str) -> dict[str, Callable[..., Any]]:
    """Return the public functions of a topic by name."""
    package = import_module(f"ecokit.{topic}")
    public = {name: getattr(package, name) for name in package.__all__}
    return {name: one for name, one in public.items() if inspect.isfunction(one)}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_source_stands_under_references(path: Path) -> None:
    """``Source: ...`` below the examples would read as part of the last one."""
    for line, text in docstrings(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"{named(path)}:{line}"
        assert not re.search(r"\bSources?: ", text), f"{place}: write it under References"
        told = sections(text)
        if {"References", "Examples"} <= set(told):
            before = list(told).index("References") < list(told).index("Examples")
            assert before, f"{place}: References stand before Examples"
        slide = re.search(r"\b[Ss]lides? \d", told.get("Notes", ""))
        assert not slide, f"{place}: a slide is a source; write it under References, not Notes"


@pytest.mark.parametrize("topic", SHARED)
def test_every_public_function_names_its_source(topic: str) -> None:
    """A slide, a work, or that it is the course's own and what it rests on."""
    told = {name: sections(inspect.getdoc(one) or "") for name, one in functions(topic).items()}
    assert told, f"ecokit.{topic} has no public function"
    for heading in ("Returns", "References", "Examples"):
        lacking = [name for name, one in told.items() if not one.get(heading, "").strip()]
        assert not lacking, f"ecokit.{topic}: no {heading} in the docstring of {', '.join(lacking)}"


@pytest.mark.parametrize("topic", SHARED)
def test_every_parameter_is_told_with_its_type(topic: str) -> None:
    for name, one in functions(topic).items():
        told = sections(inspect.getdoc(one) or "")
        heads = re.findall(r"^(\S.*?) : \S", told.get("Parameters", ""), flags=re.MULTILINE)
        named = [part.strip("* ") for head in heads for part in head.split(",")]
        place = f"ecokit.{topic}.{name}"
        assert set(named) == set(inspect.signature(one).parameters), f"{place}: Parameters"
        assert not named or "Raises" in told, f"{place}: what it raises for bad input"


def test_what_a_function_cites_stands_in_the_sources() -> None:
    """``Bass (1969)`` has its title and journal on the page of sources."""
    page = (ROOT / "book" / "reference" / "sources.md").read_text(encoding="utf-8")
    works = re.split(r"\n- |\n\n", page)
    missing = {
        f"{name} ({year}) of ecokit.{topic}.{function}"
        for topic in SHARED
        for function, one in functions(topic).items()
        for name, year in cited(sections(inspect.getdoc(one) or "").get("References", ""))
        if not any(name in work and year in work for work in works)
    }
    assert not missing, f"not on the page of sources: {', '.join(sorted(missing))}"


def cited(references: str) -> Iterator[tuple[str, str]]:
    """Yield the last name before each year in brackets: ``Hann and Terwiesch (2003)``."""
    for before, year in re.findall(r"([^().;:]*)\((\d{4})[,)]", " ".join(references.split())):
        if names := re.findall(r"[^\W\d_a-z][\w’'-]+", before):
            yield names[-1], year


SIGNED = ["ahead", "gain", "in_all", "net", "profit", "result"]
"""Names of amounts that a loss makes negative; others may be, but these say so."""

TEXTS = [
    *MODULES,
    *sorted((ROOT / "book").glob("*/*.md")),
    *sorted((ROOT / "notebooks").glob("*/*.ipynb")),
]


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_the_sign_of_an_amount_stands_before_its_yuan(path: Path) -> None:
    """``-¥157,802``: ``messages.yuan`` writes it so, ``¥{profit:,.0f}`` does not."""
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r"¥-[\d,]+", text)
    assert not shown, f"{named(path)} shows {shown[0]}: write -¥, with messages.yuan"
    signed = "|".join(SIGNED)
    found = re.search(rf"¥\{{(?:[^{{}}:]*\.)?(?:{signed})(?::[^}}]*)?\}}", text)
    assert not found, f"{named(path)} has {found and found[0]}: a loss reads ¥-5; messages.yuan"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_the_formatter_formats(path: Path) -> None:
    assert "# fmt: " not in path.read_text(encoding="utf-8")


# --- cumulatives -----------------------------------------------------------------------


def sorted_by_what_they_add_up(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each cumulative that is ordered by the column that it is of.

    Over pandas Narwhals puts the cumulative's marks in the place of the column, and sorts by them:
    the rows come in any order. Names are followed to what the same function gives them.
    """
    for place in ast.walk(tree):
        if not isinstance(place, ast.FunctionDef):
            continue
        given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(place):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    given.setdefault(ast.unparse(target), []).append(node.value)
        for node in ast.walk(place):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".over"):
                order = [one.value for one in node.keywords if one.arg == "order_by"]
                if texts(order, given) & of_cumulatives(node.func, given):
                    yield node.lineno


def parts(nodes: list[Any], given: dict[str, list[ast.expr]]) -> list[ast.AST]:
    """Return what expressions are made of, with what their names were given."""
    found = [part for node in nodes for part in ast.walk(node)]
    names = {part.id for part in found if isinstance(part, ast.Name)}
    return found + [
        part for name in names for value in given.get(name, []) for part in ast.walk(value)
    ]


def texts(nodes: list[Any], given: dict[str, list[ast.expr]]) -> set[str]:
    """Return the texts and the names of variables that stand in expressions."""
    found = parts(nodes, given)
    told = {str(one.value) for one in found if isinstance(one, ast.Constant)}
    return told | {one.id for one in found if isinstance(one, ast.Name)} - {"nw"}


def of_cumulatives(node: ast.AST, given: dict[str, list[ast.expr]]) -> set[str]:
    """Return the columns that the cumulatives of an expression are of."""
    columns = [
        argument
        for part in parts([node], given)
        if isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr.startswith("cum_")
        for inner in ast.walk(part.func.value)
        if isinstance(inner, ast.Call) and ast.unparse(inner.func).endswith("col")
        for argument in inner.args
    ]
    return texts(columns, {})


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_cumulative_is_sorted_by_its_own_column(path: Path) -> None:
    lines = list(sorted_by_what_they_add_up(ast.parse(path.read_text(encoding="utf-8"))))
    assert not lines, f"{named(path)}:{lines}: count or add up a column that order_by does not name"


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ('nw.col("x").cum_sum().over(order_by="x")', True),
        ('nw.col("x").cum_count().over("g", order_by=["day", "x"]).alias("n")', True),
        ('nw.col(name).cum_count(reverse=True).over("g", order_by=[name])', True),
        ('(nw.col("x").cum_max() - 1).over("g", order_by=order)', True),
        ('place.over("g", order_by=["x"])', True),
        ('nw.col("one").cum_sum().over("x", order_by=["x"])', False),
        ('nw.col("x").sum().over("g", order_by=["x"])', False),
        ('nw.col("one").cum_sum().over("g", order_by=order)', False),
    ],
)
def test_a_cumulative_sorted_by_its_own_column_is_found(code: str, bad: bool) -> None:
    text = (
        f'def f(name):\n    order = ["x"]\n    place = nw.col("x").cum_sum()\n    return {code}\n'
    )
    assert list(sorted_by_what_they_add_up(ast.parse(text))) == ([4] if bad else [])
