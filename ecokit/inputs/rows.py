"""Rows that cannot be used: one way to find them, and one sentence that shows one.

A rule is a `Wrong`; most are made by the functions here. `refuse` looks at all rules in one pass
over the table, and tells of the first that is broken: how many rows, of which table, an example,
what to do.

A lazy engine (Polars lazy, DuckDB, PySpark) is not asked: that would run a query before the one
that the caller wants, over all its rows. A function that fetches rows anyway looks at them after
that: `ecokit.inputs.frames.fetched` and `collected` bring them here.

>>> import pandas as pd
>>> stock = pd.DataFrame({"product_id": ["P1", "P2"], "sold": [4, -1]})
>>> refuse(stock, "stock", [missing("product_id"), below_zero("sold", "product_id")])
Traceback (most recent call last):
...
ecokit.errors.CourseError: In 1 of 2 rows of stock, sold is no number of 0 or more, such as the one
with product_id P2, sold -1. Correct these rows, or leave them out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs.kinds import Frame
from ecokit.inputs.numbers import shown
from ecokit.messages import _, rows_of


@dataclass(frozen=True)
class Wrong:
    """Rows that cannot be used.

    Parameters
    ----------
    what : str
        What is wrong with them, as a clause: "sold is above demand".
    rows : Expr
        True for them; missing counts as false.
    columns : tuple of str
        The columns that an example shows.
    remedy : str
        What to do.
    """

    what: str
    rows: nw.Expr
    columns: tuple[str, ...] = ()
    remedy: str = _("Correct these rows, or leave them out.")


def refuse(frame: Frame, table: str, rules: Sequence[Wrong]) -> None:
    """Raise a CourseError that shows a row of `table` which breaks one of the rules.

    Parameters
    ----------
    frame : DataFrame or Narwhals frame
        A lazy one is not asked.
    table : str
        Its name, for the sentence.
    rules : sequence of Wrong
        In the order in which they are told.
    """
    found = nw.from_native(frame, pass_through=True)
    if not isinstance(found, nw.DataFrame) or not rules:
        return
    flags = {f"wrong_{n}": rule.rows.fill_null(value=False) for n, rule in enumerate(rules)}
    flagged = found.select(**flags)
    if not flagged.to_numpy().any():  # one look at all rules: most tables break none
        return
    for mark, rule in zip(flags, rules, strict=True):
        if flagged[mark].any():
            wrong = found.filter(flagged[mark])
            raise CourseError(_told(wrong, len(wrong), len(found), table, rule))


def ask(frame: Frame, table: str, rules: Sequence[Wrong]) -> None:
    """Do what `refuse` does with a lazy engine: that runs a query.

    Examples
    --------
    >>> import polars as pl
    >>> lines = pl.LazyFrame({"order_id": [1, None], "product_id": ["P1", "P2"]})
    >>> ask(nw.from_native(lines), "order_lines", [missing("order_id", "product_id")])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 2 rows of order_lines, order_id is missing, such as the one
    with product_id P2. Correct these rows, or leave them out.
    """
    counts = [
        rule.rows.fill_null(value=False).cast(nw.Int64).sum().alias(f"wrong_{n}")
        for n, rule in enumerate(rules)
    ]
    total, *found = frame.select(nw.len().alias("rows"), *counts).collect().row(0)
    for n, rule in zip(found, rules, strict=True):
        if n:
            example = frame.filter(rule.rows).head(1).collect()
            raise CourseError(_told(example, int(n), int(total), table, rule))


def broken(rules: Sequence[Wrong]) -> nw.Expr:
    """Return true for the rows that break one of the rules, on any engine."""
    return nw.any_horizontal(*[rule.rows for rule in rules], ignore_nulls=True)


def _told(rows: nw.DataFrame[Any], n: int, total: int, table: str, rule: Wrong) -> str:
    there = rows.collect_schema()  # a measure may have left out the key of a table
    shown = [one for one in dict.fromkeys(rule.columns) if one in there]
    values = rows.select(*shown).row(0) if shown else ()
    example = ", ".join(f"{name} {_cell(value)}" for name, value in zip(shown, values, strict=True))
    with_example = _("{what}, such as the one with {example}")
    what = with_example.format(what=rule.what, example=example) if example else rule.what
    message = _("In {rows} of {table}, {what}. {remedy}")
    told = {"table": table, "what": what, "remedy": rule.remedy}
    return message.format(rows=rows_of(n, total), **told)


def _cell(value: Any) -> str:
    """Return the value of a cell as a sentence shows it."""
    if value is None or value is pd.NA or value != value:  # NaN, NaT: not equal to themselves
        return _("missing")
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, str) else shown(value)


# --- rules -----------------------------------------------------------------------------


def missing(column: str, *more: str) -> Wrong:
    """Return the rows without a value; `more` are columns that help to find them."""
    what = _("{column} is missing").format(column=column)
    return Wrong(what, nw.col(column).is_null(), more)


def not_above_zero(column: str, *more: str, whole: bool = False, gaps: bool = False) -> Wrong:
    """Return the rows whose number is not above zero, or not whole, or missing unless `gaps`."""
    right, what = nw.col(column) > 0, _("{column} is no number above 0")
    if whole:
        right, what = right & (nw.col(column) % 1 == 0), _("{column} is no whole number above 0")
    return _unless(right, what.format(column=column), column, more, gaps)


def below_zero(column: str, *more: str, gaps: bool = False) -> Wrong:
    """Return the rows whose number is below zero or infinite, or missing unless `gaps`."""
    right = (nw.col(column) >= 0) & (nw.col(column) < math.inf)
    return _unless(
        right, _("{column} is no number of 0 or more").format(column=column), column, more, gaps
    )


def not_a_share(column: str, *more: str, gaps: bool = False) -> Wrong:
    """Return the rows whose number is below 0 or above 1, or missing unless `gaps`."""
    right = (nw.col(column) >= 0) & (nw.col(column) <= 1)
    return _unless(
        right, _("{column} is no share from 0 to 1").format(column=column), column, more, gaps
    )


def out_of_order(start: str, end: str, *more: str) -> Wrong:
    """Return the rows whose `end`, a time or a number, is before `start`; both may be missing."""
    what = _("{end} is before {start}").format(start=start, end=end)
    return Wrong(what, nw.col(end) < nw.col(start), (*more, start, end))


def above(column: str, limit: str, *more: str) -> Wrong:
    """Return the rows in which one number is above another."""
    what = _("{column} is above {limit}").format(column=column, limit=limit)
    return Wrong(what, nw.col(column) > nw.col(limit), (*more, column, limit))


def none_of(column: str, choices: Sequence[str], *more: str) -> Wrong:
    """Return the rows whose word is not among the choices; it may be missing."""
    what = _("{column} is none of: {choices}").format(column=column, choices=", ".join(choices))
    known = nw.col(column).is_in(list(choices)) | nw.col(column).is_null()
    return Wrong(what, ~known, (*more, column))


def twice(*keys: str) -> Wrong:
    """Return the rows that share their keys with another row; a missing key is no key."""
    what = _("{keys} stands in another row, too").format(keys=_(" and ").join(keys))
    known = nw.all_horizontal(*[~nw.col(key).is_null() for key in keys], ignore_nulls=True)
    remedy = _("Keep one row for each.")
    return Wrong(what, known & (nw.len().over(*keys) > 1), keys, remedy)


def unknown_id(key: str, other: Frame, table: str, column: str = "", *more: str) -> Wrong:
    """Return the rows whose id is missing, or not in another table, or has no `column` there.

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({"product_id": ["P1"], "cost": [None]})
    >>> sold = pd.DataFrame({"product_id": ["P1"]})
    >>> refuse(sold, "order_lines", [unknown_id("product_id", products, "products", "cost")])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 1 row of order_lines, product_id has no cost in products,
    such as the one with product_id P1. Add it there, or leave these rows out.
    """
    told = {"key": key, "table": table, "column": column}
    what = _("{key} has no {column} in {table}") if column else _("{key} is not in {table}")
    there = nw.from_native(other, pass_through=True)
    known: list[Any] = []  # a lazy engine is not asked, here and in `refuse`
    if isinstance(there, nw.DataFrame):
        known = there.filter(~nw.col(column or key).is_null())[key].to_list()
    remedy = _("Add it there, or leave these rows out.")
    unknown = ~nw.col(key).is_in(known) | nw.col(key).is_null()
    return Wrong(what.format(**told), unknown, (*more, key), remedy)


def _unless(right: nw.Expr, what: str, column: str, more: tuple[str, ...], gaps: bool) -> Wrong:
    right = right.fill_null(value=False)  # NaN, which is missing in pandas, compares as false
    if gaps:
        right = right | nw.col(column).is_null()
    return Wrong(what, ~right, (*more, column))
