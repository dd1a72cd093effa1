"""Tables and names of channels, at the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.messages import _


def checked(data: Any, table: str, columns: str, by: Sequence[str], *rules: rows.Wrong) -> Frame:
    """Return a table of any engine whose rows break none of the rules."""
    (frame,) = frames.door(data, {table: columns}, by=list(by))
    if isinstance(frame, nw.DataFrame):
        rows.refuse(frame, table, rules)
    else:  # few rows, unlike visits: a query for them costs nothing
        rows.ask(frame, table, rules)
    return frame


def beyond_people(*more: str) -> rows.Wrong:
    """Return the rows whose reach is more than there can be people, and no longer adds up."""
    return rows.Wrong(_("reach is more than there are people"), nw.col("reach") > 1e12, more)


def names(argument: str, given: Any) -> list[str]:
    """Return the names of channels, or say that they are none."""
    named = [given] if isinstance(given, str) else given
    right = isinstance(named, list | tuple) and all(isinstance(name, str) for name in named)
    if not right or len(set(named)) < len(named):
        raise numbers.refused(argument, given, _("Name different channels in a list."))
    return list(named)
