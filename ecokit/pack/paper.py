"""Pages on paper: HTML from a body, and PDF from HTML by the browser that is there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

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
    "src: url({address}) }}</style>"
)
"""It stands first among the fonts of a page: of one that stands behind, Chromium prints boxes for
the first words, which it lays out before the font has come."""
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


def print_pages(
    files: Sequence[File], folder: Path, told: Callable[[File], object] = lambda _file: None
) -> list[str]:
    """Lay a PDF beside each page that is to be printed and has changed since.

    Parameters
    ----------
    files : sequence of File
        All files of the pack, which lie in `folder` already.
    folder : Path
        The pack.
    told : callable
        Is called with each page that is done.

    Returns
    -------
    list of str
        The pages that could not be printed, with the reason.
    """
    program = browser()
    wanted = [file for file in files if file.printed]
    if program is None:
        return [_("there is no Chromium, Chrome or Edge on this machine")] if wanted else []
    record = _record(folder)
    state = {file.path: _state(file, files, folder) for file in wanted}
    todo = [
        file
        for file in wanted
        if record.get(file.path) != state[file.path] or not _pdf(file, folder).is_file()
    ]
    failed = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as side_by_side:
        jobs = [side_by_side.submit(_print, program, file, folder) for file in todo]
        for file, job in zip(todo, jobs, strict=True):
            fault = job.result()
            if fault:
                failed.append(f"{file.path}: {fault}")
                state.pop(file.path)
            told(file)
    copies.write(folder / RECORD, json.dumps(state, indent=1, sort_keys=True).encode())
    return failed


def _record(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _state(file: File, files: Sequence[File], folder: Path) -> str:
    """Return what a PDF hangs on: the page as it lies there, and what lies beside it."""
    place = file.path.rsplit("/", 1)[0]
    found = hashlib.sha256((folder / file.path).read_bytes() + file.query.encode())
    for other in files:
        if not other.printed and other.path.startswith(f"{place}/assets/"):
            found.update(hashlib.sha256(other.content).digest())
    return found.hexdigest()


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
