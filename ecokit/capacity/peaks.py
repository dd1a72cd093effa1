"""The next peak: how much work a busy minute may bring, and many peaks of another luck."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

MOST_MINUTES = 20_000_000
"""Minutes, times sources, times plays; more fill the memory."""


MOST_CALLS = 1e12
"""Calls a minute of one source; nobody draws more."""


@dataclass(frozen=True)
class PeakLoad:
    """How much work a minute may bring, in servers.

    Attributes
    ----------
    mean, spread : float
        Expected work, and its standard deviation from minute to minute.
    most : float
        So much or less comes in `share` of such minutes.
    share : float
        Of the minutes.
    servers : float
        How many there are; missing if not told.
    over : float
        Share of such minutes that bring more work than these servers do; missing if not told.
    """

    mean: float
    spread: float
    most: float
    share: float
    servers: float
    over: float


@public
def peak_load(
    loads: ArrayLike,
    *,
    service_ms: ArrayLike,
    dispersion: ArrayLike = 1.0,
    share: float = 0.999,
    servers: float | None = None,
) -> PeakLoad:
    """Return how much work a minute may bring that is made of several sources.

    Parameters
    ----------
    loads : array
        Work expected of each source, in servers.
    service_ms : array
        Milliseconds of work for one call of each source.
    dispersion : array
        Variance of the calls of a minute over their mean, by source; 1 is Poisson.
    share : float
        Share of such minutes, above 0 and below 1.
    servers : float, optional
        How many there are.

    Returns
    -------
    PeakLoad
        With ``most``, the work that is not exceeded, and ``over``, how often the servers are.

    Raises
    ------
    CourseError
        A number is below 0, or the arrays do not fit.

    References
    ----------
    Ross (2014), Introduction to Probability Models: the variance of a sum of a random number of
    terms, here calls of an exponential length. The law is a gamma law of this mean and variance.

    Examples
    --------
    >>> sources = {"service_ms": [60, 90, 220], "dispersion": [25, 30, 6]}
    >>> bursty = peak_load([2.8, 3.0, 1.7], servers=8, **sources)
    >>> chance = peak_load([2.8, 3.0, 1.7], servers=8, service_ms=[60, 90, 220])
    >>> round(bursty.mean, 1), round(chance.most, 2), round(bursty.most, 2)
    (7.5, 8.02, 9.16)
    >>> round(chance.over, 3), round(bursty.over, 2)
    (0.001, 0.16)
    """
    from scipy.stats import gamma

    work, each, index = _sources(loads, service_ms, dispersion)
    level = numbers.inner_share("share", share)
    there = math.nan if servers is None else numbers.number("servers", servers, low=0)
    mean = float(work.sum())
    variance = float((work * each / 60_000 * (np.maximum(index, 1.0) + 1)).sum())
    if not variance:
        return PeakLoad(mean, 0.0, mean, level, there, 0.0 if there == there else math.nan)
    law = gamma(mean**2 / variance, scale=variance / mean)
    most, over = float(law.ppf(level)), float(law.sf(there))
    return PeakLoad(mean, math.sqrt(variance), most, level, there, over)


@public
def play_peaks(
    loads: ArrayLike,
    *,
    service_ms: ArrayLike,
    dispersion: ArrayLike = 1.0,
    times: int = 200,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Play minutes again and again, each time with another luck.

    Parameters
    ----------
    loads : array
        Work expected in servers: a row a minute, a column a source; or a number a minute.
    service_ms, dispersion : array
        By source, as for :func:`peak_load`.
    times : int
        How often.
    seed : int
        Of the luck.

    Returns
    -------
    array
        Work in servers: a row a play, a column a minute.

    Raises
    ------
    CourseError
        A number is below 0, the arrays do not fit, or it is too much to play.

    References
    ----------
    Calls: a Poisson law whose mean is gamma, which is the negative binomial law. Work: as in
    :func:`peak_load`.

    Examples
    --------
    >>> played = play_peaks([[2.8, 3.0, 1.7]], service_ms=[60, 90, 220], dispersion=[25, 30, 6],
    ...     times=2000, seed=4)
    >>> played.shape, round(float(played.mean()), 1), round(float((played > 8).mean()), 2)
    ((2000, 1), 7.5, 0.17)
    """
    table = numbers.array("loads", loads, low=0)
    if not table.size:
        raise numbers.refused("loads", table.tolist(), _("Give a minute at least."))
    table = table.reshape(len(table), -1) if table.ndim else table.reshape(1, 1)
    work, each, index = _sources(table[:1].ravel(), service_ms, dispersion)
    plays = numbers.count("times", times)
    if plays * table.size > MOST_MINUTES:
        wanted = _("Play fewer times, or fewer minutes.")
        raise numbers.refused("times", times, wanted)
    if (table * 60_000 / each > MOST_CALLS).any():
        wanted = _("So short, they make more than {most:.0e} calls a minute. Give longer ones.")
        raise numbers.refused("service_ms", each.tolist(), wanted.format(most=MOST_CALLS))
    rng = numbers.generator("seed", seed)
    found = np.zeros((plays, len(table)))
    for source in range(len(work)):
        ms = each[source]
        calls = np.broadcast_to(table[:, source] * 60_000 / ms, found.shape)
        burst = index[source]
        if burst > 1 + 1e-9:
            calls = rng.gamma(calls / (burst - 1), burst - 1)
        found += rng.gamma(rng.poisson(calls)) * ms / 60_000
    return found


def _sources(
    loads: ArrayLike, service_ms: ArrayLike, dispersion: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return work, milliseconds and dispersion of each source, all of one length."""
    work = numbers.array("loads", loads, low=0).ravel()
    each = numbers.array("service_ms", service_ms, low=0)
    index = numbers.array("dispersion", dispersion, low=0)
    if not (each > 0).all():
        raise numbers.refused("service_ms", service_ms, _("Give milliseconds above 0."))
    for name, found in (("service_ms", each), ("dispersion", index)):
        if found.ndim > 1 or found.size not in (1, len(work)):
            message = _("{name} has {n} numbers for {m} sources. Give one number for each source.")
            raise CourseError(message.format(name=name, n=found.size, m=len(work)))
    return work, np.broadcast_to(each, work.shape), np.broadcast_to(index, work.shape)
