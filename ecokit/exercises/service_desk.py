"""Exercises on the service desk: measuring it, staffing it, and what its answers are worth."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import service_desk as topic
from ecokit.exercises.model import (
    Choice,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    PlanAnswer,
    Score,
    Table,
    once,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

NEAR = 0.0025
"""Two shares nearer than this are not told apart by an exercise."""

TARGET = 60
"""Seconds within which a consultation is answered in time: the window of touchpoint 2."""

GOAL = 0.8
"""Share of contacts to answer in time."""

SHRINKAGE = 0.3
"""Share of paid time in which an agent is not in the seat."""

WAGE = 45
"""Yuan for an agent's hour."""

SPARE = 1.1
"""What a plan may cost, as a ratio to the cheapest plan that meets the goal."""

REPEAT = 7
"""Days within which a contact again counts."""


# --- measure: answered in time -------------------------------------------------------


@once
def _months(shop: Shop) -> pd.DataFrame:
    return topic.answers(shop, by="month", target=TARGET)


def _busiest(shop: Shop) -> pd.Series:
    months = _months(shop)
    return months.iloc[int(months["contacts"].argmax())]


def _of_month(shop: Shop) -> pd.DataFrame:
    month = _busiest(shop)["month"]
    contacts = shop.contacts
    return contacts[contacts["arrived_at"].dt.to_period("M") == pd.Period(month, "M")]


def _in_time(shop: Shop) -> float:
    return float(_busiest(shop)["service_level"])


def _without_abandoned(shop: Shop) -> float:
    return float(_busiest(shop)["service_level_answered"])


def _quick_to_leave(shop: Shop) -> float:
    contacts = _of_month(shop)
    left = contacts["answered_at"].fillna(contacts["ended_at"])
    return float(((left - contacts["arrived_at"]).dt.total_seconds() <= TARGET).mean())


def _all_abandoned(shop: Shop) -> float:
    month = _busiest(shop)
    return float((month["in_time"] + month["abandoned"]) / month["contacts"])


@once
def _mean_of_hours(shop: Shop) -> float:
    of_month = {"contacts": _of_month(shop)}
    hours = topic.answers(of_month, by=["day", "hour"], target=TARGET)
    return float(hours["service_level"].mean())


IN_TIME = Number(
    id="service_desk-in-time",
    objective="service_desk-measure",
    minutes=4,
    title=_("Answered in time"),
    prompt=lambda shop: _(
        "Touchpoint 2 asks for an answer within {n} seconds. Take {month:%B}, the month with the "
        "most contacts. Which share of *all* its contacts was answered in time?"
    ).format(n=TARGET, month=_busiest(shop)["month"]),
    unit="share",
    tolerance=NEAR,
    reference=_in_time,
    hints=(
        _("Whoever gave up was not answered in time. They belong to all contacts."),
        _("`service_desk.answers(shop, by='month')` has a `service_level`."),
    ),
    solution=_(
        "Count contacts with an answer within the target, and divide by all contacts, those who "
        "gave up included."
    ),
    misconceptions=(
        Misconception(
            "left_out_the_abandoned",
            _without_abandoned,
            _(
                "You divided by the answered contacts. Then a desk gets better when more customers "
                "give up. Divide by all contacts."
            ),
        ),
        Misconception(
            "averaged_the_hours",
            _mean_of_hours,
            _(
                "You averaged the service levels of the hours. A quiet hour at night then counts "
                "as much as a full one in the evening. Add up the contacts, then divide."
            ),
        ),
        Misconception(
            "counted_quick_leavers",
            _quick_to_leave,
            _(
                "You counted customers who left within the target as answered in time. They were "
                "not answered at all."
            ),
        ),
        Misconception(
            "counted_abandoned",
            _all_abandoned,
            _("You counted everybody who gave up as answered in time. Leave them out above."),
        ),
    ),
)


# --- measure: patience ---------------------------------------------------------------


@once
def _patience(shop: Shop) -> float:
    return topic.patience_minutes(shop)


@once
def _gone_wait(shop: Shop) -> float:
    gone = shop.contacts[shop.contacts["answered_at"].isna()]
    return float((gone["ended_at"] - gone["arrived_at"]).dt.total_seconds().mean() / 60)


@once
def _mean_wait(shop: Shop) -> float:
    contacts = shop.contacts
    left = contacts["answered_at"].fillna(contacts["ended_at"])
    return float((left - contacts["arrived_at"]).dt.total_seconds().mean() / 60)


PATIENCE = Number(
    id="service_desk-patience",
    objective="service_desk-measure",
    minutes=5,
    title=_("How long would they wait?"),
    prompt=_(
        "How many minutes is a customer of this shop ready to wait, on average, before giving up? "
        "Most were answered before, and so showed only that they would have waited longer. Take "
        "patience as exponential."
    ),
    unit="minutes",
    rel_tolerance=0.02,
    reference=_patience,
    hints=(
        _("An answered customer's wait counts as time watched, without an end."),
        _("Divide all minutes waited, by everybody, by the number of those who gave up."),
    ),
    solution=_(
        "`service_desk.patience_minutes(shop)`: the minutes all contacts waited, answered "
        "or not, over the number of those who gave up."
    ),
    misconceptions=(
        Misconception(
            "wait_of_those_who_left",
            _gone_wait,
            _(
                "You averaged the waits of those who gave up. The patient ones are missing there, "
                "because they were answered. Their minutes count too."
            ),
        ),
        Misconception(
            "mean_wait",
            _mean_wait,
            _(
                "This is the mean wait of all contacts. Most waits ended with an answer, not with "
                "the end of patience. Divide by the number of those who gave up."
            ),
        ),
    ),
)


# --- staff: erlangs, agents, positions -----------------------------------------------


@once
def _hours(shop: Shop) -> pd.DataFrame:
    return topic.hours(shop, drawn_scale=shop.truth["drawn_scale"])


@once
def _handling(shop: Shop) -> float:
    return topic.handling_minutes(shop)


def _peak(shop: Shop) -> float:
    return float(_hours(shop).to_numpy().max())


def _peak_name(shop: Shop) -> str:
    hours = _hours(shop)
    row, column = divmod(int(hours.to_numpy().argmax()), len(hours.columns))
    return f"{hours.columns[column]} {int(hours.index[row]) // 60}:00"


def _erlangs(shop: Shop) -> float:
    return topic.load(_peak(shop), _handling(shop))


ERLANGS = Number(
    id="service_desk-erlangs",
    objective="service_desk-staff",
    minutes=4,
    title=_("Work in erlangs"),
    prompt=lambda shop: _(
        "In the busiest hour of the week, {hour}, {n:.1f} contacts arrive at the whole desk on "
        "average. An answer takes {minutes:.2f} minutes. How much work is that, in erlangs?"
    ).format(hour=_peak_name(shop), n=_peak(shop), minutes=_handling(shop)),
    unit="erlangs",
    rel_tolerance=0.01,
    reference=_erlangs,
    hints=(
        _("One erlang is one agent who is busy all the time."),
        _("Hours of work that arrive in an hour: `service_desk.load(contacts, minutes)`."),
    ),
    solution=_("Contacts an hour times minutes for each, divided by the 60 minutes of the hour."),
    misconceptions=(
        Misconception(
            "minutes_not_erlangs",
            lambda shop: _erlangs(shop) * 60,
            _(
                "These are the minutes of work that arrive in an hour. An agent has 60 minutes in "
                "an hour: divide by 60."
            ),
        ),
        Misconception(
            "one_in_twenty",
            lambda shop: _erlangs(shop) * shop.truth["drawn_scale"],
            lambda shop: _(
                "You took the contacts of the table, which shows one in {n:.0f}. The desk answers "
                "all of them."
            ).format(n=1 / shop.truth["drawn_scale"]),
        ),
        Misconception(
            "calls_over_minutes",
            lambda shop: _peak(shop) / _handling(shop),
            _("You divided contacts by minutes. Longer answers mean more work: multiply."),
        ),
    ),
)


@once
def _agents(shop: Shop) -> int:
    return topic.agents_needed(_peak(shop), _handling(shop), GOAL, TARGET).agents


def _agents_at_load(shop: Shop) -> int:
    return math.ceil(_erlangs(shop))


@once
def _agents_of_mean(shop: Shop) -> int:
    mean = float(_hours(shop).to_numpy().mean())
    return topic.agents_needed(mean, _handling(shop), GOAL, TARGET).agents


AGENTS = Number(
    id="service_desk-agents",
    objective="service_desk-staff",
    minutes=5,
    title=_("Agents for the busiest hour"),
    prompt=lambda shop: _(
        "The same hour: {n:.1f} contacts, {minutes:.2f} minutes each. How many agents must be in "
        "their seats so that {goal:.0%} are answered within {target} seconds, if nobody gives up "
        "(Erlang C)?"
    ).format(n=_peak(shop), minutes=_handling(shop), goal=GOAL, target=TARGET),
    unit="agents",
    tolerance=0,
    reference=_agents,
    hints=(
        _("Start above the erlangs and add agents until the service level is reached."),
        _("`service_desk.agents_needed(contacts, minutes, 0.8, 60).agents`"),
    ),
    solution=_(
        "The smallest number above the erlangs whose Erlang C service level reaches the goal. The "
        "agents above the erlangs are not idle luxury: they are what makes the line move."
    ),
    misconceptions=(
        Misconception(
            "agents_equal_work",
            _agents_at_load,
            _(
                "You rounded the erlangs up. Then agents are busy all the time and the line grows "
                "whenever contacts bunch. Add agents until the service level is reached."
            ),
        ),
        Misconception(
            "mean_of_the_week",
            _agents_of_mean,
            _("You staffed the mean hour of the week. Nobody calls in the mean hour."),
        ),
    ),
)


def _positions(shop: Shop) -> int:
    return topic.positions(_agents(shop), SHRINKAGE)


POSITIONS = Number(
    id="service_desk-positions",
    objective="service_desk-staff",
    minutes=3,
    title=_("People on the roster"),
    prompt=lambda shop: _(
        "{n} agents must be in their seats. In {share:.0%} of their paid time agents are not: "
        "breaks, training, illness, leave. How many people must be on the roster?"
    ).format(n=_agents(shop), share=SHRINKAGE),
    unit="people",
    tolerance=0,
    reference=_positions,
    hints=(
        _("Of the people on the roster, the share that remains must be enough."),
        _("Divide by the share of time in the seat, and round up."),
    ),
    solution=_("Agents over (1 - shrinkage), rounded up. Shrinkage is a share of the roster."),
    misconceptions=(
        Misconception(
            "added_shrinkage",
            lambda shop: math.ceil(_agents(shop) * (1 + SHRINKAGE) - 1e-9),
            _(
                "You added the shrinkage to the agents. It is a share of the larger number, the "
                "roster: divide by what remains."
            ),
        ),
        Misconception(
            "forgot_shrinkage",
            _agents,
            _("These are the people in their seats. Somebody is always on a break or ill."),
        ),
        Misconception(
            "took_the_shrinkage",
            lambda shop: math.ceil(_agents(shop) / SHRINKAGE - 1e-9),
            _("You divided by the share of time away. Divide by the share of time in the seat."),
        ),
    ),
)


@once
def _mean_occupancy(shop: Shop) -> float:
    told = topic.staffed(shop, drawn_scale=shop.truth["drawn_scale"])
    return float(told["busy_minutes"].sum() / shop.truth["drawn_scale"] / told["agents"].sum() / 60)


OCCUPANCY = Choice(
    id="service_desk-idle-agents",
    objective="service_desk-staff",
    minutes=4,
    title=_("Are the agents idle?"),
    prompt=lambda shop: _(
        "Finance has counted: over the year agents spend {share:.0%} of their time on duty with "
        "customers. “So we can do with {share:.0%} of them.” What do you answer?"
    ).format(share=_mean_occupancy(shop)),
    options=(
        Option(
            "cut",
            _("Right. Cut the agents until they are busy all the time."),
            _(
                "A desk that is busy all the time has a line that grows without end, or customers "
                "who leave. Work and agents must not be equal."
            ),
        ),
        Option(
            "hours",
            _("Look hour by hour: set each hour's agents by its arrivals and the service level."),
            _(
                "The mean of the year mixes nights, when two agents wait for a contact, with the "
                "peak, when they are too few. Nobody can answer an evening's contact at night."
            ),
        ),
        Option(
            "mean",
            _("Aim for 85 % in the mean of the year, the usual figure."),
            _(
                "The mean says nothing about a single hour. Cut the agents to a mean of 85 %, and "
                "in many hours of a rush there is more work than agents."
            ),
        ),
        Option(
            "longer",
            _("Let agents take more time for each answer, until they are busy."),
            _("Longer answers make the waits longer, first of all in the peak."),
        ),
    ),
    reference=lambda shop: "hours",
    hints=(
        _("In which hours are the agents free, and in which are the customers waiting?"),
        _("`service_desk.staffed(shop, drawn_scale=scale)` has each hour."),
    ),
    solution=_("Occupancy is a result of each hour's staffing, not a target for the year."),
)


# --- plan: a week's staffing ---------------------------------------------------------

_MOST = 16
_PARTS = (("night", 0, 8), ("day", 8, 18), ("evening", 18, 24))
_DAYS = (("week", 5, slice(0, 5)), ("weekend", 2, slice(5, 7)))


@once
def _tables(shop: Shop) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return contacts, hours, and contacts answered in time with 1, 2, ... agents, block by block.

    All three are for a week: shapes (6,), (6,) and (6, agents).
    """
    hours, handling, patience = _hours(shop).to_numpy(), _handling(shop), _patience(shop)
    contacts, length, good = [], [], []
    for _name, days, columns in _DAYS:
        mean = hours[:, columns].mean(axis=1)
        for _part, first, last in _PARTS:
            rates = mean[first:last]
            contacts.append(days * rates.sum())
            length.append(days * (last - first))
            good.append(
                [
                    days * sum(r * topic.desk(r, handling, n, patience, TARGET).service_level
                               for r in rates)
                    for n in range(1, _MOST + 1)
                ]
            )  # fmt: skip
    return np.array(contacts), np.array(length), np.array(good)


def _names() -> list[str]:
    return [f"{day}_{part}" for day, _n, _c in _DAYS for part, _f, _l in _PARTS]


def _outcome(shop: Shop, plan: PlanAnswer) -> tuple[float, float]:
    """Return the service level over all contacts of the week, and its cost in yuan."""
    contacts, length, good = _tables(shop)
    agents = np.array([int(plan[name]) for name in _names()])
    level = good[np.arange(len(agents)), agents - 1].sum() / contacts.sum()
    return float(level), float((agents * length).sum() * WAGE)


@once
def _cheapest(shop: Shop) -> PlanAnswer:
    """Find the cheapest plan that meets the goal: one number of agents for each block."""
    contacts, length, good = _tables(shop)
    agents = np.array(list(product(range(1, _MOST + 1), repeat=len(_PARTS))))
    cost, level = (np.zeros((len(_DAYS), len(agents))) for _name in range(2))
    for number in range(len(_DAYS)):  # every plan of the weekdays, every plan of the weekend
        blocks = slice(number * len(_PARTS), (number + 1) * len(_PARTS))
        cost[number] = agents @ length[blocks]
        level[number] = good[blocks][np.arange(len(_PARTS)), agents - 1].sum(axis=1)
    cheap = cost[1].argsort(kind="stable")
    reached = np.maximum.accumulate(level[1, cheap])
    place = reached.searchsorted(GOAL * contacts.sum() * (1 + 1e-9) - level[0])
    total = cost[0] + np.r_[cost[1, cheap], np.inf][place]
    best = int(total.argmin())
    chosen = np.r_[agents[best], agents[cheap[place[best]]]]
    return dict(zip(_names(), map(float, chosen), strict=True))


def _budget(shop: Shop) -> float:
    return float(math.ceil(SPARE * _outcome(shop, _cheapest(shop))[1] / 100) * 100)


def _flat(shop: Shop, agents: int) -> PlanAnswer:
    return dict.fromkeys(_names(), float(min(max(agents, 1), _MOST)))


def _mean_plan(shop: Shop) -> PlanAnswer:
    """Return the mean erlangs of the week, rounded up, in every block."""
    contacts, length, _good = _tables(shop)
    return _flat(shop, math.ceil(contacts.sum() / length.sum() * _handling(shop) / 60))


def _is_flat(plan: PlanAnswer) -> bool:
    return len(set(plan.values())) == 1


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    level, cost = _outcome(shop, plan)
    budget = _budget(shop)
    points = 50 * min(1, level / GOAL) + 50 * min(1, budget / cost)
    return Score(
        round(points),
        level >= GOAL and cost <= budget,
        (
            _("{share:.1%} of the week's contacts are answered in time; {goal:.0%} is asked.")
            .format(share=level, goal=GOAL),
            _("The week costs ¥{cost:,.0f}; the budget is ¥{budget:,.0f}.").format(
                cost=cost, budget=budget
            ),
        ),
    )  # fmt: skip


def _plan_prompt(shop: Shop) -> str:
    contacts, _length, _good = _tables(shop)
    return _(
        "Plan the desk for a usual week: {n:,.0f} contacts, {minutes:.1f} minutes each, customers "
        "ready to wait {patience:.1f} minutes. Set the agents on duty in six blocks: night 0 to 8, "
        "day 8 to 18, evening 18 to 24, on weekdays and on the weekend. Over the whole week "
        "{goal:.0%} of the contacts must be answered within {target} seconds (Erlang A, hour by "
        "hour). An agent's hour costs ¥{wage}, and the week may cost ¥{budget:,.0f}."
    ).format(
        n=contacts.sum(),
        minutes=_handling(shop),
        patience=_patience(shop),
        goal=GOAL,
        target=TARGET,
        wage=WAGE,
        budget=_budget(shop),
    )


STAFF_WEEK = Plan(
    id="service_desk-staff-week",
    objective="service_desk-plan",
    minutes=10,
    title=_("Staff a week"),
    prompt=_plan_prompt,
    fields=tuple(
        Field(f"{day}_{part}", label, 1, _MOST, start=4)
        for (day, part), label in zip(
            ((d, p) for d, _n, _c in _DAYS for p, _f, _l in _PARTS),
            (
                _("Weekdays, night (0-8)"),
                _("Weekdays, day (8-18)"),
                _("Weekdays, evening (18-24)"),
                _("Weekend, night (0-8)"),
                _("Weekend, day (8-18)"),
                _("Weekend, evening (18-24)"),
            ),
            strict=True,
        )
    ),
    score=_score,
    reference=_cheapest,
    hints=(
        _("Look at `service_desk.hours(...)`: which blocks have how many contacts an hour?"),
        _("Raise the block in which one agent more helps most contacts, until the goal is met."),
        _("Nights count few contacts: save there, and spend in the evening."),
    ),
    solution=_(
        "Agents follow the arrivals. The target is for the week's contacts, so a block with many "
        "contacts deserves more than one with few."
    ),
    misconceptions=(
        Misconception(
            "same_all_day_too_few",
            _mean_plan,
            _(
                "You planned the same number all week, for the mean. In the evening contacts come "
                "faster than so few agents can answer. Move agents from the night to the evening."
            ),
            detects=lambda shop, plan: _is_flat(plan) and _outcome(shop, plan)[0] < GOAL,
        ),
        Misconception(
            "peak_all_week",
            lambda shop: _flat(shop, _agents(shop)),
            _(
                "You planned for the peak all week. At night most of these agents wait for a "
                "contact. Give the nights fewer."
            ),
            detects=lambda shop, plan: _is_flat(plan) and _outcome(shop, plan)[1] > _budget(shop),
        ),
    ),
)


# --- resolve: first contacts, complaints ---------------------------------------------


@once
def _resolution(shop: Shop) -> pd.Series:
    return topic.resolution(shop, days=REPEAT).iloc[0]


def _no_repeat(shop: Shop) -> float:
    return float(_resolution(shop)["no_repeat_share"])


def _flagged(shop: Shop) -> float:
    return float(_resolution(shop)["resolved_share"])


def _silent(shop: Shop) -> float:
    return float(_resolution(shop)["silent_share"])


FIRST_CONTACT = Number(
    id="service_desk-first-contact",
    objective="service_desk-resolve",
    minutes=6,
    title=_("Solved at the first contact?"),
    prompt=_(
        "Measure first-contact resolution by what customers do: which share of answered first "
        "contacts was *not* followed by another contact of the same customer with the same reason "
        "within {days} days? Leave out first contacts of the last {days} days."
    ).format(days=REPEAT),
    unit="share",
    tolerance=NEAR,
    reference=_no_repeat,
    hints=(
        _("A first contact has no earlier one of the same customer and reason within the days."),
        _("`service_desk.resolution(shop)` has both ways of measuring."),
    ),
    solution=_(
        "`no_repeat_share`. It lies above the agents' own flag, because some unsolved customers "
        "never come back. They buy elsewhere, and this measure calls them content."
    ),
    misconceptions=(
        Misconception(
            "took_the_flag",
            _flagged,
            _(
                "This is the share that agents flagged as solved. The question asks what customers "
                "did: whether they contacted the shop again."
            ),
        ),
        Misconception(
            "share_of_repeats",
            lambda shop: 1 - _no_repeat(shop),
            _("This is the share that came back. Resolution is the other part."),
        ),
        Misconception(
            "only_the_unsolved",
            _silent,
            _(
                "This is the share of *unsolved* contacts that never came back. Divide by all "
                "answered first contacts."
            ),
        ),
    ),
)  # fmt: skip


@once
def _complaints(shop: Shop) -> pd.DataFrame:
    return topic.pareto(shop.complaints)


def _running(shop: Shop) -> pd.DataFrame:
    return _complaints(shop).assign(share=_complaints(shop)["running_share"])


def _of_orders(shop: Shop) -> pd.DataFrame:
    table = _complaints(shop)
    return table.assign(share=table["number"] / shop.orders["paid_at"].notna().sum())


PARETO = Table(
    id="service_desk-complaints",
    objective="service_desk-resolve",
    minutes=4,
    title=_("Why they complain"),
    prompt=_("Which share of the year's complaints has which reason?"),
    unit="share",
    tolerance=NEAR,
    key="reason",
    value="share",
    labels={"not_as_described": _("not as described")},
    reference=_complaints,
    hints=(
        _("Count complaints by reason and divide by all complaints."),
        _("`service_desk.pareto(shop.complaints)`"),
    ),
    solution=_("Number of each reason over the number of complaints. The shares add up to 1."),
    misconceptions=(
        Misconception(
            "running_share",
            _running,
            _("You gave the running share: what all reasons so far make. Give each its own."),
        ),
        Misconception(
            "share_of_orders",
            _of_orders,
            _(
                "You divided by the paid orders: that is the complaint rate by reason. Divide by "
                "the complaints."
            ),
        ),
    ),
)


# --- answer: what a fast answer sells ------------------------------------------------


@once
def _groups(shop: Shop) -> pd.DataFrame:
    return topic.answer_groups(shop, target=TARGET)


@once
def _conversion(shop: Shop) -> pd.Series:
    return _groups(shop).groupby("group")["bought"].mean()


def _gain(shop: Shop) -> float:
    return float(_conversion(shop)["in_time"] - _conversion(shop)["not_asked"])


@once
def _gain_over_all(shop: Shop) -> float:
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    asked = shop.contacts["visit_id"].dropna()
    others = shop.visits.loc[~shop.visits["visit_id"].isin(asked), "visit_id"]
    return float(_conversion(shop)["in_time"] - others.isin(paid).mean())


@once
def _gain_any_answer(shop: Shop) -> float:
    groups = _groups(shop)
    asked = groups.loc[groups["group"] != "not_asked", "bought"].mean()
    return float(asked - _conversion(shop)["not_asked"])


ANSWER = Number(
    id="service_desk-answer-gain",
    objective="service_desk-answer",
    minutes=6,
    title=_("What an answer in time sells"),
    prompt=_(
        "Take visits that looked at a product. How much larger is the share that ends in a paid "
        "order when a question was answered within {n} seconds than when no question was asked? "
        "Give the difference of the two shares."
    ).format(n=TARGET),
    unit="share",
    tolerance=NEAR,
    reference=_gain,
    hints=(
        _("Visits without a product page ask nothing and buy nothing. Leave them out."),
        _("`service_desk.answer_groups(shop)` has a group and `bought` for each visit."),
    ),
    solution=_(
        "Mean of `bought` in the group `in_time`, minus that in `not_asked`. Part of it is not "
        "the answer's doing: compare within campaign and month."
    ),
    misconceptions=(
        Misconception(
            "against_all_visits",
            _gain_over_all,
            _(
                "You compared with all visits. Many of them never saw a product and could not buy. "
                "Compare with visits to a product page."
            ),
        ),
        Misconception(
            "all_who_asked",
            _gain_any_answer,
            _(
                "You took everybody who asked. Some waited too long or gave up, and they buy less. "
                "Take those answered in time."
            ),
        ),
    ),
)


def _everybody_prompt(shop: Shop) -> str:
    groups = _groups(shop)
    asked = groups["group"] != "not_asked"
    return _(
        "Visitors of product pages who asked something bought in {asked:.1%} of the visits, the "
        "others in {others:.1%}. “A chat sells! Let us push a chat window at everybody, and sales "
        "will rise by {more:.0%}.” What do you do?"
    ).format(
        asked=groups.loc[asked, "bought"].mean(),
        others=groups.loc[~asked, "bought"].mean(),
        more=groups.loc[asked, "bought"].mean() / groups.loc[~asked, "bought"].mean() - 1,
    )


EVERYBODY = Choice(
    id="service_desk-chat-for-all",
    objective="service_desk-answer",
    minutes=4,
    title=_("A chat window for everybody?"),
    prompt=_everybody_prompt,
    options=(
        Option(
            "push",
            _("Push it: the difference is large and its interval is narrow."),
            _(
                "A narrow interval says that the difference is no chance. It does not say that the "
                "chat made it: whoever asks may have wanted to buy anyway."
            ),
        ),
        Option(
            "test",
            _("Show the window to half of the visitors, drawn at random, and compare the halves."),
            _(
                "Chance decides who sees it, so the halves differ in nothing else. Count all "
                "visitors of each half, not those who asked, and see whether the desk can keep up."
            ),
        ),
        Option(
            "more_data",
            _("Compare again after another year."),
            _("More data of the same kind repeats the same comparison of unlike visitors."),
        ),
        Option(
            "askers",
            _("Show it to everybody, and compare those who ask with those who do not."),
            _("That is the same comparison: visitors choose for themselves whether to ask."),
        ),
    ),
    reference=lambda shop: "test",
    hints=(
        _("Who asks a question before buying?"),
        _("What would make the two groups alike in all but the chat?"),
    ),
    solution=_("Asking is the visitor's choice. Let chance choose who is offered the chat."),
)


# --- customers: what one is worth ----------------------------------------------------

DISCOUNT = 0.1


@once
def _margin(shop: Shop) -> float:
    """Return the mean gross margin of a customer's year, rounded to whole yuan."""
    lines, orders = shop.order_lines, shop.orders
    paid = orders.loc[orders["paid_at"].notna(), ["order_id", "visitor_id"]]
    fen = ((lines["unit_price"] - lines["unit_cost"]) * 100).round().astype("int64")
    total = (fen * lines["quantity"])[lines["order_id"].isin(paid["order_id"])].sum() / 100
    return float(round(total / paid["visitor_id"].nunique()))


@once
def _retention(shop: Shop) -> float:
    """Return the share of customers who bought again, rounded to whole per cent."""
    return round(float(topic.repeat_curve(shop.orders)["share"].iloc[-1]), 2)


def _value(shop: Shop) -> float:
    return topic.customer_value(_margin(shop), _retention(shop), DISCOUNT, "now")


CUSTOMER = Number(
    id="service_desk-customer-value",
    objective="service_desk-customers",
    minutes=5,
    title=_("What a customer is worth"),
    prompt=lambda shop: _(
        "A customer brings ¥{margin:,.0f} of gross margin in a year, now and in each year in which "
        "the customer is still there. From year to year {share:.0%} stay. The discount rate is "
        "{discount:.0%} a year. What is a new customer worth today, this year's margin included?"
    ).format(margin=_margin(shop), share=_retention(shop), discount=DISCOUNT),
    unit="yuan",
    rel_tolerance=0.002,
    reference=_value,
    hints=(
        _("Add up the years: each later one is worth retention over (1 + discount) of the last."),
        _("`service_desk.customer_value(margin, retention, 0.1, first='now')`"),
    ),
    solution=_(
        "margin × (1 + discount) / (1 + discount - retention). With a retention this low most of "
        "the value lies in the first order."
    ),
    misconceptions=(
        Misconception(
            "first_comes_later",
            lambda shop: topic.customer_value(_margin(shop), _retention(shop), DISCOUNT),
            _(
                "You left out this year's margin: this formula begins a year from now. Say "
                "first='now'."
            ),
        ),
        Misconception(
            "no_discount",
            lambda shop: topic.customer_value(_margin(shop), _retention(shop), 0, "now"),
            _("You did not discount: a yuan of next year counted as much as one of today."),
        ),
        Misconception(
            "one_year_only",
            lambda shop: _margin(shop),
            _("This is the margin of one year. Some customers stay: add the later years."),
        ),
    ),
)

EXERCISES = [
    IN_TIME,
    PATIENCE,
    ERLANGS,
    AGENTS,
    POSITIONS,
    OCCUPANCY,
    STAFF_WEEK,
    FIRST_CONTACT,
    PARETO,
    ANSWER,
    EVERYBODY,
    CUSTOMER,
]
