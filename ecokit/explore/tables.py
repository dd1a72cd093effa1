"""Words and tables that stand under the picture of a lab, as safe and accessible HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence

_ONE = r"[-+−]?¥?\d[\d.,]*[kmb]?n?( ?%| [a-z]+)?"
_NUMBER = re.compile(rf"{_ONE}((; |, | \+ | = ){_ONE})*|[-–—]|")
"""What stands right: one or more amounts with their units, or the dash where there is none."""


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    bold: Collection[int] = (),
    caption: str = "",
) -> str:
    """Return a table whose first column names its rows; names stand left, numbers right.

    Parameters
    ----------
    heads : sequence of str
        The names of the columns; empty for a list of names and values.
    rows : sequence of sequences
        The cells, as text; what is no text is written as it prints.
    bold : collection of int
        The rows to point out, from 0.
    caption : str
        A line above the table.

    Examples
    --------
    >>> print(table(["Post", "Points"], [["<IT>", 97.5]], caption="Scores"))
    <table class="ecokit-table"><caption>Scores</caption><thead><tr><th scope="col">Post</th><th
    scope="col" class="ecokit-number">Points</th></tr></thead><tbody><tr><th
    scope="row">&lt;IT&gt;</th><td class="ecokit-number">97.5</td></tr></tbody></table>
    """
    columns = list(zip(*rows, strict=True)) or [() for _name in heads]
    looks = ["", *map(_look, columns[1:])]
    above = f"<caption>{_safe(caption)}</caption>" if caption else ""
    named = zip(heads, looks, strict=True) if heads else ()
    head = "".join(f'<th scope="col"{look}>{_safe(name)}</th>' for name, look in named)
    head = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = "".join(_row(row, looks, bold=place in bold) for place, row in enumerate(rows))
    return f'<table class="ecokit-table">{above}{head}<tbody>{body}</tbody></table>'


def _look(column: Sequence[object]) -> str:
    """Return the class of a column's cells: of numbers, if each cell is one."""
    numbers = any(column) and all(_NUMBER.fullmatch(str(cell)) for cell in column)
    return ' class="ecokit-number"' if numbers else ""


def _row(cells: Sequence[object], looks: Sequence[str], *, bold: bool) -> str:
    name, *rest = cells
    pairs = zip(rest, looks[1:], strict=True)
    values = "".join(f"<td{look}>{_safe(cell)}</td>" for cell, look in pairs)
    heavy = ' class="ecokit-bold"' if bold else ""
    return f'<tr{heavy}><th scope="row">{_safe(name)}</th>{values}</tr>'


def alert(sentence: object) -> str:
    """Return a sentence that is spoken at once, because what was asked for cannot be.

    Examples
    --------
    >>> alert("The weights add up to 110 %.")
    '<p role="alert" class="ecokit-alert"><strong>The weights add up to 110 %.</strong></p>'
    """
    return f'<p role="alert" class="ecokit-alert"><strong>{_safe(sentence)}</strong></p>'


def _safe(cell: object) -> str:
    return html.escape(str(cell))
