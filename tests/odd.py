"""Answers to exercises that are none, by seed: huge, odd, hollow, or holding themselves.

`answers(kind, exercise, sheet, seed)` gives answers of one kind, each with a label; `judged` gives
one to `checks.check` and says how it ended.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ecokit.exercises import checks, sheet
from tests.hostile import NONSENSE, RIGHT, SENTENCE, TRACEBACK

KINDS = ("numbers", "texts", "times", "nested", "tables", "plans", "objects")
SCREEN = 600
HUGE = 10**5000
DEEP = 20_000
NUMBERS_TOO = frozenset(("1/10^5000 as a fraction", "decimal 1e-5000", "5e-324", "1e-999999999",
                         "10^-99999999", "zeros", "arabic", "circled", "subclass",
                         "mark"))  # fmt: skip
"""What is read as a number, and may be the right one of a cell: 0, 1 or 12."""


@dataclass(frozen=True)
class Odd:
    """An odd answer.

    Attributes
    ----------
    label : str
        What it is.
    make : callable
        Returns it anew.
    may_be_right : bool
        Whether the right numbers are in it, and nothing else.
    """

    label: str
    make: Callable[[], Any]
    may_be_right: bool = False


def judged(exercise: sheet.Exercise, one: Odd, shop: Any) -> str:
    """Say how an odd answer ended: a sentence, right where it may be, or in harm."""
    try:
        result = checks.check(exercise, one.make(), shop)
        told = repr(result)
    except Exception as error:
        return f"{TRACEBACK}: {type(error).__name__}: {str(error)[:80]}"
    if result.right:
        return RIGHT if one.may_be_right else f"{NONSENSE}: right"
    if not 10 < len(result.message) <= SCREEN or not told.strip():
        return f"{NONSENSE}: a sentence of {len(result.message)} signs"
    return SENTENCE


def answers(
    kind: str, exercise: sheet.Exercise, of: Any, seed: int = 1, size: int = DEEP
) -> list[Odd]:
    """Return odd answers of a kind to an exercise whose sheet for a shop is `of`.

    `size` is how deep nested ones are; long ones are ten times as long.
    """
    rng = random.Random(f"{kind} {exercise.id} {seed}")
    if kind == "plans":
        if not isinstance(exercise, sheet.Plan):
            return []
        return [Odd(label, _as_is(plan)) for label, plan in _plans(exercise, of, rng)]
    if kind == "tables":
        return list(_tables(exercise, of, rng, 10 * size))
    kinds: dict[str, Callable[[random.Random], Made]] = {
        "numbers": _numbers,
        "texts": _texts,
        "times": _times,
        "objects": _objects,
        "nested": partial(_nested, size=size),
    }
    found = []
    for label, make in kinds[kind](rng):
        found.append(Odd(label, make))
        found += _inside(exercise, of, label, make)
    return found


def _inside(
    exercise: sheet.Exercise, of: Any, label: str, make: Callable[[], Any]
) -> Iterator[Odd]:
    """Yield an odd value as a cell and as a key of what would be right otherwise."""
    if isinstance(exercise, sheet.Choice):
        return
    right = {"answer": float(of.right)} if isinstance(exercise, sheet.Number) else dict(of.right)
    first = next(iter(right))
    yield Odd(f"{label}, in a cell", lambda: {**right, first: make()}, label in NUMBERS_TOO)
    yield Odd(f"{label}, in a column", lambda: pd.Series([make()], [first], dtype=object))
    yield Odd(f"{label}, as a further key", lambda: _with_key(right, make()))
    yield Odd(f"{label}, in an array", lambda: _boxed(make()))


def _with_key(right: dict[Any, float], key: Any) -> Any:
    try:
        return {**right, key: 1.0}
    except Exception:  # it cannot be a key
        return {**right, "key": key}


def _boxed(value: Any) -> Any:
    box = np.empty(1, dtype=object)
    box[0] = value
    return box


Made = Iterator[tuple[str, Callable[[], Any]]]


def _said(values: Mapping[str, Any]) -> Made:
    for label, value in values.items():
        yield label, _as_is(value)


def _as_is(value: Any) -> Callable[[], Any]:
    return lambda: value


def _numbers(rng: random.Random) -> Made:
    digits = rng.randrange(320, 20_000)
    yield from _said({
        "10^5000": HUGE, "-10^5000": -HUGE, f"{digits} digits": 10**digits + rng.randrange(10**9),
        "10^400": 10**400, "2^1024": 2**1024, "a fraction of 10^5000": Fraction(HUGE, 3),
        "1/10^5000 as a fraction": Fraction(1, HUGE), "decimal 1e5000": Decimal("1e5000"),
        "decimal 1e-5000": Decimal("1e-5000"), "decimal 1e999999": Decimal("1e999999"),
        "decimal sNaN": Decimal("sNaN"), "decimal NaN": Decimal("NaN"),
        "decimal infinity": Decimal("-Infinity"), "nan": math.nan, "inf": math.inf,
        "-inf": -math.inf,
        "1e308": 1e308, "5e-324": 5e-324, "complex": complex(1, 2),
        "complex nan": complex(math.nan),
        "True": True, "np.True_": np.True_, "np.bool 0-d": np.array(True), "False": False,
        "pd.NA": pd.NA, "NaT": pd.NaT, "masked": np.ma.masked,
        "longdouble": np.longdouble("1e4000"),
        "uint64": np.uint64(2**64 - 1), "int8": np.int8(-128), "float16": np.float16(6e4),
        "complex array": np.array([1j]), "bools": pd.array([True], dtype="boolean"),
        "sparse": pd.arrays.SparseArray([1.0, 2.0]), "bytes": b"12", "void": np.void(b"12"),
        "record": np.array([(1, 2)], dtype="i4,i4"), "empty record": np.zeros(1, dtype=[]),
    })  # fmt: skip


def _texts(rng: random.Random) -> Made:
    alphabet = "0123456789.,:' -+%¥$kmhe^×x*/()=±~<>≈½⅓³⁹百分之十万亿点半成几个负到约个"
    alphabet += "\u202e\u200b\0\ud800\n"
    words = ("billion", "hundred", "and", "half", "a", "third", "of", "point", "minus", "per", "to",
             "in", "percent", "hours", "yuan", "units", "one", "ninety", "e5", "10^", "yes",
             "no")  # fmt: skip
    yield from _said({
        "1e5000": "1e5000", "1e999999999": "1e999999999", "1e-999999999": "1e-999999999",
        "10^99999999": "10^99999999", "10^-99999999": "10^-99999999", "nines": "9" * 80,
        "zeros": "0." + "0" * 70 + "1", "亿": "亿" * 70, "百分之亿": "百分之" + "亿" * 60,
        "billions": "billion " * 9, "one billions": "one" + " billion" * 9, "1/0": "1/0",
        "0/0": "0/0",
        "1/9…": "1/" + "9" * 70, "9…/1": "9" * 70 + "/1", "1 and 1/0": "1 and 1/0", "1:99": "1:99",
        "9…:00": "9" * 60 + ":00", "9… h": "9" * 60 + " h 1 min", "long": "1" * 10**6,
        "long blank": " " * 10**6 + "1", "brackets": "(" * 79, "nested": "=" * 79, "dots": "." * 80,
        "about": "about " * 13, "yes": "yes", "true": "true", "True": "True", "是": "是",
        "on": "on",
        "y": "y", "no": "no", "inf": "inf", "nan": "nan", "∞": "∞", "none": "None", "hex": "0x1F",
        "arabic": "\u0661\u0662", "roman": "Ⅻ", "circled": "⑫", "surrogate": "\ud800",
        "script": "<script>1</script>", "format": "{0} {answer!r} %s %(x)s",
        "code": "__import__('os')",
        "1_000": "1_000", "1__0": "1__0", "mark": "\ufeff1", "right to left": "\u202e12",
        "subclass": Text("12 x"), "np.str_": np.str_("abc"), "empty": "", "blank": " \n\t ",
    })  # fmt: skip
    for number in range(30):
        text = "".join(rng.choice(alphabet) for _n in range(rng.randrange(1, 40)))
        yield f"noise {number}", _as_is(f"?{text}?")
    for number in range(20):
        text = " ".join(rng.choice(words) for _n in range(rng.randrange(1, 12)))
        yield f"words {number}", _as_is(f"? {text}")


class Text(str):
    """A text whose ways are not those of text."""

    __slots__ = ()

    def lower(self) -> str:
        raise RuntimeError("lower")

    def translate(self, *_words: Any) -> str:
        raise RuntimeError("translate")

    def strip(self, *_words: Any) -> str:
        raise RuntimeError("strip")


def _times(rng: random.Random) -> Made:
    some = rng.randrange(1, 10**6)
    yield from _said({
        "timedelta64 without a unit": np.timedelta64(some), "of months": np.timedelta64(5, "M"),
        "of years": np.timedelta64(5, "Y"), "of attoseconds": np.timedelta64(some, "as"),
        "of weeks, largest": np.timedelta64(2**62, "W"), "NaT": np.timedelta64("NaT"),
        "NaT with a unit": np.timedelta64("NaT", "h"),
        "datetime64 without a unit": np.datetime64("NaT"),
        "datetime64": np.datetime64("2025-01-01"), "datetime64 ns": np.datetime64(some, "ns"),
        "array of ns": np.array([some], "m8[ns]"), "array of moments": np.array([some], "M8[ns]"),
        "array without a unit": np.array([some], "m8"), "0-d of ns": np.array(some, "m8[ns]"),
        "0-d moment": np.array(some, "M8[us]"),
        "index of moments": pd.to_datetime(pd.Index([some])),
        "longest": dt.timedelta.max, "shortest": dt.timedelta.min, "pd longest": pd.Timedelta.max,
        "pd NaT": pd.NaT, "timestamp": pd.Timestamp("2025-01-01"), "zoned": pd.Timestamp(some,
        tz="Asia/Shanghai"),
        "date": dt.date(2025, 1, 1), "time": dt.time(3, 7), "period": pd.Period("2025-01"),
        "interval": pd.Interval(0, 1), "offset": pd.offsets.Day(3),
        "month end": pd.offsets.MonthEnd(3),
        "several": np.array([some, 1], "m8[s]"), "struct": __import__("time").struct_time(range(9)),
        "zone": dt.UTC, "series of ns": pd.Series([some, some], dtype="m8[ns]"),
        "isocalendar": dt.date(2025, 1, 1).isocalendar(),
    })  # fmt: skip


def _nested(rng: random.Random, size: int) -> Made:
    yield "a list that holds itself", _loop_list
    yield "a dict that holds itself", lambda: _loop_dict({})
    yield "a column that holds itself", _loop_series
    yield "a table that holds itself", _loop_frame
    yield "an array that holds itself", _loop_array
    yield "a tuple that holds itself", lambda: (_loop_list(),)
    for depth in (size, rng.randrange(1_100, size)):
        yield f"lists {depth} deep", partial(_deep, depth, lambda inner: [inner])
        yield f"dicts {depth} deep", partial(_deep, depth, lambda inner: {"a": inner})
        yield f"tuples {depth} deep", partial(_deep, depth, lambda inner: (inner,))
    yield "frozensets deep", lambda: _deep(5_000, lambda inner: frozenset([inner]))
    yield "columns deep", lambda: _deep(1_500, lambda inner: pd.Series([inner], dtype=object))
    yield "arrays deep", lambda: _deep(500, _boxed)
    yield "many", lambda: dict.fromkeys(range(10 * size), 1)
    yield "a long list", lambda: [0.0] * 10 * size
    yield "a long column", lambda: pd.Series(np.zeros(10 * size))
    yield "lists of one", lambda: [[[41]]]


def _loop_list() -> list[Any]:
    one: list[Any] = []
    one.append(one)
    return one


def _loop_dict(one: dict[Any, Any]) -> dict[Any, Any]:
    one["self"] = one
    return one


def _loop_series() -> Any:
    one = pd.Series([None, None], dtype=object)
    one.iloc[0] = one
    return one


def _loop_frame() -> Any:
    one = pd.DataFrame({"a": [None], "b": [1]}, dtype=object)
    one.iloc[0, 0] = one
    return one


def _loop_array() -> Any:
    one = np.empty(1, dtype=object)
    one[0] = one
    return one


def _deep(depth: int, around: Callable[[Any], Any]) -> Any:
    one: Any = 1
    for _level in range(depth):
        one = around(one)
    return one


def _tables(exercise: sheet.Exercise, of: Any, rng: random.Random, rows: int) -> Iterator[Odd]:
    """Yield tables with odd indices, names and rows, most of them around the right numbers."""
    if not isinstance(exercise, sheet.Table):
        for name in ("a", exercise.id):
            yield Odd("an index like a column", partial(_crossed, name, [1.0, 2.0], [name] * 2))
            yield Odd("one cell of a crossed table", partial(_crossed, name, [HUGE], [name]))
        return
    right = {str(key): float(value) for key, value in dict(of.right).items()}
    keys, values = list(right), list(right.values())
    key, value = exercise.key, exercise.value
    frame = pd.DataFrame({key: keys, value: values})
    wrong = dict(zip(keys, [*values[1:], values[0] + 1e9], strict=True))

    def changed(column: str, cell: Any) -> pd.DataFrame:
        other = frame.astype(object)
        other[column] = pd.Series([cell, *other[column].iloc[1:]], other.index, dtype=object)
        return other

    def indexed(name: Any) -> pd.DataFrame:
        return frame.set_axis(pd.Index(range(len(frame)), name=name))

    good: dict[str, Callable[[], Any]] = {
        "index called like the key": lambda: indexed(key),
        "index called like the value": lambda: indexed(value),
        "the key as index and column": lambda: frame.set_index(key, drop=False),
        "the key as index alone": lambda: frame.set_index(key),
        "the value as index and column": lambda: frame.set_index(value, drop=False),
        "the key as index, the index called like the value":
            lambda: frame[[value]].set_axis(pd.Index(keys, name=value)),
        "index of two levels of one name":
            lambda: frame.set_index(pd.MultiIndex.from_tuples([(k, k) for k in keys], names=[key,
            key])),
        "index of two levels": lambda: frame.assign(more=1).set_index([key, "more"]),
        "a column of two levels": lambda: frame.set_axis(pd.MultiIndex.from_tuples([(key, ""),
        (value, "")]), axis=1),
        "categories": lambda: frame.astype({key: "category"}),
        "arrow": lambda: frame.convert_dtypes(dtype_backend="pyarrow"),
        "objects": lambda: frame.astype(object),
        "columns called like the index": lambda: frame.rename_axis(key, axis=1).rename_axis(key),
        "a column called index": lambda: frame.assign(index=1, level_0=2).set_index(key),
        "a series with a name": lambda: pd.Series(values, keys, name=key).rename_axis(value),
    }  # fmt: skip
    bad: dict[str, Callable[[], Any]] = {
        "the column twice": lambda: pd.concat([frame, frame[[value]]], axis=1),
        "the key twice": lambda: pd.concat([frame, frame[[key]]], axis=1),
        "rows twice": lambda: pd.concat([frame, frame]),
        "no rows": lambda: frame.head(0), "no columns": lambda: frame[[]],
        "many rows": lambda: pd.DataFrame({key: np.arange(rows), value: 1.0}),
        "a column of many keys": lambda: pd.Series(1.0, [f"{n} {keys[0]}" for n in range(rows)]),
        "a thousand columns": lambda: pd.DataFrame(np.zeros((3, 1000))),
        "long names": lambda: pd.DataFrame({"x" * rows: keys, "y" * rows: values}),
        "long keys": lambda: pd.DataFrame({key: [k * rows for k in keys], value: values}),
        "huge": lambda: changed(value, HUGE), "itself": lambda: changed(value, _loop_list()),
        "a table in a cell": lambda: changed(value, frame),
        "a column in a cell": lambda: changed(value, frame[value]),
        "a huge key": lambda: changed(key, HUGE), "a deep key": lambda: changed(key, _deep(2_000,
        lambda x: (x,))),
        "no key": lambda: changed(key, None), "NA key": lambda: changed(key, pd.NA),
        "NaN key": lambda: changed(key, math.nan), "a list as key": lambda: changed(key, [1]),
        "True": lambda: changed(value, True), "yes": lambda: changed(value, "yes"),
        "a time": lambda: changed(value, np.timedelta64(5)),
        "times": lambda: frame.assign(**{value: pd.to_timedelta(frame[value].abs(), unit="ns")})
        if not set(exercise.unit.split()) & {"minutes", "hours", "days", "seconds",
        "weeks"} else wrong,
        "moments": lambda: frame.assign(**{value: pd.to_datetime(frame[value].abs())}),
        "periods": lambda: frame.assign(**{value: pd.period_range("2025", periods=len(frame),
        freq="D")}),
        "intervals": lambda: frame.assign(**{value: pd.interval_range(0, len(frame))}),
        "complex": lambda: frame.astype({value: complex}),
        "a dict of tables": lambda: dict.fromkeys(keys, frame),
        "a dict of itself": lambda: _loop_dict(dict(wrong)), "a class": lambda: pd.DataFrame,
        "other numbers": lambda: wrong, "nested columns": lambda: {value: right},
        "grouped": lambda: frame.groupby(key), "styled": lambda: frame.style,
        "an iterator": lambda: frame.itertuples(), "an array": lambda: frame.to_numpy(),
    }  # fmt: skip
    for label, make in good.items():
        yield Odd(label, make, may_be_right=True)
    for label, make in bad.items():
        yield Odd(label, make)
    for label, engine in _engines().items():
        yield Odd(f"{label}, whole", partial(engine, frame), may_be_right=True)
        big = pd.DataFrame({key: np.arange(rows), value: 1.0})
        yield Odd(f"{label}, many rows", partial(engine, big))
    for number in range(5):
        some = rng.choices(range(len(frame)), k=rng.randrange(0, 2 * len(frame)))
        if sorted(some) != list(range(len(frame))):
            yield Odd(f"rows {number}", _as_is(frame.iloc[some]))


def _crossed(name: str, cells: list[Any], keys: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: cells}, pd.Index(keys, name=name), dtype=object)


def _engines() -> dict[str, Callable[[pd.DataFrame], Any]]:
    import polars as pl
    import pyarrow as pa

    return {
        "polars": pl.from_pandas, "polars, lazy": lambda frame: pl.from_pandas(frame).lazy(),
        "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    }  # fmt: skip


def _plans(
    exercise: sheet.Plan, of: Any, rng: random.Random
) -> Iterator[tuple[str, Mapping[Any, Any] | pd.Series]]:
    """Yield plans between the steps, with words for numbers, with fields twice."""
    right = dict(of.right)
    for field in exercise.fields:
        for part in (0.5, 0.1, 1 / 3, 0.99, rng.uniform(0.001, 0.999)):
            for at in (right[field.name], rng.uniform(field.low, field.high)):
                value = field.low + (math.floor((at - field.low) / field.step) + part) * field.step
                if field.low < value < field.high:
                    yield f"{field.name} between steps, {part:.3f}", {**right, field.name: value}
                    yield f"{field.name} between, typed", {**right, field.name: f"{value:.6f}"}
        for word in ("yes", "no", "Yes.", "true", "on", "是", "y", "ok", "one or two", "all", "x",
        True,
                     False, np.True_, None, "1 yes", "yes 1", [1], {1: 1}, pd.NA,
                     pd.Series([True])):  # fmt: skip
            yield f"{field.name} is {word!r}", {**right, field.name: word}
        outside = {field.name: field.high + field.step}
        yield f"{field.name} outside", {**right, **outside}
        yield (
            f"{field.name} twice",
            {field.label: field.low, **right, field.label + " ": field.high},
        )
        both = pd.Series([field.low, *right.values()], [field.name, *right])
        yield f"{field.name} twice in a column", both
        yield f"without {field.name}", {k: v for k, v in right.items() if k != field.name}
    yield "a further field", {**right, "more": 1}
    yield "a key of 10^5000", {**right, HUGE: 1}
    yield "a plan that holds itself", _loop_dict(dict(right))
    yield "NA as key", {**right, pd.NA: 1}
    yield "only itself", _loop_dict({})
    yield "endless", Endless()


def _objects(rng: random.Random) -> Made:
    for error in (RuntimeError, ZeroDivisionError, KeyError, AttributeError, RecursionError,
                  MemoryError, AssertionError, StopIteration, NotImplementedError):  # fmt: skip
        for way in ("__float__", "__str__", "__repr__", "__len__", "__hash__", "__eq__", "__iter__",
                    "__array__", "__getattr__", "items", "__narwhals_dataframe__"):  # fmt: skip
            if rng.random() < 0.3:
                yield f"{way} raises {error.__name__}", partial(_raises, error, way)
    yield "float gives text", lambda: type("Odd", (), {"__float__": lambda _self: "12"})()
    yield "float gives nan", lambda: type("Odd", (), {"__float__": lambda _self: math.nan})()
    yield "index gives 10^5000", lambda: type("Odd", (), {"__index__": lambda _self: HUGE})()
    yield "a class of the kind", lambda: type("Odd", (), {"__class__": pd.DataFrame})()
    yield "an endless mapping", Endless
    yield "a generator", lambda: (n for n in range(3))
    yield "an endless generator", itertools.count
    yield "a function", lambda: judged
    yield "a module", lambda: math
    yield "a class", lambda: float
    yield "an error", lambda: ValueError("12")
    yield "a set", lambda: {1, 2}
    yield "dots", lambda: ...


def _raises(error: type[Exception], way: str) -> Any:
    def stop(*_words: Any, **_named: Any) -> Any:
        raise error("odd")

    return type("Odd", (), {way: stop})()


class Endless(Mapping[Any, Any]):
    """A mapping without an end."""

    def __getitem__(self, key: Any) -> Any:
        return 1

    def __iter__(self) -> Iterator[Any]:
        return itertools.count()

    def __len__(self) -> int:
        return 3
