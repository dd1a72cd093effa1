"""Spend on ads: by the season, partly by lot, paused twice; and what it truly brings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import media
from ecokit.shop.simulator.people import REGION_SHARE
from ecokit.shop.simulator.world import World, build_world, looks_again
from tests.companies import of_seed

REGIONS = 7


@pytest.fixture(scope="module")
def shop() -> Shop:
    return of_seed(1)


def world(seed: int) -> World:
    return build_world(seed, np.datetime64("2025-01-01"), 365, 800.0)


def week(times: pd.Series) -> pd.Series:
    return times.dt.normalize() - pd.to_timedelta(times.dt.day_of_week, unit="D")


def true_slope(company: World, spend: pd.Series) -> float:
    """Visits that the next yuan a week brings, spread over the channels as the spend is."""
    visits = 0.0
    for channel in media.paid():
        full = truth()[f"saturation_{read('channels')[channel]['channel_id']}"]
        elasticity = np.exp(-1 / full) / full / media.saturating(1.0, full)
        usual = (company.daily[:, channel] * (company.left @ REGION_SHARE)).mean()
        visits += 7 * usual * elasticity * company.ways.shares[channel, 0]
    return float(visits * (1 + looks_again().sum()) / spend.mean())


@pytest.mark.parametrize("seed", [1, 2025])
def test_a_plain_regression_of_visits_on_spend_misleads(seed: int) -> None:
    company = of_seed(seed)
    visits = company.visits.groupby(week(company.visits.started_at)).size()[1:-1]
    spend = company.spend.groupby("week").spend.sum()[1:-1]
    plain = np.polyfit(spend, visits, 1)[0]
    assert 2.5 < plain / true_slope(world(seed), spend) < 4.6


def test_spend_is_by_lot_in_a_quarter_of_two_channels(shop: Shop) -> None:
    spend = shop.spend.pivot_table("spend", "week", ["channel_id", "region"])[1:-1]
    assert len(shop.spend) == 53 * 5 * REGIONS
    busy = spend["brand_search"] / spend["brand_search"].mean()
    for channel in ("paid_search", "social", "marketplace"):
        own = spend[channel] / busy
        ratio = (own / own.median()).to_numpy().ravel()
        change = np.log(ratio[ratio > 0])
        moved = np.abs(change) > 0.02
        if channel == "marketplace":
            assert not moved.any()
            continue
        assert moved.mean() == pytest.approx(truth()["spend_lot_share"], abs=0.07)
        assert change[moved].std() == pytest.approx(truth()["spend_lot_sd"], abs=0.12)


def test_pauses_are_six_weeks_in_some_regions(shop: Shop) -> None:
    start = shop.visits.started_at.min()
    assert len(shop.pauses) == 2
    for pause in shop.pauses.itertuples():
        regions = pause.regions.split()
        assert len(regions) >= 2
        assert (pause.end_on - pause.start_on).days == 41
        assert (pause.start_on - start).days >= 16 * 7
        inside = shop.spend[shop.spend.week.between(pause.start_on, pause.end_on)]
        inside = inside[inside.channel_id == pause.channel_id]
        off = inside.region.isin(regions)
        assert (inside.spend[off] == 0).all()
        assert (inside.clicks[off] == 0).all()
        assert (inside.spend[~off] > 0).all()
        there = shop.visits[shop.visits.region.isin(regions) & shop.visits.campaign_id.isna()]
        own = there[there.channel_id == pause.channel_id]
        days = own.started_at.between(pause.start_on, pause.end_on + pd.Timedelta(days=1))
        assert not days.any()
        before = own.started_at < pause.start_on
        every = shop.visits[shop.visits.region.isin(regions)].started_at < pause.start_on
        assert before.sum() / every.sum() >= 0.12


def test_a_pause_costs_what_the_ads_bring_and_no_more(shop: Shop) -> None:
    pause = shop.pauses.iloc[0]
    without = simulate(seed=1, without=[pause.pause_id])
    counts = []
    for company in (shop, without):
        visits = company.visits
        inside = visits.started_at.between(pause.start_on, pause.end_on)
        counts.append(visits[inside].groupby("region").size())
    ratio = counts[0] / counts[1]
    paused = ratio.index.isin(pause.regions.split())
    assert ratio[~paused].to_numpy() == pytest.approx(1.0, abs=0.01)
    assert ((ratio[paused] > 0.8) & (ratio[paused] < 0.95)).all()


def test_carry_over_and_saturation_are_those_of_their_formulas() -> None:
    company = world(1)
    channel = media.paid()[0]
    kept, full = truth()["carry_over_paid_search"], truth()["saturation_paid_search"]
    spend = company.media.spend[:, channel, 0]
    stock = [spend[0] / (1 - kept)]
    stock[0] = spend[0] + kept * stock[0]
    for now in spend[1:]:
        stock.append(now + kept * stock[-1])
    expected = (1 - np.exp(-np.array(stock) * (1 - kept) / full)) / (1 - np.exp(-1 / full))
    assert company.media.response[:, channel, 0] == pytest.approx(expected)


def test_campaigns_of_some_regions_run_only_there(shop: Shop) -> None:
    local = shop.campaigns[shop.campaigns.regions.notna()].set_index("campaign_id").regions
    assert len(local) == 3
    seen = shop.visits[shop.visits.campaign_id.isin(local.index)]
    there = [r in local[c].split() for c, r in zip(seen.campaign_id, seen.region, strict=True)]
    assert all(there)


def test_live_streams_come_back(shop: Shop) -> None:
    hosts = shop.campaigns[shop.campaigns.fee > 0].campaign_id
    assert len(hosts) == 2
    lines = shop.order_lines.merge(shop.orders[shop.orders.delivered_at.notna()], on="order_id")
    back = lines.merge(shop.returns[["order_id", "line"]].assign(back=1), how="left").back.notna()
    share = back.groupby(lines.campaign_id.isin(hosts)).agg(["mean", "size"])
    error = np.sqrt(0.25 / share.loc[True, "size"])
    assert share.loc[True, "mean"] > 0.3 - 2 * error
    assert share.loc[False, "mean"] < 0.12


# Messages with hold-outs


def lifted(company: Shop, campaign: str) -> dict[str, tuple[float, float]]:
    """What half of a list did beyond the other half while the campaign ran, with its error."""
    row = company.campaigns.set_index("name").loc[campaign]
    mailed = company.mailings[company.mailings.campaign_id == row.campaign_id]
    end = row.end_on + pd.Timedelta(days=1)
    seen = company.visits[company.visits.started_at.between(row.start_on, end)].visitor_id
    paid = company.orders[company.orders.paid_at.notna()]
    paid = paid[paid.placed_at.between(row.start_on, end)]
    found = {}
    for name, who in (("visits", seen), ("orders", paid.visitor_id)):
        count = mailed.visitor_id.map(who.value_counts()).fillna(0)
        mean, spread, size = count.groupby(mailed.arm).agg(["mean", "var", "size"]).to_numpy().T
        error = np.sqrt((spread / size).sum())
        found[name] = ((mean[1] - mean[0]) * size[1], error * size[1])
    return found


def test_two_messages_bring_orders_one_visits_and_one_nothing() -> None:
    company = of_seed(2025)
    truth_of = company.incremental.set_index("source")
    ids = company.campaigns.set_index("name").campaign_id
    listed = company.mailings.groupby("campaign_id").arm.value_counts(normalize=True)
    assert listed.to_numpy() == pytest.approx(0.5, abs=0.03)
    assert not company.mailings.duplicated(["campaign_id", "visitor_id"]).any()
    sees = {
        "Members' days": (True, True),
        "Members' thanks": (True, True),
        "Black Friday imports": (True, False),
        "Smart home spring": (False, False),
    }
    for name, (visits, orders) in sees.items():
        found = lifted(company, name)
        for kind, seen in (("visits", visits), ("orders", orders)):
            lift, error = found[kind]
            assert (lift > 3.6 * error) == seen, (name, kind)
            if kind == "visits":
                assert abs(lift - truth_of.loc[ids[name], kind]) < 4 * error, name
    by_message = company.visits[company.visits.campaign_id == ids["Members' days"]]
    sent = company.mailings[company.mailings.arm == "sent"].visitor_id
    assert by_message.visitor_id.isin(sent).all()


def test_platforms_claim_more_orders_than_there_are(shop: Shop) -> None:
    claimed = shop.platform_reports.groupby("platform").claimed_orders.sum()
    paid = {"paid_search", "brand_search", "marketplace", "social", "affiliate"}
    assert set(claimed.index) == paid
    assert claimed.sum() > len(shop.orders)
    window = shop.platform_reports.set_index("platform").window_days["social"].iloc[0]
    came = shop.visits[shop.visits.channel_id == "social"][["visitor_id", "started_at"]]
    both = shop.orders.merge(came, on="visitor_id")
    wait = both.placed_at - both.started_at
    inside = wait.between(pd.Timedelta(0), pd.Timedelta(days=int(window)))
    assert claimed["social"] == both[inside].order_id.nunique()
