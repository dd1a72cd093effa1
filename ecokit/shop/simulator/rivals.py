"""The competitors: which products they list, and how their prices move week by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import names
from ecokit.shop.simulator.arrays import NOTHING, Bools, Floats, Ints, running_within
from ecokit.shop.simulator.calendar import Calendar
from ecokit.shop.simulator.catalogue import LINES, Catalogue
from ecokit.shop.simulator.luck import Keys, Luck, key

SEEN = 60  # days that a product of ours is on sale before a competitor takes it up
OWN_PRICE = 0.05  # spread of an offer's usual price around the competitor's level, in logs
MOVE_SHARE, MOVE = 0.16, 0.05  # category weeks in which the leader moves; spread of its levels
TAKES_PART = (0.75, 0.85, 0.5)  # offers of a category that a move of K1, K2, K3 reaches
CUT, CUT_FROM, CUT_TO = 0.12, 914, 1007  # K1's deep cut of its phones, Mondays (month, day)
VANISHING, VANISHED = -0.02, 0.8  # offers cheaper than this (log) leave early, with that chance
PROMOTIONS = ("sale", "coupon", "bundle")
COUPONS, BUNDLES = 0.05, 0.03  # offers a week
FESTIVALS = ((609, 618, 0.9), (1027, 1111, 0.9), (1201, 1212, 0.4))  # first, last Monday; share
PEAKS = ((609, 622), (1101, 1118))  # when parcels take a day longer


@dataclass(frozen=True)
class Offers:
    """What competitors list, one entry an offer; `product` is ours or -1, `usual` their price.

    `key` and `item` (what the offer is of, the same for all who list it) are for their luck.
    """

    key: Keys
    competitor: Ints
    category: Ints
    product: Ints
    item: Keys
    names: tuple[str, ...]
    skus: tuple[str, ...]
    listed: Ints
    delisted: Ints
    usual: Floats


@dataclass(frozen=True)
class Rivals:
    """Offers, and what is published about each on Mondays (weeks by offers).

    `pull` is the ratio of our demand to its usual level (days by products of ours) that the
    cheapest competitor's price of the same product makes.
    """

    offers: Offers
    listed: Bools
    list_price: Floats
    price: Floats
    promotion: Ints
    in_stock: Bools
    delivery: Ints
    rating: Floats
    reviews: Ints
    pull: Floats


def rivals(luck: Luck, year: Calendar, goods: Catalogue) -> Rivals:
    """Draw the competitors' offers and what they publish in each week of the period."""
    offers = _offers(luck, len(year.dates), goods)
    monday, who = year.mondays, offers.key
    week = np.arange(len(monday))[:, None]
    listed = (monday[:, None] >= offers.listed) & (monday[:, None] < offers.delisted)
    level = np.exp(_levels(luck, year, offers))
    promotion, cut = _promotions(luck, year.keys[monday], who)
    shops = read("competitors")
    inflated = np.array([float(row["inflated"]) for row in shops])[offers.competitor]
    usual = offers.usual * level
    price = charm(usual * (1 - cut))
    peak = _within(year.keys[monday], PEAKS)
    days = np.array([int(row["delivery"]) for row in shops])[offers.competitor]
    rated = np.array([float(row["rating"]) for row in shops])[offers.competitor]
    rated = rated + 0.2 * luck.normal("offer.rating", who)
    rated = rated + 0.03 * luck.normal("offer.week_rating", week, who)
    talked_of = np.exp(1 + luck.normal("offer.reviews", who))
    weekly = luck.poisson("offer.week_reviews", talked_of, week, who)
    reviews = luck.whole("offer.old_reviews", 3, 400, who) + np.cumsum(weekly, axis=0)
    return Rivals(
        offers=offers,
        listed=listed,
        list_price=np.maximum(charm(usual * (1 + inflated)), price),
        price=price,
        promotion=promotion,
        in_stock=~_sold_out(luck, offers, len(monday)),
        delivery=days + peak[:, None] + (luck.uniform("offer.delivery", week, who) < 0.15),
        rating=np.clip(np.round(rated, 1), 3.0, 4.9),
        reviews=reviews,
        pull=_pull(year, goods, offers, listed, price),
    )


def charm(price: Floats) -> Floats:
    """Round as shops do: to whole yuan, from 500 yuan on to the nearest price that ends in 9.

    Examples
    --------
    >>> charm(np.array([49.4, 1303.0])).tolist()
    [49.0, 1299.0]
    """
    return np.where(price >= 500, np.rint((price + 1) / 10) * 10 - 1, np.maximum(np.rint(price), 1))


def _offers(luck: Luck, days: int, goods: Catalogue) -> Offers:
    """Draw what each competitor lists: the same products as ours, near misses, others."""
    rows: list[names.Draft] = []
    taken: Ints = np.zeros(0, dtype=np.int64)
    kinds = read("categories")
    share = np.array([float(kind["visit_share"]) for kind in kinds])
    for number, shop in enumerate(read("competitors")):
        weight = _interest(days, goods, number == 0) * np.where(
            np.isin(np.arange(len(goods.names)), taken), 3.0, 1.0
        )
        time = luck.exponential("offer.race", 1 / np.maximum(weight, 1e-12), number, goods.key)
        race = _every_category(np.argsort(time), goods.category)
        able = int((weight > 0).sum())
        same = race[: min(int(shop["same"]), able)]
        likes = np.argsort(luck.uniform("offer.likes", number, goods.key[race[:able]]))
        near = race[:able][likes][: int(shop["near"])]
        other = luck.pick("offer.others", share, number, np.arange(int(shop["other"])))
        rows += names.same(luck, number, goods, same)
        rows += names.near(luck, number, goods, near)
        rows += names.other(luck, number, other)
        taken = same if number == 0 else taken
    return _placed(luck, days, goods, rows)


def _every_category(race: Ints, category: Ints) -> Ints:
    """Bring the first two products of each category to the front, so that none is left out."""
    place = running_within(category[race], np.ones_like(race))
    return race[np.argsort(place > 2, kind="stable")]


def _interest(days: int, goods: Catalogue, leader: bool) -> Floats:
    """How much competitors want each product: standard goods, the longer on sale the more.

    The leader lists every core phone.
    """
    time = np.minimum(goods.delisted, days) - np.maximum(goods.launched, 0)
    free = (goods.line == LINES.index("standard")) & (time >= min(SEEN, days))
    core = np.where(goods.core & (goods.category == 0) & leader, 1e6, np.where(goods.core, 6, 1))
    return np.asarray(free * time * core, dtype=np.float64)


def _placed(luck: Luck, days: int, goods: Catalogue, rows: list[names.Draft]) -> Offers:
    """Draw usual prices, and when each offer comes and goes: cheap ones leave, dear ones come."""
    shops, kinds = read("competitors"), read("categories")
    who = np.array([key("offer", row.competitor, row.name) for row in rows], dtype=np.uint64)
    competitor = np.array([row.competitor for row in rows])
    category = np.array([row.category for row in rows])
    product = np.array([row.product for row in rows])
    own = OWN_PRICE * luck.normal("offer.price", who)
    draws = ("offer.late", "offer.when", "offer.vanishes", "offer.early")
    late, when, chance, early = (luck.uniform(draw, who) for draw in draws)
    same, ours = product >= 0, np.maximum(product, 0)
    new = ~same & (late < 0.3)
    own = np.where(new, np.abs(own) + 0.02, own)
    listed = np.where(new, 20 + 230 * when, -200 * when - 2).astype(np.int64)
    listed = np.where(same, np.maximum(goods.launched[ours] + 40 * when, listed), listed)
    delisted = np.where(same, goods.delisted[ours] + 60 * late - 40, 10_000)
    leaves = (own < VANISHING) & (chance < VANISHED)
    delisted = np.where(leaves, np.minimum(delisted, 90 + 210 * early), delisted)
    delisted = np.maximum(delisted.astype(np.int64), listed + 28)
    gap = np.array([[float(shop[kind["category"]]) for kind in kinds] for shop in shops])
    usual = np.array([row.price for row in rows]) * (1 + gap[competitor, category]) * np.exp(own)
    item = np.where(same, goods.key[ours], who)
    number = _numbers(luck, competitor, who)
    initials = ["".join(word[0] for word in shop["name"].split()[:2]) for shop in shops]
    skus = [f"{initials[c]}{n}" for c, n in zip(competitor, number, strict=True)]
    kept = np.flatnonzero((listed < days) & (delisted > 0))
    return Offers(
        key=who[kept],
        competitor=competitor[kept],
        category=category[kept],
        product=product[kept],
        item=item[kept],
        names=tuple(rows[n].name for n in kept),
        skus=tuple(skus[n] for n in kept),
        listed=np.ceil(listed[kept]).astype(np.int64),
        delisted=np.ceil(delisted[kept]).astype(np.int64),
        usual=charm(usual[kept]),
    )


def _numbers(luck: Luck, competitor: Ints, who: Keys) -> list[int]:
    """Draw the number in each article code; who finds it taken takes the next that is free."""
    found: dict[tuple[int, int], None] = {}
    wanted = luck.whole("offer.number", 1000, 10_000, who)
    for code in zip(competitor.tolist(), wanted.tolist(), strict=True):
        shop, number = code
        while (shop, number) in found:
            number += 1
        found[shop, number] = None
    return [number for _, number in found]


def _levels(luck: Luck, year: Calendar, offers: Offers) -> Floats:
    """Log of each offer's price over its usual price: K1 moves a category, the others follow."""
    weeks, kinds = len(year.mondays), len(read("categories"))
    if weeks == 0:
        return np.zeros((0, len(offers.skus)))
    lags = np.array([0, int(truth()["follow_weeks_2"]), int(truth()["follow_weeks_3"])])
    now, every = np.arange(weeks)[:, None], np.arange(kinds)
    moves = luck.uniform("leader.moves", now, every) < MOVE_SHARE
    target = MOVE * luck.normal("leader.level", now, every)
    week = now - lags[offers.competitor]
    inside, week = week >= 0, np.maximum(week, 0)
    together = luck.uniform("leader.reaches", week, offers.item)
    reached = together < np.array(TAKES_PART)[offers.competitor]
    event = inside & moves[week, offers.category] & reached
    value = target[week, offers.category]
    value = value + 0.01 * luck.normal("offer.level", now, offers.key)
    last = np.maximum.accumulate(np.where(event, np.arange(weeks)[:, None], -1), axis=0)
    level = np.where(last >= 0, np.take_along_axis(value, np.maximum(last, 0), axis=0), 0.0)
    cut = _within(year.keys[year.mondays], ((CUT_FROM, CUT_TO),))[:, None]
    cut = cut & (offers.category == 0) & (offers.competitor == 0)
    return level + np.log(1 - CUT) * cut


def _within(keys: Ints, spans: tuple[tuple[int, int], ...]) -> Bools:
    """Weeks whose Monday lies in one of the spans of the year."""
    found = np.zeros(len(keys), dtype=bool)
    for first, last in spans:
        found |= (keys >= first) & (keys <= last)
    return found


def _promotions(luck: Luck, keys: Ints, offers: Keys) -> tuple[Ints, Floats]:
    """Draw the promotion of each offer in each week (-1: none) and its share off the price."""
    week = np.arange(len(keys))[:, None]
    chance = luck.uniform("offer.promotion", week, offers)
    depth = luck.uniform("offer.depth", week, offers)
    sale = np.zeros(len(keys))
    for first, last, share in FESTIVALS:
        sale = np.where((keys >= first) & (keys <= last), share, sale)
    edges = np.cumsum([sale, sale * 0 + COUPONS, sale * 0 + BUNDLES], axis=0)
    kind = (chance[None] >= edges[:, :, None]).sum(axis=0)
    low, width = np.array([0.06, 0.03, 0.02, 0.0]), np.array([0.08, 0.05, 0.03, 0.0])
    return np.where(kind < len(PROMOTIONS), kind, NOTHING), low[kind] + width[kind] * depth


def _sold_out(luck: Luck, offers: Offers, weeks: int) -> Bools:
    """Weeks in which an offer is sold out, for one to three weeks at a time."""
    share = np.array([float(row["sold_out"]) for row in read("competitors")])[offers.competitor]
    week = np.arange(weeks)[:, None]
    starts = luck.uniform("offer.sold_out", week, offers.key) < share / 2
    length = luck.whole("offer.out_weeks", 1, 4, week, offers.key)
    out = starts.copy()
    for later in (1, 2):
        out[later:] |= starts[:-later] & (length[:-later] > later)
    return out


def _pull(year: Calendar, goods: Catalogue, offers: Offers, listed: Bools, price: Floats) -> Floats:
    """Ratio of demand to usual by day and product: (cheapest price / its usual price) ^ effect."""
    ratio = np.ones((len(price), len(goods.names)))
    cheapest = np.full(ratio.shape, np.inf)
    for number in np.flatnonzero(offers.product >= 0):
        product = offers.product[number]
        better = listed[:, number] & (price[:, number] < cheapest[:, product])
        change = price[:, number] / offers.usual[number]
        ratio[:, product] = np.where(better, change, ratio[:, product])
        cheapest[:, product] = np.where(better, price[:, number], cheapest[:, product])
    before = np.searchsorted(year.mondays, np.arange(len(year.dates)), side="right")
    daily: Floats = np.vstack([np.ones(len(goods.names)), ratio])[before]
    return daily ** truth()["cross_elasticity"]
