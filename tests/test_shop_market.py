"""The service center's tables: competitors, waits, costs and tests that hold what was put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import truth
from ecokit.shop.simulator import trials, waiting
from ecokit.shop.simulator.arrays import Coded
from ecokit.shop.simulator.world import RETURNING, World, build_world, expected_views
from tests.companies import bundled, of_seed

CATEGORIES = ["phones", "tablets", "audio", "wearables", "smart_home", "accessories"]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


@pytest.fixture(scope="module")
def large() -> Shop:
    """A company with four times the visits, so that effects stand out of the noise."""
    return of_seed(11, 1_600)


@pytest.fixture(scope="module")
def offers(shop: Shop) -> pd.DataFrame:
    """Prices of the competitors with what the offer is, and our list price of the same product."""
    keys = ["competitor_id", "sku"]
    rows = shop.competitor_prices.merge(shop.competitor_products, on=keys)
    ours = shop.products[["product_id", "list_price", "launched_on", "delisted_on", "line"]]
    return rows.merge(ours, on="product_id", how="left", suffixes=("", "_ours"))


def monday(days: pd.Series) -> pd.Series:
    day = days.dt.normalize()
    return day - pd.to_timedelta(day.dt.day_of_week, unit="D")


# Competitors


def test_competitors_list_our_products_near_misses_and_others(shop: Shop) -> None:
    listed = shop.competitor_products
    per = listed.groupby("competitor_id").agg(offers=("sku", "size"), same=("product_id", "count"))
    assert per.offers.between(25, 45).all()
    assert (per.same / per.offers).between(0.6, 0.7).all()
    same = listed.merge(shop.products, on="product_id", suffixes=("", "_ours"))
    assert set(same.line) == {"standard"}  # what is made for us alone, nobody else can sell
    assert (same.category == same.category_ours).all()
    assert set(same.category) == set(CATEGORIES)
    assert not same.duplicated(["competitor_id", "product_id"]).any()
    assert (same.name != same.name_ours).all()
    assert not listed.duplicated(["competitor_id", "name"]).any()


def test_prices_are_read_on_every_monday_on_which_an_offer_is_listed(
    shop: Shop, offers: pd.DataFrame
) -> None:
    assert (offers.week.dt.day_of_week == 0).all()
    assert offers.week.nunique() == 52
    listed = shop.competitor_products
    mondays = pd.Series(sorted(offers.week.unique()))
    expected = sum(
        int(((mondays >= row.listed_on) & ~(mondays >= row.delisted_on)).sum())
        for row in listed.itertuples()
    )
    assert len(offers) == expected
    assert (offers.price <= offers.list_price).all()
    plain = offers.promotion.isna() & (offers.competitor_id != "K3")
    assert (offers.price == offers.list_price)[plain].all()
    inflated = offers[offers.promotion.isna() & (offers.competitor_id == "K3")]
    assert (inflated.list_price / inflated.price).mean() == pytest.approx(1.12, abs=0.01)
    counted = offers.sort_values("week").groupby(["competitor_id", "sku"]).reviews
    assert (counted.diff().fillna(0) >= 0).all()


def test_promotions_gather_around_the_two_festivals(offers: pd.DataFrame) -> None:
    share = (offers.promotion == "sale").groupby(offers.week).mean()
    busy = ["2025-06-09", "2025-06-16", "2025-10-27", "2025-11-03", "2025-11-10"]
    assert (share[pd.to_datetime(busy)] > 0.8).all()
    assert share.drop(pd.to_datetime(busy)).max() < 0.6
    assert 0.01 < (~offers.in_stock).mean() < 0.10


@pytest.mark.parametrize(
    ("follower", "effect"), [("K2", "follow_weeks_2"), ("K3", "follow_weeks_3")]
)
def test_followers_move_so_many_weeks_after_the_leader(
    shop: Shop, offers: pd.DataFrame, follower: str, effect: str
) -> None:
    rows = offers.sort_values("week")
    keys = ["competitor_id", "sku"]
    rows["move"] = np.log(rows.list_price).groupby([rows[key] for key in keys]).diff()
    moves = rows.pivot_table("move", "week", ["competitor_id", "category"])
    fit = {}
    for lag in range(-4, 5):
        later = moves[follower].shift(-lag)
        fit[lag] = moves["K1"].corrwith(later).mean()
    assert max(fit, key=lambda lag: fit[lag]) == shop.truth[effect]
    assert fit[int(shop.truth[effect])] > 0.6


def test_each_category_has_a_clear_gap_and_the_leader_cut_its_phones(offers: pd.DataFrame) -> None:
    ratio = offers.assign(ratio=offers.price / offers.list_price_ours)
    gap = ratio.pivot_table("ratio", "category", "competitor_id")
    assert gap.loc["phones"].idxmin() == "K1"
    assert gap.loc["audio"].idxmin() == "K2"
    assert gap.loc["accessories"].idxmin() == "K3"
    phones = offers[(offers.category == "phones") & offers.promotion.isna()]
    level = np.log(phones.price)
    level -= level.groupby([phones.competitor_id, phones.sku]).transform("median")
    inside = phones.week.between("2025-09-14", "2025-10-07")
    levels = phones.assign(level=level, inside=inside)
    by = levels.pivot_table("level", "competitor_id", "inside")
    cut = by[True] - by[False]
    assert cut["K1"] == pytest.approx(np.log(0.88), abs=0.05)
    assert abs(cut["K2"]) < 0.05


def test_offers_that_vanish_were_the_cheap_ones() -> None:
    gaps = []
    for seed in range(6):
        shop = simulate(seed, visitors_per_day=10)
        rows = shop.competitor_prices.merge(shop.competitor_products, on=["competitor_id", "sku"])
        ours = shop.products[["product_id", "list_price", "delisted_on"]]
        rows = rows.merge(ours, on="product_id", suffixes=("", "_ours"))
        rows["gap"] = np.log(rows.price / rows.list_price_ours)
        rows["gap"] -= rows.gap.groupby([rows.competitor_id, rows.category]).transform("mean")
        end = rows.delisted_on_ours.fillna(pd.Timestamp("2026-06-01")) - pd.Timedelta(days=45)
        gaps.append(rows.assign(early=rows.delisted_on < end).groupby("early").gap.mean())
    mean = pd.DataFrame(gaps).mean()
    assert mean[True] < mean[False] - 0.02


def test_market_shares_move_and_one_competitor_leads(shop: Shop) -> None:
    sales = shop.market.pivot_table("sales", "month", "seller", "sum")
    share = sales.div(sales.sum(axis=1), axis=0)
    assert (share.drop(columns="others").idxmax(axis=1) == "K1").all()
    hhi = ((share.drop(columns="others") * 100) ** 2).sum(axis=1)
    assert hhi.iloc[-3:].mean() > hhi.iloc[:3].mean() + 200
    lines = shop.order_lines.merge(shop.orders[shop.orders.paid_at.notna()], on="order_id")
    own = (lines.quantity * lines.unit_price).groupby(lines.placed_at.dt.month).sum()
    assert np.abs(np.log(sales["own"].to_numpy() / own.to_numpy())).max() < 0.06


def test_the_directory_hides_three_competitors(shop: Shop) -> None:
    shops = shop.directory
    assert len(shops) == 40
    reach = (shops.kind == "shop") & (shops.monthly_visits > 15_000)
    broad = (shops[CATEGORIES] > 5).sum(axis=1) >= 6
    band = (shops.price_low < 150) & (shops.price_high > 2_000)
    assert set(shops.shop_id[reach & broad & band]) == set(shop.competitors.shop_id)


def test_test_purchases_cover_the_journey(shop: Shop) -> None:
    visits = shop.mystery_visits
    assert (visits.groupby("visit").size() == 10).all()
    assert (visits.groupby("competitor_id").visit.nunique() == 3).all()
    assert visits.minutes.isna()[~visits.done].all()
    assert visits.minutes.notna()[visits.done & (visits.touchpoint > 1)].all()
    done = visits.groupby("competitor_id").done.mean()
    assert done["K1"] > done["K3"]


def test_price_tests_are_what_they_claim(shop: Shop) -> None:
    total = shop.price_tests.groupby(["test_id", "arm"])[["visitors", "orders"]].sum()
    kinds = shop.price_tests.groupby("test_id").kind.first()
    assert kinds.to_dict() == {"T1": "aa", "T2": "ab", "T3": "ab"}
    for test, sound in (("T1", True), ("T2", True), ("T3", False)):
        count = total.loc[test].visitors
        off = abs(count["A"] - count["B"]) / np.sqrt(count.sum())
        assert (off < 3.3) == sound, test
    arms = shop.price_tests.pivot_table("price", ["test_id", "date"], "arm")
    ratio = (arms.B / arms.A).groupby("test_id").mean()
    assert ratio.to_dict() == pytest.approx({"T1": 1.0, "T2": 0.88, "T3": 1.05}, abs=1e-3)
    rate = total.orders / total.visitors
    product = shop.price_tests[shop.price_tests.test_id == "T2"].product_id.iloc[0]
    category = shop.products.set_index("product_id").category[product]
    effect = np.log(rate["T2"]["B"] / rate["T2"]["A"])
    error = np.sqrt((1 / total.orders["T2"]).sum())
    expected = shop.truth[f"elasticity_{category}"] * np.log(0.88)
    assert abs(effect - expected) < 4 * error


# Supply


def test_visitors_of_a_price_test_are_those_of_the_product_whatever_visit_it_is() -> None:
    world = build_world(7, np.datetime64("2025-01-01"), 365, 800.0)
    tests = pd.DataFrame({name: plain(rows) for name, rows in trials.price_tests(world).items()})
    sound = tests.test_id == 1
    days = np.unique(tests.date[sound])
    product = tests.product_id[sound].iloc[0]
    looks = expected_views(world, world.traffic)[days, product] / world.traffic[days].sum(axis=1)
    mean = float(looks @ world.visits[days]) * (1 - RETURNING)
    assert abs(tests.visitors[sound].sum() - mean) < 4 * mean**0.5


def plain(rows: Any) -> Any:
    """Return the numbers of a column, those of its codes where it has them."""
    return rows.codes if isinstance(rows, Coded) else rows


def test_suppliers_deliver_what_they_trade_in_and_keep_their_lead_time(shop: Shop) -> None:
    bought = shop.purchases.merge(shop.products, on="product_id").merge(
        shop.suppliers, on="supplier_id"
    )
    assert ((bought.due_on - bought.asked_on).dt.days == bought.lead_days).all()
    offered = shop.supplier_offers.merge(shop.products, on="product_id")
    assert (offered.supplier_id_x == offered.supplier_id_y).all()
    assert set(shop.supplier_offers.resource) == {
        "home_banner",
        "category_top",
        "campaign_slot",
        "message",
    }


def test_stores_sell_what_has_a_store_price_and_the_warehouse_holds_the_stock(shop: Shop) -> None:
    stores = shop.store_sales.merge(shop.products, on="product_id")
    assert stores.store_price.notna().all()
    assert not set(stores.line) & {"custom", "exclusive"}
    assert (shop.products.store_price >= shop.products.list_price).sum() == (
        shop.products.store_price.notna().sum()
    )
    stock = shop.stock.merge(shop.products[["product_id", "volume_litres"]], on="product_id")
    litres = (stock.closing * stock.volume_litres).groupby(stock.date).sum()
    room = shop.warehouse.set_index(shop.warehouse.month.dt.month).capacity_litres
    used = litres / litres.index.month.map(room)
    assert used.max() < 1
    assert 0.4 < used.mean() < 0.8


def test_every_product_has_the_attributes_that_its_customers_ask_for(shop: Shop) -> None:
    rows = shop.attributes.merge(shop.products[["product_id", "category"]], on="product_id")
    there = set(zip(rows.category, rows.attribute, strict=True))
    assert set(zip(shop.needs.category, shop.needs.attribute, strict=True)) <= there
    assert rows.groupby("product_id").attribute.nunique().ge(3).all()
    assert len(shop.products) == rows.product_id.nunique()


# Costs, interest and prices


@pytest.fixture(scope="module")
def weekly(large: Shop) -> pd.DataFrame:
    """Units, prices and costs of each product in each full week."""
    stock = large.stock.merge(large.products[["product_id", "category"]], on="product_id")
    stock = stock.assign(week=monday(stock.date), log_price=np.log(stock.price))
    keys = ["product_id", "week", "category"]
    rows = stock.groupby(keys).agg(
        units=("demand", "sum"), log_price=("log_price", "mean"), days=("date", "size")
    )
    lines = large.order_lines.merge(large.orders[["order_id", "placed_at"]], on="order_id")
    cost = np.log(lines.unit_cost).groupby([lines.product_id, monday(lines.placed_at)]).mean()
    rows = rows[rows.days == 7].reset_index()
    rows["log_cost"] = cost.reindex(pd.MultiIndex.from_frame(rows[["product_id", "week"]])).array
    return rows[rows.log_cost.notna() & (rows.units > 0)].assign(
        log_units=lambda table: np.log(table.units)
    )


def within(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Take out the means of products and of category weeks, by turns."""
    rest: pd.DataFrame = table[columns]
    for _ in range(30):
        for keys in (["product_id"], ["category", "week"]):
            rest = rest - rest.groupby([table[key] for key in keys]).transform("mean")
    return rest


def test_costs_are_the_instrument_that_finds_the_elasticity(
    large: Shop, weekly: pd.DataFrame
) -> None:
    rest = within(weekly, ["log_units", "log_price", "log_cost"])
    units, price, cost = rest.to_numpy(float).T
    through = (cost @ price) / (cost @ cost)
    error = np.sqrt(cost**2 @ (price - through * cost) ** 2) / (cost @ cost)
    assert abs(through - large.truth["cost_pass_through"]) < 4 * error
    plain = (price @ units) / (price @ price)
    found = (cost @ units) / (cost @ price)
    error = np.sqrt(cost**2 @ (units - found * price) ** 2) / (cost @ price)
    share = weekly.groupby("category").units.sum() / weekly.units.sum()
    true = sum(share[name] * large.truth[f"elasticity_{name}"] for name in CATEGORIES)
    assert error < 0.4
    assert abs(found - true) < 3 * error
    assert plain > true + 1  # the shop asks more of what is wanted: plain regression misleads


def test_cost_shocks_have_their_spread_and_memory(large: Shop) -> None:
    bought = large.purchases.assign(week=monday(large.purchases.due_on))
    bought["log"] = np.log(bought.unit_cost)
    bought["log"] -= bought.groupby("product_id").log.transform("mean")
    wide = bought.pivot_table("log", "week", "product_id")
    assert wide.std().mean() == pytest.approx(large.truth["cost_shock_sd"], abs=0.02)
    now, before = wide.to_numpy()[1:].ravel(), wide.to_numpy()[:-1].ravel()
    known = ~np.isnan(now + before)
    memory = np.corrcoef(now[known], before[known])[0, 1]
    assert memory == pytest.approx(large.truth["cost_shock_persistence"], abs=0.1)


def test_a_competitors_price_moves_our_demand(large: Shop) -> None:
    offers = large.competitor_prices.merge(
        large.competitor_products[["competitor_id", "sku", "product_id"]].dropna()
    )
    usual = offers.groupby(["competitor_id", "sku"]).price.transform("median")
    offers["change"] = np.log(offers.price / usual)
    best = offers.loc[offers.groupby(["product_id", "week"]).price.idxmin()]
    visits = large.visits[large.visits.product_id.notna()]
    visits = visits.assign(week=monday(visits.started_at), date=visits.started_at.dt.normalize())
    visits = visits.merge(best[["product_id", "week", "change"]], on=["product_id", "week"])
    visits = visits.merge(large.stock[["date", "product_id", "price"]], on=["date", "product_id"])
    visits = visits.merge(large.products[["product_id", "list_price", "category"]])
    ordered = visits.visit_id.isin(large.orders.visit_id).to_numpy(float)
    own = visits.category.map({c: large.truth[f"elasticity_{c}"] for c in CATEGORIES})
    known = own * np.log(visits.price / visits.list_price)
    groups = pd.get_dummies(visits.product_id.astype("str"), drop_first=True).to_numpy(float)
    months = pd.get_dummies(visits.started_at.dt.month, drop_first=True).to_numpy(float)
    campaign = visits.campaign_id.notna().to_numpy(float)
    design = np.column_stack([np.ones(len(visits)), visits.change, campaign, groups, months])
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(ordered.mean())
    for _ in range(8):
        mean = np.exp(design @ beta + known.to_numpy())
        information = design.T @ (design * mean[:, None]) + 1e-6 * np.eye(len(beta))
        beta += np.linalg.solve(information, design.T @ (ordered - mean))
    error = np.sqrt(np.linalg.inv(information)[1, 1])
    assert error < 0.4
    assert abs(beta[1] - large.truth["cross_elasticity"]) < 4 * error


# Waits


def chain(rate: float, agents: int) -> tuple[float, float]:
    """Chance of waiting and of giving up, from the birth and death chain of M/M/n+M."""
    mu, theta = 1 / waiting.handling_minutes(), 1 / truth()["patience_minutes"]
    n = np.arange(1, agents + int(rate / theta) + 400)
    out = np.minimum(n, agents) * mu + np.maximum(n - agents, 0) * theta
    logs = np.r_[0, np.cumsum(np.log(rate) - np.log(out))]
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    line = np.maximum(np.arange(len(chance)) - agents, 0)
    return float(chance[agents:].sum()), float(theta * (chance @ line) / rate)


@settings(max_examples=40)
@given(agents=st.integers(1, 60), load=st.floats(0.05, 1.8))
def test_tables_of_waits_equal_the_birth_and_death_chain(agents: int, load: float) -> None:
    rate = load * agents / waiting.handling_minutes()
    waits, chance = waiting.offered_waits(np.array([rate]), np.array([agents]))
    waiting_share, gives_up = chain(rate, agents)
    assert 1 - chance[0, 0] == pytest.approx(waiting_share, abs=1e-3)
    gone = 1 - np.exp(-waits[0] / truth()["patience_minutes"])
    found = (np.diff(chance[0]) * (gone[1:] + gone[:-1]) / 2).sum()
    assert found == pytest.approx(gives_up, abs=2e-3)
    assert (np.diff(chance[0]) >= 0).all()


def test_a_huge_desk_does_not_overflow() -> None:
    rate = np.array([400.0, 900.0, 1e-12])
    _, chance = waiting.offered_waits(rate, np.array([2_500, 2_500, 2]))
    assert np.isfinite(chance).all()
    assert chance[0, 0] > 0.5
    assert chance[1, 0] < 1e-6
    assert chance[2, 0] == pytest.approx(1)


def world(seed: int = 11, rate: float = 1_600) -> World:
    """The company before its first day, as `simulate` draws it."""
    return build_world(seed, np.datetime64("2025-01-01"), 365, rate)


def test_waits_follow_the_law_of_their_hour(large: Shop) -> None:
    contacts = large.contacts
    first = pd.Timestamp("2025-01-01")
    slot = ((contacts.arrived_at - first).dt.total_seconds() // 3600).astype(int).to_numpy()
    slots, back = np.unique(slot, return_inverse=True)
    plan = world()
    agents = large.roster.agents.to_numpy()[slots]
    rate = waiting.arrivals(plan, slots // 24, slots % 24)
    laws = np.array([chain(r / 60, int(n)) for r, n in zip(rate, agents, strict=True)])[back]
    wait = (contacts.answered_at - contacts.arrived_at).dt.total_seconds()
    for expected, seen in (
        (laws[:, 1], contacts.answered_at.isna()),
        (1 - laws[:, 0], wait == 0),
    ):
        error = np.sqrt((expected * (1 - expected)).sum())
        assert abs(seen.sum() - expected.sum()) < 4 * error + 0.005 * len(contacts)
    busy = laws[:, 1] > 0.2
    assert busy.sum() > 500
    assert contacts.answered_at.isna()[busy].mean() == pytest.approx(
        laws[busy, 1].mean(), abs=4 * 0.5 / np.sqrt(busy.sum())
    )


def test_the_load_of_the_law_is_the_load_of_the_table(large: Shop) -> None:
    plan = world()
    slot = np.arange(365 * 24)
    expected = waiting.arrivals(plan, slot // 24, slot % 24)
    counts = large.contacts.groupby(large.contacts.arrived_at.dt.hour).size()
    by_hour = expected.reshape(365, 24).sum(axis=0)
    assert len(large.contacts) == pytest.approx(expected.sum(), rel=0.05)
    assert counts.to_numpy() == pytest.approx(by_hour, rel=0.15)
    talk = (large.contacts.ended_at - large.contacts.answered_at).dt.total_seconds() / 60
    assert talk.mean() == pytest.approx(waiting.handling_minutes(), rel=0.02)


def test_unsolved_questions_come_again(large: Shop) -> None:
    contacts = large.contacts
    assert contacts.resolved.isna().equals(contacts.answered_at.isna())
    solved = contacts.resolved.dropna().astype(float)
    error = np.sqrt(0.25 / len(solved))
    assert abs(solved.mean() - large.truth["first_contact_resolution"]) < 4 * error
    asked = contacts[contacts.reason.isin(["product", "price"])]
    first, again = asked[asked.visit_id.notna()], asked[asked.visit_id.isna()]
    assert set(again.visitor_id) <= set(first.visitor_id)
    early = asked[asked.arrived_at < "2025-12-25"]
    unsolved = (early.resolved == False).sum()  # noqa: E712 - empty where nobody answered
    share = (again.arrived_at < "2025-12-27").sum() / unsolved
    assert share == pytest.approx(large.truth["contact_again"], abs=0.03)
    found = first.merge(large.visits[["visit_id", "visitor_id", "started_at"]], on="visit_id")
    assert len(found) == len(first)
    assert (found.visitor_id_x == found.visitor_id_y).all()
    assert (found.arrived_at > found.started_at).all()


def test_the_roster_has_every_hour_of_the_year(shop: Shop) -> None:
    assert len(shop.roster) == 365 * 24
    assert shop.roster.agents.min() == 1
    by_hour = shop.roster.groupby("hour").agents.mean()
    assert by_hour.max() > 1.5 * by_hour.min()
