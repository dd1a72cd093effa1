"""Every measure and KPI of the course, each declared once: its words and its expression.

The scorecard, the glossary, the reference page and the exercises read these declarations.
A declaration is called with a shop or with tables by name; `measure` finds it by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public, refuse_old_call
from ecokit.kpi import parts
from ecokit.kpi.engine import Part, lendable, per, total, yuan
from ecokit.messages import _

POSTS = {
    "traffic_manager": (_("Traffic manager"), "流量经理"),
    "design_manager": (_("Design manager"), "设计经理"),
    "product_manager": (_("Product manager"), "产品经理"),
    "service_center": (_("Operations and service center"), "运营客服中心"),
}
"""The posts that carry KPIs: English and Chinese title by id."""


@dataclass(frozen=True)
class Measure:
    """One measure: what it is called, what it needs, and how it is computed.

    Parameters
    ----------
    id, name, name_zh : str
        The id in code, the name in words, the Chinese name.
    unit : str
        "visitors", "yuan", "share" (0 to 1), "index" (1 is the baseline), "seconds" ...
    formula : str
        The computation in words.
    columns : mapping of table name to str
        The columns it needs of each table.
    parts : callable
        From the tables, what is totalled (see `ecokit.kpi.engine.Part`).
    value : Narwhals expression
        From the totals, the result.
    monthly : bool
        It compares with a monthly plan or stock, so it has no value for a day or a week.

    References
    ----------
    What the KPIs of slides 9 and 15 are made of. That unique visitors do not add up over
    periods: AFS Analytics (2017).

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "visitor_id": [1, 1, 2],
    ...     "started_at": pd.to_datetime(["2025-01-05", "2025-01-31", "2025-02-01"]),
    ... })
    >>> MEASURES["uv"]({"visits": visits}, by="month")
           month  uv
    0 2025-01-01   1
    1 2025-02-01   1
    >>> MEASURES["uv"]({"visits": visits})
       uv
    0   2
    """

    id: str
    name: str
    name_zh: str
    unit: str
    formula: str
    columns: Mapping[str, str]
    parts: Callable[..., dict[str, Part]] = field(repr=False)
    value: nw.Expr = field(repr=False, compare=False, default_factory=lambda: per("above", "below"))
    monthly: bool = False

    def __call__(self, data: Any, *more: Any, by: By = None) -> Any:
        """Compute the measure of a shop or of tables by name; see `measure`."""
        if more:
            refuse_old_call(f"kpi.{self.id}")
            message = _("{name} takes a shop, or tables by name, and then by=...")
            raise CourseError(message.format(name=self.id))
        groups = frames.listed(by)
        if self.monthly and {"hour", "day", "week"} & set(groups):
            message = _("{name} is a monthly figure. Ask for it by month, quarter or year.")
            raise CourseError(message.format(name=self.name))
        distinct = [name for name, columns in self.columns.items() if _VISITS in columns]
        parts = self.parts(*frames.door(data, self.columns, alike=distinct))
        frames.refuse_taken(groups, [*parts, self.id])
        totals = total(parts, groups, lendable(frames.tables(data)))
        return frames.sorted_native(totals.select(*groups, self.value.alias(self.id)), groups)


@dataclass(frozen=True, kw_only=True)
class KPI(Measure):
    """A measure that a post answers for; its target and weight stand in the table targets.

    Parameters
    ----------
    better : str
        "higher" or "lower".
    slide : int
        Where the deck names it: 9 (front line) or 15 (service center).
    posts : tuple of str
        The posts that answer for it.
    note : str
        What a careful reader should know.

    References
    ----------
    Slides 9 and 15 name the KPIs; `slide` says which. Turns: Sophelle, *Retail glossary*.
    """

    better: str = "higher"
    slide: int = 9
    posts: tuple[str, ...]
    note: str = ""


@public
def measure(name: str, data: Any, by: By = None) -> Any:
    """Compute a measure or KPI of a shop, wherever its tables are.

    Parameters
    ----------
    name : str
        An id in `MEASURES` or `KPIS`, such as "uv" or "campaign_conversion".
    data : Shop or mapping of tables
        A Shop, or a mapping of table names to frames of one kind: pandas, Polars (eager or
        lazy), DuckDB, PySpark, or another kind that Narwhals knows.
    by : str or sequence of str, optional
        "hour", "day", "week", "month", "quarter", "year", a column, a list of these, or None for
        one total.
        A column of products, campaigns or channels is found through its id.

    Returns
    -------
    frame of the caller's kind
        The columns `by`, then the measure, sorted by `by`. Shares are fractions, money is
        in yuan. A division by zero gives null. On a lazy engine so does a group with a row that
        cannot be added up, because a price is missing: it is no zero. The orders that you give
        say which lines count, so those of one country are enough; a line that has lost its
        order is told where the tables become a `Shop`.

    Raises
    ------
    CourseError
        The measure is unknown, a table or column is missing or holds the wrong kind of values,
        a row stands there twice, or kinds of frames are mixed; or a row of an eager table cannot
        be added up.

    References
    ----------
    Slides 9 and 15 name the KPIs; `reference` tells the slide and the formula of each.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"visitor_id": [1, 2, 3], "campaign_id": ["C01", None, None]})
    >>> measure("campaign_uv_share", {"visits": visits})
       campaign_uv_share
    0           0.333333
    >>> measure("click_rate_of_the_moon", {"visits": visits})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: name is 'click_rate_of_the_moon'. Choose one of: uv, ...
    """
    return declared(name)(data, by=by)


@public
def declared(name: str) -> Measure:
    """Return the declaration of a measure or KPI, or say which there are.

    Parameters
    ----------
    name : str
        An id in `MEASURES` or `KPIS`, such as "uv" or "campaign_conversion".

    Returns
    -------
    Measure
        Of `KPIS`, a `KPI`.

    Raises
    ------
    CourseError
        There is no such measure.

    References
    ----------
    Slides 9 and 15 name the KPIs.

    Examples
    --------
    >>> declared("campaign_conversion").formula
    'paid orders through campaigns / UV through campaigns'
    >>> declared("sunshine")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: name is 'sunshine'. Choose one of: uv, ...
    """
    known = {**MEASURES, **KPIS}
    return known[numbers.one_of("name", name, known)]


# --- the declarations ------------------------------------------------------------------

_VISITS = "visitor_id"
_ORDERS = "order_id paid_at"
_LINES = "order_id quantity unit_price unit_cost"
_TARGETS = "month post_id kpi plan"

MEASURES: dict[str, Measure] = {
    one.id: one
    for one in (
        Measure(
            "uv",
            _("Unique visitors (UV)"),
            "独立访客数",
            "visitors",
            _("distinct visitor_id"),
            {"visits": _VISITS},
            lambda visits: {"uv": parts.visitors(visits)},
            nw.col("uv"),
        ),
        Measure(
            "visits",
            _("Visits"),
            "访问次数",
            "visits",
            _("rows of visits"),
            {"visits": ""},
            lambda visits: {"visits": Part("visits", visits, "started_at", how="rows")},
            nw.col("visits"),
        ),
        Measure(
            "orders",
            _("Paid orders"),
            "支付订单数",
            "orders",
            _("orders that were paid, dated by the day they were placed"),
            {"orders": "paid_at"},
            lambda orders: {"orders": parts.paid(orders)},
            nw.col("orders"),
        ),
        Measure(
            "sales",
            _("Sales"),
            "销售额",
            "yuan",
            _("sum of quantity x unit price of paid orders"),
            {"orders": _ORDERS, "order_lines": "order_id quantity unit_price"},
            lambda orders, lines: {"fen": parts.sold(orders, lines, parts.sales)},
            yuan("fen"),
        ),
        Measure(
            "profit",
            _("Gross profit"),
            "毛利",
            "yuan",
            _("sum of quantity x (unit price - unit cost) of paid orders"),
            {"orders": _ORDERS, "order_lines": _LINES},
            lambda orders, lines: {"fen": parts.sold(orders, lines, parts.profit)},
            yuan("fen"),
        ),
        Measure(
            "conversion",
            _("Conversion"),
            "转化率",
            "share",
            _("paid orders / UV"),
            {"visits": _VISITS, "orders": "paid_at"},
            lambda visits, orders: {"above": parts.paid(orders), "below": parts.visitors(visits)},
        ),
        Measure(
            "session_conversion",
            _("Conversion per visit"),
            "会话转化率",
            "share",
            _("paid orders / visits"),
            {"visits": "", "orders": "paid_at"},
            lambda visits, orders: {
                "above": parts.paid(orders),
                "below": Part("visits", visits, "started_at", how="rows"),
            },
        ),
        Measure(
            "order_value",
            _("Average order value"),
            "客单价",
            "yuan",
            _("sales / paid orders"),
            {"orders": _ORDERS, "order_lines": "order_id quantity unit_price"},
            lambda orders, lines: {
                "above": parts.sold(orders, lines, parts.sales),
                "below": parts.paid(orders),
            },
            per("above", nw.col("below") * 100),
        ),
    )
}
"""The measures that the KPIs are made of, by id."""

KPIS: dict[str, KPI] = {
    one.id: one
    for one in (
        KPI(
            id="uv_completion",
            name=_("UV completion"),
            name_zh="UV完成率",
            unit="share",
            posts=("traffic_manager",),
            formula=_("UV / UV planned, added up month by month"),
            columns={"visits": _VISITS, "targets": _TARGETS},
            parts=parts.uv_completion,
            value=per(nw.col("above") * 100, "below"),
            monthly=True,
        ),
        KPI(
            id="campaign_uv_share",
            name=_("Campaign share of UV"),
            name_zh="活动UV占比",
            unit="share",
            posts=("traffic_manager",),
            formula=_("UV of visits that came through a campaign / UV"),
            columns={"visits": "visitor_id campaign_id"},
            parts=lambda visits: {
                "above": parts.visitors(parts.campaign(visits)),
                "below": parts.visitors(visits),
            },
        ),
        KPI(
            id="campaign_order_share",
            name=_("Campaign share of orders"),
            name_zh="活动订单占比",
            unit="share",
            posts=("traffic_manager",),
            formula=_("paid orders that came through a campaign / paid orders"),
            columns={"orders": "paid_at campaign_id"},
            parts=lambda orders: {
                "above": parts.paid(parts.campaign(orders)),
                "below": parts.paid(orders),
            },
        ),
        KPI(
            id="campaign_conversion",
            name=_("Campaign order conversion"),
            name_zh="活动订单转化率",
            unit="share",
            posts=("traffic_manager",),
            formula=_("paid orders through campaigns / UV through campaigns"),
            columns={"visits": "visitor_id campaign_id", "orders": "paid_at campaign_id"},
            parts=lambda visits, orders: {
                "above": parts.paid(parts.campaign(orders)),
                "below": parts.visitors(parts.campaign(visits)),
            },
        ),
        KPI(
            id="new_resource_uv_increment",
            name=_("UV increment from new campaign resources"),
            name_zh="新活动资源UV增量比例",
            unit="share",
            posts=("traffic_manager",),
            formula=_("(UV - UV without the visits of new resources) / UV without them"),
            columns={"visits": "visitor_id campaign_id", "campaigns": "campaign_id new_resource"},
            parts=parts.new_resource,
            value=per(nw.col("uv") - nw.col("without"), "without"),
            note=_(
                "A visitor who also came another way is no increment: the shop had that one anyway."
            ),
        ),
        KPI(
            id="sales_completion",
            name=_("Sales completion"),
            name_zh="销售完成率",
            unit="share",
            posts=("design_manager", "product_manager"),
            formula=_("sales / sales planned, added up month by month"),
            columns={
                "orders": _ORDERS + " placed_at",
                "order_lines": "order_id quantity unit_price",
                "targets": _TARGETS,
            },
            parts=parts.sales_completion,
            monthly=True,
            note=_("Two posts carry it; the plan is the product manager's."),
        ),
        KPI(
            id="campaign_click_index",
            name=_("Campaign average click rate (index)"),
            name_zh="活动平均点击率",
            unit="index",
            posts=("design_manager",),
            formula=_("clicks / clicks expected at the channels' baseline click rates"),
            columns={
                "creatives": "campaign_id impressions clicks",
                "campaigns": "campaign_id channel_id start_on",
                "channels": "channel_id baseline_click_rate",
            },
            parts=parts.click_index,
            note=_(
                "Nobody can click more often than they look, so a target of 130 % cannot be a raw "
                "click rate. It is an index: 100 % is the baseline of the channel. A creative "
                "counts in the month in which its campaign starts."
            ),
        ),
        KPI(
            id="core_conversion",
            name=_("Core product conversion"),
            name_zh="核心产品转换率",
            unit="share",
            posts=("design_manager",),
            formula=_("paid orders holding a core product / UV that looked at a core product"),
            columns={
                "visits": "visitor_id product_id",
                "orders": _ORDERS,
                "order_lines": "order_id product_id",
                "products": "product_id core",
            },
            parts=parts.core_conversion,
        ),
        KPI(
            id="dwell_time",
            name=_("Average dwell time"),
            name_zh="平均停留时长",
            unit="seconds",
            posts=("design_manager",),
            formula=_("dwell seconds / visits"),
            columns={"visits": "dwell_seconds"},
            parts=parts.dwell,
        ),
        KPI(
            id="design_on_time",
            name=_("Design on time"),
            name_zh="设计及时率",
            unit="share",
            posts=("design_manager",),
            formula=_("design tasks delivered by their due time / design tasks due"),
            columns={"creatives": "due_at delivered_at"},
            parts=parts.design_on_time,
        ),
        KPI(
            id="profit_completion",
            name=_("Profit completion"),
            name_zh="利润完成率",
            unit="share",
            posts=("product_manager",),
            formula=_("gross profit / profit planned, added up month by month"),
            columns={
                "orders": _ORDERS + " placed_at",
                "order_lines": _LINES,
                "targets": _TARGETS,
            },
            parts=parts.profit_completion,
            monthly=True,
        ),
        KPI(
            id="supply_fill_rate",
            name=_("Supply fill rate"),
            name_zh="货源满足率",
            unit="share",
            posts=("product_manager",),
            formula=_("units delivered by the due date / units asked for"),
            columns={"purchases": "asked_units due_on delivered_on delivered_units"},
            parts=parts.supply,
            note=_("Units beyond the number asked for do not fill another order's gap."),
        ),
        KPI(
            id="new_sku_share",
            name=_("New-SKU share"),
            name_zh="新品SKU占比",
            unit="share",
            posts=("product_manager",),
            formula=_("products in their first 90 days on sale / products on sale, on a mean day"),
            columns={
                "stock": "date product_id",
                "products": "product_id launched_on",
            },
            parts=parts.new_sku,
            note=_(
                "Each day counts, so a month and a year can be held against the same target. Who "
                "counts every product that was new on some day finds more, the longer the period."
            ),
        ),
        KPI(
            id="inventory_turns",
            name=_("Inventory turns"),
            name_zh="库存周转次数",
            unit="turns a month",
            posts=("product_manager",),
            formula=_("cost of goods sold / mean daily stock value at cost / months"),
            columns={
                "orders": _ORDERS,
                "order_lines": "order_id quantity unit_cost",
                "stock": "date product_id closing unit_cost",
            },
            parts=parts.turns,
            value=per(nw.col("cogs") * nw.col("days"), nw.col("value") * nw.col("months")),
            monthly=True,
        ),
        KPI(
            id="stockout_rate",
            name=_("Stock-out rate"),
            name_zh="缺货率",
            unit="share",
            better="lower",
            slide=15,
            posts=("service_center",),
            formula=_("units asked for that stock could not serve / units asked for"),
            columns={"stock": "demand sold"},
            parts=parts.stockouts,
        ),
        KPI(
            id="sales_attainment",
            name=_("Sales target attainment"),
            name_zh="销售目标达标率",
            unit="share",
            slide=15,
            posts=("service_center",),
            formula=_("sales / sales target of the center, added up month by month"),
            columns={
                "orders": _ORDERS + " placed_at",
                "order_lines": "order_id quantity unit_price",
                "targets": _TARGETS,
            },
            parts=parts.sales_attainment,
            monthly=True,
            note=_("Computed like sales completion, against the center's own target."),
        ),
        KPI(
            id="complaint_rate",
            name=_("Complaint rate"),
            name_zh="客服投诉率",
            unit="share",
            better="lower",
            slide=15,
            posts=("service_center",),
            formula=_("complaints raised / paid orders"),
            columns={"orders": "paid_at", "complaints": ""},
            parts=lambda orders, complaints: {
                "above": Part("complaints", complaints, "raised_at", how="rows"),
                "below": parts.paid(orders),
            },
            note=_("A complaint counts when it is raised, an order when it is placed."),
        ),
        KPI(
            id="profit_margin",
            name=_("Profit margin"),
            name_zh="利润率",
            unit="share",
            slide=15,
            posts=("service_center",),
            formula=_("gross profit / sales"),
            columns={"orders": _ORDERS, "order_lines": _LINES},
            parts=parts.margin,
        ),
        KPI(
            id="return_rate",
            name=_("Return and exchange rate"),
            name_zh="退换货率",
            unit="share",
            better="lower",
            slide=15,
            posts=("service_center",),
            formula=_("units returned or exchanged / units sold"),
            columns={
                "orders": _ORDERS,
                "order_lines": "order_id quantity",
                "returns": "quantity",
            },
            parts=parts.returned,
            note=_("A return counts when it is asked for, a unit when it is ordered."),
        ),
    )
}
"""The KPIs of slides 9 and 15, by id."""
