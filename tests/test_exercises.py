"""Every exercise, for several companies: the reference passes, each mistake is told by its name."""

from __future__ import annotations

import ast
import csv
import datetime
import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import exercises, topics
from ecokit.errors import CourseError
from ecokit.exercises import cells, checks, diagnosis, quiz, store
from ecokit.exercises.card import Card, ChapterProgress, answer_text, markup
from ecokit.exercises.reading import AnswerError, read, told
from ecokit.exercises.sheet import Exercise, Field, Score, Sheet, TableSheet, number
from ecokit.shop import Shop
from tests.companies import bundled, of_seed, read_only
from tests.demo_exercises import DEMO

NO_SHOP = Shop({})  # nothing is asked of it
RATE, TARGETS, LAYERS, DESIGN = DEMO
SEEDS = range(1, 1 + int(os.environ.get("ECOKIT_COMPANIES", "3")))  # `make companies`: 52


def ids(given: Exercise) -> str:
    return given.id


def faults(exercise: Exercise, shop: Shop) -> Iterator[str]:
    """Yield what is wrong with an exercise for this shop."""
    sheet = exercise.sheet(shop)
    if not all(text.strip() for text in (sheet.prompt, sheet.solution, *sheet.hints)):
        yield "a text is empty"
    result = checks.check(exercise, sheet.right, shop)
    if not result.right:
        yield f"the right answer fails: {result!r}"
    if exercise.kind == "number":
        shown = answer_text(exercise, shop).split(" (")[0]
        if not checks.check(exercise, shown, shop).right:
            yield f"the answer as it is shown fails: {shown}"
    spoken, apart = set(), exercise.wrong_answers(shop)
    for name, answer in apart.items():
        result = checks.check(exercise, answer, shop)
        if (result.kind, result.misconception) != ("misconception", name):
            yield f"{name} is taken for {result.misconception or result.kind}"
        words: Any = sheet.reasons if exercise.kind == "choice" else exercise.mistakes
        if result.message != words[name] or not result.message.strip():
            yield f"{name} does not give its own feedback"
        spoken.add(result.message)
    if len(spoken) < len(apart):
        yield "two mistakes have the same feedback"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return read_only()


@cache
def company(seed: int) -> Shop:
    """Return another company; the first few are asked about many exercises."""
    return of_seed(seed)


# The exercises of the course ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_each_mistake_is_told_for_every_company(seed: int) -> None:
    company = of_seed(seed)
    found = [
        f"{exercise.id}: {fault}"
        for exercise in exercises.all()
        for fault in faults(exercise, company)
    ]
    found += unlike(seed, company)
    assert not found, "\n".join(found)


with (Path(__file__).parent / "data" / "quiz.csv").open(encoding="utf-8") as quiz_file:
    QUIZ = {row["exercise"]: row for row in csv.DictReader(quiz_file)}


def unlike(seed: int, company: Shop) -> Iterator[str]:
    """Yield how the tests before and after a chapter differ in difficulty for a company.

    ``quiz.csv`` holds what was found for the two companies of the tests: the mistakes that apply,
    which are the same for both, and the two answers. Other companies may differ in some questions.
    """
    odd = []
    if seed in quiz.COMPANIES and diagnosis.number_of(company) == diagnosis.number_of(bundled()):
        yield "the case of a test is that of the exercises with the bundled company"
    for chapter in quiz.by_chapter():
        for name in quiz.questions(chapter):
            exercise = exercises.get(name)
            sheet = exercise.sheet(company)
            if " ".join(sorted(exercise.apart(sheet))) != QUIZ[name]["mistakes"]:
                odd.append(f"{name}: other mistakes apply than in the tests of its chapter")
            if seed in quiz.COMPANIES:
                stored = QUIZ[name][("first", "second")[quiz.COMPANIES.index(seed)]]
                right = sheet.right if exercise.kind == "choice" else f"{float(sheet.right):.6g}"
                if right != stored:
                    yield f"quiz.csv says {stored} for {name}, and {right} is right"
    if seed in quiz.COMPANIES or len(odd) > len(QUIZ) / 4:
        yield from odd


@pytest.mark.parametrize("exercise", [*exercises.all(), *DEMO], ids=ids)
def test_it_is_whole_and_works_for_the_bundled_company(exercise: Exercise, shop: Shop) -> None:
    assert not list(faults(exercise, shop))
    applying = set(exercise.wrong_answers(shop))
    assert len(applying) >= 2
    known = set(exercise.sheet(shop).wrong)
    for seed in range(1, 6):  # a mistake that can never be told apart is dead
        if applying < known:
            applying |= set(exercise.wrong_answers(company(seed)))
    assert applying >= known
    html = Card(exercise, shop)._repr_mimebundle_()["text/html"]
    assert exercise.sheet(shop).solution not in html


def texts(exercise: Exercise, shop: Shop) -> Iterator[str]:
    """Yield each text of an exercise as a card shows it, without what is code."""
    sheet = exercise.sheet(shop)
    words: Any = sheet.reasons if exercise.kind == "choice" else exercise.mistakes
    for text in (sheet.prompt, sheet.solution, *sheet.hints, *words.values()):
        yield re.sub(r"<code>.*?</code>", "", markup(text), flags=re.DOTALL)
    if exercise.kind == "choice":
        yield from sheet.options.values()
    if exercise.kind == "plan":
        plans = [sheet.right, *filter(None, sheet.wrong.values())]
        yield from (line for plan in plans for line in sheet.score(plan).lines)
        yield from (field.label for field in cast(Any, exercise).fields)
    yield from (exercise.title, answer_text(exercise, shop).split(". ")[0])


A_CALL = re.compile(rf"`[^`]*\w\(|`({'|'.join([*topics.names(), 'experiments'])})\.\w")


@pytest.mark.parametrize("exercise", [*exercises.all(), *DEMO], ids=ids)
def test_no_text_shows_a_mark_or_ten_digits_and_no_hint_a_function(
    exercise: Exercise, shop: Shop
) -> None:
    """Most learners do not program. `NORM.INV`, of a spreadsheet, is the one function named."""
    for hint in exercise.sheet(shop).hints:
        assert not A_CALL.search(hint.replace("`NORM.INV(", "")), hint
    for text in texts(exercise, shop):
        assert "*" not in text
        assert "`" not in text
        assert not re.search(r"\d{10}|\.\d{6}", text)


# Known mistakes that the bundled company hides, with the reason. The list may only shrink: another
# month, product or case brings a mistake back.
SWITCHED_OFF: set[tuple[str, str]] = set()


def test_no_mistake_is_lost_in_the_bundled_company(shop: Shop) -> None:
    lost = {
        (exercise.id, name)
        for exercise in exercises.all()
        for name in exercise.sheet(shop).wrong
        if name not in exercise.wrong_answers(shop)
    }
    assert lost == SWITCHED_OFF


@pytest.mark.parametrize("exercise", exercises.all(), ids=ids)
def test_the_lines_that_give_the_answer_give_it(exercise: Exercise, shop: Shop) -> None:
    code = exercise.sheet(shop).lines
    if not code:
        return
    *lines, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {"shop": shop}
    exec(compile(ast.Module(lines, []), exercise.id, "exec"), names)  # the course's own lines
    answer = eval(compile(ast.Expression(last.value), exercise.id, "eval"), names)
    assert checks.check(exercise, answer, shop).right


def rounded(exercise: Any, value: float, fewer: int = 0) -> str:
    """Return a number as it is typed at the precision that is asked for, or digits less."""
    places = exercise.places(value)
    digits = (6 if places is None else places) - fewer
    return f"{round(float(value), digits):.{max(0, digits)}f}"


@pytest.mark.parametrize("exercise", exercises.all(), ids=ids)
def test_an_answer_is_judged_at_the_precision_at_which_it_is_typed(
    exercise: Exercise, shop: Shop
) -> None:
    if exercise.kind != "number":
        return
    right = float(exercise.sheet(shop).right)
    assert checks.check(exercise, rounded(exercise, right), shop).right
    coarse = rounded(exercise, right, fewer=1)
    if "." in coarse or abs(right) >= 100:  # nobody writes 10 people for 8
        result = checks.check(exercise, coarse, shop)
        assert result.kind in ("right", "near") or result.fits, coarse
    for name, answer in exercise.wrong_answers(shop).items():
        typed = rounded(exercise, answer)
        result = checks.check(exercise, typed, shop)
        assert name in result.fits, f"{name}: {typed}"
        assert result.misconception in (name, None)
        assert not result.right


def test_what_falls_together_is_told_as_what_is_sure() -> None:
    near = replace(RATE.sheet(NO_SHOP), wrong={"visits": 0.0838, "lines": 0.0542})
    rate = RATE(lambda _shop: near)
    assert checks.check(rate, "8 %", NO_SHOP).kind == "near"
    assert checks.check(rate, "8 %", NO_SHOP).fits == ("visits",)
    assert checks.check(rate, "8.4 %", NO_SHOP).misconception == "visits"
    assert checks.check(rate, "5 %", NO_SHOP).misconception == "lines"
    both = replace(near, wrong={"visits": 0.0543, "lines": 0.0542})
    result = checks.check(RATE(lambda _shop: both), "5.4 %", NO_SHOP)
    assert result.misconception is None
    assert result.message == (
        "More than one usual mistake leads to this number. You counted visits, not visitors. Or: "
        "You counted order lines, not orders. One more digit tells which it is."
    )
    printed = replace(near, wrong={"visits": 0.3, "lines": 0.2}, printed=0.01)
    assert checks.check(RATE(lambda _shop: printed), "8 %", NO_SHOP).right
    assert checks.check(RATE(lambda _shop: printed), "8.4 %", NO_SHOP).kind == "wrong"


def test_what_is_only_near_a_mistake_or_fits_another_row_too_is_told_so() -> None:
    wide = replace(RATE, tolerance=0.01)
    near = checks.check(wide, "5.6 %", NO_SHOP)
    assert near.misconception is None
    assert near.fits == ("visits",)
    assert near.message == "This is near a usual mistake. You counted visits, not visitors."
    table = pd.DataFrame({"rate": {"this year": 327 / 4000, "last year": 0.0504}})
    tabled = replace(RATE.sheet(NO_SHOP), table=table, cell=("this year", "rate"))
    both = checks.check(RATE(lambda _shop: tabled), "5 %", NO_SHOP)
    assert both.misconception is None
    assert both.fits == ("visits",)
    assert both.message == (
        "More than one way leads to this number. You counted visits, not visitors. Or: 5 % is the "
        "row of last year; you are asked for this year."
    )
    part = checks.check(LAYERS, {"seven": 3, "three": 3}, NO_SHOP)
    assert part.message == (
        "1 of 2 rows are right. Look again at: Seven departments. The top is a layer too."
    )


def test_a_right_answer_says_where_a_mistake_comes_as_near(shop: Shop) -> None:
    close = replace(RATE.sheet(NO_SHOP), wrong={"visits": 0.0821, "lines": 0.2})
    rate = RATE(lambda _shop: close)
    assert rate.wrong_answers(NO_SHOP) == {"lines": 0.2}
    assert checks.check(rate, "8.18 %", NO_SHOP).message == "0.082 (8.2 %)."
    assert checks.check(rate, "8.21 %", NO_SHOP).right
    assert "look at your way once more" in checks.check(rate, "8.21 %", NO_SHOP).message


def test_a_number_in_another_unit_is_told_in_words() -> None:
    per_cent = RATE(
        lambda _shop: replace(RATE.sheet(NO_SHOP), wrong={"visits": 0.05, "lines": 0.2})
    )
    in_per_cent = checks.check(per_cent, "20.0", NO_SHOP)
    assert in_per_cent.misconception == "lines"
    assert in_per_cent.message == (
        "Read in % it is a usual mistake: You counted order lines, not orders. The answer is asked "
        "as a share from 0 to 1."
    )
    asked, wrong = replace(RATE, unit="%", tolerance=0.05), {"visits": 5, "lines": 20}
    points = asked(lambda _shop: replace(RATE.sheet(NO_SHOP), right=8.18, wrong=wrong))
    assert checks.check(points, "0.0818", NO_SHOP).message.startswith(
        "0.0818 would be right as a share. This answer is asked in per cent"
    )
    near = {"visits": 0.05, "lines": 20}
    beside = asked(lambda _shop: replace(RATE.sheet(NO_SHOP), right=8.18, wrong=near))
    told_of = checks.check(beside, "0.082", NO_SHOP)  # near 0.05, but the right share
    assert told_of.kind == "unit"


def test_what_is_turned_about_is_told_so() -> None:
    assert "This is the rest" in checks.check(RATE, "91.8 %", NO_SHOP).message
    assert "This is the rest" not in checks.check(RATE, "92 %", NO_SHOP).message
    assert "the sign is not" in checks.check(RATE, "-8.18 %", NO_SHOP).message
    index = replace(RATE, unit="times")(lambda _shop: replace(RATE.sheet(NO_SHOP), right=0.8))
    assert "the other way round" in checks.check(index, 1.25, NO_SHOP).message
    cells = replace(LAYERS.sheet(NO_SHOP), right={"seven": 0.783, "three": 0.512})
    cells = replace(cells, wrong={"no_top": None, "posts": None})
    table = replace(LAYERS, unit="share", tolerance=0.0005)(lambda _shop: cells)
    rest = checks.check(table, {"seven": "21.7 %", "three": "48.8 %"}, NO_SHOP)
    assert rest.message.startswith("This is the rest")


def test_a_share_table_takes_per_cent_as_a_number_does() -> None:
    cells = replace(LAYERS.sheet(NO_SHOP), right={"seven": 0.783, "three": 0.512})
    cells = replace(cells, wrong={"no_top": None, "posts": None})
    table = replace(LAYERS, unit="share", tolerance=0.0005)(lambda _shop: cells)
    assert checks.check(table, {"seven": "78.3 %", "three": "51,2%"}, NO_SHOP).right
    bare = checks.check(table, {"seven": "78.3", "three": 51.2}, NO_SHOP)
    assert bare.kind == "unit"
    assert bare.message.startswith("78.3 would be right in %. This answer is asked as a share")
    assert checks.check(table, {"seven": "78 %", "three": "51 %"}, NO_SHOP).kind == "near"


def test_a_plan_reads_units_and_names_what_was_not_changed() -> None:
    fields = tuple(replace(field, unit="people") for field in DESIGN.fields)
    above = replace(
        DESIGN.sheet(NO_SHOP), above={"the plan of the cell above": {"span": 5, "layers": 2}}
    )
    plan = replace(DESIGN, fields=fields)(lambda _shop: above)
    typed = checks.check(plan, {"span": "8 people", "layers": "2 人"}, NO_SHOP)
    assert typed.right
    assert typed.reading == "Read as Span of control 8 people; Layers below the top 2 people."
    shares = replace(plan, fields=tuple(replace(field, unit="%") for field in fields))
    other = checks.check(shares, {"span": 0.08, "layers": 2}, NO_SHOP)
    assert other.message == "Span of control: 0.08 fits as a share, but it is asked in per cent."
    same = checks.check(plan, {"span": 5, "layers": 2}, NO_SHOP)
    assert same.kind == "cell"
    assert same.message.startswith("These are the numbers that stand there: the plan of the cell")


def test_yes_and_no_choose_the_only_option_that_begins_so() -> None:
    options = {"a": "Yes, for all of them", "b": "No: few do", "c": "No, nobody does"}
    choice = TARGETS(lambda _shop: replace(TARGETS.sheet(NO_SHOP), options=options))
    assert checks.check(choice, "yes", NO_SHOP).right
    assert checks.check(choice, "是", NO_SHOP).right
    assert checks.check(choice, "no", NO_SHOP).kind == "unreadable"


@pytest.mark.parametrize("exercise", exercises.all(), ids=ids)
def test_few_random_numbers_are_named_as_a_cell(exercise: Exercise, shop: Shop) -> None:
    sheet = exercise.sheet(shop)
    if exercise.kind != "number" or sheet.table is None:
        return
    values = sheet.table.select_dtypes("number").to_numpy().ravel()
    drawn = np.random.default_rng(2025).uniform(np.nanmin(values), np.nanmax(values), 1000)
    for digits in (3, 4, 5):
        typed = [read(f"{float(f'{number:.{digits}g}'):.12g}", "") for number in drawn]
        named = [one for one in typed if cells.elsewhere(sheet, one, "it")]
        assert len(named) <= 50


NONSENSE = [
    *(math.nan, math.inf, -math.inf, None, True, 1j, 10**400, -(10**30), b"404", object(), print),
    *("", " ", "abc", "nan", "inf", "1e999", "1,2345", "4..0", "9" * 100_000, "\x00", "💥", "四"),
    *("5 bananas", "-", "%", "1/0", "__import__('os')", "<b>4</b>", "{}", "{0}", "%s"),
    *([], [4], (), {}, {"a": 1}, set(), range(3), np.array([]), np.zeros((2, 2)), pd.NA, pd.NaT),
    *(pd.DataFrame(), pd.DataFrame({"a": [1, 2]}), pd.Series(dtype=float), pd.Series([math.nan])),
    *(datetime.datetime(2025, 1, 1), datetime.timedelta(1), pd.Timedelta("1h"), iter([1])),
    *({"span": "x", "layers": None}, {"span": 1e9, "layers": 1}, {1: 2}, {"seven": [], "three": 4}),
    *(pd.DataFrame({"structure": ["seven"] * 2, "layers": [1, 2]}), pd.DataFrame({"x": [[]]})),
    *(datetime.timedelta.max, np.timedelta64("NaT"), np.timedelta64(1, "Y"), pd.Period("2025-01")),
    *(b"1", bytearray(b"1"), memoryview(b"1"), datetime.date(2025, 6, 18), np.ma.masked, "\ud800"),
    *(
        {None: 1},
        {math.nan: 1},
        pd.DataFrame({("a", "b"): ["x"]}),
        pd.MultiIndex.from_tuples([(1, 2)]),
    ),
    *(Decimal("sNaN"), pd.DataFrame({"layers": [Decimal("sNaN")]}, dtype=object)),
]


@pytest.mark.parametrize("exercise", [*exercises.all(), *DEMO], ids=ids)
def test_nonsense_gets_a_sentence(exercise: Exercise, shop: Shop) -> None:
    for answer in NONSENSE:
        result = checks.check(exercise, answer, shop)
        assert result.kind != "right"
        assert 10 < len(result.message) < 500
        assert result.message.rstrip(")").endswith((".", "?", "!"))
        assert "Error" not in result.message


def test_objectives_and_exercises_hold_against_each_other() -> None:
    stated = [row.objective for row in exercises.objectives()]
    practised = {exercise.objective for exercise in exercises.all()}
    assert len(set(stated)) == len(stated)
    assert set(stated) == practised
    for topic in topics.names():
        assert all(exercise.topic == topic for exercise in exercises.all(topic=topic))
    assert all(exercises.get(exercise.id) is exercise for exercise in exercises.all())
    assert list(dict.fromkeys(row.topic for row in exercises.objectives())) == list(topics.names())
    assert all(row.text.strip() for row in exercises.objectives())


def test_what_learners_have_answered_keeps_its_name() -> None:
    """Progress and the trainer's board hang on the ids and the names of the mistakes."""
    text = (Path(__file__).parent / "data" / "exercises.csv").read_text(encoding="utf8")
    promised: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        promised.setdefault(row["id"], []).append(row["mistake"])
    assert len(promised) == 81
    for name, mistakes in promised.items():
        assert set(mistakes) <= set(exercises.get(name).mistakes), name


@pytest.mark.parametrize("topic", topics.names())
def test_a_topic_has_exercises_with_ids_of_their_own(topic: str) -> None:
    own = exercises.all(topic=topic)
    assert len({exercise.id for exercise in own}) == len(own) >= 2


@pytest.mark.parametrize("chapter", topics.chapters(), ids=lambda chapter: chapter.name)
def test_a_chapter_has_exercises_of_every_kind(chapter: topics.Chapter) -> None:
    own = exercises.all(chapter=chapter.name)
    if len(own) >= 12:  # a chapter that has only begun need not have them yet
        assert {exercise.kind for exercise in own} == {"number", "choice", "table", "plan"}


# The checks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (0.08175, "right"),
        ("8.18 %", "right"),
        ("８．１８％", "right"),
        (" 0.0818 ", "right"),
        ("≈ 0.0818", "right"),
        (np.float64(0.0818), "right"),
        (pd.Series([0.0818]), "right"),
        (pd.DataFrame({"rate": [0.0818]}), "right"),
        (8.18, "unit"),
        ("8.18", "unit"),
        (0.05, "misconception"),
        ("5 %", "misconception"),
        ("20%", "misconception"),
        (-0.08175, "wrong"),
        (0.3, "wrong"),
        ("0,0818", "right"),
        ("8,18 %", "right"),
        ("8.18 pp", "right"),
        ("0,08,18", "unreadable"),
        ("8.18 people", "unreadable"),
    ],
)
def test_a_share_is_read_as_people_write_it(answer: object, kind: str) -> None:
    assert checks.check(RATE, answer, NO_SHOP).kind == kind


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1,234", "people", 1234),
        ("¥1,234.50", "yuan", 1234.5),
        ("￥１，２３４．５０", "yuan", 1234.5),
        ("1 234.5元", "yuan", 1234.5),
        ("RMB 12", "yuan", 12),
        ("1.2万", "yuan", 12000),
        ("3亿元", "yuan", 3e8),
        ("-¥5", "yuan", -5),
        ("−5", "yuan", -5),
        ("90", "minutes", 90),
        ("1.5 hours", "minutes", 90),
        ("1.5小时", "minutes", 90),
        ("90 min.", "minutes", 90),
        (pd.Timedelta("90min"), "minutes", 90),
        ("4 layers", "layers", 4),
        ("1 layer", "layers", 1),
        ("1e3", "layers", 1000),
        ("ten", "people", 10),
        ("minus 27.5", "yuan", -27.5),
        ("负27.5", "days", -27.5),
        ("70,774 yuan a year", "yuan", 70774),
        ("1.07 倍", "ratio", 1.07),
        ("7 %", "%", 7),
        ("0.07 share", "%", 7),
        ("54,63 %", "share", 0.5463),
        ("0,123", "share", 0.123),
        ("1.234,56", "yuan", 1234.56),
        ("1 234,5 元", "yuan", 1234.5),
        ("25.5k", "yuan", 25500),
        ("¥25.5K", "yuan", 25500),
        ("2.55万元", "yuan", 25500),
        ("2.5m", "yuan", 2.5e6),
        ("2.5m", "minutes", 2.5),
        ("1.2 million yuan", "yuan", 1.2e6),
        ("3 h 7 min", "minutes", 187),
        ("3小时7分", "minutes", 187),
        ("3 hours and 7 mins", "hours", 187 / 60),
        ("3个小时", "minutes", 180),
        ("3:07", "hours", 187 / 60),
        ("3:07", "seconds", 187),
        ("3:07 h", "minutes", 187),
        ("3:07 min", "minutes", 3 + 7 / 60),
        ("0:03:07", "minutes", 3 + 7 / 60),
        ("187 mins", "minutes", 187),
        ("~187", "minutes", 187),
        ("大约187左右", "minutes", 187),
        ("about 12 %", "share", 0.12),
        ("24.1 points", "share", 0.241),
        ("24.1 percentage points", "%", 24.1),
        ("24.1个百分点", "share", 0.241),
        ("9人", "agents", 9),
        ("9 people", "agents", 9),
        ("9个", "layers", 9),
        ("3次", "approvals", 3),
        ("110分", "points", 110),
        ("110.5 pts", "points", 110.5),
        ("5分", "yuan", 0.05),
        ("25块", "yuan", 25),
        ("12天", "days", 12),
        ("－５．５％", "share", -0.055),
        ("–5", "yuan", -5),
        ("94.5 %", "ratio", 0.945),
        (datetime.timedelta(hours=3), "minutes", 180),
    ],
)
def test_numbers_are_read_with_their_unit(text: object, unit: str, value: float) -> None:
    assert checks.read_number(text, unit) == pytest.approx(value)


@given(
    value=st.floats(-1e9, 1e9).map(lambda x: round(x, 2)),
    form=st.sampled_from(["{:,.2f}", "¥{:,.2f}", "{:.2f} yuan", "{:,.2f} 元", " {:.2f}"]),
)
def test_written_amounts_are_read_back(value: float, form: str) -> None:
    assert checks.read_number(form.format(value), "yuan") == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("3:07", "minutes", "'3:07' may be hours and minutes, or minutes and seconds."),
        ("1,23,4", "yuan", "I cannot tell how large '1,23,4' is."),
        ("5 bananas", "agents", "as a number of agents; '5 bananas' says something else."),
        ("12 %", "elasticity", "as an elasticity, such as -1.5; '12 %' says something else."),
        ("3-4", "layers", "'3-4' is a range. The answer is one number"),
        ("2**10", "layers", "'2**10' holds more than one number."),
    ],
)
def test_what_may_be_read_in_two_ways_is_asked_again(text: str, unit: str, sentence: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(sentence)):
        read(text, unit)


@given(
    value=st.floats(-1e6, 1e6),
    places=st.integers(0, 4),
    form=st.sampled_from(["{}", "~{}", "{} 元", "¥{}", "{}块", "{} RMB"]),
    comma=st.booleans(),
)
def test_a_number_is_read_at_the_precision_at_which_it_is_written(
    value: float, places: int, form: str, comma: bool
) -> None:
    written = f"{value:.{places}f}"
    if comma and places != 3:  # three digits behind a comma are thousands
        written = written.replace(".", ",")
    given = read(form.format(written), "yuan")
    assert given.value == pytest.approx(round(value, places), abs=1e-9)
    assert given.half == pytest.approx(0.5 * 10.0**-places)
    assert abs(given.value - value) <= given.half * (1 + 1e-6)


@given(seconds=st.integers(0, 10**6))
def test_a_time_in_parts_is_the_time(seconds: int) -> None:
    hours, minutes = divmod(seconds // 60, 60)
    for form in (
        f"{hours} h {minutes} min",
        f"{hours}小时{minutes}分钟",
        f"{hours}:{minutes:02} h",
    ):
        assert read(form, "seconds").value == pytest.approx(seconds // 60 * 60)


@settings(max_examples=300)
@given(
    text=st.text(alphabet="0123456789.,:' -+%¥kmh万分个百点eE~约人=*/()", max_size=12),
    unit=st.sampled_from(["share", "%", "yuan", "minutes", "points", "agents", "elasticity", ""]),
)
def test_what_is_typed_is_read_or_gets_a_sentence(text: str, unit: str) -> None:
    try:
        given = read(text, unit)
    except AnswerError:
        return
    assert math.isfinite(given.value)
    assert given.half >= 0
    assert sum(letter.isdigit() for letter in told(given, unit)) < 10
    assert "*" not in told(given, unit)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text()
    | st.binary()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals()
    | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["span", "layers", "seven", "three", "x"]), inner)
        | st.lists(inner, max_size=3).map(lambda cells: pd.Series(cells, dtype=object))
        | st.lists(inner, max_size=3).map(
            lambda cells: pd.DataFrame({"structure": cells, "layers": cells}, dtype=object)
        )
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(answer=anything)
def test_no_answer_ends_in_a_traceback(answer: object) -> None:
    for exercise in DEMO:
        result = checks.check(exercise, answer, NO_SHOP)
        assert result.message
        assert repr(result).startswith(("Right.", "Not yet.", "Not readable."))


def test_a_shop_that_lacks_a_table_gives_a_sentence() -> None:
    lacking = replace(RATE, work=lambda shop: shop.orders.size)
    result = checks.check(lacking, 3, Shop({}))
    assert result.kind == "unreadable"
    assert "orders" in result.message


@pytest.mark.parametrize(
    "answer",
    [
        pd.DataFrame({"structure": ["three", "seven"], "layers": [3, 4]}),
        pd.DataFrame({"layers": [3, 4]}, index=pd.Index(["three", "seven"], name="structure")),
        pd.Series({"seven": 4, "three": 3}),
        {"seven": "4", "three": "3 layers"},
    ],
)
def test_a_table_is_read_in_every_usual_form(answer: object) -> None:
    assert checks.check(LAYERS, answer, NO_SHOP).right


def test_a_table_with_one_wrong_row_is_told_the_mistake_of_that_row() -> None:
    assert checks.check(LAYERS, {"seven": 3, "three": 3}, NO_SHOP).fits == ("no_top",)
    result = checks.check(LAYERS, {"seven": 9, "three": 3}, NO_SHOP)
    assert result.message == "1 of 2 rows are right. Look again at: Seven departments."


def test_a_choice_is_read_by_key_or_by_text() -> None:
    assert checks.check(TARGETS, " A) ", NO_SHOP).right
    assert checks.check(TARGETS, "campaign visitors buy more often", NO_SHOP).right
    assert checks.check(TARGETS, "c", NO_SHOP).misconception == "c"


def test_a_plan_is_scored_with_reasons() -> None:
    assert repr(checks.check(DESIGN, {"span": 3, "layers": 2}, NO_SHOP)) == (
        "Not yet. The plan has 9 of 100 points and does not pass.\n- 9 people have a boss."
    )
    assert checks.check(DESIGN, {"span": 8, "layers": 2}, NO_SHOP).right
    outside = checks.check(DESIGN, {"span": 80, "layers": 2}, NO_SHOP)
    assert outside.message == "Span of control: 80 lies outside 2 to 12."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "Rate"}, "topic-name"),
        ({"minutes": 0}, "minutes"),
        ({"title": " "}, "title"),
        ({"objective": "kpi-fly"}, "no objective 'kpi-fly'"),
        ({"mistakes": {"visits": "You counted visits."}}, "two mistakes"),
        ({"mistakes": {"visits": "You counted visits.", "lines": " "}}, "needs words"),
        ({"rel_tolerance": 0.1}, "either tolerance"),
        ({"tolerance": -1}, "negative"),
        ({"id": None}, "topic-name"),
        ({"id": b"kpi-rate"}, "topic-name"),
        ({"minutes": "3"}, "minutes"),
        ({"minutes": 1.5}, "minutes"),
        ({"title": None}, "title"),
        ({"unit": ""}, "unit"),
        ({"mistakes": ["visits", "lines"]}, "by name"),
        ({"mistakes": {"visits": None, "lines": "You counted lines."}}, "needs words"),
        ({"mistakes": {1: "You counted visits.", 2: "You counted lines."}}, "needs a name"),
        ({"tolerance": "1"}, "must be a number"),
        ({"tolerance": math.inf}, "must be a number"),
    ],
)
def test_a_faulty_declaration_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        replace(RATE, **change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wrong": {"visits": 0.05}}, "its sheet has visits; declared are visits, lines"),
        ({"hints": ()}, "hints"),
        ({"hints": "Divide."}, "hints"),
        ({"hints": ("",)}, "need words"),
        ({"prompt": None}, "need words"),
        ({"solution": ""}, "need words"),
        ({"right": None}, "right answer is no number"),
        ({"right": math.nan}, "right answer is no number"),
        ({"right": "six"}, "right answer is no number"),
        ({"right": 10**400}, "right answer is no number"),
        ({"wrong": None}, "wrong of its sheet needs visits, lines"),
        ({"wrong": {1: 2}}, "its sheet has 1; declared are visits, lines"),
        ({"wrong": {"visits": "x", "lines": None}}, "answer for visits is neither"),
    ],
)
def test_a_sheet_holds_what_was_declared(change: dict[str, Any], sentence: str) -> None:
    sheet: Sheet = replace(RATE.sheet(NO_SHOP), **change)
    with pytest.raises(CourseError, match=sentence):
        RATE(lambda _shop: sheet).sheet(NO_SHOP)


@pytest.mark.parametrize("part", ["options", "reasons"])
def test_a_choice_has_an_option_and_a_reason_for_each_key(part: str) -> None:
    lacking: Any = {part: {"a": "One text."}}
    sheet = replace(TARGETS.sheet(NO_SHOP), **lacking)
    with pytest.raises(CourseError, match="its sheet has a; declared are a, b, c"):
        TARGETS(lambda _shop: sheet).sheet(NO_SHOP)
    with pytest.raises(CourseError, match="keys must differ"):
        replace(TARGETS, options=("a", "b", "b"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"right": "z"}, "right answer is none of a, b, c"),
        ({"options": dict.fromkeys("abc", "The same")}, "reads like another"),
        ({"options": {"a": "b", "b": "Two", "c": "Three"}}, "reads like another"),
        ({"options": {"a": 1, "b": 2, "c": 3}}, "need words"),
    ],
)
def test_the_options_of_a_choice_can_be_told_apart(change: dict[str, Any], sentence: str) -> None:
    sheet = replace(TARGETS.sheet(NO_SHOP), **change)
    with pytest.raises(CourseError, match=sentence):
        TARGETS(lambda _shop: sheet).sheet(NO_SHOP)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"right": {}}, "no Series or mapping of numbers"),
        ({"right": {"seven": math.nan, "three": 3}}, "a number for each key"),
        ({"right": pd.Series([3, 4], index=["three", "three"])}, "a key twice"),
        ({"wrong": {"no_top": {"seven": 3}, "posts": None}}, "no_top has other keys"),
        ({"wrong": {"no_top": 3, "posts": None}}, "no_top is no Series"),
    ],
)
def test_the_cells_of_a_table_are_numbers_by_key(change: dict[str, Any], sentence: str) -> None:
    sheet = replace(LAYERS.sheet(NO_SHOP), **change)
    with pytest.raises(CourseError, match=sentence):
        LAYERS(lambda _shop: sheet).sheet(NO_SHOP)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"right": {"span": 99, "layers": 2}}, "no plan within the fields"),
        ({"wrong": {"flat": {}, "narrow": None}}, "answer for flat is neither"),
        ({"score": None}, "functions of a plan"),
        ({"detects": {"flat": None, "narrow": None}}, "functions of a plan"),
    ],
)
def test_the_plans_of_a_sheet_fit_its_fields(change: dict[str, Any], sentence: str) -> None:
    sheet = replace(DESIGN.sheet(NO_SHOP), **change)
    with pytest.raises(CourseError, match=sentence):
        DESIGN(lambda _shop: sheet).sheet(NO_SHOP)


def test_what_is_no_sheet_of_the_kind_is_refused() -> None:
    with pytest.raises(CourseError, match="gives NoneType, not Sheet"):
        RATE(cast(Any, lambda _shop: None)).sheet(NO_SHOP)
    with pytest.raises(CourseError, match="gives TableSheet, not Sheet"):
        RATE(cast(Any, lambda _shop: LAYERS.sheet(NO_SHOP))).sheet(NO_SHOP)
    with pytest.raises(CourseError, match="above a function"):
        RATE(3)  # type: ignore[arg-type]
    with pytest.raises(CourseError, match=r"tuple of Field"):
        replace(DESIGN, fields=cast(Any, ("span",)))
    with pytest.raises(CourseError, match="tuple of keys"):
        replace(TARGETS, options=cast(Any, "abc"))
    with pytest.raises(CourseError, match="must be numbers"):
        Field("span", "Span", 2, "12")  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="points must be a number"):
        Score(math.nan, passed=True)


def test_a_mistake_in_a_table_that_reads_like_the_right_answer_does_not_apply() -> None:
    cells = LAYERS.sheet(NO_SHOP)
    same = {"no_top": dict(cells.right.items()), "posts": cells.wrong["posts"]}
    assert set(LAYERS.apart(replace(cells, wrong=same))) == {"posts"}
    posts: Any = cells.wrong["posts"]
    twice = dict.fromkeys(cells.wrong, posts)
    assert not LAYERS.apart(replace(cells, wrong=twice))
    both = checks.check(LAYERS(lambda _shop: replace(cells, wrong=twice)), twice["posts"], NO_SHOP)
    assert both.misconception is None
    assert both.fits == ("no_top", "posts")
    assert both.message.startswith("More than one usual mistake leads to these numbers.")
    half = {"seven": posts["seven"], "three": dict(cells.right.items())["three"]}
    part = checks.check(LAYERS(lambda _shop: replace(cells, wrong=twice)), half, NO_SHOP)
    assert part.message.startswith(
        "1 of 2 rows are right. Look again at: Seven departments. More than one usual mistake"
    )


def test_a_mistake_that_cannot_be_told_does_not_apply() -> None:
    plans, cells = DESIGN.sheet(NO_SHOP), LAYERS.sheet(NO_SHOP)
    assert set(DESIGN.apart(plans)) == {"flat", "narrow"}
    passes: Any = {**plans.wrong, "flat": {"span": 12, "layers": 2}}
    detects = {**plans.detects, "flat": lambda plan: True}
    assert set(DESIGN.apart(replace(plans, wrong=passes, detects=detects))) == set()
    assert set(LAYERS.apart(replace(cells, wrong={**cells.wrong, "posts": None}))) == {"no_top"}


def test_a_declaration_without_a_function_says_so() -> None:
    bare = number(
        id="demo-bare",
        objective="kpi-compute",
        minutes=1,
        title="Bare",
        unit="people",
        tolerance=0,
        mistakes={"one": "You took one.", "two": "You took two."},
    )
    with pytest.raises(CourseError, match="below its decorator"):
        bare.sheet(NO_SHOP)


def test_a_sheet_is_computed_once_for_a_shop() -> None:
    assert RATE.sheet(NO_SHOP) is RATE.sheet(NO_SHOP)


# The card -------------------------------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> store.Learner:
    me = store.Learner(None)
    monkeypatch.setattr(store, "learner", lambda: me)
    return me


def test_the_answer_is_shown_after_three_tries(fresh: store.Learner) -> None:
    card = Card(RATE, NO_SHOP)
    assert card._show_button.disabled
    for answer in ("abc", "5 %", "20 %", "30 %"):
        assert card._show_button.disabled
        card._fields.value = answer
        card._check_button.click()
    assert not card._show_button.disabled
    assert "Solution" not in card._help.value
    card._show_button.click()
    assert "Paid orders divided by visitors." in card._help.value
    assert fresh.standing(RATE.id).shown


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (RATE, "5 %"),
        (TARGETS, "b"),
        (LAYERS, {"seven": "3", "three": "2"}),
        (DESIGN, {"span": 12, "layers": 1}),
    ],
)
def test_a_card_starts_where_the_learner_left_off(
    fresh: store.Learner, exercise: Exercise, answer: Any
) -> None:
    first = Card(exercise, NO_SHOP)
    first._fill(answer)
    first._check_button.click()
    first._hint_button.click()
    again = Card(exercise, NO_SHOP)
    assert again._read() == answer
    assert again._feedback.value == first._feedback.value.replace(' role="alert"', "")
    assert "Hint 1" in again._help.value
    assert again._hint_button.description == "Hint 2 of 2"


def test_an_answer_of_an_earlier_edition_does_no_harm(fresh: store.Learner) -> None:
    fresh.note_check(checks.Result(DESIGN.id, "wrong", ""), "a text")
    fresh.note_check(checks.Result(TARGETS.id, "wrong", ""), "z")
    assert Card(DESIGN, NO_SHOP)._feedback.value == ""
    assert Card(TARGETS, NO_SHOP)._feedback.value == ""


def test_a_new_edition_is_offered_to_who_solved_an_earlier_one(fresh: store.Learner) -> None:
    first = Card(RATE, NO_SHOP)
    first._fields.value = "8.18 %"
    first._check_button.click()
    assert "Paid orders divided" in first._help.value
    newer = replace(RATE, edition=RATE.edition + 1)
    card = Card(newer, NO_SHOP)
    assert card._fields.value == card._feedback.value == ""
    assert "Done" in card._head.value
    assert "You solved an earlier version of this exercise" in card._help.value
    assert "Paid orders divided" not in card._help.value
    assert ChapterProgress([newer])._summary().startswith("1 of 1")
    card._fields.value = "5 %"
    card._check_button.click()
    assert Card(newer, NO_SHOP)._fields.value == "5 %"
    with pytest.raises(CourseError, match="edition must be whole"):
        replace(RATE, edition=0)


def test_a_card_says_how_it_read_an_answer_before_it_judges_it(fresh: store.Learner) -> None:
    card = Card(RATE, NO_SHOP)
    card._fields.value = "0,051"
    card._check_button.click()
    read, verdict = (card._feedback.value.index(words) for words in ("Read as 5.1 %.", "Not yet."))
    assert read < verdict
    assert repr(checks.check(RATE, "8,18 %", NO_SHOP)) == "Read as 8.18 %. Right. 0.082 (8.2 %)."
    rows = checks.check(LAYERS, {"seven": "4层", "three": "3 layers"}, NO_SHOP)
    assert rows.reading == "Read as Seven departments 4 layers; Three centers 3 layers."
    assert checks.check(RATE, 0.0818, NO_SHOP).reading == ""


def test_a_card_shows_the_lines_that_give_the_answer(fresh: store.Learner) -> None:
    sheet = replace(RATE.sheet(NO_SHOP), code="paid = 327\npaid / 4000 ** 1")
    fresh.note_shown(RATE.id, RATE.edition)
    card = Card(RATE(lambda _shop: sheet), NO_SHOP)
    assert "<pre><code>paid = 327\npaid / 4000 ** 1</code></pre>" in card._help.value
    with pytest.raises(CourseError, match="more than 10 lines"):
        RATE(lambda _shop: replace(sheet, code="1\n" * 11)).sheet(NO_SHOP)


def test_a_card_says_unit_and_precision(fresh: store.Learner) -> None:
    text = " ".join(repr(Card(RATE, NO_SHOP)).split())
    assert text.endswith("Answer as a share or in per cent, as precisely as 0.123 or 12.3 %.")
    assert (
        "<p>Answer as a whole number of layers.</p>"
        in (Card(LAYERS, NO_SHOP)._repr_mimebundle_()["text/html"])
    )


def test_without_a_kernel_the_question_remains(fresh: store.Learner) -> None:
    bundle = Card(TARGETS, NO_SHOP)._repr_mimebundle_()
    for shown in (bundle["text/plain"], bundle["text/html"]):
        assert "The campaign brings 45 %" in shown
        assert "(b) The others buy more often" in shown
        assert "55 / 45" not in shown


def test_what_a_learner_types_is_text_and_never_markup(fresh: store.Learner) -> None:
    card = Card(RATE, NO_SHOP)
    card._fields.value = "<img src=x>"
    card._check_button.click()
    assert "<img" not in card._feedback.value


def test_progress_reads_the_same_every_time(fresh: store.Learner) -> None:
    fresh.note_check(checks.Result(RATE.id, "right", ""), "8.18 %")
    progress = ChapterProgress(DEMO)
    assert repr(progress) == (
        "1 of 4 exercises are done; about 9 minutes are left.\n  KPIs                 1 of 4"
    )
    assert 'value="1" max="4"' in progress._repr_html_()


def test_an_unknown_exercise_or_chapter_gives_a_sentence() -> None:
    with pytest.raises(CourseError, match="There is no exercise"):
        exercises.get("organisation-unheard-of")
    with pytest.raises(CourseError, match="no exercises for astrology"):
        exercises.progress("astrology")


def test_what_a_ratio_is_not_is_told_without_the_word() -> None:
    """ "0 ratio is not the answer" is no English; 0.5 people are."""
    told = {
        unit: checks.check(replace(RATE, unit=unit), 0.5, NO_SHOP).message
        for unit in ("ratio", "elasticity", "people")
    }
    assert told["ratio"].startswith("0.5 is not the answer")
    assert told["elasticity"].startswith("0.5 is not the answer")
    assert told["people"].startswith("0.5 people is not the answer")


def test_a_column_that_lacks_a_row_is_named_all_the_same() -> None:
    hours = pd.DataFrame(
        {"asked": [1.5, 25.5, 35.5], "other": [None, 827.6, 1670.5], "few": [None, None, 44.25]},
        index=["a", "b", "c"],
    )
    table = TableSheet(
        prompt="?",
        right=hours["asked"],
        wrong={},
        hints=(),
        solution="",
        table=hours,
        column="asked",
    )

    def told(*numbers: str) -> str | None:
        given = {key: read(one, "hours") for key, one in zip("abc", numbers, strict=True)}
        return cells.another_column(table, given, "abc")

    assert told("9", "827.6", "1670.5") == (
        "What you gave is the column of other; you are asked for asked."
    )
    assert told("9", "827.6", "1670.9") is None
    assert told("9", "10", "44.25") is None  # two of three rows are of no column
