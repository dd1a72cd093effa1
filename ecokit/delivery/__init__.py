"""Delivery 配送: carriers, warehouses, what a parcel costs, and what a promise costs.

>>> from ecokit import delivery
>>> float(delivery.billed_weight(1.2, 9.0, divisor=6000))
2.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "billing": ["DIVISOR", "billed_weight", "shipping_cost"],
        "carried": [
            "OUTCOMES",
            "dispatch_promise",
            "outcomes",
            "parcel_costs",
            "punctuality",
            "way_back",
        ],
        "choosing": [
            "bad_week",
            "choose_carriers",
            "play_weeks",
            "price_of_punctuality",
            "without_each",
            "worse_lanes",
        ],
        "fair": ["like_with_like", "with_bands"],
        "pairs": ["demand", "lanes"],
        "picking": ["usual_rate", "winners_curse"],
        "stock": ["demand_correlation", "pooled_safety_stock"],
        "warehouses": ["by_number", "choose_warehouses", "distances", "serving_costs"],
        "worth": ["cash_on_delivery", "late_parcel", "same_city"],
    },
)
