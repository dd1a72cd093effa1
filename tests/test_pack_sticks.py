"""Sticks: what they hold for each system, and the script that installs from one offline."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecokit.cli import doctor
from ecokit.errors import CourseError
from ecokit.pack import sticks

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
STICK = ROOT / "ecokit" / "pack" / "stick"
HERE = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform, "")
PYTHON = f"3.{sys.version_info[1]}"


@pytest.mark.skipif(not HERE, reason="no stick is made for this system")
def test_for_this_machine_a_stick_holds_what_the_doctor_asks_for() -> None:
    assert list(sticks.needed(HERE, PYTHON)) == doctor.needed("ecokit")
    wanted = doctor.locked(LOCK)
    about = sticks.environment(HERE, PYTHON, sys.version_info[2])
    lines = sticks.locked(LOCK, doctor.needed("ecokit"), about)
    for line in lines:
        one = Requirement(line.split(" --hash")[0])
        assert next(iter(one.specifier)).version == wanted[one.name]
        assert one.marker is None
    assert {canonicalize_name(Requirement(line.split(" --hash")[0]).name) for line in lines} == {
        *doctor.needed("ecokit")
    }


@pytest.mark.parametrize(
    ("system", "python"), [("windows", "3.11"), ("macos", "3.14"), ("linux", "3.13")]
)
def test_each_system_has_each_package_once_and_with_hashes(system: str, python: str) -> None:
    names = sticks.needed(system, python)
    lines = sticks.locked(LOCK, names, sticks.environment(system, python))
    assert [canonicalize_name(line.split("==")[0]) for line in lines] == sorted(names)
    assert all(" --hash=sha256:" in line for line in lines)


def test_the_learners_list_is_one_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sticks, "PYTHONS", ("3.11",))
    sticks._lay(LOCK, tmp_path / "stick")
    text = (tmp_path / "stick" / "requirements.txt").read_text("utf-8")
    names = {canonicalize_name(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    assert {"numpy", "jupyterlab", "pywinpty", "appnope"} <= names
    assert not {"pyspark", "mypy", "playwright"} & names
    assert "tinycss2" in names  # of bleach[css]: an extra of a package is needed, too
    assert "sys_platform ==" in text  # pip on the learner's machine chooses
    assert (tmp_path / "stick" / "install.py").is_file()
    assert (tmp_path / "stick" / "READ-ME.txt").is_file()


def test_what_lies_there_is_not_fetched_again_and_what_cannot_be_had_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, codes.pop(0), "", "no network at all")

    monkeypatch.setattr(subprocess, "run", run)
    codes = [0, 0]
    sticks.fetch(LOCK, tmp_path, "windows", "3.11")
    assert len(asked) == 2  # one list for Python 3.11.0, and one for the newest 3.11
    assert "--no-index" in asked[0]
    assert "win_amd64" in asked[0]
    codes = [1, 0]
    sticks.fetch(LOCK, tmp_path, "macos", "3.12")
    assert "--no-index" not in asked[-1]
    codes = [1, 1]
    with pytest.raises(CourseError, match=r"for linux and Python 3\.13 cannot be had: no network"):
        sticks.fetch(LOCK, tmp_path, "linux", "3.13")


def test_without_the_packages_for_a_wheel_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(CourseError, match=r"Install them once: python3 install\.py test"):
        sticks.make(tmp_path)


def test_the_script_of_a_stick_says_what_is_wrong_even_to_an_old_python(tmp_path: Path) -> None:
    code = (STICK / "install.py.txt").read_text("utf-8")
    ast.parse(code, feature_version=(3, 7))
    (tmp_path / "install.py").write_text(code, "utf-8")
    for name in ("wheels", "course"):
        (tmp_path / name).mkdir()
    # with nothing on the stick: all but the environment, which takes seconds
    quick = code.replace("venv.create(FOLDER", "(lambda *_a, **_k: None)(FOLDER")
    fails = '[sys.executable, "-c", "raise SystemExit(1)"'
    quick = quick.replace("command = [PYTHON", f"command = {fails}")
    (tmp_path / "quick.py").write_text(quick, "utf-8")
    (tmp_path / "requirements.txt").write_text("numpy==0.0 --hash=sha256:" + "0" * 64)
    done = subprocess.run(
        [sys.executable, tmp_path / "quick.py", tmp_path / "course"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "does the stick hold packages for both? Ask your trainer." in done.stderr
    old = quick.replace("sys.version_info[:2]", "(3, 10)")
    (tmp_path / "old.py").write_text(old, "utf-8")
    done = subprocess.run([sys.executable, tmp_path / "old.py"], capture_output=True, text=True)
    assert "The course needs Python 3.11 to 3.14; this is" in done.stderr
