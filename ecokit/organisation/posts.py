"""Read the tables of a structure: choose it, and turn its posts into a reporting graph."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from numbers import Real
from typing import Any

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _

STRUCTURES = ("seven_departments", "three_centers", "three_forces")
"""The deck's three structures (slides 5 to 7), by their name in the table posts."""
DEFAULTS: dict[str, Any] = {"sourcing": "inside", "headcount": 1, "monthly_cost": 0.0}
"""What a post has where the table does not say."""
MOST_NAMED = 12  # posts listed in a sentence


def title(structure: str) -> str:
    """Name a structure for people, in English and Chinese.

    Examples
    --------
    >>> title("three_forces"), title("my_structure")
    ('Three forces 三支部队', 'My structure')
    """
    known = {
        "seven_departments": (_("Seven departments"), "七个部门"),
        "three_centers": (_("Three centers"), "三个中心"),
        "three_forces": (_("Three forces"), "三支部队"),
    }
    english, chinese = known.get(structure, (str(structure).replace("_", " ").capitalize(), ""))
    return f"{english} {chinese}".strip()


def choose(table: pd.DataFrame, structure: str | None = None) -> pd.DataFrame:
    """Return the rows of `table` that belong to one structure.

    Parameters
    ----------
    table : DataFrame
        ``posts`` or ``mandates``; without a column ``structure`` it is one structure.
    structure : str, optional
        Needed where the table holds more than one.

    Returns
    -------
    DataFrame
        The rows of that structure, with a fresh index.

    Raises
    ------
    CourseError
        No such structure, or several and none named.

    Examples
    --------
    >>> posts = pd.DataFrame({"structure": ["flat", "tall"], "post_id": ["ceo", "boss"]})
    >>> choose(posts, "tall")["post_id"].tolist()
    ['boss']
    >>> choose(posts)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table holds several structures (flat, tall): name one of them.
    """
    require_pandas(table)
    if "structure" not in table:
        return table.reset_index(drop=True)
    names = list(table["structure"].dropna().unique())
    if structure is None and len(names) > 1:
        raise CourseError(
            _("The table holds several structures ({names}): name one of them.").format(
                names=named(names)
            )
        )
    if structure is not None and structure not in names:
        raise CourseError(
            _("There is no structure {structure!r}; the table holds {names}.").format(
                structure=structure, names=named(names) or _("none")
            )
        )
    if not names:
        return table.head(0)
    return table[table["structure"] == (structure or names[0])].reset_index(drop=True)


def require_pandas(table: object) -> None:
    """Raise a CourseError unless `table` is a pandas DataFrame."""
    if not isinstance(table, pd.DataFrame):
        raise CourseError(
            _("Give the table as a pandas DataFrame, not as a {kind}.").format(
                kind=f"{type(table).__module__.partition('.')[0]} {type(table).__name__}"
            )
        )


def require_columns(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Raise a CourseError for the columns that the table `name` lacks."""
    require_pandas(table)
    missing = [column for column in columns if column not in table]
    if missing:
        raise CourseError(
            _("The table {name} lacks the column(s) {columns}.").format(
                name=name, columns=", ".join(missing)
            )
        )


def reporting_graph(posts: pd.DataFrame, structure: str | None = None) -> nx.DiGraph:
    """Tell who reports to whom: a tree with an arrow from each boss to each report.

    Parameters
    ----------
    posts : DataFrame
        One row a post: ``post_id``, ``reports_to`` (a ``post_id``, empty for the top),
        ``sourcing`` (``inside`` or ``outsourced``), ``headcount`` (people). Where the last
        two are missing, each post is one person of the company.
    structure : str, optional
        Needed where the table holds more than one.

    Returns
    -------
    networkx.DiGraph
        Nodes are post ids and carry the columns of `posts` as attributes.

    Raises
    ------
    CourseError
        A post twice, an unknown boss, a post that reports to itself, no top or two,
        a circle of posts; the sentence names the posts.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": ["management", "sales", "sales"], "sourcing": "inside",
    ...     "headcount": [1, 1, 6], "monthly_cost": [30000, 18000, 8000]})
    >>> list(reporting_graph(posts).edges)
    [('ceo', 'sales'), ('sales', 'agents')]
    >>> reporting_graph(posts.assign(reports_to=["agents", "ceo", "sales"]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Nobody is at the top: the posts agents, ceo, sales report to one \
another in a circle. Leave reports_to empty for one of them.

    Notes
    -----
    Slides 5 to 7.
    """
    chosen = sound_posts(posts, structure)
    graph = nx.DiGraph()
    graph.add_nodes_from((row["post_id"], row) for row in chosen.to_dict("records"))
    under = chosen.dropna(subset="reports_to")
    graph.add_edges_from(zip(under["reports_to"], under["post_id"], strict=True))
    _require_one_tree(graph)
    return graph


def sound_posts(posts: pd.DataFrame, structure: str | None = None) -> pd.DataFrame:
    """Return the posts of one structure, complete and free of wrong values."""
    chosen = choose(posts, structure)
    require_columns(chosen, ("post_id", "reports_to"), "posts")
    chosen = chosen.assign(**{k: v for k, v in DEFAULTS.items() if k not in chosen})
    ids = chosen["post_id"].astype(object)
    boss = chosen["reports_to"].astype(object).where(lambda post: post.notna() & (post != ""))
    people = pd.to_numeric(chosen["headcount"], errors="coerce")
    cost = pd.to_numeric(chosen["monthly_cost"], errors="coerce")
    for wrong, sentence in (
        (ids.isna(), _("A post has no post_id; give each post a name of its own.")),
        (
            ids.duplicated(),
            _("Listed more than once: {posts}. Each post needs one row, with one boss."),
        ),
        (
            boss == ids,
            _("Reporting to themselves: {posts}. Name their boss in reports_to."),
        ),
        (
            boss.notna() & ~boss.isin(ids),
            _(
                "The boss is not in the table for {posts}. Add a row for the boss, "
                "or correct reports_to; the post at the top leaves it empty."
            ),
        ),
        (
            ~chosen["sourcing"].isin(["inside", "outsourced"]),
            _("The sourcing of {posts} must be inside or outsourced."),
        ),
        (
            ~((people >= 1) & (people % 1 == 0)),
            _("The headcount of {posts} must be a whole number, 1 or more."),
        ),
        (
            ~((cost >= 0) & (cost < math.inf)),
            _("The monthly_cost of {posts} must be an amount in yuan, 0 or more."),
        ),
    ):
        if wrong.any():
            raise CourseError(sentence.format(posts=named(ids[wrong].unique())))
    return chosen.assign(
        post_id=ids,
        reports_to=boss,
        headcount=people.astype("int64"),
        monthly_cost=cost.astype("float64"),
    )


def is_number(value: object) -> bool:
    """Tell whether `value` is a real number, Python's or NumPy's, and no text."""
    return isinstance(value, Real)


def named(posts: Iterable[Hashable]) -> str:
    """List posts in a sentence, the first of them where they are many."""
    names = [str(post) for post in posts]
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    shown = ", ".join(names[:MOST_NAMED])
    return _("{shown} and {more} more").format(shown=shown, more=len(names) - MOST_NAMED)


def _require_one_tree(graph: nx.DiGraph) -> None:
    tops = [post for post, bosses in graph.in_degree() if bosses == 0]
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


def top(graph: nx.DiGraph) -> str:
    """Return the post at the top.

    Examples
    --------
    >>> top(nx.DiGraph([("ceo", "sales")]))
    'ceo'
    """
    return next(post for post, bosses in graph.in_degree() if bosses == 0)
