"""Stories: what media tell about the company and its competitors, and what that does to traffic.

A good story brings people who type the name or search for it, a bad one keeps them away; half of
that is gone after some days. A crisis grows by the hour until the first answer, and fades from
then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import HOUR, Bools, Coded, Columns, Floats, Ints
from ecokit.shop.simulator.calendar import HOURS, Calendar
from ecokit.shop.simulator.luck import Luck

KINDS = ("owned", "earned", "paid")
TALKED = ("direct", "search", "brand_search")  # ways of people who have the name in mind
CRISIS = "crisis"  # its name among what a company can be without
FIRST_DAY = (3, 17)  # month and day from which the crisis of a year may begin
SPREAD_DAYS = 6  # within so many days
CRISIS_HOURS = 240  # that are told
PUBLISHED = np.array([0.2] * 6 + [1, 3, 5, 6, 6, 5, 4, 4, 5, 5, 5, 4, 3, 3, 2, 2, 1, 0.5])
REACH_SPREAD = 0.5  # from story to story of an outlet, in logs
BIG_DAYS = 4  # days within which a big story may come
LAST_DAYS = 21  # after which nobody remembers a story
POSTS, POSTS_AT_HEIGHT = 4.0, 150.0  # an hour, on a usual day and more at the height of a crisis
NEGATIVE, NEGATIVE_AT_HEIGHT = 0.12, 0.75  # share of the posts, the same
CRISIS_STORIES = 7.0  # a day, at its height


@dataclass(frozen=True)
class Told:
    """Stories, one entry a story; `when` is the hour of the period, `about` 0 is the company."""

    source: Ints
    day: Ints
    number: Ints
    when: Ints
    outlet: Ints
    about: Ints
    reach: Ints
    tone: Ints
    text: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.day)


COLUMNS = tuple(field.name for field in fields(Told) if field.name != "text")


@dataclass(frozen=True)
class Crisis:
    """A crisis: the hour of the period in which it begins, and hours until the first answer."""

    first: int
    answer: int


@dataclass(frozen=True)
class Stories:
    """All stories and crises of a period; `factor` is what they make of the visits of each day."""

    told: Told
    crises: tuple[Crisis, ...]
    factor: Floats

    def ways(self, channel: Ints, first: int, last: int) -> Floats:
        """Return what they make of the visits by each way, on the days from `first` to `last`.

        `channel` is the channel of each way that has no campaign; campaigns are not touched.
        """
        names = [row["channel_id"] for row in read("channels")]
        talked = np.zeros(len(channel), dtype=bool)
        talked[: len(names)] = np.isin(names, TALKED)
        return np.where(talked, self.factor[first:last, None], 1.0)


def names() -> list[str]:
    """Names of the big stories and of the crisis: what a company can be without."""
    return [*(row["name"] for row in read("big_stories")), CRISIS]


def level(hours: ArrayLike, answer: float) -> Floats:
    """Return how high a crisis stands after some hours, 1 at most, by the hour of the answer.

    Examples
    --------
    >>> level([-1, 10, 24, 84], answer=24).round(3).tolist()
    [0.0, 0.632, 0.909, 0.455]
    """
    effect, time = truth(), np.asarray(hours, dtype=np.float64)
    turn = min(answer, effect["crisis_burns"])
    grown = -np.expm1(-np.clip(time, 0, turn) / effect["crisis_rise"])
    return np.asarray(grown * 0.5 ** (np.maximum(time - turn, 0) / effect["crisis_half_life"]))


def stories(company: Luck, year: Calendar, without: Sequence[str]) -> Stories:
    """Draw the stories and crises of a period, but for those that are left out."""
    crises = () if CRISIS in without else _crises(company, year)
    usual = _usual(company, year)
    parts = [usual, _big(company, year, without), _of_crises(company, year, crises)]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS
    }
    told = Told(**columns, text=tuple(text for part in parts for text in part.text))
    days = len(year.dates)
    factor = np.exp(_moved(told, days)) * (1 - truth()["crisis_depth"] * _kept_away(crises, days))
    return Stories(told, tuple(one for one in crises if one.first < 24 * days), factor)


def table(year: Calendar, found: Stories) -> Columns:
    """Rows of the table of stories, in order of time."""
    told = found.told
    seen = np.flatnonzero(told.day >= 0)
    order = seen[np.lexsort((told.number[seen], told.source[seen], told.when[seen]))]
    outlets = read("outlets")
    kind = np.array([KINDS.index(row["kind"]) for row in outlets])
    ids = tuple(
        f"{_letter(source)}{year.dates[day]}-{number}"
        for source, day, number in zip(
            told.source[order].tolist(),
            told.day[order].tolist(),
            (1 + told.number[order]).tolist(),
            strict=True,
        )
    )
    rows = np.arange(len(order))
    return {
        "story_id": Coded(rows, ids),
        "published_at": told.when[order] * HOUR,
        "outlet": Coded(told.outlet[order], tuple(row["outlet"] for row in outlets)),
        "kind": Coded(kind[told.outlet[order]], KINDS),
        "about": Coded(told.about[order], _subjects()),
        "reach": told.reach[order],
        "tone": told.tone[order],
        "headline": Coded(rows, tuple(told.text[row] for row in order.tolist())),
    }


def crisis(company: Luck, year: Calendar, found: Stories) -> Columns:
    """Rows of the table of the crisis."""
    first = np.array([one.first for one in found.crises], dtype=np.int64)
    since = np.tile(np.arange(CRISIS_HOURS), len(first))
    hour = np.repeat(first, CRISIS_HOURS) + since
    parts = [level(np.arange(CRISIS_HOURS) + 0.5, one.answer) for one in found.crises]
    high = np.concatenate([np.zeros(0), *parts])
    answered = np.concatenate(
        [np.zeros(0, bool), *(np.arange(CRISIS_HOURS) >= one.answer for one in found.crises)]
    )
    inside = (hour >= 0) & (hour < 24 * len(year.dates))
    hour, high, answered = hour[inside], high[inside], answered[inside]
    awake = HOURS[hour % 24] / HOURS.mean()
    posts = company.poisson("crisis.posts", (POSTS + POSTS_AT_HEIGHT * high) * awake, hour)
    part = (POSTS * NEGATIVE + POSTS_AT_HEIGHT * NEGATIVE_AT_HEIGHT * high) / (
        POSTS + POSTS_AT_HEIGHT * high
    )
    negative = company.binomial("crisis.negative", posts, part, hour)
    return {
        "hour": hour * HOUR,
        "posts": posts,
        "share_negative": np.round(negative / np.maximum(posts, 1), 4),
        "answered": answered,
    }


# --- which stories there are -----------------------------------------------------------


def _subjects() -> tuple[str, ...]:
    return ("own", *(row["competitor_id"] for row in read("competitors")))


def _letter(source: int) -> str:
    """Return the letter of a sort: big stories, those of a crisis, and one a row of the rates."""
    return chr(ord("B") + source)


def _name(about: int) -> str:
    """Return how headlines call the company, or a competitor."""
    return _slots()["own"][0] if about == 0 else read("competitors")[about - 1]["name"]


def _usual(company: Luck, year: Calendar) -> Told:
    """Draw the stories of each day: how many of each sort, where, when, how good."""
    rows = read("story_rates")
    rate = np.array([float(row["rate"]) for row in rows])
    sort = np.arange(len(rows))
    first = np.arange(-LAST_DAYS, len(year.dates))
    stamp = (year.dates[0].astype(np.int64) + first)[:, None]  # a day of the world, not of a period
    count = company.poisson("story.count", rate, stamp, sort)
    cell = np.repeat(np.arange(count.size), count.ravel())
    number = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count.ravel(), count.ravel())
    day, sort = first[cell // len(rows)], cell % len(rows)
    who = (year.dates[0].astype(np.int64) + day, sort, number)
    good, bad = (np.array([float(row[name]) for row in rows])[sort] for name in ("good", "bad"))
    chance = company.uniform("story.tone", *who)
    tone = np.where(chance < good, 1, np.where(chance < good + bad, -1, 0))
    about = np.array([_subjects().index(row["about"]) for row in rows])[sort]
    kind = np.array([KINDS.index(row["kind"]) for row in rows])[sort]
    return _told(company, sort + 2, day, number, about, kind, tone, who)


def _told(
    company: Luck,
    source: Ints,
    day: Ints,
    number: Ints,
    about: Ints,
    kind: Ints,
    tone: Ints,
    who: tuple[Ints, ...],
) -> Told:
    """Draw where and in which hour stories come out, who sees them, and their headlines."""
    outlets = read("outlets")
    outlet = np.zeros(len(day), dtype=np.int64)
    for code, name in enumerate(KINDS):
        weights = np.array([float(row["kind"] == name) for row in outlets])
        mine = kind == code
        outlet[mine] = company.pick("story.outlet", weights, *(part[mine] for part in who))
    seen = np.array([float(row["audience"]) * float(row["part"]) for row in outlets])[outlet]
    reach = seen * np.exp(REACH_SPREAD * company.normal("story.reach", *who))
    most = 0.9 * np.array([float(row["audience"]) for row in outlets])[outlet]
    hour = company.pick("story.hour", PUBLISHED, *who)
    return Told(
        source=source,
        day=day,
        number=number,
        when=24 * day + hour,
        outlet=outlet,
        about=about,
        reach=np.rint(np.minimum(reach, most)).astype(np.int64),
        tone=tone,
        text=_headlines(company, tone, about, who),
    )


def _big(company: Luck, year: Calendar, without: Sequence[str]) -> Told:
    """Place each big story into each year of the period, within some days of its date."""
    outlets = [row["outlet"] for row in read("outlets")]
    found = []
    for calendar_year in _years(year):
        for number, row in enumerate(read("big_stories")):
            late = company.whole("story.big", 0, BIG_DAYS, calendar_year, number)
            start = np.datetime64(f"{calendar_year}-{row['starts']}") + late
            day = int((start - year.dates[0]).astype(np.int64))
            if row["name"] not in without and -LAST_DAYS <= day < len(year.dates):
                about = _subjects().index(row["about"])
                outlet, told = outlets.index(row["outlet"]), (int(row["reach"]), int(row["tone"]))
                found.append((0, day, number, 24 * day + 8, outlet, about, *told))
    columns = np.array(found, dtype=np.int64).reshape(-1, 8).T
    texts = [read("big_stories")[row]["headline"] for row in columns[2].tolist()]
    called = [_name(about) for about in columns[5].tolist()]
    named: dict[str, Any] = dict(zip(COLUMNS, columns, strict=True))
    lines = (text.format(name=name) for text, name in zip(texts, called, strict=True))
    return Told(**named, text=tuple(lines))


def _years(year: Calendar) -> range:
    begins, ends = (int(str(day)[:4]) for day in (year.dates[0], year.dates[-1]))
    return range(begins - 1, ends + 1)


def _crises(company: Luck, year: Calendar) -> tuple[Crisis, ...]:
    """Draw when the crisis of each year begins, and when the company answers."""
    effect, found = truth(), []
    for calendar_year in _years(year):
        start = np.datetime64(f"{calendar_year}-{FIRST_DAY[0]:02}-{FIRST_DAY[1]:02}")
        start = start + int(company.whole("crisis.day", 0, SPREAD_DAYS, calendar_year))
        hour = int(company.whole("crisis.hour", 7, 21, calendar_year))
        low, high = effect["crisis_answer_low"], effect["crisis_answer_high"]
        answer = int(company.whole("crisis.answer", low, high + 1, calendar_year))
        first = 24 * int((start - year.dates[0]).astype(np.int64)) + hour
        if -CRISIS_HOURS - 24 * LAST_DAYS < first < 24 * len(year.dates):
            found.append(Crisis(first, answer))
    return tuple(found)


def _of_crises(company: Luck, year: Calendar, crises: Sequence[Crisis]) -> Told:
    """Draw the stories that journalists write about a crisis: all of them bad."""
    days = np.arange(-LAST_DAYS, len(year.dates))
    high = sum((level(24.0 * days + 18 - one.first, one.answer) for one in crises), np.zeros(1))
    stamp = year.dates[0].astype(np.int64) + days
    count = company.poisson("crisis.stories", CRISIS_STORIES * high * np.ones(len(days)), stamp)
    cell = np.repeat(np.arange(len(days)), count)
    number = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    none = np.zeros(len(cell), dtype=np.int64)
    who = (stamp[cell], none - 1, number)
    kind = none + KINDS.index("earned")
    told = _told(company, none + 1, days[cell], number, none, kind, none - 1, who)
    texts = _slots()["crisis"]
    row = company.pick("crisis.text", np.ones(len(texts)), *who).tolist()
    text = tuple(texts[number].format(name=_name(0)) for number in row)
    return replace(told, text=text)


# --- headlines -------------------------------------------------------------------------


def _slots() -> dict[str, list[str]]:
    return {row["slot"]: row["words"].split("|") for row in read("headline_words")}


def _headlines(company: Luck, tone: Ints, about: Ints, who: tuple[Ints, ...]) -> tuple[str, ...]:
    """Write a headline of each tone: a pattern, and words for its slots."""
    rows, slots = read("headlines"), _slots()
    pattern = np.zeros(len(tone), dtype=np.int64)
    for value in (-1, 0, 1):
        weights = np.array([float(row["weight"]) * (int(row["tone"]) == value) for row in rows])
        mine = tone == value
        pattern[mine] = company.pick("story.pattern", weights, *(part[mine] for part in who))
    words = {
        slot: company.pick(f"story.{slot}", np.ones(len(choice)), *who).tolist()
        for slot, choice in slots.items()
    }
    names = [_name(number) for number in range(len(_subjects()))]
    return tuple(
        rows[chosen]["pattern"].format(
            name=names[subject], **{slot: slots[slot][words[slot][row]] for slot in slots}
        )
        for row, (chosen, subject) in enumerate(zip(pattern.tolist(), about.tolist(), strict=True))
    )


# --- what they do to traffic -----------------------------------------------------------


def _moved(told: Told, days: int) -> Floats:
    """Return the change of each day's visits, in logs, by the stories about the company."""
    effect = truth()
    kinds = np.array([effect["story_owned"], 1.0, effect["story_paid"]])
    outlet_kind = np.array([KINDS.index(row["kind"]) for row in read("outlets")])
    size = effect["story_reach"] * told.reach / 1e6 * kinds[outlet_kind[told.outlet]]
    size = size * np.where(told.tone < 0, effect["story_bad"], 1.0) * told.tone
    size = np.where(told.about == 0, size, 0.0)
    size[told.source == 1] = 0.0  # those of a crisis tell of it; what it does is told by its height
    left = np.r_[np.cumsum(HOURS[::-1])[::-1], 0.0] / HOURS.sum()
    moved = np.zeros(days)
    for late in range(LAST_DAYS + 1):
        part = (
            left[told.when % 24] if late == 0 else 0.5 ** ((late - 1) / effect["story_half_life"])
        )
        day = told.day + late
        inside: Bools = (day >= 0) & (day < days)
        np.add.at(moved, day[inside], (size * part)[inside])
    return moved


def _kept_away(crises: Sequence[Crisis], days: int) -> Floats:
    """Return how high crises stand on each day, as the visits of its hours meet them."""
    hour = np.arange(24 * days) + 0.5
    high = sum((level(hour - one.first, one.answer) for one in crises), np.zeros(24 * days))
    return np.asarray(np.minimum(high, 1.0).reshape(days, 24) @ (HOURS / HOURS.sum()))
