"""What the company knows of the market: offers, a directory, test purchases, shares."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import NOTHING, Coded, Columns, Floats, yuan
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.rivals import PROMOTIONS
from ecokit.shop.simulator.world import World

VISITS_EACH = 3  # test purchases at each competitor
SURE = (1, 5)  # touchpoints that nearly every shop masters
ESTIMATE = 0.02  # error of the researcher's figure for the shop itself, in logs
MARKET_LUCK, SELLER_LUCK = 0.04, 0.05  # spread of the market and of a seller's part, in logs
CUT_SHARE = 1.12  # sales of the competitor whose prices lie deep


def competitor_tables(world: World) -> dict[str, Columns]:
    """Rows of the tables of competitors' products and of their prices."""
    rival = world.rivals
    offers = rival.offers
    ids = tuple(row["competitor_id"] for row in read("competitors"))
    kinds = tuple(row["category"] for row in read("categories"))
    number = np.arange(len(offers.skus))
    products: Columns = {
        "competitor_id": Coded(offers.competitor, ids),
        "sku": Coded(number, offers.skus),
        "name": Coded(number, offers.names),
        "category": Coded(offers.category, kinds),
        "product_id": Coded(offers.product, world.catalogue.ids),
        "listed_on": offers.listed,
        "delisted_on": np.where(offers.delisted < world.days, offers.delisted, NOTHING),
    }
    week, offer = np.nonzero(rival.listed)
    prices: Columns = {
        "week": world.year.mondays[week],
        "competitor_id": Coded(offers.competitor[offer], ids),
        "sku": Coded(offer, offers.skus),
        "list_price": rival.list_price[week, offer],
        "price": rival.price[week, offer],
        "promotion": Coded(rival.promotion[week, offer], PROMOTIONS),
        "in_stock": rival.in_stock[week, offer],
        "delivery_days": rival.delivery[week, offer],
        "rating": rival.rating[week, offer],
        "reviews": rival.reviews[week, offer],
    }
    return {"competitor_products": products, "competitor_prices": prices}


def directory(luck: Luck) -> Columns:
    """Forty shops; their sizes and prices differ a little from company to company."""
    rows = read("directory")
    kinds = ("shop", "marketplace", "store_chain", "brand", "second_hand")
    number = np.arange(len(rows))

    def text(name: str) -> Coded:
        return Coded(number, tuple(row[name] for row in rows))

    def around(name: str, spread: float) -> Floats:
        values = np.array([float(row[name]) for row in rows])
        return np.rint(values * np.exp(spread * luck.normal(f"directory.{name}", number)))

    counts = [row["category"] for row in read("categories")] + ["other"]
    listed = {name: around(name, 0.1).astype(np.int64) for name in counts}
    visits = around("monthly_visits", 0.12)
    low = np.maximum(around("price_low", 0.05), 1)
    return {
        "shop_id": text("shop_id"),
        "name": text("name"),
        "domain": text("domain"),
        "kind": Coded(np.array([kinds.index(row["kind"]) for row in rows]), kinds),
        **listed,
        "price_low": low,
        "price_high": np.maximum(around("price_high", 0.05), low),
        "monthly_visits": (np.rint(visits / 10) * 10).astype(np.int64),
        "region": text("region"),
    }


def mystery_visits(world: World) -> Columns:
    """Ten touchpoints of each test purchase, as the tester found them."""
    shops, steps, notes = read("competitors"), read("journey"), read("mystery")
    luck, size = world.luck, VISITS_EACH * len(shops)
    turn = np.repeat(np.arange(VISITS_EACH), len(shops))
    buyer = np.tile(np.arange(len(shops)), VISITS_EACH)
    when = (turn + luck.uniform("test.when", buyer, turn)) / VISITS_EACH
    order = np.argsort(when, kind="stable")
    shop, turn = buyer[order], turn[order]
    day = (when[order] * world.days).astype(np.int64)
    visit, step = np.repeat(np.arange(size), len(steps)), np.tile(np.arange(len(steps)), size)
    who = (shop[visit], turn[visit], step)
    chance = np.array([float(row["done"]) for row in shops])[shop][visit]
    chance = np.where(np.isin(step + 1, SURE), 0.5 + 0.5 * chance, chance)
    done = luck.uniform("test.done", *who) < chance
    window = np.array([int(row["minutes"]) for row in steps])[step]
    pace = np.array([float(row["pace"]) for row in shops])[shop][visit]
    took = 0.15 + 0.8 * luck.uniform("test.minutes", *who)
    minutes = np.ceil(window * pace * took).astype(np.int64)
    texts = tuple(row["done"] for row in notes) + tuple(row["missed"] for row in notes)
    return {
        "visit": visit + 1,
        "competitor_id": Coded(shop[visit], tuple(row["competitor_id"] for row in shops)),
        "visited_on": day[visit],
        "touchpoint": step + 1,
        "done": done,
        "minutes": np.where(done & (step > 0), minutes, NOTHING),
        "note": Coded(step + len(steps) * ~done, texts),
    }


def market(world: World, sales: Floats) -> Columns:
    """Sales of the market by month, category and seller; `sales` are ours, months by categories."""
    months, kinds = sales.shape
    shops, luck = read("competitors"), world.luck
    cell = (np.arange(months)[:, None], np.arange(kinds))
    seller = np.arange(len(shops))[:, None, None]
    share = np.array([float(kind["market_share"]) for kind in read("categories")])
    planned = np.zeros((world.days, kinds))
    usual = world.usual.forecast * world.usual.catalogue.price
    np.add.at(planned.T, world.catalogue.category, usual.T)
    size = np.zeros(sales.shape)
    np.add.at(size, world.year.month, planned)
    total = size * sales.sum(axis=0) / np.maximum(size.sum(axis=0), 1e-9) / share
    total = total * np.exp(MARKET_LUCK * luck.normal("market.size", *cell))
    own = sales * np.exp(ESTIMATE * luck.normal("market.estimate", *cell))
    part = np.array([float(row["share"]) for row in shops])[:, None, None]
    growth = np.array([float(row["growth"]) for row in shops])[:, None, None]
    part = part * np.exp(growth * np.arange(months)[:, None])
    part = part * np.exp(SELLER_LUCK * luck.normal("market.seller", seller, *cell))
    part[0] = np.where(_deep(world), part[0] * CUT_SHARE, part[0])
    rest = 1 - share - part.sum(axis=0)
    part = np.concatenate([part, np.maximum(rest, 0.1)[None]])
    others = np.maximum(total - own, 0.3 * total) * part / part.sum(axis=0)
    sellers = ("own", *(row["competitor_id"] for row in shops), "others")
    values = np.moveaxis(np.concatenate([own[None], others]), 0, 2)
    month, kind, number = np.unravel_index(np.arange(values.size), values.shape)
    return {
        "month": (world.year.months - world.year.dates[0]).astype(np.int64)[month],
        "category": Coded(kind, tuple(row["category"] for row in read("categories"))),
        "seller": Coded(number, sellers),
        "sales": yuan(values.ravel()),
    }


def _deep(world: World) -> np.ndarray:
    """Months by categories in which K1's offers lie a tenth or more under their usual price."""
    rival = world.rivals
    deep = rival.price < 0.9 * rival.offers.usual
    mine = rival.listed & (rival.offers.competitor == 0) & (rival.promotion == NOTHING)
    found = np.zeros((int(world.year.month[-1]) + 1, len(read("categories"))), dtype=bool)
    week, offer = np.nonzero(deep & mine)
    found[world.year.month[world.year.mondays[week]], rival.offers.category[offer]] = True
    return found
