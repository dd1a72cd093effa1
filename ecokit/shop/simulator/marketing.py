"""Tables of campaigns, and the design work behind them."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import DAY, HOUR, Coded, Columns, Ints, draw, exponential, seconds
from ecokit.shop.simulator.world import World

KINDS = ("banner", "page", "video")
CLICKS_PER_VISIT = 1.06  # some clicks never reach the shop
CLICK_SPREAD = 0.12


def campaigns(world: World) -> Columns:
    """Rows of the table of campaigns."""
    plan = world.campaigns
    return {
        "campaign_id": Coded(np.arange(len(plan)), plan.ids),
        "name": Coded(np.arange(len(plan)), plan.names),
        "channel_id": Coded(plan.channel, tuple(row["channel_id"] for row in read("channels"))),
        "start_on": plan.first,
        "end_on": plan.last,
        "budget": plan.budget,
        "new_resource": plan.new_resource,
    }


def creatives(world: World, rng: np.random.Generator, visits: Ints) -> Columns:
    """Rows of the table of creatives; `visits` is the visits that each campaign brought."""
    plan = world.campaigns
    counts = 2 + rng.integers(0, 4, len(plan)) + 2 * (plan.planned.max(axis=0, initial=0) >= 0.5)
    campaign = np.repeat(np.arange(len(plan)), counts)
    place = np.arange(len(campaign)) - np.repeat(np.cumsum(counts) - counts, counts)
    size = len(campaign)
    due = (plan.first[campaign] - 1 - rng.integers(0, 2, size)) * DAY + 18 * HOUR
    asked = due - rng.integers(5, 15, size) * DAY + rng.integers(-8 * HOUR, 0, size)
    late = (
        rng.random(size)
        < truth()["design_late_share"] * (0.4 + 1.2 * rng.random(len(plan)))[campaign]
    )
    early = np.minimum(seconds(exponential(rng, 20 * HOUR, size)), (due - asked) // 2)
    delivered = np.where(late, due + seconds(exponential(rng, 22 * HOUR, size) + HOUR), due - early)
    part = 0.4 + rng.random(size)
    clicks = np.rint(
        visits[campaign] * CLICKS_PER_VISIT * part / np.bincount(campaign, part)[campaign]
    )
    baseline = np.array([float(row["baseline_click_rate"]) for row in read("channels")])
    index = (
        truth()["creative_click_index"]
        * np.exp(CLICK_SPREAD * rng.standard_normal(len(plan)))[campaign]
    )
    index = index * np.where(late, truth()["late_design_clicks"], 1.02)
    shown = np.rint(clicks / (baseline[plan.channel[campaign]] * index)).astype(np.int64)
    names = tuple(f"{plan.ids[c]}-{p + 1}" for c, p in zip(campaign, place, strict=True))
    return {
        "creative_id": Coded(np.arange(size), names),
        "campaign_id": Coded(campaign, plan.ids),
        "kind": Coded(np.where(place == 1, 1, draw(rng, np.array([0.7, 0.0, 0.3]), size)), KINDS),
        "asked_at": asked,
        "due_at": due,
        "delivered_at": delivered,
        "impressions": np.maximum(shown, clicks.astype(np.int64)),
        "clicks": clicks.astype(np.int64),
    }
