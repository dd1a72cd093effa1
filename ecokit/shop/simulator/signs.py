"""What a block shows of incidents: minutes without a visit, payments that failed, goods sold out.

Incidents are drawn given these (see `incidents`), so that no table says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecokit.shop.simulator.arrays import DAY, NOTHING, Bools, Coded, Columns, Ints
from ecokit.shop.simulator.coming import BLOCK_DAYS, State
from ecokit.shop.simulator.payments import REASONS
from ecokit.shop.simulator.world import World

MANY = 8  # signs of a kind that are kept of a block


class Try(NamedTuple):
    """A try to pay that failed, and from when to when nobody paid by its provider."""

    tried: int
    low: int
    high: int
    provider: int


def keep(world: World, state: State, first: int, tables: dict[str, Columns]) -> None:
    """Keep the signs of the block of days that begins with day `first`."""
    visits, placed = (
        np.asarray(tables[name][column])
        for name, column in (("visits", "started_at"), ("orders", "placed_at"))
    )
    last = min(first + BLOCK_DAYS, world.days)
    for name, times in (("visits", np.r_[visits, placed]), ("orders", placed)):
        gaps = state.signs.setdefault(name, [])
        gaps += [longest_gap(times, day) for day in range(first, last)]
    stock = tables["stock"]
    short = np.asarray(stock["demand"]) > np.asarray(stock["sold"])
    state.signs.setdefault("soldout", []).extend(np.unique(np.asarray(stock["date"])[short]))
    _keep_tries(world, state, tables["payments"], (first * DAY, last * DAY))


def longest_gap(times: Ints, day: int) -> tuple[int, int]:
    """Return the beginning and the end of the longest time of a day in which nothing happened.

    Examples
    --------
    >>> longest_gap(np.array([10, 50_000]), 0)
    (10, 50000)
    """
    ends = np.array([day * DAY - 1, (day + 1) * DAY])
    inside = np.sort(np.r_[times[(times >= day * DAY) & (times < ends[1])], ends])
    widest = int(np.argmax(np.diff(inside)))
    return int(inside[widest]), int(inside[widest + 1])


def _keep_tries(world: World, state: State, payments: Columns, block: tuple[int, int]) -> None:
    """Keep some tries that failed on the way, with the time about them in which nobody paid.

    Tries of later days are kept until the block of these: only then all that is paid is known.
    """
    provider, reason = payments["provider_id"], payments["reason"]
    assert isinstance(provider, Coded)
    assert isinstance(reason, Coded)
    seconds = np.asarray(payments["seconds"])
    now = np.column_stack(
        [
            np.asarray(payments["tried_at"]),
            np.asarray(payments["tried_at"]) + seconds,
            provider.codes,
            reason.codes,
            np.asarray(payments["order_id"]),
        ]
    )
    rows = np.concatenate([*state.signs.get("tries", []), now])
    state.signs["tries"] = [rows[rows[:, 0] >= block[1]]]
    rows = rows[rows[:, 0] < block[1]]
    for name, word in (("down", "provider_down"), ("repeat", "bank_timeout")):
        found = np.flatnonzero(rows[:, 3] == REASONS.index(word))
        chance = world.luck.uniform(f"sign.{name}", rows[found, 4], rows[found, 0])
        chosen = np.sort(found[np.argsort(chance)[:MANY]])
        tries = [_unpaid(rows, row, block) for row in chosen]
        kept = [one for one in tries if one.low < one.tried < one.high - 1]
        state.signs.setdefault(name, []).extend(kept)


def _unpaid(rows: Ints, row: int, block: tuple[int, int]) -> Try:
    """Return a failed try, and the time about it in which its provider took nothing."""
    tried, _ends, provider = rows[row, :3]
    paid: Bools = (rows[:, 2] == provider) & (rows[:, 3] == NOTHING)
    before = rows[paid & (rows[:, 0] <= tried), 1]
    after = rows[paid & (rows[:, 0] > tried), 0]
    low, high = before.max(initial=block[0]), after.min(initial=block[1])
    return Try(int(tried), int(low), int(high), int(provider))
