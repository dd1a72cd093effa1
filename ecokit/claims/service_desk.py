"""What the page on the service desk says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import journey, service_desk

if TYPE_CHECKING:
    from ecokit.shop import Shop

GOAL, TARGET = 0.8, 60
EVENING = range(19, 23)


def a_rush_hurts(shop: Shop) -> bool:
    """On the two fullest days fewer are answered in time than over the year, and more give up."""
    rush = service_desk.answers(shop, by="day").nlargest(2, "contacts")
    year = service_desk.answers(shop).iloc[0]
    fewer = rush["service_level"].max() < year["service_level"]
    return bool(fewer and rush["abandoned_share"].min() > year["abandoned_share"])


def the_answered_flatter(shop: Shop) -> bool:
    """Without those who gave up each month with any of them looks better."""
    months = service_desk.answers(shop, by="month").query("abandoned > 0")
    return bool((months["service_level_answered"] > months["service_level"]).all())


def evenings_are_fullest(shop: Shop) -> bool:
    """The hour of the day with the most contacts is one of the evening."""
    return bool(service_desk.hours(shop).mean(axis=1).idxmax() // 60 in EVENING)


def those_who_leave_wait_less_than_patience(shop: Shop) -> bool:
    """The mean wait of those who gave up is shorter than what customers are ready to wait."""
    gone = shop.contacts[shop.contacts["answered_at"].isna()]
    waited = (gone["ended_at"] - gone["arrived_at"]).dt.total_seconds().mean() / 60
    return bool(waited < service_desk.patience_minutes(shop))


def a_joint_desk_needs_fewer(shop: Shop) -> bool:
    """Ten desks put together need fewer agents, who are busier, than each for itself."""
    peak = float(service_desk.hours(shop).to_numpy().max())
    minutes = service_desk.handling_minutes(shop)
    one, ten = (service_desk.agents_needed(n * peak, minutes, GOAL, TARGET) for n in (1, 10))
    return bool(ten.agents < 10 * one.agents and ten.occupancy > one.occupancy)


def one_agent_is_enough_for_the_work_and_not_for_the_goal(shop: Shop) -> bool:
    """The work of the busiest hour is less than one agent's, and one agent misses the goal."""
    peak = float(service_desk.hours(shop).to_numpy().max())
    minutes, patience = service_desk.handling_minutes(shop), service_desk.patience_minutes(shop)
    alone = service_desk.desk(peak, minutes, 1, patience, TARGET)
    return bool(alone.load < 1 and alone.service_level < GOAL and alone.occupancy < 0.5)


def an_answer_in_time_sells_most(shop: Shop) -> bool:
    """Who is answered in time buys more often than who is answered late or gives up."""
    bought = service_desk.answer_groups(shop).groupby("group")["bought"].mean()
    return bool(bought["in_time"] > bought["late"] > bought["gave_up"])


def visits_to_products_buy_more(shop: Shop) -> bool:
    """Visits without a question to product pages buy more often than all without a question."""
    groups = service_desk.answer_groups(shop)
    seen = groups.loc[groups["group"] == "not_asked", "bought"].mean()
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    silent = ~shop.visits["visit_id"].isin(shop.contacts["visit_id"])
    return bool(seen > shop.visits.loc[silent, "visit_id"].isin(paid).mean())


def counting_repeats_flatters(shop: Shop) -> bool:
    """More customers do not come back within a week than the agents' flag calls solved."""
    solved = service_desk.resolution(shop).iloc[0]
    return bool(solved["no_repeat_share"] > solved["resolved_share"] and solved["silent_share"] > 0)


def a_late_parcel_asks_more(shop: Shop) -> bool:
    """Customers whose parcel was late ask about it more than twice as often as the others."""
    parcels = service_desk.reasons_by_parcel(shop).set_index(["about", "reason"])
    asked = parcels.loc[("contact", "delivery")]
    return bool(asked["late"] > 2 * asked["on_time"])


def customers_too_recent_lower_the_share(shop: Shop) -> bool:
    """Divided by all customers, fewer come back than by those who have had the time."""
    paid = shop.orders[shop.orders["paid_at"].notna()]
    naive = (paid.groupby("visitor_id").size() > 1).mean()
    return bool(naive < service_desk.repeat_curve(shop.orders)["share"].iloc[-1])


def most_customers_buy_once(shop: Shop) -> bool:
    """More than half of the customers of the year bought once."""
    paid = shop.orders[shop.orders["paid_at"].notna()]
    return bool((paid.groupby("visitor_id").size() == 1).mean() > 0.5)


def orders_hide_who_was_not_answered(shop: Shop) -> bool:
    """Touchpoint 2 is on time for more of the orders with a question than of all contacts."""
    kept = journey.rates(shop).set_index("touchpoint").loc[2, "on_time_rate"]
    return bool(kept > service_desk.answers(shop)["service_level"].iloc[0])


def a_rush_fills_the_week(shop: Shop) -> bool:
    """The fullest week has at least half as many contacts again as a usual one."""
    came = shop.contacts["arrived_at"]
    weeks = came.dt.normalize() - pd.to_timedelta(came.dt.day_of_week, unit="D")
    fullest = shop.contacts[weeks == weeks.mode()[0]]
    usual, rush = (service_desk.hours({"contacts": of}) for of in (shop.contacts, fullest))
    return bool(rush.to_numpy().sum() > 1.5 * usual.to_numpy().sum())
