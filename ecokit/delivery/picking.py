"""The best of many: how much of its lead is luck, and what to expect of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, expit, logit

from ecokit.delivery.billing import Floats
from ecokit.errors import CourseError
from ecokit.experiments import shrunk_rates
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

MOST = 1e5
"""The largest weight: beyond it, all are the same but for luck."""


@dataclass(frozen=True)
class Usual:
    """How rates lie: what is usual, and how strongly it speaks against few cases.

    Attributes
    ----------
    mean : float
        The usual rate.
    weight : float
        So many cases of it are laid beside the own ones; large where all are nearly the same.
    """

    mean: float
    weight: float


@public
def usual_rate(data: Any, *, hits: str = "on_time", total: str = "parcels") -> Usual:
    """Learn from many rates what is usual among them, and how much they differ beyond luck.

    Parameters
    ----------
    data : table
        A row each, such as what :func:`punctuality` returned by carrier and city.
    hits, total : str
        The columns: how many were on time, and of how many.

    Returns
    -------
    Usual
        The mean and the weight that make these counts likeliest.

    Raises
    ------
    CourseError
        A count is below zero, hits are above the total, or fewer than two rows have cases.

    References
    ----------
    Beta-binomial law, as empirical Bayes: Casella (1985).

    Examples
    --------
    >>> counts = pd.DataFrame({"on_time": [96, 90, 84, 98], "parcels": 100})
    >>> found = usual_rate(counts)
    >>> round(found.mean, 2), 10 < found.weight < 200
    (0.92, True)
    >>> usual_rate(counts.head(1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table data has fewer than two rows with cases. Give more of them.
    """
    table = _counts(data, {"hits": hits, "total": total})
    # in one order: the search ends at a place that hangs by a hair on that of the rows
    table = table[table["total"] > 0].sort_values(["total", "hits"])
    if len(table) < 2:
        raise CourseError(
            _("The table data has fewer than two rows with cases. Give more of them.")
        )
    k, n = (table[name].to_numpy(float) for name in ("hits", "total"))
    pooled = float((k.sum() + 0.5) / (n.sum() + 1))

    def unlikely(at: Floats) -> float:
        mean, weight = expit(at[0]), np.exp(at[1])
        a, b = mean * weight, (1 - mean) * weight
        return -float((betaln(k + a, n - k + b) - betaln(a, b)).sum())

    bounds = [(-12.0, 12.0), (-2.0, float(np.log(MOST)))]
    starts = [
        minimize(unlikely, [logit(pooled), w], jac="3-point", bounds=bounds)
        for w in (1.0, 4.0, 7.0)
    ]
    best = min(starts, key=lambda one: float(one.fun))
    return Usual(float(expit(best.x[0])), float(np.exp(best.x[1])))


@dataclass(frozen=True)
class Curse:
    """The one that looks best, and what to expect of it.

    Attributes
    ----------
    best : object
        Who has the highest rate.
    rate, low, high : float
        Its rate, and the interval of Wilson, which knows nothing of having been picked.
    cases : int
        How many cases it stands on.
    shrunk : float
        What to expect of it: drawn towards what is usual.
    drop : float
        How much of the rate is luck, on average: rate less shrunk.
    best_shrunk : object
        Who is best by what to expect.
    compared : int
        Of how many it is the best.
    mean, weight : float
        What is usual, and how strongly it speaks.
    table : DataFrame
        All of them, best to expect first.
    """

    best: Any
    rate: float
    low: float
    high: float
    cases: int
    shrunk: float
    drop: float
    best_shrunk: Any
    compared: int
    mean: float
    weight: float
    table: pd.DataFrame

    def __str__(self) -> str:
        message = _(
            "{best} looks best of {n} with {rate:.1%} of {cases} parcels; expect {shrunk:.1%}"
        )
        told = {"best": self.best, "n": self.compared, "rate": self.rate}
        return message.format(**told, cases=self.cases, shrunk=self.shrunk)


@public
def winners_curse(
    data: Any,
    *,
    by: str = "carrier_id",
    hits: str = "on_time",
    total: str = "parcels",
    mean: float | None = None,
    weight: float | None = None,
    confidence: float = 0.95,
) -> Curse:
    """Say what to expect of the one that looks best of many.

    Who is picked because of a high rate has, on average, also had luck. 18 of 20 and 180 of 200
    are the same rate, and not the same promise.

    Parameters
    ----------
    data : table
        A row each with counts, such as what :func:`punctuality` returned.
    by : str
        The column that names them.
    hits, total : str
        The columns with the counts.
    mean, weight : float, optional
        What is usual, and how many cases of it are laid beside the own ones. Default: learned from
        the table, by :func:`usual_rate`.
    confidence : float
        Of the interval.

    Returns
    -------
    Curse
        Prints as a sentence.

    Raises
    ------
    CourseError
        As for :func:`usual_rate`; or a number cannot be.

    References
    ----------
    Smith and Winkler (2006), the optimizer's curse; Casella (1985); Wilson (1927).

    Examples
    --------
    >>> counts = pd.DataFrame({"carrier_id": ["E1", "E2", "E3"], "on_time": [19, 188, 150],
    ...                        "parcels": [20, 200, 170]})
    >>> found = winners_curse(counts, mean=0.92, weight=50)
    >>> print(found)
    E1 looks best of 3 with 95.0% of 20 parcels; expect 92.9%
    >>> found.best_shrunk
    'E2'
    >>> winners_curse(counts, weight=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: weight is -1. Give a number, 0 or more.
    """
    name = numbers.text("by", by)
    level = numbers.inner_share("confidence", confidence)
    given = None if weight is None else numbers.number("weight", weight, low=0)
    usual = None if mean is None else numbers.share("mean", mean)
    if given is None or usual is None:
        learned = usual_rate(data, hits=hits, total=total)
        given = learned.weight if given is None else given
        usual = learned.mean if usual is None else usual
    rates = shrunk_rates(
        data, by=name, weight=given, mean=usual, hits=hits, total=total, confidence=level
    )
    table = frames.as_pandas(rates).dropna(subset="rate")
    order = ["shrunk", "total"]
    table = table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    seen = table.sort_values(["rate", "total"], ascending=False, kind="stable").iloc[0]
    rate, low, high, drawn = (float(seen[it]) for it in ("rate", "low", "high", "shrunk"))
    return Curse(
        best=seen[name],
        rate=rate,
        low=low,
        high=high,
        cases=int(seen["total"]),
        shrunk=drawn,
        drop=rate - drawn,
        best_shrunk=table[name].iloc[0],
        compared=len(table),
        mean=usual,
        weight=given,
        table=table,
    )


def _counts(data: Any, columns: dict[str, str]) -> pd.DataFrame:
    for name, column in columns.items():
        numbers.text(name, column)
    types = dict.fromkeys(columns, "number")
    found = frames.as_pandas(frames.table(data, columns, name="data", types=types))
    rules = [rows.below_zero(name) for name in columns]
    rows.refuse(found, "data", [*rules, rows.above("hits", "total")])
    return found
