"""What the page on buy-outs says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecokit import buyout
from ecokit.errors import CourseError

if TYPE_CHECKING:
    from ecokit.shop import Shop

NO_ZONE = "B09"  # an offer that both sides should leave
WEEKS = 3  # of a past season that are looked at


def open_offers(shop: Shop) -> pd.DataFrame:
    """Return the offers that wait for an answer: those that have not been sold."""
    past = shop.offers["offer_id"].isin(shop.offer_weeks["offer_id"])
    return shop.offers[~past].reset_index(drop=True)


def law_of(offer: Any) -> Any:
    """Return what is believed of the demand for an offer."""
    return buyout.belief(offer["demand_mean"], offer["demand_sd"]).demand()


def expected_demand_earns_less(shop: Shop) -> bool:
    """For no open offer the demand that is expected is the best order."""
    found = []
    for _, offer in open_offers(shop).iterrows():
        terms = buyout.Terms(*offer[["price", "wholesale", "salvage"]])
        best = buyout.shop_quantity(law_of(offer), terms)
        expected = buyout.profit_curve(law_of(offer), terms, [offer["demand_mean"]])
        found.append(expected["profit"].iloc[0] < best.profit)
    return all(found)


def no_zone(shop: Shop) -> str:
    """Return why there is no price for one offer, or nothing if there is one."""
    offer = shop.offers.set_index("offer_id").loc[NO_ZONE]
    names = ["minimum", "price", "supplier_cost", "salvage"]
    try:
        buyout.zone(law_of(offer), *offer[names], ours=offer["tooling"])
    except CourseError as error:
        return str(error)
    return ""


def one_offer_has_no_zone(shop: Shop) -> bool:
    """The tablet for elders has no price that both sides can accept."""
    return bool(no_zone(shop))


def seasons(shop: Shop) -> pd.DataFrame:
    """Return what past offers sold after the first weeks, and what was to be expected by then.

    The share of the first weeks is the simulator's own. Each interval is to hold 90 % of seasons.
    """
    decay = shop.truth["offer_decay"]
    offers = shop.offers.set_index("offer_id")
    rows = []
    for offer_id, weeks in shop.offer_weeks.groupby("offer_id"):
        early = weeks["week"] <= WEEKS
        sold, rest = weeks.loc[early, "sold"].sum(), weeks.loc[~early, "sold"].sum()
        share = (1 - decay**WEEKS) / (1 - decay ** len(weeks))
        prior = buyout.belief(*offers.loc[offer_id, ["demand_mean", "demand_sd"]])
        before = prior.demand(1 - share).ppf([0.05, 0.95])
        after = buyout.learn(prior, sold, share).demand().ppf([0.05, 0.95])
        rows.append((offer_id, len(weeks), sold, share, rest, *before, *after))
    names = "offer_id weeks sold share rest low_before high_before low high"
    return pd.DataFrame(rows, columns=names.split())


def inside(told: pd.DataFrame) -> int:
    """Return how many seasons lie in their interval after the first weeks."""
    return int(np.sum((told["low"] <= told["rest"]) & (told["rest"] <= told["high"])))


def weeks_narrow_the_belief(shop: Shop) -> bool:
    """After the first weeks the interval of the rest is narrower, for every past offer."""
    told = seasons(shop)
    return bool((told["high"] - told["low"] < told["high_before"] - told["low_before"]).all())


def a_second_order_is_worth_money(shop: Shop) -> bool:
    """Every open offer with a second order is worth more with it than without it."""
    offers = open_offers(shop)
    twice = buyout.weigh({"offers": offers[offers["stages"] == 2]})
    return bool((twice["twice_gain"] > 0).all())
