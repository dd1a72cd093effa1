"""Figures of organisation: the chart of a structure, and structures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ecokit import organisation as topic
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 7.2
INDENT = 0.42
STEP_X, DOTS_X, COST_X = 4.33, 5.12, 7.15
ROW_INCHES = 0.27
DOT_STEP = 0.13
MOST_DOTS = 9


def chart(
    posts: pd.DataFrame,
    structure: str | None = None,
    path: Sequence[str] = (),
    ax: Axes | None = None,
) -> Figure:
    """Draw the organisation chart: a row per post, a step to the right per layer.

    Parameters
    ----------
    posts, structure
        As in `ecokit.organisation.reporting_graph`.
    path : sequence of str
        A decision's way, from the post that raises it to the post that decides, in orange.
    ax : Axes, optional
        Where to draw; otherwise a new figure that is high enough for every post.

    Returns
    -------
    Figure
        Its title tells layers, people and cost; dots are people.
    """
    graph = topic.reporting_graph(posts, structure)
    places, captions = layout(graph)
    rows = max(y for __, y in places.values()) + 1
    if ax is None:
        ax = theme.figure(WIDTH, ROW_INCHES * (rows + 1) + 0.6)[1]
    ax.set(xlim=(0, WIDTH), ylim=(rows - 0.4, -1.3), title=_title(graph))
    ax.set_axis_off()
    _draw_lines(ax, graph, places, path)
    for caption, y in captions.items():
        ax.text(INDENT, y, caption, va="center", fontsize=8.5, style="italic", color="#555555")
    for post, (layer, y) in places.items():
        _draw_post(ax, graph.nodes[post], layer * INDENT, y, lit=post in path)
    _draw_people(ax, graph, places)
    _draw_steps(ax, places, path)
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    return figure


def layout(graph: nx.DiGraph) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Place each post: its layer and its row, from 0; a caption takes a row of its own.

    Returns
    -------
    tuple of dict
        Post to (layer, row), and caption of a unit without a post of its own to row.

    Examples
    --------
    >>> layout(nx.DiGraph([("ceo", "sales"), ("ceo", "it"), ("sales", "agent")]))
    ({'ceo': (0, 0), 'sales': (1, 1), 'agent': (2, 2), 'it': (1, 3)}, {})
    """
    first = topic.top(graph)
    depth = nx.single_source_shortest_path_length(graph, first)
    places: dict[str, tuple[int, int]] = {}
    captions: dict[str, int] = {}
    row = 0
    for post in nx.dfs_preorder_nodes(graph, first):
        caption = _caption(graph.nodes[post]) if depth[post] == 1 else ""
        if caption and caption not in captions:
            captions[caption] = row
            row += 1
        places[post] = (depth[post], row)
        row += 1
    return places, captions


def _caption(node: dict[str, Any]) -> str:
    if "unit" not in node or node["unit"] == node.get("department"):
        return ""
    return f"{node['unit']} {node.get('unit_zh', '')}".strip()


def _title(graph: nx.DiGraph) -> str:
    nodes = [node for __, node in graph.nodes(data=True)]
    people = sum(int(node["headcount"]) for node in nodes)
    cost = sum(int(node["headcount"]) * node["monthly_cost"] for node in nodes)
    words = _("{layers} layers, {people} people, {cost} a month")
    if not cost:  # a table without pay
        words = _("{layers} layers, {people} people")
    words = words.format(
        layers=nx.dag_longest_path_length(graph) + 1, people=people, cost=theme.yuan(cost)
    )
    name = nodes[0].get("structure")
    return f"{topic.title(name)}: {words}" if name else words


def _draw_lines(
    ax: Axes, graph: nx.DiGraph, places: dict[str, tuple[int, int]], path: Sequence[str]
) -> None:
    lit = {frozenset(pair) for pair in pairwise(path)}
    for on, color, width in ((False, "#b0b0b0", 1.0), (True, theme.ORANGE, 2.4)):
        lines = [
            _elbow(places[boss], places[report])
            for boss, report in graph.edges
            if (frozenset((boss, report)) in lit) is on
        ]
        ax.add_collection(LineCollection(lines, colors=color, linewidths=width), autolim=False)


def _elbow(boss: tuple[int, int], report: tuple[int, int]) -> list[tuple[float, float]]:
    x = boss[0] * INDENT + 0.14
    return [(x, boss[1]), (x, report[1]), (report[0] * INDENT, report[1])]


def _draw_post(ax: Axes, node: dict[str, Any], x: float, y: float, *, lit: bool) -> None:
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
    ax.text(x + 0.04, y, words, va="center", fontsize=8.5, color="#1a1a1a", zorder=3, bbox=box)


def _draw_people(ax: Axes, graph: nx.DiGraph, places: dict[str, tuple[int, int]]) -> None:
    small: dict[str, Any] = {"fontsize": 8, "va": "center", "color": "#444444"}
    paid = any(node["monthly_cost"] for __, node in graph.nodes(data=True))
    if paid:
        ax.text(COST_X, -1, _("yuan a month"), ha="right", **small)
    ax.text(DOTS_X - 0.05, -1, _("people"), **small)
    dots, colors = [], []
    for post, node in graph.nodes(data=True):
        y, people = places[post][1], int(node["headcount"])
        shown = min(people, MOST_DOTS)
        dots += [(DOTS_X + DOT_STEP * dot, y) for dot in range(shown)]
        colors += [theme.BLUE if node["sourcing"] == "inside" else "#8a8a8a"] * shown
        if paid:
            ax.text(COST_X, y, f"{people * node['monthly_cost']:,.0f}", ha="right", **small)
        if people > MOST_DOTS:
            ax.text(DOTS_X + DOT_STEP * shown, y, f"… {people}", **small)
    xs, ys = zip(*dots, strict=True)
    ax.scatter(xs, ys, s=22, c=colors, lw=0, zorder=3)
    if "#8a8a8a" in colors:
        ax.text(STEP_X - 0.05, -1, _("dashed: outsourced"), ha="right", **small)


def _draw_steps(ax: Axes, places: dict[str, tuple[int, int]], path: Sequence[str]) -> None:
    for step, post in enumerate(path):
        if step == 0:
            words = _("raises")
        elif step == len(path) - 1:
            words = _("{step} decides").format(step=step)
        else:
            words = _("{step} approves").format(step=step)
        ax.text(STEP_X, places[post][1], words, va="center", fontsize=8, color="#a35a00")


@theme.drawn(WIDTH, height=1.5, row=0.42)
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
    """
    measures = (
        ("layers", _("layers"), "{:.0f}"),
        ("widest_span", _("widest span, people"), "{:.0f}"),
        ("monthly_cost", _("cost a month"), "¥{:,.0f}"),
        ("campaign_in_time", _("campaigns in time"), "{:.0%}"),
    )
    names = [topic.title(name) for name in table["structure"]]
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
            name=topic.title(best["structure"]), share=best["campaign_in_time"]
        ),
        x=0.01,
        ha="left",
        fontsize=12,
        fontweight="bold",
    )
