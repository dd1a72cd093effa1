"""How many: what the shop orders, what both together would, and the buy-back that joins the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from ecokit.buyout.terms import Buy, Terms, below, best, law_of, outcome, terms_of
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


@public
def shop_quantity(demand: Any, terms: Terms) -> Buy:
    """Return the order that earns the shop most on average, under the terms that it was offered.

    The best quantity is not the demand that is expected: it lies above it where a unit too few
    costs more than a unit too many, and below it where it is the other way round.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for in the season, units.
    terms : Terms
        Price, wholesale, what is left brings; the minimum is left aside, see
        :func:`minimum_volume`.

    Returns
    -------
    Buy
        The quantity, and what it leads to.

    Raises
    ------
    CourseError
        `terms` is none, or the demand is no distribution and no sample.

    References
    ----------
    Snyder and Shen (2019), the newsvendor; with a buy-back Pasternack (1985).

    Examples
    --------
    >>> from scipy import stats
    >>> from ecokit.buyout import Terms
    >>> found = shop_quantity(stats.norm(500, 120), Terms(price=2000, wholesale=1600, salvage=900))
    >>> round(found.quantity, 2)
    458.15
    >>> print(shop_quantity(stats.norm(120, 10), Terms(38, 20, 18)).quantity)
    132.815515655446
    >>> shop_quantity(stats.norm(500, 120), 1600)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: terms is 1600. Give terms: buyout.Terms(price=2000, ...
    """
    law, offered = law_of(demand), terms_of("terms", terms)
    return outcome(law, best(law, offered), offered)


@public
def channel_quantity(demand: Any, price: float, cost: float, salvage: float = 0.0) -> Buy:
    """Return what supplier and shop would order if they were one firm.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    price : float
        What a customer pays, yuan.
    cost : float
        What a unit costs the supplier to make.
    salvage : float
        What a unit brings that is left.

    Returns
    -------
    Buy
        With the profit of both together: no contract can make it larger, it can only share it.

    Raises
    ------
    CourseError
        The cost is not below the price, or what is left brings as much as it costs.

    References
    ----------
    Pasternack (1985): F(Q) = (price - cost) / (price - salvage).

    Examples
    --------
    >>> from scipy import stats
    >>> found = channel_quantity(stats.norm(500, 120), price=2000, cost=1500, salvage=900)
    >>> round(found.ratio, 6), round(found.quantity, 3), round(found.sold, 3)
    (0.454545, 486.298, 444.964)
    >>> print(f"{found.profit:,.2f}")
    197,681.80
    >>> channel_quantity(stats.norm(500, 120), price=2000, cost=1500, salvage=1500)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: salvage is 1500 and cost is 1500. Give a salvage below the cost.
    """
    paid = numbers.positive("price", price)
    made = numbers.positive("cost", cost)
    below("cost", made, "price", paid)
    below("salvage", numbers.number("salvage", salvage, low=0), "cost", made)
    return shop_quantity(demand, Terms(paid, made, salvage))


@public
def buy_back_price(price: float, wholesale: float, cost: float, salvage: float = 0.0) -> float:
    """Return the buy-back at which the shop, for its own sake, orders what serves both best.

    Parameters
    ----------
    price : float
        What a customer pays, yuan.
    wholesale : float
        What the shop pays the supplier.
    cost : float
        What a unit costs the supplier to make.
    salvage : float
        What a unit brings that is left; the supplier gets it for what he takes back.

    Returns
    -------
    float
        Yuan a unit: P - (P - w)(P - S) / (P - c). The higher the wholesale price, the higher.

    Raises
    ------
    CourseError
        The wholesale price lies below the cost or not below the price, or a number cannot be.

    References
    ----------
    Pasternack (1985).

    Examples
    --------
    >>> buy_back_price(2000, 1600, 1500, 900), buy_back_price(2000, 1700, 1500, 900)
    (1120.0, 1340.0)
    >>> buy_back_price(2000, 1400, 1500, 900)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: wholesale is 1400. Give a number, 1500 or more.
    """
    paid, made = numbers.positive("price", price), numbers.positive("cost", cost)
    below("cost", made, "price", paid)
    given = numbers.number("wholesale", wholesale, low=made)
    below("wholesale", given, "price", paid)
    left = numbers.number("salvage", salvage, low=0)
    below("salvage", left, "cost", made)
    return paid - (paid - given) * (paid - left) / (paid - made)


@public
def profit_curve(demand: Any, terms: Terms, quantities: ArrayLike) -> pd.DataFrame:
    """Return what orders of several sizes lead to.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    terms : Terms
        What was offered.
    quantities : array
        Units to try.

    Returns
    -------
    DataFrame
        A row a size: ``quantity``, ``sold``, ``left``, ``profit`` (yuan, on average),
        ``chance_of_loss``.

    Raises
    ------
    CourseError
        As in :func:`shop_quantity`, or a quantity is no number of 0 or more.

    References
    ----------
    Snyder and Shen (2019).

    Examples
    --------
    >>> from ecokit.buyout import Terms
    >>> profit_curve([3, 5, 4, 8], Terms(price=10, wholesale=6), [4, 8])
       quantity  sold  left  profit  chance_of_loss
    0       4.0  3.75  0.25    13.5             0.0
    1       8.0  5.00  3.00     2.0             0.5
    """
    law, offered = law_of(demand), terms_of("terms", terms)
    tried = numbers.row("quantities", quantities, low=0)
    found = [outcome(law, float(size), offered) for size in tried]
    names = ["quantity", "sold", "left", "profit", "chance_of_loss"]
    return pd.DataFrame([[getattr(one, name) for name in names] for one in found], columns=names)


@dataclass(frozen=True)
class Minimum:
    """What a minimum volume does to an order.

    Attributes
    ----------
    free : Buy
        What we would order without it.
    taken : Buy
        What we have to order with it.
    cost : float
        Yuan that it takes from us, on average.
    verdict : str
        "free" where it changes nothing, "pays" where the deal still pays, "walk away" where not.
    """

    free: Buy
    taken: Buy
    cost: float

    @property
    def verdict(self) -> str:
        """Return what to do about it."""
        if self.taken.profit < 0:
            return _("walk away")
        return _("pays") if self.cost > 0 else _("free")


@public
def minimum_volume(demand: Any, terms: Terms) -> Minimum:
    """Return what a minimum volume costs: what we would order, and what we would have to.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    terms : Terms
        With its ``minimum``.

    Returns
    -------
    Minimum
        Both orders and the difference.

    Raises
    ------
    CourseError
        As in :func:`shop_quantity`.

    References
    ----------
    Cachon (2003), of contracts that fix quantities.

    Examples
    --------
    >>> from scipy import stats
    >>> from ecokit.buyout import Terms
    >>> found = minimum_volume(stats.norm(500, 120), Terms(2000, 1600, 900, minimum=700))
    >>> round(found.free.quantity), round(found.cost), found.verdict
    (458, 93064, 'pays')
    >>> minimum_volume(stats.norm(500, 120), Terms(2000, 1600, 900, minimum=900)).verdict
    'walk away'
    """
    free = shop_quantity(demand, terms)
    if terms.minimum <= free.quantity:
        return Minimum(free, free, 0.0)
    taken = outcome(law_of(demand), float(terms.minimum), terms)
    return Minimum(free, taken, free.profit - taken.profit)
