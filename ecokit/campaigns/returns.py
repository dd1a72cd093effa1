"""What a campaign returns: the ROAS that platforms print, and what is left of a yuan spent.

投产比 on a platform's page is ROAS: sales over spend, all sales that carry the tag. What pays is
another number: the sales that would not have come without it, times what is left of them after
goods, payment, delivery, returns and commission, less all that was paid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.campaigns.brought import Brought
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _, yuan


@public
def roas(sales: float, spend: float) -> float:
    """Return sales over spend, as platforms print it (投产比).

    Parameters
    ----------
    sales, spend : float
        In yuan.

    Returns
    -------
    float
        Yuan of sales a yuan of spend; no profit, and no cause.

    Raises
    ------
    CourseError
        The spend is not above 0, or a number is none.

    References
    ----------
    Farris, Bendle, Pfeifer and Reibstein (2010), chapter on return on marketing investment: a
    return is of incremental contribution, not of sales.

    Examples
    --------
    >>> roas(120_000, 40_000)
    3.0
    >>> roas(120_000, -5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: spend is -5. Give a number above 0.
    """
    return numbers.number("sales", sales, low=0) / numbers.positive("spend", spend)


@public
def break_even_roas(margin: float) -> float:
    """Return the ROAS on incremental sales at which a campaign pays for itself: 1 / margin.

    Parameters
    ----------
    margin : float
        What is left of a yuan of sales after goods, payment, delivery, returns and commission;
        see :func:`order_margin`.

    Returns
    -------
    float
        Yuan of incremental sales a yuan of spend.

    Raises
    ------
    CourseError
        The margin is no share above 0: then no ROAS pays.

    References
    ----------
    Farris, Bendle, Pfeifer and Reibstein (2010); from sales × margin = spend.

    Examples
    --------
    >>> break_even_roas(0.20), round(break_even_roas(0.35), 3)
    (5.0, 2.857)
    >>> break_even_roas(0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: margin is 0. An order leaves nothing then, and no ROAS pays. ...
    """
    if numbers.as_float(margin) <= 0:
        wanted = _("An order leaves nothing then, and no ROAS pays. Give a share above 0.")
        raise numbers.refused("margin", margin, wanted)
    return 1 / numbers.share("margin", margin, zero=False)


@dataclass(frozen=True)
class OrderMargin:
    """What an order placed leaves, in yuan and as a share of what was placed."""

    yuan: float
    share: float


@public
def order_margin(
    price: float,
    cost: float,
    *,
    coupon: float = 0.0,
    payment: float = 0.0,
    delivery: float = 0.0,
    return_rate: float = 0.0,
    return_cost: float = 0.0,
    commission: float = 0.0,
    commission_back: bool = True,
) -> OrderMargin:
    """Return what an order leaves, on average over those that come back and those that stay.

    Parameters
    ----------
    price, cost : float
        Of the goods of an order, before coupons, in yuan.
    coupon : float
        Yuan off the price.
    payment : float
        Fee of the payment partner, a share of what is paid; it does not come back.
    delivery : float
        Yuan a parcel; it does not come back.
    return_rate : float
        Share of the orders that come back and are refunded; the goods can be sold again.
    return_cost : float
        Yuan that a parcel back costs to fetch, check and repack.
    commission : float
        Share of what is paid, of a streamer or a partner.
    commission_back : bool
        Whether the commission of an order that comes back is not owed.

    Returns
    -------
    OrderMargin
        ``yuan`` an order, and ``share`` of the price that was placed (before the coupon).

    Raises
    ------
    CourseError
        A number cannot be, or the coupon is more than the price.

    References
    ----------
    The course's own, row by row as a contract has it; that streamed orders come back more often
    than others is why the rate stands in it.

    Examples
    --------
    >>> left = order_margin(1000, 780, payment=0.006, delivery=8, return_rate=0.08, return_cost=30)
    >>> round(left.yuan, 2), round(left.share, 3)
    (186.0, 0.186)
    >>> round(order_margin(1000, 780, commission=0.2, return_rate=0.3).yuan, 2)
    14.0
    """
    price, cost = numbers.positive("price", price), numbers.number("cost", cost, low=0)
    paid = price - numbers.number("coupon", coupon, low=0, high=price)
    back = numbers.share("return_rate", return_rate)
    owed = numbers.share("commission", commission)
    kept = 1 - back
    owed_on = kept if numbers.flag("commission_back", commission_back) else 1.0
    left = (
        kept * (paid - cost)
        - owed_on * owed * paid
        - numbers.share("payment", payment) * paid
        - numbers.number("delivery", delivery, low=0)
        - back * numbers.number("return_cost", return_cost, low=0)
    )
    return OrderMargin(left, left / price)


@dataclass(frozen=True)
class Return:
    """What came back of what was spent.

    Attributes
    ----------
    profit, low, high : float
        Yuan left after the spend, with the interval of what it brought.
    rate : float
        Profit over spend: 0 pays for itself, -1 lost all.
    rate_low, rate_high : float
        The interval of `rate`.
    tagged_roas : float
        Sales that carry the tag over spend: what the platform prints.
    incremental_roas : float
        Sales that would not have come without it, over spend.
    break_even : float
        The incremental ROAS that pays; infinite where an order leaves nothing.
    """

    profit: float
    low: float
    high: float
    rate: float
    rate_low: float
    rate_high: float
    tagged_roas: float
    incremental_roas: float
    break_even: float

    @property
    def verdict(self) -> str:
        """Return "pays", "loses" or "too small to know"."""
        if self.low > 0:
            return _("pays")
        return _("loses") if self.high < 0 else _("too small to know")

    def __str__(self) -> str:
        message = _(
            "ROAS {tagged:.2f} as platforms print it, {own:.2f} on what it brought; {least} "
            "would pay. Left: {profit} ({low} to {high}): {verdict}"
        )
        told = {"own": self.incremental_roas, "tagged": self.tagged_roas}
        amounts = {"profit": yuan(self.profit), "low": yuan(self.low), "high": yuan(self.high)}
        least = f"{self.break_even:.2f}" if math.isfinite(self.break_even) else _("none")
        return message.format(verdict=self.verdict, least=least, **told, **amounts)


@public
def campaign_return(
    spend: float,
    tagged_orders: float,
    brought: Brought,
    *,
    order_value: float,
    margin: float,
) -> Return:
    """Return what a campaign earned on what it brought, beside what the platform prints.

    Parameters
    ----------
    spend : float
        All that was paid for it: media, fee, coupons that are not in the margin; yuan.
    tagged_orders : float
        Orders that carry its tag.
    brought : Brought
        Orders that it brought, of :func:`held_out`, :func:`other_regions` or
        :func:`before_and_after`.
    order_value : float
        Yuan an order.
    margin : float
        Share of the order value that is left; of :func:`order_margin`.

    Returns
    -------
    Return
        Profit and rate with their intervals, and the two ROAS.

    Raises
    ------
    CourseError
        The spend or the order value is not above 0, the margin is above 1, or `brought` is no
        result of these functions for orders.

    References
    ----------
    Farris, Bendle, Pfeifer and Reibstein (2010). Blake, Nosko and Tadelis (2015): the return on
    what ads caused was a fraction of that on what was counted, and below zero.

    Examples
    --------
    >>> found = Brought("held_out", "orders", 30.0, 17.0, 43.0, 40.0, 10.0)
    >>> print(campaign_return(4_000, 90, found, order_value=900, margin=0.15))
    ROAS 20.25 as platforms print it, 6.75 on what it brought; 6.67 would pay. Left: ¥50 (-¥1,705
    to ¥1,805): too small to know
    >>> campaign_return(4_000, 90, 30, order_value=900, margin=0.15)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: brought is 30. Give what held_out, other_regions or before_and_after
    returned for orders.
    """
    spend = numbers.positive("spend", spend)
    value = numbers.positive("order_value", order_value)
    left = numbers.number("margin", margin, high=1)
    counted = numbers.number("tagged_orders", tagged_orders, low=0)
    if not isinstance(brought, Brought) or brought.outcome != "orders":
        wanted = _("Give what held_out, other_regions or before_and_after returned for orders.")
        raise numbers.refused("brought", brought, wanted)
    given = (brought.effect, brought.low, brought.high)
    ends = tuple(numbers.row(_("the interval of brought"), given).tolist())
    profit, *rest = (orders * value * left - spend for orders in ends)
    low, high = min(rest), max(rest)
    return Return(
        profit,
        low,
        high,
        profit / spend,
        low / spend,
        high / spend,
        counted * value / spend,
        brought.effect * value / spend,
        1 / left if left > 0 else math.inf,
    )


# --- coupons, deposits, streamers ------------------------------------------------------


@public
def after_coupons(baskets: Any, coupons: Any) -> np.ndarray[Any, Any]:
    """Return what is paid for baskets after all the coupons that they may use.

    Parameters
    ----------
    baskets : array of float
        Worth of each basket in yuan, before coupons.
    coupons : table of any engine
        ``threshold`` (yuan a basket must be worth), ``coupon`` (yuan off), ``stacks`` (whether
        it may be used beside others). All coupons that stack are used together; of the others
        only one, the best.

    Returns
    -------
    array of float
        Yuan paid, 0 or more.

    Raises
    ------
    CourseError
        A number is below 0, or a column is missing.

    References
    ----------
    The table campaigns of the data dictionary; the rule is the course's own, as platforms have it.

    Examples
    --------
    >>> coupons = pd.DataFrame({"threshold": [300, 200, 1000], "coupon": [50, 20, 80],
    ...                         "stacks": [True, True, False]})
    >>> after_coupons([199, 250, 320, 1200], coupons).tolist()
    [199.0, 230.0, 250.0, 1050.0]
    """
    worth = numbers.row("baskets", baskets, low=0)
    table = _coupons(coupons)
    reached = worth[:, None] >= table["threshold"].to_numpy(float)[None, :]
    off = reached * table["coupon"].to_numpy(float)[None, :]
    together = table["stacks"].to_numpy(bool)
    alone = off[:, ~together].max(axis=1, initial=0.0)
    return np.asarray(np.maximum(worth - off[:, together].sum(axis=1) - alone, 0.0))


_COUPONS = {"threshold": "number", "coupon": "number", "stacks": "boolean"}


def _coupons(given: Any) -> pd.DataFrame:
    frame = frames.table(given, list(_COUPONS), name="coupons", types=_COUPONS)
    table = frames.as_pandas(frame)
    places = ("threshold", "coupon", "stacks")
    rules = [rows.missing("stacks", *places)]
    rules += [rows.below_zero(name, *places) for name in ("threshold", "coupon")]
    rows.refuse(table, "coupons", rules)
    return table


@dataclass(frozen=True)
class Presale:
    """What a presale with a deposit comes to.

    Attributes
    ----------
    orders : float
        Deposits that become orders.
    forfeited : float
        Yuan of deposits that stay with the shop.
    sales, profit : float
        In yuan; the profit before media.
    conversion_to_pay : float
        The share that has to pay the balance for the presale to earn as much as `orders_without`
        at the full price; missing where nothing was said of them.
    """

    orders: float
    forfeited: float
    sales: float
    profit: float
    conversion_to_pay: float


@public
def presale(
    deposits: float,
    *,
    deposit: float,
    price: float,
    cost: float,
    balance_paid: float,
    counts_as: float | None = None,
    kept: bool = True,
    orders_without: float | None = None,
) -> Presale:
    """Return what a presale brings: deposits now, the balance later, and some who never pay it.

    Parameters
    ----------
    deposits : float
        How many leave one.
    deposit, price, cost : float
        Yuan of the deposit, of the goods, and what they cost.
    balance_paid : float
        Share of the deposits whose balance is paid.
    counts_as : float, optional
        What the deposit counts as when the balance is paid (¥50 counts as ¥100); as much as it
        is, where nothing is said.
    kept : bool
        Whether the shop keeps the deposit of who does not pay.
    orders_without : float, optional
        Orders at the full price that would have come without the presale.

    Returns
    -------
    Presale
        What it comes to.

    Raises
    ------
    CourseError
        A number cannot be, or the deposit is more than the price.

    References
    ----------
    The table campaigns of the data dictionary; the computation is the course's own. A deposit
    (定金) is kept, an advance payment (订金) is given back: Civil Code of China, article 587.

    Examples
    --------
    >>> found = presale(200, deposit=50, counts_as=100, price=1000, cost=800, balance_paid=0.8,
    ...                 orders_without=100)
    >>> found.orders, round(found.forfeited), found.profit, round(found.conversion_to_pay, 3)
    (160.0, 2000, 26000.0, 0.5)
    """
    many = numbers.number("deposits", deposits, low=0)
    price = numbers.positive("price", price)
    down = numbers.number("deposit", deposit, low=0, high=price)
    worth = down if counts_as is None else numbers.number("counts_as", counts_as, low=0, high=price)
    share = numbers.share("balance_paid", balance_paid)
    goods = numbers.number("cost", cost, low=0)
    each = price - (worth - down) - goods
    stays = down if numbers.flag("kept", kept) else 0.0
    orders, lost = many * share, many * (1 - share) * stays
    needed = math.nan
    if orders_without is not None:
        usual = numbers.number("orders_without", orders_without, low=0) * (price - goods)
        if many and each != stays:
            needed = (usual / many - stays) / (each - stays)
    sales = orders * (price - (worth - down))
    return Presale(orders, lost, sales, orders * each + lost, needed)


@dataclass(frozen=True)
class Streamer:
    """What a streamer's hour leaves.

    Attributes
    ----------
    paid, kept : float
        Yuan of sales paid, and of those that did not come back.
    owed : float
        Fee and commission.
    profit : float
        What is left.
    shown_roas : float
        Sales paid over fee and commission on all of them: what is shown on the evening itself,
        when nothing has come back; infinite where neither is owed, missing where nothing is sold
        either.
    break_even : float
        Yuan of sales paid at which nothing is lost; infinite where each order loses.
    """

    paid: float
    kept: float
    owed: float
    profit: float
    shown_roas: float
    break_even: float


@public
def streamer(
    sales: float,
    *,
    fee: float,
    commission: float,
    return_rate: float,
    margin: float,
    return_cost: float = 0.0,
    commission_back: bool = True,
    incremental: float = 1.0,
) -> Streamer:
    """Return what a live stream leaves after fee, commission and what comes back.

    Parameters
    ----------
    sales : float
        Yuan paid during the stream.
    fee : float
        The fixed fee (坑位费), in yuan; it is owed whatever is sold.
    commission : float
        Share of the sales.
    return_rate : float
        Share of the sales that comes back; 30 % and more is usual.
    margin : float
        Gross margin of what stays, a share of its sales.
    return_cost : float
        What a return costs, as a share of the sales that come back.
    commission_back : bool
        Whether no commission is owed on what comes back.
    incremental : float
        Share of the sales that would not have come without the stream.

    Returns
    -------
    Streamer
        What is left, and the sales at which nothing is lost.

    Raises
    ------
    CourseError
        A number is below 0, or a share is none.

    References
    ----------
    The table campaigns of the data dictionary; the computation is the course's own.

    Examples
    --------
    >>> found = streamer(100_000, fee=8_000, commission=0.15, return_rate=0.35, margin=0.3)
    >>> found.kept, found.owed, found.profit, round(found.shown_roas, 2)
    (65000.0, 17750.0, 1750.0, 4.35)
    >>> round(found.break_even)
    82051
    """
    paid = numbers.number("sales", sales, low=0)
    fixed = numbers.number("fee", fee, low=0)
    back = numbers.share("return_rate", return_rate)
    charged = numbers.share("commission", commission)
    owed_on = 1 - back if numbers.flag("commission_back", commission_back) else 1.0
    share = charged * owed_on
    own = numbers.share("incremental", incremental)
    each = own * ((1 - back) * numbers.share("margin", margin))
    each -= own * back * numbers.number("return_cost", return_cost, low=0) + share
    owed = fixed + share * paid
    even = fixed / each if each > 0 else math.inf
    evening = fixed + charged * paid
    shown = paid / evening if evening else math.inf if paid else math.nan
    return Streamer(paid, (1 - back) * paid, owed, each * paid - fixed, shown, even)


@public
def returned_share(data: Any, by: str = "campaign_id") -> Any:
    """Measure which share of the paid orders comes back, by campaign or by channel.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders`` (``order_id``, ``paid_at``, and the column of `by`), ``returns``
        (``order_id``, ``kind``).
    by : str
        A column of orders, such as ``"campaign_id"`` or ``"channel_id"``.

    Returns
    -------
    table of the caller's kind
        `by`, ``orders`` (paid), ``returned`` (of them, with a return that was refunded),
        ``share``, ``low``, ``high``. An exchange is no return here: the sale stays.

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    Wilson (1927), for the interval.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = returned_share(load_shop(), by="channel_id")
    >>> bool((found["low"] <= found["share"]).all() & (found["share"] <= found["high"]).all())
    True
    """
    import narwhals.stable.v2 as nw

    from ecokit.inputs.intervals import wilson_columns

    (key,) = frames.listed(by, least=1)[:1]
    taken = ("orders", "returned", "share", "low", "high")
    frames.refuse_taken([key], taken)
    orders, back = frames.door(
        data, {"orders": f"order_id paid_at {key}", "returns": "order_id kind"}
    )
    refunded = back.filter(nw.col("kind") == "return").select("order_id").unique()
    paid = orders.filter(~nw.col("paid_at").is_null())
    flagged = paid.join(refunded.with_columns(_back=nw.lit(1)), on="order_id", how="left")
    counted = flagged.with_columns(
        _back=nw.col("_back").fill_null(0).cast(nw.Int64), _one=nw.lit(1)
    )
    sums = counted.group_by(key).agg(
        nw.col("_one").sum().alias("orders"), nw.col("_back").sum().alias("returned")
    )
    limits = wilson_columns("returned", "orders")
    share = nw.col("returned").cast(nw.Float64) / nw.col("orders").cast(nw.Float64)
    found = sums.with_columns(share=share, low=limits.low, high=limits.high)
    return frames.sorted_native(found, [key])
