"""Make the environment of the course in ``.venv``, with nothing but Python on any system.

    python3 install.py              what a learner needs
    python3 install.py test engines   what the tests need besides

Versions and hashes of all packages come from ``requirements.lock``. A second call does
nothing until the lock or ``pyproject.toml`` changes. Old Pythons can read this file, to say
which one is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
STAMP = ENVIRONMENT / "ecokit-installed"
VERSIONS = [(3, minor) for minor in (13, 12, 14, 11)]


def main():
    """Make or complete the environment."""
    if sys.version_info[:2] not in VERSIONS:
        sys.exit(again_with_a_newer_python())
    extras = sorted({"book", "own", *sys.argv[1:], *installed_extras()})
    state = "{}\n{}\n".format(fingerprint(), " ".join(extras))
    if STAMP.exists() and STAMP.read_text() == state:
        return
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    if not runs(python):
        say("Making the environment in .venv ...")
        make_environment()
    say("Installing the packages of the lock. The first time this downloads 150 MB or more ...")
    uv = ENVIRONMENT / "uv.txt"
    uv.write_text(locked("uv"))
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", uv])
    run(
        [
            *(BIN / "uv", "pip", "install", "--quiet", "--python", python),
            *("--constraints", LOCK, "--build-constraints", LOCK),
            *("--editable", "{}[{}]".format(ROOT, ",".join(extras))),
        ],
        env={**package_index(python), **os.environ},
    )
    STAMP.write_text(state)


def again_with_a_newer_python():
    """Hand over to a Python that the course knows, or say that there is none."""
    for version in VERSIONS:
        other = shutil.which("python{}.{}".format(*version))
        if other and runs(other):
            return subprocess.call([other, *sys.argv])
    return "The course needs Python 3.11, 3.12, 3.13 or 3.14; this is {}.{}.".format(
        *sys.version_info[:2]
    )


def runs(python):
    """Whether this Python is there and starts."""
    try:
        return subprocess.call([str(python), "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_environment():
    """Make the virtual environment, or say what the system lacks."""
    try:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
    except (Exception, SystemExit):
        sys.exit(
            "Python could not make a virtual environment. On Debian and Ubuntu install it with:\n"
            "    sudo apt-get install python3-venv"
        )


def locked(name):
    """Return the lines of one package in the lock: its version and its hashes."""
    lines = LOCK.read_text().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(name + "=="))
    last = next(i for i in range(first, len(lines)) if not lines[i].rstrip().endswith("\\"))
    return "".join(lines[first : last + 1])


def package_index(python):
    """Tell uv which package index pip is configured to use here, as in many companies."""
    asked = subprocess.run(
        [str(python), "-m", "pip", "config", "get", "global.index-url"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    index = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": index, "UV_SYSTEM_CERTS": "1"} if index else {}


def installed_extras():
    """Return the extras that an earlier call installed: they stay."""
    return STAMP.read_text().splitlines()[1].split() if STAMP.exists() else []


def fingerprint():
    """Return a hash of all that decides what is installed."""
    files = [LOCK, ROOT / "pyproject.toml"]
    content = b"".join(path.read_bytes() for path in files) + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()


def run(command, **options):
    """Run a command; leave with its exit code when it fails."""
    code = subprocess.call([str(word) for word in command], **options)
    if code:
        sys.exit(code)


def say(sentence):
    """Print at once."""
    print(sentence, flush=True)


if __name__ == "__main__":
    main()
