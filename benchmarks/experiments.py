"""An experiment on 10^7 visitors: `ecokit.experiments` on DuckDB, beside DuckDB's SQL by hand.

python -m benchmarks.experiments [--visitors 10000000] [--runs 5]

The queries by hand add up the same numbers and look at none of them: no row that lacks its arm,
no rate of 2, no visitor in two arms is noticed.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psutil  # type: ignore[import-untyped]

from benchmarks.kpi import ratio
from ecokit import experiments

WAYS = ("by hand", "ecokit")
DATA = """
    SELECT i AS visitor_id, CASE WHEN hash(i, 1) % 2 = 0 THEN 'A' ELSE 'B' END AS arm,
           'region_' || (hash(i, 2) % 7) AS region, (hash(i, 3) % 100 < 8)::INTEGER AS bought,
           CASE WHEN hash(i, 3) % 100 < 8
                THEN (hash(i, 4) % 90000) / 100.0 ELSE 0 END::DOUBLE AS spend,
           (hash(i, 4) % 300 + hash(i, 5) % 300)::DOUBLE AS before
    FROM range({n}) AS t(i)"""

MEANS = "count(*), sum(bought), avg(spend), var_samp(spend)"
BEFORE = "avg(before), var_samp(before), covar_samp(spend, before), covar_samp(bought, before)"
BY_HAND = {
    "effects": f"SELECT arm, {MEANS} FROM seen GROUP BY ALL ORDER BY ALL",
    "effects by region": f"SELECT region, arm, {MEANS} FROM seen GROUP BY ALL ORDER BY ALL",
    "with a covariate": f"""
        SELECT region, arm, {MEANS}, {BEFORE}, var_samp(bought)
        FROM seen GROUP BY ALL ORDER BY ALL""",
    "split": "SELECT arm, count(*) FROM seen GROUP BY ALL ORDER BY ALL",
    "split, visitors once": """
        SELECT arm, count(DISTINCT visitor_id) FROM seen GROUP BY ALL ORDER BY ALL""",
    "effects, visitors once": f"""
        SELECT arm, {MEANS} FROM (
            SELECT visitor_id, arm, max(bought) AS bought, sum(spend) AS spend
            FROM seen GROUP BY ALL) GROUP BY ALL ORDER BY ALL""",
}
HOW: dict[str, Any] = {"rates": "bought", "means": "spend"}
ECOKIT: dict[str, Callable[[Any], Any]] = {
    "effects": lambda seen: experiments.effects(seen, **HOW),
    "effects by region": lambda seen: experiments.effects(seen, by="region", **HOW),
    "with a covariate": lambda seen: experiments.effects(
        seen, by="region", covariate="before", **HOW
    ),
    "split": lambda seen: experiments.split_check(seen, visitor_id="none"),
    "split, visitors once": lambda seen: experiments.split_check(seen),
    "effects, visitors once": lambda seen: experiments.effects(
        seen, visitor_id="visitor_id", **HOW
    ),
}


def compute(way: str, file: str, case: str) -> Any:
    """Compute one case one way, from opening the file to the answer."""
    seen = duckdb.read_parquet(file)
    if way == "ecokit":
        found = ECOKIT[case](seen)
        return found.fetchall() if isinstance(found, duckdb.DuckDBPyRelation) else found
    seen.create_view("seen")
    by_hand = duckdb.query(BY_HAND[case])
    # `if by_hand` would run the query once more, for its length.
    return [] if by_hand is None else by_hand.fetchall()


def compare(file: str, case: str) -> None:
    """Stop where both ways do not count the same."""
    by_hand, ours = compute("by hand", file, case), compute("ecokit", file, case)
    if case.startswith("split"):
        a, b = (row[1] for row in by_hand)
        same = ours.share == b / (a + b)
    else:
        means = [row[4 if len(by_hand) > 2 else 3] for row in by_hand]
        told = [row[5 if len(by_hand) > 2 else 4] for row in ours if "spend" in row]
        same = all(map(math.isclose, told, means[::2]))
    if not same:
        raise SystemExit(f"{case}: the answers differ: {by_hand}, {ours}")


def peak(way: str, file: str, case: str) -> float:
    """Return the peak memory in MB of a fresh process that computes the case."""
    words = [sys.executable, "-m", "benchmarks.experiments", "--once", way, file, case]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def once(way: str, file: str, case: str) -> None:
    """Compute in this process and print the most memory that it took, in MB."""
    import scipy.stats  # noqa: F401  (both ways start from the same imports)

    import ecokit.experiments.comparing  # noqa: F401

    me, done = psutil.Process(), threading.Event()
    highest = [me.memory_info().rss]

    def watch() -> None:
        while not done.wait(0.002):
            highest.append(me.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    compute(way, file, case)
    done.set()
    watcher.join()
    print(max(highest) / 1e6)


def line(file: str, case: str, runs: int) -> None:
    """Time and weigh one case both ways, in turns, and print the ratios."""
    compare(file, case)  # and warm the cache
    clock: dict[str, list[float]] = {way: [] for way in WAYS}
    cpu: dict[str, list[float]] = {way: [] for way in WAYS}
    for _run in range(runs):
        for way in WAYS:
            started, worked = time.perf_counter(), time.process_time()
            compute(way, file, case)
            clock[way].append(time.perf_counter() - started)
            cpu[way].append(time.process_time() - worked)
    memory = {way: statistics.median(peak(way, file, case) for _run in range(3)) for way in WAYS}
    print(
        f"{case:26}{statistics.median(clock['by hand']):10.2f}{ratio(clock):7.2f}{ratio(cpu):7.2f}"
        f"{memory['by hand']:12.0f}{memory['ecokit'] / memory['by hand']:8.2f}",
        flush=True,
    )


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(*options.once)
        return
    with tempfile.TemporaryDirectory() as temporary:
        file = (Path(temporary) / "seen.parquet").as_posix()
        duckdb.sql(f"COPY ({DATA.format(n=options.visitors)}) TO '{file}'")
        print(f"{options.visitors:,} visitors, median of {options.runs} runs, DuckDB by hand = 1")
        print(f"{'case':26}{'by hand s':>10}{'time':>7}{'CPU':>7}{'by hand MB':>12}{'memory':>8}")
        for case in BY_HAND:
            line(file, case, options.runs)


if __name__ == "__main__":
    main()
