"""Sums of whole-number columns by group, as the measures of this topic need them."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from ecokit.inputs import rows
from ecokit.inputs.frames import Frame

GAPS = "gaps_"


def added(
    frame: Frame,
    keys: Sequence[str],
    columns: Sequence[str],
    count: str = "",
    *,
    table: str = "",
    faults: Sequence[rows.Wrong] = (),
) -> Frame:
    """Sum whole-number columns by `keys`, and count rows as `count`; plain aggregates only.

    Rows of `table` that break one of the `faults` cannot be summed: an eager table is refused, and
    on a lazy engine the sums of their group are empty.
    """
    rows.refuse(frame, table, faults)
    lazy = bool(faults) and not isinstance(frame, nw.DataFrame)
    if lazy:
        frame = frame.with_columns(rows.broken(faults).cast(nw.Int64).alias(GAPS))
    counted = [nw.len().alias(count)] if count else []
    gaps = [nw.col(GAPS).sum()] if lazy else []
    sums = frame.group_by(*keys).agg(*[nw.col(name).sum() for name in columns], *counted, *gaps)
    sums = sums.with_columns(nw.col(*columns, *([count] if count else [])).cast(nw.Int64))
    if not lazy:
        return sums
    known = nw.col(GAPS) == 0
    told = [nw.when(known).then(nw.col(name)).alias(name) for name in columns]
    return sums.with_columns(*told).drop(GAPS)
