"""Where each post stands on the organisation chart."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd

from ecokit.inputs import frames
from ecokit.inputs.renamed import public
from ecokit.organisation.posts import graph_of, posts_of, top


@public
def places(data: Any, *, structure: str | None = None) -> Any:
    """Return the rows of the organisation chart: the posts from the top down, with their layer.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, as in `reporting_graph`.
    structure : str, optional
        As in `reporting_graph`.

    Returns
    -------
    table of the caller's kind
        The columns of ``posts``, and ``layer`` (0 at the top). Before the posts of a unit that has
        no post of its own stands a row with its name in ``caption`` and no ``post_id``; ``caption``
        is empty for a post.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    References
    ----------
    Slides 5 to 7 draw such charts; the layout is the course's own.

    Examples
    --------
    >>> posts = pd.DataFrame({"post_id": ["ceo", "it", "sales", "agent"],
    ...                       "reports_to": [None, "ceo", "ceo", "sales"]})
    >>> places({"posts": posts})[["post_id", "layer"]].values.tolist()
    [['ceo', 0], ['it', 1], ['sales', 1], ['agent', 2]]
    """
    return frames.like(places_of(graph_of(posts_of(data, structure))), data)


def places_of(graph: nx.DiGraph) -> pd.DataFrame:
    """Tell where each post of `graph` stands in a chart."""
    first = top(graph)
    depth = nx.single_source_shortest_path_length(graph, first)
    rows: list[dict[str, Any]] = []
    captions = {""}
    for post in nx.dfs_preorder_nodes(graph, first):
        node = graph.nodes[post]
        caption = _caption(node) if depth[post] == 1 else ""
        if caption not in captions:
            captions.add(caption)
            rows.append({"post_id": None, "layer": 1, "caption": caption})
        rows.append({**node, "layer": depth[post], "caption": ""})
    return pd.DataFrame(rows)


def _caption(node: dict[str, Any]) -> str:
    """Return the name of a unit that is no department."""
    if "unit" not in node or node["unit"] == node.get("department"):
        return ""
    return f"{node['unit']} {node.get('unit_zh', '')}".strip()
