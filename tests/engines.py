"""One pandas table in every engine of this machine, and the rows of any engine's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa

Move = Callable[[pd.DataFrame], Any]


def pandas(table: pd.DataFrame) -> pd.DataFrame:
    return table


def polars(table: pd.DataFrame) -> pl.DataFrame:
    return pl.from_pandas(table)


def polars_lazy(table: pd.DataFrame) -> pl.LazyFrame:
    return polars(table).lazy()


def pyarrow(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False)


def through_arrow(table: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.from_arrow(pyarrow(table))


MOVES: dict[str, Move] = {
    "pandas": pandas,
    "polars": polars,
    "polars-lazy": polars_lazy,
    "duckdb": through_arrow,
    "pyarrow": pyarrow,
}
"""How a pandas table comes to each engine."""

PROMISED = ("pandas", "polars", "polars-lazy", "duckdb")
"""What every topic answers; a test of PyArrow or PySpark asks for it by name."""

EAGER = ("pandas", "polars", "duckdb")
"""One engine of each family, for tests on whole shops."""


def moved(move: Move, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return tables by name, each moved to one engine."""
    return {name: move(table) for name, table in tables.items()}


def rows(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Return the rows of any engine's table, with None for what is not there."""
    frame = nw.from_native(table)
    frame = frame.select(*columns) if columns else frame
    return [
        tuple(None if value is None or value != value else value for value in row)
        for row in frame.lazy().collect(backend="polars").rows()
    ]
