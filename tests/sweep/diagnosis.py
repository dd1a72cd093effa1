"""Valid calls of the diagnosis."""

from __future__ import annotations

from tests.sweep.shop import Call, Calls, tables

CALLS: Calls = {
    "diagnosis.company": lambda: Call(1, luck=2, skipped=("National Day",)).but(
        skip="skipped", of=lambda shop: shop.channels
    ),
    "diagnosis.factors": lambda: Call(
        tables("visits orders order_lines"), by=["region", "device"], days=7, end="2025-03-25"
    ).but(skip="by"),
    "diagnosis.parts_of_change": lambda: Call((1000.0, 0.05, 400.0), (900.0, 0.04, 420.0)),
}
