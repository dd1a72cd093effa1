"""Margin on margin: what two sellers in a row do to a price, and which contract heals it.

Demand is linear: ``intercept - slope × price`` units. The maker asks a wholesale price, the shop
adds its own margin, and each looks at its own profit.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


@dataclass(frozen=True)
class Chain:
    """Prices and profits of a maker and a shop.

    Attributes
    ----------
    wholesale, price : float
        What the shop and the customer pay, yuan.
    units : float
        Sold.
    maker, shop : float
        Yuan that each earns.
    fee : float
        What the shop pays once, yuan.
    low, high : float
        Where the fee, or the shop's share of sales, has to lie so that both earn at least what
        they do without the contract.
    """

    wholesale: float
    price: float
    units: float
    maker: float
    shop: float
    fee: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def together(self) -> float:
        """What both earn."""
        return self.maker + self.shop


@public
def margin_on_margin(
    intercept: float, slope: float, cost: float, *, one_firm: bool = False
) -> Chain:
    """Return what a maker and a shop ask, one after the other; or what one firm would ask.

    Parameters
    ----------
    intercept, slope : float
        Of the demand: units at a price of 0, and units that a yuan takes away.
    cost : float
        What a unit costs the maker, yuan.
    one_firm : bool
        Whether both are one firm.

    Returns
    -------
    Chain
        With two margins the price is higher and both together earn less.

    Raises
    ------
    CourseError
        Nobody buys at the cost, or a number is not above 0.

    References
    ----------
    Spengler (1950).

    Examples
    --------
    >>> margin_on_margin(100, 2, 10)
    Chain(wholesale=30.0, price=40.0, units=20.0, maker=400.0, shop=200.0, fee=0.0, low=0.0, ...)
    >>> margin_on_margin(100, 2, 10, one_firm=True).together
    800.0
    >>> margin_on_margin(100, 2, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At a cost of 60 nobody buys: the last customer pays 50. Give a ...
    """
    a, b, c = _linear(intercept, slope, cost)
    wholesale = c if numbers.flag("one_firm", one_firm) else (a / b + c) / 2
    price = (a / b + wholesale) / 2
    units = a - b * price
    return Chain(wholesale, price, units, (wholesale - c) * units, (price - wholesale) * units)


@public
def two_part(intercept: float, slope: float, cost: float, fee: float | None = None) -> Chain:
    """Return a contract in two parts: goods at cost, and a fee that shares what is earned.

    Parameters
    ----------
    intercept, slope, cost : float
        As in :func:`margin_on_margin`.
    fee : float, optional
        What the shop pays once, yuan. Default: the middle of what both can agree on.

    Returns
    -------
    Chain
        The price of one firm; ``low`` and ``high`` say which fees are better for both than two
        margins.

    Raises
    ------
    CourseError
        The fee leaves one of the two worse off than without the contract.

    References
    ----------
    Spengler (1950); Cachon (2003), on two-part tariffs.

    Examples
    --------
    >>> found = two_part(100, 2, 10)
    >>> found.price, found.together, (found.low, found.high), found.maker, found.shop
    (30.0, 800.0, (400.0, 600.0), 500.0, 300.0)
    >>> two_part(100, 2, 10, fee=700)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no agreement at a fee of 700: the shop would earn 100, and
    has 200 without the contract. Give a fee from 400 to 600.
    """
    alone = margin_on_margin(intercept, slope, cost)
    one = margin_on_margin(intercept, slope, cost, one_firm=True)
    low, high = alone.maker, one.together - alone.shop
    paid = (low + high) / 2 if fee is None else numbers.number("fee", fee)
    wanted = _("Give a fee from {low:g} to {high:g}.").format(low=low, high=high)
    _both_gain(_("a fee of {fee:g}").format(fee=paid), paid, one.together - paid, alone, wanted)
    shop = one.together - paid
    return Chain(one.wholesale, one.price, one.units, paid, shop, paid, low, high)


@public
def sharing(intercept: float, slope: float, cost: float, keeps: float | None = None) -> Chain:
    """Return a contract that shares sales: the shop keeps a share of them, and of the cost.

    Parameters
    ----------
    intercept, slope, cost : float
        As in :func:`margin_on_margin`.
    keeps : float, optional
        Share of sales that the shop keeps; it pays the same share of the cost as wholesale price.
        Default: the middle of what both can agree on.

    Returns
    -------
    Chain
        The price of one firm; ``low`` and ``high`` say which shares are better for both.

    Raises
    ------
    CourseError
        The share leaves one of the two worse off than without the contract.

    References
    ----------
    Cachon and Lariviere (2005): a wholesale price of the shop's share times the cost.

    Examples
    --------
    >>> found = sharing(100, 2, 10, keeps=0.4)
    >>> found.wholesale, found.price, found.maker, found.shop, (found.low, found.high)
    (4.0, 30.0, 480.0, 320.0, (0.25, 0.5))
    >>> sharing(100, 2, 10, keeps=0.2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no agreement at a share of 0.2: the shop would earn 160, and
    has 200 without the contract. Give a share from 0.25 to 0.5.
    """
    alone = margin_on_margin(intercept, slope, cost)
    one = margin_on_margin(intercept, slope, cost, one_firm=True)
    low, high = alone.shop / one.together, 1 - alone.maker / one.together
    kept = (low + high) / 2 if keeps is None else numbers.share("keeps", keeps)
    shop = kept * one.together
    wanted = _("Give a share from {low:g} to {high:g}.").format(low=low, high=high)
    told = _("a share of {share:g}").format(share=kept)
    _both_gain(told, one.together - shop, shop, alone, wanted)
    maker = one.together - shop
    return Chain(kept * one.wholesale, one.price, one.units, maker, shop, 0.0, low, high)


def _linear(intercept: float, slope: float, cost: float) -> tuple[float, float, float]:
    a, b = numbers.positive("intercept", intercept), numbers.positive("slope", slope)
    c = numbers.number("cost", cost, low=0)
    if c >= a / b:
        message = _(
            "At a cost of {cost:g} nobody buys: the last customer pays {most:g}. Give a smaller "
            "cost, intercept or slope."
        )
        raise CourseError(message.format(cost=c, most=a / b))
    return a, b, c


def _both_gain(what: str, maker: float, shop: float, alone: Chain, wanted: str) -> None:
    """Refuse a contract that leaves one of the two worse off; say which."""
    sides = ((_("the maker"), maker, alone.maker), (_("the shop"), shop, alone.shop))
    for who, earned, before in sides:
        if earned < before - 1e-9:
            message = _(
                "There is no agreement at {what}: {who} would earn {earned:g}, and has {before:g} "
                "without the contract. {wanted}"
            )
            told = {"what": what, "who": who, "earned": earned, "before": before}
            raise CourseError(message.format(wanted=wanted, **told))
