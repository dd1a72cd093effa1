"""What is drawn once, before the first day; and what one block of days hands to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import people
from ecokit.shop.simulator.arrays import DAY, Floats, Ints, seconds
from ecokit.shop.simulator.calendar import Calendar, calendar
from ecokit.shop.simulator.campaigns import Campaigns, campaigns
from ecokit.shop.simulator.catalogue import Catalogue, catalogue
from ecokit.shop.simulator.coming import CUSTOMER, DIRECT, EMAIL, Coming, State
from ecokit.shop.simulator.luck import Keys, Luck, key
from ecokit.shop.simulator.media import Media, media, paid
from ecokit.shop.simulator.pagetests import PageTest, page_tests
from ecokit.shop.simulator.people import REGION_SHARE
from ecokit.shop.simulator.rivals import Rivals, rivals
from ecokit.shop.simulator.stories import Stories, stories
from ecokit.shop.simulator.ways import NEW, PULLED, Ways, remaining, ways

HOUSE = 800.0  # visits a day of a company whose posts are those of the table
BASE_TRAFFIC = 0.74  # visits without campaigns and returning customers, over the mean of all visits
CONVERSION = 0.55  # scale of the conversions of the categories, so that the shop meets the deck
FOCUS = 0.6  # visits of a campaign that look at the categories it is about
RETURNING_ROOM = 0.86  # the rest is left to customers who come back, and to machines
RETURNING = 0.125  # share of the visits that they turn out to be
# Who looks in again does so 1 to 5 days later, and at most so many times.
AGAIN_DAYS = np.array([0.45, 0.25, 0.15, 0.10, 0.05])
AGAIN_MOST = 5
CLICKED_AGAIN = 0.2  # further visits by the same channel's ads, over first ones
LEAST_LEFT = 0.1  # of the visits by ways that are always there, when ads take the others
SPEED_LUCK = 0.08  # spread of the time that pages take from month to month, in logs
BY_MESSAGE = 0.4
MONTHLY = ("traffic", "pages", "conversion", "messages")  # what has its luck of the month
VIEWS = {"home": 0.72, "campaign": 0.85, "category": 0.85, "product": 1.0}
USUAL_VIEWS = 0.83
EARLIER_ORDERS = 0.072  # orders a visit before the period
CAMPAIGN_RULE = 2.0  # planners' rule: orders of a campaign visit over those of others
PAID = 0.92  # planners' rule: share of placed orders that are paid


@dataclass(frozen=True)
class World:
    """A company before its first day.

    `company` is the luck that makes it what it is, `luck` that of what happens to it. `daily` is
    usual visits of new people by day and way (see `Ways`), `mailed` those of customers whom the
    messages of campaigns bring; `left` is the part of the visits by channels that campaigns leave
    to them, by day and region; `places` is what a week and a region make of the usual visits, and
    `regional` the same with their luck; `forecast` is units by day and product that the planners
    expect; `stories` is what media tell, which nobody planned; `dwell`, `speed` and `conversion`
    are factors by day. `usual` is the company with no way switched off: what was fixed before, such
    as desks and rent, is its.
    """

    company: Luck
    luck: Luck
    year: Calendar
    campaigns: Campaigns
    ways: Ways
    media: Media
    stories: Stories
    tests: tuple[PageTest, ...]
    catalogue: Catalogue
    rate: float
    daily: Floats
    mailed: Floats
    left: Floats
    places: Floats
    regional: Floats
    planned_visits: Floats
    forecast: Floats
    mix: Floats
    dwell: Floats
    speed: Floats
    conversion: Floats
    discipline: Floats
    rivals: Rivals
    before: World | None

    @property
    def usual(self) -> World:
        """The company with no way switched off."""
        return self.before or self

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

    def cells(self, first: int, last: int) -> Floats:
        """Visits of new people expected on the days from `first` to `last`, by way and region."""
        week = self.year.week[first:last]
        daily = self.daily[first:last] * self.stories.ways(self.ways.channel, first, last)
        cells = daily[:, :, None] * self.regional[week]
        cells[:, : self.channels] *= self.left[first:last, None]
        return np.asarray(cells)

    @cached_property
    def traffic(self) -> Floats:
        """Visits expected by day and way, without further ones of the same people."""
        new = self.daily * self.regional.sum(axis=2)[self.year.week]
        own = self.regional[self.year.week, : self.channels] * self.left[:, None]
        new[:, : self.channels] = self.daily[:, : self.channels] * own.sum(axis=2)
        new[:, self.channels :] += self.mailed
        return np.asarray(new)

    @cached_property
    def visits(self) -> Floats:
        """Visits expected by day: the first ones, those who look in again, returning customers."""
        there = np.where(self.ways.off, 1 - self.ways.shares[:, NEW], 1.0)
        new = self.traffic @ there
        again = np.convolve(new, np.r_[0.0, looks_again()])[: len(new)]
        return np.asarray((new + again) / (1 - RETURNING))


@cache
def looks_again() -> Floats:
    """Visits that a first visit leads to, on average, on each of the days after it."""
    effect = truth()
    total = np.zeros(AGAIN_MOST * len(AGAIN_DAYS))
    share = effect["keen_share"]
    for part, again in ((share, effect["keen_again"]), (1 - share, effect["other_again"])):
        wave = np.ones(1)
        for turn in range(1, AGAIN_MOST + 1):
            wave = again * np.convolve(wave, AGAIN_DAYS)
            total[turn - 1 : turn - 1 + len(wave)] += part * wave
    return total


@cache
def looking() -> float:
    """Conversion of a first visit of who looks around, over the mean visit of new people."""
    effect, total, orders = truth(), 0.0, 0.0
    share, later = effect["keen_share"], effect["again_conversion"]
    kinds = ((share, effect["keen_again"], effect["keen_conversion"]),)
    for part, again, ratio in (*kinds, (1 - share, effect["other_again"], 1.0)):
        more = sum(again**turn for turn in range(1, AGAIN_MOST + 1))
        total += part * (1 + more)
        orders += part * ratio * (1 + more * later)
    return total / orders


def build_world(
    seed: int,
    start: np.datetime64,
    days: int,
    rate: float,
    without: Sequence[str] = (),
    luck: int = 0,
) -> World:
    """Draw a company: calendar, campaigns, catalogue, luck of each month, planners' forecast."""
    company, chance = Luck(seed), Luck(seed, luck)
    year = calendar(start, days)
    plan = campaigns(company, year, rate, without)
    every = ways(plan, without)
    goods = catalogue(company, year, plan)
    month = np.arange(int(year.month[-1]) + 1)
    fortune = {name: company.normal(f"month.{name}", month)[year.month] for name in MONTHLY}
    share = np.array([float(row["base_share"]) for row in read("channels")])
    base = BASE_TRAFFIC * year.factor
    left = _left(plan, every, plan.visits, base)
    there = np.where(every.off, 1 - every.shares[:, NEW], 1.0)
    expected = base * (_left(plan, every, plan.planned, base) @ REGION_SHARE)
    scale = rate / float(np.mean(expected + plan.planned.sum(axis=1)))
    planned = np.hstack([expected[:, None] * share, plan.planned]) * scale
    spent = media(company, year, planned.sum(axis=1), without)
    season = base * np.exp(0.05 * fortune["traffic"])
    own = np.tile(season[:, None], len(share))
    own[:, paid()] = BASE_TRAFFIC * year.weekday[:, None]  # their season is that of the spend
    room = scale * RETURNING_ROOM / (1 + looks_again().sum())
    ratio = season / (BASE_TRAFFIC * year.weekday)
    places = _places(plan, spent, every, np.bincount(year.week, ratio) / np.bincount(year.week))
    mix = _category_mix(plan, len(share))
    effect = truth()
    return World(
        company=company,
        luck=chance,
        year=year,
        campaigns=plan,
        ways=every,
        media=spent,
        stories=stories(company, year, without),
        tests=page_tests(year, without),
        catalogue=goods,
        rate=rate,
        daily=np.hstack([own * share, plan.visits * ~plan.mailed]) * room,
        mailed=plan.visits * plan.mailed * room,
        left=left,
        places=places,
        regional=noisy(chance, places),
        planned_visits=(planned * there).sum(axis=1),
        forecast=_forecast(planned * there, mix, plan, goods),
        mix=mix,
        dwell=np.exp(effect["page_quality"] * 0.5 * fortune["pages"]),
        speed=np.exp(SPEED_LUCK * company.normal("month.speed", month)[year.month]),
        conversion=np.exp(0.05 * fortune["conversion"]),
        discipline=np.clip(effect["touchpoint_on_time"] + 0.02 * fortune["messages"], 0.8, 0.99),
        rivals=rivals(company, year, goods),
        before=build_world(seed, start, days, rate, (), luck) if len(without) else None,
    )


def _left(plan: Campaigns, every: Ways, visits: Floats, base: Floats) -> Floats:
    """Return the part of the usual visits that campaigns leave, by day and region.

    Who would have come anyway, or by another paid way, does not come by that way too; and who was
    pulled forward does not come later. `visits` is those of campaigns by day. Messages go to
    customers, who are drawn apart.
    """
    shares = every.shares[-len(plan) :] if len(plan) else every.shares[:0]
    places = plan.regions * REGION_SHARE
    places = places / places.sum(axis=1, keepdims=True)
    visits = visits * ~plan.mailed
    late = np.exp(-np.arange(len(base)) / truth()["pulled_days"])
    late = np.r_[0.0, late[:-1] - late[1:]]
    later = np.zeros_like(visits)
    for day in range(1, len(base)):
        later[day] = late[day:0:-1] @ visits[:day]
    taken = visits * (1 - shares[:, NEW] - shares[:, PULLED]) + later * shares[:, PULLED]
    return np.maximum(1 - taken @ places / (base[:, None] * REGION_SHARE), LEAST_LEFT)


def noisy(luck: Luck, places: Floats) -> Floats:
    """Return what a week and a region make of the usual visits by each way, luck included."""
    week, region = np.arange(len(places))[:, None], np.arange(places.shape[2])
    noise = np.exp(truth()["region_week_sd"] * luck.normal("week.region", week, region))
    return np.asarray(places * noise[:, None])


def _places(plan: Campaigns, spent: Media, every: Ways, season: Floats) -> Floats:
    """Return what the week and the region make of the usual visits by each way.

    Where there are fewer ads, those who come anyway do so by the ways that are always there, and
    where there are more, by the ads. `season` is the traffic of these ways over that of ads, by
    week.
    """
    shares = np.array([float(row["base_share"]) for row in read("channels")])
    own = np.array(spent.response)
    anyway = shares * (1 - every.shares[: len(shares), NEW])
    left = (anyway[:, None] * (season[:, None, None] - own))[:, paid()].sum(axis=1)
    always = every.base > 0
    ratio = 1 + left / (shares[always].sum() * season[:, None])
    own[:, always] = np.maximum(ratio, LEAST_LEFT)[:, None]
    places = plan.regions * REGION_SHARE
    places = places / places.sum(axis=1, keepdims=True)
    return np.concatenate([own * REGION_SHARE, np.tile(places, (len(own), 1, 1))], axis=1)


def clicks(world: World) -> Floats:
    """Visits a week by the ads of each channel at usual spend, further visits included."""
    usual = world.daily[:, : world.channels] * (world.left @ REGION_SHARE)[:, None]
    first = 7 * usual.mean(axis=0)
    return np.asarray(first * (1 + CLICKED_AGAIN) * ~world.ways.off[: world.channels])


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
    who, when = earlier_customers(world)
    state.visitors = len(who)
    person = people.region(world.luck, who)
    earlier = back(world, who, who, when, 1 + np.arange(len(who)), person)
    state.customers.append(earlier)
    state.expect(world.days, earlier)
    return state


def earlier_customers(world: World) -> tuple[Keys, Ints]:
    """Draw who bought before the period and comes back in it, and when."""
    luck, mean = world.luck, truth()["repeat_delay_mean"]
    expected = world.rate * EARLIER_ORDERS * truth()["repeat_visits"] * mean
    who = key("earlier", np.arange(int(luck.poisson("earlier.count", expected))))
    return who, seconds(luck.exponential("earlier.when", mean * DAY, who))


def back(world: World, who: Keys, person: Keys, when: Ints, visitor: Ints, region: Ints) -> Coming:
    """Return visits of customers who come back: directly, or by a message."""
    by_message = world.luck.uniform("back.by_message", who) < BY_MESSAGE
    way = np.where(by_message, EMAIL, DIRECT)
    none = np.zeros(len(who), dtype=np.int64)
    come = Coming(who, person, when, visitor, region, way, way, way, none, none + CUSTOMER, when)
    return remaining(world.luck, world.ways, come)


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
    return traffic @ world.mix * USUAL_VIEWS @ _members(world.catalogue) * shares(world.catalogue)


def _members(goods: Catalogue) -> Floats:
    """Return 1 where a product (column) belongs to a category (row)."""
    return (goods.category == np.arange(len(read("categories")))[:, None]).astype(np.float64)


def shares(goods: Catalogue) -> Floats:
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
    factor = np.r_[np.ones(len(planned[0]) - len(plan)), np.full(len(plan), CAMPAIGN_RULE)]
    views = (planned * factor) @ mix * USUAL_VIEWS * CONVERSION * PAID * 1.28
    share = shares(goods)
    pull = (goods.price / goods.list_price) ** goods.elasticity
    units = views[:, goods.category] * share * goods.conversion * pull
    extra = goods.category == len(read("categories")) - 1
    attached = units[:, ~extra].sum(axis=1) * truth()["accessory_attach"]
    units[:, extra] += attached[:, None] * share[:, extra]
    return np.asarray(units * 1.05, dtype=np.float64)
