"""Valid calls of systems: the map, contacts, and releases."""

from __future__ import annotations

from typing import Any

from tests.sweep.shop import Call, Calls, made_systems


def of_map(found: Any) -> Any:
    """Return the places of the map."""
    return found.systems


CALLS: Calls = {
    "systems.by_size": lambda: Call(made_systems("releases"), by="quarter", sizes=(5, 15)).but(
        skip="by"
    ),
    "systems.delivery_measures": lambda: Call(
        made_systems("releases"), by="month", start="2025-01-01", end="2026-01-01"
    ).but(skip="by"),
    "systems.releases_needed": lambda: Call(0.04, 0.30, power=0.9),
    "systems.size_test": lambda: Call(
        made_systems("releases"), sizes=(5, 15), start="2025-01-01", end="2026-01-01"
    ),
    "systems.contacts": lambda: Call(made_systems("systems")),
    "systems.keep_or_buy": lambda: Call(made_systems("systems links"), few=2, long_exit=90).but(
        optional="links"
    ),
    "systems.system_map": lambda: Call(
        made_systems("systems links"), flows=["orders", "money"]
    ).but(of=of_map),
    "systems.what_stops": lambda: Call(made_systems("links systems"), ["S07"]).but(
        optional="systems"
    ),
}
