"""Valid calls of partners."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from ecokit import partners
from ecokit.partners.made import example
from tests.sweep.shop import Call, Calls

TERMS = "partners partner_orders"
CHANNEL = f"{TERMS} orders order_lines returns"
FREE = "orders order_lines returns"


@cache
def made() -> dict[str, pd.DataFrame]:
    """Return the made-up partners."""
    return example()


def some_of(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of the made-up partners."""
    return {name: made()[name] for name in names.split()}


def steps() -> pd.DataFrame:
    """Return rebates of one partner."""
    return made()["partner_rebates"][["from_sales", "rate", "retroactive"]]


def links() -> pd.DataFrame:
    """Return who gives what: a wallet that cannot be missed, two cards that can."""
    return pd.DataFrame(
        {
            "giver": ["W1", "W2", "W3", "checkout"],
            "gives": ["wallet", "card", "card", "paid orders"],
            "taker": ["checkout", "checkout", "checkout", "warehouse"],
        }
    )


def due() -> pd.DataFrame:
    """Return payments that are due."""
    return pd.DataFrame(
        {
            "payment_id": [1, 2, 3, 4],
            "amount": [100.0, 80.0, 60.5, 10.0],
            "due_on": pd.to_datetime(["2025-03-01", "2025-03-01", "2025-03-02", "2025-03-09"]),
        }
    )


def lines() -> pd.DataFrame:
    """Return lines of a provider's file: one payment twice, one of nobody."""
    return pd.DataFrame(
        {
            "reference": ["1", "1", "2", "88"],
            "amount": [100.0, 100.0, 79.0, 5.0],
            "settled_on": pd.to_datetime(["2025-03-02"] * 4),
        }
    )


def in_order(found: Any) -> Any:
    """Return what was reconciled in an order that does not depend on the engine."""
    import narwhals.stable.v2 as nw

    frame = nw.from_native(found)
    table = frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame
    return table.to_pandas().sort_values("reference", ignore_index=True)


CALLS: Calls = {
    "partners.advise": lambda: Call(
        partners.scorecard(made()), lost={"T03": 20.0}, least_orders=10
    ).but(optional="T03"),
    "partners.brought": lambda: Call(some_of(CHANNEL), by=["department", "month"]).but(
        optional=FREE, skip="by"
    ),
    "partners.margins": lambda: Call(
        some_of(f"{CHANNEL} partner_rebates"), by="partner_id", rate=0.1
    ).but(optional=f"{FREE} partner_rebates", skip="by"),
    "partners.scorecard": lambda: Call(some_of(f"{CHANNEL} partner_rebates"), weight=40).but(
        optional=f"{FREE} partner_rebates"
    ),
    "partners.margin_on_margin": lambda: Call(100, 2, 10, one_firm=True),
    "partners.sharing": lambda: Call(100, 2, 10, keeps=0.4),
    "partners.two_part": lambda: Call(100, 2, 10, fee=450),
    "partners.integration_days": lambda: Call(
        some_of("partners"), by="department", as_of="2025-04-01"
    ).but(skip="by"),
    "partners.integrations": lambda: Call(some_of("partners"), as_of="2025-04-01"),
    "partners.cooperation": lambda: Call(),
    "partners.single_points": lambda: Call(links()),
    "partners.supplies": lambda: Call(some_of("partners providers")).but(
        optional="partners providers"
    ),
    "partners.what_fails": lambda: Call(links(), ["W1"]),
    "partners.known_customers": lambda: Call(some_of("partner_orders"), by="partner_id").but(
        skip="by"
    ),
    "partners.overlap": lambda: Call(
        some_of("introductions orders partner_orders"), "T03", days=60, before=10
    ),
    "partners.double_payments": lambda: Call(
        {
            "payments": pd.concat(
                [
                    made()["payments"],
                    made()["payments"].assign(payment_id=lambda t: t["payment_id"] + 10_000),
                ]
            ).reset_index(drop=True)
        }
    ),
    "partners.payment_success": lambda: Call(some_of("payments"), by="method").but(skip="by"),
    "partners.second_tries": lambda: Call(
        some_of("payments"), by="provider_id", methods=["card"]
    ).but(skip="by"),
    "partners.second_try": lambda: Call(0.94, 0.5, 0.9),
    "partners.due_payments": lambda: Call(some_of("payments providers orders order_lines")),
    "partners.faults": lambda: Call(in_order(partners.reconcile(due(), lines()))).but(
        optional="reference amount settled lines"
    ),
    "partners.reconcile": lambda: Call(due(), lines(), as_of="2025-03-05").but(of=in_order),
    "partners.settlement_file": lambda: Call(
        "reference,settled_on,amount,fee\n1001,2025-02-02,450.00,2.70\n"
    ),
    "partners.crossing": lambda: Call(49_900, 400, steps()),
    "partners.crossing_orders": lambda: Call(some_of(f"{CHANNEL} partner_rebates")).but(
        optional=FREE
    ),
    "partners.rebate": lambda: Call(60_000, steps()),
    "partners.rebate_curve": lambda: Call(steps(), [40_000.0, 60_000.0]),
    "partners.rebates": lambda: Call(some_of(f"{CHANNEL} partner_rebates")).but(optional=FREE),
    "partners.net_margin": lambda: Call(1_000, 780, commission=0.05, fee=6, days=45, rate=0.08),
    "partners.settlement_cost": lambda: Call(1_000, 0.08, 60),
}
