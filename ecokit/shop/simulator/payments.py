"""How orders were paid: each try, and what the providers settled of it.

Whether and when an order was paid was drawn before. The order of causes is: most customers try to
pay; a first try succeeds with the share of its provider (`first_try_W1` ...), half of the failures
are final (`failure_final`), and after any other one there is another try, up to three, which
succeeds with `again_same` at the same provider and `again_other` at the other one of its kind. So
the provider and the tries are drawn given whether the order was paid, by Bayes' rule; the time
between order and payment has to be long enough for them. In a year of the usual size first tries
succeed in 94 of 100 cases and payments in 96; there are about 500 second tries, of which about half
succeed; at the other provider 15 points more often, at a standard error of 6.

Orders that are paid at the door have no tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    draw_in_rows,
    yuan,
)
from ecokit.shop.simulator.carriage import names
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.orders import QUICKLY
from ecokit.shop.simulator.world import PAID, World

METHODS = ("wallet", "card", "instalment")
REASONS = ("insufficient_funds", "risk_refused", "bank_timeout", "provider_down", "cancelled")
FINAL = np.array([0.0, 0.55, 0.0, 0.0, 0.45])  # reasons of failures that are final
PASSING = np.array([0.4, 0.0, 0.42, 0.18, 0.0])  # and of the others
REPEATED = (2, 3)  # reasons after which the same request is sent again
OTHER = 0.5  # second tries with a card or by instalments that go to the other provider
SMALL = 600.0  # yuan: below that nobody pays by instalments
ROOM = np.array([0, 0, 6, 12])  # seconds that so many tries take at least
SECONDS = np.array([3.0, 6.0, 9.0])  # mean length of a try, by method
WAIT = 40  # seconds at most from one try to the next
LONGEST = 3 * WAIT + 3  # seconds that the tries of an unpaid order take at most
FAULTS = ("missing", "double", "wrong_amount", "unknown_reference")
STRANGE = 10**9  # added to a reference that no payment has


@dataclass(frozen=True)
class Asked:
    """The orders of a block that may be paid by a provider: key, time, amount to pay.

    `paid` is when (-1: never); `quick` marks those paid within minutes, if at all; `never` those
    that nobody tried to pay.
    """

    order: Ints
    who: Keys
    placed: Ints
    paid: Ints
    amount: Floats
    quick: Bools
    never: Bools


@dataclass(frozen=True)
class Courses:
    """Everything that may happen to one payment, one entry each, with its probability.

    `tries` counts the tries, `second` is the provider of all but the first; `final` marks courses
    whose last failure is final. The last entry stands for no try at all.
    """

    first: Ints
    second: Ints
    tries: Ints
    paid: Bools
    final: Bools
    chance: Floats


@cache
def courses() -> Courses:
    """Return the courses of a payment, without the choice of the first provider."""
    effect, rows = truth(), read("providers")
    final, same, other = (effect[f] for f in ("failure_final", "again_same", "again_other"))
    found: list[tuple[int, int, int, bool, bool, float]] = []
    for first, row in enumerate(rows):
        success = effect[f"first_try_{row['provider_id']}"]
        found.append((first, first, 1, True, False, success))
        found.append((first, first, 1, False, True, (1 - success) * final))
        open_still = (1 - success) * (1 - final)
        for second, there in enumerate(rows):
            if there["kind"] == row["kind"]:
                routed = row["kind"] != "wallet"  # the buyer chooses the wallet
                share = OTHER if second != first else 1 - OTHER
                part = open_still * (share if routed else float(second == first))
                works = other if second != first else same
                twice = part * (1 - works)
                thrice = twice * (1 - final) * (1 - same)
                found += [
                    (first, second, 2, True, False, part * works),
                    (first, second, 2, False, True, twice * final),
                    (first, second, 3, True, False, twice * (1 - final) * same),
                    (first, second, 3, False, True, thrice * final),
                    (first, second, 3, False, False, thrice * (1 - final)),
                ]
    found.append((0, 0, 0, False, False, 1.0))
    columns = [np.array(column) for column in zip(*found, strict=True)]
    return Courses(*columns)


@cache
def _laws() -> Floats:
    """Weights of the courses: by small amounts and others, by unpaid and paid orders."""
    every = courses()
    laws = np.zeros((2, 2, len(every.chance)))
    for size, column in enumerate(("small_share", "share")):
        share = np.array([float(row[column]) for row in read("providers")])
        law = every.chance * share[every.first]
        law[-1] = 0.0
        tries = PAID / law[every.paid].sum()  # so many try at all
        law *= tries
        law[-1] = 1 - tries
        laws[size, 0], laws[size, 1] = law * ~every.paid, law * every.paid
    return laws / laws.sum(axis=2, keepdims=True)


def payments(world: World, asked: Asked, before: int) -> tuple[Columns, Columns, Columns]:
    """Return the rows of payments, settlements and their faults.

    `before` counts the tries of the blocks before.
    """
    course = _course(world, asked)
    tries = courses().tries[course]
    row = np.repeat(np.arange(len(tries)), tries)
    number = np.arange(len(row)) - np.repeat(np.cumsum(tries) - tries, tries) + 1
    last = number == tries[row]
    paid = last & courses().paid[course][row]
    which = np.where(number == 1, courses().first[course][row], courses().second[course][row])
    kind = np.array([METHODS.index(one["kind"]) for one in read("providers")])
    who = key(asked.who[row], number)
    final = last & courses().final[course][row]
    reason = np.where(paid, NOTHING, _reasons(world, who, final))
    tried, took = _times(world, asked, who, row, number, tries, kind[which], paid)
    amount = asked.amount[row]
    fee = np.where(paid, _fees(which, amount), 0.0)
    rows: Columns = {
        "payment_id": before + 1 + np.arange(len(row)),
        "order_id": asked.order[row],
        "try": number,
        "tried_at": tried,
        "provider_id": Coded(which, names("providers", "provider_id")),
        "method": Coded(kind[which], METHODS),
        "amount": amount,
        "outcome": Coded(1 - paid.astype(np.int64), ("paid", "failed")),
        "reason": Coded(reason, REASONS),
        "final": final,
        "fee": fee,
        "seconds": took,
        "key": np.char.mod("K%d", 10 * asked.order[row] + _requests(reason, number)),
    }
    settled = np.flatnonzero(paid)
    return rows, *_settlements(world, rows, who, settled)


def _course(world: World, asked: Asked) -> Ints:
    """Draw what happened to the payment of each order, given whether it was paid."""
    every, is_paid = courses(), asked.paid != NOTHING
    weights = _laws()[(asked.amount >= SMALL).astype(np.int64), is_paid.astype(np.int64)]
    gap = np.where(is_paid & asked.quick, asked.paid - asked.placed, np.iinfo(np.int64).max)
    enough = gap[:, None] >= ROOM
    share = np.where(asked.quick[:, None] & is_paid[:, None], np.exp(-(ROOM - 0.5) / QUICKLY), 1.0)
    more = (every.tries > 1)[None]
    factor = (enough / np.minimum(share, 1.0))[:, every.tries]
    once = (weights * ~more).sum(axis=1)
    rest = 1 - (weights * more * factor).sum(axis=1)
    weights = weights * np.where(more, factor, (rest / np.maximum(once, 1e-12))[:, None])
    weights[asked.never] = every.tries == 0
    return draw_in_rows(world.luck.uniform("pay.course", asked.who), weights, np.arange(len(gap)))


def _reasons(world: World, who: Keys, final: Bools) -> Ints:
    """Draw why a try failed."""
    chance = world.luck.uniform("pay.reason", who)
    return draw_in_rows(chance, np.stack([PASSING, FINAL]), final.astype(np.int64))


def _times(
    world: World,
    asked: Asked,
    who: Keys,
    row: Ints,
    number: Ints,
    tries: Ints,
    kind: Ints,
    paid: Bools,
) -> tuple[Ints, Ints]:
    """When each try began, and how many seconds it took; the last one of a paid order ends then."""
    luck = world.luck
    is_paid = asked.paid[row] != NOTHING
    step = np.where(is_paid, (asked.paid - asked.placed)[row] // tries[row], WAIT)
    step = np.clip(step, 1, WAIT)  # so that all tries lie between order and payment
    wait = np.maximum(step - luck.whole("pay.wait", 0, step // 2 + 1, who), 1)
    took = np.rint(luck.exponential("pay.seconds", SECONDS[kind], who)).astype(np.int64)
    took = np.clip(took, 1, wait)
    before = np.where(paid, took, wait)  # from the beginning of a try to what comes after it
    total = np.bincount(row, before, len(tries)).astype(np.int64)
    done = np.cumsum(before) - before
    start = done - np.repeat(done[number == 1], tries[tries > 0])
    begins = np.where(asked.paid == NOTHING, asked.placed + 3, asked.paid - total)
    return begins[row] + start, took


def _requests(reason: Ints, number: Ints) -> Ints:
    """Return the number of each request of an order; failures on the way repeat the same one."""
    new = np.r_[True, ~np.isin(reason[:-1], REPEATED)] if len(reason) else reason == 0
    new |= number == 1
    count = np.cumsum(new)
    first = number == 1
    return count - np.repeat(count[first], np.diff(np.r_[np.flatnonzero(first), len(number)])) + 1


def _fees(provider: Ints, amount: Floats) -> Floats:
    """Return what a provider keeps of a payment."""
    rate, least = (
        np.array([float(row[name]) for row in read("providers")])[provider]
        for name in ("fee_rate", "fee_least")
    )
    return yuan(np.minimum(np.maximum(rate * amount, least), amount))


def _settlements(world: World, rows: Columns, who: Keys, paid: Ints) -> tuple[Columns, Columns]:
    """Return what providers settled of the paid tries in the period, and the faults in it."""
    provider = rows["provider_id"]
    assert isinstance(provider, Coded)
    days = np.array([int(row["settlement_days"]) for row in read("providers")])
    due = np.asarray(rows["tried_at"])[paid] // DAY + days[provider.codes[paid]]
    paid, due = paid[due < world.days], due[due < world.days]
    mine = who[paid]
    shares = [truth()[f"settled_{name}"] for name in FAULTS]
    fault = (world.luck.uniform("settle.fault", mine)[:, None] >= np.cumsum(shares)).sum(axis=1)
    name = np.array([*FAULTS, ""])[fault]
    number = np.asarray(rows["payment_id"])[paid]
    amount, fee = (np.asarray(rows[column])[paid] for column in ("amount", "fee"))
    cut = 0.5 + 0.4 * world.luck.uniform("settle.cut", mine)
    wrong = np.where(name == "wrong_amount", yuan(cut * amount), amount)
    first = np.flatnonzero(name != "missing")
    more = np.flatnonzero((name == "double") | (name == "unknown_reference"))
    line = np.r_[first, more]
    strange = np.r_[np.zeros(len(first), dtype=bool), name[more] == "unknown_reference"]
    reference = number[line] + STRANGE * strange
    order = np.lexsort((reference, due[line], provider.codes[paid][line]))
    line, reference = line[order], reference[order]
    settled: Columns = {
        "provider_id": Coded(provider.codes[paid][line], provider.names),
        "settled_on": due[line],
        "reference": np.char.mod("%d", reference),
        "amount": wrong[line],
        "fee": fee[line],
    }
    bad = np.flatnonzero(name != "")
    named = number[bad] + STRANGE * (name[bad] == "unknown_reference")
    faults: Columns = {
        "reference": np.char.mod("%d", named),
        "fault": Coded(fault[bad], FAULTS),
    }
    return settled, faults
