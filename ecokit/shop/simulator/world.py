"""What is drawn once, before the first day; and what one block of days hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import DAY, Floats, Ints, exponential, seconds
from ecokit.shop.simulator.calendar import Calendar, calendar
from ecokit.shop.simulator.campaigns import Campaigns, campaigns
from ecokit.shop.simulator.catalogue import Catalogue, catalogue
from ecokit.shop.simulator.rivals import Rivals, rivals

BLOCK_DAYS = 7  # no customer comes back sooner, so a block never feeds itself
BASE_TRAFFIC = 0.60  # usual visits without campaigns and returning customers, share of all visits
CONVERSION = 0.615  # scale of the conversions of the categories, so that the shop meets the deck
FOCUS = 0.6  # visits of a campaign that look at the categories it is about
RETURNING_ROOM = 0.86  # the rest of the visits are customers who come back
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


@dataclass
class State:
    """What a block of days leaves to the next: keys in use, stock, customers who will return."""

    on_hand: Ints
    on_order: Ints
    arrivals: Ints
    visits: int = 0
    visitors: int = 0
    orders: int = 0
    purchases: int = 0
    contacts: int = 0
    complaints: int = 0
    returns: int = 0
    coming: dict[int, list[tuple[Ints, Ints]]] = field(default_factory=dict)

    def expect(self, world: World, when: Ints, who: Ints) -> None:
        """Keep visits to come (times in seconds, visitors) for the blocks they fall into."""
        inside = when < world.days * DAY
        when, who = when[inside], who[inside]
        block = when // DAY // BLOCK_DAYS
        self.visitors = max(self.visitors, int(who.max(initial=0)))
        for number in np.unique(block):
            chosen = block == number
            self.coming.setdefault(int(number), []).append((when[chosen], who[chosen]))


def build_world(
    seed: np.random.SeedSequence, start: np.datetime64, days: int, rate: float
) -> World:
    """Draw a company: calendar, campaigns, catalogue, luck of each month, planners' forecast."""
    campaign_rng, product_rng, luck_rng, side_rng, rival_rng = (
        np.random.default_rng(child) for child in seed.spawn(5)
    )
    year = calendar(start, days)
    plan = campaigns(campaign_rng, year, rate)
    goods = catalogue(product_rng, side_rng, year, plan)
    share = np.array([float(row["base_share"]) for row in read("channels")])
    base = BASE_TRAFFIC * year.factor
    scale = rate / float(np.mean(base + plan.planned.sum(axis=1)))
    months = int(year.month[-1]) + 1
    luck = luck_rng.standard_normal((4, months))
    planned = np.hstack([base[:, None] * share, plan.planned]) * scale
    actual = np.hstack(
        [base[:, None] * share * np.exp(0.05 * luck[0])[year.month, None], plan.visits]
    )
    mix = _category_mix(plan, len(share))
    return World(
        year=year,
        campaigns=plan,
        catalogue=goods,
        rate=rate,
        traffic=actual * scale * RETURNING_ROOM,
        planned_visits=planned.sum(axis=1),
        forecast=_forecast(planned, mix, plan, goods),
        mix=mix,
        dwell=np.exp(truth()["page_quality"] * 0.5 * luck[1])[year.month],
        conversion=np.exp(0.05 * luck[2])[year.month],
        discipline=np.clip(truth()["touchpoint_on_time"] + 0.02 * luck[3], 0.8, 0.99)[year.month],
        rivals=rivals(rival_rng, year, goods),
    )


def new_state(world: World, seed: np.random.SeedSequence) -> State:
    """Return the state before the first day: stock, and earlier customers who will return."""
    goods = world.catalogue
    first = world.forecast[: min(9, world.days)].sum(axis=0)
    on_hand = np.where(goods.launched <= 0, np.ceil(first + np.sqrt(first)), 0).astype(np.int64)
    room = np.zeros((world.days + 60, len(goods.names)), dtype=np.int64)
    state = State(on_hand=on_hand, on_order=np.zeros_like(on_hand), arrivals=room)
    state.expect(world, *_earlier_customers(world, np.random.default_rng(seed)))
    return state


def _earlier_customers(world: World, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw times and keys of people who bought before the period and come back in it."""
    mean = truth()["repeat_delay_mean"]
    expected = world.rate * EARLIER_ORDERS * truth()["repeat_visits"] * mean
    times = seconds(exponential(rng, mean * DAY, int(rng.poisson(expected))))
    return times, 1 + np.arange(len(times))


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
