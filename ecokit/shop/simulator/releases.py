"""Releases: when a change went live, how large it was, and whether it failed.

Releases are made on working days, and none in the days before a peak (`FREEZES`). Two stand out,
both of middle size, so that they tell nothing of small against large: one in the freeze before
Double 11, against the rule, that took part of the orders with it; and one late on 12 October, with
which the desktop's checkout broke (see `steps.leaking`), seen only a week later.

Of large releases 30 in 100 fail, of small ones 4: in a year of the usual size about 35 and 93 of
them, a difference of 3.2 standard errors; in a quarter 1.6. Of 200 companies a test of two shares
finds it in 97 % of the years, and in 58 % of the first quarters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
)
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.requests import ordinary_day
from ecokit.shop.simulator.steps import LEAK_DAYS
from ecokit.shop.simulator.systems import ids
from ecokit.shop.simulator.world import World

SIZES = ("small", "medium", "large")
CHANGES = np.array([1, 6, 16, 61])  # fewest changes of each size, and what none has
FREEZES = ((608, 618), (1101, 1111))  # first and last day (month, day)
IN_FREEZE = (1108, 21 * HOUR + 10 * MINUTE, 12, 1)  # day, time, changes, system: why there is one
LEAK = (1012, 23 * HOUR + 50 * MINUTE, 9, 0)  # the same of the one that the leak began with
FIRST_HOUR, LAST_HOUR = 10, 18  # of the day, in which releases go live
LEAD = (6.0, 0.6, 0.7)  # hours of one change until it is live, spread in logs, power of the size
SHOWS, MENDS = 6.0, 130.0  # minutes until a failure shows (mean), and to mend it (median)
ROLLED_BACK = 0.8  # failures without a switch that are mended by going back


@dataclass(frozen=True)
class Releases:
    """Releases in order of time; `who` is the key of each, `leak` marks those of leaks.

    `begins` is when what failed began to fail, `mends` the minutes of work that mended it.
    """

    who: Keys
    at: Ints
    system: Ints
    changes: Ints
    switch: Bools
    failed: Bools
    leak: Bools
    begins: Ints
    mends: Floats


def releases(world: World) -> Releases:
    """Draw the releases of the period: the company plans them, luck makes them fail."""
    company, luck, effect = world.company, world.luck, truth()
    who, at = _planned(world)
    shares = np.array([float(row["releases"]) for row in read("systems")])
    middle, large = effect["release_share_medium"], effect["release_share_large"]
    size = company.pick("release.size", np.array([1 - middle - large, middle, large]), who)
    part = company.uniform("release.changes", who) ** 1.5  # smaller ones of a size are more
    changes = CHANGES[size] + np.floor(part * (CHANGES[size + 1] - CHANGES[size]))
    chance = np.array([effect[f"release_fails_{name}"] for name in SIZES])[size]
    failed = luck.uniform("release.harms", who) < chance
    system = company.pick("release.system", shares, who)
    more = [_on_day(world, *one[:2]) for one in (IN_FREEZE, LEAK)]
    kind = np.repeat([0, 1], [len(times) for times in more])
    extra = np.concatenate(more)
    who = np.r_[who, key("planted release", kind, extra // DAY)]
    at = np.r_[at, extra]
    order = np.argsort(at, kind="stable")
    who, at = who[order], at[order]
    planted = np.r_[np.full(len(system), NOTHING), kind][order]
    fixed = np.array([IN_FREEZE[2:], LEAK[2:]])[kind]
    switch = company.uniform("release.switch", who) < effect["switch_share"]
    switch &= planted == NOTHING
    ratio = np.where(switch, effect["switch_mends"], 1.0)
    begins = at + 1 + luck.exponential("release.shows", SHOWS * MINUTE, who).astype(np.int64)
    begins = np.where(planted == 1, (at // DAY + 1) * DAY, begins)
    spread = effect["incident_spread"] * luck.normal("release.mends", who)
    return Releases(
        who=who,
        at=at,
        system=np.r_[system, fixed[:, 1]][order],
        changes=np.r_[changes.astype(np.int64), fixed[:, 0]][order],
        switch=switch,
        failed=np.r_[failed, kind >= 0][order] & (begins < world.days * DAY),
        leak=planted == 1,
        begins=begins,
        mends=MENDS * ratio * np.exp(spread),
    )


def _planned(world: World) -> tuple[Keys, Ints]:
    """Draw the releases of each working day outside the freezes: their keys and times."""
    days, year = np.arange(world.days), world.year
    weekday = (year.dates.astype(np.int64) + 3) % 7
    frozen = np.zeros(world.days, dtype=bool)
    for first, last in FREEZES:
        frozen |= (year.keys >= first) & (year.keys <= last)
    frozen[ordinary_day(world)] = True  # so that nothing happens to its requests
    mean = truth()["releases_a_day"] * ((weekday < 5) & ~frozen)
    counts = world.company.poisson("day.releases", mean, days)
    day = np.repeat(days, counts)
    turn = np.arange(len(day)) - np.repeat(np.cumsum(counts) - counts, counts)
    who = key("release", day, turn)
    span = (LAST_HOUR - FIRST_HOUR) * HOUR
    return who, day * DAY + FIRST_HOUR * HOUR + world.company.whole("release.at", 0, span, who)


def _on_day(world: World, day: int, time: int) -> Ints:
    """When a planted release goes live in the period: once a year, or never."""
    return np.flatnonzero(world.year.keys == day) * DAY + time


def table(world: World, made: Releases, mended: Ints) -> Columns:
    """Rows of the table; `mended` is when each failed one was mended (-1: not yet)."""
    usual, spread, power = LEAD
    hours = usual * made.changes**power
    hours = hours * np.exp(spread * world.company.normal("release.lead", made.who))
    back = world.luck.uniform("release.back", made.who) < ROLLED_BACK
    known = made.failed & (mended != NOTHING)
    return {
        "release_id": Coded(np.arange(len(made.at)), named("R", len(made.at))),
        "released_at": made.at,
        "system_id": Coded(made.system, ids()),
        "changes": made.changes,
        "lead_hours": np.round(hours, 1),
        "rolled_back": known & ~made.switch & back,
        "failed": made.failed,
        "mended_hours": np.where(known, np.round((mended - made.at) / HOUR, 2), np.nan),
        "behind_switch": made.switch,
    }


def named(letter: str, count: int) -> tuple[str, ...]:
    """Return so many keys of a letter and a number.

    Examples
    --------
    >>> named("R", 2)
    ('R001', 'R002')
    """
    return tuple(f"{letter}{number:03d}" for number in range(1, count + 1))


def leaks(world: World) -> list[tuple[int, int]]:
    """Return first and last day of each leak of the period, as far as they lie in it."""
    keys = world.year.keys
    inside = np.flatnonzero((keys >= LEAK_DAYS[0]) & (keys <= LEAK_DAYS[1]))
    parts = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if len(part)]
