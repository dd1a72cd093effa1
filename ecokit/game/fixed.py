"""Sums in whole numbers: shares are parts per million, so that every computer gets the same.

A floating-point ``exp`` may differ in its last digit from one system to another, and a game
that goes on from its own results would drift apart. Here everything is an integer: money in
fen, goods in units, shares and ratios in parts per million (ppm, 1 is 1,000,000).
"""

from __future__ import annotations

from functools import lru_cache

PPM = 1_000_000

_FINE = 10**12  # the scale inside exp and log
_LN2 = 693_147_180_560  # ln 2 at that scale
_TERMS = 14  # of the series: the first one left out is below the scale
_MOST = 30 * PPM  # exp of 30 is 10 million million: nothing in a market is larger


def divide(number: int, by: int) -> int:
    """Divide and round to the nearest whole number, halves away from zero.

    Parameters
    ----------
    number, by : int
        What is divided, and by what; `by` is positive.

    Returns
    -------
    int
        The quotient.

    References
    ----------
    Rounding half away from zero, as tills do: IEEE 754-2019, section 4.3.1 (roundTiesToAway).

    Examples
    --------
    >>> divide(7, 2), divide(-7, 2), divide(10, 3)
    (4, -4, 3)
    """
    half = (2 * abs(number) + by) // (2 * by)
    return half if number >= 0 else -half


def times(number: int, ppm: int) -> int:
    """Return a share of a number.

    Parameters
    ----------
    number : int
        Fen, units or ppm.
    ppm : int
        The share.

    Returns
    -------
    int
        In the unit of `number`.

    References
    ----------
    As :func:`divide`.

    Examples
    --------
    >>> times(250, 500_000), times(PPM, 20_000)
    (125, 20000)
    """
    return divide(number * ppm, PPM)


@lru_cache(maxsize=65_536)
def exp(ppm: int) -> int:
    """Return e to the power of a number.

    Parameters
    ----------
    ppm : int
        The power; beyond 30 it counts as 30.

    Returns
    -------
    int
        Ppm.

    References
    ----------
    Reduction by powers of two and the Taylor series: Muller (2016), Elementary Functions,
    third edition, Birkhäuser, chapter 11.

    Examples
    --------
    >>> exp(0), exp(PPM), exp(-PPM)
    (1000000, 2718282, 367879)
    """
    doublings, rest = divmod(max(-_MOST, min(ppm, _MOST)) * PPM, _LN2)
    total = term = _FINE
    for number in range(1, _TERMS):
        term = term * rest // (_FINE * number)
        total += term
    scale = _FINE // PPM
    if doublings >= 0:
        return divide(total << doublings, scale)
    return divide(total, scale << -doublings)


@lru_cache(maxsize=65_536)
def log(ppm: int) -> int:
    """Return the natural logarithm of a positive number.

    Parameters
    ----------
    ppm : int
        The number, above 0.

    Returns
    -------
    int
        Ppm.

    References
    ----------
    The series of the inverse hyperbolic tangent: Muller (2016), as :func:`exp`.

    Examples
    --------
    >>> log(PPM), log(2 * PPM), log(367_879)
    (0, 693147, -1000001)
    """
    number, halvings = ppm * (_FINE // PPM), 0
    while 3 * number > 4 * _FINE:
        number, halvings = number // 2, halvings + 1
    while 3 * number < 2 * _FINE:
        number, halvings = number * 2, halvings - 1
    part = (number - _FINE) * _FINE // (number + _FINE)
    square = part * part // _FINE
    total, power_ = 0, part
    for odd in range(1, 2 * _TERMS, 2):
        total += power_ // odd
        power_ = power_ * square // _FINE
    return divide(2 * total + halvings * _LN2, _FINE // PPM)


def power(base: int, exponent: int) -> int:
    """Return a positive number to a power.

    Parameters
    ----------
    base : int
        Ppm, above 0.
    exponent : int
        Ppm.

    Returns
    -------
    int
        Ppm.

    References
    ----------
    As :func:`exp`.

    Examples
    --------
    A price 10 % lower at an elasticity of -3 sells 37 % more.

    >>> power(900_000, -3 * PPM)
    1371744
    """
    return exp(times(log(base), exponent))


def in_time(load: int, seats: int, patience: int) -> int:
    """Return the share of contacts that are answered in time, by Erlang C.

    Parameters
    ----------
    load : int
        Work offered, erlangs in ppm.
    seats : int
        Agents.
    patience : int
        The promised time over the mean handling time, ppm.

    Returns
    -------
    int
        Ppm; with more work than agents, 0.

    References
    ----------
    Erlang (1917).

    Examples
    --------
    Ten erlangs, 14 agents, 20 seconds at 3 minutes a call: 88.8 %.

    >>> in_time(10 * PPM, 14, 111_111)
    888350
    """
    if load <= 0:
        return PPM
    if load >= seats * PPM:
        return 0
    blocked = _FINE
    for agent in range(1, seats + 1):
        offered = load * blocked // PPM
        blocked = offered * _FINE // (agent * _FINE + offered)
    waits = blocked * _FINE // (_FINE - divide(load * (_FINE - blocked), seats * PPM))
    served = exp(-times(seats * PPM - load, patience))
    return PPM - divide(waits * served, _FINE)
