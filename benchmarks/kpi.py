"""What a KPI costs through ecokit, against the same KPI written by hand in DuckDB SQL.

    python benchmarks/kpi.py [--visits 10000000] [--runs 7]

Makes Parquet files in a temporary folder, computes each KPI both ways in turns (so that a
busy machine slows both), checks that the answers are equal to the last digit, and prints
the ratio of the median times: on the clock, and of all processors (which hardly feels what
else the machine does). Peak memory is that of a fresh process for each way. The aim: time
within 1.2 times, memory within 1.3 times. The tables are a shop in place: they were looked at
once. What that costs is printed below, against DuckDB's own `count(DISTINCT key)`; the aim is
3 times.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import psutil  # type: ignore[import-untyped]

from ecokit.shop import Shop
from ecokit.shop.schema import schemas

TABLES = ("visits", "orders", "order_lines", "campaigns")

# A year of visits: a third as many visitors, 45 % through 40 campaigns, 8 % order, 90 % pay.
DATA = {
    "visits": """
        SELECT i AS visit_id, (hash(i) % ({n} // 3))::BIGINT AS visitor_id,
               TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31535000 // {n}) AS started_at,
               'channel_' || (hash(i, 1) % 7) AS channel_id,
               CASE WHEN hash(i, 2) % 100 < 45
                    THEN 'C' || lpad((hash(i, 3) % 40)::VARCHAR, 2, '0') END AS campaign_id,
               (hash(i, 4) % 900)::INTEGER AS dwell_seconds
        FROM range({n}) AS t(i)""",
    "orders": """
        SELECT visit_id AS order_id, visitor_id, started_at + INTERVAL 5 MINUTE AS placed_at,
               CASE WHEN hash(visit_id, 6) % 10 > 0
                    THEN started_at + INTERVAL 7 MINUTE END AS paid_at,
               channel_id, campaign_id
        FROM '{folder}/visits.parquet' WHERE hash(visit_id, 5) % 100 < 8""",
    "order_lines": """
        SELECT order_id, line, (1 + hash(order_id, line) % 3)::INTEGER AS quantity,
               (100 + hash(order_id, line, 1) % 400000) / 100.0::DOUBLE AS unit_price,
               (80 + hash(order_id, line, 2) % 300000) / 100.0::DOUBLE AS unit_cost
        FROM '{folder}/orders.parquet', range(1, 3) AS l(line)""",
    "campaigns": """
        SELECT 'C' || lpad(i::VARCHAR, 2, '0') AS campaign_id, i >= 35 AS new_resource
        FROM range(40) AS t(i)""",
}

# Each line is multiplied first and rounded to fen then, half a fen away from zero.
FEN = """CAST(round(CAST(unit_price AS DECIMAL(18, 6)) * quantity, 2) * 100 AS BIGINT)"""
BY_HAND = {
    ("uv", "day"): """
        SELECT date_trunc('day', started_at) AS day, count(DISTINCT visitor_id) AS uv
        FROM visits GROUP BY 1 ORDER BY 1""",
    ("campaign_uv_share", "month"): """
        SELECT date_trunc('month', started_at) AS month,
               count(DISTINCT CASE WHEN campaign_id IS NOT NULL THEN visitor_id END)
               / count(DISTINCT visitor_id)
        FROM visits GROUP BY 1 ORDER BY 1""",
    ("campaign_conversion", "month"): """
        WITH v AS (SELECT date_trunc('month', started_at) AS month,
                          count(DISTINCT visitor_id) AS uv
                   FROM visits WHERE campaign_id IS NOT NULL GROUP BY 1),
             o AS (SELECT date_trunc('month', placed_at) AS month, count(*) AS orders
                   FROM orders WHERE paid_at IS NOT NULL AND campaign_id IS NOT NULL GROUP BY 1)
        SELECT month, orders / uv FROM v JOIN o USING (month) ORDER BY 1""",
    ("new_resource_uv_increment", "month"): """
        SELECT month, (uv - without) / without FROM (
            SELECT date_trunc('month', started_at) AS month, count(DISTINCT visitor_id) AS uv,
                   count(DISTINCT CASE WHEN NOT coalesce(new_resource, FALSE)
                                       THEN visitor_id END) AS without
            FROM visits LEFT JOIN campaigns USING (campaign_id) GROUP BY 1) ORDER BY 1""",
    ("dwell_time", "month"): """
        SELECT date_trunc('month', started_at) AS month, sum(dwell_seconds) / count(dwell_seconds)
        FROM visits GROUP BY 1 ORDER BY 1""",
    ("sales", "month"): f"""
        SELECT date_trunc('month', placed_at) AS month, sum({FEN}) / 100
        FROM order_lines JOIN orders USING (order_id)
        WHERE paid_at IS NOT NULL GROUP BY 1 ORDER BY 1""",
    ("campaign_conversion", "campaign_id"): """
        WITH v AS (SELECT campaign_id, count(DISTINCT visitor_id) AS uv
                   FROM visits WHERE campaign_id IS NOT NULL GROUP BY 1),
             o AS (SELECT campaign_id, count(*) AS orders
                   FROM orders WHERE paid_at IS NOT NULL AND campaign_id IS NOT NULL GROUP BY 1)
        SELECT campaign_id, orders / uv FROM v JOIN o USING (campaign_id) ORDER BY 1""",
}


def make(folder: Path, visits: int) -> None:
    """Write the Parquet files."""
    for name in TABLES:
        query = DATA[name].format(n=visits, folder=folder.as_posix())
        duckdb.sql(f"COPY ({query}) TO '{(folder / name).as_posix()}.parquet'")


def opened(folder: Path) -> dict[str, duckdb.DuckDBPyRelation]:
    """Return the tables, not yet read."""
    return {name: duckdb.read_parquet(str(folder / f"{name}.parquet")) for name in TABLES}


SHOPS: dict[Path, Shop] = {}


def checked(folder: Path) -> Shop:
    """Return the tables as a shop, which looks at each of them once."""
    if folder not in SHOPS:
        SHOPS[folder] = Shop.in_place(opened(folder))
    return SHOPS[folder]


def looked_at(table: str, folder: Path, way: str) -> None:
    """Look for gaps and for rows that stand twice, or only count the keys."""
    relation = opened(folder)[table]
    if way == "ecokit":
        Shop.in_place({table: relation})
        return
    key = ", ".join(schemas()[table].primary_key)
    distinct = f"({key})" if "," in key else key
    relation.aggregate(f"count(DISTINCT {distinct})").fetchall()


def compute(way: str, folder: Path, name: str, by: str) -> list[tuple[object, ...]]:
    """Compute one KPI one way, from opening the files to the rows."""
    if way == "ecokit":
        from ecokit import kpi

        rows: list[tuple[object, ...]] = kpi.measure(name, checked(folder), by).fetchall()
        return rows
    for table, relation in opened(folder).items():
        relation.create_view(table)
    by_hand = duckdb.query(BY_HAND[name, by])
    # `if by_hand` would run the query once more, for its length.
    return [] if by_hand is None else by_hand.fetchall()


def peak(way: str, folder: Path, name: str, by: str) -> float:
    """Return the peak memory in MB of a fresh process that computes the KPI."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--once", way, str(folder), name, by],
        stdout=subprocess.PIPE,
        text=True,
    )
    told, _nothing = process.communicate()
    return float(told)


def once(way: str, folder: Path, name: str, by: str) -> None:
    """Compute in this process and print what the computation added to its memory, in MB."""
    import threading

    import ecokit.kpi  # noqa: F401  (both ways start from the same imports)

    if way == "ecokit":
        # looked at before, in another process: here the tables are only taken for it
        shop = Shop(dict(opened(folder)))
        shop.tables.looked_at = True
        SHOPS[folder] = shop
    me = psutil.Process()
    start = highest = me.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.002):
            highest = max(highest, me.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    compute(way, folder, name, by)
    done.set()
    watcher.join()
    print((max(highest, start)) / 1e6)


def main() -> None:
    """Print one line a KPI."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--once", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        way, folder, name, by = options.once
        once(way, Path(folder), name, by)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, options.visits)
        print(f"{options.visits:,} visits, median of {options.runs} runs, DuckDB by hand = 1")
        print(f"{'KPI':45}{'by hand s':>10}{'time':>7}{'CPU':>7}{'by hand MB':>12}{'memory':>8}")
        for name, by in BY_HAND:
            line(folder, name, by, options.runs)
        print(f"{'Looking at a table, DuckDB counting its distinct keys = 1':45}")
        for table in TABLES:
            scan(folder, table, options.runs)


def scan(folder: Path, table: str, runs: int) -> None:
    """Time the one look at a table against `count(DISTINCT key)` and print the ratios."""
    ways = ("by hand", "ecokit")
    clock: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(runs + 1):
        for way in ways:
            started, worked = time.perf_counter(), time.process_time()
            looked_at(table, folder, way)
            if run:  # the first warms the cache
                clock[way].append(time.perf_counter() - started)
                cpu[way].append(time.process_time() - worked)
    seconds = statistics.median(clock["by hand"])
    print(f"{table:45}{seconds:10.2f}{ratio(clock):7.2f}{ratio(cpu):7.2f}", flush=True)


def line(folder: Path, name: str, by: str, runs: int) -> None:
    """Time and weigh one KPI both ways and print the ratios."""
    ways = ("by hand", "ecokit")
    answers = {way: compute(way, folder, name, by) for way in ways}  # and warm the cache
    if answers["by hand"] != answers["ecokit"]:
        raise SystemExit(f"{name} by {by}: the answers differ")
    clock: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for _run in range(runs):
        for way in ways:
            started, worked = time.perf_counter(), time.process_time()
            compute(way, folder, name, by)
            clock[way].append(time.perf_counter() - started)
            cpu[way].append(time.process_time() - worked)
    memory = {
        way: statistics.median(peak(way, folder, name, by) for _run in range(3)) for way in ways
    }
    print(
        f"{name + ' by ' + by:45}{statistics.median(clock['by hand']):10.2f}"
        f"{ratio(clock):7.2f}{ratio(cpu):7.2f}{memory['by hand']:12.0f}"
        f"{memory['ecokit'] / memory['by hand']:8.2f}",
        flush=True,
    )


def ratio(times: dict[str, list[float]]) -> float:
    """Return the median of ecokit over the median by hand."""
    return statistics.median(times["ecokit"]) / statistics.median(times["by hand"])


if __name__ == "__main__":
    main()
