"""OEM and custom models 定制机: tooling, break-even, and the money that is already gone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from ecokit.buyout.terms import Terms, below, best, law_of, outcome, terms_of
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


@public
def break_even(tooling: float, price: float, unit_cost: float) -> int:
    """Return the units that have to be sold before a model of our own has paid for its tooling.

    Parameters
    ----------
    tooling : float
        What is paid once, before the first unit: moulds, certificates, packaging; yuan.
    price : float
        What a customer pays.
    unit_cost : float
        What a unit costs us.

    Returns
    -------
    int
        Tooling over the margin of a unit, rounded up.

    Raises
    ------
    CourseError
        A unit leaves nothing, or a number cannot be.

    References
    ----------
    The course's own: fixed cost over contribution, as in any book on costs.

    Examples
    --------
    >>> break_even(300_000, price=2000, unit_cost=1500)
    600
    >>> break_even(300_000, price=1500, unit_cost=1500)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: unit_cost is 1500 and price is 1500. Give a unit_cost below the ...
    """
    fixed = numbers.number("tooling", tooling, low=0)
    paid, cost = numbers.positive("price", price), numbers.positive("unit_cost", unit_cost)
    below("unit_cost", cost, "price", paid)
    return ceil(fixed / (paid - cost) - 1e-9)


@dataclass(frozen=True)
class Custom:
    """A model that is made for us, and whether to go on with it.

    Attributes
    ----------
    quantity : float
        Units to order: tooling does not change it.
    margin : float
        Yuan that the order earns before tooling, on average.
    ahead : float
        What is left when the tooling that is still to be paid is paid: this decides.
    in_all : float
        The same less what is already gone: this does not.
    units : int
        Units to sell before the tooling that is still to be paid is earned.
    chance : float
        That it is earned.
    """

    quantity: float
    margin: float
    ahead: float
    in_all: float
    units: int
    chance: float

    @property
    def verdict(self) -> str:
        """Return "go on" or "stop"."""
        return _("go on") if self.ahead > 0 else _("stop")


@public
def custom(demand: Any, terms: Terms, tooling: float, *, gone: float = 0.0) -> Custom:
    """Return whether a model of our own pays, looking ahead: what is gone decides nothing.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    terms : Terms
        Price, what a unit costs us, what is left brings, the least that is made.
    tooling : float
        Yuan that are still to be paid if we go on.
    gone : float
        Yuan that are paid and come back in no case.

    Returns
    -------
    Custom
        The order and the verdict.

    Raises
    ------
    CourseError
        `terms` is none, a number cannot be, or the demand is no distribution and no sample.

    References
    ----------
    Arkes and Blumer (1985): who has paid goes on too long.

    Examples
    --------
    Half of the tooling is paid. In all the model loses; who stops now loses more.

    >>> from scipy import stats
    >>> made = Terms(price=2000, wholesale=1500, salvage=900)
    >>> found = custom(stats.norm(500, 120), made, tooling=120_000, gone=120_000)
    >>> round(found.ahead), round(found.in_all), found.verdict, found.units
    (77682, -42318, 'go on', 240)
    >>> custom(stats.norm(500, 120), made, tooling=240_000).verdict
    'stop'
    """
    law, offered = law_of(demand), terms_of("terms", terms)
    to_pay = numbers.number("tooling", tooling, low=0)
    lost = numbers.number("gone", gone, low=0)
    buy = outcome(law, max(best(law, offered), float(offered.minimum)), offered)
    each = offered.price - offered.left_worth
    needed = (buy.quantity * (offered.wholesale - offered.left_worth) + to_pay) / each
    reached = needed <= buy.quantity
    missed = float(law.cdf(np.nextafter(needed, -np.inf))) if reached else 1.0
    return Custom(
        quantity=buy.quantity,
        margin=buy.profit,
        ahead=buy.profit - to_pay,
        in_all=buy.profit - to_pay - lost,
        units=break_even(to_pay, offered.price, offered.wholesale),
        chance=1 - missed,
    )
