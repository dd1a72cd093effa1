"""How long systems work: availability, error budgets that burn, what an outage costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi import spans
from ecokit.kpi.spans import TYPES
from ecokit.messages import _, some

Floats = NDArray[np.float64]

ALERTS = {"fast": (60, 5, 14.4), "slow": (360, 30, 6.0), "ticket": (4_320, 360, 1.0)}
"""Minutes of the long and the short window, and how fast a budget of 30 days burns in both."""

MOST_PROBES = 5_000_000
"""So many orders of our own are looked at, at most: one a minute in nine years."""

MEASURED = (
    *("systems", "incidents", "minutes", "down", "availability"),
    *("promised", "budget", "left", "kept"),
)
"""What :func:`availability` measures."""

STEPS = {
    "see": ("began_at", "seen_at"),
    "answer": ("seen_at", "answered_at"),
    "mend": ("began_at", "mended_at"),
}
"""From when to when each step of an incident lasts."""

_TIMES = "began_at seen_at answered_at mended_at"
_TOLD = ("step", "incidents", "open", "mean", "q25", "median", "q75", "low", "high")
_DAY = 24 * 60  # minutes


# --- arithmetic ------------------------------------------------------------------------


@public
def in_series(availabilities: Any) -> float:
    """Return the availability of what needs all its parts, which fail independently.

    Parameters
    ----------
    availabilities : array
        Shares of the time in which each part works.

    Returns
    -------
    float
        Their product.

    Raises
    ------
    CourseError
        There is none, or one is no share from 0 to 1.

    References
    ----------
    The product rule of independent events. Site Reliability Engineering (Beyer, Jones, Petoff and
    Murphy, 2016), chapter 3, on what a service's availability rests on.

    Examples
    --------
    >>> round(in_series([0.999] * 5), 6)
    0.99501
    >>> in_series([99.9])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: availabilities[0] is 99.9. Give a share from 0 to 1; write 45 % ...
    """
    return float(np.prod(_shares("availabilities", availabilities)))


@public
def in_parallel(availabilities: Any, *, common: float = 0.0) -> float:
    """Return the availability of what works as long as one of its parts works.

    Parameters
    ----------
    availabilities : array
        Shares of the time in which each part works.
    common : float
        Share of the failures, of the part that fails least, whose cause stops all at once.

    Returns
    -------
    float
        Nobody has two parts that share nothing: with `common` 0 this is what a salesman says.

    Raises
    ------
    CourseError
        There is none, or a number is no share from 0 to 1.

    Notes
    -----
    With the unavailability q of each part, and s = common × the smallest one: (1 - s) (1 - product
    of (q - s) / (1 - s)).

    References
    ----------
    The beta-factor model of common-cause failures, as reliability engineers use it; ReliaSoft
    (2010), The beta factor method.

    Examples
    --------
    >>> round(in_parallel([0.99, 0.99]), 6), round(in_parallel([0.99, 0.99], common=0.1), 6)
    (0.9999, 0.998919)
    """
    down = 1 - _shares("availabilities", availabilities)
    shared = numbers.share("common", common) * down.min()
    if shared == 1:
        return 0.0
    alone = (down - shared) / (1 - shared)  # so that each part fails as often as it does
    return float((1 - shared) * (1 - np.prod(alone)))


@public
def up_share(between: float, mend: float) -> float:
    """Return the availability of what works so long, and is mended so long, in turn.

    Parameters
    ----------
    between : float
        Mean time that it works between failures.
    mend : float
        Mean time until it works again, in the same unit.

    Returns
    -------
    float
        Time that it works over all time. To fail half as often or to mend twice as fast is the
        same.

    Raises
    ------
    CourseError
        `between` is not above 0, or `mend` is below 0.

    References
    ----------
    The definition of steady-state availability.

    Examples
    --------
    A failure every 30 days, mended in 43.2 minutes (30 days of 720 hours less the outage):

    >>> round(up_share(720 - 0.72, 0.72), 6)
    0.999
    """
    works = numbers.positive("between", between)
    return works / (works + numbers.number("mend", mend, low=0))


@public
def error_budget(slo: float, *, days: float = 30.0) -> float:
    """Return the minutes that a system may fail.

    Parameters
    ----------
    slo : float
        Share of the time in which it is to work, such as 0.999.
    days : float
        How long the time is.

    Returns
    -------
    float
        Minutes.

    Raises
    ------
    CourseError
        `slo` is no share from 0 to 1, or `days` is not above 0.

    References
    ----------
    Site Reliability Engineering (Beyer, Jones, Petoff and Murphy, 2016), chapter 3: the budget is
    one minus the target.

    Examples
    --------
    >>> round(error_budget(0.999), 2), round(error_budget(0.9999), 2)
    (43.2, 4.32)
    """
    return (1 - numbers.share("slo", slo)) * numbers.positive("days", days) * _DAY


def _shares(name: str, values: Any) -> Floats:
    """Return shares from 0 to 1, one at least."""
    found = numbers.row(name, values)
    if not len(found):
        raise numbers.refused(name, values, _("Give a share at least."))
    return np.array([numbers.share(f"{name}[{n}]", one) for n, one in enumerate(found)])


# --- burning ---------------------------------------------------------------------------


@dataclass(frozen=True)
class BurnRate:
    """How fast an error budget burns.

    Attributes
    ----------
    rate : float
        1: the budget is gone exactly at its end; 14.4: after 50 hours of 30 days.
    low, high : float
        How far the rate may lie from that, from so many requests.
    used : float
        Share of the budget that the window took.
    """

    rate: float
    low: float
    high: float
    used: float


@public
def burn_rate(
    bad: float,
    total: float,
    slo: float,
    window: float = 1.0,
    *,
    days: float = 30.0,
    confidence: float = 0.95,
) -> BurnRate:
    """Return how fast an error budget burns: the share that fails over the share that may.

    Parameters
    ----------
    bad, total : float
        Requests that failed in the window, and all.
    slo : float
        Share that is to succeed, below 1.
    window : float
        Hours that were looked at.
    days : float
        Of the budget.
    confidence : float
        Of the interval.

    Returns
    -------
    BurnRate
        ``rate``, ``low``, ``high``, ``used``. With few requests the interval is so wide that one
        failure says nothing: then count failures, or order something yourself every minute.

    Raises
    ------
    CourseError
        More failed than were made, none was made, or a share that cannot be.

    References
    ----------
    The Site Reliability Workbook (Beyer, Murphy, Rensin, Kawahara and Thorne, 2018), chapter 5,
    Alerting on SLOs, with a section on services of low traffic. Interval: Wilson (1927).

    Examples
    --------
    >>> found = burn_rate(144, 10_000, 0.999, window=1)
    >>> round(found.rate, 1), round(found.used, 3)
    (14.4, 0.02)

    One failure of a hundred at night burns as fast, and nobody knows:

    >>> night = burn_rate(1, 70, 0.999)
    >>> round(night.rate, 1), round(night.low, 1), round(night.high, 1)
    (14.3, 2.5, 76.6)
    """
    budget = 1 - numbers.inner_share("slo", slo)
    made, failed = numbers.positive("total", total), numbers.number("bad", bad, low=0)
    hours, whole = numbers.positive("window", window), numbers.positive("days", days)
    reach = intervals.wilson(failed, made, confidence)
    rate = failed / made / budget
    limits = float(reach.low) / budget, float(reach.high) / budget
    return BurnRate(rate, *limits, used=rate * hours / (24 * whole))


@public
def burn_alert(
    data: Any,
    *,
    by: By = None,
    slo: float = 0.999,
    long: float = 60,
    short: float = 5,
    threshold: float = 14.4,
    least: int = 0,
) -> Any:
    """Return minute by minute how fast the budget burns in two windows, and who would be called.

    The long window says that it matters, the short one that it still goes on: both have to burn
    faster than the threshold.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``requests``: ``minute``, ``requests``, ``failed``, and the columns of `by`.
    by : str or sequence of str, optional
        Columns of requests, such as ``source``. Default: all together.
    slo : float
        Share of the requests that is to succeed, below 1.
    long, short : float
        Minutes of the windows. :data:`ALERTS` has those of the Workbook.
    threshold : float
        How fast the budget burns when somebody is called.
    least : int
        Failures in the long window below which nobody is called: for services of low traffic.

    Returns
    -------
    table of the caller's kind
        `by`, ``minute``; ``requests``, ``failed``, ``long``, ``short`` (rates in the windows that
        end with the minute; missing where nobody asked; a window that begins before the table holds
        what is there), ``alert``. Sorted by `by` and minute.

    Raises
    ------
    CourseError
        A column is missing, more failed than were made, or a number that cannot be.

    References
    ----------
    The Site Reliability Workbook (2018), chapter 5: multiwindow, multi-burn-rate alerts, the short
    window a twelfth of the long one.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = burn_alert(example())
    >>> found.loc[found["alert"], "minute"].iloc[[0, -1]].dt.strftime("%H:%M").tolist()
    ['20:03', '20:15']
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, ("minute", "requests", "failed", "long", "short", "alert"))
    budget = 1 - numbers.inner_share("slo", slo)
    windows = {"long": spans.minutes("long", long)}
    windows["short"] = spans.minutes("short", short)
    if windows["short"] > windows["long"]:
        raise numbers.refused("short", short, _("Give fewer minutes than long."))
    limit = numbers.number("threshold", threshold, low=0)
    fewest = numbers.count("least", least, 0)
    asked = ["minute", "requests", "failed", *keys]
    (table,) = frames.fetched(data, {"requests": asked}, types={**TYPES, "failed": "number"})
    counts = [rows.below_zero(one, "minute", *keys) for one in ("requests", "failed")]
    rows.refuse(table, "requests", [*counts, rows.above("failed", "requests", "minute", *keys)])
    table["minute"] = pd.to_datetime(table["minute"])
    sums = (
        table.groupby([*keys, "minute"], dropna=False)[["requests", "failed"]].sum().reset_index()
    )
    parts = [part for _key, part in sums.groupby(keys, dropna=False)] if keys else [sums]
    told = [_burning(part, windows, budget) for part in parts] or [_burning(sums, windows, budget)]
    found = pd.concat(told, ignore_index=True)
    enough = found.pop("_failed") >= fewest
    found["alert"] = (found["long"] >= limit) & (found["short"] >= limit) & enough
    return frames.like(found, data)


def _burning(part: pd.DataFrame, windows: dict[str, pd.Timedelta], budget: float) -> pd.DataFrame:
    """Return the minutes of a group with the rates of both windows."""
    counts = part.set_index("minute")[["requests", "failed"]].astype(float)
    found = part.copy()
    for name, window in windows.items():
        sums = counts.rolling(window).sum() if len(counts) else counts
        made = sums["requests"].where(sums["requests"] > 0)
        found[name] = (sums["failed"] / made / budget).to_numpy()
        if name == "long":
            found["_failed"] = sums["failed"].to_numpy()
    return found


@public
def probes(
    data: Any,
    system_id: str,
    *,
    every: float = 1.0,
    kinds: By = "outage",
    start: datetime | str | None = None,
    end: datetime | str | None = None,
) -> Any:
    """Return what orders of our own would have met, one every minute: traffic that never sleeps.

    Where few customers come, one failure says nothing and no failure says nothing, either. An order
    that a machine places every minute tells.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``incidents``: ``system_id``, ``began_at``, ``mended_at`` (missing: not yet), ``part``,
        ``kind``.
    system_id : str
        The system that is asked.
    every : float
        Minutes between two orders.
    kinds : str or sequence of str
        The kinds of incidents in which they fail.
    start, end : datetime or ISO text, optional
        From when, and until when. Default: the whole days of its incidents.

    Returns
    -------
    table of the caller's kind
        ``minute``, ``requests`` (1), ``failed`` (0 or 1; where a part fails, evenly so many of
        them): for :func:`burn_alert`.

    Raises
    ------
    CourseError
        A table or column is missing, the system has no incident and `start` or `end` is not given,
        or an incident was mended before it began.

    References
    ----------
    The Site Reliability Workbook (2018), chapter 5: artificial traffic for services of low traffic.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = probes(example(), "S01", start="2025-03-12", end="2025-03-13")
    >>> len(found), int(found["failed"].sum())
    (1440, 10)
    >>> alert = burn_alert({"requests": found}, least=2).query("alert")
    >>> alert["minute"].iloc[0].strftime("%H:%M")
    '10:03'
    """
    step = spans.minutes("every", every)
    counted = frames.listed(kinds, "kinds", least=1)
    columns = "system_id began_at mended_at part kind"
    (incidents,) = frames.fetched(data, {"incidents": columns}, types=TYPES)
    _refuse_incidents(incidents)
    that = numbers.text("system_id", system_id)
    is_mine = incidents["system_id"].astype(str) == that
    mine, told = incidents[is_mine], _of_kinds(incidents, counted)
    at = spans.span(start, end, pd.concat([mine["began_at"], mine["mended_at"]]))
    if (at.end - at.start) / step > MOST_PROBES:
        raise numbers.refused("every", every, _("Give more minutes, or look at less time."))
    minutes = pd.date_range(at.start, at.end, freq=step, inclusive="left", unit="us")
    part = np.zeros(len(minutes))
    for row in told[is_mine.loc[told.index]].to_dict("records"):
        mended = at.end if pd.isna(row["mended_at"]) else row["mended_at"]
        low, high = minutes.searchsorted([row["began_at"], mended])
        part[low:high] = np.maximum(part[low:high], row["part"])
    failed = np.diff(np.floor(np.cumsum(part) + 1e-9), prepend=0.0).astype("int64")
    return frames.like(pd.DataFrame({"minute": minutes, "requests": 1, "failed": failed}), data)


# --- incidents -------------------------------------------------------------------------


@public
def availability(
    data: Any,
    *,
    by: By = None,
    promised: float | None = None,
    kinds: By = "outage",
    start: datetime | str | None = None,
    end: datetime | str | None = None,
) -> Any:
    """Return the share of the time in which systems worked, and what is left of the error budget.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``incidents``: ``system_id``, ``began_at``, ``mended_at`` (missing: not yet), ``part``,
        ``kind``. ``systems``: ``system_id``, ``promised``, and the columns of `by`.
    by : str or sequence of str, optional
        Columns of systems, such as ``system_id`` or ``outsourced``, and one of ``day``, ``week``,
        ``month``, ``quarter``, ``year``. Default: all systems and the whole time together.
    promised : float, optional
        Share of the time for all. Default: what each system was promised to do.
    kinds : str or sequence of str
        The kinds of incidents that count.
    start, end : datetime or ISO text, optional
        From when, and until when, you look. Default: the whole months of the incidents.

    Returns
    -------
    table of the caller's kind
        `by`; ``systems``, ``incidents`` (that lie in it), ``minutes`` (of all systems), ``down``
        (minutes × the part that failed), ``availability``, ``promised``, ``budget`` (minutes that
        they may fail), ``left`` of it (below 0: overdrawn), ``kept``. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, an incident was mended before it began or is of no system, or
        no incident counts.

    References
    ----------
    Site Reliability Engineering (2016), chapters 3 and 4. An outage of a part of the requests
    counts for this part, as if it were counted by requests.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = availability(example(), by="system_id", start="2025-03-01", end="2025-05-30")
    >>> found[["system_id", "down", "availability", "budget", "left"]].round(4)
      system_id   down  availability  budget    left
    0       S01  347.0        0.9973   129.6  -217.4
    1       S02    0.0        1.0000   129.6   129.6
    2       S03    0.0        1.0000   648.0   648.0
    3       S06    0.0        1.0000  1296.0  1296.0
    4       S07   40.0        0.9997    64.8    24.8
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, MEASURED)
    period, words = spans.split_keys(keys)
    counted = frames.listed(kinds, "kinds", least=1)
    for_all = None if promised is None else numbers.share("promised", promised)
    needed = {
        "incidents": "system_id began_at mended_at part kind",
        "systems": list(
            dict.fromkeys(["system_id", *(["promised"] if for_all is None else []), *words])
        ),
    }
    incidents, systems = frames.fetched(data, needed, types=TYPES)
    _refuse(incidents, systems)
    times = pd.concat([incidents["began_at"], incidents["mended_at"]])
    at = spans.span(start, end, times, "month")
    if for_all is not None:
        systems["promised"] = for_all
    here = _of_kinds(incidents, counted)
    parts = (
        at.parts(period or "year")
        if period
        else pd.DataFrame({"first": [at.start], "low": [at.start], "high": [at.end]})
    )
    each = _down(here, systems, parts)
    if period:
        each[period] = each["first"]
    return frames.like(_together(each, keys), data)


def _of_kinds(incidents: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Return the incidents of some kinds; refuse words that no row has: nothing would be lost."""
    known = incidents["kind"].dropna().astype("str")
    if len(incidents) and not known.isin(kinds).any():
        message = _(
            "No row of incidents has one of these kinds: {kinds}. It has: {known}. Name the kinds "
            "that count, such as kinds={example}."
        )
        names = sorted(set(known))
        example = repr(names[0]) if names else "'outage'"
        told = {"kinds": some(kinds), "known": some(names) or _("none"), "example": example}
        raise CourseError(message.format(**told))
    return incidents[incidents["kind"].isin(kinds)]


def _refuse_incidents(incidents: pd.DataFrame, *more: rows.Wrong) -> None:
    told = [
        rows.missing("began_at", "system_id"),
        rows.out_of_order("began_at", "mended_at", "system_id"),
        rows.not_a_share("part", "system_id", "began_at"),
    ]
    rows.refuse(incidents, "incidents", [*told, *more])


def _refuse(incidents: pd.DataFrame, systems: pd.DataFrame) -> None:
    known = systems[["system_id"]]
    _refuse_incidents(incidents, rows.unknown_id("system_id", known, "systems"))
    told = [rows.twice("system_id")]
    if "promised" in systems:
        told.append(rows.not_a_share("promised", "system_id"))
    rows.refuse(systems, "systems", told)


def _down(incidents: pd.DataFrame, systems: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return a row a system and part of the time: minutes, incidents, minutes that it was down."""
    first = parts["low"].min()
    low, high = (_minutes(parts[name], first) for name in ("low", "high"))
    timed = pd.DataFrame(
        {
            "began": _minutes(incidents["began_at"], first),
            "mended": _minutes(incidents["mended_at"].fillna(parts["high"].max()), first),
            "part": incidents["part"].to_numpy(float),
        }
    )
    timed["mended"] = timed[["began", "mended"]].max(axis=1)  # an open one may begin later
    own = dict(iter(timed.groupby(incidents["system_id"].to_numpy())))
    none = timed.head(0)
    each = [_down_in(own.get(one, none), low, high) for one in systems["system_id"]]
    found = systems.loc[systems.index.repeat(len(parts))].reset_index(drop=True)
    found["first"] = np.tile(parts["first"].to_numpy(), len(systems))
    found["minutes"] = np.tile(high - low, len(systems))
    found["incidents"] = np.concatenate([count for count, _down in each] or [np.zeros(0, int)])
    found["down"] = np.concatenate([down for _count, down in each] or [np.zeros(0)])
    found["budget"] = (1 - found["promised"]) * found["minutes"]
    return found


def _minutes(times: pd.Series[Any], since: pd.Timestamp) -> Floats:
    passed = times.to_numpy("datetime64[us]") - np.datetime64(since, "us")
    found: Floats = passed / np.timedelta64(60, "s")
    return found


def _down_in(own: pd.DataFrame, low: Floats, high: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return how many incidents touch each part of the time, and its minutes that are lost.

    Two at once are one outage, of the part of the larger one.
    """
    began, mended, part = own.sort_values("part").to_numpy(float).T
    count = np.searchsorted(np.sort(began), high) - np.searchsorted(np.sort(mended), low)
    edges = np.unique(np.concatenate([began, mended]))
    if not len(edges):
        return count, np.zeros(len(low))
    lost = np.zeros(len(edges))
    starts, ends = np.searchsorted(edges, began), np.searchsorted(edges, mended)
    for start, end, one in zip(starts, ends, part, strict=True):  # the larger ones last
        lost[start:end] = one
    total = np.concatenate([[0.0], np.cumsum(lost[:-1] * np.diff(edges))])
    return count, np.interp(high, edges, total) - np.interp(low, edges, total)


def _together(each: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up systems and parts of the time by groups."""
    how = {"system": ("_system", "nunique")} | {
        name: (name, "sum") for name in ("incidents", "minutes", "down", "budget")
    }
    each = each.assign(_system=each["system_id"])
    if keys:
        found = each.groupby(keys, dropna=False).agg(**how).reset_index()
    else:
        found = each.assign(_all=0).groupby("_all").agg(**how).reset_index(drop=True)
    found = found.rename(columns={"system": "systems"})
    found["availability"] = 1 - found["down"] / found["minutes"]
    found["promised"] = 1 - found["budget"] / found["minutes"]
    found["left"] = found["budget"] - found["down"]
    found["kept"] = found["left"] >= 0
    return found[[*keys, *MEASURED]]


@public
def times_to(data: Any, *, by: By = None, confidence: float = 0.95) -> Any:
    """Return how long it took to see incidents, to answer them and to mend them.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``incidents``: ``began_at``, ``seen_at``, ``answered_at``, ``mended_at`` (missing: not yet),
        and the columns of `by`. Optional ``systems``, for their columns.
    by : str or sequence of str, optional
        Columns of incidents or of systems, and one of ``day``, ``week``, ``month``, ``quarter``,
        ``year`` of ``began_at``.
    confidence : float
        Of the interval of the median.

    Returns
    -------
    table of the caller's kind
        `by`; ``step``: ``see`` (from the beginning), ``answer`` (from when it was seen), ``mend``
        (from the beginning: what customers feel); ``incidents`` that are over, ``open`` ones, and
        minutes: ``mean``, ``q25``, ``median``, ``q75``, and how far the ``median`` may lie, ``low``
        to ``high``: missing where so few cases allow no such interval (fewer than six at 95 %).

    Raises
    ------
    CourseError
        A table or column is missing, or an incident was mended before it was seen.

    Notes
    -----
    The interval needs no law of the times: half of all lie below the median, so how many of n lie
    below it is binomial.

    References
    ----------
    Davidovič (2021), Incident Metrics in SRE: means of few incidents of very different lengths tell
    no trend. The interval of a median by order statistics: David and Nagaraja (2003).

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> found = times_to(example(), by="system_id").query("step == 'mend'")
    >>> found[["system_id", "incidents", "open", "mean", "median", "low", "high"]].round(1)
      system_id  incidents  open   mean  median   low   high
    2       S01          7     0  160.7    30.0  12.0  900.0
    5       S02          0     1    NaN     NaN   NaN    NaN
    8       S07          1     0   40.0    40.0   NaN    NaN
    """
    keys = frames.listed(by)
    level = numbers.inner_share("confidence", confidence)
    table = spans.with_groups(data, "incidents", _TIMES, keys, "began_at", _TOLD)
    moments = _TIMES.split()
    ordered = [(one, two) for n, one in enumerate(moments) for two in moments[n + 1 :]]
    order = [rows.out_of_order(one, two) for one, two in ordered]
    rows.refuse(table, "incidents", [rows.missing("began_at"), *order])
    found = []
    for place, (step, (first, last)) in enumerate(STEPS.items()):
        took = (table[last] - table[first]).dt.total_seconds() / 60
        there = table[keys].assign(_took=took.astype(float), _known=table[first].notna())
        there = there[there.pop("_known")]
        for names, part in there.groupby(keys, dropna=False) if keys else [((), there)]:
            told = _spread(part["_took"], level)
            found.append(
                {**dict(zip(keys, names, strict=True)), "_place": place, "step": step} | told
            )
    answer = pd.DataFrame(found, columns=[*keys, "_place", *_TOLD])
    answer = answer.sort_values([*keys, "_place"], ignore_index=True)[[*keys, *_TOLD]]
    return frames.like(answer, data)


def _spread(took: pd.Series[float], confidence: float) -> dict[str, Any]:
    """Return quartiles, and the interval of the median that the number of cases allows."""
    from scipy.stats import binom

    known = np.sort(took.dropna().to_numpy(float))
    n = len(known)
    told: dict[str, Any] = {"incidents": n, "open": len(took) - n}
    names = ("mean", "q25", "median", "q75", "low", "high")
    told |= dict.fromkeys(names, np.nan)
    if n:
        quartiles = np.quantile(known, [0.25, 0.5, 0.75])
        told |= dict(zip(names, [known.mean(), *quartiles], strict=False))
        out = int(binom.ppf((1 - confidence) / 2, n, 0.5))  # so many may lie outside, at each end
        if binom.cdf(out, n, 0.5) > (1 - confidence) / 2:
            out -= 1
        if out >= 0:
            told |= {"low": known[out], "high": known[n - 1 - out]}
    return told


# --- cost ------------------------------------------------------------------------------


@dataclass(frozen=True)
class OutageCost:
    """What an outage costs.

    Attributes
    ----------
    visits : float
        Visits that met it and did not come back.
    orders : float
        Orders that they would have made.
    margin : float
        Yuan of margin that these orders would have left.
    clicks : float
        Yuan paid for advertising that led them to nothing.
    """

    visits: float
    orders: float
    margin: float
    clicks: float

    @property
    def total(self) -> float:
        """Yuan: margin and clicks."""
        return self.margin + self.clicks

    def __str__(self) -> str:
        message = _(
            "{orders:,.0f} orders are lost: ¥{margin:,.0f} of margin, ¥{clicks:,.0f} of clicks"
        )
        return message.format(orders=self.orders, margin=self.margin, clicks=self.clicks)


@public
def outage_cost(
    visits: float,
    minutes: float,
    conversion: float,
    order_value: float,
    margin: float,
    *,
    back: float = 0.0,
    part: float = 1.0,
    paid: float = 0.0,
    click_price: float = 0.0,
) -> OutageCost:
    """Return what an outage costs: orders that nobody makes later, and clicks that go on.

    Parameters
    ----------
    visits : float
        Visits a minute that were to come at this time of the day and year.
    minutes : float
        How long it lasts.
    conversion : float
        Share of visits that order.
    order_value : float
        Yuan an order.
    margin : float
        Share of it that is left after goods, fees and advertising.
    back : float
        Share of these visits that come back later and order all the same.
    part : float
        Share of the requests that fail.
    paid : float
        Share of the visits that come from advertising which is paid by the click.
    click_price : float
        Yuan a click. Leave it at 0 where `margin` is before advertising: that money is gone on a
        day without an outage as well.

    Returns
    -------
    OutageCost
        ``visits``, ``orders``, ``margin``, ``clicks``, ``total``; prints as a sentence.

    Raises
    ------
    CourseError
        A number is below 0, or a share is not from 0 to 1.

    References
    ----------
    By definition. Who comes back is a guess until you have looked at the hours after an outage.

    Examples
    --------
    >>> found = outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4)
    >>> round(found.total)
    233280
    >>> print(outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4, paid=0.3, click_price=1.5))
    1,620 orders are lost: ¥233,280 of margin, ¥24,300 of clicks
    """
    came = numbers.number("visits", visits, low=0) * numbers.number("minutes", minutes, low=0)
    lost = came * numbers.share("part", part) * (1 - numbers.share("back", back))
    orders = lost * numbers.share("conversion", conversion)
    worth = numbers.number("order_value", order_value, low=0) * numbers.share("margin", margin)
    clicks = numbers.share("paid", paid) * numbers.number("click_price", click_price, low=0)
    return OutageCost(visits=lost, orders=orders, margin=orders * worth, clicks=lost * clicks)
