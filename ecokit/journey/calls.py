"""The call after three days: which parcels need one, and which calls come in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.stable.v2.typing import IntoFrameT
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.journey.frames import moment, opened, refuse_unless
from ecokit.journey.promises import AFTER_HOURS
from ecokit.journey.touchpoints import STEP
from ecokit.messages import _

CALL = 8
"""The touchpoint that asks for a call: three days and not delivered."""


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

    References
    ----------
    Slide 3, touchpoint 8.

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
    """
    (parcels, steps, ten), close = opened(
        orders=(orders, "order_id region dispatched_at delivered_at delay_cause"),
        touchpoints=(touchpoints, STEP),
        journey=(journey, "touchpoint post_id"),
    )
    posts = ten.filter(nw.col("touchpoint") == CALL).select("post_id").collect()
    if not len(posts):
        raise CourseError(_("The journey table has no touchpoint 8, so nobody is named to call."))
    now = moment(as_of)
    refuse_unless(after_hours, 0, "after_hours", _("Hours are a number, 0 or more."))
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

    References
    ----------
    Slide 3, touchpoint 8; slide 11, real-time support.

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
