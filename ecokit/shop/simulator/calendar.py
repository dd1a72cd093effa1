"""Days of the period: months, weekends, seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import Floats, Ints

# Traffic by month of the year, January to December: the summer lull, the autumn and its festivals.
SEASON = np.array([1.02, 0.92, 0.99, 0.97, 1.0, 1.02, 0.95, 0.97, 1.0, 1.02, 1.08, 1.04])
SPRING_FESTIVAL = ((1, 28), (2, 4))  # first and last day (month, day): parcels and people rest
SPRING_FESTIVAL_TRAFFIC = 0.65

# Visits by hour of the day, 0 to 23: lunch and the evening.
HOURS = np.array(
    [2, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 5, 6, 6, 6.5, 6, 5.5, 5.5, 5.5, 5, 5, 6, 8, 9, 7.5, 4.5]
)


@dataclass(frozen=True)
class Calendar:
    """The days of the period, one entry a day.

    Attributes
    ----------
    dates : datetime64[D] of each day
    month : number of the month in the period, from 0
    week : number of the week in the period, from 0; a week begins on Monday
    month_of_year : 1 to 12
    day_of_month : 1 to 31
    weekday : what the day of the week makes of it, around 1
    factor : planned traffic of the day without campaigns, as a ratio to a usual day
    """

    dates: np.ndarray
    month: Ints
    week: Ints
    month_of_year: Ints
    day_of_month: Ints
    weekday: Floats
    factor: Floats

    @property
    def months(self) -> np.ndarray:
        """First day of each month of the period, datetime64[D]."""
        return np.unique(self.dates.astype("datetime64[M]")).astype("datetime64[D]")

    @property
    def mondays(self) -> Ints:
        """Days of the period that are Mondays."""
        return np.flatnonzero((self.dates.astype(np.int64) + 3) % 7 == 0)

    @property
    def keys(self) -> Ints:
        """Each day as month and day: 1111 is 11 November."""
        return self.month_of_year * 100 + self.day_of_month


def calendar(start: np.datetime64, days: int) -> Calendar:
    """Return the calendar of `days` days from `start`.

    Examples
    --------
    >>> year = calendar(np.datetime64("2025-01-01"), 365)
    >>> len(year.months), int(year.month_of_year[-1])
    (12, 12)
    """
    dates = start + np.arange(days)
    months = dates.astype("datetime64[M]")
    month_of_year = months.astype(np.int64) % 12 + 1
    day_of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    weekday = (dates.astype(np.int64) + 3) % 7  # 0 is Monday; 1970-01-01 was a Thursday
    weekend = truth()["weekend_traffic"]
    week = np.where(weekday >= 5, weekend, 1.0) * 7 / (5 + 2 * weekend)
    key = month_of_year * 100 + day_of_month
    (first_month, first_day), (last_month, last_day) = SPRING_FESTIVAL
    rest = (key >= first_month * 100 + first_day) & (key <= last_month * 100 + last_day)
    return Calendar(
        dates=dates,
        month=(months - months[0]).astype(np.int64),
        week=(np.arange(days) + weekday[0]) // 7,
        month_of_year=month_of_year,
        day_of_month=day_of_month,
        weekday=week,
        factor=SEASON[month_of_year - 1] * week * np.where(rest, SPRING_FESTIVAL_TRAFFIC, 1.0),
    )
