"""Every measure that a shop allows, side by side, period by period."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit import kpi
from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.messages import _
from ecokit.own.able import abilities
from ecokit.plots import theme
from ecokit.shop import Shop


def example() -> Path:
    """Return the folder of a small shop's exports, to try ``ecokit own`` on.

    References
    ----------
    The course's own; all values are invented.

    Examples
    --------
    >>> sorted(path.name for path in example().glob("Export*"))
    ['ExportOrderDetailList202511.csv', 'ExportOrderList202511.csv']
    """
    return Path(__file__).with_name("example")


def report(shop: Shop, by: str = "week") -> pd.DataFrame:
    """Return the measures that a shop allows, by period: visits, orders, sales and so on.

    Parameters
    ----------
    shop : Shop
        Such as `load` returns it.
    by : str
        "day", "week", "month", "quarter" or "year".

    Returns
    -------
    DataFrame
        A row a period, a column a measure; shares are fractions, money is in yuan.

    Raises
    ------
    CourseError
        Its tables allow no measure.

    References
    ----------
    The measures are those of slides 9 and 15.

    Examples
    --------
    >>> visits = pd.DataFrame({
    ...     "visitor_id": [1, 1, 2],
    ...     "started_at": pd.to_datetime(["2025-01-05", "2025-01-06", "2025-01-07"]),
    ... })
    >>> report(Shop({"visits": visits}))
            week  uv  visits
    0 2024-12-30   1       1
    1 2025-01-06   2       2
    """
    there = {name: list(shop.tables[name].columns) for name in shop.tables}
    can = [
        one.id
        for one in abilities(there)
        if one.kind == "measure" and one.id in kpi.MEASURES and not one.lacks
    ]
    if not can:
        raise CourseError(_("These tables allow no measure. Bring visits, or orders and lines."))
    columns = [frames.as_pandas(kpi.measure(one, shop, by)).set_index(by)[one] for one in can]
    return pd.concat(columns, axis=1).sort_index().reset_index()


class Told(str):
    """A sentence in the place of a result that could not be computed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def ask(compute: Callable[[], Any]) -> Any:
    """Return what a function gives, or the sentence that says why it cannot.

    Parameters
    ----------
    compute : callable
        Without parameters, such as ``lambda: kpi.scorecards(shop)``.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> ask(lambda: kpi.measure("uv", {}))
    This measure needs the table visits, which is not among: none.
    """
    try:
        return compute()
    except CourseError as error:
        return Told(error)


def shown(table: pd.DataFrame) -> Any:
    """Return a report as it is read: money in yuan, shares in per cent, no digits that say nothing.

    Parameters
    ----------
    table : DataFrame
        From `report`.

    Returns
    -------
    object
        As the last line of a cell it is a table.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> shown(pd.DataFrame({"week": pd.to_datetime(["2025-01-06"]), "uv": [2], "sales": [9.5]}))
    <table of 1 row and 3 columns>
    """
    forms = {"yuan": "yuan", "share": "percent", "index": "percent"}
    found = {
        name: forms.get(kpi.declared(name).unit, "count" if _whole(table[name]) else "{:,.1f}")
        for name in table.columns
        if name in kpi.MEASURES
    }
    return theme.table(table, found)


def _whole(column: pd.Series) -> bool:
    return not (column.dropna().astype("float") % 1).any()


def overview(shop: Shop, kind: str = "") -> pd.DataFrame:
    """Return what the course can compute of a shop, and what the rest lacks.

    Parameters
    ----------
    shop : Shop
        Such as `load` returns it.
    kind : str
        "measure", "exercise" or "explorer"; without it, all of them.

    Returns
    -------
    DataFrame
        kind, title, computed (True or False), lacks.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> visits = pd.DataFrame({"visitor_id": [1], "started_at": pd.to_datetime(["2025-01-05"])})
    >>> overview(Shop({"visits": visits})).query("computed")["title"].tolist()[:2]
    ['Unique visitors (UV)', 'Visits']
    """
    there = {name: list(shop.tables[name].columns) for name in shop.tables}
    rows = [
        (one.kind, one.title, not one.lacks, "; ".join(one.lacks))
        for one in abilities(there)
        if kind in ("", one.kind)
    ]
    return pd.DataFrame(rows, columns=["kind", "title", "computed", "lacks"])
