"""Playing the customer: a checklist of ten touchpoints, and what was found beside our own.

A mystery shopper buys honestly, watches the ten touchpoints of slide 3, and writes down
whether each was done and how long it took. A few purchases say little about a shop: each
share stands with its interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit.competitors.inputs import demand_columns, known, numbers, once
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

OWN = "own"
"""The column of our own shop beside the competitors'."""

_Z = 1.959963984540054

_DONE = dict.fromkeys(("true", "yes", "y", "1", "1.0", "是"), 1) | dict.fromkeys(
    ("false", "no", "n", "0", "0.0", "否"), 0
)


def mystery_checklist(journey: pd.DataFrame) -> pd.DataFrame:
    """Return the form that a mystery shopper fills in: ten touchpoints, what good looks like.

    Parameters
    ----------
    journey : DataFrame
        ``touchpoint``, ``name``, ``name_zh``, ``standard``, ``minutes``.

    Returns
    -------
    DataFrame
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
    >>> mystery_checklist(journey).columns.tolist()[-3:]
    ['done', 'minutes_taken', 'note']
    >>> mystery_checklist(journey[["name"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: touchpoint, name_zh, standard, minutes.
    """
    columns = ["touchpoint", "name", "name_zh", "standard", "minutes"]
    demand_columns(journey, columns)
    form = journey[columns].sort_values("touchpoint", ignore_index=True)
    return form.assign(done="", minutes_taken="", note="")


def mystery_findings(visits: pd.DataFrame, by_touchpoint: bool = True) -> pd.DataFrame:
    """Count what the mystery shoppers found, with the interval that few visits leave.

    Parameters
    ----------
    visits : DataFrame
        ``competitor_id``, ``touchpoint``, ``done`` (true or false, yes or no; rows left blank do
        not count), ``minutes`` (empty where not done). A filled-in form of
        :func:`mystery_checklist` holds the time in ``minutes_taken``.
    by_touchpoint : bool
        False: one row a competitor.

    Returns
    -------
    DataFrame
        ``competitor_id``, ``touchpoint``, ``checks``, ``done``, ``done_rate`` (0 to 1),
        ``lower``, ``upper`` (95 % interval of Wilson), ``minutes`` (median of those done).

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
    >>> mystery_findings(visits)[["done_rate", "lower", "upper"]].round(2).values.tolist()
    [[0.67, 0.21, 0.94]]
    >>> mystery_findings(visits[:0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no visit yet. Buy something first, then fill in the form.
    """
    rows = _filled_in(visits)
    keys = ["competitor_id", "touchpoint"] if by_touchpoint else ["competitor_id"]
    table = rows.groupby(keys, as_index=False).agg(
        checks=("done", "size"), done=("done", "sum"), minutes=("minutes", "median")
    )
    return _with_interval(table, "done", "checks")[
        [*keys, "checks", "done", "done_rate", "lower", "upper", "minutes"]
    ]


def _filled_in(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the checks that were made: ``done`` as 0 or 1, ``minutes`` as numbers."""
    demand_columns(visits, ["competitor_id", "touchpoint", "done", "minutes"])
    taken = visits["minutes_taken" if "minutes_taken" in visits else "minutes"]
    said = visits["done"].astype("string").fillna("").str.strip().str.lower()
    wrong = ~said.isin([*_DONE, ""])
    if wrong.any():
        sentence = _("The column done holds {value!r}; it takes yes or no.")
        raise CourseError(sentence.format(value=str(visits["done"][wrong].iloc[0])))
    taken = taken.mask(taken.astype("string").str.strip() == "")
    rows = visits.assign(done=said.map(_DONE), minutes=taken)[said != ""]
    if rows.empty:
        raise CourseError(_("There is no visit yet. Buy something first, then fill in the form."))
    known(rows, ["competitor_id", "touchpoint"])
    return numbers(rows.astype({"done": int}), ["minutes"], zero=True)


def _with_interval(table: pd.DataFrame, count: str, of: str) -> pd.DataFrame:
    """Add ``<count>_rate``, ``lower`` and ``upper``, the 95 % interval of Wilson."""
    n, k = table[of].astype(float), table[count].astype(float)
    share = k / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    spread = (share * (1 - share) / n + _Z**2 / (4 * n**2)) ** 0.5
    half = spread * _Z / (1 + _Z**2 / n)
    lower, upper = (middle - half).clip(lower=0), (middle + half).clip(upper=1)
    return table.assign(**{f"{count}_rate": share, "lower": lower, "upper": upper})


def mystery_beside(
    visits: pd.DataFrame, touchpoints: pd.DataFrame, journey: pd.DataFrame
) -> pd.DataFrame:
    """Put what was found at the competitors beside our own measures, touchpoint by touchpoint.

    Ours comes from our records: each touchpoint that was due. Theirs comes from a few
    purchases. Both are judged by the same window, ours.

    Parameters
    ----------
    visits : DataFrame
        As in :func:`mystery_findings`.
    touchpoints : DataFrame
        Ours: ``touchpoint``, ``due_at``, ``done_at`` (empty: missed).
    journey : DataFrame
        ``touchpoint``, ``name``, ``name_zh``, ``minutes`` (our window).

    Returns
    -------
    DataFrame
        ``shop`` (:data:`OWN` or a competitor), ``touchpoint``, ``name``, ``name_zh``,
        ``checks``, ``done_rate``, ``in_time_rate`` (done within our window, of all checks),
        ``lower``, ``upper`` (95 % interval of the in-time rate).

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
    >>> mystery_beside(visits, ours, journey)[["shop", "done_rate", "in_time_rate"]].values.tolist()
    [['own', 0.5, 0.5], ['K1', 1.0, 0.0]]
    >>> mystery_beside(visits[:0], ours, journey)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no visit yet. Buy something first, then fill in the form.
    """
    import pandas as pd

    rows = _filled_in(visits)
    demand_columns(touchpoints, ["touchpoint", "due_at", "done_at"])
    demand_columns(journey, ["touchpoint", "name", "name_zh", "minutes"])
    once(journey, ["touchpoint"], _("A touchpoint"))
    window = rows["touchpoint"].map(journey.set_index("touchpoint")["minutes"])
    if window.isna().any():
        number = rows.loc[window.isna(), "touchpoint"].iloc[0]
        raise CourseError(_("The journey has no touchpoint {number}.").format(number=number))
    taken = rows["minutes"].fillna(0)  # no time written down: it takes none
    theirs = pd.DataFrame(
        {
            "shop": rows["competitor_id"],
            "touchpoint": rows["touchpoint"],
            "done": rows["done"],
            "in_time": (rows["done"].astype(bool) & (taken <= window)).astype(int),
        }
    )
    late = touchpoints["done_at"] > touchpoints["due_at"]
    done = touchpoints["done_at"].notna()
    end = touchpoints["done_at"].max()
    ours = pd.DataFrame(
        {
            "shop": OWN,
            "touchpoint": touchpoints["touchpoint"],
            "done": done.astype(int),
            "in_time": (done & ~late).astype(int),
        }
    )[done | (touchpoints["due_at"] <= end)]  # not due yet is not missed
    both = pd.concat([ours, theirs]).groupby(["shop", "touchpoint"], as_index=False)
    table = both.agg(checks=("done", "size"), done=("done", "sum"), in_time=("in_time", "sum"))
    table = _with_interval(table, "in_time", "checks").assign(
        done_rate=table["done"] / table["checks"]
    )
    named = table.merge(journey[["touchpoint", "name", "name_zh"]], on="touchpoint")
    named = named.assign(first=named["shop"] != OWN).sort_values(["first", "shop", "touchpoint"])
    columns = ["shop", "touchpoint", "name", "name_zh", "checks", "done_rate", "in_time_rate"]
    return named[[*columns, "lower", "upper"]].reset_index(drop=True)
