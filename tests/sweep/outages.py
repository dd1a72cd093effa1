"""Valid calls of outages."""

from __future__ import annotations

import pandas as pd

from ecokit.outages.worth import VisitWorth
from tests.sweep.shop import Call, Calls, made_systems, tables

CALLS: Calls = {
    "outages.availability": lambda: Call(
        made_systems("incidents systems"),
        by=["system_id", "month"],
        start="2025-03-01",
        end="2025-05-30",
    ).but(optional="promised", skip="by"),
    "outages.burn_alert": lambda: Call(made_systems("requests"), by="source", slo=0.999).but(
        skip="by"
    ),
    "outages.burn_rate": lambda: Call(144, 10_000, 0.999, 1),
    "outages.costs_by_hour": lambda: Call(
        pd.DataFrame({"hour": range(24), "per_minute": [0.2] * 12 + [1.0] * 12}),
        VisitWorth(0.05, 1_000, 0.2, paid=0.5, click_price=2),
        45,
        part=0.5,
        back=0.4,
    ),
    "outages.error_budget": lambda: Call(0.999, days=30),
    "outages.in_parallel": lambda: Call([0.99, 0.98], common=0.1),
    "outages.in_series": lambda: Call([0.999, 0.99]),
    "outages.outage_cost": lambda: Call(
        2_000, 45, 0.03, 800, 0.18, back=0.4, part=0.9, paid=0.3, click_price=1.5
    ),
    "outages.minutes_to_see": lambda: Call(0.4, 0.5, least=3, slo=0.999, threshold=14.4),
    "outages.probes": lambda: Call(
        made_systems("incidents"), "S01", every=5, start="2025-03-01", end="2025-03-05"
    ),
    "outages.times_to": lambda: Call(made_systems("incidents systems"), by="name").but(
        optional="systems", skip="by"
    ),
    "outages.up_share": lambda: Call(719, 1),
    "outages.usual": lambda: Call(
        tables("visits"), "2025-02-12 11:00", "2025-02-12 18:00", of="visits", weeks=3
    ),
    "outages.visit_rates": lambda: Call(tables("visits"), days=["2025-02-12", "2025-02-13"]),
    "outages.visit_worth": lambda: Call(tables("visits orders order_lines channels")),
}
