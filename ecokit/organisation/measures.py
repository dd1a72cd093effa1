"""Structures side by side, and the four questions of slide 4."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.organisation.approvals import (
    approvals_of,
    chance_in_time,
    mandates_of,
    single_points_of,
)
from ecokit.organisation.posts import fen_of, graph_of, holder, posts_of
from ecokit.organisation.shape import layers_of, managers_of, mean_span_of, spans_of

_NOTHING: NDArray[np.float64] = np.zeros(1)  # yuan at stake, below each limit


@dataclass(frozen=True)
class Measures:
    """What one structure is like: a row of `compare`.

    Attributes
    ----------
    structure : str
        Its name.
    layers, managers, people_inside, people_outsourced : int
        Layers, and people; who holds two posts counts once.
    monthly_cost, outsourced_share : float
        Yuan, and the share of them that goes to suppliers.
    mean_span, widest_span : float
        People a manager leads.
    campaign_approvals, campaign_minutes, campaign_in_time : float
        Means over the campaign mandates and what is at stake; the last is a share.
    single_points : int
        Posts that `single_points` names.
    """

    structure: str
    layers: int
    managers: int
    people_inside: int
    people_outsourced: int
    monthly_cost: float
    outsourced_share: float
    mean_span: float
    widest_span: float
    campaign_approvals: float
    campaign_minutes: float
    campaign_in_time: float
    single_points: int


@public
def compare(
    data: Any,
    *,
    minutes_per_approval: float,
    window_minutes: float = 120,
    at_stake: ArrayLike = 0,
) -> Any:
    """Put structures side by side, one row each.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts`` and ``mandates`` as in `approval_paths`, with a column ``structure``.
    minutes_per_approval : float
        Mean minutes of one approval of a campaign decision.
    window_minutes : float
        The time a campaign decision has.
    at_stake : float or array of float
        Yuan that hang on each campaign decision, from `stakes`: above the limits of a mandate
        more posts approve. 0 is below each limit.

    Returns
    -------
    table of the caller's kind
        ``structure``; ``layers``; ``managers``, ``people_inside``, ``people_outsourced``
        (heads); ``monthly_cost`` (yuan); ``outsourced_share`` (of the cost); ``mean_span``,
        ``widest_span`` (people); ``campaign_approvals``, ``campaign_minutes``,
        ``campaign_in_time`` (means over the campaign mandates and `at_stake`);
        ``single_points`` (posts).
        Without posts it is empty.

    Raises
    ------
    CourseError
        As `measure`.

    References
    ----------
    Slides 5 to 7 (the structures) and 13 (few layers, one to two hours); the choice of measures
    is the course's own.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "mine", "post_id": ["ceo", "sales", "agent"],
    ...     "reports_to": [None, "ceo", "sales"], "department": "shop",
    ...     "sourcing": "inside", "headcount": [1, 1, 6], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": "mine", "kind": ["campaign"],
    ...     "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> table = compare({"posts": posts, "mandates": mandates}, minutes_per_approval=60)
    >>> table[["layers", "mean_span", "monthly_cost"]]
       layers  mean_span  monthly_cost
    0       3        3.5       72000.0
    >>> posts = posts.drop(columns="structure")
    >>> compare({"posts": posts, "mandates": mandates}, minutes_per_approval=60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table posts has no column structure. It has: ...
    """
    needed = {"posts": "structure", "mandates": "structure"}
    opened = frames.door(data, needed)
    tables = {name: frames.as_pandas(one) for name, one in zip(needed, opened, strict=True)}
    minutes = numbers.positive("minutes_per_approval", minutes_per_approval)
    window = numbers.number("window_minutes", window_minutes, low=0)
    amounts = _amounts(at_stake)
    found = [
        asdict(_measured(tables, minutes, window, amounts, name))
        for name in tables["posts"]["structure"].dropna().unique()
    ]
    columns = [one.name for one in fields(Measures)]
    return frames.like(pd.DataFrame(found, columns=columns), data)


@public
def measure(
    data: Any,
    *,
    minutes_per_approval: float,
    window_minutes: float = 120,
    at_stake: ArrayLike = 0,
    structure: str | None = None,
) -> Measures:
    """Measure one structure.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts`` with ``department``, ``sourcing``, ``headcount`` and ``monthly_cost``, and
        ``mandates``, as in `approval_paths`.
    minutes_per_approval, window_minutes, at_stake : float
        As in `compare`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    Measures
        A row of `compare`, as attributes.

    Raises
    ------
    CourseError
        As `approval_paths`; minutes are not above 0, no mandate is of a campaign decision, or
        nobody leads anybody.

    References
    ----------
    As in `compare`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "mine", "post_id": ["ceo", "sales"], "reports_to": [None, "ceo"],
    ...     "department": "shop", "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": ["mine"], "kind": ["campaign"],
    ...     "raised_by": ["sales"], "decided_by": ["ceo"]})
    >>> tables = {"posts": posts, "mandates": mandates}
    >>> measure(tables, minutes_per_approval=60).campaign_minutes
    60.0
    >>> tables["mandates"] = mandates.assign(limit=500, beyond="sales")
    >>> measure(tables, minutes_per_approval=60, at_stake=[400, 800]).campaign_approvals
    1.5
    >>> measure(tables, minutes_per_approval=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: minutes_per_approval is -1. Give a number above 0.
    """
    minutes = numbers.positive("minutes_per_approval", minutes_per_approval)
    window = numbers.number("window_minutes", window_minutes, low=0)
    return _measured(data, minutes, window, _amounts(at_stake), structure)


def _amounts(at_stake: ArrayLike) -> NDArray[np.float64]:
    """Return one amount or many as an array of at least one."""
    amounts = np.atleast_1d(numbers.array("at_stake", at_stake, low=0)).ravel()
    if not amounts.size:
        raise numbers.refused("at_stake", at_stake, _("Give the yuan of one decision or of many."))
    return amounts


def _measured(
    data: Any,
    minutes: float,
    window: float,
    amounts: NDArray[np.float64],
    structure: str | None,
) -> Measures:
    posts = posts_of(data, structure, "department", "sourcing", "headcount", "monthly_cost")
    graph = graph_of(posts)
    name = str(posts["structure"].iloc[0]) if "structure" in posts else ""
    rules = mandates_of(data, structure, graph)
    return measured_of(graph, rules, minutes, window, name, amounts)


def measured_of(
    graph: nx.DiGraph,
    mandates: pd.DataFrame,
    minutes: float,
    window: float,
    name: str = "",
    amounts: NDArray[np.float64] = _NOTHING,
) -> Measures:
    """Measure a structure whose posts and mandates have been looked at."""
    campaigns = mandates[mandates["kind"] == "campaign"]
    if campaigns.empty:
        raise CourseError(_("The table mandates has no campaign decision; add one."))
    needed, times = np.unique(approvals_of(graph, campaigns, amounts), return_counts=True)
    shares = times / times.sum()
    in_time = [chance_in_time(int(k), minutes, window) for k in needed]
    approvals = float(needed @ shares)
    return Measures(
        structure=name,
        layers=max(layers_of(graph).values()),
        managers=managers_of(graph),
        **_totals(graph),
        mean_span=mean_span_of(graph),
        widest_span=max(spans_of(graph).values()),
        campaign_approvals=approvals,
        campaign_minutes=approvals * minutes,
        campaign_in_time=float(in_time @ shares),
        single_points=single_points_of(graph, mandates)["post_id"].nunique(),
    )


def _totals(graph: nx.DiGraph) -> dict[str, Any]:
    people = {"inside": 0, "outsourced": 0}
    fen = people.copy()
    for name, post in graph.nodes(data=True):
        people[post["sourcing"]] += int(post["headcount"]) * (holder(graph, name) == name)
        fen[post["sourcing"]] += fen_of(post)
    total = sum(fen.values())
    return {
        "people_inside": people["inside"],
        "people_outsourced": people["outsourced"],
        "monthly_cost": total / 100,
        "outsourced_share": fen["outsourced"] / total if total else 0.0,
    }


@public
def four_questions(
    data: Any,
    *,
    minutes_per_approval: float,
    at_stake: ArrayLike = 0,
    structure: str | None = None,
) -> Any:
    """Answer the four questions of slide 4 for one structure, as a grid of figures.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts`` and ``mandates``, as in `measure`. ``journey``: ``touchpoint``, ``post_id``
        (the post that acts). ``channels``: ``kind`` (``own``, ``paid``, ``partner``).
        ``products``: ``line`` (``standard``, ``custom``, ``exclusive``, ``oem``).
    minutes_per_approval, at_stake : float
        As in `compare`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    table of the caller's kind
        ``question``, ``question_zh``, ``measure``, ``value``, ``unit``: three rows for each
        of structure, operations, decisions and partners. A value that an empty table does not
        tell is missing.

    Raises
    ------
    CourseError
        As `measure`, and for a touchpoint whose post the structure does not have.

    References
    ----------
    Slide 4 (the questions), slide 14 (partners); the figures that answer them are the course's
    own.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales"], "reports_to": [None, "ceo"], "department": "shop",
    ...     "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["sales"], "decided_by": ["ceo"]})
    >>> journey = pd.DataFrame({"touchpoint": [1, 2], "post_id": ["sales", "sales"]})
    >>> tables = {"posts": posts, "mandates": mandates, "journey": journey,
    ...     "channels": pd.DataFrame({"kind": ["own", "partner"]}),
    ...     "products": pd.DataFrame({"line": ["standard", "oem"]})}
    >>> grid = four_questions(tables, minutes_per_approval=60)
    >>> grid.groupby("question", sort=False)["value"].apply(list).to_dict()
    {'structure': [2.0, 2.0, 18000.0], 'operations': [2.0, 1.0, 2.0], \
'decisions': [1.0, 60.0, 0.8646647167633873], 'partners': [1.0, 0.5, 0.0]}
    >>> tables["journey"] = journey.assign(post_id="cfo")
    >>> four_questions(tables, minutes_per_approval=60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 2 of 2 rows of journey, post_id is not in posts, such as ...
    """
    row = measure(
        data, minutes_per_approval=minutes_per_approval, at_stake=at_stake, structure=structure
    )
    journey, channels, products = frames.fetched(
        data, {"journey": "touchpoint post_id", "channels": "kind", "products": "line"}
    )
    posts = posts_of(data, structure)
    rows.refuse(journey, "journey", [rows.unknown_id("post_id", posts, "posts", "", "touchpoint")])
    columns = ["question", "question_zh", "measure", "value", "unit"]
    cells = _cells(row, journey["post_id"].value_counts(), channels["kind"], products["line"])
    return frames.like(pd.DataFrame(cells, columns=columns).astype({"value": "float64"}), data)


def _cells(
    row: Measures, acting: pd.Series[int], channels: pd.Series[str], lines: pd.Series[str]
) -> list[tuple[str, str, str, float, str]]:
    return [
        ("structure", "组织架构", _("layers"), row.layers, _("layers")),
        ("structure", "组织架构", _("people inside"), row.people_inside, _("people")),
        ("structure", "组织架构", _("cost a month"), row.monthly_cost, _("yuan")),
        ("operations", "经营活动", _("touchpoints served"), acting.sum(), _("touchpoints")),
        ("operations", "经营活动", _("posts that serve them"), len(acting), _("posts")),
        ("operations", "经营活动", _("most for one post"), acting.max(), _("touchpoints")),
        ("decisions", "决策", _("campaign approvals"), row.campaign_approvals, _("approvals")),
        ("decisions", "决策", _("mean time"), row.campaign_minutes, _("minutes")),
        ("decisions", "决策", _("within two hours"), row.campaign_in_time, _("share")),
        (
            "partners",
            "合作",
            _("partner channels"),
            (channels == "partner").sum(),
            _("channels"),
        ),
        (
            "partners",
            "合作",
            _("products with a partner"),
            (lines != "standard").mean(),
            _("share"),
        ),
        ("partners", "合作", _("people at suppliers"), row.people_outsourced, _("people")),
    ]
