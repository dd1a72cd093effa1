"""Every fact of the training slides stands in the book, term by term, with its Chinese.

``deck_facts.csv`` lists them: the slide, the words that the page says it with, the Chinese term,
the page, and which file holds what the page shows of a table. What only the built page can show
says ``built`` there.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "data" / "deck_facts.csv"
with LIST.open(encoding="utf-8") as file:
    FACTS = list(csv.DictReader(file))
PAGES = sorted({fact["page"] for fact in FACTS})


def plain(text: str) -> str:
    """Return a text as it is compared: what it says, without spaces, marks and roles.

    >>> plain("The {term}`rear` 后勤 is\\u00a0**fast**, {doc}`see <it/index>`")
    'therear后勤isfast,see'
    """
    text = re.sub(r"\{\w+\}`([^`<]*?)(?:\s*<[^`]*>)?`", r"\1", text)
    return re.sub(r"[\s*`]+", "", text.replace("’", "'")).casefold()


@cache
def written(page: str) -> str:
    return plain((ROOT / "book" / f"{page}.md").read_text("utf8"))


@cache
def built(book: Path, page: str) -> str:
    path = book / "book" / f"{page}.html"
    html = BeautifulSoup(path.read_text("utf8"), "html.parser")
    article = html.find("article")
    assert article is not None, path
    return plain(article.get_text(" "))


def lacking(fact: dict[str, str], text: str) -> str:
    words = [word for word in (fact["fact"], fact["term"]) if word and plain(word) not in text]
    return ", ".join(words)


@pytest.mark.parametrize("page", PAGES)
def test_the_sources_of_a_page_hold_its_facts(page: str) -> None:
    lost = []
    for fact in FACTS:
        if fact["page"] == page and fact["source"] != "built":
            text = written(page)
            if fact["source"]:
                text += plain((ROOT / fact["source"]).read_text("utf8"))
            if missing := lacking(fact, text):
                lost.append(f"slide {fact['slide']}: {missing}")
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("page", PAGES)
def test_the_built_page_says_the_facts(page: str, book: Path) -> None:
    lost = [
        f"slide {fact['slide']}: {missing}"
        for fact in FACTS
        if fact["page"] == page and (missing := lacking(fact, built(book, page)))
    ]
    assert not lost, "\n".join(lost)


def test_no_slide_is_left_out() -> None:
    """The outline, and every slide of the preview that is not only a title."""
    assert {int(fact["slide"]) for fact in FACTS} == set(range(2, 21))
    assert len(FACTS) >= 200
    assert sum(bool(fact["term"]) for fact in FACTS) >= 120
    kpis = [fact for fact in FACTS if fact["slide"] == "9" and fact["page"] == "reference/kpi"]
    assert len(kpis) == 15
