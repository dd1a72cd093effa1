"""Luck that belongs to things, causes before effects, and one company told whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit.errors import CourseError
from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read
from ecokit.shop.simulator import campaigns
from ecokit.shop.simulator.luck import Luck, key
from ecokit.shop.simulator.world import AGAIN_DAYS
from ecokit.shop.write import csv_text
from tests.companies import bundled, of_seed


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.fixture(scope="module")
def large() -> Shop:
    """A company of twice the visits and people."""
    return of_seed(11, 1_600)


# Draws


def test_draws_follow_their_laws_and_do_not_hang_together() -> None:
    luck, who = Luck(7), np.arange(200_000)
    draws = {
        "uniform": (luck.uniform("a", who), 0.5, 1 / 12),
        "normal": (luck.normal("b", who), 0.0, 1.0),
        "exponential": (luck.exponential("c", 3.0, who), 3.0, 9.0),
        "poisson": (luck.poisson("d", 2.5, who), 2.5, 2.5),
        "poisson of many": (luck.poisson("e", 90.0, who), 90.0, 90.0),
        "binomial": (luck.binomial("f", 20, 0.3, who), 6.0, 4.2),
        "whole": (luck.whole("g", 0, 6, who), 2.5, 35 / 12),
    }
    for name, (found, mean, variance) in draws.items():
        error = np.sqrt(variance / len(who))
        assert abs(found.mean() - mean) < 4.5 * error, name
        assert found.var() == pytest.approx(variance, rel=0.03), name
        assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.012, name
    columns = np.corrcoef([found for found, _, _ in draws.values()])
    assert np.abs(columns - np.eye(len(draws))).max() < 0.012
    other = Luck(8).uniform("a", who)
    assert abs(np.corrcoef(other, draws["uniform"][0])[0, 1]) < 0.012


@settings(max_examples=50)
@given(seed=st.integers(0, 2**40), who=st.lists(st.integers(-(2**40), 2**40), min_size=1))
def test_a_draw_hangs_on_its_thing_alone(seed: int, who: list[int]) -> None:
    luck = Luck(seed)
    together = luck.uniform("pays", who)
    assert together.tolist() == [float(luck.uniform("pays", one)) for one in who]
    assert ((together >= 0) & (together < 1)).all()


def test_keys_of_different_things_differ() -> None:
    number = np.arange(300_000)
    assert len(np.unique(key("visit", number))) == len(number)
    assert key("visit", 1, 2) != key("visit", 2, 1)
    assert key("visit", 1) != key("order", 1)


# The same luck


def test_an_added_campaign_that_brings_nobody_changes_no_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = simulate(3, days=60, visitors_per_day=150)
    nobody = dict(read("promotions")[0]) | {
        **{"name": "Nobody", "starts": "01-20", "visit_share": "0", "discount": "0"},
        "categories": "",
    }

    def longer(name: str) -> tuple[dict[str, str], ...]:
        return (*read(name), nobody) if name == "promotions" else read(name)

    monkeypatch.setattr(campaigns, "read", longer)
    after = simulate(3, days=60, visitors_per_day=150)
    assert "Nobody" in set(after.campaigns.name)
    added = set(after.campaigns.campaign_id) - set(before.campaigns.campaign_id)
    for name in before.tables:
        table = after[name]
        if name in ("campaigns", "creatives"):
            table = table[~table.campaign_id.isin(added)].reset_index(drop=True)
        if name == "incremental":
            table = table[~table.source.isin(added)].reset_index(drop=True)
        assert csv_text(name, before[name]) == csv_text(name, table), name


def test_without_a_campaign_all_others_have_the_same_luck() -> None:
    whole = simulate(3, days=100, visitors_per_day=200)
    less = simulate(3, days=100, visitors_per_day=200, without=["Group-buying site"])
    gone = whole.campaigns.set_index("name").campaign_id["Group-buying site"]
    assert gone not in set(less.campaigns.campaign_id)
    first = whole.visits[whole.visits.campaign_id == gone].started_at.min().normalize()
    shown = ["started_at", "channel_id", "campaign_id", "landing", "product_id", "dwell_seconds"]
    early = [company.visits[company.visits.started_at < first] for company in (whole, less)]
    pd.testing.assert_frame_equal(*(visits.reset_index(drop=True) for visits in early))
    rows = whole.visits[~(whole.visits.campaign_id == gone).fillna(False)]
    both = rows[shown].merge(less.visits[shown].drop_duplicates(), how="inner")
    assert len(both) > 0.95 * len(less.visits)  # the others: who came again, and whom they moved
    for name in ("products", "competitor_prices", "staff", "directory"):
        assert csv_text(name, whole[name]) == csv_text(name, less[name]), name
    assert len(whole.orders) > len(less.orders)


def test_a_campaign_that_nobody_plans_gets_a_sentence() -> None:
    with pytest.raises(CourseError, match=r"without has '619'; give a list of campaigns' names"):
        simulate(1, 7, 20, without=["619"])
    with pytest.raises(CourseError, match="without has '618'; give a list"):
        simulate(1, 7, 20, without="618")


# Causes come before their effects


def test_no_outcome_stands_before_its_cause(large: Shop) -> None:
    orders = large.orders.set_index("order_id")
    calls = large.touchpoints[large.touchpoints.touchpoint == 8].set_index("order_id")
    in_time = calls.done_at <= calls.due_at
    settled = calls.done_at.where(in_time, calls.due_at)  # called, or not called when due
    where = large.contacts[large.contacts.reason == "delivery"].astype({"order_id": "int64"})
    first = where.drop_duplicates("order_id").set_index("order_id").arrived_at
    late = first[first.index.isin(calls.index)]
    assert len(late) > 100
    assert (late > settled[late.index]).all()
    on_time = first[~first.index.isin(calls.index)]
    assert (on_time > orders.dispatched_at[on_time.index]).all()
    delivered = orders.delivered_at.reindex(first.index)
    assert (first[delivered.notna()] <= delivered[delivered.notna()]).all()
    raised = large.complaints[large.complaints.reason == "late"].set_index("order_id").raised_at
    raised = raised[raised.index.isin(calls.index)]
    assert (raised > settled[raised.index]).all()
    others = large.complaints[large.complaints.reason != "late"]
    assert (others.raised_at > others.order_id.map(orders.delivered_at)).all()
    assert (large.returns.asked_at > large.returns.order_id.map(orders.delivered_at)).all()


def test_an_order_comes_after_the_answer_or_the_end_of_patience(large: Shop) -> None:
    asked = large.contacts[large.contacts.visit_id.notna()].dropna(subset=["order_id"])
    placed = asked.order_id.map(large.orders.set_index("order_id").placed_at)
    known = asked.answered_at.fillna(asked.ended_at)
    assert len(asked) > 1_000
    assert (placed > known).all()


def test_payments_follow_reminders_and_visits_follow_what_moved_them(large: Shop) -> None:
    orders = large.orders.set_index("order_id")
    reminders = large.touchpoints[large.touchpoints.touchpoint == 3]
    paid = reminders.order_id.map(orders.paid_at)
    assert (paid > reminders.done_at)[paid.notna() & reminders.done_at.notna()].all()
    decided = large.approvals.groupby("decision_id").answered_at.max()
    assert (large.decisions.set_index("decision_id").decided_at == decided).all()
    once = orders[~orders.visitor_id.duplicated(keep=False)].reset_index()
    seen = large.visits.sort_values(["visitor_id", "started_at"])
    rest = seen.groupby("visitor_id").started_at.diff() // pd.Timedelta(days=1)
    seen = seen[~(rest <= len(AGAIN_DAYS))]  # who looks in again does so within these days
    seen = seen[~seen.visitor_id.isin(large.mailings.visitor_id)]  # a letter brings them any day
    visits = seen.merge(once[["order_id", "visitor_id", "delivered_at"]], on="visitor_id")
    later = visits[visits.started_at > visits.delivered_at]
    told = large.touchpoints[large.touchpoints.touchpoint == 10].set_index("order_id").done_at
    rested = later.delivered_at + pd.Timedelta(days=7)
    back = later[later.started_at > rested - pd.Timedelta(days=2)]
    message = back.order_id.map(told)
    assert (back.started_at > rested[back.index]).all()
    assert (back.started_at > message)[message.notna()].all()


def test_customers_whose_question_nobody_solved_come_back_less(large: Shop) -> None:
    contacts = large.contacts.dropna(subset=["order_id"]).drop_duplicates("order_id", keep="last")
    solved = contacts.set_index("order_id").resolved.fillna(False).astype(bool)
    orders = large.orders[large.orders.delivered_at < "2025-07-01"]
    once = orders[~orders.visitor_id.duplicated(keep=False)].set_index("order_id")
    once = once[once.index.isin(solved.index) & once.delay_cause.isna()]
    visits = large.visits.merge(once[["visitor_id", "delivered_at"]], on="visitor_id")
    later = visits[visits.started_at > visits.delivered_at + pd.Timedelta(days=7)]
    count = once.visitor_id.map(later.groupby("visitor_id").size()).fillna(0)
    mean, size = count.groupby(solved[once.index]).agg(["mean", "size"]).T.to_numpy()
    error = np.sqrt(mean[0] / size[0] + mean[1] / size[1])
    assert mean[0] < mean[1] - 2 * error
    ratio = np.sqrt(mean[1] / size[1] + mean[0] / size[0]) / mean[1]
    assert mean[0] / mean[1] == pytest.approx(large.truth["unsolved_repeat"], abs=4 * ratio)


# One company


def test_who_approves_a_decision_is_told_by_the_money_at_stake(shop: Shop) -> None:
    limits = shop.mandates[shop.mandates.structure == "three_forces"].set_index("kind")
    steps = shop.approvals.groupby("decision_id").post_id.agg(list)
    rows = shop.decisions.assign(posts=shop.decisions.decision_id.map(steps))
    for kind, part in rows.groupby("kind"):
        rule = limits.loc[kind]
        second, third = part.potential > rule.limit, part.potential > rule.high_limit
        assert second.any()
        assert third.any()
        assert part.posts.map(lambda posts, post=rule.beyond: post in posts).equals(second)
        assert part.posts.map(lambda posts, post=rule.high_beyond: post in posts).equals(third)
        assert part.posts.map(lambda posts, post=rule.decided_by: post in posts).all()


def test_it_is_a_small_company_with_all_the_posts(shop: Shop) -> None:
    assert 250_000 < len(shop.visits) < 400_000
    lines = shop.order_lines.merge(shop.orders[shop.orders.paid_at.notna()], on="order_id")
    assert 25e6 < (lines.quantity * lines.unit_price).sum() < 35e6
    present = shop.staff[shop.staff.left_on.isna()]
    own = shop.posts[shop.posts.structure == "three_forces"]
    assert own.loc[own.held_with.isna(), "headcount"].sum() == 26
    assert 22 <= len(present) <= 28
    assert set(own.post_id) == set(shop.staff.post_id) | set(own.post_id[own.held_with.notna()])


def test_a_larger_company_has_more_people_and_pays_more_rent(shop: Shop, large: Shop) -> None:
    for column in ("structure", "post_id", "working_time", "monthly_cost"):
        assert shop.posts[column].equals(large.posts[column])
    ratio = large.posts.headcount / shop.posts.headcount
    assert (ratio == 2).all()
    rent = [s.expenses[s.expenses["item"] == "office_rent"].amount.sum() for s in (shop, large)]
    assert rent[1] == 2 * rent[0]


def test_festivals_peak_on_their_day_and_the_custom_line_falls_in_yuan() -> None:
    for seed in (2025, 4, 5):
        company = bundled() if seed == 2025 else of_seed(seed)
        paid = company.orders[company.orders.paid_at.notna()]
        daily = paid.groupby(paid.placed_at.dt.normalize()).size()
        assert daily["2025-06"].idxmax() == pd.Timestamp("2025-06-18")
        assert daily["2025-11"].idxmax() == pd.Timestamp("2025-11-11")
        lines = company.order_lines.merge(paid[["order_id", "placed_at"]], on="order_id")
        goods = company.products.set_index("product_id").line
        lines = lines[lines.product_id.map(goods) == "custom"]
        sales = (lines.quantity * lines.unit_price).groupby(lines.placed_at.dt.month).sum()
        assert sales[9:].sum() < 0.85 * sales[:3].sum()


@pytest.mark.parametrize(
    ("name", "words"),
    [("drawn_scale", "since ecokit 0.2 the tables hold the whole shop"), ("gravity", "no effect")],
)
def test_an_effect_that_is_not_there_gets_a_sentence(shop: Shop, name: str, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        shop.truth[name]
    assert shop.truth.get(name) is None


# What would have been


@pytest.fixture(scope="module")
def whole() -> Shop:
    return simulate(3, days=120, visitors_per_day=300)


SHOWN = ["visitor_id", "started_at", "channel_id", "campaign_id", "product_id", "dwell_seconds"]


@pytest.mark.parametrize("name", ["Group-buying site", "Women's Day", "social"])
def test_without_a_way_only_what_it_reaches_changes(whole: Shop, name: str) -> None:
    less = simulate(3, days=120, visitors_per_day=300, without=[name])
    ids = whole.campaigns.set_index("name").campaign_id
    column = "campaign_id" if name in ids else "channel_id"
    by_it = (whole.visits[column] == ids.get(name, name)).to_numpy(bool)
    assert not (less.visits[column] == ids.get(name, name)).any()
    reached = set(whole.visits.visitor_id[by_it]) | set(whole.orders.visitor_id)
    reached |= set(less.orders.visitor_id)  # who ordered, here or there, comes back or not
    others = [company.visits[~company.visits.visitor_id.isin(reached)] for company in (whole, less)]
    if name == "social":  # some of its people are seen by a pause's way, or were never its
        rows = [set(map(tuple, part[SHOWN].astype(str).to_numpy())) for part in others]
        assert len(rows[0] ^ rows[1]) < 0.01 * len(rows[0])
    else:
        pd.testing.assert_frame_equal(*(part[SHOWN].reset_index(drop=True) for part in others))
    steps = [part.set_index(["visitor_id", "started_at"]).reached for part in others]
    both = pd.concat(steps, axis=1, join="inner")
    assert (both.iloc[:, 0] == both.iloc[:, 1]).mean() > 0.99  # the others met other prices
    for table in ("products", "competitor_prices", "roster", "warehouse", "store_sales", "pauses"):
        assert csv_text(table, whole[table]) == csv_text(table, less[table]), table
    gone = whole.visits.visit_id[by_it]
    cause = whole.causes.set_index("visit_id").cause[gone]
    kept = less.visits.set_index(["visitor_id", "started_at"]).index
    first = whole.visits[by_it].set_index("visit_id")
    alone = first.visitor_id.map(whole.visits.visitor_id.value_counts()) == 1
    alone &= first.started_at > "2025-02-01"  # until then chains go on that began before
    alone &= ~first.visitor_id.isin(whole.mailings.visitor_id)  # moved twice: held out, and off
    there = pd.MultiIndex.from_frame(first[["visitor_id", "started_at"]]).isin(kept)
    assert not there[(cause == "new").to_numpy()].any()
    assert there[(cause.isin(["moved", "anyway"]) & alone).to_numpy()].all()


def test_other_luck_is_the_same_company(whole: Shop) -> None:
    other = simulate(3, days=120, visitors_per_day=300, luck=1)
    for table in ("products", "campaigns", "staff", "competitor_prices", "price_tests"):
        assert csv_text(table, whole[table])[:40] == csv_text(table, other[table])[:40], table
    for table in ("products", "campaigns", "staff", "competitor_prices", "supplier_offers"):
        assert csv_text(table, whole[table]) == csv_text(table, other[table]), table
    assert whole.spend.spend.equals(other.spend.spend)
    assert len(whole.visits) != len(other.visits)
    assert abs(len(whole.visits) / len(other.visits) - 1) < 0.03
    truth = [company.incremental.iloc[:, 5:] for company in (whole, other)]
    for one, two in zip(*(part.to_numpy().T for part in truth), strict=True):
        assert np.allclose(one, two, rtol=0.1, atol=max(30, 0.05 * np.abs(one).max()))


def test_the_truth_is_what_rerunning_gives() -> None:
    company, less = (simulate(1, days=181, luck=3, without=name) for name in ([], ["618"]))
    there = company.incremental.set_index("source").loc[
        company.campaigns.set_index("name").campaign_id["618"]
    ]
    orders = [int(s.orders.paid_at.notna().sum()) for s in (company, less)]
    assert there.visits == pytest.approx(len(company.visits) - len(less.visits), rel=0.06)
    assert there.orders == pytest.approx(orders[0] - orders[1], rel=0.15)


def test_a_channel_that_is_always_there_gets_a_sentence() -> None:
    with pytest.raises(CourseError, match="without has 'search', which nobody can switch off"):
        simulate(1, 7, 20, without=["search"])
