"""What became of each touchpoint: kept, late, missing; for one order and for all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import added, answer, grouped, inner_names, last, moment
from ecokit.messages import _

STATES = ("on_time", "late", "missing", "open")
"""What became of a touchpoint; ``open`` is neither done nor due yet."""

STEP = "order_id touchpoint due_at done_at"
"""The columns of a touchpoint that its state needs."""


@public
def states(data: Any, *, as_of: datetime | str | None = None) -> Any:
    """Tell what became of each touchpoint: on time, late, missing or still open.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``touchpoints``: ``order_id``, ``touchpoint``, ``due_at`` (null: any time will do),
        ``done_at`` (null: not done).
    as_of : datetime or ISO text, optional
        The moment you look. What happens later is not known yet. Default: the
        last ``done_at`` in the table.

    Returns
    -------
    table
        The rows of ``touchpoints`` with ``state``: ``on_time``, ``late``, ``missing`` or
        ``open`` (neither done nor due yet). Sorted by order and touchpoint. A touchpoint
        that does not apply to an order has no row.

    Raises
    ------
    CourseError
        A column is missing, `as_of` is no moment, or nothing is done and `as_of` is not given.

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
    >>> states({"touchpoints": rows}).state.tolist()
    ['on_time', 'late', 'open']
    >>> states({"touchpoints": rows}, as_of="2025-03-03").state.tolist()
    ['on_time', 'late', 'missing']
    >>> states({"touchpoints": rows}, as_of="soon")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: as_of is 'soon'. Write a moment like 2025-06-30 or 2025-06-30 14:05.
    """
    (steps,) = frames.door(data, {"touchpoints": STEP})
    return frames.sorted_native(with_states(steps, as_of), ("order_id", "touchpoint"))


@public
def rates(data: Any, *, by: By = None, as_of: datetime | str | None = None) -> Any:
    """Measure how reliably each touchpoint is kept.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``touchpoints``: see :func:`states`. With `by` also ``orders``: ``order_id``,
        ``placed_at`` and the columns named in `by`.
    by : str or sequence of str, optional
        ``"hour"``, ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"`` (of
        ``placed_at``), or columns of ``orders`` such as ``"channel_id"`` and ``"region"``.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        `by`, ``touchpoint``; counts ``on_time``, ``late``, ``missing``, ``open``; shares
        ``on_time_rate``, ``late_rate``, ``missing_rate`` (0 to 1) of the touchpoints that
        applied and are not open; null where all are open. Sorted by `by` and touchpoint.

    Raises
    ------
    CourseError
        `by` without ``orders``, or a column that is not there.

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
    >>> rates({"touchpoints": rows})[["touchpoint", "on_time_rate", "missing_rate"]].values.tolist()
    [[4.0, 0.5, 0.25]]
    >>> rates({"touchpoints": rows}, by="month")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table orders, which is not among: touchpoints.
    """
    keys = frames.listed(by)
    orders = {"orders": "order_id placed_at"} if keys else {}
    steps, *others = frames.door(data, {"touchpoints": STEP, **orders})
    state = {name: (nw.col("state") == name).cast(nw.Int64) for name in STATES}
    steps = with_states(steps, as_of).select("order_id", "touchpoint", **state)
    shares = {f"{name}_rate": per(name, _closed()) for name in STATES[:3]}
    names = ("touchpoint", *STATES, *shares)
    for placed in others:
        steps = steps.join(grouped(placed, keys, ["order_id"], names), on="order_id")
    counted = added(steps, [*inner_names(keys), "touchpoint"], STATES)
    plain = {name: nw.col(name) for name in ("touchpoint", *STATES)}
    return answer(counted, keys, plain | shares, ["touchpoint"])


def _closed() -> nw.Expr:
    """Return how many touchpoints are no longer open."""
    return nw.col("on_time") + nw.col("late") + nw.col("missing")


@public
def timeline(data: Any, *, order_id: int | str, as_of: datetime | str | None = None) -> Any:
    """Tell what happened to one order, touchpoint by touchpoint.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``. ``touchpoints``: see :func:`states`. ``journey``, the ten
        touchpoints: ``touchpoint``, ``name``, ``name_zh``, ``post_id``.
    order_id : int or str
        The order.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        One row a touchpoint of ``journey``: ``touchpoint``, ``name``, ``name_zh``,
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
    >>> tables = {
    ...     "orders": pd.DataFrame({"order_id": [7]}),
    ...     "journey": pd.DataFrame({"touchpoint": [3, 4], "name": ["placed", "payment"],
    ...         "name_zh": ["拍下", "付款短信"], "post_id": ["service", "service"]}),
    ...     "touchpoints": pd.DataFrame({"order_id": [7], "touchpoint": [4],
    ...         "due_at": pd.to_datetime(["2025-03-01 00:10"]),
    ...         "done_at": pd.to_datetime(["2025-03-01 00:30"])})}
    >>> timeline(tables, order_id=7)[["name", "state", "minutes_late"]].values.tolist()
    [['placed', 'not_needed', nan], ['payment', 'late', 20.0]]
    >>> timeline(tables, order_id=8)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: order_id is 8. There is no such order. Take an order_id from orders.
    """
    placed, steps, ten = frames.door(
        data,
        {"orders": "order_id", "touchpoints": STEP, "journey": "touchpoint name name_zh post_id"},
        by=[],
    )
    mine = with_states(steps, as_of).filter(nw.col("order_id") == _found(placed, order_id))
    mine = mine.select("touchpoint", "state", "due_at", "done_at")
    told = ten.join(mine, on="touchpoint", how="left").select(
        "touchpoint",
        "name",
        "name_zh",
        "post_id",
        nw.when(nw.col("state").is_null())
        .then(nw.lit("not_needed"))
        .otherwise(nw.col("state"))
        .alias("state"),
        "due_at",
        "done_at",
        minutes_late=(nw.col("done_at") - nw.col("due_at")).dt.total_minutes(),
    )
    return frames.sorted_native(told, ["touchpoint"])


def _found(orders: Frame, order_id: int | str) -> int | str:
    """Return the id as `orders` writes it, a number or text; refuse one that is not there."""
    numeric = orders.collect_schema()["order_id"].is_numeric()
    wanted = _whole(order_id) if numeric else str(order_id)
    there = orders.filter(nw.col("order_id") == wanted).select("order_id")
    if wanted is None or not len(frames.collected(there)):
        wish = _("There is no such order. Take an order_id from orders.")
        raise numbers.refused("order_id", order_id, wish)
    return wanted


def _whole(order_id: int | str) -> int | None:
    """Return a whole number, also one that is written as text; None for what is none."""
    if isinstance(order_id, str):
        return int(order_id) if order_id.isdecimal() else None
    return int(order_id) if numbers.as_float(order_id) % 1 == 0 else None


def with_states(steps: Frame, as_of: datetime | str | None) -> Frame:
    """Add what became of each touchpoint, one of STATES, as `state`."""
    now = last(steps, "touchpoints", "done_at") if as_of is None else moment("as_of", as_of)
    not_done = nw.col("done_at").is_null() | (nw.col("done_at") > now)
    text = {state: nw.lit(state) for state in STATES}
    waiting = nw.when(nw.col("due_at") <= now).then(text["missing"]).otherwise(text["open"])
    late = nw.col("done_at") > nw.col("due_at")
    done = nw.when(late).then(text["late"]).otherwise(text["on_time"])
    return steps.with_columns(state=nw.when(not_done).then(waiting).otherwise(done))
