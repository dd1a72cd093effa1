"""The whole operation: the map holds what the deck names, waiting orders are counted as of then."""

from __future__ import annotations

import pandas as pd
import pytest

from ecokit import load_shop, overview, topics
from ecokit.errors import CourseError
from tests.engines import MOVES, rows

T = pd.Timestamp


def tables() -> dict[str, pd.DataFrame]:
    """Return four paid orders, one that nobody paid, and what was done with them."""
    orders = pd.DataFrame(
        {
            "order_id": [1, 2, 3, 4, 5],
            "placed_at": T("2025-03-01 09:00"),
            "paid_at": [*[T("2025-03-01 10:00")] * 3, T("2025-03-02 09:00"), pd.NaT],
            "dispatched_at": [
                *(T("2025-03-01 16:00"), T("2025-03-03 10:00")),
                *(T("2025-03-02 12:00"), pd.NaT, pd.NaT),
            ],
            "region": ["East", "East", "West", "West", "West"],
        }
    )
    done = pd.DataFrame(
        {
            "order_id": [1, 1, 2, 2, 3],
            "touchpoint": [5, 6, 5, 6, 5],
            "done_at": [
                *(T("2025-03-01 11:00"), T("2025-03-01 15:00")),
                *(T("2025-03-01 12:00"), T("2025-03-03 08:00"), T("2025-03-01 20:00")),
            ],
        }
    )
    return {"orders": orders, "touchpoints": done}


def test_the_map_holds_what_the_shop_knows_and_links_to_topics_that_exist() -> None:
    shown, shop = overview.operation_map(), load_shop()
    of = shown.groupby("part")["name_zh"].apply(list)
    assert of["touchpoint"] == shop.journey["name_zh"].tolist()
    assert len(of["structure"]) == shop.posts["structure"].nunique() == len(of["force"])
    assert (len(of["activity"]), len(of["core"]), len(of["cooperation"])) == (5, 3, 5)
    assert set(overview.parts()["part"]) == set(shown["part"])
    assert {*shown["topic"], *overview.parts()["topic"]} <= set(topics.names())


def test_stages_add_up_to_the_whole_where_all_are_known() -> None:
    told = overview.order_stages(tables(), by="region").set_index("region")
    east = told.loc["East"]
    assert east["orders"] == 2
    assert east[list(overview.STAGES)].sum() == pytest.approx((6 + 48) / 2)
    assert (east["median"], east["in_time"]) == (27, 0.5)
    west = told.loc["West"]
    assert west["orders"] == 1  # one is not handed over, one not paid
    assert west[list(overview.STAGES)].isna().all()  # nobody knows when it was packed


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-03-01 09:30", [0, 0, 0, 0, 0]),
        ("2025-03-01 15:30", [3, 0, 0, 0, 0]),
        ("2025-03-02 11:00", [3, 2, 0, 2, 0]),
        ("2025-03-03 09:00", [2, 1, 0, 0, 1]),
        ("2025-03-04 09:00", [1, 1, 1, 0, 0]),
    ],
)
def test_what_is_stuck_is_told_as_of_the_moment(now: str, expected: list[int]) -> None:
    told = overview.stuck(tables(), as_of=now).iloc[0]
    assert told[["open", "stuck", *overview.STAGES]].fillna(0).tolist() == expected


def test_what_is_stuck_is_the_same_on_every_engine() -> None:
    expected = overview.stuck(tables(), as_of="2025-03-02 11:00", by="region")
    for engine in ("polars-lazy", "duckdb"):
        moved = {name: MOVES[engine](table) for name, table in tables().items()}
        told = overview.stuck(moved, as_of="2025-03-02 11:00", by="region")
        assert rows(told) == rows(expected)


def test_nothing_is_oversold_in_the_course_s_shop_and_a_second_sale_is_found() -> None:
    shop = load_shop()
    assert overview.oversold(shop).empty
    line = shop.order_lines.merge(shop.orders[shop.orders["paid_at"].notna()], on="order_id").iloc[
        0
    ]
    lines = shop.order_lines.copy()
    mine = (lines["order_id"] == line["order_id"]) & (lines["line"] == line["line"])
    lines.loc[mine, "quantity"] += 10_000
    told = overview.oversold({**shop.tables, "order_lines": lines})
    assert told["product_id"].tolist() == [line["product_id"]]


def test_an_order_that_left_before_it_was_paid_is_refused() -> None:
    wrong = tables()
    wrong["orders"].loc[0, "dispatched_at"] = T("2025-02-27")
    with pytest.raises(CourseError, match="dispatched_at is before paid_at"):
        overview.order_stages(wrong)
