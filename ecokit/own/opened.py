"""The shop of a folder that ``ecokit own`` has made."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.own.build import connected
from ecokit.own.extra import need
from ecokit.shop.schema import schemas
from ecokit.shop.tables import Shop


def load(folder: str | Path) -> Shop:
    """Return the shop of a folder that ``ecokit own`` has made.

    Parameters
    ----------
    folder : str or Path
        What ``--out`` named.

    Returns
    -------
    Shop
        Its tables, as they were kept; ``shop.left_out`` holds what was left out.

    Raises
    ------
    CourseError
        There is no such folder, or it holds no tables.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> load("no-such-folder")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: no-such-folder holds no tables. Run first: ecokit own ...
    """
    tables = Path(folder) / "tables"
    there = {path.stem: path for path in sorted(tables.glob("*.*"))}
    known = {name: partial(_read, path) for name, path in there.items() if name in schemas()}
    if not known:
        sentence = _("{folder} holds no tables. Run first: ecokit own YOUR-FOLDER --out {folder}")
        raise CourseError(sentence.format(folder=folder))
    shop = Shop(known)
    left = Path(folder) / "left_out.csv"
    if left.is_file():
        object.__setattr__(shop, "left_out", pd.read_csv(left))
    return shop


def _read(path: Path) -> pd.DataFrame:
    need("pyarrow", _("Reading the tables"))
    if path.suffix == ".sql":  # a file of yours that needs no change, read where it is
        with TemporaryDirectory() as work:
            frame: pd.DataFrame = connected(Path(work)).sql(path.read_text("utf-8")).df()
    else:
        frame = pd.read_parquet(path)
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


def _whole(column: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(column) and not (column.dropna() % 1).any()
