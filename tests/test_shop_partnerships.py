"""The tables of partnerships: they agree with the others, and move none of them."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import carriage, offers, payments
from ecokit.shop.simulator.frames import to_frame
from ecokit.shop.simulator.luck import key
from ecokit.shop.simulator.world import build_world
from ecokit.shop.write import csv_text
from tests.companies import bundled, of_seed

NEW = [
    *("cities", "warehouses", "carriers", "carrier_cities", "deliveries"),
    *("providers", "payments", "settlements", "settlement_faults"),
    *("partners", "partner_rebates", "partner_orders", "introductions"),
    *("offers", "offer_weeks"),
]


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A year of the usual company."""
    return bundled()


@pytest.fixture(scope="module")
def large() -> Shop:
    """A company of twice the visits."""
    return of_seed(11, 1_600)


@pytest.fixture(scope="module")
def parcels(shop: Shop) -> pd.DataFrame:
    """Deliveries beside their orders."""
    return shop.deliveries.merge(shop.orders, on="order_id", suffixes=("", "_order"))


# Deliveries


def test_each_parcel_that_left_is_that_of_an_order(shop: Shop, parcels: pd.DataFrame) -> None:
    left = shop.orders.order_id[shop.orders.dispatched_at.notna()]
    assert sorted(shop.deliveries.order_id) == sorted(left)
    assert parcels.dispatched_at.equals(parcels.dispatched_at_order)
    lost = parcels.outcome == "lost"
    assert parcels.delivered_at[~lost].equals(parcels.delivered_at_order[~lost])
    assert parcels.delivered_at[lost].isna().all()
    assert parcels.outcome.isna().equals(parcels.status != "delivered")
    served = shop.carrier_cities.set_index(["carrier_id", "city_id"]).index
    assert pd.MultiIndex.from_frame(parcels[["carrier_id", "city_id"]]).isin(served).all()
    region = shop.cities.set_index("city_id").region
    assert (parcels.city_id.map(region) == parcels.region).all()
    homes = parcels[["visitor_id", "city_id"]].drop_duplicates()
    assert not homes.visitor_id.duplicated().any()


def test_what_became_of_parcels_agrees_with_returns(shop: Shop, parcels: pd.DataFrame) -> None:
    back = shop.returns.groupby("order_id").agg(
        reasons=("reason", set), asked=("asked_at", "max"), refund=("refund", "sum")
    )
    both = parcels.merge(back, on="order_id", how="left")
    refused = both[both.outcome == "refused"]
    assert len(refused) > 100
    assert refused.reasons.map(lambda reasons: reasons == {"changed_mind"}).all()
    lines = shop.order_lines.assign(money=lambda rows: rows.quantity * rows.unit_price)
    money = lines.groupby("order_id").money.sum()
    assert np.allclose(refused.refund, refused.order_id.map(money))
    damaged = both[both.outcome == "damaged"]
    assert damaged.reasons.map(lambda reasons: "damaged" in reasons).all()
    home = both[both.back_at.notna()]
    assert home.reasons.notna().all()
    assert (home.back_at > home.asked).all()
    paid_back = both.back_cost > 0
    assert paid_back[both.outcome == "lost"].all()
    assert not paid_back[both.reasons.isna() & (both.outcome != "lost")].any()


def test_a_parcel_costs_what_its_carrier_asks(shop: Shop) -> None:
    rows = shop.deliveries.merge(shop.carriers, on="carrier_id")
    rows = rows.merge(shop.carrier_cities, on=["carrier_id", "city_id"])
    billed = np.maximum(rows.weight_kg, (rows.volume_litres * 1000 / rows.divisor).round(3))
    assert np.allclose(rows.billed_kg, billed)
    cost = rows.first_kg + rows.further_kg * np.maximum(np.ceil(billed) - 1, 0)
    assert np.allclose(rows.cost, cost + rows.remote_surcharge * rows.remote)
    promised = rows.dispatched_at + pd.to_timedelta(rows.promise_hours, unit="h")
    assert rows.promised_at.equals(promised)
    assert 0.3 < (rows.billed_kg > rows.weight_kg).mean() < 0.7


def test_freight_of_a_month_is_near_what_expenses_tell(shop: Shop) -> None:
    freight = shop.expenses[shop.expenses["item"] == "freight"].amount.to_numpy()
    cost = shop.deliveries.groupby(shop.deliveries.dispatched_at.dt.month).cost.sum()
    assert np.abs(cost.to_numpy() / freight - 1).max() < 0.04  # expenses count 9 yuan a parcel


def test_no_carrier_takes_more_than_its_quota_in_the_peaks(parcels: pd.DataFrame) -> None:
    day = parcels.dispatched_at.dt.normalize()
    peak = day.between("2025-06-12", "2025-06-25") | day.between("2025-11-01", "2025-11-18")
    count = parcels[peak].groupby(["carrier_id", day[peak]]).size()
    assert count["E3"].max() == 30
    assert count["E4"].max() <= 16
    assert count["E1"].max() > 80


def late_in_like_cities(rows: pd.DataFrame) -> tuple[float, float]:
    """Late share of E2 less that of the others, by the cities of E2; and its standard error."""
    ours, others = (
        rows[(rows.carrier_id == "E2") == mine].groupby("city_id").late.agg(["mean", "size"])
        for mine in (True, False)
    )
    weight = ours["size"] / ours["size"].sum()
    parts = [cell["mean"] * (1 - cell["mean"]) / cell["size"] for cell in (ours, others)]
    error = np.sqrt((weight**2 * (parts[0] + parts[1])).sum())
    return float((weight * (ours["mean"] - others["mean"])).sum()), float(error)


def test_the_best_carrier_looks_worst_until_like_is_compared_with_like(
    parcels: pd.DataFrame,
) -> None:
    rows = parcels.assign(late=parcels.delay_cause.notna())
    overall = rows.groupby("carrier_id").late.mean()
    others = rows[rows.carrier_id != "E2"].late.mean()
    assert overall["E2"] > others + 0.008
    difference, error = late_in_like_cities(rows)
    assert difference < -3.6 * error
    assert difference == pytest.approx(-0.048, abs=2 * error)
    city = [
        part.groupby("city_id").late.mean() for _, part in rows.groupby(rows.carrier_id == "E2")
    ]
    assert (city[1] < city[0]).all()
    few = rows[(rows.city_id == "C12") & (rows.carrier_id == "E4")]
    assert (len(few), int((~few.late).sum())) == (20, 18)


def test_carriers_are_late_as_their_ratios_say_and_regions_stay_as_they_are() -> None:
    """The law that carriers are drawn by, put together again: late shares of carriers and city."""
    net = carriage.network(1.0)
    city, late = np.arange(len(net.shares)), np.full(len(net.shares), 0.12)
    near = np.full(len(city), 0.5)
    parts = {
        (is_late, soon): carriage._weights(
            net, city, late, near, np.full(len(city), is_late), np.full(len(city), soon)
        )
        for is_late, soon in ((True, False), (False, True), (False, False))
    }
    np.testing.assert_allclose(parts[True, False].sum(axis=1), 1)
    np.testing.assert_allclose(parts[False, True].sum(axis=1), 0.88 * 0.5)
    np.testing.assert_allclose(parts[False, False].sum(axis=1), 0.88 * 0.5)
    made = late[:, None] * parts[True, False]
    total = made + parts[False, True] + parts[False, False]
    np.testing.assert_allclose(total, net.shares)
    served = np.where(net.shares > 0, made / np.maximum(net.shares, 1e-9), np.nan)
    ratio = served / served[:, [0]]
    assert np.nanmax(np.abs(ratio - net.late)) < 1e-9
    assert truth()["late_ratio_E2"] == min(net.late)


def test_refusals_are_found_where_people_pay_at_the_door(large: Shop) -> None:
    rows = large.deliveries.dropna(subset="outcome")
    effect = truth()
    refused = (rows.outcome == "refused").groupby(rows.cash_on_delivery).agg(["mean", "size"])
    for cash, name in ((True, "cash_refused"), (False, "other_refused")):
        mean, size = refused.loc[cash]
        share = effect[name]
        assert mean == pytest.approx(share, abs=4 * np.sqrt(share / size) + 0.1 * share)


# Payments


def test_tries_end_as_the_orders_say(shop: Shop) -> None:
    orders, tried = shop.orders.set_index("order_id"), shop.payments
    cash = shop.deliveries.order_id[shop.deliveries.cash_on_delivery]
    paid = tried[tried.outcome == "paid"]
    assert set(paid.order_id) == set(orders.index[orders.paid_at.notna()]) - set(cash)
    assert not tried.order_id.isin(cash).any()
    assert not paid.order_id.duplicated().any()
    ends = paid.tried_at + pd.to_timedelta(paid.seconds, unit="s")
    assert (ends.to_numpy() == orders.paid_at[paid.order_id].to_numpy()).all()
    assert (tried.tried_at.to_numpy() >= orders.placed_at[tried.order_id].to_numpy()).all()
    numbers = tried.groupby("order_id")["try"]
    assert (numbers.cumcount() + 1 == tried["try"]).all()
    assert (numbers.transform("max") == tried["try"])[tried.outcome == "paid"].all()
    began = tried.groupby("order_id").tried_at
    before = began.shift() + pd.to_timedelta(tried.groupby("order_id").seconds.shift(), unit="s")
    assert (tried.tried_at >= before)[before.notna()].all()
    final = tried[tried.final]
    assert set(final.outcome) == {"failed"}
    assert (numbers.transform("max") == tried["try"])[tried.final].all()
    assert tried.reason.notna().equals(tried.outcome == "failed")


def test_amounts_and_fees_are_those_of_orders_and_providers(shop: Shop) -> None:
    lines = shop.order_lines.assign(money=lambda rows: rows.quantity * rows.unit_price)
    worth = lines.groupby("order_id").money.sum()
    tried = shop.payments.merge(shop.orders[["order_id", "coupon"]], on="order_id")
    tried = tried.merge(shop.providers, on="provider_id")
    assert np.allclose(tried.amount, tried.order_id.map(worth) - tried.coupon, atol=0.006)
    fee = np.maximum(tried.fee_rate * tried.amount, tried.fee_least) * (tried.outcome == "paid")
    assert np.allclose(tried.fee, np.minimum(fee, tried.amount), atol=0.0051)
    assert (tried.method == tried.kind).all()
    assert tried.amount[tried.method == "instalment"].min() >= 600


def test_the_same_request_keeps_its_key(shop: Shop) -> None:
    tried = shop.payments
    assert not tried[tried.outcome == "paid"].key.duplicated().any()
    before = tried.groupby("order_id")[["key", "reason"]].shift()
    again = before.key.notna()
    on_the_way = before.reason.isin(["bank_timeout", "provider_down"])
    assert ((tried.key == before.key) == on_the_way)[again].all()
    assert not tried[["key", "order_id"]].drop_duplicates().key.duplicated().any()


def test_tries_succeed_as_the_truth_says(large: Shop) -> None:
    tried, effect = large.payments, truth()
    works = tried.outcome == "paid"

    def near(rows: pd.Series, share: float) -> None:
        error = np.sqrt(share * (1 - share) / len(rows))
        assert rows.mean() == pytest.approx(share, abs=3.5 * error)

    for provider, rows in works[tried["try"] == 1].groupby(tried.provider_id):
        near(rows, effect[f"first_try_{provider}"])
    before = tried.groupby("order_id").provider_id.shift()
    second = tried["try"] == 2
    near(works[second & (before == tried.provider_id)], effect["again_same"])
    near(works[second & (before != tried.provider_id)], effect["again_other"])
    near(tried.final[~works & (tried["try"] == 1)], effect["failure_final"])
    assert 0.45 < works[second].mean() < 0.55


def test_settlements_less_their_faults_are_what_is_due(shop: Shop) -> None:
    paid = shop.payments[shop.payments.outcome == "paid"].merge(
        shop.providers[["provider_id", "settlement_days"]], on="provider_id"
    )
    paid["due"] = paid.tried_at.dt.normalize() + pd.to_timedelta(paid.settlement_days, unit="D")
    due = paid.assign(reference=paid.payment_id.astype(str)).set_index("reference")
    due = due[due.due < "2026-01-01"]
    fault = shop.settlement_faults.set_index("reference").fault
    assert set(fault) == {"missing", "double", "wrong_amount", "unknown_reference"}
    lines = shop.settlements
    count = lines.reference.value_counts()
    known = lines[~lines.reference.isin(fault.index[fault == "unknown_reference"])]
    assert set(known.reference) | set(fault.index[fault == "missing"]) == set(due.index)
    assert (count[fault.index[fault == "double"]] == 2).all()
    once = known.drop_duplicates("reference").set_index("reference")
    right = due.loc[once.index]
    assert once.settled_on.equals(right.due.rename("settled_on"))
    assert (once.provider_id == right.provider_id).all()
    wrong = once.amount != right.amount
    assert set(once.index[wrong]) == set(fault.index[fault == "wrong_amount"])
    doubled = once.amount[fault.index[fault == "double"]].sum()
    strange = lines.amount[~lines.index.isin(known.index)].sum()
    missing = due.amount[fault.index[fault == "missing"]].sum()
    off = (right.amount - once.amount).sum()
    assert lines.amount.sum() - doubled - strange + missing + off == pytest.approx(due.amount.sum())


# Partners


def test_partners_of_every_department_keep_the_order_of_events(shop: Shop) -> None:
    rows = shop.partners
    assert (rows.department.value_counts() >= 2).all()
    assert {"distributor", "affiliate", "bank", "staff_shop", "campus", "platform"} < set(rows.kind)
    assert (rows.first_talk_on <= rows.signed_on).all()
    assert (rows.signed_on <= rows.first_order_on).all()
    sold = shop.partner_orders.groupby("partner_id").placed_at.min().dt.normalize()
    own = rows[rows.channel_id.isna()].set_index("partner_id")
    assert set(own.index) == set(sold.index)
    began = own.first_order_on[own.first_order_on >= "2025-01-01"]
    assert (sold[began.index] == began).all()
    assert set(rows.channel_id.dropna()) == {"affiliate", "marketplace"}
    early = simulate(3, days=20, visitors_per_day=40).partners
    assert early.first_order_on.isna().sum() == (rows.first_order_on > "2025-01-20").sum()


def test_orders_of_partners_are_of_goods_on_sale_and_of_people_we_know(shop: Shop) -> None:
    rows = shop.partner_orders.merge(shop.products, on="product_id")
    assert 6_000 < len(rows) < 9_000
    assert (rows.placed_at >= rows.launched_on).all()
    assert not (rows.placed_at >= rows.delisted_on).any()
    assert (rows.returned_on > rows.placed_at)[rows.returned_on.notna()].all()
    assert shop.partner_orders.placed_at.is_monotonic_increasing
    cost = shop.partner_orders.assign(date=lambda row: row.placed_at.dt.normalize())
    assert (cost.unit_price > cost.unit_cost).mean() > 0.97
    paid = shop.orders[shop.orders.paid_at.notna()]
    first = paid.groupby("visitor_id").placed_at.min()
    known = shop.partner_orders.dropna(subset="visitor_id")
    assert known.visitor_id.between(1, shop.visits.visitor_id.max()).all()
    ours = known[known.visitor_id.isin(first.index) & (known.partner_id == "T11")]
    since = first[ours.visitor_id.astype("int64")].to_numpy()
    bought_before = ours.placed_at.to_numpy() > since
    assert bought_before.mean() > 0.6  # the others are customers of the year before
    sales = rows.assign(sales=rows.quantity * rows.unit_price)[rows.returned_on.isna()]
    quarter = sales.groupby(["partner_id", sales.placed_at.dt.quarter]).sales.sum()
    steps = shop.partner_rebates.groupby("partner_id").from_sales.agg(["min", "max"])
    for partner, step in steps.iterrows():
        assert quarter[partner].min() < step["max"]
        assert quarter[partner].max() > step["min"]


def own_orders(company: Shop) -> pd.DataFrame:
    """Share of the customers of the lot who order from us after it, by arm, and their number."""
    told = company.introductions
    paid = company.orders[company.orders.paid_at.notna()]
    later = paid.visitor_id[paid.placed_at >= told.sent_on.iloc[0]]
    return told.visitor_id.isin(later).groupby(told.arm).agg(["mean", "size"])


def test_the_banks_mall_takes_orders_of_ours_and_fewer_than_are_tagged(shop: Shop) -> None:
    arms, overlap = own_orders(shop), truth()["bank_overlap"]
    mean, size = arms["mean"], arms["size"]
    lost = mean["held_out"] - mean["sent"]
    error = np.sqrt((mean * (1 - mean) / size).sum())
    assert lost > 3.6 * error
    assert lost == pytest.approx(overlap * mean["held_out"], abs=2 * error)
    assert abs(size["sent"] - size["held_out"]) < 3 * np.sqrt(size.sum())
    told, sold = shop.introductions, shop.partner_orders
    mall = sold[(sold.partner_id == "T05") & (sold.placed_at >= told.sent_on.iloc[0])]
    tagged = mall.visitor_id.notna().sum()
    assert tagged > 3 * overlap * mean["held_out"] * size["sent"]
    assert set(mall.visitor_id.dropna()) <= set(told.visitor_id)


def test_the_overlap_comes_out_over_several_companies(shop: Shop, large: Shop) -> None:
    ratios = [
        1 - arms["mean"]["sent"] / arms["mean"]["held_out"]
        for arms in (own_orders(company) for company in (shop, large))
    ]
    assert np.mean(ratios) == pytest.approx(truth()["bank_overlap"], abs=0.13)


# Offers


def test_offers_have_terms_that_can_be(shop: Shop) -> None:
    rows = shop.offers
    assert set(rows.kind) == {"buy_out", "exclusive", "oem", "custom"}
    assert (rows.salvage < rows.supplier_cost).all()
    assert (rows.supplier_cost < rows.wholesale).all()
    assert (rows.wholesale < rows.price).all()
    assert (rows.buy_back.dropna() < rows.wholesale[rows.buy_back.notna()]).all()
    assert (rows.demand_sd**2 > rows.demand_mean).all()
    assert (rows.tooling > 0).equals(rows.kind.isin(["oem", "custom"]))
    sold = shop.offer_weeks.groupby("offer_id").week.agg(["size", "max"])
    weeks = rows.set_index("offer_id").weeks[sold.index]
    assert len(sold) == 8
    assert (sold["size"] == weeks).all()
    assert (sold["max"] == weeks).all()


def test_past_offers_sold_as_was_believed_and_less_from_week_to_week() -> None:
    day, decay, parts = np.datetime64("2025-01-01"), truth()["offer_decay"], []
    for seed in range(30):
        world = build_world(seed, day, 1, 800.0)
        rows = to_frame("offers", offers.offers(world), day).set_index("offer_id")
        weeks = to_frame("offer_weeks", offers.offer_weeks(world), day)
        sold = weeks.groupby("offer_id").sold.sum()
        parts.append(rows.loc[sold.index].assign(sold=sold))
        parts[-1]["early"] = weeks[weeks.week <= 4].groupby("offer_id").sold.sum()
    rows = pd.concat(parts)
    beyond = (rows.sold - rows.demand_mean) / rows.demand_sd
    share = (1 - decay**4) / (1 - decay**rows.weeks)
    early = (rows.early - share * rows.sold) / np.sqrt(rows.sold + 1.0)
    error = 1 / np.sqrt(len(rows))
    assert abs(beyond.mean()) < 3.5 * error
    assert beyond.std() == pytest.approx(1, abs=0.15)
    assert abs(early.mean()) < 3.5 * error * early.std()


# All of them


def test_no_cause_in_the_new_tables_moves_an_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    company = simulate(3, days=40, visitors_per_day=150)
    before = {name: csv_text(name, company[name]) for name in company.tables}
    other = dict(truth())
    named = [row["effect"] for row in read("effects")]
    for name in named[named.index("late_ratio_E1") :]:
        other[name] = other[name] * 0.7
    for module in ("carriage", "deliveries", "payments", "partners"):
        monkeypatch.setattr(f"ecokit.shop.simulator.{module}.truth", lambda: other)
    for made in (carriage.network, payments.courses, payments._laws):
        made.cache_clear()
    after = simulate(3, days=40, visitors_per_day=150)
    for made in (carriage.network, payments.courses, payments._laws):
        made.cache_clear()
    for name in set(before) - set(NEW):
        assert before[name] == csv_text(name, after[name]), name
    for name in ("deliveries", "payments", "partner_orders"):
        assert before[name] != csv_text(name, after[name]), name


@pytest.mark.parametrize(("days", "visits"), [(1, 60), (7, 1), (400, 12)])
def test_companies_of_any_size_pass_the_check(days: int, visits: float) -> None:
    company = simulate(8, days, visits, "2024-06-10")
    pointed = ("orders", "products", "suppliers", "channels")
    Shop.from_tables({name: company[name] for name in (*NEW, *pointed)})


def test_without_a_campaign_other_parcels_and_payments_keep_their_luck() -> None:
    gone = ["Group-buying site"]
    whole, less = (simulate(3, 70, 120, without=names) for names in ([], gone))
    kept = ["carrier_id", "city_id", "weight_kg", "cost", "cash_on_delivery", "delivered_at"]
    for table, shown in (("deliveries", kept), ("payments", ["provider_id", "outcome", "seconds"])):
        both = [
            company[table].merge(company.orders[["order_id", "visitor_id", "placed_at"]])
            for company in (whole, less)
        ]
        times = ["visitor_id", "placed_at", *(["try"] if table == "payments" else [])]
        pairs = both[0].merge(both[1], on=times)
        assert len(pairs) > 0.7 * len(both[0])
        for name in shown:
            one, other = pairs[f"{name}_x"], pairs[f"{name}_y"]
            assert ((one == other) | (one.isna() & other.isna())).mean() > 0.98, name


def test_a_hundred_thousand_orders_are_paid_within_seconds() -> None:
    world = build_world(1, np.datetime64("2025-01-01"), 30, 800.0)
    number = np.arange(100_000)
    asked = payments.Asked(
        order=number,
        who=key("order", number),
        placed=number * 20,
        paid=number * 20 + 50,
        amount=np.full(len(number), 800.0),
        quick=np.ones(len(number), dtype=bool),
        never=np.zeros(len(number), dtype=bool),
    )
    begins = time.process_time()
    tried, settled, _faults = payments.payments(world, asked, 0)
    assert time.process_time() - begins < 5
    assert len(np.asarray(tried["amount"])) > len(number)
    assert len(np.asarray(settled["amount"])) < len(number)
