"""A folder of files that learners handed in: each is read into the ledger, or is a sentence.

Files come from strangers. Of each no more is read than a learner can have, links are not followed,
and a file's name says nothing but where the sentence belongs.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from ecokit import exercises
from ecokit.board.ledger import Ledger
from ecokit.errors import CourseError
from ecokit.exercises import store, wire
from ecokit.exercises.collect import VERSION, WHAT
from ecokit.messages import _

LONGEST = 60  # signs of a file's name in a sentence
FILES = 2_000  # that are looked at in a folder: rooms have 200 people
_SYSTEM = {"thumbs.db", "desktop.ini"}
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe would never end
_BYTES = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class _Read:
    """A file that was read: what is told of it, a digest of what it holds, and if it was taken."""

    sentences: list[str]
    digest: bytes = b""
    taken: bool = False


@dataclass
class Folder:
    """A folder in which files are handed in; read again, it takes what is new or has changed.

    Parameters
    ----------
    place : Path
        The folder.
    """

    place: Path
    _known: dict[tuple[Path, tuple[int, ...]], _Read] = field(default_factory=dict, repr=False)

    def read(self, ledger: Ledger, now: datetime | None = None) -> list[str]:
        """Read all files into a ledger.

        Parameters
        ----------
        ledger : Ledger
            Where the events go.
        now : datetime, optional
            What the board's clock says.

        Returns
        -------
        list of str
            A sentence for each file of which something could not be taken.

        Raises
        ------
        CourseError
            There is no such folder.
        """
        if not self.place.is_dir():
            raise CourseError(_("There is no folder {folder}.").format(folder=self.place))
        arrived = now or store.now()
        found = list(islice(_files(self.place), FILES + 1))
        known: dict[tuple[Path, tuple[int, ...]], _Read] = {}
        for path in found[:FILES]:
            key = path, _state(path)
            one = self._known.get(key)
            # A file may still be on its way, or the ledger held: what was not taken is tried again.
            known[key] = one if one and one.taken else _take(path, ledger, arrived)
        self._known = known
        told = list(self._sentences())
        if len(found) > FILES:
            message = _("There are more than {n:,} files in {folder}; the others are not read.")
            told.append(message.format(n=FILES, folder=self.place))
        return told

    def _sentences(self) -> Iterator[str]:
        first: dict[bytes, str] = {}
        for (path, _state_of_it), one in self._known.items():
            name = _shown(path.relative_to(self.place))
            other = first.setdefault(one.digest, name) if one.digest else name
            if other != name:
                words = _("It is the same as {other}, and counts once.").format(other=other)
                yield f"{name}: {words}"
                continue
            for sentence in one.sentences:
                yield f"{name}: {sentence}"


def read_folder(folder: Path, ledger: Ledger) -> list[str]:
    """Read what was handed in, once; `Folder` reads again and again.

    Raises
    ------
    CourseError
        There is no such folder.
    """
    return Folder(folder).read(ledger)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and below it, in order; no hidden and no system's file."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.casefold() not in _SYSTEM:
                yield Path(place, name)


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does."""
    try:
        found = path.lstat()
    except OSError:  # it was taken away in this moment
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _take(path: Path, ledger: Ledger, arrived: datetime) -> _Read:
    """Read one file into the ledger."""
    try:
        found = content(path)
        told = _whole(found)
        events, sentences = wire.read_all(told.get("events"), exercises.all())
        name, clock = wire.pseudonym(told.get("name")), wire.moment(told.get("clock"))
        ledger.add(wire.mark(told.get("mark")), name, clock, events, arrived)
    except CourseError as sentence:
        return _Read([str(sentence)])
    return _Read(sentences, sha256(found).digest(), taken=True)


def content(path: Path) -> bytes:
    """Return the bytes of a file that strangers may have laid.

    Raises
    ------
    CourseError
        It is a link, no file, too large, or cannot be read.
    """
    if path.is_symlink():
        raise CourseError(_("It is a link, and links are not followed."))
    try:
        handle = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT | _BYTES)
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                raise CourseError(_("It is no file."))
            large = state.st_size > wire.BYTES
            found = b"" if large else file.read(wire.BYTES + 1)
    except OSError as trouble:
        message = _("It cannot be read ({why}).")
        raise CourseError(message.format(why=trouble.strerror)) from None
    if large or len(found) > wire.BYTES:
        message = _("It is too large: at most {n:,} bytes are read.")
        raise CourseError(message.format(n=wire.BYTES))
    return found


def _whole(content: bytes) -> dict[str, Any]:
    """Return what a file holds that `ecokit.exercises.collect` wrote."""
    try:
        told = wire.decoded(content)
    except CourseError:
        if WHAT.encode() in content[:100]:
            raise CourseError(
                _("It is torn: only a part of it is here, or it was changed. Ask for it once more.")
            ) from None
        told = None
    if not isinstance(told, dict) or told.get("what") != WHAT:
        raise CourseError(_("It is no file that ecokit collect makes."))
    if told.get("version") != VERSION:
        raise CourseError(_("It was made by another release of the course."))
    return told


def _shown(path: Path) -> str:
    """Return the name of a file as a sentence may show it."""
    name = "".join(sign if sign.isprintable() else "?" for sign in path.as_posix())
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 4]} ..."
