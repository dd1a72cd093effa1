"""What is wrong with tables that were read, all at once, and which rows are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecokit.messages import _, _n, rows_of, short
from ecokit.own import sql
from ecokit.own.build import Typed
from ecokit.own.files import Source
from ecokit.own.mapping import COPIES, Plan
from ecokit.own.readings import kind_of, reading
from ecokit.shop.schema import Field, ForeignKey, Table, schemas
from ecokit.shop.validate import is_master, is_needed, loses_row, stays

WORTH = (  # the product of the decimals as written; half a fen goes away from zero
    "round(try_cast(quantity AS DECIMAL(20, 6)) * try_cast(unit_price AS DECIMAL(18, 6)), 2)"
)


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
        told = _n(
            "Table {table}, column {column}: {rows}: {what}{example}. {remedy}",
            "Table {table}, column {column}: {rows} are {what}{example}. {remedy}",
            self.rows,
        )
        example = _(", for example {value}").format(value=self.example) if self.example else ""
        return told.format(
            table=self.table,
            column=self.column,
            rows=rows_of(self.rows, self.of),
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


@dataclass(frozen=True)
class Rule:
    """What is looked for in a column, and what becomes of a row where it is found.

    Parameters
    ----------
    column, test : str
        Where, and what, as SQL.
    what, remedy : str
        What such a row is, and what to do.
    reason : str
        Why it is left out; '' where it stays.
    empty : bool
        Whether the cell is left empty instead.
    order : int
        Rules of a lower number take their rows first.
    """

    column: str
    test: str
    what: str
    remedy: str
    reason: str = ""
    empty: bool = False
    order: int = 1


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
        self._reasons: dict[str, list[str]] = {name: [] for name in tables}
        self._empty: dict[str, dict[str, list[str]]] = {name: {} for name in tables}
        for name in tables:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE left_{name} (_row BIGINT, why TEXT)")
            self._scan(schemas()[name])
        self._all_orphans()

    # --- one scan a table --------------------------------------------------------------------

    def _scan(self, table: Table) -> None:
        one = self.tables[table.name]
        paid = self.plan.tables[table.name].columns.get("paid_at")
        rules = list(_rules(table, one, self._texts(one), paid))
        key = [name for name in table.primary_key if name in one.columns]
        unique = key if len(key) == len(table.primary_key) else one.columns
        rises = unique is key and self._rises(one.scan, key)
        counted = [
            "count(*)",
            "count(*) FILTER (WHERE _why IS NOT NULL)",
            "count(*) FILTER (WHERE _differs)",
            "count(*)" if rises else f"count(DISTINCT {_hash(unique)})",
            *(f"count({sql.quoted(name)})" for name in one.columns),
        ]
        counted += [f"count(*) FILTER (WHERE {rule.test})" for rule in rules]
        row = list(
            self.connection.execute(f"SELECT {', '.join(counted)} FROM {one.scan}").fetchall()[0]
        )
        rows, strange, differ, different = row[:4]
        filled = dict(zip(one.columns, row[4:], strict=False))
        hits = row[4 + len(one.columns) :]
        found = [(rule, count) for rule, count in zip(rules, hits, strict=True) if count]
        self.rows[table.name] = rows
        if strange:
            self._leave(table.name, "SELECT _row, _why FROM {scan} WHERE _why IS NOT NULL")
            counts = ", ".join(f"count({sql.quoted(name)})" for name in one.columns)
            (row,) = self.connection.execute(
                f"SELECT {counts} FROM {one.scan} WHERE _why IS NULL"
            ).fetchall()
            filled = dict(zip(one.columns, row, strict=True))
        taking = []
        firsts = self._firsts(one.scan, [rule.test for rule, _count in found])
        for (rule, count), first in zip(found, firsts, strict=True):
            example = self._example(table.name, rule.column, rule.what, first)
            optional = rule.column not in key or rule.column == "line"
            there = filled[rule.column]
            bad = count if rule.reason.startswith("bad") else 0
            remedy = rule.remedy
            if not optional and rule.what == _("empty") and 4 * count > rows:
                remedy += " " + _(
                    "If they belong to the row above, as under merged cells, fill the cells down."
                )
            if optional and there <= bad and (rule.reason or rule.empty):
                remedy = _("No value of it can be used: the column is left out.")
                self._drop(table.name, rule.column)
            elif rule.reason or rule.empty:
                taking.append(rule)
            self.faults.append(
                Fault(table.name, rule.column, rule.what, count, rows, example, remedy)
            )
        if differ:
            names = [name for name in one.columns if name not in key]
            what = _("put together from lines that differ in {columns}")
            what = what.format(columns=_(" or ").join(names))
            remedy = _("The smallest value is taken.")
            key_name = self.plan.tables[table.name].one_row_a
            self.faults.append(Fault(table.name, key_name, what, differ, rows, "", remedy))
        key = [name for name in key if name in one.columns]
        keyed = len(key) == len(table.primary_key)
        if different < rows or (unique is not one.columns and not keyed):
            self._twice(table, one, key if keyed else [])
        for rule in sorted(taking, key=lambda one: one.order):
            if rule.column not in one.columns:
                continue
            if rule.empty:
                self._empty[table.name].setdefault(rule.column, []).append(rule.test)
            else:
                reason = sql.text(rule.reason)
                self._leave(table.name, f"SELECT _row, {reason} FROM {{scan}} WHERE {rule.test}")

    def _rises(self, scan: str, key: list[str]) -> bool:
        """Say whether each key is above that of the row before: then none stands there twice.

        Exports mostly are so, and it costs a tenth of counting the different ones.
        """
        names = [sql.quoted(name) for name in key]
        one = f"({', '.join(names)})"
        before = f"({', '.join(f'lag({name}) OVER ()' for name in names)})"
        ((breaks,),) = self.connection.execute(
            f"SELECT count(*) FILTER (WHERE rises IS NOT TRUE) FROM "
            f"(SELECT {one} > {before} AS rises FROM {scan})"
        ).fetchall()
        return bool(breaks <= 1)  # the first row has none before it

    def _firsts(self, scan: str, tests: list[str]) -> list[int]:
        """Return the first row that each test finds."""
        if not tests:
            return []
        wanted = ", ".join(f"min(_row) FILTER (WHERE {test})" for test in tests)
        return list(self.connection.execute(f"SELECT {wanted} FROM {scan}").fetchall()[0])

    def _drop(self, table: str, column: str) -> None:
        """Leave out a whole column, as if the files did not have it."""
        one = self.tables[table]
        if column in one.columns:
            one.columns.remove(column)
            self.plan.tables[table].columns.pop(column)

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
        reasons = self.connection.execute(f"SELECT DISTINCT why FROM left_{table} ORDER BY 1 DESC")
        known = self._reasons[table]
        known += [why for (why,) in reasons.fetchall() if why not in known]

    def _twice(self, table: Table, one: Typed, key: list[str]) -> None:
        """Leave out whole-row copies, then every row of a key whose rows differ.

        Equal rows without a key are rows of their own, unless every row of the table stands
        twice, or the mapping says otherwise.
        """
        whole = ", ".join(map(sql.quoted, one.columns))
        unique = key or one.columns
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE again AS "
            f"SELECT *, row_number() OVER (PARTITION BY {whole} ORDER BY _row) AS _copy "
            f"FROM {one.scan} WHERE _why IS NULL AND {_hash(unique)} IN ("
            f"SELECT {_hash(unique)} FROM {one.scan} WHERE _why IS NULL GROUP BY 1 "
            "HAVING count(*) > 1)"
        )
        there = " AND ".join(f"{sql.quoted(name)} IS NOT NULL" for name in key) or "TRUE"
        if key or self._are_copies(table, one):
            self._leave(table.name, f"SELECT _row, 'copy' FROM again WHERE _copy > 1 AND {there}")
        if key:
            alike = f"count(*) OVER (PARTITION BY {', '.join(map(sql.quoted, key))})"
            self._leave(
                table.name,
                f"SELECT _row, 'key' FROM (SELECT _row, {alike} AS n FROM again "
                f"WHERE _copy = 1 AND {there}) WHERE n > 1",
            )
        self.connection.execute("DROP TABLE again")

    def _are_copies(self, table: Table, one: Typed) -> bool:
        """Say whether equal rows without a key are copies; tell of them where they are not."""
        ((count, first, twin),) = self.connection.execute(
            "SELECT count(*) FILTER (WHERE _copy > 1), min(_row) FILTER (WHERE _copy > 1), "
            "count(*) FROM again"
        ).fetchall()
        ((real,),) = self.connection.execute(
            f"SELECT count(*) FROM {one.scan} WHERE _why IS NULL"
        ).fetchall()
        if not count or self.plan.copies == "leave out":
            return bool(count)
        if self.plan.copies == COPIES[0] and twin == real:
            return True
        lacking = " + ".join(name for name in table.primary_key if name not in one.columns)
        what = _("equal to another row in every column used; without {key} each counts as a row")
        remedy = _("If they are copies, write 'copies: leave out' into the mapping.")
        at = _("in row {row:,} below the names").format(row=first + 1)
        rows, told = self.rows[table.name], what.format(key=lacking)
        self.faults.append(Fault(table.name, lacking, told, count, rows, at, remedy))
        return False

    def _all_orphans(self) -> None:
        """Leave out rows that point to one that is not there, until none is left."""
        links = [
            (table, key)
            for table in (schemas()[name] for name in self.tables)
            for key in table.foreign_keys
            if key.table in self.tables
            and {*key.fields} <= {*self.tables[table.name].columns}
            and {*key.reference} <= {*self.tables[key.table].columns}
        ]
        losing = [link for link in links if loses_row(link[0], link[1].fields)]
        while any(self._orphans(*link) for link in losing):
            pass
        for link in links:
            if link not in losing:
                self._orphans(*link, empty=True)

    def _orphans(self, table: Table, key: ForeignKey, *, empty: bool = False) -> bool:
        """Tell of the rows that point to one that is not there; say whether there are any."""
        one, other = self.tables[table.name], self.tables[key.table]
        pairs = [
            tuple(map(sql.quoted, pair)) for pair in zip(key.fields, key.reference, strict=True)
        ]
        joined = " AND ".join(
            f"o.{theirs} = t.{ours}"
            if ours == theirs
            else f"CAST(o.{theirs} AS VARCHAR) = CAST(t.{ours} AS VARCHAR)"
            for ours, theirs in pairs
        )
        there = " AND ".join(f"t.{ours} IS NOT NULL" for ours, _theirs in pairs)
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
            return False
        column = " + ".join(key.fields)
        what = _("not in the table {other}").format(other=key.table)
        of = self.rows[table.name]
        remedy = _("Bring the rows that it lacks; until then, these are left out.")
        if empty:
            remedy = _("Bring the rows that it lacks; until then, these cells are left empty.")
        if 2 * count > of:
            remedy = _(
                "So many: do the two files write the same ids, and cover the same time? If not, "
                "take the table {other} out of the mapping."
            ).format(other=key.table)
        example = self._example(table.name, key.fields[0], "", first)
        self.faults.append(Fault(table.name, column, what, count, of, example, remedy))
        if empty:
            gone = f"gone_{table.name}_{'_'.join(key.fields)}"
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {gone} AS {missing}")
            for name in key.fields:
                test = f"_row IN (SELECT _row FROM {gone})"
                self._empty[table.name].setdefault(name, []).append(test)
        else:
            reason = sql.text("orphan" if key.table == "orders" else f"orphan {key.table}")
            self._leave(table.name, f"SELECT _row, {reason} FROM ({missing})")
        return True

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
                f"SELECT {sql.quoted(column)} FROM {one.scan} WHERE _row = {row}"
            ).fetchall()[0][0]
        said = "" if value is None else f"{short(value)!r} "
        if part.one_row_a:
            return said.strip()
        if len(part.files) > 1:
            several = _("in row {row:,} of its files, one below the other").format(row=row + 1)
            return said + several
        return said + _("in row {row:,} below the names").format(row=row + 1)

    # --- what is left ------------------------------------------------------------------------

    def left(self) -> list[Left]:
        """Return what is left out, by table and reason, in the order in which it was."""
        return [one for name in self.tables for one in self._left(name)]

    def _left(self, name: str) -> Iterator[Left]:
        one = self.tables[name]
        priced = {"quantity", "unit_price"} <= set(one.columns)
        rough = "sum(round(quantity * unit_price, 2))"  # of what no decimal of six places holds
        worth = f"sum({WORTH}), {rough} FILTER (WHERE {WORTH} IS NULL)" if priced else "NULL, NULL"
        rows = self.connection.execute(
            f"SELECT why, count(*), min(_row), {worth} FROM left_{name} "
            f"JOIN {one.scan} USING (_row) GROUP BY why"
        ).fetchall()
        place = {why: number for number, why in enumerate(self._reasons[name])}
        for why, count, first, exact, huge in sorted(rows, key=lambda row: place[row[0]]):
            yuan = None if exact is None and huge is None else float(exact or 0) + (huge or 0)
            if why == "total":  # its money is that of the rows above
                yuan = None
            example = _("row {row:,}").format(row=first + 1)
            if self.plan.tables[name].one_row_a:
                key = self.plan.tables[name].one_row_a
                example = str(
                    self.connection.execute(
                        f"SELECT {sql.quoted(key)} FROM {one.scan} WHERE _row = {first}"
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
        empty = self._empty[name]
        values = ", ".join(
            f"CASE WHEN NOT ({' OR '.join(empty[column])}) THEN {x} END AS {x}"
            if column in empty
            else x
            for column, x in zip(one.columns, map(sql.quoted, one.columns), strict=True)
        )
        rest = f" WHERE _row NOT IN (SELECT _row FROM left_{name})" if self.gone(name) else ""
        return f"SELECT {values} FROM {one.scan}{rest}"


def _hash(columns: list[str]) -> str:
    names = [sql.quoted(column) for column in columns]
    return names[0] if len(names) == 1 else f"hash({', '.join(names)})"


def _unreadable(field: Field) -> str:
    kinds = {
        "number": _("not numbers"),
        "time": _("not dates"),
        "flag": _("neither true nor false"),
        "id": _("ids that a spreadsheet rounded"),
    }
    return kinds.get(kind_of(field), _("words that the mapping does not know"))


def _rules(table: Table, one: Typed, texts: set[str], paid: Any) -> Iterator[Rule]:
    """Return what is looked for; `paid` is how the time of payment of orders is read."""
    for bit, name in enumerate(one.columns):
        yield from _rules_of(table, table.field(name), one, one.faults & 2**bit, texts, paid)
    for name in one.columns:
        field = table.field(name)
        for other, sign, said in (
            (field.not_before, "<", _("before {other}")),
            (field.not_above, ">", _("above {other}")),
        ):
            if other in one.columns:
                x, limit = sql.quoted(name), sql.quoted(other)
                if kind_of(field) == "time":  # a day is not before an hour of that day
                    day = f"date_trunc('day', {x})"
                    limit = (
                        f"CASE WHEN {x} = {day} THEN date_trunc('day', {limit}) ELSE {limit} END"
                    )
                remedy = _("Look whether the two columns are what the mapping says.")
                what = said.format(other=other)
                test = f"{one.real}{x} {sign} ({limit})"
                yield _impossible(table, field, test, what, remedy, order=3)


def _impossible(
    table: Table, field: Field, test: str, what: str, remedy: str, *, order: int = 2
) -> Rule:
    """Return the rule of a value that cannot be: its row is left out, or its cell."""
    if is_master(table) and field.name not in table.primary_key:
        remedy += " " + _("Until then, these cells are left empty.")
        return Rule(field.name, test, what, remedy, empty=True, order=order)
    remedy += " " + _("Until then, these rows are left out.")
    return Rule(field.name, test, what, remedy, f"bad {field.name}: {what}", order=order)


def _of_state(paid: Any) -> str:
    """Say what becomes of orders in a state that is not known."""
    if paid is None:
        return _("Until then, these orders stay, without a state.")
    if isinstance(paid, Mapping) and "only_if" in paid:
        return _("Until then, these orders stay, without a state, and do not count as paid.")
    return _(
        "Until then, these orders stay, without a state, and count as paid if they have a time of "
        "payment."
    )


def _rules_of(
    table: Table, field: Field, one: Typed, bit: int, texts: set[str], paid: Any
) -> Iterator[Rule]:
    """Return what is looked for in one column; `bit` marks its faults, 0 where it has none."""
    real, name, limits = one.real, field.name, field.elsewhere.constraints
    x = sql.quoted(name)
    kept = stays(table, field)
    remedy = _("Correct them in your file, or tell the mapping how to read them.")
    if name == "status":
        remedy = f"{remedy} {_of_state(paid)}"
    if bit:
        test = f"{real}_faults & {bit} > 0"
        yield Rule(name, test, _unreadable(field), remedy, "" if kept else f"no {name}", order=0)
    if kind_of(field) == "id" and name in texts:
        test = f"{real}contains({x}, '+') AND regexp_matches({x}, '^-?\\d([.,]\\d+)?[eE]\\+\\d+$')"
        remedy = _("Export the ids as text: two of them may have become one.")
        what = _("ids that a spreadsheet rounded")
        yield _impossible(table, field, test, what, remedy, order=0)
    if kind_of(field) == "number" or (kind_of(field) == "id" and name not in texts):
        for word, sign, what in (
            ("minimum", "<", _("below {limit}")),
            ("exclusiveMinimum", "<=", _("not above {limit}")),
            ("maximum", ">", _("above {limit}")),
        ):
            if word in limits:
                test = f"{real}{x} {sign} {limits[word]}"
                said = what.format(limit=limits[word])
                yield _impossible(table, field, test, said, _("Correct these rows."))
    if kind_of(field) == "time":
        test = f"{real}({x} < DATE '1900-01-01' OR {x} >= DATE '2101-01-01')"
        what = _("not in the years 1900 to 2100")
        yield _impossible(table, field, test, what, _("Correct the year."), order=0)
    if field.elsewhere.required:
        lost = is_needed(table, field) and not kept
        remedy = _("These rows are left out.") if lost else _("They stay empty.")
        test = f"{real}{x} IS NULL" + (f" AND _faults & {bit} = 0" if bit else "")
        yield Rule(name, test, _("empty"), remedy, f"no {name}" if lost else "", order=2)
    if "enum" in limits and name != "status":
        what = _("none of: {words}").format(words=", ".join(limits["enum"]))
        remedy = _("Give the mapping a 'words' for them.")
        test = f"{real}{x} NOT IN {sql.listed(limits['enum'])}"
        yield _impossible(table, field, test, what, remedy)
