"""The service desk: published values, closed forms, a simulation within its error, bad input."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta, gamma

from ecokit import service_desk as sd
from ecokit.errors import CourseError
from ecokit.explore.service_desk import lab
from ecokit.service_desk.erlang import Desk
from ecokit.shop import Shop
from tests.companies import bundled, of_seed
from tests.engines import EAGER, MOVES, Move, moved

NEEDED = ("contacts", "roster", "complaints", "orders", "visits")
T = pd.Timestamp
MONDAY = T("2025-03-03")
Z = 4.0
"""Simulated means may lie this many of their own standard errors from the formula."""


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def pandas(table: Any) -> pd.DataFrame:
    return nw.from_native(table).lazy().collect("pandas").to_native()


def contacts(*rows: tuple[str, float | None, float | None]) -> pd.DataFrame:
    """Make contacts of (arrival, seconds to the answer or None, seconds to the end)."""
    table = pd.DataFrame(rows, columns=["arrived_at", "wait", "end"])
    arrived = pd.to_datetime(table["arrived_at"])
    return pd.DataFrame(
        {
            "arrived_at": arrived,
            "answered_at": arrived + pd.to_timedelta(table["wait"], unit="s"),
            "ended_at": arrived + pd.to_timedelta(table["end"], unit="s"),
        }
    )


# Erlang ----------------------------------------------------------------------------------------


def test_erlang_c_equals_the_published_example() -> None:
    # 100 calls in 30 minutes, 3 minutes each, 20 seconds: README of pyworkforce; the mean
    # answer time: reference manual of the R package ErlangC.
    desk = sd.desk(200, 3, 14, target_seconds=20)
    assert desk.load == 10.0
    assert desk.waits == pytest.approx(0.1741319335950498, abs=1e-15)
    assert desk.service_level == pytest.approx(0.8883500191794669, abs=1e-15)
    assert desk.occupancy == pytest.approx(0.7142857142857143, abs=1e-15)
    assert desk.mean_wait == pytest.approx(7.83593701177724, abs=1e-11)
    assert sd.positions(desk.agents, 0.3) == 20
    assert sd.desk(200, 3, 13, target_seconds=20).service_level == pytest.approx(0.795595, abs=5e-7)
    assert sd.agents_needed(200, 3, 0.8, 20).agents == 14
    assert sd.erlang_c(10, 14) == desk.waits


def test_erlang_a_equals_published_examples() -> None:
    # Guide of pyworkforce: patience of 5 minutes.
    desk = sd.agents_needed(200, 3, 0.8, 20, patience_minutes=5, most_abandoned=0.05)
    assert (desk.agents, sd.positions(desk.agents, 0.3)) == (13, 19)
    assert math.floor(desk.service_level * 1e3) == 858
    assert math.floor(desk.occupancy * 1e3) == 750
    # The guide prints 0.025... and 0.226... rounded.
    assert desk.abandoned == pytest.approx(0.025, abs=5e-4)
    assert desk.waits == pytest.approx(0.226, abs=5e-4)
    assert desk.mean_wait / 60 == pytest.approx(0.125, abs=5e-4)
    # Garnett, Mandelbaum and Reiman (2002): 48 calls a minute of a minute each, 50 agents,
    # patience of two minutes, with and without.
    with_patience, without = sd.desk(2880, 1, 50, 2), sd.desk(2880, 1, 50)
    assert round(100 * with_patience.abandoned, 1) == 3.1
    assert (round(with_patience.mean_wait, 1), round(without.mean_wait, 1)) == (3.7, 20.8)
    assert (round(with_patience.occupancy, 2), without.occupancy) == (0.93, 0.96)


numbers = st.tuples(st.floats(0.5, 300), st.floats(0.5, 15), st.integers(1, 40), st.floats(0.2, 60))


@given(numbers, st.floats(1, 300))
@settings(max_examples=60)
def test_erlang_a_equals_its_birth_and_death_chain(
    drawn: tuple[float, float, int, float], target: float
) -> None:
    rate, handling, agents, patience = drawn
    desk = sd.desk(rate, handling, agents, patience, target)
    n = np.arange(1, agents + int(rate / 60 * patience) + 600)
    out = np.minimum(n, agents) / handling + np.maximum(n - agents, 0) / patience
    logs = np.r_[0, np.cumsum(np.log(rate / 60) - np.log(out))]
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    line = np.maximum(np.arange(len(chance)) - agents, 0)
    assert desk.waits == pytest.approx(chance[agents:].sum(), abs=1e-9)
    assert desk.abandoned == pytest.approx((chance * line).sum() / patience / rate * 60, abs=1e-9)
    assert desk.mean_wait == pytest.approx((chance * line).sum() / rate * 3600, abs=1e-5)
    # The offered wait has the density K(x) times a constant; who still waits is served then.
    arriving = rate / 60

    def served(x: float) -> float:
        grown = arriving * patience * -math.expm1(-x / patience) - agents * x / handling
        return math.exp(grown - x / patience)

    scale = (1 - desk.waits) * sd.erlang_b(desk.load, agents - 1) * arriving
    if desk.waits < 1 - 1e-6:
        integral = quad(served, 0, target / 60, limit=200)[0]
        assert desk.service_level == pytest.approx(1 - desk.waits + scale * integral, abs=1e-6)


@given(numbers)
@settings(max_examples=40)
def test_one_agent_more_never_makes_it_worse(drawn: tuple[float, float, int, float]) -> None:
    rate, handling, agents, patience = drawn
    one, more = (sd.desk(rate, handling, n, patience) for n in (agents, agents + 1))
    assert more.service_level >= one.service_level - 1e-9
    assert more.abandoned <= one.abandoned + 1e-9
    assert 0 <= more.service_level <= 1
    assert one.occupancy == pytest.approx(one.load * (1 - one.abandoned) / agents)


def test_erlang_a_may_ask_for_more_than_erlang_c() -> None:
    # Who leaves long before the target is not answered in time, and would have been.
    asked = {"service_level": 0.95, "target_seconds": 300}
    assert sd.agents_needed(200, 1, **asked).agents == 4
    assert sd.agents_needed(200, 1, patience_minutes=2, **asked).agents == 5


def test_a_large_desk_is_found_as_fast_as_a_small_one() -> None:
    large = sd.agents_needed(180_000, 3, 0.8, 20, patience_minutes=5)
    assert large.service_level >= 0.8 > sd.desk(180_000, 3, large.agents - 1, 5, 20).service_level
    # Under heavy load the share that gives up is what no agent can take.
    assert large.abandoned == pytest.approx(1 - large.agents / large.load, abs=1e-3)


@settings(max_examples=40)
@given(
    rates=st.lists(st.floats(0, 8), min_size=1, max_size=6).filter(lambda each: sum(each) > 0.1),
    agents=st.integers(1, 4),
)
def test_several_hours_are_answered_as_their_contacts_are(rates: list[float], agents: int) -> None:
    good = sum(rate * sd.desk(rate, 6, agents, 5).service_level for rate in rates)
    level = sd.service_level(rates, 6, agents, 5)
    assert level == pytest.approx(good / sum(rates))
    assert sd.service_level(rates, 6, agents + 1, 5) >= level - 1e-9


def test_a_night_of_half_a_contact_has_a_service_level() -> None:
    alone = sd.desk(0.25, 6, 1, 5).service_level
    assert sd.service_level([0.25, 0.25], 6, 1, 5) == pytest.approx(alone)


def test_endless_patience_is_erlang_c_and_extremes_stay_numbers() -> None:
    endless, patient = sd.desk(200, 3, 14, 1e6), sd.desk(200, 3, 14)
    assert endless.service_level == pytest.approx(patient.service_level, abs=1e-6)
    assert endless.mean_wait == pytest.approx(patient.mean_wait, rel=1e-5)
    flood = sd.desk(20_000, 3, 10, 100)
    assert flood.abandoned == pytest.approx(0.99)
    assert flood.service_level < 1e-6
    calm = sd.desk(0.1, 3, 300, 1)
    assert (calm.service_level, round(calm.abandoned, 12)) == (1.0, 0.0)
    assert sd.desk(0, 3, 2, 5) == Desk(0.0, 2, 0.0, 1.0, 0.0, 0.0, 0.0)
    assert sd.desk(0, 3, 2).service_level == 1


@given(st.floats(0.1, 200), st.floats(0.5, 10), st.floats(0.5, 0.99), st.booleans())
@settings(max_examples=30)
def test_the_desk_needed_is_the_smallest(
    rate: float, handling: float, goal: float, patient: bool
) -> None:
    patience = None if patient else 4.0
    found = sd.agents_needed(rate, handling, goal, 60, patience)
    assert found.service_level >= goal
    if found.agents > max(found.load, 1) + (1 if patient else 0):
        assert sd.desk(rate, handling, found.agents - 1, patience).service_level < goal


# The simulation --------------------------------------------------------------------------------


def assert_agrees(simulated: pd.DataFrame, desk: Desk) -> None:
    for name, row in simulated.iterrows():
        apart = abs(row["value"] - getattr(desk, str(name)))
        assert apart <= Z * row["error"] + 1e-12, name


def test_simulation_agrees_with_erlang_c_and_a_within_its_error() -> None:
    patient = sd.simulate_desk(200, 3, 13, seed=1, days=4)
    assert_agrees(sd.measured(patient), sd.desk(200, 3, 13))
    impatient = sd.simulate_desk(200, 3, 9, 5, seed=2, days=8)
    assert_agrees(sd.measured(impatient), sd.desk(200, 3, 9, 5))
    share = sd.measured(impatient).loc["service_level"]
    assert share["error"] < 0.015  # an error that would tell 9 agents from 10
    assert sd.patience_minutes({"contacts": impatient}) == pytest.approx(5, rel=0.05)
    assert sd.handling_minutes({"contacts": impatient}) == pytest.approx(3, rel=0.03)


def test_lognormal_handling_agrees_with_pollaczek_khinchine() -> None:
    # One agent, no patience: mean wait = rate E[S^2] / (2 (1 - load)).
    mean, spread, rate = 4.0, 0.5, 9.0
    calls = sd.simulate_desk(rate, mean, 1, seed=3, days=60, handling="lognormal", spread=spread)
    found = sd.measured(calls).loc["mean_wait"]
    load = rate * mean / 60
    exact = rate * mean**2 * (1 + spread**2) / (2 * (1 - load))
    assert abs(found["value"] - exact) <= Z * found["error"]


def test_simulation_keeps_the_line_and_the_seats() -> None:
    agents = [0] * 8 + [3] * 8 + [2] * 8
    calls = sd.simulate_desk([30.0] * 24, 4, agents, 10, seed=4)
    again = sd.simulate_desk([30.0] * 24, 4, agents, 10, seed=4)
    pd.testing.assert_frame_equal(calls, again)
    answered = calls.dropna()
    assert answered["answered_at"].is_monotonic_increasing  # first come, first served
    assert answered["answered_at"].min() >= MONDAY + pd.Timedelta(hours=8)
    assert (calls["ended_at"] >= calls["arrived_at"]).all()
    starts = [(t, 1) for t in answered["answered_at"]]
    busy, most = 0, 0
    for _time, change in sorted(starts + [(t, -1) for t in answered["ended_at"]]):
        busy += change
        most = max(most, busy)
    assert most == 3
    week = np.zeros((24, 7))
    week[12, 6] = 600  # Sundays at noon only
    calls = sd.simulate_desk(week, 1, 5, 1, seed=5, days=14)
    assert set(calls["arrived_at"].dt.day_name()) == {"Sunday"}
    assert set(calls["arrived_at"].dt.hour) == {12}
    waiting = sd.simulate_desk(60, 1, [1] * 23 + [0], seed=6)  # nobody gives up or is answered
    assert waiting["ended_at"].isna().any()


# Arrivals and answers --------------------------------------------------------------------------

SIX = contacts(
    ("2025-03-03 09:05:00", 0, 300),
    ("2025-03-03 09:14:59", 59.5, 600),
    ("2025-03-03 09:15:00", 60.5, 90),
    ("2025-03-09 23:59:59", None, 20),
    ("2025-03-09 23:59:59", None, 400),
    ("2025-03-10 09:00:00", 120, 240),
)


def test_answers_by_hand(engine: Move) -> None:
    six = {"contacts": engine(SIX)}
    (row,) = pandas(sd.answers(six)).to_dict("records")
    assert (row["contacts"], row["answered"], row["abandoned"], row["in_time"]) == (6, 4, 2, 2)
    assert row["service_level"] == pytest.approx(2 / 6)
    assert row["service_level_answered"] == 0.5
    assert (row["mean_wait"], row["median_wait"]) == (60.0, 60.0)
    days = pandas(sd.answers(six, by=["weekday", "hour"]))
    assert days[["weekday", "hour", "contacts"]].to_numpy().tolist() == [[1, 9, 4], [7, 23, 2]]
    assert math.isnan(days["service_level_answered"].iloc[1])
    slots = pandas(sd.answers(six, by=["weekday", "slot"]))[["weekday", "slot", "contacts"]]
    assert slots.to_numpy().tolist() == [[1, 540, 3], [1, 555, 1], [7, 1425, 2]]
    week = sd.hours(six, minutes=15)
    assert week.shape == (96, 7)
    assert week.loc[540, "Mon"] == 3 / 2 * 4  # two Mondays, four quarters
    assert week.to_numpy().sum() == (3 + 1) / 2 * 4 + 2 * 4


def test_measures_agree_on_every_engine(shop: Shop) -> None:
    found: dict[str, list[pd.DataFrame]] = {}
    for name in EAGER:
        tables = moved(MOVES[name], {name: shop.tables[name] for name in NEEDED})
        groups = sd.answer_groups(tables)
        people = sd.rfm(MOVES[name](shop.orders.merge(shop.order_lines)))
        found[name] = [
            pandas(table)
            for table in (
                sd.answers(tables, by=["month", "kind"]),
                sd.answers(tables, by=["weekday", "slot"]),
                sd.hours(tables),
                sd.staffed(tables),
                sd.resolution(tables, by="kind"),
                sd.reasons_by_parcel(tables),
                groups,
                sd.answer_effect(groups),
                sd.pareto(tables["complaints"]),
                people,
                sd.segments(people),
                sd.repeat_curve(tables["orders"]),
                sd.cohorts(tables["orders"]),
                sd.repeat_summary(tables["orders"]),
                pd.DataFrame([[sd.handling_minutes(tables), sd.patience_minutes(tables)]]),
            )
        ]
    for name in ("polars", "duckdb"):
        for ours, theirs in zip(found["pandas"], found[name], strict=True):
            pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, check_column_type=False)


def test_the_desk_of_the_shop_adds_up(shop: Shop) -> None:
    arrived = shop.contacts["arrived_at"]
    months = sd.answers(shop, by="month")
    assert int(months["contacts"].sum()) == len(arrived)
    hours = sd.hours(shop)
    days = (arrived.max().normalize() - arrived.min().normalize()).days + 1
    assert hours.to_numpy().sum() / 7 == pytest.approx(len(arrived) / days, rel=0.01)
    told = sd.staffed(shop)
    assert int(told["contacts"].sum()) == len(arrived)
    assert sd.patience_minutes(shop) == pytest.approx(shop.truth["patience_minutes"], rel=0.12)


# Shifts ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(0, 2))
@settings(max_examples=25)
def test_cover_is_as_cheap_as_trying_everything(need: list[int], dear: int) -> None:
    shifts = [sd.Shift(start, 8, cost=100 + dear * start) for start in (0, 4, 8, 12, 20)]
    duty = np.array([[shift.on_duty(240)[:6] | shift.on_duty(240)[6:]] for shift in shifts])
    tried = [
        float(np.dot(number, [shift.cost for shift in shifts]))
        for number in itertools.product(range(4), repeat=5)
        if (np.tensordot(number, duty[:, 0], 1) >= need).all()
    ]
    if not tried:  # a slot that no shift reaches
        with pytest.raises(CourseError, match="No shift is on duty at"):
            sd.cover(need, shifts)
        return
    plan = sd.cover(need, shifts)
    assert plan.cost <= min(tried) * 1.011
    assert plan.bound <= plan.cost + 1e-6
    assert (plan.coverage["planned"] >= plan.coverage["required"]).all()
    assert plan.roster["cost"].sum() == plan.cost


def test_a_week_is_a_circle_and_people_have_two_days_off() -> None:
    week = np.zeros((24, 7))
    week[0:6, 0] = 2  # Monday's small hours, which Sunday's night shift covers
    plan = sd.cover(week, [sd.Shift(22, 8, cost=360)])
    assert plan.roster[["day", "agents"]].to_numpy().tolist() == [["Sun", 2]]
    every_day = sd.cover(np.tile([[0]] * 8 + [[3]] * 8 + [[0]] * 8, 7), [sd.Shift(8, 8, cost=1)])
    assert every_day.roster["agents"].sum() == 21
    assert every_day.people == 5  # 21 shifts of 5 days each
    rest = sd.Shift(8, 8, break_after=4, cost=1)
    assert sd.cover([[0]] * 48 + [[1]] + [[0]] * 47, [rest, sd.Shift(9, 8, cost=5)]).cost == 5


def test_what_cannot_be_covered_is_named() -> None:
    shifts = sd.shift_patterns(range(6, 20), yuan_per_hour=45)
    with pytest.raises(CourseError, match=r"No shift is on duty at Mon 03:00, when 1 agent is"):
        sd.cover(np.ones((24, 7)) * [[h >= 3] for h in range(24)], shifts)
    busy = np.zeros((24, 7))
    busy[10:14, 2] = 9
    with pytest.raises(CourseError, match=r"Wed 1\d:00 lacks 5 of 9"):
        sd.cover(busy, [sd.Shift(8, 8)], most=4)


# Contacts and sales ----------------------------------------------------------------------------


def test_resolution_finds_the_truth_of_the_shop(shop: Shop) -> None:
    row = sd.resolution(shop).iloc[0]
    solved, n = shop.truth["first_contact_resolution"], row["first_contacts"]
    assert abs(row["resolved_share"] - solved) < Z * math.sqrt(solved * (1 - solved) / n)
    again, unsolved = shop.truth["contact_again"], row["unsolved"]
    error = math.sqrt(again * (1 - again) / unsolved)
    assert abs(1 - row["silent_share"] - again) < Z * error + 0.01  # a few come again by chance
    assert row["no_repeat_share"] > row["resolved_share"]


def test_resolution_counts_cases_not_contacts() -> None:
    day = pd.Timedelta("1D")
    table = pd.DataFrame(
        {
            "contact_id": range(6),
            "visitor_id": [1, 1, 1, 1, 2, 3],
            "reason": ["return", "return", "price", "return", "return", "price"],
            "arrived_at": [MONDAY + n * day for n in (0, 7, 1, 15, 2, 40)],
            "answered_at": [MONDAY + n * day for n in (0, 7, 1, 15)] + [pd.NaT, MONDAY + 40 * day],
            "resolved": [False, True, True, True, None, True],
        }
    )
    (row,) = sd.resolution({"contacts": table}).to_dict("records")
    # Day 0 came back after exactly 7 days; day 15 is a new case; 2 gave up; 40 is too young.
    assert (row["first_contacts"], row["unsolved"]) == (3, 1)
    assert row["no_repeat_share"] == pytest.approx(2 / 3)
    assert row["resolved_share"] == pytest.approx(2 / 3)
    assert row["silent_share"] == 0
    table["resolved"] = [None, *table["resolved"][1:]]  # nobody noted whether it was solved
    assert sd.resolution({"contacts": table}).to_dict("records") == [row]


def test_answer_effect_equals_the_regression_row_by_row(shop: Shop) -> None:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    groups = sd.answer_groups(shop)
    groups = groups[groups["day"].dt.month.isin([5, 6, 7])]
    found = sd.answer_effect(groups).loc["adjusted"]
    both = groups[groups["group"].isin(["in_time", "late"])]
    month = both["day"].dt.month.astype(str)
    strata = pd.DataFrame({"campaign": both["campaign"], "month": month})
    design = pd.get_dummies(strata, drop_first=True, dtype=float)
    design = design.assign(constant=1.0, of=(both["group"] == "in_time").astype(float))
    fitted = GLM(both["bought"], design, family=Poisson()).fit(cov_type="HC0")
    low, high = fitted.conf_int().loc["of"]
    assert found["ratio"] == pytest.approx(math.exp(fitted.params["of"]), rel=1e-4)
    assert found[["low", "high"]].tolist() == pytest.approx([math.exp(low), math.exp(high)], 1e-3)


def test_the_truth_of_an_answer_in_time_lies_in_most_intervals(shop: Shop) -> None:
    inside = 0
    for company in (shop, of_seed(1), of_seed(2)):
        groups = sd.answer_groups(company)
        row = sd.answer_effect(groups, against="not_asked").loc["adjusted"]
        inside += bool(row["low"] <= company.truth["consultation_in_time"] <= row["high"])
    assert inside >= 2  # 95 % each: fewer than 2 of 3 happens once in 140 times


def test_reasons_name_the_late_parcel(shop: Shop) -> None:
    table = sd.reasons_by_parcel(shop)
    first = table.iloc[:2].set_index("about")["reason"]
    assert first.to_dict() == {"contact": "delivery", "complaint": "late"}
    assert table[["on_time", "late"]].to_numpy().max() <= 1


# Customers -------------------------------------------------------------------------------------


def test_customer_value_equals_the_worked_example() -> None:
    assert sd.customer_value(100, 0.8, 0.1) == pytest.approx(266.667, abs=5e-4)
    assert sd.customer_value(100, 0.8, 0.1, "now") == pytest.approx(366.667, abs=5e-4)
    years = [100 * 0.8**n / 1.1**n for n in range(1, 400)]
    assert sd.customer_value(100, 0.8, 0.1) == pytest.approx(sum(years))


def test_rfm_counts_every_yuan_and_every_customer(shop: Shop) -> None:
    bought = shop.orders.merge(shop.order_lines)
    table = sd.rfm(bought)
    paid = shop.orders[shop.orders["paid_at"].notna()]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(paid["order_id"])]
    assert len(table) == paid["visitor_id"].nunique()
    assert int(table["frequency"].sum()) == len(paid)
    sold = (lines["unit_price"] * 100).round().astype("int64") * lines["quantity"]
    assert round(table["monetary"].sum() * 100) == sold.sum()
    assert table[["r", "f", "m"]].min().min() >= 1
    assert table[["r", "f", "m"]].max().max() <= 5
    assert table.groupby("r")["recency_days"].mean().is_monotonic_decreasing
    told = sd.segments(table)
    assert set(told["segment"]) <= {"champion", "loyal", "at_risk", "new", "once", "lapsed"}
    assert told["customer_share"].sum() == pytest.approx(1)
    early = sd.rfm(bought, as_of="2025-03-01")
    assert len(early) < len(table)


def test_repeat_curve_is_kaplan_meier_by_hand() -> None:
    placed = {1: [0, 10], 2: [0, 20], 3: [15], 4: [0], 5: [29]}
    orders = pd.DataFrame(
        [(who, MONDAY + pd.Timedelta(days=day)) for who, days in placed.items() for day in days],
        columns=["visitor_id", "placed_at"],
    ).assign(order_id=range(7), paid_at=MONDAY)
    curve = sd.repeat_curve(orders, as_of=MONDAY + pd.Timedelta(days=30))
    # Watched at day 10: 1, 2, 3 (15 days), 4. At day 20: 2 and 4; 5 was watched for one day.
    assert curve["watched"].tolist() == [4, 2]
    assert curve["share"].tolist() == pytest.approx([1 / 4, 1 - 3 / 4 * 1 / 2])
    assert (curve["low"] < curve["share"]).all()
    assert (curve["share"] < curve["high"]).all()


def test_cohorts_leave_open_months_empty(shop: Shop) -> None:
    table = sd.cohorts(shop.orders)
    paid = shop.orders[shop.orders["paid_at"].notna()]
    assert int(table["customers"].sum()) == paid["visitor_id"].nunique()
    assert table[11].notna().sum() == 1
    assert table[1].isna().sum() == 1
    assert table.drop(columns=["month", "customers"]).max().max() < 1


def test_bg_nbd_equals_its_integral_and_the_published_customer() -> None:
    from ecokit.service_desk.forecast import _log_likelihood

    # Customer 1 of CDNOW in Fader, Hardie and Lee's note on Excel: 2 orders, 1.226 more.
    cdnow = sd.BGNBD(0.243, 4.414, 0.793, 2.426)
    assert cdnow.expected_orders(39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=5e-4)
    shape = np.array([0.7, 3.0, 1.4, 2.2])

    def rates(x: int, time: float) -> float:  # mean of rate^x exp(-rate time)
        def inside(rate: float) -> float:
            return float(rate**x * math.exp(-rate * time) * gamma.pdf(rate, 0.7, scale=1 / 3))

        return float(quad(inside, 0, 1)[0] + quad(inside, 1, np.inf)[0])

    def shares(stayed: int, left: int) -> float:  # mean of (1 - p)^stayed p^left
        return float(quad(lambda p: (1 - p) ** stayed * p**left * beta.pdf(p, 1.4, 2.2), 0, 1)[0])

    for x, last, age in ((0, 0.0, 5.0), (1, 2.0, 6.0), (3, 4.0, 4.5)):
        exact = shares(x, 0) * rates(x, age)
        if x:
            exact += shares(x - 1, 1) * rates(x, last)
        found = _log_likelihood(shape, *(np.array([float(v)]) for v in (x, last, age)))[0]
        assert math.exp(found) == pytest.approx(exact, rel=1e-5)


def test_orders_within_minutes_are_one_purchase() -> None:
    minutes = pd.concat([ORDERS.assign(order_id=n) for n in range(3)], ignore_index=True)
    minutes["placed_at"] += pd.to_timedelta([0, 3, 7], unit="min")
    told = sd.repeat_summary(minutes, as_of=MONDAY + pd.Timedelta(days=14), unit="week")
    assert told[["frequency", "recency", "age"]].to_numpy().tolist() == [[0, 0, 2]]
    spent = minutes.assign(yuan=[5.0, 7.0, 9.0])
    spent["placed_at"] += pd.to_timedelta([0, 1, 1], unit="D")
    told = sd.repeat_summary(spent, amount="yuan")
    assert told[["frequency", "recency", "value"]].to_numpy().tolist() == [[1, 1, 16]]


def test_alive_and_value_as_published() -> None:
    cdnow = sd.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    gone = 0.793 / (2.426 + 1) * ((4.414 + 38.86) / (4.414 + 30.43)) ** 2.243
    assert cdnow.alive([2], [30.43], [38.86]) == pytest.approx(1 / (1 + gone), rel=1e-12)
    spent = sd.GammaGamma(6.25, 3.74, 15.44)  # of the note on CDNOW: $35 a purchase
    assert spent.expected_value([0], [0]) == pytest.approx(6.25 * 15.44 / 2.74)
    assert spent.expected_value([1e6], [99]) == pytest.approx(99, rel=1e-3)
    seen = pd.DataFrame({"frequency": [2], "recency": [30.43], "age": [38.86], "value": [22.35]})
    told = sd.expected_value(cdnow, spent, seen, years=39 * 7 / 365, discount=0, margin=0.5).iloc[0]
    assert told["orders"] == pytest.approx(1.226, abs=5e-4)
    assert told["worth"] == pytest.approx(told["orders"] * told["order_value"] / 2)
    less = sd.expected_value(cdnow, spent, seen, years=39 * 7 / 365, discount=0.2).iloc[0]
    assert 0.9 * 2 * told["worth"] < less["worth"] < 2 * told["worth"]


def test_forecasts_are_never_missing() -> None:
    rng = np.random.default_rng(0)
    for _case in range(300):
        model = sd.BGNBD(*np.exp(rng.uniform(-8, 8, 4)).tolist())
        x = rng.integers(0, 300, 10).astype(float)
        age = np.exp(rng.uniform(-3, 7, 10))
        last = np.where(x > 0, age * rng.random(10), 0)
        days = float(np.exp(rng.uniform(-2, 7)))
        found = model.expected_orders(days, x, last, age)
        assert (found >= 0).all()
        assert (found <= days * (model.r + x) / (model.alpha + age) * (1 + 1e-9)).all()
        alive = model.alive(x, last, age)
        assert ((alive >= 0) & (alive <= 1)).all()


def test_a_fit_tells_what_is_loose() -> None:
    never_leaves = ([9, 9, 9], [90, 90, 90], [90, 90, 90])
    model = sd.fit_bg_nbd(*never_leaves)
    assert {"a", "b"} <= set(model.loose)
    assert model.expected_orders(90, *never_leaves)[0] == pytest.approx(9, rel=0.1)
    assert sd.fit_bg_nbd(*never_leaves, penalty=0.5).loose == ()
    alike = ([2, 3, 4], [9.0, 9.0, 9.0])
    assert sd.fit_gamma_gamma(*alike).loose
    assert sd.fit_gamma_gamma(*alike, penalty=0.1).expected_value(*alike) == pytest.approx(
        9, rel=0.1
    )


def test_gamma_gamma_finds_what_was_put_in() -> None:
    rng = np.random.default_rng(4)
    often = rng.integers(1, 9, 20_000)
    means = rng.gamma(6.25 * often, 1 / rng.gamma(3.74, 1 / 15.44, 20_000)) / often
    model = sd.fit_gamma_gamma(often, means)
    assert [model.p, model.q, model.scale] == pytest.approx([6.25, 3.74, 15.44], rel=0.1)


def test_bg_nbd_keeps_its_course_where_the_published_form_breaks() -> None:
    cdnow = sd.BGNBD(0.243, 4.414, 0.793, 2.426)
    # The published form, where its terms are small; many orders and a = 1 keep to its course.
    x, last, age, days = np.array([0, 1, 4]), np.array([0, 9.0, 30]), np.full(3, 38.0), 39
    z = days / (4.414 + age + days)
    series = hyp2f1(0.243 + x, 2.426 + x, 0.793 + 2.426 + x - 1, z)
    gain = (0.793 + 2.426 + x - 1) / (0.793 - 1) * (1 - (1 - z) ** (0.243 + x) * series)
    gone = (x > 0) * 0.793 / (2.426 + np.maximum(x, 1) - 1)
    gone *= ((4.414 + age) / (4.414 + last)) ** (0.243 + x)
    assert cdnow.expected_orders(days, x, last, age) == pytest.approx(gain / (1 + gone), rel=1e-9)
    many = [cdnow.expected_orders(n, [500], [38.8], [38.86])[0] for n in (0, 40, 400, 4000)]
    assert many[0] == 0
    assert (np.diff(many) > 0).all()
    for a, b in ((1.0, 2.426), (0.4, 0.6)):
        at, beside = (sd.BGNBD(0.243, 4.414, a + step, b) for step in (0, 1e-4))
        assert at.expected_orders(39, x, last, age) == pytest.approx(
            beside.expected_orders(39, x, last, age), rel=1e-3
        )


def test_bg_nbd_forecasts_customers_of_its_own_kind() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for age in rng.uniform(60, 250, 3000):
        rate, share = rng.gamma(0.8, 1 / 30), rng.beta(0.9, 2.2)
        now: float = 0.0
        times: list[float] = []
        while now <= age + 90 and (not times or rng.random() >= share):
            now += rng.exponential(1 / rate)
            times.append(now)
        known = [time for time in times if time <= age]
        later = sum(age < time <= age + 90 for time in times)
        rows.append((len(known), max(known, default=0.0), age, later))
    x, last, age, later = np.array(rows).T
    model = sd.fit_bg_nbd(x, last, age)
    forecast = model.expected_orders(90, x, last, age).sum()
    assert abs(forecast - later.sum()) < Z * math.sqrt(3000) * later.std()
    for name, truth in {"r": 0.8, "alpha": 30, "a": 0.9, "b": 2.2}.items():
        assert getattr(model, name) == pytest.approx(truth, rel=0.35), name


def test_customers_of_a_real_shop(real_data: Callable[[str], Path]) -> None:
    # Sales to known customers in the public table Online Retail; figures of its readme.
    names = {"order_id": "InvoiceNo", "visitor_id": "CustomerID"}
    names |= {"placed_at": "InvoiceDate", "paid_at": "InvoiceDate"}
    lines = pd.read_parquet(real_data("online_retail.parquet"))
    sold = lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0) & lines["CustomerID"].notna()]
    orders = sold.groupby("InvoiceNo", as_index=False)[["InvoiceDate", "CustomerID"]].min()
    customers = sd.rfm(sold, **names, quantity="Quantity", unit_price="UnitPrice")
    assert (len(customers), int(customers["frequency"].sum())) == (4338, 18532)
    # Four lines have a price below a fen, which rounds to nothing.
    assert customers["monetary"].sum() == pytest.approx(8_911_407.904, abs=0.1)
    first = sd.cohorts(orders, **names).iloc[0]
    active = [round(first[after] * first["customers"]) for after in (1, 6, 11)]
    assert (first["customers"], active) == (885, [324, 321, 445])
    known = sd.repeat_summary(orders, as_of="2011-09-01", **names)
    columns = known["frequency"], known["recency"], known["age"]
    ahead = sd.fit_bg_nbd(*columns).expected_orders(90, *columns)
    assert np.isfinite(ahead).all()
    assert (ahead >= 0).all()


# Words, and the explorer -----------------------------------------------------------------------

GROUPS = pd.DataFrame({"group": ["in_time"], "bought": [1], "campaign": "spring", "day": MONDAY})
ORDERS = pd.DataFrame(
    {"order_id": [1], "visitor_id": [1], "placed_at": [MONDAY], "paid_at": [MONDAY]}
)
LINES = ORDERS.assign(quantity=1, unit_price=9.9)
ROSTER = pd.DataFrame({"date": [MONDAY], "hour": [9], "agents": [2]})


def of(**columns: Any) -> dict[str, pd.DataFrame]:
    """Return the six contacts, by name, with other columns."""
    return {"contacts": SIX.assign(**columns)}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sd.desk(200, 3, 10), "10 erlangs of work for 10 agents"),
        (lambda: sd.desk(200, 3, 2.5), "agents is 2.5"),
        (lambda: sd.desk(math.nan, 3, 2), "contacts_per_hour is nan"),
        (lambda: sd.desk("200", 3, 2), "contacts_per_hour is '200'"),
        (lambda: sd.desk(200, 3, math.nan), "agents is nan"),
        (lambda: sd.desk(200, 3, None), "agents is None"),
        (lambda: sd.desk(1e9, 3, 50, 5), "more than 10,000 agents"),
        (lambda: sd.desk(200, 3, 9, 1e9), "Leave it out"),
        (lambda: sd.desk(200, 3, 9, 0), "patience_minutes is 0"),
        (lambda: sd.desk(200, 3, 14, target_seconds=-1), "target_seconds is -1"),
        (lambda: sd.erlang_b(10, -1), "agents is -1"),
        (lambda: sd.agents_needed(200, 3, 1.0), "service_level is 1"),
        (lambda: sd.agents_needed(200, 3, 0.8, most_abandoned=0), "most_abandoned is 0"),
        (lambda: sd.agents_needed(1e7, 3, 0.8), "more than 10,000 agents"),
        (lambda: sd.positions(14, 1), "shrinkage is 1"),
        (lambda: sd.answers({"contacts": SIX}, target=-1), "target is -1"),
        (lambda: sd.answers({}), "needs the table contacts"),
        (lambda: sd.answers(SIX), r"service_desk.answers\(contacts\) is now .*answers\(shop\)"),
        (lambda: sd.answers({"contacts": ROSTER}), "no columns arrived_at, answered_at"),
        (lambda: sd.answers(of(in_time="x"), by="in_time"), "You group by in_time"),
        (lambda: sd.answers({"contacts": SIX}, by=["hour", "hour"]), "a list of different names"),
        (lambda: sd.answers(of(arrived_at="today")), "holds text, not times"),
        (lambda: sd.hours({"contacts": SIX}, minutes=50), "minutes is 50"),
        (
            lambda: getattr(sd, "hours")({"contacts": SIX}, drawn_scale=0.05),  # noqa: B009
            r"^service_desk.hours\(drawn_scale=\) is now service_desk.hours\(shop\), since",
        ),
        (lambda: sd.hours({"contacts": SIX.head(0)}), "has no rows"),
        (lambda: sd.service_level([0, 0], 6, 1, 5), "No contact comes in these hours"),
        (lambda: sd.service_level([1, math.nan], 6, 1, 5), "1 of 2 numbers is missing"),
        (lambda: sd.service_level("many", 6, 1, 5), "contacts_per_hour is 'many'"),
        (lambda: sd.patience_minutes({"contacts": SIX.dropna()}), "Nobody gave up"),
        (lambda: sd.patience_minutes({"contacts": SIX.head(0)}), "Nobody gave up"),
        (lambda: sd.handling_minutes({"contacts": SIX[SIX.answered_at.isna()]}), "No contact was"),
        (
            lambda: sd.simulate_desk([1, math.nan], 3, 2, seed=1),
            "contacts_per_hour: 1 of 2 numbers is missing",
        ),
        (lambda: sd.simulate_desk(1, 0, 2, seed=1), "handling_minutes is 0"),
        (lambda: sd.simulate_desk(1, 1e9, 2, seed=1), "at most 100,000 minutes"),
        (lambda: sd.simulate_desk(1e9, 3, 2, seed=1), "too many to draw"),
        (lambda: sd.simulate_desk(1, 3, 2.5, seed=1), "agents holds 2.5"),
        (lambda: sd.simulate_desk(np.ones((24, 5)), 3, 2, seed=1), r"the shape \(24, 5\)"),
        (lambda: sd.simulate_desk([], 3, 2, seed=1), "the shape"),
        (lambda: sd.simulate_desk("many", 3, 2, seed=1), "contacts_per_hour is 'many'"),
        (lambda: sd.simulate_desk(1, 3, 2, seed=-1), "seed is -1"),
        (lambda: sd.simulate_desk(1, 3, 2, seed=1, days=0), "days is 0"),
        (lambda: sd.simulate_desk(1, 3, 2, seed=1, handling="short"), "handling is 'short'"),
        (lambda: sd.measured(SIX), "6 contacts are too few"),
        (lambda: sd.measured(SIX, batches=2.5), "batches is 2.5"),
        (
            lambda: getattr(sd, "staffed")({"contacts": SIX, "roster": ROSTER}, drawn_scale=1),  # noqa: B009
            r"^service_desk.staffed\(drawn_scale=\) is now service_desk.staffed\(shop\), since",
        ),
        (
            lambda: sd.staffed({"contacts": SIX, "roster": ROSTER.assign(hour=24)}),
            "In 1 of 1 row of roster, hour is not from 0 to 23, such as .*2025-03-03, hour 24",
        ),
        (lambda: sd.pareto(ROSTER.head(0), column="hour"), "no rows"),
        (lambda: sd.pareto(ROSTER, column="share"), "no column share.* column=..."),
        (lambda: sd.Shift(25), "starts at 25"),
        (lambda: sd.Shift(8, cost=-1), "cost is -1"),
        (lambda: sd.Shift(8, 8, break_after=7.75), "The break must end before"),
        (lambda: sd.cover([1] * 24, [sd.Shift(0, 24)], most=0), "most is 0"),
        (lambda: sd.cover("many", [sd.Shift(8)]), "required is 'many'"),
        (lambda: sd.cover([1] * 24, [8]), r"shifts is \[8\]"),
        (lambda: sd.cover([1] * 7, [sd.Shift(8)]), r"the shape \(7,\)"),
        (lambda: sd.cover([-1] * 24, [sd.Shift(8)]), "required holds -1"),
        (lambda: sd.cover([1] * 24, []), "no shift to choose"),
        (lambda: sd.resolution(of(contact_id=range(6))), "no columns visitor_id"),
        (lambda: sd.answer_effect(GROUPS), "against is 'late'. Nobody in it has bought"),
        (lambda: sd.answer_effect(GROUPS, confidence=95), "confidence is 95"),
        (lambda: sd.answer_effect(GROUPS, bought="campaign"), "campaign of groups holds text"),
        (lambda: sd.repeat_curve(ORDERS), "No customer bought again"),
        (lambda: sd.cohorts(pd.concat([ORDERS, ORDERS])), "order_id 1 more than once"),
        (lambda: sd.rfm(ORDERS, LINES), r"is now service_desk.rfm\(shop.orders.merge"),
        (lambda: sd.rfm(ORDERS), "no column quantity"),
        (lambda: sd.rfm(LINES.assign(unit_price=math.nan)), "unit_price is missing"),
        (lambda: sd.segments(ORDERS), "no column segment"),
        (lambda: sd.cohorts(ORDERS.head(0)), "no row with a placed_at"),
        (lambda: sd.cohorts(ORDERS, as_of="soon"), "as_of is 'soon'"),
        (lambda: sd.cohorts(ORDERS, as_of="2025-01-01T00:00Z"), "as_of is '2025"),
        (lambda: sd.fit_bg_nbd([1], [9], [5]), "recency from 0 to age"),
        (lambda: sd.fit_bg_nbd([1, 2], [1], [5, 6]), "of the same length"),
        (lambda: sd.fit_bg_nbd([1, math.nan], [1, 1], [5, 6]), "frequency: 1 of 2 numbers"),
        (lambda: sd.fit_bg_nbd([1.5], [1], [5]), "in whole numbers"),
        (lambda: sd.BGNBD(1, 1, 2, 0), "b is 0. Give a number above 0"),
        (lambda: sd.BGNBD(1, 1, 2, 2).expected_orders(-1, [1], [1], [5]), "days is -1"),
        (lambda: sd.BGNBD(1, 1, 2, 2, unit="year"), "unit is 'year'. Choose one of: day, week"),
        (lambda: sd.GammaGamma(1, 0.5, 2).expected_value([0], [0]), "knows no bound: q is 0.5"),
        (lambda: sd.fit_gamma_gamma([1, 0], [5.0, 0]), "three customers or more"),
        (lambda: sd.fit_gamma_gamma([1], [5.0, 0]), "need the same length"),
        (lambda: sd.expected_value(None, None, LINES), "orders is None"),
        (lambda: sd.customer_value(math.nan, 0.5, 0.1), "margin is nan"),
        (lambda: sd.customer_value(1, 0.5, -1), "discount is -1"),
        (lambda: sd.customer_value(1, 0.5, 0.1, "never"), "first is 'never'"),
    ],
)
def test_errors_say_what_to_do(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()


CASE = {"contact_id": range(6), "visitor_id": 1, "reason": "price", "resolved": True}


@pytest.mark.parametrize(
    "measure",
    [
        lambda table: sd.answers({"contacts": table}),
        lambda table: sd.patience_minutes({"contacts": table}),
        lambda table: sd.measured(table),
        lambda table: sd.staffed({"contacts": table, "roster": ROSTER}),
        lambda table: sd.resolution({"contacts": table.assign(**CASE)}),
    ],
)
def test_times_that_cannot_be_are_told(measure: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(CourseError, match="In 2 of 6 rows of contacts, arrived_at is missing"):
        measure(SIX.assign(arrived_at=SIX["arrived_at"].where(SIX.index > 1)))
    early = SIX["arrived_at"] - pd.Timedelta(seconds=5)
    with pytest.raises(CourseError, match="6 rows of contacts, answered_at is before arrived_at"):
        measure(SIX.assign(answered_at=early))


def test_a_tables_own_names_are_enough() -> None:
    names = {"arrived_at": "came", "answered_at": "spoke", "ended_at": "left"}
    mine = SIX.rename(columns=names)
    assert sd.measured(mine, batches=2, **names).equals(sd.measured(SIX, batches=2))
    assert sd.pareto(mine.assign(kind="chat"), column="kind")["kind"].tolist() == ["chat"]


def test_a_time_not_yet_known_is_no_fault() -> None:
    # The last contact is still waiting, the one before it is still being answered.
    rows = [("09:00", 0, 300), ("09:05", 30, math.nan), ("09:06", None, 60), ("09:07", None, None)]
    table = contacts(*((f"2025-03-03 {clock}", wait, end) for clock, wait, end in rows))
    assert sd.measured(table, batches=2).loc["waits", "value"] == 0.75
    assert sd.patience_minutes({"contacts": table}) == pytest.approx(
        1.5
    )  # 90 s waited, one gave up
    assert sd.staffed({"contacts": table, "roster": ROSTER})["busy_minutes"].tolist() == [5.0]


def test_customers_without_a_name_are_left_out() -> None:
    orders = pd.concat([ORDERS.assign(visitor_id=1.0, order_id=n) for n in range(3)])
    orders["placed_at"] += pd.to_timedelta([0, 5, 9], unit="D")
    guests = orders.assign(order_id=[7, 8, 9], visitor_id=math.nan)
    both = pd.concat([orders, guests], ignore_index=True)
    for move in (MOVES["pandas"], lambda frame: pl.from_pandas(frame, nan_to_null=True)):
        table, lines = move(both), move(both.assign(quantity=1, unit_price=9.9))
        assert list(sd.rfm(lines)["frequency"]) == [3]
        assert list(sd.repeat_curve(table)["watched"]) == [1]
        assert list(sd.cohorts(table)["customers"]) == [1]
        assert list(sd.repeat_summary(table)["frequency"]) == [2]


def test_the_lab_answers_its_controls(shop: Shop) -> None:
    app = lab(shop).app()
    for name, slider in app.inputs.items():
        before = app.picture.value, app.below.value
        slider.index += 1
        assert (app.picture.value, app.below.value) != before, name
    assert app.picture.alt
    assert "<script" not in app.below.value


def test_the_twin_shows_desks_around_the_busiest_hours_work(shop: Shop) -> None:
    twin = lab(shop).frames()
    assert 5 <= len(twin.frames) <= 9
    assert len({frame.png() for frame in twin.frames}) == len(twin.frames)
    fullest = shop.contacts[shop.contacts["arrived_at"].between("2025-11-03", "2025-11-10")]
    peak = float(sd.hours({"contacts": fullest}).mean(axis=1).max())
    erlangs = sd.load(peak, sd.handling_minutes(shop))
    assert all(f"for {erlangs:.1f} erlangs" in frame.alt for frame in twin.frames)


def test_who_came_back_did_so_after_the_first_day() -> None:
    with pytest.raises(CourseError, match="above 0 for who came back"):
        sd.fit_bg_nbd([2, 1], [0, 5], [10, 10])


@pytest.mark.parametrize("cause", [None, "courier"])
def test_reasons_need_parcels_of_both_kinds(cause: str | None) -> None:
    sent = pd.Timestamp("2025-03-01")
    parcels = pd.DataFrame({"order_id": [1, 2], "dispatched_at": sent, "delay_cause": cause})
    asked = pd.DataFrame({"order_id": [1], "reason": ["late"], "arrived_at": sent})
    with pytest.raises(CourseError, match="All parcels are alike"):
        sd.reasons_by_parcel({"orders": parcels, "contacts": asked, "complaints": asked})


@pytest.mark.parametrize("column", ["frequency", "recency_days"])
def test_no_customer_bought_less_than_never(column: str) -> None:
    people = pd.DataFrame({"segment": ["new"], "frequency": 0, "monetary": -5.0, "recency_days": 0})
    assert sd.segments(people)["sales"].tolist() == [-5]  # goods that came back
    with pytest.raises(CourseError, match=f"{column} is no number of 0 or more"):
        sd.segments(people.assign(**{column: -1}))


def test_who_is_sure_to_leave_at_once_is_forecast_without_a_warning() -> None:
    model = sd.BGNBD(r=0.243, alpha=4.414, a=0.793, b=1e-99)
    assert model.alive([1, 0], [5, 0], [38, 38]) == pytest.approx([0, 1])
    assert model.expected_orders(39, [1, 0], [5, 0], [38, 38])[0] == pytest.approx(0)
