"""Valid calls of operations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from ecokit import operations
from tests.sweep.shop import Call, Calls, small, table, tables, whole

SOLD = "orders order_lines stock products"
DAYS = pd.date_range("2025-01-01", "2025-04-30")


def demand() -> pd.Series:
    """Return units a day of four months."""
    return pd.Series(10.0 + np.arange(len(DAYS)) % 7, index=DAYS)


def half_year() -> dict[str, pd.DataFrame]:
    """Return half a year of the products of the small shop: duties look five months back."""
    shop, end = whole(), pd.Timestamp("2025-07-01")
    goods = small()["products"]
    stock = shop.stock[shop.stock["product_id"].isin(goods["product_id"])]
    lines = shop.order_lines[shop.order_lines["product_id"].isin(goods["product_id"])]
    kept = shop.orders["order_id"].isin(lines["order_id"]) & (shop.orders["placed_at"] < end)
    orders = shop.orders[kept].iloc[::20]
    return {
        "orders": orders,
        "order_lines": lines[lines["order_id"].isin(orders["order_id"])],
        "stock": stock[stock["date"] < end],
        "products": goods,
        "purchases": shop.purchases[shop.purchases["product_id"].isin(goods["product_id"])],
        **{name: shop[name].head(2000) for name in ("targets", "complaints", "returns")},
        **{name: shop[name].head(2000) for name in ("store_sales", "contacts")},
    }


def ranked() -> pd.DataFrame:
    """Return what each product of the small shop earned."""
    found: pd.DataFrame = operations.performance(tables(SOLD))
    return found.dropna(subset=["profit", "sales"])


def offers() -> pd.DataFrame:
    """Return the offers of the first quarter, valued."""
    found: pd.DataFrame = operations.offer_values(_bought())
    return found


def _bought() -> dict[str, pd.DataFrame]:
    given = tables("supplier_offers purchases visits orders order_lines")
    early = given["supplier_offers"]["month"] < pd.Timestamp("2025-04-01")
    return given | {"supplier_offers": given["supplier_offers"][early]}


CALLS: Calls = {
    "operations.stockouts": lambda: Call(
        tables("stock products"), by=["month", "category"], substitution=0.3
    ).but(optional="products unit_cost"),
    "operations.performance": lambda: Call(tables(SOLD), by="category"),
    "operations.abc": lambda: Call(
        ranked(), value="sales", product_id="product_id", cuts=(0.7, 0.9), add_up=False
    ).but(optional=" ".join(sorted({*map(str, ranked())} - {"product_id", "sales"}))),
    "operations.xyz": lambda: Call(
        table("stock"), demand="sold", date="date", product_id="product_id", cuts=(0.5, 1.0)
    ),
    "operations.nine_cells": lambda: Call(
        operations.abc(ranked()), operations.xyz(table("stock")), value="sales"
    ),
    "operations.new_skus": lambda: Call(tables("orders order_lines"), by="month"),
    "operations.not_in_stores": lambda: Call(
        tables("orders order_lines store_sales products"), by="category"
    ).but(optional="products"),
    "operations.buying_steps": lambda: Call(
        tables("visits orders complaints returns"), by="channel_id"
    ),
    "operations.motives": lambda: Call(
        tables("visits orders order_lines stock products attributes needs")
    ),
    "operations.offer_values": lambda: Call(_bought(), visits_moved=0.5).but(
        optional="supplier_id"
    ),
    "operations.choose_offers": lambda: Call(offers(), {"message": 1, "home_page_banner": 2}).but(
        optional=" ".join(
            sorted({*map(str, offers())} - {"product_id", "month", "resource", "gain"})
        )
    ),
    "operations.five_kpis": lambda: Call(
        tables("stock orders order_lines targets complaints returns"), by="month"
    ).but(skip="by"),
    "operations.against_targets": lambda: Call(
        tables("stock orders order_lines targets complaints returns")
    ),
    "operations.duties": lambda: Call(half_year(), month="2025-06").but(skip="data"),
    "operations.product_inputs": lambda: Call(
        tables("stock products purchases suppliers"),
        product_id=table("stock")["product_id"].iloc[0],
        holding_rate=0.2,
    ),
    "operations.backtest": lambda: Call(demand(), days=7, folds=2, methods=["mean_4_weeks"]),
    "operations.cycle": lambda: Call(
        demand(), "2025-03", margin=30, holding=5, method="mean_4_weeks", learn=0.4
    ),
    "operations.fit": lambda: Call(tables("products attributes needs")),
    "operations.forecast": lambda: Call(demand(), days=7, method="mean_4_weeks"),
    "operations.lead_products": lambda: Call(
        ranked()[["product_id", "profit", "days"]],
        operations.fit(tables("products attributes needs"))[["product_id", "category", "fit"]],
        each=1,
        fit_weight=0.5,
    ),
    "operations.replay": lambda: Call(
        [3, 3, 3, 3], reorder_point=3, order_quantity=6, lead_days=2, start=6
    ),
    "operations.censored_mean": lambda: Call([3, 2, 4], empty=[False, True, False]),
    "operations.cycle_service_level": lambda: Call(stats.poisson(6), 10),
    "operations.eoq": lambda: Call(order_cost=8, demand=1300, holding_cost=0.225),
    "operations.expected_shortage": lambda: Call([2, 4, 9], 5),
    "operations.fill_rate": lambda: Call(stats.poisson(6), 8, 24),
    "operations.lead_time_demand": lambda: Call(
        mean=20, sd=5, lead_days=4, lead_sd=1, whole=False
    ).but(of=lambda law: (float(law.mean()), float(law.var()))),
    "operations.newsvendor": lambda: Call([3, 5, 4, 9], underage=18, overage=2),
    "operations.newsvendor_costs": lambda: Call(
        [3, 5, 4, 9], underage=18, overage=2, quantities=[3.0, 5.0]
    ),
    "operations.reorder_point": lambda: Call(stats.poisson(6), 0.95),
    "operations.capital": lambda: Call(tables(f"{SOLD} purchases suppliers"), receivable_days=2),
    "operations.storage": lambda: Call(tables("stock products warehouse"), by="month"),
    "operations.lead_times": lambda: Call(tables("purchases products")),
    "operations.weak_categories": lambda: Call(
        tables(SOLD), month="2025-02", by="category", window=1, signs=2
    ),
    "operations.category_targets": lambda: Call(
        tables(f"{SOLD} targets"), category="audio", month="2025-03", months=2, lift=0.2
    ),
    "operations.follow": lambda: Call(demand(), target=500, as_of="2025-04-10"),
}
