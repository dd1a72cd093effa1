"""Privacy: rights and looks, masks, copies without names, people found again, hours of a report."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import load_shop, privacy
from ecokit.errors import CourseError
from ecokit.exercises import privacy as sheets
from ecokit.privacy.leaks import CLASSES
from ecokit.shop import Shop
from tests.engines import MOVES

KEY = "sixteen signs or more"
HOUR = pd.Timedelta(hours=1)
DAY = pd.Timestamp("2025-03-03")


def rights() -> pd.DataFrame:
    rows = [
        ("guide", "telephone", "full", "full"),
        ("guide", "birthday", "masked", "none"),
        ("designer", "telephone", "masked", "none"),
        ("designer", "birthday", "none", "none"),
        ("clerk", "telephone", "none", "full"),
        ("clerk", "birthday", "none", "none"),
    ]
    return pd.DataFrame(rows, columns=["post", "column", "may", "needs"]).assign(table="customers")


def looks(*rows: tuple[str, float, int]) -> pd.DataFrame:
    """Return looks at telephone numbers: who, hours after the first day, rows."""
    table = pd.DataFrame(rows, columns=["who", "hours", "rows"])
    return table.assign(
        at=DAY + table["hours"] * HOUR,
        post=table["who"].str.split().str[0],
        table="customers",
        column="telephone",
    )


STAFF = pd.DataFrame(
    {
        "staff_id": ["S1", "S2", "S3"],
        "post_id": ["guide", "guide", "designer"],
        "hired_on": [DAY - 300 * 24 * HOUR, DAY + 2 * 24 * HOUR, DAY - 9 * 24 * HOUR],
        "left_on": [DAY + 24 * HOUR, pd.NaT, pd.NaT],
    }
)


def told(log: pd.DataFrame, **more: Any) -> list[tuple[Any, ...]]:
    """Return findings that are about looks."""
    tables = {"access": rights(), "access_log": log, "staff": STAFF}
    found = privacy.least_privilege(tables, **more)
    found = found[~found["finding"].isin(["right_without_need", "right_lacking", "unused_column"])]
    return list(found[["finding", "who", "looks", "rows"]].itertuples(index=False, name=None))


def test_rights_are_held_against_needs() -> None:
    tables = {"access": rights(), "access_log": looks(("designer 1", 10, 3), ("guide 1", 11, 1))}
    found = privacy.least_privilege(tables)
    mine = found[found["finding"].str.startswith("right")]
    assert list(mine[["finding", "post", "column", "looks", "rows"]].itertuples(index=False)) == [
        ("right_without_need", "guide", "birthday", 0, 0),
        ("right_without_need", "designer", "telephone", 1, 3),
        ("right_lacking", "clerk", "telephone", 0, 0),
    ]
    unused = found[found["finding"] == "unused_column"]
    assert list(unused["column"]) == ["birthday"]
    assert found["remedy"].str.len().min() > 0


def test_looks_that_are_right_are_no_findings() -> None:
    assert told(looks(("guide 1", 10, 5), ("guide 2", 60, 5), ("designer 1", 30, 700))) == []


def test_accounts_of_those_who_left_of_nobody_and_of_the_night() -> None:
    assert told(looks(("guide 1", 10, 5), ("guide 1", 24, 5), ("guide 1", 90, 2))) == [
        ("left_account", "guide 1", 2, 7)  # from the first day on which she was gone
    ]
    assert told(looks(("guide 2", 40, 5))) == [("left_account", "guide 2", 1, 5)]  # not there yet
    assert told(looks(("guide 0", 40, 5), ("guide 3", 41, 5))) == [
        ("shared_account", "guide 0", 1, 5),
        ("shared_account", "guide 3", 1, 5),
    ]
    by_night = looks(("designer 1", 2, 499), ("designer 1", 26, 500), ("designer 1", 6, 9_000))
    assert told(by_night) == [("night_export", "designer 1", 1, 500)]
    assert told(by_night, night=(22, 7), many=499) == [
        ("night_export", "designer 1", 1, n) for n in (499, 500, 9_000)
    ]


def test_a_look_without_a_right() -> None:
    assert told(looks(("clerk 1", 10, 5)))[0] == ("look_without_right", "clerk 1", 1, 5)


def test_what_is_after_the_day_of_the_look_is_not_known() -> None:
    log = looks(("guide 1", 10, 5), ("guide 1", 90, 2))
    assert told(log, as_of=DAY + 12 * HOUR) == []


def test_the_matrix_shows_both_where_they_differ() -> None:
    wide = privacy.access_matrix({"access": rights()})
    assert list(wide.columns) == ["table", "column", "guide", "designer", "clerk"]
    assert wide.to_numpy().tolist() == [
        ["customers", "telephone", "full", "masked (needs none)", "none (needs full)"],
        ["customers", "birthday", "masked (needs none)", "none", "none"],
    ]
    with pytest.raises(CourseError, match="personal is 'stock'"):
        privacy.access_matrix({"access": rights()}, personal=["stock"])


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_word_none_is_a_level_on_every_engine(engine: str) -> None:
    tables = {
        "access": MOVES[engine](rights()),
        "access_log": MOVES[engine](looks(("guide 1", 9, 1))),
    }
    found = nw.from_native(privacy.least_privilege(tables)).lazy().collect("pandas").to_pandas()
    assert (found["finding"] == "right_without_need").sum() == 2


def test_what_was_planted_in_the_shop_is_found_and_nothing_else() -> None:
    shop = load_shop()
    found = privacy.least_privilege(shop)
    planted = shop["planted"].set_index("kind")["row"]
    mine = found[~found["finding"].str.startswith("right")].set_index("finding")
    assert sorted(mine.index) == ["left_account", "night_export", "shared_account", "unused_column"]
    for kind in ("left_account", "shared_account"):
        assert mine.loc[kind, "who"] == planted[kind]
    log = shop["access_log"].set_index("access_id").loc[int(planted["night_export"])]
    assert mine.loc["night_export", ["who", "rows"]].tolist() == [log["who"], log["rows"]]
    unused = mine.loc["unused_column"]
    assert f"{unused['table']}.{unused['column']}" == planted["unused_column"]


# Masks ---------------------------------------------------------------------------------------


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
@settings(max_examples=30, deadline=None)
def test_a_masked_number_keeps_seven_digits(number: str) -> None:
    (hidden,) = privacy.masked([number])
    assert hidden == f"{number[:3]}****{number[-4:]}"


@given(st.lists(st.text(max_size=30)), st.sampled_from(["telephone", "name", "address", "card"]))
@settings(max_examples=60, deadline=None)
def test_no_text_comes_through_unmasked(values: list[str], kind: str) -> None:
    for value, hidden in zip(values, privacy.masked(values, kind), strict=True):
        assert not hidden or "*" in hidden
        assert len(value.strip()) < 2 or hidden != value


def test_masks_of_each_kind() -> None:
    assert privacy.masked(pd.Series(["021-5555 1234", None, np.nan])) == ["021****1234", "", ""]
    assert privacy.masked(["Li Hua"], "name") == ["L*****"]
    assert privacy.masked(["nobody"], "email") == ["n***"]


# Copies --------------------------------------------------------------------------------------


def bought(people: int, days: int, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return orders of people who buy three times."""
    rng = np.random.default_rng(seed)
    n = people * 3
    orders = pd.DataFrame(
        {
            "order_id": np.arange(1, n + 1),
            "visitor_id": np.arange(n) % people + 1,
            "placed_at": DAY + pd.to_timedelta(rng.integers(0, days * 24, n), "h"),
            "region": rng.choice(["north", "south", "east"], n),
            "note": "call me",
        }
    )
    lines = orders[["order_id"]].assign(
        line=1, product_id=rng.choice([f"P{i}" for i in range(9)], n)
    )
    return {"orders": orders, "order_lines": lines}


def test_a_copy_joins_as_the_tables_did_and_holds_no_id_of_theirs() -> None:
    tables = bought(50, 30)
    copy = privacy.pseudonymised(tables, key=KEY, may_have="the analyst", until="2026-01-31")
    mine, theirs = copy.tables, tables
    joined = mine["orders"].merge(mine["order_lines"], on="order_id")
    assert len(joined) == len(theirs["orders"])
    assert mine["orders"]["visitor_id"].nunique() == 50
    assert not set(mine["orders"]["visitor_id"]) & set(theirs["orders"]["visitor_id"].astype("str"))
    assert "note" not in mine["orders"]
    assert copy.dropped == ("orders.note",)
    assert copy.replaced == ("orders.visitor_id", "orders.order_id", "order_lines.order_id")
    assert "still personal information" in copy.note
    assert "2026-01-31" in copy.note
    assert (copy.may_have, copy.until) == ("the analyst", "2026-01-31")
    assert KEY not in repr(copy)


def test_pseudonyms_depend_on_the_key_and_on_what_they_are_of() -> None:
    first = privacy.pseudonyms([1, 2, 1.0, None], key=KEY)
    assert first[0] == first[2] != first[1]  # an id stays one where a gap has made floats of them
    assert first[3] is None
    assert first[0] != privacy.pseudonyms([1], key=KEY + "!")[0]
    assert first[0] != privacy.pseudonyms([1], key=KEY, column="order_id")[0]
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in first if one)
    assert privacy.pseudonyms([1], key=KEY.encode()) == first[:1]


@pytest.mark.parametrize("key", ["a secret", b"bytes", 12345678901234567890, None])
def test_a_sentence_about_the_key_does_not_hold_it(key: Any) -> None:
    with pytest.raises(CourseError) as told:
        privacy.pseudonyms([1], key=key)
    assert str(key) not in str(told.value)


def test_small_cells_by_hand_and_coarser_ones_leave_fewer_alone() -> None:
    tables = bought(200, 60)
    orders = tables["orders"]
    told = privacy.small_cells(tables, by=["region"], least=5)
    assert (told.cells, told.small, told.exposed, told.people) == (3, 0, 0, 200)
    cells = orders.assign(day=orders["placed_at"].dt.normalize())
    cells = cells.merge(tables["order_lines"], on="order_id")
    by = ["day", "region", "product_id"]
    people = cells.groupby(by)["visitor_id"].nunique()
    few = people[people < 5]
    found = privacy.small_cells(tables, least=5)
    assert (found.cells, found.small, found.alone) == (len(people), len(few), (few == 1).sum())
    inside = cells.merge(few.rename("people").reset_index(), on=by)
    assert found.exposed == inside["visitor_id"].nunique()
    coarse = privacy.small_cells(tables, by=["month", "region"], least=5)
    assert coarse.share < found.share


def test_who_stands_alone_grows_with_the_columns_and_ends_at_the_small_cells() -> None:
    tables = bought(200, 60)
    by = ["region", "day", "product_id"]
    told = privacy.exposure(tables, by=by, least=3)
    assert told["known"].tolist() == ["region", "region, day", "region, day, product_id"]
    assert told["alone"].is_monotonic_increasing
    for row, count in zip(told.itertuples(), (1, 2, 3), strict=True):
        one = privacy.small_cells(tables, by=by[:count], least=3)
        assert (row.cells, row.people, row.alone) == (one.cells, one.people, one.exposed)


@pytest.mark.parametrize("engine", ["polars-lazy", "duckdb"])
def test_cells_are_counted_on_every_engine(engine: str) -> None:
    tables = bought(40, 30)
    moved = {name: MOVES[engine](table) for name, table in tables.items()}
    mine, theirs = privacy.small_cells(tables), privacy.small_cells(moved)
    assert mine.exposed == theirs.exposed
    assert (mine.cells, mine.small, mine.alone) == (theirs.cells, theirs.small, theirs.alone)


def attempt(points: int, by: list[str]) -> Any:
    """Return what comes of knowing so many purchases of each person."""
    tables = bought(300, 20)
    copy = privacy.pseudonymised(tables, key=KEY).tables
    known = privacy.traces(tables, by=by).groupby("visitor_id").head(points)
    answer = privacy.pseudonyms(known["visitor_id"], key=KEY)
    known = known.rename(columns={"visitor_id": "who"}).assign(answer=answer)
    return privacy.reidentified(privacy.traces(copy, by=by), known, on=by)


def test_a_copy_is_found_again_and_more_so_by_two_purchases() -> None:
    fine = ["day", "region", "product_id"]
    one, two = attempt(1, fine), attempt(2, fine)
    assert one.people == two.people == 300
    assert one.named == one.right  # all are in the copy: who is alone there is the one
    assert one.rate < two.rate
    assert two.rate > 0.9
    assert attempt(1, ["week", "region"]).rate < 0.02


def test_who_is_not_in_the_copy_is_named_wrongly_and_does_not_count() -> None:
    copy = pd.DataFrame({"visitor_id": ["a", "b"], "day": [1, 2]})
    known = pd.DataFrame({"who": ["Li", "Wu", "Sun"], "day": [1, 2, 3], "answer": ["z", "b", "c"]})
    told = privacy.reidentified(copy, known, on=["day"])
    assert (told.named, told.right, told.table["candidates"].tolist()) == (2, 1, [1, 0, 1])


# Reports -------------------------------------------------------------------------------------


def test_a_small_leak_is_told_at_once_and_names_no_hours() -> None:
    told = privacy.report_hours(12_000)
    assert told["hours"].isna().all()
    assert told["deadline"].isna().all()
    assert (told["when"] == "at once").sum() == 4
    assert told["to"].str.contains("the people concerned").any()
    assert told["when"].str.contains("write down why").any()


@pytest.mark.parametrize("people", [least - 1 for least in CLASSES.values()])
def test_a_class_begins_at_its_number(people: int) -> None:
    below, above = privacy.report_hours(people), privacy.report_hours(people + 1)
    assert above["hours"].notna().any()
    assert below["hours"].notna().any() == (people > 1_000_000)


def test_hours_count_from_when_it_was_seen() -> None:
    told = privacy.report_hours(1_000_000, seen_at="2025-11-20 22:30", crime=True, avoided=True)
    due = told[told["hours"].notna()]
    assert due["deadline"].tolist() == [pd.Timestamp("2025-11-21 02:30")]
    assert told["when"].str.contains("30 days").any()
    assert told["when"].str.contains("not needed").any()
    assert told["to"].str.contains("the police").any()
    near = privacy.report_hours(1_000_000, critical=True)
    assert near["hours"].dropna().tolist() == [1.0]


def test_what_is_known_may_say_days_in_its_own_type() -> None:
    days = pd.to_datetime(["2025-03-01", "2025-03-02"])
    copy = pd.DataFrame({"visitor_id": ["a", "b"], "day": days})
    asked = pd.DataFrame({"who": ["Li"], "answer": ["b"], "day": [days[1].date()]})
    assert privacy.reidentified(copy, asked, on="day").right == 1
    with pytest.raises(CourseError, match="day holds times in copy, and text in known"):
        privacy.reidentified(copy, asked.astype({"day": "str"}), on="day")


def test_an_id_is_one_value_and_alike_in_each_type() -> None:
    found = privacy.pseudonyms([7.0, Decimal("7.0"), 7, np.int64(7), "7"], key=KEY)
    assert len(set(found)) == 1
    several: list[Any] = [[1], {}, np.array([1]), 10**5000]
    for odd in several:
        with pytest.raises(CourseError, match="visitor_id is"):
            privacy.pseudonyms([odd], key=KEY)


def test_a_post_that_is_called_like_a_column_is_told() -> None:
    with pytest.raises(CourseError, match="table"):
        privacy.access_matrix({"access": rights().assign(post="table").head(1)})


def test_copies_of_nothing_are_no_question() -> None:
    bought = pd.DataFrame(
        {
            "order_id": [1],
            "visitor_id": [7],
            "region": "north",
            "placed_at": [DAY],
            "channel_id": "direct",
        }
    )
    lines = pd.DataFrame({"order_id": [1], "product_id": ["P1"]})
    goods = pd.DataFrame({"product_id": ["P1"], "category": ["audio"]})
    tables = {"orders": bought.head(0), "order_lines": lines, "products": goods}
    with pytest.raises(CourseError, match="orders and order_lines have no purchase"):
        sheets.which_copy.sheet(Shop(tables))


def test_a_copy_of_another_company_leaves_out_who_is_named_under_other_words() -> None:
    named = [
        "customer_email",
        "ReceiverName",
        "Phones",
        "delivery_addresses",
        "备注",
        "credit_card",
    ]
    kept = ["product_name", "placed_at", "of_batch", "gift_cards"]
    table = pd.DataFrame([[1, *range(10)]], columns=["order_id", *named, *kept])
    copy = privacy.pseudonymised({"sales": table}, key="a key of the course")
    assert list(copy.tables["sales"]) == ["order_id", *kept]
    assert copy.dropped == tuple(f"sales.{one}" for one in named)
