"""Risk as a distribution: what a deal may bring, drawn many times with the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.buyout.terms import Terms, best, law_of, terms_of
from ecokit.errors import CourseError
from ecokit.inputs import demand as demands
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _, yuan

Floats = NDArray[np.float64]


@public
def profit_draws(
    demand: Any,
    quantity: float,
    terms: Terms,
    *,
    seed: int,
    draws: int = 10_000,
    drop: float = 0.0,
    chance: float = 0.0,
    sold_before: float = 0.5,
    tooling: float = 0.0,
) -> pd.DataFrame:
    """Draw what an order may lead to.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    quantity : float
        Units ordered.
    terms : Terms
        Of the deal, with its price protection and its guarantee.
    seed : int
        Of the luck: the same seed gives the same seasons to every quantity and every contract.
    draws : int
        Seasons.
    drop, chance, sold_before : float
        The price falls by `drop` yuan with this chance, after this share of the season's demand.
    tooling : float
        Yuan that are paid once.

    Returns
    -------
    DataFrame
        A row a season: ``demand``, ``sold``, ``left`` (units), ``fell`` (whether the price did),
        ``made_good`` (yuan, by price protection and guarantee), ``profit`` (yuan).

    Raises
    ------
    CourseError
        A number cannot be, the price would fall below 0, or the demand is no law and no sample.

    References
    ----------
    The course's own: the terms, applied to each season that is drawn.

    Examples
    --------
    >>> from scipy import stats
    >>> found = profit_draws(stats.norm(500, 120), 486, Terms(2000, 1500, 900), seed=1)
    >>> round(found["profit"].mean(), -4), round((found["profit"] < 0).mean(), 2)
    (np.float64(200000.0), np.float64(0.02))
    >>> profit_draws(stats.norm(500, 120), 486, Terms(2000, 1500, 900), seed="today")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: seed is 'today'. ...
    """
    law, offered = law_of(demand), terms_of("terms", terms)
    size = numbers.number("quantity", quantity, low=0)
    n = numbers.count("draws", draws, 1, 10_000_000)
    fall = numbers.number("drop", drop, low=0, high=offered.price)
    risk, part = numbers.share("chance", chance), numbers.share("sold_before", sold_before)
    fixed = numbers.number("tooling", tooling, low=0)
    rng = numbers.generator("seed", seed)
    asked = demands.drawn(law, rng, n)
    fell = rng.random(n) < risk
    cheap = np.where(fell, fall, 0.0)
    sold, made_good, profit = seasons(asked, cheap, size, offered, part, fixed)
    return pd.DataFrame(
        {
            "demand": asked,
            "sold": sold,
            "left": size - sold,
            "fell": fell,
            "made_good": made_good,
            "profit": profit,
        }
    )


def seasons(
    asked: Floats, cheap: Floats, size: float, terms: Terms, part: float = 0.5, fixed: float = 0.0
) -> tuple[Floats, Floats, Floats]:
    """Return units sold, what the supplier makes good, and the profit, of each season.

    Demand is `asked`; the price falls by `cheap` after this part of it.
    """
    early = np.minimum(part * asked, size)
    sold = np.minimum(asked, size)
    covered = cheap * (size - early) if terms.price_protection else np.zeros(len(asked))
    earned = (
        terms.price * sold
        - cheap * (sold - early)
        + terms.left_worth * (size - sold)
        + covered
        - terms.wholesale * size
        - fixed
    )
    least = -np.inf if terms.guarantee is None else float(terms.guarantee)
    topped = np.maximum(least - earned, 0.0)
    return sold, covered + topped, earned + topped


@dataclass(frozen=True)
class Risk:
    """What a deal may bring, in a few numbers.

    Attributes
    ----------
    mean, sd : float
        Yuan.
    low, high : float
        The interval that holds the profit, as often as was asked for.
    chance_of_loss : float
        How often it is below 0.
    worst : float
        The mean of the worst seasons, those below `low`.
    """

    mean: float
    sd: float
    low: float
    high: float
    chance_of_loss: float
    worst: float

    def __str__(self) -> str:
        message = _(
            "{mean} on average, from {low} to {high}; a loss in {share:.0f} % of the seasons"
        )
        told = {"mean": yuan(self.mean), "low": yuan(self.low), "high": yuan(self.high)}
        return message.format(share=100 * self.chance_of_loss, **told)


@public
def risk_of(profits: ArrayLike, confidence: float = 0.9) -> Risk:
    """Return the mean, the reach and the bad end of profits that were drawn.

    Parameters
    ----------
    profits : array
        Such as the column ``profit`` of :func:`profit_draws`.
    confidence : float
        How often the interval holds the profit; half of the rest lies at each end.

    Returns
    -------
    Risk
        The numbers.

    Raises
    ------
    CourseError
        There are fewer than two profits, or one is no number.

    References
    ----------
    By definition: a mean, quantiles, and the mean beyond one.

    Examples
    --------
    >>> print(risk_of([-100, 0, 100, 200], confidence=0.5))
    ¥50 on average, from -¥25 to ¥125; a loss in 25 % of the seasons
    >>> risk_of([5])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: profits is [5]. Give two profits or more.
    """
    drawn = numbers.row("profits", profits)
    tail = (1 - numbers.inner_share("confidence", confidence)) / 2
    if drawn.size < 2:
        raise numbers.refused("profits", profits, _("Give two profits or more."))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Risk(
        mean=float(drawn.mean()),
        sd=float(drawn.std(ddof=1)),
        low=float(low),
        high=float(high),
        chance_of_loss=float((drawn < 0).mean()),
        worst=float(drawn[drawn <= low].mean()),
    )


@public
def contracts(
    demand: Any,
    offers: Mapping[str, Terms],
    *,
    seed: int,
    draws: int = 10_000,
    drop: float = 0.0,
    chance: float = 0.0,
    confidence: float = 0.9,
) -> pd.DataFrame:
    """Compare contracts under the same luck, each with the quantity that is best under it.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    offers : mapping of name to Terms
        What is on the table.
    seed : int
        Of the luck.
    draws : int
        Seasons.
    drop, chance : float
        The price falls by `drop` yuan with this chance, in the middle of the season.
    confidence : float
        Of the interval.

    Returns
    -------
    DataFrame
        A row a contract: ``contract``, ``quantity``, ``mean``, ``sd``, ``low``, ``high``,
        ``chance_of_loss``, ``worst``.

    Raises
    ------
    CourseError
        `offers` names no terms, or a number cannot be.

    References
    ----------
    Cachon (2003), who compares such contracts.

    Examples
    --------
    >>> from scipy import stats
    >>> offers = {"buy-out": Terms(2000, 1600, 900),
    ...           "buy-back": Terms(2000, 1600, 900, buy_back=1120)}
    >>> found = contracts(stats.norm(500, 120), offers, seed=1)
    >>> found[["contract", "quantity"]].round(1)
       contract  quantity
    0   buy-out     458.1
    1  buy-back     486.3
    >>> bool(found["low"][1] > found["low"][0])
    True
    """
    wanted = _("Name each offer: {'buy-out': buyout.Terms(2000, 1600, 900)}.")
    given = numbers.mapping("offers", offers, wanted)
    if not given:
        raise CourseError(_("offers names no contract.") + " " + wanted)
    law = law_of(demand)
    found = []
    for name, one in given.items():
        offered = terms_of(f"offers[{name!r}]", one)
        size = max(best(law, offered), float(offered.minimum))
        drawn = profit_draws(law, size, offered, seed=seed, draws=draws, drop=drop, chance=chance)
        told = risk_of(drawn["profit"], confidence)
        found.append({"contract": str(name), "quantity": size, **vars(told)})
    return pd.DataFrame(found)
