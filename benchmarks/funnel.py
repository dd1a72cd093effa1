"""What the funnel costs through ecokit, against the same by hand.

    python benchmarks/funnel.py [--visits 10000000] [--paths 1000000] [--runs 5]

Three measures over visits on DuckDB (steps by device, steps by month, paths) against DuckDB SQL
written by hand, and the Markov attribution of a table of paths against the counting of its
transitions in pandas, the splitting of texts included in both. Both ways run in turns, so that a
busy machine slows both; their answers are compared first; the ratio of the median times is printed,
on the clock and of all processors, and the ratio of the peak memory of a fresh process. The aims:
steps 1.3, paths 1.6, memory 1.3 (or 20 MB), Markov 2. The tables are a shop in place: they were
looked at once.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]

from ecokit import funnel
from ecokit.shop import Shop

Rows = list[tuple[Any, ...]]
STEPS = funnel.STEPS
CHANNELS = ["direct", "search", "paid_search", "brand_search", "marketplace", "social", "email"]

# A year of visits: three a visitor, 8 channels, 7 % with an order, of which 90 % are paid.
DATA = {
    "visits": """
        SELECT i AS visit_id, (hash(i) % ({n} // 3))::BIGINT AS visitor_id,
               TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31535000 // {n}) AS started_at,
               'channel_' || (hash(i, 1) % 8) AS channel_id,
               ['phone', 'phone', 'desktop', 'tablet'][(1 + hash(i, 2) % 4)::INTEGER] AS device,
               (hash(i, 3) % 900)::INTEGER AS dwell_seconds,
               CASE WHEN hash(i, 5) % 100 < 7 THEN 'order' WHEN hash(i, 4) % 9 < 4 THEN 'visit'
                    WHEN hash(i, 4) % 9 < 7 THEN 'product' WHEN hash(i, 4) % 9 < 8 THEN 'cart'
                    ELSE 'checkout' END AS reached
        FROM range({n}) AS t(i)""",
    "orders": """
        SELECT visit_id AS order_id, visit_id, visitor_id,
               started_at + INTERVAL 5 MINUTE AS placed_at,
               CASE WHEN hash(visit_id, 6) % 10 > 0
                    THEN started_at + INTERVAL 7 MINUTE END AS paid_at
        FROM '{folder}/visits.parquet' WHERE reached = 'order'""",
}

_COUNT = "CAST(coalesce(sum(n) FILTER (WHERE reached IN ({these})), 0) AS BIGINT)"
_CAME = ", ".join(
    _COUNT.format(these=", ".join(f"'{step}'" for step in STEPS[place:]))
    for place in range(len(STEPS))
)
_STEPS = """
    WITH counted AS (SELECT {group} AS it, reached, count(*) AS n FROM visits GROUP BY ALL)
    SELECT it, {came} FROM counted GROUP BY 1 ORDER BY 1"""
BY_HAND = {
    "steps by device": _STEPS.format(group="device", came=_CAME),
    "steps by month": _STEPS.format(group="date_trunc('month', started_at)", came=_CAME),
    "paths": """
        WITH paid AS (
            SELECT visit_id, count(*) AS n FROM orders WHERE paid_at IS NOT NULL GROUP BY 1),
        seen AS (
            SELECT visitor_id, visit_id, started_at, channel_id, coalesce(n, 0) AS n,
                   sum(coalesce(n, 0)) OVER (PARTITION BY visitor_id ORDER BY started_at, visit_id)
                   - coalesce(n, 0) AS run
            FROM visits LEFT JOIN paid USING (visit_id)),
        ended AS (
            SELECT *, max(started_at) OVER (PARTITION BY visitor_id, run) AS ended FROM seen),
        paths AS (
            SELECT string_agg(channel_id, ' > ' ORDER BY started_at, visit_id) AS path, sum(n) AS n
            FROM ended WHERE started_at >= ended - INTERVAL 30 DAY GROUP BY visitor_id, run)
        SELECT path, CAST(sum(n) AS BIGINT), CAST(count(*) FILTER (WHERE n = 0) AS BIGINT)
        FROM paths GROUP BY 1 ORDER BY 1""",
}
FEW = 20.0  # MB that may come and go in any process
LIMITS = {"steps by device": 1.3, "steps by month": 1.3, "paths": 1.6, "Markov attribution": 2.0}


def make(folder: Path, visits: int) -> None:
    """Write the Parquet files."""
    for name, query in DATA.items():
        select = query.format(n=visits, folder=folder.as_posix())
        duckdb.sql(f"COPY ({select}) TO '{(folder / name).as_posix()}.parquet'")


def opened(folder: Path) -> dict[str, duckdb.DuckDBPyRelation]:
    """Return the tables, not yet read."""
    return {name: duckdb.read_parquet(str(folder / f"{name}.parquet")) for name in DATA}


@cache
def checked(folder: Path) -> Shop:
    """Return the tables as a shop, which looks at each of them once."""
    return Shop.in_place(opened(folder))


@cache
def taken(folder: Path) -> Shop:
    """Return the tables as a shop that was looked at before, in another process."""
    shop = Shop(dict(opened(folder)))
    shop.tables.looked_at = True
    return shop


def by_hand(folder: Path, name: str) -> Rows:
    """Compute one measure with SQL."""
    for table, relation in opened(folder).items():
        relation.create_view(table)
    query = duckdb.query(BY_HAND[name])
    return [] if query is None else query.fetchall()  # `if query` would run it for its length


def through_ecokit(shop: Shop, name: str) -> Rows:
    """Compute one measure with the kit."""
    if name == "paths":
        found: Rows = funnel.paths(shop, days=False).fetchall()
        return found
    table = funnel.steps(shop, by=name.split()[-1]).df()
    came = table["came"].to_numpy().reshape(-1, len(STEPS)).tolist()  # a group after the other
    return [(key, *row) for key, row in zip(table.iloc[:: len(STEPS), 0], came, strict=True)]


def path_table(paths: int) -> pd.DataFrame:
    """Return a table of paths of one to twenty channels, a few in a hundred with an order."""
    rng = np.random.default_rng(7)
    length = np.minimum(rng.geometric(0.3, paths), 20)
    names = np.array(CHANNELS)[rng.integers(0, len(CHANNELS), length.sum())]
    ends = np.cumsum(length).tolist()
    starts = [0, *ends[:-1]]
    words = names.tolist()
    texts = [" > ".join(words[one:two]) for one, two in zip(starts, ends, strict=True)]
    orders = (rng.random(paths) < 0.05).astype(np.int64)
    return pd.DataFrame({"path": texts, "conversions": orders, "unconverted": 1 - orders})


def transitions(paths: pd.DataFrame) -> pd.Series[int]:
    """Split the texts and count who follows whom, with pandas."""
    touch = paths["path"].str.split(" > ").explode()
    times = (paths["conversions"] + paths["unconverted"]).loc[touch.index]
    here, channel = touch.index.to_numpy(), touch.to_numpy()
    follows = here[1:] == here[:-1]
    steps = pd.DataFrame(
        {
            "origin": channel[:-1][follows],
            "target": channel[1:][follows],
            "times": times.to_numpy()[1:][follows],
        }
    )
    return steps.groupby(["origin", "target"])["times"].sum()


def compared(paths: pd.DataFrame) -> None:
    """Say so if both count other transitions."""
    found = funnel.transitions(paths).set_index(["origin", "target"])["times"]
    counted = transitions(paths)
    if not (found.loc[counted.index] == counted).all():
        raise SystemExit("Markov attribution: the transitions differ")


def timed(ways: dict[str, Callable[[], object]], runs: int) -> tuple[dict[str, float], ...]:
    """Return the median seconds of each way, on the clock and of all processors, run in turns."""
    clock: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for _run in range(runs):
        for way, work in ways.items():
            started, worked = time.perf_counter(), time.process_time()
            work()
            clock[way].append(time.perf_counter() - started)
            cpu[way].append(time.process_time() - worked)
    return tuple({way: statistics.median(it[way]) for way in ways} for it in (clock, cpu))


def told(name: str, ways: dict[str, Callable[[], object]], runs: int, memory: float | None) -> bool:
    """Print one line and return whether the aim is met."""
    clock, cpu = timed(ways, runs)
    ratio, worked = (it["ecokit"] / it["by hand"] for it in (clock, cpu))
    peak = "" if memory is None else f"{memory:8.2f}"
    print(f"{name:22}{clock['by hand']:10.2f}{ratio:7.2f}{worked:7.2f}{peak}", flush=True)
    return ratio <= LIMITS[name]


def peak(way: str, folder: Path, name: str) -> float:
    """Return the peak memory in MB that a measure adds to a fresh process."""
    command = [sys.executable, __file__, "--once", way, str(folder), name]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def once(way: str, folder: Path, name: str) -> None:
    """Compute in this process and print what that added to its memory, in MB."""
    shop, me = taken(folder), psutil.Process()
    few = Shop({name: table.limit(10) for name, table in opened(folder).items()})
    few.tables.looked_at = True
    through_ecokit(few, name)  # both ways start from the same imports
    start = highest = me.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.002):
            highest = max(highest, me.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    by_hand(folder, name) if way == "by hand" else through_ecokit(shop, name)
    done.set()
    watcher.join()
    print((highest - start) / 1e6)


def main() -> None:
    """Print one line a measure; fail where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        way, folder, name = options.once
        once(way, Path(folder), name)
        return
    print(f"{options.visits:,} visits, {options.paths:,} paths, median of {options.runs} runs")
    print(f"{'by hand = 1':22}{'by hand s':>10}{'time':>7}{'CPU':>7}{'memory':>8}")
    met = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, options.visits)
        shop = checked(folder)
        for name in BY_HAND:
            if by_hand(folder, name) != through_ecokit(shop, name):  # and warm the cache
                raise SystemExit(f"{name}: the answers differ")
            ways: dict[str, Callable[[], object]] = {
                "by hand": partial(by_hand, folder, name),
                "ecokit": partial(through_ecokit, shop, name),
            }
            sizes = [
                statistics.median(peak(way, folder, name) for _run in range(3)) for way in ways
            ]
            within = sizes[1] <= max(1.3 * sizes[0], sizes[0] + FEW)
            met.append(told(name, ways, options.runs, sizes[1] / sizes[0]) and within)
    table = path_table(options.paths)
    compared(table)
    ways = {
        "by hand": lambda: transitions(table),
        "ecokit": lambda: funnel.attribution(table, rules="markov"),
    }
    met.append(told("Markov attribution", ways, options.runs, None))
    if not all(met):
        raise SystemExit("an aim is missed")


if __name__ == "__main__":
    main()
