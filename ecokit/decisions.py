"""How long decisions take, what a layer of approval costs, and what being late loses.

Tables come in as pandas, Polars or DuckDB frames and are aggregated where they are
(Narwhals); results are small frames of the same family (a lazy table comes back
collected). Times are minutes, money is yuan, shares are fractions 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from ecokit.errors import CourseError
from ecokit.messages import _

CONFIDENCE = 0.95
"""Confidence level of every interval in this module."""

_Z = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))
_ANGLES = np.pi * np.arange(1, 24) / 24
_TALBOT_NODES = 0.4 * np.append(24, 24 * _ANGLES * (1 / np.tan(_ANGLES) + 1j))
_TALBOT_WEIGHTS = (0.4 * np.exp(_TALBOT_NODES) / _TALBOT_NODES) * np.append(
    0.5, 1 + 1j * (_ANGLES / np.sin(_ANGLES) ** 2 - 1 / np.tan(_ANGLES))
)
_MAX_PARALLEL = 12  # inclusion and exclusion over 2^12 sets stays exact to 1e-12


# --- the closed form -----------------------------------------------------------------


@dataclass(frozen=True)
class DecisionTime:
    """The time of a decision whose approvals each take an exponential time.

    Answers "which share is decided within t minutes?", "how long on average?" and "by
    when are 90 % decided?" without a simulation. Approvals one after another add up
    (Erlang distribution for equal means, hypoexponential for unequal ones); approvals
    asked for at the same moment wait for the slowest.

    Parameters
    ----------
    means : tuple of float
        Mean minutes of each approval, one a layer; empty means decided at once.
    parallel : bool
        False: one after another. True: all asked at the same moment (at most 12).

    Raises
    ------
    CourseError
        If a mean is not a positive number, or too many approvals are in parallel.

    Notes
    -----
    Serial: the mean is the sum of the means; for equal means P(T <= t) is the gamma
    distribution with shape k, for unequal ones the Laplace transform
    ``prod(1 / (1 + m s)) / s`` is inverted numerically (error below 1e-11; the sum over
    partial fractions and the matrix exponential both fail for nearly equal means).
    Parallel: ``P(T <= t) = prod(1 - exp(-t / m))``; k equal means m take
    ``m (1 + 1/2 + ... + 1/k)`` on average, a harmonic number. Sources: Larson and Odoni,
    Urban Operations Research (1981), 2.11.3; Bibinger (2013), arXiv:1307.3945; Abate and
    Whitt (2006), INFORMS J. Computing 18, 408-421 (Talbot's method).

    Examples
    --------
    >>> path = DecisionTime.of(layers=3, minutes=40)
    >>> path.mean(), round(path.cdf(120), 3), round(path.ppf(0.9), 1)
    (120.0, 0.577, 212.9)
    >>> round(DecisionTime.of(layers=3, minutes=40, parallel=True).mean(), 2)
    73.33
    >>> DecisionTime((40, -5))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Mean minutes must be above 0, got -5.
    """

    means: tuple[float, ...]
    parallel: bool = False

    def __post_init__(self) -> None:
        for mean in self.means:
            if not (mean > 0 and math.isfinite(mean)):
                raise CourseError(_("Mean minutes must be above 0, got {m}.").format(m=mean))
        if self.parallel and len(self.means) > _MAX_PARALLEL:
            raise CourseError(
                _("{n} approvals in parallel are too many: at most {most} can be computed.").format(
                    n=len(self.means), most=_MAX_PARALLEL
                )
            )

    @classmethod
    def of(cls, layers: int, minutes: float, *, parallel: bool = False) -> DecisionTime:
        """Return the time of `layers` approvals of `minutes` mean minutes each.

        Examples
        --------
        >>> DecisionTime.of(2, 30)
        DecisionTime(means=(30, 30), parallel=False)
        >>> DecisionTime.of(-1, 30)
        Traceback (most recent call last):
        ...
        ecokit.errors.CourseError: The number of layers must be a whole number from 0, got -1.
        """
        if layers != int(layers) or layers < 0:
            raise CourseError(
                _("The number of layers must be a whole number from 0, got {n}.").format(n=layers)
            )
        return cls((minutes,) * int(layers), parallel)

    @property
    def _equal(self) -> bool:
        return len(set(self.means)) == 1

    def cdf(self, minutes: ArrayLike) -> Any:
        """Return the share decided within `minutes` (a number or an array), 0 to 1."""
        t = np.maximum(np.asarray(minutes, dtype=float), 0.0)
        means = np.asarray(self.means, dtype=float)
        if not means.size:
            share = np.where(np.asarray(minutes, dtype=float) >= 0, 1.0, 0.0)
        elif self.parallel:
            share = np.prod(-np.expm1(-t[..., None] / means), axis=-1)
        elif self._equal:
            share = special.gammainc(means.size, t / means[0])
        else:
            per_minute = _TALBOT_NODES / np.maximum(t, 1e-12 * means.min())[..., None]
            terms = 1 / (1 + per_minute[..., None] * means)
            share = np.clip((_TALBOT_WEIGHTS * terms.prod(-1)).real.sum(-1), 0, 1)
        return share if np.ndim(minutes) else float(share)

    def mean(self) -> float:
        """Return the mean minutes until the decision."""
        if not self.parallel:
            return float(sum(self.means))
        return sum(sign / rate for sign, rate in self._subsets())

    def ppf(self, share: float) -> float:
        """Return the minutes by which `share` (between 0 and 1) is decided."""
        if not 0 < share < 1:
            raise CourseError(_("A share lies between 0 and 1, got {q}.").format(q=share))
        if not self.means:
            return 0.0
        if self._equal:
            layers, mean = len(self.means), self.means[0]
            if self.parallel:
                return -mean * math.log1p(-(share ** (1 / layers)))
            return mean * float(special.gammaincinv(layers, share))
        high = self.mean()
        while self.cdf(high) < share:
            high *= 2
        return float(optimize.brentq(lambda t: self.cdf(t) - share, 0.0, high, xtol=1e-9))

    def kept(self, half_life: float) -> float:
        """Return the mean share of value kept when half is lost every `half_life` minutes.

        Value that fades as ``exp(-r t)`` keeps on average the Laplace transform of the
        decision time: a serial layer of mean m multiplies it by ``1 / (1 + r m)``, with
        ``r = ln 2 / half_life``.

        Examples
        --------
        >>> DecisionTime.of(2, 60).kept(half_life=60 * math.log(2))  # r m = 1
        0.25
        """
        rate = _rate(half_life)
        if not self.parallel:
            return math.prod(1 / (1 + rate * m) for m in self.means)
        return 1 - sum(sign * rate / (rate + total) for sign, total in self._subsets())

    def draw(self, size: int, seed: int | np.random.Generator) -> NDArray[np.float64]:
        """Return `size` random decision times in minutes, for checking the closed form."""
        waits = np.random.default_rng(seed).exponential(
            np.asarray(self.means, dtype=float), (size, len(self.means))
        )
        return waits.max(axis=1, initial=0.0) if self.parallel else waits.sum(axis=1)

    def _subsets(self) -> list[tuple[int, float]]:
        # P(max > t) = sum over non-empty sets S of (-1)^(|S|+1) exp(-t * sum of rates in S)
        rates = [1 / m for m in self.means]
        return [
            ((-1) ** (size + 1), sum(chosen))
            for size in range(1, len(rates) + 1)
            for chosen in combinations(rates, size)
        ]


# --- how long the shop's decisions took ----------------------------------------------


def share_interval(hits: int, total: int) -> tuple[float, float]:
    """Return the confidence interval of a share, from `hits` out of `total`.

    Wilson's interval: it stays within 0 and 1 and holds for small counts, where the
    usual "share plus or minus two standard errors" does not. Source: Wilson (1927),
    J. Amer. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> [round(limit, 3) for limit in share_interval(9, 10)]
    [0.596, 0.982]
    >>> share_interval(3, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A share needs 0 <= hits <= total and total > 0, got 3 of 0.
    """
    if not 0 <= hits <= total or total == 0:
        raise CourseError(
            _("A share needs 0 <= hits <= total and total > 0, got {k} of {n}.").format(
                k=hits, n=total
            )
        )
    limits = stats.binomtest(int(hits), int(total)).proportion_ci(CONFIDENCE, method="wilson")
    return float(limits.low), float(limits.high)


def mean_interval(total_minutes: float, answered: int) -> tuple[float, float]:
    """Return the confidence interval of the mean of exponential times.

    `total_minutes` is all the time waited, that of still open cases too; `answered`
    counts the finished ones. Twice the total over the mean is chi-squared with twice
    `answered` degrees of freedom. Source: Ross, Introduction to Probability and
    Statistics for Engineers and Scientists, chapter Life Testing.

    Examples
    --------
    >>> [round(limit, 1) for limit in mean_interval(4000, 100)]
    [33.2, 49.2]
    >>> mean_interval(4000, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No approval has been answered yet, so there is no mean to estimate.
    """
    if answered < 1:
        raise CourseError(_("No approval has been answered yet, so there is no mean to estimate."))
    chi2, tail = stats.chi2(2 * answered), (1 - CONFIDENCE) / 2
    return float(2 * total_minutes / chi2.ppf(1 - tail)), float(2 * total_minutes / chi2.ppf(tail))


def add_minutes(decisions: Any) -> Any:
    """Return `decisions` with a column ``minutes``, from raised to decided.

    A decision that is still open has no minutes (null).

    Parameters
    ----------
    decisions : frame
        With ``raised_at`` and ``decided_at``.

    Raises
    ------
    CourseError
        If it is no frame or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"]),
    ...                     "decided_at": pd.to_datetime(["2025-06-01 10:30"])})
    >>> add_minutes(one)["minutes"].tolist()
    [90.0]
    >>> add_minutes(one[["raised_at"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table decisions lacks the column decided_at.
    """
    frame = _door(decisions, "decisions", "raised_at", "decided_at")
    return frame.with_columns(minutes=_minutes("raised_at", "decided_at")).to_native()


def snapshot(decisions: Any, as_of: datetime) -> Any:
    """Return `decisions` as the table stood at `as_of`: later ones gone, open ones open.

    Examples
    --------
    >>> import pandas as pd
    >>> year = pd.DataFrame({
    ...     "raised_at": pd.to_datetime(["2025-06-01 09:00", "2025-06-02 09:00"]),
    ...     "decided_at": pd.to_datetime(["2025-06-01 18:00", "2025-06-02 18:00"])})
    >>> noon = snapshot(year, datetime(2025, 6, 1, 12))
    >>> len(noon), int(noon["decided_at"].isna().sum())
    (1, 1)
    """
    frame = _door(decisions, "decisions", "raised_at", "decided_at")
    moment = nw.lit(as_of)
    decided = nw.when(nw.col("decided_at") <= moment).then(nw.col("decided_at"))
    return frame.filter(nw.col("raised_at") <= moment).with_columns(decided_at=decided).to_native()


def summarise(
    decisions: Any, by: str | Sequence[str] = "kind", as_of: datetime | None = None
) -> Any:
    """Return how long decisions took, and which share met its window, by group.

    Parameters
    ----------
    decisions : frame
        One row a decision: ``raised_at``, ``decided_at`` (null: still open),
        ``window_minutes``, and the columns of `by`.
    by : str or list of str
        ``"kind"``, ``"layers"``, ``["kind", "layers"]``, ...
    as_of : datetime, optional
        When the table was drawn; needed only when decisions are open. An open decision
        counts as late once it has waited longer than its window; before that nobody
        knows, and it is left out of the share.

    Returns
    -------
    frame
        `by`, ``decisions``, ``open``, ``median``, ``mean``, ``p90`` (minutes, of decided
        ones), ``in_window`` (share), ``low``, ``high`` (its 95 % interval), sorted by `by`.

    Raises
    ------
    CourseError
        If a column is missing, a decision was decided before it was raised, or open
        decisions stand in the table and `as_of` is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "kind": "campaign", "window_minutes": 120,
    ...     "raised_at": pd.to_datetime(["2025-06-01 09:00"] * 4),
    ...     "decided_at": pd.to_datetime(["2025-06-01 10:00", "2025-06-01 10:30",
    ...                                   "2025-06-01 11:00", "2025-06-01 19:00"])})
    >>> summarise(table)[["median", "mean", "in_window"]].values.tolist()
    [[105.0, 217.5, 0.75]]

    Source: slide 13 (a campaign decision has one to two hours).
    """
    keys = [by] if isinstance(by, str) else list(by)
    frame = _door(decisions, "decisions", "raised_at", "decided_at", "window_minutes", *keys)
    minutes, window = nw.col("minutes"), nw.col("window_minutes")
    waited = (nw.lit(as_of) - nw.col("raised_at")).dt.total_seconds() / 60 if as_of else window * 0
    known_late = minutes.is_null() & (waited > window)
    rows = (
        frame.with_columns(minutes=_minutes("raised_at", "decided_at"))
        .with_columns(
            hit=(minutes <= window).fill_null(False).cast(nw.Int64),
            known=(~minutes.is_null() | known_late).cast(nw.Int64),
            is_open=minutes.is_null().cast(nw.Int64),
        )
        .group_by(keys)
        .agg(
            nw.len().alias("decisions"),
            nw.col("is_open").sum().alias("open"),
            minutes.quantile(0.5, interpolation="linear").alias("median"),
            minutes.mean().alias("mean"),
            minutes.quantile(0.9, interpolation="linear").alias("p90"),
            minutes.min().alias("least"),
            nw.col("hit").sum(),
            nw.col("known").sum(),
        )
        .sort(keys)
    )
    columns, family = _columns(rows)
    _check(columns, "decisions", "decided_at", "raised_at", as_of)
    hits, known = columns.pop("hit"), columns.pop("known")
    del columns["least"]
    limits = [share_interval(k, n) if n else (0.0, 1.0) for k, n in zip(hits, known, strict=True)]
    return _frame({**columns, "in_window": _ratio(hits, known), **_bounds(limits)}, family)


def waiting(
    approvals: Any, by: str | Sequence[str] = "post_id", as_of: datetime | None = None
) -> Any:
    """Return where the time goes: how long requests wait at each post (or by any column).

    The mean is all the time waited over the number of answers, so that requests which
    are still open count with the time they have waited so far. Leaving them out is the
    censoring trap: the slowest are missing, and the post looks faster than it is.

    Parameters
    ----------
    approvals : frame
        One row an approval: ``asked_at``, ``answered_at`` (null: still open), and `by`.
    by : str or list of str
        ``"post_id"``, ``"step"``, ...
    as_of : datetime, optional
        When the table was drawn; needed only when approvals are open.

    Returns
    -------
    frame
        `by`, ``approvals``, ``open``, ``hours`` (waited in all), ``share`` (of all hours),
        ``median``, ``mean`` (minutes), ``low``, ``high`` (95 % interval of the mean,
        exponential times), sorted by `by`.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.to_datetime(["2025-06-01 09:00"] * 3)
    >>> table = pd.DataFrame({"post_id": ["boss", "boss", "finance"], "asked_at": asked,
    ...                       "answered_at": asked + pd.to_timedelta([60, 120, 20], "min")})
    >>> waiting(table)[["post_id", "hours", "mean", "share"]].round(2).values.tolist()
    [['boss', 3.0, 90.0, 0.9], ['finance', 0.33, 20.0, 0.1]]
    """
    keys = [by] if isinstance(by, str) else list(by)
    frame = _door(approvals, "approvals", "asked_at", "answered_at", *keys)
    is_open = nw.col("answered_at").is_null()
    end = (
        nw.when(is_open).then(nw.lit(as_of)).otherwise(nw.col("answered_at"))
        if as_of
        else (nw.col("answered_at"))
    )
    rows = (
        frame.with_columns(end=end, is_open=is_open.cast(nw.Int64))
        .with_columns(
            waited=_minutes("asked_at", "end"), minutes=_minutes("asked_at", "answered_at")
        )
        .group_by(keys)
        .agg(
            nw.len().alias("approvals"),
            nw.col("is_open").sum().alias("open"),
            (nw.col("waited").sum()).alias("waited"),
            nw.col("minutes").quantile(0.5, interpolation="linear").alias("median"),
            nw.col("waited").min().alias("least"),
        )
        .sort(keys)
    )
    columns, family = _columns(rows)
    _check(columns, "approvals", "answered_at", "asked_at", as_of)
    total, median = columns.pop("waited"), columns.pop("median")
    del columns["least"]
    answered = columns["approvals"] - columns["open"]
    limits = [
        mean_interval(t, n) if n else (math.nan, math.nan)
        for t, n in zip(total, answered, strict=True)
    ]
    columns |= {"hours": total / 60, "share": total / total.sum(), "median": median}
    return _frame({**columns, "mean": _ratio(total, answered), **_bounds(limits)}, family)


# --- the closed form beside the data -------------------------------------------------


def goodness(
    minutes: ArrayLike, path: DecisionTime, seed: int = 0, draws: int = 400
) -> tuple[float, float]:
    """Return how far observed times lie from `path`: largest gap and its p-value.

    The gap is the Kolmogorov-Smirnov distance after both have the same mean. Because
    that mean comes from the same data, the textbook p-value is too large; the p-value
    here is simulated with the mean estimated anew in each draw. Source: Lilliefors
    (1969), J. Amer. Stat. Assoc. 64, 387-389.

    Parameters
    ----------
    minutes : array of float
        Observed times, at least 2.
    path : DecisionTime
        The model; only its shape matters.
    seed, draws : int
        Of the simulation.

    Examples
    --------
    >>> times = DecisionTime.of(3, 40).draw(300, seed=1)
    >>> gap, p = goodness(times, DecisionTime.of(3, 40))
    >>> gap < 0.06, p > 0.05
    (True, True)
    >>> goodness(times, DecisionTime.of(1, 40))[1] < 0.01
    True
    >>> goodness([30], DecisionTime.of(1, 40))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At least 2 times are needed to judge a model, got 1.
    """
    times = np.sort(np.asarray(minutes, dtype=float))
    if times.size < 2:
        raise CourseError(
            _("At least 2 times are needed to judge a model, got {n}.").format(n=times.size)
        )
    grid = np.linspace(0, 12 * path.mean(), 3001)  # one table of the curve serves all draws
    curve = path.cdf(grid)

    def gap(sample: NDArray[np.float64]) -> NDArray[np.float64]:
        n = sample.shape[-1]
        model = np.interp(sample * path.mean() / sample.mean(-1, keepdims=True), grid, curve)
        above, below = np.arange(1, n + 1) / n - model, model - np.arange(n) / n
        return np.maximum(above, below).max(-1)

    observed = float(gap(times))
    simulated = gap(np.sort(path.draw(draws * times.size, seed).reshape(draws, -1)))
    return observed, float((1 + (simulated >= observed).sum()) / (1 + draws))


def fit_layers(decisions: Any) -> Any:
    """Return, for each number of layers, what the closed form says beside the data.

    Parameters
    ----------
    decisions : frame
        Decisions of one kind: ``layers``, ``raised_at``, ``decided_at``,
        ``window_minutes``. Open ones are left out: fit a closed period.

    Returns
    -------
    frame
        ``layers``, ``decisions``, ``per_layer`` (estimated mean minutes of one
        approval), ``low``, ``high`` (its 95 % interval), ``in_window`` (observed share),
        ``model`` (the Erlang distribution's share), ``gap`` and ``p_value`` of
        `goodness`, sorted by ``layers``.

    Examples
    --------
    >>> import pandas as pd
    >>> raised = pd.Timestamp("2025-06-01")
    >>> times = DecisionTime.of(2, 45).draw(400, seed=3).round()
    >>> table = pd.DataFrame({"layers": 2, "window_minutes": 120, "raised_at": raised,
    ...                       "decided_at": raised + pd.to_timedelta(times, "min")})
    >>> fit = fit_layers(table)
    >>> bool(fit["low"][0] < 45 < fit["high"][0])
    True
    """
    frame = _door(decisions, "decisions", "layers", "raised_at", "decided_at", "window_minutes")
    rows, family = _columns(
        frame.select(
            "layers", "window_minutes", minutes=_minutes("raised_at", "decided_at")
        ).filter(~nw.col("minutes").is_null())
    )
    if not len(rows["minutes"]):
        raise CourseError(_("The table decisions has no decided rows to fit."))
    results = []
    for layers in np.unique(rows["layers"]):
        chosen = rows["layers"] == layers
        times, windows = rows["minutes"][chosen], rows["window_minutes"][chosen]
        path = DecisionTime.of(int(layers), times.sum() / times.size / layers)
        low, high = mean_interval(times.sum(), int(layers) * times.size)
        gap, p_value = goodness(times, path) if times.size > 1 else (math.nan, math.nan)
        results.append(
            {
                "layers": int(layers),
                "decisions": times.size,
                "per_layer": path.means[0],
                "low": low,
                "high": high,
                "in_window": float((times <= windows).mean()),
                "model": float(path.cdf(windows).mean()),
                "gap": gap,
                "p_value": p_value,
            }
        )
    return _frame({name: [row[name] for row in results] for name in results[0]}, family)


# --- what being late loses -----------------------------------------------------------


def lost_value(decisions: Any, by: str | Sequence[str] = "kind") -> Any:
    """Return the margin lost because approved decisions were not made at once.

    Rejected decisions lose nothing by being late, and are left out.

    Parameters
    ----------
    decisions : frame
        ``outcome``, ``potential`` and ``effect`` (yuan), and the columns of `by`.
    by : str or list of str

    Returns
    -------
    frame
        `by`, ``approved`` (count), ``potential``, ``effect``, ``lost`` (yuan), ``kept``
        (share of the potential), sorted by `by`. Amounts are summed in whole fen.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": "campaign", "outcome": ["approved", "rejected"],
    ...                       "potential": [1000.0, 500.0], "effect": [800.0, 0.0]})
    >>> lost_value(table)[["approved", "lost", "kept"]].values.tolist()
    [[1.0, 200.0, 0.8]]
    """
    keys = [by] if isinstance(by, str) else list(by)
    frame = _door(decisions, "decisions", "outcome", "potential", "effect", *keys)
    columns, family = _columns(
        frame.filter(nw.col("outcome") == "approved")
        .with_columns(potential=_fen("potential"), effect=_fen("effect"))
        .group_by(keys)
        .agg(nw.len().alias("approved"), nw.col("potential").sum(), nw.col("effect").sum())
        .sort(keys)
    )
    potential, effect = columns["potential"], columns["effect"]
    columns |= {"potential": potential / 100, "effect": effect / 100}
    columns |= {"lost": (potential - effect) / 100, "kept": _ratio(effect, potential)}
    return _frame(columns, family)


def delay_bands(decisions: Any, edges: Sequence[float] = (1, 2, 4, 8)) -> Any:
    """Return `decisions` with a column ``band``: how many of the `edges` (hours) passed.

    Band 0 was decided within the first edge, band 1 between the first and the second.
    Use it as ``by``: ``lost_value(delay_bands(decisions), by="band")``.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"raised_at": pd.to_datetime(["2025-06-01 09:00"] * 2),
    ...     "decided_at": pd.to_datetime(["2025-06-01 09:50", "2025-06-01 12:00"])})
    >>> delay_bands(table)["band"].tolist()
    [0, 2]
    """
    frame = nw.from_native(add_minutes(decisions))
    passed = [(nw.col("minutes") > 60 * edge).cast(nw.Int64) for edge in edges]
    return frame.with_columns(band=sum(passed[1:], passed[0])).to_native()


@dataclass(frozen=True)
class Fading:
    """How fast the value of a decision fades: the half-life in minutes, with its interval."""

    half_life: float
    low: float
    high: float


def fading(decisions: Any) -> Fading:
    """Return the half-life of a decision's value, estimated from what was kept.

    Fits ``effect / potential = 2 ** (-minutes / half_life)`` by least squares over the
    approved decisions, so that decisions with no effect left count too (a regression on
    the logarithm would have to drop them).

    Parameters
    ----------
    decisions : frame
        Decisions of one kind: ``raised_at``, ``decided_at``, ``outcome``, ``potential``,
        ``effect``.

    Raises
    ------
    CourseError
        If fewer than 3 approved decisions have a potential.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes, raised = np.array([30, 120, 480]), pd.Timestamp("2025-06-01")
    >>> table = pd.DataFrame({"outcome": "approved", "raised_at": raised,
    ...     "decided_at": raised + pd.to_timedelta(minutes, "min"),
    ...     "potential": 1000.0, "effect": 1000 * 2.0 ** (-minutes / 240)})
    >>> round(fading(table).half_life, 6)
    240.0
    >>> fading(table.head(2))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: At least 3 approved decisions are needed to see a fading, got 2.

    Source: cost of delay, Reinertsen, The Principles of Product Development Flow (2009).
    """
    names = ("outcome", "raised_at", "decided_at", "potential", "effect")
    rows, _family = _columns(
        _door(decisions, "decisions", *names)
        .filter((nw.col("outcome") == "approved") & (nw.col("potential") > 0))
        .select(
            minutes=_minutes("raised_at", "decided_at"),
            kept=nw.col("effect") / nw.col("potential"),
        )
        .filter(~nw.col("minutes").is_null())
    )
    minutes, kept = rows["minutes"], rows["kept"]
    if len(minutes) < 3:
        raise CourseError(
            _("At least 3 approved decisions are needed to see a fading, got {n}.").format(
                n=len(minutes)
            )
        )
    found, covariance = optimize.curve_fit(
        lambda t, rate: np.exp(-rate * t), minutes, kept, p0=[1 / max(minutes.mean(), 1.0)]
    )
    error = _Z * math.sqrt(float(covariance[0, 0]))
    rate = float(found[0])
    slowest = math.log(2) / (rate - error) if rate > error else math.inf
    return Fading(math.log(2) / rate, math.log(2) / (rate + error), slowest)


# --- what if -------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A change of the approval path, to be replayed on the decisions of the past.

    Parameters
    ----------
    label : str
        Its name in the results.
    without : tuple of str
        Posts that no longer approve (a layer removed).
    faster : mapping of str to float
        Post to factor on its waiting time: 0.5 where a deputy halves it.
    parallel : bool
        All approvals are asked for at the same moment.
    mandate : float
        Yuan: below this potential the first approval decides (the mandate raised);
        ``math.inf`` delegates every decision to the first approver.

    Examples
    --------
    >>> Change("no finance", without=("finance",)).parallel
    False
    """

    label: str
    without: tuple[str, ...] = ()
    faster: Mapping[str, float] = field(default_factory=dict)
    parallel: bool = False
    mandate: float = 0.0


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
        If a column is missing, or the change names a post that approves nothing.

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
    rows = _door(
        approvals, "approvals", "decision_id", "step", "post_id", "asked_at", "answered_at"
    )
    cases = _door(decisions, "decisions", "decision_id", "potential")
    _check_posts(rows, {*change.without, *change.faster})
    factor: Any = nw.lit(1.0)
    for post, value in {**change.faster, **dict.fromkeys(change.without, 0.0)}.items():
        factor = nw.when(nw.col("post_id") == post).then(nw.lit(value)).otherwise(factor)
    spared = (nw.col("step") > 1) & (nw.col("potential") < change.mandate)
    waits = (
        rows.join(cases.select("decision_id", "potential"), on="decision_id", how="inner")
        .with_columns(minutes=_minutes("asked_at", "answered_at") * factor)
        .with_columns(minutes=nw.when(spared).then(nw.lit(0.0)).otherwise(nw.col("minutes")))
        .group_by("decision_id")
        .agg(nw.col("minutes").max() if change.parallel else nw.col("minutes").sum())
    )
    return cases.drop("minutes", strict=False).join(waits, on="decision_id").to_native()


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
        As `replay`; also without a change, or with a half-life not above 0.

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
    results: list[dict[str, Any]] = []
    family: Any = None
    for change in changes:
        frame = nw.from_native(replay(decisions, approvals, change))
        minutes = nw.col("minutes")
        approved = (nw.col("outcome") == "approved").cast(nw.Int64)
        kept = nw.col("potential") * (minutes * -_rate(half_life)).exp() * approved
        rows = frame.with_columns(
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
        columns, family = _columns(rows)
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
    return _frame({name: [row[name] for row in results] for name in results[0]}, family)


# --- small helpers -------------------------------------------------------------------


def _door(table: Any, name: str, *columns: str) -> Any:
    try:
        frame = nw.from_native(table)
    except TypeError:
        raise CourseError(
            _("{name} must be a table (pandas, Polars, DuckDB), got {kind}.").format(
                name=name, kind=type(table).__name__
            )
        ) from None
    missing = [column for column in columns if column not in frame.collect_schema().names()]
    if missing:
        raise CourseError(
            _("The table {name} lacks the column {columns}.").format(
                name=name, columns=", ".join(missing)
            )
        )
    return frame


def _minutes(start: str, end: str) -> nw.Expr:
    return (nw.col(end) - nw.col(start)).dt.total_seconds() / 60


def _columns(frame: Any) -> tuple[dict[str, Any], Any]:
    # the few rows of an aggregate as NumPy columns, and the family of frames to go back to
    table = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    columns: dict[str, Any] = {}
    for column in table.iter_columns():
        values = column.to_list()
        if column.dtype.is_numeric():  # sums of integers are decimals on DuckDB
            whole = column.dtype.is_integer() or column.dtype.is_decimal()
            columns[column.name] = np.asarray(values, dtype="int64" if whole else "float64")
        else:
            columns[column.name] = values
    return columns, table.implementation


def _frame(columns: Mapping[str, Any], family: Any) -> Any:
    return nw.from_dict(dict(columns), backend=family).to_native()


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _bounds(limits: Sequence[tuple[float, float]]) -> dict[str, NDArray[np.float64]]:
    low, high = np.asarray(limits, dtype=float).reshape(-1, 2).T
    return {"low": low, "high": high}


def _check(columns: Mapping[str, Any], name: str, end: str, start: str, as_of: Any) -> None:
    if not len(columns["least"]):
        raise CourseError(_("The table {name} has no rows.").format(name=name))
    if np.nanmin(columns["least"], initial=0.0) < 0:
        raise CourseError(
            _("In {name} some {end} lie before {start}: sort out these times first.").format(
                name=name, end=end, start=start
            )
        )
    n_open = int(columns["open"].sum())
    if n_open and as_of is None:
        raise CourseError(
            _("{n} rows of {name} are still open: say when the table was drawn, as_of=...").format(
                n=n_open, name=name
            )
        )


def _check_posts(approvals: Any, named: set[str]) -> None:
    if not named:
        return
    known = set(_columns(approvals.select("post_id").unique())[0]["post_id"])
    if named - known:
        raise CourseError(
            _("No approval came from {unknown}; the posts are {known}.").format(
                unknown=", ".join(sorted(named - known)), known=", ".join(sorted(known))
            )
        )


def _rate(half_life: float) -> float:
    if not half_life > 0:
        raise CourseError(_("A half-life must be above 0 minutes, got {h}.").format(h=half_life))
    return math.log(2) / half_life


def _fen(column: str) -> nw.Expr:
    return (nw.col(column) * 100).round(0).cast(nw.Int64)
