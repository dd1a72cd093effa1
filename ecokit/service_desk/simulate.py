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
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.service_desk import clock
from ecokit.service_desk.clock import DAY, by_slot

MOST_CONTACTS = 2_000_000
"""A simulation draws each contact: more take many minutes."""

MOST_DAYS = 3_660
"""Ten years."""

MOST_MINUTES = 100_000
"""Ten weeks: nobody handles, or waits, for longer."""

START = pd.Timestamp("2025-03-03")
"""A Monday: where simulated days begin."""

Floats = NDArray[np.float64]


@public
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
        hours), or by slot and weekday from Monday, as :func:`hours` returns them.
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

    References
    ----------
    SimPy (discrete-event simulation by processes).

    Examples
    --------
    >>> calls = simulate_desk(60, 5, agents=7, patience_minutes=4, seed=1)
    >>> bool(calls.arrived_at.is_monotonic_increasing), 1300 < len(calls) < 1580
    (True, True)
    >>> simulate_desk(60, 5, agents=-7, seed=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: agents holds -7, which is below 0. Give numbers, 0 or more.
    """
    length = numbers.count("days", days, 1, MOST_DAYS)
    mean = _minutes("handling_minutes", handling_minutes)
    rates = _day_by_day(by_slot("contacts_per_hour", contacts_per_hour), length)
    seats = _seats(agents, length)
    rng = numbers.generator("seed", seed)
    arrivals = _arrivals(rng, rates, length)
    work = _work(rng, len(arrivals), mean, handling, numbers.positive("spread", spread))
    limit = np.full(len(arrivals), math.inf)
    if patience_minutes is not None:
        limit = rng.exponential(_minutes("patience_minutes", patience_minutes), len(arrivals))
    times = _run(arrivals, work, limit, seats, DAY * length / len(seats), progress)
    names = ("arrived_at", "answered_at", "ended_at")
    moments = {
        name: START + pd.to_timedelta(column * 60e6, unit="us")
        for name, column in zip(names, times, strict=True)
    }
    return pd.DataFrame(moments).astype("datetime64[us]")


def _minutes(name: str, value: object) -> float:
    """Return minutes above 0 that a day can hold in some way."""
    minutes = numbers.positive(name, value)
    if minutes > MOST_MINUTES:
        wanted = _("Give at most {most:,} minutes.").format(most=MOST_MINUTES)
        raise numbers.refused(name, value, wanted)
    return minutes


def _day_by_day(table: Floats, days: int) -> Floats:
    """Return one value per slot of the whole time, from a Monday on."""
    return np.concatenate([table[:, day % table.shape[1]] for day in range(days)])


def _seats(agents: ArrayLike, days: int) -> NDArray[Any]:
    seats = _day_by_day(by_slot("agents", agents), days)
    parts = seats[seats != np.rint(seats)]
    if len(parts):
        message = _("agents holds {value:g}. Give whole numbers: round up.")
        raise CourseError(message.format(value=parts[0]))
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
    if numbers.one_of("handling", shape, ["exponential", "lognormal"]) == "exponential":
        return rng.exponential(mean, size)
    sigma = math.sqrt(math.log1p(spread**2))
    return rng.lognormal(math.log(mean) - sigma**2 / 2, sigma, size)


def _run(
    arrivals: Floats, work: Floats, limit: Floats, seats: NDArray[Any], slot: float, progress: bool
) -> tuple[Floats, Floats, Floats]:
    """Run the events; return when each contact arrived, was answered, ended (minutes)."""
    import simpy
    from tqdm.auto import tqdm

    env = simpy.Environment()
    line = simpy.PriorityResource(env, capacity=max(int(seats.max(initial=0)), 1))
    came, answered, ended = (np.full(len(arrivals), np.nan) for _name in range(3))

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

    env.process(_duty(env, line, seats, slot))
    env.process(arrive())
    env.run()
    return came, answered, ended


def _duty(env: Any, line: Any, seats: NDArray[Any], slot: float) -> Generator[Any, Any, None]:
    """Take seats out of service, before customers are served, and give them back."""
    empty: list[Any] = []
    for number in seats:
        while len(empty) < line.capacity - number:
            empty.append(line.request(priority=0))
        while len(empty) > line.capacity - number:
            seat = empty.pop()
            if seat.triggered:
                line.release(seat)
            else:
                seat.cancel()
        yield env.timeout(slot)


@public
def measured(
    contacts: Any,
    *,
    target: float = 60,
    batches: int = 20,
    arrived_at: str = "arrived_at",
    answered_at: str = "answered_at",
    ended_at: str = "ended_at",
) -> pd.DataFrame:
    """Measure simulated contacts, with the error that chance leaves.

    Neighbouring contacts wait in the same line, so they are no independent draws. The
    contacts are cut into batches in the order of arrival; the spread of the batches' means
    says how far the mean of all may be off.

    Parameters
    ----------
    contacts : table
        A row a contact, such as :func:`simulate_desk` returns, or ``shop.contacts``.
    target : float
        Seconds; an answer within them is in time.
    batches : int
        Number of batches, 2 or more.
    arrived_at, answered_at, ended_at : str
        The columns that hold the moments; no answer: gave up.

    Returns
    -------
    DataFrame
        Of pandas. Index: ``waits``, ``service_level``, ``mean_wait`` (seconds, of all contacts) and
        ``abandoned``, as :func:`desk` gives them. Columns: ``value`` and ``error``, the
        standard error.

    Raises
    ------
    CourseError
        Fewer contacts than batches, or moments that are missing or run backwards.

    References
    ----------
    Batch means, a standard method of simulation.

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
    """
    limit = numbers.number("target", target, low=0)
    cuts = numbers.count("batches", batches, 2, 10_000)
    moments = {"arrived_at": arrived_at, "answered_at": answered_at, "ended_at": ended_at}
    types = dict.fromkeys(moments, "datetime")
    frame = frames.table(contacts, moments, name="contacts", types=types)
    table = frames.as_pandas(frame.select(*moments))
    clock.refuse_backward(table, *moments)
    if len(table) < cuts:
        message = _("{n} contacts are too few for {batches} batches. Simulate more days.")
        raise CourseError(message.format(n=len(table), batches=cuts))
    table = table.sort_values("arrived_at", ignore_index=True)
    there = table["answered_at"].notna()
    left = table["answered_at"].fillna(table["ended_at"])
    wait = (left - table["arrived_at"]).dt.total_seconds()
    each = pd.DataFrame(
        {
            "waits": (~(wait <= 0)).astype(float),  # also who is still in the line at the end
            "service_level": (there & (wait <= limit)).astype(float),
            "mean_wait": wait,
            "abandoned": (~there).astype(float),
        }
    )
    means = each.groupby(np.arange(len(each)) * cuts // len(each)).mean()
    return pd.DataFrame({"value": each.mean(), "error": means.std() / math.sqrt(cuts)})
