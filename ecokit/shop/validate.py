"""Check tables that other people bring: types, impossible values, keys. A fault is a sentence."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.read import as_pandas
from ecokit.shop.schema import Field, ForeignKey, Table, schemas
from ecokit.shop.values import as_type

SHOWN = 5  # faults told at once


def checked(
    tables: Mapping[str, Any], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, pd.DataFrame]:
    """Return the tables with the names and types of the schema.

    Parameters
    ----------
    tables : mapping of table name to DataFrame
        Any part of the tables of the data package, of any engine. A table needs the columns of
        its key; of the others it holds those that are there. Columns that the schema does not
        know stay.
    columns : mapping of table name to (column of the schema to column of the data)
        Where the data has other names.

    Raises
    ------
    CourseError
        One sentence for each fault, at most five: table, column, how many rows, an example, what
        to do.
    """
    _check_shape(tables, columns)
    _check_names(tables, columns)
    faults: list[str] = []
    frames = {
        name: _typed(
            schemas()[name],
            _renamed(schemas()[name], as_pandas(name, table), columns.get(name, {})),
            faults,
        )
        for name, table in tables.items()
    }
    _stop(faults)
    frames = _joinable(frames)
    for name, frame in frames.items():
        faults += _faults_of_table(schemas()[name], frame)
    _stop(faults)
    for name, frame in frames.items():
        for key in schemas()[name].foreign_keys:
            if key.table in frames:
                faults += _dangling(schemas()[name], frame, key, frames[key.table])
    _stop(faults)
    return frames


def _stop(faults: list[str]) -> None:
    if faults:
        more = len(faults) - SHOWN
        last = [_("There are {more} more faults.").format(more=more)] if more > 0 else []
        raise CourseError("\n".join([*faults[:SHOWN], *last]))


def _check_shape(tables: Any, columns: Any) -> None:
    if not isinstance(tables, Mapping):
        sentence = _("Give the tables by name, such as {{'orders': frame}}; this is a {kind}.")
        raise CourseError(sentence.format(kind=type(tables).__name__))
    if not isinstance(columns, Mapping) or not all(
        isinstance(names, Mapping)
        and all(isinstance(theirs, (str, int)) for theirs in names.values())
        for names in columns.values()
    ):
        sentence = _(
            "columns tells for each table which column of yours stands for which of the shop's: "
            "{example}."
        )
        raise CourseError(sentence.format(example="{'orders': {'order_id': 'InvoiceNo'}}"))


def _check_names(tables: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    for name in [*tables, *columns]:
        if name not in schemas():
            near = get_close_matches(str(name), schemas(), 1)
            hint = _("Did you mean {near!r}?").format(near=near[0]) if near else ""
            known = _("A shop has: {tables}.").format(tables=", ".join(schemas()))
            sentence = _("There is no table {name!r} in a shop. {hint}")
            raise CourseError(sentence.format(name=name, hint=hint or known))
        if name not in tables:
            sentence = _(
                "columns names the table {table}, which is not there. Bring it, or drop the entry."
            )
            raise CourseError(sentence.format(table=name))


def _renamed(table: Table, frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Give the columns the names of the schema; CourseError when a needed one is missing."""
    frame = frame.reset_index([name for name in frame.index.names if name is not None])
    there = ", ".join(str(name) for name in frame.columns)
    double = frame.columns[frame.columns.duplicated()]
    if len(double):
        sentence = _("Table {table}: the column {column!r} is there twice. Rename one of them.")
        raise CourseError(sentence.format(table=table.name, column=double[0]))
    for ours, theirs in columns.items():
        if ours not in table.names:
            sentence = _("The table {table} has no column {column!r} in a shop. {hint}")
            hint = _("It has: {names}.").format(names=", ".join(table.names))
            if theirs in table.names:
                hint = _("Write the shop's name first: {{{theirs!r}: {ours!r}}}.").format(
                    theirs=theirs, ours=ours
                )
            raise CourseError(sentence.format(table=table.name, column=ours, hint=hint))
        if theirs not in frame.columns:
            sentence = _(
                "Table {table}: there is no column {column!r} in your data. It has: {names}."
            )
            raise CourseError(sentence.format(table=table.name, column=theirs, names=there))
    free = [name for name in frame.columns if name not in columns.values()]
    like = {str(name).strip().lower().replace(" ", "_"): name for name in free}
    like |= {name: name for name in free}
    like |= columns
    found = {name: like[name] for name in table.names if name in like}
    others = [name for name in free if name not in found and name not in found.values()]
    renamed = frame[[*found.values(), *others]].set_axis([*found, *others], axis=1)
    for key in table.primary_key:
        if key not in renamed.columns:
            sentence = _(
                "Table {table} has no column {column}, which identifies its rows. "
                "Your data has: {names}. "
                "Name the right one with columns={{{table!r}: {{{column!r}: ...}}}}, "
                "or number the rows."
            )
            raise CourseError(sentence.format(table=table.name, column=key, names=there))
    return renamed.reset_index(drop=True)


def _typed(table: Table, frame: pd.DataFrame, faults: list[str]) -> pd.DataFrame:
    """Turn each column into the type of the schema; tell of those that cannot be."""
    typed = {}
    for field in table:
        if field.name in frame.columns:
            typed[field.name], wrong = as_type(field, frame[field.name])
            faults += [
                _fault(table, [field.name], frame, rows, what, remedy)
                for rows, what, remedy in wrong
            ]
    return frame.assign(**typed)


def _joinable(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Make an id text in every table where it is text in one, so that the tables still join."""
    ids = {
        table: [name for name in schemas()[table].names if name in frame and name.endswith("_id")]
        for table, frame in frames.items()
    }
    text = {
        name
        for table, names in ids.items()
        for name in names
        if isinstance(frames[table][name].dtype, pd.StringDtype)
    }
    return {
        table: frame.assign(
            **{
                name: frame[name].astype("str").mask(frame[name].isna())
                for name in ids[table]
                if name in text
            }
        )
        for table, frame in frames.items()
    }


def _faults_of_table(table: Table, frame: pd.DataFrame) -> Iterator[str]:
    """Empty, impossible and double values of one table."""
    for field in table:
        if field.name in frame.columns:
            yield from _impossible(table, field, frame)
    double = frame.duplicated(list(table.primary_key), keep="first")
    if double.any():
        yield _fault(table, table.primary_key, frame, double, _("there twice"))
    for field in table:
        if field.name in frame.columns:
            yield from _out_of_order(table, field, frame)


def _impossible(table: Table, field: Field, frame: pd.DataFrame) -> Iterator[str]:
    """Values that are empty, outside the limits of the field, or none of its words."""
    values, limits = frame[field.name], field.constraints
    optional = field.name not in table.primary_key
    rules: list[tuple[Any, str, str]] = []
    if field.required:
        remedy = _("Fill these cells, or leave these rows or the whole column out.")
        rules.append((values.isna(), _("empty"), remedy if optional else ""))
    if values.dtype.kind in "iuf":  # ids may be text
        comparisons = {
            "minimum": (operator.lt, _("below {limit}")),
            "exclusiveMinimum": (operator.le, _("not above {limit}")),
            "maximum": (operator.gt, _("above {limit}")),
        }
        for name, (beyond, what) in comparisons.items():
            if name in limits:
                limit = limits[name]
                rules.append((beyond(values, limit), what.format(limit=limit), ""))
    if "enum" in limits:
        what = _("none of: {allowed}").format(allowed=", ".join(limits["enum"]))
        remedy = _("Put these words in place of yours, or leave the column out.")
        wrong = values.notna() & ~values.isin(limits["enum"])
        rules.append((wrong, what, remedy if optional else ""))
    for wrong, what, remedy in rules:
        if wrong.any():
            yield _fault(table, [field.name], frame, wrong, what, remedy)


def _out_of_order(table: Table, field: Field, frame: pd.DataFrame) -> Iterator[str]:
    """Values before, or above, those of the column that limits them."""
    for other, beyond, what in (
        (field.not_before, operator.lt, _("before {other}")),
        (field.not_above, operator.gt, _("above {other}")),
    ):
        if other in frame.columns:
            wrong = beyond(frame[field.name], frame[other])
            if wrong.any():
                yield _fault(table, [field.name], frame, wrong, what.format(other=other))


def _dangling(
    table: Table, frame: pd.DataFrame, key: ForeignKey, other: pd.DataFrame
) -> Iterator[str]:
    """Values of a foreign key that the other table does not have."""
    if not {*key.fields} <= {*frame.columns} or not {*key.reference} <= {*other.columns}:
        return
    mine, theirs = frame[list(key.fields)], other[list(key.reference)].drop_duplicates()
    theirs = theirs.set_axis(list(key.fields), axis=1)
    if any(mine[name].dtype.kind != theirs[name].dtype.kind for name in key.fields):
        mine, theirs = mine.astype("str"), theirs.astype("str")
    known = pd.MultiIndex.from_frame(theirs)
    there = pd.Series(pd.MultiIndex.from_frame(mine).isin(known), index=frame.index)
    wrong = ~there & frame[list(key.fields)].notna().all(axis=1)
    if wrong.any():
        what = _("not in the table {other}").format(other=key.table)
        yield _fault(table, key.fields, frame, wrong, what)


def _fault(
    table: Table,
    columns: Sequence[str],
    frame: pd.DataFrame,
    wrong: pd.Series,
    what: str,
    remedy: str = "",
) -> str:
    """One fault as a sentence; rows are counted below the header, from 1."""
    rows = wrong.fillna(False).to_numpy(dtype=bool).nonzero()[0]
    values = [
        str(frame[name].iloc[rows[0]]) for name in columns if pd.notna(frame[name].iloc[rows[0]])
    ]
    sentence = _(
        "Table {table}, column {column}: {count} of {all} rows are {what}, "
        "for example row {row} below the header{example}. {remedy}"
    )
    return sentence.format(
        table=table.name,
        column=" + ".join(columns),
        count=len(rows),
        all=len(frame),
        what=what,
        row=rows[0] + 1,
        example=f" ({', '.join(values)})" if values else "",
        remedy=remedy or _("Correct these rows or leave them out."),
    )
