"""The staffing lab: arrivals, handling, agents, patience, and what the customer gets."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import service_desk as topic
from ecokit.explore.lab import Control, Lab, Slider, Told, steps, table
from ecokit.messages import _
from ecokit.plots import service_desk as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.service_desk.erlang import Desk
    from ecokit.shop import Shop

MOST = 30
"""Agents that the control reaches, or twice the work of a larger desk."""

GOAL, TARGET = 0.8, 60
"""Share of the contacts, and the seconds within which they are to be answered."""


def lab(shop: Shop) -> Lab:
    """Return the lab: six controls, the curve over the number of agents, and a table.

    Parameters
    ----------
    shop : Shop
        With the table contacts; the controls start at the busiest hour of its fullest week.
    """
    half = _fullest(shop) / 2
    handling, patience = topic.handling_minutes(shop), topic.patience_minutes(shop)
    needed = topic.agents_needed(2 * half, handling, GOAL, TARGET, patience).agents
    first = max(needed - 3, 1)

    def draw(
        figure: Figure,
        contacts: float,
        minutes: float,
        agents: int,
        ready: float,
        target: int,
        wage: int,
    ) -> Told:
        figure.subplots_adjust(left=0.1, right=0.97, top=0.9, bottom=0.13)
        now = topic.desk(2 * contacts, minutes, agents, ready, target)
        last = max(agents, math.ceil(now.load * 1.4)) + 4
        patient, impatient = _curves(2 * contacts, minutes, ready, target, last)
        plots.staffing(patient, impatient, chosen=now, ax=figure.add_subplot())
        return Told(_alt(now), _table(now, 2 * contacts, wage))

    return Lab(
        _("Staffing lab"),
        _controls(half, handling, patience, needed),
        draw,
        along="agents",
        stops=range(first, first + 8),
        size=(7.2, 4.2),
    )


def _fullest(shop: Shop) -> float:
    """Return the contacts in the busiest hour of a mean day, in the week that has most of them."""
    came = shop.contacts["arrived_at"]
    mondays = came.dt.normalize() - pd.to_timedelta(came.dt.day_of_week, unit="D")
    fullest = shop.contacts[mondays == mondays.value_counts().index[0]]
    return float(topic.hours({"contacts": fullest}).mean(axis=1).max())


def _controls(half: float, handling: float, patience: float, needed: int) -> dict[str, Control]:
    """Return the controls; they start at the shop's own contacts, minutes and patience."""
    contacts = steps(1, max(100, math.ceil(2 * half)), 1, "{:.1f}", also=half)
    minutes = steps(1, max(12, math.ceil(2 * handling)), 0.5, "{:.2f}", also=handling)
    ready = steps(0.5, max(20, math.ceil(2 * patience)), 0.5, "{:.2f}", also=patience)
    agents = steps(1, max(MOST, 2 * needed), 1, _("{} agents"))
    return {
        "contacts": Slider(_("Contacts in half an hour"), contacts, half),
        "minutes": Slider(_("Minutes to handle one"), minutes, handling),
        "agents": Slider(_("Agents on duty"), agents, needed),
        "ready": Slider(_("Minutes a customer is ready to wait"), ready, patience),
        "target": Slider(
            _("Seconds within which an answer is in time"), steps(10, 300, 10), TARGET
        ),
        "wage": Slider(_("Yuan for an agent's hour"), steps(20, 120, 5), 40),
    }


@lru_cache(maxsize=16)  # a move of the agents or of the wage leaves the curves as they are
def _curves(
    rate: float, handling: float, patience: float, target: float, last: int
) -> tuple[list[Desk], list[Desk]]:
    """Return the desks of rising size, without and with customers who give up."""
    enough = range(math.floor(topic.load(rate, handling)) + 1, last)
    patient = [topic.desk(rate, handling, n, None, target) for n in enough]
    return patient, [topic.desk(rate, handling, n, patience, target) for n in range(1, last)]


def _alt(now: Desk) -> str:
    message = _(
        "{n} agents for {load:.1f} erlangs: {share:.0%} of the contacts answered in time, "
        "{gone:.0%} give up, the mean wait is {wait:.0f} seconds, agents are busy {busy:.0%} of "
        "the time."
    )
    return message.format(
        n=now.agents,
        load=now.load,
        share=now.service_level,
        gone=now.abandoned,
        wait=now.mean_wait,
        busy=now.occupancy,
    )


def _table(now: Desk, rate: float, wage: float) -> str:
    """Return what the desk gives in an hour, as an HTML table."""
    cost, answered = now.agents * wage, rate * (1 - now.abandoned)
    return table(
        [],
        [
            (_("Work offered"), _("{n:.1f} erlangs").format(n=now.load)),
            (_("Answered in time"), f"{now.service_level:.1%}"),
            (_("Give up"), f"{now.abandoned:.1%}"),
            (_("Mean wait"), _("{n:.0f} s").format(n=now.mean_wait)),
            (_("Agents are busy"), f"{now.occupancy:.1%}"),
            (_("Cost of the hour"), theme.yuan(cost)),
            (_("Cost of one answer"), theme.yuan(cost / answered)),
        ],
    )
