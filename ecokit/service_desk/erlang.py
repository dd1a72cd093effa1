"""How many agents a desk needs: Erlang B, Erlang C, and Erlang A with customers who give up.

Contacts arrive at random (Poisson), handling and patience are exponential, agents are
alike, and whoever came first is answered first. A formula describes one stretch of time
in which arrivals and agents stay the same: take it hour by hour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaln, logsumexp

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.queues import lines

MOST_AGENTS = 10_000
"""No desk of this course has more agents, or more work; a search ends here."""

MOST_PATIENCE = 1_000_000
"""Whoever waits for so many handling times waits for ever: that is Erlang C."""


@dataclass(frozen=True)
class Desk:
    """What a desk gives in one stretch of time.

    Attributes
    ----------
    load : float
        Work offered, in erlangs: agents that would be busy if nobody waited or left.
    agents : int
        Agents who answer.
    waits : float
        Share of contacts that are not answered at once.
    service_level : float
        Share of *all* contacts answered within the target.
    mean_wait : float
        Mean seconds in the line, over all contacts, answered or not.
    abandoned : float
        Share of contacts that give up; 0 where patience has no end.
    occupancy : float
        Share of an agent's time spent with customers.
    """

    load: float
    agents: int
    waits: float
    service_level: float
    mean_wait: float
    abandoned: float
    occupancy: float


@public
def load(contacts_per_hour: float, handling_minutes: float) -> float:
    """Return the work offered, in erlangs: hours of handling that arrive in an hour.

    Parameters
    ----------
    contacts_per_hour : float
        Contacts that arrive in an hour.
    handling_minutes : float
        Minutes that an agent needs for one, with all that follows it.

    Returns
    -------
    float
        Erlangs. Sixty contacts an hour of one minute are one erlang, not sixty.

    Raises
    ------
    CourseError
        A number is not finite or negative, or handling takes no time.

    References
    ----------
    Erlang (1917), after whom the unit is named.

    Examples
    --------
    >>> load(200, 3)
    10.0
    >>> load(200, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: handling_minutes is 0. Give a number above 0.
    """
    contacts = numbers.number("contacts_per_hour", contacts_per_hour, low=0)
    return contacts * numbers.positive("handling_minutes", handling_minutes) / 60


@public
def erlang_b(erlangs: float, agents: int) -> float:
    """Return the share of contacts that find every agent busy and leave at once (Erlang B).

    Parameters
    ----------
    erlangs : float
        Work offered.
    agents : int
        Agents, 0 or more.

    Returns
    -------
    float
        Share from 0 to 1, by the recursion B_0 = 1, B_k = A B / (k + A B), which is stable.

    Raises
    ------
    CourseError
        A number is negative or not finite.

    References
    ----------
    Erlang (1917); the recursion is a standard one.

    Examples
    --------
    >>> round(erlang_b(10, 14), 6)
    0.056819
    >>> erlang_b(-1, 14)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: erlangs is -1. Give a number, 0 or more.
    """
    offered = numbers.number("erlangs", erlangs, low=0)
    return lines.blocked(offered, numbers.count("agents", agents, 0, MOST_AGENTS))


@public
def erlang_c(erlangs: float, agents: int) -> float:
    """Return the share of contacts that must wait, if nobody ever gives up (Erlang C).

    Parameters
    ----------
    erlangs : float
        Work offered; less than `agents`, or the line never stops growing.
    agents : int
        Agents, 1 or more.

    Returns
    -------
    float
        Share from 0 to 1.

    Raises
    ------
    CourseError
        As many erlangs as agents, or more.

    References
    ----------
    Erlang (1917); the value is that of the package pyworkforce.

    Examples
    --------
    >>> erlang_c(10, 14)
    0.174131933595...
    >>> erlang_c(10, 10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 10 erlangs of work for 10 agents: the line never stops growing. ...
    """
    offered = numbers.number("erlangs", erlangs, low=0)
    size = numbers.count("agents", agents, 1, MOST_AGENTS)
    if size <= offered:
        message = _(
            "{erlangs:g} erlangs of work for {agents} agents: the line never stops growing. "
            "Give more agents than erlangs, or a patience after which customers give up."
        )
        raise CourseError(message.format(erlangs=offered, agents=size))
    return lines.waiting(offered, size)


@public
def desk(
    contacts_per_hour: float,
    handling_minutes: float,
    agents: int,
    patience_minutes: float | None = None,
    target_seconds: float = 60,
) -> Desk:
    """Tell what a desk gives: Erlang C, or Erlang A where customers give up.

    Parameters
    ----------
    contacts_per_hour : float
        Contacts that arrive in an hour.
    handling_minutes : float
        Mean minutes that an agent needs for one.
    agents : int
        Agents who answer, 1 or more.
    patience_minutes : float, optional
        Mean minutes after which a waiting customer gives up. Default: never (Erlang C).
    target_seconds : float
        An answer within so many seconds is in time.

    Returns
    -------
    Desk
        With ``load`` (erlangs), ``agents``, ``waits`` (share not answered at once),
        ``service_level`` (share of all contacts answered in time), ``mean_wait`` (seconds, over
        all contacts), ``abandoned`` (share that gives up), ``occupancy`` (share of an agent's
        time spent with customers).

    Raises
    ------
    CourseError
        A number makes no sense, or without a patience the line would never stop growing.

    References
    ----------
    Erlang (1917); Garnett, Mandelbaum and Reiman (2002); building blocks of
    M/M/n+G: Zeltyn and Mandelbaum (2005).

    Examples
    --------
    >>> patient = desk(200, 3, 14, target_seconds=20)
    >>> round(patient.service_level, 6), round(patient.mean_wait, 3)
    (0.88835, 7.836)
    >>> impatient = desk(200, 3, 13, patience_minutes=5, target_seconds=20)
    >>> round(impatient.service_level, 3), round(impatient.abandoned, 3)
    (0.858, 0.025)
    >>> desk(200, 3, 9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 10 erlangs of work for 9 agents: the line never stops growing. ...
    """
    erlangs = load(contacts_per_hour, handling_minutes)
    size = numbers.count("agents", agents, 1, MOST_AGENTS)
    handling = numbers.positive("handling_minutes", handling_minutes)
    target = numbers.number("target_seconds", target_seconds, low=0) / 60
    if patience_minutes is None:
        return _patient(erlangs, size, handling, target)
    patience = numbers.positive("patience_minutes", patience_minutes)
    if erlangs > MOST_AGENTS:
        raise CourseError(_too_much(erlangs))
    if patience > MOST_PATIENCE * handling:
        message = _(
            "patience_minutes is {minutes:g}, more than {most:,} times the handling time. "
            "Leave it out: then nobody gives up."
        )
        raise CourseError(message.format(minutes=patience, most=MOST_PATIENCE))
    return _impatient(erlangs, size, handling, patience, target)


def _patient(erlangs: float, agents: int, handling: float, target: float) -> Desk:
    """Return Erlang C; times in minutes."""
    waits = erlang_c(erlangs, agents)
    late = lines.longer_wait(erlangs, agents, target, handling)
    wait = lines.mean_wait(erlangs, agents, handling * 60)
    return Desk(erlangs, agents, waits, 1 - late, wait, 0.0, erlangs / agents)


def _impatient(
    erlangs: float, agents: int, handling: float, patience: float, target: float
) -> Desk:
    """Return Erlang A from J(0) and J(t): the integral of K(x) from t on, all in logarithms.

    K(x) = exp(arriving * patience * (1 - exp(-x / patience)) - all_busy * x).
    """
    if not erlangs:
        return Desk(0.0, agents, 0.0, 1.0, 0.0, 0.0, 0.0)
    arriving, all_busy = erlangs / handling, agents / handling
    left = math.exp(-target / patience)
    logs = np.array(
        [
            -math.log(max(lines.blocked(erlangs, agents - 1), 1e-300)),
            math.log(patience) + _log_series(arriving * patience, all_busy * patience),
            math.log(patience) + _log_series(arriving * patience * left, all_busy * patience),
            0.0,
        ]
    )
    log_still = arriving * patience * (1 - left) - all_busy * target
    logs[2] += log_still
    scale = max(logs.max(), log_still)
    free, whole, rest, one = np.exp(logs - scale)
    total = free + arriving * whole
    abandoned = min(max((one + (arriving - all_busy) * whole) / total, 0.0), 1.0)
    in_time = (free + math.exp(log_still - scale) - one + all_busy * (whole - rest)) / total
    return Desk(
        load=erlangs,
        agents=agents,
        waits=float(arriving * whole / total),
        service_level=float(min(max(in_time, 0.0), 1.0)),
        mean_wait=float(abandoned * patience * 60),
        abandoned=float(abandoned),
        occupancy=float(erlangs * (1 - abandoned) / agents),
    )


def _log_series(x: float, a: float) -> float:
    """Return log of the sum of x^k / (a (a+1) ... (a+k)), a series of the incomplete gamma."""
    if x > a:  # overload: the series is long, and the function itself is not small
        return float(x - a * math.log(x) + gammaln(a) + math.log(gammainc(a, x)))
    if not x:
        return -math.log(a)
    terms = int(math.sqrt(80 * (a + x))) + 100
    steps = np.log(x) - np.log(a + np.arange(1, terms))
    return float(logsumexp(np.r_[0.0, np.cumsum(steps)])) - math.log(a)


@public
def service_level(
    contacts_per_hour: ArrayLike,
    handling_minutes: float,
    agents: int,
    patience_minutes: float | None = None,
    target_seconds: float = 60,
) -> float:
    """Tell which share of the contacts of several hours is answered in time.

    Each hour is a desk of its own with the same agents. A full hour counts more than a quiet
    one: contacts are added up, shares are not averaged.

    Parameters
    ----------
    contacts_per_hour : array of float
        Contacts of each hour, not all of them 0.
    handling_minutes : float
        Mean minutes that an agent needs for one.
    agents : int
        Agents who answer in each hour, 1 or more.
    patience_minutes : float, optional
        Mean minutes after which a waiting customer gives up. Default: never (Erlang C).
    target_seconds : float
        An answer within so many seconds is in time.

    Returns
    -------
    float
        Contacts answered in time over all contacts, 0 to 1.

    Raises
    ------
    CourseError
        No contact comes, or a number makes no sense.

    References
    ----------
    Slide 3 (answered in time); the formulas of :func:`desk`, hour by hour.

    Examples
    --------
    >>> alone, full = desk(2, 6, 1, 6), desk(8, 6, 1, 6)
    >>> round(alone.service_level, 3), round(full.service_level, 3)
    (0.842, 0.503)
    >>> round(service_level([2, 8], 6, 1, 6), 3)
    0.571
    >>> service_level([0, 0], 6, 1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No contact comes in these hours. Take hours with contacts.
    """
    rates = np.atleast_1d(numbers.array("contacts_per_hour", contacts_per_hour, low=0))
    if not rates.sum() > 0:
        raise CourseError(_("No contact comes in these hours. Take hours with contacts."))
    levels = [
        desk(float(rate), handling_minutes, agents, patience_minutes, target_seconds).service_level
        for rate in rates.ravel()
    ]
    return float(np.average(levels, weights=rates.ravel()))


@public
def agents_needed(
    contacts_per_hour: float,
    handling_minutes: float,
    service_level: float = 0.8,
    target_seconds: float = 60,
    patience_minutes: float | None = None,
    most_abandoned: float = 1.0,
    most_occupied: float = 1.0,
) -> Desk:
    """Find the smallest desk that meets a target.

    Parameters
    ----------
    contacts_per_hour, handling_minutes, target_seconds, patience_minutes : float
        See :func:`desk`.
    service_level : float
        Share of contacts to answer in time, above 0 and below 1.
    most_abandoned, most_occupied : float
        Further limits, as shares: contacts that give up, and how busy agents may be.

    Returns
    -------
    Desk
        The smallest desk that meets all three; see :func:`desk`. Its agents are people in
        their seats: see :func:`positions` for how many to employ.

    Raises
    ------
    CourseError
        A limit that no number of agents can meet.

    References
    ----------
    As in :func:`desk`; the desk of 14 agents is the worked example of the package pyworkforce.

    Examples
    --------
    >>> agents_needed(200, 3, 0.8, target_seconds=20).agents
    14
    >>> agents_needed(200, 3, 0.8, target_seconds=20, patience_minutes=5).agents
    13
    >>> agents_needed(200, 3, 80)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: service_level is 80. Give a share above 0 and below 1; write 45 % ...
    """
    level = numbers.inner_share("service_level", service_level)
    gone = numbers.share("most_abandoned", most_abandoned, zero=False)
    busy = numbers.share("most_occupied", most_occupied, zero=False)
    erlangs = load(contacts_per_hour, handling_minutes)

    def meets(agents: int) -> bool:
        found = desk(contacts_per_hour, handling_minutes, agents, patience_minutes, target_seconds)
        return found.service_level >= level and found.abandoned <= gone and found.occupancy <= busy

    fewest = min(math.floor(erlangs), MOST_AGENTS) + 1 if patience_minutes is None else 1
    size = lines.fewest(meets, fewest, MOST_AGENTS)
    if size is None:
        raise CourseError(_too_much(erlangs))
    return desk(contacts_per_hour, handling_minutes, size, patience_minutes, target_seconds)


def _too_much(erlangs: float) -> str:
    return _(
        "{erlangs:g} erlangs need more than {most:,} agents. Look at the numbers again."
    ).format(erlangs=erlangs, most=MOST_AGENTS)


@public
def positions(agents: float, shrinkage: float) -> int:
    """Return how many people to roster so that `agents` are in their seats.

    Parameters
    ----------
    agents : float
        People needed in their seats.
    shrinkage : float
        Share of paid time in which they are not: breaks, training, illness, leave.

    Returns
    -------
    int
        agents / (1 - shrinkage), rounded up. Of 20 people 30 % are away: 14 are there.
        Adding 30 % to 14 gives 18.2, of whom fewer than 13 are there.

    Raises
    ------
    CourseError
        Shrinkage is no share below 1.

    References
    ----------
    The rule of workforce management; the value is that of the package pyworkforce.

    Examples
    --------
    >>> positions(14, 0.3)
    20
    >>> positions(14, 30)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: shrinkage is 30. Give a share from 0 to below 1; write 45 % as 0.45.
    """
    seated = numbers.number("agents", agents, low=0)
    return math.ceil(seated / (1 - numbers.share("shrinkage", shrinkage, one=False)) - 1e-9)
