"""IT: closed forms to the digits, hand-made incidents that add up, what few cases allow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import it, load_shop, service_desk
from ecokit.errors import CourseError
from ecokit.it.made import example
from ecokit.it.outages import _spread
from ecokit.queues import lines
from ecokit.shop.inputs import truth

MINUTE = pd.Timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return example()


# Closed forms ---------------------------------------------------------------------------------


def test_the_desk_and_the_servers_share_one_formula() -> None:
    """A load of 10 before 14: the numbers of the desk are those of the servers."""
    line = it.response(10, 14, service=180, share=0.5)
    assert (
        line.waits == service_desk.erlang_c(10, 14) == pytest.approx(0.1741319335950498, abs=1e-15)
    )
    assert 1 - lines.longer_wait(10, 14, 20, 180) == pytest.approx(0.8883500191794669, abs=1e-15)
    assert round(line.wait, 3) == 7.836
    assert round(line.busy, 6) == 0.714286
    assert round(1 - lines.longer_wait(10, 13, 20, 180), 6) == 0.795595
    desk = service_desk.desk(200, 3, 14, target_seconds=20)
    assert (desk.waits, desk.mean_wait) == (line.waits, pytest.approx(line.wait))


def test_availabilities_of_parts() -> None:
    assert round(it.in_series([0.999] * 5), 6) == 0.995010
    assert round(it.in_parallel([0.99, 0.99]), 6) == 0.9999
    assert round(it.in_parallel([0.99, 0.99], common=0.1), 5) == 0.99892
    for slo, minutes in ((0.999, 43.2), (0.9995, 21.6), (0.9999, 4.32)):
        assert it.error_budget(slo) == pytest.approx(minutes)
    assert it.up_share(999, 1) == pytest.approx(0.999)


@settings(max_examples=40, deadline=None)
@given(
    shares=st.lists(st.floats(0.5, 1), min_size=1, max_size=5),
    common=st.floats(0, 1),
)
def test_a_second_part_helps_less_the_more_both_share(shares: list[float], common: float) -> None:
    best = it.in_parallel(shares)
    with_common = it.in_parallel(shares, common=common)
    assert it.in_series(shares) - 1e-12 <= max(shares) - 1e-12 <= with_common <= best + 1e-12
    assert it.in_parallel(shares, common=1.0) == pytest.approx(max(shares))


@pytest.mark.parametrize(
    ("rate", "hours", "used"), [(14.4, 1, 0.02), (6.0, 6, 0.05), (1.0, 72, 0.10)]
)
def test_a_burn_rate_takes_its_share_of_the_budget(rate: float, hours: float, used: float) -> None:
    found = it.burn_rate(10 * rate, 10_000, 0.999, hours)
    assert found.rate == pytest.approx(rate)
    assert found.used == pytest.approx(used)
    assert found.low < found.rate < found.high


def test_the_alerts_of_the_workbook_take_what_they_say() -> None:
    used = {name: rate * long / 60 / 720 for name, (long, _short, rate) in it.ALERTS.items()}
    assert used == pytest.approx({"fast": 0.02, "slow": 0.05, "ticket": 0.10})
    assert all(long == 12 * short for long, short, _rate in it.ALERTS.values())


@pytest.mark.parametrize(
    ("load", "mean", "late"),
    [(0.5, 2, 5.991), (0.8, 5, 14.979), (0.9, 10, 29.957), (0.95, 20, 59.915)],
)
def test_one_server(load: float, mean: float, late: float) -> None:
    assert it.response(load).response == pytest.approx(mean)
    assert round(it.response_quantile(load), 3) == late


def test_ten_servers_or_one_fast_one() -> None:
    ten, one = it.response(9, 10), it.response(0.9, 1, service=0.1)
    assert round(ten.waits, 6) == round(ten.wait, 6) == 0.668732
    assert (round(one.wait, 6), round(one.response, 6), round(ten.response, 6)) == (
        0.9,
        1,
        1.668732,
    )


def test_a_page_of_many_calls() -> None:
    assert round(it.slow_calls(0.01, 100), 6) == 0.633968
    assert f"{it.fast_calls(0.01, 100):.5f}" == "0.99990"
    assert it.slow_calls(1 - it.fast_calls(0.01, 100), 100) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("mean", "most", "over"), [(50, 73, 1.46), (500, 571, 1.142), (5_000, 5_220, 1.044)]
)
def test_calls_of_a_peak_minute_by_chance(mean: float, most: int, over: float) -> None:
    assert it.peak_quantile(mean) == most
    assert round(most / mean, 3) == over
    assert it.peak_quantile(mean, dispersion=20) > most


def test_an_outage_costs_what_theory_says() -> None:
    found = it.outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4)
    assert (round(found.total), round(found.orders)) == (233_280, 1_620)
    nobody = it.outage_cost(2_000, 45, 0.03, 800, 0.18)
    assert nobody.total == pytest.approx(found.total / 0.6)
    clicks = it.outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4, paid=0.3, click_price=1.5)
    assert clicks.clicks == pytest.approx(2_000 * 45 * 0.6 * 0.3 * 1.5)
    assert clicks.margin == found.margin


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
    line = it.response(6, 8, share=0.95)
    assert np.mean(took) == pytest.approx(line.response, rel=0.03)
    assert np.quantile(took, 0.95) == pytest.approx(line.quantile, rel=0.03)


@pytest.mark.parametrize(("load", "servers"), [(0.0, 3), (1.0, 2), (4.0, 5), (9.0, 10), (0.3, 1)])
def test_a_percentile_leaves_out_what_it_says(load: float, servers: int) -> None:
    for share in (0.5, 0.95, 0.999):
        time = it.response_quantile(load, servers, share=share)
        assert lines.longer_response(load, servers, time) == pytest.approx(1 - share)


def test_the_fewest_servers_are_enough_and_one_less_is_not() -> None:
    found = it.servers_for(9, 500, service=120)
    assert found.quantile <= 500
    assert it.response_quantile(9, found.servers - 1, service=120) > 500
    table = it.by_servers(9, range(8, 14), service=120).set_index("servers")
    assert table["quantile"].isna().tolist() == [True, True, False, False, False, False]
    assert table["quantile"].dropna().is_monotonic_decreasing
    assert table.loc[found.servers, "quantile"] == pytest.approx(found.quantile)


def test_servers_too_few_and_too_many() -> None:
    loads = np.r_[np.full(1_000, 3.0), np.linspace(3, 12, 100)]
    table = it.cost_of_servers(loads, range(2, 14), price=50, lost=4).set_index("servers")
    best = int(table.index[table["best"]][0])
    needed = [int((loads > size).sum()) for size in range(2, 14)]
    # one more pays while the minutes that need it lose more than it costs, half a server's at most
    assert needed[best - 2] * 4 <= 50 + 4 * 12 < needed[0] * 4
    assert table["total"].min() == table.loc[best, "total"]
    assert table["short"].is_monotonic_decreasing
    assert table.loc[13, "short"] == 0


def test_a_load_test_that_waits_leaves_out_what_is_slow() -> None:
    whole = it.with_omitted([1.0] * 99 + [100.0], every=10)
    assert sorted(whole)[-10:] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert it.with_omitted([1.0, 2.0], every=5).tolist() == [1, 2]


# The shop's calls -----------------------------------------------------------------------------


def test_loads_of_sources_add_up(made: dict[str, pd.DataFrame]) -> None:
    each = it.offered_load(made, by=["minute", "source"])
    minutes = it.offered_load(made, by="minute")
    whole = it.offered_load(made)
    assert each.groupby("minute")["load"].sum().to_numpy() == pytest.approx(minutes["load"])
    assert whole["load"].iloc[0] == pytest.approx(made["requests"]["busy_seconds"].sum() / 7_200)
    assert whole["peak"].iloc[0] == pytest.approx(minutes["load"].max())
    hours = it.offered_load(made, by="hour")
    assert hours["minutes"].tolist() == [60, 60]
    assert hours["load"].mean() == pytest.approx(whole["load"].iloc[0])


def test_measures_run_where_the_data_is(made: dict[str, pd.DataFrame]) -> None:
    lazy = {"requests": pl.from_pandas(made["requests"]).lazy()}
    found = it.offered_load(lazy, by="source").collect().to_pandas()
    pd.testing.assert_frame_equal(found, it.offered_load(made, by="source"), check_dtype=False)
    told = it.burn_alert(lazy, by="source")
    assert isinstance(told, pl.LazyFrame)


@pytest.mark.parametrize("burst", [1.0, 6.0, 25.0])
def test_the_dispersion_is_found_though_calls_change_with_the_hour(burst: float) -> None:
    rng = np.random.default_rng(8)
    minute = np.arange(1_440)
    mean = 300 * (1 + 0.8 * np.sin(minute / 1_440 * 2 * math.pi))
    rate = mean if burst == 1 else rng.gamma(mean / (burst - 1), burst - 1)
    day = pd.Timestamp("2025-06-03")
    calls = pd.DataFrame({"minute": day + minute * MINUTE, "requests": rng.poisson(rate)})
    found = it.dispersion({"requests": calls})
    assert found["dispersion"].iloc[0] == pytest.approx(burst, rel=0.12)
    told = it.peak_counts({"requests": calls}, by="hour")
    mostly = (told["over"] * told["minutes"]).sum() / told["minutes"].sum()
    assert mostly < 0.01 if burst == 1 else mostly > 0.01
    assert (told["bursty"] >= told["poisson"]).mean() > 0.9 or burst == 1


# Incidents ------------------------------------------------------------------------------------


def incidents(**columns: Any) -> dict[str, pd.DataFrame]:
    """Return incidents of S1 beside two systems of which one never failed."""
    table = pd.DataFrame({"system_id": "S1", "part": 1.0, "kind": "outage", **columns})
    for name in ("began_at", "seen_at", "answered_at", "mended_at"):
        if name in table:
            table[name] = pd.to_datetime(table[name])
    systems = pd.DataFrame({"system_id": ["S1", "S2"], "promised": [0.999, 0.99]})
    return {"incidents": table, "systems": systems}


def test_an_outage_over_midnight_counts_in_both_months() -> None:
    data = incidents(began_at=["2025-04-30 23:30"], mended_at=["2025-05-01 01:00"])
    found = it.availability(data, by=["system_id", "month"]).query("system_id == 'S1'")
    assert found["down"].tolist() == [30, 60]
    assert found["incidents"].tolist() == [1, 1]
    assert found["availability"].tolist() == pytest.approx([1 - 30 / 43_200, 1 - 60 / 44_640])
    assert found["budget"].tolist() == pytest.approx([43.2, 44.64])
    assert found["kept"].tolist() == [True, False]
    both = it.availability(data)
    assert (both["systems"].iloc[0], both["down"].iloc[0]) == (2, 90)
    assert both["minutes"].iloc[0] == 2 * (30 + 31) * 1_440


def test_parts_count_for_their_part_and_open_ones_until_the_end() -> None:
    data = incidents(
        began_at=["2025-04-02 10:00", "2025-04-29 00:00", "2025-04-03 00:00"],
        mended_at=["2025-04-02 11:00", None, "2025-04-03 09:00"],
        part=[0.25, 0.5, 1.0],
        kind=["outage", "outage", "slow"],
    )
    at = {"start": "2025-04-01", "end": "2025-05-01"}
    assert it.availability(data, by="system_id", **at)["down"].tolist() == [15 + 1_440, 0]
    slow = it.availability(data, by="system_id", kinds=["outage", "slow"], **at)
    assert slow["down"].tolist() == [15 + 1_440 + 540, 0]
    easier = it.availability(data, promised=0.9, **at)
    assert easier["promised"].tolist() == pytest.approx([0.9])


def test_two_outages_at_once_are_no_longer_than_the_time() -> None:
    whole = ["2025-04-01"] * 3, ["2025-05-01"] * 3
    found = it.availability(
        incidents(began_at=whole[0], mended_at=whole[1]), by="system_id", end="2025-05-01"
    )
    assert found["availability"].tolist() == [0, 1]


@pytest.mark.parametrize("n", [5, 6, 9, 30])
def test_the_interval_of_a_median_holds_it_as_often_as_it_says(n: int) -> None:
    rng = np.random.default_rng(n)
    held = []
    for _turn in range(400):
        took = np.exp(rng.normal(0, 1.1, n)) * 60
        spread = _spread(pd.Series(took), 0.95)
        held.append(spread["low"] <= 60 <= spread["high"])
    known = np.mean(held)
    assert known == 0 if n < 6 else known >= 0.93  # five cases allow no interval at 95 %


def test_steps_of_incidents(made: dict[str, pd.DataFrame]) -> None:
    found = it.times_to(made).set_index("step")
    assert list(found.index) == ["see", "answer", "mend"]
    assert found["incidents"].tolist() == [9, 9, 8]
    assert found["open"].tolist() == [0, 0, 1]
    assert found.loc["see", ["median", "low", "high"]].tolist() == [5, 5, 5]
    assert found.loc["mend", "mean"] > 3 * found.loc["mend", "median"]
    by_kind = it.times_to(made, by=["outsourced", "quarter"])
    assert set(by_kind["outsourced"]) == {True, False}
    assert by_kind.query("step == 'see'")["incidents"].sum() == 9


def test_somebody_is_called_while_both_windows_burn(made: dict[str, pd.DataFrame]) -> None:
    found = it.burn_alert(made)
    called = found[found["alert"]]
    assert called["minute"].iloc[0] == pd.Timestamp("2025-11-11 20:03")
    assert called["minute"].iloc[-1] < pd.Timestamp("2025-11-11 20:20")  # the short one is over
    assert found["long"].iloc[-1] > 14.4
    assert not found["alert"].iloc[-1]
    assert not it.burn_alert(made, least=10**6)["alert"].any()


def test_one_failure_at_night_calls_somebody_unless_failures_are_counted() -> None:
    night = pd.date_range("2025-03-03 02:00", periods=60, freq="min")
    calls = pd.DataFrame({"minute": night, "requests": 1, "failed": 0})
    calls.loc[59, "failed"] = 1
    assert it.burn_alert({"requests": calls})["alert"].sum() == 1
    assert it.burn_alert({"requests": calls}, least=3)["alert"].sum() == 0


def test_an_order_every_minute_meets_each_outage(made: dict[str, pd.DataFrame]) -> None:
    found = it.probes(made, "S01")
    outages = made["incidents"].query("system_id == 'S01' and kind == 'outage'")
    lasted = (outages["mended_at"] - outages["began_at"]).dt.total_seconds() / 60
    assert found["failed"].sum() == pytest.approx((lasted * outages["part"]).sum())
    alerts = it.burn_alert({"requests": found}, least=2)
    called = alerts.loc[alerts["alert"], "minute"]
    first = called[called.diff().ne(MINUTE)].dt.normalize()
    assert set(first) == set(outages["began_at"].dt.normalize())  # each is seen, and nothing else
    open_ = it.probes(made, "S02", kinds="duplicate_orders", start="2025-05-14", end="2025-05-15")
    assert open_["failed"].sum() == 84  # a tenth of what is left of the day


# Systems --------------------------------------------------------------------------------------


def test_what_stops_spreads_by_needed_links_only(made: dict[str, pd.DataFrame]) -> None:
    assert it.what_stops(made, "S07")["round"].tolist() == [1, 2, 2]
    assert it.what_stops(made, "S03").empty
    both = it.what_stops(made, ["S07", "S02"])
    assert set(both["system_id"]) == {"S01", "S03"}


def test_dearer_ways_are_never_earned_back(made: dict[str, pd.DataFrame]) -> None:
    found = it.keep_or_buy(made).set_index("system_id")
    assert (found["months"].isna() == (found["saves"] <= 0)).all()
    assert found.loc["S06", "months"] == pytest.approx(2_500 * 60 / (365 / 12) / 900)
    assert found["signs"].to_dict() == {"S07": 2, "S02": 1, "S01": 0, "S03": 0, "S06": 0}
    without = it.keep_or_buy({"systems": made["systems"]})
    assert without["stops"].isna().all()


def test_slide_6_names_the_center_that_is_the_contact(made: dict[str, pd.DataFrame]) -> None:
    posts = pd.DataFrame({"post_id": ["market_center"], "title": "Market", "title_zh": "市场"})
    found = it.contacts({**made, "posts": posts})
    assert found["name"].tolist() == ["Shop front", "Warehouse management", "Payment"]
    assert found["contact"].tolist() == ["Market", "service_center", "service_center"]


def test_systems_of_one_kind_do_not_stand_on_one_another(made: dict[str, pd.DataFrame]) -> None:
    systems = made["systems"].assign(kind=["data", "data", "robots", "data", "payment"])
    found = it.system_map({**made, "systems": systems}).systems
    assert not found.duplicated(["x", "y"]).any()


# Releases -------------------------------------------------------------------------------------


def test_measures_of_delivery(made: dict[str, pd.DataFrame]) -> None:
    year = it.delivery_measures(made, start="2025-01-01", end="2026-01-01").iloc[0]
    assert year["a_week"] == pytest.approx(60 / 365 * 7)
    failed = made["releases"].query("failed")
    assert year["failed"] == len(failed)
    assert year["rework"] == (~failed["behind_switch"]).sum()
    assert year["rework_rate"] == pytest.approx(year["rework"] / (60 + year["rework"]))
    assert year["recovery_hours"] == failed["mended_hours"].median()
    months = it.delivery_measures(made, by="month", start="2025-01-01", end="2025-02-01")
    assert months["a_week"].tolist() == pytest.approx([months["releases"].iloc[0] / 31 * 7])
    systems = it.delivery_measures(made, by="name")
    assert systems["name"].tolist() == ["Order management", "Shop front"]
    assert systems["releases"].sum() == 60


def test_a_year_decides_what_a_quarter_does_not(made: dict[str, pd.DataFrame]) -> None:
    assert it.size_test(made).decided
    quarter = it.size_test(made, end="2025-04-01")
    assert not quarter.decided
    assert quarter.large < it.releases_needed(0.04, 0.30) <= 50
    sizes = it.by_size(made, by="quarter")
    assert sizes["releases"].sum() == 60
    fine = it.by_size(made, sizes=(1, 3, 10))
    assert fine["changes"].tolist() == ["1", "4-10", "11+"]


# The shop's own tables ------------------------------------------------------------------------


def test_the_shop_gives_back_what_it_was_made_with() -> None:
    shop, true = load_shop(), truth()
    calls = shop.requests
    calm = {"requests": calls[calls["minute"] < "2025-11-01"]}
    found = it.dispersion(calm, by="source").set_index("source")["dispersion"]
    for source in ("crawlers", "platform_stock", "platform_orders", "own_apps"):
        assert found[source] == pytest.approx(true[f"burst_{source}"], rel=0.15)
    peak = it.offered_load(shop, by="minute").sort_values("load").iloc[-1]
    assert peak["minute"] == pd.Timestamp("2025-11-11 20:00")
    assert 6 < peak["load"] < 12
    told = it.peak_counts(calm, by=["source", "hour"])
    machines = told[told["source"] != "visitors"]
    assert (machines["over"] * machines["minutes"]).sum() / machines["minutes"].sum() > 0.1
    assert it.size_test(shop).decided
    assert set(it.contacts(shop)["contact_zh"]) == {"市场推广中心总监", "运营客服中心总监"}


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _made: it.in_series([]), "availabilities is"),
        (lambda _made: it.in_parallel([0.9], common=2), "common is 2"),
        (lambda _made: it.burn_rate(3, 2, 0.999), "at most total"),
        (lambda _made: it.burn_rate(1, 2, 1), "slo is 1"),
        (lambda _made: it.response(10, 10), "never stops growing"),
        (lambda _made: it.servers_for(9, 100, service=120), "Without any wait"),
        (lambda _made: it.servers_for(20_000, 500, service=120), "more than 10,000 servers"),
        (lambda _made: it.cost_of_servers([], [1], price=1, lost=1), "loads is"),
        (lambda _made: it.releases_needed(0.1, 0.1), "Both rates are 0.1"),
        (lambda made: it.burn_alert(made, long=5, short=60), "Give fewer minutes than long"),
        (lambda made: it.availability(made, by=["month", "week"]), "Name one of"),
        (
            lambda made: it.availability(made, by="month", start="2025-05-01", end="2025-04-01"),
            "after",
        ),
        (lambda made: it.by_size(made, sizes=(5, 5)), "sizes that rise"),
        (lambda made: it.size_test(made, start="2025-01-01", end="2025-01-10"), "No large release"),
        (lambda made: it.what_stops(made, "S9"), "is in no row of links"),
    ],
)
def test_what_cannot_be_is_told(made: dict[str, pd.DataFrame], call: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        call(made)


def test_an_incident_that_was_mended_before_it_began_is_told() -> None:
    data = incidents(began_at=["2025-04-02"], mended_at=["2025-04-01"])
    with pytest.raises(CourseError, match="mended_at is before began_at"):
        it.availability(data)
