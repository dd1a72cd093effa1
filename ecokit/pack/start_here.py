"""The one page that a new trainer begins with: a morning, by the clock."""

from __future__ import annotations

from collections.abc import Iterator

from ecokit.pack import paper
from ecokit.pack.room import File, Room


def files(room: Room) -> Iterator[File]:
    """Yield the page."""
    yield paper.page("START-HERE.html", "start-here", size=room.size, plan=room.plan)
