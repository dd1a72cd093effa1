"""Margin and markup 毛利率与加价率, and the price of most profit for three shapes of demand.

Prices and costs are in yuan a unit, shares are fractions from 0 to 1, and elasticities are
negative: -2.5 means that 1 % more in price takes 2.5 % of the demand.
"""

from __future__ import annotations

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


def size_of(name: str, elasticity: object) -> float:
    """Return the size of an elasticity below 0; say what is wrong with any other."""
    found = numbers.number(name, elasticity, low=-100)  # a power: more runs over
    if found >= 0:
        message = _(
            "Demand falls when the price rises, so an elasticity is negative: write {negative:g}."
        )
        raise numbers.refused(name, elasticity, message.format(negative=-found or -2.5))
    return -found


def _elastic(name: str, elasticity: object) -> float:
    """Return the size of an elasticity below -1: only there is a best price."""
    size = size_of(name, elasticity)
    if size <= 1:
        wanted = _(
            "From -1 upwards every rise in price pays, so there is no best price; look at the "
            "estimate and its interval again."
        )
        raise numbers.refused(name, elasticity, wanted)
    return size


# --- margin and markup -----------------------------------------------------------------


@public
def margin(price: float, cost: float) -> float:
    """Return the margin 毛利率: what is left of the price, as a share of the **price**.

    With the cost of one more unit it is the Lerner index of market power.

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

    References
    ----------
    Slide 20 (gross profit); Lerner (1934), Elzinga and Mills (2011).

    Examples
    --------
    >>> margin(price=125, cost=100)
    0.2
    >>> margin(price=0, cost=100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: price is 0. Give a number above 0.
    """
    price = numbers.positive("price", price)
    return (price - numbers.number("cost", cost, low=0)) / price


@public
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

    References
    ----------
    The definition: over the cost, where :func:`margin` is over the price.

    Examples
    --------
    >>> markup(price=125, cost=100)
    0.25
    >>> markup(price=125, cost=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cost is 0. Give a number above 0.
    """
    cost = numbers.positive("cost", cost)
    return (numbers.number("price", price, low=0) - cost) / cost


@public
def price_for_margin(cost: float, margin: float) -> float:
    """Return the price that leaves a margin.

    Parameters
    ----------
    cost : float
        Yuan a unit.
    margin : float
        Share of the price, below 1.

    Returns
    -------
    float
        Yuan.

    Raises
    ------
    CourseError
        A margin of 1 or more: it is meant as a markup.

    References
    ----------
    The definition of :func:`margin`, solved for the price.

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
    cost, margin = numbers.number("cost", cost, low=0), numbers.number("margin", margin)
    if margin >= 1:
        message = _(
            "A margin is a share of the price and stays below 100 %; yours is {value:.0f} %. If "
            "you add {value:.0f} % to the cost, that is a markup: use price_for_markup."
        )
        raise CourseError(message.format(value=100 * margin))
    return cost / (1 - margin)


@public
def price_for_markup(cost: float, markup: float) -> float:
    """Return the price that puts a markup on the cost.

    Parameters
    ----------
    cost : float
        Yuan a unit.
    markup : float
        Share of the cost, above -1.

    Returns
    -------
    float
        Yuan.

    Raises
    ------
    CourseError
        A markup that would give the goods away.

    References
    ----------
    The definition of :func:`markup`, solved for the price.

    Examples
    --------
    >>> price_for_markup(100, 0.25)
    125.0
    >>> price_for_markup(100, -1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A markup of -100 % leaves no price. Give a share of the cost, ...
    """
    cost, markup = numbers.number("cost", cost, low=0), numbers.number("markup", markup)
    if markup <= -1:
        message = _(
            "A markup of {value:.0f} % leaves no price. Give a share of the cost, such as 0.25."
        )
        raise CourseError(message.format(value=100 * markup))
    return cost * (1 + markup)


# --- the best price for a demand -------------------------------------------------------


@public
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
        Yuan: ``cost * e / (e - 1)`` with e the size of the elasticity. The margin there is
        1 / e.

    Raises
    ------
    CourseError
        An elasticity that is positive (the classic slip), or between -1 and 0.

    References
    ----------
    Lerner (1934).

    Examples
    --------
    >>> round(best_price(12, -2.5), 2)
    20.0
    >>> best_price(12, 2.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: elasticity is 2.5. Demand falls when the price rises, so an
    elasticity is negative: write -2.5.
    """
    size = _elastic("elasticity", elasticity)
    return numbers.positive("cost", cost) * size / (size - 1)


@public
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
        Yuan, half way between the cost and the price at which nobody buys.

    Raises
    ------
    CourseError
        A slope that is not above 0, or a cost at which nobody buys.

    References
    ----------
    Derived: the profit is a parabola with zeros at these two prices.

    Examples
    --------
    >>> best_price_linear(100, 2, cost=10)
    30.0
    >>> best_price_linear(100, -2, cost=10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: slope is -2. Write the units lost for each yuan more, above 0.
    """
    cost = numbers.number("cost", cost, low=0)
    intercept = numbers.number("intercept", intercept, low=0)
    slope = _above_zero("slope", slope, _("Write the units lost for each yuan more, above 0."))
    highest = intercept / slope
    if not cost < highest:
        message = _("Nobody buys at {highest:g} yuan or more, and a unit costs {cost:g}.")
        raise CourseError(message.format(highest=highest, cost=cost))
    return (highest + cost) / 2


@public
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
        Yuan: ``cost + (1 + W(exp(value - sensitivity * cost - 1))) / sensitivity`` with W the
        function of Lambert, evaluated through Wright's omega so that a large value is no trouble.

    Raises
    ------
    CourseError
        A sensitivity that is not above 0.

    References
    ----------
    Logit: McFadden (1974). The price is derived: there the slope of the profit is zero.

    Examples
    --------
    >>> round(best_price_logit(value=3, sensitivity=1, cost=1), 6)
    3.0
    >>> best_price_logit(value=3, sensitivity=0, cost=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: sensitivity is 0. Write the utility lost for each yuan, above 0.
    """
    from scipy.special import wrightomega

    cost, value = numbers.number("cost", cost, low=0), numbers.number("value", value)
    wanted = _("Write the utility lost for each yuan, above 0.")
    sensitivity = _above_zero("sensitivity", sensitivity, wanted)
    return cost + (1 + float(wrightomega(value - sensitivity * cost - 1))) / sensitivity


@public
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
        Advertising over sales at the best price and the best budget.

    Raises
    ------
    CourseError
        An elasticity of the wrong sign.

    References
    ----------
    Dorfman and Steiner (1954).

    Examples
    --------
    >>> round(advertising_share(0.2, -3.138691), 5)
    0.06372
    >>> advertising_share(-0.2, -3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: advertising_elasticity is -0.2. Advertising that drives customers
    away is best not bought: give 0 or more.
    """
    size = _elastic("price_elasticity", price_elasticity)
    found = numbers.number("advertising_elasticity", advertising_elasticity)
    if found < 0:
        wanted = _("Advertising that drives customers away is best not bought: give 0 or more.")
        raise numbers.refused("advertising_elasticity", found, wanted)
    return found / size


def _above_zero(name: str, value: object, wanted: str) -> float:
    """Return a number above 0; `wanted` says what it is."""
    if not numbers.as_float(value) > 0:
        raise numbers.refused(name, value, wanted)
    return numbers.positive(name, value)
