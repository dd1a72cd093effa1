"""What is drawn once, before the first day; and what one block of days hands to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import DAY, Bools, Floats, Ints, seconds
from ecokit.shop.simulator.calendar import Calendar, calendar
from ecokit.shop.simulator.campaigns import Campaigns, campaigns
from ecokit.shop.simulator.catalogue import Catalogue, catalogue
from ecokit.shop.simulator.luck import Keys, Luck, key
from ecokit.shop.simulator.rivals import Rivals, rivals

HOUSE = 800.0  # visits a day of a company whose posts are those of the table
BLOCK_DAYS = 7  # no customer comes back sooner, so a block never feeds itself
BASE_TRAFFIC = 0.53  # usual visits without campaigns and returning customers, share of all visits
CONVERSION = 0.64  # scale of the conversions of the categories, so that the shop meets the deck
FOCUS = 0.6  # visits of a campaign that look at the categories it is about
RETURNING_ROOM = 0.86  # the rest is left to customers who come back
RETURNING = 0.125  # share of the visits that they turn out to be
AGAIN = 0.16 * np.array([0.45, 0.25, 0.15, 0.10, 0.05])  # who looks in again 1 to 5 days later
SAME_WAY = 0.6  # of those: by the campaign or channel that brought them, if it still runs
DIRECT = 0  # channel of those who know the address
RETURN_CHANNELS = (DIRECT, 5)  # customers come back directly, or by a message
BY_MESSAGE = 0.4
MONTHLY = ("traffic", "pages", "conversion", "messages")  # what has its luck of the month
VIEWS = {"home": 0.72, "campaign": 0.85, "category": 0.85, "product": 1.0}
USUAL_VIEWS = 0.83
EARLIER_ORDERS = 0.072  # orders a visit before the period
PAID = 0.92  # planners' rule: share of placed orders that are paid


@dataclass(frozen=True)
class World:
    """A company before its first day.

    `traffic` is visits expected by day and source (the channels without a campaign, then the
    campaigns); `forecast` is units by day and product that the planners expect; `dwell` and
    `conversion` are factors by day.
    """

    luck: Luck
    year: Calendar
    campaigns: Campaigns
    catalogue: Catalogue
    rate: float
    traffic: Floats
    planned_visits: Floats
    forecast: Floats
    mix: Floats
    dwell: Floats
    conversion: Floats
    discipline: Floats
    rivals: Rivals

    @property
    def days(self) -> int:
        """Days of the period."""
        return len(self.year.dates)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return len(read("channels"))

    @property
    def size(self) -> float:
        """How many times the usual company it is, by visits."""
        return self.rate / HOUSE

    @property
    def visits(self) -> Floats:
        """Visits expected by day: the first ones, those who look in again, returning customers."""
        new = self.traffic.sum(axis=1)
        again = np.convolve(new, np.r_[0.0, AGAIN])[: len(new)]
        return np.asarray((new + again) / (1 - RETURNING))


class Coming(NamedTuple):
    """Visits to come: key, time in seconds, visitor, source, and whether a customer comes back."""

    key: Keys
    when: Ints
    visitor: Ints
    source: Ints
    customer: Bools

    def take(self, rows: Ints | Bools) -> Coming:
        """Return the chosen rows."""
        return Coming(
            self.key[rows],
            self.when[rows],
            self.visitor[rows],
            self.source[rows],
            self.customer[rows],
        )

    @classmethod
    def joined(cls, parts: Sequence[Coming]) -> Coming:
        """Put several lists of visits to come under one another, in order of time."""
        every = Coming(
            np.concatenate([part.key for part in parts]),
            np.concatenate([part.when for part in parts]),
            np.concatenate([part.visitor for part in parts]),
            np.concatenate([part.source for part in parts]),
            np.concatenate([part.customer for part in parts]),
        )
        return every.take(np.lexsort((every.key, every.when)))


@dataclass
class State:
    """What a block of days leaves to the next: keys in use, stock, customers who will return."""

    on_hand: Ints
    on_order: Ints
    arrivals: Ints
    unit_cost: Floats
    paid_for: Floats
    visits: int = 0
    visitors: int = 0
    orders: int = 0
    purchases: int = 0
    contacts: int = 0
    complaints: int = 0
    returns: int = 0
    coming: dict[int, list[Coming]] = field(default_factory=dict)

    def expect(self, world: World, visits: Coming, now: int = -BLOCK_DAYS) -> list[Coming]:
        """Keep visits to come for the blocks they fall into; return those of the block of `now`."""
        visits = visits.take(visits.when < world.days * DAY)
        block = visits.when // DAY // BLOCK_DAYS
        for number in np.unique(block):
            self.coming.setdefault(int(number), []).append(visits.take(block == number))
        return self.due(now)

    def due(self, day: int) -> list[Coming]:
        """Take out the visits that are kept for the block of a day."""
        return self.coming.pop(day // BLOCK_DAYS, [])


def build_world(
    seed: int, start: np.datetime64, days: int, rate: float, without: Sequence[str] = ()
) -> World:
    """Draw a company: calendar, campaigns, catalogue, luck of each month, planners' forecast."""
    luck = Luck(seed)
    year = calendar(start, days)
    plan = campaigns(luck, year, rate, without)
    goods = catalogue(luck, year, plan)
    share = np.array([float(row["base_share"]) for row in read("channels")])
    base = BASE_TRAFFIC * year.factor
    scale = rate / float(np.mean(base + plan.usual.sum(axis=1)))
    month = np.arange(int(year.month[-1]) + 1)
    fortune = {name: luck.normal(f"month.{name}", month)[year.month] for name in MONTHLY}
    planned = np.hstack([base[:, None] * share, plan.planned]) * scale
    visits = base * np.exp(0.05 * fortune["traffic"])
    actual = np.hstack([visits[:, None] * share, plan.visits])
    mix = _category_mix(plan, len(share))
    effect = truth()
    return World(
        luck=luck,
        year=year,
        campaigns=plan,
        catalogue=goods,
        rate=rate,
        traffic=actual * scale * RETURNING_ROOM / (1 + AGAIN.sum()),
        planned_visits=planned.sum(axis=1),
        forecast=_forecast(planned, mix, plan, goods),
        mix=mix,
        dwell=np.exp(effect["page_quality"] * 0.5 * fortune["pages"]),
        conversion=np.exp(0.05 * fortune["conversion"]),
        discipline=np.clip(effect["touchpoint_on_time"] + 0.02 * fortune["messages"], 0.8, 0.99),
        rivals=rivals(luck, year, goods),
    )


def new_state(world: World) -> State:
    """Return the state before the first day: stock, and earlier customers who will return."""
    goods = world.catalogue
    first = world.forecast[: min(9, world.days)].sum(axis=0)
    on_hand = np.where(goods.launched <= 0, np.ceil(first + np.sqrt(first)), 0).astype(np.int64)
    room = np.zeros((world.days + 60, len(goods.names)), dtype=np.int64)
    state = State(
        on_hand=on_hand,
        on_order=np.zeros_like(on_hand),
        arrivals=room,
        unit_cost=goods.cost.copy(),
        paid_for=np.zeros(room.shape),
    )
    earlier = _earlier_customers(world)
    state.visitors = len(earlier.key)
    state.expect(world, earlier)
    return state


def _earlier_customers(world: World) -> Coming:
    """Draw the visits of people who bought before the period and come back in it."""
    luck, mean = world.luck, truth()["repeat_delay_mean"]
    expected = world.rate * EARLIER_ORDERS * truth()["repeat_visits"] * mean
    who = key("earlier", np.arange(int(luck.poisson("earlier.count", expected))))
    when = seconds(luck.exponential("earlier.when", mean * DAY, who))
    return back(luck, who, when, 1 + np.arange(len(who)))


def back(luck: Luck, who: Keys, when: Ints, visitor: Ints) -> Coming:
    """Return visits of customers who come back: directly, or by a message."""
    by_message = luck.uniform("back.by_message", who) < BY_MESSAGE
    source = np.array(RETURN_CHANNELS)[by_message.astype(np.int64)]
    return Coming(who, when, visitor, source, np.ones(len(who), dtype=bool))


def _category_mix(plan: Campaigns, channels: int) -> Floats:
    """Return what the visits of each source look at, sources by categories."""
    usual = np.array([float(row["visit_share"]) for row in read("categories")])
    mix = np.tile(usual / usual.sum(), (channels + len(plan), 1))
    for number in range(len(plan)):
        named = plan.focus[number]
        if 0 < named.sum() < len(named):
            mix[channels + number] *= 1 - FOCUS
            mix[channels + number] += FOCUS * named * usual / (named * usual).sum()
    return mix


def expected_views(world: World, traffic: Floats) -> Floats:
    """Visits by day and product that look at it, for visits by day and source."""
    return traffic @ world.mix * USUAL_VIEWS @ _members(world.catalogue) * _shares(world.catalogue)


def _members(goods: Catalogue) -> Floats:
    """Return 1 where a product (column) belongs to a category (row)."""
    return (goods.category == np.arange(len(read("categories")))[:, None]).astype(np.float64)


def _shares(goods: Catalogue) -> Floats:
    """Each product's share of the views of its category, days by products."""
    totals = np.zeros((len(goods.appeal), len(read("categories"))))
    np.add.at(totals.T, goods.category, goods.appeal.T)
    return np.divide(
        goods.appeal,
        totals[:, goods.category],
        out=np.zeros_like(goods.appeal),
        where=goods.appeal > 0,
    )


def _forecast(planned: Floats, mix: Floats, plan: Campaigns, goods: Catalogue) -> Floats:
    """Units that the planners expect by day and product: planned visits times usual conversion."""
    factor = np.r_[
        np.ones(len(planned[0]) - len(plan)), np.full(len(plan), truth()["campaign_conversion"])
    ]
    views = (planned * factor) @ mix * USUAL_VIEWS * CONVERSION * PAID * 1.08
    share = _shares(goods)
    pull = (goods.price / goods.list_price) ** goods.elasticity
    units = views[:, goods.category] * share * goods.conversion * pull
    extra = goods.category == len(read("categories")) - 1
    attached = units[:, ~extra].sum(axis=1) * truth()["accessory_attach"]
    units[:, extra] += attached[:, None] * share[:, extra]
    return np.asarray(units * 1.05, dtype=np.float64)
