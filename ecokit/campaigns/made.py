"""A small made-up shop, for examples: spend varied by lot, a pause, and a truth that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit.campaigns.curves import carried
from ecokit.kpi.windows import DAY


def example(seed: int = 5) -> dict[str, pd.DataFrame]:
    """Return a small made-up shop: one channel varied by lot and paused, one that follows."""
    rng = np.random.default_rng(seed)
    weeks = pd.date_range("2025-01-06", periods=40, freq="7D")
    names, sizes = ["East", "North", "South", "West"], np.array([0.4, 0.3, 0.2, 0.1])
    season = 1 + 0.5 * np.sin(np.arange(40) / 6)
    drawn = np.exp(rng.normal(0, 0.5, (4, 40)))
    spend = 4_000 * sizes[:, None] * season * drawn
    spend[1:3, 24:30] = 0
    work = carried(spend, 0.4, spend[:, 0] / 0.6) / sizes[:, None]
    brought = 400 * sizes[:, None] * -np.expm1(-work / 8_000)
    others = rng.poisson(1_200 * season * sizes[:, None])
    through = rng.poisson(brought * 1.3)
    came = np.stack([others - np.minimum(rng.poisson(0.3 * brought), others), through])
    index = pd.MultiIndex.from_product([["direct", "paid_search"], names, weeks])
    index.names = ["channel_id", "region", "week"]
    rows_ = pd.Series(came.ravel(), index=index).reset_index(name="n")
    visits = rows_.loc[rows_.index.repeat(rows_["n"])].reset_index(drop=True)
    day = pd.to_timedelta(rng.integers(0, 7, len(visits)), unit="D")
    follows = 900 * sizes[:, None] * season
    both = pd.Series(np.stack([follows, spend]).ravel(), index=index).reset_index(name="spend")
    renamed = both.replace({"direct": "affiliate"})
    regions = pd.DataFrame(
        {
            "pause_id": ["B1"],
            "channel_id": ["paid_search"],
            "start_on": weeks[24:25],
            "end_on": weeks[29:30] + 6 * DAY,
            "regions": ["North South"],
        }
    )
    return {
        "visits": visits.assign(started_at=visits["week"] + day, visit_id=range(len(visits)))[
            ["visit_id", "started_at", "channel_id", "region"]
        ],
        "spend": renamed[["week", "channel_id", "region", "spend"]],
        "pauses": regions,
    }
