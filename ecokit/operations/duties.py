"""The operations manager's ten duties (slide 16), each beside a number of the month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.kpi import measure
from ecokit.messages import _
from ecokit.operations.assortment import not_in_stores, performance
from ecokit.operations.center import against_targets
from ecokit.operations.frames import tables_of
from ecokit.operations.stockouts import stockouts
from ecokit.operations.weak import weak_categories

_Tables = Mapping[str, pd.DataFrame]


def duties(data: Any, month: str | pd.Timestamp) -> pd.DataFrame:
    """Set the ten duties of the operations manager beside a number of one month.

    A duty is a promise; a number tells whether it was kept. Read the table from top to bottom
    once a month, and ask for the list behind each number that surprises you.

    Parameters
    ----------
    data : Shop or mapping of pandas tables
        The shop's tables.
    month : str or Timestamp
        Such as ``"2025-09"``; weak categories need five months before it.

    Returns
    -------
    DataFrame
        Ten rows: ``duty``, ``duty_zh``, ``measure`` (in words), ``value``, ``unit``
        (``share``, ``count``, ``days``, ``ratio`` or ``turns``), ``tables`` (where it comes from).

    Raises
    ------
    CourseError
        The month is not in the data, or a table is missing.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> table = duties(load_shop(), "2025-09")
    >>> len(table), table["duty_zh"].iloc[3]
    (10, '给垃圾品类定月度目标并达成')
    >>> duties(load_shop(), "2031-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The shop has no sales in 2031-01. Take a month from 2025-06 to ...

    Source: slide 16.
    """
    tables: _Tables = tables_of(data)
    first = pd.Period(month, "M").to_timestamp()
    known = tables["orders"]["placed_at"].dt.to_period("M")
    low, high = known.min() + 5, known.max()
    if not low <= first.to_period("M") <= high:
        raise CourseError(
            _("The shop has no sales in {month}. Take a month from {low} to {high}.").format(
                month=first.to_period("M"), low=low, high=high
            )
            if not known.min() <= first.to_period("M") <= high
            else _("Weak categories need five months before {month}. Take {low} or later.").format(
                month=first.to_period("M"), low=low
            )
        )
    rows = [
        (duty, duty_zh, words, float(compute(tables, first)), unit, source)
        for duty, duty_zh, words, compute, unit, source in DUTIES
    ]
    columns = ["duty", "duty_zh", "measure", "value", "unit", "tables"]
    return pd.DataFrame(rows, columns=columns)


def _of(table: pd.DataFrame, column: str, first: pd.Timestamp) -> float:
    return float(table.set_index("month")[column].get(first, float("nan")))


def _targets_met(tables: _Tables, first: pd.Timestamp) -> float:
    both = against_targets(tables)
    return float(both.loc[both["month"] == first, "met"].sum())


def _listed(tables: _Tables, first: pd.Timestamp) -> float:
    launched = pd.to_datetime(tables["products"]["launched_on"]).dt.to_period("M")
    return float((launched == first.to_period("M")).sum())


def _only_online(tables: _Tables, first: pd.Timestamp) -> float:
    orders = tables["orders"]
    in_month = orders["placed_at"].dt.to_period("M") == first.to_period("M")
    stores = tables["store_sales"]
    now = {"orders": orders[in_month], "store_sales": stores[stores["month"] == first]}
    told = not_in_stores({**tables, **now})
    return float(told.loc[told["online_only"], "sales"].sum() / told["sales"].sum())


def _weakest(tables: _Tables, first: pd.Timestamp) -> float:
    return float(weak_categories(tables, first)["weak"].sum())


def _cover(tables: _Tables, first: pd.Timestamp) -> float:
    stock = tables["stock"]
    now = stock[pd.to_datetime(stock["date"]).dt.to_period("M") == first.to_period("M")]
    orders = tables["orders"]
    mine = orders[orders["placed_at"].dt.to_period("M") == first.to_period("M")]
    return float(
        performance({**tables, "stock": now, "orders": mine}, None)["days_of_cover"].iloc[0]
    )


def _stockout_rate(tables: _Tables, first: pd.Timestamp) -> float:
    return _of(stockouts(tables["stock"], by="month"), "unit_rate", first)


def _spread(tables: _Tables, first: pd.Timestamp) -> float:
    table = performance(tables, ["month", "category"])
    gmroi = table.loc[table["month"] == first, "gmroi_year"]
    return float(gmroi.min() / gmroi.max())


def _on_payroll(tables: _Tables, first: pd.Timestamp) -> float:
    staff, posts = tables["staff"], tables["posts"]
    last = first + pd.offsets.MonthEnd(0)
    hired, left = pd.to_datetime(staff["hired_on"]), pd.to_datetime(staff["left_on"])
    here = staff[(hired <= last) & (left.isna() | (left > last))]
    inside = posts[(posts["structure"] == "three_forces") & (posts["sourcing"] == "inside")]
    return len(here) / float(inside["headcount"].sum())


def _answered(tables: _Tables, first: pd.Timestamp) -> float:
    contacts = tables["contacts"]
    now = contacts[contacts["arrived_at"].dt.to_period("M") == first.to_period("M")]
    return float(now["answered_at"].notna().mean())


def _turns(tables: _Tables, first: pd.Timestamp) -> float:
    return _of(measure("inventory_turns", tables, "month"), "inventory_turns", first)


_Row = tuple[str, str, str, Callable[[_Tables, pd.Timestamp], float], str, str]

DUTIES: tuple[_Row, ...] = (
    (
        _("answers for everything and carries the targets"), "全面负责运营管理,并承担绩效指标",
        _("KPIs of the center on target, of five"), _targets_met, "count", "targets",
    ),
    (
        _("picks products of the given categories and lists them"), "挑选商品并上架至销售渠道",
        _("products launched"), _listed, "count", "products",
    ),
    (
        _("buys what sells online and not in the stores"), "采购卖场没有而网络好卖的商品",
        _("share of sales that no store has"), _only_online, "share", "order_lines, store_sales",
    ),
    (
        _("gives weak categories a monthly target and gets them there"),
        "给垃圾品类定月度目标并达成",
        _("weak categories"), _weakest, "count", "order_lines, stock",
    ),
    (
        _("adjusts kinds and quantities by market and consumer"), "根据市场及消费者调整种类和数量",
        _("days of sales that the stock covers"), _cover, "days", "stock",
    ),
    (
        _("renews products in time and keeps lowering the stock-out rate"),
        "及时更新商品,降低缺货率",
        _("stock-out rate"), _stockout_rate, "share", "stock",
    ),
    (
        _("plans the categories"), "制定品类发展规划",
        _("worst category's GMROI over the best one's"), _spread, "ratio", "order_lines, stock",
    ),
    (
        _("assesses the staff"), "对部门员工进行考核",
        _("posts that are filled"), _on_payroll, "share", "staff, posts",
    ),
    (
        _("manages and trains the service staff"), "对客服人员进行管理和培训",
        _("contacts answered before the customer gave up"), _answered, "share", "contacts",
    ),
    (
        _("keeps operations efficient and costs low"), "运营高效,成本低",
        _("inventory turns in the month"), _turns, "turns", "order_lines, stock",
    ),
)  # fmt: skip
"""Duty, Chinese (shortened from the slide), measure, how it is computed, unit, tables."""
