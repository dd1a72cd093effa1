"""Wrong answers to the exercises of the service desk."""

from __future__ import annotations

from math import ceil
from typing import Any

import pandas as pd

from ecokit import Shop, operations, service_desk
from tests.answers.road import Answer

WEEKEND = ("Sat", "Sun")
BLOCKS = {"night": (0, 8), "day": (8, 18), "evening": (18, 24)}
SHRINKAGE = 0.3  # what the prompt says of paid time away from the seat


def _november(shop: Shop) -> Any:
    return service_desk.answers(shop, by="month").set_index("month").loc["2025-11-01"]


def _mean_of_november_hours(shop: Shop) -> str:
    hours = service_desk.answers(shop, by=["day", "hour"])
    return f"{hours.loc[hours['day'].dt.month == 11, 'service_level'].mean():.1%}"


def _waits(shop: Shop) -> pd.Series[float]:
    contacts = shop.contacts
    until = contacts["answered_at"].fillna(contacts["ended_at"])
    return (until - contacts["arrived_at"]).dt.total_seconds() / 60


def _gone(shop: Shop) -> pd.Series[bool]:
    return shop.contacts["answered_at"].isna()


def _week(shop: Shop) -> pd.DataFrame:
    return service_desk.hours(shop, drawn_scale=shop.truth["drawn_scale"])


def _busiest(shop: Shop) -> tuple[float, float]:
    """Return contacts and minutes of the busiest hour, as the prompts print them."""
    peak = float(_week(shop).to_numpy().max())
    return round(peak, 1), round(service_desk.handling_minutes(shop), 2)


def _erlangs(shop: Shop) -> float:
    return service_desk.load(*_busiest(shop))


def _seats(shop: Shop, patience: float | None = None) -> int:
    contacts, minutes = _busiest(shop)
    return service_desk.agents_needed(contacts, minutes, 0.8, 60, patience).agents


def _block_plan(shop: Shop, *, at_peak: bool) -> object:
    """Staff each block by Erlang A for its busiest hour, or by its mean work in erlangs."""
    week, plan = _week(shop), {}
    minutes, patience = service_desk.handling_minutes(shop), service_desk.patience_minutes(shop)
    for days in ("week", "weekend"):
        columns = [day for day in week.columns if (day in WEEKEND) == (days == "weekend")]
        for block, (start, end) in BLOCKS.items():
            rates = week[columns].iloc[start:end].to_numpy()
            if at_peak:
                found = service_desk.agents_needed(rates.max(), minutes, 0.8, 60, patience)
                plan[f"{days}_{block}"] = found.agents
            else:
                plan[f"{days}_{block}"] = ceil(service_desk.load(rates.mean(), minutes))
    return plan


def _no_contact_again(shop: Shop) -> str:
    """Follow every contact, whatever its reason."""
    contacts = shop.contacts.sort_values("arrived_at")
    again = contacts.groupby("visitor_id")["arrived_at"].shift(-1)
    soon = again - contacts["arrived_at"] <= pd.Timedelta(days=7)
    return f"{1 - soon.mean():.1%}"


def _reasons(shop: Shop) -> pd.DataFrame:
    table: pd.DataFrame = service_desk.pareto(shop.complaints).set_index("reason")
    return table


def _column_of_reasons(shop: Shop, column: str) -> object:
    return {str(reason): round(float(value), 3) for reason, value in _reasons(shop)[column].items()}


def _complaints_of_orders(shop: Shop) -> object:
    orders = shop.orders["paid_at"].notna().sum()
    return {
        str(reason): round(float(number / orders), 4)
        for reason, number in _reasons(shop)["number"].items()
    }


def _bought(shop: Shop) -> pd.Series[float]:
    return service_desk.answer_groups(shop).groupby("group")["bought"].mean()


def _in_time_against_askers(shop: Shop) -> str:
    groups = service_desk.answer_groups(shop)
    asked = groups["group"] != "not_asked"
    return f"{groups.loc[asked, 'bought'].mean() - groups.loc[~asked, 'bought'].mean():.1%}"


def _in_time_against_all_visits(shop: Shop) -> str:
    visits = shop.visits["visit_id"]
    others = visits[~visits.isin(shop.contacts["visit_id"])]
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    return f"{_bought(shop)['in_time'] - others.isin(paid).mean():.1%}"


def _customer(shop: Shop) -> tuple[float, float]:
    """Return margin a year and the share that stays, as the prompt prints them."""
    profit = operations.performance(shop, by="category")["profit"].sum()
    customers = shop.orders.loc[shop.orders["paid_at"].notna(), "visitor_id"].nunique()
    stay = service_desk.repeat_curve(shop.orders)["share"].iloc[-1]
    return round(float(profit / customers)), round(float(stay), 2)


def _left_for_stay(shop: Shop) -> str:
    margin, stay = _customer(shop)
    return f"{service_desk.customer_value(margin, 1 - stay, 0.1, 'now'):.0f}"


ANSWERS: list[Answer] = [
    Answer(
        "service_desk-in-time",
        "Read service_level_answered of November.",
        "Those who gave up are left out.",
        lambda shop: f"{_november(shop)['service_level_answered']:.1%}",
        "74.7%",
    ),
    Answer(
        "service_desk-in-time",
        "Took the service level of the page.",
        "The whole year instead of November.",
        lambda shop: f"{service_desk.answers(shop)['service_level'].iloc[0]:.1%}",
        "82.1%",
    ),
    Answer(
        "service_desk-in-time",
        "Took 100 % less the share of November that gave up.",
        "Answered at all, not within 60 seconds.",
        lambda shop: f"{100 - 100 * _november(shop)['abandoned_share']:.0f} %",
        "83 %",
    ),
    Answer(
        "service_desk-in-time",
        "Averaged the service levels of the hours of November.",
        "A mean of ratios: a quiet night counts as much as a full evening.",
        _mean_of_november_hours,
        "68.5%",
    ),
    Answer(
        "service_desk-patience",
        "Averaged the waits of those who gave up.",
        "The patient ones are missing there: they were answered first.",
        lambda shop: f"{_waits(shop)[_gone(shop)].mean():.1f}",
        "1.7",
    ),
    Answer(
        "service_desk-patience",
        "Averaged the waits of all contacts.",
        "How long they had to wait, not how long they would have.",
        lambda shop: f"{_waits(shop).mean():.2f}",
        "0.45",
    ),
    Answer(
        "service_desk-patience",
        "Divided the minutes waited by answered customers by the number of those who gave up.",
        "The minutes of those who gave up belong to all minutes too.",
        lambda shop: f"{_waits(shop)[~_gone(shop)].sum() / _gone(shop).sum():.1f}",
        "4.4",
    ),
    Answer(
        "service_desk-patience",
        "Divided all time waited by the number of those who gave up, in seconds.",
        "Seconds instead of minutes.",
        lambda shop: f"{60 * _waits(shop).sum() / _gone(shop).sum():.0f}",
        "364",
    ),
    Answer(
        "service_desk-erlangs",
        "Multiplied contacts by minutes.",
        "Minutes of work, not erlangs: the 60 is left out.",
        lambda shop: f"{_busiest(shop)[0] * _busiest(shop)[1]:.0f}",
        "353",
    ),
    Answer(
        "service_desk-erlangs",
        "Divided contacts by minutes.",
        "Work is contacts times minutes.",
        lambda shop: f"{_busiest(shop)[0] / _busiest(shop)[1]:.1f}",
        "9.9",
    ),
    Answer(
        "service_desk-erlangs",
        "Rounded the erlangs up to whole agents.",
        "Work is no number of people and needs no rounding.",
        lambda shop: f"{ceil(_erlangs(shop))}",
        "6",
    ),
    Answer(
        "service_desk-agents",
        "Rounded the erlangs up.",
        "Agents who are busy all the time: the line grows.",
        lambda shop: f"{ceil(_erlangs(shop))}",
        "6",
    ),
    Answer(
        "service_desk-agents",
        "Called agents_needed with the shop's patience.",
        "Erlang A, where customers give up, instead of Erlang C.",
        lambda shop: f"{_seats(shop, service_desk.patience_minutes(shop))}",
        "8",
    ),
    Answer(
        "service_desk-agents",
        "Divided the erlangs by an occupancy of 85 % and rounded up.",
        "A rule of thumb that knows no service level.",
        lambda shop: f"{ceil(_erlangs(shop) / 0.85)}",
        "7",
    ),
    Answer(
        "service_desk-agents",
        "Found the agents by Erlang C and added the people who are away.",
        "People on the roster instead of agents in their seats.",
        lambda shop: f"{service_desk.positions(_seats(shop), SHRINKAGE)}",
        "13",
    ),
    Answer(
        "service_desk-positions",
        "Added 30 % to the agents and rounded up.",
        "The 30 % are of the people on the roster, so one must divide.",
        lambda shop: f"{ceil(round((1 + SHRINKAGE) * _seats(shop), 6))}",
        "12",
    ),
    Answer(
        "service_desk-positions",
        "Divided by 30 %.",
        "The share that is away instead of the share that is there.",
        lambda shop: f"{ceil(round(_seats(shop) / SHRINKAGE, 6))}",
        "30",
    ),
    Answer(
        "service_desk-positions",
        "Took 30 % off the agents.",
        "How many of them sit there, not how many must be employed.",
        lambda shop: f"{(1 - SHRINKAGE) * _seats(shop):.1f}",
        "6.3",
    ),
    Answer(
        "service_desk-idle-agents",
        "An hour that is paid and not used is waste, so Finance is right.",
        "A desk that is always busy has an endless line.",
        lambda _shop: "cut",
        "cut",
    ),
    Answer(
        "service_desk-idle-agents",
        "Knew 85 % from other desks as the usual occupancy.",
        "A mean of the year says nothing of the evening.",
        lambda _shop: "mean",
        "mean",
    ),
    Answer(
        "service_desk-idle-agents",
        "Agents with time could advise better and sell more.",
        "The free minutes are at night; longer answers make the evening's line longer.",
        lambda _shop: "longer",
        "longer",
    ),
    Answer(
        "service_desk-staff-week",
        "Pressed Check with the agents at their start.",
        "The same number at night and in the evening.",
        lambda _shop: dict.fromkeys(
            (f"{days}_{block}" for days in ("week", "weekend") for block in BLOCKS), 4
        ),
        {
            "week_night": 4,
            "week_day": 4,
            "week_evening": 4,
            "weekend_night": 4,
            "weekend_day": 4,
            "weekend_evening": 4,
        },
    ),
    Answer(
        "service_desk-staff-week",
        "Rounded up the mean erlangs of each block.",
        "Agents for the work alone, without any to spare for bunches.",
        lambda shop: _block_plan(shop, at_peak=False),
        {
            "week_night": 1,
            "week_day": 4,
            "week_evening": 4,
            "weekend_night": 1,
            "weekend_day": 4,
            "weekend_evening": 4,
        },
    ),
    Answer(
        "service_desk-staff-week",
        "Took what Erlang A asks for in the busiest hour of each block.",
        "All hours of a block cost as much as its busiest one.",
        lambda shop: _block_plan(shop, at_peak=True),
        {
            "week_night": 3,
            "week_day": 6,
            "week_evening": 8,
            "weekend_night": 4,
            "weekend_day": 6,
            "weekend_evening": 7,
        },
    ),
    Answer(
        "service_desk-staff-week",
        "Gave weekdays plenty and thinned out the weekend, as in an office.",
        "Customers write at the weekend as much as on weekdays.",
        lambda _shop: {
            "week_night": 2,
            "week_day": 6,
            "week_evening": 7,
            "weekend_night": 1,
            "weekend_day": 2,
            "weekend_evening": 2,
        },
        {
            "week_night": 2,
            "week_day": 6,
            "week_evening": 7,
            "weekend_night": 1,
            "weekend_day": 2,
            "weekend_evening": 2,
        },
    ),
    Answer(
        "service_desk-first-contact",
        "Read resolved_share.",
        "The agents' flag instead of what customers do.",
        lambda shop: f"{service_desk.resolution(shop)['resolved_share'].iloc[0]:.1%}",
        "71.4%",
    ),
    Answer(
        "service_desk-first-contact",
        "Took 100 % less no_repeat_share.",
        "The share that was followed by another contact.",
        lambda shop: f"{1 - service_desk.resolution(shop)['no_repeat_share'].iloc[0]:.3f}",
        "0.174",
    ),
    Answer(
        "service_desk-first-contact",
        "Sorted all contacts by customer, and looked whether the next one is within 7 days.",
        "Neither answered nor first contacts alone, and another reason counts as coming back.",
        _no_contact_again,
        "82.3%",
    ),
    Answer(
        "service_desk-first-contact",
        "Called resolution with days=1.",
        "A day instead of seven.",
        lambda shop: f"{service_desk.resolution(shop, days=1)['no_repeat_share'].iloc[0]:.1%}",
        "91.4%",
    ),
    Answer(
        "service_desk-complaints",
        "Copied the column running_share.",
        "What all reasons so far make, instead of each.",
        lambda shop: _column_of_reasons(shop, "running_share"),
        {
            "late": 0.406,
            "quality": 0.599,
            "service": 0.792,
            "not_as_described": 0.929,
            "damaged": 1.0,
        },
    ),
    Answer(
        "service_desk-complaints",
        "Divided the complaints by the paid orders.",
        "A complaint rate by reason; the shares must be of all complaints.",
        _complaints_of_orders,
        {
            "late": 0.0077,
            "quality": 0.0037,
            "service": 0.0037,
            "not_as_described": 0.0026,
            "damaged": 0.0014,
        },
    ),
    Answer(
        "service_desk-complaints",
        "Copied the column number.",
        "Counts instead of shares.",
        lambda shop: {str(name): int(count) for name, count in _reasons(shop)["number"].items()},
        {"late": 80, "quality": 38, "service": 38, "not_as_described": 27, "damaged": 14},
    ),
    Answer(
        "service_desk-answer-gain",
        "Subtracted the row late from the row in_time.",
        "Late answers instead of no question as the other side.",
        lambda shop: f"{_bought(shop)['in_time'] - _bought(shop)['late']:.3f}",
        "0.029",
    ),
    Answer(
        "service_desk-answer-gain",
        "Divided in_time by not_asked, less 1.",
        "A ratio of the shares instead of their difference.",
        lambda shop: f"{_bought(shop)['in_time'] / _bought(shop)['not_asked'] - 1:.0%}",
        "77%",
    ),
    Answer(
        "service_desk-answer-gain",
        "Took the two numbers of the page, those who asked and the others on product pages.",
        "Everybody who asked, also those answered late or never.",
        _in_time_against_askers,
        "4.9%",
    ),
    Answer(
        "service_desk-answer-gain",
        "Compared in_time with all visits in which nobody asked.",
        "Visits without a product page are in it: nobody buys there.",
        _in_time_against_all_visits,
        "7.0%",
    ),
    Answer(
        "service_desk-chat-for-all",
        "The difference is large and there are many visits, so it is no chance.",
        "Whoever asks wants to buy anyway; a narrow interval does not help against that.",
        lambda _shop: "push",
        "push",
    ),
    Answer(
        "service_desk-chat-for-all",
        "One year may be chance, so wait for another.",
        "More data of the same kind hold the same bias.",
        lambda _shop: "more_data",
        "more_data",
    ),
    Answer(
        "service_desk-chat-for-all",
        "Everybody has the same chance to ask then, so the comparison is fair.",
        "Visitors still choose themselves whether they ask.",
        lambda _shop: "askers",
        "askers",
    ),
    Answer(
        "service_desk-customer-value",
        "Called customer_value with margin, retention and discount.",
        "By default the first margin comes a year from now; this year's is left out.",
        lambda shop: f"{service_desk.customer_value(*_customer(shop), 0.1):.2f}",
        "27.42",
    ),
    Answer(
        "service_desk-customer-value",
        "Divided the margin by 1 less the share that stays.",
        "Next year's yuan counts as much as today's.",
        lambda shop: f"{_customer(shop)[0] / (1 - _customer(shop)[1]):.2f}",
        "218.60",
    ),
    Answer(
        "service_desk-customer-value",
        "Entered 86 % as the share that stays.",
        "Took the 14 % for those who leave.",
        _left_for_stay,
        "862",
    ),
    Answer(
        "service_desk-customer-value",
        "Added this year's margin and 14 % of the next one.",
        "Two years only, and the second one not discounted.",
        lambda shop: f"{_customer(shop)[0] * (1 + _customer(shop)[1]):.0f}",
        "214",
    ),
]
