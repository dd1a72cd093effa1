"""Every word that ecokit shows passes through here, so that it can be translated.

``ECOKIT_LANG=zh`` picks the catalogue ``ecokit/locale/zh/LC_MESSAGES/ecokit.mo``.
Without a catalogue the English source text is the answer.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

_catalogue = gettext.translation(
    "ecokit",
    localedir=Path(__file__).parent / "locale",
    languages=[os.environ.get("ECOKIT_LANG", "en")],
    fallback=True,
)


def _(message: str) -> str:
    """Return `message` in the language of ``ECOKIT_LANG``.

    Examples
    --------
    >>> _("{n} layers").format(n=3)
    '3 layers'
    """
    return _catalogue.gettext(message)


def _n(one: str, many: str, n: int) -> str:
    """Return the sentence for one thing or for several, in the language of ``ECOKIT_LANG``.

    A language may have other numbers than English has; its catalogue says which sentence fits.

    Examples
    --------
    >>> [_n("{n} row is left out", "{n} rows are left out", n).format(n=n) for n in (1, 2)]
    ['1 row is left out', '2 rows are left out']
    """
    return _catalogue.ngettext(one, many, n)


def yuan(amount: float, decimals: int = 0) -> str:
    """Return an amount in yuan, the sign before the ¥.

    Examples
    --------
    >>> yuan(9788.4), yuan(-270468), yuan(-0.2), yuan(-1.5, 2)
    ('¥9,788', '-¥270,468', '¥0', '-¥1.50')
    """
    sign = "-" if round(amount, decimals) < 0 else ""
    return f"{sign}¥{abs(amount):,.{decimals}f}"


def short(value: object, most: int = 60) -> str:
    """Return a value on one line, its beginning where it is long.

    Examples
    --------
    >>> short(f"a{chr(10)} b"), short("x" * 10**6, 4), short(10**5000)
    ('a b', 'xxx…', '<int>')
    """
    try:
        text = str(value)
    except Exception:  # a number of 5,000 digits, an object that has no words
        text = f"<{type(value).__name__}>"
    text = "".join(filter(str.isprintable, " ".join(text[: 4 * most].split())))
    return text if len(text) <= most else text[: most - 1] + "…"


def some(names: Iterable[object], most: int = 8) -> str:
    """Return the first names of a list, and how many more there are.

    Examples
    --------
    >>> some("abc"), some(range(30), 2)
    ('a, b, c', '0, 1 and 28 more')
    """
    left = iter(names)
    told = ", ".join(short(name) for name in islice(left, most))
    more = sum(1 for _name in left)
    return _("{names} and {n:,} more").format(names=told, n=more) if more else told


def rows_of(n: int, total: int) -> str:
    """Return how many rows of how many.

    Examples
    --------
    >>> rows_of(1, 1), rows_of(1, 2_000)
    ('1 of 1 row', '1 of 2,000 rows')
    """
    return _n("{n:,} of {of:,} row", "{n:,} of {of:,} rows", total).format(n=n, of=total)
