"""The exercises of every topic: show a card, check an answer, see the progress.

In a notebook::

    from ecokit import exercises
    exercises.show("organisation-mean-span", shop)
    exercises.check("organisation-mean-span", 4.0, shop)
    exercises.progress("architecture")

A topic's exercises stand in ``ecokit/exercises/<topic>.py``, in their order; the objectives that
they serve stand in ``objectives.csv``, and ``ecokit.topics`` says which topics belong to which
chapter. A topic is imported when one of its exercises is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.exercises.aims import Objective, objectives
from ecokit.exercises.registry import all, get  # noqa: A004

if TYPE_CHECKING:
    from ecokit.exercises.card import Card, ChapterProgress, Closed
    from ecokit.exercises.checks import Result
    from ecokit.shop import Shop

__all__ = ["Objective", "all", "check", "get", "objectives", "progress", "show"]


def show(exercise_id: str, shop: Shop) -> Card | Closed:
    """Return the card of an exercise; as the last line of a cell it appears below it.

    Where the shop lacks what the exercise needs, the card says so, and has no field.

    Parameters
    ----------
    exercise_id : str
        Such as ``"organisation-mean-span"``.
    shop : Shop
        The learner's shop; the question and the check are computed from it.
    """
    from ecokit.exercises.card import Card, Closed

    exercise = get(exercise_id)
    try:
        return Card(exercise, shop)
    except CourseError as sentence:
        return Closed(exercise, str(sentence))


def check(exercise_id: str, answer: object, shop: Shop) -> Result:
    """Check an answer that was computed in a cell, and note it in the learner's progress.

    Parameters
    ----------
    exercise_id : str
        Such as ``"organisation-mean-span"``.
    answer : object
        A number (text with a unit is understood), the key of an option, a table (DataFrame,
        Series or dict), or a plan (dict).
    shop : Shop
        The learner's shop.

    Returns
    -------
    Result
        Prints as plain text; ``result.right`` is True or False. Where it could not be saved, a
        sentence says so.
    """
    from ecokit.exercises import checks, store

    exercise = get(exercise_id)
    result = checks.check(exercise, answer, shop)
    learner = store.learner()
    learner.note_check(result, answer, exercise.edition)
    if notice := learner.unsaved():
        print(notice)
    return result


def progress(chapter: str | None = None) -> ChapterProgress:
    """Return the learner's progress through the exercises of a chapter (or of all)."""
    from ecokit.exercises.card import ChapterProgress

    return ChapterProgress(all(chapter=chapter))
