"""Requests to the shop's servers, minute by minute, on an ordinary day and on the peak day.

Visitors' requests are those of the page views of `visits`: one view when a visit starts, the others
spread over its time. All other sources are machines: crawlers, platforms that ask for stock and
hand over orders, and our app, which a push at 20:00 of the peak day wakes on every telephone. Their
counts are burstier than Poisson: a negative binomial with a mean and an index of dispersion
(`burst_crawlers` ...). What they keep busy is told by `usual_load_...` and `opening_load_...`; it
grows with the shop.

In the opening minute they keep 8.4 servers busy on average, and visitors a third of one more; by
luck of the minute, half a server more or less. Poisson counts would leave a tenth.

Times are those of a queue with one line and several servers: what each call needs is exponential,
and what is not done in a minute waits into the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import DAY, HOUR, MINUTE, Coded, Columns, Floats, Ints
from ecokit.shop.simulator.calendar import HOURS
from ecokit.shop.simulator.coming import BLOCK_DAYS
from ecokit.shop.simulator.luck import key
from ecokit.shop.simulator.traffic import LANDINGS
from ecokit.shop.simulator.world import World

SOURCES = ("visitors", "crawlers", "platform_stock", "platform_orders", "own_apps")
FOLLOWS = np.array([1.0, 0.0, 0.3, 0.8, 1.0])  # share of each source that goes by people's hours
PEAK = 1111  # month and day of the peak day, where it is in the period
OPENING = 20 * 60  # minute of the peak day at which the push goes out
MINUTES = DAY // MINUTE
QUANTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
FULL = 0.999  # load of a server at most, where waiting is computed from it
HALVINGS = 40  # steps to find a quantile of the time


def peak_day(world: World) -> int:
    """Return the peak day: the first Double 11, or the day with most planned visits."""
    found = np.flatnonzero(world.year.keys == PEAK)
    return int(found[0]) if len(found) else int(np.argmax(world.usual.planned_visits))


def ordinary_day(world: World) -> int:
    """Return the day whose planned visits are the median of the period's."""
    order = np.argsort(world.usual.planned_visits, kind="stable")
    return int(order[(len(order) - 1) // 2])


def requests(world: World, first: int, visits: Columns) -> Columns:
    """Rows of the days of a block that begins with day `first`; most blocks have none."""
    days = sorted({peak_day(world), ordinary_day(world)})
    mine = [day for day in days if first <= day < first + BLOCK_DAYS]
    parts = [_of_a_day(world, day, visits) for day in mine]
    nothing = np.zeros((0, len(SOURCES)))
    names = ("minute", "source", "requests", "busy_seconds", *QUANTILES, "failed")
    columns = {name: np.concatenate([nothing, *(p[name] for p in parts)]).ravel() for name in names}
    whole = ("minute", "source", "requests", "failed")
    rows: Columns = {name: columns[name].astype(np.int64) for name in whole}
    rows["source"] = Coded(columns["source"].astype(np.int64), SOURCES)
    return rows | {name: columns[name] for name in ("busy_seconds", *QUANTILES)}


def _of_a_day(world: World, day: int, visits: Columns) -> dict[str, Any]:
    """Return the columns of one day, minutes by sources."""
    luck, effect = world.luck, truth()
    minute, source = np.arange(MINUTES)[:, None], np.arange(len(SOURCES))
    who = key("request", day, minute, source)
    counts = np.zeros((MINUTES, len(SOURCES)), dtype=np.int64)
    counts[:, 0] = views(visits, day) * effect["requests_a_view"]
    bursts = np.array([effect[f"burst_{name}"] for name in SOURCES[1:]])
    shape = _means(world, day) / (bursts - 1)
    rate = special.gammaincinv(shape, luck.uniform("request.burst", who[:, 1:])) * (bursts - 1)
    counts[:, 1:] = luck.poisson("request.count", rate, who[:, 1:])
    work = _work()
    part = np.maximum(luck.uniform("request.busy", who), 1e-12)
    busy = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1), part) * work, 0.0)
    return {
        "minute": np.broadcast_to(day * DAY + minute * MINUTE, counts.shape),
        "source": np.broadcast_to(source, counts.shape),
        "requests": counts,
        "busy_seconds": np.round(busy, 3),
        **_waiting(world, day, counts, busy),
    }


def views(visits: Columns, day: int) -> Ints:
    """Return the page views of a day by minute, of the visits that began on it.

    A visit has its product pages, and one more where it began at another page; view number k of n
    (from 0) comes k / n of its time after its start.
    """
    started = np.asarray(visits["started_at"])
    mine = np.flatnonzero(started // DAY == day)
    pages, landing = np.asarray(visits["product_pages"])[mine], visits["landing"]
    assert isinstance(landing, Coded)
    direct = landing.codes[mine] == LANDINGS.index("product")
    count = np.where(direct, np.maximum(pages, 1), pages + 1)
    row = np.repeat(np.arange(len(mine)), count)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    dwell = np.asarray(visits["dwell_seconds"])[mine]
    when = started[mine][row] - day * DAY + dwell[row] * turn // count[row]
    return np.bincount(when[when < DAY] // MINUTE, minlength=MINUTES).astype(np.int64)


def _work() -> Floats:
    """Return the seconds that a server works for one call, by source."""
    return np.array([truth()[f"service_ms_{name}"] for name in SOURCES]) / 1000


def _means(world: World, day: int) -> Floats:
    """Return the calls expected in each minute of a day, by the sources that are machines."""
    effect = truth()
    usual, opening = (
        np.array([effect[f"{name}_load_{source}"] for source in SOURCES[1:]])
        for name in ("usual", "opening")
    )
    hours = np.repeat(HOURS / HOURS.mean(), HOUR // MINUTE)[:, None]
    load = usual * (1 - FOLLOWS[1:] + FOLLOWS[1:] * hours)
    if day == peak_day(world):
        load = load * effect["peak_day_ratio"]
        since = np.arange(MINUTES - OPENING)[:, None]
        more = np.maximum(opening - load[OPENING], 0) * 0.5 ** (since / effect["opening_half_life"])
        load[OPENING:] += more
    return np.asarray(load * world.size * MINUTE / _work()[1:])


def servers(world: World, day: int) -> int:
    """Return how many servers the shop has on a day."""
    name = "servers_peak" if day == peak_day(world) else "servers_usual"
    return int(np.ceil(truth()[name] * world.size))


def _waiting(world: World, day: int, counts: Ints, busy: Floats) -> dict[str, Floats]:
    """Return quantiles of the time that calls take, and how many failed, by minute and source."""
    number, total = servers(world, day), busy.sum(axis=1)
    room = float(number * MINUTE)
    behind = np.zeros(MINUTES)
    for minute in range(1, MINUTES):  # what is left of the minute before
        behind[minute] = max(behind[minute - 1] + total[minute - 1] - room, 0.0)
    late = (behind / number)[:, None]
    load = np.minimum(total / MINUTE, FULL * number)
    mean = total / np.maximum(counts.sum(axis=1), 1)
    leaving = ((number - load) / np.maximum(mean, 1e-9))[:, None]  # of the line, calls a second
    waits = _waits(load, number)[:, None]
    own = 1 / _work()
    found = {
        name: np.round(1000 * (late + _quantile(share, waits, own, leaving)), 1)
        for name, share in QUANTILES.items()
    }
    beyond = np.maximum(truth()["gives_up_seconds"] - late, 0.0)
    who = key("request", day, np.arange(MINUTES)[:, None], np.arange(len(SOURCES)))
    mean_failed = counts * _longer(beyond, waits, own, leaving)
    failed = np.minimum(world.luck.poisson("request.failed", mean_failed, who), counts)
    return {name: np.where(counts > 0, found[name], np.nan) for name in found} | {"failed": failed}


def _waits(load: Floats, servers: int) -> Floats:
    """Return the probability that a call waits (Erlang C)."""
    blocked = np.ones(len(load))
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def _longer(seconds: Floats, waits: Floats, own: Floats, leaving: Floats) -> Floats:
    """Return the probability that waiting and work take longer than so many seconds."""
    leaving = np.where(np.abs(leaving - own) < 1e-6 * own, leaving * (1 + 1e-5), leaving)
    alone, queue = np.exp(-own * seconds), np.exp(-leaving * seconds)
    both = (leaving * alone - own * queue) / (leaving - own)
    return np.asarray((1 - waits) * alone + waits * both)


def _quantile(share: float, waits: Floats, own: Floats, leaving: Floats) -> Floats:
    """Return the time within which a share of the calls is done, in seconds."""
    low = np.zeros(np.broadcast_shapes(waits.shape, own.shape))
    high = low + 2 * np.log(2 / (1 - share)) * (1 / own + 1 / leaving)
    for _step in range(HALVINGS):
        middle = (low + high) / 2
        longer = _longer(middle, waits, own, leaving) > 1 - share
        low, high = np.where(longer, middle, low), np.where(longer, high, middle)
    return (low + high) / 2
