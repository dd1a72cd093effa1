"""One line changes: which pages of the book run again, and which are read again."""

from __future__ import annotations

import glob
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.small_book import EXTENSION, configure

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    f"book/{name}"
    for name in ("architecture/kpi", "architecture/organisation", "service-center/operations")
]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "_course", "_vendor")
ALL = {f"{kind} {Path(page).name}" for kind in ("page", "twin") for page in PAGES}


@pytest.fixture(scope="module")
def cache() -> ModuleType:
    if str(EXTENSION) not in sys.path:
        sys.path.append(str(EXTENSION))
    return importlib.import_module("ecokit_book.cache")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of what pages are made from, with two small tables as its data."""
    for folder in ("ecokit", "book"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=LEFT_OUT)
    (tmp_path / "datasets").mkdir()
    for name in ("channels.csv", "journey.csv"):
        shutil.copy(ROOT / "datasets" / name, tmp_path / "datasets")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    return tmp_path


def keys(cache: ModuleType, course: Path) -> dict[str, str]:
    """Return the key of what each page runs, and of each twin."""
    ours = cache.Inputs(course)
    found = {}
    for page in PAGES:
        code = cache.code_cells((course / f"{page}.md").read_text("utf-8"))
        topic = Path(page).name
        found[f"page {topic}"] = ours.key(ours.named_by(code))
        found[f"twin {topic}"] = ours.key(ours.twin_modules(topic))
    return found


def only(topic: str) -> set[str]:
    return {f"page {topic}", f"twin {topic}"}


CHANGES: dict[str, tuple[set[str], set[str]]] = {
    # file: what runs again at least, and what does not
    "ecokit/exercises/operations.py": (set(), ALL),
    "ecokit/exercises/objectives.csv": (set(), ALL),
    "ecokit/cli/main.py": (set(), ALL),
    "book/architecture/kpi.md": (set(), ALL),
    "ecokit/operations/weak.py": (only("operations"), ALL - only("operations")),
    "ecokit/organisation/shape.py": (only("organisation"), only("kpi")),
    "ecokit/kpi/scores.py": (only("kpi") | only("operations"), only("organisation")),
    "ecokit/plots/operations.py": (only("operations"), ALL - only("operations")),
    "ecokit/explore/kpi.py": ({"twin kpi"}, ALL - {"twin kpi"}),
    "ecokit/plots/theme.py": (ALL, set()),
    "ecokit/plots/fonts/OFL.txt": (ALL, set()),
    "ecokit/messages.py": (ALL, set()),
    "ecokit/shop/tables.py": (ALL, set()),
    "ecokit/shop/inputs/effects.csv": (ALL, set()),
    "datasets/channels.csv": (ALL, set()),
    "requirements.lock": (ALL, set()),
    "book/_ext/ecokit_book/site.py": (ALL, set()),
}


def test_one_line_runs_what_uses_it_again(cache: ModuleType, course: Path) -> None:
    before = keys(cache, course)
    assert len(set(before.values())) == len(before) == len(ALL)
    for name, (again, kept) in CHANGES.items():
        path = course / name
        old = path.read_bytes()
        path.write_bytes(old + b"\n# One line more\n")
        after = keys(cache, course)
        changed = {one for one in ALL if before[one] != after[one]}
        assert again <= changed, f"{name} changed, and {again - changed} would be stale"
        assert not kept & changed, f"{name} changed, and {kept & changed} would run for nothing"
        path.write_bytes(old)
    assert keys(cache, course) == before


def test_a_page_that_is_no_python_alone_hangs_on_everything(
    cache: ModuleType, course: Path
) -> None:
    ours = cache.Inputs(course)
    assert ours.named_by(["%matplotlib inline"]) == ours.modules.whole("ecokit")


def test_the_folders_of_older_states_go(cache: ModuleType, course: Path) -> None:
    old = cache.Inputs(course).executed("book/architecture/kpi", ["from ecokit import kpi"])
    other = cache.Inputs(course).twin("kpi")
    (course / "ecokit" / "kpi" / "scores.py").write_text("")
    new = cache.Inputs(course).executed("book/architecture/kpi", ["from ecokit import kpi"])
    assert new.is_dir()
    assert not old.exists()
    assert other.is_dir()


MORE = """
nb_execution_mode = "cache"
exclude_patterns = ["book", "ecokit", "datasets", "_build", "out", "jupyter_execute"]
"""
SMALL = {
    "index": "```{toctree}\nrun\nquestion\naims\nprose\n```",
    "run": "from ecokit import organisation\nprint('ran', organisation.mean_span.__name__)",
    "question": "```{exercise} operations-margin\n```",
    "aims": "```{objectives} operations\n```",
    "prose": "Words alone.",
}
CELL = "```{{code-cell}} ipython3\n{}\n```"
HEAD = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
HEAD += "kernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n"


def read_again(course: Path) -> tuple[set[str], set[str]]:
    """Build the small book; return the pages that were read, and those that ran."""
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-v", "--no-color", str(course), str(course / "out")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert not done.returncode, done.stderr
    read = re.findall(r"reading sources\.\.\. \[ *\d+%\] (\w+)", done.stdout)
    ran = re.findall(r"(\w+)\.md: Executing notebook", done.stdout)
    return set(read), set(ran)


def test_a_page_is_read_again_when_what_it_shows_changed(course: Path) -> None:
    configure(course, "index", MORE)
    for name, text in SMALL.items():
        body = HEAD + f"# Run\n\n{CELL.format(text)}" if name == "run" else f"# Title\n\n{text}"
        (course / f"{name}.md").write_text(f"{body}\n", "utf-8")
    assert read_again(course) == (set(SMALL), {"run"})
    assert read_again(course) == (set(), set())
    changes = {
        "ecokit/exercises/operations.py": ({"question"}, set()),
        "ecokit/exercises/objectives.csv": ({"aims", "question"}, set()),
        "ecokit/organisation/shape.py": ({"run"}, {"run"}),
        "prose.md": ({"prose"}, set()),
    }
    for name, (read, ran) in changes.items():
        path = course / name
        path.write_text(path.read_text("utf-8") + "\n# One line more\n", "utf-8")
        assert read_again(course) == (read, ran), name


@pytest.mark.parametrize("name", ["kit [2]", "kit", "a*b?[!c]"])
def test_pages_and_pictures_are_found_whatever_the_folder_is_called(
    cache: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    book = importlib.import_module(f"{cache.__package__}.brackets")
    pictures, pages = book.pictures, book.pages
    monkeypatch.setattr(pictures, "glob", glob.glob)
    monkeypatch.setattr(pages, "glob", glob)
    folder = tmp_path / name
    (folder / "more").mkdir(parents=True)
    files = [folder / "picture.png", folder / "page.md", folder / "more" / "page.md"]
    for file in files:
        file.touch()
    book.setup(None)
    assert pictures.glob(f"{folder}/picture.*") == [str(files[0])]
    found = pages.glob.iglob(str(folder / "**" / "*.md"), recursive=True)
    assert sorted(found) == sorted(map(str, files[1:]))
