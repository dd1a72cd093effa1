"""Stock: sales against it day by day, substitutes, purchases from suppliers."""

from __future__ import annotations

from dataclasses import dataclass

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
    joined,
    running_within,
    yuan,
)
from ecokit.shop.simulator.coming import BLOCK_DAYS, State
from ecokit.shop.simulator.orders import Wishes
from ecokit.shop.simulator.world import World

EVERY = 7  # days between two orders to one supplier: each has its day of the week
COVER_DAYS = 2  # days of expected sales that the planners keep beyond lead time and week
SAFETY = 0.50  # and so many standard deviations of a Poisson demand
HERO_MONTH, HERO_DAYS = 6, (1, 18)  # purchases of the hero in June fail: it runs dry during 618
HERO_DELAY, HERO_SHARE = 12, 0.25


@dataclass(frozen=True)
class Sales:
    """What became of the wishes: product bought (-1: lost to a stock-out), accessory or none.

    `unit_cost` is what a unit had cost, days of the block by products.
    """

    product: Ints
    extra: Ints
    unit_cost: Floats


def trade(world: World, state: State, first: int, want: Wishes) -> tuple[Sales, Columns, Columns]:
    """Sell the wishes of a block from stock; return the sales, rows of stock, rows of purchases."""
    last = min(first + BLOCK_DAYS, world.days)
    purposes = ("order.takes_another", "order.which_other")
    chance = np.stack([world.luck.uniform(purpose, want.key) for purpose in purposes])
    cost = np.zeros((last - first, len(state.on_hand)))
    product, extra = want.product.copy(), want.extra.copy()
    day = want.placed // DAY
    edges = np.searchsorted(day, np.arange(first, last + 1))
    stock: list[Columns] = []
    orders: list[Columns] = []
    for number, today in enumerate(range(first, last)):
        opening = state.on_hand.copy()
        received = state.arrivals[today]
        cost[number] = _book(state, today)
        demand = np.zeros_like(opening)
        rows = slice(edges[number], edges[number + 1])
        paid = want.paid[rows] != NOTHING
        if paid.any():
            product[rows] = _sell_first(world, state, today, want, rows, paid, demand, chance)
            extra[rows] = _sell_extra(state, want.extra[rows], paid & (product[rows] >= 0), demand)
        stock.append(_stock_rows(world, state, today, opening, received, demand))
        orders.append(_purchase(world, state, today))
    return Sales(product, extra, cost), joined(stock), joined(orders)


def _book(state: State, today: int) -> Floats:
    """Receive the goods of the day; return what a unit of each product has cost, to the fen.

    The moving average: what lay there and what came, weighed by their units.
    """
    received = state.arrivals[today]
    units = state.on_hand + received
    worth = state.on_hand * state.unit_cost + state.paid_for[today]
    average = np.divide(worth, units, out=state.unit_cost.copy(), where=received > 0)
    state.unit_cost = yuan(average)
    state.on_hand += received
    state.on_order -= received
    return state.unit_cost


def _sell_first(
    world: World,
    state: State,
    today: int,
    want: Wishes,
    rows: slice,
    paid: Bools,
    demand: Ints,
    chance: np.ndarray,
) -> Ints:
    """Sell the first line of each paid order, then substitutes; -1 where the customer left."""
    product, quantity = want.product[rows].copy(), want.quantity[rows]
    demand += _units(product[paid], quantity[paid], len(demand))
    served = paid.copy()
    served[paid] = running_within(product[paid], quantity[paid]) <= state.on_hand[product[paid]]
    state.on_hand -= _units(product[served], quantity[served], len(demand))
    empty = paid & ~served
    product[empty] = NOTHING
    swaps = np.flatnonzero(empty & (chance[0, rows] < truth()["stockout_substitution"]))
    if len(swaps):
        wanted = want.product[rows][swaps]
        goods = world.catalogue
        enough = state.on_hand >= 2
        weights = goods.appeal[today] * enough * (goods.category == goods.category[wanted][:, None])
        other = draw_in_rows(chance[1, rows][swaps], weights, np.arange(len(swaps)))
        fits = weights[np.arange(len(swaps)), other] > 0
        fits &= running_within(other, quantity[swaps]) <= state.on_hand[other]
        moved = _units(other[fits], quantity[swaps][fits], len(demand))
        state.on_hand -= moved
        demand += moved
        product[swaps[fits]] = other[fits]
    return product


def _sell_extra(state: State, extra: Ints, wanted: Bools, demand: Ints) -> Ints:
    """Sell one accessory with each order that wants one; -1 where there is none."""
    rows = np.flatnonzero(wanted & (extra >= 0))
    ones = np.ones(len(rows), dtype=np.int64)
    kept = running_within(extra[rows], ones) <= state.on_hand[extra[rows]]
    demand += _units(extra[rows], ones, len(demand))
    state.on_hand -= _units(extra[rows[kept]], ones[kept], len(demand))
    left = extra.copy()
    left[rows[~kept]] = NOTHING
    return left


def _units(product: Ints, quantity: Ints, products: int) -> Ints:
    return np.bincount(product, quantity, products).astype(np.int64)


def _stock_rows(
    world: World, state: State, today: int, opening: Ints, received: Ints, demand: Ints
) -> Columns:
    goods = world.catalogue
    sale = np.flatnonzero((today >= goods.launched) & (today < goods.delisted))
    closing = state.on_hand
    return {
        "date": np.full(len(sale), today),
        "product_id": Coded(sale, goods.ids),
        "price": goods.price[today, sale],
        "unit_cost": state.unit_cost[sale],
        "opening": opening[sale],
        "received": received[sale],
        "demand": demand[sale],
        "sold": (opening + received - closing)[sale],
        "closing": closing[sale].copy(),
    }


def _purchase(world: World, state: State, today: int) -> Columns:
    """Order from the suppliers of today what will be sold until the next order's goods come.

    What the supplier then does is drawn.
    """
    goods = world.catalogue
    lead = np.array([int(row["lead_days"]) for row in read("suppliers")])[goods.supplier]
    level = np.zeros(len(goods.names))
    for days in np.unique(lead):
        ahead = world.forecast[today + 1 : today + 1 + days + EVERY + COVER_DAYS].sum(axis=0)
        level = np.where(lead == days, ahead, level)
    level = np.ceil(level + SAFETY * np.sqrt(level))
    gap = (level - state.on_hand - state.on_order).astype(np.int64)
    due = today + lead
    asked = (goods.supplier % EVERY == today % EVERY) | (due == goods.launched)
    product = np.flatnonzero(asked & (gap > 0) & (due >= goods.launched) & (due < goods.delisted))
    units, due = gap[product], due[product]
    delivered_on, delivered = _supply(world, today, product, units, due)
    cost = goods.unit_cost[np.minimum(due, world.days - 1), product]
    np.add.at(state.arrivals, (delivered_on, product), delivered)
    np.add.at(state.paid_for, (delivered_on, product), delivered * cost)
    state.on_order[product] += delivered
    number = state.purchases + 1 + np.arange(len(product))
    state.purchases += len(product)
    known = delivered_on < world.days
    return {
        "purchase_id": number,
        "product_id": Coded(product, goods.ids),
        "asked_on": np.full(len(product), today),
        "asked_units": units,
        "due_on": due,
        "delivered_on": np.where(known, delivered_on, NOTHING),
        "delivered_units": np.where(known, delivered, 0),
        "unit_cost": cost,
    }


def _supply(world: World, today: int, product: Ints, units: Ints, due: Ints) -> tuple[Ints, Ints]:
    """Draw when and how much comes: mostly in full and in time, but not the hero of June."""
    who = (np.full(len(product), today), world.catalogue.key[product])
    purposes = ("purchase.fails", "purchase.late", "purchase.short")
    chance, late, short = (world.luck.uniform(purpose, *who) for purpose in purposes)
    fails = chance > truth()["supplier_on_time"]
    delay = np.where(fails & (late < 0.7), 1 + (late * 8).astype(np.int64), 0)
    share = np.where(fails & (late >= 0.7), 0.5 + 0.4 * short, 1.0)
    if world.year.month_of_year[today] == HERO_MONTH:
        day = world.year.day_of_month[today]
        if HERO_DAYS[0] <= day <= HERO_DAYS[1]:
            hero = product == _hero(world, today)
            delay, share = np.where(hero, HERO_DELAY, delay), np.where(hero, HERO_SHARE, share)
    return due + delay, np.maximum(np.floor(units * share), 1).astype(np.int64)


def _hero(world: World, today: int) -> int:
    """Return the core phone that people like best on that day."""
    goods = world.catalogue
    return int(np.argmax(goods.appeal[today] * goods.core * (goods.category == 0)))
