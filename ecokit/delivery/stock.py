"""Safety stock in one place or in many, when markets have common peaks or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.delivery.billing import Floats
from ecokit.delivery.given import KINDS
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.messages import _


@dataclass(frozen=True)
class Pooled:
    """Safety stock for several markets.

    Attributes
    ----------
    split : float
        Units, if each market keeps its own.
    pooled : float
        Units, if one warehouse serves all.
    ratio : float
        Pooled over split: 1 where all peaks are common.
    saved : float
        Units that pooling saves.
    """

    split: float
    pooled: float
    ratio: float
    saved: float


@public
def pooled_safety_stock(
    spreads: Any, *, correlation: Any = 0.0, markets: int | None = None, factor: float = 1.0
) -> Pooled:
    """Compare the safety stock of one warehouse with that of many.

    Peaks of different markets cancel in one warehouse, but only if they do not come together.
    With n equal markets of correlation r the pooled stock is ``sqrt(n (1 + (n - 1) r)) / n`` of
    the split one: half for four markets without correlation, all of it where every peak is common.

    Parameters
    ----------
    spreads : number or array
        Standard deviation of the demand of each market over its lead time; with `markets`, that of
        each of them.
    correlation : float or matrix
        Between any two markets, or between each two, with 1 on the diagonal.
    markets : int, optional
        How many equal markets, where `spreads` is one number.
    factor : float
        Standard deviations that are kept: 1.64 for 95 % service, see
        :func:`ecokit.operations.reorder_point`.

    Returns
    -------
    Pooled
        Units.

    Raises
    ------
    CourseError
        A spread is below 0 or all are 0, a correlation cannot be, or the sizes do not fit.

    References
    ----------
    Eppen (1979).

    Examples
    --------
    >>> pooled_safety_stock(10, markets=4).ratio
    0.5
    >>> round(pooled_safety_stock(10, markets=4, correlation=0.5).ratio, 2)
    0.79
    >>> pooled_safety_stock([30, 40], correlation=0).pooled
    50.0
    >>> pooled_safety_stock(10, markets=4, correlation=-0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: correlation is -0.5. 4 markets cannot all be so far opposed: give a
    number from -0.3333 to 1.
    """
    spread = numbers.row("spreads", spreads, low=0)
    if markets is not None:
        n = numbers.count("markets", markets, 1, 10_000)
        if len(spread) != 1:
            wanted = _("Give one number with markets, or one for each market without it.")
            raise numbers.refused("spreads", spreads, wanted)
        spread = np.repeat(spread, n)
    times = numbers.positive("factor", factor)
    if not spread.sum() > 0:
        raise numbers.refused("spreads", spreads, _("Give a spread above 0."))
    variance = float(spread @ _matrix(correlation, len(spread)) @ spread)
    split, pooled = times * float(spread.sum()), times * float(np.sqrt(max(variance, 0.0)))
    return Pooled(split, pooled, pooled / split, split - pooled)


def _matrix(given: Any, n: int) -> Floats:
    """Return the correlations of n markets."""
    found = numbers.array("correlation", given)
    if found.ndim == 0:
        least = -1 / (n - 1) if n > 1 else -1.0
        value = float(found)
        if not -1 <= value <= 1:
            raise numbers.refused("correlation", given, _("Give a number from -1 to 1."))
        if value < least - 1e-12:
            message = _(
                "{n} markets cannot all be so far opposed: give a number from {least:.4g} to 1."
            )
            raise numbers.refused("correlation", given, message.format(n=n, least=least))
        return np.where(np.eye(n, dtype=bool), 1.0, value)
    right = found.shape == (n, n) and np.allclose(found, found.T) and np.allclose(np.diag(found), 1)
    if not right or np.linalg.eigvalsh(found).min() < -1e-9:
        wanted = _("Give one number, or correlations of {n} × {n} markets, such as table.corr().")
        raise numbers.refused("correlation", given, wanted.format(n=n))
    return found


@public
def demand_correlation(data: Any, *, by: str = "city_id", period: str = "week") -> pd.DataFrame:
    """Tell how far the demand of cities rises and falls together.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``dispatched_at`` and `by`.
    by : str
        The markets: ``"city_id"``, or another column of deliveries.
    period : str
        ``"day"``, ``"week"`` or ``"month"``. The first and the last one, which may be cut, are
        left out.

    Returns
    -------
    DataFrame
        A row a market, sorted: `by`, ``mean`` (parcels a period), ``spread`` (their standard
        deviation), ``with_others`` (correlation with all other markets together), and
        ``with_each`` (mean of its correlations with each other market: what
        :func:`pooled_safety_stock` takes). Missing where nothing varies.

    Raises
    ------
    CourseError
        A column is missing, there are fewer than three whole periods, or only one market.

    Notes
    -----
    Luck alone, of few parcels a week, hides a common peak: counts that are small correlate less
    than the demand behind them. Look at months, or at regions, too. In the sum of all others luck
    cancels; so ``with_others`` lies above ``with_each``.

    References
    ----------
    Pearson's correlation of sums; what it is for: Eppen (1979).

    Examples
    --------
    >>> weeks = pd.date_range("2025-01-06", periods=6, freq="7D")
    >>> counts = {"C1": [1, 2, 4, 2, 6, 1], "C2": [1, 1, 2, 1, 3, 1]}
    >>> sent = pd.DataFrame([(city, week) for city, each in counts.items()
    ...     for week, n in zip(weeks, each) for _one in range(n)],
    ...     columns=["city_id", "dispatched_at"])
    >>> demand_correlation({"deliveries": sent})["with_others"].round(2).tolist()
    [1.0, 1.0]
    >>> demand_correlation({"deliveries": sent.head(3)})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A correlation needs three whole weeks or more; deliveries has 0.
    """
    who = numbers.text("by", by)
    numbers.one_of("period", period, ("day", "week", "month"))
    frames.refuse_taken([who], ["mean", "spread", "with_others", "with_each"])
    (sent,) = frames.door(data, {"deliveries": f"dispatched_at {who}"}, types=KINDS)
    sent = frames.as_group(sent, who).with_columns(_at=start_of(period, "dispatched_at"))
    known = sent.filter(~nw.col(who).is_null(), ~nw.col("_at").is_null())
    counted = known.group_by("_at", who).agg(nw.len().alias("_n"))
    table = frames.as_pandas(counted)
    times = pd.DatetimeIndex(table["_at"]).to_period(
        {"day": "D", "week": "W", "month": "M"}[period]
    )
    wide = table.assign(_at=times).pivot_table("_n", "_at", who, "sum").sort_index()
    if len(wide):
        whole = pd.period_range(wide.index[0], wide.index[-1])
        wide = wide.reindex(whole).iloc[1:-1].fillna(0.0)
    if len(wide) < 3:
        message = _("A correlation needs three whole {period}s or more; deliveries has {n}.")
        raise CourseError(message.format(period=period, n=len(wide)))
    if len(wide.columns) < 2:
        raise CourseError(_("Only one market has parcels, so there is nothing to compare."))
    n = wide.to_numpy(float)
    return pd.DataFrame(
        {
            who: wide.columns,
            "mean": n.mean(axis=0),
            "spread": n.std(axis=0, ddof=1),
            "with_others": _with_others(n),
            "with_each": _with_each(n),
        }
    )


def _with_others(n: Floats) -> Floats:
    """Return the correlation of each column with the sum of all others."""
    others = n.sum(axis=1, keepdims=True) - n
    own, rest = n - n.mean(axis=0), others - others.mean(axis=0)
    both = np.sqrt((own**2).sum(axis=0) * (rest**2).sum(axis=0))
    return np.where(both > 0, (own * rest).sum(axis=0) / np.where(both > 0, both, 1.0), np.nan)


def _with_each(n: Floats) -> Floats:
    """Return the mean correlation of each column with each other one that varies."""
    away = n - n.mean(axis=0)
    length = np.sqrt((away**2).sum(axis=0))
    varies = length > 0
    unit = away / np.where(varies, length, 1.0)
    sums, others = unit.T @ unit.sum(axis=1) - 1, varies.sum() - 1
    return np.where(varies & (others > 0), sums / max(others, 1), np.nan)
