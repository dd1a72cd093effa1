"""How often each method holds the truth of its company: many companies, fixed seeds.

Of each company and method are counted: the interval holds the truth; it lies off zero; the naive
answer lies outside it. Shown beside them is how many standard errors the truth is from zero, on
average. The truth is the company without the cause, with the same luck; a parameter; or a sum
over what the simulator expected.

    python -m benchmarks.coverage                  seeds 401 to 450
    python -m benchmarks.coverage 1 10             others
    python -m benchmarks.coverage 401 450 rows.csv     kept, and gone on with when started again

Stories have a benchmark of their own (`stories.py`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ecokit import campaigns, delivery, experiments, funnel, partners
from ecokit.shop import Shop, simulate
from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator import carriage, fulfilment, media
from ecokit.shop.simulator.people import REGION_SHARE, REGIONS
from ecokit.shop.simulator.world import World, build_world, looks_again

DAY = pd.Timedelta(days=1)
TODAY = 8  # weeks at the end whose spend is today's, as `campaigns.responses` has it
WEEKS = 16  # before, for the naive answer
REGIONAL = ("Campus group partner", "Car screen placement", "Short drama placement")
# Left out together: their windows lie weeks apart, and what one leads to later is small.
TESTS = tuple(row["name"] for row in read("tests"))
LEFT_OUT = (
    ("Campus group partner", "Members' days", "H2", "Black Friday imports"),
    ("H1", "Members' thanks", "Short drama placement"),
    (*TESTS, "Car screen placement"),
)
LISTS = (
    ("Members' days", "orders"),
    ("Members' thanks", "orders"),
    ("Members' days", "visits"),
    ("Black Friday imports", "visits"),
)
MONTHS = 12


class Told(NamedTuple):
    """What a method said of a company, and what is true."""

    method: str
    truth: float
    low: float
    high: float
    naive: float = np.nan


@dataclass(frozen=True)
class Company:
    """A company, and what it would have been."""

    seed: int

    @cached_property
    def shop(self) -> Shop:
        """Its tables."""
        return simulate(self.seed)

    @cached_property
    def world(self) -> World:
        """What the simulator expected of it."""
        return build_world(self.seed, np.datetime64("2025-01-01"), 365, 800.0)

    @cached_property
    def others(self) -> dict[str, Shop]:
        """The same company with the same luck without each of the names."""
        found: dict[str, Shop] = {}
        for names in LEFT_OUT:
            found |= dict.fromkeys(names, simulate(self.seed, without=names))
        return found

    def without(self, name: str) -> Shop:
        """Return the company without something, and without others that lie weeks away."""
        return self.others[name]

    def campaign(self, name: str) -> Any:
        """Return a row of the table of campaigns."""
        return self.shop.campaigns.set_index("name").loc[name]


def counted(shop: Shop, outcome: str, start: Any, end: Any, regions: list[str]) -> int:
    """Count visits or paid orders of a window in some regions."""
    if outcome == "visits":
        table, when = shop.visits, shop.visits.started_at
    else:
        table = shop.orders[shop.orders.paid_at.notna()]
        when = table.placed_at
    inside = (when >= start) & (when < end + DAY) & table.region.isin(regions)
    return int(inside.sum())


def lists(company: Company) -> Iterator[Told]:
    """Hold-outs of messages; the naive answer is what carries the tag.

    The truth is that of the message: what the offer does to prices reaches both halves, and is
    taken from what the half with the message would miss without it.
    """
    for name, outcome in LISTS:
        row = company.campaign(name)
        found = campaigns.held_out(company.shop, row.campaign_id, outcome=outcome)
        listed = company.shop.mailings
        listed = listed[listed.campaign_id == row.campaign_id].set_index("visitor_id").arm
        missing = [
            counts(one, outcome, row).groupby(listed).sum().reindex(["sent", "held_out"])
            for one in (company.shop, company.without(name))
        ]
        sent, held = missing[0] - missing[1]
        brought = sent - held * (listed == "sent").sum() / (listed == "held_out").sum()
        tagged = campaigns.tagged(company.shop, row.campaign_id, outcome=outcome).effect
        yield Told(f"held_out {name} {outcome}", brought, found.low, found.high, tagged)


def counts(shop: Shop, outcome: str, campaign: Any) -> pd.Series:
    """Count visits or paid orders of each visitor while a campaign ran."""
    if outcome == "visits":
        table = shop.visits.assign(when=shop.visits.started_at)
    else:
        table = shop.orders[shop.orders.paid_at.notna()].rename(columns={"placed_at": "when"})
    inside = (table.when >= campaign.start_on) & (table.when < campaign.end_on + DAY)
    return table[inside].visitor_id.value_counts().astype(float)


def regional(company: Company) -> Iterator[Told]:
    """Campaigns of some regions beside the others; naive are the weeks before, and the tag."""
    for name in REGIONAL:
        row = company.campaign(name)
        where = row.regions.split()
        window = (row.start_on, row.end_on)
        found = campaigns.other_regions(company.shop, *window, where, outcome="visits")
        rise = rises(company, company.without(name), *window, where)
        tagged = campaigns.tagged(company.shop, row.campaign_id, outcome="visits").effect
        told = (rise.brought, found.low, found.high)
        yield Told(f"other_regions {name}, before and after", *told, rise.since)
        yield Told(f"other_regions {name}, by name", *told, tagged)


def pauses(company: Company) -> Iterator[Told]:
    """Pauses of ads; naive are the weeks before, and the visits that no longer have the name."""
    for row in company.shop.pauses.itertuples():
        found = campaigns.pause(company.shop, row.pause_id)
        where = row.regions.split()
        rise = rises(company, company.without(row.pause_id), row.start_on, row.end_on, where)
        told = (-rise.brought, found.lost.low, found.lost.high)
        yield Told(f"pause {row.channel_id}, before and after", *told, -rise.since)
        yield Told(f"pause {row.channel_id}, by name", *told, found.tagged)


class Rise(NamedTuple):
    """Visits of a window in some regions: beyond the company without it, and the weeks before."""

    brought: float
    since: float


def rises(company: Company, less: Shop, start: Any, end: Any, regions: list[str]) -> Rise:
    """Return what came in a window beyond the same company without it, and beyond before."""
    first = max(start - 7 * WEEKS * DAY, pd.Timestamp("2025-01-01"))
    before = counted(company.shop, "visits", first, start - DAY, regions)
    usual = before * ((end - start) / DAY + 1) / ((start - first) / DAY)
    there = counted(company.shop, "visits", start, end, regions)
    return Rise(there - counted(less, "visits", start, end, regions), there - usual)


def spending(company: Company) -> Iterator[Told]:
    """Spend varied by lot; the naive answer is that of a plain regression of each channel.

    Among what is true are visits of customers who come back after an order, in the part that the
    table `incremental` says: without the ads they are missing, too.
    """
    told = campaigns.responses(company.shop).set_index("channel_id")
    naive = campaigns.naive_responses(company.shop).set_index("channel_id")
    world, spend = company.world, company.shop.spend
    cells = world.cells(0, world.days)
    chain = 1 + looks_again().sum()
    missing = company.shop.incremental.set_index("source")
    for code in media.paid():
        name = read("channels")[code]["channel_id"]
        if name not in media.LOTS:
            continue
        ads = missing.loc[f"ads_{name}"]
        back = ads.mean_visits / ads.mean_days_visits
        brings = world.ways.shares[code, 0] * chain * back
        row = told.loc[name]
        total = cells[:, code].sum() * brings
        plain = naive.loc[name, "total"]
        yield Told(f"responses total {name}", total, row.total_low, row.total_high, plain)
        true = marginal(world, spend[spend.channel_id == name], code) * brings
        plain /= naive.loc[name, "spend"]
        ends = (row.marginal_low, row.marginal_high)
        yield Told(f"responses marginal {name}", true, *ends, plain)


def marginal(world: World, spend: pd.DataFrame, code: int) -> float:
    """Return first visits by the ads of a channel for one yuan more a week at today's spend."""
    name = read("channels")[code]["channel_id"]
    full, kept = truth()[f"saturation_{name}"], truth()[f"carry_over_{name}"]
    weeks = spend.groupby("week").spend.sum()
    whole = slice(-TODAY - 1, -1)  # the last week of the year is not whole
    yuan = weeks.iloc[whole].mean()
    usual = (
        yuan / (world.media.spend[whole, code] @ REGION_SHARE).mean()
    )  # yuan of a week of usual spend
    daily = world.daily[:, code, None] * (world.left * REGION_SHARE)
    week = np.bincount(world.year.week, daily.sum(axis=1))[whole].mean()
    stock = []
    level = world.media.spend[0, code] @ REGION_SHARE / (1 - kept)
    for now in world.media.spend[:, code] @ REGION_SHARE:
        level = now + kept * level
        stock.append(level * (1 - kept))
    at = np.mean(np.exp(-np.array(stock)[whole] / full))
    return float(week * at / full / media.saturating(1.0, full) / usual)


def members(company: Company) -> Iterator[Told]:
    """How many members stay a year; the naive answer is those who are still there."""
    found = funnel.staying(funnel.member_periods(company.shop)).table(MONTHS).iloc[-1]
    told = funnel.survival(truth()["member_alpha"], truth()["member_beta"], MONTHS)[-1]
    naive = company.shop.members.ended_on.isna().mean()
    yield Told("staying a year", float(told), found.low, found.high, naive)


def tests(company: Company) -> Iterator[Told]:
    """Experiments; the truth is the parameter times what all of them do where all see A."""
    same = company.without(TESTS[0])
    shop = company.shop
    for test_id, effect in (
        ("E2", "pictures_conversion"),
        ("E5", "promises_conversion"),
        ("E6", "start_known_dwell"),
        ("E7", "start_new_dwell"),
    ):
        test = shop.tests.set_index("test_id").loc[test_id]
        who = shop.assignments[shop.assignments.test_id == test_id]
        found = experiments.difference_of_means(
            *(outcome(shop, test, who[who.arm == arm]) for arm in "AB")
        )
        true = (truth()[effect] - 1) * outcome(same, test, who).mean()
        yield Told(f"test {test_id} {test.metric}", true, found.low, found.high)
    yield returned(shop)


def outcome(shop: Shop, test: Any, who: pd.DataFrame) -> np.ndarray:
    """Return the metric of a test, a visitor each."""
    if test.metric == "orders":
        table = shop.orders.assign(when=shop.orders.placed_at)
    else:
        table = shop.visits.assign(when=shop.visits.started_at)
    table = table[(table.when < test.end_on + DAY) & table.visitor_id.isin(who.visitor_id)]
    since = table.visitor_id.map(who.set_index("visitor_id").assigned_at)
    table = table[table.when >= since].groupby("visitor_id")
    found = table.size() if test.metric == "orders" else table.dwell_seconds.mean()
    return who.visitor_id.map(found).fillna(0.0).to_numpy(float)


def returned(shop: Shop) -> Told:
    """Compare the order lines that came back after bold promises and without them."""
    test = shop.tests.set_index("test_id").loc["E5"]
    who = shop.assignments[shop.assignments.test_id == "E5"]
    orders = shop.orders[shop.orders.delivered_at.notna()].merge(who, on="visitor_id")
    orders = orders[
        (orders.placed_at >= orders.assigned_at) & (orders.placed_at < test.end_on + DAY)
    ]
    lines = shop.order_lines.merge(orders, on="order_id")
    back = shop.returns[["order_id", "line"]].assign(back=1)
    lines = lines.merge(back, how="left", on=["order_id", "line"])
    rates = lines.back.notna().groupby(lines.arm).agg(["sum", "size"])
    found = experiments.difference_of_rates(*rates.loc["A"], *rates.loc["B"])
    return Told("test E5 returns", truth()["promises_returns"], found.low, found.high)


PEAKS = (("2025-06-12", "2025-06-25"), ("2025-11-01", "2025-11-18"))
PAIR = ["E2", "E1"]


def carriers(company: Company) -> Iterator[Told]:
    """Parcels on time, like with like; the truth is that of each parcel, on its day in its city."""
    alike = ["city_id", "peak"]
    tables = delivery.with_bands(company.shop, peaks=PEAKS)
    found = delivery.like_with_like(tables, strata=alike, among=PAIR, against="E1", hours=72)
    row, other = (found[found.carrier_id == name].iloc[0] for name in PAIR)
    network = carriage.network(company.world.size)
    place = {name: at for at, name in enumerate(carriage.names("carriers", "carrier_id"))}
    ratio = network.late / (network.shares @ network.late)[:, None]
    lead = dict(
        zip(
            carriage.names("cities", "city_id"),
            (ratio[:, place["E1"]] - ratio[:, place["E2"]]).tolist(),
            strict=True,
        )
    )
    sent = tables["deliveries"]
    sent = sent[sent.carrier_id.isin(PAIR)].merge(company.shop.cities, on="city_id")
    common = sent.groupby(alike).carrier_id.transform("nunique") == len(PAIR)
    sent = sent[common]
    start = np.datetime64("2025-01-01")
    day = (sent.dispatched_at.to_numpy().astype("datetime64[D]") - start).astype(np.int64)
    region = sent.region.map({name: at for at, name in enumerate(REGIONS)}).to_numpy(int)
    late = fulfilment.late_share(company.world, day, region)
    true = float((late * sent.city_id.map(lead).to_numpy(float)).mean())
    naive = row.naive - other.naive
    yield Told("on time, E2 less E1", true, row.difference_low, row.difference_high, naive)


BANK = "T05"


def partner(company: Company) -> Iterator[Told]:
    """Orders that a bank's mall takes from ours; the naive answer is all that it sold to customers.

    Half of the customers were told, and of those one order in so many was lost: what is left in
    both halves says what there would have been.
    """
    found = partners.overlap(company.shop, BANK)
    taken, told = truth()["bank_overlap"], found.sent + found.held_out
    there = found.own_sent * found.sent + found.own_held_out * found.held_out
    lost = taken * there / (told - taken * found.sent) * found.sent
    yield Told("orders lost to the bank's mall", lost, found.low, found.high, found.sold)


METHODS = (lists, regional, pauses, spending, members, tests, carriers, partner)


def main() -> None:
    """Print a line a method; keep the rows of each company in a file, if one is named."""
    words = [*sys.argv[1:], *("401", "450", "")[len(sys.argv) - 1 :]]
    first, last, file = int(words[0]), int(words[1]), Path(words[2]) if words[2] else None
    table = pd.read_csv(file) if file and file.exists() else pd.DataFrame({"seed": []})
    start = time.process_time()
    for seed in sorted({*range(first, last + 1)} - {*table.seed.astype(int)}):
        company = Company(seed)
        told = [one._asdict() for method in METHODS for one in method(company)]
        table = pd.concat([table, pd.DataFrame(told).assign(seed=seed)])
        if file:
            table.to_csv(file, index=False)
        print(f"{seed}: {time.process_time() - start:.0f} s", file=sys.stderr, flush=True)
    print(summary(table[table.seed.between(first, last)]))


def summary(table: pd.DataFrame) -> str:
    """Return a line a method: companies, holds, told, naive outside, standard errors."""
    half = (table.high - table.low) / 2
    table = table.assign(
        companies=1,
        holds=(table.low <= table.truth) & (table.truth <= table.high),
        told=(table.low > 0) | (table.high < 0),
        naive_outside=(table.naive < table.low) | (table.naive > table.high),
        errors=table.truth / (half / 1.96),
        off=((table.low + table.high) / 2 - table.truth) / (half / 1.96),
    )
    groups = table.groupby("method", sort=False)
    counts = groups[["companies", "holds", "told", "naive_outside"]].sum()
    means = groups[["truth", "naive", "errors", "off"]].mean().round(2)
    return counts.join(means).to_string()


if __name__ == "__main__":
    main()
