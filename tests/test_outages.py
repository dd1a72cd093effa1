"""Outages: closed forms to the digits, hand-made incidents that add up, what few cases allow."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import outages
from ecokit.errors import CourseError
from ecokit.shop.made_systems import example

MINUTE = pd.Timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return example()


# Incidents ------------------------------------------------------------------------------------


def incidents(**columns: Any) -> dict[str, pd.DataFrame]:
    """Return incidents of S1 beside two systems of which one never failed."""
    table = pd.DataFrame({"system_id": "S1", "part": 1.0, "kind": "outage", **columns})
    for name in ("began_at", "seen_at", "answered_at", "mended_at"):
        if name in table:
            table[name] = pd.to_datetime(table[name])
    systems = pd.DataFrame({"system_id": ["S1", "S2"], "promised": [0.999, 0.99]})
    return {"incidents": table, "systems": systems}


def test_availabilities_of_parts() -> None:
    assert round(outages.in_series([0.999] * 5), 6) == 0.995010
    assert round(outages.in_parallel([0.99, 0.99]), 6) == 0.9999
    assert round(outages.in_parallel([0.99, 0.99], common=0.1), 5) == 0.99892
    for slo, minutes in ((0.999, 43.2), (0.9995, 21.6), (0.9999, 4.32)):
        assert outages.error_budget(slo) == pytest.approx(minutes)
    assert outages.up_share(999, 1) == pytest.approx(0.999)


@settings(max_examples=40, deadline=None)
@given(
    shares=st.lists(st.floats(0.5, 1), min_size=1, max_size=5),
    common=st.floats(0, 1),
)
def test_a_second_part_helps_less_the_more_both_share(shares: list[float], common: float) -> None:
    best = outages.in_parallel(shares)
    with_common = outages.in_parallel(shares, common=common)
    assert outages.in_series(shares) - 1e-12 <= max(shares) - 1e-12 <= with_common <= best + 1e-12
    assert outages.in_parallel(shares, common=1.0) == pytest.approx(max(shares))


@pytest.mark.parametrize(
    ("rate", "hours", "used"), [(14.4, 1, 0.02), (6.0, 6, 0.05), (1.0, 72, 0.10)]
)
def test_a_burn_rate_takes_its_share_of_the_budget(rate: float, hours: float, used: float) -> None:
    found = outages.burn_rate(10 * rate, 10_000, 0.999, hours)
    assert found.rate == pytest.approx(rate)
    assert found.used == pytest.approx(used)
    assert found.low < found.rate < found.high


def test_the_alerts_of_the_workbook_take_what_they_say() -> None:
    used = {name: rate * long / 60 / 720 for name, (long, _short, rate) in outages.ALERTS.items()}
    assert used == pytest.approx({"fast": 0.02, "slow": 0.05, "ticket": 0.10})
    assert all(long == 12 * short for long, short, _rate in outages.ALERTS.values())


def test_an_outage_costs_what_theory_says() -> None:
    found = outages.outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4)
    assert (round(found.total), round(found.orders)) == (233_280, 1_620)
    nobody = outages.outage_cost(2_000, 45, 0.03, 800, 0.18)
    assert nobody.total == pytest.approx(found.total / 0.6)
    clicks = outages.outage_cost(2_000, 45, 0.03, 800, 0.18, back=0.4, paid=0.3, click_price=1.5)
    assert clicks.clicks == pytest.approx(2_000 * 45 * 0.6 * 0.3 * 1.5)
    assert clicks.margin == found.margin


def test_an_outage_over_midnight_counts_in_both_months() -> None:
    data = incidents(began_at=["2025-04-30 23:30"], mended_at=["2025-05-01 01:00"])
    found = outages.availability(data, by=["system_id", "month"]).query("system_id == 'S1'")
    assert found["down"].tolist() == [30, 60]
    assert found["incidents"].tolist() == [1, 1]
    assert found["availability"].tolist() == pytest.approx([1 - 30 / 43_200, 1 - 60 / 44_640])
    assert found["budget"].tolist() == pytest.approx([43.2, 44.64])
    assert found["kept"].tolist() == [True, False]
    both = outages.availability(data)
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
    assert outages.availability(data, by="system_id", **at)["down"].tolist() == [15 + 1_440, 0]
    slow = outages.availability(data, by="system_id", kinds=["outage", "slow"], **at)
    assert slow["down"].tolist() == [15 + 1_440 + 540, 0]
    easier = outages.availability(data, promised=0.9, **at)
    assert easier["promised"].tolist() == pytest.approx([0.9])


def test_two_outages_at_once_are_no_longer_than_the_time() -> None:
    whole = ["2025-04-01"] * 3, ["2025-05-01"] * 3
    found = outages.availability(
        incidents(began_at=whole[0], mended_at=whole[1]), by="system_id", end="2025-05-01"
    )
    assert found["availability"].tolist() == [0, 1]


def test_steps_of_incidents(made: dict[str, pd.DataFrame]) -> None:
    found = outages.times_to(made).set_index("step")
    assert list(found.index) == ["see", "answer", "mend"]
    assert found["incidents"].tolist() == [9, 9, 8]
    assert found["open"].tolist() == [0, 0, 1]
    assert found.loc["see", ["median", "low", "high"]].tolist() == [5, 5, 5]
    assert found.loc["mend", "mean"] > 3 * found.loc["mend", "median"]
    by_kind = outages.times_to(made, by=["outsourced", "quarter"])
    assert set(by_kind["outsourced"]) == {True, False}
    assert by_kind.query("step == 'see'")["incidents"].sum() == 9


def test_somebody_is_called_while_both_windows_burn(made: dict[str, pd.DataFrame]) -> None:
    found = outages.burn_alert(made)
    called = found[found["alert"]]
    assert called["minute"].iloc[0] == pd.Timestamp("2025-11-11 20:03")
    assert called["minute"].iloc[-1] < pd.Timestamp("2025-11-11 20:20")  # the short one is over
    assert found["long"].iloc[-1] > 14.4
    assert not found["alert"].iloc[-1]
    assert not outages.burn_alert(made, least=10**6)["alert"].any()


def test_one_failure_at_night_calls_somebody_unless_failures_are_counted() -> None:
    night = pd.date_range("2025-03-03 02:00", periods=60, freq="min")
    calls = pd.DataFrame({"minute": night, "requests": 1, "failed": 0})
    calls.loc[59, "failed"] = 1
    assert outages.burn_alert({"requests": calls})["alert"].sum() == 1
    assert outages.burn_alert({"requests": calls}, least=3)["alert"].sum() == 0


def test_an_order_every_minute_meets_each_outage(made: dict[str, pd.DataFrame]) -> None:
    found = outages.probes(made, "S01")
    out = made["incidents"].query("system_id == 'S01' and kind == 'outage'")
    lasted = (out["mended_at"] - out["began_at"]).dt.total_seconds() / 60
    assert found["failed"].sum() == pytest.approx((lasted * out["part"]).sum())
    alerts = outages.burn_alert({"requests": found}, least=2)
    called = alerts.loc[alerts["alert"], "minute"]
    first = called[called.diff().ne(MINUTE)].dt.normalize()
    assert set(first) == set(out["began_at"].dt.normalize())  # each is seen, and nothing else
    open_ = outages.probes(
        made, "S02", kinds="duplicate_orders", start="2025-05-14", end="2025-05-15"
    )
    assert open_["failed"].sum() == 84  # a tenth of what is left of the day


# Sentences ------------------------------------------------------------------------------------


def test_an_incident_that_was_mended_before_it_began_is_told() -> None:
    data = incidents(began_at=["2025-04-02"], mended_at=["2025-04-01"])
    with pytest.raises(CourseError, match="mended_at is before began_at"):
        outages.availability(data)


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _made: outages.in_series([]), "availabilities is"),
        (lambda _made: outages.in_parallel([0.9], common=2), "common is 2"),
        (lambda _made: outages.burn_rate(3, 2, 0.999), "at most total"),
        (lambda _made: outages.burn_rate(1, 2, 1), "slo is 1"),
        (lambda made: outages.burn_alert(made, long=5, short=60), "Give fewer minutes than long"),
        (lambda made: outages.availability(made, by=["month", "week"]), "Name one of"),
        (
            lambda made: outages.availability(
                made, by="month", start="2025-05-01", end="2025-04-01"
            ),
            "after",
        ),
    ],
)
def test_what_cannot_be_is_told(made: dict[str, pd.DataFrame], call: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        call(made)
