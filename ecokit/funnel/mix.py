"""A change of a rate, split: other visits, or the same visits that order otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, rows
from ecokit.inputs.intervals import normal_quantile
from ecokit.inputs.renamed import public
from ecokit.messages import _


@dataclass(frozen=True)
class Shift:
    """A change of conversion, split into two parts that add up to it.

    Parameters
    ----------
    before, after : float
        The rate of all groups together.
    change : float
        After less before: `mix` + `rate`.
    mix : float
        What the shares of the groups did: more visits of those who order seldom.
    rate : float
        What the rates of the groups did, at the mean of their shares.
    low, high : float
        Where `rate` may lie, by the luck of the visits.
    turned : bool
        The rates of all groups moved one way, and the total the other (Simpson).
    groups : table
        ``group``, ``share_before``, ``share_after``, ``rate_before``, ``rate_after``, ``mix``,
        ``rate``. A group's mix is the change of its share times how far its rate lies from the
        total's.
    """

    before: float
    after: float
    change: float
    mix: float
    rate: float
    low: float
    high: float
    turned: bool
    groups: Any


@public
def mix_and_rate(
    before: Any,
    after: Any,
    *,
    group: str,
    visits: str = "started",
    orders: str = "came",
    confidence: float = 0.95,
) -> Shift:
    """Split the change of a conversion rate into mix and rate.

    A group that is there only before, or only after, has no rate to compare: it counts as mix.

    Parameters
    ----------
    before, after : table of any engine
        A row a group, such as the rows with the step ``order`` of what :func:`steps` returns for
        two months. Rows of one group are added up.
    group : str
        The column that tells the groups, such as ``"device"``.
    visits, orders : str
        The columns with the counts.
    confidence : float
        Of the interval of the rate part.

    Returns
    -------
    Shift
        The two parts, whether the total turns the other way, and a table of the groups, sorted.

    Raises
    ------
    CourseError
        A column is missing, a count is below zero, orders are above visits, or nobody came before
        or after.

    References
    ----------
    Kitagawa (1955), with the mean of both times as weights; Simpson (1951).

    Examples
    --------
    >>> march = pd.DataFrame({"device": ["desktop", "phone"], "started": [800, 200],
    ...                       "came": [80, 4]})
    >>> april = pd.DataFrame({"device": ["desktop", "phone"], "started": [200, 800],
    ...                       "came": [22, 20]})
    >>> found = mix_and_rate(march, april, group="device")
    >>> round(found.change, 4), round(found.mix, 4), round(found.rate, 4), found.turned
    (-0.042, -0.0495, 0.0075, True)
    >>> mix_and_rate(march, april, group="region")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table before has no column region. It has: device, started, ...
    """
    z = normal_quantile(confidence)
    columns = {"group": group, "visits": visits, "orders": orders}
    found = [_counts(it, columns, name) for it, name in ((before, "before"), (after, "after"))]
    named = [one.add_suffix(f"_{at}") for one, at in zip(found, ("before", "after"), strict=True)]
    table = named[0].join(named[1], how="outer").sort_index().fillna(0.0)
    n = table[["visits_before", "visits_after"]].to_numpy()
    k = table[["orders_before", "orders_after"]].to_numpy()
    both = (n > 0).all(axis=1)
    own = k / np.where(n > 0, n, np.nan)
    # a group without a rate at one time has that of the other
    p = np.where(np.isnan(own), own[:, ::-1], own)
    shares, totals = n / n.sum(axis=0), k.sum(axis=0) / n.sum(axis=0)
    weight = shares.mean(axis=1)
    rate = weight * (p[:, 1] - p[:, 0])
    mix = (shares[:, 1] - shares[:, 0]) * (p.mean(axis=1) - totals.mean())
    noise = np.where(n > 0, p * (1 - p) / np.where(n > 0, n, 1), 0).sum(axis=1)
    reach = z * float(np.sqrt((weight[both] ** 2 * noise[both]).sum()))
    moved = np.sign(p[both, 1] - p[both, 0])
    change = float(totals[1] - totals[0])
    turned = bool(len(moved) and abs(moved.sum()) == len(moved) and moved[0] * change < 0)
    groups = pd.DataFrame(
        {
            "group": table.index,
            "share_before": shares[:, 0],
            "share_after": shares[:, 1],
            "rate_before": own[:, 0],
            "rate_after": own[:, 1],
            "mix": mix,
            "rate": rate,
        }
    )
    part = float(rate.sum())
    return Shift(
        before=float(totals[0]),
        after=float(totals[1]),
        change=change,
        mix=float(mix.sum()),
        rate=part,
        low=part - reach,
        high=part + reach,
        turned=turned,
        groups=frames.like(groups, before),
    )


def _counts(given: Any, columns: dict[str, str], name: str) -> pd.DataFrame:
    """Return visits and orders by group."""
    types = {"visits": "number", "orders": "number"}
    frame = frames.table(given, columns, name=name, types=types)
    frame = frames.as_group(frame, "group").select("group", "visits", "orders")
    looked = frames.collected(frame)
    rows.refuse(
        looked,
        name,
        [
            rows.below_zero("visits", "group"),
            rows.below_zero("orders", "group"),
            rows.above("orders", "visits", "group"),
        ],
    )
    table = frames.as_pandas(looked).astype({"visits": "float64", "orders": "float64"})
    if not table["visits"].sum() > 0:
        raise CourseError(_("The table {name} has no visits to compare.").format(name=name))
    return table.groupby("group", dropna=False)[["visits", "orders"]].sum()
