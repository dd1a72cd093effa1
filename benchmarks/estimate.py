"""What an elasticity costs on many rows, against taking two effects out of two columns in pandas.

    python -m benchmarks.estimate [--rows 10000 100000 1000000] [--runs 3]

The panel is made: products and weeks, of which one row in twenty lacks, so that effects have to be
taken out in turns. pandas goes on until nothing moves by 1e-8; `pricing.estimate` fits the whole
Poisson regression with its standard errors, and least squares. They take turns, and the median
processor times are compared. The aim at a million rows: at most five times pandas.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ecokit import pricing

WEEKS = 52
AIM = 5.0


def made(rows: int, seed: int = 1) -> pd.DataFrame:
    """Return a panel of so many rows, with an elasticity of -2.5."""
    rng = np.random.default_rng(seed)
    products = max(rows // WEEKS, 20)
    table = pd.DataFrame({"product_id": np.arange(products).repeat(WEEKS)})
    table["week"] = np.tile(np.arange(WEEKS), products)
    table["market"] = table["product_id"] % 20 * 100 + table["week"]
    good = rng.normal(0, 0.5, products)[table["product_id"]]
    season = rng.normal(0, 0.3, 2000)[table["market"]]
    table["cost"] = np.exp(3 + 0.3 * good + rng.normal(0, 0.1, len(table)))
    table["price"] = table["cost"] * np.exp(0.2 + 0.2 * season + rng.normal(0, 0.05, len(table)))
    table["visits"] = rng.integers(50, 500, len(table))
    worth = np.exp(good + season) * (table["price"] / 30) ** -2.5
    table["units"] = rng.poisson(0.05 * table["visits"] * worth)
    return table[rng.random(len(table)) < 0.95].reset_index(drop=True)


def in_pandas(panel: pd.DataFrame) -> pd.DataFrame:
    """Return units and log price less the effects of product and market."""
    values = panel[["units", "price"]].astype(float)
    values["price"] = np.log(values["price"])
    while True:
        before = values
        for effect in ("product_id", "market"):
            values = values - values.groupby(panel[effect]).transform("mean")
        if float((values - before).abs().max().max()) < 1e-8:
            return values


def seconds(work: Callable[[], Any]) -> float:
    """Return the processor time of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print a line a size and model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    pricing.estimate(made(5000))  # loads what is needed
    for rows in asked.rows:
        panel = made(rows)
        ways: dict[str, Callable[[], Any]] = {
            "pandas": partial(in_pandas, panel),
            "counts": partial(pricing.estimate, panel),
            "logs": partial(pricing.estimate, panel, model="logs"),
            "counts, cost": partial(pricing.estimate, panel, instrument="cost"),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _run in range(asked.runs):
            for name, work in ways.items():
                took[name].append(seconds(work))
        times = {name: statistics.median(found) for name, found in took.items()}
        for name, found in times.items():
            ratio = found / times["pandas"]
            late = "" if ratio <= AIM or rows < 1e6 else f"  above the aim of {AIM:.0f}"
            print(f"{len(panel):>9,} rows  {name:<13} {found:7.2f} s  {ratio:5.1f}{late}")


if __name__ == "__main__":
    main()
