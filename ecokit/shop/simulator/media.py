"""Media: what is spent by week, channel and region, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import Bools, Coded, Columns, Floats, Ints, yuan
from ecokit.shop.simulator.calendar import Calendar
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.people import REGION_SHARE, REGIONS

LOTS = ("paid_search", "social")  # channels in which part of the spend is varied by lot
CLICKS_PER_VISIT = 1.06  # some clicks never reach the shop
SHOWN_SPREAD = 0.06  # of the impressions that a click takes, week by week, in logs


@dataclass(frozen=True)
class Pause:
    """Weeks in which a channel's ads are off in some regions; days of the period."""

    name: str
    channel: int
    first: int
    last: int
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Media:
    """Weeks by channels by regions: `spend` over the usual week's, `response` over the usual.

    `response` is 1 for channels in which nothing is spent; `paused` is where ads are off.
    """

    pauses: tuple[Pause, ...]
    spend: Floats
    response: Floats
    paused: Bools


@cache
def paid() -> Ints:
    """Codes of the channels that money is spent on every week."""
    rows = read("channels")
    known = [f"carry_over_{row['channel_id']}" in truth() for row in rows]
    return np.flatnonzero(known)


def media(company: Luck, year: Calendar, planned: Floats, without: Sequence[str]) -> Media:
    """Spend by the planned season (visits by day); see how much of the usual visits that brings."""
    weeks, channels = int(year.week[-1]) + 1, len(read("channels"))
    busy = np.bincount(year.week, planned) / np.bincount(year.week) / planned.mean()
    spend = np.zeros((weeks, channels, len(REGIONS)))
    spend[:, paid()] = (busy ** truth()["spend_season"])[:, None, None]
    spend *= _lots(company, weeks)
    pauses = tuple(pause for pause in _pauses(year) if pause.name not in without)
    paused = np.zeros(spend.shape, dtype=bool)
    for pause in pauses:
        first, last = np.clip([pause.first, pause.last], 0, len(year.dates) - 1)
        rows = slice(year.week[first], year.week[last] + 1)
        paused[rows, pause.channel] |= np.isin(REGIONS, pause.regions)
    spend = np.where(paused, 0.0, spend)
    return Media(pauses, spend, _response(spend), paused)


def _lots(company: Luck, weeks: int) -> Floats:
    """Draw which weeks of a region get more or less than planned, and how much; mean 1."""
    week, region = np.arange(weeks)[:, None], np.arange(len(REGIONS))
    factor = np.ones((weeks, len(read("channels")), len(REGIONS)))
    spread = truth()["spend_lot_sd"]
    for channel, row in enumerate(read("channels")):
        if row["channel_id"] in LOTS:
            who = (channel, week, region)
            drawn = company.uniform("spend.lot", *who) < truth()["spend_lot_share"]
            change = np.exp(spread * company.normal("spend.change", *who) - spread**2 / 2)
            factor[:, channel] = np.where(drawn, change, 1.0)
    return factor


def _pauses(year: Calendar) -> list[Pause]:
    """Place each pause into each year: whole weeks from the first Monday on or after its day."""
    codes = {row["channel_id"]: code for code, row in enumerate(read("channels"))}
    begins, ends = (int(str(day)[:4]) for day in (year.dates[0], year.dates[-1]))
    found = []
    for number, calendar_year in enumerate(range(begins - 1, ends + 1), start=-1):
        for row in read("pauses"):
            start = np.datetime64(f"{calendar_year}-{row['starts']}")
            start = start + (-(start.astype(np.int64) + 3)) % 7
            first = int((start - year.dates[0]).astype(np.int64))
            last = first + 7 * int(row["weeks"]) - 1
            if first < len(year.dates) and last >= 0:
                name = row["pause_id"] + (f"-{number + 1}" if number else "")
                regions = tuple(row["regions"].split())
                found.append(Pause(name, codes[row["channel_id"]], first, last, regions))
    return sorted(found, key=lambda pause: pause.first)


def _response(spend: Floats) -> Floats:
    """Visits over those of steady usual spend: geometric carry-over, then saturation."""
    response = np.ones(spend.shape)
    for channel in paid():
        name = read("channels")[channel]["channel_id"]
        kept, full = truth()[f"carry_over_{name}"], truth()[f"saturation_{name}"]
        stock = np.empty_like(spend[:, channel])
        before = spend[0, channel] / (1 - kept)
        for week, now in enumerate(spend[:, channel]):
            before = stock[week] = now + kept * before
        response[:, channel] = saturating(stock * (1 - kept), full) / saturating(1.0, full)
    return response


def saturating(spend: Floats | float, full: float) -> Floats:
    """Response to steady spend, over its ceiling: 1 - exp(-spend / full).

    Examples
    --------
    >>> saturating(np.array([0.0, 1.0]), 1.0).round(4).tolist()
    [0.0, 0.6321]
    """
    return np.asarray(-np.expm1(-np.asarray(spend) / full))


def spend(company: Luck, year: Calendar, media: Media, usual: Floats, visits: Ints) -> Columns:
    """Rows of the table of spend.

    `usual` is visits a week by channel at usual spend, `visits` those that came, weeks by channels
    by regions.
    """
    rows = read("channels")
    cost = np.array([float(row["cost_per_click"]) for row in rows]) * CLICKS_PER_VISIT
    week, place, region = (
        axis.ravel() for axis in np.indices((len(media.spend), len(paid()), len(REGIONS)))
    )
    channel = paid()[place]
    part = np.bincount(year.week, minlength=len(media.spend)) / 7
    money = yuan(
        (media.spend * (usual * cost)[:, None] * REGION_SHARE)[week, channel, region] * part[week]
    )
    clicks = np.rint(visits[week, channel, region] * CLICKS_PER_VISIT) * (money > 0)
    rate = np.array([float(row["baseline_click_rate"]) for row in rows])[channel]
    rate = rate * np.exp(SHOWN_SPREAD * company.normal("spend.shown", week, channel, region))
    monday = -int((year.dates[0].astype(np.int64) + 3) % 7)
    return {
        "week": monday + 7 * week,
        "channel_id": Coded(channel, tuple(row["channel_id"] for row in rows)),
        "region": Coded(region, REGIONS),
        "spend": money,
        "impressions": np.rint(clicks / rate).astype(np.int64),
        "clicks": clicks.astype(np.int64),
    }


def pauses(media: Media) -> Columns:
    """Rows of the table of pauses."""
    every = media.pauses
    number = np.arange(len(every))
    names = tuple(row["channel_id"] for row in read("channels"))
    return {
        "pause_id": Coded(number, tuple(pause.name for pause in every)),
        "channel_id": Coded(np.array([pause.channel for pause in every], dtype=np.int64), names),
        "start_on": np.array([pause.first for pause in every], dtype=np.int64),
        "end_on": np.array([pause.last for pause in every], dtype=np.int64),
        "regions": Coded(number, tuple(" ".join(pause.regions) for pause in every)),
    }
