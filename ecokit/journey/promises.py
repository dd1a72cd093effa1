"""The delivery that was promised, and the one that came."""

from __future__ import annotations

from datetime import datetime, timedelta

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.journey.frames import added, keyed, last, moment, opened
from ecokit.kpi.door import By, listed
from ecokit.kpi.engine import per

DISPATCH = 7
"""The touchpoint whose window ends when the parcel must have left."""

AFTER_HOURS = 72
"""Three days: the hours after dispatch from which a parcel counts as late."""

_DELIVERY = (
    "orders",
    "undelivered",
    "promised_hours",
    "actual_hours",
    "kept_rate",
    "delivered_kept_rate",
)


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

    References
    ----------
    Slides 3 and 14; promise and outcome: Cui, Lu, Sun and Golden (2024).

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
    """
    (sold, steps), close = opened(
        orders=(orders, "order_id placed_at paid_at delivered_at"),
        touchpoints=(touchpoints, "order_id touchpoint due_at"),
    )
    now = last(sold, "delivered_at") if as_of is None else moment(as_of)
    keys = listed(by)
    sold = keyed(sold, keys, _DELIVERY)
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
    sums = added(rows, keys, names)
    values = (
        nw.col("_one"),
        nw.col("_one") - nw.col("_there"),
        per(nw.col("_promise"), nw.col("_one")) / 60,
        per(nw.col("_actual"), nw.col("_there")) / 60,
        per(nw.col("_kept"), nw.col("_one")),
        per(nw.col("_kept"), nw.col("_there")),
    )
    named = (value.alias(name) for name, value in zip(_DELIVERY, values, strict=True))
    result = sums.select(*keys, *named)
    return close(result.sort(*keys) if keys else result)
