"""Exercises on the customer journey: reading it, calling in time, comparing, counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit import journey as topic
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
"""Two rates nearer than this are not told apart by an exercise."""

DAYS = 90
"""Days in which a next order counts."""

SAME_DAY = 0.9
"""Share of calls that the plan must make on the day they fall due."""

SPARE = 1.15
"""Call slots that a plan may buy, as a ratio to the cheapest plan that does."""

ASKED = (4, 6, 7, 9)
"""Touchpoints asked for in the table: payment, packing, dispatch, signed for."""

_PER_DAY = range(1, 41)


# --- read: parcels without a call ----------------------------------------------------


@once
def _rates(shop: Shop) -> pd.DataFrame:
    return topic.rates(shop.touchpoints)


def _touchpoint(shop: Shop, number: int = topic.CALL) -> pd.Series:
    rates = _rates(shop)
    return rates[rates["touchpoint"] == number].iloc[0]


def _silent(shop: Shop) -> float:
    return float(_touchpoint(shop)["missing_rate"])


def _silent_of_all(shop: Shop) -> float:
    return float(_touchpoint(shop)["missing"] / shop.orders["paid_at"].notna().sum())


def _silent_or_late(shop: Shop) -> float:
    return 1 - float(_touchpoint(shop)["on_time_rate"])


SILENT = Number(
    id="journey-silent-parcels",
    objective="journey-read",
    minutes=3,
    title=_("Three days, and no call"),
    prompt=_(
        "When a parcel is not there three days after dispatch, touchpoint 8 applies: find the "
        "cause and call. In which share of these cases did the shop never call or message at all?"
    ),
    unit="share",
    tolerance=NEAR,
    reference=_silent,
    hints=(
        _("Only orders with a row for touchpoint 8 are asked about."),
        _("`journey.rates(shop.touchpoints)` has a row per touchpoint and a `missing_rate`."),
    ),
    solution=_(
        "Of all rows of touchpoint 8 that were due, count those without `done_at`, and divide "
        "by their number. `rates` does this for all ten."
    ),
    misconceptions=(
        Misconception(
            "over_all_orders",
            _silent_of_all,
            _(
                "You divided by all paid orders. Most of them never needed a call. Divide by the "
                "orders to which touchpoint 8 applied."
            ),
        ),
        Misconception(
            "counted_late",
            _silent_or_late,
            _(
                "You counted late calls as no call. A late call has a `done_at`; a missing one "
                "has none."
            ),
        ),
    ),
)


# --- read: the busiest month ---------------------------------------------------------


def _busiest(shop: Shop) -> pd.Timestamp:
    months = shop.orders["placed_at"].dt.to_period("M")
    return months.mode().iloc[0].to_timestamp()


@once
def _by_month(shop: Shop) -> pd.DataFrame:
    return topic.rates(shop.touchpoints, shop.orders, by="month")


def _month_rates(shop: Shop, *states: str) -> pd.DataFrame:
    rates = _by_month(shop)
    rates = rates[(rates["month"] == _busiest(shop)) & rates["touchpoint"].isin(ASKED)]
    return rates.assign(on_time_rate=sum(rates[f"{state}_rate"] for state in states))


def _year_rates(shop: Shop) -> pd.DataFrame:
    rates = _rates(shop)
    return rates[rates["touchpoint"].isin(ASKED)]


RUSH_MONTH = Table(
    id="journey-busiest-month",
    objective="journey-read",
    minutes=5,
    title=_("The journey in the rush"),
    prompt=lambda shop: _(
        "Take the month with the most orders, {month:%B}. Which share of its payment messages "
        "(4), packings (6), dispatch messages (7) and messages after signing (9) was on time?"
    ).format(month=_busiest(shop)),
    unit="share",
    tolerance=NEAR,
    key="touchpoint",
    value="on_time_rate",
    reference=lambda shop: _month_rates(shop, "on_time"),
    hints=(
        _("The month is that of the order, not that of the message."),
        _("Try `journey.rates(shop.touchpoints, shop.orders, by='month')`."),
    ),
    solution=_(
        "Group the touchpoints by the month of their order. On time means done by `due_at`; "
        "divide by all that were due."
    ),
    misconceptions=(
        Misconception(
            "counted_done",
            lambda shop: _month_rates(shop, "on_time", "late"),
            _("You counted everything that was done, late or not. On time means done by `due_at`."),
        ),
        Misconception(
            "whole_year",
            _year_rates,
            _("These are the rates of the whole year. The rush hides in it: take the one month."),
        ),
    ),
)


# --- call: who needs one now ---------------------------------------------------------


def _now(shop: Shop) -> pd.Timestamp:
    """Nine o'clock on the morning after the day on which most parcels pass three days."""
    rows = shop.touchpoints[shop.touchpoints["touchpoint"] == topic.CALL]
    return rows["due_at"].dt.normalize().mode().iloc[0] + pd.Timedelta(days=1, hours=9)


@once
def _list(shop: Shop) -> pd.DataFrame:
    return topic.overdue_parcels(shop.orders, shop.touchpoints, shop.journey, _now(shop))


def _to_call(shop: Shop) -> int:
    return int(_list(shop)["called_at"].isna().sum())


def _all_waiting(shop: Shop) -> int:
    return len(_list(shop))


def _since_order(shop: Shop) -> int:
    early = shop.orders.assign(dispatched_at=shop.orders["placed_at"])
    early = early[shop.orders["paid_at"].notna()]
    parcels = topic.overdue_parcels(early, shop.touchpoints, shop.journey, _now(shop))
    return int(parcels["called_at"].isna().sum())


CALL_LIST = Number(
    id="journey-call-list",
    objective="journey-call",
    minutes=5,
    title=_("Who must be called now?"),
    prompt=lambda shop: _(
        "It is {now:%A}, {now.day} {now:%B %Y, %H:%M}. You lead the service guides. How many "
        "customers have a "
        "parcel that left more than three days ago, is not delivered, and have not heard from the "
        "shop about it yet?"
    ).format(now=_now(shop)),
    unit="customers",
    tolerance=0,
    reference=_to_call,
    hints=(
        _("Use only what is known at that moment: later deliveries and calls lie in the future."),
        lambda shop: _(
            "`journey.overdue_parcels(shop.orders, shop.touchpoints, shop.journey, "
            "'{now:%Y-%m-%d %H:%M}')` lists the parcels; `called_at` is empty without a call."
        ).format(now=_now(shop)),
    ),
    solution=_(
        "Take parcels dispatched more than 72 hours before, not delivered by then. Leave out "
        "those whose customers were called by then."
    ),
    misconceptions=(
        Misconception(
            "counted_the_called",
            _all_waiting,
            _(
                "You counted all parcels on the list. Some of these customers were called "
                "already: look at `called_at`."
            ),
        ),
        Misconception(
            "since_the_order",
            _since_order,
            _(
                "You counted three days from the order. The three days of touchpoint 8 run from "
                "dispatch."
            ),
        ),
    ),
)


# --- call: how many calls a day ------------------------------------------------------


@once
def _calls_due(shop: Shop) -> pd.Series:
    """Count the calls that fall due on each day."""
    rows = shop.touchpoints[shop.touchpoints["touchpoint"] == topic.CALL]
    counts = rows["due_at"].dt.normalize().value_counts()
    days = pd.date_range(shop.orders["placed_at"].min().normalize(), counts.index.max())
    return counts.reindex(days, fill_value=0)


def _month_of_day(due: pd.Series) -> NDArray[np.int64]:
    return pd.DatetimeIndex(due.index).month.to_numpy()


def _rush_months(shop: Shop) -> list[int]:
    due = _calls_due(shop)
    return sorted(due.groupby(_month_of_day(due)).sum().nlargest(2).index)


def _slots(shop: Shop, usual: ArrayLike, rush: ArrayLike) -> NDArray[np.float64]:
    """Return the calls a day of a plan, or of many: shape (days,) or (days, plans)."""
    inside = np.isin(_month_of_day(_calls_due(shop)), _rush_months(shop))
    shape = (-1,) + (1,) * np.ndim(usual)
    return np.where(inside.reshape(shape), np.asarray(rush), np.asarray(usual))


@once
def _cheapest(shop: Shop) -> tuple[PlanAnswer, int]:
    """Find the plan with the fewest slots that makes SAME_DAY of the calls in time."""
    usual, rush = (grid.ravel() for grid in np.meshgrid(_PER_DAY, _PER_DAY))
    slots = _slots(shop, usual, rush)
    share = topic.same_day_share(_calls_due(shop).to_numpy(), slots)
    cost = np.where(share >= SAME_DAY, slots.sum(axis=0), np.inf)
    best = int(cost.argmin())
    return {"usual": float(usual[best]), "rush": float(rush[best])}, int(slots[:, best].sum())


def _mean_plan(shop: Shop) -> PlanAnswer:
    mean = float(np.ceil(_calls_due(shop).mean()))
    return {"usual": mean, "rush": mean}


def _peak_plan(shop: Shop) -> PlanAnswer:
    most = float(min(_calls_due(shop).max(), _PER_DAY[-1]))
    return {"usual": most, "rush": most}


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    slots = _slots(shop, plan["usual"], plan["rush"])
    share = float(topic.same_day_share(_calls_due(shop).to_numpy(), slots))
    budget = round(SPARE * _cheapest(shop)[1])
    used = int(slots.sum())
    points = 50 * min(1, share / SAME_DAY) + 50 * min(1, budget / max(used, 1))
    return Score(
        round(points),
        share >= SAME_DAY and used <= budget,
        (
            _("{share:.0%} of the calls are made on the day they fall due; {goal:.0%} is asked.")
            .format(share=share, goal=SAME_DAY),
            _("You pay for {used:,} calls in the year; the budget is {budget:,}.").format(
                used=used, budget=budget
            ),
        ),
    )  # fmt: skip


def _one_size(shop: Shop, plan: PlanAnswer) -> bool:
    slots = _slots(shop, plan["usual"], plan["rush"])
    share = float(topic.same_day_share(_calls_due(shop).to_numpy(), slots))
    return plan["usual"] == plan["rush"] and share < SAME_DAY


def _too_dear(shop: Shop, plan: PlanAnswer) -> bool:
    used = int(_slots(shop, plan["usual"], plan["rush"]).sum())
    return plan["usual"] == plan["rush"] and used > SPARE * _cheapest(shop)[1]


def _plan_prompt(shop: Shop) -> str:
    due, months = _calls_due(shop), _rush_months(shop)
    names = [f"{pd.Timestamp(2000, month, 1):%B}" for month in months]
    return _(
        "Last year {n:,} parcels passed the three days, most of them in {first} and {second}. How "
        "many calls a day do you plan, in these two months and in all others? At least {goal:.0%} "
        "of the calls must be made on the day they fall due, and you may pay for {budget:,} calls "
        "in the year. A call that is not made waits, oldest first."
    ).format(
        n=due.sum(),
        first=names[0],
        second=names[-1],
        goal=SAME_DAY,
        budget=round(SPARE * _cheapest(shop)[1]),
    )


CALL_PLAN = Plan(
    id="journey-call-plan",
    objective="journey-call",
    minutes=8,
    title=_("Plan the calls of a year"),
    prompt=_plan_prompt,
    fields=(
        Field("usual", _("Calls a day in a usual month"), 1, _PER_DAY[-1], start=3),
        Field("rush", _("Calls a day in the two rush months"), 1, _PER_DAY[-1], start=3),
    ),
    score=_score,
    reference=lambda shop: _cheapest(shop)[0],
    hints=(
        _("Begin with the rush months: raise their number until the share no longer grows."),
        _("Then lower the usual months as far as the share allows."),
    ),
    solution=_(
        "Capacity must follow the calls. A line that grows for a week spoils the weeks after it, "
        "so the rush months need far more than their mean, and the others little."
    ),
    misconceptions=(
        Misconception(
            "planned_for_the_mean",
            _mean_plan,
            _(
                "You planned one number for all months. In the rush the line grows every day, and "
                "nobody is called in time. Give the rush months more."
            ),
            detects=_one_size,
        ),
        Misconception(
            "planned_for_the_worst_day",
            _peak_plan,
            _(
                "You planned for the rush all year. Most of these calls are paid for and never "
                "made. Give the usual months fewer."
            ),
            detects=_too_dear,
        ),
    ),
)


# --- compare: what a missed call does ------------------------------------------------


@once
def _told(shop: Shop) -> pd.DataFrame:
    about = shop.contacts[shop.contacts["reason"] == "delivery"]
    told = topic.outcomes(shop.orders, shop.complaints, shop.returns, about)
    rows = shop.touchpoints[shop.touchpoints["touchpoint"] == topic.CALL]
    state = topic.states(rows, shop.touchpoints["done_at"].max()).set_index("order_id")["state"]
    told = told[told["paid"] == 1]
    return told.assign(call=told["order_id"].map(state).fillna("not_needed"))


def _rate(told: pd.DataFrame, chosen: pd.Series, outcome: str) -> float:
    return float(told.loc[chosen, outcome].mean())


def _missed_call(shop: Shop) -> float:
    told = _told(shop)
    missed, kept = told["call"].isin(["late", "missing"]), told["call"] == "on_time"
    return _rate(told, missed, "contacted") - _rate(told, kept, "contacted")


def _missed_against_all(shop: Shop) -> float:
    told = _told(shop)
    missed = told["call"].isin(["late", "missing"])
    return _rate(told, missed, "contacted") - _rate(told, ~missed, "contacted")


def _share_only(shop: Shop) -> float:
    told = _told(shop)
    return _rate(told, told["call"].isin(["late", "missing"]), "contacted")


MISSED_CALL = Number(
    id="journey-missed-call",
    objective="journey-compare",
    minutes=6,
    title=_("What does a missed call bring?"),
    prompt=_(
        "Among orders to which touchpoint 8 applied: how much larger is the share of customers "
        "who asked about the delivery (contacts with the reason `delivery`) when the call was late "
        "or missing than when it was on time? Give the difference of the two shares."
    ),
    unit="share",
    tolerance=NEAR,
    reference=_missed_call,
    hints=(
        _("Compare only parcels that needed a call. Both groups waited three days."),
        _(
            "Give `journey.outcomes` only the contacts with the reason delivery; then "
            "`journey.effect(8, shop.touchpoints, told, missed=['late', 'missing'])` has the row."
        ),
    ),
    solution=_(
        "Take the orders with a row for touchpoint 8. Subtract the share of contacts with a "
        "timely call from the share without."
    ),
    misconceptions=(
        Misconception(
            "against_all_orders",
            _missed_against_all,
            _(
                "You compared with all other orders. Most of their parcels were never late, so "
                "you measured the late parcel and the missed call together."
            ),
        ),
        Misconception(
            "only_one_share",
            _share_only,
            _(
                "This is the share of contacts where the call was missed. Subtract the share where "
                "it was on time."
            ),
        ),
    ),
)


def _harm_prompt(shop: Shop) -> str:
    told = _told(shop)
    called = (told["call"] != "not_needed") & (told["call"] != "missing")
    return _(
        "A colleague shows you: {called:.1%} of the customers whom the shop called about a parcel "
        "complained, but only {others:.1%} of all other customers. “The calls annoy people. Let "
        "us stop them.” What do you do?"
    ).format(called=_rate(told, called, "complained"), others=_rate(told, ~called, "complained"))


CALLS_HARM = Choice(
    id="journey-do-calls-harm",
    objective="journey-compare",
    minutes=4,
    title=_("Do the calls annoy people?"),
    prompt=_harm_prompt,
    options=(
        Option(
            "stop",
            _("Stop the calls: the numbers are clear."),
            _(
                "The numbers mix two things. The shop calls only customers of late parcels, and "
                "a late parcel makes people complain, call or no call."
            ),
        ),
        Option(
            "compare",
            _("Compare called and uncalled customers among late parcels only."),
            _(
                "Both groups then waited three days, and what is left is the call. Those called in "
                "time complain less, as the simulator's truth says."
            ),
        ),
        Option(
            "wait",
            _("Collect another year of data before deciding."),
            _(
                "More data of the same comparison gives the same wrong answer, only more precise. "
                "The groups differ in the wait, not only in the call."
            ),
        ),
        Option(
            "month",
            _("Compare called with uncalled customers month by month."),
            _(
                "Months are not what separates the groups. In every month the called customers "
                "are those of late parcels. Compare within late parcels."
            ),
        ),
    ),
    reference=lambda shop: "compare",
    hints=(
        _("Whom does the shop call?"),
        _("Look for what called customers have in common apart from the call."),
    ),
    solution=_(
        "The call does not come by chance: it comes to those who wait. Compare among those who "
        "wait."
    ),
)


# --- count: perfect journeys, and who comes back -------------------------------------


@once
def _journeys(shop: Shop) -> pd.Series:
    return topic.perfect_journey(shop.touchpoints, shop.orders).iloc[0]


def _perfect(shop: Shop, column: str = "joint") -> float:
    return float(_journeys(shop)[column])


def _mean_rate(shop: Shop) -> float:
    return float(_rates(shop)["on_time_rate"].mean())


PERFECT = Number(
    id="journey-perfect",
    objective="journey-count",
    minutes=4,
    title=_("How many journeys were perfect?"),
    prompt=_(
        "A journey is perfect when every touchpoint that applied was on time. Which share of the "
        "year's paid orders had a perfect journey?"
    ),
    unit="share",
    tolerance=NEAR,
    reference=_perfect,
    hints=(
        _("Look at one order first: is everything on time? Then count such orders."),
        _("`journey.perfect_journey(shop.touchpoints, shop.orders)` has a column `joint`."),
    ),
    solution=_("Mark each paid order that has no late and no missing touchpoint, and count."),
    misconceptions=(
        Misconception(
            "multiplied_the_rates",
            lambda shop: _perfect(shop, "product"),
            _(
                "You multiplied the rates of the touchpoints. That holds only if each fails on its "
                "own; here failures come together in the rush. Count orders."
            ),
        ),
        Misconception(
            "mean_of_the_rates",
            _mean_rate,
            _(
                "You averaged the ten rates. An order with one failure in ten is not nine tenths "
                "perfect: count orders without any failure."
            ),
        ),
        Misconception(
            "weakest_link",
            lambda shop: _perfect(shop, "ceiling"),
            _(
                "You took the weakest touchpoint. It is the most that is possible; the other "
                "touchpoints fail for further orders."
            ),
        ),
    ),
)


@once
def _followed(shop: Shop) -> pd.Series:
    return topic.repeat_purchase(shop.orders, DAYS).iloc[0]


def _repeat(shop: Shop, column: str = "repeat_rate") -> float:
    return float(_followed(shop)[column])


def _returning_customers(shop: Shop) -> float:
    paid = shop.orders[shop.orders["paid_at"].notna()]
    return float((paid.groupby("visitor_id").size() > 1).mean())


REPEAT = Number(
    id="journey-repeat",
    objective="journey-count",
    minutes=5,
    title=_("Who comes back?"),
    prompt=_(
        "Which share of paid orders is followed by another paid order of the same customer within "
        "{days} days? Count only orders for which the {days} days are over by the last order."
    ).format(days=DAYS),
    unit="share",
    tolerance=0.001,
    reference=_repeat,
    hints=(
        _("An order of December cannot show yet whether its customer comes back."),
        _("`journey.repeat_purchase(shop.orders, days={days})` has `repeat_rate`.").format(
            days=DAYS
        ),
    ),
    solution=_(
        "Leave out orders placed in the last {days} days. Of the rest, count those with a next "
        "order in time."
    ).format(days=DAYS),
    misconceptions=(
        Misconception(
            "counted_the_young",
            lambda shop: _repeat(shop, "naive_rate"),
            _(
                "You counted orders of the last {days} days as not followed. They have had no time "
                "yet: leave them out."
            ).format(days=DAYS),
        ),
        Misconception(
            "counted_customers",
            _returning_customers,
            _(
                "You counted customers with two orders or more. The question is about orders, and "
                "about {days} days."
            ).format(days=DAYS),
        ),
    ),
)

EXERCISES = [
    SILENT,
    RUSH_MONTH,
    CALL_LIST,
    CALL_PLAN,
    MISSED_CALL,
    CALLS_HARM,
    PERFECT,
    REPEAT,
]
