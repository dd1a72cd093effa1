"""Writing a simulated company of any size as Parquet, block by block (needs pyarrow)."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.schema import Field, schema
from ecokit.shop.simulator.arrays import NOTHING, Coded, Column, Columns
from ecokit.shop.simulator.frames import moments

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_IN_MEMORY = 1_000_000  # rows of a table that wait until they are written as one group


class ParquetFolder:
    """Append blocks to one Parquet file per table."""

    def __init__(self, folder: Path, first_day: np.datetime64) -> None:
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            sentence = _("Writing Parquet needs the package pyarrow: pip install pyarrow.")
            raise CourseError(sentence) from None
        folder.mkdir(parents=True, exist_ok=True)
        self._parquet, self._folder, self._first_day = parquet, folder, first_day
        self._writers: dict[str, parquet.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}

    def frame(self, table: str, frame: pd.DataFrame) -> None:
        """Write a whole small table."""
        import pyarrow as pa

        arrays = [pa.array(frame[f.name], _type(f), from_pandas=True) for f in schema(table)]
        self._add(table, pa.table(arrays, names=schema(table).names))

    def columns(self, table: str, columns: Columns) -> None:
        """Append a block of the simulator to a table."""
        import pyarrow as pa

        arrays = [_array(f, columns[f.name], self._first_day) for f in schema(table)]
        self._add(table, pa.table(arrays, names=schema(table).names))

    def _add(self, table: str, rows: pa.Table) -> None:
        waiting = self._waiting.setdefault(table, [])
        waiting.append(rows)
        if sum(part.num_rows for part in waiting) >= ROWS_IN_MEMORY:
            self._flush(table)

    def _flush(self, table: str) -> None:
        import pyarrow as pa

        rows = pa.concat_tables(self._waiting.pop(table)).combine_chunks()
        if table not in self._writers:
            path = self._folder / f"{table}.parquet"
            self._writers[table] = self._parquet.ParquetWriter(path, rows.schema)
        self._writers[table].write_table(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for table in list(self._waiting):
            self._flush(table)
        for writer in self._writers.values():
            writer.close()


def _type(field: Field) -> pa.DataType:
    import pyarrow as pa

    return {
        "integer": pa.int64(),
        "string": pa.string(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.timestamp("us"),
        "datetime": pa.timestamp("us"),
    }[field.type]


def _array(field: Field, column: Column, first_day: np.datetime64) -> pa.Array:
    import pyarrow as pa

    if isinstance(column, Coded):
        codes = pa.array(column.codes.astype(np.int32), mask=column.codes == NOTHING)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.names, pa.string())).cast(
            pa.string()
        )
    if field.type in ("date", "datetime"):
        return pa.array(moments(field, column, first_day))
    empty = np.isnan(column) if field.type == "number" else column == NOTHING
    return pa.array(column, _type(field), mask=None if field.required else empty)
