"""What the page on outages says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import outages

if TYPE_CHECKING:
    from ecokit.shop import Shop

WAY = ["S01", "S02", "S07"]
"""What an order needs: the shop front, order management, payment."""

ENOUGH = 6
"""So few cases allow an interval of the median at 95 %."""


def the_way_to_an_order_promises_less_than_each_part(shop: Shop) -> bool:
    """What an order needs is promised for less of the time than each of its systems."""
    promised = shop.systems.set_index("system_id").loc[WAY, "promised"]
    return bool(outages.in_series(promised) < promised.min())


def a_few_long_ones_pull_the_mean_up(shop: Shop) -> bool:
    """Over all incidents the mean time to mend is more than one and a half times the median."""
    mend = outages.times_to(shop).set_index("step").loc["mend"]
    return bool(mend["mean"] > 1.5 * mend["median"])


def most_systems_have_too_few_incidents(shop: Shop) -> bool:
    """More than half of the systems had fewer incidents than an interval asks for."""
    found = outages.times_to(shop, by="system_id").query("step == 'mend'")
    return bool((found["incidents"] < ENOUGH).mean() > 0.5)


def one_failed_visit_wakes_somebody_at_any_hour(shop: Shop) -> bool:
    """On an average day no hour has so many visits that one failure stays below the threshold."""
    hourly = 60 * outages.visit_rates(shop)["per_minute"]
    return bool(hourly.max() < outages.minutes_to_see(1).alone)


def the_evening_costs_most_and_the_night_least(shop: Shop) -> bool:
    """An outage of an hour is dearest from 19:00 on, and cheapest before 7:00."""
    rates = outages.visit_rates(shop)
    cost = outages.costs_by_hour(rates, outages.visit_worth(shop), 60).set_index("hour")["cost"]
    return bool(cost.idxmax() in range(19, 24) and cost.idxmin() in range(7))
