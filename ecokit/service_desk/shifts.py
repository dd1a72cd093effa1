"""Shifts that cover a day or a week at least cost: an integer program, solved by HiGHS.

People work shifts, not quarter hours. Which shifts, and how many of each, so that every
quarter hour has the agents it needs and the bill is smallest? That is set covering, the
standard model of staff scheduling.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.service_desk.clock import DAY, WEEKDAYS, by_slot
from ecokit.service_desk.erlang import MOST_AGENTS

GAP = 0.01
"""The search ends when the plan is proven to cost at most this share more than the best."""

WORKDAYS = 5
"""Days in a week on which one person works."""


@dataclass(frozen=True)
class Shift:
    """A shift: when it starts, how long it is, its break, and what one agent costs.

    Parameters
    ----------
    start : float
        Hour of the day, from 0 to below 24; 8.5 is half past eight.
    hours : float
        From start to end, the break included. It may run past midnight.
    break_after : float, optional
        Hours from the start to the break. Default: no break.
    break_minutes : float
        Length of the break.
    cost : float
        Yuan for one agent.

    Examples
    --------
    >>> Shift(22, 8, break_after=4).name
    '22:00-06:00'
    >>> int(Shift(8, 8, break_after=4).on_duty(15).sum())
    30
    """

    start: float
    hours: float = 8
    break_after: float | None = None
    break_minutes: float = 30
    cost: float = 0.0

    def __post_init__(self) -> None:
        start = numbers.number("start", self.start, low=0)
        hours = numbers.positive("hours", self.hours)
        pause = numbers.number("break_minutes", self.break_minutes, low=0)
        numbers.number("cost", self.cost, low=0)
        if start >= 24 or hours > 24:
            raise CourseError(
                _(
                    "A shift starts at {start:g} and lasts {hours:g} hours. It starts from 0 to "
                    "below 24 and lasts at most 24."
                ).format(start=start, hours=hours)
            )
        if self.break_after is None:
            return
        after = numbers.number("break_after", self.break_after, low=0)
        if after + pause / 60 > hours:
            raise CourseError(
                _(
                    "A shift of {hours:g} hours has a break of {minutes:g} minutes after "
                    "{after:g} hours. The break must end before the shift does."
                ).format(hours=hours, minutes=pause, after=after)
            )

    @property
    def name(self) -> str:
        """When it starts and ends."""
        return f"{_clock(self.start * 60)}-{_clock((self.start + self.hours) * 60)}"

    @property
    def pause(self) -> str:
        """When its break is; empty without one."""
        if self.break_after is None:
            return ""
        begin = (self.start + self.break_after) * 60
        return f"{_clock(begin)}-{_clock(begin + self.break_minutes)}"

    def on_duty(self, minutes: int) -> NDArray[np.bool_]:
        """Return for each slot of two days, from midnight before the start, who answers."""
        begins = np.arange(0, 2 * DAY, minutes)
        first, last = self.start * 60, (self.start + self.hours) * 60
        duty = (begins >= first) & (begins + minutes <= last)
        if self.break_after is not None:
            rest = first + self.break_after * 60
            duty &= (begins + minutes <= rest) | (begins >= rest + self.break_minutes)
        return duty


@dataclass(frozen=True)
class ShiftPlan:
    """Shifts that cover what is needed.

    Attributes
    ----------
    roster : DataFrame
        ``day``, ``shift``, ``break``, ``agents``, ``cost`` (yuan): one row a day and shift.
    coverage : DataFrame
        ``day``, ``slot`` (minutes after midnight), ``required``, ``planned`` agents.
    cost : float
        Yuan in all.
    people : int
        Fewest people who can work it, each at most once a day and on five days of seven.
    bound : float
        Yuan below which no plan can be: how far from the best this one may lie.
    """

    roster: pd.DataFrame
    coverage: pd.DataFrame
    cost: float
    people: int
    bound: float


@public
def shift_patterns(
    starts: Iterable[float] = range(24),
    hours: Sequence[float] = (8, 4),
    breaks: Sequence[float] = (3.5, 4.5),
    yuan_per_hour: float = 45,
) -> list[Shift]:
    """List the shifts to choose from: each start with each length and each time of the break.

    Parameters
    ----------
    starts, hours : sequence of float
        Hours of the day, and lengths.
    breaks : sequence of float
        Hours from the start to a break of half an hour. Shifts of five hours or less have none.
    yuan_per_hour : float
        Cost of an agent's hour; the break is paid too.

    Returns
    -------
    list of Shift
        In the order of starts, lengths and breaks.

    Raises
    ------
    CourseError
        An hour, a length or a break that no shift can have.

    References
    ----------
    Dantzig (1954): each shift is a column of the covering problem that :func:`cover` solves.

    Examples
    --------
    >>> [shift.pause for shift in shift_patterns([8], [8, 4])]
    ['11:30-12:00', '12:30-13:00', '']
    """
    wage = numbers.number("yuan_per_hour", yuan_per_hour, low=0)
    begins, lengths, pauses = (
        numbers.row(name, values).tolist()
        for name, values in (("starts", starts), ("hours", hours), ("breaks", breaks))
    )
    return [
        Shift(start, length, pause, cost=length * wage)
        for start in begins
        for length in lengths
        for pause in (pauses if length > 5 else (None,))
    ]


@public
def cover(required: ArrayLike, shifts: Sequence[Shift], most: int | None = None) -> ShiftPlan:
    """Choose shifts that cover what each quarter hour needs, within 1 % of the least cost.

    Parameters
    ----------
    required : array or DataFrame, shape (slots,) or (slots, 7)
        Agents needed in each slot of the day: 96 rows are quarter hours, 24 are hours. With
        seven columns the week is a circle: Sunday's night shift ends on Monday.
    shifts : sequence of Shift
        What may be chosen.
    most : int, optional
        Agents who may start on one day at most.

    Returns
    -------
    ShiftPlan
        With ``roster`` (a table: ``day``, ``shift``, ``break``, ``agents``, ``cost``),
        ``coverage`` (a table: ``day``, ``slot``, ``required``, ``planned``), ``cost`` (yuan in
        all), ``people`` (fewest who can work it, each at most once a day and on five days of
        seven) and ``bound`` (yuan below which no plan can be).

    Raises
    ------
    CourseError
        No choice covers everything. The sentence names the first slot that no shift
        reaches, or the one that is shortest of agents.

    References
    ----------
    Set covering, the standard model of shifts: Dantzig (1954); solver: HiGHS, through SciPy.

    Examples
    --------
    >>> need = [0] * 8 + [1, 2, 2, 3, 3, 2, 2, 2, 2, 1] + [0] * 6
    >>> plan = cover(need, [Shift(s, 5, cost=200) for s in (8, 11, 13)])
    >>> int(plan.roster["agents"].sum()), plan.cost
    (5, 1000.0)
    >>> cover(need, [Shift(9, 8, cost=360)])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No shift is on duty at 08:00, when 1 agent is needed. ...
    """
    need = np.ceil(by_slot("required", required) - 1e-9).astype(np.int64)
    limit = math.inf if most is None else float(numbers.count("most", most, 1, MOST_AGENTS))
    slots, days = need.shape
    duty = _duty(shifts, slots, days)
    flat = need.T.ravel()
    _refuse_holes(flat, duty, slots, days)
    cost = np.tile([shift.cost for shift in shifts], days)
    per_day: Any = np.kron(np.eye(days), np.ones(len(shifts)))
    # A hair of cost per agent prefers fewer people among plans that cost the same.
    result = milp(
        cost + 1e-6 * max(cost.max(), 1.0),
        constraints=[LinearConstraint(duty, lb=flat), LinearConstraint(per_day, ub=limit)],
        integrality=np.ones(len(cost), dtype=np.int64),
        bounds=Bounds(0, np.inf),
        options={"time_limit": 20, "mip_rel_gap": GAP},
    )
    if result.x is None:
        raise CourseError(_shortest(flat, duty, per_day, limit))
    chosen = np.rint(result.x).astype(int).reshape(days, len(shifts))
    return _plan(chosen, shifts, need, duty, float(result.mip_dual_bound))


def _duty(shifts: Sequence[Shift], slots: int, days: int) -> Any:
    """Return which slot (row) each shift of each day (column) covers, round the circle."""
    if not isinstance(shifts, Sequence) or not all(isinstance(one, Shift) for one in shifts):
        wanted = _("Give a list of shifts: shift_patterns() makes one.")
        raise numbers.refused("shifts", shifts, wanted)
    if not shifts:
        raise CourseError(_("shifts is empty: there is no shift to choose."))
    minutes = DAY // slots
    columns = []
    for day in range(days):
        for shift in shifts:
            covered = np.zeros(slots * days)
            on_duty = np.flatnonzero(shift.on_duty(minutes)) + day * slots
            np.add.at(covered, on_duty % (slots * days), 1)
            columns.append(covered)
    return csr_array(np.array(columns).T)


def _refuse_holes(flat: NDArray[np.int64], duty: Any, slots: int, days: int) -> None:
    holes = np.flatnonzero((flat > 0) & (np.asarray(duty.sum(axis=1)).ravel() == 0))
    if len(holes):
        number = int(flat[holes[0]])
        needed = _("1 agent is needed") if number == 1 else _("{n} agents are needed")
        raise CourseError(
            _(
                "No shift is on duty at {when}, when {needed}. Add a shift that covers it, or "
                "lower what is required."
            ).format(when=_when(holes[0], slots, days), needed=needed.format(n=number))
        )


def _shortest(flat: NDArray[np.int64], duty: Any, per_day: Any, limit: float) -> str:
    """Say where agents lack most, when as few as possible lack in all."""
    rows, columns = duty.shape
    days = len(per_day)
    result = milp(
        np.r_[np.zeros(columns), np.ones(rows)],
        constraints=[
            LinearConstraint(np.hstack([duty.toarray(), np.eye(rows)]), lb=flat),
            LinearConstraint(np.hstack([per_day, np.zeros((days, rows))]), ub=limit),
        ],
        integrality=np.r_[np.ones(columns), np.zeros(rows)].astype(np.int64),
        options={"time_limit": 20, "mip_rel_gap": GAP},
    )
    lacking = flat if result.x is None else np.rint(result.x[columns:]).astype(int)
    worst = int(lacking.argmax())
    return _(
        "So few agents cannot cover everything: {when} lacks {n} of {needed}. Allow more agents, "
        "or lower what is required."
    ).format(when=_when(worst, rows // days, days), n=lacking[worst], needed=flat[worst])


def _plan(
    chosen: NDArray[np.int64],
    shifts: Sequence[Shift],
    need: NDArray[np.int64],
    duty: Any,
    bound: float,
) -> ShiftPlan:
    slots, days = need.shape
    names = WEEKDAYS if days > 1 else (_("each day"),)
    rows = [
        (names[day], shift.name, shift.pause, int(chosen[day, at]), chosen[day, at] * shift.cost)
        for day in range(days)
        for at, shift in enumerate(shifts)
        if chosen[day, at]
    ]
    roster = pd.DataFrame(rows, columns=["day", "shift", "break", "agents", "cost"])
    planned = (duty @ chosen.ravel()).astype(int)
    coverage = pd.DataFrame(
        {
            "day": np.repeat(names, slots),
            "slot": np.tile(np.arange(slots) * (DAY // slots), days),
            "required": need.T.ravel(),
            "planned": planned,
        }
    )
    starting = chosen.sum(axis=1)
    people = int(starting.max(initial=0))
    if days > 1:
        people = max(people, math.ceil(starting.sum() / WORKDAYS))
    total = float(roster["cost"].sum())
    return ShiftPlan(roster, coverage, total, people, min(bound, total))


def _when(place: int, slots: int, days: int) -> str:
    clock = _clock(place % slots * (DAY // slots))
    return f"{WEEKDAYS[place // slots]} {clock}" if days > 1 else clock


def _clock(minutes: float) -> str:
    whole = round(minutes) % DAY
    return f"{whole // 60:02d}:{whole % 60:02d}"
