"""Campaigns 活动策划: the plan, the day, what it brought, what it returned, and the next budget.

>>> from ecokit import campaigns
>>> round(campaigns.break_even_roas(0.35), 3)
2.857
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "brought": [
            "ERRORS",
            "WAYS",
            "before_and_after",
            "dip",
            "held_out",
            "other_regions",
            "tagged",
            "ways",
        ],
        "checks": ["BUSY", "serving_checks"],
        "curves": [
            "adstock",
            "average_return",
            "half_life",
            "marginal_return",
            "saturating",
            "total_effect",
        ],
        "design": ["smallest_effect"],
        "hours": ["pace", "stop_rule"],
        "plan": [
            "FIVE",
            "TARGETS",
            "against_plan",
            "overlaps",
            "plan_for",
            "planned_kpis",
            "results",
            "traffic_kpis",
        ],
        "platforms": ["platform_claims"],
        "response": ["LEAST", "identifiable", "naive_responses", "pause", "responses"],
        "returns": [
            "after_coupons",
            "break_even_roas",
            "campaign_return",
            "order_margin",
            "presale",
            "returned_share",
            "roas",
            "streamer",
        ],
        "split": ["best_split", "root_split"],
    },
)
