"""What being late loses: the margin lost, and how fast the value of a decision fades."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ecokit.decisions.times import (
    grouped,
    minutes_between,
    negative,
    still_open,
    with_minutes,
    wrong_times,
)
from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

_LOST = ["approved", "potential", "effect", "lost", "kept"]
_AMOUNTS = [rows.below_zero("potential"), rows.below_zero("effect")]


@public
def lost_value(data: Any, *, by: By = "kind") -> Any:
    """Return the margin lost because approved decisions were not made at once.

    Rejected decisions lose nothing by being late, and are left out.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``: ``outcome``, ``potential`` and ``effect`` (yuan), and the columns of `by`.
    by : str or sequence of str, optional
        None takes all together.

    Returns
    -------
    table of the caller's kind
        `by`, ``approved`` (count), ``potential``, ``effect``, ``lost`` (yuan), ``kept``
        (share of the potential), sorted by `by`. Amounts are summed in whole fen.

    Raises
    ------
    CourseError
        If a column is missing, or an approved decision has no potential or no effect of 0 yuan
        or more. (Rows of a lazy engine are not looked at.)

    References
    ----------
    Cost of delay: Reinertsen (2009); slide 13 (a decision has to be made fast).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": "campaign", "outcome": ["approved", "rejected"],
    ...                       "potential": [1000.0, 500.0], "effect": [800.0, 0.0]})
    >>> lost_value({"decisions": table})[["approved", "lost", "kept"]].values.tolist()
    [[1.0, 200.0, 0.8]]
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, _LOST)
    (frame,) = frames.door(data, {"decisions": ["outcome", "potential", "effect", *keys]})
    approved = frame.filter(nw.col("outcome") == "approved")
    rows.refuse(approved, "decisions", [*_AMOUNTS, *negative(frame)])
    sums = grouped(
        approved.with_columns(
            _potential=_fen("potential"),
            _effect=_fen("effect"),
            _gaps=(nw.col("potential").is_null() | nw.col("effect").is_null()).cast(nw.Int64),
        ),
        keys,
        nw.len().alias("approved"),
        nw.col("_potential", "_effect", "_gaps").sum(),
    )
    known = nw.col("_gaps") == 0  # an eager table with a gap was refused
    potential, effect = (nw.when(known).then(nw.col(it)) for it in ("_potential", "_effect"))
    found = sums.with_columns(nw.col("_potential", "_effect").cast(nw.Float64)).with_columns(
        potential=potential / 100,
        effect=effect / 100,
        lost=(potential - effect) / 100,
        kept=effect / nw.when(potential > 0).then(potential),
    )
    return frames.sorted_native(found.select(*keys, *_LOST), keys)


def _fen(column: str) -> nw.Expr:
    return (nw.col(column) * 100).round(0).cast(nw.Int64)


@public
def delay_bands(
    decisions: Any,
    *,
    edges: Sequence[float] = (1, 2, 4, 8),
    raised_at: str = "raised_at",
    decided_at: str = "decided_at",
) -> Any:
    """Return `decisions` with a column ``band``: how many of the `edges` (hours) passed.

    Band 0 was decided within the first edge, band 1 between the first and the second.
    Use it as ``by``: ``lost_value({"decisions": delay_bands(decisions)}, by="band")``.

    Parameters
    ----------
    decisions : table of any engine
        One row a decision, as in `add_minutes`.
    raised_at, decided_at : str
        What its columns of times are called.
    edges : sequence of float
        Hours.

    Returns
    -------
    table of the caller's kind
        All its columns, ``minutes`` and ``band``.

    Raises
    ------
    CourseError
        As `add_minutes`; also for open decisions, and without edges.

    References
    ----------
    The bands are the course's own; that waiting has a price: Reinertsen (2009).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"] * 2),
    ...     "decided_at": pd.to_datetime(["2025-06-01 09:50", "2025-06-01 12:00"])})
    >>> delay_bands(table)["band"].tolist()
    [0, 2]
    """
    hours = numbers.array("edges", edges).ravel().tolist()
    if not hours:
        raise numbers.refused("edges", edges, _("Give at least one edge, such as 2 hours."))
    frame = with_minutes(decisions, {"raised_at": raised_at, "decided_at": decided_at})
    remedy = _("Leave them out: nobody knows their band.")
    rows.refuse(frame, "decisions", [still_open(raised_at, decided_at, remedy)])
    passed = [(nw.col("minutes") > 60 * edge).cast(nw.Int64) for edge in hours]
    return frame.with_columns(band=sum(passed[1:], passed[0])).to_native()


@dataclass(frozen=True)
class Fading:
    """How fast the value of a decision fades: the half-life in minutes, with its interval."""

    half_life: float
    low: float
    high: float


@public
def fading(data: Any) -> Fading:
    """Return the half-life of a decision's value, estimated from what was kept.

    Fits ``effect / potential = 2 ** (-minutes / half_life)`` by least squares over the
    approved decisions, so that decisions with no effect left count too (a regression on
    the logarithm would have to drop them).

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``, best of one kind: ``raised_at``, ``decided_at``, ``outcome``,
        ``potential``, ``effect``.

    Returns
    -------
    Fading
        Its ``half_life`` in minutes, and ``low`` and ``high``, the 95 % interval.

    Raises
    ------
    CourseError
        If fewer than 3 approved decisions have a potential, a time cannot be, or the value
        does not fade with time.

    References
    ----------
    Cost of delay: Reinertsen, The Principles of Product Development Flow (2009).

    Examples
    --------
    >>> import pandas as pd
    >>> minutes, raised = np.array([30, 120, 480]), pd.Timestamp("2025-06-01")
    >>> table = pd.DataFrame({"outcome": "approved", "raised_at": raised,
    ...     "decided_at": raised + pd.to_timedelta(minutes, "min"),
    ...     "potential": 1000.0, "effect": 1000 * 2.0 ** (-minutes / 240)})
    >>> round(fading({"decisions": table}).half_life, 6)
    240.0
    >>> fading({"decisions": table.head(2)})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At least 3 approved decisions are needed to see a fading, got 2.
    """
    (found,) = frames.fetched(data, {"decisions": "raised_at decided_at outcome potential effect"})
    approved = found[found["outcome"] == "approved"]
    rows.refuse(approved, "decisions", [*_AMOUNTS, *wrong_times("raised_at", "decided_at")])
    decided = approved[(approved["potential"] > 0) & approved["decided_at"].notna()]
    if len(decided) < 3:
        message = _("At least 3 approved decisions are needed to see a fading, got {n}.")
        raise CourseError(message.format(n=len(decided)))
    timed = nw.from_native(decided).select(minutes=minutes_between("raised_at", "decided_at"))
    kept = (decided["effect"] / decided["potential"]).to_numpy()
    rate, error = _fitted(timed["minutes"].to_numpy(), kept)
    slowest = math.log(2) / (rate - error) if rate > error else math.inf
    return Fading(math.log(2) / rate, math.log(2) / (rate + error), slowest)


def _fitted(minutes: NDArray[np.float64], kept: NDArray[np.float64]) -> tuple[float, float]:
    """Return the rate of fading per minute and the half width of its interval."""
    start = 1 / max(float(minutes.mean()), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", optimize.OptimizeWarning)
        try:
            found, covariance = optimize.curve_fit(
                lambda t, rate: np.exp(-rate * t), minutes, kept, p0=[start]
            )
            rate = float(found.item())
        except (RuntimeError, optimize.OptimizeWarning):
            rate = 0.0
    if not rate > 0:
        raise CourseError(
            _("The value of these decisions does not fade with time, so it has no half-life.")
        )
    return rate, intervals.normal_quantile() * math.sqrt(covariance.item())
