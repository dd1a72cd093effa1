"""Pricing 定价: the base price, what customers do when it changes, and price tests.

>>> from ecokit import pricing
>>> pricing.price_for_margin(cost=100, margin=0.2)
125.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "base": [
            "Costs",
            "base_price",
            "base_prices",
            "cheapest_offers",
            "ending",
            "floor_price",
            "profit_curve",
        ],
        "elasticity": ["by_category", "estimate", "ladder", "logit_demand", "panel"],
        "margins": [
            "advertising_share",
            "best_price",
            "best_price_linear",
            "best_price_logit",
            "margin",
            "markup",
            "price_for_margin",
            "price_for_markup",
        ],
        "price_tests": [
            "arms",
            "day_by_day",
            "doubts",
            "effects",
            "false_alarms",
            "implied_elasticity",
            "novelty",
            "ratio_check",
            "sample_size",
        ],
    },
)
