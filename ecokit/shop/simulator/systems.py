"""The systems that the company works with: what they cost, who runs them, what was promised.

What they cost beside their price differs from company to company, and grows with the root of its
size; it is part of no other table.
"""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import NOTHING, Coded, Columns, Floats
from ecokit.shop.simulator.carriage import names
from ecokit.shop.simulator.world import World

COST_LUCK = 0.12  # spread of costs from company to company, in logs
WHOLE = ("answer_minutes", "mend_minutes", "alternatives", "exit_days")


def ids() -> tuple[str, ...]:
    """Return the keys of the systems.

    Examples
    --------
    >>> ids()[0], len(ids())
    ('S01', 12)
    """
    return names("systems", "system_id")


def systems(world: World) -> Columns:
    """Rows of the table of systems."""
    rows = read("systems")
    number = np.arange(len(rows))

    def text(name: str) -> Coded:
        filled = [row[name] != "" for row in rows]
        return Coded(np.where(filled, number, NOTHING), tuple(row[name] for row in rows))

    def cost(name: str) -> Floats:
        usual = np.array([float(row[name]) for row in rows])
        luck = np.exp(COST_LUCK * world.company.normal(f"system.{name}", number))
        return np.asarray(10 * np.ceil(usual * luck * np.sqrt(world.size) / 10))

    worded = ("system_id", "name", "name_zh", "kind", "provider", "contact", "asked", "hours")
    return {
        **{name: text(name) for name in (*worded, "escalation")},
        **{name: np.array([row[name] == "true" for row in rows]) for name in ("outsourced",)},
        **{name: cost(name) for name in ("monthly_cost", "other_cost")},
        "promised": np.array([float(row["promised"]) for row in rows]),
        **{name: np.array([int(row[name]) for row in rows]) for name in WHOLE},
        "export": np.array([row["export"] == "true" for row in rows]),
    }
