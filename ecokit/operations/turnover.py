"""Money and space that goods tie up, and how long suppliers take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.amounts import whole
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi import parts
from ecokit.kpi.engine import per, start_of, total
from ecokit.messages import _
from ecokit.operations.sums import added

_DAY_MINUTES = 1440


@public
def capital(data: Any, *, receivable_days: float = 0.0) -> Any:
    """Follow the money from the supplier to the customer and back, month by month.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock`` (with ``unit_cost``, what a unit had cost on that
        day; :func:`ecokit.kpi.unit_cost` adds it), ``products`` (``supplier_id``),
        ``purchases``, ``suppliers`` (``payment_days``), of one kind.
    receivable_days : float
        Days until the money of a sale is there. 0: customers pay at once. A payment service
        that holds it until the parcel is signed for makes it some days.

    Returns
    -------
    DataFrame
        ``month``; ``sales``, ``cost_of_goods`` (yuan in the month); means over its days, in
        yuan: ``stock`` (at the cost paid), ``receivables``, ``capital`` (the two together),
        ``payables`` (delivered and not paid yet); ``capital_turns`` (sales over capital,
        times in the month); ``stock_days``, ``payable_days`` (mean over cost of goods a day),
        ``cash_cycle`` (stock days + receivable days - payable days; below zero, suppliers
        lend more than the stock costs); ``complete`` (false while deliveries from before the
        first purchase on record may still be unpaid: payables are too low there). A ratio is
        null where what it divides by is 0.

    Raises
    ------
    CourseError
        A table or column is missing, `receivable_days` is below zero, a row of stock has no
        cost, a product no supplier with payment days, or nothing was delivered.

    References
    ----------
    Slide 17 (capital turnover 资金周转率), read as sales over mean current assets
    (流动资产周转率). Cash cycle: stock days + debtor days - creditor days.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> capital(load_shop(), receivable_days=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: receivable_days is -1. Give a number, 0 or more.
    """
    until_paid = numbers.number("receivable_days", receivable_days, low=0)
    opened = frames.door(
        data,
        {
            "orders": "order_id paid_at placed_at",
            "order_lines": "order_id product_id quantity unit_price unit_cost",
            "stock": "date product_id closing unit_cost",
            "products": "product_id supplier_id",
            "purchases": "product_id delivered_on delivered_units unit_cost",
            "suppliers": "supplier_id payment_days",
        },
    )
    _orders, _lines, stock, products, purchases, suppliers = opened
    _refuse_unknown(stock, products, purchases, suppliers)
    table = _monthly(*opened[:3])
    days = table["days"]
    seen = frames.as_pandas(stock.select(day=start_of("day", "date")).unique())["day"].sort_values()
    owed = _payables(products, purchases, suppliers, pd.DatetimeIndex(seen))
    balance = owed.groupby(pd.DatetimeIndex(owed.index).to_period("M").to_timestamp())
    receivables = table["sales"] / days * until_paid
    table = table.assign(
        receivables=receivables,
        capital=table["stock"] + receivables,
        payables=table["month"].map(balance.mean()),
    )
    daily_cost = (table["cost_of_goods"] / days).where(table["cost_of_goods"] > 0)
    told = table.assign(
        capital_turns=table["sales"] / table["capital"].where(table["capital"] > 0),
        stock_days=table["stock"] / daily_cost,
        payable_days=table["payables"] / daily_cost,
        cash_cycle=(table["stock"] - table["payables"]) / daily_cost + until_paid,
        complete=table["month"] >= owed.attrs["complete_from"],
    )
    return frames.like(told.drop(columns="days"), data)


def _refuse_unknown(stock: Frame, products: Frame, purchases: Frame, suppliers: Frame) -> None:
    """Refuse stock without a cost, goods without a supplier, and suppliers not known to be paid."""
    known = rows.unknown_id
    rows.refuse(stock, "stock", [rows.missing("unit_cost", "date", "product_id")])
    rows.refuse(purchases, "purchases", [known("product_id", products, "products", "supplier_id")])
    rows.refuse(
        products, "products", [known("supplier_id", suppliers, "suppliers", "payment_days")]
    )


def _monthly(orders: Frame, lines: Frame, stock: Frame) -> pd.DataFrame:
    totals = parts.turns(orders, lines, stock)
    sums = {
        "sales": parts.sold(orders, lines, parts.sales),
        **{name: totals[name] for name in ("cogs", "value", "days")},
    }
    table = frames.as_pandas(total(sums, ["month"], {})).sort_values("month", ignore_index=True)
    table = table[table["days"] > 0].reset_index(drop=True)
    return table.assign(
        sales=table["sales"] / 100,
        cost_of_goods=table["cogs"] / 100,
        stock=table["value"] / table["days"] / 100,
    )[["month", "days", "sales", "cost_of_goods", "stock"]]


def _payables(
    products: Frame, purchases: Frame, suppliers: Frame, seen: pd.DatetimeIndex
) -> pd.Series[float]:
    """Return what is owed to suppliers on each of the days `seen`, in yuan."""
    came = purchases.filter(~nw.col("delivered_on").is_null())
    came = came.join(products.select("product_id", "supplier_id"), on="product_id")
    came = came.join(suppliers.select("supplier_id", "payment_days"), on="supplier_id")
    came = came.with_columns(day_=start_of("day", "delivered_on"))
    came = amounts.with_fen(came, "delivered_units", "unit_cost", "fen_")
    faults = amounts.faults(purchases, "purchases", "delivered_units", "unit_cost")
    sums = added(came, ["day_", "payment_days"], ["fen_"], table="purchases", faults=faults)
    table = frames.as_pandas(sums)
    if table.empty:
        raise CourseError(
            _("The table purchases has no delivery, so nothing tells what the shop owes.")
        )
    due = table["day_"] + pd.to_timedelta(table["payment_days"], unit="D")
    moves = pd.concat(
        [
            pd.Series(table["fen_"].to_numpy(), index=pd.DatetimeIndex(table["day_"])),
            pd.Series(-table["fen_"].to_numpy(), index=pd.DatetimeIndex(due)),
        ]
    )
    balance = moves.groupby(level=0).sum().cumsum() / 100
    owed = balance.reindex(seen, method="ffill").fillna(0.0)
    longest = pd.Timedelta(days=int(table["payment_days"].max()))
    owed.attrs["complete_from"] = table["day_"].min() + longest
    return owed


@public
def storage(data: Any, *, by: str = "month") -> Any:
    """Measure how full the warehouse is, and what the space costs.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``, ``products`` (``volume_litres``), ``warehouse`` (``month``,
        ``capacity_litres``, ``rent``).
    by : str
        ``"month"`` or ``"day"``.

    Returns
    -------
    DataFrame
        By day: ``day``, ``litres`` (in the evening), ``capacity_litres``, ``utilisation``.
        By month: ``month``, ``litres`` (mean a day), ``capacity_litres``, ``utilisation``
        (mean), ``peak`` (the fullest day), ``full_days`` (days above 85 %), ``rent`` (yuan),
        ``rent_per_litre`` (yuan a litre in use).

    Raises
    ------
    CourseError
        A table or column is missing, `by` is neither of the two, a product in stock has no
        volume, or a month has no capacity.

    References
    ----------
    Slide 17 (storage utilisation 仓储利用率): volume stored over storage capacity.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-03-01", "2025-03-02"])
    >>> shop = {
    ...     "stock": pd.DataFrame({"date": day, "product_id": "P1", "closing": [40, 10]}),
    ...     "products": pd.DataFrame({"product_id": ["P1"], "volume_litres": [2.0]}),
    ...     "warehouse": pd.DataFrame({"month": day[:1], "capacity_litres": [100.0],
    ...                                "rent": [500.0]})}
    >>> storage(shop)[["utilisation", "peak", "rent_per_litre"]].values.tolist()
    [[0.5, 0.8, 10.0]]
    >>> storage(shop, by="hour")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is 'hour'. Choose one of: month, day.
    """
    numbers.one_of("by", by, ("month", "day"))
    stock, products, warehouse = frames.door(
        data,
        {
            "stock": "date product_id closing",
            "products": "product_id volume_litres",
            "warehouse": "month capacity_litres rent",
        },
        by=[],
    )
    lacking = rows.unknown_id("product_id", products, "products", "volume_litres")
    rows.refuse(stock, "stock", [rows.missing("date", "product_id"), lacking])
    rows.refuse(warehouse, "warehouse", [rows.missing("month", "rent"), rows.below_zero("rent")])
    rows.refuse(products, "products", [rows.below_zero("volume_litres", "product_id", gaps=True)])
    scale = amounts.scale(stock, "closing")
    volume = products.select("product_id", each_=whole(products, "volume_litres", 1000))
    filled = stock.join(volume, on="product_id", how="left").with_columns(
        day=start_of("day", "date"), ml_=whole(stock, "closing", scale) * nw.col("each_")
    )
    gaps = [amounts.gaps("stock", "closing")]
    sums = added(filled, ["day"], ["ml_"], table="stock", faults=gaps)
    daily = frames.as_pandas(sums).sort_values("day", ignore_index=True)
    daily = daily.assign(ml_=daily["ml_"] / scale)
    daily = daily.assign(month=daily["day"].dt.to_period("M").dt.to_timestamp())
    space = frames.as_pandas(
        warehouse.select("capacity_litres", "rent", month=start_of("month", "month"))
    )
    daily = daily.merge(space.astype({"month": daily["month"].dtype}), on="month", how="left")
    without = daily.loc[~(daily["capacity_litres"] > 0), "month"]
    if len(without):
        raise CourseError(
            _("The table warehouse has no capacity above zero for {month:%Y-%m}. Add it.").format(
                month=without.iloc[0]
            )
        )
    daily = daily.assign(litres=daily["ml_"] / 1000)
    daily["utilisation"] = daily["litres"] / daily["capacity_litres"]
    if by == "day":
        return frames.like(daily[["day", "litres", "capacity_litres", "utilisation"]], data)
    monthly = daily.groupby("month", as_index=False).agg(
        litres=("litres", "mean"),
        capacity_litres=("capacity_litres", "first"),
        utilisation=("utilisation", "mean"),
        peak=("utilisation", "max"),
        full_days=("utilisation", lambda full: int((full > FULL).sum())),
        rent=("rent", "first"),
    )
    per_litre = monthly["rent"] / monthly["litres"].where(monthly["litres"] > 0)
    return frames.like(monthly.assign(rent_per_litre=per_litre), data)


FULL = 0.85
"""Utilisation above which work in a warehouse slows down, by a common rule of thumb."""


@public
def lead_times(data: Any) -> Any:
    """Measure what suppliers promise and what they do.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``purchases``, ``products`` (``supplier_id``), of one kind.

    Returns
    -------
    table of the caller's kind
        ``supplier_id``; ``orders``; ``open`` (not delivered yet: they are in no other number);
        ``promised_days``, ``lead_days``, ``lead_sd`` (from the order to the promise and to the
        delivery); ``on_time_rate`` (delivered by the due day, of the orders delivered),
        ``fill_rate`` (units delivered of units asked in them).

    Raises
    ------
    CourseError
        A table or column is missing, a purchase has no day of asking or none that is due, was
        delivered before it was asked, or is of a product without a supplier.

    References
    ----------
    Slide 17 (develop suppliers, shorten the chain).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> shop = {
    ...     "purchases": pd.DataFrame({
    ...         "product_id": "P1", "asked_on": day, "due_on": day + pd.Timedelta(days=2),
    ...         "delivered_on": [day + pd.Timedelta(days=2), day + pd.Timedelta(days=4), pd.NaT],
    ...         "asked_units": 10, "delivered_units": [10, 8, 0]}),
    ...     "products": pd.DataFrame({"product_id": ["P1"], "supplier_id": ["S01"]})}
    >>> lead_times(shop)[["open", "lead_days", "on_time_rate", "fill_rate"]].values.tolist()
    [[1.0, 3.0, 0.5, 0.9]]
    >>> lead_times({"purchases": shop["purchases"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table products, which is not among: ...
    """
    purchases, products = frames.door(
        data,
        {
            "purchases": "product_id asked_on due_on delivered_on asked_units delivered_units",
            "products": "product_id supplier_id",
        },
    )
    asked, due, came = (nw.col(name).cast(nw.Datetime("us")) for name in _DATES)
    rules = [
        rows.missing("asked_on", "product_id"),
        rows.missing("due_on", "product_id", "asked_on"),
        rows.out_of_order("asked_on", "delivered_on", "product_id"),
        rows.unknown_id("product_id", products, "products", "supplier_id"),
    ]
    rows.refuse(purchases, "purchases", rules)
    scale = amounts.scale(purchases, "asked_units", "delivered_units")
    lacking = amounts.gaps("purchases", "asked_units", "delivered_units")
    lacking = replace(lacking, rows=lacking.rows & ~nw.col("delivered_on").is_null())
    done = (~came.is_null()).cast(nw.Int64)
    days = ((came - asked).dt.total_minutes().fill_null(0) // _DAY_MINUTES).cast(nw.Int64)
    promised = ((due - asked).dt.total_minutes().fill_null(0) // _DAY_MINUTES).cast(nw.Int64)
    kept = purchases.join(products.select("product_id", "supplier_id"), on="product_id")
    kept = kept.with_columns(
        done_=done,
        days_=days,
        squares_=days * days,
        promised_=done * promised,
        in_time_=(came <= due).fill_null(False).cast(nw.Int64),
        asked_=done * whole(purchases, "asked_units", scale),
        came_=done * whole(purchases, "delivered_units", scale),
    )
    names = ["done_", "days_", "squares_", "promised_", "in_time_", "asked_", "came_"]
    sums = added(kept, ["supplier_id"], names, "orders", table="purchases", faults=[lacking])
    n = nw.col("done_")
    spread = n * nw.col("squares_") - nw.col("days_") * nw.col("days_")
    return frames.sorted_native(
        sums.select(
            "supplier_id",
            "orders",
            (nw.col("orders") - n).alias("open"),
            per("promised_", "done_").alias("promised_days"),
            per("days_", "done_").alias("lead_days"),
            per(spread, n * (n - 1)).sqrt().alias("lead_sd"),
            per("in_time_", "done_").alias("on_time_rate"),
            per("came_", "asked_").alias("fill_rate"),
        ),
        ["supplier_id"],
    )


_DATES = ("asked_on", "due_on", "delivered_on")
