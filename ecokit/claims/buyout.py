"""What the page on buy-outs says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import buyout
from ecokit.claims._offers import belief_of, no_zone, open_offers, seasons

if TYPE_CHECKING:
    from ecokit.shop import Shop


def expected_demand_is_not_the_best_order(shop: Shop) -> bool:
    """For no open offer the demand that is expected is the best order."""
    found = []
    for _, offer in open_offers(shop).iterrows():
        terms = buyout.Terms(*offer[["price", "wholesale", "salvage"]])
        law = belief_of(offer).demand()
        expected = buyout.profit_curve(law, terms, [offer["demand_mean"]])["profit"].iloc[0]
        found.append(expected < buyout.shop_quantity(law, terms).profit)
    return all(found)


def one_offer_has_no_zone(shop: Shop) -> bool:
    """The tablet for elders has no price that both sides can accept."""
    return bool(no_zone(shop))


def weeks_narrow_the_belief(shop: Shop) -> bool:
    """After the first weeks the interval of the rest is narrower, for every past offer."""
    told = seasons(shop)
    return bool((told["high"] - told["low"] < told["high_before"] - told["low_before"]).all())


def a_second_order_is_worth_money(shop: Shop) -> bool:
    """Every open offer with a second order is worth more with it than without it."""
    offers = open_offers(shop)
    twice = buyout.weigh({"offers": offers[offers["stages"] == 2]})
    return bool((twice["twice_gain"] > 0).all())
