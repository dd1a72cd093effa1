"""What platforms report: each counts the orders of all who came by it before, in its window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import DAY, Coded, Columns, Floats, Ints, yuan
from ecokit.shop.simulator.media import paid
from ecokit.shop.simulator.world import World


def windows() -> Ints:
    """Days that each channel's platform looks back from an order; 0 where none reports."""
    return np.array([int(row["window_days"]) for row in read("channels")])


@dataclass
class Claims:
    """Orders and sales that platforms claim, months by channels, and the visits they remember."""

    orders: Floats
    sales: Floats
    visitor: Ints
    channel: Ints
    when: Ints

    @classmethod
    def empty(cls, world: World) -> Claims:
        """Return claims of nothing."""
        size = (int(world.year.month[-1]) + 1, world.channels)
        nobody = np.zeros(0, dtype=np.int64)
        return cls(np.zeros(size), np.zeros(size), nobody, nobody, nobody)

    def add(self, world: World, visits: Columns, orders: Columns, sales: Floats) -> None:
        """Add a block: its visits are remembered, its orders are claimed; `sales` are theirs."""
        channel = visits["channel_id"]
        assert isinstance(channel, Coded)
        when = np.asarray(visits["started_at"])
        self.visitor = np.r_[self.visitor, np.asarray(visits["visitor_id"])]
        self.channel = np.r_[self.channel, channel.codes]
        self.when = np.r_[self.when, when]
        oldest = when.min(initial=0 if not len(when) else when[0]) - int(windows().max()) * DAY
        self._keep(np.isin(self.channel, paid()) & (self.when >= oldest))
        placed, buyer = np.asarray(orders["placed_at"]), np.asarray(orders["visitor_id"])
        month = world.year.month[placed // DAY]
        span = (world.days + 1) * DAY
        for code in paid().tolist():
            own = self.channel == code
            seen = np.sort(np.r_[-1, self.visitor[own] * span + self.when[own]])
            last = seen[np.searchsorted(seen, buyer * span + placed, side="right") - 1]
            recent = placed - last % span <= windows()[code] * DAY
            claimed = (last // span == buyer) & recent
            months = len(self.orders)
            self.orders[:, code] += np.bincount(month[claimed], minlength=months)
            self.sales[:, code] += np.bincount(month[claimed], sales[claimed], months)

    def _keep(self, rows: np.ndarray) -> None:
        self.visitor, self.channel = self.visitor[rows], self.channel[rows]
        self.when = self.when[rows]


def platform_reports(world: World, claims: Claims) -> Columns:
    """Rows of the table of platforms' reports, a month and platform each."""
    names = tuple(row["channel_id"] for row in read("channels"))
    first = (world.year.months - world.year.dates[0]).astype(np.int64)
    months = len(first)
    channel = np.tile(paid(), months)
    month = np.repeat(np.arange(months), len(paid()))
    return {
        "month": first[month],
        "platform": Coded(channel, names),
        "window_days": windows()[channel],
        "claimed_orders": claims.orders[month, channel].astype(np.int64),
        "claimed_sales": yuan(claims.sales[month, channel]),
    }
