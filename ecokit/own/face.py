"""The Chinese characters of a report, which needs no font of the machine that shows it.

Most reports hold no others than those in the names of the measures: these lie ready in
``face.html``, which ``python -m ecokit.own.face`` writes anew. A test compares the characters.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from ecokit.kpi import KPIS, MEASURES

READY = "face.html"


def chinese(text: str) -> set[str]:
    """Return the Chinese characters of a text.

    >>> sorted(chinese("UV 访客"))
    ['客', '访']
    """
    return {letter for letter in text if letter >= "\u2e80"}


def named() -> set[str]:
    """Return the Chinese characters in the names of the measures."""
    names = [one.name_zh for one in (*MEASURES.values(), *KPIS.values())]
    return chinese("".join(names))


def face(page: str) -> str:
    """Return a style with the Chinese characters of a page."""
    found = chinese(page)
    if found <= named():
        return (resources.files("ecokit.own") / READY).read_text("utf-8")
    return _drawn("".join(sorted(found)))


@lru_cache(maxsize=64)
def _drawn(letters: str) -> str:
    """Return the style of some characters: pages of one game mostly have the same ones."""
    from ecokit.competitors.sandbox import chinese_face

    return chinese_face(letters)


def main() -> None:
    """Write the characters of the measures anew."""
    from ecokit.competitors.sandbox import chinese_face

    words = "".join(sorted(named()))
    (Path(__file__).parent / READY).write_text(chinese_face(words) + "\n", "utf-8")


if __name__ == "__main__":
    main()
