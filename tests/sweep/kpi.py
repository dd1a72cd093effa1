"""Valid calls of kpi, on tables small enough to count by hand, and on scorecards of the shop."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ecokit import kpi
from tests.kpi_tables import tiny
from tests.sweep.shop import Call, Calls, tables, whole

POST = "traffic_manager"


@cache
def cards() -> pd.DataFrame:
    """Return the scorecards of two posts in two months."""
    found: pd.DataFrame = kpi.scorecards(whole(), posts=[POST, "design_manager"])
    return found[found["month"] < pd.Timestamp("2025-03-01")].reset_index(drop=True)


def card() -> pd.DataFrame:
    """Return one scorecard."""
    found: pd.DataFrame = kpi.scorecard(cards(), POST, "2025-02")
    return found


def targets() -> pd.DataFrame:
    """Return the targets of one month."""
    found = whole().targets
    return found[found["month"] == "2025-06-01"].reset_index(drop=True)


def one_target() -> pd.DataFrame:
    """Return targets of a post that carries one KPI."""
    found = targets()
    found = found[found["kpi"] == "campaign_uv_share"]
    return found.assign(weight=1.0, month=pd.to_datetime(["2025-01-01"]).astype("datetime64[us]"))


def plain(tables: str, by: str = "month") -> Call:
    """Return the call of a measure that needs some of the tiny tables."""
    return Call({name: tiny()[name] for name in tables.split()}, by=by)


CARD = "name attainment"  # what a function passes on, or computes anew

CALLS: Calls = {
    "kpi.attainment": lambda: Call([0.5, 1.2], [1.0, 1.0], "stepped"),
    "kpi.check_weights": lambda: Call(targets()).but("plan target kpi"),
    "kpi.consistent_targets": lambda: Call(
        targets(), conversion=0.09, order_value=900.0, tolerance=0.01
    ).but("plan"),
    "kpi.conversion": lambda: plain("visits orders"),
    "kpi.declared": lambda: Call("uv").but(of=lambda found: found.id),
    "kpi.default_rule": lambda: Call("uv_completion"),
    "kpi.implied_conversion": lambda: Call(0.45, 0.55, 0.10),
    "kpi.measure": lambda: Call(
        "sales", {name: tiny()[name] for name in ("orders", "order_lines", "products")}, "category"
    ).but("products"),
    "kpi.order_value": lambda: plain("orders order_lines"),
    "kpi.orders": lambda: plain("orders"),
    "kpi.profit": lambda: plain("orders order_lines"),
    "kpi.ranking": lambda: Call(cards()),
    "kpi.reference": lambda: Call(),
    "kpi.result": lambda: Call(tables("orders order_lines staff campaigns warehouse expenses")).but(
        "*"
    ),
    "kpi.sales": lambda: plain("orders order_lines"),
    "kpi.score": lambda: Call(card(), "linear").but(CARD + " rule points"),
    "kpi.scorecard": lambda: Call(cards(), POST, "2025-02").but(CARD + " rule points"),
    "kpi.scorecards": lambda: Call(
        {"visits": tiny()["visits"], "targets": one_target()}, by="quarter", posts=[POST]
    ).but("plan"),
    "kpi.tied_targets": lambda: Call(0.45, 0.55, 0.10),
    "kpi.trend": lambda: Call(cards(), POST),
    "kpi.unit_cost": lambda: Call(
        {name: whole().tables[name].head(400) for name in ("stock", "products", "purchases")}
    ).but("*"),
    "kpi.uv": lambda: plain("visits"),
    "kpi.visits": lambda: plain("visits"),
    "kpi.what_if": lambda: Call(card(), 0.2).but(CARD),
}
