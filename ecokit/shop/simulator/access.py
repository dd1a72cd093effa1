"""Who may see which column, who needs to, and who looked.

What a post needs is a table of inputs; what it may see is that, and more where rights were given
and not taken away: some to every company (`more` of the inputs), some by luck (`access_excess`). A
few lack what they need (`access_lack`). The table `customers` stands in the system of customer
relations and in no file of the shop: its columns are what names a person.

Four findings are planted in the log of a year and listed in `planted`: the account of somebody who
left, still in use; an account that belongs to nobody, shared; a night in which one account took
thousands of telephone numbers; and a column that some may see and nobody used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import organisation
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    draw_in_rows,
)
from ecokit.shop.simulator.coming import State
from ecokit.shop.simulator.faulty import listed
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.world import World

LEFT, SHARES, EXPORTS = 1, 2, 3  # parts of the log that are planted
LEVELS = ("none", "masked", "full")
REASONS = (
    "order",
    "delivery",
    "complaint",
    "report",
    "campaign",
    "settlement",
    "payroll",
    "export",
)
WORK = 5 / 7  # share of the days on which somebody works
OPENS, CLOSES = 9, 21  # hours between which people look
ROWS = 6.0  # rows of a look beyond the first, on average
RARELY = 0.02  # use of a column that a post does not need, over that of one that it does
STILL_USED = (2, 45, 9)  # account of who left: days after it from and to, and looks
SHARED = ("warehouse_clerk", 0.9)  # post of the shared account, and looks a day
EXPORT = ("traffic_specialist", "customers", "telephone", 0.7, 2 * HOUR + 40 * 60)
EXPORTED = (1_800, 4_800)  # numbers taken, for a shop of the usual size


def posts() -> tuple[str, ...]:
    """Return the posts of the shop's own structure."""
    return tuple(row["post_id"] for row in read("posts") if row["structure"] == organisation.OWN)


class People(NamedTuple):
    """Who is there: post, number within it, first day, and the day on which they were gone."""

    post: Ints
    number: Ints
    hired: Ints
    gone: Ints


class Looks(NamedTuple):
    """Looks at columns: key, time, post and number of who looked, and what at."""

    who: Keys
    at: Ints
    post: Ints
    number: Ints
    column: Ints


@dataclass(frozen=True)
class Access:
    """Rights of a company and their use; posts by columns."""

    world: World
    state: State

    @cached_property
    def needs(self) -> Ints:
        """What each post needs of each column, as a level."""
        found = np.zeros((len(posts()), len(read("access"))), dtype=np.int64)
        for column, row in enumerate(read("access")):
            for level in ("masked", "full"):
                who = [posts().index(post) for post in row[level].split()]
                found[who, column] = LEVELS.index(level)
        return found

    @cached_property
    def may(self) -> Ints:
        """What each post may see of each column, as a level."""
        company, effect, rows = self.world.company, truth(), read("access")
        post, column = np.arange(len(posts()))[:, None], np.arange(len(rows))
        more = np.array([[one in row["more"].split() for row in rows] for one in posts()])
        personal = np.array([row["personal"] == "true" for row in rows])
        full = LEVELS.index("full")
        lucky = company.uniform("access.excess", post, column) < effect["access_excess"]
        lacks = company.uniform("access.lack", post, column) < effect["access_lack"]
        found = np.where(more | (lucky & personal & (self.needs < full)), full, self.needs)
        return np.where(lacks & (self.needs == full), LEVELS.index("none"), found)

    def rights(self) -> Columns:
        """Rows of the table of rights."""
        post, column = np.divmod(np.arange(self.needs.size), self.needs.shape[1])
        return {
            "post": Coded(post, posts()),
            **_columns(column),
            "may": Coded(self.may.ravel(), LEVELS),
            "needs": Coded(self.needs.ravel(), LEVELS),
        }

    def log(self) -> Columns:
        """Rows of the log."""
        return self._looks[0]

    def planted(self) -> Columns:
        """Rows of the list of what was planted."""
        unused = [row for row in read("access") if row["used"] == "0"]
        named = [f"{row['table']}.{row['column']}" for row in unused]
        columns = [("access", name, "may", "unused_column", "none") for name in named]
        return listed(self.state.copied["planted"], [*self._looks[1], *columns])

    @cached_property
    def _looks(self) -> tuple[Columns, list[tuple[str, ...]]]:
        """The log, and what was planted in it."""
        people = _people(self.world)
        parts = [
            self._usual(people),
            self._after_leaving(people),
            self._shared(),
            self._export(people),
        ]
        kind = np.repeat(np.arange(len(parts)), [len(part.at) for part in parts])
        looks = Looks._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.lexsort((looks.column, looks.number, looks.post, looks.at))
        looks, kind = Looks._make(column[order] for column in looks), kind[order]
        name = np.array(posts())[looks.post]
        named = np.char.add(np.char.add(name, " "), np.char.mod("%d", looks.number))
        reasons = np.array([REASONS.index(row["reason"]) for row in read("access")])
        night = kind == EXPORTS
        table: Columns = {
            "access_id": 1 + np.arange(len(order)),
            "at": looks.at,
            "who": named,
            "post": Coded(looks.post, posts()),
            **_columns(looks.column),
            "rows": self._rows(looks.who, night),
            "reason": Coded(
                np.where(night, REASONS.index("export"), reasons[looks.column]), REASONS
            ),
        }
        accounts = (("left_account", LEFT, self._left(people)), ("shared_account", SHARES, "none"))
        planted: list[tuple[str, ...]] = []
        for what, part, right in accounts:
            rows = np.flatnonzero(kind == part)[:1]
            planted += [("access_log", str(named[row]), "who", what, right) for row in rows]
        for row in np.flatnonzero(night):
            planted.append(("access_log", str(row + 1), "rows", "night_export", "none"))
        return table, planted

    def _rows(self, who: Keys, night: Bools) -> Ints:
        """Draw how many rows each look takes."""
        luck = self.world.luck
        usual = 1 + luck.exponential("look.rows", ROWS, who).astype(np.int64)
        taken = np.ceil(luck.whole("look.taken", *EXPORTED, who) * self.world.size)
        return np.where(night, taken.astype(np.int64), usual)

    @cached_property
    def _use(self) -> Floats:
        """How much each post uses each column, posts by columns."""
        used = np.array([float(row["used"]) for row in read("access")])
        return used * (self.may > 0) * np.where(self.needs > 0, 1.0, RARELY)

    def _drawn(self, who: Keys, at: Ints, post: Ints, number: Ints) -> Looks:
        """Draw the column of each look; posts that use none do not look."""
        inside = (self._use.sum(axis=1)[post] > 0) & (at < self.world.days * DAY)
        who, at, post, number = who[inside], at[inside], post[inside], number[inside]
        column = draw_in_rows(self.world.luck.uniform("look.column", who), self._use, post)
        return Looks(who, at, post, number, column)

    def _usual(self, people: People) -> Looks:
        """Draw the looks of people on the days on which they work."""
        luck, days = self.world.luck, np.arange(self.world.days)
        person = np.arange(len(people.post))[:, None]
        there = (people.hired[:, None] <= days) & (days < people.gone[:, None])
        there &= luck.uniform("look.works", person, days) < WORK
        counts = luck.poisson("look.count", truth()["access_a_day"] * there, person, days)
        cell = np.repeat(np.arange(counts.size), counts.ravel())
        turn = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
        person, day = np.divmod(cell, len(days))
        who = key("look", person, day, turn)
        at = day * DAY + luck.whole("look.at", OPENS * HOUR, CLOSES * HOUR, who)
        return self._drawn(who, at, people.post[person], people.number[person])

    def _left(self, people: People) -> str:
        """Return the day on which the one whose account is still used left; empty for nobody."""
        one = self._leaver(people)
        return "" if one == NOTHING else str(self.world.year.dates[people.gone[one]])

    def _leaver(self, people: People) -> int:
        """Return one of those who left early enough and looked at something; -1 for none."""
        able = (self._use.sum(axis=1)[people.post] > 0) & (people.hired < people.gone)
        early = np.flatnonzero(able & (people.gone + STILL_USED[1] <= self.world.days))
        chance = self.world.luck.uniform("look.leaver", early)
        return int(early[np.argmin(chance)]) if len(early) else NOTHING

    def _after_leaving(self, people: People) -> Looks:
        """Draw the looks by the account of somebody who left."""
        one, luck = self._leaver(people), self.world.luck
        turn = np.arange(STILL_USED[2] if one != NOTHING else 0)
        who = key("left", turn)
        day = people.gone[one] + luck.whole("left.day", *STILL_USED[:2], who)
        at = day * DAY + luck.whole("look.at", OPENS * HOUR, CLOSES * HOUR, who)
        same = np.full(len(turn), one)
        return self._drawn(who, at, people.post[same], people.number[same])

    def _shared(self) -> Looks:
        """Draw the looks by the shared account, at all hours; its number is 0: nobody's."""
        luck, days = self.world.luck, np.arange(self.world.days)
        counts = luck.poisson("shared.count", SHARED[1], days)
        day = np.repeat(days, counts)
        turn = np.arange(len(day)) - np.repeat(np.cumsum(counts) - counts, counts)
        who = key("shared", day, turn)
        at = day * DAY + luck.whole("shared.at", 0, DAY, who)
        post = np.full(len(who), posts().index(SHARED[0]))
        return self._drawn(who, at, post, np.zeros(len(who), dtype=np.int64))

    def _export(self, people: People) -> Looks:
        """Return the look that took thousands of rows by night, by whoever had the post then."""
        post, table, column, part, time = EXPORT
        day = int(part * self.world.days)
        mine = (people.post == posts().index(post)) & (people.hired <= day) & (day < people.gone)
        one = np.flatnonzero(mine)[:1]
        rows = [(row["table"], row["column"]) for row in read("access")]
        at = np.full(len(one), day * DAY + time)
        found = np.full(len(one), rows.index((table, column)))
        return Looks(key("export", one), at, people.post[one], people.number[one], found)


def _people(world: World) -> People:
    """Return the people of the table of staff, with their numbers within their posts."""
    staff = organisation.staff(world)
    post = staff["post_id"]
    assert isinstance(post, Coded)
    code = np.array([posts().index(name) for name in post.names])[post.codes]
    number = np.arange(len(code)) - np.searchsorted(post.codes, post.codes) + 1
    left = np.asarray(staff["left_on"], dtype=np.int64)
    gone = np.where(left == NOTHING, world.days, left)
    return People(code, number, np.asarray(staff["hired_on"], dtype=np.int64), gone)


def _columns(column: Ints) -> Columns:
    """Return table and column of rows of the inputs."""
    rows = read("access")
    found: Columns = {}
    for name in ("table", "column"):
        known = tuple(dict.fromkeys(row[name] for row in rows))
        codes = np.array([known.index(row[name]) for row in rows])
        found[name] = Coded(codes[column], known)
    return found
