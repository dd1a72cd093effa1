"""The lock: complete, hashed, without an address, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecokit.cli import doctor

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [
    *PROJECT["dependencies"],
    *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
]
ENTRIES = re.split(r"\n(?=\S)", LOCK.strip())


def test_the_lock_holds_no_address() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*--?(index|extra-index|find-links|i\b|f\b)", LOCK, re.MULTILINE)
    assert not re.search(r"\b[\w-]+\.(org|com|net|io|cn)\b", LOCK)


def test_every_package_has_one_version_and_hashes() -> None:
    for entry in ENTRIES:
        head, *hashes = entry.replace("\\", "").splitlines()
        assert re.match(r"^[a-z0-9-]+==\S+( ;|\s*$)", head), head
        assert hashes, head
        assert all(re.fullmatch(r"\s+--hash=sha256:[0-9a-f]{64}\s*", line) for line in hashes), head


@pytest.mark.parametrize("asked", ASKED)
def test_the_lock_agrees_with_pyproject(asked: str) -> None:
    requirement = Requirement(asked)
    locked = [Requirement(entry.splitlines()[0].rstrip(" \\")) for entry in ENTRIES]
    found = [one for one in locked if one.name == canonicalize_name(requirement.name)]
    assert found, f"{requirement.name} is not locked: run `make lock`"
    for one in found:
        version = next(iter(one.specifier)).version
        assert requirement.specifier.contains(version), f"{one.name} {version}: run `make lock`"


def test_the_lock_reads_as_versions_of_this_machine() -> None:
    found = doctor.locked(ROOT / "requirements.lock")
    assert set(found) >= {
        canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]
    }
