"""A page is for reading: few numbers in its prose, and one main table that a phone can show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup, Tag

from ecokit.topics import Topic, topics

ROOT = Path(__file__).resolve().parents[1]


class Load(NamedTuple):
    """What a page asks of its reader, outside slides and what is folded "For the curious"."""

    numbers: int
    """Values in the prose that code computes."""
    tables: int
    cells: int
    """Cells of the largest table, without its head."""


LIMIT = Load(numbers=25, tables=1, cells=60)
TODAY: dict[str, Load] = {}
"""Pages above the limit, as they stand. A count may only fall; a page within the limit goes out."""


def load(source: str, page: str) -> Load:
    """Count what stands in a page's Markdown and in its HTML."""
    unread = r"^(:{3,})\{(dropdown|slide)\}.*?^\1$"
    prose = re.sub(unread, "", source, flags=re.MULTILINE | re.DOTALL)
    article = BeautifulSoup(page, "html.parser").find("article")
    assert isinstance(article, Tag)
    for folded in article.select("details"):
        folded.decompose()
    cells = [len(table.select("tbody :is(td, th)")) for table in article.find_all("table")]
    return Load(len(re.findall(r"\{glue:text\}`", prose)), len(cells), max(cells, default=0))


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)
def test_a_page_asks_no_more_of_its_reader_than_it_may(topic: Topic, book: Path) -> None:
    name = f"book/{topic.chapter}/{topic.name}"
    source, page = (ROOT / f"{name}.md", book / f"{name}.html")
    found = load(source.read_text("utf-8"), page.read_text("utf-8"))
    may = TODAY.get(topic.name, LIMIT)
    over = [
        key
        for key, n, most in zip(Load._fields, found, map(max, LIMIT, may), strict=True)
        if n > most
    ]
    assert not over, f"{name} has {found}, more {' and '.join(over)} than {may}"
    if topic.name in TODAY:
        assert found == may, f"{name} is lighter now: write {found} into TODAY, so that it stays so"


def test_what_is_folded_does_not_count() -> None:
    source = "{glue:text}`a`\n\n:::{dropdown} For the curious\n{glue:text}`b`\n:::\n"
    source += "\n::::{slide} Title\n{glue:text}`c`\n\n:::{notes}\n{glue:text}`d`\n:::\n::::\n"
    table = "<table><thead><tr><th>h</th></tr></thead><tbody><tr><th>n</th><td>1</td></tr></tbody>"
    page = f"<article>{table}</table><details>{table}</table></details></article>"
    assert load(source, page) == Load(numbers=1, tables=1, cells=2)


def test_the_list_names_topics_and_no_page_within_the_limit() -> None:
    assert set(TODAY) <= {topic.name for topic in topics()}
    for name, found in TODAY.items():
        assert any(n > most for n, most in zip(found, LIMIT, strict=True)), name
