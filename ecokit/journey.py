"""The customer journey: ten touchpoints an order, and what a missed one costs.

Slide 3 of the deck names the ten touchpoints; slides 12 and 14 ask for an order
flow and a goods flow that work as one. Every function takes the shop's tables (or
your own) and returns a table of the same kind: pandas, Polars, DuckDB or another
engine that Narwhals knows. Tables are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.stable.v2.typing import IntoFrameT
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.kpi.door import By, as_group, door, listed, need, refuse_taken
from ecokit.kpi.engine import PERIODS, start_of
from ecokit.messages import _

STATES = ("on_time", "late", "missing", "open")
"""What became of a touchpoint; ``open`` is neither done nor due yet."""

OUTCOMES = ("complained", "returned", "contacted", "bought_again", "paid")
"""What :func:`outcomes` says of an order."""

DISPATCH = 7
"""The touchpoint whose window ends when the parcel must have left."""

CALL = 8
"""The touchpoint that asks for a call: three days and not delivered."""

AFTER_HOURS = 72
"""Three days: the hours after dispatch from which a parcel counts as late."""

_Frame = nw.LazyFrame[Any]


def states(touchpoints: IntoFrameT, as_of: datetime | str | None = None) -> IntoFrameT:
    """Tell what became of each touchpoint: on time, late, missing or still open.

    Parameters
    ----------
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at`` (null: any time will do), ``done_at`` (null:
        not done).
    as_of : datetime or ISO text, optional
        The moment you look. What happens later is not known yet. Default: the
        last ``done_at`` in the table.

    Returns
    -------
    table
        The rows of `touchpoints` with ``state``, one of :data:`STATES`, sorted by
        order and touchpoint. A touchpoint that does not apply to an order has no row.

    Raises
    ------
    CourseError
        A column is missing, or `as_of` is no moment.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "order_id": [1, 1, 1],
    ...     "touchpoint": [4, 5, 7],
    ...     "due_at": pd.to_datetime(["2025-03-01 10:00", "2025-03-01 12:00", "2025-03-02 12:00"]),
    ...     "done_at": pd.to_datetime(["2025-03-01 09:58", "2025-03-01 12:30", None]),
    ... })
    >>> states(rows).state.tolist()
    ['on_time', 'late', 'open']
    >>> states(rows, as_of="2025-03-03").state.tolist()
    ['on_time', 'late', 'missing']
    >>> states(rows, as_of="soon")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: as_of is 'soon'. Write a moment such as "2025-11-14 09:00".

    Source: slide 3.
    """
    (steps,), close = _open(touchpoints=(touchpoints, _STEP))
    return close(_states(steps, as_of).sort("order_id", "touchpoint"))


def rates(
    touchpoints: IntoFrameT,
    orders: IntoFrameT | None = None,
    by: By = None,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Measure how reliably each touchpoint is kept.

    Parameters
    ----------
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``, ``done_at``.
    orders : table, optional
        ``order_id``, ``placed_at`` and the columns named in `by`. Needed with `by`.
    by : str or sequence of str, optional
        ``"day"``, ``"week"``, ``"month"`` or ``"quarter"`` (of ``placed_at``), or columns of
        `orders` such as ``"channel_id"`` and ``"region"``.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        `by`, ``touchpoint``; counts ``on_time``, ``late``, ``missing``, ``open``; shares
        ``on_time_rate``, ``late_rate``, ``missing_rate`` (0 to 1) of the touchpoints that
        applied and are not open. Sorted by `by` and touchpoint.

    Raises
    ------
    CourseError
        `by` without `orders`, or a column that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> rows = pd.DataFrame({
    ...     "order_id": [1, 2, 3, 4], "touchpoint": 4, "due_at": noon,
    ...     "done_at": [noon, noon, noon + pd.Timedelta("1h"), pd.NaT],
    ... })
    >>> rates(rows)[["touchpoint", "on_time_rate", "missing_rate"]].values.tolist()
    [[4.0, 0.5, 0.25]]
    >>> rates(rows, by="month")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Rates by month need the orders too. Write rates(touchpoints, ...

    Source: slide 3.
    """
    keys = listed(by)
    if not keys:
        (steps,), close = _open(touchpoints=(touchpoints, _STEP))
        steps = _states(steps, as_of)
    elif orders is None:
        raise CourseError(
            _(
                "Rates by {by} need the orders too. Write rates(touchpoints, orders, by=...)."
            ).format(by=", ".join(keys))
        )
    else:
        (steps, placed), close = _open(
            touchpoints=(touchpoints, _STEP), orders=(orders, "order_id placed_at")
        )
        placed = _keyed(placed, keys, (*_STEP.split(), *STATES))
        steps = _states(steps, as_of).select(*_STEP.split(), "state")
        steps = steps.join(placed.select("order_id", *keys), on="order_id")
    flags = [(nw.col("state") == state).cast(nw.Int64).alias(state) for state in STATES]
    counted = _sums(steps.with_columns(*flags), [*keys, "touchpoint"], STATES)
    closed = nw.col("on_time") + nw.col("late") + nw.col("missing")
    shares = [_share(nw.col(s), closed).alias(f"{s}_rate") for s in STATES[:3]]
    return close(counted.with_columns(*shares).sort(*keys, "touchpoint"))


def timeline(
    order_id: int | str,
    orders: IntoFrameT,
    touchpoints: IntoFrameT,
    journey: IntoFrameT,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Tell what happened to one order, touchpoint by touchpoint.

    Parameters
    ----------
    order_id : int or str
        The order.
    orders : table
        ``order_id``, ``placed_at``.
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``, ``done_at``.
    journey : table
        The ten touchpoints: ``touchpoint``, ``name``, ``name_zh``, ``post_id``.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        One row a touchpoint of `journey`: ``touchpoint``, ``name``, ``name_zh``,
        ``post_id``, ``state`` (one of :data:`STATES`, or ``not_needed`` where the order
        has no such touchpoint), ``due_at``, ``done_at``, ``minutes_late`` (minutes from
        due to done; negative: early; null: not done).

    Raises
    ------
    CourseError
        There is no such order.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order_id": [7], "placed_at": pd.to_datetime(["2025-03-01"])})
    >>> journey = pd.DataFrame({"touchpoint": [3, 4], "name": ["placed", "payment"],
    ...                         "name_zh": ["拍下", "付款短信"], "post_id": ["service", "service"]})
    >>> rows = pd.DataFrame({"order_id": [7], "touchpoint": [4],
    ...                      "due_at": pd.to_datetime(["2025-03-01 00:10"]),
    ...                      "done_at": pd.to_datetime(["2025-03-01 00:30"])})
    >>> timeline(7, orders, rows, journey)[["name", "state", "minutes_late"]].values.tolist()
    [['placed', 'not_needed', nan], ['payment', 'late', 20.0]]
    >>> timeline(8, orders, rows, journey)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no order 8. Take an order_id from the orders table.

    Source: slide 3.
    """
    (placed, steps, ten), close = _open(
        orders=(orders, "order_id"),
        touchpoints=(touchpoints, _STEP),
        journey=(journey, "touchpoint name name_zh post_id"),
    )
    order = _order(placed, order_id)
    mine = _states(steps, as_of).filter(nw.col("order_id") == order)
    mine = mine.select("touchpoint", "state", "due_at", "done_at")
    late = (nw.col("done_at") - nw.col("due_at")).dt.total_minutes()
    told = ten.join(mine, on="touchpoint", how="left").with_columns(
        state=nw.when(nw.col("state").is_null())
        .then(nw.lit("not_needed"))
        .otherwise(nw.col("state")),
        minutes_late=late,
    )
    columns = ["touchpoint", "name", "name_zh", "post_id", "state", "due_at", "done_at"]
    return close(told.select(*columns, "minutes_late").sort("touchpoint"))


def overdue_parcels(
    orders: IntoFrameT,
    touchpoints: IntoFrameT,
    journey: IntoFrameT,
    as_of: datetime | str,
    after_hours: float = AFTER_HOURS,
) -> IntoFrameT:
    """List the parcels out for more than three days: why, and who must call.

    Parameters
    ----------
    orders : table
        ``order_id``, ``region``, ``dispatched_at``, ``delivered_at``, ``delay_cause``.
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``, ``done_at``: tells who was called already.
    journey : table
        ``touchpoint``, ``post_id``: the post of touchpoint 8 must call.
    as_of : datetime or ISO text
        The moment you look.
    after_hours : float
        Hours after dispatch from which a parcel is on the list.

    Returns
    -------
    table
        ``order_id``, ``region``, ``dispatched_at``, ``waiting_hours`` (whole hours since
        dispatch), ``cause`` (``unknown`` where nobody has found it), ``post_id``,
        ``called_at`` (null: the customer has not heard from the shop). Longest wait first.

    Raises
    ------
    CourseError
        A column is missing, or `journey` has no touchpoint 8.

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> orders = pd.DataFrame({
    ...     "order_id": [1, 2, 3], "region": "East",
    ...     "dispatched_at": [t("2025-03-01"), t("2025-03-02"), t("2025-03-04")],
    ...     "delivered_at": [t("2025-03-09"), t("2025-03-04"), pd.NaT],
    ...     "delay_cause": ["weather", None, None]})
    >>> steps = pd.DataFrame({"order_id": [1], "touchpoint": [8],
    ...     "due_at": [t("2025-03-04 12:00")], "done_at": [t("2025-03-06")]})
    >>> journey = pd.DataFrame({"touchpoint": [8], "post_id": ["logistics"]})
    >>> parcels = overdue_parcels(orders, steps, journey, "2025-03-05 06:00")
    >>> parcels[["order_id", "waiting_hours", "cause", "post_id"]].values.tolist()
    [[1, 102, 'weather', 'logistics']]
    >>> parcels.called_at.isna().tolist()
    [True]
    >>> overdue_parcels(orders, steps, journey[:0], "2025-03-05")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The journey table has no touchpoint 8, so nobody is named to call.

    Source: slide 3, touchpoint 8.
    """
    (parcels, steps, ten), close = _open(
        orders=(orders, "order_id region dispatched_at delivered_at delay_cause"),
        touchpoints=(touchpoints, _STEP),
        journey=(journey, "touchpoint post_id"),
    )
    posts = ten.filter(nw.col("touchpoint") == CALL).select("post_id").collect()
    if not len(posts):
        raise CourseError(_("The journey table has no touchpoint 8, so nobody is named to call."))
    now = _moment(as_of)
    _refuse_unless(after_hours, 0, "after_hours", _("Hours are a number, 0 or more."))
    calls = steps.filter(nw.col("touchpoint") == CALL, nw.col("done_at") <= now)
    waiting = parcels.filter(
        nw.col("dispatched_at") < now - timedelta(hours=after_hours),
        nw.col("delivered_at").is_null() | (nw.col("delivered_at") > now),
    ).with_columns(
        waiting_hours=(nw.lit(now) - nw.col("dispatched_at")).dt.total_minutes().cast(nw.Int64)
        // 60,
        cause=nw.when(nw.col("delay_cause").is_null())
        .then(nw.lit("unknown"))
        .otherwise(nw.col("delay_cause")),
        post_id=nw.lit(posts["post_id"][0]),
    )
    called = waiting.join(
        calls.select("order_id", called_at=nw.col("done_at")), on="order_id", how="left"
    )
    result = called.select(
        "order_id", "region", "dispatched_at", "waiting_hours", "cause", "post_id", "called_at"
    )
    return close(result.sort("dispatched_at", "order_id"))


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
        The orders with all their columns, ``month`` (first day), ``late_parcel`` and
        :data:`OUTCOMES`, each 1 or 0. All but ``paid`` are null for unpaid orders;
        ``bought_again`` also for orders placed less than `days` before the last one: they
        have had no time to be followed. Sorted by order.

    Raises
    ------
    CourseError
        A column is missing, or `days` is not positive.

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

    Source: slides 3 and 15 (complaints, returns and exchanges).
    """
    needed = "order_id visitor_id placed_at paid_at dispatched_at delivered_at"
    (sold, complaint, back, contact), close = _open(
        orders=(orders, needed),
        complaints=(complaints, "order_id"),
        returns=(returns, "order_id"),
        contacts=(contacts, "order_id"),
    )
    sold = sold.drop(*OUTCOMES, strict=False)  # of an earlier run
    end = _last(sold, "placed_at")
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


def effect(
    touchpoint: int,
    touchpoints: IntoFrameT,
    outcomes: IntoFrameT,
    within: Sequence[str] = ("month",),
    missed: Sequence[str] = ("missing",),
    level: float = 0.95,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Estimate what missing one touchpoint does to complaints, returns and the next order.

    Only orders to which the touchpoint applied are compared: those that missed it with
    those that had it on time. The plain difference mixes two things: the missed
    touchpoint, and what else was different about these orders. The adjusted difference
    compares like with like inside the strata of `within` and averages them with
    Mantel-Haenszel weights. An outcome that all orders share is left out.

    Parameters
    ----------
    touchpoint : int
        1 to 10.
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``, ``done_at``.
    outcomes : table
        What :func:`outcomes` returned.
    within : sequence of str
        Columns of `outcomes` to compare inside, such as ``("month", "region")``. Name only
        what was settled before the touchpoint: a column that comes later is part of what
        you want to measure, and takes it away. So narrow that no stratum holds both an
        order that missed it and one that had it on time, they leave ``adjusted`` null.
    missed : sequence of str
        The states compared with ``on_time``: ``"missing"``, ``"late"`` or both.
    level : float
        Confidence level of the intervals, between 0 and 1.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        One row an outcome, sorted by name: ``outcome``, ``missed``, ``kept`` (orders),
        ``missed_rate``, ``kept_rate``, ``difference`` with ``lower`` and ``upper`` (Newcombe),
        ``adjusted`` with ``adjusted_lower`` and ``adjusted_upper`` (Mantel-Haenszel). Shares.

    Raises
    ------
    CourseError
        No order missed the touchpoint or none had it on time; `within` names no column, or
        `level` or `missed` cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> steps = pd.DataFrame({"order_id": range(1, 9), "touchpoint": 8, "due_at": noon,
    ...                       "done_at": [noon] * 4 + [pd.NaT] * 4})
    >>> told = pd.DataFrame({"order_id": range(1, 9), "complained": [0, 0, 0, 1, 1, 1, 1, 0],
    ...     "month": 1, "returned": 0, "contacted": 0, "bought_again": 0, "paid": 1})
    >>> row = effect(8, steps, told).query("outcome == 'complained'")
    >>> row[["missed_rate", "kept_rate", "adjusted"]].values.tolist()
    [[0.75, 0.25, 0.5]]
    >>> effect(9, steps, told)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Touchpoint 9 leaves no two groups to compare: some orders ...

    Source: Mantel and Haenszel (1959); variance of Greenland and Robins (1985);
    interval of the plain difference: Newcombe (1998), method 10.
    """
    within, missed = listed(within, "within"), listed(missed, "missed")
    (steps, told), close = _open(
        touchpoints=(touchpoints, _STEP), outcomes=(outcomes, " ".join(("order_id", *OUTCOMES)))
    )
    need("outcomes", told, within)
    refuse_taken(within, ("order_id", "outcome", *OUTCOMES))
    for name in within:
        told = as_group(told, name)
    if touchpoint not in range(1, 11):
        raise CourseError(
            _("touchpoint is {n!r}. Give a number from 1 to 10.").format(n=touchpoint)
        )
    if not missed or not set(missed) <= {"missing", "late"}:
        raise CourseError(
            _('missed is {missed}. Compare ["missing"], ["late"] or both with on time.').format(
                missed=missed
            )
        )
    one = _states(steps, as_of).filter(
        nw.col("touchpoint") == touchpoint, nw.col("state").is_in([*missed, "on_time"])
    )
    exposed = one.select("order_id", _m=(nw.col("state") != "on_time").cast(nw.Int64))
    rows = (
        told.join(exposed, on="order_id")
        .select("order_id", "_m", *within, *(nw.col(name).cast(nw.Float64) for name in OUTCOMES))
        .unpivot(on=list(OUTCOMES), index=["order_id", "_m", *within], variable_name="outcome")
        .filter(~nw.col("value").is_null())
        .with_columns(y=nw.col("value").cast(nw.Int64))
        .with_columns(_my=nw.col("_m") * nw.col("y"), _one=nw.lit(1, nw.Int64))
    )
    strata = rows.group_by("outcome", *within).agg(
        n1=nw.col("_m").sum(), n=nw.col("_one").sum(), a=nw.col("_my").sum(), y=nw.col("y").sum()
    )
    result = _differences(strata, _normal_quantile(level))
    if not len(result.select("missed").collect()):
        raise CourseError(
            _(
                "Touchpoint {n} leaves no two groups to compare: some orders must have missed "
                "it and others had it on time."
            ).format(n=touchpoint)
        )
    return close(result.sort("outcome"))


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

    Source: slide 11 (customer return rate); right censoring: Kaplan and Meier (1958).
    """
    (sold,), close = _open(orders=(orders, "order_id visitor_id placed_at paid_at"))
    end = _last(sold, "placed_at") if as_of is None else _moment(as_of)
    keys = listed(by)
    sold = _keyed(sold, keys, ("orders", "too_recent", "repeat_rate", "naive_rate"))
    ripe = ~nw.col("bought_again").is_null()
    told = _followed(sold, days, end).with_columns(
        orders=ripe.cast(nw.Int64),
        _all=nw.lit(1, nw.Int64),
        _ripe_again=nw.col("bought_again").fill_null(0).cast(nw.Int64),
    )
    sums = _sums(told, keys, ("orders", "_all", "_ripe_again", "_again"))
    result = sums.select(
        *keys,
        "orders",
        (nw.col("_all") - nw.col("orders")).alias("too_recent"),
        _share(nw.col("_ripe_again"), nw.col("orders")).alias("repeat_rate"),
        _share(nw.col("_again"), nw.col("_all")).alias("naive_rate"),
    )
    return close(result.sort(*keys) if keys else result)


def delivery(
    orders: IntoFrameT,
    touchpoints: IntoFrameT,
    by: By = None,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Compare the promised with the actual delivery time.

    The promise is the dispatch window (touchpoint 7 is due at its end) plus three days.
    A parcel that is still under way has broken it as surely as one that came late; the
    rate over delivered parcels alone forgets the worst ones.

    Parameters
    ----------
    orders : table
        ``order_id``, ``placed_at``, ``paid_at``, ``delivered_at``.
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``.
    by : str or sequence of str, optional
        See :func:`rates`.
    as_of : datetime or ISO text, optional
        The moment you look. Default: the last ``delivered_at``.

    Returns
    -------
    table
        `by`; ``orders`` (the promise has run out by `as_of`), ``undelivered`` (of them),
        ``promised_hours`` and ``actual_hours`` (means from payment; actual over delivered
        ones), ``kept_rate`` (delivered by the promise, of all), ``delivered_kept_rate`` (of
        delivered ones only). Sorted by `by`.

    Raises
    ------
    CourseError
        A column is missing, or `by` names none.

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> orders = pd.DataFrame({"order_id": [1, 2], "placed_at": t("2025-03-01"),
    ...     "paid_at": t("2025-03-01"), "delivered_at": [t("2025-03-03"), pd.NaT]})
    >>> steps = pd.DataFrame({"order_id": [1, 2], "touchpoint": 7, "due_at": t("2025-03-02")})
    >>> delivery(orders, steps, as_of="2025-03-09").values.tolist()
    [[2.0, 1.0, 96.0, 48.0, 0.5, 1.0]]
    >>> delivery(orders, steps, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no column city. It has: ...

    Source: slides 3 and 14; promise and outcome: Cui, Lu, Sun and Golden (2024).
    """
    (sold, steps), close = _open(
        orders=(orders, "order_id placed_at paid_at delivered_at"),
        touchpoints=(touchpoints, "order_id touchpoint due_at"),
    )
    now = _last(sold, "delivered_at") if as_of is None else _moment(as_of)
    keys = listed(by)
    sold = _keyed(sold, keys, _DELIVERY)
    promised = steps.filter(nw.col("touchpoint") == DISPATCH).select(
        "order_id", _promised=nw.col("due_at") + timedelta(hours=AFTER_HOURS)
    )
    due = (
        sold.filter(~nw.col("paid_at").is_null())
        .join(promised, on="order_id")
        .filter(nw.col("_promised") <= now)
    )
    there = ~nw.col("delivered_at").is_null() & (nw.col("delivered_at") <= now)
    minutes = (nw.col("delivered_at") - nw.col("paid_at")).dt.total_minutes().fill_null(0)
    rows = due.with_columns(_there=there.cast(nw.Int64)).with_columns(
        _kept=(nw.col("delivered_at") <= nw.col("_promised")).fill_null(False).cast(nw.Int64)
        * nw.col("_there"),
        _one=nw.lit(1, nw.Int64),
        _promise=(nw.col("_promised") - nw.col("paid_at")).dt.total_minutes().cast(nw.Int64),
        _actual=minutes.cast(nw.Int64) * nw.col("_there"),
    )
    names = ("_one", "_there", "_kept", "_promise", "_actual")
    sums = _sums(rows, keys, names)
    values = (
        nw.col("_one"),
        nw.col("_one") - nw.col("_there"),
        _share(nw.col("_promise"), nw.col("_one")) / 60,
        _share(nw.col("_actual"), nw.col("_there")) / 60,
        _share(nw.col("_kept"), nw.col("_one")),
        _share(nw.col("_kept"), nw.col("_there")),
    )
    named = (value.alias(name) for name, value in zip(_DELIVERY, values, strict=True))
    result = sums.select(*keys, *named)
    return close(result.sort(*keys) if keys else result)


def perfect_journey(
    touchpoints: IntoFrameT,
    orders: IntoFrameT,
    by: By = None,
    as_of: datetime | str | None = None,
) -> IntoFrameT:
    """Measure the share of orders with every touchpoint on time.

    Multiplying the ten rates answers another question: what the share would be if each
    touchpoint failed on its own. Failures come together (a rush, a lost parcel), so the
    joint share differs from the product. Count orders; do not multiply rates.

    Parameters
    ----------
    touchpoints : table
        ``order_id``, ``touchpoint``, ``due_at``, ``done_at``.
    orders : table
        ``order_id``, ``placed_at``, ``paid_at`` and the columns in `by`; paid orders count.
    by : str or sequence of str, optional
        See :func:`rates`.
    as_of : datetime or ISO text, optional
        See :func:`states`. Orders with an open touchpoint are left out.

    Returns
    -------
    table
        `by`; ``orders``; ``joint`` (share with every touchpoint that applied on time);
        ``product`` (of the touchpoints' shares, where a touchpoint that does not apply counts
        as kept); ``floor`` and ``ceiling``, between which the joint share must lie whatever
        the dependence. Sorted by `by`.

    Raises
    ------
    CourseError
        A column is missing, or `by` names none.

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp("2025-03-01")
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "placed_at": t, "paid_at": t})
    >>> steps = pd.DataFrame({"order_id": [1, 1, 2, 2, 3, 4], "touchpoint": [4, 5, 4, 5, 4, 4],
    ...     "due_at": t, "done_at": [pd.NaT, pd.NaT, t, t, t, t]})
    >>> perfect_journey(steps, orders).values.tolist()
    [[4.0, 0.75, 0.5625, 0.5, 0.75]]
    >>> perfect_journey(steps, orders, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no column city. It has: ...

    Source: slide 3; the perfect order of the SCOR model; bounds of Fréchet (1935).
    """
    (steps, sold), close = _open(
        touchpoints=(touchpoints, _STEP),
        orders=(orders, "order_id placed_at paid_at"),
    )
    keys = listed(by)
    sold = _keyed(sold, keys, ("order_id", *_PERFECT))
    marked = _states(steps, as_of).with_columns(
        _failed=(nw.col("state") != "on_time").cast(nw.Int64),
        _open=(nw.col("state") == "open").cast(nw.Int64),
    )
    ten = {n: f"_{n}" for n in range(1, 11)}
    marked = marked.with_columns(
        *(
            ((nw.col("touchpoint") == n).cast(nw.Int64) * nw.col("_failed")).alias(name)
            for n, name in ten.items()
        )
    )
    flags = ["_open", "_failed", *ten.values()]
    order = (
        marked.group_by("order_id")
        .agg(*(nw.col(name).max() for name in flags))
        .join(sold.filter(~nw.col("paid_at").is_null()).select("order_id", *keys), on="order_id")
        .filter(nw.col("_open") == 0)
        .with_columns(_one=nw.lit(1, nw.Int64))
    )
    sums = _sums(order, keys, ("_one", *flags))
    kept = [1 - _share(nw.col(name), nw.col("_one")) for name in ten.values()]
    product, total = kept[0], kept[0]
    for share in kept[1:]:
        product, total = product * share, total + share
    floor = total - (len(kept) - 1)
    values = (
        nw.col("_one"),
        1 - _share(nw.col("_failed"), nw.col("_one")),
        product,
        nw.when(floor <= 0).then(nw.lit(0.0)).otherwise(floor),
        nw.min_horizontal(*kept),
    )
    named = (value.alias(name) for name, value in zip(_PERFECT, values, strict=True))
    result = sums.select(*keys, *named)
    return close(result.sort(*keys) if keys else result)


def same_day_share(arrivals: ArrayLike, capacity: ArrayLike) -> NDArray[np.float64]:
    """Measure which share of calls is made on the day it falls due.

    Calls wait in one line, oldest first. What a day's capacity does not reach is left for
    the next day, so a few days of too little capacity spoil the days after them.

    Parameters
    ----------
    arrivals : array of int, shape (days,)
        Calls that fall due each day.
    capacity : array of int, shape (days,) or (days, plans)
        Calls that can be made each day, for one plan or for many at once.

    Returns
    -------
    array of float, shape () or (plans,)
        Share of all calls, 0 to 1.

    Raises
    ------
    CourseError
        The days do not match, no call falls due, or a number is missing or below 0.

    Examples
    --------
    >>> float(same_day_share([2, 6, 2], [3, 3, 3]))  # 2 in time, then 3, then 0 of 2
    0.5
    >>> same_day_share([2, 6, 2], [[3, 6], [3, 6], [3, 6]]).tolist()
    [0.5, 1.0]
    >>> same_day_share([2, 6], [3, 3, 3])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are 2 days of calls and 3 days of capacity. Give both ...

    Source: slide 3, touchpoint 8; slide 11, real-time support.
    """
    due, can = _counts(arrivals, "arrivals"), _counts(capacity, "capacity")
    if len(due) != len(can):
        raise CourseError(
            _(
                "There are {a} days of calls and {b} days of capacity. Give both for the same days."
            ).format(a=len(due), b=len(can))
        )
    if due.sum() <= 0:
        raise CourseError(_("No call falls due. Take days on which parcels pass the three days."))
    backlog = np.zeros(can.shape[1:])
    in_time = np.zeros(can.shape[1:])
    for today, slots in zip(due, can, strict=True):
        in_time += np.clip(slots - backlog, 0, today)
        backlog = np.maximum(backlog + today - slots, 0)
    return np.asarray(in_time / due.sum())


def _counts(values: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        counts = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        counts = np.array([np.nan])
    if not (counts >= 0).all():
        raise CourseError(
            _(
                "{name} holds something else than numbers from 0 on. Give the calls of each day."
            ).format(name=name)
        )
    return counts


_STEP = "order_id touchpoint due_at done_at"
_DELIVERY = (
    "orders", "undelivered", "promised_hours", "actual_hours", "kept_rate", "delivered_kept_rate",
)  # fmt: skip
_PERFECT = ("orders", "joint", "product", "floor", "ceiling")


def _open(**tables: tuple[Any, str]) -> tuple[list[_Frame], Callable[[_Frame], Any]]:
    """Check the tables at the door; return them as lazy frames, and the way back."""
    frames = door(
        {name: table for name, (table, _columns) in tables.items()},
        {name: columns for name, (_table, columns) in tables.items()},
    )
    eager = isinstance(frames[0], nw.DataFrame)

    def close(result: _Frame) -> Any:
        return nw.maybe_reset_index(result.collect()).to_native() if eager else result.to_native()

    return [frame.lazy() for frame in frames], close


def _moment(value: datetime | str) -> datetime:
    try:
        text = value if isinstance(value, str) else value.isoformat()[:26]
        moment = datetime.fromisoformat(text)
    except (AttributeError, TypeError, ValueError):
        raise CourseError(
            _('as_of is {value!r}. Write a moment such as "2025-11-14 09:00".').format(value=value)
        ) from None
    if moment.tzinfo is not None:
        raise CourseError(
            _(
                "as_of is {value}, with a time zone. Write the shop's local time without one."
            ).format(value=value)
        )
    return moment


def _order(orders: _Frame, order_id: int | str) -> int | str:
    """Return the id as `orders` writes it, a number or text; refuse one that is not there."""
    try:
        numeric = orders.collect_schema()["order_id"].is_numeric()
        found = int(order_id) if numeric else str(order_id)
        there = len(orders.filter(nw.col("order_id") == found).select("order_id").collect())
    except (TypeError, ValueError):
        there = 0
    if not there:
        raise CourseError(
            _("There is no order {id}. Take an order_id from the orders table.").format(id=order_id)
        )
    return found


def _last(frame: _Frame, column: str) -> datetime:
    """Return the last moment in a column: where the observed time ends."""
    last = frame.select(nw.col(column).max()).collect()[column][0]
    if last is None or last != last:  # NaT is not equal to itself
        raise CourseError(
            _("No row has a {column}, so the end of the data is unknown. Pass as_of.").format(
                column=column
            )
        )
    return _moment(last)


def _states(steps: _Frame, as_of: datetime | str | None) -> _Frame:
    now = _last(steps, "done_at") if as_of is None else _moment(as_of)
    not_done = nw.col("done_at").is_null() | (nw.col("done_at") > now)
    text = {state: nw.lit(state) for state in STATES}
    waiting = nw.when(nw.col("due_at") <= now).then(text["missing"]).otherwise(text["open"])
    late = nw.col("done_at") > nw.col("due_at")
    done = nw.when(late).then(text["late"]).otherwise(text["on_time"])
    return steps.with_columns(state=nw.when(not_done).then(waiting).otherwise(done))


def _keyed(orders: _Frame, keys: Sequence[str], taken: Sequence[str]) -> _Frame:
    """Add the grouping columns that are periods; refuse those that do not exist or are `taken`."""
    need("orders", orders, [key for key in keys if key not in PERIODS])
    refuse_taken(keys, taken)
    for key in keys:
        if key in PERIODS:
            orders = orders.with_columns(start_of(key, "placed_at").alias(key))
        else:
            orders = as_group(orders, key)
    return orders


def _sums(frame: _Frame, keys: Sequence[str], names: Sequence[str]) -> _Frame:
    """Add up whole-number columns by `keys`; one total row without keys."""
    sums = [nw.col(name).sum() for name in names]
    added = frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums)
    return added.with_columns(nw.col(name).cast(nw.Int64) for name in names)


def _share(part: nw.Expr, whole: nw.Expr) -> nw.Expr:
    """Return part / whole as a fraction, null where whole is 0."""
    return part.cast(nw.Float64) / nw.when(whole != 0).then(whole)


def _refuse_unless(value: object, least: float, name: str, needed: str) -> None:
    """Refuse what is no number from `least` on; `needed` says what is."""
    if not (isinstance(value, (int, float, np.number)) and least <= value < float("inf")):
        raise CourseError(
            _("{name} is {value}. {needed}").format(name=name, value=value, needed=needed)
        )


def _next_order(orders: _Frame) -> nw.Expr:
    """Return when the same customer placed the next order."""
    order, placed = ["placed_at", "order_id"], nw.col("placed_at")
    if not orders.implementation.is_pyarrow():
        return placed.shift(-1).over("visitor_id", order_by=order)
    # PyArrow has no windows by group: look at the row below in one long line of customers.
    whole = ["visitor_id", *order]
    same = nw.col("visitor_id").shift(-1).over(order_by=whole) == nw.col("visitor_id")
    return nw.when(same).then(placed.shift(-1).over(order_by=whole))


def _followed(orders: _Frame, days: int, end: datetime) -> _Frame:
    """Return paid orders with `_again` (0, 1) and `bought_again` (null without the time)."""
    _refuse_unless(days, 1, "days", _("A next order needs at least one day."))
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


def _normal_quantile(level: float) -> float:
    if not (isinstance(level, float) and 0 < level < 1):
        raise CourseError(
            _("level is {level}. A confidence level lies between 0 and 1.").format(level=level)
        )
    return NormalDist().inv_cdf((1 + level) / 2)


def _wilson(events: nw.Expr, n: nw.Expr, z: float) -> tuple[nw.Expr, nw.Expr]:
    """Return Wilson's score interval of a share."""
    p = events / n
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = (z / (1 + z * z / n)) * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
    return center - half, center + half


def _differences(strata: _Frame, z: float) -> _Frame:
    """Turn counts by outcome and stratum into the plain and the adjusted difference.

    `strata` holds n1 (missed), n (all), a (missed with the outcome), y (all with it).
    """
    n1, n0, n, a, c = (nw.col(name) for name in ("n1", "n0", "n", "a", "c"))
    rows = strata.with_columns(nw.col(x).cast(nw.Float64) for x in ("n1", "n", "a", "y"))
    rows = rows.with_columns(n0=n - n1, c=nw.col("y") - a)
    # A stratum where nobody missed, or nobody kept, compares nothing: its weight is 0.
    rows = rows.with_columns(
        _w=n1 * n0 / n,
        _wd=(a * n0 - c * n1) / n,
        _v=(a * (n1 - a) * n0**3 + c * (n0 - c) * n1**3)
        / nw.when(n1 * n0 > 0).then(n1 * n0 * n**2),
    ).with_columns(nw.col("_v").fill_null(0.0))
    names = ("n1", "n0", "a", "c", "_w", "_wd", "_v")
    total = rows.group_by("outcome").agg(*(nw.col(name).sum() for name in names))
    total = total.filter(a + c < n1 + n0, n1 > 0, n0 > 0)
    low1, high1 = _wilson(a, n1, z)
    low0, high0 = _wilson(c, n0, z)
    p1, p0 = a / n1, c / n0
    weight = nw.when(nw.col("_w") > 0).then(nw.col("_w"))
    adjusted, error = nw.col("_wd") / weight, nw.col("_v").sqrt() / weight
    return total.select(
        "outcome",
        n1.cast(nw.Int64).alias("missed"),
        n0.cast(nw.Int64).alias("kept"),
        p1.alias("missed_rate"),
        p0.alias("kept_rate"),
        (p1 - p0).alias("difference"),
        (p1 - p0 - ((p1 - low1) ** 2 + (high0 - p0) ** 2).sqrt()).alias("lower"),
        (p1 - p0 + ((high1 - p1) ** 2 + (p0 - low0) ** 2).sqrt()).alias("upper"),
        adjusted.alias("adjusted"),
        (adjusted - z * error).alias("adjusted_lower"),
        (adjusted + z * error).alias("adjusted_upper"),
    )
