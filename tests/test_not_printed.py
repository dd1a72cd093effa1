"""No exercise asks for what stands above it already: on its page, in a cell, or on another card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ecokit import exercises
from ecokit.exercises.reading import counted_in
from ecokit.shop import Shop
from ecokit.topics import topics
from tests.companies import read_only

ROOT = Path(__file__).resolve().parents[1]
TOPICS = {one.name: one for one in topics()}

TODAY: set[str] = {"operations-stockout-rate"}  # the rate of May is the same to the digit
"""Exercises whose number stands above. Take one out as it is mended; add none."""


class Printed(NamedTuple):
    """A number as it stands somewhere, with the unit beside it, if any."""

    value: float
    step: float
    """One in its last digit."""
    digits: int
    unit: str


NUMBER = re.compile(
    r"(?<![\w.,])(?P<yuan>¥?)(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s?(?P<unit>%|[a-z]+)?(?![\d,]*\d)"
)


def numbers(text: str) -> Iterator[Printed]:
    """Yield the numbers of a text.

    As (value, step, digits, unit): "¥1,250 of 4.5 %" gives (1250, 1, 3, "¥") and (4.5, .1, 2, "%").
    """
    for found in NUMBER.finditer(text):
        bare = found["number"].replace(",", "")
        decimals = len(bare.partition(".")[2])
        digits = len(bare.replace(".", "").lstrip("0") if decimals else bare.strip("0"))
        unit = "¥" if found["yuan"] else (found["unit"] or "")
        yield Printed(float(bare), 10.0**-decimals, digits, unit)


def gives(one: Printed, right: float, unit: str) -> bool:
    """Say whether a printed number is the right answer, at the precision in which it stands.

    Two digits are enough where the unit stands beside them, three where none does.
    """
    sign = {"share": "%", "%": "%", "yuan": "¥"}.get(counted_in(unit), unit.split()[0])
    bare = not one.unit or one.unit not in UNITS  # a word that is no unit: "1,250 of them"
    if one.digits < 2 + bare or not (bare or one.unit == sign):
        return False
    scale = 100 if unit == "share" and one.unit == "%" else 1
    return abs(abs(right) * scale - one.value) <= one.step / 2 * (1 + 1e-9)


ASKED: list[Any] = [one for one in exercises.all() if one.kind in ("number", "table")]
UNITS = {"%", "¥"} | {one.unit.split()[0] for one in ASKED}


def shop() -> Shop:
    return read_only()


@cache
def page(topic: str, book: Path) -> str:
    """Return what stands on the page of a topic, folded parts too, a paragraph or row a line."""
    one = TOPICS[topic]
    source = book / "book" / one.chapter / f"{one.name}.html"
    article = BeautifulSoup(source.read_text("utf-8"), "html.parser").find("article")
    assert article is not None
    return lines(str(article))


def lines(html: str) -> str:
    """Return the words of some HTML, one line for each paragraph or row of a table."""
    soup = BeautifulSoup(html, "html.parser")
    for math in soup.select(".math, script, style"):
        math.decompose()
    for block in soup.find_all(["p", "tr", "li", "h1", "h2", "h3", "dt", "dd", "caption"]):
        block.insert_before("\n")
    words = re.sub(r"[ \t]+", " ", soup.get_text(" "))
    return re.sub(r"95 % (of|interval|confidence)", r"\1", words)  # every page's intervals


@cache
def cells(topic: str) -> list[tuple[str, str]]:
    """Return the source of each cell of a topic's notebook, and what a reader sees of it."""
    one = TOPICS[topic]
    path = ROOT / "notebooks" / one.chapter / f"{one.name}.ipynb"
    found = nbformat.read(path, as_version=4).cells
    return [(cell.source, "\n".join(seen(cell))) for cell in found]


def seen(cell: Any) -> Iterator[str]:
    """Yield what learners read in a cell: its words and its outputs, of an answer nothing."""
    if "answer" in cell.metadata.get("tags", ()):
        return
    if cell.cell_type == "markdown":
        yield cell.source
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        yield lines(data["text/html"]) if "text/html" in data else data.get("text/plain", "")
        yield output.get("text", "")


@cache
def above(exercise: str, topic: str) -> str:
    """Return what stands in the notebook above the card of an exercise."""
    text: list[str] = []
    for source, words in cells(topic):
        if f'exercises.show("{exercise}"' in source:
            return "\n".join(text)
        text.append(words)
    raise AssertionError(f"no card of {exercise} in the notebook of {topic}")


def cards(exercise: str, topic: str) -> str:
    """Return what the other cards of a topic ask."""
    others = [one for one in exercises.all(topic=topic) if one.id != exercise]
    return "\n".join(one.sheet(shop()).prompt for one in others)


def test_numbers_are_read_with_their_units() -> None:
    assert [tuple(one) for one in numbers("of ¥1,250 some 4.5 % and 3 people")] == [
        (1250.0, 1.0, 3, "¥"),
        (4.5, 0.1, 2, "%"),
        (3.0, 1.0, 1, "people"),
    ]
    assert gives(Printed(4.5, 0.1, 2, "%"), 0.0452, "share")
    assert not gives(Printed(4.5, 0.1, 2, "%"), 0.0456, "share")
    assert gives(Printed(1250, 1, 3, "¥"), 1250.3, "yuan")
    assert not gives(Printed(25, 1, 2, ""), 25.2, "people")


def rights(exercise: Any) -> list[float]:
    """Return the numbers that an exercise asks for, if it asks for numbers that tell."""
    right = exercise.sheet(shop()).right
    values = [float(right)] if exercise.kind == "number" else map(float, pd.Series(right))
    return [value for value in values if not float(value).is_integer() or abs(value) >= 100]


def is_read(prompt: str) -> bool:
    """Say whether an exercise is one in reading, and says so."""
    return bool(re.search(r"\bread\b", prompt, flags=re.IGNORECASE))


@pytest.mark.parametrize("exercise", ASKED, ids=lambda one: one.id)
def test_no_number_that_is_asked_for_stands_above(exercise: Any, book: Path) -> None:
    topic, sheet = exercise.topic, exercise.sheet(shop())
    if is_read(sheet.prompt) or exercise.id in TODAY:
        return
    asked = rights(exercise)
    text = {
        "page": page(topic, book),
        "notebook": above(exercise.id, topic),
        "another card": cards(exercise.id, topic),
    }
    for where, words in text.items():
        shown = list(numbers(words))
        found = [
            (value, one) for value in asked for one in shown if gives(one, value, exercise.unit)
        ]
        stands = {value for value, _one in found}
        few = exercise.kind == "table" and len(stands) <= len(asked) / 2
        assert few or not found, f"{where}: {found[:5]}"


@pytest.mark.usefixtures("book")  # not for the book, but for the process that has the sheets
@pytest.mark.parametrize(
    "exercise", [one for one in ASKED if one.kind == "number"], ids=lambda one: one.id
)
def test_what_a_card_knows_to_stand_above_it_does(exercise: Any) -> None:
    told = exercise.sheet(shop()).above
    shown = list(numbers(above(exercise.id, exercise.topic))) if told else []
    for words, value in told.items():
        if "prints" in words:  # not what a figure or a later cell shows
            sizes = {abs(float(value)), 100 * abs(float(value))}
            here = (one for one in shown for size in sizes if abs(size - one.value) <= one.step / 2)
            assert any(here), f"{words}: {value}"


@pytest.mark.parametrize("exercise", exercises.all(), ids=lambda one: one.id)
def test_the_case_that_is_asked_for_is_worked_out_nowhere_above(exercise: Any, book: Path) -> None:
    sheet = exercise.sheet(shop())
    if not sheet.case or is_read(sheet.prompt):
        return
    for words in (page(exercise.topic, book), above(exercise.id, exercise.topic)):
        for line in words.lower().splitlines():
            assert not all(word.lower() in line for word in sheet.case), line
