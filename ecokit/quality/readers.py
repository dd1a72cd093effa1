"""How many faults nobody has found yet, and what it means that none was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ecokit.errors import CourseError
from ecokit.inputs import intervals, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

_MOST = 10**12  # faults, or cases that are looked at
_LOOKS = 10_000_000  # faults times rounds that are played at once


@dataclass(frozen=True)
class Unfound:
    """Faults that two readers found, and an estimate of all there are.

    Attributes
    ----------
    found : int
        Different faults that were found.
    lincoln_petersen : float
        Estimate of all faults; infinite where the readers have none in common.
    chapman : float
        The same, less biased where few are in common.
    unfound : float
        Estimate of those that nobody found (Chapman's, less those found).
    low, high : float
        Interval of all faults; `high` is infinite where the readers are not independent: then
        there are at least so many.
    """

    found: int
    lincoln_petersen: float
    chapman: float
    unfound: float
    low: float
    high: float


@public
def unfound(
    first: int, second: int, both: int, *, independent: bool = True, confidence: float = 0.95
) -> Unfound:
    """Estimate how many faults two readers have not found, from how many both found.

    If the second reader finds 40 % of what the first one found, he finds 40 % of all; so it goes
    with animals that are caught twice. That holds for readers who look on their own, and for
    faults that are equally easy to find. Readers who look for the same things find the same ones,
    and easy faults are found by both: then the estimate is too low.

    Parameters
    ----------
    first, second : int
        Faults that each reader found.
    both : int
        Faults that both found.
    independent : bool
        Whether each looked on his own and in his own way. If not (one list of rules, the same
        training, one told the other), the estimate is a lower bound, and `high` is infinite.
    confidence : float
        Of the interval.

    Returns
    -------
    Unfound
        Found, estimates of all, and an interval. Two readers who share the columns between them
        have few in common: then the estimate is too high, and worth nothing.

    Raises
    ------
    CourseError
        A count is no whole number, or `both` is above one of the others.

    Notes
    -----
    The interval is log-normal over the unfound, with Chapman's variance: it never goes below what
    was found.

    References
    ----------
    Chapman (1951); software faults: Eick, Loader, Long, Votta and Vander Wiel (1992); how far such
    estimates are too low: Briand, El Emam, Freimut and Laitenberger (2000); interval:
    Thelin, Petersson and Runeson (2002).

    Examples
    --------
    >>> told = unfound(40, 30, 12)
    >>> told.found, told.lincoln_petersen, round(told.chapman, 2)
    (58, 100.0, 96.77)
    >>> round(told.low), round(told.high), unfound(40, 30, 12, independent=False).high
    (75, 144, inf)
    >>> unfound(40, 30, 31)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: both is 31. Give a whole number, 0 to 30.
    """
    n1, n2 = (
        numbers.count(name, one, 0, _MOST) for name, one in (("first", first), ("second", second))
    )
    m = numbers.count("both", both, 0, min(n1, n2))
    alone = numbers.flag("independent", independent)
    z = intervals.normal_quantile(confidence)
    seen = n1 + n2 - m
    total = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    rest = total - seen
    spread = math.exp(z * math.sqrt(math.log1p(variance / rest**2))) if rest > 0 else 1.0
    peterson = n1 * n2 / m if m else (math.inf if seen else 0.0)
    high = seen + rest * spread if alone else math.inf
    return Unfound(seen, peterson, total, rest, seen + rest / spread, high)


@public
def play_readers(
    faults: int,
    *,
    first: float,
    second: float,
    alike: float = 0.0,
    rounds: int = 1,
    seed: int,
) -> pd.DataFrame:
    """Let two readers look for faults by chance, to see what :func:`unfound` makes of it.

    Parameters
    ----------
    faults : int
        How many there are.
    first, second : float
        Chance with which each reader finds a fault.
    alike : float
        Chance with which the second one sees, or overlooks, a fault because the first one did: 0
        where each reads on his own, 1 where both use one list.
    rounds : int
        How often both read anew.
    seed : int
        Start of the random numbers.

    Returns
    -------
    DataFrame
        A row a round: ``first``, ``second``, ``both`` (faults found), ``found`` (different ones),
        ``chapman`` (the estimate of all).

    Raises
    ------
    CourseError
        A count is no whole number, a chance none from 0 to 1, or the rounds are too many.

    References
    ----------
    Estimate: Chapman (1951).

    Examples
    --------
    >>> alone = play_readers(100, first=0.6, second=0.5, rounds=500, seed=1)
    >>> alike = play_readers(100, first=0.6, second=0.5, alike=0.6, rounds=500, seed=1)
    >>> round(alone["chapman"].mean()), round(alike["chapman"].mean())
    (100, 70)
    >>> play_readers(100, first=60, second=0.5, seed=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: first is 60. Give a share from 0 to 1; write 45 % as 0.45.
    """
    size = numbers.count("faults", faults, 0)
    count = numbers.count("rounds", rounds)
    one, two = numbers.share("first", first), numbers.share("second", second)
    same = numbers.share("alike", alike)
    luck = numbers.generator("seed", seed)
    if size * count > _LOOKS:
        message = _("{n:,} faults in {rounds:,} rounds are too many. Give fewer rounds.")
        raise CourseError(message.format(n=size, rounds=count))
    sees, sees_too, follows = luck.random((3, count, size))
    by_first = sees < one
    by_second = np.where(follows < same, by_first, sees_too < two)
    n1, n2, m = (
        hits.sum(axis=1).astype(np.int64) for hits in (by_first, by_second, by_first & by_second)
    )
    told = pd.DataFrame({"first": n1, "second": n2, "both": m, "found": n1 + n2 - m})
    return told.assign(chapman=(n1 + 1) * (n2 + 1) / (m + 1) - 1)


@public
def upper_bound(n: int, *, seen: int = 0, confidence: float = 0.95) -> float:
    """Return how large a share of faults may be when `seen` of `n` were faulty, often none.

    None of 300 is not none at all: at most 1 of 100, as a rule 3 / n.

    Parameters
    ----------
    n : int
        Cases that were looked at, drawn by lot.
    seen : int
        Faults among them.
    confidence : float
        How often such a bound lies above the true share.

    Returns
    -------
    float
        The upper bound: 1 - (1 - confidence)^(1/n) where none was seen.

    Raises
    ------
    CourseError
        `n` is no whole number from 1, or `seen` is above it.

    References
    ----------
    Hanley and Lippman-Hand (1983); with faults seen: Clopper and Pearson (1934).

    Examples
    --------
    >>> round(upper_bound(300), 6), round(upper_bound(300, seen=2), 4)
    (0.009936, 0.0208)
    >>> upper_bound(0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: n is 0. Give a whole number, 1 to 1000000000000.
    """
    cases = numbers.count("n", n, 1, _MOST)
    found = numbers.count("seen", seen, 0, cases)
    level = numbers.inner_share("confidence", confidence)
    if found == cases:
        return 1.0
    return float(stats.beta.ppf(level, found + 1, cases - found))
