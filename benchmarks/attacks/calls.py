"""How public functions end when an argument, a cell or a column of a table is odd.

Run it from the checkout, `python -m benchmarks.attacks.calls --rooms outages capacity`; `--code
FOLDER` tries the kit of another checkout. It starts from the calls of `tests/sweep`, and puts an
odd value in the place of one argument, one cell or one column at a time, on four engines.
"""

from __future__ import annotations

import argparse
import collections
import importlib
import inspect
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

Job = tuple[str, Callable[[], str]]
NEWEST = ("systems", "outages", "capacity", "quality", "privacy", "overview", "diagnosis")
EXACT = 10**300
NUMBERS = (
    *(0, -1, -0.0, 1, 0.5, 1e-320, 1e-100, 1e-9, 1 - 1e-16, 1 + 1e-16, 99.9999, 1e9, 1e15, 1e16),
    *(1e300, -1e300, math.nan, math.inf, -math.inf, EXACT, -EXACT, 10**5000, 2**63, True, False),
    *(Decimal("0.1"), Decimal("NaN"), np.float32(0.1), np.int8(3), np.array(2.0), 1j, None, pd.NA),
)  # fmt: skip
WORDS = (
    *("", " ", "x", "3", "=1+1", "<script>alert(1)</script>", "a" * 10_000, "\x00", "\ud800", "一"),
    *("2025-03-01", "2025-03-01T10:00:00+08:00", "9999-12-31", "0001-01-01", "now", "NaT"),
)  # fmt: skip
THINGS: tuple[Any, ...] = (
    *([], [1], [[1]], (), {}, {"a": 1}, set(), b"x", object(), float, pd.NaT, pd.DataFrame()),
    *(datetime(2025, 3, 1), date(2025, 3, 1), timedelta(1), np.datetime64("NaT"), pd.Series([1.0])),
)  # fmt: skip
CELLS = (
    *(0, -1, -0.5, 0.5, 1e-320, 1e9, 1e300, math.nan, math.inf, 2**63, True, None, pd.NA, pd.NaT),
    *("", "n/a", "x", "3", "1,299", "=1+1", "<b>x</b>", "Total", "a" * 10_000, [1], {"a": 1}, b"x"),
    *(datetime(2025, 3, 1), datetime(9999, 12, 31), datetime(1, 1, 1), date(2025, 3, 1)),
    *(pd.Timestamp("2025-03-01", tz="Asia/Shanghai"), timedelta(1), Decimal("0.1")),
)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--code", help="checkout whose ecokit is tried; this one otherwise")
    asked.add_argument("--rooms", nargs="*", default=[*NEWEST])
    asked.add_argument("--kinds", nargs="*", default=[*KINDS])
    asked.add_argument("--limit", type=float, default=10.0, help="seconds until it is a hang")
    asked.add_argument("--verbose", action="store_true", help="name each call that hurt")
    given = asked.parse_args()
    if given.code:
        sys.path.insert(0, given.code)
    warnings.simplefilter("ignore")
    run(given)


def run(given: argparse.Namespace) -> None:
    from benchmarks.attacks.apart import ends

    print("| kind | tried | values | sentences | tracebacks | hangs | silent nonsense |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    total: collections.Counter[str] = collections.Counter()
    for kind in given.kinds:
        counts: collections.Counter[str] = collections.Counter()
        jobs = [job for room in given.rooms for job in KINDS[kind](room)]
        for label, end in ends(jobs, given.limit, together=500):
            counts[end.partition(":")[0]] += 1
            if given.verbose and end not in ("right", "sentence"):
                print(f"  {kind}, {label}: {end}", file=sys.stderr, flush=True)
        total += counts
        print(row(kind, counts), flush=True)
    print(row("all", total))


def row(name: str, counts: collections.Counter[str]) -> str:
    words = ("right", "sentence", "traceback", "hang", "silent nonsense")
    return f"| {name} | {counts.total():,} | " + " | ".join(f"{counts[w]:,}" for w in words) + " |"


# --- what is tried ---------------------------------------------------------------------


def calls(room: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the names, functions and calls of a topic that take arguments."""
    for name, make in importlib.import_module(f"tests.sweep.{room}").CALLS.items():
        call = make()
        if call.args or call.kwargs:
            function = getattr(importlib.import_module(f"ecokit.{room}"), name.partition(".")[2])
            yield name, function, call


def bound(function: Any, call: Any) -> dict[str, Any]:
    return dict(inspect.signature(function).bind(*call.args, **call.kwargs).arguments)


def arguments(room: str) -> Iterator[Job]:
    """Yield calls in which an argument that is no table is odd, or a part of it."""
    for name, function, call in calls(room):
        given = bound(function, call)
        every = {
            **{k: p.default for k, p in inspect.signature(function).parameters.items()},
            **given,
        }
        for key, value in every.items():
            if tables_of(value):
                continue
            for odd in (*NUMBERS, *WORDS, *THINGS):
                label = f"{name}({key}={short(odd)})"
                yield label, partial(end, function, {**given, key: odd})
                if isinstance(value, (list, tuple)) and value:
                    inner = type(value)([odd, *value[1:]])
                    yield f"{label} within", partial(end, function, {**given, key: inner})


def cells(room: str) -> Iterator[Job]:
    """Yield calls in which one cell of a table is odd."""
    for name, function, place, table, put in places(room):
        for column in table.columns:
            for odd in CELLS:
                label = f"{name}({place}.{column}: {short(odd)})"
                made = partial(with_cell, table, column, odd)
                yield label, partial(of_table, function, put, made)


def with_cell(table: pd.DataFrame, column: str, odd: Any) -> pd.DataFrame:
    values = table[column].astype("object").tolist()
    values[len(values) // 2] = odd
    kept = pd.Series(values, table.index, dtype="object")
    return table.assign(**{column: kept.infer_objects() if odd is None else kept})


def columns(room: str) -> Iterator[Job]:
    """Yield calls in which a whole column is of another type or holds nothing."""
    for name, function, place, table, put in places(room):
        for column in table.columns:
            for label, change in TYPES.items():
                made = partial(with_column, table, column, change)
                yield f"{name}({place}.{column} {label})", partial(of_table, function, put, made)


def with_column(table: pd.DataFrame, column: str, change: Callable[[Any], Any]) -> pd.DataFrame:
    try:
        return table.assign(**{column: change(table[column])})
    except Exception:
        return table  # it cannot be of that type


def _zone(values: pd.Series) -> pd.Series:
    return values.dt.tz_localize("Asia/Shanghai")


def _iso(values: pd.Series) -> pd.Series:
    return values.dt.strftime("%Y-%m-%dT%H:%M:%S+08:00")


def _decimals(values: pd.Series) -> pd.Series:
    return pd.Series([Decimal(str(one)) for one in values], values.index, dtype="object")


TYPES: dict[str, Callable[[Any], Any]] = {
    "as text": lambda values: values.astype("str"),
    "as categories": lambda values: values.astype("category"),
    "as objects": lambda values: values.astype("object"),
    "as nullable ints": lambda values: values.astype("Int64"),
    "as nullable floats": lambda values: values.astype("Float64"),
    "as float32": lambda values: values.astype("float32"),
    "as bool": lambda values: values.astype("bool"),
    "as decimals": _decimals,
    "as times with zone": _zone,
    "as ISO text with zone": _iso,
    "as times in seconds": lambda values: values.astype("datetime64[s]"),
    "as times in ns": lambda values: values.astype("datetime64[ns]"),
    "as days": lambda values: values.dt.date,
    "as periods": lambda values: values.dt.to_period("h"),
    "as epoch": lambda values: values.astype("int64"),
    "as arrow": lambda values: values.convert_dtypes(dtype_backend="pyarrow"),
    "all null": lambda values: pd.Series([None] * len(values), values.index, dtype="object"),
    "all NaN": lambda values: pd.Series(math.nan, values.index),
    "all NaT": lambda values: pd.Series(pd.NaT, values.index),
    "all one": lambda values: pd.Series([values.iloc[0]] * len(values), values.index),
    "negative": lambda values: -values,
    "times 1e6": lambda values: values * 1_000_000.0,
    "reversed": lambda values: pd.Series(values.to_numpy()[::-1], values.index),
}


def shapes(room: str) -> Iterator[Job]:
    """Yield calls with tables of other shapes, on other engines."""
    for name, function, place, table, put in places(room):
        for label, change in SHAPES.items():
            for engine in ("pandas", "polars", "lazy", "duckdb", "arrow"):
                made = partial(with_shape, table, change)
                yield (
                    f"{name}({place} {label}, {engine})",
                    partial(of_table, function, put, made, engine),
                )


def with_shape(table: pd.DataFrame, change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    return change(table.copy())


SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as it is": lambda table: table,
    "empty": lambda table: table.head(0),
    "one row": lambda table: table.head(1),
    "one row, twice": lambda table: pd.concat([table.head(1)] * 2, ignore_index=True),
    "two rows": lambda table: table.head(2),
    "every row twice": lambda table: pd.concat([table, table], ignore_index=True),
    "without columns": lambda table: table[[]],
    "all null": lambda table: table.where(pd.DataFrame(False, table.index, table.columns)),
    "shuffled": lambda table: table.sample(frac=1, random_state=1),
    "an index of text": lambda table: table.set_index(pd.Index(list(map(str, range(len(table)))))),
    "odd columns more": lambda table: table.assign(index=1, b="=1+1").rename(
        columns={"b": "<b>a'c"}
    ),
    "columns in capitals": lambda table: table.rename(columns=str.upper),
    "columns with blanks": lambda table: table.rename(columns=lambda name: f" {name}"),
}  # fmt: skip


KINDS: Mapping[str, Callable[[str], Iterator[Job]]] = {
    "arguments": arguments, "cells": cells, "columns": columns, "shapes": shapes,
}  # fmt: skip


def tables_of(value: Any) -> dict[str, pd.DataFrame]:
    if isinstance(value, pd.DataFrame):
        return {"": value}
    if isinstance(value, Mapping):
        return {k: v for k, v in value.items() if isinstance(v, pd.DataFrame)}
    return {}


def places(room: str) -> Iterator[tuple[str, Any, str, pd.DataFrame, Callable[..., Any]]]:
    """Yield each table of each call, with what puts another one in its place."""
    for name, function, call in calls(room):
        given = bound(function, call)
        for key, value in given.items():
            for table_name, table in tables_of(value).items():
                put = partial(_put, given, key, table_name)
                yield name, function, table_name or key, table.head(400), put


def _put(given: dict[str, Any], key: str, name: str, table: Any, move: Any) -> dict[str, Any]:
    found = {}
    for one, value in given.items():
        inside = tables_of(value)
        if not inside:
            found[one] = value
        elif "" in inside:
            found[one] = table if one == key else move(value)
        else:
            found[one] = {
                n: table
                if (one, n) == (key, name)
                else move(t)
                if isinstance(t, pd.DataFrame)
                else t
                for n, t in value.items()
            }
    return found


def moved(engine: str, table: pd.DataFrame) -> Any:
    if engine == "pandas":
        return table
    import polars as pl

    found = pl.from_pandas(table)
    if engine == "polars":
        return found
    if engine == "lazy":
        return found.lazy()
    if engine == "arrow":
        return found.to_arrow()
    import duckdb

    return duckdb.from_arrow(found.to_arrow())


def of_table(
    function: Any, put: Any, make: Callable[[], pd.DataFrame], engine: str = "pandas"
) -> str:
    table = make()
    move = partial(moved, engine)
    try:
        given = put(move(table), move)
    except Exception:
        return "sentence"  # the engine itself does not take it
    return end(function, given)


# --- how it ended ----------------------------------------------------------------------


def end(function: Any, given: Mapping[str, Any]) -> str:
    from ecokit.errors import CourseError

    try:
        found = function(**given)
        numbers = list(leaves(found))
        repr(found)
    except CourseError as error:
        text = str(error)
        return "sentence" if 10 < len(text) <= 600 else f"silent nonsense: {text[:80]}"
    except Exception as error:
        return f"traceback: {type(error).__name__}: {str(error)[:120]} at {where(error)}"
    if odd := [one for one in numbers if isinstance(one, float) and math.isinf(one)]:
        return f"silent nonsense: {odd[0]}"
    return "right"


def leaves(found: Any) -> Iterator[Any]:
    """Yield the numbers of a result; tables of other engines are fetched."""
    import narwhals as nw

    frame = nw.from_native(found, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, nw.DataFrame):
        for name in frame.columns:
            if frame.schema[name].is_numeric():
                yield from map(float, frame[name].drop_nulls().to_list())
    elif is_dataclass(found) and not isinstance(found, type):
        for value in vars(found).values():
            yield from leaves(value)
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from leaves(value)
    elif isinstance(found, (list, tuple, np.ndarray)):
        for value in list(found)[:1_000]:
            yield from leaves(value)
    elif isinstance(found, (int, float, np.number)):
        yield float(found)


def where(error: Exception) -> str:
    trace = error.__traceback__
    told = ""
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if "/ecokit/" in name:
            told = f"{name.rpartition('/ecokit/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return told


def short(value: Any) -> str:
    text = "10^5000" if isinstance(value, int) and value.bit_length() > 10_000 else repr(value)
    return text if len(text) < 60 else f"{text[:40]}... {type(value).__name__}"


if __name__ == "__main__":
    main()
