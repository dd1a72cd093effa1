"""Tables that the functions of this topic hand to one another, such as a panel of prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import Columns
from ecokit.messages import _
from ecokit.shop.tables import Shop

TYPES = {
    "week": "date",
    "list_price": "number",
    "price": "number",
    "in_stock": "boolean",
    "own_price": "number",
    "units": "number",
    "cheapest": "boolean",
    "at_stake": "number",
    "score": "number",
    "move": "number",
}
"""Types of columns of tables that are not in the shop."""


def fetched(given: Mapping[str, Any], needed: Mapping[str, Columns]) -> list[pd.DataFrame]:
    """Return tables by the names of the arguments as pandas, checked at the door.

    A week is a day, without a time.

    Examples
    --------
    >>> panel = pd.DataFrame({"sku": ["a"], "week": pd.to_datetime(["2025-03-03 08:00"])})
    >>> fetched({"panel": panel}, {"panel": "sku week"})[0]["week"].dt.hour.tolist()
    [0]
    """
    found: list[pd.DataFrame] = frames.fetched(given, needed, types=TYPES)
    for table in found:
        if "week" in table:
            table["week"] = as_days(table["week"])
    return found


def as_days(times: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Return the days of times."""
    return times.astype("datetime64[us]").dt.normalize()


def shop_of(given: object) -> Shop:
    """Return a shop, or say how to get one.

    Examples
    --------
    >>> shop_of(None)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: shop is None. Give a shop, such as load_shop().
    """
    if not isinstance(given, Shop):
        raise numbers.refused("shop", given, _("Give a shop, such as load_shop()."))
    return given
