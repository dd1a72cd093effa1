"""Reading tables from files: the bundled ones fast, other people's with care."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.schema import Table, schemas

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".csv.gz", ".parquet")
SEPARATORS = (",", ";", "\t")


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """Read a bundled CSV file with the dtypes of its schema; it is known to be right."""
    import pandas as pd

    times = [field.name for field in table if field.type in ("date", "datetime")]
    dtypes = {field.name: field.dtype for field in table if field.name not in times}
    frame = pd.read_csv(
        path, dtype=dtypes, parse_dates=times, keep_default_na=False, na_values=[""]
    )
    return frame.astype(dict.fromkeys(times, "datetime64[us]"))


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every file of a folder that is named after a table of the shop.

    Raises
    ------
    CourseError
        When the folder is not there, holds none of the tables, or a file cannot be read.
    """
    if not folder.is_dir():
        raise CourseError(_("There is no folder {folder}. Check the path.").format(folder=folder))
    found = {name: _file_of(folder, name) for name in schemas()}
    tables = {name: _read_any(path) for name, path in found.items() if path is not None}
    if not tables:
        sentence = _(
            "The folder {folder} holds no table of a shop. Name the files after the tables, "
            "for example orders.csv, orders.csv.gz or orders.parquet."
        )
        raise CourseError(sentence.format(folder=folder))
    return tables


def _file_of(folder: Path, table: str) -> Path | None:
    paths = [folder / f"{table}{ending}" for ending in ENDINGS]
    there = [path for path in paths if path.is_file()]
    if len(there) > 1:
        sentence = _("Both {first} and {second} are there. Keep one of them.")
        raise CourseError(sentence.format(first=there[0].name, second=there[1].name))
    return there[0] if there else None


def _read_any(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix != ".parquet":
        return _read_csv(path)
    try:
        return pd.read_parquet(path)
    except ImportError:
        sentence = _("{file} is Parquet, which needs the package pyarrow: pip install pyarrow.")
        raise CourseError(sentence.format(file=path.name)) from None
    except (OSError, ValueError):
        sentence = _("{file} cannot be read as Parquet. Export it again, or export CSV.")
        raise CourseError(sentence.format(file=path.name)) from None


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file as text: UTF-8, GBK or UTF-16, with commas, semicolons or tabs."""
    import pandas as pd

    text = _decoded(path)
    if not text.strip():
        raise CourseError(_("{file} is empty. Export it again.").format(file=path.name))
    header = text.lstrip().splitlines()[0]
    separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([header], delimiter=mark))))
    try:
        return pd.read_csv(
            io.StringIO(text), sep=separator, dtype="str", keep_default_na=False, na_values=[""]
        )
    except pd.errors.ParserError as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ")
        sentence = _(
            "{file} is not regular CSV ({reason}). Put text that holds commas in quotation marks."
        )
        raise CourseError(sentence.format(file=path.name, reason=reason.strip())) from None


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise CourseError(
                _("{file} is not a whole gzip file.").format(file=path.name)
            ) from None
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    sentence = _("{file} is neither UTF-8 nor GBK. Save it as 'CSV UTF-8'.")
    raise CourseError(sentence.format(file=path.name))
