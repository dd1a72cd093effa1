"""What a story did to traffic: an event study with a model of the season, and placebo days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from scipy import stats

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.kpi import measure, windows
from ecokit.kpi.engine import start_of
from ecokit.kpi.season import LEAST_DAYS, season_model
from ecokit.kpi.windows import DAY, Bools, Window
from ecokit.media.given import names
from ecokit.messages import _, some

TALKED = ("direct", "search", "brand_search")
"""Channels by which people come who have the name in mind."""

ADS = ("paid_search", "social")
"""Channels of ads: where they bring more, fewer of those who come anyway use the others."""

BEFORE, AFTER, GAP = 28, 14, 3
KNOWN = 10  # days for which another story that is known is left out
MOST_DAYS = 4_000


@dataclass(frozen=True)
class Event:
    """What came in a window, and what would have come by the days around it.

    Attributes
    ----------
    start, end : Timestamp
        The first and last day.
    came, expected : float
        First visits in the window, and those that the model expects.
    effect, low, high : float
        The difference, with its interval.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    came: float
    expected: float
    effect: float
    low: float
    high: float

    @property
    def lift(self) -> float:
        """The effect over what was expected."""
        return self.effect / self.expected

    @property
    def told(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        told = {"effect": self.effect, "low": self.low, "high": self.high, "came": self.came}
        if self.told:
            message = _("{effect:+,.0f} first visits ({low:+,.0f} to {high:+,.0f}).")
        else:
            message = _(
                "{effect:+,.0f} first visits ({low:+,.0f} to {high:+,.0f}): too small to know."
            )
        return message.format(**told)


@public
def event_study(
    data: Any,
    start: Any,
    end: Any,
    *,
    avoid: Any = (),
    channels: Sequence[str] = TALKED,
    beside: Sequence[str] = ADS,
    before: int = BEFORE,
    after: int = AFTER,
    gap: int = GAP,
    season: Any = None,
    confidence: float = 0.95,
) -> Event:
    """Compare the first visits after a story with what the days around it say of these.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``started_at``, ``visitor_id``, ``channel_id``, ``campaign_id``.
    start, end : day
        The window: the day of the story, and the last day on which one expects to see it.
    avoid : sequence of days
        Days of other large stories: the model does not learn from the ten days from each.
    channels : sequence of str
        Those that a story moves.
    beside : sequence of str
        Those that it does not move and that take visits from the others, such as ads: their
        first visits without a campaign, week by week, go into the model. An empty list: none.
    before, after : int
        Days before and after the window that the model learns from, as far as they are there.
    gap : int
        Days behind the window that are left out: a story may still be known.
    season : Series, optional
        What to expect of each day, in any unit, by day.
    confidence : float
        Of the interval.

    Returns
    -------
    Event
        Prints as a sentence.

    Raises
    ------
    CourseError
        The window ends before it starts or lies outside the table, a channel has no visits, or
        there are fewer than 21 days to learn from.

    Notes
    -----
    A visitor's first visit in the table counts, and no later one: those follow from it. Poisson
    regression on the day of the week, a trend that may bend, the logarithm of the first visits of
    `beside` in the calendar week, and the first visits that campaigns bring on the day, as these
    would partly have come by `channels`; what residuals vary more than counts do, and how much
    each day's is like that of the day before, goes into the interval. Whatever else happened in
    the same days counts as the story's.

    References
    ----------
    MacKinlay (1997), for event studies; McCullagh and Nelder (1989), for counts that vary more
    than chance says.

    Examples
    --------
    >>> from ecokit.media.made import visits
    >>> table = {"visits": visits()}
    >>> ways = {"channels": ["direct"], "beside": ["paid_search"]}
    >>> print(event_study(table, "2025-06-01", "2025-06-07", **ways))
    +216 first visits (+136 to +295).
    >>> event_study({"visits": visits()}, "2025-06-07", "2025-06-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The window ends on 2025-06-01, before it starts on 2025-06-07. ...
    """
    seen = windows.window(start, end)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    plan = _plan(before, after, gap, avoid)
    return _study(_first_visits(data, channels, beside), seen, plan, season, level)


@dataclass(frozen=True)
class _Plan:
    """Days to learn from, before and after; those between, and from other stories, left out."""

    before: int
    after: int
    gap: int
    avoid: tuple[pd.Timestamp, ...]


def _plan(before: Any, after: Any, gap: Any, avoid: Any) -> _Plan:
    if isinstance(avoid, str) or not numbers.is_list(avoid):
        raise numbers.refused("avoid", avoid, _("Give days in a list."))
    other = tuple(numbers.day("avoid", one) for one in avoid)
    later, out = (numbers.count(*one, 0, 1_000) for one in (("after", after), ("gap", gap)))
    return _Plan(numbers.count("before", before, LEAST_DAYS, 1_000), later, out, other)


def _first_visits(data: Any, channels: Any, beside: Any) -> pd.DataFrame:
    """Count visitors' first visits by day, and what goes with them.

    ``all`` came by `channels`; ``beside`` by the others, in logs; ``campaigns`` by campaigns, as a
    multiple of a usual day.
    """
    named, others = (names(*one) for one in (("channels", channels), ("beside", beside)))
    if not named:
        raise numbers.refused("channels", channels, _("Name a channel or more."))
    if set(named) & set(others):
        message = _("The channel {name} is in channels and in beside. Leave it out of one.")
        raise CourseError(message.format(name=sorted(set(named) & set(others))[0]))
    wide, sent = _by_day(data, named, others)
    found = pd.DataFrame({"all": wide[named].sum(axis=1)})
    found["campaigns"] = sent / max(found["all"].mean(), 1.0)
    if others:
        weeks = pd.DatetimeIndex(wide.index).to_period("W")
        weekly = wide[others].sum(axis=1).groupby(weeks).transform("mean")
        found["beside"] = np.log(weekly + 0.5)
    return found


def _by_day(
    data: Any, named: list[str], others: list[str]
) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Count visitors' first visits on days without a gap: by channel, and those of campaigns."""
    (visits,) = frames.door(data, {"visits": "visitor_id started_at channel_id campaign_id"})
    firsts = visits.group_by("visitor_id").agg(nw.col("started_at").min())
    kept = visits.join(firsts, on=["visitor_id", "started_at"], how="inner")
    sent = ~nw.col("campaign_id").is_null() & ~nw.col("channel_id").is_in(named)
    day = start_of("day", "started_at").alias("day")
    counted = kept.with_columns(day, sent.alias("_sent")).group_by("day", "channel_id", "_sent")
    table = frames.as_pandas(counted.agg(nw.len().alias("n")))
    table = table.astype({"channel_id": str, "n": float, "_sent": bool})
    usual = table[~table["_sent"]]
    there = set(usual["channel_id"])
    for name in (*named, *others):
        if name not in there:
            message = _("No visitor came first by the channel {name!r}. There are: {known}.")
            known = some(sorted(there)) or _("none")
            raise CourseError(message.format(name=name, known=known))
    first, last = table["day"].min(), table["day"].max()
    if (last - first) / DAY > MOST_DAYS:
        message = _("The days of visits lie more than ten years apart. Correct the first or last.")
        raise CourseError(message)
    days = pd.date_range(first, last)
    wide = usual.pivot_table("n", "day", "channel_id", "sum").reindex(days).fillna(0.0)
    by_day = table[table["_sent"]].groupby("day")["n"].sum()
    return wide, by_day.reindex(days, fill_value=0.0)


def _study(days: pd.DataFrame, seen: Window, plan: _Plan, season: Any, level: float) -> Event:
    windows.inside(days, seen, "visits")
    around = Window(seen.start - plan.before * DAY, seen.end + (plan.gap + plan.after) * DAY)
    between = Window(seen.end + DAY, seen.end + plan.gap * DAY)
    index = pd.DatetimeIndex(days.index)
    outside = np.asarray((index < seen.start) | (index > seen.end))
    days = days[~(_from(index, plan.avoid) & outside)]
    kept = days.loc[around.start : around.end]
    beside = kept.drop(columns="all")
    beside = beside.loc[:, beside.max() > beside.min()]  # where nothing moves, nothing goes with it
    beside = beside - beside.mean()
    left_out = between if plan.gap else None
    model = season_model(days, seen, around, season, left_out, beside, bent=True)
    half = float(stats.t.ppf((1 + level) / 2, model.free)) * model.error
    effect = model.came - model.expected
    return Event(
        seen.start, seen.end, model.came, model.expected, effect, effect - half, effect + half
    )


def _to_learn_from(days: pd.DataFrame, seen: Window, plan: _Plan) -> int:
    """Count the days around a window that the model learns from."""
    index = pd.DatetimeIndex(days.index)
    behind = seen.end + plan.gap * DAY
    near = (index >= seen.start - plan.before * DAY) & (index <= behind + plan.after * DAY)
    out = (index >= seen.start) & (index <= behind)
    return int((np.asarray(near & ~out) & ~_from(index, plan.avoid)).sum())


def _from(days: pd.DatetimeIndex, avoid: tuple[pd.Timestamp, ...]) -> Bools:
    """Say which days lie in the ten days from one of those to avoid."""
    parts = [np.asarray((days >= one) & (days < one + KNOWN * DAY)) for one in avoid]
    return np.logical_or.reduce([np.zeros(len(days), dtype=bool), *parts])


@public
def plain_change(data: Any, start: Any, end: Any) -> float:
    """Return all visits of a window less those of as many days before: the naive answer.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``: ``started_at``, ``visitor_id``.
    start, end : day
        The window.

    Returns
    -------
    float
        Visits by every channel, campaigns and further visits of the same people included. What a
        weekly report shows, and no effect of anything.

    Raises
    ------
    CourseError
        The window ends before it starts, or the days before it are not in the table.

    References
    ----------
    The course's own; see :func:`event_study` for what to do instead.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-05-01", "2025-05-02", "2025-05-02", "2025-05-02"])
    >>> visits = pd.DataFrame({"visit_id": range(4), "visitor_id": range(4), "started_at": days})
    >>> plain_change({"visits": visits}, "2025-05-02", "2025-05-02")
    2.0
    """
    seen = windows.window(start, end)
    counted = frames.as_pandas(measure("visits", data, by="day"))
    days = counted.set_index("day")["visits"].astype(float)
    before = Window(seen.start - seen.days * DAY, seen.start - DAY)
    windows.inside(days.sort_index().to_frame(), Window(before.start, seen.end), "visits")
    now, then = (
        days[(days.index >= w.start) & (days.index <= w.end)].sum() for w in (seen, before)
    )
    return float(now - then)


@public
def placebo_days(
    data: Any,
    start: Any,
    end: Any,
    *,
    avoid: Any = (),
    step: int = 7,
    channels: Sequence[str] = TALKED,
    beside: Sequence[str] = ADS,
    before: int = BEFORE,
    after: int = AFTER,
    gap: int = GAP,
    season: Any = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Do the same event study where no story was, to see how often it finds an effect of nothing.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``, as for :func:`event_study`.
    start, end : day
        The real window.
    avoid : sequence of days
        Days on which something else happened; no placebo window is near one, nor near `start`.
    step : int
        Days from one placebo window to the next.
    channels, beside : sequence of str
        As for :func:`event_study`.
    before, after, gap : int
        As for :func:`event_study`.
    season : Series, optional
        As for :func:`event_study`.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        A row a window: ``start``, ``came``, ``expected``, ``effect``, ``low``, ``high``, ``told``
        (the interval leaves out zero) and ``placebo`` (False for the first row, the real one).

    Raises
    ------
    CourseError
        As for :func:`event_study`, or no window is left.

    Notes
    -----
    No placebo window is nearer to `start`, or to a day to avoid, than its length and `gap`, and
    each has 21 days to learn from. Where
    many of them tell an effect of nothing, as across a festival or a pause of ads, the model does
    not know the season: name these days in `avoid`, or trust the rank of the real effect among
    them more than its interval.

    References
    ----------
    MacKinlay (1997). Abadie, Diamond and Hainmueller (2010), for placebo runs.

    Examples
    --------
    >>> from ecokit.media.made import visits
    >>> table = placebo_days({"visits": visits()}, "2025-06-01", "2025-06-07",
    ...     channels=["direct"], beside=["paid_search"], before=28, after=14)
    >>> int(table["placebo"].sum()), int(table.loc[table["placebo"], "told"].sum())
    (10, 0)
    """
    seen = windows.window(start, end)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    plan, each = _plan(before, after, gap, avoid), numbers.count("step", step, 1, 366)
    days = _first_visits(data, channels, beside)
    shunned = [seen.start, *plan.avoid]
    length = pd.Timedelta(seen.end - seen.start)
    near = length + (plan.gap + 1) * DAY
    last = days.index[-1] - length
    starts = pd.date_range(days.index[0] + plan.before * DAY, last, freq=each * DAY)
    others = replace(plan, avoid=(*plan.avoid, seen.start))
    free = [
        one
        for one in starts
        if all(abs(one - day) >= near for day in shunned)
        and _to_learn_from(days, Window(one, one + length), others) >= LEAST_DAYS
    ]
    if not free:
        message = _("No window is left for a placebo. Give more days, or a smaller before or gap.")
        raise CourseError(message)
    found = [_study(days, seen, plan, season, level)]
    found += [_study(days, Window(one, one + length), others, season, level) for one in free]
    told = ("start", "came", "expected", "effect", "low", "high", "told")
    table = pd.DataFrame([{name: getattr(one, name) for name in told} for one in found])
    return table.assign(placebo=table.index > 0)
