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


def share_of(name: str, value: float, low: float = 0, high: float = 1) -> None:
    """Raise a CourseError unless `value` lies between `low` and `high`."""
    if not low <= value <= high:
        raise CourseError(
            _("{name} is {value}. Give a share from {low} to {high}, such as 0.95.").format(
                name=name, value=value, low=low, high=high
            )
        )


def positive(**numbers: float) -> None:
    """Raise a CourseError for a number that is not above zero."""
    for name, value in numbers.items():
        if not value > 0:
            raise CourseError(
                _("{name} is {value}. Give a number above zero.").format(name=name, value=value)
            )


def added(frame: Frame, keys: Sequence[str], columns: Sequence[str], count: str = "") -> Frame:
    """Sum whole-number columns by `keys`, and count rows as `count`; plain aggregates only."""
    counted = [nw.len().alias(count)] if count else []
    sums = frame.group_by(*keys).agg(*[nw.col(name).sum() for name in columns], *counted)
    return sums.with_columns(nw.col(*columns, *([count] if count else [])).cast(nw.Int64))
