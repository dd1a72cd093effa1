"""A change of sales, in three parts that add up: visits, conversion, value of an order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import last as last_moment
from ecokit.messages import _

_WINDOWS = ("before", "last")
_COUNTS = ("visits", "orders", "sales")
_TOLD = (
    *(f"{name}_{when}" for name in _COUNTS for when in _WINDOWS),
    *("change", "from_visits", "from_conversion", "from_value"),
)


@dataclass(frozen=True)
class Parts:
    """What of a change comes from each factor; together they are the change.

    Parameters
    ----------
    visits, conversion, value : float
        Yuan.
    """

    visits: float
    conversion: float
    value: float

    @property
    def change(self) -> float:
        """The whole change."""
        return self.visits + self.conversion + self.value


@public
def parts_of_change(before: tuple[float, float, float], last: tuple[float, float, float]) -> Parts:
    """Split a change of sales into what visits, conversion and value of an order brought to it.

    Each factor gets the logarithm of its growth, times a mean of both sales: so the parts do not
    hang on the order in which the factors are looked at, and nothing is left over.

    Parameters
    ----------
    before, last : (visits, conversion, value)
        Visits (count), conversion (paid orders a visit, above 0), value of an order (yuan, above
        0), of two periods of the same length.

    Returns
    -------
    Parts
        In yuan.

    Raises
    ------
    CourseError
        A number is not above 0.

    References
    ----------
    Ang (2005): the logarithmic mean Divisia index (LMDI-I), additive.

    Examples
    --------
    >>> found = parts_of_change(before=(1000, 0.05, 400), last=(900, 0.04, 420))
    >>> [round(part) for part in (found.visits, found.conversion, found.value)]
    [-1838, -3893, 851]
    >>> round(found.change) == 900 * 0.04 * 420 - 1000 * 0.05 * 400
    True
    """
    names = ("visits", "conversion", "value")
    old, new = (
        [numbers.positive(f"{when}: {name}", one) for name, one in zip(names, given, strict=True)]
        for when, given in (("before", _three("before", before)), ("last", _three("last", last)))
    )
    mean = _log_mean(math.prod(old), math.prod(new))
    grown = [math.log(after / ago) for ago, after in zip(old, new, strict=True)]
    return Parts(*(mean * one for one in grown))


def _three(name: str, value: Any) -> list[float]:
    found = numbers.row(name, value).tolist()
    if len(found) != 3:  # visits, conversion, value
        raise numbers.refused(name, value, _("Give three numbers: visits, conversion, value."))
    return found


def _log_mean(one: float, other: float) -> float:
    """Return the logarithmic mean of two positive numbers.

    Examples
    --------
    >>> _log_mean(3, 3), round(_log_mean(1, math.e), 6)
    (3, 1.718282)
    """
    if one == other:
        return one
    grown = (other - one) / one
    # next to 1 the quotient of both rounds to 1, and its logarithm to 0; near 0 their difference
    # rounds
    return (other - one) / (math.log1p(grown) if abs(grown) < 0.5 else math.log(other / one))


@public
def factors(data: Any, *, by: By = None, days: int = 28, end: datetime | str | None = None) -> Any:
    """Compare the last weeks with those before, and say in yuan which factor made the difference.

    An order belongs to its visit, and to the day of it. Whole weeks have the same weekdays on both
    sides; months do not.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``visit_id``, ``started_at`` and the columns in `by`; ``orders``:
        ``order_id``, ``visit_id``, ``paid_at`` (paid orders count); ``order_lines``:
        ``order_id``, ``quantity``, ``unit_price`` (yuan).
    by : str or sequence of str, optional
        Columns of visits, such as ``"channel_id"`` or ``"device"``.
    days : int
        Length of either window.
    end : datetime or ISO text, optional
        The first moment after the last window. Default: midnight after the last visit.

    Returns
    -------
    table
        `by`; ``visits``, ``orders``, ``sales`` (yuan), each ``_before`` and ``_last``;
        ``change`` of sales (yuan) and ``from_visits``, ``from_conversion``, ``from_value``, which
        add up to it. A group without orders in one window has no conversion to compare: its whole
        change counts as visits where there were none, else as conversion. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, `days` is no whole number from 1 on, or nobody came.

    References
    ----------
    Ang (2005). Sales as visits × conversion × value: page KPIs.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> visits = pd.DataFrame({"visit_id": [1, 2, 3], "started_at": [day("2025-03-01 09:00"),
    ...     day("2025-03-01 10:00"), day("2025-03-02 09:00")]})
    >>> orders = pd.DataFrame({"order_id": [7, 8], "visit_id": [1, 3],
    ...     "paid_at": [day("2025-03-01 09:30"), day("2025-03-02 09:30")]})
    >>> lines = pd.DataFrame({"order_id": [7, 8], "quantity": 1, "unit_price": [100.0, 100.0]})
    >>> told = factors({"visits": visits, "orders": orders, "order_lines": lines}, days=1)
    >>> told[["change", "from_visits", "from_conversion"]].round(1).values.tolist()
    [[0.0, -69.3, 69.3]]
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, _TOLD)
    came, sold, lines = frames.door(
        data,
        {
            "visits": ["visit_id", "started_at", *keys],
            "orders": "order_id visit_id paid_at",
            "order_lines": "order_id quantity unit_price",
        },
    )
    rows.refuse(came, "visits", [rows.twice("visit_id")])
    rows.refuse(sold, "orders", [rows.twice("order_id")])
    rows.refuse(
        lines, "order_lines", amounts.faults(lines, "order_lines", "quantity", "unit_price")
    )
    length = timedelta(days=numbers.count("days", days, 1, 3_660))
    after = _end(came) if end is None else numbers.moment("end", end).floor("us").to_pydatetime()
    counts = _counted(came, sold, lines, keys, after - length, length)
    return frames.like(_with_parts(counts, keys), data)


def _end(came: Frame) -> datetime:
    found = pd.Timestamp(last_moment(came, "visits", "started_at", _("Say where the window ends.")))
    return (found.normalize() + pd.Timedelta(days=1)).to_pydatetime()


def _counted(
    came: Frame, sold: Frame, lines: Frame, keys: list[str], middle: datetime, length: timedelta
) -> pd.DataFrame:
    """Return visits, orders and sales (fen) of each group in both windows."""
    for key in keys:
        came = frames.as_group(came, key)
    amount = amounts.with_fen(lines, "quantity", "unit_price", "fen").group_by("order_id")
    paid = sold.filter(~nw.col("paid_at").is_null()).join(
        amount.agg(nw.col("fen").sum()), on="order_id", how="left"
    )
    paid = paid.group_by("visit_id").agg(nw.len().alias("orders"), nw.col("fen").sum())
    at = nw.col("started_at")
    inside = came.filter((at >= middle - length) & (at < middle + length))
    told = inside.with_columns(_last=(at >= middle).cast(nw.Int64)).join(
        paid, on="visit_id", how="left"
    )
    groups = [*keys, "_last"]
    sums = told.group_by(*groups).agg(
        nw.len().alias("visits"), nw.col("orders").sum(), nw.col("fen").sum().alias("sales")
    )
    found = frames.as_pandas(sums).fillna({"orders": 0, "sales": 0})
    if found.empty:
        raise CourseError(_("Nobody came in either window. Say another end, or more days."))
    return found


def _with_parts(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return one row a group: both windows side by side, and the parts of the change."""
    counts = counts.assign(sales=counts["sales"] / 100)
    sides = []
    for number, when in enumerate(_WINDOWS):
        side = counts[counts["_last"] == number].drop(columns="_last")
        sides.append(side.rename(columns={name: f"{name}_{when}" for name in _COUNTS}))
    if keys:
        wide = sides[0].merge(sides[1], on=keys, how="outer").sort_values(keys)
    else:
        wide = pd.concat([side.reset_index(drop=True) for side in sides], axis=1)
    wide = wide.reset_index(drop=True)
    numbers_of = [f"{name}_{when}" for name in _COUNTS for when in _WINDOWS]
    for name in numbers_of:
        wide[name] = wide[name].fillna(0) if name in wide else 0
    whole = [name for name in numbers_of if not name.startswith("sales")]
    wide = wide.astype(dict.fromkeys(whole, "int64"))
    wide["change"] = (wide["sales_last"] - wide["sales_before"]).round(2)
    parts = pd.DataFrame([_parts(row) for row in wide.to_dict("records")])
    wide[["from_visits", "from_conversion", "from_value"]] = parts.to_numpy()
    return wide[[*keys, *_TOLD]]


def _parts(row: Mapping[Any, Any]) -> tuple[float, float, float]:
    sides = [[row[f"{name}_{when}"] for name in _COUNTS] for when in _WINDOWS]
    if min(min(side) for side in sides) > 0:
        old, new = ((v, o / v, s / o) for v, o, s in sides)
        found = parts_of_change(old, new)
        return found.visits, found.conversion, found.value
    change = sides[1][2] - sides[0][2]
    return (change, 0.0, 0.0) if 0 in (sides[0][0], sides[1][0]) else (0.0, change, 0.0)
