"""How an exercise is written: one function from a shop to a sheet, under a decorator.

The decorator says what must be known without a shop: id, objective, minutes, title, unit,
tolerance, the known mistakes and the words that cure them. The function computes the rest from
the learner's shop, so that each team can have another company: the question, the right answer,
the answer to which each mistake leads, hints, and the solution. An exercise holds no number of
its own.

Blank lines separate paragraphs, ``**bold**`` and ```` `code` ```` are understood.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Self,
    SupportsFloat,
    TypeAlias,
    TypeVar,
    Union,
)

from ecokit import messages
from ecokit.errors import CourseError
from ecokit.exercises.aims import objective as aim
from ecokit.shop.lacks import telling

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.shop import Shop

PlanAnswer: TypeAlias = dict[str, float]
Cells: TypeAlias = Union["pd.Series[Any]", Mapping[Any, Any]]
"""One number for each key of a table: a Series whose index holds the keys, or a mapping."""


def plain(name: object) -> str:
    """Return a name from a table as it is read.

    Examples
    --------
    >>> plain("smart_home")
    'smart home'
    """
    return str(name).replace("_", " ")


yuan = messages.yuan

COMPANY = 3  # edition of the bundled company: one more whenever its numbers change
LINES = 10  # of the code that gives an answer: more is no answer but a programme
_NO_NUMBER = re.compile(r"\b(nan|NaN|NaT|inf)\b")  # as Python prints a number that is none
SAME = 1e-9  # how far two numbers may lie apart that were computed alike, as a share of them


def alike(one: float, other: float) -> bool:
    """Say whether two numbers differ by no more than the way they were computed."""
    return abs(one - other) <= SAME * max(1.0, abs(other))


def _demand(condition: object, who: str, what: str) -> None:
    if not condition:
        raise CourseError(f"Exercise {who!r}: {what}.")


def _is_text(value: object) -> bool:
    """Say whether a value is text that is not empty."""
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    """Say whether a value is one number, NaN and infinity included."""
    if isinstance(value, bool | str) or not isinstance(value, SupportsFloat):
        return False
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):  # a column of two rows, 400 digits
        return False
    return True


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
    return _is_number(value) and math.isfinite(value)


def _read(word: str) -> str:
    """Return a key or an option as an answer is compared with it."""
    return word.casefold().strip("'\"(). ")


# Sheets: what an exercise is for one shop ----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Words:
    """What every sheet says: the question, hints from gentle to telling, how to get there.

    `code` holds the few lines that give the answer, at most ten; the last one is the answer. They
    stand below the solution, and find the learner's shop in `shop`. `case` holds the words of the
    prompt that say which case is asked for: the month, the product. Nothing above the exercise
    works it out.
    """

    prompt: str
    hints: tuple[str, ...]
    solution: str
    code: str = ""
    case: tuple[str, ...] = ()

    @property
    def lines(self) -> str:
        """The code as it is shown and run."""
        return textwrap.dedent(self.code).strip()


@dataclass(frozen=True, kw_only=True)
class Sheet(_Words):
    """An exercise that asks for one number, for one shop.

    Parameters
    ----------
    prompt : str
        The question.
    right : float
        The right number, in the unit of the exercise.
    wrong : mapping of str to float or None
        For each known mistake the number that it leads to; None where it does not apply to
        this shop.
    hints : tuple of str
        From the gentlest to the most telling.
    solution : str
        How to get to the answer, in words.
    code : str, optional
        The few lines that give the answer.
    printed : float, optional
        One in the last digit in which page, table or figure print the number, in the unit of the
        exercise: 0.01 for a share in whole per cent. So rounded it is right.
    table : DataFrame, optional
        The table that the answer is read from, in the unit of the exercise; index and columns say
        in words what stands there. Another cell of it is named to who typed it.
    cell : tuple of str, optional
        Row and column of the table in which the right number stands.
    above : mapping of str to float, optional
        Numbers that stand in the cell above the exercise, by the words that say what they are.
    """

    right: SupportsFloat
    wrong: Mapping[str, SupportsFloat | None]
    printed: float | None = None
    table: pd.DataFrame | None = None
    cell: tuple[str, str] | None = None
    above: Mapping[str, SupportsFloat] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TableSheet(_Words):
    """An exercise that asks for one number per key; `right` and each wrong answer are `Cells`.

    `printed` is as in `Sheet`. The index of `table` holds the keys, and its columns say in words
    what else might be read there; `column` is the one that is asked for, if the table has it.
    """

    right: Cells
    wrong: Mapping[str, Cells | None]
    printed: float | None = None
    table: pd.DataFrame | None = None
    column: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChoiceSheet(_Words):
    """An exercise that asks for one option.

    Parameters
    ----------
    right : str
        The key of the right option.
    options, reasons : mapping of str to str
        For each key the option, and why it is right or wrong.
    table : DataFrame, optional
        The numbers that it is decided by, as a test before or after the chapter shows them.
    """

    right: str
    options: Mapping[str, str]
    reasons: Mapping[str, str]
    table: pd.DataFrame | None = None

    @property
    def wrong(self) -> dict[str, str]:
        """The key of each wrong option, which is the answer that it leads to."""
        return {key: key for key in self.options if key != self.right}


@dataclass(frozen=True)
class Score:
    """How good a plan is: points from 0 to 100, whether it passes, and a line per reason."""

    points: float
    passed: bool
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _demand(_is_finite(self.points), "score", "points must be a number")

    @classmethod
    def within(cls, reached: float, cost: float, *lines: str, goal: float, budget: float) -> Self:
        """Return the score of a plan that is to reach a goal within a budget.

        Either brings half of the points. Each line may name the four numbers.

        Examples
        --------
        >>> words = ("{reached:.0%} of {goal:.0%}", "{cost} of {budget}")
        >>> Score.within(0.6, 90, *words, goal=0.8, budget=100)
        Score(points=88, passed=False, lines=('60% of 80%', '90 of 100'))
        """
        points = 50 * min(1, reached / goal) + 50 * min(1, budget / max(cost, 1e-9))
        told = {"reached": reached, "goal": goal, "cost": cost, "budget": budget}
        passed = bool(reached >= goal and cost <= budget)
        return cls(round(points), passed, tuple(line.format(**told) for line in lines))


@dataclass(frozen=True, kw_only=True)
class PlanSheet(_Words):
    """An exercise that asks for an open design.

    Parameters
    ----------
    right : dict
        A plan that passes: a number for each field.
    wrong : mapping of str to dict or None
        For each known mistake a plan that makes it.
    detects : mapping of str to callable
        For each known mistake a function that says whether a plan makes it. The first mistake
        that is found is told.
    score : callable
        Takes a plan and returns its `Score`.
    above : mapping of str to dict, optional
        Plans that stand above the exercise, by the words that say where: who takes one over is
        told so.
    """

    right: PlanAnswer
    wrong: Mapping[str, PlanAnswer | None]
    detects: Mapping[str, Callable[[PlanAnswer], bool]]
    score: Callable[[PlanAnswer], Score]
    above: Mapping[str, PlanAnswer] = field(default_factory=dict)

    def mistake(self, plan: PlanAnswer) -> str | None:
        """Return the name of the first known mistake that a plan makes, if any."""
        return next((name for name, detects in self.detects.items() if detects(plan)), None)


AnySheet = TypeVar("AnySheet", bound=Sheet | TableSheet | ChoiceSheet | PlanSheet)


# Exercises: what is known without a shop -----------------------------------------------------


def _by_name(sheet: Sheet | TableSheet | ChoiceSheet | PlanSheet) -> dict[str, Mapping[str, Any]]:
    """Return what a sheet holds for each known mistake, or for each option."""
    if isinstance(sheet, ChoiceSheet):
        return {"options": sheet.options, "reasons": sheet.reasons}
    wrong: dict[str, Mapping[str, Any]] = {"wrong": sheet.wrong}
    return wrong | {"detects": sheet.detects} if isinstance(sheet, PlanSheet) else wrong


def _unwritten(_shop: Shop) -> Any:
    raise CourseError("An exercise needs a function from a shop to a sheet below its decorator.")


@dataclass(frozen=True, kw_only=True)
class Declared(Generic[AnySheet]):
    """What the four kinds of exercise have in common.

    It is written as a decorator, and what it decorates is the function from a shop to the
    sheet. It is checked as the module is imported.

    Parameters
    ----------
    id : str
        A topic, a hyphen, a name: ``"organisation-mean-span"``. It never changes: learners'
        progress hangs on it.
    objective : str
        An objective of ``objectives.csv`` that this exercise serves.
    minutes : int
        How long it takes.
    title : str
        The heading.
    mistakes : mapping of str to str
        For each known mistake its name, as the trainer's board shows it, and the words that
        cure it: what was done, and what to do instead. The names never change.
    edition : int, optional
        One more where the case that is asked for has changed, or the company. Who solved an
        earlier one stays done, is told so, and is offered the new one.

    Raises
    ------
    CourseError
        The declaration is faulty.

    Examples
    --------
    >>> @number(id="kpi-half", objective="kpi-compute", minutes=1, title="Half", unit="people",
    ...         tolerance=0, mistakes={"doubled": "You doubled it.", "kept": "Divide by two."})
    ... def half(shop):
    ...     return Sheet(prompt="What is half of 12?", right=12 / 2,
    ...                  wrong={"doubled": 24, "kept": 12},
    ...                  hints=("Divide.",), solution="Divide by two.")
    >>> half.topic, half.mistakes["kept"], half.sheet(None).right
    ('kpi', 'Divide by two.', 6.0)
    """

    id: str
    objective: str
    minutes: int
    title: str
    mistakes: Collection[str]  # a mapping to words, but for a choice: its options
    edition: int = COMPANY
    work: Callable[[Shop], AnySheet] = field(default=_unwritten, repr=False)

    kind: ClassVar[str]
    sheets: ClassVar[type[Sheet | TableSheet | ChoiceSheet | PlanSheet]]

    def __call__(self, work: Callable[[Shop], AnySheet]) -> Self:
        """Return the exercise whose sheets this function writes; the last sheet is kept."""
        _demand(callable(work), self.id, "its decorator stands above a function")
        return replace(self, work=lru_cache(maxsize=1)(work))

    @property
    def topic(self) -> str:
        """The topic that the exercise belongs to: that of its objective."""
        return aim(self.objective).topic

    def __post_init__(self) -> None:
        named = isinstance(self.id, str) and re.fullmatch(r"[a-z_]+(-[a-z0-9]+)+", self.id)
        _demand(named, self.id, "id must read topic-name")
        aim(self.objective)
        _demand(_is_text(self.title), self.id, "needs a title")
        fits = _is_whole(self.minutes) and 1 <= self.minutes <= 60
        _demand(fits, self.id, "minutes must be whole and lie between 1 and 60")
        edition = _is_whole(self.edition) and self.edition >= 1
        _demand(edition, self.id, "edition must be whole and 1 or more")
        self._check_mistakes()

    def _check_mistakes(self) -> None:
        words = self.mistakes.values() if isinstance(self.mistakes, Mapping) else None
        _demand(words is not None, self.id, "mistakes are words by name")
        _demand(len(self.mistakes) >= 2, self.id, "needs two mistakes or more")
        _demand(all(map(_is_text, self.mistakes)), self.id, "a mistake needs a name")
        _demand(all(map(_is_text, words or ())), self.id, "a mistake needs words")

    def sheet(self, shop: Shop) -> AnySheet:
        """Return the exercise as it is for this shop.

        Raises
        ------
        CourseError
            The sheet does not name the declared mistakes, lacks words or hints, or holds something
            else than an answer of its kind; or the shop lacks a table or a column, or is too small.
        """
        with telling("exercise", self.id, shop):
            return self._whole(self.work(shop))

    def _whole(self, sheet: AnySheet) -> AnySheet:
        """Refuse a sheet that is not whole."""
        made, kind = type(sheet).__name__, self.sheets.__name__
        _demand(isinstance(sheet, self.sheets), self.id, f"its function gives {made}, not {kind}")
        for part, told in _by_name(sheet).items():
            declared = ", ".join(self.mistakes)
            _demand(isinstance(told, Mapping), self.id, f"{part} of its sheet needs {declared}")
            has = ", ".join(map(str, told))
            same = set(told) == set(self.mistakes)
            _demand(same, self.id, f"its sheet has {has}; declared are {declared}")
        _demand(isinstance(sheet.hints, tuple) and sheet.hints, self.id, "needs a tuple of hints")
        words = (sheet.prompt, sheet.solution, *sheet.hints)
        _demand(all(map(_is_text, words)), self.id, "prompt, hints and solution need words")
        asked = isinstance(sheet.case, tuple) and all(
            _is_text(word) and word.casefold() in sheet.prompt.casefold() for word in sheet.case
        )
        _demand(asked, self.id, "the words of its case stand in the prompt")
        _demand(
            len(sheet.lines.splitlines()) <= LINES, self.id, f"its code has more than {LINES} lines"
        )
        self._check(sheet)
        options = sheet.options.values() if isinstance(sheet, ChoiceSheet) else ()
        number = not any(map(_NO_NUMBER.search, (*words, *options)))
        _demand(number, self.id, "its words show what is no number (nan)")
        return sheet

    def _check(self, sheet: AnySheet) -> None:
        """Refuse a sheet whose answers are none of the kind."""

    def wrong_answers(self, shop: Shop) -> dict[str, Any]:
        """Return the answer of each known mistake that can be told apart for this shop."""
        return self.apart(self.sheet(shop))

    def apart(self, sheet: AnySheet) -> dict[str, Any]:
        """Return the answer of each known mistake of a sheet that can be told apart."""
        return {name: answer for name, answer in sheet.wrong.items() if answer is not None}


@dataclass(frozen=True, kw_only=True)
class Numeric(Declared[AnySheet]):
    """An exercise whose answer is made of numbers with a unit and a tolerance.

    Parameters
    ----------
    unit : str
        What the number counts: ``"people"``, ``"yuan"``, ``"minutes"``. Two units of shares:
        with ``"share"`` the right answer is a fraction (0.0818), with ``"%"`` it is in per
        cent (8.18). The learner may write either where the unit stands behind the number.
    tolerance, rel_tolerance : float, optional
        How far an answer may lie from the right one: absolute, in `unit`, or as a share of
        it. Exactly one of them; ``tolerance=0`` asks for the exact number.
    """

    mistakes: Mapping[str, str]
    unit: str
    tolerance: float | None = None
    rel_tolerance: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _demand(_is_text(self.unit), self.id, "needs a unit")
        given = [t for t in (self.tolerance, self.rel_tolerance) if t is not None]
        _demand(len(given) == 1, self.id, "give either tolerance or rel_tolerance")
        _demand(_is_finite(given[0]), self.id, "the tolerance must be a number")
        _demand(given[0] >= 0, self.id, "the tolerance must not be negative")

    def margin(self, value: float) -> float:
        """How far an answer may lie from `value`, in the exercise's unit."""
        allowed = (self.tolerance or 0) + (self.rel_tolerance or 0) * abs(value)
        return allowed + SAME * max(1.0, abs(value))

    def places(self, value: float) -> int | None:
        """Return how many decimals the tolerance leaves; None where the number is to be exact."""
        allowed = (self.tolerance or 0) + (self.rel_tolerance or 0) * abs(value)
        if allowed:
            return max(0, math.ceil(-math.log10(2 * allowed) - SAME))
        return 0 if float(value).is_integer() else None

    def _check_printed(self, sheet: Sheet | TableSheet) -> None:
        step, table = sheet.printed, sheet.table
        _demand(
            step is None or (_is_finite(step) and step > 0), self.id, "printed is a step above 0"
        )
        frame = table is None or all(hasattr(table, part) for part in ("index", "columns", "loc"))
        _demand(frame, self.id, "the table that it is read from is a DataFrame")


@dataclass(frozen=True, kw_only=True)
class Number(Numeric[Sheet]):
    """An exercise that asks for one number; `@number` declares it."""

    kind: ClassVar[str] = "number"
    sheets = Sheet

    def _check(self, sheet: Sheet) -> None:
        _demand(_is_finite(sheet.right), self.id, "its right answer is no number")
        for name, answer in sheet.wrong.items():
            told = f"its answer for {name} is neither a number nor None"
            _demand(answer is None or _is_number(answer), self.id, told)
        self._check_printed(sheet)
        row, column = sheet.cell or (None, None)
        known = sheet.cell is None or (
            sheet.table is not None and row in sheet.table.index and column in sheet.table.columns
        )
        _demand(known, self.id, f"its table has no cell {sheet.cell}")
        numbers = isinstance(sheet.above, Mapping) and all(map(_is_number, sheet.above.values()))
        _demand(numbers, self.id, "what stands above is numbers by words")

    def known(self, sheet: Sheet) -> dict[str, float]:
        """Return the answer of each known mistake that leads to a number."""
        given = {name: float(to) for name, to in sheet.wrong.items() if to is not None}
        return {name: answer for name, answer in given.items() if math.isfinite(answer)}

    def apart(self, sheet: Sheet) -> dict[str, float]:
        """Return the answer of each known mistake of a sheet that can be told apart.

        A mistake that comes as near as the tolerance to the right answer, or that gives the same
        number as another one, does not apply.

        Examples
        --------
        >>> @number(id="kpi-third", objective="kpi-compute", minutes=1, title="A third",
        ...         unit="people", tolerance=0.5,
        ...         mistakes={"halved": "By three.", "rounded": "Do not round."})
        ... def third(shop):
        ...     return Sheet(prompt="?", hints=("Divide.",), solution="Divide by three.", right=4,
        ...                  wrong={"halved": 6, "rounded": 4.2})
        >>> third.wrong_answers(None)
        {'halved': 6.0}
        """
        right, known = float(sheet.right), self.known(sheet)
        return {
            name: answer
            for name, answer in known.items()
            if abs(answer - right) > self.margin(right)
            and not any(alike(answer, to) for other, to in known.items() if other != name)
        }


@dataclass(frozen=True, kw_only=True)
class Table(Numeric[TableSheet]):
    """An exercise that asks for a small table, one number per key; `@table` declares it.

    Parameters
    ----------
    key, value : str
        The names of the two columns in a table that a learner gives.
    labels : mapping
        A readable name per key, for the card.
    """

    key: str
    value: str
    labels: Mapping[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = "table"
    sheets = TableSheet

    def __post_init__(self) -> None:
        super().__post_init__()
        names = _is_text(self.key) and _is_text(self.value) and self.key != self.value
        _demand(names, self.id, "key and value need different names")
        labelled = isinstance(self.labels, Mapping) and all(map(_is_text, self.labels.values()))
        _demand(labelled, self.id, "labels are words by key")

    def _check(self, sheet: TableSheet) -> None:
        keys = self._keys("right answer", sheet.right)
        finite = all(_is_finite(value) for _key, value in sheet.right.items())
        _demand(keys and finite, self.id, "its right answer needs a number for each key")
        for name, cells in sheet.wrong.items():
            told = f"its answer for {name} has other keys than the right one"
            _demand(cells is None or self._keys(f"answer for {name}", cells) == keys, self.id, told)
        self._check_printed(sheet)
        table = sheet.table
        held = table is None or keys <= set(map(str, table.index))
        _demand(held, self.id, "the table that it is read from has no row for each key")
        column = sheet.column is None or (table is not None and sheet.column in table.columns)
        _demand(column, self.id, f"its table has no column {sheet.column}")

    def apart(self, sheet: TableSheet) -> dict[str, Cells]:
        """Return the answer of each known mistake of a sheet that can be told apart.

        As for one number: some row must lie further than the tolerance from the right answer, and
        differ from that of each other mistake.
        """
        right = dict(sheet.right.items())
        told = super().apart(sheet)
        given = {name: dict(to.items()) for name, to in told.items()}
        known = {name: to for name, to in given.items() if all(map(_is_finite, to.values()))}
        return {
            name: told[name]
            for name, answer in known.items()
            if any(abs(answer[key] - right[key]) > self.margin(right[key]) for key in right)
            and not any(
                all(alike(answer[key], to[key]) for key in right)
                for other, to in known.items()
                if other != name
            )
        }

    def _keys(self, what: str, cells: Cells) -> set[str]:
        pairs = list(cells.items()) if hasattr(cells, "items") else []
        numbers = pairs and all(_is_number(value) for _key, value in pairs)
        _demand(numbers, self.id, f"its {what} is no Series or mapping of numbers")
        keys = {str(key) for key, _value in pairs}
        _demand(len(keys) == len(pairs), self.id, f"its {what} has a key twice")
        return keys


@dataclass(frozen=True, kw_only=True)
class Choice(Declared[ChoiceSheet]):
    """An exercise that asks for one option; `@choice` declares it.

    Parameters
    ----------
    options : tuple of str
        Three keys or more. Which one is right may depend on the shop; the others are the
        known mistakes.
    """

    options: tuple[str, ...]
    mistakes: tuple[str, ...] = field(init=False)

    kind: ClassVar[str] = "choice"
    sheets = ChoiceSheet

    def __post_init__(self) -> None:
        object.__setattr__(self, "mistakes", self.options)
        super().__post_init__()

    def _check_mistakes(self) -> None:
        keys = isinstance(self.options, tuple) and all(map(_is_text, self.options))
        _demand(keys, self.id, "options are a tuple of keys")
        _demand(len(self.options) >= 3, self.id, "needs three options or more")
        _demand(len(set(self.options)) == len(self.options), self.id, "keys must differ")
        lower = all(key == key.strip().lower() for key in self.options)
        _demand(lower, self.id, "keys of options are lower case")

    def _check(self, sheet: ChoiceSheet) -> None:
        words = [*sheet.options.values(), *sheet.reasons.values()]
        _demand(all(map(_is_text, words)), self.id, "an option and a reason need words")
        right = isinstance(sheet.right, str) and sheet.right in sheet.options
        _demand(right, self.id, f"its right answer is none of {', '.join(self.options)}")
        table = sheet.table
        frame = table is None or all(hasattr(table, part) for part in ("index", "columns", "loc"))
        _demand(frame, self.id, "the table that it is decided by is a DataFrame")
        read = {key: {_read(key), _read(option)} for key, option in sheet.options.items()}
        apart = sum(map(len, read.values())) == len(set[str]().union(*read.values()))
        _demand(apart, self.id, "an option reads like another one, or like its key")


@dataclass(frozen=True)
class Field:
    """One number of a plan that the learner sets: from `low` to `high` in steps of `step`.

    `unit` is what may stand behind the number, as in `Numeric`.
    """

    name: str
    label: str
    low: float
    high: float
    step: float = 1
    start: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        _demand(_is_text(self.name) and _is_text(self.label), self.name, "needs name and label")
        numbers = all(map(_is_finite, (self.low, self.high, self.step, self.first)))
        _demand(numbers, self.name, "low, high, step and start must be numbers")
        _demand(self.low < self.high, self.name, "low must lie below high")
        _demand(self.step > 0, self.name, "step must be above 0")
        _demand(self.low <= self.first <= self.high, self.name, "start must lie in the range")

    @property
    def first(self) -> float:
        """The value that the card starts with."""
        return self.low if self.start is None else self.start

    @property
    def range_label(self) -> str:
        """The label with the range behind it; where 0 and 1 are yes and no it says which is which.

        Examples
        --------
        >>> fields = Field("cut", "Cut, %", 1, 20), Field("b", "Both (1) or one (0)", 0, 1)
        >>> fields[0].range_label, fields[1].range_label
        ('Cut, % (1 to 20)', 'Both (1) or one (0)')
        """
        if (self.low, self.high, self.step) == (0, 1, 1):
            return self.label
        return f"{self.label} ({self.low:g} to {self.high:g})"

    def beside(self, value: float) -> tuple[float, float] | None:
        """Return the steps below and above a value that lies between them; None for a step.

        Examples
        --------
        >>> Field("cut", "Cut", 1, 20, step=0.1).beside(13.25), Field("n", "n", 1, 9).beside(4.0)
        ((13.2, 13.3), None)
        """
        place = (value - self.low) / self.step
        if alike(round(place), place):
            return None
        below, above = (self.low + self.step * whole(place) for whole in (math.floor, math.ceil))
        return round(below, 9), round(min(above, self.high), 9)


@dataclass(frozen=True, kw_only=True)
class Plan(Declared[PlanSheet]):
    """An exercise that asks for an open design, which is scored; `@plan` declares it."""

    mistakes: Mapping[str, str]
    fields: tuple[Field, ...]

    kind: ClassVar[str] = "plan"
    sheets = PlanSheet

    def __post_init__(self) -> None:
        super().__post_init__()
        listed = isinstance(self.fields, tuple) and all(isinstance(f, Field) for f in self.fields)
        _demand(listed, self.id, "fields are a tuple of Field(...)")
        names = [field.name for field in self.fields]
        _demand(names, self.id, "needs a field")
        _demand(len(set(names)) == len(names), self.id, "fields need different names")

    def _check(self, sheet: PlanSheet) -> None:
        _demand(
            self._is_plan(sheet.right), self.id, "its right answer is no plan within the fields"
        )
        for name, plan in sheet.wrong.items():
            fits = plan is None or self._is_plan(plan)
            _demand(fits, self.id, f"its answer for {name} is neither a plan nor None")
        above = isinstance(sheet.above, Mapping) and all(map(self._is_plan, sheet.above.values()))
        _demand(above, self.id, "what stands above is plans by words")
        work = all(map(callable, (sheet.score, *sheet.detects.values())))
        _demand(work, self.id, "score and detects are functions of a plan")
        passes = sheet.score(sheet.right).passed
        _demand(passes, self.id, "its right answer does not pass")

    def _is_plan(self, plan: object) -> bool:
        """Say whether a plan has each field, within its range and on a step of it."""
        return (
            isinstance(plan, Mapping)
            and set(plan) == {field.name for field in self.fields}
            and all(_is_finite(plan[f.name]) for f in self.fields)
            and all(f.low <= plan[f.name] <= f.high for f in self.fields)
            and not any(f.beside(plan[f.name]) for f in self.fields)
        )

    def score(self, shop: Shop, plan: PlanAnswer) -> Score:
        """Return how good a plan is for this shop."""
        return self.sheet(shop).score(plan)

    def apart(self, sheet: PlanSheet) -> dict[str, PlanAnswer]:
        """Return the plan of each known mistake of a sheet that can be told apart.

        A mistake whose plan passes, or is told another mistake first, does not apply. With a
        cheap product, for example, full shelves cost less than the orders that fill them.
        """
        return {
            name: plan
            for name, plan in super().apart(sheet).items()
            if sheet.mistake(plan) == name and not sheet.score(plan).passed
        }


Exercise: TypeAlias = Declared[Any]
number, table, choice, plan = Number, Table, Choice, Plan  # how a decorator is written
