"""Ways through the course: which page belongs to a notebook, and what comes next.

All of it follows from the list of topics, so nothing is typed and nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from ecokit.messages import _
from ecokit.topics import Chapter, Topic, after, chapters, topics

Link = Callable[[Topic], str]
"""Gives the Markdown of a link to what belongs to a topic."""


def topic_of(notebook: str) -> Topic | None:
    """Return the topic of a notebook by its path; a copy such as ``kpi.new.ipynb`` counts too.

    Examples
    --------
    >>> topic_of("architecture/kpi.new-2.ipynb").title
    'KPIs'
    >>> topic_of("my own.ipynb") is None
    True
    """
    path = PurePosixPath(notebook)
    place = (path.parent.name, path.name.split(".")[0])
    return next((one for one in topics() if (one.chapter, one.name) == place), None)


def page_of(notebook: str) -> str:
    """Return the page of the book for a notebook; for any other file, the first page.

    Examples
    --------
    >>> page_of("architecture/kpi.ipynb"), page_of("notes.txt")
    ('book/architecture/kpi.html', 'index.html')
    """
    topic = topic_of(notebook)
    return f"book/{topic.chapter}/{topic.name}.html" if topic else "index.html"


def next_step(topic: Topic, link: Link) -> Iterator[str]:
    """Yield the lines of Markdown at the end of a notebook: where to go on.

    Parameters
    ----------
    topic : Topic
        That of the notebook.
    link : callable
        Gives the link to the next topic.

    Examples
    --------
    >>> print(*next_step(topics()[0], lambda topic: f"[{topic.title}]({topic.name}.ipynb)"))
    The next topic of the chapter Architecture: [Decisions](decisions.ipynb).
    """
    following = after(topic)
    if following is None:
        yield _("This was the last notebook of the course. What you can do now:")
        yield ""
        yield from _abilities()
    elif following.chapter == topic.chapter:
        text = _("The next topic of the chapter {chapter}: {link}.")
        yield text.format(chapter=_chapter(topic).title, link=link(following))
    else:
        text = _(
            "This was the last notebook of the chapter {chapter}. "
            "The next chapter, {other}, begins with {link}."
        )
        yield text.format(
            chapter=_chapter(topic).title, other=_chapter(following).title, link=link(following)
        )


REVIEW = "practice/review"
"""The notebook that asks again what was missed."""
TESTS = "practice/tests"
"""The notebook with the tests before and after each chapter."""


def practise(topic: Topic, link: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the lines at the end of a chapter's last notebook: its test, and practise again.

    Parameters
    ----------
    topic : Topic
        That of the notebook.
    link : callable
        Gives a link from the path of a notebook, without its ending, and the words.

    Examples
    --------
    >>> print(*practise(topics()[3], lambda path, words: f"[{words}]({path})"))
     See in [the test after the chapter](practice/tests) what you have gained. Some days later: \
[Practise again](practice/review) what you missed, on another company.
    >>> list(practise(topics()[0], lambda path, words: ""))
    []
    """
    if topic == _chapter(topic).topics[-1]:
        yield ""
        text = _(
            "See in {test} what you have gained. "
            "Some days later: {review} what you missed, on another company."
        )
        yield text.format(
            test=link(TESTS, _("the test after the chapter")),
            review=link(REVIEW, _("Practise again")),
        )


def _chapter(topic: Topic) -> Chapter:
    return next(chapter for chapter in chapters() if chapter.name == topic.chapter)


def _abilities() -> Iterator[str]:
    """Yield a list of what a reader of the whole course can do."""
    from ecokit.exercises.aims import objectives

    for topic in topics():
        yield f"- **{topic.title}**"
        yield from (f"  - {row.text}" for row in objectives() if row.topic == topic.name)
