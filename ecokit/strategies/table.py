"""All nine strategies for one product and its customers of one year, each with its knobs.

The table, the lab and the book's page take the same knobs from here. All are in the units of the
lab: per cent, months, buyers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.strategies.bargain import Rule, automatic, haggling
from ecokit.strategies.bidding import auction, name_your_price
from ecokit.strategies.customer import personalised, prestige
from ecokit.strategies.demand import Demand, customers_of
from ecokit.strategies.group import collaborative
from ecokit.strategies.lifetime import life_cycle, path, penetration
from ecokit.strategies.outcome import Outcome, one_price
from ecokit.strategies.promotion import discount, free_trial

MONTHS = 12
BELIEVED = (0.85, 1.2)
"""Between which shares of the base price bidders believe a hidden threshold to lie."""

_Knobs = Mapping[str, Any]

START: dict[str, dict[str, float]] = {
    "one_price": {"price": 100},
    "best_price": {},
    "personalised": {"segments": 3, "error": 0},
    "prestige": {"price": 125, "premium": 8, "pull": 30},
    "automatic": {"mine": 99, "theirs": 100, "rounds": 30},
    "haggling": {"power": 50},
    "free_trial": {"liking": 70, "trial": 2},
    "discount": {"cut": 6, "length": 25, "pulled": 30},
    "life_cycle": {"launch": 115, "months": 5, "later": 100},
    "auction": {"bidders": 5, "units": 1, "reserve": 100},
    "name_your_price": {"threshold": 100, "bids": 2, "rebid": 0.2},
    "penetration": {"launch": 90, "network": 50, "rate": 90},
    "collaborative": {"price": 95, "needed": 15},
}
"""The knobs of each strategy, as they are at the start."""

ASSUMED: dict[str, str] = {
    "one_price": _("everybody pays {price:g} % of the base price"),
    "best_price": _("the shop knows how many would buy at each price"),
    "personalised": _(
        "the shop tells {segments:g} groups apart by what they would pay; its guess is "
        "{error:g} % wrong"
    ),
    "prestige": _(
        "all would pay {premium:g} % more for the name, and {pull:g} fen more for each yuan "
        "above the base price"
    ),
    "automatic": _(
        "we ask {mine:g} % of their price, they {theirs:g} % of ours; all buy the cheaper"
    ),
    "haggling": _("the shop knows what each would pay, and gets {power:g} % of what is above cost"),
    "free_trial": _(
        "{liking:g} % like it, then pay more; each trial takes {trial:g} % of a unit's cost"
    ),
    "discount": _(
        "{cut:g} % off in {length:g} % of the year; {pulled:g} % of the extra is only bought "
        "earlier"
    ),
    "life_cycle": _("a new product, heard of bit by bit; the price falls after {months:g} months"),
    "auction": _(
        "{bidders:g} people bid for {units:g}; not sold below {reserve:g} % of the base price"
    ),
    "name_your_price": _(
        "bidders guess the hidden price at 85 to 120 % of the base price; {bids:g} bids each"
    ),
    "penetration": _(
        "worth {network:g} % more if all use it; each doubling takes unit cost to {rate:g} %"
    ),
    "collaborative": _(
        "60 see it; {price:g} % of the base price if {needed:g} of them would pay that"
    ),
}
"""What must be true for the number of a strategy, in words with its knobs."""


def _share(knobs: _Knobs, name: str) -> float:
    return float(knobs[name]) / 100


PLAYS: dict[str, Callable[[Demand, float, float, _Knobs, int], Outcome]] = {
    "one_price": lambda d, c, p, k, _seed: one_price(d, c, p * _share(k, "price")),
    "best_price": lambda d, c, _p, _k, _seed: replace(one_price(d, c), strategy="best_price"),
    "personalised": lambda d, c, _p, k, seed: personalised(
        d, c, int(k["segments"]), error=_share(k, "error"), seed=seed
    ),
    "prestige": lambda d, c, p, k, _seed: prestige(
        d,
        c,
        p * _share(k, "price"),
        reference=p,
        premium=_share(k, "premium"),
        pull=_share(k, "pull"),
    ),
    "automatic": lambda d, c, p, k, _seed: automatic(
        d,
        c,
        Rule(_share(k, "mine"), floor=c),
        Rule(_share(k, "theirs"), floor=c),
        start=p,
        rounds=int(k["rounds"]),
    ),
    "haggling": lambda d, c, _p, k, _seed: haggling(d, c, _share(k, "power")),
    "free_trial": lambda d, c, _p, k, _seed: free_trial(
        d, c, _share(k, "liking"), trial_cost=c * _share(k, "trial")
    ),
    "discount": lambda d, c, p, k, _seed: discount(
        d,
        c,
        _share(k, "cut"),
        price=p,
        length=_share(k, "length"),
        pulled=_share(k, "pulled"),
    ),
    "life_cycle": lambda d, c, p, k, _seed: life_cycle(
        d,
        c,
        path(p * _share(k, "launch"), p * _share(k, "later"), int(k["months"]), MONTHS),
        innovation=0.2,
        imitation=0.5,
        ageing=0.01,
    ),
    "auction": lambda d, c, p, k, seed: auction(
        d,
        c,
        int(k["bidders"]),
        units=int(min(k["units"], k["bidders"] - 1)),
        reserve=p * _share(k, "reserve"),
        auctions=8000,
        seed=seed,
    ),
    "name_your_price": lambda d, c, p, k, _seed: name_your_price(
        d,
        c,
        p * _share(k, "threshold"),
        believed=(BELIEVED[0] * p, BELIEVED[1] * p),
        bids=int(k["bids"]),
        rebid_cost=p * _share(k, "rebid"),
    ),
    "penetration": lambda d, c, p, k, _seed: penetration(
        d.part(1 / MONTHS),
        c,
        p * _share(k, "launch"),
        network=_share(k, "network"),
        rate=_share(k, "rate"),
    ),
    "collaborative": lambda d, c, p, k, seed: collaborative(
        d, c, [(int(k["needed"]), p * _share(k, "price"))], deals=4000, seed=seed
    ),
}
"""How each strategy is played: customers, unit cost, base price, knobs, seed."""


@public
def assumption(strategy: str, knobs: _Knobs | None = None) -> str:
    """Say what must be true for what a strategy brings.

    Parameters
    ----------
    strategy : str
        The name of its function, or ``"best_price"``.
    knobs : mapping of str to float, optional
        The knobs of the lab, per cent and counts. Default: those of :func:`side_by_side`.

    Returns
    -------
    str
        Half a sentence, such as stands beside the number in a table.

    Raises
    ------
    CourseError
        There is no such strategy.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> assumption("discount")
    '6 % off in 25 % of the year; 30 % of the extra is only bought earlier'
    """
    numbers.one_of("strategy", strategy, tuple(START))
    wanted = _("Give numbers by knob, such as {'cut': 6}.")
    given = {} if knobs is None else numbers.mapping("knobs", knobs, wanted)
    moved = {name: numbers.number(str(name), value) for name, value in given.items()}
    return ASSUMED[strategy].format(**{**START[strategy], **moved})


@public
def side_by_side(
    demand: Demand, cost: float, price: float | None = None, seed: int = 0
) -> list[Outcome]:
    """Return the outcome of every strategy, for the same product and the same customers.

    Parameters
    ----------
    demand : Demand
        The customers of one year.
    cost : float
        Unit cost, yuan.
    price : float, optional
        The base price, yuan: the first outcome, and what prices of the others are shares of.
        Default: the best single price.
    seed : int
        For the two strategies that are simulated.

    Returns
    -------
    list of Outcome
        One price first, the best single price second: what any other strategy must beat. Then
        the nine strategies (two of them in two forms) with the knobs that the lab starts with;
        :func:`assumption` says in words what each takes for true.

    Raises
    ------
    CourseError
        `demand` is no demand, or nobody would pay the cost.

    References
    ----------
    The nine strategies of slide 20, in its order.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcomes = side_by_side(uniform(0, 100, 1200), cost=20)
    >>> len(outcomes), outcomes[1].name, outcomes[-1].name
    (13, 'best single price', 'collaborative')
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    if demand.top <= cost:
        message = _(
            "Nobody would pay the unit cost of ¥{cost:,.2f}: the highest WTP is ¥{top:,.2f}."
        )
        raise CourseError(message.format(cost=cost, top=demand.top))
    base = demand.best_price(cost) if price is None else numbers.positive("price", price)
    return [play(demand, cost, base, START[name], seed) for name, play in PLAYS.items()]
