"""Before measuring: the smallest effect that a design can see.

A campaign that brings less than this cannot be told from nothing, however good it was. Say so
before it runs: "too small to know" is then an answer, and no disappointment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.campaigns import counting
from ecokit.campaigns.brought import WAYS, WEEKS
from ecokit.campaigns.regions import LEAST_WEEKS, Sums, log_error, weeks_before
from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.kpi import windows
from ecokit.kpi.season import season_model
from ecokit.kpi.windows import DAY, Window
from ecokit.messages import _


@dataclass(frozen=True)
class Design:
    """What a way to measure a campaign can see.

    Attributes
    ----------
    way : str
        One of :data:`WAYS`, but not "tagged".
    outcome : str
        "orders" or "visits".
    without : float
        What is expected without the campaign.
    error : float
        The standard error of what it will be said to have brought.
    smallest : float
        The smallest effect that is seen as often as `power` says.
    """

    way: str
    outcome: str
    without: float
    error: float
    smallest: float

    @property
    def share(self) -> float:
        """The smallest effect as a share of what is expected without."""
        return self.smallest / self.without if self.without else math.inf

    def sees(self, effect: float) -> bool:
        """Say whether an effect is large enough."""
        return abs(numbers.number("effect", effect)) >= self.smallest

    def __str__(self) -> str:
        message = _(
            "It can see {smallest:,.0f} {outcome} or more, {share:.0%} of the {without:,.0f} "
            "without it. Less is too small to know."
        )
        told = {"smallest": self.smallest, "share": self.share, "without": self.without}
        return message.format(outcome=self.outcome, **told)


@public
def smallest_effect(
    data: Any,
    start: Any,
    end: Any,
    *,
    way: str = "season",
    regions: Any = None,
    campaign_id: str | None = None,
    outcome: str = "orders",
    before: int = WEEKS,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Design:
    """Find the smallest effect that a way to measure can see, from data before the campaign only.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders`` or ``visits`` as for the way itself; for "held_out" also ``mailings``; for
        "regions", weeks of ``pauses`` and ``campaigns`` are passed over as in
        :func:`other_regions`.
    start, end : day
        The first and last day of the campaign, which may lie ahead.
    way : str
        "season" (:func:`before_and_after`), "regions" (:func:`other_regions`) or "held_out"
        (:func:`held_out`).
    regions : str or list of str, optional
        For "regions": those that will have it.
    campaign_id : str, optional
        For "held_out": the campaign whose list and halves are known.
    outcome : str
        "orders", which are paid ones, or "visits".
    before : int
        Weeks before it that are known and will be compared with.
    power : float
        How often an effect of this size is to be seen.
    confidence : float
        Of the interval that has to leave out zero.

    Returns
    -------
    Design
        With the standard error and the smallest effect, in orders or visits.

    Raises
    ------
    CourseError
        The window ends before it starts, a region or a campaign is unknown or not given, or
        there is too little before it.

    References
    ----------
    Bloom (1995): the minimum detectable effect is a multiple of the standard error, 2.80 of it
    for 95 % and a power of 80 %. Lewis and Rao (2015), how large it is for advertising.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> design = smallest_effect(load_shop(), "2025-06-08", "2025-06-18")
    >>> design.sees(0.2 * design.without), design.sees(design.without)
    (False, True)
    >>> smallest_effect(load_shop(), "2025-06-08", "2025-06-18", way="regions")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: regions is None. Name those that will have the campaign, such as
    ['North'].
    """
    seen = windows.window(start, end)
    numbers.one_of("way", way, WAYS[1:])
    weeks = numbers.count("before", before, LEAST_WEEKS, 200)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    sure = numbers.share("power", power, zero=False, one=False)
    if way == "season":
        without, error = _by_season(data, seen, weeks, outcome)
    elif way == "regions":
        without, error = _by_regions(data, seen, regions, weeks, outcome)
    else:
        without, error = _by_list(data, seen, campaign_id, outcome)
    return Design(way, outcome, without, error, multiple(level, sure) * error)


def multiple(level: float, power: float) -> float:
    """Return how many standard errors away from zero an effect has to be.

    Examples
    --------
    >>> round(multiple(0.95, 0.8), 2), round(multiple(0.95, 0.95), 2)
    (2.8, 3.6)
    """
    from scipy.stats import norm

    return float(norm.ppf((1 + level) / 2) + norm.ppf(power))


def _by_season(data: Any, seen: Window, weeks: int, outcome: str) -> tuple[float, float]:
    days = counting.daily(data, outcome)
    known = days[days.index < seen.start]
    index = pd.date_range(days.index[0], seen.end)
    # the days to come are only places, which the model fills; it learns from those that are known
    filled = known.reindex(index[index <= seen.end], fill_value=0.0)
    gap = Window(known.index[-1] + DAY, seen.start - DAY) if len(known) else None
    around = Window((gap.start if gap else seen.start) - 7 * weeks * DAY, seen.end)
    model = season_model(filled, seen, around, None, gap if gap and gap.days > 0 else None)
    return model.expected, model.error


def _by_regions(
    data: Any, seen: Window, regions: Any, weeks: int, outcome: str
) -> tuple[float, float]:
    if regions is None:
        wanted = _("Name those that will have the campaign, such as ['North'].")
        raise numbers.refused("regions", regions, wanted)
    days = counting.daily(data, outcome, "region")
    names = list(map(str, days))
    treated = np.isin(names, counting.region_names(regions, names))
    known = days[days.index < seen.start]
    end = known.index[-1] + DAY if len(known) else days.index[0]
    usual = weeks_before(days, end, weeks, counting.apart(data))
    there = len(usual) // 7
    counts = usual.to_numpy(float).reshape(there, 7, -1).sum(axis=1).T
    before = [float(counts[group].sum()) for group in (treated, ~treated)]
    if min(before) == 0:
        raise CourseError(_("Before the window nothing was counted in some of the regions."))
    fitted = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    squares = ((counts - fitted) ** 2 / np.where(fitted > 0, fitted, np.inf)).sum()
    spread = max(float(squares) / ((len(names) - 1) * (there - 1)), 1.0)
    longer = seen.days / (7 * there)
    sums = Sums(before[0], before[0] * longer, before[1], before[1] * longer)
    return sums.without, sums.without * log_error(sums, spread)


def _by_list(data: Any, seen: Window, campaign_id: str | None, outcome: str) -> tuple[float, float]:
    if not isinstance(campaign_id, str):
        wanted = _("Name the campaign whose list is known, such as 'C36'.")
        raise numbers.refused("campaign_id", campaign_id, wanted)
    earlier = Window(seen.start - seen.days * DAY, seen.start - DAY)
    arms = counting.by_arm(data, campaign_id, outcome, earlier)
    sent, kept = arms["sent"], arms["held_out"]
    both = counting.Arm(
        sent.visitors + kept.visitors, sent.total + kept.total, sent.squares + kept.squares
    )
    error = math.sqrt(both.variance * (1 / sent.visitors + 1 / kept.visitors))
    return both.mean * sent.visitors, error * sent.visitors
