"""Tables of campaigns, and the design work behind them."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import DAY, HOUR, NOTHING, Coded, Columns, Ints, seconds
from ecokit.shop.simulator.campaigns import Campaigns
from ecokit.shop.simulator.world import World

KINDS = ("banner", "page", "video")
CLICKS_PER_VISIT = 1.06  # some clicks never reach the shop
CLICK_SPREAD = 0.12


def campaigns(world: World) -> Columns:
    """Rows of the table of campaigns."""
    plan = world.campaigns
    runs = np.flatnonzero(plan.runs)
    channels = tuple(row["channel_id"] for row in read("channels"))
    return {
        "campaign_id": Coded(runs, plan.ids),
        "name": Coded(runs, plan.names),
        "channel_id": Coded(plan.channel[runs], channels),
        "start_on": plan.first[runs],
        "end_on": plan.last[runs],
        "budget": plan.budget[runs],
        "new_resource": plan.new_resource[runs],
        "regions": _named(plan, runs, "regions"),
        "list_id": _named(plan, runs, "list_id"),
        **{name: plan.term(name)[runs] for name in ("fee", "commission", "threshold", "coupon")},
        "stacks": plan.term("stacks")[runs] == 1,
        "deposit": plan.term("deposit")[runs],
    }


def _named(plan: Campaigns, runs: Ints, name: str) -> Coded:
    told = [plan.terms[row][name] for row in runs.tolist()]
    codes = [row if text else NOTHING for row, text in enumerate(told)]
    return Coded(np.array(codes, dtype=np.int64), tuple(told))


def creatives(world: World, visits: Ints) -> Columns:
    """Rows of the table of creatives; `visits` is the visits that each campaign brought."""
    plan, luck = world.campaigns, world.luck
    counts = 2 + luck.whole("campaign.creatives", 0, 4, plan.number)
    counts = (counts + 2 * (plan.planned.max(axis=0, initial=0) >= 0.5)) * plan.runs
    campaign = np.repeat(np.arange(len(plan)), counts)
    place = np.arange(len(campaign)) - np.repeat(np.cumsum(counts) - counts, counts)
    who, size = (plan.number[campaign], place), len(campaign)
    days_before = 1 + luck.whole("creative.due", 0, 2, *who)
    due = (plan.first[campaign] - days_before) * DAY + 18 * HOUR
    asked = due - luck.whole("creative.days", 5, 15, *who) * DAY
    asked -= luck.whole("creative.asked", 1, 8 * HOUR + 1, *who)
    hurry = 0.4 + 1.2 * luck.uniform("campaign.hurry", plan.number)
    late = luck.uniform("creative.late", *who) < truth()["design_late_share"] * hurry[campaign]
    early = seconds(luck.exponential("creative.early", 20 * HOUR, *who))
    over = seconds(luck.exponential("creative.over", 22 * HOUR, *who) + HOUR)
    delivered = np.where(late, due + over, due - np.minimum(early, (due - asked) // 2))
    part = 0.4 + luck.uniform("creative.part", *who)
    clicks = np.rint(
        visits[campaign] * CLICKS_PER_VISIT * part / np.bincount(campaign, part)[campaign]
    )
    baseline = np.array([float(row["baseline_click_rate"]) for row in read("channels")])
    index = (
        truth()["creative_click_index"]
        * np.exp(CLICK_SPREAD * luck.normal("campaign.clicks", plan.number))[campaign]
    )
    index = index * np.where(late, truth()["late_design_clicks"], 1.02)
    shown = np.rint(clicks / (baseline[plan.channel[campaign]] * index)).astype(np.int64)
    names = tuple(f"{plan.ids[c]}-{p + 1}" for c, p in zip(campaign, place, strict=True))
    kind = np.where(luck.uniform("creative.kind", *who) < 0.7, 0, 2)
    return {
        "creative_id": Coded(np.arange(size), names),
        "campaign_id": Coded(campaign, plan.ids),
        "kind": Coded(np.where(place == 1, 1, kind), KINDS),
        "asked_at": asked,
        "due_at": due,
        "delivered_at": delivered,
        "impressions": np.maximum(shown, clicks.astype(np.int64)),
        "clicks": clicks.astype(np.int64),
    }
