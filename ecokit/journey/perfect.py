"""Orders whose every touchpoint was kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.journey.touchpoints import STEP, with_states
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import added, answer, grouped, inner_names
from ecokit.messages import _

_TEN = {number: f"missed_{number}" for number in range(1, 11)}


@public
def perfect_journey(data: Any, *, by: By = None, as_of: datetime | str | None = None) -> Any:
    """Measure the share of orders with every touchpoint on time.

    Multiplying the ten rates answers another question: what the share would be if each
    touchpoint failed on its own. Failures come together (a rush, a lost parcel), so the
    joint share differs from the product. Count orders; do not multiply rates.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``touchpoints``: see :func:`states`. ``orders``: ``order_id``, ``placed_at``,
        ``paid_at`` and the columns in `by`; paid orders count.
    by : str or sequence of str, optional
        See :func:`rates`.
    as_of : datetime or ISO text, optional
        See :func:`states`. Orders with an open touchpoint are left out. An order that has not
        come to a touchpoint has no row for it, so the last weeks look better than they will end.

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
        A column is missing, `by` names none, or a touchpoint is none of the ten.

    References
    ----------
    Slide 3; the perfect order of the SCOR model; bounds of Fréchet (1935).

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp("2025-03-01")
    >>> tables = {
    ...     "orders": pd.DataFrame({"order_id": [1, 2, 3, 4], "placed_at": t, "paid_at": t}),
    ...     "touchpoints": pd.DataFrame({
    ...         "order_id": [1, 1, 2, 2, 3, 4], "touchpoint": [4, 5, 4, 5, 4, 4],
    ...         "due_at": t, "done_at": [pd.NaT, pd.NaT, t, t, t, t]})}
    >>> perfect_journey(tables).values.tolist()
    [[4.0, 0.75, 0.5625, 0.5, 0.75]]
    >>> perfect_journey(tables, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no column city. It has: ...
    """
    keys, needed = frames.listed(by), "order_id placed_at paid_at"
    steps, sold = frames.door(data, {"touchpoints": STEP, "orders": needed})
    values = _shares()
    sold = grouped(sold, keys, ["order_id", "paid_at"], tuple(values))
    sold = sold.filter(~nw.col("paid_at").is_null())
    missed = _missed(with_states(steps, as_of))
    groups, parts = inner_names(keys), ["one", "failed", *_TEN.values()]
    closed = (
        missed.join(sold.select("order_id", *groups), on="order_id")
        .filter(nw.col("open") == 0)
        .with_columns(one=nw.lit(1, nw.Int64))
    )
    return answer(added(closed, groups, parts), keys, values)


def _missed(steps: Frame) -> Frame:
    """Return a row an order: 1 or 0 for `open`, `failed` and each of the ten that was missed."""
    number = nw.col("touchpoint")
    none_of_ten = rows.Wrong(
        _("touchpoint is no number from 1 to 10"),
        (number < 1) | (number > 10),
        ("order_id", "touchpoint"),
    )
    rows.refuse(steps, "touchpoints", [none_of_ten])
    failed = (nw.col("state") != "on_time").cast(nw.Int64)
    flags = {name: (number == n).cast(nw.Int64) * failed for n, name in _TEN.items()}
    is_open = (nw.col("state") == "open").cast(nw.Int64)
    marked = steps.select("order_id", open=is_open, failed=failed, **flags)
    return marked.group_by("order_id").agg(
        nw.col(name).max() for name in ("open", "failed", *flags)
    )


def _shares() -> dict[str, nw.Expr]:
    """Return the answer, from the number of orders and of those that missed a touchpoint."""
    kept = [1 - per(name, "one") for name in _TEN.values()]
    product, total = kept[0], kept[0]
    for share in kept[1:]:
        product, total = product * share, total + share
    floor = total - (len(kept) - 1)
    return {
        "orders": nw.col("one"),
        "joint": 1 - per("failed", "one"),
        "product": product,
        "floor": nw.when(floor <= 0).then(nw.lit(0.0)).otherwise(floor),
        "ceiling": nw.min_horizontal(*kept),
    }
