"""Who reports to whom, what it costs, and how long a decision travels (slides 3 to 8, 10 to 12).

Functions take the tables ``posts`` and ``mandates`` as pandas frames and return tables. Where
``posts`` holds several structures, name one with `structure`.

>>> from ecokit import organisation
>>> organisation.uniform_headcount(span=4, layers=3)
21.0
"""

from ecokit.organisation.approvals import (
    approval_minutes,
    approval_path,
    approval_paths,
    chance_in_time,
    decision_minutes,
    single_points,
)
from ecokit.organisation.chart import places
from ecokit.organisation.designs import Structure, design
from ecokit.organisation.measures import compare, four_questions, measure
from ecokit.organisation.posts import STRUCTURES, choose, reporting_graph, title, top
from ecokit.organisation.shape import cost, layers, mean_span, spans
from ecokit.organisation.uniform import uniform_headcount, uniform_layers, uniform_managers

__all__ = [
    "STRUCTURES",
    "Structure",
    "approval_minutes",
    "approval_path",
    "approval_paths",
    "chance_in_time",
    "choose",
    "compare",
    "cost",
    "decision_minutes",
    "design",
    "four_questions",
    "layers",
    "mean_span",
    "measure",
    "places",
    "reporting_graph",
    "single_points",
    "spans",
    "title",
    "top",
    "uniform_headcount",
    "uniform_layers",
    "uniform_managers",
]
