"""Faults of tables that other people bring: rows that cannot be used, told and left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _, _n, rows_of, short

SHOWN = 5  # faults told at once, and numbers of rows in a list of them
LISTED = ["table", "column", "what", "rows", "count", "of", "example", "remedy", "kind"]
LEFT_OUT = ["table", "rows", "reason", "example", "yuan"]
KINDS = ("shape", "total", "copy", "twice", "gap", "value", "impossible", "orphan", "note")
FEN = Decimal("0.01")


@dataclass(frozen=True)
class Fault:
    """Rows of a table that cannot be used, and why.

    Parameters
    ----------
    table, columns
        Where.
    what : str
        What these rows are, as a clause: "not numbers".
    rows : array of int
        Where they stand in the file, from 0.
    of : int
        How many rows the table has.
    example : str
        What stands in the first of them.
    remedy : str
        What to do.
    kind : str
        One of ``KINDS``. A note is told, and no fault.

    Examples
    --------
    >>> fault = Fault("stock", ("sold",), "not numbers", np.array([6]), 90, "ten", "Write 10.")
    >>> print(fault)
    Table stock, column sold: 1 of 90 rows: not numbers, for example row 7 below the header
        (ten). Write 10.
    """

    table: str
    columns: tuple[str, ...]
    what: str
    rows: np.ndarray
    of: int
    example: str = ""
    remedy: str = ""
    kind: str = "value"

    def __str__(self) -> str:
        if self.kind == "shape":
            return self.what
        sentence = _n(
            "Table {table}, column {column}: {rows}: {what}, "
            "for example row {row} below the header{example}. {remedy}",
            "Table {table}, column {column}: {rows} are {what}, "
            "for example row {row} below the header{example}. {remedy}",
            len(self.rows),
        )
        return sentence.format(
            table=self.table,
            column=" + ".join(self.columns),
            rows=rows_of(len(self.rows), self.of),
            what=self.what,
            row=self.rows[0] + 1,
            example=f" ({self.example})" if self.example else "",
            remedy=self.remedy,
        )


def fault(
    table: str,
    columns: Sequence[str],
    frame: pd.DataFrame,
    wrong: Any,
    what: str,
    remedy: str = "",
    *,
    of: int,
    kind: str = "value",
) -> Fault:
    """Return the fault of the rows of a frame that a mask marks; its index numbers the rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"sold": ["1", "ten"]})
    >>> fault("stock", ["sold"], frame, frame["sold"] == "ten", "not numbers", of=2).example
    'ten'
    """
    marked = pd.Series(wrong, index=frame.index).fillna(value=False).to_numpy(dtype=bool)
    rows = frame.index.to_numpy()[marked]
    first = frame.iloc[int(marked.argmax())]
    values = [short(first[name]) for name in columns if not _is_gap(first[name])]
    remedy = remedy or _("Correct these rows or leave them out.")
    return Fault(table, tuple(columns), what, rows, of, ", ".join(values), remedy, kind)


def _is_gap(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def refuse(faults: Sequence[Fault]) -> None:
    """Raise a CourseError that tells of the first faults, if there are any.

    Examples
    --------
    >>> refuse([Fault("stock", ("sold",), "empty", np.array([6]), 90, kind="note")])
    """
    told = [str(one).rstrip() for one in faults if one.kind != "note"]
    if told:
        more = len(told) - SHOWN
        last = _n("There is {more} more fault.", "There are {more} more faults.", more)
        told = [*told[:SHOWN], *([last.format(more=more)] if more > 0 else [])]
        raise CourseError("\n".join(told))


def listed(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return faults as a table, a row each; ``rows`` names the first ones below the header.

    Examples
    --------
    >>> one = Fault("stock", ("date", "product_id"), "there twice", np.arange(1, 9), 90)
    >>> listed([one]).loc[0, ["column", "rows"]].tolist()
    ['date + product_id', '2, 3, 4, 5, 6, ...']
    """
    found = [
        (
            one.table,
            " + ".join(one.columns),
            one.what,
            _numbers(one.rows),
            len(one.rows),
            one.of,
            one.example,
            one.remedy,
            one.kind,
        )
        for one in faults
    ]
    return pd.DataFrame(found, columns=LISTED).astype({"count": "int64", "of": "int64"})


def _numbers(rows: np.ndarray) -> str:
    shown = [str(row + 1) for row in rows[:SHOWN]]
    return ", ".join([*shown, "..."] if len(rows) > SHOWN else shown)


def left_out(parts: Iterable[tuple[Fault, pd.DataFrame]]) -> pd.DataFrame:
    """Return what was left out as a table: table, rows, reason, example, yuan.

    Parameters
    ----------
    parts : iterable of Fault and DataFrame
        Why, and the rows that went for that reason alone.

    Examples
    --------
    >>> gap = Fault("order_lines", ("unit_price",), "empty", np.array([4]), 90, "7")
    >>> left_out([(gap, pd.DataFrame({"quantity": [2], "unit_price": [None]}))])
             table  rows             reason  example  yuan
    0  order_lines     1  unit_price: empty   row 5: 7   NaN
    """
    found = []
    for one, rows in parts:
        reason = f"{' + '.join(one.columns)}: {one.what}"
        row = int(rows.index[0] if len(rows) and rows.index[0] in one.rows else one.rows[0]) + 1
        example = _("row {row}").format(row=row) + (f": {one.example}" if one.example else "")
        found.append((one.table, len(rows), reason, example, yuan(one.table, rows)))
    return pd.DataFrame(found, columns=LEFT_OUT).astype({"rows": "int64", "yuan": "float64"})


def yuan(table: str, rows: pd.DataFrame) -> float:
    """Return the money in order lines, each rounded to the fen; NaN where none can be computed.

    Half a fen goes away from zero. Other tables have no money of their own: the lines of an order
    that is left out are left out with it.

    Examples
    --------
    >>> yuan("order_lines", pd.DataFrame({"quantity": [0.45, 1], "unit_price": [29.9, None]}))
    13.46
    """
    if table != "order_lines" or not {"quantity", "unit_price"} <= set(rows.columns):
        return float("nan")
    pairs = rows[["quantity", "unit_price"]].apply(pd.to_numeric, errors="coerce").dropna()
    worth = [
        (Decimal(str(quantity)) * Decimal(str(price))).quantize(FEN, ROUND_HALF_UP)
        for quantity, price in zip(
            pairs["quantity"].tolist(), pairs["unit_price"].tolist(), strict=True
        )
    ]
    return float(sum(worth, Decimal(0))) if worth else float("nan")
