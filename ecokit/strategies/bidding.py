"""Strategies 6 and 7 of slide 20: auctions, and name your own price."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, Floats, customers_of
from ecokit.strategies.outcome import Outcome, grouped

Format = Literal["first", "second", "english", "dutch"]

FORMATS: dict[str, str] = {
    "first": _("sealed bids, the winner pays the own bid"),
    "second": _("sealed bids, the winner pays the highest bid that lost"),
    "english": _("the price rises until one is left, who pays what the last rival gave up at"),
    "dutch": _("the price falls until one says yes, who pays it"),
}
"""The four formats. A Dutch auction asks for the same decision as a first-price one, an English
one ends as a second-price one: with values of one's own, each pair brings the same."""

_CELLS = 100_000  # numbers drawn at a time: they stay in the processor's cache
_AT_ONCE = 8_000  # auctions at a time: small arrays need no new memory from the system
_GRID = 2001
_MANY = 50  # from so many bidders on, a partition beats passing over them one by one
_MOST = 2_000_000_000  # values to draw at most: about a minute


@dataclass(frozen=True)
class Draw(ByName, of="strategies.draw_auctions"):
    """What auctions brought: each payment, the winner's value, and sums over all auctions."""

    paid: Floats
    value: Floats
    auctions: int
    squares: float  # sum of the squared revenues of the auctions


@public
def equilibrium_bid(
    demand: Demand, values: Floats | float, bidders: int, reserve: float = 0.0, units: int = 1
) -> Floats:
    """Return what bidders of these values bid where each winner pays the own bid.

    A bid shades the value: the more rivals, the less. Uniform WTP from 0, one unit, no
    reserve: ``(n - 1) / n`` of the value.

    Parameters
    ----------
    demand : Demand
        Where the rivals' values come from.
    values : array_like
        Values, yuan.
    bidders, units : int
        Bidders, and units for sale at once.
    reserve : float
        The lowest bid that counts, yuan.

    Returns
    -------
    ndarray
        Bids in yuan; nan where the value lies below the reserve: who cannot win does not bid. A
        value above all that rivals would pay wins with the bid of the highest of them.

    Raises
    ------
    CourseError
        `demand` is no demand, or there are not more bidders than units.

    References
    ----------
    Vickrey (1961); Krishna, *Auction Theory*.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> equilibrium_bid(uniform(0, 100), [50, 100], bidders=5).round(3).tolist()
    [40.0, 80.0]
    >>> equilibrium_bid(uniform(0, 100), [40, 100], bidders=2, reserve=50).round(3).tolist()
    [nan, 62.5]
    """
    demand, (bidders, units) = customers_of(demand), _sizes(bidders, units)
    reserve = numbers.number("reserve", reserve, low=0)
    v = numbers.array("values", values)
    bids = _bidding(demand, bidders, reserve, units)(1 - demand.share(v))
    return np.where(v >= reserve, bids, np.nan)


def _bidding(
    demand: Demand, bidders: int, reserve: float, units: int
) -> Callable[[ArrayLike], Floats]:
    """Return the bid as a function of rank: the value less the mean gap to the price to beat."""
    if demand.kind == "uniform" and units == 1 and reserve <= demand.first:
        low, slope = demand.first, (demand.second - demand.first) * (1 - 1 / bidders)
        return lambda rank: low + slope * np.asarray(rank)
    start = 1 - float(demand.share(reserve))
    # finer towards both ends, where demand with tails bends most
    rank = start + (1 - start) * (1 - np.cos(np.linspace(0, np.pi, _GRID))) / 2
    worth = np.maximum(demand.wtp(rank), reserve)
    # chance that a given value wins: at most units - 1 of the rivals lie above it
    win = betainc(bidders - units, units, rank)
    middle = (win[1:] + win[:-1]) / 2 * np.diff(worth)
    gap = np.append(0.0, np.cumsum(middle))
    with np.errstate(invalid="ignore", divide="ignore"):
        shade = np.where(win > 1e-12, gap / win, 0.0)
    bids = worth - shade
    return lambda own: np.interp(np.asarray(own), rank, bids)


@public
def draw_auctions(
    demand: Demand,
    bidders: int,
    auctions: int,
    *,
    kind: Format = "second",
    reserve: float = 0.0,
    units: int = 1,
    seed: int = 0,
) -> Draw:
    """Draw many auctions and return every payment.

    Memory holds a hundred thousand values at a time, whatever the number of auctions,
    and the payments.

    Parameters
    ----------
    demand : Demand
        Where the bidders' values come from.
    bidders, units : int
        Bidders in each auction, and units for sale in it, fewer than the bidders.
    auctions : int
        How many.
    kind : str
        One of :data:`.FORMATS`. With several units, all winners of a second-price or English
        auction pay the highest losing bid.
    reserve : float
        The lowest price, yuan.
    seed : int
        For the draws.

    Returns
    -------
    Draw
        ``paid`` and ``value`` (each sale's payment and the winner's value, yuan), ``auctions``
        (count) and ``squares`` (sum of the squared revenues).

    Raises
    ------
    CourseError
        `demand` is no demand, or there are not more bidders than units, or too many auctions.

    References
    ----------
    Vickrey (1961); reserve after Myerson (1981).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> draw = draw_auctions(uniform(0, 1), bidders=5, auctions=100_000)
    >>> bool(abs(draw.paid.sum() / draw.auctions - 2 / 3) < 4.5 * 0.17817 / 100_000**0.5)
    True
    >>> draw_auctions(uniform(0, 1), bidders=2, auctions=10, units=2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There are 2 bidders for 2 units. ...
    """
    demand, (bidders, units) = customers_of(demand), _sizes(bidders, units)
    auctions = numbers.count("auctions", auctions, 1, 100_000_000)
    if auctions * bidders > _MOST:
        message = _("{auctions:,} auctions of {bidders:,} bidders take too long. Draw fewer.")
        raise CourseError(message.format(auctions=auctions, bidders=bidders))
    reserve = numbers.number("reserve", reserve, low=0)
    own_bid = numbers.one_of("kind", kind, FORMATS) in ("first", "dutch")
    rng = numbers.generator("seed", seed)
    chunk = min(max(_CELLS // bidders, 1), _AT_ONCE)
    space = np.empty(chunk * bidders)
    start = 1 - float(demand.share(reserve))
    bid = _bidding(demand, bidders, reserve, units) if own_bid else demand.wtp
    paid, won, squares = [], [], 0.0
    for done in range(0, auctions, chunk):
        winners, losing = _top(rng, space[: min(chunk, auctions - done) * bidders], bidders, units)
        price = bid(winners) if own_bid else np.repeat(demand.wtp(losing), units, axis=0)
        if start > 0:
            sold = winners >= start
            price = np.where(sold, np.maximum(price, reserve), 0.0)
            paid.append(price[sold])
            won.append(winners[sold])
        else:
            paid.append(price.ravel())
            won.append(winners.flatten())  # a copy: the space is drawn into again
        revenue = price[0] if units == 1 else price.sum(axis=0)
        squares += float(revenue @ revenue)
    return Draw(np.concatenate(paid), demand.wtp(np.concatenate(won)), auctions, squares)


def _top(
    rng: np.random.Generator, space: Floats, bidders: int, units: int
) -> tuple[Floats, Floats]:
    """Draw ranks into `space`; return those of the winners (units x auctions), and the next."""
    if units > 1 or bidders > _MANY:
        cut = bidders - units
        ranks = rng.random(out=space).reshape(space.size // bidders, bidders)
        ranks.partition(cut - 1, axis=1)
        return ranks[:, cut:].T, ranks[:, cut - 1 : cut].T
    ranks = rng.random(out=space).reshape(bidders, space.size // bidders)
    # one unit: the two highest in one pass over the bidders, far faster than sorting
    best, second = np.maximum(ranks[0], ranks[1]), np.minimum(ranks[0], ranks[1])
    for rank in ranks[2:]:
        np.maximum(second, np.minimum(best, rank), out=second)
        np.maximum(best, rank, out=best)
    return best[None], second[None]


@public
def auction(
    demand: Demand,
    cost: float,
    bidders: int = 5,
    kind: Format = "second",
    *,
    reserve: float | None = None,
    units: int = 1,
    auctions: int = 20_000,
    seed: int = 0,
) -> Outcome:
    """Auction 拍卖定价: the customers come in groups and bid against each other.

    Parameters
    ----------
    demand : Demand
        The customers; they make ``customers / bidders`` auctions.
    cost : float
        Unit cost, yuan; what is not sold costs nothing.
    bidders : int
        Customers in each auction.
    kind : str
        One of :data:`.FORMATS`.
    reserve : float, optional
        The lowest price, yuan; 0: none. Default: the best one, which is the best single
        price and does not depend on the number of bidders.
    units : int
        Units for sale in each auction.
    auctions : int
        Auctions to simulate; the outcome is scaled to the customers.
    seed : int
        For the simulation.

    Returns
    -------
    Outcome
        Winners in five groups by price paid. ``details``: ``sold`` (units sold of those
        offered), ``revenue`` (mean of an auction, yuan), ``standard_error`` (of it).

    Raises
    ------
    CourseError
        Fewer bidders than units and one, or an unknown format.

    References
    ----------
    Slide 20; Vickrey (1961), reserve after Myerson (1981).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcome = auction(uniform(0, 1), cost=0, bidders=2)
    >>> abs(outcome.details["revenue"] - 5 / 12) < 4.5 * outcome.details["standard_error"]
    True
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    low = demand.best_price(cost) if reserve is None else reserve
    drawn = draw_auctions(demand, bidders, auctions, kind=kind, reserve=low, units=units, seed=seed)
    scale = demand.customers / bidders / drawn.auctions
    # a winner pays at most the value; rounding along the grid must not show as a loss
    surplus = np.maximum(drawn.value - drawn.paid, 0.0)
    buyers = grouped(drawn.paid, scale, surplus * scale, cost)
    mean = drawn.paid.sum() / drawn.auctions
    error = math.sqrt(max(drawn.squares / drawn.auctions - mean**2, 0) / drawn.auctions)
    sold = len(drawn.paid) / (drawn.auctions * units)
    details = {"sold": sold, "revenue": float(mean), "standard_error": error}
    details["reserve"] = float(low)
    return Outcome("auction", buyers, 0.0, details)


@dataclass(frozen=True)
class Bids(ByName, of="strategies.best_bids"):
    """The best bids of some bidders against a hidden threshold.

    ``bids``: a row a bidder, a column a bid (yuan; nan: not made); ``surplus``: what each
    bidder may expect to gain (yuan); ``planned``: how many bids each plans (0: does not bid).
    """

    bids: Floats
    surplus: Floats
    planned: NDArray[np.int64]


@public
def best_bids(
    values: Floats | float, low: float, high: float, bids: int = 1, rebid_cost: float = 0.0
) -> Bids:
    """Return the best bids against a hidden threshold, and what they bring.

    The bidder believes that the threshold lies evenly between `low` and `high`, and may bid
    up to `bids` times. Each bid after the first costs `rebid_cost` yuan of trouble.

    Parameters
    ----------
    values : array_like
        What the product is worth to each bidder, yuan.
    low, high : float
        The range of the threshold, yuan.
    bids : int
        Bids allowed, 1 to 10.
    rebid_cost : float
        Cost of bidding again, yuan.

    Returns
    -------
    Bids
        ``bids`` (bidders x bids, yuan; nan: not made), ``surplus`` (expected, of each bidder,
        yuan) and ``planned`` (bids of each; 0: does not bid).

    Raises
    ------
    CourseError
        A threshold without a range, no values, or more than ten bids.

    References
    ----------
    Derived; the model of a hidden threshold and costly bids after Hann and Terwiesch
    (2003).

    Examples
    --------
    >>> one = best_bids(80, 0, 100)
    >>> one.bids.round(3).tolist(), one.surplus.round(3).tolist()
    ([[40.0]], [16.0])
    >>> two = best_bids(80, 0, 100, bids=2, rebid_cost=2)
    >>> two.bids.round(3).tolist(), two.surplus.round(3).tolist()
    ([[28.0, 54.0]], [19.88])
    >>> best_bids(80, 60, 60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The threshold lies between 60 and 60. ...
    """
    low, high = numbers.number("low", low, low=0), numbers.number("high", high, low=0)
    if not low < high:
        message = _("The threshold lies between {low:g} and {high:g}. Give a range, low first.")
        raise CourseError(message.format(low=low, high=high))
    bids = numbers.count("bids", bids, 1, 10)
    rebid_cost = numbers.number("rebid_cost", rebid_cost, low=0, high=high)
    v = numbers.row("values", values)
    plans = np.full((len(v), bids), np.nan)
    best, planned = np.zeros(len(v)), np.zeros(len(v), np.int64)
    for used in range(1, bids + 1):
        for capped in (False, True):
            plan = _bid_ladder(v, low, high, used, rebid_cost, capped)
            gain = _bid_gain(v, plan, low, high, rebid_cost)
            better = gain > best + 1e-12
            plans[better] = np.nan
            plans[better, :used] = plan[better]
            best = np.where(better, gain, best)
            planned = np.where(better, used, planned)
    return Bids(plans, best, planned)


def _bid_ladder(
    v: Floats, low: float, high: float, used: int, rebid: float, capped: bool
) -> Floats:
    """Return rising bids: steps shrink by the cost of bidding again."""
    steps = np.arange(used)
    if capped:  # the last bid is accepted for certain
        room = np.full(len(v), high - low)
        first = (room + rebid * used * (used - 1) / 2) / used
    else:
        first = (v - low + rebid * (used * (used - 1) / 2 + used - 1)) / (used + 1)
    sizes = first[:, None] - rebid * steps
    return low + np.cumsum(sizes, axis=1)


def _bid_gain(v: Floats, plan: Floats, low: float, high: float, rebid: float) -> Floats:
    """Return the expected surplus of a plan; -inf where it is no plan of rising bids."""
    before = np.column_stack([np.full(len(v), low), plan[:, :-1]])
    rising = (plan > before).all(axis=1) & (plan[:, -1] <= high * (1 + 1e-12))
    win = (plan - before) / (high - low)
    again = (1 - (plan[:, :-1] - low) / (high - low)).sum(axis=1)
    gain = (win * (v[:, None] - plan)).sum(axis=1) - rebid * again
    return np.where(rising, gain, -np.inf)


@public
def name_your_price(
    demand: Demand,
    cost: float,
    threshold: float | None = None,
    *,
    believed: tuple[float, float] | None = None,
    bids: int = 1,
    rebid_cost: float = 0.0,
) -> Outcome:
    """Name your own price 自行定价 (NYOP): the buyer bids, a hidden threshold accepts.

    Parameters
    ----------
    demand : Demand
        The customers.
    cost : float
        Unit cost, yuan.
    threshold : float, optional
        The lowest bid that the shop takes, yuan. Default: it is drawn anew for each customer
        from the believed range, so that belief and truth agree.
    believed : (float, float), optional
        The range in which customers believe the threshold to lie, yuan. Default: from the
        cost to the best single price.
    bids : int
        See :func:`best_bids`.
    rebid_cost : float
        See :func:`best_bids`.

    Returns
    -------
    Outcome
        Buyers in five groups by the bid that was taken. ``details``: ``accepted`` (share of
        bidders who get it), ``bids`` (mean number of bids of a bidder).

    Raises
    ------
    CourseError
        `demand` is no demand, or nobody would pay the cost, or a range or number cannot be.

    References
    ----------
    Slide 20; Hann and Terwiesch (2003), Terwiesch, Savin and Hann (2005).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcome = name_your_price(uniform(0, 100, 100), cost=20, believed=(20, 60))
    >>> round(outcome.profit, 1), round(outcome.details["accepted"], 3)
    (1066.7, 0.5)
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    if believed is None and demand.top <= cost:
        message = _(
            "Nobody would pay the unit cost of ¥{cost:,.2f}: the highest WTP is ¥{top:,.2f}."
        )
        raise CourseError(message.format(cost=cost, top=demand.top))
    low, high = (cost, demand.best_price(cost)) if believed is None else _range(believed)
    wtp = demand.population()
    best = best_bids(wtp, low, high, bids, rebid_cost)
    rebid_cost = numbers.as_float(rebid_cost)
    plans, planned = best.bids, best.planned
    before = np.column_stack([np.full(len(wtp), low), plans[:, :-1]])
    if threshold is None:
        chance = np.where(np.isfinite(plans), (plans - before) / (high - low), 0.0)
        made = np.where(np.isfinite(plans), 1 - (before - low) / (high - low), 0.0)
    else:
        threshold = numbers.number("threshold", threshold, low=0)
        chance = ((plans >= threshold) & ~(before >= threshold)).astype(float)
        chance[:, 0] = plans[:, 0] >= threshold
        made = (np.isfinite(plans) & ~(before >= threshold)).astype(float)
        made[:, 0] = np.isfinite(plans[:, 0])
    share = demand.customers / len(wtp)
    trouble = rebid_cost * np.where(np.arange(plans.shape[1]) > 0, made, 0.0).sum(axis=1)
    won = np.nan_to_num((wtp[:, None] - plans) * chance)
    # the trouble of bidding again falls on all bidders; buyers bear their row's part of it
    buyers = grouped(np.nan_to_num(plans), chance * share, won * share, cost)
    spent = float(trouble.sum() * share)
    if spent:
        total = buyers["units"].sum()
        buyers["surplus"] -= spent * (buyers["units"] / total if total else 1.0)
    bidding = planned > 0
    details = {
        "accepted": float(chance[bidding].sum(axis=1).mean()) if bidding.any() else 0.0,
        "bids": float(made[bidding].sum(axis=1).mean()) if bidding.any() else 0.0,
    }
    return Outcome("name_your_price", buyers, 0.0, details)


def _range(believed: object) -> tuple[float, float]:
    """Return the range that customers believe in: two numbers, the lowest first."""
    found = numbers.array("believed", believed)
    if found.shape != (2,):
        raise numbers.refused("believed", believed, _("Give two amounts, such as (40, 120)."))
    return float(found[0]), float(found[1])


def _sizes(bidders: int, units: int) -> tuple[int, int]:
    """Return bidders and units as whole numbers; there must be more bidders."""
    bidders = numbers.count("bidders", bidders, 1, 10_000)
    units = numbers.count("units", units, 1, 10_000)
    if units >= bidders:
        message = _(
            "There are {bidders} bidders for {units} units. An auction needs more bidders than "
            "units, or nobody has to outbid anybody."
        )
        raise CourseError(message.format(bidders=bidders, units=units))
    return bidders, units
