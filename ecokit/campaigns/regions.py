"""Counts by region and week: what the regions with a campaign had beyond what the others say.

Poisson regression with effects of regions and of weeks has a closed form here, because a campaign
runs in the same weeks in all its regions: the cross ratio of four sums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.kpi import windows
from ecokit.kpi.windows import DAY, Bools, Floats, Window
from ecokit.messages import _

LEAST_WEEKS = 2
"""Weeks before a campaign, at least."""


@dataclass(frozen=True)
class Sums:
    """The four sums of a comparison, and what they say would have come."""

    treated_before: float
    treated_in: float
    others_before: float
    others_in: float

    @property
    def without(self) -> float:
        """What the treated would have had: before, times how the others moved."""
        return self.treated_before * self.others_in / self.others_before


@dataclass(frozen=True)
class Panel:
    """Counts by region and week: weeks of seven days counted from the start of the window."""

    counts: Floats
    treated: Bools
    inside: Bools

    def sums(self) -> Sums:
        """Return the four sums."""
        with_it, inside = self.treated, self.inside
        before, during = self.counts[:, ~inside], self.counts[:, inside]
        parts = [part[group].sum() for group in (with_it, ~with_it) for part in (before, during)]
        return Sums(*(float(part) for part in parts))

    def fitted(self) -> Floats:
        """Return the counts as effects of regions, weeks and campaign say them: a closed form."""
        sums = self.sums()
        ratio = sums.treated_in / sums.without if sums.without else 1.0
        rows, weeks = self.counts.sum(axis=1), self.counts.sum(axis=0)
        # the others' weeks, in units in which all of the others' regions together are 1
        lifted = np.where(self.treated, ratio, 1.0)
        share = float(sums.treated_before / sums.others_before)
        others = weeks / (1 + share * np.where(self.inside, ratio, 1.0))
        during, before = others[self.inside].sum(), others[~self.inside].sum()
        size = rows / (before + lifted * during)
        up = np.where(self.treated[:, None] & self.inside[None, :], ratio, 1.0)
        return np.asarray(size[:, None] * others[None, :] * up)

    def spread(self) -> tuple[float, int]:
        """Return how many times more the region-weeks vary than counts do, and its freedom."""
        fitted = self.fitted()
        many, weeks = self.counts.shape
        free = (many - 1) * (weeks - 1) - 1
        kept = fitted > 0
        squares = (self.counts[kept] - fitted[kept]) ** 2 / fitted[kept]
        return max(float(squares.sum()) / free, 1.0), free  # never less than chance


def region_panel(
    days: pd.DataFrame,
    seen: Window,
    treated: list[str],
    weeks: int,
    outcome: str,
    until: pd.Timestamp | None = None,
    busy: Sequence[Window] = (),
) -> Panel:
    """Return the counts of a window and of the weeks before it, or before the day `until`.

    Weeks that a `busy` window touches are passed over.
    """
    until = until or seen.start
    windows.inside(days, seen, outcome)
    before = weeks_before(days, until, weeks, busy)
    parts = [(before, until), (days.loc[seen.start : seen.end], seen.start)]
    sums = [
        part.groupby(((pd.DatetimeIndex(part.index) - first) // DAY) // 7).sum()
        for part, first in parts
    ]
    inside = np.repeat([False, True], [len(part) for part in sums])
    counts = np.concatenate([part.to_numpy(float) for part in sums]).T
    panel = Panel(counts, np.isin(list(map(str, days)), treated), inside)
    if min(panel.sums().treated_before, panel.sums().others_before, panel.sums().others_in) == 0:
        message = _(
            "The table {table} has no rows in some of the regions before or during the window. "
            "Choose other regions, or a longer window."
        )
        raise CourseError(message.format(table=outcome))
    return panel


def weeks_before(
    days: pd.DataFrame, until: pd.Timestamp, weeks: int, busy: Sequence[Window]
) -> pd.DataFrame:
    """Return the days of the last weeks before a day, seven days each, without busy ones."""
    there = int((until - days.index[0]) / DAY)
    ends = [until - (7 * back + 1) * DAY for back in range(there // 7)]
    if len(ends) < LEAST_WEEKS:
        message = _(
            "Only {n} days lie before the window. Give data of two weeks or more before it."
        )
        raise CourseError(message.format(n=there))
    taken = (Window(end - 6 * DAY, end) for end in ends)
    free = [one for one in taken if not any(one.overlaps(other) for other in busy)][:weeks]
    if len(free) < LEAST_WEEKS:
        message = _(
            "Of the {n} weeks before the window {free} are free of pauses and of campaigns in some "
            "regions. Give data of two such weeks or more before it."
        )
        raise CourseError(message.format(n=len(ends), free=len(free)))
    return pd.concat([days.loc[one.start : one.end] for one in reversed(free)])


def log_error(sums: Sums, spread: float) -> float:
    """Return the standard error of the logarithm of what would have come, against what came."""
    parts = (sums.without, sums.treated_before, sums.others_before, sums.others_in)
    return math.sqrt(spread * sum(1 / part for part in parts))


def by_lot(panel: Panel, level: float) -> tuple[float, float]:
    """Return the interval of what would have come that other draws of regions leave.

    Each ratio is tried: the campaign taken out by it, the regions drawn have to look as others
    drawn instead of them would.
    """
    many, drawn = len(panel.treated), int(panel.treated.sum())
    ways = math.comb(many, drawn)
    if 1 / ways > 1 - level + 1e-12:
        message = _(
            "{drawn} of {many} regions can be drawn in {ways} ways, so the smallest p value is "
            "{p:.2f}, and there is no interval of {level:.0%} by randomisation. Take more regions, "
            "or errors='region_week'."
        )
        told = {"drawn": drawn, "many": many, "ways": ways, "p": 1 / ways, "level": level}
        raise CourseError(message.format(**told))
    sets = np.zeros((ways, many), dtype=bool)
    for row, chosen in enumerate(combinations(range(many), drawn)):
        sets[row, list(chosen)] = True
    sums = panel.sums()
    error = log_error(sums, panel.spread()[0])
    center = math.log(sums.treated_in / sums.without) if sums.treated_in else 0.0
    tried = center + error * np.linspace(-20, 20, 2001)
    kept = tried[_p_values(panel, sets, tried) > 1 - level + 1e-12]
    low, high = float(kept.min()), float(kept.max())
    if min(low - tried[0], tried[-1] - high) < 1e-9:
        message = _(
            "The regions differ so much that randomisation gives no end to the interval. Take "
            "more weeks before, or errors='region_week'."
        )
        raise CourseError(message)
    came = sums.treated_in
    return came * math.exp(-high), came * math.exp(-low)


def _p_values(panel: Panel, sets: Bools, tried: Floats) -> Floats:
    """Return the p value of each logarithm of the ratio that is tried."""
    before = panel.counts[:, ~panel.inside].sum(axis=1)
    during = panel.counts[:, panel.inside].sum(axis=1)
    own = int(np.flatnonzero((sets == panel.treated).all(axis=1))[0])
    undone = np.where(panel.treated[:, None], during[:, None] * np.exp(-tried), during[:, None])
    chosen = sets.astype(float)
    inside_before, inside_during = (chosen @ before)[:, None], chosen @ undone
    rest_before, rest_during = before.sum() - inside_before, undone.sum(axis=0) - inside_during
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(inside_during / inside_before) - np.log(rest_during / rest_before)
        score = np.abs(logs) / np.sqrt(1 / inside_before + 1 / rest_before)
    score = np.where(np.isnan(score), np.inf, score)
    return np.asarray((score >= score[own] - 1e-12).mean(axis=0))
