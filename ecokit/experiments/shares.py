"""Rates from few cases: how far each may lie from the truth, and each drawn towards the mean."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

_FOUND = ("hits", "total", "rate", "low", "high", "shrunk")


@public
def shrunk_rates(
    data: Any,
    *,
    by: By = None,
    weight: float,
    mean: float | None = None,
    hits: str = "hits",
    total: str = "total",
    confidence: float = 0.95,
) -> Any:
    """Return rates with their intervals, and each drawn towards the mean where cases are few.

    The best and the worst of many rates are mostly those with the fewest cases. A rate that is
    shrunk counts so many cases of the mean beside its own.

    Parameters
    ----------
    data : table
        Counts; rows of a group are added up.
    by : str or sequence of str, optional
        Whose rates: a supplier, a page. Default: one rate of all.
    weight : float
        How many cases of the mean are laid beside the own ones, 0 or more.
    mean : float, optional
        What is usual, 0 to 1. Default: the rate of all rows together.
    hits, total : str
        The columns: how many did it, and of how many.
    confidence : float
        Of the interval of Wilson.

    Returns
    -------
    table of the caller's kind
        `by`, ``hits``, ``total``, ``rate``, ``low``, ``high``, ``shrunk``. Sorted by `by`.

    Raises
    ------
    CourseError
        A negative count, more hits than cases, no cases at all, a mean outside 0 to 1.

    References
    ----------
    Wilson (1927); the mean of a beta-binomial law, Casella (1985).

    Examples
    --------
    >>> import pandas as pd
    >>> late = pd.DataFrame({"supplier": ["S1", "S2"], "hits": [18, 180], "total": [20, 200]})
    >>> shrunk_rates(late, by="supplier", mean=0.92, weight=50).round(5).values.tolist()
    [['S1', 18, 20, 0.9, 0.69897, 0.97213, 0.91429], ['S2', 180, 200, 0.9, 0.85059, 0.93433, 0.904]]
    >>> shrunk_rates(late, by="supplier", mean=92, weight=50)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: mean is 92. Give a share from 0 to 1; write 45 % as 0.45.
    """
    weight = numbers.number("weight", weight, low=0)
    usual = None if mean is None else numbers.share("mean", mean)
    keys = frames.listed(by)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    frames.refuse_taken(keys, _FOUND)
    names = {"hits": hits, "total": total}
    for name, column in names.items():
        numbers.text(name, column)
    types = dict.fromkeys(names, "number")
    frame = frames.table(data, {**names, **{key: key for key in keys}}, name="data", types=types)
    rules = [*(rows.below_zero(name, *keys) for name in names), rows.above("hits", "total", *keys)]
    rows.refuse(frame, "data", rules)
    for key in keys:
        frame = frames.as_group(frame, key)
    frame = frame.with_columns(_wrong=rows.broken(rules).cast(nw.Int64))
    sums = [nw.col("hits", "total", "_wrong").sum()]
    small = frames.as_pandas(frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums))
    if small["_wrong"].sum():
        rows.ask(frame, "data", rules)
    small = small.sort_values(keys, ignore_index=True) if keys else small
    if not small["total"].sum():
        raise CourseError(_("The table data has no cases, so there is no rate."))
    if usual is None:
        usual = float(small["hits"].sum() / small["total"].sum())
    reach = intervals.wilson(small["hits"], small["total"], level)
    n = small["total"].where(small["total"] > 0)
    found = small.assign(rate=small["hits"] / n, low=reach.low, high=reach.high)
    cases = (small["total"] + weight).where(lambda all_: all_ > 0)
    found["shrunk"] = (small["hits"] + usual * weight) / cases
    return frames.like(found[[*keys, *_FOUND]], data)
