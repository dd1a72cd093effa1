"""A second order: what the first weeks tell of the rest, and what it is worth to wait for them.

What is believed of a season's demand is a gamma law of its mean, given which demand is a Poisson
count: so demand is negative binomial, and after the first weeks the belief is a gamma law again
(the conjugate law of a Poisson rate).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.buyout.terms import Terms, best_ratio, terms_of
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

Floats = NDArray[np.float64]

_SURE = 1e-9
"""What may be left out at either end of a law."""
_BELIEVED = _("Give what is believed before the season: buyout.belief(mean=500, sd=120).")
_PARTS = (np.arange(400) + 0.5) / 400
"""Of a law of a share: the places at which it is taken."""
_SEASONS = 4
"""How many seasons more what is usual is worth, beside the spread of past ones."""
_MOST = 200_000
"""Units of a season: more, and the sums over all demands take minutes."""


@dataclass(frozen=True)
class Belief:
    """What is believed of a season's demand: its mean has a gamma law.

    Parameters
    ----------
    shape, rate : float
        Of the gamma law.
    seen : float
        Share of the season that is over.
    """

    shape: float
    rate: float
    seen: float = 0.0

    def demand(self, share: float | None = None) -> Any:
        """Return the law of demand in a share of the season; by default in what is left of it.

        Examples
        --------
        >>> round(float(belief(500, 120).demand().std()), 6)
        120.0
        """
        from scipy import stats

        part = 1 - self.seen if share is None else numbers.share("share", share, zero=False)
        return stats.nbinom(self.shape, self.rate / (self.rate + part))

    @property
    def mean(self) -> float:
        """Units that are believed to be asked for in the whole season."""
        return self.shape / self.rate


@public
def belief(mean: float, sd: float) -> Belief:
    """Return what is believed of a season's demand before it begins.

    Parameters
    ----------
    mean, sd : float
        Of the units that may be asked for.

    Returns
    -------
    Belief
        ``demand()`` is its law, negative binomial with this mean and this spread.

    Raises
    ------
    CourseError
        The spread is no larger than that of a Poisson count, which would mean that the mean is
        known for sure; or demand is so large that whole units are the wrong way to count.

    References
    ----------
    Hausman and Sides (1973): demand of style goods by mail is negative binomial.

    Examples
    --------
    >>> found = belief(500, 120)
    >>> round(found.shape, 4), round(found.rate, 6)
    (17.9856, 0.035971)
    >>> belief(400, 20)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A mean of 400 has a spread of 20 by chance alone, and sd is 20: then
    nothing is left to learn. Give a larger sd: how far the season may lie from what is expected.
    """
    middle, spread = numbers.positive("mean", mean), numbers.positive("sd", sd)
    if middle + 6 * spread > _MOST:
        wanted = _("Give a season of fewer units, or count them in lots.")
        raise numbers.refused("mean", mean, wanted)
    if spread**2 <= middle * (1 + 1e-9):
        message = _(
            "A mean of {mean:g} has a spread of {least:.0f} by chance alone, and sd is {sd:g}: "
            "then nothing is left to learn. Give a larger sd: how far the season may lie from "
            "what is expected."
        )
        raise CourseError(message.format(mean=middle, least=middle**0.5, sd=spread))
    rate = middle / (spread**2 - middle)
    return Belief(middle * rate, rate)


@public
def learn(before: Belief, sold: float, share: float, *, spread: float = 0.0) -> Belief:
    """Return what is believed after some weeks.

    Parameters
    ----------
    before : Belief
        Of :func:`belief`, or of an earlier call.
    sold : float
        Units that were asked for in these weeks. Where the shelf was empty, sales are too few:
        count who was turned away, or leave these weeks out.
    share : float
        Share of the season's demand that usually comes in these weeks, see :func:`week_shares`.
    spread : float
        How far the share of this season may lie from that, see there; 0: it is known for sure.

    Returns
    -------
    Belief
        Gamma with ``shape + sold`` and ``rate + share``; a wider one where the share has a spread.

    Raises
    ------
    CourseError
        `before` is no belief, `sold` is below 0, the season would be over, or no share can have
        such a spread.

    Notes
    -----
    With a spread, the share s of these weeks has a beta law, and the weeks tell of it, too: after
    n units its density is multiplied by ``s**n / (rate + s)**(shape + n)``, the negative binomial
    chance of n. For each share what is still to come has a gamma law with ``shape + n`` and the
    mean ``(1 - s) * (shape + n) / (rate + s)``; together they are a mixture. What is returned is
    the gamma law with its mean and its variance, the two-moment approximation that Berk and others
    use for empty shelves, so that later weeks may be learnt in the same way.

    References
    ----------
    Berk, Gürler and Levine (2007), the conjugate laws, what empty shelves do to them, and the
    approximation.

    Examples
    --------
    A quarter of the season's demand would be 125 of 500; 180 came.

    >>> after = learn(belief(500, 120), sold=180, share=0.25)
    >>> round(after.mean, 1), round(float(after.demand().mean()), 1)
    (692.3, 519.2)
    >>> unsure = learn(belief(500, 120), sold=180, share=0.25, spread=0.03)
    >>> [law.demand().ppf([0.05, 0.95]).tolist() for law in (after, unsure)]
    [[450.0, 592.0], [365.0, 604.0]]
    >>> learn(after, sold=100, share=0.9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: share is 0.9, and 0.25 of the season are over. Give the share that
    these weeks alone have.
    """
    if not isinstance(before, Belief):
        raise numbers.refused("before", before, _BELIEVED)
    came = numbers.number("sold", sold, low=0)
    part = numbers.share("share", share, zero=False)
    wide = numbers.number("spread", spread, low=0)
    seen = before.seen + part
    if seen > 1 + 1e-9:
        message = _("{seen:g} of the season are over. Give the share that these weeks alone have.")
        told = _("share is {share:g}, and ").format(share=part)
        raise CourseError(told + message.format(seen=before.seen))
    if wide:
        return _unsure(before, came, part, wide)
    return Belief(before.shape + came, before.rate + part, min(seen, 1.0))


def _unsure(before: Belief, came: float, part: float, spread: float) -> Belief:
    """Return what is believed after weeks whose share has a beta law."""
    from scipy import special, stats

    there = 1 - before.seen  # this much of the season was still to come
    middle, wide = part / there, spread / there
    weight = middle * (1 - middle) / wide**2 - 1
    if weight <= 0:
        message = _(
            "A share of {share:g} cannot have a spread of {spread:g}. Give one below {most}."
        )
        most = f"{there * max(middle * (1 - middle), 0) ** 0.5:.3g}"
        raise CourseError(message.format(share=part, spread=spread, most=most))
    parts = there * stats.beta(middle * weight, (1 - middle) * weight).ppf(_PARTS)
    shape, rate = before.shape + came, before.rate + parts
    told = special.xlogy(came, parts) - shape * np.log(rate)
    chance = np.exp(told - told.max())
    chance /= chance.sum()
    rest = (there - parts) * shape / rate
    mean = float(chance @ rest)
    variance = float(chance @ rest**2) * (1 + 1 / shape) - mean**2
    found = mean**2 / variance
    return Belief(found, found * (there - part) / mean, before.seen + part)


@public
def week_shares(
    data: Any,
    *,
    usual: float = 0.03,
    offer_id: str = "offer_id",
    week: str = "week",
    sold: str = "sold",
) -> Any:
    """Return how the sales of past offers spread over the weeks: what `share` is after how many.

    Parameters
    ----------
    data : table
        A row an offer and week, such as ``offer_weeks``: offers of as many weeks as the next.
    usual : float
        By how much shares differ from season to season as a rule, in parts of the root of
        ``share * (1 - share)``: few offers are shrunk towards it.
    offer_id, week, sold : str
        The columns: the offer, the week (1, 2 ...), the units.

    Returns
    -------
    table of the caller's kind
        A row a week: ``week``, ``offers`` (with sales in all), ``share`` (of all sales of past
        offers, each offer counted alike), ``so_far`` (the shares added up), ``low``, ``high``
        (the smallest and the largest `so_far` among the offers), ``spread`` (standard deviation of
        the share so far of a *new* season, as :func:`learn` takes it).

    Raises
    ------
    CourseError
        No offer has sold anything, a week is no whole number from 1, or a number cannot be.

    Notes
    -----
    The shares so far of k offers have the mean m. Counting alone gives each the variance
    ``C = m * (1 - m) / units``, beside what is `usual`. One or two offers show no variance to rely
    on; so theirs is shrunk, as if four seasons more had shown just ``C + usual**2 * m * (1 - m)``:
    the squares of k - 1 and of 4 seasons are added up and divided by both. With this variance V the
    mean is off by V / k, and a new season differs by what counting does not explain: ``spread**2 =
    V / k + max(V - C, 0)``. Two seasons cannot prove that `usual` is too small: where they differ
    twice as much, intervals that are to hold 90 % hold some 80 %. Then say so.

    References
    ----------
    Murray and Silver (1966): early sales foretell the rest. Smyth (2004), variances of few cases
    shrunk towards a usual one.

    Examples
    --------
    >>> past = pd.DataFrame({"offer_id": ["B1", "B1", "B2", "B2"], "week": [1, 2, 1, 2],
    ...                      "sold": [60, 40, 20, 30]})
    >>> week_shares(past).round(3)
       week  offers  share  so_far  low  high  spread
    0     1       2    0.5     0.5  0.4   0.6   0.084
    1     2       2    0.5     1.0  1.0   1.0   0.000
    """
    wide = numbers.share("usual", usual)
    names = {"offer_id": offer_id, "week": week, "sold": sold}
    types = {"offer_id": "id", "week": "integer", "sold": "number"}
    frame = frames.table(data, names, name="data", types=types)
    once = frame.group_by("offer_id", "week").agg(nw.col("sold").sum(), _rows=nw.len())
    small = frames.as_pandas(once)
    weeks = rows.not_above_zero("week", "offer_id", whole=True)
    rules = [rows.missing("offer_id"), weeks, rows.below_zero("sold", "offer_id")]
    rows.refuse(small, "data", rules)
    units = small.pivot_table("sold", "week", "offer_id", "sum").fillna(0.0).astype(float)
    units = units.loc[:, units.sum() > 0].sort_index()
    if units.empty:
        raise CourseError(_("No offer of data has sold anything, so no week has a share."))
    shares = units / units.sum()
    far = shares.cumsum()
    found = pd.DataFrame(
        {
            "week": units.index.astype("int64"),
            "offers": units.shape[1],
            "share": shares.mean(axis=1).to_numpy(),
            "so_far": far.mean(axis=1).to_numpy(),
            "low": far.min(axis=1).to_numpy(),
            "high": far.max(axis=1).to_numpy(),
            "spread": _spread(far.to_numpy(), units.sum().to_numpy(), wide),
        }
    )
    return frames.like(found, data)


def _spread(far: Floats, units: Floats, usual: float) -> Floats:
    """Return how far the share of a new season may lie from the mean of past ones, week by week."""
    k, mean = far.shape[1], far.mean(axis=1)
    most = np.clip(mean * (1 - mean), 0, None)
    counting = most * (1 / units).mean()
    squares = ((far - mean[:, None]) ** 2).sum(axis=1)
    variance = (_SEASONS * (counting + usual**2 * most) + squares) / (_SEASONS + k - 1)
    return np.asarray(np.sqrt(variance / k + np.maximum(variance - counting, 0)))


@dataclass(frozen=True)
class Staged:
    """An order in two stages beside one in one.

    Attributes
    ----------
    first : float
        Units to order before the season.
    second : float
        Units of the second order, on average.
    profit : float
        Yuan, on average.
    once : float
        Units of the best single order.
    once_profit : float
        Yuan that it earns, on average.
    gain : float
        What it is worth to order twice.
    """

    first: float
    second: float
    profit: float
    once: float
    once_profit: float
    gain: float


@public
def staged_order(before: Belief, terms: Terms, *, share: float, extra: float = 0.0) -> Staged:
    """Return the best first order, where a second one may follow what the first weeks have shown.

    Parameters
    ----------
    before : Belief
        Of the whole season, from :func:`belief`.
    terms : Terms
        Of both orders; a minimum is that of the first one.
    share : float
        Share of the season's demand that comes before the second order.
    extra : float
        Yuan that a unit of the second order costs more.

    Returns
    -------
    Staged
        The order in two stages beside the best single one; `gain` is 0 or more.

    Raises
    ------
    CourseError
        The second order would earn nothing, the season has begun, or a number cannot be.

    Notes
    -----
    The second order arrives at once, and demand is seen even where the shelf was empty (who asks in
    vain is counted); such demand is lost. The share is taken as known. For each demand of the
    first weeks, the second order fills up to the best stock of the belief that follows from it;
    sums run over all demands.

    References
    ----------
    Murray and Silver (1966), of several orders for style goods.

    Examples
    --------
    >>> found = staged_order(belief(500, 120), Terms(2000, 1600, 900), share=0.25, extra=40)
    >>> found.first < found.once, round(found.gain)
    (True, 25823)
    >>> staged_order(belief(500, 120), Terms(2000, 1600, 900), share=0.25, extra=400)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A unit of the second order costs 2000, and a customer pays 2000. ...
    """
    if not isinstance(before, Belief) or before.seen:
        raise numbers.refused("before", before, _BELIEVED)
    offered = terms_of("terms", terms)
    part = numbers.share("share", share, zero=False, one=False)
    more = numbers.number("extra", extra, low=0)
    if offered.wholesale + more >= offered.price:
        message = _(
            "A unit of the second order costs {cost:g}, and a customer pays {price:g}. Give a "
            "smaller extra, or order once."
        )
        told = message.format(cost=offered.wholesale + more, price=offered.price)
        raise CourseError(told)
    season = _Season.of(before, offered, part, more)
    whole = before.demand()
    least = ceil(offered.minimum)
    once = max(float(whole.ppf(best_ratio(offered))), float(least))
    once_profit = season.alone(whole, once)
    first = max(_highest(season.profit, int(whole.ppf(1 - _SURE))), least)
    profit = season.profit(first)
    return Staged(
        first=float(first),
        second=season.second(first),
        profit=profit,
        once=once,
        once_profit=once_profit,
        gain=max(profit - once_profit, 0.0),
    )


def _highest(value: Any, top: int) -> int:
    """Return the whole number at which a concave function is highest."""
    low, high = 0, top
    while low < high:
        middle = (low + high) // 2
        if value(middle) < value(middle + 1):
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True)
class _Season:
    """The demands of the first weeks, their chances, and what each tells of the rest."""

    came: Floats
    chance: Floats
    shape: Floats  # of the law of the rest, for each of these demands
    odds: float
    fill: Floats  # stock to fill up to
    terms: Terms
    extra: float

    @classmethod
    def of(cls, before: Belief, terms: Terms, part: float, extra: float) -> _Season:
        from scipy import stats

        first = before.demand(part)
        came = np.arange(first.ppf(_SURE), first.ppf(1 - _SURE) + 1)
        shape = before.shape + came
        odds = (before.rate + part) / (before.rate + 1)
        worth = terms.left_worth
        ratio = (terms.price - terms.wholesale - extra) / (terms.price - worth)
        fill = stats.nbinom.ppf(ratio, shape, odds)
        chance = first.pmf(came)
        return cls(came, chance / chance.sum(), shape, odds, np.asarray(fill), terms, extra)

    def stocks(self, first: float) -> tuple[Floats, Floats]:
        """Return what is left of the first order, and the second order."""
        left = np.maximum(first - self.came, 0.0)
        return left, np.maximum(self.fill - left, 0.0)

    def second(self, first: float) -> float:
        return float(self.chance @ self.stocks(first)[1])

    def profit(self, first: float) -> float:
        """Return the profit of a first order with the best second ones, on average."""
        left, more = self.stocks(first)
        stock, t = left + more, self.terms
        sold = _sold(stock, self.shape, self.odds)
        rest = t.price * sold + t.left_worth * (stock - sold)
        earned = t.price * np.minimum(self.came, first) + rest
        return float(self.chance @ (earned - (t.wholesale + self.extra) * more)) - (
            t.wholesale * first
        )

    def alone(self, whole: Any, quantity: float) -> float:
        """Return the profit of one order."""
        shape, odds = whole.args
        sold = float(_sold(np.array([quantity]), np.array([shape]), odds)[0])
        t = self.terms
        return t.price * sold + t.left_worth * (quantity - sold) - t.wholesale * quantity


def _sold(stock: Floats, shape: Floats, odds: float) -> Floats:
    """Return what is sold of each stock, on average, under negative binomial demand.

    The part of the mean that lies above a stock is the mean times a tail of the law with one more
    in its shape.
    """
    from scipy import stats

    mean = shape * (1 - odds) / odds
    above = mean * stats.nbinom.sf(stock - 1, shape + 1, odds)
    return mean - (above - stock * stats.nbinom.sf(stock, shape, odds))
