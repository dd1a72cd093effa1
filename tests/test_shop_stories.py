"""Stories and the crisis: what is told, that it belongs to the company, and what it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecokit.media import TALKED, answered_after
from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import stories
from ecokit.shop.simulator.calendar import calendar
from ecokit.shop.simulator.luck import Luck

START = np.datetime64("2025-01-01")


def told(seed: int = 1, days: int = 365, start: np.datetime64 = START) -> stories.Stories:
    return stories.stories(Luck(seed), calendar(start, days), ())


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate(seed=3, days=100, visitors_per_day=300)


def test_stories_come_out_in_the_period_in_outlets_that_there_are(shop: Shop) -> None:
    table = shop.stories
    assert table["story_id"].is_unique
    assert table["published_at"].is_monotonic_increasing
    assert table["published_at"].min() >= pd.Timestamp("2025-01-01")
    outlets = pd.DataFrame(read("outlets")).set_index("outlet")
    assert (table["kind"] == table["outlet"].map(outlets["kind"])).all()
    assert (table["reach"] < table["outlet"].map(outlets["audience"]).astype(float)).all()
    assert {*table["about"]} == {"own", "K1", "K2", "K3"}
    own = table[table["about"] == "own"]
    assert own["headline"].str.contains("Plum Lane").all()


def test_headlines_turn_words_round() -> None:
    every = told().told
    lines, tone = pd.Series(every.text), every.tone
    assert (tone[lines.str.contains("No complaints")] == 1).all()
    assert (tone[lines.str.contains("Great success")] == -1).all()
    assert not lines.str.contains("[{}]").any()


def test_the_crisis_is_told_by_the_hour(shop: Shop) -> None:
    hours = shop.crisis
    assert (hours["hour"].diff().dropna() == pd.Timedelta(hours=1)).all()
    assert hours["answered"].is_monotonic_increasing
    low, high = truth()["crisis_answer_low"], truth()["crisis_answer_high"]
    assert low <= answered_after(shop) <= high
    assert hours["share_negative"].between(0, 1).all()
    assert hours["posts"][24:48].sum() > 3 * hours["posts"][200:224].sum()


@pytest.mark.parametrize("days", [1, 14, 80, 800])
def test_any_number_of_days(days: int) -> None:
    year = calendar(START, days)
    found = told(days=days)
    assert found.factor.shape == (days,)
    assert len(stories.table(year, found)["reach"]) > 0
    crisis = stories.crisis(Luck(1), year, found)
    assert len(crisis["hour"]) == {1: 0, 14: 0, 80: len(crisis["hour"]), 800: 480}[days]


def test_a_story_is_the_same_however_long_the_period_is() -> None:
    short, long = told(days=60), told(days=365)
    assert short.factor == pytest.approx(long.factor[:60], abs=1e-12)
    late = told(days=305, start=START + 60)
    assert late.factor == pytest.approx(long.factor[60:], abs=1e-12)


def test_good_stories_bring_people_and_a_crisis_keeps_them_away() -> None:
    found = told()
    big = {row["name"]: row for row in read("big_stories")}
    day = {
        row["name"]: found.told.day[
            np.flatnonzero((found.told.source == 0) & (found.told.number == n))
        ]
        for n, row in enumerate(read("big_stories"))
    }
    size = truth()["story_reach"] * float(big["Repair for free"]["reach"]) / 1e6
    first = int(day["Repair for free"].max())
    assert np.log(found.factor[first + 1]) == pytest.approx(size, abs=0.15)
    half = int(truth()["story_half_life"])
    ratio = np.log(found.factor[first + 1 + half]) / np.log(found.factor[first + 1])
    assert ratio == pytest.approx(0.5, abs=0.15)
    assert found.factor[int(day["Fake discounts"].max())] == pytest.approx(1, abs=0.1)
    begins = found.crises[0].first // 24
    assert found.factor[begins + 2] < 1 - 0.6 * truth()["crisis_depth"]


def test_without_the_crisis_only_what_it_reaches_changes(shop: Shop) -> None:
    less = simulate(seed=3, days=100, visitors_per_day=300, without=["crisis"])
    assert less.crisis.empty
    for table in ("products", "campaigns", "roster", "competitor_prices", "pauses"):
        pd.testing.assert_frame_equal(shop[table], less[table])
    gone = shop.stories[~shop.stories.story_id.isin(less.stories.story_id)]
    assert gone["story_id"].str.startswith("C").all()
    begins = shop.crisis["hour"].min().normalize()
    parts = [
        one.visits[one.visits.started_at < begins].drop(columns="visit_id") for one in (shop, less)
    ]
    pd.testing.assert_frame_equal(*(part.reset_index(drop=True) for part in parts))
    firsts = [one.visits.drop_duplicates("visitor_id") for one in (shop, less)]
    counts = [one[one.started_at >= begins].channel_id.isin(TALKED).sum() for one in firsts]
    assert counts[0] < counts[1]
