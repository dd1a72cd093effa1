"""The look: Chinese is never boxes, numbers carry their units, tables stay the same."""

from __future__ import annotations

import ast
import copy
import doctest
import importlib
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecokit import topics
from ecokit.errors import CourseError
from ecokit.plots import theme
from tests.chinese import compared

ROOT = Path(__file__).parents[1]


def chinese_characters() -> set[str]:
    """Every Chinese character that the package, its tables or the book show."""
    files = [
        *ROOT.glob("ecokit/**/*.py"),
        *ROOT.glob("ecokit/**/*.csv"),
        *ROOT.glob("datasets/*.csv"),
        *ROOT.glob("book/**/*.md"),
    ]
    shown = set(files) - compared()
    text = "".join(path.read_text(encoding="utf-8") for path in shown)
    return {character for character in text if "\u4e00" <= character <= "\u9fff"}


def test_the_bundled_font_has_every_chinese_character_of_the_kit() -> None:
    font = TTFont(Path(theme.__file__).parent / "fonts" / "NotoSansSC-ecokit.otf")
    missing = {c for c in chinese_characters() if ord(c) not in font.getBestCmap()}
    assert chinese_characters(), "no Chinese found: the files moved?"
    assert not missing, f"The bundled font lacks {''.join(sorted(missing))}"


def test_a_chinese_title_draws_without_a_missing_glyph() -> None:
    fig, ax = theme.figure()
    ax.set_title("流量经理 UV完成率 −5 %")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert theme.png(fig)


def test_the_same_figure_gives_the_same_bytes() -> None:
    def draw() -> bytes:
        fig, ax = theme.figure(4, 3)
        ax.plot([1, 2], [3, 4])
        return theme.png(fig)

    assert draw() == draw()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "¥0"),
        (999, "¥999"),
        (1000, "¥1k"),
        (-12_500, "-¥12.5k"),
        (1_250_000, "¥1.25m"),
        (999_999, "¥1m"),
        (2e9, "¥2bn"),
    ],
)
def test_yuan(value: float, text: str) -> None:
    assert theme.yuan(value) == text


def test_tables_print_units_and_keep_their_ids() -> None:
    frame = pd.DataFrame({"post": ["traffic"], "share": [0.4321], "sales": [12345.6]})
    html = theme.table(frame, {"share": "percent", "sales": "yuan"}, emphasise=[0]).to_html()
    assert "43.2%" in html
    assert "¥12,346" in html
    assert repr(theme.table(frame)) == "<table of 1 row and 3 columns>"
    assert theme.table(frame, caption="a").to_html() != theme.table(frame, caption="b").to_html()
    assert (
        html == theme.table(frame, {"share": "percent", "sales": "yuan"}, emphasise=[0]).to_html()
    )


def test_a_small_number_beside_a_large_one_shows_its_digits() -> None:
    """No number but 0 prints as 0; a column without such numbers lines up as before."""
    values = [25_310.4, 17.26, 0.6, 0.00412, -0.03, 0.0, float("nan")]
    html = theme.table(pd.DataFrame({"yuan": values})).to_html()
    shown = re.findall(r"<td[^>]*>([^<]*)</td>", html)
    assert shown == ["25,310", "17.3", "0.6", "0.00412", "-0.03", "0", "–"]
    even = theme.table(pd.DataFrame({"yuan": [25_310.4, 17.26, 1e-12]})).to_html()
    assert re.findall(r"<td[^>]*>([^<]*)</td>", even) == ["25,310", "17", "0"]


# Plots never compute ---------------------------------------------------------------------------


def taken(source: str) -> Iterator[tuple[str, Any]]:
    """Yield name and thing of all that a module of figures takes from a topic when it runs.

    What stands in an annotation or under ``if TYPE_CHECKING`` is left out.
    """
    tree = ast.parse(source)
    packages: dict[str, Any] = {}
    for line in tree.body:
        for alias in line.names if isinstance(line, ast.ImportFrom) else ():
            place = line.module or "" if isinstance(line, ast.ImportFrom) else ""
            if place == "ecokit" and alias.name in topics.names():
                packages[alias.asname or alias.name] = importlib.import_module(
                    f"ecokit.{alias.name}"
                )
            elif place.split(".")[1:2] and place.split(".")[1] in topics.names():
                yield f"{place}.{alias.name}", getattr(importlib.import_module(place), alias.name)
    quiet = hints(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package = packages.get(node.value.id)
            if package and node not in quiet:
                yield f"{node.value.id}.{node.attr}", getattr(package, node.attr)


def hints(tree: ast.Module) -> set[ast.AST]:
    """Return all that stands in an annotation."""
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.returns)
    return {inner for hint in found if hint for inner in ast.walk(hint)}


def computes(thing: Any) -> bool:
    """Say whether a thing of a topic is more than a constant or a name in words."""
    if inspect.isclass(thing) or inspect.ismodule(thing):
        return True
    return inspect.isroutine(thing) and inspect.signature(thing).return_annotation not in {
        str,
        "str",
    }


@pytest.mark.parametrize("topic", topics.names())
def test_a_figure_takes_no_functions_of_a_topic(topic: str) -> None:
    """What is to be drawn is given; a curve that is given may be read at the points to draw."""
    source = (Path(theme.__file__).parent / f"{topic}.py").read_text(encoding="utf-8")
    found = [name for name, thing in taken(source) if computes(thing)]
    assert not found, f"ecokit/plots/{topic}.py computes: take the result of {', '.join(found)}"


def test_the_test_sees_functions_and_lets_constants_and_words_pass() -> None:
    source = """
from ecokit import organisation as topic
from ecokit.decisions import DecisionTime, waiting
def chart(posts: topic.Structure) -> None:
    topic.places(posts); topic.title("x"); topic.STRUCTURES
"""
    found = [name for name, thing in taken(source) if computes(thing)]
    assert found == ["ecokit.decisions.DecisionTime", "ecokit.decisions.waiting", "topic.places"]


# What a figure is given --------------------------------------------------------------------------


def drawn(topic: str) -> dict[str, Callable[..., Figure]]:
    """Return the figures of a topic by name."""
    module = importlib.import_module(f"ecokit.plots.{topic}")
    return {
        name: figure
        for name, figure in inspect.getmembers(module, inspect.isfunction)
        if figure.__module__ == module.__name__
        and "Figure" in str(inspect.signature(figure).return_annotation)
    }


TOPICS = (*topics.names(), "game")
FIGURES = [f"{topic}.{name}" for topic in TOPICS for name in drawn(topic)]


def examples(topic: str, name: str) -> list[inspect.BoundArguments]:
    """Return the arguments of each call of a figure in its own examples."""
    figure = drawn(topic)[name]
    calls: list[inspect.BoundArguments] = []

    def noted(*args: Any, **kwargs: Any) -> Figure:
        calls.append(inspect.signature(figure).bind(*args, **kwargs))
        return figure(*args, **kwargs)

    known = {**figure.__globals__, name: noted}
    for example in doctest.DocTestParser().get_examples(figure.__doc__ or ""):
        exec(compile(example.source, name, "single"), known)
    return calls


def lacking(given: inspect.BoundArguments) -> Iterator[tuple[str, inspect.BoundArguments]]:
    """Yield a call with each column of each table taken away, and with no table."""
    for argument, table in given.arguments.items():
        several = isinstance(table, dict) and isinstance(next(iter(table.values())), pd.DataFrame)
        for key, one in table.items() if several else [(argument, table)]:
            if not isinstance(one, pd.DataFrame):
                continue
            bad = {column: one.drop(columns=column) for column in one.columns} | {key: None}
            for what, value in bad.items():
                call = copy.copy(given)
                call.arguments = given.arguments | {
                    argument: {**table, key: value} if several else value
                }
                yield str(what), call


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_tells_what_its_table_lacks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    topic, figure = name.split(".")
    calls = examples(topic, figure)
    assert calls, f"ecokit/plots/{topic}.py: {figure} has no example"
    for call in calls:
        for what, bad in lacking(call):
            try:
                drawn(topic)[figure](*bad.args, **bad.kwargs)
            except CourseError as told:
                sentence = str(told)
                assert what in sentence or f"plots.{figure}" in sentence, sentence


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_tells_which_other_argument_it_cannot_use(name: str) -> None:
    topic, figure = name.split(".")
    for call in examples(topic, figure):
        for argument in call.arguments:
            for wrong in (object(), [object()], {"a": object()}):
                bad = copy.copy(call)
                bad.arguments = call.arguments | {argument: wrong}
                with pytest.raises(CourseError) as told:
                    drawn(topic)[figure](*bad.args, **bad.kwargs)
                named = (argument, "The table a ", f"plots.{figure}")
                assert any(one in str(told.value) for one in named)


@pytest.mark.parametrize("owner", ["theme", "caller"])
def test_a_name_with_two_dollar_signs_is_drawn_as_it_stands(owner: str) -> None:
    name = "$a^_$"  # as a formula, an error

    @theme.drawn(rows="who sold")
    def bars(rows: pd.DataFrame, ax: Axes = theme.NEW) -> None:
        ax.bar(rows["who"], rows["sold"], label=name)
        ax.annotate(name, (0, 1))
        ax.set(title=name, xlabel=name)
        ax.legend(title=name)

    axes = theme.NEW
    if owner == "caller":
        with mpl.rc_context({"text.parse_math": True}):
            axes = Figure().subplots()
    fig = bars(pd.DataFrame({"who": [name, "b"], "sold": [1, 2]}), ax=axes)
    with mpl.rc_context({"text.parse_math": True}):
        assert theme.png(fig)
    assert fig.axes[0].get_xticklabels()[0].get_text() == name


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_drawn_into_axes_of_the_caller(name: str) -> None:
    topic, figure = name.split(".")
    taken = inspect.signature(drawn(topic)[figure]).parameters
    assert {"ax", "figure"} & set(taken), f"{name}: put it under theme.drawn"


def test_a_table_shows_what_stands_in_it_and_runs_nothing() -> None:
    odd = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame({odd: [odd, "R&D"], "n": [1.5, None]}, pd.Index([odd, "b"]))
    told = theme.table(frame, index=True, caption=odd).to_html()
    assert "<img" not in told
    assert told.count("&lt;img") == 4
    assert "R&amp;D" in told
