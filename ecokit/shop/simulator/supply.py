"""Around the products: supplier offers, storage, and the company's physical stores."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import organisation
from ecokit.shop.simulator.arrays import Coded, Columns, Floats, Ints, draw_in_rows, yuan
from ecokit.shop.simulator.catalogue import LINES
from ecokit.shop.simulator.world import World

IN_STORES = {"standard": 0.78, "custom": 0.0, "exclusive": 0.0, "oem": 0.5}  # share of products
MARKUP = (0.02, 0.11)  # of the stores' price over ours
STORE_LUCK = 0.6  # spread of store sales around ours, product by product
VOLUME_LUCK = 0.25
OFFERS_A_MONTH = 4
GAIN = 0.25  # of a visit's margin: what the promotion place brings where it pays most
OFFER_LUCK = 0.6
AHEAD = 8  # days of expected sales that stock covers when it is full
ROOM = 1.15  # storage over what is needed when stock is full in a usual month
RENT, EXTRA_RENT = 0.2, 0.5  # yuan per litre and month; space rented for a peak costs more


def shelves(world: World) -> tuple[Floats, Floats]:
    """Draw the packed volume of each product, and its price in stores (nan: not sold there)."""
    goods, kinds, luck = world.catalogue, read("categories"), world.company
    litres = np.array([float(kind["volume_litres"]) for kind in kinds])[goods.category]
    spread = VOLUME_LUCK * luck.normal("product.volume", goods.key)
    volume = np.round(litres * np.exp(spread), 2)
    sold = np.array([IN_STORES[line] for line in LINES])[goods.line]
    low, high = MARKUP
    price = goods.list_price * (1 + low + (high - low) * luck.uniform("store.markup", goods.key))
    price = np.maximum(np.rint(price / 10) * 10 - 1, goods.list_price)
    return volume, np.where(luck.uniform("store.sells", goods.key) < sold, price, np.nan)


def store_sales(world: World, store_price: Floats) -> Columns:
    """Units that the stores sold, for each product they sell in each month it is on sale."""
    goods, kinds, luck = world.catalogue, read("categories"), world.luck
    ratio = np.array([float(kind["store_ratio"]) for kind in kinds])[goods.category]
    ratio = ratio * np.exp(STORE_LUCK * world.company.normal("store.ratio", goods.key))
    mean = _by_month(world, world.usual.forecast) * ratio
    units = luck.poisson("store.units", mean, np.arange(len(mean))[:, None], goods.key)
    shown = (_by_month(world, goods.on_sale(world.days)) > 0) & ~np.isnan(store_price)
    month, product = np.nonzero(shown)
    return {
        "month": _first_days(world)[month],
        "product_id": Coded(product, goods.ids),
        "units": units[month, product],
    }


def supplier_offers(world: World) -> Columns:
    """Offers of suppliers: about half of them are worth the place that they ask for."""
    world = world.usual  # what suppliers offer does not hang on what is left out
    goods, places, luck = world.catalogue, read("resources"), world.company
    units = _by_month(world, world.forecast)
    value = units * goods.cost
    months = len(units)
    month = np.repeat(np.arange(months), OFFERS_A_MONTH)
    size = len(month)
    who = (month, np.tile(np.arange(OFFERS_A_MONTH), months))
    product = draw_in_rows(luck.uniform("deal.product", *who), value, month)
    place = luck.whole("deal.place", 0, len(places), *who)
    low = np.array([int(row["days_low"]) for row in places])[place]
    high = np.array([int(row["days_high"]) for row in places])[place]
    days = luck.whole("deal.days", low, high + 1, *who)
    share = np.array([float(row["visit_share"]) for row in places])[place]
    seen = np.bincount(world.year.month, world.planned_visits, months) / np.bincount(
        world.year.month, minlength=months
    )
    visits = np.rint(seen[month] * share * days).astype(np.int64)
    margin = (world.forecast * (goods.price - goods.unit_cost)).sum() / world.planned_visits.sum()
    fair = GAIN * margin * visits / np.maximum(value[month, product], 1.0)
    cut = np.clip(fair * np.exp(OFFER_LUCK * luck.normal("deal.cut", *who)), 0.005, 0.12)
    suppliers = tuple(row["supplier_id"] for row in read("suppliers"))
    return {
        "offer_id": Coded(np.arange(size), tuple(f"O{n:03d}" for n in range(1, size + 1))),
        "supplier_id": Coded(goods.supplier[product], suppliers),
        "product_id": Coded(product, goods.ids),
        "month": _first_days(world)[month],
        "resource": Coded(place, tuple(row["resource"] for row in places)),
        "days": days,
        "visits": visits,
        "price_cut": np.round(cut, 3),
    }


def warehouse(world: World, volume: Floats) -> Columns:
    """Space rented: enough for a usual month, and more in months that need it."""
    world = world.usual  # rented before the period
    sums = np.cumsum(np.vstack([world.forecast[:1] * 0, world.forecast]), axis=0)
    last = np.minimum(np.arange(world.days) + AHEAD, world.days)
    units = sums[last] - sums[:-1]
    litres = ((units + np.sqrt(units)) * volume).sum(axis=1)
    full = np.zeros(len(world.year.months))
    np.maximum.at(full, world.year.month, litres)
    usual = float(np.ceil(ROOM * np.median(full)))
    extra = np.ceil(np.maximum(full * 1.05 - usual, 0))
    return {
        "month": _first_days(world),
        "capacity_litres": usual + extra,
        "rent": yuan(usual * RENT + extra * EXTRA_RENT),
    }


def expenses(world: World, parcels: Ints) -> Columns:
    """Return what the company pays a month beside goods, wages, storage and media."""
    months, effect = len(parcels), truth()
    people = organisation.people(world.size)
    freight = parcels * effect["freight_per_parcel"]
    office = np.full(months, people * effect["office_rent_per_person"])
    return {
        "month": np.tile(_first_days(world), 2),
        "item": Coded(np.repeat([0, 1], months), ("freight", "office_rent")),
        "amount": yuan(np.r_[freight, office]),
    }


def _first_days(world: World) -> np.ndarray:
    return (world.year.months - world.year.dates[0]).astype(np.int64)


def _by_month(world: World, daily: np.ndarray) -> Floats:
    """Add up days (rows) to months."""
    totals = np.zeros((int(world.year.month[-1]) + 1, daily.shape[1]))
    np.add.at(totals, world.year.month, daily)
    return totals
