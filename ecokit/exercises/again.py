"""Practise again: what was missed, needed help or was done long ago, for another company.

`ecokit.exercises.spacing` says what is due. All that is asked on one day is asked of one company,
the company of the day, so each number differs from those of the lesson.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ecokit.errors import CourseError
from ecokit.exercises import spacing, store
from ecokit.exercises.card import Card
from ecokit.exercises.lesson import Lesson
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _, _n

if TYPE_CHECKING:
    from ecokit.shop import Shop

SEEDS = range(21, 51)
"""Companies of which `make companies` has asked every exercise; teams take lower numbers."""


class Told:
    """A sentence or two, where there is no card to show."""

    def __init__(self, *paragraphs: str) -> None:
        self.paragraphs = paragraphs

    def __repr__(self) -> str:
        return "\n".join(textwrap.fill(text, 88) for text in self.paragraphs)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{html.escape(text)}</p>" for text in self.paragraphs)


def seed_of(day: date) -> int:
    """Return the number of the company of a day.

    Examples
    --------
    >>> seed_of(date(2026, 11, 30)) in SEEDS
    True
    >>> seed_of(date(2026, 11, 30)) == seed_of(date(2026, 12, 1))
    False
    """
    return SEEDS[day.toordinal() % len(SEEDS)]


@lru_cache(maxsize=1)
def company(seed: int) -> Shop:
    """Return a company; it is made once."""
    from ecokit import load_shop

    print(_("Another company is being made. This takes a moment."))
    return load_shop(seed=seed)


def review(find: Callable[[str], Exercise | None], number: int = 5) -> Review | Told:
    """Return the cards of what is to be practised again, or a sentence that nothing is.

    Parameters
    ----------
    find : callable
        Gives the exercise of an id, or None where the course has none, or it is not wanted.
    number : int
        The most cards at once.

    Raises
    ------
    CourseError
        The number is none of 1 or more.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        message = _("number is {number!r}. Give the most cards at once: a whole number from 1 on.")
        raise CourseError(message.format(number=number))
    day = spacing.today()
    box = spacing.box(store.learner().history())
    found = ((find(name), place) for name, place in box.items())
    known = {one.id: (one, place) for one, place in found if one is not None}
    places = {name: place for name, (_one, place) in known.items()}
    names = spacing.picked(places, day, number)
    if not names:
        return _nothing(places)
    return Review([known[name] for name in names], company(seed_of(day)), day)


def _nothing(places: dict[str, spacing.Place]) -> Told:
    due = spacing.next_day(places)
    if due is None:
        return Told(
            _(
                "There is nothing to practise again yet. Answer an exercise of the course first, "
                "then run this cell again."
            )
        )
    text = _n(
        "Nothing is due today: the one exercise that you did comes again on {day}.",
        "Nothing is due today: of the {n} exercises that you did the first comes again on {day}.",
        len(places),
    )
    return Told(text.format(n=len(places), day=due.isoformat()))


class Review(widgets.VBox):  # type: ignore[misc]
    """The cards of a review, each with the reason why it is asked and the lesson above it.

    Parameters
    ----------
    asked : sequence of pairs
        Exercises, and where each stands in the box.
    shop : Shop
        The company that they are asked about.
    day : date
        Of this review; under it the answers are kept.
    """

    def __init__(
        self, asked: Sequence[tuple[Exercise, spacing.Place]], shop: Shop, day: date
    ) -> None:
        self.asked, self.day = asked, day
        self.cards: list[Card] = []
        parts: list[widgets.Widget] = [widgets.HTML(f"<p>{html.escape(self._intro())}</p>")]
        for exercise, place in asked:
            parts.append(widgets.HTML(f"<p><em>{html.escape(place.why(day))}</em></p>"))
            try:
                card = Card(exercise, shop, kept_as=f"{exercise.id}{spacing.AGAIN}{day}")
            except CourseError as sentence:
                parts.append(widgets.HTML(f"<p>{html.escape(str(sentence))}</p>"))
                continue
            self.cards.append(card)
            parts += [Lesson(exercise, shop), card]
        super().__init__(parts)

    def _intro(self) -> str:
        minutes = sum(exercise.minutes for exercise, _place in self.asked)
        return _(
            "{n} of your exercises, about {minutes} minutes, asked of another company: its numbers "
            "are others. What is right at the first try without a hint comes again later, after "
            "2, 4, 8 and 16 days; anything else comes again tomorrow."
        ).format(n=len(self.asked), minutes=minutes)

    def __repr__(self) -> str:
        lines = [f"- {exercise.title}: {place.why(self.day)}" for exercise, place in self.asked]
        return "\n".join([textwrap.fill(self._intro(), 88), *lines])

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        bundle: dict[str, object] = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        return bundle
