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

from ecokit.errors import CourseError
from ecokit.exercises.aims import objective as aim

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


def yuan(amount: float) -> str:
    """Return an amount in yuan, the sign before the ¥.

    Examples
    --------
    >>> yuan(9788.4), yuan(-270468), yuan(-0.2)
    ('¥9,788', '-¥270,468', '¥0')
    """
    whole = round(amount)
    return f"{'-' if whole < 0 else ''}¥{abs(whole):,}"


def _demand(condition: object, who: str, what: str) -> None:
    if not condition:
        raise CourseError(f"Exercise {who!r}: {what}.")


# Sheets: what an exercise is for one shop ----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Words:
    """What every sheet says: the question, hints from gentle to telling, how to get there."""

    prompt: str
    hints: tuple[str, ...]
    solution: str


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
    """

    right: SupportsFloat
    wrong: Mapping[str, SupportsFloat | None]


@dataclass(frozen=True, kw_only=True)
class TableSheet(_Words):
    """An exercise that asks for one number per key; `right` and each wrong answer are `Cells`."""

    right: Cells
    wrong: Mapping[str, Cells | None]


@dataclass(frozen=True, kw_only=True)
class ChoiceSheet(_Words):
    """An exercise that asks for one option.

    Parameters
    ----------
    right : str
        The key of the right option.
    options, reasons : mapping of str to str
        For each key the option, and why it is right or wrong.
    """

    right: str
    options: Mapping[str, str]
    reasons: Mapping[str, str]

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
    """

    right: PlanAnswer
    wrong: Mapping[str, PlanAnswer | None]
    detects: Mapping[str, Callable[[PlanAnswer], bool]]
    score: Callable[[PlanAnswer], Score]

    def mistake(self, plan: PlanAnswer) -> str | None:
        """Return the name of the first known mistake that a plan makes, if any."""
        return next((name for name, detects in self.detects.items() if detects(plan)), None)


AnySheet = TypeVar("AnySheet", bound=Sheet | TableSheet | ChoiceSheet | PlanSheet)


# Exercises: what is known without a shop -----------------------------------------------------


def _by_name(sheet: Sheet | TableSheet | ChoiceSheet | PlanSheet) -> list[Mapping[str, object]]:
    """Return what a sheet holds for each known mistake, or for each option."""
    if isinstance(sheet, ChoiceSheet):
        return [sheet.options, sheet.reasons]
    return [sheet.wrong, sheet.detects] if isinstance(sheet, PlanSheet) else [sheet.wrong]


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
    work: Callable[[Shop], AnySheet] = field(default=_unwritten, repr=False)

    kind: ClassVar[str]

    def __call__(self, work: Callable[[Shop], AnySheet]) -> Self:
        """Return the exercise whose sheets this function writes; the last sheet is kept."""
        return replace(self, work=lru_cache(maxsize=1)(work))

    @property
    def topic(self) -> str:
        """The topic that the exercise belongs to: that of its objective."""
        return aim(self.objective).topic

    def __post_init__(self) -> None:
        _demand(re.fullmatch(r"[a-z_]+(-[a-z0-9]+)+", self.id), self.id, "id must read topic-name")
        aim(self.objective)
        _demand(self.title.strip(), self.id, "needs a title")
        _demand(1 <= self.minutes <= 60, self.id, "minutes must lie between 1 and 60")
        _demand(len(self.mistakes) >= 2, self.id, "needs two mistakes or more")
        words = self.mistakes.values() if isinstance(self.mistakes, Mapping) else self.mistakes
        _demand(all(word.strip() for word in words), self.id, "a mistake needs words")

    def sheet(self, shop: Shop) -> AnySheet:
        """Return the exercise as it is for this shop.

        Raises
        ------
        CourseError
            The sheet does not name the declared mistakes, or has no hints.
        """
        sheet = self.work(shop)
        for told in _by_name(sheet):
            _demand(
                set(told) == set(self.mistakes),
                self.id,
                f"its sheet has {', '.join(told)}; declared are {', '.join(self.mistakes)}",
            )
        _demand(isinstance(sheet.hints, tuple) and sheet.hints, self.id, "needs a tuple of hints")
        return sheet

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
        given = [t for t in (self.tolerance, self.rel_tolerance) if t is not None]
        _demand(len(given) == 1, self.id, "give either tolerance or rel_tolerance")
        _demand(given[0] >= 0, self.id, "the tolerance must not be negative")

    def margin(self, value: float) -> float:
        """How far an answer may lie from `value`, in the exercise's unit."""
        allowed = (self.tolerance or 0) + (self.rel_tolerance or 0) * abs(value)
        return allowed + 1e-9 * max(1.0, abs(value))


@dataclass(frozen=True, kw_only=True)
class Number(Numeric[Sheet]):
    """An exercise that asks for one number; `@number` declares it."""

    kind: ClassVar[str] = "number"

    def apart(self, sheet: Sheet) -> dict[str, float]:
        """Return the answer of each known mistake of a sheet that can be told apart.

        A mistake that comes as near as the tolerance to the right answer, or to a mistake
        named before it, does not apply.

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
        right, apart = float(sheet.right), dict[str, float]()
        for name, given in sheet.wrong.items():
            answer = math.nan if given is None else float(given)
            if math.isfinite(answer) and all(
                abs(answer - other) > self.margin(answer) + self.margin(other)
                for other in (right, *apart.values())
            ):
                apart[name] = answer
        return apart


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "mistakes", self.options)
        super().__post_init__()
        _demand(len(self.options) >= 3, self.id, "needs three options or more")
        _demand(len(set(self.options)) == len(self.options), self.id, "keys must differ")
        lower = all(key == key.strip().lower() for key in self.options)
        _demand(lower, self.id, "keys of options are lower case")


@dataclass(frozen=True)
class Field:
    """One number of a plan that the learner sets: from `low` to `high` in steps of `step`."""

    name: str
    label: str
    low: float
    high: float
    step: float = 1
    start: float | None = None

    def __post_init__(self) -> None:
        _demand(self.low < self.high, self.name, "low must lie below high")
        _demand(self.step > 0, self.name, "step must be above 0")
        _demand(self.low <= self.first <= self.high, self.name, "start must lie in the range")

    @property
    def first(self) -> float:
        """The value that the card starts with."""
        return self.low if self.start is None else self.start


@dataclass(frozen=True, kw_only=True)
class Plan(Declared[PlanSheet]):
    """An exercise that asks for an open design, which is scored; `@plan` declares it."""

    mistakes: Mapping[str, str]
    fields: tuple[Field, ...]

    kind: ClassVar[str] = "plan"

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [field.name for field in self.fields]
        _demand(names, self.id, "needs a field")
        _demand(len(set(names)) == len(names), self.id, "fields need different names")

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
