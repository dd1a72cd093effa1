"""Exercises on outages: budgets, alerts where few come, few incidents, common causes, costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import outages as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

Floats = NDArray[np.float64]

FRONT = "S01"  # the shop front: the page tells of it
WAY = ("S01", "S02", "S07")  # on the way to an order: front, order management, payment
YEAR = 365 * 24 * 60  # minutes
SLO_LOW, THRESHOLD, SLOW = (
    0.995,
    14.4,
    6.0,
)  # what is promised, and how fast the budget burns in two alerts
EVERY, FAILURES = 2.0, 3  # minutes between own orders, and failures at which somebody is called
ENOUGH = 6  # cases from which on a median has an interval
SECOND, COMMON = 0.999, 0.2  # a second provider of payments, and what both share
HOUR, MINUTES, BACK = 21, 40, 0.3  # when it begins, how long, and who comes back later

GROWN, BACK_LATER = 20, 0.4  # times the visits of today; who comes back later
RELEASED, OTHERS, PAYMENTS = 8.0, 4.0, 4.0  # outages a year, by what begins them
SEE, ANSWER, SPREAD = 30.0, 8.0, 1.1  # medians in minutes, and how far their logarithms lie apart
PROBE, STANDBY, HIDE, PROVIDER = 0.02, 12, 280, 18_000  # yuan: an order of ours, an hour on duty,
# a hundredth of the releases behind a switch, a second provider a year
COVERED = ((0.0, 0.2, 0.4, 1.0), (0.0, 0.6, 0.8, 1.0))  # releases behind a switch; faults there
TUNED, JUDGED, YEARS = 43, 44, 200  # two lucks, and years of each
NEAR = 0.1  # of what can be saved: so far from the best a plan may lie


@lru_cache(maxsize=2)
def _worth(shop: Shop) -> topic.VisitWorth:
    return topic.visit_worth(shop)


@lru_cache(maxsize=2)
def _whole(shop: Shop) -> dict[str, str]:
    """Return the first day of the shop's table of visits, and the day after its last one."""
    days = shop.visits["started_at"].dt.normalize()
    return {"start": f"{days.min():%Y-%m-%d}", "end": f"{days.max() + pd.Timedelta(days=1):%F}"}


def _name(shop: Shop, system: str) -> str:
    return str(shop.systems.set_index("system_id").loc[system, "name"])


def _up(shop: Shop, by: Any, **options: Any) -> pd.DataFrame:
    found: pd.DataFrame = topic.availability(shop, by=by, **_whole(shop), **options)
    return found


def _all_of(shop: Shop) -> dict[str, pd.DataFrame]:
    """Return the tables as if each incident were of all requests."""
    return {"systems": shop.systems, "incidents": shop.incidents.assign(part=1.0)}


# Budgets -----------------------------------------------------------------------------------------


def _worst_month(shop: Shop) -> tuple[str, pd.Timestamp]:
    """Return the system, not the shop front, that used most of a month's budget, and the month."""
    found = _up(shop, ["system_id", "month"])
    found = found[(found["system_id"] != FRONT) & (found["budget"] > 0)]
    row = found.iloc[int((found["down"] / found["budget"]).argmax())]
    if row["down"] <= 0:
        raise CourseError(_("No system of this shop had an outage."))
    return str(row["system_id"]), row["month"]


@sheet.number(
    id="outages-budget",
    objective="outages-budget",
    minutes=6,
    title=_("What is left of the budget?"),
    unit="minutes",
    tolerance=0.06,
    mistakes={
        "part_ignored": _(
            "You took off whole minutes. Where a part of the requests failed, take off this part "
            "of the minutes."
        ),
        "budget_of_the_year": _(
            "This is what is left for the whole year. The budget of one month is asked for."
        ),
        "used": _("This is what the outages used. Take it off what the system may fail."),
        "thirty_days": _("You took a month of thirty days. Take the days that this one has."),
    },
)
def budget(shop: Shop) -> sheet.Sheet:
    system, month = _worst_month(shop)

    def row(data: Any) -> pd.Series[Any]:
        found = topic.availability(data, by=["system_id", "month"], **_whole(shop))
        return found[(found["system_id"] == system) & (found["month"] == month)].iloc[0]

    told = row(shop)
    year: Any = _up(shop, "system_id").set_index("system_id").loc[system]
    called = f"{month:%B}"
    return sheet.Sheet(
        prompt=_(
            "**{name}** was promised to work {promised:.2%} of the time. How many minutes of its "
            "error budget are left at the end of **{month}**, if outages count for the part of "
            "the requests that failed? Below 0: it is overdrawn."
        ).format(name=_name(shop, system), promised=told["promised"], month=called),
        case=(_name(shop, system), called),
        right=told["left"],
        wrong={
            "part_ignored": row(_all_of(shop))["left"],
            "budget_of_the_year": year["left"],
            "used": told["down"],
            "thirty_days": topic.error_budget(told["promised"]) - told["down"],
        },
        hints=(
            _("The budget: one less the promise, times the minutes of the month."),
            _("Minutes down: how long each outage took, times its part."),
            _("In the cell with the table of a year write `by=['name', 'month']`: it has `left`."),
        ),
        solution=_(
            "The minutes of the month times what may fail, less the minutes of each outage times "
            "its part."
        ),
        code=f"""
            from ecokit import outages
            found = outages.availability(shop, by=["system_id", "month"])
            here = (found["system_id"] == "{system}") & (found["month"] == "{month:%Y-%m-%d}")
            float(found.loc[here, "left"].iloc[0])
        """,
    )


@sheet.table(
    id="outages-used",
    objective="outages-budget",
    minutes=8,
    title=_("Who used how much of a quarter?"),
    unit="share",
    tolerance=0.006,
    key="system_id",
    value="used",
    labels={"S01": _("Shop front"), "S02": _("Order management"), "S07": _("Payment")},
    mistakes={
        "part_ignored": _(
            "You counted whole minutes. An outage of a part of the requests counts for this part."
        ),
        "of_the_year": _("You divided by the budget of the year. Divide by that of the quarter."),
        "one_promise": _(
            "You took one promise for all three. Each has its own, and so its own budget."
        ),
        "left": _("This is the share that is left. The share that is used is asked for."),
    },
)
def used(shop: Shop) -> sheet.TableSheet:
    found = _up(shop, ["system_id", "quarter"])
    found = found[found["system_id"].isin(WAY)]
    failed = found.assign(systems=found["down"] > 0).groupby("quarter")[["systems", "down"]].sum()
    quarter = failed.sort_values(["systems", "down"]).index[-1]

    def shares(table: pd.DataFrame) -> pd.Series[Any]:
        here = table[table["quarter"] == quarter].set_index("system_id").reindex(WAY)
        return here["down"] / here["budget"]

    right = shares(found)
    year = _up(shop, "system_id").set_index("system_id")["budget"].reindex(WAY)
    of_quarter = found[found["quarter"] == quarter].set_index("system_id")["budget"].reindex(WAY)
    whole = topic.availability(_all_of(shop), by=["system_id", "quarter"], **_whole(shop))
    same = _up(shop, ["system_id", "quarter"], promised=0.999)
    months = f"{quarter:%B} - {quarter + pd.DateOffset(months=2):%B}"
    return sheet.TableSheet(
        prompt=_(
            "Take the quarter **{months}**, and the three systems on the way to an order. Which "
            "share of its error budget of the quarter did each use, outages counted for the part "
            "that failed? More than 100 % is possible."
        ).format(months=months),
        case=(months, _("of the quarter")),
        right=right,
        wrong={
            "part_ignored": shares(whole[whole["system_id"].isin(WAY)]),
            "of_the_year": right * of_quarter / year,
            "one_promise": shares(same[same["system_id"].isin(WAY)]),
            "left": 1 - right,
        },
        hints=(
            _("In the cell with the table of a year write `by=['name', 'quarter']`."),
            _("Divide `down` by `budget`: both are minutes of the same quarter."),
        ),
        solution=_("For each system the minutes down of the quarter over its budget."),
        code=f"""
            from ecokit import outages
            found = outages.availability(shop, by=["system_id", "quarter"])
            here = found[found["quarter"] == "{quarter:%Y-%m-%d}"].set_index("system_id")
            (here["down"] / here["budget"]).loc[{list(WAY)}]
        """,
    )


# Alerts where few come ---------------------------------------------------------------------------


@sheet.number(
    id="outages-alone",
    objective="outages-alert",
    minutes=6,
    title=_("When does one failure wake somebody?"),
    unit="hours",
    tolerance=0,
    mistakes={
        "target_of_the_page": _(
            "You took the promise of the page. Here 99.5 % are promised: more may fail."
        ),
        "turned_round": _(
            "These are the hours in which one failure does not reach the threshold. The others are "
            "asked for."
        ),
        "visits_of_a_year": _(
            "You compared the visits of all days. Take those of one hour of one day."
        ),
        "slow_alert": _(
            "You took the threshold of the slow alert. Here it is that of the fast one."
        ),
    },
)
def alone(shop: Shop) -> sheet.Sheet:
    rates = topic.visit_rates(shop)
    hourly = 60 * rates["per_minute"]
    least = topic.minutes_to_see(1, slo=SLO_LOW, threshold=THRESHOLD).alone
    slow = topic.minutes_to_see(1, slo=SLO_LOW, threshold=SLOW).alone
    page = topic.minutes_to_see(1, threshold=THRESHOLD).alone
    right = int((hourly < least).sum())
    return sheet.Sheet(
        prompt=_(
            "Somebody is called when the error budget burns {threshold:g} times as fast as planned "
            "in an hour. **{slo:.1%}** of the visits are to succeed. On an average day: in how "
            "many of the 24 hours do so few visits come that **one** failed visit alone reaches "
            "the threshold?"
        ).format(threshold=THRESHOLD, slo=SLO_LOW),
        case=(f"{SLO_LOW:.1%}",),
        right=right,
        wrong={
            "target_of_the_page": int((hourly < page).sum()),
            "turned_round": 24 - right,
            "visits_of_a_year": int((rates["visits"] < least).sum()),
            "slow_alert": int((hourly < slow).sum()),
        },
        hints=(
            _("The burn rate of one failure among n visits: 1 / n over what may fail."),
            _("So n has to be below 1 / (threshold × share that may fail)."),
            _("Take `.iloc[::4]` out of the cell above: its table then has each hour of the day."),
        ),
        solution=_(
            "One failure among n burns 1 / (n × share that may fail). Count the hours with fewer "
            "visits than 1 / (threshold × share that may fail)."
        ),
        code=f"""
            from ecokit import outages
            least = 1 / ({THRESHOLD} * (1 - {SLO_LOW}))
            hourly = 60 * outages.visit_rates(shop)["per_minute"]
            int((hourly < least).sum())
        """,
    )


def _partial(shop: Shop) -> pd.Series[Any]:
    """Return the longest outage of a part, on the way to an order, not of the shop front."""
    table = shop.incidents
    out = table["kind"].eq("outage") & table["system_id"].isin(WAY[1:]) & table["part"].lt(1)
    out &= table["mended_at"].notna() & table["part"].gt(0)
    if not out.any():
        raise CourseError(_("No system on the way to an order failed for a part of the requests."))
    here = table[out]
    row: pd.Series[Any] = here.loc[(here["mended_at"] - here["began_at"]).idxmax()]
    return row


@sheet.number(
    id="outages-seen",
    objective="outages-alert",
    minutes=5,
    title=_("An order of our own every two minutes"),
    unit="minutes",
    rel_tolerance=0.02,
    mistakes={
        "first_failure": _(
            "This is the time until the first failure. Somebody is called at the third."
        ),
        "one_a_minute": _("You placed an order a minute. Here there is one every two minutes."),
        "all_fail": _(
            "You let each order fail. Only a part of them does, so it takes longer to see."
        ),
        "what_works": _("You took the part that works. Count the orders that fail."),
    },
)
def seen(shop: Shop) -> sheet.Sheet:
    row = _partial(shop)
    part = float(row["part"])

    def minutes(part: float = part, every: float = EVERY, least: int = FAILURES) -> float:
        return topic.minutes_to_see(1 / every, part, least=least).mean

    return sheet.Sheet(
        prompt=_(
            "On {day} **{name}** failed for {part:.0%} of the requests. A machine places an order "
            "of our own **every {every:g} minutes**, and somebody is called at the **third** "
            "failure. How many minutes does that take on average?"
        ).format(
            day=f"{row['began_at']:%d %B}".lstrip("0"),
            name=_name(shop, row["system_id"]),
            part=part,
            every=EVERY,
        ),
        case=(_name(shop, row["system_id"]), _("every {every:g} minutes").format(every=EVERY)),
        right=minutes(),
        wrong={
            "first_failure": minutes(least=1),
            "one_a_minute": minutes(every=1),
            "all_fail": minutes(part=1.0),
            "what_works": minutes(part=1 - part),
        },
        hints=(
            _("How many failures come a minute?"),
            _("Orders a minute times the part that fails; three failures take three times one."),
        ),
        solution=_("Three failures, over orders a minute times the part that fails."),
        code=f"""
            from ecokit import outages
            outages.minutes_to_see(1 / {EVERY:g}, {part}, least={FAILURES}).mean
        """,
    )


# Few incidents -----------------------------------------------------------------------------------


@sheet.number(
    id="outages-median",
    objective="outages-times",
    minutes=5,
    title=_("How long until it works again?"),
    unit="minutes",
    tolerance=0.06,
    mistakes={
        "mean": _(
            "This is the mean. One long case pulls it up; half of the cases lie below the median."
        ),
        "every_kind": _("You took incidents of every kind. Keep the outages alone."),
        "until_seen": _("This is the time until they were seen. The time until they were mended."),
        "from_when_it_was_seen": _(
            "You counted from when it was seen. Customers feel it from the beginning."
        ),
    },
)
def median(shop: Shop) -> sheet.Sheet:
    kept = shop.incidents[shop.incidents["kind"] == "outage"]
    told = topic.times_to({"incidents": kept}).set_index("step")
    known = kept.dropna(subset=["seen_at", "mended_at"])
    later = (known["mended_at"] - known["seen_at"]).dt.total_seconds() / 60
    return sheet.Sheet(
        prompt=_(
            "Take the **outages** of all systems, without what was slow, wrong, double or lost. "
            "What is the median of the minutes from their beginning until they were mended?"
        ),
        case=(_("without what was slow"),),
        right=told.loc["mend", "median"],
        wrong={
            "mean": told.loc["mend", "mean"],
            "every_kind": topic.times_to(shop).set_index("step").loc["mend", "median"],
            "until_seen": told.loc["see", "median"],
            "from_when_it_was_seen": float(later.median()),
        },
        hints=(
            _("Write `by = 'kind'` in the cell above: each kind then has rows of its own."),
            _(
                "Read `median` in the row of this kind whose step is `mend`: it counts from the "
                "beginning."
            ),
        ),
        solution=_("The middle one of these minutes, in the order of their length."),
        code="""
            from ecokit import outages
            kept = shop.incidents[shop.incidents["kind"] == "outage"]
            told = outages.times_to({"incidents": kept}).set_index("step")
            float(told.loc["mend", "median"])
        """,
    )


@sheet.choice(
    id="outages-few",
    objective="outages-times",
    minutes=5,
    title=_("Who mends faster?"),
    options=("leave", "mean", "few", "pool"),
)
def few(shop: Shop) -> sheet.ChoiceSheet:
    bought = shop.systems.loc[shop.systems["outsourced"].astype(bool), "name"]
    told = topic.times_to(shop, by="name").query("step == 'mend'")
    told = told[told["incidents"].between(2, ENOUGH - 1) & told["name"].isin(bought)]
    told = told.sort_values("median")
    if len(told) < 2:
        raise CourseError(_("Fewer than two providers of this shop had a few incidents."))
    quick, slow = told.iloc[0], told.iloc[-1]
    return sheet.ChoiceSheet(
        prompt=_(
            "In the year **{quick}** had {a} incidents, with a median of {fast:.0f} minutes until "
            "mended, and **{slow}** {b}, with a median of {late:.0f}. A director concludes that "
            "the second provider works badly, and wants to leave it. What do you say?"
        ).format(
            quick=quick["name"],
            a=int(quick["incidents"]),
            fast=quick["median"],
            slow=slow["name"],
            b=int(slow["incidents"]),
            late=slow["median"],
        ),
        case=(str(quick["name"]), str(slow["name"])),
        right="few",
        options={
            "leave": _("Leave it: the medians lie far apart"),
            "mean": _("Compare the means: they use every minute, so they tell more"),
            "few": _(
                "So few cases allow no interval: read each case beside the minutes promised, and "
                "what it was"
            ),
            "pool": _("Take the median of all systems: there are enough cases in it"),
        },
        reasons={
            "leave": _(
                "Fewer than six cases allow no interval of the median at 95 %. And they failed of "
                "different causes: a cut line is not a slow provider."
            ),
            "mean": _(
                "A mean of so few hangs on the longest one: one case moves it by hours. It tells "
                "less, not more."
            ),
            "few": _(
                "A case is a story: what it was, who saw it, was it mended within the minutes of "
                "the contract? That can be talked about with a provider; a median of so few cannot."
            ),
            "pool": _(
                "That median is well known, and says nothing of this provider: it is of all others."
            ),
        },
        hints=(
            _("How many cases does an interval of the median ask for at 95 %?"),
            _('In the table above write `by = "name"`: where are `low` and `high` missing?'),
        ),
        solution=_(
            "Half of all cases lie below the median, so five in a row on one side of it happen "
            "once in 16 times by luck alone: no interval at 95 %."
        ),
        code='"few"',
    )


# Two of the same ---------------------------------------------------------------------------------


@sheet.number(
    id="outages-common",
    objective="outages-common",
    minutes=6,
    title=_("A second provider of payments"),
    unit="minutes a year",
    tolerance=0.6,
    mistakes={
        "nothing_in_common": _(
            "You let them fail independently. They share lines, banks and a data hall: a share of "
            "the failures stops both."
        ),
        "one_after_the_other": _(
            "You counted the minutes in which one of them fails. The shop pays as long as one "
            "works."
        ),
        "of_the_worse_one": _(
            "You took the share of the failures of the worse provider. What stops both cannot be "
            "more than the better one fails."
        ),
        "of_a_month": _("This is a month. A year is asked for."),
    },
)
def common(shop: Shop) -> sheet.Sheet:
    first = float(shop.systems.set_index("system_id").loc["S07", "promised"])
    better, worse = 1 - max(first, SECOND), 1 - min(first, SECOND)
    both = [first, SECOND]

    def down(share: float) -> float:
        return YEAR * (1 - topic.in_parallel(both, common=share))

    def shared(lost: float) -> float:
        stop = COMMON * lost
        return YEAR * (stop + (better - stop) * (worse - stop))

    return sheet.Sheet(
        prompt=_(
            "Payment works {first:.2%} of the time. A second provider of **{second:.1%}** is "
            "offered. Of the failures of the better one **{common:.0%}** have a cause that stops "
            "both. For how many minutes of a year of 365 days can nobody pay, if each promise is "
            "just kept?"
        ).format(first=first, second=SECOND, common=COMMON),
        case=(f"{SECOND:.1%}", f"{COMMON:.0%}"),
        right=down(COMMON),
        wrong={
            "nothing_in_common": down(0.0),
            "one_after_the_other": YEAR * (1 - topic.in_series(both)),
            "of_the_worse_one": shared(worse),
            "of_a_month": down(COMMON) * 30 / 365,
        },
        hints=(
            _("What stops both: the common share, of what the better one fails."),
            _("The rest of both fails by chance at the same time: hardly ever."),
            _(
                "In the cell above write both promises for `0.99`, and the common share. What is "
                "left to 100 % is when nobody can pay."
            ),
        ),
        solution=_(
            "The common share of what the better one fails, and next to nothing besides, times "
            "the minutes of a year."
        ),
        code=f"""
            from ecokit import outages
            first = shop.systems.set_index("system_id").loc["S07", "promised"]
            {YEAR} * (1 - outages.in_parallel([first, {SECOND}], common={COMMON}))
        """,
    )


# What it costs -----------------------------------------------------------------------------------


@sheet.number(
    id="outages-cost",
    objective="outages-cost",
    minutes=8,
    title=_("Forty minutes in the evening"),
    unit="yuan",
    rel_tolerance=0.015,
    mistakes={
        "nobody_comes_back": _(
            "You let nobody come back. Three in ten do, and their orders are not lost."
        ),
        "sales_not_profit": _(
            "You counted the sales. The goods were not sold, and were not paid for: only the "
            "margin is lost."
        ),
        "clicks_as_well": _(
            "You added the clicks. The margin is before advertising: this money is gone on a day "
            "without an outage as well."
        ),
        "mean_of_the_day": _(
            "You took the visits of an average minute. In the evening more of them come."
        ),
    },
)
def cost(shop: Shop) -> sheet.Sheet:
    worth, rates = _worth(shop), topic.visit_rates(shop)
    rate = float(rates.set_index("hour").loc[HOUR, "per_minute"])
    given = (worth.conversion, worth.order_value, worth.margin)

    def lost(visits: float = rate, back: float = BACK, **more: float) -> topic.OutageCost:
        return topic.outage_cost(visits, MINUTES, *given, back=back, **more)

    clicked = lost(paid=worth.paid, click_price=worth.click_price)
    return sheet.Sheet(
        prompt=_(
            "On an average day order management stops at **{hour}:00**, wholly, for **{minutes} "
            "minutes**. {back:.0%} of those who meet it come back later and order all the same. "
            "What does it cost, by the visits, conversion, order value and gross margin of your "
            "shop?"
        ).format(hour=HOUR, minutes=MINUTES, back=BACK),
        case=(f"{HOUR}:00", _("{minutes} minutes").format(minutes=MINUTES)),
        right=lost().margin,
        wrong={
            "nobody_comes_back": lost(back=0.0).margin,
            "sales_not_profit": lost().margin / worth.margin,
            "clicks_as_well": clicked.total,
            "mean_of_the_day": lost(float(rates["per_minute"].mean())).margin,
        },
        hints=(
            _(
                "The visits of each hour stand under “Calling somebody in time”: take `.iloc[::4]`"
                " out of the cell there."
            ),
            _("The first cell of this section prints conversion, order value and margin."),
            _("Visits that do not come back × conversion × order value × margin."),
        ),
        solution=_(
            "Visits a minute of this hour × minutes × share that does not come back × conversion × "
            "order value × margin."
        ),
        code=f"""
            from ecokit import outages
            worth = outages.visit_worth(shop)
            rate = outages.visit_rates(shop).set_index("hour").loc[{HOUR}, "per_minute"]
            outages.outage_cost(
                rate, {MINUTES}, worth.conversion, worth.order_value, worth.margin, back={BACK}
            ).margin
        """,
    )


# Where to put a yuan -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Luck:
    """Outages of many years, by luck: when each begins, its part, and how long its steps take."""

    at: Floats  # hours of the year
    part: Floats
    see: Floats
    answer: Floats
    mend: Floats
    own: Floats  # orders of our own until two of them have failed
    switched: Floats

    @classmethod
    def drawn(
        cls,
        rng: np.random.Generator,
        often: float,
        part: tuple[float, float],
        hours: tuple[float, float],
        mend: float,
        days: int,
    ) -> _Luck:
        n = rng.poisson(often * YEARS)
        share = rng.uniform(*part, n)
        began = 24.0 * rng.integers(0, days, n) + rng.uniform(*hours, n)
        see, answer, fix = (
            m * np.exp(SPREAD * rng.standard_normal(n)) for m in (SEE, ANSWER, mend)
        )
        own = rng.gamma(2.0, 1.0, n) / share
        return cls(began, share, see, answer, fix, own, rng.uniform(size=n))


class _Years:
    """Many years of a shop that has grown, with one luck: what each plan costs there."""

    def __init__(self, shop: Shop, seed: int) -> None:
        at = shop.visits["started_at"]
        day = at.dt.normalize().value_counts().sort_index().asfreq("D", fill_value=0)
        hour = at.dt.hour.value_counts(normalize=True).reindex(range(24), fill_value=0.0)
        came = GROWN * np.outer(day, hour).ravel()
        self.come = np.concatenate([[0.0], np.cumsum(np.concatenate([came, came[:48]]))])
        self.worth = (1 - BACK_LATER) * _worth(shop).yuan
        rng, days = np.random.default_rng(seed), len(day)
        self.released = _Luck.drawn(rng, RELEASED, (0.1, 0.5), (9, 18), 60, days)
        self.others = _Luck.drawn(rng, OTHERS, (0.3, 1.0), (0, 24), 40, days)
        self.payments = _Luck.drawn(rng, PAYMENTS, (0.1, 0.2), (0, 24), 12, days)

    def lost(self, luck: _Luck, every: float, duty: float, hidden: float = 0.0) -> float:
        """Return the yuan a year that outages cost; `duty`: hours from 18:00 on, 14 for all."""
        see = np.minimum(luck.see, every * luck.own) if every else luck.see
        hour = (luck.at + see / 60 - 18) % 24  # of the evening at which it is seen
        wait = np.where((hour >= duty) & (hour < 14), 60 * (14 - hour), 0.0)
        covered = np.interp(hidden / 100, *COVERED)
        mend = np.where(luck.switched < covered, luck.mend / 4, luck.mend)
        end = luck.at + (see + wait + luck.answer + mend) / 60
        hours = np.arange(len(self.come))
        met = np.interp(end, hours, self.come) - np.interp(luck.at, hours, self.come)
        return float((met * luck.part).sum()) * self.worth / YEARS

    def outages(self, plan: sheet.PlanAnswer) -> float:
        """Return what outages cost a year under a plan."""
        every, duty = plan["every"], plan["duty"]
        pay = self.lost(self.payments, every, 14.0) * (0.1 if plan["second"] else 1.0)
        released = self.lost(self.released, every, duty, plan["switched"])
        return released + self.lost(self.others, every, duty) + pay

    def year(self, plan: sheet.PlanAnswer) -> float:
        """Return what outages and the measures against them cost a year under a plan."""
        return self.outages(plan) + _measures(plan)

    @cached_property
    def best(self) -> sheet.PlanAnswer:
        """The plan that costs least with this luck, of those that are tried."""
        first = {"every": 3.0, "switched": 40.0, "duty": 5.0, "second": 0.0}
        tried = {
            "every": (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30),
            "switched": range(0, 101, 10),
            "duty": range(15),
            "second": (0, 1),
        }
        for _turn in range(3):  # one after the other: they hardly meet
            for name, values in tried.items():
                plans = [first | {name: float(value)} for value in values]
                first = min(plans, key=self.year)
        return first


def _measures(plan: sheet.PlanAnswer) -> float:
    probes = PROBE * YEAR / plan["every"] if plan["every"] else 0.0
    duty = 365 * STANDBY * plan["duty"]
    return probes + duty + HIDE * plan["switched"] + PROVIDER * plan["second"]


NOTHING = {"every": 0.0, "switched": 0.0, "duty": 0.0, "second": 0.0}
ALL = {"every": 1.0, "switched": 100.0, "duty": 14.0, "second": 1.0}


@lru_cache(maxsize=2)
def _years(shop: Shop) -> tuple[_Years, _Years]:
    """Return the years that a plan is tuned on, and those it is judged on."""
    return _Years(shop, TUNED), _Years(shop, JUDGED)


@sheet.plan(
    id="outages-yuan",
    objective="outages-invest",
    minutes=15,
    title=_("Where to put a yuan of reliability"),
    fields=(
        sheet.Field("every", _("Minutes between two orders of our own; 0: none"), 0, 60, 1, 0),
        sheet.Field("switched", _("Releases behind a switch, per cent"), 0, 100, 10, 0, "%"),
        sheet.Field("duty", _("Hours on duty from 18:00 on; 14: all night"), 0, 14, 1, 0),
        sheet.Field("second", _("Second provider of payments (1) or not (0)"), 0, 1, 1, 0),
    ),
    mistakes={
        "nothing": _("You left all as it is. Some of these yuan come back several times."),
        "second_provider": _(
            "You took a second provider of payments. Payment fails seldom, for minutes, and for "
            "few: there is little to save."
        ),
        "nobody_in_the_evening": _(
            "You let the evening wait for the morning. Then most visits of the day come, and what "
            "fails at seven fails for thirteen hours."
        ),
        "all_night": _(
            "You pay for the small hours. Few visits come then; an hour on duty costs the same."
        ),
        "unseen": _(
            "You see failures late: when customers ring. An order of our own costs a few fen."
        ),
        "no_switch": _(
            "You left the releases as they are. The large ones fail most often, and a switch mends "
            "them in a quarter of the time."
        ),
        "every_release": _(
            "You put small releases behind switches, too. They seldom fail: begin with the large "
            "ones, and stop in time."
        ),
    },
)
def invest(shop: Shop) -> sheet.PlanSheet:
    tuned, judged = _years(shop)
    right = tuned.best
    none, least = judged.year(NOTHING), min(judged.year(right), judged.year(judged.best))
    room = none - least

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        told = judged.year(plan)
        share = (none - told) / room if room > 0 else 0.0
        passed = told <= least + NEAR * room
        words = {
            "outages": sheet.yuan(judged.outages(plan)),
            "measures": sheet.yuan(_measures(plan)),
            "sum": sheet.yuan(told),
            "none": sheet.yuan(none),
            "least": sheet.yuan(least),
        }
        lines = (
            _("In two hundred years of other luck outages cost {outages} a year."),
            _("The measures cost {measures} a year; together {sum}."),
            _("Without any measure it is {none}, with the best of them {least}."),
        )
        points = 100 if passed else min(89, max(0, round(100 * share)))
        return sheet.Score(points, passed, tuple(line.format(**words) for line in lines))

    def other(**fields: float) -> sheet.PlanAnswer:
        return right | fields

    return sheet.PlanSheet(
        prompt=_invest_prompt(),
        case=(_("{n} times the visits").format(n=GROWN), f"{BACK_LATER:.0%}"),
        right=right,
        score=score,
        wrong={
            "nothing": NOTHING,
            "second_provider": other(second=1.0),
            "nobody_in_the_evening": other(duty=0.0),
            "all_night": other(duty=14.0),
            "unseen": other(every=0.0),
            "no_switch": other(switched=0.0),
            "every_release": other(switched=100.0),
        },
        detects={
            "nothing": lambda p: p == NOTHING,
            "second_provider": lambda p: p["second"] > right["second"],
            "nobody_in_the_evening": lambda p: p["duty"] < right["duty"] - 1,
            "all_night": lambda p: p["duty"] > right["duty"] + 2,
            "unseen": lambda p: p["every"] == 0 or p["every"] > 3 * max(right["every"], 2),
            "no_switch": lambda p: p["switched"] < min(right["switched"], 20),
            "every_release": lambda p: p["switched"] > right["switched"] + 20,
        },
        hints=(
            _("What does one hour on duty save between 18:00 and 19:00, and what after midnight?"),
            _(
                "How soon is it seen, and when does it no longer matter? In the cell under “So "
                'count, or order yourself” write 0.2 for `"own": 1`, which is an order every '
                "five minutes, and then others."
            ),
            _("A fifth of the releases has six of ten failures; the last three fifths have two."),
            _("What does payment cost in a year, if it fails four times for so few minutes?"),
        ),
        solution=_(
            "Spend on each measure until the next yuan saves less than a yuan: orders of our own "
            "every few minutes, the large releases behind switches, somebody on duty while many "
            "visits come. It is tuned on one luck of two hundred years, and judged on another."
        ),
        code=f"""
            {right}
        """,
    )


def _invest_prompt() -> str:
    return _(
        "Next year the shop is to have **{n} times the visits** of your tables, in the same hours, "
        "each worth the same; {back:.0%} of those who meet an outage come back later.\n\n"
        "In a year {released:g} outages begin with a release, between 9:00 and 18:00, for 10 to "
        "50 % of the requests, and are mended after {r} minutes; {others:g} begin at any hour, "
        "for 30 to 100 %, mended after {o} minutes; payment fails {pay:g} times for 10 to 20 %, "
        "for {p} minutes. They are seen after {see:g} minutes, when customers ring, and answered "
        "{answer:g} minutes later. All these are medians; some take far longer. What is seen "
        "between 18:00 and 8:00 waits until 8:00, unless somebody is on duty; payment's own "
        "people never sleep.\n\n"
        "You can buy: **orders of our own**, one every so many minutes, {probe} each: two that "
        "failed call somebody. **Switches**: what began with a release that has one is mended in a "
        "quarter of the time; {hide} a year for each per cent of the releases, the large ones "
        "first: a fifth of the releases has six of ten failures, the next fifth two. **Duty** from "
        "18:00 on, {standby} an hour, each day. A **second provider of payments**, {provider} a "
        "year, with which a tenth of payment's failures remain. Judged is the cost of outages and "
        "measures in a year, in two hundred years of a luck that nobody has seen."
    ).format(
        n=GROWN,
        back=BACK_LATER,
        released=RELEASED,
        others=OTHERS,
        pay=PAYMENTS,
        r=60,
        o=40,
        p=12,
        see=SEE,
        answer=ANSWER,
        probe=f"¥{PROBE:.2f}",
        hide=sheet.yuan(HIDE),
        standby=sheet.yuan(STANDBY),
        provider=sheet.yuan(PROVIDER),
    )
