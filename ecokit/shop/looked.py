"""The shop of a folder that ``ecokit own`` has made."""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.faults import LEFT_OUT
from ecokit.shop.opened import check_file
from ecokit.shop.read import read_parquet
from ecokit.shop.schema import schemas

if TYPE_CHECKING:
    from ecokit.shop.tables import Shop

MAPPING = "mapping.yaml"
ENDINGS = (".parquet", ".sql")
FILE = re.compile(r"read_parquet\('((?:[^']|'')*)'")
LONGEST = 1 << 20  # bytes of what is written beside the tables


def is_looked(folder: Path) -> bool:
    """Say whether ``ecokit own`` has made a folder.

    Examples
    --------
    >>> is_looked(Path("no-such-folder"))
    False
    """
    return (folder / MAPPING).is_file() and (folder / "tables").is_dir()


def read_looked(folder: Path) -> Shop:
    """Return the shop of a folder that ``ecokit own`` has made; its tables were checked then.

    Raises
    ------
    CourseError
        It holds no tables.

    Examples
    --------
    >>> read_looked(Path("no-such-folder"))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: no-such-folder holds no tables. Run first: ecokit own ...
    """
    from ecokit.shop.tables import Shop

    paths = [path for ending in ENDINGS for path in sorted((folder / "tables").glob(f"*{ending}"))]
    there = {path.stem: path for path in paths}
    known = {name: partial(_read, path) for name, path in there.items() if name in schemas()}
    if not known:
        sentence = _("{folder} holds no tables. Run first: ecokit own YOUR-FOLDER --out {folder}")
        raise CourseError(sentence.format(folder=folder))
    shop = Shop(known)
    left = folder / "left_out.csv"
    if left.is_file():
        shop.left_out = _left_out(left)
    return shop


def _left_out(path: Path) -> pd.DataFrame:
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST)
        if data.startswith(",".join(LEFT_OUT).encode()):
            return pd.read_csv(io.BytesIO(data))
    except (ValueError, OSError):
        pass
    sentence = _("{path} is not what was written there. Run 'ecokit own' again.")
    raise CourseError(sentence.format(path=path))


def _read(path: Path) -> pd.DataFrame:
    check_file(path)
    try:
        frame = _in_place(path) if path.suffix == ".sql" else read_parquet(path)
    except ImportError as error:
        sentence = _(
            "Reading the tables needs the package {package}. Install it with: pip install duckdb "
            "pyarrow"
        )
        raise CourseError(sentence.format(package=error.name or "pyarrow")) from None
    schema = schemas()[path.stem]
    for field in schema:
        if field.name not in frame.columns:
            continue
        column = frame[field.name]
        if field.type in ("date", "datetime"):
            frame[field.name] = column.astype("datetime64[us]")
        elif field.type == "integer" and _whole(column):
            frame[field.name] = column.astype("Int64" if column.hasnans else "int64")
    return frame


def _in_place(path: Path) -> pd.DataFrame:
    """Return a table whose file needs no change, read where it is.

    Nothing else is done than to read the files that it names: who gets a folder from somebody
    else gets its tables, and no programme.
    """
    import duckdb

    try:
        query = path.read_bytes()[:LONGEST].decode("utf-8")
        files = [found.replace("''", "'") for found in FILE.findall(query)]
        with duckdb.connect() as connection:
            kinds = [one.type for one in connection.extract_statements(query)]
            if files and kinds == [duckdb.StatementType.SELECT]:
                connection.execute("SET allowed_paths = $files", {"files": files})
                connection.execute("SET enable_external_access = false")
                return connection.sql(query).df()
    except (duckdb.Error, ValueError):
        pass
    sentence = _(
        "The file of the table {table} is no longer where it was, or has changed. Run "
        "'ecokit own' again."
    )
    raise CourseError(sentence.format(table=path.stem))


def _whole(column: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(column) and not (column.dropna() % 1).any()
