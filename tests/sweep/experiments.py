"""Valid calls of experiments."""

import pandas as pd

from ecokit.experiments.differences import Effect
from tests.sweep.shop import Call, Calls


def visitors() -> pd.DataFrame:
    """Return twelve visitors of an experiment, a row each."""
    return pd.DataFrame(
        {
            "visitor_id": [f"V{n}" for n in range(12)],
            "arm": ["A", "B"] * 6,
            "region": ["east"] * 6 + ["west"] * 6,
            "bought": [0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1],
            "spend": [0.0, 80, 0, 0, 50, 90, 0, 60, 0, 75, 40, 85],
            "before": [1.0, 3, 0, 1, 4, 2, 0, 2, 1, 3, 3, 4],
        }
    )


def days() -> pd.DataFrame:
    """Return the counts of three days of an experiment."""
    counts = pd.DataFrame({"date": [1, 1, 2, 2, 3, 3], "arm": ["A", "B"] * 3, "visitors": 1000})
    return counts.assign(orders=[50, 66, 46, 64, 52, 60])


CALLS: Calls = {
    "experiments.aa_check": lambda: Call([0.02 + n / 21 for n in range(20)]),
    "experiments.aa_p_values": lambda: Call(
        visitors(), metric="spend", unit="visitor_id", runs=20, seed=1
    ),
    "experiments.adjust_p_values": lambda: Call({"orders": 0.01, "returns": 0.04}, alpha=0.1),
    "experiments.boundary": lambda: Call(4, shape="obrien-fleming", alpha=0.05),
    "experiments.difference_of_means": lambda: Call([1.0, 2, 3], [2.0, 4, 6], confidence=0.9),
    "experiments.difference_of_rates": lambda: Call(24, 40, 28, 35, confidence=0.9),
    "experiments.difference_of_ratios": lambda: Call(
        days(), above="orders", below="visitors", unit="date", arm="arm", confidence=0.9
    ),
    "experiments.effects": lambda: Call(
        visitors(),
        by="region",
        rates="bought",
        means=["spend"],
        covariate="before",
        control="A",
        share=0.5,
        arm="arm",
        visitor_id="visitor_id",
    ),
    "experiments.false_alarms": lambda: Call(3, alpha=0.05, runs=100, seed=1),
    "experiments.guardrail": lambda: Call(
        Effect(-0.01, -0.03, 0.01, 0.3), margin=0.02, worse="down"
    ),
    "experiments.look_by_look": lambda: Call(
        days(), look="date", arm="arm", visitors="visitors", hits="orders", confidence=0.9
    ),
    "experiments.sample_size": lambda: Call(0.10, 0.12, alpha=0.05, power=0.8, pooled=True),
    "experiments.sample_size_of_means": lambda: Call(1.0, 20.0, alpha=0.05, power=0.8, rho=0.4),
    "experiments.shrunk_rates": lambda: Call(
        days(), by="arm", weight=100, mean=0.05, hits="orders", total="visitors", confidence=0.9
    ),
    "experiments.smallest_effect": lambda: Call(0.10, 9000, 1000, alpha=0.05, power=0.8),
    "experiments.smallest_effect_of_means": lambda: Call(20.0, 9000, 1000, power=0.8, rho=0.4),
    "experiments.split_check": lambda: Call(visitors(), 0.5, 0.001).but(optional="visitor_id"),
}
