"""Approvals: whose yes a decision needs, how long that takes, and who must not be absent."""

from __future__ import annotations

import math

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.organisation.posts import choose, is_number, named, reporting_graph, require_columns


def approval_path(
    posts: pd.DataFrame, raised_by: str, decided_by: str, structure: str | None = None
) -> list[str]:
    """Name the posts that must say yes, in order, before a decision is made.

    The paper goes up from the post that raises it to the lowest boss of both, and from
    there down to the post that decides. Every post on the way after the first approves.

    Parameters
    ----------
    posts, structure
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

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "it", "agent"],
    ...     "reports_to": [None, "ceo", "ceo", "sales"], "department": "shop",
    ...     "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> approval_path(posts, "agent", "it")
    ['sales', 'ceo', 'it']
    >>> approval_path(posts, "agent", "cfo")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The structure has no post cfo; its posts are ceo, sales, it, agent.

    Notes
    -----
    Slide 13 asks for as few layers as possible.
    """
    return path_of(reporting_graph(posts, structure), raised_by, decided_by)


def path_of(graph: nx.DiGraph, raised_by: str, decided_by: str) -> list[str]:
    """Name the posts after `raised_by` on the way to `decided_by`."""
    for post in (raised_by, decided_by):
        if post not in graph:
            raise CourseError(
                _("The structure has no post {post}; its posts are {posts}.").format(
                    post=post, posts=named(graph)
                )
            )
    # In a tree the one undirected path runs through the lowest common boss.
    return nx.shortest_path(graph.to_undirected(as_view=True), raised_by, decided_by)[1:]


def approval_paths(
    posts: pd.DataFrame, mandates: pd.DataFrame, structure: str | None = None
) -> pd.DataFrame:
    """Tell how many approvals each kind of decision needs, and whose.

    Parameters
    ----------
    posts, structure
        As in `reporting_graph`.
    mandates : DataFrame
        ``kind`` (``product``, ``campaign``, ``service``), ``raised_by``, ``decided_by``.

    Returns
    -------
    DataFrame
        The columns of `mandates`, ``approvals`` (count) and ``path`` (post ids from the
        one who raises to the one who decides, joined by an arrow).

    Raises
    ------
    CourseError
        As `approval_path`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agent"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> approval_paths(posts, mandates)[["approvals", "path"]]
       approvals                 path
    0          2  agent → sales → ceo
    >>> approval_paths(posts, mandates.drop(columns="kind"))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table mandates lacks the column(s) kind.
    """
    graph = reporting_graph(posts, structure)
    return approval_paths_of(graph, sound_mandates(mandates, structure))


def sound_mandates(mandates: pd.DataFrame, structure: str | None = None) -> pd.DataFrame:
    """Return the mandates of one structure, complete."""
    chosen = choose(mandates, structure)
    require_columns(chosen, ("kind", "raised_by", "decided_by"), "mandates")
    for column in ("kind", "raised_by", "decided_by"):
        if chosen[column].isna().any():
            raise CourseError(
                _("{n} of {rows} mandates have no {column}: fill it in.").format(
                    n=chosen[column].isna().sum(), rows=len(chosen), column=column
                )
            )
    return chosen


def approval_paths_of(graph: nx.DiGraph, mandates: pd.DataFrame) -> pd.DataFrame:
    """Add to `mandates` how many approvals each needs, and whose."""
    paths = _paths(graph, mandates)
    joined = [
        " → ".join(map(str, [raised_by, *path]))
        for raised_by, path in zip(mandates["raised_by"], paths, strict=True)
    ]
    return mandates.assign(approvals=[len(path) for path in paths], path=joined)


def _paths(graph: nx.DiGraph, mandates: pd.DataFrame) -> list[list[str]]:
    ends = zip(mandates["raised_by"], mandates["decided_by"], strict=True)
    return [path_of(graph, raised_by, decided_by) for raised_by, decided_by in ends]


def single_points(
    posts: pd.DataFrame, mandates: pd.DataFrame, structure: str | None = None
) -> pd.DataFrame:
    """Find where one absent person stops the work.

    Two kinds of risk: an approver with a single holder whom every decision of a kind must
    pass, and a department of the company with a single person.

    Parameters
    ----------
    posts, mandates, structure
        As in `approval_paths`.

    Returns
    -------
    DataFrame
        ``risk`` (``approval`` or ``department``), ``scope`` (the kind of decision or the
        department), ``post_id``, ``cut_off`` (people who lose their line to the top when
        the post is empty).

    Raises
    ------
    CourseError
        As `approval_paths`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agent"], "reports_to": [None, "ceo", "sales"],
    ...     "department": ["management", "sales", "sales"], "sourcing": "inside",
    ...     "headcount": [1, 2, 6], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> single_points(posts, mandates)
             risk       scope post_id  cut_off
    0    approval    campaign     ceo        8
    1  department  management     ceo        8
    >>> single_points(posts, mandates.assign(decided_by="cfo"))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The structure has no post cfo; its posts are ceo, sales, agent.
    """
    require_columns(posts, ("department",), "posts")
    return single_points_of(reporting_graph(posts, structure), sound_mandates(mandates, structure))


def single_points_of(graph: nx.DiGraph, mandates: pd.DataFrame) -> pd.DataFrame:
    """Find the single points of failure of `graph`."""
    rows = [("approval", kind, post) for kind, post in _bottlenecks(graph, mandates)]
    inside = [node for __, node in graph.nodes(data=True) if node["sourcing"] == "inside"]
    for department in dict.fromkeys(node["department"] for node in inside):
        members = [node for node in inside if node["department"] == department]
        if sum(node["headcount"] for node in members) == 1:
            rows.append(("department", department, members[0]["post_id"]))
    found = pd.DataFrame(rows, columns=["risk", "scope", "post_id"])
    return found.assign(
        cut_off=[
            sum(int(graph.nodes[under]["headcount"]) for under in nx.descendants(graph, post))
            for post in found["post_id"]
        ]
    )


def _bottlenecks(graph: nx.DiGraph, mandates: pd.DataFrame) -> list[tuple[str, str]]:
    rows = []
    for kind, group in mandates.groupby("kind", sort=False):
        paths = _paths(graph, group)
        on_all = [post for post in paths[0] if all(post in path for path in paths)]
        rows += [(str(kind), post) for post in on_all if graph.nodes[post]["headcount"] == 1]
    return rows


def decision_minutes(approvals: float, minutes_per_approval: float) -> float:
    """Tell how long a decision takes on average, approval after approval.

    Parameters
    ----------
    approvals : float
        Posts that must say yes; a mean over several decisions may be fractional.
    minutes_per_approval : float
        Mean minutes from being asked to answering.

    Raises
    ------
    CourseError
        Approvals that are no number from 0, or minutes that are not above 0.

    Examples
    --------
    >>> decision_minutes(3, 45)
    135
    >>> decision_minutes(3, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The minutes of an approval must be a number above 0, not 0.
    """
    _require_approvals(approvals, minutes_per_approval)
    return approvals * minutes_per_approval


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

    Examples
    --------
    >>> round(chance_in_time(2, 60), 4)  # 1 - 3 exp(-2)
    0.594
    >>> chance_in_time(-1, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The approvals must be a number, 0 or more, not -1.
    """
    from scipy.special import gammainc

    _require_approvals(approvals, minutes_per_approval)
    if approvals % 1:
        raise CourseError(_("The approvals must be a whole number, not {n}.").format(n=approvals))
    if not (is_number(window_minutes) and window_minutes >= 0):
        raise CourseError(
            _("The window must be a number of minutes, 0 or more, not {n}.").format(
                n=window_minutes
            )
        )
    if approvals == 0:
        return 1.0
    return float(gammainc(approvals, window_minutes / minutes_per_approval))


def _require_approvals(approvals: float, minutes_per_approval: float) -> None:
    if not (is_number(approvals) and 0 <= approvals < math.inf):
        raise CourseError(
            _("The approvals must be a number, 0 or more, not {n}.").format(n=approvals)
        )
    if not (is_number(minutes_per_approval) and 0 < minutes_per_approval < math.inf):
        raise CourseError(
            _("The minutes of an approval must be a number above 0, not {n}.").format(
                n=minutes_per_approval
            )
        )


def approval_minutes(
    decisions: pd.DataFrame, approvals: pd.DataFrame, kind: str = "campaign"
) -> float:
    """Tell how many minutes one approval takes on average, from being asked to answering.

    Parameters
    ----------
    decisions : DataFrame
        ``decision_id`` and ``kind``.
    approvals : DataFrame
        ``decision_id``, ``asked_at``, ``answered_at``.
    kind : str
        The kind of decision.

    Raises
    ------
    CourseError
        No approval of that kind was answered, some were answered before they were asked, or
        the two times cannot be compared.

    Examples
    --------
    >>> decisions = pd.DataFrame({"decision_id": [1], "kind": ["campaign"]})
    >>> approvals = pd.DataFrame({"decision_id": [1, 1],
    ...     "asked_at": pd.to_datetime(["2025-06-01 09:00", "2025-06-01 09:30"]),
    ...     "answered_at": pd.to_datetime(["2025-06-01 09:30", "2025-06-01 10:40"])})
    >>> approval_minutes(decisions, approvals)
    50.0
    >>> approval_minutes(decisions, approvals, "product")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No approval of a product decision was answered.
    """
    require_columns(decisions, ("decision_id", "kind"), "decisions")
    require_columns(approvals, ("decision_id", "asked_at", "answered_at"), "approvals")
    ids = decisions.loc[decisions["kind"] == kind, "decision_id"]
    chosen = approvals[approvals["decision_id"].isin(ids)]
    asked, answered = chosen["asked_at"], chosen["answered_at"]
    if not (asked.dtype.kind == "M" and asked.dtype == answered.dtype):
        raise CourseError(
            _(
                "asked_at of approvals is {asked}, answered_at is {answered}: read both as times, "
                "with pandas.to_datetime, and both with a time zone or both without."
            ).format(asked=asked.dtype, answered=answered.dtype)
        )
    waits = (answered - asked).dropna()
    if waits.empty:
        raise CourseError(_("No approval of a {kind} decision was answered.").format(kind=kind))
    early = waits < pd.Timedelta(0)
    if early.any():
        raise CourseError(
            _(
                "{n} approvals were answered before they were asked, such as one of decision "
                "{decision}: sort out these times first."
            ).format(n=early.sum(), decision=chosen.loc[early[early].index, "decision_id"].iloc[0])
        )
    return float(waits.dt.total_seconds().mean()) / 60
