"""Products: launches, ends, costs, prices and how much people like them, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import specs
from ecokit.shop.simulator.arrays import Bools, Floats, Ints, draw_in_rows, yuan
from ecokit.shop.simulator.calendar import Calendar
from ecokit.shop.simulator.campaigns import Campaigns
from ecokit.shop.simulator.luck import Keys, Luck, key

LINES = ("standard", "custom", "exclusive", "oem")
# Line of the n-th place of a category; standard where nothing is said.
LINE_OF_PLACE = {
    "phones": {2: "custom", 3: "custom", 4: "exclusive", 6: "custom"},
    "tablets": {1: "custom", 3: "exclusive"},
    "audio": {2: "exclusive", 5: "oem"},
    "wearables": {3: "custom", 4: "exclusive"},
    "smart_home": {1: "oem", 4: "oem", 6: "exclusive"},
    "accessories": {0: "oem", 3: "oem", 6: "oem"},
}
MARGIN_OF_LINE = {"standard": 0.0, "custom": 0.02, "exclusive": 0.04, "oem": 0.08}
CORE_PLACES = {"phones": 4, "tablets": 2, "audio": 2, "wearables": 2}
CORE_APPEAL = 1.6
CORE_CONVERSION, OTHER_CONVERSION = 0.83, 1.08  # leads draw many who only look
NEW_SHARE = 0.2  # of the products on sale, as the deck asks; it sets how long a product lives
LETTERS = "ABCDEFGHIJKL"
PRICE_STEPS = np.array([-0.06, -0.04, -0.02, 0.02, 0.04])
PRICE_STEP_SHARE = 0.35  # share of product weeks in which the price is tried


@dataclass(frozen=True)
class Catalogue:
    """All products of the period.

    Arrays of one entry a product: `key` (of its place and generation, for its luck), `category`,
    `line` (codes), `core`, `launched`, `delisted` (day of the period; may lie outside), `cost`,
    `list_price`, `conversion`, `elasticity`, `supplier` (code), `specs` (a row a product: which of
    its category's values each attribute has). Arrays of one row a day and one column a product:
    `appeal` (weight among the views of its category; 0 when not on sale), `price`, `unit_cost`.
    """

    names: tuple[str, ...]
    key: Keys
    category: Ints
    line: Ints
    core: Bools
    launched: Ints
    delisted: Ints
    cost: Floats
    list_price: Floats
    conversion: Floats
    appeal: Floats
    price: Floats
    unit_cost: Floats
    elasticity: Floats
    supplier: Ints
    specs: Ints

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Key of each product."""
        return tuple(f"P{number:03d}" for number in range(1, len(self.names) + 1))

    def on_sale(self, days: int) -> Bools:
        """Days by products: True where the product is on sale."""
        day = np.arange(days)[:, None]
        return (day >= self.launched) & (day < self.delisted)


def catalogue(luck: Luck, year: Calendar, campaigns: Campaigns) -> Catalogue:
    """Draw the products of a company: a fixed number of places, one generation after another."""
    days = len(year.dates)
    rows = _generations(luck, days)
    keys = key("product", *np.array([row.place for row in rows], dtype=np.int64).T)
    category = np.array([row.category for row in rows])
    line = np.array([row.line for row in rows])
    launched = np.array([row.launched for row in rows])
    delisted = np.array([row.delisted for row in rows])
    cost = np.array([row.cost for row in rows])
    list_price = np.array([row.list_price for row in rows])
    core = np.array([row.core for row in rows])
    day = np.arange(days)[:, None]
    age = day - launched
    sale = (age >= 0) & (day < delisted)
    curve = np.interp(age, [0, 25, 120, _life()], [0.75, 1.1, 1.05, 0.85])
    decline = truth()["custom_line_decline"] ** (year.month[:, None] + 0.0)
    curve = curve * np.where(line == LINES.index("custom"), 1.5 * decline, 1.0)
    kinds = read("categories")
    supplier = _suppliers(luck, keys, category, line)
    cost_shock, demand_shock = (log[year.week] for log in _shocks(luck, year, supplier, keys))
    shift = truth()["cost_pass_through"] * cost_shock
    shift += truth()["price_follows_demand"] * demand_shock
    return Catalogue(
        names=tuple(row.name for row in rows),
        key=keys,
        category=category,
        line=line,
        core=core,
        launched=launched,
        delisted=delisted,
        cost=cost,
        list_price=list_price,
        conversion=np.array([float(kinds[kind]["conversion"]) for kind in category])
        * np.where(core, CORE_CONVERSION, OTHER_CONVERSION),
        appeal=np.array([row.appeal for row in rows]) * curve * sale * np.exp(demand_shock),
        price=_prices(luck, year, campaigns, category, keys, list_price * np.exp(shift)),
        unit_cost=yuan(cost * 0.99 ** (np.maximum(age, 0) / 90) * np.exp(cost_shock)),
        elasticity=np.array(
            [truth()[f"elasticity_{kinds[kind]['category']}"] for kind in category]
        ),
        supplier=supplier,
        specs=specs.drawn(luck, keys, category, list_price),
    )


def _suppliers(luck: Luck, keys: Keys, category: Ints, line: Ints) -> Ints:
    """Draw who supplies each product: a house of its category; the manufacturer makes OEM goods."""
    kinds = [row["category"] for row in read("categories")]
    deals = [row["categories"].split() for row in read("suppliers")]
    trade = np.array([[float(kind in deal) for deal in deals] for kind in kinds])
    maker = np.array([[float("oem" in deal) for deal in deals]])
    weights = np.vstack([trade, maker])
    row = np.where(line == LINES.index("oem"), len(kinds), category)
    return draw_in_rows(luck.uniform("product.supplier", keys), weights, row)


def _shocks(luck: Luck, year: Calendar, supplier: Ints, keys: Keys) -> tuple[Floats, Floats]:
    """Draw the logs of cost over its usual course and of interest, weeks by products.

    Costs remember the week before (autoregressive); half of their variance is the supplier's.
    """
    effect = truth()
    week = np.arange(int(year.week[-1]) + 1)[:, None]
    own = luck.normal("week.cost", week, keys)
    shared = luck.normal("week.supplier", week, np.arange(len(read("suppliers"))))
    kept = effect["cost_shock_persistence"]
    for shock in (own, shared):
        for number in range(1, len(week)):
            shock[number] = kept * shock[number - 1] + np.sqrt(1 - kept**2) * shock[number]
    cost = effect["cost_shock_sd"] * np.sqrt(0.5) * (own + shared[:, supplier])
    return cost, effect["demand_shock_sd"] * luck.normal("week.interest", week, keys)


def _life() -> int:
    """Days that a product stays on sale."""
    return round(truth()["new_product_days"] / NEW_SHARE)


class _Product(NamedTuple):
    launched: int
    place: tuple[int, int, int]
    name: str
    category: int
    core: bool
    delisted: int
    line: int
    cost: float
    list_price: float
    appeal: float


def _generations(luck: Luck, days: int) -> list[_Product]:
    """Fill every place of the catalogue with one product after another; in order of launch."""
    kinds = read("categories")
    places = [(code, n) for code, kind in enumerate(kinds) for n in range(int(kind["products"]))]
    chance = luck.uniform("place.phase", *np.array(places).T)
    phase = (np.argsort(np.argsort(chance)) + chance) / len(places)
    rows = []
    for (code, place), shift in zip(places, phase, strict=True):
        rng = luck.generator("place", code, place)
        launched = -int(shift * _life()) - 1
        core = place < CORE_PLACES.get(kinds[code]["category"], 0)
        appeal = float(np.exp(0.35 * rng.standard_normal())) * (CORE_APPEAL if core else 1.0)
        low, high = float(kinds[code]["price_low"]), float(kinds[code]["price_high"])
        level = low * (high / low) ** rng.random()
        generation = 1
        while launched < days:
            end = launched + _life() + int(rng.integers(-20, 21))
            name = f"{kinds[code]['name'].capitalize()} {LETTERS[place]}{generation}"
            terms = _terms(rng, kinds[code], place, level)
            entity = (code, place, generation)
            rows.append(_Product(launched, entity, name, code, core, end, *terms, appeal))
            launched, generation = end, generation + 1
    return sorted(rows)


def _terms(
    rng: np.random.Generator, kind: dict[str, str], place: int, level: float
) -> tuple[int, float, float]:
    """Draw the line, the cost and the list price (which ends in 9) of a product."""
    line = LINE_OF_PLACE[kind["category"]].get(place, "standard")
    list_price = max(19.0, round(level * (0.95 + 0.1 * rng.random()) / 10) * 10 - 1)
    margin = float(kind["margin"]) + MARGIN_OF_LINE[line] + 0.02 * (2 * rng.random() - 1)
    return LINES.index(line), float(round(list_price * (1 - margin))), list_price


def _prices(
    luck: Luck,
    year: Calendar,
    campaigns: Campaigns,
    category: Ints,
    keys: Keys,
    usual: Floats,
) -> Floats:
    """Draw offer prices by day and product: usual price, best discount, a price step on trial."""
    days = len(year.dates)
    discount = np.zeros((days, len(read("categories"))))
    for number in range(len(campaigns)):
        first, last = max(campaigns.first[number], 0), min(campaigns.last[number], days - 1)
        chosen = campaigns.focus[number] * campaigns.discount[number]
        discount[first : last + 1] = np.maximum(discount[first : last + 1], chosen)
    week = np.arange(int(year.week[-1]) + 1)[:, None]
    tried = luck.uniform("week.price_tried", week, keys) < PRICE_STEP_SHARE
    step = PRICE_STEPS[luck.whole("week.price_step", 0, len(PRICE_STEPS), week, keys)] * tried
    return yuan(usual * (1 - discount[:, category]) * (1 + step[year.week]))
