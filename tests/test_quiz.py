"""The tests before and after a chapter: questions, the gain and its interval, what is kept."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ecokit import exercises, load_shop, topics
from ecokit.errors import CourseError
from ecokit.exercises import again, checks, quiz, spacing, store
from ecokit.exercises.sheet import Choice, Plan
from ecokit.exercises.store import Learner
from ecokit.shop import Shop

LACKING: set[str] = set()
"""Chapters without a test. The list may only shrink."""

with (Path(__file__).parent / "data" / "quiz.csv").open(encoding="utf-8") as file:
    FOUND = {row["exercise"]: row for row in csv.DictReader(file)}


def test_each_chapter_has_eight_questions_or_more_from_each_of_its_topics() -> None:
    assert {one.name for one in topics.chapters()} - set(quiz.by_chapter()) <= LACKING
    for chapter, names in quiz.by_chapter().items():
        found = [exercises.get(name) for name in names]
        assert len(set(names)) == len(names) >= 8
        assert not any(isinstance(one, Plan) for one in found)
        within = {one.name for one in topics.topics() if one.chapter == chapter}
        covered = {one.topic for one in found}
        assert covered <= within
        assert len(covered) >= len(within) - 1
        assert sum(one.minutes for one in found) <= 45


def test_no_number_of_one_company_is_right_for_the_other() -> None:
    """How hard each is for each company is asked where the companies are made anyway."""
    assert set(FOUND) == {name for names in quiz.by_chapter().values() for name in names}
    for name, row in FOUND.items():
        exercise: Any = exercises.get(name)
        if not isinstance(exercise, Choice):
            apart = abs(float(row["first"]) - float(row["second"]))
            assert apart > exercise.margin(float(row["second"])), name
        assert len(row["mistakes"].split()) >= 2


# The gain -------------------------------------------------------------------------------------


def test_the_interval_is_that_of_the_paper() -> None:
    told = quiz.paired_gain(
        [True] * 3 + [False] * 7, [True] * 2 + [False] + [True] * 5 + [False] * 2
    )
    up, down = 6 / 12, 2 / 12
    wide = 1.959964 * math.sqrt((up + down - (up - down) ** 2) / 12)
    assert told.gain == pytest.approx(0.4)
    assert (told.low, told.high) == pytest.approx((up - down - wide, up - down + wide), abs=1e-6)
    assert (told.before, told.after, told.questions) == (3, 7, 10)


@pytest.mark.parametrize("share", [(0.1, 0.1), (0.05, 0.5), (0.3, 0.3), (0, 0.7), (0, 0.4)])
@pytest.mark.parametrize("n", [8, 9])
def test_the_interval_holds_the_true_gain_as_often_as_it_says(
    share: tuple[float, float], n: int
) -> None:
    """Every outcome is weighed by its chance: lost, won, and what stayed."""
    lost, won = share
    held = 0.0
    for b, c in itertools.product(range(n + 1), repeat=2):
        if b + c > n:
            continue
        rest = n - b - c
        chance = math.comb(n, b) * math.comb(n - b, c) * lost**b * won**c * (1 - lost - won) ** rest
        before = [True] * b + [False] * c + [True] * rest
        after = [False] * b + [True] * c + [True] * rest
        told = quiz.paired_gain(before, after)
        held += chance * (told.low <= won - lost <= told.high)
    assert held >= 0.925


def test_a_gain_needs_pairs_and_says_what_it_can() -> None:
    for pair in (([], []), ([True], [True, False])):
        with pytest.raises(CourseError, match="same questions before and after"):
            quiz.paired_gain(*pair)
    none = 8 * [False]
    assert "too small to tell" in str(quiz.paired_gain(none, [True] + 7 * [False]))
    assert "more than before" in str(quiz.paired_gain(none, 8 * [True]))
    assert "could do more before" in str(quiz.paired_gain(8 * [True], none))
    assert quiz.paired_gain(none, 8 * [True]).high <= 1


# What the learner sees, and what is kept --------------------------------------------------------


@pytest.fixture
def me(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    learner = Learner(tmp_path / ".ecokit")
    shop = load_shop()

    def company(_seed: int) -> Shop:
        return shop

    monkeypatch.setattr(store, "learner", lambda: learner)
    monkeypatch.setattr(again, "company", company)
    monkeypatch.setattr(store, "now", lambda: datetime(2026, 3, 2, 4, tzinfo=UTC))
    monkeypatch.setattr(quiz, "by_chapter", lambda: {"marketing": SHORT})
    return learner


SHORT = ("media-which-kind", "funnel-cause", "organisation-two-hours", "organisation-mean-span")


def fill(test: quiz.Test, *right: bool | None) -> None:
    """Answer each question: right, wrong or not at all."""
    for (field, _read), one, good in zip(test._fields, test.asked, right, strict=True):
        if good is None:
            continue
        sheet: Any = one.sheet(load_shop())
        value = sheet.right if good else next(iter(one.apart(sheet).values()))
        field.value = value if one.kind == "choice" else str(float(value))


def handed_in(when: Callable[[str], quiz.Test], *right: bool | None) -> quiz.Test:
    test = when("marketing")
    test.children[1].click()
    fill(test, *right)
    test._hand_in.click()
    if None in right:
        assert "blank" in test._said.value
        test._hand_in.click()
    return test


def test_both_tests_give_a_gain_that_stays(me: Learner) -> None:
    assert "4 questions of what the chapter Marketing teaches" in " ".join(
        repr(exercises.before("marketing")).split()
    )
    first = handed_in(exercises.before, True, False, None, None)
    assert "before the chapter Marketing, 2026-03-02: 1 of 4 right" in first._said.value
    assert first.gain() is None
    second = handed_in(exercises.after, True, True, True, False)
    assert "3 of 4 right" in second._said.value
    assert "Look at these once more" in second._said.value
    seeds = [test.done().seed for test in (first, second) if test.done()]  # type: ignore[union-attr]
    assert sorted(seeds) == list(quiz.COMPANIES)
    gain = exercises.after("marketing").gain()
    assert gain is not None
    assert (gain.before, gain.after, gain.gain) == (1, 3, 0.5)
    rebuilt = exercises.before("marketing")
    assert len(rebuilt.children) == 2  # handed in once
    assert "Before 1 of 4, after 3 of 4" in rebuilt._said.value
    assert {event["event"] for event in me.history()} == {"right", "misconception", "blank"}
    assert set(exercises.progress("marketing").standings) & set(SHORT) == set()
    box = spacing.box(me.history())  # what was missed after the chapter is practised again
    assert {name for name, place in box.items() if not place.last.right} == {SHORT[3]}


def test_nothing_is_kept_before_all_can_be_read(me: Learner) -> None:
    test = exercises.before("marketing")
    test.children[1].click()
    fill(test, True, True, True, True)
    test._fields[2][0].value = "abc"
    test._hand_in.click()
    assert "Question 3" in test._said.value
    assert me.history() == []
    assert "<th" in test.children[-4].value  # the table that the fourth is read from


def test_a_test_that_comes_late_says_so(me: Learner) -> None:
    me.note_check(checks.Result("funnel-mix", "right", ""), "1", 3)
    assert "already worked on one exercise" in repr(exercises.before("marketing")).replace(
        "\n", " "
    )
    assert "already" not in repr(exercises.after("marketing"))


def test_a_test_of_an_earlier_edition_does_not_count(me: Learner) -> None:
    me.note_check(checks.Result(f"{SHORT[0]}@before-1", "right", ""), "paid", 1)
    assert exercises.before("marketing").done() is None
    with pytest.raises(CourseError, match="no test for 'astrology'"):
        exercises.before("astrology")


def test_a_table_that_a_choice_is_decided_by_is_shown_and_is_a_table() -> None:
    asked: Any = exercises.get("overview-mend")
    sheet = asked.sheet(load_shop())
    assert sheet.right == "pack"
    told = quiz._table(sheet)
    assert '<th scope="row">then until it is packed</th>' in told
    assert quiz._table(replace(sheet, table=None)) == ""
    faulty = asked(lambda _shop: replace(sheet, table="15 hours"))
    with pytest.raises(CourseError) as told_in_a_sentence:
        faulty.sheet(load_shop())
    assert "the table that it is decided by is a DataFrame" in str(
        told_in_a_sentence.value.__cause__
    )


def test_a_table_of_counts_leads_to_the_answer() -> None:
    asked: Any = exercises.get("overview-stuck")
    sheet = asked.sheet(load_shop())
    first = sheet.table.iloc[:, 0]
    assert first.iloc[2:].sum() == sheet.right
    assert first.sum() == sheet.wrong["all_that_wait"]
    assert sheet.table.iloc[:-1, 1].sum() == sheet.wrong["with_hindsight"]


def test_a_table_shows_enough_digits_to_answer() -> None:
    shop = load_shop()
    exercise: Any = exercises.get("organisation-mean-span")
    sheet = exercise.sheet(shop)
    row, column = sheet.cell
    assert checks.check(exercise, quiz.shown(sheet.table.loc[row, column]), shop).right
