"""Pages on paper: HTML from a body, and PDF from HTML by the browser that is there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup
from tqdm import tqdm

from ecokit.cli import copies
from ecokit.competitors.sandbox import chinese_font
from ecokit.exercises.card import markup
from ecokit.messages import _
from ecokit.pack.room import File

SIZES = {"a4": "A4", "letter": "Letter"}
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
"""Their names where the system finds programs by name."""
PLACES = (
    ("PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
    ("PROGRAMFILES(X86)", "Google/Chrome/Application/chrome.exe"),
    ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
    ("PROGRAMFILES(X86)", "Microsoft/Edge/Application/msedge.exe"),
    ("PROGRAMFILES", "Microsoft/Edge/Application/msedge.exe"),
    ("", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    ("", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    ("", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
"""Where they lie on Windows and on a Mac."""
PATIENCE = 120  # seconds for one page: a busy machine is slow, a browser that hangs never ends
FACE = (
    '<style>@font-face {{ font-family: "Course Chinese"; unicode-range: U+2E80-FFFF; '
    "src: url({address}) }}</style><script>for (const face of document.fonts) face.load()</script>"
)
"""The script asks for the font at once: of one that comes with the layout Chromium prints boxes,
since it lays a page out for paper before the font has come."""
RECORD = Path(".pack", "printed.json")


def page(path: str, template: str, *, size: str = "a4", **parts: object) -> File:
    """Return a page that is printed, from a template in ``templates/``.

    Parameters
    ----------
    path : str
        Its place in the pack, such as ``1-start-here.html``.
    template : str
        The name of the template, such as ``start-here``; it extends ``paper.html.jinja``.
    size : str
        ``a4`` or ``letter``.
    **parts
        What the template shows. Texts are escaped; what is HTML already is a ``markupsafe.Markup``.
    """
    made = _environment().get_template(f"{template}.html.jinja")
    html = re.sub(
        r"<code>.*?</code>", _unbroken, made.render(size=SIZES[size], **parts), flags=re.S
    )
    face = FACE.format(address=font) if (font := chinese_font(html)) else ""
    return File(path, html.replace("</head>", f"{face}</head>", 1).encode(), printed=True)


def text(template: str, **parts: object) -> str:
    """Return a plain text from a template in ``templates/``, such as ``mail.txt``."""
    return _environment().get_template(f"{template}.jinja").render(**parts)


def _unbroken(code: re.Match[str]) -> str:
    """Keep an option such as ``--folder`` on one line."""
    return re.sub(r"(?<=[ >\n])--[a-z][a-z-]*", r'<span class="one">\g<0></span>', code[0])


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("ecokit.pack"),
        autoescape=lambda name: not str(name).endswith(".txt.jinja"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["written"] = lambda words: Markup(markup(words))
    return made


def browser() -> str | None:
    """Return a browser that prints: Chromium, Chrome or Edge; None where there is none."""
    named = os.environ.get("ECOKIT_BROWSER")
    if named:
        return named if Path(named).is_file() else shutil.which(named)
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    for variable, below in PLACES:
        top = os.environ.get(variable, "") if variable else ""
        if (top or not variable) and Path(top, below).is_file():
            return str(Path(top, below))
    return None


class Press:
    """Prints the pages of a pack side by side, while others are still made.

    Parameters
    ----------
    folder : Path
        The pack. A page that has not changed since it was printed is left as it is.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name, Press(Path(name)) as press:
    ...     press.take(File("log.txt", b"not for paper"))
    >>> press.failed
    []
    """

    def __init__(self, folder: Path) -> None:
        self.failed: list[str] = []
        """The pages that could not be printed, with the reason."""
        self._folder, self._program = folder, browser()
        self._before, self._now = _record(folder), dict[str, str]()
        self._jobs: dict[Future[str], File] = {}
        self._side_by_side = ThreadPoolExecutor(os.cpu_count() or 1)

    def __enter__(self) -> Press:
        return self

    def take(self, file: File) -> None:
        """Lay a PDF beside a page that lies in the folder, unless it is there and as new."""
        if not file.printed:
            return
        if self._program is None:
            self.failed = [_("there is no Chromium, Chrome or Edge on this machine")]
            return
        self._now[file.path] = state = _state(file, self._folder)
        if self._before.get(file.path) == state and _pdf(file, self._folder).is_file():
            return
        job = self._side_by_side.submit(_print, self._program, file, self._folder)
        self._jobs[job] = file

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is not None:
            self._side_by_side.shutdown(cancel_futures=True)
            return
        left = tqdm(total=len(self._jobs), desc=_("Printing"), unit=_("page"), leave=False, delay=1)
        with left as bar, self._side_by_side:
            for job in as_completed(self._jobs):
                if fault := job.result():
                    self.failed.append(f"{self._jobs[job].path}: {fault}")
                    self._now.pop(self._jobs[job].path)
                bar.update()
        if self._now:
            record = json.dumps(self._now, indent=1, sort_keys=True)
            copies.write(self._folder / RECORD, record.encode())


def _record(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _state(file: File, folder: Path) -> str:
    """Return what a PDF hangs on: the page as it lies there."""
    return hashlib.sha256((folder / file.path).read_bytes() + file.query.encode()).hexdigest()


def _pdf(file: File, folder: Path) -> Path:
    return (folder / file.path).with_suffix(".pdf")


def _print(program: str, file: File, folder: Path) -> str:
    """Print one page; return what went wrong, or nothing."""
    target = _pdf(file, folder)
    with tempfile.TemporaryDirectory() as own:  # a profile of its own: a browser may be open
        made = Path(own, "page.pdf")
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-pdf-header-footer",
            "--virtual-time-budget=10000",
            f"--user-data-dir={Path(own, 'profile')}",
            f"--print-to-pdf={made}",
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            (folder / file.path).resolve().as_uri() + file.query,
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if not made.is_file():
            return done.stderr.decode(errors="replace").strip()[-300:] or _("nothing was printed")
        copies.write(target, made.read_bytes())
    return ""
