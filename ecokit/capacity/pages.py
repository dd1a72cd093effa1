"""Slow pages and orders: what the shop's own visits say, compared like with like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.intervals import normal_quantile, wilson
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import PERIODS
from ecokit.kpi.grouping import grouped, inner_names
from ecokit.messages import _

EDGES = (1.0, 2.0, 3.0, 4.0, 6.0)
"""Seconds between the bands of :func:`by_speed`."""

LONG = 60.0
"""Seconds that no shop lets half of its visits wait for."""

STEEP = 50.0
"""A change a second beyond this, in logs, is none that visits tell."""

_SPEEDS = ("speed", "seconds", "visits", "orders", "rate", "low", "high")


@dataclass(frozen=True)
class SlowPages:
    """How conversion changes with each second until the first page is there.

    Attributes
    ----------
    visits, orders : int
        That were compared: all visits, and those that ended in an order.
    groups : int
        Of visits that are alike; only within a group fast and slow ones are compared.
    change : float
        Of conversion with each second, in logs: with -0.07 a second more leaves exp(-0.07) of it,
        which is about 7 % less.
    low, high : float
        Its interval.
    naive : float
        The same change, if all visits are compared as if they were alike.
    """

    visits: int
    orders: int
    groups: int
    change: float
    low: float
    high: float
    naive: float

    def __str__(self) -> str:
        words = _(
            "Conversion changes by {change:+.1%} a second ({low:+.1%} to {high:+.1%}), in logs, "
            "within {groups:,} groups of {visits:,} visits; {naive:+.1%} if all are taken as alike."
        )
        return words.format(**vars(self))


def _by_wait(data: Any, keys: Sequence[str], taken: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Return visits and orders by groups and by seconds, and the number of groups."""
    columns = ["started_at"] if any(key in PERIODS for key in keys) else []
    (visits,) = frames.door(data, {"visits": [*columns, "load_seconds", "reached"]})
    frames.need("visits", visits, ["load_seconds", "reached"])
    rows.refuse(visits, "visits", [rows.below_zero("load_seconds")])
    kept = ["load_seconds", "reached"]
    there = grouped(visits, keys, kept, taken, table="visits", time="started_at")
    known = there.filter(~nw.col("load_seconds").is_null())
    ordered = (nw.col("reached") == nw.lit("order")).fill_null(value=False).cast(nw.Int64)
    groups = inner_names(keys)
    counted = (
        known.with_columns(_order=ordered)
        .group_by(*groups, "load_seconds")
        .agg(nw.len().alias("visits"), nw.col("_order").sum().alias("orders"))
    )
    table = frames.as_pandas(counted)
    _refuse_milliseconds(table)
    place = table.groupby(groups, dropna=False).ngroup() if groups else 0
    table = table.assign(group=place, load_seconds=table["load_seconds"].astype(float))
    table = table.sort_values(["group", "load_seconds"], ignore_index=True)
    return table, int(table["group"].nunique())


def _refuse_milliseconds(table: pd.DataFrame) -> None:
    """Refuse times that nobody waits for: they are of another unit."""
    ordered = table.sort_values("load_seconds")
    middle = ordered["visits"].cumsum().searchsorted(ordered["visits"].sum() / 2)
    if len(ordered) and ordered["load_seconds"].iloc[middle] > LONG:
        message = _(
            "Half of the visits have load_seconds of {value} and more. It seems that these are "
            "milliseconds: divide the column by 1,000."
        )
        raise CourseError(message.format(value=numbers.shown(ordered["load_seconds"].iloc[middle])))


@public
def by_speed(data: Any, *, edges: Sequence[float] = EDGES, confidence: float = 0.95) -> Any:
    """Count visits and orders by the seconds until the first page was there.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``load_seconds``, ``reached``.
    edges : sequence of float
        Seconds above 0 that rise: where one band ends and the next begins.
    confidence : float
        Of the intervals.

    Returns
    -------
    table of the caller's kind
        ``speed`` (the band), ``seconds`` (mean), ``visits``, ``orders``, ``rate``, ``low``,
        ``high``. Bands without a visit are left out.

    Raises
    ------
    CourseError
        A table or column is missing, a time is missing or below 0, or `edges` do not rise.

    References
    ----------
    Intervals: Wilson (1927).

    Examples
    --------
    >>> visits = pd.DataFrame({"load_seconds": [0.5, 0.5, 1.5, 3.0], "reached": ["order", "cart",
    ...     "visit", "order"]})
    >>> by_speed({"visits": visits}, edges=[1, 2])[["speed", "seconds", "visits", "rate"]]
       speed  seconds  visits  rate
    0  0-1 s      0.5       2   0.5
    1  1-2 s      1.5       1   0.0
    2   2+ s      3.0       1   1.0
    """
    cuts = numbers.row("edges", edges, low=0).tolist()
    if not cuts or any(low >= high for low, high in zip([0.0, *cuts], cuts, strict=False)):
        wanted = _("Give seconds above 0 that rise, such as (1, 2, 4).")
        raise numbers.refused("edges", edges, wanted)
    level = numbers.inner_share("confidence", confidence)
    table, _n = _by_wait(data, [], _SPEEDS)
    names = [f"{low:g}-{high:g} s" for low, high in zip([0.0, *cuts], cuts, strict=False)]
    names.append(f"{cuts[-1]:g}+ s")
    band = np.searchsorted(cuts, table["load_seconds"].to_numpy(), side="right")
    table["_all"] = table["load_seconds"] * table["visits"]
    total = table.groupby(band)[["visits", "orders", "_all"]].sum()
    span = wilson(total["orders"].to_numpy(), total["visits"].to_numpy(), level)
    found = pd.DataFrame(
        {
            "speed": [names[place] for place in total.index],
            "seconds": (total["_all"] / total["visits"]).to_numpy(float),
            "visits": total["visits"].to_numpy(np.int64),
            "orders": total["orders"].to_numpy(np.int64),
            "rate": (total["orders"] / total["visits"]).to_numpy(float),
            "low": span.low,
            "high": span.high,
        }
    )
    return frames.like(found, data)


@public
def slow_pages(data: Any, *, alike: By = None, confidence: float = 0.95) -> SlowPages:
    """Measure how conversion changes with each second until the first page is there.

    It compares fast and slow visits of the same group only. That is no experiment: nobody drew
    by lot who waits, and whoever left before the page was there is in no table.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``load_seconds``, ``reached``, the columns of
        `alike`, and ``started_at`` where that names a period.
    alike : str or sequence of str, optional
        What makes visits alike: columns such as ``device``, and ``month``, ``week``, ``hour``.
        Default: nothing, all are compared.
    confidence : float
        Of the interval.

    Returns
    -------
    SlowPages
        The change a second, its interval, and the change without `alike`.

    Raises
    ------
    CourseError
        A table or column is missing, a time is missing or below 0; or nobody ordered, or in no
        group visits of different times can be compared.

    References
    ----------
    Zou (2004): Poisson regression of a yes or no, with a variance that does not believe in Poisson;
    each group has a level of its own. A visitor who comes several times counts as several: where
    that is common, the interval is a little too narrow.

    Examples
    --------
    On each device conversion falls by a half with a second; phones are slower, and their owners
    buy more. All together it looks as if speed did not matter.

    >>> waits = {"desktop": (1, 2), "phone": (2, 3)}
    >>> orders = {"desktop": (400, 200), "phone": (800, 400)}
    >>> visits = pd.DataFrame([(device, second, "order" if n < k else "visit")
    ...     for device in waits for second, k in zip(waits[device], orders[device])
    ...     for n in range(1000)], columns=["device", "load_seconds", "reached"])
    >>> found = slow_pages({"visits": visits}, alike="device")
    >>> [round(math.exp(change), 3) for change in (found.change, found.naive)]
    [0.5, 1.0]
    """
    keys = frames.listed(alike, "alike")
    z = normal_quantile(confidence)
    table, groups = _by_wait(data, keys, ("load_seconds", "reached"))
    if not table["orders"].sum():
        raise CourseError(_("No visit ended in an order: nothing is compared."))
    change, error = _slope(table, table["group"].to_numpy(int))
    naive = _slope(table, np.zeros(len(table), dtype=int))[0]
    return SlowPages(
        visits=int(table["visits"].sum()),
        orders=int(table["orders"].sum()),
        groups=groups,
        change=change,
        low=change - z * error,
        high=change + z * error,
        naive=naive,
    )


def _slope(table: pd.DataFrame, group: NDArray[np.int64]) -> tuple[float, float]:
    """Return the change in logs with a second within groups, and its standard error."""
    from scipy.optimize import brentq

    n, k = table["visits"].to_numpy(float), table["orders"].to_numpy(float)
    seconds = table["load_seconds"].to_numpy()
    ordered = np.bincount(group, k)
    middle = np.bincount(group, n * seconds) / np.bincount(group, n)
    wait = seconds - middle[group]  # so that no exponential grows beyond what a group spans

    def fitted(change: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the orders of each cell as this change would have them, and the mean wait."""
        power = change * wait
        top = np.full(len(ordered), -np.inf)
        np.maximum.at(top, group, power)
        weight = n * np.exp(power - top[group])
        whole = np.bincount(group, weight)
        mean = np.bincount(group, weight * wait) / whole
        return ordered[group] * weight / whole[group], mean[group]

    def score(change: float) -> float:
        return float((wait * (k - fitted(change)[0])).sum())

    expected, mean = fitted(0.0)
    steepest = STEEP / max(float(np.ptp(wait)), 1e-9)
    if not (expected * (wait - mean) ** 2).sum() or score(-steepest) * score(steepest) >= 0:
        message = _(
            "No group has orders after different times, so fast and slow visits cannot be "
            "compared. Name fewer columns in alike."
        )
        raise CourseError(message)
    change = float(brentq(score, -steepest, steepest, xtol=1e-12))
    expected, mean = fitted(change)
    apart = (wait - mean) ** 2
    share = np.minimum(expected / n, 1.0)
    left = k * (1 - share) ** 2 + (n - k) * share**2  # squares of what the fit leaves
    return change, math.sqrt((apart * left).sum()) / float((apart * expected).sum())
