"""One look at a folder: read, guess or take the mapping, check, leave out, measure, report."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ecokit import kpi
from ecokit.errors import CourseError
from ecokit.messages import _, _n
from ecokit.own import mapping, sql
from ecokit.own.able import Ability, abilities
from ecokit.own.build import connected, typed
from ecokit.own.checks import Checks, Fault, Left
from ecokit.own.extra import need
from ecokit.own.files import Refused, Source, found, read
from ecokit.own.guess import guess, preset
from ecokit.own.mapping import Plan
from ecokit.own.taken_off import taken_off
from ecokit.shop.tables import Shop

LONG = 2_000_000  # rows from which only the measures are computed, not every KPI


@dataclass
class Look:
    """What a look at a folder found.

    Parameters
    ----------
    folder, out : Path
        What was looked at, and where the results are.
    plan : Plan
        The mapping that was used.
    sources : list of Source
        What could be read.
    refused : list of Refused
        What could not.
    rows, kept : mapping of table to int
        Rows that were read, and that stayed.
    faults : list of Fault
        All of them.
    left : list of Left
        What was left out.
    values : mapping of measure to float
        What the measures come to over the whole time.
    abilities : list of Ability
        What can be computed.
    notes : list of str
        What else a reader should know.
    """

    folder: Path
    out: Path
    plan: Plan
    sources: list[Source] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    abilities: list[Ability] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def look(
    folder: str | Path,
    out: str | Path | None = None,
    *,
    mapping_file: str | Path | None = None,
    preset_name: str = "",
    progress: bool = False,
) -> Look:
    """Look at a folder of exports; write the mapping, the tables and the report.

    Parameters
    ----------
    folder : str or Path
        The exports. Nothing in it is changed.
    out : str or Path, optional
        Where the results go; beside where you are, ``<folder>-ecokit``.
    mapping_file : str or Path, optional
        A mapping; without it, the one in `out` if there is one, else a guess.
    preset_name : str
        The export that the files are, where it should not be guessed.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Look
        What was found; the files in `out` tell the same.

    Raises
    ------
    CourseError
        The folder is not there or empty, or the mapping does not fit it.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> look("no-such-folder")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no folder no-such-folder. Check the path.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(_("There is no folder {folder}. Check the path.").format(folder=folder))
    out = Path(out) if out is not None else Path(f"{folder.resolve().name}-ecokit")
    if out.resolve() == folder.resolve() or folder.resolve() in out.resolve().parents:
        sentence = _("{out} lies in the folder that is looked at. Choose another with --out.")
        raise CourseError(sentence.format(out=out))
    if preset_name:
        preset(preset_name)
    with _working(out) as work:
        return _look(folder, out, work, mapping_file, preset_name, progress)


@contextmanager
def _working(out: Path) -> Iterator[Path]:
    """Give a folder for what this run needs on the way, and take it away afterwards."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".work-", dir=out))
    except OSError as error:
        sentence = _("{out} cannot be written ({reason}). Choose another with --out.")
        raise CourseError(sentence.format(out=out, reason=error.strerror)) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _look(
    folder: Path,
    out: Path,
    work: Path,
    mapping_file: str | Path | None,
    preset_name: str,
    progress: bool,
) -> Look:
    connection = connected(work)
    paths = found(folder.resolve())  # a file that is read in place is found from anywhere
    if not paths:
        raise CourseError(_("The folder {folder} holds no file.").format(folder=folder))
    copies = work / "copies"
    copies.mkdir()
    sources: dict[str, Source] = {}
    refused: list[Refused] = []
    for path in _bar(paths, _("files"), progress):
        name = path.relative_to(folder.resolve()).as_posix()
        for one in read(path, name, copies, connection):
            if isinstance(one, Source):
                sources[one.name] = one
            else:
                refused.append(one)
    plan, notes = _plan(folder, out, mapping_file, preset_name, sources, connection)
    result = Look(folder, out, plan, list(sources.values()), refused, notes=notes)
    if plan.tables:
        _tables(result, sources, work, connection, progress)
    result.abilities = abilities({name: part.columns for name, part in plan.tables.items()})
    connection.close()
    _write(result)
    return result


def _bar(things: Any, what: str, progress: bool) -> Any:
    return tqdm(things, desc=what, disable=not progress, leave=False)


def _plan(
    folder: Path,
    out: Path,
    mapping_file: str | Path | None,
    preset_name: str,
    sources: dict[str, Source],
    connection: Any,
) -> tuple[Plan, list[str]]:
    """Take the mapping that is there, and lay a new guess beside it; or guess."""
    path = Path(mapping_file) if mapping_file else out / mapping.NAME
    guessed = guess(list(sources.values()), preset_name, connection)
    text = mapping.written(guessed, folder.as_posix())
    if not path.exists() and not mapping_file:
        path.write_text(text, "utf-8")
        return guessed, [_("The mapping is a guess: {path}. Look at it.").format(path=path)]
    plan, _folder = mapping.read(path)
    beside = out / "mapping.new.yaml"
    notes = [_("The mapping is yours: {path}.").format(path=path)]
    if text != path.read_text("utf-8"):
        beside.write_text(text, "utf-8")
        notes.append(_("A new guess lies beside it: {path}.").format(path=beside))
    return plan, notes


def _tables(
    result: Look, sources: dict[str, Source], work: Path, connection: Any, progress: bool
) -> None:
    """Read, check and keep the tables of a mapping, and measure them."""
    tables = work / "tables"
    tables.mkdir()
    names = list(result.plan.tables)
    with tqdm(total=2 * len(names), desc=_("tables"), disable=not progress, leave=False) as bar:
        with _fitting():
            read_tables = typed(result.plan, sources, tables, connection, lambda _: bar.update())
        checks = Checks(result.plan, read_tables, sources, connection)
        result.rows, result.faults = checks.rows, checks.faults
        _rejects(result, sources, connection)
        _swallowed(result, sources)
        result.faults += taken_off(result.plan, sources, connection)
        result.left = checks.left()
        kept = result.out / "tables"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for name in names:
            result.kept[name] = _keep(name, kept, checks, connection)
            bar.update()
    relations = {name: connection.sql(_stored(kept, name)) for name in names}
    _measure(result, relations)
    result.notes += _goods_back(relations, connection)


@contextmanager
def _fitting() -> Iterator[None]:
    """Say what of a mapping does not fit the columns of a file, or why a file cannot be read."""
    duckdb = need("duckdb", _("Reading your own tables"))
    try:
        yield
    except duckdb.BinderException as error:
        why = str(error).removeprefix("Binder Error: ").partition("\n")[0]
        sentence = _("The mapping does not fit the files: {why}. Correct it.")
        raise CourseError(sentence.format(why=why)) from None
    except duckdb.Error as error:  # damaged far below its first rows, or wider than memory
        why = str(error).partition("\n")[0]
        sentence = _("A file cannot be read: {why}. Export it again, with fewer columns.")
        raise CourseError(sentence.format(why=why)) from None


def _keep(name: str, folder: Path, checks: Checks, connection: Any) -> int:
    """Write the rows of a table that stay; of a file that needs no change, only where it is."""
    query = checks.kept(name)
    if checks.tables[name].in_place and not checks.gone(name):
        (folder / f"{name}.sql").write_text(query, "utf-8")
        return checks.rows[name]
    path = sql.text((folder / f"{name}.parquet").as_posix())
    count: int = connection.execute(f"COPY ({query}) TO {path} ({sql.PARQUET})").fetchall()[0][0]
    return count


def _stored(folder: Path, name: str) -> str:
    path = folder / f"{name}.sql"
    if path.is_file():
        return path.read_text("utf-8")
    return f"FROM {sql.text((folder / f'{name}.parquet').as_posix())}"


def _rejects(result: Look, sources: dict[str, Source], connection: Any) -> None:
    """Tell of lines that cannot be read, by kind, with the lines that go with them."""
    if not _rejected(connection):
        return
    rows = connection.execute(
        "SELECT file_path, kind, sum(lines), min(line) FROM (SELECT DISTINCT file_path, line, "
        "CAST(error_type AS VARCHAR) AS kind, 1 + length(rtrim(csv_line, chr(10) || chr(13))) - "
        "length(replace(rtrim(csv_line, chr(10) || chr(13)), chr(10), '')) AS lines "
        "FROM reject_errors JOIN reject_scans USING (scan_id, file_id)) "
        "GROUP BY file_path, kind ORDER BY file_path, kind"
    ).fetchall()
    kinds = {
        "TOO MANY COLUMNS": (
            _("lines with more cells than there are columns, and left out"),
            _("Put text that holds the separator in quotation marks."),
        ),
        "UNQUOTED VALUE": (
            _("lines from a quotation mark that does not close, and left out"),
            _("Take it out there, or write it twice, and run the command again."),
        ),
    }
    other = (_("lines that cannot be read, and left out"), _("Export the file again."))
    for path, kind, count, line in rows:
        name = next((one.name for one in sources.values() if sql.text(path) in one.scan), path)
        what, remedy = kinds.get(kind, other)
        example = _("line {line:,}").format(line=line)
        tables = [table for table, part in result.plan.tables.items() if name in part.files]
        if tables:
            table = "order_lines" if "order_lines" in tables else tables[0]
            of = result.rows[table] + count
            result.faults.append(Fault(table, name, what, int(count), of, example, remedy))


def _swallowed(result: Look, sources: dict[str, Source]) -> None:
    """Tell of lines that stand inside a cell, because a quotation mark above does not close."""
    for table, part in result.plan.tables.items():
        for name in part.files:
            lines, start = sources[name].swallowed
            if not lines or any(one.column == name and one.rows == lines for one in result.faults):
                continue
            what = _("lines inside a cell, because a quotation mark above does not close")
            remedy = _("They are not read: take the mark out, or write it twice, and run again.")
            example = _("below {text!r}").format(text=start)
            of = result.rows.get(table, 0) + lines
            result.faults.insert(0, Fault(table, name, what, lines, of, example, remedy))


def _rejected(connection: Any) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    ).fetchall()[0]
    return bool(found[0])


def _measure(result: Look, relations: dict[str, Any]) -> None:
    """Compute every measure that the tables allow, over the whole time."""
    shop = Shop(relations)
    shop.tables.looked_at = True  # keys, gaps and totals have just been looked for
    columns = {name: part.columns for name, part in result.plan.tables.items()}
    big = sum(result.kept.values()) > LONG
    for one in abilities(columns):
        if one.kind != "measure" or one.lacks or (big and one.id not in kpi.MEASURES):
            continue
        try:
            rows = kpi.measure(one.id, shop).fetchall()
        except CourseError as error:
            result.notes.append(f"{one.title}: {error}")
            continue
        except need("duckdb", one.title).Error:
            too_large = _("a number in it is too large to be added up; correct it in your file")
            result.notes.append(f"{one.title}: {too_large}")
            continue
        if rows and rows[0][0] is not None:
            result.values[one.id] = float(rows[0][0])


def _goods_back(relations: dict[str, Any], connection: Any) -> list[str]:
    """Tell of orders that hold nothing but goods that came back: they count as orders."""
    lines = relations.get("order_lines")
    if lines is None or not {"order_id", "quantity"} <= set(lines.columns):
        return []
    ((lowest,),) = lines.aggregate("min(quantity)").fetchall()
    if lowest is None or lowest >= 0:
        return []
    ((back, of),) = connection.sql(
        "SELECT count(*) FILTER (most < 0), count(*) FROM "
        "(SELECT max(quantity) AS most FROM lines GROUP BY order_id)"
    ).fetchall()
    sentence = _n(
        "{n:,} of {of:,} orders holds nothing but goods that came back (negative quantities). It "
        "counts as an order, in the order value too; the sales are after it.",
        "{n:,} of {of:,} orders hold nothing but goods that came back (negative quantities). They "
        "count as orders, in the order value too; the sales are after them.",
        back,
    )
    return [sentence.format(n=back, of=of)] if back else []


def _write(result: Look) -> None:
    from ecokit.own import template
    from ecokit.own.pages import html, reason, text

    template.lay(result.out)
    (result.out / "report.html").write_text(html(result), "utf-8")
    (result.out / "report.txt").write_text(text(result), "utf-8")
    with (result.out / "left_out.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["table", "rows", "reason", "example", "yuan"])
        writer.writerows(
            [one.table, one.rows, reason(one.reason), one.example, one.yuan] for one in result.left
        )
