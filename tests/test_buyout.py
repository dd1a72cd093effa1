"""Buy-outs: theory to all digits, simulation agrees, both sides gain, sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecokit import buyout, operations
from ecokit.buyout import Terms
from ecokit.errors import CourseError

DEMAND = stats.norm(500, 120)
OFFER = Terms(price=2_000, wholesale=1_600, salvage=900)


# Theory ---------------------------------------------------------------------------------------


def test_the_newsvendor_of_theory_to_all_digits() -> None:
    """Underage 18, overage 2: a price of 38, a cost of 20, 18 for what is left."""
    found = buyout.shop_quantity(stats.norm(120, 10), Terms(38, 20, 18))
    assert found.quantity == pytest.approx(132.815515655446, rel=1e-14)
    assert 18 * 120 - found.profit == pytest.approx(35.09966638649737, rel=1e-12)
    whole = buyout.shop_quantity(stats.poisson(20), Terms(10, 2, 0))
    assert whole.quantity == 24
    assert whole.sold / 20 == pytest.approx(0.975620, abs=1e-6)
    assert 1 - whole.service_level == pytest.approx(0.156773, abs=1e-6)


def test_it_is_the_newsvendor_of_operations() -> None:
    for law in (DEMAND, stats.poisson(7), [3, 5, 4, 9, 9, 2]):
        ours = buyout.shop_quantity(law, OFFER)
        theirs = operations.newsvendor(law, underage=400, overage=700)
        assert ours.quantity == theirs.quantity
        assert ours.ratio == pytest.approx(theirs.ratio)


def test_the_channel_of_theory_to_all_digits() -> None:
    found = buyout.channel_quantity(DEMAND, 2_000, 1_500, 900)
    assert found.ratio == pytest.approx(0.454545, abs=1e-6)
    assert found.quantity == pytest.approx(486.298, abs=1e-3)
    assert found.sold == pytest.approx(444.964, abs=1e-3)
    assert round(found.profit, 2) == 197_681.80
    for wholesale, back, alone in ((1_600, 1_120, 458.15), (1_700, 1_340, 427.45)):
        assert buyout.buy_back_price(2_000, wholesale, 1_500, 900) == back
        terms = Terms(2_000, wholesale, 900)
        assert round(buyout.shop_quantity(DEMAND, terms).quantity, 2) == alone
        joined = Terms(2_000, wholesale, 900, buy_back=back)
        assert buyout.shop_quantity(DEMAND, joined).quantity == pytest.approx(found.quantity)


@settings(max_examples=30, deadline=None)
@given(
    price=st.floats(100, 5_000),
    made=st.floats(0.2, 0.9),
    left=st.floats(0, 0.95),
    asked=st.floats(0.05, 0.95),
    spread=st.floats(0.02, 0.4),
)
def test_with_the_buy_back_the_shop_earns_a_share_of_the_channel(
    price: float, made: float, left: float, asked: float, spread: float
) -> None:
    """Pasternack: the shop's profit is (P - w) / (P - c) of that of one firm."""
    cost = made * price
    salvage, wholesale = left * cost, cost + asked * (price - cost)
    law = stats.norm(1_000, 1_000 * spread)
    whole = buyout.channel_quantity(law, price, cost, salvage)
    back = buyout.buy_back_price(price, wholesale, cost, salvage)
    mine = buyout.shop_quantity(law, Terms(price, wholesale, salvage, buy_back=back))
    assert mine.quantity == pytest.approx(whole.quantity, rel=1e-6)
    share = (price - wholesale) / (price - cost)
    assert mine.profit == pytest.approx(share * whole.profit, rel=1e-6, abs=1e-6 * price)


def test_no_other_quantity_earns_more() -> None:
    best = buyout.shop_quantity(DEMAND, OFFER)
    near = buyout.profit_curve(DEMAND, OFFER, [best.quantity - 1, best.quantity, best.quantity + 1])
    assert near["profit"].idxmax() == 1
    assert near["profit"][1] == pytest.approx(best.profit)
    # the mistake: to order what is expected, although a unit too many costs more
    expected = buyout.profit_curve(DEMAND, OFFER, [500])["profit"].item()
    assert expected < best.profit


# What is left, minimum, protection ------------------------------------------------------------


@pytest.mark.parametrize("elasticity", [0.6, 1.0, 1.4, 2.5, 6.0])
@pytest.mark.parametrize("salvage", [0.0, 300.0, 1_700.0])
def test_no_other_clearance_price_brings_more(elasticity: float, salvage: float) -> None:
    found = buyout.markdown(120, 2_000, 15, elasticity=elasticity, weeks=4, salvage=salvage)
    prices = np.linspace(20, 2_000, 4_000)
    sold = np.minimum(60 * (prices / 2_000) ** -elasticity, 120)
    assert found.revenue >= (prices * sold + salvage * (120 - sold)).max() - 1e-6
    assert found.sold + found.left == pytest.approx(120)
    assert found.each == pytest.approx(found.revenue / 120)


def test_a_minimum_costs_what_it_takes_and_may_end_the_deal() -> None:
    below = buyout.minimum_volume(DEMAND, Terms(2_000, 1_600, 900, minimum=300))
    assert (below.cost, below.verdict) == (0, "free")
    found = buyout.minimum_volume(DEMAND, Terms(2_000, 1_600, 900, minimum=700))
    assert found.cost == pytest.approx(found.free.profit - found.taken.profit)
    assert (found.taken.quantity, found.verdict) == (700, "pays")
    hard = buyout.minimum_volume(DEMAND, Terms(2_000, 1_600, 900, minimum=900))
    assert hard.verdict == "walk away"


def test_price_protection_is_worth_what_the_stock_would_lose() -> None:
    found = buyout.price_protection(DEMAND, 486, drop=200, chance=0.3, sold_before=0.4)
    asked = 0.4 * np.random.default_rng(1).normal(500, 120, 400_000)
    there = np.maximum(486 - asked, 0).mean()
    assert found.in_stock == pytest.approx(there, abs=0.3)
    assert found.value == pytest.approx(60 * found.in_stock)
    assert found.a_unit == pytest.approx(found.value / 486)
    before = buyout.price_protection(DEMAND, 486, drop=200, chance=0.3, sold_before=0)
    assert before.in_stock == 486
    end = buyout.price_protection(DEMAND, 486, drop=200, chance=0.3, sold_before=1)
    assert end.in_stock == pytest.approx(buyout.profit_curve(DEMAND, OFFER, 486)["left"].item())


# Stages ---------------------------------------------------------------------------------------


def test_a_belief_has_the_mean_and_the_spread_that_were_given() -> None:
    law = buyout.belief(500, 120).demand()
    assert (law.mean(), law.std()) == (pytest.approx(500), pytest.approx(120))


def test_learning_is_conjugate_and_knows_no_order() -> None:
    before = buyout.belief(500, 120)
    at_once = buyout.learn(before, 180, 0.25)
    in_two = buyout.learn(buyout.learn(before, 100, 0.15), 80, 0.1)
    assert in_two.shape == pytest.approx(at_once.shape)
    assert in_two.rate == pytest.approx(at_once.rate)
    assert in_two.seen == pytest.approx(0.25)
    # by hand: the chance of each mean, times that of what came, on a fine grid
    means = np.linspace(1, 2_000, 40_000)
    weight = stats.gamma.pdf(means, before.shape, scale=1 / before.rate)
    weight = weight * stats.poisson.pmf(180, 0.25 * means)
    assert at_once.mean == pytest.approx(float(means @ weight / weight.sum()), rel=1e-4)


def test_a_share_that_is_not_sure_is_learnt_along() -> None:
    """By hand: draw means and shares, keep those under which just these units came."""
    rng = np.random.default_rng(5)
    before, n = buyout.belief(60, 20), 2_000_000
    share = rng.beta(0.3 * 41, 0.7 * 41, n)  # spread .0707
    mean = rng.gamma(before.shape, 1 / before.rate, n)
    kept = rng.poisson(share * mean) == 25
    rest = rng.poisson((1 - share[kept]) * mean[kept])
    spread = (0.3 * 0.7 / 42) ** 0.5
    law = buyout.learn(before, 25, 0.3, spread=spread).demand()
    assert law.mean() == pytest.approx(rest.mean(), rel=0.01)
    assert law.std() == pytest.approx(rest.std(), rel=0.02)
    for end in (0.05, 0.95):
        assert law.ppf(end) == pytest.approx(np.quantile(rest, end), abs=1)


def test_without_a_spread_nothing_changes_and_a_small_one_changes_little() -> None:
    before = buyout.belief(500, 120)
    sure = buyout.learn(before, 180, 0.25)
    assert buyout.learn(before, 180, 0.25, spread=0) == sure
    near = buyout.learn(before, 180, 0.25, spread=1e-5)
    assert near.demand().mean() == pytest.approx(sure.demand().mean(), rel=1e-4)
    assert near.demand().std() == pytest.approx(sure.demand().std(), rel=1e-4)


@pytest.mark.parametrize(("past", "apart"), [(2, 0.011), (8, 0.02)])
def test_intervals_from_past_seasons_hold_what_they_say(past: int, apart: float) -> None:
    """Nine of ten; taken for sure, fewer.

    Two seasons that differ as much as is usual, eight that differ nearly twice as much.
    """
    rng = np.random.default_rng(12)
    weeks, early, seasons = np.arange(1, 13), 3, 200
    held = {"sure": 0, "spread": 0}
    for _season in range(seasons):
        fades = 0.9 * np.exp(rng.normal(0, apart, past + 1))
        parts = fades[:, None] ** weeks
        parts /= parts.sum(axis=1, keepdims=True)
        expected = rng.uniform(200, 600, past + 1)
        beliefs = [buyout.belief(mean, 0.3 * mean) for mean in expected]
        rates = np.array([rng.gamma(one.shape, 1 / one.rate) for one in beliefs])
        sold = rng.poisson(rates[:, None] * parts)
        rows = {"offer_id": np.repeat(np.arange(past), 12), "week": np.tile(weeks, past)}
        rows |= {"sold": sold[:-1].ravel()}
        told = buyout.week_shares(pd.DataFrame(rows)).iloc[early - 1]
        came, rest = sold[-1, :early].sum(), sold[-1, early:].sum()
        for name, spread in (("sure", 0.0), ("spread", told["spread"])):
            after = buyout.learn(beliefs[-1], came, told["so_far"], spread=spread)
            low, high = after.demand().ppf([0.05, 0.95])
            held[name] += bool(low <= rest <= high)
    assert 0.86 < held["spread"] / seasons < 0.97, held
    assert held["sure"] / seasons < 0.85, held


def test_one_offer_leaves_the_share_less_sure_than_many() -> None:
    rng = np.random.default_rng(3)
    sold = rng.poisson(300 * 0.9 ** np.arange(12) / 7.2, (8, 12))
    rows = [(offer, week + 1, sold[offer, week]) for offer in range(8) for week in range(12)]
    past = pd.DataFrame(rows, columns=["offer_id", "week", "sold"])
    few = [buyout.week_shares(past[past["offer_id"] < k])["spread"] for k in (1, 2, 8)]
    assert (few[0][:-1] > few[1][:-1]).all()
    assert few[1][:11].mean() > few[2][:11].mean()
    assert few[0].iloc[-1] == pytest.approx(0, abs=1e-6)
    wide = buyout.week_shares(past, usual=0.2)["spread"]
    assert (wide[:11] > few[2][:11]).all()


def test_two_orders_are_better_than_one_and_agree_with_simulated_seasons() -> None:
    before, terms = buyout.belief(120, 40), Terms(200, 160, 90)
    found = buyout.staged_order(before, terms, share=0.3, extra=4)
    rng = np.random.default_rng(7)
    n = 200_000
    mean = rng.gamma(before.shape, 1 / before.rate, n)
    early, late = rng.poisson(0.3 * mean), rng.poisson(0.7 * mean)
    rate = before.rate + 0.3
    fill = stats.nbinom.ppf(
        (200 - 164) / 110, before.shape + np.arange(early.max() + 1), rate / (before.rate + 1)
    )[early]
    left = np.maximum(found.first - early, 0)
    more = np.maximum(fill - left, 0)
    sold = np.minimum(left + more, late)
    profit = (
        200 * (np.minimum(early, found.first) + sold)
        + 90 * (left + more - sold)
        - 160 * found.first
        - 164 * more
    )
    error = profit.std() / np.sqrt(n)
    assert found.profit == pytest.approx(profit.mean(), abs=4 * error)
    assert found.second == pytest.approx(more.mean(), rel=0.01)
    assert found.gain == pytest.approx(found.profit - found.once_profit)
    once = buyout.shop_quantity(before.demand(), terms)
    assert found.once_profit == pytest.approx(once.profit)
    dear = buyout.staged_order(before, terms, share=0.3, extra=39)
    assert 0 <= dear.gain < found.gain


# OEM ------------------------------------------------------------------------------------------


def test_what_is_gone_decides_nothing() -> None:
    made = Terms(2_000, 1_500, 900)
    half = buyout.custom(DEMAND, made, 120_000, gone=120_000)
    assert (half.verdict, half.in_all < 0 < half.ahead) == ("go on", True)
    assert half.ahead == pytest.approx(197_681.80 - 120_000, abs=0.01)
    assert buyout.custom(DEMAND, made, 240_000).verdict == "stop"
    same = buyout.custom(DEMAND, made, 120_000)
    assert (same.ahead, same.quantity) == (half.ahead, half.quantity)


def test_the_chance_to_earn_the_tooling_agrees_with_draws() -> None:
    made = Terms(2_000, 1_500, 900)
    found = buyout.custom(DEMAND, made, 120_000)
    drawn = buyout.profit_draws(
        DEMAND, found.quantity, made, seed=3, draws=200_000, tooling=120_000
    )
    assert found.chance == pytest.approx((drawn["profit"] >= 0).mean(), abs=0.004)
    assert found.ahead == pytest.approx(drawn["profit"].mean(), rel=0.02)
    hopeless = buyout.custom(DEMAND, made, 10_000_000)
    assert hopeless.chance == 0


# Negotiation ----------------------------------------------------------------------------------


def test_at_the_walk_away_price_nothing_is_left() -> None:
    offered = Terms(2_000, 1_700, 900, minimum=600)
    limit = buyout.walk_away_price(DEMAND, offered, tooling=20_000, outside=5_000)
    at_it = Terms(2_000, limit, 900, minimum=600)
    assert buyout.minimum_volume(DEMAND, at_it).taken.profit == pytest.approx(25_000, abs=0.01)


def test_the_nash_split_has_the_highest_product_of_gains() -> None:
    found = buyout.zone(DEMAND, 450, 2_000, 1_500, 900, ours=30_000, theirs=40_000)
    deal = buyout.nash_split(found)
    prices = np.linspace(found.low, found.high, 1_001)
    product = (found.high - prices) * (prices - found.low)
    assert deal.wholesale == pytest.approx(prices[product.argmax()])
    ours, theirs = deal.ours - 30_000, deal.theirs - 40_000
    assert ours == pytest.approx(theirs)
    sold = buyout.profit_curve(DEMAND, Terms(2_000, deal.wholesale, 900), 450)
    assert deal.ours == pytest.approx(sold["profit"].item())
    assert deal.theirs == pytest.approx(450 * (deal.wholesale - 1_500))


def test_a_buy_back_moves_the_zone_and_not_what_both_gain() -> None:
    plain = buyout.zone(DEMAND, 450, 2_000, 1_500, 900)
    back = buyout.zone(DEMAND, 450, 2_000, 1_500, 900, buy_back=1_300)
    assert back.gain == pytest.approx(plain.gain)
    assert back.low > plain.low


@settings(max_examples=25, deadline=None)
@given(wholesale=st.floats(1_510, 1_990), power=st.floats(0.02, 0.98), minimum=st.floats(0, 800))
def test_both_sides_prefer_the_counter_offer(
    wholesale: float, power: float, minimum: float
) -> None:
    offered = Terms(2_000, wholesale, 900, minimum=minimum)
    whole = buyout.channel_quantity(DEMAND, 2_000, 1_500, 900)
    found = buyout.counter_offer(DEMAND, offered, 1_500, power)
    assert found.ours >= found.ours_before - 1e-6
    assert found.theirs >= found.theirs_before - 1e-6
    assert found.ours + found.theirs == pytest.approx(whole.profit)
    assert found.quantity == pytest.approx(whole.quantity)
    assert buyout.shop_quantity(DEMAND, found.terms).profit == pytest.approx(found.ours, abs=0.01)
    assert found.gain > 0


# Risk -----------------------------------------------------------------------------------------


def test_draws_agree_with_the_closed_form_and_with_themselves() -> None:
    best = buyout.shop_quantity(DEMAND, OFFER)
    drawn = buyout.profit_draws(DEMAND, best.quantity, OFFER, seed=11, draws=200_000)
    error = drawn["profit"].std() / np.sqrt(len(drawn))
    assert drawn["profit"].mean() == pytest.approx(best.profit, abs=4 * error)
    assert (drawn["profit"] < 0).mean() == pytest.approx(best.chance_of_loss, abs=0.004)
    again = buyout.profit_draws(DEMAND, best.quantity, OFFER, seed=11, draws=200_000)
    assert drawn.equals(again)


def test_protection_and_guarantee_make_good_what_they_say() -> None:
    open_ = buyout.profit_draws(DEMAND, 486, OFFER, seed=2, drop=200, chance=0.3)
    safe = Terms(2_000, 1_600, 900, price_protection=True)
    kept = buyout.profit_draws(DEMAND, 486, safe, seed=2, drop=200, chance=0.3)
    assert kept["fell"].equals(open_["fell"])
    gain = kept["profit"].mean() - open_["profit"].mean()
    worth = buyout.price_protection(DEMAND, 486, drop=200, chance=0.3)
    assert gain == pytest.approx(worth.value, rel=0.03)
    sure = Terms(2_000, 1_600, 900, guarantee=10_000)
    topped = buyout.profit_draws(DEMAND, 486, sure, seed=2, drop=200, chance=0.3)
    assert topped["profit"].min() == 10_000
    assert (topped["profit"] >= open_["profit"]).all()


def test_contracts_share_their_luck() -> None:
    offers = {"a": OFFER, "b": OFFER, "c": Terms(2_000, 1_600, 900, buy_back=1_120)}
    found = buyout.contracts(DEMAND, offers, seed=1, draws=4_000).set_index("contract")
    assert found.loc["a"].tolist() == found.loc["b"].tolist()
    assert found.loc["c", "quantity"] > found.loc["a", "quantity"]
    assert found.loc["c", "mean"] > found.loc["a", "mean"]


# Offers ---------------------------------------------------------------------------------------


def offers(**cells: Any) -> pd.DataFrame:
    plain = {
        "offer_id": "B1",
        "kind": "buy_out",
        "wholesale": 1_600.0,
        "price": 2_000.0,
        "salvage": 900.0,
        "demand_mean": 500.0,
        "demand_sd": 120.0,
        "minimum": 100,
        "tooling": 0.0,
        "buy_back": None,
        "price_protection": False,
        "guarantee": None,
        "stages": 1,
    }
    return pd.DataFrame([{**plain, **cells}])


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({}, "take"),
        ({"minimum": 600}, "negotiate"),
        ({"tooling": 250_000.0}, "leave"),
        ({"minimum": 900, "tooling": 100_000.0}, "leave"),
    ],
)
def test_offers_are_answered(cells: dict[str, Any], answer: str) -> None:
    found = buyout.weigh({"offers": offers(**cells)})
    assert found["answer"].item() == answer, found.T


def test_the_risk_of_an_offer_is_that_after_its_tooling() -> None:
    table = offers(tooling=120_000.0, wholesale=1_500.0)
    found = buyout.weigh({"offers": table}).iloc[0]
    law = buyout.belief(500, 120).demand()
    made = buyout.custom(law, Terms(2_000, 1_500, 900, minimum=100), 120_000)
    assert found["chance_of_loss"] == pytest.approx(1 - made.chance)
    assert found["profit"] == pytest.approx(made.ahead)
    assert found["break_even"] == 240


def test_a_loss_that_is_too_likely_is_negotiated() -> None:
    risky = {"offers": offers(demand_sd=400.0)}
    assert buyout.weigh(risky, most_loss=0.1)["answer"].item() == "negotiate"
    assert buyout.weigh(risky, most_loss=0.9)["answer"].item() == "take"


def test_guarantee_and_price_protection_are_weighed() -> None:
    """As the draws of the same terms have it; without them it is as before."""
    plain = buyout.weigh({"offers": offers()}).iloc[0]
    assert plain["made_good"] == 0
    law = buyout.belief(500, 120).demand()
    cells: list[dict[str, Any]] = [
        {"guarantee": 20_000.0},
        {"price_protection": True},
        {"guarantee": 20_000.0, "price_protection": True, "tooling": 50_000.0},
    ]
    for one in cells:
        table = offers(**one)
        found = buyout.weigh({"offers": table}, fall=0.1, chance=0.3).iloc[0]
        fixed = one.pop("tooling", 0.0)
        terms = Terms(2_000, 1_600, 900, **one)
        drawn = buyout.profit_draws(
            law,
            found["quantity"],
            terms,
            seed=1,
            draws=100_000,
            drop=200,
            chance=0.3,
            tooling=fixed,
        )
        error = drawn["profit"].std() / np.sqrt(len(drawn))
        assert found["profit"] == pytest.approx(drawn["profit"].mean(), abs=4 * error)
        assert found["made_good"] == pytest.approx(drawn["made_good"].mean(), rel=0.03)
        assert found["chance_of_loss"] == pytest.approx((drawn["profit"] < 0).mean(), abs=0.005)
    sure = buyout.weigh({"offers": offers(guarantee=0.0, demand_sd=400.0)}, most_loss=0.1).iloc[0]
    assert (sure["chance_of_loss"], sure["answer"]) == (0, "take")
    both = buyout.weigh({"offers": offers(guarantee=20_000.0, stages=2)}).iloc[0]
    assert both["profit"] == pytest.approx(plain["profit"] + both["twice_gain"])


def test_what_has_been_sold_is_not_weighed() -> None:
    two = pd.concat([offers(), offers(offer_id="B2")])
    weeks = pd.DataFrame({"offer_id": ["B2", "B2"], "week": [1, 2], "sold": [5, 3]})
    shop = {"offers": two, "offer_weeks": weeks}
    assert buyout.weigh(shop)["offer_id"].tolist() == ["B1"]
    assert buyout.weigh(shop, past=True)["offer_id"].tolist() == ["B1", "B2"]
    with pytest.raises(CourseError, match=r"All offers have been sold already. Give past=True"):
        buyout.weigh({"offers": offers(offer_id="B2"), "offer_weeks": weeks})


def test_the_shares_of_the_weeks_add_up() -> None:
    rng = np.random.default_rng(1)
    past = pd.DataFrame(
        {
            "offer_id": np.repeat(["B1", "B2", "B3"], 8),
            "week": list(range(1, 9)) * 3,
            "sold": rng.poisson(40, 24),
        }
    )
    found = buyout.week_shares(past)
    assert found["share"].sum() == pytest.approx(1)
    assert found["so_far"].iloc[-1] == pytest.approx(1)
    assert (found["low"] <= found["so_far"] + 1e-12).all()
    assert (found["so_far"] <= found["high"] + 1e-12).all()


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Terms(2_000, 2_000), "wholesale is 2000 and price is 2000. Give a"),
        (lambda: Terms(2_000, 1_600, 1_600), "salvage is 1600 and wholesale is 1600"),
        (lambda: Terms(2_000, 1_600, buy_back=1_600), "orders without end"),
        (lambda: buyout.zone(DEMAND, 950, 2_000, 1_500, 900), "no zone of agreement on 950 units"),
        (lambda: buyout.zone(DEMAND, 950, 2_000, 1_500, 900), "Ask for fewer units, or leave it"),
        (
            lambda: buyout.zone(DEMAND, 450, 2_000, 1_500, 900, ours=150_000, theirs=50_000),
            "bring us ¥150,000 and the supplier ¥50,000. No other number of units has one: at its "
            "best, the deal earns ¥197,682. Leave it",
        ),
        (lambda: buyout.zone(DEMAND, 450, 2_000, 1_500, 900, theirs=400_000),
         "the supplier needs ¥2,388.89 a unit, at least, and we can pay ¥1,9"),
        (lambda: buyout.counter_offer(DEMAND, Terms(2_000, 1_400), 1_500), "Give a cost below"),
        (lambda: buyout.shop_quantity(stats.norm(100, 80), OFFER), "lie below 0"),
        (lambda: buyout.belief(400, 20), "nothing is left to learn"),
        (lambda: buyout.belief(1e9, 1e8), "fewer units"),
        (lambda: buyout.learn(buyout.belief(50, 15), 20, 1.5), "share is 1.5"),
        (lambda: buyout.learn(buyout.belief(50, 15), 20, 0.25, spread=0.5),
         "A share of 0.25 cannot have a spread of 0.5. Give one below 0.433"),
        (lambda: buyout.staged_order(buyout.learn(buyout.belief(50, 15), 20, 0.5), OFFER,
                                     share=0.3), "before the season"),
        (lambda: buyout.weigh({"offers": offers(demand_sd=1.0)}),
         "The offer 'B1' cannot be reckoned with. A mean of 500"),
        (lambda: buyout.weigh({"offers": offers(minimum=None)}), "minimum is missing"),
        (lambda: buyout.week_shares(pd.DataFrame({"offer_id": ["B1"], "week": [1], "sold": [0]})),
         "No offer of data has sold anything"),
        (lambda: buyout.contracts(DEMAND, {}, seed=1), "names no contract"),
        (lambda: buyout.contracts(DEMAND, {"a": 5}, seed=1), r"offers\['a'\] is 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()


@pytest.mark.parametrize("week", [0, -1, 1.5])
def test_a_week_that_is_none_is_told(week: float) -> None:
    past = pd.DataFrame({"offer_id": "B1", "week": [week, 2], "sold": [5, 5]})
    with pytest.raises(CourseError, match="week is no whole number above 0"):
        buyout.week_shares(past)
