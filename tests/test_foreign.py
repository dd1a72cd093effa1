"""A stranger's shop in the lessons: what lacks a table or a column is told in one sentence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from ecokit import exercises, explore, load_shop, own
from ecokit.errors import CourseError
from ecokit.own.looking import look
from ecokit.shop import Shop
from ecokit.shop.lacks import lacks
from tests.test_notebook import said

KEPT = {
    "orders": ["order_id", "visitor_id", "placed_at", "paid_at"],
    "order_lines": ["order_id", "line", "product_id", "quantity", "unit_price", "unit_cost"],
    "products": ["product_id", "name", "category", "cost", "list_price"],
    "visits": ["visit_id", "visitor_id", "started_at", "channel_id"],
    "stock": ["date", "product_id", "opening", "received", "sold", "closing"],
}


@pytest.fixture(scope="module")
def plain() -> Shop:
    full = load_shop()
    return Shop({name: full[name][columns] for name, columns in KEPT.items()})


def test_the_folder_of_the_command_is_a_folder_for_the_lessons(tmp_path: Path) -> None:
    look(own.example(), tmp_path / "out")
    shop = load_shop(folder=tmp_path / "out")
    assert list(shop.tables) == list(own.load(tmp_path / "out").tables)
    assert not shop.left_out.empty


def test_a_file_read_in_place_is_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    one = pd.DataFrame({"visit_id": [1, 2], "visitor_id": [1, 1], "dwell_seconds": [1.5, 2.0]})
    one["started_at"] = pd.to_datetime(["2025-01-05", "2025-01-06"]).astype("datetime64[us]")
    one.to_parquet(tmp_path / "raw" / "visits.parquet")
    monkeypatch.chdir(tmp_path)
    look("raw", "out")
    assert (tmp_path / "out" / "tables" / "visits.sql").is_file()
    monkeypatch.chdir(tmp_path / "out")
    assert own.load(".").visits["dwell_seconds"].sum() == 3.5
    (tmp_path / "raw" / "visits.parquet").unlink()
    with pytest.raises(CourseError, match=r"visits is no longer where it was.*ecokit own"):
        load_shop(folder=".").visits.size  # noqa: B018


def test_every_card_and_explorer_says_which_table_or_column_is_lacking(plain: Shop) -> None:
    told = []
    for one in exercises.registry.all():
        try:
            one.sheet(plain)
        except CourseError as trouble:
            told.append(str(trouble))
    assert len(told) > 60
    assert all("column" in one or "table" in one for one in told)
    for topic in explore.topics():
        with suppress(CourseError):
            explore.show(topic, plain)


@pytest.mark.parametrize(
    "asked",
    ["'demand'", "Column not found: demand", "['demand'] not in index", "Label(s) ['demand'] do"],
)
def test_a_key_that_pandas_misses_is_a_column_of_a_table(asked: str, plain: Shop) -> None:
    assert lacks(KeyError(asked), plain).startswith("The table stock lacks the column demand,")
    assert not lacks(KeyError("march"), plain)


def test_a_cell_below_one_that_was_stopped_says_why_that_was() -> None:
    text = said(
        "from ecokit.errors import CourseError\ndef f(): raise CourseError('No table x.')\n",
        "made = f()\nother = 2",
        "more = made + 1",
        "more",
    )
    assert "'made' comes from a cell above that was stopped. It said: No table x." in text
    assert "'more' comes from a cell above that was stopped. It said: No table x." in text


def test_a_group_of_a_shop_that_lacks_the_column_gets_one_sentence() -> None:
    cell = "shop.stock.groupby('product_id')['demand'].sum()"
    text = said(
        "import pandas as pd\nfrom ecokit.shop import Shop\n"
        "shop = Shop({'stock': pd.DataFrame({'product_id': ['a']})})",
        cell,
    )
    assert "The table stock lacks the column demand, which this needs." in text
    assert "Traceback" not in text
