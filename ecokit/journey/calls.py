"""The call after three days: which parcels need one, and which calls come in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.journey.promises import AFTER_HOURS
from ecokit.journey.touchpoints import STEP
from ecokit.kpi.grouping import CENTURY, added, moment
from ecokit.messages import _

CALL = 8
"""The touchpoint that asks for a call: three days and not delivered."""


@public
def overdue_parcels(data: Any, *, as_of: datetime | str, after_hours: float = AFTER_HOURS) -> Any:
    """List the parcels out for more than three days: why, and who must call.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``region``, ``dispatched_at``, ``delivered_at``,
        ``delay_cause``. ``touchpoints`` (see :func:`states`) tell who was called already;
        ``journey``, with ``touchpoint`` and ``post_id``, which post must call.
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
        A column is missing, `as_of` is no moment, `after_hours` is below 0, or ``journey``
        has no touchpoint 8.

    References
    ----------
    Slide 3, touchpoint 8.

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> tables = {
    ...     "orders": pd.DataFrame({
    ...         "order_id": [1, 2, 3], "region": "East",
    ...         "dispatched_at": [t("2025-03-01"), t("2025-03-02"), t("2025-03-04")],
    ...         "delivered_at": [t("2025-03-09"), t("2025-03-04"), pd.NaT],
    ...         "delay_cause": ["weather", None, None]}),
    ...     "touchpoints": pd.DataFrame({"order_id": [1], "touchpoint": [8],
    ...         "due_at": [t("2025-03-04 12:00")], "done_at": [t("2025-03-06")]}),
    ...     "journey": pd.DataFrame({"touchpoint": [8], "post_id": ["logistics"]})}
    >>> parcels = overdue_parcels(tables, as_of="2025-03-05 06:00")
    >>> parcels[["order_id", "waiting_hours", "cause", "post_id"]].values.tolist()
    [[1, 102, 'weather', 'logistics']]
    >>> parcels.called_at.isna().tolist()
    [True]
    >>> overdue_parcels(tables | {"journey": tables["journey"][:0]}, as_of="2025-03-05")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The journey table has no touchpoint 8, so nobody is named to call.
    """
    parcels, steps, ten = frames.door(
        data,
        {
            "orders": "order_id region dispatched_at delivered_at delay_cause",
            "touchpoints": STEP,
            "journey": "touchpoint post_id",
        },
    )
    now = moment("as_of", as_of)
    hours = numbers.number("after_hours", after_hours, low=0, high=24 * CENTURY)
    waited = (nw.lit(now) - nw.col("dispatched_at")).dt.total_minutes().cast(nw.Int64) // 60
    cause, post = nw.col("delay_cause"), nw.lit(_who_calls(ten))
    waiting = parcels.filter(
        nw.col("dispatched_at") < now - timedelta(hours=hours),
        nw.col("delivered_at").is_null() | (nw.col("delivered_at") > now),
    ).select(
        "order_id",
        "region",
        "dispatched_at",
        waiting_hours=waited,
        cause=nw.when(cause.is_null()).then(nw.lit("unknown")).otherwise(cause),
        post_id=post,
    )
    calls = steps.filter(nw.col("touchpoint") == CALL, nw.col("done_at") <= now)
    calls = calls.select("order_id", called_at=nw.col("done_at"))
    listed = waiting.join(calls, on="order_id", how="left")
    return frames.sorted_native(listed, ["dispatched_at", "order_id"])


def _who_calls(journey: Frame) -> Any:
    """Return the post of the touchpoint that asks for a call."""
    posts = frames.collected(journey.filter(nw.col("touchpoint") == CALL).select("post_id"))
    if not len(posts):
        raise CourseError(_("The journey table has no touchpoint 8, so nobody is named to call."))
    return posts["post_id"][0]


@public
def causes(parcels: Any, *, cause: str = "cause", called_at: str = "called_at") -> Any:
    """Count overdue parcels by cause: whose customers were called, and whose were not.

    Parameters
    ----------
    parcels : table
        What :func:`overdue_parcels` returned, or a list of your own.
    cause, called_at : str
        The columns with the cause, and with the moment of the call (null: nobody called).

    Returns
    -------
    table
        ``cause``; ``parcels``, ``called``, ``silent`` (counts). The most frequent cause first.

    Raises
    ------
    CourseError
        A column is missing or holds something else.

    References
    ----------
    Slide 3, touchpoint 8: find the cause and call.

    Examples
    --------
    >>> import pandas as pd
    >>> parcels = pd.DataFrame({"cause": ["weather", "address", "weather"],
    ...                         "called_at": [pd.NaT, pd.NaT, pd.Timestamp("2025-03-01")]})
    >>> causes(parcels).values.tolist()
    [['weather', 2, 1, 1], ['address', 1, 0, 1]]
    >>> causes(parcels, cause="reason")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table parcels has no column reason. It has: cause, called_at. ...
    """
    columns = {"cause": cause, "called_at": called_at}
    types = {"cause": "string", "called_at": "datetime"}
    listed = frames.table(parcels, columns, name="parcels", types=types)
    called = (~nw.col("called_at").is_null()).cast(nw.Int64)
    each = listed.select("cause", parcels=nw.lit(1, nw.Int64), called=called)
    counted = added(each, ["cause"], ["parcels", "called"])
    told = counted.with_columns(silent=nw.col("parcels") - nw.col("called"))
    most_first = told.sort("parcels", "silent", "cause", descending=[True, True, False])
    return frames.sorted_native(most_first)


@public
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
    due, can = _by_day("arrivals", arrivals, 1), _by_day("capacity", capacity, 2)
    if len(due) != len(can):
        message = _(
            "There are {a} days of calls and {b} days of capacity. Give both for the same days."
        )
        raise CourseError(message.format(a=len(due), b=len(can)))
    if due.sum() <= 0:
        raise CourseError(_("No call falls due. Take days on which parcels pass the three days."))
    backlog = np.zeros(can.shape[1:])
    in_time = np.zeros(can.shape[1:])
    for today, slots in zip(due, can, strict=True):
        in_time += np.clip(slots - backlog, 0, today)
        backlog = np.maximum(backlog + today - slots, 0)
    return np.asarray(in_time / due.sum())


def _by_day(name: str, values: ArrayLike, most: int) -> NDArray[np.float64]:
    """Return calls by day, in an array of at most so many dimensions."""
    calls = np.atleast_1d(numbers.array(name, values, low=0))
    if calls.ndim > most:
        message = _("{name} has {n} dimensions. Give one number for each day.")
        raise CourseError(message.format(name=name, n=calls.ndim))
    return calls
