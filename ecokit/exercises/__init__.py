"""The exercises of every topic: show a card, check an answer, see the progress.

In a notebook::

    from ecokit import exercises
    exercises.show("organisation-mean-span", shop)
    exercises.check("organisation-mean-span", 4.0, shop)
    exercises.progress("architecture")

A topic's exercises stand in ``ecokit/exercises/<topic>.py`` as the list ``EXERCISES``; the
objectives that they serve stand in ``objectives.csv``, which also says which topics
belong to which chapter. A topic is imported when one of its exercises is asked for.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.exercises.card import Card, ChapterProgress
    from ecokit.exercises.checks import Result
    from ecokit.exercises.model import Exercise
    from ecokit.shop import Shop

__all__ = ["Objective", "all", "check", "get", "objectives", "progress", "show"]


@dataclass(frozen=True)
class Objective:
    """What a reader can do after a topic: one row of ``objectives.csv``."""

    objective: str
    chapter: str
    topic: str
    text: str


@cache
def objectives() -> tuple[Objective, ...]:
    """Return every objective, in the order of the course."""
    text = resources.files(__package__).joinpath("objectives.csv").read_text("utf-8")
    return tuple(Objective(**row) for row in csv.DictReader(text.splitlines()))


@cache
def all(chapter: str | None = None, topic: str | None = None) -> tuple[Exercise, ...]:  # noqa: A001
    """Return the exercises of a chapter, of a topic, or of the whole course, in order.

    Raises
    ------
    CourseError
        No such chapter or topic.
    """
    topics = dict.fromkeys(
        row.topic
        for row in objectives()
        if chapter in (None, row.chapter) and topic in (None, row.topic)
    )
    if not topics and (chapter or topic):
        known = ", ".join(dict.fromkeys(row.chapter for row in objectives()))
        message = _("There are no exercises for {name}. The chapters are: {known}.")
        raise CourseError(message.format(name=topic or chapter, known=known))
    return tuple(
        exercise for name in topics for exercise in import_module(f"{__package__}.{name}").EXERCISES
    )


def get(exercise_id: str) -> Exercise:
    """Return one exercise by its id.

    Raises
    ------
    CourseError
        No such exercise; the sentence names those of the topic.

    Examples
    --------
    >>> get("nothing-here")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no exercise 'nothing-here'. ...
    """
    topic = str(exercise_id).split("-", 1)[0]
    topics = list(dict.fromkeys(row.topic for row in objectives()))
    known = {exercise.id: exercise for exercise in all(topic=topic)} if topic in topics else {}
    if exercise_id not in known:
        message = _("There is no exercise '{id}'. There are: {known}.")
        names = ", ".join(known) or ", ".join(f"{name}-..." for name in topics)
        raise CourseError(message.format(id=exercise_id, known=names))
    return known[exercise_id]


def show(exercise_id: str, shop: Shop) -> Card:
    """Return the card of an exercise; as the last line of a cell it appears below it.

    Parameters
    ----------
    exercise_id : str
        Such as ``"organisation-mean-span"``.
    shop : Shop
        The learner's shop; the question and the check are computed from it.
    """
    from ecokit.exercises.card import Card

    return Card(get(exercise_id), shop)


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
        Prints as plain text; ``result.right`` is True or False.
    """
    from ecokit.exercises import checks, store

    result = checks.check(get(exercise_id), answer, shop)
    store.learner().note_check(result, answer)
    return result


def progress(chapter: str | None = None) -> ChapterProgress:
    """Return the learner's progress through the exercises of a chapter (or of all)."""
    from ecokit.exercises.card import ChapterProgress

    return ChapterProgress(all(chapter=chapter))
