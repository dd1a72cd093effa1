"""The words by which shops' pages say what they mean: a table, and one rule to find them."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("words.csv")


def folded(text: str) -> str:
    """Return a text of the same length in small letters, without accents or curly apostrophes.

    Only letters that have a Latin one inside lose their accent: those of other scripts are others.

    >>> folded("Épuisé – isn’t 재고")
    "epuise – isn't 재고"
    """
    return "".join(map(_plain_letter, text))


def _plain_letter(letter: str) -> str:
    if letter in "’‘`´":
        return "'"
    first = unicodedata.normalize("NFD", letter)[0]
    return (first if first.isascii() else letter).lower()[0]


@cache
def words(kind: str, language: str | None = None) -> tuple[str, ...]:
    """Return the words of one kind, folded.

    Parameters
    ----------
    kind : str
        As in ``words.csv``: ``gone``, ``there``, ``some`` (prices that some people pay) and so on.
    language : str, optional
        Those of one line alone.

    Returns
    -------
    tuple of str
        The longest first, so that the first that fits says most.

    Examples
    --------
    >>> words("pause", "zh")
    ('暂', '暫')
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = [
            line
            for line in csv.DictReader(file)
            if line["kind"] == kind and language in (None, line["language"])
        ]
    found = {folded(word) for line in lines for word in line["words"].split("|")}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def pattern(*kinds: str) -> re.Pattern[str]:
    """Return a pattern that finds the words of some kinds in a folded text.

    A word of Latin letters is a whole word; blanks in it may be missing; ``#`` is a number.

    >>> bool(pattern("not").search("no items")), bool(pattern("not").search("nokia"))
    (True, False)
    """
    return re.compile("|".join(map(_expression, {w: None for k in kinds for w in words(k)})))


def _expression(word: str) -> str:
    inside = re.escape(word).replace(r"\ ", r"\s*").replace(r"\#", r"\d\s*")
    before = "(?<![a-z])" if "a" <= word[0] <= "z" else ""
    after = "(?![a-z])" if "a" <= word[-1] <= "z" else ""
    return f"{before}{inside}{after}"


def says(text: str, *kinds: str) -> bool:
    """Return whether a text holds a word of some kinds.

    >>> says("Ausverkauft", "gone"), says("auf Lager", "gone")
    (True, False)
    """
    return bool(pattern(*kinds).search(folded(text)))
