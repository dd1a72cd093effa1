"""How long decisions took, which share met its window, and where they waited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import stats

from ecokit.decisions.tables import (
    Wrong,
    bounds,
    columns_of,
    frame_of,
    groups,
    minutes_between,
    not_above_zero,
    opened,
    ratio,
    refuse,
    still_open,
    wrong_times,
)
from ecokit.errors import CourseError
from ecokit.messages import _

CONFIDENCE = 0.95
"""Confidence level of every interval in this topic."""


def share_interval(hits: int, total: int) -> tuple[float, float]:
    """Return the confidence interval of a share, from `hits` out of `total`.

    Wilson's interval: it stays within 0 and 1 and holds for small counts, where the
    usual "share plus or minus two standard errors" does not. Source: Wilson (1927),
    J. Amer. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> [round(limit, 3) for limit in share_interval(9, 10)]
    [0.596, 0.982]
    >>> share_interval(3, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A share needs whole 0 <= hits <= total and total > 0, got 3 of 0.
    """
    if not 0 <= hits <= total or total == 0 or hits % 1 or total % 1:
        raise CourseError(
            _("A share needs whole 0 <= hits <= total and total > 0, got {k} of {n}.").format(
                k=hits, n=total
            )
        )
    limits = stats.binomtest(int(hits), int(total)).proportion_ci(CONFIDENCE, method="wilson")
    return float(limits.low), float(limits.high)


def mean_interval(total_minutes: float, answered: int) -> tuple[float, float]:
    """Return the confidence interval of the mean of exponential times.

    `total_minutes` is all the time waited, that of still open cases too; `answered`
    counts the finished ones. Twice the total over the mean is chi-squared with twice
    `answered` degrees of freedom. Source: Ross, Introduction to Probability and
    Statistics for Engineers and Scientists, chapter Life Testing.

    Examples
    --------
    >>> [round(limit, 1) for limit in mean_interval(4000, 100)]
    [33.2, 49.2]
    >>> mean_interval(4000, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No approval has been answered yet, so there is no mean to estimate.
    """
    if answered < 1:
        raise CourseError(_("No approval has been answered yet, so there is no mean to estimate."))
    if not 0 <= total_minutes < math.inf:
        raise CourseError(
            _("The time waited must be 0 minutes or more, got {t}.").format(t=total_minutes)
        )
    chi2, tail = stats.chi2(2 * answered), (1 - CONFIDENCE) / 2
    return float(2 * total_minutes / chi2.ppf(1 - tail)), float(2 * total_minutes / chi2.ppf(tail))


def add_minutes(decisions: Any) -> Any:
    """Return `decisions` with a column ``minutes``, from raised to decided.

    A decision that is still open has no minutes (null).

    Parameters
    ----------
    decisions : frame
        With ``raised_at`` and ``decided_at``.

    Raises
    ------
    CourseError
        If it is no frame, a column is missing or holds no times, or a decision was decided
        before it was raised.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"]),
    ...                     "decided_at": pd.to_datetime(["2025-06-01 10:30"])})
    >>> add_minutes(one)["minutes"].tolist()
    [90.0]
    >>> add_minutes(one[["raised_at"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table decisions has no column decided_at. It has: raised_at. ...
    """
    frame = opened(decisions, "decisions", "raised_at", "decided_at")
    refuse(frame, "decisions", wrong_times("raised_at", "decided_at"))
    return frame.with_columns(minutes=minutes_between("raised_at", "decided_at")).to_native()


def summarise(
    decisions: Any, by: str | Sequence[str] = "kind", as_of: datetime | None = None
) -> Any:
    """Return how long decisions took, and which share met its window, by group.

    Parameters
    ----------
    decisions : frame
        One row a decision: ``raised_at``, ``decided_at`` (null: still open),
        ``window_minutes``, and the columns of `by`.
    by : str or list of str
        ``"kind"``, ``"layers"``, ``["kind", "layers"]``, ...
    as_of : datetime, optional
        When the table was drawn; needed only when decisions are open. An open decision
        counts as late once it has waited longer than its window; before that nobody
        knows, and it is left out of the share.

    Returns
    -------
    frame
        `by`, ``decisions``, ``open``, ``median``, ``mean``, ``p90`` (minutes, of decided
        ones), ``in_window`` (share), ``low``, ``high`` (its 95 % interval), sorted by `by`.

    Raises
    ------
    CourseError
        If a column is missing, a decision was decided before it was raised or has no window,
        or open decisions stand in the table and `as_of` is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "kind": "campaign", "window_minutes": 120,
    ...     "raised_at": pd.to_datetime(["2025-06-01 09:00"] * 4),
    ...     "decided_at": pd.to_datetime(["2025-06-01 10:00", "2025-06-01 10:30",
    ...                                   "2025-06-01 11:00", "2025-06-01 19:00"])})
    >>> summarise(table)[["median", "mean", "in_window"]].values.tolist()
    [[105.0, 217.5, 0.75]]

    Source: slide 13 (a campaign decision has one to two hours).
    """
    keys = groups(by)
    frame = opened(
        decisions, "decisions", "raised_at", "decided_at", "window_minutes", by=keys
    ).with_columns(minutes=minutes_between("raised_at", "decided_at"))
    no_window = not_above_zero("window_minutes")
    _refuse_wrong(frame, "decisions", "raised_at", "decided_at", as_of, no_window)
    minutes, window = nw.col("minutes"), nw.col("window_minutes")
    until = nw.lit(as_of) if as_of else nw.col("decided_at")
    waited = (until - nw.col("raised_at")).dt.total_seconds() / 60
    rows = (
        frame.with_columns(
            hit=(minutes <= window).fill_null(value=False).cast(nw.Int64),
            known=(~minutes.is_null() | (waited > window)).cast(nw.Int64),
            is_open=minutes.is_null().cast(nw.Int64),
        )
        .group_by(keys)
        .agg(
            nw.len().alias("decisions"),
            nw.col("is_open").sum().alias("open"),
            minutes.quantile(0.5, interpolation="linear").alias("median"),
            minutes.mean().alias("mean"),
            minutes.quantile(0.9, interpolation="linear").alias("p90"),
            nw.col("hit").sum(),
            nw.col("known").sum(),
        )
        .sort(keys)
    )
    columns, family = columns_of(rows)
    hits, known = columns.pop("hit"), columns.pop("known")
    limits = [share_interval(k, n) if n else (0.0, 1.0) for k, n in zip(hits, known, strict=True)]
    return frame_of({**columns, "in_window": ratio(hits, known), **bounds(limits)}, family)


def waiting(
    approvals: Any, by: str | Sequence[str] = "post_id", as_of: datetime | None = None
) -> Any:
    """Return where the time goes: how long requests wait at each post (or by any column).

    The mean is all the time waited over the number of answers, so that requests which
    are still open count with the time they have waited so far. Leaving them out is the
    censoring trap: the slowest are missing, and the post looks faster than it is.

    Parameters
    ----------
    approvals : frame
        One row an approval: ``asked_at``, ``answered_at`` (null: still open), and `by`.
    by : str or list of str
        ``"post_id"``, ``"step"``, ...
    as_of : datetime, optional
        When the table was drawn; needed only when approvals are open.

    Returns
    -------
    frame
        `by`, ``approvals``, ``open``, ``hours`` (waited in all), ``share`` (of all hours),
        ``median``, ``mean`` (minutes), ``low``, ``high`` (95 % interval of the mean,
        exponential times), sorted by `by`.

    Raises
    ------
    CourseError
        If a column is missing, an answer came before it was asked for, or open approvals
        stand in the table and `as_of` is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00"] * 3)
    >>> table = pd.DataFrame({"post_id": ["boss", "boss", "finance"], "asked_at": asked,
    ...                       "answered_at": asked + pd.to_timedelta([60, 120, 20], "min")})
    >>> waiting(table)[["post_id", "hours", "mean", "share"]].round(2).values.tolist()
    [['boss', 3.0, 90.0, 0.9], ['finance', 0.33, 20.0, 0.1]]
    """
    keys = groups(by)
    frame = opened(approvals, "approvals", "asked_at", "answered_at", by=keys)
    _refuse_wrong(frame, "approvals", "asked_at", "answered_at", as_of)
    is_open, end = nw.col("answered_at").is_null(), nw.col("answered_at")
    if as_of:
        end = nw.when(is_open).then(nw.lit(as_of)).otherwise(end)
    rows = (
        frame.with_columns(end=end, is_open=is_open.cast(nw.Int64))
        .with_columns(
            waited=minutes_between("asked_at", "end"),
            minutes=minutes_between("asked_at", "answered_at"),
        )
        .group_by(keys)
        .agg(
            nw.len().alias("approvals"),
            nw.col("is_open").sum().alias("open"),
            nw.col("waited").sum(),
            nw.col("minutes").quantile(0.5, interpolation="linear").alias("median"),
        )
        .sort(keys)
    )
    columns, family = columns_of(rows)
    total, median = columns.pop("waited"), columns.pop("median")
    answered = columns["approvals"] - columns["open"]
    limits = [
        mean_interval(t, n) if n else (math.nan, math.nan)
        for t, n in zip(total, answered, strict=True)
    ]
    share = ratio(total, np.full(len(total), total.sum()))
    columns |= {"hours": total / 60, "share": share, "median": median}
    return frame_of({**columns, "mean": ratio(total, answered), **bounds(limits)}, family)


def _refuse_wrong(
    frame: Any, table: str, start: str, end: str, as_of: datetime | None, *more: Wrong
) -> None:
    """Refuse an empty table, wrong rows, and open ones of which nobody knows how long."""
    if as_of is None:
        now = still_open(start, end, _("Say when the table was drawn: as_of=datetime(...)."))
    elif isinstance(as_of, datetime) and as_of.tzinfo is None:
        words = _("{start} after as_of").format(start=start)
        now = Wrong(words, nw.col(start) > nw.lit(as_of), (start,))
    else:
        raise CourseError(
            _("as_of must be a datetime without a time zone, got {moment!r}.").format(moment=as_of)
        )
    rows = refuse(frame, table, [*wrong_times(start, end), now, *more])
    if not rows:
        raise CourseError(_("The table {name} has no rows.").format(name=table))
