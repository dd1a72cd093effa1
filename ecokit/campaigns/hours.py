"""The day of the peak: orders against the plan by the hour, and the rule by which one stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ecokit.campaigns import counting
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi import measure, windows
from ecokit.kpi.windows import DAY, Floats, Window
from ecokit.messages import _

HOURS = 24


@public
def pace(
    data: Any,
    day: Any,
    planned: float,
    *,
    like: int = 28,
    as_of: Any = None,
    outcome: str = "orders",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Set the orders of a day beside its plan, hour by hour.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders`` (``placed_at``, ``paid_at``) or ``visits`` (``started_at``).
    day : day
        The day of the peak.
    planned : float
        Orders, or visits, planned for the whole day.
    like : int
        Days before it whose hours say how a day goes.
    as_of : moment, optional
        What is known up to then; the whole day, where nothing is said.
    outcome : str
        "orders", which are paid ones, or "visits".
    confidence : float
        Of the band.

    Returns
    -------
    DataFrame
        A row an hour: ``hour`` (0 to 23), ``expected`` (by its end, if the plan holds), ``low``
        and ``high`` (where chance leaves it then), ``came`` (by its end; missing where `as_of`
        knows nothing yet), ``ahead`` (came less expected), ``projected`` (for the whole day, at
        this pace) and ``off`` (came lies outside the band).

    Raises
    ------
    CourseError
        There are no such days, the plan is not above 0, or `as_of` lies before the first hour ends.

    Notes
    -----
    The band takes what hours vary more than counts do from the days before. One hour of 24 lies
    outside it by chance more often than one day does: look at the rule, not at each hour.

    References
    ----------
    Slide 13: the time for a campaign decision is often one to two hours.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = pace(load_shop(), "2025-06-18", 60, as_of="2025-06-18 12:00")
    >>> len(found), int(found["came"].notna().sum())
    (24, 12)
    """
    when = windows.window(day, day)
    total = numbers.positive("planned", planned)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    before = numbers.count("like", like, 7, 400)
    hours = _hours(data, outcome, Window(when.start - before * DAY, when.end))
    known = _known(as_of, when.start)
    share, spread = _shape(hours.iloc[:-1])
    expected = total * np.cumsum(share)
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(spread * expected)
    came = np.cumsum(hours.iloc[-1].to_numpy(float))
    came = np.where(np.arange(HOURS) < known, came, np.nan)
    part = np.cumsum(share)
    low, high = np.maximum(expected - half, 0.0), expected + half
    return pd.DataFrame(
        {
            "hour": range(HOURS),
            "expected": expected,
            "low": low,
            "high": high,
            "came": came,
            "ahead": came - expected,
            "projected": np.where(part > 0, came / np.where(part > 0, part, 1.0), np.nan),
            "off": (came < low) | (came > high),
        }
    )


def _hours(data: Any, outcome: str, wanted: Window) -> pd.DataFrame:
    """Count an outcome by day and hour; rows are days without a gap, columns the hours."""
    numbers.one_of("outcome", outcome, counting.OUTCOMES)
    windows.inside(counting.daily(data, outcome), wanted, outcome)
    counted = frames.as_pandas(measure(outcome, data, by="hour"))
    when = pd.DatetimeIndex(counted["hour"])
    kept = (when >= wanted.start) & (when < wanted.end + DAY)
    table = pd.DataFrame(
        {"day": when.normalize(), "hour": when.hour, "n": counted[outcome].astype(float)}
    )[kept]
    wide = table.pivot_table("n", "day", "hour", "sum")
    return wide.reindex(index=wanted.dates(), columns=range(HOURS)).fillna(0.0)


def _known(as_of: Any, start: pd.Timestamp) -> int:
    """Return how many hours of the day are over."""
    if as_of is None:
        return HOURS
    hours = (numbers.moment("as_of", as_of) - start) / pd.Timedelta(hours=1)
    if hours < 1:
        wanted = _("Give a moment of the day when an hour of it is over.")
        raise numbers.refused("as_of", as_of, wanted)
    return min(int(hours), HOURS)


def _shape(hours: pd.DataFrame) -> tuple[Floats, float]:
    """Return the share of each hour on the days, and how much more than counts hours vary."""
    counts = hours.to_numpy(float)
    sums = counts.sum(axis=1)
    if sums.sum() == 0:
        raise CourseError(
            _("Nothing came on the days before. Give days like it, or a larger like.")
        )
    share = counts.sum(axis=0) / sums.sum()
    fitted = np.outer(sums, share)
    kept = fitted > 0
    free = max(int((sums > 0).sum() - 1) * (int((share > 0).sum()) - 1), 1)
    squares = float(((counts - fitted)[kept] ** 2 / fitted[kept]).sum())
    return np.asarray(share), max(squares / free, 1.0)


@dataclass(frozen=True)
class Stop:
    """What a stop rule says.

    Attributes
    ----------
    stop : bool
        Whether it fired.
    hour : int or None
        The hour at whose end it did; None where it did not.
    came, needed : float
        Orders that had come by then, and those that would pay for what was spent; of the last
        hour known, where it did not fire.
    who : str
        Who may stop.
    """

    stop: bool
    hour: int | None
    came: float
    needed: float
    who: str

    def __str__(self) -> str:
        told = {"came": self.came, "needed": self.needed, "who": self.who}
        if not self.stop:
            message = _(
                "Go on: {came:,.0f} orders came, {needed:,.0f} would pay, chance can do it."
            )
            return message.format(**told)
        message = _(
            "Stop at {hour}:00: {came:,.0f} orders came, {needed:,.0f} would pay, and chance does "
            "not make up for that. {who} may stop."
        )
        return message.format(hour=(self.hour or 0) + 1, **told)


@public
def stop_rule(
    table: Any,
    *,
    spend: Any,
    order_margin: float,
    who: str,
    incremental: float = 1.0,
    first_hour: int = 6,
    confidence: float = 0.99,
) -> Stop:
    """Say whether and when a day's advertising should have been stopped, by a rule set before it.

    Stop at the first hour, from `first_hour` on, by whose end even the luckiest reading of the
    orders that came does not pay for what was spent.

    Parameters
    ----------
    table : table of any engine
        What :func:`pace` returned: ``hour`` and ``came``.
    spend : number or array of float
        Yuan for the whole day, spread over its hours as the plan expects; or by the end of each
        of the 24 hours.
    order_margin : float
        Yuan that an order leaves; of :func:`order_margin`.
    who : str
        Who may stop, without asking. A rule without a name stops nothing.
    incremental : float
        Share of the orders that would not have come without it.
    first_hour : int
        No stop before the end of this hour.
    confidence : float
        How sure one has to be; higher than usual, because one looks every hour.

    Returns
    -------
    Stop
        Prints as a sentence.

    Raises
    ------
    CourseError
        Nobody is named, spend is below zero or falls, or a number cannot be.

    References
    ----------
    Slide 13, the decision within one or two hours; Garwood (1936), for the most orders that a
    count stands for; Armitage, McPherson and Rowe (1969), why looking often needs to be surer.

    Examples
    --------
    >>> table = pd.DataFrame({"hour": range(24), "came": [float(h // 4) for h in range(24)],
    ...                       "expected": [2.0 * h for h in range(1, 25)]})
    >>> print(stop_rule(table, spend=12_000, order_margin=180, who="the traffic manager"))
    Stop at 7:00: 1 orders came, 19 would pay, and chance does not make up for that. the traffic
    manager may stop.
    >>> print(stop_rule(table, spend=1_000, order_margin=180, who="the traffic manager"))
    Go on: 5 orders came, 6 would pay, chance can do it.
    """
    name = numbers.text("who", who)
    wanted = {"hour": "number", "came": "number", "expected": "number"}
    hours = frames.as_pandas(frames.table(table, list(wanted), name="table", types=wanted))
    rules = [rows.below_zero("expected", "hour"), rows.below_zero("came", "hour", gaps=True)]
    rows.refuse(hours, "table", rules)
    hours = hours.sort_values("hour")
    if hours["hour"].tolist() != list(range(HOURS)):
        raise CourseError(_("The column hour of table has to hold 0 to 23, as pace returns it."))
    each = numbers.positive("order_margin", order_margin)
    each *= numbers.share("incremental", incremental, zero=False)
    level = numbers.share("confidence", confidence, zero=False, one=False)
    first = numbers.count("first_hour", first_hour, 0, HOURS - 1)
    needed = _spent(spend, hours["expected"].to_numpy(float)) / each
    came = hours["came"].to_numpy(float)
    most = np.asarray(stats.chi2.ppf(level, 2 * came + 2)) / 2
    known = np.flatnonzero(~np.isnan(came))
    if not len(known):
        raise CourseError(
            _("The column came of table is missing in each hour. Give what pace returned.")
        )
    fired = [hour for hour in known.tolist() if hour >= first and most[hour] < needed[hour]]
    if fired:
        hour = fired[0]
        return Stop(True, hour, float(came[hour]), float(needed[hour]), name)
    last = int(known[-1])
    return Stop(False, None, float(came[last]), float(needed[last]), name)


def _spent(spend: Any, expected: Floats) -> Floats:
    """Return the yuan spent by the end of each hour."""
    given = numbers.row("spend", spend, low=0)
    if len(given) == 1:
        if not expected[-1] > 0:
            message = _(
                "The column expected of table ends at 0, so the spend of the day has no hours. "
                "Give what pace returned."
            )
            raise CourseError(message)
        return np.asarray(given[0] * expected / float(expected[-1]))
    if len(given) != HOURS or (np.diff(given) < 0).any():
        wanted = _("Give the yuan of the day, or those spent by the end of each of 24 hours.")
        raise numbers.refused("spend", spend, wanted)
    return given
