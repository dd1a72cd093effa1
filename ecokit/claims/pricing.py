"""What the page on pricing says of every company."""

from __future__ import annotations

from ecokit import pricing
from ecokit.shop import Shop


def demand_that_moves_the_price_hides_the_elasticity(shop: Shop) -> bool:
    """Inside category and week customers seem to mind less than they do, per visit they do not."""
    weeks = pricing.panel(shop)
    steps = pricing.ladder(weeks[weeks["category"] == "phones"]).set_index("step")["elasticity"]
    truth = shop.truth["elasticity_phones"]
    return bool(steps["same_week"] > truth + 0.5 and steps["visits"] < steps["same_week"])


def a_lost_quarter_breaks_the_split(shop: Shop) -> bool:
    """The test that lost a quarter of an arm is found by its split, the sound one passes."""
    return pricing.ratio_check(shop, "T3").broken and not pricing.ratio_check(shop, "T2").broken


def a_test_of_one_product_is_too_small(shop: Shop) -> bool:
    """No test of the shop has the visitors that a tenth more or less of its conversion needs."""
    for test in shop.price_tests["test_id"].unique():
        found = pricing.arms(shop, test).set_index("arm")
        share = found.loc["A", "conversion"]
        if found["visitors"].max() >= pricing.sample_size(share, 1.1 * share):
            return False
    return True
