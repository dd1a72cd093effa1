"""When not to believe a test: several metrics, a guardrail, a test of the tool itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.experiments import differences
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

METHODS = {"holm": "holm", "benjamini-hochberg": "fdr_bh"}
"""Corrections for several metrics, by their names in statsmodels."""

_BATCH = 64  # tests of the tool that are drawn at once
_NOT_UNIFORM = 0.001  # as for a split: a tool is blamed only where chance is no excuse


# --- several metrics -------------------------------------------------------------------


@public
def adjust_p_values(p_values: Any, *, method: str = "holm", alpha: float = 0.05) -> pd.DataFrame:
    """Return p values with the number of metrics in the account.

    Of twenty metrics that do not change, one is "significant" by chance.

    Parameters
    ----------
    p_values : mapping, Series or list
        A p value for each metric, 0 to 1.
    method : {"holm", "benjamini-hochberg"}
        Holm: at most `alpha` to be wrong about any metric. Benjamini-Hochberg: of those that are
        called significant, a share of `alpha` is wrong in the mean.
    alpha : float
        See `method`.

    Returns
    -------
    DataFrame
        A row a metric, as given: ``metric``, ``p_value``, ``adjusted``, ``significant``.

    Raises
    ------
    CourseError
        A p value outside 0 to 1, none at all, an unknown method.

    References
    ----------
    Holm (1979); Benjamini and Hochberg (1995); both by statsmodels.

    Examples
    --------
    >>> adjust_p_values({"orders": 0.01, "revenue": 0.03, "returns": 0.04})
        metric  p_value  adjusted  significant
    0   orders     0.01      0.03         True
    1  revenue     0.03      0.06        False
    2  returns     0.04      0.06        False
    >>> adjust_p_values([0.01, 1.2])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: p_values holds 1.2. Give p values, 0 to 1.
    """
    from statsmodels.stats.multitest import multipletests

    known = METHODS[numbers.one_of("method", method, METHODS)]
    alpha = numbers.share("alpha", alpha, zero=False, one=False)
    if isinstance(p_values, (Mapping, pd.Series)):
        given = numbers.by_name("p_values", p_values)
    else:
        row = _p_values(p_values)
        given = {str(place): one for place, one in enumerate(row.tolist(), start=1)}
    values = _p_values(list(given.values()))
    significant, adjusted, *_rest = multipletests(values, alpha, known)
    found = {"metric": list(given), "p_value": values, "adjusted": adjusted}
    return pd.DataFrame(found | {"significant": significant})


def _p_values(values: Any) -> NDArray[np.float64]:
    if isinstance(values, str) or not numbers.is_list(values):
        raise numbers.refused("p_values", values, _("Give p values, such as [0.01, 0.2]."))
    found = numbers.row("p_values", values)
    if not len(found):
        raise CourseError(_("p_values is empty. Give p values, such as [0.01, 0.2]."))
    wrong = found[(found < 0) | (found > 1)]
    if len(wrong):
        message = _("p_values holds {value}. Give p values, 0 to 1.")
        raise CourseError(message.format(value=numbers.shown(float(wrong[0]))))
    return found


# --- a guardrail -----------------------------------------------------------------------


@dataclass(frozen=True)
class Guardrail:
    """Whether a metric that must not suffer has suffered.

    Attributes
    ----------
    verdict : str
        "kept": it is not worse by the margin; "lost": it is worse by more; "open": too small to
        know.
    worst : float
        By how much it may be worse, at the end of its interval; below 0: it is better, surely.
    margin : float
        By how much it may be worse at the most.
    """

    verdict: str
    worst: float
    margin: float

    def __str__(self) -> str:
        message = {
            "kept": _(
                "The guardrail holds: at worst the metric loses {worst:.4g} of {margin:.4g}."
            ),
            "lost": _("The guardrail is lost: the metric loses more than {margin:.4g}, surely."),
            "open": _(
                "Too small to know: the metric may lose {worst:.4g}; the limit is {margin:.4g}."
            ),
        }[self.verdict]
        return message.format(worst=self.worst, margin=self.margin)


@public
def guardrail(effect: object, *, margin: float, worse: str = "down") -> Guardrail:
    """Say whether a metric that must not suffer has suffered (non-inferiority).

    No significant harm is not no harm: the whole interval has to lie on the right side of the
    margin.

    Parameters
    ----------
    effect : Effect
        The difference of the metric with its interval, such as :func:`difference_of_rates` gives.
        Of an interval of 95 % the chance to call harm harmless is 2.5 %.
    margin : float
        By how much the metric may be worse, above 0, in its unit; set before the test.
    worse : {"down", "up"}
        Which way is worse: down for orders, up for returns.

    Returns
    -------
    Guardrail
        ``verdict`` ("kept", "lost" or "open"), ``worst``, ``margin``. Printed, it is a sentence.

    Raises
    ------
    CourseError
        `effect` is none, or the margin is not above 0.

    References
    ----------
    Piaggio and others (2012), on non-inferiority; Kohavi, Tang and Xu (2020), on guardrails.

    Examples
    --------
    >>> returns = differences.difference_of_rates(600, 10_000, 640, 10_000)
    >>> print(guardrail(returns, margin=0.02, worse="up"))
    The guardrail holds: at worst the metric loses 0.01069 of 0.02.
    >>> guardrail(returns, margin=0.005, worse="up").verdict
    'open'
    >>> guardrail(returns, margin=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: margin is 0. Give a number above 0.
    """
    if not isinstance(effect, differences.Effect):
        wanted = _("Give an effect, such as difference_of_rates(...) returns.")
        raise numbers.refused("effect", effect, wanted)
    margin = numbers.positive("margin", margin)
    down = numbers.one_of("worse", worse, ("down", "up")) == "down"
    low, high = numbers.row(_("the interval of effect"), (effect.low, effect.high)).tolist()
    least, most = (-high, -low) if down else (low, high)
    verdict = "kept" if most < margin else "lost" if least > margin else "open"
    return Guardrail(verdict, most, margin)


# --- a test of the tool ----------------------------------------------------------------


@dataclass(frozen=True)
class Alike:
    """Whether p values of tests without any effect are as they should be.

    Attributes
    ----------
    tests : int
        How many there are.
    below : float
        The share of them below .05, where 5 % belong, with its 95 % interval `low` to `high`.
    p_value : float
        How often chance makes them as uneven as that (Kolmogorov-Smirnov).
    sound : bool
        Whether that is no rarer than once in a thousand.
    """

    tests: int
    below: float
    low: float
    high: float
    p_value: float
    sound: bool


@public
def aa_check(p_values: ArrayLike) -> Alike:
    """Say whether a tool can be trusted, from its p values where nothing was changed (A/A tests).

    Where both arms get the same, p values are even between 0 and 1, and one in twenty is below
    .05. More of them mean that the tool takes chance for effects.

    Parameters
    ----------
    p_values : array
        One a test, such as :func:`aa_p_values` gives.

    Returns
    -------
    Alike
        ``tests``, ``below`` (share below .05) with ``low`` and ``high``, ``p_value``, ``sound``.

    Raises
    ------
    CourseError
        Fewer than ten, or one outside 0 to 1.

    References
    ----------
    Kohavi, Tang and Xu (2020), chapter 19; Wilson (1927); Kolmogorov-Smirnov by SciPy.

    Examples
    --------
    >>> even = aa_check(np.linspace(0.005, 0.995, 100))
    >>> even.below, even.sound
    (0.05, True)
    >>> aa_check(np.linspace(0.005, 0.995, 100) ** 2).sound
    False
    >>> aa_check([0.3])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: p_values holds 1. Give those of ten tests or more.
    """
    found = _p_values(p_values)
    if len(found) < 10:
        message = _("p_values holds {n}. Give those of ten tests or more.")
        raise CourseError(message.format(n=len(found)))
    hits = int((found < 0.05).sum())
    reach = intervals.wilson(hits, len(found))
    p_value = _evenly(found)
    ends = float(reach.low), float(reach.high)
    return Alike(len(found), hits / len(found), *ends, p_value, p_value >= _NOT_UNIFORM)


def _evenly(p_values: NDArray[np.float64]) -> float:
    """Return the p value of Kolmogorov and Smirnov that numbers are even between 0 and 1.

    Counts make p values in steps, and a step is no distance: each is taken at its middle. Where
    no two are the same this is the usual test.
    """
    from scipy.stats import kstwo

    size = len(p_values)
    values, counts = np.unique(p_values.round(12), return_counts=True)  # sums differ in digits
    middle = (np.cumsum(counts) - counts / 2) / size
    return float(kstwo.sf(np.abs(middle - values).max() + 0.5 / size, size))


@public
def aa_p_values(
    data: Any, *, metric: str, unit: str | None = None, runs: int = 1000, seed: int = 2025
) -> NDArray[np.float64]:
    """Draw arms by lot among rows that were all treated alike, again and again; return p values.

    It shows what a tool would find where there is nothing to find. With a `unit` the lot is drawn
    for that, and the rows are still compared as if each were drawn for itself: the mistake of
    who splits visitors and counts visits.

    Parameters
    ----------
    data : table
        Of one arm, or of a time without a test.
    metric : str
        The column of the number that is compared.
    unit : str, optional
        The column of what gets an arm as a whole, such as visitor_id. Default: each row.
    runs : int
        How many tests are drawn, 1 to 100,000.
    seed : int
        Of the random numbers.

    Returns
    -------
    array
        A p value a test, of Welch.

    Raises
    ------
    CourseError
        Fewer than four units, a number that is missing, all numbers the same.

    References
    ----------
    Kohavi, Tang and Xu (2020), chapter 19; Welch (1947).

    Examples
    --------
    >>> visits = pd.DataFrame({"visitor_id": np.arange(400).repeat(3), "spend":
    ...     np.random.default_rng(1).exponential(size=400).repeat(3)})
    >>> aa_check(aa_p_values(visits.drop_duplicates(), metric="spend", runs=400)).sound
    True
    >>> aa_check(aa_p_values(visits, metric="spend", unit="visitor_id", runs=400)).sound
    False
    >>> aa_p_values(visits.head(2), metric="spend")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: data has 2 units to draw arms for. Give four or more.
    """
    runs = numbers.count("runs", runs, 1, 100_000)
    rng = numbers.generator("seed", seed)
    sums = _unit_sums(data, metric, unit)
    if len(sums) < 4:
        message = _("data has {n} units to draw arms for. Give four or more.")
        raise CourseError(message.format(n=len(sums)))
    whole = sums.sum(axis=0)
    if whole[2] <= 1e-12 * whole[0]:
        message = _("All numbers of {metric} are the same, so no test finds anything.")
        raise CourseError(message.format(metric=metric))
    found = []
    for start in range(0, runs, _BATCH):
        # half of the units, drawn by lot, for each of some tests
        order = rng.random((min(_BATCH, runs - start), len(sums))).argsort(axis=1)
        changed = (order < len(sums) // 2).astype(float) @ sums
        arms = (whole - changed, changed)
        sides = [(one[:, 1] / one[:, 0], _variance(one), one[:, 0]) for one in arms]
        found.append(differences.of_means(*sides[0], *sides[1])["p_value"])
    return np.concatenate(found)


def _variance(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variance of rows from their number, sum and sum of squares."""
    n, total, squares = sums.T
    found: NDArray[np.float64] = np.maximum(squares - total**2 / n, 0) / np.maximum(n - 1, 1)
    return found


def _unit_sums(data: Any, metric: str, unit: str | None) -> NDArray[np.float64]:
    """Return number, sum and sum of squares of the rows of each unit, in an order of its own.

    The mean of all is taken off before: it changes no difference, and takes no digits away.
    """
    names = {"metric": metric} | ({"unit": unit} if unit is not None else {})
    for name, column in names.items():
        numbers.text(name, column)
    frame = frames.table(data, names, name="data", types={"metric": "number"})
    if unit is None:
        values = frames.as_pandas(frame.select("metric"))
        rows.refuse(values.rename(columns={"metric": metric}), "data", [rows.missing(metric)])
        one = values["metric"].to_numpy(float)
        one = np.sort(one - one.mean()) if len(one) else one
        return np.column_stack([np.ones_like(one), one, one**2])
    frame = frames.as_group(frame, "unit")
    value = nw.col("metric").cast(nw.Float64)
    middle, lacking = frames.collected(
        frame.select(a=value.mean(), b=(value.is_null() | nw.col("unit").is_null()).sum())
    ).row(0)
    if lacking:
        what = _("{metric} or {unit} is missing").format(metric=metric, unit=unit)
        remedy = _("Correct these rows, or leave them out.")
        message = _("In {n} rows of data, {what}. {remedy}")
        raise CourseError(message.format(n=lacking, what=what, remedy=remedy))
    off = value - (middle or 0.0)
    by_unit = frame.select("unit", total=off, squares=off**2).group_by("unit")
    sums = by_unit.agg(nw.len().alias("n"), nw.col("total", "squares").sum())
    small = frames.as_pandas(sums).sort_values(["n", "total", "squares"])
    return small[["n", "total", "squares"]].to_numpy(float)
