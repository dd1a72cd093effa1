"""Plans that somebody might hand in, exercise by exercise: sensible ones and silly ones.

A sensible plan passes, or has 80 points or more; a silly one has 50 points or fewer. A plan is
what the card takes, or a function from a shop to it. For each exercise some sensible plans go the
way that the hints lead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypedDict

import numpy as np

from ecokit import campaigns, capacity, exercises, experiments, journey, operations
from ecokit.exercises import partners as _partners
from ecokit.exercises import privacy as _privacy
from ecokit.exercises.buyout import _Table
from ecokit.exercises.capacity import _BLOCKS, GROWTH, HIRE, MISSING
from ecokit.exercises.competitors import FLOOR, _cut
from ecokit.exercises.delivery import _world
from ecokit.exercises.kpi import _Year
from ecokit.exercises.operations import LEAD, _most_asked_audio
from ecokit.shop import Shop

Plan: TypeAlias = dict[str, float] | Callable[[Shop], dict[str, float]]


class Judged(TypedDict):
    """The plans of one exercise."""

    sensible: Sequence[Plan]
    silly: Sequence[Plan]


def right(exercise_id: str) -> Callable[[Shop], dict[str, float]]:
    """Return the plan that Show the answer shows."""

    def shown(shop: Shop) -> dict[str, float]:
        plan: dict[str, float] = exercises.get(exercise_id).sheet(shop).right
        return plan

    return shown


# KPIs ---------------------------------------------------------------------------------------


def tied(ambition: float, more: float = 0.01) -> Callable[[Shop], dict[str, float]]:
    """Return the plan of who chooses visitors and conversion, and counts the orders, as hinted."""

    def counted(shop: Shop) -> dict[str, float]:
        year = _Year.of(shop)
        uv, conversion = round(year.uv + more, 2), round(year.campaigns * ambition, 3) + 0.001
        orders = uv * conversion / (uv * conversion + (1 - uv) * year.rest)
        shares = {"uv_share": 100 * uv, "order_share": round(200 * orders) / 2}
        return shares | {"conversion": 100 * conversion}

    return counted


# Operations ---------------------------------------------------------------------------------


def reorder_by_formula(shop: Shop, *, level: float = 0.95, times: float = 1.0) -> dict[str, float]:
    """Return the economic order quantity, and the reorder point of a cycle service level."""
    found: Any = _most_asked_audio(shop)[1]
    mean, sd = found.demand.mean(), found.demand.std()
    point = operations.reorder_point(operations.lead_time_demand(mean, sd, LEAD), level)
    size = operations.eoq(found.order_cost, mean, found.holding_cost).quantity
    return {"point": point, "quantity": round(times * size)}


# Journey ------------------------------------------------------------------------------------


def call_by_hint(shop: Shop, *, times: float = 2.0, more: int = 0) -> dict[str, float]:
    """Return twice the usual months' mean day, and a rush that makes 97 % of last year's calls."""
    due = shop.touchpoints.query("touchpoint == 8")["due_at"].dt.floor("D").value_counts()
    due = due.sort_index().asfreq("D", fill_value=0)
    busy = due.groupby(due.index.month).sum().nlargest(2).index
    rush = due.index.month.isin(busy)
    usual, made = math.ceil(times * due[~rush].mean()) - 1, np.zeros(1)
    while made.max() < 0.97:
        usual += 1
        plans = np.arange(usual, 61)
        made = journey.same_day_share(due, np.where(rush[:, None], plans, usual))
    return {"usual": usual, "rush": float(plans[np.argmax(made >= 0.97)] + more)}


# Funnel -------------------------------------------------------------------------------------


def look_in_time(shop: Shop, looks: int = 4, *, weeks: int = 3) -> dict[str, float]:
    """Return the plan of who pays for each look with a smaller p value, and with some weeks."""
    plan = right("funnel-design")(shop)
    level = 100 * float(experiments.boundary(looks)["p_value"].iloc[0])
    return (
        plan
        | {"looks": looks, "level": math.floor(level * 10) / 10}
        | {"days": plan["days"] + 7 * weeks}
    )


# Service desk -------------------------------------------------------------------------------

BLOCKS = [f"{days}_{part}" for days in ("week", "weekend") for part in ("night", "day", "evening")]


def staff_by_hint(shop: Shop) -> dict[str, float]:
    """Begin with one agent in each block, and add where the card names the lowest level."""
    exercise: Any = exercises.get("service_desk-staff-week")
    labels = {field.label: field.name for field in exercise.fields}
    plan = dict.fromkeys(labels.values(), 1.0)
    while not (score := exercise.score(shop, plan)).passed and max(plan.values()) < 8:
        lowest = next(name for label, name in labels.items() if score.lines[0].startswith(label))
        plan[lowest] += 1
    return plan


# Capacity -----------------------------------------------------------------------------------


def servers_by_hint(shop: Shop, *, by_mean: bool = False) -> dict[str, float]:
    """Return the cheapest servers in each part for the last peak and its growth, or the means."""
    minutes = capacity.offered_load(shop, by="minute").set_index("minute")["load"]
    peak = GROWTH * minutes[minutes.index.normalize() == minutes.idxmax().normalize()]
    plan = {}
    for name, (_label, first, end) in _BLOCKS.items():
        loads = peak[(peak.index.hour >= first) & (peak.index.hour < end)]
        price = HIRE * (end - first)
        table = capacity.cost_of_servers(loads, range(60), price=price, lost=MISSING)
        best = float(table.loc[table["best"], "servers"].iloc[0])
        plan[name] = float(round(loads.mean())) if by_mean else best
    return plan


# Competitors --------------------------------------------------------------------------------


def a_little_of_their_cut(shop: Shop, *, more: float = 0.0) -> dict[str, float]:
    """Return the cut of the hints: as small as keeps the units, as long as theirs lasts."""
    move = _cut(shop)
    left = (1 - move.depth) ** move.cross
    cut = 100 * (1 - (FLOOR / left) ** (1 / move.elasticity[move.category]))
    return {"cut": math.ceil(2 * cut) / 2 + more, "weeks": move.weeks, "scope": 1}


# Campaigns ----------------------------------------------------------------------------------

ADS = ["paid_search", "social", "brand_search", "affiliate", "marketplace"]


def split_by_measure(shop: Shop, *, others: float = 1.0) -> dict[str, float]:
    """Leave what cannot be told about as it is, and split the rest as measured."""
    found = campaigns.responses(shop, by_lot=["paid_search", "social"]).set_index("channel_id")
    today = shop.spend.groupby("channel_id")["spend"].sum() / (365 / 7)
    plan = (others * today // 50 * 50)[["brand_search", "affiliate", "marketplace"]].to_dict()
    two = found[found["identifiable"]].reset_index()[["channel_id", "most"]]
    two["scale"] = (found["scale"] * (1 - found["carry"]))[two["channel_id"]].to_numpy()
    two["high"] = 3 * today[two["channel_id"]].to_numpy()
    whole = round(1.6 * today.sum(), -2)
    spend = campaigns.best_split(two, whole - sum(plan.values())).table.set_index("channel_id")
    return {**plan, **(spend["spend"] // 100 * 100).to_dict()}


# Delivery -----------------------------------------------------------------------------------


def promise_by_hint(shop: Shop, *, points: float = 2.5) -> dict[str, float]:
    """Return the platform's promise and a margin, and the warehouses that cost least."""
    world = _world(shop)
    return {
        "planned": round(100 * world.promise + points, 1),
        "warehouses": world.cheapest,
    }


# The plans ----------------------------------------------------------------------------------

# Buy-outs -----------------------------------------------------------------------------------


def countered(shop: Shop, power: float) -> dict[str, float]:
    """Return the counter-offer of the hints, with this share of the gain for us."""
    return _Table.of(shop).countered(power)


def at_the_offer(shop: Shop, share: float) -> dict[str, float]:
    """Return the plan of who takes the terms as they are, and a share of the demand expected."""
    table = _Table.of(shop)
    return table.offered | {"quantity": float(round(share * table.offer["demand_mean"]))}


def promoted(each: int = 0) -> Callable[[Shop], dict[str, float]]:
    """Return the plan of who takes the largest gains of the first half that still fit.

    `each` is how many orders a partner has to have.
    """

    def plan(shop: Shop) -> dict[str, float]:
        first, _second = _partners._halves(shop)
        asks = _partners._asks(first)
        gain = _partners.LIFT * first["left"] - asks
        purse = float(round(_partners.PURSE * asks.sum(), -3))
        kept = gain[(gain > 0) & (first["orders"] >= each)]
        return dict(_partners._in_order(kept, asks, purse))

    return plan


PLANS: dict[str, Judged] = {
    "organisation-plan": {
        "sensible": [
            right("organisation-plan"),
            {"closed": 4, "span": 6, "approvals": 1},
            {"closed": 4, "span": 7, "approvals": 1},
            {"closed": 4, "span": 7, "approvals": 2},
        ],
        "silly": [
            {"closed": 0, "span": 12, "approvals": 4},
            {"closed": 0, "span": 3, "approvals": 4},
            {"closed": 5, "span": 3, "approvals": 4},
            {"closed": 2, "span": 4, "approvals": 3},
        ],
    },
    "decisions-design-path": {
        "sensible": [
            right("decisions-design-path"),
            {"mandate": 1600, "at_once": 1, "deputy": 0},
            {"mandate": 2000, "at_once": 1, "deputy": 0},
            {"mandate": 1400, "at_once": 1, "deputy": 0},
        ],
        "silly": [
            {"mandate": 0, "at_once": 0, "deputy": 0},
            {"mandate": 1300, "at_once": 0, "deputy": 0},
            {"mandate": 3000, "at_once": 0, "deputy": 1},
            {"mandate": 3000, "at_once": 1, "deputy": 1},
        ],
    },
    "journey-call-plan": {
        "sensible": [
            right("journey-call-plan"),
            call_by_hint,
            lambda shop: call_by_hint(shop, more=1),
            lambda shop: call_by_hint(shop, times=1.8),
            {"usual": 9, "rush": 33},
        ],
        "silly": [
            {"usual": 3, "rush": 3},
            {"usual": 4, "rush": 12},
            {"usual": 40, "rush": 40},
            {"usual": 1, "rush": 60},
            {"usual": 40, "rush": 5},
        ],
    },
    "kpi-next-year": {
        "sensible": [
            right("kpi-next-year"),
            tied(ambition=1.1),
            tied(ambition=1.2),
            tied(ambition=1.12, more=0.03),
        ],
        "silly": [
            {"uv_share": 45, "order_share": 55, "conversion": 10},
            {"uv_share": 90, "order_share": 95, "conversion": 30},
            {"uv_share": 10, "order_share": 10, "conversion": 1},
            {"uv_share": 50, "order_share": 90, "conversion": 13},
        ],
    },
    "operations-reorder-policy": {
        "sensible": [
            right("operations-reorder-policy"),
            reorder_by_formula,
            lambda shop: reorder_by_formula(shop, level=0.99),
            lambda shop: reorder_by_formula(shop, level=0.99, times=0.75),
            lambda shop: reorder_by_formula(shop, level=0.98, times=1.5),
        ],
        "silly": [
            {"point": 0, "quantity": 1},
            {"point": 0, "quantity": 200},
            {"point": 60, "quantity": 200},
            {"point": 60, "quantity": 1},
            {"point": 2, "quantity": 5},
        ],
    },
    "service_desk-staff-week": {
        "sensible": [
            right("service_desk-staff-week"),
            staff_by_hint,
            {**dict.fromkeys(BLOCKS, 2), "week_night": 1, "weekend_evening": 3},
            {**dict.fromkeys(BLOCKS, 2), "week_night": 1},
        ],
        "silly": [
            dict.fromkeys(BLOCKS, 1),
            dict.fromkeys(BLOCKS, 4),
            dict.fromkeys(BLOCKS, 8),
            {**dict.fromkeys(BLOCKS, 1), "week_night": 4, "weekend_night": 4},
        ],
    },
    "competitors-reaction": {
        "sensible": [
            right("competitors-reaction"),
            a_little_of_their_cut,
            lambda shop: a_little_of_their_cut(shop, more=0.5),
        ],
        "silly": [
            {"cut": 0, "weeks": 0, "scope": 1},
            {"cut": 20, "weeks": 12, "scope": 3},
            {"cut": 12, "weeks": 8, "scope": 2},
            {"cut": 8, "weeks": 6, "scope": 3},
            {"cut": 20, "weeks": 8, "scope": 1},
        ],
    },
    "pricing-launch-plan": {
        "sensible": [
            right("pricing-launch-plan"),
            {"launch": 110, "weeks": 11, "later": 91, "sale": 16},
            {"launch": 108, "weeks": 12, "later": 92, "sale": 15},
            {"launch": 112, "weeks": 10, "later": 95, "sale": 14},
        ],
        "silly": [
            {"launch": 130, "weeks": 12, "later": 130, "sale": 0},
            {"launch": 140, "weeks": 22, "later": 130, "sale": 0},
            {"launch": 90, "weeks": 1, "later": 70, "sale": 40},
            {"launch": 100, "weeks": 1, "later": 80, "sale": 20},
        ],
    },
    "media-ready": {
        "sensible": [
            right("media-ready"),
            {"look": 7, "phone": 0, "facts": 0, "readers": 1, "at_once": 0},
            {"look": 12, "phone": 0, "facts": 0, "readers": 1, "at_once": 1},
            {"look": 8, "phone": 0, "facts": 0, "readers": 2, "at_once": 1},
        ],
        "silly": [
            {"look": 1, "phone": 1, "facts": 0, "readers": 1, "at_once": 0},
            {"look": 1, "phone": 0, "facts": 0, "readers": 1, "at_once": 0},
            {"look": 24, "phone": 1, "facts": 24, "readers": 4, "at_once": 0},
            {"look": 24, "phone": 0, "facts": 48, "readers": 4, "at_once": 0},
        ],
    },
    "partners-portfolio": {
        "sensible": [right("partners-portfolio"), promoted(), promoted(each=50)],
        "silly": [
            dict.fromkeys(_partners.ASKED, 0.0),
            dict.fromkeys(_partners.ASKED, 1.0),
            dict.fromkeys(_partners.ASKED, 0.0) | {"T04": 1.0},  # three in ten come back
            dict.fromkeys(_partners.ASKED, 0.0) | {"T10": 1.0},  # the largest alone
        ],
    },
    "campaigns-budget": {
        "sensible": [
            right("campaigns-budget"),
            split_by_measure,
            lambda shop: split_by_measure(shop, others=0.8),
            lambda shop: split_by_measure(shop, others=1.5),
        ],
        "silly": [
            dict.fromkeys(ADS, 2_000),
            dict.fromkeys(ADS, 0),
            {**dict.fromkeys(ADS, 0), "brand_search": 5_000, "affiliate": 5_000},
            {**dict.fromkeys(ADS, 6_000)},
            {**dict.fromkeys(ADS, 0), "paid_search": 10_000},
        ],
    },
    "funnel-design": {
        "sensible": [
            right("funnel-design"),
            look_in_time,
            lambda shop: look_in_time(shop, 2, weeks=2),
            lambda shop: right("funnel-design")(shop) | {"share": 45.0},
        ],
        "silly": [
            {"days": 7, "share": 50, "looks": 1, "level": 5},
            {"days": 14, "share": 10, "looks": 7, "level": 5},
            {"days": 84, "share": 50, "looks": 12, "level": 5},
            {"days": 84, "share": 5, "looks": 1, "level": 5},
            {"days": 28, "share": 50, "looks": 4, "level": 1},
        ],
    },
    "delivery-promise": {
        "sensible": [
            right("delivery-promise"),
            promise_by_hint,
            lambda shop: promise_by_hint(shop, points=3.0),
        ],
        "silly": [
            {"planned": 98, "warehouses": 2},
            {"planned": 80, "warehouses": 1},
            {"planned": 80, "warehouses": 7},
            lambda shop: promise_by_hint(shop, points=0.0),
        ],
    },
    "capacity-peak": {
        "sensible": [
            right("capacity-peak"),
            servers_by_hint,
            lambda shop: servers_by_hint(shop) | {"opening": 13.0},
            lambda shop: {"night": 4, "day": 6, "evening": 5, "opening": 12, "late": 7},
        ],
        "silly": [
            lambda shop: dict.fromkeys(servers_by_hint(shop), 1.0),
            lambda shop: dict.fromkeys(servers_by_hint(shop), 12.0),
            lambda shop: servers_by_hint(shop, by_mean=True),
            lambda shop: servers_by_hint(shop) | {"opening": 6.0},
            lambda shop: {"night": 12, "day": 12, "evening": 12, "opening": 5, "late": 12},
        ],
    },
    "outages-yuan": {
        "sensible": [
            right("outages-yuan"),
            {"every": 2, "switched": 20, "duty": 5, "second": 0},
            {"every": 3, "switched": 40, "duty": 3, "second": 0},
            {"every": 4, "switched": 30, "duty": 4, "second": 0},
            {"every": 5, "switched": 20, "duty": 4, "second": 0},
        ],
        "silly": [
            {"every": 0, "switched": 0, "duty": 0, "second": 0},
            {"every": 1, "switched": 100, "duty": 14, "second": 1},
            {"every": 60, "switched": 0, "duty": 0, "second": 0},
            {"every": 0, "switched": 0, "duty": 0, "second": 1},
            {"every": 0, "switched": 100, "duty": 0, "second": 1},
            {"every": 30, "switched": 0, "duty": 14, "second": 1},
        ],
    },
    "buyout-contract": {
        "sensible": [
            right("buyout-contract"),
            lambda shop: countered(shop, 0.5),
            lambda shop: countered(shop, 0.6),
            lambda shop: countered(shop, 0.8),
        ],
        "silly": [
            lambda shop: at_the_offer(shop, 1.0),
            lambda shop: at_the_offer(shop, 0.5),
            lambda shop: at_the_offer(shop, 1.5),
            lambda shop: countered(shop, 0.6) | {"wholesale": 200.0},
            lambda shop: countered(shop, 0.6) | {"buy_back": 0.0},
            {"quantity": 0, "wholesale": 0, "buy_back": 0},
            {"quantity": 500, "wholesale": 300, "buy_back": 150},
        ],
    },
    "privacy-copy": {
        "sensible": [
            right("privacy-copy"),
            _privacy._mild(days=30),
            _privacy._mild(days=32),
        ],
        "silly": [
            _privacy._mild(person=3, time=3, place=2, goods=2, note=1, receivers=10, days=365),
            _privacy._mild(person=0),
            _privacy._mild(receivers=20, days=365),
            _privacy._mild(time=0),
            _privacy._mild(person=3),
        ],
    },
    "systems-quarter": {
        "sensible": [
            right("systems-quarter"),
            {"size": 4, "switch": 100, "freeze": 10},
            {"size": 5, "switch": 90, "freeze": 9},
            {"size": 5, "switch": 100, "freeze": 12},
        ],
        "silly": [
            {"size": 1, "switch": 100, "freeze": 10},
            {"size": 30, "switch": 0, "freeze": 0},
            {"size": 60, "switch": 100, "freeze": 10},
            {"size": 5, "switch": 100, "freeze": 50},
            {"size": 20, "switch": 0, "freeze": 0},
        ],
    },
    "diagnosis-plan": {
        "sensible": [
            right("diagnosis-plan"),
            {"days": 4, "ads": 2_500, "stock": 2_000, "cut": 0},
            {"days": 4, "ads": 0, "stock": 1_000, "cut": 0},
            {"days": 5, "ads": 1_000, "stock": 0, "cut": 0},
        ],
        "silly": [
            {"days": 0, "ads": 0, "stock": 0, "cut": 0},
            {"days": 0, "ads": 30_000, "stock": 0, "cut": 0},
            {"days": 0, "ads": 0, "stock": 0, "cut": 10},
            {"days": 3, "ads": 9_000, "stock": 4_000, "cut": 0},
            {"days": 4, "ads": 30_000, "stock": 20_000, "cut": 0},
            {"days": 4, "ads": 0, "stock": 0, "cut": 12},
        ],
    },
    "game-quarter": {
        "sensible": [
            right("game-quarter"),
            {"price": 106, "search": 3_000, "social": 5_000, "cover": 3.8, "seats": 6},
            {"price": 104, "search": 3_000, "social": 3_500, "cover": 3.5, "seats": 6},
        ],
        "silly": [
            {"price": 85, "search": 5_000, "social": 3_000, "cover": 3.5, "seats": 5},
            {"price": 105, "search": 30_000, "social": 30_000, "cover": 3.5, "seats": 6},
            {"price": 105, "search": 3_000, "social": 3_000, "cover": 9, "seats": 6},
            {"price": 105, "search": 3_000, "social": 3_000, "cover": 8, "seats": 25},
        ],
    },
}
