"""Who the customers are: recency, frequency and money; who comes back, when; what one is worth.

Each function takes one table of orders and the names of its columns, so that a table of yours
needs no renaming. Only paid orders of known customers count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.intervals import Interval, normal_quantile
from ecokit.inputs.renamed import public
from ecokit.messages import _

SEGMENTS = ("champion", "loyal", "at_risk", "new", "once", "lapsed")
"""Segments of customers; :func:`rfm` says what puts a customer into one."""

TOP = 5
"""The best score; 1 is the worst."""


@public
def rfm(
    order_lines: Any,
    *,
    as_of: datetime | str | None = None,
    order_id: str = "order_id",
    visitor_id: str = "visitor_id",
    placed_at: str = "placed_at",
    paid_at: str = "paid_at",
    quantity: str = "quantity",
    unit_price: str = "unit_price",
) -> Any:
    """Score customers by recency, frequency and money 客户分析, and put each into a segment.

    Parameters
    ----------
    order_lines : table
        A row a line of an order, with the customer and the times of the order: of a shop
        ``shop.orders.merge(shop.order_lines)``. Only paid orders of known customers count.
    as_of : datetime or ISO text, optional
        The day you look; what is placed or paid later is not known yet. Default: the last
        ``placed_at``.
    order_id, visitor_id, placed_at, paid_at, quantity, unit_price : str
        The columns that hold them; prices in yuan. Where every row is a paid order, `paid_at`
        may name the column of `placed_at`.

    Returns
    -------
    table of the caller's kind
        A row a customer, by ``visitor_id``: ``recency_days`` since the last order,
        ``frequency`` (orders), ``monetary`` (yuan); scores ``r``, ``f``, ``m`` from 1 to 5;
        ``segment``. ``r`` and ``m`` are fifths of all customers; ``f`` is the number of
        orders, 5 standing for 5 and more, because fifths of many ones would split equals.
        Two orders or more: ``champion`` (f >= 3 and r >= 4), ``loyal`` (other with r >= 3),
        ``at_risk`` (r <= 2). One order: ``new`` (r >= 4), ``once`` (r 3), ``lapsed``.

    Raises
    ------
    CourseError
        A column is missing, a line has no quantity or price, or nobody has paid.

    References
    ----------
    Slide 15 (customer analysis); RFM is an old rule of direct marketing.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-03-01", "2025-02-01"])
    >>> lines = pd.DataFrame({"order_id": [1, 2, 3], "visitor_id": [7, 7, 8],
    ...                       "placed_at": placed, "paid_at": placed,
    ...                       "quantity": 1, "unit_price": [10.5, 20, 99]})
    >>> rfm(lines)[["visitor_id", "recency_days", "frequency", "monetary"]].values.tolist()
    [[7.0, 0.0, 2.0, 30.5], [8.0, 28.0, 1.0, 99.0]]
    >>> rfm(lines, as_of="2024-12-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No order is paid by 2024-12-01. Look at a later day.
    """
    columns = {"order_id": order_id, "visitor_id": visitor_id}
    columns |= {"placed_at": placed_at, "paid_at": paid_at}
    columns |= {"quantity": quantity, "unit_price": unit_price}
    paid, end = paid_orders("order_lines", order_lines, columns, as_of)
    known = [rows.missing(name, "order_id") for name in ("order_id", "quantity", "unit_price")]
    rows.refuse(paid, "order_lines", known)
    lines = nw.from_native(paid)
    faults = amounts.faults(lines, "order_lines", "quantity", "unit_price")
    rows.refuse(lines, "order_lines", faults)
    lines = amounts.with_fen(lines, "quantity", "unit_price", "fen")
    people = lines.to_native().groupby("visitor_id", as_index=False)
    table = people.agg(
        last=("placed_at", "max"), frequency=("order_id", "nunique"), fen=("fen", "sum")
    )
    table = table.assign(
        recency_days=(end.normalize() - table["last"].dt.normalize()).dt.days,
        monetary=table["fen"] / 100,
        f=table["frequency"].clip(upper=TOP),
    )
    table["r"] = _fifths(-table["recency_days"])
    table["m"] = _fifths(table["monetary"])
    table["segment"] = _segment(table["r"], table["f"])
    names = ["visitor_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"]
    return frames.like(table[names], order_lines)


@public
def segments(
    customers: Any,
    *,
    segment: str = "segment",
    frequency: str = "frequency",
    monetary: str = "monetary",
    recency_days: str = "recency_days",
) -> Any:
    """Say how many customers each segment has and what they bring.

    Parameters
    ----------
    customers : table
        A row a customer, such as :func:`rfm` returns.
    segment, frequency, monetary, recency_days : str
        The columns that hold the segment, orders, yuan, and days since the last order.

    Returns
    -------
    table of the caller's kind
        ``segment`` (those of :func:`rfm` first, from the best), ``customers``,
        ``customer_share``, ``orders``, ``sales`` (yuan), ``sales_share``, ``recency_days``
        (median).

    Raises
    ------
    CourseError
        A column is missing, a customer has no segment or lacks one of the numbers, or there are
        orders or days below zero.

    References
    ----------
    Slide 15 (customer analysis); the segments are those of :func:`rfm`.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"segment": ["new", "new", "loyal"], "frequency": [1, 1, 2],
    ...                      "monetary": [10.0, 20.0, 70.0], "recency_days": [1, 3, 9]})
    >>> segments(told)[["segment", "customers", "sales_share"]].values.tolist()
    [['loyal', 1, 0.7], ['new', 2, 0.3]]
    """
    columns = {"segment": segment, "frequency": frequency}
    columns |= {"monetary": monetary, "recency_days": recency_days}
    types = dict.fromkeys(columns, "number") | {"segment": "string"}
    frame = frames.table(customers, columns, name="customers", types=types)
    people = frames.as_pandas(frame.select(*columns))
    counted = [amounts.gaps("customers", one) for one in list(columns)[1:]]
    counted += [rows.below_zero(one, gaps=True) for one in ("frequency", "recency_days")]
    rows.refuse(people, "customers", [rows.missing("segment"), *counted])
    table = people.groupby("segment").agg(
        customers=("frequency", "size"),
        orders=("frequency", "sum"),
        sales=("monetary", "sum"),
        recency_days=("recency_days", "median"),
    )
    others = [name for name in table.index if name not in SEGMENTS]
    table = table.loc[[name for name in SEGMENTS if name in table.index] + others].reset_index()
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["sales_share"] = table["sales"] / table["sales"].sum()
    names = ["segment", "customers", "customer_share", "orders", "sales", "sales_share"]
    return frames.like(table[[*names, "recency_days"]], customers)


@public
def repeat_curve(
    orders: Any,
    *,
    as_of: datetime | str | None = None,
    confidence: float = 0.95,
    order_id: str = "order_id",
    visitor_id: str = "visitor_id",
    placed_at: str = "placed_at",
    paid_at: str = "paid_at",
) -> Any:
    """Estimate which share of customers has bought again so many days after the first order.

    A customer of last week has not failed to come back: the time is not over. The
    Kaplan-Meier estimate uses each customer for as long as it was watched.

    Parameters
    ----------
    orders : table
        A row an order; only paid orders of known customers count.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.
    confidence : float
        Of the interval, above 0 and below 1.
    order_id, visitor_id, placed_at, paid_at : str
        The columns that hold them. Where every row is a paid order, `paid_at` may name the
        column of `placed_at`.

    Returns
    -------
    table of the caller's kind
        ``day`` (whole days since the first order), ``share`` who has bought again by then,
        ``low``, ``high``, ``watched`` (customers who had that long and had not bought
        again). One row a day on which somebody did.

    Raises
    ------
    CourseError
        A column is missing, nobody has paid, or nobody came back.

    References
    ----------
    Kaplan and Meier (1958), by statsmodels.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-01-11", "2025-01-01", "2025-01-09"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [7, 7, 8, 9],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> repeat_curve(orders, as_of="2025-02-01")[["day", "share", "watched"]].round(3)
       day  share  watched
    0   10  0.333        3
    >>> repeat_curve(orders.iloc[:1])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No customer bought again, so there is no curve. Take more days.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    level = numbers.inner_share("confidence", confidence)
    columns = {"order_id": order_id, "visitor_id": visitor_id}
    columns |= {"placed_at": placed_at, "paid_at": paid_at}
    paid, end = paid_orders("orders", orders, columns, as_of)
    paid = paid.sort_values(["visitor_id", "placed_at", "order_id"])
    turn = paid.groupby("visitor_id").cumcount()
    first, second = (paid[turn == n].set_index("visitor_id")["placed_at"] for n in (0, 1))
    if second.empty:
        raise CourseError(_("No customer bought again, so there is no curve. Take more days."))
    again = first.index.isin(second.index)
    waited = second.reindex(first.index).fillna(end).to_numpy() - first.to_numpy()
    days = np.floor(waited / np.timedelta64(1, "D"))
    # Who bought twice on one day came back on day 0, and has a time above 0.
    curve = SurvfuncRight(np.maximum(days, 0.5), again.astype(int))
    survival = _log_log(curve.surv_prob, curve.surv_prob_se, normal_quantile(level))
    found = pd.DataFrame(
        {
            "day": np.floor(curve.surv_times).astype(int),
            "share": 1 - curve.surv_prob,
            "low": 1 - survival.high,
            "high": 1 - survival.low,
            "watched": curve.n_risk.astype(int),
        }
    )
    return frames.like(found, orders)


@public
def cohorts(
    orders: Any,
    *,
    as_of: datetime | str | None = None,
    order_id: str = "order_id",
    visitor_id: str = "visitor_id",
    placed_at: str = "placed_at",
    paid_at: str = "paid_at",
) -> pd.DataFrame:
    """Follow the customers of each first month: which share buys again in the months after.

    Parameters
    ----------
    orders : table
        A row an order; only paid orders of known customers count.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.
    order_id, visitor_id, placed_at, paid_at : str
        The columns that hold them. Where every row is a paid order, `paid_at` may name the
        column of `placed_at`.

    Returns
    -------
    DataFrame
        Of pandas. A row a month of the first order (``month``), ``customers``, and columns 1,
        2, ...: the share of them with an order in the first, second, ... month after. Empty
        where that month is not over.

    Raises
    ------
    CourseError
        A column is missing, or nobody has paid.

    References
    ----------
    Slides 11 (customer return rate) and 15 (customer analysis); the layout is the course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-05", "2025-02-11", "2025-01-20", "2025-03-01"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [7, 7, 8, 9],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> cohorts(orders)[["customers", 1]].values.tolist()
    [[2.0, 0.5], [1.0, nan]]
    """
    columns = {"order_id": order_id, "visitor_id": visitor_id}
    columns |= {"placed_at": placed_at, "paid_at": paid_at}
    paid, end = paid_orders("orders", orders, columns, as_of)
    month = paid["placed_at"].dt.to_period("M")
    first = month.groupby(paid["visitor_id"]).transform("min")
    seen = pd.DataFrame({"month": first, "visitor_id": paid["visitor_id"]})
    seen["after"] = _number(month.dt) - _number(first.dt)
    table = seen.pivot_table("visitor_id", "month", "after", aggfunc="nunique", fill_value=0)
    size = table[0]
    last = (end + pd.Timedelta(days=1)).to_period("M") - 1  # the last month that is over
    started = pd.PeriodIndex(table.index)
    reach = _number(last) - _number(started)
    later = table.reindex(columns=range(1, int(max(reach.max(), 1)) + 1), fill_value=0)
    share = later.div(size, axis=0)
    share = share.where(np.less_equal.outer(np.asarray(later.columns), np.asarray(reach)).T)
    share.insert(0, "customers", size)
    share.index = started.to_timestamp()
    return share.rename_axis("month").rename_axis(None, axis=1).reset_index()


def _number(months: Any) -> Any:
    """Return months as numbers that follow one another."""
    return months.year * 12 + months.month


@public
def customer_value(
    margin: float, retention: float, discount: float, first: Literal["later", "now"] = "later"
) -> float:
    """Return what a customer is worth who stays with a fixed chance each period.

    Parameters
    ----------
    margin : float
        Yuan earned in a period in which the customer is there.
    retention : float
        Share of customers who are there in the next period too, from 0 to below 1.
    discount : float
        Discount rate per period, 0 or more: a yuan of next period is worth 1 / (1 + discount).
    first : {"later", "now"}
        Whether the first margin comes after one period, if the customer is still there, or
        at once.

    Returns
    -------
    float
        Yuan of today: m r / (1 + d - r), or m (1 + d) / (1 + d - r) with the first one now.

    Raises
    ------
    CourseError
        A number outside its range.

    References
    ----------
    A customer as the sum of discounted earnings: Gupta, Lehmann and Stuart (2004); with one
    margin and one retention it is a geometric series.

    Examples
    --------
    >>> round(customer_value(100, 0.8, 0.1), 3), round(customer_value(100, 0.8, 0.1, "now"), 3)
    (266.667, 366.667)
    >>> customer_value(100, 80, 0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: retention is 80. Give a share from 0 to below 1; write 45 % as 0.45.
    """
    yuan = numbers.number("margin", margin, low=0)
    stays = numbers.share("retention", retention, one=False)
    rate = 1 + numbers.number("discount", discount, low=0)
    now = numbers.one_of("first", first, ["later", "now"]) == "now"
    return yuan * (rate if now else stays) / (rate - stays)


def paid_orders(
    name: str, given: Any, columns: Mapping[str, str], as_of: datetime | str | None
) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return the rows of known customers, placed and paid by a moment, and that moment.

    Parameters
    ----------
    name : str
        The argument.
    given : table
        Of any engine.
    columns : mapping of str to str
        What the caller calls the columns; in the result they have the course's names.
    as_of : datetime or ISO text, optional
        Default: the last ``placed_at``, and all that is paid counts.
    """
    end = None if as_of is None else numbers.moment("as_of", as_of)
    types = {"placed_at": "datetime", "paid_at": "datetime"}
    frame = frames.table(given, columns, name=name, types=types)
    orders = frames.as_pandas(frame.select(*columns))
    if not orders["placed_at"].notna().any():
        message = _("The table {name} has no row with a placed_at. Give some orders.")
        raise CourseError(message.format(name=name))
    rows.refuse(orders[orders["paid_at"].notna()], name, [rows.missing("placed_at", *columns)])
    known = orders["visitor_id"].notna() & orders["paid_at"].notna()
    if end is None:
        end = orders["placed_at"].max()
    else:
        known &= orders["paid_at"] <= end  # a later payment is not known yet
    paid = orders[known & (orders["placed_at"] <= end)]
    if paid.empty:
        message = _("No order is paid by {day:%Y-%m-%d}. Look at a later day.")
        raise CourseError(message.format(day=end))
    return paid, end


def _fifths(values: pd.Series) -> pd.Series:
    """Return 1 to 5 by the rank; equals get the same."""
    fifths = np.ceil(values.rank(method="average", pct=True).to_numpy() * TOP)
    return pd.Series(fifths.astype(int), index=values.index)


def _segment(r: pd.Series, f: pd.Series) -> NDArray[Any]:
    rules = [(f >= 3) & (r >= 4), (f >= 2) & (r >= 3), f >= 2, r >= 4, r == 3]
    return np.select(rules, SEGMENTS[:5], SEGMENTS[5])


def _log_log(
    survival: NDArray[Any], error: NDArray[Any], z: float
) -> Interval[NDArray[np.float64]]:
    """Return the interval of a survival share on the log-log scale, which stays within 0 and 1."""
    inside = np.clip(survival, 1e-12, 1 - 1e-12)
    width = z * error / (inside * np.log(inside))
    return Interval(inside ** np.exp(-width), inside ** np.exp(width))
