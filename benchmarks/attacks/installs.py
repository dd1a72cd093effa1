"""Stop `install.py` at any moment, and see whether the same command ends in a working course.

    python -m benchmarks.attacks.installs [--stops 12] [--seed 0]

Copies what an installation reads into a temporary folder, so the environment of this checkout
stays as it is. Each time the first call is stopped after a random while: by Ctrl-C to all that it
began, by a kill of the one process, or by a kill of all. Then the command runs to its end, and the
new environment imports what the course needs. Packages come from the caches where they are there.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("install.py", "pyproject.toml", "requirements.lock", "README.md", "LICENSE",
         "LICENSE-content", "hatch_build.py", "ecokit")  # fmt: skip
NEEDS = (
    "import ecokit, duckdb, jupyterlab, jupyter_book, ipywidgets, seaborn, sklearn; print('whole')"
)
WAYS = ("Ctrl-C", "kill one", "kill all")


def copied(folder: Path) -> Path:
    """Copy what an installation reads."""
    folder.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def stopped(folder: Path, way: str, after: float) -> str:
    """Begin an installation and stop it; return what it said."""
    process = subprocess.Popen(
        [sys.executable, "install.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    time.sleep(after)
    if way == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    elif way == "kill one":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    if way == "kill one":
        process.wait()
        return ""
    told, _nothing = process.communicate()
    return told


def main() -> None:
    """Print a line for each stop, and how many ended well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=0.0, help="seconds; of a whole call if 0")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    well = tracebacks = 0
    with tempfile.TemporaryDirectory() as work:
        folder = copied(Path(work) / "kit")
        begun = time.perf_counter()
        subprocess.run([sys.executable, "install.py"], cwd=folder, check=True)
        whole = time.perf_counter() - begun
        print(f"a whole call: {whole:.0f} s")
        for number in range(options.stops):
            shutil.rmtree(folder / ".venv", ignore_errors=True)
            way = WAYS[number % len(WAYS)]
            after = draw.uniform(0.02, options.longest or whole)
            told = stopped(folder, way, after)
            again = subprocess.run(
                [sys.executable, "install.py"], cwd=folder, capture_output=True, text=True
            )
            python = folder / ".venv" / "bin" / "python"
            seen = subprocess.run([python, "-c", NEEDS], capture_output=True, text=True, cwd=work)
            ends = again.returncode == 0 and seen.stdout.strip() == "whole"
            well += ends
            traceback = "Traceback" in told + again.stdout + again.stderr
            tracebacks += traceback
            print(
                f"{number + 1:>3} {way:<9} after {after:5.1f} s: {'whole' if ends else 'BROKEN'}"
                f"{', TRACEBACK' if traceback else ''} {told.strip().splitlines()[-1:] or ''}",
                flush=True,
            )
    print(f"{well} of {options.stops} ended in a working course; tracebacks: {tracebacks}")


if __name__ == "__main__":
    main()
