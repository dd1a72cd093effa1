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
from ecokit.service_desk.inputs import above, as_pandas, desk_contacts, whole

DAY = 1440
MOST_CONTACTS = 2_000_000
"""A simulation draws each contact: more take many minutes."""

MOST_DAYS = 3_660
"""Ten years."""

MOST_MINUTES = 100_000
"""Ten weeks: nobody handles, or waits, for longer."""

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
    days = whole("days", days, 1, MOST_DAYS)
    above("spread", spread)
    _minutes("handling_minutes", handling_minutes)
    rates = _by_slot("contacts_per_hour", contacts_per_hour, days)
    seats = _seats(agents, days)
    rng = np.random.default_rng(whole("seed", seed, 0, 2**63))
    arrivals = _arrivals(rng, rates, days)
    work = _work(rng, len(arrivals), handling_minutes, handling, spread)
    limit = np.full(len(arrivals), math.inf)
    if patience_minutes is not None:
        _minutes("patience_minutes", patience_minutes)
        limit = rng.exponential(patience_minutes, len(arrivals))
    times = _run(arrivals, work, limit, seats, DAY * days / len(seats), progress)
    names = ("arrived_at", "answered_at", "ended_at")
    moments = {
        name: START + pd.to_timedelta(column * 60e6, unit="us")
        for name, column in zip(names, times, strict=True)
    }
    return pd.DataFrame(moments).astype("datetime64[us]")


def _minutes(name: str, minutes: float) -> None:
    above(name, minutes)
    if minutes > MOST_MINUTES:
        raise CourseError(
            _("{name} is {minutes:g}. Give at most {most:,} minutes.").format(
                name=name, minutes=minutes, most=MOST_MINUTES
            )
        )


def _by_slot(name: str, values: ArrayLike, days: int) -> Floats:
    """Return one value per slot of the whole time."""
    try:
        table = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise CourseError(
            _("{name} holds something that is no number. Give numbers of 0 or more.").format(
                name=name
            )
        ) from None
    table = np.full((24, 1), float(table)) if table.ndim == 0 else table
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or table.shape[1] not in (1, 7) or not len(table) or DAY % len(table):
        raise CourseError(
            _(
                "{name} has the shape {shape}. Give a number, a row per slot of the day (24 hours "
                "or 96 quarter hours), or such rows with seven columns from Monday."
            ).format(name=name, shape=np.shape(values))
        )
    if not (np.isfinite(table).all() and (table >= 0).all()):
        found = table[~(np.isfinite(table) & (table >= 0))][0]
        raise CourseError(
            _("{name} holds {value:g}. Give numbers of 0 or more.").format(name=name, value=found)
        )
    return np.concatenate([table[:, day % table.shape[1]] for day in range(days)])


def _seats(agents: ArrayLike, days: int) -> NDArray[Any]:
    seats = _by_slot("agents", agents, days)
    parts = seats[seats != np.rint(seats)]
    if len(parts):
        raise CourseError(
            _("agents holds {value:g}. Give whole numbers: round up.").format(value=parts[0])
        )
    return seats.astype(int)


def _arrivals(rng: np.random.Generator, rates: Floats, days: int) -> Floats:
    """Draw the minutes at which contacts come: a Poisson number per slot, evenly within it."""
    slot = DAY * days / len(rates)
    mean = rates * slot / 60
    if mean.sum() > MOST_CONTACTS:
        raise CourseError(
            _(
                "These are about {n:,.0f} contacts, too many to draw one by one (at most "
                "{most:,}). Simulate fewer days, or fewer contacts."
            ).format(n=mean.sum(), most=MOST_CONTACTS)
        )
    number = rng.poisson(mean)
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
        Fewer contacts than batches, or moments that are missing or run backwards.

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
    above("target", target, or_zero=True)
    whole("batches", batches, 2, 10_000)
    contacts = as_pandas(desk_contacts(contacts, "arrived_at answered_at ended_at"))
    if len(contacts) < batches:
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
            "waits": (~(wait <= 0)).astype(float),  # also who is still in the line at the end
            "service_level": (there & (wait <= target)).astype(float),
            "mean_wait": wait,
            "abandoned": (~there).astype(float),
        }
    )
    means = each.groupby(np.arange(len(each)) * batches // len(each)).mean()
    return pd.DataFrame({"value": each.mean(), "error": means.std() / math.sqrt(batches)})
