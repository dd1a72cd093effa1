"""Your own tables at their edges: each threshold at it and just beside it, each filter alone."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ecokit import Shop, exercises, explore, kpi
from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.own import (
    amounts,
    checks,
    command,
    face,
    files,
    guess,
    looking,
    mapping,
    names,
    needs,
    pages,
    sheets,
    sql,
    taken_off,
    template,
    zones,
)
from ecokit.own.able import Ability
from ecokit.own.build import connected
from ecokit.own.checks import Fault, Left
from ecokit.own.files import Refused, Source
from ecokit.own.looking import Look
from ecokit.shop import lacks
from ecokit.shop.opened import COLUMNS as COLUMNS_MOST

# --- amounts ---------------------------------------------------------------------------------

Numbers = dict[str, list[Any]]


def lines_of(numbers: Any, **more: Any) -> amounts.Lines:
    """Return lines with pieces `n`, prices `p` and amounts `y`."""
    empty: dict[str, Any] = {one: [] for one in ("discounts", "stocks", "prices", "counts")}
    named = {"quantity": "n", "price": "p", "amounts": ["y"], **empty, "comma": set(), **more}
    return amounts.Lines(pd.DataFrame(numbers), **named)


@pytest.mark.parametrize(
    ("product", "amount", "same"),
    [
        *((0.011, 0, True), (-0.011, 0, True), (0.0111, 0, False)),
        *((100.06, 100, True), (99.94, 100, True), (100.062, 100, False)),
        *((-100.06, -100, True), (-100.062, -100, False)),
    ],
)
def test_an_amount_may_be_rounded_and_no_more(product: float, amount: float, same: bool) -> None:
    assert amounts._holds(pd.Series([product]), pd.Series([amount])) == same


WHOLE: Numbers = {"n": [5, 7], "p": [10.0, 10.0]}
OFF: dict[str, tuple[list[Any], list[Any], bool]] = {  # the discount, what was paid, is it so
    "yuan": ([2, 3], [48, 67], True),
    "yuan, negative": ([-2, -3], [48, 67], True),
    "tenths that stay": ([8, 9], [40, 63], True),
    "per cent that stay": ([80, 90], [40, 63], True),
    "a share that stays": ([0.8, 0.9], [40, 63], True),
    "a share that goes": ([0.2, 0.1], [40, 63], True),
    "per cent that go": ([20, 10], [40, 63], True),
    "nothing of it": ([20, 10], [41, 64], False),
    "one row of a discount": ([2, 0], [48, 70], False),
    "hardly any in half of them": ([2, 0.001], [48, 69.999], False),
    "no discount in a row": ([2, 3, 0], [48, 67, 1], True),
    "a gap in a row": ([2, 3, float("nan")], [48, 67, 1], True),
    "nine of ten": ([2] * 10, [48] * 9 + [1], True),
    "eight of ten": ([2] * 10, [48] * 8 + [1] * 2, False),
}


@pytest.mark.parametrize("name", OFF)
def test_a_discount_may_be_written_in_many_ways(name: str) -> None:
    off, paid, found = OFF[name]
    few = len(off) < 10
    numbers: Numbers = {
        "n": ([5, 7, 5] if few else [5] * 10)[: len(off)],
        "p": [10.0] * len(off),
        "y": paid,
        "d": off,
    }
    lines = lines_of(numbers, discounts=["d"])
    assert list(amounts._paid(lines, ["y"])) == [("y", "d")] * found


def test_each_amount_is_tried_with_each_discount() -> None:
    numbers: Numbers = {**WHOLE, "y": [50, 70], "z": [48, 67], "d": [0, 1], "e": [2, 3]}
    lines = lines_of(numbers, discounts=["d", "e"])
    assert list(amounts._paid(lines, ["y", "z"])) == [("z", "e")]
    lines.price = None
    assert not list(amounts._paid(lines, ["y", "z"]))


def test_quantity_price_and_amount_are_tried_as_the_names_say_first() -> None:
    numbers: Numbers = {"n": [5, 7], "m": [5, 7], "p": [10, 10], "q": [10, 10], "y": [50, 70]}
    lines = lines_of(numbers, counts=["m"], prices=["q"])
    assert [one[:3] for one in amounts._triples(lines, ["y"])] == [
        *(("n", "p", "y"), ("n", "q", "y"), ("m", "p", "y"), ("m", "q", "y")),
    ]


@pytest.mark.parametrize(
    ("numbers", "share"),
    [
        ({"n": [5, 7], "p": [10, 10], "y": [50, 70]}, 1.0),
        ({"n": [5, 1, 0], "p": [10, 10, 10], "y": [50, 10, 0]}, None),  # one row decides nothing
        ({"n": [5, 7, 2], "p": [10, 10, 0], "y": [50, 70, 9]}, 1.0),  # a gift
        ({"n": [5, 7, 2], "p": [10, 10, 9], "y": [50, 70, 0]}, 1.0),
        ({"n": [5] * 10, "p": [10] * 10, "y": [50] * 9 + [1]}, 0.9),
        ({"n": [5] * 10, "p": [10] * 10, "y": [50] * 8 + [1] * 2}, None),
    ],
)
def test_a_product_is_an_amount_in_most_rows(numbers: Numbers, share: float | None) -> None:
    found = [one[3] for one in amounts._triples(lines_of(numbers), ["y"])]
    assert found == ([] if share is None else [pytest.approx(share)])


@pytest.mark.parametrize(
    ("numbers", "less"),
    [
        ({"n": [2, 2], "p": [10, 10], "y": [20, 19]}, True),
        ({"n": [2], "p": [10], "y": [19]}, False),
        ({"n": [2, 2], "p": [10, 10], "y": [20, 20]}, False),
        ({"n": [2, 0], "p": [10, 10], "y": [19, 0.011]}, True),
        ({"n": [2, 0], "p": [10, 10], "y": [19, 0.012]}, False),
        ({"n": [2] * 10, "p": [10] * 10, "y": [19] * 9 + [21]}, True),
        ({"n": [2] * 10, "p": [10] * 10, "y": [19] * 8 + [21] * 2}, False),
    ],
)
def test_an_amount_is_less_where_it_is_so_in_most_rows(numbers: Numbers, less: bool) -> None:
    assert amounts._is_less(lines_of(numbers), "y") == less
    assert not amounts._is_less(lines_of(numbers, price=None), "y")


def test_what_is_less_is_summed() -> None:
    lines = lines_of({"n": [2, 2, 2, 0, 2], "p": [10] * 4 + [None], "y": [18, 19, 25, -0.011, 1]})
    unsure: dict[str, str] = {}
    amounts._tell_less(lines, "y", unsure)
    assert "in 2 of the first 5 rows, ¥3.01 in all" in unsure["unit_price"]


def test_each_discount_that_is_not_taken_off_is_told() -> None:
    numbers: Numbers = {"n": [2] * 4, "none": [0, 0, None, 0], "d": [-2, 3, None, 0], "e": [1] * 4}
    unsure: dict[str, str] = {}
    amounts._tell_discounts(lines_of(numbers, discounts=["none", "d", "e"]), unsure)
    assert unsure["unit_price"] == (
        "the discount in d is not taken off: in 2 of the first 4 rows, 5.00 in all; "
        "the discount in e is not taken off: in 4 of the first 4 rows, 4.00 in all"
    )


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([51, None], [60, 80], "p × n is second in only 0% of the rows"),  # one says nothing
        ([50, 71], [60, 80], "p × n is first in only 50% of the rows"),  # the first is enough
        ([50, 69], [60, 80], "first is less than price × quantity in 1 of the first 2 rows"),
    ],
)
def test_the_first_amount_that_can_be_compared_is_told(
    first: list[Any], second: list[Any], said: str
) -> None:
    lines = lines_of({**WHOLE, "first": first, "second": second})
    unsure: dict[str, str] = {}
    amounts._compared(lines, "p", ["first", "second"], unsure)
    assert unsure["unit_price"].startswith(said)
    assert "; " not in unsure["unit_price"]


def sold(n: list[float], money: list[float], products: str = "") -> amounts.Lines:
    return lines_of({"n": n, "p": money, "_product": list(products or "a" * len(n))}, amounts=[])


WAYS: dict[str, tuple[amounts.Lines, str]] = {
    "one": (sold([1, 2, 3], [10, 10, 10]), "one"),
    "line": (sold([1, 2, 3], [10, 20, 30]), "line"),
    "too few": (sold([1, 2], [10, 10]), ""),
    "always as many": (sold([2, 2, 2], [10, 10, 10]), ""),
    "four of five": (sold([1, 2, 4, 5, 10], [10, 10, 10, 10, 20]), "one"),
    "three of five": (sold([1, 2, 4, 5, 10], [10, 10, 10, 20, 20]), ""),
    "half as well": (sold([2, 2, 1, 4], [10, 10, 10, 10]), "one"),
    "more than half as well": (sold([2, 2, 2, 4], [10, 10, 10, 10]), ""),
    "nearly the same price": (sold([1, 2, 3], [10, 10.9, 9.1]), "one"),
    "not the same price": (sold([1, 2, 3], [10, 11.1, 8.9]), ""),
    "goods that came back": (sold([1, 2, 3, -1], [10, 10, 10, 50]), "one"),
    "nothing sold": (sold([1, 2, 3, 0], [10, 10, 10, 50]), "one"),
    "a gift": (sold([1, 2, 3, 4], [10, 10, 10, 0]), "one"),
    "money back": (sold([1, 2, 3, 4], [10, 10, 10, -10]), "one"),
    "another product": (sold([1, 2, 3, 2, 2], [10, 10, 10, 40, 90], "aaabb"), "one"),
    "two products": (sold([1, 2, 1, 2], [10, 10, 40, 40], "aabb"), "one"),
}


@pytest.mark.parametrize("name", WAYS)
def test_money_grows_with_the_quantity_or_not(name: str) -> None:
    lines, way = WAYS[name]
    assert amounts._way(lines, "p") == way
    del lines.numbers["_product"]
    assert amounts._way(lines, "p") == ""


def carts(orders: str, products: str, money: list[float]) -> amounts.Lines:
    return lines_of({"_order": list(orders), "_product": list(products), "y": money})


EIGHT = [k for k in range(2, 10) for _ in "ab"]
TOTALS: dict[str, tuple[amounts.Lines, bool]] = {
    "so": (carts("1122", "abab", [30, 30, 50, 50]), True),
    "but for rounding": (carts("1122", "abab", [30, 30.004, 50, 50]), True),
    "not the same": (carts("1122", "abab", [30, 30.006, 50, 50]), False),
    "one order": (carts("112", "aba", [30, 30, 50]), False),
    "the same in all": (carts("1122", "abab", [30, 30, 30, 30]), False),
    "a price for each product": (carts("112233", "abcdab", [30, 30, 50, 50, 30, 30]), False),
    "nothing is sold again": (carts("1122", "abcd", [30, 30, 50, 50]), True),
    "the same product twice": (carts("1122", "aabb", [30, 30, 50, 50]), False),
    "orders of one line": (carts("112234", "ababaa", [30, 30, 50, 50, 7, 8]), True),
    "nine orders of ten": (
        carts(
            "00112233445566778899",
            "ab" * 10,
            [1, 1, *EIGHT, 3, 9],
        ),
        True,
    ),
    "eight orders of ten": (
        carts(
            "00112233445566778899",
            "ab" * 10,
            [1, 4, *EIGHT, 3, 9],
        ),
        False,
    ),
}


@pytest.mark.parametrize("name", TOTALS)
def test_the_total_of_an_order_is_the_same_on_its_lines(name: str) -> None:
    lines, so = TOTALS[name]
    assert amounts._of_order(lines, "y") is so
    for column in ("_order", "_product"):
        assert not amounts._of_order(lines_of(lines.numbers.drop(columns=column)), "y")


@pytest.mark.parametrize(
    ("price", "rows", "given", "told"),
    [
        ("price", 2, {}, True),
        ("price", 1, {}, False),  # nothing to tell from
        ("单价", 2, {}, False),  # its name says it
        ("单价(元)", 2, {}, False),
        ("价格(元)", 2, {}, True),
        ("price", 2, {"amounts": ["y"]}, False),
    ],
)
def test_a_price_that_may_be_an_amount_is_told(
    price: str, rows: int, given: dict[str, Any], told: bool
) -> None:
    numbers: Numbers = {"n": [2, 3][:rows], price: [10, 5][:rows], "_product": list("ab")[:rows]}
    unsure: dict[str, str] = {}
    lines = lines_of(numbers, price=price, **{"amounts": [], **given})
    columns: dict[str, Any] = {}
    amounts._by_itself(lines, price, columns, unsure)
    assert bool(unsure) is told
    assert not columns


@pytest.mark.parametrize(
    ("y", "entry", "said"),
    [
        ([10, 10, 10], "y", "y does not grow with n: it is taken for the price of one; or z"),
        ([10, 20, 30], {"column": "y", "over": "n"}, "y over n; or z"),
        ([10, 90, 9], {"column": "y", "over": "n"}, "y is taken for the amount of the line"),
    ],
)
def test_an_amount_alone_is_read_as_its_values_say(y: list[float], entry: Any, said: str) -> None:
    lines = lines_of({"n": [1, 2, 3], "y": y, "_product": list("aaa")}, price=None)
    columns: dict[str, Any] = {}
    unsure: dict[str, str] = {}
    amounts._without_price(lines, ["y", "z"], [], columns, unsure)
    assert columns == {"unit_price": entry}
    assert unsure["unit_price"].startswith(said)
    unsure.clear()
    amounts._without_price(lines, ["y"], [], columns, unsure)
    assert "or z" not in unsure["unit_price"]


def test_of_several_totals_one_is_told() -> None:
    unsure: dict[str, str] = {}
    columns: dict[str, Any] = {}
    amounts._without_price(lines_of({"n": [1]}), [], ["y", "z"], columns, unsure)
    assert unsure["unit_price"].startswith("y is the same on every line of an order")
    assert "z is" not in unsure["unit_price"]
    assert not columns


def test_amounts_with_a_decimal_comma_are_read_so() -> None:
    lines = lines_of({}, comma={"y"})
    assert lines.entry("y", "n") == {"column": "y", "over": "n", "decimal": ","}
    assert lines.entry("p", "n") == {"column": "p", "over": "n"}
    assert (lines.plain("y"), lines.plain("p")) == ({"column": "y", "decimal": ","}, "p")


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        ([1, 1, 9], "above s in 67% of the rows"),
        ([1, 9], ""),
        ([2, 2], ""),
        ([None, None], ""),
    ],
)
def test_more_sold_than_there_is_in_most_rows_is_told(stock: list[Any], said: str) -> None:
    numbers: Numbers = {"n": [2] * len(stock), "s": stock, "t": [1] * len(stock)}
    unsure: dict[str, str] = {}
    amounts._beside_stock(lines_of(numbers, stocks=["s"]), {"quantity": "n"}, unsure)
    assert unsure.get("quantity", "").startswith(said)
    assert bool(unsure) == bool(said)
    unsure.clear()
    amounts._beside_stock(lines_of(numbers, stocks=["n", "t"]), {"quantity": "n"}, unsure)
    amounts._beside_stock(lines_of(numbers, stocks=["t"]), {}, unsure)
    assert not unsure
    amounts._beside_stock(lines_of(numbers, stocks=["s", "t"]), {"quantity": "n"}, unsure)
    assert "above t in 100% of the rows" in unsure["quantity"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with connected(tmp_path_factory.mktemp("work")) as one:
        yield one


def laid(connection: Any, columns: Mapping[str, Sequence[str | None]]) -> Source:
    """Return a source of texts."""
    rows = zip(*columns.values(), strict=True)
    cells = ", ".join(
        f"({', '.join('NULL' if one is None else sql.text(one) for one in row)})" for row in rows
    )
    names = ", ".join(map(sql.quoted, columns))
    connection.execute(f"CREATE OR REPLACE TABLE laid AS FROM (VALUES {cells}) AS t({names})")
    return Source("laid.csv", tuple(columns), "laid")


def days(day: str, sold: str, left: str, opening: str = "") -> dict[str, list[str | None]]:
    """Return a table of stock, a digit a day."""
    there = {"day": day, "sold": sold, "left": left, "open": opening}
    return {name: [*digits] for name, digits in there.items() if digits}


STOCK: dict[str, tuple[dict[str, list[str | None]], str]] = {
    "the next day begins with what was sold": (
        days("123", "876", "111", "587"),
        "the next day begins with sold, not with left: have they changed places?",
    ),
    "two days say nothing": (days("12", "87", "11", "58"), ""),
    "as many left as sold in half of them": (days("123", "876", "811", "587"), ""),
    "days in any order": (
        days("312", "687", "111", "758"),
        "the next day begins with sold, not with left: have they changed places?",
    ),
    "more sold than left in most rows": (
        days("123", "871", "111"),
        "sold is above left in most rows: have they changed places?",
    ),
    "in half of them": (days("12", "81", "11"), ""),
    "nothing is left": (days("12", "81", ""), ""),
}


@pytest.mark.parametrize("name", STOCK)
def test_stock_that_looks_like_sales_is_told(name: str, connection: Any) -> None:
    given, said = STOCK[name]
    source = laid(connection, {**given, "sku": ["a"] * len(given["day"])})
    names = {"date": "day", "product_id": "sku", "opening": "open", "sold": "sold"}
    columns = {
        ours: one for ours, one in {**names, "closing": "left"}.items() if one in source.columns
    }
    unsure: dict[str, str] = {}
    amounts.judge_stock(columns, unsure, source, connection, 9)
    assert unsure.get("sold", "") == said


def test_columns_of_lines_are_what_names_and_values_allow(connection: Any) -> None:
    half: list[str | None] = ["1", "2", None, None]
    full: list[str | None] = ["1", "2", "3", None]
    source = laid(
        connection,
        {
            "order id": ["7", "7", "8", "9"],
            **{"qty": full, "units": full, "items": half, "price": full, "selling price": full},
            **{"unit price": half, "amount": ["1,5", "2,5", "3", "4"], "total": half},
            **{
                "discount": [None, None, None, "1"],
                "coupon": [None] * 4,
                "stock": full,
                "库存": half,
            },
            "rrp": full,
        },
    )
    columns = {"order_id": "order id", "quantity": "qty", "unit_price": {"column": "price"}}
    lines = amounts.Lines.of(columns, source, connection, 9)
    assert (lines.quantity, lines.price, lines.counts) == ("qty", "price", ["units"])
    assert (lines.amounts, lines.discounts, lines.stocks) == (["amount"], ["discount"], ["stock"])
    assert (lines.prices, lines.comma) == (["selling price", "rrp"], {"amount"})
    assert lines.numbers["amount"].tolist() == [1.5, 2.5, 3, 4]
    assert lines.numbers["_order"].tolist() == ["7", "7", "8", "9"]
    assert "_product" not in lines.numbers
    assert len(amounts.Lines.of(columns, source, connection, 2).numbers) == 2
    assert amounts.Lines.of({}, laid(connection, {"x": ["1"]}), connection, 9).quantity is None


# --- files -----------------------------------------------------------------------------------

SEEN: dict[str, tuple[list[bytes], files.Seen]] = {
    "plain": ([b"a\nb\n"], files.Seen("utf-8", line=3)),
    "a mark of UTF-16": ([b"\xff\xfea\0"], files.Seen("utf-16")),
    "the other one": ([b"\xfe\xff\0a"], files.Seen("utf-16")),
    "no mark far below": ([b"a", b"\xff\xfe"], files.Seen("cp1252", line=1)),
    "ends cut in two": ([b"a\r", b"\nb\r\n"], files.Seen("utf-8", line=3)),
    "old ends": ([b"a\r", b"b\r"], files.Seen("utf-8", line=1)),
    "one more of the one": ([b"a\r\n", b"b\n"], files.Seen("utf-8", mixed=True, line=3)),
    "one more of the other": ([b"a\r\nb\r"], files.Seen("utf-8", mixed=True, line=2)),
    "both apart": ([b"a\rb\n"], files.Seen("utf-8", mixed=True, line=2)),
    "a quotation mark": ([b'"a"\n', b"b"], files.Seen("utf-8", quoted=True, line=2)),
    "one far below": ([b"a\n", b'"'], files.Seen("utf-8", quoted=True, line=2)),
    "a sign cut in two": ([b"\xe5\x95", b"\x86\n"], files.Seen("utf-8", line=2)),
    "a sign that does not end": (
        ["甲乙丙丁戊\n".encode() + b"\xe5\x95", b"a\n"],
        files.Seen("cp1252", line=2),
    ),
    "the last sign does not end": (
        ["甲乙丙丁戊\n".encode() + b"\xe5\x95"],
        files.Seen("utf-8", damaged=True, line=2),
    ),
    "broken far below": (
        [b"a\nb\n", "c\n甲乙丙丁戊己庚辛壬\n".encode() + b"\xff\n", b"\xff"],
        files.Seen("utf-8", damaged=True, line=5),
    ),
    "Chinese": (["甲乙\n".encode("gbk")], files.Seen("gb18030", line=1)),
    "Western": (["a\ncafé\n".encode("cp1252")], files.Seen("cp1252", line=2)),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_text_is_seen_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, seen = SEEN[name]
    monkeypatch.setattr(files, "_blocks", lambda *_, **__: iter(given))
    assert files.survey(Path(), zipped=False) == seen


def test_a_zero_in_the_first_block_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_blocks", lambda *_, **__: iter([b"a\0"]))
    with pytest.raises(CourseError, match="It holds no text"):
        files.survey(Path(), zipped=False)


@pytest.mark.parametrize(
    ("some", "read_as"),
    [
        ("甲乙丙丁".encode() + b"\xff", "utf-8"),
        ("甲乙丙".encode() + b"\xff", "gb18030"),  # a quarter is too much
        ("商".encode("gbk") + b"\xa6\xc1", "cp1252"),  # one of two is not most
        ("商品".encode("gbk") + b"\xa6\xc1", "gb18030"),
        ("（）".encode("gbk"), "gb18030"),
    ],
)
def test_bytes_are_read_as_what_most_of_them_are(some: bytes, read_as: str) -> None:
    assert files._of_bytes(some) == read_as


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        ("", ","),
        ("a\nb\n", ","),
        ("a;b;c\n1,5;2;3\n1,6;2;3\n", ";"),
        ("a|b\n1;2|3\n4|5\n", "|"),
        ("x\ny\nz\na\tb\n1\t2\n", "\t"),
        ("a,b;c,d\n1,2;3,4\n", ","),  # the one that cuts into more
        ("a;b\n1;2\n1,2;3,4\n3;4\n", ";"),
        ("a;b\n\n\n\n1;2,3\n", ";"),
    ],
)
def test_the_separator_is_what_cuts_most_lines_alike(head: str, mark: str) -> None:
    assert files._separator(head) == mark


@pytest.mark.parametrize(
    ("head", "names", "number", "above"),
    [
        ("a,b\n1,2\n", ["a", "b"], 1, 0),
        ("#a,b\n#c,d\n", ["#a", "b"], 1, 0),  # nothing else is there
        (" # x\na,b\n", ["a", "b"], 2, 1),
        ("x,\n\n,,\na,b,c\n", ["a", "b", "c"], 4, 1),
        ("x,,\na,b,c\n", ["a", "b", "c"], 2, 1),
        ("x,y,,\na,b,c,d\n", ["a", "b", "c", "d"], 2, 1),  # half of them are none
        ("x,y,z,\na,b,c,d\n", ["x", "y", "z", ""], 1, 0),
        ("x\n" * 20 + "a,b\n", ["a", "b"], 21, 20),
        ("x\n" * 21 + "a,b\n", ["x"], 1, 0),  # so far below nobody looks
    ],
)
def test_the_names_of_columns_are_the_first_row_that_is_filled(
    head: str, names: list[str], number: int, above: int
) -> None:
    found, left = files._names(head, ",")
    assert (found.names, found.number, left) == (names, number, above)


def test_columns_that_are_there_twice_are_numbered() -> None:
    notes: list[str] = []
    assert files.named(["a", "a", "a", "A (2)", "b", None], notes) == (
        *("a", "a (2)", "a (3)", "A (2) (2)", "b", "column 6"),
    )
    assert len(notes) == 1
    assert "a (a (2))" in notes[0]
    assert "b (" not in notes[0]
    assert files.named(["a", "b"], notes) == ("a", "b")
    assert len(notes) == 1


def test_a_table_may_have_so_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    head = ",".join(f"c{n}" for n in range(COLUMNS_MOST))
    assert len(files._csv(path, "a", head + "\n", []).columns) == COLUMNS_MOST
    with pytest.raises(CourseError, match=f"It has {COLUMNS_MOST + 1:,} columns"):
        files._csv(path, "a", head + ",x\n", [])


def test_lines_in_a_cell_are_counted_where_they_hold_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = tuple("abcdefghijk")
    source = Source("a", names, "read_csv('a', delim=';', parallel=false)")
    rows = [
        *('"x\n"', '"1;2;3;4;5;6;7\n8"', '"1;2;3;4;5;6;7;8\n9"', '"a word\nand more"'),
        f'"{"y" * 70}{";" * 20}\n\n3";z',
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    assert files._swallowed(path, source, zipped=False) == (3, "1;2;3;4;5;6;7;8")
    path.write_text(rows[1] + "\n" + rows[4], "utf-8")
    assert files._swallowed(path, source, zipped=False) == (2, "y" * 60)


def test_a_sheet_that_is_full_is_told_from_its_first_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    told = {"copy": str(path), "rows": 3, "start": 2}
    monkeypatch.setattr(files, "LAST_ROW", 5)
    assert files._sheet(told, "a").notes == (
        "It ends at row 5, where a sheet of .xlsx ends. Export the rest as CSV.",
    )
    assert not files._sheet({**told, "rows": 0, "start": 9}, "a").notes
    monkeypatch.setattr(files, "LAST_ROW", 6)
    assert not files._sheet(told, "a").notes


def test_each_sheet_of_a_book_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0.csv").write_text("a,b\n1,2\n")
    good = {"sheet": "S", "copy": str(tmp_path / "0.csv"), "rows": 2, "start": 0}
    told = [{"sheet": "T", "why": sheets.LARGE}, good, {"sheet": "U", "why": "odd"}]
    monkeypatch.setattr(files, "_told_of_sheets", lambda *_: told)
    monkeypatch.setattr(files, "_check_archive", lambda _: None)
    large, source, odd = files._book(Path("a"), "a.xlsx", tmp_path)
    assert isinstance(large, Refused)
    assert isinstance(source, Source)
    assert (large.name, large.why[:14], source.name) == ("a.xlsx#T", "It has more ce", "a.xlsx#S")
    assert odd == Refused("a.xlsx#U", "odd")
    del told[0], told[1]
    assert [one.name for one in files._book(Path("a"), "a.xlsx", tmp_path)] == ["a.xlsx"]


def test_a_book_that_ends_its_process_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = SimpleNamespace(stdout=b'{"sheet": "S"}\n', returncode=0)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert files._told_of_sheets(tmp_path, tmp_path) == [{"sheet": "S"}]
    done.returncode = 1
    assert files._told_of_sheets(tmp_path, tmp_path) == [{"sheet": "S"}, {"why": sheets.LARGE}]

    def late(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(subprocess, "run", late)
    assert files._told_of_sheets(tmp_path, tmp_path) == [{"why": sheets.LARGE}]


PAGE = b"<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"


def test_a_page_may_be_so_long_and_of_so_many_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, work = tmp_path / "a.xls", tmp_path / "work"
    work.mkdir()
    path.write_bytes(PAGE)
    monkeypatch.setattr(files, "LONGEST_PAGE", len(PAGE))
    monkeypatch.setattr(files, "TABLES", 1)
    assert [one.name for one in files._page(path, "a", work, zipped=False)] == ["a"]
    with pytest.raises(CourseError, match="too many tables"):
        files._rows_of_page(PAGE * 2)
    monkeypatch.setattr(files, "LONGEST_PAGE", len(PAGE) - 1)
    with pytest.raises(CourseError, match="a web page of more than"):
        list(files._page(path, "a", work, zipped=False))
    monkeypatch.setattr(files, "LONGEST_PAGE", 1000)
    path.write_bytes(b"<table>" * 5000 + b"<tr>")
    monkeypatch.setattr(files, "LONGEST_PAGE", 1 << 20)
    monkeypatch.setattr(files, "_rows_of_page", deep)
    with pytest.raises(CourseError, match="stand in one another"):
        list(files._page(path, "a", work, zipped=False))


def deep(_page: bytes) -> None:
    raise RecursionError


@pytest.mark.parametrize(
    ("size", "refused"), [(files.HEAD - 1, False), (files.HEAD, True), (files.HEAD + 1, True)]
)
def test_a_first_line_without_an_end_is_refused(
    size: int, refused: bool, tmp_path: Path, connection: Any
) -> None:
    path = tmp_path / "a.csv"
    for end, bad in ((b"", refused), (b"\nb", refused), (b"\rb", refused)):
        path.write_bytes(b"x" * size + end)
        (one,) = files.read(path, "a.csv", tmp_path, connection)
        assert isinstance(one, Refused) == (bad and size >= files.HEAD), (size, end)


def test_a_cell_of_several_lines_far_below_is_read(tmp_path: Path, connection: Any) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"{n},x\n" for n in range(40_000))
    for text, lines in ((rows, 0), (rows + '1,"x\ny"\n', 1), (rows + '1,"x,1\ny"\n', 1)):
        path.write_text('a,"b"\n' + text, "utf-8")
        (one,) = files.read(path, "a.csv", tmp_path, connection)
        assert isinstance(one, Source)
        ((found,),) = connection.execute(f"SELECT count(*) FROM {one.scan}").fetchall()
        assert found == 40_000 + lines


def test_what_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = files.read(tmp_path / "a.csv", "a\udcff.csv", tmp_path, None)
    assert one == Refused("a?.csv", "Its name is not UTF-8. Give it another name.")

    def closed(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(files, "_read", closed)
    (one,) = files.read(tmp_path / "a.csv", "a.csv", tmp_path, None)
    assert isinstance(one, Refused)
    assert one.why.startswith("It cannot be opened (OSError).")


@pytest.mark.parametrize(("long", "refused"), [(10, False), (11, True)])
def test_texts_of_parquet_may_be_so_long(
    long: int, refused: bool, tmp_path: Path, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST_ROW", 10)
    path = tmp_path / "a.parquet"
    row = f"SELECT repeat('x', {long}) AS a, 1 AS b, 7::UBIGINT AS c, 7::USMALLINT AS d"
    connection.execute(f"COPY ({row}) TO '{path}' (FORMAT parquet)")
    (one,) = files.read(path, "a.parquet", tmp_path, connection)
    assert isinstance(one, Refused) == refused
    for rest in (" WHERE FALSE", ""):
        connection.execute(f"COPY (SELECT * EXCLUDE (a) FROM ({row}){rest}) TO '{path}'")
        (one,) = files.read(path, "a.parquet", tmp_path, connection)
        assert isinstance(one, Source)
        assert one.types == {"b": "INTEGER", "c": "BIGINT", "d": "USMALLINT"}


# --- zones -----------------------------------------------------------------------------------


def test_each_time_is_settled_on_its_own(connection: Any) -> None:
    both = ["2025-01-05T10:00Z", "2025-01-05T19:00+08:00"]
    far: list[str | None] = ["2025-01-05T10:00-05:00", "2025-01-05T19:00+08:00"]
    source = laid(
        connection,
        {
            **{"utc": ["2025-01-05T10:00Z", ""], "both": [*both], "far": far, "none": ["x", None]},
            **{"typed": ["1", "2"], "zoned": ["1", "2"]},
        },
    )
    source = Source(
        source.name,
        source.columns,
        source.scan,
        {"typed": "DATE", "zoned": "TIMESTAMP WITH TIME ZONE"},
    )
    columns: dict[str, Any] = {
        **{"there": {"column": "far", "offset": "Z"}, "value": {"value": 1}, "lost": "no"},
        **{"typed": "typed", "zoned": "zoned", "plain": "none", "far": "far"},
        **{"utc": "utc", "both": {"column": "both", "dates": "dmy"}},
    }
    before = dict(columns)
    unsure = {"far": "first"}
    zones.settle(columns, [*columns, "absent"], unsure, source, connection)
    both_now = {"column": "both", "dates": "dmy", "offset": "+08:00"}
    del before["far"]
    assert columns == {**before, "both": both_now}
    assert unsure["far"].startswith("first; written in several time zones (-05:00, +08:00)")
    assert unsure["zoned"] == unsure["utc"] == zones._UTC
    assert unsure["both"] == "written in several time zones: all are turned into +08:00"
    assert {*unsure} == {"far", "zoned", "utc", "both"}


# --- what the course needs -------------------------------------------------------------------


def test_tables_and_columns_that_are_read_are_noted() -> None:
    tables = {
        "orders": pd.DataFrame({"order_id": [1], "placed_at": ["2025-01-05"], "region": ["A"]}),
        "channels": pd.DataFrame({"channel_id": ["c"], "name": ["C"]}),
        "products": pd.DataFrame({"product_id": ["a"], "name": ["A"]}),
    }

    def run(shop: Shop) -> None:
        orders = shop.orders
        orders["order_id"]
        orders[["placed_at"]]
        orders[orders["order_id"] == 1]
        shop.channels["channel_id"]
        shop.products["product_id"]
        shop.products["name"]

    looked: Any = frames
    door = looked._checked
    found = needs.needs(run, Shop(tables))
    assert found == {"orders": {"order_id", "placed_at"}, "products": {"product_id", "name"}}
    assert looked._checked is door
    assert needs.row("exercise", "x", "X", found) == {
        **{"kind": "exercise", "id": "x", "title": "X"},
        "needs": "products: name product_id; orders: order_id placed_at",
    }
    assert (needs.SEEDS, needs.SIZES[-1]) == (range(1, 4), (365, 50))


def test_sizes_are_tried_from_the_smallest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []

    def simulated(*, seed: int, days: int, visitors_per_day: int) -> tuple[int, int]:
        made.append((seed, days, visitors_per_day))
        return seed, days

    def works(shop: Any) -> set[tuple[str, str]]:
        seed, days = shop
        every = {("exercise", "a")} if days >= 7 else set()
        return every | ({("exercise", "b")} if seed < 3 or days >= 90 else set())

    monkeypatch.setattr(needs, "simulate", simulated)
    monkeypatch.setattr(needs, "works", works)
    monkeypatch.setattr(
        exercises, "all", lambda: [SimpleNamespace(id="a"), SimpleNamespace(id="b")]
    )
    monkeypatch.setattr(explore, "topics", lambda: ["t"])
    assert needs.sizes() == {
        **{("exercise", "a"): (7, 50), ("exercise", "b"): (90, 50)},
        ("explorer", "t"): lacks.COURSE,
    }
    assert made[:4] == [(1, 1, 50), (2, 1, 50), (3, 1, 50), (1, 7, 50)]
    assert capsys.readouterr().err.startswith("1 days, 50 visits a day: 0\n")


def test_what_a_shop_can_carry_is_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_shop: Any) -> None:
        raise CourseError("no")

    sheets_ = [SimpleNamespace(id="a", sheet=len), SimpleNamespace(id="b", sheet=refuse)]
    monkeypatch.setattr(exercises, "all", lambda: sheets_)
    monkeypatch.setattr(explore, "topics", lambda: ["t", "u"])
    monkeypatch.setattr(needs, "_opened", lambda topic: len if topic == "t" else refuse)
    assert needs.works([]) == {("exercise", "a"), ("explorer", "t")}


def test_the_file_of_needs_has_a_row_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    one = SimpleNamespace(id="a", title="A", sheet=lambda shop: shop.orders["order_id"])
    monkeypatch.setattr(exercises, "all", lambda: [one])
    monkeypatch.setattr(explore, "topics", lambda: ["t"])
    monkeypatch.setattr(explore, "_module", lambda _: SimpleNamespace(lab=lambda _: one))
    monkeypatch.setattr(needs, "_opened", lambda _: one.sheet)
    shop = Shop({"orders": pd.DataFrame({"order_id": [1]})})
    large = {("exercise", "a"): (1, 50), ("explorer", "t"): (7, 60)}
    assert needs.written(shop, large).splitlines() == [
        "kind,id,title,days,visits,needs",
        "exercise,a,A,1,50,orders: order_id",
        "explorer,t,A,7,60,orders: order_id",
    ]


# --- what is said ----------------------------------------------------------------------------


def said(**more: Any) -> dict[str, Any]:
    """Return the contents of a report."""
    lists: dict[str, Any] = {
        one: [] for one in ("tables", "refused", "unused", "values", "unsure", "faults", "notes")
    }
    can: list[Any] = [
        ("Measures", [], [("Both", "needs x; y"), ("One", "needs x")]),
        ("Rest", [], []),
    ]
    return {**lists, "can": can, "left_rows": "0 rows", "worth": "", **more}


PRINTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": (
        said(),
        [
            "No measure can be computed yet. What the nearest ones lack:",
            *("  One: needs x", "  Both: needs x; y", "0 kinds of faults, 0 rows left out."),
        ],
    ),
    "all": (
        said(
            tables=[("orders", "", 1, 1, ""), ("visits", "", 2000, 1000, "")],
            refused=[("a", "No.")],
            unused=[("b", "None.")],
            values=[("UV", "", "1 visitor", ""), ("Sales", "", "¥1.00", "")],
            unsure=[("orders", "status", "odd"), ("orders", "region", "or x")],
            faults=["one"],
            left_rows="2 rows",
            worth="worth ¥3.00",
            notes=["First.", "Second."],
        ),
        [
            *("orders: 1 row read, 1 kept", "visits: 2,000 rows read, 1,000 kept"),
            *("left aside: a. No.", "left aside: b. None.", "UV: 1 visitor", "Sales: ¥1.00"),
            *("unsure: orders, status: odd", "unsure: orders, region: or x"),
            "1 kind of fault, 2 rows left out; order lines among them: worth ¥3.00.",
            *("First.", "Second."),
        ],
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_the_command_says_in_a_few_lines_what_was_found(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given, lines = PRINTED[name]
    asked: list[Any] = []

    def looked(*words: Any, **more: Any) -> Any:
        asked.extend([*words, more])
        return SimpleNamespace(out=Path("out"))

    monkeypatch.setattr(command, "look", looked)
    monkeypatch.setattr(command, "contents", lambda _: given)
    command.run(Path("in"), None, Path("m"), "p")
    assert capsys.readouterr().out.splitlines() == [*lines, "The report: out/report.html"]
    options = {"mapping_file": Path("m"), "preset_name": "p", "progress": True}
    assert asked == [Path("in"), None, options]


def reported(**more: Any) -> Look:
    part = mapping.Part(["<b>.csv"], {"order_id": "x"}, unsure={"order_id": "<i>"})
    plan = mapping.Plan({"orders": part}, {"<b>.csv": "jd_orders"}, {"c.csv": "<u>"})
    sources = [
        Source("<b>.csv", ("x",), "", notes=("One.", "Two.")),
        Source("d.csv", ("x", "y"), ""),
    ]
    given: dict[str, Any] = {
        "rows": {"orders": 3000},
        "kept": {"orders": 2000},
        "faults": [Fault("orders", "x", "odd", 1, 3)],
        "left": [
            Left("order_lines", "no quantity", 2, "row 1", None),
            Left("orders", "copy", 1, "row 2", -1.5),
        ],
        "values": {"sales": 1.5},
        "abilities": [Ability("exercise", "a", "<s>", ()), Ability("explorer", "b", "B", ("v",))],
        "notes": ["<em>"],
    }
    return Look(Path("in"), Path("out"), plan, sources, [Refused("e", "<p>")], **{**given, **more})


def test_a_page_escapes_what_comes_from_files() -> None:
    page, text = pages.html(reported()), pages.text(reported())
    for mark in ("<b>.csv", "<i>", "<u>", "<s>", "<em>"):
        assert mark not in page
        assert f"&lt;{mark[1:-1].partition('>')[0]}&gt;" in page
        assert mark in text
    assert page.count("</head>") == 1
    assert page.index("@font-face") < page.index("</head>")


def test_a_report_counts_what_was_read_and_left_out() -> None:
    text = pages.text(reported())
    for line in (
        "- <b>.csv: 1 column, taken for orders (jd_orders). One. Two.",
        "- d.csv: 2 columns, taken for nothing.",
        "- Sales 销售额: ¥1.50 (",
        "- Table orders: 3,000 rows read, 2,000 kept. Columns: order_id\n",
        "- order_lines: 2 rows, each without quantity, or with one that cannot be read (row 1)",
        "- orders: 1 row, a copy of another row, in every column (row 2), worth -¥1.50\n",
        "Order lines among them: worth -¥1.50, and 2 rows of unknown worth.\n",
        "- c.csv: <u>\n",
        "- e: <p>\n",
        "Measures and KPIs: 0 of 0\n",
        "Exercises: 1 of 1\n- yes: <s>\n",
        "Explorers: 0 of 1\n- no: B, needs v\n",
        "- orders, order_id: <i>\n",
    ):
        assert line in text, line
    bare_text = pages.text(reported(rows={}, kept={}, left=[], faults=[], values={}))
    assert "- Table orders: 0 rows read, 0 kept." in bare_text
    assert "WHAT WAS LEFT OUT\n- Nothing.\n\nWHAT IS WRONG OR STRANGE\n- Nothing" in bare_text
    page = pages.html(reported())
    assert '<td class="n">3,000</td><td class="n">2,000</td>' in page
    assert "Left out of every figure above: 3 rows. Order lines among them: worth" in page
    assert '<td class="n">2</td><td>row 1</td><td class="n"></td>' in page
    assert "Order lines among them" not in pages.html(reported(left=[]))


def test_a_fault_is_a_sentence_with_and_without_an_example() -> None:
    one = Fault("orders", "x", "odd", 1, 3, "7", "Mend it.")
    assert one.sentence() == "Table orders, column x: 1 of 3 rows: odd, for example 7. Mend it."
    assert Fault("orders", "x", "odd", 2, 3).sentence().endswith("2 of 3 rows are odd.")


@pytest.mark.parametrize(
    ("paid", "end"),
    [
        (None, "stay, without a state."),
        ({"column": "x", "only_if": {}}, "and do not count as paid."),
        ({"column": "x"}, "count as paid if they have a time of payment."),
        ("x", "count as paid if they have a time of payment."),
    ],
)
def test_what_becomes_of_an_order_without_a_state_is_told(paid: Any, end: str) -> None:
    assert checks._of_state(paid).endswith(end)


def test_a_notebook_begins_with_words_and_ends_in_a_line(tmp_path: Path) -> None:
    assert template.lay(tmp_path)
    text = (tmp_path / template.NAME).read_text("utf-8")
    found = json.loads(text)
    assert text.endswith("}\n")
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    kinds = [(one["id"], one["cell_type"], "outputs" in one) for one in found["cells"]]
    numbers = [int(name.partition("-")[2]) for name, _kind, _out in kinds]
    assert numbers == sorted(set(numbers))
    assert all(
        (kind == "code", out) == (n % 2 == 1,) * 2
        for n, (_id, kind, out) in zip(numbers, kinds, strict=True)
    )
    assert kinds[0] == ("cell-0", "markdown", False)
    assert not any(line.startswith("```") for one in found["cells"] for line in one["source"])


# --- mappings --------------------------------------------------------------------------------

COLUMNS = "columns: {order_id: a}"
WRONG = {
    "[]": "no entry 'tables'",
    "tables: []": "no entry 'tables'",
    "copies: x\ntables: {}": "copies is 'x'. Write one of: leave out sure ones, leave out, keep.",
    "presets: [a]\ntables: {}": "write names and words below presets",
    "ignored: [a]\ntables: {}": "write names and words below ignored",
    "tables: {orders: []}": "table orders: write its files and columns below it",
    "tables: {orders: {file: a, zzz: b}}": "table orders: 'file' is no entry",
    "tables: {orders: {files: [], " + COLUMNS + "}}": "write its files and columns below it",
    "tables: {orders: {files: [[a]], " + COLUMNS + "}}": "write its files and columns below it",
    "tables: {orders: {files: {a: b}, " + COLUMNS + "}}": "write its files and columns below it",
    "tables: {orders: {files: a, columns: [x]}}": "write its files and columns below it",
    "tables: {orders: {files: a, columns: {}}}": "write its files and columns below it",
    "tables: {orders: {files: a, one_row_a: visit_id, " + COLUMNS + "}}": "none of its columns",
    "tables: {orders: {files: a, where: [x], " + COLUMNS + "}}": "below 'where' stand columns",
    "tables: {orders: {files: a, columns: {order_id: true}}}": "write the name of a column",
    "tables: {orders: {files: a, columns: {order_id: [a]}}}": "write the name of a column",
    "tables: {orders: {files: a, columns: {order_id: {}}}}": "'' says nothing",
    "tables: {orders: {files: a, columns: {order_id: {b: 1, a: 2}}}}": "'a' says nothing",
    "tables: {orders: {files: a, columns: {order_id: {none: []}}}}": "'none' is not written so",
    "tables: {orders: {files: a, columns: {order_id: {words: [a]}}}}": r"Write \{a: b\}",
    "tables: {orders: {files: a, columns: {order_id: {join: a}}}}": r"Write \[a, b\]",
    "tables: {a: &x {}, b: *x}": "near line 1",
    "\ntables: {": "near line",
    "tables: \x00": "no YAML",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mapping_that_is_wrong_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(CourseError, match=WRONG[text]):
        mapping.read(path)


def test_a_mapping_may_be_so_long_and_so_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.yaml"
    text = (
        "folder: f\ntables: {orders: {files: [1, b.csv], where: {x: 1, y: [2, 3]}, repeat: n, "
        "columns: {order_id: 5, region: 1.5}}}"
    )
    path.write_text(text)
    monkeypatch.setattr(mapping, "LONGEST", len(text))
    plan, folder = mapping.read(path)
    part = plan.tables["orders"]
    assert (folder, plan.copies, part.files) == ("f", "leave out sure ones", ["1", "b.csv"])
    assert (part.where, part.repeat, part.one_row_a) == ({"x": [1], "y": [2, 3]}, "n", "")
    monkeypatch.setattr(mapping, "LONGEST", len(text) - 1)
    with pytest.raises(CourseError, match="has more than"):
        mapping.read(path)
    assert mapping._loaded("[\n" * 20 + "]\n" * 20)
    with pytest.raises(Exception, match="far too deep"):
        mapping._loaded("[\n" * 21 + "]\n" * 21)
    assert mapping._loaded(
        "[{a: " * 10 + "b" + "}]" * 10
    )  # closed on the line, where YAML reads ahead
    monkeypatch.setattr(mapping, "LONGEST", 1_000_000)
    for opened, closed in ("[]", "{}"):
        for deep in (21, 400, 10_000):
            path.write_text(f"a:\n- {opened * deep}{closed * deep}\n" * 2)
            with pytest.raises(CourseError, match=r"no YAML \(near line 2\)"):
                mapping.read(path)
    path.write_bytes(b"\xff")
    with pytest.raises(CourseError, match="not UTF-8"):
        mapping.read(path)
    with pytest.raises(CourseError, match="cannot be read"):
        mapping.read(tmp_path / "no.yaml")


# --- names, words, money ---------------------------------------------------------------------


def test_a_column_is_known_by_the_first_that_has_its_name() -> None:
    assert names.known(("Order ID", "order-id", "价格元", "价格")) == {
        **{"orderid": "Order ID", "价格元": "价格元", "价格": "价格"},
    }
    assert names.bare("#") == "#"
    source = Source("a", ("A b", "a_b", "C"), "")
    assert [guess.there(one, source) for one in ("a_b", "AB", "c", "d")] == [
        "a_b",
        "A b",
        "C",
        None,
    ]
    assert guess._has(["x", "c"], source)
    assert not guess._has("x", source)


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        (["x", "c", "ab"], "C"),
        (["x"], None),
        ("x", None),
        ({"path": "C.a"}, {"path": "C.a"}),
        ({"path": ["x.a", "C.b", "C.c"]}, {"path": "C.b"}),
        ({"path": "x.a"}, None),
        ({"value": 1}, {"value": 1}),
        ({"column": "c"}, "C"),
        ({"column": "x", "over": "c"}, None),
        ({"column": "c", "over": "ab"}, {"column": "C", "over": "A b"}),
        ({"column": "c", "paid_if": "ab"}, {"column": "C", "is_paid": "A b"}),
    ],
)
def test_an_entry_of_a_preset_is_found_in_a_file(theirs: Any, found: Any) -> None:
    source, one = Source("a", ("A b", "C"), ""), guess.presets()["jd_orders"]
    assert guess._resolved(theirs, source, one) == found


def test_the_preset_with_the_most_signs_is_taken() -> None:
    signs = [guess._ways(one)[0] for one in guess.presets()["jd_orders"].signs]
    source = Source("a", tuple(signs), "")
    chosen = guess._preset_of(source, None)
    assert chosen is not None
    assert chosen.name == "jd_orders"
    assert guess._preset_of(source, guess.presets()["shopify_orders"]) is None
    assert guess._preset_of(Source("a", ("x",), ""), None) is None


def test_orders_of_goods_that_came_back_are_counted(connection: Any) -> None:
    def told(rows: str, columns: str = "order_id, quantity") -> list[str]:
        lines = connection.sql(f"FROM (VALUES {rows}) AS t({columns})")
        return looking._goods_back({"order_lines": lines}, connection)

    assert looking._goods_back({}, connection) == []
    assert told("(1, -1)", "order_id, pieces") == []
    assert told("(1, 0), (2, 1)") == []
    assert told("(1, NULL::INT)") == []
    assert told("(1, -1), (1, 0), (2, 5)") == []
    assert told("(1, -1), (2, 1)")[0].startswith("1 of 2 orders holds nothing")
    assert told("(1, -1), (2, -1), (3, 1)")[0].startswith("2 of 3 orders hold nothing")


@pytest.mark.parametrize(("kept", "whole"), [(5, True), (6, False)])
def test_of_a_long_shop_only_the_measures_are_computed(
    kept: int, whole: bool, monkeypatch: pytest.MonkeyPatch, connection: Any
) -> None:
    asked: list[str] = []

    def measured(one: str, _shop: Any) -> Any:
        asked.append(one)
        few: dict[str, list[Any]] = {"orders": [], "visits": [(None,)]}
        rows = few.get(one, [(2,)])
        return SimpleNamespace(fetchall=lambda: rows)

    monkeypatch.setattr(looking, "LONG", 5)
    monkeypatch.setattr(kpi, "measure", measured)
    ids = ["a_kpi", "orders", "visits", "uv", "sales"]
    can = [Ability("measure", one, one, ("x",) if one == "sales" else ()) for one in ids]
    monkeypatch.setattr(looking, "abilities", lambda _: [Ability("exercise", "uv", "", ()), *can])
    found = Look(Path("in"), Path("out"), mapping.Plan({}), kept={"orders": kept - 1, "visits": 1})
    looking._measure(found, {})
    assert asked == ["a_kpi"] * whole + ["orders", "visits", "uv"]
    measures = vars(found)["values"]
    assert measures == {**({"a_kpi": 2.0} if whole else {}), "uv": 2.0}


def test_characters_of_a_face_begin_with_the_radicals() -> None:
    assert face.chinese("\u2e7f\u2e80客，a") == {"\u2e80", "客", "，"}


@pytest.mark.parametrize(
    ("kind", "total", "what"),
    [
        ("refund", 1.5, "refunds that are not taken off sales, ¥1.50 in all"),
        ("refunded", None, "orders refunded in part; the file does not say how much"),
        ("discount", 2000, "discounts that are not taken off sales, ¥2,000.00 in all"),
    ],
)
def test_money_that_is_not_taken_off_is_named(kind: str, total: Any, what: str) -> None:
    assert taken_off._words(kind, total)[0] == what


# --- the way through a folder ----------------------------------------------------------------


def test_a_notebook_is_laid_once(tmp_path: Path) -> None:
    assert template.lay(tmp_path)
    (tmp_path / template.NAME).write_text("mine")
    assert not template.lay(tmp_path)
    assert (tmp_path / template.NAME).read_text() == "mine"


def test_each_sheet_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process may end at the next sheet, and what is not flushed would be lost."""
    seen: list[str] = []

    class Pipe(io.StringIO):
        def flush(self) -> None:
            seen.append(self.getvalue())

    monkeypatch.setattr(sheets, "copied", lambda *_: iter([{"sheet": "a"}, {"sheet": "b"}]))
    monkeypatch.setattr(sheets, "bound", lambda _memory: None)
    monkeypatch.setattr("sys.argv", ["sheets.py", "x", "y", "1", "2"])
    monkeypatch.setattr("sys.stdout", Pipe())
    sheets.main()
    assert seen == ['{"sheet": "a"}\n', '{"sheet": "a"}\n{"sheet": "b"}\n']


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for out in (file, file / "below"):
        with pytest.raises(CourseError, match="cannot be written"), looking._working(out):
            pass


def test_a_column_is_taken_once(connection: Any) -> None:
    source = laid(connection, {"x": ["a"], "y": ["b"]})
    both = {"order_id": ["x", "y"], "visitor_id": ["x", "y"], "channel_id": ["x", "y"]}
    part = guess._part("orders", both, source, connection)
    assert part.columns == {"order_id": "x", "visitor_id": "y"}
    assert part.unsure == {"order_id": "or y"}


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("31/12/2025", {"column": "day", "dates": "dmy"}),
        ("12/31/2025", {"column": "day", "dates": "mdy"}),
        ("03/04/2025", None),
    ],
)
def test_the_order_of_day_and_month_is_looked_for_below_the_first_rows(
    last: str, found: Any, monkeypatch: pytest.MonkeyPatch, connection: Any
) -> None:
    monkeypatch.setattr(guess, "SAMPLE", 2)
    source = laid(connection, {"day": ["01/02/2025", "02/03/2025", last]})
    columns, unsure = {"placed_at": "day"}, dict[str, str]()
    guess._look("orders", "placed_at", columns, unsure, source, connection)
    assert columns.get("placed_at") == found
    assert ("change places" in str(unsure)) == (found is None)
