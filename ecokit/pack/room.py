"""What a pack is made for, and what it is made of: a room and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecokit.cli.course import Course
from ecokit.pack.plan import Plan


@dataclass(frozen=True)
class Room:
    """A workshop: what every maker of files may ask for.

    Attributes
    ----------
    course : Course
        A checkout with a built book.
    plan : Plan
        What is taught, in blocks.
    seed : int or None
        The company whose answers the key gives; None for the bundled one.
    teams : int
        How many teams get a company of their own.
    size : str
        The paper: ``a4`` or ``letter``.
    date : datetime.date or None
        The first day of the workshop; None where it is not known yet.
    whole_key : bool
        Whether the answer key holds every exercise of the course, not those of the plan alone.
    """

    course: Course
    plan: Plan
    seed: int | None = None
    teams: int = 5
    size: str = "a4"
    date: date | None = None
    whole_key: bool = False


@dataclass(frozen=True)
class File:
    """One file of a pack.

    Attributes
    ----------
    path : str
        Its place below the pack's folder, with ``/`` between the parts.
    content : bytes
        What stands in it.
    printed : bool
        Whether it is a page that is laid beside as PDF, too.
    query : str
        What is added to its address when it is printed, such as ``?print-pdf``.
    """

    path: str
    content: bytes
    printed: bool = False
    query: str = ""
