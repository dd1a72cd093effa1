"""What a missed touchpoint costs: like compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.journey.customers import OUTCOMES
from ecokit.journey.frames import Frame, opened
from ecokit.journey.touchpoints import STEP, with_states
from ecokit.kpi.door import as_group, listed, need, refuse_taken
from ecokit.messages import _


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

    References
    ----------
    Mantel and Haenszel (1959); variance of Greenland and Robins (1985);
    interval of the plain difference: Newcombe (1998), method 10.

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
    """
    within, missed = listed(within, "within"), listed(missed, "missed")
    (steps, told), close = opened(
        touchpoints=(touchpoints, STEP), outcomes=(outcomes, " ".join(("order_id", *OUTCOMES)))
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
    one = with_states(steps, as_of).filter(
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


def _differences(strata: Frame, z: float) -> Frame:
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
