"""How exercises and explorers end in shops that are too short, too small, or lack something.

Run it from the checkout, `python -m benchmarks.attacks.shops`; `--code FOLDER` tries the kit of
another checkout. Each shop has its seed. With `--share 3` each shop is asked a third of the
exercises and explorers, another third shop after shop.
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
    asked.add_argument("--seeds", type=int, nargs="*", default=[1])
    asked.add_argument("--kinds", nargs="*", default=[])
    asked.add_argument("--share", type=int, default=1)
    asked.add_argument("--verbose", action="store_true", help="name each end that hurts")
    given = asked.parse_args()
    if given.code:
        sys.path.insert(0, given.code)
    os.environ["ECOKIT_PROGRESS"] = "off"  # it leaves no trace of answers
    logging.getLogger("ecokit").setLevel(logging.ERROR)
    run(given.kinds, given.seeds, given.share, given.verbose)


def run(kinds: Sequence[str], seeds: Sequence[int], share: int, verbose: bool) -> None:
    from tests import odd_shops  # now that it is known whose ecokit is tried

    print("| kind | shops | tried | right | sentences | tracebacks | silent nonsense |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    total: collections.Counter[str] = collections.Counter()
    shops = 0
    for kind in kinds or odd_shops.KINDS:
        counts: collections.Counter[str] = collections.Counter()
        started = time.process_time()
        odd = [shop for seed in seeds for shop in odd_shops.shops(kind, seed)]
        for n, shop in enumerate(odd):
            for name, end in odd_shops.ends(shop, n % share, share):
                counts[end.partition(":")[0]] += 1
                if verbose and end not in (odd_shops.RIGHT, odd_shops.SENTENCE):
                    print(f"  {kind}, {shop.label}, {name}: {end}", file=sys.stderr)
        print(f"{kind}: {time.process_time() - started:.0f} s", file=sys.stderr)
        print(row(kind, len(odd), counts), flush=True)
        total, shops = total + counts, shops + len(odd)
    print(row("all", shops, total))


def row(name: str, shops: int, counts: collections.Counter[str]) -> str:
    from tests.odd_shops import NONSENSE, RIGHT, SENTENCE, TRACEBACK

    words = (RIGHT, SENTENCE, TRACEBACK, NONSENSE)
    numbers = " | ".join(str(counts[word]) for word in words)
    return f"| {name} | {shops} | {counts.total()} | {numbers} |"


if __name__ == "__main__":
    main()
