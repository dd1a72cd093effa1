"""Money and space that goods tie up, and how long suppliers take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from ecokit.errors import CourseError
from ecokit.kpi import parts
from ecokit.kpi.engine import Frame, door, per, start_of, total, whole
from ecokit.messages import _
from ecokit.operations.frames import added, native, small, tables_of

if TYPE_CHECKING:
    import pandas as pd

_DAY_MINUTES = 1440


def capital(data: Any, receivable_days: float = 0.0) -> pd.DataFrame:
    """Follow the money from the supplier to the customer and back, month by month.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders``, ``order_lines``, ``stock``, ``products`` (``cost``, ``supplier_id``),
        ``purchases``, ``suppliers`` (``payment_days``), of one kind.
    receivable_days : float
        Days until the money of a sale is there. 0: customers pay at once. A payment service
        that holds it until the parcel is signed for makes it some days.

    Returns
    -------
    DataFrame
        ``month``; ``sales``, ``cost_of_goods`` (yuan in the month); means over its days, in
        yuan: ``stock`` (at cost), ``receivables``, ``capital`` (the two together),
        ``payables`` (delivered and not paid yet); ``capital_turns`` (sales over capital,
        times in the month); ``stock_days``, ``payable_days`` (mean over cost of goods a day),
        ``cash_cycle`` (stock days + receivable days - payable days; below zero, suppliers
        lend more than the stock costs); ``complete`` (false while deliveries from before the
        first purchase on record may still be unpaid: payables are too low there).

    Raises
    ------
    CourseError
        A table or column is missing, or `receivable_days` is below zero.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> capital(load_shop(), receivable_days=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: receivable_days is -1. Give the days until you have the money, 0 ...

    Source: slide 17 (capital turnover 资金周转率), read as sales over mean current assets
    (流动资产周转率). Cash cycle: stock days + debtor days - creditor days.
    """
    import pandas as pd

    if receivable_days < 0:
        raise CourseError(
            _(
                "receivable_days is {days}. Give the days until you have the money, 0 or more."
            ).format(days=receivable_days)
        )
    frames = door(
        tables_of(data),
        {
            "orders": "order_id paid_at placed_at",
            "order_lines": "order_id product_id quantity unit_price unit_cost",
            "stock": "date product_id closing",
            "products": "product_id cost supplier_id",
            "purchases": "product_id delivered_on delivered_units unit_cost",
            "suppliers": "supplier_id payment_days",
        },
    )
    table = _monthly(*frames[:4])
    days = table["days"]
    owed = _payables(*frames[3:])
    balance = owed.groupby(pd.DatetimeIndex(owed.index).to_period("M").to_timestamp())
    receivables = table["sales"] / days * receivable_days
    table = table.assign(
        receivables=receivables,
        capital=table["stock"] + receivables,
        payables=table["month"].map(balance.mean()).fillna(0.0),
    )
    daily_cost = table["cost_of_goods"] / days
    return table.assign(
        capital_turns=table["sales"] / table["capital"],
        stock_days=table["stock"] / daily_cost,
        payable_days=table["payables"] / daily_cost,
        cash_cycle=(table["stock"] - table["payables"]) / daily_cost + receivable_days,
        complete=table["month"] >= owed.attrs["complete_from"],
    ).drop(columns="days")


def _monthly(orders: Frame, lines: Frame, stock: Frame, products: Frame) -> pd.DataFrame:
    totals = parts.turns(orders, lines, stock, products)
    sums = {
        "sales": parts.sold(orders, lines, parts.sales),
        **{name: totals[name] for name in ("cogs", "value", "days")},
    }
    table = small(total(sums, ["month"], {})).sort_values("month", ignore_index=True)
    table = table[table["days"] > 0].reset_index(drop=True)
    return table.assign(
        sales=table["sales"] / 100,
        cost_of_goods=table["cogs"] / 100,
        stock=table["value"] / table["days"] / 100,
    )[["month", "days", "sales", "cost_of_goods", "stock"]]


def _payables(products: Frame, purchases: Frame, suppliers: Frame) -> pd.Series[float]:
    """Return what is owed to suppliers on each day, in yuan."""
    import pandas as pd

    came = purchases.filter(~nw.col("delivered_on").is_null())
    came = came.join(products.select("product_id", "supplier_id"), on="product_id")
    came = came.join(suppliers.select("supplier_id", "payment_days"), on="supplier_id")
    came = came.with_columns(
        day_=start_of("day", "delivered_on"),
        fen_=whole(purchases, "delivered_units") * whole(purchases, "unit_cost", 100),
    )
    table = small(added(came, ["day_", "payment_days"], ["fen_"]))
    due = table["day_"] + pd.to_timedelta(table["payment_days"], unit="D")
    moves = pd.concat(
        [
            pd.Series(table["fen_"].to_numpy(), index=pd.DatetimeIndex(table["day_"])),
            pd.Series(-table["fen_"].to_numpy(), index=pd.DatetimeIndex(due)),
        ]
    )
    daily = moves.groupby(level=0).sum()
    days = pd.date_range(daily.index.min(), table["day_"].max())
    owed = daily.reindex(days, fill_value=0).cumsum() / 100
    longest = pd.Timedelta(days=int(table["payment_days"].max()))
    owed.attrs["complete_from"] = days[0] + longest
    return owed


def storage(data: Any, by: str = "month") -> pd.DataFrame:
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
        A table or column is missing, or `by` is neither of the two.

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
    ecokit.errors.CourseError: by is 'hour'. Take month or day.

    Source: slide 17 (storage utilisation 仓储利用率): volume stored over storage capacity.
    """
    if by not in ("month", "day"):
        raise CourseError(_("by is {by!r}. Take month or day.").format(by=by))
    stock, products, warehouse = door(
        tables_of(data),
        {
            "stock": "date product_id closing",
            "products": "product_id volume_litres",
            "warehouse": "month capacity_litres rent",
        },
    )
    volume = products.select("product_id", each_=whole(products, "volume_litres", 1000))
    rows = stock.join(volume, on="product_id", how="left").with_columns(
        day=start_of("day", "date"), ml_=whole(stock, "closing") * nw.col("each_")
    )
    daily = small(added(rows, ["day"], ["ml_"])).sort_values("day", ignore_index=True)
    daily = daily.assign(month=daily["day"].dt.to_period("M").dt.to_timestamp())
    space = small(warehouse.select("capacity_litres", "rent", month=start_of("month", "month")))
    daily = daily.merge(space.astype({"month": daily["month"].dtype}), on="month", how="left")
    daily = daily.assign(litres=daily["ml_"] / 1000)
    daily["utilisation"] = daily["litres"] / daily["capacity_litres"]
    if by == "day":
        return daily[["day", "litres", "capacity_litres", "utilisation"]]
    monthly = daily.groupby("month", as_index=False).agg(
        litres=("litres", "mean"),
        capacity_litres=("capacity_litres", "first"),
        utilisation=("utilisation", "mean"),
        peak=("utilisation", "max"),
        full_days=("utilisation", lambda full: int((full > FULL).sum())),
        rent=("rent", "first"),
    )
    return monthly.assign(rent_per_litre=monthly["rent"] / monthly["litres"].replace(0, np.nan))


FULL = 0.85
"""Utilisation above which work in a warehouse slows down, by a common rule of thumb."""


def lead_times(data: Any) -> Any:
    """Measure what suppliers promise and what they do.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``purchases``, ``products`` (``supplier_id``), of one kind.

    Returns
    -------
    table of the caller's kind
        ``supplier_id``; ``orders``; ``open`` (not delivered yet: they are in no mean);
        ``promised_days``, ``lead_days``, ``lead_sd`` (from the order to the promise and to the
        delivery); ``on_time_rate`` (delivered by the due day, of all), ``fill_rate`` (units
        delivered of units asked).

    Raises
    ------
    CourseError
        A table or column is missing.

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
    >>> lead_times(shop)[["open", "lead_days", "fill_rate"]].values.tolist()
    [[1.0, 3.0, 0.6]]
    >>> lead_times({"purchases": shop["purchases"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table products, which is not among: ...

    Source: slide 17 (develop suppliers, shorten the chain).
    """
    purchases, products = door(
        tables_of(data),
        {
            "purchases": "product_id asked_on due_on delivered_on asked_units delivered_units",
            "products": "product_id supplier_id",
        },
    )
    asked, due, came = (nw.col(name).cast(nw.Datetime("us")) for name in _DATES)
    done = (~came.is_null()).cast(nw.Int64)
    days = ((came - asked).dt.total_minutes().fill_null(0) // _DAY_MINUTES).cast(nw.Int64)
    rows = purchases.join(products.select("product_id", "supplier_id"), on="product_id")
    rows = rows.with_columns(
        done_=done,
        days_=days,
        squares_=days * days,
        promised_=((due - asked).dt.total_minutes() // _DAY_MINUTES).cast(nw.Int64),
        in_time_=(came <= due).fill_null(False).cast(nw.Int64),
        asked_=whole(purchases, "asked_units"),
        came_=whole(purchases, "delivered_units"),
    )
    names = ["done_", "days_", "squares_", "promised_", "in_time_", "asked_", "came_"]
    sums = added(rows, ["supplier_id"], names, "orders")
    n = nw.col("done_")
    spread = n * nw.col("squares_") - nw.col("days_") * nw.col("days_")
    return native(
        sums.select(
            "supplier_id",
            "orders",
            (nw.col("orders") - n).alias("open"),
            per("promised_", "orders").alias("promised_days"),
            per("days_", "done_").alias("lead_days"),
            per(spread, n * (n - 1)).sqrt().alias("lead_sd"),
            per("in_time_", "orders").alias("on_time_rate"),
            per("came_", "asked_").alias("fill_rate"),
        ),
        ["supplier_id"],
    )


_DATES = ("asked_on", "due_on", "delivered_on")
