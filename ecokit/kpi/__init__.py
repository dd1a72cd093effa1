"""KPIs: each declared once, computed wherever the tables are, scored against targets.

>>> import pandas as pd
>>> from ecokit import kpi
>>> visits = pd.DataFrame({"visitor_id": [1, 1, 2], "channel_id": ["search", "email", "search"]})
>>> kpi.uv({"visits": visits}, by="channel_id")
  channel_id  uv
0      email   1
1     search   2
"""

from typing import Any

from ecokit.inputs.renamed import refuse_old
from ecokit.kpi.costs import result, unit_cost
from ecokit.kpi.declare import KPI, KPIS, MEASURES, POSTS, Measure, declared, measure
from ecokit.kpi.scores import (
    RULES,
    attainment,
    default_rule,
    ranking,
    reference,
    score,
    scorecard,
    scorecards,
    trend,
    what_if,
)
from ecokit.kpi.targets import (
    check_weights,
    consistent_targets,
    implied_conversion,
    tied_targets,
)

uv = MEASURES["uv"]
visits = MEASURES["visits"]
orders = MEASURES["orders"]
sales = MEASURES["sales"]
profit = MEASURES["profit"]
conversion = MEASURES["conversion"]
order_value = MEASURES["order_value"]

__all__ = [
    "KPI",
    "KPIS",
    "MEASURES",
    "POSTS",
    "RULES",
    "Measure",
    "attainment",
    "check_weights",
    "consistent_targets",
    "conversion",
    "declared",
    "default_rule",
    "implied_conversion",
    "measure",
    "order_value",
    "orders",
    "profit",
    "ranking",
    "reference",
    "result",
    "sales",
    "score",
    "scorecard",
    "scorecards",
    "tied_targets",
    "trend",
    "unit_cost",
    "uv",
    "visits",
    "what_if",
]


def __getattr__(name: str) -> Any:
    refuse_old(f"kpi.{name}")
    raise AttributeError(name)
