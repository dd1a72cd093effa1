"""The reorder-policy lab: a product, a reorder point, a quantity, a lead time, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets
import pandas as pd

from ecokit import operations as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import operations as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Reorder-policy lab")
SIZE = (7.2, 3.9)
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Cycle service levels on offer."""

_LISTED = 20


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab: the stock path of a year, what was served, and what it cost.

    Parameters
    ----------
    shop : Shop
        With the tables stock, products, purchases and suppliers.
    """
    asked = shop.stock.groupby("product_id")["demand"].sum().nlargest(_LISTED)
    names = shop.products.set_index("product_id")["name"]
    product = widgets.Dropdown(
        options=[(f"{names[id_]}  ({n} units)", id_) for id_, n in asked.items()],
        description=_("Product"),
    )
    level = widgets.SelectionSlider(
        options=[(f"{share:.1%}", share) for share in LEVELS],
        value=0.95,
        description=_("Cycle service level"),
    )
    days = widgets.IntSlider(10, 1, 40, description=_("Order for so many days of demand"))
    lead = widgets.IntSlider(3, 1, 21, description=_("Lead time (days)"))
    words = widgets.HTML()
    cache: dict[str, topic.ProductInputs] = {}

    def inputs() -> topic.ProductInputs:
        if product.value not in cache:
            cache[product.value] = topic.product_inputs(shop, product_id=product.value)
        return cache[product.value]

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(left=0.09, right=0.98, top=0.89, bottom=0.2)
        found = inputs()
        point, quantity = _policy(found, level.value, days.value, lead.value)
        log = topic.replay(found.demand, point, order_quantity=quantity, lead_days=lead.value)
        index = pd.DatetimeIndex(found.demand.index)
        ax = figure.add_subplot()
        plots.stock_path(log, index, point, ax)
        finding = str(ax.get_title(loc="left"))
        ax.set_title(finding, y=1)  # a fixed place: searching for one costs as much as drawing
        words.value = _table(found, log, point, quantity, lead.value)
        return finding

    picture = Picture(draw, SIZE)
    for control in (product, level, days, lead):
        control.observe(picture.redraw, "value")
    return app([product, level, days, lead], [picture, words], TITLE)


def frames(shop: Shop) -> Frames:
    """Return the static twin: one product, and seven cycle service levels."""
    asked = shop.stock.groupby("product_id")["demand"].sum()
    found = topic.product_inputs(shop, product_id=str(asked.idxmax()))
    name = shop.products.set_index("product_id")["name"][found.product_id]
    lead, days = 5, 10

    def frame(level: float) -> Frame:
        point, quantity = _policy(found, level, days, lead)
        log = topic.replay(found.demand, point, order_quantity=quantity, lead_days=lead)
        row = log.table(found.margin, found.holding_cost, found.order_cost).iloc[0]
        told = _(
            "{name}, lead time {lead} days, orders of {quantity:.0f}: reorder point {point:.0f} "
            "for a cycle service level of {level:.1%}. {cycles:.0%} of the cycles lost nothing, "
            "{fill:.1%} of the units were served, the year cost {cost}."
        ).format(
            name=name,
            lead=lead,
            quantity=quantity,
            point=point,
            level=level,
            cycles=row["cycle_service_level"],
            fill=row["fill_rate"],
            cost=theme.yuan(row["cost"]),
        )

        def draw() -> Figure:
            figure, ax = theme.figure(*SIZE)
            plots.stock_path(log, pd.DatetimeIndex(found.demand.index), point, ax)
            first = _("Cycle service level {level:.1%}, reorder point {point:.0f}").format(
                level=level, point=point
            )
            second = _("{cycles:.0%} of cycles and {fill:.1%} of units served; cost {cost}").format(
                cycles=row["cycle_service_level"],
                fill=row["fill_rate"],
                cost=theme.yuan(row["cost"]),
            )
            ax.set_title(f"{first}\n{second}")
            return figure

        return Frame(f"{level:.1%}", draw, told)

    chosen = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995)
    return Frames(TITLE, _("Cycle service level"), [frame(level) for level in chosen])


def _policy(found: topic.ProductInputs, level: float, days: int, lead: int) -> tuple[float, float]:
    """Return the reorder point and the order quantity."""
    mean, sd = float(found.demand.mean()), float(found.demand.std())
    law = topic.lead_time_demand(max(mean, 0.01), sd, lead)
    return topic.reorder_point(law, level), max(round(mean * days), 1)


def _table(
    found: topic.ProductInputs, log: topic.Replay, point: float, quantity: float, lead: int
) -> str:
    row = log.table(found.margin, found.holding_cost, found.order_cost).iloc[0]
    mean, sd = max(float(found.demand.mean()), 0.01), float(found.demand.std())
    law = topic.lead_time_demand(mean, sd, lead)
    best = topic.eoq(found.order_cost, mean, found.holding_cost).quantity
    lines = [
        (_("reorder point; order quantity"), f"{point:.0f}; {quantity:.0f}"),
        (_("economic order quantity"), f"{best:.0f}"),
        (_("fill rate: formula, replay"),
         f"{topic.fill_rate(law, point, quantity):.1%}, {row['fill_rate']:.1%}"),
        (_("cycles without a lost unit"), f"{row['cycle_service_level']:.0%}"),
        (_("orders; mean stock"), f"{row['orders']:.0f}; {row['mean_stock']:.1f}"),
        (_("cost: margin lost + holding + ordering"),
         f"{theme.yuan(row['lost_margin'])} + {theme.yuan(row['holding'])} + "
         f"{theme.yuan(row['ordering'])} = {theme.yuan(row['cost'])}"),
    ]  # fmt: skip
    cells = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in lines)
    return f'<table class="ecokit-table">{cells}</table>'
