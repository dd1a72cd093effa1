"""A number that stands elsewhere: another row or column, or the cell that was not changed.

It is named only where nothing else can be meant: it is the only number that fits at the precision
at which it was typed, has three digits or more, and few of all numbers of that precision would be
named by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecokit.exercises.reading import Reading
from ecokit.exercises.sheet import SAME, PlanAnswer, PlanSheet, Sheet, TableSheet, alike, plain
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 3  # of a number, so that it does not fit a cell by chance
CHANCE = 0.05  # of all numbers in a table's range, how many may be named


@dataclass(frozen=True)
class Cell:
    """A number, and the row and column that it stands in."""

    row: str
    column: str
    value: float


def fits(given: Reading, value: float) -> bool:
    """Say whether a number may be what was typed, rounded."""
    return abs(given.value - value) <= max(given.half, SAME * max(1.0, abs(value))) * (1 + SAME)


def cells_of(table: pd.DataFrame) -> list[Cell]:
    """Return the numbers of a table, with their rows and columns in words."""
    return [
        Cell(str(row), str(column), float(value))
        for column in table.select_dtypes("number").columns
        for row, value in table[column].items()
        if math.isfinite(value)
    ]


def nameable(numbers: Sequence[float], half: float) -> bool:
    """Say whether few numbers of a precision are among these by chance.

    Examples
    --------
    >>> nameable([0.2, 0.5, 0.9], half=0.0005), nameable([0.2, 0.5, 0.9], half=0.05)
    (True, False)
    """
    if not numbers:
        return False
    return len(numbers) * 2 * half <= CHANCE * (max(numbers) - min(numbers))


def elsewhere(sheet: Sheet, given: Reading, answer: str) -> str | None:
    """Return where else a number stands, in words; None if it is not sure.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"people": [4.23, 3.08]}, index=["seven departments", "three forces"])
    >>> sheet = Sheet(prompt="?", right=3.08, wrong={}, hints=(), solution="", table=table,
    ...               cell=("three forces", "people"))
    >>> elsewhere(sheet, Reading(4.23, 0.005, 0.005, 3), "4.23 people")
    '4.23 people is the row of seven departments; you are asked for three forces.'
    """
    if given.digits < DIGITS:
        return None
    cells = [] if sheet.table is None else cells_of(sheet.table)
    if not nameable([cell.value for cell in cells], given.half):
        cells = []
    found = [cell for cell in cells if fits(given, cell.value)]
    above = [words for words, value in sheet.above.items() if fits(given, float(value))]
    if above and len(above) + len(found) == 1:
        message = _("{answer} stands above: {words}. Change it to what is asked here.")
        return message.format(answer=answer, words=above[0])
    if above or not 1 <= len(found) <= 2:
        return None
    if len(found) == 2:
        message = _("{answer} is near two numbers of the table: {one}, and {other}.{asked}")
        one, other = (_place(cell) for cell in found)
        return message.format(answer=answer, one=one, other=other, asked=_asked(sheet.cell))
    return _other(found[0], sheet.cell, answer)


def another_row(sheet: Sheet, given: Reading, answer: str) -> str | None:
    """Return which other row of the column that is asked for an answer fits, in words, if any."""
    if sheet.table is None or sheet.cell is None:
        return None
    row, column = map(str, sheet.cell)
    found = [
        cell
        for cell in cells_of(sheet.table[[sheet.cell[1]]])
        if cell.row != row and fits(given, cell.value)
    ]
    return _other(found[0], (row, column), answer) if len(found) == 1 else None


def _other(cell: Cell, asked: tuple[str, str] | None, answer: str) -> str:
    if asked is None:
        message = _("{answer} is another number of the table: {place}. Read what is asked.")
        return message.format(answer=answer, place=_place(cell))
    row, column = map(str, asked)
    if cell.column == column:
        message = _("{answer} is the row of {there}; you are asked for {here}.")
        return message.format(answer=answer, there=plain(cell.row), here=plain(row))
    if cell.row == row:
        message = _("{answer} is the column of {there}; you are asked for {here}.")
        return message.format(answer=answer, there=plain(cell.column), here=plain(column))
    message = _("{answer} is another row and column: {place}.{asked}")
    return message.format(answer=answer, place=_place(cell), asked=_asked(asked))


def _place(cell: Cell) -> str:
    return _("{row}, {column}").format(row=plain(cell.row), column=plain(cell.column))


def _asked(cell: tuple[str, str] | None) -> str:
    if cell is None:
        return ""
    return " " + _("You are asked for {row}, {column}.").format(
        row=plain(cell[0]), column=plain(cell[1])
    )


# Tables and plans -----------------------------------------------------------------------------


def another_column(
    sheet: TableSheet, given: Mapping[str, Reading], wrong: Iterable[str]
) -> str | None:
    """Return which other column the wrong rows of an answer were read from, in words, if any."""
    rows = list(wrong)
    if sheet.table is None:
        return None
    table = sheet.table.set_axis(sheet.table.index.map(str)).select_dtypes("number")
    found = [
        str(name)
        for name in table.columns
        if name != sheet.column and _was_read(given, table[name], rows)
    ]
    if len(found) != 1:
        return None
    if sheet.column is None:
        message = _("What you gave is the column of {there}. Read what is asked.")
        return message.format(there=plain(found[0]))
    message = _("What you gave is the column of {there}; you are asked for {here}.")
    return message.format(there=plain(found[0]), here=plain(sheet.column))


def _was_read(given: Mapping[str, Reading], column: pd.Series, rows: list[str]) -> bool:
    """Say whether rows were read from a column; it may lack fewer than half of them."""
    there = [key for key in rows if math.isfinite(column[key])]
    enough = 2 * len(there) > len(rows) and sum(given[key].digits for key in there) >= DIGITS
    return enough and all(fits(given[key], float(column[key])) for key in there)


def shuffled(given: Mapping[str, Reading], right: Mapping[str, float]) -> bool:
    """Say whether the right numbers were given, but for other rows.

    Examples
    --------
    >>> give = {"a": Reading(2.0), "b": Reading(1.0), "c": Reading(3.0)}
    >>> shuffled(give, {"a": 1, "b": 2, "c": 3}), shuffled(give, {"a": 1, "b": 2, "c": 4})
    (True, False)
    """
    numbers = sorted(right.values())
    told = sorted(given.values(), key=lambda reading: reading.value)
    apart = len({round(number, 9) for number in numbers}) == len(numbers) >= DIGITS
    return apart and all(fits(one, number) for one, number in zip(told, numbers, strict=True))


def same_plan(sheet: PlanSheet, plan: PlanAnswer, start: PlanAnswer) -> str | None:
    """Return where a plan was taken over from, in words, if it was not changed."""
    known: dict[str, Any] = {**sheet.above, _("what the card starts with"): start}
    for words, other in known.items():
        if all(alike(plan[name], other[name]) for name in plan):
            message = _("These are the numbers that stand there: {words}. Change them.")
            return message.format(words=words)
    return None
