"""The organisation designer: start from a structure, change it, see what it costs and how fast."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from ecokit import organisation as topic
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, app
from ecokit.messages import _
from ecokit.plots import organisation as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Organisation designer")
WINDOW = 120
SPANS = (10, 8, 6, 4, 3)


def explorer(shop: Shop) -> widgets.Widget:
    """Return the designer: nine controls, what changes in figures, and the new chart.

    Parameters
    ----------
    shop : Shop
        With the tables posts, mandates, decisions and approvals.
    """
    return Designer(shop).widget


class Designer:
    """The state of the organisation designer; `widget` is what is shown."""

    def __init__(self, shop: Shop) -> None:
        self.posts, self.mandates = shop.posts, shop.mandates
        as_is = [(_("as it is"), 0)]
        names = [(topic.title(name), name) for name in self.posts["structure"].unique()]
        self.start = widgets.Dropdown(options=names, description=_("Start from"))
        self.span = widgets.SelectionSlider(
            options=as_is, description=_("Most people a manager leads")
        )
        self.depth = widgets.SelectionSlider(options=as_is, description=_("Most layers"))
        self.decides = widgets.Dropdown(description=_("Who decides campaigns"))
        self.absorbed = widgets.Dropdown(description=_("Close this post"))
        self.kept = widgets.Dropdown(description=_("and give its work to"))
        self.supplier = widgets.Dropdown(description=_("Hand to a supplier"))
        self.rate = widgets.IntSlider(
            100, 50, 150, step=10, description=_("Supplier's price, % of today's cost")
        )
        self.minutes = widgets.IntSlider(
            round(topic.approval_minutes(shop.decisions, shop.approvals) / 5) * 5,
            5,
            120,
            step=5,
            description=_("Minutes of one approval"),
        )
        self._before = cache(self._measure_start)
        self.figures, self.tree = widgets.HTML(), widgets.HTML()
        self.controls = [
            self.start, self.span, self.depth, self.decides, self.absorbed, self.kept,
            self.supplier, self.rate, self.minutes,
        ]  # fmt: skip
        self._offer()
        for control in self.controls:
            control.observe(self._changed, "value")
        self.update()
        self.widget = app(self.controls, [self.figures, self.tree], title=TITLE)

    def _offer(self) -> None:
        """Offer the posts and departments of the chosen structure."""
        chosen = topic.choose(self.posts, self.start.value)
        posts = [(f"{row.title} {row.title_zh}", row.post_id) for row in chosen.itertuples()]
        graph = topic.reporting_graph(chosen)
        top = graph.nodes[topic.top(graph)]["department"]
        inside = chosen[(chosen["sourcing"] == "inside") & (chosen["department"] != top)]
        for slider, most in (
            (self.span, topic.spans(chosen).max()),
            (self.depth, topic.layers(chosen).max()),
        ):
            lower = range(int(most) - 1, 1, -1)
            slider.options = [(_("as it is"), 0), *((str(n), n) for n in lower)]
            slider.value = 0
        self.decides.options = [(_("as it is"), ""), *posts]
        self.absorbed.options = [(_("none"), ""), *posts]
        self.kept.options = [(_("its boss"), ""), *posts]
        departments = [(name, name) for name in inside["department"].unique()]
        self.supplier.options = [(_("nothing"), ""), *departments]
        for control in (self.decides, self.absorbed, self.kept, self.supplier):
            control.value = ""

    def _changed(self, change: dict[str, Any]) -> None:
        if change["owner"] is self.start:
            for control in self.controls:
                control.unobserve(self._changed, "value")
            self._offer()
            for control in self.controls:
                control.observe(self._changed, "value")
        self.update()

    def design(self) -> topic.Structure:
        """Return the structure that the controls describe."""
        merge = {self.absorbed.value: self._heir()} if self.absorbed.value else None
        decides = {"campaign": self.decides.value} if self.decides.value else None
        return topic.design(
            self.posts,
            self.mandates,
            self.start.value,
            merge=merge,
            outsource=[self.supplier.value] if self.supplier.value else [],
            outsourced_rate=self.rate.value / 100,
            most_layers=self.depth.value or None,
            widest_span=self.span.value or None,
            decides=decides,
        )

    def _heir(self) -> str:
        """Return the post that takes over: the chosen one, or the boss of the closed post."""
        if self.kept.value:
            return str(self.kept.value)
        graph = topic.reporting_graph(self.posts, self.start.value)
        return next(graph.predecessors(self.absorbed.value), self.absorbed.value)

    def _measure_start(self, start: str, minutes: float) -> dict[str, Any]:
        return topic.measure(self.posts, self.mandates, minutes, WINDOW, start)

    def update(self) -> None:
        """Compute the design and show it, or the sentence why it cannot be."""
        try:
            new = self.design()
            before = self._before(self.start.value, self.minutes.value)
            after = topic.measure(*new, self.minutes.value, WINDOW)
        except CourseError as error:
            self.figures.value = (
                f'<p role="alert" style="color:#a40000"><strong>{html.escape(str(error))}'
                "</strong></p>"
            )
            return
        self.figures.value = _figures(before, after)
        self.tree.value = _tree(topic.reporting_graph(new.posts), _way(new))


def _way(new: topic.Structure) -> list[str]:
    """Return the posts on the way of the first campaign decision."""
    ends = new.mandates[new.mandates["kind"] == "campaign"].iloc[0]
    path = topic.approval_path(new.posts, ends["raised_by"], ends["decided_by"])
    return [ends["raised_by"], *path]


def _figures(before: dict[str, Any], after: dict[str, Any]) -> str:
    rows = (
        ("layers", _("Layers"), "{:.0f}"),
        ("widest_span", _("Most people a manager leads"), "{:.1f}"),
        ("managers", _("Managers"), "{:.0f}"),
        ("people_inside", _("People in the company"), "{:.0f}"),
        ("people_outsourced", _("People at suppliers"), "{:.0f}"),
        ("monthly_cost", _("Cost a month"), "¥{:,.0f}"),
        ("campaign_approvals", _("Approvals of a campaign decision"), "{:.0f}"),
        ("campaign_minutes", _("Mean minutes to decide"), "{:.0f}"),
        ("campaign_in_time", _("Decided within two hours"), "{:.0%}"),
        ("single_points", _("Single points of failure"), "{:.0f}"),
    )
    cell = 'style="text-align:right;padding:2px 10px"'
    body = "".join(
        f"<tr{' style=font-weight:bold' if before[key] != after[key] else ''}>"
        f'<th scope="row" style="text-align:left;font-weight:inherit">{html.escape(label)}</th>'
        f"<td {cell}>{form.format(before[key])}</td><td {cell}>{form.format(after[key])}</td></tr>"
        for key, label, form in rows
    )
    head = "".join(
        f'<th scope="col" style="text-align:{side};padding:2px 10px">{html.escape(word)}</th>'
        for word, side in ((_("What changes"), "left"), (_("before"), "right"), (_("new"), "right"))
    )
    return (
        f'<table style="line-height:1.3"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _tree(graph: nx.DiGraph, path: list[str]) -> str:
    caption = _("Organisation chart; orange: the way of a campaign decision")
    return (
        f"<p><em>{html.escape(caption)}</em></p>"
        f'<div style="line-height:1.9;overflow-x:auto">{_branch(graph, topic.top(graph), path)}'
        "</div>"
    )


def _branch(graph: nx.DiGraph, post: str, path: list[str]) -> str:
    node, lit = graph.nodes[post], post in path
    outside = node["sourcing"] == "outsourced"
    color, fill = ("#b35c00", "#fff1d6") if lit else ("#0173b2", "#e8f2fa")
    if outside and not lit:
        color, fill = "#6b6b6b", "#f1f1f1"
    title, title_zh = html.escape(str(node["title"])), html.escape(str(node["title_zh"]))
    words = f"{title} <span lang=zh>{title_zh}</span>"
    people = _("{n} at a supplier") if outside else _("{n} people")
    number = people.format(n=node["headcount"]) if node["headcount"] > 1 or outside else ""
    step = f"<strong>{html.escape(_step(path.index(post), len(path)))}</strong>" if lit else ""
    under = "".join(_branch(graph, report, path) for report in graph.successors(post))
    return (
        '<ul style="list-style:none;margin:0;padding-left:1.4em"><li>'
        f'<span style="border:1.5px {"dashed" if outside else "solid"} {color};background:{fill};'
        f'color:#1a1a1a;border-radius:5px;padding:1px 6px">{words}</span> '
        f"{html.escape(number)} {step}{under}</li></ul>"
    )


def _step(step: int, length: int) -> str:
    if step == 0:
        return _("raises it")
    return _("decides") if step == length - 1 else _("approval {step}").format(step=step)


def frames(shop: Shop) -> Frames:
    """Return the static twin: the shop's own structure with narrower and narrower spans."""
    minutes = topic.approval_minutes(shop.decisions, shop.approvals)
    designs = {
        span: topic.design(
            shop.posts, shop.mandates, "three_forces", name=f"span_{span}", widest_span=span
        )
        for span in SPANS
    }
    rows = max(len(new.posts) for new in designs.values()) + 3

    def frame(span: int) -> Frame:
        label = _("at most {n} people").format(n=span)
        row = topic.measure(*designs[span], minutes, WINDOW)
        return Frame(label, lambda: _draw(designs[span], rows), f"{label}: {_alt(row)}")

    return Frames(TITLE, _("People a manager leads"), [frame(span) for span in SPANS])


def _draw(new: topic.Structure, rows: int) -> Figure:
    ax = theme.figure(plots.WIDTH, plots.ROW_INCHES * (rows + 1) + 0.6)[1]
    figure = plots.chart(new.posts, path=_way(new), ax=ax)
    ax.set_ylim(rows - 0.4, -1.3)
    return figure


def _alt(row: dict[str, Any]) -> str:
    message = _(
        "organisation chart with {layers} layers, {managers} managers and a cost of {cost} a "
        "month; a campaign decision needs {approvals:.0f} approval(s), and {share:.0%} of them "
        "come within two hours."
    )
    return message.format(
        layers=row["layers"],
        managers=row["managers"],
        cost=theme.yuan(row["monthly_cost"]),
        approvals=row["campaign_approvals"],
        share=row["campaign_in_time"],
    )


__all__ = ["Designer", "explorer", "frames"]
