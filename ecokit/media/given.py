"""The table of stories, at the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, rows
from ecokit.inputs.frames import Frame


def checked(data: Any, table: str, columns: str, by: Sequence[str], *rules: rows.Wrong) -> Frame:
    """Return a table of any engine whose rows break none of the rules."""
    (frame,) = frames.door(data, {table: columns}, by=list(by))
    if isinstance(frame, nw.DataFrame):
        rows.refuse(frame, table, rules)
    else:  # few rows, unlike visits: a query for them costs nothing
        rows.ask(frame, table, rules)
    return frame
