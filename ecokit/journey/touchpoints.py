"""What became of each touchpoint: kept, late, missing; for one order and for all of them."""

from __future__ import annotations

from datetime import datetime

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.journey.frames import Frame, added, keyed, last, moment, opened
from ecokit.kpi.door import By, listed
from ecokit.kpi.engine import per
from ecokit.messages import _

STATES = ("on_time", "late", "missing", "open")
"""What became of a touchpoint; ``open`` is neither done nor due yet."""

STEP = "order_id touchpoint due_at done_at"


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
        The rows of `touchpoints` with ``state``: ``on_time``, ``late``, ``missing`` or
        ``open`` (neither done nor due yet). Sorted by order and touchpoint. A touchpoint
        that does not apply to an order has no row.

    Raises
    ------
    CourseError
        A column is missing, or `as_of` is no moment.

    References
    ----------
    Slide 3.

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
    """
    (steps,), close = opened(touchpoints=(touchpoints, STEP))
    return close(with_states(steps, as_of).sort("order_id", "touchpoint"))


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

    References
    ----------
    Slide 3.

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
    """
    keys = listed(by)
    if not keys:
        (steps,), close = opened(touchpoints=(touchpoints, STEP))
        steps = with_states(steps, as_of)
    elif orders is None:
        raise CourseError(
            _(
                "Rates by {by} need the orders too. Write rates(touchpoints, orders, by=...)."
            ).format(by=", ".join(keys))
        )
    else:
        (steps, placed), close = opened(
            touchpoints=(touchpoints, STEP), orders=(orders, "order_id placed_at")
        )
        placed = keyed(placed, keys, (*STEP.split(), *STATES))
        steps = with_states(steps, as_of).select(*STEP.split(), "state")
        steps = steps.join(placed.select("order_id", *keys), on="order_id")
    flags = [(nw.col("state") == state).cast(nw.Int64).alias(state) for state in STATES]
    counted = added(steps.with_columns(*flags), [*keys, "touchpoint"], STATES)
    closed = nw.col("on_time") + nw.col("late") + nw.col("missing")
    shares = [per(nw.col(s), closed).alias(f"{s}_rate") for s in STATES[:3]]
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
        ``post_id``, ``state`` (see :func:`states`, or ``not_needed`` where the order has no
        such touchpoint), ``due_at``, ``done_at``, ``minutes_late`` (minutes from due to
        done; negative: early; null: not done).

    Raises
    ------
    CourseError
        There is no such order.

    References
    ----------
    Slide 3.

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
    """
    (placed, steps, ten), close = opened(
        orders=(orders, "order_id"),
        touchpoints=(touchpoints, STEP),
        journey=(journey, "touchpoint name name_zh post_id"),
    )
    order = _order(placed, order_id)
    mine = with_states(steps, as_of).filter(nw.col("order_id") == order)
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


def _order(orders: Frame, order_id: int | str) -> int | str:
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


def with_states(steps: Frame, as_of: datetime | str | None) -> Frame:
    """Add what became of each touchpoint, one of STATES, as `state`."""
    now = last(steps, "done_at") if as_of is None else moment(as_of)
    not_done = nw.col("done_at").is_null() | (nw.col("done_at") > now)
    text = {state: nw.lit(state) for state in STATES}
    waiting = nw.when(nw.col("due_at") <= now).then(text["missing"]).otherwise(text["open"])
    late = nw.col("done_at") > nw.col("due_at")
    done = nw.when(late).then(text["late"]).otherwise(text["on_time"])
    return steps.with_columns(state=nw.when(not_done).then(waiting).otherwise(done))
