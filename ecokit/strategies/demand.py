"""Demand as a population of willingness to pay, calibrated to a product."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

Kind = Literal["uniform", "logit", "constant"]
Floats = NDArray[np.float64]

KINDS: tuple[Kind, ...] = ("uniform", "logit", "constant")
"""Straight-line demand, S-shaped demand, and demand of one elasticity throughout."""

CEILING = 2.0
"""Demand of one elasticity ends at so many base prices: nobody pays more."""

_LAST = 1 - 1e-9  # the rank of the keenest customer where demand has no end


@dataclass(frozen=True)
class Demand:
    """Customers who each buy one unit at any price up to their willingness to pay (WTP).

    Make one with :func:`uniform`, :func:`logit`, :func:`constant_elasticity` or
    :func:`calibrated`.

    Parameters
    ----------
    kind : str
        ``"uniform"``, ``"logit"`` or ``"constant"``.
    customers : float
        How many there are.
    first, second : float
        The lowest and the highest WTP (uniform), the middle and the spread (logit), or
        the lowest WTP and the elasticity (constant), in yuan and as a positive number.
    end : float
        The highest WTP of anybody, in yuan.

    Examples
    --------
    >>> buyers = uniform(0, 100, customers=50)
    >>> float(buyers.share(60)), float(buyers.units(60)), float(buyers.surplus(60))
    (0.4, 20.0, 400.0)
    >>> buyers.best_price(cost=20)
    60.0
    """

    kind: Kind
    customers: float
    first: float
    second: float
    end: float

    def __post_init__(self) -> None:
        numbers.number("customers", self.customers, low=0)
        numbers.number("first", self.first)
        numbers.positive("second", self.second)
        if self.end != math.inf:
            numbers.number("end", self.end)

    @property
    def top(self) -> float:
        """The highest WTP, yuan; of a demand without an end, that of one in a million."""
        return self.end if math.isfinite(self.end) else float(self.wtp(1 - 1e-6))

    def part(self, share: float) -> Demand:
        """Return the same demand with `share` of the customers, such as those of one month."""
        return replace(self, customers=self.customers * share)

    def share(self, price: ArrayLike) -> Floats:
        """Return the share of customers who would pay `price` (yuan) or more."""
        p = np.asarray(price, dtype=float)
        if self.kind == "uniform":
            return np.clip((self.second - p) / (self.second - self.first), 0, 1)
        if self.kind == "logit":
            return 1 / (1 + np.exp(np.clip((p - self.first) / self.second, -700, 700)))
        # a truncated power: whoever would pay more than `end` pays `end`
        inside = np.maximum(p / self.first, 1) ** -self.second
        return np.where(p > self.end, 0.0, inside)

    def units(self, price: ArrayLike) -> Floats:
        """Return how many customers buy at `price` (yuan)."""
        return self.customers * self.share(price)

    def wtp(self, rank: ArrayLike) -> Floats:
        """Return the WTP (yuan) of the customer at `rank`: 0 the lowest, 1 the highest."""
        u = np.asarray(rank, dtype=float)
        if self.kind == "uniform":
            return self.first + u * (self.second - self.first)
        if self.kind == "logit":
            u = np.clip(u, 1 - _LAST, _LAST)
            return self.first + self.second * np.log(u / (1 - u))
        with np.errstate(divide="ignore"):
            return np.minimum(self.first * (1 - u) ** (-1 / self.second), self.end)

    def population(self, groups: int = 2000) -> Floats:
        """Return the WTP of `groups` customers who stand for all, from low to high."""
        return self.wtp((np.arange(groups) + 0.5) / groups)

    def surplus(self, price: ArrayLike) -> Floats:
        """Return what all buyers at `price` (yuan) would have paid on top, in yuan."""
        p = np.asarray(price, dtype=float)
        if self.kind == "uniform":
            low, high = self.first, self.second
            inside = (high - np.clip(p, low, high)) ** 2 / (2 * (high - low))
            return np.asarray(self.customers * (inside + np.maximum(low - p, 0)))
        if self.kind == "logit":
            return np.asarray(
                self.customers * self.second * np.logaddexp(0, (self.first - p) / self.second)
            )
        below = np.maximum(self.first - p, 0)
        return np.asarray(self.customers * (below + self._area(np.maximum(p, self.first))))

    def _area(self, price: Floats) -> Floats:
        """Integrate the share of a demand of one elasticity from `price` to its end."""
        low, e = self.first, self.second
        p = np.minimum(price, self.end)
        if math.isclose(e, 1):
            return np.asarray(low * np.log(self.end / p))
        return np.asarray(low**e * (p ** (1 - e) - self.end ** (1 - e)) / (e - 1))

    def best_price(self, cost: float) -> float:
        """Return the one price (yuan) that earns most at a unit cost of `cost` yuan.

        Uniform: halfway between the cost and the highest WTP, or the lowest WTP if that
        is more. Logit: with Lambert's W. One elasticity e: ``cost e / (e - 1)``, inside
        the range of WTP, and never below the cost.
        """
        cost = numbers.number("cost", cost, low=0)
        if self.kind == "uniform":
            return max(self.first, (self.second + cost) / 2)
        if self.kind == "logit":
            fall = min((self.first - cost) / self.second - 1, 700.0)
            return float(cost + self.second * (1 + lambertw(math.exp(fall)).real))
        e = self.second
        markup = cost * e / (e - 1) if e > 1 else self.end
        return max(min(max(markup, self.first), self.end), cost)


def customers_of(demand: object) -> Demand:
    """Return the customers that a caller gives, or say how to make some."""
    if not isinstance(demand, Demand):
        wanted = _("Give customers, such as strategies.uniform(0, 100, customers=50).")
        raise numbers.refused("demand", demand, wanted)
    return demand


@public
def uniform(low: float, high: float, customers: float = 1) -> Demand:
    """Return customers whose WTP spreads evenly from `low` to `high` yuan: a straight line.

    Parameters
    ----------
    low, high : float
        The lowest and the highest WTP, yuan.
    customers : float
        How many there are.

    Returns
    -------
    Demand
        Of the kind ``uniform``.

    Raises
    ------
    CourseError
        `low` is negative or not below `high`, or there are no customers.

    References
    ----------
    Derived: where WTP spreads evenly, each yuan more loses as many customers.

    Examples
    --------
    >>> uniform(0, 50, 100).best_price(cost=10)
    30.0
    >>> uniform(50, 50)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The lowest WTP is 50 and the highest 50. ...
    """
    low, high = numbers.number("low", low, low=0), numbers.number("high", high, low=0)
    if not low < high:
        message = _(
            "The lowest WTP is {low:g} and the highest {high:g}. Take two amounts in yuan, the "
            "lowest from 0 and the highest above it."
        )
        raise CourseError(message.format(low=low, high=high))
    return Demand("uniform", numbers.positive("customers", customers), low, high, high)


@public
def logit(middle: float, spread: float, customers: float = 1) -> Demand:
    """Return customers with an S-shaped demand: half of them would pay `middle` yuan.

    A customer who values the product at d in units of taste, gives up alpha for a yuan and
    can also buy nothing has ``middle = d / alpha`` and ``spread = 1 / alpha``.

    Parameters
    ----------
    middle : float
        WTP of the customer in the middle, yuan.
    spread : float
        How far WTP spreads around it, yuan.
    customers : float
        How many there are.

    Returns
    -------
    Demand
        Of the kind ``logit``.

    Raises
    ------
    CourseError
        `middle` is no number, or `spread` or `customers` is not above 0.

    References
    ----------
    McFadden (1974), with two choices: to buy, or not.

    Examples
    --------
    >>> round(logit(3, 1).best_price(cost=1), 6)
    3.0
    """
    middle, spread = numbers.number("middle", middle), numbers.positive("spread", spread)
    return Demand("logit", numbers.positive("customers", customers), middle, spread, math.inf)


@public
def constant_elasticity(low: float, high: float, elasticity: float, customers: float = 1) -> Demand:
    """Return customers whose demand has one elasticity at all prices from `low` to `high`.

    Parameters
    ----------
    low, high : float
        Range of WTP in yuan. Who would pay more than `high` counts as `high`.
    elasticity : float
        Its size without the sign: 2.5 says that 1 % more price sells 2.5 % less.
    customers : float
        How many there are.

    Returns
    -------
    Demand
        Of the kind ``constant``.

    Raises
    ------
    CourseError
        `low` is not above 0 or not below `high`; no customers; an elasticity that cannot be.

    References
    ----------
    The demand in which the margin of the best price is 1 / elasticity: Lerner (1934).

    Examples
    --------
    >>> round(constant_elasticity(8, 60, 2.5).best_price(cost=12), 6)
    20.0
    """
    low, high = numbers.positive("low", low), numbers.positive("high", high)
    if not low < high:
        message = _(
            "The range of WTP is {low:g} to {high:g}. Take amounts in yuan above 0, low first."
        )
        raise CourseError(message.format(low=low, high=high))
    customers = numbers.positive("customers", customers)
    return Demand("constant", customers, low, size_of(elasticity), high)


@public
def calibrated(price: float, elasticity: float, units: float, kind: Kind = "uniform") -> Demand:
    """Return demand that sells `units` at `price`, with this elasticity there.

    All kinds hold the same customers, ``units (1 + elasticity)``, and go through the same
    point with the same slope. They differ far from it, where no shop has data.

    Parameters
    ----------
    price : float
        The base price, yuan.
    elasticity : float
        Estimated elasticity at that price; the sign does not matter.
    units : float
        Units sold in the period at that price, such as a month.
    kind : str
        ``"uniform"``, ``"logit"`` or ``"constant"``. The straight line is the cautious choice:
        its customers leave fastest when the price rises.

    Returns
    -------
    Demand
        Of that `kind`.

    Raises
    ------
    CourseError
        An unknown kind, or a number that is not above 0.

    References
    ----------
    Derived: each kind solved for a point and a slope; the choice of kinds is the course's own.

    Examples
    --------
    >>> line = calibrated(price=300, elasticity=-3, units=40)
    >>> line.customers, float(line.units(300)), line.end
    (160.0, 40.0, 400.0)
    >>> calibrated(300, 0, 40)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: elasticity is 0. Take its size, such as 2.5: ...
    """
    numbers.one_of("kind", kind, KINDS)
    p, e = numbers.positive("price", price), size_of(elasticity)
    customers = numbers.positive("units", units) * (1 + e)
    if kind == "uniform":
        return uniform(0, p * (1 + 1 / e), customers)
    if kind == "logit":
        spread = p / (1 + e)
        return logit(p - spread * math.log(e), spread, customers)
    return constant_elasticity(p * (1 + e) ** (-1 / e), CEILING * p, e, customers)


@public
def product_demand(
    stock: Any,
    product: object,
    elasticity: float,
    kind: Kind = "uniform",
    days: int = 30,
    *,
    product_id: str = "product_id",
    price: str = "price",
    demand: str = "demand",
) -> Demand:
    """Return the demand of a product for `days` days, calibrated to a shop's records.

    Parameters
    ----------
    stock : table
        Of any engine; a row a day and product.
    product : id
        The product: a value of the column `product_id`.
    elasticity : float
        See :func:`calibrated`.
    kind : str
        See :func:`calibrated`.
    days : int
        The period to which the customers belong.
    product_id, price, demand : str
        What the columns are called that hold the product, the offer price of the day (yuan)
        and the units asked for.

    Returns
    -------
    Demand
        The customers of `days` days. It goes through the mean demand of a day, at the median of
        the days' prices.

    Raises
    ------
    CourseError
        Nobody asked for the product, or a price or a number of units that cannot be.

    References
    ----------
    The table stock of the data dictionary; calibrated as in :func:`calibrated`.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"product_id": "P1", "price": [10.0, 10.0, 9.0], "demand": [2, 3, 4]})
    >>> demand = product_demand(stock, "P1", 2.0)
    >>> round(float(demand.units(10)), 6)
    90.0
    >>> product_demand(stock, "P2", 2.0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The stock table has no demand for product P2. ...
    """
    columns = {"product_id": product_id, "price": price, "demand": demand}
    found = frames.table(stock, columns, name="stock").select(*columns)
    if not isinstance(product, (str, int, np.integer)):
        raise numbers.refused("product", product, _("Give a product of the stock table."))
    table = frames.as_pandas(found)
    table = frames.with_id(table, "product_id", product)
    rules = [rows.not_above_zero("price", "product_id"), rows.below_zero("demand", "product_id")]
    rows.refuse(table, "stock", rules)
    asked = float(table["demand"].sum())
    if not asked > 0:
        message = _("The stock table has no demand for product {id}. Take a product that sells.")
        raise CourseError(message.format(id=product))
    usual = float(table["price"].median())
    period = numbers.positive("days", days)
    return calibrated(usual, elasticity, asked / len(table) * period, kind)


def size_of(elasticity: float) -> float:
    """Return the size of an elasticity, whose sign does not matter."""
    size = abs(numbers.as_float(elasticity))
    if not 0 < size < math.inf:
        wanted = _("Take its size, such as 2.5: 1 % more price sells 2.5 % less.")
        raise numbers.refused("elasticity", elasticity, wanted)
    return size
