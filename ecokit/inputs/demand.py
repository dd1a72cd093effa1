"""Demand that is not known for sure: a frozen distribution of SciPy, or a sample of the past.

`law` looks at what a caller gives, `shortage` tells how many units a stock fails to serve on
average. Whoever plans a stock or a contract starts from these two.

References
----------
The loss function of inventory theory: Snyder and Shen (2019), stockpyl.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.messages import _

Demand = Any
"""A frozen distribution of scipy.stats, or an array of demands."""

_MOST_STEPS, _BLOCK = 1_000_000, 10_000
"""Whole units whose chances are added, in all and at a time, before a tail counts as heavy."""

_TAIL = np.concatenate([[0.999, 0.9, 0.5], 10.0 ** -np.arange(1, 14)])
"""Where the area under a tail is cut: shares of the chance that lies right of the stock."""


class Sample:
    """Past demands with the few methods of a distribution that are needed here."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.seen = np.sort(values)

    def ppf(self, chance: float) -> float:
        """Return the smallest demand that is not passed with this chance."""
        rank = int(np.ceil(chance * len(self.seen) - 1e-9))
        return float(self.seen[max(rank, 1) - 1])

    def cdf(self, value: float) -> float:
        """Return the share of the demands that are at most `value`."""
        return float((self.seen <= value).mean())

    def mean(self) -> float:
        """Return the mean."""
        return float(self.seen.mean())

    def support(self) -> tuple[float, float]:
        """Return the smallest and the largest."""
        return float(self.seen[0]), float(self.seen[-1])


def law(demand: Demand) -> Any:
    """Return a demand as a law with ``ppf``, ``cdf``, ``mean`` and ``support``, or say what it is.

    Examples
    --------
    >>> law([3, 5, 4]).ppf(0.5)
    4.0
    """
    if isinstance(demand, Sample):
        return demand
    if hasattr(demand, "dist"):
        with np.errstate(invalid="ignore"):
            middle = demand.ppf(0.5)
        if not np.isfinite(middle):
            raise CourseError(_("The distribution of demand has no middle. Look at its numbers."))
        return demand
    if demand is None or callable(getattr(demand, "cdf", None)):
        wanted = _("Give a frozen distribution of scipy.stats, such as norm(120, 10), or a sample.")
        raise numbers.refused("demand", demand, wanted)
    values = numbers.array("demand", demand, low=0).ravel()
    if not values.size:
        raise CourseError(_("A sample of demand needs one number or more."))
    return Sample(values)


def mean(law: Any) -> float:
    """Return the mean of a demand in which nobody asks for less than nothing."""
    return float(law.mean()) if law.support()[0] >= 0 else shortage(law, 0)


def shortage(law: Any, stock: float) -> float:
    """Return the units that `stock` fails to serve, on average: E[(demand - stock)+].

    Examples
    --------
    >>> shortage(law([2, 4, 9]), 5)
    1.3333333333333333
    """
    if isinstance(law, Sample):
        return float(np.maximum(law.seen - stock, 0).mean())
    if law.dist.name == "norm":
        mean, sd = law.mean(), law.std()
        z = (stock - mean) / sd
        from scipy.stats import norm

        return float(sd * (norm.pdf(z) - z * norm.sf(z)))
    _refuse_no_mean(law)
    if stock <= law.support()[0]:  # no demand is below it
        return float(law.mean()) - stock
    return _steps_above(law, stock) if hasattr(law.dist, "pmf") else _area_above(law, stock)


def drawn(law: Any, rng: np.random.Generator, draws: int) -> NDArray[np.float64]:
    """Return demands drawn from a law, by its inverse: the same luck serves every law.

    Examples
    --------
    >>> drawn(law([3, 5, 4]), np.random.default_rng(1), 4).tolist()
    [4.0, 5.0, 3.0, 5.0]
    """
    chances = rng.random(draws)
    if isinstance(law, Sample):
        ranks = np.ceil(chances * len(law.seen)).astype(int)
        return law.seen[np.maximum(ranks, 1) - 1]
    return np.maximum(np.asarray(law.ppf(chances), dtype=float), 0.0)


def _refuse_no_mean(law: Any) -> None:
    if not np.isfinite(float(law.mean())):
        message = _(
            "The distribution of demand has no mean: its tail is so heavy that the shortage knows "
            "no bound. Take a sample of past demand, or a lighter tail."
        )
        raise CourseError(message)


def _steps_above(law: Any, stock: float) -> float:
    """Return the shortage of whole units; under a heavy tail, from the units below the stock."""
    mean, low = float(law.mean()), int(np.floor(stock))
    short = 0.0
    for start in range(low + 1, low + 1 + _MOST_STEPS, _BLOCK):
        units = np.arange(start, start + _BLOCK)
        more = float(((units - stock) * law.pmf(units)).sum())
        short += more
        if start > mean and more <= 1e-16 * short:
            return short
    least = law.support()[0]
    if not np.isfinite(least):
        return short
    starts = range(int(least), low + 1, _BLOCK)
    blocks = [np.arange(start, min(start + _BLOCK, low + 1)) for start in starts]
    left = sum(float(((stock - units) * law.pmf(units)).sum()) for units in blocks)
    return max(mean - stock + left, 0.0)


def _area_above(law: Any, stock: float) -> float:
    """Return the area under the tail, which is the shortage, decade by decade, then as a power."""
    from scipy.integrate import quad

    left = float(law.sf(stock))
    if not left:
        return 0.0
    places = np.append(stock, law.isf(left * _TAIL))
    places = np.unique(places[np.isfinite(places)])
    parts = [quad(law.sf, *ends, limit=200)[0] for ends in itertools.pairwise(places)]
    near, end = places[-2:] if len(places) > 1 else (stock, stock)
    if not 0 < near < end < law.support()[1]:
        return float(sum(parts))
    fall = np.log(law.sf(near) / law.sf(end)) / np.log(end / near)
    return float(sum(parts) + (end * law.sf(end) / (fall - 1) if fall > 1 else 0.0))
