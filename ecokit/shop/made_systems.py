"""Small made-up systems, for examples: five systems, a few incidents, two hours of calls."""

from __future__ import annotations

import numpy as np
import pandas as pd

_MINUTE = pd.Timedelta(minutes=1)
_OPENING = pd.Timestamp("2025-11-11 20:00")


def example() -> dict[str, pd.DataFrame]:
    """Return a small made-up company's systems; a shop of any size has tables like these."""
    return {
        "systems": _systems(),
        "links": _links(),
        "incidents": _incidents(),
        "requests": _requests(),
        "releases": _releases(),
    }


def _systems() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "system_id": ["S01", "S02", "S03", "S06", "S07"],
            "name": ["Shop front", "Order management", "Warehouse management", "Data", "Payment"],
            "name_zh": ["店铺前台", "订单管理", "仓储管理", "数据平台", "支付网关"],
            "kind": ["shop_front", "order_management", "warehouse_management", "data", "payment"],
            "outsourced": [True, False, True, False, True],
            "provider": ["Cloud Loom", None, "Stone Quay", None, "Jetty Pay"],
            "contact": [
                "market_center",
                *["service_center"] * 2,
                "market_center",
                "service_center",
            ],
            "asked": [
                "keep the pages up",
                "take each order once",
                "pick and pack",
                "tables",
                "pay",
            ],
            "hours": ["always", "always", "08:00-20:00", "08:00-18:00", "always"],
            "escalation": ["its director", "by telephone", "its director", "next day", "duty desk"],
            "monthly_cost": [9_800.0, 7_200.0, 2_600.0, 3_400.0, 800.0],
            "other_cost": [14_500.0, 9_400.0, 2_100.0, 2_500.0, 15_000.0],
            "promised": [0.999, 0.999, 0.995, 0.99, 0.9995],
            "answer_minutes": [15, 10, 30, 60, 10],
            "mend_minutes": [120, 60, 240, 480, 60],
            "alternatives": [4, 5, 6, 4, 1],
            "exit_days": [90, 120, 60, 60, 20],
            "export": [True, True, True, True, False],
        }
    )


def _links() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "link_id": ["L01", "L02", "L03", "L04", "L05"],
            "from_system": ["S01", "S02", "S02", "S03", "S02"],
            "to_system": ["S02", "S07", "S03", "S02", "S06"],
            "flow": ["orders", "money", "orders", "goods", "data"],
            "way": ["call", "call", "message", "call", "file"],
            "delay_minutes": [0.0, 0.0, 5.0, 1.0, 1_440.0],
            "needed": [True, True, False, True, False],
        }
    )


def _incidents() -> pd.DataFrame:
    """Return nine incidents: seven of the shop front, of very different lengths; one is open."""
    began = pd.date_range("2025-03-03 10:00", periods=9, freq="9D")
    length = [12, 20, 25, 30, 48, 90, 900, 40, 0]
    table = pd.DataFrame({"system_id": ["S01"] * 7 + ["S07", "S02"], "began_at": began})
    table["incident_id"] = [f"I{n:03}" for n in range(1, 10)]
    table["seen_at"] = began + 5 * _MINUTE
    table["answered_at"] = table["seen_at"] + pd.to_timedelta([2, 2, 3, 4, 4, 9, 30, 6, 8], "min")
    table["mended_at"] = (began + pd.to_timedelta(length, "min")).where(np.array(length) > 0)
    table["cause"] = [*["release"] * 4, "overload", "disk", "certificate", "provider", "network"]
    table["release_id"] = ["R003", "R009", "R015", "R021", *[None] * 5]
    table["common"] = [*[None] * 7, "cut line", "cut line"]
    table["part"] = [1.0, 0.5, 1.0, 1.0, 0.5, 1.0, 0.2, 1.0, 0.1]
    table["kind"] = [*["outage"] * 4, "slow", "outage", "outage", "outage", "duplicate_orders"]
    return table


def _requests() -> pd.DataFrame:
    """Return the calls from 19:00 to 21:00 of the peak day: at 20:00 a push goes out."""
    rng = np.random.default_rng(16)
    since = np.arange(-60, 60)
    more = np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / 5), 0.0)
    found = []
    for source, usual, opening, burst, seconds in (
        ("visitors", 300, 900, 1.0, 0.12),
        ("crawlers", 120, 200, 20.0, 0.15),
        ("own_apps", 240, 2_000, 30.0, 0.09),
    ):
        mean = usual + more * (opening - usual)
        rate = mean if burst == 1 else rng.gamma(mean / (burst - 1), burst - 1)
        calls = rng.poisson(rate)
        table = pd.DataFrame({"minute": _OPENING + since * _MINUTE, "source": source})
        table["requests"] = calls
        table["busy_seconds"] = (calls * seconds).round(3)
        slow = 1 + 4 * more
        for name, times in (("p50_ms", 0.7), ("p95_ms", 3.0), ("p99_ms", 4.6)):
            table[name] = (1_000 * seconds * times * slow).round(1)
        table["failed"] = (calls * np.where((since >= 0) & (since < 12), 0.08, 0.0002)).astype(int)
        found.append(table)
    return pd.concat(found, ignore_index=True).sort_values(["minute", "source"], ignore_index=True)


def _releases() -> pd.DataFrame:
    """Return sixty releases of a year: a third of the twenty large ones failed."""
    n = 60
    number = np.arange(n)
    table = pd.DataFrame({"release_id": [f"R{one:03}" for one in number + 1]})
    table["released_at"] = pd.Timestamp("2025-01-06 11:00") + pd.to_timedelta(number * 6, "D")
    table["system_id"] = np.where(number % 4 == 3, "S02", "S01")
    table["changes"] = np.choose(number % 3, [1, 4, 20])
    table["lead_hours"] = 6.0 * table["changes"] ** 0.7
    failed = (number % 9 == 2) | (number == 30)
    table["failed"] = failed
    table["behind_switch"] = number % 5 == 0
    table["rolled_back"] = failed & ~table["behind_switch"] & (number % 2 == 0)
    table["mended_hours"] = pd.Series(1.0 + number % 7).where(failed)
    return table
