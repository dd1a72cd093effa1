"""The simulator: one fictional company, all of whose tables agree with one another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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
    access,
    carriage,
    incidents,
    market,
    marketing,
    media,
    members,
    offers,
    organisation,
    pagetests,
    partners,
    specs,
    stories,
    supply,
    systems,
    trials,
    waiting,
    ways,
)
from ecokit.shop.simulator.arrays import NOTHING, Coded, Columns, Floats, Rows, drawn, joined
from ecokit.shop.simulator.blocks import simulate_block
from ecokit.shop.simulator.catalogue import LINES
from ecokit.shop.simulator.coming import BLOCK_DAYS
from ecokit.shop.simulator.frames import input_frame, to_frame
from ecokit.shop.simulator.incremental import incremental
from ecokit.shop.simulator.platforms import platform_reports
from ecokit.shop.simulator.results import Results, targets
from ecokit.shop.simulator.world import (
    HOUSE,
    World,
    build_world,
    clicks,
    new_state,
)
from ecokit.shop.tables import Shop

INPUT_TABLES = (
    "channels",
    "cause_shares",
    "journey",
    "posts",
    "mandates",
    "needs",
    "suppliers",
    "competitors",
    "effects",
    "cities",
    "carrier_cities",
    "providers",
    "links",
)


def simulate(
    seed: int = 2025,
    days: int = 365,
    visitors_per_day: float = HOUSE,
    start: str = "2025-01-01",
    without: Sequence[str] = (),
    luck: int = 0,
) -> Shop:
    """Simulate a company and return its tables.

    Parameters
    ----------
    seed : int
        Another seed is another company: other products, prices, luck; the same calendar.
    days : int
        Length of the period in days.
    visitors_per_day : float
        Mean visits a day over the period. Above 800 the posts get more people, in proportion.
    start : str
        First day, as ``"2025-01-01"``.
    without : sequence of str
        Names of campaigns, ids of channels (neither ``"direct"`` nor ``"search"``) and of pauses,
        names of tests and of big stories, and ``"crisis"``, to leave out. All else keeps its luck:
        what differs from the company with them is what they did.
    luck : int
        Another number is other luck of the same company: other visitors, the same products,
        prices, campaigns and spend.

    Returns
    -------
    Shop
        Every table of the data package.

    Raises
    ------
    CourseError
        When an argument cannot be: no days, no visitors, a day that does not exist, a campaign
        that nobody plans, a channel that cannot be switched off.

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
    blocks: dict[str, list[Rows]] = {}
    first_day, tables_by_block = in_blocks(seed, days, visitors_per_day, start, without, luck)
    for rows in tables_by_block:
        for name, columns in rows.items():
            blocks.setdefault(name, []).append(columns)
    tables = {name: partial(input_table, name, visitors_per_day) for name in INPUT_TABLES}
    tables |= {name: partial(_frame, name, parts, first_day) for name, parts in blocks.items()}
    shop = Shop(tables)
    shop.seed = int(seed)
    return shop


def _frame(table: str, blocks: list[Rows], first_day: np.datetime64) -> pd.DataFrame:
    return to_frame(table, joined([drawn(rows) for rows in blocks]), first_day)


def input_table(name: str, visitors_per_day: float) -> pd.DataFrame:
    """Return a table that is the same for every company of a size."""
    return organisation.posts(visitors_per_day / HOUSE) if name == "posts" else input_frame(name)


def in_blocks(
    seed: int,
    days: int,
    visitors_per_day: float,
    start: str,
    without: Sequence[str] = (),
    luck: int = 0,
) -> tuple[np.datetime64, Iterator[dict[str, Rows]]]:
    """Return the first day of a company, and its rows, block after block of days.

    Parameters and errors are those of `simulate`; there are `block_count` blocks.
    """
    first_day = _first_day(start)
    _check(seed, days, visitors_per_day, luck)
    _check_names(without)
    return first_day, _tables(
        build_world(int(seed), first_day, int(days), float(visitors_per_day), without, int(luck))
    )


def block_count(days: int) -> int:
    """Return the number of blocks: those of days, and at the end that of the small tables.

    Examples
    --------
    >>> block_count(days=1)
    2
    """
    return math.ceil(days / BLOCK_DAYS) + 1


def _tables(world: World) -> Iterator[dict[str, Rows]]:
    """Yield the rows of each block of days, and at the end those of the small tables."""
    state = new_state(world)
    results = Results.empty(world)
    for first in range(0, world.days, BLOCK_DAYS):
        tables = simulate_block(world, state, first)
        results.add(world, tables)
        yield {**tables}
    if world.before is None:  # the truth is told of the whole company
        profit = float(results.profit.sum())
        yield {"incremental": partial(incremental, world, state, profit)}
    tried = pagetests.Results(world, state)
    sold = partners.Sales(world, state)
    seen = access.Access(world, state)
    yield {
        "tests": tried.tests,
        "assignments": tried.assignments,
        "members": partial(members.members, world, state),
        "campaigns": marketing.campaigns(world),
        "creatives": marketing.creatives(world, results.campaign_visits),
        "spend": media.spend(world.company, world.year, world.media, clicks(world), results.ads),
        "pauses": media.pauses(world.media),
        "platform_reports": platform_reports(world, results.claims),
        "stories": stories.table(world.year, world.stories),
        "crisis": stories.crisis(world.company, world.year, world.stories),
        "staff": organisation.staff(world),
        **organisation.decisions(world),
        "targets": targets(world, results),
        "partners": partners.partners(world),
        "partner_rebates": partners.rebates(world),
        "partner_orders": sold.orders,
        "introductions": sold.introductions,
        "systems": systems.systems(world),
        **incidents.Incidents(world, state).tables(),
        "access": seen.rights(),
        "access_log": seen.log,
        "planted": seen.planted,
        **_surroundings(world, results),
    }


def _surroundings(world: World, results: Results) -> dict[str, Columns]:
    """Rows of the tables around the products, the service desk and the market."""
    volume, store_price = supply.shelves(world)
    goods = world.catalogue
    return {
        "products": _products(world, volume, store_price),
        "attributes": specs.table(goods.category, goods.specs, goods.ids),
        "supplier_offers": supply.supplier_offers(world),
        "warehouse": supply.warehouse(world, volume),
        "expenses": supply.expenses(world, results.parcels),
        "store_sales": supply.store_sales(world, store_price),
        "roster": waiting.roster(world),
        **market.competitor_tables(world),
        "directory": market.directory(world.luck),
        "mystery_visits": market.mystery_visits(world),
        "market": market.market(world, results.sales),
        "price_tests": trials.price_tests(world),
        "warehouses": carriage.warehouses(world),
        "carriers": carriage.carriers(world.size),
        "offers": offers.offers(world),
        "offer_weeks": offers.offer_weeks(world),
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


def _check(seed: Any, days: Any, visitors_per_day: Any, luck: Any) -> None:
    for name, value, least in (("seed", seed, 0), ("days", days, 1), ("luck", luck, 0)):
        if not isinstance(value, Integral) or value < least:
            sentence = _("{name} is {value!r}; give a whole number of at least {least}.")
            raise CourseError(sentence.format(name=name, value=value, least=least))
    if not isinstance(visitors_per_day, Real) or not 0 < float(visitors_per_day) < math.inf:
        sentence = _("visitors_per_day is {value!r}; give a number above 0.")
        raise CourseError(sentence.format(value=visitors_per_day))


def _check_names(without: Any) -> None:
    names = [row["name"] for row in read("promotions")]
    channels = [row["channel_id"] for row in read("channels")]
    pauses = [row["pause_id"] for row in read("pauses")]
    tests = [row["name"] for row in read("tests")]
    known = {*names, *channels, *pauses, *tests, *stories.names()} - set(ways.ALWAYS)
    unknown = [name for name in without if name not in known]
    if not isinstance(without, str) and unknown and unknown[0] in ways.ALWAYS:
        sentence = _(
            "without has {wrong!r}, which nobody can switch off; leave it out of the list."
        )
        raise CourseError(sentence.format(wrong=unknown[0]))
    if isinstance(without, str) or unknown:
        wrong = without if isinstance(without, str) else unknown[0]
        sentence = _(
            "without has {wrong!r}; give a list of campaigns' names, such as {name!r}, or of "
            "channels, such as {channel!r}."
        )
        raise CourseError(sentence.format(wrong=wrong, name=names[0], channel=channels[-1]))
