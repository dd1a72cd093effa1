"""The operations and service center: its four departments and five KPIs (slide 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.kpi import KPIS, measure
from ecokit.kpi.engine import By, door, listed
from ecokit.messages import _
from ecokit.operations.frames import small, tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FIVE = ("stockout_rate", "sales_attainment", "complaint_rate", "profit_margin", "return_rate")
"""The KPIs of slide 15, in its order."""

DEPARTMENTS: tuple[tuple[str, str, str, str], ...] = (
    (
        _("category management"),
        "品类管理部",
        _("category management, purchasing, photographs, listing and delisting"),
        "stockout_rate",
    ),
    (
        _("product planning"),
        "产品策划部",
        _("running own and channel shops; planning and promoting product campaigns"),
        "sales_attainment",
    ),
    (
        _("customer service"),
        "客服部",
        _("customer service and customer analysis"),
        "complaint_rate",
    ),
    (_("logistics"), "物流部", _("delivery and after-sales"), "return_rate"),
)
"""Department, Chinese name, its duties of slide 15, and the KPI that it moves most.

Slide 15 lists departments, duties and KPIs side by side; which belongs to which is our reading.
All four move the profit margin.
"""

_ONLY_WHOLE = ("sales_attainment", "complaint_rate")


def five_kpis(data: Any, by: By = "month") -> pd.DataFrame:
    """Compute the center's five KPIs in one table.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``, ``orders``, ``order_lines``, ``targets``, ``complaints``, ``returns``;
        ``products`` to group by its columns.
    by : str or sequence of str, optional
        ``"month"``, ``"quarter"``, None for the whole time, or columns of products such as
        ``"category"``. An order may hold several categories, so by a product's column there
        is no complaint rate, and the sales target is not split: those two are left out.

    Returns
    -------
    DataFrame
        `by` and a column a KPI of :data:`FIVE`, all as fractions.

    Raises
    ------
    CourseError
        A table or column is missing, or a period is shorter than a month.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> five_kpis(shop, None).columns.tolist() == list(FIVE)
    True
    >>> five_kpis(shop, "category").columns.tolist()
    ['category', 'stockout_rate', 'profit_margin', 'return_rate']
    >>> five_kpis({"orders": shop.orders})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table stock, which is not among: orders.

    Source: slide 15. The definitions stand with the KPIs.
    """
    import narwhals.stable.v2 as nw

    tables: Mapping[str, Any] = tables_of(data)
    keys = listed(by)
    split = any(key in _product_columns(tables) for key in keys)
    wanted = [kpi for kpi in FIVE if not (split and kpi in _ONLY_WHOLE)]
    each = [small(nw.from_native(measure(kpi, tables, by))) for kpi in wanted]
    if not keys:
        return pd.concat(each, axis=1)
    return pd.concat([table.set_index(keys) for table in each], axis=1).sort_index().reset_index()


def _product_columns(tables: Mapping[str, Any]) -> list[str]:
    import narwhals.stable.v2 as nw

    if "products" not in tables:
        return []
    return list(nw.from_native(tables["products"]).collect_schema().names())


def against_targets(data: Any) -> pd.DataFrame:
    """Set the five KPIs beside their targets, month by month.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`five_kpis`; ``targets`` with ``post_id`` ``service_center``.

    Returns
    -------
    DataFrame
        ``month``, ``kpi``, ``actual``, ``target``, ``met`` (the right way round: a rate of
        stock-outs, complaints or returns must stay below).

    Raises
    ------
    CourseError
        A table or column is missing, or the center has no targets.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> against_targets(load_shop()).columns.tolist()
    ['month', 'kpi', 'actual', 'target', 'met']

    Source: slide 15.
    """
    actual = five_kpis(data).melt("month", var_name="kpi", value_name="actual")
    (frame,) = door(tables_of(data), {"targets": "month post_id kpi target"})
    targets = small(frame)
    targets = targets[targets["post_id"] == "service_center"]
    if targets.empty:
        raise CourseError(_("The table targets has no row of the post_id service_center."))
    both = actual.merge(targets[["month", "kpi", "target"]], on=["month", "kpi"])
    lower = both["kpi"].map(lambda kpi: KPIS[kpi].better == "lower")
    met = (both["actual"] >= both["target"]).where(~lower, both["actual"] <= both["target"])
    return both.assign(met=met)
