"""Competitors: collect what they publish, read it into a panel, and tell what it means."""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "directory": ["assortment", "rank_directory"],
        "indices": [
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
        "site": ["serve"],
        "collect": ["Collector", "Page"],
        "prices": ["read_price"],
        "read": ["READERS", "Reader", "read_offers"],
        "listing": ["collect_directory"],
        "snapshots": [
            "collect_site",
            "collect_weeks",
            "logs",
            "panel",
            "problems",
            "published",
        ],
    },
)
