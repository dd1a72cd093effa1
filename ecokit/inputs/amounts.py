"""Money, quantities and seconds, added up exactly: whole numbers until the last division.

Floats summed in another order differ in the last digit, whole numbers do not. So a column becomes
whole parts (fen, or millionths) of type Int64 first, the same on every engine.

A line of money is quantity × price. The product is taken of the decimals as they are written, each
of at most six places, and only then rounded to fen; half a fen goes away from zero, so that a line
and its negative cancel. A float is read as its shortest decimal.

>>> import pandas as pd
>>> lines = pd.DataFrame({"quantity": [0.45, 3, -3], "price": [29.90, 33.333, 33.333]})
>>> frame = nw.from_native(lines)
>>> with_fen(frame, "quantity", "price", "fen")["fen"].to_list()
[1346, 10000, -10000]
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import narwhals.stable.v2 as nw

from ecokit.inputs import rows
from ecokit.inputs.kinds import Frame
from ecokit.messages import _
from ecokit.shop.schema import schemas

PLACES = 1_000_000
"""Parts of a unit that are kept: six decimal places."""

_MOST = 9e12  # yuan of a line: in millionths, more does not fit into Int64
_END = 9.2e18  # near that of Int64
_NOISE = 2.0**-48  # of a number: what a calculation with floats leaves behind its last digit


def whole(frame: Frame, column: str, scale: int = 1) -> nw.Expr:
    """Return a column of `frame` times `scale`, rounded to a whole Int64; missing counts as 0.

    ``whole(targets, "plan", 100)`` is money in fen. What is missing has to be told: see `gaps`.
    """
    filled = nw.col(column).fill_null(0)
    if is_whole(frame, column):
        return filled.cast(nw.Int64) * scale
    return (filled.cast(nw.Float64) * scale + 0.5).floor().cast(nw.Int64)


def is_whole(frame: Frame, column: str) -> bool:
    """Say whether a column is of a type that holds whole numbers only."""
    return bool(frame.collect_schema()[column].is_integer())


def scale(frame: Frame, *columns: str) -> int:
    """Return what makes quantities whole: 1 where the columns hold whole numbers, else a million.

    Two sums of one scale may be divided by each other.
    """
    return 1 if all(is_whole(frame, column) for column in columns) else PLACES


def unscaled(column: str, scale: int) -> nw.Expr:
    """Return quantities as they were before they were multiplied by a `scale`."""
    if scale == 1:
        return nw.col(column)
    # Polars divides by a number by multiplying with its inverse; so the scale is a column
    return nw.col(column).cast(nw.Float64) / (nw.col(column) * 0 + scale)


def with_fen(frame: Frame, quantity: str, price: str, name: str) -> Frame:
    """Return `frame` with quantity x price of each line in whole fen, in the column `name`.

    What a line is worth that breaks a rule of `faults` is not said.
    """
    exact = is_whole(frame, quantity)
    times, each = _fitted(frame, quantity, 1 if exact else PLACES), _fitted(frame, price, PLACES)
    # column by column, because not every engine computes once what stands in an expression twice
    if exact:
        done, sign = frame.with_columns(_micro=times * each), _sign("_micro")
    else:
        done = _with_product(frame.with_columns(_times=times, _each=each))
        sign = _sign("_times") * _sign("_each")
    above = nw.col("_micro").abs() + 5000
    done = done.with_columns(_fen=_near(above, 10_000))
    rounded = sign * _quotient("_fen", above, 10_000)
    return done.with_columns(rounded.alias(name)).drop(*_OWN, strict=False)


_OWN = ("_times", "_each", "_micro", "_fen", "_units", "_large", "_small")


def _fitted(frame: Frame, column: str, scale: int) -> nw.Expr:
    """Return `whole` of a column; on an eager engine any number for what does not fit into Int64.

    There it is told after that; a lazy engine stops when it computes.
    """
    if is_whole(frame, column) or not isinstance(frame, nw.DataFrame):
        return whole(frame, column, scale)
    scaled = nw.col(column).fill_null(0).cast(nw.Float64) * scale
    return (scaled.clip(-_END, _END) + 0.5).floor().cast(nw.Int64)


def _with_product(frame: Frame) -> Frame:
    """Add `_micro`: `_times` x `_each`, all in millionths, without what is beyond a millionth."""
    times, each = nw.col("_times").abs(), nw.col("_each").abs()
    frame = frame.with_columns(_units=_near(times, PLACES), _large=_near(each, PLACES))
    units, large = _quotient("_units", times, PLACES), _quotient("_large", each, PLACES)
    frame = frame.with_columns(_units=units, _large=large)
    part = times - nw.col("_units") * PLACES
    small = part * (each - nw.col("_large") * PLACES)
    frame = frame.with_columns(_small=_near(small, PLACES))
    whole_parts = each * nw.col("_units") + nw.col("_large") * part
    return frame.with_columns(_micro=whole_parts + _quotient("_small", small, PLACES))


def _near(number: nw.Expr, by: int) -> nw.Expr:
    """Return a number of 0 or more, divided by a whole one as floats are: at most one off."""
    return (number / by).floor().cast(nw.Int64)


def _quotient(near: str, number: nw.Expr, by: int) -> nw.Expr:
    """Return the whole quotient, exact up to the end of Int64, from one that is `near`."""
    # not all engines divide whole numbers without floats, and those that do take longer
    rest = number - nw.col(near) * by
    return nw.col(near) + (rest >= by).cast(nw.Int64) - (rest < 0).cast(nw.Int64)


def _sign(column: str) -> nw.Expr:
    return 1 - 2 * (nw.col(column) < 0).cast(nw.Int64)


# --- what cannot be added up -----------------------------------------------------------


def gaps(table: str, *columns: str) -> rows.Wrong:
    """Return the rows that lack one of the `columns`: a gap is no zero."""
    lacking = _any([nw.col(column).is_null() for column in columns])
    what = _("{columns} is missing").format(columns=_(" or ").join(columns))
    remedy = _(
        "Fill the gaps, drop these rows, or make a Shop with strict=False, which tells what it "
        "leaves out."
    )
    return rows.Wrong(what, lacking, (*_key(table), *columns), remedy)


def faults(frame: Frame, table: str, quantity: str, *prices: str) -> tuple[rows.Wrong, ...]:
    """Return the lines whose quantity x price cannot be added up to the fen.

    Refused are a missing number, a number of more than six decimal places, and a product of
    9 × 10^12 yuan or more.
    """
    places, huge = _unfit(frame, quantity, *prices)
    shown = (*_key(table), quantity, *prices)
    names = _(" or ").join([quantity, *prices])
    return (
        gaps(table, quantity, *prices),
        rows.Wrong(
            _("{columns} has more than six decimal places").format(columns=names),
            places,
            shown,
            _("Round to six places or fewer: money is added up to the fen as it is written."),
        ),
        rows.Wrong(
            _("{columns} is too large to add up to the fen").format(columns=names),
            huge,
            shown,
        ),
    )


def _unfit(frame: Frame, quantity: str, *prices: str) -> tuple[nw.Expr, nw.Expr]:
    """Return where a number has too many places, and where a product is too large."""
    amounts = {it: nw.col(it).fill_null(0).cast(nw.Float64) for it in (quantity, *prices)}
    micro = [amounts[name] * PLACES for name in amounts if not is_whole(frame, name)]
    off = [(one - (one + 0.5).floor()).abs() > one.abs() * _NOISE for one in micro]
    huge = [(amounts[quantity] * amounts[price]).abs() >= _MOST for price in prices]
    return _any(off) if off else nw.lit(value=False), _any(huge)


def _any(conditions: Sequence[nw.Expr]) -> nw.Expr:
    """Return true where one of the conditions, which are never null, is."""
    return reduce(or_, conditions)


def _key(table: str) -> tuple[str, ...]:
    return schemas()[table].primary_key[:1] if table in schemas() else ()
