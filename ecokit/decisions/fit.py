"""The closed form beside the data: how long one approval takes, and whether the form fits."""

from __future__ import annotations

import math
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.decisions.paths import DecisionTime
from ecokit.decisions.tables import (
    columns_of,
    frame_of,
    minutes_between,
    not_above_zero,
    opened,
    refuse,
    wrong_times,
)
from ecokit.decisions.times import mean_interval
from ecokit.errors import CourseError
from ecokit.messages import _


def goodness(
    minutes: ArrayLike, path: DecisionTime, seed: int = 0, draws: int = 400
) -> tuple[float, float]:
    """Return how far observed times lie from `path`: largest gap and its p-value.

    The gap is the Kolmogorov-Smirnov distance after both have the same mean. Because
    that mean comes from the same data, the textbook p-value is too large; the p-value
    here is simulated with the mean estimated anew in each draw. Source: Lilliefors
    (1969), J. Amer. Stat. Assoc. 64, 387-389.

    Parameters
    ----------
    minutes : array of float
        Observed times, at least 2.
    path : DecisionTime
        The model, with one approval or more; only its shape matters.
    seed, draws : int
        Of the simulation.

    Raises
    ------
    CourseError
        Fewer than 2 times, times that are no numbers from 0, or a path without approvals.

    Examples
    --------
    >>> times = DecisionTime.of(3, 40).draw(300, seed=1)
    >>> gap, p = goodness(times, DecisionTime.of(3, 40))
    >>> gap < 0.06, p > 0.05
    (True, True)
    >>> goodness(times, DecisionTime.of(1, 40))[1] < 0.01
    True
    >>> goodness([30], DecisionTime.of(1, 40))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At least 2 times are needed to judge a model, got 1.
    """
    times = np.sort(np.asarray(minutes, dtype=float))
    if times.size < 2:
        raise CourseError(
            _("At least 2 times are needed to judge a model, got {n}.").format(n=times.size)
        )
    if not (np.isfinite(times).all() and times[0] >= 0 and times[-1] > 0):
        raise CourseError(_("Times must be numbers of minutes, 0 or more, and not all 0."))
    if not path.means:
        raise CourseError(_("A path without approvals decides at once: there is no time to fit."))
    grid = np.linspace(0, 12 * path.mean(), 3001)  # one table of the curve serves all draws
    curve = path.cdf(grid)

    def gap(sample: NDArray[np.float64]) -> NDArray[np.float64]:
        n = sample.shape[-1]
        model = np.interp(sample * path.mean() / sample.mean(-1, keepdims=True), grid, curve)
        above, below = np.arange(1, n + 1) / n - model, model - np.arange(n) / n
        return np.maximum(above, below).max(-1)

    observed = float(gap(times))
    simulated = gap(np.sort(path.draw(draws * times.size, seed).reshape(draws, -1)))
    return observed, float((1 + (simulated >= observed).sum()) / (1 + draws))


def fit_layers(decisions: Any) -> Any:
    """Return, for each number of layers, what the closed form says beside the data.

    Parameters
    ----------
    decisions : frame
        Decisions of one kind: ``layers``, ``raised_at``, ``decided_at``,
        ``window_minutes``. Open ones are left out: fit a closed period.

    Returns
    -------
    frame
        ``layers``, ``decisions``, ``per_layer`` (estimated mean minutes of one
        approval), ``low``, ``high`` (its 95 % interval), ``in_window`` (observed share),
        ``model`` (the Erlang distribution's share), ``gap`` and ``p_value`` of
        `goodness`, sorted by ``layers``.

    Raises
    ------
    CourseError
        If a column is missing, no row is decided, or a time, a window or a number of layers
        cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> raised = pd.Timestamp("2025-06-01")
    >>> times = DecisionTime.of(2, 45).draw(400, seed=3).round()
    >>> table = pd.DataFrame({"layers": 2, "window_minutes": 120, "raised_at": raised,
    ...                       "decided_at": raised + pd.to_timedelta(times, "min")})
    >>> fit = fit_layers(table)
    >>> bool(fit["low"][0] < 45 < fit["high"][0])
    True
    """
    frame = opened(
        decisions, "decisions", "layers", "raised_at", "decided_at", "window_minutes"
    ).filter(~nw.col("decided_at").is_null())
    rows = refuse(
        frame,
        "decisions",
        [
            *wrong_times("raised_at", "decided_at"),
            not_above_zero("window_minutes"),
            not_above_zero("layers", whole=True),
        ],
    )
    if not rows:
        raise CourseError(_("The table decisions has no decided rows to fit."))
    minutes = minutes_between("raised_at", "decided_at")
    data, family = columns_of(frame.select("layers", "window_minutes", minutes=minutes))
    results = []
    for layers in np.unique(data["layers"]):
        chosen = data["layers"] == layers
        times, windows = data["minutes"][chosen], data["window_minutes"][chosen]
        path = DecisionTime.of(int(layers), times.sum() / times.size / layers)
        low, high = mean_interval(times.sum(), int(layers) * times.size)
        gap, p_value = goodness(times, path) if times.size > 1 else (math.nan, math.nan)
        results.append(
            {
                "layers": int(layers),
                "decisions": times.size,
                "per_layer": path.means[0],
                "low": low,
                "high": high,
                "in_window": float((times <= windows).mean()),
                "model": float(path.cdf(windows).mean()),
                "gap": gap,
                "p_value": p_value,
            }
        )
    return frame_of({name: [row[name] for row in results] for name in results[0]}, family)
