"""What the simulator starts from, as tables: read one with `read`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``<name>.csv`` as dictionaries of text.

    Examples
    --------
    >>> read("channels")[0]["name"]
    'Direct'
    """
    path = Path(__file__).with_name(f"{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def truth() -> dict[str, float]:
    """Return the true effects by name.

    Examples
    --------
    >>> truth()["stockout_substitution"]
    0.45
    """
    return {row["effect"]: float(row["value"]) for row in read("effects")}
