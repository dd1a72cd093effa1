"""Strategies 5 and 8 of slide 20: prices over a product's life, and a low price for share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.strategies.demand import Demand, Floats, customers_of
from ecokit.strategies.outcome import Outcome, outcome_of, rows

INNOVATION, IMITATION = 0.03, 0.38
"""Bass's p and q as they are on average, a year; the course uses a faster year."""

STAGES = ("introduction", "growth", "maturity", "decline")
"""The stages of a product's life."""


@public
def bass(innovation: float, imitation: float, market: float, periods: int) -> Floats:
    """Return new adopters in each period, by the recursion ``(p + q A/M)(M - A)``.

    Parameters
    ----------
    innovation, imitation : float
        Bass's p and q: the chance to adopt on one's own, and by those who have.
    market : float
        M, all who will ever adopt.
    periods : int
        How many periods.

    Returns
    -------
    ndarray
        New adopters of each period, shape (periods,).

    Raises
    ------
    CourseError
        `innovation` is no share above 0, or `imitation` lies outside 0 to 10; no market, no period.

    References
    ----------
    Bass (1969).

    Examples
    --------
    >>> new = bass(0.0045, 0.35, 5_000_000, periods=30)
    >>> int(new.argmax()) + 1, round(float(new.max()) / 5_000_000, 6)
    (15, 0.089576)
    >>> bass(0, 0.35, 100, 10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: innovation is 0. Give a share above 0 and at most 1; write 45 % as
    0.45.
    """
    innovation, imitation = _innovation_imitation(innovation, imitation)
    market = numbers.positive("market", market)
    adopted, new = 0.0, np.empty(numbers.count("periods", periods, 1, 10_000))
    for period in range(len(new)):
        new[period] = min((innovation + imitation * adopted / market), 1) * (market - adopted)
        adopted += new[period]
    return new


@dataclass(frozen=True)
class BassFit(ByName, of="strategies.fit_bass"):
    """Bass's p and q (``innovation``, ``imitation``), and all who will ever adopt (``market``).

    ``r2`` is the share of the variance of sales that the curve explains.
    """

    innovation: float
    imitation: float
    market: float
    r2: float


@public
def fit_bass(sales: ArrayLike, *, method: str = "interval") -> BassFit:
    """Fit Bass's curve to the sales of a product by period, from its launch on.

    Parameters
    ----------
    sales : array_like
        First purchases in each period, in order; five periods or more, without gaps. Sales that
        have not passed their peak hardly tell how large the market is.
    method : {"interval", "rate", "regression"}
        ``"interval"``: least squares on what the curve adds in each period, which is what a period
        counts. ``"rate"``: on the curve's speed at the end of each period. ``"regression"``: sales
        on the adopters so far and their square, Bass's own way, for the recursion of :func:`bass`.

    Returns
    -------
    BassFit

    Raises
    ------
    CourseError
        Fewer than five periods, a gap or sales below 0; or no curve fits: sales that neither rise
        nor fall as adoption does, or tell of a market a hundred times as large as they are.

    References
    ----------
    Bass (1969); by periods: Srinivasan and Mason (1986).

    Examples
    --------
    Video recorders in American homes, 1980 to 1989, thousands:

    >>> homes = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    >>> told = fit_bass(homes, method="rate")
    >>> round(told.innovation, 5), round(told.imitation, 3), round(told.market, -1)
    (0.00659, 0.638, 67980.0)
    >>> fit_bass([1, 2, 3])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: sales holds 3 periods. A curve of three numbers needs five or more.
    """
    from scipy.optimize import least_squares

    numbers.one_of("method", method, ("interval", "rate", "regression"))
    sold = numbers.row("sales", sales, low=0)
    if len(sold) < 5:
        message = _("sales holds {n} periods. A curve of three numbers needs five or more.")
        raise CourseError(message.format(n=len(sold)))
    if not sold.any():
        raise CourseError(_("sales are 0 in all periods, so there is no curve to fit."))
    start = _bass_regression(sold)
    if method == "regression":
        if start is None or start[2] > _LARGEST * sold.sum():
            raise CourseError(_NO_BASS)
        p, q, market = start
        made = bass(p, q, market, len(sold)) if p <= 1 and q <= 10 else sold * np.nan
        return _bass_told(p, q, market, sold, made)
    p, q, market = start or (0.03, 0.38, 1.5 * float(sold.sum()))
    time = np.arange(len(sold) + 1, dtype=float)
    size = float(np.sqrt(np.mean(sold**2)))

    def curve(logs: Floats) -> Floats:
        p, q, market = np.exp(logs)
        fade = np.exp(-(p + q) * time)
        if method == "rate":
            rate = (p + q) ** 2 / p * fade / (1 + q / p * fade) ** 2
            return np.asarray(market * rate[1:])
        return np.asarray(market * np.diff((1 - fade) / (1 + q / p * fade)))

    low, high = np.log([1e-7, 1e-6, sold.max()]), np.log([1.0, 10.0, 1e4 * sold.sum()])
    first = np.clip(np.log([p, q, market]), low + 1e-6, high - 1e-6)

    def off(logs: Floats) -> Floats:
        return (curve(logs) - sold) / size

    found = least_squares(off, first, bounds=(low, high), xtol=1e-12, ftol=1e-12)
    edge = (found.x - low < 1e-3) | (high - found.x < 1e-3)
    if not found.success or edge.any():
        raise CourseError(_NO_BASS)
    p, q, market = np.exp(found.x).tolist()
    return _bass_told(p, q, market, sold, curve(found.x))


_NO_BASS = _(
    "No Bass curve fits these sales: give first purchases from the launch on, past their peak."
)


_LARGEST = 100  # times what is sold so far: a larger market is a guess, as of sales that only grow


def _bass_regression(sold: Floats) -> tuple[float, float, float] | None:
    """Return p, q and M of sales on adopters so far and their square; None where there are none."""
    before = np.concatenate([[0.0], np.cumsum(sold)[:-1]])
    scale = max(float(before.max()), 1.0)
    x = before / scale
    columns = np.column_stack([np.ones(len(x)), x, x**2])
    a, b, c = np.linalg.lstsq(columns, sold, rcond=None)[0]
    root = b**2 - 4 * a * c
    if not (a > 0 and c < 0 and root > 0):
        return None
    market = (-b - math.sqrt(root)) / (2 * c) * scale
    p, q = a / market, -c / scale**2 * market
    return (float(p), float(q), float(market)) if p > 0 and q > 0 else None


def _bass_told(p: float, q: float, market: float, sold: Floats, made: Floats) -> BassFit:
    """Return a fit that says something: better than the mean, of a market that can be seen."""
    around = float(np.square(sold - sold.mean()).sum())
    left = float(np.square(sold - made).sum())
    if left >= around or market > _LARGEST * sold.sum():
        raise CourseError(_NO_BASS)
    return BassFit(p, q, market, 1 - left / around)


@public
def bass_share(time: ArrayLike, innovation: float, imitation: float) -> Floats:
    """Return the share of the market that has adopted at `time`, in continuous time.

    Parameters
    ----------
    time : array_like
        Periods since the launch, 0 or more.
    innovation, imitation : float
        Bass's p and q, as in :func:`bass`.

    Returns
    -------
    ndarray
        Shares, 0 to 1, of the shape of `time`.

    Raises
    ------
    CourseError
        `innovation` is no share above 0, or `imitation` is outside 0 to 10; a time before
        the launch.

    References
    ----------
    Bass (1969).

    Examples
    --------
    >>> bass_share([0, 6.1926], 0.03, 0.38).round(4).tolist()
    [0.0, 0.4605]
    """
    innovation, imitation = _innovation_imitation(innovation, imitation)
    fade = np.exp(-(innovation + imitation) * _times(time))
    return np.asarray((1 - fade) / (1 + imitation / innovation * fade))


@dataclass(frozen=True)
class Peak(ByName, of="strategies.bass_peak"):
    """When sales of a Bass curve peak, the sales then, and the share that has adopted."""

    time: float
    sales: float
    share: float


@public
def bass_peak(innovation: float, imitation: float, market: float = 1) -> Peak:
    """Return the peak of sales in continuous time; the recursion peaks later.

    Parameters
    ----------
    innovation, imitation : float
        Bass's p and q, as in :func:`bass`.
    market : float
        All who will ever adopt.

    Returns
    -------
    Peak
        ``time`` (periods since the launch), ``sales`` (then, a period), ``share`` (adopted).

    Raises
    ------
    CourseError
        `innovation` is no share above 0, or `imitation` lies outside 0 to 10; no market.

    References
    ----------
    Bass (1969).

    Examples
    --------
    >>> peak = bass_peak(0.03, 0.38)
    >>> round(peak.time, 4), round(peak.sales, 6), round(peak.share, 6)
    (6.1926, 0.110592, 0.460526)
    """
    p, q = _innovation_imitation(innovation, imitation)
    market = numbers.positive("market", market)
    if q <= p:
        return Peak(0.0, market * p, 0.0)
    return Peak(math.log(q / p) / (p + q), market * (p + q) ** 2 / (4 * q), (q - p) / (2 * q))


@public
def stage(time: ArrayLike, innovation: float, imitation: float) -> list[str]:
    """Return the stage of a product's life at each time, such as "growth".

    Sales grow ever faster in the introduction, more slowly in growth, fall ever faster in
    maturity and level off in decline: the borders are the turning points of the Bass curve.

    Parameters
    ----------
    time : array_like
        Periods since the launch, 0 or more.
    innovation, imitation : float
        Bass's p and q, as in :func:`bass`.

    Returns
    -------
    list of str
        "introduction", "growth", "maturity" or "decline".

    Raises
    ------
    CourseError
        `innovation` is no share above 0, or `imitation` is outside 0 to 10; a time before
        the launch.

    References
    ----------
    Turning points as borders after Mahajan, Muller and Srivastava (1990).

    Examples
    --------
    >>> stage([1, 4, 8, 12], 0.03, 0.38)
    ['introduction', 'growth', 'maturity', 'decline']
    """
    p, q = _innovation_imitation(innovation, imitation)
    peak = math.log(q / p) / (p + q) if q else -math.inf  # before the launch where q < p
    wide = math.log(2 + math.sqrt(3)) / (p + q)
    places = np.searchsorted(
        [peak - wide, peak, peak + wide], _times(numbers.row("time", time)), side="right"
    )
    return [STAGES[place] for place in places]


@dataclass(frozen=True)
class Markdown(ByName, of="strategies.markdown"):
    """Falling prices for one unit (``prices``, yuan), and the mean revenue that they bring."""

    prices: Floats
    revenue: float


@public
def markdown(steps: int, low: float = 0.0, high: float = 1.0) -> Markdown:
    """Return the best falling prices for one unit that nobody has sold before, and its revenue.

    One customer a period; nobody knows what the product is worth to them, only that it is the
    same for all and lies evenly between `low` and `high`. Each refusal teaches.

    Parameters
    ----------
    steps : int
        Periods.
    low, high : float
        The range of the value, yuan.

    Returns
    -------
    Markdown
        ``prices`` (yuan, one a period) and ``revenue`` (yuan, the mean).

    Raises
    ------
    CourseError
        No period, or a range that is not from 0 upwards.

    References
    ----------
    Lazear (1986).

    Examples
    --------
    >>> two, four = markdown(2), markdown(4)
    >>> two.prices.round(4).tolist(), round(two.revenue, 4)
    ([0.6667, 0.3333], 0.3333)
    >>> four.prices.round(4).tolist(), round(four.revenue, 4)
    ([0.8, 0.6, 0.4, 0.2], 0.4)
    """
    steps = numbers.count("steps", steps, 1, 1000)
    low, high = numbers.number("low", low, low=0), numbers.number("high", high, low=0)
    if not low < high:
        raise CourseError(_("Give a lowest value from 0 and a highest value above it, in yuan."))
    last = max(high / (steps + 1), low)  # below the lowest value no price is worth asking
    prices = high - np.arange(1, steps + 1) * (high - last) / steps
    revenue = float((prices * (high - last) / steps).sum() / (high - low))
    return Markdown(prices, revenue)


@public
def path(launch: float, later: float, cut_after: int, periods: int, sale: float = 0.0) -> Floats:
    """Return prices over a product's life: high, then lower, then an optional sale at the end.

    Parameters
    ----------
    launch, later : float
        Price at first, and from the cut on, yuan.
    cut_after : int
        Periods before the cut.
    periods : int
        All periods.
    sale : float
        Share off the later price in the last fifth of the periods.

    Returns
    -------
    ndarray
        Yuan, shape (periods,).

    Raises
    ------
    CourseError
        A price, a number of periods or a sale that cannot be.

    References
    ----------
    Slide 20 (product life cycle); high at first: Dean (1950), skimming.

    Examples
    --------
    >>> path(100, 80, cut_after=2, periods=5, sale=0.25).tolist()
    [100.0, 100.0, 80.0, 80.0, 60.0]
    """
    launch, later = numbers.positive("launch", launch), numbers.positive("later", later)
    sale = numbers.number("sale", sale, low=0, high=0.95)
    periods = numbers.count("periods", periods, 1, 1000)
    time = np.arange(periods)
    prices = np.where(time < numbers.count("cut_after", cut_after, 0, 1000), launch, later)
    last = max(round(periods / 5), 1)
    return np.where(time >= periods - last, prices * (1 - sale), prices).astype(float)


@public
def life_cycle(
    demand: Demand,
    cost: float,
    prices: Sequence[float] | Floats | None = None,
    *,
    innovation: float = INNOVATION,
    imitation: float = IMITATION,
    ageing: float = 0.02,
    cost_fall: float = 0.01,
) -> Outcome:
    """Product life cycle pricing 产品循环周期定价: prices that follow a product's life.

    Customers hear of the product as in Bass's model. Once they know it, they buy in the first
    period whose price is right for them. Meanwhile the product ages: every WTP falls by
    `ageing` a period. Waiting for a lower price therefore costs both sides.

    Parameters
    ----------
    demand : Demand
        Everybody who could ever buy, with the WTP at the launch.
    cost : float
        Unit cost at the launch, yuan.
    prices : sequence of float, optional
        A price a period, yuan. Default: twelve periods that skim from a high price down.
    innovation, imitation : float
        Bass's p and q, a period.
    ageing, cost_fall : float
        Share by which every WTP, and the unit cost, fall each period.

    Returns
    -------
    Outcome
        One row a period. ``details``: ``peak`` (the period that sells most, from 1) and
        ``reached``, the share of all customers who know the product at the end.

    Raises
    ------
    CourseError
        No price, a negative price, or a share outside its range.

    References
    ----------
    Slide 20; Bass (1969); skimming and penetration after Dean (1950).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> market = uniform(0, 100, 1000)
    >>> flat = life_cycle(market, 20, [60] * 12, ageing=0, cost_fall=0)
    >>> skim = life_cycle(market, 20, [80] * 6 + [60] * 6, ageing=0, cost_fall=0)
    >>> skim.units == flat.units, skim.profit > flat.profit
    (True, True)
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    ageing = numbers.number("ageing", ageing, low=0, high=0.5)
    cost_fall = numbers.number("cost_fall", cost_fall, low=0, high=0.5)
    asked = skim(demand, cost) if prices is None else _prices(prices)
    periods = len(asked)
    heard = bass(innovation, imitation, 1, periods)
    worth = np.asarray((1 - ageing) ** np.arange(periods), float)
    level = asked / worth  # the price against a WTP as it was at the launch
    # the lowest level that each cohort (row) has seen up to each period (column)
    seen = np.where(np.tri(periods, dtype=bool).T, level, np.inf)
    lowest = np.minimum.accumulate(seen, axis=1)
    sold = heard @ np.where(np.isfinite(lowest), demand.share(lowest), 0.0)
    units = demand.customers * np.diff(sold, prepend=0.0)
    unit_cost = cost * (1 - cost_fall) ** np.arange(periods)
    surplus = _cohort_surplus(demand, heard, lowest, asked, worth)
    names = [_("period {n}").format(n=n + 1) for n in range(periods)]
    details = {"peak": float(units.argmax() + 1), "reached": float(heard.sum())}
    return Outcome("life_cycle", rows(names, units, asked, unit_cost, surplus), 0.0, details)


def _prices(prices: Sequence[float] | Floats) -> Floats:
    asked = numbers.array("prices", prices, low=0)
    if asked.ndim != 1 or not 1 <= asked.size <= 1000:
        wanted = _("Give a price for each period, at least one and at most 1,000.")
        raise numbers.refused("prices", prices, wanted)
    return asked


@public
def skim(demand: Demand, cost: float, periods: int = 12) -> Floats:
    """Return prices that fall in equal steps from near the highest WTP to the best one price.

    Parameters
    ----------
    demand : Demand
        The customers.
    cost : float
        Unit cost, yuan.
    periods : int
        How many periods.

    Returns
    -------
    ndarray
        Yuan, shape (periods,).

    Raises
    ------
    CourseError
        `demand` is no demand, or a cost or a number of periods cannot be.

    References
    ----------
    Skimming: Dean (1950); the equal steps are the course's own.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> skim(uniform(0, 100), cost=20, periods=3).round(6).tolist()
    [80.0, 70.0, 60.0]
    """
    demand, periods = customers_of(demand), numbers.count("periods", periods, 1, 1000)
    end = demand.best_price(cost)
    return np.linspace((demand.top + end) / 2, end, periods).round(6)


def _cohort_surplus(
    demand: Demand, heard: Floats, lowest: Floats, asked: Floats, worth: Floats
) -> Floats:
    """Return what the buyers of each period keep: their WTP then, less the price."""
    before = np.column_stack([np.full(len(asked), np.inf), lowest[:, :-1]])
    known = np.isfinite(lowest)  # cohorts that have heard by then
    now, earlier = np.where(known, lowest, 0.0), np.where(np.isfinite(before), before, 0.0)
    left_over = np.where(np.isfinite(before), demand.units(before), 0.0)
    # the integral of (v - level) over the buyers with a WTP between the two levels
    over = demand.surplus(now) - np.where(left_over > 0, demand.surplus(earlier), 0.0)
    over -= (earlier - now) * left_over
    over += (demand.units(now) - left_over) * (now - asked / worth)
    return np.asarray(worth * (heard @ np.where(known, over, 0.0)))


@public
def experience_cost(first: float, units: ArrayLike, rate: float = 0.8) -> Floats:
    """Return the cost of the n-th unit when each doubling of all units made costs `rate` times.

    Parameters
    ----------
    first : float
        Cost of the first unit, yuan.
    units : array_like
        Units made so far, with the one that is asked for.
    rate : float
        0.8 is the "80 % curve": doubling takes 20 % off.

    Returns
    -------
    ndarray
        Yuan, of the shape of `units`.

    Raises
    ------
    CourseError
        A cost below 0, units not above 0, or a rate outside 0.01 to 1.

    References
    ----------
    Wright (1936); Henderson (1968): 20 to 30 % a doubling.

    Examples
    --------
    >>> experience_cost(100, [1, 2, 4, 8]).round(6).tolist()
    [100.0, 80.0, 64.0, 51.2]
    >>> experience_cost(100, 8, rate=1.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: rate is 1.5. Give a number, 0.01 to 1.
    """
    first, made = numbers.number("first", first, low=0), numbers.array("units", units)
    rate = numbers.number("rate", rate, low=0.01, high=1)
    if not (made > 0).all():
        raise CourseError(_("The number of units made must lie above 0: the first unit is 1."))
    return np.asarray(first * made ** math.log2(rate))


@public
def penetration(
    demand: Demand,
    cost: float,
    launch: float | None = None,
    later: float | None = None,
    *,
    low_periods: int = 3,
    periods: int = 12,
    network: float = 0.5,
    rate: float = 0.9,
    made: float | None = None,
) -> Outcome:
    """Penetration pricing 渗透定价: low at first, to win users and experience.

    Each period brings the same new customers. Users make the product worth more to others:
    the WTP of a period is ``1 + network * share`` times that of the start, with the share of
    customers who bought in the period before. And the unit cost falls along the experience
    curve.

    Parameters
    ----------
    demand : Demand
        Customers of one period, with their WTP while nobody uses the product.
    cost : float
        Unit cost at the launch, yuan.
    launch, later : float, optional
        Price in the first periods and after them, yuan. Default: the unit cost at the launch,
        and the best single price at the WTP that the users of the launch bring.
    low_periods, periods : int
        Periods at the launch price, and all of them.
    network : float
        How much more the product is worth if everybody uses it, as a share; 0: no network.
    rate : float
        Cost at a doubling; 1: no experience.
    made : float, optional
        Units made before the launch. Default: what sells in one period at the best single
        price.

    Returns
    -------
    Outcome
        One row a period. ``details``: ``share`` (of customers who buy, in the last period),
        ``last_cost`` (yuan), ``lowest_cash`` (yuan: the deepest loss on the way, 0 if none).

    Raises
    ------
    CourseError
        A parameter outside its range.

    References
    ----------
    Slide 20; network effects after Katz and Shapiro (1985), dynamic prices under
    experience after Robinson and Lakhani (1975).

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> market = uniform(0, 100, 1000)
    >>> plain = penetration(market, 20, 60, 60, network=0, rate=1)
    >>> round(plain.profit), plain.details["share"]
    (192000, 0.4)
    """
    demand, cost = customers_of(demand), numbers.number("cost", cost, low=0)
    network = numbers.number("network", network, low=0, high=5)
    rate = numbers.number("rate", rate, low=0.5, high=1)
    periods = numbers.count("periods", periods, 1, 1000)
    low_periods = numbers.count("low_periods", low_periods, 0, 1000)
    first = cost if launch is None else numbers.positive("launch", launch)
    usual = max(float(demand.units(demand.best_price(cost))), 1.0)
    before = usual if made is None else numbers.positive("made", made)
    if later is None:
        grown = 1 + network * settled_share(demand, first, network)
        later = grown * demand.best_price(cost / grown)
    later = numbers.number("later", later, low=0)
    share, total, cash, table = 0.0, before, [0.0], []
    for period in range(periods):
        price = first if period < low_periods else later
        worth = 1 + network * share
        units = float(demand.units(price / worth))
        unit_cost = _mean_cost(cost, before, total, units, rate)
        table.append((units, price, unit_cost, worth * float(demand.surplus(price / worth))))
        share, total = units / demand.customers, total + units
        cash.append(cash[-1] + units * (price - unit_cost))
    names = [_("period {n}").format(n=n + 1) for n in range(len(table))]
    details = {"share": share, "last_cost": table[-1][2], "lowest_cash": min(cash)}
    return Outcome("penetration", rows(names, *np.array(table).T), 0.0, details)


def settled_share(demand: Demand, price: float, network: float, steps: int = 500) -> float:
    """Return the share of customers who buy once the network has settled at a price.

    Uniform WTP up to H: the share x solves ``x = 1 - price / (H (1 + network x))``.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> round(settled_share(uniform(0, 100), price=60, network=0.5), 6)
    0.524695
    """
    share = 0.0
    for _step in range(steps):
        following = float(demand.share(price / (1 + network * share)))
        if abs(following - share) < 1e-12:
            break
        share = following
    return share


def _mean_cost(cost: float, before: float, total: float, units: float, rate: float) -> float:
    """Return the mean cost of the next `units`, along the curve through the launch cost."""
    slope = math.log2(rate)
    if units <= 0:
        return cost * (total / before) ** slope
    if math.isclose(slope, -1):
        area = before * math.log((total + units) / total)
    else:
        power = 1 + slope
        area = before**-slope * ((total + units) ** power - total**power) / power
    return cost * area / units


def _innovation_imitation(innovation: float, imitation: float) -> tuple[float, float]:
    found = numbers.share("innovation", innovation, zero=False)
    return found, numbers.number("imitation", imitation, low=0, high=10)


def _times(time: ArrayLike) -> Floats:
    """Return times as an array, or say that one lies before the launch."""
    times = numbers.array("time", time)
    if not (times >= 0).all():
        raise CourseError(_("A time lies before the launch. Give 0 or more."))
    return times


_COLUMNS = ("period", "price", "units", "unit_cost", "profit", "cumulative_profit")


@public
def over_time(outcome: Outcome) -> pd.DataFrame:
    """Return an outcome with a row a period as a table of its course.

    Parameters
    ----------
    outcome : Outcome
        With a row a period.

    Returns
    -------
    DataFrame
        ``period``, ``price`` (yuan), ``units``, ``unit_cost``, ``profit``, ``cumulative_profit``
        (yuan).

    Raises
    ------
    CourseError
        It is no outcome.

    References
    ----------
    The layout is the course's own.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> course = over_time(penetration(uniform(0, 100, 1000), 20, periods=2))
    >>> course.columns.tolist()
    ['period', 'price', 'units', 'unit_cost', 'profit', 'cumulative_profit']
    """
    outcome = outcome_of("outcome", outcome)
    table = outcome.buyers.assign(
        period=range(1, len(outcome.buyers) + 1),
        profit=lambda t: t["units"] * (t["price"] - t["unit_cost"]),
    )
    table["cumulative_profit"] = table["profit"].cumsum()
    return table[list(_COLUMNS)]
