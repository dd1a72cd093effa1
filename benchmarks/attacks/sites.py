"""How the collector ends when a site means harm.

Run it from the checkout, `python -m benchmarks.attacks.sites`; `--code FOLDER` tries the kit of
another checkout. All servers are on this computer; each attack has its seed.
"""

from __future__ import annotations

import argparse
import collections
import logging
import os
import sys
import time
from collections.abc import Sequence


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--code", help="checkout whose ecokit is tried; this one otherwise")
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--kinds", nargs="*", default=[])
    asked.add_argument("--limit", type=float, default=75.0, help="seconds until it is a hang")
    asked.add_argument("--verbose", action="store_true", help="name each attack that hurt")
    given = asked.parse_args()
    if given.code:
        sys.path.insert(0, given.code)
    logging.getLogger("ecokit").setLevel(logging.ERROR)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    run(given.kinds, given.seeds, given.limit, given.verbose)
    sys.stdout.flush()
    os._exit(0)  # threads that hang are not waited for


def run(kinds: Sequence[str], seeds: int, limit: float, verbose: bool) -> None:
    from tests import hostile  # now that it is known whose ecokit is tried

    print("| kind | tried | right | sentences | tracebacks | hangs | silent nonsense | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    total: collections.Counter[str] = collections.Counter()
    for kind in kinds or hostile.KINDS:
        ends: list[tuple[str, str]] = []
        for seed in range(1, seeds + 1):
            those = hostile.attacks(kind, seed)
            started = time.monotonic()
            if kind == "slow":
                ends += hostile.run_together(those, limit).items()
            else:
                ends += [(attack.label, attack.run(limit)) for attack in those]
            took = time.monotonic() - started
            print(f"{kind}, seed {seed}: {took:.0f} s", file=sys.stderr)
        counts = collections.Counter(end.partition(":")[0] for _label, end in ends)
        total += counts
        print(row(kind, counts), flush=True)
        for label, end in ends if verbose else ():
            if end not in (hostile.RIGHT, hostile.SENTENCE):
                print(f"  {kind}, {label}: {end}", file=sys.stderr)
    print(row("all", total))


def row(name: str, counts: collections.Counter[str]) -> str:
    from tests.hostile import HANG, LOST, NONSENSE, RIGHT, SENTENCE, TRACEBACK

    words = (RIGHT, SENTENCE, TRACEBACK, HANG, NONSENSE, LOST)
    return f"| {name} | {counts.total()} | " + " | ".join(str(counts[w]) for w in words) + " |"


if __name__ == "__main__":
    main()
