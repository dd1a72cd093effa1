"""The lab of capacity: which orders are paid, from the first month on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import capacity as topic
from ecokit.explore.lab import Lab, Slider, steps
from ecokit.messages import _
from ecokit.plots import capacity as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop


# Write here: the lab of this topic. Two to four controls are enough.
def lab(shop: Shop) -> Lab:
    """Return the lab: one control, the months that are counted.

    Parameters
    ----------
    shop : Shop
        With the table orders.
    """
    orders = shop.orders
    month = orders["placed_at"].dt.to_period("M").rank(method="dense")

    def draw(figure: Figure, months: int) -> str:
        table = topic.payment({"orders": orders[month <= months]}, by="region")
        ax = figure.subplots()
        figure.subplots_adjust(left=0.18, bottom=0.16)
        plots.payment(table, ax=ax)
        return _("The share of orders paid by region, counting {months} months. {title}.").format(
            months=months, title=ax.get_title(loc="left")
        )

    controls = {"months": Slider(_("Months, from the first on"), steps(1, 12), 12)}
    return Lab(_("Payment lab"), controls, draw, along="months", stops=(1, 2, 4, 6, 9, 12))
