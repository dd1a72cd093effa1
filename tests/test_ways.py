"""Three ways through the course: what each holds, and that it fits into its time."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ecokit import exercises, topics
from ecokit.exercises.sheet import Plan

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "ecokit" / "exercises" / "ways.csv"


@pytest.fixture(scope="module")
def generated() -> Any:
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    try:
        return import_module("ecokit_book.generated")
    finally:
        sys.path.pop(0)


def minutes(generated: Any, name: str) -> int:
    total = 0
    for topic, chosen in generated.way(LIST, name):
        page = (ROOT / "book" / topic.chapter / f"{topic.name}.md").read_text("utf8")
        total += generated.reading_minutes(page)
        total += sum(exercises.get(one).minutes for one in chosen)
    return total


def test_each_way_fills_its_time_and_does_not_exceed_it(generated: Any) -> None:
    for name, budget in generated.BUDGETS.items():
        assert 0.8 * budget <= minutes(generated, name) <= budget, name
    with pytest.raises(LookupError, match="no way"):
        generated.way(LIST, "a week")


def test_each_way_holds_the_shorter_one_and_the_longest_every_topic(generated: Any) -> None:
    ways = {
        name: {one for _topic, chosen in generated.way(LIST, name) for one in chosen}
        for name in generated.BUDGETS
    }
    assert ways["half-day"] < ways["day"] < ways["two-days"]
    for name in ways:
        for topic, chosen in generated.way(LIST, name):
            assert all(exercises.get(one).topic == topic.name for one in chosen)
    whole = [topic.name for topic, _chosen in generated.way(LIST, "two-days")]
    lessons = {one.name for one in topics.topics()} - {"game"}  # half a day of its own
    assert lessons <= set(whole)
    assert sum(isinstance(exercises.get(one), Plan) for one in ways["two-days"]) >= 5


def test_the_page_shows_each_way(generated: Any) -> None:
    page = (ROOT / "book" / "three-ways.md").read_text("utf8")
    for name, budget in generated.BUDGETS.items():
        assert f"```{{way}} {name}\n" in page
        assert f"{budget} minutes of work" in page
    assert "```{way} whole\n" in page
