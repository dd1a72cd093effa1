"""What several test modules share: engines, public data, the built book, and a browser."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.engines import MOVES, PROMISED, Move

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_BROWSER = "NO BROWSER: no page was tested. Install Chromium"
NO_DATA = "NO PUBLIC DATA: no real shop was tested. Set ECOKIT_REAL_DATA (CONTRIBUTING.md)"
PAGES = re.compile(r"\bbook: |\bbrowser\b|usefixtures")
OF_EXERCISES = {"tests/test_answers.py", "tests/test_exercises.py", "tests/test_plans.py"}
"""They ask about the same exercises, which are worked out once in a process."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


settings.register_profile("kit", deadline=None)  # a busy machine is no error
# few examples, always the same: whether a mutant is noticed is no luck (benchmarks/mutants.py)
settings.register_profile(
    "mutants", deadline=None, derandomize=True, max_examples=20, database=None
)
settings.load_profile("kit")
os.environ.setdefault("ECOKIT_PROGRESS", "off")  # tests and their kernels leave no trace
os.environ["ECOKIT_SEED"] = "2025"  # and ask the company of the course, wherever they run


@pytest.fixture(params=PROMISED)
def engine(request: pytest.FixtureRequest) -> Move:
    """Return a function that moves a pandas table to one engine that every topic answers."""
    return MOVES[request.param]


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return a function that finds a file of public data.

    Without the folder the tests are skipped, and the summary says so. They fail where
    ``ECOKIT_REAL_DATA`` names a folder, or the folder is there, and the file is not.
    """
    named = os.environ.get("ECOKIT_REAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "real-data"

    def find(name: str) -> Path:
        path = folder / name
        if path.is_file():
            return path
        if named or folder.is_dir():
            pytest.fail(f"There is no {name} in {folder}, the folder of public data.")
        pytest.skip(f"{NO_DATA}. It is no folder: {folder}")

    return find


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one test process in at a time, where the system can lock a file."""
    try:
        import fcntl
    except ImportError:  # Windows: the tests run in one process there
        yield
        return
    path = ROOT / "_build" / f".{name}.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book's pages; it is built first where it is stale."""
    from ecokit.cli.course import Course

    course = Course(ROOT)
    with alone("book"):
        if not course.book_is_current():
            course.build_book()
    return course.book


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A headless Chromium. Without one the tests are skipped, and in CI they fail."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # other tests run beside
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=found, channel=None if found else "chrome", args=FLAGS
            )
        except Exception as error:
            message = f"{NO_BROWSER}. ({error})"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        yield chromium
        chromium.close()


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the tests of a file in one process: they share shops, sessions and browsers.

    Those about exercises share their sheets, too. Each of the many companies of the exercises may
    go anywhere, and the pages of each colour scheme have a browser of their own. (Marks for groups
    do nothing with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _colons, test = nodeid.partition("::")
        many = "with_another_company" in test and "ECOKIT_COMPANIES" in os.environ
        if "for_every_company" in test or many:
            return nodeid
        if file in OF_EXERCISES:
            return "exercises"
        return f"{file} {'dark' * ('[dark' in test)}" if file.endswith("test_pages.py") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Tell which tests must share a process, where tests run side by side."""
    return Together(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only pages are asked for, read no file that names neither the book nor the browser."""
    if config.option.markexpr != "pages" or collection_path.suffix != ".py":
        return None
    return None if PAGES.search(collection_path.read_text("utf-8")) else True


def pytest_sessionstart() -> None:
    """Look for no rubbish while tests are collected: all that is made then stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for rubbish among what is made from now on, not among the tests themselves."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let Python clear up at its end: DuckDB counts what is left."""
    gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever uses book or browser, to run it later."""
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if "browser" in uses:
            item.add_marker("browser")
        if "book" in uses or item.get_closest_marker("browser"):
            item.add_marker("pages")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested for want of a browser or of public data."""
    reasons = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    for warning in (NO_BROWSER, NO_DATA):
        skipped = sum(warning in reason for reason in reasons)
        if skipped:
            terminalreporter.write_sep("!", f"{warning}: {skipped} skipped", red=True)
