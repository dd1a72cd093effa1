"""``ecokit trainer sticks``: the course and its packages on a stick, for rooms without a network.

The stick holds the wheel of the course, which carries notebooks, tables and the built book, and
the packages that it needs for each system and Python that is asked for, all of the lock and with
its hashes. ``install.py`` on the stick installs from it and asks no network.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tqdm import tqdm

from ecokit.cli import copies, doctor, wheel
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.messages import _

_POSIX = {"os_name": "posix"}
SYSTEMS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "windows": (
        ("win_amd64",),
        {
            "os_name": "nt",
            "sys_platform": "win32",
            "platform_system": "Windows",
            "platform_machine": "AMD64",
        },
    ),
    "macos": (
        ("macosx_12_0_arm64", "macosx_14_0_arm64"),  # the older where there is one
        _POSIX
        | {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    ),
    "linux": (
        (*(f"manylinux_2_{n}_x86_64" for n in range(28, 4, -1)), "manylinux2014_x86_64"),
        _POSIX
        | {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    ),
}
"""For each system the wheels that it takes, and how it describes itself in a lock."""
PYTHONS = tuple(f"3.{minor}" for minor in range(doctor.OLDEST[1], doctor.NEWEST[1] + 1))
USUAL = ("3.13",)
LATEST = 99  # third number of a Python that is as new as can be


def make(out: Path, systems: Sequence[str] = (), pythons: Sequence[str] = USUAL) -> None:
    """Fill a folder, such as the top of a stick; what lies there already is not fetched again.

    Parameters
    ----------
    out : Path
        The stick.
    systems : sequence of str
        Some of `SYSTEMS`; all when left out.
    pythons : sequence of str
        Some of `PYTHONS`.

    Raises
    ------
    CourseError
        This is no checkout, the wheel cannot be built, or a package cannot be had.
    """
    course = Course.found()
    course.need_checkout("ecokit trainer sticks")
    if not importlib.util.find_spec("build"):
        sentence = _("The wheel needs more packages. Install them once: {command}")
        raise CourseError(sentence.format(command="python3 install.py test"))
    _lay(course.lock, out)
    targets = [(system, python) for system in systems or SYSTEMS for python in pythons]
    with tqdm(targets, unit=_("system"), leave=False) as bar:
        for system, python in bar:
            bar.set_description(f"{system}, Python {python}")
            fetch(course.lock, out / "wheels", system, python)
    print(_("The wheel of the course is built; with the book that may take minutes."), flush=True)
    for old in (out / "wheels").glob("ecokit-*.whl"):
        old.unlink()
    wheel.make((out / "wheels").absolute())
    size = sum(path.stat().st_size for path in (out / "wheels").iterdir()) / 1e6
    print(_("The stick holds {size:.0f} MB: {out}").format(size=size, out=out))
    print(_("Copy all of it to the second stick. How to install stands in READ-ME.txt."))


def _lay(lock: Path, out: Path) -> None:
    """Write what stands on the stick beside the wheels."""
    names = {name for system in SYSTEMS for python in PYTHONS for name in needed(system, python)}
    pieces = [
        piece
        for piece in _pieces(lock)
        if canonicalize_name(Requirement(_head(piece)).name) in names
    ]
    top = resources.files(__package__).joinpath("stick")
    try:
        (out / "wheels").mkdir(parents=True, exist_ok=True)
        copies.write(out / "requirements.txt", ("\n".join(pieces) + "\n").encode())
        for name in ("install.py", "READ-ME.txt"):
            copies.write(out / name, top.joinpath(f"{name}.txt").read_bytes())
    except OSError as error:
        sentence = _("{out} cannot be written ({why}).")
        raise CourseError(sentence.format(out=out, why=error.strerror)) from error


def environment(system: str, python: str, patch: int = 0) -> dict[str, str]:
    """Return how a machine describes itself, as the markers of a lock ask.

    Examples
    --------
    >>> environment("windows", "3.13")["python_full_version"]
    '3.13.0'
    """
    about = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    versions = {"python_version": python, "python_full_version": f"{python}.{patch}"}
    return about | versions | SYSTEMS[system][1]


@cache
def needed(system: str, python: str) -> tuple[str, ...]:
    """Return the packages that a learner needs on another system.

    Examples
    --------
    >>> "pywinpty" in needed("windows", "3.13"), "pywinpty" in needed("linux", "3.13")
    (True, False)
    """
    return tuple(doctor.needed("ecokit", environment(system, python)))


def locked(lock: Path, names: Iterable[str], about: Mapping[str, str]) -> list[str]:
    """Return the lines of the lock for a machine: version and hashes of each package.

    Parameters
    ----------
    lock : Path
        The lock.
    names : iterable of str
        The packages.
    about : mapping of str to str
        The machine, as `environment` gives it.
    """
    wanted, found = {canonicalize_name(name) for name in names}, []
    for piece in _pieces(lock):
        one = Requirement(_head(piece))
        fits = one.marker is None or one.marker.evaluate(dict(about))
        if canonicalize_name(one.name) in wanted and fits:
            hashes = re.findall(r"--hash=\S+", piece)
            found.append(" ".join([f"{one.name}{one.specifier}", *hashes]))
    return found


def _pieces(lock: Path) -> list[str]:
    """Return the lock in pieces, one a package: its line and those of its hashes."""
    return re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())


def _head(piece: str) -> str:
    return piece.splitlines()[0].rstrip(" \\")


def fetch(lock: Path, folder: Path, system: str, python: str) -> None:
    """Fetch the packages of one system and Python into a folder, by pip and with hashes.

    Raises
    ------
    CourseError
        A package cannot be had; pip's own words stand in the sentence.
    """
    names = needed(system, python)
    found = (locked(lock, names, environment(system, python, patch)) for patch in (0, LATEST))
    for lines in dict.fromkeys(map(tuple, found)):  # some packages ask for a newer 3.11
        why = _download(lines, folder, system, python)
        if why:
            sentence = _("The packages for {system} and Python {python} cannot be had: {why}")
            raise CourseError(sentence.format(system=system, python=python, why=why))


def _download(lines: Sequence[str], folder: Path, system: str, python: str) -> str:
    """Let pip fetch what is not there yet; return what it says where it cannot."""
    with tempfile.TemporaryDirectory() as own:
        listed = Path(own, "requirements.txt")
        listed.write_text("\n".join(lines), "utf-8")
        platforms = [word for one in SYSTEMS[system][0] for word in ("--platform", one)]
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"),
            *("--dest", str(folder), "--implementation", "cp", "--python-version", python),
            *(*platforms, "--requirement", str(listed)),
        ]
        offline = ["--no-index", "--find-links", str(folder)]  # where all lies there already
        for more in (offline, []):
            done = subprocess.run([*command, *more], capture_output=True, text=True)
            if not done.returncode:
                return ""
    return done.stderr.strip()[-400:]
