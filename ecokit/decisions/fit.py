"""The closed form beside the data: how long one approval takes, and whether the form fits."""

from __future__ import annotations

import math
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.decisions.paths import DecisionTime
from ecokit.decisions.times import mean_interval, minutes_between, wrong_times
from ecokit.errors import CourseError
from ecokit.inputs import frames, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _


@public
def fit_layers(data: Any) -> Any:
    """Return, for each number of layers, what the closed form says beside the data.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``, best of one kind: ``layers``, ``raised_at``, ``decided_at``,
        ``window_minutes``. Open ones are left out: fit a closed period.

    Returns
    -------
    table of the caller's kind
        ``layers``, ``decisions``, ``per_layer`` (estimated mean minutes of one
        approval), ``low``, ``high`` (its 95 % interval), ``in_window`` (observed share),
        ``model`` (the Erlang distribution's share), ``gap`` (the largest distance between
        both curves) and its ``p_value``, sorted by ``layers``.

    Raises
    ------
    CourseError
        If a column is missing, no row is decided, or a time, a window or a number of layers
        cannot be.

    References
    ----------
    The p-value is simulated with the mean estimated anew in each draw; the textbook one is too
    large. Lilliefors (1969), J. Amer. Stat. Assoc. 64, 387-389.

    Examples
    --------
    >>> raised = pd.Timestamp("2025-06-01")
    >>> times = DecisionTime.of(2, 45).draw(400, seed=3).round()
    >>> table = pd.DataFrame({"layers": 2, "window_minutes": 120, "raised_at": raised,
    ...                       "decided_at": raised + pd.to_timedelta(times, "min")})
    >>> fit = fit_layers({"decisions": table})
    >>> bool(fit["low"][0] < 45 < fit["high"][0])
    True
    """
    (found,) = frames.fetched(data, {"decisions": "layers raised_at decided_at window_minutes"})
    decided = found.dropna(subset="decided_at")
    rows.refuse(
        decided,
        "decisions",
        [
            *wrong_times("raised_at", "decided_at"),
            rows.not_above_zero("window_minutes", "raised_at"),
            rows.not_above_zero("layers", "raised_at", whole=True),
        ],
    )
    if decided.empty:
        raise CourseError(_("The table decisions has no decided rows to fit."))
    timed = nw.from_native(decided).with_columns(minutes=minutes_between("raised_at", "decided_at"))
    fits = [_fit(int(layers), group) for layers, group in timed.to_native().groupby("layers")]
    return frames.like(pd.DataFrame(fits), data)


def _fit(layers: int, decisions: pd.DataFrame) -> dict[str, float]:
    """Return the row of one number of layers."""
    times = decisions["minutes"].to_numpy()
    each = times.sum() / times.size / layers
    path = DecisionTime.of(layers, each)
    limits = mean_interval(times.sum(), layers * times.size)
    gap, p_value = goodness(times, path) if times.size > 1 else (math.nan, math.nan)
    return {
        "layers": layers,
        "decisions": times.size,
        "per_layer": each,
        "low": float(limits.low),
        "high": float(limits.high),
        "in_window": float((times <= decisions["window_minutes"]).mean()),
        "model": float(path.cdf(decisions["window_minutes"]).mean()),
        "gap": gap,
        "p_value": p_value,
    }


def goodness(
    minutes: NDArray[np.float64], path: DecisionTime, seed: int = 0, draws: int = 400
) -> tuple[float, float]:
    """Return how far observed times lie from `path`: largest gap and its p-value.

    The gap is the Kolmogorov-Smirnov distance after both have the same mean. Because
    that mean comes from the same data, the textbook p-value is too large; the p-value
    here is simulated with the mean estimated anew in each draw.

    Parameters
    ----------
    minutes : array of float
        Observed times, at least 2.
    path : DecisionTime
        The model, with one approval or more; only its shape matters.
    seed, draws : int
        Of the simulation.

    Examples
    --------
    >>> times = DecisionTime.of(3, 40).draw(300, seed=1)
    >>> gap, p = goodness(times, DecisionTime.of(3, 40))
    >>> gap < 0.06, p > 0.05
    (True, True)
    >>> goodness(times, DecisionTime.of(1, 40))[1] < 0.01
    True
    """
    times = np.sort(minutes)
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
