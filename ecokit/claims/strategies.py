"""What the page on price strategies says of every company."""

from __future__ import annotations

from ecokit import strategies
from ecokit.shop import Shop
from ecokit.strategies.demand import Demand
from ecokit.strategies.outcome import Outcome


def _phone(shop: Shop) -> tuple[Demand, float, float]:
    """Return customers, cost and price of the phone that sells best and leaves room for a cut."""
    one = strategies.best_seller(shop, elasticity=shop.truth["elasticity_phones"])
    return one.demand, one.cost, one.price


def _played(shop: Shop) -> dict[str, Outcome]:
    return {one.strategy: one for one in strategies.side_by_side(*_phone(shop))}


def nothing_sells_below_cost(shop: Shop) -> bool:
    """No row of the table sells a unit for less than it cost."""
    return all(one.below_cost == 0 for one in _played(shop).values())


def the_best_price_beats_the_price_now(shop: Shop) -> bool:
    """The price now earns less than the best single price."""
    found = _played(shop)
    return found["one_price"].profit < found["best_price"].profit


def a_discount_of_five_per_cent_does_not_pay(shop: Shop) -> bool:
    """At 5 % off more is sold, and less is earned."""
    demand, cost, price = _phone(shop)
    now = strategies.one_price(demand, cost, price)
    cut = strategies.one_price(demand, cost, 0.95 * price)
    return cut.units > now.units and cut.profit < now.profit


def undercutting_ends_below_the_price_now(shop: Shop) -> bool:
    """Two repricers that undercut each other earn less than the price now."""
    found = _played(shop)
    return found["automatic"].profit < found["one_price"].profit


def segments_take_from_the_customers(shop: Shop) -> bool:
    """Three segments earn more than the best price and leave less; a guess keeps part of it."""
    demand, cost, _price = _phone(shop)
    found = _played(shop)
    best, segments = found["best_price"], found["personalised"]
    guess = strategies.personalised(demand, cost, segments=3, error=0.1)
    less = segments.consumer_surplus < best.consumer_surplus
    return less and best.profit < guess.profit < segments.profit


def low_alone_is_only_low(shop: Shop) -> bool:
    """Without network and experience a low launch price earns less than the best price."""
    demand, cost, price = _phone(shop)
    month = demand.part(1 / 12)
    plain = strategies.penetration(month, cost, 0.9 * price, network=0, rate=1)
    return plain.profit < strategies.one_price(demand, cost).profit


def the_two_that_earn_most_change_the_customers_or_the_cost(shop: Shop) -> bool:
    """Free trial and penetration earn most under their assumptions."""
    found = _played(shop)
    ranked = sorted(found, key=lambda name: found[name].profit, reverse=True)
    return set(ranked[:2]) == {"free_trial", "penetration"}
