"""Valid calls of organisation."""

from ecokit import organisation
from tests.sweep.shop import Call, Calls, table, tables

OURS = "three_forces"
GROUPED = "department department_zh unit unit_zh title title_zh"
DEFAULTS = "structure sourcing headcount working_time held_with monthly_cost"
# a table without them can be read, as can mandates without limits
LIMITS = "limit beyond high_limit high_beyond"
PART = "working_time held_with"  # without them everybody works full time in one post
BOTH = "posts mandates"
FOUR = "posts mandates journey channels products"

CALLS: Calls = {
    "organisation.approval_minutes": lambda: Call(tables("decisions approvals"), kind="product"),
    "organisation.approval_path": lambda: Call(
        tables("posts"),
        raised_by="traffic_specialist",
        decided_by="finance",
        structure=OURS,
    ),
    "organisation.approval_paths": lambda: Call(tables(BOTH), structure=OURS, at_stake=2000).but(
        LIMITS
    ),
    "organisation.chance_in_time": lambda: Call(2, 60, window_minutes=90),
    "organisation.choose": lambda: Call(table("posts"), structure=OURS).but("*"),
    "organisation.compare": lambda: Call(
        tables(BOTH), minutes_per_approval=45, window_minutes=90, at_stake=[500, 2000]
    ).but(f"{PART} {LIMITS}"),
    "organisation.cost": lambda: Call(tables("posts"), by=["unit", "sourcing"], structure=OURS).but(
        PART
    ),
    "organisation.design": lambda: Call(
        tables(BOTH),
        structure="seven_departments",
        name="mine",
        merge={"d_finance_manager": "d_general_manager"},
        outsource=["Technology department"],
        outsourced_rate=0.9,
        most_layers=4,
        widest_span=6,
        leader_premium=0.1,
        decides={"campaign": "d_marketing_manager"},
    ).but(f"{DEFAULTS} {GROUPED} {LIMITS}", skip="outsource"),  # None is nothing
    "organisation.four_questions": lambda: Call(
        tables(FOUR), minutes_per_approval=45, at_stake=900, structure=OURS
    ).but(PART),
    "organisation.layers": lambda: Call(tables("posts"), structure=OURS),
    "organisation.mean_span": lambda: Call(tables("posts"), structure=OURS).but(DEFAULTS),
    "organisation.measure": lambda: Call(
        tables(BOTH), minutes_per_approval=45, window_minutes=90, at_stake=2000, structure=OURS
    ).but(f"{PART} {LIMITS}"),
    "organisation.places": lambda: Call(tables("posts"), structure=OURS).but(
        f"{DEFAULTS} {GROUPED}"
    ),
    "organisation.reporting_graph": lambda: Call(tables("posts"), structure=OURS).but(
        f"{DEFAULTS} {GROUPED}", of=lambda graph: [list(edge) for edge in graph.edges]
    ),
    "organisation.single_points": lambda: Call(tables(BOTH), structure=OURS).but(DEFAULTS),
    "organisation.spans": lambda: Call(tables("posts"), structure=OURS).but(DEFAULTS),
    "organisation.stakes": lambda: Call(tables("decisions"), kind="campaign"),
    "organisation.title": lambda: Call(OURS),
    "organisation.top": lambda: Call(organisation.reporting_graph(tables("posts"), structure=OURS)),
    "organisation.uniform_headcount": lambda: Call(4, 3),
    "organisation.uniform_layers": lambda: Call(1000, 8),
    "organisation.uniform_managers": lambda: Call(5461, 4),
}
