"""Hand-outs: one printed page a topic, of what its page in the built book says.

Objectives, the first three lines of "Take away", the key figure or table, formulas that are not
folded away, the traps, and the terms with their Chinese names. ``hand_outs.csv`` names what is
shown where it is not the first figure of a page.
"""

from __future__ import annotations

import base64
import csv
import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from docutils.utils.math.latex2mathml import tex2mathml  # type: ignore[import-untyped]
from markupsafe import Markup
from PIL import Image

from ecokit.cli import ways
from ecokit.errors import CourseError
from ecokit.exercises import objectives
from ecokit.messages import _
from ecokit.pack import kept, paper
from ecokit.pack.room import File, Room
from ecokit.topics import Topic, chapters

SENTENCES = 3
TRAPS = 6
TERMS = 15
TABLE = "table"
_NUMBER = re.compile(r"[-+−¥]?\d")


@dataclass(frozen=True)
class Shown:
    """A figure or a table: `picture` is an address that holds it, or there are rows of cells."""

    caption: str
    picture: str = ""
    alt: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Of each column whether it holds numbers, which stand under one another."""
        columns = zip(*self.rows[1:], strict=True)
        return tuple(all(map(_NUMBER.match, filter(None, column))) for column in columns)


@dataclass(frozen=True)
class HandOut:
    """What stands on the page of a topic.

    Attributes
    ----------
    topic : Topic
        Whose page it is.
    chapter : str
        Under which title of the book.
    aims, idea : tuple of str
        What a reader can do afterwards, and what to take away.
    traps : tuple of str
        The names of the traps.
    shown : Shown or None
        The key figure or table.
    formulas : tuple of Markup
        As MathML.
    terms : tuple of (str, str)
        English and Chinese.
    """

    topic: Topic
    chapter: str
    aims: tuple[str, ...]
    idea: tuple[str, ...]
    traps: tuple[str, ...]
    shown: Shown | None
    formulas: tuple[Markup, ...]
    terms: tuple[tuple[str, str], ...]


def files(room: Room) -> Iterator[File]:
    """Yield one document with a page for each topic of the plan."""
    keep = kept.of(room.course)
    made = [keep(f"hand-out {one.name}", partial(read, room.course.book, one)) for one in _of(room)]
    yield paper.page(
        "hand-outs/topics.html", "topic-hand-outs", size=room.size, pages=made, review=ways.REVIEW
    )


def _of(room: Room) -> tuple[Topic, ...]:
    return room.plan.topics


def read(book: Path, topic: Topic) -> HandOut:
    """Return the hand-out of a topic, from its page in a built book.

    Parameters
    ----------
    book : Path
        The folder of the built pages.
    topic : Topic
        Whose page is read.

    Raises
    ------
    CourseError
        The book holds no such page, or the page has nothing to take away.
    """
    path = book / "book" / topic.chapter / f"{topic.name}.html"
    article = _article(path)
    for folded in article.find_all("details"):
        folded.decompose()  # for the curious, who open it on the page
    return HandOut(
        topic=topic,
        chapter=next(one.title for one in chapters() if one.name == topic.chapter),
        aims=tuple(one.text for one in objectives() if one.topic == topic.name),
        idea=_take_away(article, path),
        traps=tuple(_traps(article)),
        shown=_shown(article, path, _chosen().get(topic.name, "")),
        formulas=tuple(map(_formula, article.select("div.math"))),
        terms=tuple(_terms(article, path)),
    )


def _article(path: Path) -> Tag:
    if not path.is_file():
        raise CourseError(_("The built book has no page {path}.").format(path=path))
    found = BeautifulSoup(path.read_text("utf-8"), "html.parser").find("article")
    if not isinstance(found, Tag):
        raise CourseError(_("The page {path} has no text.").format(path=path))
    return found


@cache
def _chosen() -> dict[str, str]:
    text = resources.files(__package__).joinpath("hand_outs.csv").read_text("utf-8")
    return {row["topic"]: row["shown"] for row in csv.DictReader(text.splitlines())}


def _words(tag: Tag) -> str:
    """Return the text of a part of a page, without the sign that links to it."""
    return " ".join(tag.get_text().replace("#", "").split())


def _take_away(article: Tag, path: Path) -> tuple[str, ...]:
    section = article.find("section", id="take-away")
    lines = section.find_all("li") if isinstance(section, Tag) else []
    if not lines:
        raise CourseError(_("The page {path} says nothing under Take away.").format(path=path))
    return tuple(_words(line) for line in lines[:SENTENCES])


def _traps(article: Tag) -> Iterator[str]:
    """Yield the names of a page's traps: each begins with its own, in bold."""
    section = article.find("section", id="traps")
    for line in section.find_all("li")[:TRAPS] if isinstance(section, Tag) else ():
        if isinstance(name := line.find("strong"), Tag):
            yield _words(name).rstrip(".,:")


def _shown(article: Tag, path: Path, wanted: str) -> Shown | None:
    """Return the figure or the table that is wanted; the first figure where none is named."""
    if wanted == TABLE:
        found = article.find("table", class_="ecokit-table")
        return _table(found) if isinstance(found, Tag) else None
    found = article.find("figure", id=wanted) if wanted else article.find("figure")
    picture = found.find("img") if isinstance(found, Tag) else None
    if not isinstance(found, Tag) or not isinstance(picture, Tag):
        if wanted:
            raise CourseError(_("{path} has no figure {name}.").format(path=path, name=wanted))
        return None
    caption = found.find("figcaption")
    return Shown(
        caption=_words(caption) if isinstance(caption, Tag) else "",
        picture=_grey(path.parent / str(picture["src"])),
        alt=str(picture.get("alt", "")),
    )


def _grey(path: Path) -> str:
    """Return a picture as most printers print it, as an address that holds it all."""
    with Image.open(path) as image, io.BytesIO() as file:
        image.convert("L").save(file, "PNG", optimize=True)
        return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _table(tag: Tag) -> Shown:
    rows = tuple(
        tuple(_words(cell) for cell in row.find_all(["th", "td"])) for row in tag.find_all("tr")
    )
    caption = tag.find("caption")
    return Shown(_words(caption) if isinstance(caption, Tag) else "", rows=rows)


def _formula(tag: Tag) -> Markup:
    tex = tag.get_text().strip().removeprefix("\\[").removesuffix("\\]").strip().rstrip(".,")
    return Markup(tex2mathml(tex, as_block=True))


def _terms(article: Tag, path: Path) -> Iterator[tuple[str, str]]:
    """Yield the terms that a page links to, in its order, each once."""
    seen: set[str] = set()
    for link in article.select("a:has(span.std-term)"):
        page, _sign, name = str(link["href"]).partition("#")
        if name in seen or len(seen) == TERMS:
            continue
        seen.add(name)
        glossary = posixpath.normpath(posixpath.join(path.parent.as_posix(), page))
        yield _glossary(Path(glossary))[name]


@cache
def _glossary(path: Path) -> dict[str, tuple[str, str]]:
    """Return each term and its Chinese name, by the anchor of its entry."""
    found = {}
    for entry in _article(path).select("dl.glossary > dt"):
        meaning = entry.find_next_sibling("dd")
        chinese = _words(meaning).partition(".")[0] if isinstance(meaning, Tag) else ""
        found[str(entry["id"])] = (_words(entry), chinese)
    return found
