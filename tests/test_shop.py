"""The shop: tables that agree, causes that can be found, doors that tell what is wrong."""

from __future__ import annotations

import gc
import gzip
import io
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecokit import kpi, load_shop
from ecokit.errors import CourseError
from ecokit.shop import Shop, simulate, simulate_to, write_datasets
from ecokit.shop.inputs import read
from ecokit.shop.paths import datasets_folder
from ecokit.shop.read import as_pandas
from ecokit.shop.schema import schema, schemas
from ecokit.shop.write import csv_text
from tests.companies import of_seed
from tests.engines import EAGER, MOVES

SIMULATOR = Path(__file__).resolve().parents[1] / "ecokit" / "shop"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop()


@pytest.fixture(scope="module")
def large() -> Shop:
    """A company with four times the visits, so that effects stand out of the noise."""
    return of_seed(11, 1_600)


# What is in the folder


def test_bundled_tables_are_what_the_simulator_writes(tmp_path: Path) -> None:
    write_datasets(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        p.name for p in datasets_folder().iterdir()
    }
    for path in datasets_folder().iterdir():
        ours, theirs = (tmp_path / path.name).read_bytes(), path.read_bytes()
        if path.suffix == ".gz":  # another zlib may pack the same text otherwise
            ours, theirs = gzip.decompress(ours), gzip.decompress(theirs)
        assert ours == theirs, path.name


def test_packed_tables_hold_no_time_and_no_name() -> None:
    for path in datasets_folder().glob("*.gz"):
        head = path.read_bytes()[:10]
        assert head[3] == 0
        assert head[4:8] == b"\0\0\0\0"


def test_folder_is_below_fifteen_megabytes() -> None:
    assert sum(path.stat().st_size for path in datasets_folder().iterdir()) < 15_000_000


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # frictionless leaves files open
def test_frictionless_finds_the_package_valid() -> None:
    """All tables, of the four longest the first rows: our own check reads every one."""
    from frictionless import validate

    report = validate(str(datasets_folder() / "datapackage.json"), limit_rows=25_000)
    gc.collect()  # the open files are dropped here, not in the next test
    assert report.valid, report.flatten(["title", "fieldName", "message"])[:5]


def test_bundled_tables_pass_our_own_check(shop: Shop) -> None:
    checked = Shop.from_folder(datasets_folder())
    assert list(checked.tables) == list(schemas())
    for name in shop.tables:
        pd.testing.assert_frame_equal(checked[name], shop[name])


@pytest.mark.parametrize("name", list(schemas()))
def test_tables_have_the_columns_and_types_of_the_schema(shop: Shop, name: str) -> None:
    described = schema(name)
    assert list(shop[name].columns) == described.names
    assert {f.name: str(shop[name][f.name].dtype) for f in described} == {
        f.name: f.dtype for f in described
    }


# One seed, one company


def text(shop: Shop, name: str) -> bytes:
    return csv_text(name, shop[name])


def test_same_seed_same_bytes_and_another_seed_another_company() -> None:
    first, again, other = (simulate(seed, days=30, visitors_per_day=150) for seed in (3, 3, 4))
    static = {"channels", "campaigns", "journey", "posts", "mandates", "effects"}
    static |= {"needs", "suppliers", "competitors", "cause_shares", "pauses"}
    static |= {"crisis"}  # there is none in these days
    static |= {"cities", "warehouses", "carriers", "carrier_cities", "providers"}
    static |= {"partners", "partner_rebates", "introductions"}  # nobody is told in January
    static |= {"links"}
    alike = {"roster", "mailings"}  # one or two agents an hour; nobody gets mail in January
    alike |= {"tests"}  # how often a lot was drawn, once or oftener
    for name in first.tables:
        assert text(first, name) == text(again, name), name
        if name not in alike:
            assert (text(first, name) == text(other, name)) == (name in static), name


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    seed, days = np.int32(3), np.int64(2)
    ours = simulate(seed, days, np.float32(20))
    assert text(ours, "orders") == text(simulate(3, 2, 20), "orders")


def test_a_folder_written_in_blocks_holds_the_same_company(tmp_path: Path) -> None:
    whole = simulate(5, days=20, visitors_per_day=120)
    for form in ("parquet", "csv"):
        folder = simulate_to(tmp_path / form, 5, 20, 120, format=form, progress=False)
        read_back = Shop.from_folder(folder)
        for name in whole.tables:
            pd.testing.assert_frame_equal(read_back[name], whole[name])


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    days=st.integers(1, 40),
    visits=st.floats(0.5, 300),
    start=st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2030-12-31").date()),
)
@example(seed=0, days=2, visits=120.0, start=pd.Timestamp("2022-02-02").date())  # no campaign
def test_every_company_passes_the_check(
    seed: int, days: int, visits: float, start: pd.Timestamp
) -> None:
    company = simulate(seed, days, visits, str(start))
    Shop.from_tables(dict(company.tables))


# The tables agree with one another


def test_stock_moves_by_what_was_received_and_sold(shop: Shop) -> None:
    stock = shop.stock.sort_values(["product_id", "date"])
    assert (stock.opening + stock.received - stock.sold == stock.closing).all()
    before = stock.groupby("product_id").closing.shift()
    assert (before.dropna() == stock.opening[before.notna()]).all()
    lines = shop.order_lines.merge(shop.orders[shop.orders.paid_at.notna()], on="order_id")
    bought = lines.groupby([lines.placed_at.dt.normalize(), "product_id"]).quantity.sum()
    sold = stock.set_index(["date", "product_id"]).sold
    assert (bought == sold.reindex(bought.index)).all()
    assert sold.sum() == bought.sum()


def test_orders_come_from_visits(shop: Shop) -> None:
    both = shop.orders.merge(shop.visits, on="visit_id", suffixes=("", "_visit"))
    assert len(both) == len(shop.orders)
    for name in ("visitor_id", "channel_id", "campaign_id"):
        assert both[name].fillna("").equals(both[f"{name}_visit"].fillna("")), name
    assert (both.placed_at > both.started_at).all()
    assert both.product_id.notna().all()
    first = shop.order_lines[shop.order_lines.line == 1].merge(both, on="order_id")
    assert (first.product_id_x == first.product_id_y).mean() > 0.97  # the others took a substitute


def test_lines_bear_the_price_of_the_day_and_products_are_on_sale(shop: Shop) -> None:
    lines = shop.order_lines.merge(shop.orders[["order_id", "placed_at"]], on="order_id")
    lines["date"] = lines.placed_at.dt.normalize()
    priced = lines.merge(shop.stock, on=["date", "product_id"], how="left")
    assert (priced.unit_price == priced.price).all()
    goods = shop.visits.merge(shop.products, on="product_id")
    assert (goods.started_at >= goods.launched_on).all()
    assert not (goods.started_at >= goods.delisted_on).any()


def test_campaigns_bring_visits_only_while_they_run(shop: Shop) -> None:
    seen = shop.visits.merge(shop.campaigns, on="campaign_id")
    day = seen.started_at.dt.normalize()
    assert ((day >= seen.start_on) & (day <= seen.end_on)).all()
    assert (seen.channel_id_x == seen.channel_id_y).all()


def test_parcels_and_their_causes(shop: Shop) -> None:
    orders = shop.orders
    known = orders[orders.delivered_at.notna()]
    late = known.delivered_at - known.dispatched_at > pd.Timedelta(hours=72)
    assert (late == known.delay_cause.notna()).all()
    assert set(known.status) == {"delivered"}
    assert orders[orders.paid_at.isna()].dispatched_at.isna().all()
    assert set(orders[orders.paid_at.isna()].status) == {"unpaid", "cancelled"}


def test_touchpoints_apply_where_they_should(shop: Shop) -> None:
    rows = shop.touchpoints.merge(shop.orders, on="order_id")
    per = {number: set(part.order_id) for number, part in rows.groupby("touchpoint")}
    orders = shop.orders.set_index("order_id")
    assert per[1] == set(orders.index)
    paid = set(orders.index[orders.paid_at.notna()])
    assert all(per[number] <= paid for number in range(4, 11))
    assert per[8] <= set(orders.index[orders.delay_cause.notna()])
    asked = shop.contacts[shop.contacts.reason.isin(["product", "price"])]
    assert per[2] == set(asked.order_id.dropna())
    window = rows.touchpoint.map(shop.journey.set_index("touchpoint").minutes)
    dispatched = rows[rows.touchpoint == 7]
    minutes = pd.to_timedelta(window[dispatched.index], unit="min")
    assert (dispatched.due_at == dispatched.dispatched_at + minutes).all()


def test_decisions_pass_through_their_approvals(shop: Shop) -> None:
    steps = shop.approvals.sort_values(["decision_id", "step"])
    count = steps.groupby("decision_id").step.agg(["size", "max"])
    decisions = shop.decisions.set_index("decision_id")
    assert (count["size"] == decisions.layers).all()
    assert (count["max"] == decisions.layers).all()
    before = (
        steps.groupby("decision_id")
        .answered_at.shift()
        .fillna(steps.decision_id.map(decisions.raised_at))
    )
    assert (steps.asked_at == before).all()
    assert (steps.groupby("decision_id").answered_at.last() == decisions.decided_at).all()
    assert (decisions.effect[decisions.outcome == "rejected"] == 0).all()


# The year is worth studying, and the deck's figures stand


def test_targets_and_weights_of_the_deck(shop: Shop) -> None:
    january = shop.targets[shop.targets.month == "2025-01-01"].set_index(["post_id", "kpi"])
    deck = {
        "traffic_manager": {
            "uv_completion": (1, 0.25),
            "campaign_uv_share": (0.45, 0.15),
            "campaign_order_share": (0.55, 0.10),
            "campaign_conversion": (0.10, 0.30),
            "new_resource_uv_increment": (0.10, 0.20),
        },
        "design_manager": {
            "sales_completion": (1, 0.30),
            "campaign_click_index": (1.3, 0.25),
            "core_conversion": (0.06, 0.15),
            "dwell_time": (450, 0.10),
            "design_on_time": (1, 0.20),
        },
        "product_manager": {
            "sales_completion": (1, 0.30),
            "profit_completion": (1, 0.20),
            "supply_fill_rate": (0.99, 0.20),
            "new_sku_share": (0.20, 0.10),
            "inventory_turns": (3.5, 0.20),
        },
    }
    for post, kpis in deck.items():
        for name, (target, weight) in kpis.items():
            assert january.loc[(post, name), "target"] == target
            assert january.loc[(post, name), "weight"] == weight
    weights = shop.targets.groupby(["month", "post_id"]).weight.sum()
    np.testing.assert_allclose(weights, 1)
    assert shop.targets.plan.notna().sum() == 12 * 5


def test_journey_of_the_deck(shop: Shop) -> None:
    assert list(shop.journey.name_zh) == [
        "页面描述", "在线咨询", "拍下", "付款短信", "订单",
        "包装", "订单发出", "三天未到", "签收", "回访",
    ]  # fmt: skip


def test_every_effect_has_a_meaning_a_source_and_a_use() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SIMULATOR.rglob("*.py"))
    named = {value for row in read("tests") for value in row.values()}
    named |= {"story_audience"}  # of whom reach adds some up twice: no visit hangs on it
    for row in read("effects"):
        name = row["effect"]
        stems = [
            *("elasticity_", "approval_minutes_", "half_life_", "carry_over_", "saturation_"),
            *("late_ratio_", "first_try_", "settled_", "partner_return_", "partner_known_"),
            *("service_ms_", "usual_load_", "opening_load_", "burst_", "release_fails_"),
        ]
        assert f'"{name}"' in code or name.startswith(tuple(stems)) or name in named, name
        assert row["meaning"]
        assert row["source"]


def conversion_by_month(shop: Shop) -> pd.Series:
    month = shop.visits.started_at.dt.month
    visitors = shop.visits.groupby(month).visitor_id.nunique()
    paid = shop.orders[shop.orders.paid_at.notna()]
    return paid.groupby(paid.placed_at.dt.month).size() / visitors


def test_peaks_and_the_month_that_met_traffic_and_missed_conversion(shop: Shop) -> None:
    daily = shop.visits.groupby(shop.visits.started_at.dt.normalize()).size()
    usual = daily.median()
    assert daily["2025-06-18"] > 2 * usual
    assert daily["2025-11-11"] > 2 * usual
    visitors = shop.visits.groupby(shop.visits.started_at.dt.month).visitor_id.nunique()
    plan = shop.targets[shop.targets.kpi == "uv_completion"].plan.to_numpy()
    met = visitors / plan
    conversion = conversion_by_month(shop)
    assert met[8] > 1
    assert conversion[8] == conversion.min()
    assert conversion[8] < 0.85 * conversion.mean()


def test_one_campaign_paid_and_one_did_not(shop: Shop) -> None:
    lines = shop.order_lines.merge(shop.orders[shop.orders.paid_at.notna()], on="order_id")
    margin = lines.quantity * (lines.unit_price - lines.unit_cost)
    gained = margin.groupby(lines.campaign_id).sum()
    table = shop.campaigns.set_index("campaign_id").assign(gained=gained).set_index("name")
    net = table.gained - table.budget
    assert net["Coupon flood"] < -5_000
    assert net["Members' thanks"] > 10_000


def test_a_hero_ran_dry_during_618_and_a_line_declined(shop: Shop) -> None:
    june = shop.stock[shop.stock.date.dt.month == 6]
    lost = (june.demand - june.sold).groupby(june.product_id).sum()
    hero = lost.idxmax()
    assert lost[hero] >= 20
    assert shop.products.set_index("product_id").core[hero]
    goods = shop.order_lines.merge(shop.products, on="product_id", suffixes=("_number", ""))
    goods = goods.merge(shop.orders[["order_id", "placed_at"]], on="order_id")
    custom = (goods.line == "custom").groupby(goods.placed_at.dt.quarter).mean()
    assert custom[4] < 0.75 * custom[1]


# Plain methods find the true effects


def poisson(
    design: np.ndarray, counts: np.ndarray, exposure: np.ndarray | float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Poisson regression by Newton steps: coefficients and standard errors."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(counts.sum() / np.sum(exposure * np.ones(len(counts))))
    for _ in range(9):
        mean = exposure * np.exp(design @ beta)
        information = design.T @ (design * mean[:, None]) + 1e-6 * np.eye(len(beta))
        beta = beta + np.linalg.solve(information, design.T @ (counts - mean))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


@pytest.fixture(scope="module")
def viewed(large: Shop) -> pd.DataFrame:
    """Visits with a product, the price of the day, and whether they led to an order."""
    visits = large.visits.assign(known=large.visits.visitor_id.duplicated())  # keener than others
    visits = visits[visits.product_id.notna()]
    visits["date"] = visits.started_at.dt.normalize()
    stock = large.stock[["date", "product_id", "price", "demand", "sold"]]
    visits = visits.merge(stock, on=["date", "product_id"])
    visits = visits.merge(large.products[["product_id", "category", "core", "list_price"]])
    visits["ordered"] = visits.visit_id.isin(large.orders.visit_id)
    visits["source"] = visits.campaign_id.fillna("none")
    visits["ratio"] = np.log(visits.price / visits.list_price)
    return visits


@pytest.mark.parametrize(
    "category", ["phones", "tablets", "audio", "wearables", "smart_home", "accessories"]
)
def test_price_elasticity_is_found(large: Shop, viewed: pd.DataFrame, category: str) -> None:
    part = viewed[(viewed.category == category) & (viewed.demand == viewed.sold)]
    month = part.date.dt.month.rename("month")
    cells = part.groupby(["source", month, "core", "known", "ratio"]).ordered.agg(["size", "sum"])
    cells = cells.reset_index()
    groups = pd.get_dummies(cells[["source", "month"]].astype("str"), drop_first=True)
    design = np.column_stack(
        [np.ones(len(cells)), cells[["ratio", "core", "known"]].astype(float), groups.astype(float)]
    )
    beta, error = poisson(design, cells["sum"].to_numpy(float), cells["size"].to_numpy(float))
    assert error[1] < 1.0
    assert abs(beta[1] - large.truth[f"elasticity_{category}"]) < 4 * error[1]


def test_effect_of_dwell_time_is_found(large: Shop, viewed: pd.DataFrame) -> None:
    first = viewed[~viewed.known]  # whoever comes again does so for other reasons, too
    minutes = (first.dwell_seconds - 450) / 60
    columns = pd.DataFrame(
        {"one": 1, "minutes": minutes, "campaign": first.source != "none", "core": first.core}
    )
    beta, error = poisson(columns.to_numpy(float), first.ordered.to_numpy(float))
    assert error[1] < 0.002
    assert abs(beta[1] - large.truth["dwell_conversion"]) < 4 * error[1] + 0.001


def share_with_error(hits: pd.Series) -> tuple[float, float]:
    return hits.mean(), float(np.sqrt(hits.mean() * (1 - hits.mean()) / len(hits)))


def test_late_parcels_bring_contacts_complaints_and_returns(large: Shop) -> None:
    orders = large.orders[large.orders.status == "delivered"]
    orders = orders[orders.delivered_at < "2025-12-01"]
    calls = large.touchpoints[large.touchpoints.touchpoint == 8].set_index("order_id")
    call = calls.reindex(orders.order_id)
    cared = (call.done_at <= call.due_at).to_numpy()
    late = orders.delay_cause.notna().to_numpy()
    reasons = {
        "contact": large.contacts[large.contacts.reason == "delivery"].order_id,
        "complaint": large.complaints[large.complaints.reason == "late"].order_id,
    }
    for name, keys in reasons.items():
        hit = orders.order_id.isin(keys)
        if name == "complaint":
            assert not hit[~late].any()
        groups = [(late & ~cared, f"late_{name}"), (late & cared, f"late_{name}_cared")]
        groups += [(~late, "on_time_contact")] * (name == "contact")
        for chosen, effect in groups:
            found, error = share_with_error(hit[chosen])
            assert abs(found - large.truth[effect]) < 4 * error, effect
    lines = large.order_lines.merge(orders[["order_id", "delay_cause"]], on="order_id")
    back = large.returns[large.returns.reason == "late"][["order_id", "line"]].assign(back=True)
    hit = lines.merge(back, how="left").back.notna()[lines.delay_cause.notna()]
    found, error = share_with_error(hit)
    assert abs(found - large.truth["late_return"]) < 4 * error


def test_late_parcels_and_missed_follow_ups_bring_fewer_later_visits(large: Shop) -> None:
    orders = large.orders[large.orders.delivered_at < "2025-09-01"]
    once = orders[~orders.visitor_id.duplicated(keep=False)].set_index("visitor_id")
    visits = large.visits.merge(once[["delivered_at"]], left_on="visitor_id", right_index=True)
    later = visits[visits.started_at > visits.delivered_at + pd.Timedelta(days=7)]
    count = later.groupby("visitor_id").size().reindex(once.index, fill_value=0)
    steps = large.touchpoints[large.touchpoints.order_id.isin(once.order_id)]
    done = steps.pivot_table("done_at", "order_id", "touchpoint", "first").reindex(once.order_id)
    due = steps.pivot_table("due_at", "order_id", "touchpoint", "first").reindex(once.order_id)
    late = once.delay_cause.notna().to_numpy()
    cared = (done[8] <= due[8]).to_numpy()
    missed = done[[4, 7, 9]].isna().sum(axis=1).to_numpy()
    told = done[10].notna().to_numpy()
    time = once.delivered_at.dt.day_of_year.to_numpy() / 365
    columns = [np.ones(len(once)), late & ~cared, late & cared, missed, told, time, time**2]
    design = np.column_stack(columns).astype(float)
    beta, error = poisson(design, count.to_numpy(float))
    effects = ("late_repeat", "late_repeat_cared", "missed_message_repeat", "follow_up_repeat")
    for number, effect in enumerate(effects, start=1):
        assert abs(beta[number] - np.log(large.truth[effect])) < 4 * error[number], effect


def test_reminders_bring_payments(large: Shop) -> None:
    orders = large.orders[large.orders.placed_at < "2025-12-25"].set_index("order_id")
    steps = large.touchpoints[large.touchpoints.touchpoint == 3].set_index("order_id")
    steps = steps[steps.index.isin(orders.index)]
    paid = orders.paid_at.notna().reindex(steps.index)
    in_time = steps.done_at <= steps.due_at
    for chosen, effect in ((in_time, "pay_with_reminder"), (~in_time, "pay_without_reminder")):
        found, error = share_with_error(paid[chosen])
        assert abs(found - large.truth[effect]) < 4 * error + 0.01, effect  # stock-outs lose a few


def test_approval_times_are_exponential_and_late_decisions_lose_their_effect(shop: Shop) -> None:
    steps = shop.approvals.merge(shop.decisions, on="decision_id")
    minutes = (steps.answered_at - steps.asked_at).dt.total_seconds() / 60
    for kind, times in minutes.groupby(steps.kind):
        truth = shop.truth[f"approval_minutes_{kind}"]
        assert abs(times.mean() - truth) < 4 * truth / np.sqrt(len(times))
        assert abs(times.std() / times.mean() - 1) < 0.15
    decided = shop.decisions[(shop.decisions.outcome == "approved")]
    took = (decided.decided_at - decided.raised_at).dt.total_seconds() / 60
    left = np.log2(decided.effect / decided.potential)
    for kind in ("campaign", "service", "product"):
        chosen = decided.kind == kind
        slope, cover = np.polyfit(took[chosen], left[chosen], 1, cov=True)
        truth = -1 / shop.truth[f"half_life_{kind}"]
        assert abs(slope[0] - truth) < 4 * np.sqrt(cover[0, 0])


def test_the_custom_line_declines_by_the_true_ratio(large: Shop) -> None:
    visits = large.visits.merge(large.products, on="product_id")
    visits = visits[visits.category == "phones"]
    custom = visits.line == "custom"
    month = visits.started_at.dt.month
    odds = custom.groupby(month).sum() / (~custom).groupby(month).sum()
    slope = np.polyfit(odds.index, np.log(odds), 1)[0]
    assert abs(np.exp(slope) - large.truth["custom_line_decline"]) < 0.05


# Other people's tables


def order_table() -> pd.DataFrame:
    day = pd.Timestamp("2025-03-01 10:00")
    return pd.DataFrame(
        {
            "order_id": range(1, 9),
            "visitor_id": [5, 6, 7, 8, 5, 6, 7, 8],
            "placed_at": [day + pd.Timedelta(hours=n) for n in range(8)],
            "paid_at": [day + pd.Timedelta(hours=n, minutes=5) for n in range(8)],
            "status": ["delivered"] * 8,
        }
    )


def line_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": range(1, 9),
            "line": [1] * 8,
            "product_id": ["A"] * 8,
            "quantity": [1] * 8,
            "unit_price": [10.0] * 8,
        }
    )


Fault = tuple[str, str, Any, str]
FAULTS: list[Fault] = [
    ("order_lines", "unit_price", -2.5, "below 0"),
    ("order_lines", "unit_price", "ten", "not numbers"),
    ("order_lines", "quantity", "two", "not numbers"),
    ("order_lines", "order_id", 99, "not in the table orders"),
    ("order_lines", "product_id", None, "empty"),
    ("orders", "paid_at", pd.Timestamp("2025-01-01"), "before placed_at"),
    ("orders", "placed_at", "yesterday", "not dates"),
    ("orders", "status", "lost", "none of: unpaid, cancelled, in_transit, delivered"),
    ("orders", "visitor_id", -3, "below 0"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fault=st.sampled_from(FAULTS), rows=st.sets(st.integers(0, 7), min_size=1, max_size=7))
def test_every_fault_is_told_with_table_column_count_and_row(fault: Fault, rows: set[int]) -> None:
    table, column, value, words = fault
    tables = {"orders": order_table(), "order_lines": line_table()}
    Shop.from_tables(tables)
    frame = tables[table].astype({column: object})
    for row in rows:
        frame.loc[row, column] = value + row if value == 99 else value
    with pytest.raises(CourseError) as caught:
        Shop.from_tables(tables | {table: frame})
    sentence = str(caught.value)
    some = f"{len(rows)} of 8 rows{' are' if len(rows) > 1 else ':'} {words}"
    assert f"Table {table}, column {column}: {some}" in sentence
    assert f"for example row {min(rows) + 1} below the header" in sentence


def test_double_keys_are_told() -> None:
    frame = pd.concat([order_table(), order_table().head(2)])
    with pytest.raises(CourseError, match="column order_id: 2 of 10 rows are there twice"):
        Shop.from_tables({"orders": frame})
    lines = pd.concat([line_table(), line_table().tail(1)])
    with pytest.raises(CourseError, match=r"order_id \+ line: 1 of 9 .* header \(8, 1\)"):
        Shop.from_tables({"order_lines": lines})


def test_amounts_are_not_made_of_times() -> None:
    lines = line_table().assign(unit_price=pd.Timestamp("2025-01-01"))
    with pytest.raises(CourseError, match="column unit_price: 8 of 8 rows are not numbers"):
        Shop.from_tables({"order_lines": lines})
    visits = pd.DataFrame({"visit_id": [1], "dwell_seconds": [pd.Timedelta(minutes=7)]})
    with pytest.raises(CourseError, match="column dwell_seconds: 1 of 1 row: not numbers"):
        Shop.from_tables({"visits": visits})


def test_a_column_without_any_value_comes_in() -> None:
    shop = Shop.from_tables({"orders": order_table().assign(paid_at=np.nan)})
    assert shop.orders.paid_at.isna().all()


@pytest.mark.parametrize(
    "words", [("yes", "no"), ("T", "F"), ("是", "否"), (1.0, 0.0), (True, False)]
)
def test_truth_values_are_read_as_people_write_them(words: tuple[object, object]) -> None:
    contacts = pd.DataFrame({"contact_id": [1, 2, 3], "resolved": [*words, None]})
    read = Shop.from_tables({"contacts": contacts}).contacts.resolved
    assert read.tolist() == [True, False, pd.NA]


def test_keys_may_be_text() -> None:
    orders = order_table().assign(order_id=lambda t: "C" + t.order_id.astype("str"))
    lines = line_table().assign(order_id=lambda t: "C" + t.order_id.astype("str"))
    shop = Shop.from_tables({"orders": orders, "order_lines": lines})
    assert shop.orders.order_id.iloc[0] == "C1"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Shop.from_tables({"order": order_table()}), "Did you mean 'orders'?"),
        (lambda: Shop.from_tables({"xyz": order_table()}), "A shop has: channels"),
        (lambda: Shop.from_tables({"orders": order_table()[["status"]]}), "no column order_id"),
        (
            lambda: Shop.from_tables({"orders": order_table()}, {"orders": {"order": "status"}}),
            "has no column 'order' in a shop",
        ),
        (lambda: Shop.from_tables({"orders": order_table()}, {"visits": {}}), "which is not there"),
        (lambda: simulate(days=-1), "days is -1"),
        (lambda: simulate(seed=-1), "seed is -1"),
        (lambda: simulate(visitors_per_day=0), "visitors_per_day is 0"),
        (lambda: Shop.from_tables({"orders": order_table()}, {"orders": "id"}), "columns tells"),
        (lambda: Shop.from_tables({"orders": order_table()}, {"order_id": "id"}), "columns tells"),
        (
            lambda: Shop.from_tables({"orders": order_table()}, {"orders": {"Id": "order_id"}}),
            "Write the shop's name first: {'order_id': 'Id'}.",
        ),
        (lambda: Shop.from_tables(order_table()), "Give the tables by name"),
        (lambda: Shop.from_folder(None), "Give the folder as text"),
        (
            lambda: Shop.from_tables({"orders": pd.DataFrame({"order_id": [1, np.inf]})}),
            "1 of 2 rows: not ids",
        ),
        (lambda: simulate(start="spring"), "start is 'spring'"),
        (lambda: simulate(start=""), "start is ''"),
        (lambda: simulate(seed="7"), "seed is '7'"),
        (lambda: simulate(visitors_per_day="5"), "visitors_per_day is '5'"),
        (lambda: simulate_to("x", days=0), "days is 0"),
        (lambda: simulate_to(__file__), "is a file. Name a folder."),
    ],
)
def test_mistakes_get_a_sentence(call: Callable[[], object], words: str) -> None:
    with pytest.raises(CourseError) as caught:
        call()
    assert words in str(caught.value)


@settings(max_examples=12, deadline=None)
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gbk", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t"]),
    packed=st.booleans(),
)
def test_csv_is_read_however_it_was_saved(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, separator: str, packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    channels = load_shop().channels
    data = channels.to_csv(index=False, sep=separator).encode(encoding)
    name = "channels.csv.gz" if packed else "channels.csv"
    (folder / name).write_bytes(gzip.compress(data) if packed else data)
    pd.testing.assert_frame_equal(Shop.from_folder(folder).channels, channels)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "orders.csv is empty"),
        (b"\xff\xff\xff", "neither UTF-8 nor GBK"),
        (b"order_id|visitor_id\n1|2\n", "It has: 'order_id|visitor_id'"),
        (b"order_id,visitor_id\n1,2\n3,4,5,6\n", "not regular CSV"),
        (b"Orders of May\norder_id,visitor_id\n1,2\n", "The first line must hold the names"),
        (b"Orders of May,,,\norder_id,visitor_id,x,y\n1,2,3,4\n", "Delete the lines above"),
    ],
)
def test_files_that_cannot_be_read_get_a_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "orders.csv").write_bytes(data)
    with pytest.raises(CourseError) as caught:
        Shop.from_folder(tmp_path)
    assert words.removeprefix("It has: ").strip("'") in str(caught.value)


def test_folders_without_tables_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="holds no table"):
        Shop.from_folder(tmp_path)
    with pytest.raises(CourseError, match="There is no folder"):
        Shop.from_folder(tmp_path / "absent")
    (tmp_path / "orders.csv").write_text("order_id\n1\n")
    (tmp_path / "orders.csv.gz").write_bytes(gzip.compress(b"order_id\n1\n"))
    with pytest.raises(CourseError, match="Keep one of them"):
        Shop.from_folder(tmp_path)
    (tmp_path / "orders.csv.gz").unlink()
    (tmp_path / "orders.csv").unlink()
    (tmp_path / "order.csv").write_text("order_id\n1\n")
    with pytest.raises(CourseError, match=r"holds no table of a shop. It has: order.csv"):
        Shop.from_folder(tmp_path)
    (tmp_path / "Orders.xlsx").write_bytes(b"PK")
    with pytest.raises(CourseError, match=r"Orders.xlsx is a spreadsheet. .*: orders.csv"):
        Shop.from_folder(tmp_path)
    (tmp_path / "orders.csv").write_text("order_id\n1\n")
    (tmp_path / "products.parquet").write_bytes(b"no parquet")
    with pytest.raises(CourseError, match="cannot be read as Parquet"):
        Shop.from_folder(tmp_path)


def test_tables_of_other_engines_come_in() -> None:
    for move in MOVES.values():
        assert len(Shop.from_tables({"orders": move(order_table())}).orders) == 8


def test_tables_are_a_mapping_and_missing_ones_are_told(shop: Shop) -> None:
    assert "orders" in shop.tables
    assert len(shop.tables) == len(schemas())
    some = Shop({"channels": shop.channels})
    with pytest.raises(CourseError, match="no table 'orders'"):
        some["orders"]
    with pytest.raises(AttributeError):
        some.nothing  # noqa: B018
    assert "channels" in dir(some)
    assert repr(some) == "Shop, tables: 1\n  traffic: channels"


ORDERS = "order_id,visitor_id,placed_at,paid_at\n"
LINES = "order_id,line,product_id,quantity,unit_price\n"


def one_file(folder: Path, data: str | bytes, name: str = "orders.csv") -> Shop:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return Shop.from_folder(folder)


@pytest.mark.parametrize(
    ("placed", "paid", "read"),
    [
        ("2025/1/5 9:05", "2025/1/6", "2025-01-05 09:05"),
        ("2025年1月5日", "2025年1月5日 14:00", "2025-01-05"),
        ("05.01.2025", "13.01.2025 10:00", "2025-01-05"),
        ("31/01/2025", "31/01/2025", "2025-01-31"),
        ("1/31/2025 2:05 PM", "2/28/2025", "2025-01-31 14:05"),
        ("2025-01-05T10:00:00+08:00", "2025-01-05 10:00:00.5+0800", "2025-01-05 10:00"),
        ("20250105", "NULL", "2025-01-05"),
    ],
)
def test_dates_are_read_as_people_write_them(
    tmp_path: Path, placed: str, paid: str, read: str
) -> None:
    shop = one_file(tmp_path, f"{ORDERS}1,1,{placed},{paid}\n")
    assert shop.orders.placed_at[0] == pd.Timestamp(read)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "1,1,05/01/2025,\n",
            "change places, for example row 1 below the header (05/01/2025). Write",
        ),
        ("1,1,31/01/2025,\n2,1,1/31/2025,\n", "2 of 2 rows are dates in which day and month"),
        ("1,1,10:30,\n", "not dates"),
        (
            "1,1,45662,\n",
            "not dates, for example row 1 below the header (45662). Write dates as",
        ),
        ("1,1,2025-13-01,\n", "not dates"),
        ("1,1,2025-01-05T10:00Z,\n2,1,2025-01-05T10:00Z,\n3,1,2025-01-05,\n", "time zone"),
        ("1.23457E+17,1,2025-01-05,\n", "ids that a spreadsheet rounded"),
        (",1,2025-01-05,\n", "column order_id: 1 of 1 row: empty, for example row 1 below"),
        ("1,1,,\n", "Fill these cells, or leave these rows or the whole column out."),
        ("1,1,0025-01-05,\n", "not in the years 1900 to 2100"),
        ("1,1,2025-01-05,9999-12-31\n", "leave the cell empty where the thing has not happened"),
        ("1,1,2025-01-05,,surplus\n", "rows hold more values than the first line has names"),
    ],
)
def test_what_could_be_misread_is_refused(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(CourseError) as caught:
        one_file(tmp_path, ORDERS + rows)
    assert words in str(caught.value)


@pytest.mark.parametrize("price", ["5%", "inf", "12kg", "1,29,9", "10-20", "¥5起", "ten"])
def test_numbers_that_are_not_clear_are_refused(tmp_path: Path, price: str) -> None:
    with pytest.raises(CourseError) as caught:
        one_file(tmp_path, f'{LINES}1,1,P1,1,"{price}"\n', "order_lines.csv")
    assert "column unit_price: 1 of 1 row: not numbers" in str(caught.value)
    assert "Write plain numbers such as 1299 or 12.50" in str(caught.value)


def test_missing_truth_values_are_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="column core: 1 of 2 rows: empty"):
        one_file(tmp_path, "product_id,core\nP1,1\nP2,\n", "products.csv")


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (["007", "7"], ["007", "7"]),
        (["9007199254740993", "2"], [9007199254740993, 2]),
        (["18446744073709551616", "2"], ["18446744073709551616", "2"]),
        (["17850.0", "2.0"], [17850, 2]),
        (['"=""123456789012345678"""', "'2"], [123456789012345678, 2]),
        (["张三", "李四"], ["张三", "李四"]),
    ],
)
def test_ids_stay_what_they_are(tmp_path: Path, ids: list[str], kept: list[object]) -> None:
    shop = one_file(tmp_path, "order_id,visitor_id\n" + "".join(f"{one},{one}\n" for one in ids))
    assert shop.orders.order_id.tolist() == shop.orders.visitor_id.tolist() == kept


def test_text_ids_in_one_table_are_text_in_all(tmp_path: Path) -> None:
    (tmp_path / "order_lines.csv").write_text(LINES + "1,1,P1,1,2\n")
    shop = one_file(tmp_path, ORDERS + "1,1,2025-01-05,\nC2,1,2025-01-05,\n")
    assert len(shop.order_lines.merge(shop.orders, on="order_id")) == 1


def test_codes_from_a_column_with_gaps_still_join() -> None:
    products = pd.DataFrame({"product_id": [22633, 71053]})
    visits = pd.DataFrame({"visit_id": [1, 2], "product_id": [22633, None]})
    shop = Shop.from_tables({"products": products, "visits": visits})
    assert len(shop.visits.merge(shop.products, on="product_id")) == 1
    posts = pd.DataFrame({"structure": "mine", "post_id": [7, 2], "reports_to": [None, 7]})
    assert Shop.from_tables({"posts": posts}).posts.reports_to.tolist()[1] == "7"


def test_one_column_may_serve_as_two_and_case_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "Orders.CSV").write_bytes("订单号, Visitor_ID ,时间\n1,2,2025/1/5\n".encode("gbk"))
    names = {"order_id": "订单号", "placed_at": "时间", "paid_at": "时间"}
    orders = Shop.from_folder(tmp_path, {"orders": names}).orders
    assert orders.columns.tolist() == ["order_id", "visitor_id", "placed_at", "paid_at"]
    assert orders.paid_at.equals(orders.placed_at.rename("paid_at"))


def test_what_a_spreadsheet_adds_to_a_table_is_left_out(tmp_path: Path) -> None:
    orders = one_file(tmp_path, "sep=;\r\nOrder ID;Visitor_ID;;\r\n1;2;;\r\n").orders
    assert orders.to_dict("records") == [{"order_id": 1, "visitor_id": 2}]


def test_an_index_with_a_name_is_a_column(tmp_path: Path) -> None:
    orders = order_table().set_index("order_id")
    assert Shop.from_tables({"orders": orders}).orders.order_id.tolist() == list(range(1, 9))
    orders.to_parquet(tmp_path / "orders.parquet")
    assert len(Shop.from_folder(tmp_path).orders) == 8


def test_columns_that_are_there_twice_are_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="the column 'order_id' is there twice"):
        one_file(tmp_path, "order_id,order_id\n1,2\n")
    twice = order_table().rename(columns={"visitor_id": "order_id"})
    with pytest.raises(CourseError, match="the column 'order_id' is there twice"):
        Shop.from_tables({"orders": twice})


def test_other_encodings_are_not_taken_for_chinese(tmp_path: Path) -> None:
    for text, encoding in (("order_id,region\n1,Köln\n", "latin-1"), ("訂單號,買家\n", "big5")):
        with pytest.raises(CourseError, match="neither UTF-8 nor GBK"):
            one_file(tmp_path, text.encode(encoding))


def test_files_that_may_not_be_opened_get_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").mkdir()
    with pytest.raises(CourseError, match=r"orders.csv cannot be read"):
        Shop.from_folder(tmp_path)
    (tmp_path / "orders.csv").rmdir()

    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    line_table().to_parquet(tmp_path / "orders.parquet")
    monkeypatch.setattr(pd, "read_parquet", refuse)
    with pytest.raises(CourseError, match=r"cannot be read \(Permission denied\)"):
        Shop.from_folder(tmp_path)


def test_parquet_of_any_make_comes_in(tmp_path: Path) -> None:
    lines = line_table().astype({"product_id": "category", "quantity": "Int8"})
    lines["unit_price"] = pd.Series([Decimal("12.50")] * 8, dtype=object)
    lines["order_id"] = lines.order_id.astype("category")
    lines.to_parquet(tmp_path / "order_lines.parquet")
    read = Shop.from_folder(tmp_path).order_lines
    assert (read.quantity * read.unit_price).sum() == 100
    assert read.product_id.dtype == "str"


def test_parquet_that_memory_does_not_hold_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_table().to_parquet(tmp_path / "order_lines.parquet")
    for limit, most in (("ROWS", 7), ("MOST", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(f"ecokit.shop.read.{limit}", most)
            with pytest.raises(CourseError, match="does not fit into memory"):
                Shop.from_folder(tmp_path)
    assert len(Shop.from_folder(tmp_path).order_lines) == 8


def test_a_table_that_is_none_is_told() -> None:
    with pytest.raises(CourseError, match="Table orders: this is a str"):
        Shop.from_tables({"orders": "orders.csv"})


# A real shop's year


@pytest.fixture(scope="module")
def online_retail(real_data: Callable[[str], Path]) -> Shop:
    """One file of a real shop, a row per order line, as two tables: sales to known customers."""
    rows = pd.read_parquet(real_data("online_retail.parquet"))
    rows = rows[rows.CustomerID.notna() & (rows.Quantity > 0) & (rows.UnitPrice > 0)]
    lines = rows.assign(line=rows.groupby("InvoiceNo").cumcount() + 1)
    orders = rows.groupby("InvoiceNo", as_index=False)[
        ["InvoiceDate", "CustomerID", "Country"]
    ].min()
    names = {"order_id": "InvoiceNo"}
    return Shop.from_tables(
        {"orders": orders.assign(paid_at=orders.InvoiceDate), "order_lines": lines},
        columns={
            "orders": names
            | {"placed_at": "InvoiceDate", "visitor_id": "CustomerID", "region": "Country"},
            "order_lines": names
            | {"product_id": "StockCode", "quantity": "Quantity", "unit_price": "UnitPrice"},
        },
    )


def test_the_figures_of_a_real_shop_come_out(online_retail: Shop) -> None:
    orders, lines = online_retail.orders, online_retail.order_lines
    revenue = (lines.quantity * lines.unit_price).sum()
    assert (len(lines), len(orders), orders.visitor_id.nunique()) == (397_884, 18_532, 4_338)
    assert lines.quantity.sum() == 5_167_812
    assert round(revenue, 3) == 8_911_407.904
    assert round(revenue / len(orders), 3) == 480.866
    month = orders.placed_at.dt.to_period("M")
    first = month.groupby(orders.visitor_id).transform("min")
    cohort = orders[first == "2010-12"].visitor_id
    assert cohort.nunique() == 885
    active = [cohort[month == name].nunique() for name in ("2011-01", "2011-06", "2011-11")]
    assert active == [324, 321, 445]


@pytest.fixture(scope="module")
def invoices(real_data: Callable[[str], Path]) -> dict[str, pd.DataFrame]:
    """All rows of the real shop as they are, cancelled invoices and corrections with them."""
    names = {"InvoiceNo": "order_id", "CustomerID": "visitor_id", "InvoiceDate": "placed_at"}
    names |= {"StockCode": "product_id", "Quantity": "quantity", "UnitPrice": "unit_price"}
    lines = pd.read_parquet(real_data("online_retail.parquet")).rename(
        columns=names | {"Country": "region"}
    )
    orders = lines.groupby("order_id", as_index=False)[["placed_at", "visitor_id", "region"]].min()
    cancelled = orders.order_id.str.startswith("C")
    status = cancelled.map({True: "cancelled", False: "delivered"})
    return {
        "orders": orders.assign(paid_at=orders.placed_at, status=status),
        "order_lines": lines[["order_id", "product_id", "quantity", "unit_price", "visitor_id"]],
    }


@pytest.mark.parametrize("engine", EAGER)
def test_measures_of_a_real_shop_on_three_engines(
    engine: str, online_retail: Shop, invoices: dict[str, pd.DataFrame]
) -> None:
    move = MOVES[engine]

    def total(result: Any) -> float:
        column = as_pandas("result", result).iloc[:, -1]
        return float(column.sum())

    lines = move(invoices["order_lines"].drop(columns="visitor_id"))
    every = {"orders": move(invoices["orders"]), "order_lines": lines}
    british = {**every, "orders": move(invoices["orders"].query("region == 'United Kingdom'"))}
    # The kit counts whole fen, and a few items cost a tenth of a penny.
    assert total(kpi.sales(every)) == pytest.approx(9_747_747.934, abs=1)
    assert total(kpi.sales(british)) == pytest.approx(8_187_806.364, abs=1)
    kept = {name: move(online_retail[name]) for name in ("orders", "order_lines")}
    assert total(kpi.orders(kept)) == 18_532
    assert total(kpi.sales(kept)) == pytest.approx(8_911_407.904, abs=0.01)
    assert total(kpi.order_value(kept)) == pytest.approx(480.866, abs=5e-4)
    seen = online_retail.orders.rename(columns={"placed_at": "started_at"})
    assert total(kpi.uv({"visits": move(seen)})) == 4_338
    first = seen.started_at.dt.to_period("M").groupby(seen.visitor_id).transform("min")
    begun = {"visits": move(seen[first == "2010-12"])}
    cohort = as_pandas("uv", kpi.uv(begun, by="month")).set_index("month").uv
    months = ["2010-12-01", "2011-01-01", "2011-06-01", "2011-11-01"]
    assert cohort.loc[pd.to_datetime(months)].tolist() == [885, 324, 321, 445]


def test_cancellations_returns_and_new_products_of_a_real_shop(
    invoices: dict[str, pd.DataFrame],
) -> None:
    lines = invoices["order_lines"]
    shop = Shop.from_tables({"orders": invoices["orders"].drop(columns="visitor_id")})
    known = shop.orders.order_id.isin(lines[lines.visitor_id.notna()].order_id)
    cancelled = shop.orders.status == "cancelled"
    assert (cancelled.sum(), len(cancelled)) == (3_836, 25_900)
    assert (cancelled[known].sum(), known.sum()) == (3_654, 22_190)
    sold, back = lines[lines.quantity > 0], lines[lines.quantity < 0]
    returned = -(back.quantity * back.unit_price).sum() / (sold.quantity * sold.unit_price).sum()
    assert round(returned, 5) == 0.08425
    sold = sold[sold.unit_price > 0].assign(line=sold.groupby("order_id").cumcount() + 1)
    bought = shop.orders[shop.orders.order_id.isin(sold.order_id)]
    shop = Shop.from_tables({"orders": bought, "order_lines": sold.drop(columns="visitor_id")})
    dated = shop.order_lines.merge(shop.orders[["order_id", "placed_at"]], on="order_id")
    month = dated.placed_at.dt.to_period("M")
    new = month == month.groupby(dated.product_id).transform("min")
    shares = [
        dated[new & (month == name)].product_id.nunique()
        / dated[month == name].product_id.nunique()
        for name in ("2011-01", "2011-06", "2011-11")
    ]
    assert [round(share, 5) for share in shares] == [0.07268, 0.05029, 0.01701]


RETAIL = {
    "orders": {
        "order_id": "InvoiceNo",
        "placed_at": "InvoiceDate",
        "visitor_id": "CustomerID",
        "region": "Country",
    },
    "order_lines": {
        "order_id": "InvoiceNo",
        "product_id": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    },
}


def test_a_real_shop_goes_in_as_it_is_published(
    real_data: Callable[[str], Path], tmp_path: Path
) -> None:
    file = "online_retail.parquet"
    folder = tmp_path / "published"  # of its own: other data may have our tables' names
    folder.mkdir()
    shutil.copy(real_data(file), folder)
    files = {"orders": file, "order_lines": file}
    with pytest.raises(CourseError, match="unit_price: 2 of 541,909 rows are below 0"):
        Shop.from_folder(folder, RETAIL, files=files)
    shop = Shop.from_folder(folder, RETAIL, files=files, strict=False)
    (gone,) = shop.left_out.itertuples()
    assert (gone.table, gone.rows, gone.reason) == ("order_lines", 2, "unit_price: below 0")
    assert gone.yuan == -22_124.12
    note = shop.faults[shop.faults.kind == "note"].set_index("column")["count"]
    assert note.to_dict() == {"order_id": 5_268}  # as they stand: there is no number of a line
    lines = shop.order_lines.merge(shop.orders, on="order_id")
    money = lines.quantity * lines.unit_price
    assert round(money.sum() + gone.yuan, 3) == 9_747_747.934
    british = money[lines.region == "United Kingdom"].sum()
    assert round(british + gone.yuan, 3) == 8_187_806.364
    kept = lines[lines.visitor_id.notna() & (lines.quantity > 0) & (lines.unit_price > 0)]
    sold = money[kept.index]
    assert (len(kept), kept.order_id.nunique(), kept.visitor_id.nunique()) == (
        397_884,
        18_532,
        4_338,
    )
    assert kept.quantity.sum() == 5_167_812
    assert round(sold.sum(), 3) == 8_911_407.904
    assert round(sold.sum() / kept.order_id.nunique(), 3) == 480.866
    cancelled = shop.orders.order_id.str.startswith("C")
    assert (cancelled.sum(), len(cancelled)) == (3_836, 25_900)
    known = shop.orders.visitor_id.notna()
    assert (cancelled[known].sum(), known.sum()) == (3_654, 22_190)


def test_a_csv_export_of_the_real_shop_reads_back(online_retail: Shop, tmp_path: Path) -> None:
    some = online_retail.orders.head(500)
    kept = online_retail.order_lines[online_retail.order_lines.order_id.isin(some.order_id)]
    renamed = some.rename(columns={"order_id": "InvoiceNo"})
    (tmp_path / "orders.csv").write_bytes(renamed.to_csv(index=False).encode("gbk"))
    buffer = io.BytesIO()
    kept.to_csv(buffer, index=False, sep=";")
    (tmp_path / "order_lines.csv").write_bytes(buffer.getvalue())
    shop = Shop.from_folder(tmp_path, columns={"orders": {"order_id": "InvoiceNo"}})
    assert shop.order_lines.quantity.sum() == kept.quantity.sum()


@pytest.mark.parametrize("word", ["now", "today", "Now ", "2025-01-01T10:00+25:00"])
def test_what_the_clock_says_is_no_time_of_a_table(word: str) -> None:
    visits = pd.DataFrame({"visit_id": [1, 2], "started_at": [word, "2025-01-01"]})
    with pytest.raises(CourseError, match="1 of 2 rows: not dates"):
        Shop.from_tables({"visits": visits})
    shop = Shop.from_tables({"visits": visits}, strict=False)
    assert shop.visits["started_at"].tolist() == [pd.Timestamp("2025-01-01")]


def test_a_row_in_another_kind_of_zone_takes_no_other_with_it() -> None:
    times = ["2025-01-01 10:00", "2025-01-02 10:00", "2025-01-01T19:00+08:00"]
    visits = pd.DataFrame({"visit_id": [1, 2, 3], "started_at": times})
    with pytest.raises(CourseError, match="1 of 3 rows: in another kind of time zone") as told:
        Shop.from_tables({"visits": visits})
    assert "empty" not in str(told.value)
    assert len(Shop.from_tables({"visits": visits}, strict=False).visits) == 2
