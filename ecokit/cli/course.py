"""Where the course lies: beside the code in a checkout, inside the package in a wheel."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.company import BUNDLED, VARIABLE
from ecokit.shop.paths import course_root
from ecokit.topics import topics

FIRST = topics()[0].notebook
"""The notebook that opens first."""

_BOOK_INPUTS = (
    "_config.yml",
    "_toc.yml",
    "requirements.lock",
    "book",
    "datasets",
    "ecokit",
    "notebooks",
)
_STAMP = ".made-from"
_BUILD = "from ecokit.cli.course import _build; _build({calm}, {lock!r})"
_COLOURS = re.compile(r"\x1b\[[\d;]*m")  # Sphinx paints its log, whoever reads it


@dataclass(frozen=True)
class Course:
    """The parts of the course: master or learner notebooks, the built book, the lock.

    Parameters
    ----------
    root
        The folder that holds them.
    """

    root: Path

    @classmethod
    def found(cls) -> Course:
        """Return the course that this ecokit belongs to."""
        return cls(course_root())

    @property
    def is_checkout(self) -> bool:
        """Whether the sources of the book and the masters are here."""
        return (self.root / "_config.yml").is_file()

    @property
    def notebooks(self) -> Path:
        """The masters in a checkout, the learner's copies in a wheel."""
        return self.root / "notebooks"

    @property
    def book(self) -> Path:
        """The built book."""
        return self.root / "_build" / "html" if self.is_checkout else self.root / "book"

    @property
    def lock(self) -> Path:
        """The exact versions the course was tested with."""
        return self.root / "requirements.lock"

    def need_checkout(self, what: str) -> None:
        """Raise `CourseError` where the sources are not at hand."""
        if not self.is_checkout:
            raise CourseError(
                _("{what} needs the sources of the course; this is an installed copy.").format(
                    what=what
                )
            )

    def learner_files(self) -> dict[str, bytes]:
        """Return what goes into a learner's folder, content by path.

        Raises
        ------
        CourseError
            A master has a fault, or this copy of ecokit carries no notebooks.
        """
        if self.is_checkout:
            masters = copies.masters(self.notebooks)
            return {name: copies.to_bytes(copies.learner(nb, name)) for name, nb in masters.items()}
        files = {
            path.relative_to(self.notebooks).as_posix(): path.read_bytes()
            for path in sorted(self.notebooks.rglob("*.ipynb"))
        }
        if not files:
            raise CourseError(
                _("This copy of ecokit carries no notebooks. Install the wheel of the course.")
            )
        return files

    def trainer_files(self) -> dict[str, bytes]:
        """Return the notebooks of the trainer's edition, content by path."""
        self.need_checkout("ecokit trainer")
        masters = copies.masters(self.notebooks)
        return {name: copies.to_bytes(copies.trainer(nb, name)) for name, nb in masters.items()}

    def book_is_current(self) -> bool:
        """Whether the built book was made from the files that are here now."""
        stamp = self.book / _STAMP
        return not self.is_checkout or (
            stamp.is_file() and stamp.read_text() == self._fingerprint()
        )

    def build_book(
        self,
        *,
        edition: str = "learner",
        output: Path | None = None,
        calm: bool = False,
        told: Callable[[subprocess.Popen[str], str], object] = lambda _process, _line: None,
    ) -> Path:
        """Build the book with Jupyter Book; every warning is an error.

        Parameters
        ----------
        edition
            ``learner``, or ``trainer`` for the book that shows the answers.
        output
            The folder for the build; the checkout itself by default.
        calm
            Whether to give way to all else that this machine does.
        told
            Is called with the process and each line of its log.

        Returns
        -------
        Path
            The folder of the pages.

        Raises
        ------
        CourseError
            The build failed; the last lines of its log are in the sentence.
        """
        self.need_checkout("ecokit book")
        made_from = self._fingerprint()
        output = output or self.root
        # What went wrong in an earlier build is no page.
        shutil.rmtree(output / "_build" / "html" / "reports", ignore_errors=True)
        code = _BUILD.format(calm=calm, lock=str(output / "_build" / "building.lock"))
        contents = str(self._contents(edition, output))
        command = [sys.executable, "-c", code, "build", ".", "-W", "-n", "--toc", contents]
        log = []
        with subprocess.Popen(
            [*command, "--keep-going", "--path-output", str(output)],
            cwd=self.root,
            env=os.environ
            | {"ECOKIT_EDITION": edition, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
            | {VARIABLE: str(BUNDLED)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) if calm else 0,
        ) as process:
            for painted in process.stdout or ():
                line = _COLOURS.sub("", painted)
                log.append(line)
                told(process, line)
        if process.returncode:
            # Sphinx does not read a page again whose warning it has given once.
            shutil.rmtree(output / "_build" / ".doctrees", ignore_errors=True)
            raise CourseError(_("The book could not be built.") + "\n" + _tail(log))
        html = output / "_build" / "html"
        copies.write(html / _STAMP, made_from.encode())
        return html

    def _contents(self, edition: str, output: Path) -> Path:
        """Return the contents of an edition: a trainer's book has pages that no learner's has.

        Sphinx builds only what the contents list, so that page, search and wheel of a learner hold
        nothing of them.
        """
        listed, more = self.root / "_toc.yml", self.root / "book" / "trainers" / "_toc.yml"
        if edition != "trainer" or not more.is_file():
            return listed
        path = output / "_build" / "trainer-toc.yml"
        text = listed.read_text("utf-8").rstrip("\n") + "\n" + more.read_text("utf-8")
        copies.write(path, text.encode())
        return path

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for top in map(self.root.joinpath, _BOOK_INPUTS):
            for path in [top] if top.is_file() else sorted(top.rglob("*")):
                if path.is_file() and path.suffix not in {".pyc", ".pyo"}:
                    digest.update(path.relative_to(self.root).as_posix().encode() + b"\0")
                    digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def _build(calm: bool, lock: str) -> None:
    """Build the book in this process, whose words are those of Jupyter Book.

    A build whose start was killed goes on by itself: the next one waits until it has ended, and
    takes what it made.
    """
    import filelock
    from jupyter_book.cli.main import main  # type: ignore[import-untyped]

    if calm and hasattr(os, "nice"):
        os.nice(10)
    Path(lock).parent.mkdir(parents=True, exist_ok=True)
    turn = filelock.FileLock(lock)
    with suppress(OSError, NotImplementedError):  # where there are no locks, nobody waits
        turn.acquire()
    main()


def _tail(log: list[str], lines: int = 25) -> str:
    """Return the faults that a log names, causes before what follows from them, or its end.

    >>> _tail(["a.md: WARNING: No key 'x' found in glue data", "a.md: WARNING: A cell failed"], 1)
    'a.md: WARNING: A cell failed'
    """
    found = [line.rstrip() for line in log if line.strip()]
    faults = [line for line in found if re.search(r"WARNING:|ERROR:|[eE]rror:", line)]
    # a page whose code fails lacks every number that was to come
    faults.sort(key=lambda line: bool(re.search(r"No key .* found in glue data", line)))
    return "\n".join(faults[:lines] or found[-lines:])
