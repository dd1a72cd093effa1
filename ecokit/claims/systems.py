"""What the page on systems says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import systems

if TYPE_CHECKING:
    from ecokit.shop import Shop


def the_shop_front_needs_order_management(shop: Shop) -> bool:
    """Without order management the shop front stops, and so do warehouse and stock sync."""
    found = systems.what_stops(shop, "S02")
    return set(found["system_id"]) == {"S01", "S03", "S09"}


def what_is_bought_would_cost_more_ourselves(shop: Shop) -> bool:
    """Each system that is bought would cost more if the shop ran it."""
    found = systems.keep_or_buy(shop)
    return bool((found.loc[found["outsourced"], "saves"] < 0).all())


def sign_in_ties_most(shop: Shop) -> bool:
    """No other system has as many signs of dependence as sign-in."""
    found = systems.keep_or_buy(shop).set_index("system_id")["signs"]
    return bool(found["S11"] > found.drop("S11").max())


def large_releases_fail_more_often(shop: Shop) -> bool:
    """Of large releases a larger share fails than of small ones."""
    rate = systems.by_size(shop).set_index("changes")["rate"]
    return bool(rate["16+"] > rate["1-5"])


def the_release_in_the_freeze_failed(shop: Shop) -> bool:
    """Between 1 and 11 November one release went live, and it failed."""
    made = shop["releases"]
    days = made["released_at"].dt.strftime("%m-%d")
    frozen = made[(days >= "11-01") & (days <= "11-11")]
    return len(frozen) == 1 and bool(frozen["failed"].all())
