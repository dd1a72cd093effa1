"""Offers of whole lots: to buy out, exclusive, under our name, made for us; and how past ones sold.

What is believed of the demand of an offer is a mean and a spread. What comes true is drawn from the
law that has them, a negative binomial: a rate from a gamma law, then units week by week from
Poisson laws around it, fewer from week to week (`offer_decay`). So the first weeks tell of the
rest: of a season of 12 weeks the first 3 hold 38 %, and 200 units sold in them leave an error of
7 % where the belief had one of 30 %.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import Coded, Columns, Floats
from ecokit.shop.simulator.carriage import names
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.world import World

KINDS = ("buy_out", "exclusive", "oem", "custom")
PRICE_LUCK, MEAN_LUCK = 0.08, 0.2  # spread from company to company, in logs
LEAST = 12  # units that somebody offers at least


def _numbers(name: str) -> Floats:
    """Return a column of the offers; nan where it is empty."""
    return np.array([float(row[name] or "nan") for row in read("offers")])


def _who() -> Keys:
    return key("lot", np.arange(len(read("offers"))))


def _believed(world: World) -> tuple[Floats, Floats]:
    """Return mean and spread of the demand for each offer, in units."""
    luck = np.exp(MEAN_LUCK * world.company.normal("lot.mean", _who()))
    mean = np.maximum(np.rint(_numbers("mean") * world.size * luck), LEAST)
    spread = np.maximum(_numbers("spread") * mean, 1.2 * np.sqrt(mean))
    return mean, np.asarray(np.round(spread, 1), dtype=np.float64)


def offers(world: World) -> Columns:
    """Rows of the table of offers."""
    rows = read("offers")
    number = np.arange(len(rows))
    mean, spread = _believed(world)
    price = _numbers("price") * np.exp(PRICE_LUCK * world.company.normal("lot.price", _who()))
    price = np.rint(price)

    def text(name: str) -> Coded:
        return Coded(number, tuple(row[name] for row in rows))

    def coded(name: str, known: tuple[str, ...]) -> Coded:
        return Coded(np.array([known.index(row[name]) for row in rows]), known)

    def of_price(name: str) -> Floats:
        return np.asarray(np.rint(price * _numbers(name)))

    return {
        "offer_id": text("offer_id"),
        "kind": coded("kind", KINDS),
        "supplier_id": coded("supplier_id", names("suppliers", "supplier_id")),
        "name": text("name"),
        "category": coded("category", names("categories", "category")),
        "wholesale": of_price("wholesale"),
        "price": price,
        "salvage": of_price("salvage"),
        "supplier_cost": of_price("supplier_cost"),
        "demand_mean": mean,
        "demand_sd": spread,
        "weeks": _numbers("weeks").astype(np.int64),
        "minimum": np.rint(_numbers("minimum") * mean).astype(np.int64),
        "tooling": np.ceil(_numbers("tooling") * world.size),
        "buy_back": of_price("buy_back"),
        "price_protection": np.array([row["price_protection"] == "true" for row in rows]),
        "guarantee": np.ceil(_numbers("guarantee") * world.size),
        "stages": _numbers("stages").astype(np.int64),
    }


def offer_weeks(world: World) -> Columns:
    """Rows of the table of weeks: what past offers sold."""
    past = np.flatnonzero([row["past"] == "true" for row in read("offers")])
    mean, spread = _believed(world)
    shape = mean**2 / (spread**2 - mean)
    drawn = special.gammaincinv(shape, world.company.uniform("lot.rate", _who())) / shape
    weeks = _numbers("weeks").astype(np.int64)[past]
    offer = np.repeat(past, weeks)
    week = np.arange(len(offer)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    decay = truth()["offer_decay"]
    share = decay**week * (1 - decay) / (1 - decay ** np.repeat(weeks, weeks))
    sold = world.company.poisson("lot.sold", (mean * drawn)[offer] * share, _who()[offer], week)
    return {
        "offer_id": Coded(offer, names("offers", "offer_id")),
        "week": week + 1,
        "sold": sold,
    }
