"""Strategy 9 of slide 20: collaborative pricing, the more buyers join, the lower the price."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, Floats, customers_of
from ecokit.strategies.outcome import Outcome, rows

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Deal(ByName, of="strategies.group_deal"):
    """A group deal with one threshold: the chance that it comes on, and the mean units sold."""

    chance: float
    units: float


@public
def group_deal(customers: int, share: float, threshold: int) -> Deal:
    """Return what a deal brings that is on once `threshold` customers have joined.

    Parameters
    ----------
    customers : int
        Customers who see the offer.
    share : float
        Share of them who would pay the price; each decides alone.
    threshold : int
        Buyers needed.

    Returns
    -------
    Deal
        ``chance`` (that it comes on) and ``units`` (mean number sold).

    Raises
    ------
    CourseError
        A number of customers or a threshold that is none, or a share outside 0 to 1.

    Notes
    -----
    The units are not the chance times the mean number of joiners: the deal comes on just when
    many join. ``N share P(Bin(N - 1, share) >= K - 1)`` counts this.

    References
    ----------
    Slide 20 (collaborative pricing); derived from the binomial distribution.

    Examples
    --------
    >>> deal = group_deal(60, 0.55, threshold=30)
    >>> round(deal.chance, 6), round(deal.units, 6)
    (0.818271, 28.027296)
    >>> group_deal(60, 55, threshold=30)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: share is 55. Give a share from 0 to 1; write 45 % as 0.45.
    """
    n = numbers.count("customers", customers, 1, 1_000_000)
    k = numbers.count("threshold", threshold, 0, 1_000_000)
    share = numbers.share("share", share)
    return Deal(float(binom.sf(k - 1, n, share)), n * share * float(binom.sf(k - 2, n - 1, share)))


@public
def least_group(fixed_cost: float, price: float, cost: float) -> int:
    """Return the fewest buyers with whom a deal pays its fixed cost.

    Parameters
    ----------
    fixed_cost : float
        Of the deal, yuan.
    price, cost : float
        Yuan a unit.

    Returns
    -------
    int
        Buyers.

    Raises
    ------
    CourseError
        The price leaves nothing over the cost, or an amount is negative.

    References
    ----------
    Break-even: the fixed cost over the margin of a unit.

    Examples
    --------
    >>> least_group(fixed_cost=600, price=50, cost=30)
    30
    >>> least_group(600, 30, 30)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price of 30 leaves nothing over a unit cost of 30: ...
    """
    fixed_cost = numbers.number("fixed_cost", fixed_cost, low=0)
    price, cost = numbers.number("price", price, low=0), numbers.number("cost", cost, low=0)
    if price <= cost:
        message = _("The price of {p:g} leaves nothing over a unit cost of {c:g}: no group pays.")
        raise CourseError(message.format(p=price, c=cost))
    return math.ceil(fixed_cost / (price - cost) - 1e-9)


@public
def collaborative(
    demand: Demand,
    cost: float,
    tiers: Sequence[tuple[int, float]] | None = None,
    *,
    group: int = 60,
    fixed_cost: float = 0.0,
    deals: int = 20_000,
    seed: int = 0,
) -> Outcome:
    """Collaborative pricing 协同定价, group buying: the more buyers join, the lower the price.

    Everybody says up to which price to join. The lowest price counts for which enough would
    join; all who would pay it buy at it. If no price finds enough, nobody buys.

    Parameters
    ----------
    demand : Demand
        The customers; they see the offer in groups.
    cost : float
        Unit cost, yuan.
    tiers : sequence of (int, float), optional
        Buyers needed, and the price from then on (yuan), the price falling. Default: 5 % over
        the best single price, at it, and 5 % under, each for nine in ten of the joiners that
        one may expect at that price.
    group : int
        Customers who see one deal.
    fixed_cost : float
        Yuan spent by each deal that comes on.
    deals : int
        Deals to simulate; the outcome is scaled to the customers.
    seed : int
        For the simulation.

    Returns
    -------
    Outcome
        One row a tier. ``details``: ``chance`` that a deal comes on, ``units_a_deal`` and
        ``standard_error`` (of the units a deal).

    Raises
    ------
    CourseError
        Thresholds that do not rise, or prices that do not fall.

    References
    ----------
    Slide 20; Anand and Aron (2003).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcome = collaborative(uniform(0, 1), cost=0, tiers=[(30, 0.45)])
    >>> exact = group_deal(60, 0.55, 30).units
    >>> abs(outcome.details["units_a_deal"] - exact) < 4.5 * outcome.details["standard_error"]
    True
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    fixed_cost = numbers.number("fixed_cost", fixed_cost, low=0)
    group = numbers.count("group", group, 1, 100_000)
    deals = numbers.count("deals", deals, 2, 1_000_000)
    if tiers is None:
        middle = demand.best_price(cost)
        prices = middle * np.array([1.05, 1.0, 0.95])
        needed = np.maximum(np.floor(0.9 * group * demand.share(prices)), 1)
    else:
        needed, prices = _tiers(tiers)
    joined = _joined(demand.share(prices), group, deals, seed)
    on = joined >= needed
    reached = np.where(on.any(axis=1), on.shape[1] - 1 - on[:, ::-1].argmax(axis=1), -1)
    scale = demand.customers / group / deals
    units = np.array([joined[reached == k, k].sum() for k in range(len(prices))], float)
    each = demand.surplus(prices)
    mean = np.divide(each, demand.units(prices), out=np.zeros_like(each), where=each > 0)
    came = reached >= 0
    names = [_("from {n} buyers").format(n=int(n)) for n in needed]
    sold = np.where(came, joined[np.arange(len(joined)), reached], 0)
    details = {
        "chance": float(came.mean()),
        "units_a_deal": float(sold.mean()),
        "standard_error": float(sold.std()) / math.sqrt(len(sold)),
    }
    spent = fixed_cost * float(came.sum()) * scale
    table = rows(names, units * scale, prices, cost, units * scale * mean)
    return Outcome("collaborative", table, spent, details)


def _tiers(tiers: Sequence[tuple[int, float]]) -> tuple[Floats, Floats]:
    wanted = _(
        "Give at least one tier (buyers, price), with more buyers and a lower price from tier to "
        "tier, such as [(20, 95), (40, 85)]."
    )
    found = numbers.array("tiers", tiers, low=0)
    if found.ndim != 2 or found.shape[1] != 2 or not len(found):
        raise numbers.refused("tiers", tiers, wanted)
    needed, prices = found.T
    if needed[0] < 1 or (np.diff(needed) <= 0).any() or (np.diff(prices) >= 0).any():
        raise numbers.refused("tiers", tiers, wanted)
    return needed, prices


def _joined(shares: Floats, group: int, deals: int, seed: int) -> Ints:
    """Draw how many would join at each price: who would pay more, would pay less too."""
    rng = numbers.generator("seed", seed)
    joined = np.empty((deals, len(shares)), dtype=np.int64)
    joined[:, -1] = rng.binomial(group, shares[-1], deals)
    for k in range(len(shares) - 2, -1, -1):
        part = shares[k] / shares[k + 1] if shares[k + 1] > 0 else 0.0
        joined[:, k] = rng.binomial(joined[:, k + 1], part)
    return joined
