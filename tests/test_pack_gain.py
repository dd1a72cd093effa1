"""What a room has gained: what is handed in, what counts, the interval, and nobody's result."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from ecokit import exercises
from ecokit.cli.main import main
from ecokit.errors import CourseError
from ecokit.exercises import checks, hand_in, quiz, spacing
from ecokit.exercises.store import Learner
from ecokit.pack import gain, handed_in

CHAPTER = "architecture"
COURSE = exercises.all(chapter=CHAPTER)
EDITIONS = {one.id: one.edition for one in COURSE}
NAMES = quiz.questions(CHAPTER)


def test_of(when: str, company: int, right: list[bool], **more: Any) -> dict[str, Any]:
    rows = [
        {"exercise": name, "edition": EDITIONS[name], "right": one}
        for name, one in zip(NAMES, right, strict=True)
    ]
    return {"chapter": CHAPTER, "when": when, "company": company, "questions": rows, **more}


test_of.__test__ = False  # type: ignore[attr-defined]


def person(number: int, before: list[bool], after: list[bool], first: int = 1) -> dict[str, Any]:
    tests = [test_of("before", first, before), test_of("after", 4 - first, after)]
    return {"what": hand_in.WHAT, "version": 1, "mark": f"{number:012x}", "tests": tests}


def lay(folder: Path, *people: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(people):
        text = one if isinstance(one, str) else json.dumps(one)
        (folder / f"{number}.json").write_text(text, "utf-8")
    return folder


def room(folder: Path, n: int, first: int = 1) -> Path:
    """Lay what `n` people handed in: everybody misses another question before."""
    wrong = [[k != i % len(NAMES) for k in range(len(NAMES))] for i in range(n)]
    half = [[k % 2 == i % 2 for k in range(len(NAMES))] for i in range(n)]
    return lay(folder, *(person(i, half[i], wrong[i], first) for i in range(n)))


WHOLE = person(1, [True] * len(NAMES), [True] * len(NAMES))


# What a learner hands in -------------------------------------------------------------------------


@pytest.fixture
def learner(tmp_path: Path) -> Path:
    one = Learner(tmp_path / ".ecokit")
    for when, company in (("before", 1), ("after", 3)):
        for name in NAMES:
            mark = f"{name}{spacing.AGAIN}{when}-{company}"
            if when == "after":
                result = checks.Result(mark, "right", "secret words")
                one.note_check(result, "4.2 secret", EDITIONS[name])
            else:
                one.note_blank(mark, EDITIONS[name])
    return tmp_path


def test_a_hand_in_says_what_was_right_and_nothing_else(learner: Path) -> None:
    place = hand_in.write(learner, COURSE)
    text = place.read_text("utf-8")
    made = json.loads(text)
    assert [(test["when"], test["company"]) for test in made["tests"]] == [
        ("before", 1),
        ("after", 3),
    ]
    assert [row["right"] for row in made["tests"][1]["questions"]] == [True] * len(NAMES)
    assert set(made) == {"what", "version", "notice", "mark", "tests"}
    assert set(made["tests"][0]["questions"][0]) == {"exercise", "edition", "right"}
    assert "secret" not in text
    assert not re.search(r"20\d\d-\d\d", text)
    assert "no name, no answer and no date" in made["notice"]
    assert handed_in._one(place, "a").pairs(CHAPTER) is not None


def test_a_second_hand_in_replaces_the_first(learner: Path) -> None:
    assert hand_in.write(learner, COURSE) == hand_in.write(learner, COURSE)
    assert len(list(learner.glob("hand-in-*.json"))) == 1


def test_without_a_test_there_is_nothing_to_hand_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hand-in", "--folder", str(tmp_path)]) == 1
    assert "is no folder of the course" in capsys.readouterr().err
    (tmp_path / ".ecokit").mkdir()
    with pytest.raises(CourseError, match="There is nothing to hand in: no test"):
        hand_in.write(tmp_path, COURSE)


# Which files count -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", b'{"what": "ecokit ha', "it is no JSON, or not all of it"),
        ("a.json", b"", "it is no JSON, or not all of it"),
        ("a.json", b"[" * 100_000, "it is no JSON, or not all of it"),
        ("a.docx", b"PK\x03\x04\xff", "this is no hand-in"),
        ("a.json", b"[1]", "this is no hand-in of this course"),
        ("a.json", b'{"what": "ecokit hand-in", "tests": 3}', "this is no hand-in of this course"),
        ("a.json", b" " * 300_000, "it is too large"),
        ("a.json", json.dumps(WHOLE | {"version": 9}).encode(), r"another release .*9"),
        ("a.json", json.dumps(WHOLE | {"tests": []}).encode(), "it holds no test"),
    ],
)
def test_a_file_that_cannot_count_gets_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    found, told = handed_in.read(tmp_path)
    assert found == []
    assert len(told) == 1
    assert re.search(rf"^{name}: .*{sentence}", told[0])


def test_questions_of_another_release_are_left_out(tmp_path: Path) -> None:
    one = json.loads(json.dumps(WHOLE))
    one["tests"][0]["questions"][0]["edition"] = 99
    one["tests"][0]["questions"][1]["exercise"] = "astrology-stars"
    found, told = handed_in.read(lay(tmp_path, one))
    assert told == ["0.json: 2 questions are of another release of the course, and are left out."]
    both = found[0].pairs(CHAPTER)
    assert both is not None
    assert len(both[1]) == len(NAMES) - 2


def test_who_handed_in_twice_counts_once_with_the_fuller_file(tmp_path: Path) -> None:
    half = WHOLE | {"tests": WHOLE["tests"][:1]}
    found, told = handed_in.read(lay(tmp_path, half, WHOLE))
    assert [each.name for each in found] == ["1.json"]
    assert told == ["1.json: it is of the same person as 0.json; 1.json counts."]


def test_two_tests_of_one_company_are_no_pair(tmp_path: Path) -> None:
    one = json.loads(json.dumps(WHOLE))
    one["tests"][1]["company"] = 1
    assert handed_in.read(lay(tmp_path, one))[0][0].pairs(CHAPTER) is None


def test_there_is_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There is no folder"):
        handed_in.read(tmp_path / "nowhere")


# Nobody's own result -----------------------------------------------------------------------------


def test_of_fewer_than_five_nothing_is_told(tmp_path: Path) -> None:
    out = tmp_path / "gain.html"
    with pytest.raises(CourseError, match=r"of 5 people and more .* Here there are 4 at most"):
        gain.make(room(tmp_path / "in", 4), out)
    assert not out.exists()


def test_no_hand_in_is_written_over(tmp_path: Path) -> None:
    folder = room(tmp_path / "in", 5)
    one = next(folder.glob("*.json"))
    before = one.read_bytes()
    with pytest.raises(CourseError, match="The page is HTML"):
        gain.make(folder, one)
    assert one.read_bytes() == before


def test_five_are_told_together_by_objective(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "gain.html"
    folder = room(tmp_path / "in", 5)
    (folder / "a<b>.txt").write_text("x", "utf-8")
    assert main(["trainer", "gain", str(folder), "--out", str(out)]) == 0
    assert "a<b>.txt: this is no hand-in" in capsys.readouterr().out
    page = out.read_text("utf-8")
    assert "a&lt;b&gt;.txt" in page
    for name in NAMES:
        assert exercises.aims.objective(exercises.get(name).objective).text.split("'")[0] in page
    assert "Company 1 before" not in page  # nobody began with the other one


def test_companies_are_told_apart_only_where_both_have_five(tmp_path: Path) -> None:
    def companies(first: int, other: int) -> int:
        people = [
            (seed, dict.fromkeys(NAMES, (False, k % 2 == 0)))
            for seed, n in ((1, first), (3, other))
            for k in range(n)
        ]
        return len(list(gain._by_company(people)))

    assert companies(9, 4) == 0
    assert companies(5, 5) == 2


def test_where_everybody_was_right_no_number_says_so(tmp_path: Path) -> None:
    everybody = [person(i, [i < 2] * len(NAMES), [True] * len(NAMES)) for i in range(6)]
    out = tmp_path / "gain.html"
    gain.make(lay(tmp_path / "in", *everybody), out)
    page = out.read_text("utf-8")
    assert "nearly all" in page
    assert "100 %" not in page
    assert "+67" not in page  # what is gained would say that the rest were right


# The interval ------------------------------------------------------------------------------------


def test_with_one_question_each_it_is_bonett_and_prices_interval() -> None:
    pairs = [(True, True)] + 6 * [(False, True)] + 3 * [(False, False)] + 2 * [(True, False)]
    mine = gain.pooled_gain([[pair] for pair in pairs])
    theirs = quiz.paired_gain([one for one, _two in pairs], [two for _one, two in pairs])
    center = (theirs.low + theirs.high) / 2
    assert (mine.low + mine.high) / 2 == pytest.approx(center)
    ratio = student.ppf(0.975, len(pairs) + 1) / 1.959964
    assert mine.high - mine.low == pytest.approx((theirs.high - theirs.low) * ratio)
    assert mine.gain == theirs.gain


def test_who_answered_more_questions_weighs_more() -> None:
    told = gain.pooled_gain([[(False, True)] * 3, [(True, True)]])
    assert (told.before, told.after, told.gain) == (0.25, 1.0, 0.75)
    assert told.low < told.gain < told.high


@pytest.mark.parametrize("people", [[], [[(True, True)]], [[(True, True)], []]])
def test_there_is_no_gain_of_nobody(people: Any) -> None:
    with pytest.raises(CourseError, match="two people at least"):
        gain.pooled_gain(people)


@pytest.mark.parametrize(("people", "questions"), [(5, 8), (12, 8), (8, 1)])
def test_the_interval_holds_the_truth_as_often_as_it_says(people: int, questions: int) -> None:
    """Where people differ in ability and gain; all answers pooled as if each were alone do not."""
    rng = np.random.default_rng(people * questions)

    def shares(n: int) -> tuple[Any, Any]:
        ability = rng.normal(-1, 1.5, (n, 1))
        learnt = 1.5 + 1.5 * rng.normal(size=(n, 1))
        return 1 / (1 + np.exp(-ability)), 1 / (1 + np.exp(-ability - learnt))

    first, second = shares(200_000)
    truth = float((second - first).mean())
    mine = pooled = 0
    times = 400
    for _time in range(times):
        was, will = shares(people)
        size = (people, questions)
        before, after = rng.random(size) < was, rng.random(size) < will
        rows = zip(before.tolist(), after.tolist(), strict=True)
        told = gain.pooled_gain([list(zip(one, two, strict=True)) for one, two in rows])
        mine += told.low <= truth <= told.high
        plain = quiz.paired_gain(before.ravel().tolist(), after.ravel().tolist())
        pooled += plain.low <= truth <= plain.high
    assert mine / times > 0.92
    if questions > 1:
        assert pooled / times < 0.92
