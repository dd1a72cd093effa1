"""The base price 产品定价: from the channel's price, the competitors' and the purchase cost.

Slide 20 names the three. The cost makes the floor, the market makes the ceiling, and what
customers do when the price changes (the elasticity) says where between them to stand.
Prices and costs are in yuan a unit, shares are fractions from 0 to 1, and elasticities are
negative: -2.5 means that 1 % more in price takes 2.5 % of the demand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

_ASKED = ("cost", "store_price", "competitor_price")

BINDS = ("cost", "store", "competitor", "demand", "tried", "margin")
"""What may settle a base price.

``tried``: the ends of what has been tried; ``margin``: the usual margin, with no elasticity.
"""

GIVEN_UP = 0.02
"""What an ending in 9 may take off a price, as a share of it."""


@dataclass(frozen=True)
class Costs:
    """What a sale costs besides the purchase.

    Parameters
    ----------
    fee : float
        Payment and platform fees as a share of the price.
    handling : float
        Picking, packing and parcel, in yuan a unit.

    Examples
    --------
    >>> round(Costs(fee=0.05, handling=5).full(100, price=200), 2)
    115.0
    >>> Costs(fee=6)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The fee is 6. Give a share of the price from 0 to below 1: ...
    """

    fee: float = 0.006
    handling: float = 5.0

    def __post_init__(self) -> None:
        if not 0 <= self.fee < 1:
            message = _(
                "The fee is {fee:g}. Give a share of the price from 0 to below 1: 0.006 for 0.6 %."
            )
            raise CourseError(message.format(fee=self.fee))
        _amount(self.handling, _("handling cost"), positive=False)

    def full(self, cost: float, price: float) -> float:
        """Return the whole cost of a unit that was bought at `cost` and is sold at `price`."""
        return cost + self.handling + self.fee * price


@dataclass(frozen=True)
class BasePrice:
    """A recommended price between a floor and a ceiling, and what settled it.

    ``price``, ``floor`` and ``ceiling`` (inf: nobody else sells it) in yuan, ``margin`` (share of
    the price that is left after the whole cost), ``binds`` (one of :data:`BINDS`), ``reason``
    (one sentence).
    """

    price: float
    floor: float
    ceiling: float
    margin: float
    binds: str
    reason: str


def _amount(value: float, name: str, *, positive: bool = True) -> float:
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        least = _("above 0") if positive else _("0 or more")
        message = _("The {name} is {value:g}. Give an amount in yuan, {least}.")
        raise CourseError(message.format(name=name, value=value, least=least))
    return value


def need(table: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a CourseError for the columns that `frame` lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> need("products", pd.DataFrame({"sku": ["a"]}), ["product_id"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table products has no column product_id. It has: sku.
    """
    missing = [name for name in dict.fromkeys(columns) if name not in frame]
    if missing:
        message = _("The table {table} has no column {missing}. It has: {has}.")
        has = ", ".join(map(str, frame.columns))
        raise CourseError(message.format(table=table, missing=", ".join(missing), has=has))


def _elastic(elasticity: float) -> float:
    """Return the size of an elasticity below -1; say what is wrong with any other."""
    if not math.isfinite(elasticity) or elasticity >= 0:
        message = _(
            "The price elasticity is {value:g}. Demand falls when the price rises, so it is "
            "negative: write {negative:g}."
        )
        negative = -abs(elasticity) if elasticity and math.isfinite(elasticity) else -2.5
        raise CourseError(message.format(value=elasticity, negative=negative))
    if elasticity >= -1:
        message = _(
            "The price elasticity is {value:g}. Above -1 every rise in price pays, so there is no "
            "best price; look at the estimate and its interval again."
        )
        raise CourseError(message.format(value=elasticity))
    return -elasticity


# --- margin and markup -----------------------------------------------------------------


def margin(price: float, cost: float) -> float:
    """Return the margin 毛利率: what is left of the price, as a share of the **price**.

    It is also the Lerner index of market power (Lerner 1934).

    Parameters
    ----------
    price, cost : float
        Yuan a unit.

    Returns
    -------
    float
        Below 1; negative when sold below cost.

    Raises
    ------
    CourseError
        A price that is not above 0, or a negative cost.

    Examples
    --------
    >>> margin(price=125, cost=100)
    0.2
    >>> margin(price=0, cost=100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price is 0. Give an amount in yuan, above 0.
    """
    return (_amount(price, _("price")) - _amount(cost, _("cost"), positive=False)) / price


def markup(price: float, cost: float) -> float:
    """Return the markup 加价率: what is put on the cost, as a share of the **cost**.

    Parameters
    ----------
    price, cost : float
        Yuan a unit.

    Returns
    -------
    float
        Above the margin whenever there is a profit: a markup of 25 % is a margin of 20 %.

    Raises
    ------
    CourseError
        A cost that is not above 0, or a negative price.

    Examples
    --------
    >>> markup(price=125, cost=100)
    0.25
    >>> markup(price=125, cost=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The cost is 0. Give an amount in yuan, above 0.
    """
    return (_amount(price, _("price"), positive=False) - _amount(cost, _("cost"))) / cost


def price_for_margin(cost: float, margin: float) -> float:
    """Return the price that leaves a margin.

    Parameters
    ----------
    cost : float
        Yuan a unit.
    margin : float
        Share of the price, below 1.

    Raises
    ------
    CourseError
        A margin of 1 or more: it is meant as a markup.

    Examples
    --------
    >>> price_for_margin(100, 0.2)
    125.0
    >>> price_for_margin(100, 1.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A margin is a share of the price and stays below 100 %; yours is
    150 %. If you add 150 % to the cost, that is a markup: use price_for_markup.
    """
    if not margin < 1:
        message = _(
            "A margin is a share of the price and stays below 100 %; yours is {value:.0f} %. If "
            "you add {value:.0f} % to the cost, that is a markup: use price_for_markup."
        )
        raise CourseError(message.format(value=100 * margin))
    return _amount(cost, _("cost"), positive=False) / (1 - margin)


def price_for_markup(cost: float, markup: float) -> float:
    """Return the price that puts a markup on the cost.

    Parameters
    ----------
    cost : float
        Yuan a unit.
    markup : float
        Share of the cost, above -1.

    Raises
    ------
    CourseError
        A markup that would give the goods away.

    Examples
    --------
    >>> price_for_markup(100, 0.25)
    125.0
    >>> price_for_markup(100, -1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A markup of -100 % leaves no price. Give a share of the cost, ...
    """
    if not markup > -1:
        message = _(
            "A markup of {value:.0f} % leaves no price. Give a share of the cost, such as 0.25."
        )
        raise CourseError(message.format(value=100 * markup))
    return _amount(cost, _("cost"), positive=False) * (1 + markup)


def break_even_uplift(margin: float, cut: float) -> float:
    """Return by how much units must rise for a price cut to earn what was earned before.

    Parameters
    ----------
    margin : float
        Margin before the cut, share of the price.
    cut : float
        Price cut, share of the price.

    Returns
    -------
    float
        Further units as a share of the units before: ``cut / (margin - cut)``.

    Raises
    ------
    CourseError
        A cut that eats the whole margin: no number of units makes up for it.

    Examples
    --------
    >>> round(break_even_uplift(margin=0.4, cut=0.1), 4)
    0.3333
    >>> break_even_uplift(margin=0.1, cut=0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A cut of 10 % takes the whole margin of 10 %: no number of units
    makes up for it.

    Source: arithmetic: the profit before, margin x units, equals the profit after.
    """
    if not cut >= 0:
        raise CourseError(_("The cut is {cut:g}. Write a cut of 10 % as 0.1.").format(cut=cut))
    if not cut < margin:
        message = _(
            "A cut of {cut:.0f} % takes the whole margin of {margin:.0f} %: no number of units "
            "makes up for it."
        )
        raise CourseError(message.format(cut=100 * cut, margin=100 * margin))
    return cut / (margin - cut)


# --- the best price for a demand -------------------------------------------------------


def best_price(cost: float, elasticity: float) -> float:
    """Return the price of most profit when the elasticity is the same at every price.

    Parameters
    ----------
    cost : float
        What one more unit costs, yuan.
    elasticity : float
        Below -1.

    Returns
    -------
    float
        ``cost * e / (e - 1)`` with e the size of the elasticity. The margin there is 1 / e
        (Lerner 1934).

    Raises
    ------
    CourseError
        An elasticity that is positive (the classic slip), or between -1 and 0.

    Examples
    --------
    >>> round(best_price(12, -2.5), 2)
    20.0
    >>> best_price(12, 2.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price elasticity is 2.5. Demand falls when the price rises, so
    it is negative: write -2.5.
    """
    size = _elastic(elasticity)
    return _amount(cost, _("cost")) * size / (size - 1)


def best_price_linear(intercept: float, slope: float, cost: float) -> float:
    """Return the price of most profit for demand on a straight line.

    Parameters
    ----------
    intercept : float
        Units demanded at a price of 0.
    slope : float
        Units lost for each yuan more, above 0.
    cost : float
        What one more unit costs, yuan.

    Returns
    -------
    float
        Half way between the cost and the price at which nobody buys.

    Raises
    ------
    CourseError
        A slope that is not above 0, or a cost at which nobody buys.

    Examples
    --------
    >>> best_price_linear(100, 2, cost=10)
    30.0
    >>> best_price_linear(100, -2, cost=10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The slope is -2. Write the units lost for each yuan more, above 0.
    """
    if not slope > 0:
        message = _("The slope is {value:g}. Write the units lost for each yuan more, above 0.")
        raise CourseError(message.format(value=slope))
    highest = intercept / slope
    if not cost < highest:
        message = _("Nobody buys at {highest:g} yuan or more, and a unit costs {cost:g}.")
        raise CourseError(message.format(highest=highest, cost=cost))
    return (highest + cost) / 2


def best_price_logit(value: float, sensitivity: float, cost: float) -> float:
    """Return the price of most profit when customers may also leave without buying (logit).

    A customer buys with probability ``1 / (1 + exp(sensitivity * price - value))``.

    Parameters
    ----------
    value : float
        Utility of the product at a price of 0; leaving has utility 0.
    sensitivity : float
        Utility lost for each yuan, above 0.
    cost : float
        What one more unit costs, yuan.

    Returns
    -------
    float
        ``cost + (1 + W(exp(value - sensitivity * cost - 1))) / sensitivity`` with W the
        function of Lambert, evaluated through Wright's omega so that a large value is no trouble.

    Raises
    ------
    CourseError
        A sensitivity that is not above 0.

    Examples
    --------
    >>> round(best_price_logit(value=3, sensitivity=1, cost=1), 6)
    3.0
    >>> best_price_logit(value=3, sensitivity=0, cost=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The sensitivity is 0. Write the utility lost for each yuan, above 0.
    """
    from scipy.special import wrightomega

    if not sensitivity > 0:
        message = _("The sensitivity is {value:g}. Write the utility lost for each yuan, above 0.")
        raise CourseError(message.format(value=sensitivity))
    return cost + (1 + float(wrightomega(value - sensitivity * cost - 1))) / sensitivity


def advertising_share(advertising_elasticity: float, price_elasticity: float) -> float:
    """Return the share of sales that is best spent on advertising.

    Parameters
    ----------
    advertising_elasticity : float
        Per cent more demand for 1 % more advertising, 0 or more.
    price_elasticity : float
        Below -1.

    Returns
    -------
    float
        Advertising over sales at the best price and the best budget (Dorfman and Steiner 1954).

    Raises
    ------
    CourseError
        An elasticity of the wrong sign.

    Examples
    --------
    >>> round(advertising_share(0.2, -3.138691), 5)
    0.06372
    >>> advertising_share(-0.2, -3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The advertising elasticity is -0.2. Advertising that drives customers
    away is best not bought: give 0 or more.
    """
    if not advertising_elasticity >= 0:
        message = _(
            "The advertising elasticity is {value:g}. Advertising that drives customers away is "
            "best not bought: give 0 or more."
        )
        raise CourseError(message.format(value=advertising_elasticity))
    return advertising_elasticity / _elastic(price_elasticity)


# --- floor, ceiling, recommended -------------------------------------------------------


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

    Raises
    ------
    CourseError
        When fees and margin together take the whole price.

    Examples
    --------
    >>> floor_price(100, min_margin=0.1, costs=Costs(fee=0.1, handling=4))
    130.0
    >>> floor_price(100, min_margin=0.95, costs=Costs(fee=0.1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A fee of 10 % and a margin of 95 % leave nothing for the cost.
    """
    costs = costs or Costs()
    left = 1 - costs.fee - min_margin
    if not 0 < left < math.inf:
        told = _("A fee of {fee:.0f} % and a margin of {margin:.0f} % leave nothing for the cost.")
        raise CourseError(told.format(fee=100 * costs.fee, margin=100 * min_margin))
    return (_amount(cost, _("purchase cost")) + costs.handling) / left


def ending(price: float, low: float = 0, high: float = math.inf) -> float:
    """Return a price near `price` that ends in 9 where that is cheap, between `low` and `high`.

    Parameters
    ----------
    price : float
        Yuan.
    low, high : float
        Floor and ceiling.

    Returns
    -------
    float
        The highest price with the ending 9 that is not above `price`, if it takes off no more than
        :data:`GIVEN_UP`; else whole yuan, rounded down; else `price` in whole fen.

    Examples
    --------
    >>> ending(1234.5), ending(45.9), ending(45.9, low=45.5)
    (1229.0, 45.0, 45.9)

    Source: Anderson and Simester (2003): in three field experiments a price ending in 9 sold more.
    """
    nine = math.floor((price - 9) / 10) * 10.0 + 9
    for even in (nine, float(math.floor(price))):
        if max(low, (1 - GIVEN_UP) * price, 1) <= even <= high:
            return even
    return min(math.ceil(round(100 * price, 6)) / 100, high)


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
    ecokit.errors.CourseError: The price elasticity is 2.5. Demand falls when the price rises, so
    it is negative: write -2.5.

    Source: slide 20; the rule that joins the three is the course's own.
    """
    costs = costs or Costs()
    floor = floor_price(cost, min_margin, costs)
    store, rival = _known(store_price, _("store price")), _known(competitor_price, _("price"))
    tops = {"store": store, "competitor": rival * (1 + room)}
    nearest = min(tops, key=lambda name: tops[name])
    ceiling = tops[nearest]
    if elasticity is None:
        wish, binds = floor_price(cost, usual_margin, costs), "margin"
    else:
        wish, binds = best_price((cost + costs.handling) / (1 - costs.fee), elasticity), "demand"
        if not tried[0] <= wish <= tried[1]:
            wish, binds = min(max(wish, tried[0]), tried[1]), "tried"
    if wish > ceiling:
        wish, binds = ceiling, nearest
    if wish < floor:
        wish, binds = floor, "cost"
    price = ending(wish, floor, max(ceiling, floor + 0.01))
    left = margin(price, costs.full(cost, price))
    facts = {"store": store, "competitor": rival, "floor": floor, "ceiling": ceiling}
    return BasePrice(
        price, floor, ceiling, left, binds, _reason(binds, nearest, facts, min_margin, elasticity)
    )


def _known(price: float | None, name: str) -> float:
    """Return a price, or inf where there is none."""
    return math.inf if price is None or price != price else _amount(price, name)


def _reason(
    binds: str,
    nearest: str,
    facts: Mapping[str, float],
    min_margin: float,
    elasticity: float | None,
) -> str:
    if binds == "cost" and facts["ceiling"] < facts["floor"]:
        text = {
            "store": _(
                "The store's ¥{store:,.0f} lies below the floor of ¥{floor:,.0f}: keep the margin "
                "of {margin:.0f} %, and buy cheaper or give the product up."
            ),
            "competitor": _(
                "The cheapest competitor's ¥{competitor:,.0f} lies below the floor of "
                "¥{floor:,.0f}: do not follow, and buy cheaper or give the product up."
            ),
        }[nearest]
    else:
        text = {
            "cost": _("The cost and a margin of {margin:.0f} % ask for ¥{floor:,.0f} at least."),
            "store": _("The store sells it at ¥{store:,.0f}; the shop does not ask for more."),
            "competitor": _(
                "The cheapest competitor takes ¥{competitor:,.0f}; the shop stays close to it."
            ),
            "demand": _("At an elasticity of {elasticity:.1f} a higher price would lose profit."),
            "tried": _(
                "An elasticity of {elasticity:.1f} asks for more change, but no such price has "
                "been tried: go this far, and measure again."
            ),
            "margin": _("The usual margin is reached, and nobody sells it for less."),
        }[binds]
    if math.isinf(facts["ceiling"]):
        text += " " + _("No store and no competitor sells it.")
    return text.format(**facts, margin=100 * min_margin, elasticity=elasticity)


def cheapest_offers(
    competitor_products: pd.DataFrame,
    competitor_prices: pd.DataFrame,
    as_of: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return what customers pay for each of our products at the cheapest competitor.

    Parameters
    ----------
    competitor_products : DataFrame
        ``competitor_id``, ``sku``, ``product_id`` (null: not a product of ours).
    competitor_prices : DataFrame
        ``week``, ``competitor_id``, ``sku``, ``list_price``, ``price`` (paid), ``in_stock``.
    as_of : str or Timestamp, optional
        The moment you look; default: the last week.

    Returns
    -------
    DataFrame
        ``product_id``, ``competitor_id``, ``week``, ``list_price``, ``price``: the cheapest offer
        in stock in the last week up to `as_of`. The list price is there to compare, not to use.

    Raises
    ------
    CourseError
        No prices up to that moment.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"competitor_id": ["K1", "K2"], "sku": ["a", "b"],
    ...                       "product_id": ["P001", "P001"]})
    >>> prices = pd.DataFrame({
    ...     "week": pd.to_datetime(["2025-01-06", "2025-01-06"]), "competitor_id": ["K1", "K2"],
    ...     "sku": ["a", "b"], "list_price": [99.0, 119.0], "price": [95.0, 89.0],
    ...     "in_stock": [True, True]})
    >>> cheapest_offers(goods, prices)[["product_id", "competitor_id", "price"]].values.tolist()
    [['P001', 'K2', 89.0]]
    >>> cheapest_offers(goods, prices, "2024-12-31")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are no competitors' prices up to 2024-12-31.
    """
    import pandas as pd

    keys = ["competitor_id", "sku"]
    need("competitor_products", competitor_products, [*keys, "product_id"])
    seen = competitor_prices
    need("competitor_prices", seen, ["week", *keys, "list_price", "price", "in_stock"])
    if as_of is not None:
        seen = seen[seen["week"] <= pd.Timestamp(as_of)]
    if seen.empty:
        raise CourseError(_("There are no competitors' prices up to {day}.").format(day=as_of))
    last = seen[(seen["week"] == seen["week"].max()) & seen["in_stock"].astype(bool)]
    offers = last.merge(competitor_products[[*keys, "product_id"]].dropna(), on=keys)
    offers = offers.sort_values(["product_id", "price", "competitor_id"])
    columns = ["product_id", "competitor_id", "week", "list_price", "price"]
    return offers.drop_duplicates("product_id")[columns].reset_index(drop=True)


def last_costs(purchases: pd.DataFrame, as_of: str | pd.Timestamp | None = None) -> pd.Series:
    """Return the purchase cost of each product at its last order, by ``product_id``.

    Parameters
    ----------
    purchases : DataFrame
        ``product_id``, ``asked_on``, ``unit_cost``.
    as_of : str or Timestamp, optional
        The moment you look; default: the last order.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"product_id": ["P001", "P001"], "unit_cost": [100.0, 98.0],
    ...                        "asked_on": pd.to_datetime(["2025-01-06", "2025-02-06"])})
    >>> last_costs(orders).to_dict(), last_costs(orders, "2025-01-31").to_dict()
    ({'P001': 98.0}, {'P001': 100.0})
    """
    import pandas as pd

    need("purchases", purchases, ["product_id", "asked_on", "unit_cost"])
    seen = purchases
    if as_of is not None:
        seen = seen[seen["asked_on"] <= pd.Timestamp(as_of)]
    seen = seen.sort_values("asked_on", kind="stable")
    return seen.groupby("product_id")["unit_cost"].last()


def base_prices(
    products: pd.DataFrame,
    competitor_products: pd.DataFrame | None = None,
    competitor_prices: pd.DataFrame | None = None,
    purchases: pd.DataFrame | None = None,
    *,
    as_of: str | pd.Timestamp | None = None,
    elasticity: Mapping[str, float] | None = None,
    step: float = 0.1,
    min_margin: float = 0.08,
    room: float = 0.02,
    costs: Costs | None = None,
) -> pd.DataFrame:
    """Recommend a base price for every product on sale, with the reason in words.

    Parameters
    ----------
    products : DataFrame
        ``product_id``, ``name``, ``category``, ``cost``, ``list_price``; ``store_price`` where
        stores sell it; ``launched_on`` and ``delisted_on`` tell what is on sale.
    competitor_products, competitor_prices : DataFrame, optional
        See :func:`cheapest_offers`. Without them no competitor is known.
    purchases : DataFrame, optional
        See :func:`last_costs`. A product never bought yet keeps the ``cost`` of `products`.
    as_of : str or Timestamp, optional
        The moment you look; default: the last week of competitors' prices, else all products.
    elasticity : mapping of category to float, optional
        Elasticities below -1. Categories left out ask for their usual margin: the median over
        the list prices of the category.
    step : float
        How far from its list price a product has been tried, as a share of it.
    min_margin, room, costs
        See :func:`base_price`.

    Returns
    -------
    DataFrame
        A row a product: ``product_id``, ``name``, ``category``, ``cost``, ``store_price``,
        ``competitor_price``, ``list_price``, ``floor``, ``ceiling`` (inf: nobody else), ``price``,
        ``margin``, ``binds``, ``reason``.

    Raises
    ------
    CourseError
        Nothing is on sale at that moment; and what :func:`base_price` refuses.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"product_id": ["P001", "P002"], "name": ["Phone", "Case"],
    ...     "category": ["phones", "accessories"], "cost": [1898.0, 29.0],
    ...     "list_price": [2179.0, 49.0], "store_price": [2149.0, None]})
    >>> base_prices(goods)[["product_id", "price", "binds"]].values.tolist()
    [['P001', 2149.0, 'store'], ['P002', 49.0, 'margin']]
    >>> base_prices(goods[:0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No product is on sale. Take a day of the shop's period.
    """
    need("products", products, ["product_id", "name", "category", "cost", "list_price"])
    costs = costs or Costs()
    offers = None
    if competitor_products is not None and competitor_prices is not None:
        offers = cheapest_offers(competitor_products, competitor_prices, as_of)
        as_of = offers["week"].max() if as_of is None else as_of
    rows = _on_sale(products, as_of)
    if rows.empty:
        raise CourseError(_("No product is on sale. Take a day of the shop's period."))
    if purchases is not None:
        paid = rows["product_id"].map(last_costs(purchases, as_of))
        rows = rows.assign(cost=paid.fillna(rows["cost"]))
    rows = _with_market(rows, offers)
    usual = _usual_margins(rows, costs)
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
            *(rows[name] for name in ("category", "list_price", *_ASKED)), strict=True
        )
    ]
    names = ["floor", "ceiling", "price", "margin", "binds", "reason"]
    return rows.assign(**{name: [getattr(one, name) for one in told] for name in names})


def _on_sale(products: pd.DataFrame, as_of: str | pd.Timestamp | None) -> pd.DataFrame:
    """Return the products that are on sale on a day; all of them where no day is named."""
    import pandas as pd

    if as_of is None or "launched_on" not in products:
        return products
    day = pd.Timestamp(as_of)
    kept = products[products["launched_on"] <= day]
    return kept[~(kept["delisted_on"] <= day)] if "delisted_on" in kept else kept


def _with_market(rows: pd.DataFrame, offers: pd.DataFrame | None) -> pd.DataFrame:
    """Add the competitors' price, and the columns that the table shows, NaN where unknown."""
    rows = rows.reset_index(drop=True)
    prices = {} if offers is None else dict(zip(offers["product_id"], offers["price"], strict=True))
    rows = rows.assign(competitor_price=rows["product_id"].map(prices).astype("float64"))
    return rows.reindex(
        columns=[
            *("product_id", "name", "category", "cost", "store_price", "competitor_price"),
            "list_price",
        ]
    )


def _usual_margins(rows: pd.DataFrame, costs: Costs) -> pd.Series[float]:
    """Return by category the median margin of the list prices, after all costs."""
    whole = rows["cost"] + costs.handling + costs.fee * rows["list_price"]
    return (1 - whole / rows["list_price"]).groupby(rows["category"]).median()
