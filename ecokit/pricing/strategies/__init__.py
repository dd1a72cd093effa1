"""Nine price strategies of one shape: customers and cost in, an :class:`Outcome` out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "bidding": [
            "FORMATS", "auction", "best_bids", "draw_auctions", "equilibrium_bid",
            "name_your_price",
        ],
        "bargain": [
            "Rule", "automatic", "fixed_point", "haggling", "nash", "rubinstein", "spiral",
            "split_the_difference",
        ],
        "customer": ["best_ladder", "personalised", "prestige"],
        "demand": [
            "KINDS", "Demand", "calibrated", "constant_elasticity", "logit", "product_demand",
            "uniform",
        ],
        "group": ["collaborative", "group_deal", "least_group"],
        "lifetime": [
            "INNOVATION", "IMITATION", "STAGES", "bass", "bass_peak", "bass_share",
            "experience_cost", "life_cycle", "markdown", "over_time", "path", "penetration",
            "settled_share", "skim", "stage",
        ],
        "outcome": ["NAMES", "Outcome", "compare", "one_price"],
        "table": ["side_by_side"],
        "promotion": ["discount", "free_trial"],
    },
)  # fmt: skip
