"""How long decisions took, which share met its window, and where they waited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.messages import _

_SUMMARY = ["decisions", "open", "median", "mean", "p90", "in_window", "low", "high"]
_WAITING = ["approvals", "open", "hours", "share", "median", "mean", "low", "high"]
_DRAWN = _("Say when the table was drawn: as_of='2025-06-30'.")


@public
def add_minutes(
    decisions: Any, *, raised_at: str = "raised_at", decided_at: str = "decided_at"
) -> Any:
    """Return `decisions` with a column ``minutes``, from raised to decided.

    A decision that is still open has no minutes.

    Parameters
    ----------
    decisions : table of any engine
        One row a decision.
    raised_at, decided_at : str
        What its columns of times are called.

    Returns
    -------
    table of the caller's kind
        All its columns, and ``minutes``.

    Raises
    ------
    CourseError
        It is no table, a column is missing or holds no times, or a decision was decided before
        it was raised.

    References
    ----------
    Slide 13 counts a decision in hours; the times are those of the table decisions in the data
    dictionary.

    Examples
    --------
    >>> one = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"]),
    ...                     "decided_at": pd.to_datetime(["2025-06-01 10:30"])})
    >>> add_minutes(one)["minutes"].tolist()
    [90.0]
    >>> add_minutes(one[["raised_at"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table decisions has no column decided_at. It has: raised_at. ...
    """
    columns = {"raised_at": raised_at, "decided_at": decided_at}
    return with_minutes(decisions, columns).to_native()


def with_minutes(decisions: Any, columns: dict[str, str]) -> Frame:
    """Return decisions with ``minutes``; `columns` says what ``raised_at`` and others are called.

    Nothing else is added to the caller's columns.
    """
    kinds = {"raised_at": "datetime", "decided_at": "datetime"}
    frame = frames.table(decisions, columns, name="decisions", types=kinds)
    rows.refuse(frame, "decisions", [*wrong_times("raised_at", "decided_at"), *negative(frame)])
    timed = frame.with_columns(minutes=minutes_between("raised_at", "decided_at"))
    return timed.drop([ours for ours, theirs in columns.items() if ours != theirs])


@public
def summarise(data: Any, *, by: By = "kind", as_of: datetime | str | None = None) -> Any:
    """Return how long decisions took, and which share met its window, by group.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``, one row a decision: ``raised_at``, ``decided_at`` (empty: still open),
        ``window_minutes``, and the columns of `by`.
    by : str or sequence of str, optional
        ``"kind"``, ``"layers"``, ``["kind", "layers"]``, ...; None takes all together.
    as_of : datetime or ISO text, optional
        The moment you look; needed only when decisions are open. What is decided later is
        still open then. An open decision counts as late once it has waited longer than its
        window; before that nobody knows, and it is left out of the share.

    Returns
    -------
    table of the caller's kind
        `by`, ``decisions``, ``open``, ``median``, ``mean``, ``p90`` (minutes, of decided
        ones), ``in_window`` (share), ``low``, ``high`` (its 95 % interval), sorted by `by`.
        A share that nobody knows is missing.

    Raises
    ------
    CourseError
        If a column is missing, a decision was decided before it was raised, was raised after
        `as_of`, or has no window, or open decisions stand in the table and `as_of` is not
        given. (Rows of a lazy engine are not looked at: there the shares of a group with open
        decisions are missing.)

    References
    ----------
    Slide 13 (a campaign decision has one to two hours).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "kind": "campaign", "window_minutes": 120,
    ...     "raised_at": pd.to_datetime(["2025-06-01 09:00"] * 4),
    ...     "decided_at": pd.to_datetime(["2025-06-01 10:00", "2025-06-01 10:30",
    ...                                   "2025-06-01 11:00", "2025-06-01 19:00"])})
    >>> summarise({"decisions": table})[["median", "mean", "in_window"]].values.tolist()
    [[105.0, 217.5, 0.75]]
    """
    keys, end = frames.listed(by), _moment(as_of)
    frames.refuse_taken(keys, _SUMMARY)
    needed = ["raised_at", "decided_at", "window_minutes", *keys]
    (frame,) = frames.door(data, {"decisions": needed}, windows=True)
    no_window = rows.not_above_zero("window_minutes", "raised_at")
    _refuse(frame, "decisions", "raised_at", "decided_at", end, no_window, *negative(frame))
    frame = _known(frame, "decided_at", end)
    minutes, window = nw.col("_minutes"), nw.col("window_minutes")
    waited = minutes_between("raised_at", "_end")
    timed = frame.with_columns(
        _minutes=minutes_between("raised_at", "decided_at"),
        _end=nw.lit(end.to_pydatetime()) if end else nw.col("decided_at"),
    ).with_columns(
        _hit=(minutes <= window).fill_null(value=False).cast(nw.Int64),
        _known=(~minutes.is_null() | (waited > window)).fill_null(value=False).cast(nw.Int64),
        _open=minutes.is_null().cast(nw.Int64),
    )
    sums = grouped(
        timed,
        keys,
        nw.len().alias("decisions"),
        nw.col("_open").sum().alias("open"),
        minutes.quantile(0.5, interpolation="linear").alias("median"),
        minutes.mean().alias("mean"),
        minutes.quantile(0.9, interpolation="linear").alias("p90"),
        nw.col("_hit", "_known").sum(),
    )
    known = nw.when(nw.col("open") == 0).then(nw.col("_known")) if end is None else nw.col("_known")
    limits = intervals.wilson_columns(nw.col("_hit"), known)
    share = nw.col("_hit") / nw.when(known > 0).then(known)
    found = sums.with_columns(in_window=share, low=limits.low, high=limits.high)
    return frames.sorted_native(found.select(*keys, *_SUMMARY), keys)


@public
def waiting(data: Any, *, by: By = "post_id", as_of: datetime | str | None = None) -> Any:
    """Return where the time goes: how long requests wait at each post (or by any column).

    The mean is all the time waited over the number of answers, so that requests which
    are still open count with the time they have waited so far. Leaving them out is the
    censoring trap: the slowest are missing, and the post looks faster than it is.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``approvals``, one row an approval: ``asked_at``, ``answered_at`` (empty: still open),
        and `by`.
    by : str or sequence of str, optional
        ``"post_id"``, ``"step"``, ...; None takes all together.
    as_of : datetime or ISO text, optional
        The moment you look; needed only when approvals are open. What is answered later is
        still open then.

    Returns
    -------
    table of the caller's kind
        `by`, ``approvals``, ``open``, ``hours`` (waited in all), ``share`` (of all hours),
        ``median``, ``mean`` (minutes), ``low``, ``high`` (95 % interval of the mean,
        exponential times), sorted by `by`.

    Raises
    ------
    CourseError
        If a column is missing, an answer came before it was asked for, or open approvals
        stand in the table and `as_of` is not given.

    References
    ----------
    Interval: Ross, Introduction to Probability and Statistics for Engineers and Scientists,
    chapter Life Testing.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00"] * 3)
    >>> table = pd.DataFrame({"post_id": ["boss", "boss", "finance"], "asked_at": asked,
    ...                       "answered_at": asked + pd.to_timedelta([60, 120, 20], "min")})
    >>> waits = waiting({"approvals": table})
    >>> waits[["post_id", "hours", "mean", "share"]].round(2).values.tolist()
    [['boss', 3.0, 90.0, 0.9], ['finance', 0.33, 20.0, 0.1]]
    """
    keys, moment = frames.listed(by), _moment(as_of)
    frames.refuse_taken(keys, _WAITING)
    (frame,) = frames.door(data, {"approvals": ["asked_at", "answered_at", *keys]}, windows=True)
    _refuse(frame, "approvals", "asked_at", "answered_at", moment)
    frame = _known(frame, "answered_at", moment)
    is_open, end = nw.col("answered_at").is_null(), nw.col("answered_at")
    if moment:
        end = nw.when(is_open).then(nw.lit(moment.to_pydatetime())).otherwise(end)
    timed = frame.with_columns(_end=end, _open=is_open.cast(nw.Int64)).with_columns(
        _waited=minutes_between("asked_at", "_end"),
        _minutes=minutes_between("asked_at", "answered_at"),
    )
    sums = grouped(
        timed,
        keys,
        nw.len().alias("approvals"),
        nw.col("_open").sum().alias("open"),
        nw.col("_waited").sum(),
        nw.col("_minutes").quantile(0.5, interpolation="linear").alias("median"),
    )
    found = frames.as_pandas(sums.sort(keys) if keys else sums).reset_index(drop=True)
    if moment is None and found["open"].any():  # of a lazy engine, whose rows were not looked at
        raise CourseError(_("There are open approvals. {remedy}").format(remedy=_DRAWN))
    total, answered = found["_waited"].astype(float), found["approvals"] - found["open"]
    limits = mean_interval(total, answered)
    found = found.assign(
        hours=total / 60,
        share=total / total.sum(),
        mean=total / answered.where(answered > 0),
        low=limits.low,
        high=limits.high,
    )
    return frames.like(found[[*keys, *_WAITING]], data)


def grouped(frame: Frame, keys: list[str], *sums: nw.Expr) -> Frame:
    """Return sums by group, or over all rows where there are no keys."""
    for key in keys:
        frame = frames.as_group(frame, key)
    return frame.group_by(keys).agg(*sums) if keys else frame.select(*sums)


def mean_interval(total: ArrayLike, answered: ArrayLike) -> intervals.Interval[Any]:
    """Return the 95 % intervals of the means of exponential times, missing without an answer.

    `total` is all the time waited, that of still open cases too; `answered` counts the finished
    ones. Twice the total over the mean is chi-squared with twice `answered` degrees of freedom.

    Examples
    --------
    >>> found = mean_interval([4000, 50], [100, 0])
    >>> found.low.round(1).tolist(), found.high.round(1).tolist()
    ([33.2, nan], [49.2, nan])
    """
    chances = stats.chi2(2 * np.asarray(answered, dtype=float))
    twice = 2 * np.asarray(total, dtype=float)
    return intervals.Interval(twice / chances.ppf(0.975), twice / chances.ppf(0.025))


def minutes_between(start: str, end: str) -> nw.Expr:
    """Return the minutes from one column of times to another."""
    return (nw.col(end) - nw.col(start)).dt.total_seconds() / 60


def wrong_times(start: str, end: str, *more: str) -> list[rows.Wrong]:
    """Return what must not be: no start, or an end before it."""
    return [rows.missing(start, *more, end), rows.out_of_order(start, end, *more)]


def negative(decisions: Frame) -> list[rows.Wrong]:
    """Return what must not be: a number below zero, of those that the decisions hold."""
    held = decisions.collect_schema()
    return [
        rows.below_zero(name, gaps=True)
        for name in ("layers", "window_minutes", "potential", "effect")
        if name in held and held[name].is_numeric()
    ]


def still_open(start: str, end: str, remedy: str) -> rows.Wrong:
    """Return the rows that have a start and no end yet."""
    what = _("there is no {end} yet").format(end=end)
    return rows.Wrong(what, nw.col(end).is_null(), (start,), remedy)


def _moment(as_of: datetime | str | None) -> pd.Timestamp | None:
    return None if as_of is None else numbers.moment("as_of", as_of)


def _known(frame: Frame, end: str, as_of: pd.Timestamp | None) -> Frame:
    """Return a table as it was at a moment: what ended later was still open."""
    if as_of is None:
        return frame
    return frame.with_columns(
        nw.when(nw.col(end) <= nw.lit(as_of.to_pydatetime())).then(nw.col(end)).alias(end)
    )


def _refuse(
    frame: Frame, table: str, start: str, end: str, as_of: pd.Timestamp | None, *more: rows.Wrong
) -> None:
    """Refuse wrong rows, and open ones of which nobody knows how long."""
    if as_of is None:
        now = [still_open(start, end, _DRAWN)]
    else:
        late = nw.col(start) > nw.lit(as_of.to_pydatetime())
        now = [rows.Wrong(_("{start} is after as_of").format(start=start), late, (start,))]
    rows.refuse(frame, table, [*wrong_times(start, end), *now, *more])
