"""Stock-outs: how many units, days and products, and what they cost in lost sales."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.amounts import whole
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import Part, lendable, per, total, yuan

_NEEDED = {"stock": "date product_id price demand sold closing"}
_COST = "unit_cost"
_RESULT = (
    "asked",
    "sold",
    "lost",
    "unit_rate",
    "day_rate",
    "sku_rate",
    "empty_day_rate",
    "lost_sales",
    "lost_profit",
)


@public
def stockouts(data: Any, *, by: By = None, substitution: float = 0.0) -> Any:
    """Measure stock-outs in three ways, and what they cost.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``, a row a product and day on sale: ``date``, ``product_id``, ``price`` (yuan),
        ``demand``, ``sold``, ``closing`` (units), and ``unit_cost`` (yuan, what a unit had cost
        on that day; :func:`ecokit.kpi.unit_cost` adds it), without which there is no
        ``lost_profit``. ``products``: columns to group by.
    by : str or sequence of str, optional
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"``, or columns such as
        ``"category"``.
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
        unit cost is missing. (On a lazy engine
        the rates of a group with a gap are empty.)

    References
    ----------
    Slides 15 (stock-out rate) and 16. Substitution: Gruen, Corsten and Bharadwaj (2002).

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-02"] * 2),
    ...     "product_id": ["P1", "P1", "P2", "P2"], "price": 100.0,
    ...     "demand": [4, 6, 5, 5], "sold": [4, 2, 5, 5], "closing": [2, 0, 9, 4]})
    >>> stockouts({"stock": stock})[["unit_rate", "day_rate", "sku_rate", "lost_sales"]]
       unit_rate  day_rate  sku_rate  lost_sales
    0        0.2      0.25       0.5       400.0
    >>> round(float(stockouts({"stock": stock}, substitution=0.45).lost_sales[0]), 2)
    220.0
    >>> stockouts({"stock": stock}, substitution=45)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: substitution is 45. Give a share from 0 to 1; write 45 % as 0.45.
    """
    kept = 1 - numbers.share("substitution", substitution)
    keys = frames.listed(by)
    frames.refuse_taken(keys, _RESULT)
    (stock,) = frames.door(data, _NEEDED)
    costed = _COST in stock.collect_schema().names()
    needed = f"{_NEEDED['stock']} {_COST}" if costed else _NEEDED["stock"]
    (stock,) = frames.door(data, {"stock": needed}, by=keys)
    _refuse_impossible(stock, costed)
    valued = _valued(stock, costed)
    out = valued.filter(nw.col("_lost") > 0)
    prices = ["price", *([_COST] if costed else [])]
    gaps = amounts.gaps("stock", "demand", "sold", "closing")
    faults = (gaps, *amounts.faults(valued, "stock", "_gone", *prices))
    parts = {
        **{name: Part("stock", valued, "date", f"_{name}") for name in ("asked", "sold", "lost")},
        "product_days": Part("stock", valued, "date", how="rows", faults=faults),
        "days_out": Part("stock", valued, "date", "_out"),
        "days_empty": Part("stock", valued, "date", "_empty"),
        "skus": Part("stock", valued, "date", "product_id", "distinct"),
        "skus_out": Part("stock", out, "date", "product_id", "distinct"),
        **{name: Part("stock", valued, "date", f"_{name}") for name in ("sales_fen", "profit_fen")},
    }
    sums = total(parts, keys, lendable(frames.tables(data)))
    scale = amounts.scale(stock, "demand", "sold")
    units = [amounts.unscaled(name, scale).alias(name) for name in _RESULT[:3]]
    money = {"lost_sales": yuan("sales_fen") * kept}
    if costed:
        money["lost_profit"] = yuan("profit_fen") * kept
    rates = {
        "unit_rate": per("lost", "asked"),
        "day_rate": per("days_out", "product_days"),
        "sku_rate": per("skus_out", "skus"),
        "empty_day_rate": per("days_empty", "product_days"),
    }
    return frames.sorted_native(sums.select(*keys, *units, **rates, **money), keys)


def _refuse_impossible(stock: Frame, costed: bool) -> None:
    found = ["date", "product_id"]
    rules = [rows.below_zero("sold", *found, gaps=True), rows.above("sold", "demand", *found)]
    if costed:
        rules.append(rows.below_zero(_COST, *found))
    rows.refuse(stock, "stock", rules)


def _valued(stock: Frame, costed: bool) -> Frame:
    """Return the rows of stock with what was lost in units and in fen."""
    scale = amounts.scale(stock, "demand", "sold")
    lost = whole(stock, "demand", scale) - whole(stock, "sold", scale)
    valued = stock.with_columns(
        _asked=whole(stock, "demand", scale),
        _sold=whole(stock, "sold", scale),
        _lost=lost,
        _out=(lost > 0).cast(nw.Int64),
        _empty=(whole(stock, "closing", amounts.PLACES) == 0).cast(nw.Int64),
    )
    valued = valued.with_columns(_gone=amounts.unscaled("_lost", scale))
    valued = amounts.with_fen(valued, "_gone", "price", "_sales_fen")
    sales = nw.col("_sales_fen")
    if not costed:
        return valued.with_columns(_profit_fen=sales * 0)
    valued = amounts.with_fen(valued, "_gone", _COST, "_cost_fen")
    return valued.with_columns(_profit_fen=sales - nw.col("_cost_fen"))
