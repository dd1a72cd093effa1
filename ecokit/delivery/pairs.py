"""What each carrier would cost and keep in each city: what a choice is made from."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.delivery.billing import Floats
from ecokit.delivery.carried import punctuality
from ecokit.delivery.given import KINDS, refuse_empty
from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.messages import _

_CARRIERS = "carrier_id first_kg further_kg divisor remote_surcharge cash_fee"
_SENT = "order_id city_id dispatched_at weight_kg volume_litres cash_on_delivery"


@public
def demand(data: Any, *, days: float | None = None) -> Any:
    """Count the parcels that each city needs.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``city_id``, ``dispatched_at``.
    days : float, optional
        Parcels of so many days on average, such as 7 for a week. Default: all that were sent.

    Returns
    -------
    table of the caller's kind
        ``city_id``, ``parcels``. Sorted.

    Raises
    ------
    CourseError
        A column is missing, there are no parcels, or `days` is not above 0.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> sent = pd.DataFrame({"city_id": ["C1", "C1", "C2"],
    ...     "dispatched_at": pd.to_datetime(["2025-03-01", "2025-03-14", "2025-03-07"])})
    >>> demand({"deliveries": sent}, days=7).values.tolist()
    [['C1', 1.0], ['C2', 0.5]]
    >>> demand({"deliveries": sent.head(0)})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table deliveries has no parcel with a city.
    """
    wanted = None if days is None else numbers.positive("days", days)
    (sent,) = frames.door(data, {"deliveries": "city_id dispatched_at"}, types=KINDS)
    sent = frames.as_group(sent, "city_id").with_columns(_day=start_of("day", "dispatched_at"))
    counted = sent.filter(~nw.col("city_id").is_null()).group_by("city_id")
    table = frames.as_pandas(
        counted.agg(parcels=nw.len(), first=nw.col("_day").min(), last=nw.col("_day").max())
    )
    if table.empty:
        raise CourseError(_("The table deliveries has no parcel with a city."))
    table = table.sort_values("city_id", ignore_index=True)
    parcels = table["parcels"].astype(float)
    if wanted is not None:
        span = (table["last"].max() - table["first"].min()) / pd.Timedelta(days=1) + 1
        parcels = parcels * wanted / span
    return frames.like(pd.DataFrame({"city_id": table["city_id"], "parcels": parcels}), data)


@public
def lanes(data: Any, *, weight: float = 50.0, hours: float | None = None, as_of: Any = None) -> Any:
    """Tell for each city and each carrier that serves it what a parcel costs, and what is kept.

    The cost is that of the city's own parcels, by weight, volume and cash, on the carrier's terms,
    whoever carried them. The rate on time is drawn towards what city and carrier let one expect:
    a pair with few parcels says little by itself.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries`` (``order_id``, ``carrier_id``, ``city_id``, ``weight_kg``,
        ``volume_litres``, ``cash_on_delivery`` and its times), ``carriers`` (the terms),
        ``carrier_cities`` (``remote``; a pair that does not stand there is not served). With
        ``order_lines`` the fee for cash is counted.
    weight : float
        How many parcels of what is expected are laid beside the pair's own ones.
    hours : float, optional
        One promise for all; see :func:`punctuality`.
    as_of : datetime or ISO text, optional
        See :func:`punctuality`.

    Returns
    -------
    table of the caller's kind
        ``city_id``, ``carrier_id``, ``parcels`` (that it carried there), ``cost`` (yuan a parcel),
        ``rate`` (on time; missing where it carried none), ``on_time`` (what to expect). Sorted.

    Raises
    ------
    CourseError
        A table or column is missing, a number is below 0, a pair names a carrier without terms, no
        carrier serves any city to which parcels went, or no promise has run out.

    References
    ----------
    Terms as for :func:`shipping_cost`; what is expected of a pair is the city's rate plus how far
    the carrier lies above its cities (indirect standardisation): Keiding and Clayton (2014).

    Examples
    --------
    >>> day = pd.Timestamp("2025-03-01")
    >>> shop = {
    ...     "deliveries": pd.DataFrame({"order_id": [1, 2], "carrier_id": "E1", "city_id": "C1",
    ...         "weight_kg": [0.8, 1.2], "volume_litres": [3.0, 3.0], "cash_on_delivery": False,
    ...         "dispatched_at": day, "promised_at": day + pd.Timedelta(days=3),
    ...         "delivered_at": day + pd.Timedelta(days=2)}),
    ...     "carriers": pd.DataFrame({"carrier_id": ["E1", "E2"], "first_kg": [8.0, 6.0],
    ...         "further_kg": 2.0, "divisor": [8000, 6000], "remote_surcharge": [5.0, 5.0],
    ...         "cash_fee": 0.01}),
    ...     "carrier_cities": pd.DataFrame({"carrier_id": ["E1", "E2"], "city_id": "C1",
    ...         "remote": [False, True]})}
    >>> told = lanes(shop, as_of="2025-03-09")
    >>> told[["city_id", "carrier_id", "parcels", "cost"]].values.tolist()
    [['C1', 'E1', 2, 9.0], ['C1', 'E2', 0, 12.0]]
    >>> lanes(shop, weight=-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: weight is -1. Give a number, 0 or more.
    """
    beside = numbers.number("weight", weight, low=0)
    carriers, pairs = frames.fetched(
        data, {"carriers": _CARRIERS, "carrier_cities": "carrier_id city_id remote"}, types=KINDS
    )
    _refuse(carriers, pairs)
    boxes = _boxes(data, sorted(set(carriers["divisor"].astype(float))))
    table = pairs.merge(carriers.astype({"divisor": float}), on="carrier_id")
    table = table.merge(boxes, on=["city_id", "divisor"], how="left")
    table["cost"] = (
        table["first_kg"]
        + table["further_kg"] * table["further"]
        + table["remote_surcharge"] * table["remote"].astype(bool)
        + table["cash_fee"] * table["cash"]
    )
    seen = frames.as_pandas(
        punctuality(data, by=["city_id", "carrier_id"], hours=hours, as_of=as_of)
    )
    table = table.merge(
        seen[["city_id", "carrier_id", "parcels", "on_time"]],
        on=["city_id", "carrier_id"],
        how="left",
    ).fillna({"parcels": 0, "on_time": 0})
    table = table.rename(columns={"on_time": "kept"}).dropna(subset="cost")
    table["expected"] = _expected(table, seen)
    n = table["parcels"].astype(float)
    drawn = (table["kept"] + beside * table["expected"]) / (n + beside).where(n + beside > 0)
    if table.empty:
        message = _(
            "No carrier serves a city to which parcels went: carrier_cities names {served}, and "
            "deliveries {asked}. Add the pairs or the parcels "
            "that are missing."
        )
        served, asked = (_listed(one["city_id"]) for one in (pairs, boxes))
        raise CourseError(message.format(served=served, asked=asked))
    if not seen["parcels"].sum() > 0:
        message = _(
            "No promise of deliveries had run out, so nothing is known of punctuality. Look later, "
            "with as_of, or ask for fewer hours."
        )
        raise CourseError(message)
    told = table.assign(
        parcels=table["parcels"].astype("int64"), rate=table["kept"] / n.where(n > 0), on_time=drawn
    )
    columns = ["city_id", "carrier_id", "parcels", "cost", "rate", "on_time"]
    return frames.like(told.sort_values(columns[:2], ignore_index=True)[columns], data)


def _listed(ids: pd.Series[Any]) -> str:
    """Return the first few ids, or that there are none."""
    known = sorted(map(str, ids.dropna().unique()))
    return ", ".join(known[:5]) + (", ..." if len(known) > 5 else "") or _("no city")


def _refuse(carriers: pd.DataFrame, pairs: pd.DataFrame) -> None:
    refuse_empty(carriers, "carriers", _("Give a carrier with its terms."))
    who = "carrier_id"
    priced = ("first_kg", "further_kg", "remote_surcharge")
    rules = [rows.twice(who), *(rows.below_zero(name, who) for name in priced)]
    rules += [rows.not_above_zero("divisor", who), rows.not_a_share("cash_fee", who)]
    rows.refuse(carriers, "carriers", rules)
    known = rows.unknown_id(who, nw.from_native(carriers), "carriers", "", "city_id")
    gap = rows.missing("remote", who, "city_id")
    rows.refuse(pairs, "carrier_cities", [known, gap, rows.twice(who, "city_id")])


def _boxes(data: Any, divisors: list[float]) -> pd.DataFrame:
    """Return by city and divisor: further kilograms a parcel, and yuan of cash to collect."""
    (sent,) = frames.door(data, {"deliveries": _SENT}, types=KINDS)
    measured = ("weight_kg", "volume_litres")
    rules = [rows.below_zero(name, "parcel_id") for name in measured]
    rows.refuse(sent, "deliveries", [*rules, rows.missing("cash_on_delivery", "parcel_id")])
    sent = frames.as_group(sent, "city_id")
    cash = _cash(data, sent)
    weight, litres = (nw.col(name).cast(nw.Float64) for name in measured)
    billed = {
        f"kg_{divisor:g}": _started(nw.max_horizontal(weight, litres * 1000 / divisor))
        for divisor in divisors
    }
    counted = sent.select("city_id", **billed).group_by("city_id")
    table = frames.as_pandas(
        counted.agg(nw.len().alias("all"), *[nw.col(name).sum() for name in billed])
    )
    table["cash"] = _each(cash, table["city_id"]) / table["all"] / 100
    return pd.concat(
        [
            table[["city_id", "cash"]].assign(divisor=divisor, further=table[name] / table["all"])
            for divisor, name in zip(divisors, billed, strict=True)
        ]
    )


def _each(sums: pd.Series[float] | None, keys: pd.Series[Any]) -> Floats:
    """Return a sum for each key, 0 where there is none."""
    if sums is None:
        return np.zeros(len(keys))
    return np.asarray(sums.reindex(keys).fillna(0.0), dtype=float)


def _started(kilograms: nw.Expr) -> nw.Expr:
    """Return the kilograms after the first one, each started one as a whole."""
    return (-((1e-9 - kilograms).floor()) - 1).clip(0).cast(nw.Int64)


def _cash(data: Any, sent: Frame) -> pd.Series[float] | None:
    """Return the fen to collect by city, where the order lines are there."""
    if frames.tables(data, "deliveries").get("order_lines") is None:
        return None
    needed = {"order_lines": "order_id quantity unit_price"}
    (lines,) = frames.door(data, needed)
    lines = amounts.with_fen(lines, "quantity", "unit_price", "worth").select("order_id", "worth")
    at_door = sent.filter(nw.col("cash_on_delivery")).select("order_id", "city_id")
    sums = at_door.join(lines, on="order_id").group_by("city_id").agg(nw.col("worth").sum())
    return frames.as_pandas(sums).set_index("city_id")["worth"].astype(float)


def _expected(table: pd.DataFrame, seen: pd.DataFrame) -> Floats:
    """Return what city and carrier let one expect: the city's rate, and the carrier's lead."""
    overall = float(seen["on_time"].sum() / max(seen["parcels"].sum(), 1))
    by_city = seen.groupby("city_id")[["on_time", "parcels"]].sum()
    city = by_city["on_time"] / by_city["parcels"].where(by_city["parcels"] > 0)
    usual = city.reindex(seen["city_id"]).to_numpy(float)
    counted = seen.assign(ahead=seen["on_time"] - seen["parcels"] * usual)
    by_carrier = counted.groupby("carrier_id")[["ahead", "parcels"]].sum()
    lead = by_carrier["ahead"] / by_carrier["parcels"].where(by_carrier["parcels"] > 0)
    here = city.reindex(table["city_id"]).fillna(overall).to_numpy(float)
    return np.clip(here + lead.reindex(table["carrier_id"]).fillna(0.0).to_numpy(float), 0.0, 1.0)
