"""Run everything that the project promises, part by part, and print how long each part took.

make test                      all parts
python tests/run.py types unit only these

Parts of one stage run side by side: many of them wait, for a page, a kernel or a cluster.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]

STAGES: list[dict[str, list[str]]] = [
    {
        "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
        "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
        "types": [PYTHON, "-m", "mypy"],
        "notebooks": [*PYTEST, "--dist", "loadscope", *NBVAL, "notebooks"],
        "book": [PYTHON, "-m", "ecokit.cli", "book"],
        "unit": [*PYTEST, "--dist", "loadscope", "-m", "not pages", "--durations", "15"],
    },
    {  # needs the book
        "pages": [*PYTEST, "--dist", "loadscope", "-m", "pages", "tests"],
    },
]
WIDTH = max(len(name) for stage in STAGES for name in stage)
SPEAKING = threading.Lock()


def main(chosen: list[str]) -> int:
    """Run the chosen parts, all when none is named; return the number of parts that failed."""
    names = [name for stage in STAGES for name in stage]
    unknown = set(chosen) - set(names)
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a Windows console may not know every sign
        sys.stdout.reconfigure(errors="replace")
    start = time.perf_counter()
    results: list[tuple[str, float, int]] = []
    for stage in STAGES:
        parts = [name for name in stage if name in chosen or not chosen]
        with ThreadPoolExecutor() as side_by_side:
            results += side_by_side.map(run, parts, [stage[name] for name in parts])
    print(f"\n{'Part':<{WIDTH}} seconds")
    for name, seconds, code in results:
        print(f"{name:<{WIDTH}} {seconds:7.1f}  {'FAILED' if code else 'passed'}")
    print(f"{'in all':<{WIDTH}} {time.perf_counter() - start:7.1f}")
    failed = sum(code != 0 for *_, code in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed


def run(name: str, command: list[str]) -> tuple[str, float, int]:
    """Run one part and print what it says line by line; return its name, seconds, exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None
    for line in process.stdout:
        with SPEAKING:
            print(f"{name:<{WIDTH}} | {line}", end="", flush=True)
    return name, time.perf_counter() - start, process.wait()


def surroundings() -> dict[str, str]:
    """Return the environment variables of a part."""
    # One thread for linear algebra a process: the processes already fill the machine.
    found = os.environ | {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    # Some hundred processes and kernels start; without bytecode each compiles pandas anew.
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
