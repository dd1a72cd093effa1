"""资源整合: days from the first talk to the first order, and what held them up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import moment
from ecokit.partners.sold import PARTNER_TYPES

_DAYS = "first_talk_on signed_on first_order_on"
_ABOUT = ("name", "department", "kind", "held_up_by")
_MEASURES = ("partners", "waiting", "days_to_sign", "days_to_start", "days", "longest")


def _looked(data: Any, as_of: Any) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return the partners that were talked to by a day, and that day."""
    columns = f"partner_id {_DAYS} {' '.join(_ABOUT)}"
    (table,) = frames.fetched(data, {"partners": columns}, types=PARTNER_TYPES)
    rules = [
        rows.missing("partner_id"),
        rows.missing("first_talk_on", "partner_id"),
        rows.out_of_order("first_talk_on", "signed_on", "partner_id"),
        rows.out_of_order("signed_on", "first_order_on", "partner_id"),
    ]
    rows.refuse(table, "partners", rules)
    for name in _DAYS.split():
        table[name] = pd.to_datetime(table[name])
    last = table[_DAYS.split()].max().max()
    end = last if as_of is None else pd.Timestamp(moment("as_of", as_of))
    if table.empty:
        return table, pd.Timestamp("NaT")
    for name in _DAYS.split()[1:]:
        table[name] = table[name].where(table[name] <= end)
    return table[table["first_talk_on"] <= end].reset_index(drop=True), end


@public
def integrations(data: Any, *, as_of: datetime | str | None = None) -> Any:
    """Return how long each partner took from the first talk to the first order.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``partners``: ``partner_id``, ``name``, ``department``, ``kind``, ``first_talk_on``,
        ``signed_on``, ``first_order_on``, ``held_up_by`` (blank: nothing).
    as_of : datetime or ISO text, optional
        The day on which you look. Default: the last one in the table.

    Returns
    -------
    table of the caller's kind
        A row a partner, the slowest first: ``partner_id``, ``name``, ``department``, ``kind``,
        ``held_up_by``, ``days_to_sign``, ``days_to_start`` (from the signature to the first
        order), ``days`` (of both; for who has no order yet, until `as_of`), ``waiting``.

    Raises
    ------
    CourseError
        A table or column is missing, or a partner signed before the first talk.

    References
    ----------
    Slide 14: fast and efficient integration of resources 资源整合.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> integrations(example())[["partner_id", "days_to_sign", "days", "waiting"]]
      partner_id  days_to_sign  days  waiting
    0        T02          60.0    97    False
    1        T01          30.0    42    False
    2        T03          20.0    38    False
    """
    table, end = _looked(data, as_of)
    talk, signed, first = (table[name] for name in _DAYS.split())
    waiting = first.isna()
    until = first.where(~waiting, end)
    found = table[["partner_id", *_ABOUT]].assign(
        days_to_sign=(signed - talk).dt.days.astype(float),
        days_to_start=(first - signed).dt.days.astype(float),
        days=(until - talk).dt.days,
        waiting=waiting,
    )
    found = found.sort_values(["days", "partner_id"], ascending=[False, True], ignore_index=True)
    return frames.like(found, data)


@public
def integration_days(data: Any, *, by: By = None, as_of: datetime | str | None = None) -> Any:
    """Return the days from first talk to first order, by group, and who still waits.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`integrations`.
    by : str or sequence of str, optional
        ``name``, ``department``, ``kind``, ``held_up_by``.
    as_of : datetime or ISO text, optional
        The day on which you look. Default: the last one in the table.

    Returns
    -------
    table of the caller's kind
        `by`; ``partners``, ``waiting`` (without an order yet), the medians ``days_to_sign``,
        ``days_to_start`` and ``days`` of those that sell, and ``longest`` (of all: who waits
        counts until `as_of`). Sorted by `by`.

    Raises
    ------
    CourseError
        As for :func:`integrations`, or `by` names something else.

    References
    ----------
    Slide 14: 资源整合. Who waits has taken longer than the median says, and is told apart.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> integration_days(example(), by="held_up_by")[["held_up_by", "partners", "days"]]
      held_up_by  partners  days
    0   contract         1  42.0
    1    systems         1  97.0
    2        NaN         1  38.0
    >>> integration_days(example(), by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is 'city'. Choose one of: name, department, kind, held_up_by.
    """
    keys = [numbers.one_of("by", key, _ABOUT) for key in frames.listed(by)]
    each = frames.as_pandas(integrations(data, as_of=as_of))
    sells = each.where(~each["waiting"].astype(bool))
    medians = {name: sells[name] for name in ("days_to_sign", "days_to_start", "days")}
    table = each[[*keys, "days", "waiting"]].rename(columns={"days": "longest"})
    table = table.assign(**medians, partners=1, waiting=each["waiting"].astype("int64"))
    how = {"partners": "sum", "waiting": "sum", **dict.fromkeys(medians, "median")}
    how["longest"] = "max"
    if keys:
        found = table.groupby(keys, dropna=False).agg(how).reset_index()
    else:
        found = table.agg(how).to_frame().T.astype({"partners": "int64", "waiting": "int64"})
    return frames.like(found[[*keys, *_MEASURES]], data)
