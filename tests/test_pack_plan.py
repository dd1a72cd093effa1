"""The plan of a workshop: what a trainer may write, and what is said of everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecokit.errors import CourseError
from ecokit.pack import plan as plans
from ecokit.pack import rounds
from ecokit.topics import topics

ROOT = Path(__file__).resolve().parents[1]
GOOD = """\
title: 我们的一天
days:
  - start: "09:00"
    end: "09:30"
    blocks:
      - {topic: kpi, minutes: 30, exercises: [kpi-click-index], check: "Why?"}
"""


def told(tmp_path: Path, text: str | bytes, start: str = "") -> str:
    """Return what is said of a plan, or nothing."""
    file = tmp_path / "ours.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        plans.read(str(file), start)
    except CourseError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", plans.PLANS)
def test_the_plans_of_the_course_hold_what_their_way_holds(name: str) -> None:
    plan = plans.read(name)
    assert plan.topics
    ways = (ROOT / "ecokit" / "exercises" / "ways.csv").read_text("utf-8").splitlines()
    rows = [row.split(",") for row in ways if row.startswith(f"{name},")]
    taught = {one.name for one in plan.topics}
    assert {one.id for one in plan.exercises} == {row[2] for row in rows if row[1] in taught} - {""}
    left_out = {row[1] for row in rows} - taught
    assert bool(left_out) == (name == "two-days")  # where the game takes an afternoon
    assert all(block.check for block in plan.blocks if block.topic)


def test_a_plan_in_chinese_is_a_plan(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == ""
    assert plans.read(str(tmp_path / "ours.yaml")).title == "我们的一天"
    assert told(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()) == ""  # as Notepad saves it


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("topic: kpi", "topic: kpy", "block 1: there is no topic kpy. Did you mean kpi?"),
        ("topic: kpi", "topic: tea", "The topics are: organisation,"),
        ("minutes: 30", "minutes: 45", "the blocks take 45 minutes, 15 more than from 09:00"),
        ("minutes: 30", "minutes: 20", "the blocks take 20 minutes, 10 fewer than from 09:00"),
        (", exercises: [kpi-click-index]", "", "KPIs has no exercise. Name one under exercises"),
        ("[kpi-click-index]", "[]", "block 1, exercises: its list is empty."),
        ("[kpi-click-index]", "[kpi-no]", "There is no exercise 'kpi-no'. There are: kpi-"),
        ("[kpi-click-index]", "[funnel-cause]", "is an exercise of funnel, not of kpi"),
        ("[kpi-click-index]", "[kpi-lever, kpi-lever]", "names something twice"),
        ('check: "Why?"', "cut: [kpi-lever]", "is to be cut, but is no exercise of the block"),
        ('check: "Why?"', 'check: ""', "block 1, check: it is empty."),
        ('check: "Why?"', "sing: yes", "sing is not known here; it may hold topic,"),
        ("minutes: 30", 'minutes: "30"', "is not a whole number (write it without quotes)"),
        ("minutes: 30", "minutes: 30.0", "is not a whole number"),
        ("minutes: 30", "minutes: -5", "-5 is less than 5"),
        ("minutes: 30", "minutes: 9999999", "9999999 is more than 240"),
        ("topic: kpi", "topic: kpi, talk: Tea", "a block names one of topic, break, talk, game"),
        ('end: "09:30"', 'end: "24:30"', "day 1, end: \"24:30\" is no time such as 09:00"),
        ('end: "09:30"', 'end: "08:30"', "before it starts"),
        ('    end: "09:30"\n', "", "day 1: it lacks end."),
        ("days:", "day:", "ours: it lacks days."),
        ("title: 我们的一天", "title: 2026", "title: 2026 is not text (write it in quotes)"),
        ("title: 我们的一天", "title: " + "x" * 99, "is longer than 60 signs"),
        ("title: 我们的一天", "title: a\ntitle: b", "(title stands twice)"),
        ("  - start", "\t- start", "line 3: this cannot be read (a tab stands"),
        ("title: 我们的一天", "title: &a b", ""),  # a name for a place that is not used
        ("days:", "more: *a\ndays:", "line 2: this cannot be read (it refers to another place)"),
        ("title: 我们的一天", "title: !!python/object/apply:os.getcwd []", "line 1: this cannot"),
        ("title: 我们的一天", "title: !!int x", "line 1: this cannot be read"),
        ("title: 我们的一天", "title: \x07", "line 1: this cannot be read"),
        ("title: 我们的一天", "{a: 1}: b", "line 1: this cannot be read"),
        ("title: 我们的一天", "1: b", "ours: it lacks title."),
        ("title: 我们的一天", "title: [" + "[\n " * 2_000, "too many brackets"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    said = told(tmp_path, GOOD.replace(old, new))
    assert sentence in said
    assert bool(said) == bool(sentence)
    assert len(said) < 1000


@pytest.mark.parametrize("kind", ["bool", "timestamp", "int", "float", "python/name:os.system"])
def test_a_type_is_refused_before_it_is_made(tmp_path: Path, kind: str) -> None:
    said = told(tmp_path, GOOD.replace("minutes: 30", f'minutes: !!{kind} "x"'))
    assert said.startswith(f"{tmp_path / 'ours.yaml'}, line 6: ")
    assert "it names a type" in said


def test_a_time_ends_where_it_ends(tmp_path: Path) -> None:
    said = told(tmp_path, GOOD.replace('"09:00"', '"09:00\\n"'))
    assert "is no time such as 09:00" in said


@pytest.mark.parametrize("blank", ['"  "', '"\\a\\u202e"'])
def test_a_text_without_a_sign_is_empty(tmp_path: Path, blank: str) -> None:
    assert told(tmp_path, GOOD.replace("我们的一天", blank)) == "ours, title: it is empty."
    said = told(tmp_path, GOOD.replace('"Why?"', blank))
    assert said == "ours, day 1, block 1, check: it is empty."


def test_an_exercise_is_answered_once(tmp_path: Path) -> None:
    block = GOOD.splitlines()[-1].replace("30", "15")
    said = told(tmp_path, "\n".join([*GOOD.splitlines()[:-1], block, block]))
    assert said == (
        "ours, day 1, block 2: kpi-click-index is answered in day 1, block 1 already. Name others."
    )


def test_a_long_name_of_a_topic_is_told_by_its_beginning(tmp_path: Path) -> None:
    said = told(tmp_path, GOOD.replace("topic: kpi", f'topic: "{"k" * 5000}"'))
    assert "The topics are:" in said


@pytest.mark.parametrize("written", ["9:00", '"9:00"', "09:00"])
def test_a_time_without_quotes_is_a_time(tmp_path: Path, written: str) -> None:
    assert told(tmp_path, GOOD.replace('"09:00"', written)) == ""
    later = GOOD.replace('"09:00"', "13:00").replace('"09:30"', "13:30")
    assert told(tmp_path, later) == ""  # in YAML 1.1 these are 780 and 810


def test_a_bomb_and_a_film_are_no_plans(tmp_path: Path) -> None:
    bomb = 'a: &a ["x"]\n' + "".join(
        f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, one in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    assert "it refers to another place" in told(tmp_path, bomb)
    with (tmp_path / "film.yaml").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(CourseError, match="it has more than 100,000 bytes"):
        plans.read(str(tmp_path / "film.yaml"))
    assert "it is no UTF-8 text" in told(tmp_path, GOOD.encode("gb18030"))
    assert told(tmp_path, "# none").startswith("ours is empty. Begin with the plan in part 8")
    for name in ("x" * 5000, "\0", str(tmp_path)):
        with pytest.raises(CourseError, match="There is no plan"):
            plans.read(name)


def test_a_plan_begins_when_the_trainer_says(tmp_path: Path) -> None:
    usual, late = plans.read("two-days"), plans.read("two-days", "9:30")
    for one, other in zip(usual.blocks, late.blocks, strict=True):
        assert (other.start - one.start).total_seconds() == 30 * 60
        assert other.minutes == one.minutes
    assert "25:00 is no time" in told(tmp_path, GOOD, "25:00")
    with pytest.raises(CourseError, match="would end after midnight"):
        plans.read("day", "18:00")


def test_the_game_needs_its_minutes(tmp_path: Path) -> None:
    talk = '  - {topic: kpi, minutes: 30, exercises: [kpi-click-index], check: "Why?"}'
    short = GOOD.replace(talk.strip(), "- {game: room, minutes: 30}")
    assert "the game takes 103 minutes in a room, the block has 30" in told(tmp_path, short)


def test_the_page_of_the_game_says_the_same_minutes() -> None:
    page = " ".join((ROOT / "book" / "summary" / "game.md").read_text("utf-8").split())
    words = {6: "six", 8: "eight", 10: "ten", 12: "twelve"}
    explain, practice, first, following, *_more = (one.minutes for one in rounds.steps(120))
    assert f"{words[explain]} to explain, {words[practice]} for a practice week" in page
    assert f"({words[first]} minutes for the first, {words[following]} for the others)" in page
    assert f"{next(one.minutes for one in rounds.steps(120) if one.title == 'Debrief')} for" in page
    assert sum(one.minutes for one in rounds.steps(120)) == 120


def test_a_topic_that_is_added_can_be_planned(tmp_path: Path) -> None:
    for topic in topics():
        said = told(tmp_path, GOOD.replace("kpi, minutes", f"{topic.name}, minutes"))
        assert "there is no topic" not in said
