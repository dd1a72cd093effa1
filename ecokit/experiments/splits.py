"""Whether the lot was drawn fairly: how many visitors came into each arm, against the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.experiments import totals
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

BROKEN_SPLIT = 0.001
"""A split less likely than this is broken (Kohavi, Tang and Xu 2020, chapter 21).

Fabijan and others (2019) take 0.0005."""

UNEVEN_SPLIT = 0.01
"""A split less likely than this is uneven: look for a cause before you decide."""


@dataclass(frozen=True)
class Ratio:
    """How the visitors were split, against the plan.

    Attributes
    ----------
    share : float
        Of the visitors that came into `arm`.
    p_value : float
        Of the chi-square test of goodness of fit.
    broken : bool
        Whether the p value lies below the threshold.
    arm : str
        Of two arms the second, of more the one farthest from its plan.
    planned : float
        The share that was planned for `arm`.
    """

    share: float
    p_value: float
    broken: bool
    arm: str = "B"
    planned: float = 0.5

    @property
    def verdict(self) -> str:
        """Return "even", "uneven" or "broken".

        References
        ----------
        :data:`BROKEN_SPLIT` and :data:`UNEVEN_SPLIT` name the thresholds and their sources.
        """
        return verdict(self.p_value, broken=self.broken)

    def __str__(self) -> str:
        once = 1 / max(self.p_value, 1e-300)
        often = f"{once:,.0f}" if once < 1e6 else _("many millions of")
        message = {
            "even": _(
                "The split is even: {found:.1f} % of the visitors are in {arm} where {planned:.1f} "
                "% were planned, and chance alone does more than that in {share:.0%} of all tests."
            ),
            "uneven": _(
                "The split is uneven: {found:.1f} % of the visitors are in {arm} where "
                "{planned:.1f} % were planned, which chance does once in {often} tests. Look for a "
                "cause before you decide."
            ),
            "broken": _(
                "The split is broken: {found:.1f} % of the visitors are in {arm} where "
                "{planned:.1f} % were planned, which chance does once in {often} tests. Find the "
                "cause; no number of this test can be used."
            ),
        }[self.verdict]
        told = {"found": 100 * self.share, "planned": 100 * self.planned, "arm": self.arm}
        return message.format(often=often, share=self.p_value, **told)


@public
def split_check(
    data: Any,
    share: Any = None,
    threshold: float = BROKEN_SPLIT,
    *,
    arm: str = "arm",
    visitors: str = "visitors",
    visitor_id: str = "visitor_id",
) -> Ratio:
    """Check that the visitors were split as planned (sample ratio mismatch, SRM).

    Parameters
    ----------
    data : counts or table
        Visitors by arm: ``[44_700, 45_489]``, or a mapping of the arm's name to its count. Or a
        table with the column `arm`, and either `visitors` (a count; rows of an arm are added up),
        or a row a visitor.
    share : float, sequence or mapping of arm to share, optional
        Planned share of the second of two arms, or the shares of all arms in the order of their
        names; ratios such as ``[2, 1, 1]`` will do. Default: the same for all.
    threshold : float
        A p value below it means a broken split.
    arm, visitors, visitor_id : str
        What the columns are called. Where a row is a visitor and `visitor_id` is there, each
        visitor counts once, and must be in one arm.

    Returns
    -------
    Ratio
        ``share``, ``p_value``, ``broken``, and ``verdict``: "even", "uneven" or "broken". Printed,
        it says how often chance does this.

    Raises
    ------
    CourseError
        A share outside 0 to 1, fewer than two arms, an arm that was planned and has no visitor.

    References
    ----------
    Fabijan and others (2019), a taxonomy of sample ratio mismatch.

    Examples
    --------
    >>> print(split_check([44_700, 45_489]))
    The split is uneven: 50.4 % of the visitors are in B where 50.0 % were planned, which chance
    does once in 116 tests. Look for a cause before you decide.
    >>> split_check({"old": 5_020, "new": 2_480, "newest": 2_500}, share={"old": 2, "new": 1,
    ...     "newest": 1}).verdict
    'even'
    >>> split_check([44_700])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: data is [44700]. Give whole numbers of visitors for two arms or more.
    """
    threshold = numbers.share("threshold", threshold)
    names = {"arm": arm, "visitors": visitors, "visitor_id": visitor_id}
    for name, column in names.items():
        numbers.text(name, column)
    return ratio(_counts(data, names), share, threshold)


def is_table(data: Any) -> bool:
    """Say whether something has columns; one that stands there twice is told later."""
    return hasattr(type(data), "columns")


def has(data: Any, column: str) -> bool:
    """Say whether a table has a column."""
    return column in frames.table(data, "", name="data").collect_schema().names()


def _counts(data: Any, names: Mapping[str, str]) -> dict[str, float]:
    """Return the visitors of each arm, whatever they were given as."""
    if is_table(data):
        return _counted(data, names)
    if isinstance(data, (Mapping, pd.Series)):
        counts = numbers.by_name("data", data, low=0)
    elif numbers.is_list(data) and not isinstance(data, str):
        given = numbers.row("data", data, low=0)
        letters = [chr(65 + place) if place < 26 else str(place + 1) for place in range(len(given))]
        counts = dict(zip(letters, given.tolist(), strict=True))
    else:
        wanted = _("Give the visitors of each arm, such as [44_700, 45_489], or a table.")
        raise numbers.refused("data", data, wanted)
    if len(counts) < 2 or any(count % 1 for count in counts.values()):
        raise numbers.refused(
            "data", data, _("Give whole numbers of visitors for two arms or more.")
        )
    return counts


def _counted(data: Any, names: Mapping[str, str]) -> dict[str, float]:
    """Return the visitors of each arm of a table of counts, or of one with a row a visitor."""
    visitors = names["visitors"] if has(data, names["visitors"]) else ""
    one_by_one = not visitors and has(data, names["visitor_id"])
    visitor_id = names["visitor_id"] if one_by_one else ""
    small = totals.by_arm(data, totals.Columns(names["arm"], visitors, visitor_id))
    totals.named(small["arm"], "data")
    return dict(zip(small["arm"], small["n"].astype(float), strict=True))


def planned(share: Any, names: Sequence[str]) -> dict[str, float]:
    """Return the planned share of each arm."""
    if share is None:
        return dict.fromkeys(names, 1 / len(names))
    if isinstance(share, (Mapping, pd.Series)):
        given = numbers.by_name("share", share, low=0)
        if set(given) != set(names):
            wanted = _("Name each arm once: {names}.").format(names=", ".join(names))
            raise numbers.refused("share", share, wanted)
        parts = [given[name] for name in names]
    elif numbers.is_list(share) and not isinstance(share, str):
        parts = numbers.row("share", share, low=0).tolist()
    else:
        second = numbers.inner_share("share", share)
        parts = [1 - second, second]
    if len(parts) != len(names) or min(parts) <= 0:
        wanted = _("Give a share above 0 for each of the {n} arms.").format(n=len(names))
        raise numbers.refused("share", share, wanted)
    return {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}


def ratio(counts: Mapping[str, float], share: Any = None, threshold: float = BROKEN_SPLIT) -> Ratio:
    """Return the split of the arms of a test, against the plan."""
    names, total = list(counts), sum(counts.values())
    if not total:
        raise CourseError(_("No arm has a visitor, so there is no split to check."))
    plan = planned(share, names)
    p_value = float(chances(list(counts.values()), list(plan.values())))
    off = {name: abs(counts[name] / total - plan[name]) for name in names}
    arm = names[1] if len(names) == 2 else max(off, key=lambda name: off[name])
    return Ratio(counts[arm] / total, p_value, p_value < threshold, arm, plan[arm])


def chances(counts: ArrayLike, shares: Sequence[float]) -> NDArray[np.float64]:
    """Return how often chance splits visitors, arms in the last axis, at least so far off."""
    from scipy.stats import chisquare

    seen = np.asarray(counts, float)
    expected = seen.sum(axis=-1, keepdims=True) * np.asarray(shares)
    return np.asarray(chisquare(seen, expected, axis=-1).pvalue)


def verdict(p_value: float, *, broken: bool) -> str:
    """Return what a split is called."""
    if broken:
        return "broken"
    return "uneven" if p_value < UNEVEN_SPLIT else "even"
