"""What an outage meets: how many visits were to come, what one is worth, how soon it is seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import kpi
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

TIMES = {"visits": "started_at", "orders": "placed_at"}
"""When a row of a table came, for :func:`usual`."""

_RATES = {"hour": "number", "per_minute": "number"}
_WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True)
class VisitWorth:
    """What a visit is worth, on average.

    Attributes
    ----------
    conversion : float
        Paid orders over visits.
    order_value : float
        Yuan a paid order.
    margin : float
        Share of it that is left after the goods, and before advertising.
    paid : float
        Share of the visits that cost a click.
    click_price : float
        Yuan of such a click, on average.
    """

    conversion: float
    order_value: float
    margin: float
    paid: float
    click_price: float

    @property
    def yuan(self) -> float:
        """Gross profit a visit, before advertising."""
        return self.conversion * self.order_value * self.margin

    @property
    def clicks(self) -> float:
        """Yuan of advertising a visit."""
        return self.paid * self.click_price


@public
def visit_worth(data: Any) -> VisitWorth:
    """Return what a visit is worth on average, from a shop's own tables.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``started_at``, ``channel_id``. ``orders``: ``order_id``, ``placed_at``,
        ``paid_at``. ``order_lines``: ``order_id``, ``quantity``, ``unit_price``, ``unit_cost``.
        ``channels``: ``channel_id``, ``cost_per_click``.

    Returns
    -------
    VisitWorth
        ``conversion``, ``order_value``, ``margin``, ``paid``, ``click_price``: what
        :func:`outage_cost` asks for; and yuan a visit, ``yuan`` of gross profit and ``clicks`` of
        advertising. Fees and freight are not taken off.

    Raises
    ------
    CourseError
        A table or column is missing, or there is no visit or no paid order.

    References
    ----------
    The course's own measures: conversion a visit, order value, gross profit over sales.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = visit_worth(load_shop())
    >>> round(found.conversion, 4), round(found.order_value), round(found.margin, 3)
    (0.0692, 1536, 0.177)
    """
    seen = {"visits": "channel_id", "channels": ["channel_id", "cost_per_click"]}
    visits, channels = frames.fetched(data, seen)
    told = {
        name: _value(kpi.MEASURES[name](data), name)
        for name in ("session_conversion", "order_value", "profit", "sales")
    }
    if not (len(visits) and told["session_conversion"] > 0 and told["sales"] > 0):
        raise CourseError(_("A visit's worth needs visits, and paid orders with a price."))
    price = visits["channel_id"].map(channels.set_index("channel_id")["cost_per_click"]).fillna(0.0)
    costs = price > 0
    return VisitWorth(
        conversion=told["session_conversion"],
        order_value=told["order_value"],
        margin=told["profit"] / told["sales"],
        paid=float(costs.mean()),
        click_price=float(price[costs].mean()) if costs.any() else 0.0,
    )


def _value(table: Any, name: str) -> float:
    return float(frames.as_pandas(table)[name].iloc[0])


@public
def visit_rates(data: Any, *, days: Sequence[Any] | None = None) -> Any:
    """Return how many visits come a minute, hour by hour of the day.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``started_at``.
    days : sequence of dates, optional
        The days that are looked at, such as a peak. Default: all from the first to the last visit.

    Returns
    -------
    table of the caller's kind
        ``hour`` (0 to 23), ``days``, ``visits``, ``per_minute``.

    Raises
    ------
    CourseError
        The table or the column is missing, there is no visit, or no day is given.

    References
    ----------
    By definition.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = visit_rates(load_shop()).set_index("hour")["per_minute"]
    >>> found[[4, 21]].round(2).tolist()
    [0.17, 1.05]
    """
    (visits,) = frames.fetched(data, {"visits": "started_at"})
    at = visits["started_at"].dropna()
    if days is not None:
        if isinstance(days, str) or not numbers.is_list(days):
            raise numbers.refused("days", days, _("Give a list of days, such as ['2025-11-11']."))
        kept = pd.DatetimeIndex([numbers.day("days", one) for one in days]).unique()
        at, count = at[at.dt.normalize().isin(kept)], len(kept)
    else:
        dated = at.dt.normalize()
        count = 0 if at.empty else (dated.max() - dated.min()).days + 1
    if not count:
        raise CourseError(_("There is no day to look at: give visits, and one day at least."))
    came = at.dt.hour.value_counts().reindex(range(24), fill_value=0)
    found = pd.DataFrame({"hour": range(24), "days": count, "visits": came.to_numpy("int64")})
    found["per_minute"] = found["visits"] / (60.0 * count)
    return frames.like(found, data)


@dataclass(frozen=True)
class Usual:
    """What came in a time, beside what comes at such a time.

    Attributes
    ----------
    seen : int
        What came.
    usual : float
        Mean of the same hours of the same weekday, in weeks before and after.
    low, high : float
        Between these a single week lies, if nothing happens.
    weeks : int
        Weeks that were looked at.
    """

    seen: int
    usual: float
    low: float
    high: float
    weeks: int

    @property
    def missing(self) -> float:
        """How many did not come; below 0: more came than usual."""
        return self.usual - self.seen

    @property
    def strange(self) -> bool:
        """Whether a usual week would not look like that."""
        return not self.low <= self.seen <= self.high


@public
def usual(
    data: Any,
    start: datetime | str,
    end: datetime | str,
    *,
    of: str = "visits",
    weeks: int = 4,
    confidence: float = 0.95,
) -> Usual:
    """Return what came between two moments, and what comes in the same hours of other weeks.

    During an outage this is who was missing; in the hours after it, who came back: as far as weeks
    differ less than that.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``started_at``; or ``orders``: ``placed_at``.
    start, end : datetime or ISO text
        From when, and until when.
    of : str
        ``visits`` or ``orders``.
    weeks : int
        So many weeks before and so many after are looked at, as far as the table goes.
    confidence : float
        Of the interval in which a single week lies.

    Returns
    -------
    Usual
        ``seen``, ``usual``, ``low``, ``high``, ``weeks``; ``missing``, ``strange``.

    Raises
    ------
    CourseError
        The table or column is missing, the end is not after the start, the time is longer than a
        week, or the table holds fewer than two other weeks.

    References
    ----------
    Hahn (1970): the interval of one further case beside n from a normal distribution.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = usual(load_shop(), "2025-02-12 10:59", "2025-02-12 18:19")
    >>> found.seen, round(found.usual), found.strange
    (296, 259, False)
    """
    from scipy.stats import t

    column = TIMES[numbers.one_of("of", of, TIMES)]
    level, reach = (
        numbers.inner_share("confidence", confidence),
        numbers.count("weeks", weeks, 1, 520),
    )
    low, high = numbers.moment("start", start), numbers.moment("end", end)
    if not low < high <= low + _WEEK:
        wanted = _("Give a moment after the start, and at most a week after it.")
        raise numbers.refused("end", end, wanted)
    (table,) = frames.fetched(data, {of: column})
    at = np.sort(table[column].dropna().to_numpy("datetime64[us]"))
    first, last = (at[0], at[-1]) if len(at) else (high, low)
    moved = [n * _WEEK for n in range(-reach, reach + 1)]
    there = [one for one in moved if first <= low + one and high + one <= last and one]
    counts = np.array([_between(at, low + one, high + one) for one in there], dtype=float)
    if len(counts) < 2:
        raise CourseError(_("Fewer than two other weeks of {table} are there.").format(table=of))
    n, mean = len(counts), float(counts.mean())
    half = float(t.ppf((1 + level) / 2, n - 1) * counts.std(ddof=1) * math.sqrt(1 + 1 / n))
    return Usual(_between(at, low, high), mean, max(mean - half, 0.0), mean + half, n)


def _between(at: NDArray[np.datetime64], low: pd.Timestamp, high: pd.Timestamp) -> int:
    start, end = np.searchsorted(at, np.array([low, high], dtype="datetime64[us]"))
    return int(end - start)


@dataclass(frozen=True)
class Seeing:
    """How soon an outage is seen by those who count failures.

    Attributes
    ----------
    mean : float
        Minutes, on average.
    late : float
        Minutes after which it is seen in nineteen cases of twenty, or as `confidence` says.
    alone : float
        Calls an hour below which one failure by itself burns faster than the threshold.
    """

    mean: float
    late: float
    alone: float


@public
def minutes_to_see(
    asked: float,
    part: float = 1.0,
    *,
    least: int = 2,
    slo: float = 0.999,
    threshold: float = 14.4,
    confidence: float = 0.95,
) -> Seeing:
    """Return how soon an outage is seen where somebody is called at so many failures.

    Parameters
    ----------
    asked : float
        Calls, visits or orders a minute: those of customers, or 1 for an order of our own every
        minute.
    part : float
        Share of them that fails.
    least : int
        Failures at which somebody is called.
    slo : float
        Share that is to succeed, below 1.
    threshold : float
        How fast the budget burns when somebody is called.
    confidence : float
        Share of the outages that is seen by then.

    Returns
    -------
    Seeing
        ``mean`` and ``late`` in minutes, of failures that come by chance; ``alone``: with fewer
        calls an hour one failure calls somebody, whatever it means. That the failures are
        fast enough for the threshold is taken for granted: below ``alone`` they are.

    Raises
    ------
    CourseError
        A number is not above 0, or a share is none.

    References
    ----------
    Waiting for the r-th event of a Poisson process: Johnson, Kotz and Balakrishnan (1994), Gamma
    distributions. Counts where traffic is low: The Site Reliability Workbook (2018), chapter 5.

    Examples
    --------
    A third of a visit a minute, at night, and half of them fail; then an order of our own a minute:

    >>> night, own = minutes_to_see(1 / 3, 0.5), minutes_to_see(1, 0.5)
    >>> round(night.mean), round(night.late), round(own.mean), round(own.late)
    (12, 28, 4, 9)
    >>> round(night.alone)
    69
    """
    from scipy.special import gammaincinv

    rate = numbers.positive("asked", asked) * numbers.share("part", part, zero=False)
    level, count = numbers.inner_share("confidence", confidence), numbers.count("least", least)
    budget = 1 - numbers.inner_share("slo", slo)
    alone = 1 / (numbers.positive("threshold", threshold) * budget)
    return Seeing(count / rate, float(gammaincinv(count, level)) / rate, alone)


@public
def costs_by_hour(
    rates: Any, worth: VisitWorth, minutes: float, *, part: float = 1.0, back: float = 0.0
) -> Any:
    """Return what an outage of a length costs, by the hour at which it begins.

    Parameters
    ----------
    rates : table
        What :func:`visit_rates` returned: ``hour`` from 0 to 23, ``per_minute``.
    worth : VisitWorth
        What :func:`visit_worth` returned.
    minutes : float
        How long it lasts; after midnight the same day begins again.
    part : float
        Share of the visits that fail.
    back : float
        Share of these that come back later and order all the same.

    Returns
    -------
    table of the caller's kind
        ``hour``; ``visits`` that meet it, ``orders`` that nobody makes later, ``cost`` (their gross
        profit, in yuan), ``clicks`` (yuan of advertising that led to the outage: paid anyhow, and
        saved by whoever pauses it).

    Raises
    ------
    CourseError
        A column or an hour is missing, or a number cannot be.

    References
    ----------
    By definition, as :func:`outage_cost`.

    Examples
    --------
    >>> rates = pd.DataFrame({"hour": range(24), "per_minute": [0.2] * 12 + [1.0] * 12})
    >>> worth = VisitWorth(0.05, 1_000, 0.2, paid=0.5, click_price=2)
    >>> found = costs_by_hour(rates, worth, 90, back=0.5).set_index("hour")
    >>> found.loc[[3, 11, 20], ["visits", "orders", "cost", "clicks"]].round(2)
          visits  orders   cost  clicks
    hour
    3       18.0    0.45   90.0    18.0
    11      42.0    1.05  210.0    42.0
    20      90.0    2.25  450.0    90.0
    """
    if not isinstance(worth, VisitWorth):
        raise numbers.refused("worth", worth, _("Give what outages.visit_worth returned."))
    lasts = numbers.number("minutes", minutes, low=0, high=10_080) / 60
    lost, gone = numbers.share("part", part), 1 - numbers.share("back", back)
    (table,) = frames.fetched({"rates": rates}, {"rates": "hour per_minute"}, types=_RATES)
    known = nw.col("hour").is_in(list(range(24)))
    odd = rows.Wrong(_("hour is no hour of the day, 0 to 23"), ~known, ("hour", "per_minute"))
    told = [rows.missing("hour", "per_minute"), odd, rows.below_zero("per_minute", "hour")]
    rows.refuse(table, "rates", [*told, rows.twice("hour")])
    a_day = table.set_index("hour")["per_minute"].reindex(range(24))
    if a_day.isna().any():
        raise CourseError(_("rates needs a row for each hour of the day, from 0 to 23."))
    hourly = 60 * np.resize(a_day.to_numpy(float), 24 * 9)
    came = np.concatenate([[0.0], np.cumsum(hourly)])
    hours = np.arange(24)
    met = lost * (np.interp(hours + lasts, np.arange(len(came)), came) - came[:24])
    found = pd.DataFrame({"hour": hours, "visits": met, "orders": met * gone * worth.conversion})
    found["cost"] = found["orders"] * worth.order_value * worth.margin
    found["clicks"] = met * worth.clicks
    return frames.like(found, {"rates": rates})
