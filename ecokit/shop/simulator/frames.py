"""From the simulator's arrays to pandas, as the schema says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit.shop.inputs import read
from ecokit.shop.schema import Field, schema
from ecokit.shop.simulator.arrays import NOTHING, Coded, Column, Columns


def to_frame(table: str, columns: Columns, first_day: np.datetime64) -> pd.DataFrame:
    """Return the columns as a DataFrame with the dtypes of the schema."""
    described = schema(table)
    return pd.DataFrame({f.name: _series(f, columns[f.name], first_day) for f in described})


def input_frame(table: str) -> pd.DataFrame:
    """Return a table that is the same for every company, from its input file."""
    frame = pd.DataFrame(read(table))[schema(table).names]
    for field in schema(table):
        text = frame[field.name].astype("str").mask(frame[field.name] == "")
        if field.type == "boolean":
            text = text.map({"true": True, "false": False})
        frame[field.name] = text.astype(field.dtype)
    return frame


def moments(field: Field, values: np.ndarray, first_day: np.datetime64) -> np.ndarray:
    """Return days or seconds since the first day as datetime64[us]; -1 is empty."""
    unit = "s" if field.type == "datetime" else "D"
    start = first_day.astype(f"datetime64[{unit}]")
    times = (start + values.astype(f"timedelta64[{unit}]")).astype("datetime64[us]")
    if not field.required:
        times[values == NOTHING] = np.datetime64("NaT", "us")
    return times


def _series(field: Field, column: Column, first_day: np.datetime64) -> pd.Series:
    if isinstance(column, Coded):
        names = np.array([*column.names, None], dtype=object)
        return pd.Series(names[column.codes], dtype="str")
    if field.type in ("date", "datetime"):
        return pd.Series(moments(field, column, first_day))
    if field.type == "boolean":
        return pd.Series(column == 1, dtype=field.dtype).mask(column == NOTHING)
    series = pd.Series(column, dtype=field.dtype)
    if field.type == "integer" and not field.required:
        return series.mask(column == NOTHING)
    return series
