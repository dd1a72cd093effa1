"""Systems: the map, what stops, contacts, releases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecokit import systems
from ecokit.errors import CourseError
from ecokit.outages.outages import _spread
from ecokit.shop.made_systems import example

MINUTE = pd.Timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return example()


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


# Systems --------------------------------------------------------------------------------------


def test_what_stops_spreads_by_needed_links_only(made: dict[str, pd.DataFrame]) -> None:
    assert systems.what_stops(made, "S07")["round"].tolist() == [1, 2, 2]
    assert systems.what_stops(made, "S03").empty
    both = systems.what_stops(made, ["S07", "S02"])
    assert set(both["system_id"]) == {"S01", "S03"}


def test_dearer_ways_are_never_earned_back(made: dict[str, pd.DataFrame]) -> None:
    found = systems.keep_or_buy(made).set_index("system_id")
    assert (found["months"].isna() == (found["saves"] <= 0)).all()
    assert found.loc["S06", "months"] == pytest.approx(2_500 * 60 / (365 / 12) / 900)
    assert found["signs"].to_dict() == {"S07": 2, "S02": 1, "S01": 0, "S03": 0, "S06": 0}
    without = systems.keep_or_buy({"systems": made["systems"]})
    assert without["stops"].isna().all()


def test_slide_6_names_the_center_that_is_the_contact(made: dict[str, pd.DataFrame]) -> None:
    posts = pd.DataFrame({"post_id": ["market_center"], "title": "Market", "title_zh": "市场"})
    found = systems.contacts({**made, "posts": posts})
    assert found["name"].tolist() == ["Shop front", "Warehouse management", "Payment"]
    assert found["contact"].tolist() == ["Market", "service_center", "service_center"]


def test_systems_of_one_kind_do_not_stand_on_one_another(made: dict[str, pd.DataFrame]) -> None:
    alike = made["systems"].assign(kind=["data", "data", "robots", "data", "payment"])
    found = systems.system_map({**made, "systems": alike}).systems
    assert not found.duplicated(["x", "y"]).any()


# Releases -------------------------------------------------------------------------------------


def test_measures_of_delivery(made: dict[str, pd.DataFrame]) -> None:
    year = systems.delivery_measures(made, start="2025-01-01", end="2026-01-01").iloc[0]
    assert year["a_week"] == pytest.approx(60 / 365 * 7)
    failed = made["releases"].query("failed")
    assert year["failed"] == len(failed)
    assert year["rework"] == (~failed["behind_switch"]).sum()
    assert year["rework_rate"] == pytest.approx(year["rework"] / (60 + year["rework"]))
    assert year["recovery_hours"] == failed["mended_hours"].median()
    months = systems.delivery_measures(made, by="month", start="2025-01-01", end="2025-02-01")
    assert months["a_week"].tolist() == pytest.approx([months["releases"].iloc[0] / 31 * 7])
    by_name = systems.delivery_measures(made, by="name")
    assert by_name["name"].tolist() == ["Order management", "Shop front"]
    assert by_name["releases"].sum() == 60


def test_a_year_decides_what_a_quarter_does_not(made: dict[str, pd.DataFrame]) -> None:
    assert systems.size_test(made).decided
    quarter = systems.size_test(made, end="2025-04-01")
    assert not quarter.decided
    assert quarter.large < systems.releases_needed(0.04, 0.30) <= 50
    sizes = systems.by_size(made, by="quarter")
    assert sizes["releases"].sum() == 60
    fine = systems.by_size(made, sizes=(1, 3, 10))
    assert fine["changes"].tolist() == ["1", "4-10", "11+"]


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _made: systems.releases_needed(0.1, 0.1), "Both rates are 0.1"),
        (lambda made: systems.by_size(made, sizes=(5, 5)), "sizes that rise"),
        (
            lambda made: systems.size_test(made, start="2025-01-01", end="2025-01-10"),
            "No large release",
        ),
        (lambda made: systems.what_stops(made, "S9"), "is in no row of links"),
    ],
)
def test_what_cannot_be_is_told(made: dict[str, pd.DataFrame], call: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        call(made)


def test_ids_may_be_numbers(made: dict[str, pd.DataFrame]) -> None:
    number = {name: int(name[1:]) for name in made["systems"]["system_id"]}
    links = made["links"].replace({"from_system": number, "to_system": number})
    renamed = made["systems"].replace({"system_id": number})
    given = {"links": links, "systems": renamed}
    found, named = systems.what_stops(given, "7"), systems.what_stops(made, "S07")
    assert found["name"].tolist() == named["name"].tolist()
    assert len(found) == 3
    stops = systems.keep_or_buy({"links": made["links"].astype("str"), "systems": made["systems"]})
    assert systems.keep_or_buy(given)["stops"].tolist() == stops["stops"].tolist()


@pytest.mark.parametrize(
    ("table", "column", "call"),
    [
        ("links", "needed", lambda made: systems.what_stops(made, "S07")),
        ("links", "from_system", lambda made: systems.what_stops(made, "S07")),
        ("links", "needed", systems.keep_or_buy),
        ("systems", "export", systems.keep_or_buy),
        ("releases", "behind_switch", systems.delivery_measures),
    ],
)
def test_what_nobody_knows_is_no_no(
    made: dict[str, pd.DataFrame], table: str, column: str, call: Any
) -> None:
    with pytest.raises(CourseError, match=f"In .* of {table}, {column} is missing"):
        call({**made, table: made[table].assign(**{column: None})})


def test_a_flow_in_other_words_is_told(made: dict[str, pd.DataFrame]) -> None:
    links = made["links"].replace({"flow": {"orders": "Order"}})
    with pytest.raises(CourseError, match="flow is none of: orders, goods, money, data"):
        systems.system_map({**made, "links": links})
