"""Before the budget: whether stock, desk and parcels can serve what a campaign is to bring."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.kpi import windows
from ecokit.kpi.windows import DAY, Window
from ecokit.messages import _

BUSY = 0.85
"""Share of their time that agents can talk, at most: above it queues grow out of hand."""

_NEEDED = {
    "orders": "order_id placed_at paid_at dispatched_at",
    "order_lines": "order_id quantity product_id",
    "stock": "date product_id closing",
    "contacts": "arrived_at answered_at ended_at",
    "roster": "date hour agents",
}


@public
def serving_checks(
    data: Any,
    start: Any,
    end: Any,
    orders: float,
    *,
    products: Any = None,
    peak: float | None = None,
    weeks: int = 4,
) -> pd.DataFrame:
    """Check stock, desk and parcels before a campaign, with what was known on the day before it.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock``, ``contacts``, ``roster``; and ``purchases``,
        where goods on their way count.
    start, end : day
        The campaign's first and last day.
    orders : float
        Orders that it is to bring, beyond those that come anyway.
    products : str or list of str, optional
        The products on offer; all, where none is named.
    peak : float, optional
        Share of these orders on the busiest day; as many each day, where nothing is said.
    weeks : int
        Weeks before `start` from which the usual is read.

    Returns
    -------
    DataFrame
        A row a check: ``check`` (stock, desk, parcels), ``unit``, ``needed``, ``there``,
        ``enough``, ``most_orders`` (how many the campaign may bring before it is short). Stock
        is that of the whole time, desk and parcels those of the busiest day.

    Raises
    ------
    CourseError
        The window ends before it starts, a table or column is missing, a product is unknown, or
        nothing was sold in the weeks before.

    Notes
    -----
    Stock: what lay there on the eve and what is due by the end, against the usual demand and the
    campaign's. Desk: contacts an order times the orders of the busiest day, against the agents
    rostered on a usual day, :data:`BUSY` of their time. Parcels: against the most that were sent
    on a day of these weeks, which is what the warehouse has shown it can do.

    References
    ----------
    Slides 4 and 12: which operations, for the goals of a campaign to be met; order flow and goods
    flow are to be joined.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = serving_checks(load_shop(), "2025-06-08", "2025-06-18", 5_000)
    >>> found["check"].tolist(), bool(found["enough"].all())
    (['stock', 'desk', 'parcels'], False)
    """
    seen = windows.window(start, end)
    extra = numbers.number("orders", orders, low=0)
    share = 1 / seen.days if peak is None else numbers.share("peak", peak, zero=False)
    if share * seen.days < 1 - 1e-9:
        wanted = _("The busiest of {days} days has {least:.0%} or more.")
        told = wanted.format(days=seen.days, least=1 / seen.days)
        raise numbers.refused("peak", peak, told)
    usual = Window(seen.start - numbers.count("weeks", weeks, 1, 52) * 7 * DAY, seen.start - DAY)
    sold = _sold(data, usual, products)
    a_day = sold.orders / usual.days
    on_peak = a_day + extra * share
    units = sold.units / sold.orders
    there = _stock(data, seen, sold.products)
    usual_units = units * a_day * seen.days
    contacts = _contacts(data, usual) / sold.all_orders
    talks, sent = _talks(data, usual), _sent(data, usual)
    found = [
        ("stock", _("units"), usual_units + units * extra, there, (there - usual_units) / units),
        ("desk", _("contacts"), contacts * on_peak, talks, (talks / contacts - a_day) / share),
        ("parcels", _("parcels"), on_peak, sent, (sent - a_day) / share),
    ]
    table = pd.DataFrame(found, columns=["check", "unit", "needed", "there", "most_orders"])
    table["most_orders"] = table["most_orders"].clip(lower=0)
    table.insert(4, "enough", table["needed"] <= table["there"] + 1e-9)
    return table


class _Sold:
    """What was sold in the usual weeks: of the products on offer, and in all."""

    def __init__(self, orders: float, units: float, all_orders: float, products: list[str]) -> None:
        self.orders, self.units, self.all_orders = orders, units, all_orders
        self.products = products


def _between(column: str, wanted: Window) -> nw.Expr:
    first, last = _moment(wanted.start), _moment(wanted.end + DAY)
    return (nw.col(column) >= first) & (nw.col(column) < last)


def _moment(day: pd.Timestamp) -> datetime:
    found: datetime = day.to_pydatetime()
    return found


def _sold(data: Any, usual: Window, products: Any) -> _Sold:
    orders, lines = frames.door(data, {name: _NEEDED[name] for name in ("orders", "order_lines")})
    paid = orders.filter(~nw.col("paid_at").is_null() & _between("placed_at", usual))
    kept = frames.as_pandas(lines.join(paid.select("order_id"), on="order_id", how="inner"))
    known = sorted(map(str, kept["product_id"].dropna().unique()))
    wanted = known if products is None else _named(products, known)
    offered = kept[kept["product_id"].astype(str).isin(wanted)]
    if offered.empty:
        message = _("From {first:%Y-%m-%d} to {last:%Y-%m-%d} no order of these was paid: orders.")
        raise CourseError(message.format(first=usual.start, last=usual.end))
    every, some_of = (float(table["order_id"].nunique()) for table in (kept, offered))
    return _Sold(some_of, float(offered["quantity"].sum()), every, wanted)


def _named(products: Any, known: list[str]) -> list[str]:
    given = [products] if isinstance(products, str) else products
    if not isinstance(given, list | tuple) or not given:
        raise numbers.refused("products", products, _("Name products in a list."))
    for name in given:
        if str(name) not in known:
            message = _("Of the product {name} nothing was sold in the weeks before; see products.")
            raise CourseError(message.format(name=numbers.shown(name)))
    return [str(name) for name in given]


def _stock(data: Any, seen: Window, products: list[str]) -> float:
    """Return the units that lie there on the eve, and those due by the end that were ordered."""
    (stock,) = frames.door(data, {"stock": _NEEDED["stock"]})
    eve = frames.as_pandas(stock.filter(nw.col("date") == _moment(seen.start - DAY)))
    mine = eve[eve["product_id"].astype(str).isin(products)]
    units = float(mine["closing"].sum())
    if frames.tables(data).get("purchases") is None:
        return units
    asked = "product_id asked_on asked_units due_on delivered_on"
    (bought,) = frames.door(data, {"purchases": asked})
    open_ = bought.filter(
        (nw.col("asked_on") < _moment(seen.start))
        & (nw.col("due_on") >= _moment(seen.start))
        & (nw.col("due_on") <= _moment(seen.end))
    )
    coming = frames.as_pandas(open_)
    early = coming["delivered_on"].notna() & (coming["delivered_on"] < seen.start)
    coming = coming[~early & coming["product_id"].astype(str).isin(products)]
    return units + float(coming["asked_units"].sum())


def _contacts(data: Any, usual: Window) -> float:
    (contacts,) = frames.door(data, {"contacts": _NEEDED["contacts"]})
    n = len(frames.as_pandas(contacts.filter(_between("arrived_at", usual)).select("arrived_at")))
    if n == 0:
        raise CourseError(_("Nobody called in the weeks before. Give the table contacts of them."))
    return float(n)


def _talks(data: Any, usual: Window) -> float:
    """Return the contacts that the agents of a usual day can answer."""
    names = ("contacts", "roster")
    contacts, roster = frames.door(data, {name: _NEEDED[name] for name in names})
    talked = frames.as_pandas(contacts.filter(_between("arrived_at", usual)))
    seconds = (talked["ended_at"] - talked["answered_at"]).dt.total_seconds().mean()
    agents = frames.as_pandas(roster.filter(_between("date", usual)))["agents"].sum() / usual.days
    if math.isnan(seconds) or seconds <= 0:
        raise CourseError(_("No contact was answered and ended in the weeks before: contacts."))
    return float(BUSY * agents * 3600 / seconds)


def _sent(data: Any, usual: Window) -> float:
    """Return the most parcels sent on a day."""
    (orders,) = frames.door(data, {"orders": "dispatched_at"})
    sent = frames.as_pandas(orders.filter(_between("dispatched_at", usual)).select("dispatched_at"))
    if sent.empty:
        raise CourseError(
            _("No order was dispatched in the weeks before. Give the orders of them.")
        )
    return float(sent["dispatched_at"].dt.normalize().value_counts().max())
