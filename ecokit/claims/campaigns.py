"""What the page on campaigns says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import campaigns

if TYPE_CHECKING:
    from ecokit.shop import Shop

ADS = ["paid_search", "social"]
"""The channels whose weekly spend is varied by lot."""

RUSH = {6, 11}
"""The months of 618 and Double 11."""

LATE = pd.Timedelta(hours=72)
"""A parcel that is longer on its way is late (touchpoint 8)."""


def platforms_claim_more_than_there_is(shop: Shop) -> bool:
    """In each month the platforms claim more orders than were paid."""
    return bool((campaigns.platform_claims(shop)["beyond"] > 0).all())


def each_platform_claims_more_than_came_through_it(shop: Shop) -> bool:
    """Each platform claims more orders than came through it last."""
    return bool((campaigns.platform_claims(shop, by="platform")["beyond"] > 0).all())


def a_plain_regression_claims_far_too_much(shop: Shop) -> bool:
    """A plain regression says more than twice what the ads brought, of both channels."""
    naive = campaigns.naive_responses(shop).set_index("channel_id")["total"]
    return bool((naive[ADS] > 2 * _brought_by_ads(shop)[ADS]).all())


def _brought_by_ads(shop: Shop) -> pd.Series[float]:
    """Return the visits that the ads of each channel brought, as the simulator knows.

    Visits of customers who come back after an order are among them.
    """
    known = shop.incremental.set_index("source")["visits"]
    return known[[f"ads_{name}" for name in ADS]].set_axis(ADS)


def before_and_after_says_that_the_ads_cost_visits(shop: Shop) -> bool:
    """Where paid search pauses in the weeks of 618, more visits come than in as many before."""
    row = shop.pauses.set_index("channel_id").loc["paid_search"]
    start, end = row["start_on"], row["end_on"] + pd.Timedelta(days=1)
    there = shop.visits.loc[shop.visits["region"].isin(row["regions"].split()), "started_at"]
    before = there.between(start - (end - start), start, inclusive="left").sum()
    return bool(there.between(start, end, inclusive="left").sum() > before)


def the_coupon_flood_loses(shop: Shop) -> bool:
    """The coupon flood brought less profit than it cost."""
    budget = shop.campaigns.set_index("name").loc["Coupon flood"]
    truth = shop.incremental.set_index("source").loc[budget["campaign_id"]]
    return bool(truth["profit"] < budget["budget"])


def parcels_run_short_first(shop: Shop) -> bool:
    """For as many orders as Double 11 has, parcels run short before stock and desk do."""
    row = shop.campaigns.set_index("name").loc["Double 11"]
    orders = int((shop.orders["campaign_id"] == row["campaign_id"]).sum())
    found = campaigns.serving_checks(shop, row["start_on"], row["end_on"], orders)
    shortest = found.set_index("check")["most_orders"].idxmin()
    return bool(shortest == "parcels" and not found["enough"].all())


def a_rush_makes_parcels_late(shop: Shop) -> bool:
    """In June and November a larger share of the parcels is late than over the other months."""
    sent = shop.orders.dropna(subset=["dispatched_at", "delivered_at"])
    late = sent["delivered_at"] - sent["dispatched_at"] > LATE
    rush = sent["placed_at"].dt.month.isin(RUSH)
    return bool(late[rush].mean() > late[~rush].mean())
