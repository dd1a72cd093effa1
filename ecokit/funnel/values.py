"""What orders are worth: the one in the middle, the large ones, and what those make up."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.intervals import normal_quantile
from ecokit.inputs.renamed import public
from ecokit.kpi import parts
from ecokit.kpi.engine import per, yuan
from ecokit.kpi.grouping import answer, grouped, inner_names
from ecokit.messages import _

_LINES = "order_id quantity unit_price"
_ORDERS = "order_id placed_at paid_at"


@public
def order_values(data: Any, *, by: By = None, tail: float = 0.1, confidence: float = 0.95) -> Any:
    """Measure the median and the tail of what paid orders are worth.

    Few large orders pull the mean up; the median does not move with them.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``placed_at``, ``paid_at`` and what is in `by`. ``order_lines``:
        ``order_id``, ``quantity``, ``unit_price``.
    by : str or sequence of str, optional
        Periods and columns of ``orders``.
    tail : float
        The share of orders that make the tail: .1 is the largest tenth.
    confidence : float
        Of the interval of the median.

    Returns
    -------
    table
        `by`; ``orders``; in yuan ``mean``, ``middle`` (the median, with ``low`` and ``high``, which
        are null for a handful of orders), ``tail_from`` (the smallest order of the tail),
        ``largest``; ``tail_share`` (of sales that the tail makes up). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, a line of a paid order has no price or quantity, or `tail` or
        `confidence` is no share.

    References
    ----------
    Slide 11 (order value 客单价); the interval of a median by the orders of rank around it:
    Conover (1999).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> tables = {
    ...     "orders": pd.DataFrame({"order_id": range(9), "placed_at": day, "paid_at": day}),
    ...     "order_lines": pd.DataFrame({"order_id": range(9), "quantity": 1,
    ...         "unit_price": [10.0, 20, 30, 40, 50, 60, 70, 80, 900]})}
    >>> order_values(tables)[["orders", "mean", "middle", "low", "high", "tail_share"]].round(2)
       orders   mean  middle   low  high  tail_share
    0       9  140.0    50.0  20.0  80.0        0.71
    >>> order_values(tables, tail=10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: tail is 10. Give a share above 0 and below 1; write 45 % as 0.45.
    """
    keys, part = frames.listed(by), numbers.share("tail", tail, zero=False, one=False)
    z = normal_quantile(confidence)
    orders, lines = frames.door(data, {"orders": _ORDERS, "order_lines": _LINES}, windows=True)
    orders = grouped(orders, keys, _ORDERS.split(), tuple(_TOLD))
    ranked = _ranked(_worth(orders, lines), inner_names(keys))
    n, rank = nw.col("n"), nw.col("rank")
    last = (n * round(part * _PARTS) + (_PARTS - 1)) // _PARTS
    # how many orders lie below the median follows a binomial law, taken as normal here
    down = ((n + 1) * 0.5 - n.cast(nw.Float64).sqrt() * (z / 2)).floor().cast(nw.Int64)
    marks = {
        "lower": rank == (n + 1) // 2,
        "upper": rank == n // 2 + 1,
        "low": rank == down,
        "high": rank == n + 1 - down,
        "from": rank == n + 1 - last,
        "in_tail": rank > n - last,
        "largest": rank == n,
    }
    fen, one = nw.col("fen"), nw.lit(0, nw.Int64)
    marked = ranked.with_columns(
        *[nw.when(mark).then(fen).otherwise(one).alias(name) for name, mark in marks.items()]
    )
    groups, names = inner_names(keys), ["fen", *marks]
    sums = [nw.col(name).sum().alias(name) for name in names]
    count = nw.len().alias("orders")
    total = marked.group_by(*groups).agg(count, *sums) if groups else marked.select(count, *sums)
    total = total.with_columns(nw.col("orders", *names).cast(nw.Int64))
    return answer(total, keys, _TOLD)


def _worth(orders: Frame, lines: Frame) -> Frame:
    """Return what each paid order is worth, in fen, with its groups."""
    rows.refuse(parts.paid_lines(orders, lines), _("order_lines"), parts.sales.faults(lines))
    sold = parts.sales.amount(lines.select("order_id", "quantity", "unit_price"))
    sums = sold.group_by("order_id").agg(fen=nw.col("_amount").sum())
    paid = orders.filter(~nw.col("paid_at").is_null())
    return paid.join(sums, on="order_id").with_columns(nw.col("fen").cast(nw.Int64))


def _ranked(worth: Frame, groups: list[str]) -> Frame:
    """Return orders with their `rank` in the group, from 1, and the number `n` of its orders."""
    worth = worth.with_columns(_one=nw.lit(1, nw.Int64), _row=nw.lit(1, nw.Int64))
    groups = groups or ["_one"]
    # not of a column that it is sorted by: over pandas Narwhals would sort by what it counts
    place = nw.col("_row").cum_sum().over(*groups, order_by=["fen", "order_id"])
    size = nw.col("order_id").count().over(*groups)
    return worth.with_columns(rank=place.cast(nw.Int64), n=size.cast(nw.Int64))


_PARTS = 1_000_000  # of all orders, so that a share of them is a whole number
_TWO = nw.col("orders") * 0 + 200  # half a yuan has 200 halves of a fen: see `yuan`
_TOLD = {
    "orders": nw.col("orders"),
    "mean": per("fen", nw.col("orders") * 100),
    "middle": per(nw.col("lower") + nw.col("upper"), _TWO),
    "low": nw.when(nw.col("low") > 0).then(yuan("low")),
    "high": nw.when(nw.col("low") > 0).then(yuan("high")),
    "tail_from": yuan("from"),
    "largest": yuan("largest"),
    "tail_share": per("in_tail", "fen"),
}
"""The columns of :func:`order_values`."""
