"""Wrong answers to the exercises on the journey."""

from __future__ import annotations

from math import ceil
from typing import Any

import pandas as pd

from ecokit import journey
from ecokit.shop import Shop
from tests.answers.road import Answer

FOUR = (4, 6, 7, 9)
NOVEMBER = pd.Timestamp("2025-11-01")
MORNING = "2025-06-25 09:00"
RUSH = (6, 11)


def year(shop: Shop) -> Any:
    return journey.rates(shop).set_index("touchpoint")


def november(shop: Shop) -> Any:
    rates = journey.rates(shop, by="month")
    return rates[rates["month"] == NOVEMBER].set_index("touchpoint")


def share(value: float) -> str:
    return f"{value:.1%}"


def not_in_time(shop: Shop) -> str:
    row = year(shop).loc[8]
    return share(row["late_rate"] + row["missing_rate"])


def late_not_missing(shop: Shop) -> str:
    return share(year(shop).loc[8, "late_rate"])


def missing_of_the_failed(shop: Shop) -> str:
    row = year(shop).loc[8]
    return share(row["missing"] / (row["late"] + row["missing"]))


def missing_of_all_orders(shop: Shop) -> str:
    return share(year(shop).loc[8, "missing"] / len(shop.orders))


def four_of_the_year(shop: Shop) -> dict[int, str]:
    rates = year(shop)["on_time_rate"]
    return {touchpoint: share(rates[touchpoint]) for touchpoint in FOUR}


def four_done_at_all(shop: Shop) -> dict[int, str]:
    missing = november(shop)["missing_rate"]
    return {touchpoint: share(1 - missing[touchpoint]) for touchpoint in FOUR}


def four_of_all_orders(shop: Shop) -> dict[int, str]:
    placed = (shop.orders["placed_at"].dt.to_period("M").dt.to_timestamp() == NOVEMBER).sum()
    on_time = november(shop)["on_time"]
    return {touchpoint: share(on_time[touchpoint] / placed) for touchpoint in FOUR}


def four_of_june(shop: Shop) -> dict[int, str]:
    rates = journey.rates(shop, by="month")
    june = rates[rates["month"] == "2025-06-01"].set_index("touchpoint")["on_time_rate"]
    return {touchpoint: share(june[touchpoint]) for touchpoint in FOUR}


def whole_list(shop: Shop) -> str:
    return str(len(journey.overdue_parcels(shop, as_of=MORNING)))


def already_called(shop: Shop) -> str:
    parcels = journey.overdue_parcels(shop, as_of=MORNING)
    return str(parcels["called_at"].notna().sum())


def the_cell_of_november(shop: Shop) -> str:
    parcels = journey.overdue_parcels(shop, as_of="2025-11-15 09:00")
    return str(parcels["called_at"].isna().sum())


def never_called(shop: Shop) -> str:
    parcels = journey.overdue_parcels(shop, as_of=MORNING)
    calls = shop.touchpoints[shop.touchpoints["touchpoint"] == 8]
    never = calls.loc[calls["done_at"].isna(), "order_id"]
    return str(parcels["order_id"].isin(never).sum())


def calls(shop: Shop) -> tuple[Any, Any]:
    """Return the calls due in each usual day and in each day of the two rush months."""
    due = shop.touchpoints.loc[shop.touchpoints["touchpoint"] == 8, "due_at"].dt.floor("D")
    days = due.value_counts().sort_index().asfreq("D", fill_value=0)
    rush = days.index.month.isin(RUSH)
    return days[~rush], days[rush]


def mean_day(shop: Shop) -> dict[str, float]:
    usual, rush = calls(shop)
    return {"usual": ceil(usual.mean()), "rush": ceil(rush.mean())}


def worst_day(shop: Shop) -> dict[str, float]:
    usual, rush = calls(shop)
    return {"usual": int(usual.max()), "rush": int(rush.max())}


def every_day_alike(shop: Shop) -> dict[str, float]:
    calls_a_day = 2645 // 365
    return {"usual": calls_a_day, "rush": calls_a_day}


def effects(shop: Shop, reason: str | None, missed: list[str]) -> Any:
    told = journey.outcomes(shop, reason=reason)
    effect = journey.effect(shop, touchpoint=8, outcomes=told, within="month", missed=missed)
    return effect.set_index("outcome").loc["contacted"]


def share_of_the_missed(shop: Shop) -> str:
    return share(effects(shop, "delivery", ["late", "missing"])["missed_rate"])


def missing_only(shop: Shop) -> str:
    return share(effects(shop, "delivery", ["missing"])["difference"])


def any_contact(shop: Shop) -> str:
    return share(effects(shop, None, ["late", "missing"])["difference"])


def line_of_the_truth(shop: Shop) -> str:
    return share(shop.truth["late_contact"] - shop.truth["late_contact_cared"])


def product_of_the_rates(shop: Shop) -> str:
    return share(year(shop)["on_time_rate"].prod())


def column_of_the_product(shop: Shop) -> str:
    return share(journey.perfect_journey(shop)["product"].iloc[0])


def mean_of_the_rates(shop: Shop) -> str:
    return share(year(shop)["on_time_rate"].mean())


def perfect_of_all_orders(shop: Shop) -> str:
    states = journey.states(shop)
    good = (states["state"] == "on_time").groupby(states["order_id"]).all()
    return share(good.mean())


def no_time_to_come_back(shop: Shop) -> str:
    return share(journey.repeat_purchase(shop)["naive_rate"].iloc[0])


def customers_with_two_orders(shop: Shop) -> str:
    paid = shop.orders[shop.orders["paid_at"].notna()]
    return share((paid["visitor_id"].value_counts() > 1).mean())


def ever_again(shop: Shop) -> str:
    paid = shop.orders[shop.orders["paid_at"].notna()].sort_values("placed_at")
    again = paid["visitor_id"].duplicated(keep="last")
    return share(again.mean())


def whole_per_cent(shop: Shop) -> str:
    return f"{journey.repeat_purchase(shop)['repeat_rate'].iloc[0]:.0%}"


ANSWERS: list[Answer] = [
    Answer(
        exercise="journey-silent-parcels",
        road="Takes all calls of touchpoint 8 that were not on time.",
        mistake="A late call is a call; only the missing ones were asked for.",
        answer=not_in_time,
        typed="38.8%",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Looks up the late rate of touchpoint 8.",
        mistake="The wrong column of the right row: late, not missing.",
        answer=late_not_missing,
        typed="15.6%",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Divides the missing calls by those that were late or missing.",
        mistake="The calls on time are left out below the line.",
        answer=missing_of_the_failed,
        typed="59.9%",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Divides the missing calls by all orders of the year.",
        mistake="The touchpoint does not apply to most orders.",
        answer=missing_of_all_orders,
        typed="2.2%",
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Reads the four rates in the first table.",
        mistake="This is the whole year, not November.",
        answer=four_of_the_year,
        typed={4: "92.2%", 6: "84.1%", 7: "92.5%", 9: "92.5%"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Takes one less the missing rate of November.",
        mistake="What was done late was counted as on time.",
        answer=four_done_at_all,
        typed={4: "95.7%", 6: "99.6%", 7: "97.0%", 9: "96.2%"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Divides what was on time by the orders placed in November.",
        mistake="Orders that were never paid or sent stand below the line.",
        answer=four_of_all_orders,
        typed={4: "79.3%", 6: "63.2%", 7: "79.4%", 9: "80.4%"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Reads the first month of the rush in the table by month.",
        mistake="The right column of the wrong month, June.",
        answer=four_of_june,
        typed={4: "92.2%", 6: "70.8%", 7: "91.4%", 9: "90.7%"},
    ),
    Answer(
        exercise="journey-call-list",
        road="Changes the day and types the first number that the cell prints.",
        mistake="Customers who had been called already are counted as well.",
        answer=whole_list,
        typed="45",
    ),
    Answer(
        exercise="journey-call-list",
        road="Changes the day and counts the rows with a call.",
        mistake="These are the customers who have heard from the shop.",
        answer=already_called,
        typed="37",
    ),
    Answer(
        exercise="journey-call-list",
        road="Runs the cell and types the number without a call.",
        mistake="The day in the cell was not changed.",
        answer=the_cell_of_november,
        typed="10",
    ),
    Answer(
        exercise="journey-call-list",
        road="Looks up the parcels of the list among those whose call was never made.",
        mistake="A call of the next day was not known that morning.",
        answer=never_called,
        typed="7",
    ),
    Answer(
        exercise="journey-call-plan",
        road="Plans the mean number of calls a day, rounded up.",
        mistake="Calls come in heaps; with just the mean a queue stays for weeks.",
        answer=mean_day,
        typed={"usual": 3, "rush": 8},
    ),
    Answer(
        exercise="journey-call-plan",
        road="Plans for the worst day of each season.",
        mistake="All calls are made, but far more are paid for than allowed.",
        answer=worst_day,
        typed={"usual": 9, "rush": 30},
    ),
    Answer(
        exercise="journey-call-plan",
        road="Divides what may be paid for by the days of the year.",
        mistake="Quiet months get too much and the rush far too little.",
        answer=every_day_alike,
        typed={"usual": 7, "rush": 7},
    ),
    Answer(
        exercise="journey-call-plan",
        road="Takes over the two numbers of the cell.",
        mistake="The cell was run without being changed.",
        answer=lambda shop: {"usual": 4, "rush": 12},
        typed={"usual": 4, "rush": 12},
    ),
    Answer(
        exercise="journey-missed-call",
        road="Reads the share of the missed ones in the row of contacts.",
        mistake="The share was given, not the difference of the two.",
        answer=share_of_the_missed,
        typed="32.0%",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Calls `journey.effect` without `missed` and subtracts the two shares.",
        mistake="The late calls were left out.",
        answer=missing_only,
        typed="24.1%",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Calls `journey.outcomes` without a reason and subtracts the two shares.",
        mistake="Contacts about anything were counted, not those about the delivery.",
        answer=any_contact,
        typed="19.9%",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Types what the first line of the cell says about asking.",
        mistake="This is what the simulator was told, not what these orders show.",
        answer=line_of_the_truth,
        typed="18.0%",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Compares the two shares: five times as many complaints cannot be chance.",
        mistake="Only customers with a late parcel are called, and the wait makes them complain.",
        answer=lambda shop: "stop",
        typed="stop",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Remembers that numbers of one year are few and asks for more.",
        mistake="More data of the same kind mix the same two groups.",
        answer=lambda shop: "wait",
        typed="wait",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Remembers that the rush does both and compares inside each month.",
        mistake="Inside a month still only those who wait are called.",
        answer=lambda shop: "month",
        typed="month",
    ),
    Answer(
        exercise="journey-perfect",
        road="Multiplies the ten rates of the first table.",
        mistake="Not every touchpoint applies to every order, and failures come together.",
        answer=product_of_the_rates,
        typed="26.2%",
    ),
    Answer(
        exercise="journey-perfect",
        road="Calls `perfect_journey` and types the column `product`.",
        mistake="The right table, but the column next to the one that counts orders.",
        answer=column_of_the_product,
        typed="53.1%",
    ),
    Answer(
        exercise="journey-perfect",
        road="Takes the mean of the ten rates on time.",
        mistake="How good a touchpoint is on average does not say how many orders had all.",
        answer=mean_of_the_rates,
        typed="88.1%",
    ),
    Answer(
        exercise="journey-perfect",
        road="Counts for every order whether all its touchpoints were on time, and takes the mean.",
        mistake="Orders that were never paid are counted as well.",
        answer=perfect_of_all_orders,
        typed="56.9%",
    ),
    Answer(
        exercise="journey-repeat",
        road="Divides the orders that were followed by all paid orders of the year.",
        mistake="Orders of the last months have not had the 90 days.",
        answer=no_time_to_come_back,
        typed="11.1%",
    ),
    Answer(
        exercise="journey-repeat",
        road="Counts the customers with more than one paid order.",
        mistake="Customers were counted, not orders, and without the 90 days.",
        answer=customers_with_two_orders,
        typed="11.8%",
    ),
    Answer(
        exercise="journey-repeat",
        road="Marks each paid order after which the customer ordered once more in the year.",
        mistake="The 90 days were forgotten, above and below the line.",
        answer=ever_again,
        typed="12.5%",
    ),
    Answer(
        exercise="journey-repeat",
        road="Calls `repeat_purchase` and types the rate in whole per cent.",
        mistake="Rounded earlier than the question allows.",
        answer=whole_per_cent,
        typed="12%",
    ),
]
