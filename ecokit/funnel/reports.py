"""What platforms say they brought, beside the orders that there are."""

from __future__ import annotations

from typing import Any

from ecokit.inputs import amounts, frames, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi import parts
from ecokit.kpi.engine import Part, per, total

_REPORTS = "month platform claimed_orders"
_TYPES = {"month": "date", "platform": "string", "claimed_orders": "number"}
_TOLD = ("claimed_orders", "orders", "claims_per_order")


@public
def claims(data: Any, *, by: By = "month") -> Any:
    """Add up the orders that platforms claim, and set them beside the orders that there are.

    Each platform counts an order for itself if it saw the customer within its own window, and none
    sees the others. So several claim the same order, and their claims add up to more than there
    are. The sum is no number of orders; it only shows how often they are claimed.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``platform_reports``: ``month``, ``platform``, ``claimed_orders``. ``orders``:
        ``placed_at``, ``paid_at``, ``channel_id``; only paid orders count.
    by : str or sequence of str, optional
        ``"month"`` or longer, and ``"channel_id"``, which is the platform of a report: beside
        its claims stand the orders that came by it last.

    Returns
    -------
    table
        `by`; ``claimed_orders`` (of all platforms), ``orders`` (paid), ``claims_per_order``.
        Sorted by `by`.

    Raises
    ------
    CourseError
        A table or a column is missing, a claim is missing or below zero, or a report is asked for
        by days, which it does not have.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.to_datetime(["2025-05-01"] * 2)
    >>> shop = {"platform_reports": pd.DataFrame({"month": may, "platform": ["social", "search"],
    ...                                           "claimed_orders": [3, 2]}),
    ...         "orders": pd.DataFrame({"placed_at": may, "paid_at": may,
    ...                                 "channel_id": ["social", "direct"]})}
    >>> claims(shop)
           month  claimed_orders  orders  claims_per_order
    0 2025-05-01               5       2               2.5
    >>> claims(shop, by="channel_id")["claimed_orders"].tolist()
    [0, 2, 3]
    >>> claims({"orders": shop["orders"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table platform_reports, which is not ...
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, _TOLD)
    reports, orders = frames.door(
        data,
        {"platform_reports": _REPORTS, "orders": "placed_at paid_at channel_id"},
        types=_TYPES,
        by=[key for key in keys if key != "platform"],
    )
    claimed = Part(
        "platform_reports",
        reports.rename({"platform": "channel_id"}).with_columns(
            _claimed=amounts.whole(reports, "claimed_orders")
        ),
        "month",
        "_claimed",
        faults=(rows.below_zero("claimed_orders", "month"),),
    )
    sums = total({"claimed_orders": claimed, "orders": parts.paid(orders)}, keys, {})
    ratio = per("claimed_orders", "orders").alias("claims_per_order")
    return frames.sorted_native(sums.select(*keys, "claimed_orders", "orders", ratio), keys)
