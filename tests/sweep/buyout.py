"""Valid calls of buyout."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit import buyout
from ecokit.buyout import Terms
from tests.sweep.shop import Call, Calls

DEMAND = [3, 5, 4, 9, 6, 5]
TERMS = Terms(price=20, wholesale=14, salvage=6)


def offers() -> pd.DataFrame:
    """Return two open offers, and one that has been sold."""
    return pd.DataFrame(
        {
            "offer_id": ["B1", "B2", "B3"],
            "kind": ["buy_out", "oem", "oem"],
            "wholesale": [160.0, 150.0, 150.0],
            "price": [200.0, 200.0, 200.0],
            "salvage": [90.0, 80.0, 80.0],
            "demand_mean": [50.0, 40.0, 40.0],
            "demand_sd": [15.0, 12.0, 12.0],
            "minimum": [30, 60, 60],
            "tooling": [0.0, 1_500.0, 0.0],
            "buy_back": [120.0, None, None],
            "price_protection": [True, False, False],
            "guarantee": [None, 100.0, None],
            "stages": [2, 1, 1],
        }
    )


def past() -> pd.DataFrame:
    """Return the weeks of past offers."""
    return pd.DataFrame(
        {
            "offer_id": ["B1", "B1", "B2", "B2"],
            "week": [1, 2, 1, 2],
            "sold": [60, 40, 20, 30],
        }
    )


def zone() -> Any:
    """Return what two sides can agree on."""
    return buyout.zone(DEMAND, 5, 20, 10, 6)


CALLS: Calls = {
    "buyout.markdown": lambda: Call(120, 2_000, 15, elasticity=2.5, weeks=4, salvage=300),
    "buyout.break_even": lambda: Call(300_000, 2_000, 1_500),
    "buyout.custom": lambda: Call(DEMAND, TERMS, 10, gone=5),
    "buyout.counter_offer": lambda: Call(DEMAND, TERMS, 7, power=0.4),
    "buyout.nash_split": lambda: Call(zone(), power=0.4),
    "buyout.walk_away_price": lambda: Call(DEMAND, TERMS, tooling=5, outside=2),
    "buyout.zone": lambda: Call(DEMAND, 5, 20, 10, 6, buy_back=8, ours=3, theirs=4),
    "buyout.weigh": lambda: Call(
        {"offers": offers(), "offer_weeks": past().head(2).assign(offer_id="B3")},
        outside=10,
        share=0.3,
        fall=0.1,
        chance=0.2,
    ).but(optional="buy_back guarantee offer_weeks"),
    "buyout.price_protection": lambda: Call(DEMAND, 6, drop=2, chance=0.3, sold_before=0.4),
    "buyout.buy_back_price": lambda: Call(2_000, 1_600, 1_500, 900),
    "buyout.channel_quantity": lambda: Call(DEMAND, 20, 10, 6),
    "buyout.minimum_volume": lambda: Call(
        DEMAND, Terms(price=20, wholesale=14, salvage=6, minimum=8)
    ),
    "buyout.profit_curve": lambda: Call(DEMAND, TERMS, [3, 4, 5]),
    "buyout.shop_quantity": lambda: Call(DEMAND, TERMS),
    "buyout.contracts": lambda: Call(
        DEMAND, {"buy-out": TERMS}, seed=3, draws=500, drop=2, chance=0.2
    ),
    "buyout.profit_draws": lambda: Call(
        DEMAND, 5, TERMS, seed=3, draws=500, drop=2, chance=0.2, tooling=4
    ),
    "buyout.risk_of": lambda: Call([-100, 0, 100, 200], 0.5),
    "buyout.belief": lambda: Call(500, 120),
    "buyout.learn": lambda: Call(buyout.belief(50, 15), 20, 0.25, spread=0.02),
    "buyout.staged_order": lambda: Call(buyout.belief(50, 15), TERMS, share=0.25, extra=1),
    "buyout.week_shares": lambda: Call(past(), usual=0.05),
}
