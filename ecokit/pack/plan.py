"""The plan of a workshop: what is taught when, read from YAML and checked.

A plan has days, a day has blocks: a topic, a break, a talk, or the game. Three plans come with the
course; a trainer writes another one. A JSON schema (``plan.schema.json``) says what may stand in
it, and what the schema cannot know is checked here: topics, exercises, and minutes that fit.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ecokit import exercises
from ecokit.errors import CourseError
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _, short
from ecokit.pack import reading, rounds
from ecokit.topics import Topic, topics

PLANS = ("half-day", "day", "two-days")
"""The plans that come with the course."""
SPARE = 0.05
"""The share of a day that may be left over at its end."""
TOPIC, BREAK, TALK, GAME = "topic", "break", "talk", "game"
KINDS = (TOPIC, BREAK, TALK, GAME)


@dataclass(frozen=True)
class Block:
    """One block of a day.

    Attributes
    ----------
    kind : str
        ``topic``, ``break``, ``talk`` or ``game``.
    title : str
        What it is called on the run sheet.
    minutes : int
        How long it takes.
    start : datetime.datetime
        When it begins, on a day of the calendar that only carries the time.
    topic : Topic or None
        The topic, where it is one.
    exercises : tuple of Exercise
        What is answered in it.
    cut : tuple of Exercise
        Which of these are left out first when time is short.
    check : str
        A question that shows whether the room follows.
    """

    kind: str
    title: str
    minutes: int
    start: datetime
    topic: Topic | None = None
    exercises: tuple[Exercise, ...] = ()
    cut: tuple[Exercise, ...] = ()
    check: str = ""

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def answering(self) -> int:
        """The minutes of its exercises."""
        return sum(one.minutes for one in self.exercises)


@dataclass(frozen=True)
class Plan:
    """A workshop: a title, and blocks for each day; `source` is what names it in a command."""

    name: str
    title: str
    days: tuple[tuple[Block, ...], ...]
    source: str = ""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of all days."""
        return tuple(block for day in self.days for block in day)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics that are taught, in order, each once."""
        return tuple(dict.fromkeys(block.topic for block in self.blocks if block.topic))

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises that are answered, in order, each once."""
        found = {one.id: one for block in self.blocks for one in block.exercises}
        return tuple(found.values())


def read(name: str, start: str = "") -> Plan:
    """Return one of the course's plans, or the one in a file.

    Parameters
    ----------
    name : str
        ``half-day``, ``day``, ``two-days``, or the path of a YAML file.
    start : str
        When each day begins, such as ``13:30``; as the plan says when left out.

    Raises
    ------
    CourseError
        There is no such plan, or something in it cannot be: the sentence says where, and what
        to do.

    Examples
    --------
    >>> plan = read("day")
    >>> [f"{block.start:%H:%M}" for block in plan.blocks][0]
    '09:00'
    >>> f"{read('half-day', '13:30').blocks[-1].end:%H:%M}"
    '17:00'
    >>> read("fortnight")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no plan fortnight. Name half-day, day, two-days, or a \
YAML file of your own.
    """
    text = _text(name)
    data = reading.data_of(text, name)
    return replace(from_data(data, Path(name).stem, start), source=name)


def _text(name: str) -> str:
    """Return the text of a plan: one of the course's, or a file."""
    if name in PLANS:
        return resources.files(__package__).joinpath(f"plans/{name}.yaml").read_text("utf-8")
    if _is_file(name):
        return reading.text_of(Path(name))
    sentence = _("There is no plan {name}. Name {known}, or a YAML file of your own.")
    raise CourseError(sentence.format(name=short(name), known=", ".join(PLANS)))


def _is_file(name: str) -> bool:
    """Whether there is a file of this name; none has a name of 5,000 letters."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def from_data(data: Any, name: str, start: str = "") -> Plan:
    """Return the plan that a mapping describes, as YAML gives it.

    Raises
    ------
    CourseError
        As `read`; all that is wrong is told, a line each.

    Examples
    --------
    >>> day = {"start": "09:00", "end": "09:30", "blocks": [{"topic": "kpy", "minutes": 30}]}
    >>> from_data({"title": "Ours", "days": [day]}, "ours")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: ours, day 1, block 1: there is no topic kpy. Did you mean kpi?
    """
    if data is None:
        sentence = _("{name} is empty. Begin with the plan in part 8 of the facilitator's guide.")
        raise CourseError(sentence.format(name=name))
    faults = list(_against_schema(data, name)) or list(_blank(data, name))
    if faults:
        raise CourseError("\n".join(faults))
    way = data.get("way", "")
    days = []
    for number, written in enumerate(data["days"], start=1):
        place = _("{name}, day {number}").format(name=name, number=number)
        day = _shifted(written, start) if start else written
        blocks, own = _blocks(day, way, place)
        faults += own or _time_faults(day, blocks, place)
        days.append(blocks)
    faults += [] if faults else _asked_twice(days, name)
    if faults:
        raise CourseError("\n".join(faults))
    return Plan(name, _line(data["title"]), tuple(days))


def _blank(data: Mapping[str, Any], name: str) -> Iterator[str]:
    """Say where a text that is printed has no sign that can be."""
    texts = [(name, "title", data["title"])]
    for day, written in enumerate(data["days"], start=1):
        for number, block in enumerate(written["blocks"], start=1):
            place = _("{name}, day {day}, block {number}").format(name=name, day=day, number=number)
            texts += [(place, key, block[key]) for key in (BREAK, TALK, "check") if key in block]
    for place, key, text in texts:
        if not _line(text):
            yield _("{place}, {key}: it is empty.").format(place=place, key=key)


def _asked_twice(days: Sequence[Sequence[Block]], name: str) -> list[str]:
    """Say which exercises are answered in a second block, when everybody has answered them."""
    faults, seen = [], dict[str, str]()
    for day, blocks in enumerate(days, start=1):
        for number, block in enumerate(blocks, start=1):
            place = _("day {day}, block {number}").format(day=day, number=number)
            for one in block.exercises:
                if one.id in seen:
                    sentence = _(
                        "{name}, {place}: {id} is answered in {first} already. Name others."
                    )
                    told = sentence.format(name=name, place=place, id=one.id, first=seen[one.id])
                    faults.append(told)
                seen.setdefault(one.id, place)
    return faults


def _line(words: str) -> str:
    """Return a text on one line, as titles stand in mails and calendars."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def _shifted(day: Mapping[str, Any], start: str) -> dict[str, Any]:
    """Return a day that begins at another time and lasts as long."""
    if not re.fullmatch(schema()["$defs"]["time"]["pattern"], start):
        raise CourseError(_("{start} is no time such as 13:30.").format(start=short(start)))
    old, end, new = (datetime.strptime(one, "%H:%M") for one in (day["start"], day["end"], start))
    later = end + (new - old)
    if later.date() != new.date():
        sentence = _("A day that begins at {start} would end after midnight. Begin earlier.")
        raise CourseError(sentence.format(start=start))
    return {**day, "start": start, "end": f"{later:%H:%M}"}


def _blocks(day: Mapping[str, Any], way: str, place: str) -> tuple[tuple[Block, ...], list[str]]:
    """Return the blocks of a day with their times, and what is wrong with them."""
    start = datetime.strptime(day["start"], "%H:%M")
    blocks, faults = [], []
    for number, data in enumerate(day["blocks"], start=1):
        where = _("{place}, block {number}").format(place=place, number=number)
        try:
            block = _block(data, way, start)
        except CourseError as error:
            faults.append(f"{where}: {error}")
            continue
        faults += [f"{where}: {fault}" for fault in _block_faults(block)]
        blocks.append(block)
        start = block.end
    return tuple(blocks), faults


def _block(data: Mapping[str, Any], way: str, start: datetime) -> Block:
    kind = next(kind for kind in KINDS if kind in data)
    if kind != TOPIC:
        title = _("Run the company") if kind == GAME else _line(data[kind])
        return Block(kind, title, data["minutes"], start)
    topic = _topic(data[TOPIC])
    named = data.get("exercises") or _of_way(way).get(topic.name, [])
    found = tuple(map(exercises.get, named))
    cut = tuple(map(exercises.get, data.get("cut", ())))
    return Block(
        kind, topic.title, data["minutes"], start, topic, found, cut, _line(data.get("check", ""))
    )


def _topic(name: str) -> Topic:
    for topic in topics():
        if topic.name == name:
            return topic
    known = [topic.name for topic in topics()]
    near = difflib.get_close_matches(name, known, n=1)
    remedy = (
        _("Did you mean {near}?").format(near=near[0])
        if near
        else _("The topics are: {known}.").format(known=", ".join(known))
    )
    raise CourseError(
        _("there is no topic {name}. {remedy}").format(name=short(name), remedy=remedy)
    )


def _block_faults(block: Block) -> Iterator[str]:
    """Yield what is wrong with a block."""
    if block.kind == GAME and block.minutes < rounds.needed():
        yield _("the game takes {need} minutes in a room, the block has {minutes}.").format(
            need=rounds.needed(), minutes=block.minutes
        )
    if block.topic is None:
        return
    if not block.exercises:
        yield _("{title} has no exercise. Name one under exercises, or name a way.").format(
            title=block.title
        )
    for one in block.exercises:
        if one.topic != block.topic.name:
            yield _("{id} is an exercise of {other}, not of {topic}.").format(
                id=one.id, other=one.topic, topic=block.topic.name
            )
    if block.answering > block.minutes:
        yield _(
            "its exercises take {need} minutes, the block has {minutes}. Give it more, or name "
            "fewer."
        ).format(need=block.answering, minutes=block.minutes)
    for one in block.cut:
        if one in block.exercises:
            continue
        yield _("{id} is to be cut, but is no exercise of the block.").format(id=one.id)


def _time_faults(day: Mapping[str, Any], blocks: tuple[Block, ...], place: str) -> list[str]:
    """Say whether the blocks of a day fill its time, and do not exceed it."""
    start, end = (datetime.strptime(day[part], "%H:%M") for part in ("start", "end"))
    there, need = (end - start).total_seconds() / 60, sum(block.minutes for block in blocks)
    if there <= 0:
        return [
            _("{place}: it ends at {end}, before it starts.").format(place=place, end=day["end"])
        ]
    if need > there:
        sentence = _(
            "{place}: the blocks take {need} minutes, {over} more than from {start} to {end}."
        )
    elif there - need > SPARE * there:
        sentence = _(
            "{place}: the blocks take {need} minutes, {over} fewer than from {start} to {end}."
        )
    else:
        return []
    over = f"{abs(need - there):.0f}"
    return [sentence.format(place=place, need=need, over=over, start=day["start"], end=day["end"])]


@cache
def _of_way(name: str) -> dict[str, list[str]]:
    """Return the exercises of a way through the course by topic; none for no way."""
    text = resources.files(exercises).joinpath("ways.csv").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["way"] == name and row["exercise"]:
            found.setdefault(row["topic"], []).append(row["exercise"])
    return found


# What the schema says --------------------------------------------------------------------------


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of a plan."""
    found: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("plan.schema.json").read_text("utf-8")
    )
    return found


def _against_schema(data: Any, name: str) -> Iterator[str]:
    """Yield a sentence for each place where a plan is not what the schema says."""
    import jsonschema

    found = jsonschema.Draft202012Validator(schema()).iter_errors(data)
    for error in sorted(found, key=lambda one: [str(part).zfill(4) for part in one.absolute_path]):
        if error.validator == "oneOf":
            yield from _kind_faults(error, name)
        else:
            yield _sentence(error, name)


def _kind_faults(error: Any, name: str) -> Iterator[str]:
    """Yield what is wrong with a block, told by the kind that it means to be."""
    keys = set(error.instance) & set(KINDS) if isinstance(error.instance, dict) else set()
    if len(keys) != 1:
        place = _place(error, name)
        sentence = _("{place}: a block names one of {kinds}, and its minutes.")
        yield sentence.format(place=place, kinds=", ".join(KINDS))
        return
    chosen = KINDS.index(keys.pop())
    for inner in error.context:
        if inner.relative_schema_path[0] == chosen:
            yield _sentence(inner, name)


def _place(error: Any, name: str) -> str:
    """Return where in a plan something is, in words."""
    words = {"days": _("day"), "blocks": _("block")}
    parts, path = [name], list(error.absolute_path)
    while path:
        part = path.pop(0)
        if part in words and path:
            parts.append(f"{words[part]} {path.pop(0) + 1}")
        else:
            parts.append(str(part if isinstance(part, str) else part + 1))
    return ", ".join(parts)


KINDS_OF_VALUE = {
    "object": _("names with values"),
    "array": _("a list"),
    "string": _("text (write it in quotes)"),
    "integer": _("a whole number (write it without quotes)"),
}
_TOLD = {
    "type": _("{told} is not {wanted}"),
    "enum": _("{told} is not one of {wanted}"),
    "minimum": _("{told} is less than {wanted}"),
    "maximum": _("{told} is more than {wanted}"),
    "pattern": _("{told} is no time such as 09:00"),
    "minLength": _("it is empty"),
    "maxLength": _("{told} is longer than {wanted} signs"),
    "minItems": _("its list is empty"),
    "maxItems": _("its list has more than {wanted} items"),
    "uniqueItems": _("{told} names something twice"),
}


def _sentence(error: Any, name: str) -> str:
    """Say in words what the schema does not allow."""
    wanted = error.validator_value
    if error.validator == "required":
        lacking = ", ".join(key for key in wanted if key not in error.instance)
        return _("{place}: it lacks {lacking}.").format(place=_place(error, name), lacking=lacking)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        more = short(next(key for key in error.instance if key not in known))
        sentence = _("{place}: {more} is not known here; it may hold {known}.")
        return sentence.format(place=_place(error, name), more=more, known=", ".join(known))
    told = short(json.dumps(error.instance, ensure_ascii=False, default=str))
    wanted = KINDS_OF_VALUE.get(wanted, wanted) if error.validator == "type" else wanted
    wanted = ", ".join(wanted) if error.validator == "enum" else wanted
    said = _TOLD[error.validator].format(told=told, wanted=wanted)
    return f"{_place(error, name)}: {said}."
