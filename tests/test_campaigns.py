"""Campaigns: closed forms, intervals that hold the truth as often as they say, sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ecokit import campaigns
from ecokit.campaigns import made, regions, response
from ecokit.campaigns.brought import Brought, by_arms, by_regions
from ecokit.campaigns.counting import Arm
from ecokit.campaigns.curves import carried
from ecokit.campaigns.design import multiple
from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.kpi import season
from ecokit.kpi.windows import DAY, Window
from ecokit.plots import campaigns as plots

Frame = pd.DataFrame
SIZES = np.array([0.24, 0.2, 0.16, 0.13, 0.11, 0.09, 0.07])
"""Seven regions of unequal size."""


# Closed forms ---------------------------------------------------------------------------------


def test_carry_over_adds_up_to_a_geometric_series() -> None:
    assert campaigns.total_effect(0.7) == pytest.approx(3.3333, abs=1e-4)
    assert campaigns.half_life(0.7) == pytest.approx(1.9434, abs=1e-4)
    once = campaigns.adstock([1.0, *[0.0] * 200], 0.7)
    assert once.sum() == pytest.approx(campaigns.total_effect(0.7))
    assert 0.7 ** campaigns.half_life(0.7) == pytest.approx(0.5)


def test_a_campaign_whose_orders_leave_nothing_pays_at_no_return() -> None:
    brought = Brought("held_out", "orders", 30.0, 17.0, 43.0, 40.0, 10.0)
    found = campaigns.campaign_return(4_000, 90, brought, order_value=900, margin=0)
    assert "; none would pay" in str(found)


def two() -> Frame:
    return pd.DataFrame({"channel_id": ["a", "b"], "most": [100, 60], "scale": [50, 40]})


def test_the_best_split_is_the_one_of_the_closed_form() -> None:
    best = campaigns.best_split(two(), 100)
    assert best.marginal == pytest.approx(0.579365, abs=1e-6)
    assert best.table["spend"].tolist() == pytest.approx([61.9485, 38.0515], abs=1e-4)
    assert best.response == pytest.approx(107.857151, abs=1e-6)
    assert best.table["marginal"].tolist() == pytest.approx([best.marginal] * 2)
    small = campaigns.best_split(two(), 10)  # the first yuan of b brings less than the tenth of a
    assert small.table["spend"].tolist() == pytest.approx([10, 0])
    assert campaigns.best_split(two(), 0).table["spend"].tolist() == [0, 0]
    huge = campaigns.best_split(two(), 1e9)  # where no yuan brings anything more
    assert huge.table["spend"].sum() == pytest.approx(1e9)
    assert (huge.response, huge.marginal) == (160, 0)


def test_square_roots_are_split_by_the_squares_of_their_strengths() -> None:
    spend = campaigns.root_split([3, 4], 100)
    assert spend.tolist() == pytest.approx([36, 64])
    assert float(np.array([3, 4]) @ np.sqrt(spend)) == pytest.approx(50)


@pytest.mark.parametrize(("margin", "least"), [(0.2, 5.0), (0.35, 2.857)])
def test_a_roas_of_one_over_the_margin_pays(margin: float, least: float) -> None:
    assert campaigns.break_even_roas(margin) == pytest.approx(least, abs=1e-3)
    orders = least_orders = campaigns.break_even_roas(margin) * 4_000 / 900
    found = Brought("held_out", "orders", orders, orders - 1, orders + 1, orders, 0.0)
    told = campaigns.campaign_return(4_000, 50, found, order_value=900, margin=margin)
    assert told.profit == pytest.approx(0, abs=1e-9)
    assert told.incremental_roas == pytest.approx(told.break_even)
    assert (told.verdict, least_orders > 0) == ("too small to know", True)


def test_a_streamers_hour_breaks_even_where_it_says() -> None:
    terms: dict[str, Any] = {
        "fee": 8_000,
        "commission": 0.15,
        "return_rate": 0.35,
        "margin": 0.3,
        "return_cost": 0.02,
    }
    even = campaigns.streamer(1, **terms).break_even
    assert campaigns.streamer(even, **terms).profit == pytest.approx(0, abs=1e-6)
    hopeless = campaigns.streamer(1e6, **{**terms, "incremental": 0.3})
    assert math.isinf(hopeless.break_even)
    assert hopeless.profit < -8_000
    nothing = {**terms, "fee": 0, "commission": 0}
    assert math.isnan(campaigns.streamer(0, **nothing).shown_roas)
    assert math.isinf(campaigns.streamer(5, **nothing).shown_roas)


def test_an_order_that_comes_back_leaves_what_the_contract_says() -> None:
    # theory: a partner of 5 %, 8 % of returns at 30 yuan, a fee of 6, a subsidy of 20
    left = campaigns.order_margin(
        1_000, 780, commission=0.05, delivery=26, return_rate=0.08, return_cost=30
    )
    assert left.yuan == pytest.approx(0.92 * (950 - 780) - 26 - 0.08 * 30)
    kept = campaigns.order_margin(1_000, 780, commission=0.05, return_rate=0.5)
    owed = campaigns.order_margin(
        1_000, 780, commission=0.05, return_rate=0.5, commission_back=False
    )
    assert kept.yuan - owed.yuan == pytest.approx(25)


def test_an_effect_is_seen_at_two_point_eight_standard_errors() -> None:
    assert multiple(0.95, 0.8) == pytest.approx(2.80, abs=0.005)
    assert multiple(0.95, 0.95) == pytest.approx(campaigns.LEAST, abs=0.01)


# Properties -----------------------------------------------------------------------------------

ABOVE = st.floats(0.5, 500)
YUAN = st.integers(0, 20_000).map(lambda fen: fen / 100)


@settings(max_examples=20, deadline=None)
@given(
    channels=st.lists(st.tuples(ABOVE, ABOVE, YUAN, YUAN), min_size=1, max_size=5),
    share=st.floats(0, 1),
)
def test_no_split_within_the_limits_is_better(channels: Any, share: float) -> None:
    most, scale, low, more = (np.array(column) for column in zip(*channels, strict=True))
    high = low + more
    budget = float(low.sum() + share * more.sum())
    table = pd.DataFrame({"channel_id": range(len(most)), "most": most, "scale": scale})
    table = table.assign(channel_id=table["channel_id"].astype(str), low=low, high=high)
    found = campaigns.best_split(table, budget)
    spend = found.table["spend"].to_numpy()
    assert spend.sum() + found.left == pytest.approx(budget, abs=1e-6)
    assert (spend >= low - 1e-6).all()
    assert (spend <= high + 1e-6).all()
    # of a concave response no split is better if no move from one channel to another is
    for giver, taker in permutations(range(len(most)), 2):
        moved = min(spend[giver] - low[giver], high[taker] - spend[taker], 0.1)
        other = spend.copy()
        other[giver] -= max(moved, 0)
        other[taker] += max(moved, 0)
        assert float(-most @ np.expm1(-other / scale)) <= found.response + 1e-7


@settings(max_examples=20, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(0, 9), st.floats(0, 0.2), st.floats(0, 1), st.floats(0, 9_000)),
        min_size=1,
        max_size=5,
    ),
    goal=st.floats(1, 900),
)
def test_a_plan_is_the_cheapest_that_reaches_its_goal(rows: Any, goal: float) -> None:
    table = pd.DataFrame(rows, columns=["cost_per_visit", "conversion", "incremental", "most"])
    table["channel_id"] = [f"c{n}" for n in range(len(table))]
    each = (table["conversion"] * table["incremental"]).to_numpy()
    if not (each > 1e-6).all():
        return
    plan = campaigns.plan_for(table, goal, order_value=900, margin=0.2)
    there = float((each * table["most"]).sum())
    assert plan.brought == pytest.approx(min(goal, there), rel=1e-6, abs=1e-9)
    assert plan.reached == (there >= goal * (1 - 1e-9))
    if plan.reached:
        bounds = [(0, most) for most in table["most"]]
        best = linprog(table["cost_per_visit"], A_eq=each[None], b_eq=[goal], bounds=bounds)
        assert plan.budget == pytest.approx(best.fun, rel=1e-6, abs=1e-6) or not best.success


COUNT = st.floats(1, 1e6)


@given(st.tuples(COUNT, COUNT, COUNT), st.tuples(COUNT, COUNT, COUNT))
def test_the_parts_of_a_gap_add_up_to_it(plan: Any, came: Any) -> None:
    names = ("visits", "orders", "sales")
    found = campaigns.against_plan(
        dict(zip(names, plan, strict=True)), dict(zip(names, came, strict=True))
    )
    gap = came[2] - plan[2]
    assert found["part"].sum() == pytest.approx(gap, rel=1e-6, abs=1e-6 * max(plan[2], came[2]))


@settings(max_examples=30)
@given(
    st.lists(st.floats(0, 5_000), min_size=1, max_size=8),
    st.lists(
        st.tuples(st.floats(0, 3_000), st.floats(0, 400), st.booleans()), min_size=1, max_size=5
    ),
)
def test_coupons_never_cost_more_than_all_of_them_and_never_less_than_the_best(
    baskets: Any, given_: Any
) -> None:
    coupons = pd.DataFrame(given_, columns=["threshold", "coupon", "stacks"])
    off = np.array(baskets) - campaigns.after_coupons(baskets, coupons)
    for basket, one in zip(baskets, off, strict=True):
        usable = coupons.loc[coupons["threshold"] <= basket, "coupon"]
        assert one <= min(usable.sum(), basket) + 1e-6
        assert one >= min(usable.max() if len(usable) else 0.0, basket) - 1e-6


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=30), st.floats(0, 0.99))
def test_adstock_is_what_was_spent_and_what_is_left_of_it(spend: list[float], carry: float) -> None:
    found = campaigns.adstock(spend, carry)
    assert (found >= np.array(spend) - numbers.SMALLEST).all()  # less counts as 0
    before = np.r_[0.0, found[:-1]]
    assert found == pytest.approx(np.array(spend) + carry * before)


# The models, beside statsmodels ------------------------------------------------------------------


def panel(
    rng: np.random.Generator, visits: float, ratio: float, drawn: int = 3, weeks: int = 2
) -> tuple[regions.Panel, float]:
    """Return a panel of seven regions, eight weeks before and some during, and what was brought."""
    total = 8 + weeks
    moves = np.exp(np.cumsum(rng.normal(0, 0.08, total)))
    mean = visits * SIZES[:, None] * moves * np.exp(rng.normal(0, 0.02, (7, total)))
    treated, inside = np.zeros(7, dtype=bool), np.arange(total) >= 8
    treated[rng.choice(7, drawn, replace=False)] = True
    extra = rng.poisson(mean * (ratio - 1)) * (treated[:, None] & inside)
    counts = rng.poisson(mean) + extra
    return regions.Panel(counts.astype(float), treated, inside), float(extra.sum())


def test_four_sums_are_the_poisson_regression_with_effects_of_regions_and_weeks() -> None:
    one, _brought = panel(np.random.default_rng(1), 900, 1.2)
    region, week = (part.ravel() for part in np.indices(one.counts.shape))
    had = (one.treated[:, None] & one.inside).astype(float).ravel()
    columns = [np.eye(7)[region], np.eye(10)[week][:, 1:], had[:, None]]
    model = sm.GLM(one.counts.ravel(), np.hstack(columns), family=sm.families.Poisson())
    fit = model.fit(tol=1e-12)
    sums = one.sums()
    assert math.log(sums.treated_in / sums.without) == pytest.approx(fit.params[-1], abs=1e-8)
    assert one.fitted().ravel() == pytest.approx(fit.fittedvalues, rel=1e-8)
    assert one.spread()[0] == pytest.approx(max(fit.pearson_chi2 / fit.df_resid, 1))
    error = math.sqrt(sum(1 / part for part in vars(sums).values()))
    assert error == pytest.approx(fit.bse[-1], rel=1e-6)


def test_the_model_of_the_season_is_a_poisson_regression() -> None:
    days = pd.date_range("2025-01-01", periods=70)
    counts = np.random.default_rng(2).poisson(90 + 20 * (days.day_of_week > 4))
    table = pd.DataFrame({"all": counts.astype(float)}, index=days)
    seen = Window(days[60], days[69])
    found = season.season_model(table, seen, Window(days[0], days[69]))
    columns = np.column_stack([np.eye(7)[days.day_of_week], np.arange(70)])
    fit = sm.GLM(counts[:60], columns[:60], family=sm.families.Poisson()).fit(tol=1e-12)
    assert found.expected == pytest.approx(fit.predict(columns[60:]).sum(), rel=1e-6)
    assert found.came == counts[60:].sum()


# Coverage: the interval holds the truth as often as it says -------------------------------------

SEED = 20251111


@pytest.mark.parametrize(
    ("visits", "errors", "runs"),
    [(6_000, "region_week", 300), (200, "region_week", 300), (900, "randomisation", 60)],
)
def test_regions_tell_what_a_campaign_brought(visits: float, errors: str, runs: int) -> None:
    rng = np.random.default_rng(SEED)
    held = naive = 0
    for _run in range(runs):
        one, truth = panel(rng, visits, 1.15)
        found = by_regions(one, "visits", 0.95, errors)
        held += found.low <= truth <= found.high
        sums = one.sums()
        before = sums.treated_before / 4  # as many weeks as during
        naive += not found.low <= sums.treated_in - before <= found.high
    assert 0.91 * runs <= held
    if errors == "region_week":
        assert held <= 0.985 * runs
        assert naive > runs / 6  # before and after without the season


def test_the_season_tells_what_a_campaign_brought() -> None:
    rng = np.random.default_rng(SEED)
    days = pd.date_range("2025-01-01", periods=80)
    seen = Window(days[60], days[70])
    inside = np.asarray((days >= seen.start) & (days <= seen.end))
    for rate, alike in ((30, 0.0), (900, 0.4)):
        held = 0
        for _run in range(100):
            shocks = rng.normal(0, 0.08, 80)
            for day in range(1, 80):
                shocks[day] = alike * shocks[day - 1] + math.sqrt(1 - alike**2) * shocks[day]
            mean = rate * np.exp(0.002 * np.arange(80) + 0.12 * (days.day_of_week > 4) + shocks)
            extra = rng.poisson(0.2 * mean) * inside
            table = pd.DataFrame({"all": (rng.poisson(mean) + extra).astype(float)}, index=days)
            model = season.season_model(table, seen, Window(days[0], seen.end))
            off = abs(model.came - model.expected - extra.sum())
            held += off <= 1.96 * model.error
        assert 89 <= held <= 99, (rate, alike, held)


def lists(rng: np.random.Generator, lift: float) -> tuple[dict[str, Arm], float]:
    """Return the halves of a list of 6,000, and what the message brought."""
    counts = rng.poisson(rng.gamma(0.5, 0.12, 6_000))  # some buy often, most never
    extra = rng.poisson(lift, 3_000)
    halves = {"sent": counts[:3_000] + extra, "held_out": counts[3_000:]}
    arms = {name: Arm(len(n), float(n.sum()), float((n**2).sum())) for name, n in halves.items()}
    return arms, float(extra.sum())


def test_a_held_out_half_tells_what_a_message_brought() -> None:
    rng, held, told, naive = np.random.default_rng(SEED), 0, 0, 0
    for _run in range(200):
        arms, truth = lists(rng, 0.035)
        found = by_arms(arms, "orders", 0.95)
        held += found.low <= truth <= found.high
        told += found.verdict == "brought"
        naive += not found.low <= arms["sent"].total <= found.high
    assert 182 <= held <= 197
    assert told >= 172
    assert naive == 200  # all who got it and bought


def test_an_effect_of_the_size_that_can_be_seen_is_seen_four_times_of_five() -> None:
    rng = np.random.default_rng(SEED)
    seen = 0
    for _run in range(200):
        one, _truth = panel(rng, 900, 1.0)
        before = regions.Panel(one.counts[:, :8], one.treated, one.inside[:8])
        parts = [float(before.counts[group].sum()) for group in (one.treated, ~one.treated)]
        sums = regions.Sums(parts[0], parts[0] / 4, parts[1], parts[1] / 4)
        least = multiple(0.95, 0.8) * sums.without * regions.log_error(sums, 1.25)
        counts = one.counts.copy()
        place = np.ix_(one.treated, one.inside)
        counts[place] += rng.poisson(least / counts[place].size, counts[place].shape)
        found = by_regions(regions.Panel(counts, one.treated, one.inside), "visits", 0.95)
        seen += found.verdict == "brought"
    assert 140 <= seen <= 185


def company(rng: np.random.Generator) -> tuple[response.Panel, dict[str, tuple[float, float]]]:
    """Return a year of seven regions: two channels varied by lot and paused, and their truth."""
    weeks = pd.date_range("2025-01-06", periods=52, freq="7D")
    busy = 1 + 0.35 * np.sin(np.arange(52) / 8) + 0.5 * (np.abs(np.arange(52) - 44) < 2)
    brought, spend, truth = np.zeros((7, 52)), {}, {}
    for channel, share, carry, full, off in (
        ("paid_search", 0.14, 0.3, 1.3, slice(16, 22)),
        ("social", 0.10, 0.45, 1.5, slice(32, 38)),
    ):
        drawn = np.where(rng.random((7, 52)) < 0.25, np.exp(rng.normal(0, 0.5, (7, 52))), 1.0)
        paid = 4_000 * busy**1.4 * drawn
        paid[rng.choice(7, 2, replace=False), off] = 0
        work = carried(paid, carry, paid[:, 0] / (1 - carry))
        scale = full * 4_000 / (1 - carry)
        most = share * 5_800 / -math.expm1(-1 / full)
        brought += most * -np.expm1(-work / scale)
        slope = most * np.exp(-work / scale) / scale / (1 - carry)
        spend[channel] = paid
        truth[channel] = (
            float((most * -np.expm1(-work / scale) * SIZES[:, None]).sum()),
            float((slope * SIZES[:, None])[:, -8:].sum() / 8),
        )
    spend["affiliate"] = np.tile(2_000 * busy**1.4, (7, 1))
    mean = (4_400 * busy + brought) * SIZES[:, None] * np.exp(rng.normal(0, 0.02, (7, 52)))
    return response.Panel(weeks, SIZES, rng.poisson(mean) / SIZES[:, None], spend), truth


def test_spend_varied_by_lot_tells_total_and_margin_and_the_plain_regression_does_not() -> None:
    rng = np.random.default_rng(SEED)
    held, told, naive = np.zeros(2), np.zeros(2), 0
    for _run in range(25):
        one, truth = company(rng)
        fits = response.fitted(one, ["paid_search", "social"], 8, 0.95)
        visits = (one.visits * SIZES[:, None]).sum(axis=0)
        for channel, fit in fits.items():
            for place, found in enumerate((fit.total, fit.marginal)):
                held[place] += found.low <= truth[channel][place] <= found.high
                told[place] += found.low > 0
            weekly = (one.spend[channel] * SIZES[:, None]).sum(axis=0)
            slope = np.polyfit(weekly, visits, 1)[0]
            naive += slope * weekly.sum() > max(fit.total.high, 2 * truth[channel][0])
    assert (held >= 44).all(), held  # of 50
    assert (told >= 43).all(), told
    assert naive >= 40


# The rest of what spend brings ------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop() -> dict[str, Frame]:
    return made.example()


def test_a_campaign_of_some_regions_counts_by_the_days_it_ran(shop: dict[str, Frame]) -> None:
    monday = response.panel_of(shop).weeks[2]
    ran = [  # three days, a whole week, and from a Thursday to the next Tuesday
        (monday, monday + 2 * DAY, "North"),
        (monday, monday + 6 * DAY, "South East"),
        (monday + 3 * DAY, monday + 8 * DAY, "West"),
        (monday, monday + 6 * DAY, None),
    ]
    table = pd.DataFrame(ran, columns=["start_on", "end_on", "regions"])
    regions = ["East", "North", "South", "West"]
    weeks = response.panel_of(shop).weeks[1:5]
    parts = response._regional_campaigns({"campaigns": table}, weeks, regions)
    assert len(parts) == 3  # the last ran everywhere
    assert np.array(parts).sum(axis=1) * 7 == pytest.approx(
        np.array([[0, 3, 0, 0], [0, 14, 0, 0], [0, 4, 2, 0]])
    )
    assert [part.sum(axis=1).round(6).tolist() for part in parts] == [
        [0, 0.428571, 0, 0],
        [1, 0, 1, 0],
        [0, 0, 0, 0.857143],
    ]


def test_spend_of_two_cells_is_all_effects_of_regions_and_weeks(shop: dict[str, Frame]) -> None:
    panel = response.panel_of(shop)
    for cells in ([], [(0, 0)], [(0, 0), (0, 5)], [(1, 3), (2, 3)], [(0, 1), (1, 2)]):
        spend = np.zeros_like(panel.visits)
        for place, cell in enumerate(cells):
            spend[cell] = 10.0 ** (place + 1)
        assert response._spread(panel, spend) == 0


def test_what_was_not_varied_is_not_identifiable(shop: dict[str, Frame]) -> None:
    found = campaigns.identifiable(shop).set_index("channel_id")
    assert found.loc["affiliate", "away"] < 0.1
    assert not found.loc["affiliate", "identifiable"]
    assert "Not identifiable from these data" in found.loc["affiliate", "says"]
    assert found.loc["paid_search", "spread"] > 0.25
    by_lot = campaigns.identifiable(shop, by_lot=[])
    assert not by_lot["identifiable"].any()
    assert campaigns.responses(shop, by_lot=[])["total"].isna().all()


def test_a_pause_tells_what_came_another_way(shop: dict[str, Frame]) -> None:
    found = campaigns.pause(shop, "B1")
    assert found.share_low < 1 / 1.3 < found.share_high  # 1.3 visits carry the tag for 1 brought
    assert found.saved > 0
    assert found.tagged > found.lost.effect


def test_a_campaign_of_some_regions_is_not_taken_for_the_spends_work(
    shop: dict[str, Frame],
) -> None:
    visits, day = shop["visits"], pd.Timestamp("2025-07-14")
    inside = visits["region"].eq("East") & visits["started_at"].between(day, day + 13 * DAY)
    more = visits[inside].sample(frac=0.5, random_state=1)
    more = more.assign(visit_id=range(10**6, 10**6 + len(more)), channel_id="email")
    ran = pd.DataFrame(
        {"campaign_id": ["C1"], "start_on": [day], "end_on": [day + 13 * DAY], "regions": ["East"]}
    )
    louder = {**shop, "visits": pd.concat([visits, more])}
    usual, blind, told = (
        campaigns.responses(tables).set_index("channel_id").loc["paid_search"]
        for tables in (shop, louder, {**louder, "campaigns": ran})
    )
    width = [one["total_high"] - one["total_low"] for one in (usual, blind, told)]
    assert width[2] < 1.2 * width[0] < width[1]
    assert told["total"] == pytest.approx(usual["total"], rel=0.1)


def test_platforms_claim_more_orders_than_exist() -> None:
    day = pd.Timestamp("2025-06-09")
    reports = pd.DataFrame(
        {
            "month": pd.Timestamp("2025-06-01"),
            "platform": ["paid_search", "social", "affiliate"],
            "window_days": [30, 7, 30],
            "claimed_orders": [3, 2, 4],
            "claimed_sales": 100.0,
        }
    )
    orders = pd.DataFrame(
        {"placed_at": [day] * 5, "paid_at": [day] * 4 + [pd.NaT], "channel_id": "direct"}
    )
    found = campaigns.platform_claims({"platform_reports": reports, "orders": orders}).iloc[0]
    assert (found["claimed"], found["paid"], found["beyond"]) == (9, 4, 5)
    by_one = campaigns.platform_claims(
        {"platform_reports": reports, "orders": orders}, by="platform"
    )
    assert by_one["ratio"].isna().all()  # nothing came through them last


# A campaign, from tables ------------------------------------------------------------------------


def promotion(seed: int = 3) -> tuple[dict[str, Frame], dict[str, float]]:
    """Return a shop of 90 days with a campaign in two regions, then a dip, and a list."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2025-01-06", periods=90)
    found, truth = [], {"brought": 0.0, "dip": 0.0}
    for name, size in zip(
        ("East", "North", "South", "West", "Center"), (60, 50, 40, 30, 20), strict=True
    ):
        for number, day in enumerate(days):
            n = int(rng.poisson(size * (1 + 0.2 * (day.day_of_week > 4))))
            extra = 0
            if name in ("East", "South") and 63 <= number < 73:
                extra = int(rng.poisson(0.3 * size))
                truth["brought"] += extra
            if name in ("East", "South") and 73 <= number < 83:
                extra = -min(n, int(rng.poisson(0.15 * size)))
                truth["dip"] += extra
            found += [(day, name)] * (n + extra)
    visits = pd.DataFrame(found, columns=["started_at", "region"])
    visits = visits.assign(visit_id=range(len(visits)), campaign_id=None)
    inside = visits["started_at"].between(days[63], days[72]) & visits["region"].isin(
        ["East", "South"]
    )
    visits.loc[visits.index[inside], "campaign_id"] = "C9"
    table = {"campaign_id": ["C9"], "start_on": days[63:64], "end_on": days[72:73]}
    return {"visits": visits, "campaigns": pd.DataFrame(table).assign(regions="East South")}, truth


def test_a_campaign_is_told_in_each_way_that_its_design_allows() -> None:
    tables, truth = promotion()
    found = campaigns.ways(tables, "C9", outcome="visits").set_index("way")
    assert found.index.tolist() == ["tagged", "season", "regions"]
    apart = found.loc["regions"]
    assert apart["low"] <= truth["brought"] <= apart["high"]
    assert found.loc["tagged", "low"] > truth["brought"]
    later = campaigns.dip(tables, "C9", days=10, outcome="visits").set_index("way")
    assert later.loc["regions", "low"] <= truth["dip"] <= later.loc["regions", "high"]
    assert later.loc["regions", "verdict"] == "lost"


def test_a_design_knows_nothing_of_the_campaign_itself() -> None:
    tables, _truth = promotion()
    early = {"visits": tables["visits"][tables["visits"]["started_at"] < "2025-03-10"]}
    for way in ("season", "regions"):
        given_: dict[str, Any] = {"way": way, "outcome": "visits"}
        given_ |= {"regions": ["East", "South"]} if way == "regions" else {}
        whole, part = (
            campaigns.smallest_effect(one, "2025-03-10", "2025-03-19", **given_)
            for one in (tables, early)
        )
        assert whole == part
        assert 0 < whole.share < 0.2
        assert not whole.sees(whole.smallest * 0.9)
        assert whole.sees(-whole.smallest)


def test_a_design_passes_over_weeks_in_which_a_channel_paused_in_some_regions() -> None:
    visits = tables_()["visits"]
    week = pd.to_datetime(["2025-02-17", "2025-02-23"])
    paused = visits["started_at"].between(*week) & (visits["region"] == "East")
    pauses = {"start_on": week[:1], "end_on": week[1:], "regions": ["East"]}
    plan: dict[str, Any] = {"way": "regions", "regions": "East", "outcome": "visits", "before": 3}
    whole, without = (
        campaigns.smallest_effect(
            {"visits": one, "pauses": Frame(pauses)}, DAY_ONE, DAY_ONE, **plan
        )
        for one in (visits, visits[~paused])
    )
    assert whole == without
    bare = campaigns.smallest_effect({"visits": visits[~paused]}, DAY_ONE, DAY_ONE, **plan)
    assert bare.without < 0.9 * whole.without


def test_a_presale_takes_any_kind_of_number() -> None:
    given_: dict[str, Any] = {"deposit": 50, "price": 1_000, "balance_paid": 0.8}
    one, other = (
        campaigns.presale(200, cost=cost, orders_without=100, **given_)
        for cost in (800, Decimal(800))
    )
    assert one == other


def test_a_stop_rule_stops_a_day_that_cannot_pay_and_no_other() -> None:
    rng, wrong, right = np.random.default_rng(SEED), 0, 0
    hours = np.full(24, 100 / 24)
    for _run in range(60):
        for factor in (1.0, 0.35):
            came = rng.poisson(hours * factor).cumsum().astype(float)
            table = pd.DataFrame({"hour": range(24), "came": came, "expected": hours.cumsum()})
            found = campaigns.stop_rule(
                table, spend=15_000, order_margin=180, who="traffic manager"
            )
            wrong += found.stop and factor == 1
            right += found.stop and factor < 1
    assert wrong <= 1  # the day would have earned 18,000
    assert right >= 57


# Bad input gets a sentence ----------------------------------------------------------------------

DAY_ONE = pd.Timestamp("2025-03-10")


def tables_() -> dict[str, Frame]:
    return promotion()[0]


def with_spend(**changed: Any) -> dict[str, Frame]:
    shop = made.example()
    return {**shop, "spend": shop["spend"].assign(**changed)}


def mars() -> dict[str, Frame]:
    shop = made.example()
    return {**shop, "spend": shop["spend"].replace({"region": {"East": "Mars"}})}


def mailings(**changed: Any) -> dict[str, Frame]:
    visits = pd.DataFrame({"visit_id": [1], "visitor_id": [1], "started_at": [DAY_ONE]})
    listed = pd.DataFrame({"campaign_id": "C9", "visitor_id": [1, 2], "arm": ["sent", "held_out"]})
    return {**tables_(), "visits": visits, "mailings": listed.assign(**changed)}


def a_day(**changed: Any) -> Any:
    """Return what a stop rule says of a day of which some hours cannot be."""
    table = pd.DataFrame({"hour": range(24), "came": 1.0, "expected": 1.0}).assign(**changed)
    return campaigns.stop_rule(table, spend=900, order_margin=10, who="traffic manager")


def dated(**changed: Any) -> dict[str, Frame]:
    shop = tables_()
    return {**shop, "campaigns": shop["campaigns"].assign(**changed)}


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: a_day(expected=math.nan), "expected is no number of 0 or more"),
    (lambda: a_day(expected=0.0), "expected of table ends at 0"),
    (lambda: a_day(came=-1.0), "came is no number of 0 or more"),
    (lambda: a_day(came=math.nan), "came of table is missing in each hour"),
    (lambda: campaigns.tagged(dated(end_on=pd.NaT), "C9", outcome="visits"), "end_on is missing"),
    (
        lambda: campaigns.other_regions(
            dated(start_on=pd.NaT), DAY_ONE, "2025-03-12", "East", outcome="visits"
        ),
        "start_on is missing",
    ),
    (
        lambda: campaigns.presale(
            0, deposit=5, price=10, cost=8, balance_paid=0.8, orders_without=-1
        ),
        "orders_without is -1",
    ),
    (
        lambda: campaigns.campaign_return(
            10, 1, Brought("season", "orders", *[math.nan] * 5), order_value=9, margin=0.1
        ),
        "the interval of brought: 3 of 3 numbers are missing",
    ),
    (
        lambda: campaigns.campaign_return(
            10, 1, Brought("season", "orders", 10**400, 1, 2, 3, 4), order_value=9, margin=0.1
        ),
        "the interval of brought: 1 of 3 numbers is missing or not finite",
    ),
    (
        lambda: campaigns.planned_kpis(
            visitors=10, orders=5, campaign_visitors=0, campaign_orders=3, planned_visitors=9
        ),
        "campaign_orders is 3. Nobody comes through a campaign",
    ),
    (lambda: campaigns.adstock([5, -1], 0.5), "spend holds -1, which is below 0"),
    (lambda: campaigns.responses(with_spend(spend=-1.0)), "spend is no number of 0 or more"),
    (lambda: campaigns.responses(mars()), "Region East, Mars is in one"),
    (lambda: campaigns.identifiable(made.example(), by_lot=["tv"]), "'tv', which is no channel"),
    (lambda: campaigns.identifiable(made.example(), by_lot="social"), "Name the channels in a"),
    (lambda: campaigns.pause(made.example(), "B7"), "no pause with the pause_id 'B7'"),
    (
        lambda: campaigns.tagged(tables_(), "C7", outcome="visits"),
        "no campaign with the campaign_id",
    ),
    (lambda: campaigns.tagged(tables_(), "C9", outcome="likes"), "Choose one of: orders, visits"),
    (
        lambda: campaigns.other_regions(tables_(), DAY_ONE, "2025-03-01", "East", outcome="visits"),
        "ends on 2025-03-01, before it starts on 2025-03-10",
    ),
    (
        lambda: campaigns.other_regions(tables_(), DAY_ONE, "2025-03-12", "Mars", outcome="visits"),
        "There is no region 'Mars'. There are: Center, East",
    ),
    (
        lambda: campaigns.other_regions(
            tables_(), DAY_ONE, "2025-03-12", "East", outcome="visits", errors="randomisation"
        ),
        "1 of 5 regions can be drawn in 5 ways",
    ),
    (
        lambda: campaigns.before_and_after(
            tables_(), "2025-01-10", "2025-01-12", outcome="visits", after=0
        ),
        "Only 4 days around the window",
    ),
    (
        lambda: campaigns.before_and_after(tables_(), "2026-01-10", "2026-01-12", outcome="visits"),
        "Choose a window inside",
    ),
    (
        lambda: campaigns.held_out(mailings(arm="sent"), "C9", outcome="visits"),
        "nobody is held_out",
    ),
    (lambda: campaigns.held_out(mailings(arm="other"), "C9", outcome="visits"), "arm is none of"),
    (lambda: campaigns.held_out(mailings(visitor_id=1), "C9", outcome="visits"), "more than once"),
    (
        lambda: campaigns.held_out(mailings(campaign_id="C1"), "C9", outcome="visits"),
        "no rows in mailings",
    ),
    (
        lambda: campaigns.against_plan(
            {"visits": 9, "orders": 1e-320, "sales": 5}, {"visits": 9, "orders": 1, "sales": 5}
        ),
        "Give visits, orders and sales by name",
    ),
    (lambda: campaigns.roas(100, 0), "spend is 0. Give a number above 0"),
    (lambda: campaigns.order_margin(100, 80, coupon=120), "coupon is 120"),
    (lambda: campaigns.best_split(two().assign(low=70.0), 100), "have to get 140 together"),
    (lambda: campaigns.best_split(two().assign(low=9.0, high=8.0), 100), "low is above high"),
    (lambda: campaigns.root_split([0, 0], 100), "Give a strength above 0"),
    (
        lambda: campaigns.stop_rule(
            pd.DataFrame({"hour": range(24), "came": 1.0, "expected": 1.0}),
            spend=[3, 2] * 12,
            order_margin=10,
            who="traffic manager",
        ),
        "those spent by the end of each of 24 hours",
    ),
    (
        lambda: campaigns.planned_kpis(
            visitors=10, orders=1, campaign_visitors=11, campaign_orders=0, planned_visitors=9
        ),
        "campaign_visitors is 11",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), REFUSED)
def test_what_cannot_be_is_told_in_a_sentence(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(CourseError) as told:
        call()
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("by", "says"), [("month", "were paid"), ("platform", "came through them last")]
)
def test_claims_are_drawn_by_month_and_by_platform(by: str, says: str) -> None:
    claimed = pd.DataFrame({by: ["a"], "claimed": [3.0], "paid": [2.0]})
    assert plots.platform_claims(claimed).axes[0].get_title(loc="left").endswith(says)


def test_no_return_pays_where_an_order_leaves_nothing() -> None:
    with pytest.raises(CourseError, match="An order leaves nothing then"):
        campaigns.break_even_roas(-0.0258)
