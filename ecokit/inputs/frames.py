"""Tables that a caller gives: any engine in, the same sentences, the same kind out.

A measure takes ``data``, a shop or tables by name, and opens what it needs with `door`, or with
`fetched` where it computes in pandas. A function over one table opens it with `table`.

A lazy engine (Polars lazy, DuckDB, PySpark) is asked for its columns and their types, not for rows:
that would run a query. What a function fetches is looked at when it is here. Two questions are
asked, once for each table: whether a row lacks its key, its link to another table or its time, and
whether a key stands there twice. `Shop.in_place` has asked them before.

>>> import pandas as pd
>>> stock = pd.DataFrame({"product_id": ["P1", "P2"], "sold": [4, 0]})
>>> (frame,) = door({"stock": stock}, {"stock": "product_id sold"})
>>> int(frame["sold"].sum())
4
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, kinds, once, rows
from ecokit.inputs.kinds import Frame as Frame
from ecokit.inputs.kinds import as_group as as_group
from ecokit.inputs.kinds import as_times as as_times
from ecokit.inputs.kinds import need as need
from ecokit.inputs.numbers import is_whole_text, refused
from ecokit.messages import _
from ecokit.shop.tables import Shop, Tables

By = str | Sequence[str] | None
Columns = str | Sequence[str]


# --- in --------------------------------------------------------------------------------


def tables(data: Any, example: str = "orders") -> Mapping[str, Any]:
    """Return the tables of a shop, or a mapping of tables as it is.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        What the caller gave.
    example : str
        A table that is needed, for the sentence.

    Raises
    ------
    CourseError
        It is something else, such as one table or None.

    Examples
    --------
    >>> tables(pd.DataFrame({"sold": [1]}), "stock")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: data is one table. Say which one it is: {'stock': table}; or give ...
    """
    if isinstance(data, Shop):
        return data.tables
    if isinstance(data, Mapping):
        return data
    if isinstance(nw.from_native(data, pass_through=True), (nw.DataFrame, nw.LazyFrame)):
        message = _(
            "data is one table. Say which one it is: {{'{example}': table}}; or give a shop."
        )
        raise CourseError(message.format(example=example))
    wanted = _("Give a shop, or tables by name: {{'{example}': table}}.")
    raise refused("data", data, wanted.format(example=example))


def door(
    data: Any,
    needed: Mapping[str, Columns],
    optional: Mapping[str, Columns] | None = None,
    *,
    types: Mapping[str, str] | None = None,
    by: Sequence[str] | None = None,
    windows: bool = False,
    alike: Sequence[str] = (),
) -> list[Frame]:
    """Turn the caller's tables into Narwhals frames, or say what is wrong with them.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        The tables are of one kind: pandas, Polars (eager or lazy), DuckDB, PySpark, or another
        one that Narwhals knows.
    needed : mapping of table name to columns
        The columns needed of each table, separated by blanks, or as a list.
    optional : mapping of table name to columns, optional
        Tables that may be missing, or None.
    types : mapping of column to type, optional
        Types of columns of tables that the schema does not know; as for `table`.
    by : sequence of str, optional
        What the caller groups by. With it, even if empty, a table keeps these columns and those
        that are needed: none of the caller's is taken for one that the measure computes.
    windows : bool
        Whether the measure takes medians, or looks from a row to others of its group. PyArrow
        does neither, and is refused.
    alike : sequence of str
        Tables in which a row that stands twice changes nothing, because their ids are counted
        once. A lazy engine is not asked for such rows.

    Returns
    -------
    list of Frame
        In the order of `needed` and `optional`; None for an optional table that is not there.

    Raises
    ------
    CourseError
        A table or a column is missing, is there twice or holds the wrong kind of values, the kinds
        of frames are mixed, a time has a zone, an id is a number here and text there; or an eager
        table holds a number that is not finite (a lazy engine refuses it when it computes). A row
        lacks its key, its link to another table or its time, or stands twice in a table that has
        the key of the data package.

    Examples
    --------
    >>> door({"visits": pd.DataFrame({"id": [1]})}, {"visits": "visitor_id"})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table visits has no column visitor_id. It has: id. ...
    >>> door({"stock": pd.DataFrame({"sold": ["three"]})}, {"stock": "sold"})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column sold of stock holds text, not numbers. ...
    >>> door({"stock": pd.DataFrame({"sold": [3]})}, {"stock": "sold"}, {"products": "cost"})[1]
    """
    given = tables(data, next(iter(needed)))
    wanted = {**needed, **(optional or {})}
    there = [name for name in wanted if name in needed or given.get(name) is not None]
    frames = {name: opened(name, given, wanted[name], types, alike=name in alike) for name in there}
    _refuse_mixed(frames)
    if windows:
        _refuse_arrow(frames)
    frames = kinds.same_ids(frames, {name: _names(wanted[name]) for name in there})
    if by is not None:
        frames = {name: _only(one, [*_names(wanted[name]), *by]) for name, one in frames.items()}
    return [frames.get(name) for name in wanted]


def opened(
    name: str,
    given: Mapping[str, Any],
    columns: Columns,
    types: Mapping[str, str] | None = None,
    *,
    alike: bool = False,
) -> Frame:
    """Return one of the caller's tables as a Narwhals frame whose `columns` can be used."""
    if name not in given:
        message = _("This measure needs the table {name}, which is not among: {names}.")
        names = ", ".join(map(str, given)) or _("none")
        raise CourseError(message.format(name=name, names=names))
    look = partial(_looked_at, name, given, _names(columns), types or {}, alike)
    read = getattr(given, "looked_at", False)
    return once.looked(given[name], ("door", name, read, *_asked(columns, types)), look)


def _asked(
    columns: Columns | Mapping[str, Any], types: Mapping[str, str] | None
) -> tuple[Any, ...]:
    """Return what is asked of a table, as a key."""
    ours = _names(columns) if not isinstance(columns, Mapping) else columns.items()
    return (*ours, None, *(types or {}).items())


def _looked_at(
    name: str, given: Mapping[str, Any], columns: list[str], types: Mapping[str, str], alike: bool
) -> Frame:
    native, known = given[name], getattr(given, "looked_at", False)
    frame = _checked(name, _even(name, native), columns, types, read=known)
    alike = alike and not isinstance(frame, nw.DataFrame)
    if not (alike or known):
        _refuse_gaps(name, frame, columns, native)
        kinds.refuse_twice(name, frame, native, once=isinstance(given, Tables))
    return frame


def table(
    given: Any,
    columns: Columns | Mapping[str, Any],
    *,
    name: str,
    types: Mapping[str, str] | None = None,
) -> Frame:
    """Turn one table of the caller into a Narwhals frame, or say what is wrong with it.

    Parameters
    ----------
    given : table
        Of any engine.
    columns : str, sequence or mapping
        The columns needed. A mapping says what the caller calls them, ``{"sku": sku}`` for a
        function with the keyword ``sku="sku"``; in the frame they have the course's names.
    name : str
        The name of the argument that the caller gave, which is best that of the table: what
        the schema of the shop says of its columns holds here, too.
    types : mapping of column to type, optional
        Types of columns that the schema does not know, in its words: ``"number"``, ``"integer"``,
        ``"date"``, ``"datetime"``, ``"boolean"``, ``"string"``, ``"id"``; ``"any"`` is not
        looked at.

    Raises
    ------
    CourseError
        As for `door`; or a keyword names no column.

    Examples
    --------
    >>> mine = pd.DataFrame({"Price": [9.0, 12.0], "SKU": ["a", "b"]})
    >>> frame = table(mine, {"sku": "SKU", "price": "Price"}, name="offers")
    >>> float(frame["price"].mean())
    10.5
    >>> table(mine, {"sku": "SKU", "price": "price"}, name="offers")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table offers has no column price. It has: Price, SKU. Name the
    column that holds it: price=...
    >>> table(mine, {"price": "SKU"}, name="offers", types={"price": "number"})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The column SKU of offers holds text, not numbers. ...
    """
    look = partial(_table, given, columns, name, types or {})
    return once.looked(given, ("table", name, *_asked(columns, types)), look)


def _table(
    given: Any, columns: Columns | Mapping[str, Any], name: str, types: Mapping[str, str]
) -> Frame:
    frame = _even(name, given)
    if not isinstance(columns, Mapping):
        checked = _checked(name, frame, _names(columns), types)
        _refuse_gaps(name, checked, _names(columns), given)
        kinds.refuse_twice(name, checked, given)
        return checked
    for ours, theirs in columns.items():
        if not isinstance(theirs, str):
            raise refused(ours, theirs, _("Give the name of a column."))
        remedy = _("Name the column that holds it: {ours}=...").format(ours=ours)
        need(name, frame, [theirs], remedy)
    typed = {**kinds.described(name, list(columns)), **types}
    asked = [(columns[ours], kind) for ours, kind in typed.items() if ours in columns]
    # two keywords may name one column: the one that takes anything has no say then
    known = dict(sorted(asked, key=lambda one: one[1] != "any"))
    checked = _checked(name, frame, list(dict.fromkeys(columns.values())), known)
    renamed = [nw.col(yours).alias(ours) for ours, yours in columns.items() if yours != ours]
    checked = checked.with_columns(*renamed) if renamed else checked
    _refuse_gaps(name, checked, list(columns), given)
    kinds.refuse_twice(name, checked, given)
    return checked


def unlooked(name: str, native: Any) -> Frame:
    """Return one table as a Narwhals frame whose rows are not looked at: they may be wrong.

    Examples
    --------
    >>> twice = pd.DataFrame({"order_id": [1, 1]})
    >>> len(unlooked("orders", twice))
    2
    """
    return _even(name, native)


def fetched(
    data: Any,
    needed: Mapping[str, Columns],
    optional: Mapping[str, Columns] | None = None,
    *,
    types: Mapping[str, str] | None = None,
) -> list[Any]:
    """Return the caller's tables as pandas, checked as by `door`; see there.

    Only the columns that are needed are fetched; the rows are numbered from 0.

    Examples
    --------
    >>> stock, products = fetched({"stock": pd.DataFrame({"sold": [3]})}, {"stock": "sold"},
    ...                           {"products": "cost"})
    >>> stock["sold"].tolist(), products
    ([3], None)
    """
    wanted = {**needed, **(optional or {})}
    frames = door(data, needed, optional, types=types)
    found = list[Any]()
    for name, frame in zip(wanted, frames, strict=True):
        columns = _names(wanted[name])
        here = None if frame is None else as_pandas(frame.select(*columns)).reset_index(drop=True)
        if isinstance(frame, nw.LazyFrame):  # its numbers were not looked at
            _refuse_gaps(name, nw.from_native(here), columns, here)
        found.append(here)
    return found


def as_pandas(given: Any, name: str = "table") -> pd.DataFrame:
    """Return a table of any engine, or a Narwhals frame, as pandas.

    A pandas table keeps its index. The caller's table does not change when the result does.

    Examples
    --------
    >>> import polars as pl
    >>> as_pandas(pl.DataFrame({"sold": [3]}).lazy())
       sold
    0     3
    """
    frame = _narwhal(name, given)
    if isinstance(frame, nw.LazyFrame):
        # as pandas, whole numbers beside a gap would be floats, which hold no id of 17 digits
        spark = frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect()
        frame = frame.collect("pandas" if spark else None)
    if not frame.implementation.is_pandas_like():  # pandas does not know every engine's categories
        frame = kinds.in_words(frame, frame.collect_schema())
    if frame.implementation.is_pyarrow():  # which may know by heart what pandas once had in it
        frame = nw.from_native(frame.to_native().replace_schema_metadata(None))
    found: pd.DataFrame = frame.to_pandas().copy(deep=False)
    for changed in kinds.changed_ids(frame, found):
        found[changed] = pd.array(frame[changed].to_list(), dtype="Int64")
    for column, dtype in found.dtypes.items():
        if isinstance(dtype, pd.DatetimeTZDtype):  # PySpark's carry the session's time zone
            found[column] = found[column].dt.tz_localize(None)
        elif isinstance(dtype, pd.CategoricalDtype):
            found[column] = found[column].astype(kinds.plain_type(found[column]))
    for column in found.columns[found.dtypes.eq("object")]:
        first = next(iter(found[column].dropna()), None)
        if isinstance(first, Decimal):  # decimals do not multiply with floats
            found[column] = found[column].astype("float64")
        elif isinstance(first, date):  # PyArrow's days come as Python's
            found[column] = pd.to_datetime(found[column])
    return found


def with_id(table: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """Return the rows of a pandas table whose id is `value`; a value that is no id has none.

    Examples
    --------
    >>> stock = pd.DataFrame({"product_id": [1, 2], "sold": [3, 4]})
    >>> with_id(stock, "product_id", 2)["sold"].tolist(), len(with_id(stock, "product_id", 10**30))
    ([4], 0)
    """
    if not isinstance(value, (str, int, np.integer)):
        return table.head(0)
    # Python compares whatever it is given: an engine refuses 30 digits, or half a character
    same = [one == value for one in table[column].tolist()]
    return table[np.array(same, dtype=bool)]  # no rows: an empty list would name no column


def collected(frame: Frame) -> nw.DataFrame[Any]:
    """Return a Narwhals frame with its rows, where a lazy one has none yet: that runs a query."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


# --- out -------------------------------------------------------------------------------


def like(result: Any, given: Any) -> Any:
    """Return a result that was computed in pandas as a table of the caller's kind.

    Parameters
    ----------
    result : DataFrame
        Of pandas, or an eager Narwhals frame.
    given : Shop, mapping of tables, table or Narwhals frame
        What the caller gave. The first table of a mapping tells the kind.

    Returns
    -------
    table
        pandas for a shop. An index that is more than the numbers of the rows stays in pandas, and
        becomes columns elsewhere.

    Examples
    --------
    >>> import polars as pl
    >>> rates = pd.DataFrame({"rate": [0.5]}, index=pd.Index(["phones"], name="category"))
    >>> like(rates, {"stock": pl.DataFrame({"sold": [3]})}).to_dict(as_series=False)
    {'category': ['phones'], 'rate': [0.5]}
    """
    frame = _first(given)
    native = result.to_native() if isinstance(result, nw.DataFrame) else result
    if frame is None or frame.implementation.is_pandas_like():
        return nw.from_native(native).to_pandas()
    if isinstance(native, pd.DataFrame):
        plain = isinstance(native.index, pd.RangeIndex)
        native = (native if plain else native.reset_index()).rename(columns=str)
    moved = nw.from_native(native)
    if not isinstance(frame, nw.DataFrame):
        session = getattr(frame.to_native(), "sparkSession", None)
        return moved.lazy(frame.implementation, session=session).to_native()
    return moved.to_arrow() if frame.implementation.is_pyarrow() else moved.to_polars()


def sorted_native(frame: Frame, by: Sequence[str] = ()) -> Any:
    """Return a Narwhals frame as a table of the caller's kind, sorted by `by`."""
    ordered = frame.sort(*by, nulls_last=True) if by else frame
    return nw.maybe_reset_index(ordered).to_native()


# --- groups ----------------------------------------------------------------------------


def listed(by: By, what: str = "by", *, least: int = 0) -> list[str]:
    """Return `by` as a list: None is no group, a name is a group of one.

    Examples
    --------
    >>> listed(None), listed("month"), listed(("month", "region"))
    ([], ['month'], ['month', 'region'])
    >>> listed(["month", "month"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is ['month', 'month']. Give a name, or a list of different names.
    >>> listed(None, least=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is None. Name a column to group by, such as by='month'.
    """
    names = [by] if isinstance(by, str) else [] if by is None else by
    if (
        not isinstance(names, Sequence)
        or not all(isinstance(name, str) and is_whole_text(name) for name in names)
        or len(set(names)) < len(names)
    ):
        raise refused(what, by, _("Give a name, or a list of different names."))
    if len(names) < least:
        wanted = _("Name a column to group by, such as {what}='month'.").format(what=what)
        raise refused(what, by, wanted)
    return list(names)


def refuse_taken(names: Sequence[str], taken: Sequence[str]) -> None:
    """Raise a CourseError if a group would be called like another column of the answer."""
    for name in names:
        if name in taken:
            message = _(
                "You group by {name}, and the answer has another column of that name. Rename yours."
            )
            raise CourseError(message.format(name=name))


# --- the checks ------------------------------------------------------------------------


def _names(columns: Columns) -> list[str]:
    return columns.split() if isinstance(columns, str) else list(columns)


def _narwhal(name: str, native: Any) -> Frame:
    """Return a table of any engine as a Narwhals frame; refuse what is none."""
    if isinstance(native, (Shop, Mapping)):
        message = _("{name} is a shop or a mapping. Give one table of it, such as shop.orders.")
        raise CourseError(message.format(name=name))
    native = nw.to_native(native, pass_through=True)
    columns = _columns(native)
    double = {column for column in columns if columns.count(column) > 1}
    if double:
        message = _("The table {name} has the column {column} twice. Rename or drop one of them.")
        raise CourseError(message.format(name=name, column=min(double)))
    frame = nw.from_native(native, pass_through=True)
    if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        what = "None" if native is None else _("a {kind}").format(kind=type(native).__name__)
        message = _(
            "The table {name} is {what}. Give a data frame: pandas, Polars, DuckDB, PySpark."
        )
        raise CourseError(message.format(name=name, what=what))
    return frame


def _even(name: str, native: Any) -> Frame:
    """Return a table of any engine as a Narwhals frame; one of pandas evened out."""
    frame = _narwhal(name, native)
    found = frame.to_native()
    return nw.from_native(kinds.evened(found)) if isinstance(found, pd.DataFrame) else frame


def _columns(native: Any) -> list[Any]:
    """Return the names of columns as the engine has them: those that can have one twice."""
    if isinstance(native, pd.DataFrame) or nw.dependencies.is_pyspark_dataframe(native):
        return list(map(str, native.columns))  # which other engines have: 7 and "7" are one
    if nw.dependencies.is_pyarrow_table(native):
        return list(native.column_names)
    if nw.dependencies.is_duckdb_relation(native):  # capital letters do not tell columns apart
        return [column.lower() for column in native.columns]
    return []


def _checked(
    name: str, frame: Frame, columns: list[str], more: Mapping[str, str], *, read: bool = False
) -> Frame:
    """Return a frame whose `columns` are there and of their kinds, or say what is wrong."""
    need(name, frame, columns)
    known = {column: kind for column, kind in more.items() if column in columns}
    schema = frame.collect_schema()
    kinds.refuse_zones(name, frame, schema)
    frame = kinds.in_words(frame, schema)
    if isinstance(frame, nw.DataFrame):
        kinds.refuse_nan(name, frame, [one for one in columns if schema[one].is_float()])
    wanted = {**kinds.described(name, columns), **known}
    loose = [one for one in columns if isinstance(schema[one], nw.Object)]
    free = [one for one in columns if wanted.get(one, "any") == "any"]
    frame = kinds.read_loose(name, frame, [one for one in columns if one not in wanted])
    if isinstance(frame, nw.DataFrame):
        kinds.refuse_own_zones(name, frame, loose)
    kinds.refuse_nested(name, frame, free)
    frame = kinds.cast(
        name, frame, {one: kind for one, kind in wanted.items() if kind != "any"}, read=read
    )
    if isinstance(frame, nw.DataFrame):
        kinds.refuse_several(name, frame, [one for one in free if one in loose])
        kinds.refuse_huge(name, frame, [one for one in columns if wanted.get(one) == "number"])
    return frame


def _refuse_gaps(name: str, frame: Frame, columns: Sequence[str], native: Any) -> None:
    """Refuse rows that lack what no row can do without, such as a line without its order.

    A lazy engine is asked, once for each table that it has.
    """
    asked = dict.fromkeys([*columns, *kinds.own_key(name, frame)])
    needed = kinds.needed(name, list(asked), numbers=isinstance(frame, nw.DataFrame))
    rules = [amounts.gaps(name, one) for one in needed]
    if isinstance(frame, nw.DataFrame):
        rows.refuse(frame, name, rules)
        return
    native = nw.to_native(native, pass_through=True)
    if rules and kinds.first_time(native, *needed):
        rows.ask(frame, name, rules)
        kinds.remember(native, *needed)


def _only(frame: Frame, columns: Sequence[str]) -> Frame:
    return frame.select(*[name for name in frame.collect_schema().names() if name in columns])


def _refuse_mixed(frames: Mapping[str, Frame]) -> None:
    found = {name: f"{one.implementation} {type(one).__name__}" for name, one in frames.items()}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name}: {kind}" for name, kind in found.items())
        message = _(
            "The tables are of different kinds ({told}). Give all of them as one kind; "
            "narwhals.from_native(table).lazy('duckdb').to_native() moves a small one."
        )
        raise CourseError(message.format(told=told))
    _refuse_strangers({name: one.to_native() for name, one in frames.items()})


def _refuse_arrow(frames: Mapping[str, Frame]) -> None:
    for name, frame in frames.items():
        if frame.implementation.is_pyarrow():
            message = _(
                "The table {name} is of PyArrow, which knows no medians and no neighbours in a "
                "group. Give it to another engine: polars.from_arrow(table), or table.to_pandas()."
            )
            raise CourseError(message.format(name=name))


def _refuse_strangers(found: Mapping[str, Any]) -> None:
    """Refuse relations of several connections of DuckDB, which it cannot join."""
    (first, one), *others = found.items()
    if not others or not nw.dependencies.is_duckdb_relation(one):
        return
    from duckdb import InvalidInputException

    for other, relation in others:
        try:
            one.cross(relation)  # which asks for no rows
        except InvalidInputException:
            message = _(
                "The tables {first} and {other} are of different connections of DuckDB. "
                "Make both with the same connection."
            )
            raise CourseError(message.format(first=first, other=other)) from None


def _first(given: Any) -> Frame | None:
    """Return the first table of what a caller gave; None for a shop in pandas and for nothing."""
    if isinstance(given, Shop):
        given = given.tables
    if isinstance(given, Tables) and not given.looked_at:
        return None
    for one in given.values() if isinstance(given, Mapping) else [given]:
        frame = nw.from_native(one, pass_through=True)
        if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
            return frame
    return None


def all_tables(data: Any) -> dict[str, pd.DataFrame]:
    """Return tables of any engine as pandas, their rows numbered from 0.

    >>> list(all_tables({"stock": pd.DataFrame({"sold": [1]}, index=[7])})["stock"].index)
    [0]
    """
    given = tables(data)
    if not given:
        message = _("data has no tables. Give a shop, or tables by name: {example}.")
        raise CourseError(message.format(example="{'orders': ...}"))
    return {
        str(name): as_pandas(table, str(name)).reset_index(drop=True)
        for name, table in given.items()
    }
