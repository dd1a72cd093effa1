"""The operations manager's ten duties (slide 16), each beside a number of the month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.kpi import measure, scorecard
from ecokit.messages import _
from ecokit.operations.assortment import not_in_stores, performance
from ecokit.operations.center import against_targets
from ecokit.operations.empty_shelves import stockouts
from ecokit.operations.weak import weak_categories

_Tables = Mapping[str, pd.DataFrame]


@public
def duties(data: Any, *, month: str | pd.Timestamp) -> Any:
    """Set the ten duties of the operations manager beside a number of one month.

    A duty is a promise; a number tells whether it was kept. Read the table from top to bottom
    once a month, and ask for the list behind each number that surprises you.

    Parameters
    ----------
    data : Shop or mapping of tables
        The shop's tables: those in the column ``tables`` below, of one kind; ``stock`` with
        ``unit_cost``, which :func:`ecokit.kpi.unit_cost` adds.
    month : str or Timestamp
        Such as ``"2025-09"``; weak categories need five months before it.

    Returns
    -------
    DataFrame
        Ten rows: ``duty``, ``duty_zh``, ``measure`` (in words), ``value``, ``unit``
        (``share``, ``count``, ``days``, ``ratio``, ``points`` or ``turns``), ``tables`` (where
        it comes from).

    Raises
    ------
    CourseError
        The month is not in the data, too early or no month, or a table is missing.

    References
    ----------
    Slide 16.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> table = duties(load_shop(), month="2025-09")
    >>> len(table), table["duty_zh"].iloc[3]
    (10, '对垃圾的品类制定销售月度目标并达成,进行销售分析')
    >>> duties(load_shop(), month="2031-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The shop has no sales in 2031-01. Take a month from 2025-06 to ...
    """
    last = numbers.month("month", month)
    tables: _Tables = dict(zip(_NEEDED, frames.fetched(data, _NEEDED), strict=True))
    first = last.to_timestamp()
    known = tables["orders"]["placed_at"].dt.to_period("M")
    if known.empty:
        raise CourseError(_("The table orders is empty, so no month can be judged."))
    low, high = known.min() + 5, known.max()
    if not low <= last <= high:
        raise CourseError(
            _("The shop has no sales in {month}. Take a month from {low} to {high}.").format(
                month=last, low=low, high=high
            )
            if not known.min() <= last <= high
            else _("Weak categories need five months before {month}. Take {low} or later.").format(
                month=last, low=low
            )
        )
    rows = [
        (duty, duty_zh, words, float(compute(tables, first)), unit, source)
        for duty, duty_zh, words, compute, unit, source in DUTIES
    ]
    columns = ["duty", "duty_zh", "measure", "value", "unit", "tables"]
    return frames.like(pd.DataFrame(rows, columns=columns), data)


def _of(table: pd.DataFrame, column: str, first: pd.Timestamp) -> float:
    return float(table.set_index("month")[column].get(first, float("nan")))


def _targets_met(tables: _Tables, first: pd.Timestamp) -> float:
    both = against_targets(tables)
    return float(both.loc[both["month"] == first, "met"].sum())


def _listed(tables: _Tables, first: pd.Timestamp) -> float:
    launched = pd.to_datetime(tables["products"]["launched_on"]).dt.to_period("M")
    return float((launched == first.to_period("M")).sum())


def _only_online(tables: _Tables, first: pd.Timestamp) -> float:
    orders, lines, stores = (tables[it] for it in ("orders", "order_lines", "store_sales"))
    later = orders["placed_at"].dt.to_period("M") != first.to_period("M")
    now = {
        "orders": orders[~later],
        "order_lines": lines[~lines["order_id"].isin(orders["order_id"][later])],
        "store_sales": stores[stores["month"] == first],
    }
    told = not_in_stores({**tables, **now})
    return float(told.loc[told["online_only"], "sales"].sum() / told["sales"].sum())


def _weakest(tables: _Tables, first: pd.Timestamp) -> float:
    return float(weak_categories(tables, month=first)["weak"].sum())


def _cover(tables: _Tables, first: pd.Timestamp) -> float:
    return _of(performance(tables, by="month"), "days_of_cover", first)


def _stockout_rate(tables: _Tables, first: pd.Timestamp) -> float:
    return _of(stockouts({"stock": tables["stock"]}, by="month"), "unit_rate", first)


def _spread(tables: _Tables, first: pd.Timestamp) -> float:
    table = performance(tables, by=["month", "category"])
    gmroi = table.loc[table["month"] == first, "gmroi_year"]
    return float(gmroi.min() / gmroi.max())


def _scored(tables: _Tables, first: pd.Timestamp) -> float:
    return float(scorecard(tables, "product_manager", f"{first:%Y-%m}")["points"].sum())


def _answered(tables: _Tables, first: pd.Timestamp) -> float:
    contacts = tables["contacts"]
    now = contacts[contacts["arrived_at"].dt.to_period("M") == first.to_period("M")]
    return float(now["answered_at"].notna().mean())


def _turns(tables: _Tables, first: pd.Timestamp) -> float:
    return _of(measure("inventory_turns", tables, "month"), "inventory_turns", first)


_NEEDED = {
    "orders": "order_id placed_at paid_at",
    "order_lines": "order_id product_id quantity unit_price unit_cost",
    "stock": "date product_id price unit_cost demand sold closing",
    "products": "product_id category launched_on",
    "targets": "month post_id kpi target weight plan",
    "complaints": "raised_at",
    "returns": "asked_at quantity",
    "store_sales": "month product_id units",
    "contacts": "arrived_at answered_at",
    "purchases": "product_id asked_on asked_units due_on delivered_on delivered_units",
}
_Row = tuple[str, str, str, Callable[[_Tables, pd.Timestamp], float], str, str]

DUTIES: tuple[_Row, ...] = (
    (
        _("answers for everything and carries the targets"),
        "全面负责运营管理,并承担绩效指标",
        _("KPIs of the center on target, of five"),
        _targets_met,
        "count",
        "targets",
    ),
    (
        _("picks products of the given categories and lists them on the sales channels"),
        "对既定的品类进行挑选、上架至销售渠道",
        _("products launched"),
        _listed,
        "count",
        "products",
    ),
    (
        _("buys what sells online and not in the stores"),
        "采购卖场没有销售而网络销售好的商品",
        _("share of sales that no store has"),
        _only_online,
        "share",
        "order_lines, store_sales",
    ),
    (
        _("gives weak categories a monthly target and gets them there, with a sales analysis"),
        "对垃圾的品类制定销售月度目标并达成,进行销售分析",
        _("weak categories"),
        _weakest,
        "count",
        "order_lines, stock",
    ),
    (
        _("adjusts kinds and quantities by market and consumer"),
        "根据市场及消费者调整商品种类和数量",
        _("days of sales that the stock covers"),
        _cover,
        "days",
        "stock",
    ),
    (
        _("renews products in time and keeps lowering the stock-out rate"),
        "及时对商品进行更新,不断降低缺货率",
        _("stock-out rate"),
        _stockout_rate,
        "share",
        "stock",
    ),
    (
        _("plans the categories"),
        "制定品类发展规划",
        _("worst category's GMROI over the best one's"),
        _spread,
        "ratio",
        "order_lines, stock",
    ),
    (
        _("assesses the staff"),
        "对部门员工进行考核",
        _("points of the product managers' scorecard"),
        _scored,
        "points",
        "targets, order_lines, stock, purchases",
    ),
    (
        _("manages and trains the service staff"),
        "对客服人员进行管理和培训",
        _("contacts answered before the customer gave up"),
        _answered,
        "share",
        "contacts",
    ),
    (
        _("keeps operations efficient and costs low"),
        "保证组织的运营效率,降低运营成本",
        _("inventory turns in the month"),
        _turns,
        "turns",
        "order_lines, stock",
    ),
)
"""Duty, Chinese (the slide's own words), measure, how it is computed, unit, tables."""
