"""``ecokit wheel``: one file that holds the whole course, for machines without the sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from ecokit.cli import copies
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.messages import _


def make(folder: Path) -> Path:
    """Build the wheel with the learner's notebooks, the datasets and the book.

    Parameters
    ----------
    folder
        Where the wheel goes.

    Returns
    -------
    Path
        The wheel.

    Raises
    ------
    CourseError
        There is no checkout, or the book or the wheel cannot be built.
    """
    course = Course.found()
    course.need_checkout("ecokit wheel")
    if not course.book_is_current():
        course.build_book()
    ready = course.root / "build" / "course"
    shutil.rmtree(ready, ignore_errors=True)
    try:
        for name, content in course.learner_files().items():
            copies.write(ready / "notebooks" / name, content)
        shutil.copytree(course.root / "datasets", ready / "datasets")
        shutil.copytree(course.book, ready / "book", ignore=shutil.ignore_patterns(".*"))
        shutil.copy(course.lock, ready)
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
        done = subprocess.run(
            [*command, "--outdir", str(folder)], cwd=course.root, capture_output=True, text=True
        )
    finally:
        shutil.rmtree(ready, ignore_errors=True)
    if done.returncode:
        raise CourseError(_("The wheel could not be built.") + "\n" + done.stdout + done.stderr)
    return max(folder.glob("ecokit-*.whl"), key=lambda path: path.stat().st_mtime)
