"""What a missed touchpoint costs: like compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, kinds, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.journey.customers import OUTCOMES
from ecokit.journey.touchpoints import STEP, with_states
from ecokit.kpi.grouping import added, inner_names
from ecokit.messages import _


@public
def effect(
    data: Any,
    *,
    touchpoint: int,
    outcomes: Any,
    within: By = ("month",),
    missed: str | Sequence[str] = ("missing",),
    confidence: float = 0.95,
    as_of: datetime | str | None = None,
) -> Any:
    """Estimate what missing one touchpoint does to complaints, returns and the next order.

    Only orders to which the touchpoint applied are compared: those that missed it with
    those that had it on time. The plain difference mixes two things: the missed
    touchpoint, and what else was different about these orders. The adjusted difference
    compares like with like inside the strata of `within` and averages them with
    Mantel-Haenszel weights. An outcome that all orders share is left out.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``touchpoints``: see :func:`states`.
    touchpoint : int
        1 to 10.
    outcomes : table
        What :func:`outcomes` returned.
    within : str or sequence of str, or None
        Columns of `outcomes` to compare inside, such as ``("month", "region")``; None compares
        all orders at once. Name only what was settled before the touchpoint: a column that
        comes later is part of what you want to measure, and takes it away. So narrow that no
        stratum holds both an order that missed it and one that had it on time, they leave
        ``adjusted`` null.
    missed : str or sequence of str
        The states compared with ``on_time``: ``"missing"``, ``"late"`` or both.
    confidence : float
        How often such intervals hold the true difference, between 0 and 1.
    as_of : datetime or ISO text, optional
        See :func:`states`.

    Returns
    -------
    table
        One row an outcome, sorted by name: ``outcome``, ``missed``, ``kept`` (orders),
        ``missed_rate``, ``kept_rate``, ``difference`` with ``low`` and ``high`` (Newcombe),
        ``adjusted`` with ``adjusted_low`` and ``adjusted_high`` (Mantel-Haenszel). Shares.

    Raises
    ------
    CourseError
        No order missed the touchpoint or none had it on time; `within` names no column, or
        `touchpoint`, `missed`, `confidence` or a value of `outcomes` cannot be used.

    References
    ----------
    Mantel and Haenszel (1959); variance of Greenland and Robins (1985);
    interval of the plain difference: Newcombe (1998), method 10.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> steps = pd.DataFrame({"order_id": range(1, 9), "touchpoint": 8, "due_at": noon,
    ...                       "done_at": [noon] * 4 + [pd.NaT] * 4})
    >>> told = pd.DataFrame({"order_id": range(1, 9), "complained": [0, 0, 0, 1, 1, 1, 1, 0],
    ...     "month": 1, "returned": 0, "contacted": 0, "bought_again": 0, "paid": 1})
    >>> table = effect({"touchpoints": steps}, touchpoint=8, outcomes=told)
    >>> row = table.query("outcome == 'complained'")
    >>> row[["missed_rate", "kept_rate", "adjusted"]].values.tolist()
    [[0.75, 0.25, 0.5]]
    >>> effect({"touchpoints": steps}, touchpoint=9, outcomes=told)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Touchpoint 9 leaves no two groups to compare: some orders ...
    """
    number = numbers.count("touchpoint", touchpoint, high=10)
    keys, states = frames.listed(within, "within"), _compared(missed)
    confidence = numbers.inner_share("confidence", confidence)
    needed = {"touchpoints": STEP, "outcomes": ["order_id", *OUTCOMES]}
    steps, told = frames.door(_both(data, outcomes), needed)
    frames.need("outcomes", told, keys)
    told = kinds.cast("outcomes", told, dict.fromkeys(OUTCOMES, "number"))
    rows.refuse(told, "outcomes", [_no_flag(name) for name in OUTCOMES])
    one = with_states(steps, as_of).filter(
        nw.col("touchpoint") == number, nw.col("state").is_in([*states, "on_time"])
    )
    exposed = one.select("order_id", missed=(nw.col("state") != "on_time").cast(nw.Int64))
    totals = _totals(_strata(told, exposed, keys))
    if not len(frames.collected(totals.select("outcome"))):
        message = _(
            "Touchpoint {n} leaves no two groups to compare: some orders must have missed it "
            "and others had it on time."
        )
        raise CourseError(message.format(n=number))
    return frames.sorted_native(_differences(totals, confidence), ["outcome"])


def _compared(missed: str | Sequence[str]) -> list[str]:
    """Return the states that count as missed."""
    states = frames.listed(missed, "missed")
    if not states or not set(states) <= {"missing", "late"}:
        wanted = _('Compare ["missing"], ["late"] or both with on time.')
        raise numbers.refused("missed", missed, wanted)
    return states


def _both(data: Any, outcomes: Any) -> dict[str, Any]:
    """Return the two tables that are joined, by name; the other tables of a shop stay unread."""
    given = frames.tables(data, "touchpoints")
    return {name: given[name] for name in given if name == "touchpoints"} | {"outcomes": outcomes}


def _no_flag(name: str) -> rows.Wrong:
    """Return the rows whose flag is there, and neither 0 nor 1."""
    flag = nw.col(name)
    wrong = ~flag.is_null() & (flag != 0) & (flag != 1)
    what = _("{name} is neither 0 nor 1").format(name=name)
    return rows.Wrong(what, wrong, ("order_id", name))


def _strata(told: Frame, exposed: Frame, keys: Sequence[str]) -> Frame:
    """Count orders by outcome and stratum: `all`, `missed`, `happened`, and `both`."""
    for key in keys:
        told = frames.as_group(told, key)
    groups = inner_names(keys)
    named = [nw.col(key).alias(group) for key, group in zip(keys, groups, strict=True)]
    flags = [nw.col(name).cast(nw.Float64) for name in OUTCOMES]
    joined = told.select("order_id", *flags, *named).join(exposed, on="order_id")
    flagged = (  # not by unpivot, which asks DuckDB's default connection
        nw.concat(
            [
                joined.select("missed", *groups, outcome=nw.lit(name), happened=nw.col(name))
                for name in OUTCOMES
            ]
        )
        .filter(~nw.col("happened").is_null())
        .with_columns(nw.col("happened").cast(nw.Int64), all=nw.lit(1, nw.Int64))
        .with_columns(both=nw.col("missed") * nw.col("happened"))
    )
    return added(flagged, ["outcome", *groups], ["all", "missed", "happened", "both"])


def _totals(strata: Frame) -> Frame:
    """Add up strata by outcome: counts, and the weights of the adjusted difference.

    ``n1`` orders missed the touchpoint, ``a`` of them with the outcome; ``n0`` kept it, ``c`` of
    them with the outcome. Outcomes that leave nothing to compare are dropped.
    """
    counts = {
        "n1": nw.col("missed"),
        "n0": nw.col("all") - nw.col("missed"),
        "a": nw.col("both"),
        "c": nw.col("happened") - nw.col("both"),
    }
    n1, n0, a, c = (nw.col(name) for name in counts)
    n, pairs = n1 + n0, n1 * n0
    spread = a * (n1 - a) * n0**3 + c * (n0 - c) * n1**3
    # A stratum where nobody missed, or nobody kept, compares nothing: its weight is 0.
    weights = {
        "weight": pairs / n,
        "weighted": (a * n0 - c * n1) / n,
        "variance": (spread / nw.when(pairs > 0).then(pairs * n**2)).fill_null(0.0),
    }
    floats = {name: count.cast(nw.Float64) for name, count in counts.items()}
    weighed = strata.select("outcome", **floats).with_columns(**weights)
    total = weighed.group_by("outcome").agg(nw.col(name).sum() for name in (*counts, *weights))
    return total.filter(a + c < n, n1 > 0, n0 > 0)


def _differences(totals: Frame, confidence: float) -> Frame:
    """Turn totals into the plain and the adjusted difference, with their intervals."""
    n1, n0, a, c = (nw.col(name) for name in ("n1", "n0", "a", "c"))
    p1, p0 = a / n1, c / n0
    missed = intervals.wilson_columns("a", "n1", confidence)
    kept = intervals.wilson_columns("c", "n0", confidence)
    reach = intervals.newcombe(p1, missed, p0, kept)
    weight = nw.when(nw.col("weight") > 0).then(nw.col("weight"))
    adjusted = nw.col("weighted") / weight
    error = intervals.normal_quantile(confidence) * nw.col("variance").sqrt() / weight
    return totals.select(
        "outcome",
        missed=n1.cast(nw.Int64),
        kept=n0.cast(nw.Int64),
        missed_rate=p1,
        kept_rate=p0,
        difference=p1 - p0,
        low=reach.low,
        high=reach.high,
        adjusted=adjusted,
        adjusted_low=adjusted - error,
        adjusted_high=adjusted + error,
    )
