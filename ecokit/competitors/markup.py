"""Pages of strangers: parsed when they are pages, refused when they are traps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import bs4

MOST_TAGS = 20_000
DEEPEST = 300
LONGEST_TAG = 3_000
MOST_UNFINISHED = 100  # each costs the parser a walk through what follows
SCRIPT = re.compile(r"<(script|style)\b([^>]{0,1000})>", re.IGNORECASE)
UNFINISHED = re.compile(r"<[a-z/!?][^<>]*(?=<|\Z)", re.IGNORECASE)


class MarkupError(CourseError):
    """Markup that is not worth the time to parse it."""


def parsed(text: str) -> bs4.BeautifulSoup:
    """Return a page as a tree of elements.

    Parameters
    ----------
    text : str
        HTML, or the XML of a sitemap. Scripts and styles are dropped, JSON-LD stays.

    Returns
    -------
    BeautifulSoup
        Made by Python's own parser, which runs nothing and loads nothing.

    Raises
    ------
    MarkupError
        When the markup is broken in a way that takes the parser minutes, has more tags than a page
        needs, or is nested too deeply.

    Examples
    --------
    >>> parsed("<h1>Phones</h1><script>alert(1)</script>").get_text()
    'Phones'
    >>> parsed("<b>" * 1000)
    Traceback (most recent call last):
    ...
    ecokit.competitors.markup.MarkupError: it is nested more than 300 deep
    """
    import bs4

    text = text.lstrip("\ufeff \r\n\t")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    text = _without_scripts(text)
    _check(text)
    try:
        soup = bs4.BeautifulSoup(text, "html.parser")
    except (bs4.ParserRejectedMarkup, AssertionError, ValueError) as error:
        raise MarkupError(_("it is no readable page")) from error
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depth = depths[id(tag.parent)] + 1
        if depth > DEEPEST:
            raise MarkupError(_("it is nested more than {most} deep").format(most=DEEPEST))
    return soup


def _check(text: str) -> None:
    """Refuse what takes the parser minutes: it looks for each end until the page's end."""
    if text.count("<") > MOST_TAGS:
        raise MarkupError(_("it has more than {most:,} tags").format(most=MOST_TAGS))
    unfinished = [match.end() - match.start() for match in UNFINISHED.finditer(text)]
    comments = text.count("<!--", text.rfind("-->") + 1) + text.count("<![")
    if max(len(unfinished), comments) > MOST_UNFINISHED or max(unfinished, default=0) > LONGEST_TAG:
        raise MarkupError(_("its tags do not end"))


def _without_scripts(text: str) -> str:
    """Return a text without scripts and styles, but with JSON-LD."""
    kept, at = [], 0
    for match in SCRIPT.finditer(text):
        if match.start() < at or "ld+json" in match[2].lower():
            continue
        end = re.compile(rf"</{match[1]}\s*>", re.IGNORECASE).search(text, match.end())
        kept.append(text[at : match.start()])
        at = end.end() if end else len(text)
    return "".join([*kept, text[at:]])
