"""Partners, what they sell in shops of their own, and a bank's mall that was announced by lot.

A bank's mall was announced to half of our known customers. Some of these buy there what they would
have bought from us: so many in a hundred of our own buyers (`bank_overlap`). Who ordered from us is
known already, so the arm is drawn given that, by Bayes' rule: P(sent | ordered) is
(1 - overlap) / (2 - overlap), and the other customers make up the halves. Who did not order was won
over by the mall with the probability that this leaves. Others of those told buy there what they
would not have bought from us (`bank_new`), and some that nobody told find the mall (`bank_finds`).

What that makes of a year of the usual size: about 10,600 known customers on 1 July, of whom 6 in a
hundred order from us by the end of the year. The overlap of three in ten is 2.1 points of customers
who order, at a standard error of 0.46. The orders at the mall that bear the number of a known
customer are four times as many as the orders that we lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    draw_in_rows,
    yuan,
)
from ecokit.shop.simulator.calendar import HOURS
from ecokit.shop.simulator.carriage import names
from ecokit.shop.simulator.coming import Coming, State
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.world import World, earlier_customers

DEPARTMENTS = ("channel_development", "institutional", "ecommerce")
KINDS = (
    "distributor",
    "affiliate",
    "bank",
    "staff_shop",
    "campus",
    "platform",
    "group_buying",
    "streamer",
)
HOLD_UPS = ("contract", "licence", "systems", "samples", "price")
MONEY = ("fee", "subsidy", "commission", "promotion_fund")
BANK, ANNOUNCED = "T05", 701  # the partner of the lot, and the day of it: 1 July
ARMS = ("sent", "held_out")
MORE = (0.35, 0.05)  # orders of two units: of distributors' customers, and of others
BACK = (3, 18)  # days from an order to the day on which it is back
MONTH = 30  # days in which a partner's sales grow by its ratio


def keep(state: State, buyers: Coming) -> None:
    """Keep who bought in a block, and when; `buyers` are visits with paid orders."""
    state.buyers.append((buyers.visitor, buyers.person, buyers.when))


def partners(world: World) -> Columns:
    """Rows of the table of partners; what happens after the period is not known yet."""
    rows = read("partners")
    number = np.arange(len(rows))

    def text(name: str) -> Coded:
        return Coded(number, tuple(row[name] for row in rows))

    def coded(name: str, known: tuple[str, ...]) -> Coded:
        codes = [known.index(row[name]) if row[name] else NOTHING for row in rows]
        return Coded(np.array(codes), known)

    def day(name: str) -> Ints:
        """Return a day of the period, or before it; nothing stands for the first day before it."""
        days = np.array([int(row[name]) for row in rows])
        return np.where(days < world.days, days - (days == NOTHING), NOTHING)

    def flag(name: str) -> Bools:
        return np.array([row[name] == "true" for row in rows])

    return {
        **{name: text(name) for name in ("partner_id", "name", "name_zh")},
        "department": coded("department", DEPARTMENTS),
        "kind": coded("kind", KINDS),
        "channel_id": coded("channel_id", names("channels", "channel_id")),
        "first_talk_on": day("talk"),
        "signed_on": day("signed"),
        "first_order_on": day("first"),
        "held_up_by": coded("held_up_by", HOLD_UPS),
        **{name: np.array([float(row[name]) for row in rows]) for name in MONEY},
        "settlement_days": np.array([int(row["settlement_days"]) for row in rows]),
        "minimum": _sized(world, [row["minimum"] for row in rows]),
        "exclusive": flag("exclusive"),
        "notice_days": np.array([int(row["notice_days"]) for row in rows]),
        "keeps_on_return": flag("keeps_on_return"),
    }


def rebates(world: World) -> Columns:
    """Rows of the table of rebates: steps of a quarter's sales, for a shop of this size."""
    rows = read("partner_rebates")
    partner = [names("partners", "partner_id").index(row["partner_id"]) for row in rows]
    return {
        "partner_id": Coded(np.array(partner), names("partners", "partner_id")),
        "from_sales": _sized(world, [row["from_sales"] for row in rows]),
        "rate": np.array([float(row["rate"]) for row in rows]),
        "retroactive": np.array([row["retroactive"] == "true" for row in rows]),
    }


def _sized(world: World, amounts: list[str]) -> Floats:
    """Return amounts agreed for a company of this size, in whole yuan."""
    return np.asarray(np.ceil(np.array([float(amount) for amount in amounts]) * world.size))


@dataclass(frozen=True)
class Told:
    """Known customers on the day of the lot: who was told, who ordered later, who buys there."""

    visitor: Ints
    person: Keys
    day: int
    held: Bools
    ordered: Bools
    buys: Bools


@dataclass(frozen=True)
class Sales:
    """What partners sell in their own shops, and to whom the bank's mall was announced."""

    world: World
    state: State

    @cached_property
    def told(self) -> Told | None:
        """The customers of the lot; None where its day is not in the period."""
        found = np.flatnonzero(self.world.year.keys == ANNOUNCED)
        return self._told(int(found[0])) if len(found) else None

    def _told(self, day: int) -> Told:
        luck, effect = self.world.luck, truth()
        visitor, person, since = self.known
        last = np.full(int(visitor.max(initial=0)) + 1, NOTHING)
        for who, _person, when in self.state.buyers:
            np.maximum.at(last, who, when)
        early = since < day * DAY
        visitor, person = visitor[early], person[early]
        ordered = last[visitor] >= day * DAY
        overlap, share = effect["bank_overlap"], float(ordered.mean()) if len(ordered) else 0.0
        usual = share / (1 - overlap / 2)  # of those who are not told
        left = usual * (1 - overlap)
        sent = np.where(ordered, left, 1 - left) / np.where(ordered, 2 * share, 2 * (1 - share))
        held = luck.uniform("bank.lot", person) >= sent
        won = overlap * usual / (1 - left) * ~ordered  # who would have ordered from us
        lured = won + (1 - won) * effect["bank_new"]
        chance = np.where(held, effect["bank_finds"], lured)
        buys = luck.uniform("bank.buys", person) < chance
        return Told(visitor, person, day, held, ordered, buys)

    @cached_property
    def known(self) -> tuple[Ints, Keys, Ints]:
        """Customers in the order in which they became some: visitor, person, since when."""
        early = earlier_customers(self.world)[0]
        before = (1 + np.arange(len(early)), early, np.full(len(early), -DAY))
        columns = zip(before, *self.state.buyers, strict=True)
        visitor, person, when = (np.concatenate(column) for column in columns)
        first = np.sort(np.unique(visitor, return_index=True)[1])
        first = first[np.argsort(when[first], kind="stable")]
        return visitor[first], person[first], when[first]

    def introductions(self) -> Columns:
        """Rows of the table of introductions."""
        told = self.told
        visitor = told.visitor if told else np.zeros(0, dtype=np.int64)
        held = told.held if told else np.zeros(0, dtype=bool)
        partner = names("partners", "partner_id")
        return {
            "partner_id": Coded(np.full(len(visitor), partner.index(BANK)), partner),
            "visitor_id": visitor,
            "arm": Coded(held.astype(np.int64), ARMS),
            "sent_on": np.full(len(visitor), told.day if told else 0),
        }

    def orders(self) -> Columns:
        """Rows of the table of partners' orders, in order of time."""
        partner, placed, visitor, who = self._placed()
        world, luck = self.world, self.world.luck
        rows, goods, day = read("partners"), self.world.catalogue, placed // DAY
        product = self._products(partner, day, who)
        kind = np.array([KINDS.index(row["kind"]) for row in rows])[partner]
        off = np.array([float(row["discount"]) for row in rows])[partner]
        more = np.where(kind == KINDS.index("distributor"), *MORE)
        returns = np.array([truth().get(f"partner_return_{name}", 0.0) for name in KINDS])
        goes_back = luck.uniform("sale.returned", who) < returns[kind]
        back = day + luck.whole("sale.back", *BACK, who)
        return {
            "partner_order_id": 1 + np.arange(len(partner)),
            "partner_id": Coded(partner, names("partners", "partner_id")),
            "placed_at": placed,
            "product_id": Coded(product, goods.ids),
            "quantity": 1 + (luck.uniform("sale.two", who) < more).astype(np.int64),
            "unit_price": yuan(goods.price[day, product] * (1 - off)),
            "unit_cost": goods.unit_cost[day, product],
            "visitor_id": visitor,
            "returned_on": np.where(goes_back & (back < world.days), back, NOTHING),
        }

    def _placed(self) -> tuple[Ints, Ints, Ints, Keys]:
        """Partner, time, customer of ours (-1: none) and key of each order, in order of time."""
        parts = [self._of_strangers(), self._of_the_lot()]
        partner, placed, visitor, who = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        order = np.lexsort((who, placed))
        return partner[order], placed[order], visitor[order], who[order]

    def _of_strangers(self) -> tuple[Ints, Ints, Ints, Keys]:
        """Orders that come by themselves; some are of customers of ours, by chance."""
        world, luck, rows = self.world, self.world.luck, read("partners")
        first, a_day, growth = (
            np.array([float(row[name]) for row in rows]) for name in ("first", "a_day", "growth")
        )
        plan = world.usual.planned_visits
        day = np.arange(world.days)[:, None]
        mean = a_day * world.size * (plan / plan.mean())[:, None]
        mean = np.where(day >= first, mean * growth ** ((day - first) / MONTH), 0.0)
        numbers = np.arange(len(rows))
        counts = luck.poisson("partner.orders", mean, day, numbers)
        counts = np.maximum(counts, (day == first) & (a_day > 0)).ravel()  # the first order
        cell = np.repeat(np.arange(len(counts)), counts)
        turn = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts, counts)
        day, partner = np.divmod(cell, len(rows))
        who = key("sale", day, partner, turn)
        placed = day * DAY + luck.pick("sale.hour", HOURS, who) * HOUR
        placed += luck.whole("sale.second", 0, HOUR, who)
        return partner, placed, self._by_chance(partner, placed, who), who

    def _by_chance(self, partner: Ints, placed: Ints, who: Keys) -> Ints:
        """Draw who of the buyers is a customer of ours; at the bank the lot settles that."""
        luck, rows = self.world.luck, read("partners")
        visitor, _person, since = self.known
        shares = [truth().get(f"partner_known_{row['kind']}", 0.0) for row in rows]
        count = np.searchsorted(since, placed)
        mine = (luck.uniform("sale.known", who) < np.array(shares)[partner]) & (count > 0)
        if self.told:
            bank = partner == names("partners", "partner_id").index(BANK)
            mine &= ~bank | (placed < self.told.day * DAY)
        chosen = (luck.uniform("sale.whose", who) * count).astype(np.int64)
        found = np.full(len(partner), NOTHING)
        found[mine] = visitor[chosen[mine]]
        return found

    def _of_the_lot(self) -> tuple[Ints, Ints, Ints, Keys]:
        """Orders at the bank's mall by customers of the lot, told or not, early ones first."""
        told = self.told
        if told is None:
            none = np.zeros(0, dtype=np.int64)
            return none, none, none, key("lot", none)
        rows = np.flatnonzero(told.buys)
        who = key("lot", told.person[rows])
        part = self.world.luck.uniform("lot.when", who) ** 2
        day = told.day + np.floor(part * (self.world.days - told.day)).astype(np.int64)
        placed = day * DAY + self.world.luck.pick("sale.hour", HOURS, who) * HOUR
        placed += self.world.luck.whole("sale.second", 0, HOUR, who)
        bank = names("partners", "partner_id").index(BANK)
        return np.full(len(rows), bank), placed, told.visitor[rows], who

    def _products(self, partner: Ints, day: Ints, who: Keys) -> Ints:
        """Draw what is bought: of the partner's categories, by how much people like it that day."""
        goods, kinds = self.world.catalogue, names("categories", "category")
        usual = np.array([float(row["visit_share"]) for row in read("categories")])
        found = np.zeros(len(partner), dtype=np.int64)
        chance = self.world.luck.uniform("sale.product", who)
        for number, row in enumerate(read("partners")):
            mine = np.flatnonzero(partner == number)
            sold = np.isin(kinds, row["categories"].split())[goods.category]
            weights = goods.appeal * (usual[goods.category] * sold)
            found[mine] = draw_in_rows(chance[mine], weights, day[mine])
        return found
