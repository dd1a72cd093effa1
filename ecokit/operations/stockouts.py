"""Stock-outs: how many units, days and products, and what they cost in lost sales."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.kpi.engine import By, Frame, Part, door, lendable, listed, per, total, whole, yuan
from ecokit.messages import _
from ecokit.operations.checks import share_of
from ecokit.operations.frames import native, refuse, refuse_unknown


def stockouts(
    stock: IntoFrameT,
    products: IntoFrameT | None = None,
    by: By = None,
    substitution: float = 0.0,
) -> IntoFrameT:
    """Measure stock-outs in three ways, and what they cost.

    Parameters
    ----------
    stock : table
        A row a product and day on sale: ``date``, ``product_id``, ``price`` (yuan),
        ``demand``, ``sold``, ``closing`` (units).
    products : table, optional
        ``product_id``, ``cost`` (yuan), and columns to group by. Without it there is no
        ``lost_profit``.
    by : str or sequence of str, optional
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, or columns such as ``"category"``.
    substitution : float
        Share (0 to 1) of the units lost whose customers took another product instead.
        It lowers ``lost_sales`` and ``lost_profit``; the substitute is taken to cost and
        earn the same.

    Returns
    -------
    table of the caller's kind
        `by`; units ``asked``, ``sold``, ``lost``; three rates, each 0 to 1:
        ``unit_rate`` (units lost of units asked for, the KPI stock-out rate),
        ``day_rate`` (product-days with a unit lost, of product-days on sale),
        ``sku_rate`` (products with a unit lost on some day, of products on sale);
        ``empty_day_rate`` (product-days that end with an empty shelf: what a shop can
        count that does not record demand); ``lost_sales``, ``lost_profit`` (yuan).

    Raises
    ------
    CourseError
        A column is missing, `substitution` is no share, more was sold than asked for, or a
        product in stock has no cost.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-02"] * 2),
    ...     "product_id": ["P1", "P1", "P2", "P2"], "price": 100.0,
    ...     "demand": [4, 6, 5, 5], "sold": [4, 2, 5, 5], "closing": [2, 0, 9, 4]})
    >>> stockouts(stock)[["unit_rate", "day_rate", "sku_rate", "lost_sales"]]
       unit_rate  day_rate  sku_rate  lost_sales
    0        0.2      0.25       0.5       400.0
    >>> round(float(stockouts(stock, substitution=0.45).lost_sales[0]), 2)
    220.0
    >>> stockouts(stock, substitution=45)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: substitution is 45. Give a share from 0 to 1, such as 0.95.

    Source: slides 15 (stock-out rate) and 16. Substitution: Gruen, Corsten and Bharadwaj (2002).
    """
    share_of("substitution", substitution)
    tables = {"stock": stock} if products is None else {"stock": stock, "products": products}
    columns = {"stock": "date product_id price demand sold closing", "products": "product_id cost"}
    frames = door(tables, {name: columns[name] for name in tables})
    _refuse_impossible(*frames)
    rows = _valued(*frames)
    keys = listed(by)
    out = rows.filter(nw.col("lost") > 0)
    parts = {
        **{name: Part("stock", rows, "date", name) for name in ("asked", "served", "lost")},
        "product_days": Part("stock", rows, "date", how="rows"),
        "days_out": Part("stock", rows, "date", "out"),
        "days_empty": Part("stock", rows, "date", "empty"),
        "skus": Part("stock", rows, "date", "product_id", "distinct"),
        "skus_out": Part("stock", out, "date", "product_id", "distinct"),
        **{name: Part("stock", rows, "date", name) for name in ("sales_fen", "profit_fen")},
    }
    sums = total(parts, keys, lendable(tables))
    kept = 1 - substitution
    money = [(yuan("sales_fen") * kept).alias("lost_sales")]
    if products is not None:
        money.append((yuan("profit_fen") * kept).alias("lost_profit"))
    result: Any = native(
        sums.select(
            *keys,
            "asked",
            nw.col("served").alias("sold"),
            "lost",
            per("lost", "asked").alias("unit_rate"),
            per("days_out", "product_days").alias("day_rate"),
            per("skus_out", "skus").alias("sku_rate"),
            per("days_empty", "product_days").alias("empty_day_rate"),
            *money,
        ),
        keys,
    )
    return result


def _refuse_impossible(stock: Frame, products: Frame | None = None) -> None:
    demand, sold = nw.col("demand"), nw.col("sold")
    why = _("more was sold than asked for, or one of the two is below zero")
    refuse(stock, "stock", (sold > demand) | (sold < 0), why, ["date", "product_id"])
    if products is not None:
        refuse_unknown(stock, "stock", "product_id", products, "products", "cost")


def _valued(stock: Frame, products: Frame | None = None) -> Frame:
    """Return the rows of stock with what was lost in units and in fen."""
    lost = whole(stock, "demand") - whole(stock, "sold")
    price = whole(stock, "price", 100)
    rows = stock.with_columns(
        asked=whole(stock, "demand"),
        served=whole(stock, "sold"),
        lost=lost,
        out=(lost > 0).cast(nw.Int64),
        empty=(whole(stock, "closing") == 0).cast(nw.Int64),
        sales_fen=lost * price,
    )
    if products is None:
        return rows.with_columns(profit_fen=nw.col("sales_fen") * 0)
    costs = products.select("product_id", unit_fen=whole(products, "cost", 100))
    joined = rows.join(costs, on="product_id", how="left")
    return joined.with_columns(profit_fen=nw.col("sales_fen") - nw.col("lost") * nw.col("unit_fen"))
