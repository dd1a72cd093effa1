"""Strategy 4 of slide 20: promotional prices, free for a trial or cut for a time."""

from __future__ import annotations

import math

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.pricing.strategies.demand import Demand, between
from ecokit.pricing.strategies.outcome import Outcome, rows


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
        as a share of the usual ones; ``needed``, the lift at break-even (inf: never).

    Raises
    ------
    CourseError
        A share outside its range, or more pulled units than the rest of the period has.

    Examples
    --------
    >>> from ecokit.pricing import uniform
    >>> sale = discount(uniform(0, 400, 160), cost=230, cut=0.1, price=300, pulled=0)
    >>> round(sale.details["lift"], 3), round(sale.details["needed"], 3)
    (0.3, 0.75)

    Source: slide 20; the third: van Heerde, Leeflang and Wittink (2004).
    """
    between(cut, "cut", 0, 0.95)
    between(length, "length", 0.01, 0.99)
    between(pulled, "pulled", 0, 1)
    full = demand.best_price(cost) if price is None else float(price)
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
        "lift": more / usual - 1 if usual else math.inf,
        "needed": cut / left if left > 0 else math.inf,
    }
    return Outcome("discount", buyers, 0.0, details)


def free_trial(
    demand: Demand,
    cost: float,
    liking: float = 0.5,
    *,
    price: float | None = None,
    trial_cost: float | None = None,
    tried: float = 1.0,
) -> Outcome:
    """Free trial 免费、试用: who has tried it knows what it is worth to him.

    A share `liking` of the customers will like the product and value it at their WTP; to the
    others it is worth nothing. Nobody knows before a trial, so without one a customer pays at
    most ``liking`` times the WTP. After a trial, those who like it pay up to the full WTP:
    the conversion is `liking` times the share who find the price right.

    Parameters
    ----------
    demand : Demand
        WTP of customers who know that they like it.
    cost : float
        Unit cost, yuan.
    liking : float
        Share of customers who like it.
    price : float, optional
        Price after the trial, yuan. Default: the best single price.
    trial_cost : float, optional
        Yuan per customer who tries. Default: 2 % of the unit cost.
    tried : float
        Share of the customers who take the trial; the others decide without.

    Returns
    -------
    Outcome
        ``fixed_cost`` is what the trials cost. ``details``: ``conversion``, buyers per trial;
        ``without``, the profit of the best single price without any trial.

    Raises
    ------
    CourseError
        A share outside 0 to 1, or a negative cost.

    Examples
    --------
    >>> from ecokit.pricing import uniform
    >>> outcome = free_trial(uniform(0, 100, 100), cost=20, liking=0.5, trial_cost=1)
    >>> outcome.profit, outcome.details["conversion"], outcome.details["without"]
    (700.0, 0.2, 450.0)

    Source: slide 20; experience goods after Nelson (1970).
    """
    between(liking, "liking", 0.01, 1)
    between(tried, "tried", 0, 1)
    each = 0.02 * cost if trial_cost is None else between(trial_cost, "trial_cost", 0, math.inf)
    p = demand.best_price(cost) if price is None else float(price)
    after = tried * liking * float(demand.units(p))
    unsure = (1 - tried) * float(demand.units(p / liking))
    buyers = rows(
        [_("after a trial"), _("without a trial")],
        [after, unsure],
        p,
        cost,
        [
            tried * liking * demand.surplus(p),
            (1 - tried) * liking * demand.surplus(p / liking),
        ],
    )
    # what a customer expects it to be worth without a trial is `liking` times the WTP
    alone = liking * demand.best_price(cost / liking)
    without = (alone - cost) * float(demand.units(alone / liking))
    details = {"conversion": liking * float(demand.share(p)), "without": max(without, 0.0)}
    return Outcome("free_trial", buyers, tried * demand.customers * each, details)
