"""The organisation designer: start from a structure, change it, see what it costs and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ecokit import organisation as topic
from ecokit.explore.lab import Choice, Control, Lab, Slider, Told, steps, table
from ecokit.messages import _
from ecokit.organisation.approvals import path_of
from ecokit.organisation.chart import places_of
from ecokit.organisation.measures import measured_of
from ecokit.organisation.posts import graph_of
from ecokit.plots import organisation as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from matplotlib.figure import Figure

    from ecokit.organisation.measures import Measures
    from ecokit.shop import Shop

TITLE = _("Organisation designer")
WINDOW = 120
FIRST = "seven_departments"
DECIDES = (
    "",
    "d_finance_manager",
    "d_general_manager",
    "d_marketing_manager",
    "d_campaign_supervisor",
)
"""Who decides campaigns in the frames on the page, in that structure; "" is as it is."""
NARROWEST = 2  # span, which needs the most rows to draw


def lab(shop: Shop) -> Lab:
    """Return the designer: nine controls, the new chart, and what changes in figures.

    Parameters
    ----------
    shop : Shop
        With the tables posts, mandates, decisions and approvals.
    """
    own, amounts = topic.approval_minutes(shop), topic.stakes(shop)
    graphs = cache(lambda start: topic.reporting_graph(shop, structure=start))
    measured = cache(
        lambda start, minutes: topic.measure(
            shop,
            minutes_per_approval=minutes,
            window_minutes=WINDOW,
            at_stake=amounts,
            structure=start,
        )
    )
    designed = lru_cache(8)(lambda start, heir, all_: _design(shop, start, heir, dict(all_)))
    offered = cache(lambda start: _changes(topic.choose(shop.posts, structure=start)))
    names = list(shop.posts["structure"].unique())
    first = FIRST if FIRST in names else names[0]
    starts = Choice(_("Start from"), [(topic.title(name), name) for name in names], first)
    minutes = Slider(
        _("Minutes of one approval"), steps(5, 120, 5, "{:.0f}", also=float(own)), float(own)
    )

    def controls(values: Mapping[str, Any]) -> dict[str, Control]:
        return {"start": starts, **offered(values.get("start", first)), "minutes": minutes}

    def draw(figure: Figure, start: str, minutes: float, **changes: Any) -> Told:
        heir = changes["kept"] or _boss(graphs(start), changes["absorbed"])
        new = designed(start, heir, tuple(changes.items()))
        before = measured(start, minutes)
        rules = new.structure.mandates
        after = measured_of(new.graph, rules, minutes, WINDOW, amounts=amounts)
        _draw(figure, new, rows)
        return Told(_alt(after, new), _figures(before, after))

    narrowest = topic.design(shop, structure=first, widest_span=NARROWEST)
    rows = len(topic.places(narrowest.tables))
    stops = DECIDES if first == FIRST else ()
    size = (plots.WIDTH, _inches(rows))
    return Lab(TITLE, controls, draw, along="decides", stops=stops, size=size)


def _changes(posts: pd.DataFrame) -> dict[str, Control]:
    """Offer what can be changed in a structure: its spans, layers, posts and departments."""
    named = [(f"{row.title} {row.title_zh}", row.post_id) for row in posts.itertuples()]
    tables = {"posts": posts}
    graph = topic.reporting_graph(tables)
    top = graph.nodes[topic.top(graph)]["department"]
    inside = posts[(posts["sourcing"] == "inside") & (posts["department"] != top)]
    departments = [(name, name) for name in inside["department"].unique()]
    return {
        "span": Slider(_("Most people a manager leads"), _down_from(topic.spans(tables).max())),
        "depth": Slider(_("Most layers"), _down_from(topic.layers(tables).max())),
        "decides": Choice(_("Who decides campaigns"), [(_("as it is"), ""), *named]),
        "absorbed": Choice(_("Close this post"), [(_("none"), ""), *named]),
        "kept": Choice(_("and give its work to"), [(_("its boss"), ""), *named]),
        "supplier": Choice(_("Hand to a supplier"), [(_("nothing"), ""), *departments]),
        "rate": Slider(_("Supplier's price, % of today's cost"), steps(50, 150, 10), 100),
    }


def _down_from(most: float) -> list[tuple[str, int]]:
    return [(_("as it is"), 0), *((str(n), n) for n in range(int(most) - 1, 1, -1))]


def _boss(graph: Any, post: str) -> str:
    """Return who takes over where nobody is named: the boss of the closed post."""
    return str(next(graph.predecessors(post), post)) if post else ""


class _Design(NamedTuple):
    """A new structure, its posts as a graph and where they stand, and the way of a campaign."""

    structure: topic.Structure
    graph: nx.DiGraph
    places: pd.DataFrame
    way: list[str]


def _design(shop: Shop, start: str, heir: str, changes: Mapping[str, Any]) -> _Design:
    new = topic.design(
        shop,
        structure=start,
        merge={changes["absorbed"]: heir} if changes["absorbed"] else None,
        outsource=[changes["supplier"]] if changes["supplier"] else [],
        outsourced_rate=changes["rate"] / 100,
        most_layers=changes["depth"] or None,
        widest_span=changes["span"] or None,
        decides={"campaign": changes["decides"]} if changes["decides"] else None,
    )
    graph = graph_of(new.posts)  # design has looked at them: once is enough for a move
    return _Design(new, graph, places_of(graph), _way(new, graph))


def _way(new: topic.Structure, graph: nx.DiGraph) -> list[str]:
    """Return the posts on the way of the first campaign decision."""
    ends = new.mandates[new.mandates["kind"] == "campaign"].iloc[0]
    return [ends["raised_by"], *path_of(graph, ends["raised_by"], ends["decided_by"])]


def _draw(figure: Figure, new: _Design, rows: int) -> None:
    """Draw the chart so that posts stand as far apart in each, whatever their number."""
    rows = max(rows, len(new.places))
    figure.set_size_inches(plots.WIDTH, _inches(rows))
    ax = figure.add_axes((0.01, 0.01, 0.98, 1 - 0.4 / _inches(rows)))
    plots.chart(new.places, path=new.way, pay=False, ax=ax)  # a number a post would take too long
    ax.set_ylim(rows - 0.4, -1.3)
    ax.set_title(ax.get_title(loc="left"), x=0, y=1)  # a search for its place would take long


def _inches(rows: int) -> float:
    return plots.ROW_INCHES * (rows + 1) + 0.6


def _figures(before: Measures, after: Measures) -> str:
    measures = (
        ("layers", _("Layers"), "{:.0f}"),
        ("widest_span", _("Most people a manager leads"), "{:.1f}"),
        ("managers", _("Managers"), "{:.0f}"),
        ("people_inside", _("People in the company"), "{:.0f}"),
        ("people_outsourced", _("People at suppliers"), "{:.0f}"),
        ("monthly_cost", _("Cost a month"), "¥{:,.0f}"),
        ("campaign_approvals", _("Approvals of a campaign decision"), "{:.3g}"),
        ("campaign_minutes", _("Mean minutes to decide"), "{:.0f}"),
        ("campaign_in_time", _("Decided within two hours"), "{:.0%}"),
        ("single_points", _("Single points of failure"), "{:.0f}"),
    )
    was, now = asdict(before), asdict(after)
    rows = [(label, form.format(was[key]), form.format(now[key])) for key, label, form in measures]
    changed = [n for n, (key, *_words) in enumerate(measures) if was[key] != now[key]]
    return table([_("What changes"), _("before"), _("new")], rows, bold=changed)


def _alt(row: Measures, new: _Design) -> str:
    message = _(
        "Organisation chart with {layers} layers, {managers} managers who lead at most {span:.0f} "
        "people, and a cost of {cost} a month. A campaign decision goes from {way}; {share:.0%} "
        "of them come within two hours."
    )
    titles = new.structure.posts.set_index("post_id")["title"]
    return message.format(
        layers=row.layers,
        managers=row.managers,
        span=row.widest_span,
        cost=theme.yuan(row.monthly_cost),
        way=_(" to ").join(titles[post] for post in new.way),
        share=row.campaign_in_time,
    )
