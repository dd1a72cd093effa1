"""What is to be practised again, and when: a learner's own record under a rule for spacing.

The rule is that of Leitner's box of cards. An exercise that was right at the first try, without a
hint, goes into the next compartment, any other goes back to the first. What lies in compartment 1
is due after a day, in the next ones after 2, 4, 8 and 16 days: each interval is twice the one
before.

References
----------
Cepeda, Pashler, Vul, Wixted and Rohrer (2006), Distributed practice in verbal recall tasks: a
review and quantitative synthesis, Psychological Bulletin 132, 354-380.
Leitner (1972), So lernt man lernen, Herder.
Mace (1932), The psychology of study, Methuen (intervals that double).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ecokit.exercises import store
from ecokit.messages import _, _n

COMPARTMENTS = 5
AGAIN = "@"  # stands between an exercise and the time that it is asked once more


@dataclass(frozen=True)
class Round:
    """One time that an exercise was worked on: the lesson's, or a review's.

    Attributes
    ----------
    exercise : str
        The id of the exercise.
    day : date
        When it was worked on last, by the clock of the learner's machine.
    tries, hints : int
        Readable answers and open hints, up to the first right answer.
    shown : bool
        Whether the answer was shown before.
    right : bool
        Whether an answer was right.
    again : str
        Of a review or a test the mark under which it is kept; empty for the lesson.
    """

    exercise: str
    day: date
    tries: int = 0
    hints: int = 0
    shown: bool = False
    right: bool = False
    again: str = ""

    @property
    def known(self) -> bool:
        """Whether the first answer was right, and nothing had helped."""
        return self.right and self.tries == 1 and not self.hints and not self.shown

    def after(self, event: Mapping[str, Any], day: date) -> Round:
        """Return the round after one more event; what follows a right answer changes nothing."""
        if self.right:
            return self
        kind = event["event"]
        return replace(
            self,
            day=day,
            tries=self.tries + (kind in store.TRIES or kind == store.BLANK),
            hints=max(self.hints, int(event["hints"])),
            shown=self.shown or kind == "shown",
            right=kind == "right",
        )


@dataclass(frozen=True)
class Place:
    """Where an exercise stands in the box.

    Attributes
    ----------
    last : Round
        The last time that it was worked on.
    compartment : int
        From 1 to 5.
    """

    last: Round
    compartment: int

    @property
    def interval(self) -> int:
        """After how many days it is due.

        Examples
        --------
        >>> [Place(Round("kpi-points", date(2026, 1, 1)), n).interval for n in range(1, 6)]
        [1, 2, 4, 8, 16]
        """
        return int(2 ** (self.compartment - 1))

    def waited(self, today: date) -> float:
        """Return how long it has waited, in intervals: from 1 on it is due."""
        return max(0, (today - self.last.day).days) / self.interval

    def why(self, today: date) -> str:
        """Return in words why it is asked again."""
        last, days = self.last, max(0, (today - self.last.day).days)
        if not last.right:
            if last.shown:
                return _("You looked at the answer, and have not given it yourself yet.")
            return _("You have not solved it yet.")
        if last.shown:
            return _("You looked at the answer before you gave it.")
        if last.hints:
            return _n("You opened one hint.", "You opened {n} hints.", last.hints).format(
                n=last.hints
            )
        if last.tries > 1:
            return _("It took you {n} tries.").format(n=last.tries)
        return _n("You did it a day ago.", "You did it {n} days ago.", days).format(n=days)


def rounds(history: Iterable[Mapping[str, Any]]) -> list[Round]:
    """Return the rounds of a record, in the order in which they ended.

    A test before a chapter is none: nobody has learnt yet what it asks.

    Parameters
    ----------
    history : iterable of mappings
        What has happened, in order: the events of `ecokit.exercises.store`.

    Examples
    --------
    >>> told = {"exercise": "kpi-points", "hints": 0, "time": "2026-03-02T04:00:00+00:00"}
    >>> [(one.tries, one.known) for one in rounds([told | {"event": "wrong"},
    ...                                            told | {"event": "right"}])]
    [(2, False)]
    """
    found: dict[tuple[str, int], Round] = {}
    for event in history:
        exercise, _sign, again = event["exercise"].partition(AGAIN)
        day = _day(event.get("time"))
        if day is None or again.startswith("before"):
            continue
        key = event["exercise"], event.get("edition", 1)
        found[key] = found.get(key, Round(exercise, day, again=again)).after(event, day)
    touched = [one for one in found.values() if one.tries or one.hints or one.shown]
    return sorted(touched, key=lambda one: one.day)


def _day(time: object) -> date | None:
    """Return the day of an event on this machine; None where a line holds no time."""
    try:
        return datetime.fromisoformat(str(time)).astimezone().date()
    except (ValueError, OverflowError, OSError):
        return None


def today() -> date:
    """Return the day on this machine."""
    return store.now().astimezone().date()


def box(history: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """Return where each exercise stands in the box, by its id.

    Examples
    --------
    >>> told = {"exercise": "kpi-points", "hints": 0, "time": "2026-03-02T04:00:00+00:00"}
    >>> box([told | {"event": "right"}])["kpi-points"].compartment
    2
    """
    places: dict[str, Place] = {}
    for one in rounds(history):
        before = places[one.exercise].compartment if one.exercise in places else 1
        next_one = min(before + 1, COMPARTMENTS) if one.known else 1
        places[one.exercise] = Place(one, next_one)
    return places


def picked(places: Mapping[str, Place], day: date, number: int) -> list[str]:
    """Return which exercises to ask: those that have waited longest for their interval.

    Where fewer are due, the first compartment follows: what was missed may be asked before its
    day, unless it was solved today.

    Examples
    --------
    >>> one, two = Round("a", date(2026, 3, 2), 1, right=True), Round("b", date(2026, 3, 2), 3)
    >>> picked({"a": Place(one, 2), "b": Place(two, 1)}, date(2026, 3, 2), 5)
    ['b']
    >>> picked({"a": Place(one, 2), "b": Place(two, 1)}, date(2026, 3, 4), 5)
    ['b', 'a']
    """
    waiting = {
        name: place
        for name, place in places.items()
        if place.waited(day) >= 1
        or (place.compartment == 1 and not (place.last.right and place.last.day == day))
    }
    order = sorted(waiting, key=lambda name: -waiting[name].waited(day))
    return order[:number]


def next_day(places: Mapping[str, Place]) -> date | None:
    """Return the first day on which something is due; None where nothing was done.

    Examples
    --------
    >>> next_day({"a": Place(Round("a", date(2026, 3, 2), 1, right=True), 2)})
    datetime.date(2026, 3, 4)
    """
    days = [place.last.day.toordinal() + place.interval for place in places.values()]
    end = date.max.toordinal()  # of a line with the last day that there is
    return date.fromordinal(min(*days, end)) if days else None
