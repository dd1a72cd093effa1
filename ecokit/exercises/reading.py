"""How an answer is read: a number with the unit behind it, as people write it.

What is read says how precisely it was written, because an answer is judged at that precision.
Nothing is ever executed, and what cannot be read gets a sentence that says what to write.
"""

from __future__ import annotations

import datetime
import math
import re
import textwrap
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _

# Units that can be converted into one another: the names people write, and the size.
SHARES: dict[str, float] = {
    **{"share": 1, "ratio": 1, "%": 0.01, "percent": 0.01, "per cent": 0.01, "pct": 0.01},
    **{"percentage point": 0.01, "point": 0.01, "pp": 0.01, "ppt": 0.01, "%-point": 0.01},
    **{"百分点": 0.01, "‰": 0.001, "倍": 1, "x": 1, "×": 1},
}
TIMES: dict[str, float] = {
    **{"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800},
    **{"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hr": 3600, "d": 86400},
    **{"秒": 1, "秒钟": 1, "分": 60, "分钟": 60, "时": 3600, "小时": 3600},
    **{"天": 86400, "日": 86400, "周": 604800, "星期": 604800, "wk": 604800, "w": 604800},
}
MONEY: dict[str, float] = {
    **{"yuan": 1, "fen": 0.01, "thousand yuan": 1e3, "million yuan": 1e6},
    **{"¥": 1, "元": 1, "cny": 1, "rmb": 1, "人民币": 1, "块": 1, "块钱": 1},
    **{"角": 0.1, "分": 0.01, "千元": 1e3},
}
DIMENSIONS = (SHARES, TIMES, MONEY)
# Words that count without saying what; they fit wherever no dimension is asked.
COUNTERS = frozenset(("people", "times", "个人", *"人个名位次层件家组点分周倍x×"))
POINTS = frozenset(("pt", "point", "分"))
TIMES_OF = {
    **{"k": 1e3, "thousand": 1e3, "million": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9},
    **{"百万": 1e6, "千": 1e3, "万": 1e4, "亿": 1e8},
}
_MULTIPLIER = re.compile(r"(k|thousand|million|mio|mn|billion)(?![a-z])\.?|(百万|千|万|亿)")
_ABOUT = re.compile(
    r"^(?:[=~≈∼]|about|around|roughly|approx(?:imately|\.)?|circa|ca\.?|大约|约)+\s*"
    r"|\s*(?:左右|or so)$"
)
_RATE = re.compile(r"\s+(?:a|an|per)\s+(?:year|month|week|day|hour|visitor|unit|customer|manager)$")
_MINUS = re.compile(r"^(?:minus\s+|负)(?=[\d¥])")
_WORDS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_SAID = {word: str(n) for n, word in enumerate(_WORDS, 1)} | {
    **{word: str(n) for n, word in enumerate("一二三四五六七八九十", 1)},
    "两": "2",
}
_SAYS = re.compile(
    rf"^(?:({'|'.join(_WORDS)})(?![a-z])|([一二两三四五六七八九十])(?![一-十百千万]))"
)
_DASHES = dict.fromkeys(map(ord, "−–—‒"), "-")
_DIGITS = r"[\d.,' ]*\d[\d.,']*"
_NUMBER = re.compile(
    rf"(?P<lead>[¥$€£]|rmb|cny)?\s*(?P<sign>[+-]?)\s*[¥$€£]?\s*"
    rf"(?P<digits>{_DIGITS})(?P<power>e[+-]?\d+)?\s*(?P<rest>.*)",
    re.DOTALL,
)
_CLOCK = re.compile(r"(?P<sign>[+-]?)(\d+):([0-5]\d)(?::([0-5]\d))?\s*(?P<rest>\D*)")
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d]+)\.?\s*,?\s*(?:and\s+)?")
_PLAIN = re.compile(r"(?:\d+|\d{1,3}(?:[,' ]\d{3})+)?(?:\.\d*)?")
_DECIMAL_COMMA = re.compile(
    r"(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+|\d{1,3}(?:[.' ]\d{3})+,\d+)"
)


class AnswerError(CourseError):
    """An answer that cannot be read; the sentence says what to write."""


@dataclass(frozen=True)
class Reading:
    """A number as it was read.

    Attributes
    ----------
    value : float
        In the unit that is asked for.
    half : float
        Half of one in the last digit that was written: the number was rounded from within it.
    coarse : float
        The same where zeros at the end of a whole number hold the place and no more.
    digits : int
        How many digits were written, without zeros that only hold a place.
    typed : bool
        Whether it was read from a text.
    """

    value: float
    half: float = 0.0
    coarse: float = 0.0
    digits: int = 17
    typed: bool = False

    def times(self, factor: float) -> Reading:
        """Return the same number in another unit."""
        return replace(
            self,
            value=self.value * factor,
            half=self.half * abs(factor),
            coarse=self.coarse * abs(factor),
        )


def dimension(unit: str) -> dict[str, float] | None:
    """Return the units into which a unit can be converted, and their sizes."""
    return next((names for names in DIMENSIONS if unit in names), None)


def asked(unit: str) -> str:
    """Return how an answer in a unit is asked for.

    Examples
    --------
    >>> asked("share"), asked("%"), asked("yuan"), asked("people")
    ('as a share from 0 to 1', 'in per cent', 'in yuan', 'as a number of people')
    """
    named = {
        "share": _("as a share from 0 to 1"),
        "%": _("in per cent"),
        "ratio": _("as a ratio, such as 1.03"),
        "elasticity": _("as an elasticity, such as -1.5"),
        "": _("as a number alone"),
    }
    measured = unit in TIMES or unit in MONEY or unit in ("points", "turns", "erlangs")
    return named.get(unit) or (_("in {unit}") if measured else _("as a number of {unit}")).format(
        unit=unit
    )


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit, as it is said.

    Examples
    --------
    >>> with_unit("1", "people"), with_unit("2", "layers"), with_unit("0.94", "ratio")
    ('1 person', '2 layers', '0.94')
    """
    if unit in ("ratio", "elasticity", ""):
        return number
    if number in ("1", "-1"):
        unit = {"people": "person", "buyers": "buyer"}.get(unit, unit.removesuffix("s"))
    return f"{number} {unit}"


def told(given: Reading, unit: str) -> str:
    """Return what was read, at the precision at which it was written.

    Examples
    --------
    >>> told(read("54,63 %", "share"), "share"), told(read("25.5k", "yuan"), "yuan")
    ('54.63 %', '25,500 yuan')
    >>> told(read(2 / 3, "ratio"), "ratio")
    '0.6667'
    """
    if unit == "share":
        given, unit = given.times(100), "%"
    if not 1e-6 < abs(given.value) < 9.99e8:
        return with_unit(f"{given.value:.4g}", unit)
    size = math.floor(math.log10(abs(given.value)))
    written = round(-math.log10(2 * given.half)) if given.half else 9
    places = max(0, written if given.digits <= 7 else 3 - size)
    return with_unit(f"{given.value:,.{min(places, 8)}f}", unit)


def read(answer: object, unit: str) -> Reading:
    """Read a number with or without a unit, and give it in `unit`.

    Parameters
    ----------
    answer : object
        A number, a text such as ``"¥1,234.50"``, ``"8,18 %"``, ``"3 h 7 min"`` or ``"１２"``, a
        time span, or a table that holds exactly one number.
    unit : str
        The unit that the exercise asks for.

    Returns
    -------
    Reading
        Its value is finite.

    Raises
    ------
    AnswerError
        With a sentence that says what to write.

    Examples
    --------
    >>> read("54,63 %", "share")
    Reading(value=0.5463, half=5e-05, coarse=5e-05, digits=4, typed=True)
    >>> read("3 h 7 min", "minutes").value, read("3:07", "hours").value * 60
    (187.0, 187.0)
    >>> read("25.5k", "yuan").value, read("１２万", "yuan").value
    (25500.0, 120000.0)
    >>> read("minus 27.5 a day", "yuan").value, read("三周", "weeks").value
    (-27.5, 3.0)
    """
    if isinstance(answer, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)) and answer.size == 1:
        answer = np.asarray(answer, dtype=object).reshape(-1)[0]
    if isinstance(answer, str):
        given = _parse(answer, unit)
    elif isinstance(answer, (datetime.timedelta, np.timedelta64)) and unit in TIMES:
        given = Reading(pd.Timedelta(answer).total_seconds() / TIMES[unit])
    else:
        given = _of_number(_number(answer))
    _demand_finite(given.value)
    return given


def read_number(answer: object, unit: str) -> float:
    """Read a number as `read` does, and return its value alone.

    Examples
    --------
    >>> read_number("¥1,234.50", "yuan"), read_number("8.18 %", "share")
    (1234.5, 0.0818)
    >>> read_number("1,23,4", "share")
    Traceback (most recent call last):
    ...
    ecokit.exercises.reading.AnswerError: I cannot tell how large '1,23,4' is. ...
    """
    return read(answer, unit).value


def quote(text: str) -> str:
    """Return the beginning of what a learner wrote, in quotation marks."""
    short = textwrap.shorten("".join(c for c in text if c.isprintable()), 40, placeholder="...")
    return f"'{short}'"


# Numbers that were computed -------------------------------------------------------------------


def _number(answer: object) -> float:
    if answer is None:
        raise AnswerError(_("There is no answer yet. Give one number."))
    if isinstance(answer, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        message = _("The answer is one number; you gave {size} values.")
        raise AnswerError(message.format(size=answer.size))
    if not isinstance(answer, (bool, np.bool_, complex, datetime.timedelta, np.timedelta64)):
        try:
            return float(answer)  # type: ignore[arg-type]
        except OverflowError:
            raise AnswerError(_("That number is too large to be an answer.")) from None
        except (TypeError, ValueError):
            pass
    message = _("The answer is one number; you gave a value of type {type}.")
    raise AnswerError(message.format(type=type(answer).__name__))


def _demand_finite(value: float) -> None:
    if math.isnan(value):
        message = _(
            "The answer is not a number (NaN). Look for a division by zero or a missing value."
        )
        raise AnswerError(message)
    if math.isinf(value):
        raise AnswerError(_("The answer is infinite. Look for a division by zero."))


def _of_number(value: float) -> Reading:
    """Return a number at the precision at which Python writes it: 3.08 has two decimals."""
    return _written(repr(value).removesuffix(".0")) if math.isfinite(value) else Reading(value)


def _written(digits: str) -> Reading:
    """Return a number in plain digits, with the precision of its last digit.

    Examples
    --------
    >>> _written("0.050")
    Reading(value=0.05, half=0.0005, coarse=0.0005, digits=2, typed=False)
    >>> _written("25500")
    Reading(value=25500.0, half=0.5, coarse=50.0, digits=3, typed=False)
    """
    number = Decimal(digits)
    _sign, figures, exponent = number.as_tuple()
    if not isinstance(exponent, int) or not -300 < exponent + len(figures) < 300:
        return Reading(float(number))
    zeros = 0
    if exponent >= 0:  # of a whole number, zeros at the end may only hold the place
        text = "".join(map(str, figures))
        zeros = len(text) - len(text.rstrip("0"))
    significant = len("".join(map(str, figures)).lstrip("0")) - zeros
    half = 0.5 * 10.0**exponent
    return Reading(float(number), half, half * 10.0**zeros, max(0, significant))


# Numbers that were typed ----------------------------------------------------------------------


def _parse(text: str, unit: str) -> Reading:
    if len(text) > 80:
        raise AnswerError(_("That is a long text. Give one number."))
    clean = unicodedata.normalize("NFKC", text).strip().lower().translate(_DASHES)
    clean = _RATE.sub("", _ABOUT.sub("", clean.strip("'\"")).strip())
    clean = _SAYS.sub(lambda said: _SAID[said[1] or said[2]], _MINUS.sub("-", clean))
    if not clean:
        raise AnswerError(_("There is no answer yet. Give one number."))
    if clean.lstrip("+-") in {"nan", "inf", "infinity"}:
        return Reading(float(clean))
    given = _clock(clean, unit, text) or _span(clean, unit) or _amount(clean, unit, text)
    return replace(given, typed=True)


def _amount(clean: str, unit: str, text: str) -> Reading:
    """Read one number and the unit behind it."""
    match = _NUMBER.fullmatch(clean)
    if match is None:
        message = _("{text} is not a number. Write digits, such as 12.5.")
        raise AnswerError(message.format(text=quote(text)))
    digits = match["digits"].strip()
    if _DECIMAL_COMMA.fullmatch(digits):
        digits = re.sub(r"[.' ]", "", digits).replace(",", ".")
    elif not _PLAIN.fullmatch(digits):
        message = _(
            "I cannot tell how large {text} is. Use a point for decimals and commas only "
            "between thousands: 1,234.5."
        )
        raise AnswerError(message.format(text=quote(text)))
    given = _written(re.sub(r"[,' ]", "", digits) + (match["power"] or ""))
    sign = -1 if match["sign"] == "-" else 1
    return given.times(sign * _factor(match["rest"], match["lead"] or "", unit, text))


def _factor(rest: str, lead: str, unit: str, text: str) -> float:
    """Return the factor from the unit behind (or the sign before) the number into `unit`."""
    rest = rest.strip().rstrip(".")
    size = _size(rest or lead, unit)
    if size is not None:
        return size
    if match := _MULTIPLIER.match(rest):
        times, rest = TIMES_OF[match[1] or match[2]], rest[match.end() :].strip()
    elif rest == "m" and unit in MONEY:
        times, rest = 1e6, ""
    else:
        times = 1.0
    size = _size(rest or lead, unit)
    if size is not None and times != 1:
        return times * size
    message = _("The answer is asked {unit}; {text} says something else.")
    raise AnswerError(message.format(unit=asked(unit), text=quote(text)))


def _size(written: str, unit: str) -> float | None:
    """Return how large a unit is in another one, or None where they do not fit together.

    Examples
    --------
    >>> _size("mins", "hours") * 60, _size("百分点", "%"), _size("个", "agents")
    (1.0, 1.0, 1.0)
    >>> _size("bananas", "agents")
    """
    if not written or written.rstrip("s") == unit.lower().rstrip("s"):
        return 1.0
    sizes = dimension(unit)
    if sizes is None:
        counts = written in COUNTERS and unit not in ("", "elasticity")
        return 1.0 if counts or (unit == "points" and written.rstrip("s") in POINTS) else None
    bare = written.removeprefix("个")
    for name in (bare, f"{bare}s", bare.removesuffix("s")):
        if name in sizes:
            return sizes[name] / sizes[unit]
    return None


def _span(clean: str, unit: str) -> Reading | None:
    """Read a time of several parts, such as ``3 h 7 min``; None if the text is none."""
    match = re.fullmatch(rf"(?P<sign>[+-]?)\s*(?:{_PART.pattern}){{2,}}", clean)
    if match is None or unit not in TIMES:
        return None
    value, half, digits = 0.0, 0.0, 0
    for number, name in _PART.findall(clean):
        size = _size(name, unit)
        if size is None:
            return None
        part = _written(number.replace(",", "."))
        value, half = value + part.value * size, part.half * size
        digits += max(1, part.digits)
    return Reading(-value if match["sign"] == "-" else value, half, half, digits)


def _clock(clean: str, unit: str, text: str) -> Reading | None:
    """Read ``3:07`` as hours and minutes, or as minutes and seconds; None if the text is none.

    Three parts, or a unit behind them, settle it; else the unit that is asked for does, but for
    minutes, which may be either.
    """
    match = _CLOCK.fullmatch(clean)
    if match is None or unit not in TIMES:
        return None
    first, second, third = int(match[2]), int(match[3]), match[4]
    rest = match["rest"].strip()
    leading = TIMES["hours"] if third or unit in ("hours", "days", "weeks") else None
    if rest:
        size = _size(rest, "seconds")
        leading = size if size in (60, 3600) else None
    elif unit == "seconds" and not third:
        leading = TIMES["minutes"]
    if leading is None:
        message = _("{text} may be hours and minutes, or minutes and seconds. Write the units.")
        raise AnswerError(message.format(text=quote(text)))
    seconds = leading * first + leading / 60 * second + int(third or 0)
    half = (1 if third else leading / 60) / 2
    digits = len(f"{first}{second:02}{third or ''}".lstrip("0"))
    given = Reading(-seconds if match["sign"] == "-" else seconds, half, half, digits)
    return given.times(1 / TIMES[unit])
