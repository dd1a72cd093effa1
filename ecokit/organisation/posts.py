"""Read the tables of a structure: choose it, and turn its posts into a reporting graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

STRUCTURES = ("seven_departments", "three_centers", "three_forces")
"""The deck's three structures (slides 5 to 7), by their name in the table posts."""
DEFAULTS: dict[str, Any] = {
    "sourcing": "inside",
    "headcount": 1,
    "working_time": 1.0,
    "held_with": None,
    "monthly_cost": 0.0,
}
"""What a post has where the table does not say."""
MOST_NAMED = 12  # posts listed in a sentence


@public
def title(structure: str) -> str:
    """Name a structure for people, in English and Chinese.

    Parameters
    ----------
    structure : str
        Its name in the table posts, such as ``three_forces``.

    Returns
    -------
    str
        Both names for the deck's three structures; the English one for any other.

    Raises
    ------
    CourseError
        `structure` is no text.

    References
    ----------
    Slides 5 to 7.

    Examples
    --------
    >>> title("three_forces"), title("my_structure")
    ('Three forces 三支部队', 'My structure')
    """
    structure = numbers.text("structure", structure)
    known = {
        "seven_departments": (_("Seven departments"), "七个部门"),
        "three_centers": (_("Three centers"), "三个中心"),
        "three_forces": (_("Three forces"), "三支部队"),
    }
    english, chinese = known.get(structure, (structure.replace("_", " ").capitalize(), ""))
    return f"{english} {chinese}".strip()


@public
def choose(table: Any, *, structure: str | None = None) -> Any:
    """Return the rows of `table` that belong to one structure.

    Parameters
    ----------
    table : table of any engine
        ``posts`` or ``mandates``; without a column ``structure`` it is one structure.
    structure : str, optional
        Needed where the table holds more than one.

    Returns
    -------
    table of the caller's kind
        The rows of that structure, in pandas with a fresh index.

    Raises
    ------
    CourseError
        No such structure, or several and none named.

    References
    ----------
    Slides 5 to 7 give the structures; the tables are those of the data dictionary.

    Examples
    --------
    >>> posts = pd.DataFrame({"structure": ["flat", "tall"], "post_id": ["ceo", "boss"]})
    >>> choose(posts, structure="tall")["post_id"].tolist()
    ['boss']
    >>> choose(posts)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: structure is None. Choose one of: flat, tall.
    """
    frame = frames.table(table, _needed(structure), name="table")
    return frames.like(_rows_of("table", frame, structure), table)


def chosen(data: Any, name: str, structure: str | None) -> pd.DataFrame:
    """Return the rows of one of the caller's tables that belong to one structure."""
    (frame,) = frames.door(data, {name: _needed(structure)})
    return _rows_of(name, frame, structure)


def _needed(structure: str | None) -> list[str]:
    return [] if structure is None else ["structure"]


def _rows_of(name: str, frame: frames.Frame, structure: str | None) -> pd.DataFrame:
    found = frames.as_pandas(frame).reset_index(drop=True)
    if "structure" not in found:
        return found
    names = list(found["structure"].dropna().unique())
    if names:  # or nobody has named one
        rows.refuse(found, name, [rows.missing("structure", *found.columns[:2])])
    if structure is None and len(names) < 2:
        return found[found["structure"].notna()].reset_index(drop=True)
    wanted = numbers.one_of("structure", structure, names)
    return found[found["structure"] == wanted].reset_index(drop=True)


@public
def reporting_graph(data: Any, *, structure: str | None = None) -> nx.DiGraph:
    """Tell who reports to whom: a tree with an arrow from each boss to each report.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``posts``, one row a post: ``post_id``, ``reports_to`` (a ``post_id``, empty for the
        top), ``sourcing`` (``inside`` or ``outsourced``), ``headcount`` (people),
        ``working_time`` (share of full time that each gives to the post) and ``held_with`` (the
        post whose people hold this one too, so that it brings no further person). Where these
        are missing, each post is one person of the company, in full time.
    structure : str, optional
        Which of the table's structures; needed where it holds more than one.

    Returns
    -------
    networkx.DiGraph
        Nodes are post ids and carry the columns of ``posts`` as attributes.

    Raises
    ------
    CourseError
        A column is missing, no such structure; a post twice, an unknown boss, a post that
        reports to itself, no top or two, a circle of posts.

    References
    ----------
    Slides 5 to 7.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": ["management", "sales", "sales"], "sourcing": "inside",
    ...     "headcount": [1, 1, 6], "monthly_cost": [30000, 18000, 8000]})
    >>> list(reporting_graph({"posts": posts}).edges)
    [('ceo', 'sales'), ('sales', 'agents')]
    >>> reporting_graph({"posts": posts.assign(reports_to=["agents", "ceo", "sales"])})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Nobody is at the top: the posts agents, ceo, sales report to one \
another in a circle. Leave reports_to empty for one of them.
    """
    return graph_of(posts_of(data, structure))


def graph_of(posts: pd.DataFrame) -> nx.DiGraph:
    """Turn sound posts into a graph from boss to report; it is one tree."""
    graph = nx.DiGraph()
    graph.add_nodes_from((row["post_id"], row) for row in posts.to_dict("records"))
    under = posts.dropna(subset="reports_to")
    graph.add_edges_from(zip(under["reports_to"], under["post_id"], strict=True))
    _require_one_tree(graph)
    return graph


def posts_of(data: Any, structure: str | None = None, *needed: str) -> pd.DataFrame:
    """Return the posts of one structure, complete and free of wrong values.

    They have the columns of the caller; what the table does not say is filled from `DEFAULTS`,
    unless it is `needed`.
    """
    return sound(chosen(data, "posts", structure), *needed)


def sound(posts: pd.DataFrame, *needed: str) -> pd.DataFrame:
    """Return posts of one structure, complete, or say what is wrong with them."""
    lacking = {k: v for k, v in DEFAULTS.items() if k not in posts and k not in needed}
    columns = list(dict.fromkeys(["post_id", "reports_to", *DEFAULTS, *needed]))
    full = posts.assign(**lacking)
    types = {"reports_to": "id", "held_with": "id"}
    found = frames.as_pandas(frames.table(full, columns, name="posts", types=types))
    named_posts = {name: found[name].astype(object) for name in types}
    found = found.assign(
        post_id=found["post_id"].astype(object),
        working_time=found["working_time"].fillna(DEFAULTS["working_time"]),
        **{name: ids.where(ids.notna() & (ids != "")) for name, ids in named_posts.items()},
    )
    rows.refuse(found, "posts", _rules(found))
    kinds = {"headcount": "int64", "working_time": "float64", "monthly_cost": "float64"}
    return found.astype(kinds)


def _rules(posts: pd.DataFrame) -> list[rows.Wrong]:
    post, boss = nw.col("post_id"), nw.col("reports_to")
    here = posts["post_id"].tolist()
    held, own = nw.col("held_with"), posts.loc[posts["held_with"].isna(), "post_id"].tolist()
    return [
        rows.missing("post_id", "reports_to"),
        rows.Wrong(
            _("the post reports to itself"), boss == post, ("post_id",), _("Name its boss.")
        ),
        rows.Wrong(
            _("the boss is not in the table"),
            ~boss.is_in(here) & ~boss.is_null(),
            ("post_id", "reports_to"),
            _(
                "Add a row for the boss, or correct reports_to; the post at the top leaves it "
                "empty."
            ),
        ),
        rows.missing("sourcing", "post_id"),
        rows.none_of("sourcing", ("inside", "outsourced"), "post_id"),
        rows.not_above_zero("headcount", "post_id", whole=True),
        rows.not_above_zero("working_time", "post_id"),
        rows.Wrong(
            _("working_time is above 1"),
            nw.col("working_time") > 1,
            ("post_id", "working_time"),
            _("Write it as a share of full time, such as 0.5."),
        ),
        rows.Wrong(
            _("held_with names no post with people of its own"),
            ~held.is_in(own) & ~held.is_null(),
            ("post_id", "held_with"),
            _("Name the post whose people hold this one too, or leave it empty."),
        ),
        rows.below_zero("monthly_cost", "post_id"),
    ]


def people_in(graph: nx.DiGraph, posts: Iterable[Hashable]) -> dict[Hashable, int]:
    """Count the people who hold `posts`, by the post that they stand in; each counts once."""
    people: dict[Hashable, int] = {}
    for post in posts:
        whose = holder(graph, post)
        people[whose] = max(people.get(whose, 0), int(graph.nodes[post]["headcount"]))
    return people


def holder(graph: nx.DiGraph, post: Hashable) -> Hashable:
    """Return the post whose people hold `post`: itself, or the one that it is held with."""
    held_with = graph.nodes[post].get("held_with")
    return post if held_with is None or pd.isna(held_with) else held_with


def fen_of(post: Mapping[Hashable, Any]) -> int:
    """Return what the people in a post cost a month, in whole fen."""
    return round(post["monthly_cost"] * post["working_time"] * 100) * int(post["headcount"])


def require_post(name: str, post: object, graph: nx.DiGraph) -> None:
    """Raise a CourseError if the argument `name` is no post of `graph`."""
    if post not in graph:
        wanted = _("The posts of the structure are {posts}.").format(posts=named(graph))
        raise numbers.refused(name, post, wanted)


def named(posts: Iterable[Hashable]) -> str:
    """List posts in a sentence, the first of them where they are many."""
    names = [str(post) for post in posts]
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    shown = ", ".join(names[:MOST_NAMED])
    return _("{shown} and {more} more").format(shown=shown, more=len(names) - MOST_NAMED)


def _require_one_tree(graph: nx.DiGraph) -> None:
    tops = _tops(graph)
    if len(tops) > 1:
        raise CourseError(
            _("Only one post can be at the top; {posts} have no boss.").format(posts=named(tops))
        )
    if nx.is_directed_acyclic_graph(graph):
        if not tops:
            raise CourseError(_("The table posts is empty."))
        return
    circle = named(sorted({str(post) for edge in nx.find_cycle(graph) for post in edge[:2]}))
    if tops:
        raise CourseError(
            _("The posts {posts} report to one another in a circle.").format(posts=circle)
        )
    raise CourseError(
        _(
            "Nobody is at the top: the posts {posts} report to one another in a circle. "
            "Leave reports_to empty for one of them."
        ).format(posts=circle)
    )


@public
def top(graph: nx.DiGraph) -> str:
    """Return the post at the top.

    Parameters
    ----------
    graph : networkx.DiGraph
        What `reporting_graph` returned.

    Returns
    -------
    str
        Its ``post_id``.

    Raises
    ------
    CourseError
        It is something else, or has no one post at the top.

    References
    ----------
    The root of the tree that `reporting_graph` returns; slides 5 to 7.

    Examples
    --------
    >>> top(nx.DiGraph([("ceo", "sales")]))
    'ceo'
    """
    tops = _tops(graph) if isinstance(graph, nx.DiGraph) else []
    if len(tops) != 1:
        raise numbers.refused("graph", graph, _("Give what reporting_graph returned."))
    return tops[0]


def _tops(graph: nx.DiGraph) -> list[str]:
    return [post for post, bosses in graph.in_degree() if bosses == 0]
