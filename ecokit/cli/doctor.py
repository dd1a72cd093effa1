"""``ecokit doctor`` says whether this machine is ready for the course, and what helps if not.

Each check gives a line with its remedy. All results together make a readiness code of eight
signs, short enough to be read aloud, that a trainer collects before the day and reads
with ``ecokit doctor --read CODE``, or all of them with ``ecokit doctor --read FILE``.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import tempfile
import webbrowser
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.messages import _

GOOD, WARNING, BAD = range(3)
MARKS = {GOOD: "ok  ", WARNING: "note", BAD: "FAIL"}
OLDEST, NEWEST = (3, 11), (3, 14)
DISK = 1.0
"""Gigabytes that the course, its figures and a learner's work need at most."""

SYSTEMS = ("Linux", "Darwin", "Windows", "other")
INSTALL_FONT = {
    "Linux": _("Install Noto Sans CJK: the package fonts-noto-cjk or google-noto-sans-cjk-fonts."),
    "Darwin": _("Install Noto Sans SC, or bring back PingFang SC of the system in Font Book."),
    "Windows": _(
        "Install Microsoft YaHei: Settings, Apps, Optional features, Chinese (Simplified)."
    ),
    "other": _("Install the font Noto Sans CJK SC or Noto Sans SC."),
}
"""Where names of products hold other Chinese characters than the course's, a font draws them."""

REMEDIES = {
    ("Python", BAD): _("Install Python 3.11 to 3.14 and make the environment anew."),
    ("packages", WARNING): _("Tested with other versions; install again where something fails."),
    ("packages", BAD): _("Install the course again."),
    ("kernel", BAD): _(
        "Check that a security program lets Python open connections on this machine."
    ),
    ("fonts", BAD): _("Install the course again."),
    ("disk", BAD): _("Free {need:.0f} GB or choose --folder.").format(need=DISK),
    ("writing", BAD): _("Choose a folder of your own with --folder."),
    ("browser", WARNING): _(
        "Copy the printed address into a browser: Chrome, Edge, Firefox or Safari."
    ),
}
"""What helps, where no more is known than the code; for fonts it hangs on the system."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_SALT = b"ecokit-1"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    state
        ``GOOD``, ``WARNING`` (the course works, something is less nice) or ``BAD``.
    text
        What was found.
    remedy
        What to do about it; empty when all is well.
    """

    state: int
    text: str
    remedy: str = ""


def python(folder: Path) -> Finding:
    """Ask for a Python that the course was tested with."""
    text = platform.python_version()
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return Finding(GOOD, text)
    return Finding(BAD, text, REMEDIES["Python", BAD])


def packages(folder: Path) -> Finding:
    """Compare what is installed with the lock: each package of the course, its version."""
    wanted = locked(Course.found().lock)
    missing, other = [], []
    for name in needed("ecokit"):
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if wanted.get(name, installed) != installed:
            other.append(f"{name} {installed} ({wanted[name]})")
    if missing:
        remedy = _("Install the course again; missing: {names}.").format(names=", ".join(missing))
        return Finding(BAD, _("{n} packages are missing").format(n=len(missing)), remedy)
    if other:
        remedy = _("Tested with other versions: {names}.").format(names=", ".join(other))
        return Finding(WARNING, _("{n} differ from the lock").format(n=len(other)), remedy)
    return Finding(GOOD, _("as locked"))


def locked(lock: Path) -> dict[str, str]:
    """Return the version of each package that the lock names for this machine."""
    from packaging.requirements import Requirement

    found = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip(" \\"))
            if requirement.marker is None or requirement.marker.evaluate():
                found[requirement.name] = next(iter(requirement.specifier)).version
    return found


def needed(name: str, about: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return every package that one needs, directly or through others.

    Parameters
    ----------
    name
        Such as ``"ecokit"``.
    about
        Another machine, as the markers of packages ask; this one when left out. What only that
        one needs is in the list, not what it needs in turn.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, None] = {}
    todo, seen = [(name, "")], set()
    while todo:
        package, extra = one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        try:
            lines = metadata.requires(package) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or marker.evaluate({**about, "extra": extra}):
                new = canonicalize_name(requirement.name)
                found[new] = None
                todo += [(new, more) for more in ("", *requirement.extras)]
    found.pop(name, None)
    return list(found)


def kernel(folder: Path) -> Finding:
    """Start a kernel, let it import ecokit, and stop it."""
    from jupyter_client.manager import start_new_kernel

    remedy = REMEDIES["kernel", BAD]
    try:
        manager, client = start_new_kernel(
            startup_timeout=60, kernel_name="python3", stderr=subprocess.DEVNULL
        )
    except Exception as error:  # whatever keeps a kernel from starting is the finding
        return Finding(BAD, _("no kernel starts ({why})").format(why=type(error).__name__), remedy)
    try:
        reply = client.execute_interactive("import ecokit", timeout=60, output_hook=lambda _: None)
        why = reply["content"].get("evalue", "")
    except TimeoutError:
        why = _("no answer in 60 s")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if why:
        return Finding(BAD, why, REMEDIES["packages", BAD])
    return Finding(GOOD, _("starts and finds ecokit"))


def fonts(folder: Path) -> Finding:
    """Ask whether a Chinese character can be drawn in a figure."""
    from matplotlib import font_manager

    from ecokit.plots import glyphs, theme

    theme.use()
    try:
        path = font_manager.findfont(theme.CJK_FONT, fallback_to_default=False)
        drawn = font_manager.get_font(path).get_char_index(ord("电")) > 0
    except (ValueError, OSError, RuntimeError):
        drawn = False
    if drawn and not glyphs.system_fonts():
        text = _("the course's Chinese characters can be drawn, not those of your own products")
        return Finding(WARNING, text, INSTALL_FONT.get(_system(), INSTALL_FONT["other"]))
    if drawn:
        return Finding(GOOD, _("Chinese characters can be drawn"))
    return Finding(BAD, _("the course's font is missing"), REMEDIES["fonts", BAD])


def disk(folder: Path) -> Finding:
    """Ask for room on the disk of the learner's folder."""
    free = shutil.disk_usage(_nearest(folder)).free / 1e9
    text = _("{free:.0f} GB free").format(free=free)
    if free >= DISK:
        return Finding(GOOD, text)
    return Finding(BAD, text, REMEDIES["disk", BAD])


def writing(folder: Path) -> Finding:
    """Write, rename and remove a file where the learner's folder is or will be."""
    place = _nearest(folder)
    try:
        with tempfile.TemporaryDirectory(dir=place) as name:
            file = Path(name, "try")
            file.write_bytes(b"")
            file.replace(Path(name, "again"))
    except OSError as error:
        return Finding(BAD, f"{place}: {error.strerror}", REMEDIES["writing", BAD])
    return Finding(GOOD, str(folder))


def _nearest(folder: Path) -> Path:
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def browser(folder: Path) -> Finding:
    """Look for a browser with windows; one that runs in the terminal does not count."""
    try:
        name = getattr(webbrowser.get(), "name", "default")
    except webbrowser.Error:
        name = ""
    if re.search(r"^$|lynx|links|w3m|www-browser|elinks", str(name)):
        return Finding(WARNING, _("none with a window"), REMEDIES["browser", WARNING])
    return Finding(GOOD, Path(str(name)).name)


CHECKS: dict[str, Callable[[Path], Finding]] = {
    "Python": python,
    "packages": packages,
    "kernel": kernel,
    "fonts": fonts,
    "disk": disk,
    "writing": writing,
    "browser": browser,
}


def examine(folder: Path) -> int:
    """Run every check, print a line each and the code.

    Parameters
    ----------
    folder
        The learner's folder, there or not.

    Returns
    -------
    int
        0 when the course can start, 1 when a check failed.
    """
    states = []
    for name, check in CHECKS.items():
        finding = check(folder)
        states.append(finding.state)
        print(f"{MARKS[finding.state]}  {name:<9} {finding.text}")
        if finding.remedy:
            print(f"      {'':<9} -> {finding.remedy}")
    print(_("Readiness code: {code}").format(code=encode(states, sys.version_info[1], _system())))
    return int(BAD in states)


def _system() -> str:
    return platform.system() if platform.system() in SYSTEMS else SYSTEMS[-1]


def encode(states: list[int], minor: int, system: str) -> str:
    """Write the results as a code: four signs of content, four of checksum.

    Parameters
    ----------
    states
        The state of each check, in the order of `CHECKS`.
    minor
        The second number of the Python version, such as 13.
    system
        One of `SYSTEMS`.

    Examples
    --------
    >>> encode([0, 0, 0, 0, 0, 0, 1], 13, "Linux")
    '0VRG-FS7T'
    """
    number = SYSTEMS.index(system) << 5 | min(minor, 31)
    for state in states:
        number = number * 3 + state
    content = _signs(number)
    return f"{content}-{_signs(_checksum(content))}"


def decode(code: str) -> tuple[dict[str, int], int, str]:
    """Read a code: the state of each check, the minor version of Python, the system.

    Raises
    ------
    CourseError
        The code is not one, or a sign of it is wrong.

    Examples
    --------
    >>> states, minor, system = decode(encode([0, 0, 0, 0, 0, 0, 1], 13, "Linux"))
    >>> states["browser"], minor, system
    (1, 13, 'Linux')
    >>> decode("0000-0000")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 0000-0000 is no readiness code; ask for it once more.
    """
    plain = re.sub(r"[\s-]", "", code.upper()).translate(str.maketrans("ILO", "110"))
    content, check = plain[:4], plain[4:]
    if not re.fullmatch(f"[{_DIGITS}]{{8}}", plain) or check != _signs(_checksum(content)):
        raise CourseError(_("{code} is no readiness code; ask for it once more.").format(code=code))
    number, states = _number(content), []
    for _name in CHECKS:
        number, state = divmod(number, 3)
        states.append(state)
    return dict(zip(CHECKS, reversed(states), strict=True)), number & 31, SYSTEMS[number >> 5]


def explain(code: str) -> int:
    """Print what a code says; return 1 when the machine is not ready."""
    states, minor, system = decode(code)
    print(f"{system}, Python 3.{minor}")
    good = (f"{MARKS[GOOD]}  {name}" for name, state in states.items() if state == GOOD)
    print("\n".join([*good, *lines(states, system)]))
    return int(BAD in states.values())


def lines(states: Mapping[str, int], system: str) -> list[str]:
    """Return a line for each check that is not good: what it is, and what helps.

    Examples
    --------
    >>> lines({"disk": BAD, "kernel": GOOD}, "Linux")
    ['FAIL  disk      Free 1 GB or choose --folder.']
    """
    found = []
    for name, state in sorted(states.items(), key=lambda one: -one[1]):
        if state != GOOD:
            own = [told for (check, _state), told in REMEDIES.items() if check == name]
            known = INSTALL_FONT[system] if name == "fonts" else own[0]
            remedy = REMEDIES.get((name, state), known)
            found.append(f"{MARKS[state]}  {name:<9} {remedy}")
    return found


def _signs(number: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in (15, 10, 5, 0))


def _number(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number << 5 | _DIGITS.index(sign)
    return number


def _checksum(content: str) -> int:
    return zlib.crc32(_SALT + content.encode()) & 0xFFFFF
