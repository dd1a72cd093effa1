"""Capacity: closed forms to the digits, loads that add up, counts in heaps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from ecokit import capacity, load_shop, outages, service_desk, systems
from ecokit.errors import CourseError
from ecokit.queues import lines
from ecokit.shop.inputs import truth
from ecokit.shop.made_systems import example

MINUTE = pd.Timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return example()


# Closed forms ---------------------------------------------------------------------------------


def test_the_desk_and_the_servers_share_one_formula() -> None:
    """A load of 10 before 14: the numbers of the desk are those of the servers."""
    line = capacity.response(10, 14, service=180, share=0.5)
    assert (
        line.waits == service_desk.erlang_c(10, 14) == pytest.approx(0.1741319335950498, abs=1e-15)
    )
    assert 1 - lines.longer_wait(10, 14, 20, 180) == pytest.approx(0.8883500191794669, abs=1e-15)
    assert round(line.wait, 3) == 7.836
    assert round(line.busy, 6) == 0.714286
    assert round(1 - lines.longer_wait(10, 13, 20, 180), 6) == 0.795595
    desk = service_desk.desk(200, 3, 14, target_seconds=20)
    assert (desk.waits, desk.mean_wait) == (line.waits, pytest.approx(line.wait))


@pytest.mark.parametrize(
    ("load", "mean", "late"),
    [(0.5, 2, 5.991), (0.8, 5, 14.979), (0.9, 10, 29.957), (0.95, 20, 59.915)],
)
def test_one_server(load: float, mean: float, late: float) -> None:
    assert capacity.response(load).response == pytest.approx(mean)
    assert round(capacity.response_quantile(load), 3) == late


def test_ten_servers_or_one_fast_one() -> None:
    ten, one = capacity.response(9, 10), capacity.response(0.9, 1, service=0.1)
    assert round(ten.waits, 6) == round(ten.wait, 6) == 0.668732
    assert (round(one.wait, 6), round(one.response, 6), round(ten.response, 6)) == (
        0.9,
        1,
        1.668732,
    )


def test_a_page_of_many_calls() -> None:
    assert round(capacity.slow_calls(0.01, 100), 6) == 0.633968
    assert f"{capacity.fast_calls(0.01, 100):.5f}" == "0.99990"
    assert capacity.slow_calls(1 - capacity.fast_calls(0.01, 100), 100) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("mean", "most", "over"), [(50, 73, 1.46), (500, 571, 1.142), (5_000, 5_220, 1.044)]
)
def test_calls_of_a_peak_minute_by_chance(mean: float, most: int, over: float) -> None:
    assert capacity.peak_quantile(mean) == most
    assert round(most / mean, 3) == over
    assert capacity.peak_quantile(mean, dispersion=20) > most


# Queues ---------------------------------------------------------------------------------------


def test_the_percentile_of_several_servers_is_that_of_a_long_run() -> None:
    """Calls of 6 servers' work before 8 servers, played one by one (Kiefer and Wolfowitz)."""
    rng = np.random.default_rng(5)
    n, free, took = 60_000, np.zeros(8), np.empty(60_000)
    arrivals, works = rng.exponential(1 / 6, n).cumsum(), rng.exponential(1.0, n)
    for call, (at, work) in enumerate(zip(arrivals, works, strict=True)):
        first = int(free.argmin())
        free[first] = max(free[first], at) + work
        took[call] = free[first] - at
    line = capacity.response(6, 8, share=0.95)
    assert np.mean(took) == pytest.approx(line.response, rel=0.03)
    assert np.quantile(took, 0.95) == pytest.approx(line.quantile, rel=0.03)


@pytest.mark.parametrize(("load", "servers"), [(0.0, 3), (1.0, 2), (4.0, 5), (9.0, 10), (0.3, 1)])
def test_a_percentile_leaves_out_what_it_says(load: float, servers: int) -> None:
    for share in (0.5, 0.95, 0.999):
        time = capacity.response_quantile(load, servers, share=share)
        assert lines.longer_response(load, servers, time) == pytest.approx(1 - share)


def test_the_fewest_servers_are_enough_and_one_less_is_not() -> None:
    found = capacity.servers_for(9, 500, service=120)
    assert found.quantile <= 500
    assert capacity.response_quantile(9, found.servers - 1, service=120) > 500
    table = capacity.by_servers(9, range(8, 14), service=120).set_index("servers")
    assert table["quantile"].isna().tolist() == [True, True, False, False, False, False]
    assert table["quantile"].dropna().is_monotonic_decreasing
    assert table.loc[found.servers, "quantile"] == pytest.approx(found.quantile)


def test_servers_too_few_and_too_many() -> None:
    loads = np.r_[np.full(1_000, 3.0), np.linspace(3, 12, 100)]
    table = capacity.cost_of_servers(loads, range(2, 14), price=50, lost=4).set_index("servers")
    best = int(table.index[table["best"]][0])
    needed = [int((loads > size).sum()) for size in range(2, 14)]
    # one more pays while the minutes that need it lose more than it costs, half a server's at most
    assert needed[best - 2] * 4 <= 50 + 4 * 12 < needed[0] * 4
    assert table["total"].min() == table.loc[best, "total"]
    assert table["short"].is_monotonic_decreasing
    assert table.loc[13, "short"] == 0


def test_a_load_test_that_waits_leaves_out_what_is_slow() -> None:
    whole = capacity.with_omitted([1.0] * 99 + [100.0], every=10)
    assert sorted(whole)[-10:] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert capacity.with_omitted([1.0, 2.0], every=5).tolist() == [1, 2]


# The shop's calls -----------------------------------------------------------------------------


def test_loads_of_sources_add_up(made: dict[str, pd.DataFrame]) -> None:
    each = capacity.offered_load(made, by=["minute", "source"])
    minutes = capacity.offered_load(made, by="minute")
    whole = capacity.offered_load(made)
    assert each.groupby("minute")["load"].sum().to_numpy() == pytest.approx(minutes["load"])
    assert whole["load"].iloc[0] == pytest.approx(made["requests"]["busy_seconds"].sum() / 7_200)
    assert whole["peak"].iloc[0] == pytest.approx(minutes["load"].max())
    hours = capacity.offered_load(made, by="hour")
    assert hours["minutes"].tolist() == [60, 60]
    assert hours["load"].mean() == pytest.approx(whole["load"].iloc[0])


def test_measures_run_where_the_data_is(made: dict[str, pd.DataFrame]) -> None:
    lazy = {"requests": pl.from_pandas(made["requests"]).lazy()}
    found = capacity.offered_load(lazy, by="source").collect().to_pandas()
    pd.testing.assert_frame_equal(
        found, capacity.offered_load(made, by="source"), check_dtype=False
    )
    told = outages.burn_alert(lazy, by="source")
    assert isinstance(told, pl.LazyFrame)


@pytest.mark.parametrize("burst", [1.0, 6.0, 25.0])
def test_the_dispersion_is_found_though_calls_change_with_the_hour(burst: float) -> None:
    rng = np.random.default_rng(8)
    minute = np.arange(1_440)
    mean = 300 * (1 + 0.8 * np.sin(minute / 1_440 * 2 * math.pi))
    rate = mean if burst == 1 else rng.gamma(mean / (burst - 1), burst - 1)
    day = pd.Timestamp("2025-06-03")
    calls = pd.DataFrame({"minute": day + minute * MINUTE, "requests": rng.poisson(rate)})
    found = capacity.dispersion({"requests": calls})
    assert found["dispersion"].iloc[0] == pytest.approx(burst, rel=0.12)
    told = capacity.peak_counts({"requests": calls}, by="hour")
    mostly = (told["over"] * told["minutes"]).sum() / told["minutes"].sum()
    assert mostly < 0.01 if burst == 1 else mostly > 0.01
    assert (told["bursty"] >= told["poisson"]).mean() > 0.9 or burst == 1


# The shop's own tables ------------------------------------------------------------------------


def test_the_shop_gives_back_what_it_was_made_with() -> None:
    shop, true = load_shop(), truth()
    calls = shop.requests
    calm = {"requests": calls[calls["minute"] < "2025-11-01"]}
    found = capacity.dispersion(calm, by="source").set_index("source")["dispersion"]
    for source in ("crawlers", "platform_stock", "platform_orders", "own_apps"):
        assert found[source] == pytest.approx(true[f"burst_{source}"], rel=0.15)
    peak = capacity.offered_load(shop, by="minute").sort_values("load").iloc[-1]
    assert peak["minute"] == pd.Timestamp("2025-11-11 20:00")
    assert 6 < peak["load"] < 12
    told = capacity.peak_counts(calm, by=["source", "hour"])
    machines = told[told["source"] != "visitors"]
    assert (machines["over"] * machines["minutes"]).sum() / machines["minutes"].sum() > 0.1
    assert systems.size_test(shop).decided
    assert set(systems.contacts(shop)["contact_zh"]) == {"市场推广中心总监", "运营客服中心总监"}


# Peaks of another luck ------------------------------------------------------------------------

SOURCES = {"service_ms": [60, 90, 220], "dispersion": [25, 30, 6]}
LOADS = [2.8, 3.0, 1.7]


def test_a_peak_that_is_played_swings_as_the_formula_says() -> None:
    told = capacity.peak_load(LOADS, **SOURCES, servers=8)
    played = capacity.play_peaks([LOADS], **SOURCES, times=40_000, seed=3).ravel()
    assert played.mean() == pytest.approx(told.mean, abs=4 * told.spread / 200)
    assert played.std() == pytest.approx(told.spread, rel=0.02)
    assert np.quantile(played, 0.999) == pytest.approx(told.most, rel=0.01)
    assert (played > 8).mean() == pytest.approx(told.over, abs=0.01)


def test_heaps_of_one_call_are_chance_alone() -> None:
    """Calls of an index of 1 swing by Poisson and by the length of each: a s (1 + 1)."""
    alone = capacity.peak_load([4.0], service_ms=90, servers=4)
    assert alone.spread**2 == pytest.approx(4.0 * 2 * 90 / 60_000)
    assert capacity.peak_load([4.0], service_ms=90, dispersion=0.2, servers=4) == alone
    assert capacity.peak_load([0.0], service_ms=90, servers=1).over == 0
    assert not capacity.play_peaks([0.0, 0.0], service_ms=90, dispersion=9, times=2).any()
    same = [capacity.play_peaks([5.0] * 3, service_ms=90, times=2, seed=1) for _again in range(2)]
    assert (same[0] == same[1]).all()


# Slow pages -----------------------------------------------------------------------------------


def test_what_a_second_costs_is_found_within_groups_that_differ() -> None:
    """Phones are slower and keener: all together a second seems to cost too little."""
    rng = np.random.default_rng(6)
    phone = rng.random(60_000) < 0.5
    seconds = np.round(np.where(phone, 3.0, 1.5) * np.exp(0.4 * rng.normal(size=60_000)), 1)
    chance = np.where(phone, 0.2, 0.08) * np.exp(-0.1 * seconds)
    visits = pd.DataFrame(
        {
            "device": np.where(phone, "phone", "desktop"),
            "load_seconds": seconds,
            "reached": np.where(rng.random(60_000) < chance, "order", "visit"),
        }
    )
    found = capacity.slow_pages({"visits": visits}, alike="device")
    assert found.low < -0.1 < found.high < found.naive
    lazy = {"visits": pl.from_pandas(visits).lazy()}
    assert capacity.slow_pages(lazy, alike="device").change == pytest.approx(found.change)


def test_the_change_is_that_of_a_poisson_regression_with_robust_errors() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(9)
    seconds, device = rng.gamma(4, 0.6, 800), rng.integers(0, 3, 800)
    order = rng.random(800) < 0.3 * np.exp(-0.15 * seconds + 0.2 * device)
    visits = pd.DataFrame({"load_seconds": seconds, "device": device, "reached": order})
    visits["reached"] = visits["reached"].map({True: "order", False: "cart"})
    design = np.column_stack([seconds, pd.get_dummies(device).to_numpy(float)])
    fit = sm.GLM(order.astype(float), design, sm.families.Poisson()).fit(cov_type="HC0")
    found = capacity.slow_pages({"visits": visits}, alike="device")
    assert found.change == pytest.approx(fit.params[0], abs=1e-6)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(fit.bse[0], rel=1e-4)


def test_the_shop_gives_back_what_a_second_costs() -> None:
    shop = load_shop()
    found = capacity.slow_pages(shop, alike=["device", "month"])
    assert found.low < truth()["load_conversion"] < found.high < 0
    bands = capacity.by_speed(shop)
    assert bands["visits"].sum() == found.visits == len(shop.visits)
    assert bands["orders"].sum() == found.orders
    assert bands["rate"].between(bands["low"], bands["high"]).all()


def _waits(**other: Any) -> dict[str, pd.DataFrame]:
    """Return two visits with an order."""
    visits = pd.DataFrame({"load_seconds": [1.0, 2.0], "reached": ["order", "order"]})
    return {"visits": visits.assign(**other)}


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _made: capacity.response(10, 10), "never stops growing"),
        (lambda _made: capacity.servers_for(9, 100, service=120), "Without any wait"),
        (lambda _made: capacity.servers_for(20_000, 500, service=120), "more than 10,000 servers"),
        (lambda _made: capacity.cost_of_servers([], [1], price=1, lost=1), "loads is"),
        (lambda _made: capacity.peak_load([1, 2], service_ms=[1, 2, 3]), "3 numbers for 2 sources"),
        (lambda _made: capacity.peak_load([1], service_ms=0), "milliseconds above 0"),
        (lambda _made: capacity.play_peaks([1] * 9, service_ms=9, times=10**7), "fewer times"),
        (lambda _made: capacity.slow_pages(_waits(load_seconds=None)), "load_seconds is missing"),
        (lambda _made: capacity.by_speed(_waits(), edges=[2, 1]), "seconds above 0 that rise"),
        (lambda _made: capacity.slow_pages(_waits(reached="cart")), "nothing is compared"),
        (lambda _made: capacity.slow_pages(_waits(), alike="load_seconds"), "another column"),
        (lambda _made: capacity.slow_pages(_waits(load_seconds=2.0)), "cannot be compared"),
    ],
)
def test_what_cannot_be_is_told(made: dict[str, pd.DataFrame], call: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        call(made)


@pytest.mark.parametrize(
    ("load", "servers", "share"),
    [(9.99, 10, 0.999), (9.999, 10, 0.95), (99.99, 100, 0.95), (9.1, 10, 0.99), (1.8, 2, 0.9)],
)
def test_a_line_that_hardly_moves_has_its_percentile(
    load: float, servers: int, share: float
) -> None:
    """Wait is exponential with servers - load where there is one, service with 1."""
    time = capacity.response_quantile(load, servers, share=share)
    waits, spare = lines.waiting(load, servers), servers - load
    both = (math.exp(-spare * time) - spare * math.exp(-time)) / (1 - spare)
    late = (1 - waits) * math.exp(-time) + waits * both
    assert late == pytest.approx(1 - share, rel=1e-6)
    assert capacity.servers_for(load, time * 1.000_001, share=share).servers == servers


def test_load_times_in_milliseconds_are_told() -> None:
    visits = pd.DataFrame({"load_seconds": [820.0, 1_400.0, 2_300.0], "reached": "order"})
    for measure in (capacity.by_speed, capacity.slow_pages):
        with pytest.raises(CourseError, match=r"load_seconds of 1400 .*divide the column by 1,000"):
            measure({"visits": visits})


@pytest.mark.parametrize(
    ("loads", "service", "said"),
    [([], 60, "loads is"), ([[1.0]], 1e-90, "service_ms is .*calls a minute")],
)
def test_peaks_that_nobody_plays_are_told(loads: Any, service: float, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        capacity.play_peaks(loads, service_ms=service)
