"""What can be computed of a shop: measures, exercises, explorers, and what the others lack."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from ecokit.kpi import KPIS, MEASURES
from ecokit.messages import _


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
        (``ecokit.own.needs``).

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
    for row in _needs():
        needs = {}
        for part in filter(None, row["needs"].split("; ")):
            table, _colon, names = part.partition(": ")
            needs[table] = set(names.split())
        found.append(Ability(row["kind"], row["id"], row["title"], _lacks(needs, there)))
    return found


def _needs() -> list[dict[str, str]]:
    file = resources.files("ecokit.own") / "needs.csv"
    if not file.is_file():
        return []
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


def _lacks(needs: Mapping[str, set[str]], there: Mapping[str, set[str]]) -> tuple[str, ...]:
    found = []
    for table, names in needs.items():
        missing = sorted(names - there.get(table, set()))
        if table not in there:
            found.append(table)
        elif missing:
            found.append(f"{table}: {', '.join(missing)}")
    return tuple(found)


def lacking(one: Ability) -> str:
    """Return a sentence that says what an ability lacks."""
    return _("needs {what}").format(what="; ".join(one.lacks))
