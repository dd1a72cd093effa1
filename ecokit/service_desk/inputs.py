"""What the functions of the desk are given: a number or a moment they can use, or a sentence."""

from __future__ import annotations

import math
from itertools import combinations
from numbers import Real
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.kpi.door import door
from ecokit.messages import _


def above(name: str, value: Any, or_zero: bool = False) -> None:
    """Raise a CourseError unless `value` is a number above 0 (or 0)."""
    fits = _number(value) and math.isfinite(value) and value >= 0
    if not fits or (value == 0 and not or_zero):
        wanted = _("of 0 or more") if or_zero else _("above 0")
        raise CourseError(
            _("{name} is {value}. Give a number {wanted}.").format(
                name=name, value=shown(value), wanted=wanted
            )
        )


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return `value` as an int, or raise a CourseError."""
    if not _number(value) or not least <= value <= most or value != int(value):
        raise CourseError(
            _("{name} is {value}. Give a whole number from {least} to {most:,}.").format(
                name=name, value=shown(value), least=least, most=most
            )
        )
    return int(value)


def between(name: str, value: Any, example: str, top: bool = False, zero: bool = False) -> None:
    """Raise a CourseError unless `value` lies between 0 and 1; say whether these two count."""
    fits = _number(value) and 0 <= value <= 1
    if not fits or (value == 0 and not zero) or (value == 1 and not top):
        raise CourseError(
            _("{name} is {value}. Give a share {low} and {high} 1, such as {example}.").format(
                name=name,
                value=shown(value),
                low=_("of 0 or more") if zero else _("above 0"),
                high=_("at most") if top else _("below"),
                example=example,
            )
        )


def _number(value: Any) -> bool:
    return isinstance(value, Real)


def shown(value: Any) -> str:
    """Return a number without needless digits, anything else as it is written."""
    return f"{value:g}" if _number(value) else repr(value)


def desk_contacts(contacts: Any, columns: str) -> Any:
    """Return the table contacts as a Narwhals frame whose moments follow one another.

    A lazy engine is not asked: that would run a query.
    """
    (frame,) = door({"contacts": contacts}, {"contacts": columns})
    if isinstance(frame, nw.DataFrame):
        moments = [name for name in columns.split() if name.endswith("_at")]
        _refuse_backward(frame, moments)
    return frame


def _refuse_backward(frame: nw.DataFrame[Any], moments: list[str]) -> None:
    lost = int(frame["arrived_at"].is_null().sum()) if "arrived_at" in moments else 0
    if lost:
        raise CourseError(
            _("Contacts without arrived_at: {n}. Add the time or leave these rows out.").format(
                n=lost
            )
        )
    for earlier, later in combinations(moments, 2):
        back = frame.filter(nw.col(later) < nw.col(earlier))
        if len(back):
            raise CourseError(
                _(
                    "Contacts with {later} before {earlier}: {n}, such as {second} before {first}. "
                    "Put these times right, or leave the rows out."
                ).format(
                    n=len(back),
                    later=later,
                    earlier=earlier,
                    second=back[later][0],
                    first=back[earlier][0],
                )
            )


def as_pandas(table: Any) -> pd.DataFrame:
    """Return a table of any engine as pandas."""
    frame: pd.DataFrame = nw.from_native(table).lazy().collect("pandas").to_native()
    return frame
