"""The lab of the diagnosis: how long a window, and by what the change is taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import diagnosis as topic
from ecokit.explore.controls import Choice, Slider, steps
from ecokit.explore.lab import Control, Lab
from ecokit.messages import _
from ecokit.plots import diagnosis as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

STOPS = (7, 14, 21, 28, 35)
WHOLE = "whole"


def lab(shop: Shop) -> Lab:
    """Return the lab: the days of either window, and the groups.

    Parameters
    ----------
    shop : Shop
        Not looked at: the lab takes the made company of the page.
    """
    del shop
    made = topic.company()
    tables = {name: made[name] for name in ("visits", "orders", "order_lines")}

    def draw(figure: Figure, days: int, by: str) -> str:
        ax = figure.add_subplot()
        if by == WHOLE:
            figure.subplots_adjust(left=0.14, right=0.97, top=0.88, bottom=0.12)
            plots.bridge(topic.factors(tables, days=days), ax=ax)
        else:
            figure.subplots_adjust(left=0.2, right=0.97, top=0.9, bottom=0.22)
            plots.parts(topic.factors(tables, by=by, days=days), label=by, ax=ax)
        said = _("The change of paid sales of the last {days} days against those before. {title}.")
        return said.format(days=days, title=ax.get_title(loc="left"))

    groups = {
        WHOLE: _("nothing: the whole shop"),
        "channel_id": _("channel"),
        "device": _("device"),
        "region": _("region"),
        "landing": _("first page"),
    }
    controls: dict[str, Control] = {
        "days": Slider(_("Days of either window"), steps(7, 35, 7), 28),
        "by": Choice(_("Taken apart by"), [(said, name) for name, said in groups.items()], WHOLE),
    }
    return Lab(_("Change lab"), controls, draw, along="days", stops=STOPS)
