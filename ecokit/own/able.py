"""What can be computed of a shop: measures, exercises, explorers, and what the others lack."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ecokit.kpi import KPIS, MEASURES
from ecokit.messages import _
from ecokit.shop import lacks


@dataclass(frozen=True)
class Ability:
    """One thing that the course computes.

    Parameters
    ----------
    kind : str
        "measure", "exercise" or "explorer".
    id, title : str
        What it is called.
    lacks : tuple of str
        What it needs and the shop does not have, such as ``"orders: paid_at"``; empty where it
        can be computed.
    """

    kind: str
    id: str
    title: str
    lacks: tuple[str, ...]


def abilities(columns: Mapping[str, Iterable[str]]) -> list[Ability]:
    """Return what can be computed of tables with these columns, and what the rest lacks.

    Parameters
    ----------
    columns : mapping of table to columns
        What there is.

    Returns
    -------
    list of Ability
        The measures by their declarations; exercises and explorers by what they were seen to read
        (``ecokit.shop.lacks``).

    References
    ----------
    The course's own; the measures are those of slides 9 and 15.

    Examples
    --------
    >>> can = abilities({"visits": ["visitor_id", "started_at"]})
    >>> [one.id for one in can if one.kind == "measure" and not one.lacks]
    ['uv', 'visits']
    >>> next(one.lacks for one in can if one.id == "conversion")
    ('orders',)
    """
    there = {table: set(names) for table, names in columns.items()}
    found = []
    for one in [*MEASURES.values(), *KPIS.values()]:
        needs = {table: set(names.split()) for table, names in one.columns.items()}
        found.append(Ability("measure", one.id, one.name, _lacks(needs, there)))
    some = min((one.lacks for one in found if one.id in MEASURES), key=len)
    found.append(Ability("explorer", "measure", _("Any measure, by what you like"), some))
    for need in lacks.needs():
        found.append(Ability(need.kind, need.id, need.title, _lacks(need.columns, there)))
    return found


def _lacks(needs: Mapping[str, Collection[str]], there: Mapping[str, set[str]]) -> tuple[str, ...]:
    gone = lacks.missing(needs, there)
    return tuple(
        f"{table}: {', '.join(names)}" if names else table for table, names in gone.items()
    )


def lacking(one: Ability) -> str:
    """Return a sentence that says what an ability lacks."""
    return _("needs {what}").format(what="; ".join(one.lacks))
