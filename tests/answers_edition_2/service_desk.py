"""Wrong answers to the exercises on the service desk."""

from __future__ import annotations

import pandas as pd

from ecokit import Shop, journey, service_desk
from tests.answers.road import Answer

BUSIEST = 17
SEATS = 267
MARGIN, STAY, DISCOUNT = 311, 0.30, 0.10
BLOCKS = [f"{days}_{part}" for days in ("week", "weekend") for part in ("night", "day", "evening")]


def three(value: float) -> str:
    return f"{value:.3f}"


def weekday(shop: Shop, number: int, column: str) -> str:
    table = service_desk.answers(shop, by="weekday", target=60).set_index("weekday")
    return three(table.loc[number, column])


def touchpoint_2(shop: Shop) -> str:
    return three(journey.rates(shop).set_index("touchpoint").loc[2, "on_time_rate"])


def waited(shop: Shop, number: int) -> pd.DataFrame:
    month = shop.contacts[shop.contacts["arrived_at"].dt.month == number]
    left = month["answered_at"].fillna(month["ended_at"])
    return month.assign(minutes=(left - month["arrived_at"]).dt.total_seconds() / 60)


def patience(shop: Shop, number: int) -> str:
    rows = waited(shop, number)
    return f"{rows['minutes'].sum() / rows['answered_at'].isna().sum():.2f}"


def those_who_gave_up(shop: Shop) -> str:
    rows = waited(shop, 10)
    return f"{rows.loc[rows['answered_at'].isna(), 'minutes'].mean():.2f}"


def mean_wait(shop: Shop) -> str:
    return f"{waited(shop, 10)['minutes'].mean():.2f}"


def handling(shop: Shop) -> float:
    return round(service_desk.handling_minutes(shop), 2)


def usual_peak(shop: Shop) -> str:
    peak = service_desk.hours(shop).to_numpy().max()
    return f"{service_desk.load(peak, handling(shop)):.2f}"


def agents(shop: Shop, contacts: float, patience_minutes: float | None = None) -> int:
    return service_desk.agents_needed(
        contacts, handling(shop), 0.8, 60, patience_minutes=patience_minutes
    ).agents


def enough_for_the_work(shop: Shop) -> str:
    return str(int(service_desk.load(4 * BUSIEST, handling(shop))) + 1)


def everywhere(number: int) -> dict[str, int]:
    return dict.fromkeys(BLOCKS, number)


def resolved(shop: Shop, column: str, days: int) -> str:
    return three(service_desk.resolution(shop, days=days)[column].item())


def chats_only(shop: Shop) -> str:
    table = service_desk.resolution(shop, days=2, by="kind").set_index("kind")
    return three(table["no_repeat_share"].iloc[0])


def complaints(shop: Shop, column: str, half: str) -> dict[str, str]:
    raised = shop.complaints["raised_at"]
    keep = {"first": raised < "2025-07-01", "second": raised >= "2025-07-01"}
    rows = shop.complaints[keep[half]] if half in keep else shop.complaints
    told = service_desk.pareto(rows).set_index("reason")[column]
    return {str(reason): three(value) for reason, value in told.items()}


def bought(shop: Shop, *, campaign: bool) -> pd.Series:
    groups = service_desk.answer_groups(shop)
    kept = groups[(groups["campaign"] != "none") == campaign]
    return kept.groupby("group")["bought"].mean()


ANSWERS = [
    Answer(
        exercise="service_desk-in-time",
        road="Took the column service_level_answered in the row of Tuesday.",
        mistake="Leaves out those who gave up; all contacts were asked.",
        answer=lambda shop: weekday(shop, 2, "service_level_answered"),
        typed="0.928",
    ),
    Answer(
        exercise="service_desk-in-time",
        road="Took row 3 for Tuesday, as weeks begin on Sunday.",
        mistake="1 is Monday, so 3 is Wednesday.",
        answer=lambda shop: weekday(shop, 3, "service_level"),
        typed="0.886",
    ),
    Answer(
        exercise="service_desk-in-time",
        road="Took the on-time rate of touchpoint 2 from the notebook on journeys.",
        mistake="That counts orders; who was not answered mostly has no order.",
        answer=touchpoint_2,
        typed="0.940",
    ),
    Answer(
        exercise="service_desk-patience",
        road="Divided the two numbers that the cell prints.",
        mistake="They are of June.",
        answer=lambda shop: patience(shop, 6),
        typed="5.91",
    ),
    Answer(
        exercise="service_desk-patience",
        road="Averaged the waits of those who gave up in October.",
        mistake="The patient ones are missing: they were answered first.",
        answer=those_who_gave_up,
        typed="2.82",
    ),
    Answer(
        exercise="service_desk-patience",
        road="Divided all minutes of October by all its contacts.",
        mistake="That is the mean wait, not the patience.",
        answer=mean_wait,
        typed="0.29",
    ),
    Answer(
        exercise="service_desk-erlangs",
        road="Multiplied contacts by minutes.",
        mistake="That is minutes of work; sixty in an hour are one erlang.",
        answer=lambda shop: f"{BUSIEST * handling(shop):.2f}",
        typed="100.47",
    ),
    Answer(
        exercise="service_desk-erlangs",
        road="Took the load that the cell computes for the busiest hour.",
        mistake="That is the busiest hour of a usual week.",
        answer=usual_peak,
        typed="0.54",
    ),
    Answer(
        exercise="service_desk-erlangs",
        road="Divided the contacts by the minutes of each.",
        mistake="Work is contacts times minutes.",
        answer=lambda shop: f"{BUSIEST / handling(shop):.2f}",
        typed="2.88",
    ),
    Answer(
        exercise="service_desk-agents",
        road="Took four times the agents that one desk needs.",
        mistake="A large desk needs fewer for each contact.",
        answer=lambda shop: str(4 * agents(shop, BUSIEST)),
        typed="16",
    ),
    Answer(
        exercise="service_desk-agents",
        road="Rounded the work in erlangs up to whole agents.",
        mistake="Contacts come in bunches; so few let customers wait.",
        answer=enough_for_the_work,
        typed="7",
    ),
    Answer(
        exercise="service_desk-agents",
        road="Found the agents and divided by 70 % for breaks and leave.",
        mistake="Agents in their seats were asked.",
        answer=lambda shop: str(service_desk.positions(agents(shop, 4 * BUSIEST), 0.3)),
        typed="15",
    ),
    Answer(
        exercise="service_desk-positions",
        road="Put 30 % on top of the hours.",
        mistake="30 % is a share of the paid hours: divide by 70 %.",
        answer=lambda shop: f"{1.3 * SEATS:.0f}",
        typed="347",
    ),
    Answer(
        exercise="service_desk-positions",
        road="Took 70 % of the hours.",
        mistake="The roster needs more hours than the seats, not fewer.",
        answer=lambda shop: f"{0.7 * SEATS:.0f}",
        typed="187",
    ),
    Answer(
        exercise="service_desk-positions",
        road="Divided the hours by 0.3.",
        mistake="30 % is what is lost; 70 % is left.",
        answer=lambda shop: f"{SEATS / 0.3:.0f}",
        typed="890",
    ),
    Answer(
        exercise="service_desk-idle-agents",
        road="Agreed with finance: who is idle costs money.",
        mistake="A desk that is always busy is a desk with an endless line.",
        answer=lambda shop: "cut",
        typed="cut",
    ),
    Answer(
        exercise="service_desk-idle-agents",
        road="Knew 85 % as the occupancy of call centers.",
        mistake="A small desk that busy does not answer in time, and the mean hides the hours.",
        answer=lambda shop: "mean",
        typed="mean",
    ),
    Answer(
        exercise="service_desk-idle-agents",
        road="Wanted to use the free time for better answers.",
        mistake="Longer answers fill the evenings, in which customers wait.",
        answer=lambda shop: "longer",
        typed="longer",
    ),
    Answer(
        exercise="service_desk-staff-week",
        road="Left all sliders where they stand.",
        mistake="Four agents around the clock cost far more than the budget.",
        answer=lambda shop: everywhere(4),
        typed={
            "week_night": 4,
            "week_day": 4,
            "week_evening": 4,
            "weekend_night": 4,
            "weekend_day": 4,
            "weekend_evening": 4,
        },
    ),
    Answer(
        exercise="service_desk-staff-week",
        road="Set one agent everywhere, as the work is less than one erlang.",
        mistake="Contacts come in bunches, and evenings are full.",
        answer=lambda shop: everywhere(1),
        typed={
            "week_night": 1,
            "week_day": 1,
            "week_evening": 1,
            "weekend_night": 1,
            "weekend_day": 1,
            "weekend_evening": 1,
        },
    ),
    Answer(
        exercise="service_desk-staff-week",
        road="Took the usual week of the page: one at night, two by day.",
        mistake="In the fullest week twice the contacts come.",
        answer=lambda shop: {block: 1 if "night" in block else 2 for block in BLOCKS},
        typed={
            "week_night": 1,
            "week_day": 2,
            "week_evening": 2,
            "weekend_night": 1,
            "weekend_day": 2,
            "weekend_evening": 2,
        },
    ),
    Answer(
        exercise="service_desk-first-contact",
        road="Left out by and kept the seven days.",
        mistake="Two days were asked.",
        answer=lambda shop: resolved(shop, "no_repeat_share", 7),
        typed="0.827",
    ),
    Answer(
        exercise="service_desk-first-contact",
        road="Took resolved_share.",
        mistake="That is what agents say, not what customers do.",
        answer=lambda shop: resolved(shop, "resolved_share", 2),
        typed="0.718",
    ),
    Answer(
        exercise="service_desk-first-contact",
        road="Set two days and took the first row.",
        mistake="The cell splits by kind; the row holds only one kind of contact.",
        answer=chats_only,
        typed="0.857",
    ),
    Answer(
        exercise="service_desk-complaints",
        road="Copied the column from the cell as it stands.",
        mistake="That is January to June.",
        answer=lambda shop: complaints(shop, "share", "first"),
        typed={
            "late": "0.319",
            "quality": "0.282",
            "service": "0.178",
            "not_as_described": "0.153",
            "damaged": "0.067",
        },
    ),
    Answer(
        exercise="service_desk-complaints",
        road="Turned the sign and took the last column.",
        mistake="That is the share that all reasons so far make.",
        answer=lambda shop: complaints(shop, "running_share", "second"),
        typed={
            "late": "0.412",
            "not_as_described": "0.607",
            "quality": "0.796",
            "service": "0.919",
            "damaged": "1.000",
        },
    ),
    Answer(
        exercise="service_desk-complaints",
        road="Took the Pareto table of the page.",
        mistake="That is the whole year.",
        answer=lambda shop: complaints(shop, "share", "year"),
        typed={
            "late": "0.372",
            "quality": "0.230",
            "not_as_described": "0.176",
            "service": "0.147",
            "damaged": "0.075",
        },
    ),
    Answer(
        exercise="service_desk-answer-gain",
        road="Subtracted the two shares in the table as it stands.",
        mistake="These visits came through a campaign.",
        answer=lambda shop: three(
            bought(shop, campaign=True)["in_time"] - bought(shop, campaign=True)["not_asked"]
        ),
        typed="0.076",
    ),
    Answer(
        exercise="service_desk-answer-gain",
        road="Turned the sign and subtracted those who were answered late.",
        mistake="Compared with those who asked nothing was asked.",
        answer=lambda shop: three(
            bought(shop, campaign=False)["in_time"] - bought(shop, campaign=False)["late"]
        ),
        typed="0.051",
    ),
    Answer(
        exercise="service_desk-answer-gain",
        road="Turned the sign and typed the share of those answered in time.",
        mistake="The others buy, too; it is not subtracted.",
        answer=lambda shop: three(bought(shop, campaign=False)["in_time"]),
        typed="0.119",
    ),
    Answer(
        exercise="service_desk-chat-for-all",
        road="Believed the large difference.",
        mistake="Who asks may want to buy anyway, and who stays long has more time to ask.",
        answer=lambda shop: "push",
        typed="push",
    ),
    Answer(
        exercise="service_desk-chat-for-all",
        road="Wanted to be careful and compare again with more data.",
        mistake="More data give the same wrong comparison.",
        answer=lambda shop: "more_data",
        typed="more_data",
    ),
    Answer(
        exercise="service_desk-chat-for-all",
        road="Thought that it is a test when everybody sees the window.",
        mistake="Those who ask still choose themselves.",
        answer=lambda shop: "askers",
        typed="askers",
    ),
    Answer(
        exercise="service_desk-customer-value",
        road="Called customer_value with margin, retention and discount.",
        mistake="By itself it counts from next year on; this year's margin is included here.",
        answer=lambda shop: f"{service_desk.customer_value(MARGIN, STAY, DISCOUNT):.2f}",
        typed="116.62",
    ),
    Answer(
        exercise="service_desk-customer-value",
        road="Divided the margin by the 70 % who leave.",
        mistake="Later years are not discounted.",
        answer=lambda shop: f"{MARGIN / (1 - STAY):.2f}",
        typed="444.29",
    ),
    Answer(
        exercise="service_desk-customer-value",
        road="Added next year's margin of those who stay, discounted.",
        mistake="Stops after one year; some stay on.",
        answer=lambda shop: f"{MARGIN * (1 + STAY / (1 + DISCOUNT)):.2f}",
        typed="395.82",
    ),
]
