"""Competitors: collect what they publish, read it into a panel, and tell what it means."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "site": ["SmallWeb", "serve"],
        "collect": ["Clock", "Collector", "Page", "PageError", "RefusedError", "Reply"],
        "read": [
            "READERS",
            "Offer",
            "Price",
            "Reader",
            "read_directory",
            "read_offers",
            "read_price",
        ],
        "panel": [
            "Snapshot",
            "collect_directory",
            "collect_weeks",
            "logs",
            "panel",
            "problems",
            "published",
        ],
    },
)
