"""What the tables of deliveries hold, at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, rows
from ecokit.inputs.frames import Frame
from ecokit.kpi.engine import PERIODS
from ecokit.messages import _

TYPES: Mapping[str, str] = {
    "parcel_id": "id",
    "order_id": "id",
    "carrier_id": "id",
    "city_id": "id",
    "warehouse_id": "id",
    "dispatched_at": "datetime",
    "promised_at": "datetime",
    "delivered_at": "datetime",
    "back_at": "datetime",
    "outcome": "string",
    "cash_on_delivery": "boolean",
    "remote": "boolean",
}
"""Their columns that are no numbers."""

NUMBERS = (
    "weight_kg",
    "volume_litres",
    "billed_kg",
    "cost",
    "back_cost",
    "first_kg",
    "further_kg",
    "divisor",
    "remote_surcharge",
    "cash_fee",
    "longitude",
    "latitude",
    "parcels",
    "on_time",
    "rent",
    "handling",
)
KINDS: Mapping[str, str] = {**TYPES, **dict.fromkeys(NUMBERS, "number")}

LENDERS = {"carriers": "carrier_id", "cities": "city_id", "warehouses": "warehouse_id"}
"""Tables that lend a column to group by, and the id by which they are joined."""


def refuse_twice(table: pd.DataFrame, name: str, *keys: str) -> None:
    """Refuse rows that share their keys; pandas, which is asked first, is quick on small tables."""
    if table.duplicated(list(keys)).any():
        rows.refuse(table, name, [rows.twice(*keys)])


def refuse_empty(table: pd.DataFrame, name: str, wanted: str) -> None:
    """Refuse a table without rows, and say what to give."""
    if table.empty:
        message = _("The table {name} has no rows. {wanted}")
        raise CourseError(message.format(name=name, wanted=wanted))


def parcels(data: Any, columns: str, by: Sequence[str]) -> Frame:
    """Return deliveries with `columns`, and with what is grouped by, lent by other tables."""
    (frame,) = frames.door(data, {"deliveries": columns}, types=KINDS)
    names = set(frame.collect_schema().names()) - set(columns.split())
    flags = [key for key in by if key in names and TYPES.get(key) == "boolean"]
    if flags:  # words for yes and no are told, as in a column that is needed
        needed = {"deliveries": [*columns.split(), *flags]}
        (frame,) = frames.door(data, needed, types=KINDS)
    return lent(frame, data, by)


def lent(frame: Frame, data: Any, by: Sequence[str]) -> Frame:
    """Add the columns of `by` that carriers, cities or warehouses lend."""
    there = frames.tables(data, "deliveries")
    for key in by:
        names = frame.collect_schema().names()
        if key in PERIODS or key in names:
            continue
        for table, on in LENDERS.items():
            if there.get(table) is None or on not in names:
                continue
            other = frames.opened(table, there, on, KINDS)
            if key in other.collect_schema().names():
                frame = frame.join(other.select(nw.col(on), nw.col(key)), on=on, how="left")
                break
    return frame
