"""Strategies 1 and 2 of slide 20: personalised prices, and a price that carries prestige."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, Floats, customers_of
from ecokit.strategies.outcome import Outcome, grouped, rows

SEGMENTS_AT_MOST = 12
GROUPS = 20_000  # customers drawn where the shop guesses


@public
def personalised(
    demand: Demand | Mapping[str, Demand],
    cost: float,
    segments: int | None = None,
    error: float = 0.0,
    seed: int = 0,
) -> Outcome:
    """Personalised pricing 个性化定价: a price by what the shop knows of the customer.

    Parameters
    ----------
    demand : Demand, or mapping of name to Demand
        The customers; or segments that anybody can see, such as students and others: each
        then gets its own best price.
    cost : float
        Unit cost, yuan.
    segments : int, optional
        The shop sorts the customers by WTP into so many segments, with the best prices.
        Default: perfect discrimination, everybody pays exactly the WTP.
    error : float
        Standard deviation of the shop's guess of a customer's WTP, as a share of it. With an
        error, equal customers pay different prices, and some are priced out.
    seed : int
        For the guesses.

    Returns
    -------
    Outcome
        ``details``: ``spread``, the highest over the lowest price that customers of nearly the
        same WTP see (the median over the WTP; of seen segments, over all of them);
        ``priced_out``, the share of customers with a WTP above the cost who do not buy at the
        price they see; ``shop_share``, the shop's share of all that trade could gain (nan:
        nobody would pay the cost, so that there is nothing to gain).

    Raises
    ------
    CourseError
        Not 1 to 12 segments, or an error outside 0 to 1.

    References
    ----------
    Slide 20; first and third degree after Pigou (1920).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> unit = uniform(0, 1)
    >>> [round(personalised(unit, 0, segments=k).profit, 4) for k in (1, 2)]
    [0.25, 0.3333]
    >>> round(personalised(unit, 0).profit, 4)
    0.5
    >>> personalised(unit, 0, segments=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: segments is 0. Give a whole number, 1 to 12.
    """
    error, cost = numbers.share("error", error), numbers.number("cost", cost, low=0)
    if isinstance(demand, Mapping):
        return _seen_segments(demand, cost)
    demand = customers_of(demand)
    ladder = None if segments is None else best_ladder(demand, cost, segments)
    first_best = float(demand.surplus(cost))
    if not error:
        if ladder is None:
            wtp = demand.population()
            wtp = wtp[wtp >= cost]
            buyers = grouped(wtp, demand.customers / 2000, np.zeros_like(wtp), cost)
        else:
            buyers = _ladder_rows(demand, ladder, cost)
        return _judged(buyers, first_best, 1.0, _left_out(demand, ladder, cost))
    return _guessed(demand, cost, ladder, error, seed)


def best_ladder(demand: Demand, cost: float, segments: int) -> Floats:
    """Return the prices, low to high, that earn most when customers are sorted by WTP.

    Who would pay the second price or more pays it or a higher one, and so on. Uniform WTP:
    steps of equal height from the cost to the highest WTP.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> best_ladder(uniform(0, 1), cost=0, segments=2).round(4).tolist()
    [0.3333, 0.6667]
    """
    segments = numbers.count("segments", segments, 1, SEGMENTS_AT_MOST)
    top = demand.top
    if top <= cost:  # nobody would pay the cost: nothing is worth selling
        return np.full(segments, cost)
    steps = np.arange(1, segments + 1) / (segments + 1)
    prices = cost + steps * (top - cost)
    if demand.kind == "uniform" and prices[0] >= demand.first:
        return np.asarray(prices)
    prices = np.asarray(demand.wtp(1 - float(demand.share(cost)) * (1 - steps)))
    for _round in range(200):
        before = prices.copy()
        for k in range(segments):
            below = cost if k == 0 else prices[k - 1]
            above = top if k == segments - 1 else prices[k + 1]
            kept = 0.0 if k == segments - 1 else float(demand.share(above))
            lost = 0.0 if k == 0 else below - cost

            def less(price: float, kept: float = kept, lost: float = lost) -> float:
                return -(price - cost - lost) * (float(demand.share(price)) - kept)

            if above > below:
                found = minimize_scalar(
                    less, bounds=(below, above), method="bounded", options={"xatol": 1e-9 * top}
                )
                prices[k] = found.x
        if np.allclose(prices, before, rtol=1e-9):
            break
    return prices


@public
def prestige(
    demand: Demand,
    cost: float,
    price: float | None = None,
    *,
    reference: float | None = None,
    premium: float = 0.08,
    pull: float = 0.3,
    reach: float = 1.5,
    spend: float = 0.0,
) -> Outcome:
    """Prestige pricing 声誉定价: a reputation carries a premium, and the price itself signals.

    The simplest model of both: reputation raises every WTP by `premium`; and each yuan of
    price above `reference` raises the WTP by `pull` yuan, up to ``reach`` times the reference.
    Below 1, `pull` makes demand less elastic; above 1, demand rises with the price as far as
    that goes.

    Parameters
    ----------
    demand : Demand
        The customers.
    cost : float
        Unit cost, yuan.
    price : float, optional
        The price, yuan. Default: the one that earns most.
    reference : float, optional
        The price that customers take for ordinary, yuan. Default: the best single price
        without prestige.
    premium : float
        Share by which the reputation raises WTP. Default: 8 %, measured for a seller of high
        reputation on eBay.
    pull : float
        Yuan of WTP per yuan of price above the reference, 0 to 2.
    reach : float
        So many references, and a higher price impresses nobody further; 1 or more.
    spend : float
        What the reputation costs in the period, yuan.

    Returns
    -------
    Outcome
        ``details``: ``wtp_added``, yuan by which the price alone raised the WTP.

    Raises
    ------
    CourseError
        A parameter outside its range.

    References
    ----------
    Slide 20; conspicuous goods after Leibenstein (1950) and Bagwell and Bernheim
    (1996), quality judged by price after Alcaly and Klevorick (1970), the premium of a good
    reputation after Resnick and others (2006).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> plain = prestige(uniform(0, 100, 100), cost=20, premium=0, pull=0)
    >>> round(plain.prices[0], 3), round(plain.profit, 3)
    (60.0, 1600.0)
    >>> round(prestige(uniform(0, 100, 100), cost=20, premium=0, pull=0.5).prices[0], 3)
    80.0
    >>> prestige(uniform(0, 100, 100), cost=20, reach=0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: reach is 0.5. Give a number, 1 to 10.
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    premium, pull = (
        numbers.number(name, given, low=0, high=2)
        for name, given in (("premium", premium), ("pull", pull))
    )
    reach = numbers.number("reach", reach, low=1, high=10)
    spend = numbers.number("spend", spend, low=0)
    usual = demand.best_price(cost) if reference is None else reference
    normal = numbers.number("reference", usual, low=0)
    if price is not None:
        price = numbers.number("price", price, low=0)

    def added(p: float) -> float:
        return pull * (min(max(p, normal), reach * normal) - normal)

    def plain(p: float) -> float:
        """Return the WTP without prestige of a customer who just buys at `p`."""
        return (p - added(p)) / (1 + premium)

    if price is None:
        top = (1 + premium) * demand.top + pull * (reach - 1) * normal
        bends = [k for k in (normal, reach * normal) if cost < k < top]
        price = _highest(
            lambda p: (p - cost) * float(demand.share(plain(p))), [cost, *bends, max(top, cost)]
        )
    units = float(demand.units(plain(price)))
    surplus = (1 + premium) * float(demand.surplus(plain(price)))
    buyers = rows([_("everybody")], units, price, cost, surplus)
    return Outcome("prestige", buyers, spend, {"wtp_added": added(price)})


def _highest(profit: Callable[[float], float], borders: Sequence[float]) -> float:
    """Return where a function peaks that has at most one hill between each two borders."""
    found = list(borders)
    for low, high in pairwise(borders):
        if low < high:
            hill = minimize_scalar(
                lambda p: -profit(p),
                bounds=(low, high),
                method="bounded",
                options={"xatol": 1e-9 * high},
            )
            found.append(float(hill.x))
    return max(found, key=profit)


def _seen_segments(demand: Mapping[str, Demand], cost: float) -> Outcome:
    if not demand:
        raise CourseError(_("There is no segment. Give at least one, such as {'students': ...}."))
    demand = {str(name): customers_of(one) for name, one in demand.items()}
    prices = [one.best_price(cost) for one in demand.values()]
    units = [float(one.units(p)) for one, p in zip(demand.values(), prices, strict=True)]
    surplus = [float(one.surplus(p)) for one, p in zip(demand.values(), prices, strict=True)]
    buyers = rows(demand, units, prices, cost, surplus)
    worth = sum(float(one.units(cost)) for one in demand.values())
    first_best = sum(float(one.surplus(cost)) for one in demand.values())
    spread = max(prices) / min(prices) if min(prices) > 0 else np.inf
    return _judged(buyers, first_best, spread, 1 - sum(units) / worth if worth else 0.0)


def _ladder_rows(demand: Demand, ladder: Floats, cost: float) -> pd.DataFrame:
    shares = np.append(demand.units(ladder), 0.0)
    left = np.append(demand.surplus(ladder), 0.0)
    units = shares[:-1] - shares[1:]
    # those of the next step up would have had that step's surplus and the step besides
    surplus = left[:-1] - left[1:] - shares[1:] * np.diff(np.append(ladder, ladder[-1]))
    names = [_("segment {n}").format(n=k + 1) for k in range(len(ladder))]
    return rows(names, units, ladder, cost, surplus)


def _left_out(demand: Demand, ladder: Floats | None, cost: float) -> float:
    worth = float(demand.share(cost))
    return 0.0 if ladder is None or not worth else 1 - float(demand.share(ladder[0])) / worth


def _guessed(
    demand: Demand, cost: float, ladder: Floats | None, error: float, seed: int
) -> Outcome:
    rng = numbers.generator("seed", seed)
    wtp = demand.population(GROUPS)
    guess = wtp * (1 + error * rng.standard_normal(GROUPS))
    if ladder is None:
        shown = np.maximum(guess, cost)
    else:
        step = np.clip(np.searchsorted(ladder, guess, side="right") - 1, 0, None)
        shown = ladder[step]
    buys = wtp >= shown
    worth = wtp >= cost
    share = demand.customers / GROUPS
    buyers = grouped(shown[buys], share, (wtp - shown)[buys] * share, cost)
    near = shown[worth].reshape(-1)
    tens = np.array_split(near, max(len(near) // 200, 1))  # 200 customers of nearly one WTP
    spread = (
        float(np.median([one.max() / max(one.min(), 1e-12) for one in tens])) if len(near) else 1.0
    )
    out = 1 - float(buys[worth].mean()) if worth.any() else 0.0
    return _judged(buyers, float(demand.surplus(cost)), spread, out)


def _judged(buyers: pd.DataFrame, first_best: float, spread: float, priced_out: float) -> Outcome:
    gain = float((buyers["units"] * (buyers["price"] - buyers["unit_cost"])).sum())
    share = gain / first_best if first_best > 0 else np.nan
    details = {"spread": spread, "priced_out": priced_out, "shop_share": share}
    return Outcome("personalised", buyers, 0.0, details)
