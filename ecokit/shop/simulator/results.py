"""What targets need to know: visitors, sales and profit by month, visits by campaign."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import DAY, NOTHING, Coded, Columns, Floats, Ints, distinct
from ecokit.shop.simulator.platforms import Claims
from ecokit.shop.simulator.world import World


@dataclass
class Results:
    """Running totals of the period."""

    campaign_visits: Ints
    sales: Floats  # months by categories
    profit: Floats
    visitors: Ints
    parcels: Ints
    ads: Ints  # visits by ads that no campaign paid for: weeks by channels by regions
    claims: Claims
    seen: dict[int, list[Ints]] = field(default_factory=dict)

    @classmethod
    def empty(cls, world: World) -> Results:
        """Return totals of zero."""
        months = int(world.year.month[-1]) + 1
        zeros = np.zeros(months)
        visits = np.zeros(len(world.campaigns), dtype=np.int64)
        sales = np.zeros((months, len(read("categories"))))
        counts = zeros.astype(np.int64)
        ads = np.zeros(world.media.spend.shape, dtype=np.int64)
        return cls(visits, sales, zeros, counts, counts.copy(), ads, Claims.empty(world))

    def add(self, world: World, tables: dict[str, Columns]) -> None:
        """Add one block."""
        visits, orders, lines = tables["visits"], tables["orders"], tables["order_lines"]
        campaign = visits["campaign_id"]
        assert isinstance(campaign, Coded)
        known = campaign.codes[campaign.codes != NOTHING]
        self.campaign_visits += np.bincount(known, minlength=len(self.campaign_visits))
        day = np.asarray(visits["started_at"]) // DAY
        self._count_ads(world.year.week[day], visits)
        month = world.year.month[day]
        for number in np.unique(month):
            who = distinct(np.asarray(visits["visitor_id"])[month == number])
            self.seen.setdefault(int(number), []).append(who)
        self._close(before=int(month.max(initial=0)))
        sent = np.asarray(orders["dispatched_at"])
        sent = world.year.month[sent[sent != NOTHING] // DAY]
        self.parcels += np.bincount(sent, minlength=len(self.parcels))
        order_id = np.asarray(orders["order_id"])
        row = np.asarray(lines["order_id"]) - (order_id[0] if len(order_id) else 0)
        money = np.asarray(lines["quantity"]) * np.asarray(lines["unit_price"])
        self.claims.add(
            world, visits, orders, np.bincount(row, money, len(order_id)).astype(np.float64)
        )
        if len(order_id):
            paid = np.asarray(orders["paid_at"])[row] != NOTHING
            month = world.year.month[np.asarray(orders["placed_at"])[row] // DAY]
            units = np.asarray(lines["quantity"]) * paid
            price, cost = np.asarray(lines["unit_price"]), np.asarray(lines["unit_cost"])
            product = lines["product_id"]
            assert isinstance(product, Coded)
            np.add.at(self.sales, (month, world.catalogue.category[product.codes]), units * price)
            self.profit += np.bincount(month, units * (price - cost), len(self.sales))

    def _count_ads(self, week: Ints, visits: Columns) -> None:
        channel, region, campaign = (
            visits[name] for name in ("channel_id", "region", "campaign_id")
        )
        assert isinstance(channel, Coded)
        assert isinstance(region, Coded)
        assert isinstance(campaign, Coded)
        own = campaign.codes == NOTHING
        cell = np.ravel_multi_index((week, channel.codes, region.codes), self.ads.shape)
        self.ads += np.bincount(cell[own], minlength=self.ads.size).reshape(self.ads.shape)

    def _close(self, before: int) -> None:
        """Count the visitors of the months that are over, and forget their names."""
        for number in [number for number in self.seen if number < before]:
            self.visitors[number] = len(distinct(np.concatenate(self.seen.pop(number))))


def targets(world: World, results: Results) -> Columns:
    """Monthly targets; plans follow the planned season and add up to the period's total."""
    results._close(before=len(results.visitors))
    goods = world.catalogue
    shape = {
        "uv": world.planned_visits,
        "sales": (world.forecast * goods.price).sum(axis=1),
        "profit": (world.forecast * (goods.price - goods.unit_cost)).sum(axis=1),
    }
    sales = results.sales.sum(axis=1)
    actual = {"uv": results.visitors, "sales": sales, "profit": results.profit}
    months = world.year.months
    first = (months - world.year.dates[0]).astype(np.int64)
    rows = read("targets")
    plans = np.full((len(months), len(rows)), np.nan)
    for number, row in enumerate(rows):
        if row["plan"]:
            monthly = np.bincount(world.year.month, shape[row["plan"]], len(months))
            planned = monthly * actual[row["plan"]].sum() / monthly.sum()
            plans[:, number] = np.rint(planned / 10) * 10
    posts, kpis = ("traffic_manager", "design_manager", "product_manager", "service_center"), []
    for row in rows:
        if row["kpi"] not in kpis:
            kpis.append(row["kpi"])
    size = len(months)
    return {
        "month": np.repeat(first, len(rows)),
        "post_id": Coded(np.tile([posts.index(row["post_id"]) for row in rows], size), posts),
        "kpi": Coded(np.tile([kpis.index(row["kpi"]) for row in rows], size), tuple(kpis)),
        "target": np.tile([float(row["target"]) for row in rows], size),
        "weight": np.tile([float(row["weight"]) for row in rows], size),
        "plan": plans.ravel(),
    }
