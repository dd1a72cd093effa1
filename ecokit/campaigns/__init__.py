"""Campaigns 活动策划: the plan, the day, what it brought, what it returned, and the next budget.

>>> from ecokit import campaigns
>>> campaigns.WAYS[0]
'tagged'
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
    },
)
