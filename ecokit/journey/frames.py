"""Steps that the measures of this topic share: tables in, periods, sums, moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from ecokit.errors import CourseError
from ecokit.kpi.door import as_group, door, need, refuse_taken
from ecokit.kpi.engine import PERIODS, start_of
from ecokit.messages import _

Frame = nw.LazyFrame[Any]


def opened(**tables: tuple[Any, str]) -> tuple[list[Frame], Callable[[Frame], Any]]:
    """Check the tables at the door; return them as lazy frames, and the way back."""
    frames = door(
        {name: table for name, (table, _columns) in tables.items()},
        {name: columns for name, (_table, columns) in tables.items()},
    )
    eager = isinstance(frames[0], nw.DataFrame)

    def close(result: Frame) -> Any:
        return nw.maybe_reset_index(result.collect()).to_native() if eager else result.to_native()

    return [frame.lazy() for frame in frames], close


def moment(value: datetime | str) -> datetime:
    """Return `as_of` as a moment without a zone, or say that it is none."""
    try:
        text = value if isinstance(value, str) else value.isoformat()[:26]
        found = datetime.fromisoformat(text)
    except (AttributeError, TypeError, ValueError):
        raise CourseError(
            _('as_of is {value!r}. Write a moment such as "2025-11-14 09:00".').format(value=value)
        ) from None
    if found.tzinfo is not None:
        raise CourseError(
            _(
                "as_of is {value}, with a time zone. Write the shop's local time without one."
            ).format(value=value)
        )
    return found


def last(frame: Frame, column: str) -> datetime:
    """Return the last moment in a column: where the observed time ends."""
    end = frame.select(nw.col(column).max()).collect()[column][0]
    if end is None or end != end:  # NaT is not equal to itself
        raise CourseError(
            _("No row has a {column}, so the end of the data is unknown. Pass as_of.").format(
                column=column
            )
        )
    return moment(end)


def keyed(orders: Frame, keys: Sequence[str], taken: Sequence[str]) -> Frame:
    """Add the grouping columns that are periods; refuse those that do not exist or are `taken`."""
    need("orders", orders, [key for key in keys if key not in PERIODS])
    refuse_taken(keys, taken)
    for key in keys:
        if key in PERIODS:
            orders = orders.with_columns(start_of(key, "placed_at").alias(key))
        else:
            orders = as_group(orders, key)
    return orders


def added(frame: Frame, keys: Sequence[str], names: Sequence[str]) -> Frame:
    """Add up whole-number columns by `keys`; one total row without keys."""
    sums = [nw.col(name).sum() for name in names]
    total = frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums)
    return total.with_columns(nw.col(name).cast(nw.Int64) for name in names)


def refuse_unless(value: object, least: float, name: str, needed: str) -> None:
    """Refuse what is no number from `least` on; `needed` says what is."""
    if not (isinstance(value, (int, float, np.number)) and least <= value < float("inf")):
        raise CourseError(
            _("{name} is {value}. {needed}").format(name=name, value=value, needed=needed)
        )
