"""What choices of delivery and its measures cost through ecokit, against the same by hand.

    python -m benchmarks.delivery [--parcels 10000000] [--cities 300] [--sites 50] [--runs 5]

The choice of carriers for 300 cities and 8 carriers and that of warehouses, 50 by 50, against the
same model given to HiGHS by hand (aim: 1.2), and measures over 10^7 parcels on DuckDB against
DuckDB SQL written by hand (aims: 1.6 with a join, 1.3 otherwise). Both ways run in turns, so that a
busy machine slows both; their answers are compared first; the ratio of the median times is printed,
on the clock and of all processors. The tables count as those of a shop in place: looked at before.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from ecokit import delivery

Rows = list[tuple[Any, ...]]
Ways = dict[str, Callable[[], Any]]
AS_OF = "2026-01-01"
PROMISE = 0.94

# A year of parcels to 300 cities with 8 carriers; 8 % with cash at the door, 2 % come back.
DATA = {
    "deliveries": """
        SELECT i AS parcel_id, i AS order_id,
               'E' || (hash(i, 1) % 8) AS carrier_id, 'C' || (hash(i, 2) % 300) AS city_id,
               sent AS dispatched_at, sent + INTERVAL 72 HOUR AS promised_at,
               CASE WHEN hash(i, 4) % 500 > 0
                    THEN sent + INTERVAL 1 MINUTE * (1200 + (hash(i, 3) % 3600)::INTEGER)
               END AS delivered_at,
               hash(i, 5) % 100 < 8 AS cash_on_delivery,
               ['delivered', 'delivered', 'delivered', 'damaged', 'lost', 'refused'][
                   (1 + hash(i, 6) % 6)::INTEGER] AS outcome,
               (1 + hash(i, 7) % 400)::DOUBLE / 100 AS weight_kg,
               (1 + hash(i, 8) % 6)::DOUBLE AS billed_kg,
               (600 + hash(i, 9) % 1500)::DOUBLE / 100 AS cost
        FROM (SELECT i, TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31535000 // {n}) AS sent
              FROM range({n}) AS t(i))""",
    "cities": """
        SELECT 'C' || i AS city_id, ['north', 'east', 'south', 'west'][1 + i % 4] AS region
        FROM range(300) AS t(i)""",
}

_ON_TIME = """
    SELECT {groups}, n, k, k / n, seconds / there / 3600 FROM (
        SELECT {groups}, count(*) AS n,
               count(*) FILTER (WHERE delivered_at <= promised_at) AS k,
               count(*) FILTER (WHERE delivered_at <= TIMESTAMP '2026-01-01') AS there,
               sum(epoch(delivered_at) - epoch(dispatched_at))
                   FILTER (WHERE delivered_at <= TIMESTAMP '2026-01-01') AS seconds
        FROM {tables} WHERE promised_at <= TIMESTAMP '2026-01-01' GROUP BY ALL) ORDER BY ALL"""
BY_HAND = {
    "on time, pairs": _ON_TIME.format(groups="carrier_id, city_id", tables="deliveries"),
    "on time, regions": _ON_TIME.format(
        groups="region", tables="deliveries LEFT JOIN cities USING (city_id)"
    ),
    "refused by cash": """
        SELECT cash_on_delivery, count(outcome),
               count(*) FILTER (WHERE outcome = 'delivered'),
               count(*) FILTER (WHERE outcome = 'damaged'),
               count(*) FILTER (WHERE outcome = 'lost'),
               count(*) FILTER (WHERE outcome = 'refused') AS refused, refused / count(outcome)
        FROM deliveries GROUP BY 1 ORDER BY 1""",
    "costs by carrier": """
        SELECT carrier_id, count(*), sum(CAST(round(weight_kg * 1000) AS BIGINT)) AS grams,
               sum(CAST(round(billed_kg * 1000) AS BIGINT)) AS billed,
               sum(CAST(round(cost * 100) AS BIGINT)) / 100, billed / grams
        FROM deliveries GROUP BY 1 ORDER BY 1""",
}
LIMITS = {
    "carriers": 1.2,
    "warehouses": 1.2,
    "on time, pairs": 1.3,
    "on time, regions": 1.6,
    "refused by cash": 1.3,
    "costs by carrier": 1.3,
}


# --- choices ---------------------------------------------------------------------------


def network(cities: int, carriers: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Return the parcels of cities, what carriers offer there, and the quotas of three of them."""
    rng = np.random.default_rng(7)
    demand = pd.DataFrame(
        {"city_id": [f"C{at}" for at in range(cities)], "parcels": rng.integers(20, 400, cities)}
    )
    demand = demand.sort_values("city_id", ignore_index=True)
    names = [f"E{at}" for at in range(carriers)]
    skill = rng.uniform(0.88, 0.97, carriers)
    lanes = pd.MultiIndex.from_product([demand["city_id"], names], names=["city_id", "carrier_id"])
    noise = rng.normal(0, 0.02, (cities, carriers))
    on_time = np.clip(skill + noise, 0.6, 0.995)
    cost = 4 + 60 * (skill - 0.85) + rng.uniform(0, 4, (cities, carriers))
    table = pd.DataFrame(
        {"cost": cost.round(2).ravel(), "on_time": on_time.round(4).ravel()}, lanes
    )
    kept = rng.random(len(table)) < 0.9
    kept[::carriers] = True
    total = float(demand["parcels"].sum())
    quotas = {
        name: float(round(total * share))
        for name, share in zip(names, (0.1, 0.15, 0.2), strict=False)
    }
    return demand, table[kept].reset_index(), quotas


def carriers_by_hand(demand: pd.DataFrame, lanes: pd.DataFrame, quotas: dict[str, float]) -> float:
    """Give the model to HiGHS: least cost, each city once, the promise, the quotas."""
    city = pd.Index(demand["city_id"]).get_indexer(pd.Index(lanes["city_id"]))
    n = demand["parcels"].to_numpy(float)[city]
    on_time, cost = lanes["on_time"].to_numpy(), lanes["cost"].to_numpy()
    place = np.arange(len(lanes))
    once = csr_array((np.ones(len(lanes)), (city, place)))
    kept = csr_array((n * on_time)[None, :])
    limits = [lanes["carrier_id"].to_numpy() == name for name in quotas]
    load = csr_array(np.array([n * these for these in limits]))
    found: Any = milp(
        n * cost,
        constraints=[
            LinearConstraint(once, 1, 1),
            LinearConstraint(kept, lb=PROMISE * demand["parcels"].sum()),
            LinearConstraint(load, ub=np.array(list(quotas.values()), dtype=float)),
        ],
        integrality=np.ones(len(lanes), dtype=int),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 1e-4},
    )
    return float(found.fun)


def map_of(sites: int, cities: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return warehouses and cities on a square, and what serving costs by the distance."""
    rng = np.random.default_rng(3)
    here, there = rng.uniform(0, 1000, (sites, 1, 2)), rng.uniform(0, 1000, (1, cities, 2))
    parcels = rng.integers(100, 2000, cities)
    cost = np.linalg.norm(here - there, axis=2) * parcels * 0.004
    names = [f"H{at:03}" for at in range(sites)]
    pairs = pd.MultiIndex.from_product(
        [names, [f"C{at:03}" for at in range(cities)]], names=["warehouse_id", "city_id"]
    )
    fixed = rng.uniform(4000, 9000, sites).round()
    serving = pd.DataFrame({"cost": cost.round(2).ravel()}, pairs).reset_index()
    return pd.DataFrame({"warehouse_id": names, "fixed": fixed}), serving


def warehouses_by_hand(sites: pd.DataFrame, serving: pd.DataFrame) -> float:
    """Give the strong model to HiGHS: each city once, and only from where it is open."""
    m, pairs = len(sites), len(serving)
    site = pd.Index(sites["warehouse_id"]).get_indexer(pd.Index(serving["warehouse_id"]))
    city = serving["city_id"].factorize()[0]
    place, ones = np.arange(pairs), np.ones(pairs)
    once = csr_array((ones, (city, m + place)), shape=(city.max() + 1, m + pairs))
    opened = csr_array(
        (np.r_[ones, -ones], (np.r_[place, place], np.r_[m + place, site])),
        shape=(pairs, m + pairs),
    )
    found: Any = milp(
        np.r_[sites["fixed"], serving["cost"]],
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(opened, ub=0)],
        integrality=np.r_[np.ones(m), np.zeros(pairs)].astype(int),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return float(found.fun)


def choices(cities: int, sites: int) -> dict[str, Ways]:
    """Return both ways to make each choice."""
    demand, lanes, quotas = network(cities, 8)
    places, serving = map_of(sites, sites)
    return {
        "carriers": {
            "by hand": partial(carriers_by_hand, demand, lanes, quotas),
            "ecokit": lambda: delivery.choose_carriers(demand, lanes, PROMISE, quotas=quotas).cost,
        },
        "warehouses": {
            "by hand": partial(warehouses_by_hand, places, serving),
            "ecokit": lambda: delivery.choose_warehouses(places, serving).cost,
        },
    }


# --- measures --------------------------------------------------------------------------


def make(folder: Path, parcels: int) -> None:
    """Write the Parquet files."""
    for name, query in DATA.items():
        select = query.format(n=parcels)
        duckdb.sql(f"COPY ({select}) TO '{(folder / name).as_posix()}.parquet'")


class Looked(dict[str, Any]):
    """Tables that were looked at once, as those of a shop in place are."""

    looked_at = True


@cache
def checked(folder: Path) -> Looked:
    """Return the tables, not yet read."""
    return Looked({name: duckdb.read_parquet(str(folder / f"{name}.parquet")) for name in DATA})


def by_hand(folder: Path, name: str) -> Rows:
    """Compute one measure with SQL."""
    for table in DATA:
        duckdb.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
    query = duckdb.query(BY_HAND[name])
    return [] if query is None else query.fetchall()  # `if query` would run it for its length


def through_ecokit(shop: Looked, name: str) -> Rows:
    """Compute one measure with the kit; with intervals, which the SQL by hand has not."""
    if name.startswith("on time"):
        by = ["carrier_id", "city_id"] if name == "on time, pairs" else ["region"]
        table = delivery.punctuality(shop, by=by, as_of=AS_OF).df()
        columns = [*by, "parcels", "on_time", "rate", "hours"]
    elif name == "refused by cash":
        table = delivery.outcomes(shop, by="cash_on_delivery").df()
        columns = ["cash_on_delivery", "parcels", *delivery.OUTCOMES, "rate"]
    else:
        table = delivery.parcel_costs(shop, by="carrier_id").df()
        table = table.assign(grams=table["weight_kg"] * 1000, billed=table["billed_kg"] * 1000)
        columns = ["carrier_id", "parcels", "grams", "billed", "cost", "billed_ratio"]
    return list(table[columns].itertuples(index=False, name=None))


def same(one: Any, other: Any) -> bool:
    """Say whether both ways give the same, up to the last digits; choices up to HiGHS's gap."""
    if isinstance(one, float):
        return abs(one - other) <= 1e-4 * abs(one)
    pairs = zip(one, other, strict=True)
    return all(
        all(a == b or abs(a - b) <= 1e-9 * abs(a) for a, b in zip(x, y, strict=True))
        for x, y in pairs
    )


# --- the clock -------------------------------------------------------------------------


def timed(ways: Ways, runs: int) -> tuple[dict[str, float], ...]:
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


def told(name: str, ways: Ways, runs: int) -> bool:
    """Print one line and return whether the aim is met."""
    if not same(ways["by hand"](), ways["ecokit"]()):  # and warm the cache
        raise SystemExit(f"{name}: the answers differ")
    clock, cpu = timed(ways, runs)
    ratio, worked = (it["ecokit"] / it["by hand"] for it in (clock, cpu))
    print(
        f"{name:20}{clock['by hand']:10.3f}{ratio:7.2f}{worked:7.2f}{LIMITS[name]:7.1f}", flush=True
    )
    return ratio <= LIMITS[name]


def main() -> None:
    """Print one line a choice and a measure; fail where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=10_000_000)
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.parcels:,} parcels, {options.cities} cities, median of {options.runs} runs")
    print(f"{'by hand = 1':20}{'by hand s':>10}{'time':>7}{'CPU':>7}{'aim':>7}")
    met = [
        told(name, ways, options.runs)
        for name, ways in choices(options.cities, options.sites).items()
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, options.parcels)
        for name in BY_HAND:
            ways: Ways = {
                "by hand": partial(by_hand, folder, name),
                "ecokit": partial(through_ecokit, checked(folder), name),
            }
            met.append(told(name, ways, options.runs))
    if not all(met):
        raise SystemExit("an aim is missed")


if __name__ == "__main__":
    main()
