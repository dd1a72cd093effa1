"""Every measure gives the same answer, to the last digit, on every engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from ecokit import kpi
from ecokit.errors import CourseError
from tests.kpi_tables import tiny

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
pytest.importorskip("pyarrow", reason="moving tables between engines needs pyarrow")

NAMES = [*kpi.MEASURES, *kpi.KPIS]
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
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .getOrCreate()
    )
    yield one
    one.stop()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    """Return a function that moves a pandas table to one engine."""
    name = request.param
    if name == "pyspark":
        session = request.getfixturevalue("spark")
        folders = request.getfixturevalue("tmp_path_factory")

        def through_parquet(table: pd.DataFrame) -> Any:
            path = str(folders.mktemp("table") / "table.parquet")
            table.to_parquet(path, coerce_timestamps="us")
            return session.read.parquet(path)

        return through_parquet
    module = pytest.importorskip("duckdb" if name == "duckdb" else "polars")
    if name == "duckdb":
        return lambda table: module.from_arrow(nw.from_native(table).to_arrow())
    frame = module.from_pandas
    return frame if name == "polars" else lambda table: frame(table).lazy()


def rows(result: Any) -> list[tuple[Any, ...]]:
    """Return the rows of any kind of frame as plain Python, missing as None."""
    arrow = nw.from_native(result).lazy().collect("pyarrow").to_arrow()
    columns = [map(_naive, arrow.column(name).to_pylist()) for name in arrow.column_names]
    return list(zip(*columns, strict=True))


def _naive(value: Any) -> Any:
    # date_trunc on PySpark answers with the session's time zone, which is UTC here.
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def groups(name: str, lazy_cluster: bool) -> list[Any]:
    if name == "uv":  # every period once
        return [None, "day", "week", "month", "quarter", ["quarter", "week"]]
    if lazy_cluster:  # a query on PySpark takes a second
        return ["month"]
    return [None, "month", "quarter"] if kpi.declared(name).monthly else [None, "week", "month"]


def test_every_kpi_agrees_on_tiny_tables(engine: Callable[[pd.DataFrame], Any]) -> None:
    here = tiny()
    there = {name: engine(table) for name, table in here.items()}
    cluster = "pyspark" in type(there["visits"]).__module__
    for name in NAMES:
        for by in groups(name, cluster):
            result = kpi.measure(name, there, by)
            assert type(result) is type(there["visits"])  # the caller's kind
            assert rows(result) == rows(kpi.measure(name, here, by)), (name, by)


def test_columns_of_other_tables_group_too(engine: Callable[[pd.DataFrame], Any]) -> None:
    there = {name: engine(table) for name, table in tiny().items()}
    for name, by in [
        ("sales", "category"),
        ("uv", ["month", "channel_id"]),
        ("conversion", "campaign_id"),
        ("stockout_rate", "product_id"),
        ("inventory_turns", "category"),
    ]:
        assert rows(kpi.measure(name, there, by)) == rows(kpi.measure(name, tiny(), by)), name


def test_nothing_gives_null_on_every_engine(engine: Callable[[pd.DataFrame], Any]) -> None:
    there = {name: engine(table.head(0)) for name, table in tiny().items()}
    for name in kpi.KPIS:
        assert rows(kpi.measure(name, there)) == [(None,)], name


def test_nan_is_refused_on_every_engine(engine: Callable[[pd.DataFrame], Any]) -> None:
    visits = tiny()["visits"].assign(dwell_seconds=float("inf"))
    moved = engine(visits)
    # A lazy engine refuses in its own words, when it computes.
    refusal = CourseError if isinstance(nw.from_native(moved), nw.DataFrame) else Exception
    with pytest.raises(refusal, match=r"(?i)nan|inf|overflow|range|conversion|cast"):
        rows(kpi.measure("dwell_time", {"visits": moved}))


def moved(engine: Callable[[pd.DataFrame], Any], tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    return {name: engine(table) for name, table in tables.items()}


def test_text_ids_and_decimal_money_give_the_same_answers(
    engine: Callable[[pd.DataFrame], Any],
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
        assert rows(kpi.measure(name, there, "month")) == rows(kpi.measure(name, tiny(), "month"))


def test_a_year_without_campaigns_gives_null_or_zero() -> None:
    here = tiny()
    for name in ("visits", "orders"):
        here[name] = here[name].assign(campaign_id=float("nan"))  # as pandas reads an empty column
    assert rows(kpi.measure("new_resource_uv_increment", here)) == [(0.0,)]
    assert rows(kpi.measure("campaign_uv_share", here)) == [(0.0,)]
    assert rows(kpi.measure("campaign_conversion", here)) == [(None,)]


@pytest.mark.parametrize("name", ["pandas", "polars", "polars-lazy", "duckdb"])
def test_time_zones_and_mixed_ids_are_told(name: str) -> None:
    import duckdb
    import polars

    moves: dict[str, Callable[[pd.DataFrame], Any]] = {
        "pandas": lambda table: table,
        "polars": polars.from_pandas,
        "polars-lazy": lambda table: polars.from_pandas(table).lazy(),
        "duckdb": lambda table: duckdb.from_arrow(nw.from_native(table).to_arrow()),
    }
    move, here = moves[name], tiny()
    visits = here["visits"].assign(
        started_at=here["visits"]["started_at"].dt.tz_localize("Asia/Shanghai")
    )
    with pytest.raises(CourseError, match="The column started_at of visits has a time zone"):
        kpi.uv(move(visits), "month")
    lines = here["order_lines"].assign(order_id=lambda table: table["order_id"].astype("string"))
    with pytest.raises(CourseError, match="The column order_id holds numbers in one of"):
        kpi.sales(move(here["orders"]), move(lines))


def test_bundled_shop_agrees(engine: Callable[[pd.DataFrame], Any]) -> None:
    from ecokit import load_shop

    shop = load_shop()
    there = {name: engine(table) for name, table in shop.tables.items()}
    for name in NAMES:
        expected = rows(kpi.measure(name, shop, "month"))
        assert rows(kpi.measure(name, there, "month")) == expected, name
