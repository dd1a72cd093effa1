"""Sums of whole-number columns by group, as the measures of this topic need them."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from ecokit.inputs.frames import Frame


def added(frame: Frame, keys: Sequence[str], columns: Sequence[str], count: str = "") -> Frame:
    """Sum whole-number columns by `keys`, and count rows as `count`; plain aggregates only."""
    counted = [nw.len().alias(count)] if count else []
    sums = frame.group_by(*keys).agg(*[nw.col(name).sum() for name in columns], *counted)
    return sums.with_columns(nw.col(*columns, *([count] if count else [])).cast(nw.Int64))
