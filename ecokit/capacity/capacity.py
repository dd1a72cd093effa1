"""Servers for a peak: the load and who makes it, how bursty it is, how long calls take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import PERIODS, per
from ecokit.kpi.grouping import answer, grouped, inner_names
from ecokit.kpi.spans import TYPES, start_of
from ecokit.messages import _
from ecokit.queues import lines

Floats = NDArray[np.float64]

MOST_SERVERS = 10_000
"""No shop of this course has more servers, or more work; a search ends here."""

MEASURED = ("minutes", "requests", "load", "peak", "failed", "failed_share")
"""What :func:`offered_load` measures."""

_CALL_TYPES = {**TYPES, "requests": "number", "busy_seconds": "number", "failed": "number"}
_COUNTED = ("minutes", "mean", "dispersion")
_PEAKS = ("minutes", "mean", "dispersion", "poisson", "bursty", "counted", "over")


# --- what the shop's own tables say ----------------------------------------------------


@public
def offered_load(data: Any, *, by: By = None) -> Any:
    """Measure how many servers calls keep busy.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``requests``: ``minute``, ``requests``, ``busy_seconds`` (of work for a server),
        ``failed``, and the columns of `by`.
    by : str or sequence of str, optional
        Columns of requests, such as ``source`` and ``minute``, and ``hour``, ``day``, ``week``,
        ``month``, ``quarter``, ``year``. Default: all together.

    Returns
    -------
    table of the caller's kind
        `by`; ``minutes`` (that have a row), ``requests``, ``load`` (servers that the work keeps
        busy, in erlangs, mean), ``peak`` (the same in the busiest minute), ``failed``,
        ``failed_share``. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or a number is below 0. (Rows of a lazy engine are not looked
        at.)

    References
    ----------
    Erlang (1917), after whom the unit is named: work that comes over the time in which it comes.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> offered_load(example(), by="source")[["source", "minutes", "load", "peak"]].round(2)
         source  minutes  load  peak
    0  crawlers      120  0.30  0.76
    1  own_apps      120  0.51  3.04
    2  visitors      120  0.67  1.76
    """
    keys = frames.listed(by)
    columns = ["minute", "requests", "busy_seconds", "failed"]
    (calls,) = frames.door(data, {"requests": columns}, types=_CALL_TYPES)
    counted = ("requests", "busy_seconds", "failed")
    rows.refuse(calls, "requests", [rows.below_zero(one, "minute") for one in counted])
    there = grouped(calls, keys, columns, MEASURED, table="requests", time="minute")
    groups = inner_names(keys)
    work = there.select(
        *groups,
        _minute=nw.col("minute"),
        requests=amounts.whole(there, "requests"),
        work=amounts.whole(there, "busy_seconds", 1000),
        failed=amounts.whole(there, "failed"),
    )
    sums = [nw.col(name).sum() for name in ("requests", "work", "failed")]
    each = work.group_by(*groups, "_minute").agg(*sums)
    told = [*sums, nw.col("work").max().alias("most"), nw.len().alias("minutes")]
    total = each.group_by(*groups).agg(*told) if groups else each.select(*told)
    names = ("requests", "work", "failed", "most", "minutes")
    total = total.with_columns(nw.col(one).fill_null(0).cast(nw.Int64) for one in names)
    full = nw.col("minutes") * 0 + 60_000  # milliseconds of a server's minute
    values = {
        "minutes": nw.col("minutes"),
        "requests": nw.col("requests"),
        "load": per(nw.col("work"), nw.col("minutes") * 60_000),
        "peak": per(nw.col("most"), full),
        "failed": nw.col("failed"),
        "failed_share": per("failed", "requests"),
    }
    return answer(total, keys, values)


def _counts(data: Any, by: By, taken: tuple[str, ...]) -> tuple[pd.DataFrame, list[str]]:
    """Return the calls of each minute by groups, in order, and the groups."""
    keys = frames.listed(by)
    frames.refuse_taken(keys, taken)
    words = [key for key in keys if key not in PERIODS]
    asked = list(dict.fromkeys(["minute", "requests", *words]))
    (table,) = frames.fetched(data, {"requests": asked}, types=_CALL_TYPES)
    rows.refuse(table, "requests", [rows.below_zero("requests", "minute")])
    time = pd.to_datetime(table["minute"])
    for key in keys:
        if key in PERIODS:
            table[key] = start_of(time, key)
    told = table.assign(_minute=time).groupby([*keys, "_minute"], dropna=False)["requests"].sum()
    return told.reset_index(), keys


def _index(part: pd.DataFrame) -> dict[str, float]:
    """Return mean and index of dispersion, the variance from what changes minute by minute."""
    calls = part["requests"].to_numpy(float)
    gaps = np.diff(part["_minute"].to_numpy("datetime64[s]")) == np.timedelta64(60, "s")
    steps = np.diff(calls)[gaps]
    mean = float(calls.mean()) if len(calls) else math.nan
    spread = float(np.mean(steps**2)) / 2 if len(steps) else math.nan
    return {
        "minutes": len(calls),
        "mean": mean,
        "dispersion": spread / mean if mean else math.nan,
    }


@public
def dispersion(data: Any, *, by: By = None) -> Any:
    """Measure how much burstier calls are than by chance alone.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``requests``: ``minute``, ``requests``, and the columns of `by`.
    by : str or sequence of str, optional
        Columns of requests, such as ``source``, and ``hour``, ``day``, ``week``, ``month``,
        ``quarter``, ``year``. Default: all together.

    Returns
    -------
    table of the caller's kind
        `by`; ``minutes``, ``mean`` (calls a minute), ``dispersion``: their variance over their
        mean. It is 1 for calls that come independently (Poisson), and more for those that come in
        heaps. Missing where no two minutes follow one another. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or a number is below 0.

    Notes
    -----
    Calls change with the hour; that is no burst. So the variance is half the mean square of the
    differences of neighbouring minutes, which slow changes hardly touch. A jump, such as a push,
    counts as a burst: look at a calm time.

    References
    ----------
    The index of dispersion of counts, Cox and Lewis (1966); differences of neighbours: von Neumann
    (1941). Traffic of machines is burstier than Poisson: Paxson and Floyd (1995).

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> calm = {"requests": example()["requests"].query("minute < '2025-11-11 20:00'")}
    >>> dispersion(calm, by="source").round(1)
         source  minutes   mean  dispersion
    0  crawlers       60  112.0        20.0
    1  own_apps       60  234.9        32.1
    2  visitors       60  301.3         1.0
    """
    counts, keys = _counts(data, by, _COUNTED)
    groups = counts.groupby(keys, dropna=False) if keys else [((), counts)]
    found = [{**dict(zip(keys, names, strict=True)), **_index(part)} for names, part in groups]
    return frames.like(pd.DataFrame(found, columns=[*keys, *_COUNTED]), data)


@public
def peak_counts(data: Any, *, by: By = None, share: float = 0.999) -> Any:
    """Set the calls that chance alone would bring in a busy minute beside those that came.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``requests``: ``minute``, ``requests``, and the columns of `by`.
    by : str or sequence of str, optional
        As for :func:`dispersion`; best with ``hour``: within a group the mean should not change.
    share : float
        Share of the minutes in which no more are to come, above 0 and below 1.

    Returns
    -------
    table of the caller's kind
        `by`; ``minutes``, ``mean``, ``dispersion``; calls that so many minutes do not exceed:
        ``poisson`` (independent calls of this mean), ``bursty`` (with this dispersion),
        ``counted`` (as it was); ``over``: share of the minutes that exceeded the Poisson number,
        which is to be 1 - `share`. Sorted by `by`.

    Raises
    ------
    CourseError
        As for :func:`dispersion`, or `share` is no share between 0 and 1.

    References
    ----------
    As in :func:`peak_quantile`.

    Examples
    --------
    >>> from ecokit.shop.made_systems import example
    >>> calm = {"requests": example()["requests"].query("minute < '2025-11-11 20:00'")}
    >>> peak_counts(calm, by="source")[["source", "poisson", "bursty", "counted", "over"]].round(2)
         source  poisson  bursty  counted  over
    0  crawlers      146     315    214.0  0.18
    1  own_apps      284     594    494.0  0.28
    2  visitors      356     357    342.0  0.00
    """
    level = numbers.inner_share("share", share)
    counts, keys = _counts(data, by, _PEAKS)
    found = []
    for names, part in counts.groupby(keys, dropna=False) if keys else [((), counts)]:
        told: dict[str, Any] = {**dict(zip(keys, names, strict=True)), **_index(part)}
        mean, index = told["mean"], told["dispersion"]
        if mean == mean:
            chance = peak_quantile(mean, share=level)
            known = index == index
            told |= {"poisson": chance, "over": float((part["requests"] > chance).mean())}
            told["bursty"] = peak_quantile(mean, share=level, dispersion=index) if known else chance
            told["counted"] = float(part["requests"].quantile(level, interpolation="higher"))
        found.append(told)
    return frames.like(pd.DataFrame(found, columns=[*keys, *_PEAKS]), data)


@public
def peak_quantile(mean: float, *, share: float = 0.999, dispersion: float = 1.0) -> int:
    """Return how many calls a minute brings at most, in so large a share of the minutes.

    Parameters
    ----------
    mean : float
        Calls that are expected.
    share : float
        Of the minutes, above 0 and below 1.
    dispersion : float
        Variance of the counts over their mean; 1, or less, is Poisson: no burst at all.

    Returns
    -------
    int
        Calls.

    Raises
    ------
    CourseError
        The mean or the dispersion is below 0, or the share is not between 0 and 1.

    References
    ----------
    The Poisson law; with a dispersion above 1 the negative binomial law of the same mean.

    Examples
    --------
    >>> peak_quantile(50), peak_quantile(500), peak_quantile(5_000)
    (73, 571, 5220)
    >>> peak_quantile(500, dispersion=25)
    916
    """
    from scipy.stats import nbinom, poisson

    expected = numbers.number("mean", mean, low=0)
    level = numbers.inner_share("share", share)
    index = numbers.number("dispersion", dispersion, low=0)
    if index <= 1 + 1e-9 or not expected:
        return int(poisson.ppf(level, expected))
    return int(nbinom.ppf(level, expected / (index - 1), 1 / index))


# --- how long calls take ---------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """How long calls take before servers that are alike.

    Attributes
    ----------
    load : float
        Work offered, in erlangs.
    servers : int
        That share one line.
    busy : float
        Share of a server's time.
    waits : float
        Share of the calls that wait (Erlang C).
    wait : float
        Mean wait of all calls, in the unit of the service time.
    response : float
        Mean of wait and service.
    quantile : float
        So long at most take `share` of the calls, wait and service together.
    share : float
        Of the quantile.
    """

    load: float
    servers: int
    busy: float
    waits: float
    wait: float
    response: float
    quantile: float
    share: float


@public
def response(
    load: float, servers: int = 1, *, service: float = 1.0, share: float = 0.95
) -> Response:
    """Return how long calls wait and take: M/M/1, or M/M/c with several servers.

    Parameters
    ----------
    load : float
        Work offered, in erlangs: servers that are busy if nobody waits. Less than `servers`.
    servers : int
        Servers that share one line.
    service : float
        Mean time that a server works for a call, in any unit.
    share : float
        Share of the calls for the percentile.

    Returns
    -------
    Response
        Times in the unit of `service`.

    Raises
    ------
    CourseError
        As much work as servers, or more: the line never stops growing.

    References
    ----------
    Erlang (1917); Gross, Shortle, Thompson and Harris (2008), Fundamentals of Queueing Theory,
    chapter 2. Independent calls and exponential service: calls that come in heaps wait longer.

    Examples
    --------
    Ten servers of speed 1 beside one of speed 10, both 90 % busy: the fast one waits longer, and is
    faster all the same.

    >>> ten, one = response(9, 10), response(0.9, 1, service=0.1)
    >>> round(ten.wait, 6), round(ten.response, 6), round(one.wait, 6), round(one.response, 6)
    (0.668732, 1.668732, 0.9, 1.0)
    >>> response(10, 10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 10 servers' work for 10 servers: the line never stops growing. Give
    more servers than work.
    """
    work, size, each = _line(load, servers, service)
    level = numbers.share("share", share, one=False)
    wait = lines.mean_wait(work, size, each)
    return Response(
        load=work,
        servers=size,
        busy=work / size,
        waits=lines.waiting(work, size),
        wait=wait,
        response=wait + each,
        quantile=_quantile(work, size, level) * each,
        share=level,
    )


@public
def response_quantile(
    load: float, servers: int = 1, *, service: float = 1.0, share: float = 0.95
) -> float:
    """Return the time within which a share of the calls is done, wait and service together.

    Parameters
    ----------
    load : float
        Work offered, in erlangs; less than `servers`.
    servers : int
        Servers that share one line.
    service : float
        Mean time that a server works for a call, in any unit.
    share : float
        Share of the calls.

    Returns
    -------
    float
        In the unit of `service`. A mean hides who waits: at 90 % load of one server calls take 10
        service times on average, and one in twenty takes 30.

    Raises
    ------
    CourseError
        As much work as servers, or more.

    References
    ----------
    As in :func:`response`; with one server -ln(1 - share) / (1 - load).

    Examples
    --------
    >>> [round(response_quantile(load), 3) for load in (0.5, 0.8, 0.9, 0.95)]
    [5.991, 14.979, 29.957, 59.915]
    """
    work, size, each = _line(load, servers, service)
    return _quantile(work, size, numbers.share("share", share, one=False)) * each


def _line(load: float, servers: int, service: float) -> tuple[float, int, float]:
    work = numbers.number("load", load, low=0)
    size = numbers.count("servers", servers, 1, MOST_SERVERS)
    each = numbers.positive("service", service)
    if work >= size:
        message = _(
            "{load} servers' work for {servers} servers: the line never stops growing. "
            "Give more servers than work."
        )
        raise CourseError(message.format(load=numbers.shown(work), servers=size))
    return work, size, each


def _quantile(load: float, servers: int, share: float) -> float:
    """Return a percentile of wait and service, in service times."""
    from scipy.optimize import brentq

    if servers == 1:
        return -math.log(1 - share) / (1 - load)
    late = 1 - share
    if not share:
        return 0.0

    def over(time: float) -> float:
        return lines.longer_response(load, servers, time) - late

    most = -2 * math.log(late / 2) * max(1.0, 1 / (servers - load))
    return float(brentq(over, 0.0, most, xtol=1e-12, rtol=1e-12))


@public
def servers_for(
    load: float, within: float, *, service: float = 1.0, share: float = 0.95
) -> Response:
    """Find the fewest servers with which a share of the calls is done in time.

    Parameters
    ----------
    load : float
        Work offered, in erlangs. For a peak: that of its busiest minute, not of the day.
    within : float
        Time for wait and service together, in the unit of `service`.
    service : float
        Mean time that a server works for a call.
    share : float
        Share of the calls, above 0 and below 1.

    Returns
    -------
    Response
        With ``servers``, and what they give.

    Raises
    ------
    CourseError
        Work alone takes too long for so many calls, whatever the number of servers.

    References
    ----------
    As in :func:`response`.

    Examples
    --------
    Nine servers' work of 120 milliseconds a call; 95 of 100 within half a second:

    >>> servers_for(9, 500, service=120).servers
    11
    >>> servers_for(9, 300, service=120)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Without any wait 95% of the calls take 359.4879, so within 300 no
    number of servers is enough. Allow more time, or make the work shorter.
    """
    limit = numbers.positive("within", within)
    level = numbers.inner_share("share", share)
    each = numbers.positive("service", service)
    work = numbers.number("load", load, low=0)
    alone = -math.log(1 - level) * each
    if alone >= limit:
        message = _(
            "Without any wait {share:.4g}% of the calls take {alone}, so within {limit} no number "
            "of servers is enough. Allow more time, or make the work shorter."
        )
        told = {"share": 100 * level, "alone": f"{alone:.7g}", "limit": numbers.shown(limit)}
        raise CourseError(message.format(**told))

    def meets(servers: int) -> bool:
        return lines.longer_response(work, servers, limit, each) <= 1 - level

    size = lines.fewest(meets, min(math.floor(work), MOST_SERVERS) + 1, MOST_SERVERS)
    if size is None:
        message = _("{load} servers' work needs more than {most:,} servers. Look at it again.")
        raise CourseError(message.format(load=numbers.shown(work), most=MOST_SERVERS))
    return response(work, size, service=each, share=level)


@public
def by_servers(
    load: float, servers: ArrayLike, *, service: float = 1.0, share: float = 0.95
) -> pd.DataFrame:
    """Return how long calls take with each number of servers.

    Parameters
    ----------
    load : float
        Work offered, in erlangs.
    servers : array of int
        The numbers of servers to look at. With as much work as servers, or more, times are missing.
    service, share : float
        As for :func:`response`.

    Returns
    -------
    DataFrame
        ``servers``, ``busy``, ``waits``, ``wait``, ``response``, ``quantile``.

    Raises
    ------
    CourseError
        A number of servers is not whole or below 1, or another number cannot be.

    References
    ----------
    As in :func:`response`.

    Examples
    --------
    >>> by_servers(9, [9, 10, 12], service=120).round(2)
       servers  busy  waits   wait  response  quantile
    0        9  1.00    NaN    NaN       NaN       NaN
    1       10  0.90   0.67  80.25    200.25    523.30
    2       12  0.75   0.27  10.64    130.64    374.45
    """
    work = numbers.number("load", load, low=0)
    each, level = numbers.positive("service", service), numbers.share("share", share, one=False)
    names = ("servers", "busy", "waits", "wait", "response", "quantile")
    found = []
    for one in numbers.row("servers", servers).tolist():
        size = numbers.count("servers", one, 1, MOST_SERVERS)
        told: dict[str, float] = {"servers": size, "busy": min(work / size, 1.0)}
        if work < size:
            line = response(work, size, service=each, share=level)
            told = {name: getattr(line, name) for name in names}
        found.append(told)
    return pd.DataFrame(found, columns=list(names))


@public
def slow_calls(slow: float, calls: int) -> float:
    """Return how often a page that makes several calls at once has a slow one among them.

    Parameters
    ----------
    slow : float
        Share of the calls that are slow.
    calls : int
        Calls of a page, which waits for all of them.

    Returns
    -------
    float
        Share of the pages.

    Raises
    ------
    CourseError
        `slow` is no share from 0 to 1, or there is no call.

    References
    ----------
    Dean and Barroso (2013), The Tail at Scale.

    Examples
    --------
    >>> round(slow_calls(0.01, 100), 6)
    0.633968
    """
    share = numbers.share("slow", slow)
    return float(-np.expm1(numbers.count("calls", calls) * np.log1p(-share))) if share < 1 else 1.0


@public
def fast_calls(slow_pages: float, calls: int) -> float:
    """Return how large a share of the calls has to be fast, so that few pages are slow.

    Parameters
    ----------
    slow_pages : float
        Share of the pages that may have a slow call among theirs, below 1.
    calls : int
        Calls of a page.

    Returns
    -------
    float
        Share of the calls.

    Raises
    ------
    CourseError
        `slow_pages` is no share from 0 to below 1, or there is no call.

    References
    ----------
    Dean and Barroso (2013), The Tail at Scale, solved for the call.

    Examples
    --------
    >>> round(fast_calls(0.01, 100), 5)
    0.9999
    """
    share = numbers.share("slow_pages", slow_pages, one=False)
    return float((1 - share) ** (1 / numbers.count("calls", calls)))


@public
def with_omitted(times: ArrayLike, every: float) -> Floats:
    """Add the calls that a load test left out because it waited for a slow one.

    A tester that sends the next call only after the answer does not ask while the server is stuck.
    Those who would have asked meanwhile would have waited, too: each a little less.

    Parameters
    ----------
    times : array
        Response times that the test noted.
    every : float
        How often it was to send a call, in the same unit.

    Returns
    -------
    array
        The times with those that were left out, in no order that matters.

    Raises
    ------
    CourseError
        A time is below 0, or `every` is not above 0.

    References
    ----------
    Coordinated omission: Tene, in wrk2 (github.com/giltene/wrk2), and the correction of his
    HdrHistogram.

    Examples
    --------
    Ninety-nine calls of 1 ms and one of 100 ms, where one was to be sent every 10 ms:

    >>> noted = [1.0] * 99 + [100.0]
    >>> whole = with_omitted(noted, every=10)
    >>> len(whole), round(np.quantile(noted, 0.95)), round(np.quantile(whole, 0.95))
    (109, 1, 46)
    """
    noted = numbers.row("times", times, low=0)
    step = numbers.positive("every", every)
    if noted.sum() / step > 1e7:
        raise numbers.refused(
            "every", every, _("Give a time that is not so short beside the times.")
        )
    left_out = [
        np.arange(time - step, step * (1 - 1e-9), -step) for time in noted if time >= 2 * step
    ]
    return np.concatenate([noted, *left_out])


# --- what servers cost -----------------------------------------------------------------


@public
def cost_of_servers(
    loads: ArrayLike, servers: ArrayLike, *, price: float, lost: float
) -> pd.DataFrame:
    """Set what servers cost beside what is lost where they are too few.

    Parameters
    ----------
    loads : array
        Work offered in each minute, in servers: ``load`` of :func:`offered_load` by minute.
    servers : array of int
        The numbers of servers to look at.
    price : float
        Yuan for one server over all these minutes.
    lost : float
        Yuan that are lost with a minute of work that finds no server: who finds none leaves.

    Returns
    -------
    DataFrame
        ``servers``, ``bought`` (yuan), ``short`` (minutes of work that find no server),
        ``short_share`` of all work, ``lost`` (yuan), ``total``, ``best`` (the least total).

    Raises
    ------
    CourseError
        There is no minute, no number of servers, or a number is below 0.

    References
    ----------
    The newsvendor's balance of too many against too few, as in buy-outs: one server more pays while
    the minutes that it is needed in lose more than it costs.

    Examples
    --------
    >>> loads = [2.0] * 50 + [5.0] * 8 + [9.0] * 2
    >>> cost_of_servers(loads, [2, 5, 9], price=30, lost=10)
       servers  bought  short  short_share   lost  total   best
    0        2    60.0   38.0     0.240506  380.0  440.0  False
    1        5   150.0    8.0     0.050633   80.0  230.0   True
    2        9   270.0    0.0     0.000000    0.0  270.0  False
    """
    work = numbers.row("loads", loads, low=0)
    sizes = numbers.row("servers", servers, low=0)
    for name, value in (("loads", work), ("servers", sizes)):
        if not len(value):
            raise numbers.refused(name, value.tolist(), _("Give a number at least."))
    counts = np.array([numbers.count("servers", one, 0, MOST_SERVERS) for one in sizes.tolist()])
    each, loss = numbers.number("price", price, low=0), numbers.number("lost", lost, low=0)
    short = np.array([np.maximum(work - size, 0.0).sum() for size in counts])
    found = pd.DataFrame({"servers": counts, "bought": counts * each, "short": short})
    found["short_share"] = short / work.sum() if work.sum() else 0.0
    found["lost"] = short * loss
    found["total"] = found["bought"] + found["lost"]
    found["best"] = np.arange(len(found)) == int(found["total"].to_numpy().argmin())
    return found
