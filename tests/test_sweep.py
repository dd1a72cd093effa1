"""The whole public interface, given what it does not expect.

Each public function of the topics, of kpi, experiments and inputs is called as `tests/sweep` says,
and then with each argument in turn replaced: by None, "no" for true or false, an empty table, a
table without one of its columns, a table with two columns of one name; and with all tables moved to
another engine. The answer is a CourseError that names the argument, the table or the column, or
the value that pandas gives.
"""

from __future__ import annotations

import importlib
import inspect
import math
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from ecokit import topics
from ecokit.errors import CourseError
from ecokit.shop import Shop
from ecokit.shop.schema import schemas
from tests.sweep import limits, moved, stored
from tests.sweep.inputs import FOR_AUTHORS
from tests.sweep.shop import Call, Calls

HERE = Path(__file__).parent

# What pandas gives for frame.index and the like, without a word, whatever columns the frame has.
PARTS_OF_A_TABLE = {
    name
    for name in dir(pd.DataFrame)
    if name[0] != "_" and not callable(getattr(pd.DataFrame, name))
} - {"at", "iat", "loc", "iloc"}  # a column at is told: an accessor shows no values

INPUTS = ("frames", "numbers", "rows", "intervals", "demand")


def categories(table: pd.DataFrame) -> pl.DataFrame:
    """Return a table of Polars whose text is categories, in an order that is not the alphabet's."""
    text = [name for name in table if table[name].dtype == "str" and table[name].notna().any()]
    orders = {name: sorted(table[name].dropna().unique(), reverse=True) for name in text}
    words = {name: pl.Enum([*order, "in no row"]) for name, order in orders.items()}
    return pl.from_pandas(table).cast(words)  # type: ignore[arg-type]


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": categories,
    "polars-lazy": lambda table: pl.from_pandas(table).lazy(),
    "duckdb": lambda table: duckdb.from_arrow(pl.from_pandas(table).to_arrow()),
    "pyarrow": lambda table: pl.from_pandas(table).to_arrow(),
}
Put = Callable[[pd.DataFrame], dict[str, Any]]
LISTED = [name for name in topics.names() if name != "kpi"]
ROOMS = ("kpi", "experiments", "inputs", *LISTED)


def calls(room: str) -> Calls:
    """Return the calls that are known of a topic, none where it has no file."""
    if not (HERE / "sweep" / f"{room}.py").is_file():
        return {}
    found: Calls = importlib.import_module(f"tests.sweep.{room}").CALLS
    return found


CALLS = {name: call for room in ROOMS for name, call in calls(room).items()}
MAY_LACK = [  # where a lazy table may have a gap: a number that is not known yet, or not for all
    ("competitors.average_price", "prices: price"),
    ("competitors.own_prices", "stock: price"),
    ("competitors.price_gaps", "panel: list_price"),
    ("competitors.price_gaps", "panel: price"),
    ("competitors.price_gaps", "own: own_price"),
    ("competitors.rank_directory", "directory: price_low"),
    ("competitors.weekly_report", "gaps: own_price"),
    ("competitors.weekly_report", "gaps: price"),
    ("decisions.kept_shares", "decisions: effect"),
    ("decisions.kept_shares", "decisions: potential"),
    ("decisions.lost_value", "decisions: effect"),
    ("operations.storage", "products: volume_litres"),
    ("pricing.base_prices", "products: store_price"),
]
HOUSE = (*ROOMS, "shop", "shop.simulator", "own")
MODULES = [name for room in HOUSE for name in limits.modules(room)]


def public(room: str) -> dict[str, Callable[..., Any]]:
    """Return every public function of a topic by its name, ``operations.stockouts``."""
    if room == "inputs":
        return dict(_of_inputs())
    package = importlib.import_module(f"ecokit.{room}")
    named = {f"{room}.{name}": getattr(package, name) for name in package.__all__}
    return {
        name: one
        for name, one in named.items()
        if callable(one) and not inspect.isclass(one) and not inspect.ismodule(one)
    }


def _of_inputs() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in INPUTS:
        found = importlib.import_module(f"ecokit.inputs.{module}")
        for name, one in vars(found).items():
            mine = inspect.isfunction(one) and one.__module__ == found.__name__
            if mine and name[0] != "_" and f"{module}.{name}" not in FOR_AUTHORS:
                yield f"inputs.{module}.{name}", one


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("away")


@pytest.fixture(autouse=True)
def elsewhere(away: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in an empty folder: a call may write a file under any name that it is given."""
    monkeypatch.chdir(away)
    yield
    for path in away.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_function_is_swept(room: str) -> None:
    lacking = set(public(room)) - set(calls(room))
    assert not lacking, f"write a call in tests/sweep/{room}.py for: {', '.join(sorted(lacking))}"


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_of_a_public_function(name: str) -> None:
    assert name in public(name.split(".")[0])


# --- the cases -------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_what_cannot_be_used_is_told(name: str) -> None:
    function, call = _function(name), _call(name)
    faults = []
    for case, allowed, arguments in _cases(function, call):
        fault = _fault(name, function, arguments, allowed)
        if fault:
            faults.append(f"{case}: {fault}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CALLS)
def test_other_engines_give_what_pandas_gives(name: str, engine: str) -> None:
    call = _call(name)
    if not list(_tables(call)):
        return
    moved = _moved(_arguments(_function(name), call), ENGINES[engine])
    found = _run(_function(name), moved)
    if engine == "pyarrow" and isinstance(found, CourseError) and "is of PyArrow" in str(found):
        return  # it is not promised; what it cannot do is told
    assert not isinstance(found, CourseError), found
    assert _same(_plain(call.of(found)), _expected(name)), (found, _expected(name))


@pytest.mark.parametrize("name", CALLS)
def test_a_shop_gives_what_its_tables_give(name: str) -> None:
    call = _call(name)
    if not _takes_shop(call):
        return
    arguments = _arguments(_function(name), call)
    shops = {key: Shop(value) if _by_name(value) else value for key, value in arguments.items()}
    assert _same(_plain(call.of(_run(_function(name), shops))), _expected(name))


@pytest.mark.parametrize("name", CALLS)
def test_a_table_that_comes_back_is_a_plain_one(name: str) -> None:
    found = _given(name).found
    called = set(_columns(found)) & PARTS_OF_A_TABLE
    assert not called, "pandas gives something else for frame.index"
    if isinstance(found, pd.DataFrame) and found.index.dtype.kind == "i":
        assert found.index.name or found.index.tolist() == list(range(len(found)))


@pytest.mark.skipif(not stored.comparable(), reason="the values are of other packages or systems")
@pytest.mark.parametrize("name", CALLS)
def test_a_call_gives_what_it_gave(name: str) -> None:
    found, known = stored.short(_expected(name)), stored.read()["results"].get(name)
    assert stored.alike(found, known), (
        f"{name} gave {known} and gives {found}. If that is meant: python -m tests.sweep.stored"
    )


@pytest.mark.skipif(not stored.comparable(), reason="the values are of other packages or systems")
@pytest.mark.parametrize("name", CALLS)
def test_a_call_with_one_thing_moved_gives_what_it_gave(name: str) -> None:
    found, known = _moved_results(name), stored.read()["moved"].get(name, {})
    other = [
        case for case in {**known, **found} if not stored.alike(found.get(case), known.get(case))
    ]
    assert not other, (
        f"{name} gives another value for {other}; if meant: python -m tests.sweep.stored"
    )


@pytest.mark.parametrize(("name", "column"), MAY_LACK)
def test_a_database_may_hold_a_gap_where_nothing_is_asked(name: str, column: str) -> None:
    call = _call(name)
    cases = dict(moved.gaps(_places(call, _arguments(_function(name), call))))
    found = _run(_function(name), _moved(cases[column], ENGINES["polars-lazy"]))
    assert not isinstance(found, CourseError), found


@pytest.mark.parametrize("name", CALLS)
def test_a_default_is_what_it_was(name: str) -> None:
    assert stored.defaults(_function(name)) == stored.read()["defaults"].get(name, {})


@pytest.mark.parametrize("name", CALLS)
def test_a_limit_is_what_it_was(name: str) -> None:
    known = stored.read()["limits"].get(name, [])
    assert _limits(name) == known, "if meant: python -m tests.sweep.stored limits"


@pytest.mark.parametrize("module", MODULES)
def test_a_constant_is_what_it_was(module: str) -> None:
    found, known = limits.constants(module), stored.read()["constants"].get(module, {})
    assert stored.alike(found, known), "if meant: python -m tests.sweep.stored constants"


@pytest.mark.parametrize("name", CALLS)
def test_a_word_is_a_word(name: str) -> None:
    given = _arguments(_function(name), _call(name))
    words = [key for key, it in _parameters(name).items() if isinstance(it.default, str)]
    for word in [] if name.startswith("inputs.") else words:  # there it names what is given
        found = _run(_function(name), {**given, word: 5})
        assert isinstance(found, CourseError), word
        assert _names(found, word), found


@pytest.mark.parametrize("name", CALLS)
def test_a_confidence_lies_between_0_and_1(name: str) -> None:
    if "confidence" not in _parameters(name):
        return
    given = _arguments(_function(name), _call(name))
    for end in (0, 1, 95, math.nan):
        found = _run(_function(name), {**given, "confidence": end})
        assert isinstance(found, CourseError), end
        assert "confidence is" in str(found)


def _columns(found: Any) -> Iterator[str]:
    """Yield the names of all columns of a result, and of the tables in it."""
    found = _collected(found)
    if isinstance(found, pd.DataFrame):
        yield from map(str, found.columns)
        yield from (str(one) for one in found.index.names if one is not None)
    elif isinstance(found, Mapping):
        yield from chain.from_iterable(map(_columns, found.values()))
    elif isinstance(found, (list, tuple)):
        yield from chain.from_iterable(map(_columns, found))
    elif is_dataclass(found) and not isinstance(found, type):
        parts = (getattr(found, one.name) for one in fields(found))
        yield from chain.from_iterable(map(_columns, parts))


class _Allowed:
    """What may come back: an error that names one of `names`, the value of pandas, or any value.

    Without names any CourseError may. What came back already, on the way here, is `known`.
    """

    def __init__(
        self, *names: str, value: bool = True, any_value: bool = False, known: Any = None
    ) -> None:
        self.names, self.value, self.any_value, self.known = names, value, any_value, known


def _cases(
    function: Callable[..., Any], call: Call
) -> Iterator[tuple[str, _Allowed, dict[str, Any]]]:
    """Yield what is replaced, what may come back, and the arguments."""
    given = _arguments(function, call)
    parameters = inspect.signature(function).parameters
    for name, value in given.items():
        if name in call.skip:
            continue
        free = parameters[name].default is None or name == "by"  # by=None is one group: all
        yield f"{name}=None", _Allowed(name, value=free, any_value=free), {**given, name: None}
        if isinstance(value, bool):
            yield f"{name}='no'", _Allowed(name, value=False), {**given, name: "no"}
        if _by_name(value):
            yield from _bad_mappings(name, value, call, given)
    for name, table, put in _places(call, given):
        for case, allowed, bad in _bad_tables(name, table):
            yield f"{name} {case}", allowed, put(bad)
        for columns, known in _to_drop(function, call, table, put):
            allowed = _Allowed(*columns, name, any_value=call.can_lack(columns[0]), known=known)
            yield f"{name} without {', '.join(columns)}", allowed, put(table.drop(columns=columns))


def _bad_mappings(
    name: str, value: Mapping[str, pd.DataFrame], call: Call, given: dict[str, Any]
) -> Iterator[tuple[str, _Allowed, dict[str, Any]]]:
    yield f"{name}={{}}", _Allowed(*value, value=False), {**given, name: {}}
    bare = next(iter(value.values()))
    yield f"{name} bare", _Allowed(name, value=False), {**given, name: bare}
    for table in value:
        free = call.can_lack(table)
        allowed = _Allowed(any_value=True) if free else _Allowed(table, value=False)
        rest = {key: other for key, other in value.items() if key != table}
        yield f"no {table}", allowed, {**given, name: rest}
        yield f"{table}=None", allowed, {**given, name: {**value, table: None}}


def _places(call: Call, given: dict[str, Any]) -> Iterator[tuple[str, pd.DataFrame, Put]]:
    """Yield each table of a call: its name, itself, and what puts another in its place."""
    for name, value in given.items():
        if name in call.skip:
            continue
        if isinstance(value, pd.DataFrame):
            yield name, value, partial(_put, given, name)
        elif _by_name(value):
            for key, table in value.items():
                yield key, table, partial(_put_into, given, name, key)


def _put(given: dict[str, Any], name: str, table: pd.DataFrame) -> dict[str, Any]:
    return {**given, name: table}


def _put_into(given: dict[str, Any], name: str, key: str, table: pd.DataFrame) -> dict[str, Any]:
    return {**given, name: {**given[name], key: table}}


def _bad_tables(name: str, table: pd.DataFrame) -> Iterator[tuple[str, _Allowed, pd.DataFrame]]:
    yield "empty", _Allowed(any_value=True), table.head(0)
    first = table.columns[0]
    yield f"with {first} twice", _Allowed(name, first), pd.concat([table, table[[first]]], axis=1)


def _to_drop(
    function: Callable[..., Any], call: Call, table: pd.DataFrame, put: Put
) -> Iterator[tuple[list[str], Any]]:
    """Yield the columns to leave out: one by one, and together those that nothing asks for.

    Which ones nothing asks for is found by leaving out all, then all but those that were asked
    for, until no sentence names another: two sums instead of one a column. What came back without
    the last ones comes with them.
    """
    yield from (([column], None) for column in map(str, table.columns) if call.can_lack(column))
    rest = [column for column in map(str, table.columns) if not call.can_lack(column)]
    while rest:
        try:
            found = _run(function, put(table.drop(columns=rest)))
        except Exception as error:  # told below, column by column
            found = error
        asked = [name for name in rest if isinstance(found, CourseError) and _names(found, name)]
        if not asked:
            alone = isinstance(found, Exception)
            yield from (([column], None) for column in rest) if alone else [(rest, found)]
            return
        yield from (([column], None) for column in asked)
        rest = [column for column in rest if column not in asked]


def _names(error: CourseError, name: str) -> bool:
    """Say whether a sentence names an argument, a table or a column."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(error)) is not None


def _fault(
    name: str, function: Callable[..., Any], arguments: dict[str, Any], allowed: _Allowed
) -> str:
    """Return what is wrong with what comes back, nothing where it is right."""
    found = allowed.known
    try:
        found = _run(function, arguments) if found is None else found
    except Exception as error:  # whatever it is, it is told with its case
        return f"{type(error).__name__}: {error}"
    if isinstance(found, CourseError):
        named = not allowed.names or any(_names(found, name) for name in allowed.names)
        return "" if named else f"does not name {' or '.join(allowed.names)}: {found}"
    if allowed.any_value:
        return ""
    if not allowed.value:
        return "gives a value, and no sentence"
    same = _same(_plain(_call(name).of(found)), _expected(name))
    return "" if same else "gives another value, and no sentence"


# --- calling and comparing -------------------------------------------------------------


@cache
def _call(name: str) -> Call:
    return CALLS[name]()


def _function(name: str) -> Callable[..., Any]:
    return public(name.split(".")[0])[name]


def _parameters(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(_function(name)).parameters


def _arguments(function: Callable[..., Any], call: Call) -> dict[str, Any]:
    """Return the arguments of a call by name; those in any number are left as they are."""
    return dict(inspect.signature(function).bind(*call.args, **call.kwargs).arguments)


def _run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Return what the function gives, or the CourseError that it raises; lazy tables computed."""
    bound = inspect.signature(function).bind_partial()
    bound.arguments.update(arguments)
    try:
        return _collected(function(*bound.args, **bound.kwargs))
    except CourseError as error:
        return error


def _collected(found: Any) -> Any:
    frame = nw.from_native(found, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pandas")
    return frame.to_pandas() if isinstance(frame, nw.DataFrame) else found


def _expected(name: str) -> Any:
    return _given(name).plain


def _limits(name: str) -> list[str]:
    return _given(name).limits


class _Given(NamedTuple):
    """What a call gives, the same in plain values, and the limits of the numbers it asks for."""

    found: Any
    plain: Any
    limits: list[str]


@cache
def _given(name: str) -> _Given:
    function, call = _function(name), _call(name)
    arguments = _arguments(function, call)
    with limits.noted() as asked:
        found = _run(function, arguments)
    assert not isinstance(found, CourseError), f"{name}: the call in tests/sweep fails: {found}"
    return _Given(found, _plain(call.of(found)), sorted(asked))


def _moved_results(name: str) -> dict[str, Any]:
    """Return what a call gives when one thing in it is moved, in short, by what is moved."""
    function, call = _function(name), _call(name)
    given = _arguments(function, call)
    places = list(_places(call, given))
    words = {*given, *(key for key, *_rest in places)}
    words |= {str(column) for _key, table, _put in places for column in table}
    found = {}
    for case, arguments in moved.moves(name, given, places, call.skip):
        result = _run(function, arguments)
        if not isinstance(result, CourseError):
            result = _plain(call.of(result))
        found[case] = moved.brief(result, words)
    return found


def _by_name(value: Any) -> bool:
    """Say whether an argument is tables by name."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(one, pd.DataFrame) for one in value.values())
    )


def _takes_shop(call: Call) -> bool:
    given = [one for one in (*call.args, *call.kwargs.values()) if _by_name(one)]
    return any(set(one) <= set(schemas()) for one in given)


def _tables(call: Call) -> Iterator[pd.DataFrame]:
    for value in (*call.args, *call.kwargs.values()):
        yield from [value] if isinstance(value, pd.DataFrame) else []
        yield from value.values() if _by_name(value) else []


def _moved(value: Any, engine: Callable[[pd.DataFrame], Any]) -> Any:
    if isinstance(value, pd.DataFrame):
        return engine(value)
    if isinstance(value, dict):
        return {key: _moved(one, engine) for key, one in value.items()}
    return value


def _plain(value: Any) -> Any:
    """Return a value as lists, mappings, numbers and text, which compare."""
    value = _collected(value)
    if isinstance(value, pd.Series):
        value = value.to_frame(str(value.name))
    if isinstance(value, pd.DataFrame):
        named = any(name is not None for name in value.index.names)
        table = value.reset_index() if named else value
        return {str(name): [_plain(one) for one in table[name].tolist()] for name in table}
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (str, date, pd.Timedelta, pd.Period)):
        return str(pd.Timestamp(value)) if isinstance(value, date) else str(value)
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()] if value.ndim else _plain(value.item())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return _plain_object(value)


def _plain_object(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    try:
        number = float(value)
    except (TypeError, ValueError):
        return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
    return None if math.isnan(number) else number


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
