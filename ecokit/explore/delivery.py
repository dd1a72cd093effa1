"""The promise lab: what punctuality costs, who serves which city, and which warehouses are open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecokit import delivery as topic
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import delivery as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

HOURS = 72
WEEKS = 52
QUOTA_OF = "E1"  # the carrier whose quota is moved
STEP, WIDE = 0.01, 0.065  # promises are tried in points, from what costs least on
ALL = 10_000  # parcels a week: as good as no quota


@dataclass(frozen=True)
class Base:
    """A week's parcels, the lanes, the cities, and the warehouses with what they cost a week."""

    needed: pd.DataFrame
    lanes: pd.DataFrame
    cities: pd.DataFrame
    sites: pd.DataFrame
    ours: list[Any]
    data: Any


def lab(shop: Shop) -> Lab:
    """Return the lab: a promise, the cost of a late parcel, a quota, warehouses, the way.

    Parameters
    ----------
    shop : Shop
        With the tables deliveries, carriers, carrier_cities, cities and warehouses.
    """
    base = _base(shop)

    @lru_cache(maxsize=32)
    def prices(quota: int) -> pd.DataFrame:
        limits: Any = {"quotas": _quotas(quota), "split": True}
        free = topic.choose_carriers(base.needed, base.lanes, 0.0, **limits).share
        first = np.floor(100 * min(free, 1 - STEP)) * STEP
        promises = np.arange(first, min(first + WIDE, 1.0), STEP).round(2)
        return topic.price_of_punctuality(base.needed, base.lanes, promises, **limits)

    @lru_cache(maxsize=32)
    def houses(count: int, cents: int) -> topic.WarehousePlan:
        serving = topic.serving_costs(base.data, base.needed, per_100_km=cents / 100)
        known = min(count, len(base.sites))
        return topic.choose_warehouses(base.sites, serving, keep=base.ours, count=known)

    def draw(figure: Figure, promise: float, late: int, quota: int, count: int, way: int) -> Told:
        plan = topic.choose_carriers(
            base.needed, base.lanes, promise / 100, quotas=_quotas(quota), split=True
        )
        places = houses(count, way)
        figure.subplots_adjust(left=0.1, right=0.88, top=0.94, bottom=0.1, hspace=0.42)
        upper, lower = figure.subplots(2, gridspec_kw={"height_ratios": [5, 3]})
        opened = shop.warehouses[shop.warehouses["warehouse_id"].isin(places.opened)]
        plots.network(base.cities, plan.table, opened, ax=upper)
        cost = prices(quota)
        if cost["possible"].any():
            plots.promise_cost(cost, promise / 100, ax=lower)
        return Told(_alt(plan, places), _table(base, plan, places, late, cost))

    return Lab(
        _("Promise lab"),
        _controls(base),
        draw,
        along="promise",
        stops=(89, 90, 90.5, 91, 91.5, 92),
        size=(7.6, 8.2),
    )


def _controls(base: Base) -> dict[str, Control]:
    week = round(float(base.needed["parcels"].sum()), -1)
    tens = steps(10, max(week, 20), 10, "{:.0f} parcels")
    return {
        "promise": Slider(_("Promised on time"), steps(88, 93, 0.5, "{:g} %"), 90),
        "late": Slider(_("A late parcel costs, yuan"), steps(0, 60, 5, "¥{}"), 15),
        "quota": Slider(_("E1 takes a week, at most"), (*tens, (_("all"), ALL)), ALL),
        "count": Slider(_("Warehouses open"), steps(1, len(base.sites)), min(2, len(base.sites))),
        "way": Slider(_("A way of 100 km costs"), steps(0, 20, 1, "¥0.{:02d}"), 8),
    }


@lru_cache(maxsize=2)
def _base(shop: Shop) -> Base:
    """Return what the lab starts from; measured once."""
    sites = shop.warehouses
    return Base(
        needed=topic.demand(shop, days=7),
        lanes=topic.lanes(shop, hours=HOURS),
        cities=shop.cities,
        sites=sites[["warehouse_id"]].assign(fixed=12.0 / WEEKS * sites["rent"]),
        ours=sites.loc[sites["ours"].astype(bool), "warehouse_id"].tolist(),
        data={"cities": shop.cities, "warehouses": sites},
    )


def _quotas(quota: int) -> dict[Any, float] | None:
    return None if quota >= ALL else {QUOTA_OF: float(quota)}


def _alt(plan: topic.CarrierPlan, places: topic.WarehousePlan) -> str:
    message = _(
        "A map of the cities, each with the mark of who serves it, and a curve of what each "
        "promise costs. {plan}. Open warehouses: {names}."
    )
    return message.format(plan=plan, names=", ".join(map(str, places.opened)))


def _table(
    base: Base,
    plan: topic.CarrierPlan,
    places: topic.WarehousePlan,
    late: int,
    prices: pd.DataFrame,
) -> str:
    """Return what the plan costs in a week, and what the next point is worth, as a table."""
    parcels = float(base.needed["parcels"].sum())
    worth = parcels * late / 100
    rows = [
        (_("carriers a week"), theme.yuan(plan.cost)),
        (_("expected on time"), f"{plan.share:.1%}"),
        (_("weeks in which the promise is kept"), f"{topic.bad_week(plan).chance:.0%}"),
        (_("price of the next point a week"), _next(prices, plan.promise)),
        (_("one point fewer late parcels is worth"), theme.yuan(worth)),
        (_("late parcels a week cost"), theme.yuan(parcels * (1 - plan.share) * late)),
        (_("warehouses a week: rent, then handling and ways"), _sum(places)),
    ]
    return table([], rows)


def _sum(places: topic.WarehousePlan) -> str:
    message = _("{fixed} + {serving} = {cost}")
    told = {"fixed": places.fixed, "serving": places.serving, "cost": places.cost}
    return message.format(**{name: theme.yuan(value) for name, value in told.items()})


def _next(prices: pd.DataFrame, promise: float) -> str:
    """Return the price of the point above a promise, or that nobody can keep it."""
    above = prices[(prices["promise"] > promise + 0.001) & prices["possible"].astype(bool)]
    if above.empty:
        return _("cannot be kept")
    return theme.yuan(float(above["price"].fillna(0.0).iloc[0]))  # what comes anyway costs nothing
