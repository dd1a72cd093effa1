"""Orders whose every touchpoint was kept."""

from __future__ import annotations

from datetime import datetime

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.journey.frames import added, keyed, opened
from ecokit.journey.touchpoints import STEP, with_states
from ecokit.kpi.door import By, listed
from ecokit.kpi.engine import per

_PERFECT = ("orders", "joint", "product", "floor", "ceiling")


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

    References
    ----------
    Slide 3; the perfect order of the SCOR model; bounds of Fréchet (1935).

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
    """
    (steps, sold), close = opened(
        touchpoints=(touchpoints, STEP),
        orders=(orders, "order_id placed_at paid_at"),
    )
    keys = listed(by)
    sold = keyed(sold, keys, ("order_id", *_PERFECT))
    marked = with_states(steps, as_of).with_columns(
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
    sums = added(order, keys, ("_one", *flags))
    kept = [1 - per(nw.col(name), nw.col("_one")) for name in ten.values()]
    product, total = kept[0], kept[0]
    for share in kept[1:]:
        product, total = product * share, total + share
    floor = total - (len(kept) - 1)
    values = (
        nw.col("_one"),
        1 - per(nw.col("_failed"), nw.col("_one")),
        product,
        nw.when(floor <= 0).then(nw.lit(0.0)).otherwise(floor),
        nw.min_horizontal(*kept),
    )
    named = (value.alias(name) for name, value in zip(_PERFECT, values, strict=True))
    result = sums.select(*keys, *named)
    return close(result.sort(*keys) if keys else result)
