"""Outages 故障与可用性: how much of the time a system answers, and what it costs when it does not.

Service levels, error budgets, alerts that wait neither too long nor too short, and slow mending.

>>> from ecokit import outages
>>> round(outages.error_budget(0.999), 1)
43.2
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "outages": [
            "ALERTS",
            "availability",
            "burn_alert",
            "burn_rate",
            "error_budget",
            "in_parallel",
            "in_series",
            "outage_cost",
            "probes",
            "times_to",
            "up_share",
        ],
        "worth": ["costs_by_hour", "minutes_to_see", "usual", "visit_rates", "visit_worth"],
    },
)
