"""When contacts come, how long they wait, and how many agents were there for them.

The table ``contacts`` has ``arrived_at``, ``answered_at`` (null: gave up) and ``ended_at``.
Measures take a shop, or tables by name, and return the kind of table that they were given:
pandas, Polars, DuckDB or another engine that Narwhals knows.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per, start_of
from ecokit.messages import _
from ecokit.service_desk import clock
from ecokit.service_desk.clock import WEEKDAYS

MEASURED = (
    "contacts",
    "answered",
    "abandoned",
    "in_time",
    "abandoned_share",
    "service_level",
    "service_level_answered",
    "mean_wait",
    "median_wait",
    "p90_wait",
)
"""What :func:`answers` measures."""


@public
def answers(data: Any, *, by: By = None, target: float = 60) -> Any:
    """Measure how fast contacts were answered, and how many gave up.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``arrived_at``, ``answered_at`` (null: gave up), and the columns named
        in `by`.
    by : str or sequence of str, optional
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"``, ``"weekday"`` (1 Monday to
        7), ``"hour"`` (0 to 23), ``"slot"`` (minutes after midnight at which the quarter hour
        starts), or columns such as ``"kind"`` and ``"reason"``.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    table of the caller's kind
        `by`; ``contacts``, ``answered``, ``abandoned``, ``in_time`` (counts);
        ``abandoned_share`` and ``service_level`` (in time) of *all* contacts,
        ``service_level_answered`` of the answered ones; ``mean_wait``, ``median_wait`` and
        ``p90_wait`` (seconds, of the answered ones). Sorted by `by`.

    Raises
    ------
    CourseError
        A column is missing, the target is negative, or the moments of a contact do not
        follow one another. (Rows of a lazy engine are not looked at.)

    References
    ----------
    Slide 3 (answered in time). That service level can leave out, count or forgive those who
    gave up: manual of Cisco ICM 4.5.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> contacts = pd.DataFrame({
    ...     "arrived_at": [noon] * 4,
    ...     "answered_at": [noon, noon + pd.Timedelta("30s"), noon + pd.Timedelta("90s"), pd.NaT],
    ... })
    >>> told = answers({"contacts": contacts})
    >>> told[["service_level", "service_level_answered", "abandoned_share"]].round(2)
       service_level  service_level_answered  abandoned_share
    0            0.5                    0.67             0.25
    >>> answers({"contacts": contacts}, by="floor")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table contacts has no column floor. It has: arrived_at, ...
    """
    limit = numbers.number("target", target, low=0)
    (contacts,) = frames.door(data, {"contacts": "arrived_at answered_at"}, windows=True)
    clock.refuse_backward(contacts, "arrived_at", "answered_at")
    contacts, keys = clock.keyed(contacts, by, MEASURED)
    # Marks and waits stand under names of the answer: no group can be called so.
    marked = contacts.select(
        *keys,
        contacts=nw.lit(1, nw.Int64),
        answered=clock.mark(~nw.col("answered_at").is_null()),
        mean_wait=_wait(),
    ).with_columns(in_time=clock.mark(nw.col("mean_wait") <= limit))
    wait = nw.col("mean_wait")
    sums = clock.summed(
        marked,
        keys,
        [
            *(nw.col(name).sum() for name in ("contacts", "answered", "in_time")),
            wait.mean(),
            wait.quantile(0.5, interpolation="linear").alias("median_wait"),
            wait.quantile(0.9, interpolation="linear").alias("p90_wait"),
        ],
    ).with_columns(nw.col(name).cast(nw.Int64) for name in ("contacts", "answered", "in_time"))
    return frames.sorted_native(_rated(sums).select(*keys, *MEASURED), keys)


def _rated(sums: Frame) -> Frame:
    """Return counts with the shares that they make."""
    return sums.with_columns(
        abandoned=nw.col("contacts") - nw.col("answered"),
        service_level=per("in_time", "contacts"),
        service_level_answered=per("in_time", "answered"),
    ).with_columns(abandoned_share=per("abandoned", "contacts"))


@public
def hours(data: Any, *, minutes: int = 60) -> pd.DataFrame:
    """Return the mean arrivals per hour of the week.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``arrived_at``. Every day from the first contact to the last counts, also
        one without contacts.
    minutes : int
        Minutes of a row: 60, or 15 for quarter hours. They divide the day.

    Returns
    -------
    DataFrame
        Of pandas. Rows: minutes after midnight (``slot``). Columns: :data:`WEEKDAYS`. Values:
        mean contacts **per hour** on such a day; 0 where none came.

    Raises
    ------
    CourseError
        `minutes` do not divide the day, or there are no contacts.

    References
    ----------
    The table contacts of the data dictionary; the layout is the course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> came = pd.to_datetime(["2025-03-03 12:05", "2025-03-03 12:14", "2025-03-10 23:00"])
    >>> contacts = pd.DataFrame({"arrived_at": came})
    >>> week = hours({"contacts": contacts})
    >>> float(week.loc[720, "Mon"]), float(week.loc[720, "Tue"])
    (1.0, 0.0)
    >>> hours({"contacts": contacts}, minutes=7)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: minutes is 7. Give minutes that divide a day, such as 15 or 60.
    """
    length = numbers.count("minutes", minutes, 1, clock.DAY)
    if clock.DAY % length:
        wanted = _("Give minutes that divide a day, such as 15 or 60.")
        raise numbers.refused("minutes", minutes, wanted)
    (contacts,) = frames.door(data, {"contacts": "arrived_at"})
    clock.refuse_backward(contacts, "arrived_at")
    came = contacts.select(weekday=clock.weekday(), slot=clock.slot(length))
    counts = frames.as_pandas(came.group_by("weekday", "slot").agg(contacts=nw.len())).dropna()
    if counts.empty:
        raise CourseError(_("The table contacts has no rows. Give the contacts of some days."))
    table = counts.pivot_table("contacts", "slot", "weekday", aggfunc="sum")
    table = table.reindex(index=range(0, clock.DAY, length), columns=range(1, 8)).fillna(0.0)
    days = _days_by_weekday(contacts).reindex(range(1, 8), fill_value=0)
    rate = table / days.where(days > 0, 1) * (60 / length)
    return rate.set_axis(list(WEEKDAYS), axis=1).rename_axis("slot").rename_axis(None, axis=1)


def _days_by_weekday(contacts: Frame) -> pd.Series:
    """Return how many Mondays to Sundays lie between the first and the last contact."""
    arrived = nw.col("arrived_at")
    ends = frames.as_pandas(contacts.select(first=arrived.min(), last=arrived.max()))
    first, last = (pd.Timestamp(ends[name].iloc[0]).normalize() for name in ("first", "last"))
    return pd.Series(pd.date_range(first, last).day_of_week + 1).value_counts()


@public
def staffed(data: Any, *, target: float = 60) -> Any:
    """Set the contacts of each hour of each day beside the agents on duty.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``arrived_at``, ``answered_at``, ``ended_at``. ``roster``: ``date``,
        ``hour`` (0 to 23), ``agents``.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    table of the caller's kind
        ``date``, ``hour``, ``agents``, ``contacts``, ``answered``, ``in_time``,
        ``busy_minutes`` (of handling), ``occupancy`` (that work over the agents' hour). A row
        per row of the roster.

    Raises
    ------
    CourseError
        A column is missing, or the roster has an hour twice, an hour beyond the day or
        fewer than no agents. (Rows of a lazy engine are not looked at.)

    References
    ----------
    Slides 3 (answered in time) and 16 (staff managed, efficient); occupancy as in :func:`desk`.

    Examples
    --------
    >>> import pandas as pd
    >>> roster = pd.DataFrame({"date": pd.to_datetime(["2025-03-03"] * 2), "hour": [11, 12],
    ...                        "agents": [2, 3]})
    >>> noon = pd.Timestamp("2025-03-03 12:10")
    >>> contacts = pd.DataFrame({"arrived_at": [noon], "answered_at": [noon],
    ...                          "ended_at": [noon + pd.Timedelta("9min")]})
    >>> told = staffed({"contacts": contacts, "roster": roster})
    >>> told["occupancy"].tolist()
    [0.0, 0.05]
    """
    limit = numbers.number("target", target, low=0)
    moments = ("arrived_at", "answered_at", "ended_at")
    contacts, roster = frames.door(data, {"contacts": moments, "roster": "date hour agents"})
    clock.refuse_backward(contacts, *moments)
    _refuse_roster(roster)
    duty = roster.select(
        date=start_of("day", "date"), hour=nw.col("hour").cast(nw.Int64), agents=nw.col("agents")
    )
    both = duty.join(_worked(contacts, limit), on=["date", "hour"], how="left")
    counts = ("contacts", "answered", "in_time")
    filled = both.with_columns(
        *(nw.col(name).fill_null(0).cast(nw.Int64) for name in counts),
        busy_minutes=nw.col("busy_minutes").fill_null(0) / 60_000,
    )
    work = nw.col("busy_minutes") / (nw.when(nw.col("agents") != 0).then(nw.col("agents")) * 60)
    told = filled.with_columns(occupancy=work)
    return frames.sorted_native(told, ["date", "hour"])


def _worked(contacts: Frame, limit: float) -> Frame:
    """Return what was answered in each hour of each day, and the milliseconds that it took."""
    there = ~nw.col("answered_at").is_null()
    marked = contacts.select(
        date=start_of("day", "arrived_at"),
        hour=clock.hour(),
        contacts=nw.lit(1, nw.Int64),
        answered=clock.mark(there),
        in_time=clock.mark(_wait() <= limit),
        busy_minutes=clock.milliseconds("answered_at", "ended_at").fill_null(0),
    )
    names = ("contacts", "answered", "in_time", "busy_minutes")
    return clock.summed(marked, ["date", "hour"], [nw.col(name).sum() for name in names])


def _refuse_roster(roster: Frame) -> None:
    beyond = ~nw.col("hour").is_between(0, 23)
    rows.refuse(
        roster,
        "roster",
        [
            rows.Wrong(_("hour is not from 0 to 23"), beyond, ("date", "hour")),
            rows.below_zero("agents", "date", "hour"),
        ],
    )


@public
def handling_minutes(data: Any) -> float:
    """Return the mean minutes from the answer to the end, over answered contacts.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``answered_at`` (null: gave up), ``ended_at``.

    Returns
    -------
    float
        Minutes, 0 or more.

    Raises
    ------
    CourseError
        A column is missing, or no contact was answered.

    References
    ----------
    The mean holding time in the formulas of Erlang (1917), taken from the records.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> contacts = pd.DataFrame({"answered_at": [noon, pd.NaT],
    ...                          "ended_at": [noon + pd.Timedelta("7min"), noon]})
    >>> handling_minutes({"contacts": contacts})
    7.0
    """
    (contacts,) = frames.door(data, {"contacts": "answered_at ended_at"})
    clock.refuse_backward(contacts, "answered_at", "ended_at")
    lasted = contacts.select(mean=clock.milliseconds("answered_at", "ended_at"))
    mean = frames.as_pandas(lasted.select(nw.col("mean").mean()))["mean"].iloc[0]
    if pd.isna(mean):
        raise CourseError(_("No contact was answered, so there is no handling time."))
    return float(mean) / 60_000


@public
def patience_minutes(data: Any) -> float:
    """Estimate how long customers are ready to wait, also those who were answered before.

    Whoever is answered shows only that patience was longer than the wait: the time is
    censored. With exponential patience the best estimate is all minutes waited, by
    everybody, over the number of those who gave up. The mean wait of those who gave up
    is far too short.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``arrived_at``, ``answered_at`` (null: gave up), ``ended_at``.

    Returns
    -------
    float
        Minutes, the mean of exponential patience.

    Raises
    ------
    CourseError
        A column is missing, or nobody gave up.

    References
    ----------
    Mandelbaum and Zeltyn (2005), The Palm/Erlang-A queue; the estimate of a censored
    exponential time.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> ends = [noon + pd.Timedelta(minutes=m) for m in (1, 2, 9)]
    >>> contacts = pd.DataFrame({"arrived_at": noon, "answered_at": [pd.NaT, ends[1], noon],
    ...                          "ended_at": ends})
    >>> patience_minutes({"contacts": contacts})
    3.0
    >>> patience_minutes({"contacts": contacts.dropna()})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Nobody gave up, so patience is longer than any wait here. ...
    """
    moments = ("arrived_at", "answered_at", "ended_at")
    (contacts,) = frames.door(data, {"contacts": moments})
    clock.refuse_backward(contacts, *moments)
    gone = nw.col("answered_at").is_null() & ~nw.col("ended_at").is_null()
    until = [clock.milliseconds("arrived_at", end) for end in ("ended_at", "answered_at")]
    waited = nw.when(gone).then(until[0]).otherwise(until[1])
    marked = contacts.select(gone=clock.mark(gone), waited=waited)
    sums = frames.as_pandas(marked.select(nw.col("gone", "waited").sum()))
    left, total = float(sums["gone"].iloc[0]), float(sums["waited"].iloc[0])
    if not left > 0:
        message = _("Nobody gave up, so patience is longer than any wait here. Use Erlang C.")
        raise CourseError(message)
    return total / left / 60_000


def _wait() -> nw.Expr:
    """Return the seconds from arrival to answer; null without an answer."""
    return clock.milliseconds("arrived_at", "answered_at") / 1000 + 0.0  # -0.0 becomes 0.0
