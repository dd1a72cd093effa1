"""Margin and markup 毛利率与加价率, and the price of most profit for three shapes of demand.

Prices and costs are in yuan a unit, shares are fractions from 0 to 1, and elasticities are
negative: -2.5 means that 1 % more in price takes 2.5 % of the demand.
"""

from __future__ import annotations

import math

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.pricing.inputs import amount, number


def _elastic(elasticity: float) -> float:
    """Return the size of an elasticity below -1; say what is wrong with any other."""
    elasticity = number(elasticity, _("price elasticity"))
    if not math.isfinite(elasticity) or elasticity >= 0:
        message = _(
            "The price elasticity is {value:g}. Demand falls when the price rises, so it is "
            "negative: write {negative:g}."
        )
        negative = -abs(elasticity) if elasticity and math.isfinite(elasticity) else -2.5
        raise CourseError(message.format(value=elasticity, negative=negative))
    if elasticity >= -1:
        message = _(
            "The price elasticity is {value:g}. From -1 upwards every rise in price pays, so "
            "there is no best price; look at the estimate and its interval again."
        )
        raise CourseError(message.format(value=elasticity))
    return -elasticity


# --- margin and markup -----------------------------------------------------------------


def margin(price: float, cost: float) -> float:
    """Return the margin 毛利率: what is left of the price, as a share of the **price**.

    With the cost of one more unit it is the Lerner index of market power (Lerner 1934; Elzinga
    and Mills 2011).

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
    price = amount(price, _("price"), positive=True)
    return (price - amount(cost, _("cost"))) / price


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
    cost = amount(cost, _("cost"), positive=True)
    return (amount(price, _("price")) - cost) / cost


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
    if not -math.inf < number(margin, _("margin")) < 1:
        message = _(
            "A margin is a share of the price and stays below 100 %; yours is {value:.0f} %. If "
            "you add {value:.0f} % to the cost, that is a markup: use price_for_markup."
        )
        raise CourseError(message.format(value=100 * margin))
    return amount(cost, _("cost")) / (1 - margin)


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
    if not -1 < number(markup, _("markup")) < math.inf:
        message = _(
            "A markup of {value:.0f} % leaves no price. Give a share of the cost, such as 0.25."
        )
        raise CourseError(message.format(value=100 * markup))
    return amount(cost, _("cost")) * (1 + markup)


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
    return amount(cost, _("cost"), positive=True) * size / (size - 1)


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
    cost, intercept = amount(cost, _("cost")), amount(intercept, _("intercept"))
    if not 0 < number(slope, _("slope")) < math.inf:
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

    cost, value = amount(cost, _("cost")), number(value, _("value"))
    if not math.isfinite(value):
        raise CourseError(_("The value is {value:g}. Give a finite number.").format(value=value))
    if not 0 < number(sensitivity, _("sensitivity")) < math.inf:
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
    if not 0 <= number(advertising_elasticity, _("advertising elasticity")) < math.inf:
        message = _(
            "The advertising elasticity is {value:g}. Advertising that drives customers away is "
            "best not bought: give 0 or more."
        )
        raise CourseError(message.format(value=advertising_elasticity))
    return advertising_elasticity / _elastic(price_elasticity)
