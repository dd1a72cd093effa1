"""What this process shows: the book, built beside the lessons, and whether a browser came."""

from __future__ import annotations

import re
import subprocess
import threading
from html import escape

from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.messages import _

_PART = re.compile(r"^(reading sources|writing output)\.\.\..*\[ *(\d+)%\]")
_PARTS = {"reading sources": (0.0, 0.85), "writing output": (0.85, 1.0)}

_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{again}
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto;
padding: 0 1rem }} progress {{ width: 100% }} pre {{ white-space: pre-wrap }}</style>
</head><body><main><h1>{title}</h1>{content}</main></body></html>
"""


class Building(threading.Thread):
    """A book that is being built at low priority.

    Parameters
    ----------
    course
        The course whose book it is.

    Attributes
    ----------
    share : float
        How much of it is done, 0 to 1.
    fault : str
        Why it could not be built; '' otherwise.
    """

    def __init__(self, course: Course) -> None:
        super().__init__(daemon=True)
        self.course = course
        self.share = 0.0
        self.fault = ""
        self.stands = False
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def run(self) -> None:
        """Build it, and say in the terminal what came of it."""
        try:
            self.course.build_book(calm=True, told=self._note)
        except (CourseError, OSError) as error:
            self.fault = str(error)
            if not self._stopped:
                print(_("The lessons go on without the book."), self.fault, flush=True)
        else:
            self.stands = True
            print(_("The book is ready."), flush=True)

    def stop(self) -> None:
        """End it; the next start goes on with what was kept."""
        self._stopped = True
        if self._process:
            self._process.terminate()

    def page(self) -> str:
        """Return a page that says how far it is, and asks again until it stands."""
        if self.fault:
            words = _(
                "The lessons do not need it: go on in JupyterLab. To try once more, stop the "
                "course with Ctrl-C and start it again. If the book fails again, send your "
                "trainer what stands here:"
            )
            content = f"<p>{words}</p><pre>{escape(self.fault)}</pre>"
            return _PAGE.format(title=_("There is no book"), again="", content=content)
        share = _("{share:.0f} % is done. The first time takes some minutes.").format(
            share=100 * self.share
        )
        words = _(
            "The lessons do not need it: go on in JupyterLab. As soon as the book is ready, it "
            "opens here by itself."
        )
        content = (
            f'<p><progress value="{self.share:.2f}" aria-label="{_("How far it is")}"></progress> '
            f"{share}</p><p>{words}</p>"
        )
        again = '<meta http-equiv="refresh" content="3">'
        return _PAGE.format(title=_("The book is being built"), again=again, content=content)

    def _note(self, process: subprocess.Popen[str], line: str) -> None:
        self._process = process
        self.share = max(self.share, done(line))


def done(line: str) -> float:
    """Return how much of the book is done by a line of its log, 0 to 1.

    >>> done("reading sources... [ 50%] book/glossary"), done("Running Jupyter-Book")
    (0.425, 0.0)
    """
    found = _PART.match(line)
    if not found:
        return 0.0
    begins, ends = _PARTS[found[1]]
    return begins + (ends - begins) * int(found[2]) / 100


current: Building | None = None
"""What this process builds: set by ``ecokit start``, shown by the server beside it."""

shown = threading.Event()
"""Set when a browser has opened JupyterLab."""
