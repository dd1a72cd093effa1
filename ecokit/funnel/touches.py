"""A table of paths taken apart: which channel stands where, and what the path ended in.

A path is a text, ``"search > email > direct"``; a table of paths has a row a path, with the orders
that it ended in. Everything that the rules of attribution need is five arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.messages import _

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEPARATOR = " > "
_END = "\x01"  # stands between two paths


@dataclass(frozen=True)
class Columns:
    """What the caller calls the columns of a table of paths; None for those that are not read."""

    path: str = "path"
    conversions: str = "conversions"
    unconverted: str | None = None
    days: str | None = None
    separator: str = SEPARATOR


@dataclass(frozen=True)
class Touches:
    """The touches of all paths, one after the other.

    Parameters
    ----------
    channels : list of str
        Sorted.
    code : array
        Of each touch, the place of its channel among the channels.
    row : array
        Of each touch, the path it belongs to.
    length : array
        Of each path, its touches.
    converted, unconverted : array
        Of each path, the orders that it ended in, and how often it ended in none.
    days : array or None
        Of each touch, the days before the end of its path.
    """

    channels: list[str]
    code: Ints
    row: Ints
    length: Ints
    converted: Floats
    unconverted: Floats
    days: Floats | None

    @property
    def first(self) -> Ints:
        """Return the place of the first touch of each path."""
        return np.cumsum(self.length) - self.length

    @property
    def last(self) -> Ints:
        """Return the place of the last touch of each path."""
        return np.cumsum(self.length) - 1

    def credits(self, weights: Floats) -> Floats:
        """Return the orders of each channel, if each touch is given so much of its path's."""
        return added(self.code, weights * self.converted[self.row], len(self.channels))


def added(places: Ints, weights: Floats, size: int) -> Floats:
    """Return the sums of the weights at each place."""
    return np.bincount(places, weights, minlength=size).astype(np.float64)


def taken_apart(paths: Any, columns: Columns) -> Touches:
    """Return the touches of a table of paths of any engine, or say what is wrong with it."""
    cut = numbers.text("separator", columns.separator).strip()
    table = _opened(paths, columns)
    code, row, channels = _split(table["path"].tolist(), cut)
    unnamed = row[code < 0]
    _refuse_unnamed(table, unnamed)
    length = np.bincount(row, minlength=len(table))
    gone = np.zeros(len(table))
    return Touches(
        channels=channels,
        code=code,
        row=row,
        length=length,
        converted=table["conversions"].to_numpy("float64"),
        unconverted=table["unconverted"].to_numpy("float64") if columns.unconverted else gone,
        days=_days(table, cut, length) if columns.days else None,
    )


def _opened(paths: Any, columns: Columns) -> pd.DataFrame:
    named = {"path": columns.path, "conversions": columns.conversions}
    types = {"path": "string", "conversions": "number"}
    if columns.unconverted is not None:
        named["unconverted"], types["unconverted"] = columns.unconverted, "number"
    if columns.days is not None:
        named["days"], types["days"] = columns.days, "string"
    frame = frames.table(paths, named, name="paths", types=types)
    table = frames.as_pandas(frame.select(*named)).reset_index(drop=True)
    counts = [name for name in ("conversions", "unconverted") if name in named]
    looked = nw.from_native(table)
    rows.refuse(looked, "paths", [_unnamed(nw.col("path").is_null())])
    rows.refuse(looked, "paths", [rows.below_zero(name, "path") for name in counts])
    if table.empty:
        raise CourseError(_("The table paths has no row. Give one path at least."))
    return table


def _unnamed(lacking: nw.Expr) -> rows.Wrong:
    what = _("path has a place without a channel")
    return rows.Wrong(what, lacking, ("path",), _("Name a channel in each place of a path."))


def _refuse_unnamed(table: pd.DataFrame, wrong: Ints) -> None:
    """Refuse paths that are empty, or in which two separators stand side by side."""
    if len(wrong):
        flagged = table.assign(wrong=False)
        flagged.loc[np.unique(wrong), "wrong"] = True
        rows.refuse(nw.from_native(flagged), "paths", [_unnamed(nw.col("wrong"))])


def _split(paths: list[str], cut: str) -> tuple[Ints, Ints, list[str]]:
    """Return code and path of each touch, and the channels; a place without one has the code -1."""
    # one text, cut once: ten times as fast as text by text
    parts = f"{cut}{_END}{cut}".join(paths).split(cut)
    found, words = pd.factorize(np.array(parts, dtype=object))
    names = [str(word).strip() for word in words]
    channels = sorted({name for name in names if name.strip(_END)})
    known = {name: place for place, name in enumerate(channels)}
    code = np.array([known.get(name, -1) for name in names], dtype=np.int64)[found]
    ends = found == (words == _END).argmax() if len(paths) > 1 else np.zeros(len(found), bool)
    row = np.cumsum(ends)
    return code[~ends], row[~ends], channels


def _days(table: pd.DataFrame, cut: str, length: Ints) -> Floats:
    """Return the days before the end of its path for each touch."""
    texts = [str(text) for text in table["days"].tolist()]
    counted = np.array([text.count(cut) + 1 for text in texts])
    parts = cut.join(texts).split(cut)
    try:
        found = np.array(parts, dtype=np.float64)
    except ValueError:
        found = np.array([np.nan])
    wanted = _("Give a number of 0 or more for each channel of the path, such as '9 > 3 > 0'.")
    if (counted != length).any():
        place = int(np.argmax(counted != length))
        message = _("The path {path} has the days {days}. {wanted}")
        told = {"path": table["path"].iloc[place], "days": texts[place], "wanted": wanted}
        raise CourseError(message.format(**told))
    if not (found >= 0).all() or np.isinf(found).any():
        message = _("The column days of paths holds what is no number of days. {wanted}")
        raise CourseError(message.format(wanted=wanted))
    return found
