"""The truth of six campaigns and two channels, quick and by full reruns with several lucks.

For each luck the company is simulated with and without each of them. What is missing without it is
laid beside the table `incremental`: its columns for one luck with the rerun of that luck, and its
means with the means of the reruns, whose standard errors are shown.

    python benchmarks/incremental.py          seed 2025, 6 lucks
    python benchmarks/incremental.py 7 20     seed 7, 20 lucks
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from ecokit.shop import Shop, simulate

SOURCES = (
    "Group-buying site",
    "Live-stream host",
    "618",
    "Coupon flood",
    "Members' thanks",
    "Double 11",
    "brand_search",
    "social",
)


def totals(shop: Shop) -> np.ndarray:
    """Visits, paid orders and profit of a company."""
    paid = shop.orders[shop.orders.paid_at.notna()]
    lines = shop.order_lines.merge(paid[["order_id"]], on="order_id")
    profit = (lines.quantity * (lines.unit_price - lines.unit_cost)).sum()
    return np.array([len(shop.visits), len(paid), profit])


def rerun(seed: int, lucks: Sequence[int]) -> np.ndarray:
    """Return what is missing without each source: lucks by sources by visits, orders, profit."""
    found = np.zeros((len(lucks), len(SOURCES), 3))
    for number, luck in enumerate(lucks):
        usual = totals(simulate(seed, luck=luck))
        for row, source in enumerate(SOURCES):
            found[number, row] = usual - totals(simulate(seed, without=[source], luck=luck))
    return found


def main() -> None:
    seed, lucks = (int(a) for a in (sys.argv[1:] + ["2025", "6"][len(sys.argv) - 1 :]))
    shop = simulate(seed)
    len(shop.visits)
    start = time.process_time()
    table = shop.incremental.set_index("source")
    print(f"quick: {time.process_time() - start:.1f} s of processor time for {len(table)} rows")
    start = time.process_time()
    found = rerun(seed, range(lucks))
    runs = lucks * (1 + len(SOURCES))
    print(f"reruns: {time.process_time() - start:.1f} s for {runs} companies")
    ids = shop.campaigns.set_index("name").campaign_id
    print(f"{'':20}{'quick':>24}{'reruns, mean (error)':>42}{'this luck':>20}{'rerun':>20}")
    for row, source in enumerate(SOURCES):
        there = table.loc[ids.get(source, source)]
        mean, error = found[:, row].mean(axis=0), found[:, row].std(axis=0, ddof=1) / lucks**0.5
        for column, name in enumerate(("visits", "orders", "profit")):
            print(
                f"{source if not column else '':20}{name:>8}{there[f'mean_{name}']:16,.0f}"
                f"{mean[column]:28,.0f} ({error[column]:,.0f})"
                f"{there[name]:20,.0f}{found[0, row, column]:20,.0f}"
            )


if __name__ == "__main__":
    main()
