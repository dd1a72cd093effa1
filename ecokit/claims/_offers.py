"""What the page on buy-outs and its claims count alike: open offers, and past seasons."""

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
ENDS = (0.05, 0.95)  # of an interval that is to hold nine of ten seasons


def open_offers(shop: Shop) -> pd.DataFrame:
    """Return the offers that wait for an answer: those that have not been sold."""
    past = shop.offers["offer_id"].isin(shop.offer_weeks["offer_id"])
    return shop.offers[~past].reset_index(drop=True)


def belief_of(offer: Any) -> Any:
    """Return what is believed of the demand for an offer before its season."""
    return buyout.belief(offer["demand_mean"], offer["demand_sd"])


def no_zone(shop: Shop) -> str:
    """Return why there is no price for one offer, or nothing if there is one."""
    offer = shop.offers.set_index("offer_id").loc[NO_ZONE]
    names = ["minimum", "price", "supplier_cost", "salvage"]
    try:
        buyout.zone(belief_of(offer).demand(), *offer[names], ours=offer["tooling"])
    except CourseError as error:
        return str(error)
    return ""


def seasons(shop: Shop) -> pd.DataFrame:
    """Return what past offers sold after the first weeks, and what was to be expected by then.

    ``low`` and ``high`` take the simulator's own share of the first weeks; ``rough_low`` and
    ``rough_high`` that of the other past offers of as many weeks, as if it were sure; ``wide_low``
    and ``wide_high`` take its spread in. Both are missing where there is no such offer.
    """
    return _told(shop, shop.offer_weeks)


def redrawn(shop: Shop, times: int = 40, seed: int = 1) -> pd.DataFrame:
    """Return the seasons of `seasons` that others could tell of, drawn anew by the same law."""
    rng = np.random.default_rng(seed)
    weeks = shop.offer_weeks
    part = shop.truth["offer_decay"] ** weeks["week"]
    part /= part.groupby(weeks["offer_id"]).transform("sum")
    beliefs = {row["offer_id"]: belief_of(row) for _, row in shop.offers.iterrows()}
    found = []
    for _time in range(times):
        rates = {name: rng.gamma(one.shape, 1 / one.rate) for name, one in beliefs.items()}
        mean = part * weeks["offer_id"].map(rates).astype(float)
        found.append(_told(shop, weeks.assign(sold=rng.poisson(mean))).dropna())
    return pd.concat(found, ignore_index=True)


def held(told: pd.DataFrame, ends: str) -> int:
    """Return how many seasons lie between two columns, such as ``rough_low`` and ``rough_high``."""
    return int(told["rest"].between(told[f"{ends}low"], told[f"{ends}high"]).sum())


def _told(shop: Shop, weeks: pd.DataFrame) -> pd.DataFrame:
    sold = weeks.pivot_table("sold", "week", "offer_id", "sum")
    lengths = sold.notna().sum()
    decay = shop.truth["offer_decay"]
    rows = []
    for offer_id, offer in shop.offers.set_index("offer_id").loc[sold.columns].iterrows():
        came, length = sold[offer_id].dropna(), int(lengths[offer_id])
        early, rest = int(came.loc[:WEEKS].sum()), int(came.loc[WEEKS + 1 :].sum())
        share = (1 - decay**WEEKS) / (1 - decay**length)
        prior = belief_of(offer)
        before = prior.demand(1 - share).ppf(ENDS)
        after = buyout.learn(prior, early, share).demand().ppf(ENDS)
        others = lengths.index[(lengths == length) & (lengths.index != offer_id)]
        guessed = [float("nan")] * 4
        if len(others):
            alike = buyout.week_shares(weeks[weeks["offer_id"].isin(others)])
            share, spread = alike.set_index("week").loc[WEEKS, ["so_far", "spread"]]
            rough = buyout.learn(prior, early, share).demand().ppf(ENDS)
            wide = buyout.learn(prior, early, share, spread=spread).demand().ppf(ENDS)
            guessed = [*rough, *wide]
        rows.append((offer_id, length, early, rest, *before, *after, *guessed))
    names = "offer_id weeks sold rest low_before high_before low high"
    return pd.DataFrame(
        rows, columns=[*names.split(), "rough_low", "rough_high", "wide_low", "wide_high"]
    )
