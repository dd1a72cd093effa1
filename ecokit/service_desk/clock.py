"""What the desk's functions share: moments in order, groups off the clock, numbers by slot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.kpi.engine import PERIODS, start_of
from ecokit.messages import _

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short names of the weekdays 1 to 7."""

DAY = 1440
"""Minutes of a day."""

QUARTER = 15
"""Minutes of a slot, unless told otherwise."""


def refuse_backward(contacts: Frame, *moments: str) -> None:
    """Refuse contacts that never arrived, or whose moments do not follow one another."""
    rules = [rows.missing("arrived_at")] if "arrived_at" in moments else []
    rules += [rows.out_of_order(*pair) for pair in combinations(moments, 2)]
    rows.refuse(contacts, "contacts", rules)


def milliseconds(start: str, end: str) -> nw.Expr:
    """Return the time from one moment to another; null where one of them is.

    Whole numbers, as floats: sums of them are the same in any order.
    """
    return (nw.col(end) - nw.col(start)).dt.total_milliseconds().cast(nw.Float64)


def mark(condition: nw.Expr) -> nw.Expr:
    """Return 1 where it holds and 0 elsewhere."""
    return nw.when(condition).then(1).otherwise(0).cast(nw.Int64)


def weekday() -> nw.Expr:
    """Return the weekday of the arrival, 1 for Monday to 7."""
    day = nw.col("arrived_at").dt.weekday().cast(nw.Int64)  # Sunday is 0 on PySpark, 7 elsewhere
    return nw.when(day == 0).then(7).otherwise(day).cast(nw.Int64)


def hour() -> nw.Expr:
    """Return the hour of the arrival, 0 to 23."""
    return nw.col("arrived_at").dt.hour().cast(nw.Int64)


def slot(length: int = QUARTER) -> nw.Expr:
    """Return the minute after midnight at which the slot of the arrival starts."""
    minute = hour() * 60 + nw.col("arrived_at").dt.minute().cast(nw.Int64)
    return minute - minute % length


def keyed(contacts: Frame, by: By, answer: Sequence[str]) -> tuple[Frame, list[str]]:
    """Return contacts with the columns to group by, and the names of these.

    Parameters
    ----------
    contacts : Frame
        With ``arrived_at``.
    by : str or sequence of str, optional
        Periods, ``"weekday"``, ``"hour"``, ``"slot"``, or columns of contacts.
    answer : sequence of str
        The columns of the answer, which no group may be called like.
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, answer)
    clock = {"weekday": weekday(), "hour": hour(), "slot": slot()}
    frames.need("contacts", contacts, [key for key in keys if key not in {*PERIODS, *clock}])
    for key in keys:
        if key in clock:  # an hour of the desk is one of the day, 0 to 23
            contacts = contacts.with_columns(clock[key].alias(key))
        elif key in PERIODS:
            contacts = contacts.with_columns(start_of(key, "arrived_at").alias(key))
        else:
            contacts = frames.as_group(contacts, key)
    return contacts, keys


def summed(marked: Frame, keys: Sequence[str], sums: Sequence[nw.Expr]) -> Frame:
    """Return the sums of each group, or of all rows where there are no keys."""
    return marked.group_by(*keys).agg(*sums) if keys else marked.select(*sums)


def by_slot(name: str, values: object) -> NDArray[np.float64]:
    """Return numbers of 0 or more with a row per slot of the day, and one column or seven.

    Parameters
    ----------
    name : str
        The argument.
    values : float or array, shape (slots,) or (slots, 7)
        One number stands for every hour.

    Examples
    --------
    >>> by_slot("agents", [2] * 24).shape, by_slot("agents", 2).shape
    ((24, 1), (24, 1))
    >>> by_slot("agents", [2] * 7)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: agents has the shape (7,). Give a number, a row per slot of ...
    """
    table = numbers.array(name, values, low=0)
    shape = table.shape
    table = np.full(24, float(table)) if table.ndim == 0 else table
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or table.shape[1] not in (1, 7) or not len(table) or DAY % len(table):
        message = _(
            "{name} has the shape {shape}. Give a number, a row per slot of the day (24 hours or "
            "96 quarter hours), or such rows with seven columns from Monday."
        )
        raise CourseError(message.format(name=name, shape=shape))
    return table
