"""The decision-time lab: layers, minutes an approval, window, one after another or at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import decisions as topic
from ecokit.explore.lab import Control, Lab, Slider, Toggle, Told, steps
from ecokit.messages import _
from ecokit.plots import decisions as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

AN_HOUR = 60  # an approval, where the lab starts; the shop's own mean is on the slider, too
TITLE = _("Decision-time lab")


def lab(shop: Shop) -> Lab:
    """Return the lab: four controls, fifty decisions as dots, and what the delay costs.

    It starts with the mean minutes of one approval of the shop's campaign decisions, and
    counts money with the potential and the half-life of these decisions.

    Parameters
    ----------
    shop : Shop
        With the tables decisions and approvals.
    """
    minutes, half_life, potential = _campaigns(shop)
    layers = [(_("1 layer"), 1), *((_("{k} layers").format(k=k), k) for k in range(2, 9))]
    controls: dict[str, Control] = {
        "layers": Slider(_("Layers of approval"), layers, 2),
        "minutes": Slider(
            _("Mean minutes of one approval"), steps(5, 240, 5, "{:.0f}", also=minutes), AN_HOUR
        ),
        "window": Slider(_("Window, minutes"), steps(30, 480, 30), 120),
        "parallel": Toggle(_("Ask for all approvals at once")),
    }

    def draw(figure: Figure, layers: int, minutes: float, window: int, *, parallel: bool) -> Told:
        path = topic.DecisionTime.of(layers, minutes, parallel=parallel)
        shares = topic.shares_by_layers(minutes, window, parallel=parallel)
        lost = 1 - path.kept(half_life)
        figure.subplots_adjust(left=0.1, right=0.98, top=0.9, bottom=0.11, hspace=0.5)
        plots.lab(path, shares, window, lost, figure=figure)
        return Told(_alt(path, window), _words(path, window, potential, potential * lost))

    return Lab(TITLE, controls, draw, along="layers", stops=range(1, 8), size=plots.LAB_SIZE)


def _campaigns(shop: Shop) -> tuple[float, float, float]:
    # mean minutes of one approval, half-life in minutes, potential of the year in yuan
    decisions = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(decisions["decision_id"])]
    campaigns = {"decisions": decisions, "approvals": approvals}
    money = topic.lost_value(campaigns)
    return (
        float(topic.waiting(campaigns, by=None)["mean"].iloc[0]),
        topic.fading(campaigns).half_life,
        float(money["potential"].iloc[0]),
    )


def _alt(path: topic.DecisionTime, window: float) -> str:
    message = _(
        "Fifty dots, each 2 % of the decisions: {share:.0%} lie inside {window:.0f} minutes, "
        "half are decided within {median:.0f} minutes, 90 % within {late:.0f}."
    )
    return message.format(
        share=path.cdf(window), window=window, median=path.ppf(0.5), late=path.ppf(0.9)
    )


def _words(path: topic.DecisionTime, window: float, potential: float, lost: float) -> str:
    message = _(
        "<p>On average a decision takes <b>{mean:.0f} minutes</b>; half are made within "
        "{median:.0f}, nine of ten within {late:.0f}. <b>{share:.0%}</b> meet the window of "
        "{window:.0f} minutes. Of the {potential} that this year's campaign decisions could "
        "gain, waiting costs about <b>{lost}</b>.</p>"
    )
    return message.format(
        mean=path.mean(),
        median=path.ppf(0.5),
        late=path.ppf(0.9),
        share=path.cdf(window),
        window=window,
        potential=theme.yuan(potential),
        lost=theme.yuan(lost),
    )
