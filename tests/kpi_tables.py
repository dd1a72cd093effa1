"""Tiny tables with missing values, a Sunday, a late night and the turn of a year."""

from __future__ import annotations

import pandas as pd


def _times(*texts: str | None) -> pd.Series:
    return pd.to_datetime(pd.Series(texts), format="ISO8601").astype("datetime64[us]")


def _texts(*texts: str | None) -> pd.Series:
    return pd.Series(texts, dtype="string")


def tiny() -> dict[str, pd.DataFrame]:
    """Return a shop of a few rows, small enough to count by hand."""
    return {
        "channels": pd.DataFrame(
            {"channel_id": ["direct", "search"], "baseline_click_rate": [0.02, 0.05]}
        ),
        "campaigns": pd.DataFrame(
            {
                "campaign_id": ["C01", "C02"],
                "channel_id": ["direct", "search"],
                "start_on": _times("2025-01-05", "2025-03-30"),
                "new_resource": [False, True],
            }
        ),
        "creatives": pd.DataFrame(
            {
                "creative_id": ["K1", "K2", "K3"],
                "campaign_id": ["C01", "C01", "C02"],
                "due_at": _times("2025-01-04T18:00", "2025-01-04T18:00", "2025-03-29T18:00"),
                "delivered_at": _times("2025-01-04T18:00", "2025-01-05T09:00", None),
                "impressions": [1000, 500, 0],
                "clicks": [30, 9, 0],
            }
        ),
        "products": pd.DataFrame(
            {
                "product_id": ["P001", "P002", "P003"],
                "category": ["phones", "phones", "audio"],
                "core": [True, False, True],
                "launched_on": _times("2024-01-01", "2024-12-20", "2025-01-05"),
                "cost": [799.9, 0.1, 35.35],
            }
        ),
        "visits": pd.DataFrame(
            {
                "visit_id": range(1, 10),
                "visitor_id": pd.array([1, 1, 2, 3, None, 4, 2, 5, 6], dtype="Int64"),
                # 2025-01-05, 2025-03-30 and 2024-12-29 are Sundays
                "started_at": _times(
                    "2025-01-05T00:00",
                    "2025-01-05T23:59:59.999999",
                    "2025-01-06",
                    "2025-01-12T12:00",
                    "2025-01-31T23:59",
                    "2025-03-30T08:00",
                    "2025-03-31",
                    "2024-12-29T10:00",
                    "2024-12-31T23:59:59",
                ),
                "channel_id": ["direct", "search", "search", "direct"] + ["search"] * 5,
                "campaign_id": _texts("C01", None, "C01", None, "C01", "C02", "C02", None, None),
                "product_id": _texts(
                    "P001", None, "P003", "P002", "P001", "P001", None, "P003", "P002"
                ),
                "dwell_seconds": [10.01, 20.1, 0.2, None, 30.3, 450, 451.07, 3, 0.1],
            }
        ),
        "orders": pd.DataFrame(
            {
                "order_id": [1, 2, 3, 4, 5],
                "placed_at": _times(
                    "2025-01-05T00:10",
                    "2025-01-05T23:59:59",
                    "2025-01-12T12:30",
                    "2025-03-30T09:00",
                    "2024-12-29T11:00",
                ),
                "paid_at": _times(
                    "2025-01-05T00:11", "2025-01-06", None, "2025-03-30T09:01", "2024-12-29T11:01"
                ),
                "channel_id": ["direct", "search", "direct", "search", "search"],
                "campaign_id": _texts("C01", None, "C01", "C02", None),
            }
        ),
        "order_lines": pd.DataFrame(
            {
                "order_id": [1, 1, 2, 3, 4, 5],
                "product_id": ["P001", "P002", "P003", "P001", "P003", "P002"],
                "quantity": [1, 3, 2, 1, 1, 7],
                "unit_price": [999.99, 0.15, 49.95, None, 0.0, 0.29],  # order 3 is not paid
                "unit_cost": [799.9, 0.1, 35.35, 799.9, 35.35, 0.1],
            }
        ),
        "stock": pd.DataFrame(
            {
                "date": _times(
                    *["2025-01-05"] * 2, *["2025-01-06"] * 3, "2025-03-31", "2025-06-01"
                ),
                "product_id": ["P001", "P002", "P001", "P002", "P003", "P003", "P003"],
                "demand": [5, 0, 3, 2, 1, 0, 0],
                "sold": [3, 0, 3, 2, 0, 0, 0],
                "closing": [10, 3, 7, 1, 4, 0, 0],
                "unit_cost": [799.9, 0.1, 799.9, 0.1, 35.35, 35.35, 35.35],
            }
        ),
        "purchases": pd.DataFrame(
            {
                "purchase_id": [1, 2, 3, 4],
                "product_id": ["P001", "P002", "P003", "P003"],
                "asked_units": [10, 5, 4, 3],
                "due_on": _times("2025-01-05", "2025-01-06", "2025-03-30", "2025-03-31"),
                "delivered_on": _times("2025-01-05", None, "2025-03-31", "2025-03-31"),
                "delivered_units": [10, 0, 4, 5],
            }
        ),
        "complaints": pd.DataFrame(
            {"complaint_id": [1, 2], "raised_at": _times("2025-01-06", "2025-02-02")}
        ),
        "returns": pd.DataFrame(
            {"return_id": [1], "asked_at": _times("2025-01-12"), "quantity": [2]}
        ),
        "targets": pd.DataFrame(
            [
                ("2025-01-01", "traffic_manager", "uv_completion", 5.0),
                ("2025-03-01", "traffic_manager", "uv_completion", 0.0),
                ("2025-01-01", "product_manager", "sales_completion", 1000.5),
                ("2025-03-01", "product_manager", "sales_completion", 10.0),
                ("2025-01-01", "design_manager", "sales_completion", 1000.5),
                ("2025-01-01", "product_manager", "profit_completion", 333.33),
                ("2025-01-01", "service_center", "sales_attainment", 1100.0),
                ("2025-01-01", "service_center", "return_rate", None),
            ],
            columns=["month", "post_id", "kpi", "plan"],
        ).assign(month=lambda table: table["month"].astype("datetime64[us]")),
    }
