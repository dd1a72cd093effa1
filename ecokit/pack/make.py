"""``ecokit trainer pack``: every file of a pack, written and printed where it changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path

from ecokit.cli import copies
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.messages import _, short
from ecokit.pack import paper
from ecokit.pack import plan as plans
from ecokit.pack.room import File, Room
from ecokit.shop.company import BUNDLED, VARIABLE

MAKERS = (
    "start_here",
    "run_sheet",
    "guide",
    "before",
    "slides",
    "answer_key",
    "hand_outs",
    "sheets",
    "after",
    "teams",
)
"""The modules that make the files of a pack, each by its function ``files``, in this order."""
LANGUAGES = ("en",)


def make(
    plan: str,
    out: Path,
    *,
    language: str = "en",
    seed: int | None = None,
    teams: int = 5,
    size: str = "a4",
    start: str = "",
    day: str = "",
    whole_key: bool = False,
) -> None:
    """Make a trainer's pack, or bring up to date the one that lies there.

    Files that the trainer changed are kept, and the new one is laid beside. Only what changed is
    written and printed again.

    Parameters
    ----------
    plan : str
        ``half-day``, ``day``, ``two-days``, or a YAML file.
    out : Path
        The folder of the pack.
    language : str
        One of `LANGUAGES`.
    seed : int, optional
        The company that the answer key is for; the bundled one when left out.
    teams : int
        How many teams get a company of their own.
    size : str
        ``a4`` or ``letter``.
    start : str
        When each day begins, such as ``13:30``; as the plan says when left out.
    day : str
        The first day, such as ``2026-12-01``: mails, certificate and calendar name it.
    whole_key : bool
        Whether the answer key holds every exercise of the course.

    Raises
    ------
    CourseError
        The plan cannot be used, this is no checkout, or the folder cannot be written.
    """
    if language not in LANGUAGES:
        sentence = _("There is no pack in {language}. There is one in: {known}.")
        raise CourseError(sentence.format(language=language, known=", ".join(LANGUAGES)))
    os.environ[VARIABLE] = str(BUNDLED)  # wherever it is called
    course = Course.found()
    course.need_checkout("ecokit trainer pack")
    when = _day(day) if day else None
    room = Room(course, plans.read(plan, start), seed, teams, size, when, whole_key)
    if not course.book_is_current():
        print(_("The book is built first; that takes some minutes."), flush=True)
        course.build_book()
    with paper.Press(out) as press:
        for file in _files(room):
            laid = copies.lay({file.path: file.content}, out, option="--out")
            for name in laid.beside:
                _say_beside(name)
            press.take(file)
    if press.failed:
        print(_("Not printed as PDF: {why}.").format(why="; ".join(sorted(press.failed))))
        print(_("Open the HTML pages in a browser and print them from there."))
    print(_("The trainer's pack: {out}. Begin with START-HERE.").format(out=out))


def _say_beside(name: str) -> None:
    print(_("You changed a file; its new version lies beside yours: {name}").format(name=name))


def _day(text: str) -> date:
    with suppress(ValueError):
        found = date.fromisoformat(text)
        if found.year < date.max.year:  # a reminder is due 30 days after the last day
            return found
    sentence = _("{text} is no date such as 2026-12-01.")
    raise CourseError(sentence.format(text=short(text)))


def _files(room: Room) -> Iterator[File]:
    for name in MAKERS:
        maker: Callable[[Room], Iterator[File]] = import_module(f"{__package__}.{name}").files
        yield from maker(room)
