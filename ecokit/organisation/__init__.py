"""Who reports to whom, what it costs, and how long a decision travels (slides 3 to 8, 10 to 12).

Functions take a shop, or the tables ``posts`` and ``mandates`` by name, of any engine, and return
tables of the same kind. Where ``posts`` holds several structures, name one with `structure`.

>>> from ecokit import organisation
>>> organisation.uniform_headcount(span=4, layers=3)
21.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "approvals": [
            "approval_minutes",
            "approval_path",
            "approval_paths",
            "chance_in_time",
            "single_points",
            "stakes",
        ],
        "chart": ["places"],
        "designs": ["Structure", "design"],
        "measures": ["compare", "four_questions", "measure"],
        "posts": ["STRUCTURES", "choose", "reporting_graph", "title", "top"],
        "shape": ["cost", "layers", "mean_span", "spans"],
        "uniform": ["uniform_headcount", "uniform_layers", "uniform_managers"],
    },
)
