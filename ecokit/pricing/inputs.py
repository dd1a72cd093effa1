"""What pricing checks before it computes: numbers and tables, each told in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

# --- numbers ---------------------------------------------------------------------------


def number(value: Any, name: str) -> float:
    """Return `value` as a float, or say that it is none.

    Examples
    --------
    >>> number(3, "price"), number("3", "price")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price is '3'. Give a number.
    """
    try:
        if isinstance(value, str):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        message = _("The {name} is {value!r}. Give a number.")
        raise CourseError(message.format(name=name, value=value)) from None


def amount(value: Any, name: str, *, positive: bool = False) -> float:
    """Return an amount in yuan from 0, or above 0, or say that it is none.

    Examples
    --------
    >>> amount(0, "unit cost")
    0.0
    >>> amount(0, "price", positive=True)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price is 0. Give an amount in yuan, above 0.
    """
    yuan = number(value, name)
    if not math.isfinite(yuan) or yuan < 0 or (positive and yuan == 0):
        least = _("above 0") if positive else _("0 or more")
        message = _("The {name} is {value:g}. Give an amount in yuan, {least}.")
        raise CourseError(message.format(name=name, value=yuan, least=least))
    return yuan


def positive(value: Any, name: str) -> float:
    """Return `value` as a number above 0, or say that it is none."""
    if not 0 < number(value, name) < math.inf:
        message = _("{name} is {value}. It must be a number above 0.")
        raise CourseError(message.format(name=name, value=value))
    return float(value)


def between(value: Any, name: str, low: float, high: float) -> float:
    """Return `value` if it lies from `low` to `high`, or say that it does not."""
    if not low <= number(value, name) <= high:
        message = _("{name} is {value:g}. It must lie between {low:g} and {high:g}.")
        raise CourseError(message.format(name=name, value=value, low=low, high=high))
    return float(value)


def count(value: Any, name: str, low: int, high: int) -> int:
    """Return `value` as a whole number from `low` to `high`, or say that it is none.

    Examples
    --------
    >>> count(2.0, "bidders", 2, 100)
    2
    >>> count(2.5, "bidders", 2, 100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: bidders is 2.5. It must be a whole number.
    """
    if not between(value, name, low, high).is_integer():
        message = _("{name} is {value:g}. It must be a whole number.")
        raise CourseError(message.format(name=name, value=value))
    return int(value)


def generator(seed: Any) -> np.random.Generator:
    """Return the random numbers of a seed, a whole number from 0."""
    return np.random.default_rng(count(seed, _("seed"), 0, 2**53))


# --- tables ----------------------------------------------------------------------------


def need(table: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a CourseError for the columns that `frame` lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> need("products", pd.DataFrame({"sku": ["a"]}), ["product_id"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table products has no column product_id. It has: sku.
    """
    if not hasattr(frame, "columns"):
        message = _("The table {table} is missing. Give it as a pandas DataFrame.")
        raise CourseError(message.format(table=table))
    missing = [name for name in dict.fromkeys(columns) if name not in frame]
    if missing:
        message = _("The table {table} has no column {missing}. It has: {has}.")
        has = ", ".join(map(str, frame.columns))
        raise CourseError(message.format(table=table, missing=", ".join(missing), has=has))


def numbers(
    table: str,
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    least: float = 0,
    above: bool = False,
    gaps: bool = False,
) -> None:
    """Raise a CourseError for values that are no finite numbers of `least` or more.

    Parameters
    ----------
    table : str
        Its name, for the sentence.
    frame : DataFrame
        With the columns.
    columns : sequence of str
        Columns to look at.
    least : float
        The smallest value that can be.
    above : bool
        The values must lie above it.
    gaps : bool
        Values may be missing.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers("products", pd.DataFrame({"cost": [9.0, -1.0]}), ["cost"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In the table products, the column cost holds a value that cannot be
    in 1 of 2 rows, such as -1.0 in row 1. It takes numbers of 0 or more. Mend these rows, or leave
    them out.
    """
    from pandas.api.types import is_numeric_dtype

    for name in columns:
        if not is_numeric_dtype(frame[name]):
            message = _(
                "In the table {table}, the column {column} holds no numbers ({dtype}). Turn it "
                "into numbers first: pd.to_numeric."
            )
            raise CourseError(message.format(table=table, column=name, dtype=frame[name].dtype))
        values = frame[name].to_numpy("float64", na_value=np.nan)
        good = np.isfinite(values) & ((values > least) if above else (values >= least))
        if gaps:
            good |= np.isnan(values)
        if not good.all():
            kind = _("numbers above {least:g}") if above else _("numbers of {least:g} or more")
            if not math.isfinite(least):
                kind = _("finite numbers")
            _refuse(table, frame, name, ~good, kind.format(least=least))


def dates(table: str, frame: pd.DataFrame, columns: Sequence[str], *, gaps: bool = False) -> None:
    """Raise a CourseError for columns that hold no dates, or dates with a time zone.

    Examples
    --------
    >>> import pandas as pd
    >>> dates("stock", pd.DataFrame({"date": ["2025-01-01"]}), ["date"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In the table stock, the column date holds no dates (str). Turn it
    into dates first: pd.to_datetime.
    """
    from pandas.api.types import is_datetime64_any_dtype, is_datetime64_dtype

    for name in columns:
        told = {"table": table, "column": name, "dtype": frame[name].dtype}
        if not is_datetime64_any_dtype(frame[name]):
            message = _(
                "In the table {table}, the column {column} holds no dates ({dtype}). Turn it into "
                "dates first: pd.to_datetime."
            )
            raise CourseError(message.format(**told))
        if not is_datetime64_dtype(frame[name]):
            message = _(
                "In the table {table}, the column {column} has a time zone ({dtype}). Take the "
                "clock of the shop: .dt.tz_localize(None)."
            )
            raise CourseError(message.format(**told))
        if not gaps and frame[name].isna().any():
            _refuse(table, frame, name, frame[name].isna().to_numpy(), _("dates"))


def once(table: str, frame: pd.DataFrame, keys: Sequence[str]) -> None:
    """Raise a CourseError where a key stands in more than one row.

    Examples
    --------
    >>> import pandas as pd
    >>> once("products", pd.DataFrame({"product_id": ["P1", "P1"]}), ["product_id"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In the table products, 1 row repeats the product_id of another, such
    as P1. Keep one row each.
    """
    again = frame.duplicated(list(keys))
    if again.any():
        n = int(again.sum())
        example = ", ".join(str(value) for value in frame.loc[again, list(keys)].iloc[0])
        message = _("In the table {table}, {n} {repeat} the {keys} of another, such as {example}.")
        message = message + " " + _("Keep one row each.")
        repeat = _("row repeats") if n == 1 else _("rows repeat")
        told = {"keys": _(" and ").join(keys), "example": example}
        raise CourseError(message.format(table=table, n=n, repeat=repeat, **told))


def _refuse(table: str, frame: pd.DataFrame, column: str, bad: Any, kind: str) -> None:
    place = int(np.flatnonzero(bad)[0])
    message = _(
        "In the table {table}, the column {column} holds a value that cannot be in {n:,} of "
        "{all:,} rows, such as {value} in row {row}. It takes {kind}. Mend these rows, or leave "
        "them out."
    )
    raise CourseError(
        message.format(
            table=table,
            column=column,
            n=int(bad.sum()),
            all=len(frame),
            value=frame[column].iloc[place],
            row=frame.index[place],
            kind=kind,
        )
    )


def moment(as_of: Any) -> pd.Timestamp:
    """Return a moment, or say that it is none.

    Examples
    --------
    >>> moment("2025-06-01")
    Timestamp('2025-06-01 00:00:00')
    >>> moment("soon")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The moment 'soon' is no date. Write it as 2025-06-30.
    """
    import pandas as pd

    try:
        day: Any = pd.Timestamp(as_of)
    except (TypeError, ValueError):
        day = pd.NaT
    if pd.isna(day) or day.tz is not None:
        message = _("The moment {moment!r} is no date. Write it as 2025-06-30.")
        raise CourseError(message.format(moment=as_of))
    return cast("pd.Timestamp", day)
