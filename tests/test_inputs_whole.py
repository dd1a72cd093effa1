"""The one door over small tables: what each kind of column becomes, each fault in its place."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, intervals, kinds, numbers, renamed, rows
from tests.engines import MOVES, pyarrow

T = pd.Timestamp
NOON = datetime(2025, 1, 5, 12)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    """Return the sentence of a call that must be refused."""
    with pytest.raises(CourseError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


# --- a fault in its place ----------------------------------------------------------------

FIRST = "Turn the whole column into {} first."
HOLDS = "The column b of t holds {} among {}. " + FIRST
FLAGS = "The column b of t holds 'maybe', which is neither true nor false. Write true or false."
ZONE = (
    "The column b of t has a time zone (UTC), but days and months are the shop's. Turn it into the "
    "shop's local time without a zone."
)
NESTED = (
    "The column b of t holds {}, which is several values in one. Give one value a row, or turn the "
    "whole column into text."
)
LARGE = (
    "The column b of t holds {}, which is too large to add up to the fen. Correct it, "
    "or leave the rows out."
)
FAULTS: list[tuple[str, list[Any], Any, str, str]] = [  # kind, right values, fault, type, sentence
    ("number", [1, 2, 3], "many", "object", HOLDS.format("'many'", *["numbers"] * 2)),
    ("integer", [1, 2, 3], True, "object", HOLDS.format("True", *["numbers"] * 2)),
    ("number", [1, 2, 3], math.inf, "object", HOLDS.format("inf", *["numbers"] * 2)),
    ("date", [NOON.date()] * 3, "soon", "object", HOLDS.format("'soon'", *["times"] * 2)),
    ("datetime", [NOON] * 3, 7, "object", HOLDS.format("7", *["times"] * 2)),
    ("boolean", [True, False, 1], 2, "object", HOLDS.format("2", *["true or false"] * 2)),
    ("boolean", ["yes", "no", ""], "maybe", "str", FLAGS),
    ("datetime", [NOON] * 3, T("2025-01-05", tz="UTC"), "object", ZONE),
    ("any", [NOON] * 3, T("2025-01-05", tz="UTC"), "object", ZONE),
    ("any", ["x", "y", "z"], [1, 2], "object", NESTED.format("[1, 2]")),
    ("any", ["x", "y", "z"], ((1, [2]), 3), "object", NESTED.format("((1, [2]), 3)")),
    ("number", [1.0, -2.0, 9e12], 1e13, "float64", LARGE.format("1e+13")),
    ("number", [1.0, 2.0, 3.0], -1e13, "float64", LARGE.format("1e+13")),
    ("number", [1, 2, 3], 10**13, "int64", LARGE.format(10**13)),
]


@pytest.mark.parametrize("place", [(0,), (1,), (2,), (0, 2)])
@pytest.mark.parametrize(("kind", "right", "fault", "dtype", "sentence"), FAULTS)
def test_a_fault_is_told_wherever_it_stands(
    kind: str, right: list[Any], fault: Any, dtype: str, sentence: str, place: tuple[int, ...]
) -> None:
    wrong = [fault if n in place else value for n, value in enumerate(right)]
    types = {"a": kind, "b": kind}
    good = {name: pd.Series(right, dtype=dtype) for name in "abc"}
    assert len(frames.table(pd.DataFrame(good), "a b", name="t", types=types)) == 3
    told = pd.DataFrame({**good, "b": pd.Series(wrong, dtype=dtype)})
    assert refusal(frames.table, told, "a b", name="t", types=types) == sentence
    assert len(frames.table(told, "a", name="t", types=types)) == 3  # b is not asked for


@pytest.mark.parametrize("kind", ["datetime", "date", "any"])
@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_a_column_of_times_with_a_zone_is_told(kind: str, engine: str) -> None:
    days = pd.DataFrame({"a": [1], "b": pd.Series([NOON]).dt.tz_localize("UTC")})
    told = refusal(frames.table, MOVES[engine](days), "b", name="t", types={"b": kind})
    assert told.replace("Etc/", "") == ZONE


@pytest.mark.parametrize("place", [(0,), (1,), (2,), (1, 2)])
@pytest.mark.parametrize("column", ["order_id", "b"])
@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_a_row_of_totals_is_told_by_its_number(
    column: str, place: tuple[int, ...], engine: str
) -> None:
    words = ["x", "y", "z"]
    table = pd.DataFrame({"a": words, "order_id": words, "b": words})
    table.loc[list(place), column] = "合计"
    told = refusal(frames.table, MOVES[engine](table), "a order_id b", name="t")
    assert told == (
        f"Row {place[0] + 1} of t is a total of the others: its {column} is '合计'. "
        "Leave this row out."
    )


def test_ids_are_looked_at_though_nobody_asks_for_them_and_free_text_is_not() -> None:
    table = pd.DataFrame({"sold": [1, 2], "more_id": ["x", "Total"]})
    assert "Row 2 of t is a total" in refusal(
        frames.table, table, "sold", name="t", types={"sold": "number"}
    )
    goods = pd.DataFrame({"product_id": ["A", "B"], "name": ["Total", "None"]})
    found = frames.table(goods, "product_id name", name="products")
    assert found["name"].to_list() == ["Total", "None"]


@pytest.mark.parametrize("place", [(0,), (1,), (2,), (0, 1)])
def test_what_is_not_finite_is_told_of_any_column(place: tuple[int, ...]) -> None:
    for fault in (math.nan, math.inf, -math.inf):
        values = [fault if n in place else 1.0 for n in range(3)]
        table = pl.DataFrame({"a": [1.0] * 3, "b": values})
        told = refusal(frames.table, table, "a b", name="t")
        assert told == (
            "The column b of t holds NaN or infinity, which is not a number to add up. Make it "
            "missing (NULL) or leave the rows out."
        )
        assert frames.table(table, "a", name="t")["a"].sum() == 3


@pytest.mark.parametrize("place", [(0,), (1,), (2,), (0, 2)])
@pytest.mark.parametrize("engine", ["pandas", "polars", "polars-lazy", "duckdb"])
@pytest.mark.parametrize("column", ["order_id", "product_id", "placed"])
def test_a_row_without_what_it_needs_is_counted(
    column: str, engine: str, place: tuple[int, ...]
) -> None:
    lines = {"order_id": list("xyz"), "product_id": list("pqr"), "quantity": [1, None, 3]}
    orders = {"order_id": list("xyz"), "placed_at": [NOON] * 3}
    name = "orders" if column == "placed" else "order_lines"
    column = "placed_at" if column == "placed" else column
    table = pd.DataFrame(orders if name == "orders" else lines).convert_dtypes()
    table.loc[list(place), column] = None
    asked = {name: list(table)}
    told = refusal(frames.door, {name: MOVES[engine](table)}, asked)
    assert told.startswith(f"In {len(place)} of 3 rows of {name}, {column} is missing, such as ")
    assert told.endswith(
        "Fill the gaps, drop these rows, or make a Shop with strict=False, which tells what it "
        "leaves out."
    )


@pytest.mark.parametrize("engine", ["pandas", "polars", "polars-lazy", "duckdb"])
def test_rows_of_one_key_and_totals_are_told(engine: str) -> None:
    def told(**columns: list[Any]) -> str:
        table = MOVES[engine](pd.DataFrame({**columns, "quantity": 1}))
        return refusal(frames.door, {"order_lines": table}, {"order_lines": "quantity"})

    lines = told(order_id=list("xyxyx"), line=[1, 1, 1, 2, 1])
    assert lines == (
        "The table order_lines holds order_id x, line 1 more than once, and 3 such rows in all. "
        "Keep one row for each order_id, line."
    )
    fine = pd.DataFrame({"order_id": list("xxy"), "line": [1, 2, 1], "quantity": 1})
    assert frames.door({"order_lines": MOVES[engine](fine)}, {"order_lines": "quantity"})
    gaps = pd.DataFrame({"order_id": [None, None, "y"], "line": [1, 1, 1], "quantity": 1})
    assert frames.door({"order_lines": MOVES[engine](gaps)}, {"order_lines": "quantity"})
    posts = pd.DataFrame({"post_id": ["a", "a", "b"], "structure": ["new", "old", "new"]})
    assert frames.door({"posts": MOVES[engine](posts)}, {"posts": "post_id"})
    again = MOVES[engine](posts.assign(structure="new"))
    assert "post_id a, structure new more than once, and 2 such" in refusal(
        frames.door, {"posts": again}, {"posts": "post_id"}
    )


@pytest.mark.parametrize("engine", ["polars-lazy", "duckdb"])
def test_a_total_is_told_before_what_stands_twice(engine: str) -> None:
    """A lazy engine is asked both at once, and once only for each of its tables."""
    for ids in (["合计", "y", "z"], ["x", "x", "Total"], ["x", "y", "SUM"]):
        table = MOVES[engine](pd.DataFrame({"product_id": ids, "cost": 1.0}))
        total = next(one for one in ids if one not in "xyz")
        assert refusal(frames.door, {"products": table}, {"products": "cost"}) == (
            f"A row of products is a total of the others: the one with product_id {total}. "
            "Leave it out."
        )
    table = MOVES[engine](pd.DataFrame({"product_id": ["x", "y"], "cost": 1.0}))
    assert kinds.first_time(table)
    frames.door({"products": table}, {"products": "cost"})
    assert not kinds.first_time(table)
    assert kinds.first_time(table, "other")
    twice = MOVES[engine](pd.DataFrame({"product_id": ["x", "x"], "cost": 1.0}))
    assert frames.door({"products": twice}, {"products": "cost"}, alike=["products"])
    assert frames.door({"more": twice}, {"more": "cost"})


def test_ids_of_several_tables_are_told_together() -> None:
    def found(*ids: list[Any]) -> list[Any]:
        tables = {f"t{n}": pl.DataFrame({"x": 1, "y_id": one}) for n, one in enumerate(ids)}
        frames_ = frames.door(tables, dict.fromkeys(tables, "x y_id"))
        return [frame.collect_schema()["y_id"] for frame in frames_]

    assert found([1], [2]) == [nw.Int64, nw.Int64]
    assert found([None], ["a"], [None]) == [nw.String] * 3
    assert found([1], [None]) == [nw.Int64, nw.Int64]
    assert found([None], [1]) == [nw.Int64, nw.Int64]
    assert found([None], [None]) == [nw.String, nw.String]
    for order in ([[1], ["a"]], [[1], [None], ["a"]], [[None], ["a"], [1]]):
        assert "The column y_id holds numbers in one of the tables" in refusal(found, *order)
    pandas = {"t": pd.DataFrame({"y_id": [None, None]}), "u": pd.DataFrame({"y_id": [1, 2]})}
    one, _other = frames.door(pandas, {"t": "y_id", "u": "y_id"})
    assert one["y_id"].dtype == nw.Float64  # as pandas has numbers with a gap


# --- what every kind of column becomes ---------------------------------------------------

Cells = list[Any]
N, F, S, B, D = nw.Int64, nw.Float64, nw.String, nw.Boolean, nw.Datetime("us")
MOMENTS = [datetime(2025, 9, 1), datetime(2025, 10, 1), None]
BECOMES: list[tuple[str, pl.Series, Any, Cells]] = [
    ("number", pl.Series([1, 2, None], dtype=pl.Int8), N, [1, 2, None]),
    ("number", pl.Series([29.9, 0.1, None], dtype=pl.Float32), F, [29.9, 0.1, None]),
    ("integer", pl.Series([29.5, 0.1, None], dtype=pl.Float32), F, [29.5, 0.1, None]),
    ("number", pl.Series([Decimal("9.5"), Decimal(1), None]), F, [9.5, 1, None]),
    ("integer", pl.Series([1, 2, None], dtype=pl.UInt32), N, [1, 2, None]),
    ("integer", pl.Series([None, None, None], dtype=pl.String), F, [None] * 3),
    ("integer", pl.Series(["-", "", "null"]), F, [None] * 3),
    ("number", pl.Series([None] * 3), F, [None] * 3),
    ("id", pl.Series([1, 2, None], dtype=pl.Int16), N, [1, 2, None]),
    ("id", pl.Series([1.0, 2.0, None]), N, [1, 2, None]),
    ("id", pl.Series(["a", " ", None]), S, ["a", None, None]),
    ("id", pl.Series([True, False, None]), S, ["true", "false", None]),
    ("id", pl.Series([None] * 3), S, [None] * 3),
    ("key", pl.Series([1, 2, 3], dtype=pl.Int16), N, [1, 2, 3]),
    ("key", pl.Series([1.0, 2.0, 3.0]), N, [1, 2, 3]),
    ("string", pl.Series(["a", "无", None]), S, ["a", None, None]),
    ("string", pl.Series([1, 2, None]), S, ["1", "2", None]),
    ("string", pl.Series(["b", "a", None], dtype=pl.Categorical), S, ["b", "a", None]),
    ("boolean", pl.Series([1, 0, None]), B, [True, False, None]),
    ("boolean", pl.Series([1.0, 0.0, None]), B, [True, False, None]),
    ("boolean", pl.Series([True, False, None]), B, [True, False, None]),
    ("boolean", pl.Series([" Yes", "否", "n/a"]), B, [True, False, None]),
    ("boolean", pl.Series(["TRUE", "0 ", None]), B, [True, False, None]),
    ("datetime", pl.Series([202509, 202510, None]), D, MOMENTS),
    ("date", pl.Series(["2025-9", "2025年10月", None]), D, MOMENTS),
    ("date", pl.Series(["202509", " 2025-10 ", "-"]), D, MOMENTS),
    ("date", pl.Series([None] * 3), D, [None] * 3),
    ("datetime", pl.Series(MOMENTS), D, MOMENTS),
    (
        "date",
        pl.Series([one and one.date() for one in MOMENTS]),
        nw.Date,
        [one and one.date() for one in MOMENTS],
    ),
    ("any", pl.Series(["a", "", "b"]), S, ["a", "", "b"]),
    ("any", pl.Series([1, 2, None], dtype=pl.Int8), nw.Int8, [1, 2, None]),
]


@pytest.mark.parametrize(("kind", "given", "dtype", "cells"), BECOMES)
def test_a_column_becomes_what_its_kind_is(
    kind: str, given: pl.Series, dtype: Any, cells: Cells
) -> None:
    table = pl.DataFrame({"a": given, "b": given})
    frame = frames.table(table, "a b", name="t", types={"a": kind, "b": kind})
    for column in "ab":
        assert frame[column].dtype == dtype
        assert frame[column].to_list() == cells
    months = kind == "datetime" and given.dtype == pl.Int64
    if (
        given.dtype not in (pl.Null, pl.String) and not months
    ):  # of which a lazy engine knows no values
        lazy = frames.table(table.lazy(), "a b", name="t", types={"a": kind, "b": kind})
        assert frames.collected(lazy)["b"].dtype == dtype
        assert frames.collected(lazy)["b"].to_list() == cells


WRONG: list[tuple[str, pl.Series, str, str]] = [
    ("number", pl.Series(["one", "2"]), "text", "numbers"),
    ("integer", pl.Series([True, False]), "true or false", "numbers"),
    ("key", pl.Series(["one", "2"]), "text", "numbers"),
    ("number", pl.Series([NOON, NOON]), "times", "numbers"),
    ("datetime", pl.Series(["soon", "later"]), "text", "times"),
    ("datetime", pl.Series(["2025-09", "later"]), "text", "times"),
    ("date", pl.Series([1, 2]), "numbers", "times"),
    ("date", pl.Series([202509, 2025]), "numbers", "times"),
    ("date", pl.Series([1.5, 2.5]), "numbers", "times"),
    ("datetime", pl.Series([True, False]), "true or false", "times"),
    ("number", pl.Series([[1], [2]]), "values of another kind", "numbers"),
]


@pytest.mark.parametrize(("kind", "given", "found", "wanted"), WRONG)
def test_a_column_of_another_kind_is_told(
    kind: str, given: pl.Series, found: str, wanted: str
) -> None:
    table = pl.DataFrame({"a": given})
    told = refusal(frames.table, table, "a", name="t", types={"a": kind})
    assert told == f"The column a of t holds {found}, not {wanted}. Turn it into {wanted} first."


OWN: list[tuple[str, Cells, Any, Cells]] = [  # Python's own objects in pandas
    ("number", [1, 2.5, None], F, [1, 2.5, None]),
    ("number", [1, Decimal(2), 3], N, [1, 2, 3]),
    ("integer", [1, None, 3], F, [1, None, 3]),
    ("integer", [2**63, 1, 2], F, [2.0**63, 1, 2]),
    ("integer", [2**62, 1, 2], N, [2**62, 1, 2]),
    ("number", [0.5, 1.5, -2], F, [0.5, 1.5, -2]),
    ("key", [3, 2, 1], N, [3, 2, 1]),
    ("id", [1, 2, 3], N, [1, 2, 3]),
    ("id", [2**63, 1, None], S, [str(2**63), "1", None]),
    ("id", [-(2**63), 1, None], S, [str(-(2**63)), "1", None]),
    ("id", [2**62, 1, 2], N, [2**62, 1, 2]),
    ("id", ["a", 1, None], S, ["a", "1", None]),
    ("string", ["a", 1, None], S, ["a", "1", None]),
    ("boolean", [True, None, 0], B, [True, None, False]),
    ("datetime", [NOON, None, date(2025, 9, 1)], D, [NOON, None, datetime(2025, 9, 1)]),
]


@pytest.mark.parametrize(("kind", "given", "dtype", "cells"), OWN)
def test_pythons_own_values_become_what_their_kind_is(
    kind: str, given: Cells, dtype: Any, cells: Cells
) -> None:
    table = pd.DataFrame({name: pd.Series(given, dtype=object) for name in "ab"})
    frame = frames.table(table, "a b", name="t", types={"a": kind, "b": kind})
    for column in "ab":
        assert frame[column].dtype == dtype
        found = [None if pd.isna(one) else one for one in frame[column].to_list()]
        assert found == cells


def test_a_key_that_int64_does_not_hold_is_told() -> None:
    for most, fits in ((2**62, True), (2**63, False)):
        for ids in (
            pl.DataFrame({"a": pl.Series([1, most], dtype=pl.UInt64)}),
            pd.DataFrame({"a": pd.Series([1, most], dtype=object)}),
            pd.DataFrame({"a": pd.array([1, most], dtype="UInt64")}),
        ):
            if fits:
                found = frames.table(ids, "a", name="t", types={"a": "key"})
                assert (found["a"].dtype, found["a"].max()) == (N, most)
            else:
                told = refusal(frames.table, ids, "a", name="t", types={"a": "key"})
                assert told.startswith("The column a of t holds 9")
                assert told.endswith(
                    ", which has more digits than a whole number can. Number the rows anew."
                )


def test_ids_that_decimals_have_changed_are_told_from_16_digits_on() -> None:
    fine = 2.0**53 - 1
    kinds_of_tables: tuple[Any, ...] = (pd.DataFrame, pl.DataFrame, pl.LazyFrame)
    for table in kinds_of_tables:
        for sign in (1, -1):
            lost = table({"a": [1.0, sign * 2.0**53, 3.0]})
            told = refusal(frames.table, lost, "a", name="t", types={"a": "id"})
            assert told == (
                "The column a of t holds ids of 16 digits and more as decimal numbers, which has "
                "changed their last digits. Read the file anew with this column as text, as in "
                "pd.read_csv(..., dtype={'a': 'str'})."
            )
        kept = frames.table(table({"a": [1.0, fine]}), "a", name="t", types={"a": "id"})
        assert frames.collected(kept)["a"].max() == fine
        empty = table({"a": pl.Series([None, None], dtype=pl.Float64)})
        assert len(frames.collected(frames.table(empty, "a", name="t", types={"a": "id"}))) == 2


def test_lazy_text_is_read_for_gaps_where_a_shop_may_have_some() -> None:
    posts = pl.LazyFrame({"post_id": ["p", "q"], "reports_to": ["-", "p"], "title": ["-", "T"]})
    found = frames.collected(frames.table(posts, "post_id reports_to title", name="posts"))
    assert found["reports_to"].to_list() == [None, "p"]
    assert found["title"].to_list() == ["-", "T"]
    visits = pl.LazyFrame({"visit_id": ["1", "2"], "campaign_id": ["-", "c"]})
    found = frames.collected(frames.table(visits, "visit_id campaign_id", name="visits"))
    assert found["campaign_id"].to_list() == [None, "c"]
    own = pl.LazyFrame({"a": ["-", "c"], "b": ["-", "c"]})
    read = frames.collected(frames.table(own, "a b", name="t", types={"a": "string"}))
    assert read["a"].to_list() == ["-", "c"]
    assert read["b"].to_list() == [None, "c"]


def test_a_type_that_says_nothing_is_one_where_the_engine_says_more() -> None:
    hashed = duckdb.sql("SELECT uuid() AS a, 1 AS b")
    for kind in ("id", "string"):
        assert frames.table(hashed, "a b", name="t", types={"a": kind}).columns == ["a", "b"]
    assert "a of t holds text" in refusal(
        frames.table, hashed, "a b", name="t", types={"a": "number"}
    )
    nothing = pl.LazyFrame({"a": [None], "b": [1]})
    for kind, dtype in (("id", nw.String), ("number", nw.Float64), ("date", nw.Datetime("us"))):
        found = frames.table(nothing, "a b", name="t", types={"a": kind})
        assert found.collect_schema()["a"] == dtype


def test_what_a_table_cannot_do_without() -> None:
    def needed(table: str, *columns: str, numbers: bool) -> list[str]:
        return kinds.needed(table, columns, numbers=numbers)

    assert needed("order_lines", "order_id", "line", "quantity", numbers=True) == [
        "order_id",
        "line",
    ]
    assert needed("stock", "date", "sold", "price", "product_id", numbers=True) == [
        "date",
        "sold",
        "product_id",
    ]
    assert needed("stock", "date", "sold", "price", "product_id", numbers=False) == [
        "date",
        "product_id",
    ]
    assert needed("t", "date", numbers=True) == []
    assert kinds.own_key("orders", nw.from_native(pl.DataFrame({"order_id": [1]}))) == ["order_id"]
    assert kinds.own_key("orders", nw.from_native(pl.DataFrame({"x": [1]}))) == []
    assert kinds.own_key("order_lines", nw.from_native(pl.DataFrame({"order_id": [1]}))) == []
    assert kinds.own_key("t", nw.from_native(pl.DataFrame({"order_id": [1]}))) == []
    asked = ["visit_id", "visitor_id", "started_at", "sku", "channel_id", "nothing"]
    assert kinds.described("visits", asked) == {
        "visit_id": "id",
        "visitor_id": "id",
        "started_at": "datetime",
        "sku": "id",
        "channel_id": "id",
    }
    assert kinds.described("journey", ["touchpoint", "name"]) == {
        "touchpoint": "key",
        "name": "string",
    }
    assert kinds.described("t", ["sku", "x"]) == {"sku": "id"}


ZONED = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
EVENED: list[tuple[Any, str]] = [
    (pd.array([1, 2], dtype="Int8"), "int64"),
    (pd.array([1, None], dtype="Int8"), "Int64"),
    (pd.array([1, 2], dtype="UInt8"), "int64"),
    (pd.array([1, None], dtype="UInt64"), "Int64"),
    (pd.array([1, 2**63], dtype="UInt64"), "UInt64"),
    (pd.array([1, 2**63 - 1], dtype="UInt64"), "int64"),
    (pd.array([1.5, None], dtype="Float32"), "float64"),
    (pd.array([True, None], dtype="boolean"), "boolean"),
    (pd.array([True, False], dtype="boolean"), "bool"),
    (pd.array(["a", None], dtype="string[pyarrow]"), "str"),
    (pd.array([NOON, None], dtype="timestamp[ns][pyarrow]"), "datetime64[us]"),
    (pd.array([pd.Timedelta("1h")], dtype="duration[ns][pyarrow]"), "timedelta64[us]"),
    (pd.Series([NOON], dtype=ZONED), str(ZONED)),
    (pd.array([T("2025-01-05", tz="UTC")]), "datetime64[us, UTC]"),
    (pd.period_range("2025-01", periods=1, freq="M"), "datetime64[us]"),
    (pd.arrays.SparseArray([0, 3]), "int64"),
    (pd.Categorical(["b", "a"]), "str"),
    (np.array([1, 2], dtype="int8"), "int8"),
    (pd.Series([1, "a"], dtype=object), "object"),
]


@pytest.mark.parametrize(("values", "dtype"), EVENED, ids=[f"{n}" for n in range(len(EVENED))])
def test_pandas_types_are_evened_out(values: Any, dtype: str) -> None:
    given = pd.DataFrame({"a": values, 7: values})
    before = given["a"].dtype
    found = kinds.evened(given)
    assert list(found) == ["a", "7"]
    assert [str(one) for one in found.dtypes] == [
        dtype.replace("[us, UTC]", f"[{found['a'].dt.unit}, UTC]")
        if "UTC]" in dtype and "pyarrow" not in dtype
        else dtype
    ] * 2
    assert given["a"].dtype == before
    assert list(given) == ["a", 7]


def test_an_index_keeps_its_name_unless_a_column_has_it() -> None:
    table = pd.DataFrame({"a": [1], "b": [2]})
    assert kinds.evened(table.set_index("a")).index.name == "a"
    both = kinds.evened(table.set_index(["a", "b"], drop=False))
    assert both.index.names == [None, None]
    wide = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    assert list(kinds.evened(wide)) == ["('a', 1)", "('b', 2)"]


def test_columns_to_group_by_are_text_where_they_are_of_several_kinds() -> None:
    def grouped(values: Any, move: Callable[[Any], Any] = lambda one: one) -> nw.Series[Any]:
        frame = kinds.as_group(nw.from_native(move(pd.DataFrame({"a": values}))), "a")
        return frames.collected(frame)["a"]

    mixed = grouped(pd.Series([1, "b", None], dtype=object))
    assert [mixed[0], mixed[1]] == ["1", "b"]
    alike = pd.Series([NOON.date(), date(2025, 1, 6)], dtype=object)
    assert grouped(alike).to_list() == alike.tolist()
    assert grouped([1, 2]).dtype == nw.Int64
    for engine in ("polars", "polars-lazy", "duckdb", "pyarrow"):
        found = grouped(["b", "N/A", None], MOVES[engine])
        assert found.to_list() == ["b", None, None]
        assert found.dtype == nw.String
        assert grouped(["b", "c"], MOVES[engine]).to_list() == ["b", "c"]


PERIODS: list[tuple[list[str], list[tuple[int, ...]] | None]] = [
    (["2025", "2024年"], [(2025,), (2024,)]),
    (["2025 Q4", "2026第1季度"], [(2025, 4), (2026, 1)]),
    (["q4-2025", "Q1 2026"], [(2025, 4), (2026, 1)]),
    (["2025.9", "202510", "11/2025"], [(2025, 9), (2025, 10), (2025, 11)]),
    (["Sept. 2025", "2025 oct", "Dec-2025"], [(2025, 9), (2025, 10), (2025, 12)]),
    (["2025w1", "2025-W53", "2025年第9周"], [(2025, 1), (2025, 53), (2025, 9)]),
    (["2025-9-1", "2025年10月31日"], [(2025, 9, 1), (2025, 10, 31)]),
    (["2025-13"], None),
    (["2025-9", "2025-9-1"], None),
    (["9"], None),
    ([], None),
]


@pytest.mark.parametrize(("texts", "moments"), PERIODS)
def test_periods_of_text_stand_in_time(
    texts: list[str], moments: list[tuple[int, ...]] | None
) -> None:
    assert kinds.moments_of(texts) == moments


def test_periods_that_do_not_sort_are_told_by_the_first_pair() -> None:
    def told(*texts: Any) -> str:
        return refusal(kinds.refuse_unsorted, "t", "p", pd.Series(texts, dtype=object))

    way = "Write as many digits in each, such as 2025-09, or give dates."
    assert told("week 10", "week 9", 7, None) == (
        f"The column p of t is text in which 'week 10' stands before 'week 9'. {way}"
    )
    assert told("a 2025 12", "b 2024 1").startswith(
        "The column p of t is text in which 'a 2025 12' stands before 'b 2024 1'."
    )
    assert told("Feb", "Jan").startswith("The column p of t is text in which 'Feb' stands before")
    assert told("2025-1", "2025-02", "2025-2") == (
        "The column p of t writes one period in two ways, '2025-02' and '2025-2'. Write it alike "
        "in every row."
    )
    for fine in (["a", "b"], ["week 1", "week 2"], ["1 999", "2 1000"], ["Dec 2024", "Feb 2025"]):
        kinds.refuse_unsorted("t", "p", pd.Series(fine))
    assert kinds._moment("12 of 1000, 999") == [1000, 12, 999]


KIND_OF: list[tuple[Any, tuple[str, Any]]] = [
    ([], ("", None)),
    ([None], ("", None)),
    ([1, "a"], ("", None)),
    ([None, 2.5, 3], ("numbers", 2.5)),
    ([True, False], ("true or false", True)),
    (["b", "a"], ("text", "b")),
    ([NOON, NOON.date()], ("times", NOON)),
    ([True, 1], ("", None)),
    ([NOON, "a"], ("", None)),
]


@pytest.mark.parametrize(("values", "found"), KIND_OF)
def test_the_kind_of_values_is_told_with_the_first(
    values: list[Any], found: tuple[str, Any]
) -> None:
    assert kinds.kind_of_values(pd.Series(values, dtype=object)) == found


# --- money to the fen --------------------------------------------------------------------

QUANTITIES = ["0.45", "1.5", "-3", "2", "0", "0.000001", "1000000", "0.333333", "-0.5", "123456.7"]
PRICES = [
    "29.90",
    "33.333",
    "0.01",
    "1.005",
    "0.335",
    "0",
    "0.000001",
    "2.675",
    "999999.99",
    "-1.005",
]


def fen(quantity: str, price: str) -> int:
    worth = Decimal(quantity) * Decimal(price) * 100
    return int(worth.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("engine", ["pandas", "polars", "polars-lazy"])
def test_lines_are_those_of_decimal(engine: str) -> None:
    pairs = [
        *product(QUANTITIES, PRICES),
        ("0.5", "0.01"),
        ("0.4999", "0.01"),
        ("3000000", "2999999"),
    ]
    right = [fen(*pair) for pair in pairs]
    wide = pd.DataFrame(pairs, columns=["q", "p"]).astype("float64")
    frame = amounts.with_fen(nw.from_native(MOVES[engine](wide)), "q", "p", "fen")
    assert frame.collect_schema().names() == ["q", "p", "fen"]
    assert frames.collected(frame)["fen"].to_list() == right
    whole = [pair for pair in pairs if "." not in pair[0]]
    few = pd.DataFrame(whole, columns=["q", "p"]).astype({"q": "int64", "p": "float64"})
    frame = amounts.with_fen(nw.from_native(MOVES[engine](few)), "q", "p", "fen")
    assert frames.collected(frame)["fen"].to_list() == [fen(*pair) for pair in whole]


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_amounts_are_whole_parts(engine: str) -> None:
    table = pd.DataFrame({"n": [1, 2, 3], "x": [0.125, None, -0.25]})
    frame = nw.from_native(MOVES[engine](table))
    found = frame.select(
        n=amounts.whole(frame, "n"),
        n9=amounts.whole(frame, "n", 9),
        x=amounts.whole(frame, "x"),
        x100=amounts.whole(frame, "x", 100),
        one=amounts.unscaled("n", 1),
        four=amounts.unscaled("n", 4),
    )
    assert {name: found[name].to_list() for name in found.columns} == {
        "n": [1, 2, 3],
        "n9": [9, 18, 27],
        "x": [0, 0, 0],
        "x100": [13, 0, -25],
        "one": [1, 2, 3],
        "four": [0.25, 0.5, 0.75],
    }
    assert [found[name].dtype for name in ("n", "x100", "one")] == [nw.Int64] * 3
    assert (amounts.scale(frame, "n"), amounts.scale(frame, "n", "x")) == (1, 1_000_000)
    huge = nw.from_native(MOVES[engine](pd.DataFrame({"q": [1e300, -1e300], "p": [1.5, 1.5]})))
    assert len(amounts.with_fen(huge, "q", "p", "fen")) == 2  # it is told after that


def test_what_cannot_be_added_up_is_told() -> None:
    def told(**columns: list[Any]) -> list[str]:
        frame = nw.from_native(pl.DataFrame(columns))
        rules = amounts.faults(frame, "order_lines", "q", *(one for one in columns if one in "pr"))
        found = frame.with_columns(order_id=nw.lit("x"))
        return [
            refusal(rows.refuse, found, "t", [rule]) if found.filter(rule.rows).shape[0] else ""
            for rule in rules
        ]

    more = "In 1 of 2 rows of t, {} {}, such as the one with order_id x, q {}. "
    fill = (
        "Fill the gaps, drop these rows, or make a Shop with strict=False, which tells what it "
        "leaves out."
    )
    assert told(q=[1, 2], p=[1.5, 1.000001]) == ["", "", ""]
    assert told(q=[1, None], p=[1.5, 1.0]) == [
        more.format("q or p", "is missing", "missing, p 1") + fill,
        "",
        "",
    ]
    places = "Round to six places or fewer: money is added up to the fen as it is written."
    six = "has more than six decimal places"
    assert told(q=[1, 2], p=[1.5, 1.0000001]) == [
        "",
        more.format("q or p", six, "2, p 1.0000001") + places,
        "",
    ]
    assert told(q=[0.1234567, 2.0], p=[1, 2])[1] == (
        more.format("q or p", six, "0.1234567, p 1") + places
    )
    assert told(q=[0.1, 2.0], p=[123456789.123456, 0.000001], r=[1.5, 0.3]) == ["", "", ""]
    large = "is too large to add up to the fen"
    for q, p in ((1, 9e12), (9_000_000, 1e6), (-1, 9e12), (1, -9e12)):
        assert told(q=[q, 1], p=[p, 1.0])[2].startswith(f"In 1 of 2 rows of t, q or p {large}, ")
    assert told(q=[1, 2], p=[8.9e12, 4e12]) == ["", "", ""]
    assert told(q=[1, 2], p=[1.0, 2.0], r=[1.0, 5e12])[2].startswith(
        "In 1 of 2 rows of t, q or p or r"
    )


# --- rows, one table of rules ------------------------------------------------------------

NUMBERS = [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, None]
BROKEN: list[tuple[rows.Wrong, list[int]]] = [  # the rows of NUMBERS that break a rule
    (rows.missing("x"), [6]),
    (rows.not_above_zero("x"), [0, 1, 6]),
    (rows.not_above_zero("x", gaps=True), [0, 1]),
    (rows.not_above_zero("x", whole=True), [0, 1, 2, 4, 6]),
    (rows.not_above_zero("x", whole=True, gaps=True), [0, 1, 2, 4]),
    (rows.below_zero("x"), [0, 6]),
    (rows.below_zero("x", gaps=True), [0]),
    (rows.not_a_share("x"), [0, 4, 5, 6]),
    (rows.not_a_share("x", gaps=True), [0, 4, 5]),
    (rows.above("x", "one"), [4, 5]),
    (rows.out_of_order("one", "x"), [0, 1, 2]),
    (rows.none_of("word", ["a", "b"]), [3, 4]),
    (rows.twice("word"), [1, 2, 3, 4]),
    (rows.twice("word", "x"), []),
    (rows.twice("word", "one"), [1, 2, 3, 4]),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=[rule.what for rule, _ in BROKEN])
@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_the_rows_that_break_a_rule(rule: rows.Wrong, broken: list[int], engine: str) -> None:
    words = ["a", "b", "b", "c", "c", None, None]
    table = pd.DataFrame({"x": NUMBERS, "one": 1.0, "word": words})
    frame = nw.from_native(MOVES[engine](table)).with_row_index("n")
    assert frame.filter(rows.broken([rule]))["n"].to_list() == broken
    some = frame.filter(rows.broken([rows.missing("one"), rule]))
    assert some["n"].to_list() == broken


def test_an_infinite_number_is_none_of_0_or_more() -> None:
    frame = nw.from_native(pl.DataFrame({"x": [math.inf, 1.0, -math.inf, 0.0]}))
    assert frame.filter(rows.broken([rows.below_zero("x")]))["x"].to_list() == [math.inf, -math.inf]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "missing"),
        (math.nan, "missing"),
        (pd.NaT, "missing"),
        (pd.NA, "missing"),
        (datetime(2025, 1, 5), "2025-01-05"),
        (datetime(2025, 1, 5, 0, 0, 1), "2025-01-05 00:00:01"),
        (datetime(2025, 1, 5, 0, 1), "2025-01-05 00:01:00"),
        (NOON, "2025-01-05 12:00:00"),
        ("a", "a"),
        (1.50, "1.5"),
        (7, "7"),
    ],
    ids=str,
)
def test_a_cell_is_shown_as_one_writes_it(value: Any, told: str) -> None:
    assert rows._cell(value) == told


def test_the_first_broken_rule_is_told_by_its_first_row_on_any_engine() -> None:
    table = {"k": [1, 2, 3], "x": [1.0, -2.0, -3.0], "y": [None, 1.0, 1.0]}
    rules = [rows.missing("k"), rows.below_zero("x", "k", "k", "gone"), rows.missing("y", "k")]
    told = (
        "In 2 of 3 rows of t, x is no number of 0 or more, such as the one with k 2, x -2. Correct "
        "these rows, or leave them out."
    )
    assert refusal(rows.refuse, pl.DataFrame(table), "t", rules) == told
    assert refusal(rows.ask, nw.from_native(pl.LazyFrame(table)), "t", rules) == told
    bare = refusal(rows.refuse, pl.DataFrame(table), "t", [rows.Wrong("so", nw.col("x") < 0)])
    assert bare == "In 2 of 3 rows of t, so. Correct these rows, or leave them out."
    rows.ask(nw.from_native(pl.LazyFrame(table)), "t", rules[:1])


def test_an_id_is_known_where_its_table_has_it() -> None:
    other = pl.DataFrame({"k": ["a", "b", None], "fee": [1.0, None, 2.0]})
    frame = nw.from_native(pl.DataFrame({"n": range(4), "k": ["a", "b", "c", None]}))

    def broken(*more: str) -> list[int]:
        found: list[int] = frame.filter(rows.unknown_id("k", other, "t", *more).rows)["n"].to_list()
        return found

    assert broken() == [2, 3]
    assert broken("fee") == [1, 2, 3]
    assert rows.unknown_id("k", other, "t", "fee", "n").columns == ("n", "k")


# --- numbers -----------------------------------------------------------------------------

SHOWN: list[tuple[Any, str]] = [
    (0.1 + 0.2, "0.3"),
    (1e15, "1e+15"),
    (np.float32(0.5), "0.5"),
    (np.int64(7), "7"),
    (True, "True"),
    (Decimal("1.50"), "1.50"),
    (date(2025, 1, 5), "2025-01-05"),
    (b"x", "b'x'"),
    ((1,), "(1,)"),
    ({1}, "{1}"),
    ({1: 2}, "{1: 2}"),
    (None, "None"),
    (object, "a table or an object of the kind type"),
]


@pytest.mark.parametrize(("value", "told"), SHOWN, ids=str)
def test_a_value_is_shown_in_short(value: Any, told: str) -> None:
    assert numbers.shown(value) == told


RANGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: numbers.number("x", 5, low=6), "x is 5. Give a number, 6 or more."),
    (lambda: numbers.number("x", 5, high=4), "x is 5. Give a number, 4 or less."),
    (lambda: numbers.number("x", 5, low=1, high=4.5), "x is 5. Give a number, 1 to 4.5."),
    (lambda: numbers.number("x", "5"), "x is '5'. Give a number."),
    (lambda: numbers.count("x", 0), "x is 0. Give a whole number, 1 or more."),
    (lambda: numbers.count("x", 4, 1, 3), "x is 4. Give a whole number, 1 to 3."),
    (lambda: numbers.count("x", 1.5), "x is 1.5. Give a whole number, 1 or more."),
    (
        lambda: numbers.share("x", 2, zero=False),
        "x is 2. Give a share above 0 and at most 1; write 45 % as 0.45.",
    ),
    (
        lambda: numbers.share("x", 0, zero=False, one=False),
        "x is 0. Give a share above 0 and below 1; write 45 % as 0.45.",
    ),
    (lambda: numbers.flag("x", 2), "x is 2. Give True or False."),
    (
        lambda: numbers.array("x", [1, math.nan, math.inf]),
        "x: 2 of 3 numbers are missing or not finite. Fill or drop them.",
    ),
    (
        lambda: numbers.array("x", [1, math.nan]),
        "x: 1 of 2 numbers is missing or not finite. Fill or drop it.",
    ),
    (
        lambda: numbers.array("x", [1, -2, -5.5], low=0),
        "x holds -5.5, which is below 0. Give numbers, 0 or more.",
    ),
    (
        lambda: numbers.array("x", [math.nan, -2], low=0, gaps=True),
        "x holds -2, which is below 0. Give numbers, 0 or more.",
    ),
    (
        lambda: numbers.array("x", [None, "two", "three"]),
        "x holds 'two', which is no number. Give numbers.",
    ),
    (
        lambda: numbers.row("x", [-1], low=0),
        "x holds -1, which is below 0. Give numbers, 0 or more.",
    ),
    (lambda: numbers.row("x", [[1]]), "x is [[1]]. Give numbers in one row, such as [1, 2]."),
    (lambda: numbers.by_name("x", {"a": -1}, low=0), "x['a'] is -1. Give a number, 0 or more."),
    (
        lambda: numbers.by_name("x", {1: 1, "1": 2}),
        "x holds a name twice. Give one number for each.",
    ),
    (lambda: numbers.month("x", True), "x is True. Write a month like 2025-09."),
    (lambda: numbers.month("x", 2.5), "x is 2.5. Write a month like 2025-09."),
    (lambda: numbers.text("x", 3), "x is 3. Give text."),
    (lambda: intervals.wilson(3, 2), "A share needs hits of at most total, and 3 of 2 is more."),
    (
        lambda: intervals.normal_quantile(0),
        "confidence is 0. Give a share above 0 and below 1; write 45 % as 0.45.",
    ),
    (
        lambda: intervals.normal_quantile(1),
        "confidence is 1. Give a share above 0 and below 1; write 45 % as 0.45.",
    ),
]


@pytest.mark.parametrize(("call", "told"), RANGES, ids=[told for _, told in RANGES])
def test_what_is_out_of_range_is_told_with_its_range(call: Callable[[], Any], told: str) -> None:
    assert refusal(call) == told


def test_ends_of_ranges_and_defaults() -> None:
    assert [numbers.share("x", one) for one in (0, 1)] == [0, 1]
    assert [numbers.number("x", one, low=1, high=3) for one in (1, 3)] == [1, 3]
    assert [numbers.count("x", one, 0, 3) for one in (0, 3)] == [0, 3]
    assert numbers.count("x", 10**20) == 10**20
    assert numbers.as_float(Decimal("sNaN")) != numbers.as_float(Decimal("sNaN"))
    assert numbers.as_float(10**400) == math.inf
    gaps = numbers.array("x", [None, pd.NA, Decimal("NaN"), math.nan, 1], gaps=True)
    assert np.isnan(gaps).tolist() == [True] * 4 + [False]
    assert numbers.by_name("x", pd.Series({"a": 1, 2: 0.5})) == {"a": 1, "2": 0.5}
    assert numbers.row("x", [1, 2]).tolist() == [1, 2]
    listed: tuple[Any, ...] = ([], np.array([1]), np.array(1), 1, "a")
    assert [numbers.is_list(one) for one in listed] == [True, True, False, False, True]
    assert numbers.month("x", T("2025-06-30", tz="UTC")) == pd.Period("2025-06", "M")
    assert numbers.month("x", 202512) == pd.Period("2025-12", "M")
    assert numbers.moment("x", "2025-1") == T("2025-01-01")


def test_an_interval_holds_what_was_seen() -> None:
    found = intervals.wilson([0, 1, 2, 0], [5, 2, 2, 0])
    assert found.low[[0, 2]].round(4).tolist() == [0, 0.3424]
    assert found.high[[0, 2]].round(4).tolist() == [0.4345, 1]
    assert np.isnan([found.low[3], found.high[3]]).all()
    table = nw.from_native(pl.DataFrame({"k": [0, 1, 2], "n": [5, 2, 2]}))
    limits = intervals.wilson_columns(nw.col("k"), nw.col("n"))
    there = table.select(low=limits.low, high=limits.high)
    assert there["low"].to_list() == pytest.approx(found.low[:3])
    assert there["high"].to_list() == pytest.approx(found.high[:3])


# --- tables out --------------------------------------------------------------------------


def test_tables_come_to_pandas_as_pandas_has_them() -> None:
    table = pl.DataFrame(
        {
            "k_id": [10**17 + 1, None],
            "more_id": [1, 2],
            "kind": pl.Series(["b", None], dtype=pl.Categorical),
            "day": [date(2025, 1, 5), None],
            "cost": [Decimal("1.5"), None],
        }
    )
    for given in (table, table.lazy(), table.to_arrow(), nw.from_native(table)):
        found = frames.as_pandas(given)
        assert found["k_id"].tolist()[0] == 10**17 + 1
        assert [str(found[one].dtype)[:8] for one in found] == [
            "Int64",
            "int64",
            "str",
            "datetime",
            "float64",
        ]
    zoned = pd.DataFrame({"at": pd.to_datetime(["2025-01-05T10:00"], utc=True)})
    assert frames.as_pandas(zoned)["at"].tolist() == [T("2025-01-05 10:00")]
    objects = pd.DataFrame({"x": pd.Series([None, Decimal(2)], dtype=object), "y": ["a", None]})
    assert frames.as_pandas(objects)["x"].dtype == "float64"
    days = pd.DataFrame({"x": pd.Series([None, NOON.date()], dtype=object)})
    assert frames.as_pandas(days)["x"].tolist()[1] == T("2025-01-05")


def test_results_are_sorted_and_of_the_callers_kind() -> None:
    table = pd.DataFrame({"a": ["y", None, "x"], "b": [1, 2, 3]}, index=[5, 6, 7])
    for engine in ("pandas", "polars", "duckdb"):
        frame = nw.from_native(MOVES[engine](table))
        found = frames.as_pandas(frames.sorted_native(frame, ["a"]))
        assert found["b"].tolist() == [3, 1, 2]
        assert found.index.tolist() == [0, 1, 2]
        assert sorted(frames.as_pandas(frames.sorted_native(frame))["b"]) == [1, 2, 3]
    result = table.set_index("a")
    assert frames.like(result, pl.DataFrame()).columns == ["a", "b"]
    assert frames.like(table.reset_index(drop=True), pl.DataFrame()).columns == ["a", "b"]
    assert frames.like(result, pyarrow(table)).column_names == ["a", "b"]
    assert frames.like(result, {"one": 3, "two": pl.LazyFrame()}).collect().columns == ["a", "b"]
    assert isinstance(frames.like(nw.from_native(table), None), pd.DataFrame)


def test_what_a_caller_groups_by_is_kept_alone() -> None:
    table = pd.DataFrame({"product_id": ["a"], "sold": [1], "mine": [2], "other": [3]})
    needs = {"stock": "sold"}
    (bare,) = frames.door({"stock": table}, needs)
    (few,) = frames.door({"stock": table}, needs, by=["mine"])
    (none,) = frames.door({"stock": table}, needs, by=[])
    assert [list(one.columns) for one in (bare, few, none)] == [
        list(table),
        ["sold", "mine"],
        ["sold"],
    ]
    fits = frames.door({"stock": pyarrow(table)}, needs)
    assert fits[0].implementation.is_pyarrow()
    frames.door({"stock": table}, needs, windows=True)
    assert frames.listed(None) == []
    assert frames.listed("a", least=1) == ["a"]
    assert refusal(frames.listed, ["a"], "what", least=2) == (
        "what is ['a']. Name a column to group by, such as what='month'."
    )
    for names in (["x", "y"], ["y", "x"]):
        assert "You group by x, and" in refusal(frames.refuse_taken, names, ["x", "z"])
    frames.refuse_taken(["y"], ["x", "z"])


def test_two_names_for_one_column_of_a_table() -> None:
    mine = pd.DataFrame({"P": [1.0], "S": ["a"], "price": [2.0]})
    found = frames.table(
        mine,
        {"low": "P", "high": "P", "price": "S"},
        name="t",
        types={"low": "any", "high": "number"},
    )
    assert (found["low"].to_list(), found["high"].to_list()) == ([1], [1])
    assert found["price"].to_list() == ["a"]
    for order in ({"low": "any", "high": "number"}, {"high": "number", "low": "any"}):
        told = refusal(frames.table, mine, {"low": "S", "high": "S"}, name="t", types=order)
        assert told.startswith("The column S of t holds text, not numbers.")
    double = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
    assert "has the column a twice" in refusal(frames.table, double, "b", name="t")
    seven = pd.DataFrame([[1, 2]], columns=[7, "7"])
    assert "has the column 7 twice" in refusal(frames.table, seven, "7", name="t")
    lower = duckdb.sql("SELECT 1 AS Sold, 2 AS other")
    assert frames.table(lower, "Sold", name="t") is not None


def test_old_names_are_told_in_the_first_place_that_has_them() -> None:
    assert str(renamed.Renamed("a", "", "0.2")) == "a is gone since ecokit 0.2."
    assert str(renamed.Renamed("a", "b", "0.2")) == "a is now b, since ecokit 0.2."
    lines = renamed.table().splitlines()
    assert lines[:2] == ["| Old | New | Since |", "| --- | --- | --- |"]
    assert len(lines) == 2 + len(renamed.renamed())
    assert [one.old for one in renamed.renamed()] == sorted(one.old for one in renamed.renamed())
