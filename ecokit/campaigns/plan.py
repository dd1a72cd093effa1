"""From a goal to a plan, and the plan beside what came.

A plan begins with orders that would not have come without it, takes the cheapest of them first,
and says what they cost and leave. Whether stock, desk and parcels can serve them is asked before
the budget is: see :mod:`ecokit.campaigns.checks`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi import KPIS, measure, windows
from ecokit.messages import _, yuan

FIVE = (
    "uv_completion",
    "campaign_uv_share",
    "campaign_order_share",
    "campaign_conversion",
    "new_resource_uv_increment",
)
"""The traffic manager's KPIs of slide 9, in its order."""

TARGETS = dict(zip(FIVE, (1.0, 0.45, 0.55, 0.10, 0.10), strict=True))
"""Their targets on slide 9."""

_CHANNELS = {
    "channel_id": "id",
    "cost_per_visit": "number",
    "conversion": "number",
    "incremental": "number",
    "most": "number",
}


# --- the plan --------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """A campaign as it is planned.

    Attributes
    ----------
    table : DataFrame
        A row a channel, in the order in which they were taken: ``channel_id``, ``visits``,
        ``budget``, ``orders`` (with its tag), ``brought`` (that would not have come without it),
        ``cost_per_order`` (yuan for one that is brought).
    goal : float
        Orders to bring.
    visits, budget, orders, brought, sales, profit : float
        Over all channels; `budget` has the fixed cost, `sales` are those with its tag, and
        `profit` is what the orders brought leave after the budget.
    """

    table: pd.DataFrame
    goal: float
    visits: float
    budget: float
    orders: float
    brought: float
    sales: float
    profit: float

    @property
    def reached(self) -> bool:
        """Whether the channels have enough visits for the goal."""
        return self.brought >= self.goal * (1 - 1e-9)

    @property
    def roas(self) -> float:
        """Sales with its tag over budget, as a platform will print it."""
        return self.sales / self.budget if self.budget else math.inf

    @property
    def rate(self) -> float:
        """Profit over budget."""
        return self.profit / self.budget if self.budget else math.inf

    def __str__(self) -> str:
        message = _(
            "{brought:,.0f} of {goal:,.0f} orders brought by {visits:,.0f} visits for "
            "¥{budget:,.0f}; ROAS {roas:.2f}; left {profit}"
        )
        told = {"brought": self.brought, "goal": self.goal, "visits": self.visits}
        told |= {"budget": self.budget, "roas": self.roas}
        return message.format(profit=yuan(self.profit), **told)


@public
def plan_for(
    channels: Any,
    goal: float,
    *,
    order_value: float,
    margin: float,
    fixed: float = 0.0,
) -> Plan:
    """Plan a campaign for a goal: the channels, the visits, the budget, and what is left.

    Parameters
    ----------
    channels : table of any engine
        A row a channel: ``channel_id``, ``cost_per_visit`` (yuan), ``conversion`` (orders a
        visit), ``incremental`` (share of these orders that would not have come without it, from
        an experiment), ``most`` (visits that can be had at this cost).
    goal : float
        Orders to bring.
    order_value : float
        Yuan an order.
    margin : float
        Share of it that is left; of :func:`order_margin` with the offer in it.
    fixed : float
        Yuan that are paid whatever comes: a streamer's fee, the design.

    Returns
    -------
    Plan
        Which may not reach the goal: then it takes all there is.

    Raises
    ------
    CourseError
        A number cannot be, a channel stands there twice, or none brings an order.

    Notes
    -----
    The cheapest order first: filling channels in the order of their cost for an order brought
    solves this linear program.

    References
    ----------
    Slide 12: how to get more traffic; the course's own steps from a goal to a budget.

    Examples
    --------
    >>> channels = pd.DataFrame({"channel_id": ["email", "paid_search"], "most": [4_000, 20_000],
    ...     "cost_per_visit": [0.2, 5.0], "conversion": [0.05, 0.06], "incremental": [0.5, 0.4]})
    >>> print(plan_for(channels, 300, order_value=900, margin=0.2))
    300 of 300 orders brought by 12,333 visits for ¥42,467; ROAS 14.84; left ¥11,533
    >>> plan_for(channels, 900, order_value=900, margin=0.2).reached
    False
    """
    table = _channels(channels)
    wanted = numbers.positive("goal", goal)
    value = numbers.positive("order_value", order_value)
    left = numbers.number("margin", margin, high=1)
    paid = numbers.number("fixed", fixed, low=0)
    each = table["conversion"] * table["incremental"]
    if not (each > 0).any():
        message = _(
            "No channel brings an order: conversion x incremental is 0 in each of channels."
        )
        raise CourseError(message)
    cost = table["cost_per_visit"] / each.where(each > 0)
    table = table.assign(each=each, cost_per_order=cost).dropna(subset="cost_per_order")
    table = table.sort_values(["cost_per_order", "channel_id"], kind="stable")
    can = (table["most"] * table["each"]).to_numpy(float)
    taken = np.clip(wanted - (np.cumsum(can) - can), 0, can)
    visits = taken / table["each"]
    lines = pd.DataFrame(
        {
            "channel_id": table["channel_id"],
            "visits": visits,
            "budget": visits * table["cost_per_visit"],
            "orders": visits * table["conversion"],
            "brought": taken,
            "cost_per_order": table["cost_per_order"],
        }
    ).reset_index(drop=True)
    sums = lines[["visits", "budget", "orders", "brought"]].sum()
    budget = float(sums["budget"]) + paid
    profit = float(sums["brought"]) * value * left - budget
    counts = (float(sums[name]) for name in ("orders", "brought"))
    orders, brought = counts
    return Plan(
        lines, wanted, float(sums["visits"]), budget, orders, brought, orders * value, profit
    )


def _channels(given: Any) -> pd.DataFrame:
    table = frames.as_pandas(frames.table(given, list(_CHANNELS), name="channels", types=_CHANNELS))
    place = "channel_id"
    rules = [rows.missing(place), rows.twice(place)]
    rules += [rows.below_zero(name, place) for name in ("cost_per_visit", "most")]
    rules += [rows.not_a_share(name, place) for name in ("conversion", "incremental")]
    rows.refuse(table, "channels", rules)
    if table.empty:
        raise CourseError(_("The table channels has no rows. Give a channel or more."))
    return table


# --- what came -------------------------------------------------------------------------


@public
def results(data: Any, by: str = "campaign_id") -> Any:
    """Count what came with the tag of each campaign, beside its budget.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``, ``orders``, ``order_lines`` and ``campaigns`` (``campaign_id``,
        ``budget``).
    by : str
        "campaign_id", or a column of campaigns such as ``"channel_id"``.

    Returns
    -------
    table of the caller's kind
        `by`, ``budget`` (yuan), ``visits``, ``visitors``, ``orders`` (paid), ``sales``,
        ``profit`` (gross, yuan), ``conversion`` (orders a visitor) and ``roas``. That is what
        carries the tag, not what a campaign brought.

    Raises
    ------
    CourseError
        A table or column is missing, or `by` is no column of campaigns.

    References
    ----------
    Slide 9 (campaign order conversion). ROAS as platforms print it: :func:`roas`.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = results(load_shop())
    >>> bool((found["roas"] > 0).all())
    True
    """
    (name,) = frames.listed(by, least=1)[:1]
    columns = " ".join(dict.fromkeys(["campaign_id", "budget", name]))
    (campaigns,) = frames.fetched(data, {"campaigns": columns})
    rows.refuse(campaigns, "campaigns", [rows.below_zero("budget", "campaign_id")])
    table = campaigns.groupby(name)[["budget"]].sum()
    for kpi, called in (
        ("visits", "visits"),
        ("uv", "visitors"),
        ("orders", "orders"),
        ("sales", "sales"),
        ("profit", "profit"),
    ):
        table[called] = _tagged(kpi, data, name, campaigns).reindex(table.index).fillna(0.0)
    table["conversion"] = table["orders"] / table["visitors"].where(table["visitors"] > 0)
    table["roas"] = table["sales"] / table["budget"].where(table["budget"] > 0)
    return frames.like(table.reset_index(), data)


def _tagged(kpi: str, data: Any, name: str, campaigns: pd.DataFrame) -> pd.Series[float]:
    """Return a measure by campaign, or added up over the campaigns of a group."""
    found = frames.as_pandas(measure(kpi, data, by="campaign_id")).dropna(subset="campaign_id")
    if name == "campaign_id":
        return found.set_index("campaign_id")[kpi]
    groups = campaigns.set_index("campaign_id")[name]
    return found.groupby(found["campaign_id"].map(groups))[kpi].sum()


@public
def against_plan(planned: Mapping[str, float], came: Mapping[str, float]) -> pd.DataFrame:
    """Set a plan beside what came, and say which part of the gap is whose.

    Parameters
    ----------
    planned, came : mapping of str to float
        ``visits``, ``orders``, ``sales`` (yuan), each above 0; and what else both have, such as
        ``budget``.

    Returns
    -------
    DataFrame
        A row a measure: ``measure``, ``planned``, ``came``, ``completion`` (came over planned),
        and ``part`` (yuan of the gap of sales). The parts of visits, conversion and order value
        add up to the gap; other rows have none.

    Raises
    ------
    CourseError
        A measure is missing in one of them, or visits, orders or sales are not above 0.

    References
    ----------
    Ang (2004), the logarithmic mean: sales = visits × conversion × order value, and nothing is
    left over.

    Examples
    --------
    >>> found = against_plan({"visits": 10_000, "orders": 500, "sales": 450_000},
    ...                      {"visits": 12_000, "orders": 480, "sales": 420_000})
    >>> found.set_index("measure")["part"].round().dropna().astype(int).to_dict()
    {'visits': 79278, 'conversion': -97029, 'order_value': -12249}
    """
    plan, found = (_measures(*one) for one in (("planned", planned), ("came", came)))
    lacking = sorted(set(plan) ^ set(found))
    if lacking:
        message = _("planned and came do not have the same measures: {name} is only in one.")
        raise CourseError(message.format(name=lacking[0]))
    gap = found["sales"] - plan["sales"]
    logs = math.log(found["sales"]) - math.log(plan["sales"])
    mean = gap / logs if abs(logs) > 1e-12 else plan["sales"]
    order = ["visits", "conversion", "orders", "order_value", "sales"]
    table = []
    for name in [*order, *(one for one in plan if one not in order)]:
        share = found[name] / plan[name] if plan[name] else math.nan
        split = name in ("visits", "conversion", "order_value")
        part = mean * (math.log(found[name]) - math.log(plan[name])) if split else math.nan
        table.append((name, plan[name], found[name], share, part))
    names = ["measure", "planned", "came", "completion", "part"]
    return pd.DataFrame(table, columns=names)


def _measures(argument: str, given: Any) -> dict[str, float]:
    wanted = _("Give visits, orders and sales by name, such as {'visits': 9000, ...}.")
    known = numbers.by_name(argument, numbers.mapping(argument, given, wanted), low=0)
    for name in ("visits", "orders", "sales"):
        if not known.get(name, 0.0) > 0:
            raise numbers.refused(argument, given, wanted)
    known["conversion"] = known["orders"] / known["visits"]
    known["order_value"] = known["sales"] / known["orders"]
    if not all(0 < known[name] < math.inf for name in ("conversion", "order_value")):
        raise numbers.refused(argument, given, wanted)
    return known


# --- the calendar ----------------------------------------------------------------------


@public
def overlaps(data: Any, start: Any, end: Any, *, before: int = 56) -> Any:
    """Find the campaigns that run in a window, and in the days that it will be compared with.

    What ran at the same time and in the same places cannot be told apart afterwards.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``campaigns``: ``campaign_id``, ``name``, ``channel_id``, ``start_on``, ``end_on``.
    start, end : day
        The first and last day of the window.
    before : int
        Days before it.

    Returns
    -------
    table of the caller's kind
        A row a campaign that runs on one of these days, in the order of their starts:
        ``campaign_id``, ``name``, ``channel_id``, ``days_inside`` and ``days_before``.

    Raises
    ------
    CourseError
        The window ends before it starts, or a table or column is missing.

    References
    ----------
    The table campaigns of the data dictionary; the course's own.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = overlaps(load_shop(), "2025-06-08", "2025-06-18", before=7)
    >>> found.loc[found["days_inside"] == 11, "name"].tolist()
    ['June search push', '618']
    """
    seen = windows.window(start, end)
    earlier = numbers.count("before", before, 0, 1_000)
    columns = ["campaign_id", "name", "channel_id", "start_on", "end_on"]
    (table,) = frames.fetched(data, {"campaigns": " ".join(columns)})
    rows.refuse(table, "campaigns", [rows.out_of_order("start_on", "end_on", "campaign_id")])
    first = seen.start - earlier * windows.DAY
    table["days_inside"] = _days(table, seen.start, seen.end)
    table["days_before"] = _days(table, first, seen.start - windows.DAY)
    table = table[(table["days_inside"] > 0) | (table["days_before"] > 0)]
    shown = [*columns[:3], "days_inside", "days_before"]
    found = table.sort_values(["start_on", "campaign_id"])[shown]
    return frames.like(found.reset_index(drop=True), data)


def _days(table: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series[int]:
    """Return on how many days from `first` to `last` each campaign runs."""
    begin, end = table["start_on"], table["end_on"]
    begin, end = begin.where(begin > first, first), end.where(end < last, last)
    return ((end - begin).dt.days + 1).clip(lower=0)


# --- the five KPIs ---------------------------------------------------------------------


@public
def traffic_kpis(data: Any, *, by: By = "month") -> Any:
    """Compute the traffic manager's five KPIs in one table.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``, ``orders``, ``campaigns`` and ``targets`` (the visitors that were planned).
    by : str or sequence of str, optional
        ``"month"``, ``"quarter"``, ``"year"``, or None for the whole time.

    Returns
    -------
    table of the caller's kind
        `by` and a column a KPI of :data:`FIVE`, as fractions.

    Raises
    ------
    CourseError
        A table or column is missing, or a period is shorter than a month.

    References
    ----------
    Slide 9. The definitions stand with the KPIs.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> traffic_kpis(load_shop(), by=None).columns.tolist() == list(FIVE)
    True
    """
    keys = frames.listed(by)
    each = [frames.as_pandas(measure(kpi, data, by)) for kpi in FIVE]
    if not keys:
        return frames.like(pd.concat(each, axis=1), data)
    together = pd.concat([table.set_index(keys) for table in each], axis=1)
    return frames.like(together.sort_index().reset_index(), data)


@public
def planned_kpis(
    *,
    visitors: float,
    orders: float,
    campaign_visitors: float,
    campaign_orders: float,
    planned_visitors: float,
    new_visitors: float = 0.0,
    targets: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Say what a plan makes of the traffic manager's five KPIs, and whether it meets them.

    Parameters
    ----------
    visitors, orders : float
        Expected of the whole shop in the period, with the campaigns.
    campaign_visitors, campaign_orders : float
        Of these, who come through a campaign, and their paid orders.
    planned_visitors : float
        The visitors that the targets plan.
    new_visitors : float
        Who come through new campaign resources only.
    targets : mapping of KPI to float, optional
        As fractions; those of slide 9, where none is given.

    Returns
    -------
    DataFrame
        A row a KPI of :data:`FIVE`: ``kpi``, ``name``, ``name_zh``, ``planned``, ``target``,
        ``met``. The conversion of campaigns is missing, and not met, where nobody comes through
        one.

    Raises
    ------
    CourseError
        A number is below 0, a part is more than its whole, campaigns have orders and no visitor, or
        a KPI is unknown.

    References
    ----------
    Slide 9. The five are tied: see :func:`ecokit.kpi.implied_conversion`.

    Examples
    --------
    >>> found = planned_kpis(visitors=20_000, orders=1_500, campaign_visitors=9_500,
    ...     campaign_orders=900, planned_visitors=19_480, new_visitors=1_900)
    >>> found.set_index("kpi")["met"].astype(int).to_dict()
    {'uv_completion': 1, 'campaign_uv_share': 1, 'campaign_order_share': 1, 'campaign_conversion':
    0, 'new_resource_uv_increment': 1}
    """
    whole, sold = numbers.positive("visitors", visitors), numbers.positive("orders", orders)
    through = numbers.number("campaign_visitors", campaign_visitors, low=0, high=whole)
    tagged = numbers.number("campaign_orders", campaign_orders, low=0, high=sold)
    if tagged and not through:
        nobody = _("Nobody comes through a campaign, so nobody orders through one: give 0.")
        raise numbers.refused("campaign_orders", campaign_orders, nobody)
    new = numbers.number("new_visitors", new_visitors, low=0)
    if new >= whole:
        raise numbers.refused("new_visitors", new_visitors, _("Give fewer than visitors."))
    planned = (
        whole / numbers.positive("planned_visitors", planned_visitors),
        through / whole,
        tagged / sold,
        tagged / through if through else math.nan,
        new / (whole - new),
    )
    wanted = dict(TARGETS)
    for name, value in numbers.by_name("targets", {} if targets is None else targets).items():
        wanted[numbers.one_of("targets", name, FIVE)] = value
    return pd.DataFrame(
        {
            "kpi": FIVE,
            "name": [KPIS[kpi].name for kpi in FIVE],
            "name_zh": [KPIS[kpi].name_zh for kpi in FIVE],
            "planned": planned,
            "target": [wanted[kpi] for kpi in FIVE],
            "met": [value >= wanted[kpi] for kpi, value in zip(FIVE, planned, strict=True)],
        }
    )
