"""A small shop of the bundled company's rows, whose tables agree, and what a call is written with.

>>> list(tables("stock products"))
['stock', 'products']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from ecokit import load_shop
from ecokit.shop.made_systems import example
from ecokit.shop.schema import schemas

SPRING = pd.Timestamp("2025-04-01")
CATEGORIES = ("phones", "audio", "accessories")
DATED = {
    "visits": "started_at",
    "orders": "placed_at",
    "stock": "date",
    "purchases": "asked_on",
    "roster": "date",
    "decisions": "raised_at",
}


class Call:
    """A call that gives a value: the arguments, as they are written.

    Parameters
    ----------
    *args, **kwargs
        The arguments; tables as pandas, in a mapping where the function takes tables by name.

    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs
        self.optional: frozenset[str] = frozenset()
        self.skip: frozenset[str] = frozenset()
        self.of: Callable[[Any], Any] = lambda found: found

    def but(
        self, optional: str = "", *, skip: str = "", of: Callable[[Any], Any] | None = None
    ) -> Call:
        """Return the call with what the sweep should know of it.

        Parameters
        ----------
        optional
            Tables and columns without which the answer is another one, and no error; ``*`` is all.
        skip
            Arguments that the sweep leaves as they are.
        of
            Makes the value to compare from what the function returned.
        """
        self.optional, self.skip = frozenset(optional.split()), frozenset(skip.split())
        self.of = of or self.of
        return self

    def can_lack(self, name: str) -> bool:
        """Say whether a table or a column is optional."""
        return bool(self.optional & {name, "*"})


Calls = Mapping[str, Callable[[], Call]]
"""A call a public function, made when it is needed: the shop is not read before."""


@cache
def whole() -> Any:
    """Return the bundled company."""
    return load_shop()


@cache
def small() -> dict[str, pd.DataFrame]:
    """Return a quarter of some products of the bundled company, and what belongs to them."""
    shop = whole()
    units = shop.order_lines.groupby("product_id")["quantity"].sum()
    goods = shop.products[shop.products["category"].isin(CATEGORIES)]
    goods = goods.assign(units=goods["product_id"].map(units)).sort_values("units")
    tested = shop.products["product_id"].isin(shop.price_tests["product_id"])
    kept = goods.groupby("category").tail(2).index.union(shop.products.index[tested])
    cut = {"products": shop.products.loc[kept]}
    ours = shop.order_lines["product_id"].isin(cut["products"]["product_id"])
    others = shop.order_lines.loc[~ours, "order_id"]
    sold = shop.orders[shop.orders["placed_at"] < SPRING]
    cut["orders"] = sold[~sold["order_id"].isin(others)].iloc[::4]
    seen = shop.visits["visit_id"].isin(cut["orders"]["visit_id"])
    cut["visits"] = shop.visits[seen | (shop.visits["visitor_id"] % 200 == 0)]
    for name in schemas():
        rows = cut.get(name, shop[name])
        if name in DATED:
            rows = rows[rows[DATED[name]] < SPRING]
        for key in schemas()[name].foreign_keys:
            if key.table in cut and key.table != name:
                known = rows[list(key.fields)].isna().any(axis=1)
                there = cut[key.table].set_index(list(key.reference)).index
                known |= rows.set_index(list(key.fields)).index.isin(there)
                rows = rows[known]
        cut[name] = rows.reset_index(drop=True)
    return {name: cut[name] for name in schemas()}


def tables(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of the small shop by name."""
    return {name: small()[name] for name in names.split()}


def table(name: str) -> pd.DataFrame:
    """Return one table of the small shop."""
    return small()[name]


def made_systems(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of a small made-up company's systems."""
    made = example()
    return {name: made[name] for name in names.split()}
