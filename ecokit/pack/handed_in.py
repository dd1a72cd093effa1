"""What learners handed in: each file is read, or left out with a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from ecokit import exercises
from ecokit.errors import CourseError
from ecokit.exercises import quiz
from ecokit.exercises.hand_in import VERSION
from ecokit.messages import _, _n

LARGEST = 200_000  # bytes: all seven chapters take twenty thousand
SYSTEM = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Test:
    """A test that was handed in: of which company, and what was right, of today's editions."""

    __test__ = False  # for pytest, which collects what is called a test

    company: int
    right: Mapping[str, bool]


@dataclass(frozen=True)
class HandIn:
    """What one person handed in: tests by chapter and by before or after."""

    name: str
    mark: str
    tests: Mapping[tuple[str, str], Test]
    strange: int = 0

    def pairs(self, chapter: str) -> tuple[int, dict[str, tuple[bool, bool]]] | None:
        """Return which company came first, and each question before and after.

        None where a test is lacking, or both were of one company: then answers may be remembered.
        """
        before, after = (self.tests.get((chapter, when)) for when in (quiz.BEFORE, quiz.AFTER))
        if before is None or after is None or before.company == after.company:
            return None
        both = {
            name: (right, after.right[name])
            for name, right in before.right.items()
            if name in after.right
        }
        return (before.company, both) if both else None


def read(folder: Path) -> tuple[list[HandIn], list[str]]:
    """Return what was handed in, each person once, and a sentence for each file that is left out.

    Parameters
    ----------
    folder : Path
        All files in it and below it are looked at.

    Raises
    ------
    CourseError
        There is no such folder.
    """
    if not folder.is_dir():
        raise CourseError(_("There is no folder {folder}.").format(folder=folder))
    found: dict[str, HandIn] = {}
    told: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name.startswith(".") or path.name.casefold() in SYSTEM:
            continue
        try:
            one = _one(path, name)
        except CourseError as sentence:
            told.append(f"{name}: {sentence}")
            continue
        if one.strange:
            words = _n(
                "one question is of another release of the course, and is left out.",
                "{n} questions are of another release of the course, and are left out.",
                one.strange,
            )
            told.append(f"{name}: {words.format(n=one.strange)}")
        told.extend(_doubled(found, one))
    return list(found.values()), told


def _doubled(found: dict[str, HandIn], one: HandIn) -> Iterator[str]:
    """Keep a hand-in; of two of one person keep the one with more tests, and say so."""
    other = found.setdefault(one.mark, one)
    if other is not one:
        kept = max(other, one, key=lambda each: len(each.tests))
        found[one.mark] = kept
        words = _("it is of the same person as {other}; {kept} counts.")
        yield f"{one.name}: {words.format(other=other.name, kept=kept.name)}"


def _one(path: Path, name: str) -> HandIn:
    """Return the hand-in in a file.

    Raises
    ------
    CourseError
        It holds none; the sentence says why.
    """
    data = _json(path)
    fault = next(_validator().iter_errors(data), None)
    if fault is not None or not isinstance(data, dict):
        raise CourseError(_("this is no hand-in of this course; ecokit hand-in makes one."))
    if data["version"] != VERSION:
        message = _("it was made by another release of the course (form {n}).")
        raise CourseError(message.format(n=data["version"]))
    tests: dict[tuple[str, str], Test] = {}
    strange = 0
    for test in data["tests"]:
        rows = {row["exercise"]: row for row in test["questions"]}
        right = {key: row["right"] for key, row in rows.items() if _is_known(test, row)}
        strange += len(rows) - len(right)
        if right and test["company"] in quiz.COMPANIES:
            tests.setdefault((test["chapter"], test["when"]), Test(test["company"], right))
    if not tests:
        raise CourseError(_("it holds no test of this release of the course."))
    return HandIn(name, data["mark"], tests, strange)


def _json(path: Path) -> Any:
    if not path.is_file():  # a pipe would never end
        raise CourseError(_("this is no file."))
    if path.stat().st_size > LARGEST:
        raise CourseError(_("it is too large for a hand-in."))
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as trouble:
        message = _("it cannot be read ({why}).")
        raise CourseError(message.format(why=trouble.strerror)) from None
    except (ValueError, RecursionError):
        if path.suffix == ".json":
            raise CourseError(_("it is no JSON, or not all of it; ask for it once more.")) from None
        raise CourseError(_("this is no hand-in; ecokit hand-in makes one.")) from None


@cache
def _validator() -> Any:
    text = resources.files(__package__).joinpath("hand-in.schema.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def _is_known(test: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Say whether a question is one of the chapter's test, in its edition of today."""
    names = quiz.by_chapter().get(test["chapter"], ())
    name = row["exercise"]
    return name in names and exercises.get(name).edition == row["edition"]
