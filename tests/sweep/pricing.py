"""Valid calls of pricing."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import pricing
from tests.sweep.shop import Call, Calls, tables

MARKET = "competitor_products competitor_prices"
HISTORY = "stock products visits orders order_lines"


@cache
def panel() -> pd.DataFrame:
    """Return a made panel of six products and twenty weeks, in two categories."""
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        {"product_id": np.repeat(list("ABCDEF"), 20), "week": np.tile(range(20), 6)}
    )
    rows["category"] = "audio"
    rows["market"] = rows["week"].astype(str)
    rows["cost"] = np.exp(rng.normal(3, 0.1, 120))
    rows["price"] = rows["cost"] * np.exp(rng.normal(0.2, 0.05, 120))
    rows["visits"], rows["days"] = 400 + rows["week"], 7
    rows["helped"] = rng.normal(0, 1, 120)
    rows["units"] = rng.poisson(0.05 * rows["visits"] * (rows["price"] / 25) ** -2.5)
    return rows


def counts() -> pd.DataFrame:
    """Return the visitors and orders of a test of two days."""
    rows = pd.DataFrame({"test_id": "T1", "arm": ["A", "B"] * 2, "visitors": 1000})
    rows["date"] = pd.to_datetime(["2025-03-01", "2025-03-02"]).repeat(2)
    return rows.assign(orders=[50, 66, 46, 64])


def one_test(**how: Any) -> Call:
    """Return a call on the sound test of the shop."""
    return Call(tables("price_tests"), "T2", **how)


CALLS: Calls = {
    "pricing.advertising_share": lambda: Call(0.2, -3.1),
    "pricing.arms": lambda: one_test(),
    "pricing.base_price": lambda: Call(
        100,
        139,
        149,
        elasticity=-2.5,
        tried=(90, 160),
        usual_margin=0.2,
        min_margin=0.08,
        room=0.02,
        costs=pricing.Costs(),
    ),
    "pricing.base_prices": lambda: Call(
        tables(f"products stock {MARKET}"),
        as_of="2025-03-01",
        elasticity={"phones": -3.0},
        step=0.1,
        min_margin=0.08,
        room=0.02,
        costs=pricing.Costs(),
    ).but(optional=f"stock {MARKET} store_price launched_on delisted_on date unit_cost"),
    "pricing.best_price": lambda: Call(12, -2.5),
    "pricing.best_price_linear": lambda: Call(100, 2, 10),
    "pricing.best_price_logit": lambda: Call(3, 1, 1),
    "pricing.by_category": lambda: Call(
        panel(), {"elasticity_audio": -2.5}, category="category", instrument="cost"
    ).but(optional="week days helped", skip="how"),
    "pricing.cheapest_offers": lambda: Call(tables(MARKET), as_of="2025-03-01", weeks=4),
    "pricing.day_by_day": lambda: one_test(),
    "pricing.doubts": lambda: one_test(kind="ab", least_effect=0.1, looks=2, share=0.5),
    "pricing.effects": lambda: Call(
        counts(), "T1", share=0.5, control="A", visitors="visitors", orders="orders", arm="arm"
    ).but(optional="test_id visitors date", skip="test_id"),
    "pricing.ending": lambda: Call(1234.5, 100, 2000),
    "pricing.estimate": lambda: Call(
        panel(),
        model="counts",
        exposure="visits",
        instrument="cost",
        effects=["product_id"],
        controls=["helped"],
        errors="larger",
        cluster="product_id",
        key=["product_id", "week"],
        product_id="product_id",
        units="units",
        price="price",
    ).but(optional="category market days", skip="exposure"),
    "pricing.false_alarms": lambda: Call(3, alpha=0.05, runs=100, seed=1),
    "pricing.floor_price": lambda: Call(100, 0.1, pricing.Costs()),
    "pricing.implied_elasticity": lambda: one_test(),
    "pricing.ladder": lambda: Call(panel(), steps=["same_product", "cost"]).but(
        optional="week category visits helped"
    ),
    "pricing.logit_demand": lambda: Call(
        panel().assign(customers=1000),
        instrument="cost",
        effects=["product_id"],
        controls=["helped"],
        errors="larger",
        cluster="product_id",
        customers="customers",
        market="market",
        product_id="product_id",
        units="units",
        price="price",
    ).but(optional="week category days visits"),
    "pricing.margin": lambda: Call(125, 100),
    "pricing.markup": lambda: Call(125, 100),
    "pricing.novelty": lambda: one_test(),
    "pricing.panel": lambda: Call(tables(HISTORY)),
    "pricing.price_for_margin": lambda: Call(100, 0.2),
    "pricing.price_for_markup": lambda: Call(100, 0.25),
    "pricing.profit_curve": lambda: Call(
        [90.0, 120.0], 80, -2.5, at=100, units=50, costs=pricing.Costs()
    ),
    "pricing.ratio_check": lambda: Call(counts(), "T1", 0.5, 0.001).but(
        optional="test_id orders date visitors", skip="test_id"
    ),
    "pricing.sample_size": lambda: Call(0.10, 0.12, alpha=0.05, power=0.8, pooled=True),
}
