"""Make the environment of the course in ``.venv``, with nothing but Python on any system.

    python3 install.py              what a learner needs
    python3 install.py test engines   what the tests need besides

Versions and hashes of all packages come from ``requirements.lock``. A second call does
nothing until the lock or ``pyproject.toml`` changes. A call that is stopped at any moment can be
repeated: an environment that was begun and not finished is made anew. Old Pythons can read this
file, to say which one is needed.
"""

import sys

STOPPED = "\nStopped. Run the same command again: it begins where it has to."
try:  # Ctrl-C may come as early as this
    import contextlib
    import errno
    import hashlib
    import os
    import shutil
    import subprocess
    import time
    import venv
    from pathlib import Path
except KeyboardInterrupt:
    sys.exit(STOPPED)

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "ecokit-installed"  # there only while the environment is whole
BUSY = ROOT / ".venv-busy"  # locked while one call installs
ROOM = 1_500_000_000  # bytes that the packages take, and what is fetched for them
AGAIN = "Then run the same command again."
VERSIONS = [(3, minor) for minor in (13, 12, 14, 11)]


def main():
    """Make or complete the environment."""
    if sys.version_info[:2] not in VERSIONS:
        sys.exit(again_with_a_newer_python())
    extras = sorted({"book", "own", *sys.argv[1:], *(["board"] if "test" in sys.argv else [])})
    if is_whole(extras):
        return
    with alone():
        if not is_whole(extras):
            install(sorted({*extras, *installed()}))


def is_whole(extras):
    """Whether the environment holds what the lock says, with these extras and perhaps more."""
    return installed(fingerprint()) >= set(extras) and runs(PYTHON)


def install(extras):
    """Make the environment if it was never whole, and install what the lock says."""
    if not STAMP.exists() or not runs(PYTHON, "import pip"):
        say("Making the environment in .venv ...")
        make_environment()
    STAMP.unlink(missing_ok=True)
    say("Installing the packages of the lock. The first time this downloads 150 MB or more ...")
    uv = ENVIRONMENT / "uv.txt"
    uv.write_text(locked("uv"))
    run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", uv])
    run(
        [
            *(BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON),
            *("--constraints", LOCK, "--build-constraints", LOCK),
            *("--editable", "{}[{}]".format(ROOT, ",".join(extras))),
        ],
        env={**package_index(PYTHON), **os.environ},
    )
    STAMP.write_text("{}\n{}\n".format(fingerprint(), " ".join(extras)))


@contextlib.contextmanager
def alone():
    """Wait until no other call installs here; the lock goes with its process and those it began."""
    with BUSY.open("w") as file:
        os.set_inheritable(file.fileno(), True)
        if not locks(file):
            say("Another window installs the course already. Waiting for it ...")
            while not locks(file):
                time.sleep(1)
        yield


def locks(file):
    """Whether this process gets the lock; where there are no locks, it does."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def again_with_a_newer_python():
    """Hand over to a Python that the course knows, or say that there is none."""
    for version in VERSIONS:
        other = shutil.which("python{}.{}".format(*version))
        if other and runs(other):
            return subprocess.call([other, *sys.argv])
    return "The course needs Python 3.11, 3.12, 3.13 or 3.14; this is {}.{}.".format(
        *sys.version_info[:2]
    )


def runs(python, code=""):
    """Whether this Python is there, starts, and runs the code."""
    try:
        return subprocess.call([str(python), "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_environment():
    """Make the virtual environment, or say what the system lacks."""
    if ENVIRONMENT.exists():
        old = ROOT / f".venv-old-{os.getpid()}"
        ENVIRONMENT.rename(old)  # in one step; half an environment is never taken for a whole
    for old in ROOT.glob(".venv-old-*"):
        shutil.rmtree(old, ignore_errors=True)
    venv.create(ENVIRONMENT)
    if not runs(PYTHON, "import ensurepip"):
        sys.exit(
            "Python could not make a virtual environment. On Debian and Ubuntu install it with:\n"
            "    sudo apt-get install python3-venv"
        )
    run([PYTHON, "-Im", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)


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


def installed(state=""):
    """Return the extras that are installed, of this state or any: they stay."""
    lines = STAMP.read_text(errors="replace").splitlines() if STAMP.exists() else []
    if len(lines) < 2 or not lines[0].startswith(state):
        return set()
    return set(lines[1].split())


def fingerprint():
    """Return a hash of all that decides what is installed."""
    files = [LOCK, ROOT / "pyproject.toml"]
    content = b"".join(path.read_bytes() for path in files) + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()


def run(command, **options):
    """Run a command; leave with a sentence when it fails."""
    code = subprocess.call(
        [str(word) for word in command],
        close_fds=False,  # the lock too: a child may outlive this process, and holds it as long
        start_new_session=True,  # Ctrl-C comes to this process alone, which ends its child
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        **options,
    )
    if code:
        sys.exit(
            why_not() or "The packages could not be installed; the reason stands above. " + AGAIN
        )


def why_not():
    """Return a sentence if the disk is full."""
    free = shutil.disk_usage(str(ROOT)).free
    if free > ROOM // 10:
        return ""
    lacking = f"{free // 10**6:,} MB are free, and the course needs {ROOM // 10**6:,} MB"
    return f"The disk is full: {lacking}. Make room. {AGAIN}"


def say(sentence):
    """Print at once."""
    print(sentence, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            sys.exit(f"{error.filename or ROOT}: {error.strerror}. {AGAIN}")
        sys.exit(why_not() or "The disk is full. Make room. " + AGAIN)
