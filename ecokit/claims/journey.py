"""What the page on the journey says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecokit import journey

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.shop import Shop


def called_customers_complain_more(shop: Shop) -> bool:
    """Of the customers who were called about a parcel, more complained than of all others."""
    told, call = _told(shop)
    called = call.isin(["on_time", "late"])
    return bool(told["complained"][called].mean() > told["complained"][~called].mean())


def a_call_in_time_calms(shop: Shop) -> bool:
    """Of customers whose parcel was late, those called in time ask and complain less."""
    told, call = _told(shop)
    rates = told[["contacted", "complained"]].groupby(call).mean()
    others = told[["contacted", "complained"]][call.isin(["late", "missing"])].mean()
    return bool((rates.loc["on_time"] < others).all())


def _told(shop: Shop) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return what became of each paid order, and of its call about the delivery."""
    told = journey.outcomes(shop, reason="delivery").query("paid == 1")
    states = journey.states(shop).query("touchpoint == 8").set_index("order_id")["state"]
    return told, told["order_id"].map(states)


def a_late_parcel_makes_people_complain(shop: Shop) -> bool:
    """Whose parcel was late complains more often, also if called in time, than who had it soon."""
    told, call = _told(shop)
    soon = told["complained"][call.isna()].mean()
    return bool(soon < told["complained"].groupby(call).mean()[["on_time", "missing"]].min())


def a_rush_breaks_more_journeys(shop: Shop) -> bool:
    """The month with the most orders has fewer perfect journeys than the year."""
    months = journey.perfect_journey(shop, by="month")
    rush = months.loc[months["orders"].idxmax(), "joint"]
    return bool(rush < journey.perfect_journey(shop)["joint"][0])


def failures_come_together(shop: Shop) -> bool:
    """More journeys are perfect than the product of the rates says, and no more than the least."""
    year = journey.perfect_journey(shop).iloc[0]
    return bool(year["product"] < year["joint"] <= year["ceiling"])


def the_mean_is_kept_and_promises_are_broken(shop: Shop) -> bool:
    """Parcels come sooner than promised on average, and more than one in twenty comes too late."""
    year = journey.delivery(shop).iloc[0]
    return bool(year["actual_hours"] < year["promised_hours"] and year["kept_rate"] < 0.95)


def parcels_still_out_break_promises(shop: Shop) -> bool:
    """In the middle of November fewer of all parcels due kept the promise than of those there."""
    rush = shop.orders[shop.orders["placed_at"].dt.month == 11]
    tables = {"orders": rush, "touchpoints": shop.touchpoints}
    half_way = journey.delivery(tables, as_of="2025-11-15 09:00").iloc[0]
    return bool(half_way["kept_rate"] < half_way["delivered_kept_rate"])


def orders_too_recent_lower_the_rate(shop: Shop) -> bool:
    """Orders that have had no time to be followed lower the repeat rate if they are counted."""
    year = journey.repeat_purchase(shop).iloc[0]
    return bool(year["naive_rate"] < year["repeat_rate"])


def a_reminder_brings_payments(shop: Shop) -> bool:
    """Compared inside the month, orders that were reminded are paid more often."""
    effect = journey.effect(shop, touchpoint=3, outcomes=journey.outcomes(shop))
    missed = effect.set_index("outcome").loc["paid"]
    return bool(missed["adjusted"] < 0)
