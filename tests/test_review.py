"""Practising again: what is due by Leitner's rule and the clock, and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecokit import exercises, load_shop
from ecokit.errors import CourseError
from ecokit.exercises import again, lesson, spacing, store
from ecokit.exercises.again import Review, Told
from ecokit.exercises.checks import Kind, Result
from ecokit.exercises.sheet import COMPANY
from ecokit.exercises.store import Learner
from ecokit.shop import Shop

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon in China: the day is the same far around


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that turns the clock to noon of a day."""

    def turn(days: int) -> None:
        monkeypatch.setattr(store, "now", lambda: NOON + timedelta(days=days))

    turn(0)
    return turn


@pytest.fixture
def me(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    learner = Learner(tmp_path / ".ecokit")
    monkeypatch.setattr(store, "learner", lambda: learner)
    monkeypatch.setattr(again, "company", lambda _seed: load_shop())
    return learner


def answered(me: Learner, exercise: str, *kinds: Kind) -> None:
    for kind in kinds:
        me.note_check(Result(exercise, kind, ""), "1", COMPANY)


def due() -> list[str]:
    return spacing.picked(spacing.box(store.learner().history()), spacing.today(), 99)


def test_what_was_known_comes_after_2_4_8_and_16_days(
    me: Learner, clock: Callable[[int], None]
) -> None:
    day = 0
    answered(me, "kpi-points", "right")
    for interval in (2, 4, 8, 16, 16):
        clock(day + interval - 1)
        assert due() == []
        day += interval
        clock(day)
        assert due() == ["kpi-points"]
        answered(me, f"kpi-points@{spacing.today()}", "right")
    answered(me, f"kpi-points@{spacing.today()}b", "wrong", "right")
    clock(day + 1)
    assert due() == ["kpi-points"]


def test_what_was_missed_or_needed_help_comes_after_a_day(
    me: Learner, clock: Callable[[int], None]
) -> None:
    answered(me, "kpi-points", "wrong", "right")
    me.note_hint("kpi-lever", COMPANY)
    answered(me, "kpi-lever", "right")
    me.note_shown("kpi-next-year", COMPANY)
    answered(me, "kpi-click-index", "right")
    assert due() == ["kpi-next-year"]  # not solved today
    clock(1)
    assert due() == ["kpi-points", "kpi-lever", "kpi-next-year"]
    told = {name: place.why(spacing.today()) for name, place in spacing.box(me.history()).items()}
    assert told == {
        "kpi-points": "It took you 2 tries.",
        "kpi-lever": "You opened one hint.",
        "kpi-next-year": "You looked at the answer, and have not given it yourself yet.",
        "kpi-click-index": "You did it a day ago.",
    }


def test_who_waited_longest_for_its_interval_comes_first(
    me: Learner, clock: Callable[[int], None]
) -> None:
    answered(me, "kpi-points", "right")
    clock(5)
    answered(me, "kpi-lever", "near", "right")
    clock(7)
    assert due() == ["kpi-points", "kpi-lever"]  # 7 of 2 days, 2 of 1 day


def test_a_test_before_a_chapter_is_no_practice_and_a_torn_time_no_day(me: Learner) -> None:
    answered(me, "kpi-points@before-41", "wrong")
    line = {"exercise": "kpi-lever", "event": "wrong", "hints": 0}
    assert spacing.box([*me.history(), line, line | {"time": "noon"}]) == {}


def test_a_clock_that_went_back_makes_nothing_due(
    me: Learner, clock: Callable[[int], None]
) -> None:
    clock(400)
    answered(me, "kpi-points", "right")
    clock(0)
    assert due() == []


def test_the_review_asks_the_same_of_another_company_and_keeps_the_answers(
    me: Learner, clock: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []

    def company(seed: int) -> Shop:
        seeds.append(seed)
        return load_shop()

    monkeypatch.setattr(again, "company", company)
    answered(me, "organisation-approvals", "misconception", "right")
    first = me.standing("organisation-approvals")
    clock(1)
    cards = exercises.review()
    assert isinstance(cards, Review)
    assert seeds == [again.seed_of(date(2026, 3, 3))]
    assert "It took you 2 tries." in repr(cards)
    (card,) = cards.cards
    right = exercises.get("organisation-approvals").sheet(load_shop()).right
    card._fields.value = str(float(right))
    card._check_button.click()
    assert me.standing("organisation-approvals") == first
    kept = Learner(me.place).standings()["organisation-approvals@2026-03-03"]
    assert (kept.done, kept.tries) == (True, 1)
    assert repr(exercises.review()).startswith("Nothing is due today: the one exercise")
    clock(2)
    assert isinstance(exercises.review(), Told)
    clock(3)
    more = exercises.review("architecture", number=1)
    assert isinstance(more, Review)
    assert more.cards[0]._fields.value == ""  # of another day and company
    assert isinstance(exercises.review("marketing"), Told)


def test_who_has_done_nothing_is_told_so(me: Learner, clock: Callable[[int], None]) -> None:
    assert repr(exercises.review()).startswith("There is nothing to practise again yet.")
    answered(me, "kpi-unheard-of", "wrong")  # of a release that had it
    assert isinstance(exercises.review(), Told)
    wrong: list[Any] = [0, -1, 2.5, True, "three"]
    for number in wrong:
        with pytest.raises(CourseError, match="number is"):
            exercises.review(number=number)
    with pytest.raises(CourseError, match="no exercises for astrology"):
        exercises.review("astrology")


def test_all_companies_of_the_days_were_asked_every_exercise() -> None:
    """`make companies` takes the seeds from 1 to 50."""
    assert set(again.SEEDS) <= set(range(1, 51))
    days = [again.seed_of(date.fromordinal(800_000 + n)) for n in range(30)]
    assert len(set(days)) == 30


@pytest.mark.parametrize("exercise", exercises.all(), ids=lambda one: one.id)
def test_the_lesson_above_an_exercise_has_all_that_it_uses(exercise: Any) -> None:
    above = lesson.above(exercise)
    assert above is not None
    codes = [*above.setup, *(source for kind, source in above.shown if kind == "code")]
    assert codes
    held = {lesson.COMPANY, *dir(__import__("builtins"))}
    for source in codes:
        made, used = lesson.names(source)
        assert used <= held | made, used - held - made
        held |= made
        assert "exercises.check" not in source


def test_the_lesson_runs_for_the_company_and_after_a_change(
    me: Learner, clock: Callable[[int], None]
) -> None:
    shop = load_shop()
    opened = lesson.Lesson(exercises.get("organisation-mean-span"), shop)
    assert len(opened.children) == 1
    opened._button.click()
    cells = [part for part in opened.children if hasattr(part, "children")]
    assert cells
    assert opened._space["shop"] is shop
    opened._try("kpi_of_mine = 1 / 0")
    lesson.run("kpi_of_mine = load_shop()", opened._space)
    assert opened._space["kpi_of_mine"] is shop
    assert not re.search("exercises.show", cells[0].children[0].value)
