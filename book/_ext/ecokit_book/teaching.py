"""``{teaching} chapter``: for each topic its minutes, questions to discuss, and usual mistakes.

For the trainer's edition alone. Minutes and mistakes come from plans, pages and exercises, the
questions from ``ecokit/pack/questions.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from ecokit.topics import Topic, topics

from .generated import Generated, times_of, topics_of

MISTAKES = 3
"""Of each exercise: the first ones that it declares, which are the most usual."""
DAY = "day"
QUESTIONS = "ecokit/pack/questions.csv"


class Teaching(Generated):
    """``{teaching} chapter``: what a trainer needs to know of each topic."""

    required_arguments = 1
    inputs = ("ecokit/topics.csv", "ecokit/exercises/objectives.csv", QUESTIONS)

    def markdown(self) -> Iterator[str]:
        """Yield a section for each topic of the chapter."""
        names = topics_of(self.env, self.arguments[0])
        for topic in (one for one in topics() if one.name in names):
            yield from (f"### {topic.title} {topic.title_zh}", "")
            yield from self._minutes(topic)
            yield from self._questions(topic)
            yield from _mistakes(topic)

    def _minutes(self, topic: Topic) -> Iterator[str]:
        read, count, answer = times_of(self.env, topic.chapter, topic.name)
        page = f"{{doc}}`The page </book/{topic.chapter}/{topic.name}>`"
        notebook = f"{{doc}}`its notebook </notebooks/{topic.chapter}/{topic.name}>`"
        yield f"{page} takes {read} min to read; {notebook} has {count} exercises of {answer} min."
        yield from _in_a_day(topic)
        yield ""

    def _questions(self, topic: Topic) -> Iterator[str]:
        rows = [row for row in questions(self.root) if row["topic"] == topic.name]
        if rows:
            yield from ("Ask the room:", "")
            yield from (f"- {row['question']} *Listen for:* {row['listen']}" for row in rows)
            yield ""


def questions(root: Path) -> list[dict[str, str]]:
    """Return the questions to discuss, in the order of the course."""
    with (root / QUESTIONS).open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def _in_a_day(topic: Topic) -> Iterator[str]:
    """Yield what the plan of a day makes of a topic."""
    from ecokit.pack import plan

    for block in plan.read(DAY).blocks:
        if block.topic == topic:
            titles = "; ".join(f"*{one.title}*" for one in block.exercises)
            yield f"In the plan of a day it has {block.minutes} min, with {titles}."
            return
    yield "The plan of a day leaves it out."


def _mistakes(topic: Topic) -> Iterator[str]:
    from ecokit import exercises

    yield from (":::{dropdown} What people get wrong, and what to say", "")
    for one in exercises.all(topic=topic.name):
        yield from (f"**{one.title}** ({one.minutes} min)", "")
        yield from (f"- {words}" for words in _usual(one))
        yield ""
    yield from (":::", "")


def _usual(one: Any) -> Iterator[str]:
    """Yield the words for the first mistakes of an exercise; of a choice, for wrong options."""
    if one.kind == "choice":
        sheet = one.sheet(_shop())
        for key in list(sheet.wrong)[:MISTAKES]:
            yield f"“{sheet.options[key]}” {sheet.reasons[key]}"
    else:
        yield from list(one.mistakes.values())[:MISTAKES]


@cache
def _shop() -> Any:
    from ecokit import load_shop

    return load_shop()


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("teaching", Teaching)
