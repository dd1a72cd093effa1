"""Add up and count over any table engine: pandas, Polars, DuckDB, PySpark and more.

A measure is made of parts. A part is a sum, a count or a count of distinct ids over the
rows of one table, and knows which column dates its rows. Parts are totalled one by one,
laid under each other and added up once more, so that a group which only one part has
still comes out. Everything is a whole number until the last division: floats summed in
another order differ in the last digit, whole numbers do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.messages import _

Frame = Any  # a Narwhals DataFrame or LazyFrame: the same calls on both
By = str | Sequence[str] | None

PERIODS = ("day", "week", "month", "quarter")
_EVERY = {"day": "1d", "month": "1mo", "quarter": "1q"}
_LOOKUPS = {"products": "product_id", "campaigns": "campaign_id", "channels": "channel_id"}


@dataclass(frozen=True)
class Part:
    """Something to total: the rows of `frame`, dated by the column `time`.

    `how` says what: the sum of `column`, its distinct values, or the rows in which it is
    known (all rows if there is no `column`).
    """

    table: str
    frame: Frame
    time: str
    column: str = ""
    how: Literal["sum", "distinct", "rows"] = "sum"


def door(tables: Mapping[str, Any], columns: Mapping[str, str]) -> list[Frame]:
    """Turn the caller's tables into Narwhals frames, or say what is wrong with them.

    Parameters
    ----------
    tables
        The caller's tables by name, each a data frame of one and the same kind.
    columns
        The columns needed of each table, separated by blanks.

    Returns
    -------
    list of Frame
        In the order of `columns`.

    Raises
    ------
    CourseError
        A table or a column is missing, the kinds of frames are mixed, a time has a zone, an
        id is a number here and text there, or an eager table holds a number that is not
        finite. (A lazy engine refuses it when it computes.)

    Examples
    --------
    >>> import pandas as pd
    >>> door({"visits": pd.DataFrame({"id": [1]})}, {"visits": "visitor_id"})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table visits has no column visitor_id. It has: id. ...
    """
    frames: list[Frame] = []
    kinds: dict[str, str] = {}
    for name, wanted in columns.items():
        frame = _narwhal(name, tables)
        need(name, frame, wanted.split())
        _refuse_zones(name, frame)
        if isinstance(frame, nw.DataFrame):
            frame = _empty_ids_as_text(frame, wanted.split())
            _refuse_nan(name, frame, wanted.split())
        kinds[name] = f"{frame.implementation} {type(frame).__name__}"
        frames.append(frame)
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise CourseError(
            _(
                "The tables are of different kinds ({told}). Give all of them as one kind; "
                "narwhals.from_native(table).lazy('duckdb').to_native() moves a small one."
            ).format(told=told)
        )
    _refuse_mixed_ids(dict(zip(columns, frames, strict=True)), columns)
    return frames


def _narwhal(name: str, tables: Mapping[str, Any]) -> Frame:
    try:
        native = tables[name]
    except KeyError:
        raise CourseError(
            _("This measure needs the table {name}, which is not among: {names}.").format(
                name=name, names=", ".join(tables)
            )
        ) from None
    try:
        return nw.from_native(native)
    except TypeError:
        raise CourseError(
            _(
                "The table {name} is a {kind}. Give a data frame: pandas, Polars, DuckDB, PySpark."
            ).format(name=name, kind=type(native).__name__)
        ) from None


def need(table: str, frame: Frame, columns: Sequence[str]) -> None:
    """Raise a CourseError for the columns that `frame` lacks."""
    has = frame.collect_schema().names()
    missing = [column for column in columns if column not in has]
    if missing:
        raise CourseError(
            _(
                "The table {table} has no column {missing}. It has: {has}. Rename the column "
                "that holds it, or group by another one."
            ).format(table=table, missing=", ".join(missing), has=", ".join(has))
        )


def _refuse_nan(table: str, frame: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    # In a NumPy-backed pandas column NaN is how "missing" is written, and is_null says so.
    for column in columns:
        values = frame[column]
        if values.dtype.is_float() and not values.drop_nulls().is_finite().all():
            raise CourseError(
                _(
                    "The column {column} of {table} holds NaN or infinity, which is not a number "
                    "to add up. Make it missing (NULL) or leave the rows out."
                ).format(column=column, table=table)
            )


def _empty_ids_as_text(frame: nw.DataFrame[Any], columns: Sequence[str]) -> nw.DataFrame[Any]:
    # pandas reads an id column that is empty from end to end as floats, which join with nothing.
    ids = [name for name in columns if name.endswith("_id") and frame[name].dtype.is_float()]
    empty = [name for name in ids if frame[name].is_null().all()]
    return frame.with_columns(nw.col(*empty).cast(nw.String)) if empty else frame


def _refuse_zones(table: str, frame: Frame) -> None:
    # Engines cut days in UTC, in the session's zone or not at all; PySpark always has a session's.
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        return
    for column, dtype in frame.collect_schema().items():
        if isinstance(dtype, nw.Datetime) and dtype.time_zone is not None:
            raise CourseError(
                _(
                    "The column {column} of {table} has a time zone ({zone}), but days and months "
                    "are the shop's. Turn it into the shop's local time without a zone."
                ).format(column=column, table=table, zone=dtype.time_zone)
            )


def _refuse_mixed_ids(frames: Mapping[str, Frame], columns: Mapping[str, str]) -> None:
    seen: dict[str, tuple[str, bool]] = {}
    for table, frame in frames.items():
        schema = frame.collect_schema()
        for column in columns[table].split():
            if column.endswith("_id") and not isinstance(schema[column], nw.Unknown):
                first, numeric = seen.setdefault(column, (table, schema[column].is_numeric()))
                if numeric != schema[column].is_numeric():
                    raise CourseError(
                        _(
                            "The column {column} holds numbers in one of the tables {first} and "
                            "{table}, and text in the other. Make it text in both."
                        ).format(column=column, first=first, table=table)
                    )


def whole(frame: Frame, column: str, scale: int = 1) -> nw.Expr:
    """Return a column of `frame` times `scale`, rounded to a whole Int64; missing counts as 0.

    ``whole(order_lines, "unit_price", 100)`` is money in fen.
    """
    filled = nw.col(column).fill_null(0)
    if frame.collect_schema()[column].is_integer():
        return filled.cast(nw.Int64) * scale
    return (filled.cast(nw.Float64) * scale + 0.5).floor().cast(nw.Int64)


def start_of(period: str, column: str) -> nw.Expr:
    """Return the first moment of the day, week (Monday), month or quarter of `column`."""
    moment = nw.col(column).cast(nw.Datetime("us"))
    if period != "week":
        return moment.dt.truncate(_EVERY[period])
    day = moment.dt.truncate("1d")
    weekday = moment.dt.weekday()  # Sunday is 0 on PySpark and 7 elsewhere
    monday = day.dt.offset_by("-6d")
    for number in range(6, 0, -1):
        back = day.dt.offset_by(f"-{number - 1}d")
        monday = nw.when(weekday == number).then(back).otherwise(monday)
    return monday


def listed(by: By) -> list[str]:
    """Return `by` as a list: None is no group, a name is a group of one."""
    if by is None:
        return []
    return [by] if isinstance(by, str) else list(by)


def total(parts: Mapping[str, Part], by: Sequence[str], lookups: Mapping[str, Frame]) -> Frame:
    """Total every part by the groups `by`.

    Parameters
    ----------
    parts
        What to total, by the name that its column gets.
    by
        Periods ("day", "week", "month", "quarter") and columns.
    lookups
        Tables (products, campaigns, channels) that may lend a column to group by.

    Returns
    -------
    Frame
        The columns `by`, and an Int64 column a part; 0 where a group has no rows in it.
    """
    totals = []
    for together in _scans(parts):
        frame = _grouped(parts[together[0]], by, lookups)
        amounts = [_amount(parts[name], name) for name in together]
        one = frame.group_by(*by).agg(*amounts) if by else frame.select(*amounts)
        sums = [nw.col(name).cast(nw.Int64).fill_null(0) for name in together]
        zeros = [nw.lit(0, nw.Int64).alias(name) for name in parts if name not in together]
        totals.append(one.with_columns(*sums, *zeros).select(*by, *parts))
    if len(totals) == 1:
        return totals[0]
    under = nw.concat(totals)
    sums = [nw.col(name).sum() for name in parts]
    return under.group_by(*by).agg(*sums) if by else under.select(*sums)


def _scans(parts: Mapping[str, Part]) -> list[list[str]]:
    """Return the names of the parts that one pass over a table can total together."""
    scans: dict[tuple[int, str], list[str]] = {}
    for name, part in parts.items():
        counted = part.column if part.how == "distinct" else ""
        scans.setdefault((id(part.frame), counted), []).append(name)
    return list(scans.values())


def _amount(part: Part, name: str) -> nw.Expr:
    # A plain column or a count, never a condition: pandas ignores one inside an aggregation.
    column = nw.col(part.column)
    if part.how == "rows":
        return (column.count() if part.column else nw.len()).alias(name)
    return (column.n_unique() if part.how == "distinct" else column.sum()).alias(name)


def _grouped(part: Part, by: Sequence[str], lookups: Mapping[str, Frame]) -> Frame:
    frame = part.frame
    if part.how == "distinct":  # n_unique would count a missing id as one more
        frame = frame.filter(~nw.col(part.column).is_null())
    for key in by:
        if key == "line" and "products" in lookups:
            frame = frame.drop("line", strict=False)  # of an order: its number; of products: a kind
        if key in PERIODS:
            need(part.table, frame, [part.time])
            frame = frame.with_columns(start_of(key, part.time).alias(key))
        elif key not in frame.collect_schema().names():
            frame = _lend(part.table, frame, key, lookups)
    return frame


def _lend(table: str, frame: Frame, key: str, lookups: Mapping[str, Frame]) -> Frame:
    names = frame.collect_schema().names()
    for lookup, other in lookups.items():
        on = _LOOKUPS[lookup]
        if on in names and key in other.collect_schema().names():
            return frame.join(other.select(on, key), on=on, how="left")
    need(table, frame, [key])
    return frame


def lendable(tables: Mapping[str, Any]) -> dict[str, Frame]:
    """Return the tables of `tables` that describe a product, a campaign or a channel."""
    return {name: nw.from_native(tables[name]) for name in _LOOKUPS if name in tables}


def per(above: str | nw.Expr, below: str | nw.Expr) -> nw.Expr:
    """Return above / below, columns or whole-number expressions; null where below is 0."""
    above, below = (nw.col(it) if isinstance(it, str) else it for it in (above, below))
    return above.cast(nw.Float64) / nw.when(below != 0).then(below)


def yuan(fen: str) -> nw.Expr:
    """Return a column of fen in yuan."""
    # Polars divides by a number by multiplying with its inverse, which may differ in the
    # last digit; so the hundred is a column.
    return per(fen, nw.col(fen) * 0 + 100)
