"""Look at tables where they are, with one scan each: Polars, DuckDB, a Spark cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _, _n
from ecokit.shop.schema import Field, Table, schemas
from ecokit.shop.values import LONGEST
from ecokit.shop.words import GAPS, TOTALS

Frame = Any  # a Narwhals DataFrame or LazyFrame: the same calls on both

_NUMBERS, _TIMES = ("integer", "number"), ("date", "datetime")


def looked_at(
    tables: Mapping[str, Any], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the tables, each of its own engine, with the names of the schema.

    Parameters
    ----------
    tables : mapping of table name to table
        Any part of the tables of the data package, of any engine that Narwhals knows.
    columns : mapping of table name to (column of the schema to column of the data)
        Where the data has other names.

    Raises
    ------
    CourseError
        A column holds values of the wrong kind or times with a zone, a number that the schema
        requires is missing, a key is missing or there twice, a row is a total of the others, or a
        line has no order: one sentence for each table.
    """
    found, faults = {}, list[str]()
    for name, native in tables.items():
        frame = _renamed(schemas()[name], nw.from_native(native), columns.get(name, {}))
        wrong = _wrong_types(schemas()[name], frame)
        told, words = (wrong, False) if wrong else _scanned(schemas()[name], frame)
        faults += told
        texts = _texts(schemas()[name], frame) if words else []
        found[name] = without_gaps(frame, texts).to_native()
    faults = faults or [told for name in found for told in _orphans(name, found)]
    if faults:
        raise CourseError("\n".join(faults))
    return found


GAP_WORDS = sorted({way(word) for word in GAPS for way in (str, str.upper, str.capitalize)} | {" "})
GAP_WORDS = [*GAP_WORDS, "NaN", "NaT", "\\N"]
TOTAL_WORDS = sorted({way(word) for word in TOTALS for way in (str, str.upper, str.title)})


def without_gaps(frame: Frame, columns: Sequence[str]) -> Frame:
    """Return a frame in which text that says that nothing is there is missing."""
    if not columns:
        return frame
    return frame.with_columns(
        *(nw.when(~nw.col(one).is_in(GAP_WORDS)).then(nw.col(one)).alias(one) for one in columns)
    )


def _texts(table: Table, frame: Frame) -> list[str]:
    """Return the columns of text in which a word may stand for a gap, such as an empty campaign."""
    schema = frame.collect_schema()
    return [
        one.name
        for one in table
        if isinstance(schema.get(one.name), nw.String)
        and one.type == "string"
        and not (one.required or one.is_free_text)
    ]


def _renamed(table: Table, frame: Frame, columns: Mapping[str, str]) -> Frame:
    """Give the columns the names of the schema."""
    there = frame.collect_schema().names()
    for ours, theirs in columns.items():
        if ours not in table.names or theirs not in there:
            message = _(
                "Table {table}: {ours!r} is to be read from {theirs!r}. Your data has: {there}. "
                "A shop has: {names}."
            )
            told = {"there": ", ".join(there), "names": ", ".join(table.names)}
            raise CourseError(message.format(table=table.name, ours=ours, theirs=theirs, **told))
    free = [name for name in there if name not in columns.values()]
    like = {name.strip().lower().replace(" ", "_"): name for name in free}
    wanted = {name: like[name] for name in table.names if name in like} | dict(columns)
    changed = {ours: theirs for ours, theirs in wanted.items() if ours != theirs}
    if not changed:
        return frame
    kept = [name for name in there if name not in changed.values() and name not in changed]
    return frame.select(*kept, *[nw.col(theirs).alias(ours) for ours, theirs in changed.items()])


def _wrong_types(table: Table, frame: Frame) -> list[str]:
    """Return a sentence for each column that holds values of another kind."""
    schema, spark = frame.collect_schema(), frame.implementation.is_spark_like()
    told = []
    for field in table:
        if field.name not in schema or _fits(field, schema[field.name], spark=spark):
            continue
        message = _(
            "Table {table}, column {column}: it holds {found}, not what a {kind} is. Turn it into "
            "one first; a time is the shop's, without a zone."
        )
        named = {"table": table.name, "column": field.name, "kind": field.type}
        told.append(message.format(found=schema[field.name], **named))
    return told or [_changed(table, one) for one in _decimal_ids(table, frame)]


def _decimal_ids(table: Table, frame: Frame) -> list[str]:
    """Return the ids that stand as decimals and are so long that their last digits changed."""
    schema = frame.collect_schema()
    ids = [one.name for one in table if one.name.endswith("_id") and one.name in schema]
    decimal = [one for one in ids if schema[one].is_float()]
    if not decimal:
        return []
    largest = _here(frame.select(*(nw.col(one).abs().max() for one in decimal))).row(0)
    return [one for one, size in zip(decimal, largest, strict=True) if (size or 0) >= LONGEST]


def _changed(table: Table, column: str) -> str:
    message = _(
        "Table {table}, column {column}: ids of 16 digits and more stand as decimal numbers, which "
        "has changed their last digits. Read the column anew, as text."
    )
    return message.format(table=table.name, column=column)


def _fits(field: Field, dtype: nw.dtypes.DType, *, spark: bool) -> bool:
    if isinstance(dtype, (nw.Unknown, nw.Object)) or field.name.endswith("_id"):
        return True  # a measure looks again
    if field.type in _NUMBERS:
        return dtype.is_numeric()
    if field.type in _TIMES:
        zone = dtype.time_zone if isinstance(dtype, nw.Datetime) else None
        return isinstance(dtype, (nw.Date, nw.Datetime)) and (spark or zone is None)
    return True


def _scanned(table: Table, frame: Frame) -> tuple[list[str], bool]:
    """Return a sentence for gaps or for keys that are there twice; and whether words say gaps.

    One scan of the table.
    """
    there = frame.collect_schema().names()
    key = [name for name in table.primary_key if name in there]
    whole_key = len(key) == len(table.primary_key)
    counted = [it for it in table if it.type in _NUMBERS and not it.name.endswith("_id")]
    numbers = [it.name for it in counted if it.required and it.name in there]
    needed = list(dict.fromkeys([*(key if whole_key else []), *numbers]))
    texts = _texts(table, frame)
    if not (needed or texts):
        return [], False
    lacking = _any([nw.col(it).is_null() for it in needed])
    total = is_total(frame, key)
    words = _any([nw.col(it).is_in(GAP_WORDS) for it in texts])
    marks = {"_gaps": lacking, "_words": words, "_totals": total}
    flags = [flag.cast(nw.Int64).alias(name) for name, flag in marks.items()]
    if whole_key:
        rows = frame.select(*key, *flags).group_by(*key)
        rows = rows.agg(nw.len().alias("_rows"), nw.col(*marks).sum())
    else:
        rows = frame.with_columns(*flags, nw.lit(1).alias("_rows")).select(*marks, "_rows")
    more = nw.when(nw.col("_rows") > 1).then(nw.col("_rows")).otherwise(0)
    sums = _here(rows.select(nw.col(*marks).sum(), more.sum().alias("_twice"))).row(0)
    without, gaps, totals, double = sums
    told = []
    if totals:
        told = [_total(table, frame.filter(total).select(*key), key)]
    elif without:
        told = [_gap(table, frame.filter(lacking).select(*needed), needed, int(without))]
    elif double:
        pairs = rows.filter(nw.col("_rows") > 1).select(*key)
        told = [_twice(table, pairs, key, int(double))]
    return told, bool(gaps)


def is_total(frame: Frame, key: Sequence[str]) -> nw.Expr:
    """Return true for rows that sum up the others: a word for a total stands in their key."""
    schema = frame.collect_schema()
    texts = [one for one in key if isinstance(schema[one], nw.String)]
    return _any([nw.col(one).is_in(TOTAL_WORDS) for one in texts])


def _total(table: Table, rows: Frame, key: list[str]) -> str:
    row = _here(rows.head(1)).row(0)
    example = ", ".join(f"{name} {value}" for name, value in zip(key, row, strict=True))
    sentence = _("A row of {table} is a total of the others: the one with {example}. Leave it out.")
    return sentence.format(table=table.name, example=example)


def _orphans(name: str, found: Mapping[str, Any]) -> list[str]:
    """Return a sentence where rows belong to one that is not there, as lines without an order do.

    One anti-join for a table whose key begins with that of another.
    """
    table = schemas()[name]
    told = []
    for key in table.foreign_keys:
        if key.table not in found or key.fields != table.primary_key[:1]:
            continue
        mine, theirs = (nw.from_native(found[it]) for it in (name, key.table))
        (ours,), (other,) = key.fields, key.reference
        kinds = [mine.collect_schema().get(ours), theirs.collect_schema().get(other)]
        if type(mine) is not type(theirs) or mine.implementation != theirs.implementation:
            continue  # a measure tells of it
        if None in kinds or (kinds[0] != kinds[1] and not all(it.is_integer() for it in kinds)):
            continue
        whole = [nw.Int64] if kinds[0] != kinds[1] else []
        ids = [nw.col(one).cast(*whole) if whole else nw.col(one) for one in (ours, other)]
        there = theirs.select(ids[1].alias(ours))
        lost = mine.select(ids[0]).join(there, on=ours, how="anti")
        n = int(_here(lost.select(nw.len())).item())
        if n:
            sentence = _n(
                "Table {table}: {n} row has no row in {other}, the one with {column} {example}. "
                "Add it there, or leave this row out.",
                "Table {table}: {n} rows have no row in {other}, such as the one with {column} "
                "{example}. Add it there, or leave these rows out.",
                n,
            )
            words = {"n": n, "other": key.table, "column": ours}
            example = _here(lost.head(1)).item()
            told.append(sentence.format(table=name, example=example, **words))
    return told


def _any(conditions: list[nw.Expr]) -> nw.Expr:
    if not conditions:
        return nw.lit(value=False)
    return nw.any_horizontal(*conditions, ignore_nulls=True)


def _gap(table: Table, rows: Frame, columns: list[str], n: int) -> str:
    row = _here(rows.head(1)).row(0)
    example = ", ".join(
        f"{name} {_('missing') if pd.isna(value) else value}"
        for name, value in zip(columns, row, strict=True)
    )
    sentence = _n(
        "Table {table}: {n} row lacks one of {columns}, the one with {example}. Fill the gaps, or "
        "leave this row out.",
        "Table {table}: {n} rows lack one of {columns}, such as the one with {example}. Fill the "
        "gaps, or leave these rows out.",
        n,
    )
    return sentence.format(table=table.name, n=n, columns=", ".join(columns), example=example)


def _twice(table: Table, rows: Frame, key: list[str], n: int) -> str:
    row = _here(rows.head(1)).row(0)
    example = ", ".join(f"{name} {value}" for name, value in zip(key, row, strict=True))
    sentence = _(
        "The table {table} holds {example} more than once, and {n} such rows in all. Keep one row "
        "for each {key}."
    )
    return sentence.format(table=table.name, example=example, n=n, key=", ".join(key))


def _here(frame: Frame) -> nw.DataFrame[Any]:
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame
