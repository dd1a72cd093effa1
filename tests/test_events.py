"""Events as others get them: only the course's own is taken, all else is one sentence."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import exercises
from ecokit.errors import CourseError
from ecokit.exercises import checks, wire
from ecokit.exercises.sheet import Choice

EXERCISE = exercises.all(topic="kpi")[0]
COURSE = {one.id: one for one in exercises.all()}
MISTAKE = next(iter(EXERCISE.mistakes))
WHOLE: dict[str, Any] = {
    "id": "0123456789abcdef",
    "time": "2026-03-02T04:00:00+00:00",
    "exercise": EXERCISE.id,
    "event": "misconception",
    "misconception": MISTAKE,
    "hints": 1,
    "seed": 7,
    "course": "0.2.0.dev0",
    "edition": 3,
}
BIDI = chr(0x202E)
UNSEEN = "".join(map(chr, (0x2066, 0x200B, 0xFEFF, 0xE0041)))


def refusal(raw: object) -> str:
    with pytest.raises(CourseError) as caught:
        wire.read(raw, COURSE)
    return str(caught.value)


def test_an_event_is_read_as_it_was_written() -> None:
    event = wire.read(WHOLE, COURSE)
    assert event == wire.Event(
        WHOLE["id"], datetime(2026, 3, 2, 4, tzinfo=UTC), EXERCISE.id, "misconception", MISTAKE,
        1, 7, "0.2.0.dev0", 3,
    )  # fmt: skip
    told = {"id", "time", "exercise", "event", "misconception", "hints"}
    assert wire.read({name: WHOLE[name] for name in told}, COURSE).seed is None
    assert wire.read(WHOLE | {"exercise": f"{EXERCISE.id}@before-3"}, COURSE).again == "before-3"
    assert (
        wire.read(WHOLE | {"answer": "8 %", "name": "Li Wei"}, COURSE) == event
    )  # neither is kept


def test_every_kind_that_a_check_finds_is_known() -> None:
    assert set(get_args(checks.Kind)) | {"hint", "shown", "blank", "opened"} == wire.KINDS


def test_every_mistake_and_option_of_the_course_is_taken() -> None:
    assert any(isinstance(one, Choice) for one in exercises.all())
    for one in exercises.all():
        for mistake in one.mistakes:
            raw = WHOLE | {"exercise": one.id, "misconception": mistake}
            assert wire.read(raw, COURSE).misconception == mistake


HOSTILE: dict[str, list[object]] = {
    "id": [
        None, 5, "", "0123456", "x" * 41, "ABCDEFGH12", "0123456789abcdef\n", "../../../etc",
        ["0123456789"], "０１２３４５６７８９",
    ],
    "time": [
        None, 0, 1e99, "", "now", "2026-03-02", "2026-03-02T04:00:00", "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00+14:00", "2026-03-02T04:00:00+99:00", "2" * 10**6, [], True,
    ],
    "exercise": [
        None, 5, "", "astrology-moon", f"{EXERCISE.id}@", f"{EXERCISE.id}@../..", {},
        f"{EXERCISE.id}@before-999999", f"{EXERCISE.id}@2026-03-02@x", f" {EXERCISE.id}",
        f"{EXERCISE.id}{BIDI}", "__class__", EXERCISE.id.upper(),
    ],
    "event": [None, "", "won", "Right", "right ", 1, True, ["right"], "<script>"],
    "misconception": [None, "", "brilliant", 5, [MISTAKE], "__init__", {MISTAKE: 1}],
    "hints": [None, -1, 21, 1.0, "1", True, 10**400, float("nan"), float("inf"), [1]],
    "seed": [-1, 2**63, 10**400, "7", 7.0, True, float("nan"), []],
    "course": [None, 5, "x" * 31, "0.2 ", "<b>", "0.2\n"],
    "edition": [None, 0, -3, 1000, "3", 3.0, True, float("nan")],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_the_courses_own_is_one_sentence(name: str) -> None:
    for value in HOSTILE[name]:
        told = refusal(WHOLE | {name: value})
        assert told.endswith(".")
        assert "\n" not in told
        assert len(told) < 90, told  # it repeats nothing of what came


@pytest.mark.parametrize("raw", [None, 5, "right", [], [WHOLE], True, float("nan")], ids=repr)
def test_what_is_no_event_at_all_is_one_sentence(raw: object) -> None:
    assert refusal(raw) == "It is no event."


def test_a_mistake_goes_with_its_kind() -> None:
    assert "mistake" in refusal(WHOLE | {"event": "right"})
    assert (
        wire.read(WHOLE | {"event": "right", "misconception": None}, COURSE).misconception is None
    )


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
objects = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*WHOLE]), inner),
    max_leaves=8,
)


@settings(max_examples=50)
@given(name=st.sampled_from([*WHOLE]), value=objects)
def test_any_value_is_taken_or_told(name: str, value: object) -> None:
    with suppress(CourseError):
        assert wire.read(WHOLE | {name: value}, COURSE).exercise == EXERCISE.id


@settings(max_examples=50)
@given(raw=objects)
def test_any_list_is_read_or_told(raw: object) -> None:
    with suppress(CourseError):
        assert wire.read_all(raw, exercises.all())[0] == []


def test_what_is_left_out_is_counted_by_its_reason() -> None:
    foreign = WHOLE | {"exercise": "astrology-moon"}
    found, told = wire.read_all(
        [WHOLE, foreign, foreign | {"id": "fedcba98"}, WHOLE, {}], exercises.all()
    )
    assert [one.id for one in found] == [WHOLE["id"]]
    assert told == [
        "2 events are left out: The exercise is none of this release of the course.",
        "One event is left out: The exercise is missing or no text.",
    ]
    with pytest.raises(CourseError, match="more than 20,000 events"):
        wire.read_all([WHOLE] * 20_001, exercises.all())


BROKEN = [
    b"", b"{", b"\xff\xfe", b"{'a': 1}", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999, ',
    b'{"a": ' + b"9" * 21 + b"}", b'{"a": ' + b"9" * 10_000 + b"}", b"[" * 60, b"[" * 10**6,
    b'{"a":' * 10**5, b'{"a":' * 15_000, b"{}," * 10**6, b'"' + b"x" * 10**6, b'"\\' * 10**6,
    b'\xef\xbb\xbf{"a": 1', b'{"a": 1} {"b": 2}', b"\0" * 100, b" " * 6_000_000,
]  # fmt: skip


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: repr(data[:12]))
def test_what_is_no_json_is_one_sentence_and_soon(data: bytes) -> None:
    begin = time.process_time()
    with pytest.raises(CourseError) as caught:
        wire.decoded(data)
    assert str(caught.value).startswith("It ")
    assert time.process_time() - begin < 2


def test_json_with_the_mark_of_an_editor_is_read() -> None:
    assert wire.decoded(b"\xef\xbb\xbf" + json.dumps([WHOLE]).encode()) == [WHOLE]
    with pytest.raises(CourseError, match="at most 10 bytes"):
        wire.decoded(json.dumps(WHOLE).encode(), most=10)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  Blue \t\r\n whale ", "Blue whale"),
        ("蓝鲸 2", "蓝鲸 2"),
        ("ＡＢＣ①", "ABC1"),
        (f"Blue{BIDI}{UNSEEN}{chr(0)}{chr(27)}[2Jwhale", "Blue[2Jwhale"),
        ("a" + chr(0x301) * 300 + "b", "\u00e1" + chr(0x301) * 3 + "b"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),  # text, shown as text
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        (chr(0xFDFA) * 10**5, None),
        ("x" * 39 + " yz", "x" * 39),
        (chr(0xD83D) + "fox", "fox"),
        ("a" + chr(0x3164) + chr(0x2800) + chr(0xE0041), "a"),
    ],
)  # fmt: skip
def test_a_pseudonym_is_what_can_be_seen(raw: str, shown: str | None) -> None:
    name = wire.pseudonym(raw)
    assert shown in (None, name)
    assert len(name) <= 40
    assert name.isprintable()
    name.encode()


@pytest.mark.parametrize("raw", [None, 5, "", "   ", BIDI * 9, "\u3164", "---", ["Li"], True])
def test_what_is_no_name_is_one_sentence(raw: object) -> None:
    with pytest.raises(CourseError, match=r"^The name "):
        wire.pseudonym(raw)


@given(st.text())
def test_any_text_is_a_legible_name_or_none(text: str) -> None:
    try:
        name = wire.pseudonym(text)
    except CourseError:
        return
    assert name == name.strip()
    assert name.isprintable()
    assert len(name) <= 40
    assert wire.pseudonym(name) == name


def test_a_mark_is_what_the_course_makes() -> None:
    assert wire.mark("abcdef012345") == "abcdef012345"
    for raw in (None, 5, "", "abc", "ABCDEF012345", "a" * 33, "../../etc/pw", "abcdef01234\n"):
        with pytest.raises(CourseError):
            wire.mark(raw)
