"""Who reports to whom, what it costs, and how long a decision travels (slides 3 to 8, 10 to 12).

Functions take the tables ``posts``, ``mandates`` and ``staff`` and return tables.
Where ``posts`` holds several structures, name one with `structure`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    from datetime import date

POST_COLUMNS = ("post_id", "reports_to")
STRUCTURES = ("seven_departments", "three_centers", "three_forces")
MANDATE_COLUMNS = ("kind", "raised_by", "decided_by")
TOP_LAYER = 1
MOST_NAMED = 12  # posts listed in a sentence


# ---------------------------------------------------------------- reading the tables


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
    english, chinese = known.get(structure, (structure.replace("_", " ").capitalize(), ""))
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
    if not isinstance(table, pd.DataFrame):
        raise CourseError(
            _("Give the table as a pandas DataFrame, not as a {kind}.").format(
                kind=f"{type(table).__module__.partition('.')[0]} {type(table).__name__}"
            )
        )
    if "structure" not in table:
        return table.reset_index(drop=True)
    names = list(table["structure"].unique())
    if structure is None and len(names) > 1:
        raise CourseError(
            _("The table holds several structures ({names}): name one of them.").format(
                names=", ".join(names)
            )
        )
    if not names and structure is None:
        return table
    if structure is not None and structure not in names:
        raise CourseError(
            _("There is no structure {structure!r}; the table holds {names}.").format(
                structure=structure, names=", ".join(names) or _("none")
            )
        )
    return table[table["structure"] == (structure or names[0])].reset_index(drop=True)


def _require_columns(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
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
    chosen = _sound(posts, structure, POST_COLUMNS)
    graph = nx.DiGraph()
    graph.add_nodes_from((row["post_id"], row) for row in chosen.to_dict("records"))
    under = chosen.dropna(subset="reports_to")
    graph.add_edges_from(zip(under["reports_to"], under["post_id"], strict=True))
    _require_one_tree(graph)
    return graph


def _sound(posts: pd.DataFrame, structure: str | None, columns: Iterable[str]) -> pd.DataFrame:
    """Return the posts of one structure, complete and free of wrong values."""
    chosen = choose(posts, structure)
    _require_columns(chosen, columns, "posts")
    missing: dict[str, Any] = {"sourcing": "inside", "headcount": 1, "monthly_cost": 0.0}
    chosen = chosen.assign(**{k: v for k, v in missing.items() if k not in chosen})
    ids, boss = chosen["post_id"], chosen["reports_to"]
    sourcing = chosen["sourcing"]
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
            ~sourcing.isin(["inside", "outsourced"]),
            _("The sourcing of {posts} must be inside or outsourced."),
        ),
        (
            ~((people >= 1) & (people % 1 == 0)),
            _("The headcount of {posts} must be a whole number, 1 or more."),
        ),
        (~(cost >= 0), _("The monthly_cost of {posts} must be 0 yuan or more.")),
    ):
        if wrong.any():
            raise CourseError(sentence.format(posts=_named(ids[wrong].unique())))
    return chosen


def _named(posts: Iterable[Hashable]) -> str:
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
            _("Only one post can be at the top; {posts} have no boss.").format(posts=_named(tops))
        )
    if nx.is_directed_acyclic_graph(graph):
        if not tops:
            raise CourseError(_("The table posts is empty."))
        return
    circle = _named(sorted({str(post) for edge in nx.find_cycle(graph) for post in edge[:2]}))
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


# ---------------------------------------------------------------- layers, spans, cost


def layers(posts: pd.DataFrame, structure: str | None = None) -> pd.Series:
    """Tell on which layer each post stands; the top is layer 1.

    The number of layers of a structure is the largest of them. Outsourced posts count:
    an instruction has to reach them too.

    Parameters
    ----------
    posts, structure
        As in `reporting_graph`.

    Returns
    -------
    Series of int
        Indexed by ``post_id``, from the top down.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside",
    ...     "headcount": 1, "monthly_cost": 9000})
    >>> layers(posts).to_dict()
    {'ceo': 1, 'sales': 2, 'agents': 3}
    >>> layers(posts.assign(reports_to=[None, None, "sales"]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Only one post can be at the top; ceo, sales have no boss.
    """
    depth = _layers(reporting_graph(posts, structure))
    return pd.Series(depth, name="layer", dtype="int64").rename_axis("post_id")


def _layers(graph: nx.DiGraph) -> dict[str, int]:
    depth = nx.single_source_shortest_path_length(graph, top(graph))
    return {post: steps + TOP_LAYER for post, steps in depth.items()}


def spans(posts: pd.DataFrame, structure: str | None = None) -> pd.Series:
    """Count the people whom each manager leads directly.

    A post with people of the company under it is a manager. Outsourced people are led by
    their own company and do not count. Where a post has several holders (three team
    leaders), the people under it are shared among them.

    Parameters
    ----------
    posts, structure
        As in `reporting_graph`.

    Returns
    -------
    Series of float
        People per manager, indexed by the manager's ``post_id``, in the order of `posts`.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents", "it"],
    ...     "reports_to": [None, "ceo", "sales", "ceo"], "department": "shop",
    ...     "sourcing": ["inside", "inside", "inside", "outsourced"],
    ...     "headcount": [1, 2, 6, 4], "monthly_cost": 9000})
    >>> spans(posts).to_dict()
    {'ceo': 2.0, 'sales': 3.0}
    >>> spans(posts.assign(headcount=[1, 0, 6, 4]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The headcount of sales must be a whole number, 1 or more.
    """
    found = _spans(reporting_graph(posts, structure))
    return pd.Series(found, name="span", dtype="float64").rename_axis("post_id")


def _spans(graph: nx.DiGraph) -> dict[str, float]:
    people = {post: _people_under(graph, post) for post in graph}
    return {post: n / graph.nodes[post]["headcount"] for post, n in people.items() if n}


def _people_under(graph: nx.DiGraph, post: Hashable) -> int:
    reports = (graph.nodes[report] for report in graph.successors(post))
    return sum(int(r["headcount"]) for r in reports if r["sourcing"] == "inside")


def mean_span(posts: pd.DataFrame, structure: str | None = None) -> float:
    """Tell how many people a manager leads on average.

    People with a boss inside the company, divided by managers.

    Raises
    ------
    CourseError
        As `reporting_graph`, and where nobody leads anybody.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "agents"], "reports_to": [None, "ceo", "sales"],
    ...     "department": "shop", "sourcing": "inside",
    ...     "headcount": [1, 1, 6], "monthly_cost": 9000})
    >>> mean_span(posts)
    3.5
    >>> mean_span(posts.head(1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No post leads people of the company, so there is no span of control.
    """
    return _mean_span(reporting_graph(posts, structure))


def _managers(graph: nx.DiGraph) -> int:
    return sum(int(graph.nodes[post]["headcount"]) for post in _spans(graph))


def _mean_span(graph: nx.DiGraph) -> float:
    managers = _managers(graph)
    if managers == 0:
        raise CourseError(_("No post leads people of the company, so there is no span of control."))
    return sum(_people_under(graph, post) for post in graph) / managers


def cost(
    posts: pd.DataFrame, structure: str | None = None, by: str | list[str] = "sourcing"
) -> pd.DataFrame:
    """Count the people and what they cost a month.

    Parameters
    ----------
    posts, structure
        As in `reporting_graph`.
    by : str or list of str
        Columns of `posts` to group by: ``sourcing``, ``department``, ``unit``.

    Returns
    -------
    DataFrame
        The `by` columns, ``people`` (heads) and ``monthly_cost`` (yuan), in the order in
        which the groups first appear.

    Raises
    ------
    CourseError
        As `reporting_graph`, and for an unknown column in `by`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "sales", "it"], "reports_to": [None, "ceo", "ceo"],
    ...     "department": "shop", "sourcing": ["inside", "inside", "outsourced"],
    ...     "headcount": [1, 2, 3], "monthly_cost": [30000, 9000.5, 12000]})
    >>> cost(posts)
         sourcing  people  monthly_cost
    0      inside       3       48001.0
    1  outsourced       3       36000.0
    >>> cost(posts, by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table posts lacks the column(s) city.
    """
    by = [by] if isinstance(by, str) else by
    chosen = _sound(posts, structure, [*POST_COLUMNS, "headcount", "monthly_cost", *by])
    people = chosen["headcount"].astype("int64")
    fen = (chosen["monthly_cost"] * 100).round().astype("int64") * people
    sums = chosen[by].assign(people=people, fen=fen).groupby(by, sort=False).sum().reset_index()
    return sums.assign(monthly_cost=sums["fen"] / 100).drop(columns="fen")


def filled(
    posts: pd.DataFrame,
    staff: pd.DataFrame,
    on: date | str,
    structure: str | None = None,
) -> pd.DataFrame:
    """Count the planned people who are at work on a day, post by post.

    Parameters
    ----------
    posts, structure
        As in `reporting_graph`; ``headcount`` is the plan.
    staff : DataFrame
        One row a person: ``post_id``, ``hired_on``, ``left_on`` (empty while employed; the
        day after the last day of work).
    on : date or str
        The day.

    Returns
    -------
    DataFrame
        ``post_id``, ``planned``, ``filled``, ``vacant`` (people) of each inside post.

    Raises
    ------
    CourseError
        As `reporting_graph`.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post_id": ["ceo", "agents"], "reports_to": [None, "ceo"], "department": "shop",
    ...     "sourcing": "inside", "headcount": [1, 3], "monthly_cost": 9000})
    >>> staff = pd.DataFrame({
    ...     "post_id": ["ceo", "agents", "agents"],
    ...     "hired_on": pd.to_datetime(["2024-01-01", "2024-05-01", "2025-02-01"]),
    ...     "left_on": pd.to_datetime([None, "2025-03-01", None])})
    >>> filled(posts, staff, "2025-02-15")["vacant"].tolist()
    [0, 1]
    >>> filled(posts, staff.drop(columns="left_on"), "2025-02-15")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table staff lacks the column(s) left_on.
    """
    chosen = _sound(posts, structure, [*POST_COLUMNS, "headcount"])
    _require_columns(staff, ("post_id", "hired_on", "left_on"), "staff")
    day = pd.Timestamp(on)
    hired, left = pd.to_datetime(staff["hired_on"]), pd.to_datetime(staff["left_on"])
    present = staff[(hired <= day) & (left.isna() | (left > day))]["post_id"].value_counts()
    inside = chosen[chosen["sourcing"] == "inside"]
    planned = inside["headcount"].astype("int64")
    at_work = inside["post_id"].map(present).fillna(0).astype("int64")
    return pd.DataFrame(
        {
            "post_id": inside["post_id"],
            "planned": planned,
            "filled": at_work,
            "vacant": planned - at_work,
        }
    ).reset_index(drop=True)


# ---------------------------------------------------------------- approvals


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
    return _path(reporting_graph(posts, structure), raised_by, decided_by)


def _path(graph: nx.DiGraph, raised_by: str, decided_by: str) -> list[str]:
    for post in (raised_by, decided_by):
        if post not in graph:
            raise CourseError(
                _("The structure has no post {post}; its posts are {posts}.").format(
                    post=post, posts=_named(graph)
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
    return _approval_paths(graph, choose(mandates, structure))


def _approval_paths(graph: nx.DiGraph, mandates: pd.DataFrame) -> pd.DataFrame:
    _require_columns(mandates, MANDATE_COLUMNS, "mandates")
    paths = _paths(graph, mandates)
    joined = [
        " → ".join(map(str, [raised_by, *path]))
        for raised_by, path in zip(mandates["raised_by"], paths, strict=True)
    ]
    return mandates.assign(approvals=[len(path) for path in paths], path=joined)


def _paths(graph: nx.DiGraph, mandates: pd.DataFrame) -> list[list[str]]:
    ends = zip(mandates["raised_by"], mandates["decided_by"], strict=True)
    return [_path(graph, raised_by, decided_by) for raised_by, decided_by in ends]


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
    _require_columns(posts, ("department",), "posts")
    chosen = choose(mandates, structure)
    _require_columns(chosen, MANDATE_COLUMNS, "mandates")
    return _single_points(reporting_graph(posts, structure), chosen)


def _single_points(graph: nx.DiGraph, mandates: pd.DataFrame) -> pd.DataFrame:
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
        A negative number of approvals, or minutes that are not above 0.

    Examples
    --------
    >>> decision_minutes(3, 45)
    135
    >>> decision_minutes(3, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: An approval must take more than 0 minutes, not 0.
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
        A negative number of approvals, or minutes that are not above 0.

    Examples
    --------
    >>> round(chance_in_time(2, 60), 4)  # 1 - 3 exp(-2)
    0.594
    >>> chance_in_time(-1, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A decision cannot need -1 approvals; give 0 or more.
    """
    from scipy.special import gammainc

    _require_approvals(approvals, minutes_per_approval)
    if approvals == 0:
        return 1.0
    return float(gammainc(approvals, max(window_minutes, 0) / minutes_per_approval))


def _require_approvals(approvals: float, minutes_per_approval: float) -> None:
    if not approvals >= 0:
        raise CourseError(
            _("A decision cannot need {n} approvals; give 0 or more.").format(n=approvals)
        )
    if not minutes_per_approval > 0:
        raise CourseError(
            _("An approval must take more than 0 minutes, not {n}.").format(n=minutes_per_approval)
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
        No approval of that kind was answered.

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
    _require_columns(decisions, ("decision_id", "kind"), "decisions")
    _require_columns(approvals, ("decision_id", "asked_at", "answered_at"), "approvals")
    ids = decisions.loc[decisions["kind"] == kind, "decision_id"]
    chosen = approvals[approvals["decision_id"].isin(ids)]
    waits = (chosen["answered_at"] - chosen["asked_at"]).dropna()
    if waits.empty:
        raise CourseError(_("No approval of a {kind} decision was answered.").format(kind=kind))
    return float(waits.dt.total_seconds().mean()) / 60


# ---------------------------------------------------------------- side by side


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
    _require_columns(posts, ("structure",), "posts")
    return pd.DataFrame(
        [
            measure(posts, mandates, minutes_per_approval, window_minutes, structure=name)
            for name in posts["structure"].unique()
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
    ecokit.errors.CourseError: An approval must take more than 0 minutes, not -1.
    """
    posts, mandates = choose(posts, structure), choose(mandates, structure)
    _require_columns(posts, ("department", "sourcing", "headcount", "monthly_cost"), "posts")
    graph = reporting_graph(posts)
    paths = _approval_paths(graph, mandates)
    approvals = paths.loc[paths["kind"] == "campaign", "approvals"]
    if approvals.empty:
        raise CourseError(_("The table mandates has no campaign decision; add one."))
    in_time = [chance_in_time(k, minutes_per_approval, window_minutes) for k in approvals]
    return {
        "structure": str(posts["structure"].iloc[0]) if "structure" in posts else "",
        "layers": max(_layers(graph).values()),
        "managers": _managers(graph),
        **_totals(graph),
        "mean_span": _mean_span(graph),
        "widest_span": max(_spans(graph).values()),
        "campaign_approvals": float(approvals.mean()),
        "campaign_minutes": decision_minutes(float(approvals.mean()), minutes_per_approval),
        "campaign_in_time": sum(in_time) / len(in_time),
        "single_points": len(_single_points(graph, mandates)),
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
        As `measure`, and for a touchpoint whose post the structure does not have.

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
    _require_acting_posts(journey, choose(posts, structure))
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
    _require_columns(journey, ("touchpoint", "post_id"), "journey")
    lost = journey[~journey["post_id"].isin(posts["post_id"])]
    if len(lost):
        raise CourseError(
            _("No such post for touchpoint(s) {touchpoints}: {posts}.").format(
                touchpoints=", ".join(map(str, lost["touchpoint"])),
                posts=", ".join(map(str, lost["post_id"].unique())),
            )
        )


# ---------------------------------------------------------------- closed forms


def uniform_headcount(span: float, layers: float) -> float:
    r"""Count the people of a company where every manager leads `span` people.

    .. math:: N = \frac{s^L - 1}{s - 1}

    Parameters
    ----------
    span : float
        People per manager, :math:`s`, 1 or more.
    layers : float
        Layers :math:`L` with the top, 1 or more.

    Raises
    ------
    CourseError
        Span or layers below 1.

    Examples
    --------
    >>> uniform_headcount(4, 3)
    21.0
    >>> uniform_headcount(0, 3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The span must be 1 or more, not 0.
    """
    _require_one_or_more(_("span"), span)
    _require_one_or_more(_("number of layers"), layers)
    return float(layers) if span == 1 else (span**layers - 1) / (span - 1)


def uniform_layers(headcount: float, span: float) -> float:
    r"""Tell how many layers a company needs when every manager leads `span` people.

    .. math:: L = \frac{\ln(N (s - 1) + 1)}{\ln s}

    Round up for whole layers.

    Parameters
    ----------
    headcount : float
        People :math:`N`, the top included.
    span : float
        People per manager, :math:`s`.

    Raises
    ------
    CourseError
        Headcount or span below 1.

    Examples
    --------
    >>> round(uniform_layers(1000, 8), 3), round(uniform_layers(1000, 5), 3)
    (4.258, 5.154)
    >>> uniform_layers(0, 8)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The headcount must be 1 or more, not 0.
    """
    _require_one_or_more(_("headcount"), headcount)
    _require_one_or_more(_("span"), span)
    return float(headcount) if span == 1 else math.log(headcount * (span - 1) + 1, span)


def uniform_managers(headcount: float, span: float) -> float:
    r"""Count the managers among the people, :math:`(N - 1) / s`.

    Everybody but the top has one of the managers above.

    Raises
    ------
    CourseError
        Headcount or span below 1.

    Examples
    --------
    >>> uniform_managers(5461, 4)  # the textbook company with 4,096 people at the bottom
    1365.0
    >>> uniform_managers(5461, 0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The span must be 1 or more, not 0.5.
    """
    _require_one_or_more(_("headcount"), headcount)
    _require_one_or_more(_("span"), span)
    return (headcount - 1) / span


def _require_one_or_more(what: str, value: float) -> None:
    if not value >= 1:
        raise CourseError(
            _("The {what} must be 1 or more, not {value}.").format(what=what, value=value)
        )


# ---------------------------------------------------------------- design your own


class Structure(NamedTuple):
    """The two tables that make a structure: its posts and its mandates."""

    posts: pd.DataFrame
    mandates: pd.DataFrame


def design(
    posts: pd.DataFrame,
    mandates: pd.DataFrame,
    structure: str | None = None,
    *,
    name: str = "my_structure",
    merge: Mapping[str, str] | None = None,
    outsource: Collection[str] = (),
    outsourced_rate: float = 1.0,
    most_layers: int | None = None,
    widest_span: int | None = None,
    leader_premium: float = 0.2,
    decides: Mapping[str, str] | None = None,
) -> Structure:
    """Change a structure and return the new one.

    The changes are made in the order of the parameters. `compare` tells what they do to
    layers, cost and decision time.

    Parameters
    ----------
    posts, mandates, structure
        The structure to start from, as in `approval_paths`.
    name : str
        What the new structure is called.
    merge : mapping of post_id to post_id
        ``{"absorbed": "kept"}``: the kept post takes over reports and mandates, the people
        of the absorbed post leave.
    outsource : collection of str
        Departments to hand to a supplier. Their reports inside the company, and what they
        decide, go to the nearest boss inside: the contact.
    outsourced_rate : float
        What the supplier asks, as a share of what the people cost before (1.0 = the same).
    most_layers : int, optional
        Posts that stand deeper report to their boss on the last layer but one instead.
    widest_span : int, optional
        A manager with more people gets team leaders between, as many as it takes.
    leader_premium : float
        What a team leader costs above the best paid of the people led (0.2 = 20 % more).
    decides : mapping of kind to post_id
        New mandates: who decides each kind from now on.

    Returns
    -------
    Structure
        ``posts`` and ``mandates`` of the new structure.

    Raises
    ------
    CourseError
        As `approval_paths`; a department or post that is not there; a limit that no
        structure can keep.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "old", "post_id": ["ceo", "sales", "agent"],
    ...     "reports_to": [None, "ceo", "sales"], "department": ["top", "shop", "shop"],
    ...     "sourcing": "inside", "headcount": [1, 1, 12], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": ["old"], "kind": ["campaign"],
    ...     "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> new = design(posts, mandates, widest_span=6)
    >>> new.posts.loc[1:, ["post_id", "reports_to", "headcount"]]
             post_id     reports_to  headcount
    1          sales            ceo          1
    2          agent  sales_leaders         12
    3  sales_leaders          sales          2
    >>> design(posts, mandates, outsource=["it"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no department it; the structure has top, shop.

    Notes
    -----
    Slide 6 outsources IT, site design and logistics; slide 13 asks for few layers.
    """
    chosen = Structure(choose(posts, structure), choose(mandates, structure))
    approval_paths(*chosen)
    for absorbed, kept in (merge or {}).items():
        chosen = _merge(chosen, absorbed, kept)
    for department in outsource:
        chosen = _outsource(chosen, department, outsourced_rate)
    changed, rules = chosen
    if most_layers is not None:
        changed = _lift(changed, most_layers)
    if widest_span is not None:
        changed = _add_leaders(changed, widest_span, leader_premium)
    mandated = dict(decides or {})
    unknown = [kind for kind in mandated if kind not in set(rules["kind"])]
    if unknown:
        raise CourseError(
            _("There is no kind of decision called {kinds}; the mandates know {known}.").format(
                kinds=", ".join(unknown), known=", ".join(rules["kind"].unique())
            )
        )
    rules = rules.assign(
        decided_by=[
            mandated.get(kind, post)
            for kind, post in zip(rules["kind"], rules["decided_by"], strict=True)
        ]
    )
    result = Structure(changed.assign(structure=name), rules.assign(structure=name))
    approval_paths(*result)
    return result


def _merge(old: Structure, absorbed: str, kept: str) -> Structure:
    graph = reporting_graph(old.posts)
    _path(graph, absorbed, kept)
    if absorbed == kept:
        raise CourseError(_("The post {post} cannot be merged with itself.").format(post=absorbed))
    posts = old.posts.assign(reports_to=old.posts["reports_to"].replace({absorbed: kept}))
    if kept in nx.descendants(graph, absorbed):
        posts.loc[posts["post_id"] == kept, "reports_to"] = graph.nodes[absorbed]["reports_to"]
    swap = {"raised_by": {absorbed: kept}, "decided_by": {absorbed: kept}}
    return Structure(
        posts[posts["post_id"] != absorbed].reset_index(drop=True), old.mandates.replace(swap)
    )


def _outsource(old: Structure, department: str, rate: float) -> Structure:
    graph = reporting_graph(old.posts)
    departments = list(dict.fromkeys(old.posts["department"]))
    if department not in departments:
        raise CourseError(
            _("There is no department {department}; the structure has {departments}.").format(
                department=department, departments=", ".join(departments)
            )
        )
    if not rate >= 0:
        raise CourseError(_("The outsourced rate must be 0 or more, not {n}.").format(n=rate))
    if graph.nodes[top(graph)]["department"] == department:
        raise CourseError(
            _("The department {department} holds the top post; it cannot be outsourced.").format(
                department=department
            )
        )
    posts = old.posts.copy()
    gone = (posts["department"] == department) & (posts["sourcing"] == "inside")
    posts["monthly_cost"] = posts["monthly_cost"].where(
        ~gone, (posts["monthly_cost"] * rate).round(2)
    )
    posts.loc[gone, "sourcing"] = "outsourced"
    outside = set(posts.loc[posts["sourcing"] == "outsourced", "post_id"])
    contact = {post: _contact(graph, post, outside) for post in outside}
    inside = posts["sourcing"] == "inside"
    posts.loc[inside, "reports_to"] = posts.loc[inside, "reports_to"].replace(contact)
    return Structure(posts, old.mandates.replace({"decided_by": contact}))


def _contact(graph: nx.DiGraph, post: str, outside: set[str]) -> str:
    while post in outside:
        post = next(graph.predecessors(post))
    return post


def _lift(posts: pd.DataFrame, most_layers: int) -> pd.DataFrame:
    graph = reporting_graph(posts)
    if not most_layers >= (2 if len(graph) > 1 else 1):
        raise CourseError(
            _("{n} layers are too few: a boss and the people led are 2.").format(n=most_layers)
        )
    boss = {}
    for post in graph:
        line = nx.shortest_path(graph, top(graph), post)
        boss[post] = line[min(len(line), most_layers) - 2] if len(line) > 1 else None
    return posts.assign(reports_to=posts["post_id"].map(boss))


def _add_leaders(posts: pd.DataFrame, widest_span: int, premium: float) -> pd.DataFrame:
    if not widest_span >= 2:
        raise CourseError(_("The widest span must be 2 or more, not {n}.").format(n=widest_span))
    graph = reporting_graph(posts)
    waiting = list(graph)
    while waiting:
        post = waiting.pop()
        people = _people_under(graph, post)
        if people > widest_span * graph.nodes[post]["headcount"]:
            _insert(graph, post, math.ceil(people / widest_span), premium)
            waiting.append(post)
    return pd.DataFrame(
        node | {"post_id": post, "reports_to": next(graph.predecessors(post), None)}
        for post, node in graph.nodes(data=True)
    )


def _insert(graph: nx.DiGraph, boss: str, leaders: int, premium: float) -> None:
    led = [post for post in graph.successors(boss) if graph.nodes[post]["sourcing"] == "inside"]
    post = f"{boss}_leaders"
    while post in graph:
        post += "_2"
    node = graph.nodes[boss] | {
        "sourcing": "inside",
        "headcount": leaders,
        "monthly_cost": round(max(graph.nodes[p]["monthly_cost"] for p in led) * (1 + premium), 2),
    }
    if "title" in node:
        node["title"] = _("Team leaders")
    if "title_zh" in node:
        node["title_zh"] = "组长"
    graph.add_node(post, **node)
    graph.remove_edges_from([(boss, under) for under in led])
    graph.add_edges_from([(boss, post), *((post, under) for under in led)])
