"""The terms of a buy-out, and what an order under them leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ecokit.errors import CourseError
from ecokit.inputs import demand as demands
from ecokit.inputs import numbers
from ecokit.messages import _

_BELOW_ZERO = 0.01
"""Of a law of demand, what may lie below 0: more, and the formulas count demand that cannot be."""


@dataclass(frozen=True)
class Terms:
    """What a supplier offers, yuan a unit.

    Parameters
    ----------
    price : float
        What a customer pays.
    wholesale : float
        What we pay the supplier.
    salvage : float
        What a unit brings that is left after the season, by a clearance sale.
    buy_back : float, optional
        What the supplier pays for a unit that is left. Default: no right of return, as a buy-out
        has it as a rule.
    minimum : float
        Units that we have to take at least, if we take any.
    price_protection : bool
        Whether the supplier makes good what the units in stock lose when the price falls.
    guarantee : float, optional
        Yuan of profit of the whole deal that the supplier makes up to, if it earns less.

    Raises
    ------
    CourseError
        A number cannot be, the wholesale price leaves no margin, or what is left brings as much as
        it costs: then no order is too large.

    References
    ----------
    Pasternack (1985); Cachon (2003), of contracts between a supplier and a shop.

    Examples
    --------
    >>> Terms(price=2000, wholesale=1600, salvage=900).left_worth
    900.0
    >>> Terms(price=2000, wholesale=1600, salvage=900, buy_back=1120).left_worth
    1120.0
    >>> Terms(price=2000, wholesale=1600, buy_back=1650)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: buy_back is 1650, and a unit costs 1600: who gets as much back as was
    paid orders without end. Give a buy_back below the wholesale price.
    """

    price: float
    wholesale: float
    salvage: float = 0.0
    buy_back: float | None = None
    minimum: float = 0.0
    price_protection: bool = False
    guarantee: float | None = None

    def __post_init__(self) -> None:
        price = numbers.positive("price", self.price)
        paid = numbers.positive("wholesale", self.wholesale)
        below("wholesale", paid, "price", price)
        left = numbers.number("salvage", self.salvage, low=0)
        below("salvage", left, "wholesale", paid)
        numbers.number("minimum", self.minimum, low=0)
        numbers.flag("price_protection", self.price_protection)
        if self.guarantee is not None:
            numbers.number("guarantee", self.guarantee)
        if self.buy_back is not None and numbers.number("buy_back", self.buy_back, low=0) >= paid:
            message = _(
                "buy_back is {back:g}, and a unit costs {paid:g}: who gets as much back as was "
                "paid orders without end. Give a buy_back below the wholesale price."
            )
            raise CourseError(message.format(back=self.buy_back, paid=paid))

    @property
    def left_worth(self) -> float:
        """Yuan that a unit brings us that is left: from the supplier, or from a clearance sale."""
        return float(max(self.salvage, self.buy_back or 0.0))


def below(name: str, value: float, other: str, limit: float) -> None:
    """Refuse a price that leaves nothing between itself and the next one."""
    if value >= limit:
        message = _(
            "{name} is {value:g} and {other} is {limit:g}. Give a {name} below the {other}."
        )
        raise CourseError(message.format(name=name, value=value, other=other, limit=limit))


@dataclass(frozen=True)
class Buy:
    """An order before a season, and what it leads to.

    Attributes
    ----------
    quantity : float
        Units ordered.
    ratio : float
        Critical ratio: the margin of a unit over the margin and the loss of one that is left.
    service_level : float
        Chance that everybody is served.
    sold, left : float
        Units, on average.
    profit : float
        Yuan, on average.
    chance_of_loss : float
        Chance that the profit is below 0.
    """

    quantity: float
    ratio: float
    service_level: float
    sold: float
    left: float
    profit: float
    chance_of_loss: float


def law_of(demand: Any) -> Any:
    """Return a demand as a law that may be reckoned with as it stands.

    Examples
    --------
    >>> from scipy import stats
    >>> law_of(stats.norm(100, 80))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 11 % of the law of demand lie below 0, where nobody can ask. Take a
    law of whole units, such as buyout.belief(mean, sd).demand(), or a sample.
    """
    found = demands.law(demand)
    if isinstance(found, demands.Sample):
        return found
    lacking = float(found.cdf(np.nextafter(0.0, -1.0)))
    if lacking > _BELOW_ZERO:
        message = _(
            "{share:.0%} of the law of demand lie below 0, where nobody can ask. Take a law of "
            "whole units, such as buyout.belief(mean, sd).demand(), or a sample."
        )
        raise CourseError(message.format(share=lacking).replace("%", " %"))
    return found


def terms_of(name: str, given: object) -> Terms:
    """Return terms that a caller gives, or say how to make some."""
    if not isinstance(given, Terms):
        wanted = _("Give terms: buyout.Terms(price=2000, wholesale=1600, salvage=900).")
        raise numbers.refused(name, given, wanted)
    return given


def best_ratio(terms: Terms) -> float:
    """Return the chance to serve everybody at which one more unit earns nothing more."""
    return (terms.price - terms.wholesale) / (terms.price - terms.left_worth)


def outcome(law: Any, quantity: float, terms: Terms) -> Buy:
    """Return what a quantity leads to.

    Each unit that is left loses what it was sold for above what it brings now; so the profit is
    the margin of all units less that of the units that are left.
    """
    sold = float(law.mean()) - demands.shortage(law, quantity)
    left = quantity - sold
    lost = terms.price - terms.left_worth
    bad = quantity * (terms.wholesale - terms.left_worth) / lost  # a demand below it loses
    return Buy(
        quantity=quantity,
        ratio=best_ratio(terms),
        service_level=float(law.cdf(quantity)),
        sold=sold,
        left=left,
        profit=(terms.price - terms.wholesale) * quantity - lost * left,
        chance_of_loss=float(law.cdf(np.nextafter(bad, -np.inf))) if quantity else 0.0,
    )


def best(law: Any, terms: Terms) -> float:
    """Return the quantity, 0 or more, that earns most on average; the minimum is left aside."""
    return max(float(law.ppf(best_ratio(terms))), 0.0)
