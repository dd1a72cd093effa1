"""Valid calls of capacity."""

from __future__ import annotations

import pandas as pd

from tests.sweep.funnel import with_steps
from tests.sweep.shop import Call, Calls, made_systems


def calm() -> dict[str, pd.DataFrame]:
    """Return the calls of the hour before the push."""
    return {"requests": made_systems("requests")["requests"].query("minute < '2025-11-11 20:00'")}


def waits() -> dict[str, pd.DataFrame]:
    """Return visits with a device and a time until the page was there."""
    visits = with_steps()["visits"]
    return {"visits": visits[["started_at", "load_seconds", "reached", "device"]]}


SOURCES = {"service_ms": [60, 90], "dispersion": [25, 30]}

CALLS: Calls = {
    "capacity.by_servers": lambda: Call(9, [9, 10, 12], service=120, share=0.95),
    "capacity.by_speed": lambda: Call(waits(), edges=[1, 2, 4]).but("load_seconds started_at"),
    "capacity.cost_of_servers": lambda: Call([2.0, 5.0, 9.0], [2, 5, 9], price=3, lost=10),
    "capacity.dispersion": lambda: Call(calm(), by="source").but(skip="by"),
    "capacity.fast_calls": lambda: Call(0.01, 100),
    "capacity.offered_load": lambda: Call(made_systems("requests"), by=["source", "hour"]).but(
        skip="by"
    ),
    "capacity.peak_counts": lambda: Call(calm(), by="source", share=0.99).but(skip="by"),
    "capacity.peak_load": lambda: Call([2.8, 3.0], **SOURCES, share=0.99, servers=7),
    "capacity.peak_quantile": lambda: Call(500, share=0.999, dispersion=25),
    "capacity.play_peaks": lambda: Call([[2.8, 3.0]], **SOURCES, times=5, seed=1),
    "capacity.response": lambda: Call(9, 10, service=120, share=0.9),
    "capacity.response_quantile": lambda: Call(9, 10, service=120, share=0.9),
    "capacity.servers_for": lambda: Call(9, 500, service=120, share=0.9),
    "capacity.slow_calls": lambda: Call(0.01, 100),
    "capacity.slow_pages": lambda: Call(waits(), alike=["device", "month"]).but(skip="alike"),
    "capacity.with_omitted": lambda: Call([1.0, 2.0, 35.0], 10),
}
