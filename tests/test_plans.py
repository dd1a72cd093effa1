"""Plans are judged fairly: sensible ones do well, silly ones do not, and only passing is 100."""

from __future__ import annotations

from typing import Any

import pytest

from ecokit import exercises
from ecokit.exercises import checks
from ecokit.shop import Shop
from tests.companies import read_only
from tests.plans import PLANS, Plan

WITHOUT: set[str] = set()
"""Exercises that have no silly plans yet. Take one out with its first; add none."""

EACH = [
    pytest.param(name, kind, number, id=f"{name}-{kind}-{number}")
    for name, plans in PLANS.items()
    for kind, given in plans.items()
    for number in range(len(given))  # type: ignore[arg-type]
]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return read_only()


def test_each_plan_exercise_has_a_handful_of_both_kinds() -> None:
    assert set(PLANS) == {one.id for one in exercises.all() if one.kind == "plan"}
    assert {name for name, plans in PLANS.items() if not plans["silly"]} == WITHOUT
    for name in set(PLANS) - WITHOUT:
        assert min(map(len, PLANS[name].values())) >= 3, name  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "kind", "number"), EACH)
def test_a_sensible_plan_does_well_and_a_silly_one_does_not(
    name: str, kind: str, number: int, shop: Shop
) -> None:
    plan: Plan = PLANS[name][kind][number]  # type: ignore[literal-required]
    given = plan(shop) if callable(plan) else plan
    exercise: Any = exercises.get(name)
    score = exercise.score(shop, given)
    assert checks.check(exercise, given, shop).kind != "unreadable", given
    assert score.passed == (score.points >= 100), f"{given}: {score}"
    if kind == "sensible":
        assert score.passed or score.points >= 80, f"{given}: {score}"
    else:
        assert not score.passed
        assert score.points <= 50, f"{given}: {score}"
