"""What carriers did: on time, whole, refused, back, and sent off within the promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.delivery.given import parcels
from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, intervals, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import PERIODS, per, start_of, yuan
from ecokit.kpi.grouping import CENTURY, added, answer, inner_names, last, moment
from ecokit.messages import _

OUTCOMES = ("delivered", "damaged", "lost", "refused")
"""How a parcel may end."""

_SENT = "dispatched_at"


@public
def punctuality(
    data: Any,
    *,
    by: By = None,
    hours: float | None = None,
    as_of: datetime | str | None = None,
    confidence: float = 0.95,
) -> Any:
    """Count the parcels that came by their promise.

    A lost parcel, and one that is still under way after its promise, is late. A rate over the
    parcels that came forgets the worst ones.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``dispatched_at``, ``promised_at``, ``delivered_at``, and what is in `by`.
        ``carriers``, ``cities`` and ``warehouses`` lend their columns, such as ``region``.
    by : str or sequence of str, optional
        Columns, such as ``["carrier_id", "city_id"]``, and periods of dispatch (``"month"``).
    hours : float, optional
        One promise for all: so many hours from dispatch. Default: what each carrier promised,
        ``promised_at``. Who promises less is on time more often.
    as_of : datetime or ISO text, optional
        The moment you look: parcels whose promise has run out by then count. Default: the last
        ``delivered_at``.
    confidence : float
        Of the intervals.

    Returns
    -------
    table
        `by`; ``parcels``, ``on_time``, ``late`` (counts), ``rate`` (on time, of all) with ``low``
        and ``high`` (Wilson), ``hours`` (mean from dispatch, of those that came). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or nothing was delivered and `as_of` is not given.

    References
    ----------
    Slide 14 (分仓, 城配); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> sent = pd.DataFrame({"carrier_id": ["E1", "E1", "E2"], "dispatched_at": day,
    ...     "promised_at": day + pd.Timedelta(hours=48),
    ...     "delivered_at": [day + pd.Timedelta(hours=30), pd.NaT, day + pd.Timedelta(hours=40)]})
    >>> told = punctuality({"deliveries": sent}, by="carrier_id", as_of="2025-03-09")
    >>> told[["carrier_id", "parcels", "on_time", "rate", "hours"]].values.tolist()
    [['E1', 2, 1, 0.5, 30.0], ['E2', 1, 1, 1.0, 40.0]]
    >>> punctuality({"deliveries": sent}, by="colour")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table deliveries has no column colour. It has: ...
    """
    keys, needed = frames.listed(by), f"{_SENT} promised_at delivered_at"
    promise = nw.col("promised_at")
    if hours is not None:
        needed = f"{_SENT} delivered_at"
        promise = nw.col(_SENT) + timedelta(hours=_hours(hours))
    reach = intervals.wilson_columns("on_time", "one", confidence)
    values = {
        "parcels": nw.col("one"),
        "on_time": nw.col("on_time"),
        "late": nw.col("one") - nw.col("on_time"),
        "rate": per("on_time", "one"),
        "low": reach.low,
        "high": reach.high,
        "hours": per("seconds", nw.col("there") * 3600),
    }
    sent = parcels(data, needed, keys)
    now = last(sent, "deliveries", "delivered_at") if as_of is None else moment("as_of", as_of)
    there = _grouped(sent, keys, needed, tuple(values)).filter(promise <= now)
    came = nw.col("delivered_at")
    parts = {
        "on_time": (came <= promise).fill_null(False).cast(nw.Int64),
        "seconds": nw.when(came <= now).then((came - nw.col(_SENT)).dt.total_seconds()),
    }
    return _told(there, keys, parts, values, known={"there": "seconds"})


@public
def outcomes(data: Any, *, by: By = None, of: str = "refused", confidence: float = 0.95) -> Any:
    """Count how parcels ended: delivered, damaged, lost, refused.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``dispatched_at``, ``outcome``, and what is in `by`; see
        :func:`punctuality`.
    by : str or sequence of str, optional
        Columns, such as ``"cash_on_delivery"``, and periods of dispatch.
    of : str
        The outcome whose rate is told: one of the four.
    confidence : float
        Of its interval.

    Returns
    -------
    table
        `by`; ``parcels`` (whose end is known), ``delivered``, ``damaged``, ``lost``, ``refused``,
        and ``rate``, ``low``, ``high`` of the outcome `of`. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, an outcome is none of the four, or `of` is none.

    References
    ----------
    Slide 14 (到付); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.DataFrame({"dispatched_at": pd.Timestamp("2025-03-01"),
    ...     "cash_on_delivery": [True, True, False, False],
    ...     "outcome": ["refused", "delivered", "delivered", "damaged"]})
    >>> told = outcomes({"deliveries": sent}, by="cash_on_delivery")
    >>> told[["cash_on_delivery", "parcels", "refused", "rate"]].values.tolist()
    [[False, 2, 0, 0.0], [True, 2, 1, 0.5]]
    >>> outcomes({"deliveries": sent}, of="stolen")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: of is 'stolen'. Choose one of: delivered, damaged, lost, refused.
    """
    numbers.one_of("of", of, OUTCOMES)
    keys, needed = frames.listed(by), f"{_SENT} outcome"
    reach = intervals.wilson_columns(of, "one", confidence)
    values = {
        "parcels": nw.col("one"),
        **{name: nw.col(name) for name in OUTCOMES},
        "rate": per(of, "one"),
        "low": reach.low,
        "high": reach.high,
    }
    sent = parcels(data, needed, keys)
    rows.refuse(sent, "deliveries", [rows.none_of("outcome", OUTCOMES)])
    there = _grouped(sent, keys, needed, tuple(values)).filter(~nw.col("outcome").is_null())
    parts = {name: (nw.col("outcome") == name).cast(nw.Int64) for name in OUTCOMES}
    return _told(there, keys, parts, values)


@public
def parcel_costs(data: Any, *, by: By = None) -> Any:
    """Add up what carriers charged, and how far the billed weight lies above the scale's.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``dispatched_at``, ``weight_kg``, ``billed_kg``, ``cost``, and what is in
        `by`; see :func:`punctuality`.
    by : str or sequence of str, optional
        Columns, such as ``"carrier_id"``, and periods of dispatch.

    Returns
    -------
    table
        `by`; ``parcels``, ``weight_kg``, ``billed_kg``, ``cost`` (sums), ``cost_per_parcel``,
        ``cost_per_kg`` (a kilogram on the scale), ``billed_ratio`` (billed over the scale's).
        Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or a number is missing or below 0.

    References
    ----------
    The usual terms of carriers 计费重量: see :func:`billed_weight`.

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.DataFrame({"carrier_id": ["E1", "E1"], "weight_kg": [0.5, 1.5],
    ...     "dispatched_at": pd.Timestamp("2025-03-01"), "billed_kg": [1, 3], "cost": [8.0, 12.0]})
    >>> told = parcel_costs({"deliveries": sent}, by="carrier_id")
    >>> told[["cost", "cost_per_parcel", "billed_ratio"]].values.tolist()
    [[20.0, 10.0, 2.0]]
    >>> parcel_costs({"parcels": sent})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table deliveries, which is not among: parcels.
    """
    measured = ("weight_kg", "billed_kg", "cost")
    keys, needed = frames.listed(by), f"{_SENT} {' '.join(measured)}"
    values = {
        "parcels": nw.col("one"),
        "weight_kg": per("grams", nw.col("grams") * 0 + 1000),
        "billed_kg": per("billed", nw.col("billed") * 0 + 1000),
        "cost": yuan("fen"),
        "cost_per_parcel": per("fen", nw.col("one") * 100),
        "cost_per_kg": per(nw.col("fen") * 10, "grams"),
        "billed_ratio": per("billed", "grams"),
    }
    sent = parcels(data, needed, keys)
    rows.refuse(sent, "deliveries", [rows.below_zero(name, "parcel_id") for name in measured])
    there = _grouped(sent, keys, needed, tuple(values))
    parts = {
        "grams": amounts.whole(sent, "weight_kg", 1000),
        "billed": amounts.whole(sent, "billed_kg", 1000),
        "fen": amounts.whole(sent, "cost", 100),
    }
    return _told(there, keys, parts, values)


@public
def way_back(data: Any, *, by: By = None, confidence: float = 0.95) -> Any:
    """Follow the parcels that come back: how many, how long, and what it costs.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``dispatched_at``, ``delivered_at``, ``back_at``, ``back_cost``, and
        what is in `by`; see :func:`punctuality`.
    by : str or sequence of str, optional
        Columns, such as ``"outcome"``, and periods of dispatch.
    confidence : float
        Of the interval.

    Returns
    -------
    table
        `by`; ``parcels`` (sent), ``back`` (of them), ``rate`` with ``low`` and ``high``, ``days``
        (mean from the door to our warehouse), ``back_cost`` (yuan), ``cost_per_back``,
        ``cost_per_parcel`` (yuan on each parcel that is sent). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or a cost is below 0.

    References
    ----------
    Slide 14 (delivery); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> sent = pd.DataFrame({"dispatched_at": day, "delivered_at": day + pd.Timedelta(days=1),
    ...     "back_at": [day + pd.Timedelta(days=5), pd.NaT], "back_cost": [9.0, 0.0]})
    >>> told = way_back({"deliveries": sent})
    >>> told[["parcels", "back", "days", "cost_per_back", "cost_per_parcel"]].values.tolist()
    [[2.0, 1.0, 4.0, 9.0, 4.5]]
    >>> way_back({"deliveries": sent}, by="door")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table deliveries has no column door. It has: ...
    """
    keys, needed = frames.listed(by), f"{_SENT} delivered_at back_at back_cost"
    reach = intervals.wilson_columns("back", "one", confidence)
    values = {
        "parcels": nw.col("one"),
        "back": nw.col("back"),
        "rate": per("back", "one"),
        "low": reach.low,
        "high": reach.high,
        "days": per("seconds", nw.col("timed") * 86_400),
        "back_cost": yuan("fen"),
        "cost_per_back": per("fen", nw.col("back") * 100),
        "cost_per_parcel": per("fen", nw.col("one") * 100),
    }
    sent = parcels(data, needed, keys)
    rows.refuse(sent, "deliveries", [rows.below_zero("back_cost", "parcel_id")])
    there = _grouped(sent, keys, needed, tuple(values))
    taken = (nw.col("back_at") - nw.col("delivered_at")).dt.total_seconds()
    parts = {
        "back": (~nw.col("back_at").is_null()).cast(nw.Int64),
        "seconds": taken,
        "fen": amounts.whole(sent, "back_cost", 100),
    }
    return _told(there, keys, parts, values, known={"timed": "seconds"})


@public
def dispatch_promise(
    data: Any,
    *,
    by: By = None,
    hours: float = 48.0,
    fine: float = 0.0,
    channels: Sequence[str] | None = None,
    as_of: datetime | str | None = None,
    confidence: float = 0.95,
) -> Any:
    """Count the paid orders that left within the hours promised, and the fine for the others.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``placed_at``, ``paid_at``, ``dispatched_at``, and what is in `by` and
        ``channel_id`` where `channels` are named.
    by : str or sequence of str, optional
        Columns of orders, and periods of ``placed_at``.
    hours : float
        Hours from payment to dispatch that a platform asks for.
    fine : float
        Yuan for each order that left later, or not yet.
    channels : sequence of str, optional
        The channels whose platform asks, such as ``["marketplace"]``. Default: all orders.
    as_of : datetime or ISO text, optional
        The moment you look: orders whose hours have run out by then count. Default: the last
        ``dispatched_at``.
    confidence : float
        Of the interval.

    Returns
    -------
    table
        `by`; ``orders``, ``kept`` (left in time), ``rate`` with ``low`` and ``high``,
        ``mean_hours`` (of those that left), ``fine`` (yuan), ``fine_per_order``. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, a number cannot be, a channel has no orders, or nothing was
        sent and `as_of` is not given.

    References
    ----------
    The promise is the platform's own term; look it up in your contract. Intervals: Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> orders = pd.DataFrame({"placed_at": day, "paid_at": day,
    ...     "dispatched_at": [day + pd.Timedelta(hours=20), day + pd.Timedelta(hours=60)]})
    >>> told = dispatch_promise({"orders": orders}, hours=48, fine=5, as_of="2025-03-09")
    >>> told[["orders", "kept", "rate", "mean_hours", "fine"]].values.tolist()
    [[2.0, 1.0, 0.5, 40.0, 5.0]]
    >>> dispatch_promise({"orders": orders}, hours=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: hours is 0. Give a number above 0.
    """
    keys = frames.listed(by)
    promised = _hours(hours)
    each = numbers.number("fine", fine, low=0)
    sold, needed = _of_channels(data, channels)
    reach = intervals.wilson_columns("kept", "one", confidence)
    values = {
        "orders": nw.col("one"),
        "kept": nw.col("kept"),
        "rate": per("kept", "one"),
        "low": reach.low,
        "high": reach.high,
        "mean_hours": per("seconds", nw.col("there") * 3600),
        "fine": (nw.col("one") - nw.col("kept")).cast(nw.Float64) * each,
        "fine_per_order": per(nw.col("one") - nw.col("kept"), "one") * each,
    }
    now = last(sold, "orders", _SENT) if as_of is None else moment("as_of", as_of)
    there = _grouped(sold, keys, needed, tuple(values), table="orders", time="placed_at")
    due = nw.col("paid_at") + timedelta(hours=promised)
    there = there.filter(~nw.col("paid_at").is_null()).filter(due <= now)
    left = nw.col(_SENT)
    parts = {
        "kept": (left <= due).fill_null(False).cast(nw.Int64),
        "seconds": nw.when(left <= now).then((left - nw.col("paid_at")).dt.total_seconds()),
    }
    return _told(there, keys, parts, values, known={"there": "seconds"})


def _hours(hours: float) -> float:
    """Return hours that a calendar can hold."""
    return min(numbers.positive("hours", hours), CENTURY * 24.0)


def _of_channels(data: Any, channels: Sequence[str] | None) -> tuple[Frame, str]:
    """Return the orders of some channels, and the columns that are needed of them."""
    needed = f"placed_at paid_at {_SENT}"
    named = frames.listed(channels, "channels")
    columns = f"{needed} channel_id" if named else needed
    (sold,) = frames.door(data, {"orders": columns})
    if channels is not None and not named:
        raise numbers.refused("channels", channels, _("Name a channel, or leave channels out."))
    if not named:
        return sold, needed
    there = frames.collected(sold.select("channel_id").unique())["channel_id"].drop_nulls()
    for name in sorted(set(named) - set(there.to_list())):
        message = _("channels names {name}, which is in no row of orders. There are: {known}.")
        known = ", ".join(sorted(map(str, there.to_list()))) or _("none")
        raise CourseError(message.format(name=numbers.shown(name), known=known))
    return sold.filter(nw.col("channel_id").is_in(named)), needed


def _grouped(
    sent: Frame,
    keys: Sequence[str],
    needed: str,
    taken: Sequence[str],
    *,
    table: str = "deliveries",
    time: str = _SENT,
) -> Frame:
    """Return the columns that are needed, and what to group by under names that nothing else has.

    The words of groups are read after the sums, in `_told`: among few rows.
    """
    frames.need(table, sent, [key for key in keys if key not in PERIODS])
    frames.refuse_taken(keys, taken)
    groups = {
        inner: start_of(key, time) if key in PERIODS else nw.col(key)
        for key, inner in zip(keys, inner_names(keys), strict=True)
    }
    return sent.select(*needed.split(), **groups)


def _told(
    there: Frame,
    keys: Sequence[str],
    parts: Mapping[str, nw.Expr],
    values: Mapping[str, nw.Expr],
    *,
    known: Mapping[str, str] | None = None,
) -> Any:
    """Add up the parts by group and return the values, as a table of the caller's kind.

    The rows of a group are counted as ``one``, and, by the names of `known`, those in which a part
    is not missing.
    """
    groups, counted = inner_names(keys), dict(known or {})
    frame = there.select(*groups, **parts)
    sums = [nw.len().alias("one"), *(nw.col(name).sum() for name in parts)]
    sums += [nw.col(part).count().alias(name) for name, part in counted.items()]
    total = frame.group_by(*groups).agg(*sums) if groups else frame.select(*sums)
    names = ["one", *parts, *counted]
    total = total.with_columns(nw.col(name).fill_null(0).cast(nw.Int64) for name in names)
    words = [inner for key, inner in zip(keys, groups, strict=True) if key not in PERIODS]
    for inner in words:
        total = frames.as_group(total, inner)
    return answer(added(total, groups, names) if words else total, keys, values)
