"""The shape of a structure: its layers, its spans of control, its people and their cost."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.organisation.posts import fen_of, graph_of, holder, people_in, posts_of, top


@public
def layers(data: Any, *, structure: str | None = None) -> pd.Series:
    """Tell on which layer each post stands; the top is layer 1.

    The number of layers of a structure is the largest of them. Outsourced posts count:
    an instruction has to reach them too.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    Series of int, of pandas
        Indexed by ``post_id``, from the top down.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    References
    ----------
    Slide 13 (as few layers as possible).

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside",
    ...     "headcount": 1, "monthly_cost": 9000})
    >>> layers({"posts": posts}).to_dict()
    {'ceo': 1, 'sales': 2, 'agents': 3}
    >>> layers({"posts": posts.assign(reports_to=[None, None, "sales"])})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Only one post can be at the top; ceo, sales have no boss.
    """
    depth = layers_of(graph_of(posts_of(data, structure)))
    return pd.Series(depth, name="layer", dtype="int64").rename_axis("post_id")


def layers_of(graph: nx.DiGraph) -> dict[str, int]:
    """Tell on which layer each post of `graph` stands."""
    depth = nx.single_source_shortest_path_length(graph, top(graph))
    return {post: steps + 1 for post, steps in depth.items()}


@public
def spans(data: Any, *, structure: str | None = None) -> pd.Series:
    """Count the people whom each manager leads directly.

    A post with people of the company under it is a manager. Outsourced people are led by
    their own company and do not count. Where a post has several holders (three team
    leaders), the people under it are shared among them. Who holds two posts is one person:
    led once, and leading the people of both.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    Series of float, of pandas
        People per manager, indexed by the manager's ``post_id``, in the order of `posts`. Who
        leads from two posts stands once, at the one that has people of its own.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    References
    ----------
    The span of control: Graicunas (1933), Urwick (1956). Sharing people among several holders,
    and counting who holds two posts once, are the course's own rules.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents", "it"],
    ...     "reports_to": [None, "ceo", "sales", "ceo"], "department": "shop",
    ...     "sourcing": ["inside", "inside", "inside", "outsourced"],
    ...     "headcount": [1, 2, 6, 4], "monthly_cost": 9000})
    >>> spans({"posts": posts}).to_dict()
    {'ceo': 2.0, 'sales': 3.0}
    >>> both = posts.assign(held_with=[None, None, None, "ceo"], sourcing="inside")
    >>> spans({"posts": both}).to_dict()  # the ceo is the IT engineer, too
    {'ceo': 2.0, 'sales': 3.0}
    >>> spans({"posts": posts.assign(headcount=[1, 0, 6, 4])})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 4 rows of posts, headcount is no whole number above 0, ...
    """
    found = spans_of(graph_of(posts_of(data, structure)))
    return pd.Series(found, name="span", dtype="float64").rename_axis("post_id")


def spans_of(graph: nx.DiGraph) -> dict[str, float]:
    """Count the people whom each manager of `graph` leads directly."""
    people = {post: people_under(graph, post) for post in graph if holder(graph, post) == post}
    return {post: n / graph.nodes[post]["headcount"] for post, n in people.items() if n}


def people_under(graph: nx.DiGraph, post: Hashable) -> int:
    """Count the people of the company who report to the people in `post`, in all their posts."""
    return sum(people_in(graph, reports_of(graph, post)).values())


def reports_of(graph: nx.DiGraph, post: Hashable) -> list[Hashable]:
    """Return the posts inside that report to the people in `post`, in all posts they hold."""
    return [
        report
        for boss in graph
        if holder(graph, boss) == post
        for report in graph.successors(boss)
        if graph.nodes[report]["sourcing"] == "inside" and holder(graph, report) != post
    ]


@public
def mean_span(data: Any, *, structure: str | None = None) -> float:
    """Tell how many people a manager leads on average.

    People with a boss inside the company, divided by managers.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    float
        People per manager.

    Raises
    ------
    CourseError
        As `reporting_graph`, and where nobody leads anybody.

    References
    ----------
    As in `spans`; the firm of Krackhardt (1987) has a mean span of 4.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside",
    ...     "headcount": [1, 1, 6], "monthly_cost": 9000})
    >>> mean_span({"posts": posts})
    3.5
    >>> mean_span({"posts": posts.head(1)})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No post leads people of the company, so there is no span of control.
    """
    return mean_span_of(graph_of(posts_of(data, structure)))


def managers_of(graph: nx.DiGraph) -> int:
    """Count the people who lead others."""
    return sum(int(graph.nodes[post]["headcount"]) for post in spans_of(graph))


def mean_span_of(graph: nx.DiGraph) -> float:
    """Tell how many people a manager of `graph` leads on average."""
    managers = managers_of(graph)
    if managers == 0:
        raise CourseError(_("No post leads people of the company, so there is no span of control."))
    return sum(people_under(graph, post) for post in spans_of(graph)) / managers


@public
def cost(data: Any, *, by: By = "sourcing", structure: str | None = None) -> Any:
    """Count the people and what they cost a month.

    A post costs its headcount times working time times the full-time cost of one person. Who
    holds two posts is counted once, in the post that has people of its own.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.
    by : str or sequence of str
        Columns of ``posts`` to group by: ``sourcing``, ``department``, ``unit``.

    Returns
    -------
    table of the caller's kind
        The `by` columns, ``people`` (heads) and ``monthly_cost`` (yuan), in the order in
        which the groups first appear.

    Raises
    ------
    CourseError
        As `reporting_graph`, and for an unknown column in `by`.

    References
    ----------
    Slides 5 to 7 name departments only; heads and pay are set by the course.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "it"], "reports_to": [None, "ceo", "ceo"],
    ...     "department": "shop", "sourcing": ["inside", "inside", "outsourced"],
    ...     "headcount": [1, 2, 3], "monthly_cost": [30000, 9000.5, 12000]})
    >>> cost({"posts": posts})
         sourcing  people  monthly_cost
    0      inside       3       48001.0
    1  outsourced       3       36000.0
    >>> half = posts.assign(working_time=[0.5, 1, 1], held_with=[None, None, "sales"])
    >>> cost({"posts": half}, by="department")
      department  people  monthly_cost
    0       shop       3       69001.0
    >>> cost({"posts": posts}, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table posts has no column city. It has: ...
    """
    keys = frames.listed(by, least=1)
    frames.refuse_taken(keys, ("people", "monthly_cost"))
    posts = posts_of(data, structure, "headcount", "monthly_cost", *keys)
    graph_of(posts)
    people = posts["headcount"].where(posts["held_with"].isna(), 0)
    fen = [fen_of(post) for post in posts.to_dict("records")]
    found = posts[keys].assign(people=people, fen=pd.Series(fen, posts.index, dtype="int64"))
    sums = found.groupby(keys, sort=False, dropna=False).sum().reset_index()
    return frames.like(sums.assign(monthly_cost=sums["fen"] / 100).drop(columns="fen"), data)
