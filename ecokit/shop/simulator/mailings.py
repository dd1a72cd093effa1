"""Messages to known customers: half of a list gets them, the other half is held out."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import Bools, Coded, Columns
from ecokit.shop.simulator.coming import BLOCK_DAYS, CUSTOMER, Coming, State
from ecokit.shop.simulator.luck import key
from ecokit.shop.simulator.traffic import moment
from ecokit.shop.simulator.ways import NEW, otherwise, remaining
from ecokit.shop.simulator.world import EARLIER_ORDERS, World

ARMS = ("sent", "held_out")
BUYERS = 0.044  # people who buy for the first time, a visit
MOST = 0.9  # of those who get a message and come, however short the list


def send(world: World, state: State, first: int) -> Columns:
    """Send the messages of the campaigns that begin in the block of day `first`.

    The list is all who have bought before. Who of the other half would have come anyway does so
    without the message. Returns the rows of the table of mailings.
    """
    starts = np.maximum(world.campaigns.first, 0)
    now = world.campaigns.mailed & (world.campaigns.last >= 0)
    now &= (starts >= first) & (starts < first + BLOCK_DAYS)
    known = _customers(state)
    rows = [_mail(world, state, campaign, known) for campaign in np.flatnonzero(now).tolist()]
    told = world.campaigns.runs[now]  # without a campaign, both halves come as they would anyway
    rows = [row for row, runs in zip(rows, told.tolist(), strict=True) if runs]
    size = [len(known.key)] * len(rows)
    held = np.concatenate([np.zeros(0, dtype=bool), *rows])
    return {
        "campaign_id": Coded(np.repeat(np.flatnonzero(now)[told], size), world.campaigns.ids),
        "visitor_id": np.tile(known.visitor, len(rows)),
        "arm": Coded(held.astype(np.int64), ARMS),
    }


def _customers(state: State) -> Coming:
    """Return one visit of each person who has bought, in the order of their names."""
    every = Coming._make(np.concatenate(part) for part in zip(*state.customers, strict=True))
    rows = np.unique(every.visitor, return_index=True)[1]
    state.customers = [every.take(rows)]
    return state.customers[0]


def _planned(world: World, first: int) -> float:
    """Return the length of the list that planners expect on a day: it hangs on no order."""
    earlier = world.rate * EARLIER_ORDERS * truth()["repeat_visits"] * truth()["repeat_delay_mean"]
    return float(earlier + BUYERS * world.usual.visits[: max(first, 0)].sum())


def _mail(world: World, state: State, campaign: int, known: Coming) -> Bools:
    """Draw who gets a message, who comes, and when; return who is held out."""
    luck, number = world.luck, world.campaigns.number[campaign]
    held = luck.uniform("mailing.arm", number, known.person) >= 0.5
    way = world.channels + campaign
    expected = world.mailed[:, campaign]
    share = min(2 * expected.sum() / _planned(world, int(world.campaigns.first[campaign])), MOST)
    comes = luck.uniform("mailing.comes", number, known.person) < share
    who = key("mailing", number, known.person)
    day = luck.pick("mailing.day", np.maximum(expected, 1e-12), who)
    come = known._replace(
        key=who,
        when=moment(world, day, who),
        origin=np.full(len(who), way),
        drawn=np.full(len(who), way),
        source=np.full(len(who), way),
        role=np.full(len(who), CUSTOMER),
    )
    sent, kept = come.take(comes & ~held), come.take(comes & held)
    state.mailed.append(sent)
    state.expect(world.days, remaining(luck, world.ways, sent))
    other, cause = otherwise(luck, world.ways, kept)
    state.expect(world.days, other.take((cause != NEW) & ~world.ways.off[other.source]))
    return held
