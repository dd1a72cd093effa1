"""The difference of two arms, and how far it may lie from that: rates, means, ratios of sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.experiments import totals
from ecokit.inputs import intervals, numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _

Arrays = dict[str, NDArray[np.float64]]
FIELDS = ("difference", "standard_error", "low", "high", "p_value")
"""What is told of a difference, in the order of a table."""


@dataclass(frozen=True)
class Effect(ByName):
    """A difference, the second arm less the first, with its interval and its p value."""

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Difference(Effect):
    """An `Effect` with its standard error."""

    standard_error: float


@public
def difference_of_rates(
    control_hits: float,
    control_visitors: float,
    hits: float,
    visitors: float,
    *,
    confidence: float = 0.95,
) -> Difference:
    """Return the difference of two rates: that of an arm with a change less that of the control.

    Parameters
    ----------
    control_hits, control_visitors : float
        How many bought, and of how many, without the change.
    hits, visitors : float
        The same with it.
    confidence : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    Difference
        ``difference``, ``low``, ``high``: the interval of Newcombe; ``p_value``: of the score test;
        ``standard_error``: with the variance of each arm.

    Raises
    ------
    CourseError
        A negative count, an arm without visitors, or more hits than visitors.

    References
    ----------
    Newcombe (1998), method 10; the score test by statsmodels.

    Examples
    --------
    >>> found = difference_of_rates(48, 80, 56, 70)
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    >>> difference_of_rates(48, 80, 56, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: visitors is 0. Give a number above 0.
    """
    given = {"control_hits": control_hits, "hits": hits}
    k0, k1 = (numbers.number(name, value, low=0) for name, value in given.items())
    n0 = numbers.positive("control_visitors", control_visitors)
    n1 = numbers.positive("visitors", visitors)
    return Difference(**_scalars(of_rates(k0, n0, k1, n1, confidence)))


@public
def difference_of_means(
    control: ArrayLike, changed: ArrayLike, *, confidence: float = 0.95
) -> Difference:
    """Return the difference of two means: that of an arm with a change less that of the control.

    Parameters
    ----------
    control, changed : array
        The metric, a number a visitor, without the change and with it.
    confidence : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    Difference
        ``difference``, ``low``, ``high``, ``p_value``, ``standard_error``: the variance of each arm
        counts for itself.

    Raises
    ------
    CourseError
        A number is missing, or an arm has fewer than two visitors.

    References
    ----------
    Welch (1947).

    Examples
    --------
    >>> found = difference_of_means([1.0, 2.0, 3.0], [2.0, 4.0, 6.0, 4.0])
    >>> round(found.difference, 2), round(found.standard_error, 3), round(found.p_value, 3)
    (2.0, 1.0, 0.103)
    >>> difference_of_means([1.0], [2.0, 4.0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: control is [1.0]. Give the numbers of two visitors or more.
    """
    arms = {name: numbers.row(name, one) for name, one in _named(control, changed).items()}
    for name, one in arms.items():
        if len(one) < 2:
            wanted = _("Give the numbers of two visitors or more.")
            raise numbers.refused(name, one.tolist(), wanted)
    sums = [(one.mean(), one.var(ddof=1), len(one)) for one in arms.values()]
    return Difference(**_scalars(of_means(*sums[0], *sums[1], confidence)))


@public
def difference_of_ratios(
    data: Any,
    *,
    above: str,
    below: str,
    unit: str,
    arm: str = "arm",
    confidence: float = 0.95,
) -> Difference:
    """Return the difference of two ratios of sums, such as yuan a visitor, over units that vary.

    An average of daily rates counts a quiet day like a busy one; here the sums are divided. What
    varies by chance are the units: days that are good for both arms, or the visitors who were
    drawn, each with several visits.

    Parameters
    ----------
    data : table
        Rows of two arms; those of one unit and arm are added up.
    above, below : str
        The columns of the ratio, such as revenue and visitors.
    unit : str
        The column of what varies by chance: the day, or the visitor whom the lot was drawn for.
    arm : str
        The column of the arm; the first by name is the control.
    confidence : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    Difference
        Second arm less the first: ``difference``, ``low``, ``high``, ``p_value``,
        ``standard_error``.

    Raises
    ------
    CourseError
        Not two arms, fewer than two units, a number that is missing, an arm whose sum `below` is
        not above 0.

    References
    ----------
    Deng, Knoblich and Lu (2018), delta method.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({"date": [1, 1, 2, 2, 3, 3], "arm": ["A", "B"] * 3,
    ...     "revenue": [50.0, 60, 90, 105, 20, 25], "visitors": [10, 10, 15, 15, 5, 5]})
    >>> found = difference_of_ratios(days, above="revenue", below="visitors", unit="date")
    >>> round(found.difference, 3), round(found.standard_error, 3)
    (1.0, 0.0)
    >>> difference_of_ratios(days[:2], above="revenue", below="visitors", unit="date")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table data has one date. It takes several to tell how much ...
    """
    from scipy.stats import t

    names = {"above": above, "below": below, "unit": unit, "arm": arm}
    for name, column in names.items():
        numbers.text(name, column)
    whole = totals.by_arm(data, totals.Columns(arm, means=[above, below]))
    totals.named(whole["arm"], "data", most=2)
    sums = (whole["n"] * whole[["_m0", "_m1"]].T).T
    if not (sums["_m1"] > 0).all():
        message = _("An arm of data has {below} of 0 in all, so there is no ratio.")
        raise CourseError(message.format(below=below))
    ratios = (sums["_m0"] / sums["_m1"]).tolist()
    units, squares = totals.pulls(data, names, ratios, sums["_m1"].tolist())
    if units < 2:
        message = _("The table data has one {unit}. It takes several to tell how much they vary.")
        raise CourseError(message.format(unit=unit))
    error = np.sqrt(units / (units - 1) * squares)
    return Difference(**_scalars(of_errors(ratios[1] - ratios[0], error, t(units - 1), confidence)))


def _named(control: ArrayLike, changed: ArrayLike) -> dict[str, ArrayLike]:
    return {"control": control, "changed": changed}


# --- for many pairs of arms at once ----------------------------------------------------


def of_rates(
    k0: ArrayLike, n0: ArrayLike, k1: ArrayLike, n1: ArrayLike, confidence: float = 0.95
) -> Arrays:
    """Return the differences of rates, k1 of n1 less k0 of n0, by the fields of `Difference`."""
    from scipy.stats import norm

    k0, n0, k1, n1 = np.broadcast_arrays(*(np.asarray(it, float) for it in (k0, n0, k1, n1)))
    p0, p1, all_ = k0 / n0, k1 / n1, n0 + n1
    one, other = (intervals.wilson(k, n, confidence) for k, n in ((k1, n1), (k0, n0)))
    reach = intervals.newcombe(p1, one, p0, other)
    pooled = (k0 + k1) / all_
    # the score test, with the correction of Miettinen and Nurminen as statsmodels has it
    chance = np.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1) * all_ / np.maximum(all_ - 1, 1))
    z = np.divide(np.abs(p1 - p0), chance, out=np.zeros_like(p0), where=chance > 0)
    return {
        "difference": p1 - p0,
        "low": reach.low,
        "high": reach.high,
        "p_value": 2 * norm.sf(z),
        "standard_error": np.sqrt(_spread(p0, n0) / n0 + _spread(p1, n1) / n1),
    }


def _spread(share: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variance of noughts and ones, as of any other numbers."""
    return share * (1 - share) * n / np.maximum(n - 1, 1)


def of_means(
    m0: ArrayLike,
    v0: ArrayLike,
    n0: ArrayLike,
    m1: ArrayLike,
    v1: ArrayLike,
    n1: ArrayLike,
    confidence: float = 0.95,
) -> Arrays:
    """Return the differences of means m of n visitors with variance v, by `Difference`'s fields."""
    from scipy.stats import t

    m0, v0, n0, m1, v1, n1 = (np.asarray(it, float) for it in (m0, v0, n0, m1, v1, n1))
    a, b = v0 / n0, v1 / n1
    spread = a**2 / (n0 - 1) + b**2 / (n1 - 1)
    free = np.where(spread > 0, (a + b) ** 2 / np.where(spread > 0, spread, 1), n0 + n1 - 2)
    return of_errors(m1 - m0, np.sqrt(a + b), t(free), confidence)


def of_errors(
    difference: ArrayLike, standard_error: ArrayLike, law: Any, confidence: float = 0.95
) -> Arrays:
    """Return differences with the intervals and p values that their standard errors give.

    `law` is that of the difference over its error, of `scipy.stats`.
    """
    level = numbers.inner_share("confidence", confidence)
    found, error = np.asarray(difference, float), np.asarray(standard_error, float)
    reach = law.ppf((1 + level) / 2) * error
    alike = np.abs(found) <= 1e-12  # numbers that are all the same leave no error, and no doubt
    with np.errstate(divide="ignore", invalid="ignore"):
        doubt = 2 * law.sf(np.abs(found) / error)
    return {
        "difference": found,
        "low": found - reach,
        "high": found + reach,
        "p_value": np.where(error == 0, alike.astype(float), doubt),
        "standard_error": error,
    }


def effect(found: Mapping[str, ArrayLike]) -> Effect:
    """Return one of the differences above without its standard error."""
    told = _scalars(found)
    return Effect(told["difference"], told["low"], told["high"], told["p_value"])


def _scalars(found: Mapping[str, ArrayLike]) -> dict[str, float]:
    return {name: float(np.asarray(value)) for name, value in found.items()}
