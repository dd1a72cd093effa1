"""Structures side by side, and the four questions of slide 4."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.organisation.approvals import (
    approval_paths_of,
    chance_in_time,
    decision_minutes,
    single_points_of,
    sound_mandates,
)
from ecokit.organisation.posts import choose, named, reporting_graph, require_columns
from ecokit.organisation.shape import layers_of, managers_of, mean_span_of, spans_of


def compare(
    posts: pd.DataFrame,
    mandates: pd.DataFrame,
    minutes_per_approval: float,
    window_minutes: float = 120,
) -> pd.DataFrame:
    """Put structures side by side, one row each.

    Parameters
    ----------
    posts, mandates : DataFrame
        As in `approval_paths`, with a column ``structure``.
    minutes_per_approval : float
        Mean minutes of one approval of a campaign decision.
    window_minutes : float
        The time a campaign decision has.

    Returns
    -------
    DataFrame
        ``structure``; ``layers``; ``managers``, ``people_inside``, ``people_outsourced``
        (heads); ``monthly_cost`` (yuan); ``outsourced_share`` (of the cost); ``mean_span``,
        ``widest_span`` (people); ``campaign_approvals``, ``campaign_minutes``,
        ``campaign_in_time`` (means over the campaign mandates); ``single_points`` (count).

    Raises
    ------
    CourseError
        As `approval_paths`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "mine", "post_id": ["ceo", "sales", "agent"],
    ...     "reports_to": [None, "ceo", "sales"], "department": "shop",
    ...     "sourcing": "inside", "headcount": [1, 1, 6], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": "mine", "kind": ["campaign"],
    ...     "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> compare(posts, mandates, 60)[["layers", "mean_span", "monthly_cost"]]
       layers  mean_span  monthly_cost
    0       3        3.5       72000.0
    >>> compare(posts.drop(columns="structure"), mandates, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table posts lacks the column(s) structure.
    """
    require_columns(posts, ("structure",), "posts")
    names = posts["structure"].dropna().unique()
    if not len(names):
        raise CourseError(_("The table posts names no structure."))
    return pd.DataFrame(
        [
            measure(posts, mandates, minutes_per_approval, window_minutes, structure=name)
            for name in names
        ]
    )


def measure(
    posts: pd.DataFrame,
    mandates: pd.DataFrame,
    minutes_per_approval: float,
    window_minutes: float = 120,
    structure: str | None = None,
) -> dict[str, Any]:
    """Measure one structure: one row of `compare`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "mine", "post_id": ["ceo", "sales"], "reports_to": [None, "ceo"],
    ...     "department": "shop", "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": ["mine"], "kind": ["campaign"],
    ...     "raised_by": ["sales"], "decided_by": ["ceo"]})
    >>> measure(posts, mandates, 60)["campaign_minutes"]
    60.0
    >>> measure(posts, mandates, -1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The minutes of an approval must be a number above 0, not -1.
    """
    posts, mandates = choose(posts, structure), sound_mandates(mandates, structure)
    require_columns(posts, ("department", "sourcing", "headcount", "monthly_cost"), "posts")
    graph = reporting_graph(posts)
    paths = approval_paths_of(graph, mandates)
    approvals = paths.loc[paths["kind"] == "campaign", "approvals"]
    if approvals.empty:
        raise CourseError(_("The table mandates has no campaign decision; add one."))
    in_time = [chance_in_time(k, minutes_per_approval, window_minutes) for k in approvals]
    return {
        "structure": str(posts["structure"].iloc[0]) if "structure" in posts else "",
        "layers": max(layers_of(graph).values()),
        "managers": managers_of(graph),
        **_totals(graph),
        "mean_span": mean_span_of(graph),
        "widest_span": max(spans_of(graph).values()),
        "campaign_approvals": float(approvals.mean()),
        "campaign_minutes": decision_minutes(float(approvals.mean()), minutes_per_approval),
        "campaign_in_time": sum(in_time) / len(in_time),
        "single_points": len(single_points_of(graph, mandates)),
    }


def _totals(graph: nx.DiGraph) -> dict[str, Any]:
    people = {"inside": 0, "outsourced": 0}
    fen = people.copy()
    for __, post in graph.nodes(data=True):
        people[post["sourcing"]] += int(post["headcount"])
        fen[post["sourcing"]] += round(post["monthly_cost"] * 100) * int(post["headcount"])
    total = sum(fen.values())
    return {
        "people_inside": people["inside"],
        "people_outsourced": people["outsourced"],
        "monthly_cost": total / 100,
        "outsourced_share": fen["outsourced"] / total if total else 0.0,
    }


def four_questions(
    posts: pd.DataFrame,
    mandates: pd.DataFrame,
    journey: pd.DataFrame,
    channels: pd.DataFrame,
    products: pd.DataFrame,
    minutes_per_approval: float,
    structure: str | None = None,
) -> pd.DataFrame:
    """Answer the four questions of slide 4 for one structure, as a grid of figures.

    Parameters
    ----------
    posts, mandates, structure
        As in `approval_paths`.
    journey : DataFrame
        The touchpoints with ``post_id``, the post that acts.
    channels : DataFrame
        Traffic channels with ``kind`` (``own``, ``paid``, ``partner``).
    products : DataFrame
        Products with ``line`` (``standard``, ``custom``, ``exclusive``, ``oem``).
    minutes_per_approval : float
        Mean minutes of one approval of a campaign decision.

    Returns
    -------
    DataFrame
        ``question``, ``question_zh``, ``measure``, ``value``, ``unit``: three rows for each
        of structure, operations, decisions and partners.

    Raises
    ------
    CourseError
        As `compare`, for a touchpoint whose post the structure does not have, and for an
        empty table.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales"], "reports_to": [None, "ceo"], "department": "shop",
    ...     "sourcing": "inside", "headcount": 1, "monthly_cost": 9000})
    >>> mandates = pd.DataFrame(
    ...     {"kind": ["campaign"], "raised_by": ["sales"], "decided_by": ["ceo"]})
    >>> journey = pd.DataFrame({"touchpoint": [1, 2], "post_id": ["sales", "sales"]})
    >>> channels = pd.DataFrame({"kind": ["own", "partner"]})
    >>> products = pd.DataFrame({"line": ["standard", "oem"]})
    >>> grid = four_questions(posts, mandates, journey, channels, products, 60)
    >>> grid.groupby("question", sort=False)["value"].apply(list).to_dict()
    {'structure': [2.0, 2.0, 18000.0], 'operations': [2.0, 1.0, 2.0], \
'decisions': [1.0, 60.0, 0.8646647167633873], 'partners': [1.0, 0.5, 0.0]}
    >>> four_questions(posts, mandates, journey.assign(post_id="cfo"), channels, products, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No such post for touchpoint(s) 1, 2: cfo.
    """
    row = measure(posts, mandates, minutes_per_approval, structure=structure)
    require_columns(channels, ("kind",), "channels")
    require_columns(products, ("line",), "products")
    _require_acting_posts(journey, choose(posts, structure))
    for name, table in (("journey", journey), ("products", products)):
        if table.empty:
            raise CourseError(_("The table {name} has no rows.").format(name=name))
    acting = journey["post_id"].value_counts()
    cells: list[tuple[str, str, str, float, str]] = [
        ("structure", "组织架构", _("layers"), row["layers"], _("layers")),
        ("structure", "组织架构", _("people inside"), row["people_inside"], _("people")),
        ("structure", "组织架构", _("cost a month"), row["monthly_cost"], _("yuan")),
        ("operations", "经营活动", _("touchpoints served"), len(journey), _("touchpoints")),
        ("operations", "经营活动", _("posts that serve them"), len(acting), _("posts")),
        ("operations", "经营活动", _("most for one post"), acting.max(), _("touchpoints")),
        ("decisions", "决策", _("campaign approvals"), row["campaign_approvals"], _("approvals")),
        ("decisions", "决策", _("mean time"), row["campaign_minutes"], _("minutes")),
        ("decisions", "决策", _("within two hours"), row["campaign_in_time"], _("share")),
        (
            "partners",
            "合作",
            _("partner channels"),
            (channels["kind"] == "partner").sum(),
            _("channels"),
        ),
        (
            "partners",
            "合作",
            _("products with a partner"),
            (products["line"] != "standard").mean(),
            _("share"),
        ),
        ("partners", "合作", _("people at suppliers"), row["people_outsourced"], _("people")),
    ]
    columns = ["question", "question_zh", "measure", "value", "unit"]
    return pd.DataFrame(cells, columns=columns).astype({"value": "float64"})


def _require_acting_posts(journey: pd.DataFrame, posts: pd.DataFrame) -> None:
    require_columns(journey, ("touchpoint", "post_id"), "journey")
    lost = journey[~journey["post_id"].isin(posts["post_id"])]
    if len(lost):
        raise CourseError(
            _("No such post for touchpoint(s) {touchpoints}: {posts}.").format(
                touchpoints=", ".join(map(str, lost["touchpoint"])),
                posts=named(lost["post_id"].unique()),
            )
        )
