"""Every measure gives the same answer, to the last digit, on every engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from random import Random
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import kpi
from ecokit.errors import CourseError
from ecokit.inputs.frames import listed
from ecokit.kpi.engine import start_of
from ecokit.shop import Shop
from ecokit.shop.schema import schemas
from tests.companies import bundled
from tests.engines import MOVES, Move, moved
from tests.kpi_tables import tiny
from tests.sums import CASES, Row, by_decimal, fen, lines, random_lines

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")

NAMES = [*kpi.MEASURES, *kpi.KPIS]
_DECIMALS = st.decimals(-10_000, 10_000, places=6, allow_nan=False) | st.decimals(
    -100, 100, places=2
)
ENGINES = ["polars", "polars-lazy", "duckdb", "pyspark"]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("PySpark needs Java, and this machine has none: install a JDK 17 or later")
    session = pytest.importorskip("pyspark.sql", reason="PySpark is not installed").SparkSession
    one = (
        session.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.adaptive.enabled", "false")  # tiny tables: plan once, compile little
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .getOrCreate()
    )
    yield one
    one.stop()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Move:
    """Return a function that moves a pandas table to one engine, a cluster among them."""
    if request.param != "pyspark":
        return MOVES[request.param]
    session = request.getfixturevalue("spark")
    folders = request.getfixturevalue("tmp_path_factory")

    def through_parquet(table: pd.DataFrame) -> Any:
        path = str(folders.mktemp("table") / "table.parquet")
        table.to_parquet(path, coerce_timestamps="us")
        return session.read.parquet(path)

    return through_parquet


def rows(result: Any) -> list[tuple[Any, ...]]:
    """Return the rows of any kind of frame as plain Python, missing as None."""
    arrow = nw.from_native(result).lazy().collect("pyarrow").to_arrow()
    columns = [map(_naive, arrow.column(name).to_pylist()) for name in arrow.column_names]
    return list(zip(*columns, strict=True))


def _naive(value: Any) -> Any:
    # date_trunc on PySpark answers with the session's time zone, which is UTC here.
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@cache
def expected(name: str, *by: str, whole: bool = False) -> list[tuple[Any, ...]]:
    """Return what pandas makes of the tiny tables, or of the whole bundled shop."""
    return rows(kpi.measure(name, bundled() if whole else tiny(), list(by)))


def groups(name: str, lazy_cluster: bool) -> list[Any]:
    if name == "uv":  # every period once
        return [None, "hour", "day", "week", "month", "quarter", "year", ["quarter", "week"]]
    if lazy_cluster:  # a query on PySpark takes a second
        return ["month"]
    return [None, "month", "quarter"] if kpi.declared(name).monthly else [None, "week", "month"]


def test_every_kpi_agrees_on_tiny_tables(engine: Move) -> None:
    there = moved(engine, tiny())
    cluster = "pyspark" in type(there["visits"]).__module__
    for name in NAMES:
        for by in groups(name, cluster):
            result = kpi.measure(name, there, by)
            assert type(result) is type(there["visits"])  # the caller's kind
            assert rows(result) == expected(name, *listed(by)), (name, by)


def test_columns_of_other_tables_group_too(engine: Move) -> None:
    there = moved(engine, tiny())
    for name, by in [
        ("sales", "category"),
        ("uv", ["month", "channel_id"]),
        ("conversion", "campaign_id"),
        ("stockout_rate", "product_id"),
        ("inventory_turns", "category"),
    ]:
        assert rows(kpi.measure(name, there, by)) == expected(name, *listed(by)), name


def test_nothing_gives_null_on_every_engine(engine: Move) -> None:
    there = {name: engine(table.head(0)) for name, table in tiny().items()}
    for name in kpi.KPIS:
        assert rows(kpi.measure(name, there)) == [(None,)], name


def test_nan_is_refused_on_every_engine(engine: Move) -> None:
    visits = tiny()["visits"].assign(dwell_seconds=float("inf"))
    there = engine(visits)
    # A lazy engine refuses in its own words, when it computes.
    refusal = CourseError if isinstance(nw.from_native(there), nw.DataFrame) else Exception
    with pytest.raises(refusal, match=r"(?i)nan|inf|overflow|range|conversion|cast"):
        rows(kpi.measure("dwell_time", {"visits": there}))


def test_text_ids_and_decimal_money_give_the_same_answers(
    engine: Move,
) -> None:
    here = tiny()
    for table in here.values():
        for name in {"visitor_id", "order_id"} & set(table):
            table[name] = "u" + table[name].astype("string")
        for name in {"unit_price", "unit_cost", "cost", "plan"} & set(table):
            exact = [None if pd.isna(it) else Decimal(str(it)) for it in table[name]]
            table[name] = pd.Series(exact, dtype=object)
    there = moved(engine, here)
    for name in ["uv", "sales", "profit_completion", "core_conversion", "inventory_turns"]:
        assert rows(kpi.measure(name, there, "month")) == expected(name, "month")


def test_a_year_without_campaigns_gives_null_or_zero() -> None:
    here = tiny()
    for name in ("visits", "orders"):
        here[name] = here[name].assign(campaign_id=float("nan"))  # as pandas reads an empty column
    assert rows(kpi.measure("new_resource_uv_increment", here)) == [(0.0,)]
    assert rows(kpi.measure("campaign_uv_share", here)) == [(0.0,)]
    assert rows(kpi.measure("campaign_conversion", here)) == [(None,)]


everywhere = pytest.mark.parametrize("move", MOVES)


@everywhere
def test_time_zones_and_mixed_ids_are_told(move: str) -> None:
    to, here = MOVES[move], tiny()
    visits = here["visits"].assign(
        started_at=here["visits"]["started_at"].dt.tz_localize("Asia/Shanghai")
    )
    with pytest.raises(CourseError, match="The column started_at of visits has a time zone"):
        kpi.uv({"visits": to(visits)}, by="month")
    lines = here["order_lines"].assign(order_id=lambda table: table["order_id"].astype("string"))
    with pytest.raises(CourseError, match="The column order_id holds numbers in one of"):
        kpi.sales({"orders": to(here["orders"]), "order_lines": to(lines)})


WRONG: list[tuple[str, str, str, Callable[[pd.Series], Any], str]] = [
    ("uv", "visits", "started_at", lambda it: it.astype("string"), "holds text, not times"),
    ("uv", "visits", "started_at", lambda it: range(len(it)), "holds numbers, not times"),
    ("orders", "orders", "paid_at", lambda it: it.astype("string"), "holds text, not times"),
    ("sales", "order_lines", "quantity", lambda it: it.astype("string"), "text, not numbers"),
    ("core_conversion", "products", "core", lambda _it: "perhaps", "true n?or false"),
]


@everywhere
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong[2])
def test_values_of_the_wrong_kind_are_told(
    move: str, wrong: tuple[str, str, str, Callable[[pd.Series], Any], str]
) -> None:
    name, table, column, change, told = wrong
    here = tiny()
    here[table] = here[table].assign(**{column: change(here[table][column])})
    with pytest.raises(CourseError, match=f"The column {column} of {table} .*{told}"):
        kpi.measure(name, moved(MOVES[move], here), "month")


@pytest.mark.parametrize("move", ["pandas", "polars", "pyarrow"])  # a lazy engine is not asked
def test_rows_that_stand_there_twice_are_told(move: str) -> None:
    for name, table, by in [
        ("sales", "orders", None),
        ("inventory_turns", "products", None),
        ("sales", "products", "category"),
        ("uv_completion", "targets", "month"),
    ]:
        here = tiny()
        here[table] = pd.concat([here[table], here[table][:1]])
        with pytest.raises(CourseError, match=f"The table {table} holds .* more than once, and 2"):
            kpi.measure(name, moved(MOVES[move], here), by)


def _types_of_others(here: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tiny shop as another tool may have written it."""
    here["products"]["core"] = here["products"]["core"].astype("int64")
    here["campaigns"]["new_resource"] = pd.Series([None, True], dtype=object)
    here["campaigns"]["campaign_id"] = here["campaigns"]["campaign_id"].astype("category")
    here["visits"]["channel_id"] = here["visits"]["channel_id"].astype("category")
    here["order_lines"]["order_id"] = here["order_lines"]["order_id"].astype("int32")
    here["order_lines"]["quantity"] = here["order_lines"]["quantity"].astype("int32")
    here["purchases"]["due_on"] = here["purchases"]["due_on"].dt.date
    return here


@everywhere
def test_other_types_give_the_same_answers(move: str) -> None:
    there = moved(MOVES[move], _types_of_others(tiny()))
    for name, by in [
        ("core_conversion", "month"),
        ("new_resource_uv_increment", "month"),
        ("campaign_click_index", "month"),
        ("conversion", "channel_id"),
        ("sales", "category"),
        ("supply_fill_rate", "month"),
    ]:
        assert rows(kpi.measure(name, there, by)) == expected(name, by), name


@everywhere
def test_a_column_of_the_callers_own_groups_whatever_its_name(move: str) -> None:
    here = tiny()
    bands = here["order_lines"]["unit_price"].gt(10).map({True: "dear", False: "cheap"})
    for own in ("band", "amount", "units", "value"):
        there = moved(
            MOVES[move], here | {"order_lines": here["order_lines"].assign(**{own: bands})}
        )
        assert rows(kpi.measure("sales", there, own)) == [("cheap", 2.48), ("dear", 1099.89)]
    lines = here["order_lines"].assign(sales=bands)
    there = moved(MOVES[move], here | {"order_lines": lines})
    with pytest.raises(CourseError, match="You group by sales, and the answer"):
        kpi.measure("sales", there, "sales")
    wrong: list[Any] = [["month", "month"], 3]
    for by in wrong:
        with pytest.raises(CourseError, match="Give a name, or a list of different names"):
            kpi.uv({"visits": MOVES[move](here["visits"])}, by=by)


@everywhere
def test_a_month_without_a_plan_counts_neither_way(move: str) -> None:
    here = tiny()
    plan = here["targets"]["plan"].where(here["targets"]["month"] < "2025-03-01")
    there = moved(MOVES[move], here | {"targets": here["targets"].assign(plan=plan)})
    assert rows(kpi.measure("uv_completion", there)) == [(3 / 5,)]


def test_bundled_shop_agrees(engine: Move) -> None:
    shop = bundled()
    there = {name: engine(shop[name]) for name in tiny()}  # what KPIs ask for
    for name in NAMES:
        assert rows(kpi.measure(name, there, "month")) == expected(name, "month", whole=True), name


def test_a_lent_column_of_several_kinds_is_grouped_as_text() -> None:
    here = tiny()
    kinds = pd.Series([7, "phones"] * len(here["products"]), dtype=object)
    here["products"] = here["products"].assign(category=kinds[: len(here["products"])])
    found = kpi.measure("sales", here, "category")
    assert {*found["category"].dropna()} <= {"7", "phones"}
    assert found["sales"].sum() == kpi.measure("sales", tiny(), "category")["sales"].sum()


# Sums ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lines_are_multiplied_first_and_rounded_then(engine: Move, case: Any) -> None:
    there = moved(engine, lines(case.lines))
    assert rows(kpi.sales(there)) == [(case.right,)]


def test_random_lines_are_those_of_decimal_on_every_engine(engine: Move) -> None:
    table, exact = random_lines(100_000)
    there = moved(engine, table)
    right = by_decimal(exact)
    assert rows(kpi.profit(there, by="band")) == [(band, float(it)) for band, it in right.items()]
    back = table["order_lines"].assign(quantity=-table["order_lines"]["quantity"])
    both = {**table, "order_lines": pd.concat([table["order_lines"], back])}
    assert rows(kpi.sales(moved(engine, both))) == [(0.0,)]


@pytest.mark.parametrize("move", ["pandas", "pyarrow"])
def test_random_lines_are_those_of_decimal_where_rows_are_here(move: str) -> None:
    table, exact = random_lines(100_000)
    found = kpi.profit(moved(MOVES[move], table), by="band")
    assert rows(found) == [(band, float(it)) for band, it in by_decimal(exact).items()]


GAPS = lines([(1, 10, 8), (2, 20, None), (1, None, 1)])


@everywhere
def test_a_gap_is_no_zero(move: str) -> None:
    there = moved(MOVES[move], GAPS)
    for name in ("profit", "profit_margin", "sales", "order_value"):
        if isinstance(nw.from_native(there["orders"]), nw.DataFrame):
            n = 1 if name in ("sales", "order_value") else 2
            told = (
                f"In {n} of 3 rows of order_lines of paid orders, quantity or unit_price.* missing"
            )
            with pytest.raises(CourseError, match=told):
                kpi.measure(name, there)
        else:  # a lazy one answers nothing rather than a wrong sum
            assert rows(kpi.measure(name, there)) == [(None,)], name
    orders = GAPS["orders"].assign(
        paid_at=GAPS["orders"]["paid_at"].where(GAPS["orders"]["order_id"] == 1)
    )
    there = moved(MOVES[move], {**GAPS, "orders": orders})  # unpaid lines do not matter
    assert rows(kpi.profit(there)) == [(2.0,)]


@everywhere
def test_the_orders_that_are_given_say_which_lines_count(move: str) -> None:
    here = lines([(1, 10, 8), (2, 20, 15), (1, 5, 1)])
    there = moved(MOVES[move], {**here, "orders": here["orders"][:2]})
    assert rows(kpi.sales(there)) == [(50.0,)]
    assert rows(kpi.profit(there)) == [(12.0,)]


def test_a_shop_in_place_tells_orphans_copies_and_totals(engine: Move) -> None:
    here = lines([(1, 10, 8), (2, 20, 15)])
    orders = here["orders"]
    with pytest.raises(CourseError, match=r"order_lines: 1 row has no row in orders.*id 2\."):
        Shop.in_place(moved(engine, {**here, "orders": orders[:1]}))
    with pytest.raises(CourseError, match=r"orders holds order_id . more than once, and 4 such"):
        Shop.in_place({"orders": engine(pd.concat([orders, orders]))})
    visits = pd.DataFrame({"visit_id": ["1", "2", "合计"], "dwell_seconds": [100.0, 200.0, 300.0]})
    with pytest.raises(CourseError, match=r"A row of visits is a total .* visit_id 合计"):
        Shop.in_place({"visits": engine(visits)})
    with pytest.raises(CourseError, match=r"of visits is a total of the others"):
        kpi.measure("dwell_time", {"visits": engine(visits)})
    with pytest.raises(CourseError, match=r"orders holds order_id . more than once, and 4 such"):
        kpi.sales(moved(engine, {**here, "orders": pd.concat([orders, orders])}))
    assert rows(kpi.sales(Shop.in_place(moved(engine, here)))) == [(50.0,)]


@everywhere
@pytest.mark.parametrize("month", [202509, "202509", "2025-9"])
def test_a_month_of_digits_is_none_of_1970(move: str, month: object) -> None:
    targets = pd.DataFrame(
        {"month": [month], "post_id": "traffic_manager", "kpi": "uv_completion", "target": 1.0}
    ).assign(weight=1.0, plan=4.0)
    started = pd.to_datetime(["2025-09-03"] * 3).astype("datetime64[us]")
    visits = pd.DataFrame({"visit_id": [1, 2, 3], "visitor_id": [1, 2, 3], "started_at": started})
    there = moved(MOVES[move], {"targets": targets, "visits": visits})
    for asked in (kpi.scorecards, partial(kpi.measure, "uv_completion", by="month")):
        try:
            found = nw.from_native(asked(there)).lazy().collect("pyarrow")
        except CourseError as told:
            assert "month" in str(told)  # noqa: PT017
        else:
            assert [f"{it:%Y-%m}" for it in found["month"].to_list()] == ["2025-09"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_DECIMALS, _DECIMALS), min_size=1, max_size=5), st.randoms())
def test_the_rule_of_money(pairs: list[tuple[Decimal, Decimal]], luck: Random) -> None:
    """As decimal, whatever the order; a line and its negative cancel."""
    right = float(sum(fen(quantity * price) for quantity, price in pairs))
    there: list[Row] = [(float(quantity), float(price)) for quantity, price in pairs]
    back: list[Row] = [(-float(quantity), float(price)) for quantity, price in pairs]
    for move in ("pandas", "polars", "polars-lazy"):
        for sold, sum_ in (
            (there, right),
            (luck.sample(there, len(there)), right),
            (there + back, 0),
        ):
            assert rows(kpi.sales(moved(MOVES[move], lines(sold)))) == [(sum_,)]


@pytest.mark.parametrize(
    ("line", "told"),
    [((1, 0.1234567), "more than six decimal places"), ((1e6, 9e6), "too large to add up")],
)
def test_lines_that_cannot_be_added_up_are_told(line: tuple[float, float], told: str) -> None:
    with pytest.raises(CourseError, match=told):
        kpi.sales(lines([line]))
    there = moved(MOVES["polars-lazy"], lines([line]))
    assert rows(kpi.sales(there)) == [(None,)]


def test_quantities_and_seconds_may_be_fractions() -> None:
    here = lines([(0.4, 10.0), (0.6, 10.0)])
    back = pd.DataFrame({"return_id": [1], "quantity": [0.25]})
    assert rows(kpi.measure("return_rate", {**here, "returns": back})) == [(0.25,)]
    visits = pd.DataFrame({"visit_id": [1, 2, 3], "dwell_seconds": [0.001, 0.002, None]})
    assert rows(kpi.measure("dwell_time", {"visits": visits})) == [(0.0015,)]
    stock = pd.DataFrame({"demand": [0.5, 0.5], "sold": [0.5, 0.25]})
    assert rows(kpi.measure("stockout_rate", {"stock": stock})) == [(0.25,)]


# Rows that stand twice -----------------------------------------------------------------------


@everywhere
def test_rows_of_a_key_are_told_by_every_measure(move: str) -> None:
    """The first table with its key, doubled: each measure tells it, or counts ids once."""
    for name in NAMES:
        for table in kpi.declared(name).columns:
            here = tiny()
            here[table] = pd.concat([here[table], here[table]])
            there = moved(MOVES[move], here)
            if not _has_key(here[table], table):
                continue
            lazy = not isinstance(nw.from_native(there[table]), nw.DataFrame)
            if lazy and "visitor_id" in kpi.declared(name).columns[table]:
                assert rows(kpi.measure(name, there)) == expected(name)
                continue
            with pytest.raises(CourseError, match=f"The table {table} holds .* more than once"):
                kpi.measure(name, there)


def _has_key(table: pd.DataFrame, name: str) -> bool:
    return set(schemas()[name].primary_key) <= set(table)


def test_a_lazy_table_is_asked_once() -> None:
    asked = []

    def looked(batch: pl.DataFrame) -> pl.DataFrame:
        asked.append(len(batch))
        return batch

    orders = pl.from_pandas(tiny()["orders"]).lazy()
    orders = orders.map_batches(looked, schema=orders.collect_schema())
    for _again in range(3):
        kpi.orders({"orders": orders})
    assert len(asked) == 2, "once for gaps and once for its key, and not again"
    shop = Shop.in_place({"orders": orders})
    assert len(asked) == 3, "one scan"
    kpi.orders(shop)
    assert len(asked) == 3


def test_a_shop_in_place_answers_as_its_engine(engine: Move) -> None:
    here = tiny()
    here["visits"] = here["visits"].dropna(subset="dwell_seconds")
    here["order_lines"] = here["order_lines"].dropna(subset="unit_price")
    there = moved(engine, here)
    shop = Shop.in_place(there)
    for name in ("uv", "profit", "inventory_turns", "profit_completion"):
        result = kpi.measure(name, shop, "month")
        assert type(result) is type(there["visits"])
        assert rows(result) == rows(kpi.measure(name, here, "month"))


@everywhere
def test_a_shop_in_place_tells_what_is_wrong(move: str) -> None:
    to, here = MOVES[move], tiny()
    orders = here["orders"]
    wrong: list[tuple[pd.DataFrame, str]] = [
        (pd.concat([orders, orders[:1]]), "holds order_id 1 more than once, and 2 such rows"),
        (orders.assign(placed_at=orders["placed_at"].astype("str")), "column placed_at: it holds"),
        (
            orders.assign(order_id=orders["order_id"].astype("Int64").where(orders.index > 0)),
            "1 row lacks one of order_id",
        ),
    ]
    for table, told in wrong:
        with pytest.raises(CourseError, match=told):
            Shop.in_place({"orders": to(table)})
    lines = GAPS["order_lines"].assign(line=1)
    with pytest.raises(CourseError, match=r"order_lines: 2 rows lack .* unit_cost missing"):
        Shop.in_place({"order_lines": to(lines)})
    named = Shop.in_place(
        {"orders": to(orders.rename(columns={"order_id": "No"}))}, {"orders": {"order_id": "No"}}
    )
    assert rows(kpi.orders(named)) == [(4,)]
    with pytest.raises(CourseError, match="Did you mean 'orders'"):
        Shop.in_place({"order": to(orders)})


@pytest.mark.parametrize("quantity", [1.0, 1e30, -9.9e12, 10**15])
@pytest.mark.parametrize("move", ["pandas", "polars", "pyarrow"])
def test_what_is_beyond_int64_is_told(move: str, quantity: float) -> None:
    price = 9.9e12 if quantity == 1 else 2.5e6
    there = moved(MOVES[move], lines([(quantity, price)]))
    with pytest.raises(CourseError, match="too large to add up to the fen"):
        kpi.sales(there)


@everywhere
def test_an_empty_campaign_is_none_in_a_shop_in_place(move: str) -> None:
    visits = pd.DataFrame(
        {"visit_id": [1, 2, 3], "visitor_id": [1, 2, 3], "campaign_id": ["", "C01", ""]}
    )
    there = {"visits": MOVES[move](visits)}
    assert rows(kpi.measure("campaign_uv_share", there)) == [(1 / 3,)]
    assert rows(kpi.measure("campaign_uv_share", Shop.in_place(there))) == [(1 / 3,)]


@pytest.mark.parametrize("move", MOVES)
def test_short_floats_are_read_as_they_are_written(move: str) -> None:
    tables = lines([(0.45, 29.90), (2, 12345.67)])
    short = tables["order_lines"].astype({"quantity": "float32", "unit_price": "float32"})
    there = moved(MOVES[move], tables | {"order_lines": short})
    assert rows(kpi.measure("sales", there)) == [(13.46 + 24691.34,)]


@pytest.mark.parametrize("move", MOVES)
def test_words_for_nothing_are_no_visitor_and_no_group(move: str) -> None:
    visits = pd.DataFrame(
        {
            "visit_id": [1, 2, 3, 4],
            "visitor_id": ["a", "", "None", "a"],
            "channel_id": ["search", "", None, "null"],
            "band": ["", "low", "low", None],
            "started_at": pd.to_datetime(["2025-03-01"] * 4).astype("datetime64[us]"),
        }
    )
    there = {"visits": MOVES[move](visits)}
    assert rows(kpi.measure("uv", there)) == [(1,)]
    found = rows(kpi.measure("visits", there, "channel_id"))
    assert sorted(found, key=str) == [("search", 1), (None, 3)]
    assert sorted(rows(kpi.measure("visits", there, "band")), key=str) == [("low", 2), (None, 2)]


@everywhere
def test_long_ids_as_decimals_are_refused(move: str) -> None:
    """Two orders would be one: a decimal of 17 digits does not hold the last."""
    at = pd.to_datetime(["2025-09-03"] * 2).astype("datetime64[us]")
    orders = pd.DataFrame({"order_id": [1e16, 1e16 + 2], "placed_at": at, "paid_at": at})
    lines = orders[["order_id"]].assign(line=1, quantity=1, unit_price=9.0)
    there = moved(MOVES[move], {"orders": orders, "order_lines": lines})
    for asked in (Shop.in_place, kpi.sales):
        with pytest.raises(CourseError, match=r"order_id.*16 digits and more"):
            asked(there)


@pytest.mark.parametrize("engine", MOVES.values(), ids=MOVES)
def test_a_week_begins_on_its_monday(engine: Move) -> None:
    days = pd.DataFrame({"day": pd.date_range("2025-03-03 00:00", periods=14, freq="23h59min")})
    week = nw.from_native(engine(days)).select(week=start_of("week", "day"))
    found = [one for (one,) in rows(nw.to_native(week))]
    assert found == [day.to_pydatetime() for day in days["day"].dt.to_period("W").dt.start_time]
