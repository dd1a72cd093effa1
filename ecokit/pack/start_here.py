"""The one page that a new trainer begins with: a morning, by the clock."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources

from ecokit.pack import paper, pick
from ecokit.pack.plan import GAME
from ecokit.pack.room import File, Room
from ecokit.topics import topics


def files(room: Room) -> Iterator[File]:
    """Yield the page, and the ten mistakes that it leads to."""
    plan = room.plan
    notebooks = {topic.name: topic.notebook for topic in topics()}
    first = plan.topics[0] if plan.topics else topics()[0]
    yield paper.page(
        "START-HERE.html",
        "start-here",
        size=room.size,
        plan=plan,
        contents=_contents(),
        five=pick.five(plan),
        notebooks=notebooks,
        first=first,
        has_game=any(block.kind == GAME for block in plan.blocks),
    )
    yield paper.page("mistakes.html", "mistakes", size=room.size, plan=plan, ten=pick.ten(plan))


def _contents() -> list[dict[str, str]]:
    """Return what lies in a pack, and when it is wanted: ``contents.csv``."""
    text = resources.files(__package__).joinpath("contents.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
