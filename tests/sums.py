"""Lines of orders with their right sums, and random ones beside Python's decimal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

Row = tuple[float | None, ...]  # quantity, price and perhaps cost


class Case(NamedTuple):
    """Lines and what they come to."""

    name: str
    lines: list[Row]
    right: float


CASES = [
    Case("goods by weight", [(0.45, 29.90)], 13.46),
    Case("one and a half", [(1.5, 20)], 30.0),
    Case("parts of a unit", [(0.4, 100), (1.5, 100)], 190.0),
    Case("a price of six places", [(8776, 0.002649)], 23.25),
    Case("half a fen each", [(1000, 0.005)], 5.0),
    Case("three places", [(3, 33.333)], 100.0),
    Case("half a fen up", [(1, 0.005)], 0.01),
    Case("half a fen down", [(-1, 0.005)], -0.01),
    Case("read as written", [(1, 1.005)], 1.01),
    Case("a line and its return", [(0.5, 0.01), (-0.5, 0.01)], 0.0),
    Case("a large price by weight", [(0.000001, 999_999_999.5)], 1000.0),
    Case("a large line", [(1000, 8_000_000_000)], 8e12),
]


def lines(given: list[Row]) -> dict[str, pd.DataFrame]:
    """Return paid orders of one line each."""
    paid = pd.to_datetime(["2025-01-05"] * len(given)).astype("datetime64[us]")
    ids = range(1, len(given) + 1)
    names = ["quantity", "unit_price", "unit_cost"][: len(given[0])]
    table = pd.DataFrame(given, columns=names).assign(order_id=ids)
    orders = pd.DataFrame({"order_id": ids, "placed_at": paid, "paid_at": paid})
    return {"orders": orders, "order_lines": table}


def random_lines(n: int) -> tuple[dict[str, pd.DataFrame], list[list[Any]]]:
    """Return lines of all sizes and places, and the same as (band, quantity, price, cost)."""
    luck = np.random.default_rng(20251111)
    places = luck.integers(0, 7, (3, n))
    size = 10.0 ** luck.uniform(-6, [[3], [5], [5]], (3, n))
    size[0] *= luck.choice([-1, 1], n)
    texts = [
        [f"{x:.{p}f}" for x, p in zip(*one, strict=True)] for one in zip(size, places, strict=True)
    ]
    half = luck.random(n) < 0.2  # many lie on half a fen
    texts[0] = [
        f"{luck_:d}.5" if h else t
        for t, h, luck_ in zip(texts[0], half, luck.integers(-9, 9, n), strict=True)
    ]
    texts[1] = [
        f"{luck_:d}.{luck_ % 10}1" if h else t
        for t, h, luck_ in zip(texts[1], half, luck.integers(0, 99, n), strict=True)
    ]
    bands = [f"band {i % 7}" for i in range(n)]
    floats = [[float(text) for text in one] for one in texts]
    table = lines(list(zip(*floats, strict=True)))
    table["order_lines"]["band"] = bands
    return table, [[band, *map(Decimal, row)] for band, *row in zip(bands, *texts, strict=True)]


def fen(amount: Decimal) -> Decimal:
    """Return an amount to the fen, half a fen away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_decimal(exact: list[list[Any]]) -> dict[str, Decimal]:
    """Return the profit of each band, each product rounded to the fen on its own."""
    sums: dict[str, Decimal] = {}
    for band, quantity, price, cost in exact:
        line = fen(quantity * price) - fen(quantity * cost)
        sums[band] = sums.get(band, Decimal(0)) + line
    return dict(sorted(sums.items()))
