"""What is wrong with tables that were read, all at once, and which rows are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ecokit.messages import _
from ecokit.own import sql
from ecokit.own.build import Typed
from ecokit.own.files import Source
from ecokit.own.mapping import Plan
from ecokit.own.readings import kind_of, reading
from ecokit.shop.schema import Field, Table, schemas

SIGNED = ("quantity", "unit_price", "unit_cost", "refund")  # returns stand as negative lines
GUESTS = ("visitor_id", "visit_id", "line")  # what a row may lack in an ordinary shop


@dataclass(frozen=True)
class Fault:
    """One kind of fault of a column: how often, an example, and what to do."""

    table: str
    column: str
    what: str
    rows: int
    of: int
    example: str = ""
    remedy: str = ""

    def sentence(self) -> str:
        """Return the fault as one sentence."""
        told = _(
            "Table {table}, column {column}: {rows:,} of {of:,} rows are {what}{example}. {remedy}"
        )
        example = _(", for example {value}").format(value=self.example) if self.example else ""
        return told.format(
            table=self.table,
            column=self.column,
            rows=self.rows,
            of=self.of,
            what=self.what,
            example=example,
            remedy=self.remedy,
        ).strip()


@dataclass(frozen=True)
class Left:
    """Rows that are left out: of which table, why, how many, an example, and their worth."""

    table: str
    reason: str
    rows: int
    example: str
    yuan: float | None


class Checks:
    """The checks of all tables of a mapping.

    Parameters
    ----------
    plan : Plan
        The mapping.
    tables : mapping of table to Typed
        What was read.
    sources : mapping of file to Source
        The files.
    connection : DuckDB connection
    """

    def __init__(
        self,
        plan: Plan,
        tables: dict[str, Typed],
        sources: dict[str, Source],
        connection: Any,
    ) -> None:
        self.plan, self.tables, self.sources = plan, tables, sources
        self.connection = connection
        self.faults: list[Fault] = []
        self.rows: dict[str, int] = {}
        self._empty: dict[str, dict[str, int]] = {}
        for name in tables:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE left_{name} (_row BIGINT, why TEXT)")
            self._scan(schemas()[name])
        for name in tables:
            self._orphans(schemas()[name])

    # --- one scan a table --------------------------------------------------------------------

    def _scan(self, table: Table) -> None:
        one = self.tables[table.name]
        rules = list(_rules(table, one, self._texts(one)))
        key = [name for name in table.primary_key if name in one.columns]
        unique = key if len(key) == len(table.primary_key) else one.columns
        counted = [
            "count(*)",
            "count(*) FILTER (WHERE _why IS NOT NULL)",
            "count(*) FILTER (WHERE _differs)",
            f"count(DISTINCT {_hash(unique)})",
            *(f"count({name})" for name in one.columns),
        ]
        for _column, test, _what, _remedy in rules:
            counted += [f"count(*) FILTER (WHERE {test})", f"min(_row) FILTER (WHERE {test})"]
        row = list(
            self.connection.execute(f"SELECT {', '.join(counted)} FROM {one.scan}").fetchall()[0]
        )
        rows, strange, differ, different = row[:4]
        filled = dict(zip(one.columns, row[4:], strict=False))
        found = row[4 + len(one.columns) :]
        self.rows[table.name] = rows
        if strange:
            self._leave(table.name, "SELECT _row, _why FROM {scan} WHERE _why IS NOT NULL")
        for (column, _test, what, remedy), count, first in zip(
            rules, found[::2], found[1::2], strict=True
        ):
            if count:
                example = self._example(table.name, column, what, first)
                self.faults.append(Fault(table.name, column, what, count, rows, example, remedy))
        if differ:
            what = _("put together from lines that differ in their date, customer or state")
            remedy = _("The smallest value is taken.")
            key_name = self.plan.tables[table.name].one_row_a
            self.faults.append(Fault(table.name, key_name, what, differ, rows, "", remedy))
        if different < rows:
            self._twice(table, one, key if unique is key else [])
        gaps = [name for name in _needed(table, one) if filled[name] < rows]
        for name in gaps:
            self._leave(table.name, f"SELECT _row, 'no {name}' FROM {{scan}} WHERE {name} IS NULL")

    def _texts(self, one: Typed) -> set[str]:
        """Return the columns that hold text."""
        rows = self.connection.execute(f"DESCRIBE SELECT * FROM {one.scan}").fetchall()
        return {row[0] for row in rows if row[1] == "VARCHAR"}

    def _leave(self, table: str, query: str) -> None:
        scan = self.tables[table].scan
        self.connection.execute(
            f"INSERT INTO left_{table} SELECT * FROM ({query.format(scan=scan)}) AS new "
            f"WHERE _row NOT IN (SELECT _row FROM left_{table})"
        )

    def _twice(self, table: Table, one: Typed, key: list[str]) -> None:
        """Leave out whole-row copies, then every row of a key whose rows differ."""
        whole = ", ".join(one.columns)
        unique = key or one.columns
        keyed = ", ".join(unique)
        if not key and self.plan.copies == "keep":
            return
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE again AS "
            f"SELECT *, row_number() OVER (PARTITION BY {whole} ORDER BY _row) AS _copy "
            f"FROM {one.scan} WHERE _why IS NULL AND {_hash(unique)} IN ("
            f"SELECT {_hash(unique)} FROM {one.scan} WHERE _why IS NULL GROUP BY 1 "
            "HAVING count(*) > 1)"
        )
        self._leave(table.name, "SELECT _row, 'copy' FROM again WHERE _copy > 1")
        if key:
            there = " AND ".join(f"{name} IS NOT NULL" for name in key)
            self._leave(
                table.name,
                "SELECT _row, 'key' FROM (SELECT _row, count(*) OVER "
                f"(PARTITION BY {keyed}) AS n FROM again WHERE _copy = 1 AND {there}) WHERE n > 1",
            )
        self.connection.execute("DROP TABLE again")

    def _orphans(self, table: Table) -> None:
        one = self.tables[table.name]
        for key in table.foreign_keys:
            other = self.tables.get(key.table)
            if other is None or key.table == table.name or key.fields != key.reference:
                continue
            if not {*key.fields} <= {*one.columns} or not {*key.fields} <= {*other.columns}:
                continue
            joined = " AND ".join(f"o.{name} = t.{name}" for name in key.fields)
            there = " AND ".join(f"t.{name} IS NOT NULL" for name in key.fields)
            missing = (
                f"SELECT t._row FROM {one.scan} AS t WHERE {there} AND t._why IS NULL "
                f"AND t._row NOT IN (SELECT _row FROM left_{table.name}) AND NOT EXISTS "
                f"(FROM {other.scan} AS o WHERE {joined} AND o._row NOT IN "
                f"(SELECT _row FROM left_{key.table}))"
            )
            count, first = self.connection.execute(
                f"SELECT count(*), min(_row) FROM ({missing})"
            ).fetchall()[0]
            if not count:
                continue
            column = " + ".join(key.fields)
            what = _("not in the table {other}").format(other=key.table)
            of = self.rows[table.name]
            remedy = _("Bring the rows that it lacks.")
            if 2 * count > of:
                remedy = _("So many: do the two files write the same ids, and cover the same time?")
            example = self._example(table.name, key.fields[0], "", first)
            self.faults.append(Fault(table.name, column, what, count, of, example, remedy))
            if key.table == "orders" and {*key.fields} <= {*_needed(table, one)}:
                self._leave(table.name, f"SELECT _row, 'orphan' FROM ({missing})")

    def _example(self, table: str, column: str, what: str, row: int) -> str:
        """Return a value that shows a fault, and where it stands."""
        one, part = self.tables[table], self.plan.tables[table]
        value = None
        field = schemas()[table].field(column)
        if what == _unreadable(field) and not part.one_row_a:
            for file in part.files:  # what cannot be read is empty in the table
                source = self.sources[file]
                found = reading(field, part.columns[column], source, True, False)
                theirs = part.columns[column]
                raw = theirs.get("column") if isinstance(theirs, dict) else theirs
                if raw is None:
                    continue
                got = self.connection.execute(
                    f"SELECT {sql.quoted(str(raw))} FROM {source.scan} WHERE {found.wrong} LIMIT 1"
                ).fetchall()
                value = got[0][0] if got else None
                if value is not None:
                    break
        elif part.columns:
            value = self.connection.execute(
                f"SELECT {column} FROM {one.scan} WHERE _row = {row}"
            ).fetchall()[0][0]
        said = "" if value is None else f"{_short(value)!r} "
        if part.one_row_a:
            return said.strip()
        return said + _("in row {row:,} below the names").format(row=row + 1)

    # --- what is left ------------------------------------------------------------------------

    def left(self) -> list[Left]:
        """Return what is left out, by table and reason, in the order in which it was."""
        return [one for name in self.tables for one in self._left(name)]

    def _left(self, name: str) -> Iterator[Left]:
        one = self.tables[name]
        priced = {"quantity", "unit_price"} <= set(one.columns)
        worth = "sum(round(quantity * unit_price, 2))" if priced else "NULL"
        rows = self.connection.execute(
            f"SELECT why, count(*), min(_row), {worth} FROM left_{name} "
            f"JOIN {one.scan} USING (_row) GROUP BY why"
        ).fetchall()
        order = ["total", "blank", "copy", "key"]
        place = {why: order.index(why) for why in order} | {"orphan": 99}
        for why, count, first, yuan in sorted(rows, key=lambda row: place.get(row[0], 50)):
            example = _("row {row:,}").format(row=first + 1)
            if self.plan.tables[name].one_row_a:
                key = self.plan.tables[name].one_row_a
                example = str(
                    self.connection.execute(
                        f"SELECT {key} FROM {one.scan} WHERE _row = {first}"
                    ).fetchall()[0][0]
                )
            yield Left(name, why, count, example, yuan)

    def gone(self, name: str) -> int:
        """Return how many rows of a table are left out."""
        count: int = self.connection.execute(f"SELECT count(*) FROM left_{name}").fetchall()[0][0]
        return count

    def kept(self, name: str) -> str:
        """Return the SQL of the rows of a table that stay."""
        one = self.tables[name]
        values = ", ".join(one.columns)
        rest = f" WHERE _row NOT IN (SELECT _row FROM left_{name})" if self.gone(name) else ""
        return f"SELECT {values} FROM {one.scan}{rest}"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _hash(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"hash({', '.join(columns)})"


def _needed(table: Table, one: Typed) -> list[str]:
    """Return the columns without which a row is none: its keys, its numbers, its time."""
    return [
        field.name
        for field in table
        if field.required
        and field.name in one.columns
        and field.name not in GUESTS
        and (field.name in table.primary_key or _counts(table, field))
    ]


def _counts(table: Table, field: Field) -> bool:
    keyed = {
        name
        for key in table.foreign_keys
        if key.table in ("orders", "products")
        for name in key.fields
    }
    return field.name in keyed or kind_of(field) in ("number", "time")


def _unreadable(field: Field) -> str:
    kinds = {
        "number": _("not numbers"),
        "time": _("not dates"),
        "flag": _("neither true nor false"),
        "id": _("ids that a spreadsheet rounded"),
    }
    return kinds.get(kind_of(field), _("words that the mapping does not know"))


def _rules(table: Table, one: Typed, texts: set[str]) -> Iterator[tuple[str, str, str, str]]:
    """Return what is looked for: column, test, what it is, what to do."""
    clean = "_why IS NULL AND "
    for bit, name in enumerate(one.columns):
        field = table.field(name)
        if one.faults & 2**bit:
            remedy = _("Correct them in your file, or tell the mapping how to read them.")
            yield name, f"{clean}_faults & {2**bit} > 0", _unreadable(field), remedy
        if kind_of(field) == "id" and name in texts:
            test = (
                f"{clean}contains({name}, '+') AND "
                f"regexp_matches({name}, '^-?\\d([.,]\\d+)?[eE]\\+\\d+$')"
            )
            remedy = _("Export the ids as text: two of them may have become one.")
            yield name, test, _("ids that a spreadsheet rounded"), remedy
        limits = field.constraints
        if kind_of(field) == "number":
            for word, sign in (("minimum", "<"), ("exclusiveMinimum", "<="), ("maximum", ">")):
                if word in limits and name not in SIGNED:
                    what = _("below {limit}") if sign != ">" else _("above {limit}")
                    test = f"{clean}{name} {sign} {limits[word]}"
                    yield name, test, what.format(limit=limits[word]), _("Correct these rows.")
        if kind_of(field) == "time":
            test = f"{clean}({name} < DATE '1900-01-01' OR {name} >= DATE '2101-01-01')"
            yield name, test, _("not in the years 1900 to 2100"), _("Correct the year.")
        if field.required and name not in GUESTS:
            wanted = _needed(table, one)
            remedy = _("These rows are left out.") if name in wanted else _("They stay empty.")
            empty = f"{clean}{name} IS NULL AND _faults & {2**bit} = 0"
            yield name, empty, _("empty"), remedy
        if "enum" in limits and name != "status":
            known = sql.listed(limits["enum"])
            what = _("none of: {words}").format(words=", ".join(limits["enum"]))
            remedy = _("Give the mapping a 'words' for them.")
            yield name, f"{clean}{name} NOT IN {known}", what, remedy
        for other, sign, said in (
            (field.not_before, "<", _("before {other}")),
            (field.not_above, ">", _("above {other}")),
        ):
            if other in one.columns:
                day = field.type == "date"
                left, right = (f"date_trunc('day', {x})" if day else x for x in (name, other))
                yield (
                    name,
                    f"{clean}{left} {sign} {right}",
                    said.format(other=other),
                    _("Look whether the two columns are what the mapping says."),
                )
