"""What a reorder policy for one product starts from: its demand, its lead time, its costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

HOLDING_RATE = 0.25
"""Yuan a year to hold goods of one yuan: capital, space, ageing. A planning convention."""


@dataclass(frozen=True)
class ProductInputs:
    """One product, seen by the person who reorders it.

    Attributes
    ----------
    product_id : str
        The product.
    demand : Series
        Units asked for, by day on sale.
    sold : Series
        Units sold, by day: what a shop sees that does not record demand.
    empty : Series of bool
        Days that ended with nothing on the shelf.
    lead_days : int
        From a purchase order to its due day, as usual for this product.
    margin : float
        Yuan earned with a unit: mean over the days of the price less what a unit had cost.
    holding_cost : float
        Yuan to hold a unit for a day, of its mean cost.
    order_cost : float
        Yuan a purchase order.
    """

    product_id: str
    demand: pd.Series[float]
    sold: pd.Series[float]
    empty: pd.Series[bool]
    lead_days: int
    margin: float
    holding_cost: float
    order_cost: float


@public
def product_inputs(
    data: Any, *, product_id: str, holding_rate: float = HOLDING_RATE
) -> ProductInputs:
    """Gather what a reorder policy for one product needs.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock`` (with ``unit_cost``, what a unit had cost on that day;
        :func:`ecokit.kpi.unit_cost` adds it), ``products`` (``supplier_id``), ``purchases``,
        ``suppliers`` (``order_cost``).
    product_id : str
        A product that is in stock on some day.
    holding_rate : float
        Yuan a year to hold goods of one yuan.

    Returns
    -------
    ProductInputs
        Demand and sales by day (units), lead time (days), margin, holding and order cost (yuan).

    Raises
    ------
    CourseError
        A table or column is missing, the product is not in the table stock or has no supplier,
        or the rate is not above zero.

    References
    ----------
    What a reorder policy needs: Silver, Pyke and Thomas (2017); the tables are those of the
    data dictionary.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> product_inputs(load_shop(), product_id="P999")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table stock has no product P999. Take a product_id from it.
    """
    a_year = numbers.positive("holding_rate", holding_rate)
    tables = dict(zip(_NEEDED, frames.fetched(data, _NEEDED), strict=True))
    stock = tables["stock"].set_index("product_id")
    known = isinstance(product_id, (str, int, np.integer)) and product_id in stock.index.tolist()
    if not known:
        raise CourseError(
            _("The table stock has no product {id}. Take a product_id from it.").format(
                id=numbers.shown(product_id) if not isinstance(product_id, str) else product_id
            )
        )
    rows = stock.loc[[product_id]].set_index("date").sort_index()
    products = tables["products"].set_index("product_id")
    suppliers = tables["suppliers"].set_index("supplier_id")
    supplier: Any = products["supplier_id"].get(product_id)
    if supplier not in suppliers.index:
        raise CourseError(
            _("Product {id} has no supplier in the tables products and suppliers.").format(
                id=product_id
            )
        )
    purchases = tables["purchases"]
    mine = purchases[purchases["product_id"] == product_id]
    promised = (pd.to_datetime(mine["due_on"]) - pd.to_datetime(mine["asked_on"])).dt.days
    usual = promised.median() if len(mine) else suppliers["lead_days"][supplier]
    cost = float(rows["unit_cost"].mean())
    return ProductInputs(
        product_id=product_id,
        demand=rows["demand"].astype(float),
        sold=rows["sold"].astype(float),
        empty=rows["closing"] == 0,
        lead_days=max(int(usual), 1),
        margin=float(rows["price"].mean()) - cost,
        holding_cost=cost * a_year / 365,
        order_cost=float(suppliers["order_cost"][supplier]),
    )


_NEEDED = {
    "stock": "date product_id price unit_cost demand sold closing",
    "products": "product_id supplier_id",
    "purchases": "product_id asked_on due_on",
    "suppliers": "supplier_id lead_days order_cost",
}
