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
    exponential,
    seconds,
)
from ecokit.shop.simulator.fulfilment import Parcels
from ecokit.shop.simulator.waiting import OPEN
from ecokit.shop.simulator.world import BLOCK_DAYS, State, World

COMPLAINTS = ("late", "damaged", "not_as_described", "service", "quality")
RETURNS = ("late", "damaged", "not_as_described", "quality", "changed_mind")
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


def journey(world: World, rng: np.random.Generator, paid: Ints, way: Parcels) -> Journey:
    """Draw the touchpoints 4 to 10 of paid orders, and whether the page was right (1)."""
    size = len(paid)
    window = windows()
    due = np.full((size, 10), NOTHING)
    done = np.full((size, 10), NOTHING)
    wrong_page = rng.random(size) < truth()["wrong_description"]
    due[:, 4], done[:, 4] = paid + window[4], way.passed
    safe = rng.random(size) >= truth()["unsafe_packing"]
    due[:, 5], done[:, 5] = paid + window[5], np.where(safe, way.packed, NOTHING)
    event = {4: paid, 7: way.dispatched, 9: way.delivered, 10: way.delivered}
    for number in MESSAGES:
        column = number - 1
        due[:, column] = event[number] + window[column]
        done[:, column] = _sent(world, rng, event[number], int(window[column]))
    called, care = _calls(rng, way, int(window[7]))
    due[:, 7] = np.where(way.late, way.dispatched + THREE_DAYS + window[7], NOTHING)
    done[:, 7] = called
    return Journey(due, done, care, wrong_page)


def _sent(world: World, rng: np.random.Generator, event: Ints, window: int) -> Ints:
    """When a message went out: in time, late, or never."""
    chance, part = rng.random((2, len(event)))
    in_time = world.discipline[np.minimum(event // DAY, world.days - 1)]
    missed = chance >= 1 - truth()["touchpoint_missed"]
    share = np.where(chance < in_time, 0.05 + 0.9 * part, 1.05 + 2 * part)
    return np.where(missed, NOTHING, event + seconds(share * window))


def _calls(rng: np.random.Generator, way: Parcels, window: int) -> tuple[Ints, Bools]:
    """When the customer of a late parcel was called or messaged, and where that was in time."""
    chance, part = rng.random((2, len(way.late)))
    start = way.dispatched + THREE_DAYS
    care = way.late & (chance < CARED)
    slow = way.late & (chance >= CARED) & (chance < CARED + CARED_LATE)
    called = np.where(care, start + seconds(0.9 * part * window), NOTHING)
    slow_call = np.minimum(start + seconds((1.1 + 3 * part) * window), way.delivered)
    return np.where(slow, slow_call, called), care


def complaints(
    rng: np.random.Generator, steps: Journey, way: Parcels, gave_up: Bools
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
    rows, reason = _events(rng, parts)
    wait = seconds(exponential(rng, 2 * DAY, len(rows)))
    before = way.dispatched[rows] + THREE_DAYS + seconds(exponential(rng, 10 * HOUR, len(rows)))
    raised = np.where(
        reason == 0, np.minimum(before, way.delivered[rows] + DAY), way.delivered[rows] + wait
    )
    solved = raised + seconds(HOUR + exponential(rng, 1.6 * DAY, len(rows)))
    return rows, raised, reason, solved


def returns(
    rng: np.random.Generator, steps: Journey, way: Parcels, order: Ints
) -> tuple[Ints, Ints, Ints, Bools]:
    """Draw returns of lines (`order`: row of the line's order): line, time, reason, exchange."""
    effect = truth()
    ones = np.ones(len(order))
    parts = np.stack(
        [
            effect["late_return"] * way.late[order],
            effect["unsafe_packing_return"] * (steps.done[order, 5] == NOTHING),
            effect["wrong_description_return"] * steps.wrong_page[order],
            0.45 * effect["return_base"] * ones,
            0.55 * effect["return_base"] * ones,
        ],
        axis=1,
    )
    rows, reason = _events(rng, parts)
    wait = np.minimum(exponential(rng, 2.2 * DAY, len(rows)), 7 * DAY)
    asked = way.delivered[order[rows]] + seconds(HOUR + wait)
    exchange = (rng.random(len(rows)) < EXCHANGED) & (reason > 0) & (reason < 4)
    return rows, asked, reason, exchange


def _events(rng: np.random.Generator, parts: Floats) -> tuple[Ints, Ints]:
    """Rows in which something happens, and which of the causes it was (columns: probabilities)."""
    edges = np.cumsum(parts, axis=1)
    chance = rng.random(len(parts))
    rows = np.flatnonzero(chance < edges[:, -1])
    reason = (chance[rows, None] >= edges[rows]).sum(axis=1)
    return rows, reason.astype(np.int64)


def questions_after(
    rng: np.random.Generator, paid: Ints, steps: Journey, way: Parcels
) -> tuple[Ints, Ints, Ints]:
    """Contacts about orders: row of the paid order, arrival, reason."""
    effect = truth()
    size = len(paid)
    late = np.where(steps.care, effect["late_contact_cared"], effect["late_contact"]) * way.late
    asks_late = np.flatnonzero(rng.random(size) < late)
    asks_else = np.flatnonzero(rng.random(size) < OTHER_CONTACTS)
    about = np.where(
        rng.random(len(asks_else)) < 0.7, REASONS.index("order"), REASONS.index("invoice")
    )
    time_late = (way.dispatched[asks_late] // DAY + 3) * DAY + daytime(rng, len(asks_late))
    time_late = np.maximum(time_late, way.dispatched[asks_late] + THREE_DAYS + 600)
    time_else = (paid[asks_else] // DAY + 1) * DAY + daytime(rng, len(asks_else))
    rows = np.r_[asks_late, asks_else]
    reason = np.r_[np.full(len(asks_late), REASONS.index("delivery")), about]
    return rows, np.r_[time_late, time_else], reason


def daytime(rng: np.random.Generator, size: int) -> Ints:
    """Draw times of a day at which customers write or call, in seconds."""
    return seconds((OPEN[0] + (OPEN[1] - OPEN[0]) * rng.random(size)) * HOUR)


def send_back(
    world: World,
    state: State,
    rng: np.random.Generator,
    visitor: Ints,
    steps: Journey,
    way: Parcels,
) -> None:
    """Draw the later visits that each delivered order brings, and keep them for their block."""
    effect = truth()
    mean = np.full(len(visitor), effect["repeat_visits"])
    cared = np.where(steps.care, effect["late_repeat_cared"], effect["late_repeat"])
    mean *= np.where(way.late, cared, 1.0)
    missed = (steps.done[:, [3, 6, 8]] == NOTHING).sum(axis=1)
    mean *= effect["missed_message_repeat"] ** missed
    mean *= np.where(steps.done[:, 9] == NOTHING, 1.0, effect["follow_up_repeat"])
    visits = rng.poisson(mean)
    who = np.repeat(visitor, visits)
    wait = BLOCK_DAYS * DAY + seconds(exponential(rng, effect["repeat_delay_mean"] * DAY, len(who)))
    when = np.repeat(way.delivered, visits) + wait
    state.expect(world, when, who)
