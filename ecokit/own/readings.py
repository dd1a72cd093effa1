"""How each column of the shop is read from the columns of a file, as SQL."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.own import sql, zones
from ecokit.own.files import Source
from ecokit.own.mapping import Part
from ecokit.own.zones import Reading
from ecokit.shop.schema import Field, Table

Long = frozenset[tuple[str, str]]
"""The columns, each with its table, that need the longer reading; of an id, that it is text."""


def kind_of(field: Field) -> str:
    """Return how a column is read.

    Examples
    --------
    >>> from ecokit.shop.schema import schema
    >>> kind_of(schema("orders").field("paid_at")), kind_of(schema("order_lines").field("quantity"))
    ('time', 'number')
    """
    if field.name.endswith("_id"):
        return "id"
    kinds = {"integer": "number", "date": "time", "datetime": "time", "boolean": "flag"}
    return kinds.get(field.type, field.type)


def reading(field: Field, theirs: Any, source: Source, long: bool, text: bool) -> Reading:
    """Return how `field` is read from a source.

    Parameters
    ----------
    field : Field
        The column of the shop.
    theirs : str or mapping
        The entry of the mapping.
    source : Source
        The file.
    long, text : bool
        Whether the longer reading is needed, and whether ids are text.
    """
    given: Mapping[str, Any] = theirs if isinstance(theirs, Mapping) else {"column": theirs}
    kind = kind_of(field)
    _check_kind(field, kind, given)
    if kind == "id" and text:
        kind = "text id"
    if "row" in given:
        return Reading("own_row_")
    if "value" in given:
        return _typed(kind, sql.text(given["value"]), "", long)
    if "words" in given:
        return _by_words(kind, given, source)
    raw = _raw(given, source)
    if "epoch" in given:
        found = _epoch(raw, str(given["epoch"]))
    elif "over" in given:
        number = "number," if given.get("decimal") == "," else "number"
        above = _typed(number, raw, _type(given, source), long)
        column = str(given["over"])
        need_column(column, source)
        below = _typed(number, sql.quoted(column), source.types.get(column, ""), True)
        value = f"round({above.value} / nullif({below.value}, 0), 6)"
        found = Reading(value, f"({above.wrong} OR {below.wrong})")
    else:
        comma = "number," if given.get("decimal") == "," else ""
        special = str(given.get("dates", comma))
        if "dates" in given and special not in sql.ORDERS:
            sentence = _("The mapping reads {column} by {word!r}. Write dmy or mdy.")
            raise CourseError(sentence.format(column=field.name, word=special))
        found = _typed(special or kind, raw, _type(given, source), long)
    if "offset" in given:
        found = zones.turned(found, raw, _type(given, source), str(given["offset"]))
    tests = [among(column, words, source) for column, words in given.get("only_if", {}).items()]
    tests += [
        f"NOT coalesce({among(column, words, source)}, FALSE)"
        for column, words in given.get("not_if", {}).items()
    ]
    if "none" in given:
        tests.append(f"{raw} NOT IN {sql.listed([str(word) for word in given['none']])}")
    if not tests:
        return found
    return Reading(f"CASE WHEN {' AND '.join(tests)} THEN {found.value} END", found.wrong)


FOR = {  # entries that only one kind of column has
    "dates": ("time",),
    "epoch": ("time",),
    "offset": ("time",),
    "decimal": ("number",),
    "over": ("number",),
    "row": ("number", "id"),
}


def _check_kind(field: Field, kind: str, given: Mapping[str, Any]) -> None:
    """Refuse a mapping that reads a time as a number, or the like."""
    for entry, kinds in FOR.items():
        if entry in given and kind not in kinds:
            sentence = _("The mapping reads {column} by '{entry}', which its kind has not: {kind}.")
            raise CourseError(sentence.format(column=field.name, entry=entry, kind=kind))


def _raw(given: Mapping[str, Any], source: Source) -> str:
    """Return the SQL of what stands in the file."""
    if "join" in given:
        parts = [_raw(_part(one), source) for one in given["join"]]
        return f"({' || chr(45) || '.join(f'CAST({part} AS VARCHAR)' for part in parts)})"
    if "parameter" in given:
        _need_parts(str(given.get("of")), source)
        name, lists = sql.text(given["parameter"]), sql.quoted(str(given["of"]))
        one = f"list_filter({lists}, lambda p: p.key = {name})[1].value"
        return f"coalesce(CAST({one}.int_value AS VARCHAR), {one}.string_value)"
    if "path" in given:
        steps = str(given["path"]).split(".")
        _need_parts(steps[0], source)
        return ".".join(sql.quoted(step) for step in steps)
    column = str(given.get("column", ""))
    need_column(column, source)
    return sql.quoted(column)


def _part(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {"column": given}


def _type(given: Mapping[str, Any], source: Source) -> str:
    """Return the type that a column has already; '' for text."""
    if "join" in given or "parameter" in given or "path" in given:
        return ""
    return source.types.get(str(given.get("column")), "")


def need_column(column: str, source: Source) -> None:
    """Refuse a mapping that names a column which the file does not have."""
    if column not in source.columns:
        sentence = _("{file} has no column {column!r}, which the mapping names. It has: {names}.")
        names = ", ".join(source.columns)
        raise CourseError(sentence.format(file=source.name, column=column, names=names))


def _need_parts(column: str, source: Source) -> None:
    """Refuse a mapping that looks inside a column which has no parts."""
    need_column(column, source)
    if source.types.get(column, "VARCHAR") == "VARCHAR":
        sentence = _("{file}: the mapping looks inside the column {column!r}, which is text.")
        raise CourseError(sentence.format(file=source.name, column=column))


def _epoch(raw: str, unit: str) -> Reading:
    factors = {"us": "", "ms": " * 1000", "s": " * 1000000"}
    if unit not in factors:
        raise CourseError(
            _("The mapping's epoch is {unit!r}. Write us, ms or s.").format(unit=unit)
        )
    value = f"TRY(make_timestamp(TRY_CAST({raw} AS BIGINT){factors[unit]}))"
    return Reading(value, f"(CAST({raw} AS VARCHAR) <> '' AND {value} IS NULL)")


def _key(x: str) -> str:
    """Return a word as it is compared: no case, no width of a comma."""
    return f"translate(lower(own_text(CAST({x} AS VARCHAR))), ',()', '，（）')"


def _word(value: Any) -> str:
    return sql.text(str(value).strip().lower().translate(str.maketrans(",()", "，（）")))


def among(column: str, words: Any, source: Source) -> str:
    """Return the SQL that says whether a column holds one of some words."""
    need_column(column, source)
    chosen = words if isinstance(words, list) else [words]
    return f"{_key(sql.quoted(column))} IN ({', '.join(_word(word) for word in chosen)})"


def _by_words(kind: str, given: Mapping[str, Any], source: Source) -> Reading:
    column = str(given.get("column", ""))
    need_column(column, source)
    words = {theirs: ours for theirs, ours in dict(given["words"]).items() if ours}
    x = _key(sql.quoted(column))
    cases = " ".join(f"WHEN {_word(theirs)} THEN {sql.text(o)}" for theirs, o in words.items())
    value = f"CASE {x} {cases} END" if cases else "CAST(NULL AS VARCHAR)"
    if kind != "string":
        value = _typed(kind, f"({value})", "", True).value
    return Reading(value, f"({x} IS NOT NULL AND {value} IS NULL)")


def _typed(kind: str, raw: str, theirs: str, long: bool) -> Reading:
    """Return the reading of a column of text, or of one that has a type already."""
    if theirs and not theirs.startswith(("VARCHAR", "ENUM")):
        return _ready(kind, raw, theirs)
    if kind in ("string", "text id"):
        value = sql.reading(
            "text id" if kind == "text id" and long else "string", raw, plain=not long
        )
        # of Parquet such texts stay as they are: looking would keep it from being read in place
        return Reading(value, "FALSE" if long or theirs else f"own_edged({raw})")
    if kind == "id":
        x = f"own_id({raw})" if long else raw
        value = (
            f"CASE WHEN CAST(try_cast({x} AS BIGINT) AS VARCHAR) = {x} "
            f"THEN try_cast({x} AS BIGINT) END"
        )
    else:
        value = sql.reading(kind, raw, plain=not long)
    there = f"own_text({raw}) IS NOT NULL" if long else f"{raw} <> ''"
    return Reading(value, f"({there} AND {value} IS NULL)")


def _ready(kind: str, raw: str, theirs: str) -> Reading:
    """Return the reading of a column of Parquet that is no text."""
    whole = theirs.endswith("INT") or theirs == "INTEGER" or theirs.startswith("DECIMAL")
    fraction = theirs in ("DOUBLE", "FLOAT")
    if kind == "number" and (whole or fraction):
        short = f"CAST({raw} AS VARCHAR)" if theirs == "FLOAT" else raw  # 29.9 as it is written
        value = f"CAST({short} AS DOUBLE)"  # no macro: a file read in place is read without them
        return Reading(f"CASE WHEN isfinite({value}) THEN {value} END")
    if kind in ("id", "text id") and whole:
        there = f"{raw} % 1 = 0" if theirs.startswith("DECIMAL") else "TRUE"
        read = f"CASE WHEN {there} THEN TRY_CAST({raw} AS HUGEINT) END"
        value = f"TRY_CAST({read} AS BIGINT)" if _long(theirs) else f"CAST({raw} AS BIGINT)"
        if kind == "text id":  # one that is too long for a number, or text in another table
            value = f"CAST({read} AS VARCHAR)"
        wrong = f"({raw} IS NOT NULL AND {value} IS NULL)" if _long(theirs) else "FALSE"
        return Reading(value, wrong)
    if kind in ("id", "text id") and fraction:
        exact = (
            f"CASE WHEN {raw} % 1 = 0 AND abs({raw}) < 9007199254740992 "
            f"THEN CAST({raw} AS BIGINT) END"
        )
        value = exact if kind == "id" else f"CAST({exact} AS VARCHAR)"
        return Reading(value, f"({raw} IS NOT NULL AND {exact} IS NULL)")
    if kind in ("time", "dmy", "mdy") and theirs.startswith(("TIMESTAMP", "DATE")):
        return Reading(f"CAST({raw} AS TIMESTAMP)")
    if kind == "flag" and theirs == "BOOLEAN":
        return Reading(raw)
    return _typed(kind, f"CAST({raw} AS VARCHAR)", "", True)


def _long(theirs: str) -> bool:
    """Return whether a type of whole numbers holds more than a BIGINT does."""
    return theirs in ("UBIGINT", "HUGEINT", "UHUGEINT") or theirs.startswith("DECIMAL")


# --- a whole table ---------------------------------------------------------------------------


def select(table: Table, part: Part, sources: list[Source], long: Long, text: set[str]) -> str:
    """Return the SQL of a table of the shop, with what is wrong in each row.

    The column ``_faults`` has a bit for each column that cannot be read, in the order of the
    mapping; ``_why`` says of a row that it is no row of the table at all.
    """
    one = [_of_source(table, part, source, long, text) for source in _runs(part, sources)]
    whole = " UNION ALL ".join(one)
    if not part.one_row_a:
        return whole
    names = [name for name in part.columns if name != part.one_row_a]
    sums = ", ".join(f"min({x}) AS {x}" for x in map(sql.quoted, names))
    alike = [one for one in names if table.name != "visits" or kind_of(table.field(one)) != "time"]
    differ = " OR ".join(f"min({x}) <> max({x})" for x in map(sql.quoted, alike)) or "FALSE"
    key = sql.quoted(part.one_row_a)
    return (
        f"SELECT {key}, {sums + ', ' if sums else ''}bit_or(_faults) AS _faults, "
        f"CAST(NULL AS VARCHAR) AS _why, coalesce({differ}, FALSE) AS _differs FROM ({whole}) "
        f"WHERE _why IS NULL GROUP BY {key} ORDER BY {key}"
    )


def ready(table: Table, part: Part, source: Source, text: set[str]) -> str:
    """Return the SQL of a file of Parquet whose values are as the shop's; '' where they are not.

    Such a file is read where it is. ``_row`` numbers its rows from 0.
    """
    plain = all(isinstance(theirs, str) for theirs in part.columns.values())
    if not source.types or not plain or part.one_row_a or part.where or part.repeat:
        return ""
    found = {
        name: reading(table.field(name), theirs, source, False, name in text)
        for name, theirs in part.columns.items()
    }
    # what a macro reads is copied: the shop opens the file without them
    if any(one.wrong != "FALSE" or "own_" in one.value for one in found.values()):
        return ""
    if "file_row_number" in map(str.lower, source.columns):  # DuckDB adds one of that name
        return ""
    values = ", ".join(f"{one.value} AS {sql.quoted(name)}" for name, one in found.items())
    numbered = source.scan.removesuffix(")") + ", file_row_number = true)"
    return (
        f"(SELECT {values}, CAST(0 AS BIGINT) AS _faults, {_why(part, source)} AS _why, "
        f"FALSE AS _differs, file_row_number AS _row FROM {numbered})"
    )


class _Run(NamedTuple):
    """Files whose columns are alike, laid under each other and read as one."""

    source: Source
    scan: str


_OURS = ("own_why_", "own_row_")  # columns that are laid beside those of a file
_MANY = 4  # files: what reads a column takes memory for each of them, and twelve would not fit


def _runs(part: Part, sources: list[Source]) -> list[_Run]:
    """Return the files, those that follow each other with the same columns together."""
    for source in sources:
        for theirs in part.columns.values():
            if isinstance(theirs, str):
                need_column(theirs, source)
    common = [
        one
        for one in sources[0].columns
        if all(one in it.columns for it in sources) and one.lower() not in _OURS
    ]

    def types(source: Source) -> list[str]:
        return [source.types.get(name, "") for name in common]

    # rows are numbered only where that is asked for: it keeps DuckDB to one of its threads
    wanted = any(isinstance(one, Mapping) and "row" in one for one in part.columns.values())
    number = ", row_number() OVER () AS own_row_" if wanted else ""
    runs = []
    for _types, alike in itertools.groupby(sources, types):
        together = list(alike)
        names = "".join(f"{sql.quoted(name)}, " for name in common)
        scans = [
            f"SELECT {names}{_why(part, one)} AS own_why_{number} "
            f"FROM {_scan(part, one)}{_filter(part, one)}"
            for one in together
        ]
        scan = " UNION ALL ".join(scans)
        if len(together) > _MANY:
            scan = f"WITH own_files_ AS MATERIALIZED ({scan}) FROM own_files_"
        runs.append(_Run(replace(together[0], columns=tuple(common)), f"({scan})"))
    return runs


def _of_source(table: Table, part: Part, run: _Run, long: Long, text: set[str]) -> str:
    found = {
        name: reading(
            table.field(name), theirs, run.source, (table.name, name) in long, name in text
        )
        for name, theirs in part.columns.items()
    }
    values = ", ".join(f"{one.value} AS {sql.quoted(name)}" for name, one in found.items())
    wrong = [(2**bit, one.wrong) for bit, one in enumerate(found.values()) if one.wrong != "FALSE"]
    faults = " + ".join(f"CASE WHEN {test} THEN {bit} ELSE 0 END" for bit, test in wrong) or "0"
    differs = "" if part.one_row_a else ", FALSE AS _differs"
    return (
        f"SELECT {values}, CAST({faults} AS BIGINT) AS _faults, own_why_ AS _why{differs} "
        f"FROM {run.scan}"
    )


def _scan(part: Part, source: Source) -> str:
    if not part.repeat:
        return source.scan
    need_column(part.repeat, source)
    times = f"CAST(own_number({sql.quoted(part.repeat)}) AS BIGINT)"
    return f"(SELECT *, unnest(range({times})) FROM {source.scan})"


def _filter(part: Part, source: Source) -> str:
    tests = [among(column, words, source) for column, words in part.where.items()]
    return f" WHERE {' AND '.join(tests)}" if tests else ""


_BLANKS = r"[\s\x{a0}\x{3000}]*"
TOTALS = (
    f"{_BLANKS}(本页|本月|全部)?"
    "(合计|总计|小计|汇总|总和|共计|[Tt]otal|TOTAL|Totals|Grand [Tt]otal|Subtotal)"
    f"({_BLANKS}([(（].{{1,8}}[)）]|\\d+{_BLANKS}[笔单条件行]))?[:：]?{_BLANKS}"
)
"""What a row of totals has in one of its first cells, or as its order or product: a pattern."""


def _why(part: Part, source: Source) -> str:
    """Return the SQL that says of a row that it is a total, or has nothing in it."""
    text = [name for name in source.columns if source.types.get(name, "VARCHAR") == "VARCHAR"]
    keys = [part.columns.get(name) for name in ("order_id", "product_id")]
    named = dict.fromkeys([*text[:2], *(name for name in keys if name in text)])
    heads = list(map(sql.quoted, named))
    total = (
        " OR ".join(
            f"(({head} >= 'A' OR {head} < '!') AND regexp_full_match({head}, {sql.text(TOTALS)}))"
            for head in heads
        )
        or "FALSE"
    )
    mapped = [
        sql.quoted(theirs)
        for theirs in part.columns.values()
        if isinstance(theirs, str) and theirs in text
    ]
    every = all(isinstance(one, str) and one in text for one in part.columns.values())
    blank = " AND ".join(f"coalesce({x}, '') = ''" for x in mapped) if every else "FALSE"
    return f"CASE WHEN {total} THEN 'total' WHEN {blank or 'FALSE'} THEN 'blank' END"
