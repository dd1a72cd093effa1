"""Exercises on capacity: whose work, heaps of calls, percentiles, servers by hour, slow pages."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import capacity as topic
from ecokit import experiments
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

HOUR = 20  # of the push
SOURCE = "platform_stock"  # who is asked for; the page looks at our app
GROWTH = 1.3  # the next peak over the last one
MOST = 0.999  # of the minutes bring no more
SHARE = 0.99  # of the calls are to be in time
MORE = 1.5  # the opening minute over the last one, where a limit is to be kept
LATE = 0.95  # of the calls, in the second minute
PRICE, LOST = 8, 25  # yuan a server and hour, and a minute of work that finds no server
OFF = 2  # servers too few, and too many
DEVICE = "phone"
TEST = "E3"

HIRE, MISSING = 3, 40  # the same as PRICE and LOST, in the plan
LUCK, PEAKS = 8_117, 60  # peaks of another luck
NEAR = 1.1  # what a plan that passes may cost over the best one
FAR = 3  # servers by which the opening hour must need more than the night
OPENS = 20  # minutes after which nothing of the push is left
_BLOCKS = {
    "night": (_("Night, 0 to 8"), 0, 8),
    "day": (_("Day, 8 to 18"), 8, 18),
    "evening": (_("Evening, 18 to 20"), 18, 20),
    "opening": (_("Opening hour, 20 to 21"), 20, 21),
    "late": (_("Late, 21 to 24"), 21, 24),
}


def _days(shop: Shop) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the calls of the ordinary day and of the peak day, which has more work."""
    calls = shop.requests
    if calls.empty:
        raise CourseError(_("This shop has no calls to its servers."))
    day = calls["minute"].dt.normalize()
    work = calls.groupby(day)["busy_seconds"].sum()
    return calls[day == work.idxmin()], calls[day == work.idxmax()]


def _loads(calls: pd.DataFrame, by: Any) -> pd.DataFrame:
    return pd.DataFrame(topic.offered_load({"requests": calls}, by=by))


def _at(calls: pd.DataFrame, minute: int) -> pd.DataFrame:
    """Return the calls of a minute of the hour of the push."""
    time = calls["minute"].dt
    return calls[(time.hour == HOUR) & (time.minute == minute)]


def _work(calls: pd.DataFrame) -> tuple[float, float]:
    """Return the servers that the calls of a minute keep busy, and a call's milliseconds."""
    busy = float(calls["busy_seconds"].sum())
    return busy / 60, 1000 * busy / float(calls["requests"].sum())


# Whose work ---------------------------------------------------------------------------------------


@sheet.number(
    id="capacity-source",
    objective="capacity-load",
    minutes=4,
    title=_("Whose work is it?"),
    unit="share",
    tolerance=0.002,
    mistakes={
        "share_of_calls": _(
            "This is the share of the **calls**. A call of one source is longer than a call of "
            "another: compare the work, in seconds of a server."
        ),
        "opening_minute": _("This is the opening minute alone. Take the whole hour."),
        "whole_day": _("This is the whole day. Keep the hour from 20:00."),
        "ordinary_day": _("This is the ordinary day. Take the peak day, which has more work."),
        "servers": _(
            "This is how many servers the source keeps busy. Divide by those that all keep busy."
        ),
    },
)
def source(shop: Shop) -> sheet.Sheet:
    usual, peak = _days(shop)

    def part(calls: pd.DataFrame, of: str = "busy_seconds") -> float:
        sums = calls.groupby("source", observed=True)[of].sum()
        return float(sums[SOURCE] / sums.sum())

    hour = peak[peak["minute"].dt.hour == HOUR]
    loads = _loads(hour, "source").set_index("source")["load"]
    return sheet.Sheet(
        prompt=_(
            "Look at the **hour from 20:00** of the peak day. Which share of the work of the "
            "servers is done for **{name}**, the platforms' questions for our stock?"
        ).format(name=SOURCE),
        case=(_("hour from 20:00"), SOURCE),
        right=part(hour),
        wrong={
            "share_of_calls": part(hour, "requests"),
            "opening_minute": part(_at(peak, 0)),
            "whole_day": part(peak),
            "ordinary_day": part(usual[usual["minute"].dt.hour == HOUR]),
            "servers": float(loads[SOURCE]),
        },
        hints=(
            _("Work is `busy_seconds`: the seconds that servers were busy with the calls."),
            _(
                'In the first table write `["hour", "source"]` for `"source"`: it then has '
                "the `load` of each source in that hour. Divide it by the sum of all of them."
            ),
        ),
        solution=_("The load of this source over the load of all sources, in that hour."),
        code=f"""
            from ecokit import capacity
            day = shop.requests["minute"].dt.normalize()
            work = shop.requests.groupby(day)["busy_seconds"].sum()
            peak = shop.requests[day == work.idxmax()]
            hour = {{"requests": peak[peak["minute"].dt.hour == {HOUR}]}}
            load = capacity.offered_load(hour, by="source").set_index("source")["load"]
            load["{SOURCE}"] / load.sum()
        """,
    )


# Heaps --------------------------------------------------------------------------------------------


@sheet.number(
    id="capacity-heaps",
    objective="capacity-burst",
    minutes=6,
    title=_("How many calls may come?"),
    unit="calls",
    rel_tolerance=0.004,
    mistakes={
        "by_chance_alone": _(
            "You let the calls come one by one, by chance (Poisson). These come in heaps: give the "
            "dispersion that the ordinary day shows."
        ),
        "the_mean": _("This is what is expected. Every second such minute brings more."),
        "last_peak": _("You forgot the growth. Expected is more than the last peak brought."),
        "of_the_peak_day": _(
            "You took the dispersion of the peak day. The push itself counts as a burst there: "
            "measure on a day without one."
        ),
        "of_all_sources": _(
            "You took the dispersion of all sources together. Keep this source alone."
        ),
    },
)
def heaps(shop: Shop) -> sheet.Sheet:
    usual, peak = _days(shop)
    opening = _at(peak, 0).set_index("source")["requests"]
    expected = round(GROWTH * float(opening[SOURCE]))

    def index(calls: pd.DataFrame, by: str | None = "source") -> float:
        told = topic.dispersion({"requests": calls}, by=by)
        told = told[told["source"] == SOURCE] if by else told
        return float(told["dispersion"].iloc[0])

    def most(mean: float, heap: float) -> int:
        return topic.peak_quantile(mean, share=MOST, dispersion=heap)

    burst = index(usual)
    return sheet.Sheet(
        prompt=_(
            "In the opening minute of the last peak there were {last:,} calls of **{name}**. For "
            "the next one {more:.0%} more are expected: {expected:,}. How many calls does such a "
            "minute not exceed in {share:.1%} of all cases? Measure on the **ordinary day** how "
            "far these calls come in heaps."
        ).format(
            last=int(opening[SOURCE]), name=SOURCE, more=GROWTH - 1, expected=expected, share=MOST
        ),
        case=(SOURCE, f"{expected:,}"),
        right=most(expected, burst),
        wrong={
            "by_chance_alone": most(expected, 1),
            "the_mean": expected,
            "last_peak": most(float(opening[SOURCE]), burst),
            "of_the_peak_day": most(expected, index(peak)),
            "of_all_sources": most(expected, index(usual, None)),
        },
        hints=(
            _("The first table of this section has it as `dispersion`: 1 would be chance alone."),
            _("Give it the ordinary day only: the push of the peak day is no burst."),
            _(
                "In the last cell above write both: the calls `expected`, and the `heap` of their "
                "source."
            ),
        ),
        solution=_(
            "The {share:.1%} quantile of the negative binomial law with this mean and with the "
            "dispersion of the ordinary day."
        ).format(share=MOST),
        code=f"""
            from ecokit import capacity
            day = shop.requests["minute"].dt.normalize()
            work = shop.requests.groupby(day)["busy_seconds"].sum()
            usual = {{"requests": shop.requests[day == work.idxmin()]}}
            told = capacity.dispersion(usual, by="source").set_index("source")
            heap = told.loc["{SOURCE}", "dispersion"]
            capacity.peak_quantile({expected}, share={MOST}, dispersion=heap)
        """,
    )


# Waiting ------------------------------------------------------------------------------------------


@sheet.number(
    id="capacity-percentile",
    objective="capacity-wait",
    minutes=5,
    title=_("The slow ones"),
    unit="milliseconds",
    rel_tolerance=0.01,
    mistakes={
        "the_mean": _("This is the mean. Most calls are faster, and the slow ones far slower."),
        "wait_alone": _("This is the mean wait. A call takes its wait and its work."),
        "no_wait": _(
            "This is the work alone, as if no call ever waited. With so few servers to spare "
            "many do."
        ),
        "a_server_each": _(
            "You gave each server a line of its own. Calls share one line, and take the server "
            "that is free first."
        ),
        "one_of_a_hundred": _("This is the time of one call in a hundred. Asked is one in twenty."),
    },
)
def percentile(shop: Shop) -> sheet.Sheet:
    minute = _at(_days(shop)[1], 1)
    load, each = (round(value, 2) for value in _work(minute))
    servers = math.floor(load) + 2
    line = topic.response(load, servers, service=each, share=LATE)
    return sheet.Sheet(
        prompt=_(
            "In the **second minute** after the push, at 20:01, the calls of the peak day keep "
            "{load:.2f} servers busy, and a call is {each:.2f} milliseconds of work on average. "
            "There are **{servers} servers** with one line. Within how many milliseconds are "
            "{share:.0%} of the calls done, wait and work together (by the formula "
            "M/M/c of the page)?"
        ).format(load=load, each=each, servers=servers, share=LATE),
        case=(_("second minute"), f"{load:.2f}", _("{n} servers").format(n=servers)),
        right=line.quantile,
        wrong={
            "the_mean": line.response,
            "wait_alone": line.wait,
            "no_wait": -math.log(1 - LATE) * each,
            "a_server_each": topic.response_quantile(load / servers, service=each, share=LATE),
            "one_of_a_hundred": topic.response_quantile(load, servers, service=each, share=SHARE),
        },
        hints=(
            _("Write share, load, milliseconds and the number of servers into the cell above."),
            _("The title of the figure then names the percentile."),
        ),
        solution=_(
            "`response(...).quantile`. The mean is {mean:.0f}: it hides the calls that wait."
        ).format(mean=line.response),
        code=f"""
            from ecokit import capacity
            capacity.response_quantile({load}, {servers}, service={each}, share={LATE})
        """,
    )


@sheet.number(
    id="capacity-enough",
    objective="capacity-wait",
    minutes=5,
    title=_("How many are enough?"),
    unit="servers",
    tolerance=0,
    mistakes={
        "last_peak": _("You forgot the growth: the next opening minute brings more work."),
        "mean_in_time": _(
            "With so many the **mean** is in time. Asked is that nearly all calls are."
        ),
        "hour_for_minute": _(
            "You planned for the mean of the hour. The push is over when the hour is: plan for "
            "its busiest minute."
        ),
        "far_too_many": _(
            "You doubled the work. That is safe, and most of these servers never see a call."
        ),
    },
)
def enough(shop: Shop) -> sheet.Sheet:
    peak = _days(shop)[1]
    load, each = _work(_at(peak, 0))
    load, each = round(load, 2), round(each, 2)
    hour = peak[peak["minute"].dt.hour == HOUR]
    mean = float(_loads(hour, "hour")["load"].iloc[0])
    limit = _limit(load, each)

    def fewest(work: float) -> int:
        return topic.servers_for(work, limit, service=each, share=SHARE).servers

    more = MORE * load
    in_time = itertools.count(math.floor(more) + 1)
    return sheet.Sheet(
        prompt=_(
            "The opening minute of the last peak kept {load:.2f} servers busy, with {each:.2f} "
            "milliseconds of work a call. The next one brings **{more:.0%} more** work. How many "
            "servers are the fewest with which {share:.0%} of the calls of that minute are done "
            "**within {limit} milliseconds**?"
        ).format(load=load, each=each, more=MORE - 1, share=SHARE, limit=limit),
        case=(f"{MORE - 1:.0%}", _("within {limit} milliseconds").format(limit=limit)),
        right=fewest(more),
        wrong={
            "last_peak": fewest(load),
            "mean_in_time": next(
                n for n in in_time if topic.response(more, n, service=each).response <= limit
            ),
            "hour_for_minute": fewest(MORE * mean),
            "far_too_many": math.ceil(2 * more),
        },
        hints=(
            _("How much work does the next opening minute bring?"),
            _("In the cell above write this work, and the limit for `within`."),
        ),
        solution=_(
            "The smallest number whose {share:.0%} quantile is within the limit, at the work that "
            "is expected. Heaps come on top of that."
        ).format(share=SHARE),
        code=f"""
            from ecokit import capacity
            work = {MORE} * {load}
            capacity.servers_for(work, {limit}, service={each}, share={SHARE}).servers
        """,
    )


def _limit(load: float, each: float) -> int:
    """Return a limit that some servers more than the work keep, in tens of milliseconds.

    With a hundredth to spare, so that rounded work or milliseconds lead to the same number.
    """
    more = MORE * load
    told = topic.response_quantile(more, math.ceil(more) + 2, service=each, share=SHARE)
    return 10 * math.ceil(1.01 * told / 10)


# What it costs ------------------------------------------------------------------------------------


@sheet.number(
    id="capacity-sides",
    objective="capacity-plan",
    minutes=6,
    title=_("Too few, too many"),
    unit="yuan",
    rel_tolerance=0.02,
    mistakes={
        "rent_left_out": _(
            "You compared what is lost, and left the rent out. Fewer servers also cost less."
        ),
        "turned_round": _("The sign is turned: too few less too many."),
        "both_against_the_best": _(
            "This is too few against the cheapest number. Asked is too few against too many."
        ),
        "by_the_mean": _(
            "You used the mean of the hour. It hides the minutes in which work finds no server: "
            "go minute by minute."
        ),
        "one_off": _("You moved one server to either side. Asked are {n}.").format(n=OFF),
    },
)
def sides(shop: Shop) -> sheet.Sheet:
    peak = _days(shop)[1]
    hour = peak[peak["minute"].dt.hour == HOUR]
    loads = _loads(hour, "minute")["load"].to_numpy(float)
    most = math.ceil(loads.max()) + OFF
    given: Any = {"price": PRICE, "lost": LOST}
    table = topic.cost_of_servers(loads, range(most + 1), **given).set_index("servers")
    best = int(table.index[table["best"]][0])
    if best < OFF:
        raise CourseError(_("This shop needs so few servers that none can be taken away."))
    total, lost = table["total"], table["lost"]
    flat = np.full(len(loads), loads.mean())
    mean = topic.cost_of_servers(flat, [best - OFF, best + OFF], **given)["total"]
    right = float(total[best - OFF] - total[best + OFF])
    return sheet.Sheet(
        prompt=_(
            "The **hour from 20:00** of the last peak, minute by minute. A server costs "
            "**{price}** for that hour, and a minute of work that finds no server loses "
            "**{lost}**. Find the number of servers that costs least. By how many yuan is it "
            "dearer to have **{off} fewer** than that than to have {off} more?"
        ).format(price=sheet.yuan(PRICE), lost=sheet.yuan(LOST), off=OFF),
        case=(sheet.yuan(PRICE), sheet.yuan(LOST)),
        right=right,
        wrong={
            "rent_left_out": lost[best - OFF] - lost[best + OFF],
            "turned_round": -right,
            "both_against_the_best": total[best - OFF] - total[best],
            "by_the_mean": mean[0] - mean[1],
            "one_off": total[best - 1] - total[best + 1],
        },
        hints=(
            _("The cell above has a total for each number of servers: change rent and loss there."),
            _("Total is what is bought and what is lost, together."),
            _("Find the row that is best, and go up and down from there."),
        ),
        solution=_(
            "The total of {few} servers less that of {many}; {best} cost least. The curve is steep "
            "on the left and flat on the right: in doubt, one more."
        ).format(few=best - OFF, many=best + OFF, best=best),
        code=f"""
            from ecokit import capacity
            minutes = capacity.offered_load(shop, by="minute")
            top = minutes.loc[minutes["load"].idxmax(), "minute"].normalize()
            hour = minutes[minutes["minute"].dt.floor("h") == top.replace(hour={HOUR})]
            table = capacity.cost_of_servers(
                hour["load"], range({most + 1}), price={PRICE}, lost={LOST}
            ).set_index("servers")["total"]
            table[table.idxmin() - {OFF}] - table[table.idxmin() + {OFF}]
        """,
    )


# Slow pages ---------------------------------------------------------------------------------------


@sheet.number(
    id="capacity-phones",
    objective="capacity-slow",
    minutes=6,
    title=_("What a second costs on the telephone"),
    unit="%",
    tolerance=0.05,
    mistakes={
        "all_devices": _("This is for all devices. Keep the visits by telephone."),
        "months_mixed": _(
            "You compared all months. In months with slow pages people also want to buy more or "
            "less than usual: compare within the month."
        ),
        "nothing_alike": _(
            "You compared all visits as if they were alike. Keep one device, and compare within "
            "the month."
        ),
        "an_end_of_the_interval": _(
            "This is an end of the interval. Asked is what to expect: `change`."
        ),
        "the_sign": _("The sign is turned: slower pages sell less, so the change is below 0."),
    },
)
def phones(shop: Shop) -> sheet.Sheet:
    visits = {"visits": shop.visits[shop.visits["device"] == DEVICE]}
    found = topic.slow_pages(visits, alike="month")
    every = topic.slow_pages(shop, alike=["device", "month"])
    return sheet.Sheet(
        prompt=_(
            "Take the visits by **{device}** alone, and compare fast and slow ones **within the "
            "same month**. By how many per cent does conversion change with each second until the "
            "first page is there, by `slow_pages`? Write a minus where it falls."
        ).format(device=DEVICE),
        case=(DEVICE, _("within the same month")),
        right=100 * found.change,
        wrong={
            "all_devices": 100 * every.change,
            "months_mixed": 100 * found.naive,
            "nothing_alike": 100 * every.naive,
            "an_end_of_the_interval": 100 * found.low,
            "the_sign": -100 * found.change,
        },
        hints=(
            _("The cell above keeps the visits of one device. Write the one that is asked for."),
            _("It compares within the month. The change is the first number, before the interval."),
        ),
        solution=_("`slow_pages(...).change`, in per cent: {found}").format(found=found),
        code=f"""
            from ecokit import capacity
            kept = shop.visits[shop.visits["device"] == "{DEVICE}"]
            100 * capacity.slow_pages({{"visits": kept}}, alike="month").change
        """,
    )


@sheet.choice(
    id="capacity-new-server",
    objective="capacity-slow",
    minutes=6,
    title=_("The page on a new server"),
    options=("move", "stay", "weigh", "repeat"),
)
def new_server(shop: Shop) -> sheet.ChoiceSheet:
    arms = shop.assignments[shop.assignments["test_id"] == TEST]
    if arms["arm"].nunique() < 2:
        raise CourseError(_("This shop has no test {test}.").format(test=TEST))
    counts = arms.drop_duplicates("visitor_id")["arm"].value_counts()
    met = shop.visits.merge(arms[["visitor_id", "arm", "assigned_at"]], on="visitor_id")
    last = shop.tests.set_index("test_id").loc[TEST, "end_on"] + pd.Timedelta("1D")
    inside = (met["started_at"] >= met["assigned_at"]) & (met["started_at"] < last)
    told = (met[inside]["reached"] == "order").groupby(met[inside]["arm"]).mean()
    split = experiments.split_check({str(arm): int(n) for arm, n in counts.sort_index().items()})
    better = told["B"] > told["A"]
    shown = {"test": TEST, "a": told["A"], "b": told["B"], "na": counts["A"], "nb": counts["B"]}
    even = _("The split is as planned, so the test can be read; look at the interval.")
    return sheet.ChoiceSheet(
        prompt=_(
            "Test **{test}**: half of the visitors were to see the page on a **new server**. In "
            "the table are {na:,} visitors of A, the old one, and {nb:,} of B; of the visits "
            "of A {a:.2%} ended in an order, of those of B {b:.2%}. What do you do?"
        ).format(**shown),
        case=(TEST, _("new server")),
        right="repeat" if split.broken else ("move" if better else "stay"),
        options={
            "move": _("Move all pages to the new server"),
            "stay": _("Stay with the old server"),
            "weigh": _("Weigh the visitors of B, so that both halves count alike, and decide then"),
            "repeat": _("Find out where visitors were lost, mend it, and repeat the test"),
        },
        reasons={
            "move": _(
                "First look at the counts. Half was planned; chance hardly ever splits so "
                "unevenly. Who is missing is unknown, and so is whether they would have bought."
            )
            if split.broken
            else even,
            "stay": _(
                "The test does not speak for the old server either: visitors are missing on one "
                "side."
            )
            if split.broken
            else even,
            "weigh": _(
                "Weights repair a share that is known. Here nobody knows who is missing: perhaps "
                "those for whom the new server was slow."
            ),
            "repeat": _(
                "The split is broken: no number of this test can be used, however good it looks."
            )
            if split.broken
            else even,
        },
        hints=(
            _("Before the result comes the split: how many visitors are on each side?"),
            _(
                "By chance alone a side differs from its part by about the root of visitors × part"
                " × other part, and hardly ever by four times that. Here: the root of all visitors"
                " × 0.5 × 0.5."
            ),
        ),
        solution=_(
            "{split} An experiment is the way to know what a faster page brings, but only where "
            "nobody gets lost on the way."
        ).format(split=split),
        code=f"""
            from ecokit import experiments
            arms = shop.assignments[shop.assignments["test_id"] == "{TEST}"]
            counts = arms.drop_duplicates("visitor_id")["arm"].value_counts().sort_index()
            split = experiments.split_check(counts.to_dict())
            print(split)
            "repeat" if split.broken else "read on"
        """,
    )


# A plan for the next peak -------------------------------------------------------------------------


class _Peaks:
    """The next peak, played with another luck than the last one had."""

    def __init__(self, shop: Shop) -> None:
        usual, peak = _days(shop)
        machines = usual[usual["source"] != "visitors"]
        names = sorted(machines["source"].unique())
        truth = shop.truth
        told = sum(float(truth[f"usual_load_{name}"]) for name in names)
        size = machines["busy_seconds"].sum() / (60 * 1440) / told
        wide = peak.pivot_table("busy_seconds", "minute", "source", "sum", observed=True) / 60
        wide = wide.fillna(0.0)[["visitors", *names]]
        at = pd.DatetimeIndex(wide.index)
        hour = at.hour
        self.last = float(wide.sum(axis=1)[hour == HOUR].max())
        calm = wide[~((hour == HOUR) & (at.minute < OPENS))]
        base = (
            calm.groupby(pd.DatetimeIndex(calm.index).hour)
            .mean()
            .loc[hour]
            .to_numpy(float, copy=True)
        )
        since = np.arange(len(wide)) - 60 * HOUR
        left = np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / truth["opening_half_life"]), 0.0)
        opening = np.array([float(truth[f"opening_load_{name}"]) for name in names]) * size
        push = np.maximum(opening - base[60 * HOUR, 1:], 0.0)
        base[:, 1:] += left[:, None] * push
        self.expected = GROWTH * base
        self.played = topic.play_peaks(
            self.expected,
            service_ms=[float(truth[f"service_ms_{name}"]) for name in ("visitors", *names)],
            dispersion=[
                float(truth["requests_a_view"]),
                *(float(truth[f"burst_{name}"]) for name in names),
            ],
            times=PEAKS,
            seed=LUCK,
        )
        self.most = math.ceil(self.played.max()) + 1

    def block(self, name: str) -> slice:
        """Return the minutes of a block."""
        _label, first, end = _BLOCKS[name]
        return slice(60 * first, 60 * end)

    def cost(self, name: str, servers: float) -> float:
        """Return yuan of a block on a mean peak day."""
        part = self.played[:, self.block(name)]
        missing = np.maximum(part - servers, 0.0).sum() / PEAKS
        return HIRE * servers * part.shape[1] / 60 + MISSING * missing

    def total(self, plan: sheet.PlanAnswer) -> float:
        """Return yuan of a mean peak day."""
        return sum(self.cost(name, plan[name]) for name in _BLOCKS)

    def load(self, name: str) -> float:
        """Return the work expected on average in a block, in servers."""
        return float(self.expected[self.block(name)].sum(axis=1).mean())

    def best(self) -> sheet.PlanAnswer:
        """Return the numbers of servers that cost least."""
        sizes = range(1, self.most + 1)
        return {name: float(min(sizes, key=lambda n: self.cost(name, n))) for name in _BLOCKS}


@lru_cache(maxsize=1)
def _peaks(shop: Shop) -> _Peaks:
    return _Peaks(shop)


@sheet.plan(
    id="capacity-peak",
    objective="capacity-plan",
    minutes=12,
    title=_("Servers for the next peak"),
    fields=tuple(
        sheet.Field(name, label, 1, 400, start=1, unit="servers")
        for name, (label, _first, _end) in _BLOCKS.items()
    ),
    mistakes={
        "less_than_the_work": _(
            "In a part of the day there are fewer servers than work, on average. The line never "
            "stops growing there. Give each part more servers than it has work."
        ),
        "mean_of_the_hour": _(
            "In the opening hour you planned for the mean. The first minute brings twice as much: "
            "what the last peak asked for at 20:00 is the least that you need."
        ),
        "without_growth": _(
            "You planned the opening hour for the last peak. The next one brings more."
        ),
        "peak_all_day": _(
            "You rented for the opening minute all day. Most of these servers stand idle at every "
            "other hour: give each part what it needs."
        ),
    },
)
def peak(shop: Shop) -> sheet.PlanSheet:
    world = _peaks(shop)
    best = world.best()
    if best["opening"] < best["night"] + FAR:
        raise CourseError(_("This shop needs so few servers that any plan will do."))
    least = world.total(best)
    top = float(world.expected[60 * HOUR].sum())
    flat = dict.fromkeys(_BLOCKS, best["opening"])
    means = {name: float(math.ceil(world.load(name) + 0.5)) for name in _BLOCKS}
    short = best | {"night": 1.0} if world.load("night") > 1 else None

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        cost = world.total(plan)
        worst = max(
            _BLOCKS, key=lambda name: world.cost(name, plan[name]) - world.cost(name, best[name])
        )
        missing = world.cost(worst, plan[worst]) - world.cost(worst, best[worst])
        lines = [
            _("A peak day costs {cost} in all; with the best plan {least}.").format(
                cost=sheet.yuan(cost), least=sheet.yuan(least)
            )
        ]
        if missing > 0:
            line = _("{block}: {yuan} more than with the best number of servers.")
            lines.append(line.format(block=_BLOCKS[worst][0], yuan=sheet.yuan(missing)))
        passed = cost <= NEAR * least
        points = 100 if passed else min(99, round(100 * (least / cost) ** 1.5))
        return sheet.Score(points, passed, tuple(lines))

    return sheet.PlanSheet(
        prompt=_(
            "The next peak day brings **{more:.0%} more** work than the last one, at every hour "
            "and at the push of 20:00. You rent servers by the hour, **{hire}** each, in five "
            "parts of the day. A minute of work that finds no server loses **{missing}**. How many "
            "servers are there in each part? It is judged on {n} peak days of another luck: the "
            "same work is expected, and the heaps come at other minutes."
        ).format(more=GROWTH - 1, hire=sheet.yuan(HIRE), missing=sheet.yuan(MISSING), n=PEAKS),
        case=(f"{GROWTH - 1:.0%}", sheet.yuan(HIRE), sheet.yuan(MISSING)),
        right=best,
        score=score,
        wrong={
            "less_than_the_work": short,
            "mean_of_the_hour": means,
            "without_growth": best | {"opening": float(math.floor(world.last))},
            "peak_all_day": flat,
        },
        detects={
            "less_than_the_work": lambda plan: any(
                plan[name] < world.load(name) for name in _BLOCKS
            ),
            "mean_of_the_hour": lambda plan: plan["opening"] < math.floor(world.last),
            "without_growth": lambda plan: plan["opening"] < top - 0.5,
            "peak_all_day": lambda plan: all(
                plan[name] > best[name] + 1 for name in _BLOCKS if name != "opening"
            ),
        },
        hints=(
            _(
                "What is to come: the work of the last peak day, minute by minute, times the "
                "growth. The figure of the first section shows it, and the lab can let it grow."
            ),
            _(
                "A server more costs its rent for all hours of its part. It saves what the minutes"
                " lose in which the work stands above the others: few in the night, many in the "
                "opening hour."
            ),
            _("The last peak had one luck. In doubt take one more: there the curve is flat."),
        ),
        solution=_(
            "In each part the number at which one server more would cost more than it saves. The "
            "opening hour needs far more than its mean, the night far less. Judged is the sum over "
            "peak days of another luck."
        ),
        code=f"""
            from ecokit import capacity
            minutes = capacity.offered_load(shop, by="minute").set_index("minute")["load"]
            peak = {GROWTH} * minutes[minutes.index.normalize() == minutes.idxmax().normalize()]
            parts = {{name: peak[(peak.index.hour >= a) & (peak.index.hour < b)] for name, a, b in
                     {[(name, first, end) for name, (_label, first, end) in _BLOCKS.items()]}}}
            def best(loads):
                price = {HIRE} * len(loads) / 60
                table = capacity.cost_of_servers(loads, range(60), price=price, lost={MISSING})
                return int(table["servers"][table["best"]].iloc[0])
            {{name: best(loads) for name, loads in parts.items()}}
        """,
    )
