"""How far visits come, step by step; where they leak, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import LOOKUPS, PERIODS, Part, lendable, start_of, total
from ecokit.messages import _

STEPS = ("visit", "product", "cart", "checkout", "order")
"""How far a visit may come, from the first step to the last."""

_N = "_n"
_TOLD = ("step", "started", "came", "rate", "low", "high", "of_all")
_LEAKS = ("step", "came", "went_on", "rate", "others_rate", "difference", "low", "high")
_LOST = ("leaks", "lost_orders")


@public
def steps(
    data: Any, *, by: By = None, names: Sequence[str] = STEPS, confidence: float = 0.95
) -> Any:
    """Count how many visits come to each step, and what share goes on from the one before.

    Remove bots and brushed orders first: ``steps(cleaned(shop))``. A bot ends at the first step,
    and makes it look as if people left there.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``reached`` (the furthest step of the visit), and what is in `by`:
        ``started_at`` for periods. Tables that describe channels, campaigns or products lend their
        columns.
    by : str or sequence of str, optional
        Periods (``"day"``, ``"week"``, ``"month"`` ...) and columns, such as ``"device"``,
        ``"landing"``; ``"visitor"`` and ``"speed"`` are made by :func:`with_kinds`.
    names : sequence of str
        The steps, from the first to the last.
    confidence : float
        Of the intervals.

    Returns
    -------
    table
        `by`; ``step``; ``started`` (all visits of the group), ``came`` (visits that came to the
        step, or further), ``rate`` (of those at the step before; null at the first) with ``low``
        and ``high``, ``of_all`` (of those that started). Sorted by `by`, then by step.

    Raises
    ------
    CourseError
        A table or column is missing, `names` are not two steps or more, a visit has reached none
        of them, or `confidence` is no share.

    References
    ----------
    Slides 9 and 12 (visual experience, conversion); intervals of a share: Wilson (1927).

    Examples
    --------
    >>> visits = pd.DataFrame({"device": ["phone", "phone", "desktop", "phone"],
    ...                        "reached": ["visit", "product", "order", "order"]})
    >>> table = steps({"visits": visits}, by="device", names=["visit", "product", "order"])
    >>> table[["device", "step", "came", "rate", "of_all"]].round(2)
        device     step  came  rate  of_all
    0  desktop    visit     1   NaN    1.00
    1  desktop  product     1  1.00    1.00
    2  desktop    order     1  1.00    1.00
    3    phone    visit     3   NaN    1.00
    4    phone  product     2  0.67    0.67
    5    phone    order     1  0.50    0.33
    >>> steps({"visits": visits}, by="browser")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table visits has no column browser. It has: device, reached. ...
    """
    counted = _counted(data, frames.listed(by), names, _TOLD)
    before = np.column_stack([np.full(len(counted.came), np.nan), counted.came[:, :-1]])
    known = np.nan_to_num(before)
    span = intervals.wilson(np.minimum(counted.came, known), known, confidence)
    started = np.repeat(counted.came[:, :1], counted.came.shape[1], axis=1)
    return frames.like(
        counted.long(
            started=started,
            came=counted.came,
            rate=_share(counted.came, before),
            low=span.low,
            high=span.high,
            of_all=_share(counted.came, started),
        ),
        data,
    )


@public
def leaks(
    data: Any,
    *,
    by: By,
    within: By = None,
    names: Sequence[str] = STEPS,
    confidence: float = 0.95,
) -> Any:
    """Compare each group with all others at each step: where visits leak, and what it costs.

    The intervals hold together: all of them hold the truth in 95 of 100 such tables, so whoever
    looks for the worst row is not fooled by the number of rows. That a group leaks more is no
    proof of why.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        See :func:`steps`.
    by : str or sequence of str
        The groups to compare.
    within : str or sequence of str, optional
        Some of `by`: a group is compared with others of the same, such as devices within a week.
    names : sequence of str
        The steps, from the first to the last.
    confidence : float
        Of all intervals together.

    Returns
    -------
    table
        `by`; ``step``; ``came`` (visits at the step before), ``went_on``, ``rate``,
        ``others_rate``, ``difference`` with ``low`` and ``high`` (shares), ``leaks`` (the whole
        interval is below zero), ``lost_orders`` (what the group would have ordered more, had it
        gone on as the others did, and then as it does itself). What leaks for sure stands first,
        then most lost orders.

    Raises
    ------
    CourseError
        As for :func:`steps`; `by` names nothing, or `within` something that is not in `by`.

    References
    ----------
    Slide 12 (visual experience); interval of a difference: Newcombe (1998), method 10; intervals
    that hold together: Dunn (1961).

    Examples
    --------
    >>> visits = pd.DataFrame({"device": ["phone"] * 200 + ["desktop"] * 200,
    ...     "reached": ["visit"] * 160 + ["order"] * 40 + ["visit"] * 100 + ["order"] * 100})
    >>> found = leaks({"visits": visits}, by="device", names=["visit", "order"])
    >>> found[["device", "rate", "others_rate", "leaks", "lost_orders"]]
        device  rate  others_rate  leaks  lost_orders
    0    phone   0.2          0.5   True         60.0
    1  desktop   0.5          0.2  False        -60.0
    >>> leaks({"visits": visits}, by=None)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is None. Name a column to group by, such as by='month'.
    """
    keys, same = frames.listed(by, least=1), frames.listed(within, "within")
    level = numbers.share("confidence", confidence, zero=False, one=False)
    if not set(same) < set(keys):
        wanted = _("Name some of the columns in by, and not all of them.")
        raise numbers.refused("within", within, wanted)
    counted = _counted(data, keys, names, (*_LEAKS, *_LOST))
    came, went = counted.came[:, :-1], counted.came[:, 1:]
    all_came, all_went = (_of_all(counted.groups, same, it) for it in (came, went))
    others_came, others_went = all_came - came, all_went - went
    compared = int(((came > 0) & (others_came > 0)).sum())
    each = 1 - (1 - level) / max(compared, 1)
    span = newcombe(went, came, others_went, others_came, each)
    rate, others = _share(went, came), _share(others_went, others_came)
    onward = _share(np.repeat(counted.came[:, -1:], went.shape[1], axis=1), went)
    lost = came * (others - rate) * np.nan_to_num(onward)
    table = counted.long(
        skip=1,
        came=came,
        went_on=went,
        rate=rate,
        others_rate=others,
        difference=rate - others,
        low=span.low,
        high=span.high,
        leaks=span.high < 0,
        lost_orders=lost,
    )
    order = ["leaks", "lost_orders"]
    table = table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    return frames.like(table, data)


def newcombe(
    hits: Any, total: Any, other_hits: Any, other_total: Any, confidence: float
) -> intervals.Interval[NDArray[np.float64]]:
    """Return the interval of a difference of two shares, from Wilson's of each."""
    one = intervals.wilson(hits, total, confidence)
    other = intervals.wilson(other_hits, other_total, confidence)
    p, q = _share(hits, total), _share(other_hits, other_total)
    down = np.sqrt((p - one.low) ** 2 + (other.high - q) ** 2)
    up = np.sqrt((one.high - p) ** 2 + (q - other.low) ** 2)
    return intervals.Interval(p - q - down, p - q + up)


@dataclass(frozen=True)
class _Counted:
    """Visits that came to each step: a row a group, a column a step."""

    groups: pd.DataFrame
    names: list[str]
    came: NDArray[np.int64]

    def long(self, skip: int = 0, **columns: NDArray[Any]) -> pd.DataFrame:
        """Return a table with a row for each group and step, without the first `skip` steps."""
        names = self.names[skip:]
        rows = np.repeat(np.arange(len(self.groups)), len(names))
        table = self.groups.iloc[rows].reset_index(drop=True)
        table["step"] = names * len(self.groups)
        return table.assign(**{name: values.ravel() for name, values in columns.items()})


def _counted(data: Any, keys: list[str], names: object, taken: Sequence[str]) -> _Counted:
    steps_ = _steps(names)
    frames.refuse_taken(keys, (*taken, "reached"))
    given = frames.tables(data, "visits")
    (visits,) = frames.door(given, {"visits": "reached"}, types={"reached": "string"})
    has = visits.collect_schema().names()
    lent = lendable(given) if any(key not in (*has, *PERIODS) for key in keys) else {}
    few = nw.from_native(_few(visits, keys, lent))
    lent = {name: nw.from_native(frames.as_pandas(one)) for name, one in lent.items()}
    rows = Part("visits", few, "started_at", _N)
    table = frames.as_pandas(total({_N: rows}, [*keys, "reached"], lent))
    _refuse_unknown(table, steps_)
    by = [table[key] for key in keys] or [table[_N] * 0]
    group = table.groupby(by, dropna=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    place = table["reached"].map({name: n for n, name in enumerate(steps_)})
    came = np.zeros((len(first), len(steps_)), dtype=np.int64)
    np.add.at(came, (group, place.to_numpy(int)), table[_N].to_numpy())
    groups = table[keys].iloc[first].reset_index(drop=True)
    return _Counted(groups, steps_, came[:, ::-1].cumsum(axis=1)[:, ::-1])


def _few(visits: Frame, keys: list[str], lent: Mapping[str, Frame]) -> pd.DataFrame:
    """Count visits by all that the groups are made of, where the visits are.

    That is done with what stands there; words for nothing, names that other tables lend, and
    periods are looked at in the few rows that come here.
    """
    has = visits.collect_schema().names()
    own = [key for key in keys if key in has and key not in PERIODS]
    links = {key: _link(key, has, lent) for key in keys if key not in (*has, *PERIODS)}
    frames.need("visits", visits, [key for key, link in links.items() if not link])
    periods = {key for key in keys if key in PERIODS}
    group = dict.fromkeys([*own, *links.values(), "reached"])
    if periods:
        finest = "hour" if "hour" in periods else "day"
        finest = "month" if periods <= {"month", "quarter", "year"} else finest
        frames.need("visits", visits, ["started_at"])
        visits = frames.as_times("visits", visits, ["started_at"])
        visits = visits.with_columns(start_of(finest, "started_at").alias("started_at"))
        group["started_at"] = None
    counted = visits.select(*group).group_by(*group).agg(nw.len().alias(_N))
    return frames.as_pandas(counted.with_columns(nw.col(_N).cast(nw.Int64)))


def _link(key: str, has: Sequence[str], lent: Mapping[str, Frame]) -> str:
    """Return the id of the table that lends a column; nothing where none does."""
    lenders = (name for name, one in lent.items() if key in one.collect_schema().names())
    return next((LOOKUPS[name] for name in lenders if LOOKUPS[name] in has), "")


def _steps(names: object) -> list[str]:
    """Return the names of two steps or more."""
    found = frames.listed(names, "names")  # type: ignore[arg-type]
    if len(found) < 2:
        wanted = _("Name two steps or more, from the first to the last.")
        raise numbers.refused("names", names, wanted)
    return found


def _refuse_unknown(table: pd.DataFrame, names: list[str]) -> None:
    """Refuse visits whose furthest step is missing, or none of the steps."""
    wrong = table[~table["reached"].isin(names)]
    if len(wrong):
        word = wrong["reached"].iloc[0]
        message = _(
            "In {n:,} rows of visits, reached is {word}, which is none of: {names}. Name the "
            "steps of your shop: names=[...]."
        )
        word = repr(word) if isinstance(word, str) else _("missing")
        told = {"n": int(wrong[_N].sum()), "word": word, "names": ", ".join(names)}
        raise CourseError(message.format(**told))


def _of_all(groups: pd.DataFrame, same: list[str], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each group the sums over all groups that share the columns `same`."""
    if not same:
        return np.broadcast_to(counts.sum(axis=0), counts.shape)
    place = groups.groupby(same, dropna=False, sort=False).ngroup().to_numpy()
    sums = np.zeros((int(place.max(initial=-1)) + 1, counts.shape[1]), dtype=np.int64)
    np.add.at(sums, place, counts)
    return sums[place]


def _share(above: Any, below: Any) -> NDArray[np.float64]:
    """Return above / below, NaN where below is 0 or not known."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return above / np.where(below > 0, below, np.nan)
