"""Valid calls of the service desk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit import service_desk
from ecokit.service_desk import BGNBD, GammaGamma
from tests.sweep.shop import Call, Calls, table, tables

MOMENTS = {"arrived_at": "arrived_at", "answered_at": "answered_at", "ended_at": "ended_at"}
ORDER = {name: name for name in ("order_id", "visitor_id", "placed_at", "paid_at")}


def orders() -> pd.DataFrame:
    """Return orders of customers of whom half have bought twice."""
    sold = table("orders")
    return sold.assign(visitor_id=sold["visitor_id"].where(sold.index % 2 == 0).ffill())


def two_weeks() -> dict[str, pd.DataFrame]:
    """Return the first two weeks of the desk."""
    contacts, roster = table("contacts"), table("roster")
    end = pd.Timestamp("2025-01-15")
    return {
        "contacts": contacts[contacts["arrived_at"] < end],
        "roster": roster[roster["date"] < end],
    }


def groups() -> pd.DataFrame:
    """Return visits in two groups."""
    bought = np.arange(80) % np.repeat([3, 5], 40) == 0
    return pd.DataFrame(
        {
            "group": np.repeat(["in_time", "late"], 40),
            "bought": bought.astype(int),
            "day": pd.Timestamp("2025-03-03") + pd.to_timedelta(np.arange(80), unit="D"),
            "campaign": np.resize(["none", "C01"], 80),
        }
    )


CALLS: Calls = {
    "service_desk.answers": lambda: Call(
        tables("contacts"), by=["month", "kind", "hour"], target=30
    ),
    "service_desk.hours": lambda: Call(tables("contacts"), minutes=15),
    "service_desk.staffed": lambda: Call(two_weeks(), target=30),
    "service_desk.handling_minutes": lambda: Call(tables("contacts")),
    "service_desk.patience_minutes": lambda: Call(tables("contacts")),
    "service_desk.resolution": lambda: Call(tables("contacts"), by="reason", days=7),
    "service_desk.pareto": lambda: Call(table("complaints"), column="reason"),
    "service_desk.reasons_by_parcel": lambda: Call(tables("orders contacts complaints")),
    "service_desk.answer_groups": lambda: Call(tables("visits contacts orders"), target=60),
    "service_desk.answer_effect": lambda: Call(
        groups(),
        of="in_time",
        against=["late"],
        confidence=0.9,
        group="group",
        bought="bought",
        day="day",
        campaign="campaign",
    ),
    "service_desk.rfm": lambda: Call(
        orders().merge(table("order_lines")),
        as_of="2025-03-15",
        **ORDER,
        quantity="quantity",
        unit_price="unit_price",
    ),
    "service_desk.segments": lambda: Call(
        service_desk.rfm(orders().merge(table("order_lines"))),
        segment="segment",
        frequency="frequency",
        monetary="monetary",
        recency_days="recency_days",
    ),
    "service_desk.repeat_curve": lambda: Call(
        orders(), as_of="2025-03-15", confidence=0.9, **ORDER
    ),
    "service_desk.cohorts": lambda: Call(orders(), as_of="2025-03-15", **ORDER),
    "service_desk.repeat_summary": lambda: Call(orders(), as_of="2025-03-15", unit="week", **ORDER),
    "service_desk.fit_bg_nbd": lambda: Call(
        [0, 2, 1, 4], [0, 20.5, 8, 60], [70, 70, 40, 65.5], unit="day", penalty=0.01
    ),
    "service_desk.fit_gamma_gamma": lambda: Call([2, 1, 4], [20.5, 8, 60], penalty=0.01),
    "service_desk.expected_value": lambda: Call(
        BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
        GammaGamma(6.25, 3.74, 15.44),
        pd.DataFrame({"frequency": [2, 0], "recency": [30.4, 0], "age": 38.9, "value": [22.4, 0]}),
        years=1,
        margin=0.3,
        discount=0.1,
        frequency="frequency",
        recency="recency",
        age="age",
        value="value",
    ),
    "service_desk.customer_value": lambda: Call(100, 0.8, 0.1, first="now"),
    "service_desk.load": lambda: Call(200, 3),
    "service_desk.erlang_b": lambda: Call(10, 14),
    "service_desk.erlang_c": lambda: Call(10, 14),
    "service_desk.desk": lambda: Call(200, 3, 13, patience_minutes=5, target_seconds=20),
    "service_desk.service_level": lambda: Call(
        [20, 80], 6, 9, patience_minutes=6, target_seconds=20
    ),
    "service_desk.agents_needed": lambda: Call(
        200, 3, 0.8, 20, patience_minutes=5, most_abandoned=0.1, most_occupied=0.9
    ),
    "service_desk.positions": lambda: Call(14, 0.3),
    "service_desk.shift_patterns": lambda: Call(
        starts=[6, 14], hours=[8, 4], breaks=[3.5], yuan_per_hour=45
    ),
    "service_desk.cover": lambda: Call(
        np.repeat([0, 2, 3], 8), service_desk.shift_patterns([6, 8, 16], [8]), most=9
    ),
    "service_desk.simulate_desk": lambda: Call(
        60,
        5,
        7,
        patience_minutes=4,
        seed=1,
        days=2,
        handling="lognormal",
        spread=0.5,
        progress=False,
    ).but(skip="progress"),
    "service_desk.measured": lambda: Call(table("contacts"), target=30, batches=5, **MOMENTS),
}
