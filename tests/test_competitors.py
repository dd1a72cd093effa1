"""Competitors: published values, closed forms, properties, real catalogues, and bad input."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from ecokit import competitors
from ecokit.competitors.directory import CATEGORIES
from ecokit.competitors.indices import FORMULAS, in_time
from ecokit.errors import CourseError
from ecokit.explore import competitors as page
from ecokit.shop import Shop
from tests.companies import bundled, of_seed
from tests.sweep.competitors import CALLS
from tests.sweep.pricing import CALLS as PRICING


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.fixture(scope="module")
def panel(shop: Shop) -> pd.DataFrame:
    return competitors.published(shop)


@pytest.fixture(scope="module")
def gaps(shop: Shop, panel: pd.DataFrame) -> pd.DataFrame:
    return competitors.price_gaps(panel, same(shop), competitors.own_prices(shop))


def same(shop: Shop) -> pd.DataFrame:
    return shop.competitor_products.dropna(subset=["product_id"])


def test_periods_of_text_are_in_the_order_of_time() -> None:
    months = pd.DataFrame({"period": ["2025-09", "2025-10", "2025-11"], "item": "a"})
    months["price"] = [1.0, 2, 4]
    for table in (months, months.iloc[::-1]):
        for function in (competitors.price_index, competitors.average_price):
            found = function(table)
            assert found["period"].tolist() == ["2025-09", "2025-10", "2025-11"]
            assert found["level"].tolist() == [1, 2, 4]
    for text in ("week {}, 2025", "{}th week of 2025", "year 2025, week {}", "week {}"):
        weeks = [text.format(week) for week in (9, 10, 11)]
        assert in_time(weeks[::-1]) == weeks
    for wrong in (
        *(["Sep", "Oct", "Nov"], ["31/12/2025", "1/1/2026", "1/2/2026"]),
        *(["2025 week 9", "week 2025 10", "2026 w 1"], ["week 9 2025 1", "week 10 2025 2", "w"]),
    ):
        with pytest.raises(CourseError, match=r"does not sort as time does|stands before"):
            competitors.price_index(months.assign(period=wrong))


def test_formulas_are_known_however_they_are_written() -> None:
    prices = ([2.0, 4], [3.0, 4], [10.0, 5], [6.0, 7])
    for name, plain in (
        ("Fisher", "fisher"),
        ("törnqvist", "tornqvist"),
        ("Törnqvist", "tornqvist"),
    ):
        assert competitors.bilateral_index(*prices, formula=name) == competitors.bilateral_index(
            *prices, formula=plain
        )
    table = pd.DataFrame({"period": [1, 1, 2, 2], "item": ["a", "b"] * 2, "price": [2.0, 4, 3, 4]})
    weighed = table.assign(quantity=[10, 5, 6, 7])
    assert competitors.price_index(weighed)["level"].tolist() == (
        competitors.price_index(weighed, "FISHER")["level"].tolist()
    )
    assert competitors.price_index(table)["level"].tolist() == (
        competitors.price_index(table, "Jevons")["level"].tolist()
    )


def test_a_plus_is_part_of_a_name() -> None:
    names = pd.DataFrame({"name": ["Galaxy S24", "Galaxy S24+", "C", "C#"]}, index=list("abcd"))
    pairs = competitors.match_products(names, names)
    assert (pairs["left"] == pairs["right"]).all()
    assert len(pairs) == 4
    assert not pairs["near_tie"].any()
    twins = pd.DataFrame({"name": ["Phone C1 red", "Phone C1 red", "Watch G9"]})
    told = competitors.match_products(twins[1:], twins).set_index("left")["near_tie"]
    assert told.to_dict() == {1: True, 2: False}
    phones = competitors.similarities(names[:2], names[:2]).query("left != right")
    assert (phones["score"] < 0.8).all()


@pytest.mark.parametrize("words", [["False"], ["no"], ["缺货"], [None], [pd.NA], ["no", True]])
@pytest.mark.parametrize("name", ["competitors.alerts", "pricing.cheapest_offers"])
def test_a_flag_in_words_is_not_in_stock(name: str, words: list[Any]) -> None:
    call = {**CALLS, **PRICING}[name]()
    function = getattr(importlib.import_module(f"ecokit.{name.split('.')[0]}"), name.split(".")[1])
    given = call.args[0]

    def told(flags: list[Any]) -> Any:
        def marked(table: pd.DataFrame) -> pd.DataFrame:
            values = [flags[n % len(flags)] for n in range(len(table))]
            return table.assign(in_stock=pd.Series(values, index=table.index, dtype=object))

        data: Any = marked(given) if isinstance(given, pd.DataFrame) else dict(given)
        if isinstance(data, dict):
            data["competitor_prices"] = marked(data["competitor_prices"])
        try:
            return function(data, *call.args[1:], **call.kwargs)
        except CourseError:
            return None

    found = told(words)
    if found is not None:
        pd.testing.assert_frame_equal(found, told([one is True for one in words]))


# Concentration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "index"),
    [
        ((40, 30, 20, 10), 3000),
        ((25, 20, 15, 10, 8, 7, 6, 5, 4), 1540),
        ((25, 20, 15, 10, 8, 7, 6, 9), 1580),
        ((45, 15, 10, 8, 7, 6, 5, 4), 2540),
    ],
)
def test_published_concentrations(shares: tuple[int, ...], index: float) -> None:
    found = competitors.hhi({str(n): share / 100 for n, share in enumerate(shares)})
    assert found == pytest.approx(index)


def test_a_merger_adds_twice_the_product_of_the_shares() -> None:
    shares = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
    merged = {"a": 0.4, "b": 0.3, "cd": 0.3}
    delta = competitors.merger_delta(shares, "c", "d")
    assert delta == pytest.approx(400)
    assert competitors.hhi(merged) - competitors.hhi(shares) == pytest.approx(delta)
    assert competitors.effective_firms(shares) == pytest.approx(10 / 3)
    assert competitors.effective_firms(dict.fromkeys("abcde", 0.2)) == pytest.approx(5)


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=20))
def test_concentration_lies_between_its_bounds(sizes: list[float]) -> None:
    shares = {str(n): size / sum(sizes) for n, size in enumerate(sizes)}
    assert 10_000 / len(sizes) - 1e-6 <= competitors.hhi(shares) <= 10_000
    with_rest = {**{name: share / 2 for name, share in shares.items()}, "others": 0.5}
    assert competitors.hhi(with_rest) < competitors.hhi(with_rest, others=None)


def test_shares_add_up_and_the_leader_is_named(shop: Shop) -> None:
    shares = competitors.market_shares(shop, by=["month", "category"])
    assert shares.groupby(["month", "category"])["share"].sum().to_numpy() == pytest.approx(1)
    assert set(competitors.concentration(shop)["leader"]) == {"K1"}


# Price leadership -----------------------------------------------------------------------------


def test_leaders_and_their_lags_are_found_as_the_simulator_was_told(
    shop: Shop, panel: pd.DataFrame
) -> None:
    table = competitors.price_leaders(competitors.price_moves(panel))
    lags = table.set_index(["leader", "follower"])["weeks"]
    assert lags["K1", "K2"] == shop.truth["follow_weeks_2"]
    assert lags["K1", "K3"] == shop.truth["follow_weeks_3"]
    assert "K1" not in set(table["follower"])  # nobody leads the leader
    assert (table["correlation"] > 2 * table["noise"]).all()


def test_a_move_of_one_hundredth_is_a_move() -> None:
    steps = np.array([1, -1, 0, 0, 1, 0, -1, 1, 0, 0, -1, 0] * 3) * competitors.lead.MOVE
    weeks = pd.date_range("2025-03-03", periods=len(steps), freq="7D")
    told = [("K1", steps), ("K2", np.roll(steps, 1))]
    moves = pd.concat(
        pd.DataFrame({"week": weeks, "competitor_id": who, "category": "a", "move": move})
        for who, move in told
    )
    led = competitors.price_leaders(moves, most_weeks=2).iloc[0]
    assert (led["leader"], led["weeks"], led["followed"]) == ("K1", 1, 1.0)
    assert led["moves"] == (steps != 0).sum()


def test_noise_leads_nobody_in_19_of_20_panels() -> None:
    """Two pairs of unrelated shops a panel: of 40 panels about two may show a leader."""
    weeks = pd.date_range("2025-03-03", periods=52, freq="7D")
    pairs = [(shop, category) for shop in ("K1", "K2") for category in ("a", "b")]
    rows = [(week, *pair) for week in weeks for pair in pairs]
    wrong = 0
    for seed in range(40):
        moves = np.random.default_rng(seed).normal(size=(52, 4)).ravel()
        columns = ["week", "competitor_id", "category"]
        table = pd.DataFrame(rows, columns=columns).assign(move=moves)
        wrong += len(competitors.price_leaders(table)) > 0
    assert wrong <= 40 * 0.05 + 3 * (40 * 0.05 * 0.95) ** 0.5


def test_weeks_come_as_any_dates_and_other_spacings_get_a_sentence(panel: pd.DataFrame) -> None:
    few = panel[panel["week"] <= panel["week"].min() + pd.Timedelta(weeks=5)]
    moves = competitors.price_moves(few)
    as_dates = few.assign(week=few["week"].dt.date)
    pd.testing.assert_frame_equal(competitors.price_moves(as_dates), moves)
    months = few.assign(week=few["week"] + few["week"].dt.day * pd.Timedelta(days=1))
    with pytest.raises(CourseError, match="not 7 days apart"):
        competitors.price_moves(months)
    with pytest.raises(
        CourseError, match="stands in another row, too, such as the one with competitor_id"
    ):
        competitors.price_moves(pd.concat([few, few]))


def test_a_category_of_others_alone_has_no_leader() -> None:
    market = pd.DataFrame(
        {"category": ["a", "b", "c"], "seller": ["others", "K1", "K1"], "sales": [1.0, 2.0, 0.0]}
    )
    table = competitors.concentration({"market": market}).set_index("category")
    assert pd.isna(table["leader"]["a"])
    assert table["leader"]["b"] == "K1"
    assert "c" not in table.index


# Indices --------------------------------------------------------------------------------------

CES = {
    "laspeyres": 1.3269231,
    "paasche": 0.9259489,
    "fisher": 1.1084507,
    "tornqvist": 1.1315498,
    "walsh": 1.1370031,
    "jevons": 0.9286132,
    "carli": 1.025,
    "dutot": 0.8555556,
    "lloyd_moulton": 1.1370031,
}
"""Published for CES data with sigma = 2: period 12 against period 1, to seven decimals."""


@pytest.fixture(scope="module")
def ces() -> pd.DataFrame:
    """Prices and spending of Diewert and Fox (2017); quantities from CES preferences."""
    prices = np.array(
        [
            [2, 1.75, 1.6, 1.5, 1.45, 1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1],
            [1, 0.5, 1.05, 1.1, 1.12, 1.15, 1.18, 0.6, 1.2, 1.25, 1.28, 1.3],
            [1, 0.95, 0.9, 0.85, 0.4, 0.8, 0.75, 0.72, 0.7, 0.4, 0.7, 0.65],
            [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.7, 0.65, 0.7, 0.75, 0.75, 0.8],
        ]
    )
    spent = np.array([10, 13, 11, 12, 15, 13, 14, 17, 15, 18, 16, 17])
    weight = np.array([[0.2], [0.2], [0.2], [0.4]]) / prices
    quantity = spent * weight / weight.sum(axis=0) / prices
    period, item = np.meshgrid(np.arange(1, 13), np.arange(1, 5))
    columns = {"period": period, "item": item, "price": prices, "quantity": quantity}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


@pytest.mark.parametrize("formula", CES)
def test_published_index_values(ces: pd.DataFrame, formula: str) -> None:
    table = competitors.price_index(ces, formula, sigma=2)
    assert table["level"].iloc[-1] == pytest.approx(CES[formula], abs=5e-8)
    assert table["matched"].eq(4).all()


def test_chain_drift_is_as_published(ces: pd.DataFrame) -> None:
    table = competitors.price_index(ces, "laspeyres", chained=True)
    assert table["level"].iloc[-1] == pytest.approx(2.2000474, abs=5e-8)


@pytest.mark.parametrize("chained", [False, True])
def test_lloyd_moulton_is_the_cost_of_living_of_ces(ces: pd.DataFrame, chained: bool) -> None:
    """Weights 0.2, 0.2, 0.2, 0.4 and sigma 2 give the unit cost 1 / sum(a / p) exactly."""
    table = competitors.price_index(ces, "lloyd_moulton", chained=chained, sigma=2)
    wide = ces.pivot_table(index="period", columns="item", values="price").to_numpy()
    cost = 1 / (np.array([0.2, 0.2, 0.2, 0.4]) / wide).sum(axis=1)
    assert table["level"].to_numpy() == pytest.approx(cost / cost[0], rel=1e-12)


prices = npst.arrays(float, 5, elements=st.floats(0.5, 100))
units = npst.arrays(float, 5, elements=st.floats(1, 50))


@settings(max_examples=60)
@given(p0=prices, p1=prices, q0=units, q1=units, scale=st.floats(0.1, 10))
def test_axioms_of_index_numbers(
    p0: np.ndarray, p1: np.ndarray, q0: np.ndarray, q1: np.ndarray, scale: float
) -> None:
    for formula in FORMULAS:
        same_prices = competitors.bilateral_index(p0, p0, q0, q1, formula)
        assert same_prices == pytest.approx(1)
        index = competitors.bilateral_index(p0, p1, q0, q1, formula)
        assert competitors.bilateral_index(p0, scale * p1, q0, q1, formula) == pytest.approx(
            scale * index
        )
        ratios = p1 / p0
        assert ratios.min() * (1 - 1e-9) <= index <= ratios.max() * (1 + 1e-9)
    for formula in ("fisher", "tornqvist", "walsh", "jevons", "dutot"):
        there = competitors.bilateral_index(p0, p1, q0, q1, formula)
        back = competitors.bilateral_index(p1, p0, q1, q0, formula)
        assert there * back == pytest.approx(1)
    assert competitors.bilateral_index(p0, p1, formula="carli") >= competitors.bilateral_index(
        p0, p1, formula="jevons"
    ) * (1 - 1e-9)


def test_only_products_of_both_periods_are_compared() -> None:
    table = pd.DataFrame(
        {"period": [1, 1, 2, 2, 3], "item": ["a", "b", "b", "c", "c"], "price": [1, 2, 4, 8, 8.0]}
    )
    fixed = competitors.price_index(table)
    assert fixed["level"].tolist()[:2] == [1, 2]
    assert np.isnan(fixed["level"].iloc[2])
    assert fixed["matched"].tolist() == [2, 1, 0]
    assert competitors.price_index(table, chained=True)["level"].tolist() == [1, 2, 2]


def test_survivors_misstate_the_price_level(gaps: pd.DataFrame) -> None:
    """Cheap offers leave the competitors' sites first, so those that stay are dearer."""
    early = gaps[gaps["week"] == sorted(gaps["week"].unique())[8]]
    stay = early["sku"].isin(gaps[gaps["week"] == gaps["week"].max()]["sku"])
    whole = competitors.spatial_index(early, "jevons")["level"][0]
    survivors = competitors.spatial_index(early[stay], "jevons")["level"][0]
    assert survivors < whole - 0.005


def test_the_average_price_moves_without_any_price_change(panel: pd.DataFrame) -> None:
    table = panel[panel["competitor_id"] == "K2"].rename(columns={"week": "period", "sku": "item"})
    frozen = table.assign(price=table.groupby("item")["price"].transform("first"))
    index = competitors.price_index(frozen, chained=True)["level"]
    assert index.to_numpy() == pytest.approx(1)
    assert competitors.average_price(frozen)["level"].sub(1).abs().max() > 0.05


def plain_index(table: pd.DataFrame, formula: str, chained: bool) -> list[float]:
    """The index as a person would work it out: period by period, product by product."""
    periods = sorted(set(table["period"]))
    by_period = {p: t.set_index("item") for p, t in table.groupby("period")}
    levels = [1.0]
    for place in range(1, len(periods)):
        old = by_period[periods[place - 1 if chained else 0]]
        new = by_period[periods[place]]
        both = [item for item in old.index if item in new.index]
        p0, p1, q0, q1 = (
            [float(t[c][item]) for item in both] for c in ("price", "quantity") for t in (old, new)
        )
        a0, a1 = (
            sum(p * q for p, q in zip(p0, q0, strict=True)),
            sum(p * q for p, q in zip(p1, q1, strict=True)),
        )
        laspeyres = sum(p * q for p, q in zip(p1, q0, strict=True)) / a0
        paasche = a1 / sum(p * q for p, q in zip(p0, q1, strict=True))
        step = 1.0
        for n in range(len(both)):
            weight = (p0[n] * q0[n] / a0 + p1[n] * q1[n] / a1) / 2
            step *= (p1[n] / p0[n]) ** (1 / len(both) if formula == "jevons" else weight)
        step = {
            "laspeyres": laspeyres,
            "paasche": paasche,
            "fisher": (laspeyres * paasche) ** 0.5,
            "tornqvist": step,
            "jevons": step,
        }[formula]
        levels.append(levels[-1] * step if chained else step)
    return levels


@pytest.mark.parametrize("chained", [False, True])
@pytest.mark.parametrize("formula", ["laspeyres", "paasche", "fisher", "tornqvist", "jevons"])
def test_products_that_come_and_go_agree_with_a_plain_loop(formula: str, chained: bool) -> None:
    rng = np.random.default_rng(17)
    rows = [
        (period, item, rng.uniform(1, 9), float(rng.integers(0, 5)))
        for period in range(8)
        for item in range(30)
        if rng.random() < 0.7
    ]
    table = pd.DataFrame(rows, columns=["period", "item", "price", "quantity"])
    found = competitors.price_index(table.sample(frac=1, random_state=1), formula, chained)
    assert found["level"].to_numpy() == pytest.approx(plain_index(table, formula, chained))


def test_a_period_in_which_nothing_was_bought_is_empty_and_one_product_is_enough() -> None:
    table = pd.DataFrame(
        {"period": [1, 2, 3], "item": "a", "price": [2.0, 3.0, 5.0], "quantity": [4, 0, 2]}
    )
    assert competitors.price_index(table, "jevons")["level"].tolist() == [1, 1.5, 2.5]
    assert competitors.price_index(table, "laspeyres")["level"].tolist() == [1, 1.5, 2.5]
    fisher = competitors.price_index(table, "fisher")["level"]
    assert fisher.isna().tolist() == [False, True, False]
    assert fisher.iloc[2] == pytest.approx(2.5)
    chain = competitors.price_index(table, "fisher", chained=True)["level"]
    assert chain.isna().tolist() == [False, True, True]


# Matching -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogues(
    real_data: Callable[[str], Path],
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[int, int]]]:
    abt, buy = (pd.read_csv(real_data(f"{name}.csv.gz")) for name in ("abt", "buy"))
    pairs = pd.read_csv(real_data("abt_buy_matches.csv.gz"))
    return abt, buy, list(zip(pairs["D1"], pairs["D2"], strict=True))


@pytest.mark.parametrize(
    ("fields", "least"), [(["name", "description", "price"], 0.943), (["name"], 0.905)]
)
def test_two_real_catalogues_are_matched(
    catalogues: tuple[pd.DataFrame, pd.DataFrame, list[tuple[int, int]]],
    fields: list[str],
    least: float,
) -> None:
    abt, buy, truth = catalogues
    quality = competitors.match_quality(competitors.match_products(abt, buy, fields), truth)
    assert quality.f1 >= least


def test_the_price_relative_of_two_real_shops(
    catalogues: tuple[pd.DataFrame, pd.DataFrame, list[tuple[int, int]]],
) -> None:
    abt, buy, truth = catalogues
    left, right = zip(*truth, strict=True)
    both = pd.DataFrame(
        {
            "own_price": buy["price"].reindex(right).to_numpy(),
            "price": abt["price"].reindex(left).to_numpy(),
        }
    )
    table = competitors.spatial_index(both, "jevons")
    assert table["matched"][0] == 223
    assert table["level"][0] == pytest.approx(0.79568, abs=5e-6)


def test_the_shop_is_matched_and_no_product_twice(shop: Shop, panel: pd.DataFrame) -> None:
    matches = competitors.match_panel(panel, shop.products)
    assert not matches.duplicated(["competitor_id", "sku"]).any()
    assert not matches.duplicated(["competitor_id", "product_id"]).any()
    pairs = matches.assign(left=matches["product_id"], right=matches["sku"])
    listed = same(shop)[same(shop)["sku"].isin(panel["sku"])]
    truth = zip(listed["product_id"], listed["sku"], strict=True)
    assert competitors.match_quality(pairs, truth).f1 > 0.8


def test_assignment_beats_greedy_and_equals_trying_all() -> None:
    from itertools import permutations

    rng = np.random.default_rng(5)
    for _round in range(20):
        scores = rng.random((4, 4)) * (rng.random((4, 4)) < 0.7)
        left, right = np.nonzero(scores)
        pairs = pd.DataFrame({"left": left, "right": right, "score": scores[left, right]})
        best = max(sum(scores[n, m] for n, m in enumerate(p)) for p in permutations(range(4)))
        assert competitors.assign(pairs)["score"].sum() == pytest.approx(best)


def test_blocking_keeps_pairs_inside_a_category_and_thresholds_cut() -> None:
    ours = pd.DataFrame({"name": ["Phone C1", "Case C1"], "category": ["phones", "audio"]})
    theirs = pd.DataFrame({"name": ["case C1", "phone C-1"], "category": ["audio", "phones"]})
    blocked = competitors.match_products(ours, theirs, block="category")
    assert sorted(zip(blocked["left"], blocked["right"], strict=True)) == [(0, 1), (1, 0)]
    loose = competitors.similarities(ours, theirs, threshold=0.01)
    strict = competitors.similarities(ours, theirs, threshold=0.6)
    assert len(strict) < len(loose) == 4
    nothing = competitors.match_products(ours, theirs.assign(name=None))
    assert nothing.empty
    assert nothing.columns.tolist() == ["left", "right", "score", "near_tie"]


def test_the_truth_comes_as_pairs_of_any_kind() -> None:
    pairs = pd.DataFrame({"left": [1, 2], "right": ["a", "c"], "score": [0.9, 0.4]})
    wanted = competitors.match_quality(pairs, [(1, "a"), (2, "b")])
    table = pd.DataFrame({"ours": [1, 2], "theirs": ["a", "b"]})
    assert competitors.match_quality(pairs, table) == wanted
    assert competitors.match_quality(pairs, [[1, "a"], [2, "b"]]) == wanted
    for nonsense in ({1: "a"}, [(1, "a", 2)], 7):
        with pytest.raises(CourseError, match="list of pairs"):
            competitors.match_quality(pairs, nonsense)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_ids_and_numbers_of_rows_are_not_compared(kind: Any) -> None:
    pairs = kind({"left": [0, 1], "right": [0, 1], "score": [0.9, 0.4]})
    told = "left of pairs holds numbers, such as 0, and the truth holds text, such as 'P1'"
    for call in (competitors.match_quality, competitors.quality_by_threshold):
        with pytest.raises(CourseError, match=told):
            call(pairs, [("P1", "a"), ("P2", "b")])
        with pytest.raises(CourseError, match="right of pairs holds numbers"):
            call(pairs, [(0, "a")])
        with pytest.raises(CourseError, match=r"left of truth holds \{1\}, which is several"):
            call(pairs, [({1}, 1)])
    assert competitors.match_quality(pairs, [(7.0, 7)]).recall == 0  # ids may be numbers


T = pd.Timestamp
ZONED = [T("2025-01-01", tz="Asia/Shanghai"), T("2025-01-01", tz="UTC")]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([{1}, {2}], r"left of pairs holds \{1\}, which is several values in one"),
        ([[1], [2]], r"left of pairs holds \[1\], which is several values in one"),
        ([{"a": 1}, {"a": 2}], "which is several values in one"),
        (ZONED, r"left of pairs has a time zone \(Asia/Shanghai\)"),
        ([T("2025-01-01"), ZONED[1]], r"left of pairs has a time zone \(UTC\)"),
    ],
)
def test_labels_that_cannot_be_told_apart_are_refused(labels: list[Any], sentence: str) -> None:
    left = pd.Series(labels, dtype=object)
    with pytest.raises(CourseError, match=sentence):
        competitors.assign(pd.DataFrame({"left": left, "right": [1, 2], "score": [0.9, 0.8]}))


def test_labels_may_be_days_however_far() -> None:
    last = date(9999, 12, 31)
    pairs = pd.DataFrame({"left": [last, last], "right": [1, 2], "score": [0.9, 0.8]})
    assert competitors.assign(pairs)["right"].tolist() == [1]
    with pytest.raises(CourseError, match="several values in one"):
        competitors.assign(pl.DataFrame({"left": [[1], [2]], "right": [1, 2], "score": [0.9, 0.8]}))


@pytest.mark.parametrize("sales", [1e30, 1e308, 10**30])
@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_sales_too_large_for_fen_are_told(kind: Any, sales: float) -> None:
    if kind is pl.DataFrame and isinstance(sales, int):
        sales = float(sales)  # Polars has no such whole numbers
    market = {"market": kind({"category": "audio", "seller": ["K1", "K2"], "sales": [sales, 5.0]})}
    for call in (competitors.market_shares, competitors.concentration):
        with pytest.raises(CourseError, match=r"sales of market holds .* too large to add up"):
            call(market)


def test_large_catalogues_are_compared_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    words = ["蓝牙耳机", "наушники", "headset", "Kopfhörer", "white", "白色", "X1", "X2", "Pro"]
    left, right = (
        pd.DataFrame({"name": [" ".join(rng.choice(words, 3)) for _n in range(40)]})
        for _side in range(2)
    )
    whole = competitors.match_products(left, right)
    monkeypatch.setattr("ecokit.competitors.match.ROWS", 7)
    pd.testing.assert_frame_equal(competitors.match_products(left, right), whole)
    assert competitors.match_products(left[:0], right).empty


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_text_can_be_matched(names: list[str]) -> None:
    table = pd.DataFrame({"name": names})
    pairs = competitors.match_products(table, table)
    assert pairs["score"].between(0, 1).all()
    assert pairs["left"].is_unique


# Directory and mystery visits -----------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, 3, 11])
def test_the_three_competitors_come_out_of_the_directory(shop: Shop, seed: int | None) -> None:
    company = shop if seed is None else of_seed(seed)
    visits = len(company.visits) / 12
    regions = company.orders["region"].value_counts(normalize=True)
    table = competitors.rank_directory(company, monthly_visits=visits, regions=regions)
    assert set(table["shop_id"].head(3)) == set(company.competitors["shop_id"])
    assert len(table) == 40
    assert table["score"].between(0, 1).all()
    used = table[table["kind"] == "second_hand"]
    assert used["score"].eq(0).all()
    assert used["reason"].str.contains("another kind").all()


def test_own_rates_beside_the_visits_are_those_of_the_journey(shop: Shop) -> None:
    table = competitors.mystery_beside(shop)
    assert set(table["shop"]) == {"own", "K1", "K2", "K3"}
    call = table[(table["shop"] == "own") & (table["touchpoint"] == 8)].iloc[0]
    rows = shop.touchpoints[shop.touchpoints["touchpoint"] == 8]
    due = rows["done_at"].notna() | (rows["due_at"] <= shop.touchpoints["done_at"].max())
    assert call["in_time_rate"] == (rows["done_at"] <= rows["due_at"]).sum() / due.sum()
    assert table["low"].le(table["in_time_rate"] + 1e-12).all()
    assert table["high"].ge(table["in_time_rate"] - 1e-12).all()
    found = competitors.mystery_findings(shop)
    assert found["checks"].sum() == len(shop.mystery_visits)


def test_a_filled_in_form_is_read_as_people_fill_it_in(shop: Shop) -> None:
    form = competitors.mystery_checklist(shop).assign(competitor_id="K1")
    form["done"] = ["yes", "No", " TRUE", "1", "是", "否", "", "", "", ""]
    form["minutes_taken"] = ["5", "", "30", 2, 1, "", "", "", "", ""]
    found = competitors.mystery_findings({"mystery_visits": form}).iloc[0]
    assert (found["checks"], found["done"], found["minutes"]) == (6, 4, 3.5)
    with pytest.raises(CourseError, match=r"done is neither yes nor no.*perhaps"):
        competitors.mystery_findings({"mystery_visits": form.assign(done="perhaps")})
    with pytest.raises(CourseError, match=r"minutes_taken is no number.*soon"):
        competitors.mystery_findings({"mystery_visits": form.assign(minutes_taken="soon")})
    stray = shop.mystery_visits.head(1).assign(touchpoint=77)
    with pytest.raises(CourseError, match=r"touchpoint is not in journey.*77"):
        competitors.mystery_beside({**shop.tables, "mystery_visits": stray})


def test_what_a_directory_leaves_out_makes_no_competitor(shop: Shop) -> None:
    told = competitors.rank_directory(shop, monthly_visits=1e5)
    first = shop.directory["shop_id"] == told["shop_id"][0]
    for column, value in (("price_low", np.nan), ("monthly_visits", np.nan), ("price_low", 1e9)):
        given = shop.directory.assign(**{column: shop.directory[column].mask(first, value)})
        tables = {"directory": given, "products": shop.products}
        table = competitors.rank_directory(tables, monthly_visits=1e5)
        row = table[table["shop_id"] == told["shop_id"][0]].iloc[0]
        assert row["score"] == 0
        assert "does not say enough" in row["reason"]
    free = {**shop.tables, "directory": shop.directory.assign(price_low=0.0)}
    with pytest.raises(CourseError, match="price_low is no number above 0"):
        competitors.rank_directory(free, monthly_visits=1e5)


def test_the_checklist_is_the_ten_touchpoints(shop: Shop) -> None:
    form = competitors.mystery_checklist(shop)
    assert form["touchpoint"].tolist() == list(range(1, 11))
    assert form[["done", "minutes_taken", "note"]].eq("").all(axis=None)


# Watching -------------------------------------------------------------------------------------


def test_own_prices_are_those_of_each_monday_morning(shop: Shop) -> None:
    own = competitors.own_prices(shop).set_index(["week", "product_id"])
    day = own.index.get_level_values("week")
    assert set(day.day_of_week) == {0}
    stock = shop.stock.set_index(["date", "product_id"])
    here = own[day <= shop.stock["date"].max()]
    told = stock.loc[here.index, ["price", "unit_cost"]].to_numpy()
    assert here[["own_price", "unit_cost"]].to_numpy() == pytest.approx(told)
    week = pd.Timestamp("2025-06-16")
    past = shop.stock[shop.stock["date"].between(week - pd.Timedelta(days=7), "2025-06-15")]
    sold = past.groupby("product_id")["sold"].sum().reindex(own.loc[week].index, fill_value=0)
    assert own.loc[week, "units"].tolist() == sold.tolist()


def test_the_last_price_before_a_monday_stands_where_it_has_none() -> None:
    days = pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-07", "2025-03-08"])
    ours = pd.DataFrame({"date": days, "product_id": "P1", "price": [100.0, None, 90.0, None]})
    gone = ours[:3].assign(product_id="P2")  # off the shelf before the tenth
    stock = pd.concat([ours, gone]).assign(unit_cost=80.0, sold=[1, 2, 0, 4, 1, 1, 1])
    own = competitors.own_prices({"stock": stock})
    assert own[["product_id", "own_price", "units"]].to_numpy().tolist() == [
        ["P1", 100.0, 0.0],
        ["P2", 100.0, 0.0],
        ["P1", 90.0, 7.0],
    ]
    with pytest.raises(CourseError, match="more than once"):
        competitors.own_prices({"stock": pd.concat([stock, stock])})
    stock["sold"] = [1, 2, np.nan, 4, 1, 1, 1]
    with pytest.raises(CourseError, match=r"In 1 of 7 rows of stock, sold is missing"):
        competitors.own_prices({"stock": stock})


def test_a_wrong_pair_shows_as_a_gap(gaps: pd.DataFrame) -> None:
    assert gaps["gap"].abs().quantile(0.99) < 0.4
    cheapest = gaps[gaps["cheapest"]].drop_duplicates(["week", "product_id"])
    assert len(cheapest) == gaps.drop_duplicates(["week", "product_id"]).shape[0]


def test_the_deep_cut_is_an_alert_and_small_moves_are_not(shop: Shop, gaps: pd.DataFrame) -> None:
    seen = competitors.alerts(gaps, shop.products, "2025-09-29", most=50)
    assert len(seen) < 0.25 * gaps[gaps["week"] == "2025-09-29"]["sku"].nunique()
    assert seen["change"].abs().min() >= 0.05
    assert seen["at_stake"].abs().is_monotonic_decreasing
    deep = seen[(seen["competitor_id"] == "K1") & (seen["category"] == "phones") & seen["core"]]
    assert (deep["change"] < -0.05).any()
    assert len(competitors.alerts(gaps, shop.products, "2025-09-29", most=2)) <= 2


def test_a_price_of_this_week_is_not_one_for_weeks(shop: Shop, gaps: pd.DataFrame) -> None:
    weeks = sorted(gaps["week"].unique())[20:40:4]
    each = [competitors.alerts(gaps, shop.products, week, least_weeks=1, most=50) for week in weeks]
    seen = pd.concat(each)
    new = seen["sentence"].str.contains("since this week", regex=False)
    assert ((seen["weeks"] == 1) == new).all()
    assert new.any()


def test_alerts_do_not_know_the_future(shop: Shop, gaps: pd.DataFrame) -> None:
    week = "2025-06-16"
    past = gaps[gaps["week"] <= week]
    now = competitors.alerts(gaps, shop.products, week)
    pd.testing.assert_frame_equal(now, competitors.alerts(past, shop.products, week))


def test_a_quiet_week_has_no_alert(shop: Shop, gaps: pd.DataFrame) -> None:
    still = gaps.assign(price=100.0, promotion=None)
    quiet = competitors.alerts(still, shop.products, "2025-06-16")
    assert quiet.empty
    html = competitors.weekly_report(still, quiet, shop.competitors, "2025-06-16")
    assert "No move of this week" in html


@given(
    rival=st.floats(-0.5, 0.5),
    own=st.floats(-0.5, 0.5),
    units=st.floats(1, 1000),
    cross=st.floats(0, 2),
    elasticity=st.floats(-4, -0.5),
)
def test_reactions_follow_the_elasticities(
    rival: float, own: float, units: float, cross: float, elasticity: float
) -> None:
    told = competitors.reaction(100, 80, units, rival, own, elasticity, cross)
    expected = units * (1 + own) ** elasticity * (1 + rival) ** cross
    assert told.units == pytest.approx(expected)
    assert told.margin == pytest.approx(expected * (100 * (1 + own) - 80))
    still = competitors.reaction(100, 80, units, 0, 0, elasticity, cross)
    assert still.lost_margin == pytest.approx(0)


def test_overlap_counts_both_ways(shop: Shop, panel: pd.DataFrame) -> None:
    table = competitors.assortment_overlap(panel, same(shop), shop.products, "2025-06-16")
    assert table["common"].le(table[["ours", "theirs"]].min(axis=1)).all()
    union = table["ours"] + table["theirs"] - table["common"]
    assert table["jaccard"].to_numpy() == pytest.approx((table["common"] / union).to_numpy())


def test_gaps_of_tables_from_elsewhere(shop: Shop, panel: pd.DataFrame, gaps: pd.DataFrame) -> None:
    few = panel[panel["week"] <= panel["week"].min() + pd.Timedelta(weeks=1)]
    own = competitors.own_prices(shop)
    wanted = competitors.price_gaps(few, same(shop), own)
    told = few.assign(week=few["week"].dt.date)
    pd.testing.assert_frame_equal(competitors.price_gaps(told, same(shop), own), wanted)
    holes = few.assign(price=few["price"].where(few["sku"] != wanted["sku"][0]))
    left = competitors.price_gaps(holes, same(shop), own)
    assert set(wanted["sku"]) - set(left["sku"]) == {wanted["sku"][0]}
    assert np.isfinite(left["gap"]).all()
    twice = pd.concat([same(shop), same(shop)])
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: competitors.price_gaps(few, twice, own), "of matches.*in another row"),
        (
            lambda: competitors.price_gaps(few.assign(price=0), same(shop), own),
            "price is no number above 0",
        ),
        (lambda: competitors.price_gaps(few.assign(sku="a"), same(shop), own), "in another row"),
        (
            lambda: competitors.price_gaps(few.assign(sku=1), same(shop), own),
            "The column sku holds",
        ),
        (
            lambda: competitors.alerts(gaps, shop.products[:1], gaps["week"].max()),
            "not in products",
        ),
        (lambda: competitors.alerts(gaps, shop.products, "monday"), "week is 'monday'"),
        (lambda: competitors.alerts(gaps.drop(columns="in_stock"), shop.products, 0), "in_stock"),
    ]
    for call, sentence in calls:
        with pytest.raises(CourseError, match=sentence):
            call()


# The report -----------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report(shop: Shop, gaps: pd.DataFrame, week: str = "2025-09-29") -> str:
    found = competitors.alerts(gaps, shop.products, week)
    return competitors.weekly_report(gaps, found, shop.competitors, week)


def test_the_report_is_one_safe_page(shop: Shop, gaps: pd.DataFrame) -> None:
    html = report(shop, gaps)
    tags = _Tags()
    tags.feed(html)
    assert not tags.open
    assert not {"script", "link", "img", "iframe", "form"} & set(tags.seen)
    assert not re.search(r"(src|href)=|https?:|\bon\w+=", html)
    assert 'lang="en"' in html
    assert html.count("<h1>") == 1
    assert re.search(r'<svg [^>]*role="img" aria-label="[^"]{40,}"', html)
    assert len(html) < 12_000


def test_what_competitors_write_is_escaped(shop: Shop, gaps: pd.DataFrame) -> None:
    evil = '<script>alert(1)</script>" onload="x'
    names = shop.competitors.assign(name=evil)
    found = competitors.alerts(gaps, shop.products.assign(name=evil), "2025-09-29")
    html = competitors.weekly_report(gaps.assign(category=evil), found, names, "2025-09-29")
    assert "<script" not in html
    assert '" onload="x' not in html
    assert "&lt;script&gt;" in html


def test_the_report_works_for_one_week_and_one_competitor(shop: Shop, gaps: pd.DataFrame) -> None:
    first = gaps["week"].min()
    few = gaps[(gaps["week"] == first) & (gaps["competitor_id"] == "K3")]
    html = competitors.weekly_report(
        few, competitors.alerts(few, shop.products, first), shop.competitors, first
    )
    assert "nan" not in html


def test_the_chart_has_few_lines_whatever_the_gap(shop: Shop, gaps: pd.DataFrame) -> None:
    for factor in (1, 2, 600):
        far = gaps.assign(own_price=gaps["price"] * factor)
        html = competitors.weekly_report(
            far, far.assign(sentence="", at_stake=0.0)[:0], shop.competitors, "2025-09-29"
        )
        assert 1 <= html.count('text-anchor="end"') <= 9


def test_a_report_is_saved_and_never_over_another(tmp_path: Path) -> None:
    file = competitors.save_report("<p>价格</p>", tmp_path / "week.html")
    assert file.read_text(encoding="utf-8") == "<p>价格</p>"
    with pytest.raises(CourseError, match="overwrite=True"):
        competitors.save_report("<p>2</p>", file)
    assert "价格" in file.read_text(encoding="utf-8")
    competitors.save_report("<p>2</p>", file, overwrite=True)
    assert file.read_text(encoding="utf-8") == "<p>2</p>"
    with pytest.raises(CourseError, match="cannot be saved"):
        competitors.save_report("<p>", tmp_path / "no" / "week.html")


# Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: competitors.bilateral_index([1, 2], [1], formula="jevons"), "lists hold 2 and 1"),
        (lambda: competitors.bilateral_index([0], [1], formula="jevons"), "above 0"),
        (lambda: competitors.bilateral_index([1], [1], formula="best"), "formula is 'best'"),
        (lambda: competitors.bilateral_index([1], [1], [0], [1]), "nothing weighs"),
        (lambda: competitors.bilateral_index([1], [1], [1], formula="lloyd_moulton"), "sigma"),
        (lambda: competitors.hhi({"a": 30, "b": 70}), "Divide per cent by 100"),
        (lambda: competitors.hhi({"a": 1.2, "b": -0.2}), "0 or more"),
        (lambda: competitors.hhi([0.5, 0.5]), "a number for each name"),
        (lambda: competitors.hhi(pd.Series(0.5, index=["a", "a"])), "a name twice"),
        (
            lambda: competitors.merger_delta({"a": 0.5, "others": 0.5}, "a", "others"),
            "other is 'others'",
        ),
        (lambda: competitors.bilateral_index(["a"], [1], formula="jevons"), "no number"),
        (lambda: competitors.bilateral_index([1, 2], [1, 2], [1, 0], [0, 1], "walsh"), "in both"),
        (lambda: competitors.reaction(float("nan"), 1, 1, -0.1), "price is nan"),
        (lambda: competitors.reaction(1, 1, 1, -1.5), "above -1"),
        (lambda: competitors.reaction(1, 1, 1, -0.1, cross_elasticity=-1), "0 or more"),
    ],
)
def test_what_cannot_be_gets_a_sentence(call: object, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()  # type: ignore[operator]


def test_double_rows_get_a_sentence() -> None:
    twice = pd.DataFrame({"period": 1, "item": ["a", "a"], "price": [1.0, 2.0]})
    with pytest.raises(CourseError, match="in another row"):
        competitors.price_index(twice)
    names = pd.DataFrame({"name": ["x", "y"]}, index=[1, 1])
    with pytest.raises(CourseError, match="row label"):
        competitors.match_products(names, names)


# The explorer ---------------------------------------------------------------------------------


def test_the_explorer_follows_its_controls(shop: Shop) -> None:
    matching, prices = (lab.app() for lab in page.lab(shop).labs)
    before = matching.picture.alt, prices.picture.alt
    matching.inputs["threshold"].value = 0.4
    assert matching.picture.alt != before[0]
    prices.inputs["category"].value = "phones"
    assert prices.picture.alt != before[1]
    assert list(prices.inputs) == ["threshold", "category", "formula", "paid"]


def test_the_explorer_says_when_no_pair_is_left(shop: Shop) -> None:
    names = shop.products.assign(name=[f"Q{n}" for n in range(len(shop.products))])
    other = Shop({**shop.tables, "products": names})
    matching, prices = (lab.app() for lab in page.lab(other).labs)
    matching.inputs["threshold"].value = 0.5
    assert "K1 0 right" in matching.picture.alt
    assert "lower the threshold" in matching.below.value
    assert "lower the threshold" in prices.picture.alt


def test_the_static_twin_has_a_frame_for_each_threshold(shop: Shop) -> None:
    twin = page.lab(shop).frames()
    assert len(twin.frames) == 7
    assert twin.frames[0].png()[:4] == b"\x89PNG"


def test_a_price_index_takes_no_total_no_word_and_no_gap_for_goods() -> None:
    table = pd.DataFrame(
        {
            "period": [1, 1, 2, 2],
            "item": ["a", "b"] * 2,
            "price": [2.0, 4, 3, 4],
            "quantity": [10.0, 5, 6, 7],
        }
    )
    for row, told in [
        ([1, "合计", 6.0, 15.0], "total of the others"),
        ([1, "", 6.0, 15.0], "In 1 of 5 rows of prices, item is missing"),
        ([1, "None", 6.0, 15.0], "In 1 of 5 rows of prices, item is missing"),
        ([1, "c", 6.0, None], "In 1 of 5 rows of prices, quantity is no number of 0 or more"),
    ]:
        with pytest.raises(CourseError, match=told):
            competitors.price_index(pd.concat([table, pd.DataFrame([row], columns=[*table])]))
    with pytest.raises(CourseError, match="kind is missing"):
        competitors.price_index(table.assign(kind=["x", ""] * 2), by="kind")
    unsold = pd.DataFrame([[1, "c", None, None]], columns=[*table])
    levels = [
        competitors.price_index(one).level.tolist() for one in (table, pd.concat([table, unsold]))
    ]
    assert levels[0] == levels[1] == [1, pytest.approx(1.198958, abs=1e-6)]


def test_names_of_goods_may_be_any_words() -> None:
    named = pd.DataFrame({"name": ["Total", "None", "合计"]})
    found = competitors.match_products(named, named)
    assert (found["left"] == found["right"]).all()
    assert len(found) == 3


def test_a_directory_entry_without_goods_is_no_competitor(shop: Shop) -> None:
    counted = [*CATEGORIES, "other"]
    empty = shop.directory.head(3).assign(**dict.fromkeys(counted, 0))
    tables = {"directory": empty, "products": shop.products}
    table = competitors.rank_directory(tables, monthly_visits=1e5)
    assert table[["covers", "focus", "score"]].eq(0).all().all()
