"""Who comes back: time to the second order, and cohorts of first orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.inputs import frames, intervals, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.kpi.grouping import CENTURY, grouped, inner_names, last, moment

_ORDERS = "order_id visitor_id placed_at paid_at"
_TOLD = ("day", "customers", "at_risk", "again", "share", "se", "low", "high")
_MINUTES = 1440


@public
def second_order(
    data: Any,
    *,
    by: By = None,
    days: Sequence[int] | int | None = None,
    as_of: datetime | str | None = None,
    confidence: float = 0.95,
) -> Any:
    """Estimate which share of customers has ordered again, by days since their first order.

    A customer of December has had no time to come back. Those who have been here for a shorter
    time count as long as they are watched (Kaplan-Meier); the share of all who came back so far
    would be too low, and grow with the age of the shop.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at`` and what is in `by`.
        Only paid orders with a ``visitor_id`` count.
    by : str or sequence of str, optional
        Periods and columns of ``orders``: those of the first order.
    days : int or sequence of int, optional
        Read the curve at these days. Default: each day on which somebody came back, or was last
        seen.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.
    confidence : float
        Of the interval, which is that of log(-log S).

    Returns
    -------
    table
        `by`; ``day`` (whole days since the first order), ``customers`` (of the group),
        ``at_risk`` (watched so long, and not back before that day), ``again`` (back on that day),
        ``share`` (back by the end of that day) with ``se`` (Greenwood), ``low`` and ``high``,
        which are null where nobody or everybody is back, and after the last day that anybody was
        watched. Sorted by `by` and day.

    Raises
    ------
    CourseError
        A column is missing, `days` are no days, or there is no order and `as_of` is not given.

    References
    ----------
    Kaplan and Meier (1958); Greenwood (1926); interval: Kalbfleisch and Prentice (1980). Slide 11
    (customer return rate).

    Examples
    --------
    >>> placed = pd.to_datetime(["2025-01-01", "2025-01-11", "2025-01-01", "2025-01-25"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [9, 9, 8, 7],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> found = second_order({"orders": orders}, as_of="2025-01-31")
    >>> found[["day", "at_risk", "again", "share"]]
       day  at_risk  again  share
    0    6        3      0    0.0
    1   10        2      1    0.5
    2   30        1      0    0.5
    >>> second_order({"orders": orders}, days=20)[["day", "share"]]
       day  share
    0   20    0.5
    >>> second_order({"orders": orders}, days=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is -1. Give a whole number, 0 to 36500.
    """
    keys, z = frames.listed(by), intervals.normal_quantile(confidence)
    asked = None if days is None else _days(days)
    (orders,) = frames.door(data, {"orders": _ORDERS}, windows=True)
    end = last(orders, "orders", "placed_at") if as_of is None else moment("as_of", as_of)
    counted = frames.as_pandas(_watched(orders, keys, end))
    groups = inner_names(keys) or ["all"]
    counted = counted if keys else counted.assign(all=0)
    counted = counted.sort_values([*groups, "day"], ignore_index=True)
    curves = [
        _curve(one, z).assign(**{name: one[name].iloc[0] for name in groups})
        for _name, one in counted.groupby(groups, dropna=False, sort=False)
    ]
    if asked is not None:
        curves = [_read(one, asked, groups) for one in curves]
    told = [*groups, *_TOLD]
    table = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=told)
    renamed = dict(zip(inner_names(keys), keys, strict=True))
    return frames.like(table[told[0 if keys else 1 :]].rename(columns=renamed), data)


def _days(days: object) -> list[int]:
    """Return days as a rising list."""
    several = days if numbers.is_list(days) else [days]
    return sorted({numbers.count("days", day, 0, CENTURY) for day in several})  # type: ignore[attr-defined]


def _watched(orders: Frame, keys: list[str], end: datetime) -> Frame:
    """Count customers by group and by the days until they came back, or were last seen."""
    columns = _ORDERS.split()
    sold = grouped(orders, keys, columns, _TOLD)
    sold = sold.filter(
        ~nw.col("paid_at").is_null(), ~nw.col("visitor_id").is_null(), nw.col("placed_at") <= end
    )
    # not of a column that it is sorted by: over pandas Narwhals would sort by what it counts
    number = nw.col("paid_at").cum_count().over("visitor_id", order_by=["placed_at", "order_id"])
    sold = sold.with_columns(_number=number)
    first = sold.filter(nw.col("_number") == 1).drop("_number", "order_id", "paid_at")
    second = sold.filter(nw.col("_number") == 2).select("visitor_id", _second=nw.col("placed_at"))
    both = first.join(second, on="visitor_id", how="left")
    never = nw.col("_second").is_null()
    until = nw.when(never).then(nw.lit(end)).otherwise(nw.col("_second"))
    both = both.with_columns(_until=until, back=(~never).cast(nw.Int64))
    passed = (nw.col("_until") - nw.col("placed_at")).dt.total_minutes()
    both = both.with_columns(day=(passed // _MINUTES).cast(nw.Int64))
    days = both.group_by(*inner_names(keys), "day").agg(
        nw.len().alias("seen"), nw.col("back").sum().alias("again")
    )
    return days.with_columns(nw.col("seen", "again").cast(nw.Int64))


def _curve(counted: pd.DataFrame, z: float) -> pd.DataFrame:
    """Return the share that is back by each day, from what was counted on the days of one group."""
    seen, again = (counted[name].to_numpy(np.int64) for name in ("seen", "again"))
    at_risk = seen.sum() - np.concatenate([[0], np.cumsum(seen)[:-1]])
    left = np.cumprod(1 - again / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(again / (at_risk * (at_risk - again)))
        se = left * np.sqrt(greenwood)
        reach = z * np.sqrt(greenwood) / np.abs(np.log(left))
    inside = (left > 0) & (left < 1)
    high, low = (np.where(inside, 1 - left ** np.exp(sign * reach), np.nan) for sign in (1, -1))
    se = np.where(left > 0, se, np.nan)
    told: dict[str, NDArray[Any]] = {
        "day": counted["day"].to_numpy(),
        "customers": np.full(len(seen), seen.sum()),
        "at_risk": at_risk,
        "again": again,
        "share": 1 - left,
        "se": se,
        "low": low,
        "high": high,
    }
    return pd.DataFrame(told)


def _read(curve: pd.DataFrame, days: list[int], groups: list[str]) -> pd.DataFrame:
    """Return the curve at some days: what held since the last day on which it moved."""
    place = np.searchsorted(curve["day"], days, side="right") - 1
    table = curve.iloc[np.maximum(place, 0)].reset_index(drop=True)
    known = pd.Series(place >= 0)
    on_day = (table["day"] == np.array(days)) & known
    risk = np.searchsorted(curve["day"], days, side="left")
    at_risk = np.append(curve["at_risk"].to_numpy(), 0)[risk]
    table = table.assign(day=days, at_risk=at_risk, again=table["again"].where(on_day, 0))
    table["share"] = table["share"].where(known, 0.0).where(at_risk > 0)
    blank = ~known | (at_risk == 0)
    table[["se", "low", "high"]] = table[["se", "low", "high"]].mask(blank)
    return table[[*groups, *_TOLD]]


@public
def cohorts(
    data: Any,
    *,
    period: str = "month",
    as_of: datetime | str | None = None,
    confidence: float = 0.95,
) -> Any:
    """Follow customers by the period of their first order: who orders again, and when.

    The last period may not be over; compare it with care.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``visitor_id``, ``placed_at``, ``paid_at``. Only paid orders with a
        ``visitor_id`` count.
    period : str
        ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.
    confidence : float
        Of the intervals.

    Returns
    -------
    table
        ``cohort`` and ``period`` (first days), ``later`` (periods after the first), ``customers``
        (of the cohort), ``active`` (of them, who ordered in the period), ``share`` with ``low``
        and ``high``. Every cohort has a row for each period up to the last. Sorted.

    Raises
    ------
    CourseError
        A column is missing, `period` is another word, or there is no order and `as_of` is not
        given.

    References
    ----------
    Slide 11 (customer return rate); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> placed = pd.to_datetime(["2025-01-01", "2025-03-11", "2025-01-05", "2025-02-25"])
    >>> orders = pd.DataFrame({"visitor_id": [9, 9, 8, 7], "placed_at": placed,
    ...                        "paid_at": placed})
    >>> found = cohorts({"orders": orders})
    >>> found[["cohort", "later", "customers", "active"]]
          cohort  later  customers  active
    0 2025-01-01      0          2       2
    1 2025-01-01      1          2       0
    2 2025-01-01      2          2       1
    3 2025-02-01      0          1       1
    4 2025-02-01      1          1       0
    >>> cohorts({"orders": orders}, period="day")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: period is 'day'. Choose one of: week, month, quarter, year.
    """
    unit = _UNITS[numbers.one_of("period", period, _UNITS)]
    (orders,) = frames.door(data, {"orders": "visitor_id placed_at paid_at"})
    end = last(orders, "orders", "placed_at") if as_of is None else moment("as_of", as_of)
    sold = orders.filter(
        ~nw.col("paid_at").is_null(), ~nw.col("visitor_id").is_null(), nw.col("placed_at") <= end
    )
    seen = sold.select("visitor_id", period=start_of(period, "placed_at")).unique()
    first = seen.group_by("visitor_id").agg(cohort=nw.col("period").min())
    both = seen.join(first, on="visitor_id").group_by("cohort", "period").agg(active=nw.len())
    counted = frames.as_pandas(both)
    table = _triangle(counted, pd.Timestamp(end), unit)
    span = intervals.wilson(table["active"], table["customers"], confidence)
    share = table["active"] / table["customers"]
    return frames.like(table.assign(share=share, low=span.low, high=span.high), data)


_UNITS = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def _triangle(counted: pd.DataFrame, end: pd.Timestamp, unit: str) -> pd.DataFrame:
    """Return a row for each cohort and period from its first to the last, with 0 for nobody."""
    born = {name: pd.PeriodIndex(counted[name], freq=unit) for name in ("cohort", "period")}
    sizes = counted["active"][born["cohort"] == born["period"]]
    cohorts_ = pd.Series(sizes.to_numpy(), born["cohort"][born["cohort"] == born["period"]])
    cohorts_ = cohorts_.sort_index()
    active = pd.Series(counted["active"].to_numpy(), pd.MultiIndex.from_arrays(list(born.values())))
    last_one = end.to_period(unit)
    found = [
        (cohort, period, later, size, int(active.get((cohort, period), 0)))
        for cohort, size in zip(cohorts_.index, cohorts_, strict=True)
        for later, period in enumerate(pd.period_range(cohort, last_one, freq=unit))
    ]
    table = pd.DataFrame(found, columns=["cohort", "period", "later", "customers", "active"])
    for name in ("cohort", "period"):
        table[name] = pd.PeriodIndex(table[name], freq=unit).to_timestamp().astype("datetime64[us]")
    return table
