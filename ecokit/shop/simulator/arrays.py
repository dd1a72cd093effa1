"""Small vectorised helpers that every part of the simulator uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY = 86_400  # seconds
HOUR = 3_600
MINUTE = 60
NOTHING = -1  # stands for an empty value in a column of integers


@dataclass(frozen=True)
class Coded:
    """A column of text: codes into `names`; -1 is empty."""

    codes: Ints
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Ints | Bools) -> Coded:
        """Return the chosen rows."""
        return Coded(self.codes[rows], self.names)


Column = NDArray[np.generic] | Coded
Columns = dict[str, Column]
Rows = Columns | Callable[[], Columns]  # of a block; drawn when asked for, where that takes long


def drawn(rows: Rows) -> Columns:
    """Return the rows, drawing them now where that was put off."""
    return rows() if callable(rows) else rows


def joined(blocks: list[Columns]) -> Columns:
    """Put the rows of several blocks of one table under one another."""
    rows: Columns = {}
    for name, first in blocks[0].items():
        parts = [block[name] for block in blocks]
        if isinstance(first, Coded):
            codes = np.concatenate([part.codes for part in parts if isinstance(part, Coded)])
            rows[name] = Coded(codes, first.names)
        else:
            rows[name] = np.concatenate([np.asarray(part) for part in parts])
    return rows


def draw_in_rows(chance: Floats, weights: Floats, rows: Ints) -> Ints:
    """Pick for each entry of `rows` a column of ``weights[row]``; one search for all of them.

    `chance` is uniform in 0..1, one number an entry. A row of zeros gives the last column.

    Examples
    --------
    >>> weights = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> draw_in_rows(np.array([0.2, 0.9, 0.5]), weights, np.array([1, 0, 1])).tolist()
    [1, 0, 1]
    """
    edges = np.cumsum(weights, axis=1)
    total = edges[:, -1:]
    edges = np.divide(edges, total, out=np.ones_like(edges), where=total > 0)
    flat = (edges + np.arange(len(edges))[:, None]).ravel()
    found = np.searchsorted(flat, chance + rows, side="right")
    width = weights.shape[1]
    return np.clip(found - rows * width, 0, width - 1).astype(np.int64)


def seconds(values: Floats) -> Ints:
    """Round to whole seconds, at least one."""
    return np.maximum(np.rint(values), 1).astype(np.int64)


def yuan(values: Floats) -> Floats:
    """Round to whole fen."""
    return np.rint(values * 100) / 100


def distinct(values: Ints) -> Ints:
    """Return the different values in order, by sorting: ``np.unique`` hashes running keys slowly.

    Examples
    --------
    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def running_within(groups: Ints, values: Ints) -> Ints:
    """Return the running total of `values` inside each group, in the order of the rows.

    Examples
    --------
    >>> running_within(np.array([7, 3, 7, 7]), np.array([1, 5, 2, 1])).tolist()
    [1, 5, 3, 4]
    """
    order = np.argsort(groups, kind="stable")
    sums = np.cumsum(values[order])
    ordered = groups[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(ordered) else np.zeros(0, bool)
    before = (sums - values[order])[first]
    sums = sums - np.repeat(before, np.diff(np.r_[np.flatnonzero(first), len(ordered)]))
    totals = np.empty_like(sums)
    totals[order] = sums
    return totals
