"""Windows of whole days, which measures before, in and after something start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.messages import _

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Whole days from `start` to `end`, both included."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> int:
        """How many days."""
        return int((self.end - self.start) / DAY) + 1

    def overlaps(self, other: Window) -> bool:
        """Whether a day lies in both."""
        return self.start <= other.end and other.start <= self.end

    def dates(self) -> pd.DatetimeIndex:
        """Return its days."""
        return pd.date_range(self.start, self.end)


def window(start: object, end: object) -> Window:
    """Return the days from `start` to `end`, or say that it ends before it starts.

    Examples
    --------
    >>> window("2025-06-08", "2025-06-18").days
    11
    >>> window("2025-06-18", "2025-06-08")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The window ends on 2025-06-08, before it starts on 2025-06-18. Give
    start first, and end on the same day or later.
    """
    found = Window(numbers.day("start", start), numbers.day("end", end))
    if found.end < found.start:
        message = _(
            "The window ends on {end:%Y-%m-%d}, before it starts on {start:%Y-%m-%d}. Give start "
            "first, and end on the same day or later."
        )
        raise CourseError(message.format(start=found.start, end=found.end))
    return found


def inside(days: pd.DataFrame, wanted: Window, outcome: str) -> None:
    """Refuse a window that the days do not cover."""
    if days.empty:
        message = _("The table {table} has no rows. Give the days of the window.")
        raise CourseError(message.format(table=outcome))
    first, last = days.index[0], days.index[-1]
    if wanted.start < first or wanted.end > last:
        message = _(
            "The window is {start:%Y-%m-%d} to {end:%Y-%m-%d}, but the table {table} has only days "
            "from {first:%Y-%m-%d} to {last:%Y-%m-%d}. Choose a window inside."
        )
        told = {"start": wanted.start, "end": wanted.end, "first": first, "last": last}
        raise CourseError(message.format(table=outcome, **told))
