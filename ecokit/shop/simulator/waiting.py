"""Waiting for customer service: Erlang C by the hour, with customers who give up."""

from __future__ import annotations

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
    exponential,
    seconds,
)
from ecokit.shop.simulator.traffic import HOURS
from ecokit.shop.simulator.world import World

CONTACTS_PER_VISIT = 0.085  # contacts of all kinds, planners' rule
MAX_RELIEF = 1.35  # on busy days the shop adds agents, up to this ratio


@dataclass(frozen=True)
class Waiting:
    """Contacts: when they arrived, were answered (-1: gave up) and ended, in seconds."""

    arrived: Ints
    answered: Ints
    ended: Ints


def wait_for_service(
    world: World, rng: np.random.Generator, arrived: Ints, phone: Bools
) -> Waiting:
    """Draw the wait of each contact from the Erlang C law of its hour and day."""
    effect = truth()
    handling = np.where(phone, effect["handling_minutes_phone"], effect["handling_minutes_chat"])
    day = np.minimum(arrived // DAY, world.days - 1)
    hour = arrived % DAY // HOUR
    load = _offered_load(world, day, hour)
    agents = _agents(world, day, hour)
    load = np.minimum(load, 0.97 * agents)
    waits = rng.random(len(arrived)) < erlang_c(load, agents)
    wait = exponential(rng, handling / (agents - load), len(arrived)) * waits * MINUTE
    patience = exponential(rng, effect["patience_minutes"] * MINUTE, len(arrived))
    talk = seconds(exponential(rng, handling * MINUTE, len(arrived)) + 20)
    gone = wait > patience
    answered = np.where(gone, NOTHING, arrived + np.rint(wait).astype(np.int64))
    return Waiting(arrived, answered, np.where(gone, arrived + seconds(patience), answered + talk))


def roster(world: World) -> Columns:
    """Agents on duty by day and hour, in the full-size shop."""
    day, hour = np.divmod(np.arange(world.days * 24), 24)
    return {"date": day, "hour": hour, "agents": _agents(world, day, hour).astype(np.int64)}


def _agents(world: World, day: Ints, hour: Ints) -> Floats:
    """Agents for a usual day; more on busy days, up to a limit."""
    busy = _busyness(world)[day]
    usual = _offered_load(world, day, hour) / np.maximum(busy, 1e-9)
    relief = np.minimum(np.maximum(busy, 0.8), MAX_RELIEF)
    return np.maximum(np.ceil(usual * relief / truth()["service_load"]), 2)


def erlang_c(load: Floats, agents: Floats) -> Floats:
    """Probability of waiting with `agents` agents under `load` erlangs, by the Erlang B recursion.

    Examples
    --------
    >>> round(float(erlang_c(np.array([10.0]), np.array([14.0]))[0]), 6)
    0.174132
    """
    keys = np.stack([load, agents])
    unique, back = np.unique(keys, axis=1, return_inverse=True)
    offered, servers = unique
    blocked = np.ones_like(offered)
    answer = np.ones_like(offered)
    for number in range(1, int(servers.max(initial=0)) + 1):
        blocked = offered * blocked / (number + offered * blocked)
        answer = np.where(servers == number, blocked, answer)
    waiting = answer / (1 - offered / servers * (1 - answer))
    return waiting[back.ravel()]


def _busyness(world: World) -> Floats:
    """Return the expected visits of each day over a usual day."""
    total = world.traffic.sum(axis=1)
    return np.asarray(total / np.mean(total), dtype=np.float64)


def _offered_load(world: World, day: Ints, hour: Ints) -> Floats:
    """Erlangs offered to the full-size shop in an hour."""
    a_day = world.traffic.sum(axis=1) * CONTACTS_PER_VISIT / truth()["drawn_scale"]
    a_hour = a_day[day] * (HOURS / HOURS.sum())[hour]
    return np.asarray(a_hour * truth()["handling_minutes_chat"] / 60, dtype=np.float64)
