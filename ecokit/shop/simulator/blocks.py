"""One block of days from visits to returns, as rows of every event table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import (
    carriage,
    deliveries,
    faulty,
    fulfilment,
    goods,
    mailings,
    members,
    orders,
    pagetests,
    partners,
    payments,
    people,
    requests,
    service,
    signs,
    steps,
    supply,
    traffic,
    ways,
)
from ecokit.shop.simulator.arrays import (
    DAY,
    MINUTE,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    yuan,
)
from ecokit.shop.simulator.coming import CUSTOMER, PERSON, Coming, State, Tally
from ecokit.shop.simulator.luck import Keys, key
from ecokit.shop.simulator.waiting import Waiting, wait_for_service
from ecokit.shop.simulator.world import World

STATUS = ("unpaid", "cancelled", "in_transit", "delivered")
KINDS = ("chat", "phone")
COUNTED = (  # tables whose rows have a running number
    "visits",
    "orders",
    "returns",
    "contacts",
    "complaints",
    "deliveries",
    "payments",
    "settlements",
)
ASKS_TO_RETURN = 0.4  # returns that begin with a contact
ASKS_FOR_PRICE = 0.3  # questions before an order that are about the price
PHONES = 0.4  # contacts about orders that are calls


@dataclass(frozen=True)
class Block:
    """What happened in a block.

    `kept` are the rows of `want` that became orders, `paid` the rows of those that were paid (the
    rows of `way` and `steps`); `asks` are the visits with a question, `waits` their waiting, and
    `asked_for` the orders that came of them (-1: none).
    """

    world: World
    state: State
    first: int
    visits: traffic.Visits
    want: orders.Wishes
    sales: goods.Sales
    kept: Ints
    paid: Ints
    reached: Ints
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
        return self.visits.come.visitor[self.want.visit[self.kept]]

    @property
    def who(self) -> Keys:
        """Key of each paid order, for its luck."""
        return self.want.key[self.kept][self.paid]

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


def simulate_block(world: World, state: State, first: int) -> dict[str, Columns]:
    """Simulate the block of days that begins with day `first`; return its rows by table."""
    mailed = mailings.send(world, state, first)
    visits = traffic.visits_of_block(world, state, first)
    asks, waits = orders.questions(world, visits)
    chance = orders.conversion(world, visits, asks, waits, int(service.windows()[1]))
    reached = steps.reached(world, visits, steps.chances(world, visits, chance))
    want = orders.wishes(world, visits, reached == steps.ORDER, asks, waits)
    sales, stock, purchases = goods.trade(world, state, first, want)
    kept = np.flatnonzero(sales.product >= 0)
    paid = np.flatnonzero(want.paid[kept] != NOTHING)
    bought, who = want.paid[kept][paid], want.key[kept][paid]
    reached[np.delete(want.visit, kept)] = steps.CHECKOUT  # what they wanted was sold out
    way = fulfilment.parcels(world, who, bought, visits.come.region[want.visit[kept][paid]])
    care = service.journey(world, who, bought, way)
    block = Block(
        world, state, first, visits, want, sales, kept, paid, reached, way, care, asks, waits
    )
    lines = _lines(block)
    tables = {"visits": _visits(block), "orders": _orders(block, lines), "order_lines": lines}
    tables |= {"causes": _causes(block), "mailings": mailed}
    tables |= {"stock": stock, "purchases": purchases, "touchpoints": _touchpoints(block)}
    tables["returns"] = _returns(block, tables["order_lines"])
    sent = _sent(block, lines, tables["returns"])
    tables["deliveries"], cash = deliveries.deliveries(world, sent, state.deliveries)
    tables |= _payments(block, lines, np.asarray(tables["orders"]["coupon"]), cash)
    signs.keep(world, state, first, tables)
    tables["requests"] = requests.requests(world, first, tables["visits"])
    tables |= faulty.copies(world, state, first, tables, visits.key, want.key[kept])
    contacts, unsolved, known = _contacts(block, tables["returns"])
    tables |= {"contacts": contacts, "complaints": _complaints(block)}
    buyers = visits.come.take(want.visit[kept][paid])
    later = service.come_again(world, buyers, care, way, unsolved, known)
    state.expect(world.days, later)
    buyers = buyers.take(buyers.role <= CUSTOMER)
    state.customers.append(buyers)
    members.keep(world, state, buyers)
    partners.keep(state, buyers)
    pagetests.enrol(world, state, visits.come, block.buyer, want.placed[kept])
    _count(state.tally, visits, buyers, later)
    _count_sold(state.tally, want, kept)
    for counter in COUNTED:
        rows = len(next(iter(tables[counter].values())))
        setattr(state, counter, getattr(state, counter) + rows)
    return tables


def _count(tally: Tally, visits: traffic.Visits, buyers: Coming, later: Coming) -> None:
    """Add a block to the counts that the truth of campaigns is scaled by."""
    tally.new_paid += int((buyers.role == PERSON).sum())
    tally.back_paid += int((buyers.role == CUSTOMER).sum())
    tally.back_visits += int((visits.come.role == CUSTOMER).sum())
    tally.later += len(later.key)


def _count_sold(tally: Tally, want: orders.Wishes, kept: Ints) -> None:
    """Count by day the orders that people wanted to pay, and those that stock allowed."""
    pays = want.paid != NOTHING
    sold = np.zeros(len(pays), dtype=bool)
    sold[kept] = True
    for counts, rows in ((tally.wanted, pays), (tally.sold, pays & sold)):
        days, number = np.unique(want.placed[rows] // DAY, return_counts=True)
        counts.update(zip(days.tolist(), number.tolist(), strict=True))


def _visits(block: Block) -> Columns:
    visits = block.visits
    return {
        "visit_id": block.state.visits + 1 + np.arange(len(visits.day)),
        "visitor_id": visits.come.visitor,
        "started_at": visits.started,
        "channel_id": block.named("channel", visits.channel),
        "campaign_id": block.named("campaign", visits.campaign),
        "landing": Coded(visits.landing, traffic.LANDINGS),
        "product_id": block.named("product", visits.product),
        "product_pages": visits.pages,
        "dwell_seconds": visits.dwell,
        "region": Coded(visits.come.region, people.REGIONS),
        "device": Coded(visits.device, people.DEVICES),
        "load_seconds": visits.load,
        "reached": Coded(block.reached, steps.STEPS),
    }


def _causes(block: Block) -> Columns:
    """Why each visit was made, which only the simulator knows."""
    cause = ways.causes(block.world.luck, block.world.ways, block.visits.come)
    return {
        "visit_id": block.state.visits + 1 + np.arange(len(cause)),
        "cause": Coded(cause, ways.CAUSES),
    }


def _orders(block: Block, lines: Columns) -> Columns:
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
        "paid_at": want.paid[kept],
        "channel_id": block.named("channel", block.visits.channel[visit]),
        "campaign_id": block.named("campaign", block.visits.campaign[visit]),
        "region": Coded(block.visits.come.region[visit], people.REGIONS),
        "dispatched_at": dispatched,
        "delivered_at": delivered,
        "delay_cause": Coded(cause, fulfilment.CAUSES),
        "status": Coded(status, STATUS),
        "deposit": want.deposit[kept],
        "coupon": _coupons(block, lines),
    }


def _coupons(block: Block, lines: Columns) -> Floats:
    row = np.asarray(lines["order_id"]) - block.state.orders - 1
    money = np.asarray(lines["quantity"]) * np.asarray(lines["unit_price"])
    worth = np.bincount(row, money, len(block.kept)).astype(np.float64)
    campaign = block.visits.campaign[block.want.visit[block.kept]]
    return orders.coupons(block.world, campaign, block.want.placed[block.kept] // DAY, worth)


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
        "unit_cost": block.sales.unit_cost[day - block.first, item],
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


def _returns(block: Block, lines: Columns) -> Columns:
    position = np.full(len(block.kept), NOTHING)
    position[block.paid] = np.arange(len(block.paid))
    parcel = position[np.asarray(lines["order_id"]) - block.state.orders - 1]
    sent = np.flatnonzero(parcel >= 0)
    who = key(block.who[parcel[sent]], np.asarray(lines["line"])[sent])
    visit = block.want.visit[block.kept][block.paid][parcel[sent]]
    campaign = block.visits.campaign[visit]
    promised = pagetests.effect(block.world, block.visits.come.take(visit), "returns", 0.0)
    hosted = np.r_[block.world.campaigns.hosted, False]  # the last for orders by no campaign
    rows, asked, why, exchange = service.returns(
        block.world.luck, who, block.steps, block.way, parcel[sent], hosted[campaign], promised
    )
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


def _sent(block: Block, lines: Columns, back: Columns) -> deliveries.Sent:
    """Gather what deliveries are made of, for the paid orders."""
    visit = block.want.visit[block.kept][block.paid]
    come = block.visits.come.take(visit)
    first, size = block.state.orders + 1, len(block.kept)
    row = np.asarray(lines["order_id"]) - first
    product, quantity = lines["product_id"], np.asarray(lines["quantity"])
    assert isinstance(product, Coded)
    litres = quantity * supply.shelves(block.world)[0][product.codes]
    density = np.array([float(kind["kg_per_litre"]) for kind in read("categories")])
    kilograms = litres * density[block.world.catalogue.category[product.codes]]
    reason, kind = back["reason"], back["kind"]
    assert isinstance(reason, Coded)
    assert isinstance(kind, Coded)
    returned = np.asarray(back["order_id"]) - first
    why, asked = np.full(size, NOTHING), np.full(size, NOTHING)
    rows = np.argsort(service.BLAME[reason.codes], kind="stable")  # of two reasons the worse one
    why[returned[rows]] = reason.codes[rows]
    np.maximum.at(asked, returned, np.asarray(back["asked_at"]))
    count = np.bincount(row, minlength=size)
    money = np.bincount(returned[kind.codes == 0], minlength=size)
    hosted = np.r_[block.world.campaigns.hosted, False]  # the last for orders by no campaign
    return deliveries.Sent(
        order=block.order_id[block.paid],
        who=block.who,
        way=block.way,
        to=carriage.carried(
            block.world, block.state, block.who, come.person, come.region, block.way
        ),
        litres=np.bincount(row, litres, size).astype(np.float64)[block.paid],
        kilograms=np.bincount(row, kilograms, size).astype(np.float64)[block.paid],
        alone=((count == 1) & (block.want.deposit[block.kept] == 0))[block.paid],
        streamed=hosted[block.visits.campaign[visit]],
        back=why[block.paid],
        asked=asked[block.paid],
        whole=(money == count)[block.paid],
    )


def _payments(block: Block, lines: Columns, coupon: Floats, cash: Bools) -> dict[str, Columns]:
    """Rows of payments and settlements, for the orders that are not paid at the door."""
    want, kept = block.want, block.kept
    row = np.asarray(lines["order_id"]) - block.state.orders - 1
    money = np.asarray(lines["quantity"]) * np.asarray(lines["unit_price"])
    amount = yuan(np.bincount(row, money, len(kept)) - coupon)
    online = np.delete(np.arange(len(kept)), block.paid[cash])
    rows = kept[online]
    late = want.placed[rows] + payments.LONGEST >= block.end
    asked = payments.Asked(
        order=block.order_id[online],
        who=want.key[rows],
        placed=want.placed[rows],
        paid=want.paid[rows],
        amount=amount[online],
        quick=want.at_once[rows] & (want.deposit[rows] == 0),
        never=(want.paid[rows] == NOTHING) & ((want.deposit[rows] > 0) | late),
    )
    tried, settled, faults = payments.payments(block.world, asked, block.state.payments)
    number = block.state.settlements + 1 + np.arange(len(np.asarray(settled["amount"])))
    return {
        "payments": tried,
        "settlements": {"settlement_id": number, **settled},
        "settlement_faults": faults,
    }


def _contacts(block: Block, back: Columns) -> tuple[Columns, Bools, Ints]:
    """Questions before the order, contacts about orders and returns, and those that come again.

    Returned beside them, for each paid order: whether the last question was left unsolved, and when
    it ended (-1: none).
    """
    after = _contacts_after(block, back)
    asks = block.visits.key[block.asks]
    price = block.world.luck.uniform("contact.price", asks) < ASKS_FOR_PRICE
    before = {
        "key": key("before", asks),
        "kind": np.zeros(len(asks), dtype=np.int64),
        "visitor_id": block.visits.come.visitor[block.asks],
        "order_id": block.asked_for,
        "visit_id": block.state.visits + 1 + block.asks,
        "arrived_at": block.waits.arrived,
        "answered_at": block.waits.answered,
        "ended_at": block.waits.ended,
        "reason": price.astype(np.int64),
    }
    wave = {name: np.concatenate([before[name], after[name]]) for name in before}
    waves = [_with_outcome(block, wave)]
    while len(waves[-1]["kind"]):
        waves.append(_with_outcome(block, _asked_again(block, waves[-1])))
    columns = {name: np.concatenate([wave[name] for wave in waves]) for name in waves[0]}
    order = np.lexsort((columns.pop("key"), columns["arrived_at"]))
    columns = {name: column[order] for name, column in columns.items()}
    rows: Columns = {
        "contact_id": block.state.contacts + 1 + np.arange(len(order)),
        **columns,
        "kind": Coded(columns["kind"], KINDS),
        "reason": Coded(columns["reason"], service.REASONS),
    }
    return rows, *_left_unsolved(block, columns)


def _contacts_after(block: Block, back: Columns) -> dict[str, Any]:
    """Contacts about orders and about what is sent back, with their waits."""
    luck, bought = block.world.luck, block.want.paid[block.kept][block.paid]
    rows, arrived, reason = service.questions_after(luck, block.who, bought, block.steps, block.way)
    sent = np.asarray(back["order_id"]) - block.state.orders - 1
    line = key(block.want.key[block.kept][sent], np.asarray(back["line"]))
    chosen = luck.uniform("return.by_contact", line) < ASKS_TO_RETURN
    who = np.r_[key(block.who[rows], reason), key(line[chosen], "return")]
    rows = np.r_[block.paid[rows], sent[chosen]]
    arrived = np.r_[arrived, np.asarray(back["asked_at"])[chosen] - 15 * MINUTE]
    reason = np.r_[reason, np.full(int(chosen.sum()), service.REASONS.index("return"))]
    inside = arrived < block.end - 30 * MINUTE
    who, rows, arrived, reason = who[inside], rows[inside], arrived[inside], reason[inside]
    phone = luck.uniform("contact.phone", who) < PHONES
    waits = wait_for_service(block.world, who, arrived, phone)
    return {
        "key": who,
        "kind": phone.astype(np.int64),
        "visitor_id": block.buyer[rows],
        "order_id": block.order_id[rows],
        "visit_id": np.full(len(rows), NOTHING),
        "arrived_at": waits.arrived,
        "answered_at": waits.answered,
        "ended_at": waits.ended,
        "reason": reason,
    }


def _with_outcome(block: Block, wave: dict[str, Any]) -> dict[str, Any]:
    """Draw whether each contact solved the question; -1 where nobody answered."""
    chance = block.world.luck.uniform("contact.solved", wave["key"])
    solved = chance < truth()["first_contact_resolution"]
    return wave | {"resolved": np.where(wave["answered_at"] == NOTHING, NOTHING, solved)}


def _asked_again(block: Block, before: dict[str, Any]) -> dict[str, Any]:
    """Contacts of customers whose question was not solved, by day and within three days."""
    luck = block.world.luck
    asks = luck.uniform("contact.again", before["key"]) < truth()["contact_again"]
    again = np.flatnonzero((before["resolved"] == 0) & asks)
    who, ended = key("again", before["key"][again]), before["ended_at"][again]
    arrived = (ended // DAY + luck.whole("contact.again_day", 0, 3, who)) * DAY
    arrived += service.daytime(luck.uniform("contact.again_at", who))
    arrived = np.where(arrived < ended + 10 * MINUTE, arrived + DAY, arrived)
    inside = arrived < block.end - 30 * MINUTE
    again, arrived, who = again[inside], arrived[inside], who[inside]
    wave = {name: column[again] for name, column in before.items()}
    waits = wait_for_service(block.world, who, arrived, wave["kind"] == KINDS.index("phone"))
    return wave | {
        "key": who,
        "visit_id": np.full(len(again), NOTHING),
        "arrived_at": arrived,
        "answered_at": waits.answered,
        "ended_at": waits.ended,
    }


def _left_unsolved(block: Block, contacts: dict[str, Any]) -> tuple[Bools, Ints]:
    """Return for each paid order whether its last question was unsolved, and when it ended."""
    known = np.full(len(block.kept), NOTHING)
    unsolved = np.zeros(len(block.kept), dtype=bool)
    rows = np.flatnonzero(contacts["order_id"] != NOTHING)  # by arrival: the last one stays
    order = contacts["order_id"][rows] - block.state.orders - 1
    known[order] = contacts["ended_at"][rows]
    unsolved[order] = contacts["resolved"][rows] != 1
    return unsolved[block.paid], known[block.paid]


def _complaints(block: Block) -> Columns:
    gone = block.asked_for[block.waits.answered == NOTHING]
    gave_up = np.isin(block.order_id[block.paid], gone)
    rows, raised, reason, solved = service.complaints(
        block.world.luck, block.who, block.steps, block.way, gave_up
    )
    inside = raised < block.end
    rows, raised, reason, solved = rows[inside], raised[inside], reason[inside], solved[inside]
    return {
        "complaint_id": block.state.complaints + 1 + np.arange(len(rows)),
        "order_id": block.order_id[block.paid][rows],
        "raised_at": raised,
        "reason": Coded(reason, service.COMPLAINTS),
        "resolved_at": np.where(solved < block.end, solved, NOTHING),
    }
