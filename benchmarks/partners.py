"""What a reconciliation costs through ecokit, against a pandas merge written by hand.

    python benchmarks/partners.py [--payments 1000000] [--runs 5]

Makes payments and the lines of providers' files, with faults of each kind, lays them beside each
other both ways in turns (so that a busy machine slows both), checks that each payment gets the
same name, and prints the ratio of the median times: of the processor, and on the clock. The aim:
within 1.5 times.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from ecokit import partners

AIM = 1.5
AS_OF = pd.Timestamp("2025-12-31")


def made(n: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return payments and lines: in a thousand each missing, double, wrong and unknown ones."""
    rng = np.random.default_rng(seed)
    paid = pd.DataFrame({"payment_id": np.arange(1, n + 1)})
    paid["amount"] = rng.integers(1_000, 500_000, n) / 100
    paid["due_on"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(n) * 370 // n, unit="D")
    lines = paid.rename(columns={"due_on": "settled_on"})
    lines["reference"] = lines.pop("payment_id").astype(str)
    luck = rng.random(n)
    lines["amount"] = lines["amount"].where(luck > 0.001, lines["amount"] - 1)
    again = lines[(luck > 0.001) & (luck < 0.002)]
    stray = lines[(luck > 0.002) & (luck < 0.003)].assign(reference=lambda t: "X" + t["reference"])
    kept = lines[(luck < 0.003) | (luck > 0.004)]
    everything = pd.concat([kept, again, stray])
    everything = everything[everything["settled_on"] <= AS_OF]
    return paid, everything.sample(frac=1, random_state=seed).reset_index(drop=True)


def by_hand(paid: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the same as `partners.reconcile`, as somebody writes it who knows pandas."""
    lines = lines[lines["settled_on"] <= AS_OF]
    lines = lines.assign(fen=(lines["amount"] * 100).round().astype("int64"))
    each = lines.groupby("reference")["fen"].agg(["size", "sum", "min", "max"]).reset_index()
    ours = pd.DataFrame(
        {
            "reference": paid["payment_id"].astype(str),
            "owed": (paid["amount"] * 100).round().astype("int64"),
            "due": paid["due_on"] <= AS_OF,
        }
    )
    both = ours.merge(each, on="reference", how="outer")
    owed, back = both["owed"].fillna(0), both["sum"].fillna(0)
    whole = (both["min"] == owed) & (both["max"] == owed) & (both["size"] > 1)
    known, settled = both["owed"].notna(), both["size"].notna()
    both["fault"] = np.select(
        [
            ~known,
            settled & (back == owed),
            settled & whole,
            settled,
            both["due"].fillna(value=False).astype(bool),
        ],
        ["unknown_reference", "matched", "double", "wrong_amount", "missing"],
        "not_yet_due",
    )
    both["difference"] = np.where(both["fault"] == "not_yet_due", 0.0, (back - owed) / 100)
    return both[["reference", "owed", "sum", "size", "difference", "fault"]]


def through_ecokit(paid: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return what ecokit gives."""
    found: pd.DataFrame = partners.reconcile(paid, lines, as_of=AS_OF)
    return found


def timed(
    way: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame],
    paid: pd.DataFrame,
    lines: pd.DataFrame,
) -> tuple[float, float, pd.DataFrame]:
    """Return seconds of the processor and on the clock, and the answer, of fresh tables."""
    paid, lines = paid.copy(), lines.copy()
    clock, processor = time.perf_counter(), time.process_time()
    found = way(paid, lines)
    return time.process_time() - processor, time.perf_counter() - clock, found


def main() -> None:
    """Measure both ways in turns, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    paid, lines = made(given.payments)
    ways = {"ecokit": through_ecokit, "by hand": by_hand}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    found: dict[str, pd.DataFrame] = {}
    for _run in range(given.runs):
        for name, way in ways.items():
            *taken, found[name] = timed(way, paid, lines)
            seconds[name].append((taken[0], taken[1]))
    one, two = (
        found[name].set_index("reference")[["fault", "difference"]].sort_index() for name in ways
    )
    assert one["fault"].equals(two["fault"])
    assert np.allclose(one["difference"], two["difference"])
    print(one["fault"].value_counts().to_string())
    medians = {
        name: [statistics.median(column) for column in zip(*taken, strict=True)]
        for name, taken in seconds.items()
    }
    for name, (processor, clock) in medians.items():
        print(f"{name:8} {processor:6.2f} s processor {clock:6.2f} s clock")
    processor, clock = (a / b for a, b in zip(*medians.values(), strict=True))
    verdict = "within" if processor <= AIM else "ABOVE"
    print(f"ratio    {processor:6.2f}             {clock:6.2f}          {verdict} {AIM}")


if __name__ == "__main__":
    main()
