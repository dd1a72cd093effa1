"""What the measures of incidents and releases share: rows with their groups, and spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.numbers import FIRST_YEAR, LAST_YEAR
from ecokit.kpi.engine import PERIODS
from ecokit.messages import _

TYPES = {
    **dict.fromkeys(("outsourced", "export", "needed"), "boolean"),
    **dict.fromkeys(("failed", "rolled_back", "behind_switch"), "boolean"),
    **dict.fromkeys(("monthly_cost", "other_cost", "promised", "delay_minutes"), "number"),
    **dict.fromkeys(("part", "lead_hours", "mended_hours", "changes"), "number"),
    **dict.fromkeys(("answer_minutes", "mend_minutes", "alternatives", "exit_days"), "number"),
    **dict.fromkeys(("began_at", "seen_at", "answered_at", "mended_at"), "datetime"),
    **dict.fromkeys(("released_at", "minute"), "datetime"),
    **dict.fromkeys(("system_id", "from_system", "to_system", "link_id"), "id"),
}
"""The kinds of columns, for tables that the data package does not describe."""

_CENTURY, _MILLISECOND = 36_525 * 24 * 60.0, 1 / 60_000  # minutes
_FREQUENCY = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True)
class Span:
    """A time that is looked at: from `start` up to, and without, `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> float:
        """How long it is."""
        return (self.end - self.start) / pd.Timedelta(days=1)

    def parts(self, period: str) -> pd.DataFrame:
        """Return its periods: ``first`` (how each is called), ``low`` and ``high`` within it."""
        last = self.end - pd.Timedelta(microseconds=1)
        cut = pd.period_range(self.start, last, freq=_FREQUENCY[period])
        first = cut.start_time
        after = np.minimum((cut + 1).start_time.to_numpy(), np.datetime64(self.end))
        low = np.maximum(first.to_numpy(), np.datetime64(self.start))
        return pd.DataFrame({"first": first, "low": low, "high": after})


def minutes(name: str, value: object) -> pd.Timedelta:
    """Return minutes as a length of time, from a millisecond to a century.

    Examples
    --------
    >>> minutes("long", 60)
    Timedelta('0 days 01:00:00')
    >>> minutes("long", 1e9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: long is 1000000000. Give a number above 0 that is at most a century.
    """
    found = numbers.positive(name, value)
    if found > _CENTURY:
        raise numbers.refused(name, value, _("Give a number above 0 that is at most a century."))
    if found < _MILLISECOND:
        raise numbers.refused(name, value, _("Give a millisecond at least."))
    return pd.Timedelta(minutes=found).round("ms")


def start_of(times: pd.Series[Any], period: str) -> pd.Series[Any]:
    """Return the first moment of the period of each time.

    Examples
    --------
    >>> start_of(pd.Series(pd.to_datetime(["2025-03-05 10:20"])), "week").tolist()
    [Timestamp('2025-03-03 00:00:00')]
    """
    return times.dt.to_period("h" if period == "hour" else _FREQUENCY[period]).dt.start_time


def span(start: Any, end: Any, times: pd.Series[Any], period: str = "day") -> Span:
    """Return what is looked at: as was said, else the whole periods that hold all `times`.

    Raises
    ------
    CourseError
        The end is not after the start, or nothing was said and there is no time.
    """
    known = times.dropna()
    if known.empty and (start is None or end is None):
        raise CourseError(_("No row has a time. Say from when to when you look: start and end."))
    for said, last in ((start, known.min()), (end, known.max())):
        if said is None and not FIRST_YEAR <= last.year <= LAST_YEAR:
            wanted = _("Leave it empty where it is not known yet, or say start and end.")
            raise numbers.refused(_("A time of a row"), last, wanted)
    freq = _FREQUENCY[period]
    low = (
        known.min().to_period(freq).start_time if start is None else numbers.moment("start", start)
    )
    if end is None:
        high = (known.max().to_period(freq) + 1).start_time
    else:
        high = numbers.moment("end", end)
    if not low < high:
        raise numbers.refused(
            "end", end, _("Give a moment after the start, {start}.").format(start=low)
        )
    return Span(low, high)


def split_keys(keys: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the period that is grouped by, if any, and the columns.

    Raises
    ------
    CourseError
        Two periods, or hours.
    """
    periods = [key for key in keys if key in PERIODS]
    if len(periods) > 1 or "hour" in periods:
        wanted = _("Name one of: {known}; and columns.").format(known=", ".join(_FREQUENCY))
        raise numbers.refused("by", list(keys), wanted)
    return periods[0] if periods else None, [key for key in keys if key not in PERIODS]


def with_groups(
    data: Any, name: str, columns: str, keys: Sequence[str], time: str, taken: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of a table with what to group by: its columns, those of systems, periods.

    Raises
    ------
    CourseError
        A table or column is missing, or a group would be called like a column of the answer.
    """
    frames.refuse_taken(keys, taken)
    period, words = split_keys(keys)
    (frame,) = frames.door(data, {name: columns}, types=TYPES)
    own = [key for key in words if key in frame.collect_schema().names()]
    asked = list(dict.fromkeys([*columns.split(), *own]))
    lent = [key for key in words if key not in own]
    if not lent or "systems" not in frames.tables(data, name):
        (table,) = frames.fetched(data, {name: [*asked, *lent]}, types=TYPES)
    else:
        asked = list(dict.fromkeys([*asked, "system_id"]))
        needed = {name: asked, "systems": ["system_id", *lent]}
        table, systems = frames.fetched(data, needed, types=TYPES)
        table = table.merge(systems.drop_duplicates("system_id"), on="system_id", how="left")
    if period is not None:
        table[period] = start_of(pd.to_datetime(table[time]), period)
    return table
