"""The lab of the whole operation: how many paid orders wait, and how many too long, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import overview as topic
from ecokit.errors import CourseError
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Lab
from ecokit.messages import _
from ecokit.plots import overview as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

AROUND = pd.Timedelta(days=7)
"""How far the picture reaches on either side of the busiest day."""

STOPS = (12, 18, 24, 30, 36, 48)


def lab(shop: Shop) -> Lab:
    """Return the lab: after how many hours an order is stuck, and when somebody looks.

    Parameters
    ----------
    shop : Shop
        With the tables orders and touchpoints.
    """
    tables = _busiest(shop)
    days = pd.date_range(tables["orders"]["paid_at"].min().normalize(), periods=15)[3:]

    def draw(figure: Figure, hours: float, clock: int) -> str:
        looks = [day + pd.Timedelta(hours=clock) for day in days]
        rows = [topic.stuck(tables, as_of=look, hours=hours) for look in looks]
        table = pd.concat(rows, ignore_index=True).assign(as_of=looks)
        figure.subplots_adjust(left=0.1, right=0.97, top=0.88, bottom=0.14)
        ax = figure.add_subplot()
        plots.waiting(table, ax=ax)
        said = _("Two lines of paid orders that wait, seen each day at {clock}:00. {title}.")
        return said.format(clock=clock, title=ax.get_title(loc="left"))

    controls = {
        "hours": Slider(_("Stuck after so many hours"), steps(6, 48, 6), 24),
        "clock": Slider(_("Hour of the day at which you look"), steps(0, 23, 1), 9),
    }
    return Lab(_("Waiting orders lab"), controls, draw, along="hours", stops=STOPS)


def _busiest(shop: Shop) -> dict[str, pd.DataFrame]:
    """Return the orders paid around the busiest day, and their touchpoints."""
    paid = shop.orders[shop.orders["paid_at"].notna()]
    if paid.empty:
        raise CourseError(_("No order of this shop was paid."))
    day = paid["paid_at"].dt.normalize().value_counts().sort_index().idxmax()
    near = paid[paid["paid_at"].between(day - AROUND, day + AROUND)]
    steps_done = shop.touchpoints[shop.touchpoints["order_id"].isin(near["order_id"])]
    return {"orders": near, "touchpoints": steps_done}
