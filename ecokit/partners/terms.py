"""What an order through a partner leaves, term by term."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public

YEAR = 365
"""Days of a year, as interest is counted."""


@public
def settlement_cost(amount: float, rate: float, days: float) -> float:
    """Return what it costs to wait for money: what is outstanding, the rate, the days.

    Parameters
    ----------
    amount : float
        What is outstanding, yuan.
    rate : float
        What money costs a year, as a share.
    days : float
        Until it comes. With a supplier, who waits for us, the same sum is a gain.

    Returns
    -------
    float
        Yuan: amount × rate × days / 365.

    Raises
    ------
    CourseError
        A number is below 0, or no number.

    References
    ----------
    By definition: interest of some days.

    Examples
    --------
    >>> round(settlement_cost(1000, 0.08, 60), 2)
    13.15
    >>> settlement_cost(1000, 8, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: rate is 8. Give a share from 0 to 1; write 45 % as 0.45.
    """
    owed = numbers.number("amount", amount, low=0)
    return owed * numbers.share("rate", rate) * numbers.number("days", days, low=0) / YEAR


@dataclass(frozen=True)
class NetMargin:
    """What an order placed through a partner leaves, on average, in yuan.

    Attributes
    ----------
    price : float
        Of the order as it was placed.
    returned : float
        Refunded, of orders that come back.
    goods : float
        Cost of what stays with customers.
    commission, fee, subsidy, promotion, rebate : float
        What the partner gets, or costs.
    handling : float
        What comes back costs to fetch and check.
    money : float
        What it costs to wait for the settlement.
    left : float
        The price less all of these.
    """

    price: float
    returned: float
    goods: float
    commission: float
    fee: float
    subsidy: float
    promotion: float
    rebate: float
    handling: float
    money: float
    left: float

    @property
    def share(self) -> float:
        """What is left, as a share of the price."""
        return self.left / self.price

    def steps(self) -> pd.DataFrame:
        """Return ``step`` and ``yuan``: from the price down to what is left."""
        names = [name for name in vars(self) if name not in ("price", "left")]
        told = [(name, -getattr(self, name)) for name in names]
        ends = [("price", self.price), *told, ("left", self.left)]
        return pd.DataFrame(ends, columns=["step", "yuan"])


@public
def net_margin(
    price: float,
    cost: float,
    *,
    commission: float = 0.0,
    fee: float = 0.0,
    return_rate: float = 0.0,
    return_cost: float = 0.0,
    subsidy: float = 0.0,
    promotion_fund: float = 0.0,
    rebate: float = 0.0,
    days: float = 0.0,
    rate: float = 0.0,
    commission_back: bool = True,
    fee_back: bool = False,
) -> NetMargin:
    """Return what an order *placed* through a partner leaves: some orders come back.

    Parameters
    ----------
    price, cost : float
        Of the goods of an order, yuan.
    commission : float
        Share of the price (not of the margin) that the partner keeps.
    fee : float
        Yuan an order.
    return_rate : float
        Share of the orders that come back and are refunded; the goods can be sold again.
    return_cost : float
        Yuan that an order costs that comes back.
    subsidy : float
        Yuan an order that we add to the partner's offer; it does not come back.
    promotion_fund, rebate : float
        Shares of what customers keep, that we pay for promotion, and at the end of the quarter.
    days : float
        Until the partner settles.
    rate : float
        What money costs a year, as a share.
    commission_back, fee_back : bool
        Whether commission and fee of an order that comes back are paid back: the contract says.

    Returns
    -------
    NetMargin
        Each term in yuan, and what is left.

    Raises
    ------
    CourseError
        A number cannot be.

    References
    ----------
    Farris, Bendle, Pfeifer and Reibstein (2010), on channel margins; row by row as a contract
    has it.

    Examples
    --------
    >>> terms = {"commission": 0.05, "fee": 6, "subsidy": 20, "days": 45, "rate": 0.08}
    >>> left = net_margin(1000, 780, return_rate=0.08, return_cost=30, **terms)
    >>> round(left.left, 2), round(left.money, 2)
    (118.93, 9.07)

    Who pays for what comes back, and still counts it as sold, sees too much:

    >>> counted = net_margin(1000, 780, **{**terms, "subsidy": 20 + 0.08 * 30})
    >>> round(counted.left, 2)
    131.74
    >>> net_margin(1000, 780, commission=5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: commission is 5. Give a share from 0 to 1; write 45 % as 0.45.
    """
    placed, goods = numbers.positive("price", price), numbers.number("cost", cost, low=0)
    back = numbers.share("return_rate", return_rate)
    sold = (1 - back) * placed
    owed_on = sold if numbers.flag("commission_back", commission_back) else placed
    charged = 1 - back if numbers.flag("fee_back", fee_back) else 1.0
    off = {
        "returned": back * placed,
        "goods": (1 - back) * goods,
        "commission": numbers.share("commission", commission) * owed_on,
        "fee": numbers.number("fee", fee, low=0) * charged,
        "subsidy": numbers.number("subsidy", subsidy, low=0),
        "promotion": numbers.share("promotion_fund", promotion_fund) * sold,
        "rebate": numbers.share("rebate", rebate) * sold,
        "handling": back * numbers.number("return_cost", return_cost, low=0),
        "money": settlement_cost(sold, rate, days),
    }
    return NetMargin(price=placed, **off, left=placed - sum(off.values()))
