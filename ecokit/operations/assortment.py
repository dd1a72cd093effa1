"""The assortment: what each product earns on its stock, ABC and XYZ, new products, stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.amounts import whole
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi import parts
from ecokit.kpi.engine import PERIODS, Part, lendable, per, start_of, total, yuan
from ecokit.messages import _
from ecokit.operations.sums import added

YEAR = 365
"""Days of a year, to which turns and GMROI are brought."""


@public
def performance(data: Any, *, by: By = "product_id") -> Any:
    """Measure what products or categories sell, earn, and keep in stock.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock`` (with ``unit_cost``, what a unit had cost on that
        day; :func:`ecokit.kpi.unit_cost` adds it), ``products``, of one kind.
    by : str or sequence of str, optional
        ``"product_id"``, ``"category"``, another column of products, ``"month"``, ...

    Returns
    -------
    table of the caller's kind
        `by`; ``units``, ``sales``, ``profit`` (yuan) of paid orders; ``margin`` (profit of
        sales); ``days`` with stock on record; ``mean_stock`` (yuan at the cost paid, a day);
        ``turns_year`` (cost of goods sold of mean stock, brought to a year);
        ``gmroi_year`` (profit of mean stock, brought to a year); ``sell_through`` (units sold
        of units sold and left at the end); ``days_of_cover`` (units left at the end, over
        units sold a day). The end is each product's last day on record, in each period that
        you group by. A ratio is null where what it divides by is 0.

    Raises
    ------
    CourseError
        A table or column is missing, or a row of stock has no cost.

    References
    ----------
    Slide 17. GMROI: gross margin over average inventory at cost.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-03-01", "2025-03-02"])
    >>> shop = {
    ...     "orders": pd.DataFrame({"order_id": [1], "paid_at": day[:1], "placed_at": day[:1]}),
    ...     "order_lines": pd.DataFrame({"order_id": [1], "product_id": ["P1"], "quantity": [2],
    ...                                  "unit_price": [100.0], "unit_cost": [80.0]}),
    ...     "stock": pd.DataFrame({"date": day, "product_id": "P1", "sold": [2, 0],
    ...                            "closing": [2, 2], "unit_cost": 80.0}),
    ...     "products": pd.DataFrame({"product_id": ["P1"]})}
    >>> found = performance(shop)
    >>> found[["sales", "margin", "mean_stock", "sell_through", "days_of_cover"]].values.tolist()
    [[200.0, 0.2, 160.0, 0.5, 2.0]]
    >>> float(found["gmroi_year"][0])  # 40 yuan on 160 yuan of stock, in two days
    45.625
    >>> performance({"orders": shop["orders"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table order_lines, which is not among: ...
    """
    keys = frames.listed(by)
    lines_columns = "order_id product_id quantity unit_price unit_cost"
    orders, lines, stock, _products = frames.door(
        data,
        {
            "orders": "order_id paid_at placed_at",
            "order_lines": lines_columns,
            "stock": "date product_id sold closing unit_cost",
            "products": "product_id",
        },
        by=keys,
    )
    lines = lines.select(*lines_columns.split())  # `line` is a number there, a kind in products
    rows.refuse(stock, "stock", [rows.missing("unit_cost", "date", "product_id")])
    held = amounts.with_fen(stock, "closing", "unit_cost", "value")
    scale, pieces = amounts.scale(stock, "closing", "sold"), amounts.scale(lines, "quantity")
    held = held.with_columns(
        day_=start_of("day", "date"),
        left=whole(stock, "closing", scale),
        out=whole(stock, "sold", scale),
    )
    worth = amounts.faults(stock, "stock", "closing", "unit_cost")
    at_end = _at_end(held, [key for key in keys if key in PERIODS])
    sums = total(
        {
            **_sold(orders, lines, sales_fen="unit_price", cost_fen="unit_cost"),
            "value": Part("stock", held, "date", "value", faults=worth),
            "days": Part("stock", held, "date", "day_", "distinct"),
            "out": Part("stock", held, "date", "out", faults=(amounts.gaps("stock", "sold"),)),
            "left": Part("stock", at_end, "date", "left"),
        },
        keys,
        lendable(frames.tables(data)),
    )
    sums = sums.with_columns(profit_fen=_profit, units=amounts.unscaled("units", pieces))
    return frames.sorted_native(_per_stock(sums, keys), keys)


_profit = nw.col("sales_fen") - nw.col("cost_fen")


def _sold(orders: Frame, lines: Frame, **prices: str) -> dict[str, Part]:
    """Return units and money of the lines of paid orders, to be added up in one pass."""
    sold = parts.paid_lines(orders, lines)
    units = whole(lines, "quantity", amounts.scale(lines, "quantity"))
    sold = sold.with_columns(units=units)
    for name, price in prices.items():
        sold = amounts.with_fen(sold, "quantity", price, name)
    found = {it: Part("order_lines", sold, "placed_at", it) for it in ("units", *prices)}
    faults = amounts.faults(lines, "order_lines", "quantity", *prices.values())
    paid_lines = _("order_lines of paid orders")
    return found | {"units": replace(found["units"], faults=faults, called=paid_lines)}


def _at_end(held: Frame, periods: Sequence[str]) -> Frame:
    """Return the rows of each product's last day, in each period."""
    for period in periods:
        held = held.with_columns(start_of(period, "date").alias(period))
    group = ["product_id", *periods]
    last = held.group_by(*group).agg(nw.col("day_").max().alias("last_"))
    return held.join(last, on=group).filter(nw.col("day_") == nw.col("last_"))


def _per_stock(sums: Frame, keys: Sequence[str]) -> Frame:
    return sums.select(
        *keys,
        "units",
        yuan("sales_fen").alias("sales"),
        yuan("profit_fen").alias("profit"),
        per("profit_fen", "sales_fen").alias("margin"),
        "days",
        per("value", nw.col("days") * 100).alias("mean_stock"),
        per(nw.col("cost_fen") * YEAR, "value").alias("turns_year"),
        per(nw.col("profit_fen") * YEAR, "value").alias("gmroi_year"),
        per("out", nw.col("out") + nw.col("left")).alias("sell_through"),
        per(nw.col("left") * nw.col("days"), "out").alias("days_of_cover"),
    )


@public
def abc(
    table: IntoFrameT,
    *,
    value: str = "sales",
    product_id: str = "product_id",
    cuts: Sequence[float] = (0.80, 0.95),
    add_up: bool = False,
) -> IntoFrameT:
    """Class products, or anything else, by their share of a value: A the few that make most of it.

    Parameters
    ----------
    table : table
        ``product_id`` and the column `value`, a row a product.
    value : str
        ``"sales"``, ``"profit"``, ``"units"``, ... A value that is missing or below zero counts
        as 0.
    product_id : str
        The column of products, customers, suppliers, or whatever is classed.
    cuts : two numbers
        Cumulative share at which A ends, and B.
    add_up : bool
        Whether rows of one product are added up first, as those of order lines; the answer then
        holds the product and the value alone. Rows without a product are one more, without a name.

    Returns
    -------
    table of the caller's kind
        `table` with ``rank`` (1 is the largest), ``share``, ``cumulative`` and ``abc``. The
        product that crosses a cut still belongs to the class before it.

    Raises
    ------
    CourseError
        A column is missing or holds text, a product stands there twice, no value is above
        zero, or the cuts do not rise between 0 and 1.

    References
    ----------
    Pareto analysis; the cuts are a convention. What it cannot do: Lokad (2023).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"product_id": list("pqrs"), "sales": [5.0, 70.0, 20.0, 5.0]})
    >>> abc(table)[["product_id", "cumulative", "abc"]].values.tolist()
    [['q', 0.7, 'A'], ['r', 0.9, 'A'], ['p', 0.95, 'B'], ['s', 1.0, 'C']]
    >>> abc(table, cuts=(80, 95))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cuts is (80, 95). Give two shares that rise, such as (0.8, 0.95).
    """
    first, second = _rising(cuts)
    if second >= 1:
        raise numbers.refused("cuts", cuts, _("Give two shares that rise, such as (0.8, 0.95)."))
    worth_of, goods = numbers.text("value", value), numbers.text("product_id", product_id)
    frame = frames.table(table, [goods, worth_of], name="table", types={worth_of: "number"})
    if numbers.flag("add_up", add_up):
        frame = frame.group_by(goods).agg(nw.col(worth_of).sum())
    _refuse_unranked(frame, product_id, value)
    worth = frame.with_columns(
        kept_=nw.max_horizontal(nw.col(value).cast(nw.Float64), nw.lit(0.0)), one_=nw.lit(1)
    )
    order = ["down_", product_id]
    worth = worth.with_columns(down_=0 - nw.col("kept_"))
    ranked = worth.with_columns(
        rank=nw.col("one_").cum_sum().over(order_by=order).cast(nw.Int64),
        share=nw.col("kept_") / nw.col("kept_").sum().over("one_"),
        run_=nw.col("kept_").cum_sum().over(order_by=order),
        all_=nw.col("kept_").sum().over("one_"),
    ).with_columns(cumulative=nw.col("run_") / nw.col("all_"))
    before = (nw.col("run_") - nw.col("kept_")) / nw.col("all_") + 1e-9
    classed = ranked.with_columns(
        abc=nw.when(before < first)
        .then(nw.lit("A"))
        .otherwise(nw.when(before < second).then(nw.lit("B")).otherwise(nw.lit("C")))
    )
    ranks: Any = frames.sorted_native(
        classed.drop("kept_", "one_", "down_", "run_", "all_"), ["rank"]
    )
    return ranks


def _rising(cuts: Sequence[float]) -> tuple[float, float]:
    """Return two numbers above zero that rise, or say that they do not."""
    given = numbers.array("cuts", cuts)
    if given.shape != (2,) or not 0 < given[0] < given[1]:
        raise numbers.refused("cuts", cuts, _("Give two numbers that rise, such as (0.5, 1.0)."))
    return float(given[0]), float(given[1])


def _refuse_unranked(frame: Frame, product_id: str, value: str) -> None:
    """Refuse, in an eager table, a product that stands twice and values that rank nothing."""
    rows.refuse(frame, "table", [rows.twice(product_id)])
    if isinstance(frame, nw.DataFrame) and len(frame) and not (frame[value].drop_nulls() > 0).any():
        message = _("No product has {value} above zero, so none can be ranked by it.")
        raise CourseError(message.format(value=value))


@public
def xyz(
    stock: IntoFrameT,
    *,
    demand: str = "demand",
    date: str = "date",
    product_id: str = "product_id",
    cuts: Sequence[float] = (0.5, 1.0),
) -> IntoFrameT:
    """Class products by how steadily they are asked for, week by week.

    Parameters
    ----------
    stock : table
        A row a product and day on sale. A day without demand needs a row with 0: weeks are
        counted, not guessed.
    demand, date, product_id : str
        Its columns; ``demand="sold"`` where demand is not on record.
    cuts : two numbers
        Coefficient of variation at which X ends, and Y.

    Returns
    -------
    table of the caller's kind
        ``product_id``, ``weeks`` (whole ones only), ``mean`` and ``sd`` of a week, ``cv``
        (sd over mean), ``xyz``: X steady, Y moving, Z erratic; null with fewer than 4 weeks
        or no demand.

    Raises
    ------
    CourseError
        A column is missing, or the cuts do not rise.

    References
    ----------
    Coefficient of variation; cuts 0.5 and 1.0 are a common convention, not a law.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2025-03-03", periods=28)  # four weeks from a Monday
    >>> stock = pd.concat([
    ...     pd.DataFrame({"date": days, "product_id": "even", "demand": 2}),
    ...     pd.DataFrame({"date": days, "product_id": "once", "demand": [28] + [0] * 27})])
    >>> xyz(stock)[["product_id", "mean", "cv", "xyz"]].values.tolist()
    [['even', 14.0, 0.0, 'X'], ['once', 7.0, 2.0, 'Z']]
    >>> xyz(stock, cuts=(1, 1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cuts is (1, 1). Give two numbers that rise, such as (0.5, 1.0).
    """
    first, second = _rising(cuts)
    columns = {"date": date, "product_id": product_id, "demand": demand}
    frame = frames.table(stock, columns, name="stock")
    scale = min(amounts.scale(frame, "demand"), 1000)  # squares of millionths would not fit
    units = whole(frame, "demand", scale)
    daily = frame.with_columns(week_=start_of("week", "date"), units_=units)
    gaps = [amounts.gaps("stock", "demand")]
    keys = ["product_id", "week_"]
    weekly = added(daily, keys, ["units_"], "rows_", table="stock", faults=gaps)
    full = weekly.filter(nw.col("rows_") == 7).with_columns(
        squares_=nw.col("units_") * nw.col("units_")
    )
    lacking = [amounts.gaps("stock", "units_")]
    sums = added(
        full, ["product_id"], ["units_", "squares_"], "weeks", table="stock", faults=lacking
    )
    n = nw.col("weeks")
    spread = n * nw.col("squares_") - nw.col("units_") * nw.col("units_")
    told = sums.with_columns(
        mean=per("units_", n * scale), sd=per(spread, n * (n - 1)).sqrt() / scale
    ).with_columns(cv=nw.col("sd") / nw.when(nw.col("mean") > 0).then(nw.col("mean")))
    cv = nw.col("cv")
    known = (n >= 4) & ~cv.is_null()
    steady = nw.when(cv <= second).then(nw.lit("Y")).otherwise(nw.lit("Z"))
    classed = told.with_columns(
        xyz=nw.when(known).then(nw.when(cv <= first).then(nw.lit("X")).otherwise(steady))
    )
    steadiness: Any = frames.sorted_native(classed.drop("units_", "squares_"), ["product_id"])
    return steadiness


@public
def nine_cells(abc: IntoFrameT, xyz: IntoFrameT, *, value: str = "sales") -> IntoFrameT:
    """Lay ABC and XYZ over one another: nine cells, each with its own way to buy.

    Parameters
    ----------
    abc, xyz : table
        What :func:`abc` and :func:`xyz` returned.
    value : str
        A column of `abc` to add up.

    Returns
    -------
    table of the caller's kind
        ``abc``, ``xyz``, ``products`` (number), `value`, ``share`` of it. Products without
        an XYZ class are left out.

    Raises
    ------
    CourseError
        `abc` or `xyz` is no table, or lacks a column.

    References
    ----------
    The nine cells, and what they cannot do: Lokad (2023).

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"product_id": list("pqr"), "abc": list("AAC"), "sales": [6.0, 3.0, 1.0]})
    >>> x = pd.DataFrame({"product_id": list("pqr"), "xyz": ["X", "X", None]})
    >>> nine_cells(a, x).values.tolist()
    [['A', 'X', 2, 9.0, 1.0]]
    """
    left, right = frames.door(
        {"abc": abc, "xyz": xyz},
        {"abc": ["product_id", "abc", numbers.text("value", value)], "xyz": "product_id xyz"},
        by=[],
    )
    both = left.join(right.select("product_id", "xyz"), on="product_id")
    both = both.filter(~nw.col("xyz").is_null())
    cells = both.group_by("abc", "xyz").agg(nw.len().alias("products"), nw.col(value).sum())
    shared = cells.with_columns(nw.col("products").cast(nw.Int64))
    shared = shared.with_columns(one_=nw.lit(1)).with_columns(
        share=nw.col(value) / nw.col(value).sum().over("one_")
    )
    told: Any = frames.sorted_native(shared.drop("one_"), ["abc", "xyz"])
    return told


@public
def new_skus(data: Any, *, by: str = "month") -> Any:
    """Count the products first sold in a period, of those sold in it, and their sales.

    It needs sales only, so it works for a shop that keeps no launch dates. The first period
    is all new by construction. (The KPI ``new_sku_share`` asks another question: products in
    their first 90 days, of those on sale.)

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, of one kind.
    by : str
        ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.

    Returns
    -------
    table of the caller's kind
        `by`, ``skus``, ``new``, ``new_sku_share`` (of SKUs), ``sales``, ``new_sales`` (yuan),
        ``new_sales_share`` (of sales). Often few sales: the two shares differ.

    Raises
    ------
    CourseError
        A column is missing, or `by` is no such period.

    References
    ----------
    Slides 9 (new-SKU share) and 16 (renew products in time).

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order_id": [1, 2],
    ...                        "placed_at": pd.to_datetime(["2025-01-31", "2025-02-01"])})
    >>> orders["paid_at"] = orders["placed_at"]
    >>> lines = pd.DataFrame({"order_id": [1, 2, 2], "product_id": ["P1", "P1", "P2"],
    ...                       "quantity": 1, "unit_price": [90.0, 90.0, 10.0]})
    >>> shop = {"orders": orders, "order_lines": lines}
    >>> new_skus(shop)[["new_sku_share", "new_sales_share"]].values.tolist()
    [[1.0, 1.0], [0.5, 0.1]]
    >>> new_skus(shop, by="decade")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is 'decade'. Choose one of: week, month, quarter, year.
    """
    numbers.one_of("by", by, ("week", "month", "quarter", "year"))
    sold, lines = frames.door(
        data,
        {
            "orders": "order_id placed_at paid_at",
            "order_lines": "order_id product_id quantity unit_price",
        },
        by=[],
    )
    paid = parts.paid_lines(sold, lines).with_columns(period_=start_of(by, "placed_at"))
    dated_lines = amounts.with_fen(paid, "quantity", "unit_price", "fen_")
    faults = amounts.faults(lines, "order_lines", "quantity", "unit_price")
    called = _("order_lines of paid orders")
    skus = added(dated_lines, ["product_id", "period_"], ["fen_"], table=called, faults=faults)
    first = skus.group_by("product_id").agg(nw.col("period_").min().alias("first_"))
    dated = skus.join(first, on="product_id").with_columns(
        new_=(nw.col("period_") == nw.col("first_")).cast(nw.Int64)
    )
    dated = dated.with_columns(new_fen_=nw.col("new_") * nw.col("fen_"))
    known = [amounts.gaps("order_lines", "fen_")]
    names = ["new_", "fen_", "new_fen_"]
    sums = added(dated, ["period_"], names, "skus", table="order_lines", faults=known)
    return frames.sorted_native(
        sums.select(
            nw.col("period_").alias(by),
            "skus",
            nw.col("new_").alias("new"),
            per("new_", "skus").alias("new_sku_share"),
            yuan("fen_").alias("sales"),
            yuan("new_fen_").alias("new_sales"),
            per("new_fen_", "fen_").alias("new_sales_share"),
        ),
        [by],
    )


@public
def not_in_stores(data: Any, *, by: By = None) -> Any:
    """Find what sells online and is not in the company's stores.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, and ``store_sales`` (``product_id``, ``units``: a product
        without a row is not sold in the stores); ``products`` to group by its columns.
    by : str or sequence of str, optional
        None for a row a product, or columns of products such as ``"category"``; no periods.
        For one month, pass the orders and the store sales of that month.

    Returns
    -------
    table of the caller's kind
        Without `by`: ``product_id``, ``units``, ``sales``, ``profit`` (online), ``store_units``,
        ``online_only`` (true: no store sells it). With it: `by`, ``skus``, ``online_only``
        (number of SKUs), ``sales``, ``online_only_sales`` (yuan), ``online_only_share`` (of
        sales).

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    Slide 16 (buy what sells online and not in the stores).

    Examples
    --------
    >>> import pandas as pd
    >>> now = pd.to_datetime(["2025-03-01"])
    >>> shop = {
    ...     "orders": pd.DataFrame({"order_id": [1], "placed_at": now, "paid_at": now}),
    ...     "order_lines": pd.DataFrame({"order_id": [1, 1], "product_id": ["P1", "P2"],
    ...         "quantity": [1, 2], "unit_price": [50.0, 25.0], "unit_cost": [40.0, 20.0]}),
    ...     "store_sales": pd.DataFrame({"product_id": ["P2"], "units": [7]})}
    >>> not_in_stores(shop)[["product_id", "profit", "store_units", "online_only"]].values.tolist()
    [['P1', 10.0, 0, True], ['P2', 10.0, 7, False]]
    >>> not_in_stores({"orders": shop["orders"], "order_lines": shop["order_lines"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table store_sales, which is not among: ...
    """
    keys = frames.listed(by)
    if any(key in PERIODS for key in keys):
        wanted = _("Take columns of products, or pass the tables of one month.")
        raise numbers.refused("by", by, wanted)
    orders, lines, stores, products = frames.door(
        data,
        {
            "orders": "order_id placed_at paid_at",
            "order_lines": "order_id product_id quantity unit_price unit_cost",
            "store_sales": "product_id units",
        },
        {"products": ["product_id", *keys]},
    )
    if products is None:
        frames.need("order_lines", lines, keys)
    sums = total(
        _sold(orders, lines, sales_fen="unit_price", cost_fen="unit_cost"), ["product_id"], {}
    )
    pieces = amounts.scale(lines, "quantity")
    sums = sums.filter((nw.col("units") > 0).fill_null(value=True)).with_columns(
        profit_fen=_profit, units=amounts.unscaled("units", pieces)
    )
    there = stores.with_columns(store_units=whole(stores, "units"))
    gaps = [amounts.gaps("store_sales", "units")]
    there = added(there, ["product_id"], ["store_units"], table="store_sales", faults=gaps)
    both = sums.join(there, on="product_id", how="left").with_columns(
        online_only=nw.col("store_units").is_null() | (nw.col("store_units") == 0),
        store_units=nw.col("store_units").fill_null(0).cast(nw.Int64),
    )
    if not keys:
        columns = ["product_id", "units", "sales", "profit", "store_units", "online_only"]
        told = both.with_columns(sales=yuan("sales_fen"), profit=yuan("profit_fen"))
        return frames.sorted_native(told.select(*columns), ["product_id"])
    return frames.sorted_native(_by_group(both, keys, frames.tables(data)), keys)


def _by_group(both: Frame, keys: list[str], tables: Any) -> Frame:
    alone = nw.col("online_only").cast(nw.Int64)
    marked = both.with_columns(alone=alone, alone_fen=alone * nw.col("sales_fen"))
    sums = total(
        {
            "skus": Part("order_lines", marked, "", how="rows"),
            "online_only": Part("order_lines", marked, "", "alone"),
            "fen": Part("order_lines", marked, "", "sales_fen"),
            "alone_fen": Part("order_lines", marked, "", "alone_fen"),
        },
        keys,
        lendable(tables),
    )
    return sums.select(
        *keys,
        "skus",
        "online_only",
        yuan("fen").alias("sales"),
        yuan("alone_fen").alias("online_only_sales"),
        per("alone_fen", "fen").alias("online_only_share"),
    )
