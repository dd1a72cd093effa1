"""Turn the values of a column into the type of its field, and tell of those that cannot be."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ecokit.messages import _
from ecokit.shop.schema import Field

TRUE, FALSE = ("true", "t", "yes", "y", "1", "是"), ("false", "f", "no", "n", "0", "否")
WHOLE = r"-?(?:0|[1-9]\d{0,17})(?:\.0+)?"
ROUNDED = r"-?\d(?:[.,]\d+)?[eE]\+\d+"
# ="123" and '123: how exports keep a spreadsheet from rounding ids.
KEPT_AS_TEXT = r"^(?:=\"(.*)\"|'(.*))$"
YEARS = (1900, 2100)
ZONED = r"^(.*:\d{2}(?:\.\d+)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)$"
PARTS = (
    r"^(?P<first>\d{1,4})(?P<mark>[-/.年])(?P<second>\d{1,2})[-/.月](?P<last>\d{1,4})日?"
    r"(?P<time>(?:[T\s].*)?)$"
)


class Wrong(NamedTuple):
    """Values that cannot be used: which rows, what they are, what to do."""

    rows: pd.Series
    what: str
    remedy: str


def as_type(field: Field, column: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Return the column as the type of its field, and what is wrong with it.

    Examples
    --------
    >>> from ecokit.shop.schema import schema
    >>> paid = schema("orders").field("paid_at")
    >>> as_type(paid, pd.Series(["5.1.2025 9:05", "31.1.2025"]))[0].astype("str").tolist()
    ['2025-01-05 09:05:00', '2025-01-31 00:00:00']
    >>> as_type(paid, pd.Series(["5/1/2025"]))[1][0].what
    'dates in which day and month could change places'
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    empty = column.isna()
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        column = column.where(empty, column.astype("str").str.strip())
        empty |= column == ""
    column = column.mask(empty)
    if field.type == "string" or field.name.endswith("_id"):
        column = _without_points(column)
    if field.name.endswith("_id"):
        return _as_id(field, column, empty)
    if field.type == "string":
        return column.astype("str").mask(empty), []
    if field.type == "boolean":
        return _as_boolean(field, column, empty)
    if field.type in ("date", "datetime"):
        return _as_time(column, empty)
    return _as_number(column, empty, whole=field.type == "integer")


def _without_points(column: pd.Series) -> pd.Series:
    """Give back their look to whole numbers that a gap in the column turned into 2.0."""
    if not pd.api.types.is_float_dtype(column) or (column.dropna() % 1 != 0).any():
        return column
    return column.astype("Float64").astype("Int64") if column.abs().max() < 2**53 else column


def _as_id(field: Field, column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Keep ids as they are written; they become integers only where nothing is lost by it."""
    text = column.astype("str").str.replace(KEPT_AS_TEXT, r"\1\2", regex=True).mask(empty)
    remedy = _("Export the ids as text.")
    kinds = ((ROUNDED, _("ids that a spreadsheet rounded")), ("-?inf", _("not ids")))
    found = [(text.str.fullmatch(pattern).eq(True), what) for pattern, what in kinds]
    wrong = [Wrong(rows, what, remedy) for rows, what in found if rows.any()]
    if field.type == "string" or not text[~empty].str.fullmatch(WHOLE).all():
        return text, wrong
    return _integers(pd.to_numeric(text.str.replace(r"\.0+$", "", regex=True)), empty), wrong


def _integers(numbers: pd.Series, empty: pd.Series) -> pd.Series:
    return numbers.astype("Int64" if empty.any() else "int64")


def _as_boolean(field: Field, column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    text = _without_points(column).astype("str").str.lower()
    values = text.isin(TRUE)
    wrong = ~empty & ~text.isin((*TRUE, *FALSE))
    remedy = _("Write true or false.")
    faults = [Wrong(wrong, _("neither true nor false"), remedy)] if wrong.any() else []
    plain = field.required and not empty.any()
    return (values if plain else values.astype("boolean").mask(empty)), faults


def _as_number(
    column: pd.Series, empty: pd.Series, *, whole: bool
) -> tuple[pd.Series, list[Wrong]]:
    if column.dtype.kind not in "iufb":  # pandas would turn a time into its nanoseconds
        column = column.astype("str")
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = ~empty & ~(numbers.abs() < 2**63)
    if whole:
        wrong |= ~empty & (numbers % 1 != 0)
    if wrong.any():
        what = _("not whole numbers") if whole else _("not numbers")
        remedy = _(
            "Write plain numbers such as {example}: no currency, no thousands separator, "
            "no decimal comma."
        )
        example = "1299" if whole else _("1299 or 12.50")
        return numbers, [Wrong(wrong, what, remedy.format(example=example))]
    return (_integers(numbers, empty) if whole else numbers), []


def _as_time(column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Read points in time; refuse years that no shop has seen."""
    times, faults = _times(column, empty)
    if faults:
        return times, faults
    outside = ~times.dt.year.between(*YEARS) & ~empty
    what = _("not in the years {first} to {last}").format(first=YEARS[0], last=YEARS[1])
    remedy = _("Correct the year; leave the cell empty where the thing has not happened.")
    return times, [Wrong(outside, what, remedy)] if outside.any() else []


def _times(column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Read points in time; of one with a time zone the time that is written there stays."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.tz_localize(None).astype("datetime64[us]"), []
    remedy = _(
        "Write dates as 2025-01-31 or 2025-01-31 14:05; in a spreadsheet, give the column "
        "that format before you export it."
    )
    if pd.api.types.is_numeric_dtype(column) and not empty.all():
        return column, [Wrong(~empty, _("not dates"), remedy)]
    text = column.astype("str")
    zoned = text.str.fullmatch(ZONED).eq(True)
    if zoned.any():
        parts = text[zoned].str.extract(ZONED)
        kind = parts[1].str.replace(r"[+-].+", "offset", regex=True)
        kind = kind.reindex(text.index, fill_value="")
        other = ~empty & ~kind.isin(kind[~empty].mode().head(1))
        if other.any():
            what = _("in another kind of time zone than the rest")
            return column, [Wrong(other, what, _("Write all of them in the shop's time."))]
        text = text.mask(zoned, parts[0].reindex(text.index))
    times = pd.to_datetime(text.mask(empty), errors="coerce", format="ISO8601")
    times = times.astype("datetime64[us]")
    rest = times.isna() & ~empty
    if not rest.any():
        return times, []
    split, unclear = _by_parts(text[rest])
    times[rest] = split
    unclear = unclear.reindex(text.index, fill_value=False)
    missed = times.isna() & ~empty & ~unclear
    what = _("dates in which day and month could change places")
    faults = [Wrong(unclear, what, remedy), Wrong(missed, _("not dates"), remedy)]
    return times, [fault for fault in faults if fault.rows.any()]


def _by_parts(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read 2025/1/31, 2025年1月31日, 31.1.2025, and 31/1/2025 or 1/31/2025 if all rows agree."""
    parts = text.str.extract(PARTS)
    first, second = parts["first"].astype("float64"), parts["second"].astype("float64")
    year_last = (parts["last"].str.len() == 4) & (parts["first"].str.len() <= 2)
    slashed = year_last & (parts["mark"] != ".")
    day_first = bool((first[slashed] > 12).any())
    month_first = bool((second[slashed] > 12).any())
    unclear = slashed if day_first == month_first else slashed & False
    swap = slashed if month_first else slashed & False
    year = parts["last"].where(year_last, parts["first"].where(parts["first"].str.len() == 4))
    month = parts["second"].mask(swap, parts["first"])
    day = parts["first"].mask(swap, parts["second"]).where(year_last, parts["last"])
    iso = year + "-" + month + "-" + day + parts["time"]
    times = pd.to_datetime(iso.mask(unclear), errors="coerce", format="mixed")
    return times.astype("datetime64[us]"), unclear
