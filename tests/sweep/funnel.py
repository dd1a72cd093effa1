"""Valid calls of the funnel."""

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit import funnel
from ecokit.inputs import frames
from tests.sweep.shop import Call, Calls, table, tables

PATHS = pd.DataFrame(
    {
        "path": ["search > email > direct", "email", "search > search", "direct"],
        "days": ["9 > 3 > 0", "0", "2 > 1", "0"],
        "conversions": [10, 2, 0, 5],
        "unconverted": [90, 8, 40, 20],
    }
)
MEMBERS = pd.DataFrame(
    {
        "member_id": range(1, 7),
        "joined_on": pd.to_datetime(["2025-01-05"] * 4 + ["2025-02-28"] * 2),
        "ended_on": pd.to_datetime(pd.Series(["2025-02-05", None, "2025-04-05"] * 2)),
    }
)
MONTHS = pd.DataFrame({"period": range(4), "left": [0, 30, 12, 6], "staying": [4, 5, 6, 40]})
HALVES = ("desktop", "phone")
VISITS = "visit_id visitor_id started_at channel_id dwell_seconds reached device load_seconds"
ORDERS = "order_id visit_id visitor_id placed_at paid_at"


def with_steps() -> dict[str, Any]:
    """Return visits and orders of the small shop with a step, a device and a speed."""
    visits = table("visits")
    number = visits["visit_id"]
    ordered = number.isin(table("orders")["visit_id"])
    reached = number.mod(4).map(dict(enumerate(funnel.STEPS[:4])))
    made = visits.assign(
        reached=reached.where(~ordered, "order"),
        device=number.mod(3).gt(0).map(dict(enumerate(HALVES))),
        load_seconds=number.mod(50) / 10,
    )
    return {"visits": made[VISITS.split()], "orders": table("orders")[ORDERS.split()]}


def with_test(names: str = "tests assignments visits orders returns") -> dict[str, Any]:
    """Return a test of eight weeks among the visitors of the small shop."""
    first = table("visits").sort_values("started_at").drop_duplicates("visitor_id")
    start, end = pd.Timestamp("2025-02-03"), pd.Timestamp("2025-03-30")
    who = first[first["started_at"].between(start, end)]
    assigned = {"test_id": "E1", "visitor_id": who["visitor_id"], "assigned_at": who["started_at"]}
    arm = who["visitor_id"].mod(2).map({0: "A", 1: "B"})
    visits = "visit_id visitor_id started_at dwell_seconds"
    made = {
        "tests": pd.DataFrame({"test_id": ["E1"], "start_on": start, "end_on": end, "looks": 4}),
        "assignments": pd.DataFrame({**assigned, "arm": arm}),
        "visits": table("visits")[visits.split()],
        "orders": table("orders")[["order_id", "visitor_id", "placed_at"]],
        "returns": table("returns")[["order_id"]].drop_duplicates(),
    }
    kept = {name: made[name] for name in names.split()}
    if "visits" in kept:
        kept["tests"] = kept["tests"].drop(columns="looks")
    return kept


def counts(device: int) -> pd.DataFrame:
    """Return the visits and orders of two devices in a month."""
    return pd.DataFrame({"device": HALVES, "started": [800, 200][::device], "came": [80, 4]})


def in_order(found: Any) -> Any:
    """Return the table of visits, sorted: an engine keeps no order of rows."""
    return frames.sorted_native(nw.from_native(found["visits"]), ["visit_id"])


CALLS: Calls = {
    "funnel.attribution": lambda: Call(
        PATHS,
        rules=funnel.RULES,
        path="path",
        conversions="conversions",
        unconverted="unconverted",
        days="days",
        separator=" > ",
    ).but(skip="rules"),  # None is all rules
    "funnel.cleaned": lambda: Call(with_steps(), visits=5, seconds=400.0).but(
        "channel_id visit_id reached device load_seconds", of=in_order
    ),
    "funnel.coalitions": lambda: Call(PATHS),
    "funnel.cohorts": lambda: Call(tables("orders"), period="month"),
    "funnel.leaks": lambda: Call(with_steps() | tables("channels"), by=["device", "kind"]).but(
        "orders channels", skip="by"
    ),
    "funnel.member_periods": lambda: Call({"members": MEMBERS}, as_of="2025-04-10"),
    "funnel.mix_and_rate": lambda: Call(counts(1), counts(-1), group="device"),
    "funnel.order_values": lambda: Call(tables("orders order_lines"), by="month", tail=0.2),
    "funnel.paths": lambda: Call(
        with_steps(), lookback_days=14, start="2025-01-10", end="2025-03-20", touch="channel_id"
    ),
    "funnel.removal_effects": lambda: Call(PATHS, converted_only=False),
    "funnel.second_order": lambda: Call(tables("orders"), by="month", days=[10, 30, 60]),
    "funnel.shapley": lambda: Call({"A": 3, "B": 2, ("A", "B"): 9}),
    "funnel.staying": lambda: Call(MONTHS),
    "funnel.steps": lambda: Call(with_steps(), by=["month", "device"]).but("orders"),
    "funnel.survival": lambda: Call(0.7, 1.2, 4),
    "funnel.suspects": lambda: Call(with_steps(), visits=5, seconds=400.0),
    "funnel.transitions": lambda: Call(PATHS),
    "funnel.trial": lambda: Call(with_test(), "E1", before_days=30),
    "funnel.trial_looks": lambda: Call(with_test("tests assignments orders"), "E1"),
    "funnel.with_kinds": lambda: Call(with_steps(), speed=(1.0, 2.0)).but(
        "orders load_seconds visit_id channel_id dwell_seconds reached device", of=in_order
    ),
}
