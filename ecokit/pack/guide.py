"""The facilitator's guide, and the card for the wall: what goes wrong, from ``troubles.csv``."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from ecokit.pack import paper
from ecokit.pack.room import File, Room

PICTURE = "book/images/board-files.png"
"""The board of a small room."""


def files(room: Room) -> Iterator[File]:
    """Yield the guide and the card."""
    size, found = room.size, troubles()
    sample = resources.files(__package__).joinpath("sample-plan.yaml").read_text("utf-8")
    yield paper.page(
        "guide.html",
        "guide",
        size=size,
        plan=room.plan,
        troubles=found,
        sample=sample,
        picture=_picture(room.course.root / PICTURE),
    )
    yield paper.page("wall-card.html", "wall-card", size=size, troubles=found)


def _picture(path: Path) -> str:
    """Return a picture as an address that holds it."""
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode()}"


def troubles() -> list[dict[str, str]]:
    """Return what goes wrong in a room: how it looks, why, and what helps in a minute.

    Examples
    --------
    >>> sorted(troubles()[0])
    ['cause', 'remedy', 'seen', 'trouble']
    """
    text = resources.files(__package__).joinpath("troubles.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
