"""The rooms of every topic: what has to stand for it, where, and what is written from the list.

`missing` names each room that a topic or a chapter lacks, with the file to write it in. Where a
file has to hold the list itself, it holds it between two comments, which `stale` compares with
``ecokit/topics.csv`` and `write` brings up to date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.topics import Chapter, Topic, read

LIST = "ecokit/topics.csv"
AIMS = "ecokit/exercises/objectives.csv"
SOURCES = "book/reference/sources.md"
BELOW = frozenset({"kpi"})
"""Topics with a layer of their own, under the others, which may use them."""


class Room(NamedTuple):
    """One thing that a topic or a chapter needs.

    Attributes
    ----------
    what
        How a sentence calls it.
    path
        Its file below the root, with ``{chapter}`` and ``{topic}`` for the names.
    holds
        A pattern that the file must hold, with the same names and ``{title}``; any content
        when empty.
    """

    what: str
    path: str
    holds: str = ""


TOPIC_ROOMS = (
    Room(_("module"), "ecokit/{topic}/__init__.py", r"\b__getattr__\b"),
    Room(_("figures"), "ecokit/plots/{topic}.py", r"^@theme\.drawn\b"),
    Room(_("exercises"), "ecokit/exercises/{topic}.py", r"^@sheet\.\w+\("),
    Room(_("minutes of its exercises"), "ecokit/exercises/{topic}.py", r"\bminutes=\d"),
    Room(_("objectives"), AIMS, r"^[^,]+,{topic},."),
    Room(_("explorer"), "ecokit/explore/{topic}.py", r"^def lab\("),
    Room(_("page with its title"), "book/{chapter}/{topic}.md", "^# {title}$"),
    Room(_("objectives on its page"), "book/{chapter}/{topic}.md", "^```{{objectives}} {topic}$"),
    Room(_("explorer on its page"), "book/{chapter}/{topic}.md", "^```{{twin}} {topic}$"),
    Room(_("line on its chapter's page"), "book/{chapter}/index.md", r"^- {{doc}}`{topic}`"),
    Room(_("notebook"), "notebooks/{chapter}/{topic}.ipynb"),
    Room(
        _("explorer in its notebook"),
        "notebooks/{chapter}/{topic}.ipynb",
        r"explore\.show\(\\\"{topic}\\\"",
    ),
    Room(
        _("progress in its notebook"),
        "notebooks/{chapter}/{topic}.ipynb",
        r"exercises\.progress\(\\\"{chapter}\\\"",
    ),
    Room(_("API page"), "book/reference/api/{topic}.md", r"^```{{api}} ecokit\.{topic}$"),
    Room(_("heading among the sources"), SOURCES, r"^## {title}\b"),
    Room(_("tests"), "tests/test_{topic}.py", r"^def test_"),
    Room(_("calls for the sweep"), "tests/sweep/{topic}.py", r"^CALLS\b"),
    Room(_("line"), "CHANGELOG.md", r"(?i)\b{title}\b"),
)
CHAPTER_ROOMS = (
    Room(_("page with its title"), "book/{chapter}/index.md", "^# {title}$"),
    Room(
        _("objectives and minutes on its page"),
        "book/{chapter}/index.md",
        "^```{{chapter}} {chapter}$",
    ),
)


def chapters(root: Path) -> tuple[Chapter, ...]:
    """Return the chapters that the list below `root` names."""
    return read((root / LIST).read_text("utf-8"))


def missing(root: Path) -> Iterator[str]:
    """Yield a sentence for each room that a chapter or a topic lacks.

    Parameters
    ----------
    root
        The folder of the course, with ``ecokit/topics.csv`` in it.
    """
    for chapter in chapters(root):
        who = _("The chapter {name}").format(name=chapter.name)
        yield from _lacking(
            root, CHAPTER_ROOMS, who, {"chapter": chapter.name, "title": chapter.title}
        )
        for topic in chapter.topics:
            who = _("The topic {name}").format(name=topic.name)
            names = {"chapter": topic.chapter, "topic": topic.name, "title": topic.title}
            yield from _lacking(root, TOPIC_ROOMS, who, names)


def _lacking(
    root: Path, rooms: tuple[Room, ...], who: str, names: Mapping[str, str]
) -> Iterator[str]:
    escaped = {key: re.escape(name).replace(r"\ ", r"\s+") for key, name in names.items()}
    for room in rooms:
        name = room.path.format(**names)
        text = (root / name).read_text("utf-8") if (root / name).is_file() else ""
        if not text or not re.search(room.holds.format(**escaped), text, re.MULTILINE):
            yield _("{who} has no {what}. Write it in {path}.").format(
                who=who, what=room.what, path=name
            )


# --- what is written from the list ------------------------------------------------------


def _contents(course: tuple[Chapter, ...]) -> Iterator[str]:
    """Yield the chapters as ``_toc.yml`` lists them."""
    for chapter in course:
        yield f"  - caption: {chapter.title}"
        yield "    chapters:"
        yield f"      - file: book/{chapter.name}/index"
        for topic in chapter.topics:
            yield f"      - file: book/{chapter.name}/{topic.name}"
            yield "        sections:"
            yield f"          - file: notebooks/{chapter.name}/{topic.name}"


def _api(course: tuple[Chapter, ...]) -> Iterator[str]:
    """Yield the pages of the API reference as ``_toc.yml`` lists them."""
    for topic in _topics(course):
        yield f"          - file: book/reference/api/{topic.name}"


def _layer(course: tuple[Chapter, ...]) -> Iterator[str]:
    """Yield the layer of topics as import-linter reads it: ``|`` keeps them apart."""
    names = [topic.name for topic in _topics(course) if topic.name not in BELOW]
    yield f'  "{" | ".join(names)}",'


def _topics(course: tuple[Chapter, ...]) -> Iterator[Topic]:
    return (topic for chapter in course for topic in chapter.topics)


Lines = Callable[[tuple[Chapter, ...]], Iterator[str]]
PARTS: dict[str, dict[str, Lines]] = {
    "_toc.yml": {"chapters": _contents, "reference": _api},
    "pyproject.toml": {"layer": _layer},
}
"""By file and by the name in its comment: what gives the lines that stand there."""


def written(root: Path, name: str) -> str:
    """Return a file of `PARTS` as the list would have it.

    Raises
    ------
    CourseError
        The file lacks the two comments between which a part stands.
    """
    text = (root / name).read_text("utf-8")
    course = chapters(root)
    for part, lines in PARTS[name].items():
        place = re.compile(
            rf"^(?P<begin> *# ecokit topics: {part}\n).*?^(?P<end> *# end of {part}\n)",
            re.MULTILINE | re.DOTALL,
        )
        found = place.search(text)
        if not found:
            message = _(
                "{name} lacks the comments '# ecokit topics: {part}' and '# end of {part}'."
            )
            raise CourseError(message.format(name=name, part=part))
        new = "".join(f"{line}\n" for line in lines(course))
        text = text[: found.end("begin")] + new + text[found.start("end") :]
    return text


def stale(root: Path) -> list[str]:
    """Return the files whose written parts differ from the list: ``ecokit topics`` writes them."""
    return [name for name in PARTS if written(root, name) != (root / name).read_text("utf-8")]


def write(root: Path) -> list[str]:
    """Write the parts that are stale; return the names of their files."""
    names = stale(root)
    for name in names:
        copies.write(root / name, written(root, name).encode())
    return names
