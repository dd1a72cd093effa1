"""Buy-outs 包销: how many, at what price, on which terms, and what a deal may bring.

Slide 13's custom models 定制机, exclusive buy-outs 包销机 and OEM. A buy-out has as a rule no right
of return: what is left is ours. Buy-back, price protection and a second order are what to ask for.

>>> from ecokit import buyout
>>> buyout.buy_back_price(price=2000, wholesale=1600, cost=1500, salvage=900)
1120.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "clearance": ["markdown"],
        "made_for_us": ["break_even", "custom"],
        "negotiation": ["counter_offer", "nash_split", "walk_away_price", "zone"],
        "offered": ["weigh"],
        "protection": ["price_protection"],
        "quantity": [
            "buy_back_price",
            "channel_quantity",
            "minimum_volume",
            "profit_curve",
            "shop_quantity",
        ],
        "risk": ["contracts", "profit_draws", "risk_of"],
        "stages": ["belief", "learn", "staged_order", "week_shares"],
        "terms": ["Terms"],
    },
)
