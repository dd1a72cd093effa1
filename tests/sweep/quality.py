"""Valid calls of data quality."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tests.sweep.shop import Call, Calls

DAY = pd.Timestamp("2025-03-03")


@cache
def orders() -> pd.DataFrame:
    """Return orders of a fortnight, one of them twice."""
    rng = np.random.default_rng(5)
    n = 60
    placed = DAY + pd.to_timedelta(rng.integers(0, 14 * 24, n), "h")
    table = pd.DataFrame(
        {
            "order_id": range(1, n + 1),
            "visit_id": range(101, 101 + n),
            "visitor_id": rng.integers(1, 25, n),
            "placed_at": placed,
            "region": rng.choice(["north", "south"], n),
        }
    )
    return table.drop(index=[7, 30]).reset_index(drop=True)


@cache
def lines() -> pd.DataFrame:
    """Return their lines, of three products."""
    rng = np.random.default_rng(6)
    table = orders()[["order_id"]].assign(line=1, product_id="P1", quantity=1, unit_price=100.0)
    table["product_id"] = rng.choice(["P1", "P2", "P3"], len(table))
    table.loc[3, "unit_price"] = -5.0
    table.loc[4, "quantity"] = 0
    return pd.concat([table, table.iloc[[9]]], ignore_index=True)


def both() -> dict[str, pd.DataFrame]:
    """Return orders and lines."""
    return {"orders": orders(), "order_lines": lines()}


def words() -> pd.DataFrame:
    """Return a table without rules that has some odd cells."""
    n = 60
    table = pd.DataFrame(
        {
            "size": [f"{12 + n % 3} oz" for n in range(n)],
            "city": ["Bend", "Gary", "Reno"] * 20,
            "state": ["OR", "IN", "NV"] * 20,
            "price": [10.0 + n % 7 for n in range(n)],
        }
    )
    table.loc[4, ["city", "state"]] = ["Gary IN", None]
    table.loc[6, "state"] = "NV"
    table.loc[9, "price"] = 5_000.0
    return table


def left() -> pd.DataFrame:
    """Return what people left in the copy."""
    return pd.DataFrame(
        {
            "visitor_id": ["a", "b", "b", "c"],
            "day": [1, 1, 2, 2],
            "region": ["north", "north", "south", "south"],
        }
    )


def known() -> pd.DataFrame:
    """Return what is known of two of them."""
    return pd.DataFrame(
        {
            "who": ["Li", "Li", "Wu"],
            "day": [1, 2, 1],
            "region": ["north", "south", "north"],
            "answer": ["b", "b", "a"],
        }
    )


def planted() -> pd.DataFrame:
    """Return the faults that stand in these orders and lines."""
    return pd.DataFrame(
        {
            "table": ["faulty_orders", "faulty_lines", "faulty_lines"],
            "row": ["8", "4-1", "5-1"],
            "column": ["", "unit_price", "quantity"],
            "kind": ["completeness", "validity", "validity"],
            "right": ["there", "5.0", "1"],
        }
    )


CALLS: Calls = {
    "quality.shop_rules": lambda: Call(slow=60.0, dear=2.0),
    "quality.findings": lambda: Call(both(), running=["orders", "order_lines"], strict=True).but(
        "*", skip="running"
    ),
    "quality.check_tables": lambda: Call(
        both(), running=["orders"], strict=True, as_of="2025-03-20", hours=24.0
    ).but("*", skip="running"),
    "quality.faulty_month": lambda: Call(
        {"faulty_orders": orders(), "faulty_lines": lines(), "planted": planted()}
    ).but("*", of=lambda month: month.planted),
    "quality.play_readers": lambda: Call(30, first=0.6, second=0.5, alike=0.2, rounds=3, seed=2),
    "quality.fresh": lambda: Call(
        {"orders": orders()[["placed_at"]]}, as_of="2025-03-20", hours=24.0
    ),
    "quality.told_right": lambda: Call(
        left(), known().rename(columns={"answer": "visitor_id"}), on=["visitor_id", "day"]
    ).but("region who", skip="on"),
    "quality.unfound": lambda: Call(40, 30, 12, independent=True, confidence=0.9),
    "quality.upper_bound": lambda: Call(300, seen=2, confidence=0.9),
    "quality.odd_cells": lambda: Call(words(), usual=0.9, contrast=0.2).but("*"),
}
