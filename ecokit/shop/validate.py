"""Check tables that other people bring: types, impossible values, keys. A fault is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.schema import Field, ForeignKey, Table, schemas
from ecokit.shop.values import as_type

SHOWN = 5  # faults told at once


def checked(
    tables: Mapping[str, pd.DataFrame], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, pd.DataFrame]:
    """Return the tables with the names and types of the schema.

    Parameters
    ----------
    tables : mapping of table name to DataFrame
        Any part of the tables of the data package. A table needs the columns of its key; of the
        others it holds those that are there. Columns that the schema does not know stay.
    columns : mapping of table name to (column of the schema to column of the data)
        Where the data has other names.

    Raises
    ------
    CourseError
        One sentence for each fault, at most five: table, column, how many rows, an example, what
        to do.
    """
    _check_names([*tables, *columns])
    for name in columns:
        if name not in tables:
            sentence = _(
                "columns names the table {table}, which is not there. Bring it, or drop the entry."
            )
            raise CourseError(sentence.format(table=name))
    faults: list[str] = []
    frames = {
        name: _typed(
            schemas()[name], _renamed(schemas()[name], frame, columns.get(name, {})), faults
        )
        for name, frame in tables.items()
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


def _check_names(names: list[str]) -> None:
    for name in names:
        if name not in schemas():
            near = get_close_matches(name, schemas(), 1)
            hint = _("Did you mean {near!r}?").format(near=near[0]) if near else ""
            known = _("A shop has: {tables}.").format(tables=", ".join(schemas()))
            sentence = _("There is no table {name!r} in a shop. {hint}")
            raise CourseError(sentence.format(name=name, hint=hint or known))


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
            sentence = _("The table {table} has no column {column!r} in a shop. It has: {names}.")
            raise CourseError(
                sentence.format(table=table.name, column=ours, names=", ".join(table.names))
            )
        if theirs not in frame.columns:
            sentence = _(
                "Table {table}: there is no column {column!r} in your data. It has: {names}."
            )
            raise CourseError(sentence.format(table=table.name, column=theirs, names=there))
    free = [name for name in frame.columns if name not in columns.values()]
    like = {str(name).strip().lower(): name for name in free} | {name: name for name in free}
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
                _fault(table, field.name, frame, rows, what, field.name, remedy)
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
    keys = list(table.primary_key)
    double = frame.duplicated(keys, keep="first")
    if double.any():
        yield _fault(table, " + ".join(keys), frame, double, _("there twice"), keys[0])
    for field in table:
        for other, what in (
            (field.not_before, _("before {other}")),
            (field.not_above, _("above {other}")),
        ):
            if other is None or field.name not in frame.columns or other not in frame.columns:
                continue
            values, limit = frame[field.name], frame[other]
            wrong = values < limit if other == field.not_before else values > limit
            if wrong.any():
                yield _fault(
                    table,
                    field.name,
                    frame,
                    wrong.fillna(False),
                    what.format(other=other),
                    field.name,
                )


def _impossible(table: Table, field: Field, frame: pd.DataFrame) -> Iterator[str]:
    values = frame[field.name]
    rules: list[tuple[Any, str]] = []
    limits = field.constraints
    if field.required:
        rules.append((values.isna(), _("empty")))
    if "minimum" in limits and field.type in ("integer", "number") and values.dtype.kind in "iuf":
        rules.append(
            (values < limits["minimum"], _("below {limit}").format(limit=limits["minimum"]))
        )
    if "exclusiveMinimum" in limits:
        least = limits["exclusiveMinimum"]
        rules.append((values <= least, _("not above {limit}").format(limit=least)))
    if "maximum" in limits and values.dtype.kind in "iuf":
        rules.append(
            (values > limits["maximum"], _("above {limit}").format(limit=limits["maximum"]))
        )
    if "enum" in limits:
        allowed = ", ".join(limits["enum"])
        rules.append(
            (
                values.notna() & ~values.isin(limits["enum"]),
                _("none of: {allowed}").format(allowed=allowed),
            )
        )
    for wrong, what in rules:
        wrong = wrong.fillna(False).astype(bool)
        if wrong.any():
            yield _fault(table, field.name, frame, wrong, what, field.name)


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
        yield _fault(table, " + ".join(key.fields), frame, wrong, what, key.fields[0])


def _fault(
    table: Table,
    column: str,
    frame: pd.DataFrame,
    wrong: pd.Series,
    what: str,
    shown: str,
    remedy: str = "",
) -> str:
    """One fault as a sentence."""
    rows = wrong.to_numpy().nonzero()[0]
    value = frame[shown].iloc[int(rows[0])]
    sentence = _(
        "Table {table}, column {column}: {count} of {all} rows are {what}, "
        "for example row {example}. {remedy}"
    )
    return sentence.format(
        table=table.name,
        column=column,
        count=len(rows),
        all=len(frame),
        what=what,
        example=int(rows[0]) + 1 if pd.isna(value) else f"{int(rows[0]) + 1} ({value})",
        remedy=remedy or _("Correct these rows or leave them out."),
    )
