"""One block of days from visits to returns, as rows of every event table."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator import fulfilment, goods, orders, service, traffic
from ecokit.shop.simulator.arrays import DAY, MINUTE, NOTHING, Coded, Columns, Ints, yuan
from ecokit.shop.simulator.service import Journey
from ecokit.shop.simulator.traffic import Visits
from ecokit.shop.simulator.waiting import Waiting, wait_for_service
from ecokit.shop.simulator.world import State, World

STATUS = ("unpaid", "cancelled", "in_transit", "delivered")
KINDS = ("chat", "phone")


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
    tables = {"stock": stock, "purchases": purchases, "visits": _visits(world, state, visits)}
    tables |= _orders(world, state, visits, want, sales, kept, paid, way)
    tables |= _service(
        world, state, serve, visits, want, kept, paid, way, steps, asks, waits, tables
    )
    service.send_back(world, state, serve, visits.visitor[want.visit[kept][paid]], steps, way)
    state.visits += len(visits.day)
    state.orders += len(kept)
    return tables


def _coded(world: World, codes: Ints, what: str) -> Coded:
    names = {
        "product": world.catalogue.ids,
        "campaign": world.campaigns.ids,
        "channel": tuple(row["channel_id"] for row in read("channels")),
    }
    return Coded(codes, names[what])


def _visits(world: World, state: State, visits: Visits) -> Columns:
    return {
        "visit_id": state.visits + 1 + np.arange(len(visits.day)),
        "visitor_id": visits.visitor,
        "started_at": visits.started,
        "channel_id": _coded(world, visits.channel, "channel"),
        "campaign_id": _coded(world, visits.campaign, "campaign"),
        "landing": Coded(visits.landing, traffic.LANDINGS),
        "product_id": _coded(world, visits.product, "product"),
        "product_pages": visits.pages,
        "dwell_seconds": visits.dwell,
    }


def _orders(
    world: World,
    state: State,
    visits: Visits,
    want: orders.Wishes,
    sales: goods.Sales,
    kept: Ints,
    paid: Ints,
    way: fulfilment.Parcels,
) -> dict[str, Columns]:
    """Rows of orders and order lines; what lies after the period is not known yet."""
    end = world.days * DAY
    size = len(kept)
    visit = want.visit[kept]
    order_id = state.orders + 1 + np.arange(size)
    blank = np.full(size, NOTHING)
    dispatched, delivered, cause = blank.copy(), blank.copy(), blank.copy()
    dispatched[paid] = np.where(way.dispatched < end, way.dispatched, NOTHING)
    arrived = way.delivered < end
    delivered[paid] = np.where(arrived, way.delivered, NOTHING)
    cause[paid] = np.where(way.dispatched + service.THREE_DAYS < end, way.cause, NOTHING)
    status = np.where(want.cancelled[kept], 1, 0)
    status[paid] = np.where(arrived, 3, 2)
    product = sales.product[kept]
    extra = sales.extra[kept]
    both = np.flatnonzero(extra >= 0)
    rows = np.r_[np.arange(size), both]
    line = np.r_[np.ones(size, dtype=np.int64), np.full(len(both), 2)]
    item = np.r_[product, extra[both]]
    quantity = np.r_[want.quantity[kept], np.ones(len(both), dtype=np.int64)]
    order = np.lexsort((line, rows))
    rows, line, item, quantity = rows[order], line[order], item[order], quantity[order]
    day = want.placed[kept][rows] // DAY
    return {
        "orders": {
            "order_id": order_id,
            "visit_id": state.visits + 1 + visit,
            "visitor_id": visits.visitor[visit],
            "placed_at": want.placed[kept],
            "paid_at": want.paid[kept],
            "channel_id": _coded(world, visits.channel[visit], "channel"),
            "campaign_id": _coded(world, visits.campaign[visit], "campaign"),
            "region": Coded(want.region[kept], orders.REGIONS),
            "dispatched_at": dispatched,
            "delivered_at": delivered,
            "delay_cause": Coded(cause, fulfilment.CAUSES),
            "status": Coded(status, STATUS),
        },
        "order_lines": {
            "order_id": order_id[rows],
            "line": line,
            "product_id": _coded(world, item, "product"),
            "quantity": quantity,
            "unit_price": world.catalogue.price[day, item],
            "unit_cost": world.catalogue.unit_cost[day, item],
        },
    }


def _service(
    world: World,
    state: State,
    rng: np.random.Generator,
    visits: Visits,
    want: orders.Wishes,
    kept: Ints,
    paid: Ints,
    way: fulfilment.Parcels,
    steps: Journey,
    asks: Ints,
    waits: Waiting,
    tables: dict[str, Columns],
) -> dict[str, Columns]:
    """Rows of touchpoints, contacts, complaints and returns."""
    order_id = np.asarray(tables["orders"]["order_id"])
    lines = tables["order_lines"]
    order_of_visit = np.full(len(visits.day), NOTHING)
    order_of_visit[want.visit[kept]] = order_id
    asked_for = order_of_visit[asks]
    gave_up = np.isin(order_id[paid], asked_for[waits.answered == NOTHING])
    position = np.full(len(order_id), NOTHING)
    position[paid] = np.arange(len(paid))
    line_order = position[np.asarray(lines["order_id"]) - state.orders - 1]
    sent = np.flatnonzero(line_order >= 0)
    rows, asked, why, exchange = service.returns(rng, steps, way, line_order[sent])
    back = sent[rows]
    tables = {
        "touchpoints": _touchpoints(
            world, want, kept, paid, steps, order_id, asks, waits, order_of_visit
        ),
        "contacts": _contacts(
            world,
            state,
            rng,
            visits,
            want,
            kept,
            paid,
            way,
            steps,
            asks,
            waits,
            asked_for,
            order_id,
        ),
        "complaints": _complaints(world, state, rng, steps, way, gave_up, order_id[paid]),
        "returns": _returns(world, state, lines, back, asked, why, exchange),
    }
    return tables


def _touchpoints(
    world: World,
    want: orders.Wishes,
    kept: Ints,
    paid: Ints,
    steps: Journey,
    order_id: Ints,
    asks: Ints,
    waits: Waiting,
    order_of_visit: Ints,
) -> Columns:
    """One row per order and touchpoint that applies and is due in the period."""
    window = service.windows()
    due = np.full((len(kept), 10), NOTHING)
    done = np.full((len(kept), 10), NOTHING)
    due[paid], done[paid] = steps.due, steps.done
    wrong = due[:, 0] != NOTHING
    wrong &= done[:, 0] == NOTHING
    due[:, 0] = want.placed[kept]
    done[:, 0] = np.where(wrong, NOTHING, want.placed[kept])
    answered = order_of_visit[asks] != NOTHING
    row = order_of_visit[asks][answered] - order_id[0] if len(order_id) else asks[:0]
    due[row, 1] = waits.arrived[answered] + window[1]
    done[row, 1] = waits.answered[answered]
    waiting = ~want.at_once[kept]
    due[waiting, 2] = want.placed[kept][waiting] + window[2]
    done[waiting, 2] = want.reminded[kept][waiting]
    end = world.days * DAY
    rows, columns = np.nonzero((due != NOTHING) & (due < end))
    finished = done[rows, columns]
    return {
        "order_id": order_id[rows],
        "touchpoint": columns + 1,
        "due_at": due[rows, columns],
        "done_at": np.where(finished < end, finished, NOTHING),
    }


def _contacts(
    world: World,
    state: State,
    rng: np.random.Generator,
    visits: Visits,
    want: orders.Wishes,
    kept: Ints,
    paid: Ints,
    way: fulfilment.Parcels,
    steps: Journey,
    asks: Ints,
    waits: Waiting,
    asked_for: Ints,
    order_id: Ints,
) -> Columns:
    """Questions before the order, and contacts after it that fall into the period."""
    rows, arrived, reason, phone = service.questions_after(rng, want.paid[kept][paid], steps, way)
    inside = arrived < world.days * DAY - 30 * MINUTE
    rows, arrived, reason, phone = rows[inside], arrived[inside], reason[inside], phone[inside]
    after = wait_for_service(world, rng, arrived, phone)
    first = (rng.random(len(asks)) < 0.3).astype(np.int64)  # a third asks about the price
    buyer = visits.visitor[want.visit[kept][paid]]
    joined = {
        "kind": np.r_[np.zeros(len(asks), dtype=np.int64), phone.astype(np.int64)],
        "visitor_id": np.r_[visits.visitor[asks], buyer[rows]],
        "order_id": np.r_[asked_for, order_id[paid][rows]],
        "arrived_at": np.r_[waits.arrived, after.arrived],
        "answered_at": np.r_[waits.answered, after.answered],
        "ended_at": np.r_[waits.ended, after.ended],
        "reason": np.r_[first, reason],
    }
    order = np.argsort(joined["arrived_at"], kind="stable")
    joined = {name: column[order] for name, column in joined.items()}
    number = state.contacts + 1 + np.arange(len(order))
    state.contacts += len(order)
    return {
        "contact_id": number,
        **joined,
        "kind": Coded(joined["kind"], KINDS),
        "reason": Coded(joined["reason"], service.REASONS),
    }


def _complaints(
    world: World,
    state: State,
    rng: np.random.Generator,
    steps: Journey,
    way: fulfilment.Parcels,
    gave_up: np.ndarray,
    order_id: Ints,
) -> Columns:
    end = world.days * DAY
    rows, raised, reason, solved = service.complaints(rng, steps, way, gave_up)
    inside = raised < end
    rows, raised, reason, solved = rows[inside], raised[inside], reason[inside], solved[inside]
    number = state.complaints + 1 + np.arange(len(rows))
    state.complaints += len(rows)
    return {
        "complaint_id": number,
        "order_id": order_id[rows],
        "raised_at": raised,
        "reason": Coded(reason, service.COMPLAINTS),
        "resolved_at": np.where(solved < end, solved, NOTHING),
    }


def _returns(
    world: World,
    state: State,
    lines: Columns,
    back: Ints,
    asked: Ints,
    why: Ints,
    exchange: np.ndarray,
) -> Columns:
    inside = asked < world.days * DAY
    back, asked, why, exchange = back[inside], asked[inside], why[inside], exchange[inside]
    number = state.returns + 1 + np.arange(len(back))
    state.returns += len(back)
    product = lines["product_id"]
    assert isinstance(product, Coded)
    quantity = np.asarray(lines["quantity"])[back]
    refund = yuan(quantity * np.asarray(lines["unit_price"])[back])
    return {
        "return_id": number,
        "order_id": np.asarray(lines["order_id"])[back],
        "line": np.asarray(lines["line"])[back],
        "product_id": product.take(back),
        "quantity": quantity,
        "asked_at": asked,
        "kind": Coded(exchange.astype(np.int64), ("return", "exchange")),
        "reason": Coded(why, service.RETURNS),
        "refund": np.where(exchange, 0.0, refund),
    }
