"""After the order: messages of the journey, contacts, complaints, returns, and who comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Bools,
    Floats,
    Ints,
    seconds,
)
from ecokit.shop.simulator.coming import BLOCK_DAYS, BRUSHER, Coming
from ecokit.shop.simulator.fulfilment import Parcels
from ecokit.shop.simulator.luck import Keys, Luck, key
from ecokit.shop.simulator.waiting import OPEN
from ecokit.shop.simulator.world import World, back

COMPLAINTS = ("late", "damaged", "not_as_described", "service", "quality")
RETURNS = ("late", "damaged", "not_as_described", "quality", "changed_mind")
BLAME = np.array([2, 4, 3, 1, 0])  # how bad each of these is for us
REASONS = ("product", "price", "order", "delivery", "return", "invoice")
CARED, CARED_LATE = 0.62, 0.14  # late parcels about which the shop calls in time; calls too late
MESSAGES = (4, 7, 9, 10)
EXCHANGED = 0.22
OTHER_CONTACTS = 0.045  # paid orders with a question about the order or the invoice
THREE_DAYS = 72 * HOUR


@dataclass(frozen=True)
class Journey:
    """Touchpoints of the paid orders of a block: times due and done, orders by touchpoint.

    Columns are touchpoints 1 to 10; -1 in `due` where it does not apply, -1 in `done` where missed.
    `care` is True where a late parcel's customer was called in time, `wrong_page` where the page
    description was wrong.
    """

    due: Ints
    done: Ints
    care: Bools
    wrong_page: Bools


def windows() -> Ints:
    """Seconds in which each of the ten touchpoints is on time."""
    return np.array([int(row["minutes"]) for row in read("journey")]) * MINUTE


def journey(world: World, who: Keys, paid: Ints, way: Parcels) -> Journey:
    """Draw the touchpoints 4 to 10 of paid orders, and whether the page was right (1)."""
    size, luck = len(paid), world.luck
    window = windows()
    due = np.full((size, 10), NOTHING)
    done = np.full((size, 10), NOTHING)
    wrong_page = luck.uniform("order.wrong_page", who) < truth()["wrong_description"]
    due[:, 4], done[:, 4] = paid + window[4], way.passed
    safe = luck.uniform("parcel.safe", who) >= truth()["unsafe_packing"]
    due[:, 5], done[:, 5] = paid + window[5], np.where(safe, way.packed, NOTHING)
    event = {4: paid, 7: way.dispatched, 9: way.delivered, 10: way.delivered}
    for number in MESSAGES:
        column = number - 1
        due[:, column] = event[number] + window[column]
        done[:, column] = _sent(world, key(who, number), event[number], int(window[column]))
    called, care = _calls(luck, who, way, int(window[7]))
    due[:, 7] = np.where(way.late, way.dispatched + THREE_DAYS + window[7], NOTHING)
    done[:, 7] = called
    return Journey(due, done, care, wrong_page)


def _sent(world: World, who: Keys, event: Ints, window: int) -> Ints:
    """When a message went out: in time, late, or never."""
    chance = world.luck.uniform("message.sent", who)
    part = world.luck.uniform("message.after", who)
    in_time = world.discipline[np.minimum(event // DAY, world.days - 1)]
    missed = chance >= 1 - truth()["touchpoint_missed"]
    share = np.where(chance < in_time, 0.05 + 0.9 * part, 1.05 + 2 * part)
    return np.where(missed, NOTHING, event + seconds(share * window))


def _calls(luck: Luck, who: Keys, way: Parcels, window: int) -> tuple[Ints, Bools]:
    """When the customer of a late parcel was called or messaged, and where that was in time."""
    chance, part = luck.uniform("parcel.called", who), luck.uniform("parcel.called_after", who)
    start = way.dispatched + THREE_DAYS
    care = way.late & (chance < CARED)
    slow = way.late & (chance >= CARED) & (chance < CARED + CARED_LATE)
    called = np.where(care, start + seconds(0.9 * part * window), NOTHING)
    slow_call = np.minimum(start + seconds((1.1 + 3 * part) * window), way.delivered)
    return np.where(slow, slow_call, called), care


def _care_known(steps: Journey) -> Ints:
    """When it is settled whether a late parcel's customer was called in time."""
    return np.where(steps.care, steps.done[:, 7], steps.due[:, 7])


def complaints(
    luck: Luck, who: Keys, steps: Journey, way: Parcels, gave_up: Bools
) -> tuple[Ints, Ints, Ints, Ints]:
    """Draw complaints: row of the order, time, reason, time of the solution."""
    effect = truth()
    late = np.where(steps.care, effect["late_complaint_cared"], effect["late_complaint"]) * way.late
    parts = np.stack(
        [
            late,
            effect["unsafe_packing_complaint"] * (steps.done[:, 5] == NOTHING),
            0.35 * effect["complaint_base"] * np.ones(len(late)),
            effect["service_complaint"] * gave_up + 0.25 * effect["complaint_base"],
            0.40 * effect["complaint_base"] * np.ones(len(late)),
        ],
        axis=1,
    )
    rows, reason = _events(luck.uniform("complaint.made", who), parts)
    mine, delivered = who[rows], way.delivered[rows]
    soon = _care_known(steps)[rows] + seconds(luck.exponential("complaint.soon", 10 * HOUR, mine))
    later = delivered + seconds(luck.exponential("complaint.later", 2 * DAY, mine))
    raised = np.where(reason == 0, np.minimum(soon, delivered + DAY), later)
    solved = raised + seconds(HOUR + luck.exponential("complaint.solved", 1.6 * DAY, mine))
    return rows, raised, reason, solved


def returns(
    luck: Luck,
    who: Keys,
    steps: Journey,
    way: Parcels,
    order: Ints,
    streamed: Bools,
    promised: Floats,
) -> tuple[Ints, Ints, Ints, Bools]:
    """Draw returns of lines (`order`: row of the line's order): line, time, reason, exchange.

    `streamed` are lines bought in a live stream, where people buy in the heat of the moment;
    `promised` is the share of lines that come back because more was promised than was true.
    """
    effect = truth()
    ones = np.ones(len(order))
    parts = np.stack(
        [
            effect["late_return"] * way.late[order],
            effect["unsafe_packing_return"] * (steps.done[order, 5] == NOTHING),
            effect["wrong_description_return"] * steps.wrong_page[order] + promised,
            0.45 * effect["return_base"] * ones,
            0.55 * effect["return_base"] * ones + effect["stream_return"] * streamed,
        ],
        axis=1,
    )
    rows, reason = _events(luck.uniform("return.asked", who), parts)
    wait = np.minimum(luck.exponential("return.after", 2.2 * DAY, who[rows]), 7 * DAY)
    first = way.delivered[order[rows]] + HOUR
    asked = first + seconds(wait)
    asked = np.maximum(first, asked // DAY * DAY + daytime(asked % DAY / DAY))
    exchange = luck.uniform("return.exchange", who[rows]) < EXCHANGED
    return rows, asked, reason, exchange & (reason > 0) & (reason < 4)


def _events(chance: Floats, parts: Floats) -> tuple[Ints, Ints]:
    """Rows in which something happens, and which of the causes it was (columns: probabilities)."""
    edges = np.cumsum(parts, axis=1)
    rows = np.flatnonzero(chance < edges[:, -1])
    reason = (chance[rows, None] >= edges[rows]).sum(axis=1)
    return rows, reason.astype(np.int64)


def questions_after(
    luck: Luck, who: Keys, paid: Ints, steps: Journey, way: Parcels
) -> tuple[Ints, Ints, Ints]:
    """Contacts about orders: row of the paid order, arrival, reason.

    Where is my parcel? The customer of a late one asks when it is settled whether the shop calls
    first; the customer of one on time may ask while it is on its way.
    """
    effect = truth()
    late = np.where(steps.care, effect["late_contact_cared"], effect["late_contact"])
    share = np.where(way.late, late, effect["on_time_contact"])
    where = np.flatnonzero(luck.uniform("order.asks_where", who) < share)
    known = np.where(way.late, _care_known(steps), way.dispatched + 12 * HOUR)[where]
    time_where = _between(luck.uniform("order.asks_when", who[where]), known, way.delivered[where])
    other = np.flatnonzero(luck.uniform("order.asks", who) < OTHER_CONTACTS)
    invoice = luck.uniform("order.asks_what", who[other]) >= 0.7
    about = np.where(invoice, REASONS.index("invoice"), REASONS.index("order"))
    time_other = (paid[other] // DAY + 1) * DAY + daytime(luck.uniform("order.asks_at", who[other]))
    reason = np.r_[np.full(len(where), REASONS.index("delivery")), about]
    return np.r_[where, other], np.r_[time_where, time_other], reason


def daytime(chance: Floats) -> Ints:
    """Return times of a day at which customers write or call, in seconds."""
    return seconds((OPEN[0] + (OPEN[1] - OPEN[0]) * chance) * HOUR)


def _between(chance: Floats, start: Ints, end: Ints) -> Ints:
    """Return times from `start` to `end` in the hours at which customers write or call, if any."""
    long = (OPEN[1] - OPEN[0]) * HOUR

    def clock(time: Ints) -> Ints:
        return time // DAY * long + np.clip(time % DAY - OPEN[0] * HOUR, 0, long)

    first, last = clock(start), clock(end)
    open_time = first + (chance * (last - first)).astype(np.int64)
    awake = open_time // long * DAY + OPEN[0] * HOUR + open_time % long
    at_night = start + (chance * (end - start)).astype(np.int64)
    return np.where(last > first, np.clip(awake, start + 1, end), at_night)


def come_again(
    world: World, buyers: Coming, steps: Journey, way: Parcels, unsolved: Bools, known: Ints
) -> Coming:
    """Draw the later visits that each delivered order brings; `buyers` are the visits with orders.

    `unsolved` are customers whose question about the order nobody solved, and `known` is when
    that was known; nobody comes before all that moves them has happened.
    """
    effect, luck, who = truth(), world.luck, buyers.key
    mean = np.where(buyers.role == BRUSHER, 0.0, effect["repeat_visits"])
    cared = np.where(steps.care, effect["late_repeat_cared"], effect["late_repeat"])
    mean *= np.where(way.late, cared, 1.0)
    missed = (steps.done[:, [3, 6, 8]] == NOTHING).sum(axis=1)
    mean *= effect["missed_message_repeat"] ** missed
    mean *= np.where(steps.done[:, 9] == NOTHING, 1.0, effect["follow_up_repeat"])
    mean *= np.where(unsolved, effect["unsolved_repeat"], 1.0)
    visits = luck.poisson("order.later_visits", mean, who)
    order = np.repeat(np.arange(len(who)), visits)
    turn = np.arange(len(order)) - np.repeat(np.cumsum(visits) - visits, visits)
    visit = key("back", who[order], turn)
    rest = np.maximum(way.delivered + BLOCK_DAYS * DAY, np.maximum(steps.done[:, 9], known))
    wait = seconds(luck.exponential("back.when", effect["repeat_delay_mean"] * DAY, visit))
    whose = buyers.take(order)
    return back(world, visit, whose.person, rest[order] + wait, whose.visitor, whose.region)
