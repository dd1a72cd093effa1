"""Numbers, moments, names and seeds that a caller gives: the checked value, or a sentence.

Each function takes the name of the argument, for the sentence, then what was given, and
returns the value. Numbers may be Python's, NumPy's, decimals or fractions; true and false,
text, None and what is not finite are none.

>>> share("substitution", 0.45), count("weeks", 12.0), number("cost", 0, low=0)
(0.45, 12, 0.0)
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.messages import _, _n
from ecokit.shop.values import MONTH

_NUMBERS = (int, float, Fraction, np.integer, np.floating)
LARGEST, SMALLEST = 1e15, 1e-100
"""How far from 0 a number may be, and what counts as 0: nothing that is worked out runs over."""

NEAREST = 2.0**-52
"""What counts as 1 beside it, where a share has to be below 1: floats hold nothing between."""

_LONGEST = 2_000  # bits of a whole number that is written out
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Weeks and months are counted in these years: 9999 stands for "not yet" in other tables."""

_SHARES = {  # by whether 0 can be, and 1
    (True, True): _("from 0 to 1"),
    (True, False): _("from 0 to below 1"),
    (False, True): _("above 0 and at most 1"),
    (False, False): _("above 0 and below 1"),
}


class _Shown(reprlib.Repr):
    """Values in short; a whole number that Python does not write out is told by its size."""

    def repr_int(self, x: int, level: int) -> str:
        """Return a whole number."""
        if x.bit_length() < _LONGEST:
            return super().repr_int(x, level)
        return _("a whole number of about {n} digits").format(n=round(x.bit_length() * 0.30103))


def shown(value: object) -> str:
    """Return a value as a sentence shows it: short, and numbers without needless digits.

    Examples
    --------
    >>> shown(0.1 + 0.2), shown(1_000_000), shown("12"), shown(pd.DataFrame({"a": [1]}))
    ('0.3', '1000000', "'12'", 'a table or an object of the kind DataFrame')
    >>> shown([10**5000])
    '[a whole number of about 5000 digits]'
    """
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (Decimal, date)):
        return str(value)
    if isinstance(value, (int, str, bytes, list, tuple, dict, set, type(None))):
        return _Shown().repr(value)
    return _("a table or an object of the kind {kind}").format(kind=type(value).__name__)


def p_value(p: float) -> str:
    """Return a p value as it is read: three decimals, and never 0.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.00004)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def refused(name: str, value: object, wanted: str) -> CourseError:
    """Return the error for an argument that cannot be used; `wanted` says what to give.

    Examples
    --------
    >>> raise refused("cuts", (0.9, 0.8), "Give two shares that rise, such as (0.8, 0.95).")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cuts is (0.9, 0.8). Give two shares that rise, such as (0.8, 0.95).
    """
    message = _("{name} is {value}. {wanted}")
    return CourseError(message.format(name=name, value=shown(value), wanted=wanted))


def as_float(value: object) -> float:
    """Return a number as a float; NaN for what is no number.

    Examples
    --------
    >>> as_float(np.int64(3)), as_float(Decimal("0.5")), as_float("3"), as_float(True)
    (3.0, 0.5, nan, nan)
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, Decimal):
        return math.nan if value.is_nan() else float(value)  # a signalling NaN cannot be a float
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, _NUMBERS):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number of more digits than a float holds
        return math.inf


def is_list(value: object) -> bool:
    """Say whether a value holds several; an array without a dimension is one value.

    Examples
    --------
    >>> is_list([3]), is_list(3), is_list(np.array(3))
    (True, False, False)
    """
    return isinstance(value, Iterable) and not (isinstance(value, np.ndarray) and not value.ndim)


def number(
    name: str, value: object, *, low: float | None = None, high: float | None = None
) -> float:
    """Return a number that can be calculated with, from `low` to `high` where these are given.

    Examples
    --------
    >>> number("cost", -1, low=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cost is -1. Give a number, 0 or more.
    >>> number("discount", "10 %")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: discount is '10 %'. Give a number.
    >>> number("cost", 1e300, low=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cost is 1e+300. Give a number, 0 to 1e+15.
    """
    found = as_float(value)
    if abs(found) > LARGEST:
        low = -LARGEST if low is None else max(low, -LARGEST)
        high = LARGEST if high is None else min(high, LARGEST)
    low_fits = low is None or found >= low
    if not (math.isfinite(found) and low_fits and (high is None or found <= high)):
        raise refused(name, value, _("Give a number{range}.").format(range=_range(low, high)))
    return _or_zero(found)


def _or_zero(found: float) -> float:
    """Return 0 for a number that is so near to it that nothing can be divided by it."""
    return found if abs(found) >= SMALLEST else 0.0


def positive(name: str, value: object) -> float:
    """Return a number above 0 that can be calculated with.

    Examples
    --------
    >>> positive("price", 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: price is 0. Give a number above 0.
    """
    found = as_float(value)
    if 0 < found < SMALLEST:
        raise refused(name, value, _("Give a number that is not so near to 0."))
    if not 0 < found <= LARGEST:
        end = _range(None, LARGEST) if found > LARGEST else ""
        raise refused(name, value, _("Give a number above 0{range}.").format(range=end))
    return found


def share(name: str, value: object, *, zero: bool = True, one: bool = True) -> float:
    """Return a share from 0 to 1; `zero` and `one` say whether these two can be.

    Examples
    --------
    >>> share("substitution", 45)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: substitution is 45. Give a share from 0 to 1; write 45 % as 0.45.
    >>> share("service_level", 1, one=False)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: service_level is 1. Give a share from 0 to below 1; write 45 % as ...
    """
    found = as_float(value)
    if not (0 <= found <= 1) or (found == 0 and not zero) or (found == 1 and not one):
        message = _("Give a share {range}; write 45 % as 0.45.")
        raise refused(name, value, message.format(range=_SHARES[zero, one]))
    if 0 < found < SMALLEST and not zero:
        raise refused(name, value, _("Give a share that is not so near to 0."))
    if 0 < 1 - found < NEAREST and not one:
        raise refused(name, value, _("Give a share that is not so near to 1."))
    return _or_zero(found)


def inner_share(name: str, value: object) -> float:
    """Return a share above 0 and below 1, as a confidence is.

    Examples
    --------
    >>> inner_share("confidence", 95)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: confidence is 95. Give a share above 0 and below 1; write 45 % as ...
    """
    return share(name, value, zero=False, one=False)


def count(name: str, value: object, low: int = 1, high: int | None = None) -> int:
    """Return a whole number of `low` or more, and at most `high` where it is given.

    Examples
    --------
    >>> count("bidders", 2.5, 2, 100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: bidders is 2.5. Give a whole number, 2 to 100.
    """
    found = as_float(value)
    if not (math.isfinite(found) and found % 1 == 0 and found >= low) or (
        high is not None and found > high
    ):
        raise refused(name, value, _("Give a whole number{range}.").format(range=_range(low, high)))
    return int(value) if isinstance(value, int) else int(found)


def flag(name: str, value: object) -> bool:
    """Return true or false.

    Examples
    --------
    >>> flag("parallel", True), flag("parallel", 0)
    (True, False)
    >>> flag("parallel", "no")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: parallel is 'no'. Give True or False.
    """
    if not isinstance(value, (bool, np.bool_)) and as_float(value) not in (0, 1):
        raise refused(name, value, _("Give True or False."))
    return bool(value)


def array(
    name: str, values: object, *, low: float | None = None, gaps: bool = False
) -> NDArray[np.float64]:
    """Return numbers as an array of floats: finite, not too large, and none below `low`.

    Parameters
    ----------
    name : str
        The argument.
    values : array, Series, list or number
        Of any shape.
    low : float, optional
        The smallest number that can be.
    gaps : bool
        Whether a number may be missing; it comes back as NaN.

    Examples
    --------
    >>> array("demand", [2, 3])
    array([2., 3.])
    >>> array("demand", [2, -3], low=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand holds -3, which is below 0. Give numbers, 0 or more.
    >>> array("demand", ["two"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand holds 'two', which is no number. Give numbers.
    """
    found = _floats(name, values)
    wrong = ~np.isfinite(found) & ~(np.isnan(found) & gaps)
    if wrong.any():
        n = int(wrong.sum())
        message = _n(
            "{name}: {n} of {all} numbers is missing or not finite. Fill or drop it.",
            "{name}: {n} of {all} numbers are missing or not finite. Fill or drop them.",
            n,
        )
        raise CourseError(message.format(name=name, n=n, all=found.size))
    if low is not None and (found < low).any():
        message = _("{name} holds {value}, which is below {low}. Give numbers{range}.")
        least = shown(float(np.nanmin(found)))
        told = {"low": shown(float(low)), "range": _range(low, None)}
        raise CourseError(message.format(name=name, value=least, **told))
    if (np.abs(found) > LARGEST).any():
        message = _("{name} holds {value}, which is too far from 0. Give numbers{range}.")
        most = shown(float(found.flat[np.nanargmax(np.abs(found))]))
        told = {"value": most, "range": _range(-LARGEST if low is None else low, LARGEST)}
        raise CourseError(message.format(name=name, **told))
    found[np.abs(found) < SMALLEST] = 0.0
    return found


def row(name: str, values: object, *, low: float | None = None) -> NDArray[np.float64]:
    """Return a number or numbers in a row as an array of one dimension.

    Examples
    --------
    >>> row("hours", 8)
    array([8.])
    >>> row("hours", [[8, 4]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: hours is [[8, 4]]. Give numbers in one row, such as [1, 2].
    """
    found = np.atleast_1d(array(name, values, low=low))
    if found.ndim > 1:
        raise refused(name, values, _("Give numbers in one row, such as [1, 2]."))
    return found


def by_day(name: str, series: object, *, low: float | None = None) -> pd.Series[float]:
    """Return a series of numbers with one row a day, in order.

    Examples
    --------
    >>> by_day("demand", [1, 2])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand needs one number a day, with the days as index, without ...
    """
    index = series.index if isinstance(series, pd.Series) else None
    if (
        not isinstance(index, pd.DatetimeIndex)
        or index.tz is not None
        or index.has_duplicates
        or (index != index.normalize()).any()
    ):
        message = _(
            "{name} needs one number a day, with the days as index, without a time zone: "
            "table.groupby('date')['sold'].sum() makes it."
        )
        raise CourseError(message.format(name=name))
    return pd.Series(array(name, series, low=low), index=index).sort_index()


def mapping(name: str, value: object, wanted: str) -> Mapping[Any, Any]:
    """Return a mapping as it is.

    Parameters
    ----------
    name : str
        The argument.
    value : mapping
        What was given.
    wanted : str
        What to give instead of anything else, with an example.

    Examples
    --------
    >>> mapping("merge", "finance", "Give a mapping, such as {'finance': 'boss'}.")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: merge is 'finance'. Give a mapping, such as {'finance': 'boss'}.
    """
    if not isinstance(value, Mapping):
        raise refused(name, value, wanted)
    return value


def by_name(name: str, values: object, *, low: float | None = None) -> dict[str, float]:
    """Return numbers by name, such as a share for each seller.

    Parameters
    ----------
    name : str
        The argument.
    values : mapping or Series of name to number
        Each name once.
    low : float, optional
        The smallest number that can be.

    Examples
    --------
    >>> by_name("shares", {"K1": 1, "K2": 0.5})
    {'K1': 1.0, 'K2': 0.5}
    >>> by_name("shares", [0.5, 0.5])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: shares is [0.5, 0.5]. Give a number for each name, such as {'K1': 1}.
    """
    if not isinstance(values, pd.Series):
        wanted = _("Give a number for each name, such as {'K1': 1}.")
        values = mapping(name, values, wanted)
    found = {str(key): number(f"{name}[{key!r}]", value, low=low) for key, value in values.items()}
    if len(found) < len(values):
        message = _("{name} holds a name twice. Give one number for each.")
        raise CourseError(message.format(name=name))
    return found


def moment(name: str, value: object) -> pd.Timestamp:
    """Return a moment in the shop's local time.

    Parameters
    ----------
    name : str
        The argument.
    value : ISO text, date, datetime, Timestamp or datetime64
        Without a time zone.

    Examples
    --------
    >>> moment("as_of", "2025-06-01 09:00")
    Timestamp('2025-06-01 09:00:00')
    >>> moment("as_of", "soon")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: as_of is 'soon'. Write a moment like 2025-06-30 or 2025-06-30 14:05.
    """
    found = _timestamp(value)
    if found is None:
        raise refused(name, value, _("Write a moment like 2025-06-30 or 2025-06-30 14:05."))
    if found.tzinfo is not None:
        raise refused(name, value, _("Write the shop's local time, without a time zone."))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:  # weeks and months are counted from it
        message = _("Write a moment between the years {first} and {last}.")
        raise refused(name, value, message.format(first=FIRST_YEAR, last=LAST_YEAR))
    return found


def day(name: str, value: object) -> pd.Timestamp:
    """Return the first moment of a day.

    Examples
    --------
    >>> day("week", "2025-03-03 08:00")
    Timestamp('2025-03-03 00:00:00')
    >>> day("week", 3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: week is 3. Write a day like 2025-06-30.
    """
    if _timestamp(value) is None:
        raise refused(name, value, _("Write a day like 2025-06-30."))
    return moment(name, value).normalize()


def month(name: str, value: object) -> pd.Period:
    """Return a month.

    Examples
    --------
    >>> month("month", "2025-09")
    Period('2025-09', 'M')
    >>> month("month", "2025年9月"), month("month", 202509)
    (Period('2025-09', 'M'), Period('2025-09', 'M'))
    >>> month("month", "2025-13")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: month is '2025-13'. Write a month like 2025-09.
    """
    if isinstance(value, pd.Period):
        return value.asfreq("M")
    plain = re.match(MONTH, str(value).strip()) if isinstance(value, str | int) else None
    if plain and not isinstance(value, bool):
        return pd.Period(f"{plain['year']}-{int(plain['month']):02}", "M")
    found = _timestamp(value)
    if found is None:
        raise refused(name, value, _("Write a month like 2025-09."))
    return found.tz_localize(None).to_period("M")


def one_of(name: str, value: object, choices: Iterable[str]) -> str:
    """Return a name that is among the choices.

    Examples
    --------
    >>> one_of("method", "guess", ["naive", "mean"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: method is 'guess'. Choose one of: naive, mean.
    """
    known = list(choices)
    if not (isinstance(value, str) and value in known):
        wanted = _("Choose one of: {known}.").format(known=", ".join(map(str, known)))
        raise refused(name, value, wanted)
    return str(value)


def text(name: str, value: object) -> str:
    """Return text that is not empty.

    Examples
    --------
    >>> text("product_id", "")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: product_id is ''. Give text.
    """
    if not (isinstance(value, str) and value.strip() and is_whole_text(value)):
        raise refused(name, value, _("Give text."))
    return str(value)


def is_whole_text(value: str) -> bool:
    r"""Say whether a text holds whole signs only: no engine takes half of one.

    Examples
    --------
    >>> is_whole_text("手机"), is_whole_text("\ud83d")
    (True, False)
    """
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def generator(name: str, seed: object) -> np.random.Generator:
    """Return the random numbers of a seed, a whole number from 0.

    Examples
    --------
    >>> int(generator("seed", 7).integers(10))
    9
    >>> generator("seed", -1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: seed is -1. Give a whole number, 0 or more.
    """
    return np.random.default_rng(count(name, seed, low=0))


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return _(", {low} or more").format(low=shown(low))
    if low is None:
        return _(", {high} or less").format(high=shown(high))
    return _(", {low} to {high}").format(low=shown(low), high=shown(high))


def _floats(name: str, values: object) -> NDArray[np.float64]:
    """Return values of any shape as floats, missing ones as NaN; refuse what is no number."""
    if values is None or isinstance(values, (str, bytes, set, dict)):
        raise refused(name, values, _("Give numbers."))
    try:
        given = np.asarray(values)
    except ValueError:  # rows of different lengths
        message = _("{name} holds rows of different lengths. Give as many numbers in each.")
        raise CourseError(message.format(name=name)) from None
    if given.dtype.kind in "iuf":
        return given.astype(np.float64)
    found = np.empty(given.shape)
    for place, value in np.ndenumerate(given):
        found[place] = as_float(value)
        if np.isnan(found[place]) and not _is_missing(value):
            message = _("{name} holds {value}, which is no number. Give numbers.")
            raise CourseError(message.format(name=name, value=shown(value)))
    return found


def _is_missing(value: object) -> bool:
    """Say whether a single value is a way of writing "missing"."""
    is_nan = isinstance(value, (float, Decimal, np.floating)) and math.isnan(as_float(value))
    return value is None or value is pd.NA or is_nan


def _timestamp(value: object) -> pd.Timestamp | None:
    """Return a point in time; None for what is none, a number too."""
    if not isinstance(value, (str, date, np.datetime64)):  # a Timestamp is a date, too
        return None
    if isinstance(value, str) and not re.match(r"\d{4}-\d", value):  # such as "now", or "5"
        return None
    try:
        found: Any = pd.Timestamp(value)
    except ValueError:
        return None
    return None if pd.isna(found) else found
