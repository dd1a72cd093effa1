"""Shops that are too short, too small or lack something: a right answer, or a sentence that helps.

`benchmarks/attacks/shops.py` asks every exercise and explorer of many more such shops.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ecokit import exercises, explore
from ecokit.errors import CourseError
from ecokit.exercises.card import Card, Closed
from ecokit.exercises.sheet import Score, Sheet
from ecokit.explore.lab import Choice, Lab
from ecokit.shop import Shop
from ecokit.shop.lacks import extent, need, why
from ecokit.shop.schema import schemas
from ecokit.shop.simulator import simulate
from tests import odd_shops
from tests.demo_exercises import DEMO

RATE, _TARGETS, _LAYERS, DESIGN = DEMO
NO_SHOP: Any = None
STEP = 38  # of the exercises and explorers, a handful is asked of each shop here


@pytest.fixture(scope="module")
def week() -> Shop:
    return simulate(seed=3, days=7, visitors_per_day=5)


@pytest.mark.parametrize("kind", odd_shops.KINDS)
def test_each_exercise_and_explorer_works_or_says_what_lacks(kind: str) -> None:
    number = odd_shops.KINDS.index(kind)
    odd = next(odd_shops.shops(kind, seed=5))
    ends = list(odd_shops.ends(odd, 3 * number, STEP))
    assert len(ends) >= 2
    hurt = [one for one in ends if one[1] not in (odd_shops.RIGHT, odd_shops.SENTENCE)]
    assert not hurt, odd.label


def test_a_small_shop_is_told_how_large_it_is_and_how_large_it_should_be(week: Shop) -> None:
    known = need("exercise", "journey-repeat")
    assert known is not None
    with pytest.raises(CourseError) as told:
        exercises.get("journey-repeat").sheet(week)
    assert f"it has 7 days and 3 visits a day. Usually {known.days} days and" in str(told.value)
    assert "load_shop()" in str(told.value)
    assert extent(week)[0] == 7


@pytest.mark.parametrize(
    ("tables", "days", "visits"),
    [
        ({}, None, None),
        ({"visits": pd.DataFrame({"visit_id": [1, 2]})}, None, None),
        ({"visits": pd.DataFrame({"visit_id": []})}, None, 0),
        (
            {
                "orders": pd.DataFrame(
                    {"placed_at": pd.to_datetime(pd.Series(["2025-01-01 23:00", None]))}
                )
            },
            1,
            None,
        ),
        ({"stock": pd.DataFrame({"date": pd.to_datetime(["2025-12-30", "2026-01-02"])})}, 4, None),
    ],
)
def test_the_size_of_a_shop_is_told_where_its_tables_tell_it(
    tables: dict[str, pd.DataFrame], days: int | None, visits: int | None
) -> None:
    assert extent(Shop(tables)) == (days, visits)


def test_a_shop_that_lacks_something_is_told_what(week: Shop) -> None:
    whole = {name: week[name] for name in week.tables}
    whole["orders"] = (
        week["visits"]
        .rename(columns={"visit_id": "order_id"})
        .assign(placed_at=week["visits"]["started_at"], paid_at=week["visits"]["started_at"])
    )

    def told(error: Exception, **other: pd.DataFrame) -> str:
        return why("exercise", "journey-silent-parcels", error, Shop({**whole, **other}))

    bare = whole["touchpoints"].drop(columns=["done_at", "due_at"])
    assert told(KeyError("x"), touchpoints=bare).startswith(
        "This shop lacks what is needed here: the columns done_at, due_at of the table touchpoints."
    )
    own = CourseError("The table touchpoints has no column done_at, due_at.")
    assert told(own, touchpoints=bare) == told(KeyError("x"), touchpoints=bare)
    empty = told(IndexError("0"), touchpoints=whole["touchpoints"].iloc[:0])
    assert empty.startswith("There are no rows in touchpoints. This shop is too small for this:")
    asked = CourseError("before is 0. Give a share above 0.")
    assert "This shop is too small for this: " in told(asked)
    assert "before" not in told(asked), "a learner has given no share"
    assert why("exercise", "of-nobody", KeyError("2025-06"), week) == ""
    few = Shop({"channels": whole["channels"]})
    assert "the table orders; " in why("exercise", "journey-silent-parcels", KeyError("x"), few)


def test_a_kind_that_no_row_is_of_is_named(week: Shop) -> None:
    days = pd.date_range("2025-01-01", periods=365).repeat(900)
    row = dict.fromkeys(schemas()["decisions"].names, "x")
    made = pd.DataFrame([{**row, "kind": kind} for kind in ("product", "campaign")])
    shop = Shop(
        {one: week[one] for one in week.tables}
        | {"visits": pd.DataFrame({"started_at": days}), "decisions": made}
    )
    said = why("exercise", "decisions-price-of-waiting", KeyError("service"), shop)
    assert "This asks for 'service', which does not occur in this shop." in said
    assert "No row of decisions has service as its kind." in said


def test_what_the_truth_is_needed_for_says_so(week: Shop) -> None:
    real = Shop({name: week[name] for name in week.tables if name != "effects"})
    said = exercises.check("pricing-best-price", 1, real)
    assert said.kind == "unreadable"
    assert "Only a simulated company knows its truth" in said.message


def test_a_card_that_a_shop_cannot_carry_opens_and_says_why(week: Shop) -> None:
    card = exercises.show("journey-repeat", week)
    assert isinstance(card, Closed)
    assert isinstance(exercises.show("organisation-layers", week), Card)
    shown = card._repr_mimebundle_()
    assert "too small" in shown["text/plain"]
    assert 'role="alert"' in shown["text/html"]
    assert "Who comes back?" in shown["text/html"]


def test_an_explorer_that_a_shop_cannot_carry_opens_and_says_why(week: Shop) -> None:
    place: Any = explore.show("journey", Shop({"orders": week["orders"]}))
    assert "the table touchpoints" in place.value
    with pytest.raises(CourseError, match="the table touchpoints"):
        explore.frames("journey", Shop({"orders": week["orders"]}))


def test_a_fault_of_a_drawing_is_told_and_the_picture_stays() -> None:
    def draw(figure: Any, rows: int) -> str:
        return f"A row: {[1, 2][rows]}"

    lab = Lab("Rows", {"rows": Choice("Rows", [("one", 0), ("two", 1), ("nine", 9)])}, draw)
    with pytest.raises(IndexError):  # no shop stands behind it
        lab.app().inputs["rows"].value = 9
    app = lab.telling(lambda error: "This shop has two rows.").app()
    app.inputs["rows"].value = 9
    assert "This shop has two rows." in app.below.value
    assert app.picture.alt == "A row: 1"


def test_a_number_that_there_is_none_of_is_a_dash_in_a_picture_and_its_words() -> None:
    def draw(figure: Any, rows: int) -> str:
        figure.add_subplot().set_title(f"{float('nan'):.0%} of {rows} parcels", loc="left")
        return f"Nancy sent ¥{float('nan'):,.0f}"

    app = Lab("Rows", {"rows": Choice("Rows", [("one", 1), ("two", 2)])}, draw).app()
    assert app.picture.alt == "Nancy sent –"
    assert app.picture.figure.axes[0].get_title(loc="left") == "– of 1 parcels"


def test_a_sheet_that_shows_what_is_no_number_is_refused() -> None:
    sheet: Any = RATE.sheet(NO_SHOP)
    words = {"prompt": "They spent nan % of it.", "hints": ("It is inf.",)}
    for part, text in words.items():
        bad = Sheet(**{**vars(sheet), part: text})
        with pytest.raises(CourseError, match="no number"):
            RATE._whole(bad)
    plan: Any = DESIGN.sheet(NO_SHOP)
    fails = type(plan)(**{**vars(plan), "score": lambda _plan: Score(3, passed=False)})
    with pytest.raises(CourseError, match="does not pass"):
        DESIGN(lambda _shop: fails).sheet(NO_SHOP)
