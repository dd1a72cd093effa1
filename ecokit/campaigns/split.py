"""The best split of a budget: where one more yuan brings as much in each channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.windows import Floats
from ecokit.messages import _

_COLUMNS = {"channel_id": "string", "most": "number", "scale": "number"}


@dataclass(frozen=True)
class Split:
    """A budget, split.

    Attributes
    ----------
    table : DataFrame
        ``channel_id``, ``spend``, ``response``, ``average``, ``marginal`` (response a yuan), and
        ``bound``: "low", "high", or "" where no limit holds the spend.
    response : float
        Of all channels together.
    marginal : float
        What one more yuan of budget brings; 0 where no channel may take one.
    left : float
        Yuan that no channel may take.
    """

    table: pd.DataFrame
    response: float
    marginal: float
    left: float


@public
def best_split(channels: Any, budget: float) -> Split:
    """Split a budget over channels so that the response is as large as can be.

    Parameters
    ----------
    channels : table of any engine
        A row a channel: ``channel_id``, and ``most`` and ``scale`` of its response (see
        :func:`saturating`); where they are there, ``low`` and ``high``, the yuan that it has to
        and may get (a missing ``high`` is no limit).
    budget : float
        Yuan, 0 or more.

    Returns
    -------
    Split
        The spend by channel, and what one more yuan would bring.

    Raises
    ------
    CourseError
        The budget is below what the channels have to get, a limit is above the other, a channel
        stands there twice, or a number is not above 0.

    Notes
    -----
    All channels between their limits get the same marginal return m, ``scale * ln(most / (scale *
    m))`` each, and nothing where the first yuan brings less than m. The m that spends the budget
    is found by Brent's method (SciPy).

    References
    ----------
    The condition of Karush, Kuhn and Tucker; Boyd and Vandenberghe (2004), example 5.2, solve a
    budget of power in the same way (water-filling).

    Examples
    --------
    >>> channels = pd.DataFrame({"channel_id": ["search", "social"], "most": [100, 60],
    ...                          "scale": [50, 40]})
    >>> best = best_split(channels, 100)
    >>> best.table["spend"].round(4).tolist(), round(best.marginal, 6), round(best.response, 6)
    ([61.9485, 38.0515], 0.579365, 107.857151)
    >>> best_split(channels.assign(high=[50, 60]), 100).table["bound"].tolist()
    ['high', '']
    >>> best_split(channels, -1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: budget is -1. Give a number, 0 or more.
    """
    table, low, high = _opened(channels)
    budget = numbers.number("budget", budget, low=0)
    if low.sum() > budget * (1 + 1e-12):
        message = _(
            "The channels have to get {low:,.0f} together, more than the budget of {budget:,.0f}. "
            "Lower a low, or raise the budget."
        )
        raise CourseError(message.format(low=float(low.sum()), budget=budget))
    most, scale = table["most"].to_numpy(float), table["scale"].to_numpy(float)
    left = max(budget - float(high.sum()), 0.0)
    if left > 0:
        level, spend = 0.0, high
    else:
        log = _log_level(most, scale, low, high, budget)
        level = math.exp(log)
        spend = _rounded(_at(log, most, scale, low, high), low, high, budget)
    return _split(table, most, scale, low, high, spend, level, left)


def _opened(given: Any) -> tuple[pd.DataFrame, Floats, Floats]:
    """Return the channels, and the limits of each."""
    opened = frames.table(given, list(_COLUMNS), name="channels", types=_COLUMNS)
    limits = [name for name in ("low", "high") if name in opened.collect_schema().names()]
    types = _COLUMNS | dict.fromkeys(limits, "number")
    table = frames.as_pandas(frames.table(given, list(types), name="channels", types=types))
    place = "channel_id"
    rules = [rows.missing(place), rows.twice(place)]
    rules += [rows.not_above_zero(name, place) for name in ("most", "scale")]
    rules += [rows.below_zero(name, place, gaps=True) for name in limits]
    rules += [rows.above("low", "high", place)] if len(limits) == 2 else []
    rows.refuse(table, "channels", rules)
    if table.empty:
        raise CourseError(_("The table channels has no rows. Give a channel or more."))
    ends = [
        table[name].fillna(end).to_numpy(float) if name in limits else np.full(len(table), end)
        for name, end in (("low", 0.0), ("high", math.inf))
    ]
    return table.reset_index(drop=True), ends[0], ends[1]


def _at(log: float, most: Floats, scale: Floats, low: Floats, high: Floats) -> Floats:
    """Return the spend at which the logarithm of each marginal return is `log`, within limits."""
    return np.clip(scale * (np.log(most / scale) - log), low, high)


def _log_level(most: Floats, scale: Floats, low: Floats, high: Floats, budget: float) -> float:
    """Return the logarithm of the marginal return at which the channels spend the budget."""
    from scipy.optimize import brentq

    top = float(np.log(most / scale).max())  # at and above it nobody spends more than has to be

    def over(log: float) -> float:
        return float(_at(log, most, scale, low, high).sum()) - budget

    if over(top) >= 0:
        return top
    step = 1.0
    while over(top - step) < 0:
        step *= 2
        if step > 1e300:
            message = _("The budget is too large for the scale of the channels. Correct one.")
            raise CourseError(message)
    return float(brentq(over, top - step, top, xtol=1e-14, rtol=1e-14))


def _rounded(spend: Floats, low: Floats, high: Floats, budget: float) -> Floats:
    """Return the spend with what rounding left put where there is room."""
    rest = budget - float(spend.sum())
    place = int(np.argmax(np.minimum(high - spend, 1e300) if rest > 0 else spend - low))
    moved = spend.copy()
    moved[place] = np.clip(moved[place] + rest, low[place], high[place])
    return moved


def _split(
    table: pd.DataFrame,
    most: Floats,
    scale: Floats,
    low: Floats,
    high: Floats,
    spend: Floats,
    level: float,
    left: float,
) -> Split:
    response = -most * np.expm1(-spend / scale)
    marginal = most / scale * np.exp(-spend / scale)
    held = np.where(spend >= high, "high", np.where((spend <= low) & (low > 0), "low", ""))
    average = np.where(spend > 0, response / np.where(spend > 0, spend, 1.0), most / scale)
    found = pd.DataFrame(
        {
            "channel_id": table["channel_id"],
            "spend": spend,
            "response": response,
            "average": average,
            "marginal": marginal,
            "bound": held,
        }
    )
    return Split(found, float(response.sum()), level, left)


@public
def root_split(strengths: Any, budget: float) -> Floats:
    """Split a budget over responses ``strength * sqrt(spend)``: by the squares of the strengths.

    Parameters
    ----------
    strengths : array of float
        By channel, 0 or more, one above 0.
    budget : float
        Yuan, 0 or more.

    Returns
    -------
    array of float
        Yuan by channel; the response is ``sqrt(budget * sum(strengths ** 2))``.

    Raises
    ------
    CourseError
        A number is below 0, or no strength is above it.

    References
    ----------
    Equal marginal returns, ``strength / (2 sqrt(spend))``. How large the budget itself should be
    is the theorem of Dorfman and Steiner (1954): :func:`ecokit.pricing.advertising_share`.

    Examples
    --------
    >>> root_split([3, 4], 100).tolist()
    [36.0, 64.0]
    """
    given = numbers.row("strengths", strengths, low=0)
    budget = numbers.number("budget", budget, low=0)
    if not (given > 0).any():
        raise numbers.refused("strengths", strengths, _("Give a strength above 0."))
    squares = (given / given.max()) ** 2
    return np.asarray(budget * squares / squares.sum())
