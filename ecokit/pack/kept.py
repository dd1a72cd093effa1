"""Pages that take long to make, kept below ``_build`` until a file of the course changes."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from collections.abc import Callable
from typing import Any, TypeVar

from ecokit.cli import copies
from ecokit.cli.course import Course

Made = TypeVar("Made")


def of(course: Course) -> Callable[[str, Callable[[], Any]], Any]:
    """Return a function that gives what was made under a name, or makes it.

    Nothing is kept where the book was not built from the files that are here: its stamp is what
    names their state.
    """
    stamp = course.book / ".made-from"
    if not (course.is_checkout and stamp.is_file() and course.book_is_current()):
        return lambda _name, make: make()
    folder = course.root / "_build" / "pack"
    own = folder / stamp.read_text("utf-8")[:16]
    for other in folder.glob("*"):
        if other != own:
            shutil.rmtree(other, ignore_errors=True)

    def keep(name: str, make: Callable[[], Made]) -> Made:
        path = own / hashlib.sha256(name.encode()).hexdigest()[:32]
        if path.is_file():
            known: Made = pickle.loads(path.read_bytes())
            return known
        made = make()
        copies.write(path, pickle.dumps(made))
        return made

    return keep
