"""Exercises on the service desk: measuring it, staffing it, and what its answers are worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import service_desk as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

NEAR = 0.0025  # two shares nearer than this are not told apart by an exercise
TARGET = 60  # seconds within which a consultation is answered in time: the window of touchpoint 2
GOAL = 0.8  # share of contacts to answer in time
SHRINKAGE = 0.3  # share of paid time in which agents are not in their seats
PAID_HOURS = 40  # a week, full time
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
    },
)
def in_time(shop: Shop) -> sheet.Sheet:
    months = topic.answers(shop, by="month", target=TARGET)
    busiest = months.iloc[months["contacts"].argmax()]
    months_of_all = shop.contacts["arrived_at"].dt.to_period("M")
    contacts = shop.contacts[months_of_all == pd.Period(busiest["month"], "M")]
    hours = topic.answers({"contacts": contacts}, by=["day", "hour"], target=TARGET)
    return sheet.Sheet(
        prompt=_(
            "Touchpoint 2 asks for an answer within {n} seconds. Take {month:%B}, the month with "
            "the most contacts. Which share of **all** its contacts was answered in time?"
        ).format(n=TARGET, month=busiest["month"]),
        right=busiest["service_level"],
        wrong={
            "left_out_the_abandoned": busiest["service_level_answered"],
            "averaged_the_hours": hours["service_level"].mean(),
            "counted_quick_leavers": (_waits(contacts) <= TARGET).mean(),
            "counted_abandoned": (busiest["in_time"] + busiest["abandoned"]) / busiest["contacts"],
        },
        table=_by_month(shop, months),
        cell=(f"{busiest['month']:%B}", "service_level"),
        hints=(
            _("Whoever gave up was not answered in time. They belong to all contacts."),
            _("`service_desk.answers(shop, by='month')` has a `service_level`."),
        ),
        solution=_(
            "Count contacts with an answer within the target, and divide by all contacts, those "
            "who gave up included."
        ),
        code="""
            from ecokit import service_desk
            months = service_desk.answers(shop, by="month", target=60).set_index("month")
            months.loc[months["contacts"].idxmax(), "service_level"]
        """,
    )


def _by_month(shop: Shop, months: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of each month and of the year, as the notebook prints them."""
    year: pd.DataFrame = topic.answers(shop, target=TARGET).assign(month=_("the whole year"))
    named = months.assign(month=months["month"].map("{:%B}".format))
    table = pd.concat([named, year]).set_index("month")
    return table[["service_level", "service_level_answered", "abandoned_share"]]


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
    },
)
def patience(shop: Shop) -> sheet.Sheet:
    contacts = shop.contacts
    return sheet.Sheet(
        prompt=_(
            "How many minutes is a customer of this shop ready to wait, on average, before giving "
            "up? Most were answered before, and so showed only that they would have waited longer. "
            "Take patience as exponential."
        ),
        right=topic.patience_minutes(shop),
        wrong={
            "wait_of_those_who_left": _waits(contacts[contacts["answered_at"].isna()]).mean() / 60,
            "mean_wait": _waits(contacts).mean() / 60,
        },
        hints=(
            _("An answered customer's wait counts as time watched, without an end."),
            _("Divide all minutes waited, by everybody, by the number of those who gave up."),
        ),
        solution=_(
            "`service_desk.patience_minutes(shop)`: the minutes all contacts waited, answered or "
            "not, over the number of those who gave up."
        ),
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
            "You scaled the contacts up. The table holds every contact of the desk, not one in "
            "twenty."
        ),
        "calls_over_minutes": _(
            "You divided contacts by minutes. Longer answers mean more work: multiply."
        ),
    },
)
def erlangs(shop: Shop) -> sheet.Sheet:
    peak = _peak(shop)
    return sheet.Sheet(
        prompt=_(
            "The busiest hour of the busiest day of the year was that of {hour}: {n:.0f} contacts "
            "arrived. An answer takes {minutes:.2f} minutes. Plan for as many next year. How much "
            "work is that, in erlangs, to two decimals?"
        ).format(hour=peak.name, n=peak.contacts, minutes=peak.handling),
        right=peak.erlangs,
        wrong={
            "minutes_not_erlangs": peak.erlangs * 60,
            "one_in_twenty": peak.erlangs * 20,
            "calls_over_minutes": peak.contacts / peak.handling,
        },
        hints=(
            _("One erlang is one agent who is busy all the time."),
            _("Hours of work that arrive in an hour: `service_desk.load(contacts, minutes)`."),
        ),
        solution=_(
            "Contacts an hour times minutes for each, divided by the 60 minutes of the hour."
        ),
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
    },
)
def agents(shop: Shop) -> sheet.Sheet:
    peak = _peak(shop)
    return sheet.Sheet(
        prompt=_(
            "The same hour: {n:.0f} contacts, {minutes:.2f} minutes each. How many agents must be "
            "in their seats so that {goal:.0%} are answered within {target} seconds, if nobody "
            "gives up (Erlang C)?"
        ).format(n=peak.contacts, minutes=peak.handling, goal=GOAL, target=TARGET),
        right=peak.agents,
        wrong={
            "agents_equal_work": math.ceil(peak.erlangs),
            "mean_of_the_week": _agents(peak.mean, peak.handling),
        },
        hints=(
            _("Start above the erlangs and add agents until the service level is reached."),
            _("`service_desk.agents_needed(contacts, minutes, 0.8, 60).agents`"),
        ),
        solution=_(
            "The smallest number above the erlangs whose Erlang C service level reaches the goal. "
            "The agents above the erlangs are not idle luxury: they are what makes the line move. "
            "So small a desk needs about as many of them as its work: a larger one needs fewer for "
            "each contact."
        ),
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
    },
)
def positions(shop: Shop) -> sheet.Sheet:
    handling = topic.handling_minutes(shop)
    rates = topic.hours(shop).to_numpy().ravel()
    seated = sum(_agents(rate, handling) for rate in rates)
    return sheet.Sheet(
        prompt=_(
            "Staff each of the 168 hours of a usual week for the same goal. Together that makes "
            "{n} agent hours **in the seat**. In {share:.0%} of their paid time agents are not: "
            "breaks, training, illness, leave. How many paid hours must be on the roster of the "
            "week? Give a whole number."
        ).format(n=seated, share=SHRINKAGE),
        right=topic.positions(seated, SHRINKAGE),
        wrong={
            "added_shrinkage": math.ceil(seated * (1 + SHRINKAGE) - 1e-9),
            "forgot_shrinkage": seated,
            "took_the_shrinkage": math.ceil(seated / SHRINKAGE - 1e-9),
        },
        hints=(
            _("Of the hours on the roster, the share that remains must be enough."),
            _("Divide by the share of time in the seat, and round up."),
        ),
        solution=_(
            "Hours in the seat over (1 - shrinkage), rounded up. Shrinkage is a share of the "
            "roster."
        ),
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
    busy = told["busy_minutes"].sum() / told["agents"].sum() / 60
    alone = (told["agents"] == 1).mean()
    return sheet.ChoiceSheet(
        prompt=_(
            "Finance has counted: over the year agents spend {share:.0%} of their time on duty "
            "with customers. “So we can do with {share:.0%} of them.” What do you answer?"
        ).format(share=busy),
        right="hours",
        options={
            "cut": _("Right. Cut the agents until they are busy all the time."),
            "hours": _(
                "Look hour by hour: set each hour's agents by its arrivals and the service level."
            ),
            "mean": _("Aim for 85 % in the mean of the year, the usual figure."),
            "longer": _("Let agents take more time for each answer, until they are busy."),
        },
        reasons={
            "cut": _(
                "A desk that is busy all the time has a line that grows without end, or customers "
                "who leave. Work and agents must not be equal."
            ),
            "hours": _(
                "The mean of the year mixes nights, when an agent waits for a contact, with the "
                "peak, when they are too few. In {alone:.0%} of the hours one agent is there, and "
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
            _("`service_desk.staffed(shop)` has each hour."),
        ),
        solution=_("Occupancy is a result of each hour's staffing, not a target for the year."),
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
        return found

    def cost(self, plan: sheet.PlanAnswer) -> float:
        """Return the yuan for the paid hours of the week: those in the seat over what remains."""
        seats = np.array([int(plan[name]) for name in _BLOCKS])
        return float((seats * self.hours).sum() / (1 - SHRINKAGE) * self.wage)

    def cheapest(self) -> sheet.PlanAnswer:
        """Find the fewest agents that meet the goal in each block."""
        enough = (self.good / self.contacts[:, None] >= GOAL).argmax(axis=1) + 1
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
        return sheet.Score.within(
            float(levels.min()), blocks.cost(plan), told, paid, goal=GOAL, budget=budget
        )

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
        wrong={"same_all_day_too_few": flat(mean), "peak_all_week": flat(peak.agents)},
        detects={
            "same_all_day_too_few": lambda plan: is_flat(plan) and blocks.levels(plan).min() < GOAL,
            "peak_all_week": lambda plan: is_flat(plan) and blocks.cost(plan) > budget,
        },
        hints=(
            _(
                "Keep the contacts of that week, and look at `service_desk.hours({{'contacts': "
                "kept}})`: which blocks have how many contacts an hour?"
            ).format(),
            _("Begin with one agent in each block, and add where the level is below the goal."),
            _("Nights have few contacts: one agent answers most of them in time."),
        ),
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
    tolerance=NEAR,
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
    },
)
def first_contact(shop: Shop) -> sheet.Sheet:
    days = 7
    solved = topic.resolution(shop, days=days).iloc[0]
    return sheet.Sheet(
        prompt=_(
            "Measure first-contact resolution by what customers do: which share of answered first "
            "contacts was **not** followed by another contact of the same customer with the same "
            "reason within {days} days? Leave out first contacts of the last {days} days."
        ).format(days=days),
        right=solved["no_repeat_share"],
        wrong={
            "took_the_flag": solved["resolved_share"],
            "share_of_repeats": 1 - solved["no_repeat_share"],
            "only_the_unsolved": solved["silent_share"],
        },
        hints=(
            _(
                "A first contact has no earlier one of the same customer and reason within the "
                "days."
            ),
            _("`service_desk.resolution(shop)` has both ways of measuring."),
        ),
        solution=_(
            "`no_repeat_share`. It lies above the agents' own flag, because some unsolved "
            "customers never come back. They buy elsewhere, and this measure calls them content."
        ),
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
    },
)
def complaints(shop: Shop) -> sheet.TableSheet:
    causes = topic.pareto(shop.complaints).set_index("reason")
    return sheet.TableSheet(
        prompt=_("Which share of the year's complaints has which reason?"),
        right=causes["share"],
        wrong={
            "running_share": causes["running_share"],
            "share_of_orders": causes["number"] / shop.orders["paid_at"].notna().sum(),
        },
        table=causes,
        column="share",
        hints=(
            _("Count complaints by reason and divide by all complaints."),
            _("`service_desk.pareto(shop.complaints)`"),
        ),
        solution=_("Number of each reason over the number of complaints. The shares add up to 1."),
        code="""
            from ecokit import service_desk
            service_desk.pareto(shop.complaints)
        """,
    )


@lru_cache(maxsize=1)  # half a second, for two exercises
def _groups(shop: Shop) -> pd.DataFrame:
    return topic.answer_groups(shop, target=TARGET)


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
    },
)
def answer_gain(shop: Shop) -> sheet.Sheet:
    groups = _groups(shop)
    bought = groups.groupby("group")["bought"].mean()
    asked = groups.loc[groups["group"] != "not_asked", "bought"].mean()
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    with_question = shop.visits["visit_id"].isin(shop.contacts["visit_id"].dropna())
    others = shop.visits.loc[~with_question, "visit_id"].isin(paid).mean()
    return sheet.Sheet(
        prompt=_(
            "Take visits that looked at a product. How much larger is the share that ends in a "
            "paid order when a question was answered within {n} seconds than when no question was "
            "asked? Give the difference of the two shares."
        ).format(n=TARGET),
        right=bought["in_time"] - bought["not_asked"],
        wrong={
            "against_all_visits": bought["in_time"] - others,
            "all_who_asked": asked - bought["not_asked"],
        },
        hints=(
            _("Visits without a product page ask nothing and buy nothing. Leave them out."),
            _("`service_desk.answer_groups(shop)` has a group and `bought` for each visit."),
        ),
        solution=_(
            "Mean of `bought` in the group `in_time`, minus that in `not_asked`. Part of it is not "
            "the answer's doing: compare within campaign and month."
        ),
    )


@sheet.choice(
    id="service_desk-chat-for-all",
    objective="service_desk-answer",
    minutes=4,
    title=_("A chat window for everybody?"),
    options=("push", "test", "more_data", "askers"),
)
def chat_for_all(shop: Shop) -> sheet.ChoiceSheet:
    groups = _groups(shop)
    bought = groups.groupby(groups["group"] != "not_asked")["bought"].mean()
    return sheet.ChoiceSheet(
        prompt=_(
            "Visitors of product pages who asked something bought in {asked:.1%} of the visits, "
            "the others in {others:.1%}. “A chat sells! Let us push a chat window at everybody, "
            "and sales will rise by {more:.0%}.” What do you do?"
        ).format(asked=bought[True], others=bought[False], more=bought[True] / bought[False] - 1),
        right="test",
        options={
            "push": _("Push it: the difference is large and its interval is narrow."),
            "test": _(
                "Show the window to half of the visitors, drawn at random, and compare the halves."
            ),
            "more_data": _("Compare again after another year."),
            "askers": _("Show it to everybody, and compare those who ask with those who do not."),
        },
        reasons={
            "push": _(
                "A narrow interval says that the difference is no chance. It does not say that the "
                "chat made it: whoever asks may have wanted to buy anyway."
            ),
            "test": _(
                "Chance decides who sees it, so the halves differ in nothing else. Count all "
                "visitors of each half, not those who asked, and see whether the desk can keep up."
            ),
            "more_data": _(
                "More data of the same kind repeats the same comparison of unlike visitors."
            ),
            "askers": _(
                "That is the same comparison: visitors choose for themselves whether to ask."
            ),
        },
        hints=(
            _("Who asks a question before buying?"),
            _("What would make the two groups alike in all but the chat?"),
        ),
        solution=_("Asking is the visitor's choice. Let chance choose who is offered the chat."),
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
        },
        hints=(
            _(
                "Add up the years: each later one is worth retention over (1 + discount) of the "
                "last."
            ),
            _("`service_desk.customer_value(margin, retention, 0.1, first='now')`"),
        ),
        solution=_(
            "margin × (1 + discount) / (1 + discount - retention). With a retention this low most "
            "of the value lies in the first year."
        ),
    )
