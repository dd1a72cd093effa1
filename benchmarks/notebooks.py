"""How well nbval uses the cores: as many masters as there are cores, beside the slowest one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]
QUIET = ["-q", "--no-header", "--no-summary", "-p", "no:cacheprovider"]


def seconds(*words: str) -> float:
    """Return how long nbval takes over some notebooks; all their cells must agree."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", *QUIET, *NBVAL, *words]
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as tests/run.py asks for
    subprocess.run(command, cwd=ROOT, env=one_thread, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the time of each notebook alone, of one a core side by side, and the ratio."""
    alone = {}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        name = path.relative_to(ROOT).as_posix()
        alone[name] = seconds(name)
        print(f"{name:<44} {alone[name]:6.1f} s", flush=True)
    cores = os.cpu_count() or 1
    slowest = sorted(alone, key=alone.__getitem__, reverse=True)[:cores]
    together = seconds("-n", str(cores), "--dist", "loadscope", *slowest)
    words = f"the {len(slowest)} slowest side by side, one a core"
    print(f"{words:<44} {together:6.1f} s")
    print(f"ratio to the slowest {together / alone[slowest[0]]:.2f}, at most 1.5")


if __name__ == "__main__":
    main()
