"""Campaigns: when they run, how many visits they bring and how well those convert."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import Bools, Floats, Ints
from ecokit.shop.simulator.calendar import Calendar

PEAKED = 0.5  # campaigns with so many visits (share of a usual day) peak on their last days


@dataclass(frozen=True)
class Campaigns:
    """Every campaign of the period, in order of the start; one entry a campaign.

    `first` and `last` are days of the period and may lie outside; `planned` and `visits` are days
    by campaigns, as a share of a usual day; `focus` is campaigns by categories (1 where the offer
    applies).
    """

    names: tuple[str, ...]
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

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Key of each campaign."""
        return tuple(f"C{number:02d}" for number in range(1, len(self) + 1))


def campaigns(rng: np.random.Generator, year: Calendar, rate: float) -> Campaigns:
    """Place the promotions of the calendar into the period; `rate` is visits a day."""
    days = len(year.dates)
    rows = _occurrences(year)
    first = np.array([start for start, _ in rows], dtype=np.int64)
    promotions = [promotion for _, promotion in rows]
    last = first + np.array([int(p["days"]) - 1 for p in promotions], dtype=np.int64)
    share = np.array([float(p["visit_share"]) for p in promotions])
    brought = np.zeros((days, len(rows)))
    for number in range(len(rows)):
        length = int(last[number] - first[number] + 1)
        shape = np.linspace(0.4, 1.6, length) if share[number] >= PEAKED else np.ones(length)
        inside = np.arange(max(first[number], 0), min(last[number], days - 1) + 1)
        brought[inside, number] = share[number] * shape[inside - first[number]]
    channels = {row["channel_id"]: code for code, row in enumerate(read("channels"))}
    cost = np.array([float(row["cost_per_click"]) for row in read("channels")])
    channel = np.array([channels[p["channel_id"]] for p in promotions], dtype=np.int64)
    visits = share * (last - first + 1) * rate
    budget = (
        visits * cost[channel] * np.array([float(p["budget_factor"]) for p in promotions]) * 1.1
    )
    luck = np.exp(0.10 * rng.standard_normal((2, len(rows))))
    return Campaigns(
        names=tuple(p["name"] for p in promotions),
        channel=channel,
        first=first,
        last=last,
        budget=np.maximum(np.rint(budget / 100), 2) * 100,
        new_resource=np.array([p["new_resource"] == "1" for p in promotions], dtype=bool),
        discount=np.array([float(p["discount"]) for p in promotions]),
        conversion=np.array([float(p["conversion"]) for p in promotions]) * luck[0],
        planned=brought * np.array([float(p["in_plan"]) for p in promotions]),
        visits=brought * luck[1],
        focus=np.array([_focus(p["categories"]) for p in promotions]).reshape(
            len(rows), len(read("categories"))
        ),
    )


def _occurrences(year: Calendar) -> list[tuple[int, dict[str, str]]]:
    """Each promotion in each year that touches the period, with its first day, sorted."""
    found = []
    years = range(int(str(year.dates[0])[:4]) - 1, int(str(year.dates[-1])[:4]) + 1)
    for number in years:
        for promotion in read("promotions"):
            start = np.datetime64(f"{number}-{promotion['starts']}")
            first = int((start - year.dates[0]).astype(np.int64))
            if first < len(year.dates) and first + int(promotion["days"]) > 0:
                found.append((first, promotion))
    return sorted(found, key=lambda item: item[0])


def _focus(categories: str) -> list[float]:
    named = categories.split()
    return [float(row["category"] in named or named == ["all"]) for row in read("categories")]
