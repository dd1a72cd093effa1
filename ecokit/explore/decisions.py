"""The decision-time lab: layers, minutes an approval, window, one after another or at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ecokit import decisions as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import decisions as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Decision-time lab")


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab: four controls, fifty decisions as dots, and what the delay costs.

    It starts with the mean minutes of one approval of the shop's campaign decisions, and
    counts money with the potential and the half-life of these decisions.

    Parameters
    ----------
    shop : Shop
        With the tables decisions and approvals.
    """
    minutes, half_life, potential = _campaigns(shop)
    layers = widgets.IntSlider(2, 1, 8, description=_("Layers of approval"))
    mean = widgets.IntSlider(
        round(minutes / 5) * 5, 5, 240, step=5, description=_("Mean minutes of one approval")
    )
    window = widgets.IntSlider(120, 30, 480, step=30, description=_("Window, minutes"))
    order = widgets.ToggleButtons(
        options=[(_("One after another"), False), (_("All at once"), True)],
        description=_("Approvals"),
    )

    def path() -> topic.DecisionTime:
        return topic.DecisionTime.of(layers.value, mean.value, parallel=order.value)

    def draw(figure: Figure) -> str:
        plots.lab(path(), window.value, half_life, figure)
        return _alt(path(), window.value)

    words = widgets.HTML()
    picture = Picture(draw, plots.LAB_SIZE)

    def update(_change: object = None) -> None:
        picture.redraw()
        words.value = _words(path(), window.value, half_life, potential)

    controls = [layers, mean, window, order]
    for control in controls:
        control.observe(update, "value")
    update()
    return app(controls, [picture, words], title=TITLE)


def frames(shop: Shop) -> Frames:
    """Return the static twin: one to seven layers, with the shop's minutes an approval."""
    minutes, half_life, _potential = _campaigns(shop)
    window = 120

    def frame(layers: int) -> Frame:
        path = topic.DecisionTime.of(layers, minutes)
        label = _("1 layer") if layers == 1 else _("{k} layers").format(k=layers)
        return Frame(label, lambda: plots.lab(path, window, half_life), _alt(path, window))

    return Frames(TITLE, _("Layers of approval"), [frame(layers) for layers in range(1, 8)])


def _campaigns(shop: Shop) -> tuple[float, float, float]:
    # mean minutes of one approval, half-life in minutes, potential of the year in yuan
    campaigns = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(campaigns["decision_id"])]
    waits = topic.waiting(approvals.assign(kind="campaign"), by="kind")
    money = topic.lost_value(campaigns)
    return (
        float(waits["mean"].iloc[0]),
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


def _words(path: topic.DecisionTime, window: float, half_life: float, potential: float) -> str:
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
        lost=theme.yuan(potential * (1 - path.kept(half_life))),
    )
