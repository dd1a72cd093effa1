"""The product that a shop's strategies are tried on, with its customers of one year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, calibrated, size_of

_TABLES = {
    "products": "product_id name category",
    "stock": "product_id date demand price unit_cost",
}
_OFTEN = 20  # units a year from which on a product is sold often enough to speak of its demand


@dataclass(frozen=True)
class Product:
    """One product in round yuan, and what is asked for of it in a year.

    Attributes
    ----------
    name : str
        As in the table products.
    price : float
        The median of its days' prices, yuan.
    cost : float
        What a unit in stock had cost on the last day, yuan; not the cost at its launch.
    units : float
        Units asked for in 365 days.
    elasticity : float
        Size of the price elasticity at that price.

    Examples
    --------
    >>> Product("Phone", price=300, cost=200, units=40, elasticity=3.0).demand.customers
    160.0
    """

    name: str
    price: float
    cost: float
    units: float
    elasticity: float

    @property
    def demand(self) -> Demand:
        """The customers of one year, with a straight line of demand."""
        return calibrated(self.price, self.elasticity, self.units)


@public
def best_seller(
    data: Any, *, elasticity: float, category: str = "phones", room: float = 0.09
) -> Product:
    """Return the product of a category that sells best and leaves room for a price cut.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``products``: ``product_id``, ``name``, ``category``; ``stock``: ``product_id``, ``date``,
        ``demand``, ``price``, ``unit_cost``.
    elasticity : float
        Price elasticity of the category; the sign does not matter.
    category : str
        A category of the products.
    room : float
        The cut, a share of the price, after which the price is still above the cost.

    Returns
    -------
    Product
        Of those that are asked for at least 20 times, if there is one, the one asked for most.

    Raises
    ------
    CourseError
        No product of the category leaves that room, or a row of a table cannot be.

    References
    ----------
    The tables of the data dictionary; calibrated as in :func:`calibrated`.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"product_id": ["P1"], "name": ["Phone"], "category": ["phones"]})
    >>> stock = pd.DataFrame({"product_id": "P1", "date": pd.to_datetime(["2025-01-01"]),
    ...                       "demand": [2], "price": [300.0], "unit_cost": [200.0]})
    >>> found = best_seller({"products": goods, "stock": stock}, elasticity=3.0)
    >>> found.name, found.units, round(found.demand.best_price(found.cost))
    ('Phone', 730, 300)
    >>> best_seller({"products": goods, "stock": stock}, elasticity=3.0, room=0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No product of phones leaves room for a cut of 50 %. ...
    """
    size, share = size_of(elasticity), numbers.share("room", room)
    products, stock = frames.fetched(data, _TABLES)
    numbers.one_of("category", category, products["category"].unique())
    found = ("product_id", "date")
    checks = [rows.not_above_zero(name, *found) for name in ("price", "unit_cost")]
    rows.refuse(stock, "stock", [rows.missing("date", *found), *checks, rows.below_zero("demand")])
    goods = products[products["category"] == category].set_index("product_id")
    days = stock[stock["product_id"].isin(goods.index)].sort_values("date").groupby("product_id")
    year = days.agg(
        asked=("demand", "sum"),
        days=("demand", "size"),
        price=("price", "median"),
        cost=("unit_cost", "last"),
    )
    wide = year[(1 - share) * year["price"] > year["cost"]]
    wide = wide[wide["asked"] > 0]
    if wide.empty:
        message = _(
            "No product of {category} leaves room for a cut of {room:g} %. Take a smaller room, "
            "or another category."
        )
        raise CourseError(message.format(category=category, room=100 * share))
    often = wide[wide["asked"] >= _OFTEN]
    one = (often if len(often) else wide).sort_values("asked", kind="stable").iloc[-1]
    price, cost = round(float(one["price"])), round(float(one["cost"]))
    units = round(365 * one["asked"] / one["days"])
    name = str(goods["name"].to_dict()[one.name])
    return Product(name, price, cost, units, size)
