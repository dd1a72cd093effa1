"""How long decisions take, what a layer of approval costs, and what being late loses.

Functions take a shop, or the tables ``decisions`` and ``approvals`` by name, of any engine, and
return tables of the same kind. Times are minutes, money is yuan, shares are fractions 0 to 1.

>>> from ecokit import decisions
>>> round(decisions.DecisionTime.of(layers=3, minutes=40).cdf(120), 3)
0.577
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "changes": ["Change", "replay", "what_if"],
        "curves": ["closed_forms", "kept_shares", "shares_by_layers"],
        "fit": ["fit_layers"],
        "paths": ["DecisionTime"],
        "times": ["add_minutes", "summarise", "waiting"],
        "value": ["delay_bands", "fading", "lost_value"],
    },
)
