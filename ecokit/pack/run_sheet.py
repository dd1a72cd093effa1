"""The run sheet: each block with its time, what is shown, answered, asked, and cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ecokit.pack import paper, rounds
from ecokit.pack.plan import BREAK, GAME, Block
from ecokit.pack.room import File, Room


@dataclass(frozen=True)
class Spare:
    """How many minutes can be won from the start of a day until a break or the end."""

    until: datetime
    title: str
    minutes: int


def files(room: Room) -> Iterator[File]:
    """Yield the sheet, a page a day."""
    yield paper.page(
        "run-sheet.html",
        "run-sheet",
        size=room.size,
        plan=room.plan,
        spares=[list(spares(day)) for day in room.plan.days],
        timed=timed,
    )


def timed(block: Block) -> list[tuple[datetime, rounds.Step]]:
    """Return the steps of a game with the time of each; none of another block."""
    found, at = [], block.start
    for step in rounds.steps(block.minutes) if block.kind == GAME else ():
        found.append((at, step))
        at += timedelta(minutes=step.minutes)
    return found


def spares(day: Sequence[Block]) -> Iterator[Spare]:
    """Yield the minutes that cutting wins, until each break and until the end.

    Examples
    --------
    >>> from ecokit.pack import plan
    >>> [one.minutes for one in spares(plan.read("half-day").days[0])]
    [9, 19]
    """
    won, cut = 0, False
    for block in day:
        if block.kind == BREAK and cut:
            yield Spare(block.start, block.title, won)
            cut = False
        own = sum(one.minutes for one in block.cut)
        won, cut = won + own, cut or own > 0
    if cut:
        yield Spare(day[-1].end, "", won)
