"""What platforms claim, added up beside the orders that exist."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi import measure
from ecokit.messages import _

_REPORTS = {
    "month": "date",
    "platform": "string",
    "window_days": "number",
    "claimed_orders": "number",
    "claimed_sales": "number",
}


@public
def platform_claims(data: Any, *, by: str = "month") -> Any:
    """Add up the orders that platforms claim, beside those that were paid.

    Each platform counts every order that followed its advertisement within its own window, and
    knows of no other platform. An order that three of them touched is claimed three times.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``platform_reports`` (``month``, ``platform``, ``window_days``, ``claimed_orders``,
        ``claimed_sales``) and ``orders`` (``placed_at``, ``paid_at``, ``channel_id``).
    by : str
        "month" (a row a month: all platforms together beside all orders) or "platform" (a row a
        platform: its claims beside the orders that came through it last).

    Returns
    -------
    table of the caller's kind
        `by`, ``claimed`` (orders), ``paid`` (orders that exist), ``beyond`` (claimed less paid)
        and ``ratio`` (claimed over paid; missing where nothing was paid).

    Raises
    ------
    CourseError
        A table or column is missing, a number is below 0, or a platform has two rows in a month.

    References
    ----------
    The table platform_reports of the data dictionary. That credit by the last touch proves no
    cause either: Blake, Nosko and Tadelis (2015).

    Examples
    --------
    >>> day = pd.Timestamp("2025-06-09")
    >>> reports = pd.DataFrame({"month": pd.Timestamp("2025-06-01"), "window_days": [30, 7],
    ...     "platform": ["search", "social"], "claimed_orders": [3, 2], "claimed_sales": 700})
    >>> orders = pd.DataFrame({"placed_at": [day] * 4, "paid_at": [day] * 4,
    ...     "channel_id": ["search", "search", "social", "direct"]})
    >>> tables = {"platform_reports": reports, "orders": orders}
    >>> platform_claims(tables)[["claimed", "paid", "ratio"]]
       claimed  paid  ratio
    0      5.0   4.0   1.25
    >>> platform_claims(tables, by="platform")["ratio"].tolist()
    [1.5, 2.0]
    """
    numbers.one_of("by", by, ("month", "platform"))
    (reports,) = frames.fetched(data, {"platform_reports": " ".join(_REPORTS)}, types=_REPORTS)
    places = ("month", "platform")
    rules = [rows.missing(name, *places) for name in places]
    rules += [rows.below_zero(name, *places) for name in ("claimed_orders", "claimed_sales")]
    rows.refuse(reports, "platform_reports", [*rules, rows.twice("month", "platform")])
    if reports.empty:
        raise CourseError(_("The table platform_reports has no rows. Give a month or more."))
    (orders,) = frames.door(data, {"orders": "placed_at paid_at"})
    paid_ones = orders.filter(~nw.col("paid_at").is_null())
    rows.refuse(paid_ones, "orders", [rows.missing("placed_at")])
    reports = reports.assign(month=reports["month"].dt.to_period("M").dt.to_timestamp())
    column = "month" if by == "month" else "channel_id"
    paid = frames.as_pandas(measure("orders", data, by=[*dict.fromkeys(["month", column])]))
    paid = paid[paid["month"].isin(reports["month"])]
    claimed = reports.groupby(by)["claimed_orders"].sum()
    there = paid.groupby(column)["orders"].sum().reindex(claimed.index).fillna(0)
    found = pd.DataFrame({"claimed": claimed.astype(float), "paid": there.astype(float)})
    ratio = found["claimed"] / found["paid"].where(found["paid"] > 0)
    table = found.assign(beyond=found["claimed"] - found["paid"], ratio=ratio)
    return frames.like(table.rename_axis(by).reset_index(), data)
