"""From visits and orders to paths: which channels somebody came by, before an order or none.

Paths are counted where the visits are. A path becomes whole numbers, a few bits a touch, that an
engine adds up; only the different paths come here and become text. That takes an engine no longer
than joining texts, and is the same on each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.funnel.touches import SEPARATOR
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import moment
from ecokit.messages import _

_BITS = 62  # of a whole number that are used
_MINUTES = 1440


@public
def paths(
    data: Any,
    *,
    lookback_days: int = 30,
    start: datetime | str | None = None,
    end: datetime | str | None = None,
    touch: str = "channel_id",
    longest: int = 20,
    days: bool = True,
) -> Any:
    """Build the paths that ended in an order, and those that ended in none.

    A visitor's visits are cut behind each visit with a paid order, so that a visit stands in one
    path, and credits add up to orders. Of a path, the visits of the last `lookback_days` before
    its last visit count. What comes behind the last order is a path without one, as yet.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``visit_id``, ``visitor_id``, ``started_at`` and `touch`. ``orders``:
        ``visit_id``, ``paid_at``. Visits without a ``visitor_id`` are in no path.
    lookback_days : int
        The window. Nobody knows how long a visit works; look at another one, too.
    start, end : datetime or ISO text, optional
        Paths whose last visit is at `start` or later, and before `end`; what came after `end` is
        not known yet. Default: all.
    touch : str
        The column of ``visits`` that makes the path. Each visit must have one; many have no
        ``campaign_id``.
    longest : int
        Of a longer path, the last touches.
    days : bool
        Tell the days, too, which :func:`attribution` needs for ``time_decay``; there are more
        different rows then.

    Returns
    -------
    table
        ``path`` (from the first touch to the last, joined by ``" > "``), ``days`` (whole days
        before the last visit, joined in the same way), ``conversions`` (paid orders),
        ``unconverted`` (paths without one). A row a different path, sorted.

    Raises
    ------
    CourseError
        A table or column is missing, a visit has no `touch`, the window ends before it starts, or
        a number cannot be used.

    References
    ----------
    The course's own: where a path begins and ends is a rule, and tools have different ones.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-03-01", "2025-03-04", "2025-03-04", "2025-03-09"])
    >>> visits = pd.DataFrame({"visit_id": [1, 2, 3, 4], "visitor_id": [7, 7, 8, 7],
    ...     "started_at": day, "channel_id": ["search", "email", "search", "direct"]})
    >>> orders = pd.DataFrame({"visit_id": [2], "paid_at": day[1:2]})
    >>> shop = {"visits": visits, "orders": orders}
    >>> paths(shop)
                 path   days  conversions  unconverted
    0          direct      0            0            1
    1          search      0            0            1
    2  search > email  3 > 0            1            0
    >>> paths(shop, start="2025-03-02", end="2025-03-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The window ends before it starts: end is 2025-03-01, start is ...
    """
    window = numbers.count("lookback_days", lookback_days, high=3650)
    most = numbers.count("longest", longest, high=100)
    with_days = numbers.flag("days", days)
    since, until = _period(start, end)
    touch = numbers.text("touch", touch)
    needed = {"visits": ["visit_id", "visitor_id", "started_at", touch], "orders": _ORDERS}
    visits, orders = frames.door(data, needed, windows=True)
    words = _words(visits, touch)
    codes = _Packed("_c", len(words).bit_length(), most)
    ages = _Packed("_d", window.bit_length(), most) if with_days else None
    told = _touched(visits, orders, touch, words, until)
    told = _within(told, window, since, most)
    packs = [codes] if ages is None else [codes, ages]
    numbered = {"_c": nw.col("_code"), "_d": nw.col("_age")}
    parts = {name: one for it in packs for name, one in it.parts(numbered[it.name]).items()}
    each = told.with_columns(**parts).group_by("_visitor", "_run")
    each = each.agg(*[nw.col(name).sum() for name in parts], nw.col("_orders").sum())
    none = (nw.col("_orders") == 0).cast(nw.Int64)
    each = each.with_columns(*[nw.col(name).cast(nw.Int64) for name in parts], _none=none)
    counted = each.group_by(*parts).agg(nw.col("_orders").sum(), nw.col("_none").sum())
    return frames.like(_texts(frames.as_pandas(counted), words, codes, ages), data)


_ORDERS = ["visit_id", "paid_at"]


def _period(start: object, end: object) -> tuple[datetime | None, datetime | None]:
    since = None if start is None else moment("start", start)
    until = None if end is None else moment("end", end)
    if since and until and until <= since:
        message = _(
            "The window ends before it starts: end is {end:%Y-%m-%d}, start is {start:%Y-%m-%d}. "
            "Give an end after the start."
        )
        raise CourseError(message.format(end=until, start=since))
    return since, until


def _words(visits: Frame, touch: str) -> list[str]:
    """Return the different touches, as text; refuse visits without one."""
    there = frames.collected(frames.as_group(visits, touch).select(touch).unique())
    if there[touch].null_count():
        ask = rows.refuse if isinstance(visits, nw.DataFrame) else rows.ask
        ask(frames.as_group(visits, touch), "visits", [rows.missing(touch, "visit_id")])
    words = sorted(map(str, there[touch].to_list()))
    cut = SEPARATOR.strip()
    wrong = [word for word in words if cut in word]
    if wrong:
        message = _("The {touch} {word} has the sign {cut}, which stands between two touches.")
        raise CourseError(message.format(touch=touch, word=wrong[0], cut=cut))
    return words


def _touched(
    visits: Frame, orders: Frame, touch: str, words: list[str], until: datetime | None
) -> Frame:
    """Return visits with the code of their touch, their paid orders, and the run they belong to."""
    paid = orders.filter(~nw.col("paid_at").is_null(), ~nw.col("visit_id").is_null())
    paid = paid.group_by("visit_id").agg(_orders=nw.len())
    seen = frames.as_group(visits, touch).filter(~nw.col("visitor_id").is_null())
    if until is not None:
        seen = seen.filter(nw.col("started_at") < until)
    seen = seen.join(paid, on="visit_id", how="left")
    seen = seen.select(
        "visit_id",
        "started_at",
        _visitor=nw.col("visitor_id"),
        _orders=nw.col("_orders").fill_null(0).cast(nw.Int64),
        _code=_numbered(nw.col(touch).cast(nw.String), words),
    )
    # orders so far, without those of the visit: it changes behind a visit with an order
    before = nw.col("_orders").cum_sum().over("_visitor", order_by=["started_at", "visit_id"])
    return seen.with_columns(_run=before - nw.col("_orders"))


def _numbered(column: nw.Expr, words: list[str]) -> nw.Expr:
    """Return 1, 2 ... for the words of a column."""
    told: Any = nw.lit(0, nw.Int64)
    for place, word in enumerate(words):
        told = nw.when(column == word).then(nw.lit(place + 1, nw.Int64)).otherwise(told)
    return told


def _within(seen: Frame, window: int, since: datetime | None, most: int) -> Frame:
    """Keep what counts of each path, with the place from its end, and the days before it."""
    ended = nw.col("started_at").max().over("_visitor", "_run")
    # not of a column that it is sorted by: over pandas Narwhals would sort by what it counts
    place = nw.col("_code").cum_count(reverse=True)
    place = place.over("_visitor", "_run", order_by=["started_at", "visit_id"])
    seen = seen.with_columns(_ended=ended, _place=place.cast(nw.Int64) - 1)
    if since is not None:
        seen = seen.filter(nw.col("_ended") >= since)
    near = nw.col("started_at") >= nw.col("_ended") - timedelta(days=window)
    seen = seen.filter(near, nw.col("_place") < most)
    passed = (nw.col("_ended") - nw.col("started_at")).dt.total_minutes()
    return seen.with_columns(_age=(passed // _MINUTES).cast(nw.Int64))


class _Packed:
    """Numbers of some bits, packed into whole numbers, from the end of a path to its begin."""

    def __init__(self, name: str, bits: int, most: int) -> None:
        self.name, self.bits, self.each = name, max(bits, 1), _BITS // max(bits, 1)
        self.most = most
        self.names = [f"{name}{n}" for n in range(-(-most // self.each))]

    def parts(self, value: nw.Expr) -> dict[str, nw.Expr]:
        """Return what a touch adds to each of the whole numbers."""
        zero, found = nw.lit(0, nw.Int64), {}
        for n, name in enumerate(self.names):
            place = nw.col("_place") - n * self.each
            inside = (place >= 0) & (place < self.each)
            kept = nw.when(inside).then(place).otherwise(zero)
            # a power of two is exact as a float
            shift = (nw.lit(2.0) ** (kept * self.bits)).cast(nw.Int64)
            found[name] = nw.when(inside).then(value * shift).otherwise(zero)
        return found

    def taken_apart(self, packed: pd.DataFrame) -> NDArray[np.int64]:
        """Return the numbers of each path, the last touch first."""
        mask = (1 << self.bits) - 1
        columns = [
            (packed[name].to_numpy(np.int64) >> (place * self.bits)) & mask
            for name in self.names
            for place in range(self.each)
        ]
        return np.column_stack(columns[: self.most])


def _texts(
    counted: pd.DataFrame, words: list[str], codes: _Packed, ages: _Packed | None
) -> pd.DataFrame:
    """Return the table of paths, as text."""
    length = (codes.taken_apart(counted) > 0).sum(axis=1)
    named = ["", *words]
    table = {"path": _joined(counted, codes, length, lambda code: named[code])}
    if ages is not None:
        table["days"] = _joined(counted, ages, length, str)
    found = pd.DataFrame(table).assign(
        conversions=counted["_orders"].to_numpy(np.int64),
        unconverted=counted["_none"].to_numpy(np.int64),
    )
    return found.sort_values(list(table), ignore_index=True)


def _joined(
    counted: pd.DataFrame, packed: _Packed, length: NDArray[Any], word: Callable[[int], str]
) -> NDArray[Any]:
    """Return one text a row; each different one is made once."""
    keys = counted[packed.names].assign(length=length)
    place = keys.groupby(list(keys), sort=False).ngroup().to_numpy()
    first = np.unique(place, return_index=True)[1]
    numbers_ = packed.taken_apart(counted.iloc[first])
    texts = [
        SEPARATOR.join(map(word, row[:n][::-1]))
        for row, n in zip(numbers_.tolist(), length[first].tolist(), strict=True)
    ]
    return np.array(texts, dtype=object)[place] if texts else np.array([], dtype=object)
