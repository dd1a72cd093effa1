"""What the night costs: the same outage at every hour, on an average day and on the fullest."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import outages as topic
from ecokit.explore.controls import Choice, Slider, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import outages as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

USUAL, FULL = "usual", "full"  # an average day, and the one with most visits
LENGTHS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)  # minutes
OWN = 1.0  # orders of our own a minute


def lab(shop: Shop) -> Lab:
    """Return the lab: when an outage begins, how long, for which part, who comes back, which day.

    Parameters
    ----------
    shop : Shop
        With the tables visits, orders, order_lines and channels.
    """
    worth, rates = topic.visit_worth(shop), _rates(shop)

    def draw(figure: Figure, hour: int, minutes: int, part: int, back: int, day: str) -> Told:
        found = topic.costs_by_hour(rates[day], worth, minutes, part=part / 100, back=back / 100)
        ax = figure.subplots()
        figure.subplots_adjust(left=0.13, bottom=0.15)
        plots.hourly_costs(found, hour, ax=ax)
        row: Any = found.set_index("hour").loc[hour]
        alt = _(
            "Bars of what an outage of {minutes} minutes costs by the hour at which it begins. At "
            "{hour}:00 it is {cost}. {title}."
        ).format(
            minutes=minutes,
            hour=hour,
            cost=theme.yuan(row["cost"]),
            title=ax.get_title(loc="left"),
        )
        rate = float(rates[day]["per_minute"].iloc[hour])
        return Told(alt, _table(row, rate, part / 100))

    lengths = tuple((_("{n} minutes").format(n=n), n) for n in LENGTHS)
    days = ((_("an average day"), USUAL), (_("the fullest day"), FULL))
    controls: dict[str, Control] = {
        "hour": Slider(_("It begins at"), steps(0, 23, 1, "{}:00"), 21),
        "minutes": Slider(_("It lasts"), lengths, 45),
        "part": Slider(_("Visits that fail"), steps(5, 100, 5, "{} %"), 100),
        "back": Slider(_("Come back later"), steps(0, 90, 10, "{} %"), 40),
        "day": Choice(_("Day"), days, USUAL),
    }
    stops = (15, 45, 120, 360, 720)
    return Lab(_("What the night costs"), controls, draw, along="minutes", stops=stops)


@lru_cache(maxsize=2)
def _rates(shop: Shop) -> dict[str, pd.DataFrame]:
    """Return visits a minute by hour, of an average day and of the day with most visits."""
    full = shop.visits["started_at"].dt.normalize().value_counts().idxmax()
    return {USUAL: topic.visit_rates(shop), FULL: topic.visit_rates(shop, days=[full])}


def _table(row: pd.Series[Any], rate: float, part: float) -> str:
    """Return what is lost, and how soon it is seen, as a table."""
    rows = [
        (_("visits that fail"), f"{row['visits']:,.0f}"),
        (_("orders that nobody makes later"), f"{row['orders']:,.1f}"),
        (_("gross profit lost"), theme.yuan(row["cost"])),
        (_("clicks that led to it: pause them"), theme.yuan(row["clicks"])),
        (_("second visitor fails after, on average"), _soon(rate, part)),
        (_("second order of our own, one a minute"), _soon(OWN, part)),
    ]
    return table([], rows)


def _soon(rate: float, part: float) -> str:
    """Return the mean minutes until two have failed."""
    if rate <= 0:
        return _("never")
    return _("{n:.1f} minutes").format(n=topic.minutes_to_see(rate, part, least=2).mean)
