"""Copies of a month of orders, lines and visits with planted faults, and the list of them.

Each fault is drawn by the row's own luck: a share of rows (`fault_share`, `fault_share_visits`) for
each of four kinds, so that no row has two. Completeness: a cell is empty, or the row is missing.
Uniqueness: the row stands twice. Validity: a value that cannot be. Consistency: a value that other
tables contradict. And the copy of visits lacks the last hours of the month (freshness). All else is
as in the true tables: the list is what differs, no more and no less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    NOTHING,
    Bools,
    Coded,
    Column,
    Columns,
    Ints,
    draw_in_rows,
)
from ecokit.shop.simulator.coming import BLOCK_DAYS, State
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.world import World

COPIED = 9  # month of the year that is copied; where it is not in the period, the last month
FAULTS = ("completeness", "uniqueness", "validity", "consistency")
FINDINGS = ("left_account", "shared_account", "night_export", "unused_column")
KINDS = (*FAULTS, "freshness", *FINDINGS)
TABLES = ("faulty_orders", "faulty_lines", "faulty_visits", "access_log", "access")
WHOLE = ""  # in place of a column: the whole row
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "faulty_orders": (
        *(("completeness", name) for name in ("region", "status", "channel_id", WHOLE)),
        ("uniqueness", WHOLE),
        *(("validity", name) for name in ("region", "status", "deposit")),
        *(("consistency", name) for name in ("region", "visitor_id", "paid_at")),
    ),
    "faulty_lines": (
        *(("completeness", name) for name in ("product_id", "unit_price", WHOLE)),
        ("uniqueness", WHOLE),
        *(("validity", name) for name in ("quantity", "unit_price")),
        *(("consistency", name) for name in ("order_id", "product_id", "unit_price")),
    ),
    "faulty_visits": (
        *(("completeness", name) for name in ("started_at", "region", "device", WHOLE)),
        ("uniqueness", WHOLE),
        *(("validity", name) for name in ("channel_id", "device", "dwell_seconds", "load_seconds")),
        *(("consistency", name) for name in ("reached", "product_pages")),
    ),
}
COLUMNS = tuple({column: 0 for ways in WAYS.values() for _kind, column in ways if column})
OTHERS = ("who", "rows", "may")  # columns of the findings of access
# Words that stand nowhere else, each near one of those that do.
WRONG = {
    ("validity", "region"): "estern",
    ("validity", "status"): "delivred",
    ("validity", "channel_id"): "serach",
    ("validity", "device"): "phnoe",
    ("consistency", "product_id"): "P999",
}
FAR = 10**8  # added to the key of an order that is not there
NUMBERS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("validity", "deposit"): lambda right: right - 50,
    ("validity", "unit_price"): lambda right: -right,
    ("validity", "quantity"): lambda right: 0 * right,
    ("validity", "dwell_seconds"): lambda right: -60 - right,
    ("validity", "load_seconds"): lambda right: right + 9_999,
    ("consistency", "visitor_id"): lambda right: right + 1,
    ("consistency", "paid_at"): lambda right: right - 30 * DAY,  # before the order
    ("consistency", "order_id"): lambda right: right + FAR,
    ("consistency", "unit_price"): lambda right: 10 * right,
    ("consistency", "product_pages"): lambda right: 0 * right,
}
TIMES, MONEY = ("paid_at", "started_at"), ("deposit", "unit_price")


@dataclass(frozen=True)
class Copy:
    """A table of a block that is copied: its rows, their keys as text and for luck, the month."""

    name: str
    rows: Columns
    keys: np.ndarray
    who: Keys
    inside: Bools
    share: float


def month(world: World) -> tuple[int, int]:
    """Return the first second of the month that is copied, and that after it."""
    found = np.flatnonzero(world.year.month_of_year == COPIED)
    number = world.year.month[found[0] if len(found) else -1]
    days = np.flatnonzero(world.year.month == number)
    return int(days[0]) * DAY, int(days[-1] + 1) * DAY


def copies(
    world: World, state: State, first: int, tables: dict[str, Columns], visit: Keys, order: Keys
) -> dict[str, Columns]:
    """Rows of the faulty copies of a block, and of the list of faults.

    `visit` and `order` are the keys of the visits and orders of the block.
    """
    orders, lines, visits = (tables[name] for name in ("orders", "order_lines", "visits"))
    begins, ends = month(world)
    stale = ends - int(truth()["fault_stale_hours"]) * HOUR
    placed, started = np.asarray(orders["placed_at"]), np.asarray(visits["started_at"])
    numbers = np.asarray(orders["order_id"])
    row = np.asarray(lines["order_id"]) - (numbers[0] if len(numbers) else 0)
    number = np.char.mod("%d", np.asarray(lines["line"]))
    mine = [(times >= begins) & (times < ends) for times in (placed, started)]
    text = np.char.mod("%d", numbers)
    share, few = truth()["fault_share"], truth()["fault_share_visits"]
    made = [
        Copy("faulty_orders", orders, text, order, mine[0], share),
        Copy(
            "faulty_lines",
            lines,
            np.char.add(np.char.add(text[row], "-"), number),
            key(order[row], np.asarray(lines["line"])),
            mine[0][row],
            share,
        ),
        Copy(
            "faulty_visits",
            visits,
            np.char.mod("%d", np.asarray(visits["visit_id"])),
            visit,
            mine[1] & (started < stale),
            few,
        ),
    ]
    found = {one.name: _copied(world, state, one) for one in made}
    faults = [fault for _rows, planted in found.values() for fault in planted]
    faults += _stale(world, state, first, started[mine[1]], stale)
    before = state.copied.get("planted", 0)
    state.copied["planted"] = before + len(faults)
    return {name: rows for name, (rows, _) in found.items()} | {"planted": listed(before, faults)}


def _copied(world: World, state: State, copy: Copy) -> tuple[Columns, list[tuple[str, ...]]]:
    """Return the copy of a table, and its faults: table, key of the row, column, kind, right."""
    chosen = np.flatnonzero(copy.inside)
    who, keys = copy.who[chosen], copy.keys[chosen]
    rows = {name: _taken(column, chosen) for name, column in copy.rows.items()}
    way = _ways(world, copy, rows, who)
    planted: list[tuple[str, ...]] = []
    times = np.ones(len(chosen), dtype=np.int64)
    for number, (kind, name) in enumerate(WAYS[copy.name]):
        here = np.flatnonzero(way == number)
        if name == WHOLE:
            times[here] = 2 if kind == "uniqueness" else 0
            right = np.full(len(here), "once" if kind == "uniqueness" else "there")
        else:
            right = _text(world, name, _taken(copy.rows[name], chosen[here]))
            rows[name] = _with(rows[name], here, kind, name)
        planted += [
            (copy.name, keys[at], name, kind, text) for at, text in zip(here, right, strict=True)
        ]
    order = np.repeat(np.arange(len(chosen)), times)
    before = state.copied.get(copy.name, 0)
    state.copied[copy.name] = before + len(order)
    return {
        "copy_row": before + 1 + np.arange(len(order)),
        **{name: _taken(column, order) for name, column in rows.items()},
    }, planted


def _ways(world: World, copy: Copy, rows: Columns, who: Keys) -> Ints:
    """Draw the fault of each row, as a number of `WAYS`; -1 for most, which have none."""
    ways = WAYS[copy.name]
    chance = world.luck.uniform("fault.kind", who) / copy.share
    kind = np.minimum(chance, len(FAULTS)).astype(np.int64)
    may = np.ones((len(who), len(ways)))
    if "paid_at" in rows:
        may[:, ways.index(("consistency", "paid_at"))] = np.asarray(rows["paid_at"]) != NOTHING
    if "reached" in rows:
        looked = np.asarray(rows["product_pages"]) > 0
        may[:, ways.index(("consistency", "product_pages"))] = looked
        may[:, ways.index(("consistency", "reached"))] = ~looked
    of_kind = np.array([[one == name for one, _ in ways] for name in (*FAULTS, "none")])
    drawn = draw_in_rows(
        world.luck.uniform("fault.way", who), may * of_kind[kind], np.arange(len(who))
    )
    return np.where(kind < len(FAULTS), drawn, NOTHING)


def _with(column: Column, here: Ints, kind: str, name: str) -> Column:
    """Return a column with wrong values in the rows `here`."""
    if isinstance(column, Coded):
        return _with_words(column, here, kind, name)
    values: Any = np.array(column)
    if kind == "completeness":
        values[here] = np.nan if values.dtype.kind == "f" else NOTHING
    else:
        values[here] = NUMBERS[kind, name](values[here])
    return np.asarray(values)


def _with_words(column: Coded, here: Ints, kind: str, name: str) -> Coded:
    """Return a column of words with wrong ones in the rows `here`; all blocks know the same."""
    names, codes = column.names, column.codes.copy()
    word = WRONG.get((kind, name))
    if kind == "completeness":
        codes[here] = NOTHING
    elif word:
        names = (*names, word)
        codes[here] = len(names) - 1
    elif name == "reached":
        codes[here] = names.index("order")
    else:
        known = len(names) - sum(wrong in names for wrong in WRONG.values())
        codes[here] = (codes[here] + 1) % known
    return Coded(codes, names)


def _stale(
    world: World, state: State, first: int, started: Ints, stale: int
) -> list[tuple[str, ...]]:
    """Return the fault that the last visits of the month are not in the copy, at its end."""
    ends = month(world)[1]
    newest = max(state.copied.get("newest", NOTHING), int(started.max(initial=NOTHING)))
    state.copied["newest"] = newest
    if not first * DAY < ends <= (first + BLOCK_DAYS) * DAY or newest < stale:
        return []
    right = _text(world, "started_at", np.array([newest]))[0]
    return [("faulty_visits", "last", "started_at", "freshness", right)]


def listed(before: int, rows: list[tuple[str, ...]]) -> Columns:
    """Rows of the list of what was planted: table, key of the row, column, kind, right value.

    `before` counts the rows of the blocks before.
    """
    known = (*COLUMNS, *OTHERS)
    table, names, column, kind, right = zip(*rows, strict=True) if rows else ((),) * 5
    return {
        "planted_id": before + 1 + np.arange(len(rows)),
        "table": _coded([TABLES.index(one) for one in table], TABLES),
        "row": np.array(names, dtype=np.str_),
        "column": _coded([known.index(one) if one else NOTHING for one in column], known),
        "kind": _coded([KINDS.index(one) for one in kind], KINDS),
        "right": np.array(right, dtype=np.str_),
    }


def _coded(codes: list[int], known: tuple[str, ...]) -> Coded:
    return Coded(np.array(codes, dtype=np.int64), known)


def _taken(column: Column, rows: Ints) -> Column:
    return column.take(rows) if isinstance(column, Coded) else np.asarray(column)[rows]


def _text(world: World, name: str, column: Column) -> np.ndarray:
    """Return values as they stand in a file."""
    if isinstance(column, Coded):
        return np.array(column.names)[column.codes]
    if name in TIMES:
        times = world.year.dates[0].astype("datetime64[s]") + np.asarray(column)
        return np.array([str(time).replace("T", " ") for time in times], dtype=np.str_)
    if name in MONEY:
        return np.char.mod("%.2f", column)
    return np.char.mod("%.10g" if name == "load_seconds" else "%d", column)
