"""What a million auctions cost through ecokit, against the same draw in bare NumPy.

    python -m benchmarks.auctions [--auctions 1000000] [--runs 7]

Both draw the values of all bidders, find the price of each auction and its mean. They take
turns, and the median processor times are compared, which hardly feel what else the machine does.
The aim: at most twice the time. Bare NumPy draws once in one piece, and once in pieces, which
is kinder to the cache.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from ecokit.strategies import draw_auctions, uniform

DEMAND = uniform(0, 1)


def bare(bidders: int, units: int, auctions: int, kind: str = "second", pieces: int = 1) -> float:
    """Return the mean price: draw, find the price, average."""
    rng = np.random.default_rng(1)
    total = 0.0
    for _piece in range(pieces):
        values = rng.random((auctions // pieces, bidders))
        if kind == "first":
            total += float((values.max(axis=1) * (1 - 1 / bidders)).sum())
        else:
            cut = bidders - units - 1
            total += float(np.partition(values, cut, axis=1)[:, cut].sum())
    return total / (auctions // pieces * pieces)


def ours(bidders: int, units: int, auctions: int, kind: str = "second") -> float:
    """Return the mean price of a unit through the kit."""
    drawn = draw_auctions(DEMAND, bidders, auctions, kind=kind, units=units, seed=1)
    return float(drawn.paid.mean())


def seconds(work: Callable[[], float]) -> float:
    """Return how long a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak(work: Callable[[], float]) -> float:
    """Return the peak memory of a piece of work, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--auctions", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    head = ("format", "bidders", "units", "ms", "bare ms", "ratio", "to pieces", "MB", "bare MB")
    print("{:<8}{:>8}{:>6}{:>8}{:>9}{:>7}{:>11}{:>8}{:>9}".format(*head))
    for kind, bidders, units in (
        ("second", 2, 1),
        ("second", 5, 1),
        ("first", 5, 1),
        ("second", 10, 1),
        ("second", 10, 3),
    ):
        ways: dict[str, Callable[[], float]] = {
            "ours": lambda b=bidders, u=units, k=kind: ours(b, u, given.auctions, k),  # type: ignore[misc]
            "bare": lambda b=bidders, u=units, k=kind: bare(b, u, given.auctions, k),  # type: ignore[misc]
            "pieces": lambda b=bidders, u=units, k=kind: bare(b, u, given.auctions, k, 20),  # type: ignore[misc]
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _run in range(given.runs):
            for name, way in ways.items():
                times[name].append(seconds(way))
        mid = {name: statistics.median(found) for name, found in times.items()}
        print(
            f"{kind:<8}{bidders:>8}{units:>6}{1e3 * mid['ours']:>8.0f}{1e3 * mid['bare']:>9.0f}"
            f"{mid['ours'] / mid['bare']:>7.2f}{mid['ours'] / mid['pieces']:>11.2f}"
            f"{peak(ways['ours']):>8.0f}{peak(ways['bare']):>9.0f}"
        )


if __name__ == "__main__":
    main()
