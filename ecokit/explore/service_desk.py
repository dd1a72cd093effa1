"""The staffing lab: arrivals, handling, agents, patience, and what the customer gets."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ecokit import service_desk as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import service_desk as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.service_desk.erlang import Desk
    from ecokit.shop import Shop

TITLE = _("Staffing lab")
SIZE = (7.2, 4.2)
MARGINS = {"left": 0.1, "right": 0.97, "top": 0.9, "bottom": 0.13}
MOST = 30
"""Agents that the control reaches, or twice the work of a larger desk."""

WAGE = 45
GOAL = 0.8


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab: six controls, the curve over the number of agents, and a table.

    Parameters
    ----------
    shop : Shop
        With the tables contacts and effects; the controls start at its busiest hour.
    """
    rate, handling, patience = _start(shop)
    half, needed = round(rate / 2), math.ceil(topic.load(rate, handling))
    contacts = widgets.IntSlider(
        half, 1, max(100, 2 * half), description=_("Contacts in half an hour")
    )
    minutes = widgets.FloatSlider(
        round(2 * handling) / 2, min=1, max=max(12, 2 * handling), step=0.5,
        description=_("Minutes to handle one"),
    )  # fmt: skip
    agents = widgets.IntSlider(needed, 1, max(MOST, 2 * needed), description=_("Agents"))
    ready = widgets.FloatSlider(
        round(2 * patience) / 2, min=0.5, max=max(20, 2 * patience), step=0.5,
        description=_("Minutes a customer is ready to wait"),
    )  # fmt: skip
    target = widgets.IntSlider(
        60, 10, 300, step=10, description=_("Seconds within which an answer is in time")
    )
    wage = widgets.IntSlider(WAGE, 20, 120, step=5, description=_("Yuan for an agent's hour"))
    controls = [contacts, minutes, agents, ready, target, wage]
    table = widgets.HTML()

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(**MARGINS)
        arrivals = 2 * contacts.value
        now = topic.desk(arrivals, minutes.value, agents.value, ready.value, target.value)
        table.value = _table(now, arrivals, wage.value)
        _curves(figure, now, arrivals, minutes.value, ready.value, target.value)
        return _alt(now)

    picture = Picture(draw, SIZE)
    for control in controls:
        control.observe(picture.redraw, "value")
    return app(controls, [picture, table], title=TITLE)


def frames(shop: Shop) -> Frames:
    """Return the static twin: the shop's busiest hour with fewer and more agents."""
    rate, handling, patience = _start(shop)
    first = max(math.ceil(topic.load(rate, handling)) - 3, 1)

    def frame(agents: int) -> Frame:
        now = topic.desk(rate, handling, agents, patience)

        def draw() -> Figure:
            figure, ax = theme.figure(*SIZE)
            ax.remove()
            _curves(figure, now, rate, handling, patience, 60)
            return figure

        return Frame(_("{n} agents").format(n=agents), draw, _alt(now))

    return Frames(TITLE, _("Agents on duty"), [frame(n) for n in range(first, first + 8)])


def _start(shop: Shop) -> tuple[float, float, float]:
    """Return contacts in the busiest hour of the week, minutes of handling, minutes of patience."""
    hours = topic.hours(shop, drawn_scale=shop.truth.get("drawn_scale", 1.0))
    handling = topic.handling_minutes(shop)
    return float(hours.to_numpy().max()), handling, topic.patience_minutes(shop)


def _curves(
    figure: Figure, now: Desk, rate: float, handling: float, patience: float, target: float
) -> None:
    """Draw the staffing curve with the chosen desk marked."""
    ax = figure.add_subplot()
    last = max(now.agents, math.ceil(now.load * 1.4)) + 4
    enough = range(math.floor(now.load) + 1, last)
    plots.staffing(
        [topic.desk(rate, handling, n, None, target) for n in enough],
        [topic.desk(rate, handling, n, patience, target) for n in range(1, last)],
        GOAL,
        ax,
    )
    ax.plot(now.agents, now.service_level, "o", markersize=16, mfc="none", mec=theme.BLUE, mew=2.5)
    ax.set_title(
        _("{n} agents: {share:.0%} in time, {gone:.0%} give up, {busy:.0%} busy").format(
            n=now.agents, share=now.service_level, gone=now.abandoned, busy=now.occupancy
        )
    )


def _alt(now: Desk) -> str:
    return _(
        "{n} agents for {load:.1f} erlangs: {share:.0%} of the contacts answered in time, "
        "{gone:.0%} give up, the mean wait is {wait:.0f} seconds, agents are busy {busy:.0%} of "
        "the time."
    ).format(
        n=now.agents, load=now.load, share=now.service_level, gone=now.abandoned,
        wait=now.mean_wait, busy=now.occupancy,
    )  # fmt: skip


def _table(now: Desk, rate: float, wage: float) -> str:
    """Return what the desk gives in an hour, as an HTML table."""
    answered = rate * (1 - now.abandoned)
    rows = (
        (_("Work offered"), _("{n:.1f} erlangs").format(n=now.load)),
        (_("Answered in time"), f"{now.service_level:.1%}"),
        (_("Give up"), f"{now.abandoned:.1%}"),
        (_("Mean wait"), _("{n:.0f} s").format(n=now.mean_wait)),
        (_("Agents are busy"), f"{now.occupancy:.1%}"),
        (_("Cost of the hour"), theme.yuan(now.agents * wage)),
        (_("Cost of one answer"), theme.yuan(now.agents * wage / answered)),
    )
    cells = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table class="ecokit-table"><tbody>{cells}</tbody></table>'
