"""Visits of a block of days: who comes, when, from where, and what they look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Bools,
    Ints,
    draw_in_rows,
    seconds,
)
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.world import (
    AGAIN,
    BLOCK_DAYS,
    DIRECT,
    SAME_WAY,
    VIEWS,
    Coming,
    State,
    World,
)

# Visits by hour of the day, 0 to 23: lunch and the evening.
HOURS = np.array(
    [2, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 5, 6, 6, 6.5, 6, 5.5, 5.5, 5.5, 5, 5, 6, 8, 9, 7.5, 4.5]
)
LANDINGS = ("home", "campaign", "category", "product")
LANDING_OF_BASE = np.array([0.45, 0.0, 0.2, 0.35])
LANDING_OF_CAMPAIGN = np.array([0.0, 0.62, 0.1, 0.28])


@dataclass(frozen=True)
class Visits:
    """Visits of a block, in order of time; times in seconds since the first day of the period.

    `key` is for their luck; `customer` is True for somebody who bought here before.
    """

    key: Keys
    started: Ints
    day: Ints
    visitor: Ints
    customer: Bools
    source: Ints
    channel: Ints
    campaign: Ints
    landing: Ints
    product: Ints
    pages: Ints
    dwell: Ints


def visits_of_block(world: World, state: State, first: int) -> Visits:
    """Draw the visits of the block of days that begins with day `first`."""
    new = _new(world, state, first)
    again = _again(world, new)
    come = Coming.joined([new, *state.due(first), *state.expect(world, again, now=first)])
    who, started, source, day = come.key, come.when, come.source, come.when // DAY
    landing = _landings(world, who, source)
    product = _products(world, who, day, source, landing)
    dwell = _dwell(world, who, day, product, source)
    pages = np.where(product >= 0, 1 + world.luck.poisson("visit.pages", dwell / 260, who), 0)
    channel = np.r_[np.arange(world.channels), world.campaigns.channel][source]
    return Visits(
        key=who,
        started=started,
        day=day,
        visitor=come.visitor,
        customer=come.customer,
        source=source,
        channel=channel,
        campaign=np.maximum(source - world.channels, NOTHING),
        landing=landing,
        product=product,
        pages=pages,
        dwell=dwell,
    )


def _new(world: World, state: State, first: int) -> Coming:
    """Draw the visits of people who come for the first time, and give them their names."""
    last = min(first + BLOCK_DAYS, world.days)
    day, source = np.arange(first, last)[:, None], np.arange(world.traffic.shape[1])
    names = np.r_[source[: world.channels], 1_000 + world.campaigns.number]
    counts = world.luck.poisson("day.visits", world.traffic[first:last], day, names)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    turn = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
    source = cell % counts.shape[1]
    day = cell // counts.shape[1] + first
    who = key("visit", day, names[source], turn)
    when = _moment(world, day, who)
    order = np.lexsort((who, when))
    visitor = np.empty(len(order), dtype=np.int64)
    visitor[order] = state.visitors + 1 + np.arange(len(order))
    state.visitors += len(order)
    return Coming(who, when, visitor, source, np.zeros(len(who), dtype=bool))


def _again(world: World, new: Coming) -> Coming:
    """Draw who looks in again on one of the next days.

    Some take the way by which they came, if it is still there; the others know the address now.
    """
    luck = world.luck
    rows = np.flatnonzero(luck.uniform("visit.again", new.key) < AGAIN.sum())
    who = key("again", new.key[rows])
    day = new.when[rows] // DAY + 1 + luck.pick("visit.again_day", AGAIN, who)
    open_way = world.traffic[np.minimum(day, world.days - 1), new.source[rows]] > 0
    same = open_way & (luck.uniform("visit.again_way", who) < SAME_WAY)
    source = np.where(same, new.source[rows], DIRECT)
    when = _moment(world, day, who)
    return Coming(who, when, new.visitor[rows], source, np.zeros(len(rows), dtype=bool))


def _moment(world: World, day: Ints, who: Keys) -> Ints:
    """Draw a moment of the day by the hours at which people visit."""
    hour = world.luck.pick("visit.hour", HOURS, who)
    when = day * DAY + hour * HOUR + world.luck.whole("visit.second", 0, HOUR, who)
    return np.minimum(when, (day + 1) * DAY - 2)  # an order needs a second


def _landings(world: World, who: Keys, source: Ints) -> Ints:
    weights = np.vstack([LANDING_OF_BASE, LANDING_OF_CAMPAIGN])
    chance = world.luck.uniform("visit.landing", who)
    return draw_in_rows(chance, weights, (source >= world.channels).astype(np.int64))


def _products(world: World, who: Keys, day: Ints, source: Ints, landing: Ints) -> Ints:
    """Draw the product looked at longest: the category by the source, then by appeal."""
    goods, luck = world.catalogue, world.luck
    kinds = world.mix.shape[1]
    category = draw_in_rows(luck.uniform("visit.category", who), world.mix, source)
    first = int(day.min()) if len(day) else 0
    block = goods.appeal[first : first + BLOCK_DAYS]
    weights = block[:, None, :] * (goods.category == np.arange(kinds)[:, None])
    cells = weights.reshape(-1, len(goods.category))
    chance = luck.uniform("visit.product", who)
    product = draw_in_rows(chance, cells, (day - first) * kinds + category)
    looks = np.array([VIEWS[name] for name in LANDINGS])[landing]
    return np.where(luck.uniform("visit.looks", who) < looks, product, NOTHING)


def _dwell(world: World, who: Keys, day: Ints, product: Ints, source: Ints) -> Ints:
    """Seconds in the shop: two exponential parts, longer with a product, longer on better pages."""
    factor = np.where(product >= 0, 1.09, 0.56) * np.where(source >= world.channels, 0.97, 1.03)
    parts = [world.luck.exponential("visit.dwell", 0.5, who, part) for part in (1, 2)]
    mean = truth()["dwell_mean"] * factor * world.dwell[day]
    return np.clip(seconds(sum(parts) * mean), 5, 5_400)
