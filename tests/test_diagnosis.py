"""Diagnosis: parts that add up, whatever the order; ten companies that fell by an eighth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecokit import diagnosis, load_shop
from ecokit.errors import CourseError
from ecokit.exercises import diagnosis as sheets
from tests.engines import MOVES, rows

POSITIVE = st.floats(1e-3, 1e6)
THREE = st.tuples(POSITIVE, POSITIVE, POSITIVE)


def test_one_factor_that_moves_alone_has_all_of_the_change() -> None:
    found = diagnosis.parts_of_change(before=(100, 0.1, 50), last=(100, 0.05, 50))
    assert (found.visits, found.value) == (0, 0)
    assert found.conversion == pytest.approx(-250)


def test_the_logarithmic_mean_by_hand() -> None:
    """Twice the visits, half the conversion: they cancel, each by ln 2 of the sales."""
    found = diagnosis.parts_of_change(before=(100, 0.1, 50), last=(200, 0.05, 50))
    assert found.visits == pytest.approx(500 * math.log(2))
    assert found.conversion == pytest.approx(-found.visits)


@settings(max_examples=60)
@given(THREE, THREE)
@example((1.0, 1.0, 1.0), (0.001, 0.001, 0.001))
def test_parts_add_up_and_turn_round_with_time(
    old: tuple[float, float, float], new: tuple[float, float, float]
) -> None:
    there, back = diagnosis.parts_of_change(old, new), diagnosis.parts_of_change(new, old)
    change = math.prod(new) - math.prod(old)
    scale = math.prod(new) + math.prod(old)
    assert there.change == pytest.approx(change, rel=1e-9, abs=1e-9 * scale)
    assert back.visits == pytest.approx(-there.visits, rel=1e-9, abs=1e-9 * scale)


def test_factors_of_the_shop_agree_with_a_plain_merge() -> None:
    shop = load_shop()
    told = diagnosis.factors(shop, end="2025-10-21").iloc[0]
    visits = shop.visits[shop.visits["started_at"].between("2025-09-23", "2025-10-20 23:59:59")]
    paid = shop.orders[shop.orders["paid_at"].notna()].merge(visits[["visit_id"]], on="visit_id")
    lines = shop.order_lines.merge(paid[["order_id"]], on="order_id")
    fen = np.floor(lines["quantity"] * lines["unit_price"] * 100 + 0.5).sum()
    assert (told["visits_last"], told["orders_last"]) == (len(visits), len(paid))
    assert told["sales_last"] == fen / 100
    parts = ["from_visits", "from_conversion", "from_value"]
    assert told[parts].sum() == pytest.approx(told["change"])


def test_groups_add_up_to_the_whole_and_engines_agree() -> None:
    shop = load_shop()
    names = ("visits", "orders", "order_lines")
    whole = diagnosis.factors(shop)
    expected = diagnosis.factors(shop, by="device")
    assert expected["change"].sum() == pytest.approx(whole["change"].iloc[0])
    for engine in ("polars-lazy", "duckdb"):
        moved = {name: MOVES[engine](shop[name]) for name in names}
        told = diagnosis.factors(moved, by="device")
        for mine, theirs in zip(rows(told), rows(expected), strict=True):
            assert mine == pytest.approx(theirs)


def test_a_group_without_a_window_or_without_orders_keeps_its_change() -> None:
    day = pd.Timestamp("2025-03-01 09:00")
    visits = pd.DataFrame(
        {
            "visit_id": [1, 2, 3, 4],
            "started_at": [day, day, *[day + pd.Timedelta(days=1)] * 2],
            "device": ["desktop", "phone", "phone", "tablet"],
        }
    )
    orders = pd.DataFrame({"order_id": [1, 2], "visit_id": [1, 2], "paid_at": day})
    lines = pd.DataFrame({"order_id": [1, 2], "quantity": 1, "unit_price": [30.0, 70.0]})
    told = diagnosis.factors(
        {"visits": visits, "orders": orders, "order_lines": lines}, by="device", days=1
    ).set_index("device")
    assert told.loc["desktop", "from_visits"] == -30  # nobody came any more
    assert told.loc["phone", "from_conversion"] == -70  # somebody came, and bought nothing
    assert told.loc["tablet", "change"] == 0


def test_nobody_in_either_window_is_told() -> None:
    with pytest.raises(CourseError, match="Nobody came in either window"):
        diagnosis.factors(load_shop(), end="2020-01-01")


@pytest.mark.parametrize("number", [0, 3])
def test_made_companies_fell_by_an_eighth_and_carry_the_story(number: int) -> None:
    made = diagnosis.company(number)
    told = diagnosis.factors(made).iloc[0]
    assert -0.13 < told["change"] / told["sales_before"] < -0.11
    open_ = made.incidents[(made.incidents["kind"] == "leak") & made.incidents["mended_at"].isna()]
    assert open_["began_at"].tolist() == [sheets.FAULT]
    assert not set(diagnosis.SKIPPED) & set(made.campaigns["name"])


def test_the_page_s_company_is_nobody_s() -> None:
    assert sheets.number_of(load_shop()) in range(1, len(diagnosis.COMPANIES))


def test_numbers_that_are_neighbours_have_a_mean() -> None:
    """The quotient of two neighbours may round to 1, whose logarithm is 0."""
    for number in np.random.default_rng(1).uniform(1, 2, 300):
        found = diagnosis.parts_of_change((number, 1, 1), (math.nextafter(number, 9), 1, 1))
        assert found.change == pytest.approx(math.nextafter(number, 9) - number, rel=1)
