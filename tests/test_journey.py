"""The journey measures against tables computed by hand, on three engines."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import nbformat
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ecokit import exercises, explore, journey
from ecokit.errors import CourseError
from ecokit.exercises.journey import _Year
from ecokit.shop import Shop
from tests.companies import bundled, of_seed
from tests.engines import EAGER, MOVES, Move, moved, rows

T = pd.Timestamp


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.fixture(params=MOVES)
def engine(request: pytest.FixtureRequest) -> Move:
    """The journey answers PyArrow too."""
    return MOVES[request.param]


def orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": [1, 2, 3, 4, 5],
            "visitor_id": [10, 10, 11, 12, 12],
            "channel_id": ["search", "search", "email", "email", "email"],
            "region": ["east", "north", "east", "north", "east"],
            # The 5th of January 2025 is a Sunday.
            "placed_at": [
                T("2025-01-05 23:59"),
                T("2025-01-25"),
                T("2025-01-06"),
                T("2025-03-30"),
                T("2025-03-31"),
            ],
            "paid_at": [
                T("2025-01-06 00:10"),
                T("2025-01-25"),
                T("2025-01-06"),
                pd.NaT,
                T("2025-03-31"),
            ],
            "dispatched_at": [T("2025-01-07"), T("2025-01-26"), T("2025-01-07"), pd.NaT, pd.NaT],
            "delivered_at": [T("2025-01-12"), T("2025-01-28"), pd.NaT, pd.NaT, pd.NaT],
            "delay_cause": ["weather", None, None, None, None],
        }
    )


def touchpoints() -> pd.DataFrame:
    """Order 1 misses its call; order 2 is late with the packing; order 5 is still open."""
    table = [
        (1, 4, "2025-01-06 00:20", "2025-01-06 00:15"),
        (1, 7, "2025-01-07 00:10", "2025-01-07 00:00"),
        (1, 8, "2025-01-10 04:00", None),
        (1, 9, "2025-01-12 02:00", "2025-01-12 01:00"),
        (2, 4, "2025-01-25 00:10", "2025-01-25 00:10"),
        (2, 6, "2025-01-25 12:00", "2025-01-25 13:00"),
        (2, 7, "2025-01-26 00:00", "2025-01-26 00:00"),
        (3, 4, "2025-01-06 00:10", "2025-01-06 00:05"),
        (3, 7, "2025-01-07 00:00", "2025-01-07 00:00"),
        (3, 8, "2025-01-10 04:00", "2025-01-10 03:00"),
        (5, 4, "2025-03-31 00:10", "2025-03-31 00:05"),
        (5, 7, "2025-04-01 00:00", None),
    ]
    frame = pd.DataFrame(table, columns=["order_id", "touchpoint", "due_at", "done_at"])
    return frame.assign(due_at=pd.to_datetime(frame.due_at), done_at=pd.to_datetime(frame.done_at))


def ten() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "touchpoint": range(1, 11),
            "name": [f"touchpoint {n}" for n in range(1, 11)],
            "name_zh": [f"触点{n}" for n in range(1, 11)],
            "post_id": ["shop"] * 7 + ["care"] + ["shop"] * 2,
        }
    )


def small_shop(engine: Move, **more: pd.DataFrame) -> dict[str, Any]:
    """The tables of this small shop on an engine, and those that a test changes."""
    tables = {"orders": orders(), "touchpoints": touchpoints(), "journey": ten()} | more
    return moved(engine, tables)


def test_states_know_what_is_not_due_yet(engine: Move) -> None:
    table = small_shop(engine)
    found = [state for (state,) in rows(journey.states(table), "state")]
    assert found == [
        "on_time",
        "on_time",
        "missing",
        "on_time",
        "on_time",
        "late",
        "on_time",
        "on_time",
        "on_time",
        "on_time",
        "on_time",
        "open",
    ]
    later = [state for (state,) in rows(journey.states(table, as_of="2025-04-02"), "state")]
    assert later[-1] == "missing"
    early = [state for (state,) in rows(journey.states(table, as_of="2025-01-06 00:12"), "state")]
    # At that moment order 1 has not been thanked (done 00:15) and it is not due (00:20).
    assert early[0] == "open"
    assert early[7] == "on_time"


def test_without_a_window_nothing_is_late(engine: Move) -> None:
    table = touchpoints().assign(due_at=lambda t: t["due_at"].where(t["touchpoint"] == 4))
    told = journey.states({"touchpoints": engine(table)}, as_of="2026-01-01")
    found = {state for (state,) in rows(told, "state")}
    assert found == {"on_time", "open"}


def test_rates_are_shares_of_what_was_due(engine: Move) -> None:
    told = journey.rates({"touchpoints": engine(touchpoints())})
    assert rows(told, "touchpoint", "on_time", "late", "missing", "open", "on_time_rate") == [
        (4, 4, 0, 0, 0, 1.0),
        (6, 0, 1, 0, 0, 0.0),
        (7, 3, 0, 0, 1, 1.0),
        (8, 1, 0, 1, 0, 0.5),
        (9, 1, 0, 0, 0, 1.0),
    ]


def test_rates_by_month_and_column(engine: Move) -> None:
    told = journey.rates(small_shop(engine), by=["month", "region"])
    found = rows(told, "month", "region", "touchpoint", "missing_rate")
    january, march = datetime(2025, 1, 1), datetime(2025, 3, 1)
    assert (january, "east", 8, 0.5) in found
    assert (march, "east", 7, None) in found  # nothing due yet: no rate, not 0
    assert found == sorted(found, key=lambda row: row[:3])
    week = journey.rates(small_shop(engine), by="week")
    assert rows(week, "week")[0] == (datetime(2024, 12, 30),)  # Sunday belongs to its Monday


def test_timeline_of_one_order(engine: Move) -> None:
    told = journey.timeline(small_shop(engine), order_id=2)
    found = rows(told, "touchpoint", "state", "minutes_late")
    assert len(found) == 10
    assert found[3] == (4, "on_time", 0)
    assert found[5] == (6, "late", 60)
    assert found[7] == (8, "not_needed", None)
    assert rows(journey.timeline(small_shop(engine), order_id="2"), "state")[5] == ("late",)
    sold, steps = (t.astype({"order_id": "string"}) for t in (orders(), touchpoints()))
    as_text = small_shop(engine, orders=sold, touchpoints=steps)
    assert rows(journey.timeline(as_text, order_id="2"), "state")[5] == ("late",)


def test_overdue_parcels_longest_wait_first(engine: Move) -> None:
    tables = small_shop(engine)
    told = journey.overdue_parcels(tables, as_of="2025-01-11 12:00")
    assert rows(told, "order_id", "waiting_hours", "cause", "post_id", "called_at") == [
        (1, 108, "weather", "care", None),
        (3, 108, "unknown", "care", datetime(2025, 1, 10, 3)),
    ]
    # After 72 hours exactly a parcel is not yet on the list, a minute later it is.
    assert rows(journey.overdue_parcels(tables, as_of="2025-01-10"), "order_id") == []
    assert len(rows(journey.overdue_parcels(tables, as_of="2025-01-10 00:01"), "order_id")) == 2
    # The call of 03:00 is not known at 02:00, and a delivered parcel leaves the list.
    two = journey.overdue_parcels(tables, as_of="2025-01-10 02:00")
    assert [called for (called,) in rows(two, "called_at")] == [None, None]
    assert rows(journey.overdue_parcels(tables, as_of="2025-01-12"), "order_id") == [(3,)]


def test_outcomes_count_an_order_once_and_leave_the_young_open(engine: Move) -> None:
    twice = pd.DataFrame({"order_id": [1.0, 1.0, np.nan]}).astype({"order_id": "Int64"})
    none = pd.DataFrame({"order_id": pd.Series(dtype="Int64")})
    tables = small_shop(engine, complaints=twice, returns=none, contacts=twice)
    told = journey.outcomes(tables, days=30)
    assert rows(
        told, "order_id", "late_parcel", "complained", "returned", "contacted", "bought_again"
    ) == [
        (1, 1, 1, 0, 1, 1),
        (2, 0, 0, 0, 0, 0),
        (3, 1, 0, 0, 0, 0),  # dispatched in January and never seen again
        (4, 0, None, None, None, None),  # not paid: nothing to complain about
        (5, 0, 0, 0, 0, None),  # placed on the last day: no time to come back
    ]
    assert [paid for (paid,) in rows(told, "paid")] == [1, 1, 1, 0, 1]
    assert rows(told, "month")[0] == (datetime(2025, 1, 1),)


def test_repeat_purchase_leaves_the_young_out(engine: Move) -> None:
    told = journey.repeat_purchase(small_shop(engine), days=30)
    assert rows(told, "orders", "too_recent", "repeat_rate", "naive_rate") == [
        (3, 1, pytest.approx(1 / 3), 0.25)
    ]
    month = journey.repeat_purchase(small_shop(engine), days=30, by="month")
    assert rows(month, "orders", "repeat_rate", "naive_rate") == [
        (3, pytest.approx(1 / 3), pytest.approx(1 / 3)),
        (0, None, 0.0),
    ]
    # 19 days and 1 minute lie between the orders 1 and 2.
    assert rows(journey.repeat_purchase(small_shop(engine), days=19), "repeat_rate") == [(0.0,)]
    assert rows(journey.repeat_purchase(small_shop(engine), days=20), "repeat_rate")[0][0] > 0


def test_a_payment_after_the_day_that_is_asked_about_is_not_known(engine: Move) -> None:
    orders = pd.DataFrame({"order_id": [1, 2, 3], "visitor_id": [1, 1, 2]})
    at = pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-20"])
    tables = {"orders": engine(orders.assign(placed_at=at, paid_at=at + pd.Timedelta(2, "D")))}
    for day, known in (("2025-01-21", 1), ("2025-01-22", 3), (None, 3)):
        told = journey.repeat_purchase(tables, days=1, as_of=day)
        assert sum(rows(told, "orders", "too_recent")[0]) == known, day


def test_delivery_does_not_forget_the_lost_parcel(engine: Move) -> None:
    told = journey.delivery(small_shop(engine), as_of="2025-04-01")
    names = "orders", "undelivered", "promised_hours", "actual_hours"
    # Promised: 24 h dispatch window and 72 h. Actual: 143 h 50 min and 72 h.
    assert rows(told, *names) == [(3, 1, 96.0, pytest.approx((143 + 5 / 6 + 72) / 2))]
    assert rows(told, "kept_rate", "delivered_kept_rate") == [(pytest.approx(1 / 3), 0.5)]
    by = journey.delivery(small_shop(engine), by="channel_id", as_of="2025-04-01")
    assert rows(by, "channel_id", "kept_rate", "actual_hours") == [
        ("email", 0.0, None),
        ("search", 0.5, pytest.approx(107 + 11 / 12)),
    ]


def test_a_parcel_that_comes_at_the_very_moment_is_there() -> None:
    # the promise runs out at the moment at which one looks
    orders = pd.DataFrame({"order_id": [1, 2], "placed_at": T("2025-03-01")}).assign(
        paid_at=T("2025-03-01"), delivered_at=[T("2025-03-05"), T("2025-03-05 00:00:01")]
    )
    steps = pd.DataFrame({"order_id": [1, 2], "touchpoint": 7, "due_at": T("2025-03-02")})
    told = journey.delivery({"orders": orders, "touchpoints": steps}, as_of="2025-03-05").iloc[0]
    assert told[["orders", "undelivered", "kept_rate"]].tolist() == [2, 1, 0.5]
    assert told[["actual_hours", "delivered_kept_rate"]].tolist() == [96, 1]


def test_delivery_counts_in_seconds() -> None:
    tables = {
        "orders": pd.DataFrame(
            {
                "order_id": [1, 2],
                "placed_at": pd.Timestamp("2025-03-01"),
                "paid_at": pd.Timestamp("2025-03-01 00:00:30"),
                "delivered_at": pd.to_datetime(["2025-03-01 01:00:00", "2025-03-01 02:00:15"]),
            }
        ),
        "touchpoints": pd.DataFrame(
            {"order_id": [1, 2], "touchpoint": 7, "due_at": pd.Timestamp("2025-03-02")}
        ),
    }
    told = journey.delivery(tables, as_of="2025-04-01").iloc[0]
    assert told["actual_hours"] == (3570 + 7185) / 7200
    assert told["promised_hours"] == 96 - 30 / 3600


def test_perfect_journey_counts_orders(engine: Move) -> None:
    told = journey.perfect_journey(small_shop(engine))
    # Orders 1, 2, 3 are complete (5 is open, 4 unpaid); 1 fails its call, 2 its packing.
    assert rows(told, "orders", "joint", "product", "floor", "ceiling") == [
        (3, pytest.approx(1 / 3), pytest.approx(4 / 9), pytest.approx(1 / 3), pytest.approx(2 / 3))
    ]
    by = journey.perfect_journey(small_shop(engine), by="channel_id")
    assert rows(by, "channel_id", "joint") == [("email", 1.0), ("search", 0.0)]


def _cohort(counts: dict[str, tuple[int, int, int, int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders of strata: (events and size of those who missed, events and size of the others)."""
    parts = []
    for stratum, (a, n1, c, n0) in counts.items():
        for missed, events, size in ((1, a, n1), (0, c, n0)):
            part = pd.DataFrame({"stratum": stratum, "missed": missed, "complained": [0] * size})
            part.loc[: events - 1, "complained"] = 1
            parts.append(part)
    told = pd.concat(parts, ignore_index=True)
    told = told.assign(order_id=range(len(told)), returned=0, contacted=0, bought_again=0, paid=1)
    noon = T("2025-05-01 12:00")
    done = pd.Series(noon, index=told.index).where(told.missed == 0)
    steps = told[["order_id"]].assign(touchpoint=8, due_at=noon, done_at=done)
    return steps, told.drop(columns="missed")


def effect(engine: Move, steps: pd.DataFrame, told: pd.DataFrame, **more: Any) -> Any:
    """The effect of touchpoint 8 inside the strata of a cohort."""
    choices = {"touchpoint": 8, "within": ["stratum"]} | more
    return journey.effect({"touchpoints": engine(steps)}, outcomes=engine(told), **choices)


def test_effect_agrees_with_published_examples(engine: Move) -> None:
    # Newcombe (1998), example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    steps, told = _cohort({"all": (56, 70, 48, 80)})
    found = effect(engine, steps, told)
    row = rows(found, "outcome", "missed", "kept", "difference", "low", "high")[0]
    assert row[0] == "bought_again"
    assert "paid" not in {name for (name,) in rows(found, "outcome")}  # everybody paid
    row = rows(found, "outcome", "missed", "kept", "difference", "low", "high")[1]
    assert row[:3] == ("complained", 70, 80)
    assert row[3:] == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_effect_by_hand_in_two_strata(engine: Move) -> None:
    # Weights 10*30/40 = 7.5 and 40*20/60 = 13.33; differences 0.2 - 0.1 and 0.5 - 0.3.
    steps, told = _cohort({"calm": (2, 10, 3, 30), "rush": (20, 40, 6, 20)})
    found = rows(
        effect(engine, steps, told),
        "outcome",
        "difference",
        "adjusted",
        "adjusted_low",
        "adjusted_high",
    )[1]
    w = np.array([7.5, 40 / 3])
    adjusted = (w * [0.1, 0.2]).sum() / w.sum()
    spread = np.array([0.2 * 0.8 / 10 + 0.1 * 0.9 / 30, 0.5 * 0.5 / 40 + 0.3 * 0.7 / 20])
    half = 1.959964 * np.sqrt((w**2 * spread).sum()) / w.sum()
    assert found[1:] == pytest.approx(
        (22 / 50 - 9 / 50, adjusted, adjusted - half, adjusted + half), abs=1e-6
    )


def test_one_order_that_missed_it_is_compared(engine: Move) -> None:
    for counts in ((1, 1, 3, 30), (1, 2, 0, 1)):
        steps, told = _cohort({"calm": counts})
        found = rows(effect(engine, steps, told), "outcome", "difference")
        assert [outcome for outcome, _difference in found].count("complained") == 1


def test_effect_without_a_stratum_of_both_kinds_is_null(engine: Move) -> None:
    steps, told = _cohort({"rush": (2, 10, 0, 0), "calm": (0, 0, 3, 30)})
    found = effect(engine, steps, told)
    row = rows(found, "outcome", "difference", "adjusted", "adjusted_low", "adjusted_high")[1]
    assert row == ("complained", pytest.approx(0.1), None, None, None)
    table = nw.from_native(found).lazy().collect("polars")  # where NaN would be no gap
    assert table["adjusted"].null_count() == len(table)


def test_effect_skips_what_has_had_no_time_and_strata_without_two_sides(engine: Move) -> None:
    steps, told = _cohort({"calm": (2, 10, 3, 30), "alone": (5, 5, 0, 0)})
    told = told.assign(bought_again=np.where(told.index < 20, np.nan, 1.0))
    found = effect(engine, steps, told)
    by_name = {row[0]: row[1:] for row in rows(found, "outcome", "missed", "kept", "adjusted")}
    assert by_name["complained"] == (15, 30, pytest.approx(0.1))
    with pytest.raises(CourseError, match="no two groups"):
        effect(engine, steps[10:40], told[10:40])
    with pytest.raises(CourseError, match="no two groups"):  # all of them missed it
        effect(engine, steps[:10], told[:10], as_of="2026-01-01")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 10), st.booleans()),
        min_size=1,
        max_size=40,
        unique_by=lambda row: row[:2],
    )
)
def test_joint_share_lies_between_its_bounds(cells: list[tuple[int, int, bool]]) -> None:
    due = T("2025-02-01")
    steps = pd.DataFrame(
        [(order, n, due, due if good else pd.NaT) for order, n, good in cells],
        columns=["order_id", "touchpoint", "due_at", "done_at"],
    )
    steps = steps.astype({"done_at": steps.due_at.dtype})
    sold = pd.DataFrame({"order_id": sorted({cell[0] for cell in cells})})
    sold = sold.assign(placed_at=due, paid_at=due)
    (row,) = rows(
        journey.perfect_journey({"touchpoints": steps, "orders": sold}, as_of="2025-02-02"),
        "orders",
        "joint",
        "product",
        "floor",
        "ceiling",
    )
    n, joint, product, floor, ceiling = row
    failed = {order for order, _n, good in cells if not good}
    assert n == len(sold)
    assert joint == pytest.approx(1 - len(failed) / n)
    assert floor - 1e-9 <= joint <= ceiling + 1e-9
    assert floor - 1e-9 <= product <= ceiling + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[st.integers(1, 30)] * 4), min_size=1, max_size=4))
def test_adjusted_difference_lies_within_the_strata(
    draws: list[tuple[int, int, int, int]],
) -> None:
    counts = {str(k): (min(a, n1), n1, min(c, n0), n0) for k, (a, n1, c, n0) in enumerate(draws)}
    assume(any(a < n1 or c < n0 for a, n1, c, n0 in counts.values()))
    steps, told = _cohort(counts)
    found = effect(MOVES["pandas"], steps, told).set_index("outcome")
    row = found.loc["complained"]
    each = [a / n1 - c / n0 for a, n1, c, n0 in counts.values()]
    assert min(each) - 1e-9 <= row.adjusted <= max(each) + 1e-9
    assert -1 <= row.low <= row.difference <= row.high <= 1
    if len(counts) == 1:
        assert row.adjusted == pytest.approx(row.difference)


def shop_with(**more: Any) -> dict[str, Any]:
    return small_shop(MOVES["pandas"]) | more


def cohort(**more: Any) -> Any:
    steps, told = _cohort({"a": (1, 2, 1, 2)})
    outcomes = more.pop("outcomes", told)
    return journey.effect(
        {"touchpoints": steps}, **{"touchpoint": 8, "within": [], "outcomes": outcomes} | more
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: journey.states(shop_with(), as_of="soon"), "as_of is 'soon'"),
        (lambda: journey.states(shop_with(), as_of=5), "as_of is 5"),
        (
            lambda: journey.states({"touchpoints": touchpoints().drop(columns="due_at")}),
            "no column due_at",
        ),
        (lambda: journey.states({"touchpoints": [1, 2]}), "touchpoints is a list"),
        (
            lambda: journey.states({"touchpoints": touchpoints().query("touchpoint == 0")}),
            "No row of touchpoints has a done_at",
        ),
        (lambda: journey.states(shop_with(), as_of="2025-04-02T08:00+08:00"), "a time zone"),
        (
            lambda: journey.states({"touchpoints": touchpoints().astype({"done_at": "string"})}),
            "done_at of touchpoints holds text, not times",
        ),
        (
            lambda: journey.rates({"touchpoints": pd.concat([touchpoints(), touchpoints()[:1]])}),
            "touchpoints holds order_id 1, touchpoint 4 more than once",
        ),
        (
            lambda: journey.rates({"touchpoints": touchpoints()}, by="month"),
            "needs the table orders",
        ),
        (
            lambda: journey.rates(shop_with(orders=orders().assign(late=1)), by="late"),
            "You group by late",
        ),
        (lambda: journey.delivery(shop_with(), by=["month", "month"]), "list of different names"),
        (lambda: journey.rates(shop_with(), by="city"), "no column city"),
        (
            lambda: journey.rates(shop_with(orders=pl.from_pandas(orders())), by="month"),
            "different kinds",
        ),
        (lambda: journey.timeline(shop_with(), order_id=99), "order_id is 99. There is no such"),
        (lambda: journey.timeline(shop_with(), order_id="x"), "order_id is 'x'. There is no such"),
        (lambda: journey.timeline(shop_with(), order_id=2.5), "order_id is 2.5. There is no such"),
        (
            lambda: journey.overdue_parcels(shop_with(), as_of="2025-01-09", after_hours=-1),
            "after_hours is -1",
        ),
        (
            lambda: journey.overdue_parcels(shop_with(journey=ten()[:5]), as_of="2025-01-09"),
            "no touchpoint 8",
        ),
        (lambda: journey.repeat_purchase(shop_with(), days=0), "days is 0"),
        (
            lambda: journey.perfect_journey(
                shop_with(touchpoints=touchpoints().replace({"touchpoint": {9: 11}}))
            ),
            "touchpoint is no number from 1 to 10, such as the one with order_id 1, touchpoint 11",
        ),
        (lambda: cohort(touchpoint=10), "Touchpoint 10"),
        (lambda: cohort(touchpoint=11), "touchpoint is 11"),
        (lambda: cohort(within="city"), "no column city"),
        (lambda: cohort(missed=["open"]), "missed is .'open'"),
        (lambda: cohort(confidence=95), "confidence is 95"),
        (lambda: cohort(outcomes=None), "outcomes is None"),
        (
            lambda: cohort(outcomes=_cohort({"a": (1, 2, 1, 2)})[1].assign(returned=2)),
            "returned is neither 0 nor 1",
        ),
        (
            lambda: cohort(outcomes=_cohort({"a": (1, 2, 1, 2)})[1].assign(returned="no")),
            "returned of outcomes holds text",
        ),
        (
            lambda: cohort(outcomes=_cohort({"a": (1, 2, 1, 2)})[1].assign(returned=True)),
            "returned of outcomes holds true or false, not numbers",
        ),
        (
            lambda: journey.outcomes(
                dict.fromkeys(("complaints", "returns", "contacts"), orders())
                | {"orders": orders()[:0]}
            ),
            "No row of orders has a placed_at, so the end of the data is unknown. Give orders",
        ),
        (lambda: journey.rates(touchpoints()), "data is one table"),
    ],
)
def test_errors_say_what_to_do(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()


def test_a_group_may_be_called_like_a_column_inside() -> None:
    """Names that the measures use while they compute are not taken from the caller."""
    sold = orders().assign(state=["x", "y", "x", "y", "x"], one=1, open=[0, 0, 1, 1, 1])
    tables = shop_with(orders=sold)
    assert set(journey.rates(tables, by="state")["state"]) == {"x", "y"}
    assert journey.perfect_journey(tables, by=["one", "open"])["orders"].sum() == 3
    assert journey.delivery(tables, by=["one"], as_of="2025-04-01")["orders"].tolist() == [3]
    assert journey.rates(tables, by="order_id")["on_time"].sum() == 9
    steps, told = _cohort({"calm": (2, 10, 3, 30), "rush": (20, 40, 6, 20)})
    one, other = (
        effect(MOVES["pandas"], steps, told.rename(columns={"stratum": name}), within=[name])
        for name in ("value", "n1")
    )
    pd.testing.assert_frame_equal(one, other)


def test_outcomes_count_the_contacts_about_one_reason(engine: Move) -> None:
    none = pd.DataFrame({"order_id": pd.Series(dtype="Int64")})
    reasons = ["delivery", "advice", "delivery", "advice"]
    asked = pd.DataFrame({"order_id": [1, 2, 2, 3], "reason": reasons})
    tables = small_shop(engine, complaints=none, returns=none, contacts=asked)
    every = rows(journey.outcomes(tables), "contacted")
    assert every == [(1,), (1,), (1,), (None,), (0,)]
    about = rows(journey.outcomes(tables, reason="delivery"), "contacted")
    assert about == [(1,), (1,), (0,), (None,), (0,)]
    with pytest.raises(CourseError, match="Choose one of: advice, delivery"):
        journey.outcomes(tables, reason="delivry")


def test_engines_agree_on_the_bundled_shop(shop: Shop) -> None:
    names = ("orders", "touchpoints", "complaints", "returns", "contacts", "journey")
    found: dict[str, list[Any]] = {}
    for name in EAGER:
        ours = moved(MOVES[name], {table: shop[table] for table in names})
        told = journey.outcomes(ours, reason="delivery")
        tables = (
            journey.rates(ours, by=["month", "region"]),
            journey.perfect_journey(ours, by="region"),
            journey.repeat_purchase(ours, by="month"),
            journey.delivery(ours, by="channel_id"),
            journey.overdue_parcels(ours, as_of="2025-11-15 09:00"),
            journey.effect(ours, touchpoint=8, outcomes=told, within=["month", "region"]),
        )
        found[name] = [rows(table, *nw.from_native(table).collect_schema()) for table in tables]
    for name in EAGER[1:]:
        for ours, theirs in zip(found["pandas"], found[name], strict=True):
            assert len(ours) == len(theirs) > 0
            for one, other in zip(ours, theirs, strict=True):
                for a, b in zip(one, other, strict=True):
                    assert a == (pytest.approx(b, abs=1e-12) if isinstance(b, float) else b)


def test_the_truth_lies_in_the_interval_for_most_companies() -> None:
    inside = 0
    for seed in range(1, 7):
        company = of_seed(seed)
        told = journey.outcomes(company, reason="delivery")
        table = journey.effect(company, touchpoint=8, outcomes=told, missed=["late", "missing"])
        row = table.set_index("outcome").loc["contacted"]
        truth = company.truth["late_contact"] - company.truth["late_contact_cared"]
        inside += bool(row["adjusted_low"] <= truth <= row["adjusted_high"])
    assert inside >= 4  # 95 % each: fewer than 4 of 6 happens once in ten thousand times


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30).filter(any),
    st.integers(0, 10),
)
def test_more_capacity_never_calls_later(due: list[int], slots: int) -> None:
    one, more = journey.same_day_share(due, [[slots, slots + 1]] * len(due)).tolist()
    assert 0 <= one <= more <= 1
    assert float(journey.same_day_share(due, [max(due)] * len(due))) == 1


def test_calls_need_days_that_match() -> None:
    with pytest.raises(CourseError, match="2 days of calls and 1 days"):
        journey.same_day_share([1, 2], [1])
    with pytest.raises(CourseError, match="No call falls due"):
        journey.same_day_share([0, 0], [1, 1])
    with pytest.raises(CourseError, match="capacity: 1 of 2 numbers is missing"):
        journey.same_day_share([1, 2], [1, np.nan])
    with pytest.raises(CourseError, match="arrivals has 2 dimensions"):
        journey.same_day_share([[1, 2]], [1])


def test_a_plan_of_calls_is_tried_on_years_that_it_was_not_made_for(shop: Shop) -> None:
    exercise: Any = exercises.get("journey-call-plan")
    year = _Year.of(shop)
    assert not (year.years == year.due).all(axis=1).any()
    assert (year.years.sum(axis=1) == year.due.sum()).all()
    shares = [float(journey.same_day_share(one, year.slots(8, 34))) for one in year.years]
    assert year.share({"usual": 8, "rush": 34}) == pytest.approx(np.mean(shares))
    tight = exercise.score(shop, {"usual": 7, "rush": 31})  # 90 % of last year's, no more
    assert journey.same_day_share(year.due, year.slots(7, 31)) >= 0.9
    assert not tight.passed
    assert 50 < tight.points < 100


def test_the_order_that_the_notebook_follows_was_late_and_nobody_called(shop: Shop) -> None:
    notebook = Path(__file__).parents[1] / "notebooks" / "architecture" / "journey.ipynb"
    sources = ["".join(cell.source) for cell in nbformat.read(notebook, 4).cells]
    (chosen,) = [re.sub(r"\nplots\..*", "", one) for one in sources if "journey.timeline(" in one]
    names: dict[str, Any] = {"shop": shop, "journey": journey}
    exec(compile(chosen, "the cell", "exec"), names)
    assert names["steps"].set_index("touchpoint").loc[8, "state"] == "missing"


def test_the_inspector_answers_its_controls(shop: Shop) -> None:
    tabs = explore.show("journey", shop).children[1]
    assert tabs.titles == ("Ten touchpoints", "Month by month", "One order", "Parcels to call")
    touchpoints, months, order, calls = tabs.children
    touchpoints.inputs["month"].value = T("2025-11-01")
    assert touchpoints.picture.alt.startswith("November: ")
    months.inputs["touchpoint"].value = 6
    packing = journey.rates(shop, by="month").query("touchpoint == 6")["on_time_rate"]
    assert months.picture.alt == f"Packing: worst in Nov, {packing.min():.0%} on time"
    before = order.picture.alt
    order.inputs["touchpoint"].value = 4
    assert order.inputs["number"].value == order.inputs["order"].value
    assert order.picture.alt != before
    order.inputs["number"].value = 10150
    assert order.picture.alt.startswith("Order 10150: ")
    few = calls.picture.alt
    calls.inputs["hours"].value = 48
    assert calls.picture.alt != few
    assert '<th scope="col">Who calls</th>' in calls.below.value


def test_the_inspector_takes_ids_that_are_text(shop: Shop) -> None:
    names = ("orders", "touchpoints")
    texts = {
        name: shop[name].assign(order_id="A" + shop[name]["order_id"].astype(str)) for name in names
    }
    mine = Shop({**{name: shop[name] for name in ("journey", "posts")}, **texts})
    order = explore.show("journey", mine).children[1].children[2]
    assert list(order.inputs) == ["touchpoint", "order"]
    assert order.picture.alt.startswith("Order A")
