"""Waiting for customer service: the Erlang A law of each hour, and who is on duty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Bools,
    Columns,
    Floats,
    Ints,
    seconds,
)
from ecokit.shop.simulator.calendar import HOURS
from ecokit.shop.simulator.luck import Keys
from ecokit.shop.simulator.world import RETURNING, World

CHATS = 0.060  # chats before an order, a visit
LATER = 0.0228  # contacts about orders and repeated contacts, a visit; they come by day
BY_PHONE = 0.058  # share of contacts that are calls
OPEN = (9, 22)  # hours in which customers write or call about what they asked or bought before
LAG = 4  # days over which those contacts follow the visits
MAX_RELIEF = 1.05  # on busy days the shop adds agents, up to this ratio
POINTS = 400  # of the table of a law
NEGLIGIBLE = 30.0  # log of the density over its peak at the ends of the table


@dataclass(frozen=True)
class Waiting:
    """Contacts: when they arrived, were answered (-1: gave up) and ended, in seconds."""

    arrived: Ints
    answered: Ints
    ended: Ints


def wait_for_service(world: World, who: Keys, arrived: Ints, phone: Bools) -> Waiting:
    """Draw the wait of each contact from the Erlang A law of its hour and day."""
    effect, luck = truth(), world.luck
    slot, back = np.unique(np.minimum(arrived, world.days * DAY - 1) // HOUR, return_inverse=True)
    day, hour = slot // 24, slot % 24
    law = offered_waits(arrivals(world, day, hour) / 60, agents(world, day, hour))
    wait = drawn(law, luck.uniform("contact.wait", who), back) * MINUTE
    patience = luck.exponential("contact.patience", effect["patience_minutes"] * MINUTE, who)
    handling = np.where(phone, effect["handling_minutes_phone"], effect["handling_minutes_chat"])
    talk = seconds(luck.exponential("contact.talk", handling * MINUTE, who))
    gone = wait > patience
    answered = np.where(gone, NOTHING, arrived + np.rint(wait).astype(np.int64))
    return Waiting(arrived, answered, np.where(gone, arrived + seconds(patience), answered + talk))


def offered_waits(rate: Floats, servers: Ints) -> tuple[Floats, Floats]:
    """Tabulate the law of the offered wait in an M/M/n+M queue (Erlang A).

    The offered wait is how long a customer of endless patience would wait. It is 0 with some
    probability, and has the density ``rate * p * exp(rate/theta (1 - exp(-theta x)) - n mu x)``
    beyond, where p is the probability of n - 1 customers in the system (Baccelli and Hebuterne
    1981; Zeltyn and Mandelbaum 2005).

    Parameters
    ----------
    rate : array of float
        Arrivals a minute.
    servers : array of int
        Agents, one entry for each rate.

    Returns
    -------
    tuple of arrays
        Waits in minutes and the probabilities of waiting at most so long; a row for each rate.

    Examples
    --------
    >>> waits, probability = offered_waits(np.array([2.0]), np.array([10]))
    >>> round(float(probability[0, 0]), 3)
    0.261
    """
    rate = np.maximum(rate, 1e-9)
    mu, theta = 1 / handling_minutes(), 1 / truth()["patience_minutes"]

    def log_density(wait: Floats) -> Floats:
        growth: Floats = rate / theta * -np.expm1(-theta * wait) - servers * mu * wait
        return growth

    peak = np.maximum(np.log(rate / (servers * mu)), 0) / theta
    top = log_density(peak)
    far = (rate / theta + NEGLIGIBLE - top) / (servers * mu)
    low = _crossing(log_density, top - NEGLIGIBLE, np.zeros_like(peak), peak)
    high = _crossing(log_density, top - NEGLIGIBLE, far, peak)
    wait = low + (high - low) * np.linspace(0, 1, POINTS)[:, None]
    density = np.exp(log_density(wait) - top)
    area = np.cumsum((density[1:] + density[:-1]) / 2 * (high - low) / (POINTS - 1), axis=0)
    area = np.vstack([np.zeros_like(peak), area])
    waiting = np.log(rate) + top + np.log(area[-1])
    odds = np.exp(np.minimum(waiting + np.log(erlang_b(rate / mu, servers - 1)), 700))
    none = 1 / (1 + odds)
    return wait.T, (none + (1 - none) * area / area[-1]).T


def _crossing(
    function: Callable[[Floats], Floats], level: Floats, out: Floats, inside: Floats
) -> Floats:
    """Bisect between `out`, where the function may lie under the level, and `inside`."""
    for _ in range(30):  # to a thousandth of a millionth of the span
        middle = (out + inside) / 2
        under = function(middle) < level
        out, inside = np.where(under, middle, out), np.where(under, inside, middle)
    return out


def drawn(law: tuple[Floats, Floats], chance: Floats, row: Ints) -> Floats:
    """Look up waits in a table of laws: for each uniform `chance` the wait in its `row`."""
    waits, probability = law
    flat = (probability + np.arange(len(probability))[:, None]).ravel()
    found = np.searchsorted(flat, chance + row, side="right")
    column = np.clip(found - row * POINTS, 1, POINTS - 1)
    before, after = probability[row, column - 1], probability[row, column]
    part = np.clip((chance - before) / np.maximum(after - before, 1e-300), 0, 1)
    wait = waits[row, column - 1] + part * (waits[row, column] - waits[row, column - 1])
    return np.where(chance <= probability[row, 0], 0.0, wait)


def erlang_b(load: Floats, servers: Ints) -> Floats:
    """Probability that all servers are busy where nobody waits, by the usual recursion.

    Examples
    --------
    >>> round(float(erlang_b(np.array([10.0]), np.array([14]))[0]), 6)
    0.056819
    """
    blocked = np.ones_like(load)
    for number in range(1, int(servers.max(initial=0)) + 1):
        more = load * blocked / (number + load * blocked)
        blocked = np.where(number <= servers, more, blocked)
    return blocked


def handling_minutes() -> float:
    """Mean length of a contact, chats and calls together."""
    chat, phone = truth()["handling_minutes_chat"], truth()["handling_minutes_phone"]
    return chat + BY_PHONE * (phone - chat)


def roster(world: World) -> Columns:
    """Agents on duty by day and hour."""
    day, hour = np.divmod(np.arange(world.days * 24), 24)
    return {"date": day, "hour": hour, "agents": agents(world, day, hour)}


def agents(world: World, day: Ints, hour: Ints) -> Ints:
    """Agents for a usual day; more on busy days, up to a limit.

    The load and so many of its square roots: small desks need more room than large ones.
    """
    planned = world.usual.visits
    busy = planned[day] / np.mean(planned)
    usual = _usual_day(float(np.mean(planned)))[hour] / 60 * handling_minutes()
    load = usual * np.minimum(np.maximum(busy, 0.8), MAX_RELIEF)
    spare = truth()["service_spare"] * np.sqrt(load)
    return np.maximum(np.ceil(load + spare), 1).astype(np.int64)


def arrivals(world: World, day: Ints, hour: Ints) -> Floats:
    """Contacts expected in an hour; later ones follow earlier visits."""
    visits = world.visits
    sums = np.cumsum(np.r_[0.0, visits])
    first = np.maximum(np.arange(world.days) - LAG + 1, 0)
    recent = (sums[1:] - sums[first]) / (np.arange(world.days) - first + 1)
    chats = CHATS * visits[day] * _of_visits()[hour]
    return np.asarray(chats + LATER * recent[day] * _by_day()[hour], dtype=np.float64)


def _usual_day(visits: float) -> Floats:
    """Contacts by hour on a day with so many visits."""
    return np.asarray(visits * (CHATS * _of_visits() + LATER * _by_day()))


def _of_visits() -> Floats:
    """Share of the day's visits by hour; customers who come back do so at any hour."""
    return np.asarray((1 - RETURNING) * HOURS / HOURS.sum() + RETURNING / len(HOURS))


def _by_day() -> Floats:
    open_hours = (np.arange(24) >= OPEN[0]) & (np.arange(24) < OPEN[1])
    return np.asarray(open_hours / open_hours.sum(), dtype=np.float64)
