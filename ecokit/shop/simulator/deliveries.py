"""Parcels as rows: what each weighed and cost, what became of it, and what came back.

Times are those of orders. Who refuses a parcel at the door has sent back a whole order for a change
of mind, so refusals are drawn among these returns, and whether a parcel was to be paid at the door
is drawn given whether it was refused, by Bayes' rule: `cash_share` of the orders of one product are
paid so, and of these `cash_refused` are refused, of others `other_refused`. In a year of the usual
size these are about 1,300 parcels and 170 refusals, against 60 among 16,000: a difference of
12.7 points at a standard error of 0.9.

A parcel that was lost left late and was there a week later or more, by another one sent in its
place: orders know the day of that one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Bools,
    Coded,
    Column,
    Columns,
    Floats,
    Ints,
    yuan,
)
from ecokit.shop.simulator.carriage import OURS, Carried, names, network
from ecokit.shop.simulator.fulfilment import Parcels
from ecokit.shop.simulator.luck import Keys
from ecokit.shop.simulator.service import RETURNS
from ecokit.shop.simulator.world import World

OUTCOMES = ("delivered", "damaged", "lost", "refused")
BOX, AIR = 1.5, 2.2  # litres of an empty box, and of the box over what is in it
BOX_KG = 0.12
CHANGED_MIND = 0.55  # part of the returns without a fault
LONG = 7  # days on the way from which a late parcel may be a lost one
BACK = (2, 7)  # days from the customer's wish to the day on which the goods are back


@dataclass(frozen=True)
class Sent:
    """The paid orders of a block: what the rows of deliveries are made of.

    `goods` holds litres, kilograms and products of each order, `alone` marks orders of one product
    without a deposit; `back` is why what came back did (-1: nothing), `asked` when, `whole`
    whether that was all of it for money; `streamed` marks orders from a live stream.
    """

    order: Ints
    who: Keys
    way: Parcels
    to: Carried
    litres: Floats
    kilograms: Floats
    alone: Bools
    streamed: Bools
    back: Ints
    asked: Ints
    whole: Bools


def deliveries(world: World, sent: Sent, before: int) -> tuple[Columns, Bools]:
    """Return the rows of a block; and which of the paid orders are paid at the door.

    `before` counts the parcels of the blocks before.
    """
    refused = _refused(world, sent)
    cash = _cash(world, sent, refused)
    lost = _lost(world, sent) & ~refused
    rows = _rows(world, sent, refused, cash, lost)
    left = np.flatnonzero(sent.way.dispatched < world.days * DAY)
    rows = {name: _taken(column, left) for name, column in rows.items()}
    return {"parcel_id": before + 1 + np.arange(len(left)), **rows}, cash


def _refused(world: World, sent: Sent) -> Bools:
    """Draw refusals among whole orders that came back for a change of mind."""
    effect = truth()
    wanted = effect["cash_share"] * effect["cash_refused"]
    wanted += (1 - effect["cash_share"]) * effect["other_refused"]
    usual = CHANGED_MIND * effect["return_base"] + effect["stream_return"] * sent.streamed
    may = sent.whole & sent.alone & (sent.back == RETURNS.index("changed_mind"))
    return may & (world.luck.uniform("parcel.refused", sent.who) < wanted / usual)


def _cash(world: World, sent: Sent, refused: Bools) -> Bools:
    """Draw who pays at the door, given whether the parcel was refused."""
    share, effect = truth()["cash_share"], truth()
    mine, others = share * effect["cash_refused"], (1 - share) * effect["other_refused"]
    taken = share - mine
    chance = np.where(refused, mine / (mine + others), taken / (taken + (1 - share) - others))
    left = sent.way.dispatched < world.days * DAY
    return sent.alone & left & (world.luck.uniform("parcel.cash", sent.who) < chance)


def _lost(world: World, sent: Sent) -> Bools:
    """Draw lost parcels among the late ones that took a week or more."""
    long = sent.way.delivered // DAY - sent.way.dispatched // DAY >= LONG
    return long & (world.luck.uniform("parcel.lost", sent.who) < truth()["long_lost"])


def _rows(world: World, sent: Sent, refused: Bools, cash: Bools, lost: Bools) -> Columns:
    way, end = sent.way, world.days * DAY
    outcome = np.zeros(len(sent.order), dtype=np.int64)
    outcome[sent.back == RETURNS.index("damaged")] = OUTCOMES.index("damaged")
    outcome[refused] = OUTCOMES.index("refused")
    outcome[lost] = OUTCOMES.index("lost")
    there = way.delivered < end
    outcome[~there] = NOTHING
    litres = np.round(BOX + AIR * sent.litres, 2)
    weight = np.round(BOX_KG + sent.kilograms, 2)
    billed = billed_kg(sent.to.carrier, weight, litres)
    cost = _cost(world, sent.to, billed)
    back_at = np.where(sent.back == NOTHING, NOTHING, sent.asked // DAY)
    back_at += world.luck.whole("parcel.back", *BACK, sent.who) * (back_at != NOTHING)
    back_at = np.where(lost | (back_at >= world.days), NOTHING, back_at)
    ours = refused | ((sent.back >= 0) & (sent.back != RETURNS.index("changed_mind")))
    promise = np.array([int(row["promise_hours"]) for row in read("carriers")])
    return {
        "order_id": sent.order,
        "carrier_id": Coded(sent.to.carrier, names("carriers", "carrier_id")),
        "warehouse_id": Coded(np.zeros(len(outcome), dtype=np.int64), (OURS,)),
        "city_id": Coded(sent.to.city, names("cities", "city_id")),
        "weight_kg": weight,
        "volume_litres": litres,
        "billed_kg": billed,
        "cost": cost,
        "cash_on_delivery": cash,
        "dispatched_at": way.dispatched,
        "promised_at": way.dispatched + promise[sent.to.carrier] * HOUR,
        "delivered_at": np.where(there & ~lost, way.delivered, NOTHING),
        "outcome": Coded(outcome, OUTCOMES),
        "back_at": back_at,
        "back_cost": np.where(lost & there | ours & (back_at != NOTHING), cost, 0.0),
    }


def _taken(column: Column, rows: Ints) -> Column:
    return column.take(rows) if isinstance(column, Coded) else column[rows]


def billed_kg(carrier: Ints, weight: Floats, litres: Floats) -> Floats:
    """Return the weight that counts: the true one, or that of the space, if it is more."""
    divisor = np.array([float(row["divisor"]) for row in read("carriers")])
    return np.maximum(weight, np.round(litres * 1000 / divisor[carrier], 3))


def _cost(world: World, to: Carried, billed: Floats) -> Floats:
    """Return the first kilogram, each started one beyond it, and the surcharge of remote places."""
    rows = read("carriers")
    first, further, remote = (
        np.array([float(row[name]) for row in rows])[to.carrier]
        for name in ("first_kg", "further_kg", "remote_surcharge")
    )
    far = network(world.size).remote[to.city, to.carrier]
    more = np.maximum(np.ceil(billed) - 1, 0)
    return yuan(first + further * more + remote * far)
