"""From a visit to an order: questions, conversion, payment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    MINUTE,
    NOTHING,
    Bools,
    Floats,
    Ints,
    draw,
    draw_in_rows,
    exponential,
    seconds,
)
from ecokit.shop.simulator.traffic import Visits
from ecokit.shop.simulator.waiting import Waiting, wait_for_service
from ecokit.shop.simulator.world import BLOCK_DAYS, CONVERSION, World

REGIONS = ("north", "northeast", "east", "central", "south", "southwest", "northwest")
REGION_SHARE = np.array([0.17, 0.06, 0.30, 0.14, 0.20, 0.09, 0.04])
CALLED_OFF = 0.35  # unpaid orders that the customer cancels; the others lapse
REMINDED_IN_TIME, REMINDED_LATE = 0.86, 0.06


@dataclass(frozen=True)
class Wishes:
    """Orders that customers want to place, before stock; one entry an order, in order of time."""

    visit: Ints
    placed: Ints
    paid: Ints
    at_once: Bools
    reminded: Ints
    cancelled: Bools
    product: Ints
    quantity: Ints
    extra: Ints
    region: Ints


def questions(world: World, rng: np.random.Generator, visits: Visits) -> tuple[Ints, Waiting]:
    """Visits in which the customer asks by chat (row numbers), and how long each waits."""
    asks = np.flatnonzero(
        (visits.product >= 0) & (rng.random(len(visits.day)) < truth()["consultation_share"])
    )
    length = np.maximum(visits.dwell[asks], 60)
    arrived = visits.started[asks] + 20 + (rng.random(len(asks)) * 0.5 * length).astype(np.int64)
    return asks, wait_for_service(world, rng, arrived, np.zeros(len(asks), dtype=bool))


def conversion(world: World, visits: Visits, asks: Ints, waits: Waiting, window: int) -> Floats:
    """Return the probability that a visit ends in a placed order; `window` is for the answer."""
    effect = truth()
    goods = world.catalogue
    product = np.maximum(visits.product, 0)
    day = visits.day
    campaign = np.maximum(visits.campaign, 0)
    chance = goods.conversion[product] * CONVERSION * world.conversion[day]
    chance = (
        chance
        * (goods.price[day, product] / goods.list_price[product]) ** goods.elasticity[product]
    )
    chance = chance * world.rivals.pull[day, product]
    chance = chance * np.exp(
        effect["dwell_conversion"] * (visits.dwell - effect["dwell_mean"]) / MINUTE
    )
    if len(world.campaigns):
        quality = world.campaigns.conversion[campaign] * effect["campaign_conversion"]
        chance = np.where(visits.campaign >= 0, chance * quality, chance)
    chance = np.where(visits.customer, chance * effect["returning_conversion"], chance)
    wait = waits.answered - waits.arrived
    answer = np.where(wait <= window, effect["consultation_in_time"], effect["consultation_late"])
    chance[asks] *= np.where(waits.answered == NOTHING, effect["consultation_missed"], answer)
    return np.where(visits.product >= 0, np.minimum(chance, 0.9), 0.0)


def wishes(world: World, rng: np.random.Generator, visits: Visits, chance: Floats) -> Wishes:
    """Draw who orders, what, and who pays."""
    visit = np.flatnonzero(rng.random(len(chance)) < chance)
    size = len(visit)
    placed = visits.started[visit] + np.maximum(visits.dwell[visit] - 15, 3)
    placed = np.minimum(placed, (visits.day[visit] + 1) * DAY - 1)
    at_once = rng.random(size) < truth()["pay_at_once"]
    reminded = _reminders(rng, placed, at_once)
    in_time = (reminded != NOTHING) & (reminded <= placed + 30 * MINUTE)
    later = np.where(in_time, truth()["pay_with_reminder"], truth()["pay_without_reminder"])
    pays = at_once | (rng.random(size) < later)
    delay = np.where(at_once, seconds(exponential(rng, 45, size)), 0)
    slow = np.maximum(reminded, placed) + 40 * MINUTE + seconds(exponential(rng, 3 * 3600, size))
    product = visits.product[visit]
    accessory = world.catalogue.category[product] == len(read("categories")) - 1
    more = rng.random(size) < np.where(accessory, 0.18, 0.03)
    return Wishes(
        visit=visit,
        placed=placed,
        paid=np.where(pays, np.where(at_once, placed + delay, slow), NOTHING),
        at_once=at_once,
        reminded=reminded,
        cancelled=~pays & (rng.random(size) < CALLED_OFF),
        product=product,
        quantity=1 + more.astype(np.int64),
        extra=_extras(world, rng, visits.day[visit], accessory),
        region=draw(rng, REGION_SHARE, size),
    )


def _reminders(rng: np.random.Generator, placed: Ints, at_once: Bools) -> Ints:
    """When the reminder to pay went out; -1 for orders paid at once and for missed reminders."""
    chance = rng.random(len(placed))
    minutes = np.where(
        chance < REMINDED_IN_TIME,
        5 + 24 * rng.random(len(placed)),
        31 + 200 * rng.random(len(placed)),
    )
    sent = placed + seconds(minutes * MINUTE)
    missed = at_once | (chance >= REMINDED_IN_TIME + REMINDED_LATE)
    return np.where(missed, NOTHING, sent)


def _extras(world: World, rng: np.random.Generator, day: Ints, accessory: Bools) -> Ints:
    """Draw an accessory bought along with other goods; -1 for none."""
    goods = world.catalogue
    first = int(day.min()) if len(day) else 0
    only = goods.category == len(read("categories")) - 1
    weights = goods.appeal[first : first + BLOCK_DAYS] * only
    taken = (rng.random(len(day)) < truth()["accessory_attach"]) & ~accessory
    return np.where(taken, draw_in_rows(rng.random(len(day)), weights, day - first), NOTHING)
