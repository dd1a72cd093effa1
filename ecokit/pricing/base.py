"""The base price 产品定价: from the channel's price, the competitors' and the purchase cost.

Slide 20 names the three. The cost makes the floor, the market makes the ceiling, and what
customers do when the price changes (the elasticity) says where between them to stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.pricing.margins import best_price, margin, size_of

_ASKED = ("cost", "store_price", "competitor_price")
_PRODUCTS = {"products": "product_id name category cost list_price"}
_MAY_HAVE = ("store_price", "launched_on", "delisted_on")
_MARKET = {
    "competitor_products": "competitor_id sku product_id",
    "competitor_prices": "week competitor_id sku list_price price in_stock",
}
_STOCK = {"stock": "date product_id unit_cost"}

BINDS = ("cost", "store", "competitor", "demand", "tried", "margin")
"""What may settle a base price.

``tried``: the ends of what has been tried; ``margin``: the usual margin, with no elasticity.
"""

GIVEN_UP = 0.02
"""What an ending in 9 may take off a price, as a share of it."""

USUAL_WEEKS = 13
"""Weeks whose median a competitor's usual price is: a cut of a few weeks does not move it."""


@dataclass(frozen=True)
class Costs:
    """What a sale costs besides the purchase.

    Parameters
    ----------
    fee : float
        Payment and platform fees as a share of the price.
    handling : float
        Picking, packing and parcel, in yuan a unit.

    References
    ----------
    Slide 20 names the purchase cost alone; the two other costs are the course's own.

    Examples
    --------
    >>> round(Costs(fee=0.05, handling=5).full(100, price=200), 2)
    115.0
    >>> Costs(fee=6)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: fee is 6. Give a share from 0 to below 1; write 45 % as 0.45.
    """

    fee: float = 0.006
    handling: float = 5.0

    def __post_init__(self) -> None:
        numbers.share("fee", self.fee, one=False)
        numbers.number("handling", self.handling, low=0)

    def full(self, cost: float, price: Any) -> Any:
        """Return the whole cost of a unit bought at `cost` and sold at a price, or at several."""
        return cost + self.handling + self.fee * price


@dataclass(frozen=True)
class BasePrice:
    """A recommended price between a floor and a ceiling, and what settled it.

    ``price``, ``floor`` and ``ceiling`` (inf: nobody else sells it) in yuan, ``margin`` (share of
    the price that is left after the whole cost), ``binds`` (``"cost"``,
    ``"store"``, ``"competitor"``, ``"demand"``, ``"tried"`` or ``"margin"``), ``reason``
    (one sentence).
    """

    price: float
    floor: float
    ceiling: float
    margin: float
    binds: str
    reason: str


def _costs_of(costs: object) -> Costs:
    """Return the costs that a caller gives, the usual ones where there are none."""
    if costs is None:
        return Costs()
    if not isinstance(costs, Costs):
        wanted = _("Give pricing.Costs(fee=0.006, handling=5), or leave it out.")
        raise numbers.refused("costs", costs, wanted)
    return costs


# --- floor, ceiling, recommended -------------------------------------------------------


@public
def floor_price(cost: float, min_margin: float = 0.08, costs: Costs | None = None) -> float:
    """Return the lowest price that keeps a margin after fees and handling.

    Parameters
    ----------
    cost : float
        Purchase cost, yuan a unit.
    min_margin : float
        Share of the price that must be left.
    costs : Costs, optional
        Fees and handling.

    Returns
    -------
    float
        Yuan.

    Raises
    ------
    CourseError
        When fees and margin together take the whole price.

    References
    ----------
    Slide 20 (the product keeps its gross profit). The price less its fee and margin pays cost
    and handling.

    Examples
    --------
    >>> floor_price(100, min_margin=0.1, costs=Costs(fee=0.1, handling=4))
    130.0
    >>> floor_price(100, min_margin=0.95, costs=Costs(fee=0.1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A fee of 10 % and a margin of 95 % leave nothing for the cost.
    """
    costs, min_margin = _costs_of(costs), numbers.number("min_margin", min_margin)
    left = 1 - costs.fee - min_margin
    if left <= 0:
        told = _("A fee of {fee:.0f} % and a margin of {margin:.0f} % leave nothing for the cost.")
        raise CourseError(told.format(fee=100 * costs.fee, margin=100 * min_margin))
    return (numbers.positive("cost", cost) + costs.handling) / left


@public
def ending(price: float, low: float = 0, high: float = math.inf) -> float:
    """Return a price near `price` that ends in 9 where that is cheap, between `low` and `high`.

    Parameters
    ----------
    price : float
        Yuan.
    low, high : float
        Floor and ceiling. A price below the floor comes back as it is.

    Returns
    -------
    float
        The highest price with the ending 9 that is not above `price`, if it takes off no more than
        2 %; else whole yuan, rounded down; else `price` in whole fen.

    Raises
    ------
    CourseError
        The price is negative, or an amount is no number.

    References
    ----------
    Anderson and Simester (2003): in three field experiments a price ending in 9 sold more.

    Examples
    --------
    >>> ending(1234.5), ending(45.9), ending(45.9, low=45.5)
    (1229.0, 45.0, 45.9)
    """
    price, low = numbers.number("price", price, low=0), numbers.number("low", low)
    high = numbers.as_float(high)
    if math.isnan(high):
        raise numbers.refused("high", high, _("Give a price in yuan, or leave it out."))
    nine = math.floor((price - 9) / 10) * 10.0 + 9
    for even in (nine, float(math.floor(price))):
        if max(low, (1 - GIVEN_UP) * price, 1) <= even <= high:
            return even
    return min(math.ceil(round(100 * price, 6)) / 100, high)


@public
def base_price(
    cost: float,
    store_price: float | None = None,
    competitor_price: float | None = None,
    *,
    elasticity: float | None = None,
    tried: tuple[float, float] = (0, math.inf),
    usual_margin: float = 0.2,
    min_margin: float = 0.08,
    room: float = 0.02,
    costs: Costs | None = None,
) -> BasePrice:
    """Recommend the base price of one product, and say what settled it.

    Parameters
    ----------
    cost : float
        Purchase cost, yuan a unit.
    store_price : float, optional
        Price in the traditional channel 传统渠道价格; None (or NaN): no store sells it.
    competitor_price : float, optional
        What customers pay at the cheapest competitor; None (or NaN): no competitor has it.
    elasticity : float, optional
        Price elasticity, below -1; without it, `usual_margin` says what to ask for.
    tried : pair of float
        Lowest and highest price that the elasticity knows; beyond them it is a guess.
    usual_margin : float
        Margin after all costs that goods of this kind earn, where no elasticity is known.
    min_margin : float
        Margin after all costs that must be kept. It makes the floor.
    room : float
        How far above the cheapest competitor the shop may stand, as a share of that price.
    costs : Costs, optional
        Fees and handling.

    Returns
    -------
    BasePrice
        The wish (best price inside what was tried, or usual margin) held between the floor (cost)
        and the ceiling (the store's price, or the competitor's with `room`). Where the floor lies
        above the ceiling, the floor wins: the gross margin is kept, and the reason says so.

    Raises
    ------
    CourseError
        A price or cost that is not above 0, or an elasticity that is not below -1.

    References
    ----------
    Slide 20; the rule that joins the three is the course's own.

    Examples
    --------
    >>> told = base_price(100, store_price=139, competitor_price=149, elasticity=-2.5)
    >>> told.price, told.binds
    (139.0, 'store')
    >>> told.reason
    'The store sells it at ¥139; the shop does not ask for more.'
    >>> base_price(100, elasticity=2.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: elasticity is 2.5. Demand falls when the price rises, so an
    elasticity is negative: write -2.5.
    """
    costs = _costs_of(costs)
    floor = floor_price(cost, min_margin, costs)
    cost, min_margin = numbers.as_float(cost), numbers.as_float(min_margin)
    store = _known("store_price", store_price)
    rival = _known("competitor_price", competitor_price)
    (low, high), room = _ends(tried), numbers.share("room", room)
    usual_margin = numbers.number("usual_margin", usual_margin)
    tops = {"store": store, "competitor": rival * (1 + room)}
    nearest = min(tops, key=lambda name: tops[name])
    ceiling = tops[nearest]
    if elasticity is None:
        wish, binds = floor_price(cost, usual_margin, costs), "margin"
    else:
        wish, binds = best_price((cost + costs.handling) / (1 - costs.fee), elasticity), "demand"
        if not low <= wish <= high:
            wish, binds = min(max(wish, low), high), "tried"
    if wish > ceiling:
        wish, binds = ceiling, nearest
    if wish < floor:
        wish, binds = floor, "cost"
    price = ending(wish, floor, max(ceiling, floor + 0.01))
    left = margin(price, costs.full(cost, price))
    facts = {
        "ceiling": ceiling,
        "kept": 100 * min_margin,
        "usual": 100 * usual_margin,
        "elasticity": elasticity or math.nan,
    }
    prices = {"store": store, "competitor": rival, "floor": floor}
    return BasePrice(price, floor, ceiling, left, binds, _reason(binds, nearest, facts, prices))


def _known(name: str, price: object) -> float:
    """Return a price, or inf where there is none."""
    missing = price is None or price is pd.NA or (isinstance(price, float) and math.isnan(price))
    return math.inf if missing else numbers.positive(name, price)


def _ends(tried: object) -> tuple[float, float]:
    """Return the lowest and the highest price that were tried; the highest may be inf."""
    ends = [numbers.as_float(end) for end in tried] if isinstance(tried, tuple | list) else []
    if len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
        wanted = _("Give two prices, the lowest first, such as (90, 110).")
        raise numbers.refused("tried", tried, wanted)
    return ends[0], ends[1]


def _reason(
    binds: str, nearest: str, facts: Mapping[str, float], prices: Mapping[str, float]
) -> str:
    """Say in a sentence what settled a price; amounts below ¥100 with their fen."""
    yuan = {name: f"{p:,.2f}" if p < 100 else f"{p:,.0f}" for name, p in prices.items()}
    if binds == "cost" and facts["ceiling"] < prices["floor"]:
        text = {
            "store": _(
                "The store's ¥{store} lies below the floor of ¥{floor}: keep the margin "
                "of {kept:.0f} %, and buy cheaper or give the product up."
            ),
            "competitor": _(
                "The cheapest competitor's ¥{competitor} lies below the floor of "
                "¥{floor}: do not follow, and buy cheaper or give the product up."
            ),
        }[nearest]
    else:
        text = {
            "cost": _("The cost and a margin of {kept:.0f} % ask for ¥{floor} at least."),
            "store": _("The store sells it at ¥{store}; the shop does not ask for more."),
            "competitor": _(
                "The cheapest competitor takes ¥{competitor}; the shop stays close to it."
            ),
            "demand": _("At an elasticity of {elasticity:.1f} a higher price would lose profit."),
            "tried": _(
                "An elasticity of {elasticity:.1f} asks for more change, but no such price has "
                "been tried: go this far, and measure again."
            ),
            "margin": _("This price leaves the margin that goods of its kind earn, {usual:.0f} %."),
        }[binds]
    if math.isinf(facts["ceiling"]):
        text += " " + _("No store and no competitor sells it.")
    return text.format(**facts, **yuan)


@public
def profit_curve(
    prices: Sequence[float] | NDArray[np.float64],
    cost: float,
    elasticity: float,
    *,
    at: float,
    units: float,
    costs: Costs | None = None,
) -> pd.DataFrame:
    """Return units and profit at each of several prices, for one elasticity at all of them.

    Parameters
    ----------
    prices : sequence of float
        Prices to look at, yuan.
    cost : float
        Purchase cost, yuan a unit.
    elasticity : float
        Below 0: -2.5 says that 1 % more in price takes 2.5 % of the demand.
    at, units : float
        A price (yuan) at which the units of a period are known, and these units.
    costs : Costs, optional
        Fees and handling.

    Returns
    -------
    DataFrame
        A row a price: ``price``, ``units``, ``profit`` (yuan, after all costs of the units).

    Raises
    ------
    CourseError
        An elasticity that is not below 0, or a price, cost or units that cannot be.

    References
    ----------
    Demand of one elasticity; the best price on it: Lerner (1934).

    Examples
    --------
    >>> curve = profit_curve([20, 30], 12, -2.5, at=20, units=100, costs=Costs(0, 0))
    >>> curve.round(1).values.tolist()
    [[20.0, 100.0, 800.0], [30.0, 36.3, 653.2]]
    >>> profit_curve([20, 30], 12, 2.5, at=20, units=100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: elasticity is 2.5. Demand falls when the price rises, so an
    elasticity is negative: write -2.5.
    """
    size, costs = size_of("elasticity", elasticity), _costs_of(costs)
    cost, at = numbers.positive("cost", cost), numbers.positive("at", at)
    asked = numbers.row("prices", prices)
    if not (asked > 0).all():
        raise numbers.refused("prices", prices, _("Give prices above 0."))
    sold = numbers.number("units", units, low=0) * (asked / at) ** -size
    earned = sold * (asked - costs.full(cost, asked))
    return pd.DataFrame({"price": asked, "units": sold, "profit": earned})


@public
def cheapest_offers(data: Any, *, as_of: str | pd.Timestamp | None = None, weeks: int = 1) -> Any:
    """Return what customers pay for each of our products at the cheapest competitor.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``competitor_products``: ``competitor_id``, ``sku``, ``product_id`` (null: not a product
        of ours). ``competitor_prices``: ``week``, ``competitor_id``, ``sku``, ``list_price``,
        ``price`` (paid), ``in_stock``.
    as_of : str or Timestamp, optional
        The moment you look; default: the last week.
    weeks : int
        Take the usual price, the median of so many weeks up to that moment; 1: that week alone.

    Returns
    -------
    table of the caller's kind
        ``product_id``, ``competitor_id``, ``week``, ``list_price``, ``price``: the cheapest offer
        in stock in the last week up to `as_of`. The list price is there to compare, not to use.

    Raises
    ------
    CourseError
        No prices up to that moment; a price that is not above 0; an offer that stands twice;
        `weeks` below 1.

    References
    ----------
    Slide 20 (the competitors' price, 竞争对手价格).

    Examples
    --------
    >>> goods = pd.DataFrame({"competitor_id": ["K1", "K2"], "sku": ["a", "b"],
    ...                       "product_id": ["P001", "P001"]})
    >>> prices = pd.DataFrame({
    ...     "week": pd.to_datetime(["2025-01-06", "2025-01-06"]), "competitor_id": ["K1", "K2"],
    ...     "sku": ["a", "b"], "list_price": [99.0, 119.0], "price": [95.0, 89.0],
    ...     "in_stock": [True, True]})
    >>> market = {"competitor_products": goods, "competitor_prices": prices}
    >>> cheapest_offers(market)[["product_id", "competitor_id", "price"]].values.tolist()
    [['P001', 'K2', 89.0]]
    >>> cheapest_offers(market, as_of="2024-12-31")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are no competitors' prices up to 2024-12-31.
    """
    goods, seen = frames.fetched(data, _MARKET)
    return frames.like(_offers(goods, seen, as_of, numbers.count("weeks", weeks, 1, 1_000)), data)


def _offers(
    goods: pd.DataFrame, seen: pd.DataFrame, as_of: str | pd.Timestamp | None, weeks: int
) -> pd.DataFrame:
    """Return the cheapest offer in stock of each product, at the median of some weeks' prices."""
    keys = ["competitor_id", "sku"]
    rules = [rows.missing("week", *keys), rows.not_above_zero("price", "week", *keys)]
    rows.refuse(seen, "competitor_prices", rules)
    rows.refuse(goods, "competitor_products", [rows.twice(*keys)])
    if seen.empty:
        raise CourseError(_("The table competitor_prices has no rows. Leave it out."))
    if as_of is not None:
        seen = seen[seen["week"] <= numbers.moment("as_of", as_of)]
        if seen.empty:
            raise CourseError(_("There are no competitors' prices up to {day}.").format(day=as_of))
    last = seen[
        (seen["week"] == seen["week"].max()) & seen["in_stock"].fillna(value=False).astype(bool)
    ]
    recent = seen[seen["week"] > seen["week"].max() - pd.Timedelta(weeks=weeks)]
    usual = recent.groupby(keys, as_index=False)["price"].median()
    offers = last.drop(columns="price").merge(usual, on=keys).merge(goods.dropna(), on=keys)
    offers = offers.sort_values(["product_id", "price", "competitor_id"])
    columns = ["product_id", "competitor_id", "week", "list_price", "price"]
    return offers.drop_duplicates("product_id")[columns].reset_index(drop=True)


def _in_stock(stock: pd.DataFrame, as_of: str | pd.Timestamp | None) -> pd.Series[float]:
    """Return what a unit in stock of each product had cost, on its last day up to a moment."""
    found = ("product_id", "date")
    rules = [rows.missing("date", *found), rows.not_above_zero("unit_cost", *found)]
    rows.refuse(stock, "stock", rules)
    if as_of is not None:
        stock = stock[stock["date"] <= numbers.moment("as_of", as_of)]
    return stock.sort_values("date", kind="stable").groupby("product_id")["unit_cost"].last()


@public
def base_prices(
    data: Any,
    *,
    as_of: str | pd.Timestamp | None = None,
    elasticity: Mapping[str, float] | None = None,
    step: float = 0.1,
    min_margin: float = 0.08,
    room: float = 0.02,
    costs: Costs | None = None,
) -> Any:
    """Recommend a base price for every product on sale, with the reason in words.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``products``: ``product_id``, ``name``, ``category``, ``cost``, ``list_price``;
        ``store_price`` where stores sell it; ``launched_on`` and ``delisted_on`` tell what is on
        sale. ``competitor_products`` and ``competitor_prices`` as for :func:`cheapest_offers`;
        without them no competitor is known. ``stock``: ``date``, ``product_id``, ``unit_cost``,
        what the units in stock had cost (``kpi.unit_cost`` adds it); without this column, or for a
        product that was never in stock, the ``cost`` of ``products``, which is that of the launch.
    as_of : str or Timestamp, optional
        The moment you look; default: the last week of competitors' prices, else all products.
    elasticity : mapping of category to float, optional
        Elasticities below -1. Categories left out ask for their usual margin: the median over
        the list prices of the category.
    step : float
        How far from its list price a product has been tried, as a share of it.
    min_margin, room : float
        See :func:`base_price`.
    costs : Costs, optional
        See :func:`base_price`.

    Returns
    -------
    table of the caller's kind
        A row a product: ``product_id``, ``name``, ``category``, ``cost`` (paid for what is in
        stock), ``store_price``, ``competitor_price`` (what customers usually pay there: the
        median of :data:`USUAL_WEEKS` weeks, so that a cut of a few weeks is no new base),
        ``list_price``, ``floor``, ``ceiling`` (inf: nobody else), ``price``, ``margin``,
        ``binds``, ``reason``.

    Raises
    ------
    CourseError
        Nothing is on sale at that moment; no elasticity is of a category that is there; a table
        with values that cannot be; and what :func:`base_price` refuses.

    References
    ----------
    Slide 20; the rule is that of :func:`base_price`, the course's own.

    Examples
    --------
    >>> goods = pd.DataFrame({"product_id": ["P001", "P002"], "name": ["Phone", "Case"],
    ...     "category": ["phones", "accessories"], "cost": [1898.0, 29.0],
    ...     "list_price": [2179.0, 49.0], "store_price": [2149.0, None]})
    >>> base_prices({"products": goods})[["product_id", "price", "binds"]].values.tolist()
    [['P001', 2149.0, 'store'], ['P002', 49.0, 'margin']]
    >>> base_prices({"products": goods[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No product is on sale. Take a day of the shop's period.
    """
    step, costs = numbers.share("step", step), _costs_of(costs)
    min_margin = numbers.number("min_margin", min_margin)
    products, goods, seen, *rest = _fetched(data)
    stock = rest[0] if rest else None
    _check_products(products, elasticity)
    offers = None
    if goods is not None and seen is not None:
        offers = _offers(goods, seen, as_of, USUAL_WEEKS)
        as_of = seen["week"].max() if as_of is None else as_of
    table = _on_sale(products, as_of)
    if table.empty:
        raise CourseError(_("No product is on sale. Take a day of the shop's period."))
    if stock is not None:
        paid = table["product_id"].map(_in_stock(stock, as_of))
        table = table.assign(cost=paid.fillna(table["cost"]))
    table = _with_market(table, offers)
    usual = _usual_margins(table, costs)
    told = [
        base_price(
            cost,
            store_price,
            competitor_price,
            elasticity=(elasticity or {}).get(category),
            tried=((1 - step) * list_price, (1 + step) * list_price),
            usual_margin=max(usual[category], min_margin),
            min_margin=min_margin,
            room=room,
            costs=costs,
        )
        for category, list_price, cost, store_price, competitor_price in zip(
            *(table[name] for name in ("category", "list_price", *_ASKED)), strict=True
        )
    ]
    names = ["floor", "ceiling", "price", "margin", "binds", "reason"]
    found = table.assign(**{name: [getattr(one, name) for one in told] for name in names})
    return frames.like(found, data)


def _fetched(data: Any) -> list[Any]:
    """Return products, with the columns that they may have, and the tables that may be there."""
    needed = _PRODUCTS["products"]
    products, stock = frames.door(data, _PRODUCTS, {"stock": "product_id"})
    costed = stock is not None and "unit_cost" in stock.collect_schema().names()
    optional = {**_MARKET, **(_STOCK if costed else {})}
    more = set(products.collect_schema().names()) & set(_MAY_HAVE)
    return frames.fetched(data, {"products": [*needed.split(), *sorted(more)]}, optional)


def _check_products(products: pd.DataFrame, elasticity: object) -> None:
    rules = [
        rows.missing("category", "product_id"),
        *(rows.not_above_zero(name, "product_id") for name in ("cost", "list_price")),
        rows.twice("product_id"),
    ]
    if "store_price" in products:
        rules.append(rows.not_above_zero("store_price", "product_id", gaps=True))
    rows.refuse(products, "products", rules)
    if elasticity is None:
        return
    wanted = _("Give elasticities by category, such as {'phones': -2.8}.")
    named = numbers.mapping("elasticity", elasticity, wanted)
    there = products["category"].astype(str).unique()
    if named and not set(named) & set(there):
        message = _("No elasticity is of a category of the products. These are: {there}.")
        raise CourseError(message.format(there=", ".join(there)))


def _on_sale(products: pd.DataFrame, as_of: str | pd.Timestamp | None) -> pd.DataFrame:
    """Return the products that are on sale on a day; all of them where no day is named."""
    if as_of is None or "launched_on" not in products:
        return products
    day = numbers.moment("as_of", as_of)
    kept = products[products["launched_on"] <= day]
    return kept[~(kept["delisted_on"] <= day)] if "delisted_on" in kept else kept


def _with_market(table: pd.DataFrame, offers: pd.DataFrame | None) -> pd.DataFrame:
    """Add the competitors' price, and the columns that the table shows, NaN where unknown."""
    table = table.reset_index(drop=True)
    prices = {} if offers is None else dict(zip(offers["product_id"], offers["price"], strict=True))
    table = table.assign(competitor_price=table["product_id"].map(prices).astype("float64"))
    return table.reindex(columns=["product_id", "name", "category", *_ASKED, "list_price"])


def _usual_margins(table: pd.DataFrame, costs: Costs) -> pd.Series[float]:
    """Return by category the median margin of the list prices, after all costs."""
    whole = table["cost"] + costs.handling + costs.fee * table["list_price"]
    return (1 - whole / table["list_price"]).groupby(table["category"]).median()
