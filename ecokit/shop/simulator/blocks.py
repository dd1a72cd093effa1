"""One block of days from visits to returns, as rows of every event table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import fulfilment, goods, orders, service, traffic
from ecokit.shop.simulator.arrays import DAY, MINUTE, NOTHING, Bools, Coded, Columns, Ints, yuan
from ecokit.shop.simulator.waiting import Waiting, wait_for_service
from ecokit.shop.simulator.world import State, World

STATUS = ("unpaid", "cancelled", "in_transit", "delivered")
KINDS = ("chat", "phone")
ASKS_TO_RETURN = 0.4  # returns that begin with a contact
ASKS_FOR_PRICE = 0.3  # questions before an order that are about the price


@dataclass(frozen=True)
class Block:
    """What happened in a block.

    `kept` are the rows of `want` that became orders, `paid` the rows of those that were paid (the
    rows of `way` and `steps`); `asks` are the visits with a question, `waits` their waiting, and
    `asked_for` the orders that came of them (-1: none).
    """

    world: World
    state: State
    visits: traffic.Visits
    want: orders.Wishes
    sales: goods.Sales
    kept: Ints
    paid: Ints
    way: fulfilment.Parcels
    steps: service.Journey
    asks: Ints
    waits: Waiting

    @property
    def end(self) -> int:
        """End of the period in seconds; what comes later is not known yet."""
        return self.world.days * DAY

    @property
    def order_id(self) -> Ints:
        """Key of each order."""
        return self.state.orders + 1 + np.arange(len(self.kept))

    @property
    def buyer(self) -> Ints:
        """Visitor of each order."""
        return self.visits.visitor[self.want.visit[self.kept]]

    @property
    def asked_for(self) -> Ints:
        """Key of the order that came of each question; -1 for none."""
        found = np.full(len(self.visits.day), NOTHING)
        found[self.want.visit[self.kept]] = self.order_id
        return found[self.asks]

    def named(self, what: str, codes: Ints) -> Coded:
        """Give products, campaigns or channels their keys."""
        names = {
            "product": self.world.catalogue.ids,
            "campaign": self.world.campaigns.ids,
            "channel": tuple(row["channel_id"] for row in read("channels")),
        }
        return Coded(codes, names[what])


def simulate_block(
    world: World, state: State, seed: np.random.SeedSequence, first: int
) -> dict[str, Columns]:
    """Simulate the block of days that begins with day `first`; return its rows by table."""
    walk, wish, sell, ship, serve = (np.random.default_rng(child) for child in seed.spawn(5))
    visits = traffic.visits_of_block(world, state, walk, first)
    asks, waits = orders.questions(world, wish, visits)
    chance = orders.conversion(world, visits, asks, waits, int(service.windows()[1]))
    want = orders.wishes(world, wish, visits, chance)
    sales, stock, purchases = goods.trade(world, state, sell, first, want)
    kept = np.flatnonzero(sales.product >= 0)
    paid = np.flatnonzero(want.paid[kept] != NOTHING)
    way = fulfilment.parcels(world, ship, want.paid[kept][paid], want.region[kept][paid])
    steps = service.journey(world, serve, want.paid[kept][paid], way)
    block = Block(world, state, visits, want, sales, kept, paid, way, steps, asks, waits)
    tables = {"visits": _visits(block), "orders": _orders(block), "order_lines": _lines(block)}
    tables |= {"stock": stock, "purchases": purchases, "touchpoints": _touchpoints(block)}
    tables["returns"] = _returns(block, serve, tables["order_lines"])
    tables["contacts"] = _contacts(block, serve, tables["returns"])
    tables["complaints"] = _complaints(block, serve)
    service.send_back(world, state, serve, block.buyer[paid], steps, way)
    for counter in ("visits", "orders", "returns", "contacts", "complaints"):
        rows = len(next(iter(tables[counter].values())))
        setattr(state, counter, getattr(state, counter) + rows)
    return tables


def _visits(block: Block) -> Columns:
    visits = block.visits
    return {
        "visit_id": block.state.visits + 1 + np.arange(len(visits.day)),
        "visitor_id": visits.visitor,
        "started_at": visits.started,
        "channel_id": block.named("channel", visits.channel),
        "campaign_id": block.named("campaign", visits.campaign),
        "landing": Coded(visits.landing, traffic.LANDINGS),
        "product_id": block.named("product", visits.product),
        "product_pages": visits.pages,
        "dwell_seconds": visits.dwell,
    }


def _orders(block: Block) -> Columns:
    want, kept, way, end = block.want, block.kept, block.way, block.end
    visit = want.visit[kept]
    blank = np.full(len(kept), NOTHING)
    dispatched, delivered, cause = blank.copy(), blank.copy(), blank.copy()
    dispatched[block.paid] = np.where(way.dispatched < end, way.dispatched, NOTHING)
    arrived = way.delivered < end
    delivered[block.paid] = np.where(arrived, way.delivered, NOTHING)
    known = way.dispatched + service.THREE_DAYS < end
    cause[block.paid] = np.where(known, way.cause, NOTHING)
    status = np.where(want.cancelled[kept], STATUS.index("cancelled"), STATUS.index("unpaid"))
    status[block.paid] = np.where(arrived, STATUS.index("delivered"), STATUS.index("in_transit"))
    return {
        "order_id": block.order_id,
        "visit_id": block.state.visits + 1 + visit,
        "visitor_id": block.buyer,
        "placed_at": want.placed[kept],
        "paid_at": np.where(want.paid[kept] < end, want.paid[kept], NOTHING),
        "channel_id": block.named("channel", block.visits.channel[visit]),
        "campaign_id": block.named("campaign", block.visits.campaign[visit]),
        "region": Coded(want.region[kept], orders.REGIONS),
        "dispatched_at": dispatched,
        "delivered_at": delivered,
        "delay_cause": Coded(cause, fulfilment.CAUSES),
        "status": Coded(status, STATUS),
    }


def _lines(block: Block) -> Columns:
    """Return the product of each order, and the accessory bought along with it."""
    kept, extra = block.kept, block.sales.extra[block.kept]
    both = np.flatnonzero(extra >= 0)
    row = np.r_[np.arange(len(kept)), both]
    line = np.repeat([1, 2], [len(kept), len(both)])
    item = np.r_[block.sales.product[kept], extra[both]]
    quantity = np.r_[block.want.quantity[kept], np.ones(len(both), dtype=np.int64)]
    order = np.lexsort((line, row))
    row, item = row[order], item[order]
    day = block.want.placed[kept][row] // DAY
    return {
        "order_id": block.order_id[row],
        "line": line[order],
        "product_id": block.named("product", item),
        "quantity": quantity[order],
        "unit_price": block.world.catalogue.price[day, item],
        "unit_cost": block.world.catalogue.unit_cost[day, item],
    }


def _touchpoints(block: Block) -> Columns:
    """One row per order and touchpoint that applies and is due in the period."""
    window = service.windows()
    placed = block.want.placed[block.kept]
    due = np.full((len(placed), 10), NOTHING)
    done = np.full((len(placed), 10), NOTHING)
    due[:, 0], done[:, 0] = placed, placed
    due[block.paid, 1:], done[block.paid, 1:] = block.steps.due[:, 1:], block.steps.done[:, 1:]
    done[block.paid[block.steps.wrong_page], 0] = NOTHING
    ordered = block.asked_for != NOTHING
    row = block.asked_for[ordered] - block.state.orders - 1
    due[row, 1] = block.waits.arrived[ordered] + window[1]
    done[row, 1] = block.waits.answered[ordered]
    waiting = ~block.want.at_once[block.kept]
    due[waiting, 2] = placed[waiting] + window[2]
    done[waiting, 2] = block.want.reminded[block.kept][waiting]
    rows, columns = np.nonzero((due != NOTHING) & (due < block.end))
    finished = done[rows, columns]
    return {
        "order_id": block.order_id[rows],
        "touchpoint": columns + 1,
        "due_at": due[rows, columns],
        "done_at": np.where(finished < block.end, finished, NOTHING),
    }


def _returns(block: Block, rng: np.random.Generator, lines: Columns) -> Columns:
    position = np.full(len(block.kept), NOTHING)
    position[block.paid] = np.arange(len(block.paid))
    parcel = position[np.asarray(lines["order_id"]) - block.state.orders - 1]
    sent = np.flatnonzero(parcel >= 0)
    rows, asked, why, exchange = service.returns(rng, block.steps, block.way, parcel[sent])
    inside = asked < block.end
    back, asked, why, exchange = sent[rows][inside], asked[inside], why[inside], exchange[inside]
    quantity = np.asarray(lines["quantity"])[back]
    product = lines["product_id"]
    assert isinstance(product, Coded)
    return {
        "return_id": block.state.returns + 1 + np.arange(len(back)),
        "order_id": np.asarray(lines["order_id"])[back],
        "line": np.asarray(lines["line"])[back],
        "product_id": product.take(back),
        "quantity": quantity,
        "asked_at": asked,
        "kind": Coded(exchange.astype(np.int64), ("return", "exchange")),
        "reason": Coded(why, service.RETURNS),
        "refund": np.where(exchange, 0.0, yuan(quantity * np.asarray(lines["unit_price"])[back])),
    }


def _contacts(block: Block, rng: np.random.Generator, back: Columns) -> Columns:
    """Questions before the order, contacts about orders and returns, and those that come again."""
    rows, arrived, reason, phone = _contacts_after(block, rng, back)
    inside = arrived < block.end - 30 * MINUTE
    rows, arrived, reason, phone = rows[inside], arrived[inside], reason[inside], phone[inside]
    after = wait_for_service(block.world, rng, arrived, phone)
    price = (rng.random(len(block.asks)) < ASKS_FOR_PRICE).astype(np.int64)
    wave = {
        "kind": np.r_[np.zeros(len(block.asks), dtype=np.int64), phone.astype(np.int64)],
        "visitor_id": np.r_[block.visits.visitor[block.asks], block.buyer[rows]],
        "order_id": np.r_[block.asked_for, block.order_id[rows]],
        "visit_id": np.r_[block.state.visits + 1 + block.asks, np.full(len(rows), NOTHING)],
        "arrived_at": np.r_[block.waits.arrived, after.arrived],
        "answered_at": np.r_[block.waits.answered, after.answered],
        "ended_at": np.r_[block.waits.ended, after.ended],
        "reason": np.r_[price, reason],
    }
    waves = [_with_outcome(rng, wave)]
    while len(waves[-1]["kind"]):
        waves.append(_with_outcome(rng, _asked_again(block, rng, waves[-1])))
    columns = {name: np.concatenate([wave[name] for wave in waves]) for name in waves[0]}
    order = np.argsort(columns["arrived_at"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    return {
        "contact_id": block.state.contacts + 1 + np.arange(len(order)),
        **columns,
        "kind": Coded(columns["kind"], KINDS),
        "reason": Coded(columns["reason"], service.REASONS),
    }


def _with_outcome(rng: np.random.Generator, wave: dict[str, Ints]) -> dict[str, Ints]:
    """Draw whether each contact solved the question; -1 where nobody answered."""
    solved = rng.random(len(wave["kind"])) < truth()["first_contact_resolution"]
    return wave | {"resolved": np.where(wave["answered_at"] == NOTHING, NOTHING, solved)}


def _asked_again(
    block: Block, rng: np.random.Generator, before: dict[str, Ints]
) -> dict[str, Ints]:
    """Contacts of customers whose question was not solved, by day and within three days."""
    unsolved = np.flatnonzero(before["resolved"] == 0)
    again = unsolved[rng.random(len(unsolved)) < truth()["contact_again"]]
    ended = before["ended_at"][again]
    arrived = (ended // DAY + rng.integers(0, 3, len(again))) * DAY
    arrived += service.daytime(rng, len(again))
    arrived = np.where(arrived < ended + 10 * MINUTE, arrived + DAY, arrived)
    inside = arrived < block.end - 30 * MINUTE
    again, arrived = again[inside], arrived[inside]
    wave = {name: column[again] for name, column in before.items()}
    waits = wait_for_service(block.world, rng, arrived, wave["kind"] == KINDS.index("phone"))
    return wave | {
        "visit_id": np.full(len(again), NOTHING),
        "arrived_at": arrived,
        "answered_at": waits.answered,
        "ended_at": waits.ended,
    }


def _contacts_after(
    block: Block, rng: np.random.Generator, back: Columns
) -> tuple[Ints, Ints, Ints, Bools]:
    """Contacts about orders: row of the order, arrival, reason, by phone."""
    bought = block.want.paid[block.kept][block.paid]
    rows, arrived, reason = service.questions_after(rng, bought, block.steps, block.way)
    chosen = np.flatnonzero(rng.random(len(np.asarray(back["asked_at"]))) < ASKS_TO_RETURN)
    returned = np.asarray(back["order_id"])[chosen] - block.state.orders - 1
    rows = np.r_[block.paid[rows], returned]
    arrived = np.r_[arrived, np.asarray(back["asked_at"])[chosen] - 15 * MINUTE]
    reason = np.r_[reason, np.full(len(chosen), service.REASONS.index("return"))]
    return rows, arrived, reason, rng.random(len(rows)) < 0.4


def _complaints(block: Block, rng: np.random.Generator) -> Columns:
    gone = block.asked_for[block.waits.answered == NOTHING]
    gave_up = np.isin(block.order_id[block.paid], gone)
    rows, raised, reason, solved = service.complaints(rng, block.steps, block.way, gave_up)
    inside = raised < block.end
    rows, raised, reason, solved = rows[inside], raised[inside], reason[inside], solved[inside]
    return {
        "complaint_id": block.state.complaints + 1 + np.arange(len(rows)),
        "order_id": block.order_id[block.paid][rows],
        "raised_at": raised,
        "reason": Coded(reason, service.COMPLAINTS),
        "resolved_at": np.where(solved < block.end, solved, NOTHING),
    }
