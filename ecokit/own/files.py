"""What a folder holds: each file with its columns, or the sentence why it cannot be read.

A file is never changed. What DuckDB reads as it is (UTF-8 text, also gzipped, and Parquet) stays
where it is; another encoding, a spreadsheet or a page is copied as UTF-8 text into a folder of
this run.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _, _n, short, some
from ecokit.own import sheets, sql
from ecokit.own.extra import need
from ecokit.shop.opened import COLUMNS, blocks, check_file, check_unpacked

SEPARATORS = (",", "\t", ";", "|")
TEXTS = (".csv", ".tsv", ".txt")
BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
LAST_ROW = 1_048_576
HEAD = 1 << 18  # bytes that a first look takes
BUFFER = 8 << 20  # bytes: a smaller file is read with memory of its own size
LONGEST = 64 << 20  # bytes of one line, a text of many pages included
CHINESE = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")  # with its signs and blanks
LONGEST_PAGE = 8 << 20  # bytes of a web page with a table in it
LONGEST_ROW = 128 << 10  # bytes of text in a row of Parquet: thousands of rows are held at once
TABLES = 200  # of a page
MEMORY = 2 << 30  # bytes that reading a spreadsheet may take
LARGEST = 4 << 30  # bytes of a sheet as text
PATIENCE = 600  # seconds for a spreadsheet
LINES_ABOVE = 20  # lines that may stand above the names of the columns


@dataclass(frozen=True)
class Source:
    """One table of a file, ready to be read.

    Parameters
    ----------
    name : str
        Its path inside the folder; of a sheet of several, with ``#`` and the sheet.
    columns : tuple of str
        The names of its columns, each once.
    scan : str
        What DuckDB reads it from, as SQL.
    types : mapping of column to type
        Of Parquet, the types that are there already.
    notes : tuple of str
        What a reader should know, such as a broken character.
    swallowed : tuple of int and str
        How many lines stand in a cell of many lines that holds whole rows, and its beginning.
    """

    name: str
    columns: tuple[str, ...]
    scan: str
    types: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    swallowed: tuple[int, str] = (0, "")


@dataclass(frozen=True)
class Refused:
    """A file that holds no table, and why."""

    name: str
    why: str


def found(folder: Path) -> list[Path]:
    """Return the files of a folder and of the folders in it, in order, hidden ones left out."""
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
    return [
        path
        for path in paths
        if not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]


def read(path: Path, name: str, work: Path, connection: Any) -> list[Source | Refused]:
    """Return what a file holds: one table, several sheets, or why it holds none."""
    shown = name.encode("utf-8", "replace").decode()
    if shown != name:
        return [Refused(shown, _("Its name is not UTF-8. Give it another name."))]
    try:
        return list(_read(path, name, work, connection))
    except CourseError as error:
        return [Refused(name, str(error))]
    except OSError as error:
        why = _("It cannot be opened ({reason}). Close it in other programs, or copy it.")
        return [Refused(name, why.format(reason=error.strerror or type(error).__name__))]


def _read(path: Path, name: str, work: Path, connection: Any) -> Iterator[Source | Refused]:
    check_file(path)
    with path.open("rb") as stream:
        start = stream.read(8)
    ending = path.suffix.lower()
    if start.startswith(b"PAR1"):
        yield _parquet(path, name, connection)
    elif start.startswith(b"%PDF"):
        raise CourseError(_("It is a PDF. Export the table as CSV or .xlsx."))
    elif start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        yield from _book(path, name, work)
    elif start.startswith(b"\x1f\x8b") or ending in TEXTS or ending in BOOKS:
        yield from _text(path, name, work, connection, zipped=start.startswith(b"\x1f\x8b"))
    else:
        kinds = ", ".join((*TEXTS, ".csv.gz", ".parquet", *BOOKS))
        raise CourseError(_("It is none of: {kinds}.").format(kinds=kinds))


def _parquet(path: Path, name: str, connection: Any) -> Source:
    duckdb = need("duckdb", _("Reading your own tables"))
    scan = f"read_parquet({sql.text(path.as_posix())})"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        connection.execute(f"SELECT * FROM {scan} LIMIT 100").fetchmany(1)
        texts = [column for column, kind, *_rest in rows if kind == "VARCHAR"]
        _refuse_long_rows(scan, texts, connection)
    except duckdb.Error:
        raise CourseError(_("It is damaged Parquet. Export it again.")) from None
    types = {column: _narrow(scan, column, kind, connection) for column, kind, *_rest in rows}
    return Source(name, tuple(types), scan, types)


def _refuse_long_rows(scan: str, texts: Sequence[str], connection: Any) -> None:
    """Refuse what holds pages of text in each of its first rows: of the next many are read at once.

    A text that is the same in all rows takes no room in the file.
    """
    sizes = " + ".join(f"coalesce(strlen({sql.quoted(name)}), 0)" for name in texts) or "0"
    first = f"(SELECT * FROM {scan} LIMIT 100)"
    ((mean,),) = connection.execute(f"SELECT avg({sizes}) FROM {first}").fetchall()
    if (mean or 0) > LONGEST_ROW:
        sentence = _("Its rows hold {n:,.0f} bytes of text each. Export it without the long texts.")
        raise CourseError(sentence.format(n=mean))


def _narrow(scan: str, column: str, kind: str, connection: Any) -> str:
    """Return the type that the values of a column need: a hash is seldom as long as its type.

    The file itself knows its highest value, so that nothing is read.
    """
    if kind != "UBIGINT":
        return kind
    ((most,),) = connection.execute(f"SELECT max({sql.quoted(column)}) FROM {scan}").fetchall()
    return kind if most is not None and most >= 1 << 63 else "BIGINT"


# --- text ------------------------------------------------------------------------------------


def _text(
    path: Path, name: str, work: Path, connection: Any, *, zipped: bool
) -> Iterator[Source | Refused]:
    head = _head(path, zipped=zipped)
    if b"<table" in head[:HEAD].lower() or head.lstrip()[:5].lower() in (b"<html", b"<!doc"):
        yield from _page(path, name, work, zipped=zipped)
        return
    if len(head) == HEAD and b"\n" not in head and b"\r" not in head:
        sentence = _("Its first line has more than {n:,} bytes. Export the table again.")
        raise CourseError(sentence.format(n=HEAD))
    seen = survey(path, zipped=zipped)
    notes = []
    if seen.encoding != "utf-8" or seen.damaged or seen.mixed:
        copy = work / f"{len(list(work.iterdir()))}.csv"
        broken = _transcode(path, copy, seen, zipped=zipped)
        if broken:
            note = _n(
                "{n} character is damaged in this file, in line {line:,}; it is read as \ufffd.",
                "{n} characters are damaged in this file, the first in line {line:,}; they are "
                "read as \ufffd.",
                broken,
            )
            notes.append(note.format(n=broken, line=seen.line))
        path, zipped = copy, False
        head = _head(copy, zipped=False)
    source = _csv(path, name, head.decode("utf-8-sig", "replace"), notes, zipped=zipped)
    if seen.quoted and len(head) == HEAD:
        source = _checked(source, connection)
    if "parallel=false" in source.scan:
        source = replace(source, swallowed=_swallowed(path, source, zipped=zipped))
    yield source


def _swallowed(path: Path, source: Source, *, zipped: bool) -> tuple[int, str]:
    """Return how many lines stand inside cells that hold whole rows, and where the first begins."""
    mark = source.scan.partition("delim='")[2][:1]
    opened: Any = gzip.open if zipped else open
    lines, start = 0, ""
    csv.field_size_limit(1 << 31)
    with opened(path, "rt", encoding="utf-8", errors="replace", newline="") as stream:
        for row in csv.reader(stream, delimiter=mark):
            for cell in row:
                ends = cell.rstrip().count("\n")
                if ends and cell.count(mark) >= 0.7 * (len(source.columns) - 1) * ends:
                    lines, start = lines + ends, start or cell.partition("\n")[0][:60]
    return lines, start


def _checked(source: Source, connection: Any) -> Source:
    """Return a source of a long text as it is read, where a cell far below holds several lines."""
    duckdb = need("duckdb", _("Reading your own tables"))
    try:
        connection.execute(f"SELECT count(*) FROM {source.scan}").fetchall()
    except duckdb.Error:
        return replace(source, scan=source.scan.replace(", columns=", ", parallel=false, columns="))
    return source


def _head(path: Path, *, zipped: bool) -> bytes:
    try:
        with (gzip.open if zipped else open)(path, "rb") as stream:
            return bytes(stream.read(HEAD))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CourseError(_("It is not a whole gzip file. Copy or export it again.")) from None


@dataclass(frozen=True)
class Seen:
    """What a text is, from one pass over all of it.

    Parameters
    ----------
    encoding : str
        What its bytes are read as.
    damaged : bool
        Whether some of them are none of it.
    mixed : bool
        Whether its lines end in more than one way.
    quoted : bool
        Whether a quotation mark stands in it, so that a cell may hold the end of a line.
    line : int
        The first line that is no UTF-8.
    """

    encoding: str
    damaged: bool = False
    mixed: bool = False
    quoted: bool = False
    line: int = 0


def survey(path: Path, *, zipped: bool) -> Seen:
    """Look at every byte of a text: what it is written in may show on its last line only."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    wrong = b""  # blocks that are not UTF-8
    ends = {b"\r\n": 0, b"\n": 0, b"\r": 0}
    quoted, last, line = False, b"", 0
    for block in _blocks(path, zipped=zipped):
        if not last:
            if block.startswith((b"\xff\xfe", b"\xfe\xff")):
                return Seen("utf-16")
            if b"\0" in block:
                raise CourseError(_("It holds no text. Export the table as CSV or .xlsx."))
        above = ends[b"\n"]
        ends[b"\n"] += block.count(b"\n")
        if b"\r" in block or last == b"\r":
            ends[b"\r"] += block.count(b"\r")
            ends[b"\r\n"] += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
        quoted = quoted or b'"' in block
        last = block[-1:]
        if block.isascii() and not decoder.getstate()[0]:
            continue
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            decoder.reset()
            line = line or above + error.object.count(b"\n", 0, error.start) + 1
            wrong += block if len(wrong) < HEAD else b""
    if decoder.getstate()[0]:  # it ends within a sign; what stands before tells of which letters
        wrong = wrong or block
    both, feeds, back = ends.values()
    mixed = bool(feeds and back) and not both == feeds == back
    encoding = _of_bytes(wrong) if wrong else "utf-8"
    damaged = bool(wrong) and encoding == "utf-8"
    return Seen(encoding, damaged=damaged, mixed=mixed, quoted=quoted, line=line or feeds + 1)


def _blocks(path: Path, *, zipped: bool) -> Iterator[bytes]:
    try:
        yield from blocks(path, zipped=zipped)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CourseError(_("It is not a whole gzip file. Copy or export it again.")) from None


def _of_bytes(some: bytes) -> str:
    """Return what bytes that are not all UTF-8 are read as."""
    letters = [one for one in some.decode("utf-8", "replace") if not one.isascii()]
    if 4 * letters.count("\ufffd") < len(letters):
        return "utf-8"
    text = some.decode("gb18030", "replace")
    chinese = sum(bool(CHINESE.match(letter)) for letter in text)
    foreign = sum(not letter.isascii() for letter in text)
    return "gb18030" if 2 * chinese > foreign else "cp1252"


def _transcode(path: Path, copy: Path, seen: Seen, *, zipped: bool) -> int:
    """Write a text as UTF-8 with one kind of line ends; return how many characters are damaged."""
    broken = 0
    opened: Any = gzip.open if zipped else open
    with opened(path, "rb") as stream, copy.open("w", encoding="utf-8", newline="") as out:
        reader = codecs.getreader(seen.encoding)(stream, "replace")
        held = ""
        while block := reader.read(1 << 20):
            broken += block.count("\ufffd")
            block = (held + block).replace("\r\n", "\n")
            held = "\r" if block.endswith("\r") else ""
            out.write(block.removesuffix("\r").replace("\r", " " if seen.mixed else "\n"))
        if getattr(reader, "bytebuffer", b""):  # it ends within a sign; some readers tell so
            broken += 1
            out.write("\ufffd")
    return broken


def _csv(path: Path, name: str, head: str, notes: list[str], *, zipped: bool = False) -> Source:
    if not head.strip():
        raise CourseError(_("It is empty. Export it again."))
    skipped = 0
    if head.lower().startswith("sep="):
        skipped, head = 1, head.partition("\n")[2]
    separator = _separator(head)
    lines, above = _names(head, separator)
    if above:
        note = _n(
            "{n} line above the names of the columns is left out.",
            "{n} lines above the names of the columns are left out.",
            above,
        )
        notes.append(note.format(n=above))
    if len(lines.names) > COLUMNS:
        sentence = _("It has {n:,} columns. A table of a shop has far fewer: export it again.")
        raise CourseError(sentence.format(n=len(lines.names)))
    columns = named(lines.names, notes)
    options = {
        "header": "false",
        "auto_detect": "false",
        "skip": str(skipped + lines.number),
        "delim": sql.text(separator),
        "quote": "'\"'",
        "escape": "'\"'",
        "null_padding": "true",
        "ignore_errors": "true",
        "store_rejects": "true",
        "columns": "{" + ", ".join(f"{sql.text(one)}: 'VARCHAR'" for one in columns) + "}",
    }
    if zipped:  # whatever its name ends in
        options["compression"] = "'gzip'"
    elif path.stat().st_size < BUFFER:  # many small files take little memory
        options["buffer_size"] = options["max_line_size"] = str(path.stat().st_size + 4096)
    if _broken_lines(head, separator):
        options["parallel"] = "false"
    words = ", ".join(f"{key}={value}" for key, value in options.items())
    scan = f"read_csv({sql.text(path.as_posix())}, {words})"
    return Source(name, columns, scan, notes=tuple(notes))


def _rows(head: str, separator: str) -> Iterator[list[str]]:
    """Return the first rows of a text."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        yield from reader
    except csv.Error:
        return


def _separator(head: str) -> str:
    """Return the separator that cuts most lines alike."""

    def fit(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in _first(_rows(head, mark), 200) if any(row)]
        widest = max(set(widths), key=lambda one: (one > 1, widths.count(one), one), default=1)
        return (widest > 1) * widths.count(widest), widest

    return max(SEPARATORS, key=fit)


def _broken_lines(head: str, separator: str) -> bool:
    return any("\n" in cell for row in _rows(head, separator) for cell in row)


def _first(rows: Iterable[Any], number: int) -> Iterator[Any]:
    for _number, row in zip(range(number), rows, strict=False):
        yield row


@dataclass(frozen=True)
class _Header:
    names: list[str]
    number: int


def _names(head: str, separator: str) -> tuple[_Header, int]:
    """Return the names of the columns, and how many lines with words stand above them."""
    rows = list(_first(_rows(head, separator), LINES_ABOVE + 1))
    widest = max(sum(bool(cell.strip()) for cell in row) for row in rows)
    for place, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        if 2 * filled > widest and not row[0].lstrip().startswith("#"):
            return _Header(row, place + 1), sum(any(row) for row in rows[:place])
    return _Header(rows[0], 1), 0


def named(names: Iterable[Any], notes: list[str]) -> tuple[str, ...]:
    """Return the names of columns without line breaks, each filled, each once."""
    taken: dict[str, str] = {}  # as they are compared: as they are
    again: dict[str, int] = {}
    doubled: list[str] = []
    for number, name in enumerate(names, 1):
        plain = " ".join(unicodedata.normalize("NFC", str(name or "")).split()).strip("\ufeff")
        plain = "".join(filter(str.isprintable, plain))
        plain = plain.strip("'\"").lstrip("=").strip('"') or _("column {n}").format(n=number)
        one, copies = plain, again.get(plain, 1)
        while one.casefold() in taken:
            copies += 1
            one = f"{plain} ({copies})"
        if copies > 1:
            again[plain] = copies
            doubled.append(f"{short(plain)} ({short(one)})")
        taken[one.casefold()] = one
    if doubled:
        note = _("Columns are there twice; how the second is called stands in brackets: {names}.")
        notes.append(note.format(names=some(doubled)))
    return tuple(taken.values())


# --- spreadsheets and pages ------------------------------------------------------------------


def _book(path: Path, name: str, work: Path) -> Iterator[Source | Refused]:
    """Copy each sheet of a spreadsheet as text. Formulas are never run: their last values are."""
    need("python_calamine", _("Reading a spreadsheet"))
    _check_archive(path)
    told = _told_of_sheets(path, work)
    for sheet in told:
        one = name if len(told) == 1 else f"{name}#{sheet.get('sheet', '')}"
        try:
            if "why" in sheet:
                raise CourseError(_why_no_sheet(sheet["why"]))
            yield _sheet(sheet, one)
        except CourseError as error:
            yield Refused(one, str(error))


def _check_archive(path: Path) -> None:
    """Refuse a book of sheets that unpacks to far more than its size."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # another kind of spreadsheet, or a damaged one
    check_unpacked(path.name, path.stat().st_size, size)


def _told_of_sheets(path: Path, work: Path) -> list[dict[str, Any]]:
    """Return what became of each sheet of a book, from a process that copies them as text."""
    words = [sheets.__file__, str(path), str(work), str(MEMORY), str(LARGEST)]
    command = [sys.executable, "-P", *words]  # its folder is no place to import from
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return [{"why": sheets.LARGE}]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return told if not done.returncode else [*told, {"why": sheets.LARGE}]


def _why_no_sheet(why: str) -> str:
    known = {
        sheets.PASSWORD: _("It is locked with a password. Save it without one."),
        sheets.DAMAGED: _(
            "It is no spreadsheet that can be read: damaged, locked, or another kind of file."
        ),
        sheets.LARGE: _(
            "It has more cells than fit into memory. Delete what is far from the table, or save "
            "the sheet as CSV."
        ),
    }
    return known.get(why, why)


def _sheet(told: dict[str, Any], name: str) -> Source:
    copy, number = Path(told["copy"]), told["rows"]
    notes = []
    if number + told["start"] >= LAST_ROW if number else False:
        note = _("It ends at row {last}, where a sheet of .xlsx ends. Export the rest as CSV.")
        notes.append(note.format(last=f"{LAST_ROW:,}"))
    return _csv(copy, name, _head(copy, zipped=False).decode("utf-8", "replace"), notes)


def _page(path: Path, name: str, work: Path, *, zipped: bool) -> Iterator[Source | Refused]:
    """Copy the longest table of a page, which some platforms export with the ending .xls."""
    with (gzip.open if zipped else open)(path, "rb") as stream:
        page = bytes(stream.read(LONGEST_PAGE + 1))
    if len(page) > LONGEST_PAGE:
        sentence = _("It is a web page of more than {n} MB. Export the table as CSV.")
        raise CourseError(sentence.format(n=LONGEST_PAGE >> 20))
    try:
        rows = _rows_of_page(page)
    except RecursionError:
        raise CourseError(_("It is a web page whose tables stand in one another.")) from None
    copy = work / f"{len(list(work.iterdir()))}.csv"
    sheets.write(rows, copy, LARGEST)
    notes = [_("It is a web page with a table in it, and is read as such.")]
    yield _csv(copy, name, _head(copy, zipped=False).decode("utf-8", "replace"), notes)


def _rows_of_page(page: bytes) -> list[list[str]]:
    """Return the rows of the longest table of a page."""
    from bs4 import BeautifulSoup

    tables = BeautifulSoup(page, "html.parser").find_all("table")
    if not tables:
        raise CourseError(_("It is a web page without a table. Export the table again."))
    if len(tables) > TABLES:
        raise CourseError(_("It is a web page of too many tables. Export one as CSV."))
    table = max(tables, key=lambda one: len(one.find_all("tr")))
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])]
        for row in table.find_all("tr")
    ]
