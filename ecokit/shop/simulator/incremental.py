"""The truth of campaigns and channels: what would be missing without each of them.

Each visit of a chain has a way and a cause, and a chance of an order that hangs on the day, on the
kind of product, and on who comes. Without a way, its new visits are missing and all that they led
to; the others come by another way or later, without the offer; and all people pay prices without
the discount. Summed over visits this is what rerunning the company without the way gives, up to
stock, queues and the luck of orders, and takes no rerun. What is missing within a campaign's own
days is told apart: that is what regions and held-out groups are compared in.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import media, people, traffic, ways
from ecokit.shop.simulator.arrays import (
    DAY,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    draw_in_rows,
)
from ecokit.shop.simulator.coming import EMAIL, PERSON, Coming, State, Tally
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.world import (
    BY_MESSAGE,
    EARLIER_ORDERS,
    HOUSE,
    VIEWS,
    World,
    looking,
    noisy,
    shares,
)

LUCKS = 20
MOST = 2 * HOUSE  # visits a day that the truth is drawn from; larger companies are scaled up
CHUNK = 366  # days whose first visits are drawn at once
LEAST_SERVED = 0.1
MEASURES = ("visits", "orders", "profit", "days_visits", "days_orders")
EMPTY = 7  # days after a campaign that shelves may be empty
REST = 9  # days from an order to the first that may bring its customer back: delivery, and a week


@dataclass(frozen=True)
class Seen:
    """Visits of new people, one entry a visit.

    `person` is True for new people, and not for customers whom a message brings. `late` is the day
    on which a visit would be made that was pulled forward. `orders` is paid
    orders expected of it; `margin` and `price` are those of an order.
    """

    way: Ints
    cause: Ints
    other: Ints
    day: Ints
    late: Ints
    kind: Ints
    person: Bools
    orders: Floats
    margin: Floats
    price: Floats

    def sold(self, served: Floats) -> Seen:
        """Return it with the orders that stock allows; `served` is their part by day."""
        return replace(self, orders=self.orders * served[np.clip(self.day, -1, len(served) - 1)])

    def scaled(self, kept: float, dear: float) -> Seen:
        """Return it with `kept` of the orders that were expected, `dear` times as dear."""
        return replace(
            self, orders=self.orders * kept, margin=self.margin * dear, price=self.price * dear
        )

    def take(self, rows: Ints) -> Seen:
        """Return the chosen rows."""
        return Seen(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class Led:
    """Which visit led to which: every visit (`after`) with itself and each one before it."""

    before: Ints
    after: Ints


@dataclass(frozen=True)
class Group:
    """Ways that are switched off together; `ratio` is prices without their discounts over before.

    `ratio` has days by categories; `email` says that nobody comes back by a message either;
    `served` is the part of the wanted orders by day that stock allows without them. `days` are the
    first and the last day in which they run; `listed` says that they are a message to a list,
    which is judged within its days beside people who get the discount too.
    """

    ways: Bools
    ratio: Floats
    email: bool
    served: Floats
    days: tuple[int, int]
    listed: bool

    def runs(self, day: Ints) -> Bools:
        """Whether they run on each of the days."""
        return (day >= self.days[0]) & (day <= self.days[1])


@dataclass(frozen=True)
class Later:
    """What an order leads to later, by its day: columns are visits, orders and profit."""

    usual: Floats
    without_email: Floats

    def of(self, email_off: bool) -> Floats:
        """Return it for customers who get messages, or none."""
        return self.without_email if email_off else self.usual


@dataclass(frozen=True)
class Company:
    """What the truth of a company is computed from."""

    world: World
    tally: Tally
    profit: float  # of a paid order, on average
    mailed: list[Coming]  # visits that messages brought in the run

    @cached_property
    def scale(self) -> float:
        """Visits of the company over those that are drawn."""
        return max(self.world.rate / MOST, 1.0)

    def best(self, gone: Ints) -> Floats:
        """Best discount by day and category when some campaigns are left out."""
        plan, day = self.world.campaigns, np.arange(self.world.days)[:, None]
        found = np.zeros((self.world.days, len(read("categories"))))
        for number in np.setdiff1d(np.flatnonzero(plan.discount > 0), gone):
            inside = (day >= plan.first[number]) & (day <= plan.last[number])
            found = np.maximum(found, inside * plan.focus[number] * plan.discount[number])
        return found

    @cached_property
    def usual(self) -> Floats:
        """Best discount by day and category."""
        return self.best(np.zeros(0, dtype=np.int64))

    def group(self, off: Bools) -> Group:
        """Return ways that are switched off together, with the prices without them."""
        gone = np.flatnonzero(off[self.world.channels :])
        ratio = (1 - self.best(gone)) / (1 - self.usual)
        plan, one = self.world.campaigns, gone if off.sum() == 1 else gone[:0]
        days = (0, self.world.days - 1)
        for number in one.tolist():
            days = (int(plan.first[number]), int(plan.last[number]))
        listed = bool(plan.mailed[one].any())
        return Group(off, ratio, bool(off[EMAIL]), self.eased(gone), days, listed)

    @cached_property
    def served(self) -> Floats:
        """Part of the wanted orders that stock allowed, by day and smoothed over three."""
        wanted, sold = (
            np.convolve([counts.get(day, 0) for day in range(self.world.days)], np.ones(3), "same")
            for counts in (self.tally.wanted, self.tally.sold)
        )
        return np.divide(sold, wanted, out=np.ones(len(wanted)), where=wanted > 0)

    def eased(self, gone: Ints) -> Floats:
        """Return it without some campaigns: no worse than usual, while they run and a week on."""
        plan, found = self.world.campaigns, self.served.copy()
        for number in gone[plan.visits[:, gone].any(axis=0)].tolist():
            inside = slice(max(int(plan.first[number]), 0), int(plan.last[number]) + 1 + EMPTY)
            found[inside] = np.maximum(found[inside], np.median(self.served))
        return found

    @cached_property
    def later(self) -> Later:
        """Visits, orders and profit that an order leads to, by its day."""
        kept = 1 - BY_MESSAGE * self.world.ways.shares[EMAIL, ways.NEW]
        return Later(self._later(1.0), self._later(kept))

    @cached_property
    def returning(self) -> tuple[float, float]:
        """Visits that a paid order brings later, and paid orders of such a visit."""
        tally = self.tally
        paid = max(tally.new_paid + tally.back_paid, 1)
        return tally.later / paid, tally.back_paid / max(tally.back_visits, 1)

    def _later(self, kept: float) -> Floats:
        brings, buys = self.returning
        days = self.world.days
        wait = waits(days)
        total = np.zeros(days)
        for day in range(days - 1, -1, -1):
            ahead = np.arange(day + REST, days)
            total[day] = kept * brings * (wait[: len(ahead)] @ (1 + buys * total[ahead]))
        return np.stack([total, total * buys, total * buys * self.profit], axis=1)

    def earlier(self, email_off: bool) -> Floats:
        """Visits, orders and profit of people who bought before the period."""
        buys = self.returning[1]
        kept = 1 - BY_MESSAGE * self.world.ways.shares[EMAIL, ways.NEW] * email_off
        mean = truth()["repeat_delay_mean"]
        come = self.world.rate * EARLIER_ORDERS * truth()["repeat_visits"] * mean
        come = kept * come * waits(self.world.days)
        each = np.array([0.0, 1.0, self.profit]) * buys + np.array([1.0, 0.0, 0.0])
        return come @ (each + buys * self.later.of(email_off))


def waits(days: int) -> Floats:
    """Chance that a customer comes back so many days after resting: exponential, day by day."""
    edges = np.exp(-np.arange(days + 1) / truth()["repeat_delay_mean"])
    return edges[:-1] - edges[1:]


def incremental(world: World, state: State, profit: float) -> Columns:
    """Rows of the table: each campaign and channel, and what is beyond their sum.

    `profit` is that of all paid orders of the run.
    """
    tally = state.tally
    paid = max(tally.new_paid + tally.back_paid, 1)
    company = Company(world, tally, profit / paid, state.mailed)
    sources = _sources(world)
    groups = [company.group(off) for off, _, _ in sources]
    seen, led = _people(company, world.luck.number)
    served = np.append(company.served, 1.0)  # the last for days outside the period
    seen = seen.sold(served)
    new = float(seen.orders[seen.person].sum())
    kept = tally.new_paid / company.scale / max(new, 1e-9)
    dear = company.profit * seen.orders.sum() / max((seen.orders * seen.margin).sum(), 1e-9)
    this = _missing(company, groups, seen.scaled(kept, dear), led)
    lucks = np.zeros_like(this)
    for luck in range(1, LUCKS + 1):
        seen, led = _people(company, luck)
        seen = seen.sold(served)
        lucks += _missing(company, groups, seen.scaled(kept, dear), led) / LUCKS
    values = [_with_interactions(part, sources) for part in (this, lucks)]
    names = [name for _, name, _ in sources]
    kinds = ("campaign", "channel", "ads", "interaction")
    return {
        "source": Coded(np.arange(len(names)), tuple(names)),
        "kind": Coded(np.array([kinds.index(kind) for _, _, kind in sources]), kinds),
        **{name: np.round(values[0][:, n], 2) for n, name in enumerate(MEASURES)},
        **{f"mean_{name}": np.round(values[1][:, n], 2) for n, name in enumerate(MEASURES)},
    }


def _sources(world: World) -> list[tuple[Bools, str, str]]:
    """Return what is switched off together, its name and its kind; both alls at the end."""
    every, plan = world.ways, world.campaigns
    number = np.arange(len(every))
    found = [(number == world.channels + n, name, "campaign") for n, name in enumerate(plan.ids)]
    names = [row["channel_id"] for row in read("channels")]
    paid = [code for code, name in enumerate(names) if name not in ways.ALWAYS]
    found += [(every.channel == code, names[code], "channel") for code in paid]
    found += [(number == code, f"ads_{names[code]}", "ads") for code in media.paid().tolist()]
    found += [(number >= world.channels, "campaigns", "interaction")]
    return [*found, (np.isin(every.channel, paid), "channels", "interaction")]


def _with_interactions(value: Floats, sources: list[tuple[Bools, str, str]]) -> Floats:
    """Take from both alls the sums of their parts."""
    kind = np.array([kind for _, _, kind in sources])
    value = value.copy()
    value[-2] -= value[kind == "campaign"].sum(axis=0)
    value[-1] -= value[kind == "channel"].sum(axis=0)
    return value


def _people(company: Company, luck: int) -> tuple[Seen, Led]:
    """Draw the visits of new people with some luck, and what is expected of each."""
    world = company.world
    chance = Luck(world.company.seed, luck)
    world = replace(
        world,
        luck=chance,
        daily=world.daily / company.scale,
        regional=noisy(chance, world.places),
    )
    seen, before, after = [], [], []
    total = 0
    for first in (-traffic.EARLIER, *range(0, world.days, CHUNK)):
        cells = world.cells(first, min(first + CHUNK, world.days)) if first >= 0 else None
        come, led = _chains(world, traffic.earlier_cells(world) if cells is None else cells, first)
        seen.append(_expected(world, come))
        before.append(led.before + total)
        after.append(led.after + total)
        total += len(come.key)
    for come in company.mailed:
        come = come.take(chance.uniform("truth.thin", come.key) < 1 / company.scale)
        seen.append(_expected(world, come))
        before.append(total + np.arange(len(come.key)))
        after.append(before[-1])
        total += len(come.key)
    columns = ([getattr(part, field.name) for part in seen] for field in fields(Seen))
    every = Seen(*(np.concatenate(parts) for parts in columns))
    return every, Led(np.concatenate(before), np.concatenate(after))


def _chains(world: World, cells: Floats, first: int) -> tuple[Coming, Led]:
    """Draw the chains that begin from day `first` on: their visits, and which led to which."""
    new = traffic.arrivals(world, cells, first)
    new = new._replace(visitor=np.arange(len(new.key)))
    waves = [new, *traffic.chains(world, new)]
    before, after, tables = [], [], []
    total = 0
    for wave in waves:
        rows = total + np.arange(len(wave.key))
        tables.append(np.empty(len(new.key), dtype=np.int64))
        tables[-1][wave.visitor] = rows
        before += [table[wave.visitor] for table in tables]
        after += [rows] * len(tables)
        total += len(rows)
    come = Coming._make(np.concatenate(column) for column in zip(*waves, strict=True))
    return come, Led(np.concatenate(before), np.concatenate(after))


def _expected(world: World, come: Coming) -> Seen:
    """Return what is expected of each visit, orders not yet scaled to those of the run."""
    luck, every, effect = world.luck, world.ways, truth()
    day = come.when // DAY
    inside = np.clip(day, 0, world.days - 1)
    kind = draw_in_rows(luck.uniform("visit.category", come.key), world.mix, come.drawn)
    chance, margin, price = kinds_of_day(world)
    campaign = come.drawn >= world.channels
    quality = np.r_[np.ones(world.channels), world.campaigns.conversion][come.origin]
    person = np.where(people.keen(luck, come.person), effect["keen_conversion"], 1.0)
    person = person * np.where(come.turn > 0, effect["again_conversion"], 1.0) * quality
    person = person * np.where(campaign, stays(True) * effect["campaign_conversion"], stays(False))
    known = effect["returning_conversion"] * quality / looking()
    known = known * np.where(campaign, stays(True) * effect["campaign_offer"], stays(False))
    other, cause = ways.otherwise(luck, every, come)
    return Seen(
        way=come.drawn,
        cause=cause,
        other=other.source,
        day=day,
        late=other.when // DAY,
        kind=kind,
        person=come.role == PERSON,
        orders=chance[inside, kind] * np.where(come.role == PERSON, person, known) * (day >= 0),
        margin=margin[inside, kind],
        price=price[inside, kind],
    )


@cache
def stays(campaign: bool) -> float:
    """Chance to look at a product, times what the time spent makes of that of an order."""
    landing = traffic.LANDING_OF_CAMPAIGN if campaign else traffic.LANDING_OF_BASE
    looks = landing @ np.array([VIEWS[name] for name in traffic.LANDINGS])
    minutes = truth()["dwell_mean"] / 60 * (traffic.BY_CAMPAIGN if campaign else traffic.BY_CHANNEL)
    return float(looks * (1 - truth()["dwell_conversion"] * minutes / 2) ** -2)


def kinds_of_day(world: World) -> tuple[Floats, Floats, Floats]:
    """Chance of an order, and the margin and price of a unit in it, days by categories."""
    goods = world.catalogue
    pull = (goods.price / goods.list_price) ** goods.elasticity * world.rivals.pull
    weight = shares(goods) * pull * goods.conversion * world.conversion[:, None]
    kinds = (goods.category == np.arange(len(read("categories")))[:, None]).astype(np.float64).T
    chance = weight @ kinds
    safe = np.maximum(chance, 1e-12)
    margin = (weight * (goods.price - goods.unit_cost)) @ kinds / safe
    return chance, margin, (weight * goods.price) @ kinds / safe


def _missing(company: Company, groups: list[Group], seen: Seen, led: Led) -> Floats:
    """Return `MEASURES` of what is missing without each group of ways, a row each."""
    by_way = np.argsort(seen.way[led.before].astype(np.int16), kind="stable")
    led = Led(led.before[by_way], led.after[by_way])
    edges = np.searchsorted(seen.way[led.before], np.arange(len(company.world.ways) + 1))
    by_day = np.argsort(seen.day.astype(np.int16), kind="stable")
    found = np.zeros((len(groups), len(MEASURES)))
    for number, group in enumerate(groups):
        parts = [slice(edges[way], edges[way + 1]) for way in np.flatnonzero(group.ways).tolist()]
        parts = parts or [slice(0)]  # where no campaign runs, all together have no way
        before = np.concatenate([led.before[part] for part in parts])
        after = np.concatenate([led.after[part] for part in parts])
        new = seen.cause[before] == ways.NEW
        new |= (seen.cause[before] == ways.MOVED) & group.ways[seen.other[before]]
        touched, dead = np.zeros((2, len(seen.day)), dtype=bool)
        dead[after[new]] = True
        touched[after] = touched[_repriced(group, seen, by_day)] = True
        rows = np.flatnonzero(touched)
        found[number] = _without(company, group, seen.take(rows), dead[rows])
        if group.email:
            found[number, :3] += _no_messages(company, seen, ~touched)
    return found * company.scale


def _without(company: Company, group: Group, seen: Seen, dead: Bools) -> Floats:
    """Return `MEASURES` of visits, less those of the same visits without a group of ways.

    `dead` are those that the group brought, or what it brought led to.
    """
    days, channels = company.world.days, company.world.channels
    own = group.ways[seen.way] & ~dead
    day = np.where(own, seen.late, seen.day)
    alive = ~dead & (day < days)
    there, then = np.clip(seen.day, 0, days - 1), np.clip(day, 0, days - 1)
    left = seen.orders * group.served[then] / np.maximum(company.served[there], LEAST_SERVED)
    left = left * np.where(own & (seen.way >= channels), 1 / of_offer(), 1.0) * alive
    moved = (1 - company.usual)[then, seen.kind] / (1 - company.usual)[there, seen.kind]
    price = moved * group.ratio[then, seen.kind]
    margin = seen.margin + seen.price * (price - 1)
    usual = _worth(company, seen.orders, seen.margin, there, False)
    without = _worth(company, sold_at(price, left, seen.kind), margin, then, group.email)
    visits = (seen.day >= 0).sum() - ((day >= 0) & alive).sum()
    whole = usual - without + visits * np.array([1.0, 0.0, 0.0])
    here, still = group.runs(seen.day), group.runs(day) & alive
    left = sold_at(moved if group.listed else price, left, seen.kind)
    return np.r_[whole, here.sum() - still.sum(), seen.orders[here].sum() - left[still].sum()]


def sold_at(price: Floats, orders: Floats, kind: Ints) -> Floats:
    """Return the orders at prices so many times as high as those they were expected at."""
    return orders * np.exp(np.log(price) * elasticities()[kind])


def _no_messages(company: Company, seen: Seen, rows: Bools) -> Floats:
    """Return what is missing without messages of customers for whom nothing else changes."""
    day = np.clip(seen.day[rows], 0, company.world.days - 1)
    later = company.later.usual - company.later.without_email
    found = np.bincount(day, seen.orders[rows], len(later)) @ later
    return found + (company.earlier(False) - company.earlier(True)) / company.scale


def _repriced(group: Group, seen: Seen, by_day: Ints) -> Ints:
    """Rows of the days on which prices are others without the group."""
    changed = np.flatnonzero((group.ratio != 1).any(axis=1))
    if not len(changed):
        return changed
    window = np.searchsorted(seen.day, [changed[0], changed[-1] + 1], sorter=by_day)
    return by_day[window[0] : window[1]]


def _worth(company: Company, paid: Floats, margin: Floats, day: Ints, email_off: bool) -> Floats:
    """Visits, orders and profit that come of orders, now and later."""
    later = company.later.of(email_off)
    return np.bincount(day, paid, len(later)) @ later + np.array([0.0, paid.sum(), paid @ margin])


@cache
def of_offer() -> float:
    """Orders of a visit by a campaign over those of the same person by a channel."""
    return truth()["campaign_offer"] * stays(True) / stays(False)


@cache
def elasticities() -> Floats:
    """Price elasticity of each category."""
    return np.array([truth()[f"elasticity_{row['category']}"] for row in read("categories")])
