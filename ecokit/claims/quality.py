"""What the page on data quality says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import quality

if TYPE_CHECKING:
    from ecokit.shop import Shop

SMALL = ("orders", "order_lines")
"""The copies that are quick to check."""


def the_true_month_has_no_finding(shop: Shop) -> bool:
    """In the true orders of September, and their lines, the same rules find nothing."""
    orders = shop.orders[shop.orders["placed_at"].dt.month == 9].reset_index(drop=True)
    lines = shop.order_lines[shop.order_lines["order_id"].isin(orders["order_id"])]
    tables = {"orders": orders, "order_lines": lines, "products": shop.products}
    return bool(
        quality.findings(tables, rules=quality.shop_rules(), running=list(SMALL)).empty
        and len(orders) > 0
    )


def the_package_alone_misses_faults(shop: Shop) -> bool:
    """With rules of our own more of the planted faults are found than with those of the package."""
    month = quality.faulty_month(shop)
    tables = {name: table for name, table in month.tables.items() if name != "visits"}
    planted = month.planted[month.planted["table"].isin(SMALL)]
    few, more = (
        quality.told_right(quality.findings(tables, **how), planted).found
        for how in ({}, {"rules": quality.shop_rules(), "running": list(SMALL)})
    )
    return bool(few < more)


def visits_stop_and_orders_go_on(shop: Shop) -> bool:
    """The copy of visits is more than a day older than that of orders."""
    tables = quality.faulty_month(shop).tables
    ages = quality.fresh({name: tables[name] for name in ("orders", "visits")})
    late = ages.set_index("table")["late"]
    return bool(late["visits"] and not late["orders"])


def readers_who_look_alike_leave_more(shop: Shop) -> bool:
    """Where the second reader looks as the first does, the estimate is too low by a quarter."""
    faults = len(quality.faulty_month(shop).planted)
    alone, alike = (
        quality.play_readers(faults, first=0.6, second=0.5, alike=share, rounds=200, seed=1)[
            "chapman"
        ].mean()
        for share in (0.0, 0.6)
    )
    return bool(abs(alone - faults) < 0.02 * faults and alike < 0.75 * faults)


def faults_make_the_month_look_better(shop: Shop) -> bool:
    """By the copy more visits end in an order than by the true tables."""
    tables = quality.faulty_month(shop).tables
    seen = len(tables["orders"]) / len(tables["visits"])
    month = pd.Period(tables["orders"]["placed_at"].min(), "M")
    true = [
        (table[at].dt.to_period("M") == month).sum()
        for table, at in ((shop.orders, "placed_at"), (shop.visits, "started_at"))
    ]
    return bool(seen > true[0] / true[1])
