"""A model of daily counts: day of the week, a trend, what is known of the season and goes with it.

Fitted on the days around a window, it says what the window would have had, and how far off that
may be: residuals vary more than counts do, and a day's is like that of the day before.

References
----------
McCullagh and Nelder (1989), for counts that vary more than chance says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.kpi.windows import DAY, Bools, Floats, Window
from ecokit.messages import _

LEAST_DAYS = 21
"""Days to learn from, at least."""


@dataclass(frozen=True)
class Season:
    """A model of the days around a window: what it expects inside, and how far it may be off."""

    came: float
    expected: float
    error: float
    free: int


def season_model(
    days: pd.DataFrame,
    seen: Window,
    around: Window,
    season: Any = None,
    left_out: Window | None = None,
    beside: pd.DataFrame | None = None,
    *,
    bent: bool = False,
) -> Season:
    """Fit day of the week, trend and season outside a window, and predict it.

    `beside` has columns that move with the counts and have nothing to do with the window, by day;
    a `bent` trend may turn.
    """
    kept = days.loc[around.start : around.end]
    if left_out is not None:
        outside = (kept.index < left_out.start) | (kept.index > left_out.end)
        kept = kept[outside]
    place = pd.DatetimeIndex(kept.index)
    inside = np.asarray((place >= seen.start) & (place <= seen.end))
    if (~inside).sum() < LEAST_DAYS:
        message = _(
            "Only {n} days around the window are there to learn from. Give data of 21 days or more "
            "before it."
        )
        raise CourseError(message.format(n=int((~inside).sum())))
    weekday = np.eye(7)[place.day_of_week]
    trend = np.asarray((place - place[0]) / DAY) / 28
    parts = [weekday, trend - trend.mean()]
    if bent:
        parts.append(parts[1] ** 2)
    if beside is not None:
        parts.append(beside.reindex(place).to_numpy(float))
    design = np.column_stack(parts)
    known = np.log(_season_of(season, place))
    return _fitted(kept["all"].to_numpy(float), inside, design, known)


def _season_of(season: Any, days: pd.DatetimeIndex) -> Floats:
    """Return what is known of each day, 1 where nothing is."""
    if season is None:
        return np.ones(len(days))
    known = numbers.by_day("season", season, low=0).reindex(days)
    if known.isna().any() or (known <= 0).any():
        message = _("season lacks a day of {first:%Y-%m-%d} to {last:%Y-%m-%d}, or has a 0 there.")
        raise CourseError(message.format(first=days[0], last=days[-1]))
    return np.asarray(known, dtype=float)


def _fitted(counts: Floats, inside: Bools, design: Floats, known: Floats) -> Season:
    """Fit the days outside, and predict the sum of those inside with its standard error."""
    y, x, offset = counts[~inside], design[~inside], known[~inside]
    if y.sum() == 0:
        raise CourseError(_("Nothing was counted outside the window. Give more days before it."))
    slopes = _poisson(y, x, offset)
    mean = np.exp(x @ slopes + offset)
    free = len(y) - x.shape[1]
    pearson = (y - mean) / np.sqrt(mean)
    spread = max(float(pearson @ pearson) / free, 1.0)  # never less than chance
    alike = _autocorrelation(pearson)
    expected = np.exp(design[inside] @ slopes + known[inside])
    n = int(inside.sum())
    lags = np.arange(1, n)
    own = 1 + 2 * float(((1 - lags / n) * alike**lags).sum())
    gradient = expected @ design[inside]
    bread = np.linalg.pinv((x * mean[:, None]).T @ x)
    learned = float(gradient @ bread @ gradient) * (1 + alike) / (1 - alike)
    error = math.sqrt(spread * (float(expected.sum()) * own + learned))
    return Season(float(counts[inside].sum()), float(expected.sum()), error, free)


def _poisson(y: Floats, x: Floats, offset: Floats) -> Floats:
    """Return the slopes of a Poisson regression, by iterated weighted least squares."""
    mean = (y + y.mean()) / 2
    slopes = np.zeros(x.shape[1])
    for _round in range(100):
        goal = np.log(mean) - offset + (y - mean) / mean
        root = np.sqrt(mean)
        before, slopes = slopes, np.linalg.lstsq(x * root[:, None], goal * root, rcond=None)[0]
        mean = np.exp(np.clip(x @ slopes + offset, -30, 30))
        if np.abs(slopes - before).max() < 1e-10:
            break
    return np.asarray(slopes)


def _autocorrelation(residuals: Floats) -> float:
    """Return how much a day's residual is like that of the day before, less its bias."""
    size = float(residuals @ residuals)
    found = float(residuals[1:] @ residuals[:-1]) / size if size else 0.0
    return float(np.clip(found + (1 + 4 * found) / len(residuals), 0.0, 0.9))
