"""Pricing 定价: the base price, what customers do when it changes, and price tests.

>>> from ecokit import pricing
>>> pricing.price_for_margin(cost=100, margin=0.2)
125.0
"""

from __future__ import annotations

from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["base", "elasticity", "inputs", "margins", "price_tests"],
    submod_attrs={
        "base": [
            "BINDS",
            "BasePrice",
            "Costs",
            "base_price",
            "base_prices",
            "cheapest_offers",
            "ending",
            "floor_price",
            "last_costs",
            "profit_curve",
        ],
        "elasticity": [
            "EFFECTS",
            "Estimate",
            "LADDER",
            "by_category",
            "estimate",
            "ladder",
            "panel",
        ],
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
            "Effect",
            "METRICS",
            "Ratio",
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


_MOVED = """
    Demand FORMATS IMITATION INNOVATION KINDS NAMES Outcome Rule STAGES auction automatic bass
    bass_peak bass_share best_bids best_ladder break_even_uplift calibrated collaborative compare
    constant_elasticity discount draw_auctions equilibrium_bid experience_cost fixed_point
    free_trial group_deal haggling least_group life_cycle logit markdown name_your_price nash
    one_price over_time path penetration personalised prestige product_demand rubinstein
    settled_share side_by_side skim spiral split_the_difference stage uniform
"""


def __getattr__(name: str) -> Any:
    """Return a part of pricing; say where the strategies have gone."""
    if name not in _MOVED.split():
        return _load(name)
    from ecokit.errors import CourseError
    from ecokit.messages import _

    message = _(
        "pricing.{name} is now strategies.{name}. Write `from ecokit import strategies` and "
        "strategies.{name}(...)."
    )
    raise CourseError(message.format(name=name))
