"""The reorder-policy lab: a product, a reorder point, a quantity, a lead time, and what they do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import operations as topic
from ecokit.explore.controls import Choice, Slider, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import operations as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Reorder-policy lab")
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Cycle service levels on offer."""

_LISTED = 20


def lab(shop: Shop) -> Lab:
    """Return the lab: the stock path of a year, what was served, and what it cost.

    Parameters
    ----------
    shop : Shop
        With the tables stock, products, purchases and suppliers.
    """
    asked = shop.stock.groupby("product_id")["demand"].sum().nlargest(_LISTED)
    names = shop.products.set_index("product_id")["name"]
    products = [(f"{names[id_]}  ({n} units)", id_) for id_, n in asked.items()]
    controls: dict[str, Control] = {
        "product": Choice(_("Product"), products),
        "level": Slider(_("Cycle service level"), [(f"{one:.1%}", one) for one in LEVELS], 0.95),
        "days": Slider(_("Order for so many days of demand"), steps(1, 40), 10),
        "lead": Slider(_("Lead time (days)"), steps(1, 21), 5),
    }

    @lru_cache(maxsize=_LISTED)
    def inputs(product: str) -> topic.ProductInputs:
        return topic.product_inputs(shop, product_id=product)

    def draw(figure: Figure, product: str, level: float, days: int, lead: int) -> Told:
        figure.subplots_adjust(left=0.09, right=0.98, top=0.85, bottom=0.2)
        found = inputs(product)
        mean, sd = max(float(found.demand.mean()), 0.01), float(found.demand.std())
        law = topic.lead_time_demand(mean, sd, lead)
        point, quantity = topic.reorder_point(law, level), max(round(mean * days), 1)
        log = topic.replay(found.demand, point, order_quantity=quantity, lead_days=lead)
        row = log.table(found.margin, found.holding_cost, found.order_cost).iloc[0]
        told = {
            "name": names[product],
            "lead": lead,
            "quantity": quantity,
            "point": point,
            "level": level,
            "cycles": row["cycle_service_level"],
            "fill": row["fill_rate"],
            "cost": theme.yuan(row["cost"]),
        }
        ax = figure.add_subplot()
        plots.stock_path(log, pd.DatetimeIndex(found.demand.index), point, ax=ax)
        title = _(
            "Cycle service level {level:.1%}, reorder point {point:.0f}\n"
            "{cycles:.0%} of cycles and {fill:.1%} of units served; cost {cost}"
        )
        ax.set_title(title.format(**told), x=0, y=1)
        alt = _(
            "{name}, lead time {lead} days, orders of {quantity:.0f}: reorder point {point:.0f} "
            "for a cycle service level of {level:.1%}. {cycles:.0%} of the cycles lost nothing, "
            "{fill:.1%} of the units were served, the year cost {cost}."
        )
        formula = topic.fill_rate(law, point, quantity)
        economic = topic.eoq(found.order_cost, mean, found.holding_cost).quantity
        return Told(alt.format(**told), _measures(row, point, quantity, economic, formula))

    stops = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995)
    return Lab(TITLE, controls, draw, along="level", stops=stops, size=(7.2, 3.9))


def _measures(
    row: pd.Series, point: float, quantity: float, economic: float, formula: float
) -> str:
    """Return what the policy did, as a table."""
    costs = _("{lost} + {holding} + {ordering} = {cost}").format(
        lost=theme.yuan(row["lost_margin"]),
        holding=theme.yuan(row["holding"]),
        ordering=theme.yuan(row["ordering"]),
        cost=theme.yuan(row["cost"]),
    )
    rows = [
        (_("reorder point; order quantity"), f"{point:.0f}; {quantity:.0f}"),
        (_("economic order quantity"), f"{economic:.0f}"),
        (_("fill rate: formula, replay"), f"{formula:.1%}, {row['fill_rate']:.1%}"),
        (_("cycles without a lost unit"), f"{row['cycle_service_level']:.0%}"),
        (_("orders; mean stock"), f"{row['orders']:.0f}; {row['mean_stock']:.1f}"),
        (_("cost: margin lost + holding + ordering"), costs),
    ]
    return table([], rows)
