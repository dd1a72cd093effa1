"""Who the customers are: recency, frequency and money; who comes back, when; what one is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.kpi.door import door, need
from ecokit.messages import _
from ecokit.service_desk.inputs import above, as_pandas, between

SEGMENTS = ("champion", "loyal", "at_risk", "new", "once", "lapsed")
"""Segments of customers; :func:`rfm` says what puts a customer into one."""

TOP = 5
"""The best score; 1 is the worst."""


def rfm(
    orders: pd.DataFrame, order_lines: pd.DataFrame, as_of: datetime | str | None = None
) -> pd.DataFrame:
    """Score customers by recency, frequency and money 客户分析, and put each into a segment.

    Parameters
    ----------
    orders : DataFrame
        ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``; only paid orders of known
        customers count.
    order_lines : DataFrame
        ``order_id``, ``quantity``, ``unit_price`` (yuan).
    as_of : datetime or ISO text, optional
        The day you look; later orders are not known yet. Default: the last ``placed_at``.

    Returns
    -------
    DataFrame
        A row a customer, by ``visitor_id``: ``recency_days`` since the last order,
        ``frequency`` (orders), ``monetary`` (yuan); scores ``r``, ``f``, ``m`` from 1 to 5;
        ``segment``. ``r`` and ``m`` are fifths of all customers; ``f`` is the number of
        orders, 5 standing for 5 and more, because fifths of many ones would split equals.
        Two orders or more: ``champion`` (f >= 3 and r >= 4), ``loyal`` (other with r >= 3),
        ``at_risk`` (r <= 2). One order: ``new`` (r >= 4), ``once`` (r 3), ``lapsed``.

    Raises
    ------
    CourseError
        A column is missing, or nobody has paid.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-03-01", "2025-02-01"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3], "visitor_id": [7, 7, 8],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> lines = pd.DataFrame({"order_id": [1, 2, 3], "quantity": 1, "unit_price": [10.5, 20, 99]})
    >>> rfm(orders, lines)[["visitor_id", "recency_days", "frequency", "monetary"]].values.tolist()
    [[7.0, 0.0, 2.0, 30.5], [8.0, 28.0, 1.0, 99.0]]
    >>> rfm(orders, lines, as_of="2024-12-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No order is paid by 2024-12-01. Look at a later day.

    Source: slide 15 (customer analysis); RFM is an old rule of direct marketing.
    """
    paid, end = _paid(orders, as_of)
    order_lines = _lines(order_lines)
    fen = (order_lines["unit_price"] * 100).round().astype("int64") * order_lines["quantity"]
    value = fen.groupby(order_lines["order_id"]).sum()
    paid = paid.assign(fen=paid["order_id"].map(value).fillna(0).astype("int64"))
    table = paid.groupby("visitor_id", as_index=False).agg(
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
    columns = ["visitor_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"]
    return table[columns]


def segments(customers: pd.DataFrame) -> pd.DataFrame:
    """Say how many customers each segment has and what they bring.

    Parameters
    ----------
    customers : DataFrame
        What :func:`rfm` returned.

    Returns
    -------
    DataFrame
        ``segment`` (one of :data:`SEGMENTS`), ``customers``, ``customer_share``, ``orders``,
        ``sales`` (yuan), ``sales_share``, ``recency_days`` (median).

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"segment": ["new", "new", "loyal"], "frequency": [1, 1, 2],
    ...                      "monetary": [10.0, 20.0, 70.0], "recency_days": [1, 3, 9]})
    >>> segments(told)[["segment", "customers", "sales_share"]].values.tolist()
    [['loyal', 1, 0.7], ['new', 2, 0.3]]
    """
    need("customers", nw.from_native(customers), ["segment", "frequency", "monetary"])
    table = customers.groupby("segment", observed=True).agg(
        customers=("frequency", "size"),
        orders=("frequency", "sum"),
        sales=("monetary", "sum"),
        recency_days=("recency_days", "median"),
    )
    table = table.loc[[name for name in SEGMENTS if name in table.index]].reset_index()
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["sales_share"] = table["sales"] / table["sales"].sum()
    names = ["segment", "customers", "customer_share", "orders", "sales", "sales_share"]
    return table[[*names, "recency_days"]]


def repeat_curve(
    orders: pd.DataFrame, as_of: datetime | str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate which share of customers has bought again so many days after the first order.

    A customer of last week has not failed to come back: the time is not over. The
    Kaplan-Meier estimate uses each customer for as long as it was watched.

    Parameters
    ----------
    orders : DataFrame
        ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``; only paid orders of known
        customers count.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.
    level : float
        Confidence level of the interval.

    Returns
    -------
    DataFrame
        ``day`` (whole days since the first order), ``share`` who has bought again by then,
        ``lower``, ``upper``, ``watched`` (customers who had that long and had not bought
        again). One row a day on which somebody did.

    Raises
    ------
    CourseError
        A column is missing, nobody has paid, or nobody came back.

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

    Source: Kaplan and Meier (1958), by statsmodels.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    between("level", level, "0.95")
    paid, end = _paid(orders, as_of)
    paid = paid.sort_values(["visitor_id", "placed_at", "order_id"])
    by = paid.groupby("visitor_id")["placed_at"]
    first, second = by.nth(0).to_numpy(), by.nth(1)
    again = paid.loc[second.index].set_index("visitor_id")["placed_at"]
    again = again.reindex(paid["visitor_id"].unique())
    if again.isna().all():
        raise CourseError(_("No customer bought again, so there is no curve. Take more days."))
    days = (again.fillna(end).to_numpy() - first) / np.timedelta64(1, "D")
    whole = np.maximum(np.floor(days), 0.5)  # the same day is day 0, and has a time above 0
    curve = SurvfuncRight(whole, again.notna().to_numpy().astype(int))
    low, high = _log_log(curve.surv_prob, curve.surv_prob_se, level)
    return pd.DataFrame(
        {
            "day": np.floor(curve.surv_times).astype(int),
            "share": 1 - curve.surv_prob,
            "lower": 1 - high,
            "upper": 1 - low,
            "watched": curve.n_risk.astype(int),
        }
    )


def cohorts(orders: pd.DataFrame, as_of: datetime | str | None = None) -> pd.DataFrame:
    """Follow the customers of each first month: which share buys again in the months after.

    Parameters
    ----------
    orders : DataFrame
        ``order_id``, ``visitor_id``, ``placed_at``, ``paid_at``; only paid orders of known
        customers count.
    as_of : datetime or ISO text, optional
        Where the orders end. Default: the last ``placed_at``.

    Returns
    -------
    DataFrame
        A row a month of the first order (``month``), ``customers``, and columns 1, 2, ...:
        the share of them with an order in the first, second, ... month after. Empty where
        that month is not over.

    Raises
    ------
    CourseError
        A column is missing, or nobody has paid.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-05", "2025-02-11", "2025-01-20", "2025-03-01"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "visitor_id": [7, 7, 8, 9],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> cohorts(orders)[["customers", 1]].values.tolist()
    [[2.0, 0.5], [1.0, nan]]
    """
    paid, end = _paid(orders, as_of)
    month = paid["placed_at"].dt.to_period("M")
    first = month.groupby(paid["visitor_id"]).transform("min")
    number = month.dt.year * 12 + month.dt.month - first.dt.year * 12 - first.dt.month
    seen = pd.DataFrame({"month": first, "after": number, "visitor_id": paid["visitor_id"]})
    table = seen.pivot_table("visitor_id", "month", "after", aggfunc="nunique", fill_value=0)
    size = table[0]
    last = (end + pd.Timedelta(days=1)).to_period("M") - 1  # the last month that is over
    last_month = last.year * 12 + last.month
    started = pd.PeriodIndex(table.index)
    reach = last_month - (started.year * 12 + started.month)
    later = table.reindex(columns=range(1, int(max(reach.max(), 1)) + 1), fill_value=0)
    share = later.div(size, axis=0)
    share = share.where(np.less_equal.outer(np.asarray(later.columns), np.asarray(reach)).T)
    share.insert(0, "customers", size)
    share.index = started.to_timestamp()
    return share.rename_axis("month").rename_axis(None, axis=1).reset_index()


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

    Examples
    --------
    >>> round(customer_value(100, 0.8, 0.1), 3), round(customer_value(100, 0.8, 0.1, "now"), 3)
    (266.667, 366.667)
    >>> customer_value(100, 80, 0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: retention is 80. Give a share of 0 or more and below 1, such as 0.8.
    """
    above("margin", margin, or_zero=True)
    between("retention", retention, "0.8", zero=True)
    above("discount", discount, or_zero=True)
    if first not in ("later", "now"):
        raise CourseError(_('first is {first!r}. Write "later" or "now".').format(first=first))
    weight = retention if first == "later" else 1 + discount
    return margin * weight / (1 + discount - retention)


def _paid(orders: Any, as_of: datetime | str | None) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return the paid orders of known customers, placed by `as_of`, and that moment."""
    (frame,) = door({"orders": orders}, {"orders": "order_id visitor_id placed_at paid_at"})
    orders = as_pandas(frame)
    if not orders["placed_at"].notna().any():
        raise CourseError(_("The table orders has no row with a placed_at. Give some orders."))
    end = orders["placed_at"].max() if as_of is None else _day(as_of)
    known = orders["visitor_id"].notna() & orders["paid_at"].notna()
    paid = orders[known & (orders["placed_at"] <= end)]
    if paid.empty:
        raise CourseError(
            _("No order is paid by {day:%Y-%m-%d}. Look at a later day.").format(day=end)
        )
    return paid, end


def _day(as_of: Any) -> pd.Timestamp:
    try:
        moment = pd.Timestamp("NaT" if isinstance(as_of, int | float) else as_of)
    except (TypeError, ValueError):
        moment = pd.Timestamp("NaT")
    if pd.isna(moment) or moment.tzinfo is not None:
        raise CourseError(
            _('as_of is {value!r}. Write a day such as "2025-11-14".').format(value=as_of)
        )
    return moment


def _lines(order_lines: Any) -> pd.DataFrame:
    """Return the lines of orders, each with a quantity and a price."""
    columns = ["order_id", "quantity", "unit_price"]
    (frame,) = door({"order_lines": order_lines}, {"order_lines": " ".join(columns)})
    lines = as_pandas(frame)[columns]
    lost = int(lines.isna().any(axis=1).sum())
    if lost:
        raise CourseError(
            _(
                "Rows of order_lines without order_id, quantity or unit_price: {n}. Add it, or "
                "leave these rows out."
            ).format(n=lost)
        )
    return lines


def _fifths(values: pd.Series) -> pd.Series:
    """Return 1 to 5 by the rank; equals get the same."""
    fifths = np.ceil(values.rank(method="average", pct=True).to_numpy() * TOP)
    return pd.Series(fifths.astype(int), index=values.index)


def _segment(r: pd.Series, f: pd.Series) -> NDArray[Any]:
    rules = [(f >= 3) & (r >= 4), (f >= 2) & (r >= 3), f >= 2, r >= 4, r == 3]
    return np.select(rules, SEGMENTS[:5], SEGMENTS[5])


def _log_log(
    survival: NDArray[Any], error: NDArray[Any], level: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the interval of a survival share on the log-log scale, which stays within 0 and 1."""
    from scipy.stats import norm

    z = norm.ppf((1 + level) / 2)
    inside = np.clip(survival, 1e-12, 1 - 1e-12)
    width = z * error / (inside * np.log(inside))
    return inside ** np.exp(-width), inside ** np.exp(width)
