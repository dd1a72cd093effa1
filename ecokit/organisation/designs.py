"""Change a structure: merge posts, hand departments to a supplier, limit layers and spans."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.organisation.approvals import LIMITS, mandates_of, sound_mandates
from ecokit.organisation.posts import graph_of, holder, posts_of, require_post, top
from ecokit.organisation.shape import people_under, reports_of


@dataclass(frozen=True)
class Structure(ByName, of="organisation.design"):
    """The two tables that make a structure.

    Attributes
    ----------
    posts, mandates : table
        Of the kind that was given to `design`.
    """

    posts: Any
    mandates: Any

    @property
    def tables(self) -> dict[str, Any]:
        """The two tables by name, as `measure` and the other functions take them."""
        return {"posts": self.posts, "mandates": self.mandates}


@public
def design(
    data: Any,
    *,
    structure: str | None = None,
    name: str = "my_structure",
    merge: Mapping[str, str] | None = None,
    outsource: str | Sequence[str] = (),
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
    data : Shop or mapping of tables
        ``posts`` and ``mandates``, as in `approval_paths`.
    structure : str, optional
        The structure to start from, as in `reporting_graph`.
    name : str
        What the new structure is called.
    merge : mapping of post_id to post_id
        ``{"absorbed": "kept"}``: the kept post takes over reports and mandates, the people
        of the absorbed post leave.
    outsource : str or sequence of str
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
        New mandates: who decides each kind from now on, whatever is at stake.

    Returns
    -------
    Structure
        ``posts`` and ``mandates`` of the new structure, tables of the caller's kind; its
        ``tables`` are the two by name, as the other functions take them.

    Raises
    ------
    CourseError
        As `approval_paths`; a department, kind or post that is not there; a limit that no
        structure can keep.

    References
    ----------
    Slide 6 outsources IT, site design and logistics; slide 13 asks for few layers. Why a span
    has a limit: Graicunas (1933), Urwick (1956).

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "structure": "old", "post_id": ["ceo", "sales", "agent"],
    ...     "reports_to": [None, "ceo", "sales"], "department": ["top", "shop", "shop"],
    ...     "sourcing": "inside", "headcount": [1, 1, 12], "monthly_cost": 9000})
    >>> mandates = pd.DataFrame({"structure": ["old"], "kind": ["campaign"],
    ...     "raised_by": ["agent"], "decided_by": ["ceo"]})
    >>> old = {"posts": posts, "mandates": mandates}
    >>> new = design(old, widest_span=6)
    >>> new.posts.loc[1:, ["post_id", "reports_to", "headcount"]]
             post_id     reports_to  headcount
    1          sales            ceo          1
    2          agent  sales_leaders         12
    3  sales_leaders          sales          2
    >>> design(old, outsource=["it"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: outsource is 'it'. Choose one of: top, shop.
    """
    named = numbers.text("name", name)
    departments = frames.listed(outsource, "outsource")
    rate = numbers.number("outsourced_rate", outsourced_rate, low=0)
    premium = numbers.number("leader_premium", leader_premium, low=0)
    posts = posts_of(data, structure, *(["department"] if departments else []))
    new = Structure(posts, mandates_of(data, structure, graph_of(posts)))
    for absorbed, kept in _pairs("merge", merge).items():
        new = _merge(new, absorbed, kept)
    for department in departments:
        new = _outsource(new, department, rate)
    posts, rules = new.posts, _mandate(new.mandates, _pairs("decides", decides))
    if most_layers is not None:
        posts = _lift(posts, most_layers)
    if widest_span is not None:
        posts = _add_leaders(posts, numbers.count("widest_span", widest_span, 2), premium)
    graph = graph_of(posts)
    if decides:  # what else changed leads from post to post
        rules = sound_mandates(rules, graph)
    posts, rules = (table.assign(structure=named) for table in (posts, rules))
    return Structure(frames.like(posts, data), frames.like(rules, data))


def _pairs(name: str, value: Mapping[str, str] | None) -> Mapping[str, str]:
    wanted = _("Give a mapping, such as {'finance': 'boss'}.")
    return {} if value is None else numbers.mapping(name, value, wanted)


def _mandate(rules: pd.DataFrame, decides: Mapping[str, str]) -> pd.DataFrame:
    for kind in decides:
        numbers.one_of("decides", kind, rules["kind"].unique())
    ends = zip(rules["kind"], rules["decided_by"], strict=True)
    given = rules.assign(decided_by=[decides.get(kind, post) for kind, post in ends])
    limits = [name for pair in LIMITS for name in pair if name in rules]
    given[limits] = given[limits].mask(rules["kind"].isin(list(decides)))
    return given


def _merge(old: Structure, absorbed: str, kept: str) -> Structure:
    graph = graph_of(old.posts)
    require_post("merge", absorbed, graph)
    require_post("merge", kept, graph)
    if absorbed == kept:
        raise CourseError(_("The post {post} cannot be merged with itself.").format(post=absorbed))
    posts = old.posts.assign(reports_to=old.posts["reports_to"].replace({absorbed: kept}))
    if kept in nx.descendants(graph, absorbed):
        posts.loc[posts["post_id"] == kept, "reports_to"] = graph.nodes[absorbed]["reports_to"]
    heir = holder(graph, kept) if holder(graph, kept) != absorbed else kept
    posts["held_with"] = posts["held_with"].replace({absorbed: heir})  # its people leave
    posts.loc[posts["post_id"] == heir, "held_with"] = None
    swap = {name: {absorbed: kept} for name in _naming_posts(old.mandates)}
    return Structure(
        posts[posts["post_id"] != absorbed].reset_index(drop=True), old.mandates.replace(swap)
    )


def _naming_posts(rules: pd.DataFrame) -> list[str]:
    """Return the columns of mandates that name posts."""
    return [name for name in ("raised_by", "decided_by", *dict(LIMITS).values()) if name in rules]


def _outsource(old: Structure, department: str, rate: float) -> Structure:
    graph = graph_of(old.posts)
    numbers.one_of("outsource", department, old.posts["department"].dropna().unique())
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
    split = posts["post_id"].isin(outside) != posts["held_with"].isin(outside)
    posts.loc[split, "held_with"] = None  # nobody works for two companies
    deciding = [name for name in _naming_posts(old.mandates) if name != "raised_by"]
    return Structure(posts, old.mandates.replace(dict.fromkeys(deciding, contact)))


def _contact(graph: nx.DiGraph, post: str, outside: set[str]) -> str:
    while post in outside:
        post = next(graph.predecessors(post))
    return post


def _lift(posts: pd.DataFrame, most_layers: int) -> pd.DataFrame:
    graph = graph_of(posts)
    most_layers = numbers.count("most_layers", most_layers, 2 if len(graph) > 1 else 1)
    boss = {}
    for post in graph:
        line = nx.shortest_path(graph, top(graph), post)
        boss[post] = line[min(len(line), most_layers) - 2] if len(line) > 1 else None
    return posts.assign(reports_to=posts["post_id"].map(boss))


def _add_leaders(posts: pd.DataFrame, widest_span: int, premium: float) -> pd.DataFrame:
    graph = graph_of(posts)
    waiting = list(graph)
    while waiting:
        post = waiting.pop()
        people = people_under(graph, post)
        if people > widest_span * graph.nodes[post]["headcount"]:
            _insert(graph, post, math.ceil(people / widest_span), premium)
            waiting.append(post)
    return pd.DataFrame(
        node | {"post_id": post, "reports_to": next(graph.predecessors(post), None)}
        for post, node in graph.nodes(data=True)
    )


def _insert(graph: nx.DiGraph, boss: str, leaders: int, premium: float) -> None:
    led = reports_of(graph, boss)
    post = f"{boss}_leaders"
    while post in graph:
        post += "_2"
    node = graph.nodes[boss] | {
        "sourcing": "inside",
        "headcount": leaders,
        "working_time": 1.0,
        "held_with": None,
        "monthly_cost": round(max(graph.nodes[p]["monthly_cost"] for p in led) * (1 + premium), 2),
    }
    if "title" in node:
        node["title"] = _("Team leaders")
    if "title_zh" in node:
        node["title_zh"] = "组长"
    graph.add_node(post, **node)
    graph.remove_edges_from([(next(graph.predecessors(under)), under) for under in led])
    graph.add_edges_from([(boss, post), *((post, under) for under in led)])
