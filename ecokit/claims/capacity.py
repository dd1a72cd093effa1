"""What the page on capacity says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import capacity

if TYPE_CHECKING:
    from ecokit.shop import Shop

OPENING = 20
"""The hour of the push."""


def _days(shop: Shop) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the calls of the ordinary day and of the peak day, which has more work."""
    calls = shop.requests
    day = calls["minute"].dt.normalize()
    work = calls.groupby(day)["busy_seconds"].sum()
    return calls[day == work.idxmin()], calls[day == work.idxmax()]


def _loads(calls: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    return pd.DataFrame(capacity.offered_load({"requests": calls}, by=by))


def the_opening_minute_is_the_busiest(shop: Shop) -> bool:
    """No other minute of the two days has as much work as the one of the push."""
    minutes = _loads(shop.requests, "minute")
    busiest = minutes["minute"].iloc[int(minutes["load"].to_numpy().argmax())]
    return bool(busiest.hour == OPENING and busiest.minute == 0)


def visitors_are_a_small_part(shop: Shop) -> bool:
    """In the opening minute less than a tenth of the work is for people with a page open."""
    peak = _days(shop)[1]
    minute = _loads(peak, "minute").sort_values("load")["minute"].iloc[-1]
    work = peak[peak["minute"] == minute].set_index("source")["busy_seconds"]
    return bool(work["visitors"] < 0.1 * work.sum())


def machines_come_in_heaps(shop: Shop) -> bool:
    """What chance exceeds once in a thousand minutes is exceeded in more than one of ten."""
    told = capacity.peak_counts({"requests": _days(shop)[0]}, by=["source", "hour"])
    machines = told[told["source"] != "visitors"]
    return bool((machines["over"] * machines["minutes"]).sum() > 0.1 * machines["minutes"].sum())


def slow_pages_sell_less(shop: Shop) -> bool:
    """On the same device in the same month fewer visits end in an order where pages are slow."""
    return capacity.slow_pages(shop, alike=["device", "month"]).high < 0
