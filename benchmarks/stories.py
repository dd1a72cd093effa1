"""What stories did, by the event study, beside the truth: many companies, fixed seeds.

Each company is simulated with and without its own big stories and the crisis. The truth of a
window is what is missing then, of first visits by the channels that stories move. It is counted
how often the interval holds it, how often the study tells the effect from nothing, and how often
the plain change of all visits lies outside the interval.

    python benchmarks/stories.py             seeds 201 to 250
    python benchmarks/stories.py 1 50        seeds 1 to 50, by which the model was chosen
"""

from __future__ import annotations

import sys

import pandas as pd

from ecokit import media
from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read
from ecokit.shop.simulator.stories import CRISIS, names

BIG = 5_000_000  # readers of a big story, at least
DAY = pd.Timedelta(days=1)
LENGTH = {CRISIS: 8}  # days of a window; seven for stories


def events(shop: Shop) -> dict[str, pd.Timestamp]:
    """Return the first day of each big story and of the crisis."""
    big = shop.stories[shop.stories.reach >= BIG].sort_values("published_at")
    called = [row["name"] for row in sorted(read("big_stories"), key=lambda row: row["starts"])]
    found = dict(zip(called, big.published_at.dt.normalize(), strict=True))
    return {**found, CRISIS: shop.crisis.hour.min().normalize()}


def firsts(shop: Shop) -> pd.Series:
    """Return the days of the first visits by the channels that stories move."""
    visits = shop.visits.sort_values("started_at").drop_duplicates("visitor_id")
    return visits.started_at[visits.channel_id.isin(media.TALKED)].dt.normalize()


def study(seed: int) -> list[dict[str, object]]:
    """Return a row an event: the study, the plain change and the truth."""
    own = [row["name"] for row in read("big_stories") if row["about"] == "own"]
    shop, without = simulate(seed), simulate(seed, without=[*own, CRISIS])
    there, gone = firsts(shop), firsts(without)
    days = events(shop)
    rows = []
    for name in names():
        start = days[name]
        end = start + (LENGTH.get(name, 7) - 1) * DAY
        others = [days[one] for one in (*own, CRISIS) if one != name]
        found = media.event_study(shop, start, end, avoid=others)
        truth = float(there.between(start, end).sum() - gone.between(start, end).sum())
        plain = media.plain_change(shop, start, end)
        rows.append(
            {
                "event": name,
                "truth": truth,
                "effect": found.effect,
                "half": (found.high - found.low) / 2,
                "holds": found.low <= truth <= found.high,
                "told": found.told,
                "plain_outside": not found.low <= plain <= found.high,
            }
        )
    return rows


def main() -> None:
    first, last = (int(one) for one in (sys.argv[1:] + ["201", "250"][len(sys.argv) - 1 :]))
    table = pd.DataFrame([row for seed in range(first, last + 1) for row in study(seed)])
    counts = table.groupby("event")[["holds", "told", "plain_outside"]].sum()
    means = table.groupby("event")[["truth", "effect", "half"]].mean().round(1)
    print(counts.join(means).to_string())


if __name__ == "__main__":
    main()
