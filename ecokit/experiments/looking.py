"""Looking at a test before its end: what it costs, the boundary that mends it, what each look saw.

Both are sums of equal steps of a normal law, of which the test stops at the first that leaves a
boundary. Simulated they are `false_alarms`, integrated step by step `boundary`.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.experiments import differences, totals
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

SHAPES = ("none", "pocock", "obrien-fleming")
"""Boundaries: that of one look at each of them, the same at each, one that falls with the root."""

_MOST_LOOKS = 100
_LEAST_ALPHA = 1e-9  # below it, what is left of 1 has too few digits


@public
def false_alarms(
    looks: int, *, alpha: float = 0.05, runs: int = 100_000, seed: int = 2025
) -> float:
    """Return how often a test without any effect is "significant" at one of several looks.

    Parameters
    ----------
    looks : int
        Looks at the result, evenly spread; the test is stopped at the first that shows p < alpha.
    alpha : float
        What a single look at the end would risk.
    runs : int
        Simulated tests.
    seed : int
        Of the random numbers.

    Returns
    -------
    float
        Share of the runs, 0 to 1; its Monte Carlo standard error is below ``0.5 / sqrt(runs)``.

    Raises
    ------
    CourseError
        Not 1 to 1,000 looks, or too many runs.

    References
    ----------
    Armitage, McPherson and Rowe (1969), repeated significance tests on accumulating data.

    Examples
    --------
    >>> [round(false_alarms(looks), 2) for looks in (1, 5, 14)]
    [0.05, 0.14, 0.22]
    >>> false_alarms(0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: looks is 0. Give a whole number, 1 to 1000.
    """
    from scipy.stats import norm

    looks = numbers.count("looks", looks, 1, 1000)
    runs = numbers.count("runs", runs, 1, 10_000_000)
    bound = norm.ppf(1 - numbers.share("alpha", alpha) / 2)
    rng = numbers.generator("seed", seed)
    total, alarm = np.zeros(runs), np.zeros(runs, bool)
    for look in range(1, looks + 1):  # one look at a time: memory holds the runs, not all looks
        total += rng.standard_normal(runs)
        alarm |= np.abs(total) > bound * math.sqrt(look)
    return float(alarm.mean())


@public
def boundary(looks: int, *, shape: str = "pocock", alpha: float = 0.05) -> pd.DataFrame:
    """Return from where on each of several looks may stop a test.

    Parameters
    ----------
    looks : int
        How often one will look, evenly spread, the last time at the end; fixed before the start.
    shape : {"pocock", "obrien-fleming", "none"}
        The same boundary at each look; one that is high early and near the usual one at the end;
        or the usual one at each look, which is the mistake.
    alpha : float
        The chance of a false alarm in all looks together, two-sided.

    Returns
    -------
    DataFrame
        ``look``; ``share`` of the visitors that are seen; ``bound``, in standard errors;
        ``p_value``: below it the look stops the test; ``false_alarm``, the chance that this look
        or one before it stops a test without any effect. The boundaries are solved for, by
        integration from look to look.

    Raises
    ------
    CourseError
        Not 1 to 100 looks, an unknown shape, a share outside 0 to 1.

    References
    ----------
    Armitage, McPherson and Rowe (1969); Pocock (1977); O'Brien and Fleming (1979), as tabled by
    Jennison and Turnbull (2000).

    Examples
    --------
    >>> boundary(3, shape="none").round(3)[["look", "p_value", "false_alarm"]]
       look  p_value  false_alarm
    0     1     0.05        0.050
    1     2     0.05        0.083
    2     3     0.05        0.107
    >>> boundary(3, shape="obrien-fleming").round(3)[["bound", "p_value", "false_alarm"]]
       bound  p_value  false_alarm
    0  3.471    0.001        0.001
    1  2.454    0.014        0.014
    2  2.004    0.045        0.050
    >>> boundary(3, shape="straight")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: shape is 'straight'. Choose one of: none, pocock, obrien-fleming.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    looks = numbers.count("looks", looks, 1, _MOST_LOOKS)
    shape = numbers.one_of("shape", shape, SHAPES)
    alpha = numbers.share("alpha", alpha, zero=False, one=False)
    if alpha < _LEAST_ALPHA:
        raise numbers.refused("alpha", alpha, _("Give a larger share, such as 0.05."))
    steps = np.arange(1, looks + 1)
    form = np.sqrt(looks / steps) if shape == "obrien-fleming" else np.ones(looks)
    single = float(norm.ppf(1 - alpha / 2))
    height = single
    if shape != "none" and looks > 1:  # between one look and as many tests that share alpha
        shared = float(norm.ppf(1 - alpha / 2 / looks))
        height = float(brentq(lambda high: _crossed(high * form)[-1] - alpha, single, shared))
    bounds = height * form
    found = {"look": steps, "share": steps / looks, "bound": bounds}
    found |= {"p_value": 2 * norm.sf(bounds), "false_alarm": _crossed(bounds)}
    return pd.DataFrame(found)


def _crossed(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that a sum of normal steps has left its bounds, look by look.

    `bounds` are in standard errors of the sum so far. The density of the sums that are still
    inside is carried from look to look, at the nodes of a Gauss-Legendre rule.
    """
    from scipy.stats import norm

    wide = bounds * np.sqrt(np.arange(1, len(bounds) + 1))
    inside = [float(norm.cdf(wide[0]) - norm.cdf(-wide[0]))]
    nodes, weights = _rule(wide[0])
    density = norm.pdf(nodes)
    for reach in wide[1:]:
        there, weighed = _rule(reach)
        steps = there[:, None] - nodes
        density = np.exp(-(steps**2) / 2) @ (weights * density) / math.sqrt(2 * math.pi)
        nodes, weights = there, weighed
        inside.append(float(weights @ density))
    return 1 - np.array(inside)


def _rule(reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes and weights from -reach to reach: four a unit or more."""
    nodes, weights = _gauss(32 * (1 + math.ceil(reach / 4)))
    return reach * nodes, reach * weights


@cache
def _gauss(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.polynomial.legendre.leggauss(n)


@public
def look_by_look(
    data: Any,
    *,
    look: str = "date",
    arm: str = "arm",
    visitors: str = "visitors",
    hits: str = "orders",
    confidence: float = 0.95,
) -> Any:
    """Return what somebody sees who looks at a test again and again.

    Parameters
    ----------
    data : table
        Counts of two arms: a row a look and arm, or several that are added up.
    look, arm, visitors, hits : str
        The columns: the day or the number of the look, the arm (the first by name is the control),
        the visitors, and how many of them did it.
    confidence : float
        Of the intervals, as if each look were the only one.

    Returns
    -------
    table of the caller's kind
        A row a look: `look`, ``control_visitors`` and ``visitors`` so far, ``difference`` (rate,
        second arm less the first), ``standard_error``, ``low``, ``high``, ``p_value``. Looks before
        both arms had visitors are left out.

    Raises
    ------
    CourseError
        Not two arms, a negative count, more hits than visitors, no look with both arms.

    References
    ----------
    Newcombe (1998), method 10; what looking does: Armitage, McPherson and Rowe (1969).

    Examples
    --------
    >>> days = pd.DataFrame({"date": [1, 1, 2, 2], "arm": ["A", "B"] * 2, "visitors": [1000] * 4,
    ...     "orders": [50, 66, 46, 48]})
    >>> look_by_look(days)[["date", "visitors", "difference"]].round(3).values.tolist()
    [[1.0, 1000.0, 0.016], [2.0, 2000.0, 0.009]]
    >>> look_by_look(days.assign(orders=-1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 4 of 4 rows of data, orders is no number of 0 or more, such as ...
    """
    names = {"look": look, "arm": arm, "visitors": visitors, "hits": hits}
    for name, column in names.items():
        numbers.text(name, column)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    frames.refuse_taken([look], ["control_visitors", "visitors", *differences.FIELDS])
    small = totals.by_arm(data, totals.Columns(arm, visitors, rates=[hits], by=[look]))
    totals.named(small["arm"], "data", most=2)
    rows.refuse(small.rename(columns={"_by0": look}), "data", [rows.missing(look, "arm")])
    counts = small.pivot_table(["n", "_m0_sum"], "_by0", "arm", "sum", fill_value=0).cumsum()
    both = counts["n"].to_numpy(float).min(axis=1) > 0
    if not both.any():
        raise CourseError(_("An arm of data has no visitors."))
    counts = counts[both]
    hits_, n = (counts[key].to_numpy(float) for key in ("_m0_sum", "n"))
    found = differences.of_rates(hits_[:, 0], n[:, 0], hits_[:, 1], n[:, 1], level)
    seen = {"control_visitors": n[:, 0].astype(int), "visitors": n[:, 1].astype(int)}
    table = pd.DataFrame({look: counts.index.to_numpy(), **seen, **found})
    return frames.like(table[[look, *seen, *differences.FIELDS]], data)
