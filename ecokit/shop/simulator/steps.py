"""The steps of a visit: product, cart, checkout, order; and where people are lost between them.

One uniform number decides all steps of a visit. With the chance p of an order, the share o of
checkouts that are finished and the share k of carts that go to the checkout, there is an order
where it is below p, a checkout below p/o and a cart below p/(o k). So who orders has passed every
step, and the shares come out as they are told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator import people
from ecokit.shop.simulator.arrays import Bools, Floats, Ints
from ecokit.shop.simulator.coming import BRUSHER, CUSTOMER
from ecokit.shop.simulator.traffic import Visits
from ecokit.shop.simulator.world import World

STEPS = ("visit", "product", "cart", "checkout", "order")
VISIT, PRODUCT, CART, CHECKOUT, ORDER = range(5)
LEAK_DEVICE = people.DEVICES.index("desktop")
LEAK_DAYS = (1013, 1021)  # first and last day (month, day) of the broken checkout


@dataclass(frozen=True)
class Chances:
    """Chances of a cart, a checkout and an order, a visit each."""

    cart: Floats
    checkout: Floats
    order: Floats


def chances(world: World, visits: Visits, order: Floats) -> Chances:
    """Return the chance of each step, from that of an order with a sound checkout."""
    effect, come = truth(), visits.come
    known = (come.role == CUSTOMER) | (come.turn > 0)
    kept = np.where(known, effect["checkout_known"], effect["checkout_new"])
    done = np.where(known, effect["finish_known"], effect["finish_new"])
    broken = leaking(world, visits) & (come.role != BRUSHER)
    ends = np.where(broken, effect["leak_finish"], 1.0)
    return Chances(order / (done * kept), order / done, order * ends)


def leaking(world: World, visits: Visits) -> Bools:
    """Return the visits that would meet the broken checkout."""
    day = world.year.keys[visits.day]
    inside = (day >= LEAK_DAYS[0]) & (day <= LEAK_DAYS[1])
    return np.asarray(inside & (visits.device == LEAK_DEVICE))


def reached(world: World, visits: Visits, chance: Chances) -> Ints:
    """Draw the furthest step of each visit, stock not yet asked."""
    luck = world.luck.uniform("order.places", visits.key)
    step = np.where(visits.product >= 0, PRODUCT, VISIT)
    for number, limit in ((CART, chance.cart), (CHECKOUT, chance.checkout), (ORDER, chance.order)):
        step = np.where(luck < limit, number, step)
    return step
