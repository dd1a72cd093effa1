"""How an answer is read: a number with the unit behind it, as people write it.

What is read says how precisely it was written, because an answer is judged at that precision.
Nothing is ever executed, and what cannot be read gets a sentence that says what to write.
"""

from __future__ import annotations

import calendar
import datetime
import math
import re
import textwrap
import unicodedata
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd

from ecokit.errors import LONGEST, CourseError
from ecokit.exercises import numerals
from ecokit.messages import _

# Units that can be converted into one another: the names people write, and the size.
SHARES: dict[str, float] = {
    **{"share": 1, "ratio": 1, "%": 0.01, "percent": 0.01, "per cent": 0.01, "pct": 0.01},
    **{"percentage point": 0.01, "point": 0.01, "pp": 0.01, "ppt": 0.01, "%-point": 0.01},
    **{"百分点": 0.01, "‰": 0.001, "per mille": 0.001, "per thousand": 0.001},
    **{"倍": 1, "x": 1, "×": 1, "time": 1, "as a share": 1},
    **{"percents": 0.01, "per-cent": 0.01, "prozent": 0.01},
}
TIMES: dict[str, float] = {
    **{"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800},
    **{"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hr": 3600, "d": 86400},
    **{"秒": 1, "秒钟": 1, "分": 60, "分钟": 60, "时": 3600, "小时": 3600},
    **{"天": 86400, "日": 86400, "周": 604800, "星期": 604800, "wk": 604800, "w": 604800},
}
MONEY: dict[str, float] = {
    **{"yuan": 1, "fen": 0.01, "thousand yuan": 1e3, "million yuan": 1e6},
    **{"¥": 1, "cn¥": 1, "元": 1, "cny": 1, "rmb": 1, "renminbi": 1, "kuai": 1, "元人民币": 1},
    **{"人民币": 1, "块": 1, "块钱": 1, "圆": 1, "chinese yuan": 1, "yuan rmb": 1},
    **{"角": 0.1, "毛": 0.1, "分": 0.01, "千元": 1e3},
}
DIMENSIONS = (SHARES, TIMES, MONEY)
# Words that count without saying what; they fit wherever no dimension is asked.
COUNTERS = frozenset(
    (
        *("people", "person", "customers", "buyers", "visitors", "users", "shoppers", "clients"),
        *("employees", "staff", "agents", "heads", "posts", "times", "pieces", "pcs", "units"),
        *("items", "steps", "in total", "all in all", "customer", "employee"),
        *("个人", "顾客", "客户", "用户", "买家", "访客", "员工", "客服", "坐席", "座席"),
        *"人个名位次层件家组点分周倍轮步x×",
    )
)
POINTS = frozenset(("pt", "point", "分"))
TIMES_OF = {
    **{"k": 1e3, "thousand": 1e3, "million": 1e6, "mio": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6},
    **{"hundred": 1e2, "billion": 1e9, "bn": 1e9, "w": 1e4},
    **{"百万": 1e6, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8},
}
_MULTIPLIER = re.compile(
    r"(k|hundred|thousand|million|mio|mn|mln|m|billion|bn|w)(?![a-z])\.?|(百万|百|千|万|亿)"
)
# What may stand before a number and behind it without changing it.
_LEAD = re.compile(
    r"(?:[=:~≈∼≃≥]|>=|=>|(?:about|around|roughly|nearly|almost|approximately|circa|some|at least|"
    r"no less than|not less than|a minimum of|within|after|the answer is|answer|it is|it's|i get|"
    r"total)\b|approx\b\.?|appr\.|ca\.?(?=\s|\d)|c\.(?=\s*\d)|[a-z][a-z ]{0,30}=(?!=)|"
    r"大约|大概|约为|约|将近|差不多|至少|不少于|不低于|最少|一共|总共|共|答案是|答案|是)\s*[:：]?\s*"
)
_BEHIND = re.compile(
    r"\s*(?:左右|上下|or so|or more|-?ish|以上|[.!?。，,;；]"
    r"|\((?![^()]*(?:loss|less|fewer|lower|minus|亏))[^()\d]+\))$"
)
_IDLE = re.compile(r"[^\W\d]*(?:[\s.,:'’/-]+[^\W\d]+)*[\s.]*")
_GOES_ON = re.compile(r"(?:of|after|must|are|is|per|a|an|each|every|in (?:all|total)|on|to join)\b")
_SIGN = re.compile(
    r"\b(?:loss|lose|loses|lost|less|fewer|lower|down|decrease|drop|fall|falls|cheaper)\b"
    r"|亏|减少|下降|降低|更低"
)
_BOUND = re.compile(
    r"^[<>≤]\s*\d|\b(?:more|less|fewer|greater|lower|higher) than\b|\b(?:over|under|above|below)\b|"
    r"\b(?:at most|up to|a maximum of)\b|超过|不到|以内|以下|最多|至多|大于|小于"
)
_RANGE = r"\.{3}|-|\bto\b|\buntil\b|\btill\b|±|\+/?-|[到至~]"
_BETWEEN = re.compile(rf"\bbetween\b|介于|\d[^\d,;]{{0,12}}?(?:{_RANGE})\s*(?:about|¥|rmb)?\s*-?\d")
_MONTHS = "|".join(f"{name.lower()}|{name[:3].lower()}" for name in list(calendar.month_name)[1:])
_DATE = re.compile(
    rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|\d{{4}}年|\d{{1,2}}([-./])\d{{1,2}}\1\d{{4}}"
    rf"|\d{{1,2}}月|\b(?:{_MONTHS})\b"
)
_MINUS = re.compile(r"^(?:minus\s+|负)(?=[\d¥])")
_PLACES = str.maketrans(dict.fromkeys("−–—‒﹣", "-") | dict.fromkeys("’‘`´_", "'"))
_AROUND = "'\"“”«»「」*` "
_DIGITS = r"[\d.,' ]*\d[\d.,']*"
_NUMBER = re.compile(
    rf"(?P<lead>(?:cn)?¥|[$€£]|rmb|cny|人民币|yuan|元)?\s*(?P<sign>[+-]?)\s*(?:cn)?[¥$€£]?\s*"
    rf"(?P<digits>{_DIGITS})(?P<power>e[+-]?\d+)?\s*(?P<rest>.*)",
    re.DOTALL,
)
_RAISED = re.compile(r"\s*(?:[x×*·]\s*10\s*(?:\^|\*\*)|(?<![\d.])10\^)\s*([+-]?\d+)")
_OF = re.compile(
    r"(?P<sign>[+-]?)(?P<top>\d[\d,]*(?:\.\d+)?)"
    r"\s*(?:[/÷⁄]|\b(?:out of|of|in|in every|per)\b)"
    r"\s*(?P<under>\d[\d,]*)(?P<rest>(?![\d/.-]).*)?"
)
_TWICE = re.compile(r"(?P<first>[^()=]*\d[^()=]*?)\s*(?:[=≈]|\(\s*=?)\s*(?P<again>[^()=]+?)\)?")
_HOURS = re.compile(r"^([+-]?\d+)\s*(?:h|hrs?|hours?|小时|时)\s*([0-5]\d)$")
_CLOCK = re.compile(r"(?P<sign>[+-]?)(\d+):([0-5]\d)(?::([0-5]\d))?\s*(?P<rest>\D*)")
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d]+)\.?\s*,?\s*(?:and\s+)?")
_PLAIN = re.compile(r"(?:\d+|\d{1,3}(?:[,' ]\d{3})+)?(?:\.\d*)?")
_DECIMAL_COMMA = re.compile(
    r"(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+|\d{1,3}(?:[.' ]\d{3})+,\d+"
    r"|\d{1,3}(?:\.\d{3}){2,})"
)


MOST_ROWS = 1_000  # of a table that may be an answer


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
    note : str
        What the learner should know about how it was read.
    """

    value: float
    half: float = 0.0
    coarse: float = 0.0
    digits: int = 17
    typed: bool = False
    note: str = field(default="", repr=False)

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


def counted_in(unit: str) -> str:
    """Return a unit without what it is of.

    Examples
    --------
    >>> counted_in("yuan a year"), counted_in("people")
    ('yuan', 'people')
    """
    return unit.partition(" a ")[0]


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
    measured = unit in TIMES or counted_in(unit) in MONEY or unit in ("points", "turns", "erlangs")
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
    shown = f"{given.value:,.{min(places, 8)}f}"
    if given.digits > 7 and "." in shown:  # it was computed: zeros at its end were not written
        shown = shown.rstrip("0").rstrip(".")
    return with_unit(shown, unit)


def echo(given: Reading, unit: str) -> str:
    """Return what was typed as it was read, and what is to be known about that.

    Examples
    --------
    >>> echo(read("(1,234)", "yuan"), "yuan")
    '-1,234 yuan (brackets mean minus, as accountants write it)'
    """
    note = f" ({given.note})" if given.note else ""
    return f"{told(given, unit)}{note}"


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
    >>> read("¥1,120", "yuan a unit").value, read("1.2k yuan a year", "yuan a year").value
    (1120.0, 1200.0)
    >>> read("minus 27.5 a day", "yuan").value, read("三周", "weeks").value
    (-27.5, 3.0)
    >>> [read(text, "share").value for text in ("百分之十九", "4/16", "one in four")]
    [0.19, 0.25, 0.25]
    >>> read("41-43", "buyers")
    Traceback (most recent call last):
    ...
    ecokit.exercises.reading.AnswerError: '41-43' is a range. The answer is one number: ...
    """
    answer, unit = _only(in_pandas(answer)), counted_in(unit)
    if isinstance(answer, str):
        given = _parse(str.__str__(answer), unit)
    elif isinstance(answer, datetime.timedelta) and unit in TIMES:
        given = Reading(answer.total_seconds() / TIMES[unit])
    elif isinstance(answer, np.timedelta64) and unit in TIMES:
        given = Reading(_seconds(answer) / TIMES[unit])
    else:
        given = _of_number(_number(answer))
    _demand_finite(given.value)
    return given


def _only(answer: object) -> object:
    """Return the one value of a table, a column or an array as it stands there, else what came.

    Examples
    --------
    >>> _only(np.array([[41]], "m8[ns]")), _only([41])
    (np.timedelta64(41,'ns'), [41])
    """
    if isinstance(answer, np.ndarray) and answer.size == 1:
        return answer.flat[0]
    if isinstance(answer, pd.DataFrame) and answer.size == 1:
        return answer.iloc[0, 0]
    if isinstance(answer, pd.Series) and answer.size == 1:
        return answer.iloc[0]
    if isinstance(answer, pd.Index) and answer.size == 1:
        return answer[0]
    return answer


def _seconds(span: np.timedelta64) -> float:
    """Return how long a time span of NumPy is; it refuses those that do not say it."""
    try:
        if np.datetime_data(span.dtype)[0] not in ("generic", "M", "Y"):
            return float(span / np.timedelta64(1, "s"))
    except OverflowError:
        pass
    message = _("That time span does not say how long it is. Give it in seconds, hours or days.")
    raise AnswerError(message)


def in_pandas(answer: object) -> object:
    """Return a table or a column of another engine as one of pandas; anything else as it is.

    Raises
    ------
    AnswerError
        It has more rows than any answer.

    Examples
    --------
    >>> import narwhals as nw
    >>> in_pandas(nw.from_native(pd.Series([4]), series_only=True))
    0    4
    dtype: int64
    >>> in_pandas("4")
    '4'
    """
    if isinstance(answer, (str, pd.DataFrame, pd.Series)):
        return answer
    try:
        native: Any = nw.from_native(
            cast(Any, answer), eager_only=True, allow_series=True, pass_through=True
        )
    except Exception:  # it only looks like a table
        return answer
    if isinstance(native, (nw.DataFrame, nw.Series)) and len(native) > MOST_ROWS:
        raise AnswerError(too_long(len(native)))
    if isinstance(native, nw.DataFrame):
        return pd.DataFrame(native.to_dict(as_series=False))
    return pd.Series(native.to_list()) if isinstance(native, nw.Series) else answer


def too_long(rows: int) -> str:
    """Return the sentence for a table of more rows than any answer has."""
    message = _("That table has {rows:,} rows. Give only the rows that are asked for.")
    return message.format(rows=rows)


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
    seen = "".join(sign for sign in text[:LONGEST] if sign.isprintable())
    short = textwrap.shorten(seen, 40, placeholder="...")
    return f"'{short}'"


# Numbers that were computed -------------------------------------------------------------------


# What Python would take for a number, and nobody means as one.
_NO_NUMBERS = (
    *(
        bool,
        np.bool_,
        complex,
        np.complexfloating,
        datetime.timedelta,
        np.timedelta64,
        np.datetime64,
    ),
    *(bytes, bytearray, memoryview, np.void, np.ma.core.MaskedConstant),
)


def _number(answer: object) -> float:
    if answer is None:
        raise AnswerError(_("There is no answer yet. Give one number."))
    tables = (pd.DataFrame, pd.Series, pd.Index, np.ndarray)
    if isinstance(answer, tables) and answer.size != 1:
        message = _("The answer is one number; you gave {size} values.")
        raise AnswerError(message.format(size=answer.size))
    # `float` reads the letters of any buffer too, so that it is asked of numbers alone
    counts = hasattr(type(answer), "__float__") or hasattr(type(answer), "__index__")
    if counts and not isinstance(answer, (*tables, *_NO_NUMBERS)):
        try:
            return float(answer)  # type: ignore[arg-type]
        except OverflowError:
            raise AnswerError(_("That number is too large to be an answer.")) from None
        except Exception:  # an object of the learner's own may raise anything
            pass
    message = _("The answer is one number; you gave a value of type {type}.")
    raise AnswerError(message.format(type=type_name(answer)))


def type_name(answer: object) -> str:
    """Return the beginning of the name of a value's type; a class may refuse to tell its own.

    Examples
    --------
    >>> type_name(4.0)
    'float'
    """
    return str(vars(type)["__name__"].__get__(type(answer)))[:40]


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
    clean, brackets = _cleaned(text)
    if not clean:
        raise AnswerError(_("There is no answer yet. Give one number."))
    if clean.lstrip("+-") in {"nan", "inf", "infinity", "∞"}:
        return Reading(float(clean.replace("∞", "inf")))
    given = replace(_parsed(clean, unit, text), typed=True)
    if brackets and unit in MONEY and given.value > 0 and "%" not in clean:
        note = _("brackets mean minus, as accountants write it")
        given = replace(given.times(-1), note=note)
    return given


def _cleaned(text: str) -> tuple[str, bool]:
    """Return a text without what does not change its number, and whether it stood in brackets.

    Examples
    --------
    >>> _cleaned("≥ ４１ 人"), _cleaned("(1,234)"), _cleaned("approx. one in five")
    (('41 人', False), ('1,234', True), ('1 in 5', False))
    """
    plain = unicodedata.normalize("NFKC", numerals.spelled(text)).lower().translate(_PLACES)
    marks = "\u202d\u202e"  # these turn a number about: what is seen is not what is written
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf" or c in marks)
    plain = plain.strip().strip(_AROUND)
    brackets = plain.startswith("(") and plain.endswith(")") and plain.count("(") == 1
    plain = plain[1:-1].strip() if brackets else plain
    while found := _LEAD.match(plain) or _BEHIND.search(plain):
        plain = plain[: found.start()] + plain[found.end() :]
    plain = _MINUS.sub("-", numerals.digits(plain))
    return _RAISED.sub(lambda power: f"{'' if power.start() else 1}e{power[1]}", plain), brackets


def _parsed(clean: str, unit: str, text: str) -> Reading:
    clean = _HOURS.sub(r"\1:\2 h", clean)
    found = _clock(clean, unit, text) or _span(clean, unit) or _twice(clean, unit, text)
    return found or _fraction(clean, unit) or _amount(clean, unit, text)


def _twice(clean: str, unit: str, text: str) -> Reading | None:
    """Read a number that is given twice, such as ``4/21 = 19 %``; None if the text is none."""
    match = _TWICE.fullmatch(clean)
    if match is None:
        return None
    first, again = (_parsed(match[name], unit, text) for name in ("first", "again"))
    apart = abs(first.value - again.value)
    if apart <= first.half + again.half + 1e-9 * abs(first.value):
        return first
    raise AnswerError(_("{text} holds two numbers that differ. Give one.").format(text=quote(text)))


def _fraction(clean: str, unit: str) -> Reading | None:
    """Read ``4/21`` or ``19 in 100``; None if the text is none, or if a whole number is asked.

    A fraction of ten, a hundred and so on is as precise as a decimal; one with a small number
    below was rounded to it; any other is exact.

    Examples
    --------
    >>> _fraction("19 in 100", "share")
    Reading(value=0.19, half=0.005, coarse=0.005, digits=2, typed=False)
    >>> _fraction("4/21", "%").digits, _fraction("4 of 21", "people")
    (17, None)
    """
    match = _OF.fullmatch(clean)
    if match is None or (dimension(unit) is None and unit not in ("elasticity", "index", "")):
        return None
    rest = (match["rest"] or "").strip()
    times = 1 / SHARES[unit] if unit in SHARES else _behind(rest, unit)
    under = int(match["under"].replace(",", ""))
    if times is None or not under or not (unit not in SHARES or _IDLE.fullmatch(rest)):
        return None
    given = _written(match["top"].replace(",", "")).times(1 / under)
    if not re.fullmatch("10+", str(under)):
        gap = 0.5 / (under * (under + 1)) if under <= 10 else 0.0
        given = replace(given, half=0.0, coarse=gap, digits=17)
    return given.times(-times if match["sign"] == "-" else times)


def _amount(clean: str, unit: str, text: str) -> Reading:
    """Read one number and the unit behind it."""
    match = _NUMBER.fullmatch(clean)
    if match is None:
        raise AnswerError(_refusal(clean, unit, text))
    digits = match["digits"].strip()
    if _DECIMAL_COMMA.fullmatch(digits):
        digits = re.sub(r"[.' ]", "", digits).replace(",", ".")
    elif not _PLAIN.fullmatch(digits):
        raise AnswerError(_refusal(clean, unit, text, unsure=True))
    factor = _factor(match["rest"], match["lead"] or "", unit)
    if factor is None:
        raise AnswerError(_refusal(clean, unit, text))
    given = _written(re.sub(r"[,' ]", "", digits) + (match["power"] or ""))
    if math.isinf(given.value):
        raise AnswerError(_("That number is too large to be an answer."))
    return given.times(-factor if match["sign"] == "-" else factor)


def _refusal(clean: str, unit: str, text: str, unsure: bool = False) -> str:
    """Return the sentence for what is not one number in the unit that is asked for."""
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in clean):
        message = _("{text} holds a character that cannot be seen. Type the number anew.")
    elif _DATE.search(clean):
        message = _("{text} looks like a date. The answer is one number, {unit}.")
    elif _BETWEEN.search(clean):
        message = _("{text} is a range. The answer is one number: write the one that is asked for.")
    elif not re.search(r"\d", clean):
        message = _("{text} is not a number. Write digits, such as 12.5.")
    elif _BOUND.search(clean):
        message = _("{text} leaves open which number it is. Write the one that is asked for.")
    elif _SIGN.search(clean):
        message = _("{text} says plus or minus in a word. Write the number with its sign: -12.5.")
    elif unsure and not re.search(r"\d[,;]?\s+\d", clean):
        message = _(
            "I cannot tell how large {text} is. Use a point for decimals and commas only "
            "between thousands: 1,234.5."
        )
    elif len(re.findall(r"\d[\d.,']*", clean)) > 1:
        message = _("{text} holds more than one number. Write the one that is asked for, {unit}.")
    else:
        message = _("The answer is asked {unit}; {text} says something else.")
    return message.format(text=quote(text), unit=asked(unit))


def _factor(rest: str, lead: str, unit: str) -> float | None:
    """Return the factor from the unit behind (or the sign before) the number into `unit`.

    None if what stands there is another unit, or no unit at all.
    """
    rest = rest.strip().rstrip(".")
    size = _size(rest or lead, unit)
    if size is not None:
        return size
    match = _MULTIPLIER.match(rest)
    if match is None or (unit in TIMES and match[0] in ("m", "w")):
        return _behind(rest or lead, unit)
    size = _behind(rest[match.end() :].strip() or lead, unit)
    return None if size is None else size * TIMES_OF[match[1] or match[2]]


def _behind(rest: str, unit: str) -> float | None:
    """Return how large the unit at the beginning of some words is; the others change nothing.

    Examples
    --------
    >>> _behind("per cent of orders", "%"), _behind("paid hours", "hours"), _behind("of all", "")
    (1.0, 1.0, 1.0)
    >>> _behind("per cent less", "%"), _behind("bananas", "hours")
    (None, None)
    """
    size = _size(rest, unit)
    if size is not None or not rest or _SIGN.search(rest) or _BOUND.search(rest):
        return size
    for end in range(len(rest) - 1, 0, -1):
        whole = not (_latin(rest[end - 1]) and _latin(rest[end]))
        if whole and _IDLE.fullmatch(rest[end:].strip()):
            size = _size(rest[:end].rstrip(" .,/"), unit)
            if size is not None:
                return size
    first, _space, last = rest.partition(" ")
    if last and first.isalpha() and last.rstrip("s") == unit.rstrip("s"):
        return 1.0
    return 1.0 if _GOES_ON.match(rest) and _IDLE.fullmatch(rest) else None


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


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
        counts = COUNTERS & {written, written.removesuffix("s")} and unit not in ("", "elasticity")
        return 1.0 if counts or (unit == "points" and written.rstrip("s") in POINTS) else None
    bare = written.removeprefix("个")
    for name in (bare, f"{bare}s", bare.removesuffix("s")):
        if name in sizes:
            return sizes[name] / sizes[unit]
    return None


def _span(clean: str, unit: str) -> Reading | None:
    """Read a time or an amount of several parts, such as ``3 h 7 min``; None if it is none."""
    match = re.fullmatch(rf"(?P<sign>[+-]?)\s*(?:{_PART.pattern}){{2,}}", clean)
    if match is None or unit not in (*TIMES, *MONEY):
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
