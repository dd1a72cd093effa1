"""The map of co-operation: who gives what, who depends on whom, what fails without one partner."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

FILE = Path(__file__).with_name("cooperation.csv")
_SUPPLIES = "giver gives taker"
_LINK = _SUPPLIES.split()
_GIVEN = {  # who gives what to whom: a column of the table, or what is said of all its rows
    "partners": ("partner_id", "kind", "department"),
    "providers": ("provider_id", "kind", "checkout"),
    "carrier_cities": ("carrier_id", "delivery", "city_id"),
    "products": ("supplier_id", "category", "shop"),
}
_SAID = ("checkout", "delivery", "shop")
_TYPES = {"giver": "string", "gives": "string", "taker": "string", "share": "number"}


@cache
def _cells() -> tuple[dict[str, str], ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@public
def cooperation() -> pd.DataFrame:
    """Return slide 14's map: what each kind of co-operation gives, takes, and what it earns.

    Returns
    -------
    DataFrame
        A row a word of the slide: ``field`` and ``word`` with their Chinese names,
        ``partner_gives``, ``we_give``, ``figure`` (which number tells whether it works) and
        ``without_it`` (what is lost when it stops).

    References
    ----------
    Slide 14; what is given and taken in each is the course's own.

    Examples
    --------
    >>> found = cooperation()
    >>> found.loc[found["field"] == "traffic", "word_zh"].tolist()
    ['分销', '团购', '活动']
    """
    return pd.DataFrame(list(_cells()))


@public
def supplies(data: Any) -> pd.DataFrame:
    """Return who gives what to whom in a shop, as its tables have it.

    Parameters
    ----------
    data : Shop or mapping of tables
        At least one of ``partners`` (``partner_id``, ``kind``, ``department``), ``providers``
        (``provider_id``, ``kind``), ``carrier_cities`` (``carrier_id``, ``city_id``) and
        ``products`` (``supplier_id``, ``category``).

    Returns
    -------
    DataFrame
        A row a link: ``giver`` (a partner's id), ``gives`` (orders of a kind of partner, a method
        of payment, delivery, goods of a category), ``taker`` (who needs it: a department, the
        checkout, a city, the shop). What two givers give is not lost with one of them.

    Raises
    ------
    CourseError
        None of these tables is there, or a column is missing.

    References
    ----------
    Slide 14.

    Examples
    --------
    >>> providers = pd.DataFrame({"provider_id": ["W1", "W2", "W3"],
    ...                           "kind": ["wallet", "card", "card"]})
    >>> supplies({"providers": providers})
      giver   gives     taker
    0    W1  wallet  checkout
    1    W2    card  checkout
    2    W3    card  checkout
    """
    given = frames.tables(data, "partners")
    there = [name for name in _GIVEN if given.get(name) is not None]
    if not there:
        message = _("data has none of the tables {names}, so nobody gives anything.")
        raise CourseError(message.format(names=", ".join(_GIVEN)))
    found = []
    for name in there:
        words = _GIVEN[name]
        asked = [word for word in words if word not in _SAID]
        (table,) = frames.fetched({name: given[name]}, {name: asked})
        rows.refuse(table, name, [rows.missing(one, asked[0]) for one in asked])
        once = table[asked].drop_duplicates().sort_values(asked, ignore_index=True)
        cells = {place: once.get(word, word) for place, word in zip(_LINK, words, strict=True)}
        found.append(pd.DataFrame(cells, index=once.index))
    return pd.concat(found, ignore_index=True).astype(str)


@public
def what_fails(links: Any, without: str | Sequence[str]) -> pd.DataFrame:
    """Return what fails when partners stop: at once, and because something else has failed.

    Parameters
    ----------
    links : table
        Who gives what to whom: ``giver``, ``gives``, ``taker``. A taker needs all that it is
        given; what several give is there as long as one of them gives it. A taker may give to
        others.
    without : str or sequence of str
        The givers that stop.

    Returns
    -------
    DataFrame
        ``taker``, ``lacks`` (what it is not given any more), ``round`` (1: at once; 2: because of
        what failed in round 1 ...).

    Raises
    ------
    CourseError
        A column is missing, or nobody of that name gives anything.

    References
    ----------
    By definition: who needs something, and is given it by nobody, fails.

    Examples
    --------
    >>> links = pd.DataFrame({
    ...     "giver": ["W1", "W2", "W3", "checkout", "E1"],
    ...     "gives": ["wallet", "card", "card", "paid orders", "parcels"],
    ...     "taker": ["checkout", "checkout", "checkout", "warehouse", "warehouse"]})
    >>> what_fails(links, "W1")
           taker        lacks  round
    0   checkout       wallet      1
    1  warehouse  paid orders      2
    >>> what_fails(links, "W2").empty
    True
    >>> what_fails(links, "W9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: without names 'W9', who gives nothing in links. There are: ...
    """
    table = _links(links)
    named = frames.listed(without, "without", least=1)
    givers = table["giver"].unique().tolist()
    for one in named:
        if one not in givers:
            message = _("without names {name}, who gives nothing in links. There are: {known}.")
            told = {"name": numbers.shown(one), "known": ", ".join(givers)}
            raise CourseError(message.format(**told))
    return _fallen(table, named)


def _fallen(table: pd.DataFrame, without: Sequence[str]) -> pd.DataFrame:
    gone, found, round_ = set(without), list[dict[str, Any]](), 0
    while True:
        round_ += 1
        left = table.assign(there=~table["giver"].isin(gone))
        served = left.groupby(["taker", "gives"], sort=True)["there"].any()
        lacking = served[~served].reset_index()
        new = lacking[~lacking["taker"].isin(gone)]
        if new.empty:
            return pd.DataFrame(found, columns=["taker", "lacks", "round"])
        for taker, gives in zip(new["taker"], new["gives"], strict=True):
            found.append({"taker": taker, "lacks": gives, "round": round_})
        gone |= set(new["taker"])


@public
def single_points(links: Any) -> pd.DataFrame:
    """Return who cannot be missed: for each giver, how many takers fail without it.

    Parameters
    ----------
    links : table
        As for :func:`what_fails`.

    Returns
    -------
    DataFrame
        A row a giver that is no taker, those without whom most fails first: ``giver``, ``gives``
        (how many things), ``fails`` (takers that fail), ``first`` (one of them, missing where
        none fails).

    Raises
    ------
    CourseError
        A column is missing.

    References
    ----------
    Slide 14.

    Examples
    --------
    >>> links = pd.DataFrame({"giver": ["W1", "W2", "W3"], "gives": ["wallet", "card", "card"],
    ...                       "taker": "checkout"})
    >>> single_points(links)
      giver  gives  fails     first
    0    W1      1      1  checkout
    1    W2      1      0       NaN
    2    W3      1      0       NaN
    """
    table = _links(links)
    found = []
    for giver, group in table.groupby("giver"):
        if giver in set(table["taker"]):
            continue
        fallen = _fallen(table, [str(giver)])["taker"].drop_duplicates().tolist()
        told = {"giver": giver, "gives": group["gives"].nunique(), "fails": len(fallen)}
        found.append({**told, "first": fallen[0] if fallen else None})
    ordered = pd.DataFrame(found, columns=["giver", "gives", "fails", "first"])
    return ordered.sort_values(["fails", "giver"], ascending=[False, True], ignore_index=True)


def _links(links: Any) -> pd.DataFrame:
    frame = frames.table(links, _SUPPLIES, name="links", types=_TYPES)
    table = frames.as_pandas(frame)[_SUPPLIES.split()].reset_index(drop=True)
    rows.refuse(
        table, "links", [rows.missing(name, *_SUPPLIES.split()) for name in _SUPPLIES.split()]
    )
    return table.drop_duplicates(ignore_index=True)
