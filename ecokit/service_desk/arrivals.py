"""When contacts come, how long they wait, and how many agents were there for them.

``contacts`` is a table with ``arrived_at``, ``answered_at`` (null: gave up) and
``ended_at``. Measures take and return the kind of table that you have: pandas, Polars,
DuckDB or another engine that Narwhals knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.kpi.door import By, as_group, door, listed, need, refuse_taken
from ecokit.kpi.engine import PERIODS, per, start_of
from ecokit.messages import _
from ecokit.service_desk.inputs import above, as_pandas, between, desk_contacts, whole

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short names of the weekdays 1 to 7."""

CLOCK = ("weekday", "hour", "slot")
"""Further ways to group: weekday (1 Monday to 7), hour (0 to 23), minute at which a slot starts."""

QUARTER = 15
"""Minutes of a slot, unless told otherwise."""

COLUMNS = "arrived_at answered_at"

MEASURED = (
    "contacts", "answered", "abandoned", "in_time", "abandoned_share", "service_level",
    "service_level_answered", "mean_wait", "median_wait", "p90_wait",
)  # fmt: skip
"""What :func:`answers` measures."""


def answers(contacts: IntoFrameT, by: By = None, target: float = 60) -> IntoFrameT:
    """Measure how fast contacts were answered, and how many gave up.

    Parameters
    ----------
    contacts : table
        ``arrived_at``, ``answered_at`` (null: gave up), and the columns named in `by`.
    by : str or sequence of str, optional
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"weekday"`` (1 Monday to 7),
        ``"hour"`` (0 to 23), ``"slot"`` (minutes after midnight at which the quarter hour
        starts), or columns such as ``"kind"`` and ``"reason"``.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    table
        `by`; ``contacts``, ``answered``, ``abandoned``, ``in_time`` (counts);
        ``abandoned_share`` and ``service_level`` (in time) of *all* contacts,
        ``service_level_answered`` of the answered ones; ``mean_wait``, ``median_wait`` and
        ``p90_wait`` (seconds, of the answered ones). Sorted by `by`.

    Raises
    ------
    CourseError
        A column is missing, or the target is negative.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> contacts = pd.DataFrame({
    ...     "arrived_at": [noon] * 4,
    ...     "answered_at": [noon, noon + pd.Timedelta("30s"), noon + pd.Timedelta("90s"), pd.NaT],
    ... })
    >>> answers(contacts)[["service_level", "service_level_answered", "abandoned_share"]].round(2)
       service_level  service_level_answered  abandoned_share
    0            0.5                    0.67             0.25
    >>> answers(contacts, by="floor")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table contacts has no column floor. It has: arrived_at, ...

    Source: slide 3 (answered in time). That service level can leave out, count or forgive
    those who gave up: manual of Cisco ICM 4.5.
    """
    above("target", target, or_zero=True)
    frame = desk_contacts(contacts, COLUMNS)
    frame, keys = _keyed(frame, by, MEASURED)
    there = ~nw.col("answered_at").is_null()
    frame = frame.with_columns(
        _answered=there.cast(nw.Int64), _one=nw.lit(1, nw.Int64), _wait=_wait()
    )
    frame = frame.with_columns(
        _in_time=nw.when(nw.col("_wait") <= target).then(1).otherwise(0).cast(nw.Int64)
    )
    totals = (
        nw.col("_one").sum().alias("contacts"),
        nw.col("_answered").sum().alias("answered"),
        nw.col("_in_time").sum().alias("in_time"),
        nw.col("_wait").mean().alias("mean_wait"),
        nw.col("_wait").quantile(0.5, interpolation="linear").alias("median_wait"),
        nw.col("_wait").quantile(0.9, interpolation="linear").alias("p90_wait"),
    )
    found = frame.group_by(*keys).agg(*totals) if keys else frame.select(*totals)
    found = found.with_columns(
        nw.col(name).cast(nw.Int64) for name in ("contacts", "answered", "in_time")
    ).with_columns(abandoned=nw.col("contacts") - nw.col("answered"))
    found = found.with_columns(
        abandoned_share=per("abandoned", "contacts"),
        service_level=per("in_time", "contacts"),
        service_level_answered=per("in_time", "answered"),
    ).select(*keys, *MEASURED)
    return _closed(found.sort(*keys) if keys else found)


def slots(contacts: IntoFrameT, minutes: int = QUARTER, by: By = "weekday") -> IntoFrameT:
    """Count the contacts of each quarter hour of the day.

    Parameters
    ----------
    contacts : table
        ``arrived_at`` and the columns named in `by`.
    minutes : int
        Minutes of a slot; they divide the day.
    by : str or sequence of str, optional
        See :func:`answers`. Default: the weekday.

    Returns
    -------
    table
        `by`, ``slot`` (minutes after midnight at which it starts), ``contacts``. A slot
        without contacts has no row.

    Raises
    ------
    CourseError
        `minutes` does not divide the day.

    Examples
    --------
    >>> import pandas as pd
    >>> came = pd.to_datetime(["2025-03-03 12:05", "2025-03-03 12:14", "2025-03-09 12:15"])
    >>> slots(pd.DataFrame({"arrived_at": came})).values.tolist()
    [[1, 720, 2], [7, 735, 1]]
    >>> slots(pd.DataFrame({"arrived_at": came}), minutes=7)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: minutes is 7. Give minutes that divide a day, such as 15 or 60.
    """
    if 1440 % whole("minutes", minutes, 1, 1440):
        raise CourseError(
            _("minutes is {n:g}. Give minutes that divide a day, such as 15 or 60.").format(
                n=minutes
            )
        )
    frame = desk_contacts(contacts, "arrived_at")
    frame, keys = _keyed(frame, [key for key in listed(by) if key != "slot"], ["contacts"])
    frame = frame.with_columns(slot=_slot(minutes))
    keys = [*keys, "slot"]
    return _closed(frame.group_by(*keys).agg(nw.len().alias("contacts")).sort(*keys))


def hours(contacts: IntoFrameT, drawn_scale: float = 1.0, minutes: int = 60) -> pd.DataFrame:
    """Return the mean arrivals per hour of the week, at the scale of the whole desk.

    Parameters
    ----------
    contacts : table
        ``arrived_at``. Every day from the first contact to the last counts, also one
        without contacts.
    drawn_scale : float
        Share of the real contacts that the table holds: ``shop.truth["drawn_scale"]``.
        The desk staffs for all of them.
    minutes : int
        Minutes of a row: 60, or 15 for quarter hours.

    Returns
    -------
    DataFrame
        Rows: minutes after midnight (``slot``). Columns: :data:`WEEKDAYS`. Values: mean
        contacts **per hour** on such a day; 0 where none came.

    Raises
    ------
    CourseError
        The scale is no share, or there are no contacts.

    Examples
    --------
    >>> import pandas as pd
    >>> came = pd.to_datetime(["2025-03-03 12:05", "2025-03-03 12:14", "2025-03-10 23:00"])
    >>> week = hours(pd.DataFrame({"arrived_at": came}), drawn_scale=0.05)
    >>> float(week.loc[720, "Mon"]), float(week.loc[720, "Tue"])
    (20.0, 0.0)
    >>> hours(pd.DataFrame({"arrived_at": came}), drawn_scale=20)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: drawn_scale is 20. Give a share above 0 and at most 1, such as 0.05.
    """
    between("drawn_scale", drawn_scale, "0.05", top=True)
    counts = as_pandas(slots(contacts, minutes))
    if counts.empty:
        raise CourseError(_("The table contacts has no rows. Give the contacts of some days."))
    table = counts.pivot_table("contacts", "slot", "weekday", aggfunc="sum")
    table = table.reindex(index=range(0, 1440, int(minutes)), columns=range(1, 8)).fillna(0.0)
    days = _days_by_weekday(contacts).reindex(range(1, 8), fill_value=0)
    rate = table / days.where(days > 0, 1) * (60 / minutes) / drawn_scale
    return rate.set_axis(list(WEEKDAYS), axis=1).rename_axis("slot").rename_axis(None, axis=1)


def staffed(
    contacts: IntoFrameT, roster: IntoFrameT, drawn_scale: float = 1.0, target: float = 60
) -> IntoFrameT:
    """Set the contacts of each hour of each day beside the agents on duty.

    Parameters
    ----------
    contacts : table
        ``arrived_at``, ``answered_at``, ``ended_at``.
    roster : table
        ``date``, ``hour`` (0 to 23), ``agents``.
    drawn_scale : float
        See :func:`hours`.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    table
        ``date``, ``hour``, ``agents``, ``contacts`` (in the table), ``answered``,
        ``in_time``, ``busy_minutes`` (of handling), ``occupancy`` (that work at full scale,
        over the agents' hour). A row per row of the roster.

    Raises
    ------
    CourseError
        A column is missing, or the roster has an hour twice, an hour beyond the day or
        fewer than no agents.

    Examples
    --------
    >>> import pandas as pd
    >>> roster = pd.DataFrame({"date": pd.to_datetime(["2025-03-03"] * 2), "hour": [11, 12],
    ...                        "agents": [2, 3]})
    >>> noon = pd.Timestamp("2025-03-03 12:10")
    >>> contacts = pd.DataFrame({"arrived_at": [noon], "answered_at": [noon],
    ...                          "ended_at": [noon + pd.Timedelta("9min")]})
    >>> staffed(contacts, roster, drawn_scale=0.1)["occupancy"].tolist()
    [0.0, 0.5]
    """
    above("target", target, or_zero=True)
    between("drawn_scale", drawn_scale, "0.05", top=True)
    columns = {"contacts": f"{COLUMNS} ended_at", "roster": "date hour agents"}
    duty = door({"contacts": contacts, "roster": roster}, columns)[1]
    _refuse_roster(duty)
    frame, duty = desk_contacts(contacts, columns["contacts"]).lazy(), duty.lazy()
    there = ~nw.col("answered_at").is_null()
    seconds = (nw.col("ended_at") - nw.col("answered_at")).dt.total_seconds()
    frame = frame.with_columns(
        date=start_of("day", "arrived_at"),
        hour=nw.col("arrived_at").dt.hour().cast(nw.Int64),
        answered=there.cast(nw.Int64),
        in_time=nw.when(there & (_wait() <= target)).then(1).otherwise(0).cast(nw.Int64),
        _seconds=nw.when(there).then(seconds).otherwise(0).fill_null(0).cast(nw.Int64),
    )
    counts = frame.group_by("date", "hour").agg(
        nw.len().alias("contacts"), *(nw.col(c).sum() for c in ("answered", "in_time", "_seconds"))
    )
    duty = duty.with_columns(date=start_of("day", "date"), hour=nw.col("hour").cast(nw.Int64))
    counted = ("contacts", "answered", "in_time", "_seconds")
    both = duty.select("date", "hour", "agents").join(counts, on=["date", "hour"], how="left")
    both = both.with_columns(nw.col(name).fill_null(0).cast(nw.Int64) for name in counted)
    both = both.with_columns(busy_minutes=nw.col("_seconds").cast(nw.Float64) / 60)
    work = nw.col("busy_minutes") / (nw.when(nw.col("agents") != 0).then(nw.col("agents")) * 60)
    both = both.with_columns(occupancy=work / drawn_scale).drop("_seconds")
    return _closed(both.sort("date", "hour"), like=contacts)


def _refuse_roster(duty: Any) -> None:
    """Refuse an hour that no day has, or agents below 0; a lazy engine is not asked."""
    if isinstance(duty, nw.DataFrame):
        fits = nw.col("hour").is_between(0, 23) & (nw.col("agents") >= 0)
        wrong = len(duty) - len(duty.filter(fits))
        if wrong:
            raise CourseError(
                _(
                    "Rows of the roster with an hour that is not 0 to 23, or with agents below 0: "
                    "{n}. Put them right, or leave them out."
                ).format(n=wrong)
            )


def handling_minutes(contacts: Any) -> float:
    """Return the mean minutes from the answer to the end, over answered contacts.

    Parameters
    ----------
    contacts : table
        ``answered_at`` (null: gave up), ``ended_at``.

    Raises
    ------
    CourseError
        A column is missing, or no contact was answered.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> handling_minutes(pd.DataFrame({"answered_at": [noon, pd.NaT],
    ...                                "ended_at": [noon + pd.Timedelta("7min"), noon]}))
    7.0
    """
    frame = desk_contacts(contacts, "answered_at ended_at")
    minutes = _lasted("answered_at", "ended_at")
    counted = frame.lazy().filter(~nw.col("answered_at").is_null()).with_columns(_minutes=minutes)
    found = as_pandas(counted.select(nw.col("_minutes").mean()).to_native())["_minutes"].iloc[0]
    if pd.isna(found):
        raise CourseError(_("No contact was answered, so there is no handling time."))
    return float(found)


def patience_minutes(contacts: Any) -> float:
    """Estimate how long customers are ready to wait, also those who were answered before.

    Whoever is answered shows only that patience was longer than the wait: the time is
    censored. With exponential patience the best estimate is all minutes waited, by
    everybody, over the number of those who gave up. The mean wait of those who gave up
    is far too short.

    Parameters
    ----------
    contacts : table
        ``arrived_at``, ``answered_at`` (null: gave up), ``ended_at``.

    Raises
    ------
    CourseError
        A column is missing, or nobody gave up.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> ends = [noon + pd.Timedelta(minutes=m) for m in (1, 2, 9)]
    >>> table = pd.DataFrame({"arrived_at": noon, "answered_at": [pd.NaT, ends[1], noon],
    ...                       "ended_at": ends})
    >>> patience_minutes(table)
    3.0
    >>> patience_minutes(table.dropna())
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Nobody gave up, so patience is longer than any wait here. ...

    Source: Mandelbaum and Zeltyn (2005), The Palm/Erlang-A queue; the estimate of a censored
    exponential time.
    """
    frame = desk_contacts(contacts, f"{COLUMNS} ended_at")
    gone = nw.col("answered_at").is_null() & ~nw.col("ended_at").is_null()
    counted = frame.lazy().with_columns(
        _gone=gone.cast(nw.Int64),
        _waited=nw.when(gone)
        .then(_lasted("arrived_at", "ended_at"))
        .otherwise(_lasted("arrived_at", "answered_at")),
    )
    sums = as_pandas(counted.select(nw.col("_gone", "_waited").sum()).to_native()).iloc[0]
    if not sums["_gone"]:
        raise CourseError(
            _("Nobody gave up, so patience is longer than any wait here. Use Erlang C.")
        )
    return float(sums["_waited"] / sums["_gone"])


def _lasted(start: str, end: str) -> nw.Expr:
    """Return the minutes from one moment to another."""
    return (nw.col(end) - nw.col(start)).dt.total_seconds().cast(nw.Float64) / 60


def _keyed(frame: Any, by: By, answer: Sequence[str]) -> tuple[Any, list[str]]:
    """Add the grouping columns that are read off the clock or the calendar."""
    keys = listed(by)
    refuse_taken(keys, answer)
    clock: dict[str, nw.Expr] = {
        "weekday": _weekday(),
        "hour": nw.col("arrived_at").dt.hour().cast(nw.Int64),
        "slot": _slot(QUARTER),
    }
    need("contacts", frame, [key for key in keys if key not in {*PERIODS, *CLOCK}])
    for key in keys:
        if key in PERIODS:
            frame = frame.with_columns(start_of(key, "arrived_at").alias(key))
        elif key in clock:
            frame = frame.with_columns(clock[key].alias(key))
        else:
            frame = as_group(frame, key)
    return frame, keys


def _wait() -> nw.Expr:
    """Return the seconds from arrival to answer; null without an answer."""
    milliseconds = (nw.col("answered_at") - nw.col("arrived_at")).dt.total_milliseconds()
    return milliseconds.cast(nw.Float64) / 1000 + 0.0  # -0.0 becomes 0.0


def _weekday() -> nw.Expr:
    day = nw.col("arrived_at").dt.weekday().cast(nw.Int64)  # Sunday is 0 on PySpark, 7 elsewhere
    return nw.when(day == 0).then(7).otherwise(day).cast(nw.Int64)


def _slot(minutes: int) -> nw.Expr:
    moment = nw.col("arrived_at")
    minute = moment.dt.hour().cast(nw.Int64) * 60 + moment.dt.minute().cast(nw.Int64)
    return minute - minute % minutes


def _days_by_weekday(contacts: Any) -> pd.Series:
    """Return how many Mondays to Sundays lie between the first and the last contact."""
    frame = nw.from_native(contacts).lazy()
    ends = frame.select(first=nw.col("arrived_at").min(), last=nw.col("arrived_at").max()).collect()
    first, last = (pd.Timestamp(ends[name][0]).normalize() for name in ("first", "last"))
    return pd.Series(pd.date_range(first, last).day_of_week + 1).value_counts()


def _closed(result: Any, like: Any = None) -> Any:
    """Return the caller's kind of table, with a fresh index where it has one."""
    if like is not None and isinstance(nw.from_native(like), nw.DataFrame):
        result = result.collect()
    if isinstance(result, nw.DataFrame):
        result = nw.maybe_reset_index(result)
    return result.to_native()
