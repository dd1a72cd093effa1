"""Carry-over and saturation: what a yuan does later, and what one more yuan does.

The two shapes of a response: advertising works on after the week in which it was paid for
(geometric adstock), and each further yuan brings less than the one before (saturation).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.kpi.windows import Floats


@public
def adstock(spend: Any, carry: float) -> Floats:
    """Return what is at work in each period: the spend and what is left of earlier ones.

    Parameters
    ----------
    spend : array of float
        By period in yuan, 0 or more; of several rows, the periods along each row.
    carry : float
        Share of the effect that is carried into the next period, from 0 to below 1.

    Returns
    -------
    array of float
        ``a[t] = spend[t] + carry * a[t - 1]``, from nothing at the start.

    Raises
    ------
    CourseError
        Spend is below zero or missing, or the carry is no share below 1.

    References
    ----------
    Broadbent (1979), adstock; Jin, Wang, Sun, Chan and Koehler (2017), in a model of several
    channels.

    Examples
    --------
    >>> adstock([100, 0, 0], 0.5).tolist()
    [100.0, 50.0, 25.0]
    >>> adstock([100, -3], 0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: spend holds -3, which is below 0. Give numbers, 0 or more.
    """
    given = np.atleast_1d(numbers.array("spend", spend, low=0))
    return carried(given, numbers.share("carry", carry, one=False))


def carried(spend: Floats, carry: float, start: Any = 0.0) -> Floats:
    """Return the adstock along the last axis, with `start` at work before the first period."""
    found = np.empty_like(spend, dtype=float)
    left = np.broadcast_to(np.asarray(start, dtype=float), spend.shape[:-1])
    for period in range(spend.shape[-1]):
        left = spend[..., period] + carry * left
        found[..., period] = left
    return found


@public
def total_effect(carry: float) -> float:
    """Return what a yuan does in all, over what it does in the period in which it is spent.

    Parameters
    ----------
    carry : float
        As in :func:`adstock`.

    Returns
    -------
    float
        ``1 / (1 - carry)``.

    Raises
    ------
    CourseError
        The carry is no share below 1.

    References
    ----------
    Broadbent (1979); the sum of a geometric series.

    Examples
    --------
    >>> round(total_effect(0.7), 4)
    3.3333
    """
    return 1 / (1 - numbers.share("carry", carry, one=False))


@public
def half_life(carry: float) -> float:
    """Return the periods after which half of an effect is gone.

    Parameters
    ----------
    carry : float
        As in :func:`adstock`, above 0.

    Returns
    -------
    float
        ``ln 0.5 / ln carry``.

    Raises
    ------
    CourseError
        The carry is no share above 0 and below 1.

    References
    ----------
    Broadbent (1979), who tells the decay of advertising by its half-life.

    Examples
    --------
    >>> round(half_life(0.7), 4)
    1.9434
    """
    return math.log(0.5) / math.log(numbers.share("carry", carry, zero=False, one=False))


@public
def saturating(spend: Any, most: float, scale: float) -> Floats:
    """Return the response to a spend that each further yuan raises by less.

    Parameters
    ----------
    spend : array of float
        Yuan, 0 or more.
    most : float
        The response to endless spend, such as visits.
    scale : float
        Yuan at which 63 % of it are reached.

    Returns
    -------
    array of float
        ``most * (1 - exp(-spend / scale))``.

    Raises
    ------
    CourseError
        Spend is below zero or missing, or `most` or `scale` is not above 0.

    References
    ----------
    Little (1979), on what the response to advertising looks like: concave shapes are among them.

    Examples
    --------
    >>> saturating([0, 50, 100], most=100, scale=50).round(2).tolist()
    [0.0, 63.21, 86.47]
    """
    given = numbers.array("spend", spend, low=0)
    most, scale = numbers.positive("most", most), numbers.positive("scale", scale)
    return np.asarray(-most * np.expm1(-given / scale))


@public
def average_return(spend: Any, most: float, scale: float) -> Floats:
    """Return the response a yuan, on average over all that is spent.

    Parameters
    ----------
    spend : array of float
        As in :func:`saturating`.
    most, scale : float
        As in :func:`saturating`.

    Returns
    -------
    array of float
        Response over spend; at no spend, what the first yuan brings.

    Raises
    ------
    CourseError
        As :func:`saturating`.

    References
    ----------
    The definition. To decide about the next yuan by it is the mistake: see
    :func:`marginal_return`.

    Examples
    --------
    >>> average_return([0, 50, 100], most=100, scale=50).round(3).tolist()
    [2.0, 1.264, 0.865]
    """
    response = saturating(spend, most, scale)
    given = np.asarray(numbers.array("spend", spend))
    return np.where(given > 0, response / np.where(given > 0, given, 1.0), most / scale)


@public
def marginal_return(spend: Any, most: float, scale: float) -> Floats:
    """Return the response to one more yuan.

    Parameters
    ----------
    spend : array of float
        As in :func:`saturating`.
    most, scale : float
        As in :func:`saturating`.

    Returns
    -------
    array of float
        The slope of the response, which is below the average as soon as anything is spent.

    Raises
    ------
    CourseError
        As :func:`saturating`.

    References
    ----------
    The derivative of the response. A budget is split well where it is equal.

    Examples
    --------
    >>> marginal_return([0, 50, 100], most=100, scale=50).round(3).tolist()
    [2.0, 0.736, 0.271]
    """
    response = saturating(spend, most, scale)
    return np.asarray((most - response) / scale)
