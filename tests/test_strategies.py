"""The nine price strategies: closed forms, published cases, simulations with their error, errors.

Every simulated number is compared with its closed form inside `BOUND` standard errors of the
simulation. A right simulation fails one such comparison in 150,000 by chance; the seeds are
fixed, so it passes always or never.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from ecokit import explore, strategies
from ecokit.errors import CourseError
from ecokit.exercises.strategies import FIELDS, best_launch, launch_profit, product
from ecokit.explore.strategies import STRATEGIES, lab, products
from ecokit.plots import strategies as plots
from ecokit.plots import theme
from ecokit.shop import Shop
from ecokit.strategies import uniform
from ecokit.strategies.bidding import _bid_gain
from ecokit.strategies.customer import _judged, best_ladder
from ecokit.strategies.demand import KINDS, Demand
from ecokit.strategies.lifetime import settled_share
from ecokit.strategies.outcome import NAMES, Outcome, grouped
from tests.companies import bundled

BOUND = 4.5
UNIT = uniform(0, 1)
CENT = uniform(0, 100, customers=100)
DEMANDS = [strategies.calibrated(300, -2.5, 40, kind) for kind in KINDS]
kinds = pytest.mark.parametrize("demand", DEMANDS, ids=KINDS)


def best(profit: Any, low: float, high: float) -> float:
    found = minimize_scalar(
        lambda p: -profit(p), bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


# --- demand ----------------------------------------------------------------------------------


@kinds
def test_demand_goes_through_its_base_point_with_its_elasticity(demand: Demand) -> None:
    assert float(demand.units(300)) == pytest.approx(40)
    assert demand.customers == pytest.approx(140)
    up, down = (math.log(float(demand.units(300 * f))) for f in (1.0001, 0.9999))
    assert (up - down) / math.log(1.0001 / 0.9999) == pytest.approx(-2.5, abs=1e-3)


@kinds
def test_wtp_surplus_and_share_belong_together(demand: Demand) -> None:
    prices = np.array([150.0, 250.0, 300.0, 380.0])
    inside = prices[demand.share(prices) < 1]
    assert demand.wtp(1 - demand.share(inside)) == pytest.approx(inside)
    people = demand.population(200_000)
    for p in prices:
        bought = people[people >= p]
        assert len(bought) / len(people) == pytest.approx(float(demand.share(p)), abs=1e-5)
        left = demand.customers * (bought - p).sum() / len(people)
        assert left == pytest.approx(demand.surplus(p), rel=2e-4)


@kinds
@pytest.mark.parametrize("cost", [120.0, 230.0, 290.0])
def test_the_best_price_is_what_an_optimiser_finds(demand: Demand, cost: float) -> None:
    found = best(lambda p: (p - cost) * float(demand.units(p)), cost, demand.top)
    ours = demand.best_price(cost)
    profit = [(p - cost) * float(demand.units(p)) for p in (ours, found)]
    assert profit[0] == pytest.approx(profit[1], rel=1e-9)


def test_closed_forms_of_the_best_price() -> None:
    constant = strategies.constant_elasticity(8, 60, 2.5)
    assert constant.best_price(12) == pytest.approx(20)
    dominicks = strategies.constant_elasticity(5, 60, 3.138691)
    assert dominicks.best_price(10) == pytest.approx(14.67576, abs=1e-5)
    assert uniform(0, 50, 100).best_price(10) == 30
    assert strategies.one_price(uniform(0, 50, 100), 10).profit == pytest.approx(800)
    assert strategies.logit(3, 1).best_price(1) == pytest.approx(3)
    assert strategies.constant_elasticity(8, 60, 0.8).best_price(12) == 60


@kinds
def test_where_nobody_pays_the_cost_nothing_is_sold_at_a_loss(demand: Demand) -> None:
    cost = 1.5 * demand.top
    assert demand.best_price(cost) > demand.top
    for outcome in (
        strategies.one_price(demand, cost),
        strategies.personalised(demand, cost, segments=3),
        strategies.personalised({"all": demand}, cost),
        strategies.auction(demand, cost, auctions=100),
        strategies.collaborative(demand, cost, deals=100),
    ):
        assert outcome.profit == pytest.approx(0, abs=1e-3)
        assert outcome.units == pytest.approx(0, abs=1e-3)
        assert 0 <= outcome.details.get("priced_out", 0) <= 1


def test_the_surplus_at_an_elasticity_of_one() -> None:
    near = strategies.constant_elasticity(8, 60, 1 + 1e-7).surplus(20)
    assert strategies.constant_elasticity(8, 60, 1).surplus(20) == pytest.approx(near, rel=1e-5)


def test_demand_of_a_product_from_the_shops_records() -> None:
    stock = pd.DataFrame({"product_id": "P1", "price": [10.0, 10.0, 9.0], "demand": [2, 3, 4]})
    demand = strategies.product_demand(stock, "P1", -2.0)
    assert float(demand.units(10)) == pytest.approx(90)
    with pytest.raises(CourseError, match="no demand for product P9"):
        strategies.product_demand(stock, "P9", -2.0)


# --- one shape -------------------------------------------------------------------------------


def all_outcomes(demand: Demand, cost: float) -> list[Outcome]:
    return [
        strategies.one_price(demand, cost),
        strategies.personalised(demand, cost, segments=3),
        strategies.personalised(demand, cost, error=0.2),
        strategies.prestige(demand, cost),
        strategies.automatic(demand, cost),
        strategies.haggling(demand, cost),
        strategies.free_trial(demand, cost),
        strategies.discount(demand, cost),
        strategies.life_cycle(demand, cost),
        strategies.auction(demand, cost, auctions=2000),
        strategies.name_your_price(demand, cost, bids=2, rebid_cost=1),
        strategies.penetration(demand, cost),
        strategies.collaborative(demand, cost, deals=500),
    ]


@kinds
def test_every_strategy_returns_the_one_shape(demand: Demand) -> None:
    for outcome in all_outcomes(demand, 230.0):
        buyers = outcome.buyers
        assert list(buyers.columns) == ["who", "units", "price", "unit_cost", "surplus"]
        assert np.isfinite(buyers.drop(columns="who").to_numpy()).all(), outcome.strategy
        assert (buyers["units"] >= -1e-9).all(), outcome.strategy
        assert (buyers["surplus"] >= -1e-6).all(), outcome.strategy
        low, mean, high = outcome.prices
        assert low - 1e-9 <= mean <= high + 1e-9
        paid = (buyers["units"] * buyers["price"]).sum()
        assert outcome.revenue == pytest.approx(paid)
        spent = (buyers["units"] * buyers["unit_cost"]).sum() + outcome.fixed_cost
        assert outcome.profit == pytest.approx(paid - spent)
        assert outcome.name
        assert all(math.isfinite(x) for x in outcome.details.values())


def test_all_nine_of_the_slide_stand_in_one_table() -> None:
    table = strategies.compare(all_outcomes(CENT, 20.0))
    slide = "个性化定价 声誉定价 自动调价 议价 促销定价"
    slide += " 产品循环周期定价 拍卖定价 自行定价 渗透定价 协同定价"
    for name in slide.split():
        assert table["name_zh"].str.startswith(name).any(), name
    assert table["against_base"].iloc[0] == 0
    assert set(table["strategy"]) == set(NAMES) - {"best_price"}
    with pytest.raises(CourseError, match="nothing to compare"):
        strategies.compare([])


@kinds
@settings(max_examples=15)
@given(cost=st.floats(50, 290))
def test_nobody_can_take_more_than_trade_gains(demand: Demand, cost: float) -> None:
    most = demand.surplus(cost)
    for outcome in (
        strategies.one_price(demand, cost),
        strategies.personalised(demand, cost, segments=3),
        strategies.haggling(demand, cost, power=0.3),
        strategies.name_your_price(demand, cost),
    ):
        assert outcome.profit + outcome.consumer_surplus <= most * (1 + 1e-3)


# --- 1 personalised --------------------------------------------------------------------------


def test_personalised_prices_of_the_textbook() -> None:
    assert strategies.one_price(UNIT, 0).profit == 0.25
    assert strategies.personalised(UNIT, 0).profit == pytest.approx(0.5)
    two = strategies.personalised(UNIT, 0, segments=2)
    assert two.profit == pytest.approx(1 / 3)
    assert two.buyers["price"].tolist() == pytest.approx([1 / 3, 2 / 3])
    for k in range(1, 9):
        assert strategies.personalised(UNIT, 0, segments=k).profit == pytest.approx(
            k / (2 * (k + 1))
        )


@kinds
def test_ladders_are_what_an_optimiser_finds(demand: Demand) -> None:
    cost = 230.0

    def loss(prices: Any) -> float:
        steps = np.sort(prices)
        shares = np.append(demand.share(steps), 0.0)
        return -float(((steps - cost) * (shares[:-1] - shares[1:])).sum())

    ours = best_ladder(demand, cost, 3)
    start: Any = [(cost + (demand.wtp(0.99) - cost) * f) for f in (0.2, 0.4, 0.7)]
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    assert -loss(ours) >= -found.fun - 1e-6


def test_surplus_of_segments_is_that_of_their_members() -> None:
    ladder = best_ladder(CENT, 20, 3)
    people = CENT.population(100_000)
    price = np.append(0, ladder)[np.searchsorted(ladder, people, side="right")]
    bought = people >= ladder[0]
    left = (people - price)[bought].sum() * 100 / 100_000
    assert strategies.personalised(CENT, 20, segments=3).consumer_surplus == pytest.approx(
        left, 1e-4
    )


def test_guesses_treat_equals_unequally() -> None:
    sure = strategies.personalised(CENT, 20, segments=4)
    guess = strategies.personalised(CENT, 20, segments=4, error=0.2, seed=3)
    assert sure.details["spread"] == 1 < guess.details["spread"]
    assert guess.details["priced_out"] > sure.details["priced_out"]
    assert guess.profit < sure.profit
    assert guess.profit == strategies.personalised(CENT, 20, segments=4, error=0.2, seed=3).profit


def test_a_guess_without_segments_agrees_with_its_integral() -> None:
    """Priced at max(guess, cost), v buys if the guess is not above it: half of them do."""
    error, cost = 0.1, 0.0
    outcome = strategies.personalised(UNIT, cost, error=error, seed=5)
    # v (1/2 - error / sqrt(2 pi)) is what a customer of WTP v pays on average
    exact = 0.5 * (0.5 - error / math.sqrt(2 * math.pi))
    draws = 20_000
    spread = math.sqrt(1 / 3 * 0.5 - exact**2)  # of one payment, at most
    assert abs(outcome.revenue - exact) < BOUND * spread / math.sqrt(draws)


def test_segments_that_anybody_sees_get_their_own_best_price() -> None:
    groups = {"students": uniform(0, 60, 50), "others": uniform(0, 100, 50)}
    outcome = strategies.personalised(groups, 20)
    assert outcome.buyers["price"].tolist() == [40, 60]
    assert outcome.details["spread"] == 1.5


@pytest.mark.parametrize(("elasticity", "best"), [(0.8, 900), (1.5, 60), (2.5, 100 / 3), (40, 30)])
def test_the_best_price_of_one_elasticity(elasticity: float, best: float) -> None:
    demand = strategies.constant_elasticity(30, 900, elasticity)
    assert demand.best_price(20) == pytest.approx(best)


# --- 2 prestige ------------------------------------------------------------------------------


@pytest.mark.parametrize("pull", [0.0, 0.3, 0.5, 0.9, 1.3])
@pytest.mark.parametrize("premium", [0.0, 0.08])
def test_the_prestige_price_beats_every_other(pull: float, premium: float) -> None:
    ours = strategies.prestige(CENT, 20, premium=premium, pull=pull)
    for p in np.linspace(20, 150, 261):
        other = strategies.prestige(CENT, 20, float(p), premium=premium, pull=pull)
        assert other.profit <= ours.profit + 1e-6


def test_the_prestige_price_may_lie_far_above_the_usual_one() -> None:
    far = {"reference": 60.0, "premium": 0.0, "pull": 0.97, "reach": 5.0}
    ours = strategies.prestige(CENT, 20, **far)
    assert ours.prices[0] > 250
    for p in np.linspace(20, 400, 381):
        assert strategies.prestige(CENT, 20, float(p), **far).profit <= ours.profit + 1e-6


def test_price_pulls_wtp_up_to_a_point() -> None:
    at = [
        strategies.prestige(CENT, 20, p, reference=50, premium=0, pull=1.5, reach=1.4).units
        for p in (50.0, 60.0, 70.0, 80.0)
    ]
    assert at[0] < at[1] < at[2] > at[3]  # above 1, demand rises with the price, up to 70
    assert strategies.prestige(CENT, 20, premium=0, pull=0).profit == pytest.approx(1600)


# --- 3 rules and haggling --------------------------------------------------------------------


def test_two_repricers_spiral_as_powers() -> None:
    mine, theirs = strategies.Rule(1.27059), strategies.Rule(0.9983)
    course = strategies.spiral(35.54, mine, theirs, 45)
    exact = 35.54 * (1.27059 * 0.9983) ** np.arange(46)
    assert course["mine"].to_numpy() == pytest.approx(exact)
    assert (course["theirs"] / course["mine"].shift()).iloc[1:].to_numpy() == pytest.approx(0.9983)


def test_rules_rest_at_their_fixed_point_or_at_a_limit() -> None:
    mine, theirs = strategies.Rule(0.9, less=-15), strategies.Rule(1.0, less=2)
    rest = strategies.fixed_point(mine, theirs)
    assert mine(theirs(rest)) == pytest.approx(rest)
    assert strategies.spiral(300, mine, theirs, 300)["mine"].iloc[-1] == pytest.approx(rest)
    war = strategies.spiral(
        100, strategies.Rule(0.99, floor=70), strategies.Rule(0.99, floor=60), 200
    )
    assert war["mine"].iloc[-1] == 70 or war["mine"].iloc[-1] == pytest.approx(70)
    calm = strategies.spiral(100, strategies.Rule(), strategies.Rule(), 20)
    assert (calm["mine"] == 100).all()


def test_undercutting_ends_at_the_cost_and_matching_keeps_the_price() -> None:
    war = strategies.automatic(CENT, 20, rounds=400)
    assert war.details["last_price"] == pytest.approx(20, abs=0.3)
    peace = strategies.automatic(CENT, 20, mine=strategies.Rule())
    assert peace.profit == pytest.approx(strategies.one_price(CENT, 20).profit / 2)
    dear = strategies.automatic(CENT, 20, mine=strategies.Rule(1.27), rounds=3, start=50)
    assert dear.units == 0
    assert dear.details["rounds_sold"] == 0


def test_rubinstein_is_what_backward_induction_finds() -> None:
    first, second, share = 0.9, 0.8, 1.0
    for _round in range(4000):
        share = 1 - second * (1 - first * share)
    assert strategies.rubinstein(first, second) == pytest.approx(share)
    assert strategies.rubinstein(first, second) == pytest.approx(0.714286, abs=1e-6)


def test_nash_and_haggling_split_the_gain() -> None:
    assert strategies.nash(100, 60, 0.5) == 80
    for power in (0.0, 0.25, 0.5, 1.0):
        outcome = strategies.haggling(CENT, 20, power)
        assert outcome.profit == pytest.approx(power * CENT.surplus(20), rel=1e-6, abs=1e-6)
        assert outcome.consumer_surplus == pytest.approx(
            (1 - power) * CENT.surplus(20), rel=1e-6, abs=1e-6
        )
    listed = strategies.haggling(CENT, 20, 1, list_price=60)
    assert listed.prices[2] == pytest.approx(60)


def test_splitting_the_difference_agrees_with_its_closed_form() -> None:
    """400,000 meetings: standard errors of .0007 (trades) and .0004 (gains)."""
    found = strategies.split_the_difference(400_000, seed=11)
    assert abs(found.trades - 9 / 32) < BOUND * found.trades_error
    assert abs(found.gains - 9 / 64) < BOUND * found.gains_error
    assert found.trades_error < 0.0008
    assert found.gains_error < 0.0005
    possible_error = math.sqrt(1 / 12 - 1 / 36) / math.sqrt(400_000)
    assert abs(found.possible - 1 / 6) < BOUND * possible_error


def test_bids_of_split_the_difference_are_best_answers() -> None:
    costs = (np.arange(4000) + 0.5) / 4000
    asks = 2 / 3 * costs + 1 / 4
    for value in (0.3, 0.6, 0.95):

        def gain(bid: float, value: float = value) -> float:
            deal = asks <= bid
            return float(((value - (asks + bid) / 2) * deal).mean())

        bids = np.linspace(0, 1, 2001)
        found = bids[int(np.argmax([gain(bid) for bid in bids]))]
        assert found == pytest.approx(2 / 3 * value + 1 / 12, abs=0.002)


# --- 4 promotions ----------------------------------------------------------------------------


@pytest.mark.parametrize(("margin", "cut", "needed"), [(0.4, 0.1, 1 / 3), (0.3, 0.05, 0.2)])
def test_break_even_of_a_cut(margin: float, cut: float, needed: float) -> None:
    outcome = strategies.discount(CENT, 60 * (1 - margin), cut, price=60, pulled=0)
    assert outcome.details["needed"] == pytest.approx(needed)
    assert strategies.break_even_uplift(margin, cut) == pytest.approx(needed)


@pytest.mark.parametrize(("margin", "cut", "uplift"), [(0.4, 0.1, 1 / 3), (0.3, 0.05, 0.2)])
def test_a_cut_that_earns_what_was_earned_before(margin: float, cut: float, uplift: float) -> None:
    found = strategies.break_even_uplift(margin, cut)
    assert found == pytest.approx(uplift)
    assert (margin - cut) * (1 + found) == pytest.approx(margin)


def test_at_break_even_the_profit_is_the_old_one() -> None:
    price, cost, cut = 80.0, 30.0, 0.2
    for pulled in (0.0, 0.4):
        sale = strategies.discount(CENT, cost, cut, price=price, pulled=pulled, length=0.3)
        usual = strategies.one_price(CENT, cost, price)
        # the profit changes by (lift - needed) (left margin) usual units, so both have one sign
        better = sale.profit - usual.profit
        assert (better > 0) == (sale.details["lift"] > sale.details["needed"])
        left = 1 - cost / price - cut - pulled * (1 - cost / price)
        gap = (sale.details["lift"] - sale.details["needed"]) * left * price * usual.units * 0.3
        assert better == pytest.approx(gap)


def test_a_free_trial_agrees_with_people_who_try() -> None:
    """400,000 customers drawn: a standard error of .0006 of the buyers per customer."""
    outcome = strategies.free_trial(CENT, 20, liking=0.4, trial_cost=1, price=150)
    rng = np.random.default_rng(2)
    draws = 400_000
    likes = rng.random(draws) < 0.4
    buys = likes & (rng.random(draws) * 100 / 0.4 >= 150)
    error = buys.std() / math.sqrt(draws)
    assert abs(buys.mean() - outcome.units / 100) < BOUND * error
    assert outcome.profit == pytest.approx(16 * 130 - 40)
    assert outcome.consumer_surplus == pytest.approx(0.4 * 100 * 0.4 * (200 - 150))
    alone = strategies.free_trial(CENT, 20, liking=0.4, price=60, tried=0)
    assert alone.profit == pytest.approx(strategies.one_price(CENT, 20, 60).profit)


@kinds
def test_the_best_price_after_a_trial(demand: Demand) -> None:
    ours = strategies.free_trial(demand, 230, 0.7).profit
    for p in np.linspace(300, 700, 41):
        assert strategies.free_trial(demand, 230, 0.7, price=float(p)).profit <= ours + 1e-6


# --- 5 life cycle ----------------------------------------------------------------------------


def test_imitation_is_at_most_10() -> None:
    assert len(strategies.bass(0.01, 10, 100, 3)) == 3
    with pytest.raises(CourseError, match="Give a number, 0 to 10"):
        strategies.bass(0.01, 10.5, 100, 3)


def test_bass_is_fitted_to_a_series() -> None:
    # Video recorders in American homes, 1980 to 1989, as R's nls fits them in public notebooks.
    homes = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    told = strategies.fit_bass(homes, method="rate")
    assert told.market == pytest.approx(67_980, rel=1e-3)
    assert told.innovation == pytest.approx(0.00659, rel=2e-3)
    assert told.imitation == pytest.approx(0.638, rel=1e-3)
    assert told.r2 > 0.95
    share = strategies.bass_share(np.arange(16), 0.03, 0.38)
    for method, sales in (
        ("interval", 5000 * np.diff(share)),
        ("regression", strategies.bass(0.03, 0.38, 5000, 15)),
    ):
        exact = strategies.fit_bass(sales, method=method)
        found = [exact.innovation, exact.imitation, exact.market, exact.r2]
        assert found == pytest.approx([0.03, 0.38, 5000, 1], rel=1e-5)
    for wrong, sentence in (
        ([1, 2, 3, 4], "4 periods"),
        ([0] * 8, "sales are 0"),
        ([1, 2, math.nan, 4, 5], "missing or not finite"),
        ([5, 4, 3, 4, 5, 6, 7, 9, 12], "No Bass curve fits"),
    ):
        with pytest.raises(CourseError, match=sentence):
            strategies.fit_bass(wrong)


def test_bass_in_continuous_and_in_discrete_time() -> None:
    peak = strategies.bass_peak(0.03, 0.38)
    assert peak.time == pytest.approx(6.192619, abs=1e-6)
    assert (round(peak.sales, 6), round(peak.share, 6)) == (0.110592, 0.460526)
    slow = strategies.bass_peak(0.0045, 0.35)
    assert slow.time == pytest.approx(12.2817, abs=1e-4)
    assert slow.sales * 5 == pytest.approx(0.448822, abs=1e-6)
    new = strategies.bass(0.0045, 0.35, 5_000_000, 60)
    assert int(new.argmax()) + 1 == 15
    assert new.max() / 1e6 == pytest.approx(0.447879, abs=1e-6)
    assert strategies.bass_share(peak.time, 0.03, 0.38) == pytest.approx(peak.share)
    assert strategies.bass_peak(0.3, 0.1).time == 0


def test_stages_turn_where_the_bass_curve_turns() -> None:
    time = np.linspace(0.05, 16, 3200)
    slope = np.gradient(np.gradient(strategies.bass_share(time, 0.03, 0.38), time), time)
    bend = np.gradient(slope, time)
    names = strategies.stage(time, 0.03, 0.38)
    changes = [time[k] for k in range(1, len(time)) if names[k] != names[k - 1]]
    turning = [time[k] for k in range(20, len(time) - 20) if bend[k - 1] * bend[k] < 0]
    assert changes[0] == pytest.approx(turning[0], abs=0.05)
    assert changes[2] == pytest.approx(turning[1], abs=0.05)
    assert changes[1] == pytest.approx(strategies.bass_peak(0.03, 0.38).time, abs=0.01)
    assert strategies.stage([0, 5], 0.5, 0.1) == ["decline", "decline"]  # it only ever falls


@pytest.mark.parametrize("steps", [1, 2, 4, 9])
def test_markdown_over_time(steps: int) -> None:
    found = strategies.markdown(steps)
    assert found.prices == pytest.approx([(steps - t) / (steps + 1) for t in range(steps)])
    assert found.revenue == pytest.approx(steps / (2 * (steps + 1)))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (10, 100), (60, 100), (90, 100)])
def test_markdowns_beat_what_an_optimiser_finds(low: float, high: float) -> None:
    def revenue(prices: Any) -> float:
        steps = np.minimum.accumulate(np.append(high, prices))
        sold = np.maximum(steps[:-1], low) - np.maximum(steps[1:], low)
        return float((steps[1:] * sold).sum() / (high - low))

    best_three = strategies.markdown(3, low, high)
    ours = best_three.revenue
    assert ours == pytest.approx(revenue(best_three.prices))
    start: Any = np.linspace(high, low, 5)[1:4]
    found = minimize(lambda p: -revenue(p), start, method="Nelder-Mead")  # type: ignore[call-overload]
    assert ours >= -found.fun - 1e-6 * high


def test_a_life_cycle_agrees_with_people_who_hear_and_buy() -> None:
    """40,000 customers drawn; units and money of all periods inside the stated error."""
    prices = np.array([80.0, 80, 60, 65, 40, 40])
    ageing, draws = 0.05, 40_000
    demand = uniform(0, 100, draws)
    outcome = strategies.life_cycle(
        demand, 20, prices, innovation=0.1, imitation=0.5, ageing=ageing
    )
    rng = np.random.default_rng(9)
    heard = strategies.bass(0.1, 0.5, 1, 6)
    when = rng.choice(7, draws, p=np.append(heard, 1 - heard.sum()))
    wtp = rng.random(draws) * 100
    bought = np.full(draws, -1)
    for period in range(6):
        now = wtp * (1 - ageing) ** period
        buys = (when <= period) & (bought < 0) & (now >= prices[period])
        bought[buys] = period
    for period in range(6):
        share = outcome.buyers["units"][period] / draws
        error = math.sqrt(max(share * (1 - share), 1e-12) / draws)
        assert abs((bought == period).mean() - share) <= BOUND * error
    got = bought >= 0
    left = np.where(got, wtp * (1 - ageing) ** np.maximum(bought, 0) - prices[bought], 0)
    error = left.std() * math.sqrt(draws)
    assert abs(left.sum() - outcome.consumer_surplus) < BOUND * error


def test_prices_over_time() -> None:
    assert strategies.path(100, 80, 2, 5, 0.25).tolist() == [100, 100, 80, 80, 60]
    assert strategies.path(100, 80, 9, 5).tolist() == [100] * 5
    skim = strategies.skim(CENT, 20, 12)
    assert all(a >= b for a, b in pairwise(skim))


# --- 6 auctions ------------------------------------------------------------------------------


def revenue_of(kind: str, bidders: int, **more: Any) -> tuple[float, float]:
    draw = strategies.draw_auctions(UNIT, bidders, 200_000, kind=kind, seed=bidders, **more)
    mean = draw.paid.sum() / draw.auctions
    return mean, math.sqrt((draw.squares / draw.auctions - mean**2) / draw.auctions)


@pytest.mark.parametrize("bidders", [2, 5, 10])
@pytest.mark.parametrize("kind", ["first", "second", "english", "dutch"])
def test_all_four_formats_bring_the_same(kind: str, bidders: int) -> None:
    """200,000 auctions: a standard error of .0004 at most, and the known spread."""
    mean, error = revenue_of(kind, bidders)
    n = bidders
    assert abs(mean - (n - 1) / (n + 1)) < BOUND * error
    own = (n - 1) / n * math.sqrt(n / ((n + 1) ** 2 * (n + 2)))
    rival = math.sqrt(2 * (n - 1) / ((n + 1) ** 2 * (n + 2)))
    spread = own if kind in ("first", "dutch") else rival
    # sd of a standard deviation: below spread / sqrt(2 * 200,000) times 2 for these shapes
    assert error * math.sqrt(200_000) == pytest.approx(spread, rel=BOUND * 2 / math.sqrt(400_000))


@pytest.mark.parametrize("kind", ["first", "second"])
def test_many_bidders_push_the_price_to_the_top(kind: Any) -> None:
    draw = strategies.draw_auctions(UNIT, 500, 20_000, kind=kind, seed=3)
    mean = draw.paid.mean()
    error = math.sqrt((draw.squares / draw.auctions - mean**2) / draw.auctions)
    assert abs(mean - 499 / 501) < BOUND * error


@pytest.mark.parametrize("kind", ["first", "second"])
@pytest.mark.parametrize(("bidders", "exact"), [(2, 5 / 12), (5, 0.671875), (10, 0.818271)])
def test_the_reserve_of_the_textbook(kind: str, bidders: int, exact: float) -> None:
    mean, error = revenue_of(kind, bidders, reserve=0.5)
    assert abs(mean - exact) < BOUND * error + 5e-7
    outcome = strategies.auction(UNIT, 0, bidders, kind, auctions=50_000)
    sold = 1 - 0.5**bidders
    assert outcome.details["reserve"] == 0.5
    assert abs(outcome.details["sold"] - sold) < BOUND * math.sqrt(sold * (1 - sold) / 50_000)


def test_the_best_reserve_does_not_depend_on_the_bidders() -> None:
    assert uniform(40, 100).best_price(30) == 65

    def revenue(r: float, n: int) -> float:
        return 2 * n / (n + 1) * (1 - r ** (n + 1)) - (1 - r**n)

    for n in (1, 2, 5, 20):
        assert best(lambda r, n=n: revenue(r, n), 0, 1) == pytest.approx(0.5, abs=1e-5)
    mean, error = revenue_of("second", 5, reserve=0.3)
    assert abs(mean - revenue(0.3, 5)) < BOUND * error


def test_several_units_at_one_price() -> None:
    mean, error = revenue_of("second", 10, units=3)
    assert abs(mean - 3 * 7 / 11) < BOUND * error
    own, own_error = revenue_of("first", 10, units=3)  # each winner pays the own bid: the same
    assert abs(own - 3 * 7 / 11) < BOUND * own_error
    outcome = strategies.auction(UNIT, 0, 10, units=3, reserve=0, auctions=50_000)
    assert abs(outcome.details["revenue"] - 1.909091) < BOUND * outcome.details["standard_error"]


@kinds
def test_revenue_is_the_same_for_any_demand(demand: Demand) -> None:
    both = [
        strategies.auction(demand, 230, 4, kind, reserve=250, auctions=60_000, seed=k).details
        for k, kind in enumerate(("first", "second"))
    ]
    error = math.hypot(*(one["standard_error"] for one in both))
    assert abs(both[0]["revenue"] - both[1]["revenue"]) < BOUND * error


@pytest.mark.parametrize("reserve", [0.0, 0.5])
def test_bids_are_best_answers(reserve: float) -> None:
    rivals = strategies.equilibrium_bid(UNIT, np.linspace(0, 1, 200_001), 4, reserve)
    rivals = np.nan_to_num(rivals, nan=0.0)
    for value in (0.6, 0.9):
        bids = np.linspace(reserve, value, 2001)
        chance = (np.searchsorted(rivals, bids, side="right") / len(rivals)) ** 3
        found = bids[int(np.argmax((value - bids) * chance))]
        ours = float(strategies.equilibrium_bid(UNIT, value, 4, reserve))
        assert ours == pytest.approx(found, abs=0.002)


def test_an_english_clock_and_a_dutch_one_end_where_the_formats_say() -> None:
    values = np.random.default_rng(4).random((300, 5))
    for row in values:
        price = 0.0
        while (row >= price).sum() > 1:
            price += 1e-3
        assert price == pytest.approx(np.sort(row)[-2], abs=1.1e-3)
        bids = strategies.equilibrium_bid(UNIT, row, 5)
        price = 1.0
        while not (bids >= price).any():
            price -= 1e-3
        assert price == pytest.approx(0.8 * row.max(), abs=1.1e-3)


# --- 7 name your own price -------------------------------------------------------------------


def test_bids_of_the_textbook() -> None:
    def plan(value: float, low: float, high: float, **more: Any) -> tuple[list[float], float]:
        found = strategies.best_bids(value, low, high, **more)
        return found.bids[0].round(3).tolist(), round(float(found.surplus[0]), 3)

    assert plan(80, 0, 100) == ([40], 16)
    assert plan(80, 0, 100, bids=2) == ([26.667, 53.333], 21.333)
    assert plan(80, 0, 100, bids=2, rebid_cost=2) == ([28, 54], 19.88)
    assert plan(80, 40, 100) == ([60], 6.667)
    two = strategies.best_bids([80.0, 30.0], 40, 100, bids=3)
    assert two.planned.tolist() == [3, 0]
    assert np.isnan(two.bids[1]).all()


@settings(max_examples=25)
@given(
    value=st.floats(5, 300),
    rebid=st.floats(0, 8),
    used=st.integers(1, 3),
)
def test_no_other_bids_bring_more(value: float, rebid: float, used: int) -> None:
    """Against every plan of rising bids on a grid of 4 yuan, and nearly so against finer ones."""
    surplus = strategies.best_bids(value, 0, 100, bids=used, rebid_cost=rebid).surplus
    grid = np.arange(0, 101, 4.0)
    first = grid[:, None, None]
    second = grid[None, :, None] if used > 1 else first
    third = grid[None, None, :] if used > 2 else second
    plans = np.broadcast_arrays(first, second, third)
    gain = np.zeros(plans[0].shape)
    before = np.zeros(plans[0].shape)
    for bid in plans:
        up = np.maximum(bid, before)
        more = up > before
        again = more & (before > 0)
        gain += np.where(more, (up - before) / 100 * (value - up), 0)
        gain -= np.where(again, rebid * (1 - before / 100), 0)
        before = up
    assert float(gain.max()) <= float(surplus[0]) + 1e-9


@pytest.mark.parametrize(("bids", "rebid"), [(1, 0.0), (2, 0.0), (2, 3.0), (3, 1.0)])
def test_nyop_agrees_with_drawn_bidders(bids: int, rebid: float) -> None:
    """60,000 bidders and thresholds drawn: revenue and surplus inside the stated error."""
    draws = 60_000
    demand = uniform(0, 100, draws)
    outcome = strategies.name_your_price(demand, 20, believed=(20, 70), bids=bids, rebid_cost=rebid)
    rng = np.random.default_rng(6)
    wtp, hidden = rng.random(draws) * 100, rng.uniform(20, 70, draws)
    plans = strategies.best_bids(wtp, 20, 70, bids, rebid).bids
    paid, left = np.zeros(draws), np.zeros(draws)
    open_ = np.ones(draws, bool)
    for k in range(bids):
        made = open_ & np.isfinite(plans[:, k])
        left[made] -= rebid * (k > 0)
        taken = made & (np.nan_to_num(plans[:, k]) >= hidden)
        paid[taken] = plans[taken, k]
        left[taken] += (wtp - plans[:, k])[taken]
        open_ &= ~taken
    for drawn, exact in ((paid, outcome.revenue), (left, outcome.consumer_surplus)):
        assert abs(drawn.sum() - exact) < BOUND * drawn.std() * math.sqrt(draws) + 1e-3 * exact


def test_a_threshold_of_the_shop() -> None:
    outcome = strategies.name_your_price(CENT, 20, threshold=40, believed=(20, 60))
    # the bid is (v + 20) / 2, so customers from 60 on pass 40; they pay 50 on average
    assert outcome.units == pytest.approx(40)
    assert outcome.prices[1] == pytest.approx(50)


# --- 8 penetration ---------------------------------------------------------------------------


def test_the_experience_curve() -> None:
    assert strategies.experience_cost(1, 8).item() == pytest.approx(0.512)
    assert strategies.experience_cost(50, [1, 2]).tolist() == pytest.approx([50, 40])


def test_without_network_and_experience_it_is_one_price_each_period() -> None:
    outcome = strategies.penetration(CENT, 20, 60, 60, network=0, rate=1, periods=7)
    assert outcome.profit == pytest.approx(7 * strategies.one_price(CENT, 20).profit)
    assert outcome.consumer_surplus == pytest.approx(7 * CENT.surplus(60))


@pytest.mark.parametrize("network", [0.2, 0.5, 1.0])
def test_the_network_settles_where_the_equation_says(network: float) -> None:
    a, b, c = network, 1 - network, 0.6 - 1  # network x^2 + (1 - network) x + p/H - 1 = 0
    exact = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    assert settled_share(CENT, 60, network) == pytest.approx(exact)
    long = strategies.penetration(CENT, 20, 60, 60, network=network, rate=1, periods=300)
    assert long.details["share"] == pytest.approx(exact)


def test_costs_fall_along_the_curve_unit_by_unit() -> None:
    outcome = strategies.penetration(CENT, 20, 60, 60, network=0, rate=0.8, periods=3, made=1000)
    units = np.arange(1001, 1121) - 0.5
    exact = 20 * (units / 1000) ** math.log2(0.8)
    assert outcome.buyers["unit_cost"].tolist() == pytest.approx(
        exact.reshape(3, 40).mean(axis=1).tolist(), rel=1e-6
    )
    half = strategies.penetration(CENT, 20, 60, 60, network=0, rate=0.5, periods=1, made=1000)
    exact_half = (20 * (units[:40] / 1000) ** -1.0).mean()
    assert half.buyers["unit_cost"][0] == pytest.approx(exact_half, rel=1e-6)


def test_low_first_buys_share_and_costs_cash() -> None:
    low = strategies.penetration(CENT, 20, launch=15, network=1.0)
    high = strategies.penetration(CENT, 20, launch=60, later=60, network=1.0)
    assert low.buyers["units"][2] > high.buyers["units"][2]
    assert low.details["lowest_cash"] < 0 == high.details["lowest_cash"]
    course = strategies.over_time(low)
    assert course["cumulative_profit"].iloc[-1] == pytest.approx(low.profit)


# --- 9 group buying --------------------------------------------------------------------------


def test_a_deal_with_a_threshold() -> None:
    deal = strategies.group_deal(60, 0.55, 30)
    assert deal.chance == pytest.approx(0.818271, abs=1e-6)
    assert deal.units == pytest.approx(28.027296, abs=1e-6)
    profit = 20 * deal.units - 500 * deal.chance
    assert profit == pytest.approx(151.4102, abs=1e-4)
    assert pytest.approx(160) == 20 * 60 * 0.55 - 500
    assert strategies.least_group(600, 50, 30) == 30


def test_the_best_price_of_a_deal() -> None:
    def profit(p: float) -> float:
        return (p - 0.2) * strategies.group_deal(50, 1 - p, 20).units

    price = best(profit, 0.2, 0.9)
    assert price == pytest.approx(0.50008, abs=1e-4)
    assert profit(price) == pytest.approx(7.17963, abs=1e-5)
    assert strategies.group_deal(50, 1 - price, 20).chance == pytest.approx(0.94040, abs=1e-4)
    assert pytest.approx(8.0) == 50 * 0.4 * 0.4  # posted at .6


def test_simulated_deals_agree_with_the_binomial() -> None:
    """40,000 deals: a standard error of .05 units and .002 of the chance."""
    outcome = strategies.collaborative(uniform(0, 1, 60), 0, [(30, 0.45)], deals=40_000, seed=1)
    exact = strategies.group_deal(60, 0.55, 30)
    error = outcome.details["standard_error"]
    assert error < 0.07
    assert abs(outcome.details["units_a_deal"] - exact.units) < BOUND * error
    chance_error = math.sqrt(exact.chance * (1 - exact.chance) / 40_000)
    assert abs(outcome.details["chance"] - exact.chance) < BOUND * chance_error


def test_tiers_agree_with_people_who_join() -> None:
    tiers = [(10, 0.7), (30, 0.5)]
    outcome = strategies.collaborative(uniform(0, 1, 50), 0, tiers, group=50, deals=40_000)
    people = np.random.default_rng(8).random((40_000, 50))
    low, high = (people >= 0.5).sum(axis=1), (people >= 0.7).sum(axis=1)
    revenue = np.where(low >= 30, low * 0.5, np.where(high >= 10, high * 0.7, 0.0))
    error = revenue.std() / math.sqrt(40_000) * math.sqrt(2)  # both are drawn
    assert abs(outcome.revenue - revenue.mean()) < BOUND * error


# --- errors teach ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: uniform(5, 1), "lowest WTP is 5"),
        (lambda: uniform(0, 1, customers=0), "customers is 0. Give a number above 0"),
        (
            lambda: strategies.calibrated(300, -2, 40, "cubic"),
            "kind is 'cubic'. Choose one of: uniform",
        ),
        (lambda: strategies.calibrated(300, 0, 40), "Take its size"),
        (lambda: strategies.constant_elasticity(9, 8, 2), "low first"),
        (
            lambda: strategies.personalised(CENT, 20, segments=99),
            "segments is 99. Give a whole number, 1 to 12",
        ),
        (lambda: strategies.personalised({}, 20), "no segment"),
        (lambda: strategies.prestige(CENT, 20, pull=3), "pull is 3"),
        (lambda: strategies.break_even_uplift(0.1, 0.2), "whole margin"),
        (lambda: strategies.break_even_uplift(0.1, -0.2), "cut is -0.2"),
        (lambda: strategies.break_even_uplift(40, 10), "margin is 40"),
        (lambda: strategies.Rule(0), "factor is 0"),
        (lambda: strategies.Rule(1, floor=9, ceiling=8), "not below the floor of 9"),
        (lambda: strategies.nash(50, 60), "there is no deal"),
        (lambda: strategies.rubinstein(1, 1), "never agree"),
        (lambda: strategies.haggling(CENT, 20, list_price=10), "Raise it"),
        (lambda: strategies.discount(CENT, 20, 0.9, length=0.9, pulled=1), "Shorten it"),
        (lambda: strategies.life_cycle(CENT, 20, []), "at least one"),
        (lambda: strategies.life_cycle(CENT, 20, [-1.0]), "prices holds -1"),
        (lambda: strategies.markdown(2, 5, 4), "lowest value"),
        (
            lambda: strategies.auction(CENT, 20, kind="silent"),
            "kind is 'silent'. Choose one of: first",
        ),
        (lambda: strategies.auction(CENT, 20, bidders=3, units=3), "more bidders than units"),
        (lambda: strategies.best_bids(80, 60, 60), "Give a range"),
        (lambda: strategies.penetration(CENT, 20, low_periods=-1), "low_periods is -1"),
        (
            lambda: strategies.collaborative(CENT, 20, [(20, 90), (10, 80)]),
            "more buyers and a lower",
        ),
        (lambda: strategies.least_group(600, 20, 20), "no group pays"),
        (lambda: strategies.least_group(math.nan, 50, 30), "fixed_cost is nan"),
        (lambda: strategies.one_price(CENT, math.nan), "cost is nan"),
        (lambda: strategies.one_price(CENT, "20"), "'20'. Give a number"),
        (lambda: strategies.one_price(CENT, 20, -5), "price is -5"),
        (lambda: strategies.side_by_side(CENT, -5), "cost is -5"),
        (lambda: strategies.side_by_side(CENT, 150), "Nobody would pay the unit cost"),
        (lambda: strategies.personalised(CENT, 20, segments=2.5), "whole number"),
        (lambda: strategies.Rule(less=math.nan), "less is nan"),
        (
            lambda: strategies.spiral(100, strategies.Rule(2), strategies.Rule(2), 5000),
            "passes all numbers",
        ),
        (lambda: strategies.haggling(CENT, 20, list_price=math.nan), "list_price is nan"),
        (lambda: strategies.discount(CENT, 20, price=0), "price is 0"),
        (lambda: strategies.free_trial(CENT, 20, price=math.nan), "price is nan"),
        (lambda: strategies.bass(1.5, 0.3, 100, 5), "innovation is 1.5"),
        (lambda: strategies.stage(-1, 0.03, 0.38), "before the launch"),
        (lambda: strategies.markdown(3, 0, math.inf), "high is inf"),
        (lambda: strategies.life_cycle(CENT, 20, [math.nan, 50]), "prices: 1 of 2 numbers"),
        (lambda: strategies.life_cycle(CENT, 20, 50), "at least one"),
        (lambda: strategies.experience_cost(100, 0), "first unit is 1"),
        (lambda: strategies.draw_auctions(CENT, 2, 10, reserve=math.nan), "reserve is nan"),
        (lambda: strategies.draw_auctions(CENT, 10_000, 10**8), "take too long"),
        (lambda: strategies.draw_auctions(CENT, 2, 10, seed=-1), "seed is -1"),
        (lambda: strategies.best_bids(80, 0, math.inf), "high is inf"),
        (lambda: strategies.collaborative(CENT, 20, [(math.nan, 50)]), "tiers: 1 of 2 numbers"),
        (lambda: strategies.collaborative(CENT, 20, [(10, -50)]), "tiers holds -50"),
        (lambda: strategies.collaborative(CENT, 20, [10, 50]), "Give at least one tier"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()


# --- the lab ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def test_the_lab_answers_every_knob(shop: Shop) -> None:
    app = lab(shop).app()
    strategy = app.inputs["strategy"]
    assert len(app.inputs["product"].options) == 8
    assert [key for _name, key in strategy.options] == list(NAMES)
    for key, one in STRATEGIES.items():
        strategy.value = key
        seen = {app.picture.value}
        for name, knob in one.items():
            values = [value for _text, value in knob.options]
            app.inputs[name].value = values[-1] if knob.start != values[-1] else values[0]
            seen.add(app.picture.value)
        assert len(seen) >= min(len(one), 2), key
        assert app.picture.alt
        assert NAMES[key][1] in app.below.value
    strategy.value = "haggling"
    assert app.below.value.count("ecokit-bold") == 1


def test_the_twin_has_the_nine_of_the_slide(shop: Shop) -> None:
    twin = explore.frames("strategies", shop)
    assert len(twin.frames) == 9
    assert len({frame.png() for frame in twin.frames}) == 9


def test_the_tables_show_the_strategies_of_a_product(shop: Shop) -> None:
    product = next(iter(products(shop).values()))
    outcomes = strategies.side_by_side(product.demand, product.cost, product.price)
    assert [one.strategy for one in outcomes] == list(NAMES)
    table = strategies.compare(outcomes)
    assert table["profit"].iloc[0] == pytest.approx(
        product.demand.units(product.price) * (product.price - product.cost)
    )
    assert table["below_cost"].sum() == 0
    assert table["profit"].iloc[0] <= table["profit"].iloc[1], "the best single price is best"
    assert all(strategies.assumption(name) for name in NAMES)
    assert plots.compare(table).axes[0].get_title(loc="left")
    for outcome in outcomes:
        title = plots.who_pays(outcome, product.demand).axes[0].get_title(loc="left")
        assert theme.capital(outcome.name) in title


def test_a_launch_plan_is_as_good_as_a_finer_search(shop: Shop) -> None:
    base = product(shop)
    most = launch_profit(base, best_launch(base))
    rng = np.random.default_rng(3)
    for _try in range(60):
        plan = {
            field.name: float(rng.integers(int(field.low), int(field.high) + 1)) for field in FIELDS
        }
        assert launch_profit(base, plan) <= most * (1 + 1e-9)


@pytest.mark.parametrize("method", ["interval", "rate", "regression"])
@pytest.mark.parametrize("sales", [[5] * 6, [1, 2, 4, 8, 16, 32], [0, 0, 100, 0, 0]])
def test_sales_that_tell_of_no_market_are_refused(sales: list[float], method: str) -> None:
    with pytest.raises(CourseError, match="No Bass curve fits"):
        strategies.fit_bass(sales, method=method)


def test_a_cost_that_nobody_would_pay_is_told_where_the_range_follows_from_it() -> None:
    demand = strategies.uniform(0, 100, 100)
    with pytest.raises(CourseError, match=r"the highest WTP is ¥100\.00"):
        strategies.name_your_price(demand, 120)
    assert strategies.name_your_price(demand, 120, believed=(20, 60)).profit < 0
    assert strategies.name_your_price(demand, 20).profit > 0


def test_where_nobody_buys_nothing_is_sold_or_earned() -> None:
    nobody = grouped([], [], [], 3.0)
    assert nobody[["units", "price", "unit_cost", "surplus"]].to_numpy().tolist() == [[0, 0, 3, 0]]
    pd.testing.assert_frame_equal(grouped([5.0], [0.0], [1.0], 3.0), nobody)
    assert math.isnan(_judged(nobody, 0.0, 1.0, 1.0).details["shop_share"])
    some = grouped([5.0], [0.1], [0.0], 3.0)  # of little there is to gain it gains a part, too
    assert _judged(some, 0.4, 1.0, 0.0).details["shop_share"] == pytest.approx(0.5)


def test_bids_rise_and_end_at_the_highest_threshold() -> None:
    def gain(*bids: float) -> float:
        return float(_bid_gain(np.array([9.0]), np.array([bids]), 2.0, 8.0, 0.1).item())

    assert math.isfinite(gain(3, 4))
    assert math.isfinite(gain(3, 8))
    for bids in ((3.0, 3.0), (4.0, 3.0), (2.0, 3.0), (3.0, 8.1)):
        assert gain(*bids) == -math.inf, bids


def test_a_discount_from_a_price_that_nobody_pays_says_so() -> None:
    demand = strategies.uniform(0, 100)
    for cut, lift in ((0.5, math.inf), (0.1, 0.0)):  # to 75, and to 135
        found = strategies.discount(demand, 20, cut, price=150, pulled=0)
        assert found.details["lift"] == lift


def test_outcomes_beyond_all_numbers_are_refused() -> None:
    good = strategies.one_price(strategies.uniform(0, 100), 20)
    vast = good.buyers.assign(units=[10**400])
    for wrong in (replace(good, fixed_cost=10**400), replace(good, buyers=vast)):
        with pytest.raises(CourseError, match="too large to compare"):
            strategies.compare([good, wrong])


def test_a_bid_above_all_that_rivals_would_pay_is_that_of_the_highest() -> None:
    for demand in (strategies.uniform(0, 100), strategies.logit(150, 20)):
        bids = strategies.equilibrium_bid(demand, [1e6, 1e15], bidders=4, reserve=20, units=2)
        assert bids[0] == bids[1] > 0
