"""Many kernels that note answers at once: what is lost.

    python -m benchmarks.attacks.kernels [--kernels 10] [--each 200]

Each kernel notes right answers to exercises of its own and wrong ones to ten that all share, with
locks and with a lock call that fails. Lost is what a new kernel does not find afterwards: an
answer, that it was right, or a try.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

KERNEL = """
import sys
from pathlib import Path
from ecokit.exercises.checks import Result
from ecokit.exercises.store import Learner
if sys.argv[3] == "fails":
    import filelock
    def fails(*_words, **_named):
        raise OSError(37, "No locks available")
    filelock.FileLock.acquire = fails
me = Learner(Path(sys.argv[1]))
for n in range(int(sys.argv[4])):
    me.note_check(Result(f"own-{sys.argv[2]}-{n}", "right", ""), n)
    me.note_check(Result(f"shared-{n % 10}", "wrong", ""), f"{sys.argv[2]}-{n}")
"""


def lost(kernels: int, each: int, lock: str) -> tuple[int, int]:
    """Return the answers and the tries that a new kernel does not find."""
    from ecokit.exercises.store import Learner, Standing

    with tempfile.TemporaryDirectory() as name:
        words = [[name, str(number), lock, str(each)] for number in range(kernels)]
        running = [subprocess.Popen([sys.executable, "-c", KERNEL, *those]) for those in words]
        codes = [one.wait() for one in running]
        if any(codes):
            raise SystemExit("a kernel failed")
        found = Learner(Path(name)).standings()
    own = [found.get(f"own-{k}-{n}", Standing()) for k in range(kernels) for n in range(each)]
    kept = sum(one.done and one.answer is not None for one in own)
    tries = sum(found.get(f"shared-{n}", Standing()).tries for n in range(10))
    return kernels * each - kept, kernels * each - tries


def main() -> None:
    """Print a line with locks and one without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=10)
    parser.add_argument("--each", type=int, default=200)
    options = parser.parse_args()
    tried = options.kernels * options.each
    for lock in ("works", "fails"):
        answers, tries = lost(options.kernels, options.each, lock)
        print(f"lock {lock}: of {tried:,} answers {answers:,} lost, of {tried:,} tries {tries:,}")


if __name__ == "__main__":
    main()
