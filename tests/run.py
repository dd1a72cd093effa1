"""Run everything that the project promises, part by part, and print how long each part took.

make test                      all parts
python tests/run.py types unit only these
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]

PARTS = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "types": [PYTHON, "-m", "mypy"],
    "notebooks": [*PYTEST, "--dist", "loadscope", *NBVAL, "notebooks"],
    "book": [PYTHON, "-m", "ecokit.cli", "book"],
    "unit": [*PYTEST, "--dist", "loadgroup", "-m", "not browser", "--durations", "15"],
    "browser": [*PYTEST, "--dist", "loadfile", "-m", "browser", "tests"],
}


def main(chosen: list[str]) -> int:
    """Run the chosen parts, all when none is named; return the number of parts that failed."""
    unknown = set(chosen) - set(PARTS)
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    results = [(name, *run(name)) for name in PARTS if name in chosen or not chosen]
    print("\nPart         seconds")
    for name, seconds, code in results:
        print(f"{name:<12} {seconds:7.1f}  {'FAILED' if code else 'passed'}")
    print(f"{'together':<12} {sum(seconds for _, seconds, _ in results):7.1f}")
    failed = sum(code != 0 for *_, code in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed


def run(name: str) -> tuple[float, int]:
    """Run one part; return its seconds and its exit code."""
    print(f"== {name}", flush=True)
    start = time.perf_counter()
    # One thread for linear algebra a process: the processes already fill the machine.
    environment = os.environ | {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    code = subprocess.run(PARTS[name], cwd=ROOT, env=environment).returncode
    return time.perf_counter() - start, code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
