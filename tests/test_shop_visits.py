"""Visits: people come several times, by several ways, and are lost between the steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.machines import PAGES_OF_A_BOT
from ecokit.shop.simulator.steps import LEAK_DAYS, STEPS
from tests.companies import of_seed


@pytest.fixture(scope="module")
def shop() -> Shop:
    return of_seed(1)


def people(shop: Shop) -> pd.DataFrame:
    """Visits without those of robots, with whether the visitor was here before."""
    visits = shop.visits.assign(known=shop.visits.visitor_id.duplicated())
    return visits[visits.dwell_seconds >= 5]


@pytest.mark.parametrize("seed", [1, 6, 7])
def test_who_orders_came_several_times_by_several_channels(seed: int) -> None:
    company = of_seed(seed)
    first = company.orders.sort_values("placed_at").drop_duplicates("visitor_id")
    seen = company.visits.merge(first[["visitor_id", "placed_at"]], on="visitor_id")
    seen = seen[seen.started_at <= seen.placed_at].groupby("visitor_id")
    several = (seen.size() >= 2) & (seen.channel_id.nunique() >= 2)
    assert several.mean() >= 0.45
    assert 270_000 < len(company.visits) < 310_000
    assert 170_000 < company.visits.visitor_id.nunique() < 190_000


def test_visits_of_a_person_share_region_and_device(shop: Shop) -> None:
    per = shop.visits.groupby("visitor_id")[["region", "device"]].nunique()
    assert (per == 1).all(axis=None)
    both = shop.orders.merge(shop.visits[["visit_id", "region"]], on="visit_id")
    assert both.region_x.equals(both.region_y)


def test_an_order_is_the_last_of_the_steps(shop: Shop) -> None:
    assert set(shop.visits.reached) == set(STEPS)
    ordered = shop.visits.visit_id.isin(shop.orders.visit_id)
    assert ordered.equals(shop.visits.reached == "order")
    assert shop.visits.product_id.notna().equals(shop.visits.reached != "visit")


def test_shares_of_the_steps_are_those_told(shop: Shop) -> None:
    visits = people(shop)
    visits = visits[(visits.device != "desktop") & (visits.dwell_seconds > 70)]
    known = visits.known | ~visits.channel_id.isin(["paid_search", "social", "search"])
    step = visits.reached.map(STEPS.index)
    for chosen, kind in ((visits.known, "known"), (~known, "new")):
        for number, name in ((2, "checkout"), (3, "finish")):
            here = step[chosen & (step >= number)] > number
            error = np.sqrt(0.25 / len(here))
            assert abs(here.mean() - truth()[f"{name}_{kind}"]) < 4 * error + 0.015, (name, kind)


def test_the_checkout_breaks_on_one_device_for_nine_days(shop: Shop) -> None:
    day = shop.visits.started_at.dt.month * 100 + shop.visits.started_at.dt.day
    inside = day.between(*LEAK_DAYS)
    assert shop.visits.started_at[inside].dt.normalize().nunique() == 9
    began = shop.visits.reached.isin(["checkout", "order"])
    done = (shop.visits.reached == "order")[began]
    desktop = (shop.visits.device == "desktop")[began]
    share = done.groupby([desktop, inside[began]]).agg(["mean", "size"])
    before, broken = share.loc[(True, False)], share.loc[(True, True)]
    error = np.sqrt(0.25 / broken["size"])
    assert broken["mean"] < before["mean"] - 3.6 * error
    assert abs(broken["mean"] / before["mean"] - truth()["leak_finish"]) < 4 * error
    assert abs(share.loc[(False, True), "mean"] - share.loc[(False, False), "mean"]) < 0.06


def test_slow_pages_lose_orders(shop: Shop) -> None:
    visits = people(shop)
    visits = visits[visits.product_id.notna()]
    ordered = (visits.reached == "order").to_numpy(float)
    load = visits.load_seconds - truth()["load_seconds"]
    cells = [visits.device, visits.known, visits.campaign_id.notna()]
    groups = pd.concat([pd.get_dummies(c, drop_first=True) for c in cells], axis=1)
    design = np.column_stack([np.ones(len(visits)), load, groups]).astype(float)
    beta = np.r_[np.log(ordered.mean()), np.zeros(design.shape[1] - 1)]
    for _ in range(8):
        mean = np.exp(design @ beta)
        information = design.T @ (design * mean[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (ordered - mean))
    error = np.sqrt(np.linalg.inv(information)[1, 1])
    assert error < 0.015
    assert abs(beta[1] - truth()["load_conversion"]) < 4 * error


def test_robots_and_paid_orders_are_few_and_can_be_found(shop: Shop) -> None:
    bots = shop.visits[shop.visits.dwell_seconds < 5]
    assert 0.012 < len(bots) / len(shop.visits) < 0.03
    assert (bots.started_at.dt.hour < 7).all()
    assert bots.groupby("visitor_id").size().median() == pytest.approx(PAGES_OF_A_BOT, rel=0.2)
    assert (bots.reached == "visit").all()
    placed = shop.orders.sort_values(["visitor_id", "placed_at"])
    soon = placed.groupby("visitor_id").placed_at.diff() < pd.Timedelta(minutes=20)
    runs = soon.groupby(placed.visitor_id).sum()
    paid = runs[runs >= 3]
    assert 0.002 < (paid + 1).sum() / len(shop.orders) < 0.012
    assert len(paid) >= 3


def test_people_who_know_the_name_search_for_it(shop: Shop) -> None:
    visits = people(shop)
    share = (visits.channel_id == "brand_search").groupby(visits.known).mean()
    assert share[True] > 2 * share[False]
    told = {row["way"]: row for row in read("cause_shares")}["brand_search"]
    named = visits[visits.channel_id == "brand_search"].merge(shop.causes, on="visit_id")
    assert (named.cause == "anyway").mean() > 0.8
    share = (named.cause == "new").groupby(named.known).mean()
    assert share[False] == pytest.approx(float(told["new"]), abs=0.015)
    assert share[True] == 0  # who looks in again would do so by another way


@pytest.mark.parametrize(("days", "visits"), [(1, 0.5), (3, 40), (8, 90), (150, 3)])
def test_any_number_of_days_works(days: int, visits: float) -> None:
    company = simulate(4, days, visits, "2024-12-30")
    Shop.from_tables(dict(company.tables))
    assert company.visits.started_at.between(
        "2024-12-30", company.stock.date.max() + pd.Timedelta(days=1)
    ).all()
