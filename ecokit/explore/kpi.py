"""The scorecard lab: a post and a month, with sliders for targets and weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import kpi as topic
from ecokit.explore.lab import Button, Choice, Control, Lab, Slider, Told, steps
from ecokit.messages import _
from ecokit.plots import kpi as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Scorecard lab")
RULES = {"capped": _("capped at 120 %"), "linear": _("linear"), "stepped": _("in steps")}
CAMPAIGN = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
TWIN = ("traffic_manager", "campaign_conversion")
"""The post and the KPI of the frames on the page."""


def lab(shop: Shop) -> Lab:
    """Return the lab: who and when, the rule, a target and a weight for each KPI.

    Parameters
    ----------
    shop : Shop
        With the table targets and the tables that its KPIs need.
    """
    return scorecard_lab(topic.scorecards(shop))


def scorecard_lab(cards: pd.DataFrame) -> Lab:
    """Return the lab of scorecards as `ecokit.kpi.scorecards` returns them."""
    posts = list(cards["post_id"].unique())
    first = TWIN[0] if TWIN[0] in posts else posts[0]
    months = [(f"{month:%B %Y}", f"{month:%Y-%m}") for month in cards["month"].unique()]
    who_and_when: dict[str, Control] = {
        "post": Choice(_("Whose scorecard"), [(topic.POSTS[p][0], p) for p in posts], first),
        "month": Slider(_("Month"), months, worst_month(cards, first)),
        "rule": Choice(
            _("Attainment where more is better"), [(words, rule) for rule, words in RULES.items()]
        ),
    }
    stored = cache(lambda post, month: topic.scorecard(cards, post, month))
    asked = cache(lambda post, month: _targets_and_weights(stored(post, month)))

    def controls(values: Mapping[str, Any]) -> dict[str, Control]:
        post = values.get("post", who_and_when["post"].start)
        return who_and_when | asked(post, values.get("month", who_and_when["month"].start))

    def draw(figure: Figure, post: str, month: str, rule: str, **chosen: float) -> Told:
        card = topic.score(_with(stored(post, month), chosen), rule)
        figure.subplots_adjust(left=0.27, right=0.98, top=0.85, bottom=0.14)
        who = f"{topic.POSTS[post][0]}, {pd.Timestamp(month):%B %Y}"
        plots.scorecard(card, who, figure.add_subplot())
        return Told(_alt(figure.get_suptitle(), card), _best(card) + _tie(card))

    return Lab(TITLE, controls, draw, f"target_{TWIN[1]}", range(6, 13), size=plots.SCORECARD_SIZE)


def worst_month(cards: pd.DataFrame, post: str) -> str:
    """Return the month, as 2025-08, in which campaigns converted worst; else the last."""
    mine = cards[(cards["post_id"] == post) & (cards["kpi"] == TWIN[1])]
    mine = mine.dropna(subset="attainment").sort_values("attainment")
    month = cards["month"].max() if mine.empty else mine["month"].iloc[0]
    return f"{month:%Y-%m}"


def _targets_and_weights(card: pd.DataFrame) -> dict[str, Control]:
    """Return a slider for each target and each weight of a scorecard."""
    targets: dict[str, Control] = {}
    weights: dict[str, Control] = {}
    rows = zip(card["kpi"], card["target"].astype(float), card["weight"].astype(float), strict=True)
    for kpi, target, weight in rows:
        one, (scale, unit) = topic.KPIS[kpi], shown(topic.KPIS[kpi])
        goal, share = scale * target, round(100 * weight, 4)
        targets[f"target_{kpi}"] = Slider(
            _("Target: {kpi}, {unit}").format(kpi=one.name, unit=unit),
            steps(goal / 2, 1.5 * goal, goal / 100, "{:.4g}%" if unit == "%" else "{:.4g}"),
            goal,
        )
        weights[f"weight_{kpi}"] = Slider(
            _("Weight: {kpi}, %").format(kpi=one.name), steps(0, 100, 5, also=share), share
        )
    return targets | weights | {"share": Button(_("Make the weights add up to 100 %"), balanced)}


def shown(one: topic.KPI) -> tuple[float, str]:
    """Return what a value of a KPI is multiplied with where it is shown, and its unit there."""
    return (100, "%") if one.unit in {"share", "index"} else (1, one.unit)


def balanced(values: Mapping[str, Any]) -> dict[str, int]:
    """Scale the weights to steps of 5 per cent that add up to 100.

    Examples
    --------
    >>> balanced({"weight_uv": 60, "weight_sales": 40, "weight_dwell_time": 20, "month": "2025-08"})
    {'weight_uv': 50, 'weight_sales': 35, 'weight_dwell_time': 15}
    """
    weights = {name: value for name, value in values.items() if name.startswith("weight_")}
    total = sum(weights.values()) or 1
    parts = {name: 5 * round(20 * value / total) for name, value in weights.items()}
    heaviest = max(weights, key=lambda name: weights[name])
    parts[heaviest] += 100 - sum(parts.values())
    return parts


def _with(card: pd.DataFrame, chosen: Mapping[str, float]) -> pd.DataFrame:
    """Return a scorecard with the targets and weights of the controls."""
    scales = [shown(topic.KPIS[kpi])[0] for kpi in card["kpi"]]
    targets = [chosen[f"target_{kpi}"] for kpi in card["kpi"]]
    goals = [target / scale for target, scale in zip(targets, scales, strict=True)]
    weights = [chosen[f"weight_{kpi}"] / 100 for kpi in card["kpi"]]
    return card.assign(target=goals, weight=weights)


def _alt(finding: str, card: pd.DataFrame) -> str:
    """Say the finding, and the points of each KPI against its target."""
    part = _("{kpi} {points:.1f} points at a target of {target:.4g}{unit}")
    told = []
    for row in card.dropna(subset="points").to_dict("records"):
        scale, unit = shown(topic.KPIS[row["kpi"]])
        unit = unit if unit == "%" else f" {unit}"
        told.append(
            part.format(
                kpi=topic.KPIS[row["kpi"]].name,
                points=row["points"],
                target=scale * row["target"],
                unit=unit,
            )
        )
    return "; ".join([*finding.split("\n"), *told]) + "."


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
    implied = topic.implied_conversion(*(targets[kpi] for kpi in CAMPAIGN))
    return _(
        "<p>With these targets the whole shop has to convert <b>{shop:.2%}</b>, and the rest of "
        "its traffic <b>{rest:.2%}</b>.</p>"
    ).format(shop=implied.shop, rest=implied.rest)
