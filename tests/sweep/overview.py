"""Valid calls of the whole operation."""

from __future__ import annotations

from tests.sweep.shop import Call, Calls, tables

NEEDED = "orders touchpoints"

CALLS: Calls = {
    "overview.operation_map": lambda: Call(),
    "overview.parts": lambda: Call(),
    "overview.order_stages": lambda: Call(tables(NEEDED), by=["region", "week"], hours=20.0).but(
        skip="by"
    ),
    "overview.oversold": lambda: Call(tables("orders order_lines stock")),
    "overview.stuck": lambda: Call(
        tables(NEEDED), as_of="2025-03-20 09:00", hours=20.0, by="region"
    ).but(skip="by"),
}
