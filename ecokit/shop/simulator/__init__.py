"""The simulator: one fictional company, all of whose tables agree with one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.inputs import read
from ecokit.shop.simulator import (
    market,
    marketing,
    organisation,
    specs,
    supply,
    trials,
    waiting,
)
from ecokit.shop.simulator.arrays import NOTHING, Coded, Columns, Floats, joined
from ecokit.shop.simulator.blocks import simulate_block
from ecokit.shop.simulator.catalogue import LINES
from ecokit.shop.simulator.frames import input_frame, to_frame
from ecokit.shop.simulator.results import Results, targets
from ecokit.shop.simulator.world import BLOCK_DAYS, World, build_world, new_state
from ecokit.shop.tables import Shop

INPUT_TABLES = (
    "channels",
    "journey",
    "posts",
    "mandates",
    "needs",
    "suppliers",
    "competitors",
    "effects",
)


def simulate(
    seed: int = 2025, days: int = 365, visitors_per_day: float = 411, start: str = "2025-01-01"
) -> Shop:
    """Simulate a company and return its tables.

    Parameters
    ----------
    seed : int
        Another seed is another company: other products, prices, luck; the same calendar.
    days : int
        Length of the period in days.
    visitors_per_day : float
        Mean visits a day over the period.
    start : str
        First day, as ``"2025-01-01"``.

    Returns
    -------
    Shop
        Every table of the data package.

    Raises
    ------
    CourseError
        When an argument cannot be: no days, no visitors, a day that does not exist.

    Examples
    --------
    >>> shop = simulate(seed=1, days=14, visitors_per_day=100)
    >>> shop.stock.date.nunique()
    14
    >>> simulate(days=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is 0; give a whole number of at least 1.
    """
    blocks: dict[str, list[Columns]] = {}
    first_day, tables_by_block = in_blocks(seed, days, visitors_per_day, start)
    for rows in tables_by_block:
        for name, columns in rows.items():
            blocks.setdefault(name, []).append(columns)
    tables = {name: partial(input_frame, name) for name in INPUT_TABLES}
    tables |= {name: partial(_frame, name, parts, first_day) for name, parts in blocks.items()}
    return Shop(tables)


def _frame(table: str, blocks: list[Columns], first_day: np.datetime64) -> pd.DataFrame:
    return to_frame(table, joined(blocks), first_day)


def in_blocks(
    seed: int, days: int, visitors_per_day: float, start: str
) -> tuple[np.datetime64, Iterator[dict[str, Columns]]]:
    """Return the first day of a company, and its rows, block after block of days.

    Parameters and errors are those of `simulate`; there are `block_count` blocks.
    """
    first_day = _first_day(start)
    _check(seed, days, visitors_per_day)
    return first_day, _tables(int(seed), int(days), float(visitors_per_day), first_day)


def block_count(days: int) -> int:
    """Return the number of blocks: those of days, and at the end that of the small tables.

    Examples
    --------
    >>> block_count(days=1)
    2
    """
    return math.ceil(days / BLOCK_DAYS) + 1


def _tables(
    seed: int, days: int, visitors_per_day: float, first_day: np.datetime64
) -> Iterator[dict[str, Columns]]:
    """Yield the rows of each block of days, and at the end those of the small tables."""
    world_seed, state_seed, block_seed, people_seed, side_seed = np.random.SeedSequence(seed).spawn(
        5
    )
    world = build_world(world_seed, first_day, days, visitors_per_day)
    state = new_state(world, state_seed)
    results = Results.empty(world)
    starts = range(0, days, BLOCK_DAYS)
    for first, child in zip(starts, block_seed.spawn(len(starts)), strict=True):
        tables = simulate_block(world, state, child, first)
        results.add(world, tables)
        yield tables
    design, people, choices = (np.random.default_rng(child) for child in people_seed.spawn(3))
    yield {
        "campaigns": marketing.campaigns(world),
        "creatives": marketing.creatives(world, design, results.campaign_visits),
        "staff": organisation.staff(world, people),
        **organisation.decisions(world, choices),
        "targets": targets(world, results),
        **_surroundings(world, results, side_seed),
    }


def _surroundings(
    world: World, results: Results, seed: np.random.SeedSequence
) -> dict[str, Columns]:
    """Rows of the tables around the products, the service desk and the market."""
    shelf, stores, deals, shops, tester, research, trial = (
        np.random.default_rng(child) for child in seed.spawn(7)
    )
    volume, store_price = supply.shelves(world, shelf)
    goods = world.catalogue
    return {
        "products": _products(world, volume, store_price),
        "attributes": specs.table(goods.category, goods.specs, goods.ids),
        "supplier_offers": supply.supplier_offers(world, deals),
        "warehouse": supply.warehouse(world, volume),
        "store_sales": supply.store_sales(world, stores, store_price),
        "roster": waiting.roster(world),
        **market.competitor_tables(world),
        "directory": market.directory(shops),
        "mystery_visits": market.mystery_visits(world, tester),
        "market": market.market(world, research, results.sales),
        "price_tests": trials.price_tests(world, trial),
    }


def _products(world: World, volume: Floats, store_price: Floats) -> Columns:
    goods = world.catalogue
    kinds = tuple(row["category"] for row in read("categories"))
    number = np.arange(len(goods.names))
    return {
        "product_id": Coded(number, goods.ids),
        "name": Coded(number, goods.names),
        "category": Coded(goods.category, kinds),
        "line": Coded(goods.line, LINES),
        "core": goods.core,
        "launched_on": goods.launched,
        "delisted_on": np.where(goods.delisted < world.days, goods.delisted, NOTHING),
        "cost": goods.cost,
        "list_price": goods.list_price,
        "supplier_id": Coded(
            goods.supplier, tuple(row["supplier_id"] for row in read("suppliers"))
        ),
        "volume_litres": volume,
        "store_price": store_price,
    }


def _first_day(start: str) -> np.datetime64:
    try:
        return np.datetime64(date.fromisoformat(str(start)[:10]), "D")
    except ValueError:
        raise CourseError(
            _("start is {start!r}; write a day as '2025-01-01'.").format(start=start)
        ) from None


def _check(seed: Any, days: Any, visitors_per_day: Any) -> None:
    for name, value, least in (("seed", seed, 0), ("days", days, 1)):
        if not isinstance(value, Integral) or value < least:
            sentence = _("{name} is {value!r}; give a whole number of at least {least}.")
            raise CourseError(sentence.format(name=name, value=value, least=least))
    if not isinstance(visitors_per_day, Real) or not 0 < float(visitors_per_day) < math.inf:
        sentence = _("visitors_per_day is {value!r}; give a number above 0.")
        raise CourseError(sentence.format(value=visitors_per_day))
