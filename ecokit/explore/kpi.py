"""The scorecard lab: a post and a month, with sliders for targets and weights."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import ipywidgets as widgets
import pandas as pd

from ecokit import kpi as topic
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import kpi as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Scorecard lab")
RULES = {"capped": _("capped at 120 %"), "linear": _("linear"), "stepped": _("in steps")}
CAMPAIGN = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
TWIN = ("traffic_manager", "campaign_conversion")


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab: who and when, the rule, a target and a weight for each KPI.

    Parameters
    ----------
    shop : Shop
        With the table targets and the tables that its KPIs need.
    """
    return Lab(topic.scorecards(shop)).widget


class Lab:
    """The state of the scorecard lab; `widget` is what is shown."""

    def __init__(self, cards: pd.DataFrame) -> None:
        theme.use()
        self.cards = cards
        posts = [(topic.POSTS[post][0], post) for post in cards["post_id"].unique()]
        months = [(f"{month:%B %Y}", f"{month:%Y-%m}") for month in cards["month"].unique()]
        self.post = widgets.Dropdown(options=posts, description=_("Whose scorecard"))
        self.month = widgets.SelectionSlider(
            options=months, value=worst_month(cards), description=_("Month")
        )
        self.rule = widgets.Dropdown(
            options=[(words, rule) for rule, words in RULES.items()],
            description=_("Attainment where more is better"),
        )
        rows = cards.groupby(["month", "post_id"]).size().max()
        self.targets = [widgets.FloatSlider(readout_format=".1f") for _row in range(rows)]
        self.weights = [widgets.IntSlider(0, 0, 100, step=5) for _row in range(rows)]
        self.share = widgets.Button(description=_("Make the weights add up to 100 %"))
        self.words = widgets.HTML()
        self.offer()
        self.scored = self.chosen()
        self.picture = Picture(self.draw, plots.SCORECARD_SIZE)
        self.update()
        self.controls = [
            self.post, self.month, self.rule, *self.targets, *self.weights, self.share,
        ]  # fmt: skip
        for control in (self.post, self.month):
            control.observe(self.begin, "value")
        for control in (self.rule, *self.targets, *self.weights):
            control.observe(self.update, "value")
        self.share.on_click(self.balance)
        self.widget = app(self.controls, [self.picture, self.words], title=TITLE)

    @property
    def card(self) -> pd.DataFrame:
        """The stored scorecard of the chosen post and month."""
        return topic.scorecard(self.cards, self.post.value, self.month.value)

    def offer(self) -> None:
        """Set the sliders to the targets and weights of the chosen post and month."""
        card = self.card
        asked = zip(card["kpi"], card["target"].astype(float), self.targets, strict=False)
        for kpi, stored, target in asked:
            one = topic.KPIS[kpi]
            goal, unit = shown(one, stored)
            target.max = max(target.max, 1.5 * goal)  # min may never lie above max
            target.min, target.max = goal / 2, 1.5 * goal
            target.step = goal / 100
            target.value = goal
            target.description = _("Target: {kpi}, {unit}").format(kpi=one.name, unit=unit)
        shares = zip(card["kpi"], card["weight"].astype(float), self.weights, strict=False)
        for kpi, share, weight in shares:
            weight.value = round(100 * share)
            weight.description = _("Weight: {kpi}, %").format(kpi=topic.KPIS[kpi].name)

    def begin(self, _change: object) -> None:
        """Start again from another post or month."""
        for control in (*self.targets, *self.weights):
            control.unobserve(self.update, "value")
        self.offer()
        for control in (*self.targets, *self.weights):
            control.observe(self.update, "value")
        self.update()

    def balance(self, _button: object) -> None:
        """Scale the weights to whole per cents that add up to 100."""
        values = [weight.value for weight in self.weights]
        parts = [round(100 * value / (sum(values) or 1)) for value in values]
        parts[values.index(max(values))] += 100 - sum(parts)
        for weight, part in zip(self.weights, parts, strict=True):
            weight.value = part

    def chosen(self) -> pd.DataFrame:
        """Return the scorecard with the targets, weights and rule of the controls."""
        card = self.card
        count = len(card)
        scales = [100 if is_share(topic.KPIS[kpi]) else 1 for kpi in card["kpi"]]
        goals = [slider.value / scale for slider, scale in zip(self.targets, scales, strict=False)]
        weights = [slider.value / 100 for slider in self.weights[:count]]
        return topic.score(card.assign(target=goals, weight=weights), self.rule.value)

    def draw(self, figure: Figure) -> str:
        """Draw the scorecard, or nothing new while the weights do not add up."""
        axes = figure.add_subplot()
        figure.subplots_adjust(left=0.27, right=0.98, top=0.85, bottom=0.14)
        return plots.draw_scorecard(axes, self.scored, self.who()).replace("\n", "; ")

    def who(self) -> str:
        """Return whose scorecard it is, and of when."""
        return f"{self.post.label}, {self.month.label}"

    def update(self, _change: object = None) -> None:
        """Score, draw, and say what moves the score most."""
        try:
            self.scored = self.chosen()
            words = _best(self.scored) + _tie(self.scored)
        except CourseError as error:
            self.words.value = (
                f'<p role="alert" style="color:#a40000"><strong>{html.escape(str(error))}'
                "</strong></p>"
            )
            return
        self.picture.redraw()
        self.words.value = words


def _best(card: pd.DataFrame) -> str:
    best = topic.what_if(card).iloc[0]
    return _(
        "<p>Ten per cent better on <b>{kpi}</b> would bring the most: {gain:.1f} points.</p>"
    ).format(kpi=topic.KPIS[best["kpi"]].name, gain=best["gain"])


def _tie(card: pd.DataFrame) -> str:
    """Return what the campaign targets imply, where the scorecard has all three."""
    targets = dict(zip(card["kpi"], card["target"], strict=True))
    if not set(CAMPAIGN) <= set(targets):
        return ""
    shop, rest = topic.implied_conversion(*(targets[kpi] for kpi in CAMPAIGN))
    return _(
        "<p>With these targets the whole shop has to convert <b>{shop:.2%}</b>, and the rest of "
        "its traffic <b>{rest:.2%}</b>.</p>"
    ).format(shop=shop, rest=rest)


def worst_month(cards: pd.DataFrame) -> str:
    """Return the month, as 2025-08, in which campaigns converted worst."""
    post, kpi = TWIN
    mine = cards[(cards["post_id"] == post) & (cards["kpi"] == kpi)].dropna(subset="attainment")
    return f"{mine.sort_values('attainment')['month'].iloc[0]:%Y-%m}"


def is_share(one: topic.KPI) -> bool:
    """Say whether a KPI is shown in per cent."""
    return one.unit in {"share", "index"}


def shown(one: topic.KPI, value: float) -> tuple[float, str]:
    """Return a target as a slider shows it, with its unit."""
    return (100 * value, "%") if is_share(one) else (value, one.unit)


def frames(shop: Shop) -> Frames:
    """Return the static twin: the worst month under seven targets for campaign conversion."""
    post, kpi = TWIN
    cards = topic.scorecards(shop, posts=[post])
    month = worst_month(cards)
    card = topic.scorecard(cards, post, month)
    who = f"{topic.POSTS[post][0]}, {pd.Timestamp(month):%B %Y}"

    def frame(target: float) -> Frame:
        asked = card["target"].mask(card["kpi"] == kpi, target)
        scored = topic.score(card.assign(target=asked))
        alt = _("Scorecard with a campaign conversion of {target:.0%} asked: {total:.1f} points.")
        return Frame(
            f"{target:.0%}",
            lambda: plots.scorecard(scored, who),
            alt.format(target=target, total=scored["points"].sum()),
        )

    goals = [percent / 100 for percent in range(5, 13)]
    return Frames(TITLE, _("Target of campaign order conversion"), [frame(g) for g in goals])
