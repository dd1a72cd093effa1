"""From a visit to an order: questions, conversion, payment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import pagetests, people
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Bools,
    Floats,
    Ints,
    draw_in_rows,
    seconds,
)
from ecokit.shop.simulator.coming import BLOCK_DAYS, BOT, BRUSHER, CUSTOMER, PERSON
from ecokit.shop.simulator.luck import Keys, Luck
from ecokit.shop.simulator.traffic import Visits
from ecokit.shop.simulator.waiting import Waiting, wait_for_service
from ecokit.shop.simulator.world import CONVERSION, World, looking

DEPOSITS = 4  # times the deposit that goods of a presale are worth at least
QUICKLY = 45  # seconds until those pay who pay at once, on average
BALANCE_HOUR = 8  # of the day after a presale: from then on the rest is paid
CALLED_OFF = 0.35  # unpaid orders that the customer cancels; the others lapse
REMINDED_IN_TIME, REMINDED_LATE = 0.86, 0.06


@dataclass(frozen=True)
class Wishes:
    """Orders that customers want to place, before stock; one entry an order, in order of time.

    `key` is that of the visit, which has one order at most.
    """

    key: Keys
    visit: Ints
    placed: Ints
    paid: Ints
    at_once: Bools
    reminded: Ints
    cancelled: Bools
    product: Ints
    quantity: Ints
    extra: Ints
    deposit: Floats


def questions(world: World, visits: Visits) -> tuple[Ints, Waiting]:
    """Visits in which the customer asks by chat (row numbers), and how long each waits."""
    curious = world.luck.uniform("visit.asks", visits.key) < truth()["consultation_share"]
    curious &= visits.come.role < BOT
    asks = np.flatnonzero((visits.product >= 0) & curious)
    who = visits.key[asks]
    length = np.maximum(visits.dwell[asks], 60)
    after = world.luck.uniform("visit.asks_after", who) * 0.5 * length
    arrived = visits.started[asks] + 20 + after.astype(np.int64)
    return asks, wait_for_service(world, who, arrived, np.zeros(len(asks), dtype=bool))


def conversion(world: World, visits: Visits, asks: Ints, waits: Waiting, window: int) -> Floats:
    """Return the probability that a visit ends in a placed order; `window` is for the answer.

    A checkout that is broken comes on top, in `steps.reached`.
    """
    effect = truth()
    chance = interest(world, visits)
    wait = waits.answered - waits.arrived
    answer = np.where(wait <= window, effect["consultation_in_time"], effect["consultation_late"])
    chance[asks] *= np.where(waits.answered == NOTHING, effect["consultation_missed"], answer)
    chance[asks[_settled(waits) >= (visits.day[asks] + 1) * DAY]] = 0.0  # past midnight they sleep
    chance = np.where(visits.product >= 0, np.minimum(chance, 0.9), 0.0)
    return np.where(visits.come.role == BRUSHER, 1.0, chance)


def interest(world: World, visits: Visits) -> Floats:
    """Return the probability of an order but for questions: product, price, page and person."""
    effect, goods, come = truth(), world.catalogue, visits.come
    product, day = np.maximum(visits.product, 0), visits.day
    ratio = goods.price[day, product] / goods.list_price[product]
    chance = goods.conversion[product] * CONVERSION * world.conversion[day]
    chance = chance * ratio ** goods.elasticity[product] * world.rivals.pull[day, product]
    chance = chance * pagetests.effect(world, come, "conversion")
    longer = (visits.dwell - effect["dwell_mean"]) / MINUTE
    slower = visits.load - effect["load_seconds"]
    chance = chance * np.exp(
        effect["dwell_conversion"] * longer + effect["load_conversion"] * slower
    )
    if len(world.campaigns):
        first = world.campaigns.conversion[np.maximum(come.origin - world.channels, 0)]
        chance = np.where(come.origin >= world.channels, chance * first, chance)
        keener = effect["campaign_conversion"] / effect["campaign_offer"]
        person = (come.drawn >= world.channels) & (come.role == PERSON)  # customers are keen anyway
        chance = np.where(person, chance * keener, chance)
        chance = np.where(visits.campaign >= 0, chance * effect["campaign_offer"], chance)
    known = np.where(come.role == CUSTOMER, effect["returning_conversion"], 1.0)
    keen = np.where(people.keen(world.luck, come.person), effect["keen_conversion"], 1.0)
    again = np.where(come.turn > 0, effect["again_conversion"], 1.0)
    return chance * np.where(come.role == PERSON, looking() * keen * again, known)


def _settled(waits: Waiting) -> Ints:
    """When each question had its answer, or its customer gave up: no order comes before."""
    return np.where(waits.answered == NOTHING, waits.ended, waits.answered) + 20


def wishes(world: World, visits: Visits, orders: Bools, asks: Ints, waits: Waiting) -> Wishes:
    """Draw what those who order buy, and who pays."""
    luck = world.luck
    visit = np.flatnonzero(orders)
    who = visits.key[visit]
    ready = visits.started + np.maximum(visits.dwell - 15, 3)
    ready[asks] = np.maximum(ready[asks], _settled(waits))
    placed = np.minimum(ready[visit], (visits.day[visit] + 1) * DAY - 1)
    order = np.argsort(placed, kind="stable")
    visit, who, placed = visit[order], who[order], placed[order]
    at_once = luck.uniform("order.at_once", who) < truth()["pay_at_once"]
    at_once |= visits.come.role[visit] == BRUSHER
    product = visits.product[visit]
    accessory = world.catalogue.category[product] == len(read("categories")) - 1
    more = luck.uniform("order.two", who) < np.where(accessory, 0.18, 0.03)
    quantity = 1 + more.astype(np.int64)
    deposit = _deposits(world, visits, visit, quantity)
    at_once |= deposit > 0
    reminded = _reminders(luck, who, placed, at_once)
    in_time = (reminded != NOTHING) & (reminded <= placed + 30 * MINUTE)
    later = np.where(in_time, truth()["pay_with_reminder"], truth()["pay_without_reminder"])
    pays = at_once | (luck.uniform("order.pays", who) < later)
    slow = np.maximum(reminded, placed) + 40 * MINUTE
    slow += seconds(luck.exponential("order.pays_after", 3 * HOUR, who))
    quick = placed + seconds(luck.exponential("order.pays_quickly", QUICKLY, who))
    paid = np.where(at_once, quick, slow)
    presold = deposit > 0
    paid[presold] = _balances(world, who[presold], visits.campaign[visit[presold]])
    pays[presold] = luck.uniform("order.balance", who[presold]) < truth()["presale_balance"]
    pays &= paid < world.days * DAY  # who pays after the period has not paid in it
    return Wishes(
        key=who,
        visit=visit,
        placed=placed,
        paid=np.where(pays, paid, NOTHING),
        at_once=at_once,
        reminded=reminded,
        cancelled=~pays & (luck.uniform("order.called_off", who) < CALLED_OFF),
        product=product,
        quantity=quantity,
        extra=_extras(world, who, visits.day[visit], accessory),
        deposit=deposit,
    )


def _deposits(world: World, visits: Visits, visit: Ints, quantity: Ints) -> Floats:
    """Return the deposit of each order: by a presale, for goods worth several times as much."""
    asked = np.r_[world.campaigns.term("deposit"), 0.0][visits.campaign[visit]]
    price = world.catalogue.price[visits.day[visit], visits.product[visit]] * quantity
    return np.where(price >= DEPOSITS * asked, asked, 0.0)


def _balances(world: World, who: Keys, campaign: Ints) -> Ints:
    """When the rest of the price is paid: from the morning after the presale on."""
    start = (world.campaigns.last[campaign] + 1) * DAY + BALANCE_HOUR * HOUR
    return start + seconds(world.luck.exponential("order.balance_after", 5 * HOUR, who))


def coupons(world: World, campaign: Ints, day: Ints, worth: Floats) -> Floats:
    """Return what coupons take off orders, worth so much before.

    An order has the coupon of the campaign that it came by; where that may be used beside others,
    also the coupons of other campaigns of the day that may.
    """
    plan, off = world.campaigns, np.zeros(len(worth))
    stacks = np.r_[(plan.term("stacks") == 1) & plan.runs, False]  # the last for no campaign
    for number in np.flatnonzero((plan.term("coupon") > 0) & plan.runs).tolist():
        runs = (day >= plan.first[number]) & (day <= plan.last[number])
        beside = stacks[number] & stacks[campaign] & runs
        used = ((campaign == number) | beside) & (worth >= plan.term("threshold")[number])
        off += np.where(used, plan.term("coupon")[number], 0.0)
    return np.minimum(off, worth)


def _reminders(luck: Luck, who: Keys, placed: Ints, at_once: Bools) -> Ints:
    """When the reminder to pay went out; -1 for orders paid at once and for missed reminders."""
    chance = luck.uniform("order.reminded", who)
    part = luck.uniform("order.reminded_after", who)
    minutes = np.where(chance < REMINDED_IN_TIME, 5 + 24 * part, 31 + 200 * part)
    sent = placed + seconds(minutes * MINUTE)
    missed = at_once | (chance >= REMINDED_IN_TIME + REMINDED_LATE)
    return np.where(missed, NOTHING, sent)


def _extras(world: World, who: Keys, day: Ints, accessory: Bools) -> Ints:
    """Draw an accessory bought along with other goods; -1 for none."""
    goods, luck = world.catalogue, world.luck
    first = int(day.min()) if len(day) else 0
    only = goods.category == len(read("categories")) - 1
    weights = goods.appeal[first : first + BLOCK_DAYS] * only
    taken = (luck.uniform("order.extra", who) < truth()["accessory_attach"]) & ~accessory
    chance = luck.uniform("order.which_extra", who)
    return np.where(taken, draw_in_rows(chance, weights, day - first), NOTHING)
