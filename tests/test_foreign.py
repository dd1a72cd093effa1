"""A stranger's shop in the lessons: what lacks a table or a column is told in one sentence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from ecokit import exercises, explore, kpi, load_shop, own, pricing
from ecokit.errors import CourseError
from ecokit.explore import measure
from ecokit.own import command
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


# --- files as they are -----------------------------------------------------------------------

LINES = [f"{n},P{n % 3},1,2.50,2025-03-{n % 28 + 1:02d}" for n in range(1, 41)]
HEAD = "Order No,SKU,Qty,Unit price,Order date"


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / f"{name}.csv").write_bytes(data)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "Export of March\n" + "\r\n".join([HEAD, *LINES]),
        HEAD + "\n" + "\r\n".join(LINES),
        "\n".join([HEAD, *LINES[:20]]) + "\n" + "\r\n".join(LINES[20:]),
        "\r".join([HEAD, *LINES]),
        "\n".join([HEAD, *LINES]).replace("P1", "P1\r", 1).replace(",2.50", ",2.50\r\n", 0),
    ],
    ids=["title", "names", "half", "old Mac", "stray"],
)
def test_lines_that_end_in_more_than_one_way_are_all_read(text: str, tmp_path: Path) -> None:
    found = look(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out")
    assert found.kept["order_lines"] == 40
    assert dict(found.values)["sales"] == 100


@pytest.mark.parametrize(("encoding", "letters"), [("cp1252", "café £"), ("gb18030", "充电线")])
def test_letters_of_the_last_line_say_how_a_long_file_is_written(
    encoding: str, letters: str, tmp_path: Path
) -> None:
    rows = [f"{n},P{n % 3},plain,1,2.50,2025-03-01" for n in range(12_000)]
    text = "\n".join(["Order No,SKU,Item name,Qty,Unit price,Order date", *rows, ""])
    last = f"99999,P9,{letters},1,2.50,2025-03-02\n"
    found = look(folder(tmp_path / "raw", sales=(text + last).encode(encoding)), tmp_path / "out")
    assert found.kept["order_lines"] == 12_001
    names = own.load(tmp_path / "out").products.set_index("product_id")["name"]
    assert names["P9"] == letters


def test_a_cell_of_several_lines_far_below_is_read(tmp_path: Path) -> None:
    rows = [f"{n},P{n % 3},plain,1,2.50,2025-03-01" for n in range(12_000)]
    rows[11_990] = '11990,P8,"two\nlines",1,2.50,2025-03-01'
    text = "\n".join(["Order No,SKU,Item name,Qty,Unit price,Order date", *rows, ""])
    found = look(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out")
    assert found.kept["order_lines"] == 12_000


def test_a_quotation_mark_that_does_not_close_tells_how_many_lines_it_took(tmp_path: Path) -> None:
    text = "\n".join([HEAD, *LINES, ""]).replace(",P2,", ',"P2,', 1)
    found = look(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out")
    told = next(one for one in found.faults if "quotation mark" in one.what)
    assert (told.rows, found.kept["order_lines"]) == (38, 1)
    assert "P2,1,2.50" in told.example


def test_a_row_is_where_the_report_says(tmp_path: Path) -> None:
    rows = [f"{n},P1,1,{-5 if n == 280_000 else 2},2025-03-01" for n in range(300_000)]
    text = "\n".join([HEAD, *rows, ""])
    found = look(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out")
    assert [one.example for one in found.left] == ["row 280,001"]


def test_days_and_months_are_told_apart_by_the_whole_file(tmp_path: Path) -> None:
    rows = [f"{n},P1,1,2.50,12/{1 + n // 5000}/2025 8:05" for n in range(90_000)]
    text = "\n".join([HEAD, *rows, ""])
    look(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out")
    placed = own.load(tmp_path / "out").orders["placed_at"]
    assert (placed.min(), placed.max()) == (
        pd.Timestamp("2025-12-01 08:05"),
        pd.Timestamp("2025-12-18 08:05"),
    )


def test_what_is_unsure_is_counted_by_rows_and_what_is_worth_nothing_is_not_made_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n".join([HEAD, *LINES, ""]).replace(",P2,1,", ",P2,two,", 1)
    raw = folder(tmp_path / "raw", sales=text.encode())
    command.run(raw, tmp_path / "out", None, "")
    said = capsys.readouterr().out
    assert "quantity: Qty  # ? 98% of" not in (tmp_path / "out" / "mapping.yaml").read_text("utf-8")
    assert "1 row left out; order lines among them: 1 row of unknown worth." in said
    assert "¥0.00" not in said
    assert "unsure: orders, paid_at: no payment is told" in said


def test_lines_alone_say_what_a_measure_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n".join(row.rpartition(",")[0] for row in [HEAD, *LINES]) + "\n"
    command.run(folder(tmp_path / "raw", sales=text.encode()), tmp_path / "out", None, "")
    said = capsys.readouterr().out
    assert "No measure can be computed yet" in said
    assert "Sales: needs orders" in said


# --- what an analyst goes on with -------------------------------------------------------------


def test_the_title_of_a_measure_says_what_it_shows(plain: Shop) -> None:
    from matplotlib.figure import Figure

    lab = measure.measures(plain)
    figure = Figure(figsize=(7, 4))
    declared, values = lab.settle({}, {})
    for change in ({"period": ""}, {"by": "name"}):
        declared, values = lab.settle(declared, values | change)
    told = lab.paint(figure, values)
    sales, code = measure.answer(plain, "sales", "", ["name"])
    best = sales.set_index("name")["sales"].idxmax()
    (axes,) = figure.axes
    title = " ".join(axes.get_title("left").split()) or " ".join(axes.get_title().split())
    assert f"Sales: {best} is highest, ¥{sales['sales'].max():,.0f}" in title
    assert code.replace('"', "&quot;") in told.below or code in told.below
    figure.canvas.draw()
    left = min(text.get_window_extent().x0 for text in axes.get_yticklabels())
    assert left >= 0  # no name is cut off


def test_a_title_of_two_columns_counts_the_periods() -> None:
    table = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01", "2025-02-01"]),
            "region": ["north", "south"] * 2,
            "uv": [3, 2, 9, 1],
        }
    )
    told = measure.finding(table, table["region"], "uv", "month")
    assert told == "north is highest in 2 of 2 months"


def test_base_prices_need_no_cost_of_the_stock(plain: Shop) -> None:
    goods = {"products": plain["products"]}
    with_stock = {**goods, "stock": plain["stock"]}
    found = pricing.base_prices(with_stock)
    pd.testing.assert_frame_equal(found, pricing.base_prices(goods))


def test_the_explorer_of_measures_is_among_what_can_be_computed() -> None:
    can = own.abilities({"visits": ["visitor_id", "started_at"]})
    assert [one.lacks for one in can if one.id == "measure"] == [()]
    assert next(one.lacks for one in own.abilities({}) if one.id == "measure")


def test_scorecards_of_a_year_are_of_its_months() -> None:
    shop = load_shop()
    cards = kpi.scorecards(shop, by="year")
    one = cards[cards["kpi"] == "sales_completion"].iloc[0]
    sales = kpi.measure("sales", shop).iloc[0, 0]
    plans = shop.targets.query("kpi == 'sales_completion'").drop_duplicates("month")["plan"]
    assert one["actual"] == pytest.approx(sales / plans.sum())
    year = kpi.scorecard(cards, "product_manager", "2025")
    assert list(year["kpi"]) == list(cards[cards["post_id"] == "product_manager"]["kpi"])
    assert kpi.trend(cards, "product_manager").columns.name == "year"
