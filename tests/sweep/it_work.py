"""Valid calls of IT: systems, outages, capacity and releases."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from ecokit.it.made import example
from tests.sweep.shop import Call, Calls


@cache
def made() -> dict[str, pd.DataFrame]:
    """Return the made-up systems."""
    return example()


def some_of(names: str) -> dict[str, pd.DataFrame]:
    """Return tables of the made-up systems."""
    return {name: made()[name] for name in names.split()}


def calm() -> dict[str, pd.DataFrame]:
    """Return the calls of the hour before the push."""
    return {"requests": made()["requests"].query("minute < '2025-11-11 20:00'")}


def of_map(found: Any) -> Any:
    """Return the places of the map."""
    return found.systems


CALLS: Calls = {
    "it.availability": lambda: Call(
        some_of("incidents systems"),
        by=["system_id", "month"],
        start="2025-03-01",
        end="2025-05-30",
    ).but(optional="promised", skip="by"),
    "it.burn_alert": lambda: Call(some_of("requests"), by="source", slo=0.999).but(skip="by"),
    "it.burn_rate": lambda: Call(144, 10_000, 0.999, 1),
    "it.error_budget": lambda: Call(0.999, days=30),
    "it.in_parallel": lambda: Call([0.99, 0.98], common=0.1),
    "it.in_series": lambda: Call([0.999, 0.99]),
    "it.outage_cost": lambda: Call(
        2_000, 45, 0.03, 800, 0.18, back=0.4, part=0.9, paid=0.3, click_price=1.5
    ),
    "it.probes": lambda: Call(
        some_of("incidents"), "S01", every=5, start="2025-03-01", end="2025-04-01"
    ),
    "it.times_to": lambda: Call(some_of("incidents systems"), by="name").but(
        optional="systems", skip="by"
    ),
    "it.up_share": lambda: Call(719, 1),
    "it.by_servers": lambda: Call(9, [9, 10, 12], service=120, share=0.95),
    "it.cost_of_servers": lambda: Call([2.0, 5.0, 9.0], [2, 5, 9], price=3, lost=10),
    "it.dispersion": lambda: Call(calm(), by="source").but(skip="by"),
    "it.fast_calls": lambda: Call(0.01, 100),
    "it.offered_load": lambda: Call(some_of("requests"), by=["source", "hour"]).but(skip="by"),
    "it.peak_counts": lambda: Call(calm(), by="source", share=0.99).but(skip="by"),
    "it.peak_quantile": lambda: Call(500, share=0.999, dispersion=25),
    "it.response": lambda: Call(9, 10, service=120, share=0.9),
    "it.response_quantile": lambda: Call(9, 10, service=120, share=0.9),
    "it.servers_for": lambda: Call(9, 500, service=120, share=0.9),
    "it.slow_calls": lambda: Call(0.01, 100),
    "it.with_omitted": lambda: Call([1.0, 2.0, 35.0], 10),
    "it.by_size": lambda: Call(some_of("releases"), by="quarter", sizes=(5, 15)).but(skip="by"),
    "it.delivery_measures": lambda: Call(
        some_of("releases"), by="month", start="2025-01-01", end="2026-01-01"
    ).but(skip="by"),
    "it.releases_needed": lambda: Call(0.04, 0.30, power=0.9),
    "it.size_test": lambda: Call(
        some_of("releases"), sizes=(5, 15), start="2025-01-01", end="2026-01-01"
    ),
    "it.contacts": lambda: Call(some_of("systems")),
    "it.keep_or_buy": lambda: Call(some_of("systems links"), few=2, long_exit=90).but(
        optional="links"
    ),
    "it.system_map": lambda: Call(some_of("systems links"), flows=["orders", "money"]).but(
        of=of_map
    ),
    "it.what_stops": lambda: Call(some_of("links systems"), ["S07"]).but(optional="systems"),
}
