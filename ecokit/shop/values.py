"""Turn the values of a column into the type of its field, and tell of those that cannot be."""

from __future__ import annotations

from datetime import date, time, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ecokit.messages import _, short
from ecokit.shop.money import amounts, has_decimal_comma
from ecokit.shop.schema import Field
from ecokit.shop.words import FALSE, GAPS, TOTALS, TRUE

WHOLE = r"-?(?:0|[1-9]\d{0,17})(?:\.0+)?"
ROUNDED = r"-?\d(?:[.,]\d+)?[eE]\+?\d+"
LONGEST = 2**53  # from there on a float does not hold every whole number
# Blanks that nobody sees; ="123", '123 and `123 keep a spreadsheet from rounding ids.
UNSEEN = "[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]"  # no raw text: Arrow reads it fast
KEPT_AS_TEXT = r"^(?:=\s*\"\s*(.*?)\s*\"|['’‘`]+\s*(.*))$"
GROUPED = r"[-+−]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?"
YEARS = (1900, 2100)
PLAIN = {"floating", "boolean", "datetime64", "datetime", "date", "decimal", "empty", "timedelta"}
LARGEST = 1_000  # bits of a whole number
SEVERAL = timezone(timedelta(minutes=1), "several")  # stands for a column in several offsets
ZONED = r"^(.*:\d{2}(?:\.\d+)?)\s*(Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$"
NO_TIME = (  # pandas takes the clock's time for a word, and an offset of one digit for hours
    r"(?i)\s*(?:now|today|"
    r"\d{4}\D?\d\d?\D?\d\d?[T\s]\d[\d:.,]*\s*(?:[+-]\d[\d:]*|z))\s*"
)
MONTH = r"^(?P<year>(?:19|20)\d{2})\s*(?:[-/.年]\s*)?(?P<month>0?[1-9]|1[0-2])\s*月?$"
PARTS = (
    r"^(?P<first>\d{1,4})\s*(?P<mark>[-/.年])\s*(?P<second>\d{1,2})\s*[-/.月]\s*"
    r"(?P<last>\d{1,4})\s*日?(?P<time>(?:[T\s]?\s*.*)?)$"
)
HALF = r"^(.*?)\s*(上午|下午|凌晨|早上|中午|晚上|am|pm|AM|PM)\s*(\d{1,2})(.*)$"
LATE = ("下午", "晚上", "中午", "pm", "PM")


class Wrong(NamedTuple):
    """Values that cannot be used: which rows, what they are, what to do."""

    rows: pd.Series
    what: str
    remedy: str


def without_gaps(column: pd.Series, *, free: bool = False, flags: bool = False) -> pd.Series:
    """Return a column whose gaps are missing, however they are written; text without its blanks.

    Parameters
    ----------
    column : Series
        Values of any kind.
    free : bool
        Whether it is free text, such as names, in which "None" may be a word.
    flags : bool
        Whether it holds true or false, of which 无 is one.

    Examples
    --------
    >>> without_gaps(pd.Series([" A1 ", "NULL", "--", ""])).tolist()
    ['A1', nan, nan, nan]
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    empty = column.isna()
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        text = column.astype("str")
        if text.str.contains(UNSEEN).any():
            text = text.str.replace(UNSEEN, "", regex=True)
        column = column.where(empty, text.str.strip())
        small = column.astype("str").str.lower()
        words = {""} if free else GAPS - FALSE if flags else GAPS
        empty |= small.isin(words)
    return column.mask(empty) if empty.any() else column


def plain_cells(column: pd.Series) -> pd.Series:
    """Return a column of Python's own objects with words for those that are no values.

    Examples
    --------
    >>> plain_cells(pd.Series(["a", 1, [2], 10**5000], dtype=object)).tolist()
    ['a', 1, '[2]', '<int>']
    """
    if pd.api.types.infer_dtype(column, skipna=True) in PLAIN:
        return column
    return column.map(_plain_cell)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int):
        return value if value.bit_length() < LARGEST else short(value)
    known = isinstance(value, (float, Decimal, date, time, timedelta, np.number, np.bool_))
    known = known or value is None or value is pd.NA or value is pd.NaT
    return value if known and not isinstance(value, np.timedelta64) else short(value)


def is_total(column: pd.Series) -> pd.Series:
    """Say for each value whether it names a sum of the other rows.

    Examples
    --------
    >>> is_total(pd.Series(["A1", "合计：", "Total (2 rows)"])).tolist()
    [False, True, True]
    """
    if column.dtype != object and not isinstance(column.dtype, pd.StringDtype):
        return pd.Series(data=False, index=column.index)
    text = column.astype("str")
    likely = text.str.contains("[计計和汇数]|(?i:total|sum)").eq(True)
    if not likely.any():
        return likely.astype("bool")
    word = text[likely].str.replace(r"\s*[:：(（].*$", "", regex=True).str.strip().str.lower()
    return word.isin(TOTALS).reindex(column.index, fill_value=False) & column.notna()


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
    flags = field.type == "boolean"
    column = without_gaps(column, free=field.is_free_text, flags=flags)
    empty = column.isna()
    if field.type == "string" or field.name.endswith("_id"):
        column = _without_points(column)
    if field.name.endswith("_id"):
        return as_ids(column, text=field.type == "string")
    if field.type == "string":
        return column.astype("str").mask(empty), []
    if flags:
        values, wrong = as_flags(column)
        plain = field.required and not empty.any() and not wrong
        return values.astype("bool") if plain else values, wrong
    if field.type in ("date", "datetime"):
        return _as_time(column, empty)
    whole = field.elsewhere.type == "integer"
    values, wrong = _as_number(column, empty, whole=whole, money=field.unit == "yuan")
    if field.type == "integer" and not whole and (values.dropna() % 1 == 0).all():
        values = _integers(values, empty) if not wrong else values
    return values, wrong


def _without_points(column: pd.Series) -> pd.Series:
    """Give back their look to whole numbers that a gap in the column turned into 2.0."""
    if not pd.api.types.is_float_dtype(column) or (column.dropna() % 1 != 0).any():
        return column
    return column.astype("Float64").astype("Int64") if column.abs().max() < LONGEST else column


def as_ids(column: pd.Series, *, text: bool = False) -> tuple[pd.Series, list[Wrong]]:
    """Return ids as they are written; integers only where nothing is lost by it.

    Parameters
    ----------
    column : Series
        Without gaps in words, see `without_gaps`.
    text : bool
        Whether they stay text anyway.

    Examples
    --------
    >>> as_ids(pd.Series(["250123456789012345", None, '="250123456789012347"']))[0].tolist()
    [250123456789012345, <NA>, 250123456789012347]
    >>> as_ids(pd.Series([250123456789012345.0]))[1][0].what
    'ids whose last digits a column of decimal numbers has changed'
    """
    empty = column.isna()
    if pd.api.types.is_integer_dtype(column) and not text:
        return _integers(column, empty), []
    words = column.astype("str")
    if not pd.api.types.is_numeric_dtype(column):
        words = _replaced(words, "^[='’‘`]", KEPT_AS_TEXT, r"\1\2")
    words = words.mask(empty | (words == ""))
    empty = words.isna()
    remedy = _("Export the ids as text.")
    kinds = [(words.str.fullmatch(ROUNDED).eq(True), _("ids that a spreadsheet rounded"), remedy)]
    if pd.api.types.is_float_dtype(column):
        infinite = column.abs().eq(float("inf"))
        kinds = [
            (column.abs().ge(LONGEST) & ~infinite, *_CHANGED),
            (infinite, _("not ids"), remedy),
        ]
    wrong = [Wrong(rows, what, remedy) for rows, what, remedy in kinds if rows.any()]
    if text or not words[~empty].str.fullmatch(WHOLE).all():
        return words, wrong
    return _integers(_replaced(words, r"\.0+$", r"\.0+$", ""), empty), wrong


def _replaced(text: pd.Series, mark: str, pattern: str, new: str) -> pd.Series:
    """Replace a pattern where a mark, which is fast to find, says that it may stand."""
    found = text.str.contains(mark).eq(True)
    return (
        text.mask(found, text[found].str.replace(pattern, new, regex=True)) if found.any() else text
    )


_CHANGED = (
    _("ids whose last digits a column of decimal numbers has changed"),
    _("Read the file with this column as text; Shop.from_folder does."),
)


def _integers(numbers: pd.Series, empty: pd.Series) -> pd.Series:
    """Return whole numbers; with a gap they are no floats, which would change long ones."""
    if not empty.any():
        return pd.to_numeric(numbers).astype("int64")
    known = pd.to_numeric(numbers[~empty]).astype("int64")
    return known.astype("Int64").reindex(numbers.index)


def as_flags(column: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Return true, false or missing, in the words in which people write them.

    Examples
    --------
    >>> as_flags(pd.Series(["Yes", "缺货", "N", None]))[0].tolist()
    [True, False, False, <NA>]
    """
    empty = column.isna()
    text = _without_points(column).astype("str").str.lower()
    wrong = ~empty & ~text.isin(TRUE | FALSE)
    remedy = _("Write true or false.")
    faults = [Wrong(wrong, _("neither true nor false"), remedy)] if wrong.any() else []
    return text.isin(TRUE).astype("boolean").mask(empty | wrong), faults


def _as_number(
    column: pd.Series, empty: pd.Series, *, whole: bool, money: bool
) -> tuple[pd.Series, list[Wrong]]:
    if column.dtype.kind not in "iufb":  # pandas would turn a time into its nanoseconds
        column = column.astype("str").str.replace("−", "-")
        if not (money and has_decimal_comma(column)):
            grouped = column.str.fullmatch(GROUPED).eq(True)
            column = column.mask(grouped, column.str.replace(r"[,，]", "", regex=True))
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = ~empty & ~(numbers.abs() < 2**63)
    if money and wrong.any() and isinstance(column.dtype, pd.StringDtype):
        if has_decimal_comma(column):  # then a point, or a comma before three digits, is not clear
            wrong |= ~empty & column.str.contains(r"\.\d+$|^\D*\d+,\d{3}\D*$")
            clear = wrong & ~column.str.contains(r"^[^,]*\.\d+\D*$|^\D*\d+,\d{3}\D*$")
            numbers = numbers.mask(wrong)
        else:
            clear = wrong
        numbers[clear] = amounts(column[clear])
        wrong = ~empty & ~(numbers.abs() < 2**63)
    if whole:
        wrong |= ~empty & (numbers % 1 != 0)
    if wrong.any():
        what = _("not whole numbers") if whole else _("not numbers")
        remedy = _("Write plain numbers such as {example}: no percent, no unit, one currency.")
        example = "1299" if whole else _("1299 or 12.50")
        fault = Wrong(wrong, what, remedy.format(example=example))
        return numbers.mask(wrong), [fault]
    return (_integers(numbers, empty) if whole else numbers), []


def _as_time(column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Read points in time; refuse years that no shop has seen."""
    times, faults = _times(column, empty)
    unread = pd.Series(data=False, index=column.index)
    for fault in faults:
        unread |= fault.rows
    if times.dtype.kind != "M" and not isinstance(times.dtype, pd.DatetimeTZDtype):
        return pd.Series(pd.NaT, index=column.index, dtype="datetime64[us]"), faults
    outside = ~times.dt.year.between(*YEARS) & ~empty & ~unread
    what = _("not in the years {first} to {last}").format(first=YEARS[0], last=YEARS[1])
    remedy = _("Correct the year; leave the cell empty where the thing has not happened.")
    late = [Wrong(outside, what, remedy)] if outside.any() else []
    return times.mask(outside | unread), [*faults, *late]


def _times(column: pd.Series, empty: pd.Series) -> tuple[pd.Series, list[Wrong]]:
    """Read points in time; those with an offset keep it, see `in_one_zone`."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.as_unit("us"), []
    remedy = _(
        "Write dates as 2025-01-31 or 2025-01-31 14:05; in a spreadsheet, give the column "
        "that format before you export it."
    )
    if pd.api.types.is_numeric_dtype(column) and not empty.all():
        column = _without_points(column)
        if not pd.api.types.is_integer_dtype(column):
            return column, [Wrong(~empty, _("not dates"), remedy)]
    text = column.astype("str")
    zoned = text.str.fullmatch(ZONED).eq(True)
    if zoned.any() and not zoned[~empty].all():
        other = ~empty & (~zoned if zoned.sum() * 2 > (~empty).sum() else zoned)
        what = _("in another kind of time zone than the rest")
        times, faults = _times(column.mask(other), empty | other)
        return times, [Wrong(other, what, _("Write all of them in the shop's time.")), *faults]
    offsets = pd.Series("", index=text.index)
    if zoned.any():
        parts = text[zoned].str.extract(ZONED)
        text = text.mask(zoned, parts[0].reindex(text.index))
        offsets = parts[1].reindex(text.index, fill_value="")
    months = text.str.fullmatch(MONTH).eq(True)
    if months.any():
        parts = text[months].str.extract(MONTH)
        first = parts["year"] + "-" + parts["month"].str.zfill(2) + "-01"
        text = text.mask(months, first.reindex(text.index))
    text = text.mask(text.str.fullmatch(NO_TIME).eq(True))
    times = pd.to_datetime(text.mask(empty), errors="coerce", format="ISO8601")
    times = times.astype("datetime64[us]")
    rest = times.isna() & ~empty
    if not rest.any():
        return _with_offsets(times, offsets), []
    split, unclear = _by_parts(_on_the_clock(text[rest]))
    times[rest] = split
    unclear = unclear.reindex(text.index, fill_value=False)
    missed = times.isna() & ~empty & ~unclear
    what = _("dates in which day and month could change places")
    faults = [Wrong(unclear, what, remedy), Wrong(missed, _("not dates"), remedy)]
    return _with_offsets(times, offsets), [fault for fault in faults if fault.rows.any()]


def _with_offsets(times: pd.Series, offsets: pd.Series) -> pd.Series:
    """Return times with the offset that is written beside them; in UTC where they have several.

    >>> at = pd.to_datetime(pd.Series(["2025-01-05 10:00", "2025-01-05 19:00"]))
    >>> _with_offsets(at, pd.Series(["Z", "+08:00"])).tolist()
    [Timestamp('2025-01-05 18:00:00+0800', tz='UTC+08:00'),
     Timestamp('2025-01-05 19:00:00+0800', tz='UTC+08:00')]
    """
    minutes = {text: _minutes(text) for text in offsets.unique() if text}
    if not minutes:
        return times
    shift = pd.to_timedelta(offsets.map(minutes), unit="min")
    others = {one for one in minutes.values() if one}
    zone = timezone(timedelta(minutes=others.pop())) if len(others) == 1 else None
    aware = (times - shift).dt.tz_localize("UTC")
    if zone is None and others:
        return aware.dt.tz_convert(SEVERAL)
    return aware.dt.tz_convert(zone) if zone else aware


def _minutes(offset: str) -> int:
    """Return the minutes of an offset such as +08:00, -0330 or Z.

    >>> _minutes("+08:00"), _minutes("-0330"), _minutes("Z")
    (480, -210, 0)
    """
    digits = offset.lstrip("+-").replace(":", "")
    if not digits.isdigit():
        return 0
    minutes = 60 * int(digits[:2]) + int(digits[2:] or 0)
    return -minutes if offset.startswith("-") else minutes


def in_one_zone(
    columns: dict[tuple[str, str], pd.Series], zone: str | None = None
) -> tuple[dict[tuple[str, str], pd.Series], list[tuple[str, str]]]:
    """Turn times with an offset into those of one zone, the shop's; tell of those that cannot be.

    Parameters
    ----------
    columns : dict of (table, column) to Series
        All times of a shop.
    zone : str, optional
        The shop's zone. Without it, it is the one in which they are written: a named one, or one
        offset beside Z. Where all are in UTC, they stay in UTC, unless others have no zone.

    Returns
    -------
    tuple of dict and list
        The columns without zones, and the names of those whose zone is not clear.

    Examples
    --------
    >>> utc = pd.to_datetime(pd.Series(["2025-01-05 10:00"])).dt.tz_localize("UTC")
    >>> here = pd.to_datetime(pd.Series(["2025-01-05 19:00"])).dt.tz_localize("Asia/Shanghai")
    >>> found, unclear = in_one_zone({("orders", "placed_at"): utc, ("orders", "sent_at"): here})
    >>> found["orders", "placed_at"].tolist(), unclear
    ([Timestamp('2025-01-05 18:00:00')], [])
    """
    aware = {
        name: values
        for name, values in columns.items()
        if isinstance(values.dtype, pd.DatetimeTZDtype)
    }
    if not aware:
        return columns, []
    zones = {name: values.dt.tz for name, values in aware.items()}
    written = {str(one): one for one in zones.values() if str(one) not in ("UTC", "UTC+00:00")}
    named = [one for label, one in written.items() if not label.startswith("UTC")]
    usual = named or list(written.values())
    unclear = [name for name, one in zones.items() if one is SEVERAL or str(one) == str(SEVERAL)]
    shops: Any = zone
    if zone is None and len(usual) > 1:
        unclear = list(aware)
    elif zone is None and not unclear:
        shops = usual[0] if usual else "UTC"
        plain = [one for name, one in columns.items() if name not in aware]
        if not usual and any((one.dt.normalize() != one)[one.notna()].any() for one in plain):
            unclear = list(aware)
    elif zone is not None:
        unclear = []
    found = {
        name: values.dt.tz_convert("UTC" if unclear else shops).dt.tz_localize(None)
        for name, values in aware.items()
    }
    return {**columns, **found}, unclear


def _on_the_clock(text: pd.Series) -> pd.Series:
    """Return times of 24 hours for those with 上午 and 下午 before the hour.

    >>> _on_the_clock(pd.Series(["2025/1/5 下午3:05", "2025/1/5 15点5分"])).tolist()
    ['2025/1/5 15:05', '2025/1/5 15:5']
    """
    text = text.str.replace(r"(\d)\s*[点时]\s*(?:整)?\s*(?=$|\d)", r"\1:", regex=True)
    text = text.str.replace(r"(\d)\s*[分秒]\s*", r"\1:", regex=True).str.rstrip(":")
    parts = text.str.extract(HALF)
    half = parts[1].notna()
    if not half.any():
        return text
    hour = parts[2].astype("float64") % 12
    hour += 12 * (parts[1].isin(LATE) & ~((parts[1] == "晚上") & (parts[2] == "12")))
    same = parts[2].astype("float64") > 12  # 下午15:05
    hour = hour.mask(same, parts[2].astype("float64"))
    rest = parts[3].mask(parts[3] == "", ":00")
    clock = parts[0] + " " + hour.map("{:.0f}".format, na_action="ignore") + rest
    return text.mask(half, clock)


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
    time = parts["time"].str.strip().str.removeprefix("T")
    iso = (year + "-" + month + "-" + day + " " + time).str.strip()
    times = pd.to_datetime(iso.mask(unclear), errors="coerce", format="mixed")
    return times.astype("datetime64[us]"), unclear
