"""Valid calls of decisions."""

from ecokit import decisions
from tests.sweep.shop import Call, Calls, table, tables

DRAWN = "2025-04-01"
BOTH = "decisions approvals"
CHANGES = [decisions.Change("today"), decisions.Change("at once", parallel=True)]

CALLS: Calls = {
    "decisions.add_minutes": lambda: Call(
        table("decisions"), raised_at="raised_at", decided_at="decided_at"
    ).but("*"),
    "decisions.closed_forms": lambda: Call(tables("decisions")),
    "decisions.delay_bands": lambda: Call(
        table("decisions"), edges=[1, 4], raised_at="raised_at", decided_at="decided_at"
    ).but("*"),
    "decisions.fading": lambda: Call(tables("decisions")),
    "decisions.fit_layers": lambda: Call(tables("decisions")),
    "decisions.kept_shares": lambda: Call(
        table("decisions"),
        raised_at="raised_at",
        decided_at="decided_at",
        outcome="outcome",
        potential="potential",
        effect="effect",
    ).but("*"),
    "decisions.lost_value": lambda: Call(tables("decisions"), by=["kind", "layers"]).but(skip="by"),
    "decisions.replay": lambda: Call(
        tables(BOTH), change=decisions.Change("no finance", without=("finance",))
    ).but("*"),
    "decisions.shares_by_layers": lambda: Call(40, 120, parallel=True, most=3),
    "decisions.summarise": lambda: Call(
        tables("decisions"), by=["kind", "layers"], as_of=DRAWN
    ).but(skip="by"),  # None is no group
    "decisions.waiting": lambda: Call(tables("approvals"), by="post_id", as_of=DRAWN).but(
        skip="by"
    ),
    "decisions.what_if": lambda: Call(tables(BOTH), changes=CHANGES, half_life=480),
}
