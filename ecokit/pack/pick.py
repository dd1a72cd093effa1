"""Which exercises and mistakes a new trainer meets first: chosen from the plan by a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TypeVar

from ecokit.exercises.sheet import Exercise
from ecokit.pack.plan import Plan
from ecokit.topics import Topic, topics

EXERCISES, LONGEST = 5, 50
"""How many exercises a trainer answers as a learner, and the minutes for them."""
MISTAKES = 10

Item = TypeVar("Item")


@dataclass(frozen=True)
class Mistake:
    """One mistake: the exercise in which it is made, and the words that cure it."""

    topic: Topic
    exercise: Exercise
    words: str


def in_turn(groups: Iterable[Sequence[Item]]) -> list[Item]:
    """Return the first of each group, then the second of each, and so on.

    Examples
    --------
    >>> in_turn(["ab", "c", "def"])
    ['a', 'c', 'd', 'b', 'e', 'f']
    """
    nothing = object()
    found = chain.from_iterable(zip_longest(*groups, fillvalue=nothing))
    return [item for item in found if item is not nothing]  # type: ignore[misc]


def five(plan: Plan) -> list[Exercise]:
    """Return five exercises of a plan, in its order.

    One of each chapter, the chapter with the most minutes of exercises first, of those exercises
    that stay when time is short: of a kind that is not among them yet (number, table, options,
    plan), the rarest first, and then the one for which the course knows the most mistakes. All
    fit into `LONGEST`.

    Examples
    --------
    >>> from ecokit.pack import plan
    >>> len({one.topic for one in five(plan.read("day"))})
    5
    """
    cut = {one.id for block in plan.blocks for one in block.cut}
    stay = [one for one in plan.exercises if one.id not in cut]
    groups = _grouped(stay, {topic.name: topic.chapter for topic in topics()})
    common = Counter(one.kind for one in stay)
    chosen: list[Exercise] = []

    def rank(one: Exercise) -> tuple[bool, int, int]:
        new = one.kind not in {other.kind for other in chosen}
        return new, -common[one.kind] * new, _foreseen(one)

    for group in groups * EXERCISES:  # a plan of one chapter gives all five
        left = LONGEST - sum(one.minutes for one in chosen)
        open_ = [one for one in group if one not in chosen and one.minutes <= left]
        if open_ and len(chosen) < EXERCISES:
            chosen.append(max(open_, key=rank))
    return [one for one in stay if one in chosen]


def ten(plan: Plan) -> list[Mistake]:
    """Return ten mistakes of a plan, in its order: for each objective one, topic after topic.

    Of each topic, those with the most minutes of exercises first, the first mistake that is
    foreseen for the first exercise of each objective. Questions with options have no words of
    their own and are left out.

    Examples
    --------
    >>> from ecokit.pack import plan
    >>> len(ten(plan.read("half-day")))
    10
    """
    known = [one for one in plan.exercises if _words(one)]
    of_objective = {one.objective: one for one in reversed(known)}
    first = [one for one in known if of_objective[one.objective] is one]
    groups = _grouped(first, {one.id: one.topic for one in first})
    made = in_turn(groups)[:MISTAKES]
    # of a short plan further mistakes of the same exercises
    more = in_turn([[(one, n) for n in range(1, len(_words(one)))] for one in made])
    pairs = [(one, 0) for one in made] + more[: MISTAKES - len(made)]
    pairs.sort(key=lambda pair: (plan.exercises.index(pair[0]), pair[1]))
    by_name = {topic.name: topic for topic in topics()}
    return [Mistake(by_name[one.topic], one, _words(one)[number]) for one, number in pairs]


def _words(one: Exercise) -> list[str]:
    """Return the words that cure each mistake; none for options, which have their reasons."""
    return list(one.mistakes.values()) if isinstance(one.mistakes, Mapping) else []


def _foreseen(one: Exercise) -> int:
    """Return how many mistakes the course knows; of options, all but the right one."""
    return len(one.mistakes) - (not isinstance(one.mistakes, Mapping))


def _grouped(found: Iterable[Exercise], group: Mapping[str, str]) -> list[list[Exercise]]:
    """Return exercises by the group of their topic or id, the group of most minutes first."""
    groups: dict[str, list[Exercise]] = {}
    for one in found:
        groups.setdefault(group.get(one.id) or group[one.topic], []).append(one)
    return sorted(groups.values(), key=lambda held: -sum(one.minutes for one in held))
