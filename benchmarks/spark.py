"""What a KPI costs through ecokit on Spark in local mode, against the same SQL by hand there.

    python -m benchmarks.spark [--visits 1000000] [--runs 3]

The files, the measures and the SQL are those of ``kpi.py``; here Spark runs both, in turns, after
one run of each that does not count. Prints the ratio of the median times, and checks that both
give the same rows. On one machine Spark is the slowest of the engines; the lines of code are the
ones that run on a cluster.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import kpi as peer
from ecokit import Shop, kpi


def session() -> Any:
    """Return Spark on the processors of this machine, as the page on machines opens it."""
    from pyspark.sql import SparkSession

    return (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "8")
        .getOrCreate()
    )


def ours(shop: Shop, name: str, by: str) -> list[tuple[Any, ...]]:
    """Compute a KPI through ecokit."""
    return [tuple(row) for row in kpi.measure(name, shop, by=by).collect()]


def by_hand(spark: Any, name: str, by: str) -> list[tuple[Any, ...]]:
    """Compute a KPI with the SQL of ``kpi.py``."""
    return [tuple(row) for row in spark.sql(peer.BY_HAND[name, by]).collect()]


def same(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> bool:
    """Say whether two answers agree, up to the last digit of a float."""
    return len(one) == len(other) and all(
        a == b if not isinstance(a, float) else math.isclose(a, float(b), rel_tol=1e-12)
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def main() -> None:
    """Print one line a KPI."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    spark = session()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        peer.make(folder, options.visits)
        tables = {name: spark.read.parquet(str(folder / f"{name}.parquet")) for name in peer.TABLES}
        for name, table in tables.items():
            table.createOrReplaceTempView(name)
        shop = Shop.in_place(tables)
        print(f"{options.visits:,} visits, median of {options.runs} runs, Spark SQL by hand = 1")
        for name, by in peer.BY_HAND:
            if not same(ours(shop, name, by), by_hand(spark, name, by)):
                raise SystemExit(f"{name} by {by}: the answers differ")
            times: list[tuple[float, float]] = []
            for _run in range(options.runs):
                begun = time.perf_counter()
                by_hand(spark, name, by)
                middle = time.perf_counter()
                ours(shop, name, by)
                times.append((middle - begun, time.perf_counter() - middle))
            hand, kit = (statistics.median(those) for those in zip(*times, strict=True))
            print(f"{name + ' by ' + by:45}{hand:>8.2f} s{kit / hand:>7.2f}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
