"""Looking at a test before its end: what it costs."""

from __future__ import annotations

import math

import numpy as np

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public


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
