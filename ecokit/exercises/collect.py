"""What a learner hands to the trainer's board where no network is: a file of what has happened.

It is one readable file that the learner makes and looks at. It holds no answer, and no name but the
pseudonym that the learner chooses. A board takes such files, and the same events over a network.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.exercises import store, wire
from ecokit.messages import _

WHAT = "ecokit collect"
VERSION = 1
FIELDS = (
    "id",
    "time",
    "exercise",
    "event",
    "misconception",
    "hints",
    "seed",
    "course",
    "edition",
)
NOTICE = _(
    "This file says which exercises were opened, tried and solved in this folder and when, which "
    "known mistake was made, how many hints were open, and of which company was asked. It holds no "
    "answer and nothing about this computer; the name is the one that you chose, or none. The mark "
    "is a random number, by which the same file is not counted twice. Who gets it shows it on a "
    "board for the room, which is no grade, and deletes it after 14 days. Hand it in if you like."
)


@dataclass(frozen=True)
class Collected:
    """A file to hand in: where it is, how many events it holds, and how many were too many."""

    place: Path
    events: int
    left_out: int


def write(folder: Path, name: str = "") -> Collected:
    """Write the file of a learner's folder; a second call replaces the first one.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    name : str
        A pseudonym; the one of the file that lies there, or one made of its mark, where empty.

    Raises
    ------
    CourseError
        The name cannot be read, or the file cannot be written.
    """
    place = folder / ".ecokit"
    try:
        own = mark(place)
        path = folder / f"room-{own}.json"
        name = wire.pseudonym(name) if name else _name_in(path) or name_of(own)
        lines, left_out = _newest(list(sent(place)))
        head = {
            "what": WHAT,
            "version": VERSION,
            "notice": NOTICE,
            "mark": own,
            "name": name,
            "clock": store.now().isoformat(timespec="seconds"),
        }
        told = json.dumps(head, indent=0, ensure_ascii=False)[:-2]  # without its last bracket
        text = told + ',\n"events": [\n' + ",\n".join(lines) + "\n]\n}\n"
        store.put(path, text.encode(), mode=0o644)
    except OSError as trouble:
        message = _("The file to hand in could not be written in {folder}: {why}.")
        raise CourseError(message.format(folder=folder, why=trouble.strerror)) from None
    return Collected(path, len(lines), left_out)


def name_of(own: str) -> str:
    """Return what a learner is called who chose no name.

    Examples
    --------
    >>> name_of("abcdef012345")
    'Learner abcd'
    """
    return _("Learner {mark}").format(mark=own[:4])


def mark(place: Path) -> str:
    """Return the random mark of an ``.ecokit`` folder; it is made once.

    Raises
    ------
    OSError
        It cannot be read or written.
    """
    path = place / "mark"
    try:
        return wire.mark(path.read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        store.put(path, secrets.token_hex(6).encode() + b"\n")
    return wire.mark(path.read_text("ascii").strip())


def sent(place: Path) -> Iterator[dict[str, Any]]:
    """Yield what has happened in an ``.ecokit`` folder, in the form in which others get it.

    A line of an early release has no id: it gets one from the mark of the folder, its file and its
    place in it, which is the same at each call. What is no line of the course is left out.

    Parameters
    ----------
    place : Path
        The ``.ecokit`` folder.

    Yields
    ------
    dict
        The fields of `ecokit.exercises.wire.Event`, as JSON has them.

    Raises
    ------
    OSError
        The folder cannot be read or written.
    """
    own = mark(place)
    for key, event in store.keyed_events(place):
        told = {name: event[name] for name in FIELDS if name in event}
        if not _is_sound(told):
            continue
        if "id" not in told:
            digest = blake2b(f"{own} {key} {json.dumps(told)}".encode(), digest_size=8)
            told = {"id": f"old-{digest.hexdigest()}"} | told
        yield told


def _is_sound(told: Mapping[str, Any]) -> bool:
    """Say whether an event holds short texts and numbers: a line may have been edited."""
    return all(
        one is None
        or (isinstance(one, int) and one.bit_length() < 64)
        or (isinstance(one, str) and len(one) <= 80 and not set(one) & set("[{"))
        for one in told.values()
    )


def _newest(events: list[dict[str, Any]]) -> tuple[list[str], int]:
    """Return the newest events as lines, as many as a board reads, and how many are older."""
    events.sort(key=lambda event: str(event.get("time", "")))
    lines: list[str] = []
    room = wire.BYTES - 10_000  # the head takes less
    for event in reversed(events[-wire.EVENTS :]):
        line = json.dumps(event)
        room -= len(line) + 2
        if room < 0:
            break
        lines.append(line)
    return lines[::-1], len(events) - len(lines)


def _name_in(path: Path) -> str:
    """Return the name in the file that lies there already; nothing where there is none."""
    try:
        return wire.pseudonym(wire.decoded(path.read_bytes())["name"]) if path.is_file() else ""
    except (OSError, ValueError, LookupError, TypeError):
        return ""
