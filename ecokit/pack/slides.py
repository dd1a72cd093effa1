"""Slides with notes: a deck for each topic of the plan, and all of them on paper with their notes.

What is shown was computed while the book was built: the marked blocks of a topic's page lie beside
the book with their numbers and figures in them. Objectives, exercises and the question of the block
come from the plan. reveal.js turns the slides; it is in each deck, which so needs nothing else.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from ecokit.cli.course import Course
from ecokit.exercises import objectives
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _
from ecokit.pack import paper
from ecokit.pack.plan import Block, Plan
from ecokit.pack.room import File, Room
from ecokit.topics import Topic

MISTAKES = 3
"""How many of an exercise's known mistakes the notes tell."""
NONE: Mapping[str, Any] = {"slides": [], "figures": [], "take_away": ""}
"""What is there of a page where the book was not built here, but laid there."""
MANY, MORE = 250, 420
"""Signs of a list from which on its letters are smaller, and smallest."""


@dataclass(frozen=True)
class Slide:
    """One slide: what is seen, and what is said.

    Attributes
    ----------
    kind : str
        How it looks: ``first``, ``many``, ``more``, ``exercise``, ``ask``, or nothing.
    title, body, notes : str
        Text, or HTML as a ``Markup``.
    png, alt : str
        A picture in base64, and what it shows.
    """

    title: str
    notes: str
    body: str = ""
    kind: str = ""
    png: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Deck:
    """The slides of a topic in a plan."""

    title: str
    path: str
    slides: tuple[Slide, ...]


def files(room: Room) -> Iterator[File]:
    """Yield a deck for each block of a topic, and the sheets with all notes."""
    made = list(decks(room.course, room.plan))
    for deck in made:
        page = paper.page(deck.path, "deck", deck=deck, reveal=_reveal())
        yield replace(page, query="?print-pdf")
    yield paper.page(
        "slides/with-notes.html", "with-notes", size=room.size, plan=room.plan, decks=made
    )
    pages = {block.title: _page(room.course, block.topic) for block in _taught(room.plan)}
    if lost := [title for title, page in pages.items() if page == NONE]:
        sentence = _("There are no slides of {topics}. Build the book again: ecokit book.")
        print(sentence.format(topics=", ".join(lost)))
    if bare := [title for title, page in pages.items() if page != NONE and not page["slides"]]:
        sentence = _("No slides are written yet for {topics}: their decks show figures instead.")
        print(sentence.format(topics=", ".join(bare)))


def decks(course: Course, plan: Plan) -> Iterator[Deck]:
    """Yield the decks of a plan, in its order."""
    times: Counter[str] = Counter()
    for block in _taught(plan):
        assert block.topic
        name = block.topic.name
        times[name] += 1
        again = f"-{times[name]}" if times[name] > 1 else ""  # a plan may come back to a topic
        yield Deck(block.title, f"slides/{name}{again}.html", tuple(_slides(course, block)))


def _taught(plan: Plan) -> list[Block]:
    return [block for block in plan.blocks if block.topic]


def _page(course: Course, topic: Topic | None) -> Mapping[str, Any]:
    """Return what the build of the book left of a topic's page."""
    assert topic
    source = course.book.parent / "slides" / f"{topic.name}.json"
    return json.loads(source.read_text("utf-8")) if source.is_file() else NONE


# The slides of a block, in order ---------------------------------------------------------------


def _slides(course: Course, block: Block) -> Iterator[Slide]:
    assert block.topic
    page = _page(course, block.topic)
    yield _first(block, block.topic)
    yield _aims(block.topic)
    yield from map(_written, page["slides"] or map(_of_figure, page["figures"]))
    for exercise in block.exercises:
        yield _exercise(exercise, block)
    if block.check:
        yield Slide(_("Before we go on"), _check_notes(), block.check, "ask")
    if page["take_away"]:
        yield _listed(_("Take away"), _take_away_notes(), Markup(page["take_away"]))


def _first(block: Block, topic: Topic) -> Slide:
    body = Markup('<p lang="zh-Hans">{}</p><p class="quiet">{}</p>').format(
        topic.title_zh, _("{minutes} minutes").format(minutes=block.minutes)
    )
    sentence = _(
        "{start} to {end}. The exercises of this block take {answering} of its {minutes} minutes."
    )
    notes = sentence.format(
        start=f"{block.start:%H:%M}",
        end=f"{block.end:%H:%M}",
        answering=block.answering,
        minutes=block.minutes,
    )
    if block.cut:
        cut = ", ".join(f"“{one.title}”" for one in block.cut)
        notes += " " + _("When time is short, leave out: {cut}.").format(cut=cut)
    return Slide(block.title, notes, body, "first")


def _aims(topic: Topic) -> Slide:
    points = [one.text for one in objectives() if one.topic == topic.name]
    body = Markup("<ul>{}</ul>").format(Markup("").join(map(_point, points)))
    notes = _("One minute. Read none of it aloud: ask who can do one of these today.")
    return _listed(_("You will be able to"), notes, body)


def _listed(title: str, notes: str, body: Markup) -> Slide:
    """Return a list as a slide: the more it says, the smaller its letters."""
    signs = len(body.striptags())
    return Slide(title, notes, body, "more" if signs > MORE else "many" if signs > MANY else "")


def _point(text: str) -> Markup:
    return Markup("<li>{}</li>").format(text)


def _written(part: Mapping[str, Any]) -> Slide:
    """Return a marked block as a slide."""
    picture = part["figure"] or {"png": "", "alt": ""}
    title, body, notes = (Markup(part[key]) for key in ("title", "body", "notes"))
    return Slide(title, notes, body, png=picture["png"], alt=picture["alt"])


def _of_figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands for a marked block where a page has none yet: one of its figures."""
    return {"title": _("Look"), "body": "", "notes": figure["caption"], "figure": figure}


def _exercise(exercise: Exercise, block: Block) -> Slide:
    assert block.topic
    chapter, notebook = block.topic.notebook.split("/")
    body = Markup('<p class="minutes">{}</p><p>{}</p><ol><li>{}</li><li>{}</li><li>{}</li></ol>')
    return Slide(
        exercise.title,
        _exercise_notes(exercise, block),
        body.format(
            _("{minutes} minutes").format(minutes=exercise.minutes),
            Markup(_("Notebook {name}")).format(
                name=Markup("<code>{}/{}</code>").format(chapter, notebook)
            ),
            _("Run the cells from the top down to this title."),
            _("Answer, then press Check."),
            _("No? Press Hint, and try again."),
        ),
        "exercise",
    )


def _exercise_notes(exercise: Exercise, block: Block) -> str:
    """Return how an exercise is led: its mistakes in the words of its card."""
    notes = Markup("<p>{}</p>").format(
        _("In pairs, one types. After half of the time ask who has a first answer.")
    )
    if exercise in block.cut:
        notes += Markup("<p>{}</p>").format(_("This one goes first when time is short."))
    if isinstance(exercise.mistakes, Mapping):
        words = list(exercise.mistakes.values())[:MISTAKES]
        listed = Markup("").join(map(_point, words))
        notes += Markup("<p>{}</p><ul>{}</ul>").format(
            _("What is often done, in the words of the card. Ask how they came there first:"),
            listed,
        )
    else:
        notes += Markup("<p>{}</p>").format(
            _("Ask for a reason against each other option; the answer key has them.")
        )
    return notes


def _check_notes() -> str:
    return _("Two minutes. Everybody writes one line first, then three are heard. Judge no answer.")


def _take_away_notes() -> str:
    return _("One minute. Each names the line that matters most at the own desk.")


# reveal.js -------------------------------------------------------------------------------------


@cache
def _reveal() -> dict[str, str]:
    """Return reveal.js as it is put into a deck."""
    return {
        "css": Markup(_vendored("reset.css") + _vendored("reveal.css")),
        "script": _address("reveal.js"),
        "notes": _address("notes.js"),
    }


def _vendored(name: str) -> str:
    return resources.files(__package__).joinpath(f"vendor/reveal/{name}").read_text("utf-8")


def _address(name: str) -> str:
    content = base64.b64encode(_vendored(name).encode()).decode("ascii")
    return f"data:text/javascript;base64,{content}"
