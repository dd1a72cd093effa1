"""What the page on competitors says of every company."""

from __future__ import annotations

import pandas as pd

from ecokit import competitors
from ecokit.shop import Shop


def size_makes_no_competitor(shop: Shop) -> bool:
    """The shop with the most visitors is none of the three that compete most."""
    regions = shop.orders["region"].value_counts(normalize=True)
    ranked = competitors.rank_directory(shop, monthly_visits=len(shop.visits) / 12, regions=regions)
    largest = shop.directory.set_index("shop_id")["monthly_visits"].idxmax()
    first = set(ranked["shop_id"][:3])
    return bool(largest not in first and first == set(shop.competitors["shop_id"]))


def both_followers_follow_the_leader(shop: Shop) -> bool:
    """Each follower moves after the leader, at the lag that the simulator was told."""
    moves = competitors.price_moves(competitors.published(shop))
    found = competitors.price_leaders(moves).set_index(["leader", "follower"])["weeks"]
    told = {"K2": shop.truth["follow_weeks_2"], "K3": shop.truth["follow_weeks_3"]}
    return all(found["K1", follower] == weeks for follower, weeks in told.items())


def a_stricter_threshold_misses_more(shop: Shop) -> bool:
    """At a likeness of 0.3 far fewer of the true pairs are found than at 0.2."""
    panel = competitors.published(shop)
    known = shop.competitor_products.dropna(subset=["product_id"])
    recall: list[int] = []
    for threshold in (0.2, 0.3):
        found = competitors.match_panel(panel, shop.products, threshold=threshold)
        both = known[known["sku"].isin(panel["sku"])].merge(
            found, on=["competitor_id", "sku", "product_id"]
        )
        recall.append(len(both))
    return recall[1] < 0.8 * recall[0]


def list_prices_hide_a_sale(shop: Shop) -> bool:
    """In the week of most promotions we look cheaper against list prices than against paid ones."""
    gaps = _gaps(shop)
    week = gaps["promotion"].notna().groupby(gaps["week"]).mean().idxmax()
    sale = gaps[gaps["week"] == week]
    paid, listed = (
        competitors.spatial_index(rows, "jevons")["level"].iloc[0]
        for rows in (sale, sale.assign(price=sale["list_price"]))
    )
    return bool(listed < paid)


def most_prices_stand_still(shop: Shop) -> bool:
    """From one Monday to the next, fewer than half of the offers change their price."""
    prices = competitors.published(shop).pivot_table(
        index="week", columns=["competitor_id", "sku"], values="price"
    )
    both = prices.notna() & prices.shift().notna()
    changed = (prices != prices.shift()) & both
    return bool((changed.sum(axis=1) / both.sum(axis=1)).median() < 0.5)


def _gaps(shop: Shop) -> pd.DataFrame:
    known = shop.competitor_products.dropna(subset=["product_id"])
    panel, own = competitors.published(shop), competitors.own_prices(shop)
    return competitors.price_gaps(panel, known[["competitor_id", "sku", "product_id"]], own)
