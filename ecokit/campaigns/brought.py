"""What a campaign has brought, in four ways, each with its interval; and the dip afterwards.

Tagged orders are what platforms print: everything that came through the campaign's links, those
who would have come anyway included. The other three ask what would have come *without* it: the
season's model, the regions that did not have it, the half of a list that was held out.

The intervals are of the orders that *this* campaign brought: how far the guess of what would have
come may lie from it. "Too small to know" is an answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from ecokit.campaigns import counting
from ecokit.campaigns.counting import Arm
from ecokit.campaigns.regions import LEAST_WEEKS, Panel, by_lot, log_error, region_panel
from ecokit.experiments import differences
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.kpi import windows
from ecokit.kpi.season import LEAST_DAYS, season_model
from ecokit.kpi.windows import DAY, Window
from ecokit.messages import _

WAYS = ("tagged", "season", "regions", "held_out")
"""The four ways, the naive one first."""

ERRORS = ("region_week", "randomisation")
"""Where the noise of a comparison of regions is read from."""

WEEKS, AFTER, DIP = 8, 28, 14
"""Weeks before a campaign, and days after it, that it is compared with, where nothing else is said;
and days right after it that are left out of that, because a dip may lie there."""


@dataclass(frozen=True)
class Brought:
    """What a campaign has brought.

    Attributes
    ----------
    way : str
        One of :data:`WAYS`.
    outcome : str
        "orders" or "visits".
    effect : float
        What it brought.
    low, high : float
        The interval of it.
    came : float
        What was counted.
    without : float
        What would have come without it, as this way says.
    """

    way: str
    outcome: str
    effect: float
    low: float
    high: float
    came: float
    without: float

    @property
    def verdict(self) -> str:
        """Return "brought", "lost" or "too small to know"."""
        if self.low > 0:
            return _("brought")
        return _("lost") if self.high < 0 else _("too small to know")

    def __str__(self) -> str:
        message = _("{effect:+,.0f} {outcome} ({low:+,.0f} to {high:+,.0f}): {verdict}")
        told = {"effect": self.effect, "low": self.low, "high": self.high}
        return message.format(outcome=self.outcome, verdict=self.verdict, **told)


# --- tagged ----------------------------------------------------------------------------


@public
def tagged(
    data: Any, campaign_id: str, *, outcome: str = "orders", confidence: float = 0.95
) -> Brought:
    """Count what carries the campaign's tag: the naive answer.

    Who came through its link may have come anyway, by another way or a week later. The interval
    is that of a count; it knows nothing of those.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``campaigns`` (``campaign_id``, ``start_on``, ``end_on``) and ``orders``
        (``placed_at``, ``paid_at``, ``campaign_id``) or ``visits`` (``started_at``,
        ``campaign_id``).
    campaign_id : str
        The campaign.
    outcome : str
        "orders", which are paid ones, or "visits".
    confidence : float
        Of the interval.

    Returns
    -------
    Brought
        With nothing `without` it.

    Raises
    ------
    CourseError
        There is no such campaign, or a table or column is missing.

    References
    ----------
    Garwood (1936), for the interval of a count.

    Examples
    --------
    >>> orders = pd.DataFrame({"placed_at": pd.to_datetime(["2025-06-09"] * 4),
    ...     "paid_at": pd.to_datetime(["2025-06-09"] * 3 + [None]), "campaign_id": "C22"})
    >>> campaigns = pd.DataFrame({"campaign_id": ["C22"], "start_on": [pd.Timestamp("2025-06-08")],
    ...     "end_on": [pd.Timestamp("2025-06-18")]})
    >>> print(tagged({"orders": orders, "campaigns": campaigns}, "C22"))
    +3 orders (+1 to +9): brought
    >>> tagged({"orders": orders, "campaigns": campaigns}, "C99")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no campaign with the campaign_id 'C99'. There are: C22.
    """
    campaign = counting.campaign_of(data, campaign_id)
    tail = (1 - _level(confidence)) / 2
    each = counting.daily(data, outcome, "campaign_id")
    known = campaign.campaign_id in each
    n = float(each[campaign.campaign_id].sum()) if known else 0.0
    low = float(stats.chi2.ppf(tail, 2 * n)) / 2 if n else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * n + 2)) / 2
    return Brought("tagged", outcome, n, low, high, n, 0.0)


# --- before and after ------------------------------------------------------------------


@public
def before_and_after(
    data: Any,
    start: Any,
    end: Any,
    *,
    outcome: str = "orders",
    before: int = 7 * WEEKS,
    after: int = AFTER,
    gap: int = DIP,
    season: Any = None,
    confidence: float = 0.95,
) -> Brought:
    """Compare the days of a campaign with what the days around them say of these.

    A model of the days before (and after) knows the day of the week and a trend, and what you
    know of the season. Whatever else happened in the same days counts as the campaign's.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders`` (``placed_at``, ``paid_at``) or ``visits`` (``started_at``).
    start, end : day
        The campaign's first and last day, or those of any window.
    outcome : str
        "orders", which are paid ones, or "visits".
    before, after : int
        Days before and after the window that the model learns from, as far as they are there.
    gap : int
        Days between the window and those after it, which are left out: who bought early does not
        buy then.
    season : Series, optional
        What to expect of each day, in any unit, such as last year's orders, by day.
    confidence : float
        Of the interval.

    Returns
    -------
    Brought
        Of all regions together.

    Raises
    ------
    CourseError
        The window ends before it starts or lies outside the table, or there are fewer than 21
        days to learn from.

    Notes
    -----
    Poisson regression of the daily counts; the spread of its residuals and how much each day's is
    like the day before's (autocorrelation of the first order) go into the interval.

    References
    ----------
    Kerman, Wang and Vaver (2017) predict the days of a campaign from those before. McCullagh and
    Nelder (1989), for counts that vary more than chance says.

    Examples
    --------
    >>> days = pd.date_range("2025-03-03", periods=70)
    >>> counts = [100 + 10 * (day.day_of_week > 4) + 50 * (n >= 63) for n, day in enumerate(days)]
    >>> visits = pd.DataFrame({"visit_id": range(sum(counts)), "started_at": days.repeat(counts)})
    >>> found = before_and_after({"visits": visits}, days[63], days[69], outcome="visits")
    >>> round(found.effect), found.verdict
    (350, 'brought')
    >>> before_and_after({"visits": visits}, days[69], days[63], outcome="visits")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The window ends on 2025-05-05, before it starts on 2025-05-11. ...
    """
    seen = windows.window(start, end)
    first = numbers.count("before", before, LEAST_DAYS, 1_000)
    later, out = (numbers.count(*one, 0, 1_000) for one in (("after", after), ("gap", gap)))
    days = counting.daily(data, outcome)
    around = Window(seen.start - first * DAY, seen.end + (out + later) * DAY)
    between = Window(seen.end + DAY, seen.end + out * DAY)
    return _by_season(days, seen, around, outcome, season, _level(confidence), between)


def _by_season(
    days: pd.DataFrame,
    seen: Window,
    around: Window,
    outcome: str,
    season: Any,
    level: float,
    left_out: Window | None = None,
) -> Brought:
    """Compare the days of a window with those around it, but for a window that is left out."""
    windows.inside(days, seen, outcome)
    model = season_model(days, seen, around, season, left_out)
    half = float(stats.t.ppf((1 + level) / 2, model.free)) * model.error
    effect = model.came - model.expected
    low, high = effect - half, effect + half
    return Brought("season", outcome, effect, low, high, model.came, model.expected)


# --- regions ---------------------------------------------------------------------------


@public
def other_regions(
    data: Any,
    start: Any,
    end: Any,
    regions: Any,
    *,
    outcome: str = "orders",
    before: int = WEEKS,
    errors: str = "region_week",
    confidence: float = 0.95,
) -> Brought:
    """Compare the regions that had a campaign with those that did not (difference in differences).

    Four sums say it: what the regions with it had before, times how the other regions moved
    from before to during, is what they would have had without it. Weeks before in which a channel
    paused, or a campaign ran, in some regions only are passed over: they are no usual ones.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``orders`` (``placed_at``, ``paid_at``, ``region``) or ``visits`` (``started_at``,
        ``region``). If there are ``pauses`` and ``campaigns`` (``start_on``, ``end_on``,
        ``regions``, separated by blanks), their weeks are passed over.
    start, end : day
        The first and last day of the campaign, or of any window.
    regions : str or list of str
        Those that had it.
    outcome : str
        "orders", which are paid ones, or "visits".
    before : int
        Weeks before `start` to compare with, of seven days each; fewer if there are no more.
    errors : str
        "region_week": the noise is read from all region-weeks, each one cluster; it holds if
        regions with the campaign are as noisy as others. "randomisation": from all other ways in
        which as many regions could have been drawn; nothing is assumed, and few regions give a
        wide interval, or none.
    confidence : float
        Of the interval.

    Returns
    -------
    Brought
        In the regions that had it.

    Raises
    ------
    CourseError
        A region is unknown or none is left to compare with, the window ends before it starts or
        lies outside the table, fewer than two weeks lie before it, or regions are too few for
        randomisation.

    Notes
    -----
    Poisson regression with effects of regions and of weeks has the cross ratio of the four sums
    as its answer, whatever the regions' sizes. Cluster-robust errors fail where few regions or
    weeks are treated; the noise of all region-weeks is taken instead.

    References
    ----------
    Vaver and Koehler (2011), experiments by region. Conley and Taber (2011), the noise of few
    treated groups read from the others. MacKinnon and Webb (2020), randomisation of t statistics.

    Examples
    --------
    >>> days = pd.date_range("2025-03-03", periods=35)
    >>> rows = [(day, name, 40 + 20 * (name == "North" and n >= 28)) for n, day in enumerate(days)
    ...         for name in ("East", "North", "South")]
    >>> visits = pd.DataFrame([(day, name) for day, name, n in rows for _ in range(n)],
    ...                       columns=["started_at", "region"])
    >>> visits["visit_id"] = range(len(visits))
    >>> found = other_regions({"visits": visits}, days[28], days[34], "North", before=4,
    ...                       outcome="visits")
    >>> round(found.effect), round(found.without)
    (140, 280)
    >>> other_regions({"visits": visits}, days[28], days[34], "Nroth", outcome="visits")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no region 'Nroth'. There are: East, North, South.
    """
    seen = windows.window(start, end)
    numbers.one_of("errors", errors, ERRORS)
    level = _level(confidence)
    weeks = numbers.count("before", before, LEAST_WEEKS, 200)
    days = counting.daily(data, outcome, "region")
    named = counting.region_names(regions, list(map(str, days)))
    panel = region_panel(days, seen, named, weeks, outcome, busy=counting.apart(data))
    return by_regions(panel, outcome, level, errors)


def by_regions(panel: Panel, outcome: str, level: float, errors: str = "region_week") -> Brought:
    """Return what the treated regions had beyond what the others say of them."""
    sums = panel.sums()
    if errors == "randomisation":
        low, high = by_lot(panel, level)
    else:
        spread, free = panel.spread()
        half = float(stats.t.ppf((1 + level) / 2, free)) * log_error(sums, spread)
        low, high = sums.without * math.exp(-half), sums.without * math.exp(half)
    came, without = sums.treated_in, sums.without
    return Brought("regions", outcome, came - without, came - high, came - low, came, without)


# --- held out --------------------------------------------------------------------------


@public
def held_out(
    data: Any,
    campaign_id: str,
    *,
    outcome: str = "orders",
    days: int = 0,
    confidence: float = 0.95,
) -> Brought:
    """Compare who got a message with those on the list who, by lot, did not.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``campaigns`` (``campaign_id``, ``start_on``, ``end_on``), ``mailings``
        (``campaign_id``, ``visitor_id``, ``arm``: sent or held_out), and ``orders``
        (``visitor_id``, ``placed_at``, ``paid_at``) or ``visits`` (``visitor_id``,
        ``started_at``).
    campaign_id : str
        The campaign.
    outcome : str
        "orders", which are paid ones, or "visits".
    days : int
        Days after the end that are counted, too.
    confidence : float
        Of the interval.

    Returns
    -------
    Brought
        Of all who got it. Who on the list did nothing counts as 0.

    Raises
    ------
    CourseError
        There is no such campaign, it has no list, or one half of it is empty.

    References
    ----------
    Lewis and Rao (2015), and how wide such intervals are. Welch (1947), for unequal variances.

    Examples
    --------
    >>> mailings = pd.DataFrame({"campaign_id": "C36", "visitor_id": range(400),
    ...                          "arm": ["sent", "held_out"] * 200})
    >>> buyers = [*range(0, 80, 2), *range(1, 21, 2)]
    >>> orders = pd.DataFrame({"visitor_id": buyers, "placed_at": pd.Timestamp("2025-10-12"),
    ...                        "paid_at": pd.Timestamp("2025-10-12")})
    >>> campaigns = pd.DataFrame({"campaign_id": ["C36"], "start_on": [pd.Timestamp("2025-10-10")],
    ...                           "end_on": [pd.Timestamp("2025-10-21")]})
    >>> tables = {"orders": orders, "campaigns": campaigns, "mailings": mailings}
    >>> print(held_out(tables, "C36"))
    +30 orders (+17 to +43): brought
    >>> tables["mailings"] = mailings[mailings["arm"] == "sent"]
    >>> held_out(tables, "C36")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In the mailings of campaign C36 nobody is held_out, so there is ...
    """
    campaign = counting.campaign_of(data, campaign_id)
    later = numbers.count("days", days, 0, 1_000)
    seen = Window(campaign.window.start, campaign.window.end + later * DAY)
    arms = counting.by_arm(data, campaign.campaign_id, outcome, seen)
    return by_arms(arms, outcome, _level(confidence))


def by_arms(arms: Mapping[str, Arm], outcome: str, level: float) -> Brought:
    """Return what who got a message had beyond who did not, by lot."""
    sent, kept = arms["sent"], arms["held_out"]
    told = differences.of_means(*kept.told, *sent.told, level)
    effect, low, high = (
        float(told[name]) * sent.visitors for name in ("difference", "low", "high")
    )
    return Brought("held_out", outcome, effect, low, high, sent.total, sent.total - effect)


# --- afterwards, and all ways together -------------------------------------------------


@public
def dip(
    data: Any,
    campaign_id: str,
    *,
    days: int = 14,
    outcome: str = "orders",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Measure the days after a campaign: who bought early does not buy then.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`ways`.
    campaign_id : str
        The campaign.
    days : int
        How many days after its end.
    outcome : str
        "orders", which are paid ones, or "visits".
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        As of :func:`ways`, without tagged orders, which end with the campaign. Below zero is a dip.

    Raises
    ------
    CourseError
        As :func:`ways`; or the days after it lie outside the table.

    References
    ----------
    Van Heerde, Leeflang and Wittink (2004): a third of what a promotion sells is borrowed from
    other weeks.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> dip(load_shop(), "C22", days=10)["way"].tolist()
    ['season']
    """
    campaign = counting.campaign_of(data, campaign_id)
    first = campaign.window.end + DAY
    later = Window(first, first + (numbers.count("days", days, 1, 365) - 1) * DAY)
    return _compared(data, campaign, outcome, later, _level(confidence))


@public
def ways(
    data: Any, campaign_id: str, *, outcome: str = "orders", confidence: float = 0.95
) -> pd.DataFrame:
    """Set what a campaign brought side by side, in every way that its design allows.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``campaigns`` (``campaign_id``, ``start_on``, ``end_on``, and ``regions`` where some
        regions did not have it), ``orders`` or ``visits`` as for :func:`tagged`,
        :func:`before_and_after` and :func:`regions`, and ``mailings`` as for :func:`held_out`.
    campaign_id : str
        The campaign.
    outcome : str
        "orders", which are paid ones, or "visits".
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        A row a way: ``way``, ``effect``, ``low``, ``high``, ``came``, ``without``, ``verdict``.
        There is a row "regions" where the campaign names some, a row "held_out" where it has a
        list, and a row "season" where three weeks lie before it.

    Raises
    ------
    CourseError
        There is no such campaign, or a table or column is missing.

    References
    ----------
    Those of the four ways. Blake, Nosko and Tadelis (2015): what was counted and what an
    experiment found, side by side.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> found = ways(load_shop(), "C22")
    >>> found["way"].tolist()
    ['tagged', 'season']
    """
    campaign = counting.campaign_of(data, campaign_id)
    first = tagged(data, campaign_id, outcome=outcome, confidence=confidence)
    rest = _compared(data, campaign, outcome, campaign.window, _level(confidence))
    return pd.concat([_table([first]), rest], ignore_index=True)


def _compared(
    data: Any, campaign: counting.Campaign, outcome: str, seen: Window, level: float
) -> pd.DataFrame:
    """Compare a window of a campaign, or after it, with what was before the campaign."""
    until, found = campaign.window.start, list[Brought]()
    days = counting.daily(data, outcome)
    if (until - days.index[0]) / DAY >= LEAST_DAYS:
        around = Window(until - WEEKS * 7 * DAY, seen.end + (AFTER + DIP) * DAY)
        between = Window(seen.end + DAY, seen.end + DIP * DAY)
        if seen.start > until:  # a dip: the campaign itself is left out
            around = Window(around.start, seen.end + AFTER * DAY)
            between = campaign.window
        found.append(_by_season(days, seen, around, outcome, None, level, between))
    if campaign.regions:
        split = counting.daily(data, outcome, "region")
        named = counting.region_names(list(campaign.regions), list(map(str, split)))
        busy = counting.apart(data)
        panel = region_panel(split, seen, named, WEEKS, outcome, until, busy)
        found.append(by_regions(panel, outcome, level))
    if campaign.campaign_id in _listed(data):
        arms = counting.by_arm(data, campaign.campaign_id, outcome, seen)
        found.append(by_arms(arms, outcome, level))
    return _table(found)


def _listed(data: Any) -> set[str]:
    """Return the campaigns that were sent to a list; none where there is no table mailings."""
    if frames.tables(data).get("mailings") is None:
        return set()
    (mailings,) = frames.door(data, {"mailings": "campaign_id"})
    return set(frames.as_pandas(mailings.unique())["campaign_id"].dropna().astype(str))


def _table(found: list[Brought]) -> pd.DataFrame:
    names = ["way", "effect", "low", "high", "came", "without", "verdict"]
    return pd.DataFrame([[getattr(one, name) for name in names] for one in found], columns=names)


def _level(confidence: object) -> float:
    return numbers.share("confidence", confidence, zero=False, one=False)
