"""Where order flow and goods flow meet: how long it takes, what is stuck, what was not there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import answer, grouped, inner_names, moment
from ecokit.messages import _

PASSED_ON, PACKED = 5, 6
"""The touchpoints at which an order has reached the warehouse, and lies in its parcel."""

STAGES = ("pass_on", "pack", "hand_over")
"""What an order waits for after its payment, in order."""

_SPAN = 365.25 * 100 * 24  # hours of a century


def _hours(start: str, end: str) -> nw.Expr:
    return (nw.col(end) - nw.col(start)).dt.total_seconds() / 3600


def _paid(data: Any, keys: list[str], taken: tuple[str, ...]) -> Frame:
    """Return paid orders with the moments of their stages, and what they are grouped by."""
    needed = "order_id placed_at paid_at dispatched_at"
    sold, steps = frames.door(
        data, {"orders": needed, "touchpoints": "order_id touchpoint done_at"}, windows=True
    )
    rules = [
        rows.twice("order_id"),
        rows.out_of_order("placed_at", "paid_at", "order_id"),
        rows.out_of_order("paid_at", "dispatched_at", "order_id"),
    ]
    rows.refuse(sold, "orders", rules)
    sold = grouped(sold, keys, needed.split(), taken).filter(~nw.col("paid_at").is_null())
    for number, name in ((PASSED_ON, "passed_on"), (PACKED, "packed")):
        done = steps.filter(nw.col("touchpoint") == number).group_by("order_id")
        sold = sold.join(done.agg(nw.col("done_at").max().alias(name)), on="order_id", how="left")
    return sold


@public
def order_stages(data: Any, *, by: By = None, hours: float = 24.0) -> Any:
    """Tell how long a paid order takes to the carrier, and in which stage the time goes.

    Payment is where the order flow has done its part; the carrier's van is where the goods flow
    takes over. Between them an order is passed on to the warehouse, packed, and handed over.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``placed_at``, ``paid_at``, ``dispatched_at``; ``touchpoints``:
        ``order_id``, ``touchpoint`` (5: passed on, 6: packed), ``done_at``.
    by : str or sequence of str, optional
        Periods of the order and columns of orders, such as ``"month"`` or ``"region"``.
    hours : float
        From payment, within which an order should be handed over.

    Returns
    -------
    table
        `by`; ``orders`` (paid and handed over), ``median`` and ``p90`` (hours from payment to the
        carrier), ``pass_on``, ``pack``, ``hand_over`` (mean hours of a stage, of the orders whose
        stages are all known: where the time goes), ``in_time`` (share handed over within `hours`)
        with ``low`` and ``high`` (Wilson). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, `hours` is not above 0, or an order was handed over before
        it was paid.

    References
    ----------
    Slide 12 (how to join order flow and goods flow); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> orders = pd.DataFrame({"order_id": [1, 2], "placed_at": t("2025-03-01 09:00"),
    ...     "paid_at": t("2025-03-01 10:00"),
    ...     "dispatched_at": [t("2025-03-01 16:00"), t("2025-03-03 10:00")]})
    >>> done = pd.DataFrame({"order_id": [1, 1], "touchpoint": [5, 6],
    ...     "done_at": [t("2025-03-01 11:00"), t("2025-03-01 15:00")]})
    >>> told = order_stages({"orders": orders, "touchpoints": done})
    >>> told[["orders", "median", "pass_on", "pack", "hand_over", "in_time"]].values.tolist()
    [[2.0, 27.0, 1.0, 4.0, 1.0, 0.5]]
    """
    keys, limit = frames.listed(by), numbers.positive("hours", hours)
    if limit > _SPAN:
        raise numbers.refused("hours", hours, _("give at most the hours of a century."))
    reach = intervals.wilson_columns("held", "orders")
    values = {
        "orders": nw.col("orders"),
        "median": nw.col("median"),
        "p90": nw.col("p90"),
        **{stage: per(stage, "known") for stage in STAGES},
        "in_time": per("held", "orders"),
        "low": reach.low,
        "high": reach.high,
    }
    there = _paid(data, keys, tuple(values)).filter(~nw.col("dispatched_at").is_null())
    whole = _hours("paid_at", "dispatched_at")
    parts = (("paid_at", "passed_on"), ("passed_on", "packed"), ("packed", "dispatched_at"))
    spans = {stage: _hours(*ends) for stage, ends in zip(STAGES, parts, strict=True)}
    timed = there.with_columns(whole=whole, **spans)
    known = ~nw.any_horizontal(*[nw.col(one).is_null() for one in STAGES], ignore_nulls=True)
    timed = timed.with_columns(
        known=known.cast(nw.Int64), held=(nw.col("whole") <= limit).cast(nw.Int64)
    )
    sums = [
        nw.len().alias("orders"),
        nw.col("whole").quantile(0.5, interpolation="linear").alias("median"),
        nw.col("whole").quantile(0.9, interpolation="linear").alias("p90"),
        nw.col("known", "held").sum(),
        *[nw.col(one).sum() for one in STAGES],
    ]
    timed = timed.with_columns(
        **{one: nw.when(nw.col("known") == 1).then(nw.col(one)) for one in STAGES}
    )
    groups = inner_names(keys)
    return answer(timed.group_by(groups).agg(*sums) if keys else timed.select(*sums), keys, values)


@public
def stuck(data: Any, *, as_of: datetime | str, hours: float = 24.0, by: By = None) -> Any:
    """Count the paid orders that wait for too long at a moment, by the stage that they wait for.

    You look as one looks on the day itself: what happens later is not known yet.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        As for :func:`order_stages`.
    as_of : datetime or ISO text
        The moment you look.
    hours : float
        Since payment, from which an order is stuck.
    by : str or sequence of str, optional
        See :func:`order_stages`.

    Returns
    -------
    table
        `by`; ``open`` (paid by `as_of`, not handed over by then), ``stuck`` (of them: paid more
        than `hours` ago), and of those that are stuck ``pass_on``, ``pack``, ``hand_over`` by the
        stage that they wait for, and ``oldest`` (hours since payment). Sorted by `by`.

    Raises
    ------
    CourseError
        See :func:`order_stages`.

    References
    ----------
    Slide 12 (how to join order flow and goods flow).

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3], "placed_at": t("2025-03-01 09:00"),
    ...     "paid_at": [t("2025-03-01 10:00"), t("2025-03-01 10:00"), t("2025-03-02 20:00")],
    ...     "dispatched_at": [t("2025-03-01 16:00"), t("2025-03-05 10:00"), pd.NaT]})
    >>> done = pd.DataFrame({"order_id": [2], "touchpoint": [5],
    ...     "done_at": [t("2025-03-01 11:00")]})
    >>> told = stuck({"orders": orders, "touchpoints": done}, as_of="2025-03-03")
    >>> told[["open", "stuck", "pass_on", "pack", "hand_over", "oldest"]].values.tolist()
    [[2.0, 1.0, 0.0, 1.0, 0.0, 38.0]]
    """
    keys, limit, now = frames.listed(by), numbers.positive("hours", hours), moment("as_of", as_of)
    names = ("open", "stuck", *STAGES, "oldest")
    found = _paid(data, keys, names)
    gone = (nw.col("dispatched_at") <= now).fill_null(value=False)
    waiting = found.filter((nw.col("paid_at") <= now) & ~gone)
    age = (nw.lit(now) - nw.col("paid_at")).dt.total_seconds() / 3600
    passed = (nw.col("passed_on") <= now).fill_null(value=False)
    packed = (nw.col("packed") <= now).fill_null(value=False)
    late = age > limit
    flags = {
        "stuck": late,
        "pass_on": late & ~passed & ~packed,
        "pack": late & passed & ~packed,
        "hand_over": late & packed,
    }
    counted = waiting.with_columns(
        oldest=age, **{name: flag.cast(nw.Int64) for name, flag in flags.items()}
    )
    sums = [
        nw.len().alias("open"),
        *[nw.col(name).sum() for name in flags],
        nw.col("oldest").max(),
    ]
    groups = inner_names(keys)
    counts = counted.group_by(groups).agg(*sums) if keys else counted.select(*sums)
    return answer(counts, keys, {name: nw.col(name) for name in names})


@public
def oversold(data: Any) -> Any:
    """List the days on which more of a product was paid for than there was.

    A product that is sold in several places can be sold twice when its stock is told late.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``placed_at``, ``paid_at``; ``order_lines``: ``order_id``,
        ``product_id``, ``quantity``; ``stock``: ``date``, ``product_id``, ``opening``,
        ``received``.

    Returns
    -------
    table
        ``date``, ``product_id``, ``paid`` (units of paid orders placed that day), ``there``
        (opening stock and what came in), ``short`` (the difference). Without rows where nothing
        was oversold. Sorted by date and product.

    Raises
    ------
    CourseError
        A table or column is missing, or a number of units is below zero.

    References
    ----------
    Slide 12 (how to join order flow and goods flow).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> tables = {
    ...     "orders": pd.DataFrame({"order_id": [1, 2], "placed_at": day, "paid_at": day}),
    ...     "order_lines": pd.DataFrame({"order_id": [1, 2], "product_id": "P1",
    ...         "quantity": [2, 2]}),
    ...     "stock": pd.DataFrame({"date": [day], "product_id": "P1", "opening": [3],
    ...         "received": [0]})}
    >>> oversold(tables)[["paid", "there", "short"]].values.tolist()
    [[4, 3, 1]]
    """
    sold, lines, stock = frames.door(
        data,
        {
            "orders": "order_id placed_at paid_at",
            "order_lines": "order_id product_id quantity",
            "stock": "date product_id opening received",
        },
    )
    rows.refuse(sold, "orders", [rows.twice("order_id")])
    rows.refuse(lines, "order_lines", [rows.not_above_zero("quantity", "order_id", whole=True)])
    counts = [rows.below_zero(name, "date", "product_id") for name in ("opening", "received")]
    rows.refuse(stock, "stock", [*counts, rows.twice("date", "product_id")])
    there = nw.col("opening") + nw.col("received")
    paid = sold.filter(~nw.col("paid_at").is_null()).join(lines, on="order_id")
    paid = paid.with_columns(_day=nw.col("placed_at").dt.truncate("1d"))
    asked = paid.group_by("_day", "product_id").agg(nw.col("quantity").sum().alias("paid"))
    asked = asked.with_columns(nw.col("paid").cast(nw.Int64))
    had = stock.select(
        "product_id", _day=nw.col("date").dt.truncate("1d"), there=there.cast(nw.Int64)
    )
    both = asked.join(had, on=["_day", "product_id"]).filter(nw.col("paid") > nw.col("there"))
    found = both.select(
        nw.col("_day").alias("date"),
        "product_id",
        "paid",
        "there",
        short=nw.col("paid") - nw.col("there"),
    )
    return frames.sorted_native(found, ["date", "product_id"])
