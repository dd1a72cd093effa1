"""What one event is to others: the form in which a learner's folder tells what has happened.

A board takes what strangers hand in, so nothing is believed: whatever is not the course's own is
refused in a sentence, which repeats nothing of it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from ecokit.errors import CourseError
from ecokit.exercises import spacing, store
from ecokit.messages import _, _n

if TYPE_CHECKING:
    from ecokit.exercises.sheet import Exercise

KINDS = store.TRIES | {"unreadable", "hint", "shown", store.BLANK, store.OPENED}
LONGEST = 40  # signs of a pseudonym
EVENTS = 20_000  # of one learner: the course has some hundred exercises
BYTES = 5_000_000  # that are read of one learner at once

_ID = re.compile(r"[0-9a-z-]{8,40}")
_MARK = re.compile(r"[0-9a-f]{12,32}")
_EDITION = re.compile(r"[0-9A-Za-z.+-]{0,30}")
_AGAIN = re.compile(r"\d{4}-\d\d-\d\d|(before|after)-\d{1,5}")
_BLANK = "\u034f\u115f\u1160\u2800\u3164\uffa0"  # printable signs that show nothing
_STACKED = 3  # accents on one letter; more of them would cover the lines around


@dataclass(frozen=True)
class Event:
    """One thing that happened at a learner's machine.

    Attributes
    ----------
    id : str
        Random, made as it was written.
    time : datetime
        When, in UTC, by the clock of the learner's machine.
    exercise : str
        The id of an exercise of the course.
    kind : str
        One of `KINDS`: what a check said, or what was opened or shown.
    misconception : str or None
        The name of the mistake, of kind "misconception".
    hints : int
        How many hints are open by then.
    seed : int or None
        Of the company that was asked about; None for a company of somebody's own.
    course : str
        The edition of the course; empty in lines of early releases.
    edition : int
        The edition of the exercise.
    again : str
        Of a review its day, of a test ``before-1`` or the like; empty for the lesson.
    """

    id: str
    time: datetime
    exercise: str
    kind: str
    misconception: str | None = None
    hints: int = 0
    seed: int | None = None
    course: str = ""
    edition: int = 1
    again: str = ""


def read(raw: object, course: Mapping[str, Exercise]) -> Event:
    """Return the event that a stranger's object says.

    Fields that are not known are left out; they are those of a newer release.

    Parameters
    ----------
    raw : object
        What JSON gave.
    course : mapping of str to Exercise
        Every exercise of the course by its id.

    Raises
    ------
    CourseError
        It is no event of this course.

    Examples
    --------
    >>> from ecokit import exercises
    >>> course = {"kpi-points": exercises.get("kpi-points")}
    >>> told = {"id": "0123456789abcdef", "time": "2026-03-02T04:00:00+00:00", "hints": 0,
    ...         "exercise": "kpi-points@2026-03-02", "event": "right", "misconception": None}
    >>> event = read(told, course)
    >>> event.exercise, event.again, event.kind
    ('kpi-points', '2026-03-02', 'right')
    >>> read(told | {"exercise": "astrology-moon"}, course)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The exercise is none of this release of the course.
    """
    if not isinstance(raw, Mapping):
        _refuse(_("It is no event."))
    name, sign, again = _text(raw, "exercise").partition(spacing.AGAIN)
    exercise = course.get(name)
    if exercise is None or (sign and not _AGAIN.fullmatch(again)):
        _refuse(_("The exercise is none of this release of the course."))
    kind, mistake = _text(raw, "event"), raw.get("misconception")
    if kind not in KINDS:
        _refuse(_("What happened is nothing that this release of the course knows."))
    if not _is_mistake(exercise, kind, mistake):
        _refuse(_("The mistake is none of its exercise."))
    seed = raw.get("seed")
    return Event(
        id=_matched(raw, "id", _ID),
        time=moment(raw.get("time")),
        exercise=name,
        kind=kind,
        misconception=mistake,
        hints=_whole(raw.get("hints"), 0, 20),
        seed=None if seed is None else _whole(seed, 0, store.SEEDS),
        course=_matched({"course": ""} | dict(raw), "course", _EDITION),
        edition=_whole(raw.get("edition", 1), 1, 999),
        again=again,
    )


def read_all(raw: object, course: Iterable[Exercise]) -> tuple[list[Event], list[str]]:
    """Return the events of a list, each id once, and sentences about those that are none.

    Parameters
    ----------
    raw : object
        What JSON gave; a list of at most `EVENTS`.
    course : iterable of Exercise
        Every exercise of the course: `ecokit.exercises.all`.

    Raises
    ------
    CourseError
        It is no such list.

    Examples
    --------
    >>> read_all([None, {}, 5], [])
    ([], ['2 events are left out: It is no event.', \
'One event is left out: The exercise is missing or no text.'])
    """
    if not isinstance(raw, list):
        _refuse(_("There is no list of events."))
    if len(raw) > EVENTS:
        message = _("There are more than {n:,} events.")
        raise CourseError(message.format(n=EVENTS))
    known = {one.id: one for one in course}
    found: dict[str, Event] = {}
    faults: Counter[str] = Counter()
    for one in raw:
        try:
            event = read(one, known)
        except CourseError as sentence:
            faults[str(sentence)] += 1
        else:
            found.setdefault(event.id, event)
    told = [
        _n("One event is left out: {why}", "{n} events are left out: {why}", n).format(n=n, why=why)
        for why, n in faults.most_common()
    ]
    return list(found.values()), told


def decoded(data: bytes, most: int = BYTES) -> Any:
    """Return what JSON of a stranger holds; it is looked at before it is parsed.

    Parameters
    ----------
    data : bytes
        The text, in UTF-8.
    most : int
        Bytes that it may have.

    Raises
    ------
    CourseError
        It is too long, nested, or no JSON; NaN, infinity and numbers of many digits are none.

    Examples
    --------
    >>> decoded(b'{"hints": NaN}')
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: It is no JSON, or not all of it.
    """
    if len(data) > most:
        message = _("It is too large: at most {n:,} bytes are read.")
        raise CourseError(message.format(n=most))
    if data.count(b"[") > 64 or data.count(b"{") > EVENTS + 64:  # an event has no parts
        _refuse(_("It has more parts than the course writes."))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number, parse_int=_int)
    except (ValueError, RecursionError):
        raise CourseError(_("It is no JSON, or not all of it.")) from None


def moment(raw: object) -> datetime:
    """Return a moment that a stranger's clock told, in UTC.

    Raises
    ------
    CourseError
        It is no moment with its time zone between 1970 and 2200.

    Examples
    --------
    >>> moment("2026-03-02T05:00:00+01:00").isoformat()
    '2026-03-02T04:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(raw if isinstance(raw, str) and len(raw) <= 40 else "")
    except ValueError:
        found = datetime.min
    if found.tzinfo is None or not 1970 < found.year < 2200:
        _refuse(_("A time is missing, or no time of a clock."))
    return found.astimezone(UTC)


def mark(raw: object) -> str:
    """Return the mark of a learner's folder.

    Raises
    ------
    CourseError
        It is none that the course makes.
    """
    return _matched({"mark": raw}, "mark", _MARK)


def pseudonym(raw: object) -> str:
    """Return the name that a learner wants to be called by, as a board may show it.

    Signs that cannot be seen, or that turn the direction of the text around them, are left out.

    Raises
    ------
    CourseError
        It is no text, or nothing of it can be read.

    Examples
    --------
    >>> pseudonym("  Blue" + chr(0x202E) + chr(10) + "  whale ")
    'Blue whale'
    >>> len(pseudonym("x" * 10**6))
    40
    """
    if not isinstance(raw, str):
        _refuse(_("The name is no text."))
    seen, accents = "", 0
    for sign in unicodedata.normalize("NFKC", raw[: 10 * LONGEST]):
        accents = accents + 1 if unicodedata.category(sign) in {"Mn", "Me"} else 0
        if sign.isspace():
            seen += " "
        elif sign.isprintable() and sign not in _BLANK and accents <= _STACKED:
            seen += sign
    name = " ".join(seen.split())[:LONGEST].strip()
    if not any(sign.isalnum() for sign in name):
        _refuse(_("The name has no letter and no digit."))
    return name


def _is_mistake(exercise: Exercise, kind: str, mistake: object) -> bool:
    """Say whether a mistake goes with an event: one of the exercise's, or none."""
    if kind != "misconception":
        return mistake is None
    return isinstance(mistake, str) and mistake in exercise.mistakes


def _text(raw: Mapping[Any, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise CourseError(_("The {name} is missing or no text.").format(name=name))
    return value


def _matched(raw: Mapping[Any, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = _text(raw, name)
    if not pattern.fullmatch(value):
        raise CourseError(_("The {name} is none that the course writes.").format(name=name))
    return value


def _whole(value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        _refuse(_("A number is missing, or none that the course writes."))
    return value


def _int(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(digits[:20])
    return int(digits)


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and infinity are no JSON")


def _refuse(sentence: str) -> NoReturn:
    raise CourseError(sentence)
