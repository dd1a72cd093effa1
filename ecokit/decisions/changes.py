"""What if: a change of the approval path, replayed on the decisions of the past."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.decisions.paths import fading_rate, is_number
from ecokit.decisions.tables import (
    Wrong,
    below_zero,
    columns_of,
    frame_of,
    minutes_between,
    not_above_zero,
    opened,
    refuse,
    still_open,
    wrong_times,
)
from ecokit.decisions.times import share_interval
from ecokit.errors import CourseError
from ecokit.kpi.door import door
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
        If a factor or the mandate is no number from 0, or `without` is a text.

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
        if isinstance(self.without, str):
            raise CourseError(
                _("Give the posts of without as a tuple, such as ({post!r},).").format(
                    post=self.without
                )
            )
        for post, factor in self.faster.items():
            if not (is_number(factor) and 0 <= factor < math.inf):
                raise CourseError(
                    _("The factor of {post} must be a number, 0 or more, got {n}.").format(
                        post=post, n=factor
                    )
                )
        if not (is_number(self.mandate) and self.mandate >= 0):
            raise CourseError(
                _("The mandate must be an amount in yuan, 0 or more, got {n}.").format(
                    n=self.mandate
                )
            )


def replay(decisions: Any, approvals: Any, change: Change) -> Any:
    """Return `decisions` with ``minutes`` as they would have been after `change`.

    Every recorded waiting time stays as it was, unless the change touches it. That is
    right when waiting times do not depend on one another; a shorter path also takes
    load off the queues, so the replay rather understates the gain.

    Parameters
    ----------
    decisions : frame
        ``decision_id``, ``potential``; all its columns come back.
    approvals : frame
        ``decision_id``, ``step``, ``post_id``, ``asked_at``, ``answered_at``.
    change : Change

    Raises
    ------
    CourseError
        If a column is missing, the change names a post that approves nothing, an approval is
        still open or was answered before it was asked for, or a decision has no approval.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00", "2025-06-01 09:30"])
    >>> approvals = pd.DataFrame({"decision_id": 1, "step": [1, 2], "post_id": ["lead", "boss"],
    ...     "asked_at": asked, "answered_at": asked + pd.to_timedelta([30, 120], "min")})
    >>> decisions = pd.DataFrame({"decision_id": [1], "potential": [900.0]})
    >>> for change in (Change("today"), Change("no boss", without=("boss",)),
    ...                Change("deputy", faster={"boss": 0.5}), Change("at once", parallel=True)):
    ...     print(change.label, replay(decisions, approvals, change)["minutes"].tolist())
    today [150.0]
    no boss [30.0]
    deputy [90.0]
    at once [120.0]
    >>> replay(decisions, approvals, Change("no lawyer", without=("lawyer",)))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No approval came from lawyer; the posts are boss, lead.
    """
    cases, rows = _opened(decisions, approvals)
    return _replayed(cases, rows, change).to_native()


def _opened(decisions: Any, approvals: Any) -> tuple[Any, Any]:
    """Return the decisions, and their approvals with the potential beside them."""
    cases, steps = door(
        {"decisions": decisions, "approvals": approvals},
        {
            "decisions": "decision_id potential",
            "approvals": "decision_id step post_id asked_at answered_at",
        },
    )
    remedy = _("Leave out their decisions: only what is decided can be replayed.")
    rows = steps.join(cases.select("decision_id", "potential"), on="decision_id")
    refuse(
        rows,
        "approvals",
        [*wrong_times("asked_at", "answered_at"), still_open("asked_at", "answered_at", remedy)],
    )
    steps_each = rows.group_by("decision_id").agg(nw.len().alias("steps_"))
    alone = Wrong(_("no row in approvals"), nw.col("steps_").is_null(), ("decision_id",))
    counted = cases.join(steps_each, on="decision_id", how="left")
    if not refuse(counted, "decisions", [alone]):
        raise CourseError(_("The table decisions has no rows."))
    return cases, rows


def _replayed(cases: Any, rows: Any, change: Change) -> Any:
    """Return the decisions with their minutes after `change`."""
    _check_posts(rows, {*change.without, *change.faster})
    factor: Any = nw.lit(1.0)
    for post, value in {**change.faster, **dict.fromkeys(change.without, 0.0)}.items():
        factor = nw.when(nw.col("post_id") == post).then(nw.lit(value)).otherwise(factor)
    spared = (nw.col("step") > 1) & (nw.col("potential") < change.mandate)
    waits = (
        rows.with_columns(minutes=minutes_between("asked_at", "answered_at") * factor)
        .with_columns(minutes=nw.when(spared).then(nw.lit(0.0)).otherwise(nw.col("minutes")))
        .group_by("decision_id")
        .agg(nw.col("minutes").max() if change.parallel else nw.col("minutes").sum())
    )
    return cases.drop("minutes", strict=False).join(waits, on="decision_id")


def what_if(decisions: Any, approvals: Any, changes: Iterable[Change], half_life: float) -> Any:
    """Return each change beside the others: time, share in the window, margin kept.

    Parameters
    ----------
    decisions, approvals : frame
        As for `replay`, with ``window_minutes`` and ``outcome``.
    changes : iterable of Change
        ``Change("today")`` is the comparison.
    half_life : float
        Minutes in which a decision loses half of its value, from `fading`.

    Returns
    -------
    frame
        ``change``, ``mean``, ``median``, ``p90`` (minutes), ``in_window``, ``low``,
        ``high``, ``margin`` (expected yuan of the approved ones), in the given order.

    Raises
    ------
    CourseError
        As `replay`; also without a change, with a half-life not above 0, or with a potential
        or a window that cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00", "2025-06-01 10:00"])
    >>> approvals = pd.DataFrame({"decision_id": 1, "step": [1, 2], "post_id": ["lead", "boss"],
    ...     "asked_at": asked, "answered_at": asked + pd.to_timedelta([60, 120], "min")})
    >>> decisions = pd.DataFrame({"decision_id": [1], "potential": [800.0],
    ...     "outcome": ["approved"], "window_minutes": [120]})
    >>> table = what_if(decisions, approvals,
    ...                 [Change("today"), Change("at once", parallel=True)], half_life=60)
    >>> table[["change", "mean", "in_window", "margin"]].values.tolist()
    [['today', 180.0, 0.0, 100.0], ['at once', 120.0, 1.0, 200.0]]
    >>> what_if(decisions, approvals, [], half_life=60)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Give at least one change, such as Change('today').
    """
    if isinstance(changes, Change):
        changes = [changes]
    rate = fading_rate(half_life)
    opened(decisions, "decisions", "potential", "window_minutes", "outcome")
    cases, rows = _opened(decisions, approvals)
    refuse(cases, "decisions", [below_zero("potential"), not_above_zero("window_minutes")])
    results: list[dict[str, Any]] = []
    family: Any = None
    for change in changes:
        frame = _replayed(cases, rows, change)
        minutes = nw.col("minutes")
        approved = (nw.col("outcome") == "approved").cast(nw.Int64)
        kept = nw.col("potential") * (minutes * -rate).exp() * approved
        sums = frame.with_columns(
            hit=(minutes <= nw.col("window_minutes")).cast(nw.Int64),
            margin=(kept * 100).round(0).cast(nw.Int64),
        ).select(
            nw.len().alias("n"),
            nw.col("hit").sum(),
            minutes.mean().alias("mean"),
            minutes.quantile(0.5, interpolation="linear").alias("median"),
            minutes.quantile(0.9, interpolation="linear").alias("p90"),
            nw.col("margin").sum(),
        )
        columns, family = columns_of(sums)
        hits, n = int(columns["hit"][0]), int(columns["n"][0])
        low, high = share_interval(hits, n)
        results.append(
            {"change": change.label}
            | {name: float(columns[name][0]) for name in ("mean", "median", "p90")}
            | {"in_window": hits / n, "low": low, "high": high}
            | {"margin": float(columns["margin"][0]) / 100}
        )
    if not results:
        raise CourseError(_("Give at least one change, such as Change('today')."))
    return frame_of({name: [row[name] for row in results] for name in results[0]}, family)


def _check_posts(approvals: Any, named: set[str]) -> None:
    if not named:
        return
    known = {str(post) for post in columns_of(approvals.select("post_id").unique())[0]["post_id"]}
    if named - known:
        raise CourseError(
            _("No approval came from {unknown}; the posts are {known}.").format(
                unknown=", ".join(sorted(named - known)), known=", ".join(sorted(known))
            )
        )
