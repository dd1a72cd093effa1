"""The chapters and topics of the course, in order, as ``topics.csv`` lists them.

The list is the only one. Packages, tests and pages read it; what has to stand in a file is written
from it by ``ecokit topics``, and a test names each room of a topic that is missing.

``import ecokit`` needs the names alone, so whatever else this module uses is imported where it is
needed: what it imports here, every import of ecokit pays for.
"""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple

FILE = os.path.join(os.path.dirname(__file__), "topics.csv")  # noqa: PTH118, PTH120
COLUMNS = ["chapter", "topic", "title", "title_zh"]


class Topic(NamedTuple):
    """One topic: its chapter, its name in every folder, and its titles."""

    chapter: str
    name: str
    title: str
    title_zh: str

    @property
    def notebook(self) -> str:
        """The path of its notebook below ``notebooks/``."""
        return f"{self.chapter}/{self.name}.ipynb"


class Chapter(NamedTuple):
    """One chapter: its name in every folder, its titles, and its topics in order."""

    name: str
    title: str
    title_zh: str
    topics: tuple[Topic, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the chapters of the course, in order.

    Examples
    --------
    >>> [chapter.title for chapter in chapters()][:2]
    ['Architecture', 'Service center']
    """
    return read(_text())


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics of the course, in order.

    Examples
    --------
    >>> topics()[0]
    Topic(chapter='architecture', name='organisation', title='Organisation', title_zh='组织架构')
    """
    return tuple(topic for chapter in chapters() for topic in chapter.topics)


def after(topic: Topic) -> Topic | None:
    """Return the topic that follows in the course; None after the last.

    Examples
    --------
    >>> [after(topic) == following for topic, following in zip(topics(), topics()[1:])].count(False)
    0
    >>> after(topics()[-1]) is None
    True
    """
    place = topics().index(topic) + 1
    return topics()[place] if place < len(topics()) else None


def names() -> tuple[str, ...]:
    """Return the names of the topics, in the order of the course.

    Examples
    --------
    >>> names() == tuple(topic.name for topic in topics())
    True
    """
    rows = _text().splitlines()[1:]
    return tuple(name for row in rows for name in row.split(",")[1:2] if name)


def _text() -> str:
    with open(FILE, encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


def read(text: str) -> tuple[Chapter, ...]:
    r"""Return the chapters of a list of topics; a row without a topic is its chapter's own.

    Parameters
    ----------
    text : str
        CSV with the columns chapter, topic, title and title_zh.

    Raises
    ------
    CourseError
        A cell is missing, a name stands twice, or a topic stands above its chapter.

    Examples
    --------
    >>> read("chapter,topic,title,title_zh\nit,it,IT,信息\n")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: topics.csv, line 2: the chapter 'it' has no row of its own above ...
    """
    import csv

    from ecokit.errors import CourseError
    from ecokit.messages import _

    head, *rows = list(csv.reader(text.splitlines())) or [[]]
    found: dict[str, Chapter] = {}
    for line, row in enumerate(rows, start=2):
        fault = _fault(head, row, found)
        if fault:
            raise CourseError(_("topics.csv, line {line}: ").format(line=line) + fault)
        topic = Topic(*row)
        if topic.name:
            chapter = found[topic.chapter]
            found[topic.chapter] = chapter._replace(topics=(*chapter.topics, topic))
        else:
            found[topic.chapter] = Chapter(topic.chapter, topic.title, topic.title_zh, ())
    return tuple(found.values())


def _fault(head: list[str], row: list[str], found: dict[str, Chapter]) -> str:
    """Say what is wrong with one row, or nothing."""
    from ecokit.messages import _

    if head != COLUMNS or len(row) != len(COLUMNS):
        return _("each line has the cells {columns}.").format(columns=", ".join(COLUMNS))
    chapter, topic, title, title_zh = row
    if not (chapter and title.strip() and title_zh.strip()):
        return _("a chapter, a title and a Chinese title are needed.")
    if topic and chapter not in found:
        return _(
            "the chapter '{chapter}' has no row of its own above this one; "
            "add '{chapter},,TITLE,TITLE_ZH'."
        ).format(chapter=chapter)
    taken = {one.name for known in found.values() for one in known.topics} if topic else found
    if (topic or chapter) in taken:
        return _("'{name}' stands twice.").format(name=topic or chapter)
    return ""
