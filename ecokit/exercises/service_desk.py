"""Exercises on the service desk: measuring it, staffing it, and what its answers are worth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import journey
from ecokit import service_desk as topic
from ecokit.exercises import sheet
from ecokit.messages import _, _n
from ecokit.shop import Shop

NEAR = 0.0025  # two shares nearer than this are not told apart by an exercise
TARGET = 60  # seconds within which a consultation is answered in time: the window of touchpoint 2
GOAL = 0.8  # share of contacts to answer in time
SHRINKAGE = 0.3  # share of paid time in which agents are not in their seats
PAID_HOURS = 40  # a week, full time
SATURDAY = 6  # whose contacts are asked about; Monday is 1
OCTOBER = 10  # whose customers' patience is asked for
JUNE = 6  # the same in the notebook's cell
CONSULTATION = 2  # the touchpoint that is kept by an answer in time
RUSH = 11  # the month that finance has counted
DESKS = 3  # of one size that answer together
DAYS = 2  # without another contact: solved
USUAL_DAYS = 7  # the same on the page
HALF = "2025-07-01"  # when the second half-year begins
PLACES = 3  # of a service level, as cell and card show it in per cent
MOST = 8  # agents that a block of the plan can have


@sheet.number(
    id="service_desk-in-time",
    objective="service_desk-measure",
    minutes=4,
    title=_("Answered in time"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "left_out_the_abandoned": _(
            "You divided by the answered contacts. Then a desk gets better when more customers "
            "give up. Divide by all contacts."
        ),
        "averaged_the_hours": _(
            "You averaged the service levels of the hours. A quiet hour at night then counts as "
            "much as a full one in the evening. Add up the contacts, then divide."
        ),
        "counted_quick_leavers": _(
            "You counted customers who left within the target as answered in time. They were not "
            "answered at all."
        ),
        "counted_abandoned": _(
            "You counted everybody who gave up as answered in time. Leave them out above."
        ),
        "whole_year": _("This is the whole year. Take the one weekday."),
        "share_of_the_late": _(
            "This is the share that was not answered in time. Asked is the other part."
        ),
        "rate_of_the_touchpoint": _(
            "This is the on-time rate of touchpoint 2. It counts orders, and who was not answered "
            "mostly has no order. Count contacts, on the one weekday."
        ),
        "averaged_the_days": _(
            "You averaged the service levels of the days. A quiet day then counts as much as a "
            "full one. Add up the contacts, then divide."
        ),
    },
)
def in_time(shop: Shop) -> sheet.Sheet:
    weekdays = topic.answers(shop, by="weekday", target=TARGET).set_index("weekday")
    asked = weekdays.loc[SATURDAY]
    contacts = shop.contacts[shop.contacts["arrived_at"].dt.day_of_week == SATURDAY - 1]
    hours = topic.answers({"contacts": contacts}, by=["day", "hour"], target=TARGET)
    days = topic.answers({"contacts": contacts}, by="day", target=TARGET)
    year = topic.answers(shop, target=TARGET).iloc[0]
    asks = shop.touchpoints[shop.touchpoints["touchpoint"] == CONSULTATION]
    rate = journey.rates({"touchpoints": asks})["on_time_rate"].iloc[0]
    months = topic.answers(shop, by="month", target=TARGET).set_index("month")["service_level"]
    words = _("the service level of {month}")
    shares = ["service_level", "service_level_answered", "abandoned_share"]
    names = [f"{pd.Timestamp(2024, 1, n):%A}" for n in weekdays.index]  # 1 January was a Monday
    table = weekdays[shares].set_axis(names)
    return sheet.Sheet(
        prompt=_(
            "Touchpoint 2 asks for an answer within {n} seconds. Take the {day}s of the year. "
            "Which share of **all** their contacts was answered in time?"
        ).format(n=TARGET, day=names[SATURDAY - 1]),
        case=(f"{names[SATURDAY - 1]}s",),
        right=asked["service_level"],
        wrong={
            "left_out_the_abandoned": asked["service_level_answered"],
            "averaged_the_hours": hours["service_level"].mean(),
            "counted_quick_leavers": (_waits(contacts) <= TARGET).mean(),
            "counted_abandoned": (asked["in_time"] + asked["abandoned"]) / asked["contacts"],
            "whole_year": year["service_level"],
            "share_of_the_late": 1 - asked["service_level"],
            "rate_of_the_touchpoint": rate,
            "averaged_the_days": days["service_level"].mean(),
        },
        above={words.format(month=f"{month:%B}"): level for month, level in months.items()},
        table=table,
        cell=(names[SATURDAY - 1], "service_level"),
        hints=(
            _("Whoever gave up was not answered in time. They belong to all contacts."),
            _('In the cell above write `by = "weekday"`, and read `service_level`; Monday is 1.'),
        ),
        solution=_(
            "Count contacts with an answer within the target, and divide by all contacts, those "
            "who gave up included."
        ),
        code=f"""
            from ecokit import service_desk
            weekdays = service_desk.answers(shop, by="weekday", target=60).set_index("weekday")
            weekdays.loc[{SATURDAY}, "service_level"]
        """,
    )


def _waits(contacts: pd.DataFrame) -> pd.Series[float]:
    """Return the seconds that customers waited: for the answer, or until they gave up."""
    left = contacts["answered_at"].fillna(contacts["ended_at"])
    return (left - contacts["arrived_at"]).dt.total_seconds()


@sheet.number(
    id="service_desk-patience",
    objective="service_desk-measure",
    minutes=5,
    title=_("How long would they wait?"),
    unit="minutes",
    rel_tolerance=0.02,
    mistakes={
        "wait_of_those_who_left": _(
            "You averaged the waits of those who gave up. The patient ones are missing there, "
            "because they were answered. Their minutes count too."
        ),
        "mean_wait": _(
            "This is the mean wait of all contacts. Most waits ended with an answer, not with the "
            "end of patience. Divide by the number of those who gave up."
        ),
        "whole_year": _("This is the patience of the whole year. Take the contacts of the month."),
        "only_the_answered": _(
            "You left out the minutes of those who gave up. They waited, too: take everybody's "
            "minutes."
        ),
        "month_not_changed": _(
            "That is June, the month of the cell above. Take the contacts of the month that is "
            "asked for."
        ),
        "contacts_over_leavers": _(
            "You divided the number of contacts by that of those who gave up. Divide the minutes "
            "that all of them waited."
        ),
        "wait_of_the_answered": _(
            "You averaged the waits of those who were answered. They showed only that they would "
            "have waited longer. Take all minutes over the number of those who gave up."
        ),
    },
)
def patience(shop: Shop) -> sheet.Sheet:
    asked = pd.Timestamp(2025, OCTOBER, 1)
    contacts = shop.contacts[shop.contacts["arrived_at"].dt.month == OCTOBER]
    gone = contacts["answered_at"].isna()
    minutes = _waits(contacts) / 60
    months = {
        month: topic.patience_minutes({"contacts": rows})
        for month, rows in shop.contacts.groupby(shop.contacts["arrived_at"].dt.month)
    }
    names = {f"{pd.Timestamp(2025, n, 1):%B}": told for n, told in months.items() if n != JUNE}
    return sheet.Sheet(
        prompt=_(
            "How many minutes was a customer of {month:%B} ready to wait, on average, before "
            "giving up? Most were answered before, and so showed only that they would have waited "
            "longer: take all minutes waited over the number of those who gave up."
        ).format(month=asked),
        case=(f"{asked:%B}", _("ready to wait")),
        right=topic.patience_minutes({"contacts": contacts}),
        wrong={
            "wait_of_those_who_left": minutes[gone].mean(),
            "mean_wait": minutes.mean(),
            "whole_year": topic.patience_minutes(shop),
            "only_the_answered": minutes[~gone].sum() / gone.sum(),
            "month_not_changed": months[JUNE],
            "contacts_over_leavers": len(contacts) / gone.sum(),
            "wait_of_the_answered": minutes[~gone].mean(),
        },
        table=pd.DataFrame({_("patience"): names}),
        cell=(f"{asked:%B}", _("patience")),
        hints=(
            _("An answered customer's wait counts as time watched, without an end."),
            _("Divide all minutes waited, by everybody, by the number of those who gave up."),
        ),
        solution=_(
            "`service_desk.patience_minutes` of the month's contacts: the minutes that all of them "
            "waited, answered or not, over the number of those who gave up."
        ),
        code=f"""
            from ecokit import service_desk
            month = shop.contacts[shop.contacts["arrived_at"].dt.month == {OCTOBER}]
            service_desk.patience_minutes({{"contacts": month}})
        """,
    )


@dataclass(frozen=True)
class _Peak:
    """An hour: its name, contacts, minutes for each, contacts in a mean hour of its day."""

    name: str
    contacts: float
    handling: float
    mean: float = 0.0

    @property
    def erlangs(self) -> float:
        """The work that arrives."""
        return topic.load(self.contacts, self.handling)

    @property
    def agents(self) -> int:
        """Agents who answer in time if nobody gives up."""
        return _agents(self.contacts, self.handling)


def _agents(contacts: float, handling: float) -> int:
    """Return the agents that reach the goal if nobody gives up."""
    return topic.agents_needed(contacts, handling, GOAL, TARGET).agents if contacts else 0


@lru_cache(maxsize=1)  # a tenth of a second, for three exercises
def _peak(shop: Shop) -> _Peak:
    """Return the busiest hour of the busiest day of the year."""
    days = shop.contacts["arrived_at"].dt.normalize()
    day = pd.Timestamp(days.value_counts().index[0])
    hours = shop.contacts.loc[days == day, "arrived_at"].dt.hour.value_counts()
    name = f"{day.day} {day:%B}, {hours.index[0]}:00"
    handling = topic.handling_minutes(shop)
    return _Peak(name, float(hours.iloc[0]), handling, float(hours.sum() / 24))


@sheet.number(
    id="service_desk-erlangs",
    objective="service_desk-staff",
    minutes=4,
    title=_("Work in erlangs"),
    unit="erlangs",
    rel_tolerance=0.01,
    mistakes={
        "minutes_not_erlangs": _(
            "These are the minutes of work that arrive in an hour. An agent has 60 minutes in an "
            "hour: divide by 60."
        ),
        "one_in_twenty": _(
            "You multiplied the contacts by twenty. The table holds every contact of the desk, not "
            "one in twenty."
        ),
        "calls_over_minutes": _(
            "You divided contacts by minutes. Longer answers mean more work: multiply."
        ),
        "usual_week": _(
            "This is the busiest hour of a usual week, as the notebook's cell has it. You are "
            "asked for the hour of that one day."
        ),
        "half_an_hour": _(
            "You divided by 30 minutes. The contacts are those of a whole hour: divide by 60."
        ),
        "mean_of_the_day": _(
            "This is the mean hour of that day. You are asked for its busiest hour."
        ),
        "rounded_up": _(
            "You rounded up to whole agents. Work is no number of agents: leave its decimals."
        ),
        "seconds_for_minutes": _(
            "You divided by 60 twice. The minutes of an answer are minutes already: contacts times "
            "minutes, divided by 60 once."
        ),
        "whole_day": _("You took the contacts of the whole day. Take those of its busiest hour."),
    },
)
def erlangs(shop: Shop) -> sheet.Sheet:
    peak = _peak(shop)
    came = _n("{n:.0f} contact", "{n:.0f} contacts", round(peak.contacts)).format(n=peak.contacts)
    return sheet.Sheet(
        prompt=_(
            "The busiest hour of the busiest day of the year was that of {hour}, with {came}. An "
            "answer takes {minutes:.2f} minutes. Plan for as many next year. How much work is "
            "that, in erlangs?"
        ).format(hour=peak.name, came=came, minutes=peak.handling),
        case=(peak.name,),
        right=peak.erlangs,
        wrong={
            "minutes_not_erlangs": peak.contacts * round(peak.handling, 2),  # as the prompt has it
            "one_in_twenty": peak.erlangs * 20,
            "calls_over_minutes": peak.contacts / peak.handling,
            "usual_week": topic.load(float(topic.hours(shop).to_numpy().max()), peak.handling),
            "half_an_hour": peak.erlangs * 2,
            "mean_of_the_day": topic.load(peak.mean, peak.handling),
            "rounded_up": math.ceil(peak.erlangs),
            "seconds_for_minutes": peak.erlangs / 60,
            "whole_day": topic.load(24 * peak.mean, peak.handling),
        },
        hints=(
            _("One erlang is one agent who is busy all the time."),
            _("Hours of work that arrive in an hour: contacts × minutes, over 60."),
        ),
        solution=_(
            "Contacts an hour times minutes for each, divided by the 60 minutes of the hour."
        ),
        code="""
            from ecokit import service_desk
            came = shop.contacts["arrived_at"]
            day = came[came.dt.normalize() == came.dt.normalize().value_counts().index[0]]
            most = day.dt.hour.value_counts().max()
            service_desk.load(most, service_desk.handling_minutes(shop))
        """,
    )


@sheet.number(
    id="service_desk-agents",
    objective="service_desk-staff",
    minutes=5,
    title=_("Agents for the busiest hour"),
    unit="agents",
    tolerance=0,
    mistakes={
        "agents_equal_work": _(
            "You rounded the erlangs up. Then agents are busy all the time and the line grows "
            "whenever contacts bunch. Add agents until the service level is reached."
        ),
        "mean_of_the_week": _(
            "You staffed the mean hour. Nobody calls in the mean hour: the day has its nights."
        ),
        "each_for_itself": _(
            "You staffed each desk for itself and added up. Where one desk has a line, another "
            "may have somebody free: staff them as one."
        ),
        "one_desk": _("These are the agents of one desk. All the contacts come to the joint one."),
        "with_breaks": _(
            "You added breaks and leave. Asked are the agents in their seats; who is away comes "
            "on the roster."
        ),
        "with_patience": _(
            "You let customers give up. Erlang C lets everybody wait for the answer: leave the "
            "patience out."
        ),
    },
)
def agents(shop: Shop) -> sheet.Sheet:
    peak = _peak(shop)
    n = DESKS * peak.contacts
    seats = _agents(n, peak.handling)
    return sheet.Sheet(
        prompt=_(
            "The shop takes the desks of two sister shops into its own, each as large as this "
            "one. In the busiest hour **{n:.0f} contacts** arrive then, of {minutes:.2f} minutes "
            "each. How many agents must be in their seats so that {goal:.0%} are answered within "
            "{target} seconds, if nobody gives up (Erlang C)?"
        ).format(n=n, minutes=peak.handling, goal=GOAL, target=TARGET),
        case=(f"{n:.0f} contacts",),
        right=seats,
        wrong={
            "agents_equal_work": math.ceil(DESKS * peak.erlangs),
            "mean_of_the_week": _agents(DESKS * peak.mean, peak.handling),
            "each_for_itself": DESKS * peak.agents,
            "one_desk": peak.agents,
            "with_breaks": topic.positions(seats, SHRINKAGE),
            "with_patience": topic.agents_needed(
                n, peak.handling, GOAL, TARGET, topic.patience_minutes(shop)
            ).agents,
        },
        hints=(
            _("Start above the erlangs and add agents until the service level is reached."),
            _(
                "In the cell above write these contacts as `peak`, and `patience_minutes=None`. "
                "Then add `agents` until enough are in time."
            ),
        ),
        solution=_(
            "The smallest number above the erlangs whose Erlang C service level reaches the goal. "
            "The agents above the erlangs are not idle luxury: they are what makes the line move. "
            "Three desks each for itself need {apart} agents in such an hour, the joint one {n}: a "
            "large desk needs fewer for each contact."
        ).format(apart=DESKS * peak.agents, n=seats),
        code=f"""
            from ecokit import service_desk
            minutes = service_desk.handling_minutes(shop)
            service_desk.agents_needed({n:.0f}, minutes, 0.8, target_seconds=60).agents
        """,
    )


@sheet.number(
    id="service_desk-positions",
    objective="service_desk-staff",
    minutes=3,
    title=_("Hours on the roster"),
    unit="hours",
    tolerance=0,
    mistakes={
        "added_shrinkage": _(
            "You added the shrinkage to the hours in the seat. It is a share of the larger number, "
            "the roster: divide by what remains."
        ),
        "forgot_shrinkage": _(
            "These are the hours in the seat. Somebody is always on a break or ill."
        ),
        "took_the_shrinkage": _(
            "You divided by the share of time away. Divide by the share of time in the seat."
        ),
        "rounded_down": _("You rounded down. Then a seat stays empty for a while: round up."),
        "not_rounded": _(
            "You left the hours as they divide. Hours are paid whole, and fewer are not enough: "
            "round up."
        ),
        "took_it_off": _(
            "You took the shrinkage off the hours in the seat. The roster needs more hours than "
            "the seats, not fewer: divide."
        ),
        "added_and_rounded": _(
            "You put the shrinkage on top of the hours in the seat. It is a share of the roster, "
            "not of these hours: divide by what remains, and round up."
        ),
        "people": _(
            "You divided by the hours of a week, and have people. Asked are the paid hours of all "
            "of them."
        ),
        "shrinkage_alone": _(
            "These are hours away. Asked is the whole roster: the hours in the seat over the share "
            "of time in it."
        ),
    },
)
def positions(shop: Shop) -> sheet.Sheet:
    handling = topic.handling_minutes(shop)
    rates = topic.hours(shop).to_numpy().ravel()
    seated = sum(_agents(rate, handling) for rate in rates)
    on_top = seated * (1 + SHRINKAGE)
    rounded_up = round(on_top) == math.ceil(on_top - 1e-9)
    return sheet.Sheet(
        prompt=_(
            "Staff each of the 168 hours of a usual week so that {goal:.0%} are answered within "
            "{target} seconds. Together that makes {n} agent hours **in the seat**. In {share:.0%} "
            "of their paid time agents are not: breaks, training, illness, leave. How many "
            "paid hours must be on the roster of the week?"
        ).format(goal=GOAL, target=TARGET, n=seated, share=SHRINKAGE),
        case=(f"{seated} agent hours",),
        right=topic.positions(seated, SHRINKAGE),
        wrong={
            "added_shrinkage": math.ceil(seated * (1 + SHRINKAGE) - 1e-9),
            "forgot_shrinkage": seated,
            "took_the_shrinkage": math.ceil(seated / SHRINKAGE - 1e-9),
            "rounded_down": math.floor(seated / (1 - SHRINKAGE) - 1e-9),
            "not_rounded": seated / (1 - SHRINKAGE),
            "took_it_off": math.ceil(seated * (1 - SHRINKAGE) - 1e-9),
            "added_and_rounded": math.floor(on_top) if rounded_up else on_top,
            "people": seated / (1 - SHRINKAGE) / PAID_HOURS,
            "shrinkage_alone": seated * SHRINKAGE,
        },
        above={_("what the cell prints"): topic.positions(100, 0.2)},
        hints=(
            _("Of the hours on the roster, the share that remains must be enough."),
            _("Divide by the share of time in the seat, and round up."),
        ),
        solution=_(
            "Hours in the seat over (1 - shrinkage), rounded up. Shrinkage is a share of the "
            "roster."
        ),
        code=f"""
            from ecokit import service_desk
            service_desk.positions({seated}, {SHRINKAGE})
        """,
    )


@sheet.choice(
    id="service_desk-idle-agents",
    objective="service_desk-staff",
    minutes=4,
    title=_("Are the agents idle?"),
    options=("cut", "hours", "mean", "longer"),
)
def idle_agents(shop: Shop) -> sheet.ChoiceSheet:
    told = topic.staffed(shop)
    told = told[told["date"].dt.month == RUSH]
    busy = told["busy_minutes"].sum() / told["agents"].sum() / 60
    alone, asked = (told["agents"] == 1).mean(), pd.Timestamp(2025, RUSH, 1)
    return sheet.ChoiceSheet(
        prompt=_(
            "Finance has counted: even in {month:%B} agents spent only {share:.0%} of their time "
            "on duty with customers. “So we can do with {share:.0%} of them.” What do you answer?"
        ).format(share=busy, month=asked),
        case=(f"{asked:%B}", _("Finance")),
        right="hours",
        options={
            "cut": _("Right. Cut the agents until they are busy all the time."),
            "hours": _(
                "Look hour by hour: set each hour's agents by its arrivals and the service level."
            ),
            "mean": _("Aim for 85 % in the mean of the month, the usual figure."),
            "longer": _("Let agents take more time for each answer, until they are busy."),
        },
        reasons={
            "cut": _(
                "A desk that is busy all the time has a line that grows without end, or customers "
                "who leave. Work and agents must not be equal."
            ),
            "hours": _(
                "The mean of a month mixes nights, when an agent waits for a contact, with the "
                "peak, when they are too few. In {alone:.0%} of its hours one agent was there, and "
                "less than one cannot be."
            ).format(alone=alone),
            "mean": _(
                "The mean says nothing about a single hour. Cut the agents to a mean of 85 %, and "
                "in many hours of a rush there is more work than agents."
            ),
            "longer": _("Longer answers make the waits longer, first of all in the peak."),
        },
        hints=(
            _("In which hours are the agents free, and in which are the customers waiting?"),
            _("The table above sets hours side by side: `service_level` and `occupancy`."),
        ),
        solution=_("Occupancy is a result of each hour's staffing, not a target for a month."),
        code=f"""
            from ecokit import service_desk
            told = service_desk.staffed(shop)
            hours = told[told["date"].dt.month == {RUSH}].groupby("hour")
            busy = hours["busy_minutes"].sum() / hours["agents"].sum() / 60
            "hours" if busy.max() > 2 * busy.min() else "cut"
        """,
    )


_DAYS = ((5, slice(0, 5)), (2, slice(5, 7)))  # weekdays, weekend: how many, which columns
_PARTS = (slice(0, 8), slice(8, 18), slice(18, 24))  # night, day, evening: which hours
_BLOCKS = {
    "week_night": _("Weekdays, night (0-8)"),
    "week_day": _("Weekdays, day (8-18)"),
    "week_evening": _("Weekdays, evening (18-24)"),
    "weekend_night": _("Weekend, night (0-8)"),
    "weekend_day": _("Weekend, day (8-18)"),
    "weekend_evening": _("Weekend, evening (18-24)"),
}


@dataclass(frozen=True)
class _Blocks:
    """The fullest week, block by block: contacts, hours, contacts in time with 1, 2, ... agents."""

    week: pd.Timestamp
    contacts: NDArray[Any]
    hours: NDArray[Any]
    good: NDArray[Any]
    wage: float

    def levels(self, plan: sheet.PlanAnswer) -> NDArray[Any]:
        """Return the service level of each block."""
        seats = np.array([int(plan[name]) for name in _BLOCKS])
        found: NDArray[Any] = self.good[np.arange(len(seats)), seats - 1] / self.contacts
        return found.round(PLACES)

    def cost(self, plan: sheet.PlanAnswer) -> float:
        """Return the yuan for the paid hours of the week: those in the seat over what remains."""
        seats = np.array([int(plan[name]) for name in _BLOCKS])
        return float((seats * self.hours).sum() / (1 - SHRINKAGE) * self.wage)

    def cheapest(self) -> sheet.PlanAnswer:
        """Find the fewest agents that meet the goal in each block."""
        levels = (self.good / self.contacts[:, None]).round(PLACES)
        enough = (levels >= GOAL).argmax(axis=1) + 1
        return dict(zip(_BLOCKS, map(float, enough), strict=True))


@lru_cache(maxsize=1)
def _blocks(shop: Shop) -> _Blocks:
    """Return the blocks of the week with the most contacts, by Erlang A."""
    came = shop.contacts["arrived_at"]
    mondays = came.dt.normalize() - pd.to_timedelta(came.dt.day_of_week, unit="D")
    week = pd.Timestamp(mondays.value_counts().index[0])
    rates_of = topic.hours({"contacts": shop.contacts[mondays == week]}).to_numpy()
    handling, patience = topic.handling_minutes(shop), topic.patience_minutes(shop)
    contacts, hours, good = [], [], []
    for (days, columns), part in product(_DAYS, _PARTS):
        rates = rates_of[part, columns].mean(axis=1)
        contacts.append(days * rates.sum())
        hours.append(days * len(rates))
        levels = [
            [topic.desk(rate, handling, agents, patience, TARGET).service_level for rate in rates]
            for agents in range(1, MOST + 1)
        ]
        good.append(days * np.array(levels) @ rates)
    return _Blocks(week, np.array(contacts), np.array(hours), np.array(good), _wage(shop))


def _wage(shop: Shop) -> float:
    """Return what an hour of an agent costs, to the yuan."""
    guides = shop.staff[shop.staff["post_id"] == "service_guide"]
    return float(round(guides["monthly_cost"].mean() * 12 / (52 * PAID_HOURS)))


@sheet.plan(
    id="service_desk-staff-week",
    objective="service_desk-plan",
    minutes=10,
    title=_("Staff a week"),
    fields=tuple(
        sheet.Field(name, label, 1, MOST, start=4, unit="agents") for name, label in _BLOCKS.items()
    ),
    mistakes={
        "same_all_day_too_few": _(
            "You planned the same number all week, for the mean. By day and in the evening "
            "contacts come faster than so few agents can answer. Give these blocks more."
        ),
        "peak_all_week": _(
            "You planned for the peak all week. At night most of these agents wait for a contact. "
            "Give the nights fewer."
        ),
    },
)
def staff_week(shop: Shop) -> sheet.PlanSheet:
    blocks, peak = _blocks(shop), _peak(shop)
    wait = topic.patience_minutes(shop)
    n = blocks.contacts.sum()
    mean = math.ceil(n / blocks.hours.sum() * peak.handling / 60)
    best = blocks.cheapest()
    budget = float(math.ceil(1.1 * blocks.cost(best) / 100) * 100)
    names = list(_BLOCKS.values())
    met = _("{block} has the lowest service level: {{reached:.1%}}; {{goal:.0%}} is asked of each.")
    paid = _("The week costs ¥{cost:,.0f}; the budget is ¥{budget:,.0f}.")

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        levels = blocks.levels(plan)
        told = met.format(block=names[int(levels.argmin())])
        reached, cost = float(levels.min()), blocks.cost(plan)
        found = sheet.Score.within(reached, cost, told, paid, goal=GOAL, budget=budget)
        short, dear = min(1, reached / GOAL), min(1, budget / cost)
        points = 100 if found.passed else min(99, round(100 * (short * dear) ** 2))
        return replace(found, points=points)

    def flat(agents: int) -> sheet.PlanAnswer:
        return dict.fromkeys(_BLOCKS, float(min(max(agents, 1), MOST)))

    def is_flat(plan: sheet.PlanAnswer) -> bool:
        return len(set(plan.values())) == 1

    return sheet.PlanSheet(
        prompt=_(
            "Plan the desk for the fullest week of the year, from {blocks.week.day} "
            "{blocks.week:%B}: {n:,.0f} contacts, {peak.handling:.1f} minutes each, customers "
            "ready to wait {wait:.1f} minutes. Set the agents in their seats in six blocks: night "
            "0 to 8, day 8 to 18, evening 18 to 24, on weekdays and on the weekend. In **each** "
            "block {goal:.0%} of the contacts must be answered within {target} seconds (Erlang A, "
            "hour by hour): a customer at night counts as much as one by day. A paid hour costs "
            "¥{blocks.wage:.0f}, in {away:.0%} of it an agent is not in the seat, and the week may "
            "cost ¥{budget:,.0f}."
        ).format(
            blocks=blocks,
            n=n,
            peak=peak,
            wait=wait,
            goal=GOAL,
            target=TARGET,
            away=SHRINKAGE,
            budget=budget,
        ),
        right=best,
        score=score,
        wrong={
            "same_all_day_too_few": flat(mean),
            "peak_all_week": flat(peak.agents),
        },
        detects={
            "same_all_day_too_few": lambda plan: is_flat(plan) and blocks.levels(plan).min() < GOAL,
            "peak_all_week": lambda plan: is_flat(plan) and blocks.cost(plan) > budget,
        },
        above={_("the numbers of the notebook's cell"): flat(1)},
        hints=(
            _(
                "In the cell above write days and hours of one block after the other: how many "
                "agents does each need?"
            ).format(),
            _("Begin with one agent in each block, and add where the level is below the goal."),
            _("Each block has its own number: a night on the weekend may need more than another."),
        ),
        code="""
            from ecokit import service_desk as desk
            weeks = shop.contacts["arrived_at"].dt.to_period("W")
            week = desk.hours({"contacts": shop.contacts[weeks == weeks.mode()[0]]})
            days = {"week": week.iloc[:, :5].mean(axis=1), "weekend": week.iloc[:, 5:].mean(axis=1)}
            parts = {"night": slice(0, 8), "day": slice(8, 18), "evening": slice(18, 24)}
            blocks = {f"{d}_{p}": days[d].iloc[parts[p]] for d in days for p in parts}
            known = desk.handling_minutes(shop), desk.patience_minutes(shop)
            def level(hours, n):
                return round(desk.service_level(hours, known[0], n, known[1]), 3)
            {b: min(n for n in range(1, 9) if level(blocks[b], n) >= 0.8) for b in blocks}
        """,
        solution=_(
            "Agents follow the arrivals: in each block the smallest number that meets the goal. "
            "With one or two agents a whole agent more is a large step, so a small desk answers "
            "more in time than it is asked to; a large one can come close to the goal."
        ),
    )


@sheet.number(
    id="service_desk-first-contact",
    objective="service_desk-resolve",
    minutes=6,
    title=_("Solved at the first contact?"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "took_the_flag": _(
            "This is the share that agents flagged as solved. The question asks what customers "
            "did: whether they contacted the shop again."
        ),
        "share_of_repeats": _("This is the share that came back. Resolution is the other part."),
        "only_the_unsolved": _(
            "This is the share of **unsolved** contacts that never came back. Divide by all "
            "answered first contacts."
        ),
        "seven_days": _(
            "This is the share within {usual} days, as on the page. You are asked for {days}."
        ).format(usual=USUAL_DAYS, days=DAYS),
        "unsolved_by_flag": _(
            "This is the share that agents flagged as not solved. Asked is who did not come back."
        ),
        "phone_only": _(
            "That is the row of the calls alone. Take all first contacts: leave the kind out."
        ),
        "came_back_in_seven_days": _(
            "That is the share that came back within {usual} days. Asked is who did **not** come "
            "back, within {days}."
        ).format(usual=USUAL_DAYS, days=DAYS),
        "silent_in_seven_days": _(
            "This is the share of the unsolved that never came back, within {usual} days. Divide "
            "by all answered first contacts, and take {days}."
        ).format(usual=USUAL_DAYS, days=DAYS),
    },
)
def first_contact(shop: Shop) -> sheet.Sheet:
    days = DAYS
    solved = topic.resolution(shop, days=days).iloc[0]
    usual = topic.resolution(shop, days=USUAL_DAYS).iloc[0]
    kinds = topic.resolution(shop, days=days, by="kind").set_index("kind")
    return sheet.Sheet(
        prompt=_(
            "Measure first-contact resolution by what customers do: which share of answered first "
            "contacts was **not** followed by another contact of the same customer with the same "
            "reason within {days} days? Leave out first contacts of the last {days} days."
        ).format(days=days),
        case=(_("within {days} days").format(days=days),),
        right=solved["no_repeat_share"],
        wrong={
            "took_the_flag": solved["resolved_share"],
            "share_of_repeats": 1 - solved["no_repeat_share"],
            "only_the_unsolved": solved["silent_share"],
            "seven_days": usual["no_repeat_share"],
            "unsolved_by_flag": 1 - solved["resolved_share"],
            "phone_only": kinds["no_repeat_share"].get("phone"),
            "came_back_in_seven_days": 1 - usual["no_repeat_share"],
            "silent_in_seven_days": usual["silent_share"],
        },
        hints=(
            _(
                "A first contact has no earlier one of the same customer and reason within the "
                "days."
            ),
            _(
                "In the cell above write these days, and take `by` out: `no_repeat_share` is what "
                "customers do."
            ),
        ),
        solution=_(
            "`no_repeat_share`. It lies above the agents' own flag, because some unsolved "
            "customers never come back. They buy elsewhere, and this measure calls them content. "
            "The fewer days you wait, the more it flatters."
        ),
        code=f"""
            from ecokit import service_desk
            service_desk.resolution(shop, days={DAYS})["no_repeat_share"][0]
        """,
    )


@sheet.table(
    id="service_desk-complaints",
    objective="service_desk-resolve",
    minutes=4,
    title=_("Why they complain"),
    unit="share",
    tolerance=NEAR,
    key="reason",
    value="share",
    labels={"not_as_described": _("not as described")},
    mistakes={
        "running_share": _(
            "You gave the running share: what all reasons so far make. Give each its own."
        ),
        "share_of_orders": _(
            "You divided by the paid orders: that is the complaint rate by reason. Divide by the "
            "complaints."
        ),
        "first_half": _("These are the complaints of January to June. Take the other half-year."),
        "whole_year": _("These are the complaints of the whole year. Take the half-year."),
    },
)
def complaints(shop: Shop) -> sheet.TableSheet:
    second = shop.complaints["raised_at"] >= HALF
    causes, first, year = (
        topic.pareto(shop.complaints[rows]).set_index("reason")
        for rows in (second, ~second, second | ~second)
    )
    paid = shop.orders["paid_at"].notna() & (shop.orders["placed_at"] >= HALF)
    halves = {
        _("the first half-year"): first["share"],
        _("running share of the first half-year"): first["running_share"],
        _("the whole year"): year["share"],
        _("running share of the whole year"): year["running_share"],
    }
    return sheet.TableSheet(
        prompt=_("Which share of the complaints from **July to December** has which reason?"),
        case=(_("July to December"),),
        right=causes["share"],
        wrong={
            "running_share": causes["running_share"],
            "share_of_orders": causes["number"] / paid.sum(),
            "first_half": first["share"].reindex(causes.index, fill_value=0.0),
            "whole_year": year["share"].reindex(causes.index, fill_value=0.0),
        },
        table=causes.assign(**halves),
        column="share",
        hints=(
            _("Count complaints by reason and divide by all complaints."),
            _("In the cell above turn `<` into `>=`."),
        ),
        solution=_("Number of each reason over the number of complaints. The shares add up to 1."),
        code=f"""
            from ecokit import service_desk
            half = shop.complaints[shop.complaints["raised_at"] >= "{HALF}"]
            service_desk.pareto(half)
        """,
    )


@sheet.number(
    id="service_desk-answer-gain",
    objective="service_desk-answer",
    minutes=6,
    title=_("What an answer in time sells"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "against_all_visits": _(
            "You compared with all visits. Many of them never saw a product and could not buy. "
            "Compare with visits to a product page."
        ),
        "all_who_asked": _(
            "You took everybody who asked. Some waited too long or gave up, and they buy less. "
            "Take those answered in time."
        ),
        "all_visits_of_products": _(
            "You took the visits of campaigns, too. Keep those that came without one."
        ),
        "with_a_campaign": _(
            "These are the visits that came by a campaign, as in the notebook's cell. Take the "
            "others."
        ),
        "against_the_late": _(
            "You compared with the questions that were answered late. Compare with the visits "
            "without a question."
        ),
        "only_one_share": _(
            "This is the share of those answered in time. Subtract that of the visits without a "
            "question."
        ),
        "the_other_share": _(
            "This is the share of the visits without a question. Subtract it from that of those "
            "answered in time."
        ),
        "ratio": _("You divided the two shares. Asked is their difference."),
        "growth": _(
            "You took the difference as a share of the smaller one. Asked is the difference in "
            "points."
        ),
        "turned_round": _(
            "The sign is turned: take the share without a question from that of those answered in "
            "time."
        ),
        "late_for_in_time": _(
            "You took the questions that were answered late. Take those answered in time."
        ),
    },
)
def answer_gain(shop: Shop) -> sheet.Sheet:
    groups = topic.answer_groups(shop, target=TARGET)
    everywhere = groups.groupby("group")["bought"].mean()
    of_campaigns = groups[groups["campaign"] != "none"].groupby("group")["bought"].mean()
    words = _("the visits of campaigns, {group}")
    groups = groups[groups["campaign"] == "none"]
    bought = groups.groupby("group")["bought"].mean()
    asked = groups.loc[groups["group"] != "not_asked", "bought"].mean()
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    visits = shop.visits[shop.visits["campaign_id"].isna()]
    with_question = visits["visit_id"].isin(shop.contacts["visit_id"].dropna())
    others = visits.loc[~with_question, "visit_id"].isin(paid).mean()
    return sheet.Sheet(
        prompt=_(
            "Take visits that came **without a campaign** and looked at a product. How much larger "
            "is the share that ends in a paid order when a question was answered within {n} "
            "seconds than when no question was asked? Give the difference of the two shares."
        ).format(n=TARGET),
        case=(_("without a campaign"),),
        right=bought["in_time"] - bought["not_asked"],
        wrong={
            "against_all_visits": bought["in_time"] - others,
            "all_who_asked": asked - bought["not_asked"],
            "all_visits_of_products": everywhere["in_time"] - everywhere["not_asked"],
            "with_a_campaign": of_campaigns["in_time"] - of_campaigns["not_asked"],
            "against_the_late": bought["in_time"] - bought["late"],
            "only_one_share": bought["in_time"],
            "the_other_share": bought["not_asked"],
            "ratio": bought["in_time"] / bought["not_asked"],
            "growth": bought["in_time"] / bought["not_asked"] - 1,
            "turned_round": bought["not_asked"] - bought["in_time"],
            "late_for_in_time": bought["late"] - bought["not_asked"],
        },
        above={
            words.format(group=sheet.plain(group)): share for group, share in of_campaigns.items()
        },
        hints=(
            _("Visits without a product page ask nothing and buy nothing. Leave them out."),
            _("In the cell above turn `!=` into `==`: `bought` is the share of each group."),
        ),
        solution=_(
            "Mean of `bought` in the group `in_time`, minus that in `not_asked`. Part of it is not "
            "the answer's doing: whoever asks may want to buy anyway."
        ),
        code="""
            from ecokit import service_desk
            groups = service_desk.answer_groups(shop)
            bought = groups[groups["campaign"] == "none"].groupby("group")["bought"].mean()
            bought["in_time"] - bought["not_asked"]
        """,
    )


@sheet.choice(
    id="service_desk-chat-for-all",
    objective="service_desk-answer",
    minutes=4,
    title=_("A chat window for everybody?"),
    options=("push", "test", "more_data", "askers"),
)
def chat_for_all(shop: Shop) -> sheet.ChoiceSheet:
    orders = shop.orders[shop.orders["paid_at"].notna()].groupby("visitor_id").size()
    asked = orders.index.isin(shop.contacts["visitor_id"])
    again = [(orders[rows] > 1).mean() for rows in (asked, ~asked)]
    return sheet.ChoiceSheet(
        prompt=_(
            "Of the **customers** who have spoken with the desk in the year, {asked:.0%} bought a "
            "second time, of the others {others:.0%}. “Whoever talks to us comes back! Let us push "
            "a chat window at everybody, and {times:.1f} times as many will.” What do you do?"
        ).format(asked=again[0], others=again[1], times=again[0] / again[1]),
        case=(_("bought a second time"),),
        right="test",
        options={
            "push": _("Push it: the difference is large and its interval is narrow."),
            "test": _(
                "Show the window to half of the customers, drawn at random, and compare the halves."
            ),
            "more_data": _("Compare again after another year."),
            "askers": _("Show it to everybody, and compare those who ask with those who do not."),
        },
        reasons={
            "push": _(
                "A narrow interval says that the difference is no chance. It does not say that the "
                "desk made it: who buys twice has twice the occasions to ask something."
            ),
            "test": _(
                "Chance decides who sees it, so the halves differ in nothing else. Count all "
                "customers of each half, not those who asked, and see if the desk can keep up."
            ),
            "more_data": _(
                "More data of the same kind repeats the same comparison of unlike customers."
            ),
            "askers": _(
                "That is the same comparison: customers choose for themselves whether to ask."
            ),
        },
        hints=(
            _("Who has more occasions to ask: who buys once, or who buys twice?"),
            _("What would make the two groups alike in all but the chat?"),
        ),
        solution=_("Asking is the customer's choice. Let chance choose who is offered the chat."),
        code="""
            paid = shop.orders[shop.orders["paid_at"].notna()]
            orders = paid.groupby("visitor_id").size()
            asked = orders.index.isin(shop.contacts["visitor_id"])
            print((orders[asked] > 1).mean(), (orders[~asked] > 1).mean())
            "test"  # more orders, more occasions to ask: only chance makes the groups alike
        """,
    )


@sheet.number(
    id="service_desk-customer-value",
    objective="service_desk-customers",
    minutes=5,
    title=_("What a customer is worth"),
    unit="yuan",
    rel_tolerance=0.002,
    mistakes={
        "first_comes_later": _(
            "You left out this year's margin: this formula begins a year from now. Say first='now'."
        ),
        "no_discount": _(
            "You did not discount: a yuan of next year counted as much as one of today."
        ),
        "one_year_only": _(
            "This is the margin of one year. Some customers stay: add the later years."
        ),
        "two_years_only": _(
            "You stopped after the second year. Some stay longer: add all years, or use the "
            "formula."
        ),
        "took_those_who_leave": _(
            "You put in the share that leaves. The formula asks for the share that stays."
        ),
        "forgot_the_factor": _(
            "You divided the bare margin. This year's margin counts in full: multiply by 1 + "
            "discount first."
        ),
        "next_year_in_full": _(
            "You added next year's margin without a discount, and stopped. Discount each year, and "
            "add all of them."
        ),
        "leave_and_later": _(
            "You put in the share that leaves, and left out this year's margin. Take the share "
            "that stays, and first='now'."
        ),
        "discount_as_growth": _(
            "You let the later years grow by the discount rate. A yuan of next year is worth less "
            "than one of today: divide by 1 + discount."
        ),
    },
)
def customer_value(shop: Shop) -> sheet.Sheet:
    lines, paid = shop.order_lines, shop.orders[shop.orders["paid_at"].notna()]
    fen = ((lines["unit_price"] - lines["unit_cost"]) * 100).round().astype("int64")
    total = (fen * lines["quantity"])[lines["order_id"].isin(paid["order_id"])].sum() / 100
    margin, discount = float(round(total / paid["visitor_id"].nunique())), 0.1
    retention = 0.3  # one year of orders cannot tell how many stay to the next
    return sheet.Sheet(
        prompt=_(
            "A customer brings ¥{margin:,.0f} of gross margin in a year, now and in each year in "
            "which the customer is still there. One year of orders cannot tell how many stay; "
            "suppose that from year to year {share:.0%} do. The discount "
            "rate is {discount:.0%} a year. What is a new customer worth today, this year's margin "
            "included?"
        ).format(margin=margin, share=retention, discount=discount),
        right=topic.customer_value(margin, retention, discount, "now"),
        wrong={
            "first_comes_later": topic.customer_value(margin, retention, discount),
            "no_discount": topic.customer_value(margin, retention, 0, "now"),
            "one_year_only": margin,
            "two_years_only": margin * (1 + retention / (1 + discount)),
            "took_those_who_leave": topic.customer_value(margin, 1 - retention, discount, "now"),
            "forgot_the_factor": margin / (1 + discount - retention),
            "next_year_in_full": margin * (1 + retention),
            "leave_and_later": topic.customer_value(margin, 1 - retention, discount),
            "discount_as_growth": margin / (1 - retention * (1 + discount)),
        },
        above={_("what the cell prints"): topic.customer_value(200, 0.5, 0.08, "now")},
        hints=(
            _(
                "Add up the years: each later one is worth retention over (1 + discount) of the "
                "last."
            ),
            _("In the cell above write margin, the share that stays, and the discount."),
        ),
        solution=_(
            "margin × (1 + discount) / (1 + discount - retention). With a retention this low most "
            "of the value lies in the first year."
        ),
        code=f"""
            from ecokit import service_desk
            service_desk.customer_value({margin:.0f}, {retention}, {discount}, first="now")
        """,
    )
