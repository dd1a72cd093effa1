"""Strategy 4 of slide 20: promotional prices, free for a trial or cut for a time."""

from __future__ import annotations

import math

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, customers_of
from ecokit.strategies.outcome import Outcome, rows


@public
def break_even_uplift(margin: float, cut: float) -> float:
    """Return by how much units must rise for a price cut to earn what was earned before.

    Parameters
    ----------
    margin : float
        Margin before the cut, share of the price.
    cut : float
        Price cut, share of the price.

    Returns
    -------
    float
        Further units as a share of the units before: ``cut / (margin - cut)``.

    Raises
    ------
    CourseError
        A cut that eats the whole margin (no number of units makes up for it), or per cent where
        shares are asked for.

    References
    ----------
    Arithmetic: the profit before, margin x units, equals the profit after.

    Examples
    --------
    >>> round(break_even_uplift(margin=0.4, cut=0.1), 4)
    0.3333
    >>> break_even_uplift(margin=0.1, cut=0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A cut of 10 % takes the whole margin of 10 %: no number of units
    makes up for it.
    """
    margin, cut = numbers.share("margin", margin), numbers.share("cut", cut)
    if not cut < margin:
        message = _(
            "A cut of {cut:.0f} % takes the whole margin of {margin:.0f} %: no number of units "
            "makes up for it."
        )
        raise CourseError(message.format(cut=100 * cut, margin=100 * margin))
    return cut / (margin - cut)


@public
def discount(
    demand: Demand,
    cost: float,
    cut: float = 0.15,
    *,
    price: float | None = None,
    length: float = 0.25,
    pulled: float = 0.3,
) -> Outcome:
    """Discount 折扣: a lower price for a part of the period, and less demand after it.

    Parameters
    ----------
    demand : Demand
        The customers of the whole period.
    cost : float
        Unit cost, yuan.
    cut : float
        Share off the price while the promotion lasts.
    price : float, optional
        The regular price, yuan. Default: the best single price.
    length : float
        Share of the period that the promotion lasts.
    pulled : float
        Share of the extra units that would have been bought at the full price afterwards.
        About a third in supermarkets.

    Returns
    -------
    Outcome
        Two rows: the promotion, and the rest of the period. ``details``: ``lift``, extra units
        as a share of the usual ones (inf: nobody buys at the regular price; 0 if nobody buys at
        the lower one either); ``needed``, the lift at break-even (inf: never).

    Raises
    ------
    CourseError
        A share outside its range, or more pulled units than the rest of the period has.

    References
    ----------
    Slide 20; the third: van Heerde, Leeflang and Wittink (2004).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> sale = discount(uniform(0, 400, 160), cost=230, cut=0.1, price=300, pulled=0)
    >>> round(sale.details["lift"], 3), round(sale.details["needed"], 3)
    (0.3, 0.75)
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    cut = numbers.number("cut", cut, low=0, high=0.95)
    length = numbers.number("length", length, low=0.01, high=0.99)
    pulled = numbers.share("pulled", pulled)
    full = demand.best_price(cost) if price is None else numbers.positive("price", price)
    low = full * (1 - cut)
    usual, more = float(demand.units(full)), float(demand.units(low))
    moved = pulled * (more - usual) * length
    rest = usual * (1 - length) - moved
    if rest < 0:
        message = _("The promotion pulls more units than the rest of the period has. Shorten it.")
        raise CourseError(message)
    margin = 1 - cost / full
    left = margin - cut - pulled * margin
    here, then = demand.surplus(low) * length, demand.surplus(full) * (1 - length)
    moved_share = moved / (usual * (1 - length)) if usual else 0.0
    buyers = rows(
        [_("promotion"), _("regular price")],
        [more * length, rest],
        [low, full],
        cost,
        [here, then * (1 - moved_share)],
    )
    details = {
        "lift": more / usual - 1 if usual else math.inf if more else 0.0,
        "needed": cut / left if left > 0 else math.inf,
    }
    return Outcome("discount", buyers, 0.0, details)


@public
def free_trial(
    demand: Demand,
    cost: float,
    liking: float = 0.7,
    *,
    price: float | None = None,
    trial_cost: float | None = None,
    tried: float = 1.0,
) -> Outcome:
    """Free trial 免费、试用: who has tried it knows what it is worth to him.

    A share `liking` of the customers will like the product; to the others it is worth nothing.
    Nobody knows before a trial, so a customer pays at most what it is worth on average: the
    WTP in `demand`. Who has tried and likes it pays up to ``WTP / liking``. So a higher price
    sells, and only to people who keep the product. Customers try it if they would then buy.

    Parameters
    ----------
    demand : Demand
        The customers, with their WTP before a trial.
    cost : float
        Unit cost, yuan.
    liking : float
        Share of customers who like it: the conversion of the trial.
    price : float, optional
        Price after the trial, yuan. Default: the one that earns most if all try.
    trial_cost : float, optional
        Yuan per customer who tries. Default: 2 % of the unit cost.
    tried : float
        Share of the customers who get to try; the others decide without.

    Returns
    -------
    Outcome
        ``fixed_cost`` is what the trials cost. ``details``: ``conversion``, buyers per trial,
        and ``trials``.

    Raises
    ------
    CourseError
        A share outside 0 to 1, or a negative cost.

    References
    ----------
    Slide 20; experience goods after Nelson (1970).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcome = free_trial(uniform(0, 100, 100), cost=20, liking=0.5, trial_cost=2)
    >>> outcome.prices[0], outcome.units, round(outcome.profit, 6)
    (112.0, 22.0, 1936.0)
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    liking = numbers.number("liking", liking, low=0.01, high=1)
    tried = numbers.share("tried", tried)
    each = numbers.number("trial_cost", 0.02 * cost if trial_cost is None else trial_cost, low=0)
    # a trial leads to a sale with chance `liking`, so it costs that much of a unit
    best = demand.best_price(liking * cost + each) / liking
    p = numbers.number("price", best if price is None else price, low=0)
    trials = tried * float(demand.units(p * liking))
    unsure = (1 - tried) * float(demand.units(p))
    buyers = rows(
        [_("after a trial"), _("without a trial")],
        [liking * trials, unsure],
        p,
        cost,
        [tried * demand.surplus(p * liking), (1 - tried) * demand.surplus(p)],
    )
    details = {"conversion": liking, "trials": trials}
    return Outcome("free_trial", buyers, trials * each, details)
