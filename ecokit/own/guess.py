"""What the files of a folder are taken for: by presets, by names in two languages, by values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _, short, some
from ecokit.own import amounts, sql, zones
from ecokit.own.extra import need
from ecokit.own.files import Source
from ecokit.own.mapping import Part, Plan
from ecokit.own.names import bare, known, statuses, words
from ecokit.own.readings import kind_of
from ecokit.shop.schema import schemas

SAMPLE = 5_000
IS_PAID = "is_paid"  # on the way: the column whose words say whether an order is paid
ENOUGH = 0.9  # share of the values of a sample that have to fit
SOLD_AND_BOUGHT = (("unit_price", "unit_cost"), ("list_price", "cost"), ("price", "unit_cost"))


# --- what is known beforehand ----------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """An export that many people have: its signs, and what its columns stand for."""

    name: str
    title: str
    sources: list[str]
    signs: list[str | list[str]]
    tables: dict[str, dict[str, Any]]
    statuses: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    unsure: list[dict[str, Any]] = field(default_factory=list)


NOTES = {
    "first_visit": _("how the visitor first came, not this visit: the file has no record of that"),
    "basket": _("an order is one line of one piece: count orders and sales on it, not units"),
}
"""What a preset cannot know of a column, by the word that it has for it."""


@cache
def presets() -> dict[str, Preset]:
    """Return the exports that are known, by name.

    Returns
    -------
    dict of str to Preset
        With the sources that name the columns.

    Examples
    --------
    >>> presets()["shopify_orders"].title
    'Shopify orders'
    """
    yaml = need("yaml", _("Reading the presets"))
    folder = resources.files("ecokit.own") / "known"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the quick one, where it is there
    found = sorted(folder.iterdir(), key=lambda one: one.name)
    return {
        one.name.removesuffix(".yaml"): Preset(
            one.name.removesuffix(".yaml"), **yaml.load(one.read_text("utf-8"), loader)
        )
        for one in found
        if one.name.endswith(".yaml")
    }


def preset(name: str) -> Preset:
    """Return one preset, or say which there are."""
    if name not in presets():
        near = get_close_matches(name, presets(), 1)
        hint = _("Did you mean {near}? ").format(near=near[0]) if near else ""
        known = ", ".join(presets())
        sentence = _("There is no preset {name!r}. {hint}There are: {known}.")
        raise CourseError(sentence.format(name=name, hint=hint, known=known))
    return presets()[name]


# --- the guess -------------------------------------------------------------------------------


def guess(sources: list[Source], wanted: str, connection: Any) -> Plan:
    """Return what the sources are taken for.

    Parameters
    ----------
    sources : list of Source
        What can be read.
    wanted : str
        A preset that all of them are, where they have its columns; '' to look for one.
    connection : DuckDB connection
        To look at values.
    """
    plan = Plan({})
    one = preset(wanted) if wanted else None
    candidates: dict[str, list[Part]] = {}
    for source in sources:
        chosen = _preset_of(source, one)
        if chosen:
            plan.presets[source.name] = chosen.name
            parts = _by_preset(source, chosen, connection)
        elif one:
            lacking = [" / ".join(_ways(sign)) for sign in one.signs if not _has(sign, source)]
            why = _("It lacks columns of the preset {name}: {columns}.")
            plan.ignored[source.name] = why.format(name=short(one.name), columns=some(lacking))
            continue
        else:
            parts = _by_names(source, connection)
        if not parts:
            plan.ignored[source.name] = _(
                "No table of a shop is known by these columns. If it is one, write its table, file "
                "and columns below 'tables'."
            )
        for table, part in parts.items():
            candidates.setdefault(table, []).append(part)
    for table in schemas():
        if table in candidates:
            plan.tables[table] = _laid(plan, table, candidates[table])
    return plan


def _laid(plan: Plan, table: str, parts: list[Part]) -> Part:
    """Lay the files of a table under each other where their columns agree; the most win."""
    alike: dict[str, list[Part]] = {}
    for part in parts:
        alike.setdefault(repr((part.columns, part.one_row_a)), []).append(part)
    # a file with a row for each thing says more than one where it is put together
    best = max(alike.values(), key=lambda those: (not those[0].one_row_a, len(those)))
    files = [part.files[0] for part in best]
    for part in parts:
        if part.files[0] not in files and not part.one_row_a:
            why = _("It looks like the table {table}, as {file} does, whose columns are others.")
            plan.ignored.setdefault(part.files[0], why.format(table=table, file=short(files[0])))
    unsure = {column: said for part in best for column, said in part.unsure.items()}
    return replace(best[0], files=files, unsure=unsure)


def there(name: str, source: Source) -> str | None:
    """Return the column of a source that has a name, whatever its marks and case."""
    names = {bare(column): column for column in reversed(source.columns)}
    return name if name in source.columns else names.get(bare(name))


def _ways(sign: str | list[str]) -> list[str]:
    """Return the names that a sign of a preset may have."""
    return sign if isinstance(sign, list) else [sign]


def _has(sign: str | list[str], source: Source) -> bool:
    return any(there(name, source) is not None for name in _ways(sign))


def _preset_of(source: Source, wanted: Preset | None) -> Preset | None:
    fitting = [
        one
        for one in ([wanted] if wanted else presets().values())
        if all(_has(sign, source) for sign in one.signs)
    ]
    return max(fitting, key=lambda one: len(one.signs), default=None)


def _by_preset(source: Source, one: Preset, connection: Any) -> dict[str, Part]:
    parts = {}
    for table, entry in one.tables.items():
        columns = {}
        for ours, theirs in entry["columns"].items():
            found = _resolved(theirs, source, one)
            if found is not None:
                columns[ours] = found
        paid = columns.get("paid_at")
        if isinstance(paid, dict) and IS_PAID in paid:
            columns["paid_at"] = _paid(paid, columns, {w: statuses()[w][1] for w in one.statuses})
        key = entry.get("one_row_a", "")
        if key and key not in columns:
            continue
        where = {str(there(k, source)): v for k, v in entry.get("where", {}).items()}
        unsure = _unsure_words(columns, source, connection)
        for note in one.unsure:
            if note["table"] == table and not ("unless" in note and there(note["unless"], source)):
                unsure |= {it: NOTES[note["what"]] for it in note["columns"] if it in columns}
        zones.settle(columns, _times(table, columns), unsure, source, connection)
        parts[table] = Part([source.name], columns, key, where, entry.get("repeat", ""), unsure)
    return parts


def _resolved(theirs: Any, source: Source, one: Preset) -> Any:
    """Return the entry of a preset for a file: of several names, the one that is there."""
    if isinstance(theirs, list):
        return next((found for name in theirs if (found := there(name, source))), None)
    if not isinstance(theirs, Mapping):
        return there(str(theirs), source)
    if "path" in theirs:  # of several, the first whose column is there
        ways = theirs["path"] if isinstance(theirs["path"], list) else [theirs["path"]]
        way = next((one for one in ways if one.partition(".")[0] in source.columns), None)
        return {**theirs, "path": way} if way else None
    if "column" not in theirs:
        return dict(theirs)
    column = _resolved(theirs["column"], source, one)
    if column is None:
        return None
    entry: dict[str, Any] = {**theirs, "column": column}
    if "over" in entry:
        entry["over"] = there(entry["over"], source)
    if "paid_if" in entry:
        state = there(entry.pop("paid_if"), source)
        entry[IS_PAID] = state
    if entry.get("words") == "statuses":
        entry["words"] = {word: statuses()[word][0] for word in one.statuses}
    return entry if len(entry) > 1 else column


def _unsure_words(columns: dict[str, Any], source: Source, connection: Any) -> dict[str, str]:
    """Say which words of a file its mapping does not know."""
    unsure = {}
    for ours, theirs in columns.items():
        if isinstance(theirs, Mapping) and "words" in theirs:
            names = {_plain(word) for word in theirs["words"]}
            found = _distinct(source, theirs["column"], connection)
            other = [word for word in found if _plain(word) not in names]
            if other:
                unsure[ours] = _("not known: {words}").format(words=some(other))
    return unsure


def _plain(word: str) -> str:
    return word.strip().lower().translate(str.maketrans(",()", "，（）"))


def _by_names(source: Source, connection: Any) -> dict[str, Part]:
    """Guess the tables of a file by the names of its columns, its own name, and values."""
    hits = {table: _matched(table, source) for table in schemas()}
    title = bare(PurePosixPath(source.name.partition(".")[0]).name)

    def fit(table: str) -> tuple[float, float]:
        schema, found = schemas()[table], hits[table]
        key = [name for name in schema.primary_key if name != "line"]
        whole = all(name in found for name in key)
        exact = sum(bare(theirs[0]) == bare(ours) for ours, theirs in found.items())
        named = title in (bare(table), bare(schema.title)) or (
            bare(table) in title or bare(schema.title) in title
        )
        return (whole * (len(found) + 2 * exact + 4 * named), len(found) / len(schema.names))

    if {"order_id", "quantity"} <= set(hits["order_lines"]) and len(hits["order_lines"]) >= 3:
        best = "order_lines"
        likeliest = max(schemas(), key=fit)
        about = {"order_id", "quantity"} & {*schemas()[likeliest].names}
        if likeliest not in ("order_lines", "orders", "products") and about:
            best = likeliest  # such as returns; stock knows no order
    else:
        best = max(schemas(), key=fit)
    if fit(best)[0] < 2:
        return {}
    parts = {best: _part(best, hits[best], source, connection)}
    if {*parts[best].columns} <= {*schemas()[best].primary_key}:
        return {}  # a key says nothing on its own
    if best == "order_lines":  # a raw file of lines holds its orders and products, too
        orders = hits["orders"]
        if {"order_id", "placed_at"} <= set(orders):
            parts["orders"] = _part("orders", orders, source, connection, key="order_id")
        products = {k: v for k, v in hits["products"].items() if k in ("product_id", "name")}
        if {"product_id", "name"} <= set(products):
            part = _part("products", products, source, connection, key="product_id")
            name = part.columns.get("name")  # one column may be both, and is the id then
            if name not in (None, parts["order_lines"].columns.get("product_id")):
                parts["products"] = part
    return dict(sorted(parts.items(), key=lambda one: list(schemas()).index(one[0])))


def _matched(table: str, source: Source) -> dict[str, list[str]]:
    """Return the columns of a source that each column of a table may be, the likeliest first."""
    columns = known(source.columns)
    found = {}
    for ours, names in words()[table].items():
        theirs = list(dict.fromkeys(columns[name] for name in names if name in columns))
        if theirs:
            found[ours] = theirs
    return found


def _times(table: str, columns: Mapping[str, Any]) -> list[str]:
    return [one for one in columns if kind_of(schemas()[table].field(one)) == "time"]


def _part(
    table: str, found: dict[str, list[str]], source: Source, connection: Any, key: str = ""
) -> Part:
    columns: dict[str, Any] = {}
    unsure: dict[str, str] = {}
    taken: dict[str, str] = {}
    for ours, theirs in sorted(found.items(), key=lambda one: len(one[1])):
        free = [name for name in theirs if name not in taken] or theirs
        if free[0] in taken:
            continue
        columns[ours] = free[0]
        taken[free[0]] = ours
        if len(free) > 1:
            other = some(free[1:])
            unsure[ours] = _("or {other}").format(other=other)
    for ours in list(columns):
        _look(table, ours, columns, unsure, source, connection)
    zones.settle(columns, _times(table, columns), unsure, source, connection)
    if table == "order_lines":
        amounts.judge(columns, unsure, source, connection, SAMPLE)
    elif table == "stock":
        amounts.judge_stock(columns, unsure, source, connection, SAMPLE)
    _below_cost(columns, unsure, source, connection)
    if table == "orders":
        _states(columns, unsure, source, connection)
    order = [one for one in schemas()[table].names if one in columns]
    return Part([source.name], {one: columns[one] for one in order}, key, unsure=unsure)


def _look(
    table: str,
    ours: str,
    columns: dict[str, Any],
    unsure: dict[str, str],
    source: Source,
    connection: Any,
) -> None:
    """Look at the values of a column: do they read as what it is taken for."""
    kind = kind_of(schemas()[table].field(ours))
    theirs = columns[ours]
    if source.types.get(theirs, "VARCHAR") != "VARCHAR" or kind in ("id", "string"):
        return
    ways = {"time": ("time", "dmy", "mdy"), "number": ("number", "number,")}.get(kind, (kind,))
    shares = _shares(source, theirs, ways, connection)
    best = max(ways, key=lambda way: shares[way])
    if shares[best] < ENOUGH:
        if shares[best] < 0.5 and ours not in schemas()[table].primary_key:
            unsure[ours] = _("{column} has this name, but other values").format(column=theirs)
            del columns[ours]
            return
        said = _("{share:.0%} of its values can be read").format(share=shares[best])
        unsure[ours] = "; ".join([*filter(None, [unsure.get(ours)]), said])
    if best in ("dmy", "mdy"):
        if shares["dmy"] == shares["mdy"]:  # no day of the first rows is above 12
            shares = _days(source, theirs, connection)
            best = max(shares, key=lambda way: shares[way])
        other = "mdy" if best == "dmy" else "dmy"
        columns[ours] = {"column": theirs, "dates": best}
        if shares[other] == shares[best]:
            del columns[ours]
            unsure[ours] = _(
                "{column}: day and month could change places. Write {{column: {column}, "
                "dates: dmy}} for 31/12/2025, or dates: mdy for 12/31/2025"
            ).format(column=theirs)
    elif best == "number,":
        columns[ours] = {"column": theirs, "decimal": ","}
        unsure[ours] = _("read with a decimal comma")


def _below_cost(
    columns: dict[str, Any], unsure: dict[str, str], source: Source, connection: Any
) -> None:
    """Say where most prices are below the cost: their columns may have changed places."""
    for price, cost in SOLD_AND_BOUGHT:
        if price not in columns or cost not in columns:
            continue
        if any(isinstance(columns[one], dict) and "over" in columns[one] for one in (price, cost)):
            continue
        values = [
            f"{'own_comma' if isinstance(one, dict) and one.get('decimal') else 'own_number'}"
            f"(CAST({sql.quoted(one['column'] if isinstance(one, dict) else one)} AS VARCHAR))"
            for one in (columns[price], columns[cost])
        ]
        ((below, of),) = connection.execute(
            f"SELECT count(*) FILTER (WHERE price < cost), count(price + cost) FROM (SELECT "
            f"{values[0]} AS price, {values[1]} AS cost FROM {source.scan} LIMIT {SAMPLE})"
        ).fetchall()
        if 2 * below > of:
            said = _("below the {cost} in {share:.0%} of the rows: have they changed places?")
            said = said.format(cost=cost, share=below / of)
            unsure[price] = "; ".join([*filter(None, [unsure.get(price)]), said])


def _shares(
    source: Source, column: str, ways: tuple[str, ...], connection: Any
) -> dict[str, float]:
    """Return the share of the values of a sample that each way reads."""
    x = sql.quoted(column)
    read = [sql.reading(way, "x", plain=False) for way in ways]
    counts = ", ".join(f"coalesce(sum(n) FILTER (({one}) IS NOT NULL), 0)" for one in read)
    row = connection.execute(
        f"SELECT coalesce(sum(n) FILTER (own_text(x) IS NOT NULL), 0), {counts} FROM (SELECT x, "
        f"count(*) AS n FROM (SELECT {x} AS x FROM {source.scan} LIMIT {SAMPLE}) GROUP BY x "
        "ORDER BY x LIMIT 1000)"
    ).fetchall()[0]
    return {
        way: (float(count / row[0]) if row[0] else 1.0)
        for way, count in zip(ways, row[1:], strict=True)
    }


def _days(source: Source, column: str, connection: Any) -> dict[str, float]:
    """Return how many days of a whole file each order of day and month reads."""
    x = f"regexp_extract({sql.quoted(column)}, '\\d+[/-]\\d+[/-]\\d+')"
    counts = ", ".join(f"count({sql.reading(way, 'x', plain=False)})" for way in ("dmy", "mdy"))
    row = connection.execute(
        f"SELECT {counts} FROM (SELECT DISTINCT {x} AS x FROM {source.scan})"
    ).fetchall()[0]
    return dict(zip(("dmy", "mdy"), row, strict=True))


def _distinct(source: Source, column: str, connection: Any) -> list[str]:
    """Return the words of a column: of the whole file, for the last orders are on their way."""
    x = f"own_text(CAST({sql.quoted(column)} AS VARCHAR))"
    rows = connection.execute(
        f"SELECT {x} FROM {source.scan} WHERE {x} IS NOT NULL "
        "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 50"
    ).fetchall()
    return [row[0] for row in rows if row[0] not in ("合计", "总计")]


def _paid(given: dict[str, Any], columns: dict[str, Any], words: dict[str, bool]) -> dict[str, Any]:
    """Return how the time of payment is read: what the words for the state of an order leave of it.

    A time of payment stands against a word that is not known; the time of placing does not.
    """
    state = given[IS_PAID]
    rest = {key: value for key, value in given.items() if key != IS_PAID}
    placed = columns.get("placed_at")
    if rest["column"] == (placed["column"] if isinstance(placed, dict) else placed):
        return {**rest, "only_if": {state: [word for word, paid in words.items() if paid]}}
    unpaid = [word for word, paid in words.items() if not paid]
    return {**rest, "not_if": {state: unpaid}} if unpaid else rest


def _states(
    columns: dict[str, Any], unsure: dict[str, str], source: Source, connection: Any
) -> None:
    """Translate the words for the state of an order, and let it say which orders are paid."""
    state = columns.get("status")
    if state is None:
        if "paid_at" not in columns and "placed_at" in columns:
            columns["paid_at"] = columns["placed_at"]
            unsure["paid_at"] = _("no payment is told: each order counts as paid when placed")
        return
    meanings = {_plain(word): meant for word, meant in statuses().items()}
    found = _distinct(source, state, connection)
    meant = {word: meanings.get(_plain(word)) for word in found}
    if not any(meant.values()):
        del columns["status"]
        said = _("the words of {column} are not known: {words}")
        unsure["status"] = said.format(column=state, words=some(found))
        return
    columns["status"] = {
        "column": state,
        "words": {word: one[0] if one else None for word, one in meant.items()},
    }
    paid = {word: one[1] for word, one in meant.items() if one}
    when = columns.get("paid_at", columns.get("placed_at"))
    if when is not None:
        given = when if isinstance(when, dict) else {"column": when}
        columns["paid_at"] = _paid({**given, IS_PAID: state}, columns, paid)
        for key, said in (
            ("only_if", _("orders in these states count as paid")),
            ("not_if", _("orders in these states do not count as paid")),
        ):
            if key in columns["paid_at"]:
                unsure["paid_at"] = said
    other = [word for word, one in meant.items() if one is None]
    if other:
        unsure["status"] = _("not known: {words}").format(words=some(other))
