"""A paid membership: who joins after an order, and at the end of which month each one leaves.

Each member has a chance to leave at the end of a month, which stays the same; chances differ among
members by a beta law (the shifted-beta-geometric model of Fader and Hardie, 2007). Membership
changes nothing else.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import DAY, NOTHING, Columns, Ints
from ecokit.shop.simulator.coming import Coming, State
from ecokit.shop.simulator.world import World

JOINS_WITHIN = 7  # days after the order
LONGEST = 1_200  # months, so that what never ends is a number


def keep(world: World, state: State, buyers: Coming) -> None:
    """Keep those of the buyers of a block who will join; `buyers` are visits with paid orders."""
    joins = world.luck.uniform("member.joins", buyers.person) < truth()["member_joins"]
    state.joining.append(buyers.take(joins))


def members(world: World, state: State) -> Columns:
    """Rows of the table of members."""
    every = Coming._make(np.concatenate(part) for part in zip(*state.joining, strict=True))
    who = every.take(np.sort(np.unique(every.visitor, return_index=True)[1]))
    luck = world.luck
    joined = who.when // DAY + luck.whole("member.after", 0, JOINS_WITHIN + 1, who.person)
    order = np.argsort(joined, kind="stable")
    joined, who = joined[order], who.take(order)
    inside = joined < world.days
    joined, who = joined[inside], who.take(inside)
    leaves = special.betaincinv(
        truth()["member_alpha"],
        truth()["member_beta"],
        luck.uniform("member.restless", who.person),
    )
    left = np.log1p(-luck.uniform("member.leaves", who.person))
    with np.errstate(divide="ignore"):
        months = np.ceil(np.minimum(left / np.log1p(-leaves), LONGEST))
    ended = _months_later(world.year.dates[0], joined, np.maximum(months, 1).astype(np.int64))
    return {
        "member_id": 1 + np.arange(len(joined)),
        "visitor_id": who.visitor,
        "joined_on": joined,
        "ended_on": np.where(ended < world.days, ended, NOTHING),
    }


def _months_later(first: np.datetime64, day: Ints, months: Ints) -> Ints:
    """Return the same day of a later month, or its last day where the month has no such day."""
    date = first + day
    month = date.astype("datetime64[M]")
    later = month + months
    long = (later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")
    since = np.minimum(date - month.astype("datetime64[D]"), long - np.timedelta64(1, "D"))
    return np.asarray((later.astype("datetime64[D]") + since - first).astype(np.int64))
