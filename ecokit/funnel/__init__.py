"""The funnel: where visits leak, who comes back, and who gets the credit for an order.

Slide 6 of the deck names data analysis (数据分析) as a department of marketing. Every function
takes the shop's tables (or your own) and returns a table of the same kind: pandas, Polars, DuckDB
or another engine that Narwhals knows. Tables are never changed.

The rules of attribution describe paths. They prove no cause: only a hold-out, a pause or an
experiment tells what a channel brought.

>>> from ecokit import funnel
>>> funnel.shapley({"A": 3, "B": 2, ("A", "B"): 9}).to_dict()
{'A': 5.0, 'B': 4.0}
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "building": ["paths"],
        "chain": ["NONE", "ORDER", "START", "Removal", "removal_effects", "transitions"],
        "games": ["coalitions", "shapley"],
        "membership": ["Staying", "member_periods", "staying", "survival"],
        "mix": ["Shift", "mix_and_rate"],
        "reached": ["STEPS", "leaks", "steps"],
        "returning": ["cohorts", "second_order"],
        "rules": ["RULES", "attribution"],
        "trials": ["trial", "trial_looks"],
        "traffic": ["cleaned", "suspects", "with_kinds"],
        "values": ["order_values"],
    },
)
