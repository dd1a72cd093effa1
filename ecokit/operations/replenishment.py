"""How much to order and when: newsvendor, economic order quantity, reorder point, service.

Demand is any frozen distribution of ``scipy.stats`` (``norm(120, 10)``, ``poisson(20)``), or
a sample of what was asked for in the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import demand as demands
from ecokit.inputs import numbers
from ecokit.inputs.demand import Demand
from ecokit.inputs.renamed import public
from ecokit.messages import _

if TYPE_CHECKING:
    from scipy.stats._distn_infrastructure import rv_frozen


@dataclass(frozen=True)
class Newsvendor:
    """One order before an uncertain demand, and what it leads to.

    Attributes
    ----------
    quantity : float
        Units to order.
    ratio : float
        Critical ratio: underage cost over underage plus overage cost.
    service_level : float
        Chance that demand is met in full.
    fill_rate : float
        Share of the units asked for that are served, on average.
    cost : float
        Expected cost of units too many and units too few, yuan.
    """

    quantity: float
    ratio: float
    service_level: float
    fill_rate: float
    cost: float


@public
def newsvendor(demand: Demand, underage: float, overage: float) -> Newsvendor:
    """Find the one order that costs least when demand is uncertain.

    Parameters
    ----------
    demand : frozen distribution or array
        Demand until the next delivery, units. What a distribution puts below 0 counts as 0: nobody
        asks for less than nothing.
    underage : float
        Cost of one unit too few, yuan: the margin lost.
    overage : float
        Cost of one unit too many, yuan: holding it, or what a clearance sale loses.

    Returns
    -------
    Newsvendor
        The smallest quantity, 0 or more, at which the chance to serve everything reaches the
        critical ratio ``underage / (underage + overage)``.

    Raises
    ------
    CourseError
        A cost is not above zero; the demand is no distribution and no sample, or has no mean.

    References
    ----------
    Snyder and Shen (2019), Fundamentals of Supply Chain Theory; stockpyl.

    Examples
    --------
    >>> from scipy import stats
    >>> best = newsvendor(stats.norm(120, 10), underage=18, overage=2)
    >>> round(best.quantity, 6), round(best.cost, 6)
    (132.815516, 35.099666)
    >>> best = newsvendor(stats.poisson(20), underage=8, overage=2)
    >>> best.quantity, round(best.fill_rate, 6), round(1 - best.service_level, 6)
    (24.0, 0.97562, 0.156773)
    >>> newsvendor([3, 5, 4, 9], underage=1, overage=1).quantity
    4.0
    >>> newsvendor([3, 5], underage=0, overage=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: underage is 0. Give a number above 0.
    """
    underage = numbers.positive("underage", underage)
    overage = numbers.positive("overage", overage)
    law = demands.law(demand)
    ratio = underage / (underage + overage)
    quantity = max(float(law.ppf(ratio)), 0.0)
    short = expected_shortage(law, stock=quantity)
    mean = demands.mean(law)
    return Newsvendor(
        quantity=quantity,
        ratio=ratio,
        service_level=float(law.cdf(quantity)),
        fill_rate=min(max(1 - short / mean, 0.0), 1.0) if mean > 0 else 1.0,
        cost=overage * max(quantity - mean + short, 0.0) + underage * short,
    )


@public
def newsvendor_costs(
    demand: Demand, underage: float, overage: float, quantities: ArrayLike
) -> pd.DataFrame:
    """Return what orders of several sizes cost on average, with the formula left aside.

    Parameters
    ----------
    demand : frozen distribution or array
        Demand until the next delivery, units.
    underage, overage : float
        Cost of one unit too few and of one too many, yuan, as in :func:`newsvendor`.
    quantities : array
        The sizes of the order to try, units.

    Returns
    -------
    DataFrame
        A row a size: ``quantity`` (units), ``too_few``, ``too_many`` and their sum ``cost`` (yuan).

    Raises
    ------
    CourseError
        As in :func:`newsvendor`, or a quantity that is no number.

    References
    ----------
    Snyder and Shen (2019), Fundamentals of Supply Chain Theory.

    Examples
    --------
    >>> costs = newsvendor_costs([3, 5, 4, 9], underage=1, overage=1, quantities=[3, 4, 5])
    >>> costs["cost"].tolist(), costs["quantity"][costs["cost"].idxmin()]
    ([2.25, 1.75, 1.75], np.float64(4.0))
    """
    underage = numbers.positive("underage", underage)
    overage = numbers.positive("overage", overage)
    law = demands.law(demand)
    tried = numbers.row("quantities", quantities, low=0)
    short = np.array([expected_shortage(law, stock=float(size)) for size in tried])
    left = np.maximum(tried - demands.mean(law) + short, 0.0)
    too_few, too_many = underage * short, overage * left
    return pd.DataFrame(
        {"quantity": tried, "too_few": too_few, "too_many": too_many, "cost": too_few + too_many}
    )


@public
def expected_shortage(demand: Demand, stock: float) -> float:
    """Return the units that `stock` fails to serve, on average: E[(demand - stock)+].

    Parameters
    ----------
    demand : frozen distribution or array
        Units asked for.
    stock : float
        Units that are there.

    Returns
    -------
    float
        Units.

    Raises
    ------
    CourseError
        `stock` is no number; the demand is no distribution and no sample, or has no mean.

    References
    ----------
    The loss function of inventory theory: Snyder and Shen (2019), stockpyl.

    Examples
    --------
    >>> from scipy import stats
    >>> round(expected_shortage(stats.norm(0, 1), stock=0), 4)
    0.3989
    >>> expected_shortage([2, 4, 9], stock=5)
    1.3333333333333333
    >>> round(expected_shortage(stats.pareto(1.5), stock=50), 4)
    0.2828
    """
    law = demands.law(demand)
    return demands.shortage(law, numbers.number("stock", stock))


@dataclass(frozen=True)
class OrderQuantity:
    """The economic order quantity: units, orders a period, and cost a period in yuan."""

    quantity: float
    orders: float
    cost: float


@public
def eoq(order_cost: float, demand: float, holding_cost: float) -> OrderQuantity:
    """Balance the cost of ordering against the cost of holding.

    Parameters
    ----------
    order_cost : float
        Yuan an order, whatever its size.
    demand : float
        Units a period.
    holding_cost : float
        Yuan to hold one unit for one period.

    Returns
    -------
    OrderQuantity
        ``quantity = sqrt(2 K D / h)``, ``cost = sqrt(2 K D h)`` (ordering and holding).

    Raises
    ------
    CourseError
        A number is not above zero.

    References
    ----------
    Harris (1913), reprinted by Erlenkotter (1990); Snyder and Shen (2019), stockpyl.

    Examples
    --------
    >>> best = eoq(order_cost=8, demand=1300, holding_cost=0.225)
    >>> round(best.quantity, 4), round(best.cost, 4)
    (304.0468, 68.4105)
    >>> eoq(order_cost=8, demand=0, holding_cost=0.225)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: demand is 0. Give a number above 0.
    """
    order_cost = numbers.positive("order_cost", order_cost)
    demand = numbers.positive("demand", demand)
    holding_cost = numbers.positive("holding_cost", holding_cost)
    quantity = sqrt(2 * order_cost * demand / holding_cost)
    cost = sqrt(2 * order_cost * demand * holding_cost)
    return OrderQuantity(quantity, demand / quantity, cost)


@public
def lead_time_demand(
    mean: float, sd: float, lead_days: float, lead_sd: float = 0.0, *, whole: bool = True
) -> rv_frozen:
    """Return the distribution of demand during the lead time.

    Parameters
    ----------
    mean, sd : float
        Demand a day, units.
    lead_days, lead_sd : float
        Lead time in days, and its spread.
    whole : bool
        Count whole units: Poisson, or negative binomial where demand varies more than a
        Poisson count. Otherwise normal, which suits products that sell by the hundred.

    Returns
    -------
    frozen distribution
        With mean ``L mean`` and variance ``L sd^2 + mean^2 lead_sd^2``.

    Raises
    ------
    CourseError
        The mean or the lead time is not above zero, a spread is below it or missing, or
        demand counted as normal does not vary at all.

    References
    ----------
    Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains.

    Examples
    --------
    >>> law = lead_time_demand(mean=20, sd=5, lead_days=4, lead_sd=1, whole=False)
    >>> round(float(law.mean()), 6), round(float(law.var()), 6)
    (80.0, 500.0)
    >>> lead_time_demand(mean=1.5, sd=1.9, lead_days=3).dist.name
    'nbinom'
    >>> lead_time_demand(mean=0, sd=1, lead_days=3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: mean is 0. Give a number above 0.
    """
    from scipy import stats

    mean = numbers.positive("mean", mean)
    lead_days = numbers.positive("lead_days", lead_days)
    sd, lead_sd = numbers.number("sd", sd, low=0), numbers.number("lead_sd", lead_sd, low=0)
    centre = mean * lead_days
    variance = lead_days * sd**2 + mean**2 * lead_sd**2
    if not numbers.flag("whole", whole):
        numbers.positive(_("the variance of demand"), variance)
        return stats.norm(centre, np.sqrt(variance))
    if variance <= centre * (1 + 1e-9):
        return stats.poisson(centre)
    return stats.nbinom(centre**2 / (variance - centre), centre / variance)


@public
def reorder_point(demand: Demand, service_level: float) -> float:
    """Return the stock position at which to order, for a cycle service level.

    Parameters
    ----------
    demand : frozen distribution or array
        Demand during the lead time, units. A shop that looks once a day, in the evening,
        and is delivered in the morning needs the demand of `lead_days` days: the days until
        the delivery, and the day between two looks.
    service_level : float
        Chance (0 to 1) that an order cycle passes without a stock-out.

    Returns
    -------
    float
        Units on hand and on order.

    Raises
    ------
    CourseError
        `service_level` is not between 0 and 1: no stock serves every demand for certain.

    References
    ----------
    Silver, Pyke and Thomas (2017).

    Examples
    --------
    >>> from scipy import stats
    >>> reorder_point(stats.poisson(6), service_level=0.95)
    10.0
    >>> round(reorder_point(stats.norm(80, 500**0.5), service_level=0.95), 1)
    116.8
    >>> reorder_point(stats.poisson(6), service_level=95)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: service_level is 95. Give a share above 0 and below 1; write 45 % ...
    """
    level = numbers.inner_share("service_level", service_level)
    return max(float(demands.law(demand).ppf(level)), 0.0)


@public
def cycle_service_level(demand: Demand, reorder_point: float) -> float:
    """Return the chance that an order cycle passes without a stock-out.

    Parameters
    ----------
    demand : frozen distribution or array
        Demand during the lead time, units, as in `reorder_point`.
    reorder_point : float
        Units on hand and on order at which to order.

    Returns
    -------
    float
        A share, 0 to 1.

    Raises
    ------
    CourseError
        `reorder_point` is no number, or the demand is no distribution and no sample.

    References
    ----------
    Silver, Pyke and Thomas (2017).

    Examples
    --------
    >>> from scipy import stats
    >>> round(cycle_service_level(stats.poisson(6), reorder_point=10), 4)
    0.9574
    """
    return float(demands.law(demand).cdf(numbers.number("reorder_point", reorder_point)))


@public
def fill_rate(demand: Demand, reorder_point: float, order_quantity: float) -> float:
    """Return the share of units served from stock under an (r, Q) policy.

    Parameters
    ----------
    demand : frozen distribution or array
        Demand during the lead time.
    reorder_point, order_quantity : float
        Order `order_quantity` when the stock position falls to `reorder_point`.

    Returns
    -------
    float
        ``1 - (n(r) - n(r + Q)) / Q`` with n the expected shortage. It takes unserved demand
        to wait; where it is lost, the true share is a little higher.

    Raises
    ------
    CourseError
        The order quantity is not above zero.

    References
    ----------
    Silver, Pyke and Thomas (2017).

    Examples
    --------
    The same cycle service level, two fill rates: a larger order has fewer cycles.

    >>> from scipy import stats
    >>> demand = stats.poisson(6)
    >>> [round(fill_rate(demand, reorder_point=8, order_quantity=q), 3) for q in (6, 24)]
    [0.948, 0.987]
    >>> fill_rate(demand, reorder_point=8, order_quantity=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: order_quantity is 0. Give a number above 0.
    """
    point = numbers.number("reorder_point", reorder_point)
    size = numbers.positive("order_quantity", order_quantity)
    law = demands.law(demand)
    above = expected_shortage(law, stock=point)
    below = expected_shortage(law, stock=point + size)
    return min(max(1 - (above - below) / size, 0.0), 1.0)


@dataclass(frozen=True)
class CensoredMean:
    """Three estimates of mean demand a day from sales that were cut by empty shelves.

    Attributes
    ----------
    naive : float
        Mean of sales: too low, because a day without stock shows no demand.
    without_empty_days : float
        Mean of the days that ended with stock: too low as well, because the days left out
        are those on which many asked.
    likelihood : float
        Poisson estimate that reads an empty shelf as "at least so many".
    """

    naive: float
    without_empty_days: float
    likelihood: float


@public
def censored_mean(sold: ArrayLike, empty: ArrayLike) -> CensoredMean:
    """Estimate mean demand where only sales are known.

    Parameters
    ----------
    sold : array of int
        Units sold a day.
    empty : array of bool
        Days on which the shelf was empty at closing: demand was at least what was sold.

    Returns
    -------
    CensoredMean
        Of which ``likelihood`` is the one to plan with.

    Raises
    ------
    CourseError
        The arrays differ in length, sales are not whole units, or every day ended empty.

    References
    ----------
    Agrawal and Smith (1996), who do it for negative binomial demand.

    Examples
    --------
    >>> import numpy as np
    >>> demand = np.random.default_rng(5).poisson(4, size=2000)
    >>> sold = np.minimum(demand, 5)
    >>> found = censored_mean(sold, empty=demand >= 5)
    >>> round(found.naive, 1), round(found.without_empty_days, 1), round(found.likelihood, 1)
    (3.6, 2.7, 4.0)
    >>> censored_mean([3, 2], empty=[True, True])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Every day ended empty, so nothing tells how many asked. ...
    """
    from scipy.optimize import minimize_scalar
    from scipy.stats import poisson

    units, cut = numbers.array("sold", sold, low=0), _marks(empty)
    if (units % 1 > 0).any():
        raise CourseError(_("sold holds parts of units. Give whole units a day."))
    if units.shape != cut.shape:
        raise CourseError(
            _("There are {n} days of sales and {m} marks of empty shelves. Give one a day.").format(
                n=units.size, m=cut.size
            )
        )
    if cut.all():
        raise CourseError(
            _(
                "Every day ended empty, so nothing tells how many asked. Take a longer time, or "
                "a product with some stock left."
            )
        )
    open_days = units[~cut]

    def surprise(mean: float) -> float:
        told = poisson.logpmf(open_days, mean).sum() + poisson.logsf(units[cut] - 1, mean).sum()
        return -float(told)

    top = 5 * max(float(units.max()), 1.0)
    best = minimize_scalar(surprise, bounds=(1e-9, top), method="bounded").x if cut.any() else None
    naive = float(units.mean())
    return CensoredMean(naive, float(open_days.mean()), naive if best is None else float(best))


def _marks(empty: ArrayLike) -> NDArray[np.bool_]:
    """Return marks of empty shelves, written as true and false or as 1 and 0."""
    given = np.asarray(empty, dtype=object)  # rows of different lengths, too
    if all(isinstance(one, (bool, np.bool_)) for one in given.flat):
        return given.astype(bool)
    return numbers.array("empty", empty).astype(bool)
