"""Copies of tables without names: how to make one, who is alone in it, and who is found again.

A copy in which pseudonyms stand for ids is still personal information: whoever has the key, or
knows on which day a neighbour bought what, finds the person. Only what cannot be restored by
anybody is anonymous (Personal Information Protection Law of China, Articles 4 and 73).
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, kinds, numbers
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import PERIODS, start_of
from ecokit.messages import _
from ecokit.shop.schema import schemas

IDS = ("visitor_id", "order_id", "visit_id")
"""Ids by which a person is found in tables that hold names."""

NAMING = ("telephone", "phone", "mobile", "email", "mail", "address", "birthday", "birth", "note")
"""Words of columns that name a person, or may, in tables that hold one of these ids."""
_NAMES = frozenset({"name", "surname", "nickname", "card"})
_PERSONS = _NAMES | {
    *("bank", "buyer", "consignee", "contact", "credit", "customer", "family", "first", "full"),
    *("given", "guest", "id", "last", "member", "person", "real", "receiver", "recipient"),
    *("sender", "user", "visitor"),
}
"""What stands beside ``name`` or ``card`` where they are a person's, not a product's."""
_NAMING_ZH = re.compile("姓名|名字|手机|电话|邮箱|地址|生日|身份证|备注|留言")

_KEY = 16  # bytes of a key that nobody guesses
_LENGTH = 16  # signs of a pseudonym: 64 bits, so that no two of a million are alike
_ORDERS = ("order_id", "placed_at")


@dataclass(frozen=True)
class Copy:
    """Tables in which pseudonyms stand for ids.

    Attributes
    ----------
    tables : dict of str to table
        Of the caller's kind.
    replaced, dropped : tuple of str
        Columns, as ``"orders.visitor_id"``.
    may_have, until : str
        Who may have the copy, and the day by which it is deleted.
    note : str
        What it is before the law.
    """

    tables: dict[str, Any]
    replaced: tuple[str, ...]
    dropped: tuple[str, ...]
    may_have: str
    until: str
    note: str


@public
def pseudonyms(values: Any, *, key: str | bytes, column: str = "visitor_id") -> list[str | None]:
    """Return the pseudonyms of ids: the same for the same id and key, and for nobody to reverse.

    Without a key anybody could compute the pseudonyms of all ids and look one up: a plain hash of
    a telephone number hides nothing.

    Parameters
    ----------
    values : sequence
        Ids; missing ones stay missing.
    key : str or bytes
        A secret of 16 signs or more, which is kept apart from the copy. Whoever has it can find
        each person.
    column : str
        What the ids are of: the same number is another pseudonym as an order and as a visitor.

    Returns
    -------
    list of str or None
        Sixteen signs each.

    Raises
    ------
    CourseError
        `values` is no list, or the key is too short.

    References
    ----------
    HMAC: Krawczyk, Bellare and Canetti (1997), RFC 2104.

    Examples
    --------
    >>> first, again, other = pseudonyms([7, 7, 8], key="a key of the course")
    >>> first == again, first == other, len(first)
    (True, False, 16)
    >>> pseudonyms([7], key="short")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The key has 5 signs. Give 16 or more, such as secrets.token_hex(16).
    """
    if isinstance(values, (str, bytes)) or not numbers.is_list(values):
        raise numbers.refused("values", values, _("Give a list of ids."))
    return _named_anew(list(values), _secret(key), numbers.text("column", column))


def _secret(key: object) -> bytes:
    """Return the key as bytes; a sentence about it never holds it."""
    if not isinstance(key, (str, bytes)):
        raise CourseError(_("key is no text. Give a secret, such as secrets.token_hex(16)."))
    secret = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    if len(secret) < _KEY:
        message = _("The key has {n} signs. Give {least} or more, such as secrets.token_hex(16).")
        raise CourseError(message.format(n=len(secret), least=_KEY))
    return secret


def _named_anew(values: list[Any], secret: bytes, column: str) -> list[str | None]:
    known: dict[Any, str] = {}
    found: list[str | None] = []
    for value in values:
        if not isinstance(value, Hashable):  # a list, a set, a table
            wanted = _("Give one id in each place, as text or as a number.")
            raise numbers.refused(column, value, wanted)
        if value is None or value is pd.NA or value != value:
            found.append(None)
            continue
        if math.isinf(numbers.as_float(value)):
            raise numbers.refused(column, value, _("An id is text, or a number of fewer digits."))
        plain = _as_written(value)
        if plain not in known:
            text = f"{column}:{plain}".encode("utf-8", "surrogatepass")
            known[plain] = hmac.new(secret, text, hashlib.sha256).hexdigest()[:_LENGTH]
        found.append(known[plain])
    return found


def _as_written(value: Any) -> str:
    """Return an id as text, a whole number alike of whatever type it is.

    >>> [_as_written(one) for one in (7, 7.0, "7", 7.5, True)]
    ['7', '7', '7', '7.5', 'True']
    """
    return str(int(value) if numbers.as_float(value).is_integer() else value)


@public
def pseudonymised(
    data: Any,
    *,
    key: str | bytes,
    ids: Sequence[str] = IDS,
    drop: Sequence[str] = (),
    may_have: str = "",
    until: Any = None,
) -> Copy:
    """Make a copy of tables in which pseudonyms stand for ids, without names and free text.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        Tables of any engine; they are fetched.
    key : str or bytes
        See :func:`pseudonyms`.
    ids : sequence of str
        Columns that are replaced wherever they stand, so that the tables still join.
    drop : sequence of str
        More columns to leave out. Left out anyway, of tables that hold one of `ids`: columns whose
        name says that they name a person, such as ``customer_email``, and free text of the data
        package, in which anything may stand. Look at `Copy.dropped`, and at what was kept.
    may_have : str
        Who may have the copy.
    until : date or ISO text, optional
        The day by which it is deleted.

    Returns
    -------
    Copy
        The tables, what was replaced and dropped, who may have it until when, and a note: it is
        de-identified, and still personal information.

    Raises
    ------
    CourseError
        `data` is no tables by name, none holds one of `ids`, or the key is too short.

    References
    ----------
    Personal Information Protection Law of China, Articles 4, 6, 47, 51 and 73; HMAC: RFC 2104.

    Examples
    --------
    >>> orders = pd.DataFrame({"order_id": [1, 2], "visitor_id": [7, 7], "note": ["call Li", ""]})
    >>> copy = pseudonymised({"orders": orders}, key="a key of the course", until="2026-01-31")
    >>> list(copy.tables["orders"]), copy.dropped
    (['order_id', 'visitor_id'], ('orders.note',))
    >>> copy.tables["orders"]["visitor_id"].nunique()
    1
    >>> pseudonymised({"stock": pd.DataFrame({"sold": [1]})}, key="a key of the course")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No table of data has one of: visitor_id, order_id, visit_id. ...
    """
    secret = _secret(key)
    names, gone = frames.listed(ids, "ids", least=1), frames.listed(drop, "drop")
    day = "" if until is None else f"{numbers.day('until', until):%Y-%m-%d}"
    if not isinstance(may_have, str):
        raise numbers.refused("may_have", may_have, _("Give text."))
    given = frames.all_tables(data)
    made = {}
    replaced: list[str] = []
    dropped: list[str] = []
    for name, table in given.items():
        mine = [one for one in names if one in table]
        lost = [one for one in _naming(name, table, gone) if one not in mine] if mine else []
        lost += [one for one in gone if one in table and one not in lost]
        anew = {one: _named_anew(table[one].tolist(), secret, one) for one in mine}
        columns = {one: pd.Series(ids_, table.index, dtype="str") for one, ids_ in anew.items()}
        made[name] = frames.like(table.drop(columns=lost).assign(**columns), data)
        replaced += [f"{name}.{one}" for one in mine]
        dropped += [f"{name}.{one}" for one in lost]
    if not replaced:
        message = _("No table of data has one of: {ids}. Name the ids of your tables: ids=...")
        raise CourseError(message.format(ids=", ".join(names)))
    return Copy(made, tuple(replaced), tuple(dropped), may_have, day, _note(day))


def _naming(name: str, table: pd.DataFrame, gone: Sequence[str]) -> list[str]:
    """Return the columns of a table with persons that name them, or may."""
    free = [one.name for one in schemas()[name] if one.is_free_text] if name in schemas() else []
    columns = map(str, table.columns)
    return [one for one in columns if one in free or _names_somebody(one) or one in gone]


def _names_somebody(column: str) -> bool:
    """Say whether a column names a person, or may, by the words of its name.

    >>> [_names_somebody(one) for one in ("customer_email", "buyerName", "收货人姓名", "id_card")]
    [True, True, True, True]
    >>> [_names_somebody(one) for one in ("product_name", "placed_at", "postcard")]
    [False, False, False]
    """
    apart = re.findall("[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).casefold())
    words = [re.sub(r"(?<=ss)es$|(?<!s)s$", "", one) for one in apart]
    named = not set(NAMING).isdisjoint(words)
    called = not _NAMES.isdisjoint(words) and _PERSONS.issuperset(words)
    return named or called or _NAMING_ZH.search(column) is not None


def _note(until: str) -> str:
    kept = _(
        "De-identified, and still personal information (Articles 4 and 73): who has the key, or "
        "knows what somebody bought, finds the person. Keep the key apart; give the copy to nobody "
        "else."
    )
    ends = _("Delete it by {day}, with all copies and backups of it (Article 47).")
    soon = _("Delete it as soon as its purpose is reached (Article 47).")
    return f"{kept} {ends.format(day=until) if until else soon}"


# --- who is alone in a cell ------------------------------------------------------------


@public
def traces(
    data: Any,
    *,
    by: Sequence[str] = ("day", "region", "product_id"),
    person: str = "visitor_id",
) -> Any:
    """List what each person left in orders: one row for each person and cell.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``placed_at``, `person` and columns of `by`. What orders do not
        have is lent by ``order_lines`` (``product_id``) and ``products`` (``category``).
    by : sequence of str
        Columns, and periods of ``placed_at``.
    person : str
        Who.

    Returns
    -------
    table
        `by` and `person`, each row once. An order that lacks one of them is in no cell.

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> orders = pd.DataFrame({"order_id": [1, 2], "visitor_id": [7, 7], "region": "north",
    ...     "placed_at": pd.to_datetime(["2025-03-01 09:00", "2025-03-01 18:00"])})
    >>> traces({"orders": orders}, by=["day", "region"]).values.tolist()
    [[Timestamp('2025-03-01 00:00:00'), 'north', 7]]
    >>> traces({"orders": orders}, by=["city"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no column city. It has: ...
    """
    keys, who = frames.listed(by, least=1), numbers.text("person", person)
    return frames.sorted_native(_traces(data, keys, who), [*keys, who])


def _traces(data: Any, keys: Sequence[str], who: str) -> Frame:
    """Return each cell that a person was in, once."""
    (frame,) = frames.door(data, {"orders": [*_ORDERS, who]})
    frame = _lent(frame, data, keys)
    periods = [start_of(key, "placed_at").alias(key) for key in keys if key in PERIODS]
    frame = frame.with_columns(*periods) if periods else frame
    frames.need("orders", frame, keys)
    there = [~nw.col(name).is_null() for name in (*keys, who)]
    return frame.filter(*there).select(*keys, who).unique()


def _lent(frame: Frame, data: Any, keys: Sequence[str]) -> Frame:
    """Add the product of each order's lines, and its category."""
    lacking = [key for key in keys if key not in frame.collect_schema()]
    if "category" in lacking:
        needed = {"order_lines": "order_id product_id", "products": "product_id category"}
        lines, products = frames.door(data, needed)
        products = products.select("product_id", "category")
        lines = lines.select("order_id", "product_id").join(products, on="product_id", how="left")
    elif "product_id" in lacking:
        (lines,) = frames.door(data, {"order_lines": "order_id product_id"})
    else:
        return frame
    kept = [name for name in ("product_id", "category") if name in lacking]
    return frame.join(lines.select("order_id", *kept), on="order_id", how="inner")


@dataclass(frozen=True)
class SmallCells:
    """How many people are alone, or nearly, in a cell of a table.

    Attributes
    ----------
    cells, small, alone : int
        Cells that anybody is in, those with fewer than `least` people, and with one.
    people, exposed : int
        People, and those of them who are in a small cell at least once.
    share : float
        Exposed of all.
    table : table
        The small cells, with ``people``.
    """

    cells: int
    small: int
    alone: int
    people: int
    exposed: int
    share: float
    table: Any


@public
def small_cells(
    data: Any,
    *,
    by: Sequence[str] = ("day", "region", "product_id"),
    person: str = "visitor_id",
    least: int = 5,
) -> SmallCells:
    """Count the cells in which so few people are that one who knows a little finds them.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        See :func:`traces`.
    by : sequence of str
        Columns, and periods of ``placed_at``.
    person : str
        Who.
    least : int
        People in a cell from which it is not small: k of k-anonymity.

    Returns
    -------
    SmallCells
        Counts, and the small cells. Coarser cells (month, category) leave fewer people alone, and
        tell less.

    Raises
    ------
    CourseError
        A table or column is missing, or there is no order.

    References
    ----------
    k-anonymity: Sweeney (2002).

    Examples
    --------
    >>> orders = pd.DataFrame({"order_id": range(1, 7), "visitor_id": [1, 2, 3, 4, 5, 5],
    ...     "region": ["north"] * 4 + ["south"] * 2, "placed_at": pd.Timestamp("2025-03-01")})
    >>> told = small_cells({"orders": orders}, by=["day", "region"], least=3)
    >>> told.cells, told.small, told.alone, told.people, told.exposed, told.share
    (2, 1, 1, 5, 1, 0.2)
    >>> small_cells({"orders": orders.head(0)}, by=["region"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no rows with visitor_id and region. ...
    """
    keys, who = frames.listed(by, least=1), numbers.text("person", person)
    frames.refuse_taken(keys, ["people", who])
    limit = numbers.count("least", least, 2)
    left = _traces(data, keys, who)
    cells = left.group_by(*keys).agg(nw.len().alias("people"))
    cells = cells.with_columns(nw.col("people").cast(nw.Int64))
    few = cells.filter(nw.col("people") < limit)
    alone = (nw.col("people") == 1).cast(nw.Int64).sum()
    counts = [frames.collected(one.select(n=nw.len()))["n"][0] for one in (cells, few)]
    once = frames.collected(few.select(n=alone))["n"][0] or 0
    people = _distinct(left, who)
    if not people:
        message = _("The table orders has no rows with {who} and {by}. Give orders of some days.")
        raise CourseError(message.format(who=who, by=_(" and ").join(keys)))
    exposed = _distinct(left.join(few, on=list(keys), how="inner"), who)
    told = frames.sorted_native(few, keys)
    total, small = map(int, counts)
    return SmallCells(total, small, int(once), people, exposed, exposed / people, told)


@public
def exposure(
    data: Any,
    *,
    by: Sequence[str] = ("region", "day", "product_id"),
    person: str = "visitor_id",
    least: int = 2,
) -> Any:
    """Count who stands alone in a copy, as one column after the other is added to it.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        See :func:`traces`.
    by : sequence of str
        Columns, and periods of ``placed_at``, in the order in which they are added.
    person : str
        Who.
    least : int
        People in a cell from which none of them stands alone; with 2 one is alone who is the only
        one there.

    Returns
    -------
    table
        A row for each number of columns: ``facts``, ``known`` (their names), ``cells``,
        ``people``, ``alone`` (who is at least once in a cell of fewer than `least`), ``share``.

    Raises
    ------
    CourseError
        A table or column is missing, or there is no order.

    References
    ----------
    k-anonymity: Sweeney (2002).

    Examples
    --------
    >>> orders = pd.DataFrame({"order_id": range(1, 5), "visitor_id": [1, 2, 3, 4],
    ...     "region": ["north"] * 3 + ["south"], "placed_at": pd.to_datetime(
    ...     ["2025-03-01", "2025-03-01", "2025-03-02", "2025-03-02"])})
    >>> told = exposure({"orders": orders}, by=["region", "day"])
    >>> told[["facts", "known", "alone", "share"]].values.tolist()
    [[1, 'region', 1, 0.25], [2, 'region, day', 2, 0.5]]
    >>> exposure({"orders": orders.head(0)}, by=["region"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table orders has no rows with visitor_id and region. ...
    """
    keys, who = frames.listed(by, least=1), numbers.text("person", person)
    frames.refuse_taken(keys, ["people", who])
    limit = numbers.count("least", least, 2)
    left = frames.as_pandas(_traces(data, keys, who))
    people = left[who].nunique()
    if not people:
        message = _("The table orders has no rows with {who} and {by}. Give orders of some days.")
        raise CourseError(message.format(who=who, by=_(" and ").join(keys)))
    told = []
    for count in range(1, len(keys) + 1):
        known = keys[:count]
        seen = left[[*known, who]].drop_duplicates()
        sizes = seen.groupby(known, sort=False, observed=True)[who].transform("size")
        cells = len(seen[known].drop_duplicates())
        alone = seen.loc[sizes < limit, who].nunique()
        told.append((count, ", ".join(known), cells, people, alone, alone / people))
    names = ["facts", "known", "cells", "people", "alone", "share"]
    return frames.like(pd.DataFrame(told, columns=names), data)


def _distinct(frame: Frame, column: str) -> int:
    found = frame.select(column).unique().select(n=nw.len())
    return int(frames.collected(found)["n"][0])


# --- who is found again ----------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What came of an attempt to find people again in a copy without names.

    Attributes
    ----------
    people : int
        People of whom something was known.
    named : int
        Those for whom one pseudonym alone fits all that was known.
    right : int
        Those of them for whom it is the right one.
    rate, low, high : float
        Right of all, with an interval of 95 %.
    table : table
        Of each person, ``points`` known, ``candidates`` that fit, the pseudonym ``found`` (where
        there is one candidate), and whether it is ``right``.
    """

    people: int
    named: int
    right: int
    rate: float
    low: float
    high: float
    table: Any


@public
def reidentified(
    copy: Any,
    known: Any,
    *,
    on: Sequence[str] = ("day", "region", "product_id"),
    person: str = "visitor_id",
    who: str = "who",
    answer: str = "answer",
) -> Found:
    """Try to find people again in a copy without names, by what is known of them.

    A neighbour knows the day, the region and the product of one or two purchases. Whoever alone in
    the copy has all of them is found, with everything else that he ever bought.

    Parameters
    ----------
    copy : table
        The copy: `person` (a pseudonym) and the columns of `on`, as :func:`traces` of it.
    known : table
        What is known: `who`, the columns of `on` (a row for each purchase that is known), and
        `answer` (the pseudonym, which only the holder of the key can add, to count who is right).
    on : sequence of str
        What is known of a purchase.
    person, who, answer : str
        Names of columns.

    Returns
    -------
    Found
        How many were named, how many rightly, and a row for each person.

    Raises
    ------
    CourseError
        A column is missing, the tables are of different kinds, or nothing is known.

    References
    ----------
    How few points are enough: de Montjoye, Radaelli, Singh and Pentland (2015); that a sample
    shows more people alone than there are: Sánchez, Martínez and Domingo-Ferrer (2018); interval:
    Wilson (1927).

    Examples
    --------
    >>> copy = pd.DataFrame({"visitor_id": ["a", "b", "b", "c"], "day": [1, 1, 2, 2],
    ...     "region": "north", "product_id": "P1"})
    >>> known = pd.DataFrame({"who": ["Li", "Li", "Wu"], "day": [1, 2, 1], "region": "north",
    ...     "product_id": "P1", "answer": ["b", "b", "a"]})
    >>> told = reidentified(copy, known)
    >>> told.people, told.named, told.right, told.table["candidates"].tolist()
    (2, 1, 1, [1, 2])
    >>> reidentified(copy, known.head(0))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table known has no rows. Give what is known of some people.
    """
    points = frames.listed(on, "on", least=1)
    id_, name = numbers.text("person", person), numbers.text("who", who)
    right_one = numbers.text("answer", answer)
    columns = {"copy": [id_, *points], "known": [name, *points, right_one]}
    types = dict.fromkeys((id_, name, right_one, *points), "any")
    left, asked = frames.door({"copy": copy, "known": known}, columns, types=types)
    left, asked = kinds.alike({"copy": left, "known": asked}, points).values()
    left = left.select(nw.col(id_).alias("_found"), *points).unique()
    facts = asked.select(nw.col(name).alias("_who"), *points).unique()
    sizes = facts.group_by("_who").agg(nw.len().alias("points"))
    hits = facts.join(left, on=points, how="inner").group_by("_who", "_found")
    fits = hits.agg(nw.len().alias("hits")).join(sizes, on="_who", how="inner")
    fits = fits.filter(nw.col("hits") == nw.col("points")).group_by("_who")
    fits = fits.agg(nw.len().alias("candidates"), nw.col("_found").min())
    truth = asked.group_by(nw.col(name).alias("_who")).agg(nw.col(right_one).min().alias("_answer"))
    told = sizes.join(fits, on="_who", how="left").join(truth, on="_who", how="left")
    return _scored(frames.as_pandas(told), name, copy)


def _scored(told: pd.DataFrame, who: str, given: Any) -> Found:
    if told.empty:
        raise CourseError(_("The table known has no rows. Give what is known of some people."))
    told = told.sort_values("_who", ignore_index=True)
    candidates = told["candidates"].fillna(0).astype("int64")
    named = candidates == 1
    right = named & (told["_found"] == told["_answer"])
    reach = intervals.wilson(int(right.sum()), len(told))
    table = pd.DataFrame(
        {
            who: told["_who"],
            "points": told["points"].astype("int64"),
            "candidates": candidates,
            "found": told["_found"].where(named),
            "right": right.astype(bool),
        }
    )
    people, hits = len(told), int(right.sum())
    ends = float(reach.low), float(reach.high)
    return Found(people, int(named.sum()), hits, hits / people, *ends, frames.like(table, given))
