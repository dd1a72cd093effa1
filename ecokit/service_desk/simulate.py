"""The same desk event by event: SimPy draws what the formulas average.

A simulation may do what a formula cannot: arrivals and agents that change through the
day, handling times of another shape. Where both apply, they must agree within the
simulation's own error, which :func:`measured` states.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.messages import _

DAY = 1440
START = pd.Timestamp("2025-03-03")
"""A Monday: where simulated days begin."""

Floats = NDArray[np.float64]


def simulate_desk(
    contacts_per_hour: ArrayLike,
    handling_minutes: float,
    agents: ArrayLike,
    patience_minutes: float | None = None,
    *,
    seed: int,
    days: int = 1,
    handling: Literal["exponential", "lognormal"] = "exponential",
    spread: float = 1.0,
    progress: bool = False,
) -> pd.DataFrame:
    """Simulate a desk, contact by contact: first come, first served.

    Parameters
    ----------
    contacts_per_hour : float or array, shape (slots,) or (slots, weekdays)
        Mean arrivals per hour: the same all day, by slot of the day (24 hours, 96 quarter
        hours), or by slot and weekday from Monday, as :func:`~ecokit.service_desk.hours`
        returns them.
    handling_minutes : float
        Mean handling time.
    agents : int or array
        Agents on duty, in the same forms. Whoever is on a contact when the shift ends
        finishes it.
    patience_minutes : float, optional
        Mean of the (exponential) time after which a waiting customer gives up. Default: never.
    seed : int
        The same seed gives the same contacts.
    days : int
        Days to simulate, from a Monday on.
    handling : {"exponential", "lognormal"}
        Shape of the handling times.
    spread : float
        Standard deviation over mean of lognormal handling times.
    progress : bool
        Show a progress bar.

    Returns
    -------
    DataFrame
        ``arrived_at``, ``answered_at`` (NaT: gave up), ``ended_at``, by arrival: the columns
        of the shop's contacts, so that the same measures read it.

    Raises
    ------
    CourseError
        A number makes no sense.

    Examples
    --------
    >>> calls = simulate_desk(60, 5, agents=7, patience_minutes=4, seed=1)
    >>> bool(calls.arrived_at.is_monotonic_increasing), 1300 < len(calls) < 1580
    (True, True)
    >>> simulate_desk(60, 5, agents=-7, seed=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: agents holds -7. Give numbers of 0 or more.

    Source: SimPy (discrete-event simulation by processes).
    """
    rates = _by_slot("contacts_per_hour", contacts_per_hour, days)
    seats = _by_slot("agents", agents, days).astype(int)
    patience = math.inf if patience_minutes is None else patience_minutes
    if not (handling_minutes > 0 and patience > 0 and spread > 0):
        raise CourseError(_("handling_minutes, patience_minutes and spread lie above 0."))
    rng = np.random.default_rng(seed)
    arrivals = _arrivals(rng, rates, days)
    work = _work(rng, len(arrivals), handling_minutes, handling, spread)
    limit = np.full(len(arrivals), math.inf)
    if math.isfinite(patience):
        limit = rng.exponential(patience, len(arrivals))
    times = _run(arrivals, work, limit, seats, DAY * days / len(seats), progress)
    names = ("arrived_at", "answered_at", "ended_at")
    moments = {
        name: START + pd.to_timedelta(column * 60e6, unit="us")
        for name, column in zip(names, times, strict=True)
    }
    return pd.DataFrame(moments).astype("datetime64[us]")


def _by_slot(name: str, values: ArrayLike, days: int) -> Floats:
    """Return one value per slot of the whole time."""
    if days < 1 or days != int(days):
        raise CourseError(_("days is {n:g}. Give a whole number above 0.").format(n=days))
    table = np.asarray(values, dtype=float)
    table = table.reshape(len(table), -1) if table.ndim else np.full((24, 1), float(table))
    if not (np.isfinite(table).all() and (table >= 0).all()):
        found = table[~(np.isfinite(table) & (table >= 0))][0]
        raise CourseError(
            _("{name} holds {value:g}. Give numbers of 0 or more.").format(name=name, value=found)
        )
    return np.concatenate([table[:, day % table.shape[1]] for day in range(days)])


def _arrivals(rng: np.random.Generator, rates: Floats, days: int) -> Floats:
    """Draw the minutes at which contacts come: a Poisson number per slot, evenly within it."""
    slot = DAY * days / len(rates)
    number = rng.poisson(rates * slot / 60)
    starts = np.repeat(np.arange(len(rates)) * slot, number)
    return np.sort(starts + rng.random(len(starts)) * slot)


def _work(rng: np.random.Generator, size: int, mean: float, shape: str, spread: float) -> Floats:
    if shape == "exponential":
        return rng.exponential(mean, size)
    if shape == "lognormal":
        sigma = math.sqrt(math.log1p(spread**2))
        return rng.lognormal(math.log(mean) - sigma**2 / 2, sigma, size)
    raise CourseError(
        _('handling is {shape!r}. Write "exponential" or "lognormal".').format(shape=shape)
    )


def _run(
    arrivals: Floats, work: Floats, limit: Floats, seats: NDArray[Any], slot: float, progress: bool
) -> tuple[Floats, Floats, Floats]:
    """Run the events; return when each contact arrived, was answered, ended (minutes)."""
    import simpy
    from tqdm.auto import tqdm

    env = simpy.Environment()
    most = max(int(seats.max(initial=0)), 1)
    line = simpy.PriorityResource(env, capacity=most)
    came, answered, ended = (np.full(len(arrivals), np.nan) for _name in range(3))

    def duty() -> Generator[Any, Any, None]:
        """Take seats out of service, before customers are served, and give them back."""
        empty: list[Any] = []
        for number in seats:
            while len(empty) < most - number:
                empty.append(line.request(priority=0))
            while len(empty) > most - number:
                seat = empty.pop()
                if seat.triggered:
                    line.release(seat)
                else:
                    seat.cancel()
            yield env.timeout(slot)

    def customer(number: int) -> Generator[Any, Any, None]:
        came[number] = env.now
        with line.request(priority=1) as turn:
            if math.isinf(limit[number]):
                yield turn
            else:
                yield turn | env.timeout(limit[number])
            if turn.triggered:
                answered[number] = env.now
                yield env.timeout(work[number])
            ended[number] = env.now

    def arrive() -> Generator[Any, Any, None]:
        for number in tqdm(range(len(arrivals)), disable=not progress, unit="contacts"):
            yield env.timeout(max(arrivals[number] - env.now, 0))
            env.process(customer(number))

    env.process(duty())
    env.process(arrive())
    env.run()
    return came, answered, ended


def measured(contacts: pd.DataFrame, target: float = 60, batches: int = 20) -> pd.DataFrame:
    """Measure simulated contacts, with the error that chance leaves.

    Neighbouring contacts wait in the same line, so they are no independent draws. The
    contacts are cut into batches in the order of arrival; the spread of the batches' means
    says how far the mean of all may be off.

    Parameters
    ----------
    contacts : DataFrame
        ``arrived_at``, ``answered_at``, ``ended_at``, as :func:`simulate_desk` or the shop
        has them.
    target : float
        Seconds; an answer within them is in time.
    batches : int
        Number of batches, 2 or more.

    Returns
    -------
    DataFrame
        Index: ``waits``, ``service_level``, ``mean_wait`` (seconds, of all contacts) and
        ``abandoned``, as in :class:`~ecokit.service_desk.Desk`. Columns: ``value`` and
        ``error``, the standard error.

    Raises
    ------
    CourseError
        Fewer contacts than batches.

    Examples
    --------
    >>> calls = simulate_desk(60, 5, agents=7, patience_minutes=4, seed=1, days=5)
    >>> found = measured(calls)
    >>> bool(0 < found.loc["abandoned", "error"] < found.loc["abandoned", "value"] < 0.2)
    True
    >>> measured(calls.head(5))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 5 contacts are too few for 20 batches. Simulate more days.

    Source: batch means, a standard method of simulation.
    """
    if batches < 2 or len(contacts) < batches:
        raise CourseError(
            _("{n} contacts are too few for {batches} batches. Simulate more days.").format(
                n=len(contacts), batches=batches
            )
        )
    table = contacts.sort_values("arrived_at", ignore_index=True)
    there = table["answered_at"].notna()
    left = table["answered_at"].fillna(table["ended_at"])
    wait = (left - table["arrived_at"]).dt.total_seconds()
    each = pd.DataFrame(
        {
            "waits": (wait > 0).astype(float),
            "service_level": (there & (wait <= target)).astype(float),
            "mean_wait": wait,
            "abandoned": (~there).astype(float),
        }
    )
    means = each.groupby(np.arange(len(each)) * batches // len(each)).mean()
    return pd.DataFrame({"value": each.mean(), "error": means.std() / math.sqrt(batches)})
