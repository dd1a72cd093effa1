"""Operations of the service center: what is out of stock, weak, slow, tied up, and what to buy.

Slides 15 (five KPIs), 16 (the operations manager), 17 (category management) and 19 (product
planning) as functions. Measures take tables of any kind that Narwhals knows and return the
same kind; decisions, which are small, come as pandas tables.

>>> from ecokit import operations
>>> round(operations.eoq(order_cost=8, demand=1300, holding_cost=0.225).quantity, 4)
304.0468
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "assortment": [
            "YEAR",
            "abc",
            "new_skus",
            "nine_cells",
            "not_in_stores",
            "performance",
            "xyz",
        ],
        "buyers": ["STEPS", "buying_steps", "motives"],
        "buying": ["MOVED", "choose_offers", "offer_values"],
        "center": ["DEPARTMENTS", "against_targets", "five_kpis"],
        "checklist": ["duties"],
        "empty_shelves": ["stockouts"],
        "products": ["ProductInputs", "product_inputs"],
        "planning": ["backtest", "cycle", "fit", "forecast", "lead_products"],
        "policies": ["Replay", "replay"],
        "replenishment": [
            "censored_mean",
            "cycle_service_level",
            "eoq",
            "expected_shortage",
            "fill_rate",
            "lead_time_demand",
            "newsvendor",
            "newsvendor_costs",
            "reorder_point",
        ],
        "turnover": ["FULL", "capital", "lead_times", "storage"],
        "weak": ["category_targets", "follow", "weak_categories"],
    },
)
