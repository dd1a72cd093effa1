"""Operations against closed forms, tables computed by hand, brute force, and three engines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product as choices
from math import exp, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecokit import explore, kpi, operations
from ecokit.errors import CourseError
from ecokit.explore.operations import lab as operations_lab
from ecokit.inputs.frames import as_pandas
from ecokit.plots import operations as plots
from ecokit.shop import Shop
from tests.companies import bundled
from tests.engines import EAGER, MOVES, Move, rows
from tests.sweep.operations import CALLS

T = pd.Timestamp


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def stock() -> pd.DataFrame:
    """Two products over two days on either side of a month's end; the first runs dry."""
    days = pd.to_datetime(["2025-01-31", "2025-02-01"])
    return pd.DataFrame(
        {
            "date": list(days) * 2,
            "product_id": ["P1", "P1", "P2", "P2"],
            "price": [100.0, 99.99, 20.0, 20.0],
            "opening": [5, 1, 30, 20],
            "received": [0, 2, 0, 0],
            "demand": [4, 10, 10, 5],
            "sold": [4, 3, 10, 5],
            "closing": [1, 0, 20, 15],
            "unit_cost": [80.0, 80.0, 12.5, 12.5],
        }
    )


def products() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product_id": ["P1", "P2"],
            "category": ["phones", "audio"],
            "cost": [80.0, 12.5],
            "supplier_id": ["S1", "S2"],
            "volume_litres": [2.0, 0.5],
            "launched_on": pd.to_datetime(["2024-01-01", "2025-01-15"]),
        }
    )


def orders() -> pd.DataFrame:
    days = pd.to_datetime(["2025-01-31", "2025-02-01", "2025-02-01"])
    paid = pd.Series([days[0], days[1], pd.NaT], dtype=days.dtype)
    return pd.DataFrame({"order_id": [1, 2, 3], "placed_at": days, "paid_at": paid})


def lines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": [1, 1, 2, 2, 3],
            "product_id": ["P1", "P2", "P1", "P2", "P2"],
            "quantity": [4, 10, 3, 5, 9],
            "unit_price": [100.0, 20.0, 99.99, 20.0, 20.0],
            "unit_cost": [80.0, 12.5, 81.0, 12.5, 12.5],
        }
    )


def test_abc_of_anything() -> None:
    lines = pd.DataFrame({"who": ["a", "b", "a", "c", "b"], "worth": [30.0, 15, 40, 5, 10]})
    for move in (pd.DataFrame, lambda table: MOVES["duckdb"](table)):
        found = as_pandas(operations.abc(move(lines), product_id="who", value="worth", add_up=True))
        assert found["who"].tolist() == ["a", "b", "c"]
        assert found["worth"].tolist() == [70, 25, 5]
        assert found["abc"].tolist() == ["A", "A", "C"]
    with pytest.raises(CourseError, match="who stands in another row"):
        operations.abc(lines, product_id="who", value="worth")


def test_rows_without_a_name_are_classed_and_never_dropped() -> None:
    lines = pd.DataFrame({"who": ["a", None, "b", None], "worth": [30.0, 40, 10, 20]})
    for move in MOVES.values():
        found = as_pandas(operations.abc(move(lines), product_id="who", value="worth", add_up=True))
        assert found["worth"].tolist() == [60, 30, 10]
        assert found["who"].isna().tolist() == [True, False, False]


# --- closed forms ------------------------------------------------------------------------


def test_newsvendor_with_normal_demand_to_the_last_digit() -> None:
    best = operations.newsvendor(stats.norm(120, 10), underage=18, overage=2)
    assert best.quantity == pytest.approx(132.815515655446, rel=1e-13)
    assert best.cost == pytest.approx(35.09966638649737, rel=1e-12)
    assert best.cost == pytest.approx(20 * 10 * stats.norm.pdf(stats.norm.ppf(0.9)), rel=1e-12)


def test_nobody_orders_less_than_nothing() -> None:
    best = operations.newsvendor(stats.norm(5, 10), underage=1, overage=9)
    assert (best.quantity, best.fill_rate) == (0, 0)
    asked = 10 * (stats.norm.pdf(0.5) + 0.5 * stats.norm.cdf(0.5))  # what is below 0 asks for none
    assert best.cost == pytest.approx(asked, rel=1e-12)
    more = operations.newsvendor(stats.norm(5, 10), underage=3, overage=1)
    assert 0 < more.fill_rate < 1
    for law in (stats.norm(-5, 1), stats.t(3), stats.skellam(2, 9), stats.uniform(-9, 10)):
        low = operations.newsvendor(law, underage=1, overage=9)
        assert low.quantity >= 0
        assert 0 <= low.fill_rate <= 1
        assert low.cost >= 0
    assert operations.reorder_point(stats.norm(5, 10), 0.1) == 0


@pytest.mark.parametrize(
    ("law", "stock", "short"),
    [
        (stats.pareto(1.5), 50, 2 / sqrt(50)),
        (stats.pareto(1.05), 50, 20 * 50**-0.05),
        (stats.lomax(1.2, scale=30), 1000, 30**1.2 * 1030**-0.2 / 0.2),
        (stats.expon(scale=3), 200, 3 * exp(-200 / 3)),
        (stats.uniform(0, 10), 4, 1.8),
        (stats.gamma(1000), 0, 1000),
        (stats.zipf(2.5), 50, 0.1405582454),
        (stats.randint(-5, 5), -2, 2.1),
        (stats.poisson(5), 40, 1.1787460569e-23),
        (stats.skellam(3, 2), 30, 7.4140984951e-22),
    ],
)
def test_expected_shortage_under_a_heavy_tail(law: Any, stock: float, short: float) -> None:
    found = operations.expected_shortage(law, stock)
    assert found == pytest.approx(short, rel=1e-8, abs=0)


def test_demand_without_a_mean_is_told() -> None:
    with pytest.raises(CourseError, match="has no mean"):
        operations.newsvendor(stats.pareto(0.9), 1, 1)


def test_newsvendor_with_poisson_demand() -> None:
    best = operations.newsvendor(stats.poisson(20), underage=0.8, overage=0.2)
    assert best.quantity == 24
    assert round(best.fill_rate, 6) == 0.975620
    assert round(1 - best.service_level, 6) == 0.156773
    drawn = np.random.default_rng(1).poisson(20, 400_000)
    costs = [0.2 * np.maximum(q - drawn, 0) + 0.8 * np.maximum(drawn - q, 0) for q in range(18, 31)]
    means = [cost.mean() for cost in costs]
    assert int(np.argmin(means)) + 18 == 24
    assert best.cost == pytest.approx(
        min(means), abs=4 * float(np.std(costs[6])) / sqrt(len(drawn))
    )


@pytest.mark.parametrize("law", [stats.poisson(20), stats.norm(120, 10), [3, 5, 4, 9]])
def test_no_order_costs_less_than_the_newsvendors(law: Any) -> None:
    best = operations.newsvendor(law, underage=8, overage=2)
    around = best.quantity + np.arange(-3, 4)
    costs = operations.newsvendor_costs(law, underage=8, overage=2, quantities=around)
    assert costs["cost"].idxmin() == 3
    assert costs["cost"][3] == pytest.approx(best.cost)


def test_economic_order_quantity_to_the_last_digit() -> None:
    best = operations.eoq(order_cost=8, demand=1300, holding_cost=0.225)
    assert best.quantity == pytest.approx(304.0467800264368, rel=1e-14)
    assert best.cost == pytest.approx(68.41052550594829, rel=1e-14)
    assert 1300 / (best.quantity / 2) == pytest.approx(8.5513, abs=5e-5)  # turns on cycle stock
    around = np.linspace(200, 400, 2001)
    cost = 8 * 1300 / around + 0.225 * around / 2
    assert around[cost.argmin()] == pytest.approx(best.quantity, abs=0.2)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 60),
    st.floats(1.0, 4.0),
    st.integers(0, 90),
    st.sampled_from(["poisson", "nbinom", "norm", "gamma"]),
)
def test_expected_shortage_is_the_area_under_the_tail(
    mean: float, ratio: float, level: int, kind: str
) -> None:
    law: Any = {
        "poisson": stats.poisson(mean),
        "nbinom": stats.nbinom(mean / ratio, 1 / (1 + ratio)),
        "norm": stats.norm(mean, ratio),
        "gamma": stats.gamma(mean, scale=ratio),
    }[kind]
    found = operations.expected_shortage(law, level)
    if kind in ("poisson", "nbinom"):
        units = np.arange(level, 4000)
        expected = float(((units - level) * law.pmf(units)).sum())
    else:
        grid = np.linspace(level, level + 60 * float(law.std()) + 1, 200_001)
        expected = float(np.trapezoid(law.sf(grid), grid))
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_a_sample_is_a_distribution_too() -> None:
    sample = np.array([2, 4, 4, 9])
    assert operations.newsvendor(sample, underage=3, overage=1).quantity == 4
    assert operations.newsvendor(sample, underage=9, overage=1).quantity == 9
    assert operations.expected_shortage(sample, 4) == 5 / 4
    assert operations.reorder_point(sample, 0.5) == 4
    assert operations.cycle_service_level(sample, 4) == 0.75


def test_lead_time_demand_has_the_two_moments() -> None:
    law = operations.lead_time_demand(mean=2, sd=2.5, lead_days=4, lead_sd=1)
    assert law.mean() == pytest.approx(8)
    assert law.var() == pytest.approx(4 * 2.5**2 + 4 * 1)
    assert operations.lead_time_demand(mean=2, sd=1, lead_days=3).dist.name == "poisson"
    billionth = sqrt(1 + 1e-9)  # as much above is nothing
    assert operations.lead_time_demand(1, billionth, 1).dist.name == "poisson"
    assert operations.lead_time_demand(1, 1.000000001 * billionth, 1).dist.name == "nbinom"


# --- replay ------------------------------------------------------------------------------


def test_replay_of_one_day_is_the_newsvendor() -> None:
    demand = np.random.default_rng(3).poisson(20, 40_000)
    log = operations.replay(demand, 23, order_up_to=24, lead_days=1)
    row = log.table().iloc[0]
    best = operations.newsvendor(stats.poisson(20), underage=8, overage=2)
    assert row["fill_rate"] == pytest.approx(best.fill_rate, abs=0.001)
    short = (log.demand > log.sold).mean()
    assert short == pytest.approx(1 - best.service_level, abs=4 * sqrt(0.157 * 0.843 / 40_000))


def test_replayed_fill_rate_agrees_with_the_formula() -> None:
    demand = np.random.default_rng(4).poisson(2.0, 20_000)
    law = operations.lead_time_demand(2.0, sqrt(2.0), 5)
    for point, quantity in ((10, 40), (13, 30), (16, 60)):
        log = operations.replay(demand, point, order_quantity=quantity, lead_days=5)
        row = log.table().iloc[0]
        formula = operations.fill_rate(law, point, quantity)
        # Demand that waits and a whole day between two looks: the formula is a little careful.
        assert formula - 0.003 < row["fill_rate"] < formula + 0.015
        level = operations.cycle_service_level(law, point)
        assert level - 0.03 < row["cycle_service_level"] < level + 0.16
        assert row["orders"] == pytest.approx(row["sold"] / quantity, rel=0.02)


def test_economic_order_quantity_is_cheapest_in_a_replay_of_even_demand() -> None:
    quantities = np.arange(5, 61)
    log = operations.replay(
        np.ones(7200), np.full(len(quantities), 1.0), order_quantity=quantities, lead_days=1
    )
    table = log.table(margin=0, holding_cost=0.1, order_cost=20)
    best = operations.eoq(order_cost=20, demand=1, holding_cost=0.1)
    assert log.sold.all()
    assert abs(quantities[int(table["cost"].to_numpy().argmin())] - best.quantity) <= 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=40),
    st.integers(0, 12),
    st.integers(1, 15),
    st.integers(1, 6),
    st.booleans(),
)
def test_no_unit_is_made_or_lost_in_a_replay(
    demand: list[int], point: int, size: int, lead: int, up_to: bool
) -> None:
    kind: Any = {"order_up_to": point + size + 1} if up_to else {"order_quantity": size}
    start = point + size + 1
    log = operations.replay(demand, [point, point + 1], lead_days=lead, start=start, **kind)
    opening = np.vstack([np.full((1, 2), start), log.closing[:-1]])
    assert (opening + log.received - log.sold == log.closing).all()
    assert ((log.sold <= log.demand) & (log.closing >= 0) & (log.ordered >= 0)).all()
    assert (log.sold == np.minimum(log.demand, opening + log.received)).all()
    assert log.received.sum() <= log.ordered.sum()
    table = log.table(margin=2, holding_cost=0.5, order_cost=3)
    assert (
        table["cost"] == 2 * table["lost"] + 0.5 * log.closing.sum(0) + 3 * table["orders"]
    ).all()


def test_policies_side_by_side_are_the_same_as_one_by_one(shop: Shop) -> None:
    demand = operations.product_inputs(shop, product_id="P056").demand
    leads = np.random.default_rng(2).integers(1, 6, len(demand))
    together = operations.replay(demand, [3, 8, 12], order_quantity=[20, 10, 5], lead_days=leads)
    for place, (point, quantity) in enumerate(((3, 20), (8, 10), (12, 5))):
        alone = operations.replay(demand, point, order_quantity=quantity, lead_days=leads)
        assert (alone.closing[:, 0] == together.closing[:, place]).all()
        pd.testing.assert_series_equal(
            alone.table(1, 1, 1).iloc[0], together.table(1, 1, 1).iloc[place], check_names=False
        )


@pytest.mark.parametrize("cap", [3, 4, 6])
def test_demand_is_found_behind_empty_shelves(cap: int) -> None:
    demand = np.random.default_rng(cap).poisson(4, 4000)
    sold = np.minimum(demand, cap)
    found = operations.censored_mean(sold, demand >= cap)
    assert found.likelihood == pytest.approx(4, abs=0.15)
    assert found.without_empty_days < found.naive < found.likelihood


def test_sales_of_a_thin_policy_hide_demand_of_the_shop(shop: Shop) -> None:
    best_seller = str(shop.stock.groupby("product_id")["demand"].sum().idxmax())
    inputs = operations.product_inputs(shop, product_id=best_seller)
    log = operations.replay(inputs.demand, 2, order_quantity=6, lead_days=2)
    found = operations.censored_mean(log.sold[:, 0], log.closing[:, 0] == 0)
    truth = inputs.demand.mean()
    assert found.naive < 0.9 * truth
    assert abs(found.likelihood - truth) < abs(found.naive - truth) / 2


# --- measures by hand, on four engines ---------------------------------------------------


def test_stockouts_by_hand(engine: Move) -> None:
    moved = {"stock": engine(stock()), "products": engine(products())}
    found = operations.stockouts(moved, by=["month", "category"])
    table = rows(
        found,
        "category",
        "asked",
        "lost",
        "unit_rate",
        "day_rate",
        "sku_rate",
        "empty_day_rate",
        "lost_sales",
        "lost_profit",
    )
    assert table == [
        ("audio", 10, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("phones", 4, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("audio", 5, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("phones", 10, 7, 0.7, 1.0, 1.0, 1.0, 699.93, pytest.approx(139.93)),
    ]
    (whole,) = rows(
        operations.stockouts({"stock": engine(stock())}), "unit_rate", "day_rate", "sku_rate"
    )
    assert whole == (7 / 29, 1 / 4, 1 / 2)


def test_performance_by_hand(engine: Move) -> None:
    tables = {
        "orders": engine(orders()),
        "order_lines": engine(lines()),
        "stock": engine(stock()),
        "products": engine(products()),
    }
    found = rows(operations.performance(tables), "product_id", "units", "sales", "profit", "days")
    assert found == [("P1", 7, 699.97, 136.97, 2), ("P2", 15, 300.0, 112.5, 2)]
    (p1, p2) = rows(
        operations.performance(tables),
        "mean_stock",
        "turns_year",
        "gmroi_year",
        "sell_through",
        "days_of_cover",
    )
    assert p1 == (40.0, pytest.approx(563 / 80 * 365), pytest.approx(136.97 / 80 * 365), 1.0, 0.0)
    assert p2[0] == 218.75
    assert p2[3:] == (0.5, 2.0)
    # the end of January is its last day, not the last day on record
    monthly = rows(
        operations.performance(tables, by=["month", "product_id"]), "sell_through", "days_of_cover"
    )
    assert monthly == [(0.8, 0.25), (10 / 30, 2.0), (1.0, 0.0), (0.25, 3.0)]
    (all_,) = rows(operations.performance(tables, by=None), "sales", "margin", "days")
    assert all_ == (999.97, pytest.approx(249.47 / 999.97), 2)


def test_classes_on_every_engine(engine: Move, shop: Shop) -> None:
    table = pd.DataFrame({"product_id": list("abcde"), "profit": [50.0, -4.0, 30.0, 15.0, 5.0]})
    found = rows(operations.abc(engine(table), value="profit"), "product_id", "rank", "abc")
    assert found == [("a", 1, "A"), ("c", 2, "A"), ("d", 3, "B"), ("e", 4, "C"), ("b", 5, "C")]
    some = shop.stock[shop.stock["product_id"].isin(["P053", "P056", "P031"])]
    steady = rows(operations.xyz(engine(some)), "product_id", "weeks", "cv", "xyz")
    for id_, weeks, cv, _class in steady:
        one = (
            some[some["product_id"] == id_]
            .set_index("date")["demand"]
            .resample("W")
            .agg(["sum", "size"])
        )
        full = one.loc[one["size"] == 7, "sum"]
        assert (weeks, cv) == (len(full), pytest.approx(full.std() / full.mean()))
    both = operations.nine_cells(
        engine(
            pd.DataFrame({"product_id": ["P053", "P056"], "abc": ["A", "B"], "sales": [3.0, 1.0]})
        ),
        operations.xyz(engine(some)),
    )
    assert sum(row[0] for row in rows(both, "share")) == pytest.approx(1)


def test_new_and_store_products_by_hand(engine: Move) -> None:
    found = operations.new_skus({"orders": engine(orders()), "order_lines": engine(lines())})
    assert rows(found, "skus", "new", "new_sku_share", "new_sales") == [
        (2, 2, 1.0, 600.0),
        (2, 0, 0.0, 0.0),
    ]
    stores = pd.DataFrame({"product_id": ["P2", "P2"], "units": [3, 4]})
    tables = {
        "orders": engine(orders()),
        "order_lines": engine(lines()),
        "store_sales": engine(stores),
        "products": engine(products()),
    }
    assert rows(operations.not_in_stores(tables), "product_id", "store_units", "online_only") == [
        ("P1", 0, True),
        ("P2", 7, False),
    ]
    assert rows(operations.not_in_stores(tables, by="category")) == [
        ("audio", 1, 0, 300.0, 0.0, 0.0),
        ("phones", 1, 1, 699.97, 699.97, 1.0),
    ]


def purchases() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product_id": ["P1", "P1", "P2"],
            "asked_on": pd.to_datetime(["2025-01-01", "2025-01-10", "2025-01-30"]),
            "asked_units": [10, 10, 4],
            "due_on": pd.to_datetime(["2025-01-03", "2025-01-12", "2025-02-02"]),
            "delivered_on": pd.to_datetime(["2025-01-03", "2025-01-16", "NaT"]),
            "delivered_units": [10, 9, 0],
            "unit_cost": [80.0, 80.0, 12.5],
        }
    )


def test_lead_times_by_hand(engine: Move) -> None:
    found = operations.lead_times(
        {"purchases": engine(purchases()), "products": engine(products())}
    )
    assert rows(found) == [
        ("S1", 2, 0, 2.0, 4.0, pytest.approx(sqrt(8)), 0.5, 0.95),
        ("S2", 1, 1, None, None, None, None, None),
    ]


def test_a_shelf_of_half_a_litre_is_one() -> None:
    space = pd.DataFrame({"month": ["2025-01-01"], "capacity_litres": 0.5, "rent": 1.0})
    space["month"] = pd.to_datetime(space["month"])
    day = pd.DataFrame({"date": space["month"], "product_id": "P1", "closing": 1})
    goods = pd.DataFrame({"product_id": ["P1"], "volume_litres": 0.25})
    tables = {"stock": day, "products": goods, "warehouse": space}
    assert operations.storage(tables)["utilisation"].tolist() == [0.5]
    bare = operations.storage({**tables, "stock": day.assign(closing=0)})
    assert bare[["litres", "rent_per_litre"]].isna().to_numpy().tolist() == [[False, True]]
    for name, wrong in (
        ("products", goods.assign(volume_litres=-0.01)),
        ("warehouse", space.assign(rent=-0.01)),
    ):
        with pytest.raises(CourseError, match="is no number of 0 or more"):
            operations.storage({**tables, name: wrong})
    with pytest.raises(CourseError, match="no capacity above zero"):
        operations.storage({**tables, "warehouse": space.assign(capacity_litres=0.0)})


def test_capital_and_storage_by_hand(engine: Move) -> None:
    suppliers = pd.DataFrame({"supplier_id": ["S1", "S2"], "payment_days": [20, 5]})
    space = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-01-01", "2025-02-01"]),
            "capacity_litres": [20.0, 10.0],
            "rent": [60.0, 30.0],
        }
    )
    tables = {
        "orders": engine(orders()),
        "order_lines": engine(lines()),
        "stock": engine(stock()),
        "products": engine(products()),
        "purchases": engine(purchases()),
        "suppliers": engine(suppliers),
        "warehouse": engine(space),
    }
    table = as_pandas(operations.capital(tables, receivable_days=2))
    january = table.iloc[0]
    assert january["stock"] == 1 * 80 + 20 * 12.5
    assert january["receivables"] == 2 * 600.0
    # 800 yuan owed from the 3rd to the 22nd, 720 more from the 16th; stock is known for the 31st
    assert january["payables"] == 720
    assert january["payable_days"] == pytest.approx(720 / (600 - 155))
    more = {**tables, "stock": engine(_every_day_of_january())}
    owed = as_pandas(operations.capital(more))["payables"]
    assert owed.iloc[0] == pytest.approx((20 * 800 + 16 * 720) / 31)
    assert table["complete"].tolist() == [False, True]
    months = as_pandas(operations.storage(tables))
    assert months["utilisation"].tolist() == [12 / 20, 7.5 / 10]
    assert months["rent_per_litre"].tolist() == [5.0, 4.0]
    days = as_pandas(operations.storage(tables, by="day"))
    assert days["litres"].tolist() == [12.0, 7.5]


def _every_day_of_january() -> pd.DataFrame:
    days = pd.date_range("2025-01-01", "2025-01-31", unit="us")
    return pd.DataFrame({"date": days, "product_id": "P1", "closing": 1, "unit_cost": 80.0})


def test_steps_of_buying_by_hand(engine: Move) -> None:
    visits = pd.DataFrame(
        {
            "visit_id": [1, 2, 3, 4, 5],
            "started_at": T("2025-01-31"),
            "product_pages": [0, 1, 2, 1, 7],
            "channel_id": ["a", "a", "b", "b", "b"],
        }
    )
    bought = orders().assign(visit_id=[3, 4, 5])
    ids = pd.DataFrame({"order_id": [2, 2]})
    tables = {"visits": visits, "orders": bought, "complaints": ids, "returns": ids.iloc[:0]}
    given = {name: engine(table) for name, table in tables.items()}
    found = as_pandas(operations.buying_steps(given, by="channel_id"))
    assert found["visits"].tolist() == [2, 1, 0, 0, 0, 3, 3, 3, 2, 1]
    assert found["of_before"].iloc[-2:].tolist() == [2 / 3, 1 / 2]


def test_engines_agree_on_the_bundled_shop(shop: Shop) -> None:
    names = ("orders", "order_lines", "stock", "products", "purchases", "store_sales")
    found: dict[str, list[Any]] = {}
    for name in EAGER:
        tables = {table: MOVES[name](shop[table]) for table in names}
        made = (
            operations.performance(tables, by="category"),
            operations.stockouts(tables, by="category"),
            operations.new_skus(tables),
            operations.not_in_stores(tables, by="category"),
            operations.lead_times(tables),
        )
        found[name] = [rows(table) for table in made]
    assert found["pandas"] == found["polars"] == found["duckdb"]


def test_the_five_kpis_are_those_of_the_engine(shop: Shop) -> None:
    table = operations.five_kpis(shop).set_index("month")
    for name in table.columns:
        alone = kpi.measure(name, shop, "month").set_index("month")[name]
        pd.testing.assert_series_equal(table[name], alone, check_names=False)
    rate = operations.stockouts(shop, by="month")["unit_rate"]
    assert rate.tolist() == table["stockout_rate"].tolist()
    both = operations.against_targets(shop)
    assert len(both) == 12 * 5
    late = both[both["kpi"] == "return_rate"]
    assert (late["met"] == (late["actual"] <= late["target"])).all()
    assert [department[1] for department in operations.DEPARTMENTS] == [
        "品类管理部",
        "产品策划部",
        "客服部",
        "物流部",
    ]


# --- decisions -----------------------------------------------------------------------------


def test_half_of_the_usual_sales_are_not_less_than_half() -> None:
    when = pd.to_datetime(["2025-01-15", "2025-02-15"]).repeat(2)
    order = pd.DataFrame({"order_id": range(4), "placed_at": when, "paid_at": when})
    goods = pd.DataFrame({"product_id": ["a", "b"] * 2, "unit_cost": 50.0})
    found = operations.weak_categories(
        {
            "orders": order,
            "order_lines": goods.assign(order_id=range(4), quantity=1, unit_price=[100, 300] * 2),
            "stock": goods.assign(date=when, closing=5, sold=1),
            "products": pd.DataFrame({"product_id": ["a", "b"], "category": ["audio", "phones"]}),
        },
        month="2025-02",
        window=1,
    )
    assert not found["weak_sales"].any()


@pytest.mark.parametrize("demand", [[], [[]], [[[1.0]]]])
def test_a_demand_that_is_no_table_of_days_is_refused(demand: list[Any]) -> None:
    with pytest.raises(CourseError, match="Demand needs a row a day"):
        operations.replay(demand, 23, order_up_to=24, lead_days=1)


def test_weak_categories_and_their_targets(shop: Shop) -> None:
    table = operations.weak_categories(shop, month="2025-09").set_index("category")
    sales = kpi.measure("sales", shop, ["month", "category"])
    for category in table.index:
        mine = sales[sales["category"] == category].set_index("month")["sales"]
        now, before = mine["2025-07":"2025-09"].sum(), mine["2025-04":"2025-06"].sum()
        assert table.loc[category, "sales"] == pytest.approx(now)
        assert table.loc[category, "growth"] == pytest.approx(now / before - 1)
    low = table["weak_sales"] & table["weak_gmroi"]
    assert (table["weak"] == (low & (table["signs"] >= 2))).all()
    assert (table["weak_gmroi"] == (table["gmroi_year"] < table["gmroi_year"].median())).all()
    assert not table.loc["accessories", "weak"]  # little stock that earns much
    assert table["weak"].tolist() == sorted(table["weak"], reverse=True)
    models = operations.weak_categories(shop, month="2025-09", by="product_id", signs=3)
    order = list(zip(~models["weak"], -models["signs"], models["gmroi_year"], strict=True))
    assert order == sorted(order)
    assert models["signs"].nunique() > 2
    assert table.loc["phones", "weak"] == False  # noqa: E712  (it sells most)
    lines_ = operations.weak_categories(shop, month="2025-09", by="line").set_index("line")
    assert lines_.loc["custom", "weak_growth"]  # the line that the simulator lets decline
    goal = operations.category_targets(shop, category="audio", month="2025-09", lift=0.2)
    whole = table["sales"].sum()
    assert goal["share"].iloc[0] == pytest.approx(1.2 * table.loc["audio", "sales"] / whole)
    plans = shop.targets.query("kpi == 'sales_attainment'").set_index("month")["plan"]
    assert goal["target"].tolist() == pytest.approx(
        (goal["share"].iloc[0] * plans["2025-10":"2025-12"]).tolist()
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("PQR"), st.sampled_from(["banner", "message"]), st.integers(-5, 20)
        ),
        min_size=1,
        max_size=7,
    ),
    st.integers(0, 2),
    st.integers(0, 1),
)
def test_the_choice_of_offers_is_the_best_of_all(
    drawn: list[tuple[str, str, int]], banners: int, messages: int
) -> None:
    table = pd.DataFrame(drawn, columns=["product_id", "resource", "gain"])
    table = table.assign(month=T("2025-03-01"), gain=table["gain"].astype(float))
    places = {"banner": banners, "message": messages}
    best = 0.0
    for pick in choices([False, True], repeat=len(table)):
        some = table[list(pick)]
        fits = all((some["resource"] == name).sum() <= n for name, n in places.items())
        if fits and not some["product_id"].duplicated().any():
            best = max(best, float(some["gain"].sum()))
    taken = operations.choose_offers(table, places)
    assert taken.loc[taken["taken"], "gain"].sum() == pytest.approx(best)
    assert not (taken["taken"] & (taken["gain"] <= 0)).any()


def test_offers_of_the_shop(shop: Shop) -> None:
    values = operations.offer_values(shop)
    assert len(values) == len(shop.supplier_offers)
    assert (values["gain"] == values["saving"] - values["place"]).all()
    row = values.iloc[0]
    visits = shop.visits["started_at"].dt.to_period("M") == row["month"].to_period("M")
    profit = kpi.measure("profit", shop, "month").set_index("month")["profit"][row["month"]]
    assert row["place"] == pytest.approx(operations.MOVED * row["visits"] * profit / visits.sum())
    free = operations.offer_values(shop, visits_moved=0)
    assert (free["gain"] == free["saving"]).all()


def test_forecasts_follow_what_they_promise() -> None:
    week = np.array([10, 8, 8, 9, 12, 20, 18.0])
    history = np.tile(week, 9)
    for method in ("seasonal_naive", "holt_winters"):
        assert operations.forecast(history, 14, method) == pytest.approx(np.tile(week, 2), abs=1e-3)
    flat = operations.forecast(history, 3, "exponential_smoothing")
    assert np.ptp(flat) == 0
    assert (operations.forecast(np.arange(60.0)[::-1], 30) >= 0).all()
    noise = np.random.default_rng(1).normal(0, 2, 25 * 7) + np.tile(week, 25) + 10
    table = operations.backtest(noise, days=14).set_index("method")
    assert table.loc["holt_winters", "mae"] < table.loc["seasonal_naive", "mae"]
    assert table.loc["mean_4_weeks", "mase"] > 1 > table.loc["holt_winters", "mase"]
    past = noise[: -4 * 14]
    scale = np.abs(past[7:] - past[:-7]).mean()
    first = np.abs(operations.forecast(past, 14, "mean_4_weeks") - noise[-56:-42]).mean()
    one = operations.backtest(noise[:-42], days=14, folds=1, methods=["mean_4_weeks"])
    assert one.loc[0, "mae"] == pytest.approx(first)
    assert one.loc[0, "mase"] == pytest.approx(first / scale)


def test_a_planning_cycle_keeps_its_books(shop: Shop) -> None:
    wide = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    demand = wide[wide["category"] == "wearables"].groupby("date")["demand"].sum()
    plan = operations.cycle(demand, "2025-07", margin=150, holding=15)
    before = plan["left"].shift(fill_value=0)
    assert (before + plan["bought"] == plan["sold"] + plan["left"]).all()
    assert (plan["sold"] + plan["lost"] == plan["demand"]).all()
    assert plan["demand"].sum() == demand["2025-07-01":].sum()
    goals = shop.targets.query("kpi == 'sales_attainment'")
    calendar = goals.set_index(goals["month"].dt.to_period("M"))["plan"]
    knows = operations.cycle(demand, "2025-07", margin=150, holding=15, calendar=calendar)
    assert (knows["planned"] != plan["planned"]).any()
    stubborn = operations.cycle(demand, "2025-07", margin=150, holding=15, learn=0)
    assert (stubborn["correction"] == 1).all()


def test_lead_products_fit_needs_and_earn(shop: Shop) -> None:
    scores = operations.fit(shop)
    assert scores["fit"].between(0, 1).all()
    leads = operations.lead_products(operations.performance(shop), scores)
    assert {"best", "worst", "gmroi_year"} <= set(leads)  # what the tables tell besides stays
    assert leads.groupby("category")["lead"].sum().eq(1).all()
    top = leads[leads["lead"]].set_index("category")["score"]
    assert (top == leads.groupby("category")["score"].max()).all()
    lone = pd.DataFrame({"product_id": ["a"], "profit": 9.0, "days": 3})
    need = pd.DataFrame({"product_id": ["a"], "category": "audio", "fit": 0.9})
    alone = operations.lead_products(lone, need, fit_weight=0.5)
    assert alone["score"].tolist() == [pytest.approx((0.9 + 0.5) / 2)]  # in the middle of itself
    only_fit = operations.lead_products(operations.performance(shop), scores, fit_weight=1)
    chosen = only_fit[only_fit["lead"]]
    assert (
        chosen["fit"] == chosen["category"].map(only_fit.groupby("category")["fit"].max())
    ).all()


def test_ten_duties_have_ten_numbers(shop: Shop) -> None:
    table = operations.duties(shop, month="2025-06")
    assert len(table) == 10
    assert table["value"].notna().all()
    value = table.set_index("measure")["value"]
    june = kpi.measure("stockout_rate", shop, "month").set_index("month")["stockout_rate"]
    assert value["stock-out rate"] == june["2025-06-01"]
    assert 0 < value["share of sales that no store has"] < 1
    motives = operations.motives(shop).set_index("motive")
    assert motives.loc["price", "ratio"] > 1  # demand falls with price: that is in the simulator
    steps = operations.buying_steps(shop).set_index("step")["visits"]
    assert steps["decided"] == shop.orders["paid_at"].notna().sum()
    assert steps.is_monotonic_decreasing


def _no_day(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose first day is a decimal that is no number, among Python's own."""
    days = table.iloc[:, 0].astype(object)
    days.iloc[0] = Decimal("NaN")
    return table.assign(**{table.columns[0]: days})


def _with(shop: Shop, **tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {**shop.tables, **tables}


def _twos() -> pd.Series[float]:
    return pd.Series(2.0, index=pd.date_range("2025-01-01", "2025-05-31"))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda s: operations.stockouts(s, substitution=1.1), "substitution is 1.1"),
        (
            lambda s: operations.stockouts({"stock": s.stock.drop(columns="demand")}),
            "no column demand",
        ),
        (lambda s: operations.stockouts(s, by="colour"), "no column colour"),
        (lambda s: operations.stockouts([1]), "data is \\[1\\]"),
        (lambda s: operations.abc(s.products, value="cost", cuts=(0.9, 0.8)), "cuts is"),
        (lambda s: operations.xyz(s.stock, cuts=(0, 1)), "cuts is"),
        (lambda s: operations.new_skus(s, by="day"), "by is 'day'"),
        (lambda s: operations.storage(s, by="hour"), "by is 'hour'"),
        (lambda s: operations.capital({"orders": s.orders}), "needs the table order_lines"),
        (lambda s: operations.five_kpis(s, by="week"), "monthly figure"),
        (lambda s: operations.weak_categories(s, month="2025-03"), "3 months up to 2025-03"),
        (
            lambda s: operations.category_targets(s, category="audio", month="2025-11"),
            "plans 1 of the 3",
        ),
        (
            lambda s: operations.product_inputs(s, product_id="P056", holding_rate=0),
            "holding_rate is 0",
        ),
        (lambda s: operations.newsvendor([], 1, 1), "A sample of demand"),
        (lambda s: operations.newsvendor(["few"], 1, 1), "which is no number"),
        (lambda s: operations.newsvendor(stats.norm(10, 0), 1, 1), "no middle"),
        (lambda s: operations.newsvendor(stats.poisson, 1, 1), "a frozen distribution"),
        (lambda s: operations.newsvendor([1], np.inf, 1), "underage is inf"),
        (lambda s: operations.reorder_point(stats.poisson(3), 1), "service_level is 1"),
        (lambda s: operations.lead_time_demand(2, np.nan, 3), "sd is nan"),
        (lambda s: operations.lead_time_demand(2, 0, 3, whole=False), "variance of demand is 0"),
        (lambda s: operations.newsvendor([1, -1], 1, 1), "demand holds -1,"),
        (lambda s: operations.fill_rate(stats.poisson(3), 2, -1), "order_quantity is -1"),
        (lambda s: operations.replay([1], 1, order_quantity=0), "order_quantity is 0"),
        (lambda s: operations.replay([1], 5, order_up_to=5), "not above the reorder point"),
        (lambda s: operations.replay([1], 5, order_quantity=2, lead_days=0), "lead_days holds 0,"),
        (lambda s: operations.replay([1], 5, order_quantity=2, lead_days=1.5), "parts of days"),
        (lambda s: operations.replay([1], np.nan, order_quantity=2), "reorder_point: 1 of 1"),
        (lambda s: operations.replay([1], [1, 2], order_quantity=[1, 2, 3]), "holds 2 numbers"),
        (lambda s: operations.replay(np.ones((4, 2)), [1, 2, 3], order_quantity=1), "2 columns"),
        (lambda s: operations.replay([1], 5, order_quantity=2, start=-1), "start holds -1"),
        (lambda s: operations.replay([np.nan], 5, order_quantity=2), "demand: 1 of 1 numbers"),
        (lambda s: operations.censored_mean([1, 2], [True]), "2 days of sales and 1 marks"),
        (lambda s: operations.censored_mean([1.5, 2], [True, False]), "parts of units"),
        (lambda s: operations.forecast(range(40), 3, "magic"), "method is 'magic'"),
        (lambda s: operations.forecast([np.nan] * 40, 3), "history: 40 of 40 numbers"),
        (lambda s: operations.forecast(range(40), 0), "days is 0"),
        (lambda s: operations.backtest(range(99), folds=0), "folds is 0"),
        (lambda s: operations.cycle(_twos().iloc[::2], "2025-04", 3, 1), "of every day"),
        (lambda s: operations.cycle(_twos(), "2026-04", 3, 1), "of every day"),
        (lambda s: operations.cycle(_twos().tz_localize("UTC"), "2025-04", 3, 1), "a time zone"),
        (lambda s: operations.follow(_twos(), 0, "2025-04-10"), "target is 0"),
        (lambda s: operations.follow(_twos(), 9, "soon"), "as_of is 'soon'"),
        (lambda s: operations.choose_offers(s.supplier_offers, {}), "no column gain"),
        (
            lambda s: operations.choose_offers(operations.offer_values(s), {"message": -1}),
            "places",
        ),
        (lambda s: operations.duties(s, month="2025-13"), "month is '2025-13'"),
        (lambda s: operations.weak_categories(s, month="2025-09", window=0), "window is 0"),
        (
            lambda s: operations.category_targets(s, category="audio", month="2024-12"),
            "sales of three months",
        ),
        (
            lambda s: operations.category_targets(s, category="audio", month="2025-06", lift=-2),
            "lift is -2",
        ),
        (lambda s: operations.not_in_stores(s, by="month"), "the tables of one month"),
        (lambda s: operations.abc(s.products.assign(cost=0.0), value="cost"), "none can be ranked"),
        (lambda s: operations.abc(s.products, value="name"), "holds text, not numbers"),
        (lambda s: operations.abc(s.order_lines, value="quantity"), "stands in another row"),
        (lambda s: operations.stockouts(_with(s, stock=s.stock.assign(demand=0))), "above demand"),
        (
            lambda s: operations.stockouts(_with(s, stock=s.stock.assign(unit_cost=np.nan))),
            "unit_cost is missing",
        ),
        (
            lambda s: operations.performance(_with(s, stock=s.stock.assign(unit_cost=np.nan))),
            "unit_cost is missing",
        ),
        (
            lambda s: operations.capital(_with(s, stock=s.stock.drop(columns="unit_cost"))),
            "no column unit_cost.* kpi.unit_cost\\(tables\\)",
        ),
        (lambda s: operations.storage(_with(s, warehouse=s.warehouse[1:])), "for 2025-01"),
        (lambda s: operations.storage(_with(s, products=s.products[1:])), "no volume_litres"),
        (lambda s: operations.storage(_with(s, stock=_no_day(s.stock))), "date is missing"),
        (
            lambda s: operations.storage(_with(s, warehouse=_no_day(s.warehouse))),
            "month is missing",
        ),
        (
            lambda s: operations.weak_categories(
                _with(s, stock=s.stock[:0], orders=s.orders[:0], order_lines=s.order_lines[:0]),
                month="2025-09",
            ),
            "no sales and no stock",
        ),
        (lambda s: operations.capital(_with(s, purchases=s.purchases[:0])), "has no delivery"),
        (lambda s: operations.capital(_with(s, suppliers=s.suppliers[1:])), "no payment_days"),
        (
            lambda s: operations.lead_times(_with(s, purchases=s.purchases.assign(due_on=pd.NaT))),
            "due_on is missing",
        ),
        (
            lambda s: operations.offer_values(
                _with(s, supplier_offers=s.supplier_offers.assign(price_cut=10.0))
            ),
            "price_cut is no share",
        ),
        (
            lambda s: operations.product_inputs(
                _with(s, products=s.products[:0]), product_id="P056"
            ),
            "no supp",
        ),
        (lambda s: operations.fit(_with(s, needs=s.needs.assign(share=0))), "no number above 0"),
        (lambda s: operations.lead_products(operations.performance(s), s.products), "column fit"),
        (lambda s: operations.motives(_with(s, orders=s.orders[:0])), "No order is paid"),
        (lambda s: operations.against_targets(_with(s, targets=s.targets[:0])), "service_center"),
        (lambda s: operations.duties(s, month="2025-02"), "need five months before"),
        (lambda s: operations.fit(_with(s, needs=s.needs[:0])), "No attribute"),
    ],
)
def test_errors_say_what_to_do(call: Callable[[Any], Any], sentence: str, shop: Shop) -> None:
    with pytest.raises(CourseError, match=sentence):
        call(shop)


# --- a real shop's year ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def retail(real_data: Callable[[str], Path]) -> dict[str, pd.DataFrame]:
    """Every row of a real web shop, cancelled invoices and corrections with them."""
    names = {
        "InvoiceNo": "order_id",
        "InvoiceDate": "placed_at",
        "StockCode": "product_id",
        "Quantity": "quantity",
        "UnitPrice": "unit_price",
        "CustomerID": "visitor_id",
    }
    rows_ = pd.read_parquet(real_data("online_retail.parquet")).rename(columns=names)
    invoices = rows_.groupby("order_id", as_index=False)[["placed_at", "visitor_id"]].min()
    lines_ = rows_[["order_id", "product_id", "quantity", "unit_price", "visitor_id"]]
    return {"orders": invoices.assign(paid_at=invoices["placed_at"]), "order_lines": lines_}


@pytest.mark.parametrize("name", EAGER)
def test_new_products_and_returns_of_a_real_shop(
    name: str, retail: dict[str, pd.DataFrame]
) -> None:
    move = MOVES[name]
    invoices, every = retail["orders"].drop(columns="visitor_id"), retail["order_lines"]
    every = every.drop(columns="visitor_id")
    sold = every[(every["quantity"] > 0) & (every["unit_price"] > 0)]
    table = operations.new_skus({"orders": move(invoices), "order_lines": move(sold)})
    shares = {f"{month:%Y-%m}": share for month, share in rows(table, "month", "new_sku_share")}
    asked = [round(shares[month], 5) for month in ("2011-01", "2011-06", "2011-11")]
    assert asked == [0.07268, 0.05029, 0.01701]
    # money sent back, of money taken: all rows, by the sign of the quantity
    taken, back = (
        rows(kpi.sales({"orders": move(invoices), "order_lines": move(lines_)}))[0][0]
        for lines_ in (every[every["quantity"] > 0], every[every["quantity"] < 0])
    )
    assert round(-back / taken, 5) == 0.08425


def test_cancelled_invoices_and_pareto_of_a_real_shop(retail: dict[str, pd.DataFrame]) -> None:
    def share(invoices: pd.DataFrame) -> tuple[int, int]:
        gone = invoices[invoices["order_id"].str.startswith("C")]
        both = [kpi.orders({"orders": these})["orders"].iloc[0] for these in (gone, invoices)]
        return int(both[0]), int(both[1])

    assert share(retail["orders"]) == (3_836, 25_900)
    assert share(retail["orders"].dropna(subset="visitor_id")) == (3_654, 22_190)
    every = retail["order_lines"]
    sold = every[(every["quantity"] > 0) & (every["unit_price"] > 0)]
    sales = (sold["quantity"] * sold["unit_price"]).groupby(sold["product_id"]).sum()
    classed = operations.abc(sales.rename("sales").reset_index())
    assert classed["sales"].sum() == pytest.approx(sales.sum())
    last_a = classed[classed["abc"] == "A"].iloc[-1]
    assert last_a["cumulative"] - last_a["share"] < 0.8 <= last_a["cumulative"]


# --- figures and the lab ----------------------------------------------------------------------


def test_the_lab_answers_its_controls(shop: Shop) -> None:
    lab = operations_lab(shop)
    app = lab.app()
    assert set(app.inputs) == {"product", "level", "days", "lead"}
    for name, value in {"level": 0.5, "days": 19, "lead": 12}.items():
        before = app.picture.value
        app.inputs[name].value = value
        assert app.picture.value != before
        assert app.picture.alt
        assert 'scope="row"' in app.below.value
    other = app.picture.alt
    app.inputs["product"].value = app.inputs["product"].options[1][1]
    assert app.picture.alt != other
    twin = explore.frames("operations", shop)
    assert 5 <= len(twin.frames) <= 9
    assert len({frame.png() for frame in twin.frames}) == len(twin.frames)


def test_figures_carry_their_finding(shop: Shop) -> None:
    month = operations.capital(shop)
    figure = plots.capital(month.assign(cash_cycle=4.0))
    assert figure.axes[0].get_title(loc="left").startswith("The shop lends")
    weeks = operations.stockouts(shop, by=["week", "category"])
    assert "cost most" in plots.stockout_calendar(weeks).axes[0].get_title(loc="left")


def test_a_column_of_the_callers_is_not_taken_for_one_that_is_computed() -> None:
    names = "left out value decided content fen each_ units bought share first_ _lost"
    junk = dict.fromkeys(names.split(), "junk")
    for name in ("stockouts", "performance", "buying_steps", "new_skus", "storage", "offer_values"):
        call = CALLS[f"operations.{name}"]()
        more = {
            key: table.assign(**{one: junk[one] for one in junk if one not in table})
            for key, table in call.args[0].items()
        }
        function = getattr(operations, name)
        expected = function(*call.args, **call.kwargs)
        found = function(more, **call.kwargs)
        pd.testing.assert_frame_equal(found[[*expected]], expected)


@pytest.mark.parametrize(
    "law", [stats.gamma(0.01), stats.nbinom(1, 0.01), stats.lognorm(3), stats.norm(5, 10)]
)
@pytest.mark.parametrize(("under", "over"), [(1e-9, 1e9), (1, 9), (9, 1)])
def test_an_order_and_what_it_costs_are_never_below_zero(
    law: Any, under: float, over: float
) -> None:
    best = operations.newsvendor(law, under, over)
    assert best.quantity >= 0
    assert 0 <= best.fill_rate <= 1
    assert best.cost >= 0
    tried = operations.newsvendor_costs(law, under, over, [0, best.quantity])
    assert tried["too_many"].min() >= 0
    assert tried["too_many"][0] == pytest.approx(0, abs=1e-6 * over)
    assert tried["cost"][1] == pytest.approx(best.cost)


def test_nobody_orders_less_than_nothing_to_see_what_it_costs() -> None:
    with pytest.raises(CourseError, match="below 0"):
        operations.newsvendor_costs([3, 5], 1, 1, [-1, 2])
