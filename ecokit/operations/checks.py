"""Numbers, months and days that a caller gives: take them, or say in a sentence what is wrong."""

from __future__ import annotations

from math import inf
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def share_of(name: str, value: Any) -> None:
    """Raise a CourseError unless `value` lies between 0 and 1."""
    if not (isinstance(value, Real) and 0 <= float(value) <= 1):
        raise CourseError(
            _("{name} is {value}. Give a share from 0 to 1, such as 0.95.").format(
                name=name, value=value
            )
        )


def chance(name: str, value: Any) -> None:
    """Raise a CourseError unless `value` lies between 0 and 1, and is neither."""
    if not (isinstance(value, Real) and 0 < float(value) < 1):
        raise CourseError(
            _("{name} is {value}. Give a share between 0 and 1, such as 0.95.").format(
                name=name, value=value
            )
        )


def positive(**given: Any) -> None:
    """Raise a CourseError for a number that is not above zero, or not finite."""
    for name, value in given.items():
        if not (isinstance(value, Real) and 0 < float(value) < inf):
            raise CourseError(
                _("{name} is {value}. Give a number above zero.").format(name=name, value=value)
            )


def counts(**given: Any) -> None:
    """Raise a CourseError for what is not a whole number of 1 or more."""
    for name, value in given.items():
        if not (isinstance(value, Integral) and int(value) >= 1):
            raise CourseError(
                _("{name} is {value}. Give a whole number, 1 or more.").format(
                    name=name, value=value
                )
            )


def numbers(name: str, values: Any, low: float = 0.0) -> NDArray[np.float64]:
    """Return `values` as an array of finite numbers, none below `low`.

    Examples
    --------
    >>> numbers("demand", [2, 3])
    array([2., 3.])
    >>> numbers("demand", [2, -3])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand holds -3.0, which is below 0. Give numbers of 0 or more.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise CourseError(
            _("{name} holds something that is not a number. Give numbers only.").format(name=name)
        ) from None
    if not np.isfinite(array).all():
        raise CourseError(
            _("{name}: {n} of {all} numbers are missing or not finite. Fill or drop them.").format(
                name=name, n=int((~np.isfinite(array)).sum()), all=array.size
            )
        )
    if low > -inf and (array < low).any():
        raise CourseError(
            _("{name} holds {value}, which is below {low:g}. Give numbers of {low:g} or more.")
            .format(name=name, value=float(array.min()), low=low)
        )  # fmt: skip
    return array


def month_of(month: Any) -> pd.Period:
    """Return a month as a Period.

    Examples
    --------
    >>> month_of("2025-09")
    Period('2025-09', 'M')
    >>> month_of("2025-13")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 2025-13 is not a month. Write it like 2025-09.
    """
    import pandas as pd

    found: Any
    try:
        found = pd.Period(month, "M")
    except (TypeError, ValueError):
        found = None
    if not isinstance(found, pd.Period):  # NaT is none
        raise CourseError(_("{month} is not a month. Write it like 2025-09.").format(month=month))
    return found


def by_day(name: str, series: Any, low: float = 0.0) -> pd.Series[float]:
    """Return a series of numbers with one row a day, in order.

    Examples
    --------
    >>> by_day("demand", [1, 2])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand needs one number a day, with the days as index, without ...
    """
    import pandas as pd

    index = getattr(series, "index", None)
    if (
        not isinstance(series, pd.Series)
        or not isinstance(index, pd.DatetimeIndex)
        or index.tz is not None
        or index.has_duplicates
        or (index != index.normalize()).any()
    ):
        raise CourseError(
            _(
                "{name} needs one number a day, with the days as index, without a time zone: "
                "table.groupby('date')['sold'].sum() makes it."
            ).format(name=name)
        )
    return pd.Series(numbers(name, series, low), index=index).sort_index()
