"""Names that no font at hand can draw: they are numbered, and a list below says which is which.

The course carries the Chinese characters of its own words. The names of your products may hold
others: a font of the system draws them, where there is one.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator

SYSTEM_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "SimHei", "SimSun"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC", "Arial Unicode MS"),
)
"""Fonts with all common Chinese characters, as the systems call them."""


@cache
def system_fonts() -> tuple[str, ...]:
    """Return those of `SYSTEM_FONTS` that this machine has."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in SYSTEM_FONTS if name in there)


@cache
def _drawable(families: tuple[str, ...]) -> frozenset[int]:
    """Return the characters that the fonts can draw."""
    found: set[int] = set()
    for name in families:
        try:
            path = font_manager.findfont(name, fallback_to_default=False)
            found |= set(font_manager.get_font(path).get_charmap())
        except (ValueError, OSError, RuntimeError):
            continue
    return frozenset(found)


def drawable(text: str, families: tuple[str, ...]) -> bool:
    """Say whether the fonts can draw a text.

    Examples
    --------
    >>> drawable("phones", ("DejaVu Sans",)), drawable("手机", ("DejaVu Sans",))
    (True, False)
    >>> [drawable(f"a{sign}b", ("DejaVu Sans",)) for sign in map(chr, (10, 13, 0))]
    [True, False, False]
    """
    if text.isascii() and text.isprintable():
        return True
    known = _drawable(families)
    signs = set(text) - {"\n"}
    return all(s >= " " and (ord(s) in known or s.isspace()) for s in signs)


def numbered(figure: Figure, families: tuple[str, ...]) -> list[str]:
    """Put numbers in the place of texts that cannot be drawn; return the texts in their order.

    A text that holds such characters becomes "no. 1", "no. 2" and so on, the same text the same
    number. A text that holds two dollar signs is no formula: it is drawn as it stands.

    Parameters
    ----------
    figure : Figure
        What is drawn; it changes.
    families : tuple of str
        The fonts that it is drawn with.

    Examples
    --------
    >>> figure = Figure()
    >>> bars = figure.add_subplot().barh(["phones", "手机"], [2, 1])
    >>> numbered(figure, ("DejaVu Sans",))
    ['手机']
    >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ['phones', 'no. 1']
    >>> other = Figure().add_subplot()
    >>> title = other.set_title("手机 sell best")
    >>> other.set_yticks([0], ["手机"])  # doctest: +ELLIPSIS
    [...]
    >>> numbered(other.figure, ("DejaVu Sans",)), title.get_text()
    (['手机'], 'no. 1 sell best')
    """
    names: dict[str, int] = {}

    def number(text: str) -> str:
        for name, place in names.items():  # a title that holds a name of an axis or a list
            text = text.replace(name, f"no. {place}") if name in text else text
        return text if drawable(text, families) else f"no. {names.setdefault(text, len(names) + 1)}"

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            written = isinstance(axis.get_major_formatter(), FixedFormatter | StrCategoryFormatter)
            if not written and not isinstance(axis.get_major_locator(), FixedLocator):
                continue
            labels = [_as_it_stands(label) for label in axis.get_majorticklabels()]
            if not all(drawable(label, families) for label in labels):
                axis.set_ticks(axis.get_majorticklocs(), labels=[number(one) for one in labels])
    for text in _texts(figure):
        if not drawable(_as_it_stands(text), families):
            text.set_text(number(text.get_text()))
    return list(names)


def _as_it_stands(text: Text) -> str:
    """Let no text of a figure be read as a formula, in axes of the caller too; return it."""
    text.set_parse_math(False)
    return text.get_text()


def _texts(figure: Figure) -> Iterator[Text]:
    """Return what is written in a figure, the ticks of its axes left out."""
    parts: list[Figure | Axes] = [figure, *figure.axes]
    for part in parts:
        yield from part.texts
        legends = [part.get_legend()] if isinstance(part, Axes) else part.legends
        for legend in filter(None, legends):
            yield from (*legend.get_texts(), legend.get_title())
        if isinstance(part, Axes):
            titles = (part.title, part._left_title, part._right_title)  # type: ignore[attr-defined]
            yield from (*titles, part.xaxis.label, part.yaxis.label)


def legend(names: list[str]) -> str:
    """Return the list of numbered names as HTML.

    Examples
    --------
    >>> legend(["<b>"])
    '<ol class="ecokit-names"><li>&lt;b&gt;</li></ol>'
    """
    items = "".join(f"<li>{html.escape(name)}</li>" for name in names)
    return f'<ol class="ecokit-names">{items}</ol>' if names else ""
