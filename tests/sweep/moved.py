"""The calls of the sweep with one thing moved: a gap, a zero, a tie, a row twice, a limit.

The call itself is a usual one, on which many a limit and many a check is never reached. Here some
of all that can be moved in it is moved, the same at each run: what comes back, a sentence or a
value, is stored in short (`stored.json`) and compared.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from tests.sweep.stored import in_short, leaves, short

NUMBER = 7  # of the tables' moves in each call; arguments are moved as many times as they can be
Arguments = dict[str, Any]
Place = tuple[str, pd.DataFrame, Callable[[pd.DataFrame], Arguments]]


def moves(
    name: str, given: Arguments, places: Iterable[Place], skip: Iterable[str] = ()
) -> Iterator[tuple[str, Arguments]]:
    """Yield what is moved in a call, and the arguments; `places` are its tables."""
    yield from _arguments(given, skip)
    cases = [
        (f"{key}: {label}", put, partial(make, table))
        for key, table, put in places
        for label, make in _of_table(table)
    ]
    random.Random(name).shuffle(cases)
    for label, put, make in cases[:NUMBER]:
        yield label, put(make())


def gaps(places: Iterable[Place]) -> Iterator[tuple[str, Arguments]]:
    """Yield each column that gets a gap, and the arguments."""
    for key, table, put in places:
        middle = np.arange(len(table)) == len(table) // 2
        for name in map(str, table.columns if len(table) else ()):
            yield f"{key}: {name}", put(table.assign(**{name: table[name].mask(middle)}))


def brief(found: Any, words: Iterable[str]) -> Any:
    """Return a result in short: its numbers, and a checksum of all else.

    Of a sentence only which of the words it names.

    >>> brief(ValueError("price is below 0"), ["price", "unit"])
    'told: price'
    >>> brief({"a": [1.0, 2.0], "b": ["x", None]}, [])
    [['numbers', 2, 3.0, -0.7], 296133192]
    """
    if isinstance(found, Exception):
        named = [
            word for word in sorted(set(words)) if re.search(rf"\b{re.escape(word)}\b", str(found))
        ]
        return f"told: {' '.join(named)}"
    parts = leaves([found])
    return [in_short(one for one in parts if isinstance(one, float)), _checksum(parts)]


def _checksum(parts: list[Any]) -> int:
    """Return a checksum of what is no number, and of where numbers stand."""
    said = ("0.0" if isinstance(one, float) else str(short(one)) for one in parts)
    return zlib.crc32(" ".join(said).encode())


def _arguments(given: Arguments, skip: Iterable[str]) -> Iterator[tuple[str, Arguments]]:
    for name, value in given.items():
        for label, other in [] if name in skip else _others(value):
            yield f"{name}={label}", {**given, name: other}


def _others(value: Any) -> list[tuple[str, Any]]:
    """Return values beside one: what lies next to it, and what lies at or beyond its end."""
    others: list[Any] = []
    match value:
        case bool():
            others = [not value]
        case int():
            others = [value + 1, 0]
        case float():
            others = [0.0, 1.0 if 0 < value < 1 else -value]
        case pd.Timestamp():
            others = [value + pd.Timedelta(days=1), value - pd.Timedelta(days=400)]
        case list() if len(value) > 1 and all(isinstance(one, (int, float)) for one in value):
            return [
                ("the first", value[:1]),
                ("turned round", value[::-1]),
                ("zeros", [0 * one for one in value]),
                ("negative", [-one for one in value]),
            ]
    return [(repr(other), other) for other in others]


def _of_table(table: pd.DataFrame) -> Iterator[tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]]:
    if not len(table):
        return
    middle = len(table) // 2
    yield "a row twice", lambda one: pd.concat([one, one.iloc[[middle]]], ignore_index=True)
    yield "rows turned round", lambda one: one.iloc[::-1].reset_index(drop=True)
    yield "the first half", lambda one: one.head(max(1, middle))
    yield "one row", lambda one: one.head(1)
    for name in map(str, table.columns):
        for label, change in _of_column(table[name]):
            yield f"{name} {label}", partial(_with, name=name, change=change)


def _with(table: pd.DataFrame, name: str, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    return table.assign(**{name: change(table[name])})


def _of_column(values: pd.Series) -> Iterator[tuple[str, Callable[[pd.Series], pd.Series]]]:
    middle = np.arange(len(values)) == len(values) // 2
    first = values.dropna().iloc[:1].tolist()
    yield "with a gap", lambda one: one.mask(middle)
    if first:
        yield "all alike", lambda one: one.mask(one.notna(), first[0])
    if pd.api.types.is_bool_dtype(values):
        yield "turned round", lambda one: ~one
    elif pd.api.types.is_numeric_dtype(values):
        yield "with a zero", lambda one: one.mask(middle, 0)
        yield "below zero", lambda one: one.mask(middle, -one)
        yield "doubled once", lambda one: one.mask(middle, 2 * one)
        yield "in steps", lambda one: one // 2 * 2
    elif pd.api.types.is_datetime64_any_dtype(values):
        yield "long ago", lambda one: one.mask(middle, one - pd.Timedelta(days=400))
        yield "a day later", lambda one: one.mask(middle, one + pd.Timedelta(days=1))
    elif values.dtype == "str":
        yield "with a new word", lambda one: one.mask(middle, "zz")
