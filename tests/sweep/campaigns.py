"""Valid calls of campaigns."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import campaigns
from ecokit.campaigns.made import example
from tests.sweep.shop import Call, Calls, tables

START, END = "2025-03-01", "2025-03-08"
SOLD = "orders order_lines"


@cache
def regional() -> dict[str, pd.DataFrame]:
    """Return a campaign of some regions and a list, with visits and orders by day."""
    rng = np.random.default_rng(5)
    days = pd.date_range("2025-01-06", periods=63)
    rows = [
        (day, region)
        for day in days
        for region, n in (("East", 9), ("North", 6), ("South", 4), ("West", 3))
        for _visit in range(int(rng.poisson(n)))
    ]
    visits = pd.DataFrame(rows, columns=["started_at", "region"])
    visits["visit_id"] = range(1, len(visits) + 1)
    visits["visitor_id"] = rng.integers(1, 400, len(visits))
    visits["campaign_id"] = pd.Series("C1", visits.index).where(rng.random(len(visits)) < 0.1)
    visits["channel_id"] = np.where(rng.random(len(visits)) < 0.3, "email", "direct")
    orders = visits.iloc[::3].rename(columns={"started_at": "placed_at"})
    orders = orders.assign(order_id=range(1, len(orders) + 1), paid_at=orders["placed_at"])
    return {
        "visits": visits,
        "orders": orders,
        "campaigns": pd.DataFrame(
            {
                "campaign_id": ["C1"],
                "start_on": days[49:50],
                "end_on": days[55:56],
                "regions": ["East West"],
            }
        ),
        "mailings": pd.DataFrame(
            {
                "campaign_id": "C1",
                "visitor_id": range(1, 400),
                "arm": (["sent", "held_out"] * 200)[:399],
            }
        ),
    }


def some_of(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of the regional campaign."""
    return {name: regional()[name] for name in names.split()}


def spent(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of the made-up shop whose spend was varied by lot."""
    made = example()
    return {name: made[name] for name in names.split()}


def offers() -> pd.DataFrame:
    """Return channels to plan with."""
    return pd.DataFrame(
        {
            "channel_id": ["email", "paid_search"],
            "cost_per_visit": [0.2, 5.0],
            "conversion": [0.05, 0.06],
            "incremental": [0.5, 0.4],
            "most": [4_000, 20_000],
        }
    )


def responses() -> pd.DataFrame:
    """Return the responses of channels to split a budget over."""
    return pd.DataFrame(
        {
            "channel_id": ["paid_search", "social"],
            "most": [100.0, 60.0],
            "scale": [50.0, 40.0],
            "low": [0.0, 10.0],
            "high": [60.0, 90.0],
        }
    )


def reports() -> dict[str, pd.DataFrame]:
    """Return what two platforms claim of the small shop's orders."""
    claimed = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-01-01", "2025-02-01"] * 2),
            "platform": ["paid_search"] * 2 + ["social"] * 2,
            "window_days": [30, 30, 7, 7],
            "claimed_orders": [90, 80, 70, 60],
            "claimed_sales": [9_000.0, 8_000.0, 7_000.0, 6_000.0],
        }
    )
    return {"platform_reports": claimed, **tables("orders")}


def hours() -> pd.DataFrame:
    """Return a day beside its plan."""
    found: pd.DataFrame = campaigns.pace(some_of("orders"), "2025-03-02", 12, like=14)
    return found


def brought() -> Any:
    """Return what the regional campaign has brought."""
    return campaigns.held_out(some_of("orders campaigns mailings"), "C1")


CALLS: Calls = {
    "campaigns.tagged": lambda: Call(
        some_of("orders campaigns"), "C1", outcome="orders", confidence=0.9
    ).but(optional="regions"),
    "campaigns.before_and_after": lambda: Call(
        some_of("orders"), "2025-02-24", "2025-03-02", outcome="orders", before=40
    ),
    "campaigns.other_regions": lambda: Call(
        some_of("visits"), "2025-02-24", "2025-03-02", ["East", "West"], outcome="visits", before=6
    ),
    "campaigns.held_out": lambda: Call(
        some_of("orders campaigns mailings"), "C1", days=5, confidence=0.9
    ).but(optional="regions"),
    "campaigns.dip": lambda: Call(
        some_of("orders campaigns mailings"), "C1", days=5, outcome="orders"
    ).but(optional="regions mailings"),
    "campaigns.ways": lambda: Call(
        some_of("orders campaigns mailings"), "C1", outcome="orders", confidence=0.9
    ).but(optional="regions mailings"),
    "campaigns.smallest_effect": lambda: Call(
        some_of("visits"),
        "2025-02-24",
        "2025-03-02",
        way="regions",
        regions="East",
        outcome="visits",
        before=5,
    ).but(skip="way"),
    "campaigns.serving_checks": lambda: Call(
        {**tables(f"{SOLD} stock contacts roster purchases")}, START, END, 40, weeks=2
    ).but(optional="purchases"),
    "campaigns.adstock": lambda: Call([100.0, 0.0, 50.0], 0.5),
    "campaigns.total_effect": lambda: Call(0.7),
    "campaigns.half_life": lambda: Call(0.7),
    "campaigns.saturating": lambda: Call([0.0, 50.0], most=100, scale=50),
    "campaigns.average_return": lambda: Call([0.0, 50.0], most=100, scale=50),
    "campaigns.marginal_return": lambda: Call([0.0, 50.0], most=100, scale=50),
    "campaigns.pace": lambda: Call(
        some_of("orders"), "2025-03-02", 12, like=14, as_of="2025-03-02 15:00"
    ),
    "campaigns.stop_rule": lambda: Call(
        hours(), spend=900, order_margin=100, who="the traffic manager"
    ).but(optional="low high ahead projected off"),
    "campaigns.plan_for": lambda: Call(offers(), 300, order_value=900, margin=0.2, fixed=500),
    "campaigns.results": lambda: Call(tables(f"visits {SOLD} campaigns"), by="campaign_id").but(
        skip="by"
    ),
    "campaigns.against_plan": lambda: Call(
        {"visits": 100, "orders": 5, "sales": 4_500}, {"visits": 120, "orders": 5, "sales": 4_000}
    ),
    "campaigns.overlaps": lambda: Call(tables("campaigns"), START, END, before=20),
    "campaigns.traffic_kpis": lambda: Call(
        tables("visits orders campaigns targets"), by="month"
    ).but(skip="by"),
    "campaigns.planned_kpis": lambda: Call(
        visitors=20_000,
        orders=1_500,
        campaign_visitors=9_500,
        campaign_orders=900,
        planned_visitors=19_480,
        targets={"campaign_conversion": 0.09},
    ),
    "campaigns.platform_claims": lambda: Call(reports(), by="month").but(skip="by"),
    "campaigns.identifiable": lambda: Call(spent("spend visits"), by_lot=["paid_search"]),
    "campaigns.responses": lambda: Call(spent("spend visits"), today=6),
    "campaigns.naive_responses": lambda: Call(spent("spend visits")),
    "campaigns.pause": lambda: Call(spent("pauses spend visits"), "B1", before=12),
    "campaigns.roas": lambda: Call(9_000, 3_000),
    "campaigns.break_even_roas": lambda: Call(0.2),
    "campaigns.order_margin": lambda: Call(1_000, 780, payment=0.006, delivery=8),
    "campaigns.campaign_return": lambda: Call(4_000, 90, brought(), order_value=900, margin=0.15),
    "campaigns.after_coupons": lambda: Call(
        [199, 320],
        pd.DataFrame({"threshold": [300, 200], "coupon": [50, 20], "stacks": [True, False]}),
    ),
    "campaigns.presale": lambda: Call(200, deposit=50, price=1_000, cost=800, balance_paid=0.8),
    "campaigns.streamer": lambda: Call(
        100_000, fee=8_000, commission=0.15, return_rate=0.35, margin=0.3
    ),
    "campaigns.returned_share": lambda: Call(tables("orders returns"), by="channel_id").but(
        skip="by"
    ),
    "campaigns.best_split": lambda: Call(responses(), 100).but(optional="low high"),
    "campaigns.root_split": lambda: Call([3.0, 4.0], 100),
}
