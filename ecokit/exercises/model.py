"""How an exercise is declared: what is asked, the reference, and the known mistakes.

An exercise holds no number of its own. The reference and every misconception are
computed from the learner's shop, so each team can have another company.

Texts (`prompt`, `solution`, hints, feedback, reasons) are strings or functions of the
shop. Blank lines separate paragraphs, ``**bold**`` and ```` `code` ```` are understood.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from ecokit.errors import CourseError
from ecokit.exercises.aims import objective

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.shop import Shop

Text: TypeAlias = Union[str, "Callable[[Shop], str]"]
PlanAnswer: TypeAlias = dict[str, float]

once = lru_cache(maxsize=1)  # one shop is asked many questions in a row


def text_for(text: Text, shop: Shop) -> str:
    """Return `text` for this shop: the string itself, or what the function makes of the shop.

    Examples
    --------
    >>> text_for("Count the posts.", None)
    'Count the posts.'
    >>> text_for(lambda shop: f"{len(shop)} tables", {"posts": 1})
    '1 tables'
    """
    return text(shop) if callable(text) else text


def _demand(condition: object, who: str, what: str) -> None:
    if not condition:
        raise CourseError(f"Exercise {who!r}: {what}.")


@dataclass(frozen=True)
class Misconception:
    """A named wrong way, the answer that it leads to, and the words that cure it.

    Parameters
    ----------
    name : str
        Short name, such as ``"counted_visits"``; it is what the trainer's board shows.
    compute : callable
        Takes the shop and returns the answer that this mistake leads to, in the form of
        the exercise's reference; None where the mistake does not apply to this shop.
    feedback : str or callable
        What the learner reads: what was done, and what to do instead.
    detects : callable, optional
        For a `Plan` only: takes the shop and the plan, and says whether the plan makes
        this mistake.
    """

    name: str
    compute: Callable[[Shop], Any]
    feedback: Text
    detects: Callable[[Shop, PlanAnswer], bool] | None = None


@dataclass(frozen=True)
class Option:
    """One option of a `Choice`: its key (``"a"``), its text, and why it is right or wrong."""

    key: str
    text: Text
    reason: Text


@dataclass(frozen=True)
class Field:
    """One number of a `Plan` that the learner sets: from `low` to `high` in steps of `step`."""

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


@dataclass(frozen=True)
class Score:
    """How good a plan is: points from 0 to 100, whether it passes, and a line per reason."""

    points: float
    passed: bool
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.lines))


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What the four kinds of exercise have in common.

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
    prompt, solution : str or callable
        The question, and how to get to the answer in words.
    hints : tuple of (str or callable)
        From the gentlest to the most telling.
    misconceptions : tuple of Misconception
        The known mistakes. At least two, except for a `Choice`, whose wrong options count.
    """

    id: str
    objective: str
    minutes: int
    title: str
    prompt: Text
    hints: tuple[Text, ...]
    solution: Text
    misconceptions: tuple[Misconception, ...] = ()

    @property
    def topic(self) -> str:
        """The topic that the exercise belongs to: that of its objective.

        Examples
        --------
        >>> Exercise(id="uv-of-may", objective="kpi-compute", minutes=2, title="UV", prompt="?",
        ...          hints=("Count visitors.",), solution="Count them.").topic
        'kpi'
        """
        return objective(self.objective).topic

    def __post_init__(self) -> None:
        _demand(re.fullmatch(r"[a-z_]+(-[a-z0-9]+)+", self.id), self.id, "id must read topic-name")
        _demand(self.objective.strip() and self.title.strip(), self.id, "needs objective and title")
        _demand(1 <= self.minutes <= 60, self.id, "minutes must lie between 1 and 60")
        _demand(isinstance(self.hints, tuple) and self.hints, self.id, "needs a tuple of hints")
        names = [mistake.name for mistake in self.misconceptions]
        _demand(len(set(names)) == len(names), self.id, "misconceptions need different names")

    def _demand_misconceptions(self) -> None:
        _demand(len(self.misconceptions) >= 2, self.id, "needs two misconceptions or more")


@dataclass(frozen=True, kw_only=True)
class _Numeric(Exercise):
    """Exercises whose answer is made of numbers with a unit and a tolerance.

    Parameters
    ----------
    unit : str
        What the number counts: ``"people"``, ``"yuan"``, ``"minutes"``. Two units of shares:
        with ``"share"`` the reference is a fraction (0.0818), with ``"%"`` it is in per cent
        (8.18). The learner may write either where the unit stands behind the number.
    tolerance, rel_tolerance : float, optional
        How far an answer may lie from the reference: absolute, in `unit`, or as a share of
        the reference. Exactly one of them; ``tolerance=0`` asks for the exact number.
    """

    unit: str
    tolerance: float | None = None
    rel_tolerance: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand_misconceptions()
        given = [t for t in (self.tolerance, self.rel_tolerance) if t is not None]
        _demand(len(given) == 1, self.id, "give either tolerance or rel_tolerance")
        _demand(given[0] >= 0, self.id, "the tolerance must not be negative")

    def margin(self, value: float) -> float:
        """How far an answer may lie from `value`, in the exercise's unit."""
        allowed = (self.tolerance or 0) + (self.rel_tolerance or 0) * abs(value)
        return allowed + 1e-9 * max(1.0, abs(value))


@dataclass(frozen=True, kw_only=True)
class Number(_Numeric):
    """One number with its unit.

    Parameters
    ----------
    reference : callable
        Takes the shop and returns the right number, in `unit`.

    Examples
    --------
    >>> half = Number(id="kpi-half", objective="kpi-read", minutes=1, title="Half", prompt="?",
    ...               hints=("Divide.",), solution="Divide by two.", unit="people",
    ...               tolerance=0, reference=lambda shop: 6,
    ...               misconceptions=(Misconception("doubled", lambda shop: 24, "Divide."),
    ...                               Misconception("kept", lambda shop: 12, "Divide by 2.")))
    >>> half.reference(None)
    6
    """

    reference: Callable[[Shop], float]

    def wrong_answers(self, shop: Shop) -> dict[str, float]:
        """Return the answer of each known mistake that can be told apart for this shop.

        A mistake that comes as near as the tolerance to the right answer, or to a mistake
        named before it, does not apply.

        Examples
        --------
        >>> third = Number(id="kpi-third", objective="kpi-read", minutes=1, title="A third",
        ...                prompt="?", hints=("Divide.",), solution="Divide by three.",
        ...                unit="people", tolerance=0.5, reference=lambda shop: 4,
        ...                misconceptions=(Misconception("halved", lambda shop: 6, "By three."),
        ...                                Misconception("rounded", lambda shop: 4.2, "Do not.")))
        >>> third.wrong_answers(None)
        {'halved': 6.0}
        """
        right = float(self.reference(shop))
        apart: dict[str, float] = {}
        for mistake in self.misconceptions:
            answer = mistake.compute(shop)
            if answer is None or not math.isfinite(answer):
                continue
            if all(
                abs(answer - other) > self.margin(answer) + self.margin(other)
                for other in (right, *apart.values())
            ):
                apart[mistake.name] = float(answer)
        return apart


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """One option out of three or more, each with the reason why it is right or wrong.

    Parameters
    ----------
    options : tuple of Option
        Three or more. The key of a wrong option is the name of the mistake.
    reference : callable
        Takes the shop and returns the key of the right option.
    """

    options: tuple[Option, ...]
    reference: Callable[[Shop], str]

    def __post_init__(self) -> None:
        super().__post_init__()
        _demand(len(self.options) >= 3, self.id, "needs three options or more")
        keys = [option.key for option in self.options]
        _demand(len(set(keys)) == len(keys), self.id, "options need different keys")
        _demand(all(key == key.strip().lower() for key in keys), self.id, "keys are lower case")
        _demand(not self.misconceptions, self.id, "the wrong options are the misconceptions")


@dataclass(frozen=True, kw_only=True)
class Table(_Numeric):
    """A small table: one number per key.

    Parameters
    ----------
    reference : callable
        Takes the shop and returns a DataFrame with the columns `key` and `value`, one row
        per key; other columns are ignored. Misconceptions return the same form.
    key, value : str
        The names of the two columns.
    labels : mapping, optional
        A readable name per key, for the card.
    """

    reference: Callable[[Shop], pd.DataFrame]
    key: str
    value: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan(Exercise):
    """An open design: the learner sets several numbers and the plan is scored.

    Parameters
    ----------
    fields : tuple of Field
        What the learner sets.
    score : callable
        Takes the shop and a plan (field name to number) and returns a `Score`.
    reference : callable
        Takes the shop and returns a plan that passes.
    misconceptions : tuple of Misconception
        Each with `detects`; its `compute` returns a plan that makes the mistake. The first
        one that detects its mistake gives the feedback.
    """

    fields: tuple[Field, ...]
    score: Callable[[Shop, PlanAnswer], Score]
    reference: Callable[[Shop], PlanAnswer]

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand_misconceptions()
        _demand(self.fields, self.id, "needs a field")
        names = [field.name for field in self.fields]
        _demand(len(set(names)) == len(names), self.id, "fields need different names")
        _demand(
            all(mistake.detects for mistake in self.misconceptions),
            self.id,
            "each misconception of a plan needs `detects`",
        )
