"""Exercises on the funnel: steps, change, who comes back, who gets the credit, and experiments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import experiments
from ecokit import funnel as topic
from ecokit.exercises import sheet
from ecokit.inputs import numbers
from ecokit.messages import _
from ecokit.shop import Shop

CHANNEL, MONTH = "direct", 3  # whose conversion is asked for
BEFORE, AFTER = 7, 8  # the months between which conversion has changed
REGION, BACK_BY = "central", 50  # whose customers come back, and by which day
NEW = "new"  # visitors on their first visit, whom the planned tests take
SHARED = ("paid_search", "social", "direct")  # the channels of the paths that are shared out
THREE = (
    "social > paid_search > direct",
    "social > social > paid_search",
    "paid_search > direct > direct",
)
SINCE = "2025-10-01"  # from when on these paths are
BRAND = "brand_search"  # the channel whose budget somebody wants to double
LIFT = 0.25  # the rise, as a share of the rate, that a test is not to miss
ALPHA, POWER = 0.05, 0.8
LOOKS, LOOK, P_SEEN = 5, 3, 0.031  # somebody looks so often, and sees this p value at that look


@lru_cache(maxsize=1)  # half a second, for six exercises
def _clean(shop: Shop) -> Mapping[str, pd.DataFrame]:
    """Return the tables without bots and brushed orders, and visits with the kind of visitor."""
    return topic.with_kinds(topic.cleaned(shop))


def _visits(shop: Shop) -> pd.DataFrame:
    return _clean(shop)["visits"]


def _in_month(visits: pd.DataFrame, month: int) -> pd.DataFrame:
    return visits[visits["started_at"].dt.month == month]


def _month(month: int) -> str:
    return f"{pd.Timestamp(2025, month, 1):%B}"


def _ordered(visits: pd.DataFrame) -> pd.Series[bool]:
    return visits["reached"] == topic.STEPS[-1]


def _part(some: float, of: float) -> float:
    """Return a share, and no number where there is nothing to take it of, as in a small shop."""
    return float(some / of) if of else math.nan


# Steps -------------------------------------------------------------------------------------------


@sheet.number(
    id="funnel-conversion",
    objective="funnel-steps",
    minutes=5,
    title=_("Which share ends in an order?"),
    unit="share",
    tolerance=0.0002,
    mistakes={
        "bots_left_in": _(
            "You counted the bots as visits. They never order, and a channel with many of them "
            "looks worse than it is. Take them out first."
        ),
        "visitors_for_visits": _(
            "You divided by visitors. Somebody who comes three times is one visitor and three "
            "visits: divide by visits."
        ),
        "mean_of_the_days": _(
            "You averaged the rates of the days. A quiet day then counts as much as a full one. "
            "Add up the orders and the visits, then divide."
        ),
        "only_paid": _(
            "You counted orders that were paid. Asked is the step of the funnel: the order placed."
        ),
        "of_the_step_before": _(
            "You divided by the visits that came to the checkout. That is the last step alone; "
            "divide by all visits."
        ),
        "whole_shop": _("This is the month of the whole shop. Keep the visits of one channel."),
        "whole_year": _("This is the whole year of the channel. Take one month."),
    },
)
def conversion(shop: Shop) -> sheet.Sheet:
    name = shop.channels.set_index("channel_id").loc[CHANNEL, "name"]
    channel = _visits(shop)[_visits(shop)["channel_id"] == CHANNEL]
    asked = _in_month(channel, MONTH)
    everybody = _in_month(shop.visits[shop.visits["channel_id"] == CHANNEL], MONTH)
    ordered = _ordered(asked)
    days = ordered.groupby(asked["started_at"].dt.floor("D")).mean()
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "visit_id"]
    return sheet.Sheet(
        prompt=_(
            "Take bots and brushed orders out. Which share of the visits of {month} that came by "
            "the channel **{name}** ended in an order, paid or not?"
        ).format(month=_month(MONTH), name=name),
        case=(_month(MONTH), str(name)),
        right=ordered.mean(),
        wrong={
            "bots_left_in": _ordered(everybody).mean(),
            "visitors_for_visits": _part(ordered.sum(), asked["visitor_id"].nunique()),
            "mean_of_the_days": days.mean(),
            "only_paid": asked["visit_id"].isin(paid).mean(),
            "of_the_step_before": _part(
                ordered.sum(), asked["reached"].isin(topic.STEPS[-2:]).sum()
            ),
            "whole_shop": _ordered(_in_month(_visits(shop), MONTH)).mean(),
            "whole_year": _ordered(channel).mean(),
        },
        hints=(
            _("A bot makes many visits on a day and stays for seconds. It never orders."),
            _("In the cell above they have been taken out already."),
            _(
                'Write `by = ["month", "channel_id"]` there: `of_all` is the share, in the row of '
                "this month, this channel and the step order."
            ),
        ),
        solution=_(
            "Visits with an order over all visits, of this month and channel, after bots and "
            "brushed orders have gone."
        ),
        code=f"""
            from ecokit import funnel
            steps = funnel.steps(funnel.cleaned(shop), by=["month", "channel_id"])
            orders = steps[steps["step"] == "order"].set_index("channel_id").loc["{CHANNEL}"]
            orders.set_index(orders["month"].dt.month).loc[{MONTH}, "of_all"]
        """,
    )


@sheet.number(
    id="funnel-slow-pages",
    objective="funnel-steps",
    minutes=6,
    title=_("What slow pages lose"),
    unit="orders",
    rel_tolerance=0.01,
    mistakes={
        "carts_for_orders": _(
            "These are carts, not orders: many carts are left. Multiply by the share of these "
            "visits that goes on from the cart to an order."
        ),
        "every_step": _(
            "You compared orders with all visits. Then every step counts. Asked is the one step "
            "from the product page to the cart."
        ),
        "all_visits": _(
            "You took all visits with a slow page. Only those that came to a product page can put "
            "something into the cart."
        ),
        "compared_with_all": _(
            "You compared with all visits, the slow ones among them. Compare with the others."
        ),
        "onward_of_others": _(
            "You let the carts go on as those of the others do. Let them go on as the carts of "
            "these visits do."
        ),
    },
)
def slow_pages(shop: Shop) -> sheet.Sheet:
    visits = _visits(shop)
    band = _slowest(visits)
    slow = visits["speed"] == band
    product, cart, order = (_came(visits, step) for step in ("product", "cart", "order"))
    rate, others, overall = (
        _part(cart[rows].sum(), product[rows].sum()) for rows in (slow, ~slow, slow | ~slow)
    )
    gap, at_product = others - rate, product[slow].sum()
    onward, onward_others = (_part(order[rows].sum(), cart[rows].sum()) for rows in (slow, ~slow))
    whole = order[~slow].mean() - order[slow].mean()
    return sheet.Sheet(
        prompt=_(
            "Take the visits whose first page needed **{band}** to load, without bots. Had they "
            "gone on from the product page to the cart as often as the others did, and from there "
            "to an order as they do themselves: how many more orders would that have been in the "
            "year?"
        ).format(band=band),
        case=(band, _("more orders")),
        right=at_product * gap * onward,
        wrong={
            "carts_for_orders": at_product * gap,
            "every_step": slow.sum() * whole,
            "all_visits": slow.sum() * gap * onward,
            "compared_with_all": at_product * (overall - rate) * onward,
            "onward_of_others": at_product * gap * onward_others,
        },
        hints=(
            _("How much lower is their share at this step? Of how many visits?"),
            _("Of the carts that they would have filled, only some end in an order."),
            _(
                'In the cell above write `by = "speed"`: `lost_orders` has this number, in the '
                "row of these pages and of the cart."
            ),
        ),
        solution=_(
            "Visits at the product page, times the gap to the others, times the share of their "
            "carts that ends in an order. It is a sum, not a proof: it says what is at stake if "
            "the speed is the cause."
        ),
        code="""
            from ecokit import funnel
            kinds = funnel.with_kinds(funnel.cleaned(shop))
            leaks = funnel.leaks(kinds, by="speed").set_index(["speed", "step"])
            leaks.loc[(max(leaks.index.get_level_values(0)), "cart"), "lost_orders"]
        """,
    )


def _slowest(visits: pd.DataFrame) -> str:
    """Return the band of the slowest pages."""
    return str(visits["speed"].max())


def _came(visits: pd.DataFrame, step: str) -> pd.Series[bool]:
    """Return which visits came to a step, or further."""
    return visits["reached"].isin(topic.STEPS[topic.STEPS.index(step) :])


# A change ----------------------------------------------------------------------------------------


@sheet.number(
    id="funnel-mix",
    objective="funnel-change",
    minutes=6,
    title=_("Other visitors, or the same who order less?"),
    unit="points",
    tolerance=0.005,
    mistakes={
        "rate_part": _(
            "This is the part of the rates: the same visitors who order otherwise. Asked is the "
            "part of the mix."
        ),
        "whole_change": _(
            "This is the whole change. Take off what the rates of the two groups did."
        ),
        "weights_of_one_month": _(
            "You used the rates of the first month alone. Then mix and rate do not add up to the "
            "change; take the mean of both months."
        ),
        "per_cent_for_points": _(
            "You gave the mix as per cent of the first month's conversion. Asked are points: per "
            "cent less per cent."
        ),
        "turned_round": _("The sign is turned: take the first month from the second."),
    },
)
def mix(shop: Shop) -> sheet.Sheet:
    counted = [
        _in_month(_visits(shop), month)
        .groupby("visitor")
        .agg(started=("reached", "size"), came=("reached", _orders))
        .reset_index()
        for month in (BEFORE, AFTER)
    ]
    found = topic.mix_and_rate(counted[0], counted[1], group="visitor")
    groups = found.groups
    moved = groups["share_after"] - groups["share_before"]
    return sheet.Sheet(
        prompt=_(
            "From {before} to {after} the conversion of all visits changed from {low:.2%} to "
            "{high:.2%}, bots taken out. There are two groups, **new** and **returning** "
            "visitors. By how many percentage points would conversion have changed if only the "
            "mix of the groups had changed?"
        ).format(before=_month(BEFORE), after=_month(AFTER), low=found.before, high=found.after),
        case=(_month(BEFORE), _month(AFTER)),
        right=100 * found.mix,
        wrong={
            "rate_part": 100 * found.rate,
            "whole_change": 100 * found.change,
            "weights_of_one_month": 100 * (moved * groups["rate_before"]).sum(),
            "per_cent_for_points": 100 * found.mix / found.before,
            "turned_round": -100 * found.mix,
        },
        hints=(
            _("By how much did the share of new visitors change, and how much less do they order?"),
            _(
                "In the cell above write both months, as numbers, for `first` and `then`: the "
                "title has mix and rate."
            ),
        ),
        solution=_(
            "For each group: the change of its share, times how far its rate lies from the total, "
            "both as the mean of the two months. Mix and rate add up to the change."
        ),
        code=f"""
            from ecokit import funnel
            kinds = funnel.with_kinds(funnel.cleaned(shop))
            steps = funnel.steps(kinds, by=["month", "visitor"]).query("step == 'order'")
            number = steps["month"].dt.month
            found = funnel.mix_and_rate(
                steps[number == {BEFORE}], steps[number == {AFTER}], group="visitor"
            )
            100 * found.mix
        """,
    )


def _orders(reached: pd.Series[Any]) -> int:
    return int((reached == topic.STEPS[-1]).sum())


# Who comes back ----------------------------------------------------------------------------------


@sheet.number(
    id="funnel-second-order",
    objective="funnel-return",
    minutes=6,
    title=_("Who orders again?"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "too_recent_ones_too": _(
            "You divided those who came back in time by all customers. December's customers have "
            "not had the time: count each only as long as it could be seen."
        ),
        "whenever": _(
            "You counted everybody who came back, whenever that was, and divided by all customers. "
            "Asked is the share by that day."
        ),
        "only_those_who_came_back": _(
            "You divided by those who came back. The others are customers, too: they are the "
            "larger part."
        ),
        "whole_shop": _("This is the share of all regions. Keep the customers of one."),
        "at_the_end": _("This is the end of the curve. Read it at the day that is asked for."),
        "next_order": _(
            "You counted orders, not customers: a customer with five orders came back once for "
            "this question. Look at the second order only."
        ),
    },
)
def second_order(shop: Shop) -> sheet.Sheet:
    clean = {"orders": _clean(shop)["orders"]}
    orders, curves = clean["orders"], topic.second_order(clean, by="region")
    curve = curves[curves["region"] == REGION]
    paid = orders[orders["paid_at"].notna()].sort_values(["placed_at", "order_id"])
    number = paid.groupby("visitor_id").cumcount()
    first = paid[number == 0].set_index("visitor_id")
    first = first[first["region"] == REGION]
    after = paid[number == 1].set_index("visitor_id")["placed_at"].reindex(first.index)
    days = (after - first["placed_at"]).dt.total_seconds() / 86_400
    soon = (days < BACK_BY + 1).sum()
    mine = paid["visitor_id"].isin(first.index)
    return sheet.Sheet(
        prompt=_(
            "Take the customers whose first paid order went to the region **{region}**, without "
            "brushed ones. Which share of them has ordered again by day {days} after it?"
        ).format(region=REGION, days=BACK_BY),
        case=(REGION, _("day {days}").format(days=BACK_BY)),
        right=curve.loc[curve["day"] <= BACK_BY, "share"].max(),
        wrong={
            "too_recent_ones_too": _part(soon, len(first)),
            "whenever": days.notna().mean(),
            "only_those_who_came_back": _part(soon, days.notna().sum()),
            "whole_shop": topic.second_order(clean, days=BACK_BY)["share"].iloc[0],
            "at_the_end": curve["share"].max(),
            "next_order": _part((mine & (number > 0)).sum(), mine.sum()),
        },
        hints=(
            _("Whoever ordered first in December cannot have come back in February."),
            _(
                'In the cell above write `"region"` and these days: it counts each customer as '
                "long as watched."
            ),
        ),
        solution=_(
            "The curve of Kaplan and Meier at that day: on each day, those who come back are "
            "divided by those who are still watched."
        ),
        code=f"""
            from ecokit import funnel
            back = funnel.second_order(funnel.cleaned(shop), by="region", days={BACK_BY})
            back.set_index("region").loc["{REGION}", "share"]
        """,
    )


# Who gets the credit -----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _paths(shop: Shop) -> pd.DataFrame:
    """Return the orders of three paths in the last quarter."""
    visits = _visits(shop)
    late = {"visits": visits[visits["started_at"] >= SINCE], "orders": _clean(shop)["orders"]}
    found = topic.paths(late, days=False).set_index("path")
    return found.reindex(list(THREE), fill_value=0)[["conversions"]].reset_index()


@sheet.table(
    id="funnel-linear",
    objective="funnel-credit",
    minutes=6,
    title=_("Share out by hand"),
    unit="orders",
    tolerance=0.05,
    key="channel_id",
    value="credit",
    labels={name: sheet.plain(name) for name in SHARED},
    mistakes={
        "last_touch": _("You gave each order to the last touch. Linear gives the same to each."),
        "first_touch": _("You gave each order to the first touch. Linear gives the same to each."),
        "each_claims_all": _(
            "You gave the whole order to each channel of its path. That is what platforms claim, "
            "and it adds up to more orders than there are."
        ),
        "each_channel_once": _(
            "You shared out among channels. Linear shares out among touches: a channel that stands "
            "in a path twice gets two parts. (Yours is the Shapley value.)"
        ),
        "by_position": _(
            "You gave 40 % to the first and 40 % to the last touch. That is the rule by position."
        ),
    },
)
def linear(shop: Shop) -> sheet.TableSheet:
    told = _paths(shop)
    rules = topic.attribution(told, rules=["linear", "last", "first", "shapley", "position"])
    rules = rules.set_index("channel_id").reindex(SHARED).fillna(0.0)
    there = {name: told["path"].str.split(" > ").map(lambda p, n=name: n in p) for name in SHARED}
    all_of_it = pd.Series(
        {name: float(told.loc[there[name], "conversions"].sum()) for name in SHARED}
    )
    lines = [f"{sheet.plain(row.path)}: {row.conversions}" for row in told.itertuples(index=False)]
    return sheet.TableSheet(
        prompt=_(
            "Three paths of the last quarter, and the paid orders in which they ended:\n\n{lines}"
            "\n\nHow many of these orders does each channel get by the **linear** rule?"
        ).format(lines="; ".join(lines) + "."),
        case=(_("three paths"), _("linear rule").replace(" ", "** ")),
        right=rules["linear"],
        wrong={
            "last_touch": rules["last"],
            "first_touch": rules["first"],
            "each_claims_all": all_of_it,
            "each_channel_once": rules["shapley"],
            "by_position": rules["position"],
        },
        hints=(
            _("A path of three touches gives each of its touches a third of its orders."),
            _("Add up over the three paths. All credits together are all orders."),
        ),
        solution=_(
            "For each path a third of its orders to each touch; then the sum over the paths. No "
            "rule says who would have ordered anyway."
        ),
    )


@sheet.choice(
    id="funnel-cause",
    objective="funnel-credit",
    minutes=4,
    title=_("Double this budget?"),
    options=("last", "platform", "markov", "pause"),
)
def cause(shop: Shop) -> sheet.ChoiceSheet:
    paid = shop.orders[shop.orders["paid_at"].notna()]
    last = int((paid["channel_id"] == BRAND).sum())
    reports = shop.platform_reports
    claimed = int(reports.loc[reports["platform"] == BRAND, "claimed_orders"].sum())
    return sheet.ChoiceSheet(
        prompt=_(
            "People who type the shop's own name into a search engine and click on its ad come by "
            "**brand search**. Of the year's paid orders {last:,} had it as the last touch, and "
            "its platform claims {claimed:,}. Somebody wants to double its budget. Which number "
            "would tell how many orders it brings?"
        ).format(last=last, claimed=claimed),
        case=(_("brand search"), _("double its budget")),
        right="pause",
        options={
            "last": _("The orders of the last touch, over the money spent"),
            "platform": _("The platform's own count: it sees every click"),
            "markov": _("The removal effect of a Markov chain: it says what is lost without it"),
            "pause": _("Orders in regions where it pauses for some weeks, beside the others"),
        },
        reasons={
            "last": _(
                "Whoever types the shop's name knows it. Most of them would have come by another "
                "way, and the last touch cannot see that."
            ),
            "platform": _(
                "A platform counts everybody whom it has seen within its window, and several "
                "platforms claim one order. It knows nobody who would have come without it."
            ),
            "markov": _(
                "The chain takes those who would have gone to the channel as lost. That is a "
                "supposition: it describes paths, and proves no cause."
            ),
            "pause": _(
                "Only there you see what happens without it. The regions have to be drawn by lot, "
                "and the interval says whether the pause was long enough."
            ),
        },
        hints=(
            _("What would these people have done if the ad had not been there?"),
            _("A rule looks at paths that were. Which number looks at one that was not?"),
        ),
        code='"pause"',
        solution=_(
            "Rules of attribution share out what came; they do not see what would have come "
            "anyway. A pause, a hold-out or an experiment does."
        ),
    )


# Experiments -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Traffic:
    """New visitors of a mean day, and the share of them that orders on the first visit."""

    a_day: float
    rate: float

    @classmethod
    def of(cls, visits: pd.DataFrame) -> _Traffic:
        """Return that of some visits without bots."""
        new = visits[visits["visitor"] == NEW]
        days = visits["started_at"].dt.floor("D").nunique()
        return cls(len(new) / days, float(_ordered(new).mean()))


@sheet.number(
    id="funnel-days",
    objective="funnel-plan",
    minutes=6,
    title=_("How long must it run?"),
    unit="days",
    rel_tolerance=0.01,
    mistakes={
        "one_arm": _(
            "You counted the visitors of one arm. The test needs as many again for the other."
        ),
        "points_for_per_cent": _(
            "You took {lift:.0%} as percentage points. It is {lift:.0%} of the rate: multiply the "
            "rate by {times:g}."
        ).format(lift=LIFT, times=1 + LIFT),
        "visits_for_visitors": _(
            "You counted visits. Whoever comes twice is in the test once: a test by visitor counts "
            "new visitors."
        ),
        "a_coin_toss": _(
            "Such a test finds the rise in one of two cases. Ask for {power:.0%}, not 50 %."
        ).format(power=POWER),
        "half_the_rise": _(
            "You planned for half of the rise. That takes about four times as long; asked is the "
            "whole one."
        ),
    },
)
def days(shop: Shop) -> sheet.Sheet:
    visits = _visits(shop)
    traffic = _Traffic.of(visits)
    shown = _Traffic(round(traffic.a_day), round(traffic.rate, 4))
    after = shown.rate * (1 + LIFT)

    def lasts(
        before: float, then: float, a_day: float = shown.a_day, power: float = POWER
    ) -> float:
        return 2 * experiments.sample_size(before, then, power=power) / a_day

    a_day = round(len(visits) / visits["started_at"].dt.floor("D").nunique())
    return sheet.Sheet(
        prompt=_(
            "A new product page is shown to half of the new visitors. {n:,.0f} new visitors come "
            "on a mean day, and {rate:.2%} of them order on their first visit. How many days must "
            "the test run so that a rise by {lift:.0%} of this rate is found with a chance of "
            "{power:.0%} (5 %, two-sided)?"
        ).format(n=shown.a_day, rate=shown.rate, lift=LIFT, power=POWER),
        case=(_("half of the new visitors"),),
        right=lasts(shown.rate, after),
        wrong={
            "one_arm": lasts(shown.rate, after) / 2,
            "points_for_per_cent": lasts(shown.rate, shown.rate + LIFT),
            "visits_for_visitors": lasts(shown.rate, after, a_day),
            "a_coin_toss": lasts(shown.rate, after, power=0.5),
            "half_the_rise": lasts(shown.rate, shown.rate * (1 + LIFT / 2)),
        },
        hints=(
            _("First the visitors that an arm needs, then two arms, then days."),
            _(
                "In the cell above write this conversion, and what it is to become: it prints the "
                "visitors of one arm."
            ),
        ),
        solution=_(
            "Visitors an arm, times two, over the new visitors of a day. Then round up to whole "
            "weeks: weekdays and weekends are not alike."
        ),
        code=f"""
            from ecokit import experiments
            before, a_day = {shown.rate}, {shown.a_day}
            2 * experiments.sample_size(before, before * {1 + LIFT}) / a_day
        """,
    )


WORTH = 0.15  # the rise, as a share of the rate, that pays for the work
LONGEST, WEEK = 126, 7  # days that somebody may wait, and of which a test is made
MOST_LOOKS = 14
DRAWS = 20_000


@dataclass(frozen=True)
class _Design:
    """A test of new visitors: how often it finds the truth, and something where nothing is."""

    traffic: _Traffic

    def drift(self, plan: sheet.PlanAnswer, rise: float) -> float:
        """Return the difference at the end over its standard error."""
        n, p = plan["days"] * self.traffic.a_day, self.traffic.rate
        share = plan["share"] / 100
        error = math.sqrt(p * (1 - p) / n * (1 / share + 1 / (1 - share)))
        return rise * p / error

    def found(self, plan: sheet.PlanAnswer, rise: float) -> float:
        """Return how often a look finds a rise, each look at the same level; luck is drawn."""
        looks = int(plan["looks"])
        seen = _walks(looks) + self.drift(plan, rise) * np.sqrt(np.arange(1, looks + 1) / looks)
        bound = -_normal(plan["level"] / 200)
        stops = np.abs(seen) > bound
        first = np.where(stops.any(axis=1), stops.argmax(axis=1), -1)
        at = seen[np.arange(len(seen)), first]
        return float(((first >= 0) & ((at > 0) | (rise == 0))).mean())


@lru_cache(maxsize=MOST_LOOKS)
def _walks(looks: int) -> NDArray[np.float64]:
    """Return the z values of tests without an effect at each look: luck no plan is tuned on."""
    steps = np.random.default_rng(looks).normal(size=(DRAWS, looks))
    walks: NDArray[np.float64] = steps.cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    return walks


def _normal(chance: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(chance))


@sheet.plan(
    id="funnel-design",
    objective="funnel-plan",
    minutes=10,
    title=_("Plan a test"),
    fields=(
        sheet.Field("days", _("Days it runs"), 7, LONGEST, start=14, unit="days"),
        sheet.Field("share", _("Share in B (%)"), 5, 50, step=5, start=10, unit="%"),
        sheet.Field("looks", _("Looks at the result"), 1, MOST_LOOKS, start=7, unit="looks"),
        sheet.Field("level", _("p value that stops it (%)"), 0.1, 5, step=0.1, start=5, unit="%"),
    ),
    mistakes={
        "unpaid_looks": _(
            "You look several times, each time at 5 %. Chance crosses the line at one of the looks "
            "much oftener than that. Look once at the end, or ask for a smaller p value."
        ),
        "too_few_visitors": _(
            "So few visitors find the rise too seldom: mostly you would hear that there is nothing "
            "to see. Let it run longer, with as many in B as in A."
        ),
        "part_of_a_week": _(
            "The days are no whole weeks. A weekday or the weekend then counts more than it does "
            "in a year: take a multiple of seven."
        ),
    },
)
def design(shop: Shop) -> sheet.PlanSheet:
    traffic = _Traffic.of(_visits(shop))
    shown = _Traffic(round(traffic.a_day), round(traffic.rate, 4))
    made, true = _Design(shown), shop.truth["pictures_conversion"] - 1
    need = 2 * experiments.sample_size(shown.rate, shown.rate * (1 + WORTH)) / shown.a_day
    weeks = min(math.ceil(need / WEEK) * WEEK, LONGEST)
    best = {"days": float(weeks), "share": 50.0, "looks": 1.0, "level": 5.0}

    def known(plan: sheet.PlanAnswer) -> tuple[float, float, bool]:
        false = made.found(plan, 0.0) if plan["looks"] > 1 else plan["level"] / 100
        return made.found(plan, true), round(false, 2), plan["days"] % WEEK == 0

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        power, false, whole = known(plan)
        passed = power >= POWER and false <= ALPHA and whole
        lost = (min(1, power / POWER) * min(1, ALPHA / max(false, 1e-9))) ** 1.5
        points = 100 if passed else min(99, round(100 * lost * (1 if whole else 0.75)))
        lines = (
            _("It finds the true rise in {power:.0%} of its runs; {goal:.0%} are asked."),
            _(
                "Where there is nothing, it finds something in {false:.0%}; {alpha:.0%} are "
                "allowed."
            ),
        )
        told = {"power": power, "goal": POWER, "false": false, "alpha": ALPHA}
        return sheet.Score(points, bool(passed), tuple(line.format(**told) for line in lines))

    return sheet.PlanSheet(
        prompt=_(
            "New visitors are to see a product page with larger pictures. {n:,.0f} of them come on "
            "a mean day, and {rate:.2%} order on their first visit. A rise by {worth:.0%} of this "
            "rate pays for the work. Plan the test: days (at most {days}), the share that sees B, "
            "how often you look, evenly spread, and at which p value a look stops it. The plan is "
            "tried on many runs with what the page really does, and on many in which it does "
            "nothing. It must find the truth in {power:.0%} of the first, and something in no more "
            "than {alpha:.0%} of the second; and it runs for whole weeks."
        ).format(
            n=shown.a_day, rate=shown.rate, worth=WORTH, days=LONGEST, power=POWER, alpha=ALPHA
        ),
        case=(_("larger pictures"),),
        right=best,
        score=score,
        wrong={
            "unpaid_looks": best | {"looks": 7.0},
            "too_few_visitors": best | {"days": 14.0},
            "part_of_a_week": best | {"days": float(min(weeks + 3, LONGEST - 3))},
        },
        detects={
            "unpaid_looks": lambda plan: known(plan)[1] > ALPHA,
            "too_few_visitors": lambda plan: known(plan)[0] < POWER,
            "part_of_a_week": lambda plan: not known(plan)[2],
        },
        above={
            _("where the fields begin"): {"days": 14.0, "share": 10.0, "looks": 7.0, "level": 5.0}
        },
        hints=(
            _("Plan for the rise that pays, not for the one that you hope for."),
            _("The visitors of an arm, in the cell above, are for one look and two equal arms."),
            _(
                "For several looks the table of looks has the p value that pays for them: write "
                "their number there."
            ),
        ),
        solution=_(
            "Two equal arms, one look at the end at 5 %, the visitors of `sample_size` for the "
            "rise that pays, rounded up to whole weeks. More looks need a smaller p value, and a "
            "few more visitors."
        ),
        code=f"""
            import math
            from ecokit import experiments
            before, a_day = {shown.rate}, {shown.a_day}
            arm = experiments.sample_size(before, before * {1 + WORTH:g})
            weeks = math.ceil(2 * arm / a_day / 7)
            {{"days": 7 * weeks, "share": 50, "looks": 1, "level": 5}}
        """,
    )


@sheet.choice(
    id="funnel-third-look",
    objective="funnel-judge",
    minutes=4,
    title=_("Significant on Wednesday"),
    options=("stop", "go_on", "double", "repeat"),
)
def third_look(shop: Shop) -> sheet.ChoiceSheet:
    visits = _visits(shop)
    a_day = round(_Traffic.of(visits).a_day)
    chance = experiments.false_alarms(LOOKS, runs=20_000)
    bound = float(experiments.boundary(LOOKS)["p_value"].iloc[0])
    return sheet.ChoiceSheet(
        prompt=_(
            "A test of a new cart page takes {n:,.0f} new visitors a day and is planned for "
            "{looks} weeks. Somebody looks every week, and is to stop as soon as p is below .05. "
            "At the **third look** p is {p:.3f}. What do you do?"
        ).format(n=a_day, looks=_("five"), p=P_SEEN),
        case=(_("cart page"), _("third look")),
        right="go_on",
        options={
            "stop": _("Stop: p is below .05, so the page is better"),
            "go_on": _("Let it run to the planned end, and judge it there"),
            "double": _("Stop, and write p = {p:.3f} times three looks: still enough").format(
                p=P_SEEN
            ),
            "repeat": _("Throw it away and begin again: a test that was looked at is spoilt"),
        },
        reasons={
            "stop": _(
                "With {k} looks at .05 a page that does nothing is called better or worse in "
                "{chance:.0%} of such tests. For so many looks p must be below {bound:.3f}."
            ).format(k=LOOKS, chance=chance, bound=bound),
            "go_on": _(
                "Looking spoils nothing; stopping at a lucky look does. {p:.3f} is not below "
                "{bound:.3f}, the line for {k} looks, so the test goes on to its end."
            ).format(p=P_SEEN, bound=bound, k=LOOKS),
            "double": _(
                "{p:.3f} times three is {three:.3f}, which is above .05. And the plan has five "
                "looks, not three."
            ).format(p=P_SEEN, three=3 * P_SEEN),
            "repeat": _(
                "The visitors were drawn by lot, and nobody stopped the test. Its end is as good "
                "as if nobody had looked."
            ),
        },
        hints=(
            _("How many chances to cross the line by luck does the plan give?"),
            _(
                "The table of looks, further up, says from which p value on a look may stop a "
                "test: write 5 looks there."
            ),
        ),
        code='"go_on"',
        solution=_(
            "Fix before the start how often you look. Then either judge at the end, or stop only "
            "below the line that pays for all looks together."
        ),
    )


PICTURES = "E2"  # the test whose guardrail is looked at
MARGIN = 0.02  # by which the share of orders with a return may rise


@sheet.choice(
    id="funnel-guardrail",
    objective="funnel-judge",
    minutes=5,
    title=_("Does the guardrail hold?"),
    options=("kept", "lost", "open", "not_significant"),
)
def rail(shop: Shop) -> sheet.ChoiceSheet:
    told = topic.trial(shop, PICTURES)
    back = experiments.difference_of_ratios(
        told, above="returned", below="orders", unit="visitor_id"
    )
    found = experiments.guardrail(back, margin=MARGIN, worse="up")
    told_of = {
        "difference": 100 * back.difference,
        "low": 100 * back.low,
        "high": 100 * back.high,
        "margin": 100 * MARGIN,
        "p": numbers.p_value(back.p_value),
    }
    return sheet.ChoiceSheet(
        prompt=_(
            "Better pictures bring more orders. The guardrail of that test: of the orders placed, "
            "the share of which something comes back may rise by at most {margin:.0f} points. It "
            "changed by {difference:+.1f} points, and the 95 % interval reaches from {low:+.1f} to "
            "{high:+.1f} (p: {p}). What do you write below the test?"
        ).format(**told_of),
        case=(_("better pictures"), _("points")),
        right=found.verdict,
        options={
            "kept": _("The guardrail holds: the worst that fits lies below the limit"),
            "lost": _("The guardrail is lost: it has risen by more than the limit, surely"),
            "open": _("Too small to know: both sides of the limit fit"),
            "not_significant": _("No harm: only p below .05 would show one"),
        },
        reasons={
            "kept": _(
                "At the worst that fits it changes by {high:+.1f} points; {margin:.0f} may be."
            ).format(**told_of),
            "lost": _(
                "At the least that fits it changes by {low:+.1f} points; {margin:.0f} may be."
            ).format(**told_of),
            "open": _(
                "From {low:+.1f} to {high:+.1f} points everything fits; look on which side of "
                "{margin:.0f} that lies."
            ).format(**told_of),
            "not_significant": _(
                "That no harm was proven does not prove that there is none. A small test never "
                "finds harm. Look at the whole interval, beside the limit."
            ),
        },
        hints=(
            _("Lay the limit beside the interval: left of it, right of it, or inside?"),
            _(
                "The last cell above says it for another test: move its `margin` through the "
                "interval, and see when the guardrail holds, and when nothing can be told."
            ),
        ),
        solution=_(
            "A guardrail holds only if the whole interval lies on the right side of the limit. If "
            "the limit lies inside, the test was too small for it: run it on, or decide who bears "
            "the risk."
        ),
        code=f"""
            from ecokit import experiments, funnel
            told = funnel.trial(shop, "{PICTURES}")
            returns = {{"above": "returned", "below": "orders", "unit": "visitor_id"}}
            back = experiments.difference_of_ratios(told, **returns)
            experiments.guardrail(back, margin={MARGIN}, worse="up").verdict
        """,
    )


MANY = 8  # product pages in a visit


@sheet.choice(
    id="funnel-many-pages",
    objective="funnel-judge",
    minutes=4,
    title=_("So large a table cannot be wrong"),
    options=("build", "more", "devices", "lot"),
)
def many_pages(shop: Shop) -> sheet.ChoiceSheet:
    visits = _visits(shop)
    seen = visits[_came(visits, "product")]
    many, ordered = seen["product_pages"] >= MANY, _ordered(seen)
    found = experiments.difference_of_rates(
        ordered[~many].sum(), (~many).sum(), ordered[many].sum(), many.sum()
    )
    return sheet.ChoiceSheet(
        prompt=_(
            "Of {n:,} visits to product pages those with {many} pages or more end in an order in "
            "{share:.1%}, the others in {others:.1%} (the difference lies between {low:.1f} and "
            '{high:.1f} points, 95 %). "So large a table cannot be wrong. Let each page open the '
            '**next product by itself**, and visits have more pages." What do you say?'
        ).format(
            n=len(seen),
            many=MANY,
            share=ordered[many].mean(),
            others=ordered[~many].mean(),
            low=100 * found.low,
            high=100 * found.high,
        ),
        case=(_("next product by itself"),),
        right="lot",
        options={
            "build": _("Build it: the interval is far from zero"),
            "more": _("Wait for another year, and the interval will be narrower still"),
            "devices": _("Compare within each device: if the gap stays, build it"),
            "lot": _("Show it to half of the visitors, drawn by lot, and compare the halves"),
        },
        reasons={
            "build": _(
                "The interval counts luck, and nothing else. Who means to buy looks at many pages: "
                "the wish makes the pages, and the order."
            ),
            "more": _("More data make you surer of the same comparison. It stays unfair."),
            "devices": _(
                "That takes the device out, and leaves the wish to buy, which no table holds. Like "
                "with like is not like in everything."
            ),
            "lot": _(
                "A lot makes the halves alike in all that you know and in all that you do not. "
                "What differs then is the page, and luck that can be counted."
            ),
        },
        hints=(
            _("Who looks at many pages? Would they have ordered with fewer?"),
            _("What makes two groups alike in everything that nobody has measured?"),
        ),
        code='"lot"',
        solution=_(
            "A large table without a lot gives a narrow interval round the wrong number. Draw who "
            "sees the change, and compare."
        ),
    )
