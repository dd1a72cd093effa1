"""Releases: how often, how fast, how many fail, and whether large ones fail more often."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ecokit import experiments
from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi import spans
from ecokit.messages import _

MEASURED = (
    *("releases", "a_week", "lead_hours", "failed", "fail_rate", "low", "high"),
    *("recovery_hours", "rework", "rework_rate"),
)
"""What :func:`delivery_measures` measures."""

SIZES = (5, 15)
"""The most changes of a small release, and of a middle one."""

_COLUMNS = "released_at lead_hours failed behind_switch mended_hours"
_BY_SIZE = ("changes", "releases", "failed", "rate", "low", "high")


@public
def delivery_measures(
    data: Any,
    *,
    by: By = None,
    start: datetime | str | None = None,
    end: datetime | str | None = None,
    confidence: float = 0.95,
) -> Any:
    """Return the five measures of delivery: how much goes live, and how well.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``releases``: ``released_at``, ``lead_hours``, ``failed``, ``behind_switch``,
        ``mended_hours`` (missing: did not fail, or is not mended yet), and the columns of `by`.
        Optional ``systems``, for their columns.
    by : str or sequence of str, optional
        Columns of releases or of systems, and one of ``day``, ``week``, ``month``, ``quarter``,
        ``year`` of ``released_at``.
    start, end : datetime or ISO text, optional
        From when, and until when, you look. Default: the days of the first and the last release.
    confidence : float
        Of the interval of the fail rate.

    Returns
    -------
    table of the caller's kind
        `by`; ``releases``; throughput: ``a_week`` (deployment frequency), ``lead_hours`` (change
        lead time, median), ``recovery_hours`` (failed deployment recovery time, median of those
        that are mended); instability: ``failed``, ``fail_rate`` (change fail rate) with ``low`` and
        ``high``, ``rework`` and ``rework_rate`` (deployment rework rate: each failure that no
        switch mends asks for one unplanned release more; their share of all). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or a number is below 0.

    References
    ----------
    DORA's software delivery performance metrics, dora.dev, as named from 2024 on: change lead time,
    deployment frequency, failed deployment recovery time (throughput); change fail rate, deployment
    rework rate (instability). Forsgren, Humble and Kim (2018), Accelerate. Interval: Wilson (1927).

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = delivery_measures(example())
    >>> found[["releases", "a_week", "lead_hours", "fail_rate", "recovery_hours"]].round(3)
       releases  a_week  lead_hours  fail_rate  recovery_hours
    0        60   1.183      15.834      0.133             3.5
    """
    keys = frames.listed(by)
    level = numbers.inner_share("confidence", confidence)
    table = spans.with_groups(data, "releases", _COLUMNS, keys, "released_at", MEASURED)
    _refuse(table, "lead_hours", gaps=("mended_hours",))
    rows.refuse(table, "releases", [rows.missing("behind_switch", "released_at")])
    at = spans.span(start, end, table["released_at"])
    table = table[(table["released_at"] >= at.start) & (table["released_at"] < at.end)]
    failed = table["failed"].astype(bool)
    each = table[[*keys]].assign(
        releases=1,
        failed=failed.astype("int64"),
        rework=(failed & ~table["behind_switch"].astype(bool)).astype("int64"),
        lead_hours=table["lead_hours"].astype(float),
        recovery_hours=table["mended_hours"].astype(float).where(failed),
    )
    how = {"releases": "sum", "failed": "sum", "rework": "sum"}
    how |= dict.fromkeys(("lead_hours", "recovery_hours"), "median")
    if keys:
        found = each.groupby(keys, dropna=False).agg(how).reset_index()
    else:
        found = each.assign(_all=0).groupby("_all").agg(how).reset_index(drop=True)
    period, _words = spans.split_keys(keys)
    days = _days(found[period], at, period) if period else np.full(len(found), at.days)
    reach = intervals.wilson(found["failed"], found["releases"], level)
    made = found["releases"].astype(float)
    found = found.assign(
        a_week=made / days * 7, fail_rate=found["failed"] / made, low=reach.low, high=reach.high
    )
    found["rework_rate"] = found["rework"] / (made + found["rework"])
    return frames.like(found[[*keys, *MEASURED]], data)


def _days(first: pd.Series[Any], at: spans.Span, period: str) -> Any:
    """Return how many days of each period are looked at."""
    parts = at.parts(period).set_index("first")
    days = (parts["high"] - parts["low"]).dt.total_seconds() / 86_400
    return days.reindex(first).to_numpy(float)


def _refuse(table: pd.DataFrame, *columns: str, gaps: Sequence[str] = ()) -> None:
    told = [rows.missing("released_at")]
    told += [rows.below_zero(one, "released_at") for one in columns]
    told += [rows.below_zero(one, "released_at", gaps=True) for one in gaps]
    told.append(rows.missing("failed", "released_at"))
    rows.refuse(table, "releases", told)


@public
def by_size(
    data: Any, *, by: By = None, sizes: Sequence[int] = SIZES, confidence: float = 0.95
) -> Any:
    """Return how many small and large releases fail.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``releases``: ``released_at``, ``changes``, ``failed``, and the columns of `by`.
        Optional ``systems``, for their columns.
    by : str or sequence of str, optional
        Columns of releases or of systems, and one of ``day``, ``week``, ``month``, ``quarter``,
        ``year`` of ``released_at``.
    sizes : sequence of int
        The most changes of each size but the last, rising.
    confidence : float
        Of the interval.

    Returns
    -------
    table of the caller's kind
        `by`; ``changes`` (``1-5``, ``6-15``, ``16+``), ``releases``, ``failed``, ``rate``, ``low``,
        ``high``. Sorted by `by` and size; a size without a release has no row.

    Raises
    ------
    CourseError
        A table or column is missing, the sizes do not rise, or a release has no change.

    References
    ----------
    Forsgren, Humble and Kim (2018), Accelerate: working in small batches. Interval: Wilson (1927).

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> by_size(example()).round(3)
      changes  releases  failed   rate    low   high
    0     1-5        40       1  0.025  0.004  0.129
    1     16+        20       7  0.350  0.181  0.567
    """
    keys = frames.listed(by)
    level = numbers.inner_share("confidence", confidence)
    table = _sized(data, keys, sizes)
    counted = table.groupby([*keys, "_place", "changes"], dropna=False)["failed"].agg(
        ["size", "sum"]
    )
    found = counted.set_axis(["releases", "failed"], axis=1).reset_index()
    reach = intervals.wilson(found["failed"], found["releases"], level)
    found = found.assign(rate=found["failed"] / found["releases"], low=reach.low, high=reach.high)
    return frames.like(found[[*keys, *_BY_SIZE]], data)


def _sized(data: Any, keys: Sequence[str], sizes: Any) -> pd.DataFrame:
    """Return releases with the size that each has, in words and as a number."""
    edges = [numbers.count("sizes", one) for one in numbers.row("sizes", sizes).tolist()]
    if not edges or any(after <= before for before, after in pairwise(edges)):
        raise numbers.refused("sizes", sizes, _("Give sizes that rise, such as (5, 15)."))
    columns = "released_at changes failed"
    table = spans.with_groups(data, "releases", columns, keys, "released_at", _BY_SIZE)
    _refuse(table)
    rows.refuse(table, "releases", [rows.not_above_zero("changes", "released_at")])
    names = [
        f"{low + 1}-{high}" if high > low + 1 else f"{high}" for low, high in pairwise([0, *edges])
    ]
    names.append(f"{edges[-1] + 1}+")
    table["_place"] = np.searchsorted(edges, table["changes"].to_numpy(float), side="left")
    table["changes"] = [names[place] for place in table["_place"]]
    table["failed"] = table["failed"].astype(bool).astype("int64")
    return table


@dataclass(frozen=True)
class SizeTest:
    """Small against large releases.

    Attributes
    ----------
    small, large : int
        Releases of each size.
    small_failed, large_failed : int
        How many of them failed.
    difference, low, high : float
        Share of large ones that fails less that of small ones, and its interval.
    p_value : float
        How often chance alone shows as large a difference, by the exact test: among few failures
        the interval is a little too sure.
    confidence : float
        Of the interval, and of what counts as decided.
    """

    small: int
    small_failed: int
    large: int
    large_failed: int
    difference: float
    low: float
    high: float
    p_value: float
    confidence: float = 0.95

    @property
    def decided(self) -> bool:
        """Whether chance alone shows as large a difference too seldom."""
        return self.p_value < 1 - self.confidence

    def __str__(self) -> str:
        message = _(
            "{large_failed} of {large} large releases failed, {small_failed} of {small} small "
            "ones: {difference:+.0%} ({low:+.0%} to {high:+.0%}), {verdict}"
        )
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return message.format(**told, verdict=_("decided") if self.decided else _("not decided"))


@public
def size_test(
    data: Any,
    *,
    sizes: tuple[int, int] = SIZES,
    start: datetime | str | None = None,
    end: datetime | str | None = None,
    confidence: float = 0.95,
) -> SizeTest:
    """Compare how often small and large releases fail.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``releases``: ``released_at``, ``changes``, ``failed``.
    sizes : two of int
        The most changes of a small release, and of one that is not large yet; those between are
        left out.
    start, end : datetime or ISO text, optional
        From when, and until when. Default: all releases.
    confidence : float
        Of the interval.

    Returns
    -------
    SizeTest
        Prints as a sentence. A quarter of releases is seldom enough: see :func:`releases_needed`.

    Raises
    ------
    CourseError
        A column is missing, or there is no small or no large release.

    References
    ----------
    The exact test of Fisher (1935); the interval of Newcombe (1998), method 10, as in
    :func:`ecokit.experiments.difference_of_rates`. Large releases differ from small ones in more
    than their size: it is no experiment.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> print(size_test(example()))
    7 of 20 large releases failed, 1 of 40 small ones: +32% (+13% to +54%), decided
    >>> print(size_test(example(), end="2025-04-01"))
    2 of 5 large releases failed, 0 of 10 small ones: +40% (+0% to +77%), not decided
    """
    from scipy.stats import fisher_exact

    edges = numbers.row("sizes", sizes).tolist()
    if len(edges) != 2:
        raise numbers.refused("sizes", sizes, _("Give two sizes that rise, such as (5, 15)."))
    table = _sized(data, [], sizes)
    at = spans.span(start, end, table["released_at"])
    table = table[(table["released_at"] >= at.start) & (table["released_at"] < at.end)]
    counts = []
    for place, name in ((0, _("small")), (2, _("large"))):
        part = table.loc[table["_place"] == place, "failed"]
        if part.empty:
            message = _("No {size} release lies in this time, so there is nothing to compare.")
            raise CourseError(message.format(size=name))
        counts.append((len(part), int(part.sum())))
    (small, few), (large, many) = counts
    found = experiments.difference_of_rates(few, small, many, large, confidence=confidence)
    exact = fisher_exact(np.array([[few, small - few], [many, large - many]]))
    limits = (found.difference, found.low, found.high)
    return SizeTest(small, few, large, many, *limits, float(exact.pvalue), confidence)


@public
def releases_needed(small: float, large: float, *, power: float = 0.9, alpha: float = 0.05) -> int:
    """Return how many small and how many large releases it takes to tell their fail rates apart.

    Parameters
    ----------
    small, large : float
        Shares of small and of large releases that fail, between 0 and 1.
    power : float
        Chance to see the difference.
    alpha : float
        Chance to see one where there is none.

    Returns
    -------
    int
        Releases of each kind.

    Raises
    ------
    CourseError
        The shares are equal, or not between 0 and 1.

    References
    ----------
    :func:`ecokit.experiments.sample_size` with the correction of Casagrande, Pike and Smith (1978),
    which the exact test asks for.

    Examples
    --------
    >>> releases_needed(0.04, 0.30)
    50
    >>> releases_needed(0.3, 0.3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Both rates are 0.3. No number of releases tells them apart.
    """
    rates = [numbers.inner_share(name, one) for name, one in (("small", small), ("large", large))]
    if rates[0] == rates[1]:
        message = _("Both rates are {rate:g}. No number of releases tells them apart.")
        raise CourseError(message.format(rate=rates[0]))
    plain = experiments.sample_size(*rates, power=power, alpha=alpha)
    apart = abs(rates[1] - rates[0])
    return math.ceil(plain / 4 * (1 + math.sqrt(1 + 4 / (plain * apart))) ** 2)
