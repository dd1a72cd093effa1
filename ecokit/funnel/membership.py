"""How long members stay, where leaving is seen: a paid membership, month by month.

Ordinary buyers do not resign, so nothing here is for them: of those who are silent, nobody knows
who has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.intervals import normal_quantile
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import last, moment
from ecokit.messages import _

Floats = NDArray[np.float64]

_FLAT = 12.0  # of a logarithm: beyond it the members are all alike
_STEP = 1e-4


@dataclass(frozen=True)
class Staying:
    """How members stay: each leaves with a chance of their own, which varies by a beta law (sBG).

    Parameters
    ----------
    alpha, beta : float
        Of the law of the chance to leave at the end of a period.
    members, left : int
        Who was counted, and who of them has left.
    log_likelihood : float
        Of what was seen.
    covariance : tuple of tuples
        Of the logarithms of `alpha` and `beta`.
    """

    alpha: float
    beta: float
    members: int
    left: int
    log_likelihood: float
    covariance: tuple[tuple[float, ...], ...]

    def table(self, periods: int, confidence: float = 0.95) -> pd.DataFrame:
        """Return ``period``, ``survival`` with ``low`` and ``high``, and ``retention``.

        The limits are those of the logit of the survival, by the delta method.
        """
        z, n = normal_quantile(confidence), numbers.count("periods", periods, high=10_000)
        at = np.log([self.alpha, self.beta])
        found = _survival(np.exp(at), n)
        slope = np.column_stack([_slope(at, place, n) for place in (0, 1)])
        variance = np.einsum("ij,jk,ik->i", slope, np.array(self.covariance), slope)
        reach = z * np.sqrt(np.maximum(variance, 0))
        middle = _logit(found)
        return pd.DataFrame(
            {
                "period": np.arange(1, n + 1),
                "survival": found,
                "low": 1 / (1 + np.exp(reach - middle)),
                "high": 1 / (1 + np.exp(-reach - middle)),
                "retention": found / np.concatenate([[1.0], found[:-1]]),
            }
        )


@public
def survival(alpha: float, beta: float, periods: int) -> Floats:
    """Return the share of members who are still there after 1, 2 ... periods (sBG).

    Parameters
    ----------
    alpha, beta : float
        Of the law of the chance to leave at the end of a period: its mean is
        alpha / (alpha + beta). Small numbers: members differ much.
    periods : int
        How many.

    Returns
    -------
    array
        B(alpha, beta + t) / B(alpha, beta) for t = 1, 2 ... Of those who are left, more and more
        are of the loyal kind, so that the share who stay rises.

    Raises
    ------
    CourseError
        `alpha` or `beta` is not above 0, or `periods` is no whole number above 0.

    References
    ----------
    Fader and Hardie (2007).

    Examples
    --------
    >>> survival(0.704, 1.182, 4).round(4).tolist()
    [0.6267, 0.4738, 0.388, 0.3321]
    >>> survival(0, 1, 4)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: alpha is 0. Give a number above 0.
    """
    both = np.array([numbers.positive("alpha", alpha), numbers.positive("beta", beta)])
    return _survival(both, numbers.count("periods", periods, high=10_000))


def _survival(both: Floats, periods: int) -> Floats:
    alpha, beta = both
    return np.exp(np.cumsum(_stay(alpha, beta, np.arange(1, periods + 1))))


def _stay(alpha: float, beta: float, period: NDArray[np.int64]) -> Floats:
    """Return the logarithm of the share of members who stay at the end of each period."""
    return -np.log1p(alpha / (beta + (period - 1)))


@public
def member_periods(data: Any, *, as_of: datetime | str | None = None) -> Any:
    """Count members by how many months they have paid, and who of them has left.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``members``: ``joined_on``, ``ended_on`` (missing: still a member).
    as_of : datetime or ISO text, optional
        The day on which you look. Default: the last day on which somebody joined or left.

    Returns
    -------
    table
        ``period`` (months, from 0), ``members`` (there at its beginning, and watched to its end),
        ``left`` (at the end of it), ``staying`` (still members who have had so many months).
        What :func:`staying` takes.

    Raises
    ------
    CourseError
        The table or a column is missing, a member left before joining, or nobody is there.

    References
    ----------
    Fader and Hardie (2007), of cohorts that are watched for different times.

    Examples
    --------
    >>> members = pd.DataFrame({
    ...     "joined_on": pd.to_datetime(["2025-01-10", "2025-01-10", "2025-02-01"]),
    ...     "ended_on": pd.to_datetime(["2025-02-10", None, None])})
    >>> member_periods({"members": members}, as_of="2025-03-20")
       period  members  left  staying
    0       0        3     0        0
    1       1        3     1        1
    2       2        1     0        1
    >>> member_periods({"members": members[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No row of members has a joined_on, so the end of the data is ...
    """
    types = {"joined_on": "date", "ended_on": "date"}
    (members,) = frames.door(data, {"members": "joined_on ended_on"}, types=types)
    if as_of is None:
        joined = last(members, "members", "joined_on")
        gone = frames.collected(members.select(nw.col("ended_on").max()))["ended_on"][0]
        end = joined if gone is None or gone != gone else max(joined, moment("ended_on", gone))
    else:
        end = moment("as_of", as_of)
    members = members.filter(nw.col("joined_on") <= end)
    table = frames.as_pandas(_months(members, end))
    top = int(table["period"].max()) if len(table) else 0
    counted = table.set_index("period").reindex(range(top + 1), fill_value=0)
    out = (counted["left"] + counted["staying"]).to_numpy()
    there = out.sum() - np.cumsum(out) + out
    told = counted.assign(members=there)[["members", "left", "staying"]]
    return frames.like(told.reset_index(names="period"), data)


def _months(members: Frame, end: datetime) -> Frame:
    """Count members by whole months paid: those who left by `end`, and those who stay."""
    joined, ended = nw.col("joined_on"), nw.col("ended_on")
    rows.refuse(members, "members", [rows.out_of_order("joined_on", "ended_on")])
    gone = (~ended.is_null() & (ended <= end)).fill_null(value=False)
    until = nw.when(gone).then(ended).otherwise(nw.lit(end))
    told = members.with_columns(_until=until, _gone=gone.cast(nw.Int64))
    date = nw.col("_until").dt
    months = (date.year().cast(nw.Int64) - joined.dt.year().cast(nw.Int64)) * 12 + (
        date.month().cast(nw.Int64) - joined.dt.month().cast(nw.Int64)
    )
    past = date.day().cast(nw.Int64) - joined.dt.day().cast(nw.Int64)
    # who leaves within a month leaves at its end; who stays has not had it yet
    begun = (past > 0).cast(nw.Int64) * nw.col("_gone")
    unfinished = (past < 0).cast(nw.Int64) * (1 - nw.col("_gone"))
    period = months + begun - unfinished
    once = nw.when(period < nw.col("_gone")).then(nw.col("_gone")).otherwise(period)
    told = told.with_columns(period=once, _stays=1 - nw.col("_gone"))
    counted = told.group_by("period").agg(
        nw.col("_gone").sum().alias("left"), nw.col("_stays").sum().alias("staying")
    )
    return counted.with_columns(nw.col("left", "staying").cast(nw.Int64))


@public
def staying(
    counted: Any, *, period: str = "period", left: str = "left", staying: str = "staying"
) -> Staying:
    """Fit the chance to leave, and how it differs among members, by maximum likelihood (sBG).

    Parameters
    ----------
    counted : table of any engine
        What :func:`member_periods` returns: a row a period.
    period, left, staying : str
        The columns: periods paid (whole, from 0), who left at the end of that period, and who was
        still a member when last seen, after so many periods.

    Returns
    -------
    Staying
        The two parameters, and ``table(periods)``: how many stay how long, beyond what was seen.

    Raises
    ------
    CourseError
        A column is missing, a count is below zero, or those who left did so in one period only:
        that does not tell how members differ.

    References
    ----------
    Fader and Hardie (2007).

    Examples
    --------
    >>> here = [1000, 631, 468, 382, 326, 289, 262, 241]  # the regular members of the paper
    >>> lost = [0] + [one - two for one, two in zip(here, here[1:])]
    >>> found = staying(pd.DataFrame({"period": range(8), "left": lost,
    ...                               "staying": [0] * 7 + [241]}))
    >>> round(found.alpha, 3), round(found.beta, 3)
    (0.704, 1.182)
    >>> staying(pd.DataFrame({"period": [1], "left": [4], "staying": [2]}))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Members left in 1 period. It takes two or more to tell how they ...
    """
    from scipy.optimize import minimize

    seen = _seen(counted, {"period": period, "left": left, "staying": staying})
    times = int((seen["left"] > 0).sum())
    if times < 2:
        message = _("Members left in {n} period. It takes two or more to tell how they differ.")
        raise CourseError(message.format(n=times))

    def minus(logs: Floats) -> float:
        return -_log_likelihood(logs, seen)

    bounds = [(-_FLAT, _FLAT)] * 2
    best: Any = minimize(
        minus, np.zeros(2), method="L-BFGS-B", jac="3-point", bounds=bounds, options=_CLOSE
    )
    at = best.x
    spread = np.linalg.pinv(_curvature(minus, at))
    return Staying(
        alpha=float(np.exp(at[0])),
        beta=float(np.exp(at[1])),
        members=int(seen[["left", "staying"]].to_numpy().sum()),
        left=int(seen["left"].sum()),
        log_likelihood=-float(best.fun),
        covariance=tuple(tuple(map(float, row)) for row in spread),
    )


_CLOSE: Any = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500}


def _seen(counted: Any, columns: dict[str, str]) -> pd.DataFrame:
    """Return who left and who stays, by period."""
    types = dict.fromkeys(columns, "number")
    frame = frames.table(counted, columns, name="counted", types=types).select(*columns)
    looked = frames.collected(frame)
    whole = rows.Wrong(
        _("period is no whole number of 0 or more"),
        ~((nw.col("period") >= 0) & (nw.col("period") % 1 == 0)).fill_null(value=False),
        ("period",),
    )
    never = rows.Wrong(
        _("members left after 0 periods"), (nw.col("period") == 0) & (nw.col("left") > 0), ("left",)
    )
    counts = [rows.below_zero(name, "period") for name in ("left", "staying")]
    rows.refuse(looked, "counted", [whole, *counts, never])
    return frames.as_pandas(looked).astype("float64").groupby("period", as_index=False).sum()


def _log_likelihood(logs: Floats, seen: pd.DataFrame) -> float:
    """Return the logarithm of the chance of what was seen."""
    alpha, beta = np.exp(logs)
    period = seen["period"].to_numpy(int)
    t = np.arange(1, int(period.max()) + 1)
    stays = np.concatenate([[0.0], np.cumsum(_stay(alpha, beta, t))])
    leaves = np.concatenate([[0.0], stays[:-1] + np.log(alpha / (alpha + beta + t - 1))])
    told = seen["left"].to_numpy() * leaves[period] + seen["staying"].to_numpy() * stays[period]
    return float(told.sum())


def _curvature(function: Any, at: Floats) -> Floats:
    """Return the second derivatives of a function of two numbers."""
    found = np.zeros((2, 2))
    steps = np.eye(2) * _STEP
    for i, one in enumerate(steps):
        for j, two in enumerate(steps):
            ends = (at + one + two, at + one - two, at - one + two, at - one - two)
            a, b, c, d = (function(end) for end in ends)
            found[i, j] = (a - b - c + d) / (4 * _STEP * _STEP)
    return found


def _slope(at: Floats, place: int, periods: int) -> Floats:
    """Return how the logit of survival moves with the logarithm of one parameter."""
    step = np.zeros(2)
    step[place] = _STEP
    up, down = (_logit(_survival(np.exp(end), periods)) for end in (at + step, at - step))
    return (up - down) / (2 * _STEP)


def _logit(shares: Floats) -> Floats:
    kept = np.clip(shares, 1e-300, 1 - 1e-16)
    return np.log(kept) - np.log1p(-kept)
