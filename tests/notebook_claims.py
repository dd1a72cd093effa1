"""What the prose of notebooks says of a shop, as functions from a shop to True or False.

A notebook is run with a company of a learner's own, so what its text says must hold for that one,
too. Numbers are computed by its cells. A sentence with a direction, a month or a "most" that a
company might not carry is a claim here, and is asked of several companies.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ecokit import journey, kpi, overview, pricing, service_desk, systems
from ecokit.shop import Shop

CLAIMS: dict[tuple[str, str], Callable[[Shop], bool]] = {}
"""By notebook and sentence; the sentence as it stands there, or enough of it to find it."""


def _says(notebook: str, sentence: str) -> Callable[..., Callable[[Shop], bool]]:
    def kept(holds: Callable[[Shop], bool]) -> Callable[[Shop], bool]:
        CLAIMS[notebook, sentence] = holds
        return holds

    return kept


@_says("kpi", "in most months visitors of campaigns convert more than those of the whole shop")
def _(shop: Shop) -> bool:
    parts = {name: shop[name][shop[name]["campaign_id"].notna()] for name in ("visits", "orders")}
    of_campaigns, of_all = (
        kpi.conversion(data, by="month").set_index("month")["conversion"] for data in (parts, shop)
    )
    return bool((of_campaigns > of_all).mean() > 0.5)


@_says("kpi", "a year converts more than its months do on average: its visitors are fewer than")
def _(shop: Shop) -> bool:
    months = kpi.conversion(shop, by="month")["conversion"].mean()
    fewer = kpi.uv(shop)["uv"].iloc[0] < kpi.uv(shop, by="month")["uv"].sum()
    return bool(kpi.conversion(shop)["conversion"].iloc[0] > months and fewer)


@_says("journey", "Which touchpoints give way in June and November?")
def _(shop: Shop) -> bool:
    kept = journey.rates(shop, by="month").set_index("month").groupby("touchpoint")
    worst = kept["on_time_rate"].apply(lambda of: {one.month for one in of.nsmallest(2).index})
    return {6, 11} in list(worst)


@_says("systems", "Few releases stand behind some of these rates")
def _(shop: Shop) -> bool:
    found = systems.delivery_measures(shop, by="quarter")
    return bool((found["high"] - found["low"]).max() > 0.1)


@_says("campaigns", "Which of them does August meet, with its coupon flood?")
def _(shop: Shop) -> bool:
    days = shop.campaigns.set_index("name").loc["Coupon flood", ["start_on", "end_on"]]
    return all(day.month == 8 for day in days)


@_says("campaigns", "The day of Double 11, as it was known at noon")
def _(shop: Shop) -> bool:
    day = pd.Timestamp("2025-11-11")
    row = shop.campaigns.set_index("name").loc["Double 11"]
    return bool(row["start_on"] <= day <= row["end_on"])


@_says("campaigns", "in some regions a channel is off for six weeks")
def _(shop: Shop) -> bool:
    off = shop.pauses["end_on"] - shop.pauses["start_on"]
    return bool(((off + pd.Timedelta(days=1)) == pd.Timedelta(weeks=6)).all())


@_says("media", "In February the evening news told that we had won a test")
def _(shop: Shop) -> bool:
    own = shop.stories[shop.stories["reach"] >= 5_000_000].sort_values("published_at")
    own = own[own["about"] == "own"] if "about" in own else own
    return bool(own["published_at"].iloc[0].month == 2)


@_says("media", "`shop.crisis` has the crisis of the spring hour by hour")
def _(shop: Shop) -> bool:
    return bool(shop.crisis["hour"].dt.month.isin([3, 4, 5]).all())


@_says("quality", "hands out the copy of September")
def _(shop: Shop) -> bool:
    return bool((shop.faulty_orders["placed_at"].dt.month == 9).mean() > 0.9)


@_says("service_desk", "Most are answered before their patience ends")
def _(shop: Shop) -> bool:
    return bool(shop.contacts["answered_at"].notna().mean() > 0.5)


@_says("service_desk", "one agent would be enough for the work")
def _(shop: Shop) -> bool:
    peak = service_desk.hours(shop).to_numpy().max()
    return bool(peak * service_desk.handling_minutes(shop) / 60 < 1)


@_says("pricing", "The third compares like with like, and still goes wrong")
def _(shop: Shop) -> bool:
    weeks = pricing.panel(shop)
    steps = pricing.ladder(weeks[weeks["category"] == "phones"])
    return bool(steps["elasticity"].iloc[2] > shop.truth["elasticity_phones"] + 0.3)


@_says("overview", "In this shop there are none: the stock is asked before an order is taken")
def _(shop: Shop) -> bool:
    return not len(overview.oversold(shop))
