"""Competitors: collect what they publish, read it into a panel, and tell what it means."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "directory": ["assortment", "rank_directory"],
        "indices": [
            "FORMULAS",
            "average_price",
            "bilateral_index",
            "price_index",
            "spatial_index",
        ],
        "lead": [
            "concentration",
            "effective_firms",
            "hhi",
            "lead_lag",
            "market_shares",
            "merger_delta",
            "price_leaders",
            "price_moves",
        ],
        "match": [
            "assign",
            "match_panel",
            "match_products",
            "match_quality",
            "quality_by_threshold",
            "similarities",
        ],
        "mystery": ["mystery_beside", "mystery_checklist", "mystery_findings"],
        "report": ["save_report", "show_report", "weekly_report"],
        "watch": ["alerts", "assortment_overlap", "own_prices", "price_gaps", "reaction"],
        "site": ["SmallWeb", "serve"],
        "collect": ["Clock", "Collector", "Page", "PageError", "RefusedError", "Reply"],
        "prices": ["Price", "read_price"],
        "read": ["READERS", "ContractError", "Offer", "Problem", "Reader", "read_offers"],
        "listing": ["collect_directory", "read_directory"],
        "snapshots": [
            "Snapshot",
            "collect_site",
            "collect_weeks",
            "logs",
            "panel",
            "problems",
            "published",
        ],
    },
)
