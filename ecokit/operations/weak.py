"""Weak categories 垃圾品类: find them, give them a monthly target, follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.kpi.engine import start_of
from ecokit.messages import _
from ecokit.operations.assortment import YEAR, performance

SIGNS = ("sales", "growth", "margin", "gmroi")
"""The four signs that are looked at."""


@public
def weak_categories(
    data: Any,
    *,
    month: str | pd.Timestamp,
    by: str = "category",
    window: int = 3,
    signs: int = 2,
) -> Any:
    """Find the categories that sell little and earn little on their stock.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock`` (with ``unit_cost``, which
        :func:`ecokit.kpi.unit_cost` adds), ``products``.
    month : str or Timestamp
        The last month that you look at, such as ``"2025-09"``.
    by : str
        ``"category"`` or another column of products, such as ``"line"``.
    window : int
        Months looked at, and months before them that they are compared with.
    signs : int
        So many of the four signs make a category weak, if low sales and a low GMROI are among
        them. One that sells much at a low margin is not weak: it may bring the visitors of the
        others. Nor is one that sells little and earns much on little stock.

    Returns
    -------
    DataFrame
        `by`; ``sales``, ``growth`` (sales of the window over those of the window before,
        less 1), ``margin``, ``gmroi_year``; the signs ``weak_sales`` (less than half of the
        mean category), ``weak_growth`` (below the whole shop's in the same months),
        ``weak_margin``, ``weak_gmroi`` (below the median category's, which the largest
        category does not set alone); ``signs`` (how many) and ``weak``. Weak ones first, then
        those with most signs, then those that earn least on their stock.

    Raises
    ------
    CourseError
        The months before the window are not in the data, or `month`, `window` or `signs` is
        not what it should be.

    References
    ----------
    Slide 16; the rule is the course's own. Growth is measured against the shop's, so that a
    season is no sign.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> weak_categories(load_shop(), month="2025-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 3 months up to 2025-01 and 3 months before them need sales from ...
    """
    window, signs = numbers.count("window", window, 1, 1_000), numbers.count("signs", signs)
    last = numbers.month("month", month)
    monthly = _by_month(data, numbers.text("by", by))
    if monthly.empty:
        raise CourseError(_("There are no sales and no stock, so no category can be judged."))
    first = last - 2 * window + 1
    if first < monthly["month"].min() or last > monthly["month"].max():
        raise CourseError(
            _(
                "{n} months up to {last} and {n} months before them need sales from {first} to "
                "{last}. Take a month from {low} to {high}, or a shorter window."
            ).format(
                n=window,
                last=last,
                first=first,
                low=monthly["month"].min() + 2 * window - 1,
                high=monthly["month"].max(),
            )
        )
    now = _within(monthly, last - window + 1, last)
    before = _within(monthly, first, last - window)
    table, shop = _ratios(now, before, by), _ratios(now.assign(all=0), before.assign(all=0), "all")
    table["weak_sales"] = table["sales"] < table["sales"].mean() / 2
    table["weak_growth"] = table["growth"] < shop["growth"].iloc[0]
    for sign, column in (("margin", "margin"), ("gmroi", "gmroi_year")):
        table[f"weak_{sign}"] = table[column] < table[column].median()
    table["signs"] = table[[f"weak_{sign}" for sign in SIGNS]].sum(axis=1)
    table["weak"] = table["weak_sales"] & table["weak_gmroi"] & (table["signs"] >= signs)
    order, ascending = ["weak", "signs", "gmroi_year"], [False, False, True]
    return frames.like(table.sort_values(order, ascending=ascending, ignore_index=True), data)


def _by_month(data: Any, by: str) -> pd.DataFrame:
    table = frames.as_pandas(performance(data, by=["month", by]))
    held = table["mean_stock"] * table["days"]  # yuan of stock, added up over the days
    return table.assign(month=table["month"].dt.to_period("M"), held=held)


def _within(monthly: pd.DataFrame, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    months: Any = monthly["month"]
    return monthly[(months >= first) & (months <= last)]


def _ratios(now: pd.DataFrame, before: pd.DataFrame, by: str) -> pd.DataFrame:
    sums = now.groupby(by)[["sales", "profit", "held"]].sum()
    old = before.groupby(by)["sales"].sum().reindex(sums.index)
    return pd.DataFrame(
        {
            "sales": sums["sales"],
            "growth": sums["sales"] / old.where(old > 0) - 1,
            "margin": sums["profit"] / sums["sales"].where(sums["sales"] > 0),
            "gmroi_year": sums["profit"] * YEAR / sums["held"].where(sums["held"] > 0),
        }
    ).reset_index()


@public
def category_targets(
    data: Any,
    *,
    category: str,
    month: str | pd.Timestamp,
    months: int = 3,
    lift: float = 0.10,
) -> Any:
    """Give a category a sales target for each of the next months.

    The target is the category's share of the last three months' sales, raised by `lift`, of
    what the whole shop plans for each month. So a season is in the target, and the category
    is asked to win share, not to profit from December.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock`` (with ``unit_cost``), ``products``, ``targets``
        (``plan`` of the KPI ``sales_attainment``).
    category : str
        A category of products.
    month : str or Timestamp
        The last month that is known.
    months : int
        How many targets.
    lift : float
        By which share the category's part of the sales is to rise: 0.10 is from 5 % to 5.5 %.

    Returns
    -------
    DataFrame
        ``month``, ``plan`` (of the shop), ``share`` (asked of the category), ``target``
        (yuan), ``actual`` (yuan; null for months that are not known), ``attainment``.

    Raises
    ------
    CourseError
        There is no such category, no sales in the three months up to `month`, or no plan for
        the months after it.

    References
    ----------
    Slide 16 (a monthly target for weak categories, reached, with a sales analysis).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> category_targets(load_shop(), category="cameras", month="2025-09")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no category cameras. There are: accessories, audio, ...
    """
    months = numbers.count("months", months, 1, 1_000)
    raised = 1 + numbers.number("lift", lift, low=-1)
    last = numbers.month("month", month)
    monthly = _by_month(data, "category")
    known = sorted(monthly["category"].dropna().unique())
    if category not in known:
        raise CourseError(
            _("There is no category {category}. There are: {known}.").format(
                category=category, known=", ".join(known)
            )
        )
    plans = _plans(data).loc[last + 1 : last + months]
    if len(plans) < months:
        raise CourseError(
            _("The table targets plans {n} of the {months} months after {last}.").format(
                n=len(plans), months=months, last=last
            )
        )
    recent = _within(monthly, last - 2, last)
    if recent["month"].nunique() < 3 or recent["sales"].sum() <= 0:
        raise CourseError(
            _("A target needs the sales of three months, from {first} to {last}.").format(
                first=last - 2, last=last
            )
        )
    mine = recent["category"] == category
    share = recent.loc[mine, "sales"].sum() / recent["sales"].sum() * raised
    actual = monthly[monthly["category"] == category].set_index("month")["sales"]
    table = pd.DataFrame({"plan": plans, "share": share, "target": plans * share})
    table["actual"] = actual.reindex(table.index)
    table["attainment"] = table["actual"] / table["target"]
    told = table.rename_axis("month").reset_index()
    return frames.like(told.assign(month=told["month"].dt.to_timestamp()), data)


def _plans(data: Any) -> pd.Series[float]:
    (targets,) = frames.door(data, {"targets": "month kpi plan"})
    targets = targets.filter(nw.col("kpi") == "sales_attainment")
    plan = frames.as_pandas(targets.select("plan", month=start_of("month", "month")))
    return plan.set_index(plan["month"].dt.to_period("M"))["plan"].astype(float).sort_index()


@dataclass(frozen=True)
class MonthSoFar(ByName, of="operations.follow"):
    """A monthly target on one evening of the month.

    Attributes
    ----------
    so_far : float
        Sales, in yuan.
    attained : float
        Sales so far of the target.
    gone : float
        Share of the month's days.
    run_rate : float
        Yuan of the month if it goes on so.
    projected : float
        Run rate of the target.
    needed_a_day : float
        Yuan on each day left.
    pace : float
        Needed a day over so far a day: above 1, the rest must go faster.
    """

    so_far: float
    attained: float
    gone: float
    run_rate: float
    projected: float
    needed_a_day: float
    pace: float


@public
def follow(sales: pd.Series[float], target: float, as_of: str | pd.Timestamp) -> MonthSoFar:
    """Follow a monthly target from a morning in the month.

    Parameters
    ----------
    sales : Series
        Yuan a day, with days as index.
    target : float
        Yuan of the month of `as_of`.
    as_of : str or Timestamp
        The last day that is known.

    Returns
    -------
    MonthSoFar
        Where the month stands, and what the days left need. On the last day nothing is left to
        do, and ``needed_a_day`` and ``pace`` are NaN.

    Raises
    ------
    CourseError
        No day of the month is known, `sales` has no days as index, or `target` is not above
        zero.

    References
    ----------
    Slide 16.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.Series(100.0, index=pd.date_range("2025-04-01", "2025-04-30"))
    >>> told = follow(sales, target=4000, as_of="2025-04-10")
    >>> told.so_far, told.attained, told.run_rate, told.projected
    (1000.0, 0.25, 3000.0, 0.75)
    >>> told.needed_a_day, told.pace
    (150.0, 1.5)
    >>> follow(sales, target=4000, as_of="2025-05-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are no sales of 2025-05 up to 2025-05-01. Take a day that ...
    """
    target = numbers.positive("target", target)
    sales = numbers.by_day("sales", sales)
    day = numbers.day("as_of", as_of)
    month = numbers.month("as_of", day)
    index = pd.DatetimeIndex(sales.index)
    known = sales[(index.to_period("M") == month) & (index <= day)]
    if known.empty:
        raise CourseError(
            _(
                "There are no sales of {month} up to {day:%Y-%m-%d}. Take a day that is known."
            ).format(month=month, day=day)
        )
    so_far, gone, left = float(known.sum()), day.day, month.days_in_month - day.day
    needed = max(target - so_far, 0) / left if left else np.nan
    run_rate = so_far / gone * month.days_in_month
    return MonthSoFar(
        so_far=so_far,
        attained=so_far / target,
        gone=gone / month.days_in_month,
        run_rate=run_rate,
        projected=run_rate / target,
        needed_a_day=float(needed),
        pace=float(needed / (so_far / gone)) if so_far else np.inf,
    )
