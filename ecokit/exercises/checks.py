"""The verdict on an answer: right, which known mistake, a unit mixed up, or not readable.

Nothing that a learner can type or compute ends in a traceback: what cannot be read
gets a sentence that says what to write instead.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import InvalidOperation
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.exercises.sheet import (
    Cells,
    Choice,
    ChoiceSheet,
    Exercise,
    Number,
    Numeric,
    Plan,
    PlanAnswer,
    PlanSheet,
    Sheet,
    Table,
    TableSheet,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

Kind: TypeAlias = Literal["right", "misconception", "unit", "wrong", "unreadable"]

# Units that can be converted into one another: the names people write, and the size.
_BARE = {"ratio", "elasticity"}
"""Units that say what a number is: nobody writes them behind it."""

_DIMENSIONS: tuple[dict[str, float], ...] = (
    {"share": 1, "%": 0.01, "percent": 0.01, "per cent": 0.01, "pct": 0.01, "‰": 0.001},
    {
        "seconds": 1,
        "minutes": 60,
        "hours": 3600,
        "days": 86400,
        "weeks": 604800,
        **{"s": 1, "sec": 1, "min": 60, "h": 3600, "hr": 3600, "d": 86400},
        **{"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "日": 86400, "周": 604800},
    },
    {
        "yuan": 1,
        "fen": 0.01,
        "thousand yuan": 1e3,
        "million yuan": 1e6,
        **{"¥": 1, "元": 1, "cny": 1, "rmb": 1, "人民币": 1, "分": 0.01, "千元": 1e3},
    },
)
_MULTIPLIERS = {"万": 1e4, "亿": 1e8}
_NUMBER = re.compile(
    r"(?P<lead>[¥$€£]|rmb|cny)?\s*(?P<sign>[+-]?)\s*[¥$€£]?\s*"
    r"(?P<digits>[\d.,' ]*\d[\d.,']*)(?P<power>e[+-]?\d+)?\s*(?P<rest>.*)",
    re.DOTALL,
)


class AnswerError(CourseError):
    """An answer that cannot be read; the sentence says what to write."""


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes
    ----------
    exercise : str
        The id of the exercise.
    kind : str
        ``"right"``, ``"misconception"``, ``"unit"`` (the right number in another unit),
        ``"wrong"`` or ``"unreadable"``.
    message : str
        What the learner reads.
    misconception : str or None
        The name of the known mistake.
    lines : tuple of str
        For a plan, the reasons behind its score.

    Examples
    --------
    >>> Result("kpi-uv", "misconception", "You counted visits, not visitors.", "visits")
    Not yet. You counted visits, not visitors.
    """

    exercise: str
    kind: Kind
    message: str
    misconception: str | None = None
    lines: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.kind == "right"

    @property
    def verdict(self) -> str:
        """The one or two words that stand before the message."""
        if self.right:
            return _("Right.")
        return _("Not readable.") if self.kind == "unreadable" else _("Not yet.")

    def __repr__(self) -> str:
        text = textwrap.fill(f"{self.verdict} {self.message}", 88, break_long_words=False)
        return "\n".join([text, *(f"- {line}" for line in self.lines)])


def check(exercise: Exercise, answer: object, shop: Shop) -> Result:
    """Compare an answer with the right one and with that of every known mistake.

    Parameters
    ----------
    exercise : Exercise
        One of the four kinds of `ecokit.exercises.sheet`.
    answer : object
        Whatever the learner typed or computed.
    shop : Shop
        The learner's shop.

    Returns
    -------
    Result

    Examples
    --------
    >>> from ecokit.exercises import sheet
    >>> @sheet.number(id="kpi-rate", objective="kpi-compute", minutes=1, title="Rate",
    ...               unit="share", tolerance=0.0005,
    ...               mistakes={"visits": "Count visitors!", "lines": "Count orders!"})
    ... def rate(shop):
    ...     return sheet.Sheet(prompt="Which share?", right=0.0818, solution="Divide.",
    ...                        wrong={"visits": 0.05, "lines": 0.2}, hints=("Divide.",))
    >>> check(rate, "8.18 %", None)
    Right. 0.082 (8.2 %).
    >>> check(rate, 8.18, None)
    Not yet. 8.18 would be right in %. This answer is asked as a share from 0 to 1: convert
    it, or write the unit behind the number.
    >>> check(rate, 0.05, None)
    Not yet. Count visitors!
    >>> check(rate, float("nan"), None)
    Not readable. The answer is not a number (NaN). Look for a division by zero or a
    missing value.
    """
    try:
        return _judge(exercise, answer, exercise.sheet(shop))
    except CourseError as trouble:  # also a shop that lacks a table
        return Result(exercise.id, "unreadable", str(trouble))
    except InvalidOperation:  # pandas stops at a signalling NaN of `decimal`
        message = _("The answer holds a decimal that is not a number (sNaN).")
        return Result(exercise.id, "unreadable", message)


@singledispatch
def _judge(exercise: Exercise, answer: object, sheet: object) -> Result:
    raise CourseError(_("No check for exercises of this kind."))


# Number ------------------------------------------------------------------------------------


@_judge.register(Number)
def _judge_number(exercise: Number, answer: object, sheet: Sheet) -> Result:
    value, right = read_number(answer, exercise.unit), float(sheet.right)
    if abs(value - right) <= exercise.margin(right):
        return Result(exercise.id, "right", f"{show_number(exercise, right)}.")
    for name, wrong in exercise.apart(sheet).items():
        if abs(value - wrong) <= exercise.margin(wrong):
            return Result(exercise.id, "misconception", exercise.mistakes[name], name)
    return _other_unit(exercise, value, right) or _unknown(exercise, value, right)


def _other_unit(exercise: Number, value: float, right: float) -> Result | None:
    for name, factor in _conversions(exercise.unit):
        if abs(value * factor - right) <= exercise.margin(right) and right:
            message = _(
                "{answer} would be right in {other}. This answer is asked {unit}: "
                "convert it, or write the unit behind the number."
            ).format(answer=_plain(value), other=name, unit=_asked(exercise.unit))
            return Result(exercise.id, "unit", message)
    return None


def _unknown(exercise: Number, value: float, right: float) -> Result:
    bare = exercise.unit in _BARE
    given = _plain(value) if bare else show_number(exercise, value, exact=True)
    if right and abs(value + right) <= exercise.margin(right):
        message = _("The size is right, the sign is not: what do you subtract from what?")
    else:
        message = _(
            "{answer} is not the answer, nor one of the usual mistakes. "
            "Read the question once more, or open a hint."
        ).format(answer=given)
    return Result(exercise.id, "wrong", message)


def _dimension(unit: str) -> dict[str, float] | None:
    return next((names for names in _DIMENSIONS if unit in names), None)


def _conversions(unit: str) -> list[tuple[str, float]]:
    """Other units of the same dimension, one name each, and the factor into `unit`."""
    dimension = _dimension(unit)
    if dimension is None:
        return []
    sizes: dict[float, str] = {}
    for name, size in dimension.items():
        sizes.setdefault(size, name)
    return [
        (name, size / dimension[unit]) for size, name in sizes.items() if size != dimension[unit]
    ]


def _asked(unit: str) -> str:
    if unit == "share":
        return _("as a share from 0 to 1")
    return _("in {unit}").format(unit=unit)


def _plain(value: float) -> str:
    return f"{value:,.10g}"


def show_number(exercise: Numeric[Any], value: float, exact: bool = False) -> str:
    """Return a number with its unit, as precise as the tolerance asks for.

    With ``exact=True`` it is shown as it was given (up to ten digits).
    """
    margin = exercise.tolerance or (exercise.rel_tolerance or 0) * abs(value)
    places = max(0, math.ceil(-math.log10(2 * margin) - 1e-9)) if margin else 0
    if margin == 0 and not float(value).is_integer():
        exact = True
    shown = _plain(value) if exact else f"{value:,.{places}f}"
    if exercise.unit == "share":
        percent = _plain(value * 100) if exact else f"{value:.{max(0, places - 2)}%}"[:-1]
        return f"{shown} ({percent} %)"
    return f"{shown} {exercise.unit}"


def read_number(answer: object, unit: str) -> float:
    """Read a number with or without a unit, and give it in `unit`.

    Parameters
    ----------
    answer : object
        A number, a text such as ``"¥1,234.50"``, ``"8.18 %"`` or ``"１２"``, a time span, or
        a table that holds exactly one number.
    unit : str
        The unit that the exercise asks for.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    AnswerError
        With a sentence that says what to write.

    Examples
    --------
    >>> read_number("¥1,234.50", "yuan"), read_number("8.18 %", "share")
    (1234.5, 0.0818)
    >>> read_number("1.5 h", "minutes"), read_number("１２万", "yuan")
    (90.0, 120000.0)
    >>> read_number("0,05", "share")
    Traceback (most recent call last):
    ...
    ecokit.exercises.checks.AnswerError: I cannot tell how large '0,05' is. ...
    """
    if isinstance(answer, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)) and answer.size == 1:
        answer = np.asarray(answer, dtype=object).reshape(-1)[0]
    if isinstance(answer, str):
        return _finite(_parse(answer, unit))
    if answer is None:
        raise AnswerError(_("There is no answer yet. Give one number."))
    if isinstance(answer, (pd.Timedelta, np.timedelta64)) and "seconds" in (_dimension(unit) or {}):
        seconds = pd.Timedelta(answer).total_seconds()
        return _finite(seconds / _DIMENSIONS[1][unit])
    if isinstance(answer, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        message = _("The answer is one number; you gave {size} values.")
        raise AnswerError(message.format(size=answer.size))
    if not isinstance(answer, (bool, np.bool_, complex, pd.Timedelta, np.timedelta64)):
        try:
            number = float(answer)  # type: ignore[arg-type]
        except OverflowError:
            raise AnswerError(_("That number is too large to be an answer.")) from None
        except (TypeError, ValueError):
            number = None
        if number is not None:
            return _finite(number)
    message = _("The answer is one number; you gave a value of type {type}.")
    raise AnswerError(message.format(type=type(answer).__name__))


def _finite(value: float) -> float:
    if math.isnan(value):
        message = _(
            "The answer is not a number (NaN). Look for a division by zero or a missing value."
        )
        raise AnswerError(message)
    if math.isinf(value):
        raise AnswerError(_("The answer is infinite. Look for a division by zero."))
    return value


def _parse(text: str, unit: str) -> float:
    if len(text) > 80:
        raise AnswerError(_("That is a long text. Give one number."))
    clean = unicodedata.normalize("NFKC", text).strip().lower().replace("\N{MINUS SIGN}", "-")
    clean = re.sub(r"^(=|≈|about|approx\.?|ca\.?|约)\s*", "", clean)
    if not clean:
        raise AnswerError(_("There is no answer yet. Give one number."))
    if clean.lstrip("+-") in {"nan", "inf", "infinity"}:
        return float(clean)
    match = _NUMBER.fullmatch(clean)
    if match is None:
        message = _("{text} is not a number. Write digits, such as 12.5.")
        raise AnswerError(message.format(text=_quote(text)))
    digits = match["digits"].strip()
    if not re.fullmatch(r"(\d+|\d{1,3}([,' ]\d{3})+)?(\.\d*)?", digits):
        message = _(
            "I cannot tell how large {text} is. Use a point for decimals and commas only "
            "between thousands: 1,234.5."
        )
        raise AnswerError(message.format(text=_quote(text)))
    value = float(re.sub(r"[,' ]", "", digits) + (match["power"] or ""))
    return math.copysign(value, -1 if match["sign"] == "-" else 1) * _factor(match, unit, text)


def _factor(match: re.Match[str], unit: str, text: str) -> float:
    """Return the factor from the unit behind (or the sign before) the number into `unit`."""
    rest = match["rest"].strip().rstrip(".")
    times = 1.0
    if rest[:1] in _MULTIPLIERS:
        times, rest = _MULTIPLIERS[rest[0]], rest[1:].strip()
    written = rest or match["lead"] or ""
    if not written or written.rstrip("s") == unit.lower().rstrip("s"):
        return times
    dimension = _dimension(unit) or {}
    for name in (written, f"{written}s"):
        if name in dimension:
            return times * dimension[name] / dimension[unit]
    message = _("The answer is asked {unit}; {text} says something else.")
    raise AnswerError(message.format(unit=_asked(unit), text=_quote(text)))


def _quote(text: str) -> str:
    short = textwrap.shorten("".join(c for c in text if c.isprintable()), 40, placeholder="...")
    return f"'{short}'"


# Choice ------------------------------------------------------------------------------------


@_judge.register(Choice)
def _judge_choice(exercise: Choice, answer: object, sheet: ChoiceSheet) -> Result:
    keys = ", ".join(sheet.options)
    if not isinstance(answer, str):
        message = _("Choose one of the options {keys}, as a text: '{first}'.")
        raise AnswerError(message.format(keys=keys, first=next(iter(sheet.options))))
    chosen = unicodedata.normalize("NFKC", answer[:400]).strip().casefold().strip("'\"().")
    if not chosen:
        raise AnswerError(_("Nothing is chosen yet. Choose one of the options."))
    for key, option in sheet.options.items():
        if chosen in (key, option.casefold().strip("'\"().")):
            if key == sheet.right:
                return Result(exercise.id, "right", sheet.reasons[key])
            return Result(exercise.id, "misconception", sheet.reasons[key], key)
    message = _("{text} is not one of the options {keys}.")
    raise AnswerError(message.format(text=_quote(answer), keys=keys))


# Table -------------------------------------------------------------------------------------


@_judge.register(Table)
def _judge_table(exercise: Table, answer: object, sheet: TableSheet) -> Result:
    right = by_key(sheet.right)
    values = read_table(exercise, answer, right)
    wrong = _differing(exercise, values, right)
    if not wrong:
        return Result(exercise.id, "right", _("All {n} rows are right.").format(n=len(values)))
    best: tuple[int, str] | None = None
    for name, cells in sheet.wrong.items():
        typical = {} if cells is None else by_key(cells)
        # Each wrong row is wrong in the way of this mistake, each other row is right.
        if typical and not _differing(exercise, values, typical, wrong):
            others = len(_differing(exercise, values, typical))
            if best is None or others < best[0]:
                best = (others, name)
    if best is not None:
        return Result(exercise.id, "misconception", exercise.mistakes[best[1]], best[1])
    message = _("{right} of {n} rows are right. Look again at: {rows}.").format(
        right=len(values) - len(wrong),
        n=len(values),
        rows=", ".join(exercise.labels.get(key, key) for key in wrong),
    )
    return Result(exercise.id, "wrong", message)


def _differing(
    exercise: Table,
    values: Mapping[str, float],
    wanted: Mapping[str, float],
    keys: Iterable[str] | None = None,
) -> list[str]:
    return [
        key
        for key in (values if keys is None else keys)
        if key not in wanted or abs(values[key] - wanted[key]) > exercise.margin(wanted[key])
    ]


def _key(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return unicodedata.normalize("NFKC", str(value)).strip()


def by_key(cells: Cells) -> dict[str, float]:
    """Return the numbers of a right or wrong answer by key, the keys as they are read."""
    return {_key(key): float(value) for key, value in cells.items()}


def read_table(exercise: Table, answer: object, right: Mapping[str, float]) -> dict[str, float]:
    """Read a DataFrame, a Series indexed by the keys, or a dict; one number per key.

    Raises
    ------
    AnswerError
        Missing, doubled or unknown keys, and cells that are no numbers.
    """
    pairs = _pairs(exercise, answer)
    keys = [_key(key) for key, _value in pairs]
    missing = [key for key in right if key not in keys]
    if missing:
        message = _("The table lacks a row for: {keys}.")
        names = (exercise.labels.get(key, key) for key in missing)
        raise AnswerError(message.format(keys=_some(names)))
    unknown = [key for key in keys if key not in right]
    if unknown:
        message = _("The table has rows that were not asked for: {keys}.")
        raise AnswerError(message.format(keys=_some(unknown)))
    if len(set(keys)) < len(keys):
        raise AnswerError(_("The table has a key twice. Give one row for each."))
    values = {}
    for key, (_original, cell) in zip(keys, pairs, strict=True):
        try:
            values[key] = read_number(cell, exercise.unit)
        except AnswerError as trouble:
            where = exercise.labels.get(key, key)
            raise AnswerError(f"{where}: {trouble}") from None
    return {key: values[key] for key in right}


def _pairs(exercise: Table, answer: object) -> list[tuple[object, object]]:
    if isinstance(answer, pd.DataFrame):
        if exercise.key not in answer.columns:
            answer = answer.reset_index()
        lacking = [c for c in (exercise.key, exercise.value) if c not in answer.columns]
        if lacking:
            message = _("The table lacks the column: {columns}.")
            raise AnswerError(message.format(columns=", ".join(lacking)))
        if not answer.columns.is_unique:
            raise AnswerError(_("The table has two columns of the same name."))
        return list(zip(answer[exercise.key], answer[exercise.value], strict=True))
    if isinstance(answer, (pd.Series, Mapping)):
        return list(answer.items())
    message = _("The answer is a table with the columns {key} and {value}; you gave {type}.")
    raise AnswerError(
        message.format(key=exercise.key, value=exercise.value, type=type(answer).__name__)
    )


def _some(names: Iterable[object]) -> str:
    listed = [str(name)[:40] for name in names]
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")


# Plan --------------------------------------------------------------------------------------


@_judge.register(Plan)
def _judge_plan(exercise: Plan, answer: object, sheet: PlanSheet) -> Result:
    plan = read_plan(exercise, answer)
    score = sheet.score(plan)
    if score.passed:
        message = _("The plan passes with {points:.0f} of 100 points.")
        return Result(exercise.id, "right", message.format(points=score.points), None, score.lines)
    if name := sheet.mistake(plan):
        return Result(exercise.id, "misconception", exercise.mistakes[name], name, score.lines)
    message = _("The plan has {points:.0f} of 100 points and does not pass.")
    return Result(exercise.id, "wrong", message.format(points=score.points), None, score.lines)


def read_plan(exercise: Plan, answer: object) -> PlanAnswer:
    """Read a plan: a dict with a number for each field, each within its range.

    Raises
    ------
    AnswerError
        A field is missing, unknown, no number, or out of its range.
    """
    names = [field.name for field in exercise.fields]
    if isinstance(answer, pd.Series):
        answer = answer.to_dict()
    if not isinstance(answer, Mapping):
        message = _("The answer is a plan: a dict with a number for each of {names}.")
        raise AnswerError(message.format(names=", ".join(names)))
    missing = [name for name in names if name not in answer]
    unknown = [name for name in answer if name not in names]
    if missing or unknown:
        message = _("The plan needs exactly these numbers: {names}.")
        raise AnswerError(message.format(names=", ".join(names)))
    plan = {}
    for field in exercise.fields:
        try:
            value = read_number(answer[field.name], "")
        except AnswerError as trouble:
            raise AnswerError(f"{field.label}: {trouble}") from None
        if not field.low <= value <= field.high:
            message = _("{label}: {value} lies outside {low} to {high}.")
            raise AnswerError(
                message.format(
                    label=field.label, value=_plain(value), low=field.low, high=field.high
                )
            )
        plan[field.name] = value
    return plan
