"""A company of one's own: the same seed is the same game, and nothing is lost by a slip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecokit import game
from ecokit.errors import CourseError


@pytest.fixture(scope="module")
def two_weeks() -> game.Company:
    company = game.Company(seed=7)
    company.play(search=4_000, price_audio=104.5, orders=450, profit=15_000, reason="as before")
    company.play()
    return company


def test_the_same_seed_and_decisions_are_the_same_game(two_weeks: game.Company) -> None:
    again = game.Company(seed=7)
    again.play(search=4_000, price_audio=104.5, orders=450, profit=15_000, reason="as before")
    assert again.report().steps().equals(two_weeks.report(1).steps())


def test_a_bridge_adds_up_to_the_fen(two_weeks: game.Company) -> None:
    steps = two_weeks.report().steps().set_index("step")["yuan"]
    bars = steps.drop(["before", "after"])
    assert round(100 * (steps["before"] + bars.sum())) == round(100 * steps["after"])


def test_what_is_unset_stays_as_it_was(two_weeks: game.Company) -> None:
    now = two_weeks.decisions().set_index("field")["now"]
    assert (float(now["search"]), float(now["price_audio"])) == (4_000, 104.5)
    assert "delivery" not in now  # locked until the fourth round
    assert "delivery" in set(game.fields()["field"])


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ({"serach": 1}, "is no decision"),
        ({"search": -1}, "search"),
        ({"search": 10**9}, "search"),
        ({"price_home": "cheap"}, "price_home"),
        ({"delivery": "express"}, "delivery"),
    ],
)
def test_a_slip_is_told_and_nothing_is_played(
    two_weeks: game.Company, decisions: dict[str, Any], said: str
) -> None:
    number = two_weeks.next_round
    with pytest.raises(CourseError, match=said):
        two_weeks.play(**decisions)
    assert two_weeks.next_round == number


def test_a_folder_keeps_the_game_and_no_other(tmp_path: Path) -> None:
    game.Company(seed=3, folder=tmp_path).play(search=3_000)
    assert game.Company(seed=3, folder=tmp_path).next_round == 2
    with pytest.raises(CourseError, match="another seed"):
        game.Company(seed=4, folder=tmp_path)


def test_a_game_that_has_ended_says_so_and_has_a_debrief() -> None:
    company = game.Company(seed=5, form="room")
    with pytest.raises(CourseError, match="No round was played"):
        company.report()
    while not company.ended:
        company.play()
    with pytest.raises(CourseError, match="has ended"):
        company.play()
    assert len(company.debrief().scores) == len(company.standings()) == 6
