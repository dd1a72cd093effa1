"""Experiments with pages, from the shop's tables to a row a visitor, or to counts look by look.

What a difference between the arms is, and how far it may lie from that, `ecokit.experiments` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.messages import _

_TESTS = "test_id start_on end_on"
_WHO = ["visitor_id", "arm", "assigned_at"]
_BOUGHT = "order_id visitor_id placed_at"
_COUNTS = ("visits", "orders", "returned", "before_visits")


@public
def trial(data: Any, test_id: str, *, before_days: int = 90) -> Any:
    """Return the visitors of an experiment: their arm, what became of them, what came before.

    What counts is what a visitor did from the first visit within the test to the test's last day.
    A visitor who did nothing more counts, too: the lot was drawn for all of them.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``tests``: ``test_id``, ``start_on``, ``end_on``. ``assignments``: ``test_id``,
        ``visitor_id``, ``arm``, ``assigned_at``. ``visits``: ``visit_id``, ``visitor_id``,
        ``started_at``, ``dwell_seconds``. ``orders``: ``order_id``, ``visitor_id``, ``placed_at``.
        ``returns``: ``order_id``.
    test_id : str
        The test.
    before_days : int
        How many days before the test are looked at.

    Returns
    -------
    table
        ``visitor_id``, ``arm``, ``assigned_at``; ``visits``, ``dwell_seconds`` (mean of the
        visits), ``orders`` (placed), ``ordered`` (1 or 0), ``first_order_at``, ``returned`` (orders
        of which something was sent back, or exchanged); from before the test ``before_visits`` and
        ``before_dwell`` (mean seconds; the mean of all visits for who had none). A row a
        visitor, sorted.

    Raises
    ------
    CourseError
        A table or column is missing, there is no such test, it has no visitors, one stands there
        twice, or it ends before it starts.

    References
    ----------
    Kohavi, Tang and Xu (2020): count everybody who was drawn. What came before as a covariate:
    Deng, Xu, Kohavi and Walker (2013).

    Examples
    --------
    >>> day = pd.Timestamp("2025-03-03")
    >>> hours = pd.to_timedelta([0, 1, 30], unit="h")
    >>> tables = {"tests": pd.DataFrame({"test_id": ["E2"], "start_on": day, "end_on": day}),
    ...     "assignments": pd.DataFrame({"test_id": "E2", "visitor_id": [7, 8], "arm": ["A", "B"],
    ...         "assigned_at": day}),
    ...     "visits": pd.DataFrame({"visit_id": [1, 2, 3], "visitor_id": [7, 8, 8],
    ...         "started_at": day + hours, "dwell_seconds": [60, 90, 30]}),
    ...     "orders": pd.DataFrame({"order_id": [1], "visitor_id": [8],
    ...         "placed_at": day + hours[1:2]}),
    ...     "returns": pd.DataFrame({"order_id": [1]})}
    >>> trial(tables, "E2")[["arm", "visits", "dwell_seconds", "ordered", "returned"]]
      arm  visits  dwell_seconds  ordered  returned
    0   A       1           60.0        0         0
    1   B       1           90.0        1         1
    >>> trial(tables, "E9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no test_id 'E9'. The tests are: E2.
    """
    back = numbers.count("before_days", before_days, high=3650)
    needed = {
        "tests": _TESTS,
        "assignments": ["test_id", *_WHO],
        "visits": "visit_id visitor_id started_at dwell_seconds",
        "orders": _BOUGHT,
        "returns": "order_id",
    }
    tests, assigned, visits, orders, returns = frames.door(data, needed, alike=["returns"])
    test = _test(tests, test_id)
    who = _enrolled(assigned, test)
    seen = visits.join(who.select("visitor_id", "assigned_at"), on="visitor_id")
    seconds = amounts.whole(visits, "dwell_seconds", amounts.PLACES)
    seen = seen.select("visitor_id", "started_at", "assigned_at", _seconds=seconds)
    inside = seen.filter(
        nw.col("started_at") >= nw.col("assigned_at"), nw.col("started_at") < test.until
    )
    since = test.start - timedelta(days=back)
    before = seen.filter(nw.col("started_at") < test.start, nw.col("started_at") >= since)
    table = who.join(_stays(inside, "visits", "_dwell"), on="visitor_id", how="left")
    table = table.join(_stays(before, "before_visits", "_before"), on="visitor_id", how="left")
    table = table.join(_bought(who, orders, returns, test), on="visitor_id", how="left")
    zero = [nw.col(name).fill_null(0).cast(nw.Int64) for name in _COUNTS]
    table = table.with_columns(*zero)
    usual = _usual(table)
    own = nw.when(nw.col("before_visits") > 0)
    return frames.sorted_native(
        table.select(
            *_WHO,
            "visits",
            _mean("_dwell", "visits").alias("dwell_seconds"),
            "orders",
            (nw.col("orders") > 0).cast(nw.Int64).alias("ordered"),
            "first_order_at",
            "returned",
            "before_visits",
            own.then(_mean("_before", "before_visits"))
            .otherwise(nw.lit(usual))
            .alias("before_dwell"),
        ),
        ["visitor_id"],
    )


@public
def trial_looks(data: Any, test_id: str) -> Any:
    """Count an experiment look by look: who had come by then, and who had ordered.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        As for :func:`trial`, without visits and returns; ``tests`` with ``looks``, which are evenly
        spread over its days.
    test_id : str
        The test.

    Returns
    -------
    table
        ``date`` (the last day that the look sees), ``arm``, ``visitors`` (new since the look
        before), ``orders`` (visitors whose first order came since then). A row a look and arm;
        what ``experiments.look_by_look`` takes.

    Raises
    ------
    CourseError
        As for :func:`trial`; the looks are no whole number above 0.

    References
    ----------
    The course's own; what looking does: Armitage, McPherson and Rowe (1969).

    Examples
    --------
    >>> days = pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06"])
    >>> tables = {"tests": pd.DataFrame({"test_id": ["E4"], "start_on": days[:1],
    ...         "end_on": days[3:], "looks": [2]}),
    ...     "assignments": pd.DataFrame({"test_id": "E4", "visitor_id": range(4),
    ...         "arm": list("ABAB"), "assigned_at": days}),
    ...     "orders": pd.DataFrame({"order_id": [1], "visitor_id": [0], "placed_at": days[3:]})}
    >>> trial_looks(tables, "E4")
            date arm  visitors  orders
    0 2025-03-04   A         1       0
    1 2025-03-04   B         1       0
    2 2025-03-06   A         1       1
    3 2025-03-06   B         1       0
    >>> trial_looks(tables, "E9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no test_id 'E9'. The tests are: E4.
    """
    needed = {
        "tests": f"{_TESTS} looks",
        "assignments": ["test_id", *_WHO],
        "orders": _BOUGHT,
    }
    tests, assigned, orders = frames.door(data, needed)
    test = _test(tests, test_id)
    looks = numbers.count("looks", test.row["looks"], high=1_000)
    who = _enrolled(assigned, test)
    first = _inside(who, orders, test).group_by("visitor_id", "arm")
    first = first.agg(nw.col("placed_at").min())
    counted = [
        _by_look(frame, time, name, test, looks)
        for frame, time, name in ((who, "assigned_at", "visitors"), (first, "placed_at", "orders"))
    ]
    arms = sorted(counted[0].index.get_level_values("arm").unique())
    every = pd.MultiIndex.from_product([range(1, looks + 1), arms], names=["look", "arm"])
    table = pd.concat(counted, axis=1).reindex(every).fillna(0).astype("int64").reset_index()
    passed = test.days * table.pop("look") // looks - 1
    table.insert(0, "date", pd.Timestamp(test.start) + pd.to_timedelta(passed, unit="D"))
    return frames.like(table, data)


@dataclass(frozen=True)
class _Test:
    """A test: its row, its first moment, and the first after its end."""

    row: dict[str, Any]
    start: datetime
    until: datetime

    @property
    def days(self) -> int:
        """How long it runs."""
        return (self.until - self.start).days


def _test(tests: Frame, test_id: object) -> _Test:
    """Return the test of this name."""
    known = frames.as_pandas(tests)
    rows.refuse(nw.from_native(known), "tests", [rows.out_of_order("start_on", "end_on")])
    found = frames.with_id(known, "test_id", test_id)
    if found.empty:
        message = _("There is no test_id {id}. The tests are: {known}.")
        names = ", ".join(map(str, known["test_id"])) or _("none")
        raise CourseError(message.format(id=numbers.shown(test_id), known=names))
    rules = [rows.missing(name, "test_id") for name in ("start_on", "end_on")]
    rows.refuse(nw.from_native(found), "tests", rules)
    row = {str(name): value for name, value in found.iloc[0].items()}
    start, end = (pd.Timestamp(row[name]).to_pydatetime() for name in ("start_on", "end_on"))
    return _Test(row, start, end + timedelta(days=1))


def _enrolled(assigned: Frame, test: _Test) -> Frame:
    """Return the visitors of a test."""
    who = assigned.filter(nw.col("test_id") == test.row["test_id"]).select(*_WHO)
    arm = nw.col("arm")
    few = frames.collected(
        who.select(
            n=nw.len(),
            different=nw.col("visitor_id").n_unique(),
            arms=arm.n_unique(),
            without=arm.is_null().cast(nw.Int64).sum(),
        )
    )
    n, different, arms, without = few.row(0)
    if not n:
        message = _("The test {id} has no visitors in assignments.")
        raise CourseError(message.format(id=test.row["test_id"]))
    if n > different:
        message = _("In assignments {n} visitors of the test {id} stand twice. Keep one row each.")
        raise CourseError(message.format(n=n - different, id=test.row["test_id"]))
    if without:
        message = _("In assignments {n} visitors of the test {id} have no arm. Give each its own.")
        raise CourseError(message.format(n=without, id=test.row["test_id"]))
    if arms < 2:
        message = _(
            "In assignments all visitors of the test {id} are in one arm, so there is nothing to "
            "compare. Give those of the other arm, too."
        )
        raise CourseError(message.format(id=test.row["test_id"]))
    return who


def _inside(who: Frame, orders: Frame, test: _Test) -> Frame:
    """Return the orders that visitors of a test placed within it."""
    bought = orders.select(*_BOUGHT.split()).join(who, on="visitor_id")
    return bought.filter(
        nw.col("placed_at") >= nw.col("assigned_at"), nw.col("placed_at") < test.until
    )


def _bought(who: Frame, orders: Frame, returns: Frame, test: _Test) -> Frame:
    """Count the orders of each visitor, and those of which something came back."""
    back = returns.select("order_id").unique().with_columns(_back=nw.lit(1, nw.Int64))
    bought = _inside(who, orders, test).join(back, on="order_id", how="left")
    bought = bought.with_columns(nw.col("_back").fill_null(0).cast(nw.Int64))
    return bought.group_by("visitor_id").agg(
        nw.len().alias("orders"),
        nw.col("_back").sum().alias("returned"),
        nw.col("placed_at").min().alias("first_order_at"),
    )


def _stays(visits: Frame, count: str, seconds: str) -> Frame:
    """Count the visits of each visitor, and add up their seconds."""
    return visits.group_by("visitor_id").agg(
        nw.len().alias(count), nw.col("_seconds").sum().alias(seconds)
    )


def _usual(table: Frame) -> float:
    """Return the mean seconds of all visits before a test; 0 where there was none."""
    sums = frames.collected(table.select(nw.col("_before").sum(), nw.col("before_visits").sum()))
    seconds, visits = sums.row(0)
    return float(seconds or 0) / (float(visits or 0) * amounts.PLACES or 1.0)


def _mean(total: str, count: str) -> nw.Expr:
    """Return the mean seconds of a visit; 0 without one."""
    n = nw.col(count)
    several = nw.when(n > 0).then(n).otherwise(nw.lit(1, nw.Int64))
    return nw.col(total).fill_null(0).cast(nw.Float64) / (several * amounts.PLACES)


def _by_look(frame: Frame, time: str, name: str, test: _Test, looks: int) -> pd.Series[int]:
    """Count rows by arm and by the look that is the first to see them."""
    days = frame.select("arm", _day=start_of("day", time)).group_by("arm", "_day")
    few = frames.as_pandas(days.agg(nw.len().alias(name)))
    passed = (few["_day"] - pd.Timestamp(test.start)).dt.days
    ends = [test.days * look // looks for look in range(1, looks + 1)]
    few["look"] = pd.Series(ends).searchsorted(passed, side="right") + 1
    few["arm"] = few["arm"].astype(str)
    counts: pd.Series[int] = few.groupby(["look", "arm"])[name].sum()
    return counts
