"""Small made-up stories and visits, for examples."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit.kpi.windows import DAY

PATTERNS = (
    (1, "{name} wins praise for {thing}"),
    (1, "No complaints about {thing} at {name}"),
    (-1, "Complaints about {thing} at {name}"),
    (-1, "Not happy with {thing}: customers of {name}"),
    (-1, "Great success: {name} sends {thing} after a month"),
    (0, "{name} to report on {thing}"),
)


def headlines() -> pd.DataFrame:
    """Return labelled headlines: plain ones, negations and irony."""
    names = ("Lark", "Finch", "Heron", "Wren")
    things = ("delivery", "service", "refunds", "advice", "returns")
    rows = [
        (pattern.format(name=name, thing=thing), tone)
        for tone, pattern in PATTERNS
        for name in names
        for thing in things
    ]
    return pd.DataFrame(rows, columns=["headline", "tone"])


def visits(extra: float = 60.0, seed: int = 3) -> pd.DataFrame:
    """Return visits of 120 days, in which a story of 1 June moves seven days, to `extra` a day."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2025-04-01", periods=120)
    story = pd.Timestamp("2025-06-01")
    since = np.asarray((days - story) / DAY)
    told = np.where((since >= 0) & (since < 7), extra * 0.5 ** (since / 3), 0.0)
    own = 80.0 * (1 + 0.2 * (days.day_of_week > 4))
    parts = []
    for channel, mean in (("direct", own + told), ("paid_search", 1.5 * own)):
        day = days.repeat(rng.poisson(mean))
        parts.append(pd.DataFrame({"started_at": day, "channel_id": channel}))
    table = pd.concat(parts, ignore_index=True)
    number = np.arange(1, len(table) + 1)
    none = pd.Series(None, index=table.index, dtype="str")
    return table.assign(visit_id=number, visitor_id=number, campaign_id=none)
