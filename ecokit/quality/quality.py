"""Data quality 数据质量: what is wrong with tables, by the rules of the data package and your own.

Five kinds: completeness (a cell or a row is missing), uniqueness (a row stands twice), validity (a
value that cannot be), consistency (values that contradict one another), freshness (the newest row
is old). A report names table, column, rows, an example and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _, _n, short
from ecokit.shop.faults import Fault
from ecokit.shop.schema import Field, Table, package, schemas
from ecokit.shop.validate import Examined, examined

KINDS = ("completeness", "uniqueness", "validity", "consistency", "freshness")
"""What may be wrong with data."""

_KIND_OF = {
    "gap": "completeness",
    "copy": "uniqueness",
    "twice": "uniqueness",
    "orphan": "consistency",
}  # of faults that the shop tells; others are of validity
_FOUND = ["table", "column", "kind", "what", "row", "key", "value", "remedy"]
_TOLD = ["table", "column", "kind", "what", "count", "of", "rows", "example", "remedy"]
_SHOWN = 5  # numbers of rows in a report
_CORRECT = _("Correct these rows or leave them out.")
_OTHER = _("Ask both sources which one is right; correct the other.")
_LATE = _("Ask who loads this table, load the rest, then look again.")
_LOST = _("Fetch these rows from their source again.")


@dataclass(frozen=True)
class Rule:
    """A rule of your own.

    Parameters
    ----------
    table, column : str
        Where a fault stands.
    kind : str
        One of ``KINDS``.
    what : str
        What is wrong, as a clause: "above the list price".
    wrong : callable
        Takes the rows as a pandas table, and returns true for those that are wrong. Missing counts
        as false.
    beside : (str, str), optional
        Another table and the key by which its rows are laid beside; of a key that is there twice
        the first row. Its columns are then called ``"products.list_price"``.
    remedy : str
        What to do.

    Examples
    --------
    >>> rule = Rule("order_lines", "unit_price", "consistency", "above the list price",
    ...     lambda rows: rows["unit_price"] > rows["products.list_price"],
    ...     beside=("products", "product_id"))
    >>> Rule("stock", "sold", "guess", "odd", lambda rows: rows["sold"] > 9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: kind is 'guess'. Choose one of: completeness, uniqueness, ...
    """

    table: str
    column: str
    kind: str
    what: str
    wrong: Callable[[pd.DataFrame], Any]
    beside: tuple[str, str] | None = None
    remedy: str = _CORRECT

    def __post_init__(self) -> None:
        numbers.one_of("kind", self.kind, KINDS)


def _another(table: str, column: str, other: str, key: str) -> Rule:
    """Return the rule that a value is the one that another table has."""
    there = f"{other}.{column}"

    def wrong(rows: pd.DataFrame) -> Any:
        return (rows[column] != rows[there]) & rows[[column, there]].notna().all(axis=1)

    what = _("another than in {other}").format(other=other)
    return Rule(table, column, "consistency", what, wrong, (other, key), _OTHER)


@public
def shop_rules(*, slow: float = 60.0, dear: float = 2.0) -> tuple[Rule, ...]:
    """Return rules over the shop's tables that its data package does not hold.

    Parameters
    ----------
    slow : float
        Seconds above which a page did not load, but its clock went wrong.
    dear : float
        Times the list price above which nothing is sold.

    Returns
    -------
    tuple of Rule
        An order and its visit name one region, visitor and channel. A price is near the list
        price. A visit with an order has one, and a visit with a product has seen a product page.

    Raises
    ------
    CourseError
        A number is not above 0.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> [(rule.table, rule.column) for rule in shop_rules()][:4]
    [('orders', 'region'), ('orders', 'visitor_id'), ('orders', 'channel_id'), ('order_lines', ...)]
    >>> shop_rules(slow=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: slow is 0. Give a number above 0.
    """
    slow, dear = numbers.positive("slow", slow), numbers.positive("dear", dear)
    visit = [_another("orders", name, "visits", "visit_id") for name in _OF_A_VISIT]
    return (
        *visit,
        Rule(
            "order_lines",
            "unit_price",
            "consistency",
            _("far above the list price"),
            lambda rows: rows["unit_price"] > dear * rows["products.list_price"],
            ("products", "product_id"),
        ),
        Rule(
            "visits",
            "reached",
            "consistency",
            _("an order that is not in orders"),
            lambda rows: (rows["reached"] == "order") & rows["orders.order_id"].isna(),
            ("orders", "visit_id"),
            _OTHER,
        ),
        Rule(
            "visits",
            "product_pages",
            "consistency",
            _("no product page, and yet a product"),
            lambda rows: (rows["product_pages"] == 0) & rows["product_id"].notna(),
        ),
        Rule(
            "visits",
            "load_seconds",
            "validity",
            _("longer than anybody waits"),
            lambda rows: rows["load_seconds"] > slow,
        ),
    )


_OF_A_VISIT = ("region", "visitor_id", "channel_id")  # what an order has from its visit


# --- all faults, one by one ------------------------------------------------------------


@public
def findings(
    data: Any,
    *,
    rules: Sequence[Rule] = (),
    running: Sequence[str] = (),
    strict: bool = True,
) -> Any:
    """List what is wrong with tables, a row for each wrong cell or row.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        Tables of the data package are held against its rules: types, keys, limits, words, links
        between those that are there. Others only against yours. All are fetched.
    rules : sequence of Rule
        Rules of your own, such as :func:`shop_rules`; those of tables that are not there are left
        out.
    running : sequence of str
        Tables whose keys run without a gap, such as ``["orders"]``: a number that is not there is
        a row that is missing. The lines of an order run from 1, and each order has one.
    strict : bool
        Whether the rules hold as for the course's own company; if not, as for other companies:
        guests, fractions, ids from 0, other words.

    Returns
    -------
    table
        ``table``, ``column`` (blank: the whole row), ``kind``, ``what``, ``row`` (its number below
        the header; blank for a row that is missing), ``key`` (its primary key), ``value``,
        ``remedy``. A cell is told once of each kind.

    Raises
    ------
    CourseError
        `data` is no tables by name, a rule is none or asks for a column that is not there, or the
        keys of a table in `running` do not run.

    References
    ----------
    Data Package standard: constraints, primary and foreign keys; the kinds: Wang and Strong (1996).

    Examples
    --------
    >>> lines = pd.DataFrame({"order_id": [1, 1, 3], "line": [1, 1, 1], "quantity": [1, 1, 0]})
    >>> found = findings({"order_lines": lines})
    >>> found[["kind", "column", "row", "key", "value"]].values.tolist()
    [['uniqueness', 'order_id + line', 2, '1-1', '1 + 1'], ['validity', 'quantity', 3, '3-1', '0']]
    >>> findings({"orders": pd.DataFrame({"order_id": [7, 9]})}, running=["orders"])["key"].tolist()
    ['8']
    """
    told, _sizes = _all(data, rules, running, strict)
    return frames.like(told, data)


@public
def check_tables(
    data: Any,
    *,
    rules: Sequence[Rule] = (),
    running: Sequence[str] = (),
    strict: bool = True,
    as_of: Any = None,
    hours: float = 24.0,
) -> Any:
    """Report what is wrong with tables: table, column, kind, rows, an example, what to do.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        See :func:`findings`.
    rules : sequence of Rule
        Rules of your own.
    running : sequence of str
        Tables whose keys run without a gap.
    strict : bool
        Whether the rules hold as for the course's own company.
    as_of : datetime or ISO text, optional
        The moment you look. With it, tables whose newest row is older than `hours` are told, too.
    hours : float
        See :func:`fresh`.

    Returns
    -------
    table
        ``table``, ``column``, ``kind``, ``what``, ``count`` ``of`` so many rows, ``rows`` (the
        numbers of the first ones below the header, or the keys of those that are missing), an
        ``example``, the ``remedy``. Sorted by table, then by kind, the most frequent first.

    Raises
    ------
    CourseError
        See :func:`findings`.

    References
    ----------
    Data Package standard: constraints, primary and foreign keys; the kinds: Wang and Strong (1996).

    Examples
    --------
    >>> lines = pd.DataFrame({"order_id": [1, 1, 3], "line": [1, 1, 1], "quantity": [1, 1, 0]})
    >>> told = check_tables({"order_lines": lines})
    >>> told[["kind", "what", "count", "rows", "example"]].values.tolist()
    [['uniqueness', 'there twice', 1, '2', '1 + 1'], ['validity', 'below 1', 1, '3', '0']]
    >>> check_tables({})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: data has no tables. Give a shop, or tables by name: {'orders': ...}.
    """
    found, sizes = _all(data, rules, running, strict)
    parts = [_counted(found, sizes)]
    if as_of is not None:
        parts.append(_stale(data, as_of, hours, sizes))
    told = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    place = {name: n for n, name in enumerate(sizes)}
    ranks = {"table": place, "kind": {name: n for n, name in enumerate(KINDS)}}
    order = pd.DataFrame({name: told[name].map(rank) for name, rank in ranks.items()})
    order = order.assign(count=-told["count"]).sort_values([*ranks, "count"], kind="stable")
    return frames.like(told.loc[order.index].reset_index(drop=True), data)


def _all(
    data: Any, rules: Sequence[Rule], running: Sequence[str], strict: object
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return all faults, and how many rows the tables have."""
    strict = numbers.flag("strict", strict)
    given = frames.all_tables(data)
    known = {name: table for name, table in given.items() if name in schemas()}
    looked = examined(known, {}, patient=True)
    typed = {name: looked.tables.get(name, table) for name, table in given.items()}
    parts = [_of_fault(one, given[one.table]) for one in looked.faults if one.kind != "note"]
    own = [rule for name in looked.tables for rule in _package_rules(name)] if strict else []
    for rule in [*own, *_checked_rules(rules, typed)]:
        parts.append(_of_rule(rule, typed, given))
    for name in _checked_running(running, given):
        parts.append(_missing_rows(name, looked))
    told = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_FOUND)
    told = told.drop_duplicates(["table", "column", "kind", "row", "key"], ignore_index=True)
    return told.astype({"row": "Int64"}), {name: len(table) for name, table in given.items()}


def _listed(
    table: str, column: str, kind: str, what: str, remedy: str, rows: Any, given: pd.DataFrame
) -> pd.DataFrame:
    """Return rows of one fault; `rows` are numbers from 0."""
    rows = np.asarray(rows, dtype=np.int64)
    here = given.iloc[rows]
    keys = schemas()[table].primary_key if table in schemas() else ()
    return pd.DataFrame(
        {
            "table": table,
            "column": column,
            "kind": kind,
            "what": what,
            "row": rows + 1,
            "key": _joined(here, keys, "-"),
            "value": _joined(here, column.split(" + "), " + "),
            "remedy": remedy,
        },
        columns=_FOUND,
    )


def _joined(rows: pd.DataFrame, columns: Sequence[str], sign: str) -> list[str]:
    """Return the cells of some columns of each row as one text."""
    parts = [rows[name].tolist() for name in columns if name in rows]
    return [sign.join(map(_text, cells)) for cells in zip(*parts, strict=True)] or [""] * len(rows)


def _text(value: Any) -> str:
    """Return a cell as it is read; an id stays one where a gap has made its column floats.

    >>> [_text(one) for one in (7.0, 0.5, None, pd.Timestamp("2025-01-05 09:00"))]
    ['7', '0.5', '', '2025-01-05 09:00:00']
    """
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return short(value)


def _of_fault(one: Fault, given: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a fault that the data package's own check found."""
    if one.kind == "shape":  # the table cannot be used at all
        remedy = one.remedy or _CORRECT
        row = [one.table, "", "validity", one.what, None, "", "", remedy]
        return pd.DataFrame([row], columns=_FOUND).astype({"row": "Int64"})
    column = " + ".join(one.columns)
    kind = _KIND_OF.get(one.kind, "validity")
    if one.kind == "impossible" and one.what in _out_of_order(schemas()[one.table], column):
        kind = "consistency"  # each value may be, but not both in one row
    return _listed(one.table, column, kind, one.what, one.remedy, one.rows, given)


def _out_of_order(table: Table, column: str) -> set[str]:
    """Return the words for a value that another one of its row limits."""
    field = table.field(column)
    words = ((_("before {other}"), field.not_before), (_("above {other}"), field.not_above))
    return {word.format(other=other) for word, other in words if other}


def _of_rule(
    rule: Rule, typed: Mapping[str, pd.DataFrame], given: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the rows that break a rule."""
    rows = typed[rule.table]
    if rule.beside:
        rows = _laid_beside(rule, rows, typed[rule.beside[0]])
    try:
        marked = pd.Series(rule.wrong(rows), index=rows.index).astype("boolean")
    except KeyError as error:
        message = _("The rule about {column} of {table} needs a column {name}. There are: {has}.")
        told = {"column": rule.column, "table": rule.table, "has": ", ".join(map(str, rows))}
        raise CourseError(message.format(name=error, **told)) from error
    except CourseError:
        raise
    except Exception as error:  # the rule is somebody's own code
        message = _(
            "The rule about {column} of {table} stops with {error}. It takes the rows, and returns "
            "true or false for each."
        )
        told = {"column": rule.column, "table": rule.table}
        what = short(f"{type(error).__name__}: {error}", 120)
        raise CourseError(message.format(error=what, **told)) from error
    wrong = rows.index[marked.fillna(value=False).to_numpy(dtype=bool)]
    told_ = (rule.table, rule.column, rule.kind, rule.what, rule.remedy)
    return _listed(*told_, wrong, given[rule.table])


def _laid_beside(rule: Rule, rows: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the columns of another table beside them."""
    assert rule.beside
    name, key = rule.beside
    for table, there in ((rule.table, rows), (name, other)):
        frames.need(table, nw.from_native(there), [key])
    there = other.dropna(subset=[key]).drop_duplicates(key).set_index(key)
    beside = there.add_prefix(f"{name}.").reindex(rows[key]).set_axis(rows.index)
    return pd.concat([rows, beside], axis=1)


def _checked_rules(rules: object, there: Mapping[str, Any]) -> Iterator[Rule]:
    """Yield the rules whose tables are there; refuse what is none."""
    wanted = _("Give a list of rules, such as shop_rules().")
    if not isinstance(rules, (list, tuple)):
        raise numbers.refused("rules", rules, wanted)
    for rule in rules:
        if not isinstance(rule, Rule):
            raise numbers.refused("rules", rules, wanted)
        if rule.table in there and (not rule.beside or rule.beside[0] in there):
            yield rule


# --- the rules of the data package -----------------------------------------------------


def _package_rules(name: str) -> list[Rule]:
    """Return the rules that hold for the course's own company, and not for every other one."""
    entry = next(one for one in package()["resources"] if one["name"] == name)
    words = {one["name"]: one.get("categories") for one in entry["schema"]["fields"]}
    return [rule for one in schemas()[name] for rule in _stricter(name, one, words[one.name])]


def _stricter(table: str, one: Field, words: Sequence[str] | None) -> Iterator[Rule]:
    """Yield the rules of a field that other companies may break."""
    own, others = one.constraints, one.elsewhere.constraints
    if own.get("required") and not others.get("required"):
        yield _rule(table, one, "completeness", _("empty"), lambda values: values.isna())
    if own.get("minimum") != others.get("minimum"):
        least = own["minimum"]
        what = _("below {limit}").format(limit=least)
        yield _rule(table, one, "validity", what, lambda values: _numeric(values) < least)
    if one.type != one.elsewhere.type:
        what = _("no whole number")
        yield _rule(table, one, "validity", what, lambda values: _numeric(values) % 1 != 0)
    if words:
        what = _("none of: {allowed}").format(allowed=", ".join(words))
        yield _rule(table, one, "validity", what, lambda values: ~values.isin(words))


def _rule(table: str, one: Field, kind: str, what: str, wrong: Callable[[pd.Series], Any]) -> Rule:
    """Return a rule of one column; a table may be without it, and only gaps are about gaps."""

    def rows(frame: pd.DataFrame) -> Any:
        if one.name not in frame:
            return False
        found = wrong(frame[one.name])
        return found if kind == "completeness" else found & frame[one.name].notna()

    return Rule(table, one.name, kind, what, rows)


def _numeric(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce")  # an id may be text


# --- rows that are missing -------------------------------------------------------------


def _checked_running(running: object, there: Mapping[str, Any]) -> list[str]:
    names = frames.listed(running, "running")  # type: ignore[arg-type]
    for name in names:
        numbers.one_of("running", name, [one for one in there if one in schemas()])
    return names


def _missing_rows(name: str, looked: Examined) -> pd.DataFrame:
    """Return the rows that lack between those that are there."""
    table = looked.tables.get(name)
    keys = schemas()[name].primary_key
    if table is None:
        lost: list[str] = []
    elif len(keys) == 1:
        lost = _lost_numbers(name, keys[0], table[keys[0]])
    else:
        lost = _lost_lines(name, looked.tables)
    found = pd.DataFrame({"table": name, "key": lost}, columns=_FOUND)
    what = _("not there, between those that are")
    told = {"column": "", "kind": "completeness", "what": what, "value": "", "remedy": _LOST}
    return found.assign(**told).astype({"row": "Int64"})


def _lost_numbers(name: str, key: str, values: pd.Series) -> list[str]:
    """Return the numbers that lack in a key."""
    there = np.unique(_numeric(values).dropna().to_numpy())
    if not len(there):
        return []
    between = int(there[-1] - there[0]) + 1 - len(there)
    if between > len(there):
        message = _(
            "{key} of {table} does not run: {n} numbers lack between {low:.0f} and {high:.0f}. "
            "Leave {table} out of running."
        )
        told = {"key": key, "table": name, "n": between, "low": there[0], "high": there[-1]}
        raise CourseError(message.format(**told))
    return [f"{n:.0f}" for n in np.setdiff1d(np.arange(there[0], there[-1] + 1), there)]


def _lost_lines(name: str, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the lines that lack: the first of an order without one, and gaps in the numbers."""
    *owner, number = schemas()[name].primary_key
    links = [key for key in schemas()[name].foreign_keys if key.fields == tuple(owner)]
    if len(owner) != 1 or not links:
        message = _("The rows of {table} have no number that runs. Leave it out of running.")
        raise CourseError(message.format(table=name))
    lines = tables[name].dropna(subset=[*owner, number])
    last = lines.groupby(owner[0])[number].max()
    if (parent := tables.get(links[0].table)) is not None:
        there = parent[links[0].reference[0]].dropna().unique()
        last = last.reindex(there).fillna(1)  # an order has one line at least
    most = last.astype("int64")
    wanted = pd.MultiIndex.from_arrays(
        [
            np.repeat(most.index, most),
            np.concatenate([np.arange(0), *(np.arange(1, n + 1) for n in most)]),
        ]
    )
    known = pd.MultiIndex.from_frame(lines[[*owner, number]])
    return [f"{_text(one)}-{line:.0f}" for one, line in wanted[~wanted.isin(known)]]


# --- the report ------------------------------------------------------------------------


def _counted(found: pd.DataFrame, sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return a row for each fault: how many rows, which, an example."""
    told = []
    groups = found.groupby(["table", "column", "kind", "what", "remedy"], sort=False)
    for (table, column, kind, what, remedy), rows in groups:
        first = rows.iloc[0]
        names = rows["key"] if rows["row"].isna().all() else rows["row"].astype("str")
        shown = [*names.head(_SHOWN), *(["..."] if len(rows) > _SHOWN else [])]
        example = first["value"] or first["key"]
        size = sizes[str(table)]
        told.append((table, column, kind, what, len(rows), size, ", ".join(shown), example, remedy))
    return pd.DataFrame(told, columns=_TOLD).astype({"count": "int64", "of": "int64"})


def _stale(data: Any, as_of: Any, hours: float, sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the tables whose newest row is old, as rows of the report."""
    ages = frames.as_pandas(fresh(data, as_of=as_of, hours=hours))
    late = ages[ages["late"]]
    what = [
        _n("newest row {n} hour old", "newest row {n} hours old", round(age)).format(n=round(age))
        for age in late["hours"]
    ]
    found = late[["table", "column"]].assign(
        kind="freshness",
        what=what,
        count=1,
        of=late["table"].map(sizes),
        rows="",
        example=late["newest"].map(str),
        remedy=_LATE,
    )
    return found[_TOLD]


@public
def fresh(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    as_of: Any = None,
    hours: float = 24.0,
) -> Any:
    """Tell how old the newest row of each table is.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        Tables with a time.
    columns : mapping of table name to column, optional
        The times to look at. Default: of tables of the data package, the first time that no row
        lacks, such as ``placed_at`` of orders.
    as_of : datetime or ISO text, optional
        The moment you look. Default: the newest time of all tables, so that one that stopped shows
        beside those that went on.
    hours : float
        The age from which a table is late.

    Returns
    -------
    table
        ``table``, ``column``, ``newest``, ``hours`` (its age), ``late``.

    Raises
    ------
    CourseError
        No table has a time, a table or column is missing, or all its times are.

    References
    ----------
    The kinds of quality: Wang and Strong (1996), timeliness.

    Examples
    --------
    >>> orders = pd.DataFrame({"placed_at": pd.to_datetime(["2025-09-30 22:00"])})
    >>> visits = pd.DataFrame({"started_at": pd.to_datetime(["2025-09-29 17:00"])})
    >>> told = fresh({"orders": orders, "visits": visits}, as_of="2025-10-01")
    >>> told[["table", "hours", "late"]].values.tolist()
    [['orders', 2.0, False], ['visits', 31.0, True]]
    >>> fresh({"orders": orders}, columns={"visits": "started_at"})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table visits, which is not among: orders.
    """
    limit = numbers.positive("hours", hours)
    there = frames.tables(data)
    chosen = _times(there) if columns is None else _named(columns)
    if not chosen:
        message = _("data has no table with a time that is known. Name it: columns={example}.")
        raise CourseError(message.format(example="{'orders': 'placed_at'}"))
    newest = {}
    for name, column in chosen.items():
        if name not in there:
            message = _("This measure needs the table {name}, which is not among: {names}.")
            raise CourseError(message.format(name=name, names=", ".join(map(str, there))))
        frame = frames.unlooked(name, there[name])
        frames.need(name, frame, [column])
        frame = frames.as_times(name, frame, [column])
        last = frames.collected(frame.select(nw.col(column).max()))[column][0]
        if last is None or last != last:
            message = _("No row of {table} has a {column}. Leave it out of columns, or fill it.")
            raise CourseError(message.format(table=name, column=column))
        newest[name] = pd.Timestamp(last)
    now = max(newest.values()) if as_of is None else numbers.moment("as_of", as_of)
    found = pd.DataFrame({"table": list(chosen), "column": list(chosen.values())})
    found["newest"] = pd.Series(list(newest.values()), dtype="datetime64[us]")
    found["hours"] = (now - found["newest"]).dt.total_seconds() / 3600
    return frames.like(found.assign(late=found["hours"] > limit), data)


def _named(columns: object) -> dict[str, str]:
    wanted = _("Name a column of a table: {'orders': 'placed_at'}.")
    named = numbers.mapping("columns", columns, wanted)
    if not all(isinstance(one, str) for pair in named.items() for one in pair):
        raise numbers.refused("columns", columns, wanted)
    return dict(named)


def _times(there: Mapping[str, Any]) -> dict[str, str]:
    """Return the first time of each table that no row may lack."""
    times = {
        name: [one.name for one in schemas()[name] if one.type == "datetime" and one.required]
        for name in there
        if name in schemas()
    }
    return {name: columns[0] for name, columns in times.items() if columns}


# --- how good a list of faults is ------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """How many faults were found, and how many alarms were false.

    Attributes
    ----------
    faults, found : int
        Faults that there are, and those of them that were found.
    share, low, high : float
        Share found (recall), with an interval of 95 %.
    alarms, false_alarms : int
        Cells that were named, and those of them that are right.
    precision : float
        Share of the named cells that are wrong.
    missed, wrongly : DataFrame
        The faults that were not found, and the alarms that were false.
    """

    faults: int
    found: int
    share: float
    low: float
    high: float
    alarms: int
    false_alarms: int
    precision: float
    missed: pd.DataFrame
    wrongly: pd.DataFrame


@public
def told_right(found: Any, truth: Any, *, on: Sequence[str] = ("table", "key", "column")) -> Score:
    """Hold what was found against the list of all faults, which somebody knows.

    Parameters
    ----------
    found : table
        What was found, such as :func:`findings`.
    truth : table
        All faults. A blank ``column`` stands for the whole row, in both tables: any cell of it
        counts.
    on : sequence of str
        The columns, of both tables, that name a cell.

    Returns
    -------
    Score
        Counts, shares, and both lists of errors. Nobody knows the truth of his own tables: see
        :func:`unfound`.

    Raises
    ------
    CourseError
        A column is missing.

    References
    ----------
    Interval of a share: Wilson (1927).

    Examples
    --------
    >>> found = pd.DataFrame({"key": ["1", "2", "3"], "column": ["price", "price", "name"]})
    >>> truth = pd.DataFrame({"key": ["1", "2", "9"], "column": ["price", "", "name"]})
    >>> score = told_right(found, truth, on=["key", "column"])
    >>> score.found, score.faults, score.false_alarms
    (2, 3, 1)
    >>> told_right(found, truth)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table found has no column table. It has: key, column. ...
    """
    names = frames.listed(on, "on", least=1)
    named = [
        frames.as_pandas(
            frames.table(table, names, name=name, types=dict.fromkeys(names, "any"))
        ).reset_index(drop=True)
        for table, name in ((found, "found"), (truth, "truth"))
    ]
    told, real = (_as_words(table, names).drop_duplicates() for table in named)
    hit = _stands_in(real, told, names)
    right = _stands_in(told, real, names)
    if "column" in names:  # a blank one stands for the whole row
        rest = [name for name in names if name != "column"]
        for mine, others, marks in ((real, told, hit), (told, real, right)):
            whole = mine["column"] == ""
            marks |= whole & _stands_in(mine, others, rest)
            marks |= _stands_in(mine, others[others["column"] == ""], rest)
    reach = intervals.wilson(int(hit.sum()), len(real))
    return Score(
        len(real),
        int(hit.sum()),
        float(hit.mean()) if len(real) else float("nan"),
        float(reach.low),
        float(reach.high),
        len(told),
        int((~right).sum()),
        float(right.mean()) if len(told) else float("nan"),
        named[1].iloc[real.index[~hit]].reset_index(drop=True),
        named[0].iloc[told.index[~right]].reset_index(drop=True),
    )


def _as_words(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: table[name].map(_text).astype("str") for name in names})


def _stands_in(rows: pd.DataFrame, others: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Say of each row whether its cells stand in a row of the others."""
    if not names:
        return pd.Series(False, rows.index)
    mine, theirs = (pd.MultiIndex.from_frame(one[list(names)]) for one in (rows, others))
    return pd.Series(mine.isin(theirs), rows.index, dtype=bool)
