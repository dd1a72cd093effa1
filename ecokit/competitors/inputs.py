"""Tables from elsewhere: what a measure needs of them, or a sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd


def demand_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a `CourseError` that names the columns that `table` lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> demand_columns(pd.DataFrame({"week": []}), ["week", "price"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: price.
    """
    if not hasattr(table, "columns"):
        sentence = _("Give a pandas DataFrame with the columns {columns}, not {kind}.")
        raise CourseError(sentence.format(columns=", ".join(columns), kind=type(table).__name__))
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        sentence = _("The table lacks the column: {columns}.")
        raise CourseError(sentence.format(columns=", ".join(lacking)))


def numbers(table: pd.DataFrame, columns: Sequence[str], *, zero: bool = False) -> pd.DataFrame:
    """Return a table with columns as floats above zero; missing values stay missing.

    Parameters
    ----------
    table : DataFrame
    columns : sequence of str
    zero : bool
        Whether zero is allowed, as for units.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({"price": ["12.5", None]}), ["price"])["price"].tolist()
    [12.5, nan]
    >>> numbers(pd.DataFrame({"price": [9.0, 0.0]}), ["price"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column price holds 0.0 in row 1; it takes numbers above zero.
        Mend the row, or leave it out.
    """
    import pandas as pd

    demand_columns(table, columns)
    found = {}
    for column in columns:
        values = pd.to_numeric(table[column], errors="coerce").astype("float64")
        low = values < 0 if zero else values <= 0
        wrong = (values.isna() & table[column].notna()) | np.isinf(values) | low
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            words = _("numbers from zero on") if zero else _("numbers above zero")
            sentence = _(
                "The column {column} holds {value!r} in row {row}; it takes {words}. "
                "Mend the row, or leave it out."
            )
            value = table[column].iloc[row]
            value = value.item() if isinstance(value, np.generic) else value
            raise CourseError(
                sentence.format(column=column, value=value, row=table.index[row], words=words)
            )
        found[column] = values
    return table.assign(**found)


def days(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table with columns as days, without time and time zone.

    Examples
    --------
    >>> import pandas as pd
    >>> days(pd.DataFrame({"week": ["2025-03-03 08:00"]}), ["week"])["week"].dt.hour.tolist()
    [0]
    >>> days(pd.DataFrame({"week": ["soon"]}), ["week"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column week holds no dates. Write them like 2025-03-03.
    """
    import pandas as pd

    demand_columns(table, columns)
    found = {}
    for column in columns:
        given = table[column]
        try:
            if pd.api.types.is_numeric_dtype(given) and given.notna().any():
                raise TypeError(column)
            moments = pd.to_datetime(given)
            found[column] = moments.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
        except (ValueError, TypeError, AttributeError, OverflowError):
            sentence = _("The column {column} holds no dates. Write them like 2025-03-03.")
            raise CourseError(sentence.format(column=column)) from None
    return table.assign(**found)


def day_of(week: Any) -> pd.Timestamp:
    """Return one day as a timestamp.

    >>> day_of("2025-03-03").year
    2025
    """
    import pandas as pd

    try:
        day = pd.Timestamp(week)
    except (ValueError, TypeError):
        day = None
    if day is None or pd.isna(day):
        sentence = _("{week!r} is no day. Write it like '2025-03-03'.")
        raise CourseError(sentence.format(week=week))
    return day.tz_localize(None).normalize()


def number(value: Any) -> float:
    """Return a value as a float; NaN for what is no number.

    >>> number("0.5"), number("half")
    (0.5, nan)
    """
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def known(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a `CourseError` for rows in which one of the columns is empty.

    >>> import pandas as pd
    >>> known(pd.DataFrame({"sku": ["a", None]}), ["sku"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column sku is empty in 1 of 2 rows. Fill it in, or leave the
        rows out.
    """
    demand_columns(table, columns)
    for column in columns:
        empty = int(table[column].isna().sum())
        if empty:
            sentence = _(
                "The column {column} is empty in {empty} of {rows} rows. Fill it in, or "
                "leave the rows out."
            )
            raise CourseError(sentence.format(column=column, empty=empty, rows=len(table)))


def once(table: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Raise a `CourseError` when two rows share their keys.

    >>> import pandas as pd
    >>> once(pd.DataFrame({"sku": ["a", "a"]}), ["sku"], "An offer")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: An offer stands twice: sku a. Give one row for each.
    """
    demand_columns(table, keys)
    twice = table.duplicated(list(keys))
    if twice.any():
        row = table.loc[twice, list(keys)].iloc[0]
        named = ", ".join(f"{key} {value}" for key, value in row.items())
        sentence = _("{what} stands twice: {named}. Give one row for each.")
        raise CourseError(sentence.format(what=what, named=named))


def joined(left: pd.DataFrame, right: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Return two tables joined; values of different kinds, such as 7 and "7", never meet.

    >>> import pandas as pd
    >>> joined(pd.DataFrame({"sku": [7]}), pd.DataFrame({"sku": ["7"]}), ["sku"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The tables hold different kinds of sku: int64 and str. Turn both
        into text.
    """
    try:
        return left.merge(right, on=list(on))
    except ValueError:
        column = next(c for c in on if left[c].dtype != right[c].dtype)
        sentence = _(
            "The tables hold different kinds of {column}: {a} and {b}. Turn both into text."
        )
        a, b = left[column].dtype, right[column].dtype
        raise CourseError(sentence.format(column=column, a=a, b=b)) from None
