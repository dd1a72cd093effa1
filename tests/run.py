"""Run everything that the project promises, part by part, and print how long each part took.

make test                      all parts
python tests/run.py types unit only these

Three rows of parts run side by side, because many parts wait, for a page, a kernel or a cluster.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]

# Rows run side by side, the parts of a row one after another: the pages need the book, and more
# than three rows would take the processor's memory from one another.
PARTS: list[dict[str, list[str]]] = [
    {
        "book": [PYTHON, "-m", "ecokit.cli", "book"],
        "pages": [*PYTEST, "--dist", "loadscope", "-m", "pages", "tests"],
    },
    {
        "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
        "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
        "types": [PYTHON, "-m", "mypy"],
        "notebooks": [*PYTEST, "--dist", "loadscope", *NBVAL, "notebooks"],
    },
    {"unit": [*PYTEST, "--dist", "loadscope", "-m", "not pages", "--durations", "15"]},
]
PATIENT = {"types", "unit"}
"""Parts that wait for nothing let the others go first, which wait for pages and kernels."""
IN_KERNELS = {"book", "notebooks"}
"""Parts that run cells in kernels, some 80, each of which would import the same for seconds."""
WIDTH = max(len(name) for row in PARTS for name in row)
NICE = ["nice", "-n", "10"] if shutil.which("nice") else []  # there is none on Windows
SPEAKING = threading.Lock()


def main(chosen: list[str]) -> int:
    """Run the chosen parts, all when none is named; return the number of parts that failed."""
    names = [name for row in PARTS for name in row]
    unknown = set(chosen) - set(names)
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a Windows console may not know every sign
        sys.stdout.reconfigure(errors="replace")
    start = time.perf_counter()
    rows = [{name: row[name] for name in row if name in chosen or not chosen} for row in PARTS]
    with kernels(rows) as given, ThreadPoolExecutor(len(rows)) as side_by_side:
        done = side_by_side.map(partial(run_in_turn, kernels=given), rows)
        results = [result for row in done for result in row]
    print(f"\n{'Part':<{WIDTH}} seconds")
    for name, seconds, code in results:
        print(f"{name:<{WIDTH}} {seconds:7.1f}  {'FAILED' if code else 'passed'}")
    print(f"{'in all':<{WIDTH}} {time.perf_counter() - start:7.1f}")
    failed = sum(code != 0 for *_, code in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed


@contextmanager
def kernels(rows: list[dict[str, list[str]]]) -> Iterator[dict[str, str]]:
    """Start the process whose copies kernels are, and yield what tells where it is.

    See ``tests/quick/kernels.py``. Elsewhere than on Linux kernels start as usual.
    """
    if sys.platform != "linux" or not any(IN_KERNELS & row.keys() for row in rows):
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "kernels")
        command = [PYTHON, "-m", "kernels", place]
        # it ends when its standard input does, which is here
        with subprocess.Popen(command, cwd=ROOT, env=surroundings(), stdin=subprocess.PIPE):
            yield {"ECOKIT_KERNELS": place}


def run_in_turn(row: dict[str, list[str]], kernels: dict[str, str]) -> list[tuple[str, float, int]]:
    """Run parts one after another."""
    return [
        run(name, command, kernels if name in IN_KERNELS else {}) for name, command in row.items()
    ]


def run(name: str, command: list[str], more: dict[str, str]) -> tuple[str, float, int]:
    """Run one part and print what it says line by line; return its name, seconds, exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*NICE, *command] if name in PATIENT else command,
        cwd=ROOT,
        env=surroundings() | more,
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
    quick = [str(ROOT / "tests" / "quick"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return found | {"PYTHONPATH": os.pathsep.join(quick)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
