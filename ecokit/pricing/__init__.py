"""Pricing 定价: the base price, what customers do when it changes, and nine online strategies.

>>> from ecokit import pricing
>>> pricing.price_for_margin(cost=100, margin=0.2)
125.0
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["base", "elasticity", "trials"],
    submod_attrs={
        "base": [
            "BINDS",
            "BasePrice",
            "Costs",
            "advertising_share",
            "base_price",
            "base_prices",
            "best_price",
            "best_price_linear",
            "best_price_logit",
            "break_even_uplift",
            "cheapest_offers",
            "ending",
            "floor_price",
            "last_costs",
            "margin",
            "markup",
            "price_for_margin",
            "price_for_markup",
        ],
    },
)
