"""What a learner typed, and the road there as code: another company gives another number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecokit import Shop


@dataclass(frozen=True)
class Answer:
    """A wrong answer to an exercise.

    ``answer`` walks the road on a shop and returns what is typed at its end; ``typed`` is what
    it gave for the bundled company on the day on which it was written down.
    """

    exercise: str
    road: str
    mistake: str
    answer: Callable[[Shop], object]
    typed: object
