"""Visits that are no customers': robots that read the shop, and accounts paid to place orders."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator import people
from ecokit.shop.simulator.arrays import DAY, HOUR, Ints
from ecokit.shop.simulator.coming import BOT, BRUSHER, Coming
from ecokit.shop.simulator.luck import Keys, Luck, key
from ecokit.shop.simulator.world import World

PAGES_OF_A_BOT = 40  # visits of one robot in its night
ORDERS_OF_AN_ACCOUNT = 9  # orders of one paid account in its hour
USUAL_ORDERS = 0.076  # orders a visit, to size the paid ones by
SEARCH = 1  # way of those who are to make a product seem sought after
NIGHT, EVENING = (1, 4), (19, 3)  # first hour, and hours, in which they begin
GAP = {BOT: 40, BRUSHER: 150}  # seconds between two of their visits


def visits(world: World, first: int, last: int, visitors: int) -> Coming:
    """Draw the visits of robots and paid accounts on the days from `first` to `last`."""
    effect, rate = truth(), world.rate
    bots = rate * effect["bot_share"] / PAGES_OF_A_BOT
    paid = rate * effect["brushed_share"] * USUAL_ORDERS / ORDERS_OF_AN_ACCOUNT
    luck, day = world.luck, np.arange(first, last)
    counts = [luck.poisson("day.machines", mean, day, role) for mean, role in _roles(bots, paid)]
    role = np.repeat([BOT, BRUSHER], [counts[0].sum(), counts[1].sum()])
    start = np.concatenate([np.repeat(day, count) for count in counts])
    person = key("machine", role, start, np.arange(len(role)))
    many = np.where(role == BOT, PAGES_OF_A_BOT, ORDERS_OF_AN_ACCOUNT)
    size = 1 + luck.poisson("machine.visits", many - 1, person)
    row = np.repeat(np.arange(len(role)), size)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    return _come(world, person[row], start[row], role[row], turn, visitors + 1 + row)


def _roles(bots: float, paid: float) -> list[tuple[float, int]]:
    return [(bots, BOT), (paid, BRUSHER)]


def _come(world: World, person: Keys, day: Ints, role: Ints, turn: Ints, visitor: Ints) -> Coming:
    luck = world.luck
    hour, long = np.where(role[:, None] == BOT, NIGHT, EVENING).T
    begins = (hour + long * luck.uniform("machine.when", person)) * HOUR
    gap = np.where(role == BOT, GAP[BOT], GAP[BRUSHER])
    when = day * DAY + (begins + turn * gap).astype(np.int64)
    who = key(person, turn)
    when += luck.whole("machine.second", 0, 20, who)
    way = np.where((role == BOT) & (luck.uniform("machine.way", person) < 0.5), 0, SEARCH)
    none = np.zeros(len(who), dtype=np.int64)
    place = people.region(luck, person)
    return Coming(
        who,
        person,
        np.minimum(when, (day + 1) * DAY - 90),
        visitor,
        place,
        way,
        way,
        way,
        none,
        role,
        day * DAY,
    )


def dwell(luck: Luck, come: Coming) -> Ints:
    """Draw the seconds that a machine, or who is paid, stays."""
    machine = luck.whole("machine.dwell", 1, 4, come.key)
    return np.where(come.role == BOT, machine, luck.whole("machine.stays", 25, 70, come.key))
