"""Exercises on the customer journey: reading it, calling in time, comparing, counting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit import journey as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

NEAR = 0.0025  # two rates nearer than this are not told apart
DAYS = 90  # in which a next order counts
SAME_DAY = 0.9  # share of calls that the plan must make on the day they fall due
MOST = 40  # calls a day that a plan may hold


def _calls(shop: Shop) -> pd.DataFrame:
    """Return the rows of the touchpoint that asks for a call."""
    return shop.touchpoints[shop.touchpoints["touchpoint"] == topic.CALL]


@sheet.number(
    id="journey-silent-parcels",
    objective="journey-read",
    minutes=3,
    title=_("Three days, and no call"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "over_all_orders": _(
            "You divided by all paid orders. Most of them never needed a call. Divide by the "
            "orders to which touchpoint 8 applied."
        ),
        "counted_late": _(
            "You counted late calls as no call. A late call has a `done_at`; a missing one has "
            "none."
        ),
    },
)
def silent_parcels(shop: Shop) -> sheet.Sheet:
    rates = topic.rates(shop).set_index("touchpoint").rename(index="touchpoint {}".format)
    call = rates.loc[f"touchpoint {topic.CALL}"]
    return sheet.Sheet(
        prompt=_(
            "When a parcel is not there three days after dispatch, touchpoint 8 applies: find the "
            "cause and call. In which share of these cases did the shop never call or message at "
            "all?"
        ),
        right=call["missing_rate"],
        wrong={
            "over_all_orders": call["missing"] / shop.orders["paid_at"].notna().sum(),
            "counted_late": 1 - call["on_time_rate"],
        },
        table=rates[["on_time_rate", "late_rate", "missing_rate"]],
        cell=(f"touchpoint {topic.CALL}", "missing_rate"),
        hints=(
            _("Only orders with a row for touchpoint 8 are asked about."),
            _("`journey.rates(shop)` has a row per touchpoint and a `missing_rate`."),
        ),
        solution=_(
            "Of all rows of touchpoint 8 that were due, count those without `done_at`, and divide "
            "by their number. `rates` does this for all ten."
        ),
        code="""
            from ecokit import journey
            rates = journey.rates(shop).set_index("touchpoint")
            rates.loc[8, "missing_rate"]
        """,
    )


@sheet.table(
    id="journey-busiest-month",
    objective="journey-read",
    minutes=5,
    title=_("The journey in the rush"),
    unit="share",
    tolerance=NEAR,
    key="touchpoint",
    value="on_time_rate",
    mistakes={
        "counted_done": _(
            "You counted everything that was done, late or not. On time means done by `due_at`."
        ),
        "whole_year": _(
            "These are the rates of the whole year. The rush hides in it: take the one month."
        ),
    },
)
def busiest_month(shop: Shop) -> sheet.TableSheet:
    busiest = shop.orders["placed_at"].dt.to_period("M").mode().iloc[0].to_timestamp()
    asked = [4, 6, 7, 9]  # payment, packing, dispatch, signed for
    rates = topic.rates(shop, by="month").set_index("touchpoint")
    month = rates[rates["month"] == busiest].loc[asked]
    by_month = rates.pivot_table("on_time_rate", "touchpoint", "month").loc[asked]
    return sheet.TableSheet(
        prompt=_(
            "Take the month with the most orders, {month:%B}. Which share of its payment messages "
            "(4), packings (6), dispatch messages (7) and messages after signing (9) was on time?"
        ).format(month=busiest),
        right=month["on_time_rate"],
        wrong={
            "counted_done": month["on_time_rate"] + month["late_rate"],
            "whole_year": topic.rates(shop).set_index("touchpoint")["on_time_rate"].loc[asked],
        },
        table=by_month.rename(columns="{:%B}".format).assign(late=month["late_rate"]),
        column=f"{busiest:%B}",
        hints=(
            _("The month is that of the order, not that of the message."),
            _("Try `journey.rates(shop, by='month')`."),
        ),
        solution=_(
            "Group the touchpoints by the month of their order. On time means done by `due_at`; "
            "divide by all that were due."
        ),
    )


@sheet.number(
    id="journey-call-list",
    objective="journey-call",
    minutes=5,
    title=_("Who must be called now?"),
    unit="customers",
    tolerance=0,
    mistakes={
        "counted_the_called": _(
            "You counted all parcels on the list. Some of these customers were called already: "
            "look at `called_at`."
        ),
        "since_the_order": _(
            "You counted three days from the order. The three days of touchpoint 8 run from "
            "dispatch."
        ),
    },
)
def call_list(shop: Shop) -> sheet.Sheet:
    now = _calls(shop)["due_at"].dt.normalize().mode().iloc[0] + pd.Timedelta(days=1, hours=9)
    waiting = topic.overdue_parcels(shop, as_of=now)["called_at"]
    paid = shop.orders[shop.orders["paid_at"].notna()]
    orders = paid.assign(dispatched_at=paid["placed_at"])
    early = {"orders": orders, "touchpoints": shop.touchpoints, "journey": shop.journey}
    return sheet.Sheet(
        prompt=_(
            "It is {now:%A}, {now.day} {now:%B %Y, %H:%M}. You lead the service guides. How many "
            "customers have a parcel that left more than three days ago, is not delivered, and "
            "have not heard from the shop about it yet?"
        ).format(now=now),
        right=waiting.isna().sum(),
        wrong={
            "counted_the_called": len(waiting),
            "since_the_order": topic.overdue_parcels(early, as_of=now)["called_at"].isna().sum(),
        },
        hints=(
            _(
                "Use only what is known at that moment: later deliveries and calls lie in the "
                "future."
            ),
            _(
                "`journey.overdue_parcels(shop, as_of='{now:%Y-%m-%d %H:%M}')` lists the parcels; "
                "`called_at` is empty without a call."
            ).format(now=now),
        ),
        solution=_(
            "Take parcels dispatched more than 72 hours before, not delivered by then. Leave out "
            "those whose customers were called by then."
        ),
    )


@dataclass(frozen=True)
class _Year:
    """Calls that fall due on each day, the days of the two busiest months, and their names."""

    due: NDArray[np.int64]
    rush: NDArray[np.bool_]
    names: tuple[str, ...]

    @classmethod
    def of(cls, shop: Shop) -> _Year:
        counts = _calls(shop)["due_at"].dt.normalize().value_counts()
        days = pd.date_range(shop.orders["placed_at"].min().normalize(), counts.index.max())
        due, month = counts.reindex(days, fill_value=0), days.month
        rush = sorted(due.groupby(month).sum().nlargest(2).index)
        names = tuple(f"{pd.Timestamp(2000, number, 1):%B}" for number in rush)
        return cls(due.to_numpy(), np.isin(month, rush), names)

    def slots(self, usual: ArrayLike, rush: ArrayLike) -> NDArray[np.float64]:
        """Return the calls a day of a plan, or of many: shape (days,) or (days, plans)."""
        inside = self.rush.reshape(-1, *[1] * np.ndim(usual))
        return np.where(inside, np.asarray(rush), np.asarray(usual))

    def share(self, answer: sheet.PlanAnswer) -> float:
        """Return the share of calls that a plan makes on the day they fall due."""
        return float(topic.same_day_share(self.due, self.slots(**answer)))

    def used(self, answer: sheet.PlanAnswer) -> int:
        """Return the calls that a plan pays for."""
        return int(self.slots(**answer).sum())

    def cheapest(self) -> sheet.PlanAnswer:
        """Find the plan with the fewest slots that makes SAME_DAY of the calls in time."""
        usual, rush = (grid.ravel() for grid in np.meshgrid(*[np.arange(1, MOST + 1)] * 2))
        slots = self.slots(usual, rush)
        enough = topic.same_day_share(self.due, slots) >= SAME_DAY
        best = int(np.where(enough, slots.sum(axis=0), np.inf).argmin())
        return {"usual": float(usual[best]), "rush": float(rush[best])}


@sheet.plan(
    id="journey-call-plan",
    objective="journey-call",
    minutes=8,
    title=_("Plan the calls of a year"),
    fields=(
        sheet.Field("usual", _("Calls a day in a usual month"), 1, MOST, start=3, unit="calls"),
        sheet.Field(
            "rush", _("Calls a day in the two rush months"), 1, MOST, start=3, unit="calls"
        ),
    ),
    mistakes={
        "planned_for_the_mean": _(
            "You planned one number for all months. In the rush the line grows every day, and "
            "nobody is called in time. Give the rush months more."
        ),
        "planned_for_the_worst_day": _(
            "You planned for the rush all year. Most of these calls are paid for and never made. "
            "Give the usual months fewer."
        ),
    },
)
def call_plan(shop: Shop) -> sheet.PlanSheet:
    year = _Year.of(shop)
    best, first, second = year.cheapest(), year.names[0], year.names[-1]
    most = 1.15 * year.used(best)  # a plan need not be the cheapest
    budget = round(most)
    mean, peak = float(np.ceil(year.due.mean())), float(min(year.due.max(), MOST))
    made = _("{reached:.0%} of the calls are made on the day they fall due; {goal:.0%} is asked.")
    paid = _("You pay for {cost:,} calls in the year; the budget is {budget:,}.")
    return sheet.PlanSheet(
        prompt=_(
            "Last year {n:,} parcels passed the three days, most of them in {first} and {second}. "
            "How many calls a day do you plan, in these two months and in all others? At least "
            "{goal:.0%} of the calls must be made on the day they fall due, and you may pay for "
            "{budget:,} calls in the year. A call that is not made waits, oldest first."
        ).format(n=year.due.sum(), first=first, second=second, goal=SAME_DAY, budget=budget),
        right=best,
        score=lambda answer: sheet.Score.within(
            year.share(answer), year.used(answer), made, paid, goal=SAME_DAY, budget=budget
        ),
        wrong={
            "planned_for_the_mean": {"usual": mean, "rush": mean},
            "planned_for_the_worst_day": {"usual": peak, "rush": peak},
        },
        detects={
            "planned_for_the_mean": lambda answer: (
                answer["usual"] == answer["rush"] and year.share(answer) < SAME_DAY
            ),
            "planned_for_the_worst_day": lambda answer: (
                answer["usual"] == answer["rush"] and year.used(answer) > most
            ),
        },
        above={_("the numbers of the notebook's cell"): {"usual": 4, "rush": 12}},
        hints=(
            _("Begin with the rush months: raise their number until the share no longer grows."),
            _("Then lower the usual months as far as the share allows."),
        ),
        solution=_(
            "Capacity must follow the calls. A line that grows for a week spoils the weeks after "
            "it, so the rush months need far more than their mean, and the others little."
        ),
    )


@lru_cache(maxsize=1)  # half a second, for two exercises
def _told(shop: Shop) -> pd.DataFrame:
    """Return what came of each paid order, and of its `call`."""
    told = topic.outcomes(shop, reason="delivery")
    states = topic.states(shop)
    calls = states[states["touchpoint"] == topic.CALL].set_index("order_id")["state"]
    call = told["order_id"].map(calls).fillna("not_needed")
    return told.assign(call=call)[told["paid"] == 1]


@sheet.number(
    id="journey-missed-call",
    objective="journey-compare",
    minutes=6,
    title=_("What does a missed call bring?"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "against_all_orders": _(
            "You compared with all other orders. Most of their parcels were never late, so you "
            "measured the late parcel and the missed call together."
        ),
        "only_one_share": _(
            "This is the share of contacts where the call was missed. Subtract the share where it "
            "was on time."
        ),
    },
)
def missed_call(shop: Shop) -> sheet.Sheet:
    told = _told(shop)
    missed = told["call"].isin(["late", "missing"])
    silent, others = (told.loc[rows, "contacted"].mean() for rows in (missed, ~missed))
    called = told.loc[told["call"] == "on_time", "contacted"].mean()
    return sheet.Sheet(
        prompt=_(
            "Among orders to which touchpoint 8 applied: how much larger is the share of customers "
            "who asked about the delivery (contacts with the reason `delivery`) when the call was "
            "late or missing than when it was on time? Give the difference of the two shares."
        ),
        right=silent - called,
        wrong={"against_all_orders": silent - others, "only_one_share": silent},
        hints=(
            _("Compare only parcels that needed a call. Both groups waited three days."),
            _(
                "Count only contacts with the reason delivery: `told = journey.outcomes(shop, "
                "reason='delivery')`; then `journey.effect(shop, touchpoint=8, outcomes=told, "
                "missed=['late', 'missing'])` has the row."
            ),
        ),
        solution=_(
            "Take the orders with a row for touchpoint 8. Subtract the share of contacts with a "
            "timely call from the share without."
        ),
    )


@sheet.choice(
    id="journey-do-calls-harm",
    objective="journey-compare",
    minutes=4,
    title=_("Do the calls annoy people?"),
    options=("stop", "compare", "wait", "month"),
)
def do_calls_harm(shop: Shop) -> sheet.ChoiceSheet:
    told = _told(shop)
    called = told["call"].isin(["on_time", "late", "open"])
    complained = told.groupby(called)["complained"].mean()
    return sheet.ChoiceSheet(
        prompt=_(
            "A colleague shows you: {called:.1%} of the customers whom the shop called about a "
            "parcel complained, but only {others:.1%} of all other customers. “The calls annoy "
            "people. Let us stop them.” What do you do?"
        ).format(called=complained[True], others=complained[False]),
        right="compare",
        options={
            "stop": _("Stop the calls: the numbers are clear."),
            "compare": _("Compare called and uncalled customers among late parcels only."),
            "wait": _("Collect another year of data before deciding."),
            "month": _("Compare called with uncalled customers month by month."),
        },
        reasons={
            "stop": _(
                "The numbers mix two things. The shop calls only customers of late parcels, and a "
                "late parcel makes people complain, call or no call."
            ),
            "compare": _(
                "Both groups then waited three days, and what is left is the call. Those called in "
                "time complain less, as the simulator's truth says."
            ),
            "wait": _(
                "More data of the same comparison gives the same wrong answer, only more precise. "
                "The groups differ in the wait, not only in the call."
            ),
            "month": _(
                "Months are not what separates the groups. In every month the called customers are "
                "those of late parcels. Compare within late parcels."
            ),
        },
        hints=(
            _("Whom does the shop call?"),
            _("Look for what called customers have in common apart from the call."),
        ),
        solution=_(
            "The call does not come by chance: it comes to those who wait. Compare among those who "
            "wait."
        ),
    )


@sheet.number(
    id="journey-perfect",
    objective="journey-count",
    minutes=4,
    title=_("How many journeys were perfect?"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "multiplied_the_rates": _(
            "You multiplied the rates of the touchpoints. That holds only if each fails on its "
            "own; here failures come together in the rush. Count orders."
        ),
        "mean_of_the_rates": _(
            "You averaged the ten rates. An order with one failure in ten is not nine tenths "
            "perfect: count orders without any failure."
        ),
        "weakest_link": _(
            "You took the weakest touchpoint. It is the most that is possible; the other "
            "touchpoints fail for further orders."
        ),
        "multiplied_ten": _(
            "You multiplied the ten rates as the table shows them. Each counts only the orders to "
            "which its touchpoint applies, and failures come together. Count orders."
        ),
        "counted_unpaid": _(
            "You counted orders that were never paid, too. Their journey ended early, so it broke "
            "less often: take paid orders."
        ),
    },
)
def perfect(shop: Shop) -> sheet.Sheet:
    journeys = topic.perfect_journey(shop).iloc[0]
    steps = topic.states(shop)
    kept = steps["state"].eq("on_time").groupby(steps["order_id"]).all()
    return sheet.Sheet(
        prompt=_(
            "An order had a perfect journey when each touchpoint that applied to it was on time; "
            "one late or missing touchpoint spoils it. Take all paid orders of the year. Which "
            "share of them had a perfect journey?"
        ),
        right=journeys["joint"],
        wrong={
            "multiplied_the_rates": journeys["product"],
            "multiplied_ten": topic.rates(shop)["on_time_rate"].prod(),
            "mean_of_the_rates": topic.rates(shop)["on_time_rate"].mean(),
            "weakest_link": journeys["ceiling"],
            "counted_unpaid": kept.mean(),
        },
        hints=(
            _("Look at one order first: is everything on time? Then count such orders."),
            _("`journey.perfect_journey(shop)` has a column `joint`."),
        ),
        solution=_("Mark each paid order that has no late and no missing touchpoint, and count."),
    )


@sheet.number(
    id="journey-repeat",
    objective="journey-count",
    minutes=5,
    title=_("Who comes back?"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "counted_the_young": _(
            "You counted orders of the last {days} days as not followed. They have had no time "
            "yet: leave them out."
        ).format(days=DAYS),
        "counted_customers": _(
            "You counted customers with two orders or more. The question is about orders, and "
            "about {days} days."
        ).format(days=DAYS),
    },
)
def repeat(shop: Shop) -> sheet.Sheet:
    followed = topic.repeat_purchase(shop, days=DAYS).iloc[0]
    paid = shop.orders[shop.orders["paid_at"].notna()]
    return sheet.Sheet(
        prompt=_(
            "Which share of paid orders is followed by another paid order of the same customer "
            "within {days} days? Count only orders for which the {days} days are over by the last "
            "order."
        ).format(days=DAYS),
        right=followed["repeat_rate"],
        wrong={
            "counted_the_young": followed["naive_rate"],
            "counted_customers": (paid.groupby("visitor_id").size() > 1).mean(),
        },
        hints=(
            _("An order of December cannot show yet whether its customer comes back."),
            _("`journey.repeat_purchase(shop, days={days})` has `repeat_rate`.").format(days=DAYS),
        ),
        solution=_(
            "Leave out orders placed in the last {days} days. Of the rest, count those with a next "
            "order in time."
        ).format(days=DAYS),
    )
