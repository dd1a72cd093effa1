"""The game in a room, step by step, with its minutes: ``game.csv``, and the game's own rounds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ecokit.game.advance import PRACTICE
from ecokit.game.play import ROOM
from ecokit.game.rulebook import rules
from ecokit.messages import _


@dataclass(frozen=True)
class Step:
    """One step of the game: what it is, how long it takes, what the trainer does."""

    title: str
    minutes: int
    do: str
    new: str = ""


@cache
def needed() -> int:
    """Return the minutes of all steps together.

    Examples
    --------
    >>> needed()
    103
    """
    return sum(step.minutes for step in _steps())


def steps(minutes: int) -> tuple[Step, ...]:
    """Return the steps of a game that has so many minutes; what is left over is kept in hand.

    Examples
    --------
    >>> [step.minutes for step in steps(120)]
    [10, 6, 12, 8, 8, 8, 8, 8, 35, 17]
    """
    left = minutes - needed()
    hand = Step(_("In hand"), left, _("For files that come late and questions that go on."))
    return (*_steps(), *([hand] if left else []))


def minutes_of(number: int) -> int:
    """Return how many minutes teams have for a round; 0 is the practice week.

    Examples
    --------
    >>> [minutes_of(number) for number in range(4)]
    [6, 12, 8, 8]
    """
    return int(_rows()[{PRACTICE: "practice", 1: "first"}.get(number, "next")]["minutes"])


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("game.csv").read_text("utf-8")
    return {row["step"]: row for row in csv.DictReader(text.splitlines())}


def _steps() -> Iterator[Step]:
    rows = _rows()

    def step(name: str, title: str, new: str = "") -> Step:
        return Step(title, int(rows[name]["minutes"]), rows[name]["do"], new)

    yield step("explain", _("Explain the game"))
    yield step("practice", _("Practice week, which does not count"))
    for number in range(1, ROOM.rounds + 1):
        new = [one.title for one in rules().fields.values() if one.unlocks == number > 1]
        title = _("Round {number} of {of}").format(number=number, of=ROOM.rounds)
        yield step("first" if number == 1 else "next", title, ", ".join(new))
    yield step("debrief", _("Debrief"))
