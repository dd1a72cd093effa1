"""What columns are taken for: decided by their values, or told as unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecokit import Shop, kpi, own
from ecokit.own.build import connected
from ecokit.own.files import Source, read
from ecokit.own.guess import guess
from ecokit.own.looking import Look, look
from ecokit.own.names import statuses


def looked(tmp_path: Path, text: str, name: str = "lines.csv") -> Look:
    raw = tmp_path / "raw"
    raw.mkdir(parents=True)
    (raw / name).write_text(text, "utf-8")
    return look(raw, tmp_path / "out")


def table(head: str, *rows: tuple[Any, ...]) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


DAY = "2025-01-05"
SOLD = [  # order, product, pieces, price of one
    (1, "a", 2, 10.0),
    (1, "b", 1, 25.0),
    (2, "a", 5, 10.0),
    (3, "b", 3, 25.0),
    (4, "c", 1, 7.5),
    (4, "a", 1, 10.0),
    (5, "c", 4, 7.5),
]
SALES = sum(n * price for _order, _product, n, price in SOLD)
OF_ORDER = {
    one: sum(n * price for order, _p, n, price in SOLD if order == one) for one in range(1, 6)
}


def lines(head: str, row: Any) -> str:
    """Return a file of the lines sold; `row` gives the rest of each."""
    rows = [(order, DAY, product, *row(order, n, price)) for order, product, n, price in SOLD]
    return table(f"订单编号,下单时间,商品编码,{head}", *rows)


STOCK = {1: 90, 2: 80, 3: 70, 4: 60, 5: 50}
RIGHT: dict[str, tuple[str, str, str]] = {  # what is read rightly, and what is said
    "as named": (lines("数量,单价,金额", lambda o, n, p: (n, p, n * p)), "", ""),
    "units in the names": (lines("数量(件),单价（元）", lambda o, n, p: (n, p)), "", ""),
    "quantity and stock swapped": (
        lines("数量,库存,单价,金额", lambda o, n, p: (STOCK[o], n, p, n * p)),
        "quantity",
        "单价 × 库存 is 金额 in 100% of the rows; 数量 is not the quantity",
    ),
    "another quantity": (
        lines("数量,销量,单价,金额", lambda o, n, p: (STOCK[o], n, p, n * p)),
        "quantity",
        "单价 × 销量 is 金额 in 100% of the rows; 数量 is not the quantity",
    ),
    "price and amount swapped": (
        lines("数量,单价,金额", lambda o, n, p: (n, n * p, p)),
        "unit_price",
        "金额 × 数量 is 单价",
    ),
    "an amount named price": (
        lines("数量,价格", lambda o, n, p: (n, n * p)),
        "unit_price",
        "价格 grows with 数量",
    ),
    "an amount named unit price": (
        lines("数量,单价", lambda o, n, p: (n, n * p)),
        "unit_price",
        "单价 grows with 数量",
    ),
    "an amount alone": (
        lines("数量,实付金额(元)", lambda o, n, p: (n, n * p)),
        "unit_price",
        "实付金额(元) over 数量",
    ),
    "a price named amount": (
        lines("数量,金额", lambda o, n, p: (n, p)),
        "unit_price",
        "金额 does not grow with 数量",
    ),
    "English": (
        lines("qty,amount", lambda o, n, p: (n, n * p)),
        "unit_price",
        "amount over qty",
    ),
    "a decimal comma": (
        table(
            "order id;date;sku;qty;total price",
            *((f"{o};{DAY};{k};{n};{n * p:.2f}".replace(".", ","),) for o, k, n, p in SOLD),
        ),
        "unit_price",
        "total price over qty",
    ),
    "the order's total beside a price": (
        lines("数量,单价,订单总金额", lambda o, n, p: (n, p, OF_ORDER[o])),
        "",
        "",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_values_say_what_a_column_is(name: str, tmp_path: Path) -> None:
    text, column, said = RIGHT[name]
    found = looked(tmp_path, text)
    assert found.values["sales"] == SALES
    unsure = found.plan.tables["order_lines"].unsure
    assert said in unsure.get(column, "")
    assert bool(said) == bool(unsure)
    report = (tmp_path / "out" / "report.txt").read_text("utf-8")
    mapping = (tmp_path / "out" / "mapping.yaml").read_text("utf-8")
    assert said in report
    assert said in mapping


def of(tmp_path: Path, head: str, *rows: tuple[Any, ...]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the columns of lines are taken for, and what is unsure."""
    given = [(number, DAY, *row) for number, row in enumerate(rows)]
    path = tmp_path / "lines.csv"
    path.write_text(table(f"订单编号,下单时间,商品编码,{head}", *given), "utf-8")
    connection = connected(tmp_path)
    sources = [
        one for one in read(path, path.name, tmp_path, connection) if isinstance(one, Source)
    ]
    part = guess(sources, "", connection).tables["order_lines"]
    connection.close()
    return part.columns, part.unsure


def test_one_piece_does_not_tell_a_price_from_an_amount(tmp_path: Path) -> None:
    sold = [("a", 1, 10.0), ("a", 2, 10.0), ("b", 2, 25.0), ("b", 1, 25.0), ("c", 1, 7.5)]
    columns, _unsure = of(tmp_path, "数量,单价,金额", *((k, n, n * p, p) for k, n, p in sold))
    assert (columns["quantity"], columns["unit_price"]) == ("数量", "金额")


def test_a_line_without_a_price_tells_nothing_of_the_price(tmp_path: Path) -> None:
    sold = [("a", 2, 10.0), ("a", 5, 0.0), ("b", 3, 25.0), ("c", 4, 7.5)]
    amounts = [20.0, 50.0, 75.0, 30.0]
    rows = [(*one, amount) for one, amount in zip(sold, amounts, strict=True)]
    columns, unsure = of(tmp_path, "数量,单价,金额", *rows)
    assert (columns["quantity"], columns["unit_price"], unsure) == ("数量", "单价", {})


def test_the_price_that_is_named_so_goes_before_another(tmp_path: Path) -> None:
    sold = [("a", 2, 10.0), ("a", 5, 10.0), ("b", 3, 24.0), ("c", 4, 8.0)]
    rows = [(k, 90 - n, 2 * n, n, p, p / 2, n * p) for k, n, p in sold]
    columns, unsure = of(tmp_path, "数量,件数,销量,单价,价格,金额", *rows)
    assert (columns["quantity"], columns["unit_price"]) == ("销量", "单价")
    assert "单价 × 销量 is 金额" in unsure["quantity"]


def test_the_quantity_that_is_named_so_goes_before_another(tmp_path: Path) -> None:
    sold = [("a", 2, 10.0), ("a", 5, 10.0), ("b", 3, 24.0), ("c", 4, 8.0)]
    columns, unsure = of(
        tmp_path, "数量,件数,单价,价格,金额", *((k, n, n, p, p, n * p) for k, n, p in sold)
    )
    assert (columns["quantity"], columns["unit_price"]) == ("数量", "单价")
    assert unsure == {"quantity": "or 件数", "unit_price": "or 价格"}


def test_a_discount_may_be_empty_where_there_is_none(tmp_path: Path) -> None:
    sold = [("a", 2, 10.0, 3), ("a", 5, 10.0, 4), ("b", 3, 24.0, 0), ("c", 4, 8.0, 0)]
    rows = [(k, n, p, off or "", n * p - off) for k, n, p, off in sold]
    columns, unsure = of(tmp_path, "数量,单价,优惠,实付金额", *rows)
    assert columns["unit_price"] == {"column": "实付金额", "over": "数量"}
    assert "单价 less the discount in 优惠" in unsure["unit_price"]


@pytest.mark.parametrize("off", [0.2, 20, 0.8, 8, 80], ids=str)
def test_a_discount_is_known_however_it_is_written(off: float, tmp_path: Path) -> None:
    """As a part or per cent that goes off, or as what is left: of 1, of 10, of 100."""
    sold = [("a", 2, 10.0), ("a", 5, 10.0), ("b", 3, 24.0), ("c", 4, 8.0)]
    rows = [(k, n, p, off, round(n * p * 0.8, 2)) for k, n, p in sold]
    columns, unsure = of(tmp_path, "数量,单价,折扣,金额", *rows)
    assert columns["unit_price"] == {"column": "金额", "over": "数量"}
    assert "单价 less the discount in 折扣" in unsure["unit_price"]


def once(head: str, row: Any) -> str:
    """Return lines in which no product is sold in two quantities: the values tell nothing."""
    rows = [
        (order, DAY, product, *row(n, price))
        for order, product, n, price in [(1, "a", 2, 10.0), (2, "b", 3, 5.0), (3, "c", 1, 4.0)]
    ]
    return table(f"order_id,date,sku,{head}", *rows)


PAID = [0.9, 1.0, 0.8, 1.0, 1.0, 0.9, 1.0]
UNSURE: dict[str, tuple[str, float | None, str]] = {
    "a price that may be an amount": (
        once("qty,price", lambda n, p: (n, p)),
        39.0,
        "price is taken for the price of one. If it is the amount of the line, write {column: "
        "price, over: qty}",
    ),
    "an amount that may be a price": (
        once("qty,amount", lambda n, p: (n, n * p)),
        39.0,
        "amount is taken for the amount of the line, and divided by qty",
    ),
    "an order's total on each line": (
        lines("数量,实付金额", lambda o, n, p: (n, OF_ORDER[o])),
        None,
        "实付金额 is the same on every line of an order",
    ),
    "an order's total named price": (
        lines("数量,价格", lambda o, n, p: (n, OF_ORDER[o])),
        None,
        "价格 is the same on every line of an order",
    ),
    "paid is less than the price": (
        lines("数量,单价,实付金额", lambda o, n, p: (n, p, n * p - (2 if o < 4 else 0))),
        SALES,
        "实付金额 is less than price × quantity in 4 of the first 7 rows, ¥8.00 in all",
    ),
    "a discount that is taken off": (
        lines(
            "数量,单价,优惠金额,实付金额",
            lambda o, n, p: (n, p, 2 * (o < 4), n * p - 2 * (o < 4)),
        ),
        SALES - 8,
        "实付金额 over 数量: 单价 less the discount in 优惠金额",
    ),
    "a share that is taken off": (
        lines(
            "数量,单价,折扣,金额",
            lambda o, n, p: (n, p, 8.5 if o < 4 else 10, n * p * (0.85 if o < 4 else 1)),
        ),
        SALES - 0.15 * 170,
        "金额 over 数量: 单价 less the discount in 折扣",
    ),
    "a discount beside both amounts": (
        lines("数量,单价,商品总价,优惠,实付金额", lambda o, n, p: (n, p, n * p, 1, n * p - 1)),
        SALES - 7,
        "实付金额 over 数量: 单价 less the discount in 优惠",
    ),
    "a discount alone": (
        lines("数量,单价,优惠", lambda o, n, p: (n, p, 2 * (o < 4))),
        SALES,
        "the discount in 优惠 is not taken off: in 4 of the first 7 rows, 8.00 in all",
    ),
    "a discount beside the whole amount": (
        lines("数量,单价,金额,优惠", lambda o, n, p: (n, p, n * p, 2 * (o < 4))),
        SALES,
        "the discount in 优惠 is not taken off",
    ),
    "an amount that fits nothing": (
        lines("数量,单价,金额", lambda o, n, p: (n, p, 3 * p + n)),
        SALES,
        "单价 × 数量 is 金额 in only",
    ),
}


@pytest.mark.parametrize("name", UNSURE)
def test_what_the_values_do_not_tell_is_unsure(name: str, tmp_path: Path) -> None:
    text, sales, said = UNSURE[name]
    found = looked(tmp_path, text)
    assert found.values.get("sales") == (sales if sales is None else pytest.approx(sales))
    assert said in found.plan.tables["order_lines"].unsure["unit_price"]
    assert said in (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert said in (tmp_path / "out" / "mapping.yaml").read_text("utf-8")


def test_a_quantity_above_the_stock_is_unsure(tmp_path: Path) -> None:
    found = looked(tmp_path, lines("数量,库存,单价", lambda o, n, p: (STOCK[o], n, p)))
    said = found.plan.tables["order_lines"].unsure["quantity"]
    assert "above 库存 in 100% of the rows: have they changed places?" in said
    named = looked(tmp_path / "2", lines("数量,库存,单价", lambda o, n, p: (n, STOCK[o], p)))
    assert named.values["sales"] == SALES
    assert not named.plan.tables["order_lines"].unsure


def test_as_many_pieces_left_as_sold_says_nothing(tmp_path: Path) -> None:
    rows = ((f"2025-01-0{d}", "a", d, d) for d in DAYS)
    part = looked(tmp_path, table("日期,商品编码,销量,库存", *rows)).plan.tables["stock"]
    assert "sold" not in part.unsure


DAYS = range(1, 7)
HEAD = "日期,商品编码,期初库存,销量,库存"
STOCKS = {
    "as named": (
        table(HEAD, *((f"2025-01-0{d}", "a", 110 - 10 * d, 10, 100 - 10 * d) for d in DAYS)),
        "",
    ),
    "swapped": (
        table(HEAD, *((f"2025-01-0{d}", "a", 110 - 10 * d, 100 - 10 * d, 10) for d in DAYS)),
        "the next day begins with 销量, not with 库存: have they changed places?",
    ),
    "swapped, without a beginning": (
        table("日期,商品编码,销量,库存", *((f"2025-01-0{d}", "a", 90 - d, 3) for d in DAYS)),
        "销量 is above 库存 in most rows: have they changed places?",
    ),
}


@pytest.mark.parametrize("name", STOCKS)
def test_pieces_sold_and_pieces_left_are_told_apart(name: str, tmp_path: Path) -> None:
    text, said = STOCKS[name]
    part = looked(tmp_path, text).plan.tables["stock"]
    assert part.unsure.get("sold", "") == said


# --- refunds and discounts that no table takes off ------------------------------------------

SHOPIFY = """Name,Email,Financial Status,Paid at,Created at,Discount Amount,{refund}\
Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku
#1,a@x.cn,partially_refunded,2025-01-05 10:00,2025-01-05 09:59,5.00,{r1}2,Cable,20.00,c
#1,,,,2025-01-05 09:59,,{r0}1,Case,30.00,k
#2,b@x.cn,paid,2025-01-06 10:00,2025-01-06 09:59,0.00,{r2}1,Case,30.00,k
#3,c@x.cn,refunded,2025-01-07 10:00,2025-01-07 09:59,0.00,{r3}1,Case,30.00,k
"""
PDD = """订单成交时间,商品,订单号,订单状态,商家实收金额(元),商品数量(件),商品id,售后状态
2025-12-01 08:00:00,线,1,已收货,60.00,3,a,无售后或售后取消
2025-12-02 08:00:00,线,2,已收货,20.00,1,a,退款成功
2025-12-03 08:00:00,线,3,"未发货，退款成功",20.00,1,a,退款成功
"""
TAOBAO = """订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间,\
宝贝总数量,退款金额
1,甲,60.00,交易成功,2025-12-01 08:00,2025-12-01 08:01,3,15.00
2,乙,20.00,交易关闭,2025-12-02 08:00,2025-12-02 08:01,1,20.00
3,丙,20.00,交易成功,2025-12-03 08:00,2025-12-03 08:01,1,0.00
"""
AMAZON = (
    "settlement-id\ttransaction-type\torder-id\tamount-type\tamount-description\tamount\t"
    "posted-date\tsku\tquantity-purchased\n"
    "1\tOrder\tA-1\tItemPrice\tPrincipal\t60.00\t2025-12-01\ts\t3\n"
    "1\tOrder\tA-1\tPromotion\tPrincipal\t-6.00\t2025-12-01\ts\t\n"
    "1\tRefund\tA-0\tItemPrice\tPrincipal\t-20.00\t2025-12-02\ts\t\n"
)
WOO = """Date,"Order #",Status,Customer,Product(s),"Items sold","Net Sales"
2025-12-01 10:00:00,1,completed,Ann,1x Case,1,60
2025-12-02 10:00:00,2,completed,Ann,1x Case,1,-15
"""
OTHER = """订单编号,下单时间,商品编码,数量,单价,订单状态,退款金额
1,2025-01-05,a,2,10,交易成功,5
2,2025-01-06,a,1,10,交易关闭,10
3,2025-01-07,a,1,10,交易成功,
"""
NO_REFUND = {"refund": "", "r0": "", "r1": "", "r2": "", "r3": ""}
REFUNDS = {"refund": "Refunded Amount,", "r0": ",", "r1": "12.50,", "r2": "0,", "r3": "30.00,"}
MONEY = {
    "Shopify": (
        SHOPIFY.format(**REFUNDS),
        100.0,
        [
            "column Refunded Amount: 1 of 4 rows: refunds that are not taken off sales, ¥12.50",
            "column Discount Amount: 1 of 4 rows: discounts that are not taken off sales, ¥5.00",
        ],
    ),
    "Shopify without the amount": (
        SHOPIFY.format(**NO_REFUND),
        100.0,
        ["column Financial Status: 1 of 4 rows: orders refunded in part"],
    ),
    "Pinduoduo": (PDD, 80.0, ["1 of 3 rows: refunds that are not taken off sales, ¥20.00"]),
    "Taobao": (TAOBAO, None, ["column 退款金额: 1 of 3 rows: refunds that are", "¥15.00 in all"]),
    "Amazon": (
        AMAZON,
        60.0,
        ["1 of 3 rows: refunds that are not taken off", "¥20.00", "discounts that", "¥6.00"],
    ),
    "WooCommerce": (WOO, 60.0, ["below 0", "worth ¥-15.00"]),
    "no preset": (OTHER, 30.0, ["column 退款金额: 1 of 3 rows: refunds that are", "¥5.00"]),
}


@pytest.mark.parametrize("name", MONEY)
def test_refunds_and_discounts_are_told_with_their_yuan(name: str, tmp_path: Path) -> None:
    text, sales, said = MONEY[name]
    found = looked(tmp_path, text, "export.txt" if name == "Amazon" else "export.csv")
    assert found.values.get("sales") == sales
    report = (tmp_path / "out" / "report.txt").read_text("utf-8")
    for one in said:
        assert one in report.replace("-¥", "¥-")


# --- states of orders that nobody knows -----------------------------------------------------

STATES = {
    "a time of payment": ("paid_at", "2025-01-06 10:00", "count as paid if they have a time of"),
    "no time of payment": ("note", "x", "do not count as paid"),
}


@pytest.mark.parametrize("name", STATES)
def test_an_order_in_a_state_that_is_not_known_stays(name: str, tmp_path: Path) -> None:
    column, value, said = STATES[name]
    orders = table(
        f"order_id,placed_at,status,{column}",
        (1, "2025-01-05 10:00", "delivered", "2025-01-05 10:00"),
        (2, "2025-01-06 10:00", "half eaten", value),
    )
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "orders.csv").write_text(orders, "utf-8")
    bought = table(
        "order_id,line,product_id,quantity,unit_price", (1, 1, "a", 2, 10), (2, 1, "a", 1, 5)
    )
    (raw / "order_lines.csv").write_text(bought, "utf-8")
    found = look(raw, tmp_path / "out")
    one, other = own.load(tmp_path / "out"), Shop.from_folder(raw, strict=False)
    for shop in (one, other):
        assert shop.orders["order_id"].tolist() == [1, 2]
        assert shop.orders["status"].fillna("").tolist() == ["delivered", ""]
        assert len(shop.order_lines) == 2
    assert not found.left
    assert any("1 of 2 rows" in str(it.sentence()) and said in it.sentence() for it in found.faults)
    (told,) = other.left_out.query("table == 'orders'")["reason"]
    assert "1 cell left empty, its row stays: none of: unpaid" in told
    if column == "paid_at":
        assert found.values["sales"] == kpi.measure("sales", other)["sales"].item() == 25
    else:
        assert found.values["sales"] == 20


GA4 = """# ----------------------------------------
# Free form
# 20251201-20251202
# ----------------------------------------

Date,Session primary channel group (Default Channel Group),Sessions,Active users
20251201,Direct,3,2
20251202,Organic Search,4,4
"""


def test_a_traffic_report_is_known_by_either_name_of_its_channel(tmp_path: Path) -> None:
    found = looked(tmp_path, GA4)
    assert found.plan.presets == {"lines.csv": "ga4_traffic_csv"}
    assert found.values["visits"] == 7
    visits = own.load(tmp_path / "out").visits
    assert visits["channel_id"].value_counts().to_dict() == {"Organic Search": 4, "Direct": 3}


def test_every_word_of_a_preset_has_a_meaning() -> None:
    for one in own.presets().values():
        assert set(one.statuses) <= set(statuses())
