"""Exercises on the customer journey: reading it, calling in time, comparing, counting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit import journey as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

NEAR = 0.0025  # two rates nearer than this are not told apart
DAYS = 60  # in which a next order counts
USUAL_DAYS = 90  # in which it counts on the page
MONTH = "2025-04-01"  # whose calls are asked for
WORKED = pd.Timestamp("2025-11-15 09:00")  # the morning that page and notebook work out
MORNINGS = 10  # the busiest, of which one is asked for
CELL_MONTH, CELL_REGION = pd.Timestamp("2025-06-01"), "south"  # what the notebook's cell shows
PACKING = 6  # the touchpoint that gives way first in the rush
REMINDER = 3  # the touchpoint of an order that is placed and not paid
SHOWN = 10  # the touchpoint that the notebook's cell above shows by month
SAME_DAY = 0.9  # share of calls that the plan must make on the day they fall due
MOST = 60  # calls a day that a plan may hold
YEARS = 20  # drawn anew, on which a plan is tried


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
        "whole_year": _(
            "This is the share of the whole year. Take the orders of the month that is asked for."
        ),
        "among_the_not_in_time": _(
            "You divided by the calls that were late or missing. Divide by all cases, those that "
            "were called in time included."
        ),
        "another_touchpoint": _(
            "This is the touchpoint that the notebook's cell shows, not the call. Change its "
            "number to 8."
        ),
        "year_not_in_time": _(
            "You took late and missing calls together, and of the whole year. A late call has a "
            "`done_at`; asked are the missing ones of one month."
        ),
        "year_over_all_orders": _(
            "You divided the missing calls of the year by all paid orders. Divide by the orders to "
            "which touchpoint 8 applied, and take the month that is asked for."
        ),
        "touchpoint_above": _(
            "This is the row of touchpoint 7, the dispatch message, and of the whole year. The "
            "call is touchpoint 8; take the month that is asked for."
        ),
        "took_the_late": _(
            "This is the column of late calls. A late call is a call: read `missing_rate`."
        ),
        "share_of_the_year": _(
            "You divided by the cases of the whole year. Divide by those of the month."
        ),
    },
)
def silent_parcels(shop: Shop) -> sheet.Sheet:
    rates = topic.rates(shop, by="month").set_index(["touchpoint", "month"])
    asked = pd.Timestamp(MONTH)
    call, shown = rates.loc[(topic.CALL, asked)], rates.loc[(SHOWN, asked)]
    year = topic.rates(shop).set_index("touchpoint").loc[topic.CALL]
    paid = shop.orders["paid_at"].notna() & (shop.orders["placed_at"].dt.month == asked.month)
    months = rates.loc[topic.CALL].rename(index="{:%B}".format)
    far = (months["missing_rate"] - year["missing_rate"]).abs() > NEAR  # the year is likelier
    table = months.loc[far, ["missing_rate"]].assign(on_time_rate=float("nan"))
    table.loc[f"{asked:%B}"] = call[list(table)]
    before = topic.CALL - 1
    return sheet.Sheet(
        prompt=_(
            "When a parcel is not there three days after dispatch, touchpoint 8 applies: find the "
            "cause and call. Take the orders of {month:%B}. In which share of these cases did the "
            "shop never call or message at all?"
        ).format(month=asked),
        case=("touchpoint 8", f"{asked:%B}"),
        right=call["missing_rate"],
        wrong={
            "over_all_orders": call["missing"] / paid.sum(),
            "counted_late": 1 - call["on_time_rate"],
            "whole_year": year["missing_rate"],
            "among_the_not_in_time": call["missing"] / (call["late"] + call["missing"]),
            "another_touchpoint": shown["missing_rate"],
            "year_not_in_time": 1 - year["on_time_rate"],
            "year_over_all_orders": year["missing"] / shop.orders["paid_at"].notna().sum(),
            "touchpoint_above": topic.rates(shop).set_index("touchpoint")["missing_rate"][before],
            "took_the_late": call["late_rate"],
            "share_of_the_year": call["missing"] / year[["on_time", "late", "missing"]].sum(),
        },
        table=table,
        cell=(f"{asked:%B}", "missing_rate"),
        hints=(
            _("Only orders with a row for touchpoint 8 are asked about."),
            _(
                "In the cell above write `touchpoint = 8`, and read `missing_rate` in the row of "
                "the month."
            ),
        ),
        solution=_(
            "Of the month's rows of touchpoint 8 that were due, count those without `done_at`, and "
            "divide by the number of all of them. `rates` does this for all ten."
        ),
        code="""
            from ecokit import journey
            rates = journey.rates(shop, by="month").set_index(["month", "touchpoint"])
            rates.loc[("2025-04-01", 8), "missing_rate"]
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
    labels={
        "4": _("4 payment message"),
        "6": _("6 packing"),
        "7": _("7 dispatch message"),
        "9": _("9 message after signing"),
    },
    mistakes={
        "counted_done": _(
            "You counted everything that was done, late or not. On time means done by `due_at`."
        ),
        "whole_year": _(
            "These are the rates of the whole year. The rush hides in it: take the one month."
        ),
        "all_regions": _(
            "These are the rates of all regions together. Take the orders to the one region."
        ),
        "left_out_the_missing": _(
            "You divided by what was done. What was never done was not on time either: divide by "
            "all that was due."
        ),
        "late_rates": _(
            "This is the column of what came late. Asked is what was on time: read `on_time_rate`."
        ),
        "not_on_time": _(
            "These are the shares that were late or missing. Asked are those that were on time."
        ),
        "cell_unchanged": _(
            "This is the cell as it stands, another month and another region. Write in the month "
            "and the region that are asked for."
        ),
        "other_rush_month": _(
            "This is the other month of the rush. Asked is the one with the most orders."
        ),
        "left_the_region": _(
            "You changed the month and left the region of the cell. Write in the region that is "
            "asked for."
        ),
        "year_of_all_regions": _(
            "These are the rates of the whole year and of all regions, the first table. Take the "
            "one month and the one region."
        ),
        "other_rush_month_of_all": _(
            "This is the other month of the rush, and all regions. Take the month with the most "
            "orders, and the one region."
        ),
        "late_rates_of_all": _(
            "This is the column of what came late, and of all regions. Read `on_time_rate`, of the "
            "one region."
        ),
        "left_out_the_missing_of_all": _(
            "You divided by what was done, and took all regions. Divide by all that was due, in "
            "the one region."
        ),
    },
)
def busiest_month(shop: Shop) -> sheet.TableSheet:
    busiest = shop.orders["placed_at"].dt.to_period("M").mode().iloc[0].to_timestamp()
    region = str(shop.orders["region"].value_counts().index[0])
    asked = [4, 6, 7, 9]  # payment, packing, dispatch, signed for
    found = topic.rates(shop, by=["month", "region"]).set_index("touchpoint")
    placed = shop.orders["placed_at"].dt.to_period("M").value_counts()
    other = placed.index[1].to_timestamp()
    there = found[found["region"] == region]
    month = there[there["month"] == busiest].loc[asked]
    year = topic.rates(shop, by="region").set_index(["region", "touchpoint"]).loc[region]
    everywhere = topic.rates(shop, by="month").set_index(["month", "touchpoint"]).loc[busiest]
    by_month = there.pivot_table("on_time_rate", "touchpoint", "month").loc[asked]
    by_month = by_month.drop(columns=other).rename(columns="{:%B}".format)
    regions = found[found["month"] == busiest].pivot_table("on_time_rate", "touchpoint", "region")
    regions = regions.loc[asked].drop(columns=[region, CELL_REGION], errors="ignore")
    cell = found[(found["month"] == CELL_MONTH) & (found["region"] == CELL_REGION)]
    left = found[(found["month"] == busiest) & (found["region"] == CELL_REGION)].loc[asked]
    elsewhere = region != CELL_REGION
    every = topic.rates(shop, by="month").set_index(["month", "touchpoint"])
    return sheet.TableSheet(
        prompt=_(
            "Take the month with the most orders, {month:%B}, and the region with the most orders "
            "of the year, {region}. Which share of the payment messages (4), packings (6), "
            "dispatch messages (7) and messages after signing (9) of these orders was on time?"
        ).format(month=busiest, region=region),
        case=(f"{busiest:%B}", region),
        right=month["on_time_rate"],
        wrong={
            "counted_done": month["on_time_rate"] + month["late_rate"],
            "whole_year": year["on_time_rate"].loc[asked],
            "left_out_the_missing": month["on_time"] / (month["on_time"] + month["late"]),
            "all_regions": everywhere["on_time_rate"].loc[asked],
            "late_rates": month["late_rate"],
            "not_on_time": 1 - month["on_time_rate"],
            "cell_unchanged": cell["on_time_rate"].loc[asked] if elsewhere else None,
            "other_rush_month": there[there["month"] == other]["on_time_rate"].loc[asked],
            "left_the_region": left["on_time_rate"] if elsewhere else None,
            "year_of_all_regions": topic.rates(shop).set_index("touchpoint")["on_time_rate"][asked],
            "other_rush_month_of_all": every["on_time_rate"][other].loc[asked],
            "late_rates_of_all": everywhere["late_rate"].loc[asked],
            "left_out_the_missing_of_all": (
                everywhere["on_time"] / (everywhere["on_time"] + everywhere["late"])
            ).loc[asked],
        },
        table=by_month.join(regions.rename(columns="the region {}".format)).assign(
            missing=month["missing_rate"]
        ),
        column=f"{busiest:%B}",
        hints=(
            _("The month is that of the order, not that of the message."),
            _(
                "In the cell above write this month and this region: `on_time_rate` has a row a "
                "touchpoint."
            ),
        ),
        solution=_(
            "Group the touchpoints by the month and the region of their order. On time means done "
            "by `due_at`; divide by all that were due."
        ),
        code="""
            from ecokit import journey
            rates = journey.rates(shop, by=["month", "region"])
            busiest = shop.orders["placed_at"].dt.to_period("M").mode()[0].to_timestamp()
            most = shop.orders["region"].mode()[0]
            rates = rates[(rates["month"] == busiest) & (rates["region"] == most)]
            rates[rates["touchpoint"].isin([4, 6, 7, 9])]
        """,
    )


def _morning(shop: Shop) -> tuple[pd.Timestamp, int, dict[str, int]]:
    """Return a busy morning, the calls to make, and what each mistake counts instead.

    It is the first of the busiest on which each mistake counts another number; page and notebook
    work out one of them.
    """
    days = _calls(shop)["due_at"].dt.normalize().value_counts().sort_index()
    busiest = days.sort_values(ascending=False, kind="stable").index[:MORNINGS]
    day, nine = pd.Timedelta(days=1), pd.Timedelta(hours=9)
    mornings = [due + nine + (0 if due + day + nine == WORKED else 1) * day for due in busiest]
    for now in mornings:
        right, wrong = _lists(shop, now)
        if len({right, *wrong.values()}) == 1 + len(wrong):
            return now, right, wrong
    return mornings[0], *_lists(shop, mornings[0])


def _lists(shop: Shop, now: pd.Timestamp) -> tuple[int, dict[str, int]]:
    """Return the calls to make on a morning, and what each mistake counts instead."""
    paid = shop.orders[shop.orders["paid_at"].notna()]
    orders = paid.assign(dispatched_at=paid["placed_at"])
    early = {"orders": orders, "touchpoints": shop.touchpoints, "journey": shop.journey}
    waiting = topic.overdue_parcels(shop, as_of=now)["called_at"]
    overnight = topic.overdue_parcels(shop, as_of=now.normalize())["called_at"]
    before = topic.overdue_parcels(shop, as_of=now - pd.Timedelta(days=1))["called_at"]
    worked = topic.overdue_parcels(shop, as_of=WORKED)["called_at"]
    due = _calls(shop)["due_at"].dt.normalize()
    wrong = {
        "counted_the_called": len(waiting),
        "since_the_order": topic.overdue_parcels(early, as_of=now)["called_at"].isna().sum(),
        "counted_the_informed": waiting.notna().sum(),
        "at_midnight": overnight.isna().sum(),
        "another_morning": worked.isna().sum(),
        "all_of_another_morning": len(worked),
        "called_of_another_morning": worked.notna().sum(),
        "the_morning_before": before.isna().sum(),
        "due_that_night": (due == now.normalize() - pd.Timedelta(days=1)).sum(),
    }
    return int(waiting.isna().sum()), {name: int(count) for name, count in wrong.items()}


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
        "counted_the_informed": _(
            "You counted the customers who were called. Asked are the others, whose `called_at` is "
            "empty."
        ),
        "at_midnight": _(
            "You looked at the day, so at its first moment, midnight. Write the hour into `as_of`, "
            "too."
        ),
        "another_morning": _(
            "This is the list of the morning that stands in the notebook's cell. Change `now` to "
            "the moment that is asked for."
        ),
        "all_of_another_morning": _(
            "These are all parcels of the morning that stands in the notebook's cell. Change `now` "
            "to the moment that is asked for, and count those without a call."
        ),
        "called_of_another_morning": _(
            "These are the called ones of the morning that stands in the notebook's cell. Change "
            "`now`, and count those whose `called_at` is empty."
        ),
        "the_morning_before": _(
            "This is the list of the morning before. Look at the date that is asked for."
        ),
        "due_that_night": _(
            "You counted the calls that fell due on the day before. Some parcels are older, and "
            "some have arrived: take the list of the morning."
        ),
    },
)
def call_list(shop: Shop) -> sheet.Sheet:
    now, right, wrong = _morning(shop)
    return sheet.Sheet(
        prompt=_(
            "It is {now:%A}, {now.day} {now:%B %Y, %H:%M}. You lead the service guides. How many "
            "customers have a parcel that left more than three days ago, is not delivered, and "
            "have not heard from the shop about it yet?"
        ).format(now=now),
        case=(f"{now.day} {now:%B %Y, %H:%M}",),
        right=right,
        wrong=wrong,
        hints=(
            _(
                "Use only what is known at that moment: later deliveries and calls lie in the "
                "future."
            ),
            _(
                "In the cell above write this moment as `now`: it prints how many are without a "
                "call."
            ).format(now=now),
        ),
        solution=_(
            "Take parcels dispatched more than 72 hours before, not delivered by then. Leave out "
            "those whose customers were called by then."
        ),
        code=f"""
            from ecokit import journey
            parcels = journey.overdue_parcels(shop, as_of="{now:%Y-%m-%d %H:%M}")
            int(parcels["called_at"].isna().sum())
        """,
    )


@dataclass(frozen=True)
class _Year:
    """Calls that fall due on each day, years like it, the days of the rush, and its months' names.

    A plan is made on last year's calls, and judged on years that are drawn anew: as many calls
    are due, and each falls on a day as likely as last year's calls did.
    """

    due: NDArray[np.int64]
    years: NDArray[np.int64]
    rush: NDArray[np.bool_]
    names: tuple[str, ...]

    @classmethod
    def of(cls, shop: Shop) -> _Year:
        counts = _calls(shop)["due_at"].dt.normalize().value_counts()
        days = pd.date_range(shop.orders["placed_at"].min().normalize(), counts.index.max())
        due, month = counts.reindex(days, fill_value=0), days.month
        rush = sorted(due.groupby(month).sum().nlargest(2).index)
        names = tuple(f"{pd.Timestamp(2000, number, 1):%B}" for number in rush)
        drawn = np.random.default_rng(2026).multinomial(due.sum(), due / due.sum(), size=YEARS)
        return cls(due.to_numpy(), drawn, np.isin(month, rush), names)

    def slots(self, usual: ArrayLike, rush: ArrayLike) -> NDArray[np.float64]:
        """Return the calls a day of a plan, or of many: shape (days,) or (days, plans)."""
        inside = self.rush.reshape(-1, *[1] * np.ndim(usual))
        return np.where(inside, np.asarray(rush), np.asarray(usual))

    def shares(self, slots: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of calls made on the day they fall due, in the mean of the years."""
        found: NDArray[np.float64] = np.mean(
            [topic.same_day_share(year, slots) for year in self.years], axis=0
        )
        return found

    def share(self, answer: sheet.PlanAnswer) -> float:
        """Return the share of calls that a plan makes on the day they fall due."""
        return float(self.shares(self.slots(**answer)))

    def used(self, answer: sheet.PlanAnswer) -> int:
        """Return the calls that a plan pays for."""
        return int(self.slots(**answer).sum())

    def cheapest(self) -> sheet.PlanAnswer:
        """Find the plan with the fewest slots that makes SAME_DAY of the calls in time."""
        usual, rush = (
            grid.ravel() for grid in np.meshgrid(np.arange(1, MOST // 3), np.arange(1, MOST + 1))
        )
        slots = self.slots(usual, rush)
        best = int(np.where(self.shares(slots) >= SAME_DAY, slots.sum(axis=0), np.inf).argmin())
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
        "planned_the_means": _(
            "You planned the mean of each kind of month. Calls bunch: a day above the mean leaves "
            "a line for the days after it. Plan above the mean."
        ),
    },
)
def call_plan(shop: Shop) -> sheet.PlanSheet:
    year = _Year.of(shop)
    best, first, second = year.cheapest(), year.names[0], year.names[-1]
    budget = round(1.2 * year.used(best))  # a plan need not be the cheapest
    mean, peak = float(np.ceil(year.due.mean())), float(min(year.due.max(), MOST))
    means = {
        "usual": float(np.ceil(year.due[~year.rush].mean())),
        "rush": float(min(np.ceil(year.due[year.rush].mean()), MOST)),
    }
    made = _("{reached:.0%} of the calls are made on the day they fall due; {goal:.0%} is asked.")
    paid = _("You pay for {cost:,} calls in the year; the budget is {budget:,}.")

    def score(answer: sheet.PlanAnswer) -> sheet.Score:
        reached, cost = year.share(answer), year.used(answer)
        told = sheet.Score.within(reached, cost, made, paid, goal=SAME_DAY, budget=budget)
        short, dear = min(1, reached / SAME_DAY), min(1, budget / cost)
        points = 100 if told.passed else min(99, round(100 * (short * dear) ** 2))
        return replace(told, points=points)

    return sheet.PlanSheet(
        prompt=_(
            "Last year {n:,} parcels passed the three days; {first} and {second} had the most. "
            "How many calls a day do you plan for next year, in these two months and in all "
            "others? You may pay for {budget:,} calls in the year. A call that is not made waits, "
            "oldest first. Next year is like the last one, but no copy of it: the plan is tried on "
            "{years} years that are drawn anew, and in their mean at least {goal:.0%} of the calls "
            "must be made on the day they fall due."
        ).format(
            n=year.due.sum(), first=first, second=second, goal=SAME_DAY, budget=budget, years=YEARS
        ),
        right=best,
        score=score,
        wrong={
            "planned_for_the_mean": {"usual": mean, "rush": mean},
            "planned_for_the_worst_day": {"usual": peak, "rush": peak},
            "planned_the_means": means,
        },
        detects={
            "planned_for_the_mean": lambda answer: (
                answer["usual"] == answer["rush"] and year.share(answer) < SAME_DAY
            ),
            "planned_for_the_worst_day": lambda answer: (
                answer["usual"] == answer["rush"] and year.used(answer) > budget
            ),
            "planned_the_means": lambda answer: (
                abs(answer["usual"] - means["usual"]) <= 1
                and abs(answer["rush"] - means["rush"]) <= 1
            ),
        },
        above={_("the numbers of the notebook's cell"): {"usual": 4, "rush": 12}},
        hints=(
            _("Give the usual months twice the calls of their mean day. Leave them there."),
            _(
                "Then raise the rush months until the notebook's cell says 97 % for the last year, "
                "a little more than the {goal:.0%} that is asked. If it never does, give the usual "
                "months one more."
            ).format(goal=SAME_DAY),
        ),
        solution=_(
            "Capacity must follow the calls. A line that grows for a week spoils the weeks after "
            "it, so the rush months need far more than their mean, and the others little. A plan "
            "that only just holds for last year is too tight for the next."
        ),
        code="""
            import numpy as np
            from ecokit import journey
            due = shop.touchpoints.query("touchpoint == 8")["due_at"].dt.floor("D")
            due = due.value_counts().sort_index().asfreq("D", fill_value=0)
            rush = due.index.month.isin(due.groupby(due.index.month).sum().nlargest(2).index)
            usual, more = np.mgrid[1:13, 1:61].reshape(2, -1)
            calls = np.where(rush[:, None], more, usual)
            enough = journey.same_day_share(due, calls) >= 0.97
            best = np.where(enough, calls.sum(axis=0), np.inf).argmin()
            {"usual": usual[best], "rush": more[best]}
        """,
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
    title=_("What does a late call bring?"),
    unit="share",
    tolerance=NEAR,
    mistakes={
        "against_all_orders": _(
            "You compared with all other orders. Most of their parcels were never late, so you "
            "measured the late parcel and the late call together."
        ),
        "only_one_share": _(
            "This is the share of contacts where the call was late. Subtract the share where it "
            "was on time."
        ),
        "late_and_missing": _(
            "You took late and missing calls together, as the notebook's cell does. Asked are the "
            "late ones only: change `missed`."
        ),
        "only_the_missing": _("You compared the missing calls. Asked are those that came late."),
        "any_contact": _(
            "You counted contacts about anything. Count those about the delivery only."
        ),
        "share_of_both": _(
            "This is the share of contacts where the call was late or missing, as the notebook's "
            "cell stands. Take the late ones, and subtract the share where the call was on time."
        ),
        "any_contact_of_both": _(
            "You counted contacts about anything, and took late and missing calls together. Count "
            "those about the delivery, where the call came late."
        ),
        "share_in_time": _(
            "This is the share of contacts where the call was on time. Subtract it from the share "
            "where it was late."
        ),
        "ratio": _("You divided the two shares. Asked is how much larger the one is: subtract."),
        "another_outcome": _(
            "This is the row of complaints. Asked is who asked about the delivery: the row "
            "`contacted`."
        ),
    },
)
def missed_call(shop: Shop) -> sheet.Sheet:
    told = _told(shop)
    shares = told.groupby("call")["contacted"].mean()
    both = told.loc[told["call"].isin(["late", "missing"]), "contacted"].mean()
    late, in_time = shares["late"], shares["on_time"]
    others = told.loc[told["call"] != "late", "contacted"].mean()
    anything = told["order_id"].isin(shop.contacts["order_id"]).groupby(told["call"]).mean()
    effect = topic.effect(
        shop, touchpoint=topic.CALL, outcomes=told, within="month", missed=["late"]
    ).set_index("outcome")
    missed = told["call"].isin(["late", "missing"])
    touched = told.loc[missed, "order_id"].isin(shop.contacts["order_id"]).mean()
    return sheet.Sheet(
        prompt=_(
            "Take orders to which touchpoint 8 applied. How much larger is the share of customers "
            "who asked about the delivery (contacts with the reason `delivery`) when the call "
            "**came late** than when it was on time? Leave out the calls that never came. Give the "
            "plain difference of the two shares."
        ),
        case=("came late",),
        right=late - in_time,
        wrong={
            "against_all_orders": late - others,
            "only_one_share": late,
            "late_and_missing": both - in_time,
            "only_the_missing": shares["missing"] - in_time,
            "any_contact": anything["late"] - anything["on_time"],
            "share_of_both": both,
            "any_contact_of_both": touched - anything["on_time"],
            "share_in_time": in_time,
            "ratio": late / in_time,
            "another_outcome": effect["difference"]["complained"],
        },
        table=effect[["difference", "missed_rate", "kept_rate"]].drop(index="complained"),
        cell=("contacted", "difference"),
        hints=(
            _("Compare only parcels that needed a call. Both groups waited three days."),
            _(
                'In the cell above write `missed=["late"]`: `difference` in the row `contacted` '
                "is asked for. It counts only contacts with the reason delivery."
            ),
        ),
        solution=_(
            "Take the orders with a row for touchpoint 8. Subtract the share of contacts with a "
            "timely call from the share with a late one. A call that comes late calms hardly more "
            "customers than no call at all."
        ),
        code="""
            from ecokit import journey
            told = journey.outcomes(shop, reason="delivery")
            effect = journey.effect(shop, touchpoint=8, outcomes=told, missed=["late"])
            effect.set_index("outcome").loc["contacted", "difference"]
        """,
    )


@sheet.choice(
    id="journey-do-calls-harm",
    objective="journey-compare",
    minutes=4,
    title=_("Do the reminders drive people off?"),
    options=("stop", "compare", "wait", "month"),
)
def do_calls_harm(shop: Shop) -> sheet.ChoiceSheet:
    steps = shop.touchpoints[shop.touchpoints["touchpoint"] == REMINDER]
    reminded = shop.orders["order_id"].isin(steps.dropna(subset="done_at")["order_id"])
    paid = shop.orders["paid_at"].notna().groupby(reminded).mean()
    return sheet.ChoiceSheet(
        prompt=_(
            "Touchpoint 3 reminds who has placed an order and not paid. A colleague shows you: "
            "{reminded:.0%} of the orders with a **reminder** were paid in the end, but "
            "{others:.0%} of all other orders. “The reminders drive people off. Let us stop them.” "
            "What do you do?"
        ).format(reminded=paid[True], others=paid[False]),
        case=("reminder", "colleague"),
        right="compare",
        options={
            "stop": _("Stop the reminders: the numbers are clear."),
            "compare": _(
                "Compare orders with and without a reminder among those that were not paid at once."
            ),
            "wait": _("Collect another year of data before deciding."),
            "month": _("Compare orders with and without a reminder month by month."),
        },
        reasons={
            "stop": _(
                "The numbers mix two things. The shop reminds only those who have not paid, and "
                "most other orders were paid at once: nobody had to be reminded."
            ),
            "compare": _(
                "Both groups then left an order unpaid, and what is left is the reminder. With it "
                "more of them pay, as the simulator's truth says."
            ),
            "wait": _(
                "More data of the same comparison gives the same wrong answer, only more precise. "
                "The groups differ in who paid at once, not only in the reminder."
            ),
            "month": _(
                "Months are not what separates the groups. In every month the reminded orders are "
                "those that were not paid at once. Compare among these."
            ),
        },
        hints=(
            _("Whom does the shop remind?"),
            _("Look for what reminded customers have in common apart from the reminder."),
        ),
        solution=_(
            "The reminder does not come by chance: it comes to those who have not paid. Compare "
            "among those who have not paid."
        ),
        code="""
            from ecokit import journey
            effect = journey.effect(shop, touchpoint=3, outcomes=journey.outcomes(shop))
            paid = effect.set_index("outcome").loc["paid"]
            "compare" if paid["kept_rate"] > paid["missed_rate"] else "stop"
        """,
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
        "counted_what_failed": _(
            "This is the share of orders with a failure. Perfect are the others."
        ),
        "averaged_the_months": _(
            "You averaged the months. November then counts as much as a calm month. Add up orders, "
            "then divide."
        ),
        "weakest_of_the_table": _(
            "This is the call, the weakest of the ten rates. It applies to few orders only, and "
            "the others never failed at it. Count the orders without any failure."
        ),
        "packing": _(
            "This is the rate of packing, the weakest step that each order passes. It is about the "
            "most that is possible; the other touchpoints fail for further orders."
        ),
        "sum_of_the_failures": _(
            "You took all failures from the whole. An order with two failures is spoiled only "
            "once: count orders."
        ),
        "rush_month": _("This is the month with the most orders. Asked is the whole year."),
        "best_month": _("This is the month with the largest share. Asked is the whole year."),
        "share_of_the_steps": _(
            "You counted touchpoints: which share of all steps was on time. Count orders: one "
            "failure spoils the whole journey."
        ),
    },
)
def perfect(shop: Shop) -> sheet.Sheet:
    journeys = topic.perfect_journey(shop).iloc[0]
    steps = topic.states(shop)
    kept = steps["state"].eq("on_time").groupby(steps["order_id"]).all()
    months = topic.perfect_journey(shop, by="month")
    named = months.set_index("month")[["joint"]].rename(index="{:%B}".format)
    named.loc[_("the year")] = journeys["joint"]
    busiest = shop.orders["placed_at"].dt.to_period("M").mode().iloc[0].to_timestamp()
    rates, floor = topic.rates(shop).set_index("touchpoint"), journeys["floor"]
    known = {f"{busiest:%B}", f"{months.set_index('month')['joint'].idxmax():%B}"}
    return sheet.Sheet(
        prompt=_(
            "An order had a perfect journey when each touchpoint that applied to it was on time; "
            "one late or missing touchpoint spoils it. Take all paid orders of the year. Which "
            "share of them had a perfect journey?"
        ),
        case=(_("all paid orders of the year"),),
        right=journeys["joint"],
        wrong={
            "multiplied_the_rates": journeys["product"],
            "multiplied_ten": rates["on_time_rate"].prod(),
            "mean_of_the_rates": rates["on_time_rate"].mean(),
            "weakest_link": journeys["ceiling"],
            "counted_unpaid": kept.mean(),
            "counted_what_failed": 1 - journeys["joint"],
            "averaged_the_months": months["joint"].mean(),
            "weakest_of_the_table": rates["on_time_rate"].min(),
            "packing": rates["on_time_rate"][PACKING],
            "sum_of_the_failures": floor,
            "rush_month": months.set_index("month")["joint"][busiest],
            "best_month": months["joint"].max(),
            "share_of_the_steps": rates["on_time"].sum()
            / rates[["on_time", "late", "missing"]].sum().sum(),
        },
        table=named.drop(index=list(known)).rename(columns={"joint": _("perfect journeys")}),
        cell=(_("the year"), _("perfect journeys")),
        hints=(
            _("Look at one order first: is everything on time? Then count such orders."),
            _("In the cell above write `by = None`, and read `joint`."),
        ),
        solution=_("Mark each paid order that has no late and no missing touchpoint, and count."),
        code="""
            from ecokit import journey
            journey.perfect_journey(shop)["joint"][0]
        """,
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
        "ninety_days": _(
            "This is the share within {usual} days, as on the page. You are asked for {days}."
        ).format(usual=USUAL_DAYS, days=DAYS),
        "share_of_repeats": _(
            "This is the share of orders that follow an earlier one, however late. Asked is how "
            "many are followed within {days} days."
        ).format(days=DAYS),
        "young_of_ninety_days": _(
            "You took {usual} days, as on the page, and counted orders of the last weeks as not "
            "followed. Take {days} days, and leave out the orders that have had no time yet."
        ).format(usual=USUAL_DAYS, days=DAYS),
        "thirty_days": _("This is the share within 30 days. You are asked for {days}.").format(
            days=DAYS
        ),
        "orders_a_customer": _(
            "This is the number of orders of one customer. Asked is the share of orders that are "
            "followed."
        ),
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
        case=(f"{DAYS} days",),
        right=followed["repeat_rate"],
        wrong={
            "counted_the_young": followed["naive_rate"],
            "counted_customers": (paid.groupby("visitor_id").size() > 1).mean(),
            "ninety_days": topic.repeat_purchase(shop, days=USUAL_DAYS)["repeat_rate"].iloc[0],
            "share_of_repeats": paid["visitor_id"].duplicated().mean(),
            "young_of_ninety_days": topic.repeat_purchase(shop, days=USUAL_DAYS)["naive_rate"].iloc[
                0
            ],
            "thirty_days": topic.repeat_purchase(shop, days=30)["repeat_rate"].iloc[0],
            "orders_a_customer": len(paid) / paid["visitor_id"].nunique(),
        },
        hints=(
            _("An order of December cannot show yet whether its customer comes back."),
            _("In the cell above write `days = {days}`, and read `repeat_rate`.").format(days=DAYS),
        ),
        solution=_(
            "Leave out orders placed in the last {days} days. Of the rest, count those with a next "
            "order in time."
        ).format(days=DAYS),
        code=f"""
            from ecokit import journey
            journey.repeat_purchase(shop, days={DAYS})["repeat_rate"][0]
        """,
    )
