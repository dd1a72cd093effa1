"""Hand-outs that belong to no topic: evaluation, transfer plan, certificate of attendance."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources

from ecokit.pack import paper, words
from ecokit.pack.room import File, Room


def files(room: Room) -> Iterator[File]:
    """Yield the sheets."""
    told = words.about(room)
    text = resources.files(__package__).joinpath("evaluation.csv").read_text("utf-8")
    asked = list(csv.DictReader(text.splitlines()))
    yield paper.page("hand-outs/evaluation.html", "evaluation", size=room.size, asked=asked, **told)
    yield paper.page("hand-outs/transfer-plan.html", "transfer-plan", size=room.size, **told)
    yield paper.page("hand-outs/certificate.html", "certificate", size=room.size, **told)
