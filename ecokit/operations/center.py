"""The operations and service center: its four departments and five KPIs (slide 15)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi import KPIS, measure
from ecokit.messages import _

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


@public
def five_kpis(data: Any, *, by: By = "month") -> Any:
    """Compute the center's five KPIs in one table.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``, ``orders``, ``order_lines``, ``targets``, ``complaints``, ``returns``;
        ``products`` to group by its columns.
    by : str or sequence of str, optional
        ``"month"``, ``"quarter"``, ``"year"``, None for the whole time, or columns of products such
        as ``"category"``. An order may hold several categories, so by a product's column there
        is no complaint rate, and the sales target is not split: those two are left out.

    Returns
    -------
    DataFrame
        `by` and a column a KPI of :data:`FIVE`, all as fractions.

    Raises
    ------
    CourseError
        A table or column is missing, or a period is shorter than a month.

    References
    ----------
    Slide 15. The definitions stand with the KPIs.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> five_kpis(shop, by=None).columns.tolist() == list(FIVE)
    True
    >>> five_kpis(shop, by="category").columns.tolist()
    ['category', 'stockout_rate', 'profit_margin', 'return_rate']
    >>> five_kpis({"orders": shop.orders})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table stock, which is not among: orders.
    """
    keys = frames.listed(by)
    split = any(key in _product_columns(data) for key in keys)
    wanted = [kpi for kpi in FIVE if not (split and kpi in _ONLY_WHOLE)]
    each = [frames.as_pandas(measure(kpi, data, by)) for kpi in wanted]
    if not keys:
        return frames.like(pd.concat(each, axis=1), data)
    together = pd.concat([table.set_index(keys) for table in each], axis=1, sort=False)
    return frames.like(together.sort_index().reset_index(), data)


def _product_columns(data: Any) -> list[str]:
    tables = frames.tables(data, "stock")
    if tables.get("products") is None:
        return []
    return list(frames.opened("products", tables, "").collect_schema().names())


@public
def against_targets(data: Any) -> Any:
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

    References
    ----------
    Slide 15.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> against_targets(load_shop()).columns.tolist()
    ['month', 'kpi', 'actual', 'target', 'met']
    """
    (targets,) = frames.fetched(data, {"targets": "month post_id kpi target"})
    actual = frames.as_pandas(five_kpis(data))
    actual = actual.melt("month", var_name="kpi", value_name="actual")
    targets = targets[targets["post_id"] == "service_center"]
    if targets.empty:
        raise CourseError(_("The table targets has no row of the post_id service_center."))
    both = actual.merge(targets[["month", "kpi", "target"]], on=["month", "kpi"])
    lower = both["kpi"].map(lambda kpi: KPIS[kpi].better == "lower")
    met = (both["actual"] >= both["target"]).where(~lower, both["actual"] <= both["target"])
    return frames.like(both.assign(met=met), data)
