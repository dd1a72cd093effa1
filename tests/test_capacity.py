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


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _made: capacity.response(10, 10), "never stops growing"),
        (lambda _made: capacity.servers_for(9, 100, service=120), "Without any wait"),
        (lambda _made: capacity.servers_for(20_000, 500, service=120), "more than 10,000 servers"),
        (lambda _made: capacity.cost_of_servers([], [1], price=1, lost=1), "loads is"),
    ],
)
def test_what_cannot_be_is_told(made: dict[str, pd.DataFrame], call: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        call(made)
