"""Valid calls of delivery."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import delivery
from tests.sweep.shop import Call, Calls

CITIES = ("C1", "C2", "C3")
CARRIERS = ("E1", "E2")


@cache
def shop() -> dict[str, pd.DataFrame]:
    """Return a quarter of parcels that two carriers take to three cities."""
    rng = np.random.default_rng(4)
    n = 600
    left = pd.Timestamp("2025-01-06") + pd.to_timedelta(rng.integers(0, 90 * 24, n), "h")
    hours = np.where(rng.random(n) < 0.85, 30.0, 100.0)
    cash = rng.random(n) < 0.2
    refused = cash & (rng.random(n) < 0.3)
    there = pd.Series(left + pd.to_timedelta(hours, "h"))
    sent = pd.DataFrame(
        {
            "parcel_id": range(1, n + 1),
            "order_id": range(1, n + 1),
            "carrier_id": rng.choice(CARRIERS, n),
            "warehouse_id": "H1",
            "city_id": rng.choice(CITIES, n),
            "weight_kg": rng.uniform(0.2, 4, n).round(2),
            "volume_litres": rng.uniform(1, 30, n).round(1),
            "billed_kg": rng.integers(1, 6, n),
            "cost": rng.uniform(6, 20, n).round(2),
            "cash_on_delivery": cash,
            "dispatched_at": left,
            "promised_at": left + pd.Timedelta(hours=72),
            "delivered_at": there,
            "outcome": np.where(refused, "refused", "delivered"),
            "back_at": (there + pd.Timedelta(days=3)).dt.normalize().where(refused),
            "back_cost": np.where(refused, 9.0, 0.0),
        }
    )
    lines = sent[["order_id"]].assign(line=1, product_id="P1", quantity=1, unit_price=100.0)
    return {
        "deliveries": sent,
        "order_lines": lines,
        "orders": pd.DataFrame(
            {
                "order_id": range(1, n + 1),
                "placed_at": left - pd.Timedelta(hours=30),
                "paid_at": left - pd.Timedelta(hours=30),
                "dispatched_at": left,
                "channel_id": rng.choice(["direct", "marketplace"], n),
            }
        ),
        "carriers": pd.DataFrame(
            {
                "carrier_id": CARRIERS,
                "first_kg": [8.0, 6.0],
                "further_kg": [2.0, 3.0],
                "divisor": [8000, 6000],
                "remote_surcharge": [5.0, 4.0],
                "cash_fee": [0.01, 0.02],
            }
        ),
        "carrier_cities": pd.DataFrame(
            {
                "carrier_id": np.repeat(CARRIERS, len(CITIES)),
                "city_id": [*CITIES, *CITIES],
                "remote": [False, True, False] * 2,
            }
        ),
        "cities": pd.DataFrame(
            {
                "city_id": CITIES,
                "longitude": [116.4, 121.5, 113.3],
                "latitude": [39.9, 31.2, 23.1],
            }
        ),
        "warehouses": pd.DataFrame(
            {"warehouse_id": ["H1", "H2"], "city_id": ["C1", "C2"], "handling": [1.5, 1.2]}
        ),
    }


def some(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of it."""
    return {name: shop()[name] for name in names.split()}


def sent(columns: str) -> dict[str, pd.DataFrame]:
    """Return its deliveries, with the columns that are needed."""
    return {"deliveries": shop()["deliveries"][columns.split()]}


def demand() -> pd.DataFrame:
    """Return the parcels of a week."""
    return pd.DataFrame({"city_id": CITIES, "parcels": [120.0, 60.0, 20.0]})


def lanes() -> pd.DataFrame:
    """Return what both carriers offer."""
    return pd.DataFrame(
        {
            "city_id": [*CITIES, *CITIES],
            "carrier_id": np.repeat(CARRIERS, len(CITIES)),
            "cost": [6.0, 7.0, 9.0, 8.0, 10.0, 12.0],
            "on_time": [0.9, 0.88, 0.8, 0.97, 0.96, 0.93],
        }
    )


def plan() -> Any:
    """Return the choice of carriers."""
    return delivery.choose_carriers(demand(), lanes(), 0.92)


def sites() -> pd.DataFrame:
    """Return warehouses that could be opened."""
    return pd.DataFrame({"warehouse_id": ["H1", "H2"], "fixed": [100.0, 30.0]})


def serving() -> pd.DataFrame:
    """Return what serving from them costs."""
    return pd.DataFrame(
        {
            "warehouse_id": np.repeat(["H1", "H2"], len(CITIES)),
            "city_id": [*CITIES, *CITIES],
            "cost": [10.0, 90.0, 50.0, 70.0, 20.0, 40.0],
        }
    )


def counts() -> pd.DataFrame:
    """Return how many were on time, by carrier."""
    return pd.DataFrame(
        {"carrier_id": ["E1", "E2", "E3"], "on_time": [19, 188, 150], "parcels": [20, 200, 170]}
    )


TIMES = "dispatched_at promised_at delivered_at"
OF_LANES = "deliveries order_lines carriers carrier_cities"

CALLS: Calls = {
    "delivery.billed_weight": lambda: Call([0.8, 2.1], [30.0, 4.0], divisor=6000, step=0.5),
    "delivery.shipping_cost": lambda: Call(
        [5.0, 1.0],
        first_kg=8.0,
        further_kg=2.0,
        remote=[True, False],
        remote_surcharge=5.0,
        cash=[1000.0, 0.0],
        cash_fee=0.01,
    ),
    "delivery.punctuality": lambda: Call(
        sent(f"carrier_id city_id {TIMES}"),
        by=["carrier_id", "month"],
        as_of="2025-03-20",
        confidence=0.9,
    ).but(skip="by", optional="city_id"),
    "delivery.outcomes": lambda: Call(
        sent("cash_on_delivery dispatched_at outcome"), by="cash_on_delivery", of="refused"
    ).but(skip="by of"),
    "delivery.parcel_costs": lambda: Call(
        sent("carrier_id dispatched_at weight_kg billed_kg cost"), by="carrier_id"
    ).but(skip="by"),
    "delivery.way_back": lambda: Call(
        sent("outcome dispatched_at delivered_at back_at back_cost"), by="outcome"
    ).but(skip="by"),
    "delivery.dispatch_promise": lambda: Call(
        {"orders": shop()["orders"].drop(columns="order_id")},
        by="month",
        hours=29,
        fine=5,
        channels=["marketplace"],
        as_of="2025-03-20",
    ).but(skip="by"),
    "delivery.with_bands": lambda: Call(
        sent("weight_kg dispatched_at"),
        kilograms=[1.0, 3.0],
        peaks=[("2025-02-01", "2025-02-10")],
    ).but(of=lambda tables: tables["deliveries"]),
    "delivery.like_with_like": lambda: Call(
        sent(f"carrier_id city_id {TIMES}"),
        by="carrier_id",
        strata=["city_id"],
        among=["E1", "E2"],
        against="E1",
        as_of="2025-03-20",
    ).but(skip="by"),
    "delivery.usual_rate": lambda: Call(
        counts()[["on_time", "parcels"]], hits="on_time", total="parcels"
    ),
    "delivery.winners_curse": lambda: Call(counts(), by="carrier_id", mean=0.92, weight=50),
    "delivery.demand": lambda: Call(sent("city_id dispatched_at"), days=7),
    "delivery.lanes": lambda: Call(some(OF_LANES), weight=40, as_of="2025-03-20").but(
        optional="order_lines parcel_id warehouse_id billed_kg cost outcome back_at back_cost line "
        "product_id"
    ),
    "delivery.choose_carriers": lambda: Call(
        demand(), lanes(), 0.92, quotas={"E1": 150}, fixed={"E2": 50}, blocked=[], split=True
    ),
    "delivery.price_of_punctuality": lambda: Call(
        demand(), lanes(), [0.9, 0.93, 0.99], quotas={"E1": 150}
    ),
    "delivery.without_each": lambda: Call(demand(), lanes(), 0.88),
    "delivery.worse_lanes": lambda: Call(lanes(), 2.0, only=["E1"]),
    "delivery.bad_week": lambda: Call(plan(), 2.0, only=["E1"], parcels=1.5),
    "delivery.play_weeks": lambda: Call(plan(), lanes(), weeks=5, seed=1),
    "delivery.choose_warehouses": lambda: Call(sites(), serving(), keep=["H2"], shut=[], count=2),
    "delivery.by_number": lambda: Call(sites(), serving(), keep=[], most=2),
    "delivery.distances": lambda: Call(
        shop()["warehouses"][["warehouse_id", "city_id"]], shop()["cities"]
    ),
    "delivery.serving_costs": lambda: Call(
        some("cities warehouses"), demand(), per_parcel=5, per_100_km=0.2
    ),
    "delivery.pooled_safety_stock": lambda: Call(10.0, correlation=0.5, markets=4, factor=1.64),
    "delivery.demand_correlation": lambda: Call(
        sent("city_id dispatched_at"), by="city_id", period="week"
    ),
    "delivery.cash_on_delivery": lambda: Call(
        100,
        50,
        price=500,
        margin=0.2,
        refused=0.1,
        shipping=10,
        back=15,
        cash_fee=0.01,
        days=15,
        interest=0.05,
    ),
    "delivery.same_city": lambda: Call(
        1000, lift=0.05, margin=100, usual_cost=8, cost=14, late=[0.1, 0.02], late_cost=15, fixed=9
    ),
    "delivery.late_parcel": lambda: Call(
        contacts=[0.3, 0.05],
        contact_cost=8,
        complaints=[0.1, 0.02],
        complaint_cost=40,
        returns=[0.17, 0.1],
        return_cost=100,
        visits=[1.2, 1.5],
        visit_value=5,
    ),
}
