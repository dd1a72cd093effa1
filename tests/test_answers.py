"""Wrong answers of learners: each has a road, and the road gives what is typed today."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from ecokit import exercises, load_shop
from ecokit.shop import Shop
from tests.answers.road import Answer

FOLDER = Path(__file__).with_name("answers")
TOPICS = sorted({file.stem for file in FOLDER.glob("*.py")} - {"__init__", "road"})


def answers(topic: str) -> list[Answer]:
    found: list[Answer] = import_module(f"tests.answers.{topic}").ANSWERS
    return found


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop()


@pytest.mark.parametrize("topic", TOPICS)
def test_each_exercise_has_two_to_four_wrong_answers(topic: str) -> None:
    number = Counter(one.exercise for one in answers(topic))
    assert set(number) == {one.id for one in exercises.all(topic=topic)}
    assert {one for one, count in number.items() if not 2 <= count <= 4} == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_each_road_leads_to_what_is_typed(topic: str, shop: Shop) -> None:
    for one in answers(topic):
        assert one.answer(shop) == one.typed, f"{one.exercise}: {one.road}"
