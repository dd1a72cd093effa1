"""Figures of organisation: the chart of a structure, and structures side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.organisation import title
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

__getattr__ = attach(__name__)[0]  # says where the places of posts are found now

WIDTH = 7.2
INDENT = 0.42
STEP_X, DOTS_X, COST_X = 4.33, 5.12, 7.15
ROW_INCHES = 0.27
DOT_STEP = 0.13
MOST_DOTS = 9


@theme.drawn(
    WIDTH,
    height=ROW_INCHES + 0.6,
    row=ROW_INCHES,
    places="post_id layer caption reports_to sourcing headcount working_time held_with "
    "monthly_cost",
)
def chart(
    places: pd.DataFrame, *, path: Sequence[str] = (), pay: bool = True, ax: Axes = theme.NEW
) -> None:
    """Draw the organisation chart: a row per post, a step to the right per layer.

    Parameters
    ----------
    places : DataFrame
        What `ecokit.organisation.places` returned.
    path : sequence of str
        A decision's way, from the post that raises it to the post that decides, in orange.
    pay : bool
        Whether the cost of each post stands on the right, where the table tells it.
    ax : Axes, optional
        Where to draw; otherwise a new figure that is high enough for every post.

    Returns
    -------
    Figure
        Its title tells layers, people and cost; dots are people, and a ring is somebody who
        holds another post, too.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"post_id": ["boss", "agent"], "layer": [0, 1], "caption": None,
    ...     "reports_to": [None, "boss"], "sourcing": "inside", "headcount": [1, 3],
    ...     "working_time": 1.0, "held_with": None, "monthly_cost": [9000, 6000]})
    >>> chart(places).axes[0].get_title(loc="left")
    '2 layers, 4 people, ¥27k a month'
    """
    posts = places.dropna(subset="post_id").assign(y=lambda rows: rows.index)
    posts = posts.set_index("post_id", drop=False)
    ax.set(xlim=(0, WIDTH), ylim=(len(places) - 0.4, -1.3), title=_title(posts))
    ax.set_axis_off()
    _draw_lines(ax, posts, path)
    captions = places[places["post_id"].isna()]
    for y, caption in zip(captions.index, captions["caption"], strict=True):
        ax.text(INDENT, y, caption, va="center", fontsize=8.5, style="italic", color="#555555")
    for post in posts.to_dict("records"):
        _draw_post(ax, post, lit=post["post_id"] in path)
    _draw_people(ax, posts, pay=pay and bool(posts["monthly_cost"].any()))
    _draw_steps(ax, posts, path)


def _title(posts: pd.DataFrame) -> str:
    people = int(posts.loc[posts["held_with"].isna(), "headcount"].sum())
    cost = _pay(posts).sum()
    words = _("{layers} layers, {people} people, {cost} a month")
    if not cost:  # a table without pay
        words = _("{layers} layers, {people} people")
    words = words.format(layers=int(posts["layer"].max()) + 1, people=people, cost=theme.yuan(cost))
    name = posts["structure"].iloc[0] if "structure" in posts else ""
    return f"{title(name)}: {words}" if name else words


def _pay(posts: pd.DataFrame) -> pd.Series[float]:
    """Return the yuan that each post costs a month."""
    return posts["headcount"] * posts["working_time"] * posts["monthly_cost"]


def _draw_lines(ax: Axes, posts: pd.DataFrame, path: Sequence[str]) -> None:
    at = {post["post_id"]: (post["layer"], post["y"]) for post in posts.to_dict("records")}
    under = posts.dropna(subset="reports_to")
    lit = {frozenset(pair) for pair in pairwise(path)}
    for on, color, width in ((False, "#b0b0b0", 1.0), (True, theme.ORANGE, 2.4)):
        lines = [
            _elbow(at[boss], at[report])
            for boss, report in zip(under["reports_to"], under["post_id"], strict=True)
            if (frozenset((boss, report)) in lit) is on
        ]
        ax.add_collection(LineCollection(lines, colors=color, linewidths=width), autolim=False)


def _elbow(boss: tuple[int, int], report: tuple[int, int]) -> list[tuple[float, float]]:
    x = boss[0] * INDENT + 0.14
    return [(x, boss[1]), (x, report[1]), (report[0] * INDENT, report[1])]


def _draw_post(ax: Axes, node: Mapping[Any, Any], *, lit: bool) -> None:
    outside = node["sourcing"] == "outsourced"
    edge = theme.ORANGE if lit else "#777777" if outside else theme.BLUE
    box = {
        "boxstyle": "round,pad=0.22",
        "facecolor": "#fff1d6" if lit else "#f1f1f1" if outside else "#e8f2fa",
        "edgecolor": edge,
        "linestyle": "--" if outside else "-",
        "linewidth": 1.5 if lit else 0.8,
    }
    words = f"{node.get('title', node['post_id'])} {node.get('title_zh', '')}".strip()
    x = node["layer"] * INDENT + 0.04
    ax.text(x, node["y"], words, va="center", fontsize=8.5, color="#1a1a1a", zorder=3, bbox=box)


def _draw_people(ax: Axes, posts: pd.DataFrame, *, pay: bool) -> None:
    small: dict[str, Any] = {"fontsize": 8, "va": "center", "color": "#444444"}
    if pay:
        ax.text(COST_X, -1, _("yuan a month"), ha="right", **small)
    ax.text(DOTS_X - 0.05, -1, _("people"), **small)
    dots, colors, filled = [], [], []
    own = posts["held_with"].isna()
    for node, yuan, filling in zip(posts.to_dict("records"), _pay(posts), own, strict=True):
        y, people = node["y"], int(node["headcount"])
        shown = min(people, MOST_DOTS)
        dots += [(DOTS_X + DOT_STEP * dot, y) for dot in range(shown)]
        color = theme.BLUE if node["sourcing"] == "inside" else "#8a8a8a"
        colors += [color] * shown
        filled += [color if filling else "#ffffff"] * shown
        if pay:
            ax.text(COST_X, y, f"{yuan:,.0f}", ha="right", **small)
        if people > MOST_DOTS:
            ax.text(DOTS_X + DOT_STEP * shown, y, f"… {people}", **small)
    xs, ys = zip(*dots, strict=True)
    ax.scatter(xs, ys, s=22, c=filled, edgecolors=colors, lw=1, zorder=3)
    notes = [_("ring: holds another post")] if "#ffffff" in filled else []
    notes += [_("dashed: outsourced")] if "#8a8a8a" in colors else []
    ax.text(STEP_X - 0.05, -1, "; ".join(notes), ha="right", **small)


def _draw_steps(ax: Axes, posts: pd.DataFrame, path: Sequence[str]) -> None:
    for step, post in enumerate(path):
        if step == 0:
            words = _("raises")
        elif step == len(path) - 1:
            words = _("{step} decides").format(step=step)
        else:
            words = _("{step} approves").format(step=step)
        ax.text(STEP_X, posts["y"][post], words, va="center", fontsize=8, color="#a35a00")


@theme.drawn(
    WIDTH, height=1.5, row=0.42, table="structure layers widest_span monthly_cost campaign_in_time"
)
def comparison(table: pd.DataFrame, figure: Figure = theme.NEW) -> None:
    """Draw structures side by side: layers, span, cost, and campaign decisions in time.

    Parameters
    ----------
    table : DataFrame
        What `ecokit.organisation.compare` returned.
    figure : Figure, optional
        An empty figure to draw into.

    Returns
    -------
    Figure
        Its title names the structure that decides most campaigns in time.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"structure": ["tall", "flat"], "layers": [5, 3],
    ...     "widest_span": [4, 9], "monthly_cost": 90000, "campaign_in_time": [0.4, 0.8]})
    >>> comparison(table).get_suptitle()
    'Flat: 80% of campaign decisions in time'
    """
    measures = (
        ("layers", _("layers"), "{:.0f}"),
        ("widest_span", _("widest span, people"), "{:.0f}"),
        ("monthly_cost", _("cost a month"), "¥{:,.0f}"),
        ("campaign_in_time", _("campaigns in time"), "{:.0%}"),
    )
    names = [title(name) for name in table["structure"]]
    axes = figure.subplots(1, len(measures), sharey=True)
    for ax, (column, label, form) in zip(axes, measures, strict=True):
        sns.barplot(x=table[column].to_numpy(), y=names, ax=ax, color=theme.SKY, width=0.62)
        ax.bar_label(ax.containers[0], [form.format(v) for v in table[column]], padding=3, size=9)
        ax.set(title="", xlim=(0, table[column].max() * 1.6 + 1e-9), xticks=[])
        ax.set_xlabel(label, fontsize=9.5)
        sns.despine(ax=ax, bottom=True)
    best = table.sort_values("campaign_in_time", ascending=False).iloc[0]
    figure.suptitle(
        _("{name}: {share:.0%} of campaign decisions in time").format(
            name=title(best["structure"]), share=best["campaign_in_time"]
        ),
        x=0.01,
        ha="left",
        fontsize=12,
        fontweight="bold",
    )
