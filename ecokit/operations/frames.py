"""Small steps that the measures of this topic share: take tables, give results back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.kpi.engine import Frame
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd


def tables_of(data: Any) -> Mapping[str, Any]:
    """Return the tables of a Shop, or a mapping of tables as it is."""
    return cast("Mapping[str, Any]", getattr(data, "tables", data))


def native(frame: Frame, by: Sequence[str]) -> Any:
    """Return a frame of the caller's kind, sorted by `by`."""
    ordered = frame.sort(*by, nulls_last=True) if by else frame
    return nw.maybe_reset_index(ordered).to_native()


def small(frame: Frame) -> pd.DataFrame:
    """Return a frame of a few rows as pandas, whatever the engine."""
    return cast("pd.DataFrame", frame.lazy().collect(backend="pandas").to_native())


def added(frame: Frame, keys: Sequence[str], columns: Sequence[str], count: str = "") -> Frame:
    """Sum whole-number columns by `keys`, and count rows as `count`; plain aggregates only."""
    counted = [nw.len().alias(count)] if count else []
    sums = frame.group_by(*keys).agg(*[nw.col(name).sum() for name in columns], *counted)
    return sums.with_columns(nw.col(*columns, *([count] if count else [])).cast(nw.Int64))


def refuse(frame: Frame, table: str, wrong: nw.Expr, why: str, show: Sequence[str]) -> None:
    """Raise a CourseError for rows of an eager table that are `wrong`; a lazy one is not asked."""
    if not isinstance(frame, nw.DataFrame):
        return
    rows = frame.filter(wrong)
    if len(rows):
        first = zip(show, rows.select(*show).row(0), strict=True)
        raise CourseError(
            _("In {n} rows of {table} {why}, such as {example}. Correct or drop them.").format(
                n=len(rows),
                table=table,
                why=why,
                example=", ".join(f"{name} {value}" for name, value in first),
            )
        )


def refuse_unknown(
    frame: Frame, table: str, key: str, other: Frame, other_table: str, column: str
) -> None:
    """Raise a CourseError for rows whose `key` has no `column` in the other table."""
    if isinstance(other, nw.DataFrame):
        known = other.filter(~nw.col(column).is_null())[key].to_list()
        why = _("{key} has no {column} in {other}").format(
            key=key, column=column, other=other_table
        )
        refuse(frame, table, ~nw.col(key).is_in(known), why, [key])
