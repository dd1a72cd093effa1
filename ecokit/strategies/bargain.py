"""Strategy 3 of slide 20: prices that adjust by rule, and prices that are bargained for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, customers_of
from ecokit.strategies.outcome import Outcome, grouped, rows


@dataclass(frozen=True)
class Rule:
    """A repricer: what a seller asks, given what the competitor asks.

    ``factor`` times the competitor's price, less ``less`` yuan, kept from ``floor`` to
    ``ceiling``. Match: ``Rule()``. Undercut by a yuan: ``Rule(less=1)``; by 1 %:
    ``Rule(0.99)``. A fixed ratio above: ``Rule(1.27)``.

    Parameters
    ----------
    factor : float
        On the competitor's price.
    less, floor, ceiling : float
        Yuan.

    References
    ----------
    Two such sellers: Eisen (2011).

    Examples
    --------
    >>> Rule(0.99, floor=80)(100), Rule(0.99, floor=80)(50)
    (99.0, 80)
    """

    factor: float = 1.0
    less: float = 0.0
    floor: float = 0.0
    ceiling: float = math.inf

    def __post_init__(self) -> None:
        numbers.positive("factor", self.factor)
        numbers.number("less", self.less)
        floor = numbers.number("floor", self.floor, low=0)
        if not floor <= numbers.as_float(self.ceiling):
            wanted = _("Give yuan, not below the floor of {floor:g}.").format(floor=floor)
            raise numbers.refused("ceiling", self.ceiling, wanted)

    def __call__(self, other: float) -> float:
        """Return the new price when the competitor asks `other` yuan."""
        return min(max(self.factor * other - self.less, self.floor), self.ceiling)


def _rule(name: str, given: object) -> Rule:
    """Return a rule that a caller gives, or say how to make one."""
    if not isinstance(given, Rule):
        raise numbers.refused(name, given, _("Give a rule, such as strategies.Rule(0.99)."))
    return given


@public
def spiral(price: float, mine: Rule, theirs: Rule, rounds: int = 30) -> pd.DataFrame:
    """Let two repricers answer each other, in turns: they first, then we.

    Parameters
    ----------
    price : float
        Our price at the start, yuan.
    mine, theirs : Rule
        The two repricers.
    rounds : int
        Times that each acts.

    Returns
    -------
    DataFrame
        ``round`` (0: the start), ``mine``, ``theirs`` (yuan).

    Raises
    ------
    CourseError
        A rule or a number that cannot be, or prices that pass all numbers.

    References
    ----------
    Eisen (2011), told in Science, 25 April 2011.

    Examples
    --------
    Two book sellers of 2011: one just below the other, who asks 27 % more for a copy that he
    would have to buy first. From 35.54 dollars the price passes a million in 44 rounds.

    >>> book = spiral(35.54, Rule(1.27059), Rule(0.9983), rounds=44)
    >>> [f"{p:,.0f}" for p in book["mine"].iloc[[0, 1, 43, 44]]]
    ['36', '45', '979,889', '1,242,921']
    """
    mine, theirs = _rule("mine", mine), _rule("theirs", theirs)
    rounds = numbers.count("rounds", rounds, 1, 10_000)
    mines, others = [numbers.positive("price", price)], [math.nan]
    for _turn in range(rounds):
        others.append(theirs(mines[-1]))
        mines.append(mine(others[-1]))
    if not math.isfinite(mines[-1]):
        message = _("In {rounds} rounds the price passes all numbers. Take fewer, or a ceiling.")
        raise CourseError(message.format(rounds=rounds))
    return pd.DataFrame({"round": range(len(mines)), "mine": mines, "theirs": others})


@public
def fixed_point(mine: Rule, theirs: Rule) -> float:
    """Return the price of ours at which two repricers rest, apart from floor and ceiling.

    Rules without a limit multiply to ``a = mine.factor * theirs.factor`` a round. Below 1 they
    approach the fixed point; above 1 they run away from it, up or down; at 1 there is none.

    Parameters
    ----------
    mine, theirs : Rule
        The two repricers.

    Returns
    -------
    float
        Yuan; it may lie below 0, which no price reaches.

    Raises
    ------
    CourseError
        The factors multiply to 1.

    References
    ----------
    Derived: the fixed point of two linear rules, one after the other.

    Examples
    --------
    >>> round(fixed_point(Rule(1.1, less=2), Rule(0.8)), 6)
    -16.666667
    >>> fixed_point(Rule(2), Rule(0.5))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The two factors multiply to 1: the price does not ...
    """
    mine, theirs = _rule("mine", mine), _rule("theirs", theirs)
    ratio = mine.factor * theirs.factor
    if math.isclose(ratio, 1):
        message = _(
            "The two factors multiply to 1: the price does not settle by itself, it stays or "
            "moves by the same amount each round. Change a factor, or set a floor."
        )
        raise CourseError(message)
    return -(mine.factor * theirs.less + mine.less) / (1 - ratio)


@public
def automatic(
    demand: Demand,
    cost: float,
    mine: Rule | None = None,
    theirs: Rule | None = None,
    *,
    start: float | None = None,
    rounds: int = 30,
) -> Outcome:
    """Automatic adjustment 自动调价: a rule follows a competitor, round by round.

    Each round is an equal part of the period, with an equal part of the customers. They buy
    from the cheaper of the two, and are shared at equal prices.

    Parameters
    ----------
    demand : Demand
        The customers of both sellers.
    cost : float
        Our unit cost, yuan.
    mine, theirs : Rule, optional
        The repricers. Default: we undercut by 1 % and never go below our cost; they match.
    start : float, optional
        Our first price, yuan. Default: the best single price.
    rounds : int
        Rounds in the period.

    Returns
    -------
    Outcome
        One row a round. ``details``: ``last_price`` (yuan), ``rounds_sold``, the share of
        rounds in which anybody buys from us.

    Raises
    ------
    CourseError
        `demand` is no demand, or a rule, a price or a number of rounds cannot be.

    References
    ----------
    Slide 20; the model of two repricers is the course's own, after Eisen (2011).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> war = automatic(uniform(0, 100, 100), cost=20, rounds=200)
    >>> round(war.details["last_price"], 2)
    20.0
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    follow = Rule(0.99, floor=cost) if mine is None else mine
    first = demand.best_price(cost) if start is None else numbers.positive("start", start)
    path = spiral(first, follow, Rule() if theirs is None else theirs, rounds).iloc[1:]
    ours, other = path["mine"].to_numpy(), path["theirs"].to_numpy()
    part = np.where(np.isclose(ours, other), 0.5, (ours < other).astype(float)) / len(path)
    units = part * demand.units(ours)
    surplus = part * demand.surplus(ours)
    names = [_("round {n}").format(n=n) for n in path["round"]]
    details = {"last_price": float(ours[-1]), "rounds_sold": float((units > 0).mean())}
    return Outcome("automatic", rows(names, units, ours, cost, surplus), 0.0, details)


@public
def rubinstein(first: float, second: float) -> float:
    """Return what the first of two bargainers gets, of 1, when they offer in turns for ever.

    Parameters
    ----------
    first, second : float
        What a yuan of the next round is worth now to the one who offers first, and to the
        other: 0 to 1. Who can wait better gets more.

    Returns
    -------
    float
        A share, 0 to 1.

    Raises
    ------
    CourseError
        A value outside 0 to 1, or both are 1: they never agree.

    References
    ----------
    Rubinstein (1982).

    Examples
    --------
    >>> round(rubinstein(0.9, 0.8), 6)
    0.714286
    >>> rubinstein(0.9, 1.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: second is 1.5. Give a share from 0 to 1; write 45 % as 0.45.
    """
    first, second = numbers.share("first", first), numbers.share("second", second)
    if first * second == 1:
        raise CourseError(_("Two who lose nothing by waiting never agree. Take one below 1."))
    return (1 - second) / (1 - first * second)


@public
def nash(value: float, cost: float, power: float = 0.5) -> float:
    """Return the price (yuan) that splits the gain by bargaining power, that of the seller.

    Parameters
    ----------
    value, cost : float
        What it is worth to the buyer, and what it costs the seller, yuan.
    power : float
        The seller's bargaining power, 0 to 1: the share of the gain that the seller gets.

    Returns
    -------
    float
        The price, yuan.

    Raises
    ------
    CourseError
        The value lies below the cost, or a number cannot be.

    References
    ----------
    Nash (1950); with unequal power, Danthine and Navarro (2013).

    Examples
    --------
    >>> nash(value=100, cost=60)
    80.0
    """
    power = numbers.share("power", power)
    value, cost = numbers.number("value", value, low=0), numbers.number("cost", cost, low=0)
    if value < cost:
        message = _("The buyer values it at {value:g}, the seller at {cost:g}: there is no deal.")
        raise CourseError(message.format(value=value, cost=cost))
    return cost + power * (value - cost)


@public
def haggling(
    demand: Demand, cost: float, power: float = 0.5, list_price: float | None = None
) -> Outcome:
    """Haggling 议价: each customer bargains; both sides know what it is worth to the other.

    Parameters
    ----------
    demand : Demand
        The customers.
    cost : float
        Unit cost, yuan: below it the seller does not go.
    power : float
        The seller's bargaining power, 0 to 1: the share of the gain that the shop gets. From
        patience: :func:`rubinstein`.
    list_price : float, optional
        Nobody pays more than this, yuan.

    Returns
    -------
    Outcome
        Customers in five groups by the price they got.

    Raises
    ------
    CourseError
        `demand` is no demand, or the list price lies below the cost, or a number cannot be.

    References
    ----------
    Slide 20; Nash (1950).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcome = haggling(uniform(0, 1), cost=0)
    >>> round(outcome.profit, 4), round(outcome.consumer_surplus, 4)
    (0.25, 0.25)
    """
    demand, power = customers_of(demand), numbers.share("power", power)
    cost = numbers.number("cost", cost, low=0)
    most = math.inf if list_price is None else numbers.number("list_price", list_price, low=0)
    if most < cost:
        message = _("The list price is {p:g}, below the unit cost of {cost:g}. Raise it.")
        raise CourseError(message.format(p=most, cost=cost))
    wtp = demand.population()
    share = demand.customers / len(wtp)
    wtp = wtp[wtp >= cost]
    price = np.minimum(cost + power * (wtp - cost), most)
    return Outcome("haggling", grouped(price, share, (wtp - price) * share, cost))


@dataclass(frozen=True)
class SplitDifference(ByName, of="strategies.split_the_difference"):
    """What haggling brings when neither side knows the other; each with its standard error.

    ``trades``: share of meetings that end in a deal; ``gains``: mean gain of both together, a
    meeting; ``possible``: what they could have gained had they known.
    """

    trades: float
    trades_error: float
    gains: float
    gains_error: float
    possible: float


@public
def split_the_difference(meetings: int = 100_000, seed: int = 0) -> SplitDifference:
    """Simulate buyers and sellers who name a price at once and split the difference.

    The buyer's value and the seller's cost are private, each even from 0 to 1. In equilibrium
    a buyer bids ``2/3 value + 1/12``, a seller asks ``2/3 cost + 1/4``, and they trade only if
    the value passes the cost by 1/4.

    Parameters
    ----------
    meetings : int
        Pairs to draw.
    seed : int
        For the draws.

    Returns
    -------
    SplitDifference
        ``trades`` (share of meetings), ``gains`` and ``possible`` (mean gain a meeting, with the
        values of 0 to 1), ``trades_error`` and ``gains_error`` (standard errors).

    Raises
    ------
    CourseError
        Fewer than two meetings or too many, or a seed that is none.

    References
    ----------
    Chatterjee and Samuelson (1983); that no rule avoids the loss: Myerson and
    Satterthwaite (1983).

    Examples
    --------
    >>> found = split_the_difference(200_000)
    >>> abs(found.trades - 9 / 32) < 4.5 * found.trades_error
    True
    """
    meetings = numbers.count("meetings", meetings, 2, 10_000_000)
    rng = numbers.generator("seed", seed)
    value, cost = rng.random(meetings), rng.random(meetings)
    # a type that cannot trade bids its own value: it must never pay more
    bid = np.minimum(2 / 3 * value + 1 / 12, np.maximum(value, 1 / 4))
    ask = np.maximum(2 / 3 * cost + 1 / 4, np.minimum(cost, 3 / 4))
    deal = bid >= ask
    gain = np.where(deal, value - cost, 0.0)
    root = math.sqrt(len(gain))
    return SplitDifference(
        float(deal.mean()),
        float(deal.std()) / root,
        float(gain.mean()),
        float(gain.std()) / root,
        float(np.maximum(value - cost, 0).mean()),
    )
