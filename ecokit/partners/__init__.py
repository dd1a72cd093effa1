"""Partners 合作: who gives what, what is left of an order, who takes our own customers, who pays.

Slide 14's map of co-operation, its three departments, third-party payment and 资源整合, the days
from the first talk to the first order.

>>> from ecokit import partners
>>> left = partners.net_margin(1000, 780, commission=0.05, fee=6, return_rate=0.08,
...     return_cost=30, subsidy=20, days=45, rate=0.08)
>>> round(left.left, 2)
118.93
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "advice": ["advise"],
        "card": ["brought", "margins", "scorecard"],
        "chains": ["margin_on_margin", "sharing", "two_part"],
        "integration": ["integration_days", "integrations"],
        "links": ["cooperation", "single_points", "supplies", "what_fails"],
        "own_customers": ["known_customers", "overlap"],
        "payment": [
            "BUYERS_CHOICE",
            "double_payments",
            "payment_success",
            "second_tries",
            "second_try",
        ],
        "reconciling": ["FAULTS", "due_payments", "faults", "reconcile", "settlement_file"],
        "steps": ["crossing", "crossing_orders", "rebate", "rebate_curve", "rebates"],
        "terms": ["net_margin", "settlement_cost"],
    },
)
