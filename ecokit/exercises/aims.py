"""What a reader can do after a topic: the rows of ``objectives.csv``, in the order of the course.

The table says to which topic an exercise belongs: that of the objective which it serves.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ecokit.errors import CourseError
from ecokit.messages import _


@dataclass(frozen=True)
class Objective:
    """What a reader can do after a topic: one row of ``objectives.csv``."""

    objective: str
    topic: str
    text: str


@cache
def objectives() -> tuple[Objective, ...]:
    """Return every objective, in the order of the course."""
    text = resources.files(__package__).joinpath("objectives.csv").read_text("utf-8")
    return tuple(Objective(**row) for row in csv.DictReader(text.splitlines()))


def objective(name: str) -> Objective:
    """Return one objective by its name.

    Raises
    ------
    CourseError
        ``objectives.csv`` has no such row.

    Examples
    --------
    >>> objective("kpi-compute").topic
    'kpi'
    """
    for row in objectives():
        if row.objective == name:
            return row
    message = _("There is no objective {name!r} in objectives.csv. Add a row, or use one of its.")
    raise CourseError(message.format(name=name))
