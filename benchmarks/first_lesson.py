"""From nothing to the first lesson, against the bare installation of the same packages.

    python -m benchmarks.first_lesson [--runs 1]

Copies the files that git knows into a temporary folder. Bare: an environment, uv, and the packages
of the lock. Course: `make course` until JupyterLab answers with the first notebook; the book is
then still being built. Once with the caches of pip and uv as they are, once with empty ones. The
aim: at most 1.3 times the bare installation and 15 seconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import install  # noqa: E402  (it stands beside the package)


def copied(folder: Path) -> Path:
    """Copy the files that git knows."""
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def environment(caches: Path | None) -> dict[str, str]:
    """Return the environment, with caches of its own if there is a folder for them."""
    own = {} if caches is None else {n: str(caches / n) for n in ("UV_CACHE_DIR", "PIP_CACHE_DIR")}
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | own


def bare(folder: Path, env: dict[str, str]) -> float:
    """Return the seconds that the packages alone take."""
    begun = time.perf_counter()
    subprocess.check_call([sys.executable, "-m", "venv", ".venv"], cwd=folder, env=env)
    python = folder / ".venv" / "bin" / "python"
    index = install.package_index(python)
    (folder / "uv.txt").write_text(install.locked("uv"))
    words = ["--quiet", "--disable-pip-version-check", "-r", "uv.txt"]
    subprocess.check_call([python, "-m", "pip", "install", *words], cwd=folder, env=env)
    words = ["--quiet", "--constraints", "requirements.lock", "--build-constraints"]
    words += ["requirements.lock", "--python", str(python), "--editable", ".[book,own]"]
    command = [str(folder / ".venv" / "bin" / "uv"), "pip", "install", *words]
    subprocess.check_call(command, cwd=folder, env=index | env)
    return time.perf_counter() - begun


def course(folder: Path, env: dict[str, str]) -> float:
    """Return the seconds until the first notebook is there."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        ["make", "course", "OPEN=no", f"PYTHON={sys.executable}"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        for line in process.stdout or ():
            if line.startswith("Notebooks:"):
                with urllib.request.urlopen(line.split()[1], timeout=60) as reply:
                    reply.read()
                return time.perf_counter() - begun
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
    raise SystemExit("the course did not start")


def main() -> None:
    """Print a line with warm caches and one with empty ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    print("caches   bare s  first lesson s   aim s", flush=True)
    for caches in ("warm", "empty"):
        times: list[tuple[float, float]] = []
        for _run in range(options.runs):
            with tempfile.TemporaryDirectory() as work:
                places = [Path(work) / name for name in ("a", "b")]
                env = [environment(p if caches == "empty" else None) for p in places]
                first = bare(copied(Path(work) / "bare"), env[0])
                second = course(copied(Path(work) / "course"), env[1])
                times.append((first, second))
        one, two = (statistics.median(those) for those in zip(*times, strict=True))
        print(f"{caches:<7}{one:>8.1f}{two:>16.1f}{1.3 * one + 15:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
