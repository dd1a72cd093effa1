"""Experiments with pages: who sees which of two, and what that does.

A person's arm is drawn by the person's key and the test's, so tests that overlap are drawn
independently. A test without an effect leaves no trace in any other table. One test is here to
show what looking too often does: its lot is drawn again and again until it looks decided before
the end, and no more at the end; the table says how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import people
from ecokit.shop.simulator.arrays import DAY, Bools, Coded, Columns, Floats, Ints
from ecokit.shop.simulator.calendar import Calendar
from ecokit.shop.simulator.coming import CUSTOMER, Coming, State
from ecokit.shop.simulator.luck import Keys, Luck

if TYPE_CHECKING:
    from ecokit.shop.simulator.world import World

AUDIENCES = ("all", "new", "known")
METRICS = ("orders", "dwell_seconds")
ARMS = ("A", "B")
SEEMS, FADED = 2.05, 1.6  # standard errors at a look before the end at least, at the end at most
MOST_DRAWS = 2_000


@dataclass(frozen=True)
class PageTest:
    """A test; `first` and `last` are days of the period and may lie outside."""

    name: str
    number: int
    first: int
    last: int
    row: dict[str, str]

    @property
    def chosen(self) -> bool:
        """Whether its lot is drawn again until it shows what it is to show."""
        return self.row["chosen"] == "1"

    def meets(self, come: Coming) -> Bools:
        """Return the visits that fall into the test: its days and its audience."""
        inside = (come.when >= self.first * DAY) & (come.when < (self.last + 1) * DAY)
        known = come.role == CUSTOMER
        if self.row["audience"] == "new":
            inside &= ~known & (come.began >= self.first * DAY)
        return np.asarray(inside & known if self.row["audience"] == "known" else inside)

    def gets_b(self, luck: Luck, person: Keys, draw: int = 1) -> Bools:
        """Draw who sees the second of two pages."""
        drawn = luck.uniform("test.arm", self.number, draw, person)
        return np.asarray(drawn < float(self.row["planned_share"]))


def page_tests(year: Calendar, without: Sequence[str]) -> tuple[PageTest, ...]:
    """Place each test into each year of the period; those that `without` names do not run."""
    begins, ends = (int(str(day)[:4]) for day in (year.dates[0], year.dates[-1]))
    found = []
    for later, calendar_year in enumerate(range(begins - 1, ends + 1), start=-1):
        for number, row in enumerate(read("tests")):
            start = np.datetime64(f"{calendar_year}-{row['starts']}")
            first = int((start - year.dates[0]).astype(np.int64))
            last = first + int(row["days"]) - 1
            if row["name"] not in without and first < len(year.dates) and last >= 0:
                name = row["test_id"] + (f"-{later + 1}" if later else "")
                found.append(PageTest(name, 100 * later + number, first, last, row))
    return tuple(sorted(found, key=lambda test: test.first))


def effect(world: World, come: Coming, kind: str, none: float = 1.0) -> Floats:
    """Return what the tests do to each visit: factors, or shares added where `none` is 0."""
    found = np.full(len(come.key), none)
    for test in world.tests:
        if test.row[kind]:
            rows = np.flatnonzero(test.meets(come))
            rows = rows[test.gets_b(world.luck, come.person[rows])]
            size = truth()[test.row[kind]]
            found[rows] = found[rows] * size if none else found[rows] + size
    return found


class Enrolled(NamedTuple):
    """Who was in a test: one row a visit, later one a visitor, in order of time."""

    visitor: Ints
    person: Keys
    when: Ints

    def take(self, rows: Ints | Bools) -> Enrolled:
        """Return the chosen rows."""
        return Enrolled._make(column[rows] for column in self)


def enrol(world: World, state: State, come: Coming, buyer: Ints, placed: Ints) -> None:
    """Keep who met a test in a block, and who ordered when, where that will be looked at."""
    for test in world.tests:
        rows = np.flatnonzero(test.meets(come))
        rows = rows[np.sort(np.unique(come.visitor[rows], return_index=True)[1])]
        met = Enrolled(come.visitor[rows], come.person[rows], come.when[rows])
        state.tested.setdefault(test.name, []).append(met)
        if test.chosen:
            state.bought.setdefault(test.name, []).append((buyer, placed))


@dataclass(frozen=True)
class Results:
    """What became of the tests of a period."""

    world: World
    state: State

    @cached_property
    def enrolled(self) -> dict[str, Enrolled]:
        """Visitors of each test, at the first visit that met it."""
        return {test.name: _firsts(self.state.tested[test.name]) for test in self.world.tests}

    @cached_property
    def draws(self) -> dict[str, int]:
        """How often the lot of each test was drawn."""
        return {test.name: self._draws(test) for test in self.world.tests}

    def _draws(self, test: PageTest) -> int:
        if not test.chosen:
            return 1
        parts = zip(*self.state.bought[test.name], strict=True)
        who = self.enrolled[test.name]
        bought = _first_orders(who, *(np.concatenate(part) for part in parts))
        looks = _looks(test)
        for draw in range(1, MOST_DRAWS + 1):
            z = _seen(test.gets_b(self.world.luck, who.person, draw), who.when, bought, looks)
            if z[:-1].max() >= SEEMS and abs(z[-1]) <= FADED:
                return draw
        return 1

    def tests(self) -> Columns:
        """Rows of the table of tests."""
        every = self.world.tests
        number = np.arange(len(every))

        def text(name: str) -> Coded:
            return Coded(number, tuple(test.row[name] for test in every))

        def coded(name: str, known: tuple[str, ...]) -> Coded:
            codes = [known.index(test.row[name]) for test in every]
            return Coded(np.array(codes, dtype=np.int64), known)

        return {
            "test_id": Coded(number, tuple(test.name for test in every)),
            "name": text("name"),
            "name_zh": text("name_zh"),
            "start_on": np.array([test.first for test in every], dtype=np.int64),
            "end_on": np.array([test.last for test in every], dtype=np.int64),
            "audience": coded("audience", AUDIENCES),
            "metric": coded("metric", METRICS),
            "planned_share": np.array([float(test.row["planned_share"]) for test in every]),
            "looks": np.array([int(test.row["looks"]) for test in every], dtype=np.int64),
            "draws": np.array([self.draws[test.name] for test in every], dtype=np.int64),
        }

    def assignments(self) -> Columns:
        """Rows of the table of assignments: who saw which page, since when."""
        parts = [self._assigned(test) for test in self.world.tests]
        number = np.repeat(np.arange(len(parts)), [len(who.visitor) for who, _ in parts])
        none = np.zeros(0, dtype=np.int64)
        names = tuple(test.name for test in self.world.tests)
        return {
            "test_id": Coded(number, names),
            "visitor_id": np.concatenate([none, *(who.visitor for who, _ in parts)]),
            "arm": Coded(np.concatenate([none, *(arm for _, arm in parts)]), ARMS),
            "assigned_at": np.concatenate([none, *(who.when for who, _ in parts)]),
        }

    def _assigned(self, test: PageTest) -> tuple[Enrolled, Ints]:
        who, luck = self.enrolled[test.name], self.world.luck
        arm = test.gets_b(luck, who.person, self.draws[test.name]).astype(np.int64)
        kept = np.ones(len(arm), dtype=bool)
        if test.row["lost"]:
            slow = luck.uniform("test.lost", test.number, who.person) < truth()[test.row["lost"]]
            kept = (arm == 0) | people.keen(luck, who.person) | ~slow
        return who.take(kept), arm[kept]


def _firsts(parts: list[Enrolled]) -> Enrolled:
    every = Enrolled._make(np.concatenate(part) for part in zip(*parts, strict=True))
    rows = np.sort(np.unique(every.visitor, return_index=True)[1])  # the parts are in order of time
    return every.take(rows)


def _first_orders(who: Enrolled, buyer: Ints, placed: Ints) -> Ints:
    """Return when each visitor first ordered after meeting the test; far away for those who not."""
    found = np.full(len(who.visitor), np.iinfo(np.int64).max)
    order = np.argsort(who.visitor)
    place = np.searchsorted(who.visitor[order], buyer)
    row = order[np.minimum(place, len(order) - 1)] if len(order) else place[:0]
    counts = (who.visitor[row] == buyer[: len(row)]) & (placed[: len(row)] >= who.when[row])
    np.minimum.at(found, row[counts], placed[: len(row)][counts])
    return found


def _looks(test: PageTest) -> Ints:
    """Return the moments at which somebody looks, evenly spread; the last one is the end."""
    days = (test.last + 1 - test.first) * np.arange(1, int(test.row["looks"]) + 1)
    return (test.first + days // int(test.row["looks"])) * DAY


def _seen(is_b: Bools, when: Ints, bought: Ints, looks: Ints) -> Floats:
    """Return the difference of the shares who ordered, in standard errors, at each look."""
    place = np.searchsorted(looks, [when, bought], side="right")
    size = 2 * (len(looks) + 1)
    came, did = np.bincount(2 * place[0] + is_b, minlength=size), None
    ordered = place[1] < len(looks)
    did = np.bincount(2 * place[1][ordered] + is_b[ordered], minlength=size)
    n, k = (part.reshape(-1, 2)[:-1].cumsum(axis=0) for part in (came, did))
    share = k / np.maximum(n, 1)
    error = np.sqrt((share * (1 - share) / np.maximum(n, 1)).sum(axis=1))
    return np.asarray((share[:, 1] - share[:, 0]) / np.maximum(error, 1e-9))
