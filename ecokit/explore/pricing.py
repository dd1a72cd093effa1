"""The base price lab: cost, market and elasticity of one product, and the price that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets as widgets
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ecokit import pricing as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import pricing as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from ecokit.shop import Shop

TITLE = _("Base price lab")
SIZE = (7.2, 3.8)
PRODUCTS = 8
STEPS = (-2.0, -3.0, -4.0, -5.0, -6.0, -8.0, -15.0)
"""The elasticities of the static twin."""


class Product(NamedTuple):
    """A product of the lab; prices and cost in yuan, units of a year; nan: nobody else sells it."""

    name: str
    price: float
    cost: float
    units: float
    store_price: float
    competitor_price: float


class Setting(NamedTuple):
    """What the sliders say: the elasticity, and per cent of the cost or of the price."""

    elasticity: float = -3.0
    cost: float = 100.0
    kept: float = 8.0
    room: float = 2.0


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab.

    Parameters
    ----------
    shop : Shop
        With the tables products, stock, purchases, competitor_products and competitor_prices.
    """
    chosen = products(shop)
    product = widgets.Dropdown(
        options=[(one.name, key) for key, one in chosen.items()], description=_("Product")
    )
    start = Setting()
    elasticity = widgets.FloatSlider(
        start.elasticity,
        min=-15.0,
        max=-1.1,
        step=0.1,
        readout_format=".1f",
        description=_("Elasticity"),
    )
    cost = widgets.IntSlider(round(start.cost), 80, 120, description=_("Purchase cost, % of today"))
    kept = widgets.IntSlider(round(start.kept), 0, 30, description=_("Margin that must be kept, %"))
    room = widgets.IntSlider(
        round(start.room), 0, 20, description=_("Room above the cheapest competitor, %")
    )

    def draw(figure: Figure) -> str:
        setting = Setting(elasticity.value, cost.value, kept.value, room.value)
        return _draw(figure, chosen[product.value], setting)

    picture = Picture(draw, SIZE)
    controls = [product, elasticity, cost, kept, room]
    for control in controls:
        control.observe(picture.redraw, "value")
    return app(controls, [picture], TITLE)


def frames(shop: Shop) -> Frames:
    """Return the static twin: the product that sells best, by its elasticity."""
    product = next(iter(products(shop).values()))

    def frame(elasticity: float) -> Frame:
        figure = Figure(figsize=SIZE)
        alt = _draw(figure, product, Setting(elasticity))
        return Frame(f"{elasticity:g}", figure, alt)

    return Frames(TITLE, _("Elasticity"), [frame(elasticity) for elasticity in STEPS])


def products(shop: Shop) -> dict[str, Product]:
    """Return the products that most is asked for in yuan, of those that others sell, too."""
    table = topic.base_prices(
        shop.products, shop.competitor_products, shop.competitor_prices, shop.purchases
    ).set_index("product_id")
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


def _compute(product: Product, setting: Setting) -> tuple[pd.DataFrame, topic.BasePrice]:
    """Return the curve of profit of a product, and its recommended price."""
    cost = product.cost * setting.cost / 100
    told = topic.base_price(
        cost,
        product.store_price,
        product.competitor_price,
        elasticity=setting.elasticity,
        min_margin=setting.kept / 100,
        room=setting.room / 100,
    )
    prices = np.linspace(0.98 * cost, 1.7 * cost, 145).tolist()
    curve = topic.profit_curve(
        prices, cost, setting.elasticity, at=product.price, units=product.units
    )
    return curve, told


def _draw(figure: Figure, product: Product, setting: Setting) -> str:
    theme.use()
    figure.subplots_adjust(left=0.13, right=0.97, top=0.9, bottom=0.22)
    curve, told = _compute(product, setting)
    plots.profit_curve(curve, told, figure.add_subplot())
    return _(
        "{product} at an elasticity of {elasticity:.1f}: floor ¥{floor:,.0f}, ceiling "
        "¥{ceiling:,.0f}, recommended ¥{price:,.0f} with a margin of {margin:.1%}. {reason}"
    ).format(
        product=product.name,
        elasticity=setting.elasticity,
        floor=told.floor,
        ceiling=told.ceiling,
        price=told.price,
        margin=told.margin,
        reason=told.reason,
    )
