"""What the page on partners says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit import partners

if TYPE_CHECKING:
    from ecokit.shop import Shop

BANK = "T05"
"""The partner that was announced to half of the known customers, by lot."""

BEFORE = 90
"""Days before the announcement whose orders foretell those after it."""


def every_planted_fault_is_found(shop: Shop) -> bool:
    """Reconciliation finds every fault that the simulator planted, by name, and none besides."""
    found = partners.reconcile(partners.due_payments(shop), shop.settlements)
    found = found[~found["fault"].isin(["matched", "not_yet_due"])]
    known = shop.settlement_faults
    pairs = [
        set(zip(one["reference"].astype(str), one["fault"], strict=True)) for one in (found, known)
    ]
    return pairs[0] == pairs[1]


def second_tries_help(shop: Shop) -> bool:
    """Second tries raise the share of paid orders, for cards and for instalments."""
    found = partners.second_tries(shop)
    return bool((found["now"] > found["first_success"]).all())


def known_buyers_are_far_more_than_lost_orders(shop: Shop) -> bool:
    """More than twice as many orders carry a number that we know as the lot says were lost."""
    found = partners.overlap(shop, BANK, before=BEFORE)
    return found.sold > 2 * found.lost


def a_retroactive_step_costs_more_than_a_marginal_one(shop: Shop) -> bool:
    """The order that crosses a retroactive step adds more than any that crosses another one."""
    found = partners.crossing_orders(shop)
    kinds = shop.partner_rebates.groupby("partner_id")["retroactive"].first()
    back = found["partner_id"].map(kinds).astype(bool)
    if back.all() or not back.any():
        return bool(back.any())
    return bool(found.loc[back, "extra"].min() > found.loc[~back, "extra"].max())


def a_partner_of_few_orders_is_drawn_most(shop: Shop) -> bool:
    """The rate of the partner with the fewest orders is drawn further than the largest one's."""
    card = partners.scorecard(shop)
    card = card[card["orders"] > 0]
    moved = pd.Series((card["kept_shrunk"] - card["kept_rate"]).abs())
    return bool(moved[card["orders"].idxmin()] > moved[card["orders"].idxmax()])


def banks_took_longer_than_platforms(shop: Shop) -> bool:
    """A bank took longer from the first talk to the first order than a platform."""
    days = partners.integration_days(shop, by="kind").set_index("kind")["days"]
    return bool(days["bank"] > days["platform"])
