"""The delivery that was promised, and the one that came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import added, answer, grouped, inner_names, last, moment

DISPATCH = 7
"""The touchpoint whose message, at dispatch, promises the delivery."""

AFTER_HOURS = 72
"""Three days: the hours after dispatch from which a parcel counts as late."""


@public
def delivery(data: Any, *, by: By = None, as_of: datetime | str | None = None) -> Any:
    """Compare the promised with the actual delivery time.

    The promise is made with the message at dispatch: three days from when that is due
    (touchpoint 7). So a late dispatch moves the promise, and what is kept or broken is the way.
    A parcel that is still under way has broken it as surely as one that came late; the
    rate over delivered parcels alone forgets the worst ones.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``placed_at``, ``paid_at``, ``delivered_at`` and the columns
        in `by`; paid orders count. ``touchpoints``: ``order_id``, ``touchpoint``, ``due_at``.
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
        A column is missing, `by` names none, or nothing is delivered and `as_of` is not given.

    References
    ----------
    Slides 3 and 14; promise and outcome: Cui, Lu, Sun and Golden (2024).

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp
    >>> tables = {
    ...     "orders": pd.DataFrame({"order_id": [1, 2], "placed_at": t("2025-03-01"),
    ...         "paid_at": t("2025-03-01"), "delivered_at": [t("2025-03-03"), pd.NaT]}),
    ...     "touchpoints": pd.DataFrame({"order_id": [1, 2], "touchpoint": 7,
    ...         "due_at": t("2025-03-02")})}
    >>> delivery(tables, as_of="2025-03-09").values.tolist()
    [[2.0, 1.0, 96.0, 48.0, 0.5, 1.0]]
    >>> delivery(tables, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no column city. It has: ...
    """
    keys, needed = frames.listed(by), "order_id placed_at paid_at delivered_at"
    sold, steps = frames.door(data, {"orders": needed, "touchpoints": "order_id touchpoint due_at"})
    now = last(sold, "orders", "delivered_at") if as_of is None else moment("as_of", as_of)
    values = {
        "orders": nw.col("one"),
        "undelivered": nw.col("one") - nw.col("there"),
        "promised_hours": per("promised", "one") / 3600,
        "actual_hours": per("actual", "there") / 3600,
        "kept_rate": per("kept", "one"),
        "delivered_kept_rate": per("kept", "there"),
    }
    sold = grouped(sold, keys, needed.split(), tuple(values))
    promised = steps.filter(nw.col("touchpoint") == DISPATCH).select(
        "order_id", promise=nw.col("due_at") + timedelta(hours=AFTER_HOURS)
    )
    due = (
        sold.filter(~nw.col("paid_at").is_null())
        .join(promised, on="order_id")
        .filter(nw.col("promise") <= now)
    )
    groups, parts = inner_names(keys), _parts(now)
    return answer(added(due.select(*groups, **parts), groups, list(parts)), keys, values)


def _parts(now: datetime) -> dict[str, nw.Expr]:
    """Return what is added up over orders with a `promise`, in whole numbers and seconds."""
    paid, promise, delivered = (nw.col(name) for name in ("paid_at", "promise", "delivered_at"))
    there = (~delivered.is_null() & (delivered <= now)).cast(nw.Int64)
    taken = (delivered - paid).dt.total_seconds().fill_null(0).cast(nw.Int64)
    return {
        "one": nw.lit(1, nw.Int64),
        "there": there,
        "kept": (delivered <= promise).fill_null(False).cast(nw.Int64),  # a promise before `now`
        "promised": (promise - paid).dt.total_seconds().cast(nw.Int64),
        "actual": taken * there,
    }
