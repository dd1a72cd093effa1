"""Every exercise of the course: those of a topic or a chapter, and one by its id.

A topic's exercises are those that ``ecokit/exercises/<topic>.py`` declares, from top to bottom.
A topic is imported when one of its exercises is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ecokit import topics
from ecokit.errors import CourseError
from ecokit.exercises.sheet import Declared, Exercise
from ecokit.messages import _


@cache
def all(chapter: str | None = None, topic: str | None = None) -> tuple[Exercise, ...]:  # noqa: A001
    """Return the exercises of a chapter, of a topic, or of the whole course, in order.

    Raises
    ------
    CourseError
        No such chapter or topic.
    """
    chosen = [
        row.name
        for row in topics.topics()
        if chapter in (None, row.chapter) and topic in (None, row.name)
    ]
    if not chosen:
        known = ", ".join(one.name for one in topics.chapters())
        message = _("There are no exercises for {name}. The chapters are: {known}.")
        raise CourseError(message.format(name=topic or chapter, known=known))
    modules = [import_module(f"{__package__}.{name}") for name in chosen]
    found = [value for module in modules for value in vars(module).values()]
    return tuple(value for value in found if isinstance(value, Declared))


def get(exercise_id: str) -> Exercise:
    """Return one exercise by its id.

    Raises
    ------
    CourseError
        No such exercise; the sentence names those whose id begins alike.

    Examples
    --------
    >>> get("nothing-here")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no exercise 'nothing-here'. ...
    """
    start = str(exercise_id).split("-", 1)[0]
    # Most ids begin with their topic. An exercise that moved to another topic kept its id.
    for topic in sorted(topics.names(), key=lambda name: name != start):
        for exercise in all(topic=topic):
            if exercise.id == exercise_id:
                return exercise
    alike = [one.id for one in all() if one.id.startswith(f"{start}-")]
    message = _("There is no exercise '{id}'. There are: {known}.")
    names = ", ".join(alike) or ", ".join(f"{name}-..." for name in topics.names())
    raise CourseError(message.format(id=exercise_id, known=names))
