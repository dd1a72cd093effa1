"""Base prices, elasticities and price tests: closed forms, known panels, published cases."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.stats import binom, multivariate_normal, norm

from benchmarks.estimate import made as many_rows
from ecokit import explore, pricing
from ecokit.errors import CourseError
from ecokit.explore.pricing import lab, products
from ecokit.plots import pricing as plots
from ecokit.pricing import elasticity, price_tests
from ecokit.pricing.absorb import Groups
from ecokit.pricing.base import BINDS
from ecokit.pricing.regression import Fit, _rows_left_out, independent, jackknife, variance
from ecokit.shop import Shop
from tests.companies import bundled, of_seed
from tests.engines import MOVES

Frame = pd.DataFrame


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def weeks_of(shop: Shop) -> Frame:
    found: Frame = pricing.panel(shop)
    return found


@pytest.fixture(scope="module")
def weeks(shop: Shop) -> Frame:
    return weeks_of(shop)


def best(profit: Any, low: float, high: float) -> float:
    """The price of most profit by a numerical optimiser."""
    found = minimize_scalar(
        lambda p: -profit(p), bounds=(low, high), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


# Closed forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "elasticity", "price"), [(12, -2.5, 20.0), (10, -3.138691, 14.67576)]
)
def test_the_best_price_of_a_constant_elasticity(
    cost: float, elasticity: float, price: float
) -> None:
    found = pricing.best_price(cost, elasticity)
    assert found == pytest.approx(price, abs=1e-5)
    assert pricing.margin(found, cost) == pytest.approx(-1 / elasticity)
    assert found == pytest.approx(best(lambda p: (p - cost) * p**elasticity, cost, 99), abs=1e-4)


def test_the_best_price_on_a_straight_line() -> None:
    found = pricing.best_price_linear(100, 2, cost=10)
    assert found == 30
    assert (found - 10) * (100 - 2 * found) == 800
    assert found == pytest.approx(best(lambda p: (p - 10) * (100 - 2 * p), 10, 50), abs=1e-5)


@pytest.mark.parametrize(("value", "sensitivity", "cost"), [(3, 1, 1), (2, 0.01, 80), (900, 1, 1)])
def test_the_best_price_where_customers_may_leave(
    value: float, sensitivity: float, cost: float
) -> None:
    found = pricing.best_price_logit(value, sensitivity, cost)

    def profit(p: float) -> float:
        return math.log(p - cost) - float(np.logaddexp(0, sensitivity * p - value))

    top = (value + 10) / sensitivity + cost
    assert found == pytest.approx(best(profit, cost + 1e-9, top), rel=1e-4)
    if (value, sensitivity, cost) == (3, 1, 1):
        assert found == pytest.approx(3.0, abs=1e-9)


def test_advertising_at_the_best_price_and_budget() -> None:
    share = pricing.advertising_share(0.2, -3.138691)
    assert share == pytest.approx(0.06372, abs=1e-5)

    def profit(budget: float) -> float:
        price = pricing.best_price(10, -3.138691)
        return float(1e6 * price**-3.138691 * budget**0.2 * (price - 10) - budget)

    budget = best(profit, 1, 1e7)
    price = pricing.best_price(10, -3.138691)
    assert budget / (1e6 * price ** (1 - 3.138691) * budget**0.2) == pytest.approx(share, rel=1e-3)


@given(cost=st.floats(0.01, 1e5), margin=st.floats(0, 0.95))
def test_margin_and_markup_are_two_names_of_one_amount(cost: float, margin: float) -> None:
    price = pricing.price_for_margin(cost, margin)
    assert pricing.margin(price, cost) == pytest.approx(margin, abs=1e-9)
    assert price == pytest.approx(pricing.price_for_markup(cost, pricing.markup(price, cost)))
    assert pricing.markup(price, cost) >= pricing.margin(price, cost) - 1e-9


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pricing.price_for_margin(100, 1.2), "that is a markup"),
        (lambda: pricing.price_for_margin(100, math.nan), "margin is nan"),
        (lambda: pricing.best_price(10, 2.5), "write -2.5"),
        (lambda: pricing.best_price(10, 0), "negative"),
        (lambda: pricing.best_price(10, math.nan), "elasticity is nan"),
        (lambda: pricing.best_price(10, -0.8), "no best price"),
        (lambda: pricing.best_price(-1, -2), "above 0"),
        (lambda: pricing.best_price_linear(100, 2, 60), "Nobody buys"),
        (lambda: pricing.advertising_share(0.1, 3), "write -3"),
        (lambda: pricing.base_price(0), "cost is 0"),
        (lambda: pricing.base_price(10, store_price=-3), "store_price is -3"),
        (lambda: pricing.base_price(10, competitor_price=-3), "competitor_price is -3"),
        (lambda: pricing.base_price(10, room=math.nan), "room is nan"),
        (lambda: pricing.base_price(10, elasticity=-2, tried=(9, 8)), "lowest first"),
        (lambda: pricing.margin("9", 5), "'9'. Give a number"),
        (lambda: pricing.price_for_markup(10, math.inf), "markup is inf"),
        (lambda: pricing.best_price(10, -1), "From -1 upwards"),
        (lambda: pricing.best_price_linear(math.inf, 2, 10), "intercept is inf"),
        (lambda: pricing.best_price_linear(9, math.inf, 1), "slope is inf"),
        (lambda: pricing.best_price_linear(9, 0, 1), "slope is 0"),
        (lambda: pricing.best_price_logit(math.nan, 1, 1), "value is nan"),
        (lambda: pricing.best_price_logit(9, math.inf, 1), "sensitivity is inf"),
        (lambda: pricing.best_price_logit(9, 0, 1), "sensitivity is 0"),
        (lambda: pricing.ending(math.nan), "price is nan"),
        (lambda: pricing.Costs(handling=-1), "0 or more"),
        (lambda: pricing.sample_size(0.1, 12), "after is 12"),
        (lambda: pricing.false_alarms(0), "looks is 0"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call()


# The base price -------------------------------------------------------------------------------

money = st.floats(1, 1e5).map(lambda yuan: round(yuan, 2))


@given(
    cost=money,
    store=st.none() | money,
    rival=st.none() | money,
    elastic=st.none() | st.floats(-8, -1.1),
)
def test_a_base_price_keeps_floor_and_ceiling(
    cost: float, store: float | None, rival: float | None, elastic: float | None
) -> None:
    told = pricing.base_price(cost, store, rival, elasticity=elastic)
    assert told.price >= told.floor - 0.005
    assert told.price <= max(told.ceiling, told.floor + 0.01) + 1e-9
    assert told.margin >= 0.08 - 0.01 / told.price
    assert told.binds in BINDS
    assert told.reason.endswith(".")
    assert "nan" not in told.reason
    assert "inf" not in told.reason


@pytest.mark.parametrize(
    ("how", "binds", "price"),
    [
        ({"store_price": 139, "competitor_price": 149}, "margin", 132.0),
        ({"competitor_price": 131, "store_price": pd.NA}, "margin", 132.0),
        ({"store_price": 125, "competitor_price": 149}, "store", 125.0),
        ({"store_price": 139, "competitor_price": 120}, "competitor", 122.0),
        ({"store_price": 139, "competitor_price": 90}, "cost", 114.88),
        ({"elasticity": -5.0}, "demand", 132.0),
        ({"elasticity": -1.5, "tried": (90, 160)}, "tried", 159.0),
        ({"elasticity": -1.5, "store_price": math.nan}, "demand", 316.0),
    ],
)
def test_the_reason_names_what_binds(how: dict[str, Any], binds: str, price: float) -> None:
    told = pricing.base_price(100, **how)
    assert (told.binds, told.price) == (binds, price)


def test_a_market_below_the_floor_is_not_followed() -> None:
    told = pricing.base_price(100, competitor_price=90)
    assert told.price >= told.floor > told.ceiling
    assert "do not follow" in told.reason


@given(price=st.floats(0.5, 1e5))
@example(price=172.5)
def test_an_ending_costs_little(price: float) -> None:
    found = pricing.ending(price)
    assert 0.98 * price - 1e-9 <= found <= price + 0.01
    if found % 10 == 9:  # 172.50 gives 172, and 172 gives 169: 2 % are taken off anew
        assert pricing.ending(found) == found


def test_an_ending_of_any_price_is_a_price() -> None:
    assert pricing.ending(1e15) == 1e15 - 1
    assert pricing.ending(1e15, 0, 1e9) == 1e9
    assert pricing.ending(1e14, 1e15) == 1e14
    with pytest.raises(CourseError, match=r"price is 1e\+308"):
        pricing.ending(1e308)


def rivals() -> tuple[Frame, Frame]:
    goods = pd.DataFrame(
        {
            "competitor_id": ["K1", "K2", "K3", "K1"],
            "sku": ["a", "a", "c", "other"],
            "product_id": ["P001", "P001", "P001", None],
        }
    )
    last, before = pd.Timestamp("2025-03-10"), pd.Timestamp("2025-03-03")
    rows = [
        (before, "K1", "a", 99.0, 60.0, True),
        (last, "K1", "a", 99.0, 95.0, True),
        (last, "K2", "a", 129.0, 89.0, True),
        (last, "K3", "c", 80.0, 80.0, False),
        (last, "K1", "other", 10.0, 10.0, True),
    ]
    names = ["week", "competitor_id", "sku", "list_price", "price", "in_stock"]
    return goods, pd.DataFrame(rows, columns=names)


def test_the_cheapest_offer_is_paid_today_and_in_stock() -> None:
    goods, prices = rivals()
    market = {"competitor_products": goods, "competitor_prices": prices}
    assert pricing.cheapest_offers(market).loc[0, ["competitor_id", "price"]].tolist() == [
        "K2",
        89.0,
    ]
    assert pricing.cheapest_offers(market, as_of="2025-03-09")["price"].tolist() == [60.0]
    assert pricing.cheapest_offers(market, weeks=2).loc[0, "price"] == (60.0 + 95.0) / 2


def test_a_base_price_rests_on_what_lies_in_stock_and_on_the_usual_price(shop: Shop) -> None:
    day = pd.Timestamp("2025-09-29")
    told = pricing.base_prices(shop, as_of=day).set_index("product_id")
    today = shop.stock[shop.stock["date"] == day].set_index("product_id")["unit_cost"]
    assert told["cost"].to_dict() == today[told.index].to_dict()
    seen = shop.competitor_prices
    cut = seen["price"].where(seen["week"] < day - pd.Timedelta(weeks=2), 0.9 * seen["price"])
    three_weeks = {**shop.tables, "competitor_prices": seen.assign(price=cut)}
    after = pricing.base_prices(three_weeks, as_of=day).set_index("product_id")
    change = after["competitor_price"] / told["competitor_price"] - 1
    assert (change.dropna() > -0.05).mean() > 0.9


def test_the_usual_margin_claims_nothing_about_competitors() -> None:
    dearer = pricing.base_price(100, competitor_price=131)  # 1 yuan below ours, inside the room
    assert dearer.reason == "This price leaves the margin that goods of its kind earn, 20 %."


def test_fen_are_told_where_they_matter() -> None:
    told = pricing.base_price(4.2, store_price=9.9)
    assert "¥9.90 lies below the floor of ¥10.07" in told.reason
    for store, shown in ((99.0, "99.00"), (99.99, "99.99"), (100.0, "100")):
        told = pricing.base_price(90, store_price=store)
        assert re.search(rf"¥{shown} lies below the floor of ¥1\d\d:", told.reason)


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("products", {"cost": math.nan}, "90 of 90 rows of products, cost is missing"),
        ("products", {"cost": "12"}, "column cost of products holds text"),
        ("products", {"category": None}, "category is missing"),
        ("products", {"product_id": "P001"}, "product_id P001 more than once"),
        (
            "competitor_prices",
            {"week": "2025-01-06"},
            "column week of competitor_prices holds text",
        ),
        (
            "competitor_prices",
            {"in_stock": "perhaps"},
            "column in_stock of competitor_prices holds .perhaps.",
        ),
        ("competitor_prices", {"price": 0.0}, "price is no number above 0"),
        ("stock", {"unit_cost": -1.0}, "unit_cost is no number above 0"),
    ],
)
def test_a_base_price_names_the_table_and_column_that_is_wrong(
    shop: Shop, table: str, change: dict[str, Any], sentence: str
) -> None:
    names = ("products", "competitor_products", "competitor_prices", "stock")
    tables = {name: getattr(shop, name) for name in names}
    tables[table] = tables[table].assign(**change)
    with pytest.raises(CourseError, match=sentence):
        pricing.base_prices(tables)


def test_a_base_price_refuses_odd_questions(shop: Shop) -> None:
    for how, sentence in (
        ({"as_of": "soon"}, "as_of is 'soon'"),
        ({"elasticity": {"handsets": -3}}, "No elasticity is of a category"),
        ({"step": -1}, "step is -1"),
    ):
        with pytest.raises(CourseError, match=sentence):
            pricing.base_prices({"products": shop.products}, **how)
    market = {"competitor_prices": shop.competitor_prices.assign(in_stock=False)}
    told = pricing.base_prices({**shop.tables, **market})
    assert told["competitor_price"].isna().all()


def test_every_product_of_the_shop_gets_a_price_and_a_reason(shop: Shop) -> None:
    table = pricing.base_prices(shop)
    last = shop.competitor_prices["week"].max()
    sale = shop.stock.loc[shop.stock["date"] == last, "product_id"]
    assert set(table["product_id"]) == set(sale)
    assert (table["price"] >= table["floor"] - 0.005).all()
    assert table["reason"].str.len().between(20, 200).all()
    assert {"store", "competitor"} <= set(table["binds"])
    early = pricing.base_prices({"products": shop.products}, as_of="2025-01-15")
    assert early["competitor_price"].isna().all()
    assert set(early["product_id"]) != set(table["product_id"])
    before = {name: shop[name].copy() for name in shop.tables}
    pricing.base_prices(shop)
    for name, kept in before.items():
        pd.testing.assert_frame_equal(shop[name], kept)


@given(elastic=st.floats(-9, -0.2), cost=money, price=money)
def test_a_profit_curve_is_the_arithmetic_of_one_elasticity(
    elastic: float, cost: float, price: float
) -> None:
    curve = pricing.profit_curve([price, 1.01 * price], cost, elastic, at=price, units=100)
    assert curve["units"].tolist() == pytest.approx([100, 100 * 1.01**elastic])
    left = 0.994 * curve["price"] - cost - 5
    assert curve["profit"].tolist() == pytest.approx((curve["units"] * left).tolist())


def test_a_profit_curve_peaks_at_the_best_price() -> None:
    best_of_all = pricing.best_price(100, -4)
    prices = np.linspace(110, 160, 201)
    costs = pricing.Costs(0, 0)
    curve = pricing.profit_curve(prices, 100, -4, at=125, units=90, costs=costs)
    assert curve["price"][curve["profit"].idxmax()] == pytest.approx(best_of_all, abs=0.25)
    for wrong in (0.0, 2.5, math.nan):
        with pytest.raises(CourseError, match="elasticity"):
            pricing.profit_curve(prices, 100, wrong, at=125, units=90)


def test_the_lab_tells_what_settles_the_price(shop: Shop) -> None:
    app = lab(shop).app()
    assert len(products(shop)) == 8
    said = set()
    for value in (-15.0, -6.0, -2.0):
        app.inputs["elasticity"].value = value
        said.add(app.picture.alt)
    assert len(said) == 3
    app.inputs["kept"].value = 30
    assert "do not follow" in app.picture.alt
    frames = explore.frames("pricing", shop).frames
    assert [frame.label for frame in frames] == [f"{-n}.0" for n in (15, 8, 6, 5, 4, 3, 2)]
    assert "keep the margin" not in frames[3].alt


# Elasticity on a panel with a known answer ----------------------------------------------------

TRUE = -2.5


def made(seed: int, *, own: float = 0.0, visits: float = 150, products: int = 14) -> Frame:
    """A panel whose price follows demand and cost; `own`: demand shocks in conversion too."""
    rng = np.random.default_rng(seed)
    weeks = 26
    shape = (products, weeks)
    shock, cost = 0.25 * rng.standard_normal(shape), 0.05 * rng.standard_normal(shape)
    season, sale = 0.2 * rng.standard_normal(weeks), rng.random(weeks) < 0.25
    usual = rng.normal(5, 0.5, (products, 1))
    move = 0.7 * cost + 0.1 * shock + 0.02 * rng.standard_normal(shape)
    seen = rng.poisson(visits * np.exp(season + shock + 0.4 * rng.standard_normal((products, 1))))
    level = math.log(0.08) + own * shock + 0.2 * rng.standard_normal((products, 1)) + 0.5 * sale
    units = rng.poisson(seen * np.exp(level + TRUE * (move - 0.06 * sale)))
    product, week = np.indices(shape)
    columns = {
        "product_id": product,
        "week": week,
        "market": week,
        "visits": seen,
        "units": units,
        "price": np.exp(usual + move - 0.06 * sale),
        "cost": np.exp(usual - 0.2 + cost),
    }
    frame = pd.DataFrame({name: np.ravel(column) for name, column in columns.items()})
    return frame.assign(category="audio", days=7)


def runs(number: int, **how: Any) -> Frame:
    options = {key: how.pop(key) for key in ("own", "visits") if key in how}
    told = [pricing.estimate(made(seed, **options), **how) for seed in range(number)]
    return pd.DataFrame(
        {"slope": one.elasticity, "se": one.se, "covered": one.covers(TRUE)} for one in told
    )


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"instrument": "cost"},
        {"exposure": "days", "instrument": "cost"},
        {"own": 0.6, "instrument": "cost"},
        {"model": "logs", "own": 0.6, "instrument": "cost", "visits": 600},
    ],
    ids=str,
)
def test_intervals_cover_a_known_elasticity(how: dict[str, Any]) -> None:
    """50 panels: the Monte Carlo error of a coverage of 95 % is 3 points."""
    told = runs(50, **how)
    assert binom.cdf(told["covered"].sum(), 50, 0.95) > 0.001
    error = told["slope"].std() / math.sqrt(50)
    assert abs(told["slope"].mean() - TRUE) < 3.5 * error
    # The standard error is right within its own Monte Carlo error, 10 %.
    assert told["se"].mean() == pytest.approx(told["slope"].std(), rel=0.35)


def test_what_sold_nothing_is_left_out_until_nothing_more_is() -> None:
    units = [1, 0, 0, 0, 2, 3]
    panel = pd.DataFrame({"units": units, "x": list("aabbcc"), "y": list("qrrsss"), "e": 1})
    kept, _codes = elasticity._usable(panel, "counts", ["e"], ["x", "y"])
    assert kept.index.tolist() == [0, 4, 5]  # b sold nothing; without its row, r did not either
    every, _codes = elasticity._usable(panel, "levels", ["e"], ["x", "y"])
    assert len(every) == 6


def test_a_row_that_alone_tells_of_a_slope_moves_nothing() -> None:
    x = np.column_stack([np.arange(6.0) % 3 + 1, np.eye(6)[:, 5]])
    y = np.array([1.0, 2.0, 4.0, 2.0, 3.0, 9.0])
    bread = x.T @ x
    scores = x * (y - x @ np.linalg.solve(bread, x.T @ y))[:, None]
    moved = _rows_left_out(scores, x, x, bread)
    for row in range(5):
        keep = np.arange(6) != row
        fit = np.linalg.solve(x[keep].T @ x[keep], x[keep].T @ y[keep])
        assert moved[row] == pytest.approx(np.linalg.solve(bread, x.T @ y) - fit)
    assert np.abs(moved[5]).max() < 1e-9


def test_a_control_that_only_one_cluster_has_moves_as_little_as_it_can() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(range(4), 3)
    x = np.column_stack([rng.normal(size=12), clusters == 0]).astype(float)
    y = rng.normal(size=12)
    scores = x * (y - x @ np.linalg.lstsq(x, y, rcond=None)[0])[:, None]
    moved = []
    for one in range(4):
        out, rest = clusters == one, clusters != one
        moved.append(np.linalg.pinv(x[rest].T @ x[rest]) @ scores[out].sum(axis=0))
    right = 0.75 * np.array(moved).T @ np.array(moved)
    assert jackknife(scores, x, x, clusters) == pytest.approx(right)


def test_what_fits_exactly_has_no_error() -> None:
    x = np.arange(1.0, 7)[:, None]
    fit = Fit(np.array([2.0]), 0 * x, x, x, np.linalg.inv(x.T @ x))
    for errors in ("robust", "clustered", "jackknife", "larger"):
        found, _free = variance(fit, errors, np.repeat(range(3), 2), 0, 0)
        assert found.tolist() == [[0.0]]


def test_as_many_values_as_a_control_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elasticity, "MOST_VALUES", 3)
    table = pd.DataFrame({"day": list("abcabc")})
    assert elasticity._coded(table, ["day"])[1] == ["day: b", "day: c"]
    with pytest.raises(CourseError, match="has 4 values"):
        elasticity._coded(pd.DataFrame({"day": list("abcd")}), ["day"])


def test_a_column_that_moves_little_around_a_large_number_is_kept() -> None:
    groups = Groups([np.zeros(4, dtype=np.int64)])
    moves = 1e10 + np.array([[0.0, 1.0, 0.0, 1.0]]).T
    assert independent(groups, np.column_stack([moves, np.full(4, 1e10), moves])) == [0]


@pytest.mark.parametrize("how", [{"exposure": "days"}, {"own": 0.6}], ids=str)
def test_a_price_that_follows_demand_misleads_a_plain_regression(how: dict[str, Any]) -> None:
    told = runs(20, **how)
    assert told["slope"].mean() > TRUE + 0.8
    assert told["covered"].mean() < 0.3


def test_least_squares_and_counts_agree_with_statsmodels() -> None:
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    frame = made(1)
    frame = frame[frame["units"] > 0].assign(
        log_price=lambda f: np.log(f["price"]), rate=lambda f: np.log(f["units"] / f["visits"])
    )
    plain = smf.ols("rate ~ log_price + C(product_id) + C(market)", frame).fit()
    ours = pricing.estimate(frame, model="logs")
    assert ours.elasticity == pytest.approx(plain.params["log_price"], abs=1e-8)
    counts = smf.glm(
        "units ~ log_price + C(product_id) + C(market)",
        frame,
        family=families.Poisson(),
        offset=np.log(frame["visits"]),
    ).fit()
    told = pricing.estimate(frame)
    assert told.elasticity == pytest.approx(counts.params["log_price"], abs=1e-6)
    robust = plain.get_robustcov_results("cluster", groups=frame["product_id"])
    place = plain.model.exog_names.index("log_price")
    assert ours.se == pytest.approx(robust.bse[place], rel=0.2)  # CV3 against CV1
    n, columns = plain.model.exog.shape
    across = frame["market"].nunique()  # products lie in their clusters, and cost no freedom
    for errors, se in {
        "plain": plain.bse["log_price"],
        "robust": plain.get_robustcov_results("HC1").bse[place],
        "clustered": robust.bse[place] * math.sqrt((n - columns) / (n - across)),
    }.items():
        told = pricing.estimate(frame, model="logs", errors=errors)
        assert told.se == pytest.approx(se, rel=1e-8)


def test_two_stages_agree_with_statsmodels() -> None:
    from statsmodels.sandbox.regression.gmm import IV2SLS

    frame = made(2)
    frame = frame[frame["units"] > 0]
    beside = dummies(frame, *elasticity.EFFECTS)
    x = np.column_stack([np.log(frame["price"]), beside])
    z = np.column_stack([np.log(frame["cost"]), beside])
    fitted = IV2SLS(np.log(frame["units"].to_numpy() / frame["visits"].to_numpy()), x, z).fit()
    ours = pricing.estimate(frame, model="logs", instrument="cost")
    assert ours.elasticity == pytest.approx(fitted.params[0], abs=1e-6)
    assert not ours.weak
    noise = np.exp(np.random.default_rng(1).standard_normal(len(frame)))
    assert pricing.estimate(frame.assign(noise=noise), instrument="noise").weak


def test_a_control_stands_beside_the_price() -> None:
    frame = made(5)
    rng = np.random.default_rng(5)
    helped = rng.standard_normal(len(frame))
    frame = frame.assign(helped=helped, units=rng.poisson(frame["units"] * np.exp(0.3 * helped)))
    for how in ({}, {"instrument": "cost"}, {"model": "logs", "instrument": "cost"}):
        told = pricing.estimate(frame, controls=["helped"], **how)
        assert told.covers(TRUE)
        assert told.se < pricing.estimate(frame, **how).se


def test_a_control_that_says_nothing_changes_nothing() -> None:
    frame = made(4)
    plain = pricing.estimate(frame)
    constant = pricing.estimate(frame.assign(x=7.0), controls=["x"])
    assert constant.elasticity == pytest.approx(plain.elasticity, abs=1e-9)
    with pytest.raises(CourseError, match="does not change beyond"):
        pricing.estimate(frame.assign(x=np.log(frame["price"])), controls=["x"])


def test_a_plain_panel_of_another_shop_is_enough() -> None:
    """Weeks are missing and there is no category: the answer is that of statsmodels."""
    import statsmodels.formula.api as smf
    from statsmodels.api import families

    rng = np.random.default_rng(8)
    rows = pd.DataFrame({"sku": np.repeat(list("ABCDEFGH"), 30), "wk": np.tile(range(30), 8)})
    rows["unit_price"] = np.exp(rng.normal(3, 0.1, 240))
    rows["qty"] = rng.poisson(200 * (rows["unit_price"] / 20) ** -2.0)
    rows = rows.sample(frac=0.7, random_state=1)
    names = {"sku": "product_id", "wk": "week", "unit_price": "price", "qty": "units"}
    told = pricing.estimate(
        rows.rename(columns=names).assign(days=7),
        exposure="days",
        effects=["product_id", "week"],
    )
    formula = "qty ~ np.log(unit_price) + C(sku) + C(wk)"
    theirs = smf.glm(formula, rows, family=families.Poisson()).fit()
    assert told.elasticity == pytest.approx(theirs.params["np.log(unit_price)"], abs=1e-6)
    assert told.covers(-2)


def test_a_small_category_is_named(weeks: Frame) -> None:
    one = weeks.loc[weeks["category"] == "phones", "product_id"].iloc[0]
    few = weeks[(weeks["category"] != "phones") | (weeks["product_id"] == one)]
    with pytest.raises(CourseError, match=r"Category phones: There are 1 products"):
        pricing.by_category(few)
    with pytest.raises(CourseError, match="no row with a category"):
        pricing.by_category(weeks[:0])
    with pytest.raises(CourseError, match="does not tell the elasticity of"):
        pricing.by_category(made(4), {"elasticity_phones": -3.0})


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("stock", {"date": "2025-01-01"}, "column date of stock holds text"),
        ("stock", {"price": 0.0}, "price is no number above 0"),
        ("stock", {"sold": 99}, "sold is above demand"),
        ("stock", {"date": pd.Timestamp("2025-01-01")}, "more than once"),
        ("stock", {"date": pd.Timestamp("2025-01-01", tz="UTC")}, "has a time zone"),
        ("products", {"product_id": [f"Q{n}" for n in range(90)]}, "product_id is not in products"),
        ("orders", {"placed_at": pd.NaT}, "placed_at is missing"),
        ("order_lines", {"quantity": -1}, "quantity is no number of 0 or more"),
    ],
)
def test_a_panel_names_the_table_and_column_that_is_wrong(
    shop: Shop, table: str, change: dict[str, Any], sentence: str
) -> None:
    names = ("stock", "products", "visits", "orders", "order_lines")
    tables = {name: getattr(shop, name) for name in names}
    tables[table] = tables[table].assign(**change)
    with pytest.raises(CourseError, match=sentence):
        pricing.panel(tables)


def test_an_elasticity_has_no_unit() -> None:
    frame = made(3)
    for how in ({}, {"instrument": "cost"}, {"model": "logs"}):
        once = pricing.estimate(frame, **how)
        cents = frame.assign(price=100 * frame["price"], cost=7 * frame["cost"])
        again = pricing.estimate(cents.sample(frac=1, random_state=1), **how)
        assert again.elasticity == pytest.approx(once.elasticity, abs=1e-6)
        assert again.se == pytest.approx(once.se, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "how", "sentence"),
    [
        ({}, {"model": "magic"}, "model is 'magic'. Choose one of: counts, logs"),
        ({}, {"exposure": "luck"}, "no column luck"),
        ({}, {"instrument": "weather"}, "no column weather"),
        ({"price": 0.0}, {}, "price is no number above 0"),
        ({"units": math.nan}, {}, "units is no number of 0 or more"),
        ({"price": 9.0}, {}, "does not change beyond"),
        ({"cost": 9.0}, {"instrument": "cost"}, "instrument does not change"),
        ({"product_id": 1}, {}, "three or more"),
        ({"price": math.inf}, {}, "column price of panel holds NaN or infinity"),
        ({"price": "9"}, {}, "column price of panel holds text"),
        ({"visits": -1}, {}, "visits is no number of 0 or more"),
        ({"market": None}, {}, "market is missing"),
        ({"cost": math.nan}, {"instrument": "cost"}, "units, visits, cost above 0"),
        ({"x": math.nan}, {"controls": "x"}, "x is no finite number"),
        ({}, {"instrument": "price"}, "says all about the price"),
        (
            {"price": 9.0, "units": 1, "visits": 1, "cost": 1, "week": 1, "market": 1},
            {},
            "in it twice",
        ),
    ],
)
def test_a_panel_that_cannot_tell_says_so(
    change: dict[str, Any], how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CourseError, match=sentence):
        pricing.estimate(made(4).assign(**change), **how)


# Elasticity in the shop -----------------------------------------------------------------------


def test_the_panel_adds_up_to_the_shop(shop: Shop, weeks: Frame) -> None:
    assert not weeks.duplicated(["product_id", "week"]).any()
    assert (weeks["week"].dt.day_of_week == 0).all()
    assert weeks["days"].sum() == len(shop.stock)
    assert weeks["lost"].sum() == (shop.stock["demand"] - shop.stock["sold"]).sum()
    seen = shop.visits["product_id"].notna().sum()
    assert 0.99 * seen < weeks["visits"].sum() <= seen
    assert 0.8 * shop.stock["sold"].sum() < weeks["sold"].sum() <= shop.stock["sold"].sum()
    sold = weeks.groupby("product_id")["sold"].transform("sum") > 0
    assert weeks["cost"].notna().equals(sold)
    assert (weeks["price"] / weeks["cost"])[sold].between(0.8, 3).all()


def test_the_shop_s_own_truth_is_found_by_the_instrument() -> None:
    """Two companies, six categories: intervals of 95 % miss less than one of 12 on average."""
    found, plain = [], []
    for seed in (1, 2):
        company = of_seed(seed)
        rows = weeks_of(company)
        found.append(pricing.by_category(rows, company.truth, exposure="days", instrument="cost"))
        plain.append(pricing.by_category(rows, company.truth, exposure="days"))
    careful, naive = pd.concat(found), pd.concat(plain)
    assert careful["covered"].sum() >= 9
    assert (careful["first_stage"] > 30).all()
    assert (naive["elasticity"] - naive["truth"]).mean() > 0.7
    assert naive["covered"].sum() < careful["covered"].sum()


def test_visits_as_exposure_find_it_too(shop: Shop, weeks: Frame) -> None:
    table = pricing.by_category(weeks, shop.truth)
    assert table["covered"].sum() >= 5


def test_each_step_of_the_ladder_is_one_estimate(weeks: Frame) -> None:
    audio = weeks[weeks["category"] == "audio"]
    table = pricing.ladder(audio).set_index("step")
    assert list(table.index) == list(elasticity.LADDER)
    assert table.loc["visits", "elasticity"] == pricing.estimate(audio).elasticity
    assert table["first_stage"].notna().tolist() == [False, False, False, True, False, True]
    with pytest.raises(CourseError, match="steps is 'magic'"):
        pricing.ladder(audio, steps=["visits", "magic"])


# Price tests ----------------------------------------------------------------------------------


def named(days: Frame) -> dict[str, Frame]:
    return {"price_tests": days}


MEAN_DAY = math.exp(0.3**2 / 2)  # mean of a day's goodness at the usual spread


def days_of(
    seed: int,
    *,
    days: int = 21,
    visitors: float = 400,
    effect: float = 1.0,
    prices: tuple[float, float] = (100.0, 94.0),
    lost: float = 0.0,
    spread: float = 0.3,
) -> Frame:
    """A price test whose days are good or bad for both arms."""
    rng = np.random.default_rng(seed)
    good = np.exp(spread * rng.standard_normal(days))
    seen = rng.poisson(visitors * np.array([1, 1 - lost]), (days, 2))
    share = 0.05 * np.outer(good, [1, effect])
    orders = rng.binomial(seen, np.minimum(share, 0.9))
    return pd.DataFrame(
        {
            "test_id": "T1",
            "date": pd.date_range("2025-03-03", periods=days).repeat(2),
            "arm": ["A", "B"] * days,
            "price": prices * days,
            "visitors": seen.ravel(),
            "orders": orders.ravel(),
            "units": (orders + rng.binomial(orders, 0.05)).ravel(),
        }
    )


def test_sample_size_as_published_and_as_statsmodels() -> None:
    from statsmodels.stats.proportion import power_proportions_2indep

    assert pricing.sample_size(0.10, 0.12) == 3841
    assert pricing.sample_size(0.10, 0.12, pooled=False) == 3839
    assert pricing.sample_size(0.12, 0.10) == 3841
    # 3,840.85 visitors reach the power, one fewer than 3,841 do not.
    powers = [
        power_proportions_2indep(0.02, 0.10, nobs, alternative="two-sided").power
        for nobs in (3840, 3841)
    ]
    assert powers[0] < 0.8 <= powers[1]


@pytest.mark.parametrize("looks", [1, 2, 5, 14])
def test_peeking_agrees_with_the_integral(looks: int) -> None:
    """100,000 runs: the Monte Carlo error is at most 0.0014."""
    steps, bound = np.arange(1, looks + 1), norm.ppf(0.975)
    alike = np.sqrt(np.minimum.outer(steps, steps) / np.maximum.outer(steps, steps))
    quiet = multivariate_normal(cov=alike, seed=1)
    inside = quiet.cdf(np.full(looks, bound), lower_limit=np.full(looks, -bound))
    assert pricing.false_alarms(looks) == pytest.approx(1 - inside, abs=0.0055)


def test_newcombe_s_own_example() -> None:
    day = pd.to_datetime(["2025-03-01", "2025-03-02"])
    rows = pd.DataFrame(
        {
            "test_id": "N",
            "date": np.repeat(day, 2),
            "arm": ["A", "B"] * 2,
            "price": 10.0,
            "visitors": [40, 35, 40, 35],
            "orders": [24, 28, 24, 28],
            "units": [24, 28, 24, 28],
        }
    )
    told = pricing.effects(named(rows), "N").set_index("metric").loc["conversion"]
    assert told["difference"] == pytest.approx(0.2)
    assert [told["low"], told["high"]] == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_intervals_of_yuan_a_visitor_cover() -> None:
    """100 tests: the Monte Carlo error of a coverage of 95 % is 2 points."""
    hits = {"revenue": 0, "profit": 0}
    for seed in range(100):
        told = pricing.effects(named(days_of(seed, effect=1.15)), "T1", 80.0).set_index("metric")
        for metric, cost in (("revenue", 0.0), ("profit", 80.0)):
            row = told.loc[metric]
            truth = 0.05 * 1.05 * ((94 - cost) * 1.15 - (100 - cost)) * MEAN_DAY
            hits[metric] += bool(row["low"] <= truth <= row["high"])
    assert all(binom.cdf(count, 100, 0.95) > 0.001 for count in hits.values())


def test_the_split_is_broken_seldom_by_chance_and_always_by_loss() -> None:
    fair = [pricing.ratio_check(named(days_of(seed)), "T1") for seed in range(100)]
    assert sum(split.broken for split in fair) <= 2
    assert 0.3 < np.mean([split.p_value for split in fair]) < 0.7
    assert all(
        pricing.ratio_check(named(days_of(seed, lost=0.12)), "T1").broken for seed in range(20)
    )


def by_visitor() -> Frame:
    """Six visitors, a row each."""
    return pd.DataFrame(
        {
            "visitor_id": range(6),
            "arm": ["A", "B"] * 3,
            "orders": [1, 0, 0, 1, 0, 2],
            "revenue": [10.0, 0.0, 0.0, 12.0, 0.0, 21.0],
        }
    )


def three_arms(days: Frame) -> Frame:
    third = days[days["arm"] == "A"].assign(arm="C", price=90.0)
    return pd.concat([days, third], ignore_index=True)


def dummies(panel: Frame, *columns: str) -> Any:
    """Return a column for each value of each effect, less one for all but the first."""
    blocks = [pd.get_dummies(panel[one], dtype=float) for one in columns]
    return np.column_stack([blocks[0], *(block.iloc[:, 1:] for block in blocks[1:])])


def test_effects_taken_out_are_dummies_on_5_200_rows() -> None:
    import statsmodels.api as sm

    panel = many_rows(5_500)
    assert 5_000 < len(panel) < 5_400
    panel["market"] = panel["week"]
    offset = np.log(panel["visits"])
    x = np.column_stack([np.log(panel["price"]), dummies(panel, "product_id", "market")])
    counts = sm.GLM(panel["units"], x, family=sm.families.Poisson(), offset=offset)
    right = counts.fit(wls_method="qr", tol=1e-12)
    told = pricing.estimate(panel, errors="plain")
    assert told.elasticity == pytest.approx(right.params.iloc[0], abs=1e-6)
    assert told.se == pytest.approx(right.bse.iloc[0], rel=1e-5)
    sold = panel["units"] > 0
    y = np.log(panel.loc[sold, "units"]) - offset[sold]
    for errors, kind in (("plain", "nonrobust"), ("robust", "HC1")):
        ols = sm.OLS(y, x[sold]).fit(cov_type=kind)
        told = pricing.estimate(panel, model="logs", errors=errors)
        assert told.elasticity == pytest.approx(ols.params.iloc[0], abs=1e-6)
        assert told.se == pytest.approx(ols.bse.iloc[0], rel=1e-5)


def test_any_panel_will_do() -> None:
    rng = np.random.default_rng(5)
    shops = pd.DataFrame({"brand": np.repeat(["x", "y", "z"], 300), "ad": rng.random(900) < 0.3})
    shops["kind"] = rng.choice(["a", "b", "c"], 900)
    shops["c1"], shops["c2"] = np.exp(rng.normal(0, 0.2, (2, 900)))
    taste = rng.normal(0, 0.2, 900)
    shops["p"] = np.exp(0.6 * taste) * shops["c1"] * shops["c2"] ** 0.5
    lift = 0.4 * shops["ad"] + shops["kind"].map({"a": 0.0, "b": 0.3, "c": -0.2})
    shops["sales"] = rng.poisson(200 * np.exp(taste + lift - 2 * np.log(shops["p"])))
    how: Any = {"product_id": "brand", "units": "sales", "price": "p", "exposure": None}
    how |= {"effects": ["product_id"], "controls": ["ad", "kind"]}
    for model in ("counts", "logs"):
        plain = pricing.estimate(shops, model=model, **how)
        both = pricing.estimate(shops, model=model, instrument=["c1", "c2"], **how)
        assert plain.elasticity > -1.9  # prices follow taste
        assert both.covers(-2)
        assert not both.weak
        table = both.coefficients.set_index("term")
        assert table.index.tolist()[:4] == ["price", "ad", "kind: b", "kind: c"]
        assert table.loc["kind: b", "coefficient"] == pytest.approx(0.3, abs=0.1)
        assert both.products == 3
    for errors in elasticity.ERRORS:
        told = pricing.estimate(shops, errors=errors, **how)
        assert told.elasticity == pytest.approx(pricing.estimate(shops, **how).elasticity)
        assert 0 < told.se < 0.3
        if errors in ("clustered", "jackknife"):
            half = stats.t.ppf(0.975, told.products - 1) * told.se
            assert told.high - told.elasticity == pytest.approx(half)
    twice = pd.concat([shops, shops])
    assert pricing.estimate(twice, **how).rows == 1800  # without a key they may be true
    with pytest.raises(CourseError, match="brand and p stands in another row"):
        pricing.estimate(twice, key=["brand", "p"], **how)


def test_logit_shares_give_back_what_was_put_in() -> None:
    rng = np.random.default_rng(4)
    weeks = pd.DataFrame({"market": np.repeat(range(300), 4), "product_id": list("abcd") * 300})
    weeks["c1"], weeks["c2"] = rng.uniform(5, 9, (2, 1200))
    liked = rng.normal(0, 0.5, 1200)
    weeks["price"] = 0.6 * weeks["c1"] + 0.4 * weeks["c2"] + 2 + liked
    good = weeks["product_id"].map(dict(zip("abcd", [2.0, 2.5, 1.5, 2.2], strict=True)))

    def sold(taste: Any) -> Frame:
        worth = np.exp(good - 0.5 * weeks["price"] + taste)
        every = 1 + worth.groupby(weeks["market"]).transform("sum")
        return weeks.assign(customers=1e6, units=1e6 * worth / every)

    exact = pricing.logit_demand(sold(0), effects="product_id")
    assert exact.price == pytest.approx(-0.5, abs=1e-9)
    row = exact.elasticities.iloc[0]
    assert row["elasticity"] == pytest.approx(-0.5 * weeks["price"][0] * (1 - row["share"]))
    assert row["cross"] == pytest.approx(0.5 * weeks["price"][0] * row["share"])
    for told in (exact, pricing.estimate(made(3))):  # a table has many lines, a result has one
        tables = [it.name for it in dataclasses.fields(told) if it.type == "pd.DataFrame"]
        assert tables
        assert not [name for name in tables if f"{name}=" in repr(told)]
    naive = pricing.logit_demand(sold(liked), effects="product_id")
    told = pricing.logit_demand(sold(liked), effects="product_id", instrument=["c1", "c2"])
    assert naive.high < 0
    assert naive.low > -0.4  # the price follows what is liked
    assert told.low < -0.5 < told.high
    assert told.first_stage > 100
    with pytest.raises(CourseError, match="units of a market reach its customers"):
        pricing.logit_demand(sold(0).assign(customers=10))
    # an instrument may lie below 0: it has no logarithm here; and two stages by hand
    panel = sold(liked).assign(moved=weeks["c1"] - 7)
    told = pricing.logit_demand(panel, instrument="moved", errors="robust")
    x = np.column_stack([panel["price"], np.ones(1200)])
    z = np.column_stack([panel["moved"], np.ones(1200)])
    none = 1 - panel.groupby("market")["units"].transform("sum") / 1e6
    y = np.log((panel["units"] / 1e6 / none).to_numpy(float))
    assert told.price == pytest.approx(np.linalg.solve(z.T @ x, z.T @ y)[0], rel=1e-9)


def test_rows_that_tell_nothing_are_counted() -> None:
    panel = many_rows(1_500)
    panel.loc[:9, "visits"] = 0
    told = pricing.estimate(panel)
    assert told.left_out >= 10
    assert told.left_out + told.rows == len(panel)
    implied = panel.assign(double=panel["week"] * 2.0)
    assert pricing.estimate(implied, controls=["double"]).coefficients["term"].tolist() == ["price"]
    names = panel.assign(name=[f"n{n % 60}" for n in range(len(panel))])
    with pytest.raises(CourseError, match="The control name has 60 values"):
        pricing.estimate(names, controls=["name"])


def test_a_split_has_three_verdicts_everywhere() -> None:
    odd = pricing.ratio_check([44_700, 45_489])
    assert odd.p_value == pytest.approx(0.0086, abs=5e-5)
    assert (odd.verdict, odd.broken) == ("uneven", False)
    assert "chance does once in 116 tests" in str(odd)
    days = days_of(1, days=1)
    for counts, verdict in (
        ([44_700, 45_489], "uneven"),
        ([44_000, 45_000], "broken"),
        ([45_000, 45_100], "even"),
    ):
        frame = days.assign(visitors=counts, orders=1000, units=1000)
        assert pricing.ratio_check(counts).verdict == verdict
        assert pricing.ratio_check(frame).verdict == verdict
        assert pricing.ratio_check(named(frame)).verdict == verdict
        bare = pricing.effects(frame[["arm", "visitors", "orders"]])
        assert bare["split"].tolist() == [verdict]
        told = [one for one in pricing.doubts(named(frame)) if "split" in one]
        assert [one.split(":")[0] for one in told] == (
            [] if verdict == "even" else [f"The split is {verdict}"]
        )


def test_arms_have_any_names_and_number() -> None:
    counts = {"old": 5_000, "new": 2_520, "newest": 2_480}
    assert pricing.ratio_check(counts, share=[2, 1, 1]).verdict == "even"
    assert pricing.ratio_check(pd.Series(counts)).verdict == "broken"
    days = three_arms(days_of(1)).replace({"A": "today", "B": "low", "C": "lowest"})
    told = pricing.effects(named(days), unit_cost=80.0, control="today")
    assert told["arm"].tolist() == ["low"] * 3 + ["lowest"] * 3
    plain = pricing.effects(named(days_of(1)), "T1", 80.0)
    assert told.loc[:2, "difference"].tolist() == pytest.approx(plain["difference"].tolist())
    assert told.loc[3, "difference"] == 0  # the third arm is a copy of today's


def test_a_row_a_visitor_tells_what_counts_tell() -> None:
    rows = by_visitor()
    told = pricing.effects(rows).set_index("metric")
    assert told.loc["conversion", ["a", "b"]].tolist() == pytest.approx([1 / 3, 2 / 3])
    a, b = (rows.loc[rows["arm"] == arm, "revenue"] for arm in "AB")
    assert told.loc["revenue", "difference"] == pytest.approx(b.mean() - a.mean())
    assert told.loc["revenue", "p_value"] == pytest.approx(
        stats.ttest_ind(b, a, equal_var=False).pvalue
    )
    counts = pd.DataFrame({"group": ["x", "y"], "n": [3, 3], "bought": [1, 2]})
    names: Any = {"arm": "group", "visitors": "n", "orders": "bought"}
    of_counts = pricing.effects(counts, **names).iloc[0]
    assert of_counts[["low", "high"]].tolist() == told.loc["conversion", ["low", "high"]].tolist()
    assert pricing.ratio_check(rows).p_value == 1
    assert pricing.ratio_check(pd.concat([rows, rows])).p_value == 1  # a visitor counts once


def test_the_implied_elasticity_covers_what_was_put_in() -> None:
    effect = (94 / 100) ** -2.5
    told = [
        pricing.implied_elasticity(named(days_of(seed, visitors=4000, effect=effect)), "T1")
        for seed in range(60)
    ]
    assert binom.cdf(sum(one.low <= -2.5 <= one.high for one in told), 60, 0.95) > 0.001


def test_the_shop_s_tests_are_told_apart(shop: Shop) -> None:
    tests = shop.price_tests
    kinds = tests.drop_duplicates("test_id").set_index("test_id")["kind"].to_dict()
    assert sorted(kinds.values()) == ["aa", "ab", "ab"]
    broken = {test for test in kinds if pricing.ratio_check(shop, test).broken}
    assert len(broken) == 1
    assert kinds[broken.pop()] == "ab"
    for test, kind in kinds.items():
        sentences = pricing.doubts(shop, test, kind=kind)
        if kind == "aa":
            assert sentences == []
        elif pricing.ratio_check(shop, test).broken:
            assert sentences[0].startswith("The split is broken")
        else:
            product = tests.loc[tests["test_id"] == test, "product_id"].iloc[0]
            category = shop.products.set_index("product_id").loc[product, "category"]
            told = pricing.implied_elasticity(shop, test)
            assert told.low <= shop.truth[f"elasticity_{category}"] <= told.high
            assert not any("split" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("days", "how", "sentence"),
    [
        (days_of(1, lost=0.2), {}, "split is broken"),
        (days_of(1, prices=(100.0, 100.0)), {}, "nothing to compare"),
        (days_of(1), {"kind": "aa"}, "same price"),
        (days_of(1, prices=(9.0, 9.0), effect=1.5), {"kind": "aa"}, "where there is none"),
        (days_of(1, days=9), {}, "fewer than 14"),
        (days_of(1, days=16), {}, "no whole weeks"),
        (days_of(1, visitors=50), {}, "No difference found is not no difference"),
        (days_of(1, visitors=4000), {"looks": 5}, "14 of 100"),
    ],
)
def test_each_doubt_is_raised_where_it_belongs(
    days: Frame, how: dict[str, Any], sentence: str
) -> None:
    assert any(sentence in told for told in pricing.doubts(named(days), "T1", **how))


def test_a_size_is_asked_for_a_share_that_can_be() -> None:
    """Of 90 % a tenth more is 99 %; where it would pass 100 %, half of what is left is asked."""
    for conversion, aim in ((0.1, 0.11), (0.9, 0.95), (0.999, 0.9995)):
        needed = pricing.sample_size(conversion, aim)
        for visitors, doubt in ((needed - 1, True), (needed, False)):
            arms = pd.DataFrame({"conversion": [conversion] * 2, "visitors": [visitors] * 2})
            told = price_tests._size_doubt(arms, 0.1)
            assert (told is not None and f"{needed:,}" in told) == doubt


def test_a_millionth_of_a_price_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    arms = pd.DataFrame({"price": [100.0, 100.0]})
    for step, same in ((0.999e-6, True), (1e-6, False), (-0.999e-6, True), (-1e-6, False)):
        monkeypatch.setattr(price_tests, "_price_step", lambda _days, step=step: step)
        told = price_tests._kind_doubt(pd.DataFrame(), "T1", "ab", arms)
        assert (told is not None) == same


@pytest.mark.parametrize(("price", "p_value"), [(90.0, 0.0), (100.0, 1.0)])
def test_days_that_are_all_alike_leave_no_doubt(price: float, p_value: float) -> None:
    days = pd.date_range("2025-03-01", periods=14).repeat(2)
    test = pd.DataFrame({"test_id": "T", "date": days, "arm": ["A", "B"] * 14})
    test = test.assign(price=[100.0, price] * 14, visitors=500, orders=50, units=50)
    earned = pricing.effects({"price_tests": test}, "T").set_index("metric").loc["revenue"]
    assert earned["difference"] == pytest.approx((price - 100) / 10)
    assert earned["p_value"] == p_value


def test_what_costs_nothing_earns_its_revenue() -> None:
    tables = named(days_of(4))
    told = pricing.effects(tables, "T1", unit_cost=0).set_index("metric")["difference"]
    assert told["profit"] == pytest.approx(told["revenue"])
    half = pricing.effects(tables, "T1", unit_cost=0.5).set_index("metric")["difference"]
    assert half["profit"] != half["revenue"]


def test_two_weeks_are_enough_to_see_that_an_effect_wears_off() -> None:
    early, late = (days_of(1, days=7, visitors=9000, effect=effect) for effect in (1.9, 0.6))
    late["date"] += pd.Timedelta(days=7)
    for days, seen in ((14, True), (13, False)):
        both = pd.concat([early, late])
        both = both[both["date"] < both["date"].min() + pd.Timedelta(days=days)]
        assert any("novelty" in told for told in pricing.doubts(named(both), "T1")) == seen


def test_an_effect_that_wears_off_is_seen() -> None:
    early, late = days_of(1, visitors=4000, effect=1.5), days_of(2, visitors=4000, effect=0.9)
    late["date"] += pd.Timedelta(days=21)
    both = pd.concat([early, late])
    assert any("novelty" in told for told in pricing.doubts(named(both), "T1"))
    steady = days_of(3, visitors=4000, effect=1.2, days=28)
    assert pricing.doubts(named(steady), "T1") == []


def test_nobody_who_buys_is_no_difference() -> None:
    told = pricing.effects(named(days_of(1).assign(orders=0, units=0)), "T1").set_index("metric")
    assert told.loc["conversion", ["difference", "p_value"]].tolist() == [0, 1]


def test_the_last_evening_is_the_whole_test() -> None:
    days = days_of(5, effect=1.2)
    last = pricing.day_by_day(named(days), "T1").iloc[-1]
    whole = pricing.effects(named(days), "T1").iloc[0]
    for name in ("difference", "low", "high", "p_value"):
        assert last[name] == pytest.approx(whole[name])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda t: pricing.arms(named(t.drop(columns="arm")), "T1"), "no column arm"),
        (lambda t: pricing.arms(named(t), "T7"), "no price test with the test_id 'T7'"),
        (lambda t: pricing.arms(named(t[t["arm"] == "A"]), "T1"), "two to 20 arms; it has A"),
        (lambda t: pricing.novelty(named(three_arms(t)), "T1"), "two arms; it has A, B, C"),
        (lambda t: pricing.ratio_check([1]), "Give whole numbers of visitors"),
        (lambda t: pricing.ratio_check([0, 0]), "No arm has a visitor"),
        (lambda t: pricing.ratio_check([5, 5], share=[1, 1, 1]), "each of the 2 arms"),
        (
            lambda t: pricing.ratio_check({"a": 5, "b": 5}, share={"a": 1}),
            "Name each arm once: a, b",
        ),
        (lambda t: pricing.ratio_check(by_visitor().drop(columns="arm")), "no column arm"),
        (
            lambda t: pricing.ratio_check(by_visitor().assign(visitor_id=[1, 1, 2, 3, 4, 5])),
            "1 of 5 visitors stand in two arms",
        ),
        (
            lambda t: pricing.effects(by_visitor(), control="C"),
            "control is 'C'. Choose one of: A, B",
        ),
        (
            lambda t: pricing.doubts(named(pd.concat([t, t.assign(test_id="T2")]))),
            "test_id is None",
        ),
        (lambda t: pricing.effects(named(t[:2]), "T1"), "one day"),
        (lambda t: pricing.novelty(named(t[:2]), "T1"), "one day"),
        (lambda t: pricing.ratio_check(named(t), "T1", share=50), "share is 50"),
        (
            lambda t: pricing.doubts(named(t), "T1", kind="abc"),
            "kind is 'abc'. Choose one of: ab, aa",
        ),
        (
            lambda t: pricing.implied_elasticity(named(t.assign(price=9.0)), "T1"),
            "nothing about prices",
        ),
        (lambda t: pricing.implied_elasticity(named(t.assign(orders=0)), "T1"), "no order yet"),
        (lambda t: pricing.arms(named(t.assign(arm=["A", None] * 3)), "T1"), "arm is missing"),
        (lambda t: pricing.arms(named(t.assign(visitors=0, orders=0)), "T1"), "has no visitors"),
        (
            lambda t: pricing.arms(named(t.assign(orders=t["visitors"] + 1)), "T1"),
            "orders is above visitors",
        ),
        (
            lambda t: pricing.arms(named(t.assign(price=math.nan)), "T1"),
            "price is missing",
        ),
        (
            lambda t: pricing.arms(named(pd.concat([t, t])), "T1"),
            "more than once",
        ),
        (
            lambda t: pricing.arms(named(t.assign(date="1 March")), "T1"),
            "column date of price_tests holds text",
        ),
        (lambda t: pricing.arms(named(t.iloc[[0, 3]]), "T1"), "never run on the same day"),
        (lambda t: pricing.effects(named(t), "T1", math.nan), "unit_cost is nan"),
        (lambda t: pricing.doubts(named(t), "T1", looks=0), "looks is 0"),
        (lambda t: pricing.doubts(named(t), "T1", least_effect=-0.1), "least_effect is -0.1"),
    ],
)
def test_a_test_that_cannot_be_read_says_so(call: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        call(days_of(1, days=3))


@settings(max_examples=25)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 999)),
        min_size=4,
        max_size=12,
    )
)
def test_doubts_never_break(rows: list[tuple[int, int, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["visitors", "orders", "price"]).astype({"price": float})
    frame["orders"] = frame[["visitors", "orders"]].min(axis=1)
    frame = frame.assign(
        test_id="T1",
        units=frame["orders"],
        arm=["AB"[n % 2] for n in range(len(frame))],
        date=[pd.Timestamp("2025-03-01") + pd.Timedelta(days=n // 2) for n in range(len(frame))],
    )
    try:
        told = pricing.doubts(named(frame), "T1")
    except CourseError as error:
        told = [str(error)]
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in told)


# Figures --------------------------------------------------------------------------------------


def test_figures_are_drawn_with_their_finding(shop: Shop, weeks: Frame) -> None:
    prices = pricing.base_prices({"products": shop.products}, as_of="2025-06-01")
    figures = [
        plots.base_prices(prices[prices["category"] == "audio"]),
        plots.ladder(pricing.ladder(weeks[weeks["category"] == "tablets"]), -2.8),
        plots.elasticities(pricing.by_category(weeks)),
        plots.day_by_day(pricing.day_by_day(named(days_of(1)), "T1")),
    ]
    titles = [figure.axes[0].get_title(loc="left") for figure in figures]
    assert titles[0].endswith("prices")
    assert titles[2] == ""


@pytest.mark.parametrize("move", ["pandas", "polars", "polars-lazy", "duckdb", "pyarrow"])
@pytest.mark.parametrize(
    ("arm", "told"),
    [
        ("", "arm is missing"),
        ("null", "arm is missing"),
        ("Total", "total of the others"),
        ("总计", "total of the others"),
    ],
)
def test_a_word_for_nothing_and_a_total_are_no_arms(move: str, arm: str, told: str) -> None:
    counts = pd.DataFrame({"arm": ["old", "new", arm], "visitors": [100, 110, 210], "orders": 5})
    for measure in (pricing.ratio_check, pricing.effects):
        with pytest.raises(CourseError, match=told):
            measure(MOVES[move](counts))


def test_a_panel_reads_words_for_nothing_and_finds_the_price_among_the_effects() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "product_id": np.repeat(["a", "b", "c", "d"], 30),
            "market": np.tile(range(30), 4),
            "price": rng.uniform(10, 30, 120).round(2),
            "units": rng.poisson(20, 120),
            "promotion": "yes",
        }
    )
    for column in ("product_id", "promotion"):
        bad = table.assign(**{column: table[column].where(table.index > 0, "")})
        with pytest.raises(CourseError, match=rf"In 1 of 120 rows of panel, {column} is missing"):
            pricing.estimate(bad, exposure=None, controls="promotion")
    with pytest.raises(CourseError, match="does not change beyond"):
        pricing.estimate(table, exposure=None, effects=("product_id", "price"))
