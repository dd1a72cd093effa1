"""What a learner may hand in: of the tests before and after a chapter, which questions were right.

It is one readable file that the learner makes and looks at. It holds no name, no answer and no
date. A trainer's report reads those of five people and more together.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.exercises import quiz, store
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _

WHAT = "ecokit hand-in"
VERSION = 1
PATTERN = re.compile(r"hand-in-([0-9a-f]{12})\.json")
NOTICE = _(
    "This file says of each question of the tests before and after a chapter whether it was right, "
    "and of which company it was asked. It holds no name, no answer and no date. The mark is a "
    "random number, by which the same file is not counted twice. Whoever collects such files shows "
    "results of five people and more together, never yours. Hand it in if you like."
)


def content(
    history: Iterable[Mapping[str, Any]], course: Iterable[Exercise], mark: str
) -> dict[str, Any]:
    """Return what a hand-in holds.

    Parameters
    ----------
    history : iterable of mappings
        What has happened: `ecokit.exercises.store.Learner.history`.
    course : iterable of Exercise
        Every exercise of the course.
    mark : str
        A random number of this learner's folder.

    Examples
    --------
    >>> content([], [], "0" * 12)["tests"]
    []
    """
    events = list(history)
    editions = {one.id: one.edition for one in course}
    tests = []
    for chapter, names in quiz.by_chapter().items():
        own = {name: editions[name] for name in names if name in editions}
        for when in (quiz.BEFORE, quiz.AFTER):
            found = quiz.taken(events, chapter, when, own) if own else None
            if found is not None:
                rows = [
                    {"exercise": name, "edition": own[name], "right": right}
                    for name, right in found.right.items()
                ]
                test = {"chapter": chapter, "when": when, "company": found.seed, "questions": rows}
                tests.append(test)
    return {"what": WHAT, "version": VERSION, "notice": NOTICE, "mark": mark, "tests": tests}


def write(folder: Path, course: Iterable[Exercise]) -> Path:
    """Write the hand-in of a learner's folder; a second call replaces the first one.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    course : iterable of Exercise
        Every exercise of the course.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CourseError
        No test was taken, or the file cannot be written.
    """
    made = content(store.Learner(folder / ".ecokit").history(), course, _mark(folder))
    if not made["tests"]:
        raise CourseError(
            _(
                "There is nothing to hand in: no test before or after a chapter was taken in "
                "{folder}. The notebook practice/tests.ipynb has them."
            ).format(folder=folder)
        )
    place = folder / f"hand-in-{made['mark']}.json"
    try:
        place.write_text(
            json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )
    except OSError as trouble:
        message = _("The file could not be written to {place}: {why}.")
        raise CourseError(message.format(place=place, why=trouble.strerror)) from None
    return place


def _mark(folder: Path) -> str:
    """Return the mark of the hand-in that lies in a folder, or a new one."""
    found = (PATTERN.fullmatch(path.name) for path in sorted(folder.glob("hand-in-*.json")))
    return next((one[1] for one in found if one), secrets.token_hex(6))
