"""The copy lab: choose what a copy tells of orders, and see how many people stand alone in it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import privacy as topic
from ecokit.errors import CourseError
from ecokit.explore.controls import Choice, Slider, Toggle, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import privacy as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

NOT_TOLD = "none"


def lab(shop: Shop) -> Lab:
    """Return the lab: time, goods, region and channel of a copy, and when a cell is small.

    Parameters
    ----------
    shop : Shop
        With the tables orders, order_lines and products.
    """

    @lru_cache(maxsize=64)
    def told(by: tuple[str, ...], least: int) -> pd.DataFrame:
        found: pd.DataFrame = topic.exposure(shop, by=by, least=least)
        return found

    def draw(
        figure: Figure, time: str, goods: str, few: int, *, region: bool, channel: bool
    ) -> Told:
        chosen = {"region": region, "channel_id": channel, goods: True, time: True}
        by = tuple(name for name, on in chosen.items() if on and name != NOT_TOLD)
        if not by:
            raise CourseError(_("The copy tells nothing. Choose a column."))
        found = told(by, few)
        figure.subplots_adjust(left=0.17, right=0.95, top=0.9, bottom=0.16)
        ax = figure.add_subplot()
        plots.alone(found, ax=ax)
        message = _("Bars for {n} columns, one added to the other: {words}. {title}.")
        words = ", ".join(
            _("{known} {share:.1%}").format(known=row["known"], share=row["share"])
            for row in found.to_dict("records")
        )
        alt = message.format(n=len(found), words=words, title=ax.get_title(loc="left"))
        return Told(alt, _table(found))

    return Lab(_("Copy lab"), _controls(), draw, along="time", size=(7.2, 3.8))


def _controls() -> dict[str, Control]:
    times = {
        NOT_TOLD: _("none"),
        "quarter": _("quarter"),
        "month": _("month"),
        "week": _("week"),
        "day": _("day"),
    }
    goods = {NOT_TOLD: _("none"), "category": _("category"), "product_id": _("product")}
    return {
        "region": Toggle(_("Region"), start=True),
        "channel": Toggle(_("Channel")),
        "goods": Choice(_("Goods"), [(text, name) for name, text in goods.items()], "product_id"),
        "time": Choice(_("Time"), [(text, name) for name, text in times.items()], "month"),
        "few": Slider(_("Alone: fewer people in a cell than"), steps(2, 10), 2),
    }


def _table(found: pd.DataFrame) -> str:
    """Return cells and people of each step, as an HTML table."""
    heads = [_("What is told"), _("cells"), _("people a cell"), _("stand alone")]
    rows = [
        (
            one["known"].replace("_id", ""),
            f"{one['cells']:,}",
            f"{one['people'] / one['cells']:,.1f}",
            f"{one['alone']:,}",
        )
        for one in found.to_dict("records")
    ]
    return table(heads, rows)
