"""Valid calls of privacy."""

from __future__ import annotations

import pandas as pd

from tests.sweep.quality import DAY, known, left, lines, orders
from tests.sweep.shop import Call, Calls

KEY = "a key of the sweep"


def products() -> pd.DataFrame:
    """Return the products."""
    categories = ["phones", "audio", "audio"]
    return pd.DataFrame({"product_id": ["P1", "P2", "P3"], "category": categories})


def once() -> dict[str, pd.DataFrame]:
    """Return orders, lines that stand there once, and products."""
    return {"orders": orders(), "order_lines": lines().head(-1), "products": products()}


def rights() -> pd.DataFrame:
    """Return rights of two posts."""
    return pd.DataFrame(
        {
            "post": ["guide", "guide", "designer", "designer"],
            "table": "customers",
            "column": ["telephone", "birthday"] * 2,
            "may": ["full", "full", "full", "masked"],
            "needs": ["full", "masked", "masked", "full"],
        }
    )


def log() -> pd.DataFrame:
    """Return what was looked at: by the guide, by her after she left, by nobody, by night."""
    who = ["guide 1", "guide 1", "guide 0", "designer 1", "designer 1"]
    hours = [10, 24 * 9 + 11, 34, 26.6, 38]
    return pd.DataFrame(
        {
            "at": [DAY + pd.Timedelta(hours=hour) for hour in hours],
            "who": who,
            "post": [one.split()[0] for one in who],
            "table": "customers",
            "column": "telephone",
            "rows": [1, 2, 3, 4_800, 5],
        }
    )


def staff() -> pd.DataFrame:
    """Return who worked when."""
    return pd.DataFrame(
        {
            "staff_id": ["S1", "S2"],
            "post_id": ["guide", "designer"],
            "hired_on": pd.Timestamp("2024-01-01"),
            "left_on": [DAY + pd.Timedelta(days=5), pd.NaT],
        }
    )


CALLS: Calls = {
    "privacy.access_matrix": lambda: Call({"access": rights()}, personal=["customers"]).but(
        skip="personal"
    ),
    "privacy.least_privilege": lambda: Call(
        {"access": rights(), "access_log": log(), "staff": staff()},
        night=(0.0, 6.0),
        many=500,
        as_of="2025-03-20",
        days=365,
    ).but("staff", skip="night"),
    "privacy.masked": lambda: Call(["13812345678", None], "telephone"),
    "privacy.pseudonyms": lambda: Call([7, 7, None], key=KEY, column="visitor_id"),
    "privacy.pseudonymised": lambda: Call(
        {"orders": orders()}, key=KEY, ids=["visitor_id"], drop=["region"], until="2026-01-31"
    ).but("*", skip="ids drop"),
    "privacy.traces": lambda: Call(once(), by=["week", "region", "category"]).but(skip="by"),
    "privacy.small_cells": lambda: Call(once(), by=["day", "region", "product_id"], least=3).but(
        "products", skip="by"
    ),
    "privacy.exposure": lambda: Call(once(), by=["region", "week", "category"], least=2).but(
        "products", skip="by"
    ),
    "privacy.reidentified": lambda: Call(left(), known(), on=["day", "region"]).but(skip="on"),
    "privacy.report_hours": lambda: Call(
        2_000_000, critical=False, avoided=True, crime=True, seen_at="2025-11-20 09:00"
    ),
}
