"""Who decides on a day knows what was known then: what comes later changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from ecokit import competitors, decisions, journey, operations, pricing, service_desk
from ecokit.shop import Shop
from tests.companies import of_seed

SEEDS = (3, 11)
MONDAYS = tuple(map(pd.Timestamp, ("2025-04-07", "2025-06-16", "2025-09-29")))

BEGAN = {
    "orders": "placed_at",
    "visits": "started_at",
    "purchases": "asked_on",
    "competitor_prices": "week",
    "contacts": "arrived_at",
    "stock": "date",
}
"""When a row comes to be known; of an order's rows in other tables, with the order."""

LATER = {
    "orders": ("paid_at", "dispatched_at", "delivered_at"),
    "touchpoints": ("done_at",),
    "purchases": ("delivered_on",),
    "contacts": ("answered_at", "ended_at"),
    "decisions": ("decided_at",),
    "approvals": ("answered_at",),
}
"""Moments that are filled in afterwards."""

DAY_OVER = ("demand", "sold", "closing")
"""What the table stock tells of a day when it is over."""


@cache
def company(seed: int) -> Shop:
    return of_seed(seed)


def known(shop: Shop, now: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables as they were on a morning."""
    tables: dict[str, pd.DataFrame] = dict(shop.tables)
    for name, column in BEGAN.items():
        tables[name] = tables[name][tables[name][column] <= now]
    for name in ("order_lines", "touchpoints"):
        there = tables[name]["order_id"].isin(tables["orders"]["order_id"])
        tables[name] = tables[name][there]
    for name, columns in LATER.items():
        table = tables[name].copy()
        for column in columns:
            table[column] = table[column].where(table[column] <= now)
        tables[name] = table
    came = tables["purchases"]["delivered_on"].notna()
    units = tables["purchases"]["delivered_units"].where(came, 0)
    tables["purchases"] = tables["purchases"].assign(delivered_units=units)
    today = tables["stock"]["date"] == now
    tables["stock"] = tables["stock"].assign(
        **{name: tables["stock"][name].mask(today, 0) for name in DAY_OVER}
    )
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


def _pairs(shop: Any) -> pd.DataFrame:
    pairs = shop["competitor_products"].dropna(subset=["product_id"])
    return pairs[["competitor_id", "sku", "product_id"]]


def _gaps(shop: Any) -> pd.DataFrame:
    own = competitors.own_prices(shop)
    found: pd.DataFrame = competitors.price_gaps(competitors.published(shop), _pairs(shop), own)
    return found


def _own(shop: Any, now: pd.Timestamp) -> Any:
    own = competitors.own_prices(shop)
    return own[own["week"] <= now]


def _past_gaps(shop: Any, now: pd.Timestamp) -> Any:
    gaps = _gaps(shop)
    return gaps[gaps["week"] <= now]


def _alerts(shop: Any, now: pd.Timestamp) -> Any:
    return competitors.alerts(_gaps(shop), shop["products"], now, most=50)


def _report(shop: Any, now: pd.Timestamp) -> Any:
    gaps = _gaps(shop)
    found = competitors.alerts(gaps, shop["products"], now)
    page = competitors.weekly_report(gaps, found, shop["competitors"], now)
    return pd.DataFrame({"page": page.splitlines()})


def _overlap(shop: Any, now: pd.Timestamp) -> Any:
    panel = competitors.published(shop)
    return competitors.assortment_overlap(panel, _pairs(shop), shop["products"], now)


def _follow(shop: Any, now: pd.Timestamp) -> Any:
    yesterday = now - pd.Timedelta(days=1)
    paid = shop["orders"][shop["orders"]["paid_at"] < now]
    lines = shop["order_lines"].merge(paid, on="order_id")
    sales = (lines["quantity"] * lines["unit_price"]).groupby(lines["placed_at"].dt.normalize())
    return pd.DataFrame([operations.follow(sales.sum(), 1e6, yesterday)])


def _forecast(shop: Any, now: pd.Timestamp) -> Any:
    demand = shop["stock"].groupby("date")["demand"].sum()
    return pd.DataFrame({"units": operations.forecast(demand[demand.index < now], 28)})


def _weak(shop: Any, now: pd.Timestamp) -> Any:
    return operations.weak_categories(shop, month=str(now.to_period("M") - 1), window=1)


def _targets(shop: Any, now: pd.Timestamp) -> Any:
    last = now.to_period("M") - 1
    told = operations.category_targets(shop, category="audio", month=str(last), months=1)
    return told.drop(columns=["actual", "attainment"])  # told when the months are over


def _rates(shop: Any, now: pd.Timestamp) -> Any:
    return journey.rates(shop, as_of=now).drop(columns="open")  # due later, and in no rate


def _customers(measure: Callable[..., Any]) -> Callable[[Any, pd.Timestamp], Any]:
    return lambda shop, now: measure(shop["orders"], as_of=now)


def _as_of(measure: Callable[..., Any]) -> Callable[[Any, pd.Timestamp], Any]:
    return lambda shop, now: measure(shop, as_of=now)


def _begun(measure: Callable[..., Any], table: str, start: str) -> Callable[..., Any]:
    """Return a measure of the rows that had begun; it refuses later ones."""

    def decide(shop: Any, now: pd.Timestamp) -> Any:
        rows = shop[table]
        return measure({table: rows[rows[start] <= now]}, as_of=now)

    return decide


def _rfm(shop: Any, now: pd.Timestamp) -> Any:
    return service_desk.rfm(shop["order_lines"].merge(shop["orders"], on="order_id"), as_of=now)


DECISIONS: dict[str, Callable[[Any, pd.Timestamp], Any]] = {
    "competitors.own_prices": _own,
    "competitors.price_gaps": _past_gaps,
    "competitors.alerts": _alerts,
    "competitors.weekly_report": _report,
    "competitors.assortment_overlap": _overlap,
    "pricing.cheapest_offers": _as_of(pricing.cheapest_offers),
    "pricing.base_prices": _as_of(pricing.base_prices),
    "decisions.summarise": _begun(decisions.summarise, "decisions", "raised_at"),
    "decisions.waiting": _begun(decisions.waiting, "approvals", "asked_at"),
    "journey.delivery": _as_of(journey.delivery),
    "journey.overdue_parcels": _as_of(journey.overdue_parcels),
    "journey.perfect_journey": _as_of(journey.perfect_journey),
    "journey.rates": _rates,
    "journey.repeat_purchase": _as_of(journey.repeat_purchase),
    "service_desk.rfm": _rfm,
    "service_desk.repeat_curve": _customers(service_desk.repeat_curve),
    "service_desk.cohorts": _customers(service_desk.cohorts),
    "service_desk.repeat_summary": _customers(service_desk.repeat_summary),
    "operations.follow": _follow,
    "operations.forecast": _forecast,
    "operations.weak_categories": _weak,
    "operations.category_targets": _targets,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", DECISIONS)
def test_what_comes_later_changes_no_decision(name: str, seed: int) -> None:
    shop, decide = company(seed), DECISIONS[name]
    for monday in MONDAYS:
        told = decide(dict(shop.tables), monday)
        assert len(told)
        then = decide(known(shop, monday), monday)
        pd.testing.assert_frame_equal(
            told.reset_index(drop=True), then.reset_index(drop=True), check_dtype=False
        )
