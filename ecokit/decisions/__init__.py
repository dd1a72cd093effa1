"""How long decisions take, what a layer of approval costs, and what being late loses.

Tables come in as pandas, Polars or DuckDB frames and are aggregated where they are
(Narwhals); results are small frames of the same family (a lazy table comes back
collected). Times are minutes, money is yuan, shares are fractions 0 to 1.

>>> from ecokit import decisions
>>> round(decisions.DecisionTime.of(layers=3, minutes=40).cdf(120), 3)
0.577
"""

from ecokit.decisions.changes import Change, replay, what_if
from ecokit.decisions.curves import closed_forms, kept_shares, shares_by_layers
from ecokit.decisions.fit import fit_layers, goodness
from ecokit.decisions.paths import DecisionTime
from ecokit.decisions.times import (
    CONFIDENCE,
    add_minutes,
    mean_interval,
    share_interval,
    summarise,
    waiting,
)
from ecokit.decisions.value import Fading, delay_bands, fading, lost_value

__all__ = [
    "CONFIDENCE",
    "Change",
    "DecisionTime",
    "Fading",
    "add_minutes",
    "closed_forms",
    "delay_bands",
    "fading",
    "fit_layers",
    "goodness",
    "kept_shares",
    "lost_value",
    "mean_interval",
    "replay",
    "share_interval",
    "shares_by_layers",
    "summarise",
    "waiting",
    "what_if",
]
