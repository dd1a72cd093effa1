"""A company of five times the visits, people and fixed costs: which verdicts stay, which do not.

What weighs money against people or fixed costs has to come out alike, because both grow together.
What hangs on numbers, such as the chance of waiting or the power of a test, may change: the pages
say so. A choice is in one of the two lists, or asks about neither.
"""

from __future__ import annotations

from functools import cache

import pytest

from ecokit import exercises, simulate
from ecokit.exercises.sheet import Choice, Plan
from ecokit.shop import Shop
from ecokit.shop.simulator.world import HOUSE
from tests.companies import of_seed

SEEDS = (1, 2, 3)
TIMES = 5

# Verdicts that weigh money against people or fixed costs, and why they stay.
ALIKE = {
    "decisions-best-change": "margin at stake and decisions grow with the visits, all four alike",
    "decisions-design-path": "the deputies' hours grow with the decisions that they take",
    "organisation-single-point": "who must say yes stands in the structure, whatever its size",
}


@cache
def company(seed: int, times: int) -> Shop:
    """A company that is `times` as large as the usual one of the same seed."""
    return of_seed(seed) if times == 1 else simulate(seed, visitors_per_day=HOUSE * times)


@pytest.mark.parametrize("name", [name for name, _ in ALIKE.items()])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_weighs_money_against_people_comes_out_alike(seed: int, name: str) -> None:
    exercise = exercises.get(name)
    small, large = company(seed, 1), company(seed, TIMES)
    if isinstance(exercise, Choice):
        assert exercise.sheet(small).right == exercise.sheet(large).right
        return
    assert isinstance(exercise, Plan)
    sheet = exercise.sheet(small)
    for plan in (sheet.right, *(plan for plan in sheet.wrong.values() if plan)):
        assert exercise.score(small, plan).passed == exercise.score(large, plan).passed, plan
