"""The run sheet: each block with its time, what is shown, answered, asked, and cut."""

from __future__ import annotations

from collections.abc import Iterator

from ecokit.pack import paper
from ecokit.pack.room import File, Room


def files(room: Room) -> Iterator[File]:
    """Yield the sheet."""
    yield paper.page("run-sheet.html", "run-sheet", size=room.size, plan=room.plan)
