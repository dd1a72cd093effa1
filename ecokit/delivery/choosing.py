"""Which carrier serves which city: least cost under a promise, and what the promise costs.

A mixed-integer program, solved by HiGHS through SciPy. Every answer about it ("one more point",
"without this carrier") is the same program solved again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ecokit.delivery.billing import Floats
from ecokit.delivery.given import refuse_twice
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

GAP = 1e-4
"""How far above the least cost a plan may lie, as a share of it; as HiGHS has it."""

SECONDS = 60.0
"""So long the solver may look; what it has then is the plan, and `bound` tells how near it is."""

_LANES = {"city_id": "id", "carrier_id": "id", "cost": "number", "on_time": "number"}
_DEMAND = {"city_id": "id", "parcels": "number"}
_HAIR = 1e-9  # of a share: what rounding may cost a promise


@dataclass(frozen=True)
class CarrierPlan:
    """Which carrier serves which city.

    Attributes
    ----------
    table : DataFrame
        A row a city and carrier: ``city_id``, ``carrier_id``, ``parcels``, ``cost`` (yuan a
        parcel), ``on_time`` (share to expect).
    cost : float
        Yuan in all, fixed ones included.
    share : float
        Of the parcels that are expected on time.
    promise : float
        The share that was asked for.
    bound : float
        Yuan below which no plan can be.
    """

    table: pd.DataFrame
    cost: float
    share: float
    promise: float
    bound: float

    @property
    def parcels(self) -> float:
        """How many parcels it carries."""
        return float(self.table["parcels"].sum())

    @property
    def per_parcel(self) -> float:
        """Yuan a parcel."""
        return self.cost / self.parcels

    def __str__(self) -> str:
        message = _(
            "{parcels:,.0f} parcels for ¥{cost:,.2f}, {share:.2%} of them on time ({promise:.2%} "
            "promised), with {carriers}"
        )
        carriers = ", ".join(sorted(map(str, self.table["carrier_id"].unique())))
        told = {"parcels": self.parcels, "cost": self.cost, "share": self.share}
        return message.format(**told, promise=self.promise, carriers=carriers)


@dataclass(frozen=True)
class _Model:
    """What is chosen from, in arrays: a place a lane."""

    lanes: pd.DataFrame
    cities: list[Any]
    carriers: list[Any]
    city: Any
    carrier: Any
    parcels: Floats
    cost: Floats
    on_time: Floats
    most: Floats
    fixed: Floats
    split: bool

    @property
    def total(self) -> float:
        return float(self.parcels.sum())


# --- the choice ------------------------------------------------------------------------


@public
def choose_carriers(
    demand: Any,
    lanes: Any,
    promise: float,
    *,
    quotas: Mapping[Any, float] | None = None,
    fixed: Mapping[Any, float] | None = None,
    blocked: Sequence[Any] = (),
    split: bool = False,
) -> CarrierPlan:
    """Give each city to a carrier, at least cost, so that a promised share comes on time.

    Parameters
    ----------
    demand : table of any engine
        ``city_id``, ``parcels``: what has to be carried.
    lanes : table of any engine
        ``city_id``, ``carrier_id``, ``cost`` (yuan a parcel), ``on_time`` (share to expect). A
        pair that does not stand there is not served. :func:`lanes` makes it.
    promise : float
        The share of all parcels that is to come on time.
    quotas : mapping of carrier to parcels, optional
        The most that a carrier takes; one that is not named takes all.
    fixed : mapping of carrier to yuan, optional
        What a carrier costs if it is used at all, such as a contract.
    blocked : sequence
        Carriers that cannot be used.
    split : bool
        Whether the parcels of a city may go to several carriers.

    Returns
    -------
    CarrierPlan
        Prints as a sentence.

    Raises
    ------
    CourseError
        A city that no carrier may serve, quotas that are too small, or a promise that no choice
        keeps: the sentence says which and why.

    Notes
    -----
    Least sum of parcels × cost, so that each city is served whole, no quota is exceeded, and the
    sum of parcels × on time is at least the promise. On average: half of the weeks are below it.
    See :func:`bad_week`.

    References
    ----------
    A generalised assignment problem with one more constraint, as Ross and Soland (1975) wrote it;
    solver: HiGHS, through SciPy.

    Examples
    --------
    >>> demand = pd.DataFrame({"city_id": ["C1", "C2"], "parcels": [100, 100]})
    >>> lanes = pd.DataFrame({"city_id": ["C1", "C1", "C2", "C2"], "cost": [6.0, 9, 8, 12],
    ...     "carrier_id": ["E1", "E2", "E1", "E2"], "on_time": [0.9, 0.98, 0.8, 0.96]})
    >>> print(choose_carriers(demand, lanes, 0.85))
    200 parcels for ¥1,400.00, 85.00% of them on time (85.00% promised), with E1
    >>> print(choose_carriers(demand, lanes, 0.90))
    200 parcels for ¥1,800.00, 93.00% of them on time (90.00% promised), with E1, E2
    >>> choose_carriers(demand, lanes, 0.99)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No choice keeps a promise of 99%: at best 97% come on time. What
    holds it down most is C2, which E2 then serves with 96%. Promise less, or find a better carrier.
    >>> choose_carriers(demand, lanes.head(2), 0.9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No carrier may serve C2, which needs 100 parcels: it is in no row of
    lanes. Add a carrier for it.
    """
    asked = numbers.share("promise", promise)
    model = _model(demand, lanes, quotas, fixed, blocked, split)
    return _plan(model, asked)


def _plan(model: _Model, promise: float) -> CarrierPlan:
    found = _solve(model, promise)
    if found.x is None:
        raise CourseError(_why(model, promise))
    return _told(model, found, promise)


def _model(demand: Any, lanes: Any, quotas: Any, fixed: Any, blocked: Any, split: Any) -> _Model:
    """Return what is chosen from, or say which city nobody may serve."""
    needed = _demand(demand)
    offered = _lanes(lanes)
    carriers = sorted(offered["carrier_id"].unique())
    most = _by_carrier("quotas", quotas, carriers, np.inf)
    paid = _by_carrier("fixed", fixed, carriers, 0.0)
    out = _blocked(blocked, carriers)
    whole = numbers.flag("split", split)
    needed = needed[needed["parcels"] > 0]
    left = offered[~offered["carrier_id"].isin(out)].merge(needed, on="city_id")
    _refuse_unserved(needed, offered, left, out)
    cities = needed["city_id"].tolist()
    return _Model(
        lanes=left,
        cities=cities,
        carriers=carriers,
        city=pd.Index(cities).get_indexer(pd.Index(left["city_id"])),
        carrier=pd.Index(carriers).get_indexer(pd.Index(left["carrier_id"])),
        parcels=needed["parcels"].to_numpy(float),
        cost=left["cost"].to_numpy(float),
        on_time=left["on_time"].to_numpy(float),
        most=most,
        fixed=paid,
        split=whole,
    )


def _demand(given: Any) -> pd.DataFrame:
    found = frames.as_pandas(frames.table(given, list(_DEMAND), name="demand", types=_DEMAND))
    rows.refuse(found, "demand", [rows.missing("city_id"), rows.below_zero("parcels", "city_id")])
    refuse_twice(found, "demand", "city_id")
    if not found["parcels"].sum() > 0:
        raise CourseError(_("The table demand has no parcels. Give a city that needs some."))
    return found[list(_DEMAND)].sort_values("city_id", ignore_index=True)


def _lanes(given: Any) -> pd.DataFrame:
    found = frames.as_pandas(frames.table(given, list(_LANES), name="lanes", types=_LANES))
    place = ("city_id", "carrier_id")
    rules = [rows.missing(name, *place) for name in place]
    rules += [rows.below_zero("cost", *place), rows.not_a_share("on_time", *place)]
    rows.refuse(found, "lanes", rules)
    refuse_twice(found, "lanes", *place)
    return found[list(_LANES)].sort_values(list(place), ignore_index=True)


def _by_carrier(name: str, given: Any, carriers: list[Any], usual: float) -> Floats:
    """Return a number for each carrier."""
    if given is None:
        return np.full(len(carriers), usual)
    wanted = _("Give a number for each carrier, such as {'E1': 500}.")
    numbers.mapping(name, given, wanted)
    for carrier in given:
        _known(name, carrier, carriers)
    told = {key: numbers.number(f"{name}[{key!r}]", one, low=0) for key, one in given.items()}
    return np.array([told.get(carrier, usual) for carrier in carriers])


def _blocked(given: Any, carriers: list[Any]) -> list[Any]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise numbers.refused("blocked", given, _("Name carriers in a list, such as ['E1']."))
    return [_known("blocked", carrier, carriers) for carrier in given]


def _known(name: str, carrier: Any, carriers: list[Any]) -> Any:
    if carrier not in carriers:
        message = _("{name} names {carrier}, which is in no row of lanes. There are: {known}.")
        known = ", ".join(map(str, carriers)) or _("none")
        told = {"name": name, "carrier": numbers.shown(carrier), "known": known}
        raise CourseError(message.format(**told))
    return carrier


def _refuse_unserved(
    needed: pd.DataFrame, offered: pd.DataFrame, left: pd.DataFrame, out: list[Any]
) -> None:
    unserved = needed[~needed["city_id"].isin(left["city_id"])]
    if unserved.empty:
        return
    worst = unserved.sort_values("parcels", ascending=False, kind="stable").iloc[0]
    there = offered.loc[offered["city_id"] == worst["city_id"], "carrier_id"]
    reason = _("it is in no row of lanes")
    if len(there):
        reason = _("{carriers} alone serve it, and you block them")
        reason = reason.format(carriers=", ".join(map(str, there)))
    more = len(unserved) - 1
    others = _(" ({n} other cities are not served, either)").format(n=more) if more else ""
    message = _(
        "No carrier may serve {city}, which needs {n:,.0f} parcels: {reason}{others}. Add a "
        "carrier for it."
    )
    told = {"city": worst["city_id"], "n": worst["parcels"], "reason": reason, "others": others}
    raise CourseError(message.format(**told))


# --- the program -----------------------------------------------------------------------


def _solve(model: _Model, promise: float, *, best: bool = False, some: bool = False) -> Any:
    """Return HiGHS's answer: least cost under the promise, or as many on time as can be.

    Where `some` may go, the others are left over: as few as can be, whatever it costs.
    """
    from scipy.optimize import milp

    n = model.parcels[model.city]
    used = model.fixed > 0
    wanted = np.r_[n * model.cost, model.fixed[used]]
    if best or some:
        wanted = np.r_[-n if some else -n * model.on_time, np.zeros(int(used.sum()))]
    flags = np.full(len(n), 0 if model.split else 1)
    return milp(
        wanted,
        constraints=_constraints(model, n, used, promise, least=float(not some)),
        integrality=np.r_[flags, np.ones(int(used.sum()), dtype=int)],
        bounds=_unit(),
        options={"time_limit": SECONDS, "mip_rel_gap": GAP},
    )


def _unit() -> Any:
    from scipy.optimize import Bounds

    return Bounds(0, 1)


def _constraints(model: _Model, n: Floats, used: Any, promise: float, *, least: float) -> list[Any]:
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array

    lanes, extra = len(n), int(used.sum())
    place = np.arange(lanes)

    def matrix(values: Any, lines: Any, columns: Any, height: int) -> Any:
        return csr_array((values, (lines, columns)), shape=(height, lanes + extra))

    served = matrix(np.ones(lanes), model.city, place, len(model.parcels))
    found = [LinearConstraint(served, lb=least, ub=1)]
    if promise > 0:
        kept = matrix(n * model.on_time, np.zeros(lanes, dtype=int), place, 1)
        found.append(LinearConstraint(kept, lb=promise * model.total * (1 - _HAIR)))
    limited = np.isfinite(model.most)
    if limited.any():
        some = limited[model.carrier]
        lines = np.cumsum(limited)[model.carrier[some]] - 1
        carried = matrix(n[some], lines, place[some], int(limited.sum()))
        found.append(LinearConstraint(carried, ub=model.most[limited] * (1 + _HAIR)))
    if extra:
        some = used[model.carrier]
        lanes_of = place[some]
        contract = lanes + np.cumsum(used)[model.carrier[some]] - 1
        lines = np.arange(len(lanes_of))
        opened = matrix(
            np.r_[np.ones(len(lines)), -np.ones(len(lines))],
            np.r_[lines, lines],
            np.r_[lanes_of, contract],
            len(lines),
        )
        found.append(LinearConstraint(opened, ub=0))
    return found


def _told(model: _Model, found: Any, promise: float) -> CarrierPlan:
    share = np.asarray(found.x[: len(model.city)], dtype=float)
    share = share if model.split else np.rint(share)
    kept = share > _HAIR
    parcels = (share * model.parcels[model.city])[kept]
    lanes = model.lanes[kept]
    used = np.zeros(len(model.carriers), dtype=bool)
    used[model.carrier[kept]] = True
    table = pd.DataFrame(
        {
            "city_id": lanes["city_id"],
            "carrier_id": lanes["carrier_id"],
            "parcels": parcels,
            "cost": lanes["cost"],
            "on_time": lanes["on_time"],
        }
    ).reset_index(drop=True)
    cost = float(parcels @ table["cost"].to_numpy(float) + model.fixed[used].sum())
    on_time = float(parcels @ table["on_time"].to_numpy(float)) / model.total
    bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    return CarrierPlan(table, cost, on_time, promise, min(float(bound), cost))


def _why(model: _Model, promise: float) -> str:
    """Say why there is no plan: quotas that are too small, or a promise that is too high."""
    takes = np.unique(model.carrier)
    room = float(model.most[takes].sum())
    if room < model.total * (1 - _HAIR):
        message = _(
            "{carriers} take {room:,.0f} parcels at most, and {n:,.0f} have to go. Raise a quota, "
            "or add a carrier."
        )
        names = ", ".join(str(model.carriers[place]) for place in takes)
        return message.format(carriers=names, room=room, n=model.total)
    best = _solve(model, 0.0, best=True)
    if best.x is None:
        return _left_over(model)
    plan = _told(model, best, promise)
    lost = plan.table.assign(lost=plan.table["parcels"] * (1 - plan.table["on_time"]))
    worst = lost.sort_values("lost", ascending=False, kind="stable").iloc[0]
    message = _(
        "No choice keeps a promise of {promise:.4g}%: at best {best:.4g}% come on time. What "
        "holds it down most is {city}, which {carrier} then serves with {rate:.4g}%. Promise less, "
        "or find a better carrier."
    )
    told = {"promise": 100 * promise, "best": _floor(100 * plan.share), "city": worst["city_id"]}
    return message.format(**told, carrier=worst["carrier_id"], rate=100 * worst["on_time"])


def _left_over(model: _Model) -> str:
    """Say which city the quotas leave standing, when as many parcels go as can."""
    n = model.parcels[model.city]
    found = _solve(model, 0.0, some=True)
    gone = np.bincount(model.city, n * found.x[: len(n)], len(model.parcels))
    worst = int((model.parcels - gone).argmax())
    serve = ", ".join(str(model.carriers[place]) for place in model.carrier[model.city == worst])
    message = _(
        "The quotas do not fit: at best {n:,.0f} parcels of {city} are left over, which {carriers} "
        "may serve. {remedy}"
    )
    remedy = _("Raise a quota, or add a carrier.")
    if not model.split:
        remedy = _("Let cities be divided with split=True, raise a quota, or add a carrier.")
    told = {"n": model.parcels[worst] - gone[worst], "city": model.cities[worst]}
    return message.format(**told, carriers=serve, remedy=remedy)


def _floor(percent: float) -> float:
    """Return a share that can be promised: never rounded up."""
    return float(np.floor(percent * 100 + 1e-6) / 100)


# --- the same again --------------------------------------------------------------------


@public
def price_of_punctuality(
    demand: Any,
    lanes: Any,
    promises: Any,
    *,
    quotas: Mapping[Any, float] | None = None,
    fixed: Mapping[Any, float] | None = None,
    blocked: Sequence[Any] = (),
    split: bool = False,
) -> pd.DataFrame:
    """Solve the choice for one promise after the other: what one more point costs.

    Parameters
    ----------
    demand : table of any engine
        ``city_id``, ``parcels``; see :func:`choose_carriers`.
    lanes : table of any engine
        ``city_id``, ``carrier_id``, ``cost``, ``on_time``; see there.
    promises : array of float
        Shares, rising.
    quotas, fixed : mapping of carrier to number, optional
        The most parcels that a carrier takes, and what it costs if it is used at all.
    blocked : sequence
        Carriers that cannot be used.
    split : bool
        Whether the parcels of a city may go to several carriers.

    Returns
    -------
    DataFrame
        ``promise``, ``cost`` (yuan), ``share`` (to expect), ``price`` (yuan for each percentage
        point more than the row before), ``price_per_parcel``, ``carriers`` (how many are used),
        ``possible``. From the first promise that cannot be kept on, the numbers are missing.

    Raises
    ------
    CourseError
        As for :func:`choose_carriers`, but for a promise that cannot be kept; the promises do not
        rise, or none of them can be kept.

    References
    ----------
    As for :func:`choose_carriers`: the program solved again.

    Examples
    --------
    >>> demand = pd.DataFrame({"city_id": ["C1", "C2"], "parcels": [100, 100]})
    >>> lanes = pd.DataFrame({"city_id": ["C1", "C1", "C2", "C2"], "cost": [6.0, 9, 8, 12],
    ...     "carrier_id": ["E1", "E2", "E1", "E2"], "on_time": [0.9, 0.98, 0.8, 0.96]})
    >>> told = price_of_punctuality(demand, lanes, [0.85, 0.90, 0.95, 0.99])
    >>> told[["promise", "cost", "price", "possible"]].values.tolist()
    [[0.85, 1400.0, nan, True], [0.9, 1800.0, 80.0, True], [0.95, 2100.0, 60.0, True],
     [0.99, nan, nan, False]]
    >>> price_of_punctuality(demand, lanes, [0.9, 0.8])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: promises is [0.9, 0.8]. Give shares that rise, such as [0.9, 0.95].
    """
    asked = numbers.row("promises", promises, low=0)
    if not len(asked) or (np.diff(asked) <= 0).any() or (asked > 1).any():
        wanted = _("Give shares that rise, such as [0.9, 0.95].")
        raise numbers.refused("promises", promises, wanted)
    model = _model(demand, lanes, quotas, fixed, blocked, split)
    plans = [_plan(model, float(asked[0]))]
    for promise in asked[1:].tolist():
        found = _solve(model, promise)
        if found.x is None:
            break
        plans.append(_told(model, found, promise))
    cost = np.array([plan.cost for plan in plans] + [np.nan] * (len(asked) - len(plans)))
    price = np.r_[np.nan, np.diff(cost) / np.diff(100 * asked)]
    used = [float(plan.table["carrier_id"].nunique()) for plan in plans]
    lacking = [np.nan] * (len(asked) - len(plans))
    return pd.DataFrame(
        {
            "promise": asked,
            "cost": cost,
            "share": [plan.share for plan in plans] + lacking,
            "price": price,
            "price_per_parcel": price / model.total,
            "carriers": used + lacking,
            "possible": np.arange(len(asked)) < len(plans),
        }
    )


@public
def without_each(
    demand: Any,
    lanes: Any,
    promise: float,
    *,
    quotas: Mapping[Any, float] | None = None,
    fixed: Mapping[Any, float] | None = None,
    blocked: Sequence[Any] = (),
    split: bool = False,
) -> pd.DataFrame:
    """Solve the choice without one carrier after the other: what each is worth.

    Parameters
    ----------
    demand : table of any engine
        ``city_id``, ``parcels``; see :func:`choose_carriers`.
    lanes : table of any engine
        ``city_id``, ``carrier_id``, ``cost``, ``on_time``; see there.
    promise : float
        The share of all parcels that is to come on time.
    quotas, fixed : mapping of carrier to number, optional
        The most parcels that a carrier takes, and what it costs if it is used at all.
    blocked : sequence
        Carriers that cannot be used.
    split : bool
        Whether the parcels of a city may go to several carriers.

    Returns
    -------
    DataFrame
        ``carrier_id``, ``parcels`` (in the plan with all), ``cost`` (yuan without it), ``extra``
        (yuan more), ``share`` (to expect), ``possible``, and ``why`` not, as a sentence. Where it
        is not possible, the numbers are missing. The dearest to miss first.

    Raises
    ------
    CourseError
        As for :func:`choose_carriers`, with all carriers.

    References
    ----------
    As for :func:`choose_carriers`: the program solved again.

    Examples
    --------
    >>> demand = pd.DataFrame({"city_id": ["C1", "C2"], "parcels": [100, 100]})
    >>> lanes = pd.DataFrame({"city_id": ["C1", "C1", "C2"], "cost": [6.0, 9, 12],
    ...     "carrier_id": ["E1", "E2", "E2"], "on_time": [0.9, 0.98, 0.96]})
    >>> told = without_each(demand, lanes, 0.9)
    >>> told[["carrier_id", "extra", "possible"]].values.tolist()
    [['E2', nan, False], ['E1', 300.0, True]]
    >>> told["why"][0]
    'No carrier may serve C2, which needs 100 parcels: E2 alone serve it, and you block them. ...'
    """
    asked = numbers.share("promise", promise)
    model = _model(demand, lanes, quotas, fixed, blocked, split)
    plan = _plan(model, asked)
    carried = plan.table.groupby("carrier_id")["parcels"].sum()
    lines = []
    for carrier in model.carriers:
        if carrier in blocked:
            continue
        n = float(carried.get(carrier, 0.0))
        try:
            left = _model(demand, lanes, quotas, fixed, [*blocked, carrier], split)
            found = plan if not n else _plan(left, asked)
        except CourseError as error:
            lines.append((carrier, n, np.nan, np.nan, np.nan, False, str(error)))
        else:
            extra = found.cost - plan.cost
            lines.append((carrier, n, found.cost, extra, found.share, True, ""))
    columns = ["carrier_id", "parcels", "cost", "extra", "share", "possible", "why"]
    table = pd.DataFrame(lines, columns=columns)
    order = table["extra"].fillna(np.inf).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


# --- a bad week ------------------------------------------------------------------------


@public
def worse_lanes(lanes: Any, late: float, *, only: Sequence[Any] | None = None) -> pd.DataFrame:
    """Return lanes on which more parcels are late, such as those of a peak.

    Parameters
    ----------
    lanes : table of any engine
        As for :func:`choose_carriers`.
    late : float
        How many times as many parcels are late; never more than all.
    only : sequence, optional
        The carriers that are hit. Default: all.

    Returns
    -------
    DataFrame
        The same rows with another ``on_time``. Choose from them, and the promise holds in such a
        week.

    Raises
    ------
    CourseError
        A column is missing, `late` is below 0, or a carrier is in no row.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> lanes = pd.DataFrame({"city_id": ["C1", "C1"], "carrier_id": ["E1", "E2"], "cost": 8.0,
    ...                       "on_time": [0.9, 0.98]})
    >>> worse_lanes(lanes, 2.5)["on_time"].round(3).tolist()
    [0.75, 0.95]
    >>> worse_lanes(lanes, 2.5, only=["E9"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: only names 'E9', which is in no row of lanes. There are: E1, E2.
    """
    times = numbers.number("late", late, low=0)
    found = _lanes(lanes)
    return found.assign(on_time=_worse(found, times, only))


def _worse(lanes: pd.DataFrame, late: float, only: Any) -> pd.Series[float]:
    hit = pd.Series(True, index=lanes.index)
    if only is not None:
        carriers = sorted(lanes["carrier_id"].unique())
        if isinstance(only, str) or not isinstance(only, Sequence):
            raise numbers.refused("only", only, _("Name carriers in a list, such as ['E1']."))
        hit = lanes["carrier_id"].isin([_known("only", one, carriers) for one in only])
    on_time = lanes["on_time"].astype(float)
    return on_time.where(~hit, (1 - late * (1 - on_time)).clip(lower=0.0))


@dataclass(frozen=True)
class BadWeek:
    """A plan in a week that is worse than usual.

    Attributes
    ----------
    share : float
        Of the parcels that are expected on time then.
    promise : float
        What the plan was to keep.
    kept : bool
        Whether it keeps it on average.
    chance : float
        How often it keeps it in such weeks, as parcels are late by luck.
    late : float
        Parcels expected late then.
    more : float
        Of them, those that come on top of a usual week's.
    """

    share: float
    promise: float
    kept: bool
    chance: float
    late: float
    more: float

    def __str__(self) -> str:
        message = _(
            "{share:.2%} on time in such a week, {promise:.2%} promised: kept in {chance:.0%} of "
            "such weeks; {more:,.0f} more parcels are late"
        )
        told = {"share": self.share, "promise": self.promise, "chance": self.chance}
        return message.format(**told, more=self.more)


@public
def bad_week(
    plan: CarrierPlan,
    late: float = 1.0,
    *,
    only: Sequence[Any] | None = None,
    parcels: float = 1.0,
) -> BadWeek:
    """Say what a plan keeps in a bad week, and how often it keeps its promise.

    Parameters
    ----------
    plan : CarrierPlan
        What :func:`choose_carriers` returned for the parcels of a week.
    late : float
        How many times as many parcels are late; 1 is a usual week.
    only : sequence, optional
        The carriers that are hit. Default: all in the plan.
    parcels : float
        How many times as many parcels are sent.

    Returns
    -------
    BadWeek
        Prints as a sentence. A plan that keeps its promise on average, and no more, keeps it in
        about half of the usual weeks.

    Raises
    ------
    CourseError
        `plan` is no plan, a number cannot be, or a carrier is not in the plan.

    Notes
    -----
    The number on time is a sum of binomial counts; the chance takes it as normal, with half a
    parcel as its correction.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> demand = pd.DataFrame({"city_id": ["C1"], "parcels": [400]})
    >>> lanes = pd.DataFrame({"city_id": ["C1"], "carrier_id": ["E1"], "cost": [8.0],
    ...                       "on_time": [0.92]})
    >>> plan = choose_carriers(demand, lanes, 0.9)
    >>> print(bad_week(plan))
    92.00% on time in such a week, 90.00% promised: kept in 94% of such weeks; 0 more parcels are
    late
    >>> print(bad_week(plan, 2.4))
    80.80% on time in such a week, 90.00% promised: kept in 0% of such weeks; 45 more parcels are
    late
    """
    table, times = _of_plan(plan), numbers.number("late", late, low=0)
    n = table["parcels"].to_numpy(float) * numbers.positive("parcels", parcels)
    usual = table["on_time"].to_numpy(float)
    rate = _worse(table, times, only).to_numpy(float)
    mean, total = float(n @ rate), float(n.sum())
    spread = float(np.sqrt((n * rate * (1 - rate)).sum()))
    least = plan.promise * total * (1 - _HAIR)
    edge = np.ceil(least) - 0.5
    chance = float(stats.norm.sf(edge, mean, spread)) if spread else float(mean >= least)
    return BadWeek(
        share=mean / total,
        promise=plan.promise,
        kept=mean >= least,
        chance=chance,
        late=total - mean,
        more=float(n @ (usual - rate)),
    )


@public
def play_weeks(plan: CarrierPlan, lanes: Any = None, *, weeks: int = 52, seed: int) -> pd.DataFrame:
    """Play a plan for some weeks, with luck that it was not tuned on.

    Parameters
    ----------
    plan : CarrierPlan
        What :func:`choose_carriers` returned for the parcels of a week.
    lanes : table of any engine, optional
        How carriers really are, if that is known: ``city_id``, ``carrier_id``, ``cost``,
        ``on_time``. Default: as the plan believes.
    weeks : int
        How many.
    seed : int
        Of the luck.

    Returns
    -------
    DataFrame
        ``week``, ``parcels`` (whole ones), ``on_time``, ``share``, ``kept`` (the promise),
        ``cost``.

    Raises
    ------
    CourseError
        `plan` is no plan or has no whole parcel, a lane of it is not in `lanes`, or a number cannot
        be.

    References
    ----------
    Binomial counts, lane by lane.

    Examples
    --------
    >>> demand = pd.DataFrame({"city_id": ["C1"], "parcels": [400]})
    >>> lanes = pd.DataFrame({"city_id": ["C1"], "carrier_id": ["E1"], "cost": [8.0],
    ...                       "on_time": [0.92]})
    >>> played = play_weeks(choose_carriers(demand, lanes, 0.92), weeks=1000, seed=1)
    >>> bool(0.4 < played["kept"].mean() < 0.6)
    True
    """
    table = _of_plan(plan)
    count, luck = numbers.count("weeks", weeks, 1, 100_000), numbers.generator("seed", seed)
    if lanes is not None:
        place = ["city_id", "carrier_id"]
        table = table[[*place, "parcels"]].merge(_lanes(lanes), on=place, how="left")
        unknown = table[table["on_time"].isna()]
        if len(unknown):
            message = _(
                "The plan uses {carrier} in {city}, which is in no row of lanes. Add this pair."
            )
            first = unknown.iloc[0]
            told = {"carrier": first["carrier_id"], "city": first["city_id"]}
            raise CourseError(message.format(**told))
    n = np.rint(table["parcels"].to_numpy(float)).astype(np.int64)
    came = luck.binomial(n, table["on_time"].to_numpy(float), (count, len(n))).sum(axis=1)
    total = int(n.sum())
    if not total:
        raise CourseError(_("The plan has no lane with a whole parcel a week. Choose for more."))
    return pd.DataFrame(
        {
            "week": np.arange(1, count + 1),
            "parcels": total,
            "on_time": came,
            "share": came / total,
            "kept": came >= plan.promise * total * (1 - _HAIR),
            "cost": float(n @ table["cost"].to_numpy(float)),
        }
    )


def _of_plan(plan: Any) -> pd.DataFrame:
    if not isinstance(plan, CarrierPlan):
        raise numbers.refused("plan", plan, _("Give a plan: choose_carriers() makes one."))
    return plan.table
