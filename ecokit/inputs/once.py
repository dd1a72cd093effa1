"""Tables that were looked at already: what has not changed is not looked at again.

A measure opens its tables at each call, and a lesson calls measures hundreds of times. A table of
pandas may be changed where it stands, so its name says nothing. What is kept is a shallow copy:
pandas copies values before it changes what two tables share, so a table that still shares all its
values with that copy is as it was.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

MOST = 256
"""Looks that are remembered; the oldest are forgotten first."""


class _Look(NamedTuple):
    table: weakref.ref[pd.DataFrame]
    copy: pd.DataFrame
    found: Any


_LOOKS: dict[tuple[Any, ...], _Look] = {}


def looked(table: Any, what: tuple[Any, ...], look: Callable[[], Any]) -> Any:
    """Return what `look` gives of a table; of one that has not changed since, what it gave.

    Parameters
    ----------
    table : table
        Of pandas; one of another engine is looked at each time.
    what : tuple
        What is looked for in it: the same table may be asked for other columns.
    look : callable
        Looks, and raises where something is wrong: that is not remembered.

    Examples
    --------
    >>> stock = pd.DataFrame({"sold": [1, 2]})
    >>> looked(stock, ("sum",), lambda: int(stock["sold"].sum()))
    3
    >>> looked(stock, ("sum",), lambda: 1 / 0)
    3
    >>> stock.loc[0, "sold"] = 8
    >>> looked(stock, ("sum",), lambda: int(stock["sold"].sum()))
    10
    """
    if not isinstance(table, pd.DataFrame):
        return look()
    mark = (id(table), repr(what))  # a column may be named by anything, and is refused then
    known = _LOOKS.get(mark)
    if known is not None and known.table() is table and _is_unchanged(table, known.copy):
        return known.found
    found = look()
    while len(_LOOKS) >= MOST:
        _LOOKS.pop(next(iter(_LOOKS)), None)
    gone = weakref.ref(table, partial(_forget, mark))
    _LOOKS[mark] = _Look(gone, table.copy(deep=False), found)
    return found


def _forget(mark: tuple[Any, ...], _gone: object) -> None:
    _LOOKS.pop(mark, None)


def _is_unchanged(table: pd.DataFrame, copy: pd.DataFrame) -> bool:
    """Say whether a table has the columns, rows and values that its shallow copy has."""
    return (
        table.columns.is_(copy.columns)
        and table.index.is_(copy.index)
        and table.index.names == copy.index.names
        and all(map(_is_same, table.items(), copy.items()))
    )


def _is_same(one: tuple[Hashable, pd.Series], other: tuple[Hashable, pd.Series]) -> bool:
    (_name, ours), (_name, theirs) = one, other
    if ours.dtype != theirs.dtype:
        return False
    if isinstance(ours.dtype, pd.StringDtype) and ours.dtype.storage == "pyarrow":
        return ours.array.__arrow_array__() is theirs.array.__arrow_array__()
    if not isinstance(ours.dtype, np.dtype | pd.StringDtype):
        return bool(ours.equals(theirs))
    # both at once: of two copies the second could lie where the first was
    here, there = ours.to_numpy(copy=False), theirs.to_numpy(copy=False)
    return _place(here) == _place(there)


def _place(values: np.ndarray[Any, Any]) -> tuple[Any, ...]:
    """Return where in memory values are."""
    found = values.__array_interface__
    return found["data"], found["strides"], found["shape"]
