"""What the figures of decisions draw: closed forms as curves, shares kept, shares by layers."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.decisions.fit import fit_layers
from ecokit.decisions.paths import DecisionTime
from ecokit.decisions.times import with_minutes
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public


@public
def closed_forms(data: Any) -> dict[int, DecisionTime]:
    """Return the closed form that fits the decisions of each number of layers.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for `fit_layers`.

    Returns
    -------
    dict of int to DecisionTime
        By number of layers, with the estimated mean minutes of one approval.

    Raises
    ------
    CourseError
        As `fit_layers`.

    References
    ----------
    Larson and Odoni (1981), section 2.11.3, as in `DecisionTime`; means as in `fit_layers`.

    Examples
    --------
    >>> raised = pd.Timestamp("2025-06-01")
    >>> table = pd.DataFrame({"layers": 2, "window_minutes": 120, "raised_at": raised,
    ...     "decided_at": raised + pd.to_timedelta([60, 100], "min")})
    >>> closed_forms({"decisions": table})
    {2: DecisionTime(means=(40.0, 40.0), parallel=False)}
    """
    fit = frames.as_pandas(fit_layers(data))
    rows = zip(fit["layers"], fit["per_layer"], strict=True)
    return {int(layers): DecisionTime.of(int(layers), minutes) for layers, minutes in rows}


@public
def kept_shares(
    decisions: Any,
    *,
    raised_at: str = "raised_at",
    decided_at: str = "decided_at",
    outcome: str = "outcome",
    potential: str = "potential",
    effect: str = "effect",
) -> Any:
    """Return the approved decisions with the share of its value that each kept.

    Parameters
    ----------
    decisions : table of any engine
        One row a decision.
    raised_at, decided_at, outcome, potential, effect : str
        What its columns are called: two times, text, and two amounts in yuan.

    Returns
    -------
    table of the caller's kind
        The rows that were approved and had a potential, with ``minutes`` until the decision and
        ``kept``, its effect over its potential.

    Raises
    ------
    CourseError
        As `add_minutes`; or a column is missing.

    References
    ----------
    Cost of delay: Reinertsen (2009); the share kept is the course's own measure of it.

    Examples
    --------
    >>> table = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"] * 2),
    ...     "decided_at": pd.to_datetime(["2025-06-01 10:00"] * 2),
    ...     "outcome": ["approved", "rejected"], "potential": 800.0, "effect": [600.0, 0.0]})
    >>> kept_shares(table)[["minutes", "kept"]].values.tolist()
    [[60.0, 0.75]]
    """
    called = {"outcome": outcome, "potential": potential, "effect": effect}
    amounts = [numbers.text(name, column) for name, column in called.items()]
    kinds = {outcome: "string", potential: "number", effect: "number"}
    given = frames.table(decisions, amounts, name="decisions", types=kinds)
    frame = with_minutes(given, {"raised_at": raised_at, "decided_at": decided_at})
    rows.refuse(
        frame, "decisions", [rows.below_zero(name, gaps=True) for name in (potential, effect)]
    )
    chosen = (nw.col(outcome) == "approved") & (nw.col(potential) > 0)
    kept = nw.col(effect) / nw.col(potential)
    return frames.sorted_native(frame.filter(chosen).with_columns(kept=kept))


@public
def shares_by_layers(
    minutes: float, window: float, *, parallel: bool = False, most: int = 8
) -> pd.DataFrame:
    """Return the share decided inside a window for each number of layers.

    Parameters
    ----------
    minutes : float
        Mean minutes of one approval, the same for all.
    window : float
        Minutes in which a decision should be made.
    parallel : bool
        Whether all approvals are asked for at the same moment.
    most : int
        The largest number of layers.

    Returns
    -------
    DataFrame
        ``layers``, from 1, and ``in_window``, a share.

    Raises
    ------
    CourseError
        Minutes or window not above 0; layers that `DecisionTime` cannot compute.

    References
    ----------
    Slide 13 (few layers, one to two hours); one after another: Larson and Odoni (1981), section
    2.11.3; in parallel: Bibinger (2013).

    Examples
    --------
    >>> shares_by_layers(40, 120, most=3).round(3).values.tolist()
    [[1.0, 0.95], [2.0, 0.801], [3.0, 0.577]]
    """
    window = numbers.positive("window", window)
    layers = range(1, numbers.count("most", most, 1) + 1)
    paths = [DecisionTime.of(count, minutes, parallel=parallel) for count in layers]
    return pd.DataFrame({"layers": layers, "in_window": [path.cdf(window) for path in paths]})
