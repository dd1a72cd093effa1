"""Money that an export tells of and that sales do not: refunds and discounts, with their sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecokit.messages import _
from ecokit.own import sql
from ecokit.own.checks import Fault
from ecokit.own.files import Source
from ecokit.own.guess import preset, there
from ecokit.own.mapping import Part, Plan
from ecokit.own.names import known, roles, statuses, words
from ecokit.own.readings import among

SOLD = ("order_lines", "orders")  # the tables of which sales are made


def taken_off(plan: Plan, sources: Mapping[str, Source], connection: Any) -> Iterator[Fault]:
    """Yield what each file tells of refunds and discounts that sales do not take off.

    Parameters
    ----------
    plan : Plan
        The mapping.
    sources : mapping of file to Source
        The files.
    connection : DuckDB connection
    """
    done: set[str] = set()
    for table in SOLD:
        for file in plan.tables[table].files if table in plan.tables else ():
            if file in done:
                continue
            done.add(file)
            source = sources[file]
            special = _of_preset(plan, file)
            named = {name for entry in special for name in _list(entry.get("column", ""))}
            plain = [one for one in _by_name(plan, source) if one["column"] not in named]
            for entry in [*special, *plain]:
                yield from _told(table, entry, plan, source, connection)


def _of_preset(plan: Plan, file: str) -> list[dict[str, Any]]:
    """Return what the preset of a file says of refunds and discounts."""
    return list(preset(plan.presets[file]).told) if file in plan.presets else []


def _by_name(plan: Plan, source: Source) -> Iterator[dict[str, Any]]:
    """Yield the columns that are refunds by their names, but for those that a table has."""
    used = {
        one if isinstance(one, str) else one.get("column")
        for part in plan.tables.values()
        if source.name in part.files
        for one in part.columns.values()
    }
    columns = known(source.columns)
    for name in roles()["refund"]:
        if name in columns and columns[name] not in used:
            yield {"what": "refund", "column": columns[name]}


def _told(
    table: str, entry: Mapping[str, Any], plan: Plan, source: Source, connection: Any
) -> Iterator[Fault]:
    """Yield what one column tells, where it holds money of rows that count as sold."""
    names = entry.get("column") or []
    column = next(filter(None, (there(n, source) for n in _list(names))), None)
    if (names and column is None) or (entry.get("unless") and there(entry["unless"], source)):
        return
    tests = []
    for name, chosen in entry.get("where", {}).items():
        if (found := there(name, source)) is None:
            return
        tests.append(among(found, chosen, source))
    if entry.get("sold", True):
        tests += _sold(plan, source)
    money = f"own_number(CAST({sql.quoted(column)} AS VARCHAR))" if column else "NULL"
    tests += [f"{money} <> 0"] if column else []
    ((rows, of, total),) = connection.execute(
        f"SELECT count(*) FILTER (WHERE {' AND '.join(tests) or 'TRUE'}), count(*), "
        f"sum(abs({money})) FILTER (WHERE {' AND '.join(tests) or 'TRUE'}) FROM {source.scan}"
    ).fetchall()
    if rows:
        what, remedy = _words(str(entry["what"]), total)
        shown = column or next(iter(entry["where"]))
        yield Fault(table, shown, what, rows, of, "", remedy)


def _sold(plan: Plan, source: Source) -> list[str]:
    """Return the SQL of the rows that count as sold, as far as the file itself says so."""
    part: Part | None = plan.tables.get("orders")
    if part is not None and source.name in part.files:
        paid = part.columns.get("paid_at")
        given = paid if isinstance(paid, Mapping) else {}
        return [
            *(among(column, words_, source) for column, words_ in given.get("only_if", {}).items()),
            *(
                f"NOT coalesce({among(column, words_, source)}, FALSE)"
                for column, words_ in given.get("not_if", {}).items()
            ),
        ]
    columns = known(source.columns)
    state = next((columns[n] for n in words()["orders"]["status"] if n in columns), None)
    unpaid = [word for word, (_state, paid) in statuses().items() if not paid]
    return [f"NOT coalesce({among(state, unpaid, source)}, FALSE)"] if state else []


def _list(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def _words(kind: str, total: float | None) -> tuple[str, str]:
    """Return what rows are, and what to do."""
    yuan = f"¥{total:,.2f}" if total is not None else ""
    told = {
        "refund": (
            _("refunds that are not taken off sales, {yuan} in all"),
            _(
                "Take them off yourself, or bring them as a table of returns: order, line, "
                "product, quantity, time, refund."
            ),
        ),
        "refunded": (
            _("orders refunded in part; the file does not say how much"),
            _("Their whole sum counts as sales."),
        ),
        "discount": (
            _("discounts that are not taken off sales, {yuan} in all"),
            _("Sales are counted at the price before them. Take them off yourself."),
        ),
    }
    what, remedy = told[kind]
    return what.format(yuan=yuan), remedy
