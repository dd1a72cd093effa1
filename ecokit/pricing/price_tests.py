"""Price tests: how many visitors, what the split says, what the price did, when not to believe it.

A price test shows two prices to visitors chosen by lot. Chance made the groups, so a difference
between them is chance or the price. That holds only while the lot was drawn fairly, the end was
fixed before the start, and the test ran long enough; :func:`doubts` goes through these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _
from ecokit.shop.tables import Shop

METRICS = ("conversion", "revenue", "profit")
"""What a price test is read on; revenue and profit in yuan a visitor."""

BROKEN_SPLIT = 0.001
"""A split less likely than this is broken (Kohavi, Tang and Xu 2020, chapter 21).

Fabijan and others (2019) take 0.0005."""

UNEVEN_SPLIT = 0.01
"""A split less likely than this is uneven: look for a cause before you decide."""

LEAST_DAYS = 14
"""A test sees every day of the week twice."""

_NEEDED = {"price_tests": "test_id date arm price visitors orders units"}
_MOST = 1e6  # visitors are counted in its square
_MOST_ARMS = 20


@dataclass(frozen=True)
class Effect(ByName):
    """A difference, B less A, with its 95 % interval and its p value."""

    difference: float
    low: float
    high: float
    p_value: float


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
        if self.broken:
            return "broken"
        return "uneven" if self.p_value < UNEVEN_SPLIT else "even"

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
        ``price_tests``, a row a day and arm: ``test_id``, ``date``, ``arm`` (in the order of the
        names, the first is as before: A, and B the new price), ``price``, ``visitors``, ``orders``,
        ``units``.
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
        No such test; fewer than two arms, or arms that never run on the same day; values that
        cannot be, such as more orders than visitors.

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
    return frames.like(_arms(_test(data, test_id, _MOST_ARMS)), data)


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


def _test(data: Any, test_id: str, most: int = 2) -> pd.DataFrame:
    """Return the days of one test with at most so many arms, or say what is wrong with them."""
    (tests,) = frames.fetched(data, _NEEDED)
    known = tests["test_id"].dropna().astype(str).unique()
    if not isinstance(test_id, str | int):
        raise numbers.refused("test_id", test_id, _("Give a test_id of the table price_tests."))
    days = frames.with_id(tests, "test_id", test_id)
    if days.empty:
        message = _("There is no price test with the test_id {id!r}. There are: {known}.")
        raise CourseError(message.format(id=test_id, known=", ".join(known) or _("none")))
    place = ("test_id", "date", "arm")
    rules = [
        rows.missing("date", *place),
        rows.missing("arm", *place),
        rows.not_above_zero("price", *place),
        *(rows.below_zero(name, *place) for name in ("visitors", "orders", "units")),
        rows.above("orders", "visitors", *place),
        rows.twice("date", "arm"),
    ]
    rows.refuse(days, "price_tests", rules)
    _arms_of(days["arm"], test_id, most)
    if days.groupby("arm")["visitors"].sum().min() == 0:
        raise CourseError(_("An arm of test {id} has no visitors.").format(id=test_id))
    if days.groupby("date")["arm"].nunique().max() < 2:
        message = _(
            "In test {id} two arms never run on the same day: days differ, not only prices."
        )
        raise CourseError(message.format(id=test_id))
    return days


def _arms_of(names: pd.Series, test_id: str, most: int = _MOST_ARMS) -> list[str]:
    """Return the names of the arms in order; the first is what the others are compared with."""
    found = sorted({str(arm) for arm in names})
    if not 2 <= len(found) <= most:
        number = _("two arms") if most == 2 else _("two to {n} arms").format(n=most)
        message = _("Test {id} needs {number}; it has {found}.")
        told = ", ".join(found[:5]) or _("none")
        raise CourseError(message.format(id=test_id, number=number, found=told))
    return found


def _pair(days: pd.DataFrame) -> pd.DataFrame:
    """Return the days of two arms of any names as those of A and B."""
    first, second = sorted(days["arm"].astype(str).unique())
    return days.assign(arm=days["arm"].astype(str).map({first: "A", second: "B"}))


@public
def ratio_check(
    data: Any,
    test_id: str | None = None,
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
    data : counts, table, Shop or mapping of tables
        Visitors by arm: ``[44_700, 45_489]``, or a mapping of the arm's name to its count. Or a
        table with the column `arm`, and either `visitors` (a count; rows of an arm are added up),
        or a row a visitor. Or ``price_tests``, as in :func:`arms`.
    test_id : str, optional
        The test, of a table that holds several.
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
        A share outside 0 to 1, fewer than two arms, an arm that was planned and has no visitor; and
        what :func:`arms` refuses.

    References
    ----------
    Fabijan and others (2019), a taxonomy of sample ratio mismatch.

    Examples
    --------
    >>> days = pd.DataFrame({"test_id": "T1", "date": pd.to_datetime(["2025-03-01"] * 2),
    ...     "arm": ["A", "B"], "price": [100.0, 90.0], "visitors": [44_000, 45_000],
    ...     "orders": [50, 60], "units": [50, 60]})
    >>> split = ratio_check({"price_tests": days}, "T1")
    >>> round(split.share, 3), round(split.p_value, 4), split.verdict
    (0.506, 0.0008, 'broken')
    >>> print(ratio_check([44_700, 45_489]))
    The split is uneven: 50.4 % of the visitors are in B where 50.0 % were planned, which chance
    does once in 116 tests. Look for a cause before you decide.
    >>> ratio_check({"old": 5_020, "new": 2_480, "newest": 2_500}, share={"old": 2, "new": 1,
    ...     "newest": 1}).verdict
    'even'
    >>> ratio_check({"price_tests": days}, "T1", share=50)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: share is 50. Give a share above 0 and below 1; write 45 % as 0.45.
    """
    threshold = numbers.share("threshold", threshold)
    names = {"arm": arm, "visitors": visitors, "visitor_id": visitor_id}
    for name, column in names.items():
        numbers.text(name, column)
    return _ratio(_counts(data, test_id, names), share, threshold)


def _is_table(data: Any) -> bool:
    return hasattr(type(data), "columns")  # a table with a column twice is told later


def _has(data: Any, columns: Sequence[str]) -> bool:
    return set(columns) <= set(frames.table(data, "", name="data").collect_schema().names())


def _counts(data: Any, test_id: str | None, names: Mapping[str, str]) -> dict[str, float]:
    """Return the visitors of each arm, whatever they were given as."""
    if isinstance(data, Shop) or (isinstance(data, Mapping) and any(map(_is_table, data.values()))):
        table = _arms(_test(data, _named_test(data, test_id), _MOST_ARMS))
        return dict(zip(table["arm"].astype(str), table["visitors"].astype(float), strict=True))
    if _is_table(data):
        return _counted(data, test_id, names)
    if isinstance(data, (Mapping, pd.Series)):
        counts = numbers.by_name("data", data, low=0)
    elif numbers.is_list(data) and not isinstance(data, str):
        given = numbers.row("data", data, low=0)
        letters = [chr(65 + place) if place < 26 else str(place + 1) for place in range(len(given))]
        counts = dict(zip(letters, given.tolist(), strict=True))
    else:
        wanted = _("Give the visitors of each arm, such as [44_700, 45_489], a table, or a shop.")
        raise numbers.refused("data", data, wanted)
    if len(counts) < 2 or any(count % 1 for count in counts.values()):
        raise numbers.refused(
            "data", data, _("Give whole numbers of visitors for two arms or more.")
        )
    return counts


def _named_test(data: Any, test_id: str | None) -> str:
    """Return the test that is meant; where there is one only, it need not be said."""
    if test_id is not None:
        return test_id
    (tests,) = frames.fetched(data, {"price_tests": "test_id"})
    known = tests["test_id"].dropna().astype(str).unique()
    if len(known) != 1:
        message = _("test_id is None, and there are {n} tests: {known}. Say which one you mean.")
        raise CourseError(message.format(n=len(known), known=", ".join(known[:5]) or _("none")))
    return str(known[0])


def _of_test(data: Any, test_id: str | None, columns: Mapping[str, str], name: str) -> pd.DataFrame:
    """Return the rows of one test of a bare table, with the course's names."""
    frame = frames.table(data, "", name=name)
    here = set(frame.collect_schema().names())
    if "test_id" in here:
        frame = frames.table(data, "test_id", name=name)
    if isinstance(frame, nw.LazyFrame):  # to look for totals among the arms
        needed = [one for one in (*columns.values(), "test_id", "date") if one in here]
        frame = nw.from_native(frames.as_pandas(frame.select(*dict.fromkeys(needed))))
    types = {"visitors": "number", "orders": "number", "revenue": "number"}
    table = frames.as_pandas(frames.table(frame, dict(columns), name=name, types=types))
    rows.refuse(table, name, [rows.missing("arm")])
    if test_id is not None:
        if "test_id" not in here:
            message = _("The table {name} has no column test_id. Leave test_id out.")
            raise CourseError(message.format(name=name))
        rows.refuse(table, name, [rows.missing("test_id", "arm")])
        table = frames.with_id(table, "test_id", test_id)
    elif "test_id" in here and len(table["test_id"].unique()) > 1:
        message = _(
            "test_id is None, and the table {name} holds {n} tests. Say which one you mean."
        )
        raise CourseError(message.format(name=name, n=table["test_id"].nunique()))
    if table.empty:
        raise CourseError(_("The table {name} has no row of this test.").format(name=name))
    if "visitors" in columns and {"test_id", "date"} <= here:  # the key of price_tests
        rows.refuse(table, name, [rows.twice("test_id", "date", "arm")])
    return table


def _counted(data: Any, test_id: str | None, names: Mapping[str, str]) -> dict[str, float]:
    """Return the visitors of each arm of a table of counts, or of one with a row a visitor."""
    wanted = {"arm": names["arm"]}
    more = ("visitors", "visitor_id")
    wanted |= {one: names[one] for one in more if _has(data, [names[one]])}
    table = _of_test(data, test_id, wanted, "data")
    if "visitors" in wanted:
        rows.refuse(table, "data", [rows.below_zero("visitors", "arm")])
        counts = table.groupby(table["arm"].astype(str))["visitors"].sum()
    else:
        if "visitor_id" in wanted:
            table = _once(table)
        counts = table.groupby(table["arm"].astype(str)).size()
    _arms_of(table["arm"], str(test_id or "data"))
    return {str(name): float(count) for name, count in counts.items()}


def _once(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a visitor; refuse visitors who saw two arms."""
    rows.refuse(table, "data", [rows.missing("visitor_id", "arm")])
    both = table.groupby("visitor_id")["arm"].nunique().gt(1)
    if both.any():
        message = _(
            "{n:,} of {all:,} visitors stand in two arms, such as {who}: they saw both. Leave them "
            "out of the test, and find out why."
        )
        told = {"n": int(both.sum()), "all": len(both), "who": both.idxmax()}
        raise CourseError(message.format(**told))
    sums = {name: (name, "sum") for name in ("orders", "revenue") if name in table}
    return table.groupby("visitor_id", as_index=False).agg(arm=("arm", "first"), **sums)


def _plan(share: Any, names: Sequence[str]) -> dict[str, float]:
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
        second = numbers.share("share", share, zero=False, one=False)
        parts = [1 - second, second]
    if len(parts) != len(names) or min(parts) <= 0:
        wanted = _("Give a share above 0 for each of the {n} arms.").format(n=len(names))
        raise numbers.refused("share", share, wanted)
    return {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}


def _ratio(
    counts: Mapping[str, float], share: Any = None, threshold: float = BROKEN_SPLIT
) -> Ratio:
    """Return the split of the arms of a test, against the plan."""
    from scipy.stats import chisquare

    names, total = list(counts), sum(counts.values())
    if not total:
        raise CourseError(_("No arm has a visitor, so there is no split to check."))
    plan = _plan(share, names)
    expected = [total * plan[name] for name in names]
    p_value = float(chisquare(list(counts.values()), expected).pvalue)
    off = {name: abs(counts[name] / total - plan[name]) for name in names}
    arm = names[1] if len(names) == 2 else max(off, key=lambda name: off[name])
    return Ratio(counts[arm] / total, p_value, p_value < threshold, arm, plan[arm])


@public
def effects(
    data: Any,
    test_id: str | None = None,
    unit_cost: float | None = None,
    *,
    share: Any = None,
    control: str | None = None,
    arm: str = "arm",
    visitors: str = "visitors",
    orders: str = "orders",
    revenue: str = "revenue",
    visitor_id: str = "visitor_id",
) -> Any:
    """Return what the new price did to conversion, revenue and profit a visitor.

    Parameters
    ----------
    data : Shop, mapping of tables, or table
        ``price_tests``, as in :func:`arms`. Or a table with the column `arm`, and either
        `visitors` and `orders` (counts; rows of an arm are added up), or a row a visitor, with
        `orders` (0 for none) and perhaps `revenue` (yuan).
    test_id : str, optional
        The test, of tables that hold several.
    unit_cost : float, optional
        What a unit costs, yuan; without it there is no profit, and none of a bare table.
    share : float, sequence or mapping, optional
        The planned split, as in :func:`ratio_check`.
    control : str, optional
        The arm that the others are compared with. Default: the first by name.
    arm, visitors, orders, revenue, visitor_id : str
        What the columns of a bare table are called; `revenue` and `visitor_id` may lack.

    Returns
    -------
    table of the caller's kind
        A row a metric, which are conversion, revenue and profit: ``metric``, ``a``, ``b``,
        ``difference`` (B less A), ``low``, ``high`` (95 %), ``p_value``, ``split`` (the verdict of
        :func:`ratio_check`: where it is "broken", no number can be used). More arms than two have
        rows of their own, with ``arm`` in front; ``a`` is the control. Conversion: Newcombe's
        interval. Revenue and profit: delta method, days as the units of both arms together,
        because a good day is good for both; where a row is a visitor, Welch's.

    Raises
    ------
    CourseError
        What :func:`arms` and :func:`ratio_check` refuse; a test of one day gives no interval for
        yuan; no arm is called like `control`.

    References
    ----------
    Newcombe (1998), method 10; Deng, Knoblich and Lu (2018), delta method; Welch (1947).

    Examples
    --------
    >>> counts = pd.DataFrame({"arm": ["old", "new"], "visitors": 1000, "orders": [50, 66]})
    >>> effects(counts, control="old")[["difference", "split"]].values.tolist()
    [[0.016, 'even']]
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
    names = {"arm": arm, "visitors": visitors, "orders": orders}
    more = {"revenue": revenue, "visitor_id": visitor_id}
    for name, column in {**names, **more}.items():
        numbers.text(name, column)
    if _is_table(data) and _has(data, _NEEDED["price_tests"].split()):
        data = {"price_tests": data}
    if _is_table(data):
        if unit_cost is not None:
            message = _("unit_cost asks for units, which a bare table has not: give price_tests.")
            raise CourseError(message)
        table = _bare_effects(data, test_id, names, more, control, share)
        return frames.like(table, data)
    test_id = _named_test(data, test_id)
    days = _test(data, test_id, _MOST_ARMS)
    found = {
        other: _effects(pair, test_id, kept) for other, pair in _against(days, control, test_id)
    }
    seen = days.groupby(days["arm"].astype(str))["visitors"].sum()
    return frames.like(_laid(found, {str(k): float(v) for k, v in seen.items()}, share), data)


def _laid(
    found: Mapping[str, pd.DataFrame], counts: Mapping[str, float], share: Any
) -> pd.DataFrame:
    """Return the effects of all arms in one table, with the verdict on the split."""
    verdict = _ratio(counts, share).verdict
    parts = [one if len(found) == 1 else one.assign(arm=arm) for arm, one in found.items()]
    table = pd.concat(parts, ignore_index=True).assign(split=verdict)
    first = ["arm"] if len(found) > 1 else []
    return table[[*first, *(name for name in table if name not in first)]]


def _against(
    days: pd.DataFrame, control: str | None, test_id: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each arm but the control, and the rows of both, which are called A and B there."""
    names = _arms_of(days["arm"], test_id)
    first = names[0] if control is None else numbers.one_of("control", control, names)
    labels = days["arm"].astype(str)
    for other in names:
        if other != first:
            mine = labels.isin([first, other])
            yield other, days[mine].assign(arm=labels[mine].map({first: "A", other: "B"}))


def _bare_effects(
    data: Any,
    test_id: str | None,
    names: dict[str, str],
    more: Mapping[str, str],
    control: str | None,
    share: Any,
) -> pd.DataFrame:
    """Return the effects of a table of counts, or of one with a row a visitor."""
    counted = _has(data, [names["visitors"]])
    wanted = dict(names) if counted else {key: names[key] for key in ("arm", "orders")}
    if not counted:
        wanted |= {key: column for key, column in more.items() if _has(data, [column])}
    table = _of_test(data, test_id, wanted, "data")
    whole = ["visitors", "orders"] if counted else ["orders"]
    rules = [rows.below_zero(name, "arm") for name in whole]
    rules += [rows.above("orders", "visitors", "arm")] if counted else []
    rules += [rows.missing("revenue", "arm")] if "revenue" in wanted else []
    rows.refuse(table, "data", rules)
    if not counted and "visitor_id" in wanted:
        table = _once(table)
    if not counted:
        table = table.assign(visitors=1, bought=(table["orders"] > 0).astype(float))
    else:
        table = table.assign(bought=table["orders"])
    found = {
        other: _of_rows(pair) for other, pair in _against(table, control, str(test_id or "data"))
    }
    seen = table.groupby(table["arm"].astype(str))["visitors"].sum()
    return _laid(found, {str(k): float(v) for k, v in seen.items()}, share)


def _of_rows(rows_: pd.DataFrame) -> pd.DataFrame:
    """Return conversion, and revenue where it is there, of arms A and B."""
    from scipy.stats import ttest_ind

    sums = rows_.groupby("arm")[["visitors", "bought"]].sum()
    if not sums["visitors"].min():
        raise CourseError(_("An arm of data has no visitors."))
    effect = _of_shares(
        *sums.loc["B", ["bought", "visitors"]], *sums.loc["A", ["bought", "visitors"]]
    )
    share = sums["bought"] / sums["visitors"]
    found = [{"metric": "conversion", "a": share["A"], "b": share["B"]} | asdict(effect)]
    if "revenue" in rows_:
        a, b = (rows_.loc[rows_["arm"] == one, "revenue"].to_numpy(float) for one in "AB")
        if min(len(a), len(b)) < 2:
            raise CourseError(_("An arm of data has one visitor, so revenue has no interval."))
        difference = float(b.mean() - a.mean())
        spread = a.var() + b.var() > 0
        test = ttest_ind(b, a, equal_var=False) if spread else None
        low, high = test.confidence_interval() if test else (difference, difference)
        p_value = float(test.pvalue) if test else 1.0
        effect = Effect(difference, float(low), float(high), p_value)
        found.append({"metric": "revenue", "a": a.mean(), "b": b.mean()} | asdict(effect))
    return pd.DataFrame(found)


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
    alike = abs(difference) <= 1e-12  # days that are all the same leave no error, and no doubt
    p_value = float(2 * law.sf(abs(difference) / se)) if se else float(alike)
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

    days = _pair(_test(data, test_id))
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
    days = _pair(_test(data, test_id))
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
    return _novelty(_pair(_test(data, test_id)), test_id)


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
    test_id: str | None = None,
    *,
    kind: str = "ab",
    least_effect: float = 0.1,
    looks: int = 1,
    share: Any = None,
    threshold: float = BROKEN_SPLIT,
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
    share : float, sequence or mapping, optional
        The planned split, as in :func:`ratio_check`.
    threshold : float
        A p value of the split below it means a broken one, as in :func:`ratio_check`.

    Returns
    -------
    list of str
        From the gravest to the mildest: a broken or an uneven split, an A/A test with a difference
        or with two prices, too short, too few visitors, looked at too often, an effect that wears
        off.

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
    threshold = numbers.share("threshold", threshold)
    test_id = _named_test(data, test_id)
    whole = _test(data, test_id, _MOST_ARMS)
    seen = _arms(whole)
    counts = dict(zip(seen["arm"].astype(str), seen["visitors"].astype(float), strict=True))
    split = _ratio(counts, share, threshold)
    length = int(seen["days"].min())
    pairs = [pair for _other, pair in _against(whole, None, test_id)]
    checks = (
        None if split.verdict == "even" else str(split),
        *(_kind_doubt(days, test_id, kind, _arms(days)) for days in pairs),
        _length_doubt(length),
        *(None if kind == "aa" else _size_doubt(_arms(days), least_effect) for days in pairs),
        _look_doubt(looks),
        *(
            None if length < LEAST_DAYS else _novelty_doubt(_novelty(days, test_id))
            for days in pairs
        ),
    )
    return list(dict.fromkeys(sentence for sentence in checks if sentence))


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
