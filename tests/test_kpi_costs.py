"""What a unit has cost, and what is left when the company is paid for."""

from __future__ import annotations

import pandas as pd
import pytest

from ecokit import kpi, load_shop
from ecokit.errors import CourseError
from ecokit.shop import Shop, simulate
from tests.companies import bundled

DAYS = pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04"])


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def tables(**more: pd.DataFrame) -> dict[str, pd.DataFrame]:
    stock = pd.DataFrame({"date": DAYS, "product_id": "P1", "opening": [10, 5, 18, 3]})
    products = pd.DataFrame({"product_id": ["P1"], "cost": [80.0]})
    return {"stock": stock, "products": products, **more}


def test_the_moving_average_by_hand() -> None:
    bought = pd.DataFrame(
        {
            "product_id": "P1",
            "delivered_on": [DAYS[1], DAYS[1], DAYS[3]],
            "delivered_units": [10, 5, 1],
            "unit_cost": [60.0, 66.0, 1.0],
        }
    )
    # (5 * 80 + 10 * 60 + 5 * 66) / 20 = 66.50, and (3 * 66.5 + 1) / 4 = 50.125
    found = kpi.unit_cost(tables(purchases=bought))["unit_cost"]
    assert found.tolist() == [80.0, 66.5, 66.5, 50.12]


def test_without_purchases_the_last_cost_sold_stands() -> None:
    orders = pd.DataFrame({"order_id": [1, 2], "placed_at": DAYS[1:3] + pd.Timedelta(hours=9)})
    lines = pd.DataFrame({"order_id": [1, 2], "product_id": "P1", "unit_cost": [75.0, 70.0]})
    found = kpi.unit_cost(tables(orders=orders, order_lines=lines))["unit_cost"]
    assert found.tolist() == [80.0, 75.0, 70.0, 70.0]
    assert kpi.unit_cost(tables())["unit_cost"].tolist() == [80.0] * 4


def test_a_product_without_a_cost_gets_a_sentence() -> None:
    nobody = pd.DataFrame({"product_id": ["P2"], "cost": [80.0]})
    with pytest.raises(CourseError, match="product_id has no cost in products"):
        kpi.unit_cost(tables(products=nobody))


@pytest.mark.parametrize("seed", [None, 5])
def test_stock_and_orders_are_booked_by_the_same_rule(shop: Shop, seed: int | None) -> None:
    company = shop if seed is None else simulate(seed, days=120, visitors_per_day=400)
    found = kpi.unit_cost(company)
    assert found["unit_cost"].equals(company.stock["unit_cost"])
    lines = company.order_lines.merge(company.orders[["order_id", "placed_at"]], on="order_id")
    lines["date"] = lines["placed_at"].dt.normalize()
    both = lines.merge(found, on=["date", "product_id"], suffixes=("", "_stock"))
    assert len(both) == len(lines)
    assert (both["unit_cost"] == both["unit_cost_stock"]).all()


def test_what_lay_there_and_came_is_what_was_sold_and_lies_there(shop: Shop) -> None:
    stock = shop.stock.sort_values(["product_id", "date"])
    for product, rows in stock.groupby("product_id"):
        bought = shop.purchases[shop.purchases["product_id"] == product]
        bought = bought[bought["delivered_on"].isin(rows["date"])]
        first, last = rows.iloc[0], rows.iloc[-1]
        at_launch = shop.products.set_index("product_id")["cost"][product]
        came = (bought["delivered_units"] * bought["unit_cost"]).sum() + first.opening * at_launch
        gone = (rows["sold"] * rows["unit_cost"]).sum() + last.closing * last.unit_cost
        units = (rows["opening"] + rows["received"])[rows["received"] > 0].sum()
        assert abs(came - gone) <= 0.005 * units + 0.01, product  # half a fen a unit and receipt


def test_the_company_earns_more_than_it_pays(shop: Shop) -> None:
    months = kpi.result(shop)
    assert len(months) == 12
    yuan = months.drop(columns="month")
    pd.testing.assert_frame_equal(yuan, yuan.round(2), rtol=0, atol=0)
    year = months.sum(numeric_only=True)
    assert year["result"] > 0
    assert year["profit"] == pytest.approx(float(kpi.profit(shop)["profit"].iloc[0]))
    assert year["media"] == pytest.approx(shop.campaigns["budget"].sum())
    parts = ["payroll", "media", "storage", "freight", "office_rent"]
    assert year["result"] == pytest.approx(year["profit"] - year[parts].sum(), abs=0.1)
    present = shop.staff["left_on"].isna() & (shop.staff["hired_on"] < months["month"].iloc[-1])
    december = months["payroll"].iloc[-1]
    assert december == pytest.approx(shop.staff.loc[present, "monthly_cost"].sum(), rel=0.1)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("staff", "monthly_cost"),
        ("campaigns", "budget"),
        ("warehouse", "rent"),
        ("expenses", "amount"),
        ("expenses", "item"),
    ],
)
def test_what_the_company_pays_has_no_gap(table: str, column: str) -> None:
    shop = load_shop()
    tables = {name: shop[name] for name in shop.tables}
    gap = tables[table][column].mask(tables[table].index == 1)
    with pytest.raises(CourseError, match=f"{table}.*{column}|{column}.*{table}"):
        kpi.result({**tables, table: tables[table].assign(**{column: gap})})


@pytest.mark.parametrize(
    ("table", "column"), [("staff", "monthly_cost"), ("campaigns", "budget"), ("warehouse", "rent")]
)
def test_nobody_pays_less_than_nothing(table: str, column: str) -> None:
    shop = load_shop()
    tables = {name: shop[name] for name in shop.tables}
    free = tables[table][column].mask(tables[table].index == 1, 0.0)
    kpi.result({**tables, table: tables[table].assign(**{column: free})})
    paid = free.mask(tables[table].index == 1, -0.01)
    with pytest.raises(CourseError, match=f"{table}.*{column} is no number of 0 or more"):
        kpi.result({**tables, table: tables[table].assign(**{column: paid})})
