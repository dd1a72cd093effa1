"""Valid calls of the journey."""

import pandas as pd

from ecokit import journey
from tests.sweep.shop import Call, Calls, tables

STEPS = "touchpoints orders"
AFTER = "orders complaints returns contacts"
MORNING = pd.Timestamp("2025-03-20 09:00")
SAID = ["order_id", "complained", "returned", "contacted", "bought_again", "paid"]


def told() -> pd.DataFrame:
    """Return what came of the orders of the small shop, and where they went."""
    return journey.outcomes(tables(AFTER))[[*SAID, "region"]]


CALLS: Calls = {
    "journey.causes": lambda: Call(
        journey.overdue_parcels(tables("orders touchpoints journey"), as_of=MORNING),
        cause="cause",
        called_at="called_at",
    ),
    "journey.delivery": lambda: Call(tables(STEPS), by=["month", "region"], as_of=MORNING),
    "journey.effect": lambda: Call(
        tables("touchpoints"),
        touchpoint=6,
        outcomes=told(),
        within="region",
        missed=["late", "missing"],
        confidence=0.9,
        as_of=MORNING,
    ).but(skip="within"),  # None is no strata
    "journey.outcomes": lambda: Call(tables(AFTER), days=30, reason="delivery").but(
        of=lambda found: found[[*SAID, "month", "late_parcel"]]
    ),
    "journey.overdue_parcels": lambda: Call(
        tables("orders touchpoints journey"), as_of=MORNING, after_hours=48
    ),
    "journey.perfect_journey": lambda: Call(tables(STEPS), by="region", as_of=MORNING),
    "journey.rates": lambda: Call(tables(STEPS), by=["month", "channel_id"], as_of=MORNING),
    "journey.repeat_purchase": lambda: Call(tables("orders"), by="month", days=20, as_of=MORNING),
    "journey.same_day_share": lambda: Call([2, 6, 2], [[3, 6], [3, 6], [3, 6]]),
    "journey.states": lambda: Call(tables("touchpoints"), as_of=MORNING),
    "journey.timeline": lambda: Call(
        tables("orders touchpoints journey"),
        order_id=int(tables("orders")["orders"]["order_id"].iloc[-1]),
        as_of=MORNING,
    ),
}
