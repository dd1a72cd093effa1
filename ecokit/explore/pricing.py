"""The base price lab: cost, market and elasticity of one product, and the price that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ecokit import pricing as topic
from ecokit.explore.lab import Choice, Control, Lab, Slider, steps
from ecokit.messages import _
from ecokit.plots import pricing as plots
from ecokit.pricing.base import BasePrice

if TYPE_CHECKING:
    from ecokit.shop import Shop

TITLE = _("Base price lab")
PRODUCTS = 8
STOPS = (-15.0, -8.0, -6.0, -5.0, -4.0, -3.0, -2.0)
"""The elasticities of the static twin."""


class Product(NamedTuple):
    """A product of the lab; prices and cost in yuan, units of a year."""

    name: str
    price: float
    cost: float
    units: float
    store_price: float
    competitor_price: float


def lab(shop: Shop) -> Lab:
    """Return the lab; it starts with the product that sells best.

    Parameters
    ----------
    shop : Shop
        With the tables products, stock, competitor_products and competitor_prices.
    """
    chosen = products(shop)
    controls: dict[str, Control] = {
        "product": Choice(_("Product"), [(one.name, key) for key, one in chosen.items()]),
        "elasticity": Slider(_("Elasticity"), steps(-15.0, -1.1, 0.1, "{:.1f}"), -3.0),
        "cost": Slider(_("Purchase cost, % of today"), steps(80, 120), 100),
        "kept": Slider(_("Margin that must be kept, %"), steps(0, 30), 8),
        "room": Slider(_("Room above the cheapest competitor, %"), steps(0, 20), 2),
    }

    def draw(
        figure: Figure, product: str, elasticity: float, cost: int, kept: int, room: int
    ) -> str:
        figure.subplots_adjust(left=0.13, right=0.97, top=0.9, bottom=0.22)
        one = chosen[product]
        paid = one.cost * cost / 100
        told = topic.base_price(
            paid,
            one.store_price,
            one.competitor_price,
            elasticity=elasticity,
            min_margin=kept / 100,
            room=room / 100,
        )
        prices = np.linspace(0.98 * paid, 1.7 * paid, 145)
        curve = topic.profit_curve(prices, paid, elasticity, at=one.price, units=one.units)
        plots.profit_curve(curve, told, figure.add_subplot())
        return _alt(one.name, elasticity, told)

    return Lab(TITLE, controls, draw, along="elasticity", stops=STOPS, size=(7.2, 3.8))


def products(shop: Shop) -> dict[str, Product]:
    """Return the products that most is asked for in yuan, of those that others sell, too."""
    table = topic.base_prices(shop).set_index("product_id")
    stock = shop.stock.groupby("product_id").agg(
        asked=("demand", "sum"), own=("price", "median"), days=("demand", "size")
    )
    both = table.dropna(subset=["store_price", "competitor_price"]).join(stock, how="inner")
    both = both.assign(sales=both["asked"] * both["own"]).sort_values("sales", ascending=False)
    return {
        str(key): Product(
            str(row["name"]),
            float(row["own"]),
            float(row["cost"]),
            float(365 * row["asked"] / row["days"]),
            float(row["store_price"]),
            float(row["competitor_price"]),
        )
        for key, row in both.head(PRODUCTS).iterrows()
    }


def _alt(name: str, elasticity: float, told: BasePrice) -> str:
    return _(
        "{product} at an elasticity of {elasticity:.1f}: floor ¥{floor:,.0f}, ceiling "
        "¥{ceiling:,.0f}, recommended ¥{price:,.0f} with a margin of {margin:.1%}. {reason}"
    ).format(
        product=name,
        elasticity=elasticity,
        floor=told.floor,
        ceiling=told.ceiling,
        price=told.price,
        margin=told.margin,
        reason=told.reason,
    )
