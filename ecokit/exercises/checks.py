"""The verdict on an answer: right, which known mistake, a unit mixed up, or not readable.

An answer is judged at the precision at which it was typed. Where that leaves two things possible,
the verdict says what is sure and asks for one more digit. Nothing that a learner can type or
compute ends in a traceback: what cannot be read gets a sentence that says what to write instead.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from ecokit.errors import CourseError
from ecokit.exercises import cells
from ecokit.exercises.cells import DIGITS
from ecokit.exercises.names import LONGEST, folded, meant, written
from ecokit.exercises.reading import (
    MOST_ROWS,
    AnswerError,
    Reading,
    asked,
    dimension,
    echo,
    in_pandas,
    quote,
    read,
    read_number,
    told,
    too_long,
    type_name,
    with_unit,
)
from ecokit.exercises.sheet import (
    SAME,
    Cells,
    Choice,
    ChoiceSheet,
    Exercise,
    Field,
    Number,
    Numeric,
    Plan,
    PlanAnswer,
    PlanSheet,
    Sheet,
    Table,
    TableSheet,
    alike,
)
from ecokit.inputs.renamed import renamed_column
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

__all__ = ["AnswerError", "Result", "check", "read_number"]

Kind: TypeAlias = Literal["right", "misconception", "unit", "near", "cell", "wrong", "unreadable"]
RIGHT = ""  # stands for the right answer among the names of mistakes


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes
    ----------
    exercise : str
        The id of the exercise.
    kind : str
        ``"right"``, ``"misconception"``, ``"unit"`` (the right number in another unit),
        ``"near"`` (right as far as the digits go), ``"cell"`` (a number that stands elsewhere),
        ``"wrong"`` or ``"unreadable"``.
    message : str
        What the learner reads.
    misconception : str or None
        The name of the known mistake.
    lines : tuple of str
        For a plan, the reasons behind its score.
    read : str
        How an answer that was typed was read.
    fits : tuple of str
        The names of known mistakes that all fit.

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
    read: str = ""
    fits: tuple[str, ...] = ()

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

    @property
    def reading(self) -> str:
        """The sentence that says how the answer was read; it stands before the verdict."""
        return _("Read as {answer}.").format(answer=self.read) if self.read else ""

    def __repr__(self) -> str:
        words = " ".join(filter(None, (self.reading, self.verdict, unmarked(self.message))))
        text = textwrap.fill(words, 88, break_long_words=False)
        return "\n".join([text, *(f"- {line}" for line in self.lines)])


def unmarked(text: str) -> str:
    """Return a text without its marks, for where bold and code cannot be shown.

    Examples
    --------
    >>> unmarked("Count **visitors**, not `a ** b`.")
    'Count visitors, not a ** b.'
    """
    parts = text.split("`")
    return "".join(part if n % 2 else part.replace("**", "") for n, part in enumerate(parts))


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
    Read as 8.18 %. Right. 0.082 (8.2 %).
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


@contextmanager
def _reading(answer: object) -> Iterator[None]:
    """Turn whatever an answer raises while it is read into a sentence.

    An object of the learner's own may raise anything, and pandas stops at a NaN of `decimal`.
    """
    try:
        yield
    except CourseError:
        raise
    except Exception:
        message = _("The answer, a value of type {type}, holds something that cannot be read.")
        raise AnswerError(message.format(type=type_name(answer))) from None


@singledispatch
def _judge(exercise: Exercise, answer: object, sheet: object) -> Result:
    raise CourseError(_("No check for exercises of this kind."))


# Number ------------------------------------------------------------------------------------


@_judge.register(Number)
def _judge_number(exercise: Number, answer: object, sheet: Sheet) -> Result:
    with _reading(answer):
        given = read(answer, exercise.unit)
    result = (
        _right(exercise, given, sheet)
        or _by_digits(exercise, given, sheet)
        or _other_unit(exercise, given, sheet)
        or _other_cell(exercise, given, sheet)
        or _unknown(exercise, given, sheet)
    )
    return replace(result, read=echo(given, exercise.unit) if given.typed else "")


def _right(exercise: Number, given: Reading, sheet: Sheet) -> Result | None:
    """Judge an answer that lies within the tolerance: it is right, whatever else fits."""
    right, known = float(sheet.right), exercise.known(sheet)
    if abs(given.value - right) > exercise.margin(right):
        return None
    message = f"{show_number(exercise, right)}."
    fits = tuple(name for name, wrong in known.items() if cells.fits(given, wrong))
    if fits and not cells.fits(given, right):
        words = _("But a usual mistake leads to the same here, so look at your way once more.")
        message = f"{message} {words} {exercise.mistakes[fits[0]]}"
    return Result(exercise.id, "right", message, fits=fits)


def _by_digits(exercise: Number, given: Reading, sheet: Sheet) -> Result | None:
    """Judge an answer by what fits it at the precision at which it was typed."""
    right, known = float(sheet.right), exercise.known(sheet)
    fits = _fitting(exercise, given, {RIGHT: right, **known})
    names = tuple(name for name in fits if name != RIGHT)
    if RIGHT in fits:
        names = tuple(name for name in names if name in exercise.apart(sheet))
        printed = sheet.printed is not None and 2 * given.half <= sheet.printed * (1 + SAME)
        if printed and not names:
            return Result(exercise.id, "right", f"{show_number(exercise, right)}.")
        return _near(exercise, right, names)
    if len(names) > 1:
        return _several(exercise, names, [known[name] for name in names])
    for name in names:
        return _mistake(exercise, given, sheet, name)
    return None


def _mistake(exercise: Number, given: Reading, sheet: Sheet, name: str) -> Result:
    """Tell the only known mistake that fits; where that is not sure, say so and name none."""
    words = exercise.mistakes[name]
    rival = cells.another_row(sheet, given, told(given, exercise.unit)) if given.typed else None
    if not cells.fits(given, exercise.known(sheet)[name]):
        if given.typed and (elsewhere := _other_unit(exercise, given, sheet)):
            return elsewhere
        words = _("This is near a usual mistake. {words}").format(words=words)
    elif rival:
        message = _("More than one way leads to this number. {words} Or: {rival}")
        words = message.format(words=words, rival=rival)
    else:
        return Result(exercise.id, "misconception", words, name, fits=(name,))
    return Result(exercise.id, "wrong", words, fits=(name,))


def _fitting(exercise: Number, given: Reading, numbers: Mapping[str, float]) -> list[str]:
    """Return what fits as typed; else within the tolerance; else if zeros only hold a place.

    A number that was computed shows no zeros at its end: 0.8 may well be 0.80. So what it hits
    exactly comes first.
    """
    exact = [name for name, number in numbers.items() if alike(given.value, number)]
    whole = exercise.tolerance == 0 and given.value.is_integer()  # nobody rounds to it in between
    if exact and (whole or not given.typed):
        return exact
    clear = given.digits > 1 or given.half <= 0.2 * abs(given.value)
    as_typed = [
        name
        for name, number in numbers.items()
        if cells.fits(given, number) and (name == RIGHT or clear or alike(given.value, number))
    ]
    within = [
        name
        for name, number in numbers.items()
        if abs(given.value - number) <= exercise.margin(number)
    ]
    coarse = replace(given, half=given.coarse) if given.digits > 1 else given
    held = [name for name, number in numbers.items() if cells.fits(coarse, number)]
    return (as_typed if given.digits else []) or within or (held if given.digits > 1 else [])


def _near(exercise: Number, right: float, names: tuple[str, ...]) -> Result:
    if names:
        message = _(
            "Near: rounded like this, the right answer and a usual mistake read the same. Give it "
            "{precision}, and I can tell which it is."
        )
    else:
        message = _("Near: if you rounded it, this fits the right answer. Give it {precision}.")
    precision = _decimals(exercise.places(right), exercise.unit)
    return Result(exercise.id, "near", message.format(precision=precision), fits=names)


def _several(exercise: Number, names: tuple[str, ...], answers: list[float]) -> Result:
    words = _(" Or: ").join(exercise.mistakes[name] for name in names[:2])
    message = _("More than one usual mistake leads to this number. {words}").format(words=words)
    if not alike(min(answers), max(answers)):
        message += " " + _("One more digit tells which it is.")
    return Result(exercise.id, "wrong", message, fits=names)


def _other_unit(exercise: Number, given: Reading, sheet: Sheet) -> Result | None:
    """Judge an answer that would be right, or a known mistake, in another unit."""
    right, known = float(sheet.right), exercise.known(sheet)
    for other, factor in _conversions(exercise.unit):
        there = given.times(factor)
        if right and _reaches(exercise, there, right):
            return Result(exercise.id, "unit", _in_other(given, other, exercise.unit))
        names = tuple(name for name, wrong in known.items() if _reaches(exercise, there, wrong))
        if len(names) == 1 and given.digits > 1:
            return _mistake_in_other(exercise, other, names[0])
    return None


def _reaches(exercise: Numeric[Any], given: Reading, number: float) -> bool:
    typed = given.digits > 1 and cells.fits(given, number)
    return typed or abs(given.value - number) <= exercise.margin(number)


def _in_other(given: Reading, other: str, unit: str) -> str:
    return _(
        "{answer} would be right {other}. This answer is asked {unit}: "
        "convert it, or write the unit behind the number."
    ).format(answer=told(given, ""), other=_as(other), unit=asked(unit))


def _as(unit: str) -> str:
    """Return in which unit a number is, in words."""
    return _("as a share") if unit == "share" else _("in {unit}").format(unit=unit)


def _other_cell(exercise: Number, given: Reading, sheet: Sheet) -> Result | None:
    message = cells.elsewhere(sheet, given, told(given, exercise.unit))
    return Result(exercise.id, "cell", message) if message else None


def _unknown(exercise: Number, given: Reading, sheet: Sheet) -> Result:
    message = _kin(exercise, [given], [float(sheet.right)]) or _(
        "{answer} is not the answer, nor one of the usual mistakes. "
        "Read the question once more, or open a hint."
    ).format(answer=told(given, exercise.unit))
    message += _sign_left_out(exercise, [given], [float(sheet.right)])
    return Result(exercise.id, "wrong", message)


def _sign_left_out(exercise: Numeric[Any], given: list[Reading], right: list[float]) -> str:
    """Return what to write where shares were typed as whole numbers, or nothing."""
    shares = exercise.unit == "share" and all(0 <= number <= 1 for number in right)
    typed = [one for one in given if one.value]
    if not shares or not typed or not all(one.typed and one.value >= 5 for one in typed):
        return ""
    message = _("A share lies between 0 and 1. If you mean {n} %, write the sign behind it.")
    return " " + message.format(n=told(typed[0], ""))


def _kin(exercise: Numeric[Any], given: list[Reading], right: list[float]) -> str | None:
    """Return in words how answers are turned about, if each is so in the same way."""

    def all_are(turned: Callable[[float], float]) -> bool:
        pairs = list(zip(given, right, strict=True))
        return all(number and _reaches(exercise, one, turned(number)) for one, number in pairs)

    if all_are(lambda number: -number):
        return _("The size is right, the sign is not: what do you subtract from what?")
    if min(one.digits or DIGITS for one in given) < DIGITS:
        return None
    whole = {"share": 1, "%": 100}.get(exercise.unit)
    if whole and all_are(lambda number: whole - number):
        return _("This is the rest: what is left of the whole without what is asked for.")
    if not dimension(exercise.unit) and all_are(lambda number: 1 / number):
        return _("This is the other way round: what do you divide by what?")
    return None


def _conversions(unit: str) -> list[tuple[str, float]]:
    """Other units of the same dimension, one name each, and the factor into `unit`."""
    names = dimension(unit) or {}
    unmeant = {names.get("‰"), names.get("角")}  # are read, but nobody means them without saying so
    sizes: dict[float, str] = {}
    for name, size in names.items():
        if size not in unmeant:
            sizes.setdefault(size, name)
    return [(name, size / names[unit]) for size, name in sizes.items() if size != names[unit]]


def show_number(exercise: Numeric[Any], value: float) -> str:
    """Return a number with its unit, as precise as the tolerance asks for."""
    places = exercise.places(value)
    shown = f"{value:,.6g}" if places is None else f"{value:,.{places}f}"
    if exercise.unit == "share":
        return f"{shown} ({100 * value:.{max(0, (places or 0) - 2)}f} %)"
    return with_unit(shown, exercise.unit)


def _decimals(places: int | None, unit: str) -> str:
    """Return how precisely an answer is asked for, in words."""
    if unit == "share" and places is not None:
        example = "0." + "1234567"[: max(2, places)]
        per_cent = f"{12.34567:.{max(0, places - 2)}f}"
        return _("as precisely as {share} or {percent} %").format(share=example, percent=per_cent)
    words = {
        None: _("with all its digits"),
        0: _("as a whole number"),
        1: _("to one decimal"),
        2: _("to two decimals"),
    }
    return words.get(places) or _("to {n} decimals").format(n=places)


def how_to_answer(exercise: Numeric[Any], sheet: Sheet | TableSheet) -> str:
    """Return the sentence below a question that says unit and precision of the answer."""
    right = [float(sheet.right)] if isinstance(sheet, Sheet) else list(by_key(sheet.right).values())
    found = [exercise.places(value) for value in right if value] or [0]
    places = None if None in found else max(place for place in found if place is not None)
    if exercise.unit == "share":
        return _("Answer as a share or in per cent, {precision}.").format(
            precision=_decimals(places, exercise.unit)
        )
    if (
        places == 0
        and asked(exercise.unit).endswith(exercise.unit)
        and not dimension(exercise.unit)
    ):
        return _("Answer as a whole number of {unit}.").format(unit=exercise.unit)
    return _("Answer {unit}, {precision}.").format(
        unit=asked(exercise.unit), precision=_decimals(places, exercise.unit)
    )


# Choice ------------------------------------------------------------------------------------


@_judge.register(Choice)
def _judge_choice(exercise: Choice, answer: object, sheet: ChoiceSheet) -> Result:
    keys = ", ".join(sheet.options)
    with _reading(answer):
        if not isinstance(answer, str):
            message = _("Choose one of the options {keys}, as a text: '{first}'.")
            raise AnswerError(message.format(keys=keys, first=next(iter(sheet.options))))
        text = str.__str__(answer)  # what a class of the learner's own made of it is left aside
        chosen = folded(text[:LONGEST])
    if not chosen:
        raise AnswerError(_("Nothing is chosen yet. Choose one of the options."))
    key = meant(chosen, sheet.options) or _lettered(chosen, sheet)
    if key := key or _yes_or_no(chosen, sheet):
        if key == sheet.right:
            return Result(exercise.id, "right", sheet.reasons[key])
        return Result(exercise.id, "misconception", sheet.reasons[key], key)
    message = _("{text} is not one of the options {keys}.")
    raise AnswerError(message.format(text=quote(text), keys=keys))


_YES = frozenset(("yes", "y", "true", "是", "是的", "对"))
_NO = frozenset(("no", "n", "false", "不", "不是", "否", "不对"))


def _lettered(chosen: str, sheet: ChoiceSheet) -> str | None:
    """Return the option that is meant by its key and its beginning, or by its beginning alone.

    Its beginning is what stands before a colon: a name, a yes.
    """
    said = chosen.removeprefix("option ").removeprefix("answer ")
    begins = {key: option.partition(":")[0] for key, option in sheet.options.items()}
    letter, _mark, rest = said.partition(" ")
    letter = letter.strip("().:")
    if letter in sheet.options and (not rest or rest == folded(sheet.options[letter])):
        return letter
    return None if said in _YES | _NO else meant(said, begins)


def _yes_or_no(chosen: str, sheet: ChoiceSheet) -> str | None:
    """Return the option that a yes or a no means, if it is the only one that begins so."""
    word = "yes" if chosen in _YES else "no" if chosen in _NO else None
    begins = [
        key
        for key, option in sheet.options.items()
        if option.casefold().split()[0].strip(".,:;") == word
    ]
    return begins[0] if len(begins) == 1 else None


# Table -------------------------------------------------------------------------------------


@_judge.register(Table)
def _judge_table(exercise: Table, answer: object, sheet: TableSheet) -> Result:
    right = by_key(sheet.right)
    with _reading(answer):
        given = read_table(exercise, answer, right)
    result = _table_verdict(exercise, given, sheet, right)
    typed = all(reading.typed for reading in given.values())
    rows = (f"{_row(exercise, key)} {echo(one, exercise.unit)}" for key, one in given.items())
    return replace(result, read="; ".join(rows) if typed else "")


def _table_verdict(
    exercise: Table, given: Mapping[str, Reading], sheet: TableSheet, right: Mapping[str, float]
) -> Result:
    off = [key for key in given if abs(given[key].value - right[key]) > exercise.margin(right[key])]
    wrong = [key for key in off if not _rounded(given[key], right[key])]
    if not wrong:
        return _table_right(exercise, given, sheet, off)
    again = _("{right} of {n} rows are right. Look again at: {rows}.").format(
        right=len(given) - len(wrong),
        n=len(given),
        rows=", ".join(_row(exercise, key) for key in wrong),
    )
    names = _table_mistakes(exercise, given, sheet, wrong)
    if len(names) == 1:
        name = names[0]
        words = exercise.mistakes[name]
        if _thorough(exercise, given, sheet, name):
            return Result(exercise.id, "misconception", words, name, fits=names)
        return Result(exercise.id, "wrong", f"{again} {words}", fits=names)
    if names:
        words = _(" Or: ").join(exercise.mistakes[name] for name in names[:2])
        told = _("More than one usual mistake leads to these numbers. {words}").format(words=words)
        message = f"{again} {told}" if len(wrong) < len(given) else told
        return Result(exercise.id, "wrong", message, fits=names)
    if other := _table_unit(exercise, given, sheet, wrong):
        return other
    if elsewhere := cells.another_column(sheet, given, wrong):
        return Result(exercise.id, "cell", elsewhere)
    if cells.shuffled(given, right):
        message = _("These are the right numbers, but some stand in the row of another.")
        return Result(exercise.id, "cell", message)
    rows = [given[key] for key in wrong], [right[key] for key in wrong]
    message = _kin(exercise, *rows) or again + _sign_left_out(exercise, *rows)
    return Result(exercise.id, "wrong", message)


def _row(exercise: Table, key: str) -> str:
    return exercise.labels.get(key, key)


def _rounded(given: Reading, number: float) -> bool:
    return bool(given.digits) and cells.fits(given, number)


def _table_right(
    exercise: Table, given: Mapping[str, Reading], sheet: TableSheet, off: list[str]
) -> Result:
    """Judge a table whose rows are all right, some of them only as far as their digits go."""
    printed = sheet.printed or 0
    if all(2 * given[key].half <= printed * (1 + SAME) for key in off):
        return Result(exercise.id, "right", _("All {n} rows are right.").format(n=len(given)))
    message = _("Near: as far as their digits go, all rows are right. Give one more digit in: ")
    rows = ", ".join(_row(exercise, key) for key in off)
    return Result(exercise.id, "near", f"{message}{rows}.")


def _table_mistakes(
    exercise: Table, given: Mapping[str, Reading], sheet: TableSheet, wrong: list[str]
) -> tuple[str, ...]:
    """Return the mistakes of which every wrong row is, and that fit most of the other rows.

    Each wrong row is wrong in the way of this mistake, each other row may be right.
    """
    others: dict[str, int] = {}
    for name, typical in sheet.wrong.items():
        to = {} if typical is None else by_key(typical)
        if to and all(_is_so(exercise, given[key], to[key]) for key in wrong):
            others[name] = sum(not cells.fits(given[key], to[key]) for key in given)
    fewest = min(others.values(), default=0)
    return tuple(name for name, count in others.items() if count == fewest)


def _thorough(exercise: Table, given: Mapping[str, Reading], sheet: TableSheet, name: str) -> bool:
    """Say whether a mistake was made in every row: none that it changes is right."""
    cells_of_it = sheet.wrong[name]
    typical = {} if cells_of_it is None else by_key(cells_of_it)
    return all(_is_so(exercise, given[key], number) for key, number in typical.items())


def _is_so(exercise: Table, given: Reading, number: float) -> bool:
    return _rounded(given, number) or abs(given.value - number) <= exercise.margin(number)


def _table_unit(
    exercise: Table, given: Mapping[str, Reading], sheet: TableSheet, wrong: list[str]
) -> Result | None:
    """Judge a table whose wrong rows would be right, or a known mistake, in another unit."""
    right = by_key(sheet.right)
    for other, factor in _conversions(exercise.unit):
        there = {key: one.times(factor) for key, one in given.items()}
        if all(right[k] and _reaches(exercise, there[k], right[k]) for k in wrong):
            return Result(exercise.id, "unit", _in_other(given[wrong[0]], other, exercise.unit))
        if len(wrong) == len(given) and all(one.digits > 1 for one in given.values()):
            names = _table_mistakes(exercise, there, sheet, wrong)
            if len(names) == 1:
                return _mistake_in_other(exercise, other, names[0])
    return None


def _mistake_in_other(exercise: Numeric[Any], other: str, name: str) -> Result:
    """Tell a known mistake to which an answer leads in another unit than the one asked for."""
    message = _("Read {other} it is a usual mistake: {words} The answer is asked {unit}.")
    told_of = message.format(
        other=_as(other), words=exercise.mistakes[name], unit=asked(exercise.unit)
    )
    return Result(exercise.id, "misconception", told_of, name, fits=(name,))


def by_key(cells: Cells) -> dict[str, float]:
    """Return the numbers of a right or wrong answer by key, the keys as they are read."""
    return {written(key): float(value) for key, value in cells.items()}


def read_table(exercise: Table, answer: object, right: Mapping[str, float]) -> dict[str, Reading]:
    """Read a DataFrame, a Series indexed by the keys, or a dict; one number per key.

    Raises
    ------
    AnswerError
        Missing, doubled or unknown keys, and cells that are no numbers.
    """
    pairs = _pairs(exercise, answer)
    keys = _keys(pairs, {key: exercise.labels.get(key, key) for key in right})
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
            values[key] = read(cell, exercise.unit)
        except AnswerError as trouble:
            where = exercise.labels.get(key, key)
            raise AnswerError(f"{where}: {trouble}") from None
    return {key: values[key] for key in right}


def _pairs(exercise: Table, answer: object) -> list[tuple[object, object]]:
    answer = in_pandas(answer)
    if isinstance(answer, pd.DataFrame):
        if not answer.columns.is_unique:
            raise AnswerError(_("The table has two columns of the same name."))
        names = (exercise.key, exercise.value)
        columns = [column for name in names if (column := _column(answer, name)) is not None]
        if len(columns) < len(names):
            lacking = [name for name in names if _column(answer, name) is None]
            told = _("The table lacks the column: {columns}.").format(columns=", ".join(lacking))
            raise AnswerError(f"{told} {renamed_column(lacking[0], answer.columns)}".rstrip())
        return _few(zip(*columns, strict=True), len(answer))
    if isinstance(answer, (pd.Series, Mapping)):
        return _few(answer.items(), len(answer))
    message = _("The answer is a table with the columns {key} and {value}; you gave {type}.")
    raise AnswerError(
        message.format(key=exercise.key, value=exercise.value, type=type_name(answer))
    )


def _column(frame: pd.DataFrame, name: str) -> Any:
    """Return a column, or a level of the index that is called so; None where neither is there."""
    if name in frame.columns:
        found = frame[name]
        return found if isinstance(found, pd.Series) else None  # several below one head
    levels = [place for place, level in enumerate(frame.index.names) if level == name]
    return frame.index.get_level_values(levels[0]) if len(levels) == 1 else None


def _few(pairs: Iterable[tuple[object, object]], rows: int) -> list[tuple[object, object]]:
    """Return keys and values; refuse more than an answer may have."""
    found = list(islice(pairs, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise AnswerError(too_long(max(rows, len(found))))
    return found


def _keys(pairs: Iterable[tuple[object, object]], labels: Mapping[str, str]) -> list[str]:
    """Return the keys that names mean; a name that means none as it is written."""
    told_keys = [written(key) for key, _value in pairs]
    return [key if key in labels else meant(key, labels) or key for key in told_keys]


def _some(names: Iterable[object]) -> str:
    listed = [str(name)[:40] for name in names]
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")


# Plan --------------------------------------------------------------------------------------


@_judge.register(Plan)
def _judge_plan(exercise: Plan, answer: object, sheet: PlanSheet) -> Result:
    with _reading(answer):
        given = _read_fields(exercise, answer)
    plan = {name: one.value for name, one in given.items()}
    parts = (f"{one.label} {echo(given[one.name], one.unit)}" for one in exercise.fields)
    read_as = "; ".join(parts) if any(one.typed for one in given.values()) else ""
    return replace(_plan_verdict(exercise, plan, sheet), read=read_as)


def _plan_verdict(exercise: Plan, plan: PlanAnswer, sheet: PlanSheet) -> Result:
    score = sheet.score(plan)
    if score.passed:
        message = _("The plan passes with {points:.0f} of 100 points.")
        return Result(exercise.id, "right", message.format(points=score.points), None, score.lines)
    if name := sheet.mistake(plan):
        return Result(exercise.id, "misconception", exercise.mistakes[name], name, score.lines)
    start = {field.name: field.first for field in exercise.fields}
    if same := cells.same_plan(sheet, plan, start):
        return Result(exercise.id, "cell", same, None, score.lines)
    message = _("The plan has {points:.0f} of 100 points and does not pass.")
    return Result(exercise.id, "wrong", message.format(points=score.points), None, score.lines)


def _read_fields(exercise: Plan, answer: object) -> dict[str, Reading]:
    """Read a plan: a dict with a number for each field, each within its range, on a step of it.

    Raises
    ------
    AnswerError
        A field is missing, twice, unknown, no number, out of its range or between its steps.
    """
    names = [field.name for field in exercise.fields]
    if not isinstance(answer, (pd.Series, Mapping)):
        message = _("The answer is a plan: a dict with a number for each of {names}.")
        raise AnswerError(message.format(names=", ".join(names)))
    pairs = _few(answer.items(), len(answer))
    keys = _keys(pairs, {field.name: field.label for field in exercise.fields})
    if sorted(keys) != sorted(names):
        message = _("The plan needs exactly these numbers: {names}.")
        raise AnswerError(message.format(names=", ".join(names)))
    given = dict(zip(keys, (value for _name, value in pairs), strict=True))
    return {field.name: _read_field(field, given[field.name]) for field in exercise.fields}


def _read_field(field: Field, answer: object) -> Reading:
    try:
        given = read(answer, field.unit)
    except AnswerError as trouble:
        raise AnswerError(f"{field.label}: {trouble}") from None
    if field.low <= given.value <= field.high:
        if steps := field.beside(given.value):
            message = _("{label}: {value} lies between two steps: {below:,g} and {above:,g}.")
            below, above = steps
            told_of = message.format(
                label=field.label, value=told(given, ""), below=below, above=above
            )
            raise AnswerError(told_of)
        return given
    for other, factor in _conversions(field.unit):
        if field.low <= given.value * factor <= field.high:
            message = _("{label}: {value} fits {other}, but it is asked {unit}.")
            told_of = message.format(
                label=field.label, value=told(given, ""), other=_as(other), unit=asked(field.unit)
            )
            raise AnswerError(told_of)
    message = _("{label}: {value} lies outside {low} to {high}.")
    raise AnswerError(
        message.format(label=field.label, value=told(given, ""), low=field.low, high=field.high)
    )
