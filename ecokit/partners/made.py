"""Small made-up partners, for examples: three partners, a hold-out, two providers."""

from __future__ import annotations

import numpy as np
import pandas as pd

_DAY = pd.Timedelta(days=1)
_START = pd.Timestamp("2025-02-01")


def example() -> dict[str, pd.DataFrame]:
    """Return a small made-up shop with partners; a shop of any size has tables like these."""
    return {
        "partners": _partners(),
        "partner_rebates": pd.DataFrame(
            {
                "partner_id": "T01",
                "from_sales": [0.0, 50_000.0],
                "rate": [0.01, 0.03],
                "retroactive": True,
            }
        ),
        "partner_orders": _own_shops(),
        **_channel(),
        "introductions": _introductions(),
        **_paying(),
    }


def _partners() -> pd.DataFrame:
    day = pd.to_datetime
    return pd.DataFrame(
        {
            "partner_id": ["T01", "T02", "T03"],
            "name": ["Reach Affiliates", "Plum Bank", "Oak Bank"],
            "department": ["channel_development", "institutional", "institutional"],
            "kind": ["affiliate", "bank", "bank"],
            "channel_id": ["affiliate", None, None],
            "first_talk_on": day(["2025-01-01", "2025-01-05", "2025-01-10"]),
            "signed_on": day(["2025-01-31", "2025-03-06", "2025-01-30"]),
            "first_order_on": day(["2025-02-12", "2025-04-12", "2025-02-17"]),
            "held_up_by": ["contract", "systems", None],
            "commission": [0.05, 0.08, 0.10],
            "fee": [2.0, 6.0, 6.0],
            "settlement_days": [30, 45, 60],
            "subsidy": [0.0, 20.0, 30.0],
            "minimum": [0.0, 0.0, 0.0],
            "exclusive": [False, False, True],
            "promotion_fund": [0.0, 0.01, 0.02],
            "notice_days": [30, 60, 90],
            "keeps_on_return": [False, False, True],
        }
    )


def _own_shops() -> pd.DataFrame:
    """Return the orders of two banks: one of few, one that sells to customers of ours."""
    rng = np.random.default_rng(4)
    few = pd.DataFrame({"partner_id": "T02", "visitor_id": [*range(1, 6), *[None] * 15]})
    many = pd.DataFrame({"partner_id": "T03", "visitor_id": [*range(1, 141), *[None] * 60]})
    sold = pd.concat([few, many], ignore_index=True)
    n = len(sold)
    sold["visitor_id"] = sold["visitor_id"].astype("Int64")
    sold["partner_order_id"] = range(1, n + 1)
    sold["placed_at"] = _START + 20 * _DAY + pd.to_timedelta(np.arange(n) % 40, unit="D")
    sold["product_id"] = "P1"
    sold["quantity"] = 1
    sold["unit_price"] = 800.0 + rng.integers(-200, 201, n)
    sold["unit_cost"] = (sold["unit_price"] * 0.8).round(2)
    back = (np.arange(n) % 25 == 3) | np.isin(np.arange(n), [5, *range(60, 68)])
    sold["returned_on"] = (sold["placed_at"].dt.normalize() + 9 * _DAY).where(back)
    return sold


def _channel() -> dict[str, pd.DataFrame]:
    """Return our own orders: those an affiliate sent, and those of customers who were drawn."""
    n = 160
    sent = pd.DataFrame({"placed_at": _START + pd.to_timedelta(np.arange(n) % 100, unit="D")})
    sent["visitor_id"] = range(2_001, 2_001 + n)
    sent["channel_id"] = "affiliate"
    buyers = [one for one in range(1, 2_001, 2) if one > 1_000 or one % 14 != 1]
    own = pd.DataFrame({"visitor_id": buyers})
    own["placed_at"] = _START + 25 * _DAY + pd.to_timedelta(own["visitor_id"] % 20, unit="D")
    own["channel_id"] = "direct"
    orders = pd.concat([sent, own], ignore_index=True)
    orders["order_id"] = range(1, len(orders) + 1)
    orders["paid_at"] = orders["placed_at"]
    orders["coupon"] = 0.0
    lines = pd.DataFrame({"order_id": orders["order_id"], "line": 1, "product_id": "P1"})
    lines["quantity"] = 1
    lines["unit_price"] = 450.0 + 5 * ((lines["order_id"] - 1) % 113)
    lines["unit_cost"] = lines["unit_price"] * 0.7
    back = lines[lines["order_id"].isin(range(10, 155, 18))]
    returns = back[["order_id", "line", "product_id", "quantity"]].assign(kind="return")
    returns["return_id"] = range(1, len(returns) + 1)
    return {"orders": orders, "order_lines": lines, "returns": returns}


def _introductions() -> pd.DataFrame:
    """Return 2,000 customers, half of whom were told of a bank."""
    people = pd.DataFrame({"partner_id": "T03", "visitor_id": range(1, 2_001)})
    people["arm"] = np.where(people["visitor_id"] <= 1_000, "sent", "held_out")
    people["sent_on"] = _START + 19 * _DAY
    return people


def _paying() -> dict[str, pd.DataFrame]:
    """Return the tries of the first 320 orders, and the providers."""
    first = pd.DataFrame({"order_id": range(1, 321), "try": 1})
    card = first["order_id"] % 8 < 3
    first["method"] = np.where(card, "card", "wallet")
    first["provider_id"] = np.where(card, "W2", "W1")
    place = card.cumsum() - 1
    fails = (card & (place % 15 < 2)) | (~card & (first["order_id"] % 60 == 7))
    first["outcome"] = np.where(fails, "failed", "paid")
    first["final"] = fails & (place % 60 == 0)
    tried = first[card & fails & ~first["final"]].iloc[:10]
    second = tried.assign(provider_id="W3", final=False)
    second["try"] = 2
    second["outcome"] = np.where(np.arange(10) < 8, "paid", "failed")
    both = pd.concat([first, second], ignore_index=True)
    both["payment_id"] = range(1_001, 1_001 + len(both))
    both["tried_at"] = _START + pd.to_timedelta(both["order_id"] % 90, unit="D")
    failed = both["outcome"] == "failed"
    both["reason"] = pd.Series("bank_timeout", both.index).where(failed)
    both["fee"] = np.where(failed, 0.0, 2.7)
    both["seconds"] = 4.0 + both["try"]
    both["key"] = "k" + both["order_id"].astype(str)
    providers = pd.DataFrame(
        {
            "provider_id": ["W1", "W2", "W3"],
            "name": ["Lantern Pay", "East Card", "West Card"],
            "kind": ["wallet", "card", "card"],
            "fee_rate": [0.006, 0.007, 0.009],
            "settlement_days": [1, 2, 2],
            "licensed": True,
        }
    )
    return {"payments": both, "providers": providers}
