"""The answer key: every exercise with its answer, why, each known mistake and its cure, hints.

It is computed for the room's company by what checks a learner's answer, so it cannot differ from
the card. A page a topic; a page for the tests before and after each chapter; and an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup
from tqdm import tqdm

from ecokit import exercises, load_shop
from ecokit.exercises import aims, checks, quiz
from ecokit.exercises.card import answer_text, markup
from ecokit.exercises.sheet import Choice, Exercise, Number, Plan, Table
from ecokit.messages import _
from ecokit.pack import kept, paper
from ecokit.pack.room import File, Room
from ecokit.shop import Shop
from ecokit.shop.company import BUNDLED, company_name
from ecokit.topics import Chapter, Topic, chapters, topics

FOLDER = "key"


@dataclass(frozen=True)
class Mistake:
    """One way to go wrong: what is typed, and what to say; `shows` where the answer tells it."""

    name: str
    answer: str
    cure: Markup
    shows: bool = True


@dataclass(frozen=True)
class Entry:
    """One exercise as the key prints it.

    Attributes
    ----------
    number : str
        The number of the topic, a point, and that of the exercise within it: paper has no links.
    exercise : Exercise
        What is asked.
    question, why : Markup
        The prompt and the solution.
    form, answer, code : str
        How the answer is asked for, the answer as a learner writes it, the lines that give it.
    hints : tuple of Markup
        From the gentlest to the most telling.
    mistakes : tuple of Mistake
        In the order in which they are declared.
    score : tuple of str
        Of a plan the points of the one that stands as answer, and a line per reason.
    """

    number: str
    exercise: Exercise
    question: Markup
    form: str
    answer: str
    why: Markup
    code: str
    hints: tuple[Markup, ...]
    mistakes: tuple[Mistake, ...]
    score: tuple[str, ...] = ()

    @property
    def aim(self) -> str:
        """What is practised."""
        return aims.objective(self.exercise.objective).text


def files(room: Room) -> Iterator[File]:
    """Yield a page for each topic and each test, and the index."""
    chosen = exercises.all() if room.whole_key else room.plan.exercises
    by_topic = {
        topic: [one for one in chosen if one.topic == topic.name]
        for topic in topics()
        if any(one.topic == topic.name for one in chosen)
    }
    tests = [one for one in chapters() if any(topic.chapter == one.name for topic in by_topic)]
    keep = kept.of(room.course)
    with tqdm(desc=_("Answer key"), unit=_("page"), delay=1, leave=False) as bar:
        bar.reset(len(by_topic) + len(tests))
        for topic, own in by_topic.items():
            name = f"answers {room.seed} {room.size} " + " ".join(one.id for one in own)
            yield keep(name, partial(_topic_page, topic, own, room))
            bar.update()
        for chapter in tests:
            yield keep(f"test {room.size} {chapter.name}", partial(_test_page, chapter, room))
            bar.update()
    rows = [
        (file_of(topic), title_of(topic), [(number_of(one), one) for one in own])
        for topic, own in by_topic.items()
    ]
    about = {"size": room.size, "company": company(room.seed)}
    yield paper.page(f"{FOLDER}/index.html", "answers-index", pages=rows, tests=tests, **about)


def _topic_page(topic: Topic, own: Sequence[Exercise], room: Room) -> File:
    return paper.page(
        f"{FOLDER}/{file_of(topic)}",
        "answers",
        size=room.size,
        title=title_of(topic),
        company=company(room.seed),
        entries=[entry(one, shop_of(room.seed), number_of(one)) for one in own],
    )


shop_of = lru_cache(maxsize=3)(load_shop)
"""A company by its number, made once: that of the room, and the two of the tests."""


def company(seed: int | None) -> str:
    """Return what the company of a key is called.

    Examples
    --------
    >>> company(7)
    'Straw Hat Digital 草帽数码, company 7'
    """
    if seed is None:
        return company_name(BUNDLED)
    return _("{name}, company {n}").format(name=company_name(seed), n=seed)


def title_of(topic: Topic) -> str:
    """Return the heading of a topic's page, with its place in the course.

    Examples
    --------
    >>> title_of(topics()[3])
    '4 KPIs 关键绩效指标'
    """
    return f"{_place(topic)} {topic.title} {topic.title_zh}"


def file_of(topic: Topic) -> str:
    """Return the name of a topic's file.

    Examples
    --------
    >>> file_of(topics()[3])
    '04-kpi.html'
    """
    return f"{_place(topic):02}-{topic.name}.html"


def _place(topic: Topic) -> int:
    return topics().index(topic) + 1


def number_of(exercise: Exercise) -> str:
    """Return the number of an exercise: of its topic, and its place in it.

    Examples
    --------
    >>> number_of(exercises.get("organisation-mean-span"))
    '1.2'
    """
    topic = next(one for one in topics() if one.name == exercise.topic)
    return f"{_place(topic)}.{exercises.all(topic=topic.name).index(exercise) + 1}"


# One exercise ----------------------------------------------------------------------------------


def entry(exercise: Exercise, shop: Shop, number: str = "") -> Entry:
    """Return what the key says about an exercise, for one company.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    shop : Shop
        The company.
    number : str
        As which it is found on paper.
    """
    sheet = exercise.sheet(shop)
    return Entry(
        number,
        exercise,
        Markup(markup(sheet.prompt)),
        checks.how_to_answer(exercise, sheet) if isinstance(exercise, Number | Table) else "",
        sheet.options[sheet.right] if isinstance(exercise, Choice) else answer_text(exercise, shop),
        Markup(_why(exercise, sheet)),
        sheet.lines,
        tuple(Markup(markup(hint)) for hint in sheet.hints),
        tuple(_mistakes(exercise, sheet)),
        tuple(_score(sheet, sheet.right)) if isinstance(exercise, Plan) else (),
    )


def _why(exercise: Exercise, sheet: Any) -> str:
    reason = markup(sheet.reasons[sheet.right]) if isinstance(exercise, Choice) else ""
    return reason + markup(sheet.solution)


def _mistakes(exercise: Any, sheet: Any) -> Iterator[Mistake]:
    if isinstance(exercise, Choice):
        for key in sheet.wrong:
            yield Mistake(key, sheet.options[key], Markup(markup(sheet.reasons[key])))
        return
    apart = exercise.apart(sheet)
    for name, cure in exercise.mistakes.items():
        shown = _shown(exercise, apart[name]) if name in apart else ""
        if shown and isinstance(exercise, Plan):
            shown += f" ({_points(sheet, apart[name])})"
        yield Mistake(name, shown, Markup(markup(cure)), shows=name in apart)


def _shown(exercise: Any, answer: Any) -> str:
    """Return an answer as a learner reads it: a number, rows, or the fields of a plan."""
    if isinstance(exercise, Plan):
        return "; ".join(f"{one.label}: {answer[one.name]:g}" for one in exercise.fields)
    if isinstance(exercise, Table):
        rows = checks.by_key(answer).items()
        return "; ".join(
            f"{exercise.labels.get(k, k)}: {checks.show_number(exercise, v)}" for k, v in rows
        )
    return checks.show_number(exercise, float(answer))


def _points(sheet: Any, plan: Any) -> str:
    return _("{points:.0f} of 100 points").format(points=sheet.score(plan).points)


def _score(sheet: Any, plan: Any) -> Iterator[str]:
    yield _("This plan has {points}.").format(points=_points(sheet, plan))
    yield from sheet.score(plan).lines


# The tests before and after a chapter ------------------------------------------------------------


def _test_page(chapter: Chapter, room: Room) -> File:
    names = quiz.questions(chapter.name)
    by_company = [  # one company after the other: an exercise keeps what it worked out for one
        [entry(exercises.get(name), shop_of(seed), str(n)) for n, name in enumerate(names, start=1)]
        for seed in quiz.COMPANIES
    ]
    rows = [dict(zip(quiz.COMPANIES, pair, strict=True)) for pair in zip(*by_company, strict=True)]
    path = f"{FOLDER}/test-{chapter.name}.html"
    return paper.page(path, "answers-test", size=room.size, chapter=chapter, rows=rows)
