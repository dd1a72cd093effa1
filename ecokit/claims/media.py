"""What the page on media says of any shop: each function is one sentence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit import media

if TYPE_CHECKING:
    from ecokit.shop import Shop

HOURS = range(0, 97, 4)


def readers_added_up_are_more_than_people(shop: Shop) -> bool:
    """Earned stories about us claim more readers than there are people to reach."""
    people = shop.truth["story_audience"]
    own = shop.stories[(shop.stories["about"] == "own") & (shop.stories["kind"] == "earned")]
    found = media.story_reach({"stories": own}, people, by=None).iloc[0]
    return bool(found["added_up"] > people > found["reached_high"])


def a_classifier_misses_fewest(shop: Shop) -> bool:
    """A list of words misses the most bad stories, one with negations fewer, a classifier least."""
    recall = media.tone_methods(shop).set_index("method")["recall"]
    return bool(recall["words"] < recall["words_negated"] < recall["classifier"])


def a_negation_raises_false_alarms(shop: Shop) -> bool:
    """Of the alarms of the plain list fewer are right than of the list that turns negations."""
    precision = media.tone_methods(shop).set_index("method")["precision"]
    return bool(precision["words"] < precision["words_negated"])


def posts_rise_in_a_crisis(shop: Shop) -> bool:
    """On the first day of a crisis there are more posts than on its last, and more are bad."""
    hours = shop.crisis.sort_values("hour").assign(
        bad=lambda table: table["posts"] * table["share_negative"]
    )
    first, last = hours.head(24)[["posts", "bad"]].sum(), hours.tail(24)[["posts", "bad"]].sum()
    return bool(first["posts"] > last["posts"] and first["bad"] > last["bad"])


def early_hours_cost_most(shop: Shop) -> bool:
    """Each hour of waiting costs visits, and each costs fewer than the one before it."""
    clock, stake = media.crisis_parameters(shop), vars(media.at_stake(shop))
    costs = media.answer_costs(HOURS, clock=clock, **stake)["visits_lost"]
    more = costs.diff().dropna()
    return bool((more > 0).all() and (more.diff().dropna() < 0).all())
