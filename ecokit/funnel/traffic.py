"""Visits before they are counted: which are no people's, and what kind the others are."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import amounts, frames, numbers
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.messages import _

VISITS, SECONDS = 20, 5.0
"""A bot: so many visits on a day, or more, that last so many seconds on average, or less."""

ORDERS, MINUTES = 3, 60
"""Brushed: so many orders of one account, or more, within so many minutes."""

_DAY = 86_400  # seconds: longer no visit lasts
_VISITS = "visit_id visitor_id started_at dwell_seconds"
_ORDERS = "order_id visitor_id placed_at"


@public
def suspects(
    data: Any,
    *,
    visits: int = VISITS,
    seconds: float = SECONDS,
    orders: int = ORDERS,
    minutes: float = MINUTES,
) -> Any:
    """Name the visitors who are hardly people who shop: bots, and accounts that brush orders.

    Both are rules, not proofs. Look at how many real customers they would catch before you use
    other limits.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``visit_id``, ``visitor_id``, ``started_at``, ``dwell_seconds``. ``orders``:
        ``order_id``, ``visitor_id``, ``placed_at``.
    visits, seconds : int and float
        A visitor with so many visits on one day, which last at most so many seconds on average, is
        a ``bot``.
    orders, minutes : int and float
        A visitor who places so many orders within so many minutes has ``brushed`` them.

    Returns
    -------
    table
        ``visitor_id``, ``rule`` (``bot``, ``brushed``), ``most`` (the most visits on such a day;
        the orders that stand so close together). Sorted by both. A visitor may break both rules.

    Raises
    ------
    CourseError
        A table or column is missing, or a limit is no number that can be used.

    References
    ----------
    Orders within an hour over their buyers: order brushing (刷单) as Shopee's contest of 2020
    defined it, told by Chen (2020), from where three orders come. The limits of a bot are the
    course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> visits = pd.DataFrame({"visit_id": range(40), "visitor_id": [7] * 39 + [8],
    ...                        "started_at": noon, "dwell_seconds": 2})
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3], "visitor_id": 9, "placed_at": noon})
    >>> suspects({"visits": visits, "orders": orders})
       visitor_id     rule  most
    0           7      bot    39
    1           9  brushed     3
    >>> suspects({"visits": visits, "orders": orders}, visits=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: visits is 0. Give a whole number, 1 or more.
    """
    seen, placed = frames.door(data, {"visits": _VISITS, "orders": _ORDERS}, windows=True)
    bots = _bots(
        seen, numbers.count("visits", visits), numbers.number("seconds", seconds, low=0, high=_DAY)
    )
    apart = timedelta(minutes=numbers.number("minutes", minutes, low=0, high=1e6))
    brushed = _brushed(placed, numbers.count("orders", orders, 2, 1000), apart)
    return frames.sorted_native(nw.concat([bots, brushed]), ["visitor_id", "rule"])


def _bots(visits: Frame, least: int, seconds: float) -> Frame:
    """Return visitors with many short visits on a day."""
    known = visits.filter(~nw.col("visitor_id").is_null())
    known = known.select(
        "visitor_id",
        _day=start_of("day", "started_at"),
        _dwell=amounts.whole(visits, "dwell_seconds", amounts.PLACES),
    )
    days = known.group_by("visitor_id", "_day").agg(nw.len().alias("_n"), nw.col("_dwell").sum())
    n = nw.col("_n").cast(nw.Int64)
    longest = n * int(seconds * amounts.PLACES)
    found = days.filter(n >= least, nw.col("_dwell") <= longest)
    return _told(found.with_columns(n.alias("_n")), "bot")


def _brushed(orders: Frame, least: int, apart: timedelta) -> Frame:
    """Return visitors with many orders within a short time."""
    known = orders.filter(~nw.col("visitor_id").is_null())
    placed = nw.col("placed_at")
    earlier = placed.shift(least - 1).over("visitor_id", order_by=["placed_at", "order_id"])
    marked = known.select("visitor_id", "placed_at", "order_id", _earlier=earlier)
    close = (placed - nw.col("_earlier") <= apart).fill_null(value=False)
    many = marked.with_columns(_n=close.cast(nw.Int64))
    # each order that ends such a row of orders stands for one more
    sums = many.group_by("visitor_id").agg(nw.col("_n").sum()).filter(nw.col("_n") > 0)
    return _told(sums.with_columns(nw.col("_n").cast(nw.Int64) + (least - 1)), "brushed")


def _told(found: Frame, rule: str) -> Frame:
    most = found.group_by("visitor_id").agg(nw.col("_n").max().alias("most"))
    return most.select("visitor_id", nw.lit(rule).alias("rule"), "most")


@public
def cleaned(
    data: Any,
    *,
    visits: int = VISITS,
    seconds: float = SECONDS,
    orders: int = ORDERS,
    minutes: float = MINUTES,
) -> Mapping[str, Any]:
    """Return the tables without the visits and orders of bots and brushed accounts.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        See :func:`suspects`.
    visits, seconds, orders, minutes : int or float
        See :func:`suspects`.

    Returns
    -------
    mapping of table name to table
        All tables that were given; ``visits`` and ``orders`` without those of the suspects. Rows
        without a ``visitor_id`` are kept.

    Raises
    ------
    CourseError
        As for :func:`suspects`.

    References
    ----------
    The course's own; see :func:`suspects`.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> visits = pd.DataFrame({"visit_id": range(40), "visitor_id": [7] * 39 + [8],
    ...                        "started_at": noon, "dwell_seconds": 2})
    >>> orders = pd.DataFrame({"order_id": [1], "visitor_id": 9, "placed_at": noon})
    >>> found = cleaned({"visits": visits, "orders": orders})
    >>> len(found["visits"]), len(found["orders"])
    (1, 1)
    >>> cleaned({"visits": visits})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table orders, which is not among: visits.
    """
    out = suspects(data, visits=visits, seconds=seconds, orders=orders, minutes=minutes)
    gone = nw.from_native(out).select("visitor_id").unique()
    tables = frames.door(data, {"visits": _VISITS, "orders": _ORDERS})
    kept = [_kept(table, gone) for table in tables]
    left = dict(zip(("visits", "orders"), kept, strict=True))
    return ChainMap(left, _lazily(frames.tables(data)))


def _kept(table: Frame, gone: Frame) -> Any:
    left = table.join(gone, on="visitor_id", how="anti")
    return nw.maybe_reset_index(left).to_native()


@public
def with_kinds(data: Any, *, speed: Sequence[float] = (1.0, 2.0, 4.0)) -> Mapping[str, Any]:
    """Add to each visit whether its visitor is new, and how fast the page was.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``visitor_id``, ``started_at``; ``load_seconds`` may be missing.
    speed : sequence of float
        Seconds at which one band of speed ends and the next begins, rising.

    Returns
    -------
    mapping of table name to table
        All tables that were given; ``visits`` with ``visitor`` (``new`` at the first visit on
        record, ``returning`` after that; everybody is new when the record begins; null without a
        ``visitor_id``) and ``speed``, such as ``1-2 s`` (from 1 to below 2).

    Raises
    ------
    CourseError
        The table or a column is missing, or `speed` does not rise.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"visit_id": [1, 2], "visitor_id": [7, 7], "load_seconds": [0.4, 5],
    ...                        "started_at": pd.to_datetime(["2025-03-01", "2025-03-02"])})
    >>> with_kinds({"visits": visits})["visits"][["visitor", "speed"]]
         visitor  speed
    0        new  0-1 s
    1  returning   4+ s
    >>> with_kinds({"visits": visits}, speed=[2, 1])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: speed is [2, 1]. Give seconds above 0 that rise, such as (1, 2, 4).
    """
    bands = _bands(speed)
    (visits,) = frames.door(data, {"visits": "visitor_id started_at"})
    began = nw.col("started_at").min().over("visitor_id")
    told = visits.with_columns(_first=began)
    new = nw.when(nw.col("started_at") > nw.col("_first")).then(nw.lit("returning"))
    known = ~nw.col("visitor_id").is_null()
    told = told.with_columns(visitor=nw.when(known).then(new.otherwise(nw.lit("new"))))
    if "load_seconds" in told.collect_schema().names():
        told = told.with_columns(speed=bands)
    left = nw.maybe_reset_index(told.drop("_first")).to_native()
    return ChainMap({"visits": left}, _lazily(frames.tables(data)))


def _bands(speed: object) -> nw.Expr:
    """Return the band of speed of a visit, as text."""
    found = numbers.row("speed", speed).tolist()
    rising = all(low < high for low, high in zip([0.0, *found], found, strict=False))
    if not found or not rising:
        wanted = _("Give seconds above 0 that rise, such as (1, 2, 4).")
        raise numbers.refused("speed", speed, wanted)
    load = nw.col("load_seconds")
    told: nw.Expr = nw.when(~load.is_null()).then(nw.lit(f"{found[-1]:g}+ s"))
    for low, high in reversed(list(zip([0.0, *found], found, strict=False))):
        told = nw.when(load < high).then(nw.lit(f"{low:g}-{high:g} s")).otherwise(told)
    return told


def _lazily(tables: Mapping[str, Any]) -> Any:
    """Return the caller's tables for a ChainMap, which only reads them: a shop's stay unread."""
    return tables
