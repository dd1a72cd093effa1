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
from scipy import optimize, stats

from ecokit.decisions.tables import (
    below_zero,
    columns_of,
    frame_of,
    groups,
    minutes_between,
    opened,
    ratio,
    refuse,
    still_open,
    wrong_times,
)
from ecokit.decisions.times import CONFIDENCE, add_minutes
from ecokit.errors import CourseError
from ecokit.messages import _

_Z = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))


def lost_value(decisions: Any, by: str | Sequence[str] = "kind") -> Any:
    """Return the margin lost because approved decisions were not made at once.

    Rejected decisions lose nothing by being late, and are left out.

    Parameters
    ----------
    decisions : frame
        ``outcome``, ``potential`` and ``effect`` (yuan), and the columns of `by`.
    by : str or list of str

    Returns
    -------
    frame
        `by`, ``approved`` (count), ``potential``, ``effect``, ``lost`` (yuan), ``kept``
        (share of the potential), sorted by `by`. Amounts are summed in whole fen.

    Raises
    ------
    CourseError
        If a column is missing, no decision is approved, or an approved one has no potential
        or no effect of 0 yuan or more.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": "campaign", "outcome": ["approved", "rejected"],
    ...                       "potential": [1000.0, 500.0], "effect": [800.0, 0.0]})
    >>> lost_value(table)[["approved", "lost", "kept"]].values.tolist()
    [[1.0, 200.0, 0.8]]
    """
    keys = groups(by)
    frame = _approved(decisions, "potential", "effect", by=keys)
    columns, family = columns_of(
        frame.with_columns(potential=_fen("potential"), effect=_fen("effect"))
        .group_by(keys)
        .agg(nw.len().alias("approved"), nw.col("potential").sum(), nw.col("effect").sum())
        .sort(keys)
    )
    potential, effect = columns["potential"], columns["effect"]
    columns |= {"potential": potential / 100, "effect": effect / 100}
    columns |= {"lost": (potential - effect) / 100, "kept": ratio(effect, potential)}
    return frame_of(columns, family)


def _approved(decisions: Any, *columns: str, by: Sequence[str] = ()) -> Any:
    """Return the approved decisions, with amounts that can be added up."""
    frame = opened(decisions, "decisions", "outcome", *columns, by=by)
    frame = frame.filter(nw.col("outcome") == "approved")
    if not refuse(frame, "decisions", [below_zero("potential"), below_zero("effect")]):
        raise CourseError(_("No row of decisions has the outcome approved."))
    return frame


def _fen(column: str) -> nw.Expr:
    return (nw.col(column) * 100).round(0).cast(nw.Int64)


def delay_bands(decisions: Any, edges: Sequence[float] = (1, 2, 4, 8)) -> Any:
    """Return `decisions` with a column ``band``: how many of the `edges` (hours) passed.

    Band 0 was decided within the first edge, band 1 between the first and the second.
    Use it as ``by``: ``lost_value(delay_bands(decisions), by="band")``.

    Raises
    ------
    CourseError
        As `add_minutes`; also for open decisions, and without edges.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"] * 2),
    ...     "decided_at": pd.to_datetime(["2025-06-01 09:50", "2025-06-01 12:00"])})
    >>> delay_bands(table)["band"].tolist()
    [0, 2]
    """
    if not len(edges):
        raise CourseError(_("Give at least one edge, such as 2 hours."))
    frame = nw.from_native(add_minutes(decisions))
    remedy = _("Leave them out: nobody knows their band.")
    refuse(frame, "decisions", [still_open("raised_at", "decided_at", remedy)])
    passed = [(nw.col("minutes") > 60 * edge).cast(nw.Int64) for edge in edges]
    return frame.with_columns(band=sum(passed[1:], passed[0])).to_native()


@dataclass(frozen=True)
class Fading:
    """How fast the value of a decision fades: the half-life in minutes, with its interval."""

    half_life: float
    low: float
    high: float


def fading(decisions: Any) -> Fading:
    """Return the half-life of a decision's value, estimated from what was kept.

    Fits ``effect / potential = 2 ** (-minutes / half_life)`` by least squares over the
    approved decisions, so that decisions with no effect left count too (a regression on
    the logarithm would have to drop them).

    Parameters
    ----------
    decisions : frame
        Decisions of one kind: ``raised_at``, ``decided_at``, ``outcome``, ``potential``,
        ``effect``.

    Raises
    ------
    CourseError
        If fewer than 3 approved decisions have a potential, a time cannot be, or the value
        does not fade with time.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes, raised = np.array([30, 120, 480]), pd.Timestamp("2025-06-01")
    >>> table = pd.DataFrame({"outcome": "approved", "raised_at": raised,
    ...     "decided_at": raised + pd.to_timedelta(minutes, "min"),
    ...     "potential": 1000.0, "effect": 1000 * 2.0 ** (-minutes / 240)})
    >>> round(fading(table).half_life, 6)
    240.0
    >>> fading(table.head(2))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At least 3 approved decisions are needed to see a fading, got 2.

    Source: cost of delay, Reinertsen, The Principles of Product Development Flow (2009).
    """
    frame = _approved(decisions, "raised_at", "decided_at", "potential", "effect").filter(
        nw.col("potential") > 0, ~nw.col("decided_at").is_null()
    )
    refuse(frame, "decisions", wrong_times("raised_at", "decided_at"))
    rows, _family = columns_of(
        frame.select(
            minutes=minutes_between("raised_at", "decided_at"),
            kept=nw.col("effect") / nw.col("potential"),
        )
    )
    minutes, kept = rows["minutes"], rows["kept"]
    if len(minutes) < 3:
        raise CourseError(
            _("At least 3 approved decisions are needed to see a fading, got {n}.").format(
                n=len(minutes)
            )
        )
    rate, error = _fitted(minutes, kept)
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
            rate = float(found[0])
        except (RuntimeError, optimize.OptimizeWarning):
            rate = 0.0
    if not rate > 0:
        raise CourseError(
            _("The value of these decisions does not fade with time, so it has no half-life.")
        )
    return rate, _Z * math.sqrt(float(covariance[0, 0]))
