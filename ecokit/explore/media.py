"""The crisis clock: hours until the first answer, and what each of them costs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecokit import media as topic
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import media as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.media.crisis import Clock
    from ecokit.media.stakes import Stakes
    from ecokit.shop import Shop

TITLE = _("Crisis clock")
HOURS = 168  # that are drawn: a week
NEVER = 96.0  # hours: an answer so late is none any more
STOPS = (1, 4, 8, 16, 36, 72)


def lab(shop: Shop) -> Lab:
    """Return the lab: the answer's hour, how fast a crisis fades, and what is at stake.

    Parameters
    ----------
    shop : Shop
        With the tables crisis, visits, orders, order_lines and effects.
    """
    known = topic.at_stake(shop)
    truth = topic.crisis_parameters(shop)
    beside = [min(topic.answered_after(shop), NEVER), NEVER]
    time = np.arange(HOURS + 1.0)

    def draw(
        figure: Figure, answer: float, fade: float, visits: float, rate: float, margin: float
    ) -> Told:
        clock = replace(truth, half_life=fade)
        stake = {"visits_a_day": visits, "orders_a_visit": rate / 100, "order_margin": margin}
        answers = sorted({answer, *beside})
        heights = [
            pd.DataFrame(
                {
                    "hour": time,
                    "answer": one,
                    "height": topic.crisis_height(time, one, clock=clock),
                }
            )
            for one in answers
        ]
        figure.subplots_adjust(left=0.1, right=0.97, top=0.9, bottom=0.25)
        plots.crisis_height(pd.concat(heights), answer, ax=figure.add_subplot())
        costs = topic.answer_costs(
            list(dict.fromkeys([answer, answer + 1, *beside])), clock=clock, **stake
        )
        return Told(_alt(costs), _table(costs))

    return Lab(TITLE, _controls(known, truth), draw, along="answer", stops=STOPS, size=(7.2, 3.9))


def _controls(known: Stakes, truth: Clock) -> dict[str, Control]:
    """Return the controls; they start at what the shop's own crisis had at stake."""
    visits, rate = known.visits_a_day, 100 * known.orders_a_visit
    most = max(1_000, math.ceil(2 * visits / 50) * 50)
    return {
        "answer": Slider(_("Hours until the first answer"), steps(0, 96), 8),
        "fade": Slider(
            _("Hours in which half of it is gone after the answer"),
            steps(12, 120, 12, also=truth.half_life),
            truth.half_life,
        ),
        "visits": Slider(
            _("First visits on a usual day"), steps(50, most, 50, "{:.0f}", also=visits), visits
        ),
        "rate": Slider(
            _("Paid orders that follow from a hundred of them"),
            steps(1, max(20, math.ceil(rate)), 1, "{:.1f}", also=rate),
            rate,
        ),
        "margin": Slider(
            _("Yuan of margin an order"),
            steps(
                50,
                max(1_000, math.ceil(known.order_margin / 50) * 50),
                50,
                "¥{:.0f}",
                also=known.order_margin,
            ),
            known.order_margin,
        ),
    }


def _alt(costs: pd.DataFrame) -> str:
    first = costs.iloc[0]
    message = _(
        "Curves of the height of a crisis over a week. Answered after {answer:.0f} hours it rises "
        "to {height:.0%} of its height and costs {visits:,.0f} first visits, {orders:.0f} orders "
        "and {margin} of margin."
    )
    return message.format(
        answer=first["answer"],
        height=first["height"],
        visits=first["visits_lost"],
        orders=first["orders_lost"],
        margin=theme.yuan(first["margin_lost"]),
    )


def _table(costs: pd.DataFrame) -> str:
    """Return what the chosen answer, one an hour later, and the two beside it cost."""
    head = ["", _("First visits lost"), _("Orders lost"), _("Margin lost")]
    rows = [
        (
            _("after {n:.0f} hours").format(n=row["answer"]),
            f"{row['visits_lost']:,.0f}",
            f"{row['orders_lost']:.1f}",
            theme.yuan(row["margin_lost"]),
        )
        for row in costs.to_dict("records")
    ]
    return table(head, rows)
