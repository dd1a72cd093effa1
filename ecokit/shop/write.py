"""Writing tables: CSV that is the same byte for byte wherever it is written, and Parquet."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.paths import datasets_folder
from ecokit.shop.schema import Field, package, schema, schemas
from ecokit.shop.simulator import INPUT_TABLES, block_count, in_blocks, input_table, simulate
from ecokit.shop.simulator.arrays import Columns, drawn
from ecokit.shop.simulator.frames import to_frame
from ecokit.shop.tables import Shop

COMPRESSION = 9


def write_datasets(folder: str | Path | None = None, shop: Shop | None = None) -> Path:
    """Write a shop as CSV files with its ``datapackage.json``.

    Parameters
    ----------
    folder : str or Path, optional
        Where to; the bundled ``datasets`` folder when not given.
    shop : Shop, optional
        What; the default company when not given.

    Returns
    -------
    Path
        The folder.
    """
    target = Path(folder) if folder is not None else datasets_folder()
    target.mkdir(parents=True, exist_ok=True)
    shop = simulate() if shop is None else shop
    for name in shop.tables:
        described = schemas()[name]
        text = csv_text(name, shop[name])
        (target / described.path).write_bytes(
            packed(text) if described.path.endswith(".gz") else text
        )
    description = json.dumps(package(), ensure_ascii=False, indent=1) + "\n"
    (target / "datapackage.json").write_text(description, encoding="utf-8", newline="\n")
    return target


def simulate_to(
    folder: str | Path,
    seed: int = 2025,
    days: int = 365,
    visitors_per_day: float = 27_400,
    start: str = "2025-01-01",
    format: str = "parquet",  # noqa: A002 - the word a reader looks for
    progress: bool = True,
) -> Path:
    """Simulate a company of any size into files, a block of days at a time.

    Parameters
    ----------
    folder : str or Path
        Where the files go; made when absent.
    seed, days, visitors_per_day, start
        As in `simulate`. The default is about 10 million visits.
    format : str
        ``"parquet"`` (needs pyarrow) or ``"csv"``.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    CourseError
        When an argument cannot be, or when pyarrow is missing.

    Examples
    --------
    >>> simulate_to("somewhere", format="xlsx")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The format is 'xlsx'; choose 'parquet' or 'csv'.
    """
    from tqdm.auto import tqdm

    first_day, blocks = in_blocks(seed, days, visitors_per_day, start)
    with open_writer(Path(folder), format, first_day) as writer:
        for name in INPUT_TABLES:
            writer.frame(name, input_table(name, visitors_per_day))
        for tables in tqdm(blocks, total=block_count(days), disable=not progress, unit="block"):
            for name, columns in tables.items():
                writer.columns(name, drawn(columns))
    return Path(folder)


def packed(text: bytes) -> bytes:
    """Compress without a time or a name, so that equal text gives equal bytes.

    Examples
    --------
    >>> packed(b"a") == packed(b"a")
    True
    """
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", COMPRESSION, buffer, mtime=0) as file:
        file.write(text)
    return buffer.getvalue()


def csv_text(table: str, frame: pd.DataFrame, header: bool = True) -> bytes:
    """Return a table as CSV: UTF-8, LF, empty for a missing value, two decimals for yuan."""
    described = schema(table)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if header:
        writer.writerow(described.names)
    writer.writerows(zip(*(_texts(field, frame[field.name]) for field in described), strict=True))
    return buffer.getvalue().encode("utf-8")


def _texts(field: Field, column: pd.Series) -> list[str]:
    if field.type in ("date", "datetime"):
        return _times(field, column)
    if field.type == "number":
        pattern = "{:.2f}" if field.unit == "yuan" else "{:.10g}"
        return ["" if value != value else pattern.format(value) for value in column.tolist()]
    if field.type == "boolean":
        words = {True: "true", False: "false"}
        return [words.get(value, "") for value in column.tolist()]
    filled = column.astype("object").where(column.notna(), "")
    return [str(value) for value in filled.tolist()]


def _times(field: Field, column: pd.Series) -> list[str]:
    unit = "s" if field.type == "datetime" else "D"
    values = column.to_numpy().astype(f"datetime64[{unit}]")
    return [
        "" if t == "NaT" else t.replace("T", " ") for t in np.datetime_as_string(values).tolist()
    ]


class CsvWriter:
    """Append blocks to CSV files."""

    def __init__(self, folder: Path, first_day: np.datetime64) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.first_day = folder, first_day
        self.started: set[str] = set()

    def frame(self, table: str, frame: pd.DataFrame) -> None:
        """Append a DataFrame to a table."""
        mode = "ab" if table in self.started else "wb"
        text = csv_text(table, frame, header=table not in self.started)
        path = self.folder / schema(table).path
        with path.open(mode) as file:
            file.write(packed(text) if path.suffix == ".gz" else text)
        self.started.add(table)

    def columns(self, table: str, columns: Columns) -> None:
        """Append a block of the simulator to a table."""
        self.frame(table, to_frame(table, columns, self.first_day))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def open_writer(folder: Path, format: str, first_day: np.datetime64) -> Any:  # noqa: A002
    """Return the writer of a format; CourseError for an unknown one, or for no folder."""
    if folder.exists() and not folder.is_dir():
        raise CourseError(_("{folder} is a file. Name a folder.").format(folder=folder))
    if format == "csv":
        return CsvWriter(folder, first_day)
    if format == "parquet":
        from ecokit.shop.parquet import ParquetFolder

        return ParquetFolder(folder, first_day)
    raise CourseError(
        _("The format is {format!r}; choose 'parquet' or 'csv'.").format(format=format)
    )
