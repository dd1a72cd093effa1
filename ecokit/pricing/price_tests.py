"""Price tests: how many visitors, what the split says, what the price did, when not to believe it.

A price test shows two prices to visitors chosen by lot. Chance made the groups, so a difference
between them is chance or the price. That holds only while the lot was drawn fairly, the end was
fixed before the start, and the test ran long enough; :func:`doubts` goes through these.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _

METRICS = ("conversion", "revenue", "profit")
"""What a price test is read on; revenue and profit in yuan a visitor."""

BROKEN_SPLIT = 0.001
"""A split less likely than this is broken (Kohavi, Tang and Xu 2020, chapter 21)."""

LEAST_DAYS = 14
"""A test sees every day of the week twice."""

_NEEDED = {"price_tests": "test_id date arm price visitors orders units"}
_MOST = 1e6  # visitors are counted in its square


@dataclass(frozen=True)
class Effect(ByName):
    """A difference, B less A, with its 95 % interval and its p value."""

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Ratio:
    """The split of visitors: share of B, the p value of the chi-square test, whether it broke."""

    share: float
    p_value: float
    broken: bool


# --- before: how many visitors ---------------------------------------------------------


@public
def sample_size(
    before: float,
    after: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    pooled: bool = True,
) -> int:
    """Return how many visitors each arm needs to tell two conversions apart.

    Parameters
    ----------
    before, after : float
        Conversion at the old price, and the one that must not be missed; between 0 and 1.
    alpha : float
        Chance to see a difference where there is none, two-sided.
    power : float
        Chance to see the difference where there is one.
    pooled : bool
        Use the common variance of both arms in the first term, as the test itself does; without,
        the variance of each arm, which asks for a little less.

    Returns
    -------
    int
        Visitors an arm, rounded up.

    Raises
    ------
    CourseError
        A share outside 0 to 1, or two equal conversions.

    References
    ----------
    Fleiss, Tytun and Ury (1980), without the correction for continuity.

    Examples
    --------
    >>> sample_size(0.10, 0.12), sample_size(0.10, 0.12, pooled=False)
    (3841, 3839)
    >>> sample_size(0.1, 0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Both conversions are 0.1. No test is long enough to tell them apart.
    """
    from scipy.stats import norm

    before, after, alpha, power = (
        numbers.share(name, value, zero=False, one=False)
        for name, value in (
            ("before", before),
            ("after", after),
            ("alpha", alpha),
            ("power", power),
        )
    )
    if before == after:
        message = _("Both conversions are {value:g}. No test is long enough to tell them apart.")
        raise CourseError(message.format(value=before))
    middle = (before + after) / 2
    own = before * (1 - before) + after * (1 - after)
    shared = 2 * middle * (1 - middle) if numbers.flag("pooled", pooled) else own
    z_alpha, z_power = norm.ppf(1 - alpha / 2), norm.ppf(power)
    root = z_alpha * math.sqrt(shared) + z_power * math.sqrt(own)
    if not root < _MOST * abs(before - after):
        message = _("No test is long enough to tell {before} from {after}, this sure.")
        told = {"before": numbers.shown(before), "after": numbers.shown(after)}
        raise CourseError(message.format(**told))
    return math.ceil((root / (before - after)) ** 2)


@public
def false_alarms(
    looks: int, *, alpha: float = 0.05, runs: int = 100_000, seed: int = 2025
) -> float:
    """Return how often a test without any effect is "significant" at one of several looks.

    Parameters
    ----------
    looks : int
        Looks at the result, evenly spread; the test is stopped at the first that shows p < alpha.
    alpha : float
        What a single look at the end would risk.
    runs : int
        Simulated tests.
    seed : int
        Of the random numbers.

    Returns
    -------
    float
        Share of the runs, 0 to 1; its Monte Carlo standard error is below ``0.5 / sqrt(runs)``.

    Raises
    ------
    CourseError
        Not 1 to 1,000 looks, or too many runs.

    References
    ----------
    Armitage, McPherson and Rowe (1969), repeated significance tests on accumulating data.

    Examples
    --------
    >>> [round(false_alarms(looks), 2) for looks in (1, 5, 14)]
    [0.05, 0.14, 0.22]
    >>> false_alarms(0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: looks is 0. Give a whole number, 1 to 1000.
    """
    from scipy.stats import norm

    looks = numbers.count("looks", looks, 1, 1000)
    runs = numbers.count("runs", runs, 1, 10_000_000)
    bound = norm.ppf(1 - numbers.share("alpha", alpha) / 2)
    rng = numbers.generator("seed", seed)
    total, alarm = np.zeros(runs), np.zeros(runs, bool)
    for look in range(1, looks + 1):  # one look at a time: memory holds the runs, not all looks
        total += rng.standard_normal(runs)
        alarm |= np.abs(total) > bound * math.sqrt(look)
    return float(alarm.mean())


# --- after: arms, split, effects -------------------------------------------------------


@public
def arms(data: Any, test_id: str) -> Any:
    """Add one test up, a row an arm.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, a row a day and arm: ``test_id``, ``date``, ``arm`` (A: as before, B: the
        new price), ``price``, ``visitors``, ``orders``, ``units``.
    test_id : str
        The test.

    Returns
    -------
    table of the caller's kind
        ``arm``, ``price`` (mean over visitors), ``visitors``, ``orders``, ``units``,
        ``conversion`` (orders over visitors), ``revenue`` (yuan a visitor), ``days``.

    Raises
    ------
    CourseError
        No such test; not the two arms A and B, on the same days; values that cannot be, such as
        more orders than visitors.

    References
    ----------
    The table price_tests of the data dictionary; the layout is the course's own.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "date": pd.to_datetime(["2025-03-01"] * 2),
    ...     "arm": ["A", "B"], "price": [100.0, 90.0], "visitors": [1000, 1000],
    ...     "orders": [50, 60], "units": [50, 60]})
    >>> arms({"price_tests": days}, "T1")[["arm", "conversion", "revenue"]].values.tolist()
    [['A', 0.05, 5.0], ['B', 0.06, 5.4]]
    >>> arms({"price_tests": days}, "T9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no price test with the test_id 'T9'. There are: T1.
    """
    return frames.like(_arms(_test(data, test_id)), data)


def _arms(days: pd.DataFrame) -> pd.DataFrame:
    """Add the days of one test up, a row an arm."""
    days = days.assign(
        revenue=days["price"] * days["units"], shown=days["price"] * days["visitors"]
    )
    sums = ["visitors", "orders", "units", "revenue", "shown"]
    table = days.groupby("arm")[sums].sum()
    visitors = table["visitors"]
    table = table.assign(
        price=table["shown"] / visitors,
        conversion=table["orders"] / visitors,
        revenue=table["revenue"] / visitors,
        days=days.groupby("arm")["date"].nunique(),
    ).reset_index()
    return table[["arm", "price", "visitors", "orders", "units", "conversion", "revenue", "days"]]


def _test(data: Any, test_id: str) -> pd.DataFrame:
    """Return the days of one test, or say what is wrong with them."""
    (tests,) = frames.fetched(data, _NEEDED)
    known = tests["test_id"].dropna().astype(str).unique()
    if not isinstance(test_id, str | int):
        raise numbers.refused("test_id", test_id, _("Give a test_id of the table price_tests."))
    days = frames.with_id(tests, "test_id", test_id)
    if days.empty:
        message = _("There is no price test with the test_id {id!r}. There are: {known}.")
        raise CourseError(message.format(id=test_id, known=", ".join(known) or _("none")))
    found = sorted({str(arm) for arm in days["arm"]})
    if found != ["A", "B"]:
        message = _("Test {id} needs the two arms A and B; it has {found}.")
        raise CourseError(message.format(id=test_id, found=", ".join(found)))
    place = ("test_id", "date", "arm")
    rules = [
        rows.missing("date", *place),
        rows.not_above_zero("price", *place),
        *(rows.below_zero(name, *place) for name in ("visitors", "orders", "units")),
        rows.above("orders", "visitors", *place),
        rows.twice("date", "arm"),
    ]
    rows.refuse(days, "price_tests", rules)
    if days.groupby("arm")["visitors"].sum().min() == 0:
        raise CourseError(_("An arm of test {id} has no visitors.").format(id=test_id))
    if days.groupby("date")["arm"].nunique().max() < 2:
        message = _("In test {id} A and B never run on the same day: days differ, not only prices.")
        raise CourseError(message.format(id=test_id))
    return days


@public
def ratio_check(
    data: Any, test_id: str, share: float = 0.5, threshold: float = BROKEN_SPLIT
) -> Ratio:
    """Check that the visitors were split as planned (sample ratio mismatch, SRM).

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.
    share : float
        Planned share of B.
    threshold : float
        A p value below it means a broken split.

    Returns
    -------
    Ratio
        Share of B, p value of the chi-square test of goodness of fit, and whether it is broken.

    Raises
    ------
    CourseError
        A share outside 0 to 1; and what :func:`arms` refuses.

    References
    ----------
    Fabijan and others (2019), a taxonomy of sample ratio mismatch.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "date": pd.to_datetime(["2025-03-01"] * 2),
    ...     "arm": ["A", "B"], "price": [100.0, 90.0], "visitors": [44_000, 45_000],
    ...     "orders": [50, 60], "units": [50, 60]})
    >>> split = ratio_check({"price_tests": days}, "T1")
    >>> round(split.share, 3), round(split.p_value, 4), split.broken
    (0.506, 0.0008, True)
    >>> ratio_check({"price_tests": days}, "T1", share=50)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: share is 50. Give a share above 0 and below 1; write 45 % as 0.45.
    """
    threshold = numbers.share("threshold", threshold)
    planned = numbers.share("share", share, zero=False, one=False)
    return _ratio(_arms(_test(data, test_id)), planned, threshold)


def _ratio(table: pd.DataFrame, share: float, threshold: float = BROKEN_SPLIT) -> Ratio:
    """Return the split of the arms of a test, against the planned share of B."""
    from scipy.stats import chisquare

    counted = table["visitors"].to_numpy(float)
    total = counted.sum()
    p_value = float(chisquare(counted, [total * (1 - share), total * share]).pvalue)
    return Ratio(float(counted[1] / total), p_value, p_value < threshold)


@public
def effects(data: Any, test_id: str, unit_cost: float | None = None) -> Any:
    """Return what the new price did to conversion, revenue and profit a visitor.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.
    unit_cost : float, optional
        What a unit costs, yuan; without it there is no profit.

    Returns
    -------
    table of the caller's kind
        A row a metric, which are conversion, revenue and profit: ``metric``, ``a``, ``b``,
        ``difference`` (B less A), ``low``, ``high`` (95 %), ``p_value``. Conversion: Newcombe's
        interval. Revenue and profit: delta method, days as the units of both arms together,
        because a good day is good for both.

    Raises
    ------
    CourseError
        What :func:`arms` refuses; a test of one day gives no interval for yuan.

    References
    ----------
    Newcombe (1998), method 10; Deng, Knoblich and Lu (2018), delta method.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "arm": ["A", "B"] * 3, "price": [100.0, 90.0] * 3,
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-03"]).repeat(2),
    ...     "visitors": [1000] * 6, "orders": [50, 66, 46, 64, 52, 65],
    ...     "units": [50, 66, 46, 64, 52, 65]})
    >>> told = effects({"price_tests": days}, "T1", unit_cost=80).set_index("metric")
    >>> told.loc[["conversion", "profit"], "difference"].round(4).tolist()
    [0.0157, -0.3367]
    >>> effects({"price_tests": days[:2]}, "T1")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Test T1 has one day. Days tell how much revenue varies: run it on.
    """
    kept = {"revenue": 0.0}
    if unit_cost is not None:
        kept["profit"] = numbers.number("unit_cost", unit_cost, low=0)
    return frames.like(_effects(_test(data, test_id), test_id, kept), data)


def _effects(days: pd.DataFrame, test_id: str, kept: dict[str, float]) -> pd.DataFrame:
    """Return the effects of one test; `kept` says what a unit costs, by metric in yuan."""
    a, b = _arms(days).to_dict("records")
    effect = _of_shares(b["orders"], b["visitors"], a["orders"], a["visitors"])
    found: list[dict[str, object]] = [
        {"metric": "conversion", "a": a["conversion"], "b": b["conversion"]} | asdict(effect)
    ]
    for metric, cost in kept.items():
        earned = days.assign(earned=(days["price"] - cost) * days["units"])
        first, second, effect = _by_day(earned, test_id)
        found.append({"metric": metric, "a": first, "b": second} | asdict(effect))
    return pd.DataFrame(found)


def _of_shares(b_orders: float, b_visitors: float, a_orders: float, a_visitors: float) -> Effect:
    """Difference of two conversions, B less A: Newcombe's interval, p value of the score test."""
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    counts = (b_orders, b_visitors, a_orders, a_visitors)
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    alike = a_orders == b_orders == 0 or (a_orders == a_visitors and b_orders == b_visitors)
    p_value = 1.0 if alike else test_proportions_2indep(*counts, method="score").pvalue
    difference = b_orders / b_visitors - a_orders / a_visitors
    return Effect(difference, float(low), float(high), float(p_value))


def _by_day(days: pd.DataFrame, test_id: str) -> tuple[float, float, Effect]:
    """Yuan a visitor in A and B, and their difference with days as replicates."""
    from scipy.stats import t

    wide = days.pivot_table(
        index="date", columns="arm", values=["earned", "visitors"], aggfunc="sum", fill_value=0
    )
    if len(wide) < 2:
        message = _("Test {id} has one day. Days tell how much revenue varies: run it on.")
        raise CourseError(message.format(id=test_id))
    mean, pull = {}, {}
    for arm in ("A", "B"):
        earned, visitors = wide["earned", arm], wide["visitors", arm]
        mean[arm] = float(earned.sum() / visitors.sum())
        pull[arm] = (earned - mean[arm] * visitors) / visitors.sum()
    n = len(wide)
    se = math.sqrt(n / (n - 1) * float(((pull["B"] - pull["A"]) ** 2).sum()))
    difference = mean["B"] - mean["A"]
    return mean["A"], mean["B"], _with_interval(difference, se, t(n - 1))


def _with_interval(difference: float, se: float, law: Any) -> Effect:
    """Return a difference with the interval and the p value that its standard error gives."""
    reach = float(law.ppf(0.975)) * se
    p_value = float(2 * law.sf(abs(difference) / se)) if se else 1.0
    return Effect(difference, difference - reach, difference + reach, p_value)


@public
def implied_elasticity(data: Any, test_id: str) -> Effect:
    """Return the price elasticity of orders a visitor that a test shows, with its interval.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.

    Returns
    -------
    Effect
        ``difference`` is the elasticity: logarithm of the ratio of orders a visitor over that of
        the prices, which is taken day by day and averaged over the visitors. The interval takes
        the variance of a logarithm of a share (delta method).

    Raises
    ------
    CourseError
        Both arms have the same price, or an arm has no order.

    References
    ----------
    The definition of an elasticity between two prices; delta method: Deng, Knoblich and Lu
    (2018).

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "date": pd.to_datetime(["2025-03-01"] * 2),
    ...     "arm": ["A", "B"], "price": [100.0, 90.0], "visitors": [20_000, 20_000],
    ...     "orders": [1000, 1300], "units": [1000, 1300]})
    >>> told = implied_elasticity({"price_tests": days}, "T1")
    >>> round(told.difference, 1), round(told.low, 1), round(told.high, 1)
    (-2.5, -3.3, -1.7)
    >>> implied_elasticity({"price_tests": days.assign(price=100.0)}, "T1")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Both arms of test T1 show ¥100.00, so it tells nothing about prices.
    """
    from scipy.stats import norm

    days = _test(data, test_id)
    step = _price_step(days)
    a, b = _arms(days).to_dict("records")
    if abs(step) < 1e-6:
        message = _("Both arms of test {id} show ¥{price:,.2f}, so it tells nothing about prices.")
        raise CourseError(message.format(id=test_id, price=a["price"]))
    if not min(a["orders"], b["orders"]):
        raise CourseError(_("An arm of test {id} has no order yet. Run it on.").format(id=test_id))
    value = math.log(b["conversion"] / a["conversion"]) / step
    variance = sum(1 / arm["orders"] - 1 / arm["visitors"] for arm in (a, b))
    return _with_interval(value, math.sqrt(variance) / abs(step), norm)


def _price_step(days: pd.DataFrame) -> float:
    """Log of the price in B over that in A, mean over visitors; 0 where they are equal."""
    wide = days.pivot_table(index="date", columns="arm", values=["price", "visitors"])
    wide = wide.dropna()
    step = np.log(wide["price", "B"] / wide["price", "A"])
    return float(np.average(step, weights=wide["visitors", "A"] + wide["visitors", "B"]))


@public
def day_by_day(data: Any, test_id: str) -> Any:
    """Return what somebody sees who looks at the test every evening.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.

    Returns
    -------
    table of the caller's kind
        A row a day: ``date``, ``difference`` (conversion, B less A, all days so far), ``low``,
        ``high`` (95 % as if it were the only look), ``p_value``.

    Raises
    ------
    CourseError
        What :func:`arms` refuses.

    References
    ----------
    Newcombe (1998), method 10; what looking every evening does: Armitage, McPherson and Rowe
    (1969).

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "arm": ["A", "B"] * 2, "price": [100.0, 90.0] * 2,
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-02"]).repeat(2),
    ...     "visitors": [1000] * 4, "orders": [50, 66, 46, 48], "units": [50, 66, 46, 48]})
    >>> day_by_day({"price_tests": days}, "T1")["difference"].round(3).tolist()
    [0.016, 0.009]
    """
    days = _test(data, test_id)
    wide = days.pivot_table(
        index="date", columns="arm", values=["orders", "visitors"], aggfunc="sum", fill_value=0
    ).cumsum()
    wide = wide[(wide["visitors", "A"] > 0) & (wide["visitors", "B"] > 0)]
    counts = [wide[name, arm] for arm in "BA" for name in ("orders", "visitors")]
    told = [_of_shares(*one) for one in zip(*counts, strict=True)]
    table = pd.DataFrame(
        [{"date": day} | asdict(one) for day, one in zip(wide.index, told, strict=True)]
    )
    return frames.like(table, data)


@public
def novelty(data: Any, test_id: str) -> Effect:
    """Tell whether an effect wears off: that of the second half against that of the first.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.

    Returns
    -------
    Effect
        Second half less first half of the difference in conversion, with its interval.

    Raises
    ------
    CourseError
        A test of one day.

    References
    ----------
    Effects of novelty: Sadeghi and others (2021); setting half beside half is the course's own.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "arm": ["A", "B"] * 2, "price": [100.0, 90.0] * 2,
    ...     "date": pd.to_datetime(["2025-03-01", "2025-03-02"]).repeat(2),
    ...     "visitors": [1000] * 4, "orders": [50, 86, 46, 48], "units": [50, 86, 46, 48]})
    >>> round(novelty({"price_tests": days}, "T1").difference, 3)
    -0.034
    """
    return _novelty(_test(data, test_id), test_id)


def _novelty(days: pd.DataFrame, test_id: str) -> Effect:
    """Return the effect of the second half of a test less that of the first."""
    from scipy.stats import norm

    dates = sorted(days["date"].unique())
    if len(dates) < 2:
        message = _("Test {id} has one day. It takes two halves to see an effect wear off.")
        raise CourseError(message.format(id=test_id))
    late = days["date"] >= dates[len(dates) // 2]
    value, variance = 0.0, 0.0
    for half, sign in ((days[late], 1), (days[~late], -1)):
        a, b = _arms(half).to_dict("records")
        value += sign * (b["conversion"] - a["conversion"])
        variance += sum(
            arm["conversion"] * (1 - arm["conversion"]) / arm["visitors"] for arm in (a, b)
        )
    return _with_interval(value, math.sqrt(variance), norm)


# --- when not to believe it ------------------------------------------------------------


@public
def doubts(
    data: Any,
    test_id: str,
    *,
    kind: str = "ab",
    least_effect: float = 0.1,
    looks: int = 1,
    share: float = 0.5,
) -> list[str]:
    """List the reasons not to believe a price test, as sentences; none is a good sign.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``price_tests``, as in :func:`arms`.
    test_id : str
        The test.
    kind : {"ab", "aa"}
        ``"aa"``: both arms show the same price on purpose, and a difference is a fault.
    least_effect : float
        Above 0: the smallest change of conversion that must not be missed, as a share of it.
    looks : int
        How often somebody looked at the result and would have stopped.
    share : float
        Planned share of B.

    Returns
    -------
    list of str
        From the gravest to the mildest: a broken split, an A/A test with a difference or with two
        prices, too short, too few visitors, looked at too often, an effect that wears off.

    Raises
    ------
    CourseError
        What :func:`arms` and :func:`ratio_check` refuse, or an unknown kind.

    References
    ----------
    Split: Fabijan and others (2019), Kohavi, Tang and Xu (2020); size: :func:`sample_size`;
    looks: :func:`false_alarms`; novelty: :func:`novelty`. The limits are the course's own.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "date": pd.to_datetime(["2025-03-01"] * 2),
    ...     "arm": ["A", "B"], "price": [100.0, 90.0], "visitors": [44_000, 45_000],
    ...     "orders": [4000, 5000], "units": [4000, 5000]})
    >>> for sentence in doubts({"price_tests": days}, "T1"):
    ...     print(sentence)
    The split is broken: 50.6 % of the visitors are in B where 50.0 % were planned, which chance
    does once in 1,246 tests. Find the cause; no number of this test can be used.
    The test ran 1 day, fewer than 14: it has not seen every day of the week twice.
    """
    numbers.one_of("kind", kind, ("ab", "aa"))
    least_effect = numbers.positive("least_effect", least_effect)
    looks = numbers.count("looks", looks, 1, 1000)
    share = numbers.share("share", share, zero=False, one=False)
    days = _test(data, test_id)
    table = _arms(days)
    length = int(table["days"].min())
    checks = (
        _split_doubt(_ratio(table, share), share),
        _kind_doubt(days, test_id, kind, table),
        _length_doubt(length),
        None if kind == "aa" else _size_doubt(table, least_effect),
        _look_doubt(looks),
        None if length < LEAST_DAYS else _novelty_doubt(_novelty(days, test_id)),
    )
    return [sentence for sentence in checks if sentence]


def _split_doubt(ratio: Ratio, planned: float) -> str | None:
    if not ratio.broken:
        return None
    message = _(
        "The split is broken: {found:.1f} % of the visitors are in B where {planned:.1f} % were "
        "planned, which chance does once in {often} tests. Find the cause; no number of this test "
        "can be used."
    )
    once = 1 / max(ratio.p_value, 1e-300)
    often = f"{once:,.0f}" if once < 1e6 else _("many millions of")
    return message.format(found=100 * ratio.share, planned=100 * planned, often=often)


def _kind_doubt(days: pd.DataFrame, test_id: str, kind: str, table: pd.DataFrame) -> str | None:
    prices = table["price"].tolist()
    same = abs(_price_step(days)) < 1e-6
    if kind == "ab":
        message = _("Both arms show ¥{price:,.2f}: there is nothing to compare.")
        return message.format(price=prices[0]) if same else None
    if not same:
        return _(
            "An A/A test shows everybody the same price; here A shows ¥{a:,.2f} and B ¥{b:,.2f}."
        ).format(a=prices[0], b=prices[1])
    p_value = float(_effects(days, test_id, {})["p_value"].iloc[0])
    if p_value >= 0.05:
        return None
    return _(
        "The A/A test shows a difference in conversion (p = {p:.3f}) where there is none. One time "
        "in twenty that is chance; run it again before you trust the tool."
    ).format(p=p_value)


def _length_doubt(days: int) -> str | None:
    unit = _("day") if days == 1 else _("days")
    if days < LEAST_DAYS:
        message = _(
            "The test ran {days} {unit}, fewer than {least}: it has not seen every day of the week "
            "twice."
        )
        return message.format(days=days, unit=unit, least=LEAST_DAYS)
    if days % 7:
        message = _("The test ran {days} days, no whole weeks: some weekdays count more often.")
        return message.format(days=days)
    return None


def _size_doubt(table: pd.DataFrame, least_effect: float) -> str | None:
    conversion = float(table["conversion"].iloc[0])
    if not 0 < conversion < 1:
        return _("Nobody bought in A, so there is nothing to compare with.")
    needed = sample_size(conversion, min(conversion * (1 + least_effect), (1 + conversion) / 2))
    found = int(table["visitors"].min())
    if found >= needed:
        return None
    message = _(
        "An arm has {found:,} visitors; to see a change of conversion by {effect:.0f} % it takes "
        "{needed:,}. No difference found is not no difference."
    )
    return message.format(found=found, effect=100 * least_effect, needed=needed)


def _look_doubt(looks: int) -> str | None:
    if looks <= 1:
        return None
    message = _(
        "Somebody looked {looks} times and would have stopped: without any effect such a test is "
        '"significant" in {share:.0f} of 100 cases, not in 5.'
    )
    return message.format(looks=looks, share=100 * false_alarms(looks))


def _novelty_doubt(change: Effect) -> str | None:
    if change.p_value >= 0.05:
        return None
    message = _(
        "The effect on conversion changed by {change:+.2f} points from the first half to the "
        "second: it may be novelty, or something happened. Run it longer."
    )
    return message.format(change=100 * change.difference)
