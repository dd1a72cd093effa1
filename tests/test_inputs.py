"""The one door: numbers, tables, rows, intervals and old names are taken, or told in a sentence."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import narwhals
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import ecokit
from ecokit import (
    competitors,
    decisions,
    experiments,
    media,
    operations,
    pricing,
    strategies,
    topics,
)
from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, intervals, kinds, numbers, renamed, rows
from ecokit.shop import Shop
from tests.engines import MOVES, PROMISED, Move, moved, pyarrow
from tests.engines import rows as rows_of

ROOT = Path(__file__).resolve().parents[1]
EVERYWHERE = pytest.mark.parametrize("engine", PROMISED)
T = pd.Timestamp

TOO_WIDE = {"Exception", "BaseException", "TypeError", "AttributeError"}


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    """Return the sentence of a call that must be refused."""
    with pytest.raises(CourseError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


# --- numbers ---------------------------------------------------------------------------

SCALARS = (numbers.number, numbers.positive, numbers.share, numbers.count)
NO_NUMBERS: tuple[Any, ...] = (
    None, True, False, np.True_, "1", b"1", "", math.nan, np.nan, math.inf, -math.inf, pd.NA,
    pd.NaT, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 1j, [1], {}, pd.Series([1]),
    pd.DataFrame({"a": [1]}), np.array([1.0]), object(), 10**400, datetime(2025, 1, 1),
)  # fmt: skip


@pytest.mark.parametrize("take", SCALARS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda one: repr(one)[:20])
def test_what_is_no_number_is_told_by_its_name(take: Any, value: Any) -> None:
    told = refusal(take, "amount", value)
    assert told.startswith("amount is ")
    assert "Give a " in told
    assert len(told) < 160


ONES = (1, 1.0, np.int8(1), np.float32(1), np.uint64(1), Decimal(1), Fraction(1), np.array(1))


@pytest.mark.parametrize("take", SCALARS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("value", ONES, ids=repr)
def test_every_kind_of_number_is_one(take: Any, value: Any) -> None:
    found = take("amount", value)
    assert found == 1
    assert type(found) is (int if take is numbers.count else float)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-9, 9), st.floats(-9, 9))
def test_a_number_is_within_its_limits_or_told(value: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low <= value <= high:
        near = abs(value) < numbers.SMALLEST
        assert numbers.number("x", value, low=low, high=high) == (0 if near else value)
    else:
        assert "x is " in refusal(numbers.number, "x", value, low=low, high=high)


@pytest.mark.parametrize(
    ("zero", "one", "taken"), [(1, 1, "01"), (1, 0, "0"), (0, 1, "1"), (0, 0, "")]
)
def test_the_ends_of_a_share_are_said(zero: bool, one: bool, taken: str) -> None:
    for end in "01":
        if end in taken:
            assert numbers.share("s", int(end), zero=bool(zero), one=bool(one)) == int(end)
        else:
            refusal(numbers.share, "s", int(end), zero=bool(zero), one=bool(one))
    assert "write 45 % as 0.45" in refusal(numbers.share, "s", 45)


def test_a_count_of_many_digits_stays_exact() -> None:
    assert numbers.count("seed", 2**63 - 1, low=0) == 2**63 - 1
    assert "2 to 9" in refusal(numbers.count, "n", 10, 2, 9)
    assert "0 or more" in refusal(numbers.count, "n", -1, 0)


def test_arrays_of_numbers() -> None:
    series = pd.Series([1, None], dtype="Int64")
    assert numbers.array("x", series, gaps=True)[0] == 1
    assert math.isnan(numbers.array("x", series, gaps=True)[1])
    assert numbers.array("x", [[1, 2], [3, 4]]).shape == (2, 2)
    assert numbers.array("x", pl.Series([1.5])).tolist() == [1.5]
    assert numbers.array("x", [Decimal("0.5"), None], gaps=True)[0] == 0.5
    assert "1 of 2 numbers is missing" in refusal(numbers.array, "x", series)
    others: list[Any] = [None, "12", ["a", 1], [1, "2"], [True], {1}, {"a": 1}, object()]
    for wrong in [*others, [object()]]:
        assert refusal(numbers.array, "x", wrong).startswith("x ")
    assert "different lengths" in refusal(numbers.array, "x", [[1], [1, 2]])
    assert "below 0" in refusal(numbers.array, "x", [1, -2], low=0)
    assert "not finite" in refusal(numbers.array, "x", [math.inf], gaps=True)


@pytest.mark.parametrize(
    "value",
    [
        "2025-06-30",
        T("2025-06-30"),
        datetime(2025, 6, 30),
        date(2025, 6, 30),
        np.datetime64("2025-06-30"),
    ],
    ids=repr,
)
def test_moments_come_in_many_kinds(value: Any) -> None:
    assert numbers.moment("as_of", value) == T("2025-06-30")
    assert numbers.day("as_of", value) == T("2025-06-30")
    assert numbers.month("as_of", value) == pd.Period("2025-06", "M")


@pytest.mark.parametrize("take", [numbers.moment, numbers.day, numbers.month])
@pytest.mark.parametrize(
    "value",
    [
        None,
        pd.NaT,
        pd.NA,
        20250630,
        True,
        "soon",
        "now",
        "5",
        "",
        "2025-13-01",
        "20250-1",
        math.nan,
        [1],
        np.datetime64("NaT"),
        "2025-02-30",
    ],
    ids=repr,
)
def test_what_is_no_moment_is_told(take: Any, value: Any) -> None:
    assert "as_of is " in refusal(take, "as_of", value)


def test_a_moment_is_the_shops() -> None:
    told = refusal(numbers.moment, "as_of", "2025-06-30T00:00+08:00")
    assert "local time, without a time zone" in told
    assert numbers.month("m", pd.Period("2025Q2", "Q")) == pd.Period("2025-06", "M")


def test_the_ends_of_what_is_allowed_are_allowed() -> None:
    assert numbers.moment("at", "1900-01-01").year == 1900
    assert numbers.moment("at", "2200-12-31 23:59").year == 2200
    for outside in ("1899-12-31", "2201-01-01"):
        with pytest.raises(CourseError, match="between the years 1900 and 2200"):
            numbers.moment("at", outside)
    assert (numbers.count("n", 1), numbers.count("n", 9, 2, 9), numbers.count("n", 2, 2)) == (
        1,
        9,
        2,
    )
    for many, low, high in ((0, 1, None), (10, 2, 9), (1, 2, None)):
        with pytest.raises(CourseError, match="n is"):
            numbers.count("n", many, low, high)
    assert [numbers.flag("on", one) for one in (0, 1, 1.0, True)] == [False, True, True, True]
    assert numbers.array("x", [0, 2], low=0).tolist() == [0, 2]
    with pytest.raises(CourseError, match="above 0"):
        numbers.positive("x", 0)
    assert numbers.positive("x", 1e-99) == 1e-99


def test_an_id_after_an_empty_one_is_looked_at_too() -> None:
    orders = pd.DataFrame({"visit_id": pd.Series([None], dtype=object), "order_id": [1]})
    lines = pd.DataFrame({"order_id": ["A1"]})
    tables = {"orders": orders, "order_lines": lines}
    needed = {"orders": "visit_id order_id", "order_lines": "order_id"}
    assert "column order_id holds numbers in one" in refusal(frames.door, tables, needed)


def test_one_month_in_two_ways_is_told_though_others_stand_between() -> None:
    periods = pd.Series(["2025-09", "2025-10", "2025-9"])  # in the alphabet's order
    told = refusal(kinds.refuse_unsorted, "prices", "period", periods)
    assert "in two ways, '2025-09' and '2025-9'" in told


def test_names_texts_and_seeds() -> None:
    assert numbers.one_of("method", "mean", {"naive": 1, "mean": 2}) == "mean"
    others: list[Any] = [None, 1, "median", ["mean"], {}]
    for wrong in others:
        assert "Choose one of: naive, mean" in refusal(
            numbers.one_of, "method", wrong, ["naive", "mean"]
        )
    for wrong in [*others[:2], "", " "]:
        assert "Give text" in refusal(numbers.text, "product_id", wrong)
    assert numbers.generator("seed", 7).random() == np.random.default_rng(7).random()
    for wrong in [None, -1, 1.5, "7", True]:
        refusal(numbers.generator, "seed", wrong)


def test_by_day_wants_days() -> None:
    days = pd.date_range("2025-01-01", periods=3)
    assert numbers.by_day("sold", pd.Series([3, 1, 2], index=days[::-1])).tolist() == [2, 1, 3]
    for index in (range(3), days.tz_localize("UTC"), days[[0, 0, 1]], days + pd.Timedelta("1h")):
        assert "one number a day" in refusal(numbers.by_day, "sold", pd.Series(1, index=index))
    assert "below 0" in refusal(numbers.by_day, "sold", pd.Series(-1, index=days), low=0)


# --- tables ----------------------------------------------------------------------------


def stock() -> pd.DataFrame:
    days = [pd.Timestamp("2025-01-31"), pd.NaT]
    return pd.DataFrame(
        {"product_id": ["P1", "P2"], "date": days, "sold": [4, 0], "price": 9.5}
    ).astype({"date": "datetime64[us]"})


def products() -> pd.DataFrame:
    return pd.DataFrame(
        {"product_id": ["P1", "P2"], "store_price": [5.0, None], "core": [True, None]}
    )


@pytest.mark.parametrize("data", [None, 3, "stock", [], stock(), pl.from_pandas(stock())], ids=type)
def test_what_holds_no_tables_is_told_how(data: Any) -> None:
    told = refusal(frames.door, data, {"stock": "sold"})
    assert told.startswith("data is ")
    assert "{'stock': table}" in told


@EVERYWHERE
def test_tables_come_as_frames_in_order(engine: str) -> None:
    data = moved(MOVES[engine], {"products": products(), "stock": stock()})
    found = frames.door(
        data, {"stock": ["sold"]}, {"returns": "quantity", "products": "store_price"}
    )
    assert [one is None for one in found] == [False, True, False]
    assert found[0].collect_schema().names() == list(stock())
    assert frames.door({**data, "returns": None}, {"stock": "sold"}, {"returns": "x"})[1] is None


@EVERYWHERE
def test_wrong_tables_are_told(engine: str) -> None:
    move = MOVES[engine]
    needs: Any = {"stock": "sold product_id"}

    def told(table: Any) -> str:
        return refusal(frames.door, {"stock": table}, needs)

    assert "table stock is None" in told(None)
    assert "table stock is a list" in told([1])
    assert "stock is a shop or a mapping" in told({"stock": move(stock())})
    assert "no column sold. It has: product_id" in told(move(stock()[["product_id"]]))
    assert "needs the table stock" in refusal(frames.door, {"sales": move(stock())}, needs)
    text = move(stock().assign(sold=["four", "none"]))
    assert "The column sold of stock holds text, not numbers" in told(text)
    other = pl.from_pandas(products()) if engine != "polars" else pyarrow(products())
    both = {"stock": move(stock()), "products": other}
    assert "of different kinds" in refusal(frames.door, both, {**needs, "products": "store_price"})


def test_two_columns_of_one_name_are_told() -> None:
    twice = pd.concat([stock(), stock()[["sold"]]], axis=1)
    import duckdb

    arrow = pa.table([[1], [2]], names=["sold", "sold"])
    for table in (twice, arrow, duckdb.sql("select 1 as sold, 2 as sold")):
        told = refusal(frames.door, {"stock": table}, {"stock": "sold"})
        assert told == "The table stock has the column sold twice. Rename or drop one of them."


def test_objects_are_looked_at_one_by_one() -> None:
    mixed = stock().assign(sold=pd.Series([4, "many"], dtype=object))
    assert "holds 'many' among numbers" in refusal(frames.door, {"stock": mixed}, {"stock": "sold"})
    dated = stock().assign(date=pd.Series([date(2025, 1, 1), "soon"], dtype=object))
    assert "holds 'soon' among times" in refusal(frames.door, {"stock": dated}, {"stock": "date"})
    exact = products().assign(store_price=pd.Series([Decimal("9.5"), None], dtype=object))
    (found,) = frames.fetched({"products": exact}, {"products": "store_price"})
    assert found["store_price"].dtype == "float64"


EXPORTS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pyarrow's types": lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
    "types with NA": lambda table: table.convert_dtypes(dtype_backend="numpy_nullable"),
    "objects": lambda table: table.astype(object),
    "categories": lambda table: table.astype("category"),
    "one byte": lambda table: table.astype({"sold": "uint8"}),
    "decimals": lambda table: table.assign(sold=table["sold"].map(Decimal)),
    "arrow's decimals": lambda table: table.assign(
        sold=table["sold"].map(Decimal).astype(pd.ArrowDtype(pa.decimal128(9, 2)))
    ),
    "a name of the index": lambda table: table.set_index("product_id", drop=False),
    "names that are no text": lambda table: table.assign(**{"more": 0}).rename(columns={"more": 7}),
    "polars' bytes": lambda table: pl.from_pandas(table).cast({"sold": pl.UInt8}),
    "polars' decimals": lambda table: pl.from_pandas(table).cast({"sold": pl.Decimal(9, 2)}),
    "polars' categories": lambda table: pl.from_pandas(table).cast({"product_id": pl.Categorical}),
    "duckdb's sums": lambda _: duckdb.sql(
        "SELECT unnest(['P1', 'P1', 'P2']) AS product_id, unnest([200, 100, 0])::HUGEINT AS sold"
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_a_column_may_be_of_any_type_that_holds_it(export: str) -> None:
    table = pd.DataFrame({"product_id": ["P1", "P1", "P2"], "sold": [200, 100, 0]})
    (frame,) = frames.door(
        {"table": EXPORTS[export](table)},
        {"table": ["product_id", "sold"]},
        types={"sold": "number"},
    )
    sums = frame.group_by("product_id").agg(nw.col("sold").sum()).sort("product_id")
    assert rows_of(sums.with_columns(nw.col("sold") - 301).to_native()) == [
        ("P1", -1),
        ("P2", -301),
    ]
    share = frames.collected(frame.select(nw.col("sold") / 3))["sold"].max()
    assert share == pytest.approx(200 / 3)


def test_ids_stay_what_they_are() -> None:
    long = [10**17 + 1, None]
    for ids in (pd.array(long, dtype="Int64"), pd.array(long, dtype="int64[pyarrow]")):
        (frame,) = frames.door({"stock": pd.DataFrame({"sku": ids})}, {"stock": "sku"})
        assert frame.to_native()["sku"].iloc[0] == long[0]
    mixed = pd.DataFrame({"sku": [1, "1A", None]})
    (frame,) = frames.door({"stock": mixed}, {"stock": "sku"})
    assert frame.to_native()["sku"].dropna().tolist() == ["1", "1A"]
    category = pd.DataFrame({"sku": pd.Categorical([7.0, None])})
    (frame,) = frames.door({"stock": category}, {"stock": "sku"})
    assert frame.to_native()["sku"].dropna().tolist() == [7]


KEY = "touchpoint"


def renamed_to(table: Any, name: str) -> Any:
    return nw.from_native(table).rename({"id": name}).to_native()


LONG: dict[str, Callable[[int], Any]] = {
    "objects": lambda n: pd.DataFrame({"id": pd.Series([n, 1, None], dtype=object)}),
    "uint64": lambda n: pd.DataFrame({"id": np.array([n, 1], dtype="uint64")}),
    "NA": lambda n: pd.DataFrame({"id": pd.array([n, 1, None], dtype="UInt64")}),
    "arrow": lambda n: pd.DataFrame({"id": pd.array([n, 1, None], dtype="uint64[pyarrow]")}),
    "polars": lambda n: pl.DataFrame({"id": pl.Series([n, 1, None], dtype=pl.UInt64)}),
    "128 bits": lambda n: pl.DataFrame({"id": pl.Series([n, 1, None], dtype=pl.Int128)}),
    "decimals": lambda n: pl.DataFrame({"id": [Decimal(n), Decimal(1), None]}),
}


@pytest.mark.parametrize("export", LONG)
def test_a_number_of_more_digits_than_int64_is_text_in_an_id(export: str) -> None:
    table = LONG[export](2**64 - 1)
    (frame,) = frames.door({"t": renamed_to(table, "sku")}, {"t": "sku"})
    assert frame["sku"].drop_nulls().to_list() == [str(2**64 - 1), "1"]
    types = {"sold": "integer"}
    (frame,) = frames.door({"t": renamed_to(table, "sold")}, {"t": "sold"}, types=types)
    assert frame["sold"].drop_nulls().to_list() == [2.0**64, 1.0]
    told = refusal(frames.door, {"journey": renamed_to(table, KEY)}, {"journey": KEY})
    assert f"The column {KEY} of journey holds" in told
    assert "has more digits than a whole number can" in told


def test_a_number_of_400_digits_is_text_in_an_id_and_no_number() -> None:
    ids = [10**400, 10**400 + 1]
    table = pd.DataFrame({"sku": pd.Series(ids, dtype=object)})
    (frame,) = frames.door({"t": table}, {"t": "sku"})
    assert frame["sku"].to_list() == list(map(str, ids))
    sold = table.rename(columns={"sku": "sold"})
    told = refusal(frames.door, {"t": sold}, {"t": "sold"}, types={"sold": "number"})
    assert "The column sold of t holds 1000" in told


@pytest.mark.parametrize("among", [["2025-01", 7], [7, "a", None], [T("2025-01-01"), 7], [True, 1]])
def test_values_of_several_kinds_are_told(among: list[Any]) -> None:
    mixed = pd.DataFrame({"month": pd.Series(among, dtype=object)})
    told = refusal(frames.table, mixed, "month", name="t")
    assert told.startswith(f"The column month of t holds {numbers.shown(among[1])} among ")
    frame = frames.as_group(nw.from_native(mixed), "month")
    assert frame["month"].sort().drop_nulls().len() == 2


CATEGORIES = ["b", "a", "unused"]
TO_CATEGORIES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda t: t.astype({"kind": pd.CategoricalDtype(CATEGORIES, ordered=True)}),
    "polars": lambda t: pl.from_pandas(t).cast({"kind": pl.Enum(CATEGORIES)}),
    "polars-lazy": lambda t: pl.from_pandas(t).lazy().cast({"kind": pl.Categorical}),
    "duckdb": lambda t: duckdb.from_arrow(
        pl.from_pandas(t).cast({"kind": pl.Enum(CATEGORIES)}).to_arrow()
    ),
    "pyarrow": lambda t: pl.from_pandas(t).cast({"kind": pl.Categorical}).to_arrow(),
}


@pytest.mark.parametrize("engine", TO_CATEGORIES)
def test_categories_are_text_whichever_way_they_come(engine: str) -> None:
    """Else they sort in an order of their own, and pandas groups those that no row has."""
    table = TO_CATEGORIES[engine](pd.DataFrame({"kind": ["b", "a", None], "sold": [1, 2, 3]}))
    for columns in ("kind sold", "sold"):  # a column to group by may not be among the needed ones
        (frame,) = frames.door({"t": table}, {"t": columns})
        assert frame.collect_schema()["kind"] == nw.String
    assert frames.table(table, "kind", name="t").collect_schema()["kind"] == nw.String
    (here,) = frames.fetched({"t": table}, {"t": "kind sold"})
    for found in (here, frames.as_pandas(table)):
        assert found.groupby("kind")["sold"].sum().to_dict() == {"a": 2, "b": 1}
        assert found["kind"].dtype == "str"


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([7, None], "Int64"), ([7, 8], "int64"), ([7.5, None], "float64"),
        ([True, None], "boolean"),
        ([T("2025-01-01"), None], "datetime64[us]"), (["b", None], "str"),
        ([pd.Interval(0, 1), None], "str"), ([1, "1A", None], "object"),
    ],
    ids=str,
)  # fmt: skip
def test_categories_are_what_they_are_of(values: list[Any], dtype: str) -> None:
    table = pd.DataFrame({"kind": pd.Categorical(values)})
    assert frames.as_pandas(table)["kind"].dtype == dtype
    assert kinds.evened(table)["kind"].dtype == dtype


def test_a_measure_with_windows_refuses_pyarrow() -> None:
    told = refusal(frames.door, {"stock": pyarrow(stock())}, {"stock": "sold"}, windows=True)
    assert told.startswith("The table stock is of PyArrow")


def test_words_among_true_and_false_are_told() -> None:
    answers = pd.DataFrame({"solved": [True, "no"]})
    told = refusal(frames.table, answers, ["solved"], name="t", types={"solved": "boolean"})
    assert "The column solved of t holds 'no' among true or false." in told


def test_two_connections_of_duckdb_are_told() -> None:
    tables = {name: duckdb.connect().sql("SELECT 1 AS order_id") for name in ("orders", "returns")}
    told = refusal(frames.door, tables, {"orders": "order_id", "returns": "order_id"})
    assert told.startswith("The tables orders and returns are of different connections of DuckDB.")


def test_a_narwhals_frame_is_a_table() -> None:
    for frame in (nw.from_native(stock()), narwhals.from_native(stock())):
        (found,) = frames.door({"stock": frame}, {"stock": "sold"})
        assert found["sold"].to_list() == [4, 0]


@EVERYWHERE
def test_fetched_tables_are_alike(engine: str) -> None:
    data = moved(
        MOVES[engine],
        {
            "stock": stock().ffill().set_index(pd.Index([7, 8])),
            "products": products().assign(delisted_on=stock()["date"]),
        },
    )
    needed = {"stock": "date sold price"}
    here, there = frames.fetched(data, needed, {"products": "store_price core delisted_on"})
    assert here.index.tolist() == [0, 1]
    assert list(here) == ["date", "sold", "price"]
    assert here["date"].dtype == there["delisted_on"].dtype == "datetime64[us]"
    assert here["sold"].sum() == 4
    assert there["store_price"].isna().tolist() == [False, True]


def test_the_callers_table_does_not_change() -> None:
    mine = stock()
    fetched = frames.as_pandas(mine)
    fetched["sold"] = 0
    assert mine["sold"].sum() == 4


@EVERYWHERE
def test_the_result_is_of_the_callers_kind(engine: str) -> None:
    move = MOVES[engine]
    result = pd.DataFrame({"rate": [0.5]}, index=pd.Index(["phones"], name="category"))
    for given_ in (move(stock()), {"stock": move(stock())}, nw.from_native(move(stock()))):
        found = frames.like(result, given_)
        assert type(found) is type(move(stock()))
        back = frames.as_pandas(found)
        assert back["rate"].tolist() == [0.5]
        assert engine == "pandas" or back["category"].tolist() == ["phones"]
    assert frames.like(result, Shop({})) is not None
    assert frames.like(result, {}).index.name == "category"


def test_like_knows_arrow_too() -> None:
    assert frames.like(stock(), pyarrow(stock())).num_rows == 2


@EVERYWHERE
def test_own_names_of_columns(engine: str) -> None:
    mine = MOVES[engine](pd.DataFrame({"SKU no": [1, 2], "Paid": [3.0, 4.0], "price": ["x", "y"]}))
    found = frames.table(mine, {"sku": "SKU no", "price": "Paid"}, name="offers")
    assert frames.collected(found)["price"].to_list() == [3.0, 4.0]  # the caller's price is another
    assert "no column Price" in refusal(frames.table, mine, {"price": "Price"}, name="offers")
    assert "price is None" in refusal(frames.table, mine, {"price": None}, name="offers")
    typed = {"price": "number"}
    told = refusal(frames.table, mine, {"price": "price"}, name="offers", types=typed)
    assert "The column price of offers holds text, not numbers" in told
    for wrong in (None, 3, {"offers": mine}):
        assert "offers" in refusal(frames.table, wrong, "price", name="offers")


def test_groups_are_names() -> None:
    assert frames.listed(("a", "b")) == ["a", "b"]
    for wrong in (3, [1], ["a", "a"], {"a": 1}, np.array(["a"])):
        assert refusal(frames.listed, wrong).startswith("by is ")
    assert "another column of that name" in refusal(frames.refuse_taken, ["sold"], ["sold"])


# --- rows ------------------------------------------------------------------------------

ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 2, 4],
        "region": ["north", None, "west", "moon"],
        "placed_at": [T("2025-01-01"), T("2025-01-02 09:30"), pd.NaT, T("2025-01-04")],
        "paid_at": [T("2025-01-01"), T("2025-01-02 08:00"), T("2025-01-03"), pd.NaT],
        "units": pd.array([1, 0, None, 2], dtype="Int64"),
        "share": [0.5, 1.5, None, -0.1],
        "weight": [1.0, 2.5, 3.0, 0.5],
    }
).astype({"placed_at": "datetime64[us]", "paid_at": "datetime64[us]"})
KNOWN = pd.DataFrame({"order_id": [1, 2], "fee": [3.0, None]})

RULES: list[tuple[rows.Wrong, int, str]] = [
    (rows.missing("placed_at", "order_id"), 1,
     "placed_at is missing, such as the one with order_id 2."),
    (rows.not_above_zero("units", "order_id"), 2, "order_id 2, units 0"),
    (rows.not_above_zero("units", gaps=True), 1, "units is no number above 0"),
    (rows.not_above_zero("weight", whole=True), 2,
     "no whole number above 0, such as the one with weight 2.5"),
    (rows.below_zero("share"), 2, "share missing"),
    (rows.below_zero("share", gaps=True), 1, "share -0.1"),
    (rows.not_a_share("share", gaps=True), 2, "share 1.5"),
    (rows.out_of_order("placed_at", "paid_at", "order_id"), 1,
     "paid_at is before placed_at, such as the one with order_id 2, placed_at 2025-01-02 09:30:00"),
    (rows.above("weight", "share"), 3, "weight is above share"),
    (rows.none_of("region", ["north", "west"]), 1, "region is none of: north, west"),
    (rows.twice("order_id"), 2, "order_id stands in another row, too"),
    (rows.twice("region", "order_id"), 0, ""),
    (rows.unknown_id("order_id", KNOWN, "fees"), 1, "order_id is not in fees"),
    (rows.unknown_id("order_id", KNOWN, "fees", "fee"), 3, "order_id has no fee in fees"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize(("rule", "n", "told"), RULES, ids=lambda one: getattr(one, "what", None))
def test_wrong_rows_are_counted_and_shown(engine: str, rule: rows.Wrong, n: int, told: str) -> None:
    if engine == "pyarrow" and "stands in another row" in rule.what:
        pytest.skip("PyArrow has no windows")
    table = MOVES[engine](ORDERS)
    if not n:
        rows.refuse(table, "orders", [rule])
        return
    found = refusal(rows.refuse, table, "orders", [rule])
    assert found.startswith(f"In {n} of 4 rows of orders, ")
    assert told in found
    assert found.endswith(rule.remedy)


def test_the_first_rule_that_is_broken_is_told() -> None:
    rules = [rows.missing("order_id"), rows.below_zero("share"), rows.missing("placed_at")]
    assert "share is no number of 0 or more" in refusal(rows.refuse, ORDERS, "orders", rules)
    rows.refuse(ORDERS.head(0), "orders", rules)
    rows.refuse(ORDERS, "orders", [])


@pytest.mark.parametrize("engine", ["polars-lazy", "duckdb"])
def test_a_lazy_engine_is_not_asked_for_rows(engine: str) -> None:
    lazy = MOVES[engine](ORDERS)
    rows.refuse(lazy, "orders", [rows.missing("placed_at"), rows.missing("no_such_column")])
    rows.unknown_id("order_id", lazy, "fees")
    fetched = frames.collected(nw.from_native(lazy))
    assert "placed_at is missing" in refusal(
        rows.refuse, fetched, "orders", [rows.missing("placed_at")]
    )


# --- intervals -------------------------------------------------------------------------


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_is_that_of_scipy(hits: int, total: int, level: float) -> None:
    hits = min(hits, total)
    right = stats.binomtest(hits, total).proportion_ci(level, method="wilson")
    found = intervals.wilson(hits, total, level)
    assert float(found.low) == pytest.approx(right.low, abs=1e-12)
    assert float(found.high) == pytest.approx(right.high, abs=1e-12)
    assert 0 <= found.low <= hits / total <= found.high + 1e-12 <= 1 + 1e-12


@EVERYWHERE
def test_wilson_of_columns_is_that_of_arrays(engine: str) -> None:
    few = pd.DataFrame({"hits": [0, 3, 5, 0], "total": [7, 9, 5, 0]})
    ends = pd.DataFrame({"total": range(1, 100)})  # where rounding leads out of 0 to 1
    counts = pd.concat([few, ends.assign(hits=0), ends.assign(hits=ends["total"])])
    limits = intervals.wilson_columns("hits", "total", 0.9)
    frame = nw.from_native(MOVES[engine](counts)).select("total", low=limits.low, high=limits.high)
    found = frames.as_pandas(frame)
    right = intervals.wilson(counts["hits"], counts["total"], 0.9)
    np.testing.assert_allclose(found["low"], right.low, atol=1e-12)
    np.testing.assert_allclose(found["high"], right.high, atol=1e-12)
    assert found["low"].min() == 0
    assert found["high"].max() == 1


def test_counts_that_cannot_be_are_told() -> None:
    assert "3 of 2 is more" in refusal(intervals.wilson, 3, 2)
    assert "below 0" in refusal(intervals.wilson, -1, 2)
    assert "hits is None" in refusal(intervals.wilson, None, 2)
    assert "confidence is 95" in refusal(intervals.wilson, 1, 2, 95)


# --- what was renamed ------------------------------------------------------------------


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of renamed names of our own."""
    old = [
        ("operations.century", "", "0.2"),
        ("operations.came_before", "operations.after(shop)", "0.2"),
        ("test_inputs.rates(steps)", "journey.rates(shop)", "0.2"),
        ("test_inputs.rates(level=)", "journey.rates(confidence=)", "0.3"),
        ('["lower"]', '["low"]', "0.2"),
    ]
    monkeypatch.setattr(renamed, "renamed", lambda: tuple(renamed.Renamed(*one) for one in old))


@renamed.public
def rates(data: Any, *, by: str | None = None, confidence: float = 0.95) -> float:
    """Return something.

    >>> rates(1)
    0.95
    """
    return confidence


def test_an_old_name_of_a_package_is_told(listed: None) -> None:
    assert refusal(lambda: operations.century) == "operations.century is gone since ecokit 0.2."
    told = "operations.came_before is now operations.after(shop), since ecokit 0.2."
    assert refusal(lambda: operations.came_before) == told
    with pytest.raises(CourseError, match=r"is now operations\.after"):
        from ecokit.operations import came_before  # noqa: F401


def test_a_name_that_never_was_is_an_attribute_error(listed: None) -> None:
    for package in (ecokit, operations):
        assert not hasattr(package, "nothing_of_that_name")
        assert not hasattr(package, "__wrapped__")
        assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="nothing"):
        operations.nothing  # noqa: B018


def test_old_calls_are_told(listed: None) -> None:
    assert (
        refusal(rates, 1, 2)
        == "test_inputs.rates(steps) is now journey.rates(shop), since ecokit 0.2."
    )
    assert "journey.rates(confidence=)" in refusal(rates, 1, level=0.9)
    assert "journey.rates(shop)" in refusal(rates, steps=1)
    for one in (lambda: rates(pd.DataFrame()), lambda: rates(data=pd.DataFrame())):
        told = refusal(one)
        assert told.startswith("data is one table. test_inputs.rates(steps) is now")
    assert rates({"data": pd.DataFrame()}) == 0.95


def test_a_wrong_call_shows_the_right_one(listed: None) -> None:
    so = "Call it so: test_inputs.rates(data, *, by=None, confidence=0.95)."
    assert refusal(rates) == f"test_inputs.rates needs data. {so}"
    other = renamed.public(lambda data, /, *rest, key, **more: (data, rest, key, more))
    assert "needs key" in refusal(other, 1, 2)
    assert other(1, 2, key=3, four=4) == (1, (2,), 3, {"four": 4})
    twice = renamed.public(lambda data, by=None: data)
    assert "was given data twice" in refusal(twice, 1, data=2)
    assert "has no argument colour" in refusal(twice, 1, colour=2)


def test_a_public_function_looks_like_itself() -> None:
    assert list(inspect.signature(rates).parameters) == ["data", "by", "confidence"]
    assert inspect.getmodule(rates) is inspect.getmodule(test_a_public_function_looks_like_itself)
    assert rates.__doc__
    assert rates(1) == 0.95


def test_an_error_inside_is_not_hidden() -> None:
    @renamed.public
    def broken(data: Any) -> Any:
        return data.nothing

    with pytest.raises(AttributeError):
        broken(3)


def test_a_table_with_an_old_column_is_told(listed: None) -> None:
    old = nw.from_native(pd.DataFrame({"lower": [1]}))
    assert '["lower"] is now ["low"], since ecokit 0.2.' in refusal(
        frames.need, "effects", old, ["low"]
    )


def test_a_result_that_was_a_tuple_says_so() -> None:
    @dataclass(frozen=True)
    class Peak(renamed.ByName, of="operations.peak"):
        week: int
        units: float

    peak = Peak(3, 40.0)
    told = "operations.peak(...) is no list or dictionary any more. Read it by name: "
    for reads in (list, dict, lambda old: old.items(), lambda old: old[0]):
        assert refusal(reads, peak) == f"{told}operations.peak(...).week, .units."
    for reads in (lambda old: old["units"], lambda old: old.get("units", 0)):
        assert refusal(reads, peak) == f"{told}operations.peak(...).units."
    assert peak == Peak(3, 40.0)
    assert pd.DataFrame([peak, peak]).to_numpy().tolist() == [[3, 40]] * 2


def test_the_list_is_whole() -> None:
    for one in renamed.renamed():
        assert one.old
        assert one.old != one.new
        assert one.since.replace(".", "").isdigit()
    assert len({one.old for one in renamed.renamed()}) == len(renamed.renamed())


def test_nothing_that_was_renamed_is_there() -> None:
    for one in renamed.renamed():
        if one.old.replace(".", "").isidentifier():
            assert refusal(_looked_up, one.old) == str(one)


def _looked_up(name: str) -> Any:
    found: Any = ecokit
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_the_changelog_has_the_list() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert renamed.table() in text, "run: python -m ecokit.inputs.renamed"


def test_the_list_is_written_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "CHANGELOG.md"
    file.write_text(f"# Log\n\n{renamed.HEADING}\n\n| old |\n\n## 0.1\n\n- More.\n", "utf-8")
    for _again in range(2):
        renamed.write(file)
    assert file.read_text("utf-8") == (
        f"# Log\n\n{renamed.HEADING}\n\n{renamed.table()}\n\n## 0.1\n\n- More.\n"
    )


# --- what the code may catch -----------------------------------------------------------


STRANGERS = {"quality/quality.py": 1}
"""Where code runs that is not ours: a rule of the user's own may stop with anything."""


def too_wide(path: Path) -> int:
    """Return how often a module catches what it cannot foresee."""
    handlers = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
    ]
    return sum(one.type is None or bool(_caught(one.type) & TOO_WIDE) for one in handlers)


def _caught(node: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


@pytest.mark.parametrize("room", sorted({*topics.names(), "experiments", "inputs", "kpi"}))
def test_nothing_is_caught_that_could_be_a_fault_of_ours(room: str) -> None:
    for path in sorted((ROOT / "ecokit" / room).rglob("*.py")):
        known = STRANGERS.get(f"{path.parent.name}/{path.name}", 0)
        assert too_wide(path) == known, f"{path}: look at what is given with isinstance instead"


# --- what no table and no notebook should hold, and one does ---------------------------------


MORNING = T("2025-03-03")
PAIRS = pd.DataFrame({"left": ["P1"], "right": ["ND7"]})
FAR = "between the years 1900 and 2200"
ODD: list[tuple[str, Callable[[], object], str]] = [
    ("day one", lambda: numbers.moment("as_of", date(1, 1, 1)), FAR),
    ("the last day", lambda: numbers.moment("as_of", "9999-12-31"), FAR),
    ("no change", lambda: decisions.replay({}, change=np.array(3)), "change is"),
    ("no outcomes", lambda: strategies.compare(np.array(3)), "Give a list of outcomes"),
    ("no truth", lambda: competitors.match_quality(PAIRS, np.array(3)), "truth is"),
    ("others", lambda: competitors.hhi({"a": 1.0}, others=pd.NA), "others is"),
    ("url", lambda: competitors.collect_directory(competitors.Collector(print), url=[]), "url is"),
    ("empty", lambda: operations.censored_mean([1, 2], [[1, 2], [3]]), "empty holds"),
    (
        "points",
        lambda: operations.replay([1, 2], reorder_point=[[1, 2], [3]], order_quantity=1),
        "reorder_point holds rows",
    ),
    ("days", lambda: operations.forecast([1.0] * 28, days=10**30), "days is"),
    ("sure", lambda: experiments.boundary(3, alpha=1e-99), "alpha is 1e-99"),
    ("by chance", lambda: experiments.smallest_effect(0.1, 99, power=1e-99), "power is 1e-99"),
    ("a demand", lambda: replace(strategies.uniform(0, 9), customers=10**400), "customers is"),
    ("a mandate", lambda: decisions.Change("x", mandate=1e300), "mandate is 1e"),
    (
        "a power",
        lambda: pricing.profit_curve([9.0], cost=5, elasticity=-1e9, at=8, units=1),
        "elasticity is -1",
    ),
    ("slope", lambda: pricing.best_price_linear(5, 1e-320, 1), "slope is"),
    ("windows", lambda: operations.weak_categories({}, month="2025-09", window=10**20), "window"),
]


@pytest.mark.parametrize(("_case", "call", "sentence"), ODD, ids=[case for case, *_ in ODD])
def test_odd_values_end_in_a_sentence(
    _case: str, call: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()


@pytest.mark.parametrize("product", [10**30, "\ud800", pd.NA, [[1, 2], [3]], {1}, None])
def test_an_id_that_no_engine_compares_is_none_of_the_table(product: object) -> None:
    stock = pd.DataFrame({"product_id": ["P1"], "price": [9.0], "demand": [3]})
    assert frames.with_id(stock, "product_id", product).empty
    assert list(frames.with_id(stock.head(0), "product_id", "P1")) == list(stock)
    with pytest.raises(CourseError, match="product"):
        strategies.product_demand(stock, product, 2.0)


def test_decimals_and_fractions_are_calculated_with() -> None:
    exact = pricing.base_price(Decimal("100"), min_margin=Fraction(1, 10))
    assert exact == pricing.base_price(100, min_margin=0.1)
    people = strategies.uniform(10, 50)
    bids = strategies.name_your_price(people, 20, rebid_cost=Decimal("0.5"))
    assert bids.profit == strategies.name_your_price(people, 20, rebid_cost=0.5).profit


@pytest.mark.parametrize("engine", MOVES.values(), ids=MOVES)
def test_a_whole_quotient_is_exact_where_floats_are_not(engine: Move) -> None:
    by = amounts.PLACES
    values = [k * by + more for k in (1, 9_000_000_000_001) for more in (-1, 0, 1, by - 1)]
    table = nw.from_native(engine(pd.DataFrame({"n": values})))
    found = table.with_columns(near=amounts._near(nw.col("n"), by))
    told = rows_of(nw.to_native(found.select(q=amounts._quotient("near", nw.col("n"), by))))
    assert [q for (q,) in told] == [value // by for value in values]


def test_names_that_are_a_category_become_plain_ones() -> None:
    table = pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["a", "b"]))
    assert type(kinds.evened(table).columns) is pd.Index


def test_a_rule_about_what_is_not_there_finds_nothing_in_a_database() -> None:
    table = pl.LazyFrame({"start": [1, 2], "end": [2, None]})
    rows.ask(nw.from_native(table), "trips", [rows.out_of_order("start", "end")])
    with pytest.raises(CourseError, match="In 1 of 2 rows of trips, start is before end"):
        rows.ask(nw.from_native(table), "trips", [rows.out_of_order("end", "start")])


def test_what_pandas_alone_has_is_evened_out_or_refused() -> None:
    days = pd.DataFrame({"date": pd.period_range("2025-03-03", periods=2, freq="D")})
    (found,) = frames.fetched({"stock": days}, {"stock": "date"})
    assert found["date"].tolist() == [MORNING, MORNING + pd.Timedelta(days=1)]
    sparse = pd.DataFrame({"sold": pd.arrays.SparseArray([0, 3])})
    (found,) = frames.fetched({"stock": sparse}, {"stock": "sold"})
    assert found["sold"].tolist() == [0, 3]
    ranges = pd.DataFrame({"sold": pd.interval_range(0, 2)})
    with pytest.raises(CourseError, match="sold of stock holds values of another kind"):
        frames.door({"stock": ranges}, {"stock": "sold"})
    spans = pd.DataFrame({"sold": pd.to_timedelta([1, 2], unit="h")})
    with pytest.raises(CourseError, match="holds values of another kind, not numbers"):
        frames.door({"stock": spans}, {"stock": "sold"})
    large = pd.DataFrame({"sold": pd.Series([10**30, 1], dtype=object)})
    (found,) = frames.fetched({"stock": large}, {"stock": "sold"})
    assert found["sold"].tolist() == [1e30, 1.0]


def test_an_amount_that_no_fen_can_count_is_told() -> None:
    """In whole fen it would run over: sales of 1e30 yuan were 0, or far below it."""
    for amount in (1e30, -1e13, 10**30):
        lines = pd.DataFrame({"unit_price": pd.Series([amount, 5.0], dtype=object)})
        told = refusal(frames.door, {"order_lines": lines}, {"order_lines": "unit_price"})
        assert told.startswith("The column unit_price of order_lines holds 1")
        assert "too large to add up to the fen" in told
    lines = pd.DataFrame({"unit_price": [9.9e12]})
    assert frames.door({"order_lines": lines}, {"order_lines": "unit_price"})


def test_days_of_the_shop_have_no_zone_among_pythons_own_objects_either() -> None:
    days = pd.Series([T("2025-01-01", tz="UTC"), T("2025-01-02")], dtype=object)
    told = refusal(frames.door, {"stock": pd.DataFrame({"date": days})}, {"stock": "date"})
    assert told.startswith("The column date of stock has a time zone (UTC)")


def test_a_gap_among_days_is_a_gap_however_it_is_written() -> None:
    days = pd.Series([T("2025-01-01"), Decimal("NaN"), None], dtype=object)
    products = pd.DataFrame({"delisted_on": days})
    (frame,) = frames.door({"products": products}, {"products": "delisted_on"})
    assert frame["delisted_on"].is_null().to_list() == [False, True, True]


# --- numbers that run over, columns that no engine takes over ------------------------------


@pytest.mark.parametrize("value", [1e300, -1e300, 10**400, 2e15])
def test_what_would_run_over_is_told(value: float) -> None:
    for take in (numbers.number, numbers.positive, numbers.array, numbers.row):
        told = refusal(take, "cost", value)
        assert "cost" in told
        assert "1e+15" in told or "above 0" in told or "not finite" in told
    assert "0 to 1e+15" in refusal(numbers.number, "cost", 1e300, low=0)
    assert "x['a'] is" in refusal(numbers.by_name, "x", {"a": value})
    assert numbers.number("cost", -1e15) == numbers.array("cost", -1e15) == -1e15


def test_what_is_so_near_to_0_counts_as_0() -> None:
    for take in (numbers.number, numbers.share):
        assert take("margin", 1e-101) == 0
        assert take("margin", 1e-99) == 1e-99
    assert "not so near to 0" in refusal(numbers.positive, "spend", 1e-320)
    assert "not so near to 0" in refusal(numbers.inner_share, "power", 1e-320)
    assert numbers.array("targets", [1e-320, -1e-320, 1e-99]).tolist() == [0, 0, 1e-99]


OWN_TYPES = {
    "BIT": ("'101'::BIT", "'111'::BIT"),
    "UNION": ("union_value(a := 1)", "union_value(a := 2)"),
    "TIMETZ": ("'10:00:00+08'::TIMETZ", "'11:00:00+08'::TIMETZ"),
    "INTERVAL": ("INTERVAL 1 DAY", "INTERVAL 2 DAY"),
    "BIGNUM": ("1::BIGNUM", "2::BIGNUM"),
    "VARIANT": ("1::VARIANT", "2::VARIANT"),
    "UUID": (
        "'5a0ba1c9-6d0d-4e6e-8e8d-000000000001'::UUID",
        "'5a0ba1c9-6d0d-4e6e-8e8d-000000000002'::UUID",
    ),
    "JSON": ("'1'::JSON", "'{}'::JSON"),
}


@pytest.mark.parametrize("kind", OWN_TYPES)
def test_what_duckdb_alone_knows_is_grouped_as_text(kind: str) -> None:
    one, other = OWN_TYPES[kind]
    cells = ", ".join(f"({it}, {n}, 10, {n})" for n, it in enumerate([one, other, one, one]))
    named = f"(VALUES {cells}, (NULL, 9, 10, 9)) AS t(arm, hits, total, unit)"
    table = duckdb.sql(f"SELECT * FROM {named}")
    assert table is not None
    found = experiments.shrunk_rates(table, by="arm", weight=5).df()
    assert found["hits"].tolist() == [5, 1, 9] or found["hits"].tolist() == [1, 5, 9]
    assert found["arm"].dropna().map(type).eq(str).all()
    known = table.filter("arm IS NOT NULL")
    names = {"above": "hits", "below": "total", "unit": "unit"}
    with_text = known.project("arm::VARCHAR AS arm, hits, total, unit")
    assert experiments.difference_of_ratios(known, **names) == (
        experiments.difference_of_ratios(with_text, **names)
    )


@EVERYWHERE
@pytest.mark.parametrize("value", [[1, 2], {"a": 1}], ids=["list", "mapping"])
def test_no_rows_are_grouped_by_several_values_in_one(engine: str, value: Any) -> None:
    told = {"published_at": T("2025-05-01"), "about": ["own", "K1"], "reach": [3, 1], "tone": 0}
    stories = MOVES[engine](pd.DataFrame({**told, "x": [value, value]}))
    assert "several values in one" in refusal(media.share_of_voice, {"stories": stories}, by="x")


def test_arrow_holds_what_stands_in_it() -> None:
    """Its decimals lose a digit as floats, and pandas leaves notes of the columns that it had."""
    told = pa.Table.from_pandas(pd.DataFrame({"left": [Decimal("3.3"), None], "hits": ["a", "b"]}))
    types = {"hits": "number"}
    found = frames.as_pandas(frames.table(told, {"hits": "left"}, name="data", types=types))
    assert found["hits"].tolist()[0] == 3.3


def test_a_number_that_python_does_not_write_out_is_told_by_its_size() -> None:
    for value in (10**5000, [10**5000], {"a": -(10**5000)}):
        with pytest.raises(CourseError, match="a whole number of about 5000 digits"):
            numbers.number("cost", value)
    assert numbers.shown(10**300) == numbers.shown(int("1" + "0" * 300))


def test_a_share_next_to_1_is_told() -> None:
    with pytest.raises(CourseError, match="not so near to 1"):
        numbers.inner_share("confidence", 1 - 2.0**-53)
    assert intervals.normal_quantile(1 - 2.0**-52) > 8


def test_half_a_sign_is_no_text() -> None:
    with pytest.raises(CourseError, match="Give text"):
        numbers.text("column", "\ud800")
    with pytest.raises(CourseError, match="Give a name"):
        frames.listed("\ud800")
