"""What spend brings: carry-over and saturation estimated where spend was varied by lot.

Spend follows the season, and so do visits: a plain regression takes the season for the spend's
work. Where the spend of a region and week was drawn by lot, the draw is compared instead, beside
effects of regions and of weeks. Where nothing was drawn, the data cannot tell, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from scipy import stats

from ecokit.campaigns import counting
from ecokit.campaigns.brought import Brought, by_regions
from ecokit.campaigns.curves import carried
from ecokit.campaigns.regions import region_panel
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi import windows
from ecokit.kpi.windows import DAY, Floats, Window
from ecokit.messages import _, some

LEAST = 3.6
"""Standard errors that the largest effect possible has to be away from zero.

So an effect of that size is seen 95 times of 100.
"""

CARRIES = np.arange(0, 0.85, 0.05)
"""The carry-overs that are tried."""

SCALES = np.geomspace(0.3, 30, 40)
"""The scales of saturation that are tried, over what is at work in a usual week: from spend that
reaches 96 % of the most there is to spend that reaches 3 % of it."""

LEAST_BUSY = 0.1
"""Visits of a week, over the usual, below which it gets no more weight."""

_SPEND = {"week": "date", "channel_id": "id", "region": "string", "spend": "number"}
_PAUSES = {
    "pause_id": "id",
    "channel_id": "id",
    "start_on": "date",
    "end_on": "date",
    "regions": "string",
}
_WEEK = 7 * DAY


# --- the panel -------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """Visits and spend by region and week, each over the size of its region.

    Divided by its size, each region is the whole shop: then all have the same season and the same
    response. `sizes` add up to 1 and weigh the regions. `beside` is where campaigns of some regions
    ran, which moved visits, too.
    """

    weeks: pd.DatetimeIndex
    sizes: Floats
    visits: Floats
    spend: Mapping[str, Floats]
    beside: tuple[Floats, ...] = ()

    @cached_property
    def calm(self) -> Floats:
        """Weights of the weeks, 1 on average: the noise of a week is in proportion to its visits.

        A week with hardly any visits counts like one with a tenth of the usual.
        """
        busy = (self.visits * self.sizes[:, None]).sum(axis=0)
        weights = np.maximum(busy / busy.mean(), LEAST_BUSY) ** -2
        return np.asarray(weights / weights.mean())

    def within(self, values: Floats) -> Floats:
        """Take the effects of regions and of weeks out of the last two axes."""
        own = values - (values * self.calm).mean(axis=-1, keepdims=True)
        shared = (own * self.sizes[:, None]).sum(axis=-2, keepdims=True)
        return np.asarray(own - shared)

    def inner(self, one: Floats, other: Floats) -> Floats:
        """Return the inner product over regions and weeks, weighted by size and calm."""
        weights = self.sizes[:, None] * self.calm
        return np.asarray((one * other * weights).sum(axis=(-2, -1)))

    @property
    def free(self) -> int:
        """Degrees of freedom that effects of regions and weeks leave."""
        return (len(self.sizes) - 1) * (len(self.weeks) - 1)


def panel_of(data: Any) -> Panel:
    """Return the weeks that visits and spend have whole, by region."""
    spend = _spend_of(data)
    visits = counting.daily(data, "visits", "region")
    monday = visits.index - pd.to_timedelta(pd.DatetimeIndex(visits.index).day_of_week, unit="D")
    weekly = visits.groupby(monday).sum()[np.asarray(visits.groupby(monday).size() == 7)]
    weeks = pd.DatetimeIndex(
        weekly.index.intersection(pd.Index(spend["week"].unique())).sort_values()
    )
    regions = sorted(set(spend["region"]) & set(map(str, weekly)))
    lacking = sorted(set(spend["region"]) ^ set(map(str, weekly)))
    if lacking:
        message = _(
            "Region {names} is in one of the tables visits and spend, and not in the other."
        )
        raise CourseError(message.format(names=some(lacking)))
    if len(regions) < 2 or len(weeks) < 8:
        message = _(
            "The tables visits and spend share {regions} regions and {weeks} whole weeks. To "
            "compare takes two regions and eight weeks or more."
        )
        raise CourseError(message.format(regions=len(regions), weeks=len(weeks)))
    counts = weekly.loc[weeks, regions].to_numpy(float).T
    sizes = counts.sum(axis=1) / counts.sum()
    wide = spend.pivot_table("spend", ["channel_id", "region"], "week", "sum").fillna(0.0)
    full = wide.reindex(columns=weeks, fill_value=0.0)
    by_channel = {
        str(channel): full.loc[channel].reindex(regions).fillna(0.0).to_numpy(float)
        / sizes[:, None]
        for channel in full.index.unique(level=0)
    }
    beside = _regional_campaigns(data, weeks, regions)
    return Panel(weeks, sizes, counts / sizes[:, None], by_channel, beside)


def _regional_campaigns(
    data: Any, weeks: pd.DatetimeIndex, regions: list[str]
) -> tuple[Floats, ...]:
    """Return for each campaign of some regions the part of each region and week that it ran."""
    given = frames.tables(data, "campaigns").get("campaigns")
    if given is None or "regions" not in nw.from_native(given).collect_schema().names():
        return ()
    needed = {"campaigns": "start_on end_on regions"}
    (campaigns,) = frames.fetched(data, needed, types={"regions": "string"})
    some_of = campaigns[campaigns["regions"].fillna("").str.strip() != ""]
    found = []
    for start, end, named in some_of[["start_on", "end_on", "regions"]].itertuples(index=False):
        first = np.maximum((start - weeks) / DAY, 0.0)
        last = np.minimum((end - weeks) / DAY + 1, 7.0)
        part = np.maximum(last - first, 0.0) / 7
        found.append(np.outer(np.isin(regions, str(named).split()), part).astype(float))
    return tuple(found)


def _spend_of(data: Any) -> pd.DataFrame:
    (spend,) = frames.fetched(data, {"spend": " ".join(_SPEND)}, types=_SPEND)
    places = ("week", "channel_id", "region")
    rules = [rows.missing(name, *places) for name in places]
    rules += [rows.below_zero("spend", *places), rows.twice(*places)]
    rows.refuse(spend, "spend", rules)
    if spend.empty:
        raise CourseError(_("The table spend has no rows. Give some weeks of it."))
    week = pd.DatetimeIndex(spend["week"])
    spend = spend.assign(week=week - pd.to_timedelta(week.day_of_week, unit="D"))
    return spend.astype({"channel_id": str, "region": str})


# --- what can be told ------------------------------------------------------------------


@public
def identifiable(data: Any, *, by_lot: Sequence[str] | None = None, least: float = LEAST) -> Any:
    """Say for each channel whether its response can be told from these data at all.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``spend`` (``week``, ``channel_id``, ``region``, ``spend``) and ``visits``
        (``started_at``, ``channel_id``, ``region``).
    by_lot : list of str, optional
        The channels whose spend was varied by lot. That is known from the plan, not from the
        data; where it is given, spend of other channels that varies is no evidence, because what
        moved it may have moved visits, too.
    least : float
        Standard errors that the largest effect possible has to be away from zero.

    Returns
    -------
    table of the caller's kind
        A row a channel: ``channel_id``, ``spend`` (yuan), ``visits`` (that came through it),
        ``spread`` (how much, as the standard deviation of its logarithm, spend moves beyond
        regions and weeks), ``away`` (how many standard errors a response would be away from
        zero if every visit through the channel came of its spend), ``by_lot``, ``identifiable``
        and ``says``.

    Raises
    ------
    CourseError
        A table or column is missing, spend is below zero, or `by_lot` names an unknown channel.

    Notes
    -----
    The criterion: varied by lot where that is known, and ``away`` at least `least`. The largest
    effect possible is the visits a yuan that carry the channel's tag; the standard error is that of
    the slope of visits on spend beside effects of regions and weeks.

    References
    ----------
    Bloom (1995), for what a standard error can see. Lewis and Rao (2015): where spend was not
    varied by lot, a bias too small to see is as large as the effect.

    Examples
    --------
    >>> from ecokit.campaigns.made import example
    >>> identifiable(example())[["channel_id", "identifiable"]].values.tolist()
    [['affiliate', False], ['paid_search', True]]
    """
    panel = panel_of(data)
    table = _identifiable(data, panel, by_lot, numbers.positive("least", least))
    return frames.like(table, data)


def _identifiable(
    data: Any, panel: Panel, by_lot: Sequence[str] | None, least: float
) -> pd.DataFrame:
    drawn = _drawn(by_lot, list(panel.spend))
    tags = counting.daily(data, "visits", "channel_id").sum()
    left = panel.within(panel.visits)
    sigma = math.sqrt(float(panel.inner(left, left)) / panel.free)
    found = []
    for channel, spend in panel.spend.items():
        total = float((spend * panel.sizes[:, None]).sum())
        visits = float(tags.get(channel, 0.0))
        moves = panel.within(spend)
        size = math.sqrt(float(panel.inner(moves, moves)))
        away = visits / total * size / sigma if total and sigma else 0.0
        lot = channel in drawn if by_lot is not None else True
        can = bool(lot and away >= least)
        says = _says(can, lot, away, least)
        found.append((channel, total, visits, _spread(panel, spend), away, lot, can, says))
    names = ["channel_id", "spend", "visits", "spread", "away", "by_lot", "identifiable", "says"]
    return pd.DataFrame(found, columns=names)


def _spread(panel: Panel, spend: Floats) -> float:
    """Return the spread of the logarithm of spend beyond effects, where anything was spent."""
    paid = np.asarray(spend > 0)
    if not paid.any():
        return 0.0
    logs = np.where(paid, np.log(np.where(paid, spend, 1.0)), 0.0)
    for _turn in range(20):  # gaps leave no closed form
        for axis in (1, 0):
            means = logs.sum(axis=axis, keepdims=True)
            means = means / np.maximum(paid.sum(axis=axis, keepdims=True), 1)
            logs = np.where(paid, logs - means, 0.0)
    return float(np.sqrt(np.mean(logs[paid] ** 2)))


def _says(can: bool, lot: bool, away: float, least: float) -> str:
    if can:
        return _(
            "Can be told: if all its visits came of spend, {away:.1f} errors from zero."
        ).format(away=away)
    if not lot:
        return _("Not identifiable from these data: its spend was not varied by lot.")
    message = _(
        "Not identifiable from these data: if all its visits came of spend, that would lie only "
        "{away:.1f} standard errors from zero; it takes {least:.1f}."
    )
    return message.format(away=away, least=least)


def _drawn(by_lot: Sequence[str] | None, known: list[str]) -> list[str]:
    if by_lot is None:
        return known
    if isinstance(by_lot, str) or not isinstance(by_lot, Sequence):
        raise numbers.refused("by_lot", by_lot, _("Name the channels in a list."))
    for name in by_lot:
        if name not in known:
            message = _("by_lot names {name}, which is no channel of spend. There are: {known}.")
            raise CourseError(message.format(name=numbers.shown(name), known=some(known)))
    return list(by_lot)


# --- the estimate ----------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    """A value and its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Fit:
    """The response of one channel: in all, at the margin, and the shape that fits best."""

    total: Interval
    marginal: Interval
    most: float
    scale: float
    carry: float


@public
def responses(
    data: Any,
    *,
    by_lot: Sequence[str] | None = None,
    today: int = 8,
    least: float = LEAST,
    confidence: float = 0.95,
) -> Any:
    """Estimate what each channel's spend brings, where the data can tell.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`identifiable`.
    by_lot : list of str, optional
        The channels whose spend was varied by lot; see :func:`identifiable`.
    today : int
        Weeks at the end whose spend is today's.
    least : float
        As for :func:`identifiable`.
    confidence : float
        Of the intervals.

    Returns
    -------
    table of the caller's kind
        A row a channel: ``channel_id``, ``spend`` (yuan), ``total`` (visits that would not have
        come without any of it) with ``total_low`` and ``total_high``, ``average`` (visits a
        yuan over all of it), ``marginal`` (visits that one yuan more a week at today's spend
        brings, in this week and later) with ``marginal_low`` and ``marginal_high``; ``most``,
        ``scale`` and ``carry`` of the shape that fits best, which data of a year hardly tell
        from others: spend that stays as it is brings ``saturating(spend, most, scale * (1 -
        carry))`` a week; ``identifiable`` and ``says``. A channel that is not identifiable has no
        numbers.

    Raises
    ------
    CourseError
        A table or column is missing, spend is below zero, or there are too few regions or weeks.

    Notes
    -----
    Visits of a region and week, over the region's size, are effects of region and week plus
    ``most * (1 - exp(-adstock / scale))`` of each channel. For each carry-over and scale that is
    tried, least squares give `most`, weeks weighed by one over the square of all their visits: a
    festival's week is as noisy as it is busy. The intervals hold every value that some shape fits
    nearly as well as the best (profile likelihood). Visits of customers who come back after an
    order that the spend brought are among those it brings.

    References
    ----------
    Jin, Wang, Sun, Chan and Koehler (2017), carry-over and shape; Chen and others (2018), why spend
    on search that follows demand misleads. Venzon and Moolgavkar (1988), intervals by profile
    likelihood.

    Examples
    --------
    >>> from ecokit.campaigns.made import example
    >>> found = responses(example())
    >>> found[["channel_id", "identifiable"]].values.tolist()
    [['affiliate', False], ['paid_search', True]]
    >>> search = found.iloc[1]
    >>> bool(search["total_low"] < 8_153 < search["total_high"]), bool(
    ...     search["marginal"] < search["average"])
    (True, True)
    """
    panel = panel_of(data)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    weeks = numbers.count("today", today, 1, len(panel.weeks))
    known = _identifiable(data, panel, by_lot, numbers.positive("least", least))
    can = known.loc[known["identifiable"], "channel_id"].tolist()
    fits = fitted(panel, can, weeks, level)
    each = zip(known["channel_id"].tolist(), known["spend"].tolist(), strict=True)
    found = [_told(fits.get(channel), spend) for channel, spend in each]
    values = pd.DataFrame(found, columns=_NUMBERS)
    table = pd.concat(
        [known[["channel_id", "spend"]], values, known[["identifiable", "says"]]], axis=1
    )
    return frames.like(table, data)


_NUMBERS = [
    "total",
    "total_low",
    "total_high",
    "average",
    "marginal",
    "marginal_low",
    "marginal_high",
    "most",
    "scale",
    "carry",
]


def _told(fit: Fit | None, spend: float) -> list[float]:
    if fit is None:
        return [math.nan] * len(_NUMBERS)
    total, marginal = fit.total, fit.marginal
    return [
        total.value,
        total.low,
        total.high,
        total.value / spend,
        marginal.value,
        marginal.low,
        marginal.high,
        fit.most,
        fit.scale,
        fit.carry,
    ]


def fitted(panel: Panel, channels: Sequence[str], today: int, level: float) -> dict[str, Fit]:
    """Fit the response of each of the channels, beside that of the others at their best."""
    grids = {channel: _Grid(panel, panel.spend[channel], today) for channel in channels}
    best = {channel: grid.linear for channel, grid in grids.items()}
    found = dict[str, Fit]()
    for _turn in range(3):
        for channel, grid in grids.items():
            beside = [panel.within(one) for one in panel.beside]
            beside += [best[other] for other in channels if other != channel]
            spent = 3 * len(channels) + len(panel.beside)
            found[channel], place = grid.fit(beside, spent, level)
            best[channel] = grid.shapes[place]
    return found


class _Grid:
    """All shapes of one channel that are tried, with effects of regions and weeks taken out."""

    def __init__(self, panel: Panel, spend: Floats, today: int) -> None:
        self.panel = panel
        weights = panel.sizes[:, None]
        shapes, totals, slopes, self.marks = [], [], [], list[tuple[float, float]]()
        usual = float((spend * weights).sum()) / spend.shape[1]
        for carry in CARRIES:
            # what was at work before the first week is what its spend would have left
            work = carried(spend, carry, start=spend[:, 0] / (1 - carry))
            for scale in SCALES * usual / (1 - carry):
                reached = -np.expm1(-work / scale)
                slope = np.exp(-work[:, -today:] / scale) / scale / (1 - carry)
                shapes.append(reached)
                totals.append(float((reached * weights).sum()))
                slopes.append(float((slope * weights).sum()) / today)
                self.marks.append((carry, float(scale)))
        self.shapes = panel.within(np.stack(shapes))
        self.linear = panel.within(spend)
        self.totals, self.slopes = np.array(totals), np.array(slopes)

    def fit(self, beside: Sequence[Floats], spent: int, level: float) -> tuple[Fit, int]:
        """Return the response, and the place of the shape that fits best."""
        panel = self.panel
        basis = _orthogonal(panel, beside)
        y = _less(panel, panel.within(panel.visits), basis)
        shapes = _less(panel, self.shapes, basis)
        size = np.maximum(panel.inner(shapes, shapes), 1e-300)
        most = panel.inner(shapes, y) / size
        rest = float(panel.inner(y, y)) - most**2 * size
        place = int(np.argmin(rest))
        free = max(panel.free - spent, 1)
        noise = float(rest[place]) / free
        room = noise * float(stats.t.ppf((1 + level) / 2, free)) ** 2 - (rest - rest[place])
        reach = np.sqrt(np.maximum(room, 0.0) / size)
        carry, scale = self.marks[place]
        kept = room >= 0
        total = _interval(most * self.totals, reach * self.totals, kept, place)
        marginal = _interval(most * self.slopes, reach * self.slopes, kept, place)
        return Fit(total, marginal, float(most[place]), scale, float(carry)), place


def _interval(values: Floats, reach: Floats, kept: Floats, place: int) -> Interval:
    low, high = (values - reach)[kept], (values + reach)[kept]
    return Interval(float(values[place]), float(low.min()), float(high.max()))


def _orthogonal(panel: Panel, columns: Sequence[Floats]) -> list[Floats]:
    basis = list[Floats]()
    for column in columns:
        left = _less(panel, column, basis)
        size = math.sqrt(float(panel.inner(left, left)))
        if size > 0:
            basis.append(left / size)
    return basis


def _less(panel: Panel, values: Floats, basis: Sequence[Floats]) -> Floats:
    for one in basis:
        values = values - panel.inner(values, one)[..., None, None] * one
    return values


# --- the naive regression --------------------------------------------------------------


@public
def naive_responses(data: Any, *, confidence: float = 0.95) -> Any:
    """Regress the shop's visits of a week on each channel's spend of the week: the naive answer.

    Spend follows the season, so the season's visits are taken for the spend's.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`identifiable`.
    confidence : float
        Of the interval.

    Returns
    -------
    table of the caller's kind
        A row a channel: ``channel_id``, ``spend``, ``total`` (slope times spend) with ``low`` and
        ``high``.

    Raises
    ------
    CourseError
        As :func:`responses`.

    References
    ----------
    Chen and others (2018), on the bias of such a regression for search.

    Examples
    --------
    >>> from ecokit.campaigns.made import example
    >>> found = naive_responses(example())
    >>> bool((found["low"] > 8_153).all())
    True
    """
    panel = panel_of(data)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    weights = panel.sizes[:, None]
    visits = (panel.visits * weights).sum(axis=0)
    found = []
    for channel, spend in panel.spend.items():
        weekly = (spend * weights).sum(axis=0)
        line = _line(weekly, visits, level) if np.ptp(weekly) > 0 else [math.nan] * 3
        found.append((channel, weekly.sum(), *(slope * weekly.sum() for slope in line)))
    names = ["channel_id", "spend", "total", "low", "high"]
    return frames.like(pd.DataFrame(found, columns=names), data)


def _line(x: Floats, y: Floats, level: float) -> list[float]:
    fit = stats.linregress(x, y)
    half = float(stats.t.ppf((1 + level) / 2, len(x) - 2)) * fit.stderr
    return [fit.slope, fit.slope - half, fit.slope + half]


# --- a pause ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Pause:
    """What went missing while a channel paused in some regions.

    Attributes
    ----------
    channel_id : str
        The channel.
    lost : Brought
        The visits that the channel would have brought: `effect` with `low` and `high`.
    tagged : float
        The visits through the channel that did not come: what its own count says it brings.
    share, share_low, share_high : float
        Of these the part that was really lost; the rest came by another way.
    saved : float
        Yuan that were not spent.
    """

    channel_id: str
    lost: Brought
    tagged: float
    share: float
    share_low: float
    share_high: float
    saved: float

    def __str__(self) -> str:
        message = _(
            "{tagged:,.0f} visits through {channel} stayed away; {lost:,.0f} of them ({low:,.0f} "
            "to {high:,.0f}) came no other way."
        )
        told = {"lost": self.lost.effect, "low": self.lost.low, "high": self.lost.high}
        return message.format(channel=self.channel_id, tagged=self.tagged, **told)


@public
def pause(data: Any, pause_id: str, *, before: int = 16, confidence: float = 0.95) -> Pause:
    """Read a pause of a channel in some regions as an experiment.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``pauses`` (``pause_id``, ``channel_id``, ``start_on``, ``end_on``, ``regions``, separated
        by blanks), ``spend`` and ``visits`` as for :func:`identifiable`. If there are
        ``campaigns`` with ``regions``, weeks of those in some regions are passed over.
    pause_id : str
        The pause.
    before : int
        Weeks before it to compare with; those of other pauses are passed over, as in
        :func:`other_regions`. Fewer if there are no more.
    confidence : float
        Of the interval.

    Returns
    -------
    Pause
        Visits lost and saved yuan, in the paused regions and weeks.

    Raises
    ------
    CourseError
        There is no such pause, it ends before it starts, a region is unknown, or there is too
        little before it.

    References
    ----------
    Blake, Nosko and Tadelis (2015) paused search advertising in a third of the regions of a
    country. The interval is that of :func:`other_regions`.

    Examples
    --------
    >>> from ecokit.campaigns.made import example
    >>> found = pause(example(), "B1")
    >>> bool(found.lost.low < found.lost.effect < found.tagged)
    True
    >>> pause(example(), "B9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no pause with the pause_id 'B9'. There are: B1.
    """
    channel, seen, named = _pause_of(data, pause_id)
    weeks = numbers.count("before", before, 2, 200)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    days = counting.daily(data, "visits", "region")
    treated = counting.region_names(named, list(map(str, days)))
    busy = counting.apart(data)
    panel = region_panel(days, seen, treated, weeks, "visits", busy=busy)
    whole = by_regions(panel, "visits", level)
    own = _own_visits(data, channel, days)
    panel = region_panel(own, seen, treated, weeks, "visits", busy=busy)
    stayed = panel.sums().without - panel.sums().treated_in
    lost = Brought(
        "regions", "visits", -whole.effect, -whole.high, -whole.low, whole.came, whole.without
    )
    if stayed <= 0:
        message = _("Through {channel} no fewer visits came during the pause. Look at its spend.")
        raise CourseError(message.format(channel=channel))
    share, low, high = (part / stayed for part in (lost.effect, lost.low, lost.high))
    saved = _saved(data, channel, seen, treated, weeks)
    return Pause(channel, lost, stayed, share, low, high, saved)


def _pause_of(data: Any, pause_id: object) -> tuple[str, Window, list[str]]:
    (table,) = frames.fetched(data, {"pauses": " ".join(_PAUSES)}, types=_PAUSES)
    rows.refuse(table, "pauses", [rows.missing(name, "pause_id") for name in _PAUSES])
    if not isinstance(pause_id, str | int):
        raise numbers.refused("pause_id", pause_id, _("Give one of the table pauses."))
    found = frames.with_id(table, "pause_id", pause_id)
    if found.empty:
        known = some(map(str, table["pause_id"].unique())) or _("none")
        message = _("There is no pause with the pause_id {id!r}. There are: {known}.")
        raise CourseError(message.format(id=pause_id, known=known))
    one = found.iloc[0]
    seen = windows.window(one["start_on"], one["end_on"])
    return str(one["channel_id"]), seen, str(one["regions"]).split()


def _own_visits(data: Any, channel: str, days: pd.DataFrame) -> pd.DataFrame:
    """Return the visits through a channel, by the days and regions of all visits."""
    given = frames.tables(data, "visits")
    (visits,) = frames.door(given, {"visits": "started_at channel_id region"})
    own = visits.filter(nw.col("channel_id") == channel).to_native()
    counted = counting.daily({"visits": own}, "visits", "region")
    return counted.reindex(index=days.index, columns=days.columns, fill_value=0.0)


def _saved(data: Any, channel: str, seen: Window, treated: list[str], weeks: int) -> float:
    """Return the yuan that the paused regions would have spent, as the others moved."""
    spend = _spend_of(data)
    mine = spend[spend["channel_id"] == channel]
    inside = (mine["week"] >= seen.start - 6 * DAY) & (mine["week"] <= seen.end)
    earlier = (mine["week"] >= seen.start - weeks * _WEEK) & (mine["week"] < seen.start - 6 * DAY)
    had = mine["region"].isin(treated)
    parts = [
        mine.loc[a & b, "spend"].sum() for a, b in ((had, earlier), (~had, inside), (~had, earlier))
    ]
    would = parts[0] * parts[1] / parts[2] if parts[2] else math.nan
    return float(would - mine.loc[had & inside, "spend"].sum())
