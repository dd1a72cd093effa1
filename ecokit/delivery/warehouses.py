"""Which warehouses to open, and from which each city is served.

The uncapacitated facility location problem, solved by HiGHS through SciPy in its strong form: a
city may be served from a warehouse only if that one is open, city by city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.delivery.billing import Floats
from ecokit.delivery.given import KINDS, refuse_empty, refuse_twice
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

EARTH = 6371.0088
"""Kilometres: the mean radius of the Earth."""

SECONDS = 60.0
"""So long the solver may look."""

_WHOLE = 1e-7  # of a warehouse: what rounding leaves
_SITES = {"warehouse_id": "id", "fixed": "number"}
_SERVING = {"warehouse_id": "id", "city_id": "id", "cost": "number"}
_PLACES = {"longitude": "number", "latitude": "number"}


@dataclass(frozen=True)
class WarehousePlan:
    """Which warehouses are open.

    Attributes
    ----------
    opened : tuple
        Their ids, sorted.
    table : DataFrame
        A row a city: ``city_id``, ``warehouse_id`` (that serves it), ``cost`` (of serving all its
        demand).
    cost : float
        Yuan in all: `fixed` and `serving`.
    fixed, serving : float
        Yuan for keeping them open, and for serving the cities.
    """

    opened: tuple[Any, ...]
    table: pd.DataFrame
    cost: float
    fixed: float
    serving: float

    def __str__(self) -> str:
        message = _("Open {names}: ¥{cost:,.2f} (fixed ¥{fixed:,.2f}, serving ¥{serving:,.2f})")
        told = {"cost": self.cost, "fixed": self.fixed, "serving": self.serving}
        return message.format(names=", ".join(map(str, self.opened)), **told)


@public
def choose_warehouses(
    sites: Any,
    serving: Any,
    *,
    keep: Sequence[Any] = (),
    shut: Sequence[Any] = (),
    count: int | None = None,
) -> WarehousePlan:
    """Choose the warehouses to open, and which city each serves, at least cost.

    Parameters
    ----------
    sites : table of any engine
        ``warehouse_id``, ``fixed`` (yuan for keeping it open, for the time that is looked at).
    serving : table of any engine
        ``warehouse_id``, ``city_id``, ``cost`` (yuan for serving all the demand of the city from
        there, for the same time). A pair that does not stand there cannot be.
    keep, shut : sequence
        Warehouses that stay open, and that cannot be used.
    count : int, optional
        How many are open, exactly. Default: as many as cost least.

    Returns
    -------
    WarehousePlan
        Prints as a sentence.

    Raises
    ------
    CourseError
        A city that no warehouse may serve, a warehouse that is not known, or a `count` that cannot
        be: the sentence says which and why.

    References
    ----------
    Erlenkotter (1978), Krarup and Pruzan (1983); test instances cap71 to cap74: Beasley (1988);
    solver: HiGHS, through SciPy.

    Examples
    --------
    >>> sites = pd.DataFrame({"warehouse_id": ["H1", "H2"], "fixed": [100.0, 30.0]})
    >>> serving = pd.DataFrame({"warehouse_id": ["H1", "H1", "H2", "H2"],
    ...     "city_id": ["C1", "C2", "C1", "C2"], "cost": [10.0, 90.0, 70.0, 20.0]})
    >>> print(choose_warehouses(sites, serving))
    Open H2: ¥120.00 (fixed ¥30.00, serving ¥90.00)
    >>> print(choose_warehouses(sites, serving, keep=["H1"]))
    Open H1, H2: ¥160.00 (fixed ¥130.00, serving ¥30.00)
    >>> choose_warehouses(sites, serving.head(3), shut=["H1"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No warehouse may serve C2: H1 alone can, and you shut it. Add a
    warehouse that can.
    """
    model = _model(sites, serving, keep, shut)
    if count is not None:
        _fitting(model, numbers.count("count", count))
    return _told(model, _solve(model, count))


@public
def by_number(
    sites: Any,
    serving: Any,
    *,
    keep: Sequence[Any] = (),
    shut: Sequence[Any] = (),
    most: int | None = None,
) -> pd.DataFrame:
    """Solve the choice for one warehouse, for two, and so on.

    The cost of stock, which grows with their number, can be laid beside it: see
    :func:`pooled_safety_stock`.

    Parameters
    ----------
    sites : table of any engine
        ``warehouse_id``, ``fixed``; see :func:`choose_warehouses`.
    serving : table of any engine
        ``warehouse_id``, ``city_id``, ``cost``; see there.
    keep, shut : sequence
        Warehouses that stay open, and that cannot be used.
    most : int, optional
        The largest number. Default: all.

    Returns
    -------
    DataFrame
        ``count``, ``opened`` (names, separated by blanks), ``fixed``, ``serving``, ``cost`` (yuan),
        ``best`` (the least of all). A number with which some city is not served does not stand
        there.

    Raises
    ------
    CourseError
        As for :func:`choose_warehouses`; or `most` are too few to serve all cities.

    References
    ----------
    As for :func:`choose_warehouses`; with the number given it is the p-median problem, with fixed
    cost.

    Examples
    --------
    >>> sites = pd.DataFrame({"warehouse_id": ["H1", "H2"], "fixed": [100.0, 30.0]})
    >>> serving = pd.DataFrame({"warehouse_id": ["H1", "H1", "H2", "H2"],
    ...     "city_id": ["C1", "C2", "C1", "C2"], "cost": [10.0, 90.0, 70.0, 20.0]})
    >>> by_number(sites, serving)[["count", "opened", "cost", "best"]].values.tolist()
    [[1, 'H2', 120.0, True], [2, 'H1 H2', 160.0, False]]
    >>> by_number(sites, serving.iloc[[0, 3]], most=1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: most is 1, and 1 cannot serve all 2 cities: C1 has H1 alone, C2 has
    H2 alone. Open more warehouses, or add pairs to serving.
    """
    model = _model(sites, serving, keep, shut)
    largest = len(model.names) - len(model.shut)
    top = largest if most is None else min(numbers.count("most", most), largest)
    plans = []
    for number in range(max(1, len(model.keep)), top + 1):
        found = _solve(model, number)
        if found.x is not None:
            plans.append(_told(model, found))
    if not plans:
        _fitting(model, top, "most")
    table = pd.DataFrame(
        {
            "count": [len(plan.opened) for plan in plans],
            "opened": [" ".join(map(str, plan.opened)) for plan in plans],
            "fixed": [plan.fixed for plan in plans],
            "serving": [plan.serving for plan in plans],
            "cost": [plan.cost for plan in plans],
        }
    )
    least = table["cost"].min()
    return table.assign(best=table["cost"] == least)


@dataclass(frozen=True)
class _Model:
    names: list[Any]
    cities: list[Any]
    fixed: Floats
    site: Any
    city: Any
    cost: Floats
    keep: list[int]
    shut: list[int]


def _model(sites: Any, serving: Any, keep: Any, shut: Any) -> _Model:
    known, offered = _sites(sites), _serving(serving)
    names = known["warehouse_id"].tolist()
    index = pd.Index(names)
    site = index.get_indexer(pd.Index(offered["warehouse_id"]))
    if (site < 0).any():
        unknown = rows.unknown_id("warehouse_id", _frame(known), "sites", "", "city_id")
        rows.refuse(offered, "serving", [unknown])
    kept, closed = (_places(it, given, names) for it, given in (("keep", keep), ("shut", shut)))
    both = set(kept) & set(closed)
    if both:
        message = _("{name} is in keep and in shut. Take it out of one of them.")
        raise CourseError(message.format(name=names[min(both)]))
    cities = sorted(offered["city_id"].unique())
    usable = ~np.isin(site, closed)
    left = offered[usable]
    _refuse_unserved(cities, offered, left)
    return _Model(
        names=names,
        cities=cities,
        fixed=known["fixed"].to_numpy(float),
        site=site[usable],
        city=pd.Index(cities).get_indexer(pd.Index(left["city_id"])),
        cost=left["cost"].to_numpy(float),
        keep=kept,
        shut=closed,
    )


def _frame(table: pd.DataFrame) -> Any:
    import narwhals.stable.v2 as nw

    return nw.from_native(table)


def _sites(given: Any) -> pd.DataFrame:
    found = frames.as_pandas(frames.table(given, list(_SITES), name="sites", types=_SITES))
    place = "warehouse_id"
    rows.refuse(found, "sites", [rows.missing(place), rows.below_zero("fixed", place)])
    refuse_twice(found, "sites", place)
    refuse_empty(found, "sites", _("Give a warehouse or more."))
    return found[list(_SITES)].sort_values(place, ignore_index=True)


def _serving(given: Any) -> pd.DataFrame:
    found = frames.as_pandas(frames.table(given, list(_SERVING), name="serving", types=_SERVING))
    place = ("warehouse_id", "city_id")
    rules = [rows.missing(name, *place) for name in place]
    rows.refuse(found, "serving", [*rules, rows.below_zero("cost", *place)])
    refuse_twice(found, "serving", *place)
    refuse_empty(found, "serving", _("Give a city or more."))
    return found[list(_SERVING)].sort_values(list(place), ignore_index=True)


def _places(name: str, given: Any, names: list[Any]) -> list[int]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise numbers.refused(name, given, _("Name warehouses in a list, such as ['H1']."))
    for one in given:
        if one not in names:
            message = _("{name} names {one}, which is in no row of sites. There are: {known}.")
            told = {"name": name, "one": numbers.shown(one), "known": ", ".join(map(str, names))}
            raise CourseError(message.format(**told))
    return sorted({names.index(one) for one in given})


def _refuse_unserved(cities: list[Any], offered: pd.DataFrame, left: pd.DataFrame) -> None:
    there = set(left["city_id"].tolist())
    lost = [city for city in cities if city not in there]
    if not lost:
        return
    could = offered.loc[offered["city_id"] == lost[0], "warehouse_id"]
    message = _(
        "No warehouse may serve {city}: {names} alone can, and you shut it. Add a warehouse that "
        "can."
    )
    raise CourseError(message.format(city=lost[0], names=", ".join(map(str, could))))


def _fitting(model: _Model, count: int, name: str = "count") -> None:
    """Refuse a number of warehouses that cannot be, and say why."""
    there = len(model.names) - len(model.shut)
    told = {"name": name, "count": count, "there": there, "kept": len(model.keep)}
    if count > there:
        message = _(
            "{name} is {count}, and {there} warehouses can be opened. Give {there} or less."
        )
        raise CourseError(message.format(**told))
    if count < len(model.keep):
        message = _("{name} is {count}, and keep names {kept}. Give {kept} or more.")
        raise CourseError(message.format(**told))
    if _solve(model, count).x is None:
        message = _(
            "{name} is {count}, and {count} cannot serve all {cities} cities: {why}. Open more "
            "warehouses, or add pairs to serving."
        )
        raise CourseError(message.format(**told, cities=len(model.cities), why=_scattered(model)))


def _scattered(model: _Model) -> str:
    """Say which cities have one warehouse alone, or that none reaches them all."""
    sites = pd.Series(model.site).groupby(model.city).agg(["first", "size"])
    alone = sites.loc[sites["size"] == 1, "first"].drop_duplicates()
    if alone.empty:
        return _("none of them, and no choice of so many, reaches all")
    one = _("{city} has {name} alone")
    told = [
        (model.cities[city], model.names[site])
        for city, site in zip(alone.index.tolist(), alone.tolist(), strict=True)
    ]
    return ", ".join(one.format(city=city, name=name) for city, name in told)


def _solve(model: _Model, count: int | None) -> Any:
    """Return HiGHS's answer.

    The relaxation is tried first: it is quick, and mostly whole already.
    """
    useful = _useful(model) if count is None else np.ones(len(model.cost), dtype=bool)
    program = _program(model, useful, count)
    relaxed = _run(program, 0)
    if relaxed.x is None:
        return relaxed
    opened = relaxed.x[: len(model.names)]
    whole = np.abs(opened - np.rint(opened)).max() < _WHOLE
    return relaxed if whole else _run(program, 1)


def _useful(model: _Model) -> Any:
    """Say which pairs may be in a plan of least cost.

    One is not, if the city is served from another warehouse for less, even if that one were opened
    for this city alone.
    """
    fixed = model.fixed.copy()
    fixed[model.keep] = 0
    least = np.full(len(model.cities), np.inf)
    np.minimum.at(least, model.city, model.cost + fixed[model.site])
    return model.cost <= least[model.city]


def _program(model: _Model, useful: Any, count: int | None) -> dict[str, Any]:
    from scipy.optimize import Bounds, LinearConstraint
    from scipy.sparse import csr_array

    site, city = model.site[useful], model.city[useful]
    sites, pairs = len(model.names), len(site)
    place, one = np.arange(pairs), np.ones(pairs)
    width = sites + pairs
    served = csr_array((one, (city, sites + place)), shape=(len(model.cities), width))
    lines, columns = np.r_[place, place], np.r_[sites + place, site]
    opened = csr_array((np.r_[one, -one], (lines, columns)), shape=(pairs, width))
    constraints = [LinearConstraint(served, lb=1, ub=1), LinearConstraint(opened, ub=0)]
    if count is not None:
        number = np.r_[np.ones(sites), np.zeros(pairs)][None, :]
        constraints.append(LinearConstraint(number, lb=count, ub=count))
    low, high = np.zeros(width), np.ones(width)
    low[model.keep] = 1
    high[model.shut] = 0
    wanted = np.r_[model.fixed, model.cost[useful]]
    return {"c": wanted, "constraints": constraints, "bounds": Bounds(low, high)}


def _run(program: dict[str, Any], whole: int) -> Any:
    """Solve the program with warehouses that are open or shut, or with parts of them."""
    from scipy.optimize import milp

    sites = len(program["c"]) - program["constraints"][1].A.shape[0]  # a line a pair
    flags = np.zeros(len(program["c"]), dtype=int)
    flags[:sites] = whole
    limits: Any = {"time_limit": SECONDS, "mip_rel_gap": 0.0}
    return milp(**program, integrality=flags, options=limits)


def _told(model: _Model, found: Any) -> WarehousePlan:
    """Return the plan; each city is served by the cheapest of those that are open."""
    opened = np.flatnonzero(np.asarray(found.x[: len(model.names)]) > 0.5)
    costs = np.full((len(model.cities), len(model.names)), np.inf)
    costs[model.city, model.site] = model.cost
    nearest = opened[costs[:, opened].argmin(axis=1)]
    serving = costs[np.arange(len(model.cities)), nearest]
    table = pd.DataFrame(
        {
            "city_id": model.cities,
            "warehouse_id": [model.names[place] for place in nearest],
            "cost": serving,
        }
    )
    fixed = float(model.fixed[opened].sum())
    names = tuple(model.names[place] for place in opened)
    return WarehousePlan(names, table, fixed + float(serving.sum()), fixed, float(serving.sum()))


# --- how far, and what it costs --------------------------------------------------------


@public
def distances(sites: Any, cities: Any) -> pd.DataFrame:
    """Measure how far each city lies from each warehouse, as the crow flies.

    Parameters
    ----------
    sites : table of any engine
        ``warehouse_id``, ``city_id`` (the city where it stands).
    cities : table of any engine
        ``city_id``, ``longitude``, ``latitude`` (degrees).

    Returns
    -------
    DataFrame
        ``warehouse_id``, ``city_id``, ``km``. Roads are a quarter longer, or more.

    Raises
    ------
    CourseError
        A column is missing, a place is no place on Earth, or a warehouse stands in a city that is
        not there.

    References
    ----------
    The haversine formula of navigators.

    Examples
    --------
    >>> cities = pd.DataFrame({"city_id": ["C1", "C2"], "longitude": [116.407, 121.474],
    ...                        "latitude": [39.904, 31.230]})
    >>> sites = pd.DataFrame({"warehouse_id": ["H1"], "city_id": ["C1"]})
    >>> distances(sites, cities)["km"].round().tolist()
    [0.0, 1067.0]
    >>> distances(sites, cities.tail(1))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 1 row of sites, city_id is not in cities, such as the one
    with warehouse_id H1, city_id C1. Add it there, or leave these rows out.
    """
    wanted = {"city_id": "id", **_PLACES}
    towns = frames.as_pandas(frames.table(cities, list(wanted), name="cities", types=wanted))
    rows.refuse(towns, "cities", [rows.twice("city_id"), *_off_earth()])
    wanted = {"warehouse_id": "id", "city_id": "id"}
    stands = frames.as_pandas(frames.table(sites, list(wanted), name="sites", types=wanted))
    known = rows.unknown_id("city_id", _frame(towns), "cities", "", "warehouse_id")
    rows.refuse(stands, "sites", [rows.twice("warehouse_id"), known])
    here = stands.merge(towns, on="city_id").drop(columns="city_id")
    pairs = here.merge(towns, how="cross", suffixes=("_from", ""))
    radians = {
        name: np.radians(pairs[name].to_numpy(float))
        for name in ("longitude", "latitude", "longitude_from", "latitude_from")
    }
    up = np.sin((radians["latitude"] - radians["latitude_from"]) / 2) ** 2
    along = np.sin((radians["longitude"] - radians["longitude_from"]) / 2) ** 2
    angle = up + np.cos(radians["latitude"]) * np.cos(radians["latitude_from"]) * along
    km = 2 * EARTH * np.arcsin(np.sqrt(np.minimum(angle, 1.0)))
    found = pairs[["warehouse_id", "city_id"]].assign(km=km)
    return found.sort_values(["warehouse_id", "city_id"], ignore_index=True)


def _off_earth() -> list[rows.Wrong]:
    import narwhals.stable.v2 as nw

    found = []
    for name, most in (("longitude", 180), ("latitude", 90)):
        what = _("{name} is no number from -{most} to {most}").format(name=name, most=most)
        inside = (nw.col(name) >= -most) & (nw.col(name) <= most)
        found.append(rows.Wrong(what, ~inside.fill_null(False), ("city_id", name)))
    return found


@public
def serving_costs(
    data: Any, demand: Any, *, per_parcel: float = 0.0, per_100_km: float
) -> pd.DataFrame:
    """Say what it costs to serve each city from each warehouse, by its distance.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``cities`` (``longitude``, ``latitude``), ``warehouses`` (``warehouse_id``, ``city_id``,
        ``handling``: yuan a parcel).
    demand : table of any engine
        ``city_id``, ``parcels``, for the time that the rent is for; :func:`demand` makes it.
    per_parcel : float
        Yuan a parcel, wherever it goes.
    per_100_km : float
        Yuan a parcel for each 100 km, as the crow flies.

    Returns
    -------
    DataFrame
        ``warehouse_id``, ``city_id``, ``km``, ``parcels``, ``cost`` (yuan for all its parcels):
        what :func:`choose_warehouses` takes as `serving`.

    Raises
    ------
    CourseError
        A table or column is missing, a number is below 0, a city of `demand` is not known, or there
        is no warehouse or no city.

    References
    ----------
    The course's own; distances by :func:`distances`.

    Examples
    --------
    >>> data = {"cities": pd.DataFrame({"city_id": ["C1", "C2"], "longitude": [116.407, 121.474],
    ...     "latitude": [39.904, 31.230]}), "warehouses": pd.DataFrame({"warehouse_id": ["H1"],
    ...     "city_id": ["C1"], "handling": [1.5]})}
    >>> demand = pd.DataFrame({"city_id": ["C1", "C2"], "parcels": [100, 10]})
    >>> serving_costs(data, demand, per_parcel=5, per_100_km=0.2)["cost"].round(2).tolist()
    [650.0, 86.35]
    >>> serving_costs(data, demand, per_100_km=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: per_100_km is -1. Give a number, 0 or more.
    """
    each = numbers.number("per_parcel", per_parcel, low=0)
    far = numbers.number("per_100_km", per_100_km, low=0) / 100
    needed = {"city_id": "id", "parcels": "number"}
    asked = frames.as_pandas(frames.table(demand, list(needed), name="demand", types=needed))
    rows.refuse(asked, "demand", [rows.twice("city_id"), rows.below_zero("parcels", "city_id")])
    refuse_empty(asked, "demand", _("Give a city or more."))
    cities, sites = frames.fetched(
        data,
        {"cities": "city_id longitude latitude", "warehouses": "warehouse_id city_id handling"},
        types=KINDS,
    )
    rows.refuse(sites, "warehouses", [rows.below_zero("handling", "warehouse_id")])
    refuse_empty(sites, "warehouses", _("Give a warehouse or more."))
    known = rows.unknown_id("city_id", _frame(cities), "cities")
    rows.refuse(asked, "demand", [known])
    pairs = distances(sites[["warehouse_id", "city_id"]], cities)
    pairs = pairs.merge(asked[list(needed)], on="city_id")
    pairs = pairs.merge(sites[["warehouse_id", "handling"]], on="warehouse_id")
    one = each + pairs["handling"].astype(float) + far * pairs["km"]
    pairs = pairs.assign(cost=pairs["parcels"].astype(float) * one)
    return pairs[["warehouse_id", "city_id", "km", "parcels", "cost"]]
