"""Add up and count over any table engine: pandas, Polars, DuckDB, PySpark and more.

A measure is made of parts. A part is a sum, a count or a count of distinct ids over the
rows of one table, and knows which column dates its rows. Parts are totalled one by one,
laid under each other and added up once more, so that a group which only one part has
still comes out. Everything is a whole number until the last division: floats summed in
another order differ in the last digit, whole numbers do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import rows
from ecokit.inputs.frames import By as By
from ecokit.inputs.frames import Frame as Frame
from ecokit.inputs.frames import as_group, as_times, need, opened
from ecokit.inputs.frames import door as door
from ecokit.inputs.frames import listed as listed
from ecokit.inputs.kinds import described
from ecokit.messages import _

PERIODS = ("hour", "day", "week", "month", "quarter", "year")
_EVERY = {"hour": "1h", "day": "1d", "month": "1mo", "quarter": "1q", "year": "1y"}
GAPS = "_gaps"
LOOKUPS = {"products": "product_id", "campaigns": "campaign_id", "channels": "channel_id"}
"""Tables that lend a column to group by, and the id by which they are joined."""


@dataclass(frozen=True)
class Part:
    """Something to total: the rows of `frame`, dated by the column `time`.

    `how` says what: the sum of `column`, its distinct values, or the rows in which it is
    known (all rows if there is no `column`). `faults` are rules for rows that cannot be totalled
    (a price is missing): an eager table is refused, on a lazy engine the group comes out empty.
    The sentence calls the table `called`.
    """

    table: str
    frame: Frame
    time: str
    column: str = ""
    how: Literal["sum", "distinct", "rows"] = "sum"
    faults: tuple[rows.Wrong, ...] = ()
    called: str = ""


def start_of(period: str, column: str) -> nw.Expr:
    """Return the first moment of the period of `column`, one of `PERIODS`; a week's is Monday."""
    moment = nw.col(column).cast(nw.Datetime("us"))
    if period != "week":
        return moment.dt.truncate(_EVERY[period])
    day = moment.dt.truncate("1d")
    weekday = moment.dt.weekday()  # Sunday is 0 on PySpark and 7 elsewhere
    monday = day.dt.offset_by("-6d")
    for number in range(6, 0, -1):
        back = day.dt.offset_by(f"-{number - 1}d")
        monday = nw.when(weekday == number).then(back).otherwise(monday)
    return monday


def total(parts: Mapping[str, Part], by: Sequence[str], lookups: Mapping[str, Frame]) -> Frame:
    """Total every part by the groups `by`.

    Parameters
    ----------
    parts
        What to total, by the name that its column gets.
    by
        Periods, of `PERIODS`, and columns.
    lookups
        Tables (products, campaigns, channels) that may lend a column to group by.

    Returns
    -------
    Frame
        The columns `by`, and an Int64 column a part; 0 where a group has no rows in it. On a lazy
        engine null where a row of the group breaks a rule of `faults`.

    Raises
    ------
    CourseError
        A row of an eager table breaks one of the `faults`.
    """
    names = [*parts, *([GAPS] if any(part.faults for part in parts.values()) else [])]
    totals = []
    for together in _scans(parts):
        first = parts[together[0]]
        frame = _grouped(first, by, lookups)
        amounts, there = [_amount(parts[name], name) for name in together], list(together)
        rules = [rule for name in together for rule in parts[name].faults]
        if rules:
            frame = frame.with_columns(rows.broken(rules).cast(nw.Int64).alias(GAPS))
            amounts, there = [*amounts, nw.col(GAPS).sum()], [*there, GAPS]
        one = frame.group_by(*by).agg(*amounts) if by else frame.select(*amounts)
        sums = [nw.col(name).cast(nw.Int64).fill_null(0) for name in there]
        zeros = [nw.lit(0, nw.Int64).alias(name) for name in names if name not in there]
        one = one.with_columns(*sums, *zeros).select(*by, *names)
        if rules and isinstance(one, nw.DataFrame) and one[GAPS].sum():
            rows.refuse(frame, first.called or first.table, rules)
        totals.append(one)
    if len(totals) > 1:
        under, sums = nw.concat(totals), [nw.col(name).sum() for name in names]
        totals = [under.group_by(*by).agg(*sums) if by else under.select(*sums)]
    return _told(totals[0], list(parts)) if GAPS in names else totals[0]


def _told(totals: Frame, parts: list[str]) -> Frame:
    """Empty the groups with a row that cannot be totalled: no answer is better than a wrong one."""
    if not isinstance(totals, nw.DataFrame):  # an eager one was refused
        known = nw.col(GAPS) == 0
        totals = totals.with_columns(*[nw.when(known).then(nw.col(it)).alias(it) for it in parts])
    return totals.drop(GAPS)


def _scans(parts: Mapping[str, Part]) -> list[list[str]]:
    """Return the names of the parts that one pass over a table can total together."""
    scans: dict[tuple[int, str], list[str]] = {}
    for name, part in parts.items():
        counted = part.column if part.how == "distinct" else ""
        scans.setdefault((id(part.frame), counted), []).append(name)
    return list(scans.values())


def _amount(part: Part, name: str) -> nw.Expr:
    # A plain column or a count, never a condition: pandas ignores one inside an aggregation.
    column = nw.col(part.column)
    if part.how == "rows":
        return (column.count() if part.column else nw.len()).alias(name)
    return (column.n_unique() if part.how == "distinct" else column.sum()).alias(name)


def _grouped(part: Part, by: Sequence[str], lookups: Mapping[str, Frame]) -> Frame:
    frame = part.frame
    if part.how == "distinct":  # n_unique would count a missing id as one more
        frame = frame.filter(~nw.col(part.column).is_null())
    if "line" in by and "products" in lookups:
        frame = frame.drop("line", strict=False)  # of an order: its number; of products: a kind
    lenders = {key: _lender(part, frame, key, lookups) for key in by}
    for key, lender in lenders.items():
        if key in PERIODS:
            frame = as_times(part.table, frame, [part.time])
            _refuse_hours(part, key)
            frame = frame.with_columns(start_of(key, part.time).alias(key))
        elif lender:
            on = LOOKUPS[lender]
            lent = as_group(lookups[lender].select(on, key), key)
            frame = as_group(frame, on).join(as_group(lent, on), on=on, how="left")
        else:
            frame = as_group(frame, key)
    return frame


def _refuse_hours(part: Part, key: str) -> None:
    """Refuse hours of a table that has days: all of a day would stand at midnight."""
    if key == "hour" and described(part.table, [part.time]).get(part.time) == "date":
        message = _("The table {table} has days, no hours. Ask for it by day, or by a longer time.")
        raise CourseError(message.format(table=part.table))


def _lender(part: Part, frame: Frame, key: str, lookups: Mapping[str, Frame]) -> str:
    """Return the table that lends a column to group by; none where `frame` has what it needs."""
    names = frame.collect_schema().names()
    if key not in PERIODS and key not in names:
        for lookup, other in lookups.items():
            if LOOKUPS[lookup] in names and key in other.collect_schema().names():
                return lookup
    need(part.table, frame, [part.time if key in PERIODS else key])
    return ""


def lendable(tables: Mapping[str, Any]) -> dict[str, Frame]:
    """Return the tables of `tables` that describe a product, a campaign or a channel."""
    there = {name: on for name, on in LOOKUPS.items() if tables.get(name) is not None}
    return {name: opened(name, tables, on) for name, on in there.items()}


def per(above: str | nw.Expr, below: str | nw.Expr) -> nw.Expr:
    """Return above / below, columns or whole-number expressions; null where below is 0."""
    above, below = (nw.col(it) if isinstance(it, str) else it for it in (above, below))
    return above.cast(nw.Float64) / nw.when(below != 0).then(below)


def yuan(fen: str) -> nw.Expr:
    """Return a column of fen in yuan."""
    # Polars divides by a number by multiplying with its inverse, which may differ in the
    # last digit; so the hundred is a column.
    return per(fen, nw.col(fen) * 0 + 100)
