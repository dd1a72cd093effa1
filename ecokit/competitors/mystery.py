"""Playing the customer: a checklist of ten touchpoints, and what was found beside our own.

A mystery shopper buys honestly, watches the ten touchpoints of slide 3, and writes down
whether each was done and how long it took. A few purchases say little about a shop: each
share stands with its interval.
"""

from __future__ import annotations

import math
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.messages import _

OWN = "own"
"""The column of our own shop beside the competitors'."""

_DONE = dict.fromkeys(("true", "yes", "y", "1", "1.0", "是"), 1) | dict.fromkeys(
    ("false", "no", "n", "0", "0.0", "否"), 0
)


@public
def mystery_checklist(data: Any) -> Any:
    """Return the form that a mystery shopper fills in: ten touchpoints, what good looks like.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``journey``: ``touchpoint``, ``name``, ``name_zh``, ``standard``, ``minutes``.

    Returns
    -------
    table
        ``touchpoint``, ``name``, ``name_zh``, ``standard``, ``minutes`` (our window), and the empty
        columns ``done``, ``minutes_taken``, ``note``.

    Raises
    ------
    CourseError
        A column is missing.

    References
    ----------
    Slide 3 (the touchpoints), slide 18 (play its customer).

    Examples
    --------
    >>> import pandas as pd
    >>> journey = pd.DataFrame({"touchpoint": [6], "name": ["packing"], "name_zh": ["包装"],
    ...                         "standard": ["safe"], "minutes": [720]})
    >>> mystery_checklist({"journey": journey}).columns.tolist()[-3:]
    ['done', 'minutes_taken', 'note']
    >>> mystery_checklist({"journey": journey.drop(columns="name")})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table journey has no column name. It has: touchpoint, ...
    """
    columns = ["touchpoint", "name", "name_zh", "standard", "minutes"]
    (journey,) = frames.fetched(data, {"journey": columns})
    form = journey.sort_values("touchpoint", ignore_index=True)
    return frames.like(form.assign(done="", minutes_taken="", note=""), data)


@public
def mystery_findings(data: Any, *, by: By = None) -> Any:
    """Count what the mystery shoppers found, with the interval that few visits leave.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``mystery_visits``: ``competitor_id``, ``touchpoint``, ``done`` (true or false, yes or
        no; rows left blank do not count), ``minutes`` (empty where not done). A filled-in form of
        :func:`mystery_checklist` holds the time in ``minutes_taken``.
    by : str or sequence of str, optional
        Columns such as ``"touchpoint"``; without them, one row a competitor.

    Returns
    -------
    table
        ``competitor_id``, `by`, ``checks``, ``done``, ``done_rate`` (0 to 1),
        ``low``, ``high`` (95 % interval of Wilson), ``minutes`` (median of those done).

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, or there is no visit.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"visit": [1, 2, 3], "competitor_id": "K1", "touchpoint": 6,
    ...                        "done": [True, True, False], "minutes": [60, 90, None]})
    >>> findings = mystery_findings({"mystery_visits": visits}, by="touchpoint")
    >>> findings[["done_rate", "low", "high"]].round(2).values.tolist()
    [[0.67, 0.21, 0.94]]
    >>> mystery_findings({"mystery_visits": visits[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no visit yet. Buy something first, then fill in the form.
    """
    keys = ["competitor_id", *frames.listed(by)]
    frames.refuse_taken(keys[1:], ["competitor_id", "checks", "done", "minutes"])
    columns = list(dict.fromkeys([*keys, "touchpoint"]))
    (visits,) = frames.door(data, {"mystery_visits": columns})
    table = (
        _filled_in(visits, columns)
        .groupby(keys, as_index=False)
        .agg(checks=("done", "size"), done=("done", "sum"), minutes=("minutes", "median"))
    )
    found = _with_interval(table, "done")
    columns = [*keys, "checks", "done", "done_rate", "low", "high", "minutes"]
    return frames.like(found[columns], data)


def _filled_in(visits: Frame, columns: list[str]) -> pd.DataFrame:
    """Return the checks that were made: ``done`` as 0 or 1, ``minutes`` as numbers.

    People fill in a form by hand, so both may be words.
    """
    frames.need("mystery_visits", visits, ["done", "minutes"])
    table = frames.as_pandas(visits)
    column = "minutes_taken" if "minutes_taken" in table else "minutes"
    table[["done", column]] = table[["done", column]].astype("string").fillna("")
    said, written = (table[name].str.strip().str.lower() for name in ("done", column))
    taken = pd.to_numeric(written, errors="coerce").astype("float64")
    keys = ("competitor_id", "touchpoint")
    unread = written.ne("") & ~taken.between(0, math.inf, inclusive="left")
    wrong = [
        rows.Wrong(_("done is neither yes nor no"), nw.col("_said"), (*keys, "done")),
        rows.Wrong(
            _("{column} is no number of 0 or more").format(column=column),
            nw.col("_unread"),
            (*keys, column),
        ),
        *(rows.missing(name, *columns) for name in columns),
    ]
    made = table.assign(_said=~said.isin([*_DONE, ""]), _unread=unread)[said != ""]
    rows.refuse(made, "mystery_visits", wrong)
    if made.empty:
        raise CourseError(_("There is no visit yet. Buy something first, then fill in the form."))
    return made[columns].assign(done=said.map(_DONE).astype("Int64"), minutes=taken)


def _with_interval(table: pd.DataFrame, count: str) -> pd.DataFrame:
    """Add the share of the checks that `count` makes up, and its 95 % interval of Wilson."""
    interval = intervals.wilson(table[count], table["checks"])
    share = table[count] / table["checks"]
    found = table.assign(low=interval.low, high=interval.high)
    found[f"{count}_rate"] = share
    return found


@public
def mystery_beside(data: Any) -> Any:
    """Put what was found at the competitors beside our own measures, touchpoint by touchpoint.

    Ours comes from our records: each touchpoint that was due. Theirs comes from a few
    purchases. Both are judged by the same window, ours.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``mystery_visits``: as in :func:`mystery_findings`. ``touchpoints``, ours:
        ``touchpoint``, ``due_at``, ``done_at`` (empty: missed). ``journey``: ``touchpoint``,
        ``name``, ``name_zh``, ``minutes`` (our window).

    Returns
    -------
    table
        ``shop`` (:data:`OWN` or a competitor), ``touchpoint``, ``name``, ``name_zh``,
        ``checks``, ``done_rate``, ``in_time_rate`` (done within our window, of all checks),
        ``low``, ``high`` (95 % interval of the in-time rate).

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, a touchpoint is not in `journey`, or there is
        no visit.

    References
    ----------
    Slides 3 and 18; interval of Wilson (1927).

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-01 12:00")
    >>> ours = pd.DataFrame({"touchpoint": [4, 4], "due_at": noon, "done_at": [noon, pd.NaT]})
    >>> visits = pd.DataFrame({"visit": [1], "competitor_id": "K1", "touchpoint": 4,
    ...                        "done": [True], "minutes": [45]})
    >>> journey = pd.DataFrame({"touchpoint": [4], "name": ["payment"], "name_zh": ["付款短信"],
    ...                         "minutes": [10]})
    >>> tables = {"mystery_visits": visits, "touchpoints": ours, "journey": journey}
    >>> mystery_beside(tables)[["shop", "done_rate", "in_time_rate"]].values.tolist()
    [['own', 0.5, 0.5], ['K1', 1.0, 0.0]]
    >>> mystery_beside(tables | {"mystery_visits": visits[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no visit yet. Buy something first, then fill in the form.
    """
    visits, touchpoints, journey = frames.door(
        data,
        {
            "mystery_visits": "competitor_id touchpoint",
            "touchpoints": "touchpoint due_at done_at",
            "journey": "touchpoint name name_zh minutes",
        },
    )
    ten = frames.as_pandas(journey.select("touchpoint", "name", "name_zh", "minutes"))
    rows.refuse(ten, "journey", [rows.twice("touchpoint")])
    theirs = _theirs(_filled_in(visits, ["competitor_id", "touchpoint"]), ten)
    ours = _ours(frames.as_pandas(touchpoints.select("touchpoint", "due_at", "done_at")))
    both = pd.concat([ours, theirs]).groupby(["shop", "touchpoint"], as_index=False)
    table = both.agg(checks=("done", "size"), done=("done", "sum"), in_time=("in_time", "sum"))
    table["done_rate"] = table["done"] / table["checks"]
    named = _with_interval(table, "in_time").merge(ten, on="touchpoint")
    named = named.assign(first=named["shop"] != OWN).sort_values(["first", "shop", "touchpoint"])
    columns = ["shop", "touchpoint", "name", "name_zh", "checks", "done_rate", "in_time_rate"]
    return frames.like(named[[*columns, "low", "high"]].reset_index(drop=True), data)


def _theirs(checks: pd.DataFrame, journey: pd.DataFrame) -> pd.DataFrame:
    """Return for each check at a competitor whether it was done, and within our window."""
    rows.refuse(checks, "mystery_visits", [rows.unknown_id("touchpoint", journey, "journey")])
    window = checks["touchpoint"].map(journey.set_index("touchpoint")["minutes"])
    taken = checks["minutes"].fillna(0)  # no time written down: it takes none
    in_time = checks["done"].astype(bool) & (taken <= window)
    columns = {"shop": checks["competitor_id"], "touchpoint": checks["touchpoint"]}
    return pd.DataFrame({**columns, "done": checks["done"], "in_time": in_time.astype(int)})


def _ours(touchpoints: pd.DataFrame) -> pd.DataFrame:
    """Return for each touchpoint that was due with us whether it was done, and in time."""
    done = touchpoints["done_at"].notna()
    in_time = done & ~(touchpoints["done_at"] > touchpoints["due_at"])
    due = done | (touchpoints["due_at"] <= touchpoints["done_at"].max())  # else it may still come
    columns = {"shop": OWN, "touchpoint": touchpoints["touchpoint"]}
    return pd.DataFrame({**columns, "done": done.astype(int), "in_time": in_time.astype(int)})[due]
