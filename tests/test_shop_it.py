"""The tables of IT: they agree with the others, move none of them, and hold what was planted."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.schema import schema
from ecokit.shop.simulator import access, incidents, releases, requests
from ecokit.shop.simulator.arrays import Coded, Columns
from ecokit.shop.simulator.luck import Luck
from ecokit.shop.simulator.traffic import LANDINGS
from ecokit.shop.simulator.world import build_world, new_state
from ecokit.shop.write import csv_text
from tests.companies import bundled

NEW = [
    *("systems", "links", "incidents", "requests", "releases", "access", "access_log"),
    *("faulty_orders", "faulty_lines", "faulty_visits", "planted"),
]
COPIES = {"faulty_orders": "orders", "faulty_lines": "order_lines", "faulty_visits": "visits"}
MACHINES = ("crawlers", "platform_stock", "platform_orders", "own_apps")
START = np.datetime64("2025-01-01")


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A year of the usual company."""
    return bundled()


@pytest.fixture(scope="module")
def other() -> Shop:
    """A month with the peak and the copy, of another company."""
    return simulate(seed=12, days=70, visitors_per_day=150, start="2024-09-05")


# Systems and links


def test_every_kind_of_system_is_there_and_has_a_contact(shop: Shop) -> None:
    rows = shop.systems
    assert set(rows.kind) == set(schema("systems").field("kind").constraints["enum"])
    assert set(rows.contact) == {"service_center", "market_center"}
    assert rows.outsourced.equals(rows.provider.notna())
    assert rows.promised.between(0.9, 1).all()
    ends = shop.links[["from_system", "to_system"]]
    assert set(ends.to_numpy().ravel()) == set(rows.system_id)
    assert (ends.from_system != ends.to_system).all()
    assert not ends.duplicated().any()
    assert set(shop.links.flow) == {"orders", "goods", "money", "data"}


# Incidents


def between(rows: pd.DataFrame, times: pd.Series) -> pd.Series:
    """Count the times that lie within each incident."""
    ordered = np.sort(times.dropna().to_numpy())
    ends = rows.mended_at.fillna(pd.Timestamp("2100-01-01")).to_numpy()
    found = np.searchsorted(ordered, ends) - np.searchsorted(ordered, rows.began_at.to_numpy())
    return pd.Series(found, index=rows.index)


@pytest.mark.parametrize("which", ["shop", "other"])
def test_nothing_contradicts_an_incident(which: str, request: pytest.FixtureRequest) -> None:
    company = request.getfixturevalue(which)
    rows = company.incidents
    whole = rows[(rows.kind == "outage") & (rows.part == 1)]
    front = whole[whole.system_id.isin(["S01", "S02"])]
    assert (between(front, company.visits.started_at) == 0).all()
    wrong = rows[rows.kind.isin(["wrong_price", "wrong_coupon"]) | rows.index.isin(front.index)]
    assert (between(wrong, company.orders.placed_at) == 0).all()
    store = whole[whole.system_id == "S03"]
    assert (between(store, company.orders.dispatched_at) == 0).all()
    oversold = rows[rows.kind == "oversold"].began_at.dt.normalize()
    short = company.stock[company.stock.demand > company.stock.sold]
    assert oversold.isin(short.date).all()
    for _, one in rows[rows.system_id == "S07"].iterrows():
        tried = company.payments[company.payments.tried_at.between(one.began_at, one.mended_at)]
        down = tried[tried.reason == "provider_down"].provider_id.unique()
        share = {row["provider_id"]: float(row["share"]) for row in read("providers")}
        assert any(
            share[name] == one.part and "paid" not in set(tried.outcome[tried.provider_id == name])
            for name in down
        )


def test_incidents_of_a_year_are_few_a_system_and_in_order(shop: Shop) -> None:
    rows = shop.incidents
    assert 38 <= len(rows) <= 52
    assert rows.groupby("system_id").size().between(2, 9).all()
    assert rows.system_id.nunique() == len(shop.systems)
    assert set(rows.cause) == set(incidents.CAUSES)
    assert set(rows.kind) == set(incidents.KINDS)
    times = rows[["began_at", "seen_at", "answered_at", "mended_at"]]
    assert all(times[name].le(times[later]).all() for name, later in pairwise(times))
    assert rows.began_at.is_monotonic_increasing
    shared = rows.dropna(subset="common").groupby("common")
    assert (shared.began_at.min() == shared.began_at.max()).all()
    assert (shared.system_id.nunique() >= 2).all()


def test_the_leak_of_the_autumn_began_with_a_release_and_was_seen_late(shop: Shop) -> None:
    leak = shop.incidents[shop.incidents.kind == "leak"].iloc[0]
    release = shop.releases.set_index("release_id").loc[leak.release_id]
    assert leak.began_at - release.released_at == pd.Timedelta(minutes=10)
    assert leak.mended_at - leak.began_at == pd.Timedelta(days=9)
    assert leak.seen_at - leak.began_at > pd.Timedelta(days=7)
    assert leak.part == pytest.approx(0.26 * (1 - truth()["leak_finish"]), abs=0.005)
    away = shop.visits[shop.visits.reached.isin(["checkout", "order"])]
    inside = away.started_at.between(leak.began_at, leak.mended_at)
    done = (away.reached == "order").groupby([inside, away.device == "desktop"]).mean()
    assert done[True, True] < 0.8 * done[True, False]
    assert done[False, True] > 0.9 * done[False, False]


# Releases


def test_each_release_that_failed_is_an_incident(shop: Shop) -> None:
    failed = shop.releases[shop.releases.failed].merge(
        shop.incidents, on="release_id", how="left", suffixes=("", "_incident")
    )
    assert failed.incident_id.notna().all()
    assert set(shop.incidents.release_id.dropna()) == set(failed.release_id)
    assert (failed.system_id == failed.system_id_incident).all()
    assert set(failed.cause) == {"release"}
    hours = (failed.mended_at - failed.released_at) / pd.Timedelta(hours=1)
    assert np.allclose(failed.mended_hours, hours, atol=0.006)
    sound = shop.releases[~shop.releases.failed]
    assert sound.mended_hours.isna().all()
    assert not sound.rolled_back.any()
    assert not (failed.rolled_back & failed.behind_switch).any()


def test_one_release_in_a_freeze_shows_why_there_is_one(shop: Shop) -> None:
    day = shop.releases.released_at.dt.strftime("%m%d").astype(int)
    frozen = day.between(608, 618) | day.between(1101, 1111)
    assert shop.releases.failed[frozen].tolist() == [True]
    assert 145 < len(shop.releases) < 185


def test_releases_fail_by_their_size_over_several_companies() -> None:
    parts = []
    world = build_world(0, START, 365, 800.0)
    for seed in range(25):
        made = releases.releases(replace(world, company=Luck(seed), luck=Luck(seed)))
        parts.append(pd.DataFrame({"changes": made.changes, "failed": made.failed}))
        small, large = (
            parts[-1].failed[parts[-1].changes.between(*size)] for size in ((1, 5), (16, 60))
        )
        assert len(small) > 1.8 * len(large)
    rows = pd.concat(parts)
    for name, size in (("small", (1, 5)), ("large", (16, 60))):
        failed, share = rows.failed[rows.changes.between(*size)], truth()[f"release_fails_{name}"]
        error = np.sqrt(share * (1 - share) / len(failed))
        assert failed.mean() == pytest.approx(share, abs=3.5 * error)
    count = [len(rows[rows.changes.between(*size)]) / 25 for size in ((1, 5), (16, 60))]
    shares = [truth()["release_fails_small"], truth()["release_fails_large"]]
    error = np.sqrt(sum(p * (1 - p) / n for p, n in zip(shares, count, strict=True)))
    assert 3.1 < (shares[1] - shares[0]) / error < 3.5  # decided in a year at power 0.9
    assert (shares[1] - shares[0]) / (2 * error) < 1.8  # and not in a quarter


# Requests


def page_views(visits: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Count page views by minute, from the table of visits."""
    rows = visits[visits.started_at.dt.normalize() == day]
    views = rows.product_pages.where(rows.landing == "product", rows.product_pages + 1).clip(1)
    rows = rows.loc[rows.index.repeat(views)].assign(n=views.repeat(views))
    turn = rows.groupby("visit_id").cumcount()
    when = rows.started_at + pd.to_timedelta(rows.dwell_seconds * turn // rows.n, unit="s")
    return when[when < day + pd.Timedelta(days=1)].dt.floor("min").value_counts()


@pytest.mark.parametrize("which", ["shop", "other"])
def test_requests_of_visitors_are_the_views_of_visits(
    which: str, request: pytest.FixtureRequest
) -> None:
    company = request.getfixturevalue(which)
    rows = company.requests[company.requests.source == "visitors"].set_index("minute")
    days = rows.index.normalize().unique()
    assert len(rows) == len(days) * 1440
    assert pd.Timestamp(f"{rows.index[0].year}-11-11") in days
    for day in days:
        counts = rows.requests[rows.index.normalize() == day]
        views = page_views(company.visits, day).reindex(counts.index, fill_value=0)
        assert (counts == truth()["requests_a_view"] * views).all()


def test_the_opening_minute_keeps_six_to_twelve_servers_busy(shop: Shop) -> None:
    load = shop.requests.assign(load=shop.requests.busy_seconds / 60)
    total = load.groupby("minute").load.sum()
    peak = total[total.index.normalize() == "2025-11-11"]
    assert 6 < peak["2025-11-11 20:00"] < 12
    assert peak["2025-11-11 20:00"] > 0.9 * peak.max()
    assert peak.idxmax() in pd.date_range("2025-11-11 20:00", periods=3, freq="min")
    usual = load[load.minute.dt.normalize() != "2025-11-11"].groupby("source").load.mean()
    for name in MACHINES:
        assert usual[name] == pytest.approx(truth()[f"usual_load_{name}"], rel=0.06)


def test_loads_and_bursts_come_out_as_told() -> None:
    nobody = simulate(1, days=1, visitors_per_day=1, start="2025-03-01").visits.iloc[:0]
    noise, loads = [], []
    world = build_world(0, np.datetime64("2025-11-11"), 1, 800.0)
    means = requests._means(world, 0)
    for seed in range(12):
        rows = requests._of_a_day(replace(world, luck=Luck(seed)), 0, columns_of(nobody))
        noise.append((rows["requests"][:, 1:] - means) ** 2 / means)
        loads.append(rows["busy_seconds"][requests.OPENING] / 60)
    told = [truth()[f"burst_{name}"] for name in MACHINES]
    np.testing.assert_allclose(np.concatenate(noise).mean(axis=0), told, rtol=0.1)
    told = [truth()[f"opening_load_{name}"] for name in MACHINES]
    np.testing.assert_allclose(np.mean(loads, axis=0)[1:], told, rtol=0.25)
    assert all(6 < load.sum() < 12 for load in loads)


def columns_of(visits: pd.DataFrame) -> Columns:
    """Return no visits as the simulator's columns."""
    none = np.zeros(0, dtype=np.int64)
    assert not len(visits)
    landing = Coded(none, LANDINGS)
    columns = dict.fromkeys(("started_at", "product_pages", "dwell_seconds"), none)
    return {**columns, "landing": landing}


def test_times_that_calls_take_are_in_order_and_longer_when_there_is_more(shop: Shop) -> None:
    rows = shop.requests
    some = rows[rows.requests > 0]
    assert (some.p50_ms < some.p95_ms).all()
    assert (some.p95_ms < some.p99_ms).all()
    assert rows.p99_ms.isna().equals(rows.requests == 0)
    assert (rows.failed <= rows.requests).all()
    apps = rows[(rows.source == "own_apps") & (rows.minute >= "2025-11-11")].set_index("minute")
    assert apps.p99_ms["2025-11-11 20:00"] > 1.3 * apps.p99_ms["2025-11-11 15:00"]


def test_waiting_is_that_of_many_servers() -> None:
    """Theory: ten servers of rate 1 and 9 calls a second; M/M/1 at 0.8."""
    assert requests._waits(np.array([9.0]), 10)[0] == pytest.approx(0.668732, abs=1e-6)
    waits = requests._waits(np.array([0.8]), 1)[:, None]
    own, leaving = np.array([1.0]), np.array([[0.2]])
    assert requests._quantile(0.95, waits, own, leaving)[0, 0] == pytest.approx(14.979, abs=1e-3)


def test_too_few_servers_leave_work_and_calls_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    few = dict(truth()) | {"servers_peak": 6.0}
    monkeypatch.setattr("ecokit.shop.simulator.requests.truth", lambda: few)
    world = build_world(3, np.datetime64("2025-11-11"), 1, 800.0)
    none = columns_of(simulate(1, days=1, visitors_per_day=1, start="2025-03-01").visits.iloc[:0])
    rows = requests._of_a_day(world, 0, none)
    assert rows["failed"].sum() > 100
    assert np.nanmax(rows["p50_ms"]) > 10_000


# Access


def test_rights_and_needs_differ_in_some_cells_only(shop: Shop) -> None:
    level = {"none": 0, "masked": 1, "full": 2}
    may, needs = (shop.access[name].map(level) for name in ("may", "needs"))
    assert 5 < (may > needs).sum() < 50
    assert 1 <= (may < needs).sum() < 15
    assert set(shop.access.post) == set(shop.posts.post_id[shop.posts.structure == "three_forces"])
    known = shop.access.groupby("table").column.apply(set)
    for table, columns in known.drop("customers").items():
        assert columns <= set(schema(str(table)).names)


def test_findings_of_access_are_those_that_were_planted(shop: Shop) -> None:
    log = shop.access_log
    found = shop.planted.set_index("kind")
    assert (log["at"].dt.year == 2025).all()
    number = log.who.str.split().str[1].astype(int)
    assert (log.who.str.split().str[0] == log.post).all()
    staff = shop.staff.assign(number=shop.staff.groupby("post_id").cumcount() + 1)
    seen = log.assign(number=number).merge(
        staff, left_on=["post", "number"], right_on=["post_id", "number"], how="left"
    )
    assert set(seen.who[seen.staff_id.isna()]) == {found.row["shared_account"]}
    late = seen[seen["at"].dt.normalize() >= seen.left_on]
    assert set(late.who) == {found.row["left_account"]}
    assert str(late.left_on.iloc[0].date()) == found.right["left_account"]
    assert len(late) >= 5
    assert not (seen["at"] < seen.hired_on).any()
    night = log[log["rows"] > 1_000]
    assert night.access_id.astype(str).tolist() == [found.row["night_export"]]
    assert (night["at"].dt.hour == 2).all()
    used = set(log.table + "." + log.column)
    may = shop.access[shop.access.may != "none"]
    assert set(may.table + "." + may.column) - used == {found.row["unused_column"]}
    rights = may.set_index(["post", "table", "column"]).index
    assert pd.MultiIndex.from_frame(log[["post", "table", "column"]]).isin(rights).all()


# Faults


def cells(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as the text of a file, with the key of each row."""
    text = csv_text(table, frame).decode().splitlines()
    rows = pd.DataFrame([line.split(",") for line in text[1:]], columns=text[0].split(","))
    return rows.drop(columns="copy_row", errors="ignore")


@pytest.mark.parametrize("which", ["shop", "other"])
@pytest.mark.parametrize("table", list(COPIES))
def test_planted_faults_are_exactly_what_differs(
    which: str, table: str, request: pytest.FixtureRequest
) -> None:
    company = request.getfixturevalue(which)
    source, faults = COPIES[table], company.planted[company.planted.table == table]
    true = company[source]
    when = (
        true.order_id.map(company.orders.set_index("order_id").placed_at)
        if (source == "order_lines")
        else true["started_at" if source == "visits" else "placed_at"]
    )
    true = true[when.dt.month == 9]
    late = faults[faults.kind == "freshness"]
    for cut in late.right:
        assert cut == str(true.started_at.max())
        stop = (pd.Timestamp(cut) + pd.Timedelta(days=1)).normalize()
        true = true[true.started_at < stop - pd.Timedelta(hours=truth()["fault_stale_hours"])]
    assert len(late) == (table == "faulty_visits")
    right = cells(source, true)
    keys = right.order_id + "-" + right.line if source == "order_lines" else right.iloc[:, 0]
    right.index = pd.Index(keys)
    wrong = right.copy()
    copied = cells(table, company[table])
    once = faults[faults.kind != "freshness"]
    assert not once.row.duplicated().any()
    for row in once.itertuples():
        if row.column == row.column:
            assert right.loc[row.row, row.column] == row.right
    times = pd.Series(1, index=wrong.index)
    times[once.row[once.right.eq("there")]] = 0
    times[once.row[once.right.eq("once")]] = 2
    wrong = wrong.loc[wrong.index.repeat(times)]
    assert len(wrong) == len(copied)
    copied.index = wrong.index
    told = once.dropna(subset="column")
    differ = wrong.to_numpy() != copied.to_numpy()
    found = {(wrong.index[row], wrong.columns[column]) for row, column in np.argwhere(differ)}
    assert found == set(zip(told.row, told.column, strict=True))
    if which == "shop":
        assert set(once.kind) == {"completeness", "uniqueness", "validity", "consistency"}


def test_faults_are_as_frequent_as_told(shop: Shop) -> None:
    for table, name in (("faulty_lines", "fault_share"), ("faulty_visits", "fault_share_visits")):
        faults = shop.planted[shop.planted.table == table]
        counts = faults[faults.kind != "freshness"].kind.value_counts()
        mean = truth()[name] * len(shop[table])
        assert (abs(counts - mean) < 4 * np.sqrt(mean)).all()
        assert len(counts) == 4


# All of them


def test_no_cause_in_the_new_tables_moves_an_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    company = simulate(3, days=10, visitors_per_day=80, start="2025-09-01")
    before = {name: csv_text(name, company[name]) for name in company.tables}
    changed = dict(truth())
    named = [row["effect"] for row in read("effects")]
    for name in named[named.index("requests_a_view") :]:
        changed[name] = np.ceil(1.5 * changed[name]) if changed[name] >= 2 else 0.7 * changed[name]
    for module in ("access", "faulty", "incidents", "releases", "requests"):
        monkeypatch.setattr(f"ecokit.shop.simulator.{module}.truth", lambda: changed)
    after = simulate(3, days=10, visitors_per_day=80, start="2025-09-01")
    for name in set(before) - set(NEW):
        assert before[name] == csv_text(name, after[name]), name
    for name in ("incidents", "requests", "access", "access_log", "faulty_visits"):
        assert before[name] != csv_text(name, after[name]), name


@pytest.mark.parametrize(
    ("days", "visits", "start"),
    [(1, 60, "2024-09-30"), (8, 1, "2024-10-14"), (3, 0.5, "2024-10-12"), (120, 9, "2023-07-01")],
)
def test_companies_of_any_size_pass_the_check(days: int, visits: float, start: str) -> None:
    company = simulate(8, days, visits, start)
    Shop.from_tables({name: company[name] for name in (*NEW, "posts", "staff")})
    assert len(company.requests) in (7_200, 14_400)
    assert (company.incidents.began_at < pd.Timestamp(start) + pd.Timedelta(days=days)).all()


def test_without_a_campaign_releases_and_rights_stay_as_they_are() -> None:
    whole, less = (simulate(3, 40, 120, without=names) for names in ([], ["January search push"]))
    for name in ("systems", "releases", "access", "access_log"):
        assert csv_text(name, whole[name]) == csv_text(name, less[name]), name
    machines = [one.requests[one.requests.source != "visitors"] for one in (whole, less)]
    assert machines[0].requests.equals(machines[1].requests)


def test_a_large_company_takes_seconds() -> None:
    world = build_world(1, START, 60, 80_000.0)
    begins = time.process_time()
    requests._waits(np.linspace(1, 800, 1440), 900)
    log = access.Access(world, new_state(build_world(1, START, 2, 50.0))).log()
    assert time.process_time() - begins < 5
    assert len(np.asarray(log["at"])) > 100_000
