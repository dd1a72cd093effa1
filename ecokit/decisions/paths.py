"""The closed form: how long a decision takes whose approvals take exponential times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.messages import _

_ANGLES = np.pi * np.arange(1, 24) / 24
_TALBOT_NODES = 0.4 * np.append(24, 24 * _ANGLES * (1 / np.tan(_ANGLES) + 1j))
_TALBOT_WEIGHTS = (0.4 * np.exp(_TALBOT_NODES) / _TALBOT_NODES) * np.append(
    0.5, 1 + 1j * (_ANGLES / np.sin(_ANGLES) ** 2 - 1 / np.tan(_ANGLES))
)
_MAX_LAYERS = 1000
_MAX_PARALLEL = 12  # inclusion and exclusion over 2^12 sets stays exact to 1e-12


@dataclass(frozen=True)
class DecisionTime:
    """The time of a decision whose approvals each take an exponential time.

    Answers "which share is decided within t minutes?", "how long on average?" and "by
    when are 90 % decided?" without a simulation. Approvals one after another add up
    (Erlang distribution for equal means, hypoexponential for unequal ones); approvals
    asked for at the same moment wait for the slowest.

    Parameters
    ----------
    means : tuple of float
        Mean minutes of each approval, one a layer; empty means decided at once.
    parallel : bool
        False: one after another. True: all asked at the same moment (at most 12).

    Raises
    ------
    CourseError
        If a mean is not a positive number, or too many approvals are in parallel.

    Notes
    -----
    Serial: the mean is the sum of the means; for equal means P(T <= t) is the gamma
    distribution with shape k, for unequal ones the Laplace transform
    ``prod(1 / (1 + m s)) / s`` is inverted numerically (error below 1e-11; the sum over
    partial fractions and the matrix exponential both fail for nearly equal means).
    Parallel: ``P(T <= t) = prod(1 - exp(-t / m))``; k equal means m take
    ``m (1 + 1/2 + ... + 1/k)`` on average, a harmonic number.

    References
    ----------
    Larson and Odoni, Urban Operations Research (1981), 2.11.3; Bibinger (2013),
    arXiv:1307.3945; Abate and Whitt (2006), INFORMS J. Computing 18, 408-421 (Talbot's method).

    Examples
    --------
    >>> path = DecisionTime.of(layers=3, minutes=40)
    >>> path.mean(), round(path.cdf(120), 3), round(path.ppf(0.9), 1)
    (120.0, 0.577, 212.9)
    >>> round(DecisionTime.of(layers=3, minutes=40, parallel=True).mean(), 2)
    73.33
    >>> DecisionTime((40, -5))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: means is -5. Give a number above 0.
    """

    means: tuple[float, ...]
    parallel: bool = False

    def __post_init__(self) -> None:
        means = numbers.array("means", self.means).ravel()
        for mean in means:
            numbers.positive("means", mean)
        object.__setattr__(self, "means", tuple(means.tolist()))
        object.__setattr__(self, "parallel", numbers.flag("parallel", self.parallel))
        if self.parallel and len(self.means) > _MAX_PARALLEL:
            raise CourseError(
                _("{n} approvals in parallel are too many: at most {most} can be computed.").format(
                    n=len(self.means), most=_MAX_PARALLEL
                )
            )

    @classmethod
    def of(cls, layers: int, minutes: float, *, parallel: bool = False) -> DecisionTime:
        """Return the time of `layers` approvals of `minutes` mean minutes each.

        Examples
        --------
        >>> DecisionTime.of(2, 30)
        DecisionTime(means=(30.0, 30.0), parallel=False)
        >>> DecisionTime.of(-1, 30)
        Traceback (most recent call last):
        ...
        ecokit.errors.CourseError: layers is -1. Give a whole number, 0 to 1000.
        """
        each = numbers.positive("minutes", minutes)
        return cls((each,) * numbers.count("layers", layers, 0, _MAX_LAYERS), parallel)

    @property
    def _equal(self) -> bool:
        return len(set(self.means)) == 1

    def cdf(self, minutes: ArrayLike) -> Any:
        """Return the share decided within `minutes` (a number or an array), 0 to 1."""
        given = numbers.array("minutes", minutes)
        t = np.maximum(given, 0.0)
        means = np.asarray(self.means, dtype=float)
        if not means.size:
            share = np.where(given >= 0, 1.0, 0.0)
        elif self.parallel:
            share = np.prod(-np.expm1(-t[..., None] / means), axis=-1)
        elif self._equal:
            share = special.gammainc(means.size, t / means.max())
        else:
            per_minute = _TALBOT_NODES / np.maximum(t, 1e-12 * means.min())[..., None]
            terms = 1 / (1 + per_minute[..., None] * means)
            share = np.clip((_TALBOT_WEIGHTS * terms.prod(-1)).real.sum(-1), 0, 1)
        return share if given.ndim else float(share)

    def mean(self) -> float:
        """Return the mean minutes until the decision."""
        if not self.parallel:
            return float(sum(self.means))
        return sum(sign / rate for sign, rate in self._subsets())

    def ppf(self, share: float) -> float:
        """Return the minutes by which `share` (between 0 and 1) is decided."""
        share = numbers.inner_share("share", share)
        if not self.means:
            return 0.0
        if self._equal:
            layers, mean = len(self.means), self.means[0]
            if self.parallel:
                return -mean * math.log1p(-(share ** (1 / layers)))
            return mean * float(special.gammaincinv(layers, share))
        high = self.mean()
        while self.cdf(high) < share:
            high *= 2
        return float(optimize.brentq(lambda t: self.cdf(t) - share, 0.0, high, xtol=1e-9))

    def kept(self, half_life: float) -> float:
        """Return the mean share of value kept when half is lost every `half_life` minutes.

        Value that fades as ``exp(-r t)`` keeps on average the Laplace transform of the
        decision time: a serial layer of mean m multiplies it by ``1 / (1 + r m)``, with
        ``r = ln 2 / half_life``.

        Examples
        --------
        >>> DecisionTime.of(2, 60).kept(half_life=60 * math.log(2))  # r m = 1
        0.25
        """
        rate = fading_rate(half_life)
        if not self.parallel:
            return math.prod(1 / (1 + rate * m) for m in self.means)
        return 1 - sum(sign * rate / (rate + total) for sign, total in self._subsets())

    def draw(self, size: int, seed: int) -> NDArray[np.float64]:
        """Return `size` random decision times in minutes, for checking the closed form."""
        many = numbers.count("size", size, low=0)
        generator = numbers.generator("seed", seed)
        waits = generator.exponential(np.asarray(self.means), (many, len(self.means)))
        return waits.max(axis=1, initial=0.0) if self.parallel else waits.sum(axis=1)

    def _subsets(self) -> list[tuple[int, float]]:
        # P(max > t) = sum over non-empty sets S of (-1)^(|S|+1) exp(-t * sum of rates in S)
        rates = [1 / m for m in self.means]
        return [
            ((-1) ** (size + 1), sum(chosen))
            for size, _rate in enumerate(rates, start=1)
            for chosen in combinations(rates, size)
        ]


def fading_rate(half_life: float) -> float:
    """Return the rate r of a value that fades as exp(-r t), per minute."""
    return math.log(2) / numbers.positive("half_life", half_life)
