"""Delivery: closed forms, intervals that hold the truth, best choices by hand, sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.transforms import Bbox

from ecokit import delivery
from ecokit.delivery.fair import effective
from ecokit.delivery.pairs import _expected
from ecokit.errors import CourseError
from ecokit.exercises.delivery import true_lanes
from ecokit.experiments import shrunk_rates
from ecokit.inputs import intervals
from ecokit.plots import delivery as plots
from ecokit.shop import Shop
from tests.engines import Move, moved, rows
from tests.sweep import delivery as swept

DAY = pd.Timestamp("2025-03-03")
HOUR = pd.Timedelta(hours=1)


def parcels(counts: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
    """Return deliveries with so many on time of so many for each row of `names`."""
    lines = [
        (*keys, DAY + HOUR * (24 if n < on_time else 96))
        for *keys, on_time, all_ in counts
        for n in range(all_)
    ]
    table = pd.DataFrame(lines, columns=[*names, "delivered_at"])
    return table.assign(dispatched_at=DAY, promised_at=DAY + 72 * HOUR)


TWO_CITIES = parcels(
    [("E1", "near", 90, 100), ("E1", "far", 6, 10), ("E2", "near", 19, 20), ("E2", "far", 70, 100)],
    ["carrier_id", "city_id"],
)


# What a carrier bills ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "litres", "divisor", "billed"),
    [
        (0.3, 0.0, 6000, 1),  # a started kilogram
        (1.0, 6.0, 6000, 1),  # exactly one, by both
        (1.001, 0.0, 6000, 2),
        (0.8, 30.0, 6000, 5),  # by volume
        (0.8, 30.0, 8000, 4),
        (0.1 + 0.2 + 0.7, 0.0, 6000, 1),  # which floats make a hair more than one
    ],
)
def test_billed_weight(weight: float, litres: float, divisor: float, billed: int) -> None:
    assert delivery.billed_weight(weight, litres, divisor=divisor) == billed


def test_a_step_of_half_a_kilogram_bills_less() -> None:
    assert delivery.billed_weight(1.2, step=0.5) == 1.5


def test_a_bill_is_the_sum_of_its_parts() -> None:
    told = delivery.shipping_cost(
        [1, 3, 3, 3],
        first_kg=8,
        further_kg=2,
        remote=[False, False, True, False],
        remote_surcharge=5,
        cash=[0, 0, 0, 1000],
        cash_fee=0.01,
    )
    assert told.tolist() == [8, 12, 17, 22]


@pytest.mark.parametrize("remote", [None, "far", 2, [0.5]])
def test_a_city_is_remote_or_not(remote: Any) -> None:
    with pytest.raises(CourseError, match="Give True or False for each"):
        delivery.shipping_cost(1, first_kg=8, further_kg=2, remote=remote)


# What carriers did ---------------------------------------------------------------------------


def test_a_parcel_that_is_lost_or_under_way_is_late(engine: Move) -> None:
    sent = pd.DataFrame(
        {
            "carrier_id": ["E1"] * 4,
            "dispatched_at": DAY,
            "promised_at": [DAY + 72 * HOUR] * 3 + [DAY + 999 * HOUR],
            "delivered_at": [DAY + 72 * HOUR, DAY + 73 * HOUR, pd.NaT, DAY + 10 * HOUR],
        }
    )
    tables = moved(engine, {"deliveries": sent})
    told = delivery.punctuality(tables, by="carrier_id", as_of="2025-03-10")
    # the last promise has not run out yet
    assert rows(told, "carrier_id", "parcels", "on_time", "late", "hours") == [
        ("E1", 3, 1, 2, pytest.approx(72.5))
    ]


def test_one_promise_for_all_in_place_of_each_carriers_own() -> None:
    sent = pd.DataFrame(
        {
            "carrier_id": ["E1", "E5"],
            "dispatched_at": DAY,
            "promised_at": [DAY + 72 * HOUR, DAY + 30 * HOUR],
            "delivered_at": DAY + 40 * HOUR,
        }
    )
    own = delivery.punctuality({"deliveries": sent}, by="carrier_id", as_of="2025-03-10")
    one = delivery.punctuality({"deliveries": sent}, by="carrier_id", hours=72, as_of="2025-03-10")
    assert own["on_time"].tolist() == [1, 0]
    assert one["on_time"].tolist() == [1, 1]


def test_other_tables_lend_their_columns(engine: Move) -> None:
    cities = pd.DataFrame({"city_id": ["near", "far"], "region": ["east", "west"]})
    carriers = pd.DataFrame({"carrier_id": ["E1", "E2"], "name": ["Swift", "Sure"]})
    tables = moved(engine, {"deliveries": TWO_CITIES, "cities": cities, "carriers": carriers})
    told = delivery.punctuality(tables, by=["region", "name"], as_of="2025-04-01")
    assert rows(told, "region", "name", "on_time", "parcels") == [
        ("east", "Sure", 19, 20),
        ("east", "Swift", 90, 100),
        ("west", "Sure", 70, 100),
        ("west", "Swift", 6, 10),
    ]


def test_intervals_of_a_rate_are_those_of_wilson() -> None:
    sent = parcels([("A", 18, 20), ("B", 180, 200)], ["carrier_id"])
    told = delivery.punctuality({"deliveries": sent}, by="carrier_id", as_of="2025-04-01")
    assert told["low"].tolist() == pytest.approx([0.69897, 0.85059], abs=5e-6)
    assert told["high"].tolist() == pytest.approx([0.97213, 0.93433], abs=5e-6)


def test_how_parcels_end(engine: Move) -> None:
    sent = pd.DataFrame(
        {
            "dispatched_at": DAY,
            "cash_on_delivery": [True] * 4 + [False] * 3,
            "outcome": ["refused", "delivered", "lost", "delivered", "delivered", "damaged", None],
        }
    )
    tables = moved(engine, {"deliveries": sent})
    told = rows(delivery.outcomes(tables, by="cash_on_delivery", of="refused"))
    assert [row[:7] for row in told] == [(False, 2, 1, 1, 0, 0, 0.0), (True, 4, 2, 0, 1, 1, 0.25)]
    reach = intervals.wilson(1, 4)
    assert told[1][7:] == pytest.approx((float(reach.low), float(reach.high)))


def test_costs_and_the_way_back(engine: Move) -> None:
    sent = pd.DataFrame(
        {
            "carrier_id": ["E1", "E1", "E2"],
            "dispatched_at": DAY,
            "delivered_at": [DAY + 24 * HOUR, DAY + 24 * HOUR, pd.NaT],
            "weight_kg": [0.5, 1.25, 2.0],
            "billed_kg": [1, 2, 4],
            "cost": [8.1, 10.2, 14.0],
            "back_at": [pd.NaT, DAY + 96 * HOUR, DAY + 240 * HOUR],
            "back_cost": [0.0, 9.0, 11.0],
        }
    )
    tables = moved(engine, {"deliveries": sent})
    costs = rows(delivery.parcel_costs(tables, by="carrier_id"))
    assert costs[0] == ("E1", 2, 1.75, 3.0, 18.3, 9.15, pytest.approx(18.3 / 1.75), 3 / 1.75)
    back = rows(delivery.way_back(tables), "parcels", "back", "days", "back_cost", "cost_per_back")
    assert back == [(3, 2, 3.0, 20.0, 10.0)]  # who was never at the door has no days


def test_dispatch_promise_and_its_fine(engine: Move) -> None:
    orders = pd.DataFrame(
        {
            "channel_id": ["marketplace"] * 4 + ["direct"],
            "placed_at": DAY,
            "paid_at": [DAY, DAY, DAY, pd.NaT, DAY],
            "dispatched_at": [DAY + 48 * HOUR, DAY + 49 * HOUR, pd.NaT, pd.NaT, DAY + 90 * HOUR],
        }
    )
    tables = moved(engine, {"orders": orders})
    told = delivery.dispatch_promise(
        tables, hours=48, fine=5, channels=["marketplace"], as_of="2025-03-10"
    )
    assert rows(told, "orders", "kept", "fine", "mean_hours") == [(3, 1, 10.0, 48.5)]
    early = delivery.dispatch_promise(tables, hours=48, fine=5, as_of=DAY + 47 * HOUR)
    assert rows(early, "orders", "rate") == [(0, None)]
    with pytest.raises(CourseError, match=r"channels names 'shop', .* There are: direct, market"):
        delivery.dispatch_promise(tables, channels=["marketplace", "shop"], as_of="2025-03-10")


# Like with like ------------------------------------------------------------------------------


def test_standardised_rates_are_weighted_means_and_turn_the_naive_order() -> None:
    told = delivery.like_with_like({"deliveries": TWO_CITIES}, against="E1").set_index("carrier_id")
    near, far = 120 / 230, 110 / 230
    assert told["rate"].tolist() == pytest.approx([near * 0.9 + far * 0.6, near * 0.95 + far * 0.7])
    assert told["naive"].tolist() == pytest.approx([96 / 110, 89 / 120])
    assert told["naive"].idxmax() == "E1"
    assert told["rate"].idxmax() == "E2"
    assert told.loc["E2", "difference"] == pytest.approx(near * 0.05 + far * 0.1)
    assert math.isnan(told.loc["E1", "difference"])


def test_a_peak_of_every_year_is_that_of_each(engine: Move) -> None:
    left = pd.to_datetime(["2024-02-29", "2025-02-28", "2025-06-25", "2026-06-26", "2026-06-12"])
    sent = pd.DataFrame(
        {"weight_kg": 1.0, "dispatched_at": left + 23 * HOUR, "parcel_id": range(5)}
    )
    peaks = [("02-29", "03-01"), ("06-12", "06-25")]
    told = delivery.with_bands(moved(engine, {"deliveries": sent}), peaks=peaks)["deliveries"]
    assert rows(told, "parcel_id", "peak") == list(enumerate([True, False, True, False, True]))


@pytest.mark.parametrize("pair", [("06-12", "2025-06-25"), ("06-25", "06-12"), ("02-30", "03-01")])
def test_a_peak_that_cannot_be_is_refused(pair: tuple[str, str]) -> None:
    sent = pd.DataFrame({"weight_kg": [1.0], "dispatched_at": [DAY]})
    with pytest.raises(CourseError, match=r"^peaks is .*[.]$"):
        delivery.with_bands({"deliveries": sent}, peaks=[pair])


@pytest.mark.parametrize("sent", [TWO_CITIES.query("carrier_id == 'E1'"), TWO_CITIES.head(0)])
def test_one_carrier_alone_is_compared_with_nobody(sent: pd.DataFrame) -> None:
    with pytest.raises(CourseError, match=r"whose promise has run out are those of (E1|nobody)"):
        delivery.like_with_like({"deliveries": sent}, as_of="2025-04-01")


def test_only_strata_that_all_serve_are_compared() -> None:
    alone = parcels([("E1", "own", 100, 100)], ["carrier_id", "city_id"])
    both = pd.concat([TWO_CITIES, alone])
    told = delivery.like_with_like({"deliveries": both}).set_index("carrier_id")
    plain = delivery.like_with_like({"deliveries": TWO_CITIES}).set_index("carrier_id")
    assert told["rate"].tolist() == plain["rate"].tolist()
    assert told["covered"].tolist() == pytest.approx([230 / 330] * 2)
    stranger = parcels([("E9", "else", 1, 1)], ["carrier_id", "city_id"])
    sent = pd.concat([TWO_CITIES, stranger])
    with pytest.raises(CourseError, match="No city_id has parcels of all of E1, E9"):
        delivery.like_with_like({"deliveries": sent}, among=["E1", "E9"])


def test_one_stratum_gives_the_interval_of_wilson() -> None:
    sent = parcels([("E1", "near", 18, 20), ("E2", "near", 20, 20)], ["carrier_id", "city_id"])
    told = delivery.like_with_like({"deliveries": sent})
    reach = intervals.wilson([18, 20], [20, 20])
    assert told["low"].tolist() == pytest.approx(reach.low.tolist())
    assert told["high"].tolist() == pytest.approx(reach.high.tolist())


@pytest.mark.parametrize("per_stratum", [4, 40])
def test_the_interval_of_a_standardised_rate_holds_the_truth(per_stratum: int) -> None:
    """Twenty-four strata, some with few parcels, whose rates differ: 95 of 100 intervals hold."""
    luck = np.random.default_rng(11)
    rate = luck.uniform(0.75, 0.98, 24)
    n = luck.integers(1, 2 * per_stratum, 24).astype(float)
    weight = luck.dirichlet(np.full(24, 4.0))
    truth = float(weight @ rate)
    k = luck.binomial(n.astype(int), rate, (4000, 24)).T.astype(float)
    seen = weight @ (k / n[:, None])
    cases = np.array(
        [
            effective(weight[:, None], n[:, None], k[:, [draw]], seen[[draw]])[0]
            for draw in range(k.shape[1])
        ]
    )
    reach = intervals.wilson(seen * cases, cases)
    held = float(((reach.low <= truth) & (truth <= reach.high)).mean())
    assert 0.93 <= held <= 0.98


# The best of many ----------------------------------------------------------------------------


def test_eighteen_of_twenty_is_drawn_further_than_180_of_200() -> None:
    counts = pd.DataFrame({"carrier_id": ["A", "B"], "on_time": [18, 180], "parcels": [20, 200]})
    told = shrunk_rates(
        counts, by="carrier_id", hits="on_time", total="parcels", mean=0.92, weight=50
    )
    assert told["shrunk"].tolist() == pytest.approx([0.914286, 0.904], abs=1e-6)


def test_what_is_usual_is_learned_from_many_rates() -> None:
    luck = np.random.default_rng(5)
    rate = luck.beta(0.92 * 50, 0.08 * 50, 3000)
    n = luck.integers(10, 200, 3000)
    counts = pd.DataFrame({"on_time": luck.binomial(n, rate), "parcels": n})
    found = delivery.usual_rate(counts)
    assert found.mean == pytest.approx(0.92, abs=0.005)
    assert found.weight == pytest.approx(50, rel=0.12)


def test_rates_that_differ_by_luck_alone_are_all_the_same() -> None:
    counts = pd.DataFrame({"on_time": [90, 91, 89, 90], "parcels": 100})
    found = delivery.winners_curse(counts.assign(carrier_id=list("ABCD")))
    assert found.weight > 1000
    assert found.shrunk == pytest.approx(0.9, abs=0.001)


def test_the_best_of_many_keeps_what_shrinkage_foretells() -> None:
    """Pick the best of 30 carriers, again and again: its second year is what is expected of it."""
    luck = np.random.default_rng(8)
    promised, expected, kept = [], [], []
    for _year in range(60):
        rate = luck.beta(0.92 * 50, 0.08 * 50, 30)
        n = luck.integers(10, 60, 30)
        counts = pd.DataFrame(
            {"carrier_id": range(30), "on_time": luck.binomial(n, rate), "parcels": n}
        )
        found = delivery.winners_curse(counts, mean=0.92, weight=50)
        promised.append(found.rate)
        expected.append(found.shrunk)
        kept.append(rate[int(found.best)])
    assert np.mean(promised) - np.mean(kept) > 0.03
    assert np.mean(expected) == pytest.approx(np.mean(kept), abs=0.01)


# Which carrier serves which city ---------------------------------------------------------------

DEMAND = pd.DataFrame({"city_id": ["C1", "C2", "C3", "C4"], "parcels": [120, 80, 40, 10]})
LANES = pd.DataFrame(
    [
        (city, carrier, cost + 0.1 * at, rate - 0.02 * at)
        for at, city in enumerate(DEMAND["city_id"])
        for carrier, cost, rate in (("E1", 6.0, 0.88), ("E2", 8.0, 0.95), ("E3", 11.0, 0.99))
    ],
    columns=["city_id", "carrier_id", "cost", "on_time"],
)


def by_hand(promise: float, quotas: dict[str, float], fixed: dict[str, float]) -> float:
    """Return the least cost, by trying all choices."""
    lane = LANES.set_index(["city_id", "carrier_id"])
    least = math.inf
    for choice in product(["E1", "E2", "E3"], repeat=len(DEMAND)):
        load = dict.fromkeys(choice, 0.0)
        cost, kept = 0.0, 0.0
        for (city, n), carrier in zip(DEMAND.itertuples(index=False), choice, strict=True):
            each, rate = lane.loc[(city, carrier)]
            cost, kept = cost + n * each, kept + n * rate
            load[carrier] += n
        fits = all(load[name] <= quotas.get(name, math.inf) for name in load)
        if fits and kept >= promise * 250 - 1e-9:
            least = min(least, cost + sum(fixed.get(name, 0.0) for name in load))
    return least


@pytest.mark.parametrize("promise", [0.0, 0.88, 0.91, 0.935, 0.955])
@pytest.mark.parametrize("quotas", [{}, {"E1": 100}, {"E1": 60, "E3": 130}])
@pytest.mark.parametrize("fixed", [{}, {"E2": 150.0, "E3": 60.0}])
def test_no_choice_is_cheaper(
    promise: float, quotas: dict[str, float], fixed: dict[str, float]
) -> None:
    found = delivery.choose_carriers(DEMAND, LANES, promise, quotas=quotas, fixed=fixed)
    assert found.cost == pytest.approx(by_hand(promise, quotas, fixed), rel=1.01e-4)
    assert found.share >= promise - 1e-9
    load = found.table.groupby("carrier_id")["parcels"].sum()
    assert all(load.get(name, 0) <= most for name, most in quotas.items())
    assert found.bound <= found.cost


@settings(max_examples=10)
@given(promise=st.floats(0.85, 0.96))
def test_divided_cities_cost_no_more(promise: float) -> None:
    whole = delivery.choose_carriers(DEMAND, LANES, promise)
    divided = delivery.choose_carriers(DEMAND, LANES, promise, split=True)
    assert divided.cost <= whole.cost * (1 + 2e-4)
    assert divided.share >= promise - 1e-9
    assert divided.parcels == pytest.approx(250)


def test_a_higher_promise_never_costs_less_and_a_point_has_its_price() -> None:
    told = delivery.price_of_punctuality(DEMAND, LANES, [0.85, 0.9, 0.95, 0.98, 0.99], split=True)
    known = told[told["possible"]]
    assert known["cost"].is_monotonic_increasing
    assert known["price"].dropna().is_monotonic_increasing  # what is cheap is bought first
    assert told["possible"].tolist() == [True, True, True, False, False]
    steps = known["cost"].diff().iloc[1:] / (100 * known["promise"].diff().iloc[1:])
    assert known["price"].iloc[1:].tolist() == pytest.approx(steps.tolist())


def test_a_carrier_is_worth_what_its_absence_costs() -> None:
    plan = delivery.choose_carriers(DEMAND, LANES, 0.92)
    told = delivery.without_each(DEMAND, LANES, 0.92).set_index("carrier_id")
    for carrier in ("E1", "E2"):
        left = delivery.choose_carriers(DEMAND, LANES, 0.92, blocked=[carrier])
        assert told.loc[carrier, "extra"] == pytest.approx(left.cost - plan.cost)
    assert (told["extra"] >= -1e-4 * plan.cost).all()
    unused = set(told.index) - set(plan.table["carrier_id"])
    assert (told.loc[list(unused), "extra"] == 0).all()


def test_who_cannot_be_missed_is_told_with_its_reason() -> None:
    lanes = LANES[(LANES["city_id"] != "C2") | (LANES["carrier_id"] == "E3")]
    told = delivery.without_each(DEMAND, lanes, 0.9).set_index("carrier_id")
    assert not told.loc["E3", "possible"]
    assert told.loc["E3", "why"].startswith("No carrier may serve C2, which needs 80 parcels: E3")
    assert told.index[0] == "E3"


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"lanes": LANES[LANES["city_id"] != "C3"]},
        "No carrier may serve C3, which needs 40 parcels: it is in no row of lanes. Add",
    ),
    (
        {"lanes": LANES[~LANES["city_id"].isin(["C2", "C3"])]},
        r"No carrier may serve C2, .*\(1 other cities are not served, either\)",
    ),
    ({"blocked": ["E1", "E2", "E3"]}, "No carrier may serve C1.*E1, E2, E3 alone serve it"),
    (
        {"promise": 0.98},
        "No choice keeps a promise of 98%: at best 97.*% come on time. What holds it down most is",
    ),
    (
        {"quotas": {"E1": 100, "E2": 50, "E3": 50}},
        "E1, E2, E3 take 200 parcels at most, and 250 have to go",
    ),
    (
        {"quotas": {"E1": 90, "E2": 90, "E3": 90}},
        "at best 120 parcels of C1 are left over, which E1, E2, E3 may serve. Let cities be",
    ),
    ({"quotas": {"E9": 90}}, "quotas names 'E9', which is in no row of lanes. There are: E1, E2"),
    ({"blocked": "E1"}, "blocked is 'E1'. Name carriers in a list"),
    ({"promise": 95}, "promise is 95. Give a share from 0 to 1"),
    ({"demand": DEMAND.assign(parcels=0)}, "The table demand has no parcels"),
    ({"demand": pd.concat([DEMAND, DEMAND])}, "city_id stands in another row"),
    ({"lanes": LANES.assign(on_time=92.0)}, "on_time is no share from 0 to 1"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_a_choice_that_cannot_be_is_told_with_its_reason(
    change: dict[str, Any], sentence: str
) -> None:
    call: dict[str, Any] = {"demand": DEMAND, "lanes": LANES, "promise": 0.9, **change}
    with pytest.raises(CourseError, match=sentence):
        delivery.choose_carriers(call.pop("demand"), call.pop("lanes"), call.pop("promise"), **call)


def test_a_divided_city_whose_carriers_take_too_few_is_named() -> None:
    lanes = LANES[(LANES["city_id"] != "C2") | (LANES["carrier_id"] == "E3")]
    with pytest.raises(CourseError, match="at best 50 parcels of C2 are left over, which E3 may"):
        delivery.choose_carriers(DEMAND, lanes, 0.9, quotas={"E3": 30}, split=True)


def test_a_plan_is_not_played_on_lanes_that_lack_a_pair_of_it() -> None:
    plan = delivery.choose_carriers(DEMAND, LANES, 0.9)
    with pytest.raises(CourseError, match=r"The plan uses E. in C3, which is in no row of lanes"):
        delivery.play_weeks(plan, LANES[LANES["city_id"] != "C3"], weeks=1, seed=1)


def test_a_promise_at_the_edge_can_be_kept_and_no_more() -> None:
    best = delivery.choose_carriers(DEMAND, LANES[LANES["carrier_id"] == "E3"], 0.5).share
    assert delivery.choose_carriers(DEMAND, LANES, best).share == pytest.approx(best)
    with pytest.raises(CourseError, match="No choice keeps"):
        delivery.choose_carriers(DEMAND, LANES, best + 1e-5)


def test_a_divided_city_fits_quotas_that_whole_ones_do_not() -> None:
    quotas = {"E1": 90, "E2": 90, "E3": 90}
    found = delivery.choose_carriers(DEMAND, LANES, 0.9, quotas=quotas, split=True)
    assert found.table.groupby("carrier_id")["parcels"].sum().le(90 + 1e-6).all()


def test_a_plan_that_keeps_its_promise_on_average_keeps_it_in_half_of_the_weeks() -> None:
    demand = DEMAND.assign(parcels=DEMAND["parcels"] * 20)
    plan = delivery.choose_carriers(demand, LANES, 0.9, split=True)
    usual = delivery.bad_week(plan)
    assert usual.chance == pytest.approx(0.5, abs=0.02)
    assert usual.more == 0
    safe = delivery.choose_carriers(demand, delivery.worse_lanes(LANES, 1.2), 0.9, split=True)
    believed = safe.table.drop(columns=["on_time", "cost"]).merge(LANES)
    assert believed["parcels"] @ believed["on_time"] > 0.91 * 5000


def test_the_chance_of_a_week_is_what_luck_plays() -> None:
    plan = delivery.choose_carriers(DEMAND, LANES, 0.905, split=False)
    told = delivery.bad_week(plan, 1.1)
    played = delivery.play_weeks(plan, delivery.worse_lanes(LANES, 1.1), weeks=20_000, seed=3)
    assert played["kept"].mean() == pytest.approx(
        told.chance, abs=0.025
    )  # the normal law is one near it
    assert played["share"].mean() == pytest.approx(told.share, abs=0.001)


# Which warehouses to open ----------------------------------------------------------------------


def test_no_set_of_warehouses_is_cheaper() -> None:
    luck = np.random.default_rng(2)
    names = [f"H{at}" for at in range(1, 7)]
    cities = [f"C{at}" for at in range(1, 10)]
    cost = luck.uniform(10, 90, (6, 9)).round(2)
    fixed = luck.uniform(40, 120, 6).round(2)
    serving = pd.DataFrame(
        [(h, c, cost[i, j]) for i, h in enumerate(names) for j, c in enumerate(cities)],
        columns=["warehouse_id", "city_id", "cost"],
    )
    sites = pd.DataFrame({"warehouse_id": names, "fixed": fixed})
    least = {
        k: min(
            fixed[list(some)].sum() + cost[list(some)].min(axis=0).sum()
            for some in combinations(range(6), k)
        )
        for k in range(1, 7)
    }
    found = delivery.choose_warehouses(sites, serving)
    assert found.cost == pytest.approx(min(least.values()))
    told = delivery.by_number(sites, serving)
    assert told["cost"].tolist() == pytest.approx(list(least.values()))
    assert told.loc[told["best"], "opened"].item() == " ".join(found.opened)
    kept = delivery.choose_warehouses(sites, serving, keep=["H3"], shut=["H1"])
    assert "H3" in kept.opened
    assert "H1" not in kept.opened


def test_public_instances_to_the_cent(real_data: Callable[[str], Path]) -> None:
    sites = pd.read_csv(real_data("warehouses.csv.gz"))
    pairs = pd.read_csv(real_data("warehouse_costs.csv.gz"))
    optima = {"cap71": 932615.750, "cap72": 977799.400, "cap73": 1010641.450, "cap74": 1034976.975}
    for name, best in optima.items():
        here = sites[sites["instance"] == name]
        found = delivery.choose_warehouses(
            here.rename(columns={"warehouse": "warehouse_id", "fixed_cost": "fixed"}),
            pairs[pairs["instance"] == name].rename(
                columns={
                    "warehouse": "warehouse_id",
                    "customer": "city_id",
                    "cost_of_all_demand": "cost",
                }
            ),
        )
        assert round(found.cost, 3) == best
        assert len(found.table) == 50


SITES = pd.DataFrame({"warehouse_id": ["H1", "H2"], "fixed": [100.0, 30.0]})
SERVING = pd.DataFrame(
    {"warehouse_id": ["H1", "H1", "H2"], "city_id": ["C1", "C2", "C1"], "cost": [9.0, 8.0, 7.0]}
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"shut": ["H1"]}, "No warehouse may serve C2: H1 alone can, and you shut it"),
        ({"keep": ["H9"]}, "keep names 'H9', which is in no row of sites. There are: H1, H2"),
        ({"keep": ["H1"], "shut": ["H1"]}, "H1 is in keep and in shut"),
        ({"count": 3}, "count is 3, and 2 warehouses can be opened"),
        ({"keep": ["H1", "H2"], "count": 1}, "count is 1, and keep names 2"),
        ({"serving": SERVING.replace("H2", "H7")}, "warehouse_id is not in sites"),
        ({"serving": SERVING.head(0)}, "serving has no rows"),
        ({"sites": SITES.head(0)}, "sites has no rows"),
    ],
)
def test_warehouses_that_cannot_be_are_told(change: dict[str, Any], sentence: str) -> None:
    call: dict[str, Any] = {"sites": SITES, "serving": SERVING, **change}
    with pytest.raises(CourseError, match=sentence):
        delivery.choose_warehouses(call.pop("sites"), call.pop("serving"), **call)


def test_two_warehouses_that_each_reach_one_city_cannot_be_one() -> None:
    pairs = SERVING.iloc[[1, 2]]
    with pytest.raises(CourseError, match="1 cannot serve all 2 cities: C1 has H2 alone, C2 has"):
        delivery.choose_warehouses(SITES, pairs, count=1)
    assert delivery.by_number(SITES, pairs)["count"].tolist() == [2]
    with pytest.raises(CourseError, match="most is 1, and 1 cannot serve all 2 cities: C1 has H2"):
        delivery.by_number(SITES, pairs, most=1)
    with pytest.raises(CourseError, match=r"most is 1, and keep names 2. Give 2 or more"):
        delivery.by_number(SITES, SERVING, keep=["H1", "H2"], most=1)


def test_three_warehouses_of_which_no_two_reach_all_cities() -> None:
    sites = pd.DataFrame({"warehouse_id": ["H1", "H2", "H3"], "fixed": 1.0})
    pairs = [("H1", "C1"), ("H1", "C2"), ("H2", "C3"), ("H2", "C4"), ("H3", "C5"), ("H3", "C6")]
    both = [(site, city) for site, city in pairs] + [("H2", "C1"), ("H3", "C3"), ("H1", "C5")]
    both += [("H3", "C2"), ("H1", "C4"), ("H2", "C6")]
    serving = pd.DataFrame(both, columns=["warehouse_id", "city_id"]).assign(cost=1.0)
    with pytest.raises(CourseError, match="none of them, and no choice of so many, reaches all"):
        delivery.choose_warehouses(sites, serving, count=1)


# Stock -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "r", "ratio"), [(4, 0.0, 0.5), (4, 0.5, 0.79057), (9, 0.0, 1 / 3), (4, 1.0, 1.0)]
)
def test_safety_stock_of_equal_markets(n: int, r: float, ratio: float) -> None:
    found = delivery.pooled_safety_stock(10, markets=n, correlation=r, factor=1.645)
    assert found.ratio == pytest.approx(ratio, abs=5e-6)
    assert found.ratio == pytest.approx(math.sqrt(n * (1 + (n - 1) * r)) / n)
    assert found.split == pytest.approx(n * 16.45)
    assert found.saved == pytest.approx(found.split - found.pooled)


def test_pooled_stock_is_that_of_the_sum_of_drawn_markets() -> None:
    luck = np.random.default_rng(1)
    corr = np.array([[1, 0.6, 0.2], [0.6, 1, -0.1], [0.2, -0.1, 1]])
    spread = np.array([10.0, 20.0, 5.0])
    drawn = luck.multivariate_normal(np.zeros(3), corr * np.outer(spread, spread), 200_000)
    found = delivery.pooled_safety_stock(spread, correlation=corr)
    assert found.pooled == pytest.approx(drawn.sum(axis=1).std(), rel=0.01)
    with pytest.raises(CourseError, match="Give one number, or correlations of 3 × 3 markets"):
        delivery.pooled_safety_stock(spread, correlation=[[1, 2], [2, 1]])


def test_common_peaks_are_seen_in_the_demand_of_cities(engine: Move) -> None:
    luck = np.random.default_rng(3)
    weeks = pd.date_range("2025-01-06", periods=30, freq="7D")
    peak = np.where(np.arange(30) % 6 == 3, 3.0, 1.0)
    lines = [
        (city, week)
        for city in ("C1", "C2", "C3")
        for week, mean in zip(weeks, 60 * peak, strict=True)
        for _one in range(luck.poisson(mean))
    ]
    sent = pd.DataFrame(lines, columns=["city_id", "dispatched_at"])
    told = delivery.demand_correlation(moved(engine, {"deliveries": sent}))
    assert (told["with_others"] > 0.9).all()
    assert len(told) == 3
    weekly = pd.crosstab(sent["dispatched_at"], sent["city_id"])
    both = weekly.iloc[1:-1].corr().to_numpy()
    assert told["with_each"].tolist() == pytest.approx(((both.sum(axis=0) - 1) / 2).tolist())


# What a way to deliver is worth ------------------------------------------------------------------


@settings(max_examples=50)
@given(
    gained=st.floats(1, 500),
    moved_=st.floats(0, 500),
    margin=st.floats(0.1, 0.5),
    refused=st.floats(0, 0.6),
)
def test_cash_at_the_door_stops_to_pay_at_its_break_even(
    gained: float, moved_: float, margin: float, refused: float
) -> None:
    given_ = {"price": 500.0, "margin": margin, "shipping": 9.0, "back": 12.0, "cash_fee": 0.01}
    told = delivery.cash_on_delivery(gained, moved_, refused=refused, **given_)
    n, left = gained + moved_, 500 * margin
    each = (1 - refused) * (left - 5) - refused * 12
    before = moved_ * (left - 9)
    assert told.profit == pytest.approx(n * (each - 9) - before, abs=1e-6)
    assert told.refusals_cost == pytest.approx(told.naive - told.profit, abs=1e-6)
    if 0 < told.break_even < 1:
        edge = delivery.cash_on_delivery(gained, moved_, refused=told.break_even, **given_)
        assert edge.profit == pytest.approx(0, abs=1e-6)


def test_same_day_pays_from_its_break_even_on() -> None:
    given_: dict[str, Any] = {
        "margin": 100,
        "usual_cost": 8,
        "cost": 14,
        "late": (0.1, 0.01),
        "late_cost": 20,
        "fixed": 500,
    }
    told = delivery.same_city(1000, lift=0.05, **given_)
    assert told.extra == 6000
    assert told.saved == pytest.approx(1800)
    assert told.profit == pytest.approx(1050 * (100 - 14 - 0.2) - 1000 * (100 - 8 - 2) - 500)
    edge = delivery.same_city(1000, lift=told.break_even, **given_)
    assert edge.profit == pytest.approx(0, abs=1e-6)


def test_a_late_parcel_costs_what_follows_it_more_often() -> None:
    told = delivery.late_parcel(
        contacts=(0.3, 0.05), contact_cost=8, visits=(1.2, 1.5), visit_value=5
    )
    assert told.contacts == pytest.approx(2.0)
    assert told.visits == pytest.approx(1.5)
    assert told.total == pytest.approx(3.5)


# What a choice is made from ----------------------------------------------------------------------


def network() -> dict[str, pd.DataFrame]:
    """Return a small shop: two carriers, two cities, and what they carried."""
    sent = TWO_CITIES.assign(
        order_id=range(len(TWO_CITIES)),
        weight_kg=0.8,
        volume_litres=np.where(TWO_CITIES["city_id"] == "far", 15.0, 2.0),
        cash_on_delivery=np.arange(len(TWO_CITIES)) % 10 == 0,
    )
    lines = sent[["order_id"]].assign(quantity=2, unit_price=50.0)
    return {
        "deliveries": sent,
        "order_lines": lines,
        "carriers": pd.DataFrame(
            {
                "carrier_id": ["E1", "E2", "E3"],
                "first_kg": [8.0, 6.0, 12.0],
                "further_kg": [2.0, 3.0, 1.0],
                "divisor": [8000, 6000, 12000],
                "remote_surcharge": [5.0, 4.0, 0.0],
                "cash_fee": [0.01, 0.02, 0.0],
            }
        ),
        "carrier_cities": pd.DataFrame(
            {
                "carrier_id": ["E1", "E1", "E2", "E2", "E3"],
                "city_id": ["near", "far", "near", "far", "near"],
                "remote": [False, True, False, False, False],
            }
        ),
    }


def test_lanes_cost_what_the_tariff_says_and_few_parcels_are_drawn(engine: Move) -> None:
    tables = network()
    told = delivery.lanes(moved(engine, tables), weight=50, as_of="2025-04-01")
    found = pd.DataFrame(
        rows(told), columns=["city_id", "carrier_id", "parcels", "cost", "rate", "on_time"]
    ).set_index(["city_id", "carrier_id"])
    sent = tables["deliveries"]
    cash = sent[sent["cash_on_delivery"]].groupby("city_id").size() * 100
    per = cash / sent.groupby("city_id").size()
    # 0.8 kg in 15 litres: 2 kg by 8000, 3 kg by 6000
    assert found.loc[("far", "E1"), "cost"] == pytest.approx(8 + 2 + 5 + 0.01 * per["far"])
    assert found.loc[("far", "E2"), "cost"] == pytest.approx(6 + 2 * 3 + 0.02 * per["far"])
    assert found.loc[("near", "E3"), "cost"] == 12
    assert ("far", "E3") not in found.index
    drawn = found.xs(("far", "E1"))
    assert drawn["rate"] == 0.6
    city, lead = 76 / 110, (96 - 100 * 109 / 120 - 10 * 76 / 110) / 110
    assert drawn["on_time"] == pytest.approx((6 + 50 * (city + lead)) / 60)
    assert found["rate"].isna().tolist() == [False, False, False, False, True]
    assert found.loc[("near", "E3"), "on_time"] == pytest.approx(109 / 120)


def test_a_pair_that_does_not_say_whether_it_is_remote_is_told() -> None:
    tables = network()
    pairs = tables["carrier_cities"].astype({"remote": "boolean"})
    pairs.loc[0, "remote"] = pd.NA
    with pytest.raises(CourseError, match="remote is missing, such as the one with carrier_id E1"):
        delivery.lanes({**tables, "carrier_cities": pairs}, as_of="2025-04-01")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"carriers": 0, "carrier_cities": 0}, "The table carriers has no rows. Give a carrier"),
        ({"carrier_cities": 0}, "carrier_cities names no city, and deliveries far, near. Add"),
        ({"deliveries": 0}, "carrier_cities names far, near, and deliveries no city. Add"),
        (
            {"carriers": 1},
            "carrier_id is not in carriers, such as the one with city_id near, .* E2",
        ),
    ],
)
def test_lanes_that_nobody_serves_are_told(change: dict[str, int], sentence: str) -> None:
    tables = network()
    with pytest.raises(CourseError, match=sentence):
        delivery.lanes(
            tables | {name: tables[name].head(n) for name, n in change.items()}, as_of="2025-04-01"
        )


@pytest.mark.parametrize("lacking", ["demand", "warehouses"])
def test_serving_nothing_or_from_nowhere_is_refused(lacking: str) -> None:
    cities = pd.DataFrame({"city_id": ["C1"], "longitude": [116.4], "latitude": [39.9]})
    sites = pd.DataFrame({"warehouse_id": ["H1"], "city_id": ["C1"], "handling": [1.0]})
    tables = {"cities": cities, "warehouses": sites}
    demand = pd.DataFrame({"city_id": ["C1"], "parcels": [10]})
    if lacking == "demand":
        demand = demand.head(0)
    else:
        tables[lacking] = sites.head(0)
    with pytest.raises(CourseError, match=f"The table {lacking} has no rows. Give a"):
        delivery.serving_costs(tables, demand, per_100_km=0.1)


class Known(dict[str, pd.DataFrame]):
    """Tables, with the truth about their carriers."""

    truth: ClassVar = {"late_ratio_E1": 1.0, "late_ratio_E2": 0.5}


def test_true_rates_keep_the_ratio_of_carriers_and_the_late_parcels_of_each_city() -> None:
    counts = [("E1", "near", 78, 100), ("E2", "near", 92, 100), ("E1", "far", 9, 10)]
    counts += [("E2", "far", 16, 40), ("E2", "new", 1, 1)]
    sent = parcels(counts, ["carrier_id", "city_id"])
    lanes = sent[["city_id", "carrier_id"]].drop_duplicates().assign(cost=8.0, on_time=0.5)
    told = true_lanes(cast(Shop, Known(deliveries=sent)), lanes)
    found = told.set_index(["city_id", "carrier_id"])["on_time"]
    # near: 30 of 200 late, 100 r + 100 r / 2 = 30; far: 25 of 50 late, 10 r + 40 r / 2 = 25
    assert found["near"].to_dict() == pytest.approx({"E1": 0.8, "E2": 0.9})
    assert found["far"].to_dict() == pytest.approx({"E1": 1 - 25 / 30, "E2": 1 - 25 / 60})
    assert found["new"].to_dict() == {"E2": 1.0}
    assert told["cost"].eq(8).all()


def test_from_the_tables_to_a_plan() -> None:
    tables = network()
    plan = delivery.choose_carriers(
        delivery.demand(tables), delivery.lanes(tables, as_of="2025-04-01"), 0.8
    )
    assert plan.parcels == 230
    assert plan.share >= 0.8
    assert plan.per_parcel == pytest.approx(plan.cost / 230)


# The map ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_no_name_on_the_map_touches_a_mark_or_another_name(seed: int) -> None:
    cities = pd.read_csv(Path(__file__).parents[1] / "datasets" / "cities.csv")
    luck = np.random.default_rng(seed)
    served = cities[["city_id"]].assign(
        carrier_id=luck.choice(["E1", "E2", "E3"], len(cities)),
        parcels=luck.integers(5, 100, len(cities)),
    )
    at = ["longitude", "latitude"]
    stands = luck.choice(cities["city_id"], 5, replace=False)
    sites = pd.DataFrame({"city_id": stands, "warehouse_id": range(5)})
    figure = plots.network(cities, served, sites)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    names = [text.get_window_extent() for text in ax.texts]
    assert len(names) == len(cities)
    assert not any(one.overlaps(other) for one, other in combinations(names, 2))
    assert all(ax.bbox.fully_containsx(x) for one in names for x in (one.x0, one.x1))
    assert all(ax.bbox.fully_containsy(y) for one in names for y in (one.y0, one.y1))
    pixel = figure.dpi / 72
    groups: list[Any] = list(ax.collections)
    marks = [
        (point, np.sqrt(size) / 2 * pixel)
        for group in groups
        for point, size in zip(
            ax.transData.transform(group.get_offsets()), group.get_sizes(), strict=True
        )
    ]
    squares = ax.transData.transform(cities.set_index("city_id").loc[stands, at].to_numpy(float))
    for point, half in [*marks, *((point, 17 / 2 * pixel) for point in squares)]:
        square = Bbox([point - half, point + half])
        assert not any(square.overlaps(name) for name in names)


# Other people's tables ------------------------------------------------------------------------


def test_arrays_of_different_lengths_are_told() -> None:
    with pytest.raises(CourseError, match="different lengths: weight_kg 2, volume_litres 3"):
        delivery.billed_weight([1, 2], [3, 2, 1])
    with pytest.raises(CourseError, match="different lengths: billed_kg 2, cash 0"):
        delivery.shipping_cost([1, 2], first_kg=5, further_kg=2, cash=[])


def test_days_are_the_same_to_the_last_digit(engine: Move) -> None:
    tables = swept.sent("outcome dispatched_at delivered_at back_at back_cost")
    usual = delivery.way_back(tables, by="outcome")
    assert rows(delivery.way_back(moved(engine, tables), by="outcome")) == rows(usual)


def test_what_is_usual_does_not_hang_by_the_order_of_the_rows() -> None:
    counts = pd.DataFrame({"on_time": [19, 188, 150], "parcels": [20, 200, 170]})
    assert delivery.usual_rate(counts[::-1]) == delivery.usual_rate(counts)


def test_nothing_is_foretold_from_no_parcel() -> None:
    tables = swept.some(swept.OF_LANES)
    with pytest.raises(CourseError, match="No promise of deliveries had run out"):
        delivery.lanes(tables, as_of="2024-01-01")
    paid = tables["deliveries"]["cash_on_delivery"].astype(object)
    gap = paid.where(paid.index > 0)
    with pytest.raises(CourseError, match="cash_on_delivery is missing"):
        delivery.lanes({**tables, "deliveries": tables["deliveries"].assign(cash_on_delivery=gap)})
    city = pd.DataFrame({"city_id": ["C1"], "parcels": [0.2]})
    lane = city[["city_id"]].assign(carrier_id="E1", cost=5.0, on_time=0.9)
    with pytest.raises(CourseError, match="no lane with a whole parcel"):
        delivery.play_weeks(delivery.choose_carriers(city, lane, 0.8), seed=1)


def test_a_city_of_one_parcel_keeps_its_own_rate() -> None:
    seen = pd.DataFrame(
        {"city_id": ["A", "B"], "carrier_id": "E1", "on_time": [0, 9], "parcels": [1, 10]}
    )
    asked = pd.DataFrame({"city_id": ["A", "B", "C"], "carrier_id": "E1"})
    assert _expected(asked, seen).tolist() == pytest.approx([0.0, 0.9, 9 / 11])
