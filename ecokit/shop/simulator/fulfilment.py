"""The way of a parcel: passed on, packed, dispatched, delivered; and why it was late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Bools,
    Floats,
    Ints,
    seconds,
)
from ecokit.shop.simulator.luck import Keys, Luck
from ecokit.shop.simulator.world import World

CAUSES = ("courier", "address", "weather", "warehouse", "customer_absent")
CAUSE_WEIGHTS = np.array([0.42, 0.13, 0.14, 0.15, 0.16])
REGION_DELAY = np.array([1.0, 1.35, 0.7, 0.85, 0.9, 1.25, 1.6])  # as the regions of `orders`
REGION_NEAR = np.array([0.45, 0.2, 0.7, 0.5, 0.5, 0.25, 0.1])  # share delivered the next day
PEAKS = ((6, 12, 25), (11, 1, 18))  # month, first and last day of the parcel peaks
BAD_WEATHER = (1, 7, 8, 12)
CUT_OFF = 15 * HOUR  # orders passed on before 15:00 leave the same day


@dataclass(frozen=True)
class Parcels:
    """Paid orders on their way, in seconds; `late` after 72 hours, `cause` -1 where not late."""

    passed: Ints
    packed: Ints
    dispatched: Ints
    delivered: Ints
    late: Bools
    cause: Ints


def parcels(world: World, who: Keys, paid: Ints, region: Ints) -> Parcels:
    """Draw the way of each paid order."""
    luck = world.luck
    slow = np.where(luck.uniform("parcel.slow", who) < 0.07, 6.0, 1.0)
    passed = paid + seconds(luck.exponential("parcel.passed", 35 * MINUTE, who) * slow)
    peak = is_peak(world, passed // DAY)
    wait_a_day = luck.uniform("parcel.waits", who) < np.where(peak, 0.30, 0.02)
    leaves = passed // DAY + (passed % DAY >= CUT_OFF) + wait_a_day
    dispatched = leaves * DAY + 16 * HOUR + luck.whole("parcel.leaves", 0, 3 * HOUR, who)
    packed = dispatched - seconds((0.3 + 2.5 * luck.uniform("parcel.packed", who)) * HOUR)
    late = luck.uniform("parcel.late", who) < late_share(world, dispatched // DAY, region)
    delivered = _delivered(luck, who, dispatched, region, late)
    cause = np.where(late, _causes(world, who, dispatched // DAY), NOTHING)
    return Parcels(passed, np.maximum(packed, passed + 60), dispatched, delivered, late, cause)


def is_peak(world: World, day: Ints) -> Bools:
    """Say which days lie in the parcel peaks."""
    inside = np.minimum(day, world.days - 1)
    month, date = world.year.month_of_year[inside], world.year.day_of_month[inside]
    found = np.zeros(len(day), dtype=bool)
    for number, first, last in PEAKS:
        found |= (month == number) & (date >= first) & (date <= last)
    return found


def late_share(world: World, day: Ints, region: Ints) -> Floats:
    """Return the probability that a parcel that leaves on a day is late, by region."""
    usual = truth()["late_parcel_share"] * REGION_DELAY[region]
    return np.minimum(usual * np.where(is_peak(world, day), truth()["late_peak_factor"], 1.0), 0.8)


def _delivered(luck: Luck, who: Keys, dispatched: Ints, region: Ints, late: Bools) -> Ints:
    """Signed for in the daytime, one to three days later; late parcels after 72 hours."""
    chance = luck.uniform("parcel.days", who)
    near = REGION_NEAR[region]
    days = np.where(chance < near, 1, np.where(chance < near + 0.75 * (1 - near), 2, 3))
    over = np.floor(luck.exponential("parcel.days_over", 1.1, who)).astype(np.int64)
    days = np.where(late, 4 + over, days)
    hours = np.where(days == 3, 7.0, 13.0) * luck.uniform("parcel.hour", who) + 8
    return (dispatched // DAY + days) * DAY + seconds(hours * HOUR)


def _causes(world: World, who: Keys, day: Ints) -> Ints:
    """One of the causes; weather in its months and couriers in the peaks weigh double."""
    month = world.year.month_of_year[np.minimum(day, world.days - 1)]
    weights = np.tile(CAUSE_WEIGHTS, (len(day), 1))
    weights[:, CAUSES.index("weather")] *= np.where(np.isin(month, BAD_WEATHER), 2.0, 0.6)
    weights[:, CAUSES.index("courier")] *= np.where(is_peak(world, day), 2.0, 1.0)
    edges = np.cumsum(weights, axis=1)
    drawn = world.luck.uniform("parcel.cause", who)[:, None] * edges[:, -1:]
    return (drawn >= edges).sum(axis=1).astype(np.int64)
