"""Who may see a customer's number: rights, looks, masks, and what the law asks after a leak.

A right that a job does not need is a leak that has not happened yet. The law asks that rights are
set within reason, and that people are trained (Article 51 of the law named below).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import CENTURY
from ecokit.messages import _, short

LEVELS = ("none", "masked", "full")
"""What somebody may see, or needs to see, of a column: nothing, a masked value, all of it."""

MASKS = ("telephone", "name", "email", "address", "card")
"""What can be masked."""

FINDINGS = (
    "right_without_need",
    "right_lacking",
    "look_without_right",
    "left_account",
    "shared_account",
    "night_export",
    "unused_column",
)
"""What is found in rights and their use."""

_RIGHTS = "post table column may needs"
_LOG = "at who post table column rows"
_PEOPLE = "staff_id post_id hired_on left_on"
_TYPES = {
    **dict.fromkeys(("post", "table", "column", "may", "needs", "who", "post_id"), "string"),
    **dict.fromkeys(("at", "hired_on", "left_on"), "datetime"),
    "rows": "number",
    "staff_id": "id",
}
_FOUND = ["finding", "post", "who", "table", "column", "looks", "rows", "first_at", "last_at"]


@public
def access_matrix(data: Any, *, personal: Sequence[str] | None = None) -> Any:
    """Lay out who may see what: a row for each column of each table, a column for each post.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``access``: ``post``, ``table``, ``column``, ``may``, ``needs`` (none, masked, full; blank
        is none).
    personal : sequence of str, optional
        Tables to show, such as ``["customers"]``. Default: all.

    Returns
    -------
    table
        ``table``, ``column``, and of each post what it may see; where that is not what it needs,
        both: ``full (needs masked)``.

    Raises
    ------
    CourseError
        A table or column is missing, a level is none of the three, or a right stands there twice.

    References
    ----------
    Least privilege: Saltzer and Schroeder (1975).

    Examples
    --------
    >>> rights = pd.DataFrame({"post": ["guide", "designer"], "table": "customers",
    ...     "column": "telephone", "may": ["full", "masked"], "needs": ["full", "none"]})
    >>> access_matrix({"access": rights}).values.tolist()
    [['customers', 'telephone', 'full', 'masked (needs none)']]
    >>> access_matrix({"access": rights.assign(may="all")})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 2 of 2 rows of access, may is none of: none, masked, full, ...
    """
    rights = _rights(data)
    if personal is not None:
        shown = frames.listed(personal, "personal", least=1)
        known = rights["table"].unique().tolist()
        for name in shown:
            numbers.one_of("personal", name, known)
        rights = rights[rights["table"].isin(shown)]
    frames.refuse_taken(rights["post"].unique().tolist(), ["table", "column"])
    both = rights["may"] + " (needs " + rights["needs"] + ")"
    cells = rights["may"].where(rights["may"] == rights["needs"], both)
    keys = ["table", "column"]
    wide = rights.assign(cell=cells).pivot_table("cell", keys, "post", "first")
    order = pd.MultiIndex.from_frame(rights[keys].drop_duplicates())
    wide = wide.reindex(order)[rights["post"].unique().tolist()].reset_index()
    return frames.like(wide.rename_axis(columns=None), data)


@public
def least_privilege(
    data: Any,
    *,
    night: tuple[float, float] = (0.0, 6.0),
    many: int = 500,
    as_of: datetime | str | None = None,
    days: int = 365,
) -> Any:
    """Find rights that nobody needs, and looks that should not have been.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``access`` (see :func:`access_matrix`); ``access_log``: ``at``, ``who`` (post and number:
        the third of `staff` of that post, in the order of ``staff_id``, is ``"guide 3"``),
        ``post``, ``table``, ``column``, ``rows``. ``staff``, which may be missing: ``staff_id``,
        ``post_id``, ``hired_on``, ``left_on``; without it nobody knows whose an account is.
    night : (float, float)
        Hours of the day from and to which nobody works.
    many : int
        Rows from which one look at night is an export.
    as_of : datetime or ISO text, optional
        When you look. Default: the last look.
    days : int
        A column that nobody looked at in so many days before it is unused.

    Returns
    -------
    table
        ``finding``, ``post``, ``who``, ``table``, ``column``, ``looks``, ``rows`` (that were
        looked at), ``first_at``, ``last_at`` of these looks, ``remedy``. Findings:
        right_without_need (``may`` is more than ``needs``), right_lacking (less: somebody will
        borrow an account), look_without_right, left_account (used after its owner left, or
        before he came), shared_account (belongs to nobody in `staff`), night_export, and
        unused_column (some may see it, and nobody looked).

    Raises
    ------
    CourseError
        A table or column is missing, or a value cannot be.

    References
    ----------
    Least privilege: Saltzer and Schroeder (1975); Personal Information Protection Law of China,
    Articles 6 (the smallest range) and 51 (rights within reason).

    Examples
    --------
    >>> rights = pd.DataFrame({"post": ["guide", "designer"], "table": "customers",
    ...     "column": "telephone", "may": "full", "needs": ["full", "none"]})
    >>> log = pd.DataFrame({"at": pd.to_datetime(["2025-03-01 10:00", "2025-03-02 02:40"]),
    ...     "who": ["guide 1", "designer 1"], "post": ["guide", "designer"], "table": "customers",
    ...     "column": "telephone", "rows": [1, 4800]})
    >>> told = least_privilege({"access": rights, "access_log": log})
    >>> told[["finding", "who", "post", "looks", "rows"]].values.tolist()
    [['right_without_need', '', 'designer', 1, 4800], ['night_export', 'designer 1', ...]]
    >>> least_privilege({"access": rights})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table access_log, which is not among: access.
    """
    start, end = _hours(night)
    least, back = numbers.count("many", many), numbers.count("days", days, 1, CENTURY)
    rights, log, staff = _fetched(data)
    now = log["at"].max() if as_of is None else numbers.moment("as_of", as_of)
    log = log[log["at"] <= now]
    hour = log["at"].dt.hour + log["at"].dt.minute / 60
    by_night = (hour >= start) & (hour < end) if start < end else (hour >= start) | (hour < end)
    parts = [
        *_of_rights(rights, log),
        *_of_accounts(log, staff),
        _looks(log[by_night & (log["rows"] >= least)], "night_export", one_by_one=True),
        _unused(rights, log[log["at"] > now - pd.Timedelta(days=back)]),
    ]
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    found["remedy"] = found["finding"].map(_remedies())
    return frames.like(found.astype({"looks": "int64", "rows": "int64"}), data)


def _remedies() -> dict[str, str]:
    return {
        "right_without_need": _("Take the right away, or say what it is needed for."),
        "right_lacking": _("Give the right that the job needs, before an account is lent."),
        "look_without_right": _("Ask who let this happen, and close the way."),
        "left_account": _("Close the account, and see what it looked at."),
        "shared_account": _("Give each person an account of his own, and close this one."),
        "night_export": _("Ask who it was and where the rows went; if they are out, report it."),
        "unused_column": _("Delete the column, or say what it is kept for."),
    }


def _rights(data: Any) -> pd.DataFrame:
    (rights,) = frames.fetched(data, {"access": _RIGHTS}, types=_TYPES)
    return _checked(rights)


def _checked(rights: pd.DataFrame) -> pd.DataFrame:

    keys = ("post", "table", "column")
    rights = rights.fillna({"may": "none", "needs": "none"})  # the word is read as a gap elsewhere
    levels = [rows.none_of(name, LEVELS, *keys) for name in ("may", "needs")]
    gaps = [rows.missing(name, *keys) for name in keys]
    rows.refuse(rights, "access", [*gaps, *levels, rows.twice(*keys)])
    return rights


def _fetched(data: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:

    needed = {"access": _RIGHTS, "access_log": _LOG}
    rights, log, staff = frames.fetched(data, needed, {"staff": _PEOPLE}, types=_TYPES)
    rows.refuse(
        log,
        "access_log",
        [rows.missing("who", "at"), rows.missing("at", "who"), rows.below_zero("rows", "who")],
    )
    if log.empty:
        raise CourseError(_("The table access_log has no rows. Give the looks of some days."))
    return _checked(rights), log, staff


def _hours(night: object) -> tuple[float, float]:
    wanted = _("Give two hours of the day, such as (0, 6).")
    if not isinstance(night, (tuple, list)) or len(night) != 2:
        raise numbers.refused("night", night, wanted)
    start, end = (numbers.number("night", one, low=0, high=24) for one in night)
    return start, end


def _of_rights(rights: pd.DataFrame, log: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield rights that are more, or less, than is needed, and looks without any."""
    keys = ["post", "table", "column"]
    may, needs = (rights[name].map(LEVELS.index) for name in ("may", "needs"))
    used = _totals(log, keys)
    for finding, these in (("right_without_need", may > needs), ("right_lacking", may < needs)):
        found = rights.loc[these, keys].merge(used, "left", keys)
        yield _table(found, finding)
    allowed = pd.MultiIndex.from_frame(rights.loc[may > 0, keys])
    yield _looks(log[~pd.MultiIndex.from_frame(log[keys]).isin(allowed)], "look_without_right")


def _of_accounts(log: pd.DataFrame, staff: pd.DataFrame | None) -> Iterator[pd.DataFrame]:
    """Yield accounts of those who were not there, and of nobody."""
    if staff is None:
        return
    staff = staff.sort_values("staff_id", kind="stable")
    number = (staff.groupby("post_id").cumcount() + 1).astype("str")
    owners = staff.set_index(staff["post_id"] + " " + number)
    nobody = ~log["who"].isin(owners.index)
    yield _looks(log[nobody], "shared_account", ["who", "post"])
    day = log["at"].dt.normalize()
    came, left = (owners[name].reindex(log["who"]).array for name in ("hired_on", "left_on"))
    gone = ~nobody & ((day < came) | (day >= left))
    yield _looks(log[gone], "left_account", ["who", "post"])


def _looks(
    log: pd.DataFrame, finding: str, keys: Sequence[str] = (), *, one_by_one: bool = False
) -> pd.DataFrame:
    """Return looks as findings: one for each of `keys`, or for each look."""
    groups = list(keys) or ["who", "post", "table", "column"]
    if one_by_one:
        return _table(_totals(log, [*groups, "at"]).drop(columns="at"), finding)
    return _table(_totals(log, groups), finding)


def _totals(log: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    groups = log.assign(time=log["at"]).groupby(keys, as_index=False, sort=False)
    return groups.agg(
        looks=("time", "size"),
        rows=("rows", "sum"),
        first_at=("time", "min"),
        last_at=("time", "max"),
    )


def _unused(rights: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Return columns that some may see, and at which nobody looked."""
    keys = ["table", "column"]
    seen = pd.MultiIndex.from_frame(log[keys])
    may = rights.loc[rights["may"] != "none", keys].drop_duplicates()
    return _table(may[~pd.MultiIndex.from_frame(may).isin(seen)], "unused_column")


def _table(found: pd.DataFrame, finding: str) -> pd.DataFrame:
    """Return findings with all columns."""
    told = found.reset_index(drop=True).reindex(columns=_FOUND).assign(finding=finding)
    words = {name: told[name].astype("object").fillna("") for name in ("post", "who")}
    words |= {name: told[name].astype("object").fillna("") for name in ("table", "column")}
    counts = {name: told[name].astype("float64").fillna(0) for name in ("looks", "rows")}
    times = {name: pd.to_datetime(told[name]) for name in ("first_at", "last_at")}
    return told.assign(**{n: v.astype("str") for n, v in words.items()}, **counts, **times)


# --- masks -----------------------------------------------------------------------------


@public
def masked(values: Any, kind: str = "telephone") -> list[str]:
    """Mask what names a person: enough stays to check it, and too little to call.

    Parameters
    ----------
    values : sequence of text
        Telephone numbers and the like; what is missing stays blank.
    kind : str
        telephone (138****5678: the first three and the last four digits), name (the first sign:
        张**), email (the first letter and all from the @), address (to the city, or else the first
        third), card (the last four digits).

    Returns
    -------
    list of str
        A masked number beside a name and a day is still personal information: it names one of
        few.

    Raises
    ------
    CourseError
        `values` is no list, or `kind` is none of these.

    References
    ----------
    Personal Information Protection Law of China, Article 51 (technical measures).

    Examples
    --------
    >>> masked(["13812345678", "+86 138 1234 5678", "9527", None])
    ['138****5678', '+86 138****5678', '****', '']
    >>> masked(["张小明"], "name"), masked(["li.hua@example.com"], "email")
    (['张**'], ['l***@example.com'])
    >>> masked(["上海市浦东新区世纪大道1号"], "address"), masked(["6222021234567890"], "card")
    (['上海市****'], ['************7890'])
    >>> masked(["x"], "shoe")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: kind is 'shoe'. Choose one of: telephone, name, email, address, card.
    """
    numbers.one_of("kind", kind, MASKS)
    if isinstance(values, (str, bytes)) or not numbers.is_list(values):
        raise numbers.refused("values", values, _("Give a list of texts."))
    hide = {
        "telephone": _telephone,
        "name": _name,
        "email": _email,
        "address": _address,
        "card": _card,
    }[kind]
    cells = ("" if _is_gap(one) else short(one, 200).strip() for one in values)
    return [hide(one) if one else "" for one in cells]


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA or (np.isscalar(value) and value != value)


def _telephone(text: str) -> str:
    prefix, rest = ("", text)
    if text.startswith(("+", "00")):
        prefix, rest = text.partition(" ")[::2] if " " in text else (text[:3], text[3:])
    digits = "".join(filter(str.isdigit, rest))
    hidden = f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else "****"
    return f"{prefix} {hidden}".strip()


def _name(text: str) -> str:
    return text[0] + "*" * max(len(text) - 1, 1)


def _email(text: str) -> str:
    name, sign, host = text.partition("@")
    return f"{name[:1]}***{sign}{host}"


def _address(text: str) -> str:
    city = text.find("市") + 1
    return text[: city or max(len(text) // 3, 1)] + "****"


def _card(text: str) -> str:
    digits = "".join(filter(str.isdigit, text))
    return "*" * max(len(digits) - 4, 4) + (digits[-4:] if len(digits) > 8 else "")
