"""Valid calls of media."""

from __future__ import annotations

import pandas as pd

from ecokit import media
from ecokit.media.crisis import Clock
from ecokit.media.made import headlines, visits
from tests.sweep.shop import Call, Calls

CLOCK = Clock(depth=0.5, rise=10, half_life=48, burns=96)
VISITS = {"visits": visits()}
STORIES = pd.DataFrame(
    {
        "story_id": ["S1", "S2", "S3", "S4"],
        "published_at": pd.to_datetime(["2025-05-05", "2025-05-07", "2025-06-05", "2025-06-09"]),
        "kind": ["earned", "owned", "earned", "paid"],
        "outlet": ["Daily", "Own page", "Daily", "Weekly"],
        "about": ["own", "own", "K1", "K2"],
        "reach": [400, 100, 300, 200],
        "tone": [1, 0, -1, 1],
    }
)
MARKET = pd.DataFrame(
    {
        "month": pd.to_datetime(["2025-05-01"] * 3),
        "category": "phones",
        "seller": ["own", "K1", "K2"],
        "sales": [500.0, 900.0, 400.0],
    }
)
EFFECTS = pd.DataFrame(
    {
        "effect": ["crisis_depth", "crisis_rise", "crisis_half_life", "crisis_burns"],
        "value": [0.5, 10.0, 48.0, 96.0],
    }
)
CRISIS = pd.DataFrame(
    {
        "hour": pd.date_range("2025-04-03 18:00", periods=4, freq="h"),
        "answered": [False, False, True, True],
    }
)
ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 3],
        "visitor_id": [1, 5, 9],
        "paid_at": pd.to_datetime(["2025-04-02", "", "2025-05-09"]),
    }
)
LINES = pd.DataFrame(
    {
        "order_id": [1, 1, 3],
        "quantity": [1, 2, 1],
        "unit_price": [99.0, 20.5, 400.0],
        "unit_cost": [80.0, 15.0, 310.0],
    }
)


def voices() -> pd.DataFrame:
    """Return shares of voice beside market shares."""
    found: pd.DataFrame = media.voice_and_market({"stories": STORIES, "market": MARKET})
    return found


CALLS: Calls = {
    "media.answer_costs": lambda: Call(
        [2.0, 24.0], clock=CLOCK, visits_a_day=240, orders_a_visit=0.05, order_margin=100
    ),
    "media.answered_after": lambda: Call({"crisis": CRISIS}),
    "media.at_stake": lambda: Call(
        {"crisis": CRISIS, **VISITS, "orders": ORDERS, "order_lines": LINES}, channels=["direct"]
    ),
    "media.combined_reach": lambda: Call([0.4, 0.3, 0.2]),
    "media.crisis_height": lambda: Call([0.0, 10.0, 58.0], 10, clock=CLOCK),
    "media.crisis_parameters": lambda: Call({"effects": EFFECTS}),
    "media.effective_reach": lambda: Call(180, 0.5, least=2),
    "media.event_study": lambda: Call(
        VISITS,
        "2025-06-01",
        "2025-06-07",
        avoid=["2025-05-05"],
        channels=["direct"],
        beside=["paid_search"],
        before=35,
    ),
    "media.exposures": lambda: Call(180, 0.5, most=4),
    "media.missed_costs": lambda: Call(
        media.tone_methods({"stories": headlines()}), bad=100, harm=1_000, check=10
    ).but(optional="n there found hits precision_low precision_high"),
    "media.placebo_days": lambda: Call(
        VISITS,
        "2025-06-01",
        "2025-06-07",
        channels=["direct"],
        beside=["paid_search"],
        before=28,
        after=14,
    ),
    "media.plain_change": lambda: Call(VISITS, "2025-06-01", "2025-06-07"),
    "media.share_of_voice": lambda: Call({"stories": STORIES}, by="kind").but(skip="by"),
    "media.story_reach": lambda: Call({"stories": STORIES}, 1_000, by="kind").but(skip="by"),
    "media.tone_by_words": lambda: Call(["Late parcels", "Never late"], negations=True),
    "media.tone_methods": lambda: Call({"stories": headlines()}, seed=2),
    "media.voice_and_market": lambda: Call({"stories": STORIES, "market": MARKET}, by="month").but(
        skip="by"
    ),
    "media.voice_correlation": lambda: Call(voices()).but(optional="seller excess"),
}
