"""KPIs: counted by hand, scored by rule, tied by their targets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecokit import kpi, load_shop
from ecokit.errors import CourseError
from ecokit.explore import kpi as explore
from ecokit.inputs.frames import as_pandas
from ecokit.plots import kpi as plots
from ecokit.plots import theme
from ecokit.shop import Shop
from tests.companies import bundled
from tests.kpi_tables import tiny

JANUARY, MARCH = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-03-01")

# Counted by hand from the tiny tables. January: UV 1, 2, 3 (one visitor unknown); paid orders
# 1 and 2 (order 3 was never paid): 999.99 + 3 x 0.15 + 2 x 49.95 = 1100.34 yuan.
BY_HAND = {
    "uv": 3,
    "visits": 5,
    "orders": 2,
    "sales": 1100.34,
    "profit": 1100.34 - (799.9 + 0.3 + 70.7),
    "conversion": 2 / 3,
    "session_conversion": 2 / 5,
    "order_value": 550.17,
    "uv_completion": 3 / 5,
    "campaign_uv_share": 2 / 3,
    "campaign_order_share": 1 / 2,
    "campaign_conversion": 1 / 2,
    "new_resource_uv_increment": 0.0,
    "sales_completion": 1100.34 / 1000.5,
    "campaign_click_index": 39 / (1500 * 0.02),
    "core_conversion": 2 / 2,
    "dwell_time": (10.01 + 20.1 + 0.2 + 30.3) / 4,
    "design_on_time": 1 / 2,
    "profit_completion": 229.44 / 333.33,
    "supply_fill_rate": 10 / 15,
    "new_sku_share": 3 / 5,
    "inventory_turns": 870.9 / ((10 * 799.9 + 3 * 0.1 + 7 * 799.9 + 0.1 + 4 * 35.35) / 2),
    "stockout_rate": 3 / 11,
    "sales_attainment": 1100.34 / 1100,
    "complaint_rate": 1 / 2,
    "profit_margin": 229.44 / 1100.34,
    "return_rate": 2 / 6,
}


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.fixture(scope="module")
def cards(shop: Shop) -> pd.DataFrame:
    return kpi.scorecards(shop)


def value(name: str, by: str | None, at: Any = None) -> Any:
    result = kpi.measure(name, tiny(), by)
    return result[name].iloc[0] if by is None else result.set_index(by)[name].get(at)


# The company ----------------------------------------------------------------------------------


def test_each_kpi_of_slide_9_is_met_in_some_months_and_missed_in_others(
    cards: pd.DataFrame,
) -> None:
    front = cards[cards["post_id"].isin(["traffic_manager", "design_manager", "product_manager"])]
    met = front["actual"] >= front["target"]
    months = met.groupby([front["post_id"], front["kpi"]]).sum()
    assert len(months) == 15
    assert months.between(1, 11).all(), months.to_string()


# Measures -------------------------------------------------------------------------------------


def test_every_measure_was_counted_by_hand() -> None:
    assert set(BY_HAND) == {*kpi.MEASURES, *kpi.KPIS}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_measure_is_what_was_counted_by_hand(name: str) -> None:
    assert value(name, "month", JANUARY) == pytest.approx(BY_HAND[name], rel=1e-12)


def test_a_product_is_new_for_ninety_days() -> None:
    days = pd.to_datetime(["2025-03-31", "2025-04-01"])  # its 90th day on sale, and its 91st
    stock = pd.DataFrame({"date": days, "product_id": "P1"})
    products = pd.DataFrame({"product_id": ["P1"], "launched_on": pd.to_datetime(["2025-01-01"])})
    found = kpi.measure("new_sku_share", {"stock": stock, "products": products}, "day")
    assert found["new_sku_share"].tolist() == [1, 0]


def test_a_week_starts_on_monday_and_a_sunday_ends_it() -> None:
    weeks = kpi.uv(tiny(), by="week")
    assert weeks["week"].dt.day_of_week.eq(0).all()
    assert weeks.loc[weeks["week"] == pd.Timestamp("2024-12-30"), "uv"].item() == 2  # 1 and 6
    assert weeks.loc[weeks["week"] == pd.Timestamp("2025-01-06"), "uv"].item() == 2  # 2 and 3


def test_visitors_of_months_do_not_add_up_to_visitors_of_the_year() -> None:
    assert value("uv", None) == 6
    assert kpi.uv(tiny(), by="month")["uv"].sum() == 7  # visitor 2 came twice


def test_division_by_zero_is_null() -> None:
    assert math.isnan(value("campaign_click_index", "month", MARCH))
    assert math.isnan(value("uv_completion", "month", MARCH))
    frame = pl.from_pandas(tiny()["orders"]).filter(pl.col("order_id") == 3)
    result = kpi.measure("campaign_order_share", {"orders": frame})
    assert result["campaign_order_share"].to_list() == [None]


def test_the_result_is_of_the_callers_kind_and_sorted() -> None:
    visits = pl.from_pandas(tiny()["visits"])
    result = kpi.uv({"visits": visits}, by=["month", "channel_id"])
    assert isinstance(result, pl.DataFrame)
    assert result.columns == ["month", "channel_id", "uv"]
    assert result.equals(result.sort("month", "channel_id"))
    assert isinstance(kpi.uv({"visits": visits.lazy()}), pl.LazyFrame)


def test_a_missing_group_is_a_group() -> None:
    by_campaign = kpi.uv(tiny(), by="campaign_id")
    assert by_campaign["campaign_id"].isna().tolist() == [False, False, True]
    assert by_campaign["uv"].tolist() == [2, 2, 4]


def test_weekday_totals_cover_the_bundled_shop(shop: Shop) -> None:
    for name in ("visits", "orders"):
        whole = kpi.measure(name, shop)[name].item()
        for by in ("hour", "day", "week", "month", "quarter", "year", "channel_id", "kind"):
            assert kpi.measure(name, shop, by)[name].sum() == whole, (name, by)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: kpi.measure("nps", tiny()), "name is 'nps'. Choose one of: uv"),
        (lambda: kpi.measure("sales", {"orders": tiny()["orders"]}), "needs the table order_lines"),
        (
            lambda: kpi.uv(tiny()["visits"]),
            "data is one table. Say which one it is: {.visits.: table}",
        ),
        (lambda: kpi.conversion(tiny()["visits"], tiny()["orders"]), r"now kpi.conversion\(shop\)"),
        (lambda: kpi.measure("conversion", tiny(), "region"), "no column region"),
        (lambda: kpi.measure("uv_completion", tiny(), "week"), "is a monthly figure"),
        (lambda: kpi.measure("uv_completion", tiny(), "hour"), "is a monthly figure"),
        (lambda: kpi.measure("stockout_rate", tiny(), "hour"), "stock has days, no hours"),
        (lambda: kpi.uv([1, 2, 3]), r"data is \[1, 2, 3\]"),
        (
            lambda: kpi.conversion({**tiny(), "visits": pl.from_pandas(tiny()["visits"])}),
            "different kinds",
        ),
        (
            lambda: kpi.conversion(
                {
                    "visits": pl.from_pandas(tiny()["visits"]),
                    "orders": pl.from_pandas(tiny()["orders"]).lazy(),
                }
            ),
            "different kinds",
        ),
        (
            lambda: kpi.KPIS["dwell_time"](
                {"visits": pl.DataFrame({"dwell_seconds": [1.0, math.nan]})}
            ),
            "dwell_seconds of visits holds NaN",
        ),
    ],
)
def test_errors_say_what_to_do(call: Any, told: str) -> None:
    with pytest.raises(CourseError, match=told):
        call()


def test_declarations_are_whole(shop: Shop) -> None:
    pairs = {(post, name) for name, one in kpi.KPIS.items() for post in one.posts}
    targets = shop.targets[["post_id", "kpi"]].drop_duplicates()
    assert pairs == set(targets.itertuples(index=False, name=None))
    assert sum(one.slide == 9 for one in kpi.KPIS.values()) == 14  # sales completion stands twice
    assert sum(one.slide == 15 for one in kpi.KPIS.values()) == 5
    assert "index" in kpi.KPIS["campaign_click_index"].note
    assert kpi.reference()["formula"].str.len().min() > 5


# Scores ---------------------------------------------------------------------------------------

ratios = st.floats(0, 5)
amounts = st.floats(0.01, 1000)


@given(st.sampled_from(list(kpi.RULES)), amounts)
def test_on_target_is_one_under_every_rule(rule: str, target: float) -> None:
    assert kpi.attainment(target, target, rule) == pytest.approx(1)


@given(st.sampled_from(["linear", "capped", "stepped"]), ratios, ratios, amounts)
def test_more_is_never_worse(rule: str, one: float, other: float, target: float) -> None:
    low, high = sorted((one * target, other * target))
    assert kpi.attainment(low, target, rule) <= kpi.attainment(high, target, rule)
    assert kpi.attainment(low, target, "less_is_better") >= kpi.attainment(
        high, target, "less_is_better"
    )


@given(st.lists(st.tuples(ratios, amounts), min_size=5, max_size=5), st.data())
def test_points_stay_in_their_bounds(rows: list[tuple[float, float]], data: st.DataObject) -> None:
    parts = np.array(data.draw(st.lists(st.integers(1, 20), min_size=5, max_size=5)))
    card = pd.DataFrame(rows, columns=["ratio", "target"]).assign(
        kpi=[name for name, one in kpi.KPIS.items() if "traffic_manager" in one.posts],
        actual=lambda table: table["ratio"] * table["target"],
        weight=parts / parts.sum(),
    )
    total = kpi.score(card)["points"].sum()
    assert -1e-9 <= total <= 120 + 1e-9
    moves = kpi.what_if(kpi.score(card))
    assert (moves["gain"] >= -1e-9).all()
    on_target = total + moves["gain_at_target"].sum()
    assert on_target >= 100 - 1e-9


def test_a_kpi_without_an_actual_leaves_its_weight_to_the_others() -> None:
    card = pd.DataFrame(
        {
            "kpi": ["sales_completion", "dwell_time"],
            "actual": [0.9, math.nan],
            "target": [1.0, 450.0],
            "weight": [0.75, 0.25],
        }
    )
    assert kpi.score(card)["points"].sum() == pytest.approx(90)


def test_weights_must_add_up() -> None:
    table = pd.DataFrame({"month": "2025-01", "post_id": "x", "weight": [0.5, 0.6]})
    with pytest.raises(CourseError, match="add up to 110 %, not to 100 %"):
        kpi.check_weights(table)
    kpi.check_weights(table.assign(weight=0.5))
    kpi.check_weights(table.assign(weight=[1.0, 0.0]))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda data: kpi.scorecard(data, "cook", "2025-06"),
            "post is 'cook'. Choose one of: traffic_manager",
        ),
        (lambda data: kpi.scorecard(data, "design_manager", "2031-06"), "from 2025-01 to 2025-12"),
        (lambda data: kpi.scorecard(data, "design_manager", "2025-13"), "period is '2025-13'"),
        (
            lambda _data: kpi.attainment(1, 1, "generous"),
            "rule is 'generous'. Choose one of: linear",
        ),
        (lambda _data: kpi.attainment("a lot", 1), "actual is 'a lot'. Give numbers"),
        (lambda _data: kpi.attainment([1, 2], [1, 2, 3]), "2 actuals and 3 targets"),
        (lambda data: kpi.scorecards(data, posts=["nobody"]), "no target for: nobody"),
        (
            lambda data: kpi.scorecards(data, by="week"),
            "by is 'week'. Choose one of: month, quarter, year",
        ),
        (lambda _data: kpi.scorecards(None), "data is None. Give a shop, or tables by name"),
        (lambda _data: kpi.default_rule("uv"), "kpi is 'uv'. Choose one of: uv_completion"),
    ],
)
def test_scorecards_say_what_is_wrong(shop: Shop, call: Any, told: str) -> None:
    with pytest.raises(CourseError, match=told):
        call(shop)


BOTH = "The table cards has a column month and a column quarter"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda cards: kpi.scorecard(cards, "traffic_manager", "2025Q2"), "no column quarter"),
        (
            lambda cards: kpi.scorecard(
                cards[cards["post_id"] == "service_center"], "traffic_manager", "2025-06"
            ),
            "post is 'traffic_manager'. Choose one of: service_center",
        ),
        (lambda cards: kpi.ranking(cards.drop(columns="points")), "no column points"),
        (lambda _cards: kpi.ranking([1, 2]), "cards is a list"),
        (lambda cards: kpi.trend(cards, "cook"), "post is 'cook'. Choose one of: "),
        (lambda cards: kpi.trend(cards, "traffic_manager", "cost"), "value is 'cost'"),
        (lambda cards: kpi.ranking(cards.assign(quarter=cards["month"])), BOTH),
        (lambda cards: kpi.trend(cards.assign(quarter=1), "traffic_manager"), BOTH),
        (
            lambda cards: kpi.scorecard(
                cards.assign(quarter=pd.Timestamp("2025-04-01")), "traffic_manager", "2025Q2"
            ),
            BOTH,
        ),
        (
            lambda cards: kpi.ranking(cards.rename(columns={"month": "week"})),
            "no column month.*by month, quarter or year",
        ),
        (
            lambda cards: kpi.trend(cards.assign(month="2025-06"), "traffic_manager"),
            "kpi stands in another row",
        ),
        (lambda cards: kpi.what_if(cards[:0]), "has no rows"),
        (lambda cards: kpi.what_if(cards[:5], "10%"), "change is '10%'"),  # type: ignore[arg-type]
        (lambda cards: kpi.score(cards[:5].assign(kpi="nps")), "kpi is 'nps'"),
        (lambda cards: kpi.score(cards[:5], {"uv_complete": "linear"}), "kpi is 'uv_complete'"),
        (lambda cards: kpi.score(cards[:5].assign(weight=math.nan)), "one that is no number"),
        (
            lambda cards: kpi.score(cards[:5].assign(actual="much")),
            "actual of card holds text, not numbers",
        ),
    ],
)
def test_what_is_no_scorecard_is_told(cards: pd.DataFrame, call: Any, told: str) -> None:
    with pytest.raises(CourseError, match=told):
        call(cards)


def test_scorecards_of_the_bundled_shop(shop: Shop, cards: pd.DataFrame) -> None:
    assert cards["actual"].notna().all()
    assert len(cards) == 12 * 20
    one = kpi.scorecard(shop, "traffic_manager", "2025-06")
    ranked = kpi.ranking(cards).set_index(["month", "post_id"])
    june: Any = ranked.loc[(pd.Timestamp("2025-06-01"), "traffic_manager")]
    assert one["points"].sum() == pytest.approx(june["points"])
    quarter: Any = kpi.scorecard(shop, "product_manager", "2025Q2").set_index("kpi")
    assert quarter.loc["inventory_turns", "actual"] < 10  # turns a month
    assert (ranked["behind"] <= ranked["spread"]).all()
    assert ranked["rank"].groupby("month").min().eq(1).all()


def test_quarters_are_ranked_and_drawn_as_quarters(shop: Shop) -> None:
    cards = kpi.scorecards(shop, by="quarter")
    assert kpi.ranking(cards)["quarter"].nunique() == 4
    side_by_side: Any = kpi.trend(cards, "traffic_manager")
    drawn = plots.trend(side_by_side)
    assert drawn.get_suptitle().endswith("of 4 quarters")
    names = [label.get_text() for label in drawn.axes[0].get_xticklabels()]
    assert names == ["Q1", "Q2", "Q3", "Q4"]


def test_scorecards_read_other_engines(shop: Shop, cards: pd.DataFrame) -> None:
    lazy = {name: pl.from_pandas(table).lazy() for name, table in shop.tables.items()}
    found = kpi.scorecards(lazy)
    assert isinstance(found, pl.LazyFrame)
    pd.testing.assert_frame_equal(as_pandas(found), cards)


# Targets --------------------------------------------------------------------------------------


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.001, 0.5))
def test_the_tie_is_what_counting_gives(uv: float, orders: float, converts: float) -> None:
    one = kpi.implied_conversion(uv, orders, converts)
    campaign_orders = uv * converts
    assert one.shop == pytest.approx(campaign_orders / orders)
    assert campaign_orders + (1 - uv) * one.rest == pytest.approx(one.shop)


def test_the_targets_of_slide_9_imply_8_18_per_cent(shop: Shop) -> None:
    ties: Any = kpi.consistent_targets(shop.targets, conversion=0.09).set_index("tie")
    first = ties.loc["shop conversion"].iloc[0]
    assert round(first["implied"], 4) == 0.0818
    assert first["apart"]
    assert not first["contradicts"]  # all four can be exceeded together
    few: Any = kpi.consistent_targets(shop.targets, conversion=0.04).set_index("tie")
    assert few.loc["shop conversion", "contradicts"].all()  # campaigns alone bring more
    assert not few.drop("shop conversion")["contradicts"].any()
    assert "8.18 %; 9.00 % is expected" in first["says"]
    assert ties.loc["rest conversion", "implied"].round(4).eq(0.0669).all()


def test_contradicting_plans_are_found(shop: Shop) -> None:
    table = shop.targets.copy()
    chosen = (table["post_id"] == "service_center") & (table["kpi"] == "sales_attainment")
    table.loc[chosen, "plan"] *= 1.1
    ties: Any = kpi.consistent_targets(table).set_index("tie")
    found = ties.loc["sales plan of service_center"]
    assert found["apart"].all()
    assert (found["gap"] / found["implied"]).round(6).eq(0.1).all()
    assert not ties.loc["sales plan of product_manager", "apart"].any()


def test_measured_shares_are_tied_like_targets(shop: Shop) -> None:
    uv, orders, converts = (
        kpi.measure(name, shop)[name].item()
        for name in ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
    )
    implied = kpi.implied_conversion(uv, orders, converts)
    assert implied.shop == pytest.approx(kpi.measure("conversion", shop)["conversion"].item())


# Figures and the lab --------------------------------------------------------------------------


def test_figures_tell_a_finding(cards: pd.DataFrame) -> None:
    card = kpi.scorecard(cards, "traffic_manager", "2025-08")
    for figure in (
        plots.scorecard(card, "Traffic manager"),
        plots.trend(kpi.trend(cards, "product_manager")),
        plots.spread(kpi.ranking(cards)),
        plots.what_if(kpi.what_if(card), "Traffic manager"),
        plots.tied_targets(kpi.tied_targets(0.45, 0.55, 0.10)),
    ):
        title = figure.get_suptitle() or figure.axes[0].get_title("left")
        assert any(letter.isdigit() for letter in title)
        assert theme.png(figure).startswith(b"\x89PNG")


def points(alt: str) -> float:
    return float(alt.split(": ")[1].split()[0])


def test_the_lab_scores_what_its_sliders_say(cards: pd.DataFrame) -> None:
    app = explore.scorecard_lab(cards).app()
    before = points(app.picture.alt)
    target, weight = app.inputs["target_campaign_conversion"], app.inputs["weight_uv_completion"]
    target.index = len(target.texts) - 1
    assert points(app.picture.alt) < before
    weight.value += 20
    assert "not to 100 %" in app.below.value
    app.inputs["share"].click()
    weights = [one.value for name, one in app.inputs.items() if name.startswith("weight_")]
    assert sum(weights) == 100
    assert "not to 100 %" not in app.below.value
    for post in kpi.POSTS:
        app.inputs["post"].value = post
        assert app.picture.alt.startswith(kpi.POSTS[post][0])
    assert "Ten per cent better on" in app.below.value  # of a rate that should be low: less of it
    app.inputs["month"].value = "2025-03"
    assert "March" in app.picture.alt


def test_the_lab_tells_of_targets_that_cannot_be_had(cards: pd.DataFrame) -> None:
    wide = cards.assign(target=cards["target"].mask(cards["kpi"] == "campaign_order_share", 0.8))
    app = explore.scorecard_lab(wide).app()
    slider = app.inputs["target_campaign_order_share"]
    slider.value = 112.0
    assert "order_share is 1.12. Give a share above 0 and below 1" in app.below.value


def test_the_twin_moves(cards: pd.DataFrame) -> None:
    frames = explore.scorecard_lab(cards).frames().frames
    assert [frame.label for frame in frames][:2] == ["6%", "7%"]
    assert len({points(frame.alt) for frame in frames}) == len(frames)


def test_own_targets_get_an_answer_or_a_sentence() -> None:
    own = pd.DataFrame({"kpi": ["uv_completion", "sales_completion"], "target": 1.0})
    own = own.assign(month="2025-06", post_id=["traffic_manager", "product_manager"], weight=1.0)
    assert kpi.consistent_targets(own).empty  # no plan, no tie
    with pytest.raises(CourseError, match="targets has no column weight"):
        kpi.consistent_targets(own.drop(columns="weight"))
    with pytest.raises(CourseError, match="add up to 10000 %"):
        kpi.consistent_targets(own.assign(weight=100))
    with pytest.raises(CourseError, match="target of targets holds text, not numbers"):
        kpi.consistent_targets(own.assign(target="100 %"))
    with pytest.raises(CourseError, match="In 1 of 2 rows of targets, month is missing"):
        kpi.consistent_targets(own.assign(month=own["month"].where(own.index > 0)))
    with pytest.raises(CourseError, match="conversion is 9"):
        kpi.consistent_targets(own, conversion=9)
    with pytest.raises(CourseError, match="order_value is -5"):
        kpi.consistent_targets(own, order_value=-5)
    with pytest.raises(CourseError, match="campaign_conversion is 10"):
        kpi.implied_conversion(0.45, 0.55, 10)
    with pytest.raises(CourseError, match="hold one below 0"):
        kpi.consistent_targets(own.assign(weight=-1.0))
    with pytest.raises(CourseError, match="needs the table targets"):
        kpi.scorecards({"visits": own})
    with pytest.raises(CourseError, match="period is 202506"):
        kpi.scorecard({"targets": own}, "traffic_manager", 202506)  # type: ignore[arg-type]


def test_a_plan_of_nothing_implies_no_order_value() -> None:
    rows: list[tuple[str, float, float | None]]
    rows = [("campaign_uv_share", 0.45, None), ("campaign_order_share", 0.55, None)]
    rows += [("campaign_conversion", 0.1, None), ("uv_completion", 1.0, 0.0)]
    rows += [("sales_completion", 1.0, 1000.0)]
    table = pd.DataFrame(rows, columns=["kpi", "target", "plan"])
    table = table.assign(month="2025-06", post_id="traffic_manager", weight=0.2)
    assert "order value" not in set(kpi.consistent_targets(table)["tie"])


def test_a_line_is_a_kind_of_product_not_the_number_in_an_order() -> None:
    shop = load_shop()
    lines = kpi.measure("sales", shop, "line").set_index("line")["sales"]
    assert set(lines.index) == set(shop.products["line"])
    assert lines.sum() == pytest.approx(kpi.measure("sales", shop)["sales"].iloc[0])


@pytest.mark.parametrize(
    ("name", "table", "key"), [("orders",) * 2 + ("order_id",), ("visits",) * 2 + ("visit_id",)]
)
@pytest.mark.parametrize(
    "move", [pd.DataFrame, pl.from_pandas, lambda it: pl.from_pandas(it).lazy()]
)
def test_a_row_without_its_own_id_is_not_counted(
    name: str, table: str, key: str, move: Any
) -> None:
    rows = tiny()[table].assign(**{key: lambda it: it[key].astype("object")})
    rows.loc[rows.index[0], key] = None
    rows[key] = rows[key].convert_dtypes()
    with pytest.raises(CourseError, match=f"{key} is missing"):
        kpi.measure(name, {table: move(rows)})
