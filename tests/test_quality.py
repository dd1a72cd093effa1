"""Data quality: planted faults are found and named, estimates to the digits, sentences."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import load_shop, quality
from ecokit.errors import CourseError
from ecokit.quality.quality import KINDS
from tests.engines import MOVES

DAY = pd.Timestamp("2025-09-01")


def shop(n: int = 40) -> dict[str, pd.DataFrame]:
    """Return a small company whose tables agree."""
    started = DAY + pd.to_timedelta(np.arange(n) * 30, "min")
    ordered = np.arange(n) % 2 == 0
    visits = pd.DataFrame(
        {
            "visit_id": np.arange(1, n + 1),
            "visitor_id": np.arange(1, n + 1) % 9 + 1,
            "started_at": started,
            "channel_id": "direct",
            "landing": "product",
            "product_id": "P1",
            "product_pages": 2,
            "dwell_seconds": 60,
            "region": np.where(np.arange(n) % 4 < 2, "north", "south"),
            "device": "phone",
            "load_seconds": 1.5,
            "reached": np.where(ordered, "order", "product"),
        }
    )
    orders = visits.loc[ordered, ["visit_id", "visitor_id", "channel_id", "region"]].assign(
        order_id=np.arange(1, ordered.sum() + 1),
        placed_at=started[ordered] + pd.Timedelta(minutes=5),
        paid_at=started[ordered] + pd.Timedelta(minutes=9),
        status="in_transit",
        deposit=0.0,
    )
    orders = orders.reset_index(drop=True)
    lines = orders[["order_id"]].assign(
        line=1, product_id="P1", quantity=1, unit_price=100.0, unit_cost=70.0
    )
    lines = pd.concat([lines, lines.head(5).assign(line=2)], ignore_index=True)
    products = pd.DataFrame({"product_id": ["P1"], "category": ["phones"], "list_price": [120.0]})
    channels = pd.DataFrame({"channel_id": ["direct"]})
    return {
        "orders": orders,
        "order_lines": lines,
        "visits": visits,
        "products": products,
        "channels": channels,
    }


def found(tables: dict[str, pd.DataFrame]) -> Any:
    running = ["orders", "order_lines", "visits"]
    return quality.findings(tables, rules=quality.shop_rules(), running=running)


def test_tables_that_agree_have_no_findings() -> None:
    assert found(shop()).empty
    assert quality.check_tables(shop(), rules=quality.shop_rules()).empty


FAULTS: list[tuple[str, str, Any, str]] = [  # as they are planted in the copies of the shop
    ("orders", "region", None, "completeness"),
    ("orders", "visitor_id", None, "completeness"),
    ("orders", "region", "estern", "validity"),
    ("orders", "status", "delivred", "validity"),
    ("orders", "deposit", -50.0, "validity"),
    ("orders", "region", "east", "consistency"),
    ("orders", "visitor_id", 900, "consistency"),
    ("orders", "paid_at", DAY - pd.Timedelta(days=30), "consistency"),
    ("order_lines", "product_id", None, "completeness"),
    ("order_lines", "quantity", 0, "validity"),
    ("order_lines", "unit_price", -100.0, "validity"),
    ("order_lines", "order_id", 10**8 + 7, "consistency"),
    ("order_lines", "product_id", "P999", "consistency"),
    ("order_lines", "unit_price", 1000.0, "consistency"),
    ("visits", "started_at", None, "completeness"),
    ("visits", "channel_id", "serach", "consistency"),  # there is no such channel
    ("visits", "device", "phnoe", "validity"),
    ("visits", "dwell_seconds", -120, "validity"),
    ("visits", "load_seconds", 10_000.5, "validity"),
    ("visits", "product_pages", 0, "consistency"),
]


def test_planted_faults_are_found_where_they_are_and_nothing_else_is() -> None:
    tables, planted = shop(80), set()
    for n, (table, column, value, kind) in enumerate(FAULTS):
        there = tables[table].astype({column: "object"})
        row = 2 * n + 1 if table == "visits" else n + 10  # a visit without an order
        there.loc[row, column] = value
        tables[table] = there.infer_objects()
        planted.add((table, column, row + 1, kind))
    told = found(tables)
    named = told[["table", "column", "row", "kind"]]
    assert planted <= set(named.itertuples(index=False, name=None))
    others = told[[one not in planted for one in named.itertuples(index=False, name=None)]]
    assert others[["table", "key", "kind"]].to_numpy().tolist() == [
        ["orders", "13", "consistency"],  # no word, and so another one than the visit's
        ["order_lines", "22-1", "completeness"],  # whose line points to an order that is not there
    ]


def test_a_visit_that_says_order_and_has_none_is_found() -> None:
    tables = shop()
    tables["visits"].loc[7, "reached"] = "order"
    assert found(tables)[["column", "row", "kind"]].to_numpy().tolist() == [
        ["reached", 8, "consistency"]
    ]


@pytest.mark.parametrize(
    ("table", "row", "key"),
    [("orders", 6, "7"), ("visits", 7, "8"), ("order_lines", 9, "10-1"), ("order_lines", 0, "1-1")],
)
def test_a_row_that_is_missing_is_found_by_its_number(table: str, row: int, key: str) -> None:
    tables = shop()
    tables[table] = tables[table].drop(index=row).reset_index(drop=True)
    told = found(tables)
    gone = told[(told["table"] == table) & (told["column"] == "")]
    assert gone[["key", "kind"]].to_numpy().tolist() == [[key, "completeness"]]
    assert gone["row"].isna().all()


def test_a_row_that_stands_twice_is_found_once() -> None:
    tables = shop()
    tables["orders"] = pd.concat([tables["orders"], tables["orders"].iloc[[3]]], ignore_index=True)
    told = found(tables)
    assert told[["kind", "key", "row"]].to_numpy().tolist() == [["uniqueness", "4", 21]]


def test_numbers_that_do_not_run_are_refused() -> None:
    orders = pd.DataFrame({"order_id": [1, 2, 90]})
    with pytest.raises(CourseError, match="order_id of orders does not run: 87 numbers lack"):
        quality.findings({"orders": orders}, running=["orders"])


def test_the_report_says_where_how_many_what_and_what_to_do() -> None:
    tables = shop()
    tables["visits"].loc[list(range(7)), "dwell_seconds"] = -1
    told = quality.check_tables(tables, as_of=DAY + pd.Timedelta(days=3), hours=24)
    first = told.iloc[0]
    assert (first["table"], first["column"], first["kind"]) == (
        "orders",
        "placed_at",
        "freshness",
    )
    row = told[told["column"] == "dwell_seconds"].iloc[0]
    assert (row["count"], row["of"], row["rows"], row["example"]) == (
        7,
        40,
        "1, 2, 3, 4, 5, ...",
        "-1",
    )
    assert row["remedy"]
    assert set(told["kind"]) <= set(KINDS)


def test_other_companies_may_have_guests_and_other_words() -> None:
    tables = {
        "orders": pd.DataFrame({"order_id": [0], "visitor_id": [None], "region": ["Bavaria"]}),
        "order_lines": pd.DataFrame({"order_id": [0], "line": [1], "quantity": [0.4]}),
    }
    assert quality.findings(tables, strict=False).empty
    assert sorted(quality.findings(tables)["column"]) == [
        "order_id",
        "order_id",
        "quantity",
        "region",
        "visitor_id",
    ]


def test_rules_of_your_own_hold_for_any_table() -> None:
    beers = pd.DataFrame({"name": ["A", "B", "C"], "abv": [0.05, 5.0, None]})
    rule = quality.Rule("beers", "abv", "validity", "above 1", lambda rows: rows["abv"] > 1)
    told = quality.findings({"beers": beers}, rules=[rule])
    assert told[["row", "value", "what"]].to_numpy().tolist() == [[2, "5", "above 1"]]
    nothing = quality.Rule("beers", "ibu", "validity", "above 1", lambda rows: rows["ibu"] > 1)
    with pytest.raises(CourseError, match=r"needs a column 'ibu'. There are: name, abv"):
        quality.findings({"beers": beers}, rules=[nothing])
    with pytest.raises(CourseError, match="Give a list of rules"):
        quality.findings({"beers": beers}, rules=rule)


def test_a_table_that_cannot_be_used_is_told_and_the_others_are_looked_at() -> None:
    tables = {**shop(), "orders": pd.DataFrame({"number": [1]})}
    told = quality.check_tables(tables)
    assert told["table"].tolist() == ["orders"]
    assert "no column order_id" in told["what"][0]


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "duckdb"])
def test_every_engine_gives_the_same_report(engine: str) -> None:
    tables = shop()
    tables["orders"].loc[6, "region"] = "estern"
    expected = quality.check_tables(tables, rules=quality.shop_rules())
    moved = {name: MOVES[engine](table) for name, table in tables.items()}
    told = (
        nw.from_native(quality.check_tables(moved, rules=quality.shop_rules()))
        .lazy()
        .collect("pandas")
    )
    assert told.to_pandas().to_numpy().tolist() == expected.to_numpy().tolist()


def test_a_table_that_stopped_shows_beside_those_that_went_on() -> None:
    tables = {name: shop()[name] for name in ("orders", "visits")}
    tables["visits"] = tables["visits"].head(4)
    told = quality.fresh(tables, hours=12)
    assert told["late"].tolist() == [False, True]
    with pytest.raises(CourseError, match="No row of orders has a placed_at"):
        quality.fresh({"orders": tables["orders"].head(0)})


# How many are left ---------------------------------------------------------------------------


def test_two_readers_to_the_digits() -> None:
    told = quality.unfound(40, 30, 12)
    assert told.lincoln_petersen == 100
    assert round(told.chapman, 2) == 96.77
    assert (told.found, round(told.unfound, 2)) == (58, 38.77)
    assert quality.unfound(0, 0, 0).chapman == 0
    assert quality.unfound(5, 5, 5).unfound == 0
    assert math.isinf(quality.unfound(3, 4, 0).lincoln_petersen)


def test_none_of_300_is_at_most_one_percent() -> None:
    assert round(quality.upper_bound(300), 6) == 0.009936
    assert quality.upper_bound(300) == pytest.approx(1 - 0.05 ** (1 / 300), rel=1e-12)
    assert quality.upper_bound(7, seen=7) == 1


@given(st.integers(0, 60), st.integers(0, 60), st.data())
@settings(max_examples=40, deadline=None)
def test_an_estimate_is_never_below_what_was_found(n1: int, n2: int, data: Any) -> None:
    both = data.draw(st.integers(0, min(n1, n2)))
    told = quality.unfound(n1, n2, both)
    assert told.found <= told.low + 1e-9 <= told.chapman + 2e-9 <= told.high + 3e-9
    assert told.chapman <= told.lincoln_petersen + 1e-9 or both == 0


def test_readers_who_look_for_the_same_leave_more_than_they_think() -> None:
    rng = np.random.default_rng(11)
    faults, rounds = 200, 400
    alone = rng.random((2, rounds, faults)) < 0.4
    easy = rng.random(faults) < 0.5  # both find the easy ones, and hardly the others
    alike = rng.random((2, rounds, faults)) < np.where(easy, 0.7, 0.1)
    means = []
    for first, second in (alone, alike):
        counts = zip(first.sum(1), second.sum(1), (first & second).sum(1), strict=True)
        means.append(np.mean([quality.unfound(*map(int, three)).chapman for three in counts]))
    assert abs(means[0] - faults) < 3  # independent, equally easy: unbiased
    assert means[1] < 0.75 * faults


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    first, second = rng.random((2, 600, 120)) < 0.45
    counts = zip(first.sum(1), second.sum(1), (first & second).sum(1), strict=True)
    told = [quality.unfound(*map(int, three)) for three in counts]
    held = np.mean([one.low <= 120 <= one.high for one in told])
    assert 0.93 <= held <= 0.975


def test_readers_who_share_one_list_come_to_what_the_first_one_found() -> None:
    alone, one_list = (
        quality.play_readers(200, first=0.6, second=0.5, alike=share, rounds=400, seed=4)
        for share in (0, 1)
    )
    assert abs(alone["chapman"].mean() - 200) < 2
    assert (one_list["first"] == one_list["both"]).all()
    assert (one_list["chapman"] == one_list["first"]).all()
    with pytest.raises(CourseError, match="too many"):
        quality.play_readers(10_000, first=0.5, second=0.5, rounds=2_000, seed=1)


def test_a_month_without_copies_or_with_one_of_them() -> None:
    shop = load_shop()
    lines = {name: shop[name] for name in ("faulty_lines", "planted")}
    month = quality.faulty_month(lines)
    assert list(month.tables) == ["order_lines"]
    assert set(month.planted["table"]) == {"order_lines"}
    assert "freshness" not in set(quality.faulty_month(shop).planted["kind"])


# Without rules -------------------------------------------------------------------------------


def words(n: int = 400) -> pd.DataFrame:
    """Return a table in which nothing is odd."""
    rng = np.random.default_rng(3)
    category = rng.choice(["phones", "audio", "accessories"], n, p=[0.5, 0.3, 0.2])
    buyer = {"phones": "Li", "audio": "Wu", "accessories": "Sun"}
    return pd.DataFrame(
        {
            "sku": [f"SKU{i:04d}" for i in range(n)],
            "category": category,
            "buyer": [buyer[one] for one in category],
            "weight": [f"{one:.1f}" for one in rng.uniform(0.1, 3, n)],
            "price": rng.lognormal(5, 0.8, n).round(2),
            "city": rng.choice(["Bend", "Gary", "Reno"], n),
            "state": rng.choice(["OR", "IN", "NV"], n),
            "street": [f"{i % 90 + 1} {rng.choice(list('ABCDEFGH'))}{i} Street" for i in range(n)],
            "note": pd.Series(["N/A", None] * (n // 2)),  # a column that says nothing else
        }
    )


def test_a_table_without_faults_gives_no_alarm() -> None:
    assert quality.odd_cells(words()).empty


ODD: list[tuple[str, Any, str, str]] = [
    ("weight", "2.5 kg", "unit", "2.5"),
    ("weight", "¥2.5", "unit", "2.5"),
    ("weight", "12%", "percent", "12"),
    ("weight", "N/A", "no_value", ""),
    ("weight", "无", "no_value", ""),
    ("weight", "two", "no_number", ""),
    ("category", "PHONES ", "spelling", "phones"),
    ("category", "phnoes", "spelling", "phones"),
    ("category", "NULL", "no_value", ""),
    ("sku", "SKU00007", "pattern", ""),
    ("buyer", "Zhou", "contradicts", "Li"),
    ("price", -80.0, "sign", "80.0"),
    ("price", 90_000.0, "far", ""),
]


def test_odd_cells_are_found_alone_and_named() -> None:
    table = words()
    places = np.flatnonzero(table["category"] == "phones")[: len(ODD)]
    for row, (column, value, *_rest) in zip(places, ODD, strict=True):
        table.loc[row, column] = value
    told = quality.odd_cells(table)
    assert told[["row", "column", "why", "meant"]].to_numpy().tolist() == [
        [row + 1, column, why, meant]
        for row, (column, _value, why, meant) in zip(places, ODD, strict=True)
    ]


def test_a_value_that_stands_in_another_cell_is_found_in_both() -> None:
    table = words()
    table.loc[5, ["city", "state"]] = ["Gary, IN", None]
    told = quality.odd_cells(table)
    assert told[["column", "why", "meant"]].to_numpy().tolist() == [
        ["city", "two_values", "Gary"],
        ["state", "in_another", "IN"],
    ]


def test_of_real_wrong_cells_nearly_all_are_found(real_data: Callable[[str], Path]) -> None:
    dirty, clean = (
        pd.read_csv(real_data(f"beers_{name}.csv.gz"), dtype=str, keep_default_na=False)
        for name in ("dirty", "clean")
    )
    rows, columns = np.nonzero((dirty != clean).to_numpy())
    truth = pd.DataFrame({"row": rows + 1, "column": dirty.columns[columns]})
    score = quality.told_right(quality.odd_cells(dirty), truth, on=["row", "column"])
    assert score.faults == 4_362
    assert score.share >= 0.99
    assert score.false_alarms <= 100


def test_a_score_counts_a_cell_once_and_a_whole_row_by_any_cell() -> None:
    cells = pd.DataFrame({"key": ["1", "1", "2", "3"], "column": ["a", "a", "b", "c"]})
    truth = pd.DataFrame({"key": ["1", "2", "9"], "column": ["a", None, "a"]})
    truth.index = truth.index + 7  # as of a table that was filtered
    score = quality.told_right(cells, truth, on=["key", "column"])
    assert (score.faults, score.found, score.alarms, score.false_alarms) == (3, 2, 3, 1)
    assert score.missed["key"].tolist() == ["9"]
    assert score.wrongly["key"].tolist() == ["3"]


def test_of_the_planted_faults_of_the_shop_nearly_all_are_found() -> None:
    shop = load_shop()
    copy = quality.faulty_month(shop)
    names = ["orders", "order_lines", "visits"]
    others = {name: table for name, table in copy.tables.items() if name not in names}
    more = {"rules": quality.shop_rules(), "running": names}
    told = quality.findings(copy.tables, **more)
    score = quality.told_right(told, copy.planted)
    assert score.share > 0.98
    # what else is told follows from them: orders of lost visits, and lines of orders that are none
    assert set(score.wrongly["kind"]) == {"consistency"}
    dates = {"orders": "placed_at", "visits": "started_at"}
    month = {
        name: shop[name][shop[name][at].between("2025-09-01", "2025-09-30 23:59:59")]
        for name, at in dates.items()
    }
    lines = shop["order_lines"]
    month["order_lines"] = lines[lines["order_id"].isin(month["orders"]["order_id"])]
    assert quality.findings({**month, **others}, **more).empty


def test_pages_of_text_and_digits_of_another_script_take_no_time_and_no_traceback() -> None:
    """Patterns that look for a number, or for two values in one, were slow on long cells."""
    long = ["1" * 50_000 + "x1", ",.." * 3_000 + chr(10) + "x y", "a" + " ," * 20_000]
    table = pd.DataFrame(
        {"size": ["１２", "１，２９９"[:2], *long] * 8, "state": [None, "IN"] * 20}
    )
    started = time.process_time()
    found = quality.odd_cells(table)
    assert time.process_time() - started < 2
    assert list(found.columns) == ["row", "column", "value", "why", "meant"]
    numbers = pd.DataFrame({"size": ["１２", "13", "14"] * 100 + ["900000"]})
    assert quality.odd_cells(numbers)["why"].tolist() == ["far"]


@pytest.mark.parametrize("wrong", [lambda rows: 1 / 0, lambda rows: [True], lambda rows: "no"])
def test_a_rule_that_stops_is_told(wrong: Any) -> None:
    rule = quality.Rule("stock", "sold", "validity", "odd", wrong)
    with pytest.raises(CourseError, match="The rule about sold of stock stops with"):
        quality.findings({"stock": pd.DataFrame({"sold": [1, 2]})}, rules=[rule])


def test_counts_beyond_all_readers_are_told() -> None:
    with pytest.raises(CourseError, match=r"Give a whole number, .* to 1000000000000"):
        quality.unfound(10**300, 3, 1)
    with pytest.raises(CourseError, match=r"Give a whole number, .* to 1000000000000"):
        quality.upper_bound(10**300)
