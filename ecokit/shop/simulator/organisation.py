"""People and decisions of the shop's own structure, the three forces."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    Coded,
    Columns,
    Floats,
    Ints,
    yuan,
)
from ecokit.shop.simulator.frames import input_frame
from ecokit.shop.simulator.luck import Keys, Luck, key
from ecokit.shop.simulator.world import World

OWN = "three_forces"
KINDS = ("product", "campaign", "service")
# Who approves, in order; how many of them do is told by the money at stake: see `mandates`.
CHAINS = (
    ("product_manager", "general_manager", "finance", "warehouse_orders"),
    ("traffic_manager", "general_manager", "finance"),
    ("service_guides", "general_manager", "warehouse_orders"),
)
ALWAYS = np.array([2, 1, 1])  # approvals of a decision below the first limit
A_DAY = (0.55, 0.9, 2.2)  # decisions raised on a day in a company of the usual size
POTENTIAL = np.array([2_800.0, 1_300.0, 140.0])  # median margin at stake, yuan
POTENTIAL_SPREAD = 0.6  # of its logs
WINDOWS = (2880, 120, 240)  # minutes in which each kind has to be decided
APPROVED = 0.88
LEAVERS = 0.13  # share of people who leave in a year


def posts(size: float) -> pd.DataFrame:
    """Return the posts of a company of `size` times the usual visits: no post goes, some grow."""
    rows = input_frame("posts")
    people = (rows["headcount"] * max(size, 1.0)).round()
    return rows.assign(headcount=people.astype("int64"))


def people(size: float) -> int:
    """Return the people in the shop's own structure; who holds two posts counts once."""
    rows = posts(size)
    own = (rows["structure"] == OWN) & rows["held_with"].isna()
    return int(rows.loc[own, "headcount"].sum())


def decisions(world: World) -> dict[str, Columns]:
    """Draw every decision and each of its approvals."""
    kind, raised, who = _raised(world)
    size, luck, effect = len(kind), world.luck, truth()
    potential = yuan(
        POTENTIAL[kind] * np.exp(POTENTIAL_SPREAD * luck.normal("decision.potential", who))
    )
    layers = ALWAYS[kind] + (potential[:, None] > _limits()[kind]).sum(axis=1)
    mean = np.array([effect[f"approval_minutes_{name}"] for name in KINDS])[kind]
    half = np.array([effect[f"half_life_{name}"] for name in KINDS])[kind]
    step = np.arange(max(len(chain) for chain in CHAINS))
    took = luck.exponential("decision.approval", mean[:, None] * MINUTE, who[:, None], step)
    took = np.maximum(np.rint(took), 1).astype(np.int64)
    answered = raised[:, None] + np.cumsum(took, axis=1)
    decided = answered[np.arange(size), layers - 1]
    approved = luck.uniform("decision.approved", who) < APPROVED
    left = 0.5 ** ((decided - raised) / MINUTE / half)
    gained = yuan(potential * left * (0.9 + 0.2 * luck.uniform("decision.gain", who)) * approved)
    inside = np.flatnonzero(decided < world.days * DAY)
    number = np.arange(1, len(inside) + 1)
    rows = {
        "decision_id": number,
        "kind": Coded(kind[inside], KINDS),
        "subject_id": _subjects(world, kind, raised // DAY, who).take(inside),
        "raised_by": Coded(kind[inside], tuple(row["raised_by"] for row in _mandates())),
        "raised_at": raised[inside],
        "layers": layers[inside],
        "decided_at": decided[inside],
        "window_minutes": np.array(WINDOWS)[kind[inside]],
        "outcome": Coded(1 - approved[inside].astype(np.int64), ("approved", "rejected")),
        "potential": potential[inside],
        "effect": gained[inside],
    }
    steps = _approvals(number, kind[inside], layers[inside], raised[inside], answered[inside])
    return {"decisions": rows, "approvals": steps}


def _mandates() -> list[dict[str, str]]:
    """Return the mandates of the shop's own structure, in the order of the kinds."""
    own = {row["kind"]: row for row in read("mandates") if row["structure"] == OWN}
    return [own[kind] for kind in KINDS]


def _limits() -> Floats:
    """Return the yuan at stake above which a second and a third post approves: kinds by limits."""
    return np.array([[float(row["limit"]), float(row["high_limit"])] for row in _mandates()])


def _raised(world: World) -> tuple[Ints, Ints, Keys]:
    """Kind, time and key of each decision, in order of time; raised from 9 to 18 o'clock."""
    day, every = np.arange(world.days)[:, None], np.arange(len(KINDS))
    counts = world.luck.poisson("day.decisions", np.array(A_DAY) * world.size, day, every)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    turn = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
    day, kind = np.divmod(cell, len(KINDS))
    who = key("decision", day, kind, turn)
    raised = day * DAY + 9 * HOUR + world.luck.whole("decision.raised", 0, 9 * HOUR, who)
    order = np.argsort(raised, kind="stable")
    return kind[order], raised[order], who[order]


def _subjects(world: World, kind: Ints, day: Ints, who: Keys) -> Coded:
    """Draw what a decision is about: a product on sale, a campaign that runs or comes next."""
    goods, plan = world.catalogue, world.campaigns
    codes = np.full(len(kind), NOTHING)
    products = np.flatnonzero(kind == KINDS.index("product"))
    on_sale = goods.on_sale(world.days)[day[products]].astype(np.float64)
    codes[products] = _first(world.luck, who[products], goods.key, on_sale)
    campaigns = np.flatnonzero(kind == KINDS.index("campaign"))
    near = plan.first <= day[campaigns, None] + 14
    near &= plan.last >= day[campaigns, None]
    found = _first(world.luck, who[campaigns], key("campaign", plan.number), near * _visits(world))
    codes[campaigns] = np.where(found == NOTHING, NOTHING, len(goods.names) + found)
    return Coded(codes, goods.ids + plan.ids)


def _visits(world: World) -> Floats:
    """Return the visits that each campaign brings, as a share of a usual day."""
    return np.asarray(world.campaigns.visits.sum(axis=0) * world.campaigns.runs)


def _first(luck: Luck, who: Keys, things: Keys, weights: Floats) -> Ints:
    """Draw one thing a row by its weights, as the winner of a race; -1 where all weigh nothing.

    Each pair runs on its own luck, so one thing more changes only the rows that it wins.
    """
    if not len(things):
        return np.full(len(who), NOTHING)
    time = luck.exponential("decision.subject", 1.0, who[:, None], things)
    time = np.divide(time, weights, out=np.full(weights.shape, np.inf), where=weights > 0)
    return np.where((weights > 0).any(axis=1), time.argmin(axis=1), NOTHING)


def _approvals(number: Ints, kind: Ints, layers: Ints, raised: Ints, answered: Ints) -> Columns:
    """One row per decision and step: each post is asked when the one before it has answered."""
    rows = np.repeat(np.arange(len(number)), layers)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(layers) - layers, layers)
    names = tuple(sorted({post for chain in CHAINS for post in chain}))
    table = np.array(
        [[names.index((chain + chain[-1:] * 4)[n]) for n in range(4)] for chain in CHAINS]
    )
    before = np.where(step == 0, raised[rows], answered[rows, np.maximum(step - 1, 0)])
    return {
        "decision_id": number[rows],
        "step": step + 1,
        "post_id": Coded(table[kind[rows], step], names),
        "asked_at": before,
        "answered_at": answered[rows, step],
    }


def staff(world: World) -> Columns:
    """People of the shop's own structure: who is there, who left and who came for them.

    Who holds two posts stands once, at the first of them.
    """
    rows, luck = posts(world.size), world.company
    rows = rows[(rows["structure"] == OWN) & rows["held_with"].isna()]
    seats = np.repeat(np.arange(len(rows)), rows["headcount"].to_numpy(np.int64))
    chair = np.arange(len(seats)) - np.searchsorted(seats, seats)
    who = (seats, chair)
    hired = -luck.whole("staff.hired", 30, 5 * 365, *who)
    leaves = luck.uniform("staff.leaves", *who) < LEAVERS * min(world.days / 365, 3)
    left = np.where(leaves, luck.whole("staff.left", 0, world.days, *who), NOTHING)
    new = (left + luck.whole("staff.gap", 7, 45, *who))[leaves]
    inside = new < world.days
    post = np.r_[seats, seats[leaves][inside]]
    place = np.r_[chair, chair[leaves][inside]]
    turn = np.r_[np.zeros(len(seats), dtype=np.int64), np.ones(int(inside.sum()), dtype=np.int64)]
    hired = np.r_[hired, new[inside]]
    left = np.r_[left, np.full(int(inside.sum()), NOTHING)]
    cost = _full_cost()[rows["post_id"]].to_numpy(np.float64)[post]
    pay = 0.88 + 0.3 * luck.uniform("staff.pay", post, place, turn)
    salary: Floats = np.rint(cost * pay / 100) * 100
    order = np.lexsort((hired, post))
    return {
        "staff_id": Coded(
            np.arange(len(post)), tuple(f"S{n:03d}" for n in range(1, len(post) + 1))
        ),
        "post_id": Coded(post[order], tuple(rows["post_id"])),
        "hired_on": hired[order],
        "left_on": left[order],
        "monthly_cost": salary[order],
    }


def _full_cost() -> pd.Series[float]:
    """Return what a holder of each post costs a month: part-time in part, two posts together."""
    rows = input_frame("posts")
    paid = (rows["monthly_cost"] * rows["working_time"]).astype("float64")
    holder = rows["held_with"].where(rows["held_with"].notna(), rows["post_id"])
    return paid.groupby(holder).sum()
