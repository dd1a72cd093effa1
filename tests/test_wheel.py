"""The wheel is the whole course: installed alone it starts, and it holds no answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import uv

from ecokit.cli import copies, wheel
from ecokit.cli.course import FIRST
from tests.conftest import alone
from tests.leaks import leaked

ROOT = Path(__file__).resolve().parents[1]
MASTERS = copies.masters(ROOT / "notebooks")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def built(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with alone("wheel"):
        return wheel.make(tmp_path_factory.mktemp("dist"))


def test_the_wheel_is_for_every_system_and_carries_the_course(built: Path) -> None:
    assert built.name.endswith("-py3-none-any.whl")
    names = set(zipfile.ZipFile(built).namelist())
    course = "ecokit/_course/"
    assert {course + f"notebooks/{name}" for name in MASTERS} <= names
    assert {course + "datasets/datapackage.json", course + "book/index.html"} <= names
    assert not any(name.endswith(".md") and name.startswith(course) for name in names)


def test_the_wheel_holds_no_answer(built: Path, book: Path) -> None:
    """``ecokit/exercises`` computes the answers and so holds them; the trainers' page says that.

    Files of the book that are packed as they stand are read by the same test of the book.
    """
    archive = zipfile.ZipFile(built)
    given = [name for name in archive.namelist() if name.startswith("ecokit/_course/")]
    course = {name: archive.read(name) for name in given}
    pages = {path.read_bytes() for path in book.rglob("*") if path.is_file()}
    others = {name: content for name, content in course.items() if content not in pages}
    assert others
    assert len(others) < len(course)
    assert not leaked(MASTERS.values(), others)


def call_uv(*words: str | Path) -> None:
    subprocess.run([uv.find_uv_bin(), *map(str, words), "--quiet"], check=True)


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A new environment with the wheel and nothing else, and an empty folder."""
    folder = tmp_path_factory.mktemp("machine")
    python = folder / "env" / SCRIPTS / "python"
    call_uv("venv", "--python", sys.executable, folder / "env")
    install = ("pip", "install", "--python", python, "-c", ROOT / "requirements.lock", built)
    try:  # the packages are in uv's cache where `install.py` made the environment
        call_uv(*install, "--offline")
    except subprocess.CalledProcessError:
        call_uv(*install)
    (folder / "empty").mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTER"))}
    return SimpleNamespace(python=python, folder=folder / "empty", environment=environment)


@pytest.fixture(scope="module")
def running(installed: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """`ecokit start` in the empty folder, and the addresses that it prints."""
    command = [installed.python.with_name("ecokit"), "start", "--no-open"]
    with subprocess.Popen(
        command, cwd=installed.folder, env=installed.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        said = ""
        while "Stop" not in said and process.poll() is None:
            said += process.stdout.readline()
        words = said.split()
        yield SimpleNamespace(lab=words[words.index("Notebooks:") + 1], said=said)
        process.kill()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as reply:
        return str(reply.read().decode())


def test_the_installed_course_starts(running: SimpleNamespace, installed: SimpleNamespace) -> None:
    address, token = running.lab.split(f"lab/tree/{FIRST}")
    assert "JupyterLab" in fetch(running.lab)
    assert "<html" in fetch(f"{address}book/index.html{token}")
    for name in MASTERS:
        found = json.loads(fetch(f"{address}api/contents/{name}{token}"))
        assert found["type"] == "notebook"
    assert (installed.folder / "my-course" / FIRST).is_file()


def test_a_notebook_runs_in_the_installed_course(
    running: SimpleNamespace, installed: SimpleNamespace
) -> None:
    code = (
        "import sys, nbformat; from pathlib import Path; from ecokit.cli import masters;"
        "path = Path(sys.argv[1]); masters.execute(nbformat.read(path, 4), path.parent)"
    )
    subprocess.run(
        [installed.python, "-c", code, str(Path("my-course", FIRST))],
        cwd=installed.folder,
        env=installed.environment,
        check=True,
    )
