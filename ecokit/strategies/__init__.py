"""Nine online price strategies 网上定价策略: customers and cost in, an :class:`.Outcome` out.

>>> from ecokit import strategies
>>> customers = strategies.uniform(0, 100, customers=100)
>>> strategies.one_price(customers, cost=20).profit
1600.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "bargain": [
            "Rule",
            "automatic",
            "fixed_point",
            "haggling",
            "nash",
            "rubinstein",
            "spiral",
            "split_the_difference",
        ],
        "bidding": [
            "FORMATS",
            "auction",
            "best_bids",
            "draw_auctions",
            "equilibrium_bid",
            "name_your_price",
        ],
        "customer": ["personalised", "prestige"],
        "demand": ["calibrated", "constant_elasticity", "logit", "product_demand", "uniform"],
        "group": ["collaborative", "group_deal", "least_group"],
        "lifetime": [
            "bass",
            "bass_peak",
            "bass_share",
            "experience_cost",
            "fit_bass",
            "life_cycle",
            "markdown",
            "over_time",
            "path",
            "penetration",
            "skim",
            "stage",
        ],
        "outcome": ["compare", "one_price"],
        "product": ["best_seller"],
        "promotion": ["break_even_uplift", "discount", "free_trial"],
        "table": ["assumption", "side_by_side"],
    },
)
