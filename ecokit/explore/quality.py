"""The readers' lab: what two readers find, what the formula makes of it, and where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import quality as topic
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import quality as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

ROUNDS = 200  # readings of which the mean is told


def lab(shop: Shop) -> Lab:
    """Return the lab: two readers, how far they look for the same, luck, and rows without a fault.

    Parameters
    ----------
    shop : Shop
        With the copies that have planted faults, and their list.
    """
    faults = len(topic.faulty_month(shop).planted)

    def draw(figure: Figure, first: int, second: int, alike: int, luck: int, drawn: int) -> Told:
        chances = {"first": first / 100, "second": second / 100, "alike": alike / 100}
        read = topic.play_readers(faults, **chances, seed=luck).iloc[0]
        one, two, both = (int(read[name]) for name in ("first", "second", "both"))
        told = topic.unfound(one, two, both)
        row = {"readers": _("two readers"), "first": one - both, "both": both, "second": two - both}
        shown = pd.DataFrame([{**row, "total": told.chapman, "low": told.low, "high": told.high}])
        figure.subplots_adjust(left=0.16, right=0.97, top=0.88, bottom=0.34)
        ax = figure.subplots()
        plots.readers(shown, faults, ax=ax)
        mean = topic.play_readers(faults, **chances, rounds=ROUNDS, seed=luck)["chapman"].mean()
        rows = [
            (_("faults that there are"), f"{faults:,}"),
            (_("different faults found"), f"{told.found:,}"),
            (_("estimate of all, by Chapman"), f"{told.chapman:,.0f}"),
            (_("interval, if each reads alone"), f"{told.low:,.0f} – {told.high:,.0f}"),
            (_("mean estimate of {n} such pairs").format(n=ROUNDS), f"{mean:,.0f}"),
            (
                _("none wrong in {n} rows by lot: at most").format(n=drawn),
                f"{topic.upper_bound(drawn):.1%}",
            ),
        ]
        message = _(
            "A bar of the faults that two readers found, alone and both, a point for the estimate "
            "of all with its interval, and a line at the {faults} that there are. {title}."
        )
        return Told(message.format(faults=faults, title=ax.get_title(loc="left")), table([], rows))

    controls = {
        "first": Slider(_("The first finds"), steps(10, 90, 10, "{} %"), 60),
        "second": Slider(_("The second finds"), steps(10, 90, 10, "{} %"), 50),
        "alike": Slider(_("The second looks as the first does"), steps(0, 100, 20, "{} %"), 0),
        "luck": Slider(_("Read again"), steps(1, 9, 1, "reading {}"), 1),
        "drawn": Slider(_("Rows drawn, none wrong"), steps(50, 600, 50, "{} rows"), 300),
    }
    return Lab(_("Readers' lab"), controls, draw, along="alike", size=(7.2, 3.2))
