"""Visits of a block of days: who comes, when, from where, and what they look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import machines, pagetests, people
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Floats,
    Ints,
    draw_in_rows,
    seconds,
)
from ecokit.shop.simulator.calendar import HOURS
from ecokit.shop.simulator.coming import BLOCK_DAYS, BOT, BRUSHER, DIRECT, PERSON, Coming, State
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.ways import remaining
from ecokit.shop.simulator.world import AGAIN_DAYS, AGAIN_MOST, VIEWS, World

LANDINGS = ("home", "campaign", "category", "product")
LANDING_OF_BASE = np.array([0.45, 0.0, 0.2, 0.35])
LANDING_OF_CAMPAIGN = np.array([0.0, 0.62, 0.1, 0.28])
BY_CAMPAIGN, BY_CHANNEL = 0.97, 1.03  # time that visits take, by the way
LOAD_OF_DEVICE = (1.12, 0.74, 0.95)  # time that pages take, over the mean, as the devices stand
EARLIER = 14  # days before the period whose visitors may come again in it
LOAD_SPREAD = 0.42  # from visit to visit, in logs


@dataclass(frozen=True)
class Visits:
    """Visits of a block, in order of time; times in seconds since the first day of the period.

    `come` is who came and by which way; `load` is the seconds until the first page is there.
    """

    come: Coming
    day: Ints
    channel: Ints
    campaign: Ints
    landing: Ints
    product: Ints
    pages: Ints
    dwell: Ints
    device: Ints
    load: Floats

    @property
    def key(self) -> Keys:
        """Key of each visit, for its luck."""
        return self.come.key

    @property
    def started(self) -> Ints:
        """When each began, in seconds."""
        return self.come.when


def visits_of_block(world: World, state: State, first: int) -> Visits:
    """Draw the visits of the block of days that begins with day `first`."""
    last = min(first + BLOCK_DAYS, world.days)
    if first == 0:
        _expect_chains(world, state, earlier_cells(world), -EARLIER)
    new = _expect_chains(world, state, world.cells(first, last), first)
    others = machines.visits(world, first, last, state.visitors)
    state.visitors = max(state.visitors, int(others.visitor.max(initial=0)))
    for part in (new, others):
        state.expect(world.days, part)
    nobody = new.take(np.zeros(0, dtype=np.int64))
    return look(world, Coming.joined([nobody, *state.due(first)]))


def _expect_chains(world: World, state: State, cells: Floats, first: int) -> Coming:
    """Draw new people, and keep the visits that their first ones lead to; return the first ones."""
    new = arrivals(world, cells, first)
    names = np.empty(len(new.key), dtype=np.int64)
    names[np.lexsort((new.key, new.when))] = state.visitors + 1 + np.arange(len(names))
    state.visitors += len(names)  # also those whom a way brings that is switched off
    new = remaining(world.luck, world.ways, new._replace(visitor=names))
    for wave in chains(world, new):
        state.expect(world.days, wave)
    return new


def earlier_cells(world: World) -> Floats:
    """Visits expected on the days before the period, whose chains reach into it."""
    days = mirrored(world, np.arange(-EARLIER, 0))
    return world.cells(0, int(days.max()) + 1)[days]


def mirrored(world: World, day: Ints) -> Ints:
    """Return for days before the period those that stand for them: the first ones, backward."""
    return np.minimum(np.where(day < 0, -1 - day, day), world.days - 1)


def look(world: World, come: Coming) -> Visits:
    """Draw what each visit does in the shop; ads that are off bring nobody by their own name."""
    come = come._replace(source=_unless_paused(world, come))
    who, day = come.key, come.when // DAY
    landing = _landings(world, who, come.source)
    product = _products(world, come, day, landing)
    dwell = _dwell(world, come, day, product)
    pages = np.where(product >= 0, 1 + world.luck.poisson("visit.pages", dwell / 260, who), 0)
    device = people.device(world.luck, come.person)
    return Visits(
        come=come,
        day=day,
        channel=world.ways.channel[come.source],
        campaign=np.maximum(come.source - world.channels, NOTHING),
        landing=landing,
        product=product,
        pages=pages,
        dwell=dwell,
        device=device,
        load=_load(world, who, day, device),
    )


def arrivals(world: World, cells: Floats, first: int) -> Coming:
    """Draw the first visits of new people from day `first` on, given those expected."""
    day, way = first + np.arange(len(cells))[:, None, None], world.ways.name[:, None]
    counts = world.luck.poisson("day.visits", cells, day, way, np.arange(cells.shape[2]))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    turn = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
    day, source, region = np.unravel_index(cell, counts.shape)
    day = day + first
    who = key("visit", day, world.ways.name[source], region, turn)
    none = np.zeros(len(who), dtype=np.int64)
    when = moment(world, day, who)
    return Coming(who, who, when, none, region, source, source, source, none, none + PERSON, when)


def chains(world: World, new: Coming) -> list[Coming]:
    """Draw the further visits that first visits lead to, wave after wave, all of them now."""
    waves = [new]
    while len(waves[-1].key) and len(waves) <= AGAIN_MOST:
        waves.append(_again(world, waves[-1]))
    return waves[1:]


def _again(world: World, before: Coming) -> Coming:
    """Draw who looks in again on one of the next days, and how they come."""
    luck, effect = world.luck, truth()
    keen = people.keen(luck, before.person)
    chance = np.where(keen, effect["keen_again"], effect["other_again"])
    before = before.take(luck.uniform("visit.again", before.key) < chance)
    who = key("again", before.key)
    day = before.when // DAY + 1 + luck.pick("again.day", AGAIN_DAYS, who)
    inside = day < world.days
    before, who, day = before.take(inside), who[inside], day[inside]
    source = _next_ways(world, before, who, day)
    come = before._replace(
        key=who, when=moment(world, day, who), drawn=source, source=source, turn=before.turn + 1
    )
    return remaining(luck, world.ways, come)


def _next_ways(world: World, before: Coming, who: Keys, day: Ints) -> Ints:
    """Draw by which way people look in again.

    Some come by the same channel, some by any way as people do for the first time, the others by a
    channel that they choose. The campaigns of a channel have the parts that they have among its
    first visits of the day.
    """
    if not len(who):
        return np.zeros(0, dtype=np.int64)
    shares = np.array([float(row["again_share"]) for row in read("channels")])
    channel = world.luck.pick("again.channel", shares, who)
    kind, same = world.luck.uniform("again.kind", who), truth()["same_channel"]
    channel = np.where(kind < same + truth()["any_way"], world.channels, channel)
    channel = np.where(kind < same, world.ways.channel[before.drawn], channel)
    return _within(world, channel, mirrored(world, day), before.region, who)


def _within(world: World, channel: Ints, day: Ints, region: Ints, who: Keys) -> Ints:
    """Draw a way of each channel, or of all, by the first visits of a day and a region.

    The ways stand in the order of their channels on one line a day and region, as long as their
    visits; a channel is a part of the line.
    """
    first = int(day.min())
    order = np.argsort(world.ways.channel, kind="stable")
    cells = world.cells(first, int(day.max()) + 1).transpose(0, 2, 1)[:, :, order]
    line = np.cumsum(cells.reshape(-1, len(order)), axis=1)
    ends = np.searchsorted(world.ways.channel[order], np.arange(world.channels), side="right")
    marks = np.hstack([np.zeros((len(line), 1)), line[:, ends - 1]]) / line[:, -1:]
    row = (day - first) * cells.shape[1] + region
    every = channel == world.channels
    low = np.where(every, 0.0, marks[row, np.where(every, 0, channel)])
    high = np.where(every, 1.0, marks[row, np.where(every, 0, channel) + 1])
    at = low + world.luck.uniform("again.way", who) * (high - low)
    edges = (line / line[:, -1:] + np.arange(len(line))[:, None]).ravel()
    found = np.searchsorted(edges, at + row, side="right") - row * len(order)
    return order[np.clip(found, 0, len(order) - 1)]


def _unless_paused(world: World, come: Coming) -> Ints:
    """Return the ways that visits take: where ads are off, who remembers them comes directly.

    Campaigns go on.
    """
    week = world.year.week[come.when // DAY]
    paused = world.media.paused[week, world.ways.channel[come.source], come.region]
    return np.where(paused & (come.source < world.channels), DIRECT, come.source)


def moment(world: World, day: Ints, who: Keys) -> Ints:
    """Draw a moment of the day by the hours at which people visit."""
    hour = world.luck.pick("visit.hour", HOURS, who)
    when = day * DAY + hour * HOUR + world.luck.whole("visit.second", 0, HOUR, who)
    return np.minimum(when, (day + 1) * DAY - 2)  # an order needs a second


def _landings(world: World, who: Keys, source: Ints) -> Ints:
    weights = np.vstack([LANDING_OF_BASE, LANDING_OF_CAMPAIGN])
    chance = world.luck.uniform("visit.landing", who)
    return draw_in_rows(chance, weights, (source >= world.channels).astype(np.int64))


def _products(world: World, come: Coming, day: Ints, landing: Ints) -> Ints:
    """Draw the product looked at longest: the category by the way, then by appeal.

    Machines look at none, and who is paid for orders always at the same cheap one.
    """
    goods, luck = world.catalogue, world.luck
    kinds = world.mix.shape[1]
    paid = come.role == BRUSHER
    who = np.where(paid, come.person, come.key)
    category = draw_in_rows(luck.uniform("visit.category", who), world.mix, come.drawn)
    category = np.where(paid, kinds - 1, category)
    first = int(day.min()) if len(day) else 0
    block = goods.appeal[first : int(day.max(initial=0)) + 1]
    weights = block[:, None, :] * (goods.category == np.arange(kinds)[:, None])
    cells = weights.reshape(-1, len(goods.category))
    chance = luck.uniform("visit.product", who)
    product = draw_in_rows(chance, cells, (day - first) * kinds + category)
    looks = np.array([VIEWS[name] for name in LANDINGS])[landing]
    looks = np.where(paid, 1.0, np.where(come.role == BOT, 0.0, looks))
    return np.where(luck.uniform("visit.looks", come.key) < looks, product, NOTHING)


def _dwell(world: World, come: Coming, day: Ints, product: Ints) -> Ints:
    """Seconds in the shop: two exponential parts, longer with a product, longer on better pages."""
    usual = np.where(come.source >= world.channels, BY_CAMPAIGN, BY_CHANNEL)
    factor = np.where(product >= 0, 1.11, 0.57) * usual
    parts = [world.luck.exponential("visit.dwell", 0.5, come.key, part) for part in (1, 2)]
    factor = factor * people.pace(world.luck, come.person) * pagetests.effect(world, come, "dwell")
    mean = truth()["dwell_mean"] * factor * world.dwell[day]
    dwell = np.clip(seconds(sum(parts) * mean), 5, 5_400)
    return np.where(come.role >= BOT, machines.dwell(world.luck, come), dwell)


def _load(world: World, who: Keys, day: Ints, device: Ints) -> Floats:
    """Draw seconds until the first page is there, to a tenth."""
    usual = truth()["load_seconds"] * np.array(LOAD_OF_DEVICE)[device] * world.speed[day]
    spread = LOAD_SPREAD * world.luck.normal("visit.load", who)
    return np.clip(np.rint(10 * usual * np.exp(spread)) / 10, 0.2, 20.0)
