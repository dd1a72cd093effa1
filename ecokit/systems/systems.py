"""Systems and what flows between them: the map, what stops, what to keep, whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.spans import TYPES
from ecokit.messages import _

FLOWS = ("orders", "goods", "money", "data")
"""What flows between systems."""

PLACES = {
    "search": (0.0, 3.0),
    "shop_front": (1.0, 3.0),
    "identity": (2.0, 3.0),
    "customer_relations": (3.0, 3.0),
    "monitoring": (0.0, 2.0),
    "order_management": (1.0, 2.0),
    "payment": (2.0, 2.0),
    "messages": (3.0, 1.2),
    "stock_sync": (0.0, 1.0),
    "warehouse_management": (1.0, 1.0),
    "finance": (2.0, 0.0),
    "data": (3.0, 0.0),
}
"""Where the map has each kind of system: customers above, the books below."""

_ENDS = ("from_system", "to_system")
_MONTH = 365 / 12  # days
_COSTS = "system_id name outsourced monthly_cost other_cost alternatives exit_days export"
_CONTACTS = (
    "system_id name name_zh outsourced provider contact asked hours escalation "
    "promised answer_minutes mend_minutes"
)


@dataclass(frozen=True)
class SystemMap:
    """The systems and what flows between them, ready to be drawn.

    Attributes
    ----------
    systems : DataFrame
        A row a system: ``system_id``, ``name``, ``name_zh``, ``kind``, ``outsourced``, and its
        place, ``x`` and ``y``.
    flows : DataFrame
        A row a link: ``from_system`` (calls or sends), ``to_system``, ``flow``, ``way``,
        ``delay_minutes``, ``needed``.
    """

    systems: pd.DataFrame
    flows: pd.DataFrame


@public
def system_map(data: Any, *, flows: str | Sequence[str] = FLOWS) -> SystemMap:
    """Return the map of systems: where each stands, and what flows to which other.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``systems``: ``system_id``, ``name``, ``name_zh``, ``kind``, ``outsourced``. ``links``:
        ``from_system``, ``to_system``, ``flow``, ``way``, ``delay_minutes``, ``needed``.
    flows : str or sequence of str
        Of :data:`FLOWS`: ``orders``, ``goods``, ``money``, ``data``.

    Returns
    -------
    SystemMap
        Tables of pandas: ``systems`` with their places, and ``flows``.

    Raises
    ------
    CourseError
        A table or column is missing, or a link leads to a system that is not there.

    References
    ----------
    Slide 14 (IT systems as a field of co-operation); the kinds of systems are the course's own.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = system_map(example(), flows="orders")
    >>> found.flows[["from_system", "to_system", "way"]].values.tolist()
    [['S01', 'S02', 'call'], ['S02', 'S03', 'message']]
    >>> system_map(example(), flows="parcels")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: flows is 'parcels'. Choose one of: orders, goods, money, data.
    """
    shown = [numbers.one_of("flows", one, FLOWS) for one in frames.listed(flows, "flows", least=1)]
    asked = "system_id name name_zh kind outsourced"
    links = "from_system to_system flow way delay_minutes needed"
    systems, table = frames.fetched(data, {"systems": asked, "links": links}, types=TYPES)
    known = systems[["system_id"]]
    rows.refuse(systems, "systems", [rows.missing("outsourced", "system_id")])
    flow = [rows.missing("needed", *_ENDS), rows.none_of("flow", FLOWS, *_ENDS)]
    rows.refuse(table, "links", flow)
    for end in _ENDS:
        there = known.rename(columns={"system_id": end})
        rows.refuse(table, "links", [rows.unknown_id(end, there, "systems")])
    places = list(_places(systems["kind"]))
    systems = systems[asked.split()].assign(
        x=[place[0] for place in places], y=[place[1] for place in places]
    )
    told = table[table["flow"].isin(shown)][links.split()]
    return SystemMap(systems, told.reset_index(drop=True))


def _places(kinds: pd.Series[str]) -> list[tuple[float, float]]:
    """Return the place of each system; kinds that the map does not know, or has, stand below."""
    found, free = list[tuple[float, float]](), 0
    for kind in kinds.astype(str):
        place = PLACES.get(kind)
        if place is None or place in found:
            place = (float(free % 4), -1.0 - free // 4)
            free += 1
        found.append(place)
    return found


@public
def what_stops(data: Any, without: str | Sequence[str]) -> pd.DataFrame:
    """Return which systems fail when others do: at once, and because something else has failed.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``links``: ``from_system``, ``to_system``, ``needed``: the first fails without the second.
        Optional ``systems``: ``system_id``, ``name``.
    without : str or sequence of str
        The systems that stop.

    Returns
    -------
    DataFrame
        ``system_id``, ``name`` (the id where there are no systems), ``lacks`` (the system that it
        needs), ``round`` (1: at once; 2: because of what failed in round 1 ...).

    Raises
    ------
    CourseError
        A table or column is missing, or a system of that name is in no link.

    References
    ----------
    By definition: what needs a system that fails, fails. Site Reliability Engineering (Beyer,
    Jones, Petoff and Murphy, 2016), chapter 22, on failures that spread.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> what_stops(example(), "S07")
      system_id                  name lacks  round
    0       S02      Order management   S07      1
    1       S01            Shop front   S02      2
    2       S03  Warehouse management   S02      2
    >>> what_stops(example(), "S06").empty
    True
    >>> what_stops(example(), "S99")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: without names 'S99', which is in no row of links. There are: S01, ...
    """
    needed = {"links": "from_system to_system needed"}
    links, systems = frames.fetched(data, needed, {"systems": "system_id name"}, types=TYPES)
    named = frames.listed(without, "without", least=1)
    links = _as_words(links)
    known = sorted({*links["from_system"], *links["to_system"]})
    for one in named:
        if one not in known:
            message = _("without names {name}, which is in no row of links. There are: {known}.")
            told = {"name": numbers.shown(one), "known": ", ".join(known)}
            raise CourseError(message.format(**told))
    found = _fallen(links, named)
    ids = () if systems is None else systems["system_id"].astype("str")
    names = {} if systems is None else dict(zip(ids, systems["name"], strict=True))
    found.insert(1, "name", [names.get(one, one) for one in found["system_id"]])
    return found


def _as_words(links: pd.DataFrame) -> pd.DataFrame:
    """Return links with ids as text, as they are asked for; refuse those that do not say all."""
    told = [rows.missing(one, *_ENDS) for one in (*_ENDS, "needed")]
    rows.refuse(links, "links", told)
    return links.astype(dict.fromkeys(_ENDS, "str"))


def _fallen(links: pd.DataFrame, without: Sequence[str]) -> pd.DataFrame:
    """Return what fails round by round, each system with all that it lacks in that round."""
    needs = links[links["needed"].astype(bool)][["from_system", "to_system"]].drop_duplicates()
    gone, new, parts = set(without), set(without), list[pd.DataFrame]()
    while new:
        lost = needs[needs["to_system"].isin(new) & ~needs["from_system"].isin(gone)]
        new = set(lost["from_system"])
        gone |= new
        parts.append(lost.sort_values(["from_system", "to_system"]).assign(round=len(parts) + 1))
    found = pd.concat(parts, ignore_index=True)
    return found.rename(columns={"from_system": "system_id", "to_system": "lacks"})


@public
def keep_or_buy(data: Any, *, few: int = 2, long_exit: float = 90.0) -> Any:
    """Set what each system costs as it is run beside the other way, and how hard it is to leave.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``systems``: ``system_id``, ``name``, ``outsourced``, ``monthly_cost`` (as it is),
        ``other_cost`` (by ourselves where it is outsourced, bought where it is not),
        ``alternatives``, ``exit_days``, ``export``. Optional ``links``, for what stops without it.
    few : int
        So many alternatives, or fewer, are a sign of dependence.
    long_exit : float
        More days than this to move away are another one.

    Returns
    -------
    table of the caller's kind
        A row a system, those with the most signs first: ``system_id``, ``name``, ``outsourced``,
        ``monthly_cost``, ``other_cost``; ``saves`` (yuan a year the other way, below 0: it costs
        more), ``moving`` (yuan: the other way is paid beside this one while you move), ``months``
        until that is earned back (missing: never); ``alternatives``, ``exit_days``, ``export``,
        ``stops`` (other systems that fail without it; missing without links), ``signs`` of
        dependence, 0 to 3: few alternatives, a long exit, data that do not come out.

    Raises
    ------
    CourseError
        A table or column is missing, or a cost or a number of days is below 0.

    References
    ----------
    Slides 5 and 6 (a technology department of one's own, or IT outsourced); the signs are the
    course's own. Costs of changing: Shapiro and Varian (1999).

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = keep_or_buy(example())
    >>> found[["system_id", "saves", "moving", "months", "stops", "signs"]].round(1)
      system_id     saves   moving  months  stops  signs
    0       S07 -170400.0   9863.0     NaN      3      2
    1       S02  -26400.0  37084.9     NaN      2      1
    2       S01  -56400.0  42904.1     NaN      0      0
    3       S03    6000.0   4142.5     8.3      0      0
    4       S06   10800.0   4931.5     5.5      0      0
    """
    few = numbers.count("few", few, 0)
    longest = numbers.number("long_exit", long_exit, low=0)
    optional = {"links": "from_system to_system needed"}
    systems, links = frames.fetched(data, {"systems": _COSTS}, optional, types=TYPES)
    counted = ("monthly_cost", "other_cost", "alternatives", "exit_days")
    told = [rows.below_zero(one, "system_id") for one in counted]
    flags = [rows.missing(one, "system_id") for one in ("outsourced", "export")]
    rows.refuse(systems, "systems", [*told, *flags])
    table = systems[_COSTS.split()].copy()
    saves = 12 * (table["monthly_cost"] - table["other_cost"])
    moving = table["other_cost"] * table["exit_days"] / _MONTH
    months = (moving / (saves.where(saves > 0) / 12)).astype(float)
    for place, (name, values) in enumerate(
        (("saves", saves), ("moving", moving), ("months", months))
    ):
        table.insert(5 + place, name, values.astype(float))
    table["stops"] = _stopped(table["system_id"], links)
    signs = [table["alternatives"] <= few, table["exit_days"] > longest]
    signs.append(~table["export"].astype(bool))
    table["signs"] = np.sum([sign.to_numpy(int) for sign in signs], axis=0)
    order = ["signs", "stops", "system_id"]
    found = table.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return frames.like(found, data)


def _stopped(ids: pd.Series[Any], links: pd.DataFrame | None) -> pd.Series[Any]:
    if links is None:
        return pd.Series(np.nan, index=ids.index)
    links = _as_words(links)
    stopped = [_fallen(links, [one])["system_id"].nunique() for one in ids.astype("str")]
    return pd.Series(stopped, index=ids.index)


@public
def contacts(data: Any) -> Any:
    """Return whom to call: slide 6 as a table, a row an outsourced service.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``systems``: ``system_id``, ``name``, ``name_zh``, ``outsourced``, ``provider``,
        ``contact``, ``asked``, ``hours``, ``escalation``, ``promised``, ``answer_minutes``,
        ``mend_minutes``. Optional ``posts``: ``post_id``, ``title``, ``title_zh``, for the names of
        the centers.

    Returns
    -------
    table of the caller's kind
        ``system_id``, ``name``, ``name_zh``, ``provider``, ``contact`` (our center that is the
        contact) and ``contact_zh`` (missing without posts), ``asked`` (what is asked of it),
        ``hours`` (within which), ``answer_minutes``, ``mend_minutes`` and ``promised`` (what was
        promised), ``escalation`` (what then). Sorted by contact, then by system.

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    Slide 6: IT, site redesign and logistics are outsourced; the first two centers are the contact.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> contacts(example())[["contact", "name", "hours", "escalation"]]
              contact                  name        hours    escalation
    0   market_center            Shop front       always  its director
    1  service_center  Warehouse management  08:00-20:00  its director
    2  service_center               Payment       always     duty desk
    """
    optional = {"posts": "post_id title title_zh"}
    systems, posts = frames.fetched(data, {"systems": _CONTACTS}, optional, types=TYPES)
    rows.refuse(systems, "systems", [rows.missing("outsourced", "system_id")])
    table = systems[systems["outsourced"].astype(bool)].copy()
    titles = {} if posts is None else posts.drop_duplicates("post_id").set_index("post_id")
    told = dict(titles["title"]) if len(titles) else {}
    told_zh = dict(titles["title_zh"]) if len(titles) else {}
    table["contact_zh"] = [told_zh.get(one) for one in table["contact"]]
    table["contact"] = [told.get(one, one) for one in table["contact"]]
    first = ["system_id", "name", "name_zh", "provider", "contact", "contact_zh", "asked", "hours"]
    found = table[[*first, "answer_minutes", "mend_minutes", "promised", "escalation"]]
    return frames.like(found.sort_values(["contact", "system_id"], ignore_index=True), data)
