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
    Floats,
    Ints,
    draw,
    draw_in_rows,
    seconds,
)
from ecokit.shop.simulator.world import BLOCK_DAYS, VIEWS, State, World

# Visits by hour of the day, 0 to 23: lunch and the evening.
HOURS = np.array(
    [2, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 5, 6, 6, 6.5, 6, 5.5, 5.5, 5.5, 5, 5, 6, 8, 9, 7.5, 4.5]
)
LANDINGS = ("home", "campaign", "category", "product")
LANDING_OF_BASE = np.array([0.45, 0.0, 0.2, 0.35])
LANDING_OF_CAMPAIGN = np.array([0.0, 0.62, 0.1, 0.28])
SECOND_SESSION = 0.15  # visits by somebody who was here before in the same week
RETURN_CHANNELS = (0, 5)  # customers come back directly, or by a message


@dataclass(frozen=True)
class Visits:
    """Visits of a block, in order of time; times in seconds since the first day of the period."""

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


def visits_of_block(world: World, state: State, rng: np.random.Generator, first: int) -> Visits:
    """Draw the visits of the block of days that begins with day `first`."""
    last = min(first + BLOCK_DAYS, world.days)
    counts = rng.poisson(world.traffic[first:last])
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    day = cell // counts.shape[1] + first
    source = cell % counts.shape[1]
    started = day * DAY + draw(rng, HOURS, len(day)) * HOUR + rng.integers(0, HOUR, len(day))
    back, who = _returning(state, first)
    started = np.r_[started, back]
    started = np.minimum(started, (started // DAY + 1) * DAY - 2)  # an order needs a second
    by_message = (rng.random(len(back)) < 0.4).astype(np.int64)
    source = np.r_[source, np.array(RETURN_CHANNELS)[by_message]]
    visitor = np.r_[np.zeros(len(cell), dtype=np.int64), who]
    order = np.argsort(started, kind="stable")
    started, source, visitor = started[order], source[order], visitor[order]
    customer = visitor > 0
    _name_visitors(state, rng, visitor)
    landing = _landings(world, rng, source)
    product = _products(world, rng, started // DAY, source, landing)
    dwell = _dwell(world, rng, started // DAY, product, source)
    pages = np.where(product >= 0, 1 + rng.poisson(dwell / 260), 0)
    campaign = source - world.channels
    channel = np.r_[np.arange(world.channels), world.campaigns.channel][source]
    return Visits(
        started=started,
        day=started // DAY,
        visitor=visitor,
        customer=customer,
        source=source,
        channel=channel,
        campaign=np.maximum(campaign, NOTHING),
        landing=landing,
        product=product,
        pages=pages,
        dwell=dwell,
    )


def _returning(state: State, first: int) -> tuple[Ints, Ints]:
    """Return times and names of the customers who come back in this block."""
    due = state.coming.pop(first // BLOCK_DAYS, [])
    empty = np.zeros(0, dtype=np.int64)
    times = np.concatenate([empty, *(times for times, _ in due)])
    return times, np.concatenate([empty, *(who for _, who in due)])


def _name_visitors(state: State, rng: np.random.Generator, visitor: Ints) -> None:
    """Give each visit without a name a new visitor, or one who was here earlier in the block."""
    chance = rng.random(len(visitor))
    unnamed = visitor == 0
    new = unnamed & (chance >= SECOND_SESSION)
    earlier = np.cumsum(new)
    new |= unnamed & (earlier == 0)
    earlier = np.cumsum(new)
    visitor[new] = state.visitors + earlier[new]
    again = unnamed & ~new
    visitor[again] = (
        state.visitors + 1 + (rng.random(again.sum()) * earlier[again]).astype(np.int64)
    )
    state.visitors += int(new.sum())


def _landings(world: World, rng: np.random.Generator, source: Ints) -> Ints:
    weights = np.vstack([LANDING_OF_BASE, LANDING_OF_CAMPAIGN])
    return draw_in_rows(
        rng.random(len(source)), weights, (source >= world.channels).astype(np.int64)
    )


def _products(
    world: World, rng: np.random.Generator, day: Ints, source: Ints, landing: Ints
) -> Ints:
    """Draw the product looked at longest: the category by the source, then by appeal."""
    goods = world.catalogue
    kinds = world.mix.shape[1]
    category = draw_in_rows(rng.random(len(source)), world.mix, source)
    first = int(day.min()) if len(day) else 0
    block = goods.appeal[first : first + BLOCK_DAYS]
    weights = block[:, None, :] * (goods.category == np.arange(kinds)[:, None])
    cells = weights.reshape(-1, len(goods.category))
    product = draw_in_rows(rng.random(len(day)), cells, (day - first) * kinds + category)
    seen = rng.random(len(day)) < np.array([VIEWS[name] for name in LANDINGS])[landing]
    return np.where(seen, product, NOTHING)


def _dwell(world: World, rng: np.random.Generator, day: Ints, product: Ints, source: Ints) -> Ints:
    """Seconds in the shop: two exponential parts, longer with a product, longer on better pages."""
    factor = np.where(product >= 0, 1.09, 0.56) * np.where(source >= world.channels, 0.97, 1.03)
    shape: Floats = rng.standard_exponential((2, len(day))).sum(axis=0) / 2
    mean = truth()["dwell_mean"] * factor * world.dwell[day]
    return np.clip(seconds(shape * mean), 5, 5_400)
