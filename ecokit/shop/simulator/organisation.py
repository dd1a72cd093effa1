"""People and decisions of the shop's own structure, the three forces."""

from __future__ import annotations

import numpy as np

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
    draw,
    yuan,
)
from ecokit.shop.simulator.world import World

OWN = "three_forces"
KINDS = ("product", "campaign", "service")
# Who approves, in order: along the reporting lines, and across to the rear where more is at stake.
CHAINS = (
    ("product_manager", "general_manager", "finance", "warehouse_orders"),
    ("traffic_manager", "general_manager", "finance"),
    ("service_guides", "general_manager", "warehouse_orders"),
)
FIRST_LAYERS = (2, 1, 1)  # approvals of the mandate
MORE_LAYERS = np.array([0.5, 0.3, 0.2])  # share of decisions that need none, one or two more
A_DAY = (0.55, 0.9, 2.2)  # decisions raised on a day
WINDOWS = (2880, 120, 240)  # minutes in which each kind has to be decided
POTENTIAL = (1_500.0, 650.0, 70.0)  # median margin at stake, yuan, at 411 visits a day
APPROVED = 0.88
LEAVERS = 0.13  # share of people who leave in a year


def decisions(world: World, rng: np.random.Generator) -> dict[str, Columns]:
    """Draw every decision and each of its approvals."""
    kind, raised = _raised(world, rng)
    size = len(kind)
    effect = truth()
    more = draw(rng, MORE_LAYERS, size)
    longest = np.array([len(chain) for chain in CHAINS])
    layers = np.minimum(np.array(FIRST_LAYERS)[kind] + more, longest[kind])
    mean = np.array([effect[f"approval_minutes_{name}"] for name in KINDS])[kind]
    half = np.array([effect[f"half_life_{name}"] for name in KINDS])[kind]
    took = rng.standard_exponential((size, int(longest.max()))) * mean[:, None] * MINUTE
    took = np.maximum(np.rint(took), 1).astype(np.int64)
    answered = raised[:, None] + np.cumsum(took, axis=1)
    decided = answered[np.arange(size), layers - 1]
    approved = rng.random(size) < APPROVED
    potential = yuan(
        np.array(POTENTIAL)[kind] * np.exp(0.6 * rng.standard_normal(size)) * world.rate / 411
    )
    lost = 0.5 ** ((decided - raised) / MINUTE / half)
    gained = yuan(potential * lost * (0.9 + 0.2 * rng.random(size)) * approved)
    inside = np.flatnonzero(decided < world.days * DAY)
    number = np.arange(1, len(inside) + 1)
    rows = {
        "decision_id": number,
        "kind": Coded(kind[inside], KINDS),
        "subject_id": _subjects(world, rng, kind, raised // DAY).take(inside),
        "raised_by": Coded(kind[inside], _raisers()),
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


def _raised(world: World, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Kind and time of each decision, in order of time; raised from 9 to 18 o'clock."""
    counts = rng.poisson(np.tile(np.array(A_DAY), (world.days, 1)))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    raised = cell // len(KINDS) * DAY + 9 * HOUR + rng.integers(0, 9 * HOUR, len(cell))
    order = np.argsort(raised, kind="stable")
    return (cell % len(KINDS))[order], raised[order]


def _raisers() -> tuple[str, ...]:
    own = {row["kind"]: row["raised_by"] for row in read("mandates") if row["structure"] == OWN}
    return tuple(own[kind] for kind in KINDS)


def _subjects(world: World, rng: np.random.Generator, kind: Ints, day: Ints) -> Coded:
    """Draw what a decision is about: a product on sale, a campaign that runs or comes next."""
    goods, plan = world.catalogue, world.campaigns
    chance = rng.random(len(kind))
    on_sale = goods.on_sale(world.days)
    codes = np.full(len(kind), NOTHING)
    for row in range(len(kind)):
        if KINDS[kind[row]] == "product":
            choice = np.flatnonzero(on_sale[day[row]])
            codes[row] = choice[int(chance[row] * len(choice))]
        elif KINDS[kind[row]] == "campaign":
            near = np.flatnonzero((plan.first <= day[row] + 14) & (plan.last >= day[row]))
            if len(near):
                codes[row] = len(goods.names) + near[int(chance[row] * len(near))]
    return Coded(codes, goods.ids + plan.ids)


def _approvals(number: Ints, kind: Ints, layers: Ints, raised: Ints, answered: Ints) -> Columns:
    """One row per decision and step: each post is asked when the one before it has answered."""
    rows = np.repeat(np.arange(len(number)), layers)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(layers) - layers, layers)
    posts = tuple(sorted({post for chain in CHAINS for post in chain}))
    table = np.array(
        [[posts.index((chain + chain[-1:] * 4)[n]) for n in range(4)] for chain in CHAINS]
    )
    before = np.where(step == 0, raised[rows], answered[rows, np.maximum(step - 1, 0)])
    return {
        "decision_id": number[rows],
        "step": step + 1,
        "post_id": Coded(table[kind[rows], step], posts),
        "asked_at": before,
        "answered_at": answered[rows, step],
    }


def staff(world: World, rng: np.random.Generator) -> Columns:
    """People of the shop's own structure: who is there, who left and who came for them."""
    posts = [row for row in read("posts") if row["structure"] == OWN]
    seats = np.repeat(np.arange(len(posts)), [int(row["headcount"]) for row in posts])
    hired = -rng.integers(30, 5 * 365, len(seats))
    leaves = rng.random(len(seats)) < LEAVERS * min(world.days / 365, 3)
    left = np.where(leaves, rng.integers(0, world.days, len(seats)), NOTHING)
    new = left[leaves] + rng.integers(7, 45, int(leaves.sum()))
    inside = new < world.days
    post = np.r_[seats, seats[leaves][inside]]
    hired = np.r_[hired, new[inside]]
    left = np.r_[left, np.full(int(inside.sum()), NOTHING)]
    cost = np.array([float(row["monthly_cost"]) for row in posts])[post]
    salary: Floats = np.rint(cost * (0.88 + 0.3 * rng.random(len(post))) / 100) * 100
    order = np.lexsort((hired, post))
    return {
        "staff_id": Coded(
            np.arange(len(post)), tuple(f"S{n:03d}" for n in range(1, len(post) + 1))
        ),
        "post_id": Coded(post[order], tuple(row["post_id"] for row in posts)),
        "hired_on": hired[order],
        "left_on": left[order],
        "monthly_cost": salary[order],
    }
