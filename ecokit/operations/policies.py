"""Play a reorder policy against demand, day by day, for many policies or products at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Replay:
    """What a policy did, day by day. Arrays have shape (days, policies); units.

    Attributes
    ----------
    demand, sold, closing, ordered, received : array
        Asked for, served, left in the evening, ordered that evening, received that morning.
    """

    demand: Numbers
    sold: Numbers
    closing: Numbers
    ordered: Numbers
    received: Numbers

    def table(
        self, margin: float = 0.0, holding_cost: float = 0.0, order_cost: float = 0.0
    ) -> pd.DataFrame:
        """Return a row a policy: what was served, held and ordered, and what it cost.

        Parameters
        ----------
        margin : float
            Yuan lost with each unit not served.
        holding_cost : float
            Yuan to hold a unit for a day.
        order_cost : float
            Yuan an order.

        Returns
        -------
        DataFrame
            ``asked``, ``sold``, ``lost`` (units); ``fill_rate`` (units served of units asked
            for); ``cycle_service_level`` (order cycles without a lost unit); ``empty_days``
            (share of days that end with nothing on the shelf); ``orders``; ``mean_stock``
            (units in the evening); ``lost_margin``, ``holding``, ``ordering``, ``cost`` (yuan).
        """
        asked, sold = self.demand.sum(axis=0), self.sold.sum(axis=0)
        orders = (self.ordered > 0).sum(axis=0)
        table = pd.DataFrame(
            {
                "asked": asked,
                "sold": sold,
                "lost": asked - sold,
                "fill_rate": sold / np.where(asked > 0, asked, np.nan),
                "cycle_service_level": self._cycles(),
                "empty_days": (self.closing == 0).mean(axis=0),
                "orders": orders,
                "mean_stock": self.closing.mean(axis=0),
                "lost_margin": margin * (asked - sold),
                "holding": holding_cost * self.closing.sum(axis=0),
                "ordering": order_cost * orders,
            }
        )
        return table.assign(cost=table["lost_margin"] + table["holding"] + table["ordering"])

    def _cycles(self) -> Numbers:
        """Return the share of cycles, from delivery to delivery, in which nothing was lost."""
        short = self.demand > self.sold
        arrival = self.received > 0
        number = arrival.cumsum(axis=0)  # the cycle that a day belongs to; 0 before the first
        shares = np.full(self.demand.shape[1], np.nan)
        for policy in range(self.demand.shape[1]):
            cycles = number[-1, policy]  # the last delivery ends cycle `cycles - 1`
            if cycles:
                bad = np.unique(number[short[:, policy], policy])
                shares[policy] = 1 - (bad < cycles).sum() / cycles
        return shares


@public
def replay(
    demand: ArrayLike,
    reorder_point: ArrayLike,
    *,
    order_quantity: ArrayLike | None = None,
    order_up_to: ArrayLike | None = None,
    lead_days: ArrayLike = 1,
    start: ArrayLike | None = None,
) -> Replay:
    """Replay a reorder policy against demand, for many policies or products at once.

    Every morning what is due arrives; over the day demand is served as far as stock goes and
    the rest is lost; every evening the policy looks at the stock position (on hand and on
    order). At or below the reorder point it orders: multiples of `order_quantity` until the
    position is above the point, an (r, Q) policy; or up to `order_up_to`, an (s, S) policy.

    Parameters
    ----------
    demand : array of shape (days,) or (days, n)
        Units asked for each day. Use demand, not sales, wherever you know it: sales hide
        what an empty shelf lost.
    reorder_point : float or array of shape (n,)
        The r of (r, Q), the s of (s, S).
    order_quantity, order_up_to : float or array of shape (n,)
        Exactly one of the two.
    lead_days : int or array of shape (days,)
        An order of the evening of day t arrives in the morning of day t + lead. An array
        gives the lead time of an order placed on that day.
    start : float or array of shape (n,), optional
        Stock on the first morning. Default: reorder point plus order quantity, or
        `order_up_to`.

    Returns
    -------
    Replay
        Arrays of shape (days, n).

    Raises
    ------
    CourseError
        Not exactly one of `order_quantity` and `order_up_to`; a lead time that is not a whole
        day or more; an order-up-to level not above the reorder point; numbers that are missing,
        below zero, or not as many as the policies.

    References
    ----------
    Policies as in Silver, Pyke and Thomas (2017); lost sales instead of waiting.

    Examples
    --------
    >>> log = replay([3, 3, 3, 3, 3, 3], reorder_point=3, order_quantity=6, lead_days=2, start=6)
    >>> log.closing[:, 0].astype(int).tolist(), log.ordered[:, 0].astype(int).tolist()
    ([3, 0, 3, 0, 3, 0], [6, 0, 6, 0, 6, 0])
    >>> two = replay([3] * 6, reorder_point=[0, 3], order_quantity=6, lead_days=2, start=6)
    >>> two.table()[["sold", "fill_rate", "orders"]].round(2).values.tolist()
    [[12.0, 0.67, 2.0], [18.0, 1.0, 3.0]]
    >>> replay([1, 2], reorder_point=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Give order_quantity, for (r, Q), or order_up_to, for (s, S): ...
    """
    asked, points, size, lots = _policies(demand, reorder_point, order_quantity, order_up_to)
    days, n = asked.shape
    leads = _each("lead_days", lead_days, days, low=1)
    if (leads % 1 > 0).any():
        raise CourseError(_("lead_days holds parts of days. Give whole days."))
    leads = np.minimum(leads, days).astype(np.int64)  # what comes later comes too late
    on_hand = size.copy() if start is None else _each("start", start, n).copy()
    on_order = np.zeros(n)
    received, sold, closing, ordered = (np.zeros((days, n)) for _array in range(4))
    for day in range(days):
        on_hand += received[day]
        on_order -= received[day]
        np.minimum(asked[day], on_hand, out=sold[day])
        on_hand -= sold[day]
        closing[day] = on_hand
        position = on_hand + on_order
        gap = size - position if lots is None else lots * (1 + (points - position) // lots)
        ordered[day] = np.where(position <= points, gap, 0)
        on_order += ordered[day]
        if day + leads[day] < days:
            received[day + leads[day]] += ordered[day]
    return Replay(asked, sold, closing, ordered, received)


def _policies(
    demand: ArrayLike,
    reorder_point: ArrayLike,
    order_quantity: ArrayLike | None,
    order_up_to: ArrayLike | None,
) -> tuple[Numbers, Numbers, Numbers, Numbers | None]:
    """Return demand as (days, n), reorder points, stock to start with, and order quantities."""
    if (order_quantity is None) == (order_up_to is None):
        raise CourseError(
            _("Give order_quantity, for (r, Q), or order_up_to, for (s, S): exactly one of them.")
        )
    asked = numbers.array("demand", demand, low=0)
    asked = asked[:, None] if asked.ndim == 1 else asked
    if asked.ndim != 2 or not asked.size:
        raise CourseError(_("Demand needs a row a day, and a column a policy or one for all."))
    amount: Any = order_up_to if order_quantity is None else order_quantity
    wanted = numbers.array("reorder_point", reorder_point), numbers.array("order", amount)
    n = max(asked.shape[1], *(one.size for one in wanted))
    points = _each("reorder_point", reorder_point, n, low=None)
    if asked.shape[1] not in (1, n):
        raise CourseError(
            _("Demand has {columns} columns for {n} policies. Give one, or one for each.").format(
                columns=asked.shape[1], n=n
            )
        )
    wide = np.ascontiguousarray(np.broadcast_to(asked, (len(asked), n)))
    if order_quantity is not None:
        lots = _each("order_quantity", order_quantity, n)
        numbers.positive("order_quantity", float(lots.min()))
        return wide, points, points + lots, lots
    size = _each("order_up_to", order_up_to, n)
    if (size <= points).any():
        raise CourseError(
            _(
                "The order-up-to level {up} is not above the reorder point {point}: an order "
                "would be empty. Raise the level."
            ).format(up=float(size.min()), point=float(points.max()))
        )
    return wide, points, size, None


def _each(name: str, values: ArrayLike | None, n: int, low: float | None = 0.0) -> Numbers:
    """Return one number for each of `n`, from one for all or one for each."""
    array = numbers.array(name, values, low=low)
    if array.ndim > 1 or array.size not in (1, n):
        raise CourseError(
            _("{name} holds {size} numbers. Give one for all, or one for each of {n}.").format(
                name=name, size=array.size, n=n
            )
        )
    return np.broadcast_to(array.ravel(), (n,))
