"""What the page on privacy says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import privacy

if TYPE_CHECKING:
    from ecokit.shop import Shop

FINE = ("day", "region", "product_id")
"""What a neighbour knows of a purchase."""

GRAINS = {
    "day, region, product": FINE,
    "week, region, category": ("week", "region", "category"),
    "month, category": ("month", "category"),
}
"""What three copies tell of each order, from the finest to the coarsest."""

PERSONAL = [
    ("customers", "name"),
    ("customers", "telephone"),
    ("customers", "address"),
    ("customers", "birthday"),
    ("customers", "note"),
    ("orders", "visitor_id"),
    ("visits", "visitor_id"),
    ("contacts", "visitor_id"),
    ("deliveries", "city_id"),
    ("payments", "amount"),
    ("members", "visitor_id"),
    ("staff", "monthly_cost"),
]
"""Columns that tell something of a person."""


def three_columns_make_most_people_stand_alone(shop: Shop) -> bool:
    """Region, product and day together leave most people alone, and region by itself nobody."""
    told = privacy.exposure(shop, by=["region", "product_id", "day"])["share"]
    return bool(told.iloc[0] == 0 and told.iloc[-1] > 0.5)


def the_log_shows_what_rights_hide(shop: Shop) -> bool:
    """The log has an account of who left, one of nobody, and an export by night without a need."""
    found = privacy.least_privilege(shop)
    night = found[found["finding"] == "night_export"].iloc[0]
    kinds = {"left_account", "shared_account", "night_export", "unused_column"}
    over = found[found["finding"] == "right_without_need"]
    keys = ["post", "table", "column"]
    needless = (over[keys] == night[keys]).all(axis=1).any()
    return bool(kinds <= set(found["finding"]) and needless)
