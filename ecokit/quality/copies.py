"""The shop's practice copies: a month with planted faults, beside the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.inputs.renamed import public
from ecokit.messages import _

COPIES = {"orders": "faulty_orders", "order_lines": "faulty_lines", "visits": "faulty_visits"}
"""The tables that were copied, and what the copies are called."""

_BESIDE = ("products", "channels", "campaigns")  # what the copies point to; they are right


@dataclass(frozen=True)
class FaultyMonth:
    """A month of the shop with planted faults.

    Attributes
    ----------
    tables : dict of str to DataFrame
        The copies under the names of the true tables, and the tables that they point to.
    planted : DataFrame
        The faults that are in them: ``table``, ``key``, ``column`` (blank: the whole row),
        ``kind``, ``right`` (what should stand there).
    """

    tables: dict[str, pd.DataFrame]
    planted: pd.DataFrame


@public
def faulty_month(data: Any) -> FaultyMonth:
    """Return the copies with planted faults, ready to be checked, and the list of the faults.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``planted`` and at least one of ``faulty_orders``, ``faulty_lines``, ``faulty_visits``;
        ``products``, ``channels`` and ``campaigns`` are laid beside, if they are there.

    Returns
    -------
    FaultyMonth
        The tables under their true names, for :func:`findings`; the faults that were planted in
        those that are there, for :func:`told_right`. That a copy stops early (freshness) is not
        among them, it is no cell: see :func:`fresh`.

    Raises
    ------
    CourseError
        There is no copy, or the list lacks a column.

    References
    ----------
    The course's own: the simulator plants the faults, and keeps the list.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> month = faulty_month(load_shop())
    >>> list(month.tables)[:3], month.planted.columns.tolist()
    (['orders', 'order_lines', 'visits'], ['table', 'key', 'column', 'kind', 'right'])
    >>> faulty_month({"planted": load_shop()["planted"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no copy with planted faults: faulty_orders, ...
    """
    there = frames.tables(data, "planted")
    listed = {"planted": ["table", "row", "column", "kind", "right"]}
    (planted,) = frames.fetched(data, listed, types=dict.fromkeys(listed["planted"], "any"))
    copies = {name: copy for name, copy in COPIES.items() if copy in there}
    if not copies:
        message = _("There is no copy with planted faults: {names}. load_shop() has them.")
        raise CourseError(message.format(names=", ".join(COPIES.values())))
    beside = [name for name in _BESIDE if name in there]
    found = {**copies, **dict(zip(beside, beside, strict=True))}
    tables = {
        name: frames.as_pandas(there[given], given).reset_index(drop=True)
        for name, given in found.items()
    }
    names = {copy: name for name, copy in copies.items()}
    planted["table"] = planted["table"].map(names)
    planted = planted.rename(columns={"row": "key"})
    kept = planted["table"].notna() & (planted["kind"] != "freshness")
    return FaultyMonth(tables, planted[kept].reset_index(drop=True))
