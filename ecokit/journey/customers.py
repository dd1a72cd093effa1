"""What customers do after an order: complain, send back, ask, buy again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.journey.promises import AFTER_HOURS
from ecokit.kpi.engine import per, start_of
from ecokit.kpi.grouping import CENTURY, added, answer, grouped, inner_names, last, moment
from ecokit.messages import _

OUTCOMES = ("complained", "returned", "contacted", "bought_again", "paid")
"""What :func:`outcomes` says of an order."""


@public
def outcomes(data: Any, *, days: int = 90, reason: str | None = None) -> Any:
    """Tell what came of each order: paid, a complaint, a return, a contact, a next order.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``,
        ``dispatched_at``, ``delivered_at``, and whatever you want to compare within.
        ``complaints``, ``returns``, ``contacts``: ``order_id``; an order may stand there more
        than once.
    days : int
        The next order counts if it is placed within so many days.
    reason : str, optional
        Count only contacts with this ``reason``, such as ``"delivery"``. Default: all.

    Returns
    -------
    table
        The orders with all their columns, ``month`` (first day), and 1 or 0 for
        ``late_parcel`` (more than three days from dispatch to delivery, or to the last order
        where it has not come), ``complained``, ``returned``, ``contacted``, ``bought_again``
        and ``paid``. The four between are null for unpaid orders; ``bought_again`` also for
        orders without a ``visitor_id``, and for orders placed less than `days` before the last
        one: they have had no time to be followed. Sorted by order.

    Raises
    ------
    CourseError
        A column is missing, `days` is no number of days, no contact has the `reason`, or there
        is no order.

    References
    ----------
    Slides 3 and 15 (complaints, returns and exchanges).

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "order_id": [1, 2], "visitor_id": [9, 9],
    ...     "placed_at": pd.to_datetime(["2025-01-01", "2025-01-20"]),
    ...     "paid_at": pd.to_datetime(["2025-01-01", "2025-01-20"]),
    ...     "dispatched_at": pd.to_datetime(["2025-01-02", "2025-01-21"]),
    ...     "delivered_at": pd.to_datetime(["2025-01-08", "2025-01-22"])})
    >>> none = pd.DataFrame({"order_id": pd.Series(dtype="int64")})
    >>> tables = {"orders": orders, "complaints": orders[:1], "returns": none, "contacts": none}
    >>> told = outcomes(tables, days=19)
    >>> told[["late_parcel", "complained", "bought_again"]].values.tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, nan]]
    >>> outcomes(tables, days=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is 0. Give a whole number, 1 to 36500.
    """
    days = numbers.count("days", days, high=CENTURY)
    needed = {
        "orders": "order_id visitor_id placed_at paid_at dispatched_at delivered_at",
        "complaints": "order_id",
        "returns": "order_id",
        "contacts": "order_id" if reason is None else "order_id reason",
    }
    sold, complaints, returns, contacts = frames.door(data, needed)
    if reason is not None:
        contacts = _about(contacts, reason)
    end = last(sold, "orders", "placed_at", _("Give orders of some time."))
    paid = ~nw.col("paid_at").is_null()
    told = sold.drop(*OUTCOMES, strict=False)  # of an earlier run
    again = _followed(told, days, end).select("order_id", "bought_again")
    told = told.join(again, on="order_id", how="left")
    marks = {"complained": complaints, "returned": returns, "contacted": contacts}
    for name, marked in marks.items():
        ids = marked.filter(~nw.col("order_id").is_null()).select("order_id").unique()
        told = told.join(ids.with_columns(nw.lit(1).alias(name)), on="order_id", how="left")
        told = told.with_columns(nw.when(paid).then(nw.col(name).fill_null(0)))
    told = told.with_columns(
        paid=paid.cast(nw.Int64), month=start_of("month", "placed_at"), late_parcel=_late(end)
    )
    return frames.sorted_native(told, ["order_id"])


def _about(contacts: Frame, reason: str) -> Frame:
    """Return the contacts with one reason; refuse one that none of them has."""
    known = frames.collected(contacts.select("reason").unique().sort("reason"))["reason"]
    numbers.one_of("reason", reason, known.drop_nulls().to_list())
    return contacts.filter(nw.col("reason") == reason)


def _late(end: datetime) -> nw.Expr:
    """Return 1 for parcels that took more than three days, or have taken them by `end`."""
    delivered = nw.col("delivered_at")
    arrived = nw.when(delivered.is_null()).then(nw.lit(end)).otherwise(delivered)
    late = arrived > nw.col("dispatched_at") + timedelta(hours=AFTER_HOURS)
    sent = ~nw.col("dispatched_at").is_null()
    return nw.when(sent).then(late.cast(nw.Int64)).otherwise(nw.lit(0, nw.Int64))


@public
def repeat_purchase(
    data: Any, *, by: By = None, days: int = 90, as_of: datetime | str | None = None
) -> Any:
    """Measure which share of orders is followed by another one of the same customer.

    An order of December has had no 90 days by New Year. Counting it as "not followed"
    makes every shop look as if it were losing its customers in the last months. Only
    orders that have had the time count here; the naive rate stands beside it.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at`` and the columns in
        `by`; only paid orders with a ``visitor_id`` count.
    by : str or sequence of str, optional
        See :func:`rates`.
    days : int
        The next order counts if it is placed within so many days.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.

    Returns
    -------
    table
        `by`; ``orders`` with the full time, ``too_recent`` (orders without), ``repeat_rate``
        (null where no order had the time), ``naive_rate`` (over all). Sorted by `by`.

    Raises
    ------
    CourseError
        `days` is no number of days, a column is missing, or there is no order and `as_of` is
        not given.

    References
    ----------
    Slide 11 (customer return rate); right censoring: Kaplan and Meier (1958).

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-05", "2025-03-31"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [9, 9, 8, 7],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> repeat_purchase({"orders": orders}, days=30).round(3).values.tolist()
    [[3.0, 1.0, 0.333, 0.25]]
    >>> repeat_purchase({"orders": orders}, days=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is -1. Give a whole number, 1 to 36500.
    """
    keys, days = frames.listed(by), numbers.count("days", days, high=CENTURY)
    needed = "order_id visitor_id placed_at paid_at"
    (sold,) = frames.door(data, {"orders": needed})
    end = last(sold, "orders", "placed_at") if as_of is None else moment("as_of", as_of)
    if as_of is not None:
        sold = sold.filter(nw.col("paid_at") <= end)  # a later payment is not known yet
    values = {
        "orders": nw.col("ripe"),
        "too_recent": nw.col("one") - nw.col("ripe"),
        "repeat_rate": per("ripe_again", "ripe"),
        "naive_rate": per("again", "one"),
    }
    told = _followed(grouped(sold, keys, needed.split(), tuple(values)), days, end)
    groups = inner_names(keys)
    counted = told.select(
        *groups,
        one=nw.lit(1, nw.Int64),
        again=nw.col("again"),
        ripe=(~nw.col("bought_again").is_null()).cast(nw.Int64),
        ripe_again=nw.col("bought_again").fill_null(0).cast(nw.Int64),
    )
    return answer(added(counted, groups, ["one", "again", "ripe", "ripe_again"]), keys, values)


def _followed(orders: Frame, days: int, end: datetime) -> Frame:
    """Return paid orders with `again` (0, 1) and `bought_again` (null without the time)."""
    sold = orders.filter(
        ~nw.col("paid_at").is_null(), ~nw.col("visitor_id").is_null(), nw.col("placed_at") <= end
    )
    sold = sold.with_columns(next_at=_next_order(sold))
    soon = nw.col("next_at") <= nw.col("placed_at") + timedelta(days=days)
    never = nw.col("next_at").is_null()
    sold = sold.with_columns(
        again=nw.when(never).then(nw.lit(0)).otherwise(soon.cast(nw.Int64)).cast(nw.Int64)
    )
    ripe = nw.col("placed_at") <= end - timedelta(days=days)
    return sold.with_columns(bought_again=nw.when(ripe).then(nw.col("again")))


def _next_order(orders: Frame) -> nw.Expr:
    """Return when the same customer placed the next order."""
    order, placed = ["placed_at", "order_id"], nw.col("placed_at")
    if not orders.implementation.is_pyarrow():
        return placed.shift(-1).over("visitor_id", order_by=order)
    # PyArrow has no windows by group: look at the row below in one long line of customers.
    whole = ["visitor_id", *order]
    same = nw.col("visitor_id").shift(-1).over(order_by=whole) == nw.col("visitor_id")
    return nw.when(same).then(placed.shift(-1).over(order_by=whole))
