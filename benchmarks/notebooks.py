"""How well nbval uses the cores: the time of all masters beside that of the slowest one."""

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
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the time of each notebook alone, of all together, and the ratio."""
    alone = {}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        name = path.relative_to(ROOT).as_posix()
        alone[name] = seconds(name)
        print(f"{name:<44} {alone[name]:6.1f} s")
    cores = os.cpu_count() or 1
    together = seconds("-n", str(min(4, cores)), "--dist", "loadscope", "notebooks")
    print(f"{'all together on ' + str(cores) + ' cores':<44} {together:6.1f} s")
    print(f"ratio {together / max(alone.values()):.2f}, at most 1.5 on 4 cores")


if __name__ == "__main__":
    main()
