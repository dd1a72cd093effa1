"""What the columns of a table must hold, evened out between engines and files.

What a column must hold (a number, a time, true or false) and which columns tell rows apart
is read from the schema of the shop, `datasets/datapackage.json`. A category becomes text, a
whole number an Int64, a decimal a Float64; what is something else is refused.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise
from math import isfinite, isnan
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs.numbers import as_float, shown
from ecokit.inputs.renamed import renamed_column
from ecokit.messages import _, _n
from ecokit.shop.in_place import GAP_WORDS, TOTAL_WORDS, is_total, without_gaps
from ecokit.shop.schema import schemas
from ecokit.shop.validate import is_needed
from ecokit.shop.values import MONTH
from ecokit.shop.words import FALSE, GAPS, TRUE

Frame = Any  # a Narwhals DataFrame or LazyFrame: the same calls on both

_KINDS = {
    "key": _("numbers"),
    "integer": _("numbers"),
    "number": _("numbers"),
    "date": _("times"),
    "datetime": _("times"),
    "boolean": _("true or false"),
    "string": _("text"),
    "id": _("numbers or text"),
    "other": _("values of another kind"),
}
_EXACT = 2**53  # from there on a float does not hold every whole number
_HUGE = 1e13  # yuan: from there on a float does not hold every fen
_LONG = 2**63  # the first whole number that Int64 does not hold
_NUMBERS = {"integer", "number", "key", "id"}
_TIMES = {"date", "datetime"}
_TYPES = {
    "key": nw.Float64(),
    "integer": nw.Float64(),
    "number": nw.Float64(),
    "date": nw.Datetime("us"),
    "datetime": nw.Datetime("us"),
    "boolean": nw.Boolean(),
    "string": nw.String(),
    "id": nw.String(),
}


def evened(given: pd.DataFrame) -> pd.DataFrame:
    """Return a pandas table whose columns have names of text and the types that NumPy gives.

    PyArrow's types and those with NA do not calculate with others, and lack some of their ways;
    categories are what they are of, see `plain_type`. An index that is called like a column loses
    its name, because a join could mean either. The caller's table stays as it is.

    Examples
    --------
    >>> stock = pd.DataFrame({"sold": [1, 2], 7: [3, None]}, dtype="int32[pyarrow]")
    >>> evened(stock.set_index("sold", drop=False)).dtypes.to_dict()
    {'sold': dtype('int64'), '7': Int64Dtype()}
    """
    found = given.copy(deep=False)
    if type(given.columns) is not pd.Index or not all(isinstance(one, str) for one in given):
        found.columns = pd.Index([str(one) for one in given])
    if set(found.index.names) & set(found.columns):
        found.index = found.index.set_names([None] * found.index.nlevels)
    foreign = [name for name, dtype in found.dtypes.items() if not _is_own(dtype)]
    for column in foreign:
        wanted = _own_type(found[column])
        if wanted is not None:
            found[column] = found[column].astype(wanted)
    return found


def _is_own(dtype: Any) -> bool:
    """Say whether a column has a type of NumPy, or the text of pandas: most have."""
    return isinstance(dtype, np.dtype) or (
        isinstance(dtype, pd.StringDtype) and str(dtype) == "str"
    )


def _own_type(values: pd.Series) -> Any:
    """Return the type to give a column of another type, None where it is a good one."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return plain_type(values)
    if not pd.api.types.is_extension_array_dtype(dtype) or _has_zone(dtype):
        return None
    if dtype.type in (str, Decimal):
        return "str" if dtype.type is str else "float64"
    if isinstance(dtype, pd.PeriodDtype):
        return "datetime64[us]"  # its beginning
    if isinstance(dtype, pd.SparseDtype):
        return dtype.subtype
    if dtype.kind == "u" and values.max() >= _LONG:  # told later, or made text where it is an id
        return "UInt64"
    return _numpy_type(dtype.kind, gaps=values.hasnans)


def _numpy_type(kind: str, *, gaps: bool) -> str | None:
    return {
        "i": "Int64" if gaps else "int64",  # a float does not hold an id of 17 digits
        "u": "Int64" if gaps else "int64",
        "f": "float64",
        "b": "boolean" if gaps else "bool",
        "M": "datetime64[us]",
        "m": "timedelta64[us]",
    }.get(kind)


def plain_type(values: pd.Series) -> Any:
    """Return the type of what the categories of a column are: numbers, times, text.

    Categories have an order of their own, in which they would be sorted and grouped, and groups
    without rows. Spans, such as those of ``pd.cut``, are text.

    Examples
    --------
    >>> plain_type(pd.Series(["b", "a"], dtype="category")), plain_type(pd.Series([7, None],
    ...     dtype=pd.CategoricalDtype([7])))
    ('str', 'Int64')
    """
    categories: Any = values.dtype.categories  # type: ignore[union-attr]
    if categories.dtype == "object" and categories.inferred_type != "string":
        return categories.dtype  # Python's own objects, which are looked at one by one
    return _numpy_type(categories.dtype.kind, gaps=values.hasnans) or "str"


def in_words(frame: Frame, schema: Mapping[str, nw.dtypes.DType]) -> Frame:
    """Return a frame whose categories are text; those of pandas are already, see `evened`.

    So are types that DuckDB alone knows, such as JSON, BIT and UNION: no engine takes them over,
    and no word for a gap can be compared with them.
    """
    own = _of_duckdb(frame, schema)
    changed = [
        nw.col(name).cast(nw.String)
        for name, dtype in schema.items()
        if name in own or isinstance(dtype, (nw.Categorical, nw.Enum))
    ]
    return frame.with_columns(*changed) if changed else frame


def _of_duckdb(frame: Frame, schema: Mapping[str, nw.dtypes.DType]) -> set[str]:
    """Return the columns of types that DuckDB alone knows; it has spans of time of its own."""
    if not frame.implementation.is_duckdb():
        return set()
    found = frame.to_native()
    types = dict(zip(found.columns, map(str, found.types), strict=True))
    known = {"JSON": True, '"NULL"': False}  # Narwhals calls JSON text; what is empty has no type
    return {
        name
        for name, dtype in schema.items()
        if known.get(types[name], isinstance(dtype, (nw.Unknown, nw.Duration)))
    }


def _has_zone(dtype: Any) -> bool:
    """Say whether a column holds times with a zone, which are refused later."""
    arrow = dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else dtype
    return getattr(arrow, "tz", None) is not None


MADE = {("stock", "unit_cost"): _("Add it: `tables['stock'] = kpi.unit_cost(tables)`.")}
"""Columns that the course makes of a caller's tables, and how."""


def need(table: str, frame: Frame, columns: Sequence[str], remedy: str = "") -> None:
    """Raise a CourseError for the columns that `frame` lacks.

    The sentence tells which it has; names that begin with ``_`` are a measure's own.

    Examples
    --------
    >>> import pandas as pd
    >>> need("stock", nw.from_native(pd.DataFrame({"sku": [1]})), ["product_id", "sku"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table stock has no column product_id. It has: sku. Add it, or ...
    """
    has = frame.collect_schema().names()
    missing = [column for column in columns if column not in has]
    if not missing:
        return
    moved = renamed_column(missing[0], has) or MADE.get((table, missing[0]))
    remedy = moved or remedy or _("Add it, or rename the one that holds it.")
    sentence = _n(
        "The table {table} has no column {missing}. It has: {has}. {remedy}",
        "The table {table} has no columns {missing}. It has: {has}. {remedy}",
        len(missing),
    )
    raise CourseError(
        sentence.format(
            table=table,
            missing=", ".join(map(str, missing)),
            has=", ".join(name for name in map(str, has) if name[:1] != "_") or _("none"),
            remedy=remedy,
        )
    )


def as_group(frame: Frame, column: str) -> Frame:
    """Return `frame` with a column to group by: what says no type as text, like everywhere else.

    Text that says that nothing is there is the group of what is missing.

    >>> visits = nw.from_native(pd.DataFrame({"channel_id": ["search", "", None]}))
    >>> int(as_group(visits, "channel_id")["channel_id"].null_count())
    2
    """
    dtype = frame.collect_schema()[column]
    if _is_several(frame, column, dtype):
        message = _(
            "The column {column} holds several values in one, such as a list, and no rows can be "
            "grouped by it. Give one value a row, or turn the whole column into text."
        )
        raise CourseError(message.format(column=column))
    if isinstance(dtype, nw.String):
        if frame.implementation.is_pyarrow():  # has two kinds of text, which neither join nor stack
            frame = frame.with_columns(nw.col(column).cast(nw.String))
        if isinstance(frame, nw.DataFrame) and not frame[column].is_in(GAP_WORDS).any():
            return frame
        return without_gaps(frame, [column])
    text = isinstance(dtype, (nw.String, nw.Unknown))
    if isinstance(dtype, nw.Object) and isinstance(frame, nw.DataFrame):
        text = len(_first_of_each(frame[column])) > 1
    if text and not _fits(frame, dtype, "string"):
        return frame.with_columns(nw.col(column).cast(nw.String))
    return frame


def as_times(table: str, frame: Frame, columns: Sequence[str]) -> Frame:
    """Return `frame` with `columns` that hold times, or say that they do not."""
    return cast(table, frame, dict.fromkeys(columns, "datetime"))


def refuse_zones(table: str, frame: Frame, schema: Mapping[str, nw.dtypes.DType]) -> None:
    """Refuse times with a zone: days and months are the shop's."""
    # Engines cut days in UTC, in the session's zone or not at all; PySpark always has a session's.
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        return
    for column, dtype in schema.items():
        if isinstance(dtype, nw.Datetime) and dtype.time_zone is not None:
            raise _with_zone(table, column, dtype.time_zone)


def refuse_own_zones(table: str, frame: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    """Refuse times with a zone among Python's own objects, as `refuse_zones` does."""
    for column in columns:
        for value in frame[column].drop_nulls().to_list():
            zone = value.tzinfo if isinstance(value, datetime) else None
            if zone is not None:
                raise _with_zone(table, column, zone)


def _with_zone(table: str, column: str, zone: object) -> CourseError:
    message = _(
        "The column {column} of {table} has a time zone ({zone}), but days and months "
        "are the shop's. Turn it into the shop's local time without a zone."
    )
    return CourseError(message.format(column=column, table=table, zone=zone))


def described(table: str, columns: Sequence[str]) -> dict[str, str]:
    """Return the kinds of columns that the schema of the shop knows, and of ids."""
    schema = schemas().get(table)
    kinds = {field.name: field.type for field in schema or ()}
    for name in schema.primary_key if schema else ():
        if kinds[name] == "integer":
            kinds[name] = "key"
    # An id may be a number in one shop and text in another.
    kinds |= {column: "id" for column in columns if _is_id(column)}
    return {column: kinds[column] for column in columns if column in kinds}


_OPEN = {
    "visits": {"visitor_id", "dwell_seconds"},  # a guest; nobody looked how long
    "complaints": {"order_id"},  # of something else
    "touchpoints": {"due_at"},  # nothing was promised
    "creatives": {"delivered_at", "impressions", "clicks"},
    "decisions": {"decided_at"},
    "approvals": {"answered_at"},
    "contacts": {"ended_at"},
    "posts": {"working_time"},  # full time
    "order_lines": {"quantity", "unit_price", "unit_cost"},  # of orders that were not paid
    "purchases": {"delivered_units", "unit_cost"},  # of goods that have not come
    "stock": {"price"},  # as on the day before
    "directory": {"price_low", "price_high", "monthly_visits"},
}
"""Columns in which a gap says something, or of which a measure knows where it needs them."""


def needed(table: str, columns: Sequence[str], *, numbers: bool) -> list[str]:
    """Return the columns without which a row of a table cannot be used, as a `Shop` has it.

    Parameters
    ----------
    table : str
        Its name.
    columns : sequence of str
        Those that a measure asks for.
    numbers : bool
        Whether to count numbers that are no ids: a sum over a lazy engine is empty where one is
        missing, see `amounts.gaps`.

    Examples
    --------
    >>> needed("stock", ["product_id", "sold"], numbers=True)
    ['product_id', 'sold']
    >>> needed("stock", ["product_id", "sold"], numbers=False)
    ['product_id']
    """
    schema = schemas().get(table)
    if schema is None:
        return []
    keys = {*schema.primary_key, *(one for key in schema.foreign_keys for one in key.fields)}
    found = {
        one.name
        for one in schema
        if (numbers or one.name in keys or one.type in _TIMES) and is_needed(schema, one)
    }
    return [one for one in columns if one in found - _OPEN.get(table, set())]


def own_key(table: str, frame: Frame) -> list[str]:
    """Return the one column that tells the rows of a table apart, where `frame` has it.

    A row without it cannot be counted: it may be a line of a spreadsheet below the last order.
    """
    schema = schemas().get(table)
    key = schema.primary_key if schema else ()
    return list(key) if len(key) == 1 and key[0] in frame.collect_schema().names() else []


def _is_id(column: str) -> bool:
    # a pivoted table of pandas has times for names
    return str(column).endswith("_id") or column == "sku"


def changed_ids(frame: nw.DataFrame[Any], found: pd.DataFrame) -> list[str]:
    """Return the ids that are whole numbers in a frame, and decimals in pandas for a gap.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"order_id": [250123456789012345, None]}))
    >>> changed_ids(frame, frame.to_pandas())
    ['order_id']
    """
    schema = frame.collect_schema()
    return [
        column
        for column, dtype in schema.items()
        if _is_id(column) and dtype.is_integer() and found[column].dtype.kind == "f"
    ]


def cast(table: str, frame: Frame, kinds: Mapping[str, str], *, read: bool = False) -> Frame:
    """Give columns the type of their kind, or say which one holds something else.

    The text of a lazy engine may be `read` for gaps before: see `Shop.in_place`.
    """
    if not read or isinstance(frame, nw.DataFrame):
        frame = _read_text(table, frame, kinds)
    schema, changed = frame.collect_schema(), list[Any]()
    for column, kind in kinds.items():
        dtype = schema[column]
        if kind in {"id", "key"} and dtype.is_float():
            _refuse_changed(table, frame, column)
        if isinstance(dtype, nw.Object) and isinstance(frame, nw.DataFrame):
            _refuse_objects(table, frame, column, kind)
            numbers = _own_numbers(table, frame, column, kind) if kind in _NUMBERS else None
            if numbers is not None:
                changed.append(numbers)
                continue
        # 29.9 is not 29.899999618530273, and PyArrow makes 3.3000000000000003 of the decimal 3.3
        of_arrow = isinstance(dtype, nw.Decimal) and frame.implementation.is_pyarrow()
        inexact = isinstance(dtype, nw.Float32) or of_arrow
        if kind in {"integer", "number"} and inexact:
            changed.append(nw.col(column).cast(nw.String).cast(nw.Float64))
            continue
        if _fits(frame, dtype, kind):
            continue
        if _is_empty(frame, column):  # its type says nothing
            changed.append(nw.lit(None, _TYPES[kind]).alias(column))
        elif kind == "string" or (kind == "id" and not dtype.is_numeric()):
            changed.append(nw.col(column).cast(nw.String))
        elif kind in _NUMBERS and dtype.is_numeric():
            long = _is_long(frame, column, dtype)
            if long and kind == "id":
                changed.append(nw.col(column).cast(nw.String))
                continue
            _refuse_long(table, column, kind, frame[column].max() if long else 0)
            whole = kind in {"id", "key"} or (dtype.is_integer() and not long)
            changed.append(nw.col(column).cast(nw.Int64 if whole else nw.Float64))
        elif kind in _TIMES and isinstance(dtype, nw.Object):
            if isinstance(frame, nw.DataFrame):
                refuse_own_zones(table, frame, [column])
            # a gap may be written in a way that no time has, such as Decimal("NaN")
            times = nw.when(~nw.col(column).is_null()).then(nw.col(column))
            changed.append(times.cast(nw.Datetime("us")).alias(column))
        elif kind == "boolean" and not isinstance(dtype, nw.String):
            known = ~nw.col(column).is_null()  # a missing flag is neither
            frame = _with_flags(frame, column, nw.when(known).then(nw.col(column) != 0))
        else:
            found = _KINDS[_kind_of(dtype)]
            raise CourseError(
                _(
                    "The column {column} of {table} holds {found}, not {kind}. "
                    "Turn it into {kind} first."
                ).format(column=column, table=table, found=found, kind=_KINDS[kind])
            )
    return frame.with_columns(*changed) if changed else frame


def _read_text(table: str, frame: Frame, kinds: Mapping[str, str]) -> Frame:
    """Read what text says: gaps in words, true and false, months; refuse rows of totals.

    Of a lazy engine only gaps are read, in columns that may have some.
    """
    schema = frame.collect_schema()
    free = {one.name for one in schemas().get(table) or () if one.is_free_text}
    words = {
        column
        for column, kind in kinds.items()
        if isinstance(schema[column], nw.String) and column not in free
    }
    if not isinstance(frame, nw.DataFrame):
        known = schemas().get(table) or ()
        loose = {one.name for one in known if not one.required and one.type == "string"}
        loose |= {one for one in words if _is_id(one)}
        return without_gaps(frame, sorted(words & loose))
    gaps = [column for column in sorted(words) if frame[column].is_in(GAP_WORDS).any()]
    frame = without_gaps(frame, [column for column in gaps if kinds[column] != "boolean"])
    for column in sorted(words):
        if kinds[column] == "boolean":
            frame = _read_flags(table, frame, column)
    keys = schemas()[table].primary_key if table in schemas() else ()
    ids = {one for one in schema if (_is_id(one) or one in keys) and one not in free}
    words = {column for column in words if kinds[column] != "boolean"}  # which are read by now
    for column in sorted(words | {one for one in ids if isinstance(schema[one], nw.String)}):
        _refuse_total(table, frame, column)
    numbers = [
        column
        for column, kind in kinds.items()
        if kind in _TIMES and (schema[column].is_integer() or isinstance(schema[column], nw.String))
    ]
    for column in numbers:
        frame = _read_months(frame, column)
    return frame


def read_loose(table: str, frame: Frame, columns: Sequence[str]) -> Frame:
    """Read gaps in words in columns of text that no schema knows; refuse rows of totals.

    Examples
    --------
    >>> arms = nw.from_native(pd.DataFrame({"arm": ["old", "new", ""]}))
    >>> int(read_loose("data", arms, ["arm"])["arm"].null_count())
    1
    """
    schema = frame.collect_schema()
    texts = [one for one in columns if isinstance(schema[one], nw.String)]
    if isinstance(frame, nw.DataFrame):
        for column in texts:
            _refuse_total(table, frame, column)
        texts = [one for one in texts if frame[one].is_in(GAP_WORDS).any()]
    return without_gaps(frame, texts)


def _read_flags(table: str, frame: nw.DataFrame[Any], column: str) -> nw.DataFrame[Any]:
    """Return a frame with true and false in place of the words for them."""
    small = frame[column].str.strip_chars().str.to_lowercase()
    known = small.is_in(list(TRUE | FALSE | GAPS)) | small.is_null()
    if not known.all():
        example = frame[column].filter(~known)[0]
        raise CourseError(
            _(
                "The column {column} of {table} holds {value}, which is neither true nor false. "
                "Write true or false."
            ).format(column=column, table=table, value=shown(example))
        )
    word = nw.col(column).str.strip_chars().str.to_lowercase()
    read = nw.when(word.is_in(list(TRUE | FALSE))).then(word.is_in(list(TRUE)))
    return _with_flags(frame, column, read)


def _with_flags(frame: Frame, column: str, read: nw.Expr) -> Frame:
    """Return a frame with flags, of which some may be missing; pandas has a type of its own."""
    found = frame.with_columns(read.alias(column))
    if not frame.implementation.is_pandas_like():
        return found
    native = found.to_native()
    return nw.from_native(native.assign(**{column: native[column].astype("boolean")}))


def _refuse_total(table: str, frame: nw.DataFrame[Any], column: str) -> None:
    """Refuse a row that sums up the others: it would count twice."""
    likely = frame[column].is_in(TOTAL_WORDS)
    if likely.any():
        row = likely.to_list().index(True)
        raise CourseError(
            _(
                "Row {row} of {table} is a total of the others: its {column} is {value}. Leave "
                "this row out."
            ).format(row=row + 1, table=table, column=column, value=shown(frame[column][row]))
        )


def _read_months(frame: nw.DataFrame[Any], column: str) -> nw.DataFrame[Any]:
    """Return a frame whose months, such as 202509 or 2025-9, are dates; others stay."""
    months = [_month(value) for value in frame[column].to_list()]
    known = frame[column].is_null().to_list()
    if not any(months) or any(not one and not gap for one, gap in zip(months, known, strict=True)):
        return frame
    dates = nw.new_series(column, months, nw.Datetime("us"), backend=frame.implementation)
    return frame.with_columns(dates)


def _month(value: Any) -> datetime | None:
    """Return the first moment of a month; None for what is none.

    >>> _month(202509), _month("2025年3月"), _month("2025-13")
    (datetime.datetime(2025, 9, 1, 0, 0), datetime.datetime(2025, 3, 1, 0, 0), None)
    """
    found = re.match(MONTH, str(value).strip())
    return datetime(int(found["year"]), int(found["month"]), 1) if found else None


def refuse_unsorted(table: str, column: str, values: pd.Series) -> None:
    """Refuse periods of text whose order in time is not plain, such as week 9 and week 10.

    Examples
    --------
    >>> refuse_unsorted("prices", "period", pd.Series(["2025-9", "2025-10"]))
    >>> refuse_unsorted("prices", "period", pd.Series(["week 9", "week 10"]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column period of prices is text in which 'week 10' stands before
    'week 9'. Write as many digits in each, such as 2025-09, or give dates.
    >>> refuse_unsorted("prices", "period", pd.Series(["2025-9", "2025-09"]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column period of prices writes one period in two ways, '2025-09'
    and '2025-9'. Write it alike in every row.
    """
    texts = sorted({one for one in values.dropna() if isinstance(one, str)})
    moments = moments_of(texts)
    if moments is not None:
        for (one, moment), (other, same) in pairwise(
            sorted(zip(texts, moments, strict=True), key=lambda pair: (pair[1], pair[0]))
        ):
            if moment == same:
                raise CourseError(
                    _(
                        "The column {column} of {table} writes one period in two ways, {one} and "
                        "{other}. Write it alike in every row."
                    ).format(column=column, table=table, one=shown(one), other=shown(other))
                )
        return
    for before, after in pairwise(texts):
        if _moment(after) < _moment(before):
            raise CourseError(
                _(
                    "The column {column} of {table} is text in which {before} stands before "
                    "{after}. Write as many digits in each, such as 2025-09, or give dates."
                ).format(column=column, table=table, before=shown(before), after=shown(after))
            )


_NAMED = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR, _MONTH = r"(?P<year>(?:19|20)\d\d)", r"(?P<part>0?[1-9]|1[0-2])"
_NAME = rf"(?P<name>{'|'.join(_NAMED)})[a-z]*\.?"
_PERIODS: dict[str, tuple[str, ...]] = {  # the ways to write each kind of period
    "year": (rf"{_YEAR}\s*年?",),
    "quarter": (
        rf"{_YEAR}\s*[-/ 年]?\s*(?:q|第)(?P<part>[1-4])(?:\s*季度?)?",
        rf"q(?P<part>[1-4])\s*[-/ ]?\s*{_YEAR}",
    ),
    "month": (
        rf"{_YEAR}\s*[-/.年]\s*{_MONTH}\s*月?",
        rf"{_YEAR}(?P<part>0[1-9]|1[0-2])",
        rf"{_MONTH}\s*[-/.]\s*{_YEAR}",
        rf"{_NAME}[-/ ,]*{_YEAR}",
        rf"{_YEAR}[-/ ,]*{_NAME}",
    ),
    "week": (rf"{_YEAR}\s*[-/ 年]?\s*(?:kw|w|第)\s*(?P<part>0?[1-9]|[1-4]\d|5[0-3])(?:\s*周)?",),
    "day": (rf"{_YEAR}\s*[-/.年]\s*{_MONTH}\s*[-/.月]\s*(?P<day>0?[1-9]|[12]\d|3[01])日?",),
}


def moments_of(texts: Sequence[str]) -> list[tuple[int, ...]] | None:
    """Return where periods of text stand in time; None where that is not plain for all of them.

    Parameters
    ----------
    texts : sequence of str
        Years, quarters, months, weeks or days, all of one kind and each with its year.

    Examples
    --------
    >>> moments_of(["2025-9", "2025/10", "2024年12月"])
    [(2025, 9), (2025, 10), (2024, 12)]
    >>> moments_of(["2025Q4", "Q1 2026"]), moments_of(["2025-W9", "2025-W10"])
    ([(2025, 4), (2026, 1)], [(2025, 9), (2025, 10)])
    >>> moments_of(["week 9"]), moments_of(["2025-9", "2025Q4"])
    (None, None)
    """
    plain = [one.strip().lower() for one in texts]
    for ways in _PERIODS.values():
        found = [next(filter(None, (re.fullmatch(w, one) for w in ways)), None) for one in plain]
        if texts and all(found):
            return [_numbers_of(one.groupdict()) for one in found if one]
    return None


def _numbers_of(groups: dict[str, str | None]) -> tuple[int, ...]:
    """Return year, part of it and day, as far as a period names them."""
    part = groups.get("part")
    if name := groups.get("name"):
        part = str(_NAMED.index(name) + 1)
    return tuple(int(one) for one in (groups["year"], part, groups.get("day")) if one)


def _moment(text: str) -> list[int]:
    """Return the numbers of a period, the year first; a month's name is its number.

    >>> _moment("Week 10"), _moment("Oct 2025"), _moment("2025年9月")
    ([10], [2025, 10], [2025, 9])
    """
    names = _NAMED
    numbers = [
        int(one) if one.isdigit() else names.index(one) + 1
        for one in re.findall(rf"\d+|(?<![a-z])(?:{'|'.join(names)})", text.lower())
    ]
    return sorted(numbers, key=lambda one: one < 1000)  # the year, then the rest as written


def _refuse_changed(table: str, frame: Frame, column: str) -> None:
    """Refuse ids that stand as decimals, if those are so long that their last digits changed."""
    if isinstance(frame, nw.DataFrame):
        largest = _largest(frame[column])
    else:  # hardly ever: ids of a database are whole numbers or text
        largest = frame.select(nw.col(column).abs().max()).collect().item() or 0
    if largest >= _EXACT:
        raise CourseError(
            _(
                "The column {column} of {table} holds ids of 16 digits and more as decimal "
                "numbers, which has changed their last digits. Read the file anew with this "
                "column as text, as in pd.read_csv(..., dtype={{{column!r}: 'str'}})."
            ).format(column=column, table=table)
        )


def _kind_of(dtype: nw.dtypes.DType) -> str:
    """Return the kind of values that a column holds, for a sentence."""
    if isinstance(dtype, nw.String):
        return "string"
    if isinstance(dtype, nw.Boolean):
        return "boolean"
    if isinstance(dtype, (nw.Date, nw.Datetime)):
        return "datetime"
    return "number" if dtype.is_numeric() else "other"


def _kind_in(frame: Frame, column: str) -> str:
    """Return the kind of values of a column, of Python's own objects as well."""
    dtype = frame.collect_schema()[column]
    if isinstance(dtype, nw.Object) and isinstance(frame, nw.DataFrame):
        kind = next(iter(_first_of_each(frame[column])))
        return "datetime" if kind == "date" else kind
    return _kind_of(dtype)


def _refuse_objects(table: str, frame: nw.DataFrame[Any], column: str, kind: str) -> None:
    """Refuse what is neither missing nor of its kind among Python's own objects."""
    if kind in {"string", "id"}:
        return
    for value in frame[column].drop_nulls().to_list():
        if kind == "boolean":
            fits = value in (True, False)
        else:
            fits = isinstance(value, date) if kind in _TIMES else isfinite(as_float(value))
        if not fits:
            raise CourseError(
                _(
                    "The column {column} of {table} holds {value} among {kind}. "
                    "Turn the whole column into {kind} first."
                ).format(column=column, table=table, value=shown(value), kind=_KINDS[kind])
            )


def refuse_several(table: str, frame: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    """Refuse Python's own objects of several kinds, which neither sort nor group."""
    for column in columns:
        (kind, _first), *others = [*_first_of_each(frame[column]).items(), ("", None)]
        if len(others) > 1:
            raise CourseError(
                _(
                    "The column {column} of {table} holds {value} among {kind}. "
                    "Turn the whole column into {kind} first."
                ).format(column=column, table=table, value=shown(others[0][1]), kind=_KINDS[kind])
            )


def refuse_nested(table: str, frame: Frame, columns: Sequence[str]) -> None:
    """Refuse lists, sets and the like in place of a value: they neither sort nor group."""
    schema = frame.collect_schema()
    for column in columns:
        if not _is_several(frame, column, schema[column]):
            continue
        values = frame[column].drop_nulls().to_list() if isinstance(frame, nw.DataFrame) else []
        example = next((shown(one) for one in values if _is_nested(one)), str(schema[column]))
        raise CourseError(
            _(
                "The column {column} of {table} holds {value}, which is several values in "
                "one. Give one value a row, or turn the whole column into text."
            ).format(column=column, table=table, value=example)
        )


def _is_several(frame: Frame, column: str, dtype: nw.dtypes.DType) -> bool:
    """Say whether a column holds several values in one; a lazy engine is asked for its type."""
    if not (dtype.is_nested() or isinstance(dtype, nw.Object)):
        return False
    if not isinstance(frame, nw.DataFrame):
        return True
    return any(map(_is_nested, frame[column].drop_nulls().to_list()))


def _is_nested(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_is_nested, value))
    return not isinstance(value, Hashable)


def refuse_huge(table: str, frame: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    """Refuse amounts whose sum in fen a whole number would not hold."""
    for column in columns:
        largest = _largest(frame[column])
        if largest >= _HUGE:
            raise CourseError(
                _(
                    "The column {column} of {table} holds {value}, which is too large to add up "
                    "to the fen. Correct it, or leave the rows out."
                ).format(column=column, table=table, value=shown(largest))
            )


def _largest(values: nw.Series[Any]) -> Any:
    """Return the number that is farthest from 0; 0 where there is none."""
    known = values.drop_nulls()  # pandas has no largest one where all are NA
    return known.abs().max() if len(known) else 0


def _first_of_each(values: nw.Series[Any]) -> dict[str, Any]:
    """Return the first value of each kind that Python's own objects are of."""
    found: dict[str, Any] = {}
    for value in values.drop_nulls().to_list():
        if isinstance(value, bool):
            found.setdefault("boolean", value)
        elif isinstance(value, date):
            found.setdefault("date", value)
        else:
            found.setdefault("string" if isnan(as_float(value)) else "number", value)
    return found


def kind_of_values(values: pd.Series) -> tuple[str, Any]:
    """Return what the values of a pandas column are, in words, and one of them.

    Empty for no values, and for those of several kinds.

    Examples
    --------
    >>> kind_of_values(pd.Series([7, 8])), kind_of_values(pd.Series(["P1", None]))
    (('numbers', 7), ('text', 'P1'))
    """
    found = _first_of_each(nw.from_native(values, series_only=True))
    if len(found) != 1:
        return "", None
    ((kind, value),) = found.items()
    return _KINDS[kind], value


def _own_numbers(
    table: str, frame: nw.DataFrame[Any], column: str, kind: str
) -> nw.Series[Any] | None:
    """Return Python's own numbers as the engine's; None where something else is among them.

    A whole number of more digits than Int64 holds is text in an id, and a float elsewhere.
    """
    given, gaps = frame[column], frame[column].is_null()
    values = [as_float(value) for value in given.to_list()]
    if any(isnan(value) and not gap for value, gap in zip(values, gaps, strict=True)):
        return None
    longest = max((abs(value) for value in values if not isnan(value)), default=0)
    if longest >= _LONG and kind == "id":
        return None
    _refuse_long(table, column, kind, longest)
    if longest < _LONG and all(value % 1 == 0 for value in values):
        return nw.new_series(column, list(map(int, given)), nw.Int64, backend=given.implementation)
    return nw.new_series(column, values, nw.Float64, backend=given.implementation)


def _is_long(frame: Frame, column: str, dtype: nw.dtypes.DType) -> bool:
    """Say whether a column is known to hold whole numbers that Int64 does not; no lazy one is."""
    can = isinstance(dtype, (nw.UInt64, nw.Int128, nw.UInt128, nw.Decimal))
    return can and isinstance(frame, nw.DataFrame) and (frame[column].max() or 0) >= _LONG


def _refuse_long(table: str, column: str, kind: str, longest: Any) -> None:
    """Refuse a key of whole numbers that Int64 does not hold: as floats, two would be one."""
    if kind == "key" and longest >= _LONG:
        raise CourseError(
            _(
                "The column {column} of {table} holds {value}, which has more digits than a whole "
                "number can. Number the rows anew."
            ).format(column=column, table=table, value=shown(longest))
        )


def _fits(frame: Frame, dtype: nw.dtypes.DType, kind: str) -> bool:
    if isinstance(dtype, nw.Object):
        return False
    if isinstance(dtype, nw.Unknown):  # null in Polars and PyArrow, whatever elsewhere
        lazy = not isinstance(frame, nw.DataFrame)  # an eager one knows all that it can use
        return lazy and not frame.implementation.is_polars()
    if kind in {"id", "key"}:
        # pandas writes whole numbers as floats where one is missing, and joins them all the same.
        loose = frame.implementation.is_pandas_like() and dtype.is_float()
        number = loose or isinstance(dtype, nw.Int64)
        return number or (kind == "id" and _is_text(frame, dtype))
    if kind in _TIMES:
        return isinstance(dtype, (nw.Date, nw.Datetime))
    if kind in {"integer", "number"}:  # smaller ones run over, and decimals round
        return isinstance(dtype, (nw.Int64, nw.Float64))
    return isinstance(dtype, nw.Boolean) if kind == "boolean" else _is_text(frame, dtype)


def _is_text(frame: Frame, dtype: nw.dtypes.DType) -> bool:
    # PyArrow has two types for text, which do not join; casting gives the one.
    return isinstance(dtype, nw.String) and not frame.implementation.is_pyarrow()


def _is_empty(frame: Frame, column: str) -> bool:
    """Say whether a column is known to hold nothing; a lazy engine is not asked."""
    if isinstance(frame, nw.DataFrame):
        return bool(frame[column].is_null().all())
    return isinstance(frame.collect_schema()[column], nw.Unknown)


def refuse_nan(table: str, frame: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    """Refuse floating-point numbers that are not finite."""
    # In a NumPy-backed pandas column NaN is how "missing" is written, and is_null says so.
    for column in columns:
        if not frame[column].drop_nulls().is_finite().all():
            raise CourseError(
                _(
                    "The column {column} of {table} holds NaN or infinity, which is not a number "
                    "to add up. Make it missing (NULL) or leave the rows out."
                ).format(column=column, table=table)
            )


_MORE_KEY = {"posts": ("structure",), "mandates": ("raised_by", "decided_by")}
"""What else tells rows apart in tables of several structures, and of several ways to decide."""

_LOOKED_AT: dict[tuple[Any, ...], weakref.ref[Any]] = {}
"""Tables without a fault, by the id of the engine's own object and what was looked for."""


def first_time(native: Any, *what: Any) -> bool:
    """Say whether an engine's own table was not looked at for this before: once is enough."""
    known = _LOOKED_AT.get((id(native), *what))
    return known is None or known() is not native


def remember(native: Any, *what: Any) -> None:
    """Remember that an engine's own table was looked at, as long as it is there."""
    with suppress(TypeError):  # not every engine's tables can be remembered
        mark = (id(native), *what)
        _LOOKED_AT[mark] = weakref.ref(native, partial(_forget, mark))


def refuse_twice(table: str, frame: Frame, native: Any, *, once: bool = False) -> None:
    """Refuse rows of one key, wherever `frame` has the key of `table`: they would count twice.

    So would a row that sums up the others, which has the word for a total in the place of its key.

    A lazy engine is asked, once for each table `native` that it has; so is an eager one if `once`,
    for tables that do not change.
    """
    schema = frame.collect_schema()
    key = list(schemas()[table].primary_key) if table in schemas() else []
    loose = (nw.Object, nw.Unknown)
    if not key or any(it not in schema or isinstance(schema[it], loose) for it in key):
        return
    key += [it for it in _MORE_KEY.get(table, ()) if it in schema and it not in key]
    once = once or not isinstance(frame, nw.DataFrame)
    native = nw.to_native(native, pass_through=True)
    if once and not first_time(native):
        return
    found = _twice(frame.select(*key).drop_nulls(), key)
    if found:
        n, row, total = found
        example = ", ".join(f"{name} {value}" for name, value in zip(key, row, strict=True))
        if total:
            message = _(
                "A row of {table} is a total of the others: the one with {example}. Leave it out."
            )
            raise CourseError(message.format(table=table, example=example))
        raise CourseError(
            _(
                "The table {table} holds {example} more than once, and {n} such rows in all. Keep "
                "one row for each {key}."
            ).format(n=n, table=table, example=example, key=", ".join(key))
        )
    if once:
        remember(native)


def _forget(mark: tuple[Any, ...], _gone: Any) -> None:
    _LOOKED_AT.pop(mark, None)


def _twice(rows: Frame, key: list[str]) -> tuple[int, tuple[Any, ...], bool] | None:
    """Return how many rows share their key with another, one such key, and if it is of a total.

    An eager table was asked for totals before.
    """
    if isinstance(rows, nw.DataFrame):
        if rows.implementation.is_pandas_like():  # twice as fast as the way that all know
            double = nw.from_native(rows.to_native().duplicated(key, keep=False), series_only=True)
        else:
            double = rows.is_duplicated()
        return (int(double.sum()), rows.filter(double).row(0), False) if double.any() else None
    groups = rows.group_by(*key).agg(nw.len().alias("_rows"))
    groups = groups.with_columns(_total=is_total(rows, key).cast(nw.Int64))
    odd = groups.filter((nw.col("_rows") > 1) | (nw.col("_total") > 0))
    n, totals = odd.select(nw.col("_rows", "_total").sum()).collect().row(0)
    if not n:
        return None
    shown = odd.filter(nw.col("_total") > 0) if totals else odd
    return int(n), shown.select(*key).head(1).collect().row(0), bool(totals)


def same_ids(frames: Mapping[str, Frame], columns: Mapping[str, Sequence[str]]) -> dict[str, Frame]:
    """Return the frames with ids that join: numbers everywhere, or text everywhere."""
    known: dict[str, tuple[str, bool]] = {}
    empty: list[tuple[str, str]] = []
    for table, frame in frames.items():
        schema = frame.collect_schema()
        for column in columns[table]:
            if not _is_id(column) or isinstance(schema[column], nw.Unknown):
                continue
            numeric = schema[column].is_numeric()
            if isinstance(frame, nw.DataFrame) and _is_empty(frame, column):
                empty.append((table, column))
                continue
            first, expected = known.setdefault(column, (table, numeric))
            if numeric != expected:
                raise CourseError(
                    _(
                        "The column {column} holds numbers in one of the tables {first} and "
                        "{table}, and text in the other. Make it text in both."
                    ).format(column=column, first=first, table=table)
                )
    same = dict(frames)
    for table, column in empty:  # its type says nothing: it takes that of the others
        number = nw.Float64 if same[table].implementation.is_pandas_like() else nw.Int64
        dtype = number if known.get(column, ("", False))[1] else nw.String
        same[table] = same[table].with_columns(nw.lit(None, dtype).alias(column))
    return same


def alike(frames: Mapping[str, Frame], columns: Sequence[str]) -> dict[str, Frame]:
    """Return frames that can be joined by `columns`: numbers, times or text in each of them.

    Examples
    --------
    >>> one = nw.from_native(pd.DataFrame({"day": ["2025-03-01"]}))
    >>> other = nw.from_native(pd.DataFrame({"day": pd.to_datetime(["2025-03-01"])}))
    >>> alike({"copy": one, "known": other}, ["day"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column day holds text in copy, and times in known. Turn it into
    the same in both.
    """
    same = dict(frames)
    for column in columns:
        found = {name: frame.collect_schema()[column] for name, frame in frames.items()}
        known = {
            name: _kind_in(frames[name], column)
            for name in frames
            if not _is_empty(frames[name], column)
        }
        (first, kind), *others = [*known.items(), *([] if known else [("", "")])]
        for name, other in others:
            if other != kind:
                message = _(
                    "The column {column} holds {kind} in {first}, and {other} in {name}. Turn it "
                    "into the same in both."
                )
                told = {"column": column, "first": first, "name": name}
                raise CourseError(message.format(kind=_KINDS[kind], other=_KINDS[other], **told))
        if len(set(found.values())) > 1 and kind in _TYPES and len(known) == len(found):
            cast = nw.col(column).cast(_TYPES[kind])
            same = {name: frame.with_columns(cast) for name, frame in same.items()}
    return same
