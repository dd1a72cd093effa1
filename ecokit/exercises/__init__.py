"""The exercises of every topic: show a card, check an answer, see the progress.

In a notebook::

    from ecokit import exercises
    exercises.show("organisation-mean-span", shop)
    exercises.check("organisation-mean-span", 4.0, shop)
    exercises.progress("architecture")
    exercises.review()
    exercises.before("marketing")
    exercises.after("marketing")
    exercises.record()

A topic's exercises stand in ``ecokit/exercises/<topic>.py``, in their order; the objectives that
they serve stand in ``objectives.csv``, and ``ecokit.topics`` says which topics belong to which
chapter. A topic is imported when one of its exercises is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.exercises.aims import Objective, objectives
from ecokit.exercises.registry import all, get  # noqa: A004
from ecokit.messages import _
from ecokit.topics import topics

if TYPE_CHECKING:
    from ecokit.exercises.again import Review, Told
    from ecokit.exercises.card import Card, ChapterProgress, Closed
    from ecokit.exercises.checks import Result
    from ecokit.exercises.quiz import Test
    from ecokit.exercises.sheet import Exercise
    from ecokit.shop import Shop

__all__ = [
    "Objective",
    "after",
    "all",
    "before",
    "check",
    "get",
    "objectives",
    "progress",
    "record",
    "review",
    "show",
]


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
        return Closed(exercise, str(sentence), shop.company)


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
    learner.note_check(result, answer, exercise.edition, shop.seed)
    if notice := learner.unsaved():
        print(notice)
    return result


def progress(chapter: str | None = None) -> ChapterProgress:
    """Return the learner's progress through the exercises of a chapter (or of all)."""
    from ecokit.exercises.card import ChapterProgress

    return ChapterProgress(all(chapter=chapter))


def review(chapter: str | None = None, number: int = 5) -> Review | Told:
    """Ask again what was missed, needed hints or was done long ago, of another company.

    What is right at the first try and without a hint is asked again after 2, 4, 8 and 16 days,
    anything else after a day: Leitner's box of cards, with intervals that double.

    Parameters
    ----------
    chapter : str, optional
        Only exercises of this chapter.
    number : int
        The most cards at once.

    References
    ----------
    Leitner (1972), So lernt man lernen, Herder.
    Cepeda, Pashler, Vul, Wixted and Rohrer (2006), Distributed practice in verbal recall tasks: a
    review and quantitative synthesis, Psychological Bulletin 132, 354-380.
    """
    from ecokit.exercises.again import review as again

    within = {one.name for one in topics() if chapter in (None, one.chapter)}
    if not within:
        all(chapter=chapter)  # says which chapters there are

    def find(name: str) -> Exercise | None:
        try:
            found = get(name)
        except CourseError:  # of a release that had it
            return None
        return found if found.topic in within else None

    return again(find, number)


def before(chapter: str) -> Test:
    """Return the short test before a chapter, which asks what can be done already.

    Its questions come again after the chapter, asked of another company that is as hard. What was
    right stays in the learner's folder.

    Parameters
    ----------
    chapter : str
        Such as ``"marketing"``.
    """
    from ecokit.exercises import quiz

    return quiz.Test(chapter, quiz.BEFORE, get)


def after(chapter: str) -> Test:
    """Return the short test after a chapter, and the gain once it is handed in.

    The gain is the share right after less that before, of the same questions, with an interval of
    95 % for pairs and few questions.

    Parameters
    ----------
    chapter : str
        Such as ``"marketing"``.

    References
    ----------
    Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data, Journal of Educational and Behavioral Statistics 37, 479-488.
    """
    from ecokit.exercises import quiz

    return quiz.Test(chapter, quiz.AFTER, get)


def record() -> Told:
    """Write a page of what you did, by objective and with dates, into your folder.

    ``my-progress.html`` can be opened in any browser and printed. It says what the course noted on
    this machine, and certifies nothing more. ``ecokit progress`` makes the same page.
    """
    from ecokit.exercises import account, spacing, store
    from ecokit.exercises.again import Told

    learner = store.learner()
    if learner.place is None:
        return Told(learner.notice)
    text = account.page(learner.history(), all(), spacing.today())
    place = account.write(learner.place.parent / account.FILE, text)
    message = _("The page is made: {name}, at the top of your course folder. Open it and print it.")
    return Told(message.format(name=place.name))
