"""Valid calls of experiments."""

import pandas as pd

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


CALLS: Calls = {
    "experiments.difference_of_means": lambda: Call([1.0, 2, 3], [2.0, 4, 6], confidence=0.9),
    "experiments.difference_of_rates": lambda: Call(24, 40, 28, 35, confidence=0.9),
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
    "experiments.sample_size": lambda: Call(0.10, 0.12, alpha=0.05, power=0.8, pooled=True),
    "experiments.sample_size_of_means": lambda: Call(1.0, 20.0, alpha=0.05, power=0.8, rho=0.4),
    "experiments.smallest_effect": lambda: Call(0.10, 9000, 1000, alpha=0.05, power=0.8),
    "experiments.smallest_effect_of_means": lambda: Call(20.0, 9000, 1000, power=0.8, rho=0.4),
    "experiments.split_check": lambda: Call(visitors(), 0.5, 0.001).but(optional="visitor_id"),
}
