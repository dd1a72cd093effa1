"""What the board's page is told of a room, and what goes out of it: a table, and sums."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ecokit.board.room import MISTAKE, NOT_BEGUN, OPENED, RIGHT, TRIED, Cell, Room, Row
from ecokit.board.words import Words, letter
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _, _n
from ecokit.pack.answer_key import number_of
from ecokit.topics import topics

LEAST = 5  # people in a sum that leaves the room
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes what begins so for a formula."""


def page(room: Room, words: Words, *, title: str = "", names: bool = False) -> dict[str, Any]:
    """Return what the board's page shows, as JSON holds it.

    Parameters
    ----------
    room : Room
        The room.
    words : Words
        What is told of mistakes.
    title : str
        Of the plan.
    names : bool
        Whether names are told; else learners have their numbers alone.
    """
    return {
        "title": title,
        "clock": _clock(room),
        "moment": f"{_local(room.moment):%a %d %b, %H:%M}" if room.closed else "",
        "answering": room.clock.answering,
        "exercises": [_exercise(one, room, words) for one in room.exercises],
        "learners": [_learner(row, room.exercises, names) for row in room.rows],
        "usual": [
            _mistake(one.exercise, one.mistake, one.learners, words, one.companies)
            for one in room.usual
        ],
        "still": [
            {"number": row.number, "name": row.name * names, "minutes": row.still}
            for row in room.still
        ],
    }


def _local(moment: datetime) -> datetime:
    """Return a moment in the time zone of this machine."""
    return moment.astimezone()


def _clock(room: Room) -> dict[str, Any] | None:
    """Return the block that runs and the next one; None without a plan."""
    at = room.clock
    if at.block is None and at.following is None:
        return None
    return {
        "block": at.block.title if at.block else "",
        "ends": round(at.ends.timestamp() * 1000) if at.ends else None,
        "next": at.following.title if at.following else "",
        "starts": f"{at.following.start:%H:%M}" if at.following else "",
    }


def _exercise(one: Exercise, room: Room, words: Words) -> dict[str, Any]:
    """Return an exercise with how many stand where, and their mistakes where it is asked."""
    asked = one in room.asked
    made = room.mistakes(one) if asked else {}
    return {
        "number": number_of(one),
        "title": one.title,
        "topic": next(topic.title for topic in topics() if topic.name == one.topic),
        "asked": asked,
        "counts": room.counts(one),
        "mistakes": [_mistake(one, name, n, words) for name, n in made.items()],
    }


def _mistake(
    one: Exercise, name: str, learners: int, words: Words, companies: Iterable[int | None] = ()
) -> dict[str, Any]:
    told = words.told(one, name, frozenset(companies))
    return {
        "number": number_of(one),
        "exercise": one.title,
        "letter": letter(one, name),
        "name": told.name,
        "cure": told.cure,
        "learners": learners,
    }


def _learner(row: Row, columns: Sequence[Exercise], names: bool) -> dict[str, Any]:
    """Return a row; a cell is its state, the letter of the mistake, hints, and answer shown."""
    cells = [
        [cell.state, letter(one, cell.mistake) if cell.mistake else "", cell.hints, cell.shown]
        for one in columns
        for cell in [row.cell(one)]
    ]
    told = {"number": row.number, "name": row.name * names, "done": row.done, "still": row.still}
    return told | {"cells": cells}


# What goes out of the room -----------------------------------------------------------------------


def table(room: Room, words: Words) -> str:
    r"""Return who stands where as CSV: a line a learner, a column an exercise.

    Parameters
    ----------
    room : Room
        The room.
    words : Words
        What is told of mistakes.

    Examples
    --------
    >>> from datetime import UTC
    >>> table(Room(datetime(2026, 3, 2, tzinfo=UTC), False, (), (), (), ()), Words())
    'Number,Learner (nothing here is a grade)\r\n'
    """
    head = [_("Number"), _("Learner (nothing here is a grade)")]
    head += [f"{number_of(one)} {one.title}" for one in room.exercises]
    rows = [
        [row.number, row.name, *(_in_words(one, row.cell(one), words) for one in room.exercises)]
        for row in room.rows
    ]
    return _csv([head, *rows])


def _in_words(exercise: Exercise, cell: Cell, words: Words) -> str:
    """Return where a learner stands with an exercise, in words."""
    name = words.told(exercise, cell.mistake).name if cell.mistake else ""
    state = {
        NOT_BEGUN: "",
        OPENED: _("opened"),
        TRIED: _("tried"),
        MISTAKE: _("mistake: {name}").format(name=name),
        RIGHT: _("right"),
    }[cell.state]
    hints = _n("{n} hint", "{n} hints", cell.hints).format(n=cell.hints) if cell.hints else ""
    shown = _("answer shown") if cell.shown else ""
    return ", ".join(filter(None, (state, hints, shown)))


def sums(room: Room) -> str:
    r"""Return what may leave the room, as CSV: of each exercise sums of five people and more.

    A number stands there where it is five or more and leaves out five or more; else it says on
    which side the fewer than five are. What fewer than five have worked on is not told.

    Examples
    --------
    >>> from datetime import UTC
    >>> sums(Room(datetime(2026, 3, 2, tzinfo=UTC), False, (), (), (), ()))
    'Exercise,People in the room,Worked on it,Solved it\r\n'
    """
    people = len(room.rows)
    rows: list[list[object]] = [
        [_("Exercise"), _("People in the room"), _("Worked on it"), _("Solved it")]
    ]
    for one in room.exercises:
        counts = room.counts(one)
        worked = people - counts[NOT_BEGUN]
        if worked >= LEAST:
            name = f"{number_of(one)} {one.title}"
            rows.append([name, people, _part(worked, people), _part(counts[RIGHT], worked)])
    return _csv(rows)


def _part(some: int, whole: int) -> str:
    """Return how many of a group, so that nobody can be told from it.

    Examples
    --------
    >>> _part(7, 12), _part(2, 12), _part(10, 12), _part(3, 6)
    ('7', 'fewer than 5', 'all but fewer than 5', 'not told')
    """
    few, rest = some < LEAST, whole - some < LEAST
    if few and rest:
        return _("not told")
    if few:
        return _("fewer than {n}").format(n=LEAST)
    return _("all but fewer than {n}").format(n=LEAST) if rest else str(some)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV in which no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue()


def _safe(cell: object) -> object:
    """Return a cell that a spreadsheet shows as it is.

    Examples
    --------
    >>> _safe("=1+1"), _safe("-5"), _safe(5), _safe("a=b")
    ("'=1+1", "'-5", 5, 'a=b')
    """
    is_formula = isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA)
    return f"'{cell}" if is_formula else cell
