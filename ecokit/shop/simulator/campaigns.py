"""Campaigns: when they run, how many visits they bring and how well those convert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import Bools, Floats, Ints
from ecokit.shop.simulator.calendar import Calendar
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.people import REGIONS

PEAKED = 0.5  # campaigns with so many visits (share of a usual day) are festivals
LAST_DAY = 1.7  # of a festival: the visits of that day over what the days before lead to


@dataclass(frozen=True)
class Campaigns:
    """Every campaign of the period, in order of the start; one entry a campaign.

    `number` stays the same whichever others there are, and makes the key; `runs` is False for a
    campaign that is left out: it gives no discount and is not planned. `first` and `last` are days
    of the period and may lie outside; `planned` and `visits` are days by campaigns, as a share of a
    usual day, with none left out; `focus` is campaigns by categories (1 where the offer applies),
    `regions` campaigns by regions (1 where it runs). `terms` holds what was agreed on.
    """

    names: tuple[str, ...]
    number: Ints
    runs: Bools
    channel: Ints
    first: Ints
    last: Ints
    budget: Floats
    new_resource: Bools
    discount: Floats
    conversion: Floats
    planned: Floats
    visits: Floats
    focus: Floats
    regions: Floats
    terms: tuple[dict[str, str], ...]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def mailed(self) -> Bools:
        """True for campaigns whose messages go to a list of known customers."""
        return np.array([term["list_id"] != "" for term in self.terms], dtype=bool)

    @cached_property
    def hosted(self) -> Bools:
        """True for live streams whose host gets a fee."""
        return self.term("fee") > 0

    def term(self, name: str) -> Floats:
        """Return one of the numbers that were agreed on, a campaign each."""
        return np.array([float(term[name]) for term in self.terms])

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Key of each campaign."""
        return tuple(f"C{number:02d}" for number in self.number.tolist())


def campaigns(luck: Luck, year: Calendar, rate: float, without: Sequence[str] = ()) -> Campaigns:
    """Place the promotions of the calendar into the period; `rate` is visits a day.

    Those that `without` names, or whose channel it names, do not run.
    """
    days = len(year.dates)
    rows = _occurrences(year)
    first = np.array([row.first for row in rows], dtype=np.int64)
    number = np.array([row.number for row in rows], dtype=np.int64)
    promotions = [row.promotion for row in rows]
    runs = np.array(
        [not {p["name"], p["channel_id"]} & set(without) for p in promotions], dtype=bool
    )
    last = first + np.array([int(p["days"]) - 1 for p in promotions], dtype=np.int64)
    share = np.array([float(p["visit_share"]) for p in promotions])
    brought = np.zeros((days, len(rows)))
    for row in range(len(rows)):
        length = int(last[row] - first[row] + 1)
        shape = _rush(length) if share[row] >= PEAKED else np.ones(length)
        inside = np.arange(max(first[row], 0), min(last[row], days - 1) + 1)
        brought[inside, row] = share[row] * shape[inside - first[row]]
    channels = {row["channel_id"]: code for code, row in enumerate(read("channels"))}
    cost = np.array([float(row["cost_per_click"]) for row in read("channels")])
    channel = np.array([channels[p["channel_id"]] for p in promotions], dtype=np.int64)
    visits = share * (last - first + 1) * rate
    budget = (
        visits * cost[channel] * np.array([float(p["budget_factor"]) for p in promotions]) * 1.1
    )
    planned = brought * np.array([float(p["in_plan"]) for p in promotions])
    return Campaigns(
        names=tuple(p["name"] for p in promotions),
        number=number,
        runs=runs,
        channel=channel,
        first=first,
        last=last,
        budget=np.maximum(np.rint(budget / 100), 2) * 100,
        new_resource=np.array([p["new_resource"] == "1" for p in promotions], dtype=bool),
        discount=np.array([float(p["discount"]) for p in promotions]) * runs,
        conversion=np.array([float(p["conversion"]) for p in promotions])
        * np.exp(0.10 * luck.normal("campaign.conversion", number)),
        planned=planned,
        visits=brought * np.exp(0.10 * luck.normal("campaign.visits", number)),
        focus=np.array([_focus(p["categories"]) for p in promotions]).reshape(
            len(rows), len(read("categories"))
        ),
        regions=np.array([_places(p["regions"]) for p in promotions]).reshape(-1, len(REGIONS)),
        terms=tuple(promotions),
    )


def _rush(days: int) -> Floats:
    """Return visits by day of a festival, around 1: more each day, and most on the last."""
    shape = np.linspace(0.4, 1.5, days)
    shape[-1] *= LAST_DAY
    return shape / shape.mean()


class _Occurrence(NamedTuple):
    first: int
    number: int
    promotion: dict[str, str]


def _occurrences(year: Calendar) -> list[_Occurrence]:
    """Each promotion in each year that touches the period, sorted by its first day.

    The first year's numbers are the rows of the file, from 1; each further year adds a hundred.
    """
    found = []
    begins, ends = (int(str(day)[:4]) for day in (year.dates[0], year.dates[-1]))
    for calendar_year in range(begins - 1, ends + 1):
        hundreds = 100 * ((calendar_year - begins) % 10)
        for row, promotion in enumerate(read("promotions"), start=1):
            start = np.datetime64(f"{calendar_year}-{promotion['starts']}")
            first = int((start - year.dates[0]).astype(np.int64))
            if first < len(year.dates) and first + int(promotion["days"]) > 0:
                found.append(_Occurrence(first, hundreds + row, promotion))
    return sorted(found, key=lambda row: row.first)


def _focus(categories: str) -> list[float]:
    named = categories.split()
    return [float(row["category"] in named or named == ["all"]) for row in read("categories")]


def _places(regions: str) -> list[float]:
    named = regions.split()
    return [float(region in named or not named) for region in REGIONS]
