"""Experiments in the shop: each tells its story, and overlapping ones are drawn independently."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ecokit import experiments
from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import truth
from ecokit.shop.simulator.pagetests import MOST_DRAWS
from tests.companies import bundled

DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@cache
def seen(shop: Shop, test_id: str) -> pd.DataFrame:
    """Return a row a visitor of a test, with what came of it."""
    test = shop.tests.set_index("test_id").loc[test_id]
    people = shop.assignments[shop.assignments.test_id == test_id]
    end = test.end_on + DAY
    orders = shop.orders.merge(people[["visitor_id", "assigned_at"]], on="visitor_id")
    orders = orders[(orders.placed_at >= orders.assigned_at) & (orders.placed_at < end)]
    visits = shop.visits[shop.visits.visitor_id.isin(people.visitor_id)]
    inside = visits.started_at.between(test.start_on, end, inclusive="left")
    before = visits[visits.started_at < test.start_on].groupby("visitor_id").dwell_seconds.mean()
    by_visitor = people.set_index("visitor_id").assign(
        orders=orders.visitor_id.value_counts(),
        first=orders.groupby("visitor_id").placed_at.min(),
        dwell_seconds=visits[inside].groupby("visitor_id").dwell_seconds.mean(),
        before=before,
    )
    by_visitor["bought"] = by_visitor["first"].notna().astype(int)
    return by_visitor.fillna({"orders": 0.0}).reset_index()


def difference(table: pd.DataFrame, metric: str) -> experiments.differences.Difference:
    arms = [table[table.arm == arm][metric].dropna().to_numpy(float) for arm in "AB"]
    return experiments.difference_of_means(*arms)


def test_a_fair_lot_and_a_sound_test(shop: Shop) -> None:
    for test_id in ("E1", "E2", "E4", "E5", "E6", "E7"):
        assert experiments.split_check(seen(shop, test_id)).p_value > 0.01, test_id
    found = difference(seen(shop, "E2"), "orders")
    base = seen(shop, "E2").query("arm == 'A'").orders.mean()
    assert found.low > 0
    assert found.low < (truth()["pictures_conversion"] - 1) * base < found.high


def test_a_server_that_loses_people_breaks_the_split_and_looks_like_a_gain(shop: Shop) -> None:
    table = seen(shop, "E3")
    split = experiments.split_check(table)
    assert split.p_value < 0.001
    assert (table.arm == "B").mean() < 0.47
    assert difference(table, "bought").difference > 0  # though both pages are the same
    simulated = simulate(seed=4, days=170, visitors_per_day=400)
    without = simulate(seed=4, days=170, visitors_per_day=400, without=["Page on a new server"])
    for name in ("visits", "orders", "returns", "members"):
        pd.testing.assert_frame_equal(simulated[name], without[name])
    assert "E3" in set(simulated.tests.test_id) - set(without.tests.test_id)


def test_looking_too_often_decides_what_is_undecided(shop: Shop) -> None:
    test = shop.tests.set_index("test_id").loc["E4"]
    table = seen(shop, "E4")
    length = (test.end_on - test.start_on).days + 1
    days = np.arange(1, test.looks + 1) * length // test.looks
    look = [
        np.searchsorted(days, (when - test.start_on) // DAY, side="right")
        for when in (table.assigned_at, table["first"].fillna(test.end_on + 9 * DAY))
    ]
    came = pd.DataFrame({"date": look[0], "arm": table.arm, "visitors": 1, "orders": 0})
    did = pd.DataFrame({"date": look[1], "arm": table.arm, "visitors": 0, "orders": 1})
    rows = pd.concat([came, did[did.date < test.looks]]).groupby(["date", "arm"]).sum()
    p_values = experiments.look_by_look(rows.reset_index()).p_value
    assert len(p_values) == test.looks
    assert p_values[:-1].min() < 0.05
    assert p_values.iloc[-1] > 0.05
    assert 1 < test.draws < MOST_DRAWS


def test_bold_promises_sell_and_come_back(shop: Shop) -> None:
    table = seen(shop, "E5")
    assert difference(table, "orders").low > 0
    orders = shop.orders.merge(table[["visitor_id", "arm", "assigned_at"]], on="visitor_id")
    end = shop.tests.set_index("test_id").end_on["E5"] + DAY
    orders = orders[(orders.placed_at >= orders.assigned_at) & (orders.placed_at < end)]
    lines = shop.order_lines.merge(orders[orders.delivered_at.notna()], on="order_id")
    back = shop.returns[["order_id", "line"]].assign(back=1.0)
    lines = lines.merge(back, how="left", on=["order_id", "line"]).fillna({"back": 0.0})
    found = difference(lines, "back")
    assert found.low > 0.03
    assert found.difference > 0.05


def test_earlier_visits_tell_of_customers_and_not_of_newcomers(shop: Shop) -> None:
    known, new = (seen(shop, test_id) for test_id in ("E6", "E7"))
    assert new.before.isna().all()
    table = known.fillna({"before": known.before.mean()})
    assert 0.3 < table.dwell_seconds.corr(table.before) < 0.55
    how = {"means": "dwell_seconds"}
    plain = experiments.effects(table, **how)
    better = experiments.effects(table, covariate="before", **how)
    assert (better.standard_error / plain.standard_error).iloc[0] < 0.95
    for one, effect in ((known, "start_known_dwell"), (new, "start_new_dwell")):
        found = difference(one, "dwell_seconds")
        base = one.query("arm == 'A'").dwell_seconds.mean()
        assert found.low > 0
        assert found.low < (truth()[effect] - 1) * base < found.high


def test_overlapping_tests_are_drawn_independently(shop: Shop) -> None:
    both = seen(shop, "E4").merge(seen(shop, "E5"), on="visitor_id")
    counts = pd.crosstab(both.arm_x, both.arm_y).to_numpy(float)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    assert ((counts - expected) ** 2 / expected).sum() < 10.8  # one in a thousand


def test_members_stay_as_the_law_says(shop: Shop) -> None:
    from ecokit import funnel

    assert not shop.members.visitor_id.duplicated().any()
    found = funnel.staying(funnel.member_periods(shop))
    told = funnel.survival(truth()["member_alpha"], truth()["member_beta"], 12)
    table = found.table(12)
    assert (table.low.to_numpy()[-12:] <= told + 1e-9).all()
    assert (table.high.to_numpy()[-12:] >= told - 1e-9).all()
