"""Approvals: whose yes a decision needs, how long that takes, and who must not be absent."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.organisation.posts import (
    chosen,
    graph_of,
    holder,
    named,
    people_in,
    posts_of,
    require_post,
)

_ENDS = ("raised_by", "decided_by")
LIMITS = (("limit", "beyond"), ("high_limit", "high_beyond"))
"""The columns of a mandate with the yuan above which one more post approves, and with that post."""


@public
def approval_path(
    data: Any, *, raised_by: str, decided_by: str, structure: str | None = None
) -> list[str]:
    """Name the posts that must say yes, in order, before a decision is made.

    The paper goes up from the post that raises it to the lowest boss of both, and from
    there down to the post that decides. Every post on the way after the first approves.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.
    raised_by, decided_by : str
        Post ids. The same post twice means that it decides alone: no approval.

    Returns
    -------
    list of str
        Post ids, the one that decides last.

    Raises
    ------
    CourseError
        As `reporting_graph`, and for a post that the structure does not have.

    References
    ----------
    Slide 13 (as few layers as possible). That the paper goes over the lowest common boss is the
    course's own model.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "it", "agent"],
    ...     "reports_to": [None, "ceo", "ceo", "sales"], "department": "shop",
    ...     "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> approval_path({"posts": posts}, raised_by="agent", decided_by="it")
    ['sales', 'ceo', 'it']
    >>> approval_path({"posts": posts}, raised_by="agent", decided_by="cfo")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: decided_by is 'cfo'. The posts of the structure are ceo, sales, ...
    """
    graph = graph_of(posts_of(data, structure))
    require_post("raised_by", raised_by, graph)
    require_post("decided_by", decided_by, graph)
    return path_of(graph, raised_by, decided_by)


def path_of(graph: nx.DiGraph, raised_by: str, decided_by: str) -> list[str]:
    """Name the posts after `raised_by` on the way to `decided_by`."""
    # In a tree the one undirected path runs through the lowest common boss.
    return nx.shortest_path(graph.to_undirected(as_view=True), raised_by, decided_by)[1:]


@public
def approval_paths(data: Any, *, structure: str | None = None, at_stake: float = 0) -> Any:
    """Tell how many approvals each kind of decision needs, and whose.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`; ``mandates``: ``kind`` (``product``, ``campaign``,
        ``service``), ``raised_by``, ``decided_by``. A mandate may have a ``limit``: above it
        ``beyond`` approves as well, and above ``high_limit`` so does ``high_beyond``.
    structure : str, optional
        As in `reporting_graph`.
    at_stake : float
        Yuan of margin that hang on the decision; 0 is below each limit.

    Returns
    -------
    table of the caller's kind
        The columns of ``mandates``, ``approvals`` (count) and ``path`` (post ids from the
        one who raises to the one who decides, joined by an arrow).

    Raises
    ------
    CourseError
        As `reporting_graph`; a mandate is not complete, or names no post of the structure; its
        limits are below 0 or the second is below the first.

    References
    ----------
    Slide 10 (a clear mandate for each post) and 13 (as few layers as possible); the path is that
    of `approval_path`. Limits in yuan are the course's own.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agent"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> approval_paths({"posts": posts, "mandates": mandates})[["approvals", "path"]]
       approvals                 path
    0          2  agent → sales → ceo
    >>> alone = mandates.assign(decided_by="sales", limit=500, beyond="ceo")
    >>> tables = {"posts": posts, "mandates": alone}
    >>> [approval_paths(tables, at_stake=yuan)["path"][0] for yuan in (500, 501)]
    ['agent → sales', 'agent → sales → ceo']
    >>> approval_paths({"posts": posts, "mandates": mandates.drop(columns="kind")})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table mandates has no column kind. It has: ...
    """
    graph = graph_of(posts_of(data, structure))
    mandates = mandates_of(data, structure, graph)
    stake = numbers.number("at_stake", at_stake, low=0)
    return frames.like(approval_paths_of(graph, mandates, stake), data)


def mandates_of(data: Any, structure: str | None, graph: nx.DiGraph) -> pd.DataFrame:
    """Return the mandates of one structure, complete, between posts of `graph`."""
    return sound_mandates(chosen(data, "mandates", structure), graph)


def sound_mandates(mandates: pd.DataFrame, graph: nx.DiGraph) -> pd.DataFrame:
    """Return mandates of one structure, complete, or say what is wrong with them."""
    columns = ["kind", *_ENDS]
    there = [(limit, post) for limit, post in LIMITS if {limit, post} <= set(mandates)]
    types = dict.fromkeys([*_ENDS, *(post for __, post in there)], "id")
    types |= dict.fromkeys([limit for limit, __ in there], "number")
    frame = frames.table(mandates, [*types, "kind"], name="mandates", types=types)
    found = frames.as_pandas(frame)
    known = _("The posts of the structure are {posts}.").format(posts=named(graph))
    strangers = [
        rows.Wrong(
            _("{end} is no post of the structure").format(end=end),
            ~nw.col(end).is_in(list(graph)) & ~nw.col(end).is_null(),
            ("kind", end),
            known,
        )
        for end, kind in types.items()
        if kind == "id"
    ]
    missing = [rows.missing(name, *columns) for name in columns]
    rows.refuse(found, "mandates", [*missing, *strangers, *_wrong_limits(there)])
    return found


def _wrong_limits(there: list[tuple[str, str]]) -> list[rows.Wrong]:
    """Return the limits that cannot be: below 0, without a post, the second below the first."""
    wrong = []
    for limit, post in there:
        alone = nw.col(limit).is_null() != nw.col(post).is_null()
        remedy = _("Give both, or leave both empty.")
        below = rows.Wrong(
            _("{limit} is below 0").format(limit=limit), nw.col(limit) < 0, ("kind", limit)
        )
        one = _("only one of {limit} and {post} is given").format(limit=limit, post=post)
        wrong += [below, rows.Wrong(one, alone, ("kind", limit, post), remedy)]
    if len(there) == len(LIMITS):
        (low, __), (high, __) = there
        upside = _("{high} is below {low}").format(high=high, low=low)
        wrong.append(rows.Wrong(upside, nw.col(high) < nw.col(low), ("kind", low, high)))
    return wrong


def approval_paths_of(graph: nx.DiGraph, mandates: pd.DataFrame, at_stake: float) -> pd.DataFrame:
    """Add to `mandates` how many approvals each needs, and whose."""
    paths = _paths(graph, mandates, at_stake)
    joined = [
        " → ".join(map(str, [raised_by, *path]))
        for raised_by, path in zip(mandates["raised_by"], paths, strict=True)
    ]
    return mandates.assign(approvals=[len(path) for path in paths], path=joined)


def _paths(graph: nx.DiGraph, mandates: pd.DataFrame, at_stake: float = 0) -> list[list[str]]:
    rules = mandates.to_dict("records")
    return [
        path_of(graph, rule["raised_by"], rule["decided_by"]) + _beyond(rule, at_stake)
        for rule in rules
    ]


def _beyond(rule: Mapping[Hashable, Any], at_stake: float) -> list[str]:
    """Return the posts that approve as well because so much is at stake; no limit is never met."""
    return [
        rule[post]
        for limit, post in LIMITS
        if limit in rule and post in rule and at_stake > rule[limit]
    ]


def approvals_of(
    graph: nx.DiGraph, mandates: pd.DataFrame, at_stake: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Count the approvals of each mandate for each of many amounts: shape (mandates, amounts)."""
    counts = [np.full(at_stake.shape, len(path)) for path in _paths(graph, mandates)]
    for limit, post in LIMITS:
        if {limit, post} <= set(mandates):
            above = [at_stake > amount for amount in mandates[limit].to_numpy(np.float64)]
            counts = [count + more for count, more in zip(counts, above, strict=True)]
    return np.asarray(counts, dtype=np.int64).reshape(len(mandates), *at_stake.shape)


@public
def stakes(data: Any, *, kind: str = "campaign") -> NDArray[np.float64]:
    """Return what hung on each decision of a kind, to measure a structure with.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``: ``kind``, ``potential`` (yuan of margin, had it been decided at once).
    kind : str
        The kind of decision.

    Returns
    -------
    array of float, shape (decisions,)
        Yuan, in the order of the table.

    Raises
    ------
    CourseError
        There is no decision of that kind, or a potential is missing or below 0.

    References
    ----------
    Slide 10 (a clear mandate for each post); limits in yuan are the course's own.

    Examples
    --------
    >>> decisions = pd.DataFrame({"kind": ["campaign", "service"], "potential": [900.0, 50.0]})
    >>> stakes({"decisions": decisions}).tolist()
    [900.0]
    >>> stakes({"decisions": decisions}, kind="product")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: kind is 'product'. There is no such decision. The kinds are: ...
    """
    (decisions,) = frames.fetched(data, {"decisions": "kind potential"})
    ours = decisions[decisions["kind"] == numbers.text("kind", kind)]
    rows.refuse(
        ours, "decisions", [rows.missing("potential", "kind"), rows.below_zero("potential")]
    )
    if ours.empty:
        known = ", ".join(map(str, decisions["kind"].dropna().unique())) or _("none")
        message = _("There is no such decision. The kinds are: {known}.")
        raise numbers.refused("kind", kind, message.format(known=known))
    return ours["potential"].to_numpy(np.float64)


@public
def single_points(data: Any, *, structure: str | None = None) -> Any:
    """Find where one absent person stops the work.

    Two kinds of risk: an approver with a single holder whom every decision of a kind must
    pass, whatever is at stake, and a department of the company with a single person. Count
    the posts: one post can be the risk of several kinds.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, with ``department``, and ``mandates``, as in `approval_paths`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    table of the caller's kind
        ``risk`` (``approval`` or ``department``), ``scope`` (the kind of decision or the
        department), ``post_id``, ``cut_off`` (other people who lose their line to the top when
        the post is empty).

    Raises
    ------
    CourseError
        As `approval_paths`.

    References
    ----------
    Slides 10 and 11 ask for a clear mandate for each post; the two risks are the course's own.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agent"], "reports_to": [None, "ceo", "sales"],
    ...     "department": ["management", "sales", "sales"], "sourcing": "inside",
    ...     "headcount": [1, 2, 6], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> single_points({"posts": posts, "mandates": mandates})
             risk       scope post_id  cut_off
    0    approval    campaign     ceo        8
    1  department  management     ceo        8
    >>> single_points({"posts": posts, "mandates": mandates.assign(decided_by="cfo")})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 1 row of mandates, decided_by is no post of the ...
    """
    graph = graph_of(posts_of(data, structure, "department"))
    return frames.like(single_points_of(graph, mandates_of(data, structure, graph)), data)


def single_points_of(graph: nx.DiGraph, mandates: pd.DataFrame) -> pd.DataFrame:
    """Find the single points of failure of `graph`."""
    rows = [("approval", kind, post) for kind, post in _bottlenecks(graph, mandates)]
    inside = [node for __, node in graph.nodes(data=True) if node["sourcing"] == "inside"]
    for department in dict.fromkeys(node["department"] for node in inside):
        members = [node["post_id"] for node in inside if node["department"] == department]
        if sum(people_in(graph, members).values()) == 1:
            rows.append(("department", department, members[0]))
    found = pd.DataFrame(rows, columns=["risk", "scope", "post_id"])
    return found.assign(cut_off=[_cut_off(graph, post) for post in found["post_id"]])


def _cut_off(graph: nx.DiGraph, post: str) -> int:
    """Count the other people under `post`, each once."""
    under = [
        one for one in nx.descendants(graph, post) if holder(graph, one) != holder(graph, post)
    ]
    return sum(people_in(graph, under).values())


def _bottlenecks(graph: nx.DiGraph, mandates: pd.DataFrame) -> list[tuple[str, str]]:
    rows = []
    for kind, group in mandates.groupby("kind", sort=False):
        paths = _paths(graph, group)
        on_all = [post for post in paths[0] if all(post in path for path in paths)]
        rows += [(str(kind), post) for post in on_all if graph.nodes[post]["headcount"] == 1]
    return rows


@public
def chance_in_time(
    approvals: int, minutes_per_approval: float, window_minutes: float = 120
) -> float:
    r"""Tell how likely a decision is within the window if approval times are exponential.

    The sum of :math:`k` independent exponential times with mean :math:`m` has the Erlang
    (gamma) distribution,

    .. math:: P(T \le t) = 1 - \sum_{i=0}^{k-1} \frac{(t/m)^i}{i!} e^{-t/m}.

    Parameters
    ----------
    approvals : int
        Posts that must say yes; 0 decides at once.
    minutes_per_approval : float
        Mean minutes of one approval.
    window_minutes : float
        The time there is; slide 13 gives a campaign decision one to two hours.

    Returns
    -------
    float
        A share, 0 to 1.

    Raises
    ------
    CourseError
        Approvals that are no whole number from 0, minutes that are not above 0, or a window
        below 0.

    References
    ----------
    Slide 13 (one to two hours); the Erlang distribution as a sum of exponential times: Larson
    and Odoni (1981), section 2.11.3.

    Examples
    --------
    >>> round(chance_in_time(2, 60), 4)  # 1 - 3 exp(-2)
    0.594
    >>> chance_in_time(-1, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: approvals is -1. Give a whole number, 0 or more.
    """
    from scipy.special import gammainc

    approvals = numbers.count("approvals", approvals, low=0)
    minutes = numbers.positive("minutes_per_approval", minutes_per_approval)
    window = numbers.number("window_minutes", window_minutes, low=0)
    return float(gammainc(approvals, window / minutes)) if approvals else 1.0


@public
def approval_minutes(data: Any, *, kind: str = "campaign") -> float:
    """Tell how many minutes one approval takes on average, from being asked to answering.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``: ``decision_id``, ``kind``. ``approvals``: ``decision_id``, ``asked_at``,
        ``answered_at``; those that are open do not count.
    kind : str
        The kind of decision.

    Returns
    -------
    float
        Mean minutes, 0 or more.

    Raises
    ------
    CourseError
        No approval of that kind was answered, or some were answered before they were asked.

    References
    ----------
    Slide 13 (a campaign decision has one to two hours); a plain mean of the records.

    Examples
    --------
    >>> decisions = pd.DataFrame({"decision_id": [1], "kind": ["campaign"]})
    >>> approvals = pd.DataFrame({"decision_id": [1, 1],
    ...     "asked_at": pd.to_datetime(["2025-06-01 09:00", "2025-06-01 09:30"]),
    ...     "answered_at": pd.to_datetime(["2025-06-01 09:30", "2025-06-01 10:40"])})
    >>> approval_minutes({"decisions": decisions, "approvals": approvals})
    50.0
    >>> approval_minutes({"decisions": decisions, "approvals": approvals}, kind="product")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: kind is 'product'. No approval of such a decision was answered. ...
    """
    decisions, approvals = frames.fetched(
        data, {"decisions": "decision_id kind", "approvals": "decision_id asked_at answered_at"}
    )
    kind = numbers.text("kind", kind)
    ids = decisions.loc[decisions["kind"] == kind, "decision_id"]
    ours = approvals[approvals["decision_id"].isin(ids)]
    rows.refuse(ours, "approvals", [rows.out_of_order("asked_at", "answered_at", "decision_id")])
    waits = (ours["answered_at"] - ours["asked_at"]).dropna()
    if waits.empty:
        known = ", ".join(map(str, decisions["kind"].dropna().unique())) or _("none")
        message = _("No approval of such a decision was answered. The kinds are: {known}.")
        raise numbers.refused("kind", kind, message.format(known=known))
    return float(waits.dt.total_seconds().mean()) / 60
