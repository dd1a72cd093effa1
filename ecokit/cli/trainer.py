"""``ecokit trainer``: the notebooks and the book with every answer in them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ecokit.cli import copies
from ecokit.cli.course import Course
from ecokit.messages import _


def make(folder: Path) -> None:
    """Write the trainer's edition: ``notebooks/`` and ``book/`` below `folder`.

    Notebooks that the trainer changed are kept, as for learners; the book is replaced.

    Raises
    ------
    CourseError
        There is no checkout to make it from, or a master or the book has a fault.
    """
    course = Course.found()
    laid = copies.lay(course.trainer_files(), folder / "notebooks")
    for name in laid.beside:
        print(
            _("You changed a notebook; its new version lies beside yours: {name}").format(name=name)
        )
    with tempfile.TemporaryDirectory(dir=folder) as build:
        html = course.build_book(edition="trainer", output=Path(build))
        shutil.rmtree(folder / "book", ignore_errors=True)
        shutil.move(html, folder / "book")
    print(_("The trainer's edition: {folder}").format(folder=folder))


def pack(plan: str, out: Path, **options: Any) -> None:
    """Make a trainer's pack; the package that makes it lies outside the wheel.

    Raises
    ------
    CourseError
        This is an installed copy, the plan cannot be used, or the folder cannot be written.
    """
    Course.found().need_checkout("ecokit trainer pack")
    import_module("ecokit.pack.make").make(plan, out, **options)


def gain(source: Path, out: Path, size: str = "a4") -> None:
    """Write what a room has gained, from what its learners handed in.

    Raises
    ------
    CourseError
        This is an installed copy, or fewer than five people handed in both tests of a chapter.
    """
    Course.found().need_checkout("ecokit trainer gain")
    import_module("ecokit.pack.gain").make(source, out, size)


def sticks(out: Path, systems: Sequence[str], pythons: Sequence[str]) -> None:
    """Fill a stick from which learners install without a network.

    Raises
    ------
    CourseError
        This is an installed copy, or a package cannot be had.
    """
    Course.found().need_checkout("ecokit trainer sticks")
    import_module("ecokit.pack.sticks").make(out, systems, pythons)
