"""Reading tables from files: the bundled ones fast, other people's with care."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _, _n, short, some
from ecokit.shop.opened import COLUMNS, LINE, blocks, check_file
from ecokit.shop.schema import Table, schemas

ENDINGS = (".csv", ".csv.gz", ".parquet")
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods")
SEPARATORS = (",", ";", "\t")
MOST = 2 << 30  # bytes that are read into memory
ROWS = 10_000_000  # of a table in memory


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """Read a bundled CSV file with the dtypes of its schema; it is known to be right."""
    times = [field.name for field in table if field.type in ("date", "datetime")]
    dtypes = {field.name: field.dtype for field in table if field.name not in times}
    frame = pd.read_csv(
        path, dtype=dtypes, parse_dates=times, keep_default_na=False, na_values=[""]
    )
    return frame.astype(dict.fromkeys(times, "datetime64[us]"))


def as_pandas(name: str, table: Any) -> pd.DataFrame:
    """Return a table of any kind as a pandas DataFrame; CourseError when it is none."""
    import narwhals.stable.v2 as nw

    if isinstance(table, pd.DataFrame):
        return table
    try:
        frame: Any = nw.from_native(table)
    except TypeError:
        sentence = _("Table {table}: this is a {kind}. Give a data frame, or use from_folder.")
        raise CourseError(sentence.format(table=name, kind=type(table).__name__)) from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    return _of_arrow(frame.to_arrow())


def _of_arrow(table: Any) -> pd.DataFrame:
    """Return a table of Arrow as pandas; whole numbers with a gap are no floats, as ids change."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_whole)
    return frame


def _whole(kind: Any) -> Any:
    """Return the type of pandas for whole numbers of Arrow; None for others.

    >>> import pyarrow as pa
    >>> _whole(pa.int32()), _whole(pa.float64())
    (Int64Dtype(), None)
    """
    import pyarrow.types as types

    if not types.is_integer(kind):
        return None
    return pd.UInt64Dtype() if types.is_uint64(kind) else pd.Int64Dtype()


def read_folder(path: Any, files: Mapping[str, str] | None = None) -> dict[str, pd.DataFrame]:
    """Read every file of a folder that is named after a table of the shop, or for one in `files`.

    A file that serves as several tables is read once, and is the same object.

    Raises
    ------
    CourseError
        When the folder is not there, holds none of the tables, or a file cannot be read.
    """
    if not isinstance(path, (str, Path)):
        sentence = _("Give the folder as text, such as 'exports'; this is a {kind}.")
        raise CourseError(sentence.format(kind=type(path).__name__))
    folder = Path(path)
    if not folder.is_dir():
        raise CourseError(_("There is no folder {folder}. Check the path.").format(folder=folder))
    there = sorted(folder.iterdir())
    found = {name: _file_of(there, name) for name in schemas()}
    found |= {name: _named(folder, name, file) for name, file in (files or {}).items()}
    read = {path: _read_any(path) for path in dict.fromkeys(found.values()) if path is not None}
    tables = {name: read[path] for name, path in found.items() if path is not None}
    if not tables:
        sentence = _(
            "The folder {folder} holds no table of a shop. It has: {there}. Name the files after "
            "the tables, for example orders.csv, orders.csv.gz or orders.parquet; or run: ecokit "
            "own {folder}"
        )
        names = some((path.name for path in there), 5)
        raise CourseError(sentence.format(folder=folder, there=names or _("nothing")))
    return tables


def _named(folder: Path, table: str, file: str) -> Path:
    """Return the file that the caller names for a table."""
    if table not in schemas():
        raise CourseError(_("There is no table {name!r} in a shop.").format(name=table))
    path = folder / str(file)
    if not path.exists():
        sentence = _("The folder {folder} has no file {file}, which is named for {table}.")
        raise CourseError(sentence.format(folder=folder, file=file, table=table))
    return path


def _file_of(paths: list[Path], table: str) -> Path | None:
    names = [f"{table}{ending}" for ending in ENDINGS]
    there = [path for path in paths if path.name.lower() in names]
    if len(there) > 1:
        sentence = _("Both {first} and {second} are there. Keep one of them.")
        raise CourseError(sentence.format(first=there[0].name, second=there[1].name))
    names = [f"{table}{ending}" for ending in SPREADSHEETS]
    for path in paths:
        if not there and path.name.lower() in names:
            sentence = _("{file} is a spreadsheet. Save the table in it as 'CSV UTF-8': {csv}.")
            raise CourseError(sentence.format(file=path.name, csv=f"{table}.csv"))
    return there[0] if there else None


def _read_any(path: Path) -> pd.DataFrame:
    check_file(path)
    if path.suffix.lower() != ".parquet":
        return _read_csv(path)
    try:
        frame = read_parquet(path, dtype_backend="numpy_nullable")  # an id with a gap stays whole
        return frame.astype(dict.fromkeys(frame.select_dtypes("Float64"), "float64"))
    except ImportError:
        sentence = _("{file} is Parquet, which needs the package pyarrow: pip install pyarrow.")
        raise CourseError(sentence.format(file=path.name)) from None


def read_parquet(path: Path, **options: Any) -> pd.DataFrame:
    """Return a file of Parquet that fits into memory."""
    try:
        _check_parquet(path)
        return pd.read_parquet(path, **options)
    except MemoryError:
        raise _too_large(path) from None
    except PermissionError as error:
        raise _unreadable(path, error) from None
    except CourseError:
        raise
    except (OSError, ValueError):
        sentence = _("{file} cannot be read as Parquet. Export it again, or export CSV.")
        raise CourseError(sentence.format(file=path.name)) from None


def _check_parquet(path: Path) -> None:
    """Refuse a file whose first rows, as often as it has rows, do not fit into memory."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        first = next(file.iter_batches(batch_size=64), None)
    if first is None or not first.num_rows:
        return
    words = [one.dictionary_decode() if hasattr(one, "dictionary") else one for one in first]
    if rows > ROWS or sum(one.nbytes for one in words) / first.num_rows * rows > MOST:
        raise _too_large(path)


def _too_large(path: Path) -> CourseError:
    sentence = _("{file} does not fit into memory. Run: ecokit own {folder}")
    return CourseError(sentence.format(file=path.name, folder=path.parent))


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file as text: UTF-8, GBK or UTF-16, with commas, semicolons or tabs."""
    text = _decoded(path).lstrip()
    if not text:
        raise CourseError(_("{file} is empty. Export it again.").format(file=path.name))
    if text.startswith("sep="):  # which spreadsheets write above the table
        text = text.partition("\n")[2]
    line, _end, rest = text.partition("\n")
    line = line.partition("\r")[0]
    if len(line) > LINE:
        sentence = _(
            "{file}: the first line has {n:,} signs. It must hold the names of the columns, and "
            "end where they end."
        )
        raise CourseError(sentence.format(file=path.name, n=len(line)))
    headers = {mark: next(csv.reader([line], delimiter=mark)) for mark in SEPARATORS}
    separator = max(SEPARATORS, key=lambda mark: len(headers[mark]))
    header = [name for name in headers[separator] if name.strip()]
    if len(header) > COLUMNS:
        sentence = _("{file} has {n:,} columns. A table of a shop has far fewer: export it again.")
        raise CourseError(sentence.format(file=path.name, n=len(header)))
    if 2 * len(header) < len(headers[separator]):
        sentence = _(
            "{file}: most columns have no name in the first line. Delete the lines above it."
        )
        raise CourseError(sentence.format(file=path.name))
    double = next((name for name, n in Counter(header).items() if n > 1), None)
    if double is not None:
        sentence = _("{file}: the column {column!r} is there twice. Rename one of them.")
        raise CourseError(sentence.format(file=path.name, column=short(double)))
    if rest[: rest.find("\n")].count(separator) > 2 * COLUMNS:  # each would be a level of an index
        raise _irregular(path, _("rows hold more values than the first line has names"))
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,  # a row keeps its number
        )
    except pd.errors.ParserError as error:
        raise _irregular(
            path, str(error).removeprefix("Error tokenizing data. C error: ")
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise _irregular(path, _("rows hold more values than the first line has names"))
    nameless = [
        name for name in frame if str(name).startswith("Unnamed: ") and frame[name].isna().all()
    ]
    return frame.drop(columns=nameless)


def _irregular(path: Path, reason: str) -> CourseError:
    sentence = _(
        "{file} is not regular CSV ({reason}). The first line must hold the names of the columns; "
        "put text that holds commas in quotation marks."
    )
    return CourseError(sentence.format(file=path.name, reason=reason.strip()))


def _unreadable(path: Path, error: OSError) -> CourseError:
    sentence = _("{file} cannot be read ({reason}). Check that it is a file that you may open.")
    return CourseError(sentence.format(file=path.name, reason=error.strerror))


def _decoded(path: Path) -> str:
    data = _bytes(path)
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8-sig":
                _check_lines(path, data)
            continue
        if encoding != "gb18030" or _is_chinese(text):
            return text
    sentence = _("{file} is neither UTF-8 nor GBK. Save it as 'CSV UTF-8'.")
    raise CourseError(sentence.format(file=path.name))


def _bytes(path: Path) -> bytes:
    zipped = path.suffix.lower() == ".gz"
    held = bytearray()
    try:
        for block in blocks(path, zipped=zipped):
            held += block
            if len(held) > MOST:
                raise _too_large(path)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CourseError(_("{file} is not a whole gzip file.").format(file=path.name)) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    return bytes(held)


def _check_lines(path: Path, data: bytes) -> None:
    """Refuse a file of UTF-8 with lines of something else; name the first of them."""
    lines = [(n, line) for n, line in enumerate(data.split(b"\n")) if not line.isascii()]
    odd = [(n, line) for n, line in lines if line.decode("utf-8", "ignore").encode() != line]
    if odd and 2 * len(odd) < len(lines):
        sentence = _n(
            "{file} is UTF-8, but {n:,} line is not, perhaps GBK: row {row:,} below the header "
            "({example}). Correct it, or save the file as 'CSV UTF-8'.",
            "{file} is UTF-8, but {n:,} lines are not, perhaps GBK: the first is row {row:,} below "
            "the header ({example}). Correct them, or save the file as 'CSV UTF-8'.",
            len(odd),
        )
        row, line = odd[0]
        example = short(line[:400].decode("gb18030", "replace"))
        raise CourseError(sentence.format(file=path.name, n=len(odd), row=row, example=example))


def _is_chinese(text: str) -> bool:
    """Tell GBK from other encodings: most of its characters are among the common ones, GB 2312."""
    foreign = [letter for letter in set(text) if not letter.isascii()]
    common = "".join(foreign).encode("gb2312", "ignore").decode("gb2312")
    return 2 * len(common) > len(foreign)
