"""What a board says of a mistake: its letter, its name, and what helps, in the course's words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from string import ascii_uppercase

from ecokit.errors import CourseError
from ecokit.exercises.sheet import ChoiceSheet, Exercise, plain
from ecokit.messages import _
from ecokit.pack.answer_key import shop_of
from ecokit.shop.company import BUNDLED

ASK = _("Ask how they got there, before you look at the answer.")


@dataclass(frozen=True)
class Told:
    """A mistake in words: its name, and what to say to whoever made it."""

    name: str
    cure: str


def letter(exercise: Exercise, mistake: str) -> str:
    """Return the letter of a mistake on the board: A for the first that the exercise declares.

    Examples
    --------
    >>> from ecokit import exercises
    >>> one = exercises.get("kpi-points")
    >>> [letter(one, name) for name in one.mistakes][:3]
    ['A', 'B', 'C']
    """
    return ascii_uppercase[list(exercise.mistakes).index(mistake)]


class Words:
    """What is told of mistakes. Options wait for the sheet of their question, which takes seconds.

    Examples
    --------
    >>> from ecokit import exercises
    >>> Words().told(exercises.get("kpi-points"), "forgot_the_cap").name
    'forgot the cap'
    """

    def __init__(self) -> None:
        self._side = ThreadPoolExecutor(1, "words")
        self._options: dict[tuple[str, str], Future[Told]] = {}

    def told(
        self, exercise: Exercise, mistake: str, companies: Collection[int | None] = ()
    ) -> Told:
        """Return a mistake in words; of an option its key, until its sheet is there.

        An option has its reason on the sheet of a company. Where learners have other companies than
        the bundled one, another option may be right there, and numbers differ: then the trainer is
        told to ask.

        Parameters
        ----------
        exercise : Exercise
            In which it was made.
        mistake : str
            Its name.
        companies : collection of int or None
            About which it was made.
        """
        if isinstance(exercise.mistakes, Mapping):
            return Told(plain(mistake), _unmarked(exercise.mistakes[mistake]))
        pair = exercise.id, mistake
        if pair not in self._options:
            self._options[pair] = self._side.submit(_option, exercise, mistake)
        future = self._options[pair]
        option = future.result() if future.done() else Told(plain(mistake), ASK)
        return option if set(companies) <= {BUNDLED} else Told(option.name, ASK)

    def close(self) -> None:
        """Begin no more sheets."""
        self._side.shutdown(wait=False, cancel_futures=True)


def _option(exercise: Exercise, key: str) -> Told:
    """Return an option of a question, and why it is wrong, of the bundled company."""
    try:
        sheet = exercise.sheet(shop_of(None))
    except CourseError:
        return Told(plain(key), ASK)
    assert isinstance(sheet, ChoiceSheet)
    name = _unmarked(sheet.options[key])
    return Told(name, ASK if key == sheet.right else _unmarked(sheet.reasons[key]))


def _unmarked(words: str) -> str:
    """Return words without the marks for bold and code, on one line."""
    return " ".join(re.sub(r"\*\*|`", "", words).split())
