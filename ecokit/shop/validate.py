"""Check tables that other people bring: types, impossible values, keys. A fault is a sentence."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _, _n, short, some
from ecokit.shop.faults import Fault, fault, listed, refuse
from ecokit.shop.faults import left_out as left_out_of
from ecokit.shop.read import as_pandas
from ecokit.shop.schema import Field, ForeignKey, Table, schemas
from ecokit.shop.values import as_type, in_one_zone, is_total, plain_cells

Renames = Mapping[str, Mapping[str, str]]


@dataclass
class Examined:
    """Tables with the names and types of the schema, and what is wrong with them.

    Attributes
    ----------
    tables : dict of str to DataFrame
        The index numbers the rows of the file, from 0.
    faults : list of Fault
        All of them.
    sizes : dict of str to int
        How many rows each table has in the file.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def checked(
    tables: Mapping[str, Any], columns: Renames, zone: str | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables with the names and types of the schema.

    Parameters
    ----------
    tables : mapping of table name to DataFrame
        Any part of the tables of the data package, of any engine. A table needs the columns of
        its key; of the others it holds those that are there. Columns that the schema does not
        know stay. One table may serve as several: then orders, for example, are one row an order.
    columns : mapping of table name to (column of the schema to column of the data)
        Where the data has other names.
    zone : str, optional
        The shop's time zone.

    Raises
    ------
    CourseError
        One sentence for each fault, at most five: table, column, how many rows, an example, what
        to do.
    """
    found = examined(tables, columns, zone)
    refuse(found.faults)
    return {name: frame.reset_index(drop=True) for name, frame in found.tables.items()}


def usable(
    tables: Mapping[str, Any], columns: Renames, zone: str | None = None
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Return the rows that can be used, what was left out, and all faults.

    Left out are, in this order: rows of totals; copies of whole rows; further rows of a key, all
    of them where they differ; rows with a gap or a value that cannot be, and rows that point to
    one that is not there. In a table that others point to, such as products, the cell is left
    empty instead, unless it is the key; so is the id of a group that is not there. A column
    without a usable value is left out as a whole.

    Examples
    --------
    >>> lines = pd.DataFrame({"order_id": [1, 1, 2], "line": [1, 1, 1], "quantity": [1, 1, None]})
    >>> kept, gone, _faults = usable({"order_lines": lines}, {})
    >>> len(kept["order_lines"]), gone["rows"].tolist(), gone["reason"].tolist()
    (1, [1, 1], ['order_id + line: there twice', 'quantity: empty'])
    """
    found = examined(tables, columns, zone)
    parts: list[tuple[Fault, pd.DataFrame]] = [
        (one, _lost(one, found.tables)) for one in found.faults if one.kind == "total"
    ]
    frames = dict(found.tables)
    for name, frame in found.tables.items():
        frames[name] = _usable_rows(found, name, frame, parts)
    _drop_orphans(found, frames, parts)
    kept = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
    return kept, left_out_of(parts), listed(found.faults)


def examined(
    tables: Mapping[str, Any],
    columns: Renames,
    zone: str | None = None,
    *,
    patient: bool = False,
) -> Examined:
    """Read tables and look for every fault; a patient look lists tables that cannot be used."""
    check_shape(tables, columns)
    check_names(tables, columns)
    found = Examined()
    for name, given in tables.items():
        try:
            _open(found, schemas()[name], given, columns.get(name, {}), _is_coarse(name, tables))
        except CourseError as error:
            if not patient:
                raise
            found.faults.append(Fault(name, (), str(error), np.array([]), 0, kind="shape"))
    found.tables = _joinable(found.tables)
    _set_zone(found, zone)
    for name, frame in found.tables.items():
        found.faults += _faults_of_table(found, schemas()[name], frame)
    for name, frame in found.tables.items():
        for key in schemas()[name].foreign_keys:
            if key.table in found.tables:
                found.faults += _dangling(found, name, frame, key, found.tables[key.table])
    return found


def _open(
    found: Examined, table: Table, given: Any, columns: Mapping[str, str], coarse: bool
) -> None:
    """Read one table: its names, rows of totals, types; one row a key if it is coarse."""
    frame = _renamed(table, as_pandas(table.name, given), columns)
    found.sizes[table.name] = len(frame)
    frame = frame.dropna(how="all") if len(frame.columns) else frame
    frame = _in_words(table, frame)
    frame = _without_totals(found, table, frame)
    frame = _typed(found, table, frame)
    frame = _folded(found, table, frame) if coarse else _numbered(found, table, frame)
    found.tables[table.name] = frame


def _in_words(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Put words in the place of cells that are no values: tables, lists, numbers without end."""
    objects = [
        name
        for name in dict.fromkeys([*table.names, *frame.columns[:1]])
        if name in frame and frame[name].dtype == object
    ]
    return frame.assign(**{name: plain_cells(frame[name]) for name in objects})


def check_shape(tables: Any, columns: Any) -> None:
    """Refuse what is no mapping of tables, and no mapping of names."""
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


def check_names(tables: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Refuse names of tables that a shop does not have."""
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


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Make columns of the levels of an index that have names, where no column is called so."""
    names = list(frame.index.names)
    free = [
        place
        for place, name in enumerate(names)
        if name is not None and name not in frame.columns and names.count(name) == 1
    ]
    kept = frame.reset_index(free)
    return kept if len(free) == len(names) else kept.reset_index(drop=True)


def _renamed(table: Table, frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Give the columns the names of the schema; CourseError when a needed one is missing."""
    frame = _with_index(frame)
    there = some(frame.columns, 20)
    double = frame.columns[frame.columns.duplicated()]
    if len(double):
        sentence = _("Table {table}: the column {column!r} is there twice. Rename one of them.")
        raise CourseError(sentence.format(table=table.name, column=short(double[0])))
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
    like = {short(name, 400).strip().lower().replace(" ", "_"): name for name in free}
    like |= {name: name for name in free}
    like |= columns
    found = {name: like[name] for name in table.names if name in like}
    others = [name for name in free if name not in found and name not in found.values()]
    renamed = frame[[*found.values(), *others]].set_axis([*found, *others], axis=1)
    for key in table.primary_key:
        if key not in renamed.columns and key != _number_of_line(table):
            sentence = _(
                "Table {table} has no column {column}, which identifies its rows. "
                "Your data has: {names}. "
                "Name the right one with columns={{{table!r}: {{{column!r}: ...}}}}, "
                "or number the rows."
            )
            raise CourseError(sentence.format(table=table.name, column=key, names=there))
    return renamed.reset_index(drop=True)


def _without_totals(found: Examined, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Take out the rows that sum up the others, and tell of them."""
    worded = [one.name for one in table if one.name in frame and not one.is_free_text]
    for name in dict.fromkeys([*worded, *frame.columns[:1]]):
        total = is_total(frame[name])
        if name not in worded:  # a product may be called so, a row without its key is no product
            total &= frame[list(table.primary_key)].isna().all(axis=1)
        if total.any():
            what = _("a total of the others")
            remedy = _("Leave this row out.")
            size = found.sizes[table.name]
            found.faults.append(
                fault(table.name, [name], frame, total, what, remedy, of=size, kind="total")
            )
            frame = frame[~total]
    return frame


def _typed(found: Examined, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Turn each column into the type of the schema; tell of those that cannot be."""
    typed = {}
    for one in table:
        if one.name in frame.columns:
            typed[one.name], wrong = as_type(one, frame[one.name])
            size = found.sizes[table.name]
            found.faults += [
                fault(table.name, [one.name], frame, rows, what, remedy, of=size)
                for rows, what, remedy in wrong
            ]
    return frame.assign(**typed)


def _set_zone(found: Examined, zone: str | None) -> None:
    """Turn all times into those of one zone; tell of columns whose zone is not clear."""
    times = {
        (table.name, one.name): found.tables[table.name][one.name]
        for table in (schemas()[name] for name in found.tables)
        for one in table
        if one.type in ("date", "datetime") and one.name in found.tables[table.name]
    }
    try:
        turned, unclear = in_one_zone(times, zone)
    except (ZoneInfoNotFoundError, ValueError):
        sentence = _("There is no time zone {zone!r}. Name one as in 'Asia/Shanghai'.")
        raise CourseError(sentence.format(zone=zone)) from None
    for (table, name), values in turned.items():
        if (table, name) in unclear:
            what = _("in a time zone that is not clear beside the others")
            remedy = _("Name the shop's zone, as in zone='Asia/Shanghai'.")
            frame, size = values.to_frame(name), found.sizes[table]
            rows = values.notna()
            found.faults.append(fault(table, [name], frame, rows, what, remedy, of=size))
        if values is not times[table, name]:
            found.tables[table] = found.tables[table].assign(**{name: values})


def _is_coarse(name: str, tables: Mapping[str, Any]) -> bool:
    """Say whether a table is the same object as one with more rows, whose rows point to its."""
    return any(
        key.table == name and tables[other] is tables[name]
        for other in tables
        if other != name
        for key in schemas()[other].foreign_keys
    )


def _folded(found: Examined, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Make one row a key of several: the earliest times, and the first of other values."""
    keys = list(table.primary_key)
    names = [one.name for one in table if one.name in frame.columns]
    times = [one for one in names if pd.api.types.is_datetime64_any_dtype(frame[one])]
    groups = frame[names].groupby(keys, sort=False)
    folded = groups.first()
    if times:
        folded[times] = groups[times].min()
    for name in folded.columns.difference(times):
        first = frame[keys].join(folded[name], on=keys)[name]
        other = (frame[name] != first) & frame[name].notna() & first.notna()
        if other.any():
            what = _("another value than the first of the same {key}, which counts")
            told = what.format(key=" + ".join(keys))
            size = found.sizes[table.name]
            found.faults.append(
                fault(table.name, [name], frame, other, told, " ", of=size, kind="note")
            )
    at = frame.dropna(subset=keys).drop_duplicates(keys).index
    return folded.reset_index().set_index(at)[names]


def _numbered(found: Examined, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Count the lines of an order where no column does."""
    number = _number_of_line(table)
    if number is None or (number in frame.columns and frame[number].notna().any()):
        return frame
    keys = [key for key in table.primary_key if key != number]
    double = frame.duplicated(keep=False)
    again, size = frame.duplicated(), found.sizes[table.name]
    if len(frame) and double.all():
        what = _("there twice, as is every row of the table")
        one = fault(table.name, keys, frame, again, what, of=size, kind="copy")
        found.faults.append(one)
    elif double.any():
        what = _("equal to another row; without {number} each counts as a line of its own")
        remedy = _("If they are copies, leave them out.")
        told = what.format(number=number)
        found.faults.append(
            fault(table.name, keys, frame, again, told, remedy, of=size, kind="note")
        )
    numbers = frame.groupby(keys, sort=False).cumcount() + 1
    place = list(table.names).index(number)
    frame = frame.drop(columns=number, errors="ignore")
    frame.insert(min(place, len(frame.columns)), number, numbers)
    return frame


def _number_of_line(table: Table) -> str | None:
    """Return the column that counts the rows of one order, if the table has such a column."""
    (last, *others) = reversed(table.primary_key)
    is_count = table.field(last).type == "integer" and not last.endswith("_id")
    owned = any(key.fields == tuple(reversed(others)) for key in table.foreign_keys)
    known = any(key.fields == (last,) for key in table.foreign_keys)
    return last if is_count and owned and not known else None


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


def _faults_of_table(found: Examined, table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    """Empty, impossible and double values of one table."""
    size = found.sizes[table.name]
    seen = {
        name: one.rows
        for one in found.faults
        if one.table == table.name and one.kind == "value"
        for name in one.columns
    }
    for one in table:
        if one.name in frame.columns:
            told = frame.index.isin(seen.get(one.name, []))
            for wrong, what, remedy, kind in _impossible(table, one, frame):
                if (wrong & ~told).any():
                    yield fault(
                        table.name,
                        [one.name],
                        frame,
                        wrong & ~told,
                        what,
                        remedy,
                        of=size,
                        kind=kind,
                    )
    yield from _double(found, table, frame)
    for one in table:
        if one.name in frame.columns:
            for wrong, what in _out_of_order(one, frame):
                yield fault(table.name, [one.name], frame, wrong, what, of=size, kind="impossible")


def _double(found: Examined, table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    """Rows of one key: copies of a whole row, and rows that differ."""
    keys, size = list(table.primary_key), found.sizes[table.name]
    known = frame[keys].notna().all(axis=1)
    again = frame.duplicated(keys) & known
    if not again.any():
        return
    names = [one.name for one in table if one.name in frame.columns]
    copies = frame.duplicated(names) & known
    if copies.any():
        yield fault(table.name, keys, frame, copies, _("there twice"), of=size, kind="copy")
    differ = again & ~copies
    if differ.any():
        what = _("there twice, with other values")
        yield fault(table.name, keys, frame, differ, what, of=size, kind="twice")


Rule = tuple[Any, str, str, str]


def _impossible(table: Table, one: Field, frame: pd.DataFrame) -> list[Rule]:
    """Values that are empty, outside the limits of the field, or none of its words."""
    values, limits = frame[one.name], one.elsewhere.constraints
    optional = one.name not in table.primary_key
    rules: list[Rule] = []
    if one.elsewhere.required:
        remedy = _("Fill these cells, or leave these rows or the whole column out.")
        rules.append((values.isna(), _("empty"), remedy if optional else "", "gap"))
    if values.dtype.kind in "iuf":  # ids may be text
        comparisons = {
            "minimum": (operator.lt, _("below {limit}")),
            "exclusiveMinimum": (operator.le, _("not above {limit}")),
            "maximum": (operator.gt, _("above {limit}")),
        }
        for name, (beyond, what) in comparisons.items():
            if name in limits:
                limit = limits[name]
                wrong = beyond(values, limit).fillna(value=False).astype("bool")
                rules.append((wrong, what.format(limit=limit), "", "impossible"))
    if "enum" in limits:
        what = _("none of: {allowed}").format(allowed=", ".join(limits["enum"]))
        remedy = _("Put these words in place of yours, or leave the column out.")
        wrong = values.notna() & ~values.isin(limits["enum"])
        rules.append((wrong, what, remedy if optional else "", "impossible"))
    return rules


def _out_of_order(one: Field, frame: pd.DataFrame) -> Iterator[tuple[pd.Series, str]]:
    """Values before, or above, those of the column that limits them."""
    for other, beyond, what in (
        (one.not_before, operator.lt, _("before {other}")),
        (one.not_above, operator.gt, _("above {other}")),
    ):
        if other in frame.columns:
            values, limits = frame[one.name], frame[other]
            if values.dtype.kind == "M" and limits.dtype.kind == "M":
                # a day without an hour is not before an hour of that day
                day = values.dt.normalize()
                limits = limits.where(values != day, limits.dt.normalize())
            wrong = beyond(values, limits).fillna(value=False).astype("bool")
            if wrong.any():
                yield wrong, what.format(other=other)


def _dangling(
    found: Examined, name: str, frame: pd.DataFrame, key: ForeignKey, other: pd.DataFrame
) -> Iterator[Fault]:
    """Values of a foreign key that the other table does not have."""
    if not {*key.fields} <= {*frame.columns} or not {*key.reference} <= {*other.columns}:
        return
    mine, theirs = frame[list(key.fields)], other[list(key.reference)].drop_duplicates()
    theirs = theirs.set_axis(list(key.fields), axis=1)
    if any(mine[one].dtype.kind != theirs[one].dtype.kind for one in key.fields):
        mine, theirs = mine.astype("str"), theirs.astype("str")
    known = pd.MultiIndex.from_frame(theirs)
    there = pd.Series(pd.MultiIndex.from_frame(mine).isin(known), index=frame.index)
    wrong = ~there & frame[list(key.fields)].notna().all(axis=1)
    if wrong.any():
        what = _("not in the table {other}").format(other=key.table)
        size = found.sizes[name]
        yield fault(name, key.fields, frame, wrong, what, of=size, kind="orphan")


# --- what is left out ------------------------------------------------------------------

Parts = list[tuple[Fault, pd.DataFrame]]


def _lost(one: Fault, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return as many empty rows as a fault has, which are no longer in the table."""
    columns = frames[one.table].columns.difference(["quantity", "unit_price"])
    return pd.DataFrame(index=one.rows, columns=columns)


def _take(frame: pd.DataFrame, one: Fault, parts: Parts) -> pd.DataFrame:
    """Take the rows of a fault out of a frame, and note them."""
    rows = frame.index.isin(one.rows)
    if rows.any():
        parts.append((one, frame[rows]))
    return frame[~rows]


def _usable_rows(found: Examined, name: str, frame: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Leave out copies, further rows of a key, and rows with a gap or an impossible value."""
    table, size = schemas()[name], found.sizes[name]
    for one in found.faults:
        if one.table == name and one.kind == "copy":
            frame = _take(frame, one, parts)
    for one in _double(found, table, frame):
        if one.kind == "twice":
            keys = list(table.primary_key)
            every = frame.duplicated(keys, keep=False)
            frame = _take(frame, replace(one, rows=frame.index.to_numpy()[every]), parts)
    told = [one for one in found.faults if one.table == name and one.kind == "value"]
    rest = [one for one in found.faults if one.table == name and one.kind in _BAD]
    for one in [*told, *rest]:
        frame = _without(frame, table, one, parts, size)
    return frame


_BAD = ("gap", "impossible")


def _without(
    frame: pd.DataFrame, table: Table, one: Fault, parts: Parts, size: int
) -> pd.DataFrame:
    """Leave out the rows of one fault; or its cells, or its column."""
    (name,) = one.columns
    field_, key = table.field(name), name in table.primary_key
    rows = frame.index.isin(one.rows)
    if name not in frame.columns or not rows.any():
        return frame
    if not key and (rows | frame[name].isna()).all():
        parts.append(
            (replace(one, what=_("the whole column: {what}").format(what=one.what)), _NONE)
        )
        return frame.drop(columns=name)
    if one.kind == "gap" and not is_needed(table, field_):
        return frame  # a gap in a column of words, or in the id of a group, is a group of its own
    if not stays(table, field_):
        return _take(frame, one, parts)
    if one.kind != "gap":
        what = _emptied(int(rows.sum()), one.what)
        parts.append((replace(one, what=what), _NONE))
        return frame.assign(**{name: _loose(frame[name]).mask(rows)})
    return frame


_NONE = pd.DataFrame()


def is_needed(table: Table, field: Field) -> bool:
    """Say whether a row without a value in this column can not be used.

    An order without a channel is an order, and one without a visitor is a guest's.

    >>> orders, lines = schemas()["orders"], schemas()["order_lines"]
    >>> [one.name for one in orders if is_needed(orders, one)]
    ['order_id', 'placed_at']
    >>> [one.name for one in lines if is_needed(lines, one)]
    ['order_id', 'line', 'product_id', 'quantity', 'unit_price', 'unit_cost']
    """
    if field.name in table.primary_key:
        return True
    links = [key.table for key in table.foreign_keys if field.name in key.fields]
    grouped = bool(links) and not {"orders", "order_lines", "products"} & {*links}
    return field.elsewhere.required and not field.is_words and not grouped


def is_master(table: Table) -> bool:
    """Say whether a table tells of things, such as products, to which others point.

    >>> [name for name in ("products", "orders", "order_lines") if is_master(schemas()[name])]
    ['products']
    """
    named = any(
        key.table == table.name and other.name != table.name
        for other in schemas().values()
        for key in other.foreign_keys
    )
    events = [table, *(schemas()[key.table] for key in table.foreign_keys)]
    return named and not any(
        one.type == "datetime" and one.required for event in events for one in event
    )


def stays(table: Table, field: Field) -> bool:
    """Say whether a row stays where the value of this column cannot be used: its cell is emptied.

    An order in a state that nobody knows is an order.

    >>> orders, products = schemas()["orders"], schemas()["products"]
    >>> [stays(orders, orders.field(name)) for name in ("status", "placed_at", "order_id")]
    [True, False, False]
    >>> stays(products, products.field("cost"))
    True
    """
    return field.name == "status" or (is_master(table) and field.name not in table.primary_key)


def _emptied(n: int, what: str) -> str:
    """Say how many cells are emptied, and that their rows stay."""
    sentence = _n(
        "{n} cell left empty, its row stays: {what}",
        "{n} cells left empty, their rows stay: {what}",
        n,
    )
    return sentence.format(n=n, what=what)


def _drop_orphans(found: Examined, frames: dict[str, pd.DataFrame], parts: Parts) -> None:
    """Leave out rows that point to one that is not there, until none is left."""
    left = True
    while left:
        left = False
        for name in frames:
            for key in schemas()[name].foreign_keys:
                if key.table not in frames:
                    continue
                other = frames[key.table]
                for one in _dangling(found, name, frames[name], key, other):
                    left = True
                    frames[name] = _unlinked(frames[name], schemas()[name], one, parts)


def loses_row(table: Table, columns: Sequence[str]) -> bool:
    """Say whether a row that points nowhere with these columns can not be used.

    >>> lines, orders = schemas()["order_lines"], schemas()["orders"]
    >>> loses_row(lines, ["order_id"]), loses_row(orders, ["visit_id"])
    (True, False)
    """
    if set(columns) & set(table.primary_key):
        return True
    return not is_master(table) and all(is_needed(table, table.field(one)) for one in columns)


def _unlinked(frame: pd.DataFrame, table: Table, one: Fault, parts: Parts) -> pd.DataFrame:
    """Leave out the rows of an orphan; or its cell, where a row can do without it."""
    if loses_row(table, one.columns):
        return _take(frame, one, parts)
    what = _emptied(len(one.rows), one.what)
    parts.append((replace(one, what=what), _NONE))
    rows = frame.index.isin(one.rows)
    return frame.assign(**{name: _loose(frame[name]).mask(rows) for name in one.columns})


def _loose(values: pd.Series) -> pd.Series:
    """Let a column of whole numbers hold gaps, and stay whole."""
    return values.astype("Int64") if values.dtype.kind in "iu" else values
