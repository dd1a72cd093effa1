"""What the page on decisions says of every company."""

from __future__ import annotations

import pandas as pd

from ecokit import decisions
from ecokit.shop import Shop

DEPUTY = 0.5  # of a working time


def a_layer_hurts(shop: Shop) -> bool:
    """Of campaign decisions with one layer more, fewer meet the two hours."""
    told = decisions.summarise({"decisions": _campaigns(shop)["decisions"]}, by="layers")
    return bool(told["in_window"].is_monotonic_decreasing)


def more_at_stake_needs_more_posts(shop: Shop) -> bool:
    """Each further layer stands on decisions of which more hangs than on any with fewer."""
    stake = _campaigns(shop)["decisions"].groupby("layers")["potential"]
    return bool((stake.min().iloc[1:].to_numpy() >= stake.max().iloc[:-1].to_numpy()).all())


def a_deputy_does_not_pay(shop: Shop) -> bool:
    """Half a specialist's pay for each traffic manager is more than a deputy brings."""
    deputy = decisions.Change("Deputy", faster={"traffic_manager": 0.5})
    campaign = _campaigns(shop)
    half_life = decisions.fading(campaign).half_life
    changes = [decisions.Change("Today"), deputy]
    margin = decisions.what_if(campaign, changes=changes, half_life=half_life)["margin"]
    return bool(margin[1] - margin[0] < _deputy_cost(shop))


def _deputy_cost(shop: Shop) -> float:
    """Return what a deputy of each traffic manager costs a year."""
    posts = shop.posts.set_index("post_id")
    managers = int(posts.loc["traffic_manager", "headcount"])
    return 12 * DEPUTY * float(posts.loc["traffic_specialist", "monthly_cost"]) * managers


def _campaigns(shop: Shop) -> dict[str, pd.DataFrame]:
    found = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(found["decision_id"])]
    return {"decisions": found, "approvals": approvals}
