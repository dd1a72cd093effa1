"""Price tests: how many visitors, what the split says, what the price did, when not to believe it.

A price test shows two prices to visitors chosen by lot. Chance made the groups, so a difference
between them is chance or the price. That holds only while the lot was drawn fairly, the end was
fixed before the start, and the test ran long enough; :func:`doubts` goes through these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.experiments import comparing, splits, totals
from ecokit.experiments.differences import Effect, difference_of_ratios, effect, of_errors, of_rates
from ecokit.experiments.looking import false_alarms as false_alarms
from ecokit.experiments.looking import look_by_look
from ecokit.experiments.sizes import sample_size as sample_size
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.shop.tables import Shop

METRICS = ("conversion", "revenue", "profit")
"""What a price test is read on; revenue and profit in yuan a visitor."""

LEAST_DAYS = 14
"""A test sees every day of the week twice."""

_EFFECT = ("difference", "low", "high", "p_value")
_AMOUNTS = ("orders", "revenue")
_NEEDED = {"price_tests": "test_id date arm price visitors orders units"}


# --- arms, split, effects --------------------------------------------------------------


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
    return frames.like(_arms(_test(data, test_id, totals.MOST_ARMS)), data)


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
    totals.named(days["arm"], test_id, most)
    if days.groupby("arm")["visitors"].sum().min() == 0:
        raise CourseError(_("An arm of test {id} has no visitors.").format(id=test_id))
    if days.groupby("date")["arm"].nunique().max() < 2:
        message = _(
            "In test {id} two arms never run on the same day: days differ, not only prices."
        )
        raise CourseError(message.format(id=test_id))
    return days


def _pair(days: pd.DataFrame) -> pd.DataFrame:
    """Return the days of two arms of any names as those of A and B."""
    first, second = sorted(days["arm"].astype(str).unique())
    return days.assign(arm=days["arm"].astype(str).map({first: "A", second: "B"}))


@public
def ratio_check(
    data: Any,
    test_id: str | None = None,
    share: Any = None,
    threshold: float = splits.BROKEN_SPLIT,
    *,
    arm: str = "arm",
    visitors: str = "visitors",
    visitor_id: str = "visitor_id",
) -> splits.Ratio:
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
    if _by_name(data):
        threshold = numbers.share("threshold", threshold)
        table = _arms(_test(data, _named_test(data, test_id), totals.MOST_ARMS))
        return splits.ratio(_visitors(table), share, threshold)
    names = {"arm": arm, "visitors": visitors, "visitor_id": visitor_id}
    for name, column in names.items():
        numbers.text(name, column)
    bare = _rows_of(data, test_id, arm, visitors) if splits.is_table(data) else data
    return splits.split_check(bare, share, threshold, **names)


def _by_name(data: Any) -> bool:
    """Say whether these are tables by name, or a shop."""
    tables = isinstance(data, Mapping) and any(map(splits.is_table, data.values()))
    return isinstance(data, Shop) or tables


def _visitors(table: pd.DataFrame) -> dict[str, float]:
    """Return the visitors of the arms that stand in a table, a row an arm or a day of it."""
    sums = table.groupby(table["arm"].astype(str))["visitors"].sum()
    return {str(arm): float(count) for arm, count in sums.items()}


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


def _rows_of(data: Any, test_id: str | None, arm: str, visitors: str) -> Any:
    """Return the rows of one test of a bare table; where it has no column test_id, all of it."""
    here = set(frames.table(data, "", name="data").collect_schema().names())
    if "test_id" not in here:
        if test_id is not None:
            raise CourseError(_("The table data has no column test_id. Leave test_id out."))
        return data
    table = frames.as_pandas(frames.table(data, "test_id", name="data"))
    if test_id is not None:
        rows.refuse(table, "data", [rows.missing("test_id")])
        table = frames.with_id(table, "test_id", test_id)
    elif len(table["test_id"].unique()) > 1:
        message = _("test_id is None, and the table data holds {n} tests. Say which one you mean.")
        raise CourseError(message.format(n=table["test_id"].nunique()))
    if table.empty:
        raise CourseError(_("The table data has no row of this test."))
    if {"date", arm, visitors} <= here:  # the key of price_tests
        rows.refuse(table, "data", [rows.twice("test_id", "date", arm)])
    return table


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
    if splits.is_table(data) and all(
        splits.has(data, one) for one in _NEEDED["price_tests"].split()
    ):
        data = {"price_tests": data}
    if splits.is_table(data):
        if unit_cost is not None:
            message = _("unit_cost asks for units, which a bare table has not: give price_tests.")
            raise CourseError(message)
        table = _bare_effects(data, test_id, names, more, control, share)
        return frames.like(table, data)
    test_id = _named_test(data, test_id)
    days = _test(data, test_id, totals.MOST_ARMS)
    parts = [
        _effects(pair, test_id, kept).assign(arm=other)
        for other, pair in _against(days, control, test_id)
    ]
    verdict = splits.ratio(_visitors(days), share).verdict
    return frames.like(_laid(pd.concat(parts, ignore_index=True).assign(split=verdict)), data)


def _laid(found: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of all arms with their columns in order; one arm needs no name."""
    first = ["arm"] if len(set(found["arm"])) > 1 else []
    return found[[*first, "metric", "a", "b", *_EFFECT, "split"]]


def _against(
    days: pd.DataFrame, control: str | None, test_id: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each arm but the control, and the rows of both, which are called A and B there."""
    names = totals.named(days["arm"], test_id)
    first = names[0] if control is None else numbers.one_of("control", control, names)
    labels = days["arm"].astype(str)
    for other in names:
        if other != first:
            mine = labels.isin([first, other])
            yield other, days[mine].assign(arm=labels[mine].map({first: "A", other: "B"}))


def _bare_effects(
    data: Any,
    test_id: str | None,
    names: Mapping[str, str],
    more: Mapping[str, str],
    control: str | None,
    share: Any,
) -> pd.DataFrame:
    """Return the effects of a table of counts, or of one with a row a visitor."""
    table = _rows_of(data, test_id, names["arm"], names["visitors"])
    how: dict[str, Any] = {"control": control, "share": share}
    if splits.has(table, names["visitors"]):
        how |= {"rates": names["orders"], "visitors": names["visitors"], "arm": names["arm"]}
        found = comparing.effects(table, **how)
        found = frames.as_pandas(found).assign(metric="conversion")
    else:
        wanted = {"arm": names["arm"], "orders": names["orders"]}
        wanted |= {key: column for key, column in more.items() if splits.has(table, column)}
        bare = frames.table(table, wanted, name="data", types=dict.fromkeys(_AMOUNTS, "number"))
        rows.refuse(bare, "data", [rows.below_zero("orders", "arm")])
        bare = bare.with_columns(conversion=(nw.col("orders") > 0).cast(nw.Int64))
        given = {"means": "revenue", "visitor_id": "visitor_id"}
        how |= {key: it for key, it in given.items() if it in wanted}
        found = frames.as_pandas(comparing.effects(bare, rates="conversion", **how))
    return _laid(found.rename(columns={"control": "a", "changed": "b"}))


def _effects(days: pd.DataFrame, test_id: str, kept: dict[str, float]) -> pd.DataFrame:
    """Return the effects of one test; `kept` says what a unit costs, by metric in yuan."""
    a, b = _arms(days).to_dict("records")
    effect = _of_shares(b["orders"], b["visitors"], a["orders"], a["visitors"])
    found: list[dict[str, object]] = [
        {"metric": "conversion", "a": a["conversion"], "b": b["conversion"]} | _told(effect)
    ]
    for metric, cost in kept.items():
        earned = days.assign(earned=(days["price"] - cost) * days["units"])
        first, second, effect = _by_day(earned, test_id)
        found.append({"metric": metric, "a": first, "b": second} | _told(effect))
    return pd.DataFrame(found)


def _told(effect: Effect) -> dict[str, float]:
    return {name: getattr(effect, name) for name in _EFFECT}


def _of_shares(b_orders: Any, b_visitors: Any, a_orders: Any, a_visitors: Any) -> Effect:
    """Return the difference of two conversions, B less A."""
    return effect(of_rates(a_orders, a_visitors, b_orders, b_visitors))


def _by_day(days: pd.DataFrame, test_id: str) -> tuple[float, float, Effect]:
    """Yuan a visitor in A and B, and their difference with days as replicates."""
    if days["date"].nunique() < 2:
        message = _("Test {id} has one day. Days tell how much revenue varies: run it on.")
        raise CourseError(message.format(id=test_id))
    sums = days.groupby("arm")[["earned", "visitors"]].sum()
    mean = sums["earned"] / sums["visitors"]
    found = difference_of_ratios(days, above="earned", below="visitors", unit="date")
    return float(mean["A"]), float(mean["B"]), found


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
    return effect(of_errors(value, math.sqrt(variance) / abs(step), norm))


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
    return frames.like(look_by_look(days)[["date", *_EFFECT]], data)


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
    return effect(of_errors(value, math.sqrt(variance), norm))


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
    threshold: float = splits.BROKEN_SPLIT,
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
    whole = _test(data, test_id, totals.MOST_ARMS)
    seen = _arms(whole)
    split = splits.ratio(_visitors(seen), share, threshold)
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
        "The A/A test shows a difference in conversion (p: {p}) where there is none. One time "
        "in twenty that is chance; run it again before you trust the tool."
    ).format(p=numbers.p_value(p_value))


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
