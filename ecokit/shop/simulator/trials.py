"""Price tests: visitors are divided by chance, and each arm sees its own price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecokit.shop.simulator.arrays import Coded, Columns, Ints, yuan
from ecokit.shop.simulator.world import CONVERSION, World, expected_views, looks_again

MORE_UNITS = 0.04  # orders of a second unit


class Trial(NamedTuple):
    """A test: kind, first day (share of the period), days, price of B over A, part of B lost."""

    kind: str
    start: float
    days: int
    ratio: float
    lost: float


TRIALS = (
    Trial("aa", 0.08, 28, 1.0, 0.0),
    Trial("ab", 0.25, 56, 0.88, 0.0),
    Trial("ab", 0.55, 63, 1.05, 0.25),
)
KEEN = 1.10  # conversion of those who stay where a slow page drives part of an arm away


def price_tests(world: World) -> Columns:
    """Rows of the table of tests, an arm a day: one A/A test, one sound test, one broken split."""
    goods, luck = world.catalogue, world.luck
    every = world.traffic * (1 + looks_again().sum())  # each visit may look at another product
    views = expected_views(world, every)
    rows: list[tuple[int, int, int, int]] = []
    for number, trial in enumerate(TRIALS):
        first = int(trial.start * world.days)
        days = np.arange(first, min(first + trial.days, world.days))
        product = _product(views, goods.on_sale(world.days), days)
        rows += [(number, day, product, arm) for day in days.tolist() for arm in (0, 1)]
    test, day, product_of, arm = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    ratio = np.array([trial.ratio for trial in TRIALS])[test] ** arm
    lost = np.array([trial.lost for trial in TRIALS])[test] * arm
    price = yuan(goods.price[day, product_of] * ratio)
    pull = (price / goods.list_price[product_of]) ** goods.elasticity[product_of]
    chance = goods.conversion[product_of] * CONVERSION * pull * np.where(lost > 0, KEEN, 1.0)
    who = (test, day, arm)
    visitors = luck.poisson("trial.visitors", views[day, product_of] * 0.5 * (1 - lost), *who)
    orders = luck.binomial("trial.orders", visitors, np.minimum(chance, 0.9), *who)
    return {
        "test_id": Coded(test, tuple(f"T{n}" for n in range(1, len(TRIALS) + 1))),
        "kind": Coded((test > 0).astype(np.int64), ("aa", "ab")),
        "date": day,
        "product_id": Coded(product_of, goods.ids),
        "arm": Coded(arm, ("A", "B")),
        "price": price,
        "visitors": visitors,
        "orders": orders,
        "units": orders + luck.binomial("trial.units", orders, MORE_UNITS, *who),
    }


def _product(views: np.ndarray, on_sale: np.ndarray, days: Ints) -> int:
    """Return the product most looked at among those on sale for the whole of the test."""
    whole = on_sale[days].all(axis=0)
    return int(np.argmax(views[days].sum(axis=0) * whole))
