"""What a change did, from a table of visitors: a row an arm and metric, for each group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.experiments import differences, splits, totals
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

_COLUMNS = ("arm", "metric", "control_visitors", "visitors", "control", "changed")


@public
def effects(
    data: Any,
    *,
    by: By = None,
    rates: By = None,
    means: By = None,
    covariate: str | None = None,
    control: str | None = None,
    share: Any = None,
    confidence: float = 0.95,
    arm: str = "arm",
    visitors: str | None = None,
    visitor_id: str | None = None,
) -> Any:
    """Return what a change did to each metric, from the visitors of an experiment.

    Parameters
    ----------
    data : table
        A row a visitor: `arm`, and the metrics. Or counts, see `visitors`.
    by : str or sequence of str, optional
        Columns; the experiment is told apart in each group.
    rates : str or sequence of str, optional
        Metrics that a visitor did or not, 1 or 0.
    means : str or sequence of str, optional
        Metrics that are amounts, 0 where there was none.
    covariate : str, optional
        A number of the visitor from before the experiment, such as last year's orders. What it
        foretells is taken off, and the interval is narrower (CUPED).
    control : str, optional
        The arm that the others are compared with. Default: the first by name.
    share : float, sequence or mapping, optional
        The planned split, as in :func:`split_check`.
    confidence : float
        Of the intervals, above 0 and below 1.
    arm : str
        The column of the arm.
    visitors : str, optional
        A column of counts: a row is so many visitors, and the `rates` are how many of them did it.
    visitor_id : str, optional
        A column: rows of one visitor count as one, what was done is 1, amounts are added up.

    Returns
    -------
    table of the caller's kind
        `by`; ``arm``, ``metric``, ``control_visitors``, ``visitors``; ``control`` and ``changed``,
        the rate or mean in either; ``difference`` (changed less control), ``standard_error``,
        ``low``, ``high``, ``p_value``; with a covariate ``rho``, its correlation with the metric,
        and ``saved``, the share of the visitors that it saves; ``split``: where it is "broken", no
        number can be used. Missing where a group lacks an arm. Rates: interval of Newcombe,
        score test; means, and all with a covariate: Welch.

    Raises
    ------
    CourseError
        No metric, fewer than two arms, a rate that is neither 0 nor 1, a number that is missing, a
        visitor in two arms, no arm called like `control`.

    References
    ----------
    Newcombe (1998), method 10; Welch (1947); covariate: Deng, Xu, Kohavi and Walker (2013).

    Examples
    --------
    >>> seen = pd.DataFrame({"arm": ["old"] * 80 + ["new"] * 70, "bought": [1] * 48 + [0] * 32 +
    ...     [1] * 56 + [0] * 14})
    >>> effects(seen, rates="bought", control="old")[["control", "changed", "low"]].round(4)
       control  changed     low
    0      0.6      0.8  0.0524
    >>> effects(seen.head(80), rates="bought")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Test data needs two to 20 arms; it has old.
    """
    columns = _columns(by, rates, means, covariate, arm, visitors, visitor_id)
    level = numbers.inner_share("confidence", confidence)
    small = totals.by_arm(data, columns)
    names = totals.named(small["arm"], "data")
    first = names[0] if control is None else numbers.one_of("control", control, names)
    pairs = _pairs(small, [name for name in names if name != first], first, list(columns.groups))
    whole = (pairs[["n", "n_control"]] > 0).all(axis=1)
    if not columns.by and not whole.all():
        raise CourseError(_("An arm of data has no visitors."))
    parts = [
        _of_metric(pairs[whole], inner, name, columns, level)
        for inner, name in columns.metrics.items()
    ]
    lacking = [pairs[~whole].assign(metric=name) for name in columns.metrics.values()]
    found = pd.concat([*parts, *(one for one in lacking if len(one))], ignore_index=True)
    found = found.merge(_splits(small, names, share, columns), how="left")
    found["metric"] = pd.Categorical(found["metric"], list(columns.metrics.values()))
    found = found.sort_values([*columns.groups, "arm", "metric"], ignore_index=True)
    return frames.like(_told(found, columns), data)


def _columns(
    by: By, rates: By, means: By, covariate: str | None, arm: str, visitors: Any, visitor_id: Any
) -> totals.Columns:
    """Return what the columns are called, or say which do not go together."""
    names = {"arm": arm, "covariate": covariate, "visitors": visitors, "visitor_id": visitor_id}
    words = {name: numbers.text(name, one) for name, one in names.items() if one is not None}
    if arm is None:
        raise numbers.refused("arm", arm, _("Give text."))
    found = totals.Columns(
        **words,
        rates=frames.listed(rates, "rates"),
        means=frames.listed(means, "means"),
        by=frames.listed(by),
    )
    if not found.metrics:
        message = _("There is no metric. Name the columns: rates='bought', or means='revenue'.")
        raise CourseError(message)
    if len(set(found.metrics.values())) < len(found.metrics):
        raise numbers.refused("means", means, _("A metric is a rate or a mean, not both."))
    if found.visitors and (found.means or found.covariate):
        message = _("means and covariate need a row a visitor: leave visitors out.")
        raise CourseError(message)
    frames.refuse_taken(found.by, [*_COLUMNS, *differences.FIELDS, "rho", "saved", "split"])
    return found


def _pairs(small: pd.DataFrame, others: list[str], first: str, groups: list[str]) -> pd.DataFrame:
    """Lay each arm beside the control, in each group; 0 visitors where a group lacks it."""
    grid = pd.DataFrame({"arm": others})
    if groups:
        grid = small[groups].drop_duplicates().merge(grid, how="cross")
    control = small[small["arm"] == first].drop(columns="arm")
    laid = grid.merge(small, on=[*groups, "arm"], how="left")
    how: Any = {"on": groups, "how": "left"} if groups else {"how": "cross"}
    found = laid.merge(control, **how, suffixes=("", "_control"))
    return found.fillna({"n": 0, "n_control": 0})


def _of_metric(
    pairs: pd.DataFrame, inner: str, name: str, columns: totals.Columns, level: float
) -> pd.DataFrame:
    """Return the difference of one metric in each pair of arms."""
    control, changed = pairs[f"{inner}_control"], pairs[inner]
    n0, n1 = pairs["n_control"].to_numpy(float), pairs["n"].to_numpy(float)
    more: dict[str, Any] = {}
    if columns.covariate:
        found, more = _with_covariate(pairs, inner, level)
    elif name in columns.rates:
        sums = (pairs[f"{inner}_sum{which}"].to_numpy(float) for which in ("_control", ""))
        found = differences.of_rates(next(sums), n0, next(sums), n1, level)
    else:
        _refuse_single(pairs, name)
        spread = [pairs[f"{inner}_var{which}"].to_numpy(float) for which in ("_control", "")]
        found = differences.of_means(control, spread[0], n0, changed, spread[1], n1, level)
    return pairs.assign(metric=name, control=control, changed=changed, **found, **more)


def _refuse_single(pairs: pd.DataFrame, name: str) -> None:
    if (pairs[["n", "n_control"]] < 2).to_numpy().any():
        message = _("An arm of data has one visitor, so {metric} has no interval.")
        raise CourseError(message.format(metric=name))


def _splits(
    small: pd.DataFrame, names: list[str], share: Any, columns: totals.Columns
) -> pd.DataFrame:
    """Return the verdict on the split of each group."""
    groups = list(columns.groups)
    laid = small.assign(_all="") if not groups else small
    keys = groups or ["_all"]
    counts = laid.pivot_table("n", keys, "arm", "sum", fill_value=0, dropna=False, observed=True)
    plan = splits.planned(share, names)
    shares = [plan[name] for name in counts.columns]
    chance = splits.chances(counts.to_numpy(float), shares)
    told = [splits.verdict(p, broken=p < splits.BROKEN_SPLIT) for p in chance]
    found = counts.index.to_frame(index=False).assign(split=told)
    return found if groups else found[["split"]].merge(pd.DataFrame({"arm": names}), how="cross")


def _told(found: pd.DataFrame, columns: totals.Columns) -> pd.DataFrame:
    """Return the answer with the caller's names."""
    found = found.rename(columns={"n": "visitors", "n_control": "control_visitors"})
    found["metric"] = found["metric"].astype(str)
    counts = ["control_visitors", "visitors"]
    found[counts] = found[counts].astype("int64")
    more = ["rho", "saved"] if columns.covariate else []
    wanted = [*columns.groups, *_COLUMNS, *differences.FIELDS, *more, "split"]
    return found.reindex(columns=wanted).rename(columns=columns.groups)


# --- with a covariate ------------------------------------------------------------------


def _with_covariate(
    pairs: pd.DataFrame, inner: str, level: float
) -> tuple[differences.Arrays, dict[str, Any]]:
    """Take off what the covariate foretells; return the differences, and what it saves.

    The slope is that within both arms: between them lies what the experiment did.
    """
    sides = [_moments(pairs, inner, which) for which in ("_control", "")]
    own, cross, before = (
        sum(side[key] * (side["n"] - 1) for side in sides) for key in ("own", "cross", "before")
    )
    slope = np.divide(cross, before, out=np.zeros_like(cross), where=before > 0)
    left = [
        np.maximum(one["own"] - 2 * slope * one["cross"] + slope**2 * one["before"], 0)
        for one in sides
    ]
    means = [one["mean"] - slope * one["mean_before"] for one in sides]
    n0, n1 = (one["n"] for one in sides)
    found = differences.of_means(means[0], left[0], n0, means[1], left[1], n1, level)
    both = np.sqrt(own * before)
    rho = np.divide(cross, both, out=np.zeros_like(cross), where=both > 0)
    return found, {"rho": rho, "saved": rho**2}


def _moments(pairs: pd.DataFrame, inner: str, which: str) -> dict[str, Any]:
    """Return means, variances and the covariance of a metric and the covariate in one arm.

    The covariance comes from the variance of the sum: so no large mean takes its digits away.
    """
    names = {"n": "n", "mean": inner, "mean_before": "_x", "own": f"{inner}_var"}
    names |= {"before": "_x_var", "sum": f"{inner}_with_var"}
    found = {key: pairs[f"{name}{which}"].to_numpy(float) for key, name in names.items()}
    return found | {"cross": (found["sum"] - found["own"] - found["before"]) / 2}
