"""Media against published figures, brute force, the simulator's truth, and several engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import media
from ecokit.errors import CourseError
from ecokit.media.crisis import Clock
from ecokit.media.made import headlines, visits
from ecokit.shop.inputs import truth
from ecokit.shop.simulator import stories as simulated
from tests.engines import MOVES, PROMISED, moved, rows

CLOCK = Clock(depth=0.5, rise=10, half_life=48, burns=96)
WAYS: dict[str, Any] = {"channels": ["direct"], "beside": ["paid_search"]}
START, END = "2025-06-01", "2025-06-07"
shares = st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda given: sum(given) > 1e-6)


def made(n: int = 60, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "story_id": [f"S{one}" for one in range(n)],
            "published_at": pd.Timestamp("2025-03-01") + pd.to_timedelta(range(n), unit="D"),
            "kind": rng.choice(["owned", "earned", "paid"], n),
            "outlet": rng.choice(["Daily", "Weekly", "Radio"], n),
            "about": rng.choice(["own", "K1", "K2"], n),
            "reach": rng.integers(0, 400, n),
            "tone": rng.integers(-1, 2, n),
        }
    )


# --- reach -----------------------------------------------------------------------------


@given(shares)
def test_reach_lies_between_the_largest_and_the_sum(given_: list[float]) -> None:
    found = media.combined_reach(given_)
    assert max(given_) - 1e-12 <= found.reach <= min(sum(given_), 1) + 1e-12
    assert found.frequency == pytest.approx(sum(given_) / found.reach)


def test_reach_is_that_of_people_drawn_one_by_one() -> None:
    reaches = np.array([0.4, 0.3, 0.2])
    seen = np.random.default_rng(1).random((200_000, 3)) < reaches
    found = media.combined_reach(list(reaches))
    assert found.reach == pytest.approx(seen.any(axis=1).mean(), abs=0.004)
    assert found.frequency == pytest.approx(seen.sum() / seen.any(axis=1).sum(), abs=0.01)


@pytest.mark.parametrize(
    ("spread", "once", "thrice"), [(None, 0.834701, 0.269379), (0.5, 0.533748, 0.244213)]
)
def test_exposure_laws(spread: float | None, once: float, thrice: float) -> None:
    table = media.exposures(180, spread)
    assert table["at_least"][1] == pytest.approx(once, abs=5e-7)
    assert media.effective_reach(180, spread) == pytest.approx(thrice, abs=5e-7)
    assert table["share"].sum() + media.effective_reach(180, spread, least=11) == pytest.approx(1)
    rng = np.random.default_rng(2)
    mean = 1.8 if spread is None else rng.gamma(spread, 1.8 / spread, 100_000)
    drawn = rng.poisson(mean, 100_000)
    assert (drawn >= 3).mean() == pytest.approx(thrice, abs=0.005)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(500, 1e9))
def test_people_reached_are_fewer_than_readers_added_up(seed: int, people: float) -> None:
    found = media.story_reach({"stories": made(20, seed)}, people, by="kind")
    assert (found["reached_low"] <= found["reached_high"] * (1 + 1e-9)).all()
    assert (found["reached_high"] <= found["added_up"] * (1 + 1e-6)).all()


DOTS = ["." * n for n in range(1, len(headlines()) + 1)]


def test_tiny_shares_add_up() -> None:
    assert media.combined_reach([1e-20, 2e-20]).reach == pytest.approx(3e-20)


def test_three_rows_have_a_correlation_without_an_interval() -> None:
    table = pd.DataFrame({"share_of_voice": [0.1, 0.2, 0.4], "market_share": [0.2, 0.1, 0.3]})
    assert "3 rows, too few" in str(media.voice_correlation(table))


@pytest.mark.parametrize("spread", [1e9, 1e12, 1e15])
def test_people_who_hardly_differ_follow_poisson(spread: float) -> None:
    assert media.effective_reach(180, spread) == pytest.approx(media.effective_reach(180), rel=1e-5)


def test_people_reached_by_hand() -> None:
    stories = made()
    found = media.story_reach({"stories": stories}, 1_000, by="month")
    for month, part in stories.groupby(stories["published_at"].dt.to_period("M").dt.start_time):
        row = found[found["month"] == month].iloc[0]
        most = part.groupby("outlet")["reach"].max()
        assert row["reached_low"] == pytest.approx(1_000 * (1 - np.prod(1 - most / 1_000)))
        assert row["reached_high"] == pytest.approx(1_000 * (1 - np.prod(1 - part.reach / 1_000)))


@pytest.mark.parametrize("engine", PROMISED)
def test_engines_give_the_same(engine: str) -> None:
    market = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-03-01", "2025-04-01"] * 3),
            "seller": ["own", "own", "K1", "K1", "others", "others"],
            "sales": [5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
        }
    )
    tables = {"stories": made(), "market": market}
    there = moved(MOVES[engine], tables)
    calls: list[Callable[[Any], Any]] = [
        lambda given_: media.story_reach(given_, 1_000, by=["month", "kind"]),
        lambda given_: media.share_of_voice(given_, by="month"),
        lambda given_: media.voice_and_market(given_, by="month"),
    ]
    for call in calls:
        ours, theirs = rows(call(tables)), rows(call(there))
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert _alike(one, other)


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        a == b or (isinstance(a, float) and abs(a - b) < 1e-9 * max(abs(a), 1))
        for a, b in zip(one, other, strict=True)
    )


# --- voice -----------------------------------------------------------------------------


def test_voices_add_up_to_one_and_weigh_tone_by_readers() -> None:
    stories = made()
    by_both = media.share_of_voice({"stories": stories}, by=["kind", "month"])
    told = by_both.groupby(["kind", "month"])["share_of_voice"].sum().to_numpy()
    assert told == pytest.approx(np.ones(len(told)))
    found = media.share_of_voice({"stories": stories}, by="kind")
    assert found.groupby("kind")["share_of_voice"].sum().to_numpy() == pytest.approx([1, 1, 1])
    part = stories[(stories.kind == "paid") & (stories.about == "K1")]
    row = found[(found.kind == "paid") & (found.about == "K1")].iloc[0]
    assert row["tone"] == pytest.approx((part.tone * part.reach).sum() / part.reach.sum())


def test_a_correlation_says_that_it_is_no_cause() -> None:
    table = pd.DataFrame({"share_of_voice": [0.5, 0.3, 0.2], "market_share": [0.3, 0.5, 0.2]})
    found = media.voice_correlation(table)
    assert np.isnan(found.low)
    assert "nothing of what moves what" in str(found)
    with pytest.raises(CourseError, match="three rows or more"):
        media.voice_correlation(table[:2])


# --- tone ------------------------------------------------------------------------------


def test_methods_are_judged_on_headlines_that_nobody_has_seen() -> None:
    stories = pd.concat([headlines()] * 3, ignore_index=True)
    found = media.tone_methods({"stories": stories}, seed=2).set_index("method")
    assert (found["n"] == 180).all()  # half of 120 different ones, three times
    assert (found["recall_low"] <= found["recall"]).all()
    assert found.loc["classifier", "recall"] > found.loc["words_negated", "recall"]
    assert found.loc["words_negated", "recall"] > found.loc["words", "recall"]
    again = media.tone_methods({"stories": stories}, seed=2).set_index("method")
    pd.testing.assert_frame_equal(found, again)


def test_irony_escapes_every_list() -> None:
    text = ["Great success: Lark sends parcels after a month"]
    assert media.tone_by_words(text, negations=True).tolist() == [1]


@given(st.floats(0, 1), st.floats(0.05, 1), st.floats(0, 1e5), st.floats(0, 1e3))
def test_what_is_missed_costs(recall: float, precision: float, harm: float, check: float) -> None:
    table = pd.DataFrame({"method": ["a"], "precision": precision, "recall": recall})
    table = table.assign(recall_low=recall, recall_high=recall)
    row = media.missed_costs(table, bad=100, harm=harm, check=check).iloc[0]
    assert row["missed"] == pytest.approx(100 * (1 - recall))
    assert row["cost"] == pytest.approx(row["missed"] * harm + row["alarms"] * check)


def test_a_method_that_hardly_finds_anything_raises_no_alarms() -> None:
    table = pd.DataFrame({"method": ["a"], "precision": 1e-320, "recall": 0.5})
    table = table.assign(recall_low=0.4, recall_high=0.6)
    assert media.missed_costs(table, bad=10, harm=5, check=1)["alarms"].tolist() == [0]


def test_shares_of_a_market_in_which_nobody_sells_are_missing() -> None:
    market = pd.DataFrame({"month": pd.Timestamp("2025-03-01"), "seller": ["own", "K1"]})
    found = media.voice_and_market({"stories": made(), "market": market.assign(sales=0.0)})
    assert found[["market_share", "excess"]].isna().all(axis=None)
    assert found["share_of_voice"].sum() == pytest.approx(1)


# --- events ----------------------------------------------------------------------------


def test_an_event_study_finds_what_a_story_did() -> None:
    true = 60 * sum(0.5 ** (day / 3) for day in range(7))
    held = 0
    for seed in range(20):
        found = media.event_study({"visits": visits(seed=seed)}, START, END, **WAYS)
        held += found.low <= true <= found.high
        assert found.told
    assert held >= 17
    none = [
        media.event_study({"visits": visits(0.0, seed)}, START, END, **WAYS).told
        for seed in range(20)
    ]
    assert sum(none) <= 3


def test_the_plain_change_counts_what_has_nothing_to_do_with_a_story() -> None:
    table = visits()
    busy = table[table["started_at"].between("2025-06-01", "2025-06-07")].head(500)
    busy = busy.assign(channel_id="email", visit_id=-busy["visit_id"], visitor_id=-busy["visit_id"])
    both = {"visits": pd.concat([table, busy], ignore_index=True)}
    more = media.plain_change(both, START, END) - media.plain_change({"visits": table}, START, END)
    assert more == 500
    studies = (media.event_study(one, START, END, **WAYS) for one in (both, {"visits": table}))
    assert len({one.effect for one in studies}) == 1


def test_people_whom_a_campaign_takes_are_not_the_story_s() -> None:
    """A campaign in the week of a story brings people who would have come by direct."""
    table = visits(0.0)
    rng = np.random.default_rng(8)
    days = table["started_at"].between("2025-05-10", "2025-05-16")
    days |= table["started_at"].between("2025-06-01", "2025-06-07")
    taken = days & (table["channel_id"] == "direct") & (rng.random(len(table)) < 0.4)
    moved = table.assign(
        channel_id=table["channel_id"].mask(taken, "email"),
        campaign_id=table["campaign_id"].mask(taken, "C01"),
    )
    found = media.event_study({"visits": moved}, START, END, **WAYS)
    blind = moved.assign(campaign_id=None)
    assert media.event_study({"visits": blind}, START, END, **WAYS).high < 0
    assert found.low < 0 < found.high


def test_another_story_is_left_out_where_it_is_named() -> None:
    table = visits()
    other = pd.DataFrame(
        {"started_at": pd.Timestamp("2025-05-10"), "channel_id": "direct"}, range(400)
    )
    number = table["visit_id"].max() + 1 + np.arange(400)
    other = other.assign(visit_id=number, visitor_id=number, campaign_id=None)
    both = {"visits": pd.concat([table, other], ignore_index=True)}
    plain = media.event_study({"visits": table}, START, END, **WAYS)
    disturbed = media.event_study(both, START, END, **WAYS)
    named = media.event_study(both, START, END, avoid=["2025-05-10"], **WAYS)
    assert disturbed.high - disturbed.low > 1.5 * (plain.high - plain.low)
    assert named.high - named.low < 1.5 * (plain.high - plain.low)


def test_placebo_windows_keep_away_from_what_is_known() -> None:
    table = media.placebo_days(
        {"visits": visits()}, START, END, avoid=["2025-05-10"], step=2, before=21, **WAYS
    )
    assert not table["placebo"][0]
    for day in (START, "2025-05-10"):
        gap = (table.loc[table["placebo"], "start"] - pd.Timestamp(day)).abs().dt.days
        assert 7 + 3 <= gap.min() <= 7 + 3 + 2  # its length and the gap, and not much more


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: media.event_study({"visits": visits()}, END, START), "before it starts"),
        (lambda: media.event_study({"visits": visits()}, START, END), "came first by the channel"),
        (
            lambda: media.event_study(
                {"visits": visits()}, START, END, channels="direct", beside="direct"
            ),
            "in channels and in beside",
        ),
        (
            lambda: media.event_study({"visits": visits()}, "2025-04-01", "2025-07-25", **WAYS),
            "to learn from",
        ),
        (lambda: media.combined_reach([0.0]), "one is above 0"),
        (lambda: media.exposures(-5), "grp is -5"),
        (
            lambda: media.story_reach({"stories": made().assign(reach=-1)}, 1_000),
            "reach is no number of 0",
        ),
        (lambda: media.share_of_voice({"stories": made().assign(tone=5)}), "not -1, 0 or 1"),
        (
            lambda: media.share_of_voice({"stories": made().assign(reach=1e300)}),
            "reach is more than there are people",
        ),
        (
            lambda: media.story_reach({"stories": made().assign(reach=1e300)}, 1e15),
            "reach is more than there are people",
        ),
        (
            lambda: media.tone_methods({"stories": headlines().assign(headline=DOTS)}),
            "holds no words",
        ),
        (lambda: media.tone_by_words("late"), "Give headlines in a list"),
        (lambda: media.tone_by_words(["late"], good=["late"]), "in good and in bad"),
        (lambda: media.tone_by_words(["late"], bad="late"), "bad is 'late'. Give words in a list"),
        (lambda: media.tone_by_words(["late"], good=None), "good is None. Give words in a list"),
        (lambda: media.exposures(1e10, 1e-320), "not so near to 0"),
        (lambda: media.tone_methods({"stories": headlines()[:25]}), "needs 20 or more"),
        (lambda: media.crisis_height([1], -2, clock=CLOCK), "answer is -2"),
        (lambda: Clock(2, 10, 48, 96), "depth is 2"),
        (
            lambda: media.answer_costs([2], clock=None, visits_a_day=9, orders_a_visit=0.1),
            "what crisis_parameters returned",
        ),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence) as told:
        call()
    assert "\n" not in str(told.value)


# --- the crisis clock -------------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(0, 200), st.floats(0, 200))
def test_each_hour_of_waiting_costs(soon: float, more: float) -> None:
    costs = media.answer_costs(
        [soon, soon + more], clock=CLOCK, visits_a_day=240, orders_a_visit=0.05
    )
    assert costs["visits_lost"].is_monotonic_increasing or more < 1e-9
    assert (costs["an_hour"] >= 0).all()


@pytest.mark.parametrize("answer", [0.0, 5.0, 30.0, 150.0])
def test_costs_are_the_area_under_the_height(answer: float) -> None:
    step = 0.05
    hours = np.arange(0, 1_500, step) + step / 2
    area = media.crisis_height(hours, answer, clock=CLOCK).sum() * step
    costs = media.answer_costs([answer], clock=CLOCK, visits_a_day=24, orders_a_visit=0.5)
    assert costs["visits_lost"][0] == pytest.approx(area * CLOCK.depth, rel=1e-4, abs=1e-9)
    assert costs["orders_lost"][0] == pytest.approx(costs["visits_lost"][0] / 2)


def test_the_clock_is_that_of_the_simulator() -> None:
    effects = pd.DataFrame({"effect": truth().keys(), "value": truth().values()})
    clock = media.crisis_parameters({"effects": effects})
    hours = np.linspace(0, 300, 200)
    for answer in (3.0, 24.0, 120.0):
        ours = media.crisis_height(hours, answer, clock=clock)
        assert ours == pytest.approx(simulated.level(hours, answer))


# --- what is at stake -------------------------------------------------------------------


def around(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return 40 days with a crisis in the middle; visitors of even numbers come by direct."""
    number = np.arange(400)
    started = pd.Timestamp("2025-03-01") + pd.to_timedelta(rng.integers(0, 40 * 24, 400), unit="h")
    visits = pd.DataFrame({"visitor_id": number // 2, "started_at": started})
    visits["channel_id"] = np.where(rng.random(400) < 0.5, "direct", "social")
    paid = started.where(pd.Series(rng.random(400) < 0.6))
    orders = pd.DataFrame({"order_id": number, "visitor_id": number // 2, "paid_at": paid})[:120]
    lines = pd.DataFrame(
        {
            "order_id": rng.integers(0, 120, 300),
            "quantity": rng.integers(1, 4, 300),
            "unit_price": rng.uniform(50, 90, 300).round(2),
            "unit_cost": rng.uniform(20, 60, 300).round(2),
        }
    )
    crisis = pd.DataFrame({"hour": pd.date_range("2025-03-20 18:00", periods=48, freq="h")})
    return {"crisis": crisis, "visits": visits, "orders": orders, "order_lines": lines}


def test_what_is_at_stake_by_hand() -> None:
    tables = around(np.random.default_rng(4))
    found = media.at_stake(tables, channels=["direct"], around=5)
    firsts = tables["visits"].sort_values("started_at").drop_duplicates("visitor_id")
    firsts = firsts[firsts["channel_id"] == "direct"]
    days = firsts["started_at"].dt.normalize().value_counts()
    usual = [*pd.date_range("2025-03-15", "2025-03-19"), *pd.date_range("2025-03-23", "2025-03-27")]
    assert found.visits_a_day == days.reindex(usual, fill_value=0).median()
    orders = tables["orders"].dropna(subset="paid_at")
    theirs = orders["visitor_id"].isin(firsts["visitor_id"]).sum()
    assert found.orders_a_visit == pytest.approx(theirs / len(firsts))
    lines = tables["order_lines"].merge(orders)
    margin = ((lines["unit_price"] - lines["unit_cost"]) * lines["quantity"]).sum()
    assert found.order_margin == pytest.approx(margin / lines["order_id"].nunique())


@pytest.mark.parametrize("engine", PROMISED)
def test_engines_have_the_same_at_stake(engine: str) -> None:
    tables = around(np.random.default_rng(5))
    there = media.at_stake(moved(MOVES[engine], tables), channels=["direct"])
    assert there == media.at_stake(tables, channels=["direct"])


def test_a_crisis_without_hours_or_visits_has_nothing_at_stake() -> None:
    tables = around(np.random.default_rng(6))
    with pytest.raises(CourseError, match="crisis has no rows"):
        media.at_stake({**tables, "crisis": tables["crisis"][:0]})
    with pytest.raises(CourseError, match="Nobody came first by email"):
        media.at_stake(tables, channels="email")
