"""Incidents: what failed, from when to when, why, and for which part of the requests.

What became of visits, orders, payments and parcels was drawn before, so an incident is drawn given
it: one that stops the shop front lies in the longest time of its day without a visit and an order;
a wrong price or coupon was live while nobody ordered; when a provider of payments was down, one of
its tries failed for that reason and none was paid; goods were oversold on platforms on a day on
which they ran out; the warehouse's system fails before the hours in which parcels leave. In any
other incident a part of the requests fails, and who meets that tries again: visits stay.

Each release that failed (see `releases`) is an incident. The leak of the autumn is one: it began
with a release and was seen a week later. Others come as often as `incident_kinds` says, those with
a common cause at one moment. In a year there are about 45, for each system a few.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import releases
from ecokit.shop.simulator.arrays import DAY, HOUR, MINUTE, NOTHING, Coded, Columns
from ecokit.shop.simulator.coming import State
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.people import DEVICE_SHARE
from ecokit.shop.simulator.requests import OPENING, ordinary_day, peak_day
from ecokit.shop.simulator.signs import Try
from ecokit.shop.simulator.steps import LEAK_DEVICE
from ecokit.shop.simulator.systems import ids
from ecokit.shop.simulator.world import World

CAUSES = ("release", "overload", "provider", "slip", "certificate", "disk", "network", "attack")
KINDS = (
    *("outage", "slow", "wrong_price", "wrong_coupon", "oversold"),
    *("duplicate_orders", "data_loss", "leak"),
)
YEAR = 365
LEAK_SEEN = 7 * DAY + 9 * HOUR + 40 * MINUTE  # from its beginning
LEAK_ANSWERED = LEAK_SEEN + 25 * MINUTE
OF_A_RELEASE = (0.05, 0.5)  # part of the requests that a failed release takes
SLOW_RELEASES = 0.4  # failed releases after which a system is slow; the others are partial outages
OPENING_PART, OPENING_MINUTES = 0.08, 12  # of the peak day: calls that wait too long
MORNING = (8, 15)  # hours in which the warehouse's system may fail: parcels leave from 16:00 on
SOLD_OUT = 12  # hour from which on platforms sell what has run out
BEFORE = 600  # seconds at most from the beginning of an incident to the try that shows it
LEAST = 20  # seconds that an incident takes
TRIED = 20  # places that are tried where most may not do
NEVER = 2**40  # seconds


Times = tuple[int, int, int, int]  # when it began, was seen, answered and mended


@dataclass(frozen=True)
class Incident:
    """One incident; `release` is the number of a release, -1 for none."""

    system: int
    cause: str
    kind: str
    times: Times
    part: float
    release: int = NOTHING
    common: str = ""


class Place(NamedTuple):
    """From when to when an incident may lie; it begins up to `slack` after `low`.

    `until` is the earliest end, `part` the part of the requests where the place tells it.
    """

    low: int
    high: int
    slack: int = 0
    until: int = 0
    part: float = 0.0


@dataclass(frozen=True)
class Incidents:
    """What the systems of a company went through, as rows of `incidents` and `releases`."""

    world: World
    state: State

    def tables(self) -> dict[str, Columns]:
        """Rows of both tables."""
        end, made = self.world.days * DAY, releases.releases(self.world)
        found = [*self._of_releases(made), *self._of_the_leak(made), self._of_the_peak()]
        found += [one for number in range(len(read("incident_kinds"))) for one in self._of(number)]
        found = sorted((one for one in found if one.times[0] < end), key=lambda one: one.times)
        mended = np.full(len(made.at), NOTHING)
        for one in found:
            if one.release != NOTHING and one.times[-1] < end:
                mended[one.release] = one.times[-1]
        return {
            "releases": releases.table(self.world, made, mended),
            "incidents": _rows(found, len(made.at), end),
        }

    def _of_releases(self, made: releases.Releases) -> Iterator[Incident]:
        """Yield the incident of each release that failed."""
        for row in np.flatnonzero(made.failed & ~made.leak).tolist():
            who = made.who[row]
            part = self._part("release.part", who, *OF_A_RELEASE)
            slow = self._draw("release.slow", who) < SLOW_RELEASES
            times = self._times(who, int(made.begins[row]), made.mends[row])
            kind = "slow" if slow else "outage"
            yield Incident(int(made.system[row]), "release", kind, times, part, row)

    def _of_the_leak(self, made: releases.Releases) -> Iterator[Incident]:
        """Yield the leak of each autumn: while the checkout was broken on one kind of device."""
        lost = DEVICE_SHARE[LEAK_DEVICE] * (1 - truth()["leak_finish"])
        for first, last in releases.leaks(self.world):
            began, mended = first * DAY, (last + 1) * DAY
            seen, answered = (min(began + after, mended) for after in (LEAK_SEEN, LEAK_ANSWERED))
            row = np.flatnonzero(made.leak & (made.begins == began))
            release = int(row[0]) if len(row) else NOTHING
            times = (began, seen, answered, mended)
            yield Incident(0, "release", "leak", times, round(lost, 2), release)

    def _of_the_peak(self) -> Incident:
        """Return the opening minutes of the peak day, in which the servers were too few."""
        began = peak_day(self.world) * DAY + OPENING * MINUTE
        times = (began, began + 2 * MINUTE, began + 4 * MINUTE, began + OPENING_MINUTES * MINUTE)
        return Incident(0, "overload", "slow", times, OPENING_PART)

    def _of(self, number: int) -> Iterator[Incident]:
        """Yield the incidents of a row of `incident_kinds`."""
        row = read("incident_kinds")[number]
        often = key("incidents", row["common"] or str(number))
        mean = float(row["a_year"]) * self.world.days / YEAR
        count = int(mean + self._draw("incident.count", often))
        for turn, place in zip(range(count), self._places(row["place"], often), strict=False):
            who = key("incident", number, turn)
            times = self._times(who, place.low, float(row["minutes"]), place.high)
            room = min(place.high - times[-1], place.slack)
            later = int(self._draw("incident.later", who) * room)
            began, seen, answered, mended = (time + later for time in times)
            part = self._part("incident.part", who, float(row["part_low"]), float(row["part_high"]))
            yield Incident(
                system=ids().index(row["system_id"]),
                cause=row["cause"],
                kind=row["kind"],
                times=(began, seen, answered, max(mended, place.until)),
                part=part or place.part,
                common=row["common"],
            )

    def _places(self, name: str, often: Keys) -> Iterator[Place]:
        """Yield where the incidents of a row may lie, in the order of luck."""
        signs, days = self.state.signs, self.world.days
        told = (peak_day(self.world), ordinary_day(self.world))  # by requests, minute by minute
        if name in ("down", "repeat"):
            yield from self._about(name, often)
            return
        turns = itertools.count() if name in ("any", "morning") else range(TRIED)
        for turn in turns:
            chance = self._draw("incident.when", key(often, turn))
            if name == "soldout":
                chosen = signs[name][int(chance * len(signs[name]))] if signs[name] else days
                day = int(chosen) * DAY
                if day < days * DAY:
                    yield Place(day + SOLD_OUT * HOUR, day + DAY - 1, slack=8 * HOUR)
            elif name == "morning":
                day = int(chance * days) * DAY
                yield Place(day + MORNING[0] * HOUR, day + MORNING[1] * HOUR, slack=3 * HOUR)
            elif name == "any":
                yield Place(int(chance * days * DAY), NEVER)
            else:
                low, high = signs[name][int(chance * days)]
                if high - low > LEAST + 2 and low // DAY not in told:
                    yield Place(low + 1, high - 1, slack=DAY)

    def _about(self, name: str, often: Keys) -> Iterator[Place]:
        """Yield the times about tries that failed; no two in which the same provider was down."""
        tries: list[Try] = self.state.signs[name]
        share = [float(row["share"]) for row in read("providers")]
        chance = self.world.luck.uniform("incident.try", key(often, np.arange(len(tries))))
        seen: set[tuple[int, int]] = set()
        for one in (tries[row] for row in np.argsort(chance)):
            if (one.provider, one.low) not in seen:
                seen.add((one.provider, one.low))
                before = 1 + int(self._draw("incident.before", key(often, one.tried)) * BEFORE)
                high = one.high - 1 if name == "down" else NEVER
                began = max(one.low, one.tried - before, 0)
                yield Place(began, high, until=one.tried + 1, part=share[one.provider])

    def _draw(self, purpose: str, who: Keys) -> float:
        return float(self.world.luck.uniform(purpose, who).item())

    def _part(self, purpose: str, who: Keys, low: float, high: float) -> float:
        """Draw a part of the requests, to a hundredth."""
        return round(low + (high - low) * self._draw(purpose, who), 2)

    def _times(self, who: Keys, began: int, minutes: float, latest: int = NEVER) -> Times:
        """Draw when an incident is seen, answered and mended, at the latest at `latest`."""
        effect = truth()
        medians = (effect["incident_seen_minutes"], effect["incident_answered_minutes"], minutes)
        spread = effect["incident_spread"]
        logs = self.world.luck.normal("incident.takes", who, np.arange(len(medians)))
        takes = MINUTE * np.array(medians) * np.exp(spread * logs)
        total = max(float(takes.sum()), float(LEAST))
        takes *= min(total, latest - began) / takes.sum()
        seen, answered, mended = (began + np.cumsum(takes).astype(np.int64)).tolist()
        return began, seen, answered, mended


def _rows(found: list[Incident], releases_made: int, end: int) -> Columns:
    """Rows of the table; what comes after the end of the period is not known yet."""
    number = np.arange(len(found))
    times = np.array([one.times for one in found], dtype=np.int64).reshape(-1, 4)
    times = np.where(times < end, times, NOTHING)
    shared = tuple(dict.fromkeys(row["common"] for row in read("incident_kinds") if row["common"]))
    common = [shared.index(one.common) if one.common else NOTHING for one in found]

    def coded(values: list[int], known: tuple[str, ...]) -> Coded:
        return Coded(np.array(values, dtype=np.int64), known)

    columns = ("began_at", "seen_at", "answered_at", "mended_at")
    return {
        "incident_id": Coded(number, releases.named("I", len(found))),
        "system_id": coded([one.system for one in found], ids()),
        **dict(zip(columns, times.T, strict=True)),
        "cause": coded([CAUSES.index(one.cause) for one in found], CAUSES),
        "release_id": coded([one.release for one in found], releases.named("R", releases_made)),
        "common": coded(common, shared),
        "part": np.array([one.part for one in found], dtype=np.float64),
        "kind": coded([KINDS.index(one.kind) for one in found], KINDS),
    }
