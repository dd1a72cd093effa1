"""Other people's tables as they are: ids, gaps, flags, times, totals, money; what is left out."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecokit import competitors, exercises, explore, kpi, load_shop
from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.own import weekly
from ecokit.own.amounts import Lines, _is_less, _of_order
from ecokit.shop import Shop
from ecokit.shop.faults import listed, yuan
from ecokit.shop.schema import schema
from ecokit.shop.validate import examined
from ecokit.shop.values import as_type, is_total

LONG = (250123456789012345, 250123456789012347)
CONTACTS = f"contact_id,order_id\n1,{LONG[0]}\n2,\n3,{LONG[1]}\n"


def table(name: str, **columns: Any) -> Any:
    """Return one table as a shop reads it."""
    return Shop.from_tables({name: pd.DataFrame(columns)})[name]


def refused(**tables: Any) -> str:
    """Return what a shop says of tables that it refuses."""
    with pytest.raises(CourseError) as caught:
        Shop.from_tables({name: pd.DataFrame(one) for name, one in tables.items()})
    return str(caught.value)


def faults(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every fault that is looked for where tables are opened."""
    return listed(examined(tables, {}, patient=True).faults)


# Ids


def text_file(folder: Path) -> Any:
    (folder / "contacts.csv").write_text(CONTACTS)
    return Shop.from_folder(folder)


def parquet_file(folder: Path) -> Any:
    pl.read_csv(io.StringIO(CONTACTS)).write_parquet(folder / "contacts.parquet")
    return Shop.from_folder(folder)


WAYS: dict[str, Callable[[Path], Any]] = {
    "csv": text_file,
    "parquet": parquet_file,
    "arrow": lambda _: Shop.from_tables(
        {"contacts": pl.read_csv(io.StringIO(CONTACTS)).to_arrow()}
    ),
    "polars": lambda _: Shop.from_tables({"contacts": pl.read_csv(io.StringIO(CONTACTS))}),
    "lazy": lambda _: Shop.from_tables({"contacts": pl.read_csv(io.StringIO(CONTACTS)).lazy()}),
    "pandas": lambda _: Shop.from_tables(
        {"contacts": pd.read_csv(io.StringIO(CONTACTS), dtype={"order_id": "Int64"})}
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_long_ids_keep_their_digits_beside_a_gap(way: str, tmp_path: Path) -> None:
    ids = WAYS[way](tmp_path).contacts.order_id
    assert ids.dropna().tolist() == list(LONG)
    assert ids.isna().tolist() == [False, True, False]


def test_ids_that_lost_their_digits_are_refused() -> None:
    read = pd.read_csv(io.StringIO(CONTACTS))  # decimals, for the gap
    assert "last digits" in refused(contacts=read)
    with pytest.raises(CourseError, match=r"read_csv\(..., dtype={'order_id': 'str'}\)"):
        frames.fetched({"contacts": read}, {"contacts": "contact_id order_id"})
    assert "a spreadsheet rounded" in refused(orders={"order_id": ["1.23E+17", "2"]})
    kept = frames.fetched(
        {"contacts": pl.read_csv(io.StringIO(CONTACTS))}, {"contacts": "order_id"}
    )[0]
    assert kept.order_id.dropna().tolist() == list(LONG)


@settings(max_examples=60, deadline=None)
@given(
    ids=st.lists(st.integers(0, 10**18 - 1), min_size=1, max_size=6, unique=True),
    before=st.sampled_from(["", "'", "`", "\u200b", "\t", "\ufeff", '="', '="\t', " "]),
)
def test_whatever_keeps_an_id_from_rounding_goes(ids: list[int], before: str) -> None:
    after = '"' if '"' in before else ""
    assert (
        table("orders", order_id=[f"{before}{one}{after}" for one in ids]).order_id.tolist() == ids
    )


def test_ids_from_0_are_ids() -> None:
    shop = Shop.from_tables(
        {
            "orders": pd.DataFrame({"order_id": [0, 1], "visitor_id": [0, 1]}),
            "order_lines": pd.DataFrame({"order_id": [0, 1], "line": [0, 0]}),
        }
    )
    assert shop.orders.visitor_id.tolist() == [0, 1]
    assert "below 0" in refused(orders={"order_id": [-1]})


# Gaps and flags


@pytest.mark.parametrize(
    "gap", ["", " ", "null", "None", "NaN", "N/A", "-", "--", "无", "\\N", "NULL"]
)
def test_a_gap_is_one_however_it_is_written(gap: str) -> None:
    visits = pd.DataFrame(
        {
            "visit_id": [1, 2, 3],
            "visitor_id": [1, 2, 3],
            "campaign_id": [gap, gap, "C1"],
            "started_at": pd.Timestamp("2025-03-01"),
        }
    )
    assert Shop.from_tables({"visits": visits}).visits.campaign_id.isna().sum() == 2
    for bare in (visits, pl.from_pandas(visits)):
        share = kpi.measure("campaign_uv_share", {"visits": bare})["campaign_uv_share"][0]
        assert share == pytest.approx(1 / 3)
    read = table("orders", order_id=[1, 2], visitor_id=[gap, "7"], paid_at=[gap, "2025-03-01"])
    assert read.isna().sum().tolist() == [0, 1, 1]


def test_free_text_keeps_its_words() -> None:
    goods = pd.DataFrame({"product_id": ["A", "B", "C"], "name": ["None", "Total", " - "]})
    named = Shop.from_tables({"products": goods}).products
    assert named.name.tolist() == ["None", "Total", "-"]


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["yes", "no", ""], [True, False, pd.NA]),
        (["Y", "N", "-"], [True, False, pd.NA]),
        (["是", "否", None], [True, False, pd.NA]),
        (["有", "无", "null"], [True, False, pd.NA]),
        (["True", "False", "None"], [True, False, pd.NA]),
        (["1", "0", "1"], [True, False, True]),
        (["有货", "缺货", "无货"], [True, False, False]),
    ],
)
def test_flags_are_what_their_words_say(words: list[Any], read: list[Any]) -> None:
    contacts = pd.DataFrame({"contact_id": [1, 2, 3], "resolved": words})
    assert Shop.from_tables({"contacts": contacts}).contacts.resolved.tolist() == read
    bare = frames.fetched({"contacts": contacts}, {"contacts": "resolved"})[0].resolved
    assert bare.tolist() == read
    with pytest.raises(CourseError, match="neither true nor false"):
        Shop.from_tables({"contacts": contacts.assign(resolved="maybe")})
    with pytest.raises(CourseError, match="neither true nor false"):
        frames.fetched({"contacts": contacts.assign(resolved="maybe")}, {"contacts": "resolved"})


def test_a_missing_flag_is_not_false_and_not_true() -> None:
    for flags in ([1, 0, None], [1.0, 0.0, float("nan")]):
        contacts = pd.DataFrame({"contact_id": [1, 2, 3], "resolved": flags})
        for bare in (contacts, pl.from_pandas(contacts)):
            read = frames.fetched({"contacts": bare}, {"contacts": "resolved"})[0].resolved
            assert read.isna().tolist() == [False, False, True]


def test_a_missing_flag_of_a_competitor_is_told() -> None:
    shop = load_shop()
    tables = {name: shop[name].head(2_000) for name in ("competitor_products", "competitor_prices")}
    prices = tables["competitor_prices"]
    for missing in (None, ""):
        flags = prices.in_stock.astype(object).where(prices.index > 0, missing)
        with pytest.raises(CourseError, match=r"in_stock"):
            competitors.published(tables | {"competitor_prices": prices.assign(in_stock=flags)})
    words = prices.in_stock.map({True: "有货", False: "缺货"})
    read = competitors.published(tables | {"competitor_prices": prices.assign(in_stock=words)})
    assert read.in_stock.equals(competitors.published(tables).in_stock)


# Times


def paid(*times: Any, **more: Any) -> list[pd.Timestamp]:
    """Return times of payment as a shop reads them."""
    orders = pd.DataFrame({"order_id": range(len(times)), "paid_at": list(times)})
    found: list[pd.Timestamp] = Shop.from_tables({"orders": orders}, **more).orders.paid_at.tolist()
    return found


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2025年12月31日23:59", "2025-12-31 23:59"),
        ("2025年12月31日 23:59:58", "2025-12-31 23:59:58"),
        ("2025/1/5 上午9:05", "2025-01-05 09:05"),
        ("2025/1/5 下午3:05", "2025-01-05 15:05"),
        ("2025-01-05 上午12:10", "2025-01-05 00:10"),
        ("2025-01-05 下午12:10", "2025-01-05 12:10"),
        ("2025年3月", "2025-03-01"),
        ("2025-9", "2025-09-01"),
        ("202510", "2025-10-01"),
        ("2025-01-05 10:00:00.25", "2025-01-05 10:00:00.25"),
        ("2025年1月5日 9点05分", "2025-01-05 09:05"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, read: str) -> None:
    assert paid(text, "") == [pd.Timestamp(read), pd.NaT]


def test_times_with_offsets_are_of_one_zone() -> None:
    two = {"placed_at": ["2025-03-01T10:00Z"], "dispatched_at": ["2025-03-01 19:00+08:00"]}
    read = table("orders", order_id=[1], **two)
    assert read.dispatched_at[0] - read.placed_at[0] == pd.Timedelta(hours=1)
    assert read.dispatched_at[0] == pd.Timestamp("2025-03-01 19:00")
    mixed = two | {"dispatched_at": ["2025-03-01 19:00"]}
    assert "Name the shop's zone" in refused(orders={"order_id": [1], **mixed})
    orders = {"orders": pd.DataFrame({"order_id": [1], **mixed})}
    read = Shop.from_tables(orders, zone="Asia/Shanghai").orders
    assert read.dispatched_at[0] - read.placed_at[0] == pd.Timedelta(hours=1)
    summer = ["2025-01-05 10:00-05:00", "2025-07-05 10:00-04:00"]
    with pytest.raises(CourseError, match="not clear"):
        paid(*summer)
    assert [one.hour for one in paid(*summer, zone="America/New_York")] == [10, 10]
    aware = pd.to_datetime(["2025-03-01T10:00Z"])
    assert paid(*aware, zone="Asia/Shanghai") == [pd.Timestamp("2025-03-01 18:00")]
    with pytest.raises(CourseError, match="no time zone 'Mars'"):
        paid(*aware, zone="Mars")


@pytest.mark.parametrize("months", [[202509, 202510], ["202509", "202510"], ["2025-9", "2025-10"]])
def test_months_are_no_nanoseconds(months: list[Any]) -> None:
    want = [pd.Timestamp("2025-09-01"), pd.Timestamp("2025-10-01")]
    read = table("expenses", month=months, item=["freight"] * 2, amount=[1, 2])
    assert read.month.tolist() == want
    bare = {"targets": pd.DataFrame({"month": months, "target": [1.0, 2.0]})}
    assert frames.fetched(bare, {"targets": "month target"})[0].month.tolist() == want


@pytest.mark.parametrize(
    "periods",
    [
        ["2025-9", "2025-10", "2025-11"],
        ["2025/9", "2025/10", "2025/11"],
        ["2025年9月", "2025年10月", "2025年11月"],
        ["9/2025", "10/2025", "11/2025"],
        ["Sep 2025", "Oct 2025", "Jan 2026"],
        ["2025Q4", "2026Q1", "2026Q2"],
        ["Q4 2025", "Q1 2026", "Q2 2026"],
        ["2025年第4季度", "2026年第1季度", "2026年第2季度"],
        ["2025-W9", "2025-W10", "2025-W11"],
        ["2025年第9周", "2025年第10周", "2025年第11周"],
        ["2025-9-1", "2025-10-1", "2025-10-11"],
        ["202512", "202601", "202602"],
        ["2025-09", "2025-10", "2025/11"],
    ],
)
def test_periods_of_text_are_read_where_their_order_is_plain(periods: list[str]) -> None:
    rows = pd.DataFrame({"period": periods, "item": "a", "price": [1.0, 2.0, 4.0]})
    for prices in (rows, rows.iloc[::-1]):
        for measure in (competitors.price_index, competitors.average_price):
            found = measure(prices)
            assert found["period"].tolist() == periods
            assert found["level"].tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    "periods", [["Jan", "Feb", "Mar"], ["8月", "9月", "10月"], ["week 9", "week 10", "week 11"]]
)
def test_periods_that_do_not_sort_as_time_are_refused(periods: list[str]) -> None:
    prices = pd.DataFrame({"period": periods, "item": "a", "price": [1.0, 2.0, 4.0]})
    for measure in (competitors.price_index, competitors.average_price):
        with pytest.raises(CourseError, match="stands before"):
            measure(prices)


def test_one_period_in_two_spellings_is_refused() -> None:
    periods = ["2025-9", "2025-09", "2025-10"]
    prices = pd.DataFrame({"period": periods, "item": ["a", "b", "a"], "price": [1.0, 2.0, 4.0]})
    for measure in (competitors.price_index, competitors.average_price):
        with pytest.raises(CourseError, match="in two ways, '2025-09' and '2025-9'"):
            measure(prices)


# Totals


@pytest.mark.parametrize("word", ["合计", "总计", "小计", "Total", "Sum", "合计：", "TOTAL (2)"])
def test_a_row_of_totals_is_named_and_left_out(word: str) -> None:
    visits = pd.DataFrame({"visit_id": ["1", "2", word], "dwell_seconds": [100, 200, 300]})
    told = refused(visits=visits)
    assert "column visit_id: 1 of 3 rows: a total of the others, for example row 3" in told
    shop = Shop.from_tables({"visits": visits}, strict=False)
    assert shop.visits.dwell_seconds.tolist() == [100, 200]
    assert shop.left_out[["table", "rows"]].to_numpy().tolist() == [["visits", 1]]


def test_a_name_that_begins_like_a_total_is_none() -> None:
    visits = pd.DataFrame({"visit_id": ["1", "Totalcare-2", "汇 3"], "dwell_seconds": [1, 2, 3]})
    assert len(Shop.from_tables({"visits": visits}).visits) == 3


def test_a_total_is_found_among_words_of_any_type_and_not_among_numbers() -> None:
    for dtype in (object, "str", "string", "category"):
        words = pd.Series(["A1", "合计", "Sum"], dtype=dtype)
        assert is_total(words).tolist() == [False, dtype != "category", dtype != "category"]
    assert is_total(pd.Series([1, None, "Total"], dtype=object)).tolist() == [False, False, True]
    assert is_total(pd.Series([1.5, 2.0])).tolist() == [False, False]


@pytest.mark.parametrize(
    ("read", "dtype"),
    [
        (["1", "2"], "int64"),
        ([1.0, 2.0], "int64"),
        ([1.0, None], "Int64"),
        (["1", ""], "Int64"),
        (["1", "0.5"], "float64"),
        ([1, "two"], "float64"),
    ],
)
def test_whole_units_are_whole_and_parts_of_one_are_kept(read: list[Any], dtype: str) -> None:
    values, _wrong = as_type(schema("order_lines").field("quantity"), pd.Series(read))
    assert str(values.dtype) == dtype


def test_a_report_shows_whole_numbers_without_and_others_with_a_digit() -> None:
    report = pd.DataFrame({"week": pd.to_datetime(["2025-01-06"]), "uv": [1234.0]})
    assert ">1,234<" in weekly.shown(report)._repr_html_()
    assert ">1,234.5<" in weekly.shown(report.assign(uv=1234.46))._repr_html_()


def test_half_a_fen_is_a_difference_and_a_fen_of_rounding_is_none() -> None:
    def of_numbers(**columns: list[Any]) -> Lines:
        return Lines(pd.DataFrame(columns), "n", "p", ["y"], [], [], [], [], set())

    for more, flat in ((0.004, True), (0.005, False)):  # of an order's lines, and of a product
        found = of_numbers(y=[0, more, 7, 7], _order=[1, 1, 2, 2], _product=list("abab"))
        assert _of_order(found, "y") == flat
        found = of_numbers(y=[0, 0, more, more], _order=[1, 1, 2, 2], _product=list("abab"))
        assert _of_order(found, "y") != flat
    for price, less in ((0.011, False), (0.012, True)):
        found = of_numbers(n=[2, 2, 1], p=[5, 5, price], y=[10, 10, 0])
        assert _is_less(found, "y") == less
    for price, at_most in ((0.011, True), (0.012, False)):  # and as much above is at most
        found = of_numbers(n=[2, 2, 1, 1], p=[5, 6, 0, 0], y=[10, 10, price, price])
        assert _is_less(found, "y") == at_most


def test_a_shop_in_pandas_is_looked_at_by_each_measure() -> None:
    visits = pd.DataFrame({"visit_id": [1, 1], "visitor_id": [7, 7], "started_at": "2025-03-01"})
    visits["started_at"] = pd.to_datetime(visits["started_at"])
    with pytest.raises(CourseError, match="visit_id 1 more than once"):
        kpi.measure("visits", Shop({"visits": visits}))


def test_a_measure_names_a_row_of_totals() -> None:
    visits = pd.DataFrame({"visit_id": ["1", "2", "合计"], "dwell_seconds": [100, 200, 300]})
    with pytest.raises(CourseError, match="Row 3 of visits is a total of the others"):
        kpi.measure("dwell_time", {"visits": visits})


# What ordinary shops have


def ordinary() -> dict[str, pd.DataFrame]:
    """Return the tables of a shop with guests, returns, weights, money and days of payment."""
    return {
        "orders": pd.DataFrame(
            {
                "order_id": ["1", "2", "3"],
                "visitor_id": ["7", "", "8"],
                "placed_at": ["2025-03-01 10:00:00.5", "2025-03-02 11:00", "2025-03-03 12:00"],
                "paid_at": ["2025-03-01", "2025-03-03", ""],
            }
        ),
        "order_lines": pd.DataFrame(
            {
                "order_id": ["1", "1", "2", "3"],
                "product_id": ["A", "B", "A", "A"],
                "quantity": ["0.45", "2", "-1", "1,000"],
                "unit_price": ["￥29.90", "1.2万", "¥1,234.00", "5元"],
            }
        ),
    }


@pytest.mark.parametrize("strict", [True, False])
def test_what_ordinary_shops_have_is_no_fault(strict: bool) -> None:
    shop = Shop.from_tables(ordinary(), strict=strict)
    lines = shop.order_lines
    assert shop.left_out.empty
    assert faults(ordinary()).empty
    assert lines.line.tolist() == [1, 2, 1, 1]
    assert lines.quantity.tolist() == [0.45, 2, -1, 1000]
    assert lines.unit_price.tolist() == [29.9, 12_000, 1_234, 5]
    assert shop.orders.visitor_id.isna().tolist() == [False, True, False]
    assert shop.orders.placed_at[0].microsecond == 500_000
    early = ordinary()
    early["orders"].loc[0, "paid_at"] = "2025-02-28"
    assert "paid_at: 1 of 3 rows: before placed_at" in refused(**early)


def test_money_of_one_column_has_one_currency_and_one_decimal_mark() -> None:
    def read(*prices: str) -> list[float]:
        found: list[float] = table(
            "order_lines", order_id=range(len(prices)), line=1, unit_price=list(prices)
        ).unit_price.tolist()
        return found

    assert read("¥33.333", "RMB 5", "8") == [33.333, 5, 8]
    assert read("12,50", "1.299,00") == [12.5, 1299]
    for prices in (("12,50", "12.50"), ("12,50", "1,299"), ("$5", "¥5", "¥6"), ("5%", "5")):
        with pytest.raises(CourseError, match=r"1 of . rows: not numbers"):
            read(*prices)


# What is left out


def test_what_cannot_be_used_is_left_out_in_order_and_listed() -> None:
    orders = pd.DataFrame(
        {
            "order_id": [1, 2, 2, 3, 3, 4],
            "placed_at": ["2025-03-01"] * 4 + ["2025-03-02", ""],
        }
    )
    lines = pd.DataFrame(
        {
            "order_id": [1, 1, 1, 2, 3, 4, 9],
            "line": [1, 1, 2, 1, 1, 1, 1],
            "quantity": [2, 2, 1, 1, 1, 1, 1],
            "unit_price": [10.0, 10.0, None, 20.0, 40.0, 80.0, 160.0],
        }
    )
    tables = {"orders": orders, "order_lines": lines}
    shop = Shop.from_tables(tables, strict=False)
    assert shop.orders.order_id.tolist() == [1, 2]
    assert shop.order_lines.order_id.tolist() == [1, 2]
    listed = shop.left_out.fillna({"yuan": -1}).drop(columns="example").to_numpy().tolist()
    assert listed == [
        ["orders", 1, "order_id: there twice", -1],
        ["orders", 2, "order_id: there twice, with other values", -1],
        ["orders", 1, "placed_at: empty", -1],
        ["order_lines", 1, "order_id + line: there twice", 20],
        ["order_lines", 1, "unit_price: empty", -1],
        ["order_lines", 3, "order_id: not in the table orders", 280],
    ]
    assert shop.left_out.example.tolist()[0] == "row 3: 2"
    rows_in = sum(map(len, tables.values()))
    assert rows_in == shop.left_out.rows.sum() + sum(map(len, shop.tables.values()))
    assert (
        kpi.measure(
            "sales",
            {
                "orders": shop.orders.assign(paid_at=shop.orders.placed_at),
                "order_lines": shop.order_lines,
            },
        )["sales"][0]
        == 40
    )
    every = faults(tables)
    assert every["count"].tolist() == [1, 1, 1, 1, 1, 1]
    assert every.kind.tolist() == ["gap", "copy", "twice", "gap", "copy", "orphan"]


def test_all_faults_come_at_once_with_their_rows(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,paid_at\n1,x\n\n2,y\n2,2025-03-01\n")
    with pytest.raises(CourseError) as caught:
        Shop.from_folder(tmp_path)
    told = str(caught.value)
    assert "2 of 4 rows are not dates, for example row 1 below the header (x)" in told
    assert "there twice, with other values, for example row 4 below the header (2)" in told
    shapeless = faults({"orders": pd.DataFrame({"order": [1]}), "visits": pd.DataFrame()})
    assert shapeless.kind.tolist() == ["shape", "shape"]


def test_one_file_serves_as_two_tables(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "no,at,who,sku,n,price\n1,2025-03-01 10:01,7,A,1,5\n1,2025-03-01 10:00,,B,1,6\n"
    )
    columns = {
        "orders": {"order_id": "no", "placed_at": "at", "visitor_id": "who"},
        "order_lines": {
            "order_id": "no",
            "product_id": "sku",
            "quantity": "n",
            "unit_price": "price",
        },
    }
    files = dict.fromkeys(columns, "rows.csv")
    shop = load_shop(folder=tmp_path, columns=columns, files=files)
    (order,) = shop.orders.itertuples(index=False)
    assert (order.placed_at, order.visitor_id) == (pd.Timestamp("2025-03-01 10:00"), 7)
    assert len(shop.order_lines) == 2
    with pytest.raises(CourseError, match=r"has no file gone.csv, which is named for orders"):
        Shop.from_folder(tmp_path, columns, files={"orders": "gone.csv"})


def test_a_file_that_was_pasted_twice_is_found_without_numbers_of_lines() -> None:
    lines = pd.DataFrame({"order_id": [1, 2], "product_id": "A", "quantity": 1, "unit_price": 5.0})
    double = pd.concat([lines, lines])
    assert "there twice, as is every row of the table" in refused(order_lines=double)
    shop = Shop.from_tables({"order_lines": double}, strict=False)
    assert shop.left_out.yuan.tolist() == [10]
    twin = pd.concat([lines, lines.head(1)])  # two of the same product: no fault, but told
    assert Shop.from_tables({"order_lines": twin}).order_lines.line.tolist() == [1, 1, 2]
    assert faults({"order_lines": twin}).kind.tolist() == ["note"]


def test_products_stay_where_a_cell_of_theirs_cannot_be_used() -> None:
    tables = {
        "products": pd.DataFrame({"product_id": ["A", "B"], "cost": [5, -1], "name": ["a", ""]}),
        "order_lines": pd.DataFrame({"order_id": [1, 2], "line": 1, "product_id": ["A", "B"]}),
    }
    shop = Shop.from_tables(tables, strict=False)
    assert shop.products.cost.isna().tolist() == [False, True]
    assert len(shop.order_lines) == 2
    assert shop.left_out[["rows", "reason"]].to_numpy().tolist() == [
        [0, "cost: 1 cell left empty, its row stays: below 0"]
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(
        st.tuples(
            st.decimals(-50, 50, allow_nan=False, places=3),
            st.decimals(0, 500, allow_nan=False, places=6),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_money_left_out_is_rounded_line_by_line(lines: list[tuple[Decimal, Decimal]]) -> None:
    right = sum((q * p).quantize(Decimal("0.01"), ROUND_HALF_UP) for q, p in lines)
    rows = pd.DataFrame(
        [(float(q), float(p)) for q, p in lines], columns=["quantity", "unit_price"]
    )
    assert yuan("order_lines", rows) == float(right)


def test_a_seed_and_a_folder_are_two_companies() -> None:
    with pytest.raises(CourseError, match="not both"):
        load_shop(3, folder="exports")


FEW = {
    "orders": ["order_id", "visitor_id", "placed_at", "paid_at"],
    "order_lines": ["order_id", "line", "product_id", "quantity", "unit_price"],
    "products": ["product_id", "name", "category"],
    "visits": ["visit_id", "visitor_id", "started_at"],
}


@pytest.mark.parametrize("whole", [True, False])
def test_exercises_and_explorers_say_what_a_small_shop_lacks(whole: bool) -> None:
    full = load_shop()
    cut = {name: full[name] if whole else full[name][columns] for name, columns in FEW.items()}
    shop = Shop(cut)
    told = []
    for exercise in exercises.registry.all():
        try:
            exercise.sheet(shop)
        except CourseError as trouble:
            told.append(str(trouble))
    assert len(told) > 70
    assert all("column" in one or "table" in one for one in told)
    for topic in explore.topics():
        with suppress(CourseError):
            explore.show(topic, shop)
