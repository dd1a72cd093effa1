"""Price tests: visitors are divided by chance, and each arm sees its own price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import Coded, Columns, Ints, yuan
from ecokit.shop.simulator.world import CONVERSION, World, expected_views

MORE_UNITS = 0.04  # orders of a second unit


class Trial(NamedTuple):
    """A test: kind, first day (share of the period), days, price of B over A, part of B lost."""

    kind: str
    start: float
    days: int
    ratio: float
    lost: float


TRIALS = (
    Trial("aa", 0.20, 14, 1.0, 0.0),
    Trial("ab", 0.37, 28, 0.94, 0.0),
    Trial("ab", 0.68, 21, 1.05, 0.12),
)
KEEN = 1.10  # conversion of those who stay where a slow page drives part of an arm away


def price_tests(world: World, rng: np.random.Generator) -> Columns:
    """Rows of the table of tests, an arm a day: one A/A test, one sound test, one broken split."""
    goods = world.catalogue
    views = expected_views(world, world.traffic) / truth()["drawn_scale"]
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
    visitors = rng.poisson(views[day, product_of] * 0.5 * (1 - lost))
    orders = rng.binomial(visitors, np.minimum(chance, 0.9))
    return {
        "test_id": Coded(test, tuple(f"T{n}" for n in range(1, len(TRIALS) + 1))),
        "kind": Coded((test > 0).astype(np.int64), ("aa", "ab")),
        "date": day,
        "product_id": Coded(product_of, goods.ids),
        "arm": Coded(arm, ("A", "B")),
        "price": price,
        "visitors": visitors,
        "orders": orders,
        "units": orders + rng.binomial(orders, MORE_UNITS),
    }


def _product(views: np.ndarray, on_sale: np.ndarray, days: Ints) -> int:
    """Return the product most looked at among those on sale for the whole of the test."""
    whole = on_sale[days].all(axis=0)
    return int(np.argmax(views[days].sum(axis=0) * whole))
