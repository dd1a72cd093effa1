"""The facilitator's guide, and the card for the wall: what goes wrong, from ``troubles.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources

from ecokit.pack import paper
from ecokit.pack.room import File, Room


def files(room: Room) -> Iterator[File]:
    """Yield the guide and the card."""
    size, found = room.size, troubles()
    sample = resources.files(__package__).joinpath("sample-plan.yaml").read_text("utf-8")
    yield paper.page(
        "guide.html", "guide", size=size, plan=room.plan, troubles=found, sample=sample
    )
    yield paper.page("wall-card.html", "wall-card", size=size, troubles=found)


def troubles() -> list[dict[str, str]]:
    """Return what goes wrong in a room: how it looks, why, and what helps in a minute.

    Examples
    --------
    >>> sorted(troubles()[0])
    ['cause', 'remedy', 'seen', 'trouble']
    """
    text = resources.files(__package__).joinpath("troubles.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
