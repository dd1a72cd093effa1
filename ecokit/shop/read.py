"""Reading tables from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ecokit.shop.schema import Table

if TYPE_CHECKING:
    import pandas as pd


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """Read a bundled CSV file with the dtypes of its schema; it is known to be right."""
    import pandas as pd

    times = [field.name for field in table if field.type in ("date", "datetime")]
    dtypes = {field.name: field.dtype for field in table if field.name not in times}
    frame = pd.read_csv(
        path, dtype=dtypes, parse_dates=times, keep_default_na=False, na_values=[""]
    )
    return frame.astype({name: "datetime64[us]" for name in times})
