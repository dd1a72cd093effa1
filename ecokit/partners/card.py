"""The scorecard: what each partner brings, what comes back, what is left, and how sure that is."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.experiments import shrunk_rates
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of, yuan
from ecokit.kpi.grouping import added, answer, grouped, inner_names
from ecokit.partners.sold import SUMS, TERMS, beside, partner_names, partners_of, sold_through
from ecokit.partners.steps import rebate_table
from ecokit.partners.terms import YEAR

_ABOUT = ("name", "department", "kind")
_BROUGHT = ("orders", "returned", "sales", "gross_profit")
_COSTS = ("commission", "fee", "subsidy", "promotion", "rebate", "handling", "money")
MARGINS = ("orders", "sales", "goods_margin", *_COSTS, "left", "margin", "low", "high")
"""The columns of :func:`margins`, after `by`."""


@public
def brought(data: Any, *, by: By = ("partner_id", "week")) -> Any:
    """Return what each partner brings, in its own shop or through a channel of ours.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``partners`` and ``partner_orders``; with ``orders``, ``order_lines`` and ``returns`` also
        what partners send through a channel (``channel_id``).
    by : str or sequence of str, optional
        ``partner_id``, ``name``, ``department``, ``kind``, or a period such as ``week``.

    Returns
    -------
    table of the caller's kind
        `by`; ``orders`` (placed), ``returned`` (of them, wholly or in part), ``sales`` (yuan, as
        placed: gross), ``gross_profit`` (yuan, of what customers keep, before the partner's
        terms). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, two partners have one channel, or `by` names no column.

    References
    ----------
    Slides 6 and 14.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> brought(example(), by="department")[["department", "orders", "returned"]].values.tolist()
    [['channel_development', 160, 9], ['institutional', 220, 18]]
    """
    keys = frames.listed(by)
    values = {name: nw.col(name) for name in _BROUGHT[:2]}
    values |= {"sales": yuan("sales"), "gross_profit": yuan("gross_profit")}
    sold = _with_partner(data, sold_through(data), keys)
    sold = sold.with_columns(
        gross_profit=nw.col("sales") - nw.col("back") - nw.col("cost") + nw.col("back_cost")
    )
    # the time is not asked for by name: a period is made of it
    told = grouped(sold, keys, list(_BROUGHT), [*_BROUGHT], table="partners")
    groups = inner_names(keys)
    return answer(added(told, groups, list(_BROUGHT)), keys, values)


def _with_partner(data: Any, sold: Frame, keys: list[str]) -> Frame:
    """Add to each order what is asked for of its partner."""
    asked = [key for key in keys if key in _ABOUT]
    if not asked:
        return sold
    names = partner_names(data)[["partner_id", *asked]]
    return sold.join(beside(names, sold), on="partner_id", how="left")


@public
def margins(
    data: Any,
    *,
    by: By = "partner_id",
    rate: float = 0.08,
    return_cost: float = 30.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return what orders through partners leave after all terms, with the interval an order.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``partners`` with their terms, ``partner_orders``, and what :func:`brought` takes; with
        ``partner_rebates`` rebates are taken off, too.
    by : str or sequence of str, optional
        ``partner_id``, ``name``, ``department``, ``kind``, ``quarter``.
    rate : float
        What money costs a year, as a share.
    return_cost : float
        Yuan that an order costs that comes back.
    confidence : float
        Of the interval.

    Returns
    -------
    DataFrame
        `by`; ``orders``, ``sales`` (gross), ``goods_margin`` (of what customers keep), then what
        is taken off: ``commission``, ``fee``, ``subsidy``, ``promotion``, ``rebate``,
        ``handling``, ``money``; ``left`` (all in yuan); ``margin`` (yuan left an order placed)
        with ``low`` and ``high`` (Student; missing with fewer than two orders).

    Raises
    ------
    CourseError
        A table, a column or a term is missing, an order is of no partner in ``partners``, or `by`
        names something else.

    References
    ----------
    The terms of :func:`net_margin`; the interval is Student's, of a mean.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> found = margins(example())
    >>> found[["partner_id", "orders", "margin", "low", "high"]].round(1)
      partner_id  orders  margin    low   high
    0        T01     160   138.0  128.8  147.2
    1        T02      20    47.2   30.9   63.6
    2        T03     200     4.5   -1.7   10.8
    """
    keys = [
        numbers.one_of("by", key, ["partner_id", *_ABOUT, "quarter"]) for key in frames.listed(by)
    ]
    cost = numbers.number("return_cost", return_cost, low=0)
    yearly = numbers.share("rate", rate)
    level = numbers.inner_share("confidence", confidence)
    terms = partners_of(data, TERMS)
    small = _by_quarter(data, terms, yearly, cost)
    small = small.merge(partner_names(data), on="partner_id", how="left")
    small["rebate"] = rebate_table(data, small)
    columns = [*MARGINS[:-3], "_squares"]
    small["left"] = small["goods_margin"] - small[list(_COSTS)].sum(axis=1)
    whole = small.groupby(keys, dropna=False)[columns].sum() if keys else small[columns].sum()
    found = whole.reset_index() if keys else pd.DataFrame([whole])
    return _with_interval(found, level)[[*keys, *MARGINS]]


def _by_quarter(data: Any, terms: pd.DataFrame, rate: float, return_cost: float) -> pd.DataFrame:
    """Return the sums of each partner and quarter in yuan, and of the squares of an order's."""
    sold = sold_through(data)
    rated = beside(_a_fen(terms, rate, return_cost), sold)
    each = sold.join(rated, on="partner_id", how="inner")
    left = sum((nw.col(name) * nw.col(f"_{name}") for name in SUMS[1:]), start=nw.col("_orders"))
    each = each.with_columns(
        quarter=start_of("quarter", "placed_at"), _squares=(left / 100) * (left / 100)
    )
    sums = [nw.col(name).sum() for name in (*SUMS, "_squares")]
    small = frames.as_pandas(each.group_by("partner_id", "quarter").agg(*sums))
    small = small.sort_values(["partner_id", "quarter"], ignore_index=True)
    small = small.merge(terms, on="partner_id")
    for name in SUMS[3:]:
        small[name] = small[name] / 100
    kept = small["sales"] - small["back"]
    small["kept"] = kept
    stays = small["keeps_on_return"].astype(bool)
    placed = kept.where(~stays, small["sales"])
    small["goods_margin"] = kept - small["cost"] + small["back_cost"]
    small["commission"] = small["commission"] * placed
    charged = small["orders"] - small["full"].where(~stays, 0)
    small["fee"] = small["fee"] * charged
    small["subsidy"] = small["subsidy"] * small["orders"]
    small["promotion"] = small["promotion_fund"] * kept
    small["handling"] = return_cost * small["returned"]
    small["money"] = kept * rate * small["settlement_days"] / YEAR
    return small


def _a_fen(terms: pd.DataFrame, rate: float, return_cost: float) -> pd.DataFrame:
    """Return what each sum of an order adds to what it leaves, by partner; rebates left aside.

    It says how the orders of a partner differ, which is what the interval needs.
    """
    stays = terms["keeps_on_return"].astype(bool)
    waits = rate * terms["settlement_days"] / YEAR
    kept = 1 - terms["promotion_fund"] - waits
    found = {
        "_orders": -100 * (terms["fee"] + terms["subsidy"]),
        "_returned": -100.0 * return_cost,
        "_full": (100 * terms["fee"]).where(~stays, 0.0),
        "_sales": kept - terms["commission"],
        "_cost": -1.0,
        "_back": -kept + terms["commission"].where(~stays, 0.0),
        "_back_cost": 1.0,
    }
    return pd.DataFrame({"partner_id": terms["partner_id"], **found})


def _with_interval(found: pd.DataFrame, level: float) -> pd.DataFrame:
    from scipy import stats

    n = found["orders"].astype(float)
    margin = found["left"] / n.where(n > 0)
    # a rebate moves the mean, and hardly how orders differ
    plain = (found["left"] + found["rebate"]) / n.where(n > 0)
    spread = (found["_squares"] - n * plain**2).clip(lower=0) / (n - 1).where(n > 1)
    half = np.sqrt(spread / n) * stats.t.ppf((1 + level) / 2, (n - 1).clip(lower=1))
    found = found.astype({"orders": "int64"})
    return found.assign(margin=margin, low=margin - half, high=margin + half)


@public
def scorecard(
    data: Any,
    *,
    weight: float = 50,
    rate: float = 0.08,
    return_cost: float = 30.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the partners side by side, few cases treated fairly.

    18 of 20 and 180 of 200 are the same rate and not the same news: the interval says so, and the
    shrunk rate lays so many cases of the usual rate beside the own ones.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`margins`.
    weight : float
        Cases of the usual rate of keeping that are laid beside the own ones.
    rate, return_cost, confidence : float
        As for :func:`margins`.

    Returns
    -------
    DataFrame
        A row a partner: ``partner_id``, ``name``, ``department``, ``kind``; ``orders``; ``kept``
        (orders that stay whole), ``kept_rate`` with ``kept_low``, ``kept_high`` (Wilson) and
        ``kept_shrunk``; ``sales``; ``margin`` (yuan an order placed), ``low``, ``high``;
        ``terms`` (yuan an order that the partner's terms take), ``least_sales`` (of its worst
        whole quarter) and ``minimum`` (that it has promised); ``notice_days``.
        A partner without orders has 0 and gaps.

    Raises
    ------
    CourseError
        As for :func:`margins`.

    References
    ----------
    Wilson (1927); the mean of a beta-binomial law, Casella (1985); margins as in
    :func:`margins`.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> card = scorecard(example(), weight=50)
    >>> card[["partner_id", "orders", "kept_rate", "kept_low", "kept_shrunk"]].round(3)
      partner_id  orders  kept_rate  kept_low  kept_shrunk
    0        T01     160      0.944     0.897        0.940
    1        T02      20      0.900     0.699        0.921
    2        T03     200      0.920     0.874        0.922
    """
    heavy = numbers.number("weight", weight, low=0)
    terms = {"rate": rate, "return_cost": return_cost, "confidence": confidence}
    found = margins(data, by="partner_id", **terms)
    quarters = frames.as_pandas(brought(data, by=["partner_id", "quarter"]))
    counts = quarters.groupby("partner_id")[["orders", "returned"]].sum().reset_index()
    kept = counts.assign(hits=counts["orders"] - counts["returned"])
    rates = shrunk_rates(kept, by="partner_id", weight=heavy, total="orders", confidence=confidence)
    names = {"hits": "kept", "rate": "kept_rate", "low": "kept_low", "high": "kept_high"}
    rates = rates.rename(columns={**names, "shrunk": "kept_shrunk"}).drop(columns="total")
    about = partners_of(data, "name department kind channel_id minimum notice_days")
    told = about.drop(columns="channel_id").merge(found, on="partner_id", how="left")
    told = told.merge(rates, on="partner_id", how="left").merge(
        _worst_quarter(quarters), on="partner_id", how="left"
    )
    told["terms"] = told[list(_COSTS)].sum(axis=1).where(told["orders"] > 0) / told["orders"]
    for name in ("orders", "kept", "sales"):
        told[name] = told[name].fillna(0)
    told = told.astype({"orders": "int64", "kept": "int64"})
    return told.sort_values("partner_id", ignore_index=True)[_CARD]


_CARD = [
    "partner_id",
    "name",
    "department",
    "kind",
    "orders",
    "kept",
    "kept_rate",
    "kept_low",
    "kept_high",
    "kept_shrunk",
    "sales",
    "margin",
    "low",
    "high",
    "terms",
    "least_sales",
    "minimum",
    "notice_days",
]


def _worst_quarter(sales: pd.DataFrame) -> pd.DataFrame:
    """Return the least sales of a whole quarter: the first, in which a partner began, is none."""
    first = sales.groupby("partner_id")["quarter"].transform("min")
    whole = sales[(sales["quarter"] > first)]
    return whole.groupby("partner_id")["sales"].min().reset_index(name="least_sales")
