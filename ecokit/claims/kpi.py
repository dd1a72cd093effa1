"""What the page on KPIs says of every company."""

from __future__ import annotations

import pandas as pd

from ecokit import kpi
from ecokit.shop import Shop


def months_of_visitors_do_not_add_up(shop: Shop) -> bool:
    """The visitors of twelve months, added up, are more than those of the year."""
    months = kpi.measure("uv", shop, by="month")["uv"].sum()
    return bool(months > kpi.measure("uv", shop)["uv"].item())


def visits_lower_a_conversion(shop: Shop) -> bool:
    """Divided by visits, a conversion is lower than by visitors, in each month."""
    by_visitors = kpi.measure("conversion", shop, by="month").set_index("month")["conversion"]
    paid = kpi.measure("orders", shop, by="month").set_index("month")["orders"]
    visits = kpi.measure("visits", shop, by="month").set_index("month")["visits"]
    return bool((paid / visits < by_visitors).all())


def steps_open_the_widest_spread(shop: Shop) -> bool:
    """In steps the mean spread of a month is wider than with the capped and the linear rule."""
    cards = [card for _key, card in kpi.scorecards(shop).groupby(["month", "post_id"])]
    spread = {}
    for rule in ("capped", "linear", "stepped"):
        scored = pd.concat([kpi.score(card, rule) for card in cards])
        spread[rule] = kpi.ranking(scored).groupby("month")["spread"].first()
    others = max(spread["capped"].mean(), spread["linear"].mean())
    return bool(spread["stepped"].mean() > others)
