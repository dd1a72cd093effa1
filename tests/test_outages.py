"""Outages: closed forms to the digits, hand-made incidents that add up, what few cases allow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import outages
from ecokit.errors import CourseError
from ecokit.outages.worth import VisitWorth
from ecokit.plots import outages as plots
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


# What it costs ---------------------------------------------------------------------------------


def visits(times: list[str] | pd.DatetimeIndex, channel: str = "own") -> pd.DataFrame:
    return pd.DataFrame({"started_at": pd.to_datetime(times), "channel_id": channel})


def test_a_visit_is_worth_what_orders_leave_over_visits() -> None:
    came = visits(["2025-03-03 10:00"] * 6 + ["2025-03-04 10:00"] * 4)
    came["channel_id"] = ["paid"] * 4 + ["dear"] + ["own"] * 5
    placed = pd.to_datetime(["2025-03-03 11:00", "2025-03-04 12:00", "2025-03-04 13:00"])
    paid = [*placed[:2], pd.NaT]
    orders = pd.DataFrame({"order_id": [1, 2, 3], "placed_at": placed, "paid_at": paid})
    lines = pd.DataFrame(
        {
            "order_id": [1, 1, 2, 3],
            "line": [1, 2, 1, 1],
            "quantity": [2, 1, 1, 9],
            "unit_price": [100.0, 200.0, 400.0, 900.0],
            "unit_cost": [60.0, 200.0, 320.0, 1.0],
        }
    )
    channels = pd.DataFrame(
        {"channel_id": ["own", "paid", "dear"], "cost_per_click": [0.0, 2.0, 7.0]}
    )
    data = {"visits": came, "orders": orders, "order_lines": lines, "channels": channels}
    found = outages.visit_worth(data)
    assert (found.conversion, found.order_value) == pytest.approx((0.2, 400))
    assert (found.margin, found.paid, found.click_price) == pytest.approx((0.2, 0.5, 3.0))
    assert (found.yuan, found.clicks) == pytest.approx((16.0, 1.5))
    with pytest.raises(CourseError, match="paid orders with a price"):
        outages.visit_worth(
            data | {"orders": orders.assign(paid_at=pd.Series(pd.NaT, index=range(3)))}
        )


def test_hours_are_counted_over_all_days_even_those_without_a_visit() -> None:
    came = visits(["2025-03-03 10:00", "2025-03-03 10:59", "2025-03-06 10:30", "2025-03-06 23:00"])
    found = outages.visit_rates({"visits": came}).set_index("hour")
    assert found["days"].eq(4).all()
    assert found.loc[[9, 10, 23], "visits"].tolist() == [0, 3, 1]
    assert found.loc[10, "per_minute"] == pytest.approx(3 / 240)
    one = outages.visit_rates({"visits": came}, days=["2025-03-03", "2025-03-03"])
    assert (one["days"].iloc[0], one["visits"].sum()) == (1, 2)
    with pytest.raises(CourseError, match="no day to look at"):
        outages.visit_rates({"visits": came}, days=[])


def test_what_was_missing_is_seen_beside_other_weeks() -> None:
    days = pd.date_range("2025-03-03", periods=7, freq="7D")
    counts = [10, 12, 8, 2, 10, 11, 9]  # the fourth has an outage from ten to twelve
    ends = [pd.Timestamp("2025-03-01"), pd.Timestamp("2025-04-16")]
    times = [
        day + pd.Timedelta(hours=10, minutes=n)
        for day, k in zip(days, counts, strict=True)
        for n in range(k)
    ]
    came = {"visits": visits(pd.DatetimeIndex([*times, *ends]))}
    found = outages.usual(came, "2025-03-24 10:00", "2025-03-24 12:00", weeks=9)
    assert (found.seen, found.usual, found.weeks) == (2, 10, 6)
    assert found.strange
    assert found.missing == 8
    half = 2.570582 * 2**0.5 * (1 + 1 / 6) ** 0.5  # t of 5 degrees, a variance of 2
    assert (found.low, found.high) == pytest.approx((10 - half, 10 + half), abs=1e-5)
    near = outages.usual(came, "2025-03-24 10:00", "2025-03-24 12:00", weeks=1)
    assert (near.weeks, near.usual) == (2, 9)
    with pytest.raises(CourseError, match="Fewer than two other weeks"):
        outages.usual(came, "2025-03-03 10:00", "2025-03-03 12:00", weeks=1)


@pytest.mark.parametrize(("asked", "part", "least"), [(1.0, 0.43, 2), (0.2, 1.0, 3)])
def test_failures_are_waited_for_as_chance_has_it(asked: float, part: float, least: int) -> None:
    found = outages.minutes_to_see(asked, part, least=least)
    luck = np.random.default_rng(7).exponential(1 / (asked * part), (100_000, least)).sum(axis=1)
    assert found.mean == pytest.approx(luck.mean(), rel=0.01)
    assert (luck <= found.late).mean() == pytest.approx(0.95, abs=0.003)
    assert outages.burn_rate(1, found.alone, 0.999).rate == pytest.approx(14.4)


@settings(max_examples=30, deadline=None)
@given(
    rates=st.lists(st.floats(0, 5), min_size=24, max_size=24),
    minutes=st.integers(0, 3_000),
    back=st.floats(0, 1),
)
def test_an_outage_by_the_hour_costs_what_it_costs(
    rates: list[float], minutes: int, back: float
) -> None:
    worth = VisitWorth(0.05, 900, 0.2, paid=0.5, click_price=2)
    table = pd.DataFrame({"hour": range(24), "per_minute": rates})
    found = outages.costs_by_hour(table, worth, minutes, part=0.5, back=back).set_index("hour")
    for hour in (0, 17, 23):
        visits = sum(rates[(hour + n // 60) % 24] for n in range(minutes))
        same = outages.outage_cost(visits, 1, 0.05, 900, 0.2, part=0.5, back=back)
        assert found.loc[hour, "cost"] == pytest.approx(same.margin, abs=1e-6)
        assert found.loc[hour, "clicks"] == pytest.approx(0.5 * visits, abs=1e-6)


def test_hours_that_are_missing_or_below_zero_are_told() -> None:
    table = pd.DataFrame({"hour": range(24), "per_minute": 1.0})
    worth = VisitWorth(0.05, 900, 0.2, paid=0.5, click_price=2)
    with pytest.raises(CourseError, match="a row for each hour"):
        outages.costs_by_hour(table[1:], worth, 5)
    with pytest.raises(CourseError, match="per_minute"):
        outages.costs_by_hour(table.assign(per_minute=-1.0), worth, 5)
    with pytest.raises(CourseError, match=r"outages\.visit_worth"):
        outages.costs_by_hour(table, 18.0, 5)


def test_the_hours_of_a_day_are_drawn_beside_those_of_another() -> None:
    table = pd.DataFrame({"hour": range(24), "cost": [10.0] * 21 + [50.0, 10.0, 10.0]})
    two = pd.concat([table.assign(day="usual"), table.assign(day="full", cost=3 * table["cost"])])
    (ax,) = plots.hourly_costs(two).axes
    assert ax.get_title(loc="left") == "full at 21:00: 3.0 times usual"
    assert len(ax.get_lines()) == 2


# Sentences ------------------------------------------------------------------------------------


def test_an_incident_that_was_mended_before_it_began_is_told() -> None:
    data = incidents(began_at=["2025-04-02"], mended_at=["2025-04-01"])
    with pytest.raises(CourseError, match="mended_at is before began_at"):
        outages.availability(data)


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


@pytest.mark.parametrize("seed", range(3))
def test_incidents_that_overlap_are_counted_minute_by_minute(seed: int) -> None:
    """As another company exports them: over midnight and months, several at once, some open."""
    rng = np.random.default_rng(seed)
    first, days = pd.Timestamp("2025-01-28"), 10
    began = first + pd.to_timedelta(np.sort(rng.integers(0, days * 1440, 30)), "min")
    mended = pd.Series(began + pd.to_timedelta(rng.integers(0, 900, 30), "min"))
    mended = mended.mask(mended.index.isin([4, 28]))
    part = rng.choice([0.1, 0.5, 1.0], 30)
    data = incidents(began_at=began, mended_at=mended, part=part)
    end = first + pd.Timedelta(days=days)
    found = outages.availability(data, by=["system_id", "month"], start=first, end=end)
    minutes = pd.date_range(first, end, freq="min", inclusive="left")
    at = minutes.to_numpy()[:, None]
    inside = (at >= began.to_numpy()) & (at < mended.fillna(end).to_numpy())
    down = (inside * part).max(axis=1)
    by_hand = pd.Series(down, minutes).groupby(minutes.month).sum()
    assert found["down"].tolist()[:2] == pytest.approx(by_hand.tolist())
    touched = (began < pd.Timestamp("2025-02-01")) & ~(mended < first)
    assert found["incidents"].tolist()[0] == touched.sum()


def test_kinds_that_no_incident_has_are_told_and_no_system_is_called_faultless() -> None:
    data = incidents(began_at=["2025-03-03"], mended_at=["2025-03-04"], kind="P1")
    for call in (outages.availability, lambda it: outages.probes(it, "S1")):
        with pytest.raises(CourseError, match=r"kinds: outage. It has: P1. .*kinds='P1'"):
            call(data)
    found = outages.availability(data, kinds=["P1", "P2"], promised=0)
    assert found[["down", "promised"]].to_numpy().tolist() == [[1440.0, 0.0]]


def test_a_time_that_stands_for_never_is_told() -> None:
    data = incidents(began_at=["2025-03-03"], mended_at=["9999-12-31"])
    with pytest.raises(CourseError, match=r"9999-12-31 .*Leave it empty"):
        outages.availability(data)
    found = outages.availability(data, start="2025-03-01", end="2025-04-01")
    assert found["down"].tolist() == [29 * 1440.0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda made: outages.burn_alert(made, long=1e9), "long is 1000000000. .*a century"),
        (lambda made: outages.probes(made, "S01", every=1e15), "every is 1e.15"),
        (lambda made: outages.probes(made, "S01", every=1e-100), "every is 1e-100"),
        (lambda made: outages.probes(made, "\ud800"), "Give text"),
        (lambda made: outages.visit_rates(made, days=7), "days is 7. Give a list of days"),
        (lambda made: outages.usual(made, "2025-03-01", "2025-03-02", weeks=10**9), "weeks is"),
        (lambda _made: outages.burn_rate(1, 9, 0.9, confidence=1 - 2.0**-53), "so near to 1"),
    ],
)
def test_what_no_calendar_holds_is_told(made: Any, call: Any, said: str) -> None:
    visits = pd.DataFrame({"started_at": pd.to_datetime(["2025-03-01"])})
    with pytest.raises(CourseError, match=said):
        call({**made, "visits": visits})


def test_orders_of_our_own_come_as_often_as_anybody_wants(made: dict[str, pd.DataFrame]) -> None:
    found = outages.probes(made, "S01", every=np.float32(0.1), start="2025-03-12", end="2025-03-13")
    assert len(found) == 14_400


def test_hours_that_no_day_has_are_told() -> None:
    rates = pd.DataFrame({"hour": range(25), "per_minute": 1.0})
    with pytest.raises(CourseError, match=r"hour is no hour of the day.*hour 24"):
        outages.costs_by_hour(rates, VisitWorth(0.05, 1_000, 0.2, 0.5, 2), 90)
