"""What every strategy returns, and the one table in which they stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, customers_of

COLUMNS = ("who", "units", "price", "unit_cost", "surplus")
"""Columns of :attr:`Outcome.buyers`."""

NAMES: dict[str, tuple[str, str]] = {
    "one_price": (_("one price"), "统一定价"),
    "best_price": (_("best single price"), "最优统一价"),
    "personalised": (_("personalised"), "个性化定价"),
    "prestige": (_("prestige"), "声誉定价"),
    "automatic": (_("automatic adjustment"), "自动调价"),
    "haggling": (_("haggling"), "议价"),
    "free_trial": (_("promotional: free trial"), "促销定价：免费、试用"),
    "discount": (_("promotional: discount"), "促销定价：折扣"),
    "life_cycle": (_("product life cycle"), "产品循环周期定价"),
    "auction": (_("auction"), "拍卖定价"),
    "name_your_price": (_("name your own price"), "自行定价"),
    "penetration": (_("penetration"), "渗透定价"),
    "collaborative": (_("collaborative"), "协同定价"),
}
"""The strategies of slide 20 by the name of their function; two of the nine have two forms.

Before them stand one price, and the best single price, which any other strategy must beat.
"""


@dataclass(frozen=True)
class Outcome:
    """What a price strategy brings: who pays what, and what is left for shop and customers.

    Parameters
    ----------
    strategy : str
        The name of its function.
    buyers : DataFrame
        One row a group of buyers, a bid, a week or a period: ``who``, ``units`` sold,
        ``price`` paid (mean of the row, yuan), ``unit_cost`` (yuan), ``surplus`` (yuan: what
        these buyers would have paid on top, less what taking part costs them).
    fixed_cost : float
        Yuan spent whatever is sold, such as trial units given away.
    details : mapping of str to float
        Measures of this strategy alone, such as the standard error of a simulation.

    Examples
    --------
    >>> from ecokit.strategies import one_price, uniform
    >>> outcome = one_price(uniform(0, 100, customers=50), cost=20)
    >>> outcome.units, outcome.revenue, outcome.profit, outcome.consumer_surplus
    (20.0, 1200.0, 800.0, 400.0)
    """

    strategy: str
    buyers: pd.DataFrame
    fixed_cost: float = 0.0
    details: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The strategy in words."""
        return NAMES[self.strategy][0]

    @property
    def units(self) -> float:
        """Units sold."""
        return float(self.buyers["units"].sum())

    @property
    def revenue(self) -> float:
        """Yuan taken in."""
        return float((self.buyers["units"] * self.buyers["price"]).sum())

    @property
    def profit(self) -> float:
        """Yuan left after the cost of the units and fixed costs."""
        cost = float((self.buyers["units"] * self.buyers["unit_cost"]).sum())
        return self.revenue - cost - self.fixed_cost

    @property
    def consumer_surplus(self) -> float:
        """Yuan that the buyers would have paid on top."""
        return float(self.buyers["surplus"].sum())

    @property
    def below_cost(self) -> float:
        """Units sold for less than they cost."""
        loses = self.buyers["price"] < self.buyers["unit_cost"] - 1e-9
        return float(self.buyers.loc[loses, "units"].sum())

    @property
    def prices(self) -> tuple[float, float, float]:
        """The lowest, the mean and the highest price paid, in yuan; nan if nobody buys."""
        paid = self.buyers.loc[self.buyers["units"] > 0, "price"]
        if paid.empty:
            return (np.nan, np.nan, np.nan)
        return (float(paid.min()), self.revenue / self.units, float(paid.max()))


def rows(
    who: Iterable[object],
    units: ArrayLike,
    price: ArrayLike,
    unit_cost: ArrayLike,
    surplus: ArrayLike,
) -> pd.DataFrame:
    """Return the table of buyers with its five columns."""
    names = [str(name) for name in who]
    numbers = [np.broadcast_to(np.asarray(x, float), len(names)) for x in (units, price, unit_cost)]
    surplus = np.broadcast_to(np.asarray(surplus, float), len(names))
    return pd.DataFrame(dict(zip(COLUMNS, [names, *numbers, surplus], strict=True)))


def grouped(
    price: ArrayLike,
    units: ArrayLike,
    surplus: ArrayLike,
    cost: float,
    groups: int = 5,
) -> pd.DataFrame:
    """Return buyers who pay many prices as a few groups, from the lowest price to the highest."""
    p, n, s = (np.asarray(x, float).ravel() for x in (price, units, surplus))
    n = np.broadcast_to(n, p.shape)
    keep = n > 0
    p, n, s = p[keep], n[keep], s[keep]
    if not p.size:
        return rows([_("nobody")], 0, 0, cost, 0)
    order = np.argsort(p, kind="stable")
    p, n, s = p[order], n[order], s[order]
    place = (np.cumsum(n) - n / 2) / n.sum()
    group = np.minimum((place * groups).astype(int), groups - 1)
    sums = [np.bincount(group, w, groups) for w in (n, n * p, s)]
    used = sums[0] > 0
    units_, paid, left = (total[used] for total in sums)
    labels = [_("price group {n}").format(n=k + 1) for k in range(int(used.sum()))]
    return rows(labels, units_, paid / units_, cost, left)


@public
def one_price(demand: Demand, cost: float, price: float | None = None) -> Outcome:
    """Sell to everybody at one price: what every strategy is measured against.

    Parameters
    ----------
    demand : Demand
        The customers.
    cost : float
        Unit cost, yuan.
    price : float, optional
        The price, yuan. Default: the one that earns most.

    Returns
    -------
    Outcome
        One row, everybody.

    Raises
    ------
    CourseError
        `demand` is no demand, or a cost or a price is negative.

    References
    ----------
    What the nine strategies of slide 20 are measured against; the best price of a demand.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> one_price(uniform(0, 1), cost=0).profit
    0.25
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    p = demand.best_price(cost) if price is None else numbers.number("price", price, low=0)
    units = float(demand.units(p))
    return Outcome("one_price", rows([_("everybody")], units, p, cost, demand.surplus(p)))


def outcome_of(name: str, given: object) -> Outcome:
    """Return an outcome that a caller gives, or say where one comes from."""
    if not isinstance(given, Outcome):
        wanted = _("Give what a strategy returned, such as strategies.one_price(customers, 20).")
        raise numbers.refused(name, given, wanted)
    paid = given.buyers[list(COLUMNS[1:])].to_numpy(object).ravel()
    if any(abs(numbers.as_float(one)) > 1 / numbers.SMALLEST for one in (*paid, given.fixed_cost)):
        message = _("An outcome of {name} has amounts too large to compare. Give yuan and units.")
        raise CourseError(message.format(name=name))
    return given


@public
def compare(outcomes: Iterable[Outcome], base: Outcome | None = None) -> pd.DataFrame:
    """Put strategies into one table, side by side.

    Parameters
    ----------
    outcomes : iterable of Outcome
        For the same product and the same customers, or the table compares nothing.
    base : Outcome, optional
        What ``against_base`` is measured against. Default: the first.

    Returns
    -------
    DataFrame
        ``strategy``, ``name``, ``name_zh``, ``lowest``, ``mean_price``, ``highest`` (yuan),
        ``units``, ``below_cost`` (units sold for less than they cost), ``revenue``,
        ``profit``, ``consumer_surplus`` (yuan), ``against_base`` (profit over that of the
        base, less 1).

    Raises
    ------
    CourseError
        There is nothing to compare, or an outcome has amounts beyond all that can be calculated.

    References
    ----------
    Slide 20 names the strategies; the table is the course's own.

    Examples
    --------
    >>> from ecokit.strategies import one_price, personalised, uniform
    >>> customers = uniform(0, 100, customers=100)
    >>> table = compare([one_price(customers, 20), personalised(customers, 20, segments=2)])
    >>> table[["strategy", "profit", "consumer_surplus"]].round(6).values.tolist()
    [['one_price', 1600.0, 800.0], ['personalised', 2133.333333, 711.111111]]
    """
    if not numbers.is_list(outcomes):
        raise numbers.refused("outcomes", outcomes, _("Give a list of outcomes."))
    listed = [outcome_of("outcomes", one) for one in outcomes]
    if not listed:
        raise CourseError(_("There is nothing to compare. Give at least one outcome."))
    first = listed[0] if base is None else outcome_of("base", base)
    table = pd.DataFrame(
        {
            "strategy": one.strategy,
            "name": one.name,
            "name_zh": NAMES[one.strategy][1],
            "lowest": one.prices[0],
            "mean_price": one.prices[1],
            "highest": one.prices[2],
            "units": one.units,
            "below_cost": one.below_cost,
            "revenue": one.revenue,
            "profit": one.profit,
            "consumer_surplus": one.consumer_surplus,
        }
        for one in listed
    )
    table["against_base"] = table["profit"] / first.profit - 1 if first.profit > 0 else np.nan
    return table
