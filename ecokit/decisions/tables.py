"""Take the caller's tables in, look at their rows, and give small tables back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.kpi.door import By, door, listed, need
from ecokit.messages import _


class Wrong(NamedTuple):
    """Rows that cannot be used: what they have, how to find and show them, what to do."""

    what: str
    rows: nw.Expr
    columns: tuple[str, ...]
    remedy: str = _("Correct them or leave them out.")


def opened(table: Any, name: str, *columns: str, by: Iterable[str] = ()) -> Any:
    """Return a table of the caller as a Narwhals frame with the columns that are needed."""
    (frame,) = door({name: table}, {name: " ".join(columns)})
    need(name, frame, list(by))
    return frame


def groups(by: By) -> list[str]:
    """Return the columns to group by, one at least."""
    keys = listed(by)
    if not keys:
        raise CourseError(_("Name a column to group by, such as by='kind'."))
    return keys


def minutes_between(start: str, end: str) -> nw.Expr:
    """Return the minutes from one column of times to another."""
    return (nw.col(end) - nw.col(start)).dt.total_seconds() / 60


def wrong_times(start: str, end: str) -> list[Wrong]:
    """Return what must not be: no start, or an end before it."""
    return [
        Wrong(_("no {start}").format(start=start), nw.col(start).is_null(), (start, end)),
        Wrong(
            _("{end} before {start}").format(start=start, end=end),
            nw.col(end) < nw.col(start),
            (start, end),
        ),
    ]


def still_open(start: str, end: str, remedy: str) -> Wrong:
    """Return the rows that have a start and no end yet."""
    return Wrong(_("no {end} yet").format(end=end), nw.col(end).is_null(), (start,), remedy)


def not_above_zero(column: str, *, whole: bool = False) -> Wrong:
    """Return the rows whose number is missing or not above zero, or is not whole."""
    right, what = nw.col(column) > 0, _("no {column} above 0")
    if whole:
        right, what = right & (nw.col(column) % 1 == 0), _("no whole number of {column} above 0")
    return Wrong(what.format(column=column), ~right.fill_null(value=False), (column,))


def below_zero(column: str) -> Wrong:
    """Return the rows whose amount is missing or below zero."""
    right = ((nw.col(column) >= 0) & (nw.col(column) < math.inf)).fill_null(value=False)
    return Wrong(_("no {column} of 0 or more").format(column=column), ~right, (column,))


def refuse(frame: Any, table: str, wrong: Sequence[Wrong]) -> int:
    """Raise a CourseError that shows a wrong row; return the number of rows."""
    counts = [
        rule.rows.fill_null(value=False).cast(nw.Int64).sum().alias(f"wrong_{i}")
        for i, rule in enumerate(wrong)
    ]
    rows, *found = collected(frame.select(nw.len().alias("rows"), *counts)).row(0)
    for rule, n in zip(wrong, found, strict=True):
        if n:
            first = collected(frame.filter(rule.rows).select(*rule.columns).head(1)).row(0)
            example = ", ".join(
                f"{column} {value}" for column, value in zip(rule.columns, first, strict=True)
            )
            raise CourseError(
                _(
                    "{n} of {rows} rows of {table} have {what}, such as one with "
                    "{example}. {remedy}"
                ).format(
                    n=int(n),
                    rows=int(rows),
                    table=table,
                    what=rule.what,
                    example=example,
                    remedy=rule.remedy,
                )
            )
    return int(rows)


def collected(frame: Any) -> Any:
    """Return a frame with its rows, where a lazy one has none yet."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def columns_of(frame: Any) -> tuple[dict[str, Any], Any]:
    """Return a few rows as NumPy columns, and the family of frames to go back to."""
    table = collected(frame)
    columns: dict[str, Any] = {}
    for column in table.iter_columns():
        values = column.to_list()
        if column.dtype.is_numeric():  # sums of integers are decimals on DuckDB
            whole = column.dtype.is_integer() or column.dtype.is_decimal()
            columns[column.name] = np.asarray(values, dtype="int64" if whole else "float64")
        else:
            columns[column.name] = values
    return columns, table.implementation


def frame_of(columns: Mapping[str, Any], family: Any) -> Any:
    """Return columns as a frame of the caller's family."""
    return nw.from_dict(dict(columns), backend=family).to_native()


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Return part / whole, not a number where whole is 0."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def bounds(limits: Sequence[tuple[float, float]]) -> dict[str, NDArray[np.float64]]:
    """Return intervals as the columns low and high."""
    low, high = np.asarray(limits, dtype=float).reshape(-1, 2).T
    return {"low": low, "high": high}
