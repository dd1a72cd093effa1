"""Make a topic in a copy of the checkout and prove all of it: ``make new-topic``.

The topic stands in a chapter of its own, so that its pages are a small book of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ecokit.cli import copies
from tests.leaks import leaked
from tests.run import surroundings

ROOT = Path(__file__).resolve().parents[1]
CHAPTER, TOPIC = "try-out", "first_try"
NOTEBOOK = f"{CHAPTER}/{TOPIC}.ipynb"
# What was built stays behind; .mypy_cache goes along, with which types take a tenth of the time.
LEFT_OUT = shutil.ignore_patterns(".[!m]*", "_build", "build", "dist", "my-course", "trainer")
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]
SHARED = [
    f"tests/test_{name}.py"
    for name in ("exercises", "explore", "layers", "notebooks", "style", "sweep")
]
LAYERS = "tests/test_layers.py::test_"

PARTS = {
    "new": ["-m", "ecokit.cli", "new", CHAPTER, TOPIC, "--title", "First try"],
    "rooms": [*PYTEST, "tests/test_rooms.py"],
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
    "layers": [
        *PYTEST,
        f"{LAYERS}each_layer_imports_only_those_under_it",
        f"{LAYERS}lessons_load_nothing_that_a_browser_lacks",
    ],
    "topic": [*PYTEST, f"tests/test_{TOPIC}.py", f"ecokit/{TOPIC}", f"ecokit/plots/{TOPIC}.py"],
    "shared": [*PYTEST, *SHARED, "-k", f"{TOPIC} or objectives"],
    "nbval": [*PYTEST, *NBVAL, f"notebooks/{NOTEBOOK}"],
    "book": ["-m", "ecokit.cli", "book"],
}
"""What Python is asked for each part, in the copy."""

SMALL_BOOK = {
    "_toc.yml": f"""\
format: jb-book
root: book/{CHAPTER}/index
chapters:
  - file: book/{CHAPTER}/{TOPIC}
    sections:
      - file: notebooks/{CHAPTER}/{TOPIC}
  - file: book/reference/api/{TOPIC}
  - file: book/reference/sources
""",
    "book/reference/sources.md": "# Sources\n",
}
"""The pages of the topic alone: the others have not changed."""


def main() -> int:
    """Make the topic and prove it part by part; return the number of parts that failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        course = Path(name) / "course"
        shutil.copytree(ROOT, course, ignore=LEFT_OUT)
        for part, words in PARTS.items():
            for path, text in SMALL_BOOK.items() if part == "book" else ():
                (course / path).write_text(text, "utf-8")
            failed += run(part, course, words)
        failed += bool(leaks(course))
    print(f"{len(PARTS) + 1 - failed} passed, {failed} failed")
    return failed


def run(part: str, course: Path, words: list[str]) -> bool:
    """Run one part, say how long it took, and return whether it failed."""
    start = time.perf_counter()
    environment = surroundings() | {"PYTHONPATH": str(course)}
    code = subprocess.run([sys.executable, *words], cwd=course, env=environment).returncode
    told = "FAILED" if code else "passed"
    print(f"{part:<9}{time.perf_counter() - start:7.1f} s  {told}", flush=True)
    return code != 0


def leaks(course: Path) -> list[str]:
    """Return the lines of answers that stand in the pages of the new topic."""
    master = copies.masters(course / "notebooks")[NOTEBOOK]
    pages = course / "_build" / "html"
    files = {
        path.relative_to(pages).as_posix(): path.read_text("utf-8")
        for path in pages.rglob("*")
        if path.suffix in {".html", ".js", ".ipynb"}
    }
    found = leaked(master, files) if files else ["there are no pages"]
    print(f"{'leaks':<9}{'':>9}  {'FAILED' if found else 'passed'}", *found, sep="\n  ")
    return found


if __name__ == "__main__":
    sys.exit(main())
