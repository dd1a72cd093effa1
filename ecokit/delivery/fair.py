"""Like with like: carriers compared over the same cities, weights and days."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.delivery.billing import Floats
from ecokit.delivery.carried import punctuality
from ecokit.delivery.given import KINDS
from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers
from ecokit.inputs.frames import By
from ecokit.inputs.intervals import Interval
from ecokit.inputs.renamed import public
from ecokit.messages import _

_USUAL = 2.0
"""Cases of the carrier's own rate laid beside those of a stratum, for its variance only."""

_YEARLY = re.compile(r"\d\d-\d\d")  # a month and a day
_FOUND = ("parcels", "naive", "naive_low", "naive_high", "covered", "rate", "low", "high")
_GAPS = ("difference", "difference_low", "difference_high")


@public
def with_bands(
    data: Any,
    *,
    kilograms: Sequence[float] = (1.0, 3.0),
    peaks: Sequence[tuple[Any, Any]] = (),
) -> Mapping[str, Any]:
    """Add to each parcel its band of weight, and whether it left in a peak.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``: ``weight_kg``, ``dispatched_at``.
    kilograms : sequence of float
        Where one band of weight ends and the next begins, rising.
    peaks : sequence of pairs of days
        The first and the last day of each peak: ``"2025-06-12"``, or ``"06-12"`` for every year.

    Returns
    -------
    mapping of table name to table
        All tables that were given; ``deliveries`` with ``band``, such as ``1-3 kg`` (from 1 to
        below 3), and ``peak`` (true or false).

    Raises
    ------
    CourseError
        The table or a column is missing, `kilograms` do not rise, or a peak is no pair of days.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> sent = pd.DataFrame({"weight_kg": [0.4, 1.0],
    ...     "dispatched_at": pd.to_datetime(["2025-06-18", "2025-07-01"])})
    >>> told = with_bands({"deliveries": sent}, peaks=[("2025-06-11", "2025-06-20")])
    >>> told["deliveries"][["band", "peak"]].values.tolist()
    [['0-1 kg', True], ['1-3 kg', False]]
    >>> told = with_bands({"deliveries": sent}, peaks=[("06-11", "06-20"), ("11-01", "11-18")])
    >>> told["deliveries"]["peak"].tolist()
    [True, False]
    >>> with_bands({"deliveries": sent}, kilograms=[3, 1])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: kilograms is [3, 1]. Give kilograms above 0 that rise, such as
    (1, 3).
    """
    edges = numbers.row("kilograms", kilograms).tolist()
    rising = all(low < high for low, high in zip([0.0, *edges], edges, strict=False))
    if not edges or not rising:
        wanted = _("Give kilograms above 0 that rise, such as (1, 3).")
        raise numbers.refused("kilograms", kilograms, wanted)
    peak = _in_peak(peaks)
    columns = "weight_kg dispatched_at"
    (sent,) = frames.door(data, {"deliveries": columns}, types=KINDS)
    told = sent.with_columns(band=_band(edges), peak=peak)
    kept: Any = frames.tables(data, "deliveries")
    return ChainMap({"deliveries": nw.maybe_reset_index(told).to_native()}, kept)


def _band(edges: Sequence[float]) -> nw.Expr:
    """Return the band of weight of a parcel, as text."""
    weight = nw.col("weight_kg")
    told: nw.Expr = nw.when(~weight.is_null()).then(nw.lit(f"{edges[-1]:g}+ kg"))
    for low, high in reversed(list(zip([0.0, *edges], edges, strict=False))):
        told = nw.when(weight < high).then(nw.lit(f"{low:g}-{high:g} kg")).otherwise(told)
    return told


def _in_peak(peaks: Any) -> nw.Expr:
    """Say whether a parcel left in a peak."""
    wanted = _("Give pairs of days, such as [('2025-06-11', '2025-06-20')].")
    if not isinstance(peaks, Sequence) or isinstance(peaks, str):
        raise numbers.refused("peaks", peaks, wanted)
    found = nw.lit(False)
    for pair in peaks:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise numbers.refused("peaks", peaks, wanted)
        yearly = [isinstance(one, str) and bool(_YEARLY.fullmatch(one)) for one in pair]
        if any(yearly) and not all(yearly):
            raise numbers.refused("peaks", peaks, wanted)
        # a leap year has all the days that a year may have
        first, last = (
            numbers.day("peaks", f"2024-{one}" if yearly[0] else one).to_pydatetime()
            for one in pair
        )
        if last < first:
            raise numbers.refused("peaks", peaks, _("A peak ends before it begins."))
        found = found | (_each_year(first, last) if yearly[0] else _once(first, last))
    return found


def _once(first: datetime, last: datetime) -> nw.Expr:
    left = nw.col("dispatched_at")
    return (left >= first) & (left < last + timedelta(days=1))


def _each_year(first: datetime, last: datetime) -> nw.Expr:
    left = nw.col("dispatched_at").dt
    day = left.month().cast(nw.Int64) * 100 + left.day().cast(nw.Int64)
    return (day >= first.month * 100 + first.day) & (day <= last.month * 100 + last.day)


@public
def like_with_like(
    data: Any,
    *,
    by: str = "carrier_id",
    strata: By = ("city_id",),
    among: Sequence[Any] | None = None,
    against: Any = None,
    hours: float | None = None,
    as_of: Any = None,
    confidence: float = 0.95,
) -> Any:
    """Compare carriers as if each had carried the same parcels.

    Whoever is sent to the far cities, or in the peak, is late more often with the same work. So
    each carrier's rate is taken within each stratum (city, peak, weight), and the strata are
    weighed alike for all: by the parcels of all carriers compared. The naive rate stands beside it.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``deliveries``, as for :func:`punctuality`, with `by` and `strata`.
    by : str
        Who is compared.
    strata : str or sequence of str
        What must be alike: columns, such as those of :func:`with_bands`.
    among : sequence, optional
        Who is compared. Default: all. Only strata in which each of them has carried something can
        be compared: leave out one who serves few cities.
    against : optional
        One of them, whom the others are set against.
    hours : float, optional
        One promise for all; see :func:`punctuality`. Take it where carriers promise differently.
    as_of : datetime or ISO text, optional
        See :func:`punctuality`.
    confidence : float
        Of the intervals.

    Returns
    -------
    table of the caller's kind
        `by`; ``parcels``; ``naive`` (rate on time of all its parcels) with ``naive_low`` and
        ``naive_high``; ``covered`` (share of all parcels of those compared that lie in common
        strata); ``rate`` (on time, like with like) with ``low`` and ``high``; with `against` also
        ``difference`` (less that one's rate) with ``difference_low`` and ``difference_high``.

    Raises
    ------
    CourseError
        A column is missing, fewer than two are compared, one of `among` or `against` is not there,
        or no stratum has parcels of all of them.

    Notes
    -----
    Direct standardisation. The interval is that of Wilson at the effective number of parcels, that
    is so many as would vary so much in one stratum; a difference takes both, as Newcombe's does.
    Only what is in the strata is alike: a carrier may still get the harder parcels within a city.

    References
    ----------
    Keiding and Clayton (2014); effective number: Kish (1965), and with the interval of Wilson
    (1927): Franco, Little, Louis and Slud (2019); Newcombe (1998), method 10.

    Examples
    --------
    E2 is the better one in both cities, and serves the far one:

    >>> day = pd.Timestamp("2025-03-01")
    >>> counts = [("E1", "near", 90, 100), ("E1", "far", 6, 10), ("E2", "near", 19, 20),
    ...           ("E2", "far", 70, 100)]
    >>> sent = pd.DataFrame([(who, city, day + pd.Timedelta(hours=24 if n < on_time else 99))
    ...     for who, city, on_time, all_ in counts for n in range(all_)],
    ...     columns=["carrier_id", "city_id", "delivered_at"])
    >>> sent = sent.assign(dispatched_at=day, promised_at=day + pd.Timedelta(hours=72))
    >>> told = like_with_like({"deliveries": sent})
    >>> told[["carrier_id", "naive", "rate"]].round(3).values.tolist()
    [['E1', 0.873, 0.757], ['E2', 0.742, 0.83]]
    >>> like_with_like({"deliveries": sent}, among=["E1"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: among is ['E1']. Name two or more of: E1, E2.
    """
    who = numbers.text("by", by)
    parts = frames.listed(strata, "strata", least=1)
    frames.refuse_taken([who], [*_FOUND, *_GAPS])
    numbers.inner_share("confidence", confidence)
    if who in parts:
        raise numbers.refused("strata", strata, _("Leave out the column that is compared."))
    table = frames.as_pandas(punctuality(data, by=[who, *parts], hours=hours, as_of=as_of))
    table = table.dropna(subset=[who, *parts])
    names = _names(table[who].unique().tolist(), among)
    n, k = (_wide(table, who, parts, names, count) for count in ("parcels", "on_time"))
    common = (n > 0).all(axis=1)
    if not common.any():
        message = _(
            "No {strata} has parcels of all of {names}. Name fewer of them in among, or take fewer "
            "strata."
        )
        told = {"strata": " × ".join(parts), "names": ", ".join(map(str, names))}
        raise CourseError(message.format(**told))
    told_ = _rates(n, k, common, confidence)
    found = pd.DataFrame({who: names, **told_})
    if against is not None:
        found = found.assign(**_gaps(found, _place(names, against)))
    return frames.like(found, data)


def _names(there: list[Any], among: Any) -> list[Any]:
    known = sorted(there)
    if len(known) < 2:
        message = _(
            "Two or more are compared, and the parcels whose promise has run out are those of "
            "{there}. Add parcels of another one, or look later with as_of."
        )
        raise CourseError(message.format(there=", ".join(map(str, known)) or _("nobody")))
    listed = known if among is None else among
    right = isinstance(listed, (list, tuple)) and all(name in known for name in listed)
    if not right or len(set(listed)) < len(listed) or len(listed) < 2:
        wanted = _("Name two or more of: {known}.").format(known=", ".join(map(str, known)))
        raise numbers.refused("among", among, wanted)
    return list(listed)


def _place(names: list[Any], against: Any) -> int:
    if against not in names:
        wanted = _("Choose one of: {known}.").format(known=", ".join(map(str, names)))
        raise numbers.refused("against", against, wanted)
    return names.index(against)


def _wide(table: pd.DataFrame, who: str, parts: list[str], names: list[Any], count: str) -> Floats:
    """Return a count: a row a stratum, a column each of the names."""
    wide = table.pivot_table(count, parts, who, "sum", observed=True)
    return np.asarray(wide.reindex(columns=names).fillna(0).to_numpy(float))


def _rates(n: Floats, k: Floats, common: Any, confidence: float) -> dict[str, Any]:
    naive = intervals.wilson(k.sum(axis=0), n.sum(axis=0), confidence)
    alike_n, alike_k = n[common], k[common]
    weight = (alike_n.sum(axis=1) / alike_n.sum())[:, None]
    rate = (weight * alike_k / alike_n).sum(axis=0)
    cases = effective(weight, alike_n, alike_k, rate)
    reach = intervals.wilson(rate * cases, cases, confidence)
    return {
        "parcels": n.sum(axis=0).astype(np.int64),
        "naive": k.sum(axis=0) / n.sum(axis=0),
        "naive_low": naive.low,
        "naive_high": naive.high,
        "covered": alike_n.sum() / n.sum(),
        "rate": rate,
        "low": reach.low,
        "high": reach.high,
    }


def effective(weight: Floats, n: Floats, k: Floats, rate: Floats) -> Floats:
    """Return how many cases of one stratum would vary as much as the weighted rate does.

    A stratum with all parcels on time would not vary at all; so some cases of the carrier's own
    rate are laid beside it.
    """
    drawn = (k + _USUAL * rate) / (n + _USUAL)
    varies = (weight**2 * drawn * (1 - drawn) / n).sum(axis=0)
    alike = 1 / (weight**2 / n).sum(axis=0)
    known = (rate > 0) & (rate < 1) & (varies > 0)
    return np.where(known, rate * (1 - rate) / np.where(known, varies, 1.0), alike)


def _gaps(found: pd.DataFrame, base: int) -> dict[str, Floats]:
    rate, low, high = (found[name].to_numpy(float) for name in ("rate", "low", "high"))
    reach = intervals.newcombe(
        rate, Interval(low, high), rate[base], Interval(low[base], high[base])
    )
    own = np.arange(len(found)) == base
    told = (rate - rate[base], reach.low, reach.high)
    return {name: np.where(own, np.nan, one) for name, one in zip(_GAPS, told, strict=True)}
