"""What the page on delivery says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import delivery

if TYPE_CHECKING:
    from ecokit.shop import Shop

HOURS = 72
"""One promise for all carriers."""

PAIR = ["E1", "E2"]
"""The two carriers that the page compares."""

PEAKS = (("06-12", "06-25"), ("11-01", "11-18"))
"""First and last day of the rushes of 618 and Double 11, in each year."""


def _alike(shop: Shop) -> pd.DataFrame:
    """Return the two carriers over the same cities and the same rushes, by name."""
    banded = delivery.with_bands(shop, peaks=PEAKS)
    told = delivery.like_with_like(
        banded, strata=["city_id", "peak"], among=PAIR, against=PAIR[0], hours=HOURS
    )
    return told.set_index("carrier_id")


def the_worse_looking_carrier_is_better(shop: Shop) -> bool:
    """Over all parcels E2 is on time less often than E1, and in the same cities more often."""
    found = _alike(shop)
    first, second = (found.loc[name] for name in PAIR)
    return bool(second["naive"] < first["naive"] and second["rate"] > first["rate"])


def the_courier_is_late_by_its_own_promise_only(shop: Shop) -> bool:
    """By one promise for all the courier within the city looks better than by its own."""
    own, same = (
        delivery.punctuality(shop, by="carrier_id", hours=hours).set_index("carrier_id")["rate"]
        for hours in (None, HOURS)
    )
    return bool(own["E5"] < same["E5"] and own["E1"] == same["E1"])


def the_best_of_many_is_expected_lower(shop: Shop) -> bool:
    """Of the pair that looks best, fewer parcels are expected on time than were."""
    pairs = delivery.punctuality(shop, by=["carrier_id", "city_id"], hours=HOURS)
    return bool(delivery.winners_curse(pairs, by="city_id").drop > 0)


def cities_rise_and_fall_together(shop: Shop) -> bool:
    """The demand of the cities goes with that of the others, on average by more than half."""
    return bool(delivery.demand_correlation(shop)["with_others"].mean() > 0.5)


def cash_is_refused_far_more_often(shop: Shop) -> bool:
    """Of parcels with cash more than ten times as many are refused as of the others."""
    found = delivery.outcomes(shop, by="cash_on_delivery").set_index("cash_on_delivery")["rate"]
    return bool(found[True] > 10 * found[False])
