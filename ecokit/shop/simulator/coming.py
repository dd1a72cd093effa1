"""Visits that are still to come, and what one block of days leaves to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ecokit.shop.simulator.arrays import DAY, Bools, Floats, Ints
from ecokit.shop.simulator.luck import Keys

DIRECT, EMAIL = 0, 6  # channels by which customers come back: directly, or by a message
BLOCK_DAYS = 7  # no customer comes back sooner, so a block never feeds itself
PERSON, CUSTOMER, BOT, BRUSHER = range(4)  # roles: customers bought here before


class Coming(NamedTuple):
    """Visits to come, one entry a visit.

    `key` is for the luck of the visit and `person` for that of its visitor (the key of the first
    visit); `origin` is the way drawn for that first one. `drawn` is the way that was drawn for the
    visit itself; `source` is the one that it takes, which is another where that way is switched
    off. `turn` counts the visits before it in its chain, and `began` is when the first one
    of them was; it means nothing for customers.
    """

    key: Keys
    person: Keys
    when: Ints
    visitor: Ints
    region: Ints
    origin: Ints
    drawn: Ints
    source: Ints
    turn: Ints
    role: Ints
    began: Ints

    def take(self, rows: Ints | Bools) -> Coming:
        """Return the chosen rows."""
        return Coming._make(column[rows] for column in self)

    @classmethod
    def joined(cls, parts: Sequence[Coming]) -> Coming:
        """Put several lists of visits to come under one another, in order of time."""
        every = cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        return every.take(np.lexsort((every.key, every.when)))


@dataclass
class Tally:
    """Counts of a run that its truth is scaled by.

    Paid orders of new people, those of customers who came back, the visits of these, and the
    visits that paid orders bring later. `wanted` and `sold` are orders by day that people wanted
    to pay, and those that stock allowed.
    """

    new_paid: int = 0
    back_paid: int = 0
    back_visits: int = 0
    later: int = 0
    wanted: dict[int, int] = field(default_factory=dict)
    sold: dict[int, int] = field(default_factory=dict)


@dataclass
class State:
    """What a block of days leaves to the next: keys in use, stock, customers who will return.

    `customers` holds visits of all who have bought, `mailed` those that messages brought, `joining`
    those of buyers who become members; `tested` is who met a test, `bought` who ordered meanwhile.
    `carried` counts the parcels of the peaks, by day and carrier; `buyers` is who bought when;
    `signs` is what incidents are placed by; `copied` counts the rows of faulty copies.
    """

    on_hand: Ints
    on_order: Ints
    arrivals: Ints
    unit_cost: Floats
    paid_for: Floats
    visits: int = 0
    visitors: int = 0
    orders: int = 0
    purchases: int = 0
    contacts: int = 0
    complaints: int = 0
    returns: int = 0
    deliveries: int = 0
    payments: int = 0
    settlements: int = 0
    coming: dict[int, list[Coming]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    customers: list[Coming] = field(default_factory=list)
    mailed: list[Coming] = field(default_factory=list)
    joining: list[Coming] = field(default_factory=list)
    tested: dict[str, list[Any]] = field(default_factory=dict)
    bought: dict[str, list[tuple[Ints, Ints]]] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    buyers: list[tuple[Ints, Keys, Ints]] = field(default_factory=list)
    signs: dict[str, list[Any]] = field(default_factory=dict)
    copied: dict[str, int] = field(default_factory=dict)

    def expect(self, days: int, visits: Coming, now: int = -BLOCK_DAYS) -> list[Coming]:
        """Keep the visits inside a period of `days`; return those of the block of day `now`."""
        visits = visits.take((visits.when >= 0) & (visits.when < days * DAY))
        block = visits.when // DAY // BLOCK_DAYS
        for number in np.unique(block):
            self.coming.setdefault(int(number), []).append(visits.take(block == number))
        return self.due(now)

    def due(self, day: int) -> list[Coming]:
        """Take out the visits that are kept for the block of a day."""
        return self.coming.pop(day // BLOCK_DAYS, [])
