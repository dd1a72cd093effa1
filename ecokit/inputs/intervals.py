"""How far a share may lie from what was counted: Wilson's interval, for arrays and for columns.

It stays within 0 and 1 and holds for small counts, where the usual "share plus or minus two
standard errors" does not. From two of them comes Newcombe's interval of the difference.

References
----------
Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics
in Medicine 17, 873-890, method 10.
Wilson (1927), Probable inference, the law of succession, and statistical inference, J. Amer. Stat.
Assoc. 22, 209-212.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Generic, TypeVar

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs.numbers import array, inner_share
from ecokit.messages import _

T = TypeVar("T")


@dataclass(frozen=True)
class Interval(Generic[T]):
    """Where a value may lie.

    Parameters
    ----------
    low, high : float, array or Expr
        Its limits.
    """

    low: T
    high: T


def normal_quantile(confidence: float = 0.95) -> float:
    """Return how many standard errors an interval reaches to either side.

    Examples
    --------
    >>> round(normal_quantile(0.95), 3)
    1.96
    >>> normal_quantile(95)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: confidence is 95. Give a share above 0 and below 1; write 45 % as ...
    """
    level = inner_share("confidence", confidence)
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(
    hits: ArrayLike, total: ArrayLike, confidence: float = 0.95
) -> Interval[NDArray[np.float64]]:
    """Return the interval of a share, or of many, from `hits` out of `total`.

    Parameters
    ----------
    hits, total : array or number
        Counts.
    confidence : float
        How often such intervals hold the true share.

    Returns
    -------
    Interval of arrays
        NaN where `total` is 0.

    Raises
    ------
    CourseError
        A count is no number of 0 or more, or `hits` is above `total`.

    References
    ----------
    Wilson (1927).

    Examples
    --------
    >>> found = wilson([9, 0], [10, 0])
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.596, nan], [0.982, nan])
    >>> wilson(3, 2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A share needs hits of at most total, and 3 of 2 is more.
    """
    k, n = np.broadcast_arrays(array("hits", hits, low=0), array("total", total, low=0))
    if (k > n).any():
        message = _("A share needs hits of at most total, and {k:g} of {n:g} is more.")
        raise CourseError(message.format(k=k[k > n][0], n=n[k > n][0]))
    n = np.where(n > 0, n, np.nan)
    low, high = _limits(k, n, normal_quantile(confidence))
    seen = k / n  # which rounding may not push out of its own limits
    return Interval(
        np.clip(np.minimum(low, seen), 0.0, 1.0), np.clip(np.maximum(high, seen), 0.0, 1.0)
    )


def wilson_columns(
    hits: str | nw.Expr, total: str | nw.Expr, confidence: float = 0.95
) -> Interval[nw.Expr]:
    """Return the same as expressions over the columns of a Narwhals frame, null where total is 0.

    References
    ----------
    Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> counted = nw.from_native(pd.DataFrame({"late": [9], "orders": [10]}))
    >>> limits = wilson_columns("late", "orders")
    >>> counted.select(low=limits.low, high=limits.high).to_native().round(3)
         low   high
    0  0.596  0.982
    """
    k, n = (nw.col(it) if isinstance(it, str) else it for it in (hits, total))
    known = nw.when(n > 0).then(n.cast(nw.Float64))
    low, high = _limits(k.cast(nw.Float64), known, normal_quantile(confidence))
    zero, one = nw.lit(0.0), nw.lit(1.0)
    return Interval(
        nw.when(low < 0).then(zero).otherwise(low), nw.when(high > 1).then(one).otherwise(high)
    )


def newcombe(share: T, limits: Interval[T], other: T, other_limits: Interval[T]) -> Interval[T]:
    """Return the interval of a share less another, from those of both: arrays or expressions.

    References
    ----------
    Newcombe (1998), method 10.

    Examples
    --------
    >>> one, other = np.array(56 / 70), np.array(48 / 80)
    >>> found = newcombe(one, wilson(56, 70), other, wilson(48, 80))
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.0524, 0.3339)
    """
    one: Any = share  # arrays and expressions can the same, which no type says
    two: Any = other
    down = ((one - limits.low) ** 2 + (other_limits.high - two) ** 2) ** 0.5
    up = ((limits.high - one) ** 2 + (two - other_limits.low) ** 2) ** 0.5
    return Interval(one - two - down, one - two + up)


def _limits(k: Any, n: Any, z: float) -> tuple[Any, Any]:
    """Return both limits, of arrays or of expressions."""
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5 * z / (1 + z * z / n)
    return middle - half, middle + half
