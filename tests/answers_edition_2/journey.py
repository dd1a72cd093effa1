"""Wrong answers to the exercises on the journey."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit import Shop, journey
from tests.answers.road import Answer

FRIDAY, SATURDAY = "2025-11-14 09:00", "2025-11-15 09:00"
FOUR = (4, 6, 7, 9)


def three(value: Any) -> str:
    return f"{value:.3f}"


def of_year(shop: Shop, touchpoint: int) -> pd.Series:
    return journey.rates(shop).set_index("touchpoint").loc[touchpoint]


def of_all_orders(shop: Shop) -> str:
    return three(of_year(shop, 8)["missing"] / shop.orders["paid_at"].notna().sum())


def of_month(shop: Shop, month: int) -> Any:
    table = journey.rates(shop, by="month")
    return table[table["month"].dt.month == month].set_index("touchpoint")


def four(values: pd.Series) -> dict[int, str]:
    return {number: three(values[number]) for number in FOUR}


def done_only(shop: Shop) -> dict[int, str]:
    table = of_month(shop, 11)
    return four(table["on_time"] / (table["on_time"] + table["late"]))


def waiting(shop: Shop, moment: str) -> pd.DataFrame:
    return journey.overdue_parcels(shop, as_of=moment)


def mean_day(shop: Shop) -> dict[str, int]:
    due = shop.touchpoints.loc[shop.touchpoints["touchpoint"] == 8]
    each = round(len(due) / 365)
    return {"usual": each, "rush": each}


def effect(shop: Shop, missed: list[str], reason: str | None = "delivery") -> pd.DataFrame:
    told = journey.outcomes(shop, reason=reason)
    found = journey.effect(shop, touchpoint=8, outcomes=told, within="month", missed=missed)
    return found.set_index("outcome")


def not_in_time(shop: Shop, outcome: str, column: str) -> str:
    return three(effect(shop, ["late", "missing"]).loc[outcome, column])


def every_contact(shop: Shop) -> str:
    row = effect(shop, ["late", "missing"], None).loc["contacted"]
    return three(row["missed_rate"] - row["kept_rate"])


def missing_only(shop: Shop) -> str:
    row = effect(shop, ["missing"]).loc["contacted"]
    return three(row["missed_rate"] - row["kept_rate"])


def customers_with_two(shop: Shop) -> str:
    paid = shop.orders[shop.orders["paid_at"].notna()]
    return three((paid["visitor_id"].value_counts() > 1).mean())


def mean_of_months(shop: Shop) -> str:
    return three(journey.perfect_journey(shop, by="month")["joint"].mean())


def april(shop: Shop, column: str) -> str:
    return three(of_month(shop, 4).loc[8, column])


def november_everywhere(shop: Shop) -> dict[int, str]:
    return four(of_month(shop, 11)["on_time_rate"])


def east_all_year(shop: Shop) -> dict[int, str]:
    table = journey.rates(shop, by="region")
    return four(table[table["region"] == "east"].set_index("touchpoint")["on_time_rate"])


def late_call(shop: Shop, column: str) -> str:
    return three(effect(shop, ["late"]).loc["contacted", column])


def followed(shop: Shop, column: str, days: int) -> str:
    return three(journey.repeat_purchase(shop, days=days)[column].item())


ANSWERS = [
    Answer(
        exercise="journey-silent-parcels",
        road="Added the late calls to the missing ones: all that was not on time.",
        mistake="A late call is a call; asked is never.",
        answer=lambda shop: three(1 - of_year(shop, 8)["on_time_rate"]),
        typed="0.369",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Divided the missing calls by all paid orders.",
        mistake="The touchpoint applies to late parcels only.",
        answer=of_all_orders,
        typed="0.024",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Read the missing rate one row too high, counting rows from zero.",
        mistake="That row is the dispatch message.",
        answer=lambda shop: three(of_year(shop, 7)["missing_rate"]),
        typed="0.036",
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Copied the four rates from the table of the year.",
        mistake="The year hides the rush; November was asked.",
        answer=lambda shop: four(journey.rates(shop).set_index("touchpoint")["on_time_rate"]),
        typed={4: "0.929", 6: "0.836", 7: "0.926", 9: "0.925"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Took the other rush month, June, for the busiest.",
        mistake="November has the most orders.",
        answer=lambda shop: four(of_month(shop, 6)["on_time_rate"]),
        typed={4: "0.955", 6: "0.735", 7: "0.948", 9: "0.947"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Took the column late_rate beside it.",
        mistake="That is the share that was late, not on time.",
        answer=lambda shop: four(of_month(shop, 11)["late_rate"]),
        typed={4: "0.051", 6: "0.303", 7: "0.045", 9: "0.047"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Divided those on time by those that were done.",
        mistake="Leaves out what was never done.",
        answer=done_only,
        typed={4: "0.947", 6: "0.693", 7: "0.954", 9: "0.951"},
    ),
    Answer(
        exercise="journey-call-list",
        road="Changed the day and typed the first number that is printed.",
        mistake="That counts the customers who were called, too.",
        answer=lambda shop: str(len(waiting(shop, FRIDAY))),
        typed="62",
    ),
    Answer(
        exercise="journey-call-list",
        road="Ran the cell as it stands, as the page tells it.",
        mistake="It looks at Saturday the 15th.",
        answer=lambda shop: str(waiting(shop, SATURDAY)["called_at"].isna().sum()),
        typed="8",
    ),
    Answer(
        exercise="journey-call-list",
        road="Subtracted those without a call from all parcels.",
        mistake="These are the ones who have heard from the shop.",
        answer=lambda shop: str(waiting(shop, FRIDAY)["called_at"].notna().sum()),
        typed="42",
    ),
    Answer(
        exercise="journey-call-plan",
        road="Divided the parcels of the year by its days and took that all year.",
        mistake="The mean drowns in the two months of the rush.",
        answer=mean_day,
        typed={"usual": 6, "rush": 6},
    ),
    Answer(
        exercise="journey-call-plan",
        road="Left the sliders where they stand.",
        mistake="Three calls a day are fewer than fall due.",
        answer=lambda shop: {"usual": 3, "rush": 3},
        typed={"usual": 3, "rush": 3},
    ),
    Answer(
        exercise="journey-call-plan",
        road="Planned for the worst day on every day, so that nobody waits.",
        mistake="Far more calls are paid for than the budget has.",
        answer=lambda shop: {"usual": 40, "rush": 40},
        typed={"usual": 40, "rush": 40},
    ),
    Answer(
        exercise="journey-missed-call",
        road="Took the column adjusted of the row contacted.",
        mistake="That is the difference inside months; asked is the plain one.",
        answer=lambda shop: not_in_time(shop, "contacted", "adjusted"),
        typed="0.200",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Typed the share that asked where the call was missed.",
        mistake="Those with a call ask, too; it is not subtracted.",
        answer=lambda shop: not_in_time(shop, "contacted", "missed_rate"),
        typed="0.322",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Took only orders without any call as missed.",
        mistake="A late call counts as missed here, too.",
        answer=missing_only,
        typed="0.178",
    ),
    Answer(
        exercise="journey-missed-call",
        road="Counted every contact of the order, whatever it was about.",
        mistake="Only contacts with the reason delivery were asked.",
        answer=every_contact,
        typed="0.151",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Believed the two numbers, which were counted right.",
        mistake="The shop calls only those who wait, and waiting makes them complain.",
        answer=lambda shop: "stop",
        typed="stop",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Remembered that one compares inside the month.",
        mistake="In each month the called ones still had late parcels and the others not.",
        answer=lambda shop: "month",
        typed="month",
    ),
    Answer(
        exercise="journey-do-calls-harm",
        road="Thought that more data make a comparison fair.",
        mistake="Another year shows the same, for the same reason.",
        answer=lambda shop: "wait",
        typed="wait",
    ),
    Answer(
        exercise="journey-perfect",
        road="Multiplied the ten on-time rates of the first table.",
        mistake="Failures come together, and not each touchpoint applies to each order.",
        answer=lambda shop: three(journey.rates(shop)["on_time_rate"].prod()),
        typed="0.289",
    ),
    Answer(
        exercise="journey-perfect",
        road="Took the rate of packing, the weakest step that each order passes.",
        mistake="The weakest rate is only what is possible at best.",
        answer=lambda shop: three(of_year(shop, 6)["on_time_rate"]),
        typed="0.836",
    ),
    Answer(
        exercise="journey-perfect",
        road="Averaged the shares of the twelve months.",
        mistake="Months with few orders count as much as November.",
        answer=mean_of_months,
        typed="0.555",
    ),
    Answer(
        exercise="journey-perfect",
        road="Averaged the ten rates.",
        mistake="One failure spoils a journey; the mean lets nine others make up for it.",
        answer=lambda shop: three(journey.rates(shop)["on_time_rate"].mean()),
        typed="0.889",
    ),
    Answer(
        exercise="journey-repeat",
        road="Took all paid orders below the line.",
        mistake="Orders of the last 90 days have had no time to be followed.",
        answer=lambda shop: three(journey.repeat_purchase(shop)["naive_rate"].item()),
        typed="0.123",
    ),
    Answer(
        exercise="journey-repeat",
        road="Counted the customers who bought more than once.",
        mistake="Counts people in a year, not orders followed within 90 days.",
        answer=customers_with_two,
        typed="0.127",
    ),
    Answer(
        exercise="journey-repeat",
        road="Asked for 30 days, as most shops do.",
        mistake="The question gives 90 days.",
        answer=lambda shop: three(journey.repeat_purchase(shop, days=30)["repeat_rate"].item()),
        typed="0.068",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Read the missing rate of touchpoint 8 in the table of the year.",
        mistake="The orders of April were asked.",
        answer=lambda shop: three(of_year(shop, 8)["missing_rate"]),
        typed="0.241",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Found April and added late and missing calls.",
        mistake="A late call is a call; asked is never.",
        answer=lambda shop: three(1 - of_month(shop, 4).loc[8, "on_time_rate"]),
        typed="0.362",
    ),
    Answer(
        exercise="journey-silent-parcels",
        road="Found April and took the column of late calls.",
        mistake="Late is not never.",
        answer=lambda shop: april(shop, "late_rate"),
        typed="0.171",
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Took November by month, for all regions together.",
        mistake="Only orders to the east were asked.",
        answer=november_everywhere,
        typed={4: "0.914", 6: "0.686", 7: "0.918", 9: "0.914"},
    ),
    Answer(
        exercise="journey-busiest-month",
        road="Set by to region and took the east.",
        mistake="That is the whole year, which hides the rush.",
        answer=east_all_year,
        typed={4: "0.926", 6: "0.835", 7: "0.919", 9: "0.924"},
    ),
    Answer(
        exercise="journey-missed-call",
        road="Kept the late calls only and typed the share that asked.",
        mistake="The share with a call on time is not subtracted.",
        answer=lambda shop: late_call(shop, "missed_rate"),
        typed="0.364",
    ),
    Answer(
        exercise="journey-repeat",
        road="Took the repeat rate of the page.",
        mistake="That is within 90 days.",
        answer=lambda shop: followed(shop, "repeat_rate", 90),
        typed="0.140",
    ),
    Answer(
        exercise="journey-repeat",
        road="Set 60 days and divided by all paid orders.",
        mistake="The latest orders have had no 60 days.",
        answer=lambda shop: followed(shop, "naive_rate", 60),
        typed="0.105",
    ),
    Answer(
        exercise="journey-call-plan",
        road="Divided the calls that are paid for by the days of the year.",
        mistake="In the rush too few are made, and the rest of the year too many are paid.",
        answer=lambda shop: {"usual": 14, "rush": 14},
        typed={"usual": 14, "rush": 14},
    ),
]
