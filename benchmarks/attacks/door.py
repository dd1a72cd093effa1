"""How a shop of your own is read when folder and tables mean harm.

Run it from the checkout, `python -m benchmarks.attacks.door`; `--code FOLDER` tries the kit of
another checkout. Each attack has its seed, and a process of its own, whose memory is measured.
"""

from __future__ import annotations

import argparse
import collections
import logging
import sys
import warnings


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--code", help="checkout whose ecokit is tried; this one otherwise")
    asked.add_argument("--seeds", type=int, default=1)
    asked.add_argument("--kinds", nargs="*", default=[])
    asked.add_argument("--size", type=int, default=50, help="MB of a line; bombs have 16 times it")
    asked.add_argument("--limit", type=float, default=60.0, help="seconds until it is a hang")
    asked.add_argument("--memory", type=int, default=2_000, help="MB that are too much")
    asked.add_argument("--verbose", action="store_true", help="name each attack that hurt")
    given = asked.parse_args()
    if given.code:
        sys.path.insert(0, given.code)
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    run(given)


def run(given: argparse.Namespace) -> None:
    from benchmarks.attacks.apart import ends
    from tests import doors  # now that it is known whose ecokit is tried

    print(
        "| kind | tried | right | sentences | tracebacks | hangs | too much memory | "
        "silent nonsense | lost |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    total: collections.Counter[str] = collections.Counter()
    for kind in given.kinds or doors.KINDS:
        counts: collections.Counter[str] = collections.Counter()
        jobs = [
            (attack.label, attack.run)
            for seed in range(1, given.seeds + 1)
            for attack in doors.attacks(kind, seed, given.size)
        ]
        for label, end in ends(jobs, given.limit, memory=given.memory << 20):
            counts[end.partition(":")[0]] += 1
            if given.verbose and end not in ("right", "sentence"):
                print(f"  {kind}, {label}: {end}", file=sys.stderr, flush=True)
        total += counts
        print(row(kind, counts), flush=True)
    print(row("all", total))


def row(name: str, counts: collections.Counter[str]) -> str:
    words = ("right", "sentence", "traceback", "hang", "too much memory", "silent nonsense", "lost")
    return f"| {name} | {counts.total():,} | " + " | ".join(f"{counts[w]:,}" for w in words) + " |"


if __name__ == "__main__":
    main()
