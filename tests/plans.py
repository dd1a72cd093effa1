"""Plans that somebody might hand in, exercise by exercise: sensible ones and silly ones.

A sensible plan passes, or has 80 points or more; a silly one has 50 points or fewer. A plan is
what the card takes, or a function from a shop to it. For each exercise some sensible plans go the
way that the hints lead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypedDict

from ecokit import exercises, operations
from ecokit.exercises.operations import LEAD, _most_asked_audio
from ecokit.shop import Shop

Plan: TypeAlias = dict[str, float] | Callable[[Shop], dict[str, float]]


class Judged(TypedDict):
    """The plans of one exercise."""

    sensible: Sequence[Plan]
    silly: Sequence[Plan]


def right(exercise_id: str) -> Callable[[Shop], dict[str, float]]:
    """Return the plan that Show the answer shows."""

    def shown(shop: Shop) -> dict[str, float]:
        plan: dict[str, float] = exercises.get(exercise_id).sheet(shop).right
        return plan

    return shown


# Operations ---------------------------------------------------------------------------------


def reorder_by_formula(shop: Shop, *, level: float = 0.95, times: float = 1.0) -> dict[str, float]:
    """Return the economic order quantity, and the reorder point of a cycle service level."""
    found: Any = _most_asked_audio(shop)[1]
    mean, sd = found.demand.mean(), found.demand.std()
    point = operations.reorder_point(operations.lead_time_demand(mean, sd, LEAD), level)
    size = operations.eoq(found.order_cost, mean, found.holding_cost).quantity
    return {"point": point, "quantity": round(times * size)}


# The plans ----------------------------------------------------------------------------------

PLANS: dict[str, Judged] = {
    "organisation-plan": {
        "sensible": [right("organisation-plan")],
        "silly": [],
    },
    "decisions-design-path": {
        "sensible": [right("decisions-design-path")],
        "silly": [],
    },
    "journey-call-plan": {
        "sensible": [right("journey-call-plan")],
        "silly": [],
    },
    "kpi-next-year": {
        "sensible": [right("kpi-next-year")],
        "silly": [],
    },
    "operations-reorder-policy": {
        "sensible": [
            right("operations-reorder-policy"),
            reorder_by_formula,
            lambda shop: reorder_by_formula(shop, level=0.99),
            lambda shop: reorder_by_formula(shop, level=0.99, times=0.75),
            lambda shop: reorder_by_formula(shop, level=0.98, times=1.5),
        ],
        "silly": [
            {"point": 0, "quantity": 1},
            {"point": 0, "quantity": 200},
            {"point": 60, "quantity": 200},
            {"point": 60, "quantity": 1},
            {"point": 2, "quantity": 5},
        ],
    },
    "service_desk-staff-week": {
        "sensible": [right("service_desk-staff-week")],
        "silly": [],
    },
    "competitors-reaction": {
        "sensible": [right("competitors-reaction")],
        "silly": [],
    },
    "pricing-launch-plan": {
        "sensible": [right("pricing-launch-plan")],
        "silly": [],
    },
}
