"""The mapping: which file and which column of yours stands for which of the shop's.

It is a YAML file that a person reads and corrects, so it is written line by line with a remark
beside what is unsure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _, short
from ecokit.own.extra import need
from ecokit.shop.opened import check_file
from ecokit.shop.schema import schemas

NAME = "mapping.yaml"
LONGEST = 4 << 20  # bytes of a mapping
DEEPEST = 20  # brackets in one another
COPIES = ("leave out sure ones", "leave out", "keep")
TABLE_KEYS = ("files", "columns", "one_row_a", "where", "repeat")
COLUMN_KEYS = (
    *("column", "words", "only_if", "not_if", "over", "value", "join", "parameter", "of", "path"),
    *("none", "epoch", "dates", "decimal", "row", "offset"),
)

ENTRIES = {"words": dict, "only_if": dict, "not_if": dict, "join": list, "none": list}
FORMS = {dict: "{a: b}", list: "[a, b]"}


@dataclass(frozen=True)
class Part:
    """One table of the shop, and what it is made of.

    Parameters
    ----------
    files : list of str
        The files, laid under each other.
    columns : mapping of column of the shop to str or mapping
        The name of a column, or how it is read: see `COLUMN_KEYS`.
    one_row_a : str
        Where the files hold several rows of one thing: the column that names it.
    where : mapping of column to words
        The only rows that count.
    repeat : str
        The column that says for how many rows a row stands.
    unsure : mapping of column to str
        What a person should look at.
    """

    files: list[str]
    columns: dict[str, Any]
    one_row_a: str = ""
    where: dict[str, list[Any]] = field(default_factory=dict)
    repeat: str = ""
    unsure: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A whole mapping.

    Parameters
    ----------
    tables : mapping of table to Part
        What the shop is made of.
    presets : mapping of file to preset
        Which file was known as which export.
    ignored : mapping of file to reason
        What is left aside.
    copies : str
        What becomes of rows that have no key, and stand twice with all their values: "leave out",
        "keep", or left out only where it is sure: every row of the table stands twice.
    """

    tables: dict[str, Part]
    presets: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    copies: str = COPIES[0]


# --- writing ---------------------------------------------------------------------------------


def written(plan: Plan, folder: str) -> str:
    """Return a mapping as YAML with remarks."""
    return "\n".join(_lines(plan, folder)) + "\n"


def _lines(plan: Plan, folder: str) -> Iterator[str]:
    yield _("# What your files are taken for. Correct what is wrong, and run the command again:")
    yield _("# an existing mapping is used as it is, and never overwritten.").format()
    yield _("# Left the names of the shop, right those of your files. '# ?' marks what is unsure.")
    yield f"folder: {_one(folder)}"
    yield f"copies: {plan.copies}  # " + _("equal rows without a key. Or: leave out; keep")
    if plan.presets:
        yield "presets:"
        yield from (f"  {_one(file)}: {preset}" for file, preset in plan.presets.items())
    yield "tables:" if plan.tables else "tables: {}"
    for name, part in plan.tables.items():
        yield f"  {name}:"
        yield "    files:"
        yield from (f"      - {_one(file)}" for file in part.files)
        if part.one_row_a:
            yield f"    one_row_a: {part.one_row_a}"
        if part.where:
            yield f"    where: {_one(part.where)}"
        if part.repeat:
            yield f"    repeat: {_one(part.repeat)}"
        yield "    columns:" if part.columns else "    columns: {}"
        for column, theirs in part.columns.items():
            remark = f"  # ? {_line(part.unsure[column])}" if column in part.unsure else ""
            yield f"      {column}: {_one(theirs)}{remark}"
        lacking = [one.name for one in schemas()[name] if one.name not in part.columns]
        if lacking:
            yield f"    # {_('not found:')} {', '.join(lacking)}"
        for column in sorted(set(part.unsure) - set(part.columns)):
            yield f"    # ? {column}: {_line(part.unsure[column])}"
    if plan.ignored:
        yield "ignored:"
        yield from (f"  {_one(file)}: {_one(why)}" for file, why in plan.ignored.items())


def _one(value: Any) -> str:
    """Return a value as YAML on one line."""
    yaml = need("yaml", _("Writing the mapping"))
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, width=1 << 30, sort_keys=False
    )
    return text.removesuffix("...\n").strip()


def _line(remark: str) -> str:
    return " ".join(remark.split())


# --- reading ---------------------------------------------------------------------------------


def read(path: Path) -> tuple[Plan, str]:
    """Return the mapping of a file, and the folder that it names.

    Raises
    ------
    CourseError
        It is no mapping: the sentence says which line or entry is wrong.
    """
    yaml = need("yaml", _("Reading the mapping"))
    try:
        check_file(path)
        with path.open("rb") as stream:
            data = stream.read(LONGEST + 1)
        if len(data) > LONGEST:
            sentence = _("{path} has more than {n} MB. Delete it to get a new guess.")
            raise CourseError(sentence.format(path=path.name, n=LONGEST >> 20))
        given = _loaded(data.decode("utf-8"))
    except OSError as error:
        sentence = _("There is no mapping {path} that can be read ({reason}).")
        raise CourseError(sentence.format(path=path, reason=error.strerror)) from None
    except CourseError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = _("not UTF-8") if isinstance(error, UnicodeDecodeError) else _("as a whole")
        line = _("near line {n}").format(n=mark.line + 1) if mark else where
        sentence = _("{path} is no YAML ({line}). Mend it, or delete it to get a new guess.")
        raise CourseError(sentence.format(path=path.name, line=line)) from None
    return _plan(given, path.name), str(given.get("folder", ""))


def _loaded(text: str) -> Any:
    """Return what a text in YAML says; names for parts of it, which could multiply it, are none."""
    yaml = need("yaml", _("Reading the mapping"))
    opens = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
    closes = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
    loader = yaml.SafeLoader(text)
    deep = 0  # not the loader's own level: it reads ahead, and may be out of the brackets again
    try:
        for token in iter(loader.get_token, None):
            deep += isinstance(token, opens) - isinstance(token, closes)
            if isinstance(token, yaml.AliasToken) or deep > DEEPEST:
                mark = token.start_mark
                raise yaml.scanner.ScannerError(None, None, "a name, or far too deep", mark)
    finally:
        loader.dispose()
    return yaml.safe_load(text)


def _plan(given: Any, name: str) -> Plan:
    if not isinstance(given, Mapping) or not isinstance(given.get("tables"), Mapping):
        sentence = _("{path} has no entry 'tables'. Delete the file to get a new guess.")
        raise CourseError(sentence.format(path=name))
    copies = given.get("copies", COPIES[0])
    if copies not in COPIES:
        sentence = _("{path}: copies is {value!r}. Write one of: {known}.")
        raise CourseError(sentence.format(path=name, value=copies, known=", ".join(COPIES)))
    tables = {table: _part(name, table, part) for table, part in given["tables"].items()}
    presets, ignored = given.get("presets") or {}, given.get("ignored") or {}
    for entry, value in (("presets", presets), ("ignored", ignored)):
        if not isinstance(value, Mapping):
            sentence = _("{path}: write names and words below {entry}, or leave it out.")
            raise CourseError(sentence.format(path=name, entry=entry))
    presets = {str(file): str(preset) for file, preset in presets.items()}
    return Plan(tables, presets, {str(k): str(v) for k, v in ignored.items()}, copies)


def _part(name: str, table: Any, given: Any) -> Part:
    if table not in schemas():
        sentence = _("{path}: there is no table {table!r} in a shop. It has: {known}.")
        raise CourseError(sentence.format(path=name, table=table, known=", ".join(schemas())))
    where = _("{path}, table {table}").format(path=name, table=table)
    if not isinstance(given, Mapping):
        raise CourseError(_("{where}: write its files and columns below it.").format(where=where))
    other = sorted(map(short, set(given) - set(TABLE_KEYS)))
    if other:
        sentence = _("{where}: {key!r} is no entry. There are: {known}.")
        known = ", ".join(TABLE_KEYS)
        raise CourseError(sentence.format(where=where, key=other[0], known=known))
    files = given.get("files")
    files = [files] if isinstance(files, str) else files
    columns = given.get("columns")
    named = isinstance(files, list) and all(isinstance(file, str | int) for file in files)
    if not named or not files or not isinstance(columns, Mapping) or not columns:
        raise CourseError(_("{where}: write its files and columns below it.").format(where=where))
    for ours, theirs in columns.items():
        _check_column(where, table, ours, theirs)
    key = str(given.get("one_row_a") or "")
    if key and key not in columns:
        sentence = _("{where}: one_row_a names {key!r}, which is none of its columns.")
        raise CourseError(sentence.format(where=where, key=key))
    chosen = given.get("where") or {}
    if not isinstance(chosen, Mapping):
        sentence = _("{where}: below 'where' stand columns with their words.")
        raise CourseError(sentence.format(where=where))
    return Part(
        [str(file) for file in files],
        {str(ours): theirs for ours, theirs in columns.items()},
        key,
        {str(k): list(v) if isinstance(v, list) else [v] for k, v in chosen.items()},
        str(given.get("repeat") or ""),
    )


def _check_column(where: str, table: str, ours: Any, theirs: Any) -> None:
    names = schemas()[table].names
    if ours not in names:
        sentence = _("{where}: {column!r} is no column of it. It has: {known}.")
        known = ", ".join(names)
        raise CourseError(sentence.format(where=where, column=ours, known=known))
    if isinstance(theirs, Mapping):
        other = sorted(map(short, set(theirs) - set(COLUMN_KEYS)))
        if other or not theirs:
            sentence = _("{where}, {column}: {key!r} says nothing. There are: {known}.")
            key, known = (other or [""])[0], ", ".join(COLUMN_KEYS)
            raise CourseError(sentence.format(where=where, column=ours, key=key, known=known))
        for key, kind in ENTRIES.items():
            if key in theirs and (not isinstance(theirs[key], kind) or theirs[key] == []):
                sentence = _("{where}, {column}: {key!r} is not written so. Write {form}.")
                raise CourseError(
                    sentence.format(where=where, column=ours, key=key, form=FORMS[kind])
                )
    elif not isinstance(theirs, (str, int, float)) or isinstance(theirs, bool):
        sentence = _("{where}, {column}: write the name of a column of your file.")
        raise CourseError(sentence.format(where=where, column=ours))
