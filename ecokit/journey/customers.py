"""What customers do after an order: complain, send back, ask, buy again."""

from __future__ import annotations

from datetime import datetime, timedelta

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.journey.frames import Frame, added, keyed, last, moment, opened, refuse_unless
from ecokit.journey.promises import AFTER_HOURS
from ecokit.kpi.door import By, listed
from ecokit.kpi.engine import per, start_of
from ecokit.messages import _

OUTCOMES = ("complained", "returned", "contacted", "bought_again", "paid")
"""What :func:`outcomes` says of an order."""


def outcomes(
    orders: IntoFrameT,
    complaints: IntoFrameT,
    returns: IntoFrameT,
    contacts: IntoFrameT,
    days: int = 90,
) -> IntoFrameT:
    """Tell what came of each order: paid, a complaint, a return, a contact, a next order.

    Parameters
    ----------
    orders : table
        ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``, ``dispatched_at``,
        ``delivered_at``, and whatever you want to compare within.
    complaints, returns, contacts : table
        Each with ``order_id``; an order may stand there more than once.
    days : int
        The next order counts if it is placed within so many days.

    Returns
    -------
    table
        The orders with all their columns, ``month`` (first day), and 1 or 0 for
        ``late_parcel``, ``complained``, ``returned``, ``contacted``, ``bought_again`` and
        ``paid``. The four between are null for unpaid orders; ``bought_again`` also for orders
        placed less than `days` before the last one: they have had no time to be followed.
        Sorted by order.

    Raises
    ------
    CourseError
        A column is missing, or `days` is not positive.

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
    >>> told = outcomes(orders, orders[:1], none, none, days=19)
    >>> told[["late_parcel", "complained", "bought_again"]].values.tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, nan]]
    >>> outcomes(orders, none, none, none, days=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is 0. A next order needs at least one day.
    """
    needed = "order_id visitor_id placed_at paid_at dispatched_at delivered_at"
    (sold, complaint, back, contact), close = opened(
        orders=(orders, needed),
        complaints=(complaints, "order_id"),
        returns=(returns, "order_id"),
        contacts=(contacts, "order_id"),
    )
    sold = sold.drop(*OUTCOMES, strict=False)  # of an earlier run
    end = last(sold, "placed_at")
    paid = ~nw.col("paid_at").is_null()
    again = _followed(sold, days, end).select("order_id", "bought_again")
    told = sold.join(again, on="order_id", how="left")
    for name, table in zip(OUTCOMES, (complaint, back, contact), strict=False):
        ids = table.filter(~nw.col("order_id").is_null()).select("order_id").unique()
        marked = ids.with_columns(nw.lit(1, nw.Int64).alias(name))
        told = told.join(marked, on="order_id", how="left").with_columns(
            nw.when(paid).then(nw.col(name).fill_null(0))
        )
    waiting = nw.when(nw.col("delivered_at").is_null()).then(nw.lit(end))
    arrived = waiting.otherwise(nw.col("delivered_at"))
    late = arrived > nw.col("dispatched_at") + timedelta(hours=AFTER_HOURS)
    sent = ~nw.col("dispatched_at").is_null()
    told = told.with_columns(
        paid=paid.cast(nw.Int64),
        month=start_of("month", "placed_at"),
        late_parcel=nw.when(sent).then(late.cast(nw.Int64)).otherwise(nw.lit(0, nw.Int64)),
    )
    return close(told.sort("order_id"))


def repeat_purchase(
    orders: IntoFrameT,
    days: int = 90,
    by: By = None,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Measure which share of orders is followed by another one of the same customer.

    An order of December has had no 90 days by New Year. Counting it as "not followed"
    makes every shop look as if it were losing its customers in the last months. Only
    orders that have had the time count here; the naive rate stands beside it.

    Parameters
    ----------
    orders : table
        ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``; only paid orders count.
    days : int
        The next order counts if it is placed within so many days.
    by : str or sequence of str, optional
        See :func:`rates`.
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
        `days` is not positive, or a column is missing.

    References
    ----------
    Slide 11 (customer return rate); right censoring: Kaplan and Meier (1958).

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-05", "2025-03-31"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [9, 9, 8, 7],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> repeat_purchase(orders, days=30).round(3).values.tolist()
    [[3.0, 1.0, 0.333, 0.25]]
    >>> repeat_purchase(orders, days=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is -1. A next order needs at least one day.
    """
    (sold,), close = opened(orders=(orders, "order_id visitor_id placed_at paid_at"))
    end = last(sold, "placed_at") if as_of is None else moment(as_of)
    keys = listed(by)
    sold = keyed(sold, keys, ("orders", "too_recent", "repeat_rate", "naive_rate"))
    ripe = ~nw.col("bought_again").is_null()
    told = _followed(sold, days, end).with_columns(
        orders=ripe.cast(nw.Int64),
        _all=nw.lit(1, nw.Int64),
        _ripe_again=nw.col("bought_again").fill_null(0).cast(nw.Int64),
    )
    sums = added(told, keys, ("orders", "_all", "_ripe_again", "_again"))
    result = sums.select(
        *keys,
        "orders",
        (nw.col("_all") - nw.col("orders")).alias("too_recent"),
        per(nw.col("_ripe_again"), nw.col("orders")).alias("repeat_rate"),
        per(nw.col("_again"), nw.col("_all")).alias("naive_rate"),
    )
    return close(result.sort(*keys) if keys else result)


def _next_order(orders: Frame) -> nw.Expr:
    """Return when the same customer placed the next order."""
    order, placed = ["placed_at", "order_id"], nw.col("placed_at")
    if not orders.implementation.is_pyarrow():
        return placed.shift(-1).over("visitor_id", order_by=order)
    # PyArrow has no windows by group: look at the row below in one long line of customers.
    whole = ["visitor_id", *order]
    same = nw.col("visitor_id").shift(-1).over(order_by=whole) == nw.col("visitor_id")
    return nw.when(same).then(placed.shift(-1).over(order_by=whole))


def _followed(orders: Frame, days: int, end: datetime) -> Frame:
    """Return paid orders with `_again` (0, 1) and `bought_again` (null without the time)."""
    refuse_unless(days, 1, "days", _("A next order needs at least one day."))
    sold = orders.filter(~nw.col("paid_at").is_null(), ~nw.col("visitor_id").is_null())
    sold = sold.filter(nw.col("placed_at") <= end)
    again = nw.col("_next") <= nw.col("placed_at") + timedelta(days=days)
    ripe = nw.col("placed_at") <= end - timedelta(days=days)
    return (
        sold.with_columns(_next=_next_order(sold))
        .with_columns(
            _again=nw.when(nw.col("_next").is_null())
            .then(nw.lit(0))
            .otherwise(again.cast(nw.Int64))
            .cast(nw.Int64)
        )
        .with_columns(bought_again=nw.when(ripe).then(nw.col("_again")))
        .drop("_next")
    )
