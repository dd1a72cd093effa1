"""Why a shop cannot carry an exercise or an explorer, told in sentences.

What each of them reads, and how long a shop it needs, stands in ``needs.csv``, which
``python -m ecokit.own.needs`` writes: both were seen while they ran.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _, _n
from ecokit.shop.schema import schemas

SHOWN = 4  # tables that a sentence names: more would be no sentence
DAYS = {"visits": "started_at", "stock": "date", "orders": "placed_at"}
"""Which tables tell the length of a shop, and by which column; the first that has rows."""
COURSE = (365, 800)
"""Days and visits a day of the companies of the course: tests hold that these carry everything."""
ENOUGH = 0.8  # of the visits that are needed: chance gives a day more or fewer


@dataclass(frozen=True)
class Need:
    """What one exercise or explorer needs of a shop.

    Attributes
    ----------
    kind, id, title : str
        "exercise" or "explorer", and what it is called.
    columns : mapping of table to columns
        What it was seen to read.
    days, visits : int
        A shop of so many days with so many visits a day was enough for it.
    """

    kind: str
    id: str
    title: str
    columns: Mapping[str, frozenset[str]]
    days: int
    visits: int


@cache
def needs() -> tuple[Need, ...]:
    """Return what each exercise and explorer needs, in their order.

    Examples
    --------
    >>> sorted(next(one for one in needs() if one.id == "journey-silent-parcels").columns)
    ['orders', 'touchpoints']
    """
    text = (resources.files("ecokit.shop") / "needs.csv").read_text("utf-8")
    return tuple(map(_need, csv.DictReader(text.splitlines())))


def _need(row: Mapping[str, str]) -> Need:
    parts = (part.partition(": ") for part in row["needs"].split("; ") if part)
    columns = {table: frozenset(names.split()) for table, _colon, names in parts}
    return Need(row["kind"], row["id"], row["title"], columns, int(row["days"]), int(row["visits"]))


def need(kind: str, name: str) -> Need | None:
    """Return what an exercise or explorer needs, None where nobody has looked."""
    return next((one for one in needs() if (one.kind, one.id) == (kind, name)), None)


def missing(
    columns: Mapping[str, Collection[str]], there: Mapping[str, Collection[str]]
) -> dict[str, list[str]]:
    """Return the columns that tables lack, by table; none named where the whole table lacks.

    Examples
    --------
    >>> missing({"orders": {"order_id", "paid_at"}, "stock": {"date"}}, {"orders": ["order_id"]})
    {'orders': ['paid_at'], 'stock': []}
    """
    found = {
        table: sorted(set(names) - set(there.get(table, ()))) for table, names in columns.items()
    }
    return {t: names if t in there else [] for t, names in found.items() if names or t not in there}


FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What code raises that meets a shop which lacks what it takes for granted."""


class LackingError(CourseError):
    """What a shop lacks, already told as a whole."""


@contextmanager
def telling(kind: str, name: str, shop: Any) -> Iterator[None]:
    """Turn whatever stops an exercise or explorer into the sentence of `why`, if there is one."""
    try:
        yield
    except LackingError:
        raise
    except FAULTS as error:
        told = why(kind, name, error, shop)
        if not told:
            raise
        raise LackingError(told) from error


def why(kind: str, name: str, error: Exception, shop: Any) -> str:
    """Return why a shop cannot carry an exercise or explorer, in sentences for its learner.

    Parameters
    ----------
    kind, name : str
        "exercise" and its id, or "explorer" and its topic.
    error : Exception
        What stopped it.
    shop : Shop
        The learner's shop.

    Returns
    -------
    str
        Which tables or columns are lacking, which are empty, or how long a shop is needed, and
        what to do; empty where the shop has all that is known to be needed.

    Examples
    --------
    >>> from ecokit.shop import Shop
    >>> stock = pd.DataFrame({"date": [], "product_id": [], "sold": []})
    >>> why("explorer", "operations", KeyError("demand"), Shop({"stock": stock}))
    'This shop lacks what is needed here: the table products; ...'
    """
    own = str(error) if isinstance(error, CourseError) else ""
    if not hasattr(shop, "tables"):
        return own
    if own.startswith("Exercise '"):
        own = ""  # words for who writes exercises
    known = need(kind, name)
    there = {table: list(map(str, shop.tables[table].columns)) for table in shop.tables}
    gone = missing(known.columns, there) if known else {}
    if gone:
        return _lacking(gone)
    told = lacks(error, shop) if isinstance(error, KeyError) else ""
    if told or known is None:
        return told or own
    return _too_small(known, shop) or _absent(known, shop, _sought(error), own)


def no_truth() -> str:
    """Return what is told where true effects are asked of a company that is real."""
    return _(
        "Only a simulated company knows its truth, the table effects with the columns name and "
        "value: take load_shop()."
    )


def _lacking(gone: Mapping[str, list[str]]) -> str:
    if list(gone) == ["effects"]:
        return no_truth()
    parts = []
    for table, columns in gone.items():
        if len(columns) == 1:
            part = _("the column {columns} of the table {table}")
        elif columns:
            part = _("the columns {columns} of the table {table}")
        else:
            part = _("the table {table}")
        parts.append(part.format(table=table, columns=", ".join(columns[:SHOWN])))
    more = _("; and {n} more").format(n=len(parts) - SHOWN) if len(parts) > SHOWN else ""
    sentence = _(
        "This shop lacks what is needed here: {what}. Add it to your tables, or write "
        "shop = load_shop() in the first cell: that company has all."
    )
    return sentence.format(what="; ".join(parts[:SHOWN]) + more)


def _too_small(known: Need, shop: Any) -> str:
    """Return how large a shop is, and how large one is enough; nothing where it is as large.

    What stopped the computation is left out: it speaks of parts of the course, and not of the shop.
    """
    days, visits = extent(shop)
    fewer = days is not None and days < known.days
    if not fewer and (visits is None or visits >= ENOUGH * known.visits):
        return ""
    told = _("This shop is too small for this: it has {has}. Usually {needed} are enough.").format(
        has=_size(days, visits), needed=_size(known.days, known.visits)
    )
    remedy = _("Take a larger one: write shop = load_shop() in the first cell. It has {course}.")
    return " ".join(filter(None, (_empty(known, shop), told, remedy.format(course=_size(*COURSE)))))


def short(shop: Any, error: Exception) -> str:
    """Return how short a shop is that stopped a cell of a lesson; nothing where it has a year.

    Examples
    --------
    >>> from ecokit.shop import Shop
    >>> visits = pd.DataFrame({"started_at": pd.to_datetime(["2025-01-01", "2025-01-07"])})
    >>> short(Shop({"visits": visits}), ValueError("no rows"))
    'This shop has 7 days, and the lesson is about a year: what this cell asks for may not ...'
    """
    days, _visits = extent(shop)
    if days is None or days >= COURSE[0]:
        return ""
    told = _(
        "This shop has {has}, and the lesson is about a year: what this cell asks for may not "
        "occur in it. The company of load_shop() has it: write shop = load_shop() in the first "
        "cell. This is what stopped it: {own}"
    )
    return told.format(has=_size(days, None), own=f"{type(error).__name__}: {error}".rstrip(": "))


def _absent(known: Need, shop: Any, sought: str, own: str) -> str:
    """Return what a shop does not have that is large enough, and where it is to be had."""
    days, visits = extent(shop)
    size = _("The shop has {has}.").format(has=_size(days, visits)) if days is not None else ""
    parts = [
        _empty(known, shop),
        sought or _("What this asks for does not occur in this shop."),
        _kind(known, shop),
        size,
        _("The company of load_shop() has it: write shop = load_shop() in the first cell."),
        _("This is what stopped it: {own}").format(own=own) if own else "",
    ]
    return " ".join(filter(None, parts))


def _empty(known: Need, shop: Any) -> str:
    """Return which of the tables that are needed have no rows."""
    empty = [table for table in known.columns if not len(shop.tables[table])]
    told = _("There are no rows in {tables}.").format(tables=", ".join(empty[:SHOWN]))
    return told if empty else ""


def _kind(known: Need, shop: Any) -> str:
    """Return a kind that no row of a table is of, where the data package lists the kinds."""
    places = [(t, one) for t, names in known.columns.items() for one in schemas()[t].fields]
    for table, field in places:
        if field.name in known.columns[table]:
            there = shop.tables[table][field.name]
            kinds = field.constraints.get("enum", ())
            if gone := [kind for kind in kinds if not (there == kind).any()]:
                sentence = _("No row of {table} has {kinds} as its {column}.")
                return sentence.format(table=table, kinds=", ".join(gone), column=field.name)
    return ""


def _size(days: int | None, visits: float | None) -> str:
    parts = []
    if days is not None:
        parts.append(_n("{n} day", "{n} days", days).format(n=days))
    if visits is not None:
        n = round(visits)
        parts.append(_n("{n} visit a day", "{n} visits a day", n).format(n=n))
    return _(" and ").join(parts)


def extent(shop: Any) -> tuple[int | None, float | None]:
    """Return how many days a shop covers and how many visits it has a day, where it tells.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> days, visits = extent(load_shop())
    >>> days, round(visits, -2)
    (365, 800.0)
    """
    days = next(filter(None, (_days(shop, *place) for place in DAYS.items())), None)
    visits = len(shop.tables["visits"]) if "visits" in shop.tables else None
    if visits and days:
        return days, visits / days
    return days, 0 if visits == 0 else None


def _days(shop: Any, table: str, column: str) -> int:
    """Return how many days lie from the first to the last time of a column; 0 without one."""
    times = shop.tables[table].get(column) if table in shop.tables else None
    if times is None or not pd.api.types.is_datetime64_dtype(times) or times.isna().all():
        return 0
    return int((times.max().normalize() - times.min().normalize()).days) + 1


def _sought(error: Exception) -> str:
    """Return what was looked for in vain, where an error names it in few letters."""
    sought = error.args[0] if isinstance(error, KeyError) and error.args else None
    if isinstance(sought, pd.Timestamp):
        sought = f"{sought:%Y-%m-%d}"
    if not isinstance(sought, str) or not re.fullmatch(r"[\w-]{2,30}", sought):
        return ""
    return _("This asks for '{what}', which does not occur in this shop.").format(
        what=sought.replace("_", " ")
    )


def lacks(error: KeyError, shop: Any) -> str:
    """Return which columns of the data package a shop lacks that pandas did not find; or nothing.

    Parameters
    ----------
    error : KeyError
        As pandas raises it: its text holds the names, in one of five forms.
    shop : Shop
        What was asked.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecokit.shop import Shop
    >>> shop = Shop({"stock": pd.DataFrame({"product_id": ["a"]})})
    >>> lacks(KeyError("Column not found: demand"), shop)
    'The table stock lacks the column demand, which this needs. load_shop() has it.'
    """
    names = dict.fromkeys(re.findall(r"\w+", str(error)))
    tables = getattr(shop, "tables", {})
    pairs = [
        (name, column)
        for name in tables
        for column in names
        if column in schemas()[name].names and column not in tables[name].columns
    ]
    if not pairs:
        return ""
    columns = list(dict.fromkeys(column for _table, column in pairs))
    if len(columns) == 1:
        sentence = _("The table {tables} lacks the column {columns}, which this needs. ")
        sentence += _("load_shop() has it.")
    else:
        sentence = _("The table {tables} lacks the columns {columns}, which this needs. ")
        sentence += _("load_shop() has them.")
    where = dict.fromkeys(name for name, _column in pairs)
    return sentence.format(tables=_(" or ").join(where), columns=", ".join(columns))
