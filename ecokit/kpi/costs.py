"""What a unit has cost, and what is left of the gross profit after the company is paid for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.declare import measure
from ecokit.messages import _

_STOCK = "date product_id opening"
_BOUGHT = "product_id delivered_on delivered_units unit_cost"
_PAID_FOR = {
    "staff": "hired_on left_on monthly_cost",
    "campaigns": "start_on end_on budget",
    "warehouse": "month rent",
    "expenses": "month item amount",
}


@public
def unit_cost(data: Any) -> Any:
    """Find what a unit of each product in stock had cost on each day.

    The moving average: each time goods come in, what lay there and what came are weighed by their
    units, from the launch cost on. The launch cost itself is what was paid once; months later it
    may be far from what is paid.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``, a row a product and day: ``date``, ``product_id``, ``opening`` (units).
        ``products``: ``product_id``, ``cost`` (yuan, at the launch). ``purchases``:
        ``product_id``, ``delivered_on``, ``delivered_units``, ``unit_cost`` (yuan); without this
        table, ``orders`` and ``order_lines`` with the ``unit_cost`` of what was sold, of which
        the last one before the day is taken.

    Returns
    -------
    table of the caller's kind
        The table ``stock`` with a column ``unit_cost`` (yuan, to the fen), which the measures of
        stock and of lost profit need.

    Raises
    ------
    CourseError
        A column is missing, or a product in stock has no cost.

    References
    ----------
    IAS 2, Inventories, paragraph 27: the weighted average may be taken as goods are received.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-03-01", "2025-03-02"])
    >>> stock = pd.DataFrame({"date": days, "product_id": "P1", "opening": [10, 5]})
    >>> products = pd.DataFrame({"product_id": ["P1"], "cost": [80.0]})
    >>> purchases = pd.DataFrame({"product_id": ["P1"], "delivered_on": days[1:],
    ...     "delivered_units": [15], "unit_cost": [60.0]})
    >>> tables = {"stock": stock, "products": products, "purchases": purchases}
    >>> unit_cost(tables)["unit_cost"].tolist()
    [80.0, 65.0]
    """
    needed = {"stock": _STOCK, "products": "product_id cost"}
    stock, products = frames.door(data, needed)
    rows.refuse(stock, "stock", [rows.unknown_id("product_id", products, "products", "cost")])
    held = frames.as_pandas(frames.tables(data)["stock"], "stock").reset_index(drop=True)
    at_launch = frames.as_pandas(products).set_index("product_id")["cost"].astype(float)
    order = held.sort_values(["product_id", "date"], kind="stable").index
    days = held.loc[order, ["product_id", "date", "opening"]]
    if "purchases" in frames.tables(data):
        (purchases,) = frames.fetched(data, {"purchases": _BOUGHT})
        came = purchases[purchases["delivered_on"].notna()]
        gaps = amounts.gaps("purchases", "delivered_units", "unit_cost")
        rows.refuse(came, "purchases", [gaps])
        costs = _averages(days, at_launch, came)
    else:
        costs = _last_sold(days, at_launch, data)
    return frames.like(held.assign(unit_cost=pd.Series(costs, index=order)), data)


def _averages(
    days: pd.DataFrame, at_launch: pd.Series[float], came: pd.DataFrame
) -> np.ndarray[Any, Any]:
    """Return the moving average of each row of `days`, which are in order within a product."""
    came = came.assign(paid=came["delivered_units"] * came["unit_cost"])
    came = came.groupby(["product_id", "delivered_on"])[["delivered_units", "paid"]].sum()
    keys = pd.MultiIndex.from_frame(days[["product_id", "date"]])
    received = came.reindex(keys).fillna(0.0)
    units, paid = received["delivered_units"].to_numpy(float), received["paid"].to_numpy(float)
    opening, product = days["opening"].to_numpy(float), days["product_id"].to_numpy()
    costs = np.full(len(days), np.nan)
    first = np.r_[True, product[1:] != product[:-1]] if len(days) else np.zeros(0, dtype=bool)
    costs[first] = days["product_id"][first].map(at_launch).to_numpy(float)
    for row in np.flatnonzero(first | (units > 0)).tolist():
        before = costs[row] if first[row] else _before(costs, row)
        if units[row] > 0:
            worth = opening[row] * before + paid[row]
            before = float(np.rint(worth / (opening[row] + units[row]) * 100) / 100)
        costs[row] = before
    return pd.Series(costs).ffill().to_numpy()


def _before(costs: np.ndarray[Any, Any], row: int) -> float:
    """Return the last cost that is known above a row."""
    while np.isnan(costs[row - 1]):
        row -= 1
    return float(costs[row - 1])


def _last_sold(days: pd.DataFrame, at_launch: pd.Series[float], data: Any) -> np.ndarray[Any, Any]:
    """Return the last unit cost sold up to each day; the launch cost before the first sale."""
    if not {"orders", "order_lines"}.issubset(frames.tables(data)):
        return days["product_id"].map(at_launch).to_numpy(float)
    needed = {"orders": "order_id placed_at", "order_lines": "order_id product_id unit_cost"}
    orders, lines = frames.fetched(data, needed)
    sales = lines.merge(orders, on="order_id").sort_values("placed_at", kind="stable")
    if sales.empty and len(lines):
        raise CourseError(_("No line belongs to an order. Give orders and lines of one shop."))
    rows.refuse(sales, "order_lines", [amounts.gaps("order_lines", "unit_cost")])
    sales["day"] = pd.to_datetime(sales["placed_at"]).dt.normalize()
    last = sales.groupby(["product_id", "day"])["unit_cost"].last()
    known = last.reindex(pd.MultiIndex.from_frame(days[["product_id", "date"]])).to_numpy(float)
    carried = pd.Series(known).groupby(days["product_id"].to_numpy()).ffill()
    return carried.fillna(days["product_id"].map(at_launch).reset_index(drop=True)).to_numpy(float)


@public
def result(data: Any) -> pd.DataFrame:
    """Find what is left of the gross profit when the company is paid for.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines`` (sales and what the goods cost), ``staff`` (``hired_on``,
        ``left_on``, ``monthly_cost``), ``campaigns`` (``start_on``, ``end_on``, ``budget``),
        ``warehouse`` (``month``, ``rent``), ``expenses`` (``month``, ``item``, ``amount``).

    Returns
    -------
    DataFrame
        A row a month of the orders, yuan: ``profit`` (gross), ``payroll`` (by days employed),
        ``media`` (budgets by days), ``storage`` (rent of the warehouse), a column for each item
        of ``expenses``, and ``result``, what is left. What returns undo, what orders to suppliers
        cost, ads beside campaigns, coupons, fees and commissions of partners, payment fees and
        taxes are not taken off.

    Raises
    ------
    CourseError
        A table or a column is missing, a cost, a budget or a rent is below zero, or there is no
        order.

    References
    ----------
    IAS 1, Presentation of Financial Statements, paragraph 103: the cost of sales first, then what
    the company's functions cost.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> year = result(load_shop()).sum(numeric_only=True)
    >>> bool(year["result"] > 0)
    True
    """
    staff, campaigns, warehouse, expenses = frames.fetched(data, _PAID_FOR)
    for name, table, columns in (
        ("staff", staff, ["monthly_cost"]),
        ("campaigns", campaigns, ["budget"]),
        ("warehouse", warehouse, ["rent"]),
        ("expenses", expenses, ["item", "amount"]),
    ):
        rows.refuse(table, name, [amounts.gaps(name, *columns)])
    for name, table, column in (  # an expense may be paid back
        ("staff", staff, "monthly_cost"),
        ("campaigns", campaigns, "budget"),
        ("warehouse", warehouse, "rent"),
    ):
        rows.refuse(table, name, [rows.below_zero(column)])
    frames.door(data, {"orders": "order_id placed_at"})  # an order without a time is of no month
    gross = frames.as_pandas(measure("profit", data, "month")).sort_values("month")
    if gross.empty:
        raise CourseError(_("There is no paid order. Give the orders of a month or more."))
    table = gross.set_index("month")[["profit"]]
    months = pd.DatetimeIndex(table.index)
    table["payroll"] = _payroll(staff, months)
    table["media"] = _media(campaigns, months)
    other = expenses.pivot_table("amount", "month", "item", "sum")
    table["storage"] = warehouse.set_index("month")["rent"].reindex(months).fillna(0.0)
    paid = table.join(other.reindex(months).fillna(0.0))
    paid["result"] = paid["profit"] - paid.drop(columns="profit").sum(axis=1)
    return paid.round(2).rename_axis("month").reset_index()


def _overlap(first: pd.Series, last: pd.Series, months: pd.DatetimeIndex) -> np.ndarray[Any, Any]:
    """Return the days from `first` to `last` that fall into each month: rows by months."""
    ends = (months + pd.offsets.MonthEnd()).to_numpy()
    begin = np.maximum(first.to_numpy()[:, None], months.to_numpy())
    end = np.minimum(last.to_numpy()[:, None], ends)
    return np.maximum((end - begin) / np.timedelta64(1, "D") + 1, 0)


def _payroll(staff: pd.DataFrame, months: pd.DatetimeIndex) -> np.ndarray[Any, Any]:
    """Return the wages of each month, by the days on which each person was employed."""
    last = staff["left_on"] - pd.Timedelta(days=1)  # the first day on which a person is gone
    days = _overlap(staff["hired_on"], last.fillna(pd.Timestamp.max.normalize()), months)
    return staff["monthly_cost"].to_numpy(float) @ (days / months.days_in_month.to_numpy())


def _media(campaigns: pd.DataFrame, months: pd.DatetimeIndex) -> np.ndarray[Any, Any]:
    """Return the budgets spent in each month, the same each day of a campaign."""
    days = _overlap(campaigns["start_on"], campaigns["end_on"], months)
    length = (campaigns["end_on"] - campaigns["start_on"]).dt.days.to_numpy() + 1
    return campaigns["budget"].to_numpy(float) @ (days / length[:, None])
