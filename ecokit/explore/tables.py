"""Words and tables that stand under the picture of a lab, as safe and accessible HTML."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    bold: Collection[int] = (),
    numbers: bool = True,
    caption: str = "",
) -> str:
    """Return a table whose first column names its rows.

    Parameters
    ----------
    heads : sequence of str
        The names of the columns; empty for a list of names and values.
    rows : sequence of sequences
        The cells, as text; what is no text is written as it prints.
    bold : collection of int
        The rows to point out, from 0.
    numbers : bool
        Whether the cells after the first are numbers, which stand right.
    caption : str
        A line above the table.

    Examples
    --------
    >>> print(table(["Post", "Points"], [["<IT>", 97.5]], caption="Scores"))
    <table class="ecokit-table ecokit-numbers"><caption>Scores</caption><thead><tr><th
    scope="col">Post</th><th scope="col">Points</th></tr></thead><tbody><tr><th
    scope="row">&lt;IT&gt;</th><td>97.5</td></tr></tbody></table>
    """
    above = f"<caption>{_safe(caption)}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{_safe(name)}</th>' for name in heads)
    head = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = "".join(_row(row, bold=place in bold) for place, row in enumerate(rows))
    kind = "ecokit-table ecokit-numbers" if numbers else "ecokit-table"
    return f'<table class="{kind}">{above}{head}<tbody>{body}</tbody></table>'


def _row(cells: Sequence[object], *, bold: bool) -> str:
    name, *rest = cells
    values = "".join(f"<td>{_safe(cell)}</td>" for cell in rest)
    look = ' class="ecokit-bold"' if bold else ""
    return f'<tr{look}><th scope="row">{_safe(name)}</th>{values}</tr>'


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
