"""Steps that the measures of several topics share: moments, groups, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import Frame
from ecokit.kpi.engine import PERIODS, start_of
from ecokit.messages import _

CENTURY = 36_500
"""The most days that a measure looks ahead; more would leave the calendar."""


def moment(name: str, value: object) -> datetime:
    """Return a moment as every engine takes it: to the microsecond, without a time zone."""
    return numbers.moment(name, value).floor("us").to_pydatetime()


def last(frame: Frame, table: str, column: str, remedy: str = "") -> datetime:
    """Return the last moment in a column: where the observed time ends."""
    end = frames.collected(frame.select(nw.col(column).max()))[column][0]
    if end is None or end != end:  # NaT is not equal to itself
        message = _("No row of {table} has a {column}, so the end of the data is unknown. {remedy}")
        remedy = remedy or _("Say as_of when you look.")
        raise CourseError(message.format(table=table, column=column, remedy=remedy))
    return moment(column, end)


def grouped(
    frame: Frame,
    keys: Sequence[str],
    columns: Sequence[str],
    taken: Sequence[str],
    *,
    table: str = "orders",
    time: str = "placed_at",
) -> Frame:
    """Return `columns` of a table, and what to group by under names that nothing else has.

    Parameters
    ----------
    frame : Frame
        With the column `time`, which periods are cut from.
    keys : sequence of str
        Periods and columns of `frame`.
    columns : sequence of str
        What else is needed.
    taken : sequence of str
        The columns of the answer, which no group may be called.
    table : str
        The name of the table, for the sentence.
    time : str
        When a row was, such as ``placed_at``.

    Raises
    ------
    CourseError
        A column is not there, or is taken.
    """
    frames.need(table, frame, [key for key in keys if key not in PERIODS])
    frames.refuse_taken(keys, taken)
    for key, inner in zip(keys, inner_names(keys), strict=True):
        if key in PERIODS:
            group = start_of(key, time)
        else:
            frame, group = frames.as_group(frame, key), nw.col(key)
        frame = frame.with_columns(group.alias(inner))
    return frame.select(*columns, *inner_names(keys))


def inner_names(keys: Sequence[str]) -> list[str]:
    """Return the names of groups while a measure computes.

    Examples
    --------
    >>> inner_names(["month", "region"])
    ['_by0', '_by1']
    """
    return [f"_by{place}" for place, _key in enumerate(keys)]


def added(frame: Frame, groups: Sequence[str], names: Sequence[str]) -> Frame:
    """Add up whole-number columns by `groups`; one total row without groups."""
    sums = [nw.col(name).sum() for name in names]
    total = frame.group_by(*groups).agg(*sums) if groups else frame.select(*sums)
    return total.with_columns(nw.col(name).cast(nw.Int64) for name in names)


def answer(
    frame: Frame, keys: Sequence[str], values: Mapping[str, nw.Expr], rows: Sequence[str] = ()
) -> Any:
    """Return a table of the caller's kind: groups under their own names, then `values`.

    It is sorted by the groups, and inside a group by the values that `rows` names.
    """
    groups = [nw.col(inner).alias(key) for key, inner in zip(keys, inner_names(keys), strict=True)]
    named = [value.alias(name) for name, value in values.items()]
    return frames.sorted_native(frame.select(*groups, *named), [*keys, *rows])
