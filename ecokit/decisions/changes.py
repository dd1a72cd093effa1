"""What if: a change of the approval path, replayed on the decisions of the past."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.decisions.paths import fading_rate
from ecokit.decisions.times import minutes_between, negative, still_open, wrong_times
from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _


@dataclass(frozen=True)
class Change:
    """A change of the approval path, to be replayed on the decisions of the past.

    Parameters
    ----------
    label : str
        Its name in the results.
    without : sequence of str
        Posts that no longer approve (a layer removed).
    faster : mapping of str to float
        Post to factor on its waiting time: 0.5 where a deputy halves it.
    parallel : bool
        All approvals are asked for at the same moment.
    mandate : float
        Yuan: below this potential the first approval decides (the mandate raised);
        ``math.inf`` delegates every decision to the first approver.

    Raises
    ------
    CourseError
        If a factor or the mandate is no number from 0, or `without` and `faster` do not name
        posts.

    References
    ----------
    Slide 13 (as few layers as possible); the kinds of change are the course's own.

    Examples
    --------
    >>> Change("no finance", without=("finance",)).parallel
    False
    """

    label: str
    without: Sequence[str] = ()
    faster: Mapping[str, float] = field(default_factory=dict)
    parallel: bool = False
    mandate: float = 0.0

    def __post_init__(self) -> None:
        numbers.text("label", self.label)
        object.__setattr__(self, "without", tuple(frames.listed(self.without, "without")))
        object.__setattr__(self, "parallel", numbers.flag("parallel", self.parallel))
        wanted = _("Give the factor of each post, such as {'finance': 0.5}.")
        for post, factor in numbers.mapping("faster", self.faster, wanted).items():
            numbers.number(f"faster[{post!r}]", factor, low=0)
        mandate = numbers.as_float(self.mandate)
        if mandate != math.inf:
            mandate = numbers.number("mandate", self.mandate, low=0)
        object.__setattr__(self, "mandate", mandate)


@public
def replay(data: Any, *, change: Change) -> Any:
    """Return the decisions with ``minutes`` as they would have been after `change`.

    Every recorded waiting time stays as it was, unless the change touches it. That is
    right when waiting times do not depend on one another; a shorter path also takes
    load off the queues, so the replay rather understates the gain.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``decisions``: ``decision_id``, ``potential``; all its columns come back. ``approvals``:
        ``decision_id``, ``step``, ``post_id``, ``asked_at``, ``answered_at``.
    change : Change

    Returns
    -------
    table of the caller's kind
        The columns of ``decisions``, and ``minutes``.

    Raises
    ------
    CourseError
        If a column is missing, the change names a post that approves nothing, an approval is
        still open or was answered before it was asked for, or a decision has no approval.

    References
    ----------
    Slide 13 (as few layers as possible); replaying the records is the course's own what-if.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00", "2025-06-01 09:30"])
    >>> approvals = pd.DataFrame({"decision_id": 1, "step": [1, 2], "post_id": ["lead", "boss"],
    ...     "asked_at": asked, "answered_at": asked + pd.to_timedelta([30, 120], "min")})
    >>> decisions = pd.DataFrame({"decision_id": [1], "potential": [900.0]})
    >>> tables = {"decisions": decisions, "approvals": approvals}
    >>> for change in (Change("today"), Change("no boss", without=("boss",)),
    ...                Change("deputy", faster={"boss": 0.5}), Change("at once", parallel=True)):
    ...     print(change.label, replay(tables, change=change)["minutes"].tolist())
    today [150.0]
    no boss [30.0]
    deputy [90.0]
    at once [120.0]
    >>> replay(tables, change=Change("no lawyer", without=("lawyer",)))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No approval came from lawyer; the posts are boss, lead.
    """
    (listed,) = _changes("change", change)
    cases, steps = _opened(data)
    return frames.like(cases.assign(minutes=_minutes(cases, steps, listed)), data)


def _changes(name: str, given: Any) -> list[Change]:
    found = list(given) if numbers.is_list(given) else [given]
    if not found or not all(isinstance(one, Change) for one in found):
        raise numbers.refused(name, given, _("Give a change, such as Change('today')."))
    return found


def _opened(data: Any, *columns: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the decisions, and their approvals with minutes and the potential."""
    needed = {
        "decisions": ["decision_id", "potential", *columns],
        "approvals": "decision_id step post_id asked_at answered_at",
    }
    cases, steps = (frames.as_pandas(frame) for frame in frames.door(data, needed))
    potential = cases.set_index("decision_id")["potential"]
    steps = steps[steps["decision_id"].isin(potential.index)]
    remedy = _("Leave out their decisions: only what is decided can be replayed.")
    waiting = still_open("asked_at", "answered_at", remedy)
    times = wrong_times("asked_at", "answered_at", "decision_id")
    rows.refuse(steps, "approvals", [*times, waiting])
    strangers = rows.unknown_id("decision_id", steps, "approvals")
    rows.refuse(cases, "decisions", [strangers, *negative(nw.from_native(cases))])
    if cases.empty:
        raise CourseError(_("The table decisions has no rows."))
    timed = nw.from_native(steps).with_columns(_waited=minutes_between("asked_at", "answered_at"))
    return cases, timed.to_native().assign(_potential=steps["decision_id"].map(potential))


def _minutes(cases: pd.DataFrame, steps: pd.DataFrame, change: Change) -> pd.Series[float]:
    """Return the minutes of each decision after a change."""
    factors = {**change.faster, **dict.fromkeys(change.without, 0.0)}
    known = set(steps["post_id"])
    if set(factors) - known:
        raise CourseError(
            _("No approval came from {unknown}; the posts are {known}.").format(
                unknown=", ".join(sorted(map(str, set(factors) - known))),
                known=", ".join(sorted(map(str, known))),
            )
        )
    waits = steps["_waited"] * steps["post_id"].map(factors).fillna(1.0)
    spared = (steps["step"] > 1) & (steps["_potential"] < change.mandate)
    each = waits.mask(spared, 0.0).groupby(steps["decision_id"])
    return cases["decision_id"].map(each.max() if change.parallel else each.sum())


@public
def what_if(data: Any, *, changes: Iterable[Change], half_life: float) -> Any:
    """Return each change beside the others: time, share in the window, margin kept.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for `replay`; ``decisions`` with ``window_minutes`` and ``outcome``, too.
    changes : iterable of Change
        ``Change("today")`` is the comparison.
    half_life : float
        Minutes in which a decision loses half of its value, from `fading`.

    Returns
    -------
    table of the caller's kind
        ``change``, ``mean``, ``median``, ``p90`` (minutes), ``in_window``, ``low``,
        ``high``, ``margin`` (expected yuan of the approved ones), in the given order.

    Raises
    ------
    CourseError
        As `replay`; also without a change, with a half-life not above 0, or with a potential
        or a window that cannot be.

    References
    ----------
    As in `replay`; interval of the share in the window: Wilson (1927); cost of delay:
    Reinertsen (2009).

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00", "2025-06-01 10:00"])
    >>> approvals = pd.DataFrame({"decision_id": 1, "step": [1, 2], "post_id": ["lead", "boss"],
    ...     "asked_at": asked, "answered_at": asked + pd.to_timedelta([60, 120], "min")})
    >>> decisions = pd.DataFrame({"decision_id": [1], "potential": [800.0],
    ...     "outcome": ["approved"], "window_minutes": [120]})
    >>> tables = {"decisions": decisions, "approvals": approvals}
    >>> changes = [Change("today"), Change("at once", parallel=True)]
    >>> table = what_if(tables, changes=changes, half_life=60)
    >>> table[["change", "mean", "in_window", "margin"]].values.tolist()
    [['today', 180.0, 0.0, 100.0], ['at once', 120.0, 1.0, 200.0]]
    >>> what_if(tables, changes=[], half_life=60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: changes is []. Give a change, such as Change('today').
    """
    listed, rate = _changes("changes", changes), fading_rate(half_life)
    cases, steps = _opened(data, "window_minutes", "outcome")
    impossible = [rows.below_zero("potential"), rows.not_above_zero("window_minutes")]
    rows.refuse(cases, "decisions", impossible)
    results = [_result(cases, _minutes(cases, steps, one), one.label, rate) for one in listed]
    table = pd.DataFrame(results)
    hits, total = table["in_window"], len(cases)
    limits = intervals.wilson(hits, total)
    told = table.assign(in_window=hits / total, low=limits.low, high=limits.high)
    columns = ["change", "mean", "median", "p90", "in_window", "low", "high", "margin"]
    return frames.like(told[columns], data)


def _result(
    cases: pd.DataFrame, minutes: pd.Series[float], label: str, rate: float
) -> dict[str, Any]:
    """Return the row of one change; ``in_window`` is a count."""
    kept = cases["potential"] * np.exp(-rate * minutes) * (cases["outcome"] == "approved")
    return {
        "change": label,
        "mean": minutes.mean(),
        "median": minutes.median(),
        "p90": minutes.quantile(0.9),
        "in_window": int((minutes <= cases["window_minutes"]).sum()),
        "margin": int((kept * 100).round().sum()) / 100,
    }
